//! Two pieces of evidence fit together.
//!
//! Only what surely speaks of the same thing is compared. A side that is missing is silent: other rules ask for
//! it. In a repository of several models a file outside of the model's folder may speak of any of them, and
//! contradicts nobody.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::compare::Measure;
use super::mention::{self, Spoken};
use super::stated::{Stated, nearest, side, single, takes};
use super::{Context, Outcome, Problem, declared, range, words};
use crate::diag::{Note, SourceId, Span};
use crate::evidence::{Candidate, MAX_READINGS};
use crate::policy::{AgreeCheck, At, Claim, Relation, Side, fact_name};
use crate::words::TermList;

/// The most further places of a finding.
const MAX_PLACES: usize = 3;
pub(super) fn run<'a>(c: &Context<'a>, check: &'a AgreeCheck) -> Outcome {
    let (mut problems, mut asked) = (Vec::new(), false);
    for claim in &check.claims {
        match one(c, claim) {
            Outcome::Fails(more) => problems.extend(more.into_iter().map(|mut problem| {
                problem.because = problem.because.or(Some(claim.span));
                problem
            })),
            Outcome::Holds => asked = true,
            Outcome::Unknown(_) | Outcome::NotAsked => {}
        }
    }
    match (problems.is_empty(), asked) {
        (true, false) => Outcome::NotAsked,
        _ => range::few(problems, "contradiction"),
    }
}

fn one<'a>(c: &Context<'a>, claim: &'a Claim) -> Outcome {
    let excused = excused(c, &claim.unless);
    let open = |stated: &Stated<'_>| !excused.contains(&stated.element());
    let alone = claim.with.names.is_empty();
    let mut with =
        if claim.relation == Relation::Mentioned { Vec::new() } else { side(c, claim, &claim.with, false) };
    if with.is_empty() && !alone && claim.relation != Relation::Mentioned {
        return Outcome::NotAsked;
    }
    let mut facts = side(c, claim, &claim.facts, alone);
    facts.retain(|stated| stated.own && open(stated));
    if claim.relation == Relation::Mentioned {
        return mentioned(c, claim, &facts);
    }
    // Whatever is found on the other side of `shared` can only excuse.
    with.retain(|stated| (claim.relation == Relation::Shared || stated.own) && open(stated));
    if !claim.with.names.is_empty() && claim.relation != Relation::Shared {
        nearest(&mut facts);
        nearest(&mut with);
    }
    match claim.relation {
        Relation::Equal => equal(c, claim, facts, with),
        Relation::Shared => shared(c, &facts, &with),
        Relation::Newest => newest(c, facts, &with),
        Relation::AtMost => at_most(c, facts, with),
        Relation::Mentioned => Outcome::NotAsked,
    }
}

/// The list elements, or files, in which a fact stands that excuses.
fn excused<'a>(c: &Context<'a>, unless: &'a [At<String>]) -> BTreeSet<(SourceId, &'a [u32])> {
    let mut out = BTreeSet::new();
    for name in unless {
        let (id, fact) = fact_name(&c.artifact.id.value, &name.value);
        let Some((index, artifact)) = c.set.artifact(id) else { continue };
        let Some(fact) = artifact.facts.iter().position(|f| f.name.value == fact) else { continue };
        let found = c.survey.evidence[index].candidates.iter().flat_map(|c| c.facts.of(fact));
        out.extend(found.map(|fact| (fact.span.source, &fact.place[..])));
    }
    out
}

