//! `roadworthy status`: a model's readiness on one page.

use super::{Output, Result, refused};
use crate::cli::{Status as Args, TableFormat};
use crate::diag::Sources;
use crate::evidence::Survey;
use crate::gate::{self, Stage, stage};
use crate::policy::PolicySet;
use crate::report::status::{self, Page};
use crate::request::{self, Terminal};

/// What the page states beside the demands: a label, and the facts that say it, the first that is found.
const STATED: [(&str, &[&str]); 8] = [
    ("owner", &["owner.person"]),
    ("deputy", &["owner.deputy"]),
    ("retrained", &["retraining.cadence", "retraining.cron", "retraining.trigger"]),
    ("latency", &["slo.latency"]),
    ("availability", &["slo.availability"]),
    ("consumer", &["delivery.consumer"]),
    ("decided by", &["decision.decider"]),
    ("version", &["version.version"]),
];

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result {
    let repo = request::repository(&args.tree.path)?;
    let request = request::request(&repo, &args.tree, args.as_of.as_deref())?;
    let judged = gate::judge(&repo, &request);
    if !judged.verdict.undecided.is_empty() {
        return Ok(refused(&judged.verdict.undecided, &judged.sources, terminal));
    }
    let mut sources = Sources::new();
    let stage = match stage(&repo, &request, &mut sources) {
        Ok(stage) => stage,
        Err(problems) => return Ok(refused(&problems, &sources, terminal)),
    };
    let titles: Vec<(String, String)> =
        stage.set.artifacts.iter().map(|a| (a.id.value.clone(), a.title.clone())).collect();
    let pages: Vec<Page<'_>> = judged
        .verdict
        .rows
        .iter()
        .map(|row| Page { row, titles: titles.clone(), stated: stated(&stage, &row.id) })
        .collect();
    Ok(Output::done(match args.format {
        TableFormat::Human => status::human(&judged.verdict, &pages, &terminal.style),
        TableFormat::Markdown => status::markdown(&judged.verdict, &pages),
        TableFormat::Json => status::json(&judged.verdict, &pages),
    }))
}

fn stated(stage: &Stage<'_>, model: &str) -> Vec<(String, String)> {
    let survey = stage.models.iter().zip(&stage.surveys).find(|(m, _)| m.id == model).map(|(_, s)| s);
    let Some(survey) = survey else { return Vec::new() };
    STATED
        .iter()
        .filter_map(|(label, facts)| {
            let value = facts.iter().find_map(|fact| text(&stage.set, survey, fact))?;
            Some(((*label).to_string(), value))
        })
        .collect()
}

/// The best reading of a fact, where its evidence counts.
fn text(set: &PolicySet, survey: &Survey, fact: &str) -> Option<String> {
    let (artifact, name) = fact.split_once('.')?;
    let (index, artifact) = set.artifact(artifact)?;
    let position = artifact.facts.iter().position(|f| f.name.value == name)?;
    let evidence = survey.evidence.get(index).filter(|evidence| evidence.judgeable())?;
    evidence.facts.of(position).next().map(|fact| fact.text.clone())
}
