//! `roadworthy hook install`: writes nothing until all hooks can be written.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::super::{Output, Result, refused};
use super::folder::Folder;
use super::manager::Manager;
use super::script;
use crate::diag::{Diagnostic, Level, Paste, Sources, escape};
use crate::hook::HookType;
use crate::request::{self, Refusal, Terminal};

/// The longest hook that is looked at, in bytes; ours is much shorter.
const MAX_HOOK: u64 = 1 << 20;

/// What is to be done for one hook.
enum Step {
    /// There is none yet, or an older one of ours.
    Write,
    /// Ours is there as it would be written.
    Keep,
    /// Somebody's own is there, and calls roadworthy.
    Called,
    /// Somebody's own is there: it becomes `<hook>.local`.
    Chain,
}

pub(super) fn run(path: &Path, types: &[HookType], force: bool, terminal: &Terminal) -> Result {
    let repo = request::repository(path)?;
    let types = chosen(types, repo.is_bare())?;
    let folder = Folder::of(&repo)?;
    let mut mistakes = Vec::new();
    if let (Some(why), false) = (&folder.shared, force) {
        mistakes.push(shared(why));
    }
    let program = if folder.tracked { None } else { this_program() };
    let mut steps = Vec::new();
    for kind in types {
        let text = script::text(kind, program.as_deref());
        match plan(&folder, kind, &text, force) {
            Ok(step) => steps.push((kind, step, text)),
            Err(mistake) => mistakes.push(*mistake),
        }
    }
    if !mistakes.is_empty() {
        return Ok(refused(&mistakes, &Sources::new(), terminal));
    }
    let made = fs::create_dir_all(&folder.path);
    made.map_err(|error| not_written(&folder.shown(""), &error.to_string()))?;
    for (kind, step, text) in &steps {
        write(&folder, *kind, step, text)?;
    }
    Ok(Output::done(said(&folder, &steps)))
}

/// The hooks that were asked for, or those that fit the repository.
fn chosen(types: &[HookType], bare: bool) -> std::result::Result<BTreeSet<HookType>, Refusal> {
    if types.is_empty() {
        let fitting: &[HookType] = if bare { &HookType::OF_A_SERVER } else { &HookType::OF_A_CLONE };
        return Ok(fitting.iter().copied().collect());
    }
    match types.iter().find(|kind| bare && !kind.is_of_a_server()) {
        Some(kind) => Err(Box::new(
            Diagnostic::new(
                Level::Error,
                "hook-never-runs",
                format!("a bare repository never runs a {kind} hook"),
            )
            .help("run `roadworthy hook install --type pre-receive` here, or install the other in a clone"),
        )),
        None => Ok(types.iter().copied().collect()),
    }
}

fn shared(why: &str) -> Diagnostic {
    let message = format!("other repositories may run these hooks too: {why}");
    Diagnostic::new(Level::Error, "hooks-shared", message)
        .help("to give this repository hooks of its own, run `git config core.hooksPath \"$(git rev-parse --path-format=absolute --git-common-dir)/hooks\"`")
        .help("to write them there for all, run `roadworthy hook install --force`")
}

/// The path of this program, for scripts that do not find it on PATH.
fn this_program() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    path.to_str().filter(|path| !path.contains('\n')).map(str::to_string)
}

fn plan(folder: &Folder, kind: HookType, text: &str, force: bool) -> std::result::Result<Step, Refusal> {
    let (name, place) = (folder.shown(kind.name()), folder.path.join(kind.name()));
    if let Some(manager) = Manager::of_folder(&folder.path) {
        return Err(managed(&name, manager, kind));
    }
    let Ok(meta) = fs::symlink_metadata(&place) else { return Ok(Step::Write) };
    if meta.is_dir() {
        return Err(not_written(&name, "a folder stands there"));
    }
    // A link is somebody's own, wherever it leads.
    let found = if meta.is_file() { read(&place, &name)? } else { Vec::new() };
    if script::is_ours(&found) {
        let same = found == text.as_bytes() && is_executable(&meta);
        return Ok(if same { Step::Keep } else { Step::Write });
    }
    if let Some(manager) = Manager::of_script(&found) {
        return Err(managed(&name, manager, kind));
    }
    if script::calls(&found, kind) && is_executable(&meta) {
        return Ok(Step::Called);
    }
    let local = format!("{kind}.local");
    if !force {
        return Err(exists(&name, &local, kind));
    }
    if fs::symlink_metadata(folder.path.join(&local)).is_ok() {
        let message = format!("{name} cannot be kept as {local}: there is such a file already");
        return Err(Box::new(
            Diagnostic::new(Level::Error, "hook-exists", message).help("move one of the two away"),
        ));
    }
    Ok(Step::Chain)
}

