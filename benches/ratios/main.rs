//! What `roadworthy` costs next to `git` and next to programs of its kind, as whole processes on generated
//! repositories.
//!
//! `docs/benchmarks.md` says how to run this and how to read the table.

mod large;
mod library;
mod measure;
mod peers;
mod programs;
mod push;
#[path = "../repositories/mod.rs"]
mod repositories;
mod table;
mod usual;
mod usual_repositories;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use programs::Programs;
use table::{Comparison, Row};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The date of every judgement: the evidence of the generated repositories is right on it.
pub(crate) const AS_OF: &str = "2026-11-01";
/// Runs of each side whose times count, unless `--rounds` says otherwise.
const ROUNDS: usize = 15;

/// Rows that are measured together, since they take about as long, and need the same things.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Usual,
    Large,
    Peers,
}

struct Arguments {
    check: bool,
    rounds: usize,
    group: Group,
    /// Only these; all, when there is none.
    names: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    match &arguments[..] {
        [first, rest @ ..] if first == library::ARGUMENT => return finish(library::run(rest, &mut out)),
        [first, rest @ ..] if first == measure::PEAK => return finish(measure::print_peak(rest, &mut out)),
        _ if !arguments.iter().any(|a| a == "--bench") => {
            // `cargo test --all-targets` starts this too.
            return finish(
                writeln!(out, "nothing is measured here: run `cargo bench --bench ratios`")
                    .map_err(|e| e.to_string()),
            );
        }
        _ => {}
    }
    let mut run = || -> Result<bool, String> {
        let arguments = parse(&arguments)?;
        let rows = rows(&arguments)?;
        out.write_all(table::render(&rows).as_bytes()).map_err(|e| e.to_string())?;
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
    let mut parsed = Arguments { check: false, rounds: ROUNDS, group: Group::Usual, names: Vec::new() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--bench" => {}
            "--check" => parsed.check = true,
            "--large" => parsed.group = Group::Large,
            "--peers" => parsed.group = Group::Peers,
            "--rounds" => {
                let count = rest.next().and_then(|n| n.parse().ok()).filter(|n| (1..=1000).contains(n));
                parsed.rounds = count.ok_or("--rounds wants a number from 1 to 1000")?;
            }
            other if other.starts_with('-') => {
                let known = "--large, --peers, --check, --rounds N and names of rows";
                return Err(format!("unknown argument `{other}`; known: {known}"));
            }
            name => parsed.names.push(name.to_string()),
        }
    }
    Ok(parsed)
}

fn rows(arguments: &Arguments) -> Result<Vec<Row>, String> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ratios");
    let home = root.join("home");
    std::fs::create_dir_all(&home).map_err(|e| format!("{}: {e}", home.display()))?;
    let programs = Programs::new(home)?;
    let mut all: Vec<Comparison> = match arguments.group {
        Group::Usual => usual::comparisons(&programs, &root)?,
        Group::Large => large::comparisons(&programs, &root)?,
        Group::Peers => peers::comparisons(&programs, &root)?,
    };
    let known: Vec<&str> = all.iter().map(|c| c.name).collect();
    if let Some(unknown) = arguments.names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("there is no row `{unknown}` here; there are {}", known.join(", ")));
    }
    all.retain(|c| arguments.names.is_empty() || arguments.names.iter().any(|name| name == c.name));
    let mut rows = Vec::new();
    for comparison in all {
        writeln!(std::io::stderr(), "measuring {}", comparison.name).ok();
        rows.push(comparison.run(arguments.rounds)?);
    }
    Ok(rows)
}
