//! Evidence exists and is real.

use super::{Context, Outcome, Problem, words};
use crate::evidence::{self, Candidate};
use crate::policy::{At, StateName};
use crate::verdict::Location;

/// So many other candidates are named.
const OTHERS: usize = 3;

pub(super) fn run(c: &Context<'_>, refuses: &[At<StateName>]) -> Outcome {
    let state = c.evidence.state();
    let Some(refused) = refuses.iter().find(|r| r.value == state) else { return Outcome::Holds };
    let mut problem = match c.evidence.best() {
        None => missing(c),
        Some(best) => refused_candidate(c, best),
    };
    problem.because = Some(refused.span);
    Outcome::Fails(vec![problem])
}

fn missing(c: &Context<'_>) -> Problem {
    let of = if c.model.path.is_root() { String::new() } else { format!(" for model `{}`", c.model.id) };
    let mut problem = Problem::new(format!("there is no {}{of}", c.artifact.title), Location::Nowhere);
    problem.looked = evidence::looked(c.artifact, c.model);
    if let Some(starter) = &c.artifact.starter {
        let path = c.model.path.join(starter.file.value.as_bytes());
        problem.help.push(format!("`roadworthy init` writes a starter file to fill in: {path}"));
    }
    problem
}

fn refused_candidate(c: &Context<'_>, best: &Candidate) -> Problem {
    let path = &best.path;
    let title = &c.artifact.title;
    let reason = &best.state.reason;
    let (message, label) = match best.state.name {
        StateName::Missing | StateName::Real => (format!("there is no {title}"), String::new()),
        StateName::Misplaced => (
            format!("model `{}` has no {title}: the one at {path} is not its own, {reason}", c.model.id),
            String::new(),
        ),
        StateName::Pointer => {
            (format!("{path} does not hold the {title}: {reason}"), "not the text itself".to_string())
        }
        StateName::Unreadable => {
            (format!("{path} cannot be read as {}: {reason}", words::a(title)), "here".to_string())
        }
        StateName::Template => {
            (format!("{path} is a template that nobody filled in: {reason}"), "not filled in".to_string())
        }
        StateName::Stub => (
            format!("{path} has the name of {} and not its content: {reason}", words::a(title)),
            "nothing to act on".to_string(),
        ),
        StateName::WrongKind => (
            format!("{path} is not {}: {reason}", words::a(title)),
            "this is about something else".to_string(),
        ),
        StateName::Vetoed => (
            format!("{path} speaks against its own use in production: {reason}"),
            "says so itself".to_string(),
        ),
        StateName::Draft => (format!("{path} is not finished: {reason}"), "says so itself".to_string()),
    };
    let at = best.state.span.map_or_else(|| c.anchor(), Location::Text);
    let mut problem = Problem::new(message, at).label(label);
    problem.help.extend(others(c));
    if matches!(best.state.name, StateName::Misplaced) {
        problem.looked = evidence::looked(c.artifact, c.model);
    }
    problem
}

/// What the other candidates are, in a sentence; nothing when there is none.
pub(super) fn others(c: &Context<'_>) -> Option<String> {
    let rest = c.evidence.candidates.get(1..).unwrap_or_default();
    if rest.is_empty() {
        return None;
    }
    let essential =
        c.set.artifact(&c.artifact.id.value).map(|(index, _)| c.set.essential(index)).unwrap_or_default();
    let mut said: Vec<String> =
        rest.iter().take(OTHERS).map(|other| one_other(c, other, &essential)).collect();
    if rest.len() > OTHERS {
        said.push(format!("and {} more", rest.len() - OTHERS));
    }
    Some(format!("also looked at: {}", said.join("; ")))
}

fn one_other(c: &Context<'_>, other: &Candidate, essential: &[Vec<usize>]) -> String {
    let path = &other.path;
    if other.state.name != StateName::Real {
        return format!("{path} ({}: {})", other.state.name.name(), other.state.reason);
    }
    let lacks: Vec<&str> = essential
        .iter()
        .filter(|group| !group.iter().any(|&f| other.facts.has(f)))
        .filter_map(|group| group.first().map(|&f| c.artifact.facts[f].title.as_str()))
        .collect();
    if lacks.is_empty() { path.to_string() } else { format!("{path} (does not say {})", words::and(&lacks)) }
}
