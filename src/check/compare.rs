//! Two values of facts, compared: whether they say the same, which of them is newer or larger, or that it
//! cannot be told.

use std::cmp::Ordering;

use super::fact;
use crate::artifact::types::{self, Person, Value, ValueType};

/// Numbers that differ by less than this share of the larger one are the same.
const TOLERANCE: f64 = 1e-9;
const MILLIS_PER_DAY: f64 = 86_400_000.0;

/// A value as it can be compared.
#[derive(Clone, Debug)]
pub(super) enum Measure {
    Person(Person),
    /// Days, and the percentile they hold for.
    Time(f64, Option<f64>),
    /// A number, and whether it is a share of one.
    Number(f64, bool),
    Date(chrono::NaiveDate),
    Version(Vec<u64>),
    /// Lower-case words with one space between them.
    Text(String),
    /// What the value means, by its place in the list of the claim.
    Kind(usize),
}

impl Measure {
    /// The measure of a value whose fact has this type; `None` for one that cannot be compared. `before` is what
    /// stands before it on its line, where the percentile of a latency may stand.
    pub(super) fn of(value: &Value, is: ValueType, text: &str, before: &str) -> Option<Measure> {
        Some(match value {
            Value::Person(person) | Value::Signature(person, _) => Measure::Person(Person::clone(person)),
            Value::Date(date) => Measure::Date(*date),
            Value::Days(days) => Measure::Time(*days, None),
            Value::Cron(cron) => Measure::Time(types::cron_max_gap_days(cron).ok()?, None),
            Value::Latency { millis, percentile } => {
                // Without one nobody can tell which requests are meant.
                let percentile = percentile.or_else(|| last_percentile(before))?;
                Measure::Time(millis / MILLIS_PER_DAY, Some(percentile))
            }
            Value::Number(number) | Value::Limit { number, .. } => Measure::Number(*number, false),
            Value::Ratio(share) => Measure::Number(*share, true),
            Value::Text(_) if is == ValueType::Version => Measure::Version(version(text)?),
            Value::Text(_) => {
                let words: Vec<&str> = text.split_whitespace().collect();
                Measure::Text(words.join(" ").to_lowercase())
            }
        })
    }

    /// How two values relate; `None` when they speak of different things.
    pub(super) fn order(&self, other: &Measure) -> Option<Ordering> {
        match (self, other) {
            (Measure::Person(a), Measure::Person(b)) if fact::same_person(a, b) => Some(Ordering::Equal),
            (Measure::Person(a), Measure::Person(b)) => {
                let both = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some();
                let known = both(&a.name, &b.name) || both(&a.email, &b.email) || both(&a.handle, &b.handle);
                known.then_some(Ordering::Less)
            }
            (Measure::Time(a, p), Measure::Time(b, q)) => (p == q).then(|| numbers(*a, *b)),
            (Measure::Number(a, p), Measure::Number(b, q)) => {
                // "99.5" beside "99.5 %".
                let share = |n: f64, is_share: bool| if !is_share && n > 1.0 { n / 100.0 } else { n };
                let (a, b) = if p == q { (*a, *b) } else { (share(*a, *p), share(*b, *q)) };
                Some(numbers(a, b))
            }
            (Measure::Date(a), Measure::Date(b)) => Some(a.cmp(b)),
            (Measure::Version(a), Measure::Version(b)) => Some(versions(a, b)),
            (Measure::Text(a), Measure::Text(b)) => Some(a.cmp(b)),
            (Measure::Kind(a), Measure::Kind(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

fn numbers(a: f64, b: f64) -> Ordering {
    if (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()) { Ordering::Equal } else { a.total_cmp(&b) }
}

/// The last percentile of a text.
fn last_percentile(text: &str) -> Option<f64> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '|' | ',' | '(' | ':'));
    words.rev().find_map(|word| types::percentile(&format!("{word} ")))
}

/// The numbers of `v1.4.0`, at least two of them. What is not in force yet, such as `1.5.0.dev1` and
/// `2.0.0-rc.1`, and a version that stands for none, `0.0.0`, cannot be compared.
fn version(text: &str) -> Option<Vec<u64>> {
    let body = text.trim().trim_start_matches(['v', 'V']);
    let body = body.split_once('+').map_or(body, |(body, _)| body);
    let numbers: Vec<u64> = body.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    (numbers.len() >= 2 && numbers.iter().any(|n| *n > 0)).then_some(numbers)
}

/// `1.4` is `1.4.0`.
pub(super) fn versions(a: &[u64], b: &[u64]) -> Ordering {
    let at = |of: &[u64], n: usize| of.get(n).copied().unwrap_or(0);
    (0..a.len().max(b.len())).map(|n| at(a, n).cmp(&at(b, n))).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(a: &str, b: &str) -> Option<Ordering> {
        let of = |text: &str| Measure::of(&Value::Text(text.to_string()), ValueType::Version, text, "");
        of(a)?.order(&of(b)?)
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert_eq!(ordered("v1.10.0", "1.9"), Some(Ordering::Greater));
        assert_eq!(ordered("1.4", "1.4.0"), Some(Ordering::Equal));
        assert_eq!(ordered("2026.10", "2026.11"), Some(Ordering::Less));
        assert_eq!(ordered("1.4.0+build7", "1.4.0"), Some(Ordering::Equal));
        for none in ["1.5.0.dev1", "2.0.0-rc.1", "0.0.0", "3f1a9c0e52d7", "7", "2026-10-20"] {
            assert_eq!(ordered(none, "1.4.0"), None, "{none}");
        }
    }

    #[test]
    fn times_are_compared_for_the_same_percentile_only() {
        let time = |millis, percentile| {
            Measure::of(&Value::Latency { millis, percentile }, ValueType::Latency, "", "| the p95 | ")
        };
        let order = |a: Option<Measure>, b: Option<Measure>| a.unwrap().order(&b.unwrap());
        assert_eq!(order(time(200.0, Some(95.0)), time(500.0, Some(95.0))), Some(Ordering::Less));
        assert_eq!(order(time(200.0, Some(95.0)), time(500.0, Some(99.0))), None);
        assert_eq!(order(time(200.0, Some(95.0)), time(500.0, None)), Some(Ordering::Less));
        let bare = Value::Latency { millis: 200.0, percentile: None };
        assert!(Measure::of(&bare, ValueType::Latency, "", "answers within ").is_none());
    }

    #[test]
    fn shares_and_percentages_are_the_same_number() {
        let same = |a: Measure, b: Measure| a.order(&b) == Some(Ordering::Equal);
        assert!(same(Measure::Number(0.995, true), Measure::Number(99.5, false)));
        assert!(same(Measure::Number(0.995, true), Measure::Number(0.995, false)));
        assert!(!same(Measure::Number(0.995, true), Measure::Number(99.9, false)));
    }

    #[test]
    fn people_without_anything_in_common_to_compare_cannot_be_told_apart() {
        let person = |name: Option<&str>, handle: Option<&str>| {
            let text = |t: Option<&str>| t.map(str::to_string);
            Measure::Person(Person { name: text(name), email: None, handle: text(handle) })
        };
        let ada = person(Some("Ada Lovelace"), None);
        assert_eq!(ada.order(&person(Some("ada lovelace"), None)), Some(Ordering::Equal));
        assert_eq!(ada.order(&person(None, Some("ada-lovelace"))), Some(Ordering::Equal));
        assert_eq!(ada.order(&person(None, Some("al42"))), None);
        assert_eq!(ada.order(&person(Some("Grace Hopper"), None)), Some(Ordering::Less));
    }
}
