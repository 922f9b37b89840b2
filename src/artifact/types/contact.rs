//! What can be reached: people, mailboxes, channels, telephones, pagers.

use super::mailbox::{AccountKind, accounts, person_of};
use super::scan::trimmed;
use super::{NotA, Reading, Value, person};
use crate::text::Folded;
use crate::words::{Words, is_word_char};
use std::ops::Range;

/// Hosts of services where somebody answers; a name or the end of a name.
const LIVE_HOSTS: [&str; 19] = [
    "slack.com",
    "teams.microsoft.com",
    "pagerduty.com",
    "opsgenie.com",
    "discord.com",
    "discord.gg",
    "forms.gle",
    "forms.office.com",
    "atlassian.net",
    "zendesk.com",
    "chat.google.com",
    "t.me",
    "wa.me",
    "victorops.com",
    "incident.io",
    "service-now.com",
    "mattermost.com",
    "zulipchat.com",
    "freshdesk.com",
];

/// A person, or the thing itself, or nothing.
pub(super) fn read_reachable(text: &str, words: &Words) -> Reading {
    match (hard(text, words), person::read(text, words)) {
        (Some(range), Reading::Found(found)) if found.range.start <= range.start => Reading::Found(found),
        (Some(range), _) => found(text, range),
        (None, other) => other,
    }
}

pub(super) fn read_address(text: &str, words: &Words) -> Reading {
    match read_hard_address(text, words) {
        Reading::Found(found) => Reading::Found(found),
        other => {
            let folded = Folded::new(text);
            match words.list("channel_words").and_then(|list| list.find(&folded)) {
                Some(named) => found(text, named.range),
                None => other,
            }
        }
    }
}

pub(super) fn read_hard_address(text: &str, words: &Words) -> Reading {
    if let Some(range) = hard(text, words) {
        return found(text, range);
    }
    let mut fault = None;
    for account in accounts(text, words) {
        match account.fault {
            None => return Reading::found(Value::Person(Box::new(person_of(&account))), account.range),
            Some(what) => fault = fault.or(Some(Reading::wrong(what, account.range))),
        }
    }
    match text.find("://") {
        Some(_) if fault.is_none() => Reading::wrong(NotA::Link, trimmed(text)),
        _ => fault.unwrap_or(Reading::Absent),
    }
}

fn found(text: &str, range: Range<usize>) -> Reading {
    Reading::found(Value::Text(text[range.clone()].to_string()), range)
}

/// The first channel, mailbox, telephone number or link to a service where somebody answers. A
/// shared mailbox can be reached; one on a made-up domain cannot.
fn hard(text: &str, words: &Words) -> Option<Range<usize>> {
    let mail = accounts(text, words)
        .into_iter()
        .find(|a| a.kind == AccountKind::Email && matches!(a.fault, None | Some(NotA::SharedMailbox)))
        .filter(|a| !words.occurs("bots", &a.text))
        .map(|a| a.range);
    [channel(text), mail, telephone(text), live_link(text)]
        .into_iter()
        .flatten()
        .min_by_key(|range| range.start)
}

/// `#churn-oncall`; no Markdown anchor, colour, issue number or heading.
fn channel(text: &str) -> Option<Range<usize>> {
    text.match_indices('#').find_map(|(at, _)| {
        if text[..at].ends_with(|c: char| is_word_char(c) || matches!(c, '&' | '/' | '#' | '(' | '[' | '\\'))
        {
            return None;
        }
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches(['-', '_']);
        let hex = matches!(name.len(), 3 | 4 | 6 | 8) && name.chars().all(|c| c.is_ascii_hexdigit());
        let sound = name.chars().count() >= 3
            && name.starts_with(|c: char| c.is_lowercase() || c.is_alphabetic() && !c.is_uppercase());
        (sound && !hex).then(|| at..at + 1 + name.len())
    })
}

/// `+49 30 1234567`, `0049…`, `tel:…`: at least nine digits.
fn telephone(text: &str) -> Option<Range<usize>> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let starts = text
        .match_indices('+')
        .chain(text.match_indices("00"))
        .chain(text.match_indices("tel:"))
        .map(|(at, _)| at);
    starts
        .filter_map(|at| {
            if text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | '-')) {
                return None;
            }
            let skip = if text[at..].starts_with("tel:") { 4 } else { 0 };
            let rest = &text[at + skip..];
            let allowed = |c: char| {
                c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '/' | '.' | '+' | '\u{a0}')
            };
            let end = rest.find(|c| !allowed(c)).unwrap_or(rest.len());
            let number = rest[..end].trim_end_matches(|c: char| !c.is_ascii_digit());
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            (9..=17).contains(&digits).then(|| at..at + skip + number.len())
        })
        .min_by_key(|range| range.start)
}

fn live_link(text: &str) -> Option<Range<usize>> {
    memchr::memchr(b':', text.as_bytes())?;
    text.match_indices("https://").find_map(|(at, scheme)| {
        let rest = &text[at + scheme.len()..];
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']' | '"'))
            .unwrap_or(rest.len());
        let host = rest[..end].split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let live = LIVE_HOSTS.iter().any(|known| {
            host.strip_suffix(known).is_some_and(|front| front.is_empty() || front.ends_with('.'))
        }) || host.split('.').any(|label| label == "chat");
        let wiki = rest[host.len()..end].starts_with("/wiki");
        (live && !wiki).then(|| at..at + scheme.len() + rest[..end].trim_end_matches(['.', ',']).len())
    })
}
