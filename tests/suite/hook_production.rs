//! What hooks know of production: which refs ship, whose policy judges a push, what is only advice.

use crate::common::{Scratch, git, recipe, roadworthy};
use crate::hooked::{ZERO, attempt, beside, guarded, hook, passed, ready, refused, server, tip};
use crate::trial::says;

const LISTED: &str = "[[model]]\nid = \"churn\"\npath = \".\"\n";

/// Commits everything past all hooks.
fn commit(scratch: &Scratch, message: &str) {
    git(&scratch.path(), &["add", "--all"]);
    git(&scratch.path(), &["commit", "--quiet", "--no-verify", "-m", message]);
}

/// A repository with a configuration on production, and a server whose production is the same.
fn served(config: &str) -> (Scratch, std::path::PathBuf) {
    let scratch = ready();
    scratch.write("roadworthy.toml", config);
    commit(&scratch, "Say what is judged");
    let server = server(&scratch);
    roadworthy(&server, &["hook", "install"]).expect_success();
    (scratch, server)
}

#[test]
fn a_commit_on_another_branch_is_told_what_production_would_say() {
    let scratch = guarded();
    let folder = scratch.path();
    git(&folder, &["checkout", "--quiet", "-b", "feature"]);
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    let output = attempt(&folder, &["commit", "-m", "Nobody owns it"]);
    says(&output, 0, "advice on its way to production this would be blocked by owner-missing");
    says(
        &output,
        0,
        "feature is not production, so nothing stops here; `roadworthy check --staged` shows why",
    );
    scratch.write("OWNER.toml", "owner = \"Ada Lovelace <ada@corp.example>\"\n");
    git(&folder, &["add", "--all"]);
    let output = attempt(&folder, &["commit", "-m", "Ada owns it"]);
    assert!(!output.stderr.contains("advice"), "all is well, so nothing is said: {}", output.stderr);
    // A policy that cannot be read stops nothing here, and is said.
    scratch.write("roadworthy.toml", "[polcy]\n");
    git(&folder, &["add", "--all"]);
    says(
        &attempt(&folder, &["commit", "-m", "Broken"]),
        0,
        "advice production could not judge this: unknown key `polcy`",
    );
    git(&folder, &["checkout", "--quiet", "--detach"]);
    git(&folder, &["rm", "--quiet", "docs/runbook.md"]);
    says(
        &attempt(&folder, &["commit", "-m", "Detached"]),
        0,
        "no branch is checked out, so nothing stops here",
    );
}

#[test]
fn a_push_cannot_bring_the_policy_that_lets_it_in() {
    let (scratch, server) = served(LISTED);
    let before = tip(&server, "production");
    git(&scratch.path(), &["rm", "--quiet", "docs/runbook.md"]);
    scratch.write("roadworthy.toml", format!("[policy.severity]\n\"runbook-missing\" = \"off\"\n\n{LISTED}"));
    commit(&scratch, "No runbook, and no rule about it");
    let push = attempt(&scratch.path(), &["push", "origin", "production"]);
    refused(&push, "block[runbook-missing]");
    refused(&push, "this change would switch off `runbook-missing` for model `churn`");
    refused(&push, "production, moved from");
    // Nor does it help to take the branch out of production on the way.
    scratch.write("roadworthy.toml", format!("[production]\nbranches = [\"live\"]\n\n{LISTED}"));
    commit(&scratch, "Nothing here is production");
    refused(&attempt(&scratch.path(), &["push", "origin", "production"]), "block[runbook-missing]");
    refused(
        &attempt(&scratch.path(), &["push", "origin", "production"]),
        "take the branch pattern `production` out of production",
    );
    assert_eq!(tip(&server, "production"), before);
}

