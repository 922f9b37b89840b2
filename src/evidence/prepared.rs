//! A document made ready for many readers: keys, headings and sentences folded once.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use super::kept::{Kept, Listed, Part, Text};
use crate::artifact::document::{Document, Unit};
use crate::artifact::types::{Reading, ValueType};
use crate::diag::Span;
use crate::words::TermList;

/// A sentence of a unit.
pub(super) struct Sentence<'s> {
    /// Index into the document's units.
    pub(super) unit: usize,
    /// Byte range in the unit's text.
    pub(super) range: Range<usize>,
    /// Its text.
    pub(super) text: &'s Text,
    /// True when it asks.
    pub(super) question: bool,
}

/// A document and what is computed from it at most once.
pub(super) struct Prepared<'d> {
    pub(super) document: &'d Document,
    pub(super) text: &'d str,
    pub(super) kept: &'d Kept<'d>,
    keys: Vec<Rc<Text>>,
    headings: Vec<Rc<Text>>,
    title: Option<Rc<Text>>,
    units: OnceCell<Vec<Rc<Text>>>,
    aliases: Option<&'d Aliases>,
}

/// Names that stand for several people: `OWNERS_ALIASES`. Keys are lower-case.
pub(super) type Aliases = BTreeMap<String, Vec<String>>;

impl<'d> Prepared<'d> {
    /// The same, with names that stand for others.
    pub(super) fn with_aliases(mut self, aliases: &'d Aliases) -> Prepared<'d> {
        self.aliases = Some(aliases);
        self
    }

    /// Whom a name stands for, if it is an alias.
    pub(super) fn members(&self, name: &str) -> Option<&'d [String]> {
        self.aliases?.get(&name.trim().to_lowercase()).map(Vec::as_slice)
    }

    pub(super) fn new(document: &'d Document, text: &'d str, kept: &'d Kept<'d>) -> Prepared<'d> {
        Prepared {
            document,
            text,
            kept,
            keys: document.pairs.iter().map(|p| kept.text(&p.key)).collect(),
            headings: document.headings.iter().map(|h| kept.text(&h.key)).collect(),
            title: document.title.as_ref().map(|t| kept.text(&t.text)),
            units: OnceCell::new(),
            aliases: None,
        }
    }

    pub(super) fn key(&self, pair: usize) -> &Text {
        &self.keys[pair]
    }

    pub(super) fn heading(&self, heading: usize) -> &Text {
        &self.headings[heading]
    }

    pub(super) fn title(&self) -> Option<&Text> {
        self.title.as_deref()
    }

    /// A list of the policy, to be asked.
    pub(super) fn list(&self, terms: &'d TermList) -> Listed<'d> {
        self.kept.list(terms)
    }

    /// True when a heading above, or `heading` itself, matches.
    pub(super) fn within(&self, heading: Option<usize>, terms: Listed<'_>) -> bool {
        let mut at = heading;
        while let Some(index) = at {
            if terms.is_match(&self.headings[index]) {
                return true;
            }
            at = self.document.headings[index].parent;
        }
        false
    }

    /// The text of each unit.
    pub(super) fn units(&self) -> &[Rc<Text>] {
        self.units.get_or_init(|| self.document.units.iter().map(|unit| self.kept.text(&unit.text)).collect())
    }

    /// True for a unit that waits to be filled.
    pub(super) fn is_open(&self, unit: usize) -> bool {
        self.kept.is_open(&self.units()[unit])
    }

    /// What a text says as a value of a type.
    pub(super) fn read(&self, is: ValueType, text: &str) -> Reading {
        self.kept.read(is, &self.kept.text(text), false)
    }

    /// The same of a unit that is not open.
    pub(super) fn read_unit(&self, is: ValueType, unit: usize) -> Reading {
        self.kept.read(is, &self.units()[unit], true)
    }

    pub(super) fn sentences(&self) -> impl Iterator<Item = Sentence<'_>> {
        self.units().iter().enumerate().flat_map(|(unit, of)| {
            let parts = self.kept.sentences(of).iter();
            parts.map(move |part| {
                let Part { range, question, .. } = part;
                Sentence { unit, range: range.clone(), text: part.text(of), question: *question }
            })
        })
    }

    /// The place of `needle` inside `span`; the whole span when it does not stand there to the letter.
    pub(super) fn locate(&self, span: Span, needle: &str) -> Span {
        let needle = needle.trim();
        let Some(hay) = self.text.get(span.range()) else { return span };
        if needle.is_empty() {
            return span;
        }
        if let Some(at) = place(hay, needle) {
            let start = span.start as usize + at;
            return Span::new(span.source, start..start + needle.len());
        }
        // The value runs over a line break or markup: point at its first line.
        let first = needle.split(['\n', '|', '*', '[', '`', '<']).next().unwrap_or(needle).trim();
        let words: String = first.chars().take(24).collect();
        let line_end = |from: usize| hay[from..].find('\n').map_or(hay.len(), |n| from + n);
        match (words.chars().count() >= 3).then(|| place(hay, words.trim())).flatten() {
            Some(at) => Span::new(span.source, span.start as usize + at..span.start as usize + line_end(at)),
            None => first_line(span, hay),
        }
    }

    /// The first line of a unit that is not blank.
    pub(super) fn line_of(&self, unit: &Unit) -> Span {
        self.text.get(unit.span.range()).map_or(unit.span, |hay| first_line(unit.span, hay))
    }
}

