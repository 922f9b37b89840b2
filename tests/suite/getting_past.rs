//! Ways to get past production's policy that once worked, or were tried.

use crate::common::{self, Scratch, git, roadworthy};
use crate::hooked::{attempt, beside, passed, ready, refused, server, tip};
use crate::trial::{self, check, says};

const EVIDENCE: [&str; 5] =
    ["OWNER.toml", "docs/DPIA.md", "docs/data-contract.md", "docs/runbook.md", "retraining.toml"];
const TWO: &str = "[[model]]\nid = \"churn\"\npath = \"models/churn\"\ntier = \"critical\"\n\n[[model]]\nid = \"b\"\npath = \"models/b\"\n";
const LOCK: &str = "[policy]\nlocked = true\nowners = [\"Grace Hopper <grace@corp.example>\"]\n\n";

fn commit(scratch: &Scratch, who: &str, message: &str) {
    let folder = scratch.path();
    let (name, email) = who.split_once(' ').unwrap();
    let set = [format!("user.name={name}"), format!("user.email={email}")];
    git(&folder, &["add", "--all"]);
    let author = format!("{name} <{email}>");
    git(
        &folder,
        &[
            "-c",
            &set[0],
            "-c",
            &set[1],
            "commit",
            "--quiet",
            "--no-verify",
            "--allow-empty",
            "--author",
            &author,
            "-m",
            message,
        ],
    );
}

/// Two models, each with everything on file, on production; `feature` is checked out.
fn two(before: &str) -> Scratch {
    let scratch = ready();
    let folder = scratch.path();
    for model in ["models/churn", "models/b"] {
        for file in EVIDENCE {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            scratch.write(&format!("{model}/{file}"), text.replace("python src/train.py", "python train.py"));
        }
        scratch.write(&format!("{model}/train.py"), format!("# trains {model}\n"));
    }
    git(
        &folder,
        &[
            "rm",
            "-r",
            "--quiet",
            "OWNER.toml",
            "docs",
            "retraining.toml",
            "src",
            "tests",
            "models/churn.json",
        ],
    );
    scratch.write("roadworthy.toml", format!("{before}{TWO}"));
    commit(&scratch, "Ada ada@corp.example", "Two models");
    git(&folder, &["checkout", "--quiet", "-b", "feature"]);
    scratch
}

fn into(scratch: &Scratch) -> common::Output {
    check(scratch, &["--into", "production"])
}

#[test]
fn a_symbolic_ref_stands_for_what_it_names() {
    let scratch = ready();
    let server = server(&scratch);
    roadworthy(&server, &["hook", "install"]).expect_success();
    git(&server, &["symbolic-ref", "refs/heads/other", "refs/heads/production"]);
    git(&scratch.path(), &["rm", "--quiet", "OWNER.toml"]);
    commit(&scratch, "Ada ada@corp.example", "Nobody owns it");
    refused(&attempt(&scratch.path(), &["push", "origin", "HEAD:refs/heads/other"]), "block[owner-missing]");
    refused(&attempt(&scratch.path(), &["push", "origin", ":refs/heads/other"]), "this would delete it");
    let good = tip(&server, "production");
    let replace = format!("HEAD:refs/replace/{good}");
    refused(
        &attempt(&scratch.path(), &["push", "origin", &replace]),
        "makes Git show another commit than the one that was judged",
    );
}

