//! Value types: what a text must be to count as a value of a fact. One file per concept.
//!
//! Knows no format and no artifact. Every human word comes from [`Words`]; only signs, shapes and
//! arithmetic are here. Called by the readers of facts, on labelled values and on units of prose.

mod cadence;
mod calendar;
mod command;
mod contact;
mod cron;
mod date;
mod duration;
mod kind;
mod latency;
mod mailbox;
mod name;
mod person;
mod placeholder;
mod prose;
mod quantity;
mod reference;
mod scan;
mod signature;
mod wrong;

pub use command::training_command;
pub use cron::cron_max_gap_days;
pub use kind::ValueType;
pub use latency::percentile;
pub use person::{lone_name, people};
pub use placeholder::{has_placeholder, is_placeholder};
pub use prose::is_question;
pub use wrong::NotA;

use crate::words::Words;
use chrono::NaiveDate;
use std::ops::Range;

/// What a text says when it is read as a value of one type.
#[derive(Clone, PartialEq, Debug)]
pub enum Reading {
    /// A value of the type.
    Found(Found),
    /// Empty, or a placeholder that waits to be filled.
    Unfilled,
    /// Something is there, and it is recognisably something else.
    Wrong(Wrong),
    /// Nothing that can be read as this type, nor as its usual mistakes.
    Absent,
}

/// A value and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// The value.
    pub value: Value,
    /// Bytes of the text that was read; on character boundaries, never empty.
    pub range: Range<usize>,
}

/// What stands where the value should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// What it is instead.
    pub what: NotA,
    /// Bytes of the text that was read; on character boundaries, never empty.
    pub range: Range<usize>,
}

/// A person; at least one of the three is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Person {
    /// The name, given name first: `LOVELACE, Ada` gives `Ada LOVELACE`.
    pub name: Option<String>,
    /// The address, as written.
    pub email: Option<String>,
    /// The account, without `@` or `user:`.
    pub handle: Option<String>,
}

/// On which side of the number the limit is crossed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparator {
    /// `>`, `≥`, "at least", "exceeds".
    Above,
    /// `<`, `≤`, "at most", "within".
    Below,
}

/// A value of a fact.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Text as it stands; of teams, commands, paths, addresses, decisions, prose.
    Text(String),
    /// A person. In a box, as most values are no people, and are kept by the ten thousand.
    Person(Box<Person>),
    /// A person's name beside a date.
    Signature(Box<Person>, NaiveDate),
    /// A date. A month, quarter or half-year is its first day; where day and month can be
    /// exchanged, the earlier date. Both are the stricter reading for "reviewed on" and "due by".
    Date(NaiveDate),
    /// A span, or the interval of a cadence, in days. Months, quarters and years count as their
    /// longest: 31, 92, 366.
    Days(f64),
    /// A cron expression, without its wrapper.
    Cron(String),
    /// A number; percentages as written (`99.5` for `99.5 %`).
    Number(f64),
    /// A share of one: `0.995` for `99.5 %`.
    Ratio(f64),
    /// A number and the side on which the limit is crossed, if that is said; percentages as written.
    Limit {
        /// The side.
        comparator: Option<Comparator>,
        /// The number.
        number: f64,
    },
    /// A time to answer, with the percentile it holds for.
    Latency {
        /// Milliseconds.
        millis: f64,
        /// `95.0` for p95.
        percentile: Option<f64>,
    },
}

impl Reading {
    fn found(value: Value, range: Range<usize>) -> Reading {
        Reading::Found(Found { value, range })
    }

    fn wrong(what: NotA, range: Range<usize>) -> Reading {
        Reading::Wrong(Wrong { what, range })
    }

    /// The value, if there is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Reading::Found(found) => Some(&found.value),
            _ => None,
        }
    }
}

/// Words of code that may be a placeholder; longer code holds `<name>` and `{{ x }}` with right.
const CODE_PLACEHOLDER: usize = 3;

/// Bytes of a text that are searched for a value other than prose or a command. No label, cell or
/// paragraph of an honest document is longer.
const LONGEST: usize = 1 << 14;

/// Reads `text` as a value of type `kind`. `text` is plain (markup removed); one labelled value, one
/// unit of prose, or a section's joined units.
pub fn read(kind: ValueType, text: &str, words: &Words) -> Reading {
    read_asking(kind, text, words, || is_placeholder(text, words))
}

/// As [`read`], where `waits` tells what [`is_placeholder`] says of the text.
pub fn read_asking(kind: ValueType, text: &str, words: &Words, waits: impl FnOnce() -> bool) -> Reading {
    let code = matches!(kind, ValueType::Command | ValueType::TrainingCommand | ValueType::Cron);
    if placeholder::is_angled(text) || (!code || scan::is_short(text, CODE_PLACEHOLDER)) && waits() {
        return Reading::Unfilled;
    }
    read_filled(kind, text, words)
}

/// As [`read`], of a text that [`is_placeholder`] was asked about, and is none.
pub fn read_filled(kind: ValueType, text: &str, words: &Words) -> Reading {
    let text = match kind {
        ValueType::Prose(_) | ValueType::Any | ValueType::Command | ValueType::TrainingCommand => text,
        _ => scan::up_to(text, LONGEST),
    };
    match kind {
        ValueType::Person => person::read(text, words),
        ValueType::Handle => mailbox::read_handle(text, words),
        ValueType::BareHandle => mailbox::read_bare_handle(text, words),
        ValueType::UserRef => mailbox::read_user_ref(text, words),
        ValueType::Team => mailbox::read_team(text, words),
        ValueType::Email => mailbox::read_email(text, words),
        ValueType::Reachable => contact::read_reachable(text, words),
        ValueType::Address => contact::read_address(text, words),
        ValueType::HardAddress => contact::read_hard_address(text, words),
        ValueType::Signature => signature::read(text, words),
        ValueType::Date => date::read(text, words),
        ValueType::Duration => duration::read(text, words),
        ValueType::Clock => duration::read_clock(text, words),
        ValueType::Cadence => cadence::read(text, words),
        ValueType::Cron => cron::read(text),
        ValueType::Threshold => quantity::read_threshold(text, words),
        ValueType::Limit => quantity::read_limit(text, words),
        ValueType::Number => quantity::read_number(text),
        ValueType::Ratio => quantity::read_ratio(text, words),
        ValueType::Amount => quantity::read_amount(text, words),
        ValueType::Latency => latency::read(text, words),
        ValueType::Decision => prose::read_decision(text, words),
        ValueType::Basis => prose::read_basis(text, words),
        ValueType::Command => command::read(text, words),
        ValueType::TrainingCommand => command::read_training(text, words),
        ValueType::Identifier => reference::read_identifier(text),
        ValueType::Url => reference::read_url(text, words),
        ValueType::Path => reference::read_path(text),
        ValueType::Version => reference::read_version(text),
        ValueType::Prose(least) => prose::read(text, least),
        ValueType::Any => Reading::found(Value::Text(text.trim().to_string()), scan::trimmed(text)),
    }
}

#[cfg(test)]
mod tests;
