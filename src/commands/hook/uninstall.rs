//! `roadworthy hook uninstall`: removes what `install` wrote, and nothing else.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::super::{Output, Result, refused};
use super::folder::Folder;
use super::install::{not_written, read};
use super::script;
use crate::diag::{Diagnostic, Level, Sources};
use crate::hook::HookType;
use crate::request::{self, Refusal, Terminal};

pub(super) fn run(path: &Path, types: &[HookType], terminal: &Terminal) -> Result {
    let repo = request::repository(path)?;
    let folder = Folder::of(&repo)?;
    let chosen = if types.is_empty() { &HookType::ALL[..] } else { types };
    let (mut out, mut mistakes) = (String::new(), Vec::new());
    for kind in HookType::ALL.into_iter().filter(|kind| chosen.contains(kind)) {
        let (name, place) = (folder.shown(kind.name()), folder.path.join(kind.name()));
        let Ok(meta) = fs::symlink_metadata(&place) else { continue };
        if !meta.is_file() || !script::is_ours(&read(&place, &name)?) {
            // Asked for by name, or it speaks of us: then silence would mislead.
            if types.contains(&kind) {
                mistakes.push(foreign(&name, kind));
            }
            continue;
        }
        match remove(&folder, kind)? {
            true => {
                let _ = writeln!(out, "removed  {name}: {kind}.local is {kind} again");
            }
            false => {
                let _ = writeln!(out, "removed  {name}");
            }
        }
    }
    if !mistakes.is_empty() {
        return Ok(Output { stdout: out, ..refused(&mistakes, &Sources::new(), terminal) });
    }
    if out.is_empty() {
        let _ = writeln!(out, "nothing to remove: no hook in {} is roadworthy's", folder.shown(""));
    }
    Ok(Output::done(out))
}

/// Removes ours; true when the hook that stood there before is back.
fn remove(folder: &Folder, kind: HookType) -> std::result::Result<bool, Refusal> {
    let (name, place) = (folder.shown(kind.name()), folder.path.join(kind.name()));
    let failed = |error: std::io::Error| not_written(&name, &error.to_string());
    let local = folder.path.join(format!("{kind}.local"));
    if fs::symlink_metadata(&local).is_ok() {
        fs::rename(&local, &place).map_err(failed)?;
        return Ok(true);
    }
    fs::remove_file(&place).map_err(failed)?;
    Ok(false)
}

fn foreign(name: &str, kind: HookType) -> Diagnostic {
    Diagnostic::new(Level::Error, "hook-exists", format!("{name} is not roadworthy's: it is left alone"))
        .help(format!("if it calls `roadworthy hook {kind}`, take that line out of it"))
}
