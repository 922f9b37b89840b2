//! Facts are stated, with values of their types.

use std::collections::BTreeSet;

use super::{Context, Outcome, Problem, present, words};
use crate::artifact::types::{NotA, Person, Value};
use crate::diag::{Note, Paste, Span};
use crate::evidence::{Fact, Flaw, FlawKind, remedy};
use crate::policy::{At, FactSpec};
use crate::verdict::Location;

type Group<'a> = &'a [At<String>];

pub(super) fn run<'a>(
    c: &Context<'a>,
    needs: &'a [Vec<At<String>>],
    forbids: &'a [At<String>],
    least: u64,
) -> Outcome {
    let mut problems = Vec::new();
    let lacking: Vec<Group<'a>> =
        needs.iter().map(Vec::as_slice).filter(|group| c.facts(group).next().is_none()).collect();
    if !lacking.is_empty() {
        problems.push(lacks(c, &lacking, least));
    }
    for group in needs.iter().filter(|_| least > 1) {
        let found: Vec<&Fact> = c.facts(group).collect();
        let count = different(c, &found);
        if !found.is_empty() && count < least {
            problems.push(too_few(c, group, found[0], count, least));
        }
    }
    for name in forbids {
        if let Some(fact) = c.facts(std::slice::from_ref(name)).next() {
            let title = c.artifact.fact(&name.value).map_or("", |f| f.title.as_str());
            let mut problem =
                Problem::new(format!("{}: {title}", c.rule.title), Location::Text(fact.span)).label(title);
            problem.because = Some(name.span);
            problems.push(problem);
        }
    }
    if problems.is_empty() { Outcome::Holds } else { Outcome::Fails(problems) }
}

/// How many different answers these readings are. An address beside a name is no second answer, and
/// neither is the address of somebody who is named elsewhere.
fn different(c: &Context<'_>, found: &[&Fact]) -> u64 {
    let line = |fact: &Fact| (fact.span.source, c.sources.position(fact.span).line);
    let named: BTreeSet<_> = found.iter().filter(|f| name(f).is_some()).map(|f| line(f)).collect();
    let mut answers: Vec<Vec<&Fact>> = Vec::new();
    for fact in found.iter().filter(|f| name(f).is_some() || !named.contains(&line(f))) {
        let (same, others): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.iter().any(|other| alike(other, fact)));
        answers = others;
        answers.push(same.into_iter().flatten().chain([*fact]).collect());
    }
    answers.len() as u64
}

fn name(fact: &Fact) -> Option<&str> {
    match &fact.value {
        Value::Person(person) => person.name.as_deref(),
        _ => None,
    }
}

/// True when two readings are of one person, or of one text.
fn alike(one: &Fact, other: &Fact) -> bool {
    let (Value::Person(a), Value::Person(b)) = (&one.value, &other.value) else {
        return one.text.eq_ignore_ascii_case(&other.text);
    };
    same_person(a, b)
}

/// True when name, address or account say that two are one; an account with a part of the name in it is that
/// person's.
pub(super) fn same_person(a: &Person, b: &Person) -> bool {
    let equal = |a: &Option<String>, b: &Option<String>| a.is_some() && folded(a) == folded(b);
    let holds = |name: &Option<String>, account: Option<&str>| {
        let account = account.unwrap_or_default().to_lowercase();
        folded(name).split_whitespace().any(|word| word.chars().count() > 2 && account.contains(word))
    };
    let accounts = |p: &Person| [p.email.clone(), p.handle.clone()];
    let nameless = |name: &Option<String>, p: &Person| {
        p.name.is_none()
            && accounts(p).iter().flatten().any(|a| holds(name, a.split('@').find(|part| !part.is_empty())))
    };
    equal(&a.name, &b.name)
        || equal(&a.email, &b.email)
        || equal(&a.handle, &b.handle)
        || nameless(&a.name, b)
        || nameless(&b.name, a)
}

fn folded(text: &Option<String>) -> String {
    text.as_deref().unwrap_or_default().to_lowercase()
}

