//! Cron expressions.

use super::scan::{is_short, tokens, trimmed};
use super::{NotA, Reading, Value};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use croner::parser::{CronParser, Seconds, Year};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Firing days looked at for the largest gap; a year of a daily schedule and more.
const FIRING_DAYS: usize = 500;

/// Firing days of a schedule that knows no months: more than two weeks of them.
const WEEKLY_DAYS: usize = 15;

/// Years looked at, so that a 29 February is met twice.
const YEARS: u64 = 9;

/// Firings looked at within one day: every minute.
const WITHIN_DAY: usize = 1440;

/// The gaps of so many expressions are kept.
const KEPT: usize = 256;

/// Up to so many words, a text without an expression is blamed for it.
const LABEL: usize = 6;

pub(super) fn read(text: &str) -> Reading {
    match expression(text) {
        Some((cron, range)) => match cron_max_gap_days(&cron) {
            Ok(_) => Reading::found(Value::Cron(cron), range),
            Err(_) => Reading::wrong(NotA::BrokenCron, range),
        },
        None if is_short(text, LABEL) => Reading::wrong(NotA::Other, trimmed(text)),
        None => Reading::Absent,
    }
}

/// The first cron expression of `text` and its range; it may still be one that never fires.
pub(super) fn expression(text: &str) -> Option<(String, Range<usize>)> {
    let fields: Vec<Range<usize>> = tokens(text).take(4000).collect();
    let inner = |range: &Range<usize>| text[range.clone()].trim_matches(['"', '\'', '`', '(', ')', ',', ';']);
    let alone = is_short(text, 6);
    for (at, range) in fields.iter().enumerate() {
        let field = inner(range);
        if is_nickname(field) {
            let start = range.start + text[range.clone()].find('@').unwrap_or(0);
            return Some((field.to_string(), start..start + field.len()));
        }
        // AWS: `cron(0 3 ? * MON *)` has a sixth field, the year.
        let wrapped = text[range.clone()].strip_prefix("cron(").map(|field| field.trim_matches(['"', '\'']));
        let head = wrapped.unwrap_or(field);
        if !is_field(head) {
            continue;
        }
        let run = fields[at + 1..].iter().take(5).take_while(|range| is_field(inner(range))).count() + 1;
        let starred = fields[at..at + run].iter().any(|range| text[range.clone()].contains(['*', '?']));
        if run < 5 || !(starred || alone) {
            continue;
        }
        let five = if run == 6 && wrapped.is_none() && alone { 6 } else { 5 };
        let list: Vec<&str> =
            std::iter::once(head).chain(fields[at + 1..at + five].iter().map(inner)).collect();
        let (first, last) = (range, &fields[at + five - 1]);
        let start = first.start + text[first.clone()].find(head).unwrap_or(0);
        let tail = inner(last);
        let end = last.start + text[last.clone()].find(tail).unwrap_or(0) + tail.len();
        return (start < end).then(|| (list.join(" "), start..end));
    }
    None
}

fn is_nickname(field: &str) -> bool {
    matches!(field, "@hourly" | "@daily" | "@midnight" | "@weekly" | "@monthly" | "@yearly" | "@annually")
}

/// Digits, `* / , - ? L W #`, and the English abbreviations of days and months, which are part of
/// the format.
fn is_field(field: &str) -> bool {
    const NAMES: [&str; 19] = [
        "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
        "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    !field.is_empty()
        && field.len() <= 64
        && field.split([',', '-', '/', '#']).all(|part| {
            matches!(part, "*" | "?" | "L" | "W" | "LW")
                || !part.is_empty() && part.trim_end_matches(['L', 'W']).bytes().all(|b| b.is_ascii_digit())
                || NAMES.contains(&part.to_ascii_uppercase().as_str())
        })
}

/// The largest gap in days between two firings of a cron expression (five fields, or six with
/// seconds first, or `@daily` and its like), in UTC. Looks at up to nine years and 500 firing days.
///
/// # Errors
/// A sentence, when the expression is not valid or never fires.
pub fn cron_max_gap_days(expr: &str) -> Result<f64, String> {
    // Many models share few schedules.
    static KNOWN: Mutex<BTreeMap<String, Result<f64, String>>> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(gap) = known().get(expr) {
        return gap.clone();
    }
    let gap = max_gap_days(expr);
    let mut known = known();
    if known.len() < KEPT {
        known.insert(expr.to_string(), gap.clone());
    }
    gap
}

fn max_gap_days(expr: &str) -> Result<f64, String> {
    let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
    let cron = parser.parse(expr.trim()).map_err(|error| format!("no valid cron expression: {error}"))?;
    let never = || "the schedule never fires".to_string();
    let start = NaiveDate::from_ymd_opt(2024, 1, 1).ok_or_else(never)?;
    let midnight = |date: NaiveDate| Utc.from_utc_datetime(&date.and_time(NaiveTime::MIN));
    let stop = midnight(start.checked_add_days(Days::new(YEARS * 366)).ok_or_else(never)?);
    let next = |from: DateTime<Utc>| cron.find_next_occurrence(&from, true).ok().filter(|at| *at < stop);
    let first = next(midnight(start)).ok_or_else(never)?;
    let end_of = |date: NaiveDate| date.checked_add_days(Days::new(1)).map(midnight);

    // Hours and minutes do not depend on the day, so one day shows all gaps within a day.
    let (mut last, mut gap) = (first, 0.0_f64);
    let limit = end_of(first.date_naive()).ok_or_else(never)?;
    for at in cron.iter_after(first).take(WITHIN_DAY).take_while(|at| *at < limit) {
        gap = gap.max(days(at - last));
        last = at;
    }
    let busy = last - first;
    let mut day = first;
    for _ in 0..if is_weekly(expr) { WEEKLY_DAYS } else { FIRING_DAYS } {
        let Some(following) = end_of(day.date_naive()).and_then(next) else { break };
        gap = gap.max(days(following - (day + busy)));
        day = following;
    }
    if day == first { Err("the schedule fires only once in nine years".to_string()) } else { Ok(gap) }
}

/// True when each week is like the one before.
fn is_weekly(expr: &str) -> bool {
    let fields: Vec<&str> = expr.split_whitespace().collect();
    let [.., day, month, weekday] = fields[..] else { return false };
    let any = |field: &str| matches!(field, "*" | "?");
    fields.len() >= 5 && any(day) && any(month) && !weekday.contains(['#', 'L', 'l'])
}

#[expect(clippy::cast_precision_loss, reason = "nine years in seconds are exact in a double")]
fn days(span: chrono::TimeDelta) -> f64 {
    span.num_seconds() as f64 / 86_400.0
}
