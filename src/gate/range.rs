//! Rules about commits: the change is read once, and only when a rule asks.

use std::collections::BTreeMap;

use super::settle::About;
use super::{Change, Newest, Request, Stage};
use crate::check::{
    self, ApprovalContext, Known, Last, Messages, Outcome, Range, RangeContext, approved_files,
};
use crate::diag::{Diagnostic, RepoPath, Sources};
use crate::evidence::Survey;
use crate::git::{Answers, Changes, CommitId, Error, Limits, Mailmap, Repo, Touch, Trail};
use crate::model::{self, Model};
use crate::policy::{ApprovalCheck, Check, CommitAsk, Rule, Severity, Tier};
use crate::verdict::Verdict;

/// Asks all rules about commits and takes their outcomes into the verdict, whose rows are there already.
pub(super) fn judge(
    repo: &Repo,
    request: &Request,
    stage: &Stage<'_>,
    tip: Option<CommitId>,
    (newest, answers): (&Newest<'_>, &Answers),
    sources: &mut Sources,
    verdict: &mut Verdict,
) {
    let (Some(tip), true) = (tip, request.history) else { return };
    if !asked(stage, |check| check.is_about_change() || matches!(check, Check::Approval(_))) {
        return;
    }
    let mut texts = Messages::new(sources);
    let done = Gate { repo, request, stage, newest, answers }.judge(tip, &mut texts, verdict);
    if let Err(problems) = done {
        verdict.undecided.extend(problems);
    }
}

/// True when a rule of this kind is on for a judged model, or for what belongs to none.
fn asked(stage: &Stage<'_>, is: impl Fn(&Check) -> bool) -> bool {
    stage.set.rules.iter().any(|rule| {
        let on = |tier, mode| stage.set.severity(rule, tier, mode) != Severity::Off;
        is(&rule.check)
            && (on(Tier::Standard, None) || stage.models.iter().any(|model| on(model.tier, model.mode)))
    })
}

/// True when a rule about approvals is on.
fn asks_approvals(stage: &Stage<'_>) -> bool {
    asked(stage, |check| matches!(check, Check::Approval(_)))
}

/// The files that approvals cover, which rules ask for: when each last changed has to be known.
pub(super) fn approved(stage: &Stage<'_>) -> Vec<RepoPath> {
    if !asks_approvals(stage) {
        return Vec::new();
    }
    let checks = stage.set.rules.iter().filter_map(|rule| match &rule.check {
        Check::Approval(check) => Some(check),
        _ => None,
    });
    let mut files = Vec::new();
    for name in checks.flat_map(|check| &check.artifacts) {
        let Some((index, artifact)) = stage.set.artifact(&name.value) else { continue };
        for survey in &stage.surveys {
            let approved = approved_files(artifact, &survey.evidence[index]);
            files.extend(approved.iter().map(|file| file.path.clone()));
        }
    }
    files.sort();
    files.dedup();
    files
}

type Refused = Vec<Diagnostic>;

fn git(error: Error) -> Refused {
    vec![error.diagnostic()]
}

struct Gate<'a, 'r> {
    repo: &'r Repo,
    request: &'a Request,
    stage: &'a Stage<'r>,
    newest: &'a Newest<'r>,
    /// What a walk said, of the files that approvals cover too.
    answers: &'a Answers,
}

impl<'r> Gate<'_, 'r> {
    fn judge(&self, tip: CommitId, texts: &mut Messages<'_>, verdict: &mut Verdict) -> Result<(), Refused> {
        let change = self.request.change.as_ref();
        let mut changes = self.repo.changes(&Limits::default()).map_err(git)?;
        let mailmap = match change.map_or(Some(tip), |change| change.production) {
            Some(trusted) => self.repo.mailmap_of(trusted).map_err(git)?,
            None => Mailmap::default(),
        };
        let all = &self.stage.all;
        if asks_approvals(self.stage) {
            self.approvals(tip, all.len() == 1, &mailmap, &mut changes, texts, verdict)?;
        }
        if let Some(change) = change
            && let Some(head) = change.head
            && asked(self.stage, Check::is_about_change)
        {
            let range = self.range(change, head, mailmap, &mut changes, all)?;
            let known = self.known(change, &range)?;
            self.change(&range, &known, all, &changes, texts, verdict);
        }
        Ok(())
    }

    fn range(
        &self,
        change: &Change,
        head: CommitId,
        mailmap: Mailmap,
        changes: &mut Changes<'_>,
        all: &[Model],
    ) -> Result<Range, Refused> {
        let commits = self.repo.range(&change.exclude, head, &mailmap).map_err(git)?;
        let mut read = Vec::with_capacity(commits.len());
        for commit in commits {
            let mut changed = Vec::new();
            for change in changes.of(&commit).map_err(git)? {
                changed.push((changes.is_own(&change).map_err(git)?, change));
            }
            read.push((commit, changed));
        }
        Ok(Range::new(change.name.clone(), head, mailmap, read, all))
    }

    /// Looks for the change's authors in the history of production, as far back as it takes.
    fn known(&self, change: &Change, range: &Range) -> Result<Known, Refused> {
        let asks = |check: &Check| matches!(check, Check::Commits(c) if c.asks == CommitAsk::Author);
        let tips = trusted(change);
        if tips.is_empty() || !asked(self.stage, asks) {
            return Ok(Known::default());
        }
        let mut known = Known::of(range.commits.iter().map(|seen| &seen.commit.author), &range.mailmap);
        if known.is_open() {
            let cut = self.repo.authors(&tips, &range.mailmap, &mut |a| known.see(a)).map_err(git)?;
            known.cut_off(cut);
        }
        Ok(known)
    }

    /// The rules about the change: for each model, then for what lies in no model's folder.
    fn change(
        &self,
        range: &Range,
        known: &Known,
        all: &[Model],
        changes: &Changes<'r>,
        texts: &mut Messages<'_>,
        verdict: &mut Verdict,
    ) {
        let judged = |model: &&Model| model::place(&self.stage.models, &model.id).is_some();
        for rule in self.stage.set.rules.iter().filter(|rule| rule.check.is_about_change()) {
            let homes = all.iter().enumerate().filter(|(_, m)| judged(m)).map(|(at, m)| (Some(at), Some(m)));
            for (home, model) in homes.chain([(None, None)]) {
                let (tier, mode) = model.map_or((Tier::Standard, None), |model| (model.tier, model.mode));
                let severity = self.stage.set.severity(rule, tier, mode);
                if severity == Severity::Off || !range.touches(home) {
                    continue;
                }
                let outcome = check::judge_range(&mut RangeContext {
                    set: &self.stage.set,
                    rule,
                    range,
                    models: all,
                    home,
                    survey: model.and_then(|model| self.survey(model)),
                    known,
                    changes,
                    snapshot: &self.stage.snapshot,
                    texts: &mut *texts,
                });
                let artifact = match &rule.check {
                    Check::Commits(check) => check.stated_facts().next().map(|(artifact, _)| artifact),
                    _ => None,
                };
                self.about(rule, model, artifact).settle(verdict, severity, outcome);
            }
        }
    }

    fn survey(&self, model: &Model) -> Option<&Survey> {
        let at = model::place(&self.stage.models, &model.id)?;
        self.stage.surveys.get(at)
    }

    fn approvals(
        &self,
        tip: CommitId,
        alone: bool,
        mailmap: &Mailmap,
        changes: &mut Changes<'r>,
        texts: &mut Messages<'_>,
        verdict: &mut Verdict,
    ) -> Result<(), Refused> {
        let stage = self.stage;
        let checks: Vec<(&Rule, &ApprovalCheck)> = stage
            .set
            .rules
            .iter()
            .filter_map(|rule| match &rule.check {
                Check::Approval(check) => Some((rule, &**check)),
                _ => None,
            })
            .collect();
        let mut keys: Vec<&str> =
            checks.iter().flat_map(|(_, check)| &check.trailers).map(|name| name.value.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let last = self.last_changes(mailmap)?;
        // Approvals that production holds count for a change that began before them.
        let production = self.request.change.as_ref().and_then(|change| change.production);
        let tips: Vec<CommitId> = std::iter::once(tip).chain(production).collect();
        // Where there is nothing to approve, nobody asks who approved it.
        let trail = match last.is_empty() {
            true => Trail::default(),
            false => self.repo.trail(&tips, &keys, mailmap).map_err(git)?,
        };
        for (rule, check) in checks {
            for (model, survey) in stage.models.iter().zip(&stage.surveys) {
                let severity = stage.set.severity(rule, model.tier, model.mode);
                for name in check.artifacts.iter().filter(|_| severity != Severity::Off) {
                    let Some((index, artifact)) = stage.set.artifact(&name.value) else { continue };
                    let outcome: Outcome = check::judge_approval(&mut ApprovalContext {
                        set: &stage.set,
                        rule,
                        check,
                        artifact,
                        model,
                        alone,
                        survey,
                        evidence: &survey.evidence[index],
                        last: &last,
                        trail: &trail,
                        mailmap,
                        changes: &mut *changes,
                        texts: &mut *texts,
                    });
                    self.about(rule, Some(model), Some(&artifact.id.value))
                        .settle(verdict, severity, outcome);
                }
            }
        }
        Ok(())
    }

    /// When each file that approvals cover last changed.
    fn last_changes(&self, mailmap: &Mailmap) -> Result<BTreeMap<RepoPath, Last>, Refused> {
        let mut last = BTreeMap::new();
        for path in approved(self.stage) {
            let what = match self.answers.touched.get(&path) {
                _ if self.newest.differs(&self.stage.snapshot, &path) => Last::Uncommitted,
                Some(Touch::At { commit, .. }) => {
                    Last::At(Box::new(self.repo.commit(*commit, mailmap).map_err(git)?))
                }
                Some(Touch::Shallow) => Last::Shallow,
                Some(Touch::Uncommitted) | None => Last::Uncommitted,
            };
            last.insert(path, what);
        }
        Ok(last)
    }

    fn about<'b>(&'b self, rule: &'b Rule, model: Option<&'b Model>, artifact: Option<&'b str>) -> About<'b> {
        About { set: &self.stage.set, rule, model, artifact, today: self.request.as_of }
    }
}

/// Where the people are known from: what the change is compared with.
fn trusted(change: &Change) -> Vec<CommitId> {
    if change.exclude.is_empty() { change.production.into_iter().collect() } else { change.exclude.clone() }
}
