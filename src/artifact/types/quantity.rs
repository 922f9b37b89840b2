//! Numbers: bare, as shares, as limits, as sums of money.

use super::scan::{Number, is_short, numbers, trimmed, unit_at, up_to};
use super::{Comparator, NotA, Reading, Value};
use crate::text::Folded;
use crate::words::{Words, is_word_char};
use std::ops::Range;

/// Between a comparing word and its number, bytes.
const NEAR: usize = 40;

/// Up to so many words, a text without a number is blamed for it.
const LABEL: usize = 4;

/// True when the text is one number and nothing else.
pub(super) fn bare(text: &str) -> Option<Number> {
    let range = trimmed(text);
    let body = &text[range.clone()];
    let number = numbers(body).next().filter(|number| number.range == (0..body.len()))?;
    Some(Number { range, ..number })
}

/// Where a percent sign or word behind `at` ends.
fn percent(text: &str, at: usize, words: &Words) -> Option<usize> {
    let rest = text[at..].trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let start = text.len() - rest.len();
    if let Some(sign) = rest.chars().next().filter(|c| matches!(c, '%' | '％')) {
        return Some(start + sign.len_utf8());
    }
    let spaced = rest
        .char_indices()
        .filter(|(_, c)| !is_word_char(*c))
        .map(|(end, _)| end)
        .chain([rest.len()])
        .take(2);
    spaced
        .filter(|end| *end > 0 && *end <= 48)
        .filter(|end| words.covers("percent_words", &rest[..*end]))
        .max()
        .map(|end| start + end)
}

/// A fraction, a percentage, or nothing but a number.
pub(super) fn read_number(text: &str) -> Reading {
    let found = numbers(text).filter(|number| !number.glued).find_map(|number| {
        let sign = text[number.range.end..].trim_start_matches(' ');
        let percent = sign.starts_with(['%', '％']);
        let end = if percent {
            text.len() - sign.len() + sign.chars().next().map_or(0, char::len_utf8)
        } else {
            number.range.end
        };
        (number.fraction || percent).then(|| (number.value, signed(text, number.range.start)..end))
    });
    if let Some((value, range)) = found.or_else(|| bare(text).map(|number| (number.value, number.range))) {
        let value = if text[range.clone()].starts_with(['-', '−']) { -value } else { value };
        return Reading::found(Value::Number(value), range);
    }
    if is_short(text, LABEL) { Reading::wrong(NotA::Other, trimmed(text)) } else { Reading::Absent }
}

/// The start with a minus sign, if one stands there and joins nothing.
fn signed(text: &str, start: usize) -> usize {
    let front = &text[..start];
    let sign = front.chars().next_back().filter(|c| matches!(c, '-' | '−'));
    let Some(sign) = sign else { return start };
    let at = start - sign.len_utf8();
    if text[..at].ends_with(|c: char| !c.is_whitespace() && c != '(') { start } else { at }
}

/// A percentage up to 100, or a share with a fraction when nothing else is there.
pub(super) fn read_ratio(text: &str, words: &Words) -> Reading {
    let found = numbers(text).filter(|number| !number.glued && number.value <= 100.0).find_map(|number| {
        let end = percent(text, number.range.end, words)?;
        Some((number.value / 100.0, number.range.start..end))
    });
    if let Some((share, range)) = found {
        return Reading::found(Value::Ratio(share), range);
    }
    match bare(text) {
        Some(number) if number.fraction && number.value > 0.0 && number.value < 1.0 => {
            Reading::found(Value::Ratio(number.value), number.range)
        }
        Some(number) => Reading::wrong(NotA::BareNumber, number.range),
        None if is_short(text, LABEL) => Reading::wrong(NotA::Other, trimmed(text)),
        None => Reading::Absent,
    }
}

/// A comparison in signs or words.
pub(super) fn read_threshold(text: &str, words: &Words) -> Reading {
    match compared(text, words) {
        Some((comparator, number, range)) => {
            Reading::found(Value::Limit { comparator: Some(comparator), number }, range)
        }
        None => match bare(text) {
            Some(number) => Reading::wrong(NotA::BareNumber, number.range),
            None if is_short(text, LABEL) => Reading::wrong(NotA::Other, trimmed(text)),
            None => Reading::Absent,
        },
    }
}

/// A comparison, or a number with a fraction, a percent sign or a unit of time.
pub(super) fn read_limit(text: &str, words: &Words) -> Reading {
    if let Some((comparator, number, range)) = compared(text, words) {
        return Reading::found(Value::Limit { comparator: Some(comparator), number }, range);
    }
    let found = numbers(text).filter(|number| !number.glued).find_map(|number| {
        let end = percent(text, number.range.end, words)
            .or_else(|| unit_at(text, number.range.end, words).map(|(_, end)| end))
            .or_else(|| number.fraction.then_some(number.range.end))?;
        Some((number.value, number.range.start..end))
    });
    match found {
        Some((number, range)) => Reading::found(Value::Limit { comparator: None, number }, range),
        None => read_threshold(text, words),
    }
}

type Compared = (Comparator, f64, Range<usize>);

