//! Holds rules, fixtures, vocabulary and lists together: what is written in one place and forgotten in
//! another fails here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::common::{self, Scratch, list, roadworthy};
use roadworthy::artifact::types::{self, Reading};
use roadworthy::diag::Sources;
use roadworthy::fixture::{self, Outcome};
use roadworthy::gate::policy;
use roadworthy::policy::{Artifact, Check, PolicySet, Rule, Severity, Tier, builtin};

/// The built-in policies, all of them.
#[track_caller]
fn built_in() -> PolicySet {
    let mut sources = Sources::new();
    policy::defaults(&mut sources)
        .unwrap_or_else(|mistakes| panic!("{}", list(&sources, &mistakes).join("\n")))
}

/// Which pack each rule is from: the file that it is written in.
fn packs() -> BTreeMap<String, String> {
    let mut sources = Sources::new();
    let set = policy::defaults(&mut sources).unwrap();
    let pack = |rule: &Rule| {
        sources
            .get(rule.check_span.source)
            .origin
            .display()
            .rsplit('/')
            .next()
            .unwrap()
            .trim_end_matches(".toml")
            .to_string()
    };
    set.rules.iter().map(|rule| (rule.id.value.clone(), pack(rule))).collect()
}

#[test]
fn all_packs_load_without_mistakes_and_hold_rules() {
    let set = built_in();
    assert!(
        set.rules.len() >= 31 && set.artifacts.len() >= 5,
        "{} rules, {} artifacts",
        set.rules.len(),
        set.artifacts.len()
    );
    let with_rules: BTreeSet<String> = packs().into_values().collect();
    for name in policy::pack_names().into_iter().chain(["gate"]) {
        assert!(with_rules.contains(name), "pack `{name}` has no rule");
    }
}

#[test]
fn every_rule_is_shown_failing_and_passing_in_a_folder_of_its_pack() {
    let listing = fixture::list(builtin::files().iter().map(|file| file.path));
    assert!(listing.mistakes.is_empty(), "{:#?}", listing.mistakes);
    for (rule, pack) in packs() {
        for outcome in [Outcome::Fail, Outcome::Pass] {
            let shown = listing
                .cases
                .iter()
                .any(|case| case.pack == pack && case.rule == rule && case.outcome == outcome);
            assert!(shown, "policies/{pack}/{rule}/ has no recipe with the outcome {outcome:?}");
        }
    }
}

#[test]
fn every_folder_of_recipes_is_a_rule_of_its_pack() {
    let packs = packs();
    for case in fixture::list(builtin::files().iter().map(|file| file.path)).cases {
        assert_eq!(packs.get(&case.rule), Some(&case.pack), "policies/{} tests no rule", case.path);
    }
}

#[test]
fn every_failing_recipe_has_its_report() {
    for case in fixture::list(builtin::files().iter().map(|file| file.path)).cases {
        let Some(path) = case.report_path() else { continue };
        let report = builtin::file(&path).unwrap_or_else(|| {
            panic!("{path} is missing: `roadworthy policy test policies --bless` writes it")
        });
        assert!(report.text().contains(&case.rule), "{path} does not speak of `{}`", case.rule);
    }
}

/// Titles and help are fragments: lower-case start, no final dot. Reasons are sentences.
#[test]
fn every_rule_is_explained_in_the_house_style() {
    let lower = |text: &str| text.starts_with(|c: char| c.is_lowercase() || c == '`');
    for rule in built_in().rules {
        let id = &rule.id.value;
        for (what, text) in [("title", &rule.title), ("help", &rule.help)] {
            assert!(lower(text), "the {what} of `{id}` starts in upper case: {text}");
            assert!(!text.ends_with(['.', '!', ' ']), "the {what} of `{id}` ends in a dot: {text}");
        }
        for (what, text) in [
            ("title", &rule.title),
            ("why", &rule.why),
            ("help", &rule.help),
            ("source", &rule.source),
            ("since", &rule.since),
        ] {
            assert!(
                !text.trim().is_empty() && text.trim() == text && !text.contains("  "),
                "the {what} of `{id}`: {text:?}"
            );
        }
        assert!(
            rule.why.ends_with('.') && rule.why.split_whitespace().count() >= 8,
            "the reason of `{id}` says too little: {}",
            rule.why
        );
        assert!(rule.title.chars().count() <= 60, "the title of `{id}` does not fit a table");
    }
}

/// Rules that are named for what is wrong, where the artifact's name would not help.
const NAMED_FOR_THE_FAULT: [&str; 7] = [
    "alert-goes-nowhere",
    "alert-without-runbook",
    "changelog-behind",
    "data-quality-unchecked",
    "drift-unwatched",
    "latency-unbounded",
    "model-unexplained",
];

