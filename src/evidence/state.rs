//! The state of a document: is it of the right kind, filled in, and in force?
//!
//! The order is that of a careful reader: another kind, a template, a stub, a document that says
//! of itself that it is not in force. Each verdict needs a positive sign; a fact that could not be
//! read is never one.

use std::rc::Rc;

use super::kept::{Listed, Text};
use super::prepared::Prepared;
use super::signs::{Sign, Signs};
use super::{Facts, State};
use crate::artifact::document::{Form, Format, Scalar, UnitKind};
use crate::diag::Span;
use crate::policy::{Artifact, PolicySet, StateName};
use crate::text::normalise_key;

/// What the judgement of a document's state looks at.
pub(super) struct Subject<'a> {
    pub(super) set: &'a PolicySet,
    pub(super) artifact: &'a Artifact,
    pub(super) doc: &'a Prepared<'a>,
    pub(super) signs: &'a Signs,
    pub(super) facts: &'a Facts,
    /// Essential facts that are lacking: some, or none.
    pub(super) lacks: bool,
    pub(super) path: &'a str,
}

/// The state of a readable text.
pub(super) fn state(s: &Subject<'_>) -> State {
    wrong_kind(s)
        .map(|(reason, span)| State::new(StateName::WrongKind, reason, span))
        .or_else(|| template(s).map(|(reason, span)| State::new(StateName::Template, reason, span)))
        .or_else(|| stub(s).map(|(reason, span)| State::new(StateName::Stub, reason, span)))
        .or_else(|| veto(s))
        .unwrap_or_else(|| State::new(StateName::Real, "", None))
}

fn wrong_kind(s: &Subject<'_>) -> Sign {
    let nature = &s.artifact.nature;
    if let Some(terms) = &nature.not_title {
        for (piece, span) in s.signs.introductions(s.doc) {
            let text = s.doc.kept.text(piece);
            if let Some(found) = s.doc.list(terms).find(&text) {
                let words = piece.get(found.range).unwrap_or("").to_string();
                return Some((
                    format!("it introduces itself with \"{words}\""),
                    Some(s.doc.locate(*span, &words)),
                ));
            }
        }
    }
    let not_type = s.set.list("not_type");
    for pair in s
        .doc
        .document
        .pairs
        .iter()
        .filter(|p| p.form == Form::Front && matches!(p.key.as_str(), "type" | "layout" | "kind"))
    {
        if not_type.is_match(&pair.value) {
            return Some((format!("its front matter says that it is a {}", pair.value), Some(pair.span)));
        }
    }
    if s.doc.document.format != Format::Markdown {
        return None;
    }
    if nature.conduct
        && s.lacks
        && let Some(sign) = s.signs.fields(s.doc)
    {
        return Some(sign);
    }
    other_headings(s).or_else(|| other_text(s))
}

fn other_headings(s: &Subject<'_>) -> Sign {
    let nature = &s.artifact.nature;
    let terms = nature.not_headings.as_ref()?;
    let terms = s.doc.list(terms);
    let own: Vec<Listed<'_>> = nature.own.iter().map(|name| s.doc.list(s.set.list(name))).collect();
    let (mut bad, mut good) = (Vec::new(), 0);
    for index in 1..s.doc.document.headings.len() {
        let heading = s.doc.heading(index);
        if terms.is_match(heading) {
            bad.push(index);
        }
        good += usize::from(own.iter().any(|list| list.is_match(heading)));
    }
    if bad.len() < 2 || bad.len() <= 2 * good {
        return None;
    }
    let first = &s.doc.document.headings[bad[0]];
    let names: Vec<&str> = bad.iter().take(3).map(|&i| s.doc.document.headings[i].text.trim()).collect();
    Some((format!("its sections are about something else: {}", names.join(", ")), Some(first.span)))
}

