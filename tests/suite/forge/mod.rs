//! A forge's repository, and checkouts of it as CI services make them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::{Output, Scratch, git};
use crate::hooked::{NOWHERE, beside, fed, ready, scrubbed, tip};
use crate::trial::tame;

/// A forge's repository: production has moved on since the pull request was opened, and the pull request
/// takes the owner away in two commits.
pub(crate) struct Forge {
    /// Where it lies.
    pub(crate) scratch: Scratch,
    /// The commit that the pull request was opened from; what `base.sha` says for ever.
    pub(crate) stale: String,
    pub(crate) base: String,
    pub(crate) head: String,
    pub(crate) merge: String,
}

impl Forge {
    pub(crate) fn new() -> Forge {
        let scratch = ready();
        let folder = scratch.path();
        let stale = tip(&folder, "HEAD");
        git(&folder, &["checkout", "--quiet", "-b", "topic"]);
        scratch.write("notes.md", "# Notes\n");
        scratch.commit("2026-10-22T09:00:00Z", "Notes");
        git(&folder, &["rm", "--quiet", "OWNER.toml"]);
        let head = scratch.commit("2026-10-23T09:00:00Z", "Nobody owns it");
        git(&folder, &["checkout", "--quiet", "production"]);
        scratch.write("CHANGES.md", "# Changes\n");
        let base = scratch.commit("2026-10-24T09:00:00Z", "Changes");
        git(&folder, &["checkout", "--quiet", "--detach"]);
        git(&folder, &["merge", "--quiet", "--no-ff", "-m", "Merge topic into production", "topic"]);
        let merge = tip(&folder, "HEAD");
        git(&folder, &["update-ref", "refs/pull/7/merge", "HEAD"]);
        git(&folder, &["update-ref", "refs/pull/7/head", "topic"]);
        git(&folder, &["checkout", "--quiet", "production"]);
        Forge { scratch, stale, base, head, merge }
    }

    /// Fetches as actions/checkout does, and checks out what `refspec` brought.
    pub(crate) fn checkout(&self, name: &str, fetch: &[&str], rev: &str) -> PathBuf {
        let folder = beside(&self.scratch, name);
        std::fs::create_dir(&folder).unwrap();
        git(&folder, &["init", "--quiet", "--template=", "-b", "none"]);
        let url = format!("file://{}", self.scratch.path().display());
        git(&folder, &["remote", "add", "origin", &url]);
        git(&folder, &[&["fetch", "--quiet", "--no-tags", "origin"], fetch].concat());
        git(&folder, &["checkout", "--quiet", "--detach", rev]);
        folder
    }

    /// The merge with its whole history: `fetch-depth: 0` brings all branches too.
    pub(crate) fn whole(&self, name: &str, rev: &str) -> PathBuf {
        let all = [
            "+refs/heads/*:refs/remotes/origin/*",
            "+refs/tags/*:refs/tags/*",
            "+refs/pull/7/merge:refs/remotes/pull/7/merge",
        ];
        self.checkout(name, &all, rev)
    }

    /// Runs `ci` with an event of GitHub.
    pub(crate) fn github(&self, folder: &Path, event: &str, payload: &Value) -> Output {
        self.github_as(folder, event, &payload.to_string(), &[("GITHUB_SHA", &self.merge)])
    }

    pub(crate) fn github_as(
        &self,
        folder: &Path,
        event: &str,
        payload: &str,
        more: &[(&str, &str)],
    ) -> Output {
        let file = beside(&self.scratch, "event.json");
        std::fs::write(&file, payload).unwrap();
        let fixed = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_EVENT_PATH", file.to_str().unwrap()),
        ];
        ci(folder, &[], &[&fixed, more].concat())
    }

    /// The payload of a pull request, with fields that nobody asks for.
    pub(crate) fn pull_request(&self) -> Value {
        json!({
            "action": "synchronize",
            "pull_request": {
                "number": 7,
                "title": "::error::no",
                "head": { "ref": "topic", "sha": self.head, "repo": { "fork": true } },
                "base": { "ref": "production", "sha": self.stale },
                "merge_commit_sha": NOWHERE,
            },
            "repository": { "default_branch": "production" },
        })
    }
}

/// `roadworthy ci` with variables.
pub(crate) fn ci(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = scrubbed(env!("CARGO_BIN_EXE_roadworthy"), folder);
    command.env("NO_COLOR", "1").args(["ci", "--as-of", "2026-11-01"]).args(arguments);
    command.envs(variables.iter().copied());
    let output = fed(command, b"");
    tame(&output);
    output
}

pub(crate) fn short(id: &str) -> &str {
    &id[..10]
}
