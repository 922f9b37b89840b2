//! Checks of rules: `[rule.check.fact]` and its siblings.

use super::fields::Fields;
use super::globs::Globs;
use super::mistakes::{At, Mistakes};
use super::rule::{Check, WaiverFault};
use super::severity::StateName;
use super::{load_agree, load_code, load_commits};
use crate::diag::Span;

type List = Vec<At<String>>;

/// The one check of a rule, and where it is written.
pub(super) fn check(mut table: Fields<'_>, mistakes: &mut Mistakes) -> Option<(Check, Span)> {
    let span = table.span();
    let mut found = Vec::new();
    for kind in Check::KINDS {
        let at = table.key_span(kind);
        if kind == "agree" {
            // Several claims of one rule: `[[rule.check.agree]]`.
            let before = mistakes.len();
            let tables = table.tables(kind, mistakes);
            if let Some(at) = at {
                if tables.is_empty() && mistakes.len() == before {
                    let help = "write it as `[[rule.check.agree]]` with `facts` and `relation`";
                    mistakes.add("empty-value", at, "the check claims nothing", help);
                }
                found.push((load_agree::agree(tables, mistakes), at));
            }
        } else if let Some(fields) = table.table(kind, mistakes) {
            found.push((one(kind, fields, mistakes), at.unwrap_or(span)));
        }
    }
    let unknown = mistakes.len();
    table.finish(mistakes);
    let unknown = mistakes.len() > unknown;
    match found.len() {
        1 => found.into_iter().next().and_then(|(check, span)| check.map(|c| (c, span))),
        0 => {
            if !unknown {
                mistakes.add(
                    "missing-key",
                    span,
                    "the rule has no check",
                    format!("add one of {}", Check::KINDS.join(", ")),
                );
            }
            None
        }
        _ => {
            mistakes.add("bad-check", span, "a rule has one check", "write a second rule");
            None
        }
    }
}

fn one(kind: &str, mut f: Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let check = match kind {
        "present" => present(&mut f, mistakes),
        "fact" => fact(&mut f, mistakes),
        "due" => Some(due(&mut f, mistakes)),
        "committer" => Some(Check::Committer {
            person: some(&mut f, "person", mistakes),
            within_days: f.integer("within_days", 1..100_000, mistakes),
        }),
        "fresh" => fresh(&mut f, mistakes),
        "paths" => Some(Check::Paths { facts: some(&mut f, "facts", mistakes) }),
        "policy" => policy(&mut f, mistakes),
        "waiver" => waiver(&mut f, mistakes),
        "commits" => load_commits::commits(&mut f, mistakes),
        "blobs" => load_commits::blobs(&mut f, mistakes),
        "approval" => load_commits::approval(&mut f, mistakes),
        "files" => load_code::files(&mut f, mistakes),
        "reach" => load_code::reach(&mut f, mistakes),
        _ => Some(Check::Schedule {
            promised: some(&mut f, "promised", mistakes),
            wired: some(&mut f, "wired", mistakes),
            command: list(&mut f, "command", mistakes),
        }),
    };
    f.finish(mistakes);
    check
}

pub(super) fn list(f: &mut Fields<'_>, key: &'static str, mistakes: &mut Mistakes) -> List {
    f.strings(key, mistakes).unwrap_or_default()
}

/// A list that must be there and must not be empty.
pub(super) fn some(f: &mut Fields<'_>, key: &'static str, mistakes: &mut Mistakes) -> List {
    let span = f.span();
    let found = f.strings(key, mistakes);
    match found {
        Some(list) if !list.is_empty() => list,
        Some(_) => {
            mistakes.add(
                "empty-value",
                f.key_span(key).unwrap_or(span),
                format!("`{key}` is empty: the rule could not fail"),
                "write something in it",
            );
            Vec::new()
        }
        None => {
            if f.key_span(key).is_none() {
                mistakes.add(
                    "missing-key",
                    span,
                    format!("the check has no `{key}`"),
                    format!("add `{key} = [\"…\"]`"),
                );
            }
            Vec::new()
        }
    }
}

fn waiver(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let word = f.required("is_not", mistakes)?;
    let fault = WaiverFault::parse(&word.value);
    if fault.is_none() {
        mistakes.unknown("unknown-word", "fault of a waiver", &word, WaiverFault::NAMES);
    }
    fault.map(|is_not| Check::Waiver { is_not })
}

fn policy(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let word = f.required("is_not", mistakes)?;
    if word.value != "weakened" {
        mistakes.unknown("unknown-word", "change of a policy", &word, ["weakened"]);
    }
    (word.value == "weakened").then_some(Check::Policy)
}

fn present(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let words = some(f, "refuses", mistakes);
    let mut refuses = Vec::new();
    for word in words {
        match StateName::parse(&word.value) {
            Some(state) => refuses.push(At { value: state, span: word.span }),
            None => mistakes.unknown(
                "unknown-state",
                "state",
                &word,
                StateName::REFUSABLE.iter().map(|s| s.name()),
            ),
        }
    }
    Some(Check::Present { refuses })
}

fn fact(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let needs = f.groups("needs", mistakes).unwrap_or_default();
    let forbids = list(f, "forbids", mistakes);
    let least = f.integer("least", 1..100, mistakes).map_or(1, |n| n.value);
    if needs.iter().all(Vec::is_empty) && forbids.is_empty() {
        mistakes.add(
            "missing-key",
            f.span(),
            "the check asks for nothing: the rule could not fail",
            "add `needs = [\"…\"]` or `forbids = [\"…\"]`",
        );
        return None;
    }
    Some(Check::Fact { needs, forbids, least })
}

fn due(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Check {
    let by = list(f, "by", mistakes);
    let since = list(f, "since", mistakes);
    let changed = list(f, "changed", mistakes);
    let every = list(f, "every", mistakes);
    let default_days = f.integer("default_days", 1..100_000, mistakes);
    let interval = !every.is_empty() || default_days.is_some();
    if by.is_empty() && !(interval && (!since.is_empty() || !changed.is_empty())) {
        mistakes.add(
            "missing-key",
            f.span(),
            "the check can never be due",
            "add `by`, or an interval (`every`, `default_days`) with a start (`since`, `changed`)",
        );
    }
    Check::Due {
        by,
        since,
        changed,
        every,
        default_days,
        ahead_days: f.integer("ahead_days", 0..1000, mistakes).map_or(0, |n| n.value),
        unless: list(f, "unless", mistakes),
        of: list(f, "of", mistakes),
    }
}

fn fresh(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let code = some(f, "code", mistakes);
    let except = list(f, "except", mistakes);
    let mut number = |key| {
        let span = f.span();
        let number = f.integer(key, 0..100_000, mistakes);
        if number.is_none() && f.key_span(key).is_none() {
            mistakes.add(
                "missing-key",
                span,
                format!("the check has no `{key}`"),
                format!("add `{key} = …`"),
            );
        }
        number
    };
    let (commits, days) = (number("commits"), number("days"));
    let (code, except) = (Globs::new(code), Globs::new(except));
    Some(Check::Fresh { code, except, commits: commits?, days: days? })
}
