//! The numbers on file, and how others compare with them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use crate::callgrind;

/// More instructions than on file, by so many per cent, are a mistake.
const TOLERANCE: f64 = 3.0;
/// Another compiler makes another program of the same text: with another release of it, so many per cent.
const TOLERANCE_OF_COMPILERS: f64 = 10.0;
/// What somebody runs to accept numbers.
const ACCEPT: &str = "cargo bench --locked --profile dev --bench instructions -- --accept";

/// Numbers, and what they were counted with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    rustc: String,
    git: String,
    valgrind: String,
    instructions: BTreeMap<String, u64>,
}

/// How a task changed.
pub(crate) struct Change {
    name: String,
    before: u64,
    now: u64,
    tolerance: f64,
}

impl Baseline {
    /// The numbers of now.
    pub(crate) fn measured(counted: &[(&'static str, u64)]) -> Result<Baseline, String> {
        Ok(Baseline {
            rustc: word(&std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string()), 1)?,
            git: word("git", 2)?,
            valgrind: callgrind::version()?,
            instructions: counted.iter().map(|(name, count)| (name.to_string(), *count)).collect(),
        })
    }

    /// The numbers on file.
    pub(crate) fn load() -> Result<Baseline, String> {
        let file = place();
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        toml::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))
    }

    /// Puts these numbers on file.
    pub(crate) fn store(&self) -> Result<(), String> {
        let mut text = format!(
            "# Instructions of the release program, counted by callgrind on Linux on x86-64. `docs/benchmarks.md` says of what.\n\
             # Written by: {ACCEPT}\n\n\
             rustc = \"{}\"\ngit = \"{}\"\nvalgrind = \"{}\"\n\n[instructions]\n",
            self.rustc, self.git, self.valgrind
        );
        for (name, count) in &self.instructions {
            writeln!(text, "{name} = {}", thousands(*count)).expect("a string takes all text");
        }
        let file = place();
        std::fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))
    }

    /// How these numbers differ from those on file.
    pub(crate) fn changes_since(&self, before: &Baseline) -> Result<Vec<Change>, String> {
        let (ours, theirs): (Vec<_>, Vec<_>) =
            (self.instructions.keys().collect(), before.instructions.keys().collect());
        if ours != theirs {
            return Err(format!("the tasks are {ours:?}, those on file {theirs:?}; run `{ACCEPT}`"));
        }
        let same = self.rustc == before.rustc;
        let tolerance = if same { TOLERANCE } else { TOLERANCE_OF_COMPILERS };
        let change = |(name, now): (&String, &u64)| Change {
            name: name.clone(),
            before: before.instructions[name],
            now: *now,
            tolerance,
        };
        Ok(self.instructions.iter().map(change).collect())
    }
}

impl Change {
    fn percent(&self) -> f64 {
        (self.now as f64 / self.before as f64 - 1.0) * 100.0
    }

    /// True when the task needs more than it may.
    pub(crate) fn is_too_much(&self) -> bool {
        self.percent() > self.tolerance
    }

    fn is_much_less(&self) -> bool {
        self.percent() < -self.tolerance
    }
}

/// A table, and what to do about it.
pub(crate) fn render(changes: &[Change]) -> String {
    let mut out = format!("{:<18}{:>16}{:>16}{:>10}\n", "task", "on file", "now", "change");
    for change in changes {
        let verdict = match () {
            () if change.is_too_much() => "  TOO MUCH",
            () if change.is_much_less() => "  better",
            () => "",
        };
        let (before, now) = (thousands(change.before), thousands(change.now));
        writeln!(out, "{:<18}{before:>16}{now:>16}{:>+8.2} %{verdict}", change.name, change.percent())
            .expect("a string takes all text");
    }
    let tolerance = changes.first().map_or(TOLERANCE, |change| change.tolerance);
    if tolerance > TOLERANCE {
        writeln!(out, "\nThe numbers on file are those of another compiler: {tolerance} % are tolerated, not {TOLERANCE} %.")
            .expect("a string takes all text");
    }
    if changes.iter().any(Change::is_too_much) {
        writeln!(
            out,
            "\nA task needs more than {tolerance} % more instructions. `docs/benchmarks.md` says how to see where. When\n\
             they are worth it, say why in the commit, and put the new numbers on file:\n\n    {ACCEPT}"
        )
        .expect("a string takes all text");
    } else if changes.iter().any(Change::is_much_less) {
        writeln!(
            out,
            "\nA task needs far fewer instructions. Put the new numbers on file, or what was won can be lost unseen:\n\n    {ACCEPT}"
        )
        .expect("a string takes all text");
    }
    out
}

fn place() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/instructions/baseline.toml")
}

/// A word of what a program says of its version.
fn word(program: &str, nth: usize) -> Result<String, String> {
    let output = Command::new(program).arg("--version").output().map_err(|e| format!("{program}: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().nth(nth).map(str::to_string).ok_or_else(|| format!("{program} has no version"))
}

/// A number as people read it, and as TOML does.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}
