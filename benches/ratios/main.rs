//! What `roadworthy` costs next to `git`, as whole processes on generated repositories.
//!
//! `docs/benchmarks.md` says how to run this and how to read the table.

mod code;
mod evidence;
mod measure;
mod merge;
mod push;
mod range;
mod repositories;
mod staged;
mod stream;
mod table;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use roadworthy::fixture;

use measure::Pair;
use table::{Bound, Row};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The date of every judgement: the evidence of the generated repositories is right on it.
const AS_OF: &str = "2026-11-01";
/// Runs of each side whose times count, unless `--rounds` says otherwise.
const ROUNDS: usize = 15;
/// The range begins behind this commit; side branches make it longer than 1,000 commits.
const RANGE_BASE: &str = "HEAD~1000";
/// The most rounds of the row that takes seconds.
const SLOW_ROUNDS: usize = 5;
/// All packs that a repository can list.
const PACKS: &str = r#"["core", "operations", "delivery", "trust", "commits", "reach"]"#;

struct Arguments {
    check: bool,
    rounds: usize,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, folder] = &arguments[..]
        && word == merge::WORD
    {
        return finish(merge::view(Path::new(folder)));
    }
    let mut out = std::io::stdout().lock();
    if let [first, rest @ ..] = &arguments[..]
        && first == range::ARGUMENT
    {
        return finish(range::print(rest, &mut out));
    }
    if !arguments.iter().any(|a| a == "--bench") {
        // `cargo test --all-targets` starts this too.
        return finish(
            writeln!(out, "nothing is measured here: run `cargo bench --bench ratios`")
                .map_err(|e| e.to_string()),
        );
    }
    let mut run = || -> Result<bool, String> {
        let arguments = parse(&arguments)?;
        let rows = rows(arguments.rounds)?;
        out.write_all(table::render(&rows, arguments.rounds).as_bytes()).map_err(|e| e.to_string())?;
        Ok(!arguments.check || rows.iter().all(Row::is_within))
    };
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => finish(Err(message)),
    }
}

fn finish(result: Result<(), String>) -> ExitCode {
    let Err(message) = result else { return ExitCode::SUCCESS };
    // When even this cannot be written, the exit code still says it.
    writeln!(std::io::stderr(), "ratios: {message}").ok();
    ExitCode::from(2)
}

fn parse(arguments: &[String]) -> Result<Arguments, String> {
    let mut parsed = Arguments { check: false, rounds: ROUNDS };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--bench" => {}
            "--check" => parsed.check = true,
            "--rounds" => {
                let count = rest.next().and_then(|n| n.parse().ok()).filter(|n| (1..=1000).contains(n));
                parsed.rounds = count.ok_or("--rounds wants a number from 1 to 1000")?;
            }
            other => return Err(format!("unknown argument `{other}`; known: --check, --rounds N")),
        }
    }
    Ok(parsed)
}

/// The two programs, in one environment.
struct Programs {
    home: PathBuf,
}

impl Programs {
    fn roadworthy(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = fixture::scrubbed(env!("CARGO_BIN_EXE_roadworthy"), folder, &self.home);
        command.args(arguments);
        command
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = fixture::scrubbed("git", folder, &self.home);
        command.args(arguments);
        command
    }
}

