//! One judgement: a tree, a policy, a date → a verdict.

mod files;
pub mod landing;
mod listed;
mod lock;
pub mod policy;
mod preview;
mod production;
mod range;
mod request;
mod scope;
mod settle;
mod side;
mod stage;
mod stated;
mod trust;
mod weaker;

use std::collections::BTreeMap;

use crate::check::{self, Context, History, Questions};
use crate::diag::{Diagnostic, RepoPath, Sources};
use crate::evidence::Survey;
use crate::git::{
    Answers, CommitId, Content, Files, Head, Identity, Limits, Mailmap, Query, Repo, Snapshot, Target,
};
use crate::model::Model;
use crate::policy::{Artifact, Check, FILE, PolicySet, Rule, Severity};
use crate::verdict::{ModelRow, RuleText, Subject, Verdict};

use files::Begun;
use request::named;
pub use request::{Change, Extra, Request};
pub(crate) use side::content_hash;
pub use stage::{Stage, stage};

/// A verdict and the texts it points into.
#[derive(Debug)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// The texts.
    pub sources: Sources,
}

/// Judges. Whatever goes wrong on the way ends in [`Verdict::undecided`], never in a pass.
pub fn judge(repo: &Repo, request: &Request) -> Judged {
    let mut sources = Sources::new();
    let mut verdict = Verdict { subject: subject(repo, request), ..Verdict::default() };
    if request.history
        && let Ok(Some(tip)) = tip(repo, &request.target)
    {
        repo.read_ahead(tip);
    }
    match stage::prepare(repo, request, &mut sources, true) {
        Ok((stage, begun)) => decide(repo, request, &stage, begun, &mut sources, &mut verdict),
        Err(problems) => verdict.undecided.extend(problems),
    }
    verdict.settle(&sources);
    Judged { verdict, sources }
}

fn subject(repo: &Repo, request: &Request) -> Subject {
    let branch = |id: Option<CommitId>| match repo.head() {
        Ok(Head::Branch { name, tip }) if id.is_none_or(|id| id == tip) => Some(name),
        Ok(Head::Unborn { branch }) if id.is_none() => Some(branch),
        _ => None,
    };
    let on = |name: Option<String>| name.map_or_else(String::new, |name| format!(" (branch {name})"));
    if let Some(change) = &request.change {
        let (what, commit) = (change.what.clone(), change.head.map(|id| id.to_string()));
        return Subject { what, commit, as_of: request.as_of.to_string(), policy: Vec::new() };
    }
    let (what, commit) = match &request.target {
        Target::Commit(id) => {
            (format!("commit {}{}", id.short(), on(branch(Some(*id)))), Some(id.to_string()))
        }
        Target::Index => (format!("staged files{}", on(branch(None))), None),
        Target::WorkTree => (format!("work tree{}", on(branch(None))), None),
    };
    Subject { what, commit, as_of: request.as_of.to_string(), policy: Vec::new() }
}

/// The commit whose history answers: the judged one, or the newest one below the index and the
/// work tree.
fn tip(repo: &Repo, target: &Target) -> Result<Option<CommitId>, crate::git::Error> {
    match target {
        Target::Commit(id) => Ok(Some(*id)),
        Target::Index | Target::WorkTree => Ok(match repo.head()? {
            Head::Branch { tip, .. } | Head::Detached(tip) => Some(tip),
            Head::Unborn { .. } => None,
        }),
    }
}

fn decide<'r>(
    repo: &Repo,
    request: &Request,
    stage: &Stage<'r>,
    begun: Option<Begun>,
    sources: &mut Sources,
    verdict: &mut Verdict,
) {
    let mut files = begun.map(|begun| begun.go_on(stage, sources));
    // While the history and the code are read on another thread.
    let mut looked = files.as_mut().map(|(tree, _)| files::look(stage, tree)).unwrap_or_default();
    let Some((tip, head, answers)) = decide_texts(repo, request, stage, sources, verdict) else { return };
    range::judge(repo, request, stage, tip, (&head, &answers), sources, verdict);
    if let Some((mut tree, searching)) = files {
        let mut searched = searching.finish(&stage.snapshot);
        files::judge(request, stage, &mut tree, (&mut looked, &mut searched), sources, verdict);
    }
    settle::waivers(verdict, stage, request);
    settle::policy(verdict, stage);
}

