//! The hooks of a server, run by real pushes, and fed by hand.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{Output, Scratch, git, roadworthy};
use crate::hooked::{
    NOWHERE, ZERO, attempt, bare, beside, guarded_server, hook, passed, ready, refused, script, server, tip,
};
use crate::trial::says;

/// Takes the owner away in a commit.
fn disown(scratch: &Scratch) -> String {
    git(&scratch.path(), &["rm", "--quiet", "OWNER.toml"]);
    git(&scratch.path(), &["commit", "--quiet", "-m", "Nobody owns it"]);
    tip(&scratch.path(), "HEAD")
}

fn has(folder: &Path, object: &str) -> bool {
    attempt(folder, &["cat-file", "-e", object]).code == Some(0)
}

/// Every line that came from the server fits into 80 columns and tells a terminal nothing.
#[track_caller]
fn fits(output: &Output) {
    let lines: Vec<&str> = output.stderr.lines().filter(|line| line.starts_with("remote: ")).collect();
    assert!(!lines.is_empty(), "{}", output.stderr);
    for line in lines {
        // Git pads with blanks, and clears what stood there on a terminal.
        let line = line.trim_end().trim_end_matches("\u{1b}[K");
        assert!(line.chars().count() <= 84 && !line.contains('\u{1b}'), "{line:?}");
        assert!(line.trim_end().chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn a_push_is_refused_with_a_report_and_accepted_after_repair() {
    let scratch = ready();
    let server = guarded_server(&scratch);
    let before = tip(&server, "production");
    let bad = disown(&scratch);
    let push = attempt(&scratch.path(), &["push", "origin", "production"]);
    refused(&push, "block[owner-missing]");
    refused(&push, "pre-receive hook declined");
    fits(&push);
    assert_eq!(tip(&server, "production"), before);
    assert!(!has(&server, &bad), "the quarantine was thrown away");
    git(&scratch.path(), &["reset", "--quiet", "--hard", "HEAD~1"]);
    scratch.write("README.md", "# Churn\n");
    git(&scratch.path(), &["commit", "--quiet", "-am", "Shorter"]);
    passed(&attempt(&scratch.path(), &["push", "origin", "production"]));
    assert_eq!(tip(&server, "production"), tip(&scratch.path(), "HEAD"));
}

#[test]
fn one_ref_that_blocks_refuses_the_whole_push() {
    let scratch = ready();
    let server = guarded_server(&scratch);
    disown(&scratch);
    let refs = ["push", "origin", "HEAD~1:refs/heads/good", "HEAD:production", "HEAD~1:refs/tags/v1"];
    refused(&attempt(&scratch.path(), &refs), "block[owner-missing]");
    assert_eq!(git(&server, &["for-each-ref", "--format=%(refname)"]), "refs/heads/production\n");
    let good = ["push", "origin", "HEAD~1:refs/heads/good", "HEAD~1:refs/tags/v1"];
    passed(&attempt(&scratch.path(), &good));
    let gone = attempt(&scratch.path(), &["push", "origin", ":refs/heads/good", ":refs/tags/v1"]);
    says(&gone, 0, "branch good is deleted, and is not production");
    fits(&gone);
}

#[test]
fn packs_annotated_tags_and_forced_pushes() {
    let scratch = ready();
    let server = guarded_server(&scratch);
    let folder = scratch.path();
    git(&server, &["config", "receive.unpackLimit", "1"]);
    disown(&scratch);
    git(&folder, &["tag", "-a", "v1", "-m", "The first"]);
    says(&attempt(&folder, &["push", "origin", "v1"]), 0, "not judged: tag v1 is not production");
    git(&folder, &["reset", "--quiet", "--hard", "HEAD~3"]);
    scratch.write("README.md", "# Churn\n");
    git(&folder, &["commit", "--quiet", "-am", "Another way"]);
    passed(&attempt(&folder, &["push", "--force", "origin", "production"]));
    disown(&scratch);
    refused(&attempt(&folder, &["push", "--force", "origin", "production"]), "block[owner-missing]");
}

#[test]
fn forks_borrow_objects_and_paths_may_hold_a_colon() {
    let scratch = ready();
    let (fork, odd) = (beside(&scratch, "fork.git"), beside(&scratch, "we:ird \"x\".git"));
    let server = server(&scratch);
    let names = [server.to_str().unwrap(), fork.to_str().unwrap()];
    git(&scratch.path(), &["clone", "--quiet", "--bare", "--shared", "--template=", names[0], names[1]]);
    bare(&scratch.path(), &odd);
    disown(&scratch);
    for folder in [fork, odd] {
        roadworthy(&folder, &["hook", "install"]).expect_success();
        let url = format!("file://{}", folder.display());
        refused(&attempt(&scratch.path(), &["push", &url, "production"]), "block[owner-missing]");
        passed(&attempt(&scratch.path(), &["push", &url, "HEAD~1:refs/heads/good"]));
    }
}

#[test]
fn a_shallow_client_pushes() {
    let scratch = ready();
    let server = guarded_server(&scratch);
    let shallow = beside(&scratch, "shallow");
    let url = format!("file://{}", server.display());
    git(
        &scratch.path(),
        &["clone", "--quiet", "--depth=1", "-b", "production", &url, shallow.to_str().unwrap()],
    );
    std::fs::write(shallow.join("README.md"), "# Churn\n").unwrap();
    git(&shallow, &["commit", "--quiet", "-am", "Shorter"]);
    passed(&attempt(&shallow, &["push", "origin", "production"]));
    git(&shallow, &["rm", "--quiet", "OWNER.toml"]);
    git(&shallow, &["commit", "--quiet", "-m", "Nobody owns it"]);
    refused(&attempt(&shallow, &["push", "origin", "production"]), "block[owner-missing]");
}

#[test]
fn update_refuses_one_ref_and_lets_the_others_in() {
    let scratch = ready();
    let server = server(&scratch);
    roadworthy(&server, &["hook", "install", "--type", "update"]).expect_success();
    let before = tip(&server, "production");
    disown(&scratch);
    let push = attempt(&scratch.path(), &["push", "origin", "HEAD:production", "HEAD~1:refs/heads/good"]);
    refused(&push, "block[owner-missing]");
    refused(&push, "hook declined");
    fits(&push);
    assert_eq!(tip(&server, "production"), before);
    assert_eq!(tip(&server, "good"), before);
    let output = hook(&server, &["update", "refs/heads/x", ZERO, "HEAD"], b"", &[]);
    says(&output, 2, "`HEAD` is not an object name");
}

#[test]
fn odd_ref_names_are_shown_and_not_obeyed() {
    let scratch = ready();
    let server = guarded_server(&scratch);
    disown(&scratch);
    for name in
        ["a\"b'$(touch${IFS}trap)`touch${IFS}trap`;touch${IFS}trap", "\u{202e}noitcudorp", "-rf", "%s%n"]
    {
        let full = format!("refs/heads/release/{name}");
        let push = attempt(&scratch.path(), &["push", "origin", &format!("HEAD:{full}")]);
        refused(&push, "block[owner-missing]");
        assert!(!push.stderr.lines().any(|l| l.starts_with("remote:") && l.contains('\u{202e}')));
        passed(&attempt(&scratch.path(), &["push", "origin", &format!("HEAD~1:{full}")]));
        let gone = attempt(&scratch.path(), &["push", "origin", &format!(":{full}")]);
        refused(&gone, "is a production branch, and this would delete it");
    }
    assert!(!server.join("trap").exists());
    let good = tip(&server, "production");
    let line = [format!("{ZERO} {good} ").as_bytes(), b"refs/heads/\xe9t\xe9\xff\n"].concat();
    passed(&hook(&server, &["pre-receive"], &line, &[]));
    let line = [format!("{good} {ZERO} ").as_bytes(), b"refs/heads/\xe9t\xe9\xff\n"].concat();
    says(&hook(&server, &["pre-receive"], &line, &[]), 0, "branch \u{fffd}t\u{fffd}\u{fffd} is deleted");
}

#[test]
fn ten_thousand_refs_in_one_push() {
    let scratch = ready();
    let server = server(&scratch);
    let (good, bad) = (tip(&server, "production"), disown(&scratch));
    git(&scratch.path(), &["push", "--quiet", "origin", "HEAD:refs/heads/bad"]);
    let lines = |last: &str| {
        let mut input: String =
            (0..9_999).map(|n| format!("{ZERO} {good} refs/heads/release/{n:05}\n")).collect();
        input.push_str(&format!("{ZERO} {last} refs/heads/release/last\n"));
        input
    };
    let started = Instant::now();
    passed(&hook(&server, &["pre-receive"], lines(&good).as_bytes(), &[]));
    refused(&hook(&server, &["pre-receive"], lines(&bad).as_bytes(), &[]), "block[owner-missing]");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

#[test]
fn what_cannot_be_read_refuses_the_push() {
    let scratch = ready();
    let server = server(&scratch);
    let good = tip(&server, "production");
    let refs = format!("{ZERO} {good} refs/heads/x\n");
    for (input, sentence) in [
        (String::new(), "standard input is empty"),
        (format!("{refs}{good} refs/heads/y\n"), "line 2 of standard input"),
        (format!("{refs}\n"), "line 2 of standard input"),
        (format!("{refs}{ZERO} {good} refs/heads/y"), "its last line does not end"),
        (format!("{ZERO} {NOWHERE} refs/heads/release/y\n"), "there is no revision"),
        (format!("{0}{1} {0}{1} refs/heads/y\n", good, &good[..24]), "SHA-256 is not supported yet"),
        (format!("{ZERO} {good} \u{1b}[31m\n"), "is not a full ref name"),
    ] {
        says(&hook(&server, &["pre-receive"], input.as_bytes(), &[]), 2, sentence);
    }
    let endless = vec![b'a'; (16 << 20) + 2];
    says(&hook(&server, &["pre-receive"], &endless, &[]), 2, "holds more than 16 MiB");
    let nowhere = beside(&scratch, "no-repository");
    std::fs::create_dir(&nowhere).unwrap();
    says(&hook(&nowhere, &["pre-receive"], refs.as_bytes(), &[]), 2, "is not inside a Git repository");
}

#[test]
fn a_kept_hook_reads_the_same_lines() {
    let scratch = ready();
    let server = server(&scratch);
    let log = beside(&scratch, "log");
    let own = format!("#!/bin/sh\ncat >>'{}'\n! grep -q refuse '{0}'\n", log.display());
    script(&server.join("hooks/pre-receive"), &own);
    roadworthy(&server, &["hook", "install", "--force"]).expect_success();
    disown(&scratch);
    refused(&attempt(&scratch.path(), &["push", "origin", "production"]), "block[owner-missing]");
    passed(&attempt(&scratch.path(), &["push", "origin", "HEAD~1:refs/heads/a", "HEAD~1:refs/heads/b"]));
    let seen = std::fs::read_to_string(&log).unwrap();
    let refs: Vec<&str> = seen.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(refs, ["refs/heads/production", "refs/heads/a", "refs/heads/b"]);
    // The kept hook refuses before roadworthy is asked.
    let push = attempt(&scratch.path(), &["push", "origin", "HEAD:refs/heads/refuse"]);
    refused(&push, "pre-receive hook declined");
    assert!(!push.stderr.contains("owner-missing"), "{}", push.stderr);
}