/// Where a text stands in another. To prepare a search costs more than to search so few lines: that is left to the
/// rare text in which very many places begin alike.
fn place(hay: &str, needle: &str) -> Option<usize> {
    const FEW: usize = 64;
    let (hay, needle) = (hay.as_bytes(), needle.as_bytes());
    let Some(first) = needle.first() else { return Some(0) };
    for (tried, at) in memchr::memchr_iter(*first, hay).enumerate() {
        if tried == FEW {
            return memchr::memmem::find(&hay[at..], needle).map(|found| at + found);
        }
        if hay[at..].starts_with(needle) {
            return Some(at);
        }
    }
    None
}

fn first_line(span: Span, hay: &str) -> Span {
    let lead = hay.len() - hay.trim_start().len();
    let end = hay[lead..].find('\n').map_or(hay.trim_end().len().max(lead), |n| lead + n);
    let end = lead + hay[lead..end].trim_end().len();
    Span::new(span.source, span.start as usize + lead..span.start as usize + end)
}

/// Splits at `.`, `!`, `?` before white space, and at their Chinese and Japanese forms.
pub(super) fn split_sentences(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    // The wide forms begin with these bytes, and no ASCII stands inside of a character.
    let stops = text.bytes().enumerate().filter(|(_, b)| matches!(b, b'.' | b'!' | b'?' | 0xe3 | 0xef));
    for (at, _) in stops {
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { continue };
        let end = at + c.len_utf8();
        let wide = matches!(c, '。' | '！' | '？');
        let narrow = c.is_ascii() && text[end..].starts_with(char::is_whitespace);
        if wide || narrow {
            out.push(start..end);
            start = end;
        }
    }
    if start < text.len() {
        out.push(start..text.len());
    }
    out.retain(|r| !text[r.clone()].trim().is_empty());
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{place, split_sentences};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_text_is_found_where_it_stands_first(
            hay in "[ab ]{0,400}",
            end in "[abc]{0,3}",
            from in 0_usize..400,
            len in 0_usize..90,
        ) {
            let from = from.min(hay.len());
            let needle = format!("{}{end}", &hay[from..(from + len).min(hay.len())]);
            prop_assert_eq!(place(&hay, &needle), hay.find(&needle));
        }
    }

    #[test]
    fn sentences_end_at_stops_before_white_space() {
        let text = "Uses v1.2 of it. Keep 30 days! 保存する。次";
        let parts: Vec<&str> = split_sentences(text).into_iter().map(|r| text[r].trim()).collect();
        assert_eq!(parts, ["Uses v1.2 of it.", "Keep 30 days!", "保存する。", "次"]);
    }
}
