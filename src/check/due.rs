//! A date has not passed.

use chrono::{Days, NaiveDate};

use super::{Context, History, Outcome, Problem, words};
use crate::artifact::types::Value;
use crate::diag::{Note, RepoPath, Span};
use crate::evidence::{Evidence, Fact};
use crate::git::{Snapshot, Touch};
use crate::model::Model;
use crate::policy::{Artifact, At, Check, Severity};
use crate::verdict::Location;

/// The most paths whose history is asked for one rule of one model.
const MAX_PATHS: usize = 40;

/// The paths in the tree that facts name, for the question when they last changed.
pub(super) fn changed_paths(
    names: &[At<String>],
    artifact: &Artifact,
    model: &Model,
    evidence: &Evidence,
    snapshot: &Snapshot<'_>,
) -> Vec<RepoPath> {
    let mut out: Vec<RepoPath> = names
        .iter()
        .filter_map(|name| artifact.facts.iter().position(|f| f.name.value == name.value))
        .flat_map(|index| evidence.facts.of(index))
        .filter_map(|fact| in_tree(&fact.text, model, snapshot))
        .collect();
    out.sort();
    out.dedup();
    out.truncate(MAX_PATHS);
    out
}

/// A path as a document writes it, where it exists: below the model's folder, or the root.
pub(super) fn in_tree(text: &str, model: &Model, snapshot: &Snapshot<'_>) -> Option<RepoPath> {
    let path = RepoPath::parse(text.trim().trim_matches(['`', '"', '\'']))?;
    if path.is_root() {
        return None;
    }
    let exists = |p: &RepoPath| snapshot.get(p.as_bytes()).is_some() || snapshot.has_dir(p.as_bytes());
    let below = model.path.join(path.as_bytes());
    [below, path].into_iter().find(exists)
}

struct Start {
    date: NaiveDate,
    said: String,
    span: Option<Span>,
}

pub(super) fn run<'a>(c: &Context<'a>, check: &'a Check) -> Outcome {
    let Check::Due { ahead_days, .. } = check else { return Outcome::NotAsked };
    match next(c, check) {
        Next::Due(due) => verdict(c, due, *ahead_days),
        Next::Never(outcome) => outcome,
    }
}

/// The day on which something is due, where that can be told.
pub(super) fn day<'a>(c: &Context<'a>, check: &'a Check) -> Option<NaiveDate> {
    match next(c, check) {
        Next::Due(due) => Some(due.date),
        Next::Never(_) => None,
    }
}

/// What a rule about dates comes to.
enum Next {
    /// Something is due on a day.
    Due(Due),
    /// There is no such day.
    Never(Outcome),
}

fn next<'a>(c: &Context<'a>, check: &'a Check) -> Next {
    let Check::Due { by, since, changed, every, default_days, unless, of, .. } = check else {
        return Next::Never(Outcome::NotAsked);
    };
    if c.facts(unless).next().is_some() {
        return Next::Never(Outcome::Holds);
    }
    if let Some((fact, date)) = latest(c.facts(by)) {
        if someone_remains(c, of, by) {
            return Next::Never(Outcome::Holds);
        }
        return Next::Due(Due {
            date,
            said: title(c, fact),
            at: Location::Text(fact.span),
            related: Vec::new(),
        });
    }
    let interval = interval(c, every);
    let days = match (&interval, default_days) {
        (Some((days, _)), _) => *days,
        (None, Some(days)) => days.value as f64,
        (None, None) => return Next::Never(Outcome::NotAsked),
    };
    let start = match start(c, since, changed) {
        Ok(Some(start)) => start,
        Ok(None) => return Next::Never(Outcome::NotAsked),
        Err(outcome) => return Next::Never(*outcome),
    };
    if start.date > c.today.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX) {
        let at = start.span.map_or_else(|| c.anchor(), Location::Text);
        let message = format!("{}: {} is in the future", c.rule.title, start.said);
        return Next::Never(Outcome::Fails(vec![Problem::new(message, at).label("not yet")]));
    }
    let days = Days::new(days.ceil().clamp(0.0, 1e6) as u64);
    let date = start.date.checked_add_days(days).unwrap_or(NaiveDate::MAX);
    let (at, related) = match (interval, start.span) {
        (Some((_, fact)), span) => (
            Location::Text(fact.span),
            span.map(|span| Note { span, text: "counted from here".to_string() }).into_iter().collect(),
        ),
        (None, Some(span)) => (Location::Text(span), Vec::new()),
        (None, None) => (c.anchor(), Vec::new()),
    };
    let said = format!("{}, and the next time", start.said);
    Next::Due(Due { date, said, at, related })
}

