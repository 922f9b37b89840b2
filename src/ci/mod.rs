//! What a CI job is about, from its environment and its event file, checked against the repository.
//!
//! Nothing is guessed: what the environment does not say is a mistake with the line that mends it. No
//! network is used; an object that the job did not fetch is asked for.

mod event;
mod github;
mod gitlab;
mod merged;

use std::ffi::OsString;

use crate::diag::escape::shell_word;
use crate::diag::{Diagnostic, Level};
use crate::git::{Error, Repo};
use crate::landing::{Decision, Landing};

/// The code of a mistake: an object that the job did not fetch.
const NOT_FETCHED: &str = "ci-not-fetched";

/// A mistake, to be shown.
pub type Problem = Box<Diagnostic>;

/// Answers the value of a variable.
type Read<'v> = dyn Fn(&str) -> Option<OsString> + 'v;

/// What the environment says.
pub struct Variables<'v>(Box<Read<'v>>);

impl<'v> Variables<'v> {
    /// The variables of this process.
    pub fn of_process() -> Variables<'static> {
        Variables(Box::new(|name| std::env::var_os(name)))
    }

    /// The variables that `read` answers.
    pub fn new(read: impl Fn(&str) -> Option<OsString> + 'v) -> Variables<'v> {
        Variables(Box::new(read))
    }

    /// A variable that is set to something.
    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|found| found == value)
    }

    /// A variable that must be set.
    fn need(&self, name: &str) -> Result<String, Problem> {
        self.get(name).ok_or_else(|| {
            problem(
                "ci-incomplete",
                format!("the variable {name} is not set"),
                "pass the variables of the CI job on to roadworthy",
            )
        })
    }
}

/// A CI service that is recognised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Service {
    Github,
    Gitlab,
    Unknown,
}

impl Service {
    fn of(variables: &Variables<'_>) -> Service {
        if variables.is("GITHUB_ACTIONS", "true") {
            Service::Github
        } else if variables.is("GITLAB_CI", "true") {
            Service::Gitlab
        } else {
            Service::Unknown
        }
    }
}

/// Decides what is to be judged. Names given on the command line are stronger than the environment.
///
/// # Errors
/// An unknown service without names, an event that lands nothing, a field or an object that is missing,
/// a history that is cut off.
pub fn decide(
    repo: &Repo,
    variables: &Variables<'_>,
    base: Option<&str>,
    head: Option<&str>,
) -> Result<Decision, Problem> {
    let service = Service::of(variables);
    let decided = match (base, service) {
        (Some(base), _) => named(repo, base, head.unwrap_or("HEAD")),
        (None, Service::Github) => github::decide(repo, variables),
        (None, Service::Gitlab) => gitlab::decide(repo, variables),
        (None, Service::Unknown) => return Err(unknown()),
    };
    match decided {
        Ok(decision) if repo.is_shallow() && !decision.landings.is_empty() => {
            Err(shallow(service, decision.why.first().map(|what| format!("to be judged: {what}"))))
        }
        // Whole histories often bring what was not fetched.
        Err(mistake) if repo.is_shallow() && mistake.code == NOT_FETCHED => {
            Err(shallow(service, [mistake.message].into_iter().chain(mistake.help)))
        }
        decided => decided,
    }
}

/// `--base` and `--head`.
fn named(repo: &Repo, base: &str, head: &str) -> Result<Decision, Problem> {
    let commit = |revision: &str| repo.resolve_commit(revision).map_err(|error| git(&error));
    let (tip, merged) = (commit(base)?, commit(head)?);
    let into = base
        .strip_prefix("refs/heads/")
        .or_else(|| base.strip_prefix("refs/remotes/origin/"))
        .or_else(|| base.strip_prefix("origin/"))
        .unwrap_or(base);
    let why = format!("a merge of {head} ({}) into {base} ({})", merged.short(), tip.short());
    let landing = Landing::Merge { into: into.to_string(), tip: tip.to_string(), head: merged.to_string() };
    Ok(Decision::one(landing, why).because("`--base` and `--head` say so"))
}

fn unknown() -> Problem {
    problem(
        "ci-unknown",
        "this is no CI service that roadworthy knows: neither GITHUB_ACTIONS nor GITLAB_CI is `true`",
        "name what is merged into what: `roadworthy ci --base origin/main --head HEAD`",
    )
}

fn shallow(service: Service, more: impl IntoIterator<Item = String>) -> Problem {
    let message = "the clone is shallow: commits that this judgement needs are cut off";
    let mend = match service {
        Service::Github => "add `fetch-depth: 0` under `with:` of the step that uses actions/checkout",
        Service::Gitlab => "add `GIT_DEPTH: 0` under `variables:` of the job",
        Service::Unknown => "run `git fetch --unshallow` first",
    };
    let mistake = Diagnostic::new(Level::Error, "shallow", message).help(mend);
    Box::new(more.into_iter().fold(mistake, Diagnostic::help))
}

fn problem(code: &str, message: impl Into<String>, help: impl Into<String>) -> Problem {
    Box::new(Diagnostic::new(Level::Error, code, message).help(help))
}

fn git(error: &Error) -> Problem {
    Box::new(error.diagnostic())
}

/// A name of an object, as long as Git writes it; `None` for the zeros that stand for none.
fn object(name: &str, from: &str) -> Result<Option<String>, Problem> {
    if name.len() == 40 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(name.bytes().any(|b| b != b'0').then(|| name.to_ascii_lowercase()));
    }
    Err(problem(
        "ci-incomplete",
        format!("{from} is `{name}`, which is not an object name of 40 digits"),
        "pass the event and the variables of the CI job on as they are",
    ))
}

/// The same, for an object that must be named.
fn some_object(name: &str, from: &str) -> Result<String, Problem> {
    object(name, from)?.ok_or_else(|| {
        let help = "pass the event and the variables of the CI job on as they are";
        problem("ci-incomplete", format!("{from} names no commit"), help)
    })
}

/// Refuses a commit that the job did not fetch. `fetch` is the command that brings it.
fn fetched(repo: &Repo, id: &str, what: &str, fetch: &str) -> Result<(), Problem> {
    if repo.has_commit(id).map_err(|error| git(&error))? {
        return Ok(());
    }
    let message = format!("{what}, commit {}, is not in this clone", crate::landing::short(id));
    Err(problem(NOT_FETCHED, message, format!("fetch it before roadworthy runs: `{fetch}`")))
}

/// Where a branch of `origin` stands, as the job fetched it.
fn remote_branch(repo: &Repo, branch: &str) -> Result<String, Problem> {
    let name = format!("refs/remotes/origin/{branch}");
    repo.resolve_commit(&name).map(|id| id.to_string()).map_err(|_| {
        problem(
            NOT_FETCHED,
            format!("the branch {branch}, which is merged into, is not in this clone"),
            format!("fetch it before roadworthy runs: `{}`", fetch_branch(branch)),
        )
    })
}

/// The command that fetches one ref of `origin`. Names come from outside, and the line is to be copied.
fn fetch_ref(from: &str, to: &str) -> String {
    format!("git fetch --no-tags origin {}", shell_word(&format!("+{from}:{to}")))
}

fn fetch_branch(branch: &str) -> String {
    fetch_ref(&format!("refs/heads/{branch}"), &format!("refs/remotes/origin/{branch}"))
}
