//! What shows of itself what a document is, whatever it is asked for: found once, however many artifacts it may be
//! evidence of.

use std::cell::OnceCell;

use super::State;
use super::prepared::Prepared;
use crate::artifact::document::{Form, UnitKind};
use crate::diag::Span;
use crate::policy::{PolicySet, StateName};
use crate::text::Folded;

/// Why a document is not what it should be, and what shows it.
pub(super) type Sign = Option<(String, Option<Span>)>;

/// Each is found when it is first asked for.
#[derive(Default)]
pub(super) struct Signs {
    introductions: OnceCell<Vec<(String, Span)>>,
    fields: OnceCell<Sign>,
    template: OnceCell<Sign>,
    status: OnceCell<Option<State>>,
}

impl Signs {
    /// What it says that it is: its title, and its first sentence without links.
    pub(super) fn introductions(&self, doc: &Prepared<'_>) -> &[(String, Span)] {
        self.introductions.get_or_init(|| introductions(doc))
    }

    /// It lists fields or routes.
    pub(super) fn fields(&self, doc: &Prepared<'_>) -> Sign {
        self.fields.get_or_init(|| lists_fields(doc)).clone()
    }

    /// It waits to be filled in, is the example of a standard, or asks rather than says.
    pub(super) fn template(&self, set: &PolicySet, doc: &Prepared<'_>) -> Sign {
        self.template.get_or_init(|| to_be_filled(set, doc)).clone()
    }

    /// Its status says that it is not in force.
    pub(super) fn status(&self, set: &PolicySet, doc: &Prepared<'_>) -> Option<State> {
        self.status.get_or_init(|| status(set, doc)).clone()
    }
}

/// The title, and the first sentence without links.
fn introductions(doc: &Prepared<'_>) -> Vec<(String, Span)> {
    let document = doc.document;
    let mut out: Vec<(String, Span)> = document.title.iter().map(|t| (t.text.clone(), t.span)).collect();
    let first = document.units.iter().position(|u| matches!(u.kind, UnitKind::Paragraph | UnitKind::Comment));
    if let Some(at) = first
        && let Some(sentence) = doc.kept.sentences(&doc.units()[at]).first()
    {
        let unit = &document.units[at];
        let link = |word: &str| word.contains('/') || word.contains("www.");
        let mut piece = String::with_capacity(sentence.range.len());
        for word in unit.text[sentence.range.clone()].split_whitespace().filter(|word| !link(word)) {
            piece.extend((!piece.is_empty()).then_some(' '));
            piece.push_str(word);
        }
        out.push((piece, unit.span));
    }
    out
}

/// A list of fields or of HTTP routes describes a schema or an API, not how people behave.
fn lists_fields(doc: &Prepared<'_>) -> Sign {
    let items: Vec<_> = doc.document.units.iter().filter(|u| u.kind == UnitKind::Item).collect();
    let field = |text: &str| {
        text.strip_prefix('`').and_then(|rest| rest.split_once('`')).is_some_and(|(_, after)| {
            let after = after.trim_start();
            after.is_empty() || after.starts_with([':', '(', '–', '—', '-', '：'])
        })
    };
    let fields: Vec<_> = items.iter().filter(|u| field(&u.text)).collect();
    if fields.len() >= 6 && fields.len() * 100 >= items.len() * 35 {
        return Some((
            format!("{} of its {} list items are names of fields", fields.len(), items.len()),
            Some(doc.line_of(fields[0])),
        ));
    }
    let routes = if doc.text.contains('/') { route_lines(doc.text) } else { 0 };
    (routes >= 4).then(|| {
        (format!("it describes an API: {routes} routes"), doc.document.title.as_ref().map(|t| t.span))
    })
}

fn route_lines(text: &str) -> usize {
    let verb = |w: &str| w.split('/').all(|v| matches!(v, "GET" | "POST" | "PUT" | "PATCH" | "DELETE"));
    text.lines()
        .map(|line| {
            let words: Vec<&str> = line
                .split(|c: char| c.is_whitespace() || matches!(c, '`' | '|' | '*'))
                .filter(|w| !w.is_empty())
                .collect();
            words.windows(2).filter(|w| verb(w[0]) && w[1].starts_with('/') && w[1].len() > 1).count()
        })
        .sum()
}

