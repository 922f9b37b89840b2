//! Holds the action, its documentation, the example workflows and the published hooks together.

use std::collections::BTreeSet;

use crate::markdown::{path, read};
use clap::Parser as _;
use roadworthy::cli::Cli;

/// The keys below a key at the margin, two columns in.
fn keys(yaml: &str, under: &str) -> BTreeSet<String> {
    let block = yaml.split_once(&format!("\n{under}:\n")).expect("the key is there").1;
    let inside = block.lines().take_while(|line| line.is_empty() || line.starts_with(' '));
    let named = inside.filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    named.filter(|key| !key.starts_with(' ')).map(str::to_string).collect()
}

/// The names in the first column of the table with this head.
fn rows(document: &str, head: &str) -> BTreeSet<String> {
    let table = document.split_once(&format!("| {head} | Meaning |\n")).expect("there is a table").1;
    let lines = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let cells = lines.filter_map(|line| line.split('|').nth(1));
    cells.flat_map(|cell| cell.split(',')).map(|name| name.trim().trim_matches('`').to_string()).collect()
}

#[test]
fn inputs_and_outputs_are_documented() {
    let (action, guide) = (read("action.yml"), read("docs/ci.md"));
    assert_eq!(keys(&action, "inputs"), rows(&guide, "Input"));
    assert_eq!(keys(&action, "outputs"), rows(&guide, "Output"));
}

/// What a step runs is a file, and each of its variables is one that the file reads.
#[test]
fn the_steps_run_files_and_pass_what_they_read() {
    let action = read("action.yml");
    let mut files = 0;
    for step in action.split("\n    - ").filter(|step| step.contains("\n      run: ")) {
        let run = step.split_once("      run: ").expect("the step runs something").1.trim_end();
        let file = run.strip_prefix("bash \"$GITHUB_ACTION_PATH/").and_then(|run| run.strip_suffix('"'));
        let script = read(file.unwrap_or_else(|| panic!("not a file: {run}")));
        assert!(script.contains("\nset -euo pipefail\n"), "{run}");
        for name in step.lines().filter_map(|line| line.trim().strip_prefix("ROADWORTHY_")) {
            let name = name.split(':').next().expect("a name");
            assert!(
                script.contains(&format!("$ROADWORTHY_{name}"))
                    || script.contains(&format!("${{ROADWORTHY_{name}")),
                "{name} in {run}"
            );
        }
        files += 1;
    }
    assert_eq!(files, 3);
}

/// `version target sha256 address`, a line for each archive.
#[test]
fn releases_are_listed_with_their_checksum() {
    for line in read("action/releases.txt").lines().filter(|line| !line.starts_with('#')) {
        let [version, target, sum, address] = line
            .split(' ')
            .collect::<Vec<_>>()
            .try_into()
            .unwrap_or_else(|_| panic!("not four words: {line}"));
        assert!(version.split('.').count() == 3 && target.split('-').count() >= 3, "{line}");
        assert!(sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit()), "{line}");
        assert!(address.starts_with("https://"), "{line}");
    }
}

/// What a release has is what the action asks for.
#[test]
fn every_target_of_a_release_is_installed() {
    let (install, release) = (read("action/install.sh"), read(".github/workflows/release.yml"));
    let built: BTreeSet<&str> = release
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- { target: ")?.split_once(','))
        .map(|(target, _)| target)
        .collect();
    let asked: BTreeSet<&str> =
        install.lines().filter_map(|line| line.split_once(") echo ")?.1.strip_suffix(" ;;")).collect();
    assert_eq!(built, asked);
    assert_eq!(built.len(), 5);
}

#[test]
fn actions_of_others_are_pinned_to_commits() {
    let mut files = vec![path("action.yml")];
    for folder in ["examples/workflows", "examples/forgejo", ".github/workflows"] {
        let entries = std::fs::read_dir(path(folder)).expect("the folder is there");
        files.extend(entries.map(|entry| entry.expect("an entry").path()));
    }
    let mut used = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("the file is there");
        for line in
            text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "))
        {
            let (commit, comment) =
                line.split_once('@').and_then(|(_, at)| at.split_once(" # ")).expect("a pin");
            assert!(commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()), "{line}");
            assert!(!comment.is_empty(), "{line}");
            used += 1;
        }
    }
    assert!(used >= 8, "{used}");
}

/// Each hook names its stage, and runs a command that exists.
#[test]
fn published_hooks_name_their_stage() {
    let hooks = read(".pre-commit-hooks.yaml");
    let guide = read("docs/hooks.md");
    let mut stages = BTreeSet::new();
    for hook in hooks.split("\n- id: ").skip(1) {
        let value = |key: &str| {
            let line = hook.lines().find_map(|line| line.trim().strip_prefix(&format!("{key}: ")));
            line.unwrap_or_else(|| panic!("no {key}: {hook}"))
        };
        let id = hook.lines().next().expect("an id");
        let stage = value("stages").trim_matches(['[', ']']);
        assert_eq!(id, format!("roadworthy-{stage}"));
        assert!(guide.contains(&format!("`{id}`")) || guide.contains(&format!("id: {id}\n")), "{id}");
        let mut words: Vec<&str> = value("entry").split(' ').collect();
        words.extend((stage == "commit-msg").then_some(".git/COMMIT_EDITMSG"));
        assert!(Cli::try_parse_from(&words).is_ok(), "{words:?}");
        assert_eq!((value("language"), value("always_run")), ("rust", "true"));
        stages.insert(stage.to_string());
    }
    assert_eq!(stages.len(), 4);
}
