//! Checks about facts that must fit together: `[rule.check.agree]`.

use super::fields::Fields;
use super::globs::Globs;
use super::load_check::{list, some};
use super::load_reader;
use super::mistakes::{At, Mistakes};
use super::pack::{Artifact, FactSpec, Terms};
use super::rule::{Check, Rule};
use super::rule_agree::{AgreeCheck, Claim, Relation, Side, fact_name};
use crate::artifact::types::ValueType;

/// What `[[model]]` says itself can be named like facts.
const OF_MODEL: [&str; 2] = ["model.tier", "model.mode"];

pub(super) fn agree(tables: Vec<Fields<'_>>, mistakes: &mut Mistakes) -> Option<Check> {
    let asked = tables.len();
    let claims: Vec<Claim> = tables.into_iter().filter_map(|table| claim(table, mistakes)).collect();
    (claims.len() == asked && asked > 0).then(|| Check::Agree(Box::new(AgreeCheck { claims })))
}

fn claim(mut f: Fields<'_>, mistakes: &mut Mistakes) -> Option<Claim> {
    let facts = Side { names: some(&mut f, "facts", mistakes), files: files(&mut f, "files", mistakes) };
    let word = f.required("relation", mistakes);
    let relation = word.as_ref().and_then(|word| {
        let found = Relation::parse(&word.value);
        if found.is_none() {
            mistakes.unknown("unknown-word", "relation", word, Relation::NAMES);
        }
        found
    });
    // Values of one file may be told apart from those of others without naming a second side.
    let alone = relation == Some(Relation::Equal) && f.key_span("with").is_none();
    let names = if alone { list(&mut f, "with", mistakes) } else { some(&mut f, "with", mistakes) };
    let with = Side { names, files: files(&mut f, "with_files", mistakes) };
    let kinds = kinds(&mut f, mistakes);
    let ignore = load_reader::terms(&mut f, "ignore", mistakes);
    let fillers = load_reader::terms(&mut f, "fillers", mistakes);
    let unless = list(&mut f, "unless", mistakes);
    if let Some(relation) = relation {
        strangers(&f, relation, alone, mistakes);
    }
    let span = word.as_ref().map_or(f.span(), |word| word.span);
    f.finish(mistakes);
    Some(Claim { facts, with, relation: relation?, kinds, ignore, fillers, unless, span })
}

fn files(f: &mut Fields<'_>, key: &'static str, mistakes: &mut Mistakes) -> Option<Globs> {
    if f.key_span(key).is_none() {
        // Asked for all the same, so that it is listed among the keys.
        f.any(key);
        return None;
    }
    Some(Globs::new(some(f, key, mistakes)))
}

fn kinds(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Vec<(At<String>, Terms)> {
    let Some(at) = f.key_span("kinds") else {
        // As above.
        f.any("kinds");
        return Vec::new();
    };
    let before = mistakes.len();
    let mut kinds = Vec::new();
    if let Some(mut table) = f.table("kinds", mistakes) {
        for (name, value) in table.rest() {
            if let Some(terms) = load_reader::terms_of(&value, mistakes) {
                kinds.push((name, terms));
            }
        }
    }
    if kinds.len() < 2 && mistakes.len() == before {
        let label = "add another, such as `kinds = { yes = [\"yes\"], no = [\"no\"] }`";
        mistakes.add("empty-value", at, "with one kind no two values could differ", label);
    }
    kinds
}

/// Keys that mean nothing to a relation.
fn strangers(f: &Fields<'_>, relation: Relation, alone: bool, mistakes: &mut Mistakes) {
    let mut none = |key: &'static str, means: bool, label: &str| {
        if let (false, Some(span)) = (means, f.key_span(key)) {
            let message = format!("`{key}` means nothing here");
            mistakes.add("unused-key", span, message, label.to_string());
        }
    };
    none("kinds", relation == Relation::Equal, "only values that must be `equal` have kinds");
    none("fillers", relation == Relation::Mentioned, "only what must be `mentioned` has words to leave out");
    none("with_files", !alone, "there is no other side: add `with = [\"…\"]`");
}

/// The terms that a claim names.
pub(super) fn terms_of(check: &AgreeCheck) -> impl Iterator<Item = &Terms> {
    check.claims.iter().flat_map(|claim| {
        claim.kinds.iter().map(|(_, terms)| terms).chain(&claim.ignore).chain(&claim.fillers)
    })
}

/// What a type can be compared as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Person,
    Time,
    Number,
    Date,
    Version,
    Name,
    Prose,
}

