//! `roadworthy ci` in checkouts as GitHub makes them, with payloads modelled on its documentation; and
//! where no service is known.

use crate::common::git;
use crate::forge::{Forge, ci, short};
use crate::hooked::{NOWHERE, ZERO, tip};
use crate::trial::{cannot_judge, flat, says};
use serde_json::{Value, json};

#[test]
fn a_pull_request_is_judged_against_the_parent_of_its_merge_and_not_the_stale_base() {
    let forge = Forge::new();
    let folder = forge.whole("work", "refs/remotes/pull/7/merge");
    let output = forge.github(&folder, "pull_request", &forge.pull_request());
    let (head, base) = (short(&forge.head), short(&forge.base));
    says(
        &output,
        1,
        &format!("decided a merge of pull request 7, at {head}, into branch production, at {base}"),
    );
    says(&output, 1, &format!("HEAD, {}, is that merge as GitHub made it", short(&forge.merge)));
    says(&output, 1, "block[owner-missing]");
    assert!(!flat(&output).contains(short(&forge.stale)), "{}", output.stdout);
}

#[test]
fn a_shallow_checkout_is_refused_with_the_line_to_add() {
    let forge = Forge::new();
    let merge = "+refs/pull/7/merge:refs/remotes/pull/7/merge";
    for depth in ["1", "2"] {
        let folder = forge.checkout(depth, &["--depth", depth, merge], "refs/remotes/pull/7/merge");
        let output = forge.github(&folder, "pull_request", &forge.pull_request());
        cannot_judge(&output, "the clone is shallow");
        says(&output, 2, "add `fetch-depth: 0` under `with:` of the step that uses actions/checkout");
        // The parents are cut off, and their names are known all the same.
        says(&output, 2, &format!("into branch production, at {}", short(&forge.base)));
    }
    let folder = forge.checkout("head", &["--depth", "1", "refs/pull/7/head"], "FETCH_HEAD");
    let output = forge.github(&folder, "pull_request", &forge.pull_request());
    cannot_judge(&output, "add `fetch-depth: 0`");
    says(&output, 2, "the branch production, which is merged into, is not in this clone");
}

#[test]
fn a_checkout_of_the_head_is_merged_here() {
    let forge = Forge::new();
    let folder = forge.whole("work", &forge.head);
    let output = forge.github(&folder, "pull_request", &forge.pull_request());
    says(&output, 1, &format!("into branch production, at {}", short(&forge.base)));
    says(&output, 1, "HEAD is the head of the pull request and not its merge");
    git(&folder, &["checkout", "--quiet", &forge.stale]);
    let output = forge.github(&folder, "pull_request", &forge.pull_request());
    says(&output, 1, &format!("HEAD, {}, is not the merge that GitHub made", short(&forge.stale)));
    git(&folder, &["update-ref", "-d", "refs/remotes/origin/production"]);
    let output = forge.github(&folder, "pull_request", &forge.pull_request());
    cannot_judge(&output, "the branch production, which is merged into, is not in this clone");
    says(&output, 2, "`git fetch --no-tags origin +refs/heads/production:refs/remotes/origin/production`");
}

/// Where the workflow checks out the branch, its owner may have pushed since: a merge with a commit whose
/// policy asks for nothing.
#[test]
fn a_merge_that_the_pull_request_made_itself_is_no_base() {
    let forge = Forge::new();
    let folder = forge.whole("work", &forge.stale);
    std::fs::write(folder.join("roadworthy.toml"), "[policy.severity]\n\"owner-missing\" = \"off\"\n")
        .unwrap();
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "-m", "No rules"]);
    git(&folder, &["merge", "--quiet", "--no-ff", "-m", "Merge", &forge.head]);
    let output = forge.github(&folder, "pull_request", &forge.pull_request());
    says(&output, 1, &format!("into branch production, at {}", short(&forge.base)));
    says(&output, 1, "is not the merge that GitHub made");
    let payload = forge.pull_request().to_string();
    let output = forge.github_as(&folder, "pull_request", &payload, &[]);
    cannot_judge(&output, "the variable GITHUB_SHA is not set");
}

