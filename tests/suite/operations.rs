//! The pack about operations, and what the policy language has for it: rules for some modes, and
//! answers that are counted.

use crate::common::{Scratch, git, recipe, roadworthy};
use crate::trial::{cannot_judge, check, says, trial};
use serde_json::Value;

/// The rules that find something in the work tree.
fn found(scratch: &Scratch) -> Vec<String> {
    let output = check(scratch, &["--format", "json"]);
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["undecided"], serde_json::json!([]), "{}", output.stdout);
    let rules = report["findings"].as_array().unwrap().iter();
    rules.map(|finding| finding["rule"].as_str().unwrap().to_string()).collect()
}

fn config(model: &str) -> String {
    format!(
        "[policy]\npacks = [\"core\", \"operations\"]\n\n[[model]]\nid = \"churn\"\npath = \".\"\n{model}\n"
    )
}

/// The severities of the pack follow the tier: block, warn, nothing.
#[test]
fn a_critical_model_is_blocked_a_standard_one_warned_and_an_experimental_one_left_alone() {
    let scratch = recipe("operations/ready.toml");
    for file in ["monitoring", "escalation", "slo", "cost"] {
        std::fs::remove_file(scratch.path().join(format!("docs/{file}.md"))).unwrap();
    }
    let missing = ["monitoring-missing", "escalation-missing", "slo-missing", "cost-missing"];
    for (tier, expected) in [
        ("critical", missing.to_vec()),
        ("standard", vec![missing[0], missing[2], missing[3]]),
        ("experimental", vec![]),
    ] {
        scratch.write("roadworthy.toml", config(&format!("tier = \"{tier}\"")));
        let mut expected: Vec<String> = expected.into_iter().map(str::to_string).collect();
        let mut rules = found(&scratch);
        rules.sort();
        expected.sort();
        assert_eq!(rules, expected, "{tier}");
        assert_eq!(check(&scratch, &[]).code, Some(i32::from(tier == "critical")), "{tier}");
    }
}

#[test]
fn a_rule_for_some_modes_asks_no_other_model() {
    let scratch = recipe("operations/ready.toml");
    for (mode, asked) in [("", false), ("batch", false), ("dashboard", false), ("realtime", true)] {
        let line = if mode.is_empty() { String::new() } else { format!("mode = \"{mode}\"") };
        scratch.write("roadworthy.toml", config(&format!("tier = \"critical\"\n{line}")));
        assert_eq!(found(&scratch).contains(&"latency-unbounded".to_string()), asked, "{mode}");
    }
}

#[test]
fn mistakes_in_modes_and_counts_are_told() {
    let rule = |keys: &str, check: &str| {
        format!(
            "[pack]\nid = \"own\"\ntitle = \"ours\"\n\n[[rule]]\nid = \"runbook-own\"\ntitle = \"t\"\nartifact = \"runbook\"\nseverity = \"warn\"\n{keys}why = \"w\"\nhelp = \"h\"\nsource = \"s\"\nsince = \"1\"\n[rule.check.fact]\nneeds = [\"contact\"]\n{check}"
        )
    };
    let scratch = recipe("core/ready.toml");
    for (keys, check, told) in [
        ("modes = [\"realtme\"]\n", "", "did you mean `realtime`?"),
        ("modes = []\n", "", "a rule for no mode asks nothing"),
        ("", "least = 0\n", "`least`"),
        ("", "leest = 2\n", "did you mean `least`?"),
    ] {
        scratch.write("own.toml", rule(keys, check));
        cannot_judge(&trial(&scratch.path(), &["policy", "check", "own.toml"]), told);
    }
    scratch.write("own.toml", rule("modes = [\"batch\", \"realtime\"]\n", "least = 2\n"));
    says(&trial(&scratch.path(), &["policy", "check", "own.toml"]), 0, "valid");
}

/// One person is one answer, however often and under which name, address or handle.
#[test]
fn people_are_counted_and_not_lines() {
    let scratch = recipe("operations/ready.toml");
    let rows = |rows: &[(&str, &str)]| {
        let rows = rows.iter().map(|(who, how)| format!("| {who} | {how} |\n"));
        format!("# Escalation path\n\n| Person | Reached by |\n|---|---|\n{}", rows.collect::<String>())
    };
    for (text, one) in [
        (rows(&[("Ada Lovelace", "ada@corp.example"), ("Grace Hopper", "grace@corp.example")]), false),
        (rows(&[("Ada Lovelace", "ada@corp.example")]), true),
        (rows(&[("Ada Lovelace", "+44 113 496 0123"), ("ADA LOVELACE", "ada@corp.example")]), true),
        (rows(&[("Ada Lovelace", ""), ("ada@corp.example", "")]), true),
        (rows(&[("ada@corp.example", ""), ("grace@corp.example", "")]), false),
        (rows(&[("@ada-lovelace", ""), ("Ada Lovelace", "")]), true),
    ] {
        scratch.write("docs/escalation.md", &text);
        assert_eq!(found(&scratch).contains(&"escalation-without-people".to_string()), one, "{text}");
    }
    scratch.write("docs/escalation.md", rows(&[("Ada Lovelace", "ada@corp.example")]));
    let output = check(&scratch, &[]);
    says(&output, 1, "gives only one answer to who is called, and 2 are needed");
    assert_eq!(output.stdout.matches("- Escalates to: <").count(), 1, "{}", output.stdout);
}

