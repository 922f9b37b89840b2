//! Readers of facts: `{ named = "approver_words", is = "person" }`.

use super::fields::Fields;
use super::load::{term_list, value_type};
use super::mistakes::{At, Mistakes};
use super::pack::{How, Reader, Terms};
use super::regexes::Pattern;
use crate::artifact::document::{Form, UnitKind};

/// The fields that say how; a reader has exactly one of them.
const HOWS: [&str; 10] =
    ["path", "named", "label", "section", "mention", "unticked", "code", "regex", "owners", "roster"];

/// Patterns, not compiled yet.
pub(super) fn patterns(texts: Option<Vec<At<String>>>) -> Vec<Pattern> {
    texts.unwrap_or_default().into_iter().map(Pattern::new).collect()
}

/// One reader, from its table.
pub(super) fn reader(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<Reader> {
    let span = fields.span();
    let is = fields.string("is", mistakes).and_then(|t| value_type(&t, mistakes));
    let given = fields.string("if", mistakes).map(Pattern::new);
    let found = hows(&mut fields, mistakes);
    fields.finish(mistakes);
    match found.len() {
        1 => found.into_iter().next().flatten().map(|how| Reader { how, is, given, span }),
        0 => {
            mistakes.add(
                "missing-key",
                span,
                "this reader does not say how to read",
                format!("add one of {}, channel", HOWS.join(", ")),
            );
            None
        }
        _ => {
            mistakes.add("bad-reader", span, "a reader reads in one way only", "write two readers in a list");
            None
        }
    }
}

fn hows(fields: &mut Fields<'_>, mistakes: &mut Mistakes) -> Vec<Option<How>> {
    let mut found = Vec::new();
    let context = fields.boolean("step_name", mistakes).unwrap_or(false);
    let of_model = fields.boolean("of_model", mistakes).unwrap_or(false);
    if let Some(paths) = fields.strings("path", mistakes) {
        let paths = paths.into_iter().map(|p| p.value.to_lowercase()).collect();
        found.push(Some(How::Path { paths, context, of_model }));
    }
    let named = fields.any("named").map(|v| (v, Vec::new()));
    let label = fields.any("label").map(|v| (v, vec![Form::Label, Form::Row, Form::Column, Form::Front]));
    let section = fields.any("section").map(|v| (v, vec![Form::Section]));
    let forms = forms(fields, mistakes);
    let within = terms(fields, "within", mistakes);
    let not = terms(fields, "not", mistakes);
    let max_words =
        fields.integer("max_words", 1..41, mistakes).map_or(9, |n| usize::try_from(n.value).unwrap_or(9));
    let heading = fields.boolean("heading", mistakes).unwrap_or(false);
    let not_self = fields.boolean("not_self", mistakes).unwrap_or(false);
    let title = fields.boolean("title", mistakes).unwrap_or(false);
    let kinds = unit_kinds(fields, mistakes);
    let mention = terms(fields, "mention", mistakes);
    let mut scope = Some((within, not));
    for (value, default) in [named, label, section].into_iter().flatten() {
        let (within, not) = scope.take().unwrap_or((None, None));
        let forms = forms.clone().unwrap_or(default);
        let how = terms_of(&value, mistakes).map(|terms| How::Named {
            terms,
            forms,
            within,
            not,
            max_words,
            heading,
            not_self,
            title,
            kinds: kinds.clone(),
        });
        found.push(how);
    }
    if let Some(terms) = mention {
        let (within, not) = scope.take().unwrap_or((None, None));
        found.push(Some(How::Mention { terms, kinds, within, not }));
    }
    if let Some(terms) = terms(fields, "unticked", mistakes) {
        found.push(Some(How::Unticked(terms)));
    }
    if fields.boolean("code", mistakes).is_some() {
        found.push(Some(How::Code { not: scope.take().and_then(|(_, not)| not) }));
    }
    if let Some(texts) = fields.strings("regex", mistakes) {
        found.push(Some(How::Regex(patterns(Some(texts)))));
    }
    if let Some(which) = fields.string("owners", mistakes) {
        let how = match which.value.as_str() {
            "covering" => Some(How::Owners { all: false }),
            "all" => Some(How::Owners { all: true }),
            _ => {
                mistakes.unknown("unknown-owners", "way to take owners", &which, ["covering", "all"]);
                None
            }
        };
        found.push(how);
    }
    if fields.boolean("roster", mistakes).is_some() {
        found.push(Some(How::Roster));
    }
    if fields.boolean("channel", mistakes).is_some() {
        found.push(Some(How::Channel));
    }
    found
}

pub(super) fn terms(fields: &mut Fields<'_>, key: &'static str, mistakes: &mut Mistakes) -> Option<Terms> {
    let value = fields.any(key)?;
    terms_of(&value, mistakes)
}

/// A list's name, or terms in place.
pub(super) fn terms_of(value: &super::value::Value<'_>, mistakes: &mut Mistakes) -> Option<Terms> {
    match value.as_str() {
        Some(name) => Some(Terms::List(At { value: name.to_string(), span: value.span() })),
        None => {
            term_list(value.file, value.strings(mistakes), mistakes).map(|list| Terms::Own(Box::new(list)))
        }
    }
}

const FORMS: [(&str, Form); 5] = [
    ("label", Form::Label),
    ("row", Form::Row),
    ("column", Form::Column),
    ("front", Form::Front),
    ("section", Form::Section),
];

fn forms(fields: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Vec<Form>> {
    let words = fields.strings("forms", mistakes)?;
    Some(words.iter().filter_map(|word| one_of(word, "form", &FORMS, mistakes)).collect())
}

const KINDS: [(&str, UnitKind); 5] = [
    ("paragraph", UnitKind::Paragraph),
    ("item", UnitKind::Item),
    ("cell", UnitKind::Cell),
    ("comment", UnitKind::Comment),
    ("value", UnitKind::Value),
];

fn unit_kinds(fields: &mut Fields<'_>, mistakes: &mut Mistakes) -> Vec<UnitKind> {
    let words = fields.strings("in", mistakes).unwrap_or_default();
    words.iter().filter_map(|word| one_of(word, "kind of unit", &KINDS, mistakes)).collect()
}

fn one_of<T: Copy>(word: &At<String>, what: &str, known: &[(&str, T)], mistakes: &mut Mistakes) -> Option<T> {
    let found = known.iter().find(|(name, _)| *name == word.value).map(|(_, value)| *value);
    if found.is_none() {
        mistakes.unknown("unknown-word", what, word, known.iter().map(|(name, _)| *name));
    }
    found
}