#[test]
fn what_is_production_is_said_by_every_production_branch() {
    let scratch = ready();
    scratch.write(
        "roadworthy.toml",
        "[production]\nbranches = [\"production\", \"release/*\"]\ntags = [\"v*\"]\n",
    );
    commit(&scratch, "Ada ada@corp.example", "Say what ships");
    let server = server(&scratch);
    roadworthy(&server, &["hook", "install"]).expect_success();
    let folder = scratch.path();
    scratch.write("roadworthy.toml", "[production]\nbranches = [\"nothing\"]\n");
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    commit(&scratch, "Ada ada@corp.example", "Nothing ships");
    git(&folder, &["tag", "v1"]);
    // The server shows a branch that is not there, then one that is not production.
    for head in ["master", "develop"] {
        git(&server, &["symbolic-ref", "HEAD", &format!("refs/heads/{head}")]);
        refused(&attempt(&folder, &["push", "origin", "HEAD:refs/heads/release/1"]), "block[owner-missing]");
        refused(&attempt(&folder, &["push", "origin", "v1"]), "block[owner-missing]");
        passed(&attempt(&folder, &["push", "origin", "HEAD:refs/heads/develop"]));
    }
}

#[test]
fn packs_of_a_server_come_with_the_defaults() {
    let scratch = ready();
    let server = server(&scratch);
    roadworthy(&server, &["hook", "install"]).expect_success();
    let outside = beside(&scratch, "policy");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(
        outside.join("house.toml"),
        "[pack]\nid = \"house\"\ntitle = \"house words\"\n\n[words]\nhouse_words = [\"squad\"]\n",
    )
    .unwrap();
    git(&server, &["config", "roadworthy.policy", outside.to_str().unwrap()]);
    scratch.write("roadworthy.toml", "[production]\nbranches = [\"nothing\"]\n");
    commit(&scratch, "Ada ada@corp.example", "Nothing ships");
    passed(&attempt(&scratch.path(), &["push", "origin", "production"]));
    git(&scratch.path(), &["rm", "--quiet", "OWNER.toml"]);
    commit(&scratch, "Ada ada@corp.example", "Nobody owns it");
    refused(&attempt(&scratch.path(), &["push", "origin", "production"]), "block[owner-missing]");
}

#[test]
fn an_approval_ends_with_the_policy_that_it_saw() {
    let scratch = two("");
    let folder = scratch.path();
    git(&folder, &["tag", "unlocked"]);
    scratch.write("roadworthy.toml", format!("{LOCK}{TWO}"));
    commit(&scratch, "Grace grace@corp.example", "Lock it");
    git(&folder, &["branch", "--quiet", "-f", "production"]);
    scratch.write("roadworthy.toml", format!("{LOCK}[policy.severity]\n\"owner-left\" = \"warn\"\n\n{TWO}"));
    commit(&scratch, "Mal mal@corp.example", "Ask a little less");
    commit(&scratch, "Grace grace@corp.example", "Fine\n\nApproved-by: Grace Hopper <grace@corp.example>");
    says(&into(&scratch), 0, "approves the weaker policy");
    git(&folder, &["checkout", "--quiet", "-b", "side", "unlocked"]);
    scratch.write("note.txt", "nothing of weight\n");
    commit(&scratch, "Mal mal@corp.example", "A note");
    git(&folder, &["merge", "--quiet", "-s", "ours", "--no-edit", "feature"]);
    says(&into(&scratch), 1, "the policy on this branch is not what it was then: approve again");
}

#[test]
fn own_packs_are_compared_in_every_table() {
    let pack = "[pack]\nid = \"house\"\ntitle = \"fairness\"\n\n[[artifact]]\nid = \"fairness\"\ntitle = \"fairness report\"\nusual = [\"docs/fairness.md\"]\n[artifact.facts]\nmeasured = { title = \"what was measured\", is = \"prose\", label = \"Measured\", key = \"measured\" }\n[[artifact.source]]\nfiles = [\"docs/*fairness*.md\"]\n[artifact.source.facts]\nmeasured = { named = [\"measured\"] }\n\n[[rule]]\nid = \"fairness-missing\"\ntitle = \"no fairness report\"\nartifact = \"fairness\"\nseverity = \"warn\"\nwhy = \"because\"\nhelp = \"measure\"\nsource = \"handbook\"\nsince = \"1\"\n[rule.check.present]\nrefuses = [\"missing\", \"misplaced\", \"pointer\", \"unreadable\", \"template\", \"stub\", \"wrong-kind\", \"vetoed\", \"draft\"]\n";
    let words = "[pack]\nid = \"terms\"\ntitle = \"our terms\"\n\n[words]\nhouse_words = [\"squad\"]\n";
    let scratch = two("[policy]\nfiles = [\"governance/*.toml\"]\n\n");
    scratch.write("governance/house.toml", pack);
    scratch.write("governance/terms.toml", words);
    commit(&scratch, "Ada ada@corp.example", "House rules");
    git(&scratch.path(), &["branch", "--quiet", "-f", "production"]);
    scratch.write("governance/house.toml", pack.replace("docs/*fairness*.md", "README.md"));
    scratch.write("governance/terms.toml", words.replace("squad", "crew"));
    commit(&scratch, "Ada ada@corp.example", "Ask less");
    let output = into(&scratch);
    says(&output, 0, "this change would change what counts as `fairness`");
    says(&output, 0, "this change would change the list of words `house_words`");
}

