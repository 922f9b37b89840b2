//! Evidence kept up with the code that it describes.

use std::sync::Arc;

use super::{Context, History, Outcome, Problem, words};
use crate::evidence::{Candidate, Evidence};
use crate::git::{Code, Moved, Touch};
use crate::model::Model;
use crate::policy::{At, Globs, StateName};
use crate::verdict::Location;

/// The most files of one artifact that are compared with the code.
const MAX_FILES: usize = 8;

/// The files that count, best first.
fn files(evidence: &Evidence) -> Vec<&Candidate> {
    let real = evidence.candidates.iter().filter(|c| c.state.name == StateName::Real);
    let mut files: Vec<&Candidate> = real.take(MAX_FILES).collect();
    if files.is_empty() {
        files.extend(evidence.best());
    }
    files
}

/// How far the code moved on since each file last changed.
pub(super) fn moved(model: &Model, evidence: &Evidence, code: &Globs, except: &Globs) -> Vec<Moved> {
    let code =
        Arc::new(Code { under: model.path.clone(), keep: code.set().clone(), ignore: except.set().clone() });
    files(evidence)
        .into_iter()
        .map(|file| Moved { since: file.path.clone(), code: Arc::clone(&code) })
        .collect()
}

pub(super) fn run(c: &Context<'_>, commits: &At<u64>, days: &At<u64>) -> Outcome {
    let answers = match c.history {
        History::NotAsked | History::None => return Outcome::NotAsked,
        History::Known(answers) => answers,
    };
    let mut stale: Option<(u64, Problem)> = None;
    for (file, drift) in files(c.evidence).into_iter().zip(&c.drifts) {
        if (c.uncommitted)(&file.path) {
            return Outcome::Holds;
        }
        let since = match answers.touched.get(&file.path) {
            Some(Touch::At { time, .. }) => *time,
            Some(Touch::Shallow) => return c.shallow(&format!("when {} last changed", file.path)),
            Some(Touch::Uncommitted) | None => return Outcome::Holds,
        };
        if !drift.known {
            return c.shallow(&format!("how far the code moved on since {} changed", file.path));
        }
        let Some((_, newest)) = &drift.newest else { return Outcome::Holds };
        let passed = (words::date(*newest) - words::date(since)).num_days().max(0).unsigned_abs();
        let count = u64::from(drift.commits);
        if count <= commits.value || passed <= days.value {
            return Outcome::Holds;
        }
        if stale.as_ref().is_none_or(|(n, _)| count < *n) {
            stale = Some((count, problem(c, file, since, count, passed, commits)));
        }
    }
    stale.map_or(Outcome::NotAsked, |(_, problem)| Outcome::Fails(vec![problem]))
}

fn problem(
    c: &Context<'_>,
    file: &Candidate,
    since: i64,
    count: u64,
    passed: u64,
    commits: &At<u64>,
) -> Problem {
    let message = format!(
        "{} last changed on {}; since then {} changed the model's code over {}",
        file.path,
        words::date(since),
        words::count(count, "commit"),
        words::count(passed, "day")
    );
    let at = c.anchor();
    let at = if file.source.is_some_and(|s| matches!(at, Location::Text(span) if span.source == s)) {
        at
    } else {
        Location::Path(file.path.clone())
    };
    let mut problem = Problem::new(message, at).label("older than the code it describes");
    problem.because = Some(commits.span);
    problem
}
