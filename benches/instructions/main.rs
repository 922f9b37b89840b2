//! How many instructions the program needs for a few fixed tasks, compared with the numbers on file in
//! `baseline.toml`: times depend on what else a machine does, instructions hardly do.
//!
//! `docs/benchmarks.md` says how to run this and how to accept new numbers.

mod baseline;
mod callgrind;
#[path = "../repositories/mod.rs"]
mod repositories;
mod tasks;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use baseline::Baseline;

struct Arguments {
    accept: bool,
    /// Each task so many times, to see how much its numbers vary.
    runs: usize,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = if arguments.iter().any(|a| a == "--bench") {
        parse(&arguments).and_then(|arguments| run(&arguments))
    } else {
        // `cargo test --all-targets` starts this too.
        Ok((String::from("nothing is counted here: run `cargo bench --bench instructions`\n"), true))
    };
    let (text, good) = match result {
        Ok((text, good)) => (text, Ok(good)),
        Err(message) => (String::new(), Err(message)),
    };
    let written = std::io::stdout().write_all(text.as_bytes());
    match (good, written) {
        (Ok(true), Ok(())) => ExitCode::SUCCESS,
        (Ok(false), Ok(())) => ExitCode::FAILURE,
        (Err(message), _) => {
            // When even this cannot be written, the exit code still says it.
            writeln!(std::io::stderr(), "instructions: {message}").ok();
            ExitCode::from(2)
        }
        (_, Err(_)) => ExitCode::from(2),
    }
}

fn parse(arguments: &[String]) -> Result<Arguments, String> {
    let mut parsed = Arguments { accept: false, runs: 1 };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--bench" => {}
            "--accept" => parsed.accept = true,
            "--runs" => {
                let count = rest.next().and_then(|n| n.parse().ok()).filter(|n| (1..=100).contains(n));
                parsed.runs = count.ok_or("--runs wants a number from 1 to 100")?;
            }
            other => return Err(format!("unknown argument `{other}`; known: --accept, --runs N")),
        }
    }
    Ok(parsed)
}

/// What to print, and whether no task needs more than it may.
fn run(arguments: &Arguments) -> Result<(String, bool), String> {
    let program = build()?;
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("instructions");
    let tasks = tasks::all(&root, &program)?;
    callgrind::settle()?;
    let mut counted = Vec::new();
    let mut out = String::new();
    for task in tasks {
        writeln!(std::io::stderr(), "counting {}", task.name).ok();
        let mut counts = Vec::new();
        for _ in 0..arguments.runs {
            counts.push(callgrind::count(&task, &root)?);
        }
        counts.sort_unstable();
        if let (Some(least), Some(most), true) = (counts.first(), counts.last(), arguments.runs > 1) {
            let spread = (*most as f64 / *least as f64 - 1.0) * 100.0;
            writeln!(out, "{:<18} varies by {spread:.2} % in {} runs", task.name, counts.len())
                .expect("a string takes all text");
        }
        counted.push((task.name, counts[counts.len() / 2]));
    }
    let measured = Baseline::measured(&counted)?;
    if arguments.accept {
        measured.store()?;
        out.push_str("the numbers are on file now; commit them with what changed them\n");
        return Ok((out, true));
    }
    let comparison = measured.compared_with(&Baseline::load()?)?;
    out.push_str(&comparison.render());
    Ok((out, !comparison.is_too_much()))
}

/// Builds the program as it ships, and says where it is. The one that `cargo bench` builds unwinds, which ours
/// does not.
fn build() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args(["build", "--release", "--locked", "--bin", "roadworthy"]);
    let status = command.stdin(Stdio::null()).status().map_err(|e| format!("{command:?}: {e}"))?;
    if !status.success() {
        return Err(format!("{command:?} ended with {status}"));
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("the target folder has no place")?;
    Ok(target.join("release/roadworthy"))
}
