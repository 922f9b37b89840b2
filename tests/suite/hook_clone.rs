//! The hooks of a clone, run by real Git: commits, merges, pushes.

use crate::common::{Scratch, git, roadworthy};
use crate::hooked::{
    self, NOWHERE, ZERO, attempt, attempt_with, guarded, hook, passed, ready, refused, script, server, tip,
};
use crate::trial::says;

const TEAM: &str = "owner = \"data science team\"\n";

#[test]
fn a_commit_is_judged_by_what_it_would_hold() {
    let scratch = guarded();
    let (folder, before) = (scratch.path(), tip(&scratch.path(), "HEAD"));
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    refused(&attempt(&folder, &["commit", "-m", "Nobody owns it"]), "block[owner-missing]");
    assert_eq!(tip(&folder, "HEAD"), before);
    scratch.write("README.md", "# Churn\n");
    passed(&attempt(&folder, &["commit", "-m", "Only the readme", "README.md"]));
    refused(&attempt(&folder.join("docs"), &["commit", "-m", "From a folder"]), "block[owner-missing]");
    passed(&attempt(&folder, &["commit", "--no-verify", "-m", "Nobody owns it"]));
}

#[test]
fn temporary_indexes_are_the_ones_that_are_judged() {
    let scratch = guarded();
    let folder = scratch.path();
    scratch.write("OWNER.toml", TEAM);
    passed(&attempt(&folder, &["commit", "--allow-empty", "-m", "Not staged"]));
    for arguments in [&["commit", "-am", "All"][..], &["commit", "-m", "One", "OWNER.toml"]] {
        refused(&attempt(&folder, arguments), "block[owner-not-a-person]");
    }
    let chosen = attempt_with(&folder, &["commit", "-p", "-m", "Pieces"], b"y\ny\ny\n", &[]);
    refused(&chosen, "block[owner-not-a-person]");
    let (git_dir, tree) = ("--git-dir=../.git", "--work-tree=..");
    let from = folder.join("docs");
    refused(&attempt(&from, &[git_dir, tree, "commit", "-am", "Named"]), "block[owner-not-a-person]");
}

#[test]
fn a_merge_is_judged_by_its_result() {
    let scratch = guarded();
    let folder = scratch.path();
    git(&folder, &["checkout", "--quiet", "-b", "topic"]);
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    git(&folder, &["commit", "--quiet", "--no-verify", "-m", "Nobody owns it"]);
    git(&folder, &["checkout", "--quiet", "production"]);
    let before = tip(&folder, "HEAD");
    refused(&attempt(&folder, &["merge", "--no-ff", "--no-edit", "topic"]), "block[owner-missing]");
    assert_eq!(tip(&folder, "HEAD"), before);
    git(&folder, &["merge", "--abort"]);
    git(&folder, &["checkout", "--quiet", "-b", "good", before.as_str()]);
    scratch.write("README.md", "# Churn\n");
    git(&folder, &["commit", "--quiet", "-am", "Shorter"]);
    git(&folder, &["checkout", "--quiet", "production"]);
    passed(&attempt(&folder, &["merge", "--no-ff", "--no-edit", "good"]));
}

#[test]
fn a_linked_work_tree_runs_the_hooks_of_its_repository() {
    let scratch = guarded();
    let linked = hooked::beside(&scratch, "linked");
    git(&scratch.path(), &["worktree", "add", "--quiet", "-b", "release/2", linked.to_str().unwrap()]);
    git(&linked, &["rm", "--quiet", "OWNER.toml"]);
    let commit = attempt(&linked, &["commit", "-m", "Nobody owns it"]);
    refused(&commit, "block[owner-missing]");
    refused(&commit, "staged files, for release/2");
    says(&roadworthy(&linked, &["hook", "install"]), 0, "kept");
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let (inner, outer) = (ready(), ready());
    let url = inner.path().display().to_string();
    let folder = outer.path();
    git(&folder, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "models/inner"]);
    let module = folder.join("models/inner");
    roadworthy(&module, &["hook", "install"]).expect_success();
    assert!(folder.join(".git/modules/models/inner/hooks/pre-commit").is_file());
    assert!(!folder.join(".git/hooks/pre-commit").exists());
    git(&module, &["rm", "--quiet", "OWNER.toml"]);
    refused(&attempt(&module, &["commit", "-m", "Nobody owns it"]), "block[owner-missing]");
    passed(&attempt(&folder, &["commit", "-m", "A submodule"]));
}