/// Asks the rules about evidence, and walks the history for them; `None` when that went wrong.
fn decide_texts<'r>(
    repo: &'r Repo,
    request: &Request,
    stage: &Stage<'_>,
    sources: &Sources,
    verdict: &mut Verdict,
) -> Option<(Option<CommitId>, Newest<'r>, Answers)> {
    describe(stage, request, sources, verdict);
    let tip = match tip(repo, &request.target) {
        Ok(tip) => tip,
        Err(error) => {
            verdict.undecided.push(error.diagnostic());
            return None;
        }
    };
    let mut asked = collect(stage, request, tip.is_some());
    if asked.approvals {
        repo.expect_walks();
    }
    let answers = match walk(repo, request, stage, std::mem::take(&mut asked.query), tip) {
        Ok(answers) => answers,
        Err(problem) => {
            verdict.undecided.push(*problem);
            return None;
        }
    };
    let head = Newest::of(repo, &request.target, tip);
    let known = (&asked, answers.as_ref(), &head);
    for m in 0..stage.models.len() {
        let row = judge_texts(request, stage, m, known, sources, verdict);
        verdict.rows.push(row);
    }
    Some((tip, head, answers.unwrap_or_default()))
}

/// Asks the rules about evidence of one model.
fn judge_texts(
    request: &Request,
    stage: &Stage<'_>,
    m: usize,
    (asked, answers, head): (&Asked<'_>, Option<&Answers>, &Newest<'_>),
    sources: &Sources,
    verdict: &mut Verdict,
) -> ModelRow {
    let (model, survey) = (&stage.models[m], &stage.surveys[m]);
    let history = match (answers, request.history) {
        (_, false) => History::NotAsked,
        (Some(answers), true) => History::Known(answers),
        (None, true) => History::None,
    };
    let mut row = row(stage, m);
    for (r, rule) in stage.set.rules.iter().enumerate() {
        let severity = stage.set.severity(rule, model.tier, model.mode);
        let Some((index, artifact)) = about(&stage.set, rule) else { continue };
        if severity == Severity::Off || !request.history && needs_more_than_text(rule) {
            continue;
        }
        let drifts = match (answers, asked.drifts.get(&(m, r))) {
            (Some(answers), Some(indexes)) => indexes.iter().filter_map(|i| answers.moved.get(*i)).collect(),
            _ => Vec::new(),
        };
        let uncommitted = |path: &RepoPath| head.differs(&stage.snapshot, path);
        let context = Context {
            set: &stage.set,
            rule,
            artifact,
            model,
            evidence: &survey.evidence[index],
            survey,
            alone: stage.all.len() == 1,
            sources,
            snapshot: &stage.snapshot,
            history,
            drifts,
            uncommitted: &uncommitted,
            today: request.as_of,
        };
        let day = check::due_day(&context);
        row.due.extend(day.map(|day| (artifact.id.value.clone(), day.to_string())));
        settle::outcome(verdict, &mut row, &context, severity, check::run(&context));
    }
    row
}

/// What judges, and what it asks.
fn describe(stage: &Stage<'_>, request: &Request, sources: &Sources, verdict: &mut Verdict) {
    verdict.subject.policy = judged_by(&stage.set, sources);
    verdict.titles = stage.set.artifacts.iter().map(|a| (a.id.value.clone(), a.title.clone())).collect();
    verdict.remarks.extend(stage.remarks.iter().cloned());
    let asked = |rule: &&Rule| match rule.check {
        Check::Policy => request.change.is_some(),
        _ if rule.check.is_about_change() && request.change.is_none() => false,
        _ => asked_of_any(&stage.set, &stage.models, rule),
    };
    verdict.rules = stage.set.rules.iter().filter(asked).map(rule_text).collect();
    verdict.account.rules = verdict.rules.len();
    verdict.anchor = anchor(&stage.snapshot);
}

/// What judges, for people: packs by name, and where the configuration is.
fn judged_by(set: &PolicySet, sources: &Sources) -> Vec<String> {
    let packs = set.packs.iter().map(|pack| format!("pack {pack}"));
    let config = match set.config.source {
        Some(source) => sources.get(source).origin.display(),
        None => format!("defaults (there is no {FILE})"),
    };
    packs.chain([config]).collect()
}

/// True for checks that look at history, tree or date.
fn needs_more_than_text(rule: &Rule) -> bool {
    !matches!(rule.check, Check::Present { .. } | Check::Fact { .. })
}

fn asked_of_any(set: &PolicySet, models: &[Model], rule: &Rule) -> bool {
    models.iter().any(|model| set.severity(rule, model.tier, model.mode) != Severity::Off)
}

fn rule_text(rule: &Rule) -> RuleText {
    RuleText {
        id: rule.id.value.clone(),
        title: rule.title.clone(),
        why: rule.why.clone(),
        help: rule.help.clone(),
        source: rule.source.clone(),
    }
}

/// The file that a reader of the repository would open first.
fn anchor(snapshot: &Snapshot<'_>) -> Option<RepoPath> {
    let named = [FILE, "README.md", "README.rst", "README", "README.txt", "readme.md"];
    let known = named.into_iter().find(|name| snapshot.get(name.as_bytes()).is_some());
    known
        .map(|name| RepoPath::from_git(name.as_bytes()))
        .or_else(|| snapshot.iter().next().map(|entry| RepoPath::from_git(entry.path)))
}

