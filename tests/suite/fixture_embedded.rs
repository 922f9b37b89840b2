//! The recipes that the program carries: they hold together, and they tell the story that they are for.

use crate::common::{git, recipe};
use roadworthy::fixture::{self, Case};
use roadworthy::policy::builtin;

fn cases() -> Vec<Case> {
    let listing = fixture::list(builtin::files().iter().map(|file| file.path));
    let mistakes: Vec<&str> = listing.mistakes.iter().map(|mistake| mistake.message.as_str()).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    listing.cases
}

#[test]
fn every_recipe_can_be_built() {
    let bases = ["core/ready.toml", "demo/pilot.toml", "demo/repaired.toml"].map(str::to_owned);
    for path in bases.into_iter().chain(cases().into_iter().map(|case| case.path)) {
        let built = recipe(&path);
        let status = git(&built.path(), &["fsck", "--strict"]);
        assert_eq!(status, "", "{path}");
    }
}

#[test]
fn the_ready_repository_has_half_a_year_of_history_by_two_people() {
    let ready = recipe("core/ready.toml");
    let people = git(&ready.path(), &["shortlog", "-sn", "HEAD"]);
    assert_eq!(people, "     8\tAda Lovelace\n     4\tGrace Hopper\n");
    let dates = git(&ready.path(), &["log", "--format=%as"]);
    assert_eq!((dates.lines().last(), dates.lines().next()), (Some("2026-05-04"), Some("2026-10-20")));
    let mut sorted: Vec<&str> = dates.lines().collect();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(dates.lines().collect::<Vec<_>>(), sorted);
}

#[test]
fn the_ready_repository_names_only_paths_that_exist() {
    let ready = recipe("core/ready.toml");
    let runbook = std::fs::read_to_string(ready.path().join("docs/runbook.md")).unwrap();
    let named = ["models/churn.json", "src/score.py", ".github/workflows/retrain.yml"];
    for path in named {
        assert!(runbook.contains(path), "{path}");
        assert!(ready.path().join(path).is_file(), "{path}");
    }
}

#[test]
fn the_pilot_has_been_left_alone_for_six_months_and_has_nothing_on_file() {
    let pilot = recipe("demo/pilot.toml");
    assert_eq!(git(&pilot.path(), &["log", "-1", "--format=%as"]), "2026-04-30\n");
    let files = git(&pilot.path(), &["ls-files"]);
    assert_eq!(files, ".github/CODEOWNERS\nREADME.md\nnotebooks/churn_pilot.ipynb\nrequirements.txt\n");
}

#[test]
fn the_repair_builds_on_the_pilots_own_commits() {
    let (pilot, repaired) = (recipe("demo/pilot.toml"), recipe("demo/repaired.toml"));
    let before = git(&pilot.path(), &["rev-parse", "HEAD"]);
    assert_eq!(git(&repaired.path(), &["rev-parse", "HEAD~5"]), before);
    for path in ["OWNER.toml", "docs/data-contract.md", "docs/DPIA.md", "docs/runbook.md", "retraining.toml"]
    {
        assert!(!pilot.path().join(path).exists(), "{path}");
        assert!(repaired.path().join(path).is_file(), "{path}");
    }
    assert!(!repaired.path().join(".github/CODEOWNERS").exists());
}

#[test]
fn notebooks_and_models_of_the_recipes_are_valid_json() {
    for (built, files) in [
        (recipe("core/ready.toml"), ["notebooks/churn.ipynb", "models/churn.json"]),
        (recipe("demo/repaired.toml"), ["notebooks/churn_pilot.ipynb", "models/churn.json"]),
    ] {
        for file in files {
            let text = std::fs::read_to_string(built.path().join(file)).unwrap();
            serde_json::from_str::<serde_json::Value>(&text).unwrap();
        }
    }
}