#[test]
fn a_message_is_read_with_its_comments() {
    let scratch = ready();
    let folder = scratch.path();
    roadworthy(&folder, &["hook", "install", "--type", "commit-msg"]).expect_success();
    passed(&attempt(&folder, &["commit", "--allow-empty", "-m", "Well"]));
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    refused(&attempt(&folder, &["commit", "-m", "Nobody owns it"]), "block[owner-missing]");
    let output = hook(&folder, &["commit-msg", "no-such-file"], b"", &[]);
    says(&output, 2, "the message in `no-such-file` cannot be read");
    scratch.write("long", vec![b'a'; 2 << 20]);
    says(&hook(&folder, &["commit-msg", "long"], b"", &[]), 2, "longer than 1048576 bytes");
}

/// A clone with hooks, its server, and a commit on top that nobody owns.
fn pushing() -> (Scratch, std::path::PathBuf) {
    let scratch = guarded();
    let server = server(&scratch);
    git(&scratch.path(), &["rm", "--quiet", "OWNER.toml"]);
    git(&scratch.path(), &["commit", "--quiet", "--no-verify", "-m", "Nobody owns it"]);
    (scratch, server)
}

#[test]
fn a_push_is_judged_before_anything_is_sent() {
    let (scratch, server) = pushing();
    let (folder, before) = (scratch.path(), tip(&server, "production"));
    refused(&attempt(&folder, &["push", "origin", "production"]), "block[owner-missing]");
    // What was typed holds blanks.
    let new = "HEAD@{0 days ago}:refs/heads/release/2";
    refused(&attempt(&folder, &["push", "origin", new]), "block[owner-missing]");
    refused(
        &attempt(&folder, &["push", "origin", "HEAD~1:refs/heads/a", "HEAD:refs/heads/release/3"]),
        "owner-missing",
    );
    // What is not production may hold anything.
    let topic = attempt(&folder, &["push", "origin", "HEAD:refs/heads/topic"]);
    says(&topic, 0, "not judged: branch topic is not production");
    assert_eq!(tip(&server, "production"), before);
    passed(&attempt(&folder, &["push", "origin", "HEAD~1:refs/heads/good"]));
    let deleted = attempt(&folder, &["push", "origin", ":refs/heads/good"]);
    passed(&deleted);
    says(&deleted, 0, "branch good is deleted, and is not production");
    let gone = attempt(&folder, &["push", "origin", ":refs/heads/production"]);
    refused(&gone, "`production` is a production branch, and this would delete it");
    git(&folder, &["revert", "--no-edit", "HEAD"]);
    passed(&attempt(&folder, &["push", "origin", "production"]));
    // Git runs the hook for nothing at all, too.
    passed(&attempt(&folder, &["push", "origin", "production"]));
}

#[test]
fn a_remote_that_has_moved_on_is_judged_as_it_was_last_seen() {
    let (scratch, server) = pushing();
    let folder = scratch.path();
    let head = tip(&folder, "HEAD");
    let line = |name: &str| format!("HEAD {head} {name} {NOWHERE}\n");
    let output = hook(&folder, &["pre-push", "origin", "url"], line("refs/heads/production").as_bytes(), &[]);
    says(&output, 1, "branch production of origin has moved on to a commit that is not here");
    says(&output, 1, "`git fetch origin` shows what is new there");
    let output = hook(&folder, &["pre-push", "origin", "url"], line("refs/heads/release/2").as_bytes(), &[]);
    says(&output, 1, "judged as if it were created");
    assert!(server.exists());
}

