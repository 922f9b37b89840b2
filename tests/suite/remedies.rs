//! Every rejection carries its remedy, and the remedies are proven: the lines that a finding prints,
//! filled in and put where it says, make the finding go away.

use std::path::Path;

use crate::common::{Scratch, recipe};
use chrono::NaiveDate;
use roadworthy::diag::{Paste, Sources};
use roadworthy::fixture::{self, Case, Outcome, Scenario};
use roadworthy::gate::{self, Judged, Request, policy};
use roadworthy::git::{Repo, Target};
use roadworthy::policy::{Check, FactSpec, PolicySet, Rule, builtin};
use roadworthy::request;
use roadworthy::verdict::Finding;

fn built_in() -> PolicySet {
    policy::defaults(&mut Sources::new()).unwrap()
}

/// The failing recipes of a rule.
fn failing(rule: &str) -> Vec<Case> {
    let cases = fixture::list(builtin::files().iter().map(|file| file.path)).cases;
    cases.into_iter().filter(|case| case.rule == rule && case.outcome == Outcome::Fail).collect()
}

fn judge(folder: &Path, request: impl FnOnce(&Repo) -> Request) -> Judged {
    let repo = Repo::discover(folder).unwrap();
    let request = request(&repo);
    gate::judge(&repo, &request)
}

/// What the recipe says is judged.
fn stated(scenario: &Scenario) -> impl Fn(&Repo) -> Request {
    |repo| request::of_scenario(repo, scenario).unwrap()
}

/// The files on disk.
fn on_disk(as_of: NaiveDate) -> impl Fn(&Repo) -> Request {
    move |_| Request::new(Target::WorkTree, as_of)
}

fn of<'v>(judged: &'v Judged, rule: &str) -> Vec<&'v Finding> {
    judged.verdict.findings.iter().filter(|finding| finding.rule == rule).collect()
}

/// A valid value for the question in angle brackets on a remedy's line: that of the fact whose label or
/// key starts the line.
fn value(set: &PolicySet, rule: &Rule, line: &str, today: NaiveDate) -> String {
    let (_, artifact) = set.artifact(&rule.artifact.as_ref().unwrap().value).unwrap();
    let start = line.trim_start_matches(['#', '-', ' ', '"']);
    let named = |spec: &&FactSpec| {
        [
            format!("{}:", spec.label),
            format!("{}:", spec.key),
            format!("{} =", spec.key),
            format!("{}\":", spec.key),
        ]
        .iter()
        .any(|head| start.starts_with(head.as_str()))
    };
    let spec = artifact.facts.iter().find(named).unwrap_or_else(|| panic!("no fact is asked by `{line}`"));
    spec.example.clone().unwrap_or_else(|| spec.is.example(today))
}

/// Another answer of the same type, for a question that is asked before, or answered already.
fn another(value: &str) -> String {
    value.replace("Ada", "Katherine").replace("Lovelace", "Johnson").replace("ada@", "katherine@")
}

