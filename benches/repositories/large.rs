//! A very long history: 100,000 files, 200,000 commits, one in ten of which begins a side branch.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::history::author;
use super::stream::{Commit, EPOCH, Numbers, Stream};

/// Commits, merges among them.
const COMMITS: usize = 200_000;
/// Folders at the top, folders in each, and files in each of those.
const SHAPE: [usize; 3] = [20, 50, 100];
/// Seconds from one commit to the next.
const STEP: i64 = 200;
/// Files of code below [`CODE`].
const CODE_FILES: usize = 30;

/// The folder of the model's code.
pub(crate) const CODE: &str = "models/credit/src";

/// What is on file for the model, and how many commits ago it was changed last.
pub(crate) const EVIDENCE: [(&str, usize); 20] = [
    ("OWNER.toml", 60_000),
    ("LICENSE", 199_990),
    ("CODEOWNERS", 180_000),
    ("README.md", 15),
    ("docs/data-contract.md", 2_500),
    ("docs/DPIA.md", 20_000),
    ("docs/runbook.md", 1_200),
    ("docs/limits.md", 90_000),
    ("docs/validation/report.md", 900),
    ("docs/validation/backtest.md", 12_000),
    ("governance/risks.md", 300),
    ("governance/approval.toml", 40),
    ("governance/monitoring.md", 7_000),
    ("governance/register.csv", 35_000),
    ("models/credit/retraining.toml", 100),
    ("models/credit/metrics.json", 4_000),
    ("models/credit/weights.json", 4_000),
    ("models/credit/signature.json", 50_000),
    ("models/fraud/weights.json", 150_000),
    ("models/fraud/metrics.json", 199_980),
];

/// The files of the model's code.
pub(crate) fn code_files() -> impl Iterator<Item = String> {
    (0..CODE_FILES).map(|nth| format!("{CODE}/part_{nth:02}.py"))
}

type Files = BTreeMap<String, String>;

/// Writes all of it.
pub(crate) fn large(stream: &mut Stream<&mut dyn Write>) -> io::Result<()> {
    let mut history = History { stream, numbers: Numbers(23), nth: 0, due: due() };
    let mut first: Files = (0..SHAPE.iter().product()).map(path).map(|p| (p.clone(), text(&p, 0))).collect();
    let own = EVIDENCE.iter().map(|(path, _)| path.to_string()).chain(code_files());
    first.extend(own.map(|path| (path.clone(), text(&path, 0))));
    let mut head = history.commit("main", &[], &first)?;
    drop(first);
    while history.nth < COMMITS {
        if history.numbers.below(10) > 0 || history.nth + 6 > COMMITS {
            let files = history.change();
            head = history.commit("main", &[head], &files)?;
            continue;
        }
        let (mut side, mut theirs) = (head, Files::new());
        for _ in 0..1 + history.numbers.below(4) {
            let files = history.change();
            side = history.commit("side", &[side], &files)?;
            theirs.extend(files);
        }
        let files = history.change();
        head = history.commit("main", &[head], &files)?;
        // Where both sides changed a file, the side branch is the newer one.
        head = history.commit("main", &[head, side], &theirs)?;
    }
    Ok(())
}

struct History<'s, 'o> {
    stream: &'s mut Stream<&'o mut dyn Write>,
    numbers: Numbers,
    nth: usize,
    due: BTreeMap<usize, Vec<&'static str>>,
}

impl History<'_, '_> {
    fn commit(&mut self, branch: &str, parents: &[u32], files: &Files) -> io::Result<u32> {
        let (nth, files): (usize, Vec<_>) = (self.nth, files.clone().into_iter().collect());
        self.nth += 1;
        let message = format!(
            "Change number {nth}\n\nWhat was measured before, and what is better now,\nin two lines.\n\n\
             Reviewed-by: {}\nSigned-off-by: {}\n",
            author(nth + 1),
            author(nth)
        );
        let time = EPOCH - STEP * (COMMITS - nth) as i64;
        let author = &author(nth);
        self.stream.commit(&Commit { branch, author, time, message: &message, parents, files: &files })
    }

    /// Up to three files, some folders more often than others, and the evidence that is due.
    fn change(&mut self) -> Files {
        let mut paths: Vec<String> = (0..1 + self.numbers.below(3)).map(|_| self.any()).collect();
        let mut due = self.due.split_off(&(self.nth + 1));
        std::mem::swap(&mut due, &mut self.due);
        paths.extend(due.into_values().flatten().map(str::to_string));
        paths.into_iter().map(|path| (path.clone(), text(&path, self.nth))).collect()
    }

    fn any(&mut self) -> String {
        if self.numbers.below(12) == 0 {
            return format!("{CODE}/part_{:02}.py", self.numbers.below(CODE_FILES));
        }
        let top = self.numbers.below(SHAPE[0]).min(self.numbers.below(SHAPE[0]));
        path((top * SHAPE[1] + self.numbers.below(SHAPE[1])) * SHAPE[2] + self.numbers.below(SHAPE[2]))
    }
}

fn path(nth: usize) -> String {
    let [_, folders, files] = SHAPE;
    format!("area{:02}/team{:02}/part_{:03}.py", nth / (folders * files), nth / files % folders, nth % files)
}

/// Which evidence is changed at which commit: three times before its last change.
fn due() -> BTreeMap<usize, Vec<&'static str>> {
    let mut due: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (path, age) in EVIDENCE {
        for part in 1..=4 {
            due.entry((COMMITS - age) * part / 4).or_default().push(path);
        }
    }
    due
}

fn text(path: &str, version: usize) -> String {
    let mut text = format!("{path}, version {version}\n");
    for line in 0..20 {
        let value = line * 7_919 + if line == version % 20 { version } else { 0 };
        writeln!(text, "line {line}, value {value}").expect("a string takes all text");
    }
    text
}