/// What shows of the text alone that it is a template.
fn to_be_filled(set: &PolicySet, doc: &Prepared<'_>) -> Sign {
    let document = doc.document;
    let filled_by_someone = |k: UnitKind| k != UnitKind::Comment;
    let all = document.units.iter().zip(doc.units());
    let units: Vec<_> = all.filter(|(u, _)| filled_by_someone(u.kind)).collect();
    let waits = units.iter().filter(|(_, text)| doc.kept.has_placeholder(text));
    let open: Vec<_> = waits.map(|(unit, _)| unit).collect();
    let prose = units.iter().filter(|(u, _)| u.kind != UnitKind::Cell).count().max(1);
    if open.len() >= 3 && open.len() * 10 >= prose * 3 {
        return Some((
            format!("{} places are still to be filled in", open.len()),
            Some(doc.line_of(open[0])),
        ));
    }
    fictional(set, doc).or_else(|| unanswered(doc))
}

/// Two invented identities: a standard's example with nothing changed.
fn fictional(set: &PolicySet, doc: &Prepared<'_>) -> Sign {
    let words = set.list("fictional");
    if !words.may_occur(doc.text) {
        return None;
    }
    let folded = Folded::new(doc.text);
    let mut terms: Vec<_> = words.find_all(&folded);
    terms.sort_by_key(|m| (m.term, m.range.start));
    terms.dedup_by_key(|m| m.term);
    if terms.len() < 2 {
        return None;
    }
    let names: Vec<&str> = terms.iter().take(3).filter_map(|m| doc.text.get(m.range.clone())).collect();
    let first = Span::new(doc.document.source, terms[0].range.clone());
    Some((format!("it names invented people or companies: {}", names.join(", ")), Some(first)))
}

fn unanswered(doc: &Prepared<'_>) -> Sign {
    let prose: Vec<_> = doc
        .document
        .units
        .iter()
        .filter(|u| matches!(u.kind, UnitKind::Paragraph | UnitKind::Item))
        .collect();
    let asks: Vec<_> =
        prose.iter().filter(|u| u.text.trim_end_matches(['*', '_', ' ']).ends_with(['?', '？'])).collect();
    (asks.len() >= 5 && asks.len() * 2 >= prose.len()).then(|| {
        (
            format!("{} of its {} paragraphs are questions without an answer", asks.len(), prose.len()),
            Some(doc.line_of(asks[0])),
        )
    })
}

/// Status fields are read in the first part of a document only: further down they are about
/// something else.
fn status(set: &PolicySet, doc: &Prepared<'_>) -> Option<State> {
    let (labels, draft, vetoed) =
        (set.list("status_label"), set.list("draft_status"), set.list("veto_status"));
    let judge = |value: &str, span: Span| {
        let short: String = value.chars().take(40).collect();
        let state = if draft.is_match(&short) { StateName::Draft } else { StateName::Vetoed };
        (draft.is_match(&short) || vetoed.is_match(&short))
            .then(|| State::new(state, format!("its status is \"{}\"", short.trim()), Some(span)))
    };
    let document = doc.document;
    let top = doc.text.len() / 6 + 800;
    let told = |form| matches!(form, Form::Front | Form::Label | Form::Row);
    for (index, pair) in document.pairs.iter().enumerate().filter(|(_, pair)| told(pair.form)) {
        let near = (pair.span.start as usize) < top;
        let named = doc.key(index).spaced() <= 3 && doc.kept.is_whole(labels, doc.key(index));
        if near
            && named
            && !pair.value.contains(" | ")
            && let Some(state) = judge(&pair.value, pair.span)
        {
            return Some(state);
        }
    }
    let own = ["status", "info.status", "spec.lifecycle", "metadata.status", "document.status"];
    document
        .nodes
        .iter()
        .filter(|n| own.iter().any(|own| n.path.len() == own.len() && n.path.to_lowercase() == *own))
        .find_map(|n| judge(&n.value, n.span))
}
