//! Questions to a very long history. Generating it takes minutes, and so does asking `git` all of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::library;
use crate::measure::{Pair, Work};
use crate::programs::Programs;
use crate::repositories::large::{self, CODE, EVIDENCE};
use crate::repositories::{Place, clone, git, key};
use crate::table::{ANY, Bound, Comparison};
use crate::usual::pair;

/// Rounds of the rows that take many seconds.
const FEW: usize = 3;
/// Files that a check reads.
const READ: usize = 30;
/// The commit that answers are kept for.
const KEPT: &str = "HEAD~100";
/// The range begins behind this commit.
const RANGE_BASE: &str = "HEAD~800";

pub(crate) fn comparisons(programs: &Programs, root: &Path) -> Result<Vec<Comparison>, String> {
    let plain = Place { root, key: key(&[]) }.ensure("large", large::large)?;
    let graph = with_graph(programs, &plain)?;
    let evidence: Vec<&str> = EVIDENCE.iter().map(|(path, _)| *path).collect();
    let last = last_commits(programs, &graph, &evidence)?;
    let asked = Asked { programs, evidence, last };
    asked.check_answers(&graph)?;
    let mut all = asked.of_history(&plain, &graph);
    all.push(asked.remembered(&plain)?);
    all.extend(asked.files(&plain));
    all.extend(asked.ranges(&plain, &graph));
    Ok(all)
}

/// The same repository with a commit-graph that knows which paths each commit changed.
fn with_graph(programs: &Programs, plain: &Path) -> Result<PathBuf, String> {
    let done = plain.with_extension("graph.git");
    if !done.exists() {
        let part = plain.with_extension("graph.part");
        clone(plain, &part, &programs.home, "--bare")?;
        git(&part, &programs.home, &["commit-graph", "write", "--reachable", "--changed-paths"])?;
        std::fs::rename(&part, &done).map_err(|e| format!("{}: {e}", done.display()))?;
    }
    Ok(done)
}

/// One command against twenty. Before each side, one of its commands runs and is not timed: the memory of the twenty
/// processes before was given back to whatever the machine runs on, and the first who wants it again waits for it. Of
/// the twenty that is only the first, and without this it is all of ours.
fn warm(ours: impl Fn() -> Command, theirs: impl Fn() -> Work) -> Pair {
    let quiet = |mut command: Command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let first = theirs().swap_remove(0);
    Pair { ours: vec![ours()], theirs: theirs(), before: Some([quiet(ours()), quiet(first)]) }
}

/// The commit that changed each path last.
fn last_commits(programs: &Programs, folder: &Path, paths: &[&str]) -> Result<Vec<String>, String> {
    let last = |path: &&str| git(folder, &programs.home, &["log", "-1", "--format=%H", "--", path]);
    paths.iter().map(|path| Ok(last(path)?.trim().to_string())).collect()
}

struct Asked<'a> {
    programs: &'a Programs,
    evidence: Vec<&'a str>,
    /// When each of them was changed last.
    last: Vec<String>,
}

