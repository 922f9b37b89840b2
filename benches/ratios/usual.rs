//! The rows that are measured in a few minutes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::library;
use crate::measure::Pair;
use crate::programs::Programs;
use crate::repositories;
use crate::table::{ANY, Bound, Comparison};
use crate::usual_repositories::{self, Repositories};
use crate::{AS_OF, push};

/// The range begins behind this commit; side branches make it longer than 1,000 commits.
const RANGE_BASE: &str = "HEAD~1000";
/// The most rounds of the rows that take seconds.
const SLOW_ROUNDS: usize = 5;
/// All packs that a repository can list.
pub(crate) const PACKS: &str = r#"["core", "operations", "delivery", "trust", "commits", "reach"]"#;
/// A judgement of what HEAD holds, by a run that nothing was kept for.
const CHECK: [&str; 6] = ["check", "--rev", "HEAD", "--as-of", AS_OF, "--no-cache"];
/// The same by a later run, which finds what the first one kept.
const AGAIN: [&str; 5] = ["check", "--rev", "HEAD", "--as-of", AS_OF];
/// What lists the same files.
const LIST: [&str; 3] = ["ls-tree", "-r", "HEAD"];

pub(crate) fn comparisons(programs: &Programs, root: &Path) -> Result<Vec<Comparison>, String> {
    let repositories = usual_repositories::all(root)?;
    let mut all = of_history(programs, &repositories)?;
    all.extend(of_packs(programs, root, &repositories)?);
    all.extend(of_hooks(programs, root, &repositories)?);
    all.extend(of_start(programs, &repositories));
    all.extend(of_models(programs, &repositories));
    Ok(all)
}

/// One command against another.
pub(crate) fn pair(ours: Command, theirs: Command) -> Pair {
    Pair { ours: vec![ours], theirs: vec![theirs], before: None }
}

fn of_history(programs: &Programs, repositories: &Repositories) -> Result<Vec<Comparison>, String> {
    let (history, listing) = (&repositories.history, &repositories.listing);
    let base = repositories::git(history, &programs.home, &["rev-parse", RANGE_BASE])?;
    let span = format!("{RANGE_BASE}..HEAD");
    let print = |word: &str| programs.library(history, &[word, base.trim(), "HEAD"]);
    Ok(vec![
        Comparison {
            name: "history",
            ours: "check --rev HEAD: 600 files, 2,000 commits, one model with five artifacts on file, all rules",
            theirs: "git log -1 -- README.md, which was changed 1,000 commits ago",
            bounds: &[Bound::Times(5.0)],
            rounds: ANY,
            pair: pair(
                programs.roadworthy(history, &CHECK),
                programs.git(history, &["log", "-1", "--", "README.md"]),
            ),
        },
        Comparison {
            name: "history-again",
            ours: "the same, with what an earlier run kept of the history in the repository",
            theirs: "git log -1 -- README.md",
            bounds: &[],
            rounds: ANY,
            pair: pair(
                programs.roadworthy(history, &AGAIN),
                programs.git(history, &["log", "-1", "--", "README.md"]),
            ),
        },
        Comparison {
            name: "range",
            ours: "(library) prints messages, people and trailers of 1,000 commits and more",
            theirs: "git log with a format that prints the same",
            bounds: &[Bound::Times(1.1)],
            rounds: ANY,
            pair: pair(print(library::MESSAGES), programs.git(history, &["log", library::FORMAT, &span])),
        },
        Comparison {
            name: "changes",
            ours: "(library) as range, and the paths that each commit changed",
            theirs: "git log --raw -c with that format",
            bounds: &[],
            rounds: ANY,
            pair: pair(
                print(library::PATHS),
                programs.git(history, &["log", "--raw", "-c", "--no-abbrev", library::FORMAT, &span]),
            ),
        },
        listed(programs, listing),
        merge(programs, &repositories.merge),
    ])
}

fn listed(programs: &Programs, folder: &Path) -> Comparison {
    Comparison {
        name: "listing",
        ours: "check --rev HEAD: 100,000 files, one commit, no artifact on file, so there is nothing to read or to ask the history",
        theirs: "git ls-tree -r HEAD",
        bounds: &[Bound::Times(1.3)],
        rounds: ANY,
        pair: pair(programs.roadworthy(folder, &CHECK), programs.git(folder, &LIST)),
    }
}

fn merge(programs: &Programs, folder: &Path) -> Comparison {
    Comparison {
        name: "merge",
        ours: "(library) merges in memory and reads 30 files of the result: 100,000 files, a change of 36, 800 commits behind",
        theirs: "git merge-tree --write-tree main change",
        bounds: &[Bound::Times(0.5)],
        rounds: ANY,
        pair: pair(
            programs.library(folder, &[library::MERGE]),
            programs.git(folder, &["merge-tree", "--write-tree", "main", "change"]),
        ),
    }
}

