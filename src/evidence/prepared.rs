//! A document made ready for many readers: keys, headings and sentences folded once.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::artifact::document::{Document, Unit};
use crate::diag::Span;
use crate::text::Folded;
use crate::words::TermList;

/// A sentence of a unit.
pub(super) struct Sentence {
    /// Index into the document's units.
    pub(super) unit: usize,
    /// Byte range in the unit's text.
    pub(super) range: Range<usize>,
    /// Folded text.
    pub(super) folded: Folded,
    /// True when it asks.
    pub(super) question: bool,
}

/// A document and what is computed from it at most once.
pub(super) struct Prepared<'d> {
    pub(super) document: &'d Document,
    pub(super) text: &'d str,
    /// Each with how many words it has.
    keys: Vec<(Folded, usize)>,
    headings: Vec<Folded>,
    title: Option<Folded>,
    sentences: OnceCell<Vec<Sentence>>,
    /// Whether units wait to be filled, by where their texts are.
    open: RefCell<HashMap<usize, bool>>,
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

    pub(super) fn new(document: &'d Document, text: &'d str) -> Prepared<'d> {
        let key = |key: &str| (Folded::new(key), key.split_whitespace().count());
        Prepared {
            document,
            text,
            keys: document.pairs.iter().map(|p| key(&p.key)).collect(),
            headings: document.headings.iter().map(|h| Folded::new(&h.key)).collect(),
            title: document.title.as_ref().map(|t| Folded::new(&t.text)),
            sentences: OnceCell::new(),
            open: RefCell::default(),
            aliases: None,
        }
    }

    pub(super) fn key(&self, pair: usize) -> &Folded {
        &self.keys[pair].0
    }

    /// How many words a key has.
    pub(super) fn key_words(&self, pair: usize) -> usize {
        self.keys[pair].1
    }

    pub(super) fn heading(&self, heading: usize) -> &Folded {
        &self.headings[heading]
    }

    pub(super) fn title(&self) -> Option<&Folded> {
        self.title.as_ref()
    }

    /// True when a heading above, or `heading` itself, matches.
    pub(super) fn within(&self, heading: Option<usize>, terms: &TermList) -> bool {
        let mut at = heading;
        while let Some(index) = at {
            if terms.is_match_folded(&self.headings[index]) {
                return true;
            }
            at = self.document.headings[index].parent;
        }
        false
    }

    /// Whether a unit of the document waits to be filled, as `judge` says the first time.
    pub(super) fn is_open(&self, unit: &Unit, judge: impl FnOnce() -> bool) -> bool {
        // The texts stay where they are as long as the document does. Empty ones share a place, and an answer.
        let place = unit.text.as_ptr() as usize;
        if let Some(known) = self.open.borrow().get(&place) {
            return *known;
        }
        let open = judge();
        self.open.borrow_mut().insert(place, open);
        open
    }

    pub(super) fn sentences(&self) -> &[Sentence] {
        self.sentences.get_or_init(|| {
            let mut out = Vec::with_capacity(self.document.units.len());
            for (index, unit) in self.document.units.iter().enumerate() {
                for range in split_sentences(&unit.text) {
                    let text = &unit.text[range.clone()];
                    let question = text.trim_end().ends_with(['?', '？']);
                    out.push(Sentence { unit: index, folded: Folded::new(text), range, question });
                }
            }
            out
        })
    }

    /// The place of `needle` inside `span`; the whole span when it does not stand there to the letter.
    pub(super) fn locate(&self, span: Span, needle: &str) -> Span {
        let needle = needle.trim();
        let Some(hay) = self.text.get(span.range()) else { return span };
        if needle.is_empty() {
            return span;
        }
        let first = || memchr::memmem::find(hay.as_bytes(), needle.as_bytes());
        if let Some(at) = if hay.starts_with(needle) { Some(0) } else { first() } {
            let start = span.start as usize + at;
            return Span::new(span.source, start..start + needle.len());
        }
        // The value runs over a line break or markup: point at its first line.
        let first = needle.split(['\n', '|', '*', '[', '`', '<']).next().unwrap_or(needle).trim();
        let words: String = first.chars().take(24).collect();
        let line_end = |from: usize| hay[from..].find('\n').map_or(hay.len(), |n| from + n);
        match (words.chars().count() >= 3).then(|| hay.find(words.trim())).flatten() {
            Some(at) => Span::new(span.source, span.start as usize + at..span.start as usize + line_end(at)),
            None => first_line(span, hay),
        }
    }

    /// The first line of a unit that is not blank.
    pub(super) fn line_of(&self, unit: &Unit) -> Span {
        self.text.get(unit.span.range()).map_or(unit.span, |hay| first_line(unit.span, hay))
    }
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
    use super::split_sentences;

    #[test]
    fn sentences_end_at_stops_before_white_space() {
        let text = "Uses v1.2 of it. Keep 30 days! 保存する。次";
        let parts: Vec<&str> = split_sentences(text).into_iter().map(|r| text[r].trim()).collect();
        assert_eq!(parts, ["Uses v1.2 of it.", "Keep 30 days!", "保存する。", "次"]);
    }
}