#[test]
fn a_production_branch_cannot_be_deleted_and_a_new_one_is_judged_whole() {
    let (scratch, server) =
        served(&format!("[production]\nbranches = [\"production\", \"release/*\"]\n\n{LISTED}"));
    let folder = scratch.path();
    let deleted = attempt(&folder, &["push", "origin", ":production"]);
    refused(&deleted, "`production` is a production branch, and this would delete it");
    refused(&deleted, "first take it out of `branches` in [production] of roadworthy.toml");
    passed(&attempt(&folder, &["push", "origin", "HEAD:refs/heads/release/1"]));
    refused(&attempt(&folder, &["push", "origin", ":release/1"]), "would delete it");
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    commit(&scratch, "Nobody owns it");
    passed(&attempt(&folder, &["push", "origin", "HEAD:refs/heads/topic"]));
    refused(&attempt(&folder, &["push", "origin", "HEAD:refs/heads/release/2"]), "new branch release/2");
    // Its own policy does not judge it either.
    scratch.write("roadworthy.toml", format!("[policy.severity]\n\"owner-missing\" = \"off\"\n\n{LISTED}"));
    commit(&scratch, "Nobody has to");
    refused(&attempt(&folder, &["push", "origin", "HEAD:refs/heads/release/2"]), "block[owner-missing]");
    assert!(git(&server, &["branch", "--list", "release/2"]).is_empty());
}

#[test]
fn the_first_push_into_an_empty_server_is_judged_by_what_it_brings() {
    let scratch = ready();
    let folder = scratch.path();
    let server = beside(&scratch, "empty.git");
    git(&folder, &["init", "--quiet", "--bare", "--template=", "-b", "production", server.to_str().unwrap()]);
    roadworthy(&server, &["hook", "install"]).expect_success();
    git(&folder, &["remote", "add", "origin", server.to_str().unwrap()]);
    git(&folder, &["checkout", "--quiet", "-b", "bad"]);
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    commit(&scratch, "Nobody owns it");
    refused(&attempt(&folder, &["push", "origin", "bad:production"]), "block[owner-missing]");
    passed(&attempt(&folder, &["push", "origin", "production"]));
}

#[test]
fn a_production_tag_is_judged_like_a_merge() {
    let (scratch, server) =
        served(&format!("[production]\nbranches = [\"production\"]\ntags = [\"v*\"]\n\n{LISTED}"));
    let folder = scratch.path();
    git(&folder, &["tag", "-a", "v1", "-m", "The first"]);
    passed(&attempt(&folder, &["push", "origin", "v1"]));
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    scratch.write("roadworthy.toml", "[production]\nbranches = [\"production\"]\n");
    commit(&scratch, "Nobody owns it");
    git(&folder, &["tag", "-a", "v2", "-m", "The second"]);
    git(&folder, &["tag", "nightly"]);
    let push = attempt(&folder, &["push", "origin", "v2"]);
    refused(&push, "block[owner-missing]");
    refused(&push, "since tag v1");
    passed(&attempt(&folder, &["push", "origin", "nightly"]));
    assert_eq!(git(&server, &["tag", "--list"]), "nightly\nv1\n");
}

#[test]
fn a_broken_policy_on_the_server_lets_only_its_repair_in() {
    let (scratch, server) = served(LISTED);
    let folder = scratch.path();
    let hooks = server.join("hooks");
    std::fs::rename(&hooks, server.join("off")).unwrap();
    scratch.write("roadworthy.toml", "this is no TOML");
    commit(&scratch, "Somebody with the power to do it breaks it");
    git(&folder, &["push", "--quiet", "origin", "production"]);
    std::fs::rename(server.join("off"), &hooks).unwrap();
    scratch.write("README.md", "# Churn\n");
    commit(&scratch, "Something else");
    refused(&attempt(&folder, &["push", "origin", "production"]), "nothing can land there but its repair");
    scratch.write("roadworthy.toml", LISTED);
    commit(&scratch, "Mend it");
    passed(&attempt(&folder, &["push", "origin", "production"]));
}

#[test]
fn a_server_has_a_policy_of_its_own() {
    let (scratch, server) = served(&format!(
        "[policy]\npacks = []\n\n[policy.severity]\n\"waiver-unused\" = \"off\"\n\n{LISTED}"
    ));
    let outside = beside(&scratch, "policy");
    std::fs::create_dir(&outside).unwrap();
    let ours = "[production]\nbranches = [\"*\"]\n\n[policy]\npacks = [\"core\"]\n";
    std::fs::write(outside.join("roadworthy.toml"), ours).unwrap();
    git(&scratch.path(), &["rm", "--quiet", "OWNER.toml"]);
    commit(&scratch, "Nobody owns it");
    git(&server, &["config", "roadworthy.policy", outside.to_str().unwrap()]);
    refused(&attempt(&scratch.path(), &["push", "origin", "production"]), "block[owner-missing]");
    refused(&attempt(&scratch.path(), &["push", "origin", "HEAD:refs/heads/topic"]), "block[owner-missing]");
    git(&server, &["config", "roadworthy.policy", "/no/such/folder"]);
    refused(&attempt(&scratch.path(), &["push", "origin", "production"]), "/no/such/folder cannot be read");
}

