//! The command line as people and machines use it.

use std::io::Read as _;
use std::process::Stdio;

use crate::common::{Output, Scratch, git, recipe, roadworthy};
use crate::trial::{DAY, check, flat, program, says, tame, trial};
use serde_json::Value;

/// The repository in which all is well.
fn ready() -> Scratch {
    recipe("core/ready.toml")
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", output.stdout))
}

/// The rules that found something, sorted as they are reported.
fn rules(output: &Output) -> Vec<String> {
    let report = json(output);
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|f| f["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn untracked_evidence_counts_in_the_work_tree_and_nowhere_else() {
    let scratch = ready();
    let runbook = std::fs::read(scratch.path().join("docs/runbook.md")).unwrap();
    std::fs::remove_file(scratch.path().join("docs/runbook.md")).unwrap();
    scratch.commit("2026-10-25T09:00:00Z", "Drop the runbook");
    says(&check(&scratch, &[]), 1, "block[runbook-missing]");
    scratch.write("docs/runbook.md", runbook);
    assert_eq!(check(&scratch, &[]).code, Some(0));
    assert_eq!(check(&scratch, &["--staged"]).code, Some(1));
    assert_eq!(check(&scratch, &["--rev", "HEAD"]).code, Some(1));
    assert_eq!(check(&scratch, &["--rev", "HEAD~1"]).code, Some(0));
    git(&scratch.path(), &["add", "docs/runbook.md"]);
    assert_eq!(check(&scratch, &["--staged"]).code, Some(0));
}

#[test]
fn what_git_ignores_is_no_evidence() {
    let scratch = ready();
    git(&scratch.path(), &["rm", "--quiet", "--cached", "OWNER.toml"]);
    scratch.write(".gitignore", "OWNER.toml\n");
    says(&check(&scratch, &[]), 1, "block[owner-missing]");
}

#[test]
fn staged_files_are_judged_as_they_are_staged() {
    let scratch = ready();
    scratch.write("OWNER.toml", "owner = \"data science team\"\n");
    says(&check(&scratch, &[]), 1, "block[owner-not-a-person]");
    assert_eq!(check(&scratch, &["--staged"]).code, Some(0));
    git(&scratch.path(), &["add", "OWNER.toml"]);
    git(&scratch.path(), &["checkout", "--quiet", "HEAD~0"]);
    std::fs::remove_file(scratch.path().join("OWNER.toml")).unwrap();
    let staged = check(&scratch, &["--staged"]);
    says(&staged, 1, "block[owner-not-a-person]");
    says(&staged, 1, "judged staged files");
}

#[test]
fn revisions_of_all_kinds_name_the_commit_that_is_judged() {
    let scratch = ready();
    let folder = scratch.path();
    git(&folder, &["tag", "-a", "v1", "-m", "The first release"]);
    std::fs::remove_file(folder.join("OWNER.toml")).unwrap();
    let newest = scratch.commit("2026-10-25T09:00:00Z", "Nobody owns it");
    for (revision, code) in [
        ("HEAD", 1),
        ("production", 1),
        (newest.as_str(), 1),
        (&newest[..8], 1),
        ("HEAD~1", 0),
        ("HEAD^", 0),
        ("v1", 0),
        ("refs/tags/v1", 0),
        ("v1^{commit}", 0),
    ] {
        assert_eq!(check(&scratch, &["--rev", revision]).code, Some(code), "{revision}");
    }
}

#[test]
fn a_bare_repository_is_judged_by_revision() {
    let (origin, scratch) = (ready(), Scratch::new());
    let source = origin.path().display().to_string();
    git(&scratch.path(), &["clone", "--quiet", "--bare", "--template=", &source, "."]);
    says(&check(&scratch, &["--rev", "production"]), 0, "(branch production)");
    assert_eq!(trial(&scratch.path(), &["facts", "--rev", "production"]).code, Some(0));
    assert_eq!(trial(&scratch.path(), &["policy", "check"]).code, Some(0));
}

#[test]
fn a_subfolder_and_a_linked_work_tree_are_the_same_repository() {
    let scratch = ready();
    let whole = check(&scratch, &["--format", "json"]).stdout;
    let inside = roadworthy(&scratch.path().join("docs"), &["check", "--as-of", DAY, "--format", "json"]);
    assert_eq!(inside.stdout, whole);
    let named = roadworthy(&scratch.path(), &["check", "docs", "--as-of", DAY, "--format", "json"]);
    assert_eq!(named.stdout, whole);

    git(&scratch.path(), &["worktree", "add", "--quiet", "-b", "fix", "linked"]);
    let linked = scratch.path().join("linked");
    std::fs::remove_file(linked.join("OWNER.toml")).unwrap();
    let output = trial(&linked, &["check", "--as-of", DAY]);
    says(&output, 1, "block[owner-missing]");
    says(&output, 1, "work tree (branch fix)");
    assert_eq!(trial(&linked, &["check", "--as-of", DAY, "--staged"]).code, Some(0));
}

/// A repository with two models, of which `a` has everything and `b` nothing.
fn two_models() -> Scratch {
    let scratch = ready();
    for file in ["OWNER.toml", "retraining.toml"] {
        git(&scratch.path(), &["rm", "--quiet", "--cached", file]);
        let text = std::fs::read(scratch.path().join(file)).unwrap();
        std::fs::remove_file(scratch.path().join(file)).unwrap();
        scratch.write(&format!("a/{file}"), text);
    }
    scratch.write("b/train.py", "X = 1\n");
    scratch.write("roadworthy.toml", "[models]\ndiscover = [\"a\", \"b\"]\nminimum = 2\n");
    scratch.commit("2026-10-25T09:00:00Z", "Two models");
    scratch
}

#[test]
fn models_are_chosen_by_id() {
    let scratch = two_models();
    let models = |arguments: &[&str]| {
        let all = [arguments, &["--format", "json"]].concat();
        let report = json(&check(&scratch, &all));
        report["models"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(models(&[]), ["a", "b"]);
    assert_eq!(models(&["--all"]), ["a", "b"]);
    assert_eq!(models(&["--model", "b"]), ["b"]);
    assert_eq!(models(&["--model", "b", "--model", "a", "--model", "b"]), ["a", "b"]);
    assert!(!flat(&check(&scratch, &["--model", "a"])).contains("owner-missing"));
    says(&check(&scratch, &["--model", "b"]), 1, "owner-missing");
    says(&check(&scratch, &["--all"]), 1, "owner-missing");
}

#[test]
fn a_verdict_can_be_replayed_by_its_date() {
    let scratch = ready();
    let on = |date: &str| trial(&scratch.path(), &["check", "--as-of", date, "--format", "json"]);
    let (now, later, again) = (on(DAY), on("2027-11-01"), on(DAY));
    assert_eq!((now.code, now.stdout.as_str()), (Some(0), again.stdout.as_str()));
    assert!(rules(&now).is_empty(), "{:?}", rules(&now));
    assert!(rules(&later).contains(&"retraining-overdue".to_owned()), "{:?}", rules(&later));
    assert_eq!(json(&later)["subject"]["as_of"], "2027-11-01");
}

/// A repository with each outcome: roadworthy, blocked, not to be judged.
fn outcomes() -> [(Scratch, i32); 3] {
    let undecided = ready();
    undecided.write("roadworthy.toml", "[polcy]\n");
    [(ready(), 0), (Scratch::repository(), 1), (undecided, 2)]
}

#[test]
fn the_exit_code_is_the_same_in_every_form() {
    for (scratch, code) in outcomes() {
        for arguments in [
            &[][..],
            &["--format", "human"],
            &["--format", "json"],
            &["--quiet"],
            &["--verbose"],
            &["--format", "json", "--quiet"],
            &["--color", "never"],
        ] {
            assert_eq!(check(&scratch, arguments).code, Some(code), "{arguments:?}");
        }
    }
}

#[test]
fn json_is_sorted_and_the_same_in_every_run() {
    for (scratch, code) in outcomes() {
        let (first, second) =
            (check(&scratch, &["--format", "json"]), check(&scratch, &["--format", "json"]));
        assert_eq!(first.stdout, second.stdout);
        assert_eq!(first.stderr, "");
        let report = json(&first);
        assert!(report["schema_version"].is_number(), "{}", first.stdout);
        assert_eq!(report["exit_code"].as_i64().unwrap_or(code.into()), i64::from(code));
        let rank = |f: &Value| ["block", "warn", "advice"].iter().position(|s| f["severity"] == **s).unwrap();
        let keys: Vec<_> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| (f["model"].to_string(), rank(f), f["rule"].to_string()))
            .collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }
}

#[test]
fn quiet_says_the_verdict_and_verbose_everything() {
    let scratch = Scratch::repository();
    let (quiet, normal) = (check(&scratch, &["--quiet"]), check(&scratch, &[]));
    assert!(quiet.stdout.lines().count() <= 3, "{}", quiet.stdout);
    says(&quiet, 1, "not roadworthy");
    assert!(quiet.stdout.len() < normal.stdout.len());
    let scratch = ready();
    let (normal, verbose) = (check(&scratch, &[]), check(&scratch, &["--verbose"]));
    assert!(normal.stdout.len() < verbose.stdout.len());
    assert!(verbose.stdout.contains("OWNER.toml") && verbose.stdout.contains("owner-missing"));
}

#[test]
fn colours_are_on_a_terminal_or_on_demand() {
    let scratch = Scratch::repository();
    let colours = |arguments: &[&str], no_color: Option<&str>| {
        let mut command = program(&scratch.path(), arguments);
        command.env_remove("NO_COLOR");
        command.envs(no_color.map(|value| ("NO_COLOR", value)));
        String::from_utf8(command.output().unwrap().stdout).unwrap().contains('\u{1b}')
    };
    assert!(!colours(&["check"], None), "a pipe is no terminal");
    assert!(colours(&["check", "--color", "always"], None));
    assert!(colours(&["--color", "always", "check"], None));
    assert!(colours(&["check", "--color", "always"], Some("1")), "a demand is stronger than a habit");
    assert!(!colours(&["check", "--color", "never"], None));
    assert!(!colours(&["check", "--color", "auto"], Some("1")));
    assert!(!colours(&["check", "--color", "always", "--format", "json"], None));
}

#[test]
fn a_reader_that_goes_away_changes_nothing() {
    for (scratch, code) in outcomes() {
        let mut command = program(&scratch.path(), &["check", "--as-of", DAY, "--verbose"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(code), ""));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_verdict_that_cannot_be_written_is_no_pass() {
    let scratch = ready();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let status = program(&scratch.path(), &["check", "--as-of", DAY]).stdout(full).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn help_and_version_are_no_mistakes() {
    let scratch = Scratch::new();
    for arguments in [&["--help"][..], &["--version"], &["check", "--help"], &["help", "policy", "test"]] {
        let output = trial(&scratch.path(), arguments);
        assert_eq!(output.code, Some(0), "{arguments:?}");
        assert_eq!(output.stderr, "");
        tame(&output);
    }
    let version = trial(&scratch.path(), &["--version"]).stdout;
    assert_eq!(version, format!("roadworthy {}\n", env!("CARGO_PKG_VERSION")));
    assert!(
        trial(&scratch.path(), &["--help"])
            .stdout
            .contains("0 roadworthy, 1 findings block, 2 could not judge")
    );
}