fn other_text(s: &Subject<'_>) -> Sign {
    let nature = &s.artifact.nature;
    let terms = nature.not_text.as_ref()?;
    let minimum = usize::try_from(nature.not_text_min).unwrap_or(usize::MAX);
    let mut count = 0;
    let mut first = None;
    let listed = s.doc.list(terms);
    for sentence in s.doc.sentences().filter(|sentence| listed.is_match(sentence.text)) {
        for found in terms.find_all(sentence.text.folded()) {
            count += 1;
            let unit = &s.doc.document.units[sentence.unit];
            let words = unit.text[sentence.range.clone()].get(found.range).unwrap_or("").to_string();
            first.get_or_insert_with(|| (s.doc.locate(unit.span, &words), words));
        }
    }
    let (span, words) = first?;
    (count >= minimum).then(|| {
        (format!("it speaks like another kind of text: \"{words}\", {count} such phrases"), Some(span))
    })
}

/// True for a path that is a template by its folder or name.
pub(super) fn template_path(set: &PolicySet, path: &str) -> Option<String> {
    let words = set.list("template_path");
    let parts: Vec<&str> = path.split('/').collect();
    let (name, folders) = parts.split_last()?;
    let folder = folders.iter().find(|folder| words.is_whole(folder));
    let stem = name.split('.').filter(|part| !part.is_empty());
    folder.map(|f| f.to_string()).or_else(|| {
        stem.flat_map(|part| part.split(['-', '_'])).find(|part| words.is_whole(part)).map(str::to_string)
    })
}

fn template(s: &Subject<'_>) -> Sign {
    if let Some(word) = template_path(s.set, s.path) {
        return Some((format!("its path says so: `{word}`"), None));
    }
    s.signs.template(s.set, s.doc).or_else(|| unfilled(s))
}

/// Three different facts whose place is there and not filled in. A heading with nothing under it
/// is the sign of a stub.
fn unfilled(s: &Subject<'_>) -> Sign {
    let heading = |span: Span| s.doc.document.headings.iter().any(|h| h.span == span);
    let flaws = || s.facts.flaws.iter().filter(|f| f.kind == super::FlawKind::Unfilled && !heading(f.span));
    let open: Vec<usize> = (0..s.artifact.facts.len())
        .filter(|&fact| !s.facts.has(fact) && flaws().any(|f| f.fact == fact))
        .collect();
    let mut places: Vec<Span> = flaws().filter(|f| open.contains(&f.fact)).map(|f| f.span).collect();
    places.sort_unstable();
    places.dedup();
    let names: Vec<&str> = open.iter().take(4).map(|&f| s.artifact.facts[f].title.as_str()).collect();
    (open.len() >= 3 && places.len() >= 3 && s.lacks)
        .then(|| (format!("{} are left open", names.join(", ")), places.first().copied()))
}

fn stub(s: &Subject<'_>) -> Sign {
    let document = s.doc.document;
    let structured = matches!(document.format, Format::Yaml | Format::Json | Format::Toml);
    let silent = document.units.is_empty()
        && document.pairs.is_empty()
        && document.code.is_empty()
        && document.owners.is_empty();
    if silent && document.nodes.iter().all(|n| matches!(n.scalar, Scalar::Null | Scalar::Empty)) {
        return Some(("there is nothing in it".to_string(), None));
    }
    if structured || !s.lacks {
        return None;
    }
    let cells: Vec<_> = document.units.iter().filter(|u| u.kind == UnitKind::Cell).collect();
    let empty = document
        .pairs
        .iter()
        .filter(|p| p.form == Form::Column && s.doc.kept.is_placeholder(&s.doc.kept.text(&p.value)))
        .count();
    let columns = document.pairs.iter().filter(|p| p.form == Form::Column).count();
    if columns >= 8 && empty * 10 >= columns * 4 {
        return Some((format!("{empty} of {columns} table cells are empty"), cells.first().map(|c| c.span)));
    }
    bare_headings(s).or_else(|| short(s))
}

