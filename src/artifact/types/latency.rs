//! Times to answer, with their percentile.

use super::scan::{is_short, numbers, trimmed, unit_at};
use super::{NotA, Reading, Value, quantity};
use crate::words::{Words, is_word_char};

/// The longest time that is a latency: an hour and a half. A batch has a schedule, no latency.
const LONGEST_MILLIS: f64 = 5_400_000.0;

/// Up to so many words, a text without a time is blamed for it.
const LABEL: usize = 4;

pub(super) fn read(text: &str, words: &Words) -> Reading {
    let found = numbers(text).filter(|number| !number.glued).find_map(|number| {
        let (days, end) = unit_at(text, number.range.end, words)?;
        let millis = number.value * days * 86_400_000.0;
        let millis = (millis * 1e6).round() / 1e6;
        (millis <= LONGEST_MILLIS && days < 1.0 / 24.0).then_some((millis, number.range.start, end))
    });
    if let Some((millis, start, end)) = found {
        let mark = text[..start].trim_end_matches(['*', ' ', '=', '\u{a0}']);
        let sign = mark.chars().next_back().filter(|c| matches!(c, '<' | '≤' | '>' | '≥' | '~' | '≈'));
        let start = sign.map_or(start, |sign| mark.len() - sign.len_utf8());
        return Reading::found(Value::Latency { millis, percentile: percentile(text) }, start..end);
    }
    match quantity::bare(text.trim_start_matches(['<', '>', '≤', '≥', '=', ' '])) {
        Some(_) => Reading::wrong(NotA::BareNumber, trimmed(text)),
        None if is_short(text, LABEL) => Reading::wrong(NotA::Other, trimmed(text)),
        None => Reading::Absent,
    }
}

/// The first percentile: `p95`, `P99.9`, `95th percentile`, `95-й`.
pub fn percentile(text: &str) -> Option<f64> {
    let sound = |value: f64| (50.0..100.0).contains(&value);
    numbers(text).find_map(|number| {
        let front = &text[..number.range.start];
        let behind = &text[number.range.end..];
        let marked = front.strip_suffix(['p', 'P']).is_some_and(|rest| !rest.ends_with(is_word_char));
        let ordinal = ["th ", "th-", "e ", "º ", "-й ", ". Perz"].iter().any(|mark| behind.starts_with(mark));
        (marked || ordinal).then_some(number.value).filter(|value| sound(*value))
    })
}