/// The shortest interval that the first fact with any states: a promise counts before the schedule
/// that is to keep it.
fn interval<'a>(c: &Context<'a>, every: &'a [At<String>]) -> Option<(f64, &'a Fact)> {
    let of = |name| {
        c.facts(std::slice::from_ref(name))
            .filter_map(|f| Some((days(&f.value)?, f)))
            .min_by(|a, b| a.0.total_cmp(&b.0))
    };
    every.iter().find_map(of)
}

/// When something is due, and why.
struct Due {
    date: NaiveDate,
    /// "the next review", "models/churn.json last changed on …, and the next time".
    said: String,
    at: Location,
    related: Vec<Note>,
}

fn verdict(c: &Context<'_>, due: Due, ahead: u64) -> Outcome {
    let distance = words::distance(c.today, due.date);
    let soon = c.today.checked_add_days(Days::new(ahead)).unwrap_or(NaiveDate::MAX);
    let passed = due.date < c.today;
    if !passed && (ahead == 0 || due.date > soon) {
        return Outcome::Holds;
    }
    let mut problem = if passed {
        let message = format!("{}: {} was {}, {distance}", c.rule.title, due.said, due.date);
        Problem::new(message, due.at).label(format!("passed {distance}"))
    } else {
        let message = format!("almost due: {} is {}, {distance}", due.said, due.date);
        Problem::new(message, due.at).label(format!("due {distance}"))
    };
    problem.related = due.related;
    problem.at_most = (!passed).then_some(Severity::Warn);
    Outcome::Fails(vec![problem])
}

fn title(c: &Context<'_>, fact: &Fact) -> String {
    c.artifact.facts[fact.fact].title.clone()
}

fn latest<'f>(facts: impl Iterator<Item = &'f Fact>) -> Option<(&'f Fact, NaiveDate)> {
    facts.filter_map(|fact| Some((fact, date(&fact.value)?))).max_by_key(|(_, date)| *date)
}

fn date(value: &Value) -> Option<NaiveDate> {
    match value {
        Value::Date(date) => Some(*date),
        _ => None,
    }
}

pub(super) fn days(value: &Value) -> Option<f64> {
    match value {
        Value::Days(days) => Some(*days),
        Value::Cron(cron) => crate::artifact::types::cron_max_gap_days(cron).ok(),
        _ => None,
    }
}

/// True when somebody named by `of` has no date of `by` in the same list element.
fn someone_remains<'a>(c: &Context<'a>, of: &'a [At<String>], by: &'a [At<String>]) -> bool {
    let passed: Vec<(&[u32], Span)> = c
        .facts(by)
        .filter(|f| date(&f.value).is_some_and(|d| d < c.today))
        .map(|f| (&f.place[..], f.span))
        .collect();
    c.facts(of).any(|person| {
        !passed.iter().any(|(place, span)| **place == *person.place && span.source == person.span.source)
    })
}

fn start<'a>(
    c: &Context<'a>,
    since: &'a [At<String>],
    changed: &[At<String>],
) -> Result<Option<Start>, Box<Outcome>> {
    let stated = latest(c.facts(since)).map(|(fact, date)| Start {
        date,
        said: format!("{date} is {}", title(c, fact)),
        span: Some(fact.span),
    });
    let mut newest = stated;
    if changed.is_empty() {
        return Ok(newest);
    }
    let History::Known(answers) = c.history else { return Ok(newest) };
    for path in changed_paths(changed, c.artifact, c.model, c.evidence, c.snapshot) {
        let date = match answers.touched.get(&path) {
            Some(Touch::At { time, .. }) => words::date(*time),
            Some(Touch::Uncommitted) => c.today,
            Some(Touch::Shallow) => return Err(Box::new(c.shallow(&format!("when {path} last changed")))),
            None => continue,
        };
        if newest.as_ref().is_none_or(|n| n.date < date) {
            newest = Some(Start { date, said: format!("{path} last changed on {date}"), span: None });
        }
    }
    Ok(newest)
}
