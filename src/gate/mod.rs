//! One judgement: a tree, a policy, a date → a verdict.

pub mod landing;
mod lock;
pub mod policy;
mod scope;
mod settle;
mod side;
mod stage;
mod trust;
mod weaker;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::check::{self, Context, History, Questions};
use crate::diag::{Diagnostic, Origin, RepoPath, Sources};
use crate::evidence::Survey;
use crate::git::{Answers, CommitId, Content, Head, Limits, Mailmap, Query, Repo, Snapshot, Target};
use crate::policy::{Artifact, Check, FILE, PolicySet, Rule, Severity};
use crate::verdict::{ModelRow, Subject, Verdict};

pub use stage::{Stage, stage};

/// What to judge.
#[derive(Clone, Debug)]
pub struct Request {
    /// The tree.
    pub target: Target,
    /// Only these models; all when empty.
    pub models: Vec<String>,
    /// The date of the judgement.
    pub as_of: NaiveDate,
    /// False to judge texts alone: rules about history, tree and dates are not asked.
    pub history: bool,
    /// Policy files beside those of the tree: a pack under test.
    pub extra: Vec<Extra>,
    /// Policy files that judge in place of the repository's own.
    pub policy: Option<Vec<Extra>>,
    /// The tree is what a change would make of a production branch.
    pub change: Option<Change>,
}

/// A change that would land on a production branch.
#[derive(Clone, Debug)]
pub struct Change {
    /// What is judged, in words: `merge of feature (1a2b3c4d5e) into production (0f1e2d3c4b)`.
    pub what: String,
    /// The branch or tag, for people.
    pub name: String,
    /// The commit whose policy judges: the tip of the production side; `None` when there is none yet.
    pub production: Option<CommitId>,
    /// The name of that side, when it is not `name`.
    pub trusted: Option<String>,
    /// Models that are as they were in this commit do not block; `None` when all do.
    pub since: Option<CommitId>,
    /// The newest commit of the change; `None` when only files changed.
    pub head: Option<CommitId>,
    /// The range of the change leaves out these commits and everything below them.
    pub exclude: Vec<CommitId>,
}

impl Change {
    /// The name of the side whose policy judges.
    fn trusted_name(&self) -> &str {
        self.trusted.as_deref().unwrap_or(&self.name)
    }
}

impl Request {
    /// What merging `head` into the production branch `name`, now at `into`, would land there.
    ///
    /// # Errors
    /// Histories that have no commit in common, or are cut off.
    pub fn merge(
        _repo: &Repo,
        (name, into): (&str, CommitId),
        (head_name, head): (&str, CommitId),
        as_of: NaiveDate,
    ) -> Result<Request, crate::git::Error> {
        let what = format!("merge of {} into {}", named(head_name, head), named(name, into));
        let change = Change {
            what,
            name: name.to_string(),
            production: Some(into),
            trusted: None,
            since: Some(into),
            head: Some(head),
            exclude: vec![into],
        };
        Ok(Request { change: Some(change), ..Request::new(Target::Commit(head), as_of) })
    }

    /// The whole of a tree, as of a date.
    pub fn new(target: Target, as_of: NaiveDate) -> Request {
        Request {
            target,
            models: Vec::new(),
            as_of,
            history: true,
            extra: Vec::new(),
            policy: None,
            change: None,
        }
    }
}

/// `production (0f1e2d3c4b)`, or only the id when that is all there is.
fn named(name: &str, commit: CommitId) -> String {
    let short = commit.short();
    if name.is_empty() || commit.to_string().starts_with(name) { short } else { format!("{name} ({short})") }
}

/// A policy file from outside the judged tree.
#[derive(Clone, Debug)]
pub struct Extra {
    /// Where it comes from.
    pub origin: Origin,
    /// Its text.
    pub text: String,
}

