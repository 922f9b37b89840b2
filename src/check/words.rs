//! Small pieces of sentences.

use chrono::NaiveDate;

/// "a", "a and b", "a, b and c".
pub(super) fn and<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => (*one).to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// "a", "a or b", "a, b or c".
pub(super) fn or<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [first @ .., last] if !first.is_empty() => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} or {}", first.join(", "), last.as_ref())
        }
        _ => and(items),
    }
}

/// "a runbook", "an owner file".
pub(super) fn a(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']);
    if vowel { format!("an {noun}") } else { format!("a {noun}") }
}

/// "1 commit", "3 commits".
pub(super) fn count(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// "today", "1 day ago", "in 12 days".
pub(super) fn distance(from: NaiveDate, to: NaiveDate) -> String {
    match (to - from).num_days() {
        0 => "today".to_string(),
        n if n > 0 => format!("in {}", count(n.unsigned_abs(), "day")),
        n => format!("{} ago", count(n.unsigned_abs(), "day")),
    }
}

/// "every 30 days", "weekly" as days for people: "30 days", "12 hours".
pub(super) fn interval(days: f64) -> String {
    if days < 1.0 {
        return count((days * 24.0).round().clamp(1.0, 24.0) as u64, "hour");
    }
    count(days.round() as u64, "day")
}

/// The date of a moment, in UTC.
pub(super) fn date(unix: i64) -> NaiveDate {
    // What no calendar holds is a lie about the far future, or the far past.
    let limit = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN);
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
    let within = unix.clamp(limit(first), limit(last));
    chrono::DateTime::from_timestamp(within, 0).map_or(last, |t| t.date_naive())
}
