//! Which models a change touches: only those block.

use std::collections::BTreeSet;

use crate::diag::RepoPath;
use crate::evidence::{self, Survey};
use crate::git::Snapshot;
use crate::model::Model;
use crate::policy::PolicySet;

use super::trust::{Stated, Trusted};

/// The ids of the models that a change touches; `None` when every model is judged for itself.
///
/// A model is touched when a file of its own folder changes, when a file elsewhere that counts, or
/// counted, as its evidence does, or when the list of models says something new of it.
pub(super) fn touched(
    trusted: &Trusted,
    models: &[Model],
    surveys: &[Survey],
    snapshot: &Snapshot<'_>,
) -> Option<BTreeSet<String>> {
    let changed = trusted.changed.as_ref()?;
    let set = &trusted.stated.set;
    let all = &trusted.stated.models;
    let mut touched: BTreeSet<String> = BTreeSet::new();
    touched.extend(changed.iter().filter_map(|path| evidence::home(all, path)).map(|m| m.id.clone()));
    let gone = gone(set, changed, snapshot);
    for (model, survey) in models.iter().zip(surveys) {
        let candidates = || survey.evidence.iter().flat_map(|e| &e.candidates);
        if candidates().any(|c| changed.binary_search(&c.path).is_ok())
            || gone.iter().any(|path| evidence::speaks_for(path, evidence::home(all, path), model))
        {
            touched.insert(model.id.clone());
        }
    }
    if let Some(proposed) = &trusted.proposed {
        touched.extend(restated(all, proposed));
    }
    Some(touched)
}

/// Files that the change takes away and that matched a pattern of evidence.
fn gone<'p>(set: &PolicySet, changed: &'p [RepoPath], snapshot: &Snapshot<'_>) -> Vec<&'p RepoPath> {
    let mut sourcing = set.sources();
    changed
        .iter()
        .filter(|path| snapshot.get(path.as_bytes()).is_none())
        .filter(|path| !sourcing.of(path.as_bytes()).is_empty())
        .collect()
}

/// Models that the change adds or makes more critical.
fn restated(models: &[Model], proposed: &Stated) -> Vec<String> {
    let known = |model: &Model| models.iter().find(|m| m.path == model.path);
    let mut ids = Vec::new();
    for model in &proposed.models {
        match known(model) {
            // One that is judged only because the change states it.
            Some(judged) if judged.listed.is_some() && judged.listed == model.listed => {
                ids.push(judged.id.clone());
            }
            Some(judged) if model.tier < judged.tier => ids.push(judged.id.clone()),
            Some(_) | None => {}
        }
    }
    ids
}
