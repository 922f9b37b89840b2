//! Rules about the files of models: the tree is sorted out once, and only when a rule asks.

use super::settle::About;
use super::{Request, Stage};
use crate::check::{self, FileContext, Tree};
use crate::diag::Sources;
use crate::policy::{Check, Rule, Severity};
use crate::verdict::Verdict;

/// Asks all rules about files and takes their outcomes into the verdict, whose rows are there already.
pub(super) fn judge(request: &Request, stage: &Stage<'_>, sources: &mut Sources, verdict: &mut Verdict) {
    let rules: Vec<&Rule> = stage.set.rules.iter().filter(|rule| rule.check.is_about_files()).collect();
    let off = |rule: &&Rule| !super::asked_of_any(stage, rule);
    if !request.history || rules.iter().all(off) {
        return;
    }
    let mut tree = Tree::new(&stage.snapshot, &stage.all);
    for (model, survey) in stage.models.iter().zip(&stage.surveys) {
        let Some(at) = stage.all.iter().position(|m| m.id == model.id) else { continue };
        for rule in &rules {
            let severity = stage.set.severities(rule).of(model.tier);
            if severity == Severity::Off {
                continue;
            }
            let outcome = check::judge_files(&mut FileContext {
                set: &stage.set,
                rule,
                models: &stage.all,
                model: at,
                survey,
                tree: &mut tree,
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
