//! Checks about commits: `[rule.check.commits]`, `[rule.check.blobs]`, `[rule.check.approval]`.

use super::fields::Fields;
use super::globs::Globs;
use super::load_check::{list, some};
use super::load_code;
use super::load_reader;
use super::mistakes::{At, Mistakes};
use super::pack::Terms;
use super::rule::Check;
use super::rule_commits::{ApprovalAsk, ApprovalCheck, BlobsCheck, CommitAsk, CommitsCheck, Holds};

/// The longest body that can be asked for, in words.
const MAX_WORDS: u64 = 1000;
/// The words of a body when the rule does not say.
const WORDS: u64 = 4;
/// The largest size that can be allowed, in bytes.
const MAX_SIZE: u64 = 1 << 40;

/// Keys that mean something for some questions only.
const OF_CONTEXT: [&str; 5] = ["words", "references", "reverts", "bumps", "unfinished"];
const OF_AUTHOR: [&str; 2] = ["placeholders", "hosts"];
const OF_VERSION: [&str; 1] = ["stated"];

pub(super) fn commits(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let code = Globs::new(some(f, "code", mistakes));
    let except = Globs::new(list(f, "except", mistakes));
    let asks = word(f, "asks", "question about commits", CommitAsk::parse, &CommitAsk::NAMES, mistakes);
    let mut trailers = trailer_names(list(f, "trailers", mistakes), mistakes);
    let words = f.integer("words", 1..MAX_WORDS + 1, mistakes).map_or(WORDS, |n| n.value);
    let references = load_reader::patterns(f.strings("references", mistakes));
    let mut terms = |key| load_reader::terms(f, key, mistakes);
    let (reverts, bumps, bots) = (terms("reverts"), terms("bumps"), terms("bots"));
    let (unfinished, placeholders, hosts) = (terms("unfinished"), terms("placeholders"), terms("hosts"));
    let mut stated = list(f, "stated", mistakes);
    load_code::facts_of_one(&stated, mistakes);
    let asks = asks?;
    strangers(f, asks, mistakes);
    if asks == CommitAsk::SelfApproval && trailers.is_empty() {
        trailers = some(f, "trailers", mistakes);
    }
    if asks == CommitAsk::Version && stated.is_empty() {
        stated = some(f, "stated", mistakes);
    }
    Some(Check::Commits(Box::new(CommitsCheck {
        code,
        except,
        asks,
        trailers,
        words,
        references,
        reverts,
        bumps,
        bots,
        unfinished,
        placeholders,
        hosts,
        stated,
    })))
}

/// Keys that mean nothing to a question.
fn strangers(f: &Fields<'_>, asks: CommitAsk, mistakes: &mut Mistakes) {
    let strangers: Vec<&str> = match asks {
        CommitAsk::Context => OF_AUTHOR.into_iter().chain(OF_VERSION).collect(),
        CommitAsk::Author => OF_CONTEXT.into_iter().chain(OF_VERSION).chain(["trailers"]).collect(),
        CommitAsk::SelfApproval => {
            OF_CONTEXT.into_iter().chain(OF_AUTHOR).chain(OF_VERSION).chain(["bots"]).collect()
        }
        CommitAsk::Version => OF_CONTEXT.into_iter().chain(OF_AUTHOR).chain(["trailers", "bots"]).collect(),
    };
    for key in strangers {
        if let Some(span) = f.key_span(key) {
            let message = format!("`{key}` means nothing to this question");
            mistakes.add("unused-key", span, message, "drop it, or ask another question");
        }
    }
}

pub(super) fn blobs(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let files = Globs::new(some(f, "files", mistakes));
    let always = Globs::new(list(f, "always", mistakes));
    let except = Globs::new(list(f, "except", mistakes));
    let larger_than = f.integer("larger_than", 0..MAX_SIZE, mistakes).map_or(0, |n| n.value);
    let named = f.key_span("holds").is_some();
    let holds = if named {
        word(f, "holds", "content", Holds::parse, &Holds::NAMES, mistakes)
    } else {
        f.string("holds", mistakes);
        None
    };
    (holds.is_some() || !named)
        .then(|| Check::Blobs(Box::new(BlobsCheck { files, always, except, larger_than, holds })))
}

pub(super) fn approval(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let asks = word(f, "asks", "question about approvals", ApprovalAsk::parse, &ApprovalAsk::NAMES, mistakes);
    let artifacts = some(f, "artifacts", mistakes);
    let trailers = trailer_names(some(f, "trailers", mistakes), mistakes);
    let span = f.span();
    let named = f.key_span("roles");
    let before = mistakes.len();
    let mut roles = Vec::new();
    if let Some(mut table) = f.table("roles", mistakes) {
        for (name, value) in table.rest() {
            if let Some(terms) = load_reader::terms_of(&value, mistakes) {
                roles.push((name, terms));
            }
        }
    }
    if roles.is_empty() && mistakes.len() == before {
        let at = named.unwrap_or(span);
        mistakes.add("missing-key", at, "the check names no role", "add `roles = { legal = [\"legal\"] }`");
    }
    let owner = list(f, "owner", mistakes);
    for name in &owner {
        if name.value.split_once('.').is_none() {
            let message = format!("`{}` is not a fact of an artifact", name.value);
            mistakes.add("bad-id", name.span, message, "write it as `owner.person`");
        }
    }
    let asks = asks?;
    if asks == ApprovalAsk::Independent && owner.is_empty() {
        mistakes.add(
            "missing-key",
            span,
            "the check does not say who the owner is",
            "add `owner = [\"owner.person\"]`",
        );
    }
    if let (true, Some(span)) = (asks != ApprovalAsk::Independent, f.key_span("owner")) {
        let message = "`owner` means nothing to this question";
        mistakes.add("unused-key", span, message, "drop it, or ask another question");
    }
    Some(Check::Approval(Box::new(ApprovalCheck { asks, artifacts, trailers, roles, owner })))
}

/// A word out of a closed list, which must be there.
fn word<T>(
    f: &mut Fields<'_>,
    key: &'static str,
    what: &str,
    parse: fn(&str) -> Option<T>,
    names: &'static [&'static str],
    mistakes: &mut Mistakes,
) -> Option<T> {
    let word = f.required(key, mistakes)?;
    let found = parse(&word.value);
    if found.is_none() {
        mistakes.unknown("unknown-word", what, &word, names.iter().copied());
    }
    found
}

/// Keys of trailers are letters, digits and dashes; no other line could ever be one.
fn trailer_names(names: Vec<At<String>>, mistakes: &mut Mistakes) -> Vec<At<String>> {
    for name in &names {
        let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.value.is_empty() || !name.value.chars().all(good) {
            let message = format!("`{}` cannot be the key of a trailer", name.value);
            mistakes.add("bad-id", name.span, message, "use letters, digits and `-`");
        }
    }
    names
}

/// The terms that a check names.
pub(super) fn terms_of(check: &Check) -> Vec<&Terms> {
    match check {
        Check::Commits(c) => [&c.reverts, &c.bumps, &c.bots, &c.unfinished, &c.placeholders, &c.hosts]
            .into_iter()
            .flatten()
            .collect(),
        Check::Approval(check) => check.roles.iter().map(|(_, terms)| terms).collect(),
        Check::Reach(check) => check.denials.iter().collect(),
        Check::Agree(check) => super::load_agree::terms_of(check).collect(),
        _ => Vec::new(),
    }
}
