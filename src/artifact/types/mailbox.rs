//! Addresses, handles and references to users: who stands behind them.

use super::scan::{is_short, trimmed};
use super::{NotA, Person, Reading, Value};
use crate::text::Folded;
use crate::words::{Words, is_word_char};
use std::ops::Range;

/// An account that a text names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Account {
    pub(super) kind: AccountKind,
    /// Without `@` or `user:`.
    pub(super) text: String,
    pub(super) range: Range<usize>,
    /// Why it is no person's.
    pub(super) fault: Option<NotA>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AccountKind {
    Email,
    Handle,
    User,
}

/// The addresses, handles and `user:` references of `text`, in order.
pub(super) fn accounts(text: &str, words: &Words) -> Vec<Account> {
    let mut found = Vec::new();
    if memchr::memchr2(b'@', b':', text.as_bytes()).is_none() {
        return found;
    }
    let mut free = 0;
    for (at, _) in text.match_indices('@') {
        if at < free {
            continue;
        }
        let account = email_at(text, at, free, words).or_else(|| handle_at(text, at, words));
        if let Some(account) = account {
            free = account.range.end;
            found.push(account);
        }
    }
    for (at, _) in text.match_indices("user:") {
        if !text[..at].ends_with(|c: char| is_word_char(c) || c == ':')
            && let Some(account) = user_at(text, at, words)
        {
            found.push(account);
        }
    }
    found.sort_by_key(|account| account.range.start);
    found
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-')
}

fn email_at(text: &str, at: usize, free: usize, words: &Words) -> Option<Account> {
    let local = text[free..at].rsplit(|c| !is_local(c)).next()?.trim_start_matches(['.', '-', '+']);
    let rest = &text[at + 1..];
    let domain_end =
        rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.'))).unwrap_or(rest.len());
    let domain = rest[..domain_end].trim_end_matches(['.', '-']);
    let (_, top) = domain.rsplit_once('.')?;
    let range = at - local.len()..at + 1 + domain.len();
    // RFC 5321 lets a top level be a digit or a single letter; no real one is.
    let real_top = top.chars().count() >= 2 && top.chars().all(char::is_alphabetic);
    if !real_top || !email_address::EmailAddress::is_valid(&text[range.clone()]) {
        return None;
    }
    let fault =
        if is_fake_domain(domain, words) { Some(NotA::FakeAddress) } else { local_fault(local, words) };
    Some(Account { kind: AccountKind::Email, text: text[range.clone()].to_string(), range, fault })
}

/// Domains that RFC 2606 and RFC 6762 set aside, and those that say "your company". `*.example` is
/// let through: documentation and tests need addresses that are read as addresses.
pub(super) fn is_fake_domain(domain: &str, words: &Words) -> bool {
    let lower = domain.to_lowercase();
    let labels: Vec<&str> = lower.split('.').collect();
    match labels.as_slice() {
        [.., "example", "com" | "org" | "net"] | [.., "invalid" | "test" | "local" | "localhost"] => true,
        [.., name, "co" | "com" | "org", _] | [.., name, _] => words.covers("fake_domains", name),
        _ => false,
    }
}

fn local_fault(local: &str, words: &Words) -> Option<NotA> {
    let spaced = local.replace(['.', '_', '+'], " ");
    let folded = Folded::new(&spaced);
    let plain = folded.as_str().trim();
    if words.covers("fictional_people", plain) {
        return Some(NotA::Placeholder);
    }
    let shared =
        words.covers("role_mailboxes", plain) || words.occurs("bots", plain) || is_teamish(local, words);
    let tagged = local.split('+').next().is_some_and(|name| words.covers("role_mailboxes", name));
    (shared || tagged).then_some(NotA::SharedMailbox)
}

/// True when a handle or local part names a team or a role: a team's word anywhere, or nothing but
/// words of roles and of things.
pub(super) fn is_teamish(handle: &str, words: &Words) -> bool {
    team_or_role(handle, words).is_some()
}

fn team_or_role(handle: &str, words: &Words) -> Option<NotA> {
    let tokens = handle_tokens(handle);
    if tokens.iter().any(|token| words.holds("team_tokens", token) || is_team_compound(token, words)) {
        return Some(NotA::Team);
    }
    let role = |token: &String| words.holds("role_tokens", token);
    let filler = |token: &String| words.holds("filler_tokens", token);
    let all = !tokens.is_empty() && tokens.iter().all(|token| role(token) || filler(token));
    all.then(|| if tokens.iter().any(role) { NotA::Role } else { NotA::Team })
}

/// `mlteam`, `datascience`, `productowner`: two known words in one.
fn is_team_compound(token: &str, words: &Words) -> bool {
    if token.len() < 6 || token.len() > 24 || !token.is_ascii() {
        return false;
    }
    (2..=token.len() - 4).any(|at| {
        let (head, tail) = token.split_at(at);
        let known = words.holds("filler_tokens", head) && head != "the" && head != "and" && head != "of";
        known && (words.holds("team_tokens", tail) || words.holds("role_tokens", tail))
    })
}

