//! Which models a change touches: only those block.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, RepoPath, Sources};
use crate::evidence::{self, Places, Survey, Surveyor, Texts};
use crate::git::{Limits, Repo, Snapshot, Target};
use crate::model::{Homes, Model};

use super::trust::{Stated, Trusted};
use super::{Change, Request};

/// What tells which models a change touches.
pub(super) struct Scope<'a, 'r> {
    pub(super) repo: &'r Repo,
    pub(super) request: &'a Request,
    pub(super) trusted: &'a Trusted,
    pub(super) models: &'a [Model],
    pub(super) surveys: &'a [Survey],
    pub(super) snapshot: &'a Snapshot<'r>,
}

impl Scope<'_, '_> {
    /// The ids of the models that a change touches; `None` when every model is judged for itself.
    ///
    /// A model is touched when a file of its own folder changes, when a file elsewhere that counts, or
    /// counted, as its evidence does, when another model is put into its place, or when the list of models
    /// says something new of it.
    ///
    /// # Errors
    /// When what the change is compared with cannot be read.
    pub(super) fn touched(&self) -> Result<Option<BTreeSet<String>>, Vec<Diagnostic>> {
        let Some(changed) = &self.trusted.changed else { return Ok(None) };
        let all = &self.trusted.stated.models;
        let homes = Homes::new(all);
        let mut touched: BTreeSet<String> = BTreeSet::new();
        let owners = changed.iter().filter_map(|path| homes.of(path.as_bytes()));
        touched.extend(owners.map(|at| all[at].id.clone()));
        if let Some(proposed) = &self.trusted.proposed {
            touched.extend(restated(all, proposed));
        }
        // Files that may be evidence for whom, now or before.
        let mut sourcing = self.trusted.stated.set.sources();
        let evidence: Vec<&RepoPath> =
            changed.iter().filter(|path| !sourcing.of(path.as_bytes()).is_empty()).collect();
        let mut doubtful: Vec<(&Model, &RepoPath)> = Vec::new();
        for (model, survey) in self.models.iter().zip(self.surveys) {
            for path in evidence.iter().filter(|path| speaks_for(path, (all, &homes), model)) {
                let counts = survey.evidence.iter().flat_map(|e| &e.candidates).any(|c| c.path == **path);
                if counts || self.snapshot.get(path.as_bytes()).is_none() {
                    touched.insert(model.id.clone());
                } else {
                    doubtful.push((model, path));
                }
            }
        }
        doubtful.retain(|(model, _)| !touched.contains(&model.id));
        touched.extend(self.counted(&doubtful)?);
        Ok(Some(touched))
    }

    /// Models whose evidence counted before the change, and does not any more.
    fn counted(&self, doubtful: &[(&Model, &RepoPath)]) -> Result<Vec<String>, Vec<Diagnostic>> {
        let since = self.request.change.as_ref().and_then(|change: &Change| change.since);
        let (Some(since), false) = (since, doubtful.is_empty()) else { return Ok(Vec::new()) };
        let git = |error: crate::git::Error| vec![error.diagnostic()];
        let before = self.repo.snapshot(&Target::Commit(since), &Limits::default()).map_err(git)?;
        let set = &self.trusted.stated.set;
        let places = Places::find(set, &before);
        let (mut texts, mut sources) = (Texts::default(), Sources::new());
        let mut surveyor = Surveyor::new(set, &before, &places, &self.trusted.stated.models);
        let mut ids = Vec::new();
        for model in self.models {
            let paths: Vec<&RepoPath> =
                doubtful.iter().filter(|(m, _)| m.id == model.id).map(|(_, path)| *path).collect();
            if paths.is_empty() {
                continue;
            }
            let survey = surveyor.survey(model, &mut texts, &mut sources).map_err(git)?;
            if survey.evidence.iter().flat_map(|e| &e.candidates).any(|c| paths.contains(&&c.path)) {
                ids.push(model.id.clone());
            }
        }
        Ok(ids)
    }
}

fn speaks_for(path: &RepoPath, (all, homes): (&[Model], &Homes<'_>), model: &Model) -> bool {
    evidence::speaks_for(path, homes.of(path.as_bytes()).map(|at| &all[at]), model)
}

/// Models that the change adds or makes more critical, and those in whose place it puts another.
fn restated(models: &[Model], proposed: &Stated) -> BTreeSet<String> {
    let known = |model: &Model| models.iter().find(|m| m.path == model.path);
    let mut ids = BTreeSet::new();
    for model in &proposed.models {
        match known(model) {
            // One that is judged only because the change states it.
            Some(judged) if judged.listed.is_some() && judged.listed == model.listed => {
                ids.insert(judged.id.clone());
                let others: Vec<Model> = models.iter().filter(|m| m.id != judged.id).cloned().collect();
                let (homes, inside) = (Homes::new(&others), judged.path.join(b"x"));
                let heirs = others.iter().filter(|m| speaks_for(&inside, (&others, &homes), m));
                ids.extend(heirs.map(|m| m.id.clone()));
            }
            Some(judged) if model.tier < judged.tier => {
                ids.insert(judged.id.clone());
            }
            Some(_) | None => {}
        }
    }
    ids
}
