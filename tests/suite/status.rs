//! A model's readiness on one page.

use crate::common::{self, git, recipe};
use crate::trial::{DAY, says, trial};

fn status(scratch: &common::Scratch, more: &[&str]) -> common::Output {
    trial(&scratch.path(), &[&["status", "--as-of", DAY], more].concat())
}

#[test]
fn a_page_says_what_is_on_file_who_answers_and_what_is_due() {
    let scratch = recipe("core/ready.toml");
    let output = status(&scratch, &[]);
    for told in [
        "root (., standard) may go to production: 5 of 5 demands are met",
        "✔ owner file OWNER.toml",
        "owner Ada Lovelace deputy Grace Hopper retrained monthly",
        "privacy assessment due 2027-05-20",
        "retraining plan due 2026-11-20",
    ] {
        says(&output, 0, told);
    }
    let page = status(&scratch, &["--format", "markdown"]);
    says(&page, 0, "| privacy assessment | met | docs/DPIA.md | |");
    says(&page, 0, "- retraining plan due: 2026-11-20");
}

#[test]
fn what_is_open_or_waived_is_said_with_its_reason() {
    let scratch = recipe("core/ready.toml");
    git(&scratch.path(), &["rm", "--quiet", "docs/runbook.md"]);
    scratch.write("OWNER.toml", "owner = \"data science team\"\n");
    scratch.write(
        "roadworthy.toml",
        "[[model]]\nid = \"churn\"\npath = \".\"\nmode = \"batch\"\n\n[[waiver]]\nrule = \"runbook-missing\"\nreason = \"it is being merged with another\"\napproved_by = \"Grace Hopper <grace@corp.example>\"\nexpires = 2026-12-31\n",
    );
    let output = status(&scratch, &[]);
    says(&output, 0, "churn (., standard, batch) may not go to production: 4 of 5 demands are met");
    says(
        &output,
        0,
        "✘ owner file OWNER.toml does not say who owns the model: `data science team` is a team",
    );
    says(
        &output,
        0,
        "~ runbook waived until 2026-12-31 by Grace Hopper <grace@corp.example>: it is being merged with another",
    );
    let report: serde_json::Value =
        serde_json::from_str(&status(&scratch, &["--format", "json"]).stdout).unwrap();
    let churn = &report["models"][0];
    assert_eq!((&churn["ready"], &churn["mode"]), (&false.into(), &"batch".into()));
    let states: Vec<&str> =
        churn["demands"].as_array().unwrap().iter().map(|d| d["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["missing", "met", "met", "waived", "met"]);
}

#[test]
fn hostile_text_stays_text_on_every_page() {
    let scratch = recipe("core/ready.toml");
    scratch
        .write("OWNER.toml", "owner = \"Ada | <b>Lovelace</b> ![x](http://x.example)\\u001b[31m\\u202e\"\n");
    for format in ["human", "markdown", "json"] {
        let output = status(&scratch, &["--format", format]);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        if format == "markdown" {
            use pulldown_cmark::{Event, Parser, Tag};
            let live = |event: &Event<'_>| {
                matches!(
                    event,
                    Event::Html(_)
                        | Event::InlineHtml(_)
                        | Event::Start(Tag::Link { .. } | Tag::Image { .. })
                )
            };
            assert!(!Parser::new(&output.stdout).any(|event| live(&event)), "{}", output.stdout);
        }
    }
    scratch.write("roadworthy.toml", "[polcy]\n");
    says(&status(&scratch, &[]), 2, "unknown key `polcy`");
}
