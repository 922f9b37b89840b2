//! Dates in figures, and the order in which all forms of dates are tried.
//!
//! `2026-03-01` and `1.3.2026` are clear. In `03/04/2026` day and month can be exchanged: the
//! earlier of the two dates counts, which is the stricter one for "reviewed on" and for "due by".

use super::calendar;
use super::scan::{is_short, trimmed};
use super::{NotA, Reading, Value};
use crate::words::{Words, is_word_char};
use chrono::{Datelike, NaiveDate, Weekday};
use std::ops::Range;

/// Up to so many words, a text without a date is blamed for it.
const LABEL: usize = 6;

/// A date, or a day that does not exist, and where it stands.
pub(super) struct Dated {
    pub(super) date: Option<NaiveDate>,
    pub(super) range: Range<usize>,
}

pub(super) fn read(text: &str, words: &Words) -> Reading {
    let mut impossible = None;
    for dated in dates(text, words) {
        match dated.date {
            Some(date) => return Reading::found(Value::Date(date), dated.range),
            None => impossible = impossible.or(Some(dated.range)),
        }
    }
    match impossible {
        Some(range) => Reading::wrong(NotA::ImpossibleDate, range),
        None if is_short(text, LABEL) => Reading::wrong(NotA::NotADate, trimmed(text)),
        None => Reading::Absent,
    }
}

/// All dates of `text`, in order.
pub(super) fn dates(text: &str, words: &Words) -> Vec<Dated> {
    let mut found = figures(text);
    found.extend(parts_of_years(text));
    found.extend(calendar::month_names(text, words));
    found.extend(calendar::cjk(text, words));
    found.sort_by_key(|dated| (dated.range.start, std::cmp::Reverse(dated.range.end)));
    let mut free = 0;
    found.retain(|dated| {
        let keep = dated.range.start >= free;
        if keep {
            free = dated.range.end;
        }
        keep
    });
    found
}

/// Years that documents of today can mean.
pub(super) fn is_year(year: u32) -> bool {
    (1990..=2099).contains(&year)
}

pub(super) fn day(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// A run of digits with `-`, `.` or `/` between them.
struct Run<'t> {
    fields: Vec<&'t str>,
    mark: char,
    range: Range<usize>,
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len()
            && (bytes[at].is_ascii_digit()
                || matches!(bytes[at], b'-' | b'.' | b'/')
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit))
        {
            at += 1;
        }
        let before = text[..start].chars().next_back();
        let behind = text[at..].chars().next();
        let glued = before.is_some_and(|c| is_word_char(c) || matches!(c, '_' | '.' | '/' | '$' | '='))
            || behind.is_some_and(|c| (is_word_char(c) && c != 'T' && c != 't') || matches!(c, '_' | '%'));
        let run = &text[start..at];
        if let Some(mark) = run.chars().find(|c| !c.is_ascii_digit())
            && !glued
            && run.len() <= 10
        {
            let fields: Vec<&str> = run.split(mark).collect();
            if fields.iter().all(|field| field.bytes().all(|b| b.is_ascii_digit())) {
                found.push(Run { fields, mark, range: start..at });
            }
        }
    }
    found
}

fn figures(text: &str) -> Vec<Dated> {
    let mut found: Vec<Dated> = runs(text)
        .into_iter()
        .filter_map(|run| Some(Dated { date: run_date(&run)?, range: run.range }))
        .collect();
    let whole = trimmed(text);
    if let Some(date) = compact(&text[whole.clone()]) {
        found.push(Dated { date: Some(date), range: whole });
    }
    found
}

