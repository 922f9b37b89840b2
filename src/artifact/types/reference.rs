//! Names of things outside the text: identifiers, URLs, paths, versions.

use super::mailbox::is_fake_domain;
use super::scan::{is_short, tokens, trimmed};
use super::{NotA, Reading, Value};
use crate::words::Words;
use chrono::NaiveDate;
use std::ops::Range;

/// Up to so many words, a text without a reference is blamed for it.
const LABEL: usize = 4;

fn found(text: &str, range: Range<usize>) -> Reading {
    Reading::found(Value::Text(text[range.clone()].to_string()), range)
}

fn otherwise(text: &str) -> Reading {
    if is_short(text, LABEL) { Reading::wrong(NotA::Other, trimmed(text)) } else { Reading::Absent }
}

/// A token without the punctuation around it.
fn core(text: &str, token: Range<usize>) -> Range<usize> {
    let word = &text[token.clone()];
    let noise = |c: char| {
        matches!(c, '`' | '"' | '\'' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '*' | '<' | '>' | '.' | '!')
    };
    let start = token.start + word.len() - word.trim_start_matches(|c| noise(c) && c != '.').len();
    let end = token.start + word.trim_end_matches(noise).len();
    if start < end { start..end } else { token }
}

/// `churn_score`, or anything with a letter between backticks.
pub(super) fn read_identifier(text: &str) -> Reading {
    let mut parts = text.split('`');
    let mut at = parts.next().map_or(0, str::len) + 1;
    while let Some(inside) = parts.next() {
        let closed = at + inside.len() < text.len();
        let sound = inside.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && inside
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '/' | '-' | '{' | '}'));
        if closed && sound {
            return found(text, at..at + inside.len());
        }
        at += inside.len() + 1;
        at += parts.next().map_or(0, str::len) + 1;
    }
    let bare = tokens(text).map(|token| core(text, token)).find(|range| {
        let word = &text[range.clone()];
        let inner = word.trim_matches('_');
        inner.contains('_')
            && inner.starts_with(|c: char| c.is_ascii_alphabetic())
            && inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':'))
    });
    bare.map_or_else(|| otherwise(text), |range| found(text, range))
}

/// The first URL; one on a made-up domain is none.
pub(super) fn read_url(text: &str, words: &Words) -> Reading {
    let mut fault = None;
    for (at, _) in text.match_indices("://") {
        let front = &text[..at];
        let Some(scheme) = ["https", "http"].into_iter().find(|scheme| front.ends_with(scheme)) else {
            continue;
        };
        let start = at - scheme.len();
        let rest = &text[at + 3..];
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']' | '"' | '`' | '|'))
            .unwrap_or(rest.len());
        let body = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
        let host = body.split(['/', '?', '#', ':']).next().unwrap_or_default();
        if host.is_empty() {
            continue;
        }
        let range = start..at + 3 + body.len();
        if !is_fake_domain(host, words) {
            return found(text, range);
        }
        fault = fault.or(Some(Reading::wrong(NotA::FakeAddress, range)));
    }
    fault.unwrap_or_else(|| otherwise(text))
}

/// A relative path: a `/` inside or an extension; no URL, no absolute path, no `..` out of the repository.
pub(super) fn read_path(text: &str) -> Reading {
    let path = tokens(text).map(|token| core(text, token)).find(|range| is_path(&text[range.clone()]));
    path.map_or_else(|| otherwise(text), |range| found(text, range))
}

fn is_path(word: &str) -> bool {
    let clean = word.strip_prefix("./").unwrap_or(word);
    let sound =
        clean.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | '*'));
    if !sound
        || clean.contains("//")
        || clean.starts_with(['/', '@', '-'])
        || clean.split('/').any(|part| part == "..")
    {
        return false;
    }
    let last = clean.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let extension = last.rsplit_once('.').is_some_and(|(stem, end)| {
        (!stem.is_empty() || clean.contains('/'))
            && (1..=8).contains(&end.len())
            && end.chars().all(|c| c.is_ascii_alphanumeric())
            && end.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    let folders = clean.trim_end_matches('/').split('/').count();
    let words = clean.split('/').all(|part| part.chars().any(char::is_alphanumeric) || part.is_empty());
    words
        && (extension
            || clean.contains('/')
                && (folders > 2
                    || clean.ends_with('/')
                    || word.starts_with("./")
                    || clean.contains(['_', '-'])))
}

/// `1.4.0`, `v3`, `2026.03`, `2026-03-01`, `1.0.0-rc.1+build`; a whole number when nothing else is there.
pub(super) fn read_version(text: &str) -> Reading {
    let version = tokens(text).map(|token| core(text, token)).find(|range| is_version(&text[range.clone()]));
    if let Some(range) = version {
        return found(text, range);
    }
    let range = trimmed(text);
    let body = &text[range.clone()];
    let hash = (7..=64).contains(&body.len()) && body.chars().all(|c| c.is_ascii_hexdigit());
    let number = body.len() <= 8 && body.bytes().all(|b| b.is_ascii_digit());
    if hash || number { found(text, range) } else { otherwise(text) }
}

fn is_version(word: &str) -> bool {
    let body = word.strip_prefix(['v', 'V']).unwrap_or(word);
    let marked = body.len() < word.len();
    if body.len() == 10 && NaiveDate::parse_from_str(body, "%Y-%m-%d").is_ok() {
        return true;
    }
    let end = body.find(['-', '+']).unwrap_or(body.len());
    let fields: Vec<&str> = body[..end].split('.').collect();
    let tail = body[end..].chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'));
    let numeric =
        |field: &&str| !field.is_empty() && field.len() <= 8 && field.bytes().all(|b| b.is_ascii_digit());
    let counted = if marked { 1..=4 } else { 2..=4 };
    counted.contains(&fields.len()) && fields.iter().all(numeric) && tail
}
