//! Spans of time.

use super::scan::{count_at, digits_at, is_short, numbers, span, tokens, trimmed, unit_at};
use super::{NotA, Reading, Value};
use crate::text::Folded;
use crate::words::Words;
use std::ops::Range;

/// Up to so many words, a text without a span is blamed for it.
const LABEL: usize = 6;

pub(super) fn read(text: &str, words: &Words) -> Reading {
    if let Some((days, range)) = first(text, words) {
        return Reading::found(Value::Days(days), range);
    }
    without(text, words)
}

/// A span, or "at once" (no days), or "the same day" (one).
pub(super) fn read_clock(text: &str, words: &Words) -> Reading {
    if let Some((days, range)) = first(text, words) {
        return Reading::found(Value::Days(days), range);
    }
    let folded = Folded::new(text);
    for (list, days) in [("at_once", 0.0), ("within_a_day", 1.0)] {
        if let Some(found) = words.list(list).and_then(|list| list.find(&folded)) {
            return Reading::found(Value::Days(days), found.range);
        }
    }
    without(text, words)
}

/// What a text without a span is instead.
pub(super) fn without(text: &str, words: &Words) -> Reading {
    let range = trimmed(text);
    let body = &text[range.clone()];
    if numbers(body).next().is_some_and(|number| number.range == (0..body.len())) {
        return Reading::wrong(NotA::BareNumber, range);
    }
    if let Some(found) = words.list("vague_cadence").and_then(|list| list.find(&Folded::new(text))) {
        return Reading::wrong(NotA::Vague, found.range);
    }
    if is_short(text, LABEL) { Reading::wrong(NotA::Other, range) } else { Reading::Absent }
}

/// The first span of `text`: its longest length in days and its range.
pub(super) fn first(text: &str, words: &Words) -> Option<(f64, Range<usize>)> {
    let figure = numbers(text).filter(|number| !number.glued).find_map(|number| {
        let (days, end) = unit_at(text, number.range.end, words)?;
        Some((span(number.value, days), number.range.start..end))
    });
    [figure, iso(text), python(text, words), worded(text, words)]
        .into_iter()
        .flatten()
        .min_by_key(|(_, range)| range.start)
}

/// A number word before a unit: "two weeks". "A week" alone is no span but an article.
fn worded(text: &str, words: &Words) -> Option<(f64, Range<usize>)> {
    tokens(text).take(64).find_map(|token| {
        let (count, end) = count_at(text, token.start, words).filter(|(count, _)| *count > 1.0)?;
        let (days, end) = unit_at(text, end, words)?;
        Some((span(count, days), token.start..end))
    })
}

/// ISO 8601: `P30D`, `P1Y6M`, `PT15M`, `P2W`.
fn iso(text: &str) -> Option<(f64, Range<usize>)> {
    memchr::memchr(b'P', text.as_bytes())?;
    tokens(text).find_map(|token| {
        let word = &text[token.clone()];
        let inner = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let start = token.start + word.find(inner)?;
        Some((iso_days(inner)?, start..start + inner.len()))
    })
}

fn iso_days(word: &str) -> Option<f64> {
    let body = word.strip_prefix('P').filter(|body| !body.is_empty() && word.len() <= 32)?;
    let (mut days, mut time, mut digits) = (0.0, false, String::new());
    for c in body.chars() {
        if c.is_ascii_digit() || c == '.' {
            digits.push(c);
            continue;
        }
        if c == 'T' && digits.is_empty() && !time {
            time = true;
            continue;
        }
        let count: f64 = digits.parse().ok()?;
        digits.clear();
        days += match (c, time) {
            ('Y', false) => span(count, super::scan::YEAR),
            ('M', false) => span(count, super::scan::MONTH),
            ('W', false) => count * 7.0,
            ('D', false) => count,
            ('H', true) => count / 24.0,
            ('M', true) => count / 1440.0,
            ('S', true) => count / 86_400.0,
            _ => return None,
        };
    }
    (digits.is_empty() && days > 0.0).then_some(days)
}

/// `timedelta(days=7)`.
fn python(text: &str, words: &Words) -> Option<(f64, Range<usize>)> {
    memchr::memchr(b'(', text.as_bytes())?;
    let at = text.find("timedelta(")?;
    let inner = at + "timedelta(".len();
    let close = inner + text[inner..].find(')')?;
    let (unit, _) = text[inner..close].split_once('=')?;
    let value = inner + unit.len() + 1;
    let (count, _) = digits_at(text, value)?;
    let (days, _) = unit_at(unit.trim(), 0, words)?;
    Some((span(count, days), at..close + 1))
}