#[test]
fn a_model_that_moves_keeps_its_tier_or_it_is_said() {
    let scratch = two("");
    let folder = scratch.path();
    git(&folder, &["mv", "models/churn", "models/churn2"]);
    let moved = TWO.replace("models/churn", "models/churn2");
    scratch.write("roadworthy.toml", &moved);
    commit(&scratch, "Ada ada@corp.example", "Another name");
    let output = into(&scratch);
    assert!(!output.stdout.contains("policy-weakened"), "{}", output.stdout);
    scratch.write("roadworthy.toml", moved.replace("critical", "experimental"));
    commit(&scratch, "Ada ada@corp.example", "And less of it");
    says(&into(&scratch), 0, "lower the tier of model `churn` from critical to experimental");
    // Moved and unlisted: its files live on.
    git(&folder, &["reset", "--quiet", "--hard", "production"]);
    git(&folder, &["mv", "models/churn", "serving"]);
    git(&folder, &["rm", "-rf", "--quiet", "serving/docs"]);
    scratch.write("roadworthy.toml", "[[model]]\nid = \"b\"\npath = \"models/b\"\n");
    commit(&scratch, "Ada ada@corp.example", "No model any more");
    says(&into(&scratch), 0, "take model `churn` out of the list while its files live on, such as serving/");
    // Gone is gone.
    git(&folder, &["rm", "-r", "--quiet", "serving"]);
    commit(&scratch, "Ada ada@corp.example", "Really gone");
    let output = into(&scratch);
    assert!(!output.stdout.contains("policy-weakened"), "{}", output.stdout);
}

#[test]
fn a_waiver_does_not_change_hands_with_an_id() {
    let waiver = "\n[[waiver]]\nrule = \"runbook-missing\"\nmodel = \"b\"\nreason = \"it is being merged with another\"\napproved_by = \"Grace Hopper <grace@corp.example>\"\nexpires = 2026-12-31\n";
    let scratch = two("");
    scratch.write("roadworthy.toml", format!("{TWO}{waiver}"));
    commit(&scratch, "Ada ada@corp.example", "An exception");
    git(&scratch.path(), &["branch", "--quiet", "-f", "production"]);
    let swapped = TWO.replace("\"b\"", "\"x\"").replace("\"churn\"", "\"b\"").replace("\"x\"", "\"churn\"");
    scratch.write("roadworthy.toml", format!("{swapped}{waiver}"));
    commit(&scratch, "Ada ada@corp.example", "Other names");
    says(&into(&scratch), 0, "this change would waive `runbook-missing` for model `b`");
}