#[test]
fn pull_request_target_never_judges_its_checkout() {
    let forge = Forge::new();
    let branch = "+refs/heads/production:refs/remotes/origin/production";
    let folder = forge.checkout("work", &[branch], "refs/remotes/origin/production");
    let output = forge.github(&folder, "pull_request_target", &forge.pull_request());
    cannot_judge(
        &output,
        &format!("the head of pull request 7, commit {}, is not in this clone", short(&forge.head)),
    );
    let fetch = "git fetch --no-tags origin +refs/pull/7/head:refs/remotes/pull/7/head";
    says(&output, 2, fetch);
    git(&folder, &["fetch", "--quiet", "--no-tags", "origin", "+refs/pull/7/head:refs/remotes/pull/7/head"]);
    let output = forge.github(&folder, "pull_request_target", &forge.pull_request());
    says(&output, 1, "on pull_request_target HEAD is not the pull request: it is not judged");
    says(&output, 1, "block[owner-missing]");
}

#[test]
fn a_merge_group_moves_its_branch() {
    let forge = Forge::new();
    let folder = forge.whole("work", &forge.merge);
    let group = |base: &str| {
        json!({ "action": "checks_requested", "merge_group": {
            "head_sha": forge.merge, "head_ref": "refs/heads/gh-readonly-queue/production/pr-7",
            "base_sha": base, "base_ref": "refs/heads/production" } })
    };
    let output = forge.github(&folder, "merge_group", &group(&forge.base));
    let (base, merge) = (short(&forge.base), short(&forge.merge));
    says(&output, 1, &format!("the merge queue moves branch production from {base} to {merge}"));
    let output = forge.github(&folder, "merge_group", &group(NOWHERE));
    cannot_judge(&output, "the base of the merge group, commit 1234567890, is not in this clone");
    cannot_judge(&forge.github(&folder, "merge_group", &group(ZERO)), "names no commit");
}

#[test]
fn pushes_of_branches_and_tags() {
    let forge = Forge::new();
    let upstream = forge.scratch.path();
    git(&upstream, &["tag", "-a", "v1", "-m", "The first", &forge.head]);
    let tag = tip(&upstream, "v1");
    let folder = forge.whole("work", &forge.head);
    let push =
        |name: &str, before: &str, after: &str| json!({ "ref": name, "before": before, "after": after });
    let github = |payload: &Value| forge.github(&folder, "push", payload);
    let (base, head, stale) = (&forge.base, &forge.head, &forge.stale);
    let moved = github(&push("refs/heads/production", stale, base));
    says(&moved, 0, &format!("a push moves branch production from {} to {}", short(stale), short(base)));
    let created = github(&push("refs/heads/release/new", ZERO, head));
    says(&created, 1, &format!("a push creates branch release/new at {}", short(head)));
    let deleted = github(&push("refs/heads/old", head, ZERO));
    says(&deleted, 0, "branch old is deleted, and is not production");
    says(&github(&push("refs/tags/v1", ZERO, &tag)), 0, "not judged: tag v1 is not production");
    let forced = github(&push("refs/heads/production", NOWHERE, base));
    cannot_judge(
        &forced,
        "what branch production was before this push, commit 1234567890, is not in this clone",
    );
    says(&forced, 2, &format!("`git fetch origin {NOWHERE}`"));
    // A checkout that left the annotated tag itself behind.
    let bare = forge.checkout("untagged", &["+refs/heads/*:refs/remotes/origin/*"], head);
    let payload = push("refs/tags/v1", ZERO, &tag).to_string();
    let output = forge.github_as(&bare, "push", &payload, &[("GITHUB_SHA", head)]);
    says(&output, 0, &format!("the tag is annotated: it names commit {}", short(head)));
    cannot_judge(&forge.github_as(&bare, "push", &payload, &[]), "the new tip of tag v1");
}

#[test]
fn where_nothing_lands_the_whole_is_looked_at() {
    let forge = Forge::new();
    let folder = forge.whole("work", &forge.base);
    for event in ["workflow_dispatch", "schedule"] {
        let more = [("GITHUB_REF", "refs/heads/production"), ("GITHUB_SHA", forge.base.as_str())];
        let output = forge.github_as(&folder, event, "not even read", &more);
        says(&output, 0, &format!("all models of branch production, at {}", short(&forge.base)));
        says(&output, 0, &format!("on {event} nothing lands"));
        cannot_judge(
            &forge.github_as(&folder, event, "{}", &more[1..]),
            "the variable GITHUB_REF is not set",
        );
    }
}