fn about<'s>(set: &'s PolicySet, rule: &Rule) -> Option<(usize, &'s Artifact)> {
    rule.artifact.as_ref().and_then(|id| set.artifact(&id.value))
}

fn row(stage: &Stage<'_>, m: usize) -> ModelRow {
    let model = &stage.models[m];
    let evidence = |survey: &Survey| {
        stage
            .set
            .artifacts
            .iter()
            .zip(&survey.evidence)
            .filter_map(|(a, e)| Some((a.id.value.clone(), e.best()?.path.clone())))
            .collect()
    };
    ModelRow {
        id: model.id.clone(),
        path: model.path.clone(),
        tier: model.tier.name().to_string(),
        mode: model.mode.map(|m| m.name().to_string()),
        cells: Vec::new(),
        evidence: evidence(&stage.surveys[m]),
        met: Vec::new(),
        due: Vec::new(),
        stated: stated::stated(stage, m),
        in_scope: stage.in_scope(&model.id),
    }
}

/// All questions to the history, and which answers belong to which model and rule.
struct Asked<'s> {
    query: Questions<'s>,
    drifts: BTreeMap<(usize, usize), Vec<usize>>,
    /// True when approvals are looked for: that walks the history once more.
    approvals: bool,
}

fn collect<'s>(stage: &'s Stage<'_>, request: &Request, commits: bool) -> Asked<'s> {
    let mut asked = Asked { query: Questions::default(), drifts: BTreeMap::new(), approvals: false };
    if !request.history || !commits {
        return asked;
    }
    for (m, model) in stage.models.iter().enumerate() {
        for (r, rule) in stage.set.rules.iter().enumerate() {
            let Some((index, artifact)) = about(&stage.set, rule) else { continue };
            if stage.set.severity(rule, model.tier, model.mode) == Severity::Off {
                continue;
            }
            let one =
                check::questions(rule, artifact, model, &stage.surveys[m].evidence[index], &stage.snapshot);
            asked.query.people.extend(one.people);
            let first = asked.query.moved.len();
            asked.drifts.insert((m, r), (first..first + one.moved.len()).collect());
            asked.query.touched.extend(one.moved.iter().map(|moved| moved.since.clone()));
            asked.query.touched.extend(one.touched);
            asked.query.moved.extend(one.moved);
        }
    }
    let approved = range::approved(stage);
    asked.approvals = !approved.is_empty();
    asked.query.touched.extend(approved);
    asked.query.touched.sort();
    asked.query.touched.dedup();
    asked
}

/// Walks the history once, only when a rule asks.
fn walk(
    repo: &Repo,
    request: &Request,
    stage: &Stage<'_>,
    questions: Questions<'_>,
    tip: Option<CommitId>,
) -> Result<Option<Answers>, Box<Diagnostic>> {
    let Some(tip) = tip else { return Ok(None) };
    let nothing = questions.touched.is_empty() && questions.moved.is_empty() && questions.people.is_empty();
    if nothing {
        return Ok(Some(Answers::default()));
    }
    let people = !questions.people.is_empty();
    let mailmap = if people {
        // Who is who is not for the change to say.
        match request.change.as_ref().and_then(|change| change.production) {
            Some(trusted) => repo.mailmap_of(trusted),
            None => repo.mailmap(&stage.snapshot),
        }
        .map_err(|e| Box::new(e.diagnostic()))?
    } else {
        Mailmap::default()
    };
    let query = Query { touched: questions.touched, moved: questions.moved, people, mailmap };
    let found = |people: &[Identity]| questions.people.iter().all(|s| s.is_found(request.as_of, people));
    repo.history_until(Some(tip), &query, &found).map(Some).map_err(|error| Box::new(error.diagnostic()))
}

/// The newest commit below an index or a work tree, for "has this file been changed since?".
enum Newest<'r> {
    /// It is what is judged.
    Judged,
    /// Its files; `None` when there is no commit yet, or it cannot be read.
    Below(Option<Box<Files<'r>>>),
}

impl<'r> Newest<'r> {
    fn of(repo: &'r Repo, target: &Target, tip: Option<CommitId>) -> Newest<'r> {
        match target {
            Target::Commit(_) => Newest::Judged,
            Target::Index | Target::WorkTree => {
                Newest::Below(tip.and_then(|tip| repo.files(tip).ok()).map(Box::new))
            }
        }
    }

    /// True when the judged file is not the committed one.
    fn differs(&self, judged: &Snapshot<'_>, path: &RepoPath) -> bool {
        let newest = match self {
            Newest::Judged => return false,
            Newest::Below(None) => return true,
            Newest::Below(Some(files)) => files,
        };
        let text = |content: Option<Content>| match content {
            Some(Content::Text(text)) => Some(text.replace("\r\n", "\n")),
            _ => None,
        };
        let path = path.as_bytes();
        let committed = newest.read(path, Limits::default().max_blob).ok().flatten();
        text(committed) != text(judged.get(path).and_then(|_| judged.read(path).ok()))
    }
}
