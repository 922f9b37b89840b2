//! One term: how it is written and how it is verified at a place of a folded text.

use std::borrow::Cow;

use crate::text::is_word_char;

/// How many words a `*` that stands alone may skip.
pub const MAX_GAP: usize = 4;

/// Gaps in one term; more would let a hostile text make matching slow.
const MAX_GAPS: usize = 2;

/// A skipped word longer than this ends the search: it is no word.
const MAX_SKIPPED: usize = 64;

/// A run of literal text, and what may follow it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Segment {
    literal: Cow<'static, str>,
    tail: bool,
    gap_before: bool,
}

/// A term of words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Term {
    first: Segment,
    /// Nearly all terms have none.
    more: Vec<Segment>,
    /// Only the whole text will do.
    pub(super) whole: bool,
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_' | '/' | '\u{2010}' | '\u{2011}')
}

/// Checks how `written` is put together without folding it. Whatever passes is read by
/// [`Term::read_folded`].
pub(super) fn check(written: &str) -> Result<(), String> {
    let body = written.strip_prefix('=').unwrap_or(written);
    if !body.contains(['*', '＊', '﹡']) && body.contains(char::is_alphanumeric) {
        return Ok(());
    }
    let words: Vec<&str> = body.split(is_separator).filter(|word| !word.is_empty()).collect();
    if words.iter().all(|word| word.chars().all(|c| c == '*')) {
        return Err("a term needs at least one word".to_string());
    }
    if body.contains(['＊', '﹡']) {
        return Err("write `*` as the plain asterisk".to_string());
    }
    for word in &words {
        let stem = word.strip_suffix('*').unwrap_or(word);
        if stem.contains('*') {
            return Err("`*` stands at the end of a word, or alone between words".to_string());
        }
    }
    if words.first() == Some(&"*") || words.last() == Some(&"*") {
        return Err("`*` alone stands between words, not at the start or the end".to_string());
    }
    if words.iter().filter(|word| **word == "*").count() > MAX_GAPS {
        return Err(format!("a term has at most {MAX_GAPS} `*` that stand alone"));
    }
    Ok(())
}

impl Term {
    /// Reads a term that [`check`] has passed and that was folded then, without its `=`; `None` for
    /// what it would have refused.
    pub(super) fn read_folded(whole: bool, folded: Cow<'static, str>) -> Option<Term> {
        let stem = folded.strip_suffix('*').unwrap_or(&folded);
        if !stem.contains('*') && !stem.ends_with(' ') || stem.len() == folded.len() && !stem.contains('*') {
            // One run of words, between which folding leaves single spaces.
            let (stem, tail) = (stem.len(), stem.len() < folded.len());
            let literal = match folded {
                Cow::Borrowed(folded) => Cow::Borrowed(folded[..stem].trim_matches(' ')),
                Cow::Owned(folded) => Cow::Owned(folded[..stem].trim_matches(' ').to_string()),
            };
            let first = Segment { literal, tail, gap_before: false };
            return (!first.literal.is_empty()).then(|| Term { first, more: Vec::new(), whole });
        }
        let mut segments: Vec<Segment> = Vec::new();
        let (mut open, mut gap) = (false, false);
        for word in folded.split(' ').filter(|word| !word.is_empty()) {
            if word == "*" {
                gap = true;
                continue;
            }
            let stem = word.strip_suffix('*').unwrap_or(word);
            let tail = stem.len() < word.len();
            match segments.last_mut() {
                Some(last) if open && !gap => {
                    last.literal.to_mut().push(' ');
                    last.literal.to_mut().push_str(stem);
                    last.tail = tail;
                }
                _ => segments.push(Segment { literal: Cow::Owned(stem.to_string()), tail, gap_before: gap }),
            }
            (open, gap) = (!tail, false);
        }
        let usable = segments.iter().all(|segment| !segment.literal.is_empty());
        let mut segments = segments.into_iter();
        let first = segments.next().filter(|_| usable)?;
        Some(Term { first, more: segments.collect(), whole })
    }

    fn segment(&self, index: usize) -> Option<&Segment> {
        match index.checked_sub(1) {
            None => Some(&self.first),
            Some(more) => self.more.get(more),
        }
    }

    /// The literal that every match starts with.
    pub(super) fn head(&self) -> &str {
        &self.first.literal
    }

    /// The text of a term that is nothing but one literal.
    pub(super) fn exact(&self) -> Option<&str> {
        (self.more.is_empty() && !self.first.tail).then_some(&*self.first.literal)
    }

    /// The stem of a term that is one word with an ending.
    pub(super) fn stem(&self) -> Option<&str> {
        (self.more.is_empty() && self.first.tail).then_some(&*self.first.literal)
    }

    /// True when a match may go on behind the head with any letters: `stem*`.
    pub(super) fn open(&self) -> bool {
        self.first.tail
    }

    /// Where the match that starts at `at` ends. `at` is the start of a word of `text`, or of a
    /// character that belongs to none.
    pub(super) fn end_at(&self, text: &str, at: usize) -> Option<usize> {
        self.segment_end(text, at, 0)
    }

    /// Depth is bounded by the number of segments, work by gaps: at most `(MAX_GAP + 1)^MAX_GAPS`.
    fn segment_end(&self, text: &str, at: usize, index: usize) -> Option<usize> {
        let segment = self.segment(index)?;
        let rest = text[at..].strip_prefix(&*segment.literal)?;
        let mut end = text.len() - rest.len();
        if segment.tail {
            end += rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        } else if segment.literal.ends_with(is_word_char) && rest.starts_with(is_word_char) {
            return None;
        }
        let Some(next) = self.segment(index + 1) else { return Some(end) };
        let mut from = end + text[end..].strip_prefix(' ').map(|_| 1)?;
        for _ in 0..=if next.gap_before { MAX_GAP } else { 0 } {
            if let Some(found) = self.segment_end(text, from, index + 1) {
                return Some(found);
            }
            let word = text.as_bytes()[from..].iter().take(MAX_SKIPPED).position(|byte| *byte == b' ')?;
            if text[from..from + word].ends_with(['.', ';', '!', '?', '。']) {
                return None;
            }
            from += word + 1;
        }
        None
    }
}