#[test]
fn ids_and_titles_are_told_apart() {
    let set = built_in();
    let mut titles = BTreeSet::new();
    for rule in &set.rules {
        assert!(titles.insert(rule.title.as_str()), "two rules have the title: {}", rule.title);
        if let Some(artifact) = &rule.artifact {
            assert!(
                rule.id.value.starts_with(&format!("{}-", artifact.value))
                    || NAMED_FOR_THE_FAULT.contains(&rule.id.value.as_str()),
                "`{}` is about `{}`",
                rule.id.value,
                artifact.value
            );
        }
    }
}

#[test]
fn the_changelog_knows_every_version_that_brought_a_rule() {
    let changelog = std::fs::read_to_string(project("CHANGELOG.md")).unwrap();
    for rule in built_in().rules {
        assert!(
            changelog.contains(&format!("## [{}]", rule.since)),
            "`{}` is from {}",
            rule.id.value,
            rule.since
        );
    }
    assert!(changelog.contains(&format!("## [{}]", env!("CARGO_PKG_VERSION"))));
}

/// A critical model is blocked when there is nothing, with the pack that is used by default a model of any
/// tier is, and no rule is off for all.
#[test]
fn every_artifact_is_demanded_and_no_rule_is_dead() {
    let (set, packs) = (built_in(), packs());
    for artifact in &set.artifacts {
        let demanded = set.rules.iter().any(|rule| {
            let tier = if packs[&rule.id.value] == "core" { Tier::Experimental } else { Tier::Critical };
            rule.is_about(artifact)
                && rule.severity.of(tier) == Severity::Block
                && matches!(rule.check, Check::Present { .. })
        });
        assert!(demanded, "nothing blocks when there is no {}", artifact.title);
    }
    for rule in &set.rules {
        let all = [rule.severity.critical, rule.severity.standard, rule.severity.experimental];
        assert!(all.iter().any(|s| *s != Severity::Off), "`{}` is off", rule.id.value);
        assert!(all.is_sorted(), "`{}` is more serious for models on which less depends", rule.id.value);
    }
}

fn mentions(artifact: &Artifact, fact: usize) -> bool {
    let (spec, text) = (&artifact.facts[fact], &artifact.starter.as_ref().unwrap().text);
    text.contains(&format!("{}:", spec.label))
        || text.contains(&format!("{} = ", spec.key))
        || text.contains(&format!("# {}\n", spec.label))
}

/// Headings in the plural (`## Symptoms`) and table columns count as mentions of a label.
fn hints(artifact: &Artifact, fact: usize) -> bool {
    let label = &artifact.facts[fact].label;
    let text = &artifact.starter.as_ref().unwrap().text;
    mentions(artifact, fact)
        || text.contains(&format!("# {label}s\n"))
        || text.contains(&format!("| {label} "))
        || text.contains(&format!("# {label} "))
}

#[test]
fn every_starter_asks_for_every_essential_fact() {
    let set = built_in();
    for (index, artifact) in set.artifacts.iter().enumerate() {
        assert!(artifact.starter.is_some(), "`{}` has no starter", artifact.id.value);
        let essential = set.essential(index);
        assert!(!essential.is_empty(), "no blocking rule needs a fact of `{}`", artifact.id.value);
        for group in essential {
            let names: Vec<&str> =
                group.iter().map(|&fact| artifact.facts[fact].name.value.as_str()).collect();
            assert!(
                group.iter().any(|&fact| hints(artifact, fact)),
                "the starter of `{}` asks for none of {names:?}",
                artifact.id.value
            );
        }
    }
}

/// What `init` writes opens no gate, and is found where it was written.
#[test]
fn starters_alone_are_no_evidence() {
    let scratch = Scratch::repository();
    let all = policy::pack_names().join("\", \"");
    let model = "[[model]]\nid = \"root\"\npath = \".\"\ntier = \"critical\"\n";
    scratch.write("roadworthy.toml", format!("[policy]\npacks = [\"{all}\"]\n\n{model}"));
    let written = roadworthy(&scratch.path(), &["init"]).expect_success();
    scratch.commit("2026-10-30T09:00:00Z", "Start");
    let output =
        roadworthy(&scratch.path(), &["check", "--rev", "HEAD", "--as-of", "2026-11-01", "--format", "json"]);
    assert_eq!(output.code, Some(1), "{}{}", output.stdout, output.stderr);
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let states = report["models"][0]["artifacts"].as_array().unwrap();
    for artifact in built_in().artifacts {
        let (id, file) = (artifact.id.value.as_str(), artifact.starter.unwrap().file.value);
        assert!(written.contains(&file), "{file} was not written\n{written}");
        let state = states.iter().find(|s| s["id"] == id).unwrap_or_else(|| panic!("`{id}` was not judged"));
        assert_eq!(state["state"], "missing", "the starter {file} satisfies `{id}`");
        let found = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|f| f["artifact"] == id && f["at"]["path"] == file.as_str());
        assert!(found, "no finding points at {file}\n{}", output.stdout);
    }
}

