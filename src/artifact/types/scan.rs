//! Small pieces of reading: ends, words, numbers, units. All ranges are bytes of the text given.

use crate::text::is_cjk;
use crate::words::{Family, Words, is_word_char};
use std::ops::Range;

/// The text without white space and markup at its ends; the whole range when nothing else is there.
pub(super) fn trimmed(text: &str) -> Range<usize> {
    let noise = |c: char| c.is_whitespace() || matches!(c, '*' | '`' | '"' | '“' | '”' | '|');
    let start = text.len() - text.trim_start_matches(noise).len();
    let end = text.trim_end_matches(noise).len();
    if start < end { start..end } else { 0..text.len() }
}

/// The first `most` bytes of `text` at the most, up to a character boundary.
pub(super) fn up_to(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// True when `text` has at most `most` words separated by white space.
pub(super) fn is_short(text: &str, most: usize) -> bool {
    // Each word but the last takes two bytes, and one of them parts it from the next.
    let parting = || text.bytes().filter(|byte| *byte <= b' ' || !byte.is_ascii()).count();
    text.len() <= 2 * most || parting() < most || text.split_whitespace().take(most + 1).count() <= most
}

/// Words separated by white space, with their ranges.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let base = text.as_ptr() as usize;
    text.split_whitespace().map(move |token| {
        let start = token.as_ptr() as usize - base;
        start..start + token.len()
    })
}

/// A number in a text.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Number {
    pub(super) value: f64,
    /// The digits with their separators; no sign, no unit.
    pub(super) range: Range<usize>,
    /// Written with a fraction.
    pub(super) fraction: bool,
    /// A letter, underscore or dot stands directly before: part of a name or version.
    pub(super) glued: bool,
}

/// The numbers of `text`. Groups of digits with more than one separator that is no thousands'
/// separator (versions, dates, addresses) are none.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = Number> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += bytes[at..].iter().position(u8::is_ascii_digit)?;
            let start = at;
            while at < bytes.len()
                && (bytes[at].is_ascii_digit()
                    || matches!(bytes[at], b'.' | b',') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit))
            {
                at += 1;
            }
            let before = text[..start].chars().next_back();
            let glued = before.is_some_and(|c| is_word_char(c) || matches!(c, '_' | '.'));
            if let Some((value, fraction)) = parse_number(&text[start..at]) {
                return Some(Number { value, range: start..at, fraction, glued });
            }
        }
    })
}

/// `1,5` and `1.5` have a fraction; `1,000` and `1.000,5` have thousands.
fn parse_number(text: &str) -> Option<(f64, bool)> {
    if text.len() > 24 {
        return None;
    }
    let last = text.rfind(['.', ',']);
    let Some(last) = last else { return text.parse().ok().map(|value| (value, false)) };
    let (whole, rest) = (&text[..last], &text[last + 1..]);
    let mark = text.as_bytes()[last];
    let groups: Vec<&str> = whole.split(['.', ',']).collect();
    let thousands = |groups: &[&str]| groups.iter().skip(1).all(|group| group.len() == 3);
    let only = groups.len() == 1;
    if rest.len() == 3 && mark == b',' && thousands(&groups) && whole != "0" && !whole.contains('.') {
        return format!("{}{rest}", groups.concat()).parse().ok().map(|value| (value, false));
    }
    let other = if mark == b',' { '.' } else { ',' };
    let grouped = thousands(&groups) && !whole.contains(char::from(mark)) && whole.contains(other);
    if only || grouped {
        return format!("{}.{rest}", groups.concat()).parse().ok().map(|value| (value, true));
    }
    None
}

/// Units of time by their list of words, with their longest length in days.
const UNITS: [(&str, f64); 10] = [
    ("unit_millisecond", 1.0 / 86_400_000.0),
    ("unit_second", 1.0 / 86_400.0),
    ("unit_minute", 1.0 / 1440.0),
    ("unit_hour", 1.0 / 24.0),
    ("unit_day", 1.0),
    ("unit_week", 7.0),
    ("unit_sprint", 14.0),
    ("unit_month", MONTH),
    ("unit_quarter", QUARTER),
    ("unit_year", YEAR),
];

