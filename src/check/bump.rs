//! A change of the model's logic comes with a new version, or with a new entry about it.

use super::range::{self, RangeContext};
use super::{Outcome, Problem, context, declared, words};
use crate::diag::{Note, Span};
use crate::evidence::{Candidate, Evidence};
use crate::git::{Content, Error};
use crate::policy::CommitsCheck;

/// Larger files hold more than a version.
const LARGEST: u64 = 1 << 20;

pub(super) fn run(c: &mut RangeContext<'_, '_, '_>, check: &CommitsCheck) -> Outcome {
    judge(c, check).unwrap_or_else(|error| Outcome::Unknown(Box::new(error.diagnostic())))
}

fn judge(c: &mut RangeContext<'_, '_, '_>, check: &CommitsCheck) -> Result<Outcome, Error> {
    let Some(survey) = c.survey else { return Ok(Outcome::NotAsked) };
    let Some((name, _)) = check.stated_facts().next() else { return Ok(Outcome::NotAsked) };
    let Some((index, artifact)) = c.set.artifact(name) else { return Ok(Outcome::NotAsked) };
    let evidence = &survey.evidence[index];
    let wanted: Vec<usize> = check
        .stated_facts()
        .filter_map(|(_, fact)| artifact.facts.iter().position(|f| f.name.value == fact))
        .collect();
    let stated = stated(evidence, &wanted);
    // Without a version there is none to raise: another rule asks for it.
    let Some(first) = stated.iter().flat_map(|(_, spans)| spans).next().copied() else {
        return Ok(Outcome::NotAsked);
    };
    let touching: Vec<_> =
        c.touching_by_own().filter(|(_, changes)| !context::logic(c, check, changes).is_empty()).collect();
    let Some((newest, changes)) = touching.first() else { return Ok(Outcome::NotAsked) };
    for (candidate, spans) in &stated {
        if is_new(c, candidate, spans)? {
            return Ok(Outcome::Holds);
        }
    }
    let path = context::logic(c, check, changes).first().map(|change| change.path.to_string());
    let others = match touching.len() - 1 {
        0 => String::new(),
        n => format!(
            ", and so {} {}",
            if n == 1 { "does" } else { "do" },
            words::count(n as u64, "commit more")
        ),
    };
    let message = format!(
        "commit {} changes {}{others}, and the change states no new version",
        newest.commit.id.short(),
        path.unwrap_or_default()
    );
    let at = c.texts.at(&newest.commit, range::subject(&newest.commit.message.text));
    let mut problem = Problem::new(message, at).label("changes the model's logic");
    problem.related.push(Note { span: first, text: "as it was before".to_string() });
    Ok(Outcome::Fails(vec![problem]))
}

/// The files that state one of the facts, and where.
fn stated<'e>(evidence: &'e Evidence, wanted: &[usize]) -> Vec<(&'e Candidate, Vec<Span>)> {
    if !evidence.judgeable() {
        return Vec::new();
    }
    let spans = |candidate: &Candidate| -> Vec<Span> {
        wanted.iter().flat_map(|fact| candidate.facts.of(*fact)).map(|fact| fact.span).collect()
    };
    let counted = evidence.candidates.iter().filter(|candidate| declared::counts(candidate));
    counted.map(|candidate| (candidate, spans(candidate))).filter(|(_, spans)| !spans.is_empty()).collect()
}

/// True when a line that states a fact was not in the file before the change.
fn is_new(c: &RangeContext<'_, '_, '_>, candidate: &Candidate, spans: &[Span]) -> Result<bool, Error> {
    let of_file = |seen: &'_ super::range::Seen| {
        seen.changes.iter().find(|change| change.path == candidate.path).cloned()
    };
    // The newest commit comes first: the last one knows what stood there before.
    let Some(oldest) = c.range.commits.iter().rev().find_map(of_file) else { return Ok(false) };
    let Some((_, blob)) = oldest.old else { return Ok(true) };
    let Content::Text(before) = c.changes.content(blob, LARGEST)? else { return Ok(true) };
    let known: std::collections::BTreeSet<&str> = before.lines().map(str::trim).collect();
    let line = |span: &Span| {
        let text = &c.texts.sources.get(span.source).text;
        let at = span.range().start.min(text.len());
        let start = text.get(..at).and_then(|text| text.rfind('\n')).map_or(0, |at| at + 1);
        text.get(start..).and_then(|text| text.lines().next()).unwrap_or("").trim().to_string()
    };
    Ok(spans.iter().any(|span| !known.contains(line(span).as_str())))
}
