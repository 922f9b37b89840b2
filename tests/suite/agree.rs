//! Two pieces of evidence against each other: the kind of check `agree`, in a policy of a repository's own.

use crate::common::{self, Scratch, recipe};
use crate::trial::{check, says};
use serde_json::Value;

/// A pack with two artifacts, `plan` and `report`, and one rule about the first of them.
fn house(check: &str) -> String {
    let artifact = |id: &str| {
        format!(
            r#"
[[artifact]]
id = "{id}"
title = "{id}"
combine = true
[artifact.facts]
owner = {{ title = "who answers for it", is = "person", label = "Owner" }}
keep = {{ title = "how long it is kept", is = "duration", label = "Keep" }}
share = {{ title = "which share is enough", is = "ratio", label = "Share" }}
day = {{ title = "the day of it", is = "date", label = "Day" }}
release = {{ title = "its release", is = "version", label = "Release" }}
stage = {{ title = "its stage", is = "prose(1)", label = "Stage" }}
term = {{ title = "a term", is = "any", label = "Term" }}
excuse = {{ title = "an excuse", is = "any", label = "Excuse" }}
[[artifact.source]]
files = ["{id}*.md", "{id}*.toml"]
[[rule]]
id = "{id}-missing"
title = "no {id}"
artifact = "{id}"
severity = "off"
why = "w"
help = "h"
source = "s"
since = "1"
[rule.check.present]
refuses = ["missing", "misplaced", "pointer", "unreadable", "template", "stub", "wrong-kind", "vetoed", "draft"]
"#
        )
    };
    format!(
        "[pack]\nid = \"house\"\n{}{}\n[[rule]]\nid = \"plan-alone\"\ntitle = \"plan and report part\"\nartifact = \"plan\"\n\
         severity = \"block\"\nwhy = \"w\"\nhelp = \"h\"\nsource = \"s\"\nsince = \"1\"\n{check}",
        artifact("plan"),
        artifact("report")
    )
}

fn claim(facts: &str, relation: &str, with: &str) -> String {
    format!("[rule.check.agree]\nfacts = [\"{facts}\"]\nrelation = \"{relation}\"\nwith = [\"{with}\"]\n")
}

/// The ready repository with this pack and these files.
fn with(check: &str, files: &[(&str, &str)]) -> Scratch {
    let scratch = recipe("core/ready.toml");
    scratch.write(
        "roadworthy.toml",
        "[policy]\nfiles = [\"gov/house.toml\"]\n\n[[model]]\nid = \"churn\"\npath = \".\"\ntier = \"critical\"\n",
    );
    scratch.write("gov/house.toml", house(check));
    for (path, text) in files {
        scratch.write(path, text);
    }
    scratch
}

/// What the rule finds.
fn found(scratch: &Scratch) -> Vec<Value> {
    let output = check(scratch, &["--format", "json"]);
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["undecided"], serde_json::json!([]), "{}", output.stdout);
    let all = report["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["rule"] == "plan-alone").cloned().collect()
}

/// Asks about a line of `plan.md` and one of `report.md`.
#[track_caller]
fn asks(scratch: &Scratch, check: &str, plan: &str, report: &str, fails: bool) {
    let (plan, report) = (format!("# Plan\n\n- {plan}\n"), format!("# Report\n\n- {report}\n"));
    for (path, text) in [("gov/house.toml", &house(check)), ("plan.md", &plan), ("report.md", &report)] {
        scratch.write(path, text);
    }
    let findings = found(scratch);
    assert_eq!(!findings.is_empty(), fails, "{check}{plan}{report}{findings:#?}");
}

