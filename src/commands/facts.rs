//! `roadworthy facts`: every fact that was read, with its place. docs/facts.md describes the JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Output, Result, refused};
use crate::artifact::types::{Comparator, Value};
use crate::cli::{Facts as Args, FactsFormat};
use crate::diag::{Sources, Span, escape};
use crate::evidence::{Candidate, FlawKind};
use crate::gate::{Stage, stage};
use crate::policy::Artifact;
use crate::request::{self, Terminal};

/// The version of the JSON form.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Listing {
    schema_version: u32,
    models: Vec<ModelFacts>,
}

#[derive(Serialize)]
struct ModelFacts {
    id: String,
    path: String,
    tier: &'static str,
    mode: Option<&'static str>,
    evidence: Vec<File>,
}

/// One candidate file of one artifact.
#[derive(Serialize)]
struct File {
    artifact: String,
    path: String,
    state: &'static str,
    reason: Option<String>,
    facts: Vec<FactLine>,
    flaws: Vec<FlawLine>,
}

#[derive(Serialize)]
struct FactLine {
    name: String,
    text: String,
    value: Typed,
    line: u32,
    column: u32,
    read_by: &'static str,
}

/// The value in a form that a policy engine can compare.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Typed {
    Person { name: Option<String>, email: Option<String>, handle: Option<String> },
    Date(String),
    Days(f64),
    Cron(String),
    Number(f64),
    Ratio(f64),
    Limit { above: Option<bool>, number: f64 },
    Latency { milliseconds: f64, percentile: Option<f64> },
    Signature { name: Option<String>, date: String },
    Text(String),
}

#[derive(Serialize)]
struct FlawLine {
    name: String,
    problem: &'static str,
    line: u32,
    column: u32,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result {
    let repo = request::repository(&args.tree.path)?;
    let request = request::request(&repo, &args.tree, None)?;
    let mut sources = Sources::new();
    let stage = match stage(&repo, &request, &mut sources) {
        Ok(stage) => stage,
        Err(problems) => return Ok(refused(&problems, &sources, terminal)),
    };
    let listing = listing(&stage, &sources);
    Ok(Output::done(match args.format {
        FactsFormat::Json => {
            let text =
                serde_json::to_string_pretty(&listing).expect("strings, numbers and lists always serialise");
            text + "\n"
        }
        FactsFormat::Human => human(&listing),
    }))
}

fn listing(stage: &Stage<'_>, sources: &Sources) -> Listing {
    let models = stage.models.iter().zip(&stage.surveys).map(|(model, survey)| {
        let of = stage.set.artifacts.iter().zip(&survey.evidence);
        let evidence = of
            .flat_map(|(artifact, evidence)| {
                evidence.candidates.iter().map(move |c| file(artifact, c, sources))
            })
            .collect();
        let mode = model.mode.map(|m| m.name());
        ModelFacts {
            id: model.id.clone(),
            path: model.path.to_string(),
            tier: model.tier.name(),
            mode,
            evidence,
        }
    });
    Listing { schema_version: SCHEMA_VERSION, models: models.collect() }
}

fn file(artifact: &Artifact, candidate: &Candidate, sources: &Sources) -> File {
    let name = |fact: usize| format!("{}.{}", artifact.id.value, artifact.facts[fact].name.value);
    let mut facts: Vec<(usize, Span, FactLine)> = Vec::new();
    for fact in &candidate.facts.found {
        let at = sources.position(fact.span);
        let (text, value) = (fact.text.clone(), typed(&fact.value));
        let line = FactLine {
            name: name(fact.fact),
            text,
            value,
            line: at.line,
            column: at.column,
            read_by: fact.how,
        };
        facts.push((fact.fact, fact.span, line));
    }
    facts.sort_by_key(|(fact, span, _)| (*fact, *span));
    let open = candidate.facts.flaws.iter().filter(|flaw| !candidate.facts.has(flaw.fact));
    let flaws = open.map(|flaw| {
        let at = sources.position(flaw.span);
        let problem = match flaw.kind {
            FlawKind::Unfilled => "unfilled",
            FlawKind::Wrong(_) => "wrong-type",
        };
        FlawLine { name: name(flaw.fact), problem, line: at.line, column: at.column }
    });
    File {
        artifact: artifact.id.value.clone(),
        path: candidate.path.to_string(),
        state: candidate.state.name.name(),
        reason: Some(candidate.state.reason.clone()).filter(|r| !r.is_empty()),
        flaws: flaws.collect(),
        facts: facts.into_iter().map(|(_, _, line)| line).collect(),
    }
}

fn typed(value: &Value) -> Typed {
    match value {
        Value::Person(p) => {
            Typed::Person { name: p.name.clone(), email: p.email.clone(), handle: p.handle.clone() }
        }
        Value::Date(date) => Typed::Date(date.to_string()),
        Value::Days(days) => Typed::Days(*days),
        Value::Cron(cron) => Typed::Cron(cron.clone()),
        Value::Number(number) => Typed::Number(*number),
        Value::Ratio(ratio) => Typed::Ratio(*ratio),
        Value::Limit { comparator, number } => {
            Typed::Limit { above: comparator.map(|c| c == Comparator::Above), number: *number }
        }
        Value::Latency { millis, percentile } => {
            Typed::Latency { milliseconds: *millis, percentile: *percentile }
        }
        Value::Signature(person, date) => {
            Typed::Signature { name: person.name.clone(), date: date.to_string() }
        }
        Value::Text(text) => Typed::Text(text.clone()),
    }
}

fn human(listing: &Listing) -> String {
    let mut out = String::new();
    for model in &listing.models {
        let _ = writeln!(out, "model {} ({}, {})", escape::line(&model.id), model.path, model.tier);
        for file in &model.evidence {
            let reason = file.reason.as_ref().map_or_else(String::new, |r| format!(": {}", escape::line(r)));
            let _ = writeln!(out, "\n  {} · {} · {}{reason}", file.artifact, file.path, file.state);
            for fact in &file.facts {
                let value: String =
                    fact.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(70).collect();
                let _ = writeln!(
                    out,
                    "    {:<28} {:>5}:{:<4} {}",
                    fact.name,
                    fact.line,
                    fact.column,
                    escape::line(&value)
                );
            }
            for flaw in &file.flaws {
                let _ = writeln!(
                    out,
                    "    {:<28} {:>5}:{:<4} ({})",
                    flaw.name, flaw.line, flaw.column, flaw.problem
                );
            }
        }
        if model.evidence.is_empty() {
            out.push_str("  no file that could be evidence was found\n");
        }
        out.push('\n');
    }
    out
}
