//! Values of facts as the two sides of a claim: what is stated, where, and of which model.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::compare::Measure;
use super::{Context, declared};
use crate::diag::{SourceId, Span};
use crate::evidence::{Candidate, Fact};
use crate::policy::{Artifact, Claim, Folded, Globs, How, Side, fact_name};
use crate::verdict::Location;

/// Files in the model's folder are nearer than this.
const OUTSIDE: usize = 100;
/// Whoever states more values makes no claim that could be compared.
const MAX_VALUES: usize = 1_000;
/// The most characters of a value that a message repeats.
const SHOWN: usize = 60;

/// A value, and where it stands.
pub(super) struct Stated<'a> {
    /// What it says, for sentences.
    pub(super) title: &'a str,
    pub(super) file: String,
    pub(super) text: &'a str,
    pub(super) span: Span,
    /// The list element that it belongs to.
    place: &'a [u32],
    /// True when it surely speaks of this model.
    pub(super) own: bool,
    pub(super) measure: Option<Measure>,
    /// Which kind of file states it: the artifact's id, and the number of its source.
    pub(super) kind: (&'a str, usize),
    /// How far from the model's folder that file lies.
    distance: usize,
}

impl Stated<'_> {
    pub(super) fn shown(&self) -> String {
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() <= SHOWN {
            return text;
        }
        format!("{}…", text.chars().take(SHOWN - 1).collect::<String>())
    }

    pub(super) fn at(&self) -> Location {
        Location::Text(self.span)
    }

    /// The list element that it belongs to; the whole file where there is no list.
    pub(super) fn element(&self) -> (SourceId, &[u32]) {
        (self.span.source, self.place)
    }

    pub(super) fn same_file(&self, other: &Stated<'_>) -> bool {
        self.span.source == other.span.source
    }

    /// How two values relate; `None` when they cannot be compared.
    pub(super) fn order(&self, other: &Stated<'_>) -> Option<Ordering> {
        self.measure.as_ref()?.order(other.measure.as_ref()?)
    }

    pub(super) fn differs(&self, other: &Stated<'_>) -> bool {
        self.order(other).is_some_and(Ordering::is_ne)
    }
}

/// All values of a side. `everywhere`: of all files, and not only of those whose facts count.
pub(super) fn side<'a>(
    c: &Context<'a>,
    claim: &'a Claim,
    side: &'a Side,
    everywhere: bool,
) -> Vec<Stated<'a>> {
    let mut out = Vec::new();
    let ignored = |text: &str| claim.ignore.as_ref().is_some_and(|terms| c.set.terms(terms).is_match(text));
    let in_file = |path: &[u8]| side.files.as_ref().is_none_or(|files| takes(c, files, path));
    for name in &side.names {
        let (id, fact) = fact_name(&c.artifact.id.value, &name.value);
        let Some((index, artifact)) = c.set.artifact(id) else {
            out.extend(of_configuration(c, claim, fact));
            continue;
        };
        let Some(fact) = artifact.facts.iter().position(|f| f.name.value == fact) else { continue };
        let evidence = &c.survey.evidence[index];
        if !evidence.judgeable() {
            continue;
        }
        let facts: Vec<&Fact> = if everywhere {
            evidence
                .candidates
                .iter()
                .filter(|c| declared::counts(c))
                .flat_map(|c| c.facts.of(fact))
                .collect()
        } else {
            evidence.facts.of(fact).collect()
        };
        for fact in facts {
            let Some(candidate) = evidence.candidate_of(fact.span.source) else { continue };
            if in_file(candidate.path.as_bytes()) && !ignored(&fact.text) {
                out.push(stated(c, claim, artifact, candidate, fact));
            }
        }
    }
    if out.len() > MAX_VALUES {
        out.clear();
    }
    out
}