#[test]
fn events_that_lack_something_are_named() {
    let forge = Forge::new();
    let folder = forge.whole("work", "refs/remotes/pull/7/merge");
    let sha =
        json!({ "pull_request": { "number": 7, "head": { "sha": 7 }, "base": { "ref": "production" } } });
    for (event, payload, sentence) in [
        ("issue_comment", "{}".to_owned(), "the event issue_comment does not say what lands where"),
        ("pull_request", "{}".to_owned(), "`pull_request.number` is missing in the event file"),
        ("pull_request", "[]".to_owned(), "it is no JSON object"),
        ("pull_request", "{".to_owned(), "cannot be read"),
        ("pull_request", sha.to_string(), "`pull_request.head.sha` is no text in the event file"),
        (
            "pull_request",
            sha.to_string().replace("\"sha\":7", "\"sha\":\"HEAD\""),
            "is `HEAD`, which is not an object name",
        ),
        ("push", "{\"ref\":\"\"}".to_owned(), "`ref` is empty in the event file"),
        ("push", "{\"ref\":\"refs/heads/x\"}".to_owned(), "`before` is missing in the event file"),
        ("merge_group", "{\"merge_group\":null}".to_owned(), "`merge_group.base_sha` is missing"),
        ("pull_request", format!("{{\"number\":7{}}}", " ".repeat(33 << 20)), "it holds more than 32 MiB"),
        ("pull_request", "[".repeat(100_000), "cannot be read"),
    ] {
        cannot_judge(&forge.github_as(&folder, event, &payload, &[]), sentence);
    }
    cannot_judge(&ci(&folder, &[], &[("GITHUB_ACTIONS", "true")]), "GITHUB_EVENT_NAME is not set");
    let named = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push")];
    cannot_judge(&ci(&folder, &[], &named), "GITHUB_EVENT_PATH is not set");
    let gone = [&named[..], &[("GITHUB_EVENT_PATH", "no-such-file")]].concat();
    cannot_judge(&ci(&folder, &[], &gone), "the event file `no-such-file` cannot be read");
}

#[test]
fn a_log_command_in_a_branch_name_is_not_passed_on() {
    let forge = Forge::new();
    let folder = forge.whole("work", "refs/remotes/pull/7/merge");
    let mut payload = forge.pull_request();
    payload["pull_request"]["base"]["ref"] = json!("x ##[error]no\n::error::no\u{1b}[31m");
    let output = forge.github(&folder, "pull_request", &payload);
    for line in output.stdout.lines().take_while(|line| !line.is_empty()) {
        assert!(!line.contains("##[") && !line.trim_start().starts_with("::"), "{line}");
    }
    assert!(output.stdout.contains("decided"), "{}", output.stdout);
}

#[test]
fn a_fetch_command_can_be_copied_whatever_the_branch_is_called() {
    let forge = Forge::new();
    let folder = forge.whole("work", &forge.head);
    let mut payload = forge.pull_request();
    payload["pull_request"]["base"]["ref"] = json!("x$(touch${IFS}y)");
    let output = forge.github(&folder, "pull_request", &payload);
    let refspec = "'+refs/heads/x$(touch${IFS}y):refs/remotes/origin/x$(touch${IFS}y)'";
    cannot_judge(&output, &format!("`git fetch --no-tags origin {refspec}`"));
}

#[test]
fn anywhere_else_base_and_head_are_named() {
    let forge = Forge::new();
    let folder = forge.whole("work", &forge.head);
    let output = ci(&folder, &[], &[]);
    cannot_judge(&output, "this is no CI service that roadworthy knows");
    says(&output, 2, "`roadworthy ci --base origin/main --head HEAD`");
    let output = ci(&folder, &["--base", "origin/production"], &[("CI", "true")]);
    let decided =
        format!("a merge of HEAD ({}) into origin/production ({})", short(&forge.head), short(&forge.base));
    says(&output, 1, &decided);
    says(&output, 1, "`--base` and `--head` say so");
    says(&ci(&folder, &["--base", "HEAD", "--head", "origin/production"], &[]), 1, "decided");
    cannot_judge(&ci(&folder, &["--base", "origin/nope"], &[]), "there is no revision `origin/nope`");
    says(&ci(&folder, &["--head", "HEAD"], &[]), 2, "--base");
    // Names are stronger than the environment.
    let output = ci(&folder, &["--base", "origin/production"], &[("GITHUB_ACTIONS", "true")]);
    says(&output, 1, &decided);
    let output = ci(&folder, &["--base", "origin/production", "--format", "json"], &[]);
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((output.code, &report["exit_code"]), (Some(1), &json!(1)));
    assert!(output.stderr.contains("decided"), "{}", output.stderr);
    let shallow =
        forge.checkout("shallow", &["--depth", "1", "+refs/heads/*:refs/remotes/origin/*"], "origin/topic");
    cannot_judge(&ci(&shallow, &["--base", "origin/production"], &[]), "run `git fetch --unshallow` first");
}
