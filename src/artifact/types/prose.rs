//! Prose, and what is said in it: decisions and lawful bases.

use super::scan::{is_short, trimmed};
use super::{NotA, Reading, Value};
use crate::text::{Folded, word_count};
use crate::words::Words;

/// Up to so many words, a text without a decision is blamed for it.
const LABEL: usize = 6;

pub(super) fn read(text: &str, least: u16) -> Reading {
    let range = trimmed(text);
    if is_question(text) {
        return Reading::Unfilled;
    }
    if word_count(&text[range.clone()]) < usize::from(least) {
        return Reading::wrong(NotA::TooShort, range);
    }
    Reading::found(Value::Text(text[range.clone()].to_string()), range)
}

/// True when `text` asks more than it says, as the guidance of a template does.
pub fn is_question(text: &str) -> bool {
    // The other two begin with these bytes.
    if memchr::memchr3(b'?', 0xef, 0xd8, text.as_bytes()).is_none() {
        return false;
    }
    let mut asked = 0_usize;
    let mut said = 0_usize;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let ends = chars.peek().is_none_or(|next| next.is_whitespace() || !next.is_ascii());
        match c {
            '?' if ends => asked += 1,
            '？' | '؟' => asked += 1,
            '.' | '!' | ';' if ends => said += 1,
            '。' | '；' => said += 1,
            _ => {}
        }
    }
    let last = text.trim_end().ends_with(['?', '？', '؟']);
    asked > said + 1 || asked >= 1 && said == 0 && last
}

/// The words of the decision; "pending approval" is none.
pub(super) fn read_decision(text: &str, words: &Words) -> Reading {
    if is_question(text) {
        return Reading::Unfilled;
    }
    let folded = Folded::new(text);
    if let Some(found) = words.list("undecided_words").and_then(|list| list.find(&folded)) {
        return Reading::wrong(NotA::Undecided, found.range);
    }
    match words.list("decision_words").and_then(|list| list.find(&folded)) {
        Some(found) => Reading::found(Value::Text(text.trim().to_string()), found.range),
        None if is_short(text, LABEL) => Reading::wrong(NotA::Other, trimmed(text)),
        None => Reading::Absent,
    }
}

/// An article of a law, or a kind of basis by name.
pub(super) fn read_basis(text: &str, words: &Words) -> Reading {
    if is_question(text) {
        return Reading::Unfilled;
    }
    let folded = Folded::new(text);
    let kind = words.list("basis_kinds").and_then(|list| list.find(&folded)).map(|found| found.range);
    let article = words.list("article_signs").and_then(|list| {
        list.find_all(&folded).into_iter().map(|found| found.range).find(|sign| {
            let rest = text[sign.end..].trim_start_matches([' ', '.', '\u{a0}']);
            rest.starts_with(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c))
        })
    });
    let first = [kind, article].into_iter().flatten().min_by_key(|range| range.start);
    match first {
        Some(range) => Reading::found(Value::Text(text.trim().to_string()), range),
        None if is_short(text, LABEL) => Reading::wrong(NotA::Other, trimmed(text)),
        None => Reading::Absent,
    }
}