impl Extra {
    /// True for a `roadworthy.toml`; a pack otherwise.
    fn is_config(&self) -> bool {
        match &self.origin {
            Origin::Local(path) => path.file_name().is_some_and(|name| name == FILE),
            _ => false,
        }
    }
}

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
    match stage(repo, request, &mut sources) {
        Ok(stage) => decide(repo, request, stage, &mut sources, &mut verdict),
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

fn decide(repo: &Repo, request: &Request, stage: Stage<'_>, sources: &mut Sources, verdict: &mut Verdict) {
    verdict.subject.policy = judged_by(&stage.set, sources);
    verdict.remarks.extend(stage.remarks.iter().cloned());
    let asked = |rule: &&Rule| match rule.check {
        Check::Policy => request.change.is_some(),
        _ => asked_of_any(&stage, rule),
    };
    verdict.account.rules = stage.set.rules.iter().filter(asked).count();
    let tip = match tip(repo, &request.target) {
        Ok(tip) => tip,
        Err(error) => return verdict.undecided.push(error.diagnostic()),
    };
    let asked = collect(&stage, request, tip.is_some());
    let answers = match walk(repo, &stage, asked.query, tip) {
        Ok(answers) => answers,
        Err(problem) => return verdict.undecided.push(*problem),
    };
    let history = match (&answers, request.history) {
        (_, false) => History::NotAsked,
        (Some(answers), true) => History::Known(answers),
        (None, true) => History::None,
    };
    let head = Newest::of(repo, &request.target, tip);
    for (m, model) in stage.models.iter().enumerate() {
        let survey = &stage.surveys[m];
        let mut row = row(&stage, m);
        for (r, rule) in stage.set.rules.iter().enumerate() {
            let severity = stage.set.severities(rule).of(model.tier);
            let Some((index, artifact)) = about(&stage.set, rule) else { continue };
            if severity == Severity::Off || !request.history && needs_more_than_text(rule) {
                continue;
            }
            let drifts = match (&answers, asked.drifts.get(&(m, r))) {
                (Some(answers), Some(indexes)) => {
                    indexes.iter().filter_map(|i| answers.moved.get(*i)).collect()
                }
                _ => Vec::new(),
            };
            let uncommitted = |path: &RepoPath| head.differs(&stage.snapshot, path);
            let context = Context {
                set: &stage.set,
                rule,
                artifact,
                model,
                evidence: &survey.evidence[index],
                sources,
                snapshot: &stage.snapshot,
                history,
                drifts,
                uncommitted: &uncommitted,
                today: request.as_of,
            };
            settle::outcome(verdict, &mut row, &context, severity, check::run(&context));
        }
        verdict.rows.push(row);
    }
    settle::waivers(verdict, &stage, request);
    settle::policy(verdict, &stage);
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

fn asked_of_any(stage: &Stage<'_>, rule: &Rule) -> bool {
    stage.models.iter().any(|model| stage.set.severities(rule).of(model.tier) != Severity::Off)
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
        in_scope: stage.in_scope(&model.id),
    }
}

/// All questions to the history, and which answers belong to which model and rule.
struct Asked {
    query: Questions,
    drifts: BTreeMap<(usize, usize), Vec<usize>>,
}

fn collect(stage: &Stage<'_>, request: &Request, commits: bool) -> Asked {
    let mut asked = Asked { query: Questions::default(), drifts: BTreeMap::new() };
    if !request.history || !commits {
        return asked;
    }
    for (m, model) in stage.models.iter().enumerate() {
        for (r, rule) in stage.set.rules.iter().enumerate() {
            let Some((index, artifact)) = about(&stage.set, rule) else { continue };
            if stage.set.severities(rule).of(model.tier) == Severity::Off {
                continue;
            }
            let one =
                check::questions(rule, artifact, model, &stage.surveys[m].evidence[index], &stage.snapshot);
            asked.query.people |= one.people;
            let first = asked.query.moved.len();
            asked.drifts.insert((m, r), (first..first + one.moved.len()).collect());
            asked.query.touched.extend(one.moved.iter().map(|moved| moved.since.clone()));
            asked.query.touched.extend(one.touched);
            asked.query.moved.extend(one.moved);
        }
    }
    asked.query.touched.sort();
    asked.query.touched.dedup();
    asked
}

/// Walks the history once, only when a rule asks.
fn walk(
    repo: &Repo,
    stage: &Stage<'_>,
    questions: Questions,
    tip: Option<CommitId>,
) -> Result<Option<Answers>, Box<Diagnostic>> {
    let Some(tip) = tip else { return Ok(None) };
    let nothing = questions.touched.is_empty() && questions.moved.is_empty() && !questions.people;
    if nothing {
        return Ok(Some(Answers::default()));
    }
    let mailmap = if questions.people {
        repo.mailmap(&stage.snapshot).map_err(|e| Box::new(e.diagnostic()))?
    } else {
        Mailmap::default()
    };
    let query =
        Query { touched: questions.touched, moved: questions.moved, people: questions.people, mailmap };
    repo.history(Some(tip), &query).map(Some).map_err(|error| Box::new(error.diagnostic()))
}

/// The newest commit below an index or a work tree, for "has this file been changed since?".
struct Newest<'r> {
    snapshot: Option<Snapshot<'r>>,
    same: bool,
}

impl<'r> Newest<'r> {
    fn of(repo: &'r Repo, target: &Target, tip: Option<CommitId>) -> Newest<'r> {
        match (target, tip) {
            (Target::Commit(_), _) => Newest { snapshot: None, same: true },
            (_, Some(tip)) => {
                Newest { snapshot: repo.snapshot(&Target::Commit(tip), &Limits::default()).ok(), same: false }
            }
            (_, None) => Newest { snapshot: None, same: false },
        }
    }

    /// True when the judged file is not the committed one.
    fn differs(&self, judged: &Snapshot<'_>, path: &RepoPath) -> bool {
        if self.same {
            return false;
        }
        let text = |snapshot: &Snapshot<'_>| match snapshot
            .get(path.as_bytes())
            .map(|_| snapshot.read(path.as_bytes()))
        {
            Some(Ok(Content::Text(text))) => Some(text.replace("\r\n", "\n")),
            _ => None,
        };
        self.snapshot.as_ref().is_none_or(|newest| text(newest) != text(judged))
    }
}
