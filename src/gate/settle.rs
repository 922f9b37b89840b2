//! Outcomes → findings: severities, waivers, the matrix.

use chrono::{Days, NaiveDate};

use super::lock::Approval;
use super::weaker::Weakening;
use super::{Request, Stage};
use crate::check::{Context, Outcome, Problem};
use crate::diag::{Note, RepoPath, Span};
use crate::model::Model;
use crate::policy::{self, Check, FILE, PolicySet, Rule, Waiver, WaiverFault};
use crate::verdict::{Cell, Finding, Location, ModelRow, Severity, Verdict, Waived};

/// Takes the outcome of one rule for one model into the verdict and the model's row.
pub(super) fn outcome(
    verdict: &mut Verdict,
    row: &mut ModelRow,
    c: &Context<'_>,
    severity: policy::Severity,
    outcome: Outcome,
) {
    let cell = match outcome {
        Outcome::NotAsked => return,
        Outcome::Unknown(diagnostic) => {
            verdict.undecided.push(*diagnostic);
            return;
        }
        Outcome::Holds => {
            verdict.account.judgements += 1;
            row.met.push(c.rule.id.value.clone());
            Cell::Met
        }
        Outcome::Fails(problems) => {
            verdict.account.judgements += 1;
            let mut worst = Cell::Met;
            for problem in problems {
                let (finding, cell) = scoped(finding(c, severity, problem), row.in_scope);
                worst = worse(worst, cell);
                verdict.findings.push(finding);
            }
            worst
        }
    };
    let id = &c.artifact.id.value;
    match row.cells.iter_mut().find(|(artifact, _)| artifact == id) {
        Some((_, known)) => *known = worse(*known, cell),
        None => row.cells.push((id.clone(), cell)),
    }
}

/// A finding about a model that the change does not touch only advises.
fn scoped(mut finding: Finding, in_scope: bool) -> (Finding, Cell) {
    let cell = cell_of(&finding);
    if in_scope {
        return (finding, cell);
    }
    finding.otherwise = Some(finding.severity);
    finding.severity = Severity::Advice;
    (finding, if cell == Cell::Missing { Cell::Untouched } else { cell })
}

fn cell_of(finding: &Finding) -> Cell {
    match (&finding.waived, finding.severity) {
        (_, Severity::Advice) => Cell::Met,
        (Some(_), _) => Cell::Waived,
        (None, Severity::Block) => Cell::Missing,
        (None, Severity::Warn) => Cell::Warned,
    }
}

fn worse(a: Cell, b: Cell) -> Cell {
    let rank = |cell: Cell| match cell {
        Cell::Missing => 5,
        Cell::Untouched => 4,
        Cell::Warned => 3,
        Cell::Waived => 2,
        Cell::Met => 1,
        Cell::Off => 0,
    };
    if rank(b) > rank(a) { b } else { a }
}

fn reported(severity: policy::Severity) -> Severity {
    match severity {
        policy::Severity::Block => Severity::Block,
        policy::Severity::Warn => Severity::Warn,
        policy::Severity::Advice | policy::Severity::Off => Severity::Advice,
    }
}

fn finding(c: &Context<'_>, severity: policy::Severity, problem: Problem) -> Finding {
    let about = About {
        set: c.set,
        rule: c.rule,
        model: Some(c.model),
        artifact: Some(c.artifact.id.value.as_str()),
        today: c.today,
    };
    about.finding(severity, problem)
}

/// What a finding is about.
pub(super) struct About<'a> {
    pub(super) set: &'a PolicySet,
    pub(super) rule: &'a Rule,
    /// `None` for what lies in no model's folder.
    pub(super) model: Option<&'a Model>,
    pub(super) artifact: Option<&'a str>,
    pub(super) today: NaiveDate,
}