#[test]
fn both_places_stand_in_one_picture() {
    let scratch = with(
        &claim("keep", "equal", "report.keep"),
        &[("plan.md", "# Plan\n\n- Keep: 30 days\n"), ("report.md", "# Report\n\n- Keep: 90 days\n")],
    );
    let findings = found(&scratch);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let finding = &findings[0];
    assert_eq!(finding["at"]["path"], "plan.md", "{finding:#}");
    assert_eq!(finding["related"][0]["at"]["path"], "report.md", "{finding:#}");
    let message = finding["message"].as_str().unwrap();
    assert_eq!(message, "plan and report part: `30 days` in plan.md and `90 days` in report.md");
    let output = check(&scratch, &[]);
    for told in ["╭▸ plan.md:3:9", "⸬ report.md:3:9", "⸬ gov/house.toml:", "`plan-alone` asks for it"]
    {
        says(&output, 1, told);
    }
}

#[test]
fn equal_values_are_equal_in_any_unit_and_notation() {
    let scratch = with("", &[]);
    for (fact, plan, report, fails) in [
        ("keep", "Keep: 30 days", "Keep: 1 month", true),
        ("keep", "Keep: 14 days", "Keep: 2 weeks", false),
        ("share", "Share: 99.5 %", "Share: 0.995", false),
        ("share", "Share: 99.5 %", "Share: 99.9 %", true),
        ("day", "Day: 2026-11-01", "Day: 1 November 2026", false),
        ("day", "Day: 2026-11-01", "Day: 2026-11-02", true),
        ("release", "Release: v1.4", "Release: 1.4.0", false),
        ("release", "Release: 1.4.0", "Release: 1.5.0", true),
        ("release", "Release: 1.4.0", "Release: 1.5.0-rc.1", false),
        ("owner", "Owner: Ada Lovelace", "Owner: ada lovelace <ada@corp.example>", false),
        ("owner", "Owner: Ada Lovelace", "Owner: Grace Hopper", true),
        ("owner", "Owner: Ada Lovelace", "Owner: @al42", false),
        ("term", "Term: Red  Queen", "Term: red queen", false),
        ("term", "Term: red queen", "Term: white queen", true),
    ] {
        asks(&scratch, &claim(fact, "equal", &format!("report.{fact}")), plan, report, fails);
    }
}

#[test]
fn kinds_say_what_values_mean() {
    let scratch = with("", &[]);
    let check = claim("stage", "equal", "report.stage")
        + "kinds = { live = [\"re:^live\", \"production\"], pilot = [\"pilot\", \"experiment*\"] }\n";
    for (plan, report, fails) in [
        ("Stage: live since May", "Stage: a pilot with ten customers", true),
        ("Stage: live since May", "Stage: in production", false),
        ("Stage: live since May", "Stage: nobody knows", false),
        ("Stage: live since May", "Stage: from pilot to production", false),
    ] {
        asks(&scratch, &check, plan, report, fails);
    }
    let tier = "[rule.check.agree]\nfacts = [\"stage\"]\nrelation = \"equal\"\nwith = [\"model.tier\"]\n\
        kinds = { live = [\"=critical\"], pilot = [\"pilot\"] }\n";
    asks(&scratch, tier, "Stage: pilot", "Stage: pilot", true);
    let mode = tier.replace("model.tier", "model.mode");
    asks(&scratch, &mode, "Stage: pilot", "Stage: pilot", false);
}

#[test]
fn the_other_relations() {
    let scratch = with("", &[]);
    for (relation, fact, plan, report, fails) in [
        ("at-most", "keep", "Keep: 30 days", "Keep: 90 days", false),
        ("at-most", "keep", "Keep: 90 days", "Keep: 90 days", false),
        ("at-most", "keep", "Keep: 91 days", "Keep: 90 days", true),
        ("at-most", "day", "Day: 2026-12-01", "Day: 2026-11-30", true),
        ("newest", "release", "Release: 1.4.0", "Release: 1.4.0\n- Release: 1.3.0", false),
        ("newest", "release", "Release: 1.3.0", "Release: 1.3.0\n- Release: 1.10.0\n- Release: 1.9.0", true),
        ("newest", "release", "Release: 1.10.0", "Release: 1.9.0", true),
        ("newest", "release", "Release: 1.10", "Release: 1.10.2", false),
        ("newest", "release", "Release: 4.0.1", "Release: 1.9.0", false),
        ("newest", "day", "Day: 2026-10-01", "Day: 2026-11-01", true),
        ("shared", "owner", "Owner: Ada Lovelace", "Owner: Grace Hopper\n- Owner: Ada Lovelace", false),
        ("shared", "owner", "Owner: Ada Lovelace", "Owner: Grace Hopper\n- Owner: Mary Jackson", true),
        ("shared", "owner", "Owner: Ada Lovelace", "Owner: @gh7", false),
        ("shared", "owner", "Owner: @ada-lovelace", "Owner: Ada Lovelace", false),
    ] {
        asks(&scratch, &claim(fact, relation, &format!("report.{fact}")), plan, report, fails);
    }
}

