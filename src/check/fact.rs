//! Facts are stated, with values of their types.

use super::{Context, Outcome, Problem, present, words};
use crate::artifact::types::NotA;
use crate::diag::{Note, Span};
use crate::evidence::{Flaw, FlawKind, remedy};
use crate::policy::{At, FactSpec};
use crate::verdict::Location;

type Group<'a> = &'a [At<String>];

pub(super) fn run<'a>(c: &Context<'a>, needs: &'a [Vec<At<String>>], forbids: &'a [At<String>]) -> Outcome {
    let mut problems = Vec::new();
    let lacking: Vec<Group<'a>> =
        needs.iter().map(Vec::as_slice).filter(|group| c.facts(group).next().is_none()).collect();
    if !lacking.is_empty() {
        problems.push(lacks(c, &lacking));
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

fn lacks(c: &Context<'_>, groups: &[Group<'_>]) -> Problem {
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
    problem.paste = remedy(c.artifact, &specs, c.evidence.best(), &c.model.path);
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