impl About<'_> {
    /// Takes an outcome that the commits decided into the verdict and, if the rule is about an artifact, the
    /// model's row.
    pub(super) fn settle(&self, verdict: &mut Verdict, severity: policy::Severity, outcome: Outcome) {
        let problems = match outcome {
            Outcome::NotAsked => return,
            Outcome::Unknown(diagnostic) => return verdict.undecided.push(*diagnostic),
            Outcome::Holds => Vec::new(),
            Outcome::Fails(problems) => problems,
        };
        verdict.account.judgements += 1;
        let holds = problems.is_empty();
        // Rows are in the order of models, which is by id.
        let of = |model: &Model| verdict.rows.binary_search_by(|row| row.id.cmp(&model.id)).ok();
        let row = self.model.and_then(of).map(|at| &mut verdict.rows[at]);
        // What commits bring stays in the history, even where nothing of it is left in the tree.
        let in_scope = self.rule.check.is_about_change() || row.as_ref().is_none_or(|row| row.in_scope);
        let mut worst = Cell::Met;
        for problem in problems {
            let (finding, cell) = scoped(self.finding(severity, problem), in_scope);
            worst = worse(worst, cell);
            verdict.findings.push(finding);
        }
        let Some(row) = row else { return };
        let id = &self.rule.id.value;
        if holds && !row.met.contains(id) {
            row.met.push(id.clone());
        }
        if !holds {
            row.met.retain(|met| met != id);
        }
        if let Some((_, cell)) =
            row.cells.iter_mut().find(|(artifact, _)| Some(artifact.as_str()) == self.artifact)
        {
            *cell = worse(*cell, worst);
        }
    }

    fn finding(&self, severity: policy::Severity, problem: Problem) -> Finding {
        let mut severity = problem.at_most.map_or(severity, |most| severity.max(most));
        let mut notice = None;
        if let Some(from) = self.rule.effective_from.filter(|from| *from > self.today) {
            if severity == policy::Severity::Block {
                notice = Some(format!("this warns until {from}, and blocks from that day on"));
            }
            severity = severity.max(policy::Severity::Warn);
        }
        let because = Note {
            span: problem.because.unwrap_or(self.rule.check_span),
            text: format!("`{}` asks for it", self.rule.id.value),
        };
        let mut help = problem.help;
        help.push(self.rule.help.clone());
        help.extend(notice);
        Finding {
            title: self.rule.title.clone(),
            model: self.model.map(|model| model.id.clone()),
            artifact: self.artifact.map(str::to_string),
            at: problem.at,
            label: problem.label,
            related: problem.related,
            looked: problem.looked,
            because: Some(because),
            help,
            paste: problem.paste,
            waived: self.waiver().map(waived),
            ..Finding::new(self.rule.id.value.clone(), reported(severity), problem.message)
        }
    }

    /// The waiver in force for the rule and the model.
    fn waiver(&self) -> Option<&Waiver> {
        self.set.config.waivers.iter().find(|w| {
            w.rule.value == self.rule.id.value
                && w.expires.value >= self.today
                && w.model.as_ref().is_none_or(|m| self.model.is_some_and(|model| m.value == model.id))
        })
    }
}

fn waived(waiver: &Waiver) -> Waived {
    Waived {
        reason: waiver.reason.clone(),
        approved_by: waiver.approved_by.clone(),
        expires: waiver.expires.value.to_string(),
        at: Some(waiver.span),
    }
}

/// The rules about waivers themselves, judged once for the whole repository.
pub(super) fn waivers(verdict: &mut Verdict, stage: &Stage<'_>, request: &Request) {
    let mut found = Vec::new();
    for rule in &stage.set.rules {
        let Check::Waiver { is_not } = &rule.check else { continue };
        let severity = stage.set.severities(rule).standard;
        if severity == policy::Severity::Off {
            continue;
        }
        for waiver in &stage.set.config.waivers {
            verdict.account.judgements += 1;
            if let Some(message) = fault(*is_not, waiver, verdict, stage, request) {
                found.push(about_waiver(rule, waiver, severity, message));
            }
        }
    }
    verdict.findings.extend(found);
}

