//! What a model's evidence states about it, in a few lines for people: who answers, how often it is retrained.

use super::Stage;
use crate::evidence::Survey;
use crate::policy::PolicySet;

/// A label, and the facts that say it, the first that is found.
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

/// The lines for the model with this index.
pub(super) fn stated(stage: &Stage<'_>, model: usize) -> Vec<(String, String)> {
    let survey = &stage.surveys[model];
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
