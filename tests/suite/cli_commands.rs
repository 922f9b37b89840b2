//! The commands beside `check`: explain, rules, facts, completions, policy check, policy test.

use crate::common::{self, Output, Scratch, git, recipe};
use crate::trial::{cannot_judge, flat, says, trial};
use roadworthy::diag::Sources;
use roadworthy::gate::policy;
use serde_json::Value;

#[track_caller]
fn json(output: &Output) -> Value {
    assert_eq!(output.code, Some(0), "{output:?}");
    serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", output.stdout))
}

fn rule_ids() -> Vec<String> {
    policy::defaults(&mut Sources::new()).unwrap().rules.into_iter().map(|rule| rule.id.value).collect()
}

#[test]
fn every_rule_is_explained_with_an_example_of_each_outcome() {
    let scratch = Scratch::new();
    for id in rule_ids() {
        let output = trial(&scratch.path(), &["explain", &id]);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{id}");
        assert!(output.stdout.starts_with(&format!("{id}: ")), "{id}: {}", output.stdout);
        for part in
            ["\nwhy ", "\nfix ", "\nseverity ", "\nsource ", "\nFails: ", "\nPasses: ", "the report says:"]
        {
            assert!(output.stdout.contains(part), "{id} lacks `{part}`");
        }
        assert!(
            output.stdout.contains(&format!("[{id}]")) || output.stdout.contains(&format!(" {id}:")),
            "{id}"
        );
    }
}

#[test]
fn a_rule_that_does_not_exist_is_told_with_the_right_one() {
    let scratch = Scratch::new();
    let output = trial(&scratch.path(), &["explain", "owner-mising"]);
    cannot_judge(&output, "there is no rule named `owner-mising`");
    cannot_judge(&output, "did you mean `owner-missing`?");
    let output = trial(&scratch.path(), &["explain", "\u{1b}[2Jzzz"]);
    cannot_judge(&output, r"there is no rule named `\u{1b}[2Jzzz`");
    cannot_judge(&output, "`roadworthy rules` lists all rules");
}

#[test]
fn rules_are_listed_in_three_forms_that_agree() {
    let scratch = Scratch::new();
    let human = trial(&scratch.path(), &["rules"]).stdout;
    let markdown = trial(&scratch.path(), &["rules", "--format", "markdown"]).stdout;
    let listed = json(&trial(&scratch.path(), &["rules", "--format", "json"]));
    let ids = rule_ids();
    let listed: Vec<&str> =
        listed.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(listed, ids);
    for id in &ids {
        assert!(human.lines().any(|line| line.starts_with(&format!("{id} "))), "{id}");
        assert!(markdown.lines().any(|line| line.starts_with(&format!("| [`{id}`](#{id}) |"))), "{id}");
    }
    let entries = markdown.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'));
    assert_eq!(entries.collect::<Vec<_>>(), ids);
}

/// The text at a line and column, both counted from 1, columns in characters.
fn at(text: &str, line: &Value, column: &Value) -> String {
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let line = text.lines().nth(number(line) - 1).unwrap();
    line.chars().skip(number(column) - 1).collect()
}

