//! How often: intervals in words and figures.

use super::duration::{self, without};
use super::scan::{MONTH, QUARTER, YEAR, count_at, digits_at, is_short, numbers, span, trimmed, unit_at};
use super::{NotA, Reading, Value, cron};
use crate::text::Folded;
use crate::words::Words;
use std::ops::Range;

/// Words that are an interval by themselves: their list and the longest such interval in days.
const NAMED: [(&str, f64); 10] = [
    ("cadence_continuous", 0.0),
    ("cadence_hourly", 1.0 / 24.0),
    ("cadence_daily", 1.0),
    ("cadence_weekly", 7.0),
    ("cadence_biweekly", 14.0),
    ("cadence_monthly", MONTH),
    ("cadence_bimonthly", 2.0 * MONTH),
    ("cadence_quarterly", QUARTER),
    ("cadence_semiannual", 2.0 * QUARTER),
    ("cadence_yearly", YEAR),
];

/// "Twice" and its like: their list and count.
const TIMES: [(&str, f64); 4] = [("times_1", 1.0), ("times_2", 2.0), ("times_3", 3.0), ("times_4", 4.0)];

/// Phrases of one kind looked at in one text.
const MATCHES: usize = 200;

type Interval = (f64, Range<usize>);

/// A cron expression, or an interval in days. Where several are named, the first counts; where two
/// start at the same place, the longer phrase.
pub(super) fn read(text: &str, words: &Words) -> Reading {
    if let Some((expression, range)) = cron::expression(text) {
        return match cron::cron_max_gap_days(&expression) {
            Ok(_) => Reading::found(Value::Cron(expression), range),
            Err(_) => Reading::wrong(NotA::BrokenCron, range),
        };
    }
    let folded = Folded::new(text);
    let found = [
        named(&folded, words),
        every(text, &folded, words),
        per(text, &folded, words),
        after(text, words),
        whole(text, words),
    ];
    let best =
        found.into_iter().flatten().min_by_key(|(_, range)| (range.start, std::cmp::Reverse(range.end)));
    match best {
        Some((days, range)) => Reading::found(Value::Days(days), range),
        None => without(text, words),
    }
}

fn named(folded: &Folded, words: &Words) -> Option<Interval> {
    NAMED
        .iter()
        .chain(&[("cadence_biennial", 2.0 * YEAR)])
        .filter_map(|(list, days)| Some((*days, words.list(list)?.find(folded)?.range)))
        .min_by_key(|(_, range)| (range.start, std::cmp::Reverse(range.end)))
}

/// A count, if any, and a unit: "2 weeks", "two weeks", "other week", "week".
fn counted(text: &str, at: usize, words: &Words) -> Option<(f64, usize)> {
    let other = |at: usize| {
        let rest = text[at..].trim_start_matches(' ');
        let start = text.len() - rest.len();
        let end = rest.bytes().take(32).position(|byte| byte == b' ')?;
        words.holds("other_words", &rest[..end].to_lowercase()).then_some((2.0, start + end))
    };
    let count = digits_at(text, at).or_else(|| other(at)).or_else(|| count_at(text, at, words));
    if let Some((count, end)) = count
        && let Some((days, end)) = unit_at(text, end, words)
        && count > 0.0
    {
        return Some((span(count, days), end));
    }
    unit_at(text, at, words).map(|(days, end)| (span(1.0, days), end))
}

/// "every 2 weeks", "alle drei Monate", "每3个月".
fn every(text: &str, folded: &Folded, words: &Words) -> Option<Interval> {
    words.list("every_words")?.find_all(folded).into_iter().take(MATCHES).find_map(|found| {
        let (days, end) = counted(text, found.range.end, words)?;
        Some((days, found.range.start..end))
    })
}

/// "once per quarter", "2x im Jahr", "twice a year", "per week".
fn per(text: &str, folded: &Folded, words: &Words) -> Option<Interval> {
    let times: Vec<(f64, Range<usize>)> = TIMES
        .iter()
        .flat_map(|(list, count)| {
            let found = words.list(list).map(|list| list.find_all(folded)).unwrap_or_default();
            found.into_iter().map(|found| (*count, found.range))
        })
        .collect();
    words.list("per_words")?.find_all(folded).into_iter().take(MATCHES).find_map(|found| {
        let (days, end) = counted(text, found.range.end, words)?;
        if let Some((count, start)) = times_before(text, &times, found.range.start, words) {
            return Some((days / count, start..end));
        }
        let front = text[..found.range.start].trim();
        let spelled = text[found.range.clone()].chars().count() >= 3 || front.is_empty();
        let plain = spelled && is_short(front, 4) && !front.contains(|c: char| c.is_ascii_digit());
        plain.then_some((days, found.range.start..end))
    })
}

/// The count that ends right before `at`, and where it starts; of two, the larger.
fn times_before(text: &str, times: &[(f64, Range<usize>)], at: usize, words: &Words) -> Option<(f64, usize)> {
    let end = text[..at].trim_end().len();
    if let Some((count, range)) = times.iter().rev().find(|(_, range)| range.end == end) {
        return Some((*count, range.start));
    }
    let near = text[..end].char_indices().rev().nth(40).map_or(0, |(near, _)| near);
    let number = numbers(&text[near..end]).last().filter(|number| number.value > 0.0)?;
    let word = text[near + number.range.end..end].trim().to_lowercase();
    words.holds("times_words", &word).then_some((number.value, near + number.range.start))
}

/// "3か月ごと", "2주마다": a span with "every" behind it.
fn after(text: &str, words: &Words) -> Option<Interval> {
    let list = words.list("every_after")?;
    let (days, range) = duration::first(text, words)?;
    let rest = text[range.end..].trim_start();
    let term = list.terms().find(|term| rest.starts_with(*term))?;
    Some((days, range.start..text.len() - rest.len() + term.len()))
}

/// Nothing but a span: `90 days` as the value of a cadence, also as `rate(7 days)`.
fn whole(text: &str, words: &Words) -> Option<Interval> {
    let range = trimmed(text);
    let core = &text[range.clone()];
    let inner = core.strip_prefix("rate(").map_or(core, |rest| rest.trim_end_matches(')'));
    let inner = inner.trim_end_matches(['.', ',', ';']);
    let start =
        range.start + if inner.len() < core.len() && core.starts_with("rate(") { "rate(".len() } else { 0 };
    let (days, found) = duration::first(inner, words)?;
    (found == (0..inner.len()) && days > 0.0).then(|| (days, start..start + inner.len()))
}