/// What a change would make weaker, judged once for the whole repository.
pub(super) fn policy(verdict: &mut Verdict, stage: &Stage<'_>) {
    for rule in stage.set.rules.iter().filter(|rule| matches!(rule.check, Check::Policy)) {
        let missing = match &stage.approval {
            Some(Approval::Missing(why)) => Some(why),
            _ => None,
        };
        let severity = match missing {
            Some(_) => policy::Severity::Block,
            None => stage.set.severities(rule).standard,
        };
        if severity == policy::Severity::Off || stage.weaker.is_empty() && stage.touched.is_none() {
            continue;
        }
        verdict.account.judgements += 1;
        for weakening in &stage.weaker {
            let mut finding = about_policy(rule, weakening, severity);
            if let Some(why) = missing {
                finding.because = stage.set.config.locked.map(locked_by);
                finding.help.clone_from(why);
            }
            verdict.findings.push(finding);
        }
    }
}

fn locked_by(span: Span) -> Note {
    Note { span, text: "the policy is locked".to_string() }
}

fn about_policy(rule: &Rule, weakening: &Weakening, severity: policy::Severity) -> Finding {
    let (at, label) = match (weakening.now, weakening.was) {
        (Some(now), _) => (Location::Text(now), "this change"),
        (None, Some(was)) => (Location::Text(was), "judges now"),
        (None, None) => (Location::Path(RepoPath::from_git(FILE.as_bytes())), ""),
    };
    let was = weakening.was.filter(|_| weakening.now.is_some());
    Finding {
        title: rule.title.clone(),
        model: weakening.model.clone(),
        at,
        label: label.to_string(),
        related: was.map(|span| Note { span, text: "judges now".to_string() }).into_iter().collect(),
        because: Some(Note { span: rule.check_span, text: format!("`{}` asks for it", rule.id.value) }),
        help: vec![rule.help.clone()],
        ..Finding::new(
            rule.id.value.clone(),
            reported(severity),
            format!("this change would {}", weakening.what),
        )
    }
}

fn fault(
    fault: WaiverFault,
    waiver: &Waiver,
    verdict: &Verdict,
    stage: &Stage<'_>,
    request: &Request,
) -> Option<String> {
    let (today, end) = (request.as_of, waiver.expires.value);
    let what = match &waiver.model {
        Some(model) => format!("the waiver of `{}` for model `{}`", waiver.rule.value, model.value),
        None => format!("the waiver of `{}`", waiver.rule.value),
    };
    let in_force = end >= today;
    let notice = today.checked_add_days(Days::new(stage.set.config.waiver_notice_days)).unwrap_or(end);
    match fault {
        WaiverFault::Expired if !in_force => {
            Some(format!("{what} ended on {end} and waives nothing any more"))
        }
        WaiverFault::Expiring if in_force && end <= notice => {
            Some(format!("{what} ends on {end}, in {} days", (end - today).num_days()))
        }
        WaiverFault::Unused if in_force && !stage.partial => {
            let used =
                verdict.findings.iter().any(|f| f.waived.as_ref().is_some_and(|w| w.at == Some(waiver.span)));
            // Rules about a change are not asked without one, and each change brings other commits.
            let lasting =
                stage.set.rules.iter().any(|r| r.id.value == waiver.rule.value && !r.check.is_about_change());
            (!used && lasting && verdict.undecided.is_empty())
                .then(|| format!("{what} waives nothing: the rule holds without it"))
        }
        WaiverFault::Expired | WaiverFault::Expiring | WaiverFault::Unused => None,
    }
}

fn about_waiver(rule: &Rule, waiver: &Waiver, severity: policy::Severity, message: String) -> Finding {
    Finding {
        title: rule.title.clone(),
        model: waiver.model.as_ref().map(|m| m.value.clone()),
        at: Location::Text(if rule_is_date(rule) { waiver.expires.span } else { waiver.rule.span }),
        label: waiver.reason.clone(),
        because: Some(Note { span: rule.check_span, text: format!("`{}` asks for it", rule.id.value) }),
        help: vec![rule.help.clone()],
        ..Finding::new(rule.id.value.clone(), reported(severity), message)
    }
}

fn rule_is_date(rule: &Rule) -> bool {
    matches!(rule.check, Check::Waiver { is_not: WaiverFault::Expired | WaiverFault::Expiring })
}