/// The remedy with every question answered; each question differently, where answers are counted.
fn filled(set: &PolicySet, rule: &Rule, paste: &Paste, today: NaiveDate) -> String {
    let counted = matches!(rule.check, Check::Fact { least, .. } if least > 1);
    let lines = paste.text.lines().enumerate().map(|(number, line)| {
        let (from, to) = (line.find('<').unwrap(), line.rfind('>').unwrap());
        let answer = value(set, rule, line, today);
        let first = paste.text.lines().position(|other| other == line) == Some(number);
        let one_is_there = paste.text.lines().count() == 1;
        let other = counted && (!first || one_is_there);
        let answer = if other { another(&answer) } else { answer };
        let open = format!("{}{}{}", &line[..from], answer, &line[to + 1..]);
        assert!(!paste.text.trim().is_empty() && open != line, "nothing is asked by `{line}`");
        open
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A file with lines put in: at the top of structured files, where they belong to no table; after the
/// opening brace of JSON; at the end of all others.
fn put(text: &str, lines: &str, file: &str) -> String {
    let has = |ending: &str| file.ends_with(ending);
    if has(".json") {
        return text.replacen('{', &format!("{{\n{lines}"), 1);
    }
    if has(".toml") || has(".yaml") || has(".yml") {
        // A key that stands already is replaced, as a person would do.
        let key = |line: &str| line.split(['=', ':']).next().unwrap_or("").trim().to_owned();
        let new: Vec<String> = lines.lines().map(key).collect();
        let mut table = false;
        let kept = text.lines().filter(|line| {
            table |= line.starts_with('[');
            table || !new.contains(&key(line))
        });
        return format!("{lines}\n{}\n", kept.collect::<Vec<_>>().join("\n"));
    }
    format!("{}\n\n{lines}\n", text.trim_end())
}

/// Judges a failing recipe, follows each remedy of the rule, and judges again.
fn prove(set: &PolicySet, rule: &Rule, case: &Case) -> Vec<String> {
    let scratch: Scratch = recipe(&case.path);
    let scenario = scratch.scenario.as_ref().unwrap();
    let before = judge(&scratch.path(), stated(scenario));
    let findings = of(&before, &rule.id.value);
    assert!(!findings.is_empty(), "{}: there is no finding to mend", case.path);
    let mut wrong = Vec::new();
    for finding in findings {
        let forbidden = matches!(&rule.check, Check::Fact { needs, .. } if needs.is_empty());
        let Some(paste) = &finding.paste else {
            if !forbidden {
                wrong.push(format!("{}: no lines to paste: {}", case.path, finding.message));
            }
            continue;
        };
        let place = scratch.path().join(&paste.file);
        let text = std::fs::read_to_string(&place).unwrap_or_default();
        let lines = filled(set, rule, paste, scenario.as_of);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(&place, put(&text, &lines, &paste.file)).unwrap();
        let after = judge(&scratch.path(), on_disk(scenario.as_of));
        assert!(after.verdict.undecided.is_empty(), "{}: {:?}", case.path, after.verdict.undecided);
        wrong.extend(
            of(&after, &rule.id.value)
                .iter()
                .filter(|f| f.model == finding.model)
                .map(|left| format!("{}: `{lines}` in {} leaves: {}", case.path, paste.file, left.message)),
        );
        // The repository is as it was for the next finding.
        std::fs::write(&place, text).unwrap();
    }
    wrong
}

#[test]
fn every_remedy_mends_its_finding() {
    let set = built_in();
    let mut wrong = Vec::new();
    let mut proven = 0;
    for rule in set.rules.iter().filter(|rule| matches!(rule.check, Check::Fact { .. })) {
        for case in failing(&rule.id.value) {
            wrong.extend(prove(&set, rule, &case));
            proven += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(proven >= 15, "only {proven} recipes");
}

/// A remedy is a blank to fill in: pasted as it is printed, it mends nothing.
#[test]
fn no_remedy_mends_its_finding_unfilled() {
    let set = built_in();
    let mut wrong = Vec::new();
    for rule in set.rules.iter().filter(|rule| matches!(rule.check, Check::Fact { .. })) {
        for case in failing(&rule.id.value) {
            let scratch = recipe(&case.path);
            let scenario = scratch.scenario.as_ref().unwrap();
            let before = judge(&scratch.path(), stated(scenario));
            let findings = of(&before, &rule.id.value);
            let Some(paste) = findings.iter().find_map(|finding| finding.paste.as_ref()) else { continue };
            let place = scratch.path().join(&paste.file);
            let text = std::fs::read_to_string(&place).unwrap_or_default();
            std::fs::write(&place, put(&text, &paste.text, &paste.file)).unwrap();
            let after = judge(&scratch.path(), on_disk(scenario.as_of));
            let artifact = rule.artifact.as_ref().map(|a| a.value.as_str());
            let about =
                |f: &&Finding| f.artifact.as_deref() == artifact && f.severity <= findings[0].severity;
            if !after.verdict.findings.iter().any(|f| about(&f)) {
                wrong.push(format!("{}: {}", case.path, paste.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words that tell somebody to do something.
const STEPS: [&str; 12] = [
    "write", "name ", "add ", "say ", "keep ", "scope", "init", "put ", "store", "save", "change", "have it",
];

#[test]
fn every_finding_says_what_to_do_next() {
    let set = built_in();
    let mut seen = 0;
    for rule in &set.rules {
        for case in failing(&rule.id.value) {
            let scratch = recipe(&case.path);
            let scenario = scratch.scenario.as_ref().unwrap();
            let judged = judge(&scratch.path(), stated(scenario));
            for finding in of(&judged, &rule.id.value) {
                let help = finding.help.join("; ");
                assert!(!help.trim().is_empty(), "{}: {}", case.path, finding.message);
                assert!(finding.help.contains(&rule.help), "{}: {help}", case.path);
                if matches!(rule.check, Check::Present { .. }) {
                    assert!(STEPS.iter().any(|step| help.contains(step)), "{}: {help}", case.path);
                    let missing = finding.message.starts_with("there is no ");
                    assert_eq!(missing, help.contains("`roadworthy init` writes"), "{}: {help}", case.path);
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "only {seen} findings");
}