/// Headings with nothing under them.
fn bare_headings(s: &Subject<'_>) -> Sign {
    let document = s.doc.document;
    let content = |span: Span| {
        let inside = |at: Span| at.start >= span.start && at.end <= span.end;
        document.units.iter().any(|u| inside(u.span)) || document.code.iter().any(|c| inside(c.span))
    };
    let has_child = |index: usize| document.headings.iter().any(|h| h.parent == Some(index));
    let leaves: Vec<usize> = (0..document.headings.len()).filter(|&i| !has_child(i)).collect();
    let bare: Vec<usize> = leaves.iter().copied().filter(|&i| !content(document.headings[i].body)).collect();
    (bare.len() >= 3 && bare.len() * 2 >= leaves.len()).then(|| {
        let first = &document.headings[bare[0]];
        (format!("{} of its {} sections are empty", bare.len(), leaves.len()), Some(first.span))
    })
}

fn short(s: &Subject<'_>) -> Sign {
    if s.doc.document.format != Format::Markdown {
        return None;
    }
    let said = |text: &Rc<Text>| if s.doc.kept.is_placeholder(text) { 0 } else { text.words() };
    let words: usize = s.doc.units().iter().map(said).sum();
    let code: usize = s.doc.document.code.iter().filter(|c| !c.inline).count();
    let minimum = usize::try_from(s.artifact.nature.min_words).unwrap_or(usize::MAX);
    (words + 4 * code < minimum)
        .then(|| (format!("it says only {words} words"), s.doc.document.title.as_ref().map(|t| t.span)))
}

/// What the document says of itself: its status first, free phrases near its top second.
fn veto(s: &Subject<'_>) -> Option<State> {
    s.signs.status(s.set, s.doc).or_else(|| phrases(s)).or_else(|| still_to_do(s))
}

/// A list of boxes that nobody ticked says what is to be done, and not what is there.
fn still_to_do(s: &Subject<'_>) -> Option<State> {
    let document = s.doc.document;
    let items = document.units.iter().filter(|unit| unit.kind == UnitKind::Item).count();
    let first = document.tasks.first()?;
    let open = document.tasks.len();
    let none = document.tasks.iter().all(|task| !task.done);
    (s.artifact.nature.in_place && none && open >= 2 && open * 2 > items).then(|| {
        let reason = format!("it is a list of {open} things to do, and none of them is done");
        State::new(StateName::Draft, reason, Some(first.span))
    })
}

fn phrases(s: &Subject<'_>) -> Option<State> {
    let list = |name: &str| s.doc.list(s.set.list(name));
    let (anywhere, head, aside, every) =
        (list("veto_phrase"), list("veto_head"), list("veto_not_in"), list("veto_every_use"));
    let excluding: Vec<Listed<'_>> = s.artifact.nature.exclusions.iter().map(|name| list(name)).collect();
    let document = s.doc.document;
    let zone = document.headings.get(2).map_or(s.doc.text.len() / 10 + 600, |h| h.span.start as usize);
    for sentence in s.doc.sentences() {
        let unit = &document.units[sentence.unit];
        if sentence.question || s.doc.within(unit.heading, aside) {
            continue;
        }
        let top = (unit.span.start as usize) <= zone || unit.kind == UnitKind::Comment;
        let find = |list: Listed<'_>| list.find(sentence.text);
        let found = if excluding.iter().any(|list| s.doc.within(unit.heading, *list)) {
            find(every)
        } else {
            let near = || if top { find(head) } else { None };
            find(anywhere).or_else(|| find(every)).or_else(near)
        };
        if let Some(found) = found {
            let words = unit.text[sentence.range.clone()].get(found.range).unwrap_or("").trim().to_string();
            let name = if s.set.list("draft_status").is_match(&words) {
                StateName::Draft
            } else {
                StateName::Vetoed
            };
            return Some(State::new(
                name,
                format!("it says \"{}\"", normalise_quote(&words)),
                Some(s.doc.locate(unit.span, &words)),
            ));
        }
    }
    None
}

fn normalise_quote(words: &str) -> String {
    let flat = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if normalise_key(&flat).is_empty() { words.to_string() } else { flat }
}