pub(super) const MONTH: f64 = 31.0;
pub(super) const QUARTER: f64 = 92.0;
pub(super) const YEAR: f64 = 366.0;

/// `count` units of `days` each, in days: twelve months are a year, three a quarter, so that no span
/// is longer than the calendar can make it by more than a few days.
pub(super) fn span(count: f64, days: f64) -> f64 {
    if days != MONTH || count.fract() != 0.0 {
        return if days == QUARTER && count.fract() == 0.0 { span(count * 3.0, MONTH) } else { count * days };
    }
    let years = (count / 12.0).floor();
    let rest = count - years * 12.0;
    let quarters = (rest / 3.0).floor();
    years * YEAR + quarters * QUARTER + (rest - quarters * 3.0) * MONTH
}

/// The unit of time at the start of `text[at..]`, one space or hyphen allowed before it: its length
/// in days and where it ends.
pub(super) fn unit_at(text: &str, at: usize, words: &Words) -> Option<(f64, usize)> {
    let rest = &text[at..];
    let start = at + rest.len() - rest.trim_start_matches(' ').len();
    let start = start + usize::from(text[start..].starts_with('-'));
    let body = &text[start..];
    let first = body.chars().next()?;
    if is_cjk(first) {
        let ends: Vec<usize> = body
            .char_indices()
            .take(4)
            .take_while(|(_, c)| is_cjk(*c))
            .map(|(offset, c)| offset + c.len_utf8())
            .collect();
        return ends.into_iter().rev().find_map(|end| Some((unit(&body[..end], words)?, start + end)));
    }
    let mut ends = Vec::with_capacity(3);
    let mut from = 0;
    while ends.len() < 3 {
        let word = body[from..].find(|c| !is_word_char(c)).map_or(body.len(), |end| from + end);
        if word == from {
            break;
        }
        ends.push(word);
        if !body[word..].starts_with(' ') {
            break;
        }
        from = word + 1;
    }
    ends.into_iter().rev().find_map(|end| Some((unit(&body[..end], words)?, start + end)))
}

/// The length in days of a unit of time. A single capital `M` is no minute: it may be a million.
fn unit(word: &str, words: &Words) -> Option<f64> {
    if word == "M" || word.len() > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    words.which(Family::Units, &UNITS.map(|(list, _)| list), &lower).map(|at| UNITS[at].1)
}

/// Lists of number words that a count may be written with.
const COUNTS: [(&str, f64); 16] = [
    ("number_1", 1.0),
    ("number_2", 2.0),
    ("number_3", 3.0),
    ("number_4", 4.0),
    ("number_5", 5.0),
    ("number_6", 6.0),
    ("number_7", 7.0),
    ("number_8", 8.0),
    ("number_9", 9.0),
    ("number_10", 10.0),
    ("number_12", 12.0),
    ("number_14", 14.0),
    ("number_15", 15.0),
    ("number_24", 24.0),
    ("number_30", 30.0),
    ("number_90", 90.0),
];

/// The number word at the start of `text[at..]`, spaces allowed before it: its value and end.
pub(super) fn count_at(text: &str, at: usize, words: &Words) -> Option<(f64, usize)> {
    let rest = &text[at..];
    let start = at + rest.len() - rest.trim_start_matches(' ').len();
    let body = &text[start..];
    let first = body.chars().next()?;
    let end =
        if is_cjk(first) { first.len_utf8() } else { body.find(|c| !is_word_char(c)).unwrap_or(body.len()) };
    if end == 0 || end > 64 {
        return None;
    }
    let lower = body[..end].to_lowercase();
    let at = words.which(Family::Counts, &COUNTS.map(|(list, _)| list), &lower)?;
    Some((COUNTS[at].1, start + end))
}

/// A number in digits at the start of `text[at..]`, spaces allowed before it.
pub(super) fn digits_at(text: &str, at: usize) -> Option<(f64, usize)> {
    let rest = &text[at..];
    let start = at + rest.len() - rest.trim_start_matches(' ').len();
    let number = numbers(&text[start..]).next().filter(|number| number.range.start == 0)?;
    Some((number.value, start + number.range.end))
}
