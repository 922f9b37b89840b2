//! Rules about the files of models: the tree is sorted out once, and only when a rule asks. Code is read on other
//! threads while the history is walked.

use super::settle::About;
use super::{Request, Stage};
use crate::check::{self, FileContext, Looked, Search, Searched, Tree};
use crate::diag::Sources;
use crate::model::Model;
use crate::policy::{Check, Rule, Severity};
use crate::verdict::Verdict;

/// The files of all models; `None` when no rule asks about them.
pub(super) fn tree<'s, 'r>(request: &Request, stage: &'s Stage<'r>) -> Option<Tree<'s, 'r>> {
    let asked = rules(stage).any(|rule| super::asked_of_any(stage, rule));
    (request.history && asked).then(|| Tree::new(&stage.snapshot, &stage.all))
}

fn rules<'s>(stage: &'s Stage<'_>) -> impl Iterator<Item = &'s Rule> {
    stage.set.rules.iter().filter(|rule| rule.check.is_about_files())
}

fn place(stage: &Stage<'_>, model: &Model) -> Option<usize> {
    stage.all.iter().position(|m| m.id == model.id)
}

/// What rules ask of the models' code.
pub(super) fn searches<'s>(stage: &'s Stage<'_>, tree: &Tree<'s, '_>, sources: &Sources) -> Vec<Search<'s>> {
    let judged = stage.models.iter().zip(&stage.surveys);
    let models: Vec<_> =
        judged.filter_map(|(model, survey)| Some((place(stage, model)?, model, survey))).collect();
    check::searches(&stage.set, tree, &models, sources)
}

/// Looks for the files that rules want, for [`judge`].
pub(super) fn look<'s>(stage: &'s Stage<'_>, tree: &mut Tree<'s, '_>) -> Looked<'s> {
    let mut looked = Looked::default();
    for model in &stage.models {
        let Some(at) = place(stage, model) else { continue };
        for rule in rules(stage) {
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
    (tree, looked): (&mut Tree<'s, '_>, &mut Looked<'s>),
    (searches, searched): (&[Search<'s>], &mut Searched<'s>),
    sources: &mut Sources,
    verdict: &mut Verdict,
) {
    for (model, survey) in stage.models.iter().zip(&stage.surveys) {
        let Some(at) = place(stage, model) else { continue };
        for rule in rules(stage) {
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
                searches,
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
