//! The numbers on file, and how others compare with them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use crate::callgrind;

/// More instructions than on file, by so many per cent, are a mistake.
const TOLERANCE: f64 = 3.0;
/// Another compiler makes another program of the same text, another `git` another pack, and what loads the
/// program is the system's: where one of them is not as on file, so many per cent.
const TOLERANCE_ELSEWHERE: f64 = 10.0;
/// And so many instructions, which the start of a program may differ by.
const START: u64 = 250_000;
/// What somebody runs to accept numbers.
const ACCEPT: &str = "cargo bench --locked --profile dev --bench instructions -- --accept";

/// Numbers, and what they were counted with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    with: BTreeMap<String, String>,
    instructions: BTreeMap<String, u64>,
}

/// How all tasks changed.
pub(crate) struct Comparison {
    changes: Vec<Change>,
    /// What is another one than on file, in words.
    others: Vec<String>,
}

/// How a task changed.
struct Change {
    name: String,
    before: u64,
    now: u64,
    /// Whether it was counted with the same programs.
    alike: bool,
}

impl Baseline {
    /// The numbers of now.
    pub(crate) fn measured(counted: &[(&'static str, u64)]) -> Result<Baseline, String> {
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
        let with = [
            ("git", word("git", "--version", 2)?),
            ("libc", word("getconf", "GNU_LIBC_VERSION", 1)?),
            ("rustc", word(&rustc, "--version", 1)?),
            ("valgrind", callgrind::version()?),
        ];
        Ok(Baseline {
            with: with.map(|(name, version)| (name.to_string(), version)).into(),
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
             # Written by: {ACCEPT}\n\n[with]\n"
        );
        for (name, version) in &self.with {
            writeln!(text, "{name} = \"{version}\"").expect("a string takes all text");
        }
        text.push_str("\n[instructions]\n");
        for (name, count) in &self.instructions {
            writeln!(text, "{name} = {}", thousands(*count)).expect("a string takes all text");
        }
        let file = place();
        std::fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))
    }

    /// How these numbers differ from those on file.
    pub(crate) fn compared_with(&self, before: &Baseline) -> Result<Comparison, String> {
        let (ours, theirs): (Vec<_>, Vec<_>) =
            (self.instructions.keys().collect(), before.instructions.keys().collect());
        if ours != theirs {
            return Err(format!("the tasks are {ours:?}, those on file {theirs:?}; run `{ACCEPT}`"));
        }
        let other = |(name, version): (&String, &String)| {
            let was = before.with.get(name).map_or("none", String::as_str);
            (was != version).then(|| format!("{name} is {version}, was {was}"))
        };
        let others: Vec<String> = self.with.iter().filter_map(other).collect();
        let change = |(name, now): (&String, &u64)| Change {
            name: name.clone(),
            before: before.instructions[name],
            now: *now,
            alike: others.is_empty(),
        };
        Ok(Comparison { changes: self.instructions.iter().map(change).collect(), others })
    }
}

impl Change {
    fn percent(&self) -> f64 {
        (self.now as f64 / self.before as f64 - 1.0) * 100.0
    }

    fn is_too_much(&self) -> bool {
        if self.alike {
            return self.percent() > TOLERANCE;
        }
        self.percent() > TOLERANCE_ELSEWHERE && self.now > self.before + START
    }

    fn is_much_less(&self) -> bool {
        self.alike && self.percent() < -TOLERANCE
    }
}

impl Comparison {
    /// True when a task needs more than it may.
    pub(crate) fn is_too_much(&self) -> bool {
        self.changes.iter().any(Change::is_too_much)
    }

    /// A table, and what to do about it.
    pub(crate) fn render(&self) -> String {
        let mut out = format!("{:<18}{:>16}{:>16}{:>10}\n", "task", "on file", "now", "change");
        for change in &self.changes {
            let verdict = match () {
                () if change.is_too_much() => "  TOO MUCH",
                () if change.is_much_less() => "  better",
                () => "",
            };
            let (before, now) = (thousands(change.before), thousands(change.now));
            writeln!(out, "{:<18}{before:>16}{now:>16}{:>+8.2} %{verdict}", change.name, change.percent())
                .expect("a string takes all text");
        }
        let tolerance = if self.others.is_empty() { TOLERANCE } else { TOLERANCE_ELSEWHERE };
        if !self.others.is_empty() {
            writeln!(
                out,
                "\nCounted with other programs than those on file ({}): {tolerance} % more are tolerated, not {TOLERANCE} %.",
                self.others.join("; ")
            )
            .expect("a string takes all text");
        }
        if self.is_too_much() {
            writeln!(
                out,
                "\nA task needs over {tolerance} % more instructions. `docs/benchmarks.md` says how to see where. When they are\n\
                 worth it, say why in the commit, and put the new numbers on file:\n\n    {ACCEPT}"
            )
            .expect("a string takes all text");
        } else if self.changes.iter().any(Change::is_much_less) {
            writeln!(
                out,
                "\nA task needs far fewer instructions. Put the new numbers on file, or what was won can be lost unseen:\n\n    {ACCEPT}"
            )
            .expect("a string takes all text");
        }
        out
    }
}

fn place() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/instructions/baseline.toml")
}

/// A word of what a program says of its version.
fn word(program: &str, argument: &str, nth: usize) -> Result<String, String> {
    let output = Command::new(program).arg(argument).output().map_err(|e| format!("{program}: {e}"))?;
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