fn rows(rounds: usize) -> Result<Vec<Row>, String> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ratios");
    let home = root.join("home");
    std::fs::create_dir_all(&home).map_err(|e| format!("{}: {e}", home.display()))?;
    let programs = Programs { home };
    let repositories = repositories::all(&root)?;
    let check = ["check", "--rev", "HEAD", "--as-of", AS_OF];
    let pair = |ours: Command, theirs: Command| Pair { ours, theirs, rounds, before: None }.run();
    let history = &repositories.history;
    let listing = &repositories.listing;
    let models = &repositories.models;
    let single = &repositories.single;
    let list = ["ls-tree", "-r", "HEAD"];
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let base = repositories::git(history, &programs.home, &["rev-parse", RANGE_BASE])?;
    let print = |flag: &str| {
        let mut command = fixture::scrubbed(&own, history, &programs.home);
        command.args([range::ARGUMENT, ".", flag, base.trim(), "HEAD"]);
        command
    };
    let span = format!("{RANGE_BASE}..HEAD");
    Ok(vec![
        Row {
            name: "history",
            ours: "check --rev HEAD: 600 files, 2,000 commits, one model with five artifacts on file, all rules",
            theirs: "git log -1 -- README.md, which was changed 1,000 commits ago",
            bound: Some(Bound::Times(5.0)),
            times: pair(
                programs.roadworthy(history, &check),
                programs.git(history, &["log", "-1", "--", "README.md"]),
            )?,
        },
        Row {
            name: "range",
            ours: "(the library, in a program that only prints) the messages, people and trailers of 1,000 commits and more",
            theirs: "git log with a format that prints the same",
            bound: Some(Bound::Times(1.5)),
            times: pair(print(range::MESSAGES), programs.git(history, &["log", range::FORMAT, &span]))?,
        },
        Row {
            name: "changes",
            ours: "(the library, in a program that only prints) as range, and the paths that each commit changed",
            theirs: "git log --raw -c with that format",
            bound: None,
            times: pair(
                print(range::PATHS),
                programs.git(history, &["log", "--raw", "-c", "--no-abbrev", range::FORMAT, &span]),
            )?,
        },
        Row {
            name: "listing",
            ours: "check --rev HEAD: 100,000 files, one commit, no artifact on file, so there is nothing to read or to ask the history",
            theirs: "git ls-tree -r HEAD",
            bound: Some(Bound::Times(1.3)),
            times: pair(programs.roadworthy(listing, &check), programs.git(listing, &list))?,
        },
        packs_row(&programs, &root, history, rounds, "packs")?,
        packs_row(&programs, &root, &repositories.code, rounds, "packs-code")?,
        merge_row(&programs, &repositories.merge, rounds)?,
        commit_row(&programs, &repositories.staged, rounds)?,
        Row {
            name: "hook",
            ours: "hook pre-commit: as commit, with 10,000 files",
            theirs: "git ls-files -s",
            bound: Some(Bound::Most(30.0)),
            times: pair(
                programs.roadworthy(&repositories.usual, &["hook", "pre-commit"]),
                programs.git(&repositories.usual, &["ls-files", "-s"]),
            )?,
        },
        push::row(&programs, &root, history, rounds)?,
        Row {
            name: "start",
            ours: "--version",
            theirs: "git --version",
            bound: None,
            times: pair(programs.roadworthy(single, &["--version"]), programs.git(single, &["--version"]))?,
        },
        Row {
            name: "policy",
            ours: "check --rev HEAD: one file, one commit: the fixed cost of start, policy and report",
            theirs: "git ls-tree -r HEAD",
            bound: None,
            times: pair(programs.roadworthy(single, &check), programs.git(single, &list))?,
        },
        Row {
            name: "models",
            ours: "check --rev HEAD: 500 models with five artifacts each, one commit, all rules (at most 5 rounds)",
            theirs: "git ls-tree -r HEAD",
            bound: None,
            times: Pair {
                ours: programs.roadworthy(models, &check),
                theirs: programs.git(models, &list),
                rounds: rounds.min(SLOW_ROUNDS),
                before: None,
            }
            .run()?,
        },
    ])
}

/// All packs against core alone: both sides are ours.
fn packs_row(
    programs: &Programs,
    root: &Path,
    folder: &Path,
    rounds: usize,
    name: &'static str,
) -> Result<Row, String> {
    let check = |which: &str, packs: &str| -> Result<Command, String> {
        let place = root.join("policies").join(which);
        let file = place.join("roadworthy.toml");
        std::fs::create_dir_all(&place)
            .and_then(|()| std::fs::write(&file, format!("[policy]\npacks = {packs}\n")))
            .map_err(|e| format!("{}: {e}", file.display()))?;
        let policy = file.to_string_lossy();
        Ok(programs.roadworthy(folder, &["check", "--rev", "HEAD", "--as-of", AS_OF, "--policy", &policy]))
    };
    Ok(Row {
        name,
        ours: if name == "packs" {
            "check --rev HEAD with all packs: the repository of `history`"
        } else {
            "check --rev HEAD with all packs: 3,000 files of code, 2,000 commits, five artifacts on file"
        },
        theirs: "roadworthy itself, with the pack core alone",
        bound: Some(Bound::Times(1.5)),
        times: Pair {
            ours: check("all", PACKS)?,
            theirs: check("core", r#"["core"]"#)?,
            rounds,
            before: None,
        }
        .run()?,
    })
}

fn commit_row(programs: &Programs, folder: &Path, rounds: usize) -> Result<Row, String> {
    let ours = programs.roadworthy(folder, &["hook", "pre-commit"]);
    let theirs = programs.git(folder, &["ls-files", "-s"]);
    Ok(Row {
        name: "commit",
        ours: "hook pre-commit: 100,000 files on a branch that is production, five of them staged, five artifacts on file, all rules",
        theirs: "git ls-files -s",
        bound: Some(Bound::Times(1.0)),
        times: Pair { ours, theirs, rounds, before: None }.run()?,
    })
}

fn merge_row(programs: &Programs, folder: &Path, rounds: usize) -> Result<Row, String> {
    let ours = merge::command(folder, &programs.home)?;
    let theirs = programs.git(folder, &["merge-tree", "--write-tree", "main", "change"]);
    Ok(Row {
        name: "merge",
        ours: "merge in memory and read 30 files of the result: 100,000 files, a change of 36, 800 commits behind; a process of its own",
        theirs: "git merge-tree --write-tree main change",
        bound: Some(Bound::Times(1.0)),
        times: Pair { ours, theirs, rounds, before: None }.run()?,
    })
}