#[test]
fn a_mode_of_which_fewer_rules_ask_is_a_weakening() {
    let scratch = recipe("operations/ready.toml");
    let realtime = config("tier = \"critical\"\nmode = \"realtime\"");
    let slo = std::fs::read_to_string(scratch.path().join("docs/slo.md")).unwrap();
    scratch.write("docs/slo.md", format!("{slo}\n- Latency: p95 < 200 ms\n"));
    scratch.write("roadworthy.toml", &realtime);
    scratch.commit("2026-10-28T09:00:00Z", "Score while the customer waits\n\nAgreed with the desk.");
    git(&scratch.path(), &["switch", "--quiet", "-c", "feature"]);
    let told = "this change would change the mode of model `churn` from realtime to";
    for (mode, what) in [("mode = \"batch\"", "batch"), ("", "none")] {
        scratch.write("roadworthy.toml", realtime.replace("mode = \"realtime\"", mode));
        scratch.commit("2026-10-29T09:00:00Z", "Nobody waits any more\n\nIt is a list again.");
        says(
            &check(&scratch, &["--into", "production"]),
            0,
            &format!("{told} {what}, of which fewer rules ask"),
        );
        git(&scratch.path(), &["reset", "--quiet", "--hard", "production"]);
    }
}

/// An answer to a question of a starter.
fn answer(question: &str) -> &'static str {
    for (words, answer) in [
        ("whoever is called next", "Grace Hopper"),
        ("first and last name", "Ada Lovelace"),
        ("number or channel>", "+44 113 496 0123"),
        ("a measure of drift", "PSI > 0.2"),
        ("the measure with its limit", "error rate > 1 %"),
        ("what is measured", "errors, and the share of positive scores"),
        ("a person, channel", "Ada Lovelace, #churn-alerts"),
        ("what whoever is alerted", "see docs/runbook.md for the first steps"),
        ("a percentile", "p95 < 200 ms"),
        ("a percentage", "99.5 % over 30 days"),
        ("what happens when", "new features wait until the cause is mended"),
        ("an amount", "500 EUR"),
        ("month, day", "month"),
        ("30 days", "30 days"),
        ("minutes", "15 minutes"),
        ("1 hour", "1 hour"),
    ] {
        if question.contains(words) {
            return answer;
        }
    }
    panic!("the starter asks `{question}`, to which this test has no answer")
}

/// A line with every `<question>` answered.
fn answered(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once('<') {
        let (question, behind) = closing(after);
        out.push_str(before);
        out.push_str(answer(&format!("{question}>")));
        rest = behind;
    }
    out + rest
}

/// The question up to the `>` that closes it: the one before a cell's or the line's end.
fn closing(text: &str) -> (&str, &str) {
    let end = text.find("> |").or_else(|| text.rfind('>')).unwrap();
    (&text[..end], &text[end + 1..])
}

#[test]
fn starters_are_refused_until_they_are_filled_in_and_accepted_then() {
    let scratch = recipe("operations/ready.toml");
    scratch.write("roadworthy.toml", config("tier = \"critical\"\nmode = \"realtime\""));
    let files = ["docs/monitoring.md", "docs/escalation.md", "docs/slo.md", "docs/cost.md"];
    for file in files {
        std::fs::remove_file(scratch.path().join(file)).unwrap();
    }
    roadworthy(&scratch.path(), &["init"]).expect_success();
    for (file, artifact) in files.into_iter().zip(["monitoring", "escalation", "slo", "cost"]) {
        assert!(found(&scratch).iter().any(|rule| rule.starts_with(artifact)), "{file}");
        let text = std::fs::read_to_string(scratch.path().join(file)).unwrap();
        let (_, blanks) = text.split_once("-->").unwrap();
        let filled: Vec<String> = blanks.lines().map(answered).collect();
        scratch.write(file, format!("# Filled in\n{}\n", filled.join("\n")));
        assert!(!found(&scratch).iter().any(|rule| rule.starts_with(artifact)), "{file}");
    }
    assert_eq!(found(&scratch), [""; 0]);
}