#[test]
fn a_push_that_rewrites_production_is_judged_against_what_was_there() {
    let (scratch, server) = served(LISTED);
    let folder = scratch.path();
    git(&folder, &["reset", "--quiet", "--hard", "HEAD~1"]);
    git(&folder, &["rm", "--quiet", "docs/runbook.md"]);
    commit(&scratch, "Another way, without a list and without a runbook");
    let push = attempt(&folder, &["push", "--force", "origin", "production"]);
    refused(&push, "block[runbook-missing]");
    refused(&push, "policy pack gate, pack core, production:roadworthy.toml");
    assert_ne!(tip(&server, "production"), tip(&folder, "HEAD"));
}

#[test]
fn a_message_is_judged_before_the_commit_is_made() {
    let scratch = recipe("commits/ready.toml");
    let folder = scratch.path();
    // Hooks judge as of today, whenever that is.
    let config = std::fs::read_to_string(folder.join("roadworthy.toml")).unwrap();
    let dated =
        "\n[policy.severity]\n\"retraining-overdue\" = \"off\"\n\"privacy-review-overdue\" = \"off\"\n";
    scratch.write("roadworthy.toml", config + dated);
    commit(&scratch, "Nothing that a date decides\n\nThese tests are run for years.");
    roadworthy(&folder, &["hook", "install", "--type", "commit-msg"]).expect_success();
    let train = std::fs::read_to_string(folder.join("src/train.py")).unwrap();
    scratch.write("src/train.py", train.replace("24 months", "12 months"));
    git(&folder, &["add", "--all"]);
    let before = tip(&folder, "HEAD");
    let output = attempt(&folder, &["commit", "-m", "Shorter window"]);
    refused(&output, "block[commit-without-context]");
    refused(&output, "as it would be made on production");
    assert_eq!(tip(&folder, "HEAD"), before);
    let why = "Shorter window\n\nThe tariff of March made everything before it useless for training.";
    passed(&attempt(&folder, &["commit", "-m", why]));
    // On another branch it is advice.
    git(&folder, &["checkout", "--quiet", "-b", "feature"]);
    scratch.write("src/train.py", train);
    git(&folder, &["add", "--all"]);
    let output = attempt(&folder, &["commit", "-m", "Longer window"]);
    says(&output, 0, "advice on its way to production this would be blocked by commit-without-context");
    // A comment is no reason.
    std::fs::write(
        folder.join(".git/COMMIT_EDITMSG"),
        "Longer window\n\n# The tariff of March made it useless.\n",
    )
    .unwrap();
    git(&folder, &["checkout", "--quiet", "production"]);
    scratch.write("src/train.py", "# nothing\n");
    git(&folder, &["add", "--all"]);
    refused(
        &hook(&folder, &["commit-msg", ".git/COMMIT_EDITMSG"], b"", &[]),
        "block[commit-without-context]",
    );
}

#[test]
fn refs_that_are_neither_branches_nor_tags_are_free() {
    let (_scratch, server) = served(LISTED);
    let good = tip(&server, "production");
    let tree = tip(&server, "production^{tree}");
    for (object, name) in
        [(&good, "refs/notes/commits"), (&tree, "refs/tags/tree"), (&good, "refs/pull/1/head")]
    {
        passed(&hook(&server, &["pre-receive"], format!("{ZERO} {object} {name}\n").as_bytes(), &[]));
    }
    let output =
        hook(&server, &["pre-receive"], format!("{ZERO} {tree} refs/heads/release/1\n").as_bytes(), &[]);
    says(&output, 2, "is not a commit: it names a tree");
}