fn stated<'a>(
    c: &Context<'a>,
    claim: &'a Claim,
    artifact: &'a Artifact,
    candidate: &Candidate,
    fact: &'a Fact,
) -> Stated<'a> {
    let spec = &artifact.facts[fact.fact];
    let measure = if claim.kinds.is_empty() {
        Measure::of(&fact.value, spec.is, &fact.text, line_before(c, fact.span))
    } else {
        kind(c, claim, &fact.text)
    };
    Stated {
        title: &spec.title,
        file: candidate.path.to_string(),
        text: &fact.text,
        span: fact.span,
        place: &fact.place,
        own: c.alone || candidate.distance < OUTSIDE || is_of_model(artifact, candidate, fact),
        measure,
        kind: (&artifact.id.value, candidate.source_index),
        distance: candidate.distance,
    }
}

/// What `[[model]]` itself says: its tier and mode, where they are stated.
fn of_configuration<'a>(c: &Context<'a>, claim: &'a Claim, fact: &str) -> Option<Stated<'a>> {
    let model = c.model;
    let (title, text, span) = match fact {
        "tier" => ("its tier", model.tier.name(), model.tier_at?),
        "mode" => ("its mode", model.mode?.name(), model.mode_at?),
        _ => return None,
    };
    let measure = match claim.kinds.is_empty() {
        true => Some(Measure::Text(text.to_string())),
        false => kind(c, claim, text),
    };
    let file = c.sources.get(span.source).origin.display();
    Some(Stated { title, file, text, span, place: &[], own: true, measure, kind: ("", 0), distance: 0 })
}

/// The text of a line before a place.
fn line_before<'a>(c: &Context<'a>, span: Span) -> &'a str {
    let text = c.sources.get(span.source).text.get(..span.range().start).unwrap_or("");
    text.rsplit('\n').next().unwrap_or("")
}

/// What a value means: the only kind whose words it has.
fn kind(c: &Context<'_>, claim: &Claim, text: &str) -> Option<Measure> {
    let mut kinds =
        claim.kinds.iter().enumerate().filter(|(_, (_, terms))| c.set.terms(terms).is_match(text));
    match (kinds.next(), kinds.next()) {
        (Some((kind, _)), None) => Some(Measure::Kind(kind)),
        _ => None,
    }
}

/// True when patterns take a path: relative to the model's folder when it lies in it, and from the root otherwise.
pub(super) fn takes(c: &Context<'_>, files: &Globs, path: &[u8]) -> bool {
    let below =
        path.strip_prefix(c.model.path.as_bytes()).map(|rest| rest.strip_prefix(b"/").unwrap_or(rest));
    let path = below.filter(|_| c.model.path.contains(path)).unwrap_or(path);
    files.takes(&Folded::new(path))
}

/// True for what is read from a table about this model alone.
fn is_of_model(artifact: &Artifact, candidate: &Candidate, fact: &Fact) -> bool {
    let sources = artifact.sources.get(candidate.source_index);
    let facts = sources.into_iter().flat_map(|source| &source.facts);
    let mut readers = facts.filter(|(at, _)| *at == fact.fact).flat_map(|(_, readers)| readers);
    readers.any(|reader| matches!(reader.how, How::Path { of_model: true, .. }))
}

/// Values of a file that states several different ones are left out: nobody can tell which of them is meant.
pub(super) fn single(all: Vec<Stated<'_>>) -> Vec<Stated<'_>> {
    let lone = |one: &Stated<'_>| {
        one.measure.is_some() && !all.iter().any(|other| other.same_file(one) && one.differs(other))
    };
    let lone: Vec<bool> = all.iter().map(lone).collect();
    all.into_iter().zip(lone).filter_map(|(one, lone)| lone.then_some(one)).collect()
}

/// Of several files of one kind only the nearest to the model's folder counts: others speak of parts.
pub(super) fn nearest(all: &mut Vec<Stated<'_>>) {
    let mut least: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    for one in all.iter() {
        let known = least.entry(one.kind).or_insert(one.distance);
        *known = one.distance.min(*known);
    }
    all.retain(|one| least.get(&one.kind) == Some(&one.distance));
}
