//! People. A list of what is no name decides, so this is asked only where a label, a key or a
//! section asks for somebody.
//!
//! A single word is a person only beside an account, behind an honorific, or when it is a known first
//! name: a title or a noun in one of eleven languages looks just like a family name.

use super::mailbox::{Account, AccountKind, accounts};
use super::name::{name, pieces};
use super::scan::{is_short, tokens, trimmed};
use super::{Found, NotA, Person, Reading, Value, Wrong};
use crate::words::Words;
use std::ops::Range;

/// Longer texts are prose: their words are not blamed for being no name.
const LABEL: usize = 8;

/// Up to so many words, a sentence is searched for a name between small words.
const SENTENCE: usize = 14;

/// Between a name and an account that belong together: "Ada Lovelace, Head of Risk, ada@…".
const NEAR: usize = 60;

/// One thing seen on the way, in the order of the text.
struct Sighting {
    range: Range<usize>,
    what: Seen,
}

enum Seen {
    Name(String),
    /// One word that may be a name if an account stands beside it.
    Word(String),
    Account(Account),
}

pub(super) fn read(text: &str, words: &Words) -> Reading {
    let (people, faults) = scan(text, words);
    if let Some(first) = people.into_iter().next() {
        return Reading::Found(first);
    }
    let reference = text.trim();
    if reference.starts_with("group:") {
        return Reading::wrong(NotA::Team, trimmed(text));
    }
    let fault = faults.into_iter().min_by_key(|wrong| (rank(wrong.what), wrong.range.start));
    fault.map_or(Reading::Absent, Reading::Wrong)
}

/// All people in `text`, in order, those with an account merged with their name. Their values are
/// [`Value::Person`].
pub fn people(text: &str, words: &Words) -> Vec<Found> {
    scan(text, words).0
}

/// A given name and nothing else, for places that ask for somebody: `Owner: Ana`,
/// `Approved by: Ana (data controller)`. One capitalised word, with at most a note behind it that
/// names no team, and no word of the vocabulary.
pub fn lone_name(text: &str, words: &Words) -> Option<Found> {
    let end = text.find(['(', '（', ',', '，', '—', '–']).unwrap_or(text.len());
    let range = tight(text, 0..end);
    let word = &text[range.clone()];
    let lower = word.to_lowercase();
    let mut letters = word.chars();
    let cased = letters.next().is_some_and(char::is_uppercase)
        && letters.all(|c| c.is_lowercase() || matches!(c, '-' | '\'' | '’'));
    let note = text[end..].trim_matches(|c: char| !c.is_alphanumeric());
    let fits = cased
        && word.chars().count() >= 3
        && name(word, words) == Err(NotA::SingleWord)
        && !words.holds("not_alone", &lower)
        && !words.holds("placeholder_whole", &lower)
        && !matches!(name(note, words), Err(NotA::Team | NotA::Placeholder))
        && is_short(note, LABEL);
    fits.then(|| Found {
        value: Value::Person(Box::new(Person { name: Some(word.to_string()), ..Person::default() })),
        range,
    })
}

/// Which fault says most.
fn rank(what: NotA) -> u8 {
    match what {
        NotA::Placeholder => 0,
        NotA::Team => 1,
        NotA::SharedMailbox => 2,
        NotA::Bot => 3,
        NotA::Role => 4,
        NotA::Organisation => 5,
        NotA::FakeAddress => 6,
        NotA::Broadcast => 7,
        NotA::Link => 8,
        NotA::SingleWord => 9,
        _ => 10,
    }
}

fn scan(text: &str, words: &Words) -> (Vec<Found>, Vec<Wrong>) {
    let (mut seen, mut faults) = (Vec::new(), Vec::new());
    let mut blanked = String::from(text);
    for account in accounts(text, words) {
        blank(&mut blanked, account.range.clone());
        match account.fault {
            Some(what) => faults.push(Wrong { what, range: account.range }),
            None => seen.push(Sighting { range: account.range.clone(), what: Seen::Account(account) }),
        }
    }
    blank_links(&mut blanked, &mut faults);
    names(&blanked, words, &mut seen, &mut faults);
    seen.sort_by_key(|sighting| sighting.range.start);
    (merge(text, seen, &mut faults, words), faults)
}

/// Replaces a range by `;`, which separates names and has the same length.
fn blank(text: &mut String, range: Range<usize>) {
    text.replace_range(range.clone(), &";".repeat(range.len()));
}

fn blank_links(text: &mut String, faults: &mut Vec<Wrong>) {
    let mut from = 0;
    if memchr::memchr(b':', text.as_bytes()).is_none() {
        return;
    }
    while let Some(at) = text[from..].find("://").map(|at| from + at) {
        let start = text[from..at].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(from, |before| {
            from + before + text[from + before..].chars().next().map_or(1, char::len_utf8)
        });
        let end = text[at..]
            .find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']'))
            .map_or(text.len(), |end| at + end);
        faults.push(Wrong { what: NotA::Link, range: start..end });
        blank(text, start..end);
        from = end;
    }
}

fn names(text: &str, words: &Words, seen: &mut Vec<Sighting>, faults: &mut Vec<Wrong>) {
    let short = is_short(text, LABEL);
    let sentence = is_short(text, SENTENCE);
    let parts = pieces(text);
    let mut index = 0;
    while index < parts.len() {
        let (range, bracketed) = parts[index].clone();
        if let Some(next) = parts.get(index + 1)
            && let Some(sighting) = inverted(text, range.clone(), next.0.clone(), words)
        {
            seen.push(sighting);
            index += 2;
            continue;
        }
        index += 1;
        match name(&text[range.clone()], words) {
            Ok(name) => seen.push(Sighting { range: tight(text, range), what: Seen::Name(name) }),
            Err(NotA::SingleWord) if bracketed => {}
            Err(NotA::SingleWord) => {
                let range = tight(text, range);
                let word = text[range.clone()].to_string();
                seen.push(Sighting { range, what: Seen::Word(word) });
            }
            Err(what) => {
                let found = sentence && !bracketed && within_sentence(text, range.clone(), words, seen);
                if short && !found && text[range.clone()].contains(char::is_alphabetic) {
                    faults.push(Wrong { what, range: tight(text, range) });
                }
            }
        }
    }
}