/// `Some(None)` is the shape of a date with a day that does not exist.
fn run_date(run: &Run<'_>) -> Option<Option<NaiveDate>> {
    let numbers: Vec<u32> = run.fields.iter().map(|field| field.parse().ok()).collect::<Option<_>>()?;
    let lengths: Vec<usize> = run.fields.iter().map(|field| field.len()).collect();
    match (numbers.as_slice(), lengths.as_slice()) {
        ([y, m, d], [4, 1 | 2, 1 | 2]) if is_year(*y) => Some(day(*y, *m, *d)),
        ([a, b, y], [1 | 2, 1 | 2, 4]) if is_year(*y) => Some(exchangeable(*a, *b, *y, run.mark)),
        ([a, b, y], [2, 2, 2]) if run.mark != '-' && *y >= 10 => {
            exchangeable(*a, *b, 2000 + y, run.mark).map(Some)
        }
        ([y, m], [4, 2]) if is_year(*y) && (run.mark != '.' || *m <= 12) => Some(day(*y, *m, 1)),
        ([m, y], [1 | 2, 4]) if is_year(*y) => day(*y, *m, 1).map(Some),
        _ => None,
    }
}

/// With dots and hyphens the day stands first; with slashes either may.
fn exchangeable(first: u32, second: u32, year: u32, mark: char) -> Option<NaiveDate> {
    let day_first = day(year, second, first);
    if mark != '/' {
        return day_first;
    }
    let month_first = day(year, first, second);
    match (day_first, month_first) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// `20260301`, only when nothing else is there.
fn compact(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year = text[..4].parse().ok().filter(|year| is_year(*year))?;
    day(year, text[4..6].parse().ok()?, text[6..].parse().ok()?)
}

/// `Q3 2026`, `2026-Q3`, `Q3/2026`, `H1 2026`, `2026-W09`.
fn parts_of_years(text: &str) -> Vec<Dated> {
    let mut found = Vec::new();
    for (at, letter) in text.char_indices() {
        let (letter, limit) = match letter {
            'Q' | 'q' | 'T' => ('Q', 4),
            'H' | 'S' => ('H', 2),
            'W' => ('W', 53),
            _ => continue,
        };
        if text[..at].ends_with(is_word_char) {
            continue;
        }
        let rest = &text[at + 1..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let sized = if letter == 'W' { 1..=2 } else { 1..=1 };
        let number: Option<u32> = rest[..digits].parse().ok();
        let Some(number) = number.filter(|n| sized.contains(&digits) && (1..=limit).contains(n)) else {
            continue;
        };
        let end = at + 1 + digits;
        if text[end..].starts_with(is_word_char) {
            continue;
        }
        if let Some((year, range)) = year_beside(text, at..end)
            && let Some(date) = part(letter, number, year)
        {
            found.push(Dated { date: Some(date), range });
        }
    }
    found
}

fn part(letter: char, number: u32, year: u32) -> Option<NaiveDate> {
    match letter {
        'Q' => day(year, number * 3 - 2, 1),
        'H' => day(year, number * 6 - 5, 1),
        _ => NaiveDate::from_isoywd_opt(i32::try_from(year).ok()?, number, Weekday::Mon)
            .filter(|date| date.iso_week().week() == number),
    }
}

/// The year right behind or before a range, with one mark between them.
fn year_beside(text: &str, range: Range<usize>) -> Option<(u32, Range<usize>)> {
    let joint = |c: char| matches!(c, ' ' | '/' | '-' | '.' | '\u{a0}');
    let four = |text: &str| text.parse().ok().filter(|year| text.len() == 4 && is_year(*year));
    let rest = text[range.end..].trim_start_matches(joint);
    let start = text.len() - rest.len();
    if start > range.end
        && rest.is_char_boundary(4)
        && !rest.get(4..).is_some_and(|more| more.starts_with(is_word_char))
        && let Some(year) = rest.get(..4).and_then(four)
    {
        return Some((year, range.start..start + 4));
    }
    let front = text[..range.start].trim_end_matches(joint);
    let from = front.len().checked_sub(4).filter(|from| front.is_char_boundary(*from))?;
    let year = four(&front[from..])
        .filter(|_| !front[..from].ends_with(is_word_char) && front.len() < range.start)?;
    Some((year, from..range.end))
}
