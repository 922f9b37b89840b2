//! Which models are judged: those of production, and what becomes of the ones that a change adds, moves or
//! takes away.

use crate::diag::{RepoPath, Span};
use crate::git::{CommitId, Repo, Snapshot};
use crate::model::{self, Model};
use crate::policy::{ModelSpec, PolicySet};

use super::trust::{Judging, Mistakes, Stated, snapshot};

/// A model that leaves the list with its folder and ships on.
pub(super) struct Left {
    /// Its id.
    pub(super) id: String,
    /// What the change would do, as the rest of "this change would …".
    pub(super) what: String,
    /// Where the change says so.
    pub(super) now: Option<Span>,
    /// Where production lists it.
    pub(super) was: Option<Span>,
}

/// What tells which models there are.
pub(super) struct Listing<'a> {
    pub(super) repo: &'a Repo,
    pub(super) tip: CommitId,
    pub(super) snapshot: &'a Snapshot<'a>,
    pub(super) changed: &'a [RepoPath],
}

impl Listing<'_> {
    /// The models that are judged, and those that leave the list and ship on.
    ///
    /// # Errors
    /// What makes it impossible to say which models there are.
    pub(super) fn models(
        &self,
        judging: &mut Judging,
        proposed: Option<&Stated>,
    ) -> Result<(Vec<Model>, Vec<Left>), Mistakes> {
        let config = &judging.set.config;
        for folder in model::gone(config, self.changed, self.snapshot) {
            if !config.models.iter().any(|spec| spec.path.value == folder) {
                judging.remarks.push(format!("this change removes the model in {folder} with its folder"));
            }
        }
        match proposed {
            // The first configuration says itself which models there are.
            Some(before) if judging.adopted => {
                let models = model::discover(config, self.snapshot)?;
                judging.remarks.extend(no_longer(&before.models, &models));
                Ok((models, Vec::new()))
            }
            Some(proposed) => {
                let production = snapshot(self.repo, self.tip)?;
                let (models, gone) = models(&judging.set, proposed, self.snapshot, &mut judging.remarks)?;
                let left = |spec| left_behind(spec, proposed, &production, self.snapshot);
                Ok((models, gone.iter().filter_map(left).collect()))
            }
            None => Ok((model::discover(config, self.snapshot)?, Vec::new())),
        }
    }
}

/// What the first configuration takes out of the judgement.
fn no_longer(before: &[Model], now: &[Model]) -> Option<String> {
    let root =
        before.iter().any(|model| model.path.is_root()) && !now.iter().any(|model| model.path.is_root());
    let count = match now.len() {
        1 => "1 model".to_string(),
        n => format!("{n} models"),
    };
    root.then(|| {
        format!("so far the whole repository was one model; from now on {count} of it will be judged")
    })
}

/// A model whose folder is gone, and which ships on under another name: what the change makes of it.
fn left_behind(
    spec: &ModelSpec,
    proposed: &Stated,
    production: &Snapshot<'_>,
    judged: &Snapshot<'_>,
) -> Option<Left> {
    let id = spec.id.value.clone();
    let was = Some(spec.id.span);
    match proposed.models.iter().find(|model| model.id == id) {
        Some(moved) if moved.tier > spec.tier => {
            let what =
                format!("lower the tier of model `{id}` from {} to {}", spec.tier.name(), moved.tier.name());
            return Some(Left { id, what, now: moved.listed, was });
        }
        Some(_) => return None,
        None => {}
    }
    let place = judged.moved_from(production, &spec.path.value)?;
    if proposed.models.iter().any(|model| !model.path.is_root() && model.path.contains(place.as_bytes())) {
        return None;
    }
    let what = format!("take model `{id}` out of the list while its files live on, such as {place}");
    Some(Left { id, what, now: None, was })
}

/// The models that are judged: those that the trusted policy states and the change does not take away
/// with their folder, and those that the change adds. And those that it takes away.
fn models(
    set: &PolicySet,
    proposed: &Stated,
    snapshot: &Snapshot<'_>,
    remarks: &mut Vec<String>,
) -> Result<(Vec<Model>, Vec<ModelSpec>), Mistakes> {
    let mut config = set.config.clone();
    let (stay, gone): (Vec<ModelSpec>, Vec<ModelSpec>) = config.models.into_iter().partition(|spec| {
        let path = &spec.path.value;
        let still = proposed.set.config.models.iter().any(|other| other.path.value == *path);
        path.is_root() || snapshot.has_dir(path.as_bytes()) || still
    });
    for spec in &gone {
        remarks.push(format!("this change removes model `{}` with its folder", spec.id.value));
    }
    config.models = stay;
    let stated = !(set.config.models.is_empty() && set.config.discover.is_empty());
    if stated && config.models.is_empty() && config.discover.is_empty() {
        // The last model of the list went: what the change states is all that there is.
        return Ok((proposed.models.clone(), gone));
    }
    let mut models = model::discover(&config, snapshot)?;
    for added in &proposed.models {
        if models.iter().any(|known| known.path == added.path) {
            continue;
        }
        let mut added = added.clone();
        if models.iter().any(|known| known.id == added.id) {
            added.id = format!("{} ({})", added.id, added.path);
        }
        models.push(added);
    }
    models.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((models, gone))
}