fn project(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The code that reads words, in one text; the module of words itself knows no list.
fn code() -> String {
    fn collect(folder: &Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("src/words") {
                collect(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut out = String::new();
    collect(&project("src"), &mut out);
    out
}

#[test]
fn every_list_of_words_that_is_named_exists() {
    let set = built_in();
    for artifact in &set.artifacts {
        for name in artifact.nature.own.iter().chain(&artifact.nature.exclusions) {
            assert!(
                set.words.list(name).is_some(),
                "`nature` of `{}` names `{name}`, which is no list",
                artifact.id.value
            );
        }
    }
    let code = code();
    let calls = ["set.list(\"", "words.list(\"", "words.occurs(\"", "words.covers(\"", "words.holds(\""];
    let mut named = 0;
    for call in calls {
        for name in code.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
            named += 1;
            assert!(set.words.list(name).is_some(), "the code asks for the list `{name}`");
        }
    }
    assert!(named >= 10, "only {named} lists were found in the code");
}

/// Lists that nothing uses yet: rules to come will read them.
const TO_COME: [&str; 0] = [];

/// Lists beside which the core pack writes terms of its own: to be joined with them, or dropped.
const SPARE: [&str; 12] = [
    "dictionary_titles",
    "install_headings",
    "limits_phrases",
    "output_words",
    "privacy_consultation_words",
    "privacy_necessity_words",
    "privacy_policy_phrases",
    "privacy_policy_titles",
    "residual_risk_words",
    "rollback_verbs",
    "signature_noise",
    "tutorial_titles",
];

/// A list that nothing reads is a promise to whoever adds words to it.
#[test]
fn every_list_of_words_is_used() {
    let mut users = code();
    for file in
        builtin::files().iter().filter(|file| file.path.ends_with(".toml") && file.path != "words.toml")
    {
        users.push_str(file.text());
    }
    let set = built_in();
    let unused: Vec<&str> =
        set.words.names().filter(|name| !users.contains(&format!("\"{name}\""))).collect();
    let forgotten: Vec<&str> =
        unused.iter().copied().filter(|name| !TO_COME.contains(name) && !SPARE.contains(name)).collect();
    assert!(
        forgotten.is_empty(),
        "nothing uses {}: drop them, or say here that a pack to come reads them",
        forgotten.join(", ")
    );
    let used: Vec<&str> = TO_COME.into_iter().chain(SPARE).filter(|name| !unused.contains(name)).collect();
    assert!(used.is_empty(), "used by now, or gone: {}", used.join(", "));
}

/// Own words reach the judgement: a team's word of an organisation makes its name a team.
#[test]
fn words_of_an_own_policy_count() {
    let scratch = common::recipe("core/ready.toml");
    scratch
        .write("OWNER.toml", "owner = \"Zorblax Frimble\"\ndeputy = \"Grace Hopper <grace@corp.example>\"\n");
    scratch.write("governance/house.toml", "[pack]\nid = \"house\"\n[words]\nteam_tokens = [\"zorblax\"]\n");
    let judged = |folder: &Path| {
        let output = roadworthy(folder, &["check", "--as-of", "2026-11-01", "--format", "json"]);
        let report: serde_json::Value =
            serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{}", output.stderr));
        report["findings"].as_array().unwrap().iter().any(|f| f["rule"] == "owner-not-a-person")
    };
    assert!(!judged(&scratch.path()), "the name is a person's as long as nothing says otherwise");
    scratch.write("roadworthy.toml", "[policy]\nfiles = [\"governance/*.toml\"]\n");
    assert!(judged(&scratch.path()));
}

/// A printed remedy that nobody filled in must not satisfy the rule that printed it.
#[test]
fn no_remedy_passes_unfilled() {
    let set = built_in();
    for artifact in &set.artifacts {
        for fact in &artifact.facts {
            let line = format!("<{}>", fact.wanted());
            let reading = types::read(fact.is, &line, &set.words);
            assert_eq!(reading, Reading::Unfilled, "{}.{}: {line}", artifact.id.value, fact.name.value);
        }
    }
}