pub(super) fn read(place: &Path, name: &str) -> std::result::Result<Vec<u8>, Refusal> {
    use std::io::Read as _;
    let failed = |error: std::io::Error| {
        let message = format!("{name} cannot be read: {error}");
        Box::new(Diagnostic::new(Level::Error, "unreadable", message).help("look at it, or move it away"))
    };
    let mut bytes = Vec::new();
    let file = fs::File::open(place).map_err(failed)?;
    file.take(MAX_HOOK).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn exists(name: &str, local: &str, kind: HookType) -> Refusal {
    let (lines, input) = match kind.reads_lines() {
        true => ("lines", ", before anything reads its standard input"),
        false => ("line", ""),
    };
    let mut mistake =
        Diagnostic::new(Level::Error, "hook-exists", format!("{name} exists and is not roadworthy's"))
            .help(format!("add the {lines} below to it{input}"))
            .help(format!(
                "or run `roadworthy hook install --force --type {kind}`: it is kept as {local} and runs first"
            ));
    // Standard input is read once: the hook that was there gets it anew.
    let text = if kind.reads_lines() {
        format!(
            "lines=$(cat)\n{{ [ -z \"$lines\" ] || printf '%s\\n' \"$lines\"; }} | roadworthy hook {kind} \"$@\" || exit $?\n\
             exec <<END\n$lines\nEND\n"
        )
    } else {
        format!("roadworthy hook {kind} \"$@\" || exit $?\n")
    };
    mistake.paste = Some(Paste { file: name.to_string(), text });
    Box::new(mistake)
}

fn managed(name: &str, manager: Manager, kind: HookType) -> Refusal {
    let message = format!("{name} belongs to {}, which writes it anew", manager.name());
    let mut mistake = Diagnostic::new(Level::Error, "hook-managed", message)
        .help(format!("let {} call roadworthy: paste the lines below", manager.name()));
    if let Some(next) = manager.next(kind) {
        mistake = mistake.help(format!("then {next}"));
    }
    mistake.paste = Some(manager.paste(kind));
    Box::new(mistake)
}

pub(super) fn not_written(name: &str, why: &str) -> Refusal {
    let message = format!("{name} could not be written: {why}");
    let help = "Git takes hooks from this folder only; make it writable, or set core.hooksPath";
    Box::new(Diagnostic::new(Level::Error, "not-written", message).help(help))
}

/// Written beside and moved into place: never half a hook, never through a link.
fn write(folder: &Folder, kind: HookType, step: &Step, text: &str) -> std::result::Result<(), Refusal> {
    let (name, place) = (folder.shown(kind.name()), folder.path.join(kind.name()));
    let failed = |error: &std::io::Error| not_written(&name, &error.to_string());
    if matches!(step, Step::Keep | Step::Called) {
        return Ok(());
    }
    let mut draft = drafts().tempfile_in(&folder.path).map_err(|error| failed(&error))?;
    draft.write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    if matches!(step, Step::Chain) {
        let local: PathBuf = folder.path.join(format!("{kind}.local"));
        fs::rename(&place, local).map_err(|error| failed(&error))?;
    }
    draft.persist(&place).map_err(|error| failed(&error.error))?;
    Ok(())
}

/// Temporary files that anybody may run who may read them: what the umask leaves of `rwxrwxrwx`.
fn drafts() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".roadworthy-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder
}

#[cfg(unix)]
fn is_executable(meta: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

fn said(folder: &Folder, steps: &[(HookType, Step, String)]) -> String {
    let mut out = String::new();
    for (kind, step, _) in steps {
        let name = folder.shown(kind.name());
        let _ = match step {
            Step::Write => writeln!(out, "wrote  {name}"),
            Step::Keep => writeln!(out, "kept   {name}: it is there already"),
            Step::Called => writeln!(out, "kept   {name}: it is your own, and calls roadworthy"),
            Step::Chain => {
                writeln!(out, "wrote  {name}: the hook that was there is now {kind}.local and runs first")
            }
        };
    }
    if let Some(why) = &folder.shared {
        let _ = writeln!(out, "\nother repositories may run these hooks too: {}", escape::line(why));
    }
    if folder.tracked {
        out.push_str(
            "\nThe folder is part of the work tree: commit the hooks. They need roadworthy on PATH.\n",
        );
    }
    out.push_str("\n`roadworthy hook uninstall` removes them.\n");
    if steps.iter().any(|(kind, ..)| !kind.is_of_a_server()) {
        out.push_str(
            "`--no-verify` passes them by: only a server's hook, or a check that it requires, holds.\n",
        );
    }
    out
}
