//! The example of docs/organisation.md is run as the page says: tested, used from a model's repository, and pinned.

use std::path::Path;

use crate::common::{Scratch, copy, recipe, roadworthy};
use crate::markdown::{self, blocks, read};
use crate::trial::{cannot_judge, check, says, trial};

const PAGE: &str = "docs/organisation.md";
const EXAMPLE: &str = "examples/organisation";
const PACK: &str = "governance/validation.toml";

/// A file of the example.
fn example(path: &str) -> String {
    read(&format!("{EXAMPLE}/{path}"))
}

/// The repository of policies, as a copy.
fn policies() -> Scratch {
    let scratch = Scratch::new();
    copy(&markdown::path(EXAMPLE).join("policies"), &scratch.path().join("policies"));
    scratch
}

/// A model's repository that uses the pack.
fn model() -> Scratch {
    let scratch = recipe("core/ready.toml");
    scratch.write(PACK, example("policies/validation.toml"));
    scratch.write("roadworthy.toml", example("model/roadworthy.toml"));
    scratch
}

/// What the page shows is what lies in the example.
#[test]
fn the_page_shows_the_files_of_the_example() {
    let shown = blocks(&read(PAGE));
    for path in [
        "policies/validation.toml",
        "policies/validation/ready.toml",
        "policies/validation/validation-incomplete/fail-team.toml",
        "model/roadworthy.toml",
        "model/docs/validation.md",
    ] {
        let text = example(path);
        assert!(shown.iter().any(|block| block.text == text), "{path} is not on the page as it is");
    }
    // And the tree lists every fixture.
    let tree = shown.iter().find(|block| block.text.starts_with("policies/")).unwrap();
    let names = files(&markdown::path(EXAMPLE).join("policies/validation"));
    assert!(names.len() >= 9, "{names:?}");
    for name in names.iter().filter(|name| name.ends_with(".toml")) {
        assert!(tree.text.contains(name.as_str()), "{name} is not in the tree");
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            out.extend(files(&entry.path()));
        } else {
            out.push(entry.file_name().into_string().unwrap());
        }
    }
    out
}

#[test]
fn the_pack_is_tested_in_a_repository_of_its_own() {
    let scratch = policies();
    let said = trial(&scratch.path(), &["policy", "test", "policies"]);
    says(&said, 0, "7 passed, 0 failed");
    // A test that can fail: a rule that asks for less.
    let text = example("policies/validation.toml");
    scratch.write("policies/validation.toml", text.replace("\"validator\", \"outcome\"", "\"outcome\""));
    let said = trial(&scratch.path(), &["policy", "test", "policies"]);
    assert_eq!(said.code, Some(1), "{}", said.stdout);
}

#[test]
fn a_model_is_blocked_by_it_and_passes_once_it_is_repaired() {
    let scratch = model();
    let page = blocks(&read(PAGE));
    let told = "block[validation-missing]: there is no validation report";
    assert!(page.iter().any(|block| block.text.contains(told)));
    says(&check(&scratch, &[]), 1, told);
    assert_eq!(
        roadworthy(&scratch.path(), &["init"]).expect_success().lines().nth(1),
        Some("  docs/validation.md")
    );
    says(
        &check(&scratch, &[]),
        1,
        "block[validation-missing]: docs/validation.md is a template that nobody filled in",
    );
    scratch.write("docs/validation.md", example("model/docs/validation.md"));
    says(&check(&scratch, &[]), 0, "roadworthy");
    scratch.commit("2026-10-30T09:00:00Z", "Adopt the policy of validation");
    says(&check(&scratch, &["--rev", "HEAD"]), 0, "pack validation");
}

#[test]
fn a_copy_that_was_changed_judges_nothing() {
    let scratch = model();
    scratch.write("docs/validation.md", example("model/docs/validation.md"));
    let said = trial(&scratch.path(), &["policy", "check", PACK]).expect_success();
    let hash = said.split_once("content hash, to pin it: ").unwrap().1;
    assert!(example("model/roadworthy.toml").contains(hash.trim()), "{hash}");
    let text = example("policies/validation.toml");
    scratch.write(PACK, text.replace("default_days = 365", "default_days = 3650"));
    let told = "governance/validation.toml is not what it is pinned to: its content hash is sha256:";
    let output = check(&scratch, &[]);
    cannot_judge(&output, told);
    // The new content is pinned in the same commit as it is taken over.
    let said = trial(&scratch.path(), &["policy", "check", PACK]).expect_success();
    let new = said.split_once("to pin it: ").unwrap().1.trim().to_string();
    scratch.write("roadworthy.toml", example("model/roadworthy.toml").replace(hash.trim(), &new));
    says(&check(&scratch, &[]), 0, "roadworthy");
}