fn class(is: ValueType) -> Class {
    match is {
        ValueType::Person
        | ValueType::Handle
        | ValueType::BareHandle
        | ValueType::UserRef
        | ValueType::Email
        | ValueType::Reachable
        | ValueType::Signature => Class::Person,
        ValueType::Duration
        | ValueType::Clock
        | ValueType::Cadence
        | ValueType::Cron
        | ValueType::Latency => Class::Time,
        ValueType::Threshold
        | ValueType::Limit
        | ValueType::Number
        | ValueType::Ratio
        | ValueType::Amount => Class::Number,
        ValueType::Date => Class::Date,
        ValueType::Version => Class::Version,
        ValueType::Prose(_) | ValueType::Decision => Class::Prose,
        ValueType::Team
        | ValueType::Address
        | ValueType::HardAddress
        | ValueType::Basis
        | ValueType::Command
        | ValueType::TrainingCommand
        | ValueType::Identifier
        | ValueType::Url
        | ValueType::Path
        | ValueType::Any => Class::Name,
    }
}

fn fits(relation: Relation, class: Class) -> bool {
    match relation {
        Relation::Equal => class != Class::Prose,
        Relation::Shared => matches!(class, Class::Person | Class::Version | Class::Date | Class::Name),
        Relation::Newest => matches!(class, Class::Version | Class::Date),
        Relation::AtMost => matches!(class, Class::Time | Class::Number | Class::Date),
        Relation::Mentioned => true,
    }
}

/// Reports names that do not exist, and values that could never be compared.
pub(super) fn check_names(rule: &Rule, check: &AgreeCheck, artifacts: &[Artifact], mistakes: &mut Mistakes) {
    let Some(own) = rule.artifact.as_ref().map(|id| id.value.as_str()) else { return };
    for claim in &check.claims {
        let mut specs: Vec<(&At<String>, &FactSpec)> = Vec::new();
        for name in &claim.facts.names {
            specs.extend(fact(own, name, artifacts, mistakes).map(|spec| (name, spec)));
        }
        for name in &claim.unless {
            fact(own, name, artifacts, mistakes);
        }
        if claim.relation == Relation::Mentioned {
            for name in &claim.with.names {
                if !artifacts.iter().any(|a| a.id.value == name.value) {
                    let known = artifacts.iter().map(|a| a.id.value.as_str());
                    mistakes.unknown("unknown-artifact", "artifact", name, known);
                }
            }
        } else {
            for name in &claim.with.names {
                specs.extend(fact(own, name, artifacts, mistakes).map(|spec| (name, spec)));
            }
        }
        comparable(claim, &specs, mistakes);
    }
}

fn fact<'a>(
    own: &str,
    name: &At<String>,
    artifacts: &'a [Artifact],
    mistakes: &mut Mistakes,
) -> Option<&'a FactSpec> {
    let (artifact, fact) = fact_name(own, &name.value);
    let Some(artifact) = artifacts.iter().find(|a| a.id.value == artifact) else {
        // What `[[model]]` says itself; that the rule's own artifact does not exist is told once.
        if OF_MODEL.contains(&name.value.as_str()) {
            return None;
        }
        if name.value.contains('.') {
            let known = artifacts.iter().map(|a| a.id.value.as_str()).chain(OF_MODEL);
            mistakes.unknown("unknown-artifact", "artifact", name, known);
        }
        return None;
    };
    let found = artifact.fact(fact);
    if found.is_none() {
        let known = artifact.facts.iter().map(|f| f.name.value.as_str());
        let name = At { value: fact.to_string(), span: name.span };
        mistakes.unknown("unknown-fact", &format!("fact of `{}`", artifact.id.value), &name, known);
    }
    found
}

fn comparable(claim: &Claim, specs: &[(&At<String>, &FactSpec)], mistakes: &mut Mistakes) {
    if !claim.kinds.is_empty() || claim.relation == Relation::Mentioned {
        return;
    }
    let Some((first, one)) = specs.first() else { return };
    for (name, spec) in specs {
        let what = if class(spec.is) != class(one.is) {
            format!(
                "`{}` is {} and `{}` is {}: they cannot be compared",
                first.value,
                one.is.noun(),
                name.value,
                spec.is.noun()
            )
        } else if !fits(claim.relation, class(spec.is)) {
            format!("`{}` is {}, for which this relation means nothing", name.value, spec.is.noun())
        } else {
            continue;
        };
        let label = match claim.relation {
            Relation::Equal => "say with `kinds` what their values mean",
            _ => "choose another relation, or other facts",
        };
        mistakes.add("bad-check", name.span, what, label);
        return;
    }
}
