//! A person is known to the history.

use super::{Context, History, Outcome, Problem, words};
use crate::artifact::types::Value;
use chrono::NaiveDate;

use crate::evidence::Fact;
use crate::git::Identity;
use crate::policy::At;
use crate::text::Folded;
use crate::verdict::Location;

/// Hosts whose addresses hold the handle: `1234+ada@users.noreply.github.com`.
const NOREPLY: &str = "users.noreply.";

pub(super) fn run<'a>(c: &Context<'a>, person: &'a [At<String>], within: Option<&At<u64>>) -> Outcome {
    let facts: Vec<&Fact> = c.facts(person).collect();
    if facts.is_empty() {
        return Outcome::NotAsked;
    }
    let answers = match c.history {
        History::NotAsked => return Outcome::NotAsked,
        History::None => return Outcome::Fails(vec![unknown(&facts, "there is no commit yet")]),
        History::Known(answers) => answers,
    };
    let known: Vec<&Identity> =
        answers.people.iter().filter(|who| facts.iter().any(|f| is(&f.value, who))).collect();
    let newest = known.iter().max_by_key(|who| who.last_time);
    match (newest, within) {
        (None, _) if answers.shallow => c.shallow("whether the owner ever committed here"),
        (None, None) => Outcome::Fails(vec![unknown(
            &facts,
            "nobody of that name, address or handle ever committed here",
        )]),
        // The rule about unknown people speaks.
        (None, Some(_)) => Outcome::NotAsked,
        (Some(_), None) => Outcome::Holds,
        (Some(who), Some(limit)) => idle(c, &facts, who, limit, answers.shallow),
    }
}

fn idle(c: &Context<'_>, facts: &[&Fact], who: &Identity, limit: &At<u64>, shallow: bool) -> Outcome {
    let last = words::date(who.last_time);
    if idle_days(c.today, who) <= limit.value {
        return Outcome::Holds;
    }
    if shallow {
        return c.shallow("when the owner last committed");
    }
    let message = format!(
        "{} last committed on {last}, {}; the policy expects a commit within {} days",
        who.name,
        words::distance(c.today, last),
        limit.value
    );
    let mut problem =
        Problem::new(message, Location::Text(facts[0].span)).label(format!("last commit: {last}"));
    problem.because = Some(limit.span);
    Outcome::Fails(vec![problem])
}

fn unknown(facts: &[&Fact], why: &str) -> Problem {
    Problem::new(format!("the history does not know {}: {why}", facts[0].text), Location::Text(facts[0].span))
        .label("not an author of any commit")
        .help("authors are matched by name, e-mail address and handle, through .mailmap where there is one")
}

/// A person who is looked for among those who committed.
pub struct Sought<'a> {
    facts: Vec<&'a Fact>,
    within: Option<u64>,
}

/// Whom a rule looks for; nobody when nobody is named.
pub(super) fn sought<'a>(
    facts: impl Iterator<Item = &'a Fact>,
    within: Option<&At<u64>>,
) -> Option<Sought<'a>> {
    let facts: Vec<&Fact> = facts.collect();
    (!facts.is_empty()).then(|| Sought { facts, within: within.map(|days| days.value) })
}

impl Sought<'_> {
    /// True when these people make the rule hold: whoever else there is, and whatever else they did, changes
    /// nothing about that.
    pub fn is_found(&self, today: NaiveDate, people: &[Identity]) -> bool {
        let mut known = people.iter().filter(|who| self.facts.iter().any(|f| is(&f.value, who)));
        known.any(|who| self.within.is_none_or(|limit| idle_days(today, who) <= limit))
    }
}

fn idle_days(today: NaiveDate, who: &Identity) -> u64 {
    (today - words::date(who.last_time)).num_days().max(0).unsigned_abs()
}

/// True when a fact and an identity are the same person.
pub(super) fn is(value: &Value, who: &Identity) -> bool {
    match value {
        Value::Person(person) => {
            person
                .email
                .as_ref()
                .is_some_and(|email| who.all_emails.iter().any(|e| e.eq_ignore_ascii_case(email)))
                || person.name.as_ref().is_some_and(|name| who.all_names.iter().any(|n| same_name(n, name)))
                || person.handle.as_ref().is_some_and(|handle| has_handle(who, handle))
        }
        Value::Text(text) => {
            who.all_emails.iter().any(|e| e.eq_ignore_ascii_case(text))
                || who.all_names.iter().any(|n| same_name(n, text))
                || has_handle(who, text)
        }
        _ => false,
    }
}

/// Names compare folded, in any order of their words: `LOVELACE, Ada` is `Ada Lovelace`.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    let words = |name: &str| {
        let folded = Folded::new(name);
        let mut words: Vec<String> = folded
            .as_str()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_string)
            .collect();
        words.sort();
        words
    };
    let (a, b) = (words(a), words(b));
    !a.is_empty() && a == b
}

fn has_handle(who: &Identity, handle: &str) -> bool {
    let handle = handle.trim_start_matches('@').to_lowercase();
    if handle.is_empty() {
        return false;
    }
    let in_email = |email: &String| {
        let Some((local, domain)) = email.split_once('@') else { return false };
        let local = local.to_lowercase();
        // Addresses of forges: the handle behind the number. Elsewhere: the local part itself.
        let bare = if domain.contains(NOREPLY) {
            local.rsplit('+').next().unwrap_or(&local)
        } else {
            local.as_str()
        };
        bare == handle
    };
    let in_name = |name: &String| {
        name.to_lowercase() == handle || name.to_lowercase().split_whitespace().collect::<String>() == handle
    };
    who.all_emails.iter().any(in_email) || who.all_names.iter().any(in_name)
}
