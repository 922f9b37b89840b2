//! Signed lines: a person beside a date.

use super::date::dates;
use super::scan::{is_short, trimmed};
use super::{NotA, Reading, Value, person};
use crate::text::Folded;
use crate::words::Words;

/// Longer texts are no signed line.
const LONGEST: usize = 60;

/// Up to so many words, a text without a signature is blamed for it.
const LABEL: usize = 12;

/// The first person and the first date of a line; the range covers both.
pub(super) fn read(text: &str, words: &Words) -> Reading {
    if !is_short(text, LONGEST) {
        return Reading::Absent;
    }
    let dated = dates(text, words);
    let mut rest = text.to_string();
    let signs = words.list("sign_words").map(|list| list.find_all(&Folded::new(text))).unwrap_or_default();
    let noise = dated.iter().map(|dated| dated.range.clone()).chain(signs.into_iter().map(|sign| sign.range));
    for range in noise {
        rest.replace_range(range.clone(), &";".repeat(range.len()));
    }
    let date = dated.iter().find_map(|dated| Some((dated.date?, dated.range.clone())));
    let impossible = dated.iter().find(|dated| dated.date.is_none()).map(|dated| dated.range.clone());
    match (person::read(&rest, words), date, impossible) {
        (Reading::Found(found), Some((date, at)), _) => {
            let Value::Person(person) = found.value else { return Reading::Absent };
            let range = found.range.start.min(at.start)..found.range.end.max(at.end);
            Reading::found(Value::Signature(person, date), range)
        }
        (_, None, Some(range)) => Reading::wrong(NotA::ImpossibleDate, range),
        (Reading::Found(found), None, None) => Reading::wrong(NotA::Undated, found.range),
        (Reading::Wrong(wrong), Some(_), _) if !matches!(wrong.what, NotA::NotAName | NotA::Link) => {
            Reading::Wrong(wrong)
        }
        (_, Some((_, range)), _) if is_short(text, LABEL) => Reading::wrong(NotA::Unsigned, range),
        (Reading::Wrong(wrong), None, _) if is_short(text, LABEL) => Reading::Wrong(wrong),
        _ if is_short(text, LABEL / 2) => Reading::wrong(NotA::Other, trimmed(text)),
        _ => Reading::Absent,
    }
}