/// The fact is stated, and not often enough.
fn too_few(c: &Context<'_>, group: Group<'_>, first: &Fact, count: u64, least: u64) -> Problem {
    let specs: Vec<&FactSpec> =
        group.first().and_then(|name| c.artifact.fact(&name.value)).into_iter().collect();
    let title = words::and(&titles(&specs));
    let times = if count == 1 { "only one answer".to_string() } else { format!("only {count} answers") };
    let message = format!("{} gives {times} to {title}, and {least} are needed", c.file());
    let mut problem =
        Problem::new(message, Location::Text(first.span)).label("all others are the same, or missing");
    problem.because = group.first().map(|name| name.span);
    problem.paste = paste(c, &specs, least - count);
    problem.help.extend(present::others(c));
    problem
}

/// The lines that state the facts, as often as they are wanted.
fn paste(c: &Context<'_>, specs: &[&FactSpec], times: u64) -> Option<Paste> {
    let often: Vec<&FactSpec> = specs.iter().flat_map(|spec| (0..times).map(move |_| *spec)).collect();
    remedy(c.artifact, &often, c.evidence.best(), &c.model.path)
}

fn lacks(c: &Context<'_>, groups: &[Group<'_>], least: u64) -> Problem {
    let specs: Vec<&FactSpec> =
        groups.iter().filter_map(|g| g.first()).filter_map(|name| c.artifact.fact(&name.value)).collect();
    let flaws: Vec<(&FactSpec, &Flaw)> = groups.iter().filter_map(|group| worst_flaw(c, group)).collect();
    let mut problem = Problem::new(message(c, &specs, &flaws), c.anchor());
    if let Some((spec, flaw)) = flaws.first() {
        problem.at = Location::Text(flaw.span);
        problem.label = label(c, spec, flaw);
        problem.related = flaws[1..]
            .iter()
            .map(|(spec, flaw)| Note { span: flaw.span, text: label(c, spec, flaw) })
            .collect();
    } else {
        problem.label = format!("no line here says {}", words::and(&titles(&specs)));
    }
    problem.because = groups.first().and_then(|g| g.first()).map(|name| name.span);
    problem.paste = paste(c, &specs, least);
    problem.help.extend(present::others(c));
    problem
}

fn titles<'s>(specs: &[&'s FactSpec]) -> Vec<&'s str> {
    specs.iter().map(|spec| spec.title.as_str()).collect()
}

/// The place where a group's fact should stand and does not: a value of a wrong type says more
/// than one that is not filled in.
fn worst_flaw<'c>(c: &Context<'c>, group: Group<'_>) -> Option<(&'c FactSpec, &'c Flaw)> {
    let of = |name: &At<String>| c.artifact.facts.iter().position(|f| f.name.value == name.value);
    let flaws: Vec<(&FactSpec, &Flaw)> = group
        .iter()
        .filter_map(of)
        .filter_map(|index| c.evidence.facts.flaw(index).map(|flaw| (&c.artifact.facts[index], flaw)))
        .collect();
    flaws.iter().find(|(_, f)| f.kind != FlawKind::Unfilled).or(flaws.first()).copied()
}

/// Four outcomes, four sentences: not stated, not filled in, of the wrong type; the fourth is
/// that all is well.
fn message(c: &Context<'_>, specs: &[&FactSpec], flaws: &[(&FactSpec, &Flaw)]) -> String {
    let file = c.file();
    match (specs, flaws) {
        ([one], [(_, flaw)]) => match &flaw.kind {
            FlawKind::Unfilled => format!("{file} leaves open {}", one.title),
            FlawKind::Wrong(what) => {
                format!("{file} does not say {}: `{}` {}", one.title, excerpt(c, flaw.span), wrong(one, what))
            }
        },
        _ => format!("{file} does not say {}", words::and(&titles(specs))),
    }
}

fn label(c: &Context<'_>, spec: &FactSpec, flaw: &Flaw) -> String {
    match &flaw.kind {
        FlawKind::Unfilled => format!("{} is not filled in", spec.title),
        FlawKind::Wrong(NotA::Other) => format!("not {}", spec.wanted()),
        FlawKind::Wrong(what) => {
            format!("{} {}", if excerpt(c, flaw.span).len() < 40 { "this" } else { "it" }, what.sentence())
        }
    }
}

fn wrong(spec: &FactSpec, what: &NotA) -> String {
    match what {
        NotA::Other => format!("is not {}", spec.wanted()),
        other => other.sentence().to_string(),
    }
}

fn excerpt(c: &Context<'_>, span: Span) -> String {
    let text = c.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= 60 {
        return text;
    }
    let short: String = text.chars().take(57).collect();
    format!("{short}…")
}