#[test]
fn a_value_is_mentioned_in_any_notation() {
    let scratch = with("", &[]);
    let check = claim("term", "mentioned", "report") + "fillers = [\"=alert\"]\nunless = [\"excuse\"]\n";
    for (plan, report, fails) in [
        ("Term: FeatureDriftAlert", "a feature has drifted", false),
        ("Term: FeatureDriftAlert", "`feature_drift_alert`", false),
        ("Term: FeatureDriftAlert", "a feature is missing", true),
        ("Term: FeatureDriftAlert", "a feature\n- the drift", true),
        ("Term: FeatureDriftAlert", "nothing <!-- feature drift -->", true),
        ("Term: FeatureDriftAlert\n- Excuse: it is in the wiki", "nothing", false),
    ] {
        asks(&scratch, &check, plan, report, fails);
    }
}

#[test]
fn values_that_say_nothing_are_left_out() {
    let scratch = with("", &[]);
    let check = claim("term", "equal", "report.term") + "ignore = [\"to be agreed\"]\n";
    asks(&scratch, &check, "Term: to be agreed with Mary", "Term: 3 days", false);
    asks(&scratch, &check, "Term: 2 days", "Term: 3 days", true);
}

/// Several different values in one file are no claim; the same facts in another file are.
#[test]
fn a_file_with_several_values_states_none_of_them() {
    let check = "[rule.check.agree]\nfacts = [\"keep\"]\nrelation = \"equal\"\n";
    let page = |days: &[u32]| {
        let lines: String = days.iter().map(|n| format!("- Keep: {n} days\n")).collect();
        format!("# Plan\n\n{lines}")
    };
    for (one, other, fails) in [
        (page(&[30]), page(&[90]), true),
        (page(&[30, 30]), page(&[30]), false),
        (page(&[30, 90]), page(&[60]), false),
        (page(&[30, 90]), String::new(), false),
    ] {
        let scratch = with(check, &[("plan.md", &one), ("docs/plan-b.md", &other)]);
        assert_eq!(!found(&scratch).is_empty(), fails, "{one}{other}");
    }
}

/// A page nearer to the model's folder speaks before others, and one that agrees is enough.
#[test]
fn files_about_parts_accuse_nobody() {
    let check = claim("keep", "equal", "report.keep");
    let page = |days: u32| format!("# Page\n\n- Keep: {days} days\n");
    for (plans, reports, fails) in [
        (vec![("plan.md", 30), ("part/plan.md", 90)], vec![("report.md", 30)], false),
        (vec![("plan.md", 30)], vec![("report.md", 30), ("part/report.md", 90)], false),
        (vec![("plan-a.md", 30), ("plan-b.md", 90)], vec![("report.md", 30)], false),
        (vec![("plan.md", 30)], vec![("report-a.md", 90), ("report-b.md", 30)], false),
        (vec![("plan-a.md", 30), ("plan-b.md", 30)], vec![("report.md", 90)], true),
        (vec![("part/plan.md", 30)], vec![("report.md", 90)], true),
    ] {
        let all: Vec<(&str, String)> =
            plans.iter().chain(&reports).map(|(path, n)| (*path, page(*n))).collect();
        let files: Vec<(&str, &str)> = all.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(!found(&with(&check, &files)).is_empty(), fails, "{plans:?} {reports:?}");
    }
}