#[test]
fn hook_managers_that_keep_standard_input() {
    let (scratch, _server) = pushing();
    let folder = scratch.path();
    let (old, new) = (tip(&folder, "HEAD~1"), tip(&folder, "HEAD"));
    let all = [
        ("PRE_COMMIT_FROM_REF", old.as_str()),
        ("PRE_COMMIT_TO_REF", new.as_str()),
        ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/production"),
        ("PRE_COMMIT_REMOTE_NAME", "origin"),
    ];
    says(&hook(&folder, &["pre-push"], b"", &all), 1, "block[owner-missing]");
    says(&hook(&folder, &["pre-push"], b"", &all[1..]), 1, "block[owner-missing]");
    says(&hook(&folder, &["pre-push"], b"", &all[..2]), 2, "does not set PRE_COMMIT_REMOTE_BRANCH");
    // Lines are stronger than variables.
    let line = format!("HEAD~1 {old} refs/heads/x {ZERO}\n");
    passed(&hook(&folder, &["pre-push", "origin", "url"], line.as_bytes(), &all));
    // Neither: the branch that is checked out, and a sentence about it.
    let neither = hook(&folder, &["pre-push", "origin", "url"], b"", &[]);
    says(&neither, 1, "standard input says nothing of what is pushed");
    says(&neither, 1, "block[owner-missing]");
    git(&folder, &["checkout", "--quiet", "--detach"]);
    let detached = hook(&folder, &["pre-push", "origin", "url"], b"", &[]);
    says(&detached, 2, "and no branch is checked out");
    says(&detached, 2, "`use_stdin: true`");
}

#[test]
fn file_names_of_a_hook_manager_change_nothing() {
    let scratch = ready();
    passed(&hook(&scratch.path(), &["pre-commit", "a.py", "no such file"], b"", &[]));
}

#[test]
fn without_the_program_nothing_goes_through() {
    let scratch = guarded();
    let folder = scratch.path();
    for name in ["pre-commit", "pre-push", "pre-merge-commit"] {
        let path = folder.join(".git/hooks").join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let line = text.lines().find(|line| line.trim().starts_with("program=/")).unwrap();
        script(&path, &text.replace(line.trim(), "program='/no/such/program'"));
    }
    git(&folder, &["rm", "--quiet", "tests", "-r"]);
    let commit = attempt(&folder, &["commit", "-m", "x"]);
    refused(&commit, "roadworthy is not on PATH: nothing is judged, so this stops here");
    refused(&commit, "git commit --no-verify");
    let server = server(&scratch);
    refused(&attempt(&folder, &["push", "origin", "HEAD:refs/heads/x"]), "git push --no-verify");
    assert!(git(&server, &["branch", "--list", "x"]).is_empty());
}

#[test]
fn a_push_from_a_linked_work_tree() {
    let (scratch, server) = pushing();
    let linked = hooked::beside(&scratch, "linked");
    git(&scratch.path(), &["worktree", "add", "--quiet", "-b", "release/2", linked.to_str().unwrap()]);
    refused(&attempt(&linked, &["push", "origin", "release/2"]), "block[owner-missing]");
    passed(&attempt(&linked, &["push", "origin", "HEAD~1:refs/heads/release/2"]));
    assert_eq!(tip(&server, "release/2"), tip(&linked, "HEAD~1"));
}

#[test]
fn a_kept_hook_and_roadworthy_both_read_what_is_pushed() {
    let (scratch, server) = pushing();
    let (folder, log) = (scratch.path(), hooked::beside(&scratch, "log"));
    let own = format!("#!/bin/sh\necho \"$1\" >>'{0}'\ncat >>'{0}'\n! grep -q secret '{0}'\n", log.display());
    script(&folder.join(".git/hooks/pre-push"), &own);
    roadworthy(&folder, &["hook", "install", "--force"]).expect_success();
    refused(&attempt(&folder, &["push", "origin", "HEAD:refs/heads/release/a"]), "block[owner-missing]");
    passed(&attempt(&folder, &["push", "origin", "HEAD~1:refs/heads/b", "HEAD~1:refs/heads/c"]));
    let seen = std::fs::read_to_string(&log).unwrap();
    assert_eq!(seen.lines().filter(|line| *line == "origin").count(), 2, "{seen}");
    assert!(["/a ", "/b ", "/c "].iter().all(|name| seen.contains(name)), "{seen}");
    let own_refusal = attempt(&folder, &["push", "origin", "HEAD~1:refs/heads/secret"]);
    assert!(own_refusal.code != Some(0) && !own_refusal.stderr.contains("block["), "{own_refusal:?}");
    assert!(git(&server, &["branch", "--list", "secret"]).is_empty());
}
