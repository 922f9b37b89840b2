//! Rules about the files of models: the tree is sorted out once, and only when a rule asks. Code is read on other
//! threads while the history is walked.

use super::settle::About;
use super::{Request, Stage};
use crate::check::{self, FileContext, Looked, Searched, Searching, Sorted, Tree};
use crate::diag::Sources;
use crate::evidence::Places;
use crate::git::Snapshot;
use crate::model::{self, Model};
use crate::policy::{Check, PolicySet, Rule, Severity};
use crate::verdict::Verdict;

/// The files of all models, and the searches in their code that were begun.
pub(super) struct Begun {
    sorted: Sorted,
    searching: Searching,
}

/// Sorts the files, and begins to search code, so that this is done while the evidence is judged; `None` when no rule
/// asks about files.
pub(super) fn begin(
    set: &PolicySet,
    snapshot: &Snapshot<'_>,
    (judged, all): (&[Model], &[Model]),
    places: &Places,
) -> Option<Begun> {
    if !rules(set).any(|rule| super::asked_of_any(set, judged, rule)) {
        return None;
    }
    let sorted = Sorted::new(snapshot, all);
    let models: Vec<_> =
        judged.iter().filter_map(|model| Some((model::place(all, &model.id)?, model))).collect();
    let searching = check::search(set, &sorted, &models, |artifact| places.any_of(artifact), snapshot);
    Some(Begun { sorted, searching })
}

impl Begun {
    /// The files, and the searches, now that the evidence is known.
    pub(super) fn go_on<'s, 'r>(self, stage: &'s Stage<'r>, sources: &Sources) -> (Tree<'s, 'r>, Searching) {
        let judged = stage.models.iter().zip(&stage.surveys);
        let models: Vec<_> = judged
            .filter_map(|(model, survey)| Some((model::place(&stage.all, &model.id)?, survey)))
            .collect();
        check::declare(&stage.set, &self.searching, &models, sources, &stage.snapshot);
        (Tree::new(&stage.snapshot, &stage.all, self.sorted), self.searching)
    }
}

fn rules(set: &PolicySet) -> impl Iterator<Item = &Rule> {
    set.rules.iter().filter(|rule| rule.check.is_about_files())
}

/// Looks for the files that rules want, for [`judge`].
pub(super) fn look<'s>(stage: &'s Stage<'_>, tree: &mut Tree<'s, '_>) -> Looked<'s> {
    let mut looked = Looked::default();
    for model in &stage.models {
        let Some(at) = model::place(&stage.all, &model.id) else { continue };
        for rule in rules(&stage.set) {
            if stage.set.severity(rule, model.tier, model.mode) != Severity::Off {
                looked.look(rule, at, tree);
            }
        }
    }
    looked
}

/// Asks all rules about files and takes their outcomes into the verdict, whose rows are there already.
pub(super) fn judge<'s>(
    request: &Request,
    stage: &'s Stage<'_>,
    tree: &mut Tree<'s, '_>,
    (looked, searched): (&mut Looked<'s>, &mut Searched),
    sources: &mut Sources,
    verdict: &mut Verdict,
) {
    for (model, survey) in stage.models.iter().zip(&stage.surveys) {
        let Some(at) = model::place(&stage.all, &model.id) else { continue };
        for rule in rules(&stage.set) {
            let severity = stage.set.severity(rule, model.tier, model.mode);
            if severity == Severity::Off {
                continue;
            }
            let outcome = check::judge_files(&mut FileContext {
                set: &stage.set,
                rule,
                models: &stage.all,
                model: at,
                survey,
                tree: &mut *tree,
                searched: &mut *searched,
                looked: &mut *looked,
                sources: &mut *sources,
            });
            let artifact = match &rule.check {
                Check::Reach(check) => check.declared_facts().next().map(|(artifact, _)| artifact),
                _ => None,
            };
            let about = About { set: &stage.set, rule, model: Some(model), artifact, today: request.as_of };
            about.settle(verdict, severity, outcome);
        }
    }
}
