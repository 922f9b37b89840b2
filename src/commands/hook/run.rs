//! Being a hook: what Git hands over, read and judged.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use super::super::decide::{Show, decide};
use super::super::{Output, Result, refused};
use crate::cli::Hook;
use crate::diag::escape::shell_word;
use crate::diag::{Diagnostic, Level, Sources};
use crate::gate::Extra;
use crate::gate::landing::Place;
use crate::git::{Cache, Head, Repo};
use crate::hook::{
    HookType, MAX_INPUT, Problem, Push, managed_push, pushed, received, updated, without_comments,
};
use crate::landing::{Decision, Landing, short, spoken};
use crate::report::Style;
use crate::request::{self, Refusal, Terminal};

/// The width of a report that Git sends to a client: behind `remote: `, in 80 columns.
const REMOTE_WIDTH: usize = 72;
/// The longest message that is read, in bytes.
const MAX_MESSAGE: u64 = 1 << 20;

type Decided = std::result::Result<Decision, Refusal>;

pub(super) fn run(command: &Hook, no_cache: bool, terminal: &Terminal) -> Result {
    let kind = kind(command);
    let style = if kind.is_some_and(HookType::is_of_a_server) {
        Style { color: false, width: REMOTE_WIDTH, ..terminal.style }
    } else {
        terminal.style
    };
    // A server serves those who push, and keeps nothing for them unless it was told to.
    let usual = if kind.is_some_and(HookType::is_of_a_server) { Cache::Off } else { Cache::ReadAndWrite };
    match judged(command, style, |repo| request::use_cache(repo, usual, no_cache)) {
        Ok(output) => Ok(output),
        Err(refusal) => Ok(refused(&[*refusal], &Sources::new(), &Terminal { style })),
    }
}

fn judged(command: &Hook, style: Style, use_cache: impl Fn(&Repo)) -> std::result::Result<Output, Refusal> {
    let repo = request::repository(Path::new("."))?;
    use_cache(&repo);
    let mut remote = None;
    let decision = match command {
        Hook::CommitMsg { file } => message(&repo, file)?,
        Hook::PrePush { remote: name, .. } => {
            let (decision, name) = push(&repo, name.as_deref())?;
            remote = Some(name);
            decision
        }
        Hook::PreReceive => {
            let landings = received(&input()?).map_err(|problem| wrong(&problem))?;
            Decision { landings, why: Vec::new() }
        }
        Hook::Update { ref_name, old, new } => {
            let (name, old, new) = (bytes(ref_name), bytes(old), bytes(new));
            Decision {
                landings: vec![updated(&name, &old, &new).map_err(|problem| wrong(&problem))?],
                why: Vec::new(),
            }
        }
        _ => Decision { landings: vec![Landing::Index { message: None }], why: Vec::new() },
    };
    let policy = policy(&repo)?;
    let author = match command {
        Hook::CommitMsg { .. } => Some(author(&repo)?),
        _ => None,
    };
    let (remote, policy, author) = (remote.as_deref(), policy.as_deref(), author.as_deref());
    let place = Place { remote, policy, author, as_of: request::today() };
    decide(&repo, &decision, &Show { style, reports: None, place, brief: true, all: false })
}

/// The policy that this machine's own configuration names: `git config roadworthy.policy PATH`. No push
/// and no commit can change it.
fn policy(repo: &Repo) -> std::result::Result<Option<Vec<Extra>>, Refusal> {
    let path = repo.own_path("roadworthy.policy").map_err(|error| request::refused(&error))?;
    path.map(|path| request::policy_files(&path)).transpose()
}

/// Who commits: Git tells its hooks, and otherwise its settings say it.
fn author(repo: &Repo) -> std::result::Result<String, Refusal> {
    let part = |variable: &str, key: &str| match std::env::var(variable) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => repo.setting(key).map(Option::unwrap_or_default).map_err(|error| request::refused(&error)),
    };
    let (name, email) = (part("GIT_AUTHOR_NAME", "user.name")?, part("GIT_AUTHOR_EMAIL", "user.email")?);
    Ok(format!("{name} <{email}>"))
}

fn kind(command: &Hook) -> Option<HookType> {
    Some(match command {
        Hook::Install { .. } | Hook::Uninstall { .. } => return None,
        Hook::PreCommit { .. } => HookType::PreCommit,
        Hook::CommitMsg { .. } => HookType::CommitMsg,
        Hook::PreMergeCommit { .. } => HookType::PreMergeCommit,
        Hook::PrePush { .. } => HookType::PrePush,
        Hook::PreReceive => HookType::PreReceive,
        Hook::Update { .. } => HookType::Update,
    })
}