#[test]
fn evidence_that_stops_counting_touches_its_model() {
    let scratch = two("");
    let folder = scratch.path();
    // Another model is put into the folder that holds the evidence.
    scratch.write(
        "roadworthy.toml",
        format!("{TWO}\n[[model]]\nid = \"docs\"\npath = \"models/churn/docs\"\ntier = \"experimental\"\n"),
    );
    let owner = std::fs::read(folder.join("models/churn/OWNER.toml")).unwrap();
    scratch.write("models/churn/docs/OWNER.toml", owner);
    commit(&scratch, "Ada ada@corp.example", "Documents are a model");
    let output = into(&scratch);
    says(&output, 1, "── churn models/churn · critical");
    says(&output, 1, "block[runbook-missing]");
    // Shared evidence turns into a submodule, or into a text of another kind.
    git(&folder, &["checkout", "--quiet", "production"]);
    git(&folder, &["mv", "models/churn/docs/DPIA.md", "DPIA.md"]);
    commit(&scratch, "Ada ada@corp.example", "One assessment at the root");
    git(&folder, &["checkout", "--quiet", "-B", "feature"]);
    let head = tip(&folder, "HEAD");
    git(&folder, &["rm", "--quiet", "DPIA.md"]);
    git(&folder, &["update-index", "--add", "--cacheinfo", &format!("160000,{head},DPIA.md")]);
    git(&folder, &["commit", "--quiet", "-m", "A submodule"]);
    says(&into(&scratch), 1, "block[privacy-missing]");
}

#[test]
fn what_commits_bring_counts_even_when_a_later_one_takes_it_away() {
    let scratch = two("[policy]\npacks = [\"core\", \"commits\"]\n\n");
    let rows: String = (0..4000).map(|n| format!("{n},Ada Lovelace,1815-12-10,London\n")).collect();
    scratch.write("models/churn/customers.csv", format!("id,name,born,city\n{rows}"));
    commit(
        &scratch,
        "Ada ada@corp.example",
        "Add the customers\n\nThey are needed for the next training, says the desk.",
    );
    git(&scratch.path(), &["rm", "--quiet", "models/churn/customers.csv"]);
    commit(
        &scratch,
        "Ada ada@corp.example",
        "Take them away again\n\nThey should never have been here in the first place.",
    );
    says(&into(&scratch), 1, "block[raw-data-committed]");
}

#[test]
fn a_repository_of_many_models_can_adopt_the_gate() {
    let scratch = two("");
    let folder = scratch.path();
    git(&folder, &["checkout", "--quiet", "production"]);
    git(&folder, &["rm", "--quiet", "roadworthy.toml"]);
    commit(&scratch, "Ada ada@corp.example", "No gate yet");
    git(&folder, &["checkout", "--quiet", "-B", "feature"]);
    scratch.write("roadworthy.toml", "[models]\ndiscover = [\"models/*\"]\n");
    commit(&scratch, "Ada ada@corp.example", "Adopt the gate");
    let output = into(&scratch);
    says(&output, 0, "so far the whole repository was one model; from now on 2 models of it will be judged");
    says(&output, 0, "2 models,");
}

#[test]
fn a_push_of_several_refs_ends_with_what_became_of_each() {
    let scratch = ready();
    let server = server(&scratch);
    roadworthy(&server, &["hook", "install"]).expect_success();
    git(&scratch.path(), &["rm", "--quiet", "OWNER.toml"]);
    commit(&scratch, "Ada ada@corp.example", "Nobody owns it");
    let refs = [
        "push",
        "origin",
        "HEAD:refs/heads/release/1",
        "HEAD~1:refs/heads/release/2",
        "HEAD:refs/heads/release/3",
    ];
    let push = attempt(&scratch.path(), &refs);
    refused(&push, "in all release/1 is blocked; release/3 is blocked; release/2 may pass");
}

#[test]
fn what_could_not_begin_is_json_too() {
    let scratch = ready();
    for arguments in [&["check", "--into", "nope", "--format", "json"][..], &["ci", "--format", "json"]] {
        let output = trial::trial(&scratch.path(), arguments);
        let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!((output.code, &report["status"]), (Some(2), &"undecided".into()));
        assert!(report["undecided"][0]["message"].as_str().is_some_and(|m| !m.is_empty()));
    }
}
