//! Very many documents are parsed and judged on all processors: what is said of each model is what is said of it
//! alone.

use serde_json::Value;

use crate::change::AS_OF;
use crate::common::{Scratch, recipe, roadworthy};

const FILES: [&str; 7] = [
    "README.md",
    "OWNER.toml",
    "docs/data-contract.md",
    "docs/DPIA.md",
    "docs/runbook.md",
    "retraining.toml",
    "src/train.py",
];

/// The ready model over and over, each with its own name; of four, three lack something.
fn many(models: usize) -> Scratch {
    let (ready, scratch) = (recipe("core/ready.toml"), Scratch::repository());
    for at in 0..models {
        for file in FILES {
            let text = std::fs::read_to_string(ready.path().join(file)).unwrap();
            let text = match (at % 4, file) {
                (1, "docs/runbook.md") => "# Runbook\n\nTODO\n".to_string(),
                (2, "docs/DPIA.md") => "# Privacy\n\nTODO\n".to_string(),
                (3, "OWNER.toml") => "[owner]\nname = \"TBD\"\n".to_string(),
                _ => text.replace("churn", &format!("churn{at:02}")),
            };
            scratch.write(&format!("models/m{at:02}/{file}"), text);
        }
    }
    // What this says depends on the model that it is asked for.
    let owners = (0..models).map(|at| format!("/models/m{at:02}/ @ada-{at:02} @org/ml\n"));
    scratch.write("CODEOWNERS", owners.collect::<String>());
    scratch.write("roadworthy.toml", "[policy]\npacks = [\"core\"]\n\n[models]\ndiscover = [\"models/*\"]\n");
    scratch.commit("2026-10-20T09:00:00Z", "Models");
    scratch
}

fn said(scratch: &Scratch, arguments: &[&str]) -> Value {
    let output = roadworthy(&scratch.path(), &[arguments, &["--rev", "HEAD", "--format", "json"]].concat());
    serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", output.stdout, output.stderr))
}

fn of_model<'v>(value: &'v Value, list: &str, id: &str) -> Vec<&'v Value> {
    let of = |one: &&Value| one["model"] == id || one["id"] == id;
    value[list].as_array().unwrap().iter().filter(of).collect()
}

#[test]
fn each_of_many_models_is_judged_as_it_is_alone() {
    judged_as_alone(24);
}

/// So few that one thread judges all, and keeps what it parsed.
#[test]
fn each_of_a_few_models_is_judged_as_it_is_alone() {
    judged_as_alone(5);
}

/// What lies in `churn-v2` and in `churn.old` comes before what lies in `churn` where paths are sorted.
#[test]
fn models_whose_names_begin_alike_are_all_found() {
    let scratch = Scratch::repository();
    let names = ["churn", "churn-v2", "churn.old", "churn0"];
    for name in names {
        scratch.write(&format!("models/{name}/docs/runbook.md"), "# Runbook\n");
    }
    scratch.write("models/churn/a/models/b.md", "# No model\n");
    scratch.write("roadworthy.toml", "[policy]\npacks = [\"core\"]\n\n[models]\ndiscover = [\"models/*\"]\n");
    scratch.commit("2026-10-20T09:00:00Z", "Models");
    let facts = said(&scratch, &["facts"]);
    let found: Vec<&str> =
        facts["models"].as_array().unwrap().iter().filter_map(|model| model["id"].as_str()).collect();
    assert_eq!(found, names);
}

fn judged_as_alone(models: usize) {
    let scratch = many(models);
    let (facts, verdict) = (said(&scratch, &["facts"]), said(&scratch, &["check", "--as-of", AS_OF]));
    for at in 0..models {
        let id = format!("m{at:02}");
        let alone = said(&scratch, &["facts", "--model", &id]);
        let read = of_model(&facts, "models", &id);
        assert_eq!(read, of_model(&alone, "models", &id));
        assert_eq!(read.len(), 1, "{id}");
        let read = read[0].to_string();
        let named = (0..models).filter(|other| read.contains(&format!("ada-{other:02}")));
        assert_eq!(named.collect::<Vec<_>>(), [at], "{read}");
        let alone = said(&scratch, &["check", "--as-of", AS_OF, "--model", &id]);
        let found = of_model(&verdict, "findings", &id);
        assert_eq!(found, of_model(&alone, "findings", &id), "{id}");
        let rules: Vec<&str> = found.iter().filter_map(|finding| finding["rule"].as_str()).collect();
        for (kind, rule) in [(1, "runbook-missing"), (2, "privacy-missing"), (3, "owner-")] {
            let fails = rules.iter().any(|found| found.starts_with(rule));
            assert_eq!(fails, at % 4 == kind, "{id}: {rules:?}");
        }
    }
}
