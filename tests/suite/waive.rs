//! Exceptions that are written into roadworthy.toml.

use crate::common::{self, Scratch, git, recipe, roadworthy};
use crate::trial::says;

const WHY: [&str; 6] = [
    "--reason",
    "the label feed is down",
    "--until",
    "2099-12-31",
    "--approved-by",
    "Grace Hopper <grace@corp.example>",
];

fn config(scratch: &Scratch) -> String {
    std::fs::read_to_string(scratch.path().join("roadworthy.toml")).unwrap()
}

fn waive(scratch: &Scratch, arguments: &[&str]) -> common::Output {
    roadworthy(&scratch.path(), &[&["waive"], arguments, &WHY].concat())
}

#[test]
fn a_waiver_is_appended_and_holds() {
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", "# ours\n[[model]]\nid = \"churn\" # the only one\npath = \".\"");
    git(&scratch.path(), &["rm", "--quiet", "docs/runbook.md"]);
    says(&roadworthy(&scratch.path(), &["check"]), 1, "block[runbook-missing]");
    says(
        &waive(&scratch, &["runbook-missing", "--model", "churn"]),
        0,
        "wrote a waiver of runbook-missing for model churn, until 2099-12-31",
    );
    assert_eq!(
        config(&scratch),
        "# ours\n[[model]]\nid = \"churn\" # the only one\npath = \".\"\n\n[[waiver]]\nrule = \"runbook-missing\"\nmodel = \"churn\"\nreason = \"the label feed is down\"\napproved_by = \"Grace Hopper <grace@corp.example>\"\nexpires = 2099-12-31\n"
    );
    says(&roadworthy(&scratch.path(), &["check"]), 0, "waived runbook-missing until 2099-12-31");
    says(
        &waive(&scratch, &["runbook-missing", "--model", "churn"]),
        2,
        "`runbook-missing` has a waiver already",
    );
}

#[test]
fn what_the_gate_would_not_read_is_not_written() {
    let scratch = recipe("core/ready.toml");
    let before = "[[model]]\nid = \"churn\"\npath = \".\"\n";
    scratch.write("roadworthy.toml", before);
    for (arguments, told) in [
        (&["runbook-mising"][..], "did you mean `runbook-missing`?"),
        (&["runbook-missing", "--model", "chrun"], "did you mean `churn`?"),
    ] {
        says(&waive(&scratch, arguments), 2, told);
    }
    let with = |reason: &str, until: &str, who: &str| {
        roadworthy(
            &scratch.path(),
            &["waive", "runbook-missing", "--reason", reason, "--until", until, "--approved-by", who],
        )
    };
    let grace = "Grace Hopper <grace@corp.example>";
    says(&with("TBD", "2099-12-31", grace), 2, "still a placeholder");
    says(&with("because", "2020-01-01", grace), 2, "2020-01-01 has passed");
    says(&with("because", "soon", grace), 2, "`soon` is not a date");
    says(&with("because", "2099-12-31", "data science team"), 2, "`data science team` is not a person");
    assert_eq!(config(&scratch), before);
    // Quotes and line breaks stay text.
    says(&with("he said \"later\"\nrule = \"x\"", "2099-12-31", grace), 0, "wrote a waiver");
    assert_eq!(roadworthy(&scratch.path(), &["policy", "check"]).code, Some(0), "{}", config(&scratch));
}

#[test]
fn without_a_file_one_is_made_and_without_an_approver_the_committer_signs() {
    let scratch = recipe("core/ready.toml");
    git(&scratch.path(), &["config", "user.name", "Ada Lovelace"]);
    git(&scratch.path(), &["config", "user.email", "ada@corp.example"]);
    roadworthy(&scratch.path(), &["waive", "owner-inactive", "--reason", "leave", "--until", "2099-12-31"])
        .expect_success();
    assert!(config(&scratch).starts_with("[[waiver]]\nrule = \"owner-inactive\"\nreason = \"leave\"\napproved_by = \"Ada Lovelace <ada@corp.example>\"\n"));
    #[cfg(unix)]
    {
        std::fs::remove_file(scratch.path().join("roadworthy.toml")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", scratch.path().join("roadworthy.toml")).unwrap();
        assert_eq!(waive(&scratch, &["owner-inactive"]).code, Some(2));
    }
}

#[test]
fn a_baseline_waives_what_blocks_today_and_nothing_else() {
    let scratch = recipe("demo/pilot.toml");
    assert_eq!(roadworthy(&scratch.path(), &["check"]).code, Some(1));
    let output = roadworthy(&scratch.path(), &[&["baseline"], &WHY[..]].concat());
    says(&output, 0, "From now on only new gaps block");
    let check = roadworthy(&scratch.path(), &["check"]);
    says(&check, 0, "5 waived");
    assert_eq!(config(&scratch).matches("[[waiver]]").count(), 5);
    says(&roadworthy(&scratch.path(), &[&["baseline"], &WHY[..]].concat()), 0, "nothing blocks today");
    scratch.write("roadworthy.toml", "[polcy]\n");
    says(&roadworthy(&scratch.path(), &[&["baseline"], &WHY[..]].concat()), 2, "unknown key `polcy`");
}