impl Asked<'_> {
    fn library(&self, folder: &Path, words: &[&str]) -> Command {
        self.programs.library(folder, &[words, &self.evidence[..]].concat())
    }

    fn logs(&self, folder: &Path) -> Work {
        let log = |path: &&str| self.programs.git(folder, &["log", "-1", "--format=%H", "--", path]);
        self.evidence.iter().map(log).collect()
    }

    fn counts(&self, folder: &Path) -> Work {
        let count = |from: &String| {
            let span = format!("{from}..HEAD");
            self.programs.git(folder, &["rev-list", "--count", &span, "--", CODE])
        };
        self.last.iter().map(count).collect()
    }

    /// Both sides must say the same: what is fast and wrong is no comparison.
    fn check_answers(&self, folder: &Path) -> Result<(), String> {
        let said = |mut command: Command| -> Result<String, String> {
            let output = command.output().map_err(|e| e.to_string())?;
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let ours = said(self.library(folder, &[library::SINCE, CODE]))?;
        let mut theirs = String::new();
        for (commit, count) in self.last.iter().zip(self.counts(folder)) {
            theirs.push_str(&format!("{commit} {}", said(count)?));
        }
        if ours == theirs { Ok(()) } else { Err(format!("git says\n{theirs}and the library\n{ours}")) }
    }

    fn of_history(&self, plain: &Path, graph: &Path) -> Vec<Comparison> {
        let touched = |at: &Path| warm(|| self.library(at, &[library::TOUCHED]), || self.logs(at));
        let since = |at: &Path| warm(|| self.library(at, &[library::SINCE, CODE]), || self.counts(at));
        let row = |name, ours, theirs, bounds, rounds, pair| Comparison {
            name,
            ours,
            theirs,
            bounds,
            rounds,
            pair,
        };
        vec![
            row(
                "touched-graph",
                "(library) the last change of 20 files, 15 to 199,990 commits ago; a commit-graph with changed paths",
                "twenty git log -1 -- FILE, with the same commit-graph",
                &[Bound::Times(0.3)],
                ANY,
                touched(graph),
            ),
            row(
                "touched",
                "(library) the same without a commit-graph",
                "twenty git log -1 -- FILE, without one",
                &[Bound::Times(0.3)],
                FEW,
                touched(plain),
            ),
            row(
                "since-graph",
                "(library) how many commits changed a folder of 30 files since each of those 20 changes, which it finds first; a commit-graph with changed paths",
                "twenty git rev-list --count CHANGE..HEAD -- FOLDER, with the same commit-graph, the changes being known",
                &[Bound::Times(0.2)],
                FEW,
                since(graph),
            ),
            row(
                "since",
                "(library) the same without a commit-graph",
                "twenty git rev-list --count CHANGE..HEAD -- FOLDER, without one",
                &[Bound::Times(0.2)],
                FEW,
                since(plain),
            ),
        ]
    }

    /// The first run keeps its answers, as of [`KEPT`].
    fn remembered(&self, plain: &Path) -> Result<Comparison, String> {
        let mut keep = self.library(plain, &[library::KEEP, KEPT]);
        let output = keep.output().map_err(|e| format!("{keep:?}: {e}"))?;
        if !output.status.success() {
            return Err(format!("{keep:?}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(Comparison {
            name: "remembered",
            ours: "(library) as touched, with what a run kept in the repository that was asked 100 commits ago",
            theirs: "twenty git log -1 -- FILE, without a commit-graph",
            bounds: &[Bound::Most(20.0)],
            rounds: FEW,
            pair: warm(|| self.library(plain, &[library::REMEMBERED]), || self.logs(plain)),
        })
    }

    fn files(&self, plain: &Path) -> [Comparison; 2] {
        let code: Vec<String> = large::code_files().take(READ - self.evidence.len()).collect();
        let paths: Vec<&str> = self.evidence.iter().copied().chain(code.iter().map(String::as_str)).collect();
        let named: Vec<String> = paths.iter().map(|path| format!("HEAD:{path}")).collect();
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        let row = |name, theirs, bounds, git: &[&str]| Comparison {
            name,
            ours: "(library) opens the repository and reads 30 files of HEAD, which has 100,000",
            theirs,
            bounds,
            rounds: ANY,
            pair: pair(
                self.programs.library(plain, &[&[library::EVIDENCE], &paths[..]].concat()),
                self.programs.git(plain, git),
            ),
        };
        [
            row(
                "evidence",
                "git ls-tree HEAD FILE…, which prints the names of the same 30 objects and reads none",
                &[Bound::Times(0.9)],
                &[&["ls-tree", "HEAD"], &paths[..]].concat(),
            ),
            row(
                "evidence-read",
                "git show HEAD:FILE…, which prints the same 30 files",
                &[],
                &[&["show"], &named[..]].concat(),
            ),
        ]
    }

    fn ranges(&self, plain: &Path, graph: &Path) -> [Comparison; 2] {
        let span = format!("{RANGE_BASE}..HEAD");
        let both = |folder: &Path| {
            pair(
                self.programs.library(folder, &[library::MESSAGES, RANGE_BASE, "HEAD"]),
                self.programs.git(folder, &["log", library::FORMAT, &span]),
            )
        };
        [("range-large", plain), ("range-graph", graph)].map(|(name, folder)| Comparison {
            name,
            ours: "(library) prints messages, people and trailers of 1,000 commits and more of 200,000",
            theirs: "git log with a format that prints the same",
            bounds: &[Bound::Times(1.1)],
            rounds: ANY,
            pair: both(folder),
        })
    }
}