#[test]
fn every_fact_is_really_at_its_place() {
    let mut seen = 0;
    for path in ["core/ready.toml", "demo/repaired.toml"] {
        let scratch = recipe(path);
        let listing = json(&trial(&scratch.path(), &["facts", "--format", "json"]));
        assert!(listing["schema_version"].is_number());
        for file in
            listing["models"].as_array().unwrap().iter().flat_map(|m| m["evidence"].as_array().unwrap())
        {
            let text = std::fs::read_to_string(scratch.path().join(file["path"].as_str().unwrap())).unwrap();
            for fact in file["facts"].as_array().unwrap() {
                let value = fact["text"].as_str().unwrap();
                let word = value.split_whitespace().next().unwrap();
                let place = at(&text, &fact["line"], &fact["column"]);
                assert!(place.contains(word), "{fact} is not in `{place}`");
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "only {seen} facts");
}

#[test]
fn facts_say_what_is_open_and_what_is_wrong() {
    let scratch = recipe("core/ready.toml");
    scratch.write("OWNER.toml", "owner = \"data science team\"\ndeputy = \"<name>\"\n");
    let listing = json(&trial(&scratch.path(), &["facts", "--format", "json"]));
    let owner = listing["models"][0]["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["path"] == "OWNER.toml")
        .unwrap()
        .clone();
    let flaws: Vec<(&str, &str)> = owner["flaws"]
        .as_array()
        .unwrap()
        .iter()
        .map(|flaw| (flaw["name"].as_str().unwrap(), flaw["problem"].as_str().unwrap()))
        .collect();
    assert!(flaws.contains(&("owner.person", "wrong-type")), "{flaws:?}");
    assert!(flaws.contains(&("owner.deputy", "unfilled")), "{flaws:?}");
    let human = trial(&scratch.path(), &["facts"]).stdout;
    assert!(human.contains("(wrong-type)") && human.contains("(unfilled)"), "{human}");
}

#[test]
fn facts_of_the_index_and_of_commits() {
    let scratch = recipe("core/ready.toml");
    scratch.write("OWNER.toml", "owner = \"Alan Turing <alan@corp.example>\"\n");
    let alan = |arguments: &[&str]| {
        let all = [&["facts"], arguments].concat();
        trial(&scratch.path(), &all).expect_success().contains("Alan Turing")
    };
    assert!(alan(&[]) && !alan(&["--staged"]) && !alan(&["--rev", "HEAD"]));
    git(&scratch.path(), &["add", "OWNER.toml"]);
    assert!(alan(&["--staged"]) && !alan(&["--rev", "HEAD"]));
}

#[test]
fn there_are_completions_for_every_shell() {
    let scratch = Scratch::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = common::roadworthy(&scratch.path(), &["completions", shell]);
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(output.stdout.contains("roadworthy") && output.stdout.contains("explain"), "{shell}");
    }
    assert_eq!(trial(&scratch.path(), &["completions", "tcsh"]).code, Some(2));
}

#[test]
fn a_valid_policy_is_said_to_be_valid() {
    let scratch = recipe("core/ready.toml");
    let output = trial(&scratch.path(), &["policy", "check"]);
    says(&output, 0, "valid: 5 artifacts");
    scratch.write("roadworthy.toml", "[policy.severity]\nrunbook-stale = \"block\"\n");
    says(&trial(&scratch.path(), &["policy", "check"]), 0, "valid: 5 artifacts");
    // A file is checked beside all built-in packs, however many there are.
    says(&trial(&scratch.path(), &["policy", "check", "roadworthy.toml"]), 0, "valid: ");
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once() {
    let scratch = Scratch::repository();
    scratch.write(
        "roadworthy.toml",
        "[policy]\npacks = [\"cor\"]\nfiles = [\"gov/*.toml\", \"none/*.toml\"]\n[policy.severity]\nowner-missing = \"blok\"\n\
         [modls]\n[[waiver]]\nrule = \"x\"\n",
    );
    scratch.write("gov/a.toml", "[pack]\nid = \"A B\"\n");
    scratch.write("gov/b.toml", "x = \n");
    let output = trial(&scratch.path(), &["policy", "check"]);
    for told in [
        "there is no pack named `cor`",
        "no file of the judged tree matches `none/*.toml`",
        "there is no severity named `blok`",
        "unknown key `modls`",
        "[[waiver]] has no `reason`",
        "[[waiver]] has no `expires`",
        "gov/a.toml:2:",
        "gov/b.toml:1:",
    ] {
        cannot_judge(&output, told);
    }
    assert_eq!(output.stdout, "");
    let count: usize = output.stderr.lines().last().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert_eq!(output.stderr.matches("error[").count(), count, "{}", output.stderr);
    assert!(count >= 8);
}

/// A pack of one rule, with its recipes, in a folder.
fn own_pack() -> Scratch {
    let scratch = Scratch::new();
    let pack = r#"[pack]
id = "own"
title = "every model says which licence it has"

[[artifact]]
id = "licence"
title = "licence note"
[artifact.facts]
name = { title = "which licence", is = "prose(1)", label = "Licence" }
[artifact.starter]
file = "LICENCE.md"
text = "- Licence: <which licence>\n"
[[artifact.source]]
files = ["LICENCE.md"]
[artifact.source.facts]
name = { named = ["licence"] }

[[rule]]
id = "licence-missing"
title = "there is no licence note"
artifact = "licence"
severity = "block"
why = "Without a licence nobody may use the model outside of the team that made it."
help = "write a licence note"
source = "house rule"
since = "0.1.0"
[rule.check.present]
refuses = ["missing", "misplaced", "pointer", "unreadable", "template", "stub", "wrong-kind", "vetoed", "draft"]
"#;
    scratch.write("policies/own.toml", pack);
    let base = "title = \"a model with everything\"\nbase = \"../core/ready\"\n";
    let fail = format!("{base}\n");
    let pass = format!(
        "{base}[[commit]]\ndate = \"2026-10-25T09:00:00Z\"\n[commit.files]\n\"LICENCE.md\" = '''\n# Licence\n\n- Licence: Apache-2.0\n'''\n"
    );
    scratch.write("policies/own/licence-missing/fail-none.toml", fail.replace("../core", "../../core"));
    scratch.write("policies/own/licence-missing/pass-noted.toml", pass.replace("../core", "../../core"));
    scratch
}

fn test_policies(scratch: &Scratch, arguments: &[&str]) -> Output {
    common::roadworthy(&scratch.path(), &[&["policy", "test", "policies"], arguments].concat())
}

#[test]
fn an_own_pack_is_tested_by_its_own_recipes() {
    let scratch = own_pack();
    says(&test_policies(&scratch, &[]), 1, "there is no report on file; `--bless` writes it");
    says(&test_policies(&scratch, &["--bless"]), 0, "2 passed, 0 failed");
    let report = scratch.path().join("policies/own/licence-missing/fail-none.txt");
    assert!(std::fs::read_to_string(&report).unwrap().contains("block[licence-missing]"));
    let output = trial(&scratch.path(), &["policy", "test", "policies"]);
    says(&output, 0, "2 passed, 0 failed");
    let output = trial(&scratch.path(), &["policy", "test", "policies", "--only", "pass-noted"]);
    says(&output, 0, "1 passed, 0 failed");
}

#[test]
fn a_recipe_that_does_not_behave_as_written_fails() {
    let scratch = own_pack();
    assert_eq!(test_policies(&scratch, &["--bless"]).code, Some(0));
    let fail = scratch.path().join("policies/own/licence-missing/fail-none.toml");
    let pass = scratch.path().join("policies/own/licence-missing/pass-noted.toml");
    std::fs::copy(&pass, &fail).unwrap();
    let output = trial(&scratch.path(), &["policy", "test", "policies"]);
    says(&output, 1, "`licence-missing` should be found and is not");
    says(&output, 1, "1 passed, 1 failed");
}

#[test]
fn folders_without_recipes_or_with_broken_ones_cannot_be_tested() {
    let scratch = own_pack();
    scratch.write("empty/own.toml", "");
    cannot_judge(&trial(&scratch.path(), &["policy", "test", "empty"]), "there is no case to test");
    cannot_judge(&trial(&scratch.path(), &["policy", "test", "nowhere"]), "nowhere cannot be read");
    cannot_judge(
        &trial(&scratch.path(), &["policy", "test", "policies", "--only", "zzz"]),
        "there is no case to test",
    );
    scratch.write("policies/own/licence-missing/sometimes.toml", "");
    let output = trial(&scratch.path(), &["policy", "test", "policies"]);
    cannot_judge(&output, "sometimes.toml");
    assert!(!flat(&output).contains("passed"));
}

#[test]
fn a_missing_base_fails_its_case() {
    let scratch = own_pack();
    let case = "policies/own/licence-missing/fail-none.toml";
    scratch.write(case, "title = \"x\"\nbase = \"../../core/nope\"\n");
    let output = trial(&scratch.path(), &["policy", "test", "policies"]);
    assert_ne!(output.code, Some(0));
    assert!(flat(&output).contains("nope"), "{output:?}");
}