fn message(repo: &Repo, file: &Path) -> Decided {
    let failed = |why: &str| {
        let message = format!("the message in `{}` cannot be read: {why}", file.display());
        Box::new(Diagnostic::new(Level::Error, "hook-input", message).help("let Git run the hook"))
    };
    let open = File::open(file).map_err(|error| failed(&error.to_string()))?;
    let mut text = Vec::new();
    open.take(MAX_MESSAGE + 1).read_to_end(&mut text).map_err(|error| failed(&error.to_string()))?;
    if text.len() as u64 > MAX_MESSAGE {
        return Err(failed(&format!("it is longer than {MAX_MESSAGE} bytes")));
    }
    let setting = |key| repo.setting(key).map_err(|error| request::refused(&error));
    let comment = match setting("core.commentString")? {
        Some(text) => Some(text),
        None => setting("core.commentChar")?,
    };
    let comment = comment.filter(|text| text != "auto" && !text.is_empty());
    let message = without_comments(&text, comment.as_deref().unwrap_or("#").as_bytes());
    Ok(Decision { landings: vec![Landing::Index { message: Some(message) }], why: Vec::new() })
}

/// Git's lines first, then the variables of a hook manager, then the branch that is checked out.
fn push(repo: &Repo, remote: Option<&OsStr>) -> std::result::Result<(Decision, String), Refusal> {
    let mut remote = remote.map_or_else(|| "origin".to_string(), |name| name.to_string_lossy().into_owned());
    let mut pushes = pushed(&input()?).map_err(|problem| wrong(&problem))?;
    let mut why = Vec::new();
    if pushes.is_empty() {
        let managed = managed_push(variable).map_err(|problem| wrong(&problem))?;
        if let Some((push, name)) = managed {
            remote = name;
            pushes.push(push);
        }
    }
    if pushes.is_empty() {
        return Ok((current(repo, &remote)?, remote));
    }
    for push in &mut pushes {
        why.extend(settle(repo, &remote, push)?);
    }
    let landings = pushes.iter().map(Push::landing).collect();
    Ok((Decision { landings, why }, remote))
}

/// Replaces the object that a remote says it has by the newest one of it that is known here.
fn settle(repo: &Repo, remote: &str, push: &mut Push) -> std::result::Result<Option<String>, Refusal> {
    let Some(old) = &push.old else { return Ok(None) };
    if push.new.is_none() || known(repo, old)? {
        return Ok(None);
    }
    let (name, seen) = (spoken(&push.remote), tracking(repo, remote, &push.remote));
    let fetch = format!("`git fetch {}` shows what is new there", shell_word(remote));
    push.old = seen;
    Ok(Some(match &push.old {
        Some(seen) => format!(
            "{name} of {remote} has moved on to a commit that is not here: judged as it was last seen, at {}; {fetch}",
            short(seen)
        ),
        None => format!(
            "{name} of {remote} stands at a commit that is not here: judged as if it were created; {fetch}"
        ),
    }))
}

/// Neither lines nor variables: what pushing the branch that is checked out would do.
fn current(repo: &Repo, remote: &str) -> Decided {
    let said = "standard input says nothing of what is pushed";
    match repo.head() {
        Ok(Head::Branch { name, tip }) => {
            let ref_name = format!("refs/heads/{name}");
            let (old, new) = (tracking(repo, remote, &ref_name), tip.to_string());
            if old.as_deref() == Some(&new) {
                return Ok(Decision::nothing(format!("{remote} has all of branch {name} already")));
            }
            let why = format!("{said}: judged as a push of branch {name} to {remote}");
            Ok(Decision::one(Landing::Move { ref_name, old, new }, why))
        }
        Ok(_) => Err(Box::new(
            Diagnostic::new(Level::Error, "hook-input", format!("{said}, and no branch is checked out"))
                .help("pass Git's standard input on to `roadworthy hook pre-push`; for lefthook: `use_stdin: true`"),
        )),
        Err(error) => Err(request::refused(&error)),
    }
}

/// Where a branch of a remote was last seen.
fn tracking(repo: &Repo, remote: &str, ref_name: &str) -> Option<String> {
    let branch = ref_name.strip_prefix("refs/heads/")?;
    repo.resolve_commit(&format!("refs/remotes/{remote}/{branch}")).ok().map(|id| id.to_string())
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn known(repo: &Repo, name: &str) -> std::result::Result<bool, Refusal> {
    repo.has_commit(name).map_err(|error| request::refused(&error))
}

fn wrong(problem: &Problem) -> Refusal {
    Box::new(problem.diagnostic())
}

/// All of standard input. What a person types is not waited for.
fn input() -> std::result::Result<Vec<u8>, Refusal> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok(Vec::new());
    }
    let failed = |why: String| {
        Box::new(
            Diagnostic::new(Level::Error, "hook-input", format!("standard input cannot be read: {why}"))
                .help("let Git run the hook, or push fewer refs at once"),
        )
    };
    let mut bytes = Vec::new();
    stdin.take(MAX_INPUT as u64 + 1).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    if bytes.len() > MAX_INPUT {
        return Err(failed(format!("it holds more than {} MiB", MAX_INPUT >> 20)));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn bytes(text: &OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(text).to_vec()
}

#[cfg(not(unix))]
fn bytes(text: &OsStr) -> Vec<u8> {
    text.to_string_lossy().into_owned().into_bytes()
}