/// A range without the white space and marks at its ends; the range itself if nothing else is there.
fn tight(text: &str, range: Range<usize>) -> Range<usize> {
    let piece = &text[range.clone()];
    let noise = |c: char| c.is_whitespace() || "*_`\"'“”‘’„«»;".contains(c);
    let start = range.start + piece.len() - piece.trim_start_matches(noise).len();
    let end = range.start + piece.trim_end_matches(noise).len();
    if start < end { start..end } else { range }
}

/// `LOVELACE, Ada`: one word in capitals, or one before a known first name.
fn inverted(text: &str, family: Range<usize>, given: Range<usize>, words: &Words) -> Option<Sighting> {
    let (first, second) = (text[family.clone()].trim(), text[given.clone()].trim());
    let alone = |piece: &str| name(piece, words) == Err(NotA::SingleWord);
    if text[family.end..given.start].trim() != "," || !alone(first) {
        return None;
    }
    let known = |word: &str| words.holds("given_names", &word.to_lowercase());
    let capitals = first.chars().count() > 2 && !first.contains(char::is_lowercase);
    let lead = second.split_whitespace().next()?;
    let fits = known(lead) && !known(first) || capitals && lead.contains(char::is_lowercase);
    let full = name(&format!("{second} {first}"), words).ok().filter(|_| fits && is_short(second, 3))?;
    Some(Sighting { range: family.start..tight(text, given).end, what: Seen::Name(full) })
        .map(|sighting| Sighting { range: tight(text, sighting.range), ..sighting })
}

/// "approved by Ada Lovelace on": runs of words between small words that join or introduce.
fn within_sentence(text: &str, range: Range<usize>, words: &Words, seen: &mut Vec<Sighting>) -> bool {
    let piece = &text[range.clone()];
    let before = seen.len();
    let mut run: Option<Range<usize>> = None;
    let mut flush = |run: &mut Option<Range<usize>>| {
        if let Some(span) = run.take()
            && let Ok(name) = name(&piece[span.clone()], words)
        {
            let at = range.start + span.start..range.start + span.end;
            seen.push(Sighting { range: tight(text, at), what: Seen::Name(name) });
        }
    };
    for token in tokens(piece) {
        let word = &piece[token.clone()];
        let small = word.starts_with(char::is_lowercase) && words.holds("name_splitters", word);
        if small || !word.contains(char::is_alphabetic) {
            flush(&mut run);
        } else {
            run = Some(run.map_or(token.start, |run| run.start)..token.end);
        }
    }
    flush(&mut run);
    seen.len() > before
}

fn merge(text: &str, seen: Vec<Sighting>, faults: &mut Vec<Wrong>, words: &Words) -> Vec<Found> {
    let mut found: Vec<(Person, Range<usize>, bool)> = Vec::new();
    for sighting in seen {
        let range = sighting.range;
        let near = found.last().is_some_and(|(_, last, _)| {
            let gap = text.get(last.end..range.start).unwrap_or("\n");
            gap.len() <= NEAR && !gap.contains(['\n', ';', '|'])
        });
        let last = found.last_mut().filter(|_| near);
        match sighting.what {
            Seen::Account(account) => {
                let (email, handle) = match account.kind {
                    AccountKind::Email => (Some(account.text), None),
                    AccountKind::Handle | AccountKind::User => (None, Some(account.text)),
                };
                match last {
                    Some((person, span, _))
                        if email.is_some() && person.email.is_none()
                            || handle.is_some() && person.handle.is_none() && person.name.is_some() =>
                    {
                        person.email = person.email.take().or(email);
                        person.handle = person.handle.take().or(handle);
                        span.end = closing(text, range.end);
                    }
                    _ => found.push((Person { name: None, email, handle }, range, false)),
                }
            }
            Seen::Name(name) | Seen::Word(name) if attaches(last.as_deref(), text, &range) => {
                if let Some((person, span, _)) = last {
                    person.name = Some(name);
                    span.end = closing(text, range.end);
                }
            }
            Seen::Name(name) => found.push((Person { name: Some(name), ..Person::default() }, range, false)),
            Seen::Word(word) => {
                let known = words.holds("given_names", &word.to_lowercase());
                found.push((Person { name: Some(word), ..Person::default() }, range, !known));
            }
        }
    }
    let mut people = Vec::new();
    for (person, range, doubtful) in found {
        if doubtful && person.email.is_none() && person.handle.is_none() {
            faults.push(Wrong { what: NotA::SingleWord, range });
        } else {
            people.push(Found { value: Value::Person(Box::new(person)), range });
        }
    }
    people
}

/// A name in brackets directly behind an account: `ada@corp.example (Ada Lovelace)`.
fn attaches(last: Option<&(Person, Range<usize>, bool)>, text: &str, range: &Range<usize>) -> bool {
    last.is_some_and(|(person, span, _)| {
        person.name.is_none()
            && text.get(span.end..range.start).is_some_and(|gap| gap.trim() == "(" || gap.trim() == "（")
    })
}

/// A bracket that closes directly behind belongs to the range.
fn closing(text: &str, end: usize) -> usize {
    let next = text[end..].chars().next().filter(|c| matches!(c, '>' | ')' | '）'));
    end + next.map_or(0, char::len_utf8)
}