/// All packs against core alone: both sides are ours.
fn of_packs(
    programs: &Programs,
    root: &Path,
    repositories: &Repositories,
) -> Result<Vec<Comparison>, String> {
    let Repositories { history, code, listing, models, .. } = repositories;
    let rows = [
        ("packs", "check --rev HEAD with all packs: the repository of `history`", history, ANY),
        (
            "packs-code",
            "check --rev HEAD with all packs: 3,000 files of code, 2,000 commits, five artifacts on file",
            code,
            ANY,
        ),
        ("packs-listing", "check --rev HEAD with all packs: the repository of `listing`", listing, ANY),
        ("packs-models", "check --rev HEAD with all packs: the repository of `models`", models, SLOW_ROUNDS),
    ];
    let compare = |(name, ours, folder, rounds): (_, _, &PathBuf, _)| -> Result<Comparison, String> {
        let check = |which: &str, packs: &str| -> Result<Command, String> {
            let place = root.join("policies").join(which);
            let file = place.join("roadworthy.toml");
            std::fs::create_dir_all(&place)
                .and_then(|()| std::fs::write(&file, format!("[policy]\npacks = {packs}\n")))
                .map_err(|e| format!("{}: {e}", file.display()))?;
            let policy = file.to_string_lossy();
            Ok(programs.roadworthy(folder, &[&CHECK[..], &["--policy", &policy]].concat()))
        };
        let pair = pair(check("all", PACKS)?, check("core", r#"["core"]"#)?);
        let theirs = "roadworthy itself, with the pack core alone";
        Ok(Comparison { name, ours, theirs, bounds: &[Bound::Times(1.5)], rounds, pair })
    };
    rows.into_iter().map(compare).collect()
}

fn of_hooks(
    programs: &Programs,
    root: &Path,
    repositories: &Repositories,
) -> Result<Vec<Comparison>, String> {
    let staged = |folder: &Path| {
        pair(programs.roadworthy(folder, &["hook", "pre-commit"]), programs.git(folder, &["ls-files", "-s"]))
    };
    Ok(vec![
        Comparison {
            name: "commit",
            ours: "hook pre-commit: 100,000 files on a branch that is production, five of them staged, five artifacts on file, all rules",
            theirs: "git ls-files -s",
            bounds: &[Bound::Times(0.2)],
            rounds: ANY,
            pair: staged(&repositories.staged),
        },
        Comparison {
            name: "hook",
            ours: "hook pre-commit: as commit, with 10,000 files",
            theirs: "git ls-files -s",
            bounds: &[Bound::Most(30.0)],
            rounds: ANY,
            pair: staged(&repositories.usual),
        },
        push::comparison(programs, root, &repositories.history)?,
    ])
}

fn of_start(programs: &Programs, repositories: &Repositories) -> Vec<Comparison> {
    let single = &repositories.single;
    vec![
        Comparison {
            name: "start",
            ours: "--version",
            theirs: "git --version",
            bounds: &[],
            rounds: ANY,
            pair: pair(programs.roadworthy(single, &["--version"]), programs.git(single, &["--version"])),
        },
        Comparison {
            name: "policy",
            ours: "check --rev HEAD: one file, one commit: the fixed cost of start, policy and report",
            theirs: "git ls-tree -r HEAD",
            bounds: &[],
            rounds: ANY,
            pair: pair(programs.roadworthy(single, &CHECK), programs.git(single, &LIST)),
        },
    ]
}

fn of_models(programs: &Programs, repositories: &Repositories) -> Vec<Comparison> {
    let (models, full) = (&repositories.models, &repositories.full);
    vec![
        Comparison {
            name: "models",
            ours: "check --rev HEAD: 500 models with five artifacts each, one commit, the pack core",
            theirs: "git ls-tree -r HEAD",
            bounds: &[],
            rounds: SLOW_ROUNDS,
            pair: pair(programs.roadworthy(models, &CHECK), programs.git(models, &LIST)),
        },
        Comparison {
            name: "models-packs",
            ours: "check --rev HEAD: 500 models with seventeen artifacts each, one commit, all packs",
            theirs: "git ls-tree -r HEAD",
            bounds: &[Bound::Processor(500.0), Bound::Memory(200.0)],
            rounds: SLOW_ROUNDS,
            pair: pair(programs.roadworthy(full, &CHECK), programs.git(full, &LIST)),
        },
    ]
}
