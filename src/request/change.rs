//! What would land: from arguments, or from a recipe.

use std::path::Path;

use super::{Refusal, date, refused};
use crate::cli::{Check, Onto};
use crate::diag::{Diagnostic, Level, Origin};
use crate::fixture::{Judge, Scenario};
use crate::gate::landing::{Asked, Desk, Place};
use crate::gate::{Extra, Request};
use crate::git::{Repo, Target};
use crate::landing::Landing;

/// The largest policy file, in bytes.
const MAX_FILE: u64 = 4 << 20;
/// The most files that a folder of policies may hold.
const MAX_FILES: usize = 200;

/// What `check` is asked to judge.
///
/// # Errors
/// A revision that names no commit, a date or a policy file that is none, a merge that cannot be made.
pub fn of_check(repo: &Repo, args: &Check) -> Result<Request, Refusal> {
    let policy = args.onto.policy.as_deref().map(policy_files).transpose()?;
    let as_of = date(args.as_of.as_deref())?;
    let Some(landing) = landing(repo, &args.onto)? else {
        let request = super::request(repo, &args.tree, args.as_of.as_deref())?;
        return Ok(Request { policy, ..request });
    };
    let place = Place { remote: None, policy: policy.as_deref(), author: None, as_of };
    let mut request = match Desk::new(repo, place)?.ask(&landing)? {
        Asked::Judge(request) | Asked::Advise(request, _) => *request,
        Asked::Refused(refusal) => return Err(refusal),
        Asked::Free(said) => {
            let help = "name the pattern in [production] of roadworthy.toml, on the branch that ships";
            return Err(wrong("not-production", format!("there is nothing to judge: {said}")).map(help));
        }
    };
    request.models.clone_from(&args.tree.model);
    if let Some(change) = request.change.as_mut().filter(|_| args.onto.all) {
        change.since = None;
    }
    Ok(request)
}

fn landing(repo: &Repo, onto: &Onto) -> Result<Option<Landing>, Refusal> {
    let head = || onto.head.clone().unwrap_or_else(|| "HEAD".to_string());
    if let Some(range) = &onto.range {
        let (base, head) =
            range.split_once("..").filter(|(_, head)| !head.starts_with('.')).ok_or_else(|| {
                wrong("bad-range", format!("`{range}` is not a range")).map("write it as main..feature")
            })?;
        let or_head = |side: &str| if side.is_empty() { "HEAD".to_string() } else { side.to_string() };
        return Ok(Some(Landing::Merge { into: base.to_string(), tip: or_head(base), head: or_head(head) }));
    }
    if let Some(tag) = &onto.tag {
        let name = tag.strip_prefix("refs/tags/").unwrap_or(tag);
        let ref_name = format!("refs/tags/{name}");
        let new = onto.head.clone().unwrap_or_else(|| ref_name.clone());
        return Ok(Some(Landing::Move { ref_name, old: None, new }));
    }
    if let Some(branch) = &onto.into {
        return Ok(Some(Landing::Merge { into: branch.clone(), tip: tip_of(repo, branch), head: head() }));
    }
    match (&onto.base, &onto.head) {
        (Some(base), _) => Ok(Some(Landing::Merge { into: base.clone(), tip: base.clone(), head: head() })),
        (None, Some(head)) => Err(wrong("bad-arguments", format!("`--head {head}` does not say into what"))
            .map("add `--into BRANCH` or `--base REV`; to judge a commit as it is, write `--rev`")),
        (None, None) => Ok(None),
    }
}

/// A branch of this clone, otherwise that of the remote that it was cloned from.
fn tip_of(repo: &Repo, branch: &str) -> String {
    let here = format!("refs/heads/{branch}");
    let there = format!("refs/remotes/origin/{branch}");
    let exists = |name: &str| matches!(repo.ref_commit(name), Ok(Some(_)));
    [here, there].into_iter().find(|name| exists(name)).unwrap_or_else(|| branch.to_string())
}

struct Wrong(Diagnostic);

fn wrong(code: &str, message: String) -> Wrong {
    Wrong(Diagnostic::new(Level::Error, code, message))
}

impl Wrong {
    fn map(self, help: &str) -> Refusal {
        Box::new(self.0.help(help))
    }
}

/// Policy files from outside of the repository: one file, or those directly in a folder.
///
/// # Errors
/// What cannot be read.
pub fn policy_files(path: &Path) -> Result<Vec<Extra>, Refusal> {
    let failed = |path: &Path, why: &str| {
        wrong("unreadable-policy", format!("{} cannot be read: {why}", path.display()))
            .map("`--policy` takes a policy file, a roadworthy.toml, or a folder of them")
    };
    if !path.is_dir() {
        return Ok(vec![policy_file(path)?]);
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| failed(path, &e.to_string()))? {
        let file = entry.map_err(|e| failed(path, &e.to_string()))?.path();
        if file.extension().is_some_and(|ending| ending == "toml") && file.is_file() {
            paths.push(file);
        }
    }
    paths.sort();
    match paths.len() {
        0 => Err(failed(path, "there is no policy file in it")),
        n if n > MAX_FILES => Err(failed(path, &format!("there are {n} policy files in it"))),
        _ => paths.iter().map(|file| policy_file(file)).collect(),
    }
}

/// One policy file from outside of a repository.
///
/// # Errors
/// What cannot be read.
pub fn policy_file(path: &Path) -> Result<Extra, Refusal> {
    let failed = |why: String| {
        let message = format!("{} cannot be read: {why}", path.display());
        Box::new(Diagnostic::new(Level::Error, "unreadable-policy", message))
    };
    let size = std::fs::metadata(path).map_err(|e| failed(e.to_string()))?.len();
    if size > MAX_FILE {
        return Err(failed(format!("it has {size} bytes, more than {MAX_FILE}")));
    }
    let bytes = std::fs::read(path).map_err(|e| failed(e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8".to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_string();
    Ok(Extra { origin: Origin::Local(path.to_path_buf()), text })
}

/// What a recipe says that is judged, in the repository that was built from it.
///
/// # Errors
/// A revision that names no commit, a merge that cannot be made.
pub fn of_scenario(repo: &Repo, scenario: &Scenario) -> Result<Request, Refusal> {
    let commit = |name: &str| repo.resolve_commit(name).map_err(|error| refused(&error));
    let target = match (&scenario.judge, &scenario.into) {
        (Judge::WorkTree, _) => Target::WorkTree,
        (Judge::Index, _) => Target::Index,
        (Judge::Revision(name), None) => Target::Commit(commit(name)?),
        (Judge::Revision(name), Some(branch)) => {
            let (into, head) = ((branch.as_str(), commit(branch)?), (name.as_str(), commit(name)?));
            return Request::merge(repo, into, head, scenario.as_of).map_err(|error| refused(&error));
        }
    };
    Ok(Request::new(target, scenario.as_of))
}