/// A value, and those of the other side that it was compared with.
fn contradiction(
    c: &Context<'_>,
    one: &Stated<'_>,
    others: &[&Stated<'_>],
    said: &str,
    label: &str,
) -> Problem {
    let told = others.first().map_or_else(String::new, |other| {
        format!(": `{}` in {}{said} `{}` in {}", one.shown(), one.file, other.shown(), other.file)
    });
    let mut problem = Problem::new(format!("{}{told}", c.rule.title), one.at()).label(one.title);
    problem.related = others.iter().take(MAX_PLACES).map(|other| note(one, other, label)).collect();
    problem
}

/// What stands beside the second place.
fn note(one: &Stated<'_>, other: &Stated<'_>, label: &str) -> Note {
    let text = if one.title == other.title { label } else { other.title };
    Note { span: other.span, text: text.to_string() }
}

fn equal(c: &Context<'_>, claim: &Claim, facts: Vec<Stated<'_>>, with: Vec<Stated<'_>>) -> Outcome {
    let (facts, with) = (single(facts), single(with));
    let same = claim.with.names.is_empty();
    let others = if same { &facts } else { &with };
    let mut compared = false;
    for one in &facts {
        let others = others.iter().filter(|other| !same || !other.same_file(one));
        let comparable: Vec<&Stated<'_>> = others.filter(|other| one.order(other).is_some()).collect();
        compared |= !comparable.is_empty();
        if !comparable.is_empty() && !agreed(one, &facts, &comparable, same, Ordering::is_eq) {
            let wrong = comparable;
            let mut problem = contradiction(c, one, &wrong, " and", "and otherwise here");
            means(claim, one, &wrong, &mut problem);
            return Outcome::Fails(vec![problem]);
        }
    }
    if compared { Outcome::Holds } else { Outcome::NotAsked }
}

/// True when a value fits one of those that it is compared with, or when another file of the same kind has one
/// that does: then it may be about something else.
fn agreed(
    one: &Stated<'_>,
    facts: &[Stated<'_>],
    others: &[&Stated<'_>],
    same: bool,
    fits: fn(Ordering) -> bool,
) -> bool {
    let fit = |fact: &Stated<'_>| others.iter().any(|other| fact.order(other).is_some_and(fits));
    fit(one) || !same && facts.iter().any(|fact| fact.kind == one.kind && fit(fact))
}

/// Says what the values mean, where a rule knows.
fn means(claim: &Claim, one: &Stated<'_>, others: &[&Stated<'_>], problem: &mut Problem) {
    let kind = |stated: &Stated<'_>| match stated.measure {
        Some(Measure::Kind(kind)) => claim.kinds.get(kind).map(|(name, _)| name.value.clone()),
        _ => None,
    };
    if let Some(kind) = kind(one) {
        problem.label = format!("says: {kind}");
    }
    for (note, other) in problem.related.iter_mut().zip(others) {
        if let Some(kind) = kind(other) {
            note.text = format!("says: {kind}");
        }
    }
}

fn shared(c: &Context<'_>, facts: &[Stated<'_>], with: &[Stated<'_>]) -> Outcome {
    let (Some(first), false) = (facts.first(), with.is_empty()) else { return Outcome::NotAsked };
    if facts.iter().any(|one| with.iter().any(|other| one.order(other).is_some_and(Ordering::is_eq))) {
        return Outcome::Holds;
    }
    // A rota, or an account that nobody can put a name to, may stand for any of them.
    if !facts.iter().all(|one| with.iter().any(|other| one.order(other).is_some())) {
        return Outcome::NotAsked;
    }
    // A name and the address beside it are one answer.
    let mut different: Vec<&Stated<'_>> = Vec::new();
    for other in with {
        if !different.iter().any(|known| known.order(other).is_none_or(Ordering::is_eq)) {
            different.push(other);
        }
    }
    different.truncate(MAX_PLACES);
    let names: Vec<String> = different.iter().map(|other| other.shown()).collect();
    let message = format!("{}: {} does not name {}", c.rule.title, first.file, words::or(&names));
    let mut problem = Problem::new(message, first.at()).label("somebody else");
    problem.related = different.iter().map(|other| note(first, other, other.title)).collect();
    Outcome::Fails(vec![problem])
}

/// Versions whose first numbers differ are of two numberings, unless the other side lists the value itself.
fn same_numbering(one: &Stated<'_>, newest: &Stated<'_>, all: &[&Stated<'_>]) -> bool {
    match (&one.measure, &newest.measure) {
        (Some(Measure::Version(a)), Some(Measure::Version(b))) => {
            a.first() == b.first() || all.iter().any(|other| other.order(one).is_some_and(Ordering::is_eq))
        }
        _ => true,
    }
}

/// `1.4` speaks of `1.4.2`.
fn is_short_for(one: &Stated<'_>, newest: &Stated<'_>) -> bool {
    match (&one.measure, &newest.measure) {
        (Some(Measure::Version(a)), Some(Measure::Version(b))) => b.starts_with(a),
        _ => false,
    }
}

fn newest(c: &Context<'_>, facts: Vec<Stated<'_>>, with: &[Stated<'_>]) -> Outcome {
    // A long list is not read to its end, which may be where the newest entry stands.
    let cut = |one: &&Stated<'_>| with.iter().filter(|other| other.same_file(one)).count() >= MAX_READINGS;
    let listed: Vec<&Stated<'_>> = with.iter().filter(|one| !cut(one)).collect();
    let newer = |other: &Stated<'_>, best: &Stated<'_>| other.order(best).is_some_and(Ordering::is_gt);
    let comparable = listed.iter().copied().filter(|one| one.order(one).is_some());
    let Some(newest) = comparable.reduce(|best, other| if newer(other, best) { other } else { best }) else {
        return Outcome::NotAsked;
    };
    let mut compared = false;
    for one in single(facts).iter().filter(|one| !one.same_file(newest)) {
        if one.order(newest).is_none() || !same_numbering(one, newest, &listed) {
            continue;
        }
        compared = true;
        if one.differs(newest) && !is_short_for(one, newest) {
            let said = ", while the newest is";
            let mut problem = contradiction(c, one, &[newest], said, "");
            problem.related = vec![Note { span: newest.span, text: "the newest".to_string() }];
            return Outcome::Fails(vec![problem]);
        }
    }
    if compared { Outcome::Holds } else { Outcome::NotAsked }
}

fn at_most(c: &Context<'_>, facts: Vec<Stated<'_>>, with: Vec<Stated<'_>>) -> Outcome {
    let (facts, with) = (single(facts), single(with));
    let mut compared = false;
    for one in &facts {
        let others: Vec<&Stated<'_>> = with.iter().filter(|other| one.order(other).is_some()).collect();
        compared |= !others.is_empty();
        if !others.is_empty() && !agreed(one, &facts, &others, false, Ordering::is_le) {
            let problem = contradiction(c, one, &others, ", which is more than", "no more than this");
            return Outcome::Fails(vec![problem]);
        }
    }
    if compared { Outcome::Holds } else { Outcome::NotAsked }
}

/// A document that may mention a value.
struct Told<'a> {
    candidate: &'a Candidate,
    spoken: Spoken,
    /// Its first line.
    anchor: Span,
}

fn documents<'a>(c: &Context<'a>, side: &Side) -> Vec<Told<'a>> {
    let mut out = Vec::new();
    for name in &side.names {
        let Some((index, _)) = c.set.artifact(&name.value) else { continue };
        let evidence = &c.survey.evidence[index];
        let judged = evidence.candidates.iter().filter(|_| evidence.judgeable());
        for candidate in judged.filter(|candidate| declared::counts(candidate)) {
            let in_file = side.files.as_ref().is_none_or(|files| takes(c, files, candidate.path.as_bytes()));
            let Some(source) = candidate.source.filter(|_| in_file) else { continue };
            let text = &c.sources.get(source).text;
            let spoken = Spoken::of(&declared::without_comments(text));
            out.push(Told { candidate, spoken, anchor: super::first_line(source, text) });
        }
    }
    out
}

fn mentioned(c: &Context<'_>, claim: &Claim, facts: &[Stated<'_>]) -> Outcome {
    if facts.is_empty() {
        return Outcome::NotAsked;
    }
    let documents = documents(c, &claim.with);
    let Some(best) = documents.first() else { return Outcome::NotAsked };
    let fillers = claim.fillers.as_ref().map_or(TermList::none(), |terms| c.set.terms(terms));
    let mut known: BTreeSet<String> = mention::words(&c.model.id).into_iter().collect();
    for told in &documents {
        known.extend(mention::words(c.sources.text(told.anchor)));
    }
    let others = match documents.len() {
        1 => String::new(),
        n => format!(", nor does any of {}", words::count(n as u64 - 1, "other file")),
    };
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for stated in facts.iter().filter(|stated| seen.insert(stated.text.to_lowercase())) {
        if documents.iter().any(|told| told.spoken.mentions(stated.text, fillers, &known)) {
            continue;
        }
        let message = format!("{} does not mention `{}`{others}", best.candidate.path, stated.shown());
        let mut problem = Problem::new(message, stated.at()).label(stated.title);
        problem.related.push(Note { span: best.anchor, text: "not a word of it here".to_string() });
        problems.push(problem);
    }
    range::few(problems, "value")
}