/// The first comparison with a number.
pub(super) fn compared(text: &str, words: &Words) -> Option<Compared> {
    let first =
        |found: [Option<Compared>; 2]| found.into_iter().flatten().min_by_key(|(_, _, range)| range.start);
    first([by_sign(text, words), by_word(text, words)])
}

fn with_percent(text: &str, number: &Number, words: &Words) -> usize {
    percent(text, number.range.end, words).unwrap_or(number.range.end)
}

fn by_sign(text: &str, words: &Words) -> Option<Compared> {
    text.char_indices().find_map(|(at, c)| {
        let comparator = match c {
            '>' | '≥' | '＞' | '⩾' => Comparator::Above,
            '<' | '≤' | '＜' | '⩽' => Comparator::Below,
            '&' if text[at..].starts_with("&gt;") => Comparator::Above,
            '&' if text[at..].starts_with("&lt;") => Comparator::Below,
            _ => return None,
        };
        if text[..at].ends_with(['-', '=', '<', '>']) {
            return None;
        }
        let behind = if c == '&' { at + 4 } else { at + c.len_utf8() };
        let rest = text[behind..]
            .trim_start_matches(['=', ' ', '*', '`', '+', '-', '−', '±', '$', '€', '£', '\u{a0}']);
        let start = text.len() - rest.len();
        let number = numbers(rest).next().filter(|number| number.range.start == 0)?;
        let number = Number { range: start..start + number.range.end, ..number };
        Some((comparator, number.value, at..with_percent(text, &number, words)))
    })
}

fn by_word(text: &str, words: &Words) -> Option<Compared> {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let folded = Folded::new(text);
    let sides = [("comparator_above", Comparator::Above), ("comparator_below", Comparator::Below)];
    let mut found: Vec<(Range<usize>, Comparator)> = Vec::new();
    for (list, side) in sides {
        let list = words.list(list).into_iter();
        found.extend(list.flat_map(|list| list.find_all(&folded)).map(|m| (m.range, side)));
    }
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    found.into_iter().find_map(|(word, side)| {
        let behind = up_to(&text[word.end..], NEAR);
        let number = numbers(behind)
            .find(|number| !number.glued)
            .filter(|number| !behind[..number.range.start].contains(['.', ';', '。', '\n']));
        if let Some(number) = number {
            let number =
                Number { range: word.end + number.range.start..word.end + number.range.end, ..number };
            return Some((side, number.value, word.start..with_percent(text, &number, words)));
        }
        let mut from = word.start.saturating_sub(NEAR / 2);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let number = numbers(&text[from..word.start]).last().filter(|number| !number.glued)?;
        let gap = text[from + number.range.end..word.start].trim();
        let joined =
            gap.is_empty() || percent(gap, 0, words) == Some(gap.len()) || unit_at(gap, 0, words).is_some();
        joined.then(|| (side, number.value, from + number.range.start..word.end))
    })
}

/// What `k` or `M` right behind a number multiplies it by, and where it ends: `120k EUR`.
fn thousands(text: &str, end: usize) -> (f64, usize) {
    let mut behind = text[end..].chars();
    let times = match behind.next() {
        Some('k' | 'K') => 1e3,
        Some('M') => 1e6,
        _ => return (1.0, end),
    };
    if behind.next().is_some_and(char::is_alphanumeric) { (1.0, end) } else { (times, end + 1) }
}

/// A number with a currency's sign or word on either side.
pub(super) fn read_amount(text: &str, words: &Words) -> Reading {
    let sign = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '￥' | '₽' | '₹' | '₩');
    let found = numbers(text).find_map(|number| {
        let front = text[..number.range.start].trim_end();
        let (times, end) = thousands(text, number.range.end);
        let number = Number { value: number.value * times, range: number.range.start..end, ..number };
        let rest = text[number.range.end..].trim_start_matches([' ', '\u{a0}', '\u{202f}', '.', '-', '–']);
        let behind = text.len() - rest.len();
        if let Some(c) = rest.chars().next().filter(|c| sign(*c)) {
            return Some((number.value, number.range.start..behind + c.len_utf8()));
        }
        if let Some(c) = front.chars().next_back().filter(|c| sign(*c)) {
            return Some((number.value, front.len() - c.len_utf8()..number.range.end));
        }
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        if words.covers("currency_words", rest.get(..end).filter(|word| word.len() <= 32)?) {
            return Some((number.value, number.range.start..behind + end));
        }
        let start = front
            .rfind(|c: char| !c.is_alphabetic())
            .map_or(0, |gap| gap + front[gap..].chars().next().map_or(1, char::len_utf8));
        let known = front.len() - start <= 32 && words.covers("currency_words", &front[start..]);
        known.then_some((number.value, start..number.range.end))
    });
    match (found, bare(text)) {
        (Some((number, range)), _) => Reading::found(Value::Number(number), range),
        (None, Some(number)) => Reading::wrong(NotA::BareNumber, number.range),
        (None, None) if is_short(text, LABEL) => Reading::wrong(NotA::Other, trimmed(text)),
        (None, None) => Reading::Absent,
    }
}
