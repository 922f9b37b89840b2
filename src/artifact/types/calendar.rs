//! Dates with the name of a month, and Chinese, Japanese and Korean dates.

use super::date::{Dated, day, is_year};
use crate::text::Folded;
use crate::words::{Words, is_word_char};
use std::ops::Range;

/// Lists of the names of the twelve months.
const MONTHS: [&str; 12] = [
    "month_1", "month_2", "month_3", "month_4", "month_5", "month_6", "month_7", "month_8", "month_9",
    "month_10", "month_11", "month_12",
];

/// What may follow the digits of a day: 1st, 2nd, 1er, 1º, 3.
const DAY_ENDINGS: [&str; 12] = ["st", "nd", "rd", "th", "er", "º", "ª", "°", ".", ",", "-го", "-е"];

/// Dates such as `22 November 2026`, `Nov 22nd, 2026`, `22 de novembro de 2026`, `November 2026`.
pub(super) fn month_names(text: &str, words: &Words) -> Vec<Dated> {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let folded = Folded::new(text);
    let mut found = Vec::new();
    for (month, list) in (1..).zip(MONTHS) {
        let Some(list) = words.list(list) else { continue };
        found.extend(
            list.find_all(&folded).into_iter().filter_map(|name| around(text, name.range, month, words)),
        );
    }
    found
}

fn around(text: &str, name: Range<usize>, month: u32, words: &Words) -> Option<Dated> {
    let behind = skip(text, name.end, words);
    let (number, digits, end) = figure(text, behind)?;
    let before = day_before(text, name.start, words);
    if digits == 4 && is_year(number) {
        return Some(match before {
            Some((date, start)) => Dated { date: day(number, month, date), range: start..end },
            None => Dated { date: day(number, month, 1), range: name.start..end },
        });
    }
    // Month first: `March 3, 2026`.
    let (year, year_digits, year_end) = figure(text, skip(text, ending(text, end), words))?;
    (digits <= 2 && year_digits == 4 && is_year(year))
        .then(|| Dated { date: day(year, month, number), range: name.start..year_end })
}

/// Digits at `at`: value, count, end.
fn figure(text: &str, at: usize) -> Option<(u32, usize, usize)> {
    let rest = text.get(at..)?;
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let value = rest.get(..digits).filter(|_| (1..=4).contains(&digits))?.parse().ok()?;
    let end = at + digits;
    let glued = text[end..].starts_with(is_word_char) && ending(text, end) == end;
    (!glued).then_some((value, digits, end))
}

/// Behind a day's ending.
fn ending(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    DAY_ENDINGS.iter().find_map(|ending| rest.strip_prefix(ending)).map_or(at, |rest| text.len() - rest.len())
}

/// Behind dots, commas, spaces, hyphens and at most two joining words (`de`, `of`).
fn skip(text: &str, at: usize, words: &Words) -> usize {
    let mut at = at;
    for _ in 0..3 {
        let rest = &text[at..];
        let body = rest.trim_start_matches([' ', '.', ',', '-', '\u{a0}', '/', '\'', '’']);
        at = text.len() - body.len();
        let end = body.find(|c| !is_word_char(c)).unwrap_or(body.len());
        if end == 0 || end > 16 || !words.holds("date_joiners", &body[..end].to_lowercase()) {
            break;
        }
        at += end;
    }
    at
}

/// The day of the month before the month's name: its number and where it starts.
fn day_before(text: &str, at: usize, words: &Words) -> Option<(u32, usize)> {
    let mut front = &text[..at];
    for _ in 0..3 {
        front = front.trim_end_matches([' ', ',', '-', '\u{a0}', '/']);
        let start = front
            .rfind(|c| !is_word_char(c))
            .map_or(0, |gap| gap + front[gap..].chars().next().map_or(1, char::len_utf8));
        let word = &front[start..];
        if word.is_empty() || word.len() > 16 || !words.holds("date_joiners", &word.to_lowercase()) {
            break;
        }
        front = &front[..start];
    }
    let front = DAY_ENDINGS.iter().find_map(|ending| front.strip_suffix(ending)).unwrap_or(front);
    let digits = front.len() - front.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let start = front.len() - digits;
    let free = !front[..start].ends_with(|c: char| is_word_char(c) || matches!(c, '.' | ':' | '-' | '/'));
    let number = front[start..].parse().ok().filter(|_| (1..=2).contains(&digits) && free)?;
    Some((number, start))
}

/// `2026年3月1日`, `2026 年 3 月`, `2026년 3월 1일`.
pub(super) fn cjk(text: &str, words: &Words) -> Vec<Dated> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit()).map(|next| at + next) {
        let (dated, end) = cjk_at(text, start, words);
        found.extend(dated);
        at = end;
    }
    found
}

/// The date at `start`, and where to look on.
fn cjk_at(text: &str, start: usize, words: &Words) -> (Option<Dated>, usize) {
    let digits = text.len() - start - text[start..].trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let on = start + digits;
    let field = |at: usize, list: &str| -> Option<(u32, usize)> {
        let rest = text[at..].trim_start_matches(' ');
        let from = text.len() - rest.len();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let value = rest.get(..digits).filter(|_| (1..=4).contains(&digits))?.parse().ok()?;
        let sign = text[from + digits..].trim_start_matches(' ');
        let first = sign.chars().next()?;
        let end = text.len() - sign.len() + first.len_utf8();
        words.holds(list, &sign[..first.len_utf8()]).then_some((value, end))
    };
    let Some((year, after)) = field(start, "cjk_year").filter(|(year, _)| is_year(*year)) else {
        return (None, on);
    };
    let Some((month, after)) = field(after, "cjk_month") else { return (None, on) };
    let (date, end) = match field(after, "cjk_day") {
        Some((number, end)) => (day(year, month, number), end),
        None => (day(year, month, 1), after),
    };
    (Some(Dated { date, range: start..end }), end)
}