#[test]
fn only_the_files_that_are_meant_are_compared() {
    let check = claim("keep", "equal", "keep") + "files = [\"*.md\"]\nwith_files = [\"*.toml\"]\n";
    let page = "# Plan\n\n- Keep: 30 days\n";
    let scratch = with(&check, &[("plan.md", page), ("docs/plan-b.md", "# Plan\n\n- Keep: 90 days\n")]);
    assert_eq!(found(&scratch), Vec::<Value>::new());
    let scratch = with(&check, &[("plan.md", page), ("plan.toml", "keep = \"90 days\"\n")]);
    assert_eq!(found(&scratch).len(), 1);
}

/// One side missing, or not to be judged, is the business of other rules.
#[test]
fn a_missing_side_is_silent() {
    for relation in ["equal", "shared", "newest", "at-most"] {
        let fact = if relation == "at-most" { "keep" } else { "release" };
        let check = claim(fact, relation, &format!("report.{fact}"));
        let page = "# Plan\n\n- Release: 1.4.0\n- Keep: 30 days\n";
        for files in [vec![("plan.md", page)], vec![("report.md", page)], vec![]] {
            assert_eq!(found(&with(&check, &files)), Vec::<Value>::new(), "{relation} {files:?}");
        }
        let unreadable = [("plan.md", page), ("report.toml", "release = [1\n")];
        assert_eq!(found(&with(&check, &unreadable)), Vec::<Value>::new(), "{relation}");
    }
    let mentioned = claim("term", "mentioned", "report");
    assert_eq!(found(&with(&mentioned, &[("plan.md", "# Plan\n\n- Term: drift\n")])), Vec::<Value>::new());
}

/// With several models, a page at the root may speak of any of them; one in the model's folder cannot.
#[test]
fn a_page_about_all_models_accuses_none_of_them() {
    let check = claim("keep", "equal", "report.keep");
    let plan = "# Plan\n\n- Keep: 30 days\n";
    let report = "# Report\n\n- Keep: 90 days\n";
    let models = |both: bool| {
        let one =
            |id: &str| format!("\n[[model]]\nid = \"{id}\"\npath = \"models/{id}\"\ntier = \"critical\"\n");
        let second = if both { one("fraud") } else { String::new() };
        format!("[policy]\nfiles = [\"gov/house.toml\"]\n{}{second}", one("churn"))
    };
    for (both, place, findings) in [(true, "docs/", 0), (true, "models/churn/", 1), (false, "docs/", 1)] {
        let scratch = with(&check, &[("models/churn/plan.md", plan), ("models/fraud/a.py", "A = 1\n")]);
        scratch.write("roadworthy.toml", models(both));
        scratch.write(&format!("{place}report.md"), report);
        assert_eq!(found(&scratch).len(), findings, "{both} {place}");
    }
}

#[test]
fn each_of_several_claims_must_hold() {
    let one = |fact: &str| {
        format!(
            "[[rule.check.agree]]\nfacts = [\"{fact}\"]\nrelation = \"equal\"\nwith = [\"report.{fact}\"]\n"
        )
    };
    let scratch = with(
        &(one("keep") + &one("release") + &one("share")),
        &[
            ("plan.md", "# Plan\n\n- Keep: 30 days\n- Release: 1.4.0\n- Share: 99 %\n"),
            ("report.md", "# Report\n\n- Keep: 90 days\n- Release: 1.5.0\n- Share: 99 %\n"),
        ],
    );
    let messages: Vec<String> = found(&scratch).iter().map(|f| f["message"].to_string()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("30 days") && messages[1].contains("1.4.0"), "{messages:?}");
}

