//! What tests of rules about commits share: changes on top of a production branch in which all is well.

use std::io::Write as _;
use std::process::Stdio;

use chrono::NaiveDate;
use roadworthy::fixture;
use roadworthy::gate::{self, Judged, Request};
use roadworthy::git::{CommitId, Repo};
use roadworthy::report::{Human, Style, Verbosity, human};

use crate::common::{Scratch, git, recipe};

pub(crate) const AS_OF: &str = "2026-11-01";

/// The repository in which all rules of the pack hold.
pub(crate) fn ready() -> Scratch {
    recipe("commits/ready.toml")
}

pub(crate) fn rev(scratch: &Scratch, name: &str) -> String {
    git(&scratch.path(), &["rev-parse", name]).trim().to_string()
}

/// A commit made of bytes, so that Git has no say in what it holds.
pub(crate) fn raw(
    scratch: &Scratch,
    tree: &str,
    parents: &[&str],
    author: &str,
    more: &str,
    message: &[u8],
) -> String {
    let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
    let headers = format!(
        "tree {tree}\n{parents}author {author}\ncommitter Grace Hopper <grace@corp.example> 1793200000 +0000\n{more}\n"
    );
    let mut command = fixture::scrubbed("git", &scratch.path(), &scratch.path());
    command.args(["hash-object", "-t", "commit", "-w", "--literally", "--stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&[headers.as_bytes(), message].concat()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

/// The tree of production with a shorter window in the training.
pub(crate) fn changed_tree(scratch: &Scratch) -> String {
    let place = scratch.path().join("src/train.py");
    let text = std::fs::read_to_string(&place).unwrap();
    std::fs::write(&place, text.replace("interval '24 months'", "interval '12 months'")).unwrap();
    git(&scratch.path(), &["add", "--all"]);
    let tree = git(&scratch.path(), &["write-tree"]).trim().to_string();
    git(&scratch.path(), &["reset", "--quiet", "--hard"]);
    tree
}

pub(crate) fn request(scratch: &Scratch, head: &str) -> (Repo, Request) {
    let repo = Repo::discover(&scratch.path()).unwrap();
    let date = NaiveDate::parse_from_str(AS_OF, "%Y-%m-%d").unwrap();
    let into = CommitId::parse(&rev(scratch, "production")).unwrap();
    let request =
        Request::merge(&repo, ("production", into), ("", CommitId::parse(head).unwrap()), date).unwrap();
    (repo, request)
}

pub(crate) fn judge(scratch: &Scratch, head: &str) -> Judged {
    let (repo, request) = request(scratch, head);
    gate::judge(&repo, &request)
}

/// Rules with findings, and their messages.
pub(crate) fn found(judged: &Judged) -> Vec<(String, String)> {
    judged.verdict.findings.iter().map(|f| (f.rule.clone(), f.message.clone())).collect()
}

pub(crate) fn rules(judged: &Judged) -> Vec<String> {
    let mut rules: Vec<String> = found(judged).into_iter().map(|(rule, _)| rule).collect();
    rules.dedup();
    rules
}

pub(crate) fn shown(judged: &Judged) -> String {
    let style = Style { color: false, width: 100, unicode: true };
    human(&judged.verdict, &judged.sources, &Human { style, verbosity: Verbosity::Normal })
}

pub(crate) const GRACE: &str = "Grace Hopper <grace@corp.example> 1793200000 +0000";
pub(crate) const WHY: &[u8] = b"Shorten the window\n\nTariffs changed in autumn 2025.\n";
