//! Everything up to the evidence: tree, policy, models, facts.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check;
use crate::diag::{Diagnostic, Level, Sources};
use crate::evidence::{Places, Survey, Surveyor, Texts};
use crate::git::{Limits, Repo, Snapshot};
use crate::model::Model;
use crate::policy::{PolicySet, closest};

use super::files::{self, Begun};
use super::lock::{self, Approval};
use super::scope::Scope;
use super::trust::Stated;
use super::weaker::Weakening;
use super::{Change, Request, preview, trust, weaker};

/// A tree with its policy, its models and their evidence.
pub struct Stage<'r> {
    /// The policy.
    pub set: Arc<PolicySet>,
    /// The tree.
    pub snapshot: Snapshot<'r>,
    /// The models that were asked for, sorted by id.
    pub models: Vec<Model>,
    /// All models, sorted by id.
    pub(super) all: Vec<Model>,
    /// True when only some of the models were asked for.
    pub partial: bool,
    /// One for each model.
    pub surveys: Vec<Survey>,
    /// The models that the change touches; `None` when every model blocks.
    pub(super) touched: Option<BTreeSet<String>>,
    /// What the change would make weaker.
    pub(super) weaker: Vec<Weakening>,
    /// Whether the owners of a locked policy approved that; `None` when it is not locked.
    pub(super) approval: Option<Approval>,
    /// What has to be said about the policy.
    pub(super) remarks: Vec<String>,
}

impl Stage<'_> {
    /// False for a model that the judged change does not touch.
    pub(super) fn in_scope(&self, model: &str) -> bool {
        self.touched.as_ref().is_none_or(|touched| touched.contains(model))
    }
}

/// Reads everything that the judgement needs.
///
/// # Errors
/// Everything that makes a judgement impossible, each with what to do.
pub fn stage<'r>(
    repo: &'r Repo,
    request: &Request,
    sources: &mut Sources,
) -> Result<Stage<'r>, Vec<Diagnostic>> {
    prepare(repo, request, sources, false).map(|(stage, _)| stage)
}

/// As [`stage`]; where rules about files are going to be asked, what they need is begun on the way.
pub(super) fn prepare<'r>(
    repo: &'r Repo,
    request: &Request,
    sources: &mut Sources,
    files: bool,
) -> Result<(Stage<'r>, Option<Begun>), Vec<Diagnostic>> {
    let git = |error: crate::git::Error| vec![error.diagnostic()];
    let mut snapshot = repo.snapshot(&request.target, &Limits::default()).map_err(git)?;
    let trusted = trust::establish(repo, request, &snapshot, sources)?;
    let (set, all) = (&trusted.stated.set, &trusted.stated.models);
    snapshot.set_max_blob(set.config.max_file_bytes);
    let models = chosen(all, &request.models)?;
    match &trusted.proposed {
        Some(proposed) if !trusted.adopted => waived_models(&proposed.set, &proposed.models)?,
        _ => waived_models(set, all)?,
    }
    let places = Places::find(set, &snapshot);
    if places.is_empty() || !set.rules.iter().any(|rule| check::asks_history(&rule.check)) {
        repo.stop_reading_ahead();
    }
    let asked = files && request.history;
    let begun = asked.then(|| files::begin(set, &snapshot, (&models, all), &places)).flatten();
    let mut texts = Texts::default();
    let mut surveyor = Surveyor::new(set, &snapshot, &places, all);
    let surveys = surveyor.survey_all(&models, &mut texts, sources).map_err(git)?;
    let partial = models.len() < all.len();
    let scope =
        Scope { repo, request, trusted: &trusted, models: &models, surveys: &surveys, snapshot: &snapshot };
    let touched = scope.touched()?;
    let weaker = match &trusted.proposed {
        Some(before) if trusted.adopted => weaker::rules_only(before, &trusted.stated, &models, sources),
        Some(proposed) => weaker::compare(&trusted.stated, proposed, sources, request.as_of),
        None => Vec::new(),
    };
    let mut weaker = weaker;
    weaker.extend(trusted.left.iter().map(Weakening::from));
    if let Some(before) = trusted.proposed.as_ref().filter(|_| trusted.adopted && request.policy.is_some()) {
        // A policy from outside was in force before: leaving its judgement is no adoption.
        weaker.extend(weaker::models_only(before, &trusted.stated));
    }
    let locked = trusted.stated.set.config.locked.is_some()
        && (!trusted.adopted || request.policy.is_some())
        && !weaker.is_empty();
    let approval = match &request.change {
        Some(change) if locked => {
            Some(lock::approval(repo, change, &trusted).map_err(|problem| vec![*problem])?)
        }
        _ => None,
    };
    let mut remarks = trusted.remarks;
    if let Some(proposed) = trusted.proposed.as_ref().filter(|_| !trusted.adopted) {
        remarks.extend(preview::stricter(&trusted.stated, proposed));
    }
    remarks.extend(request.change.as_ref().and_then(conflicts));
    if let Some(Approval::Given(said)) = &approval {
        remarks.push(said.clone());
    }
    let Stated { set, models: all } = trusted.stated;
    let stage = Stage { set, snapshot, models, all, partial, surveys, touched, weaker, approval, remarks };
    Ok((stage, begun))
}

/// Conflicts outside of the evidence: what would be judged is clear, what would land is not. Evidence in
/// conflict cannot be read, and ends the judgement when it is.
fn conflicts(change: &Change) -> Option<String> {
    let (first, rest) = change.conflicts.split_first()?;
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    Some(format!("the merge is in conflict at {first}{more}: somebody has to resolve it before it can land"))
}

fn chosen(all: &[Model], wanted: &[String]) -> Result<Vec<Model>, Vec<Diagnostic>> {
    if wanted.is_empty() {
        return Ok(all.to_vec());
    }
    let mut problems = Vec::new();
    let mut out: Vec<Model> = Vec::new();
    for id in wanted {
        match all.iter().find(|m| m.id == *id) {
            Some(model) if out.iter().any(|m| m.id == model.id) => {}
            Some(model) => out.push(model.clone()),
            None => problems.push(unknown_model(id, all)),
        }
    }
    out.sort_by(|a, b| a.id.cmp(&b.id));
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

fn unknown_model(id: &str, all: &[Model]) -> Diagnostic {
    let names: Vec<&str> = all.iter().map(|m| m.id.as_str()).collect();
    let help = match closest(id, names.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!(
            "models of this repository: {}",
            names.iter().take(20).copied().collect::<Vec<_>>().join(", ")
        ),
    };
    Diagnostic::new(Level::Error, "unknown-model", format!("there is no model named `{id}`")).help(help)
}

/// A waiver for a model that does not exist waives nothing, and somebody believes that it does.
fn waived_models(set: &PolicySet, all: &[Model]) -> Result<(), Vec<Diagnostic>> {
    let mut problems = Vec::new();
    for name in set.config.waivers.iter().filter_map(|w| w.model.as_ref()) {
        if !all.iter().any(|m| m.id == name.value) {
            problems.push(unknown_model(&name.value, all).at(name.span, "no such model"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