/// Very many values, and names of thousands of words, end soon and accuse nobody.
#[test]
fn hostile_values_end_soon() {
    let mut plan = String::from("# Plan\n\n");
    for n in 0..3_000 {
        plan.push_str(&format!("- Term: {}\n- Release: 1.{n}.0\n", "word".repeat(n % 50 + 1)));
    }
    plan.push_str(&format!("- Term: {}\n", "VeryLongName".repeat(30_000)));
    let report = format!("# Report\n\n- Term: x\n{}\n", "very long line ".repeat(20_000));
    let check = format!(
        "[{0}]\nfacts = [\"term\"]\nrelation = \"mentioned\"\nwith = [\"report\"]\n[{0}]\nfacts = [\"release\"]\n\
         relation = \"newest\"\nwith = [\"release\", \"report.release\"]\n",
        "[rule.check.agree]"
    );
    let scratch = with(&check, &[("plan.md", &plan), ("report.md", &report)]);
    let findings = found(&scratch);
    assert!(findings.len() <= 10, "{}", findings.len());
}

#[track_caller]
fn told(check: &str, expected: &[&str]) {
    common::told(&house(check), expected);
}

#[test]
fn right_tables_have_no_mistakes() {
    for (fact, relation) in
        [("keep", "equal"), ("owner", "shared"), ("release", "newest"), ("keep", "at-most")]
    {
        told(&claim(fact, relation, &format!("report.{fact}")), &[]);
    }
    told(&claim("term", "mentioned", "report"), &[]);
    told("[rule.check.agree]\nfacts = [\"keep\"]\nrelation = \"equal\"\n", &[]);
    told(&(claim("stage", "equal", "model.mode") + "kinds = { a = [\"a\"], b = [\"b\"] }\n"), &[]);
}

#[test]
fn wrong_tables_are_refused_with_what_is_wrong() {
    told("[rule.check.agree]\n", &["no `facts`", "no `relation`", "no `with`"]);
    told(&claim("keep", "same", "report.keep"), &["there is no relation named `same`"]);
    told(&claim("keap", "equal", "report.keep"), &["there is no fact of `plan` named `keap`"]);
    told(&claim("keep", "equal", "report.keap"), &["there is no fact of `report` named `keap`"]);
    told(&claim("keep", "equal", "rapport.keep"), &["there is no artifact named `rapport.keep`"]);
    told(&claim("term", "mentioned", "report.term"), &["there is no artifact named `report.term`"]);
    told(
        &claim("keep", "equal", "report.share"),
        &["`keep` is a span of time with its unit and `report.share` is a percentage"],
    );
    told(&claim("stage", "equal", "report.stage"), &["for which this relation means nothing"]);
    told(&claim("owner", "at-most", "report.owner"), &["for which this relation means nothing"]);
    told(&claim("keep", "newest", "report.keep"), &["for which this relation means nothing"]);
    told("[rule.check.agree]\nfacts = [\"release\"]\nrelation = \"newest\"\n", &["no `with`"]);
    let more = |keys: &str| claim("release", "newest", "report.release") + keys;
    told(&more("kinds = { a = [\"a\"], b = [\"b\"] }\n"), &["`kinds` means nothing here"]);
    told(&more("fillers = [\"a\"]\n"), &["`fillers` means nothing here"]);
    told(&more("unless = [\"excise\"]\n"), &["there is no fact of `plan` named `excise`"]);
    told(&more("ignore = \"no_such_list\"\n"), &["no_such_list"]);
    told(&more("files = []\n"), &["`files` is empty"]);
    told(&more("files = [\"a{\"]\n"), &["the pattern `a{` does not compile"]);
    told(&more("fils = [\"a\"]\n"), &["unknown key `fils`"]);
    let alone = "[rule.check.agree]\nfacts = [\"keep\"]\nrelation = \"equal\"\nwith_files = [\"a\"]\n";
    told(alone, &["`with_files` means nothing here"]);
    told(
        &(claim("stage", "equal", "report.stage") + "kinds = { a = [\"a\"] }\n"),
        &["with one kind no two values could differ"],
    );
    told("[rule.check]\nagree = 3\n", &["must be a table"]);
}