/// The words of a handle: split at `-`, `_`, `.`, `+` and where a capital follows a small letter.
fn handle_tokens(handle: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut small = false;
    for c in handle.chars() {
        if !c.is_alphanumeric() || small && c.is_uppercase() {
            tokens.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = tokens.last_mut()
        {
            last.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

fn handle_at(text: &str, at: usize, words: &Words) -> Option<Account> {
    if text[..at].ends_with(|c: char| is_word_char(c) || matches!(c, '.' | '/' | '@' | '_')) {
        return None;
    }
    let rest = &text[at + 1..];
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '[' | ']');
    let end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
    let name = rest[..end].trim_end_matches(['.', '-', '/', '_', '[']);
    let name = if name.contains('[') { name } else { name.trim_end_matches(']') };
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let range = at..at + 1 + name.len();
    let fault = handle_fault(name, words);
    Some(Account { kind: AccountKind::Handle, text: name.to_string(), range, fault })
}

fn handle_fault(name: &str, words: &Words) -> Option<NotA> {
    if name.contains('/') {
        return Some(NotA::Team);
    }
    if words.occurs("bots", name) {
        return Some(NotA::Bot);
    }
    if words.covers("handle_not_person", name) {
        return Some(NotA::Broadcast);
    }
    if words.covers("fictional_people", &name.replace(['-', '_', '.'], " "))
        || words.occurs("placeholder_tokens", name)
    {
        return Some(NotA::Placeholder);
    }
    team_or_role(name, words)
}

fn user_at(text: &str, at: usize, words: &Words) -> Option<Account> {
    let rest = &text[at + "user:".len()..];
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/')))
        .unwrap_or(rest.len());
    let reference = rest[..end].trim_end_matches(['.', '/']);
    let name = reference.rsplit('/').next().filter(|name| !name.is_empty())?;
    let range = at..at + "user:".len() + reference.len();
    let fault = handle_fault(name, words);
    Some(Account { kind: AccountKind::User, text: name.to_string(), range, fault })
}

/// The person that one account stands for.
pub(super) fn person_of(account: &Account) -> Person {
    match account.kind {
        AccountKind::Email => Person { email: Some(account.text.clone()), ..Person::default() },
        _ => Person { handle: Some(account.text.clone()), ..Person::default() },
    }
}

fn first(text: &str, words: &Words, kinds: &[AccountKind]) -> Reading {
    let mut fault = None;
    for account in accounts(text, words).into_iter().filter(|account| kinds.contains(&account.kind)) {
        match account.fault {
            None => return Reading::found(Value::Person(Box::new(person_of(&account))), account.range),
            Some(what) => fault = fault.or(Some(Reading::wrong(what, account.range))),
        }
    }
    fault.unwrap_or(Reading::Absent)
}

pub(super) fn read_handle(text: &str, words: &Words) -> Reading {
    first(text, words, &[AccountKind::Handle])
}

pub(super) fn read_email(text: &str, words: &Words) -> Reading {
    first(text, words, &[AccountKind::Email])
}

/// A bare reference (`ada`) is a group to Backstage, so it is none here.
pub(super) fn read_user_ref(text: &str, words: &Words) -> Reading {
    match first(text, words, &[AccountKind::User, AccountKind::Email]) {
        Reading::Absent if is_short(text, 1) => Reading::wrong(NotA::Team, trimmed(text)),
        other => other,
    }
}

pub(super) fn read_bare_handle(text: &str, words: &Words) -> Reading {
    let range = trimmed(text);
    let name = text[range.clone()].trim_start_matches('@');
    let shaped = (2..=39).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '[' | ']' | '.'));
    if !shaped {
        return first(text, words, &[AccountKind::Email, AccountKind::Handle]);
    }
    let fault = handle_fault(name, words).or_else(|| words.covers("aliasish", name).then_some(NotA::Team));
    match fault {
        Some(what) => Reading::wrong(what, range),
        None => {
            let person = Person { handle: Some(name.to_string()), ..Person::default() };
            Reading::found(Value::Person(Box::new(person)), range)
        }
    }
}

/// A team is `@org/team`, `group:…`, a text with a team's word, or a bare reference.
pub(super) fn read_team(text: &str, words: &Words) -> Reading {
    let team = accounts(text, words).into_iter().find(|account| account.fault == Some(NotA::Team));
    if let Some(account) = team {
        return Reading::found(Value::Text(account.text), account.range);
    }
    let range = trimmed(text);
    let body = &text[range.clone()];
    let reference = body.strip_prefix("group:").unwrap_or(body);
    let bare = !reference.starts_with("user:")
        && reference.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    if is_short(body, 6) && !body.contains('@') && (bare || team_or_role(body, words).is_some()) {
        return Reading::found(Value::Text(reference.to_string()), range);
    }
    Reading::Absent
}
