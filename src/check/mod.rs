//! The kinds of checks: what a rule asks, answered from evidence, tree, history and date. One kind
//! per file; nothing here knows the command line or a report.

mod agree;
mod approval;
mod approver;
mod author;
mod blobs;
mod bump;
mod code;
mod committer;
mod compare;
mod context;
mod declared;
mod due;
mod fact;
mod files;
mod filter;
mod finder;
mod fresh;
mod mention;
mod notebook;
mod paths;
mod present;
mod range;
mod reach;
mod schedule;
mod search;
mod stated;
mod tree;
mod words;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use approval::{ApprovalContext, Last, files as approved_files, judge as judge_approval};
pub use author::Known;
pub use committer::Sought;
pub use files::Answer;
pub use range::{Messages, Range, RangeContext, judge as judge_range};
pub use reach::{declare, search};
pub use search::{Searched, Searching};
pub use tree::{Sorted, Tree};

use crate::diag::{Diagnostic, Level, Note, Paste, RepoPath, SourceId, Sources, Span};
use crate::evidence::{Evidence, Fact, Survey};
use crate::git::{Answers, Drift, Error, Moved, Snapshot};
use crate::model::Model;
use crate::policy::{Artifact, At, Check, PolicySet, Rule, Severity};
use crate::verdict::Location;

/// What is known of the history.
#[derive(Clone, Copy)]
pub enum History<'a> {
    /// Answers of a walk.
    Known(&'a Answers),
    /// There is no commit yet.
    None,
    /// History rules are not asked (a text is judged alone).
    NotAsked,
}

/// All that a check may look at.
pub struct Context<'a> {
    /// The policy.
    pub set: &'a PolicySet,
    /// The rule.
    pub rule: &'a Rule,
    /// The rule's artifact.
    pub artifact: &'a Artifact,
    /// The model.
    pub model: &'a Model,
    /// The evidence for the artifact.
    pub evidence: &'a Evidence,
    /// The evidence for all artifacts.
    pub survey: &'a Survey,
    /// True when there is no other model: whatever lies anywhere speaks of this one.
    pub alone: bool,
    /// All texts.
    pub sources: &'a Sources,
    /// The judged tree.
    pub snapshot: &'a Snapshot<'a>,
    /// The history.
    pub history: History<'a>,
    /// Answers to [`questions`], in their order.
    pub drifts: Vec<&'a Drift>,
    /// Paths whose judged content differs from the newest commit.
    pub uncommitted: &'a dyn Fn(&RepoPath) -> bool,
    /// The date of the judgement.
    pub today: NaiveDate,
}

/// All that a check about the files of a model may look at.
pub struct FileContext<'a, 'r, 't, 's> {
    /// The policy.
    pub set: &'a PolicySet,
    /// The rule.
    pub rule: &'a Rule,
    /// All models.
    pub models: &'a [Model],
    /// The model, by its place among all.
    pub model: usize,
    /// Its evidence.
    pub survey: &'a Survey,
    /// The files of all models.
    pub tree: &'t mut Tree<'a, 'r>,
    /// What was found in code.
    pub searched: &'t mut Searched,
    /// What was found out about files.
    pub looked: &'t mut Looked<'a>,
    /// All texts.
    pub sources: &'s mut Sources,
}

impl FileContext<'_, '_, '_, '_> {
    fn unknown(&self, message: impl Into<String>, help: &str) -> Outcome {
        unknown(self.rule, message, help)
    }

    /// True for a fact that declares what code may reach.
    fn declares(&self, artifact: &str, fact: &str) -> bool {
        match &self.rule.check {
            Check::Reach(check) => check.declared_facts().any(|declared| declared == (artifact, fact)),
            _ => false,
        }
    }
}

/// All that looking for the files of a model needs.
struct LookContext<'a, 'r, 't> {
    rule: &'a Rule,
    model: usize,
    tree: &'t mut Tree<'a, 'r>,
}

/// What was found out about files, by model and rule, before any of it is said.
#[derive(Default, Debug)]
pub struct Looked<'a>(BTreeMap<(usize, &'a str), Result<Answer<'a>, Error>>);

impl<'a> Looked<'a> {
    /// Looks for the files that a rule wants of a model, by its place among all of the tree. That takes no answer of
    /// the history, and none of code, so that it can be done while others find these.
    pub fn look(&mut self, rule: &'a Rule, model: usize, tree: &mut Tree<'a, '_>) {
        if let Check::Files(check) = &rule.check {
            let answer = files::look(&mut LookContext { rule, model, tree }, check);
            self.0.insert((model, &rule.id.value), answer);
        }
    }
}

/// Asks one rule about the files of one model.
pub fn judge_files(c: &mut FileContext<'_, '_, '_, '_>) -> Outcome {
    let asked = match &c.rule.check {
        Check::Files(check) => {
            let answer = match c.looked.0.remove(&(c.model, c.rule.id.value.as_str())) {
                Some(answer) => answer,
                None => {
                    files::look(&mut LookContext { rule: c.rule, model: c.model, tree: &mut *c.tree }, check)
                }
            };
            answer.map(|answer| files::say(c, check, answer))
        }
        Check::Reach(check) => reach::run(c, check),
        _ => Ok(Outcome::NotAsked),
    };
    // What cannot be read out of Git cannot be judged.
    asked.unwrap_or_else(|error| Outcome::Unknown(Box::new(error.diagnostic())))
}

fn unknown(rule: &Rule, message: impl Into<String>, help: &str) -> Outcome {
    let diagnostic = Diagnostic::new(Level::Error, rule.id.value.clone(), message)
        .and(rule.check_span, "asked for by this rule")
        .help(help);
    Outcome::Unknown(Box::new(diagnostic))
}

/// A rule that does not hold, before severities and waivers.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What is wrong here.
    pub message: String,
    /// Where.
    pub at: Location,
    /// Said at the place.
    pub label: String,
    /// Other places.
    pub related: Vec<Note>,
    /// Where was looked.
    pub looked: Vec<String>,
    /// The policy line that asks; the check's own when `None`.
    pub because: Option<Span>,
    /// Help of this case, before the rule's own.
    pub help: Vec<String>,
    /// Lines to paste.
    pub paste: Option<Paste>,
    /// At most this serious, whatever the rule says.
    pub at_most: Option<Severity>,
}

impl Problem {
    fn new(message: impl Into<String>, at: Location) -> Problem {
        Problem {
            message: message.into(),
            at,
            label: String::new(),
            related: Vec::new(),
            looked: Vec::new(),
            because: None,
            help: Vec::new(),
            paste: None,
            at_most: None,
        }
    }

    fn label(mut self, label: impl Into<String>) -> Problem {
        self.label = label.into();
        self
    }

    fn help(mut self, help: impl Into<String>) -> Problem {
        self.help.push(help.into());
        self
    }
}

/// What a check says.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The rule holds.
    Holds,
    /// It does not.
    Fails(Vec<Problem>),
    /// It cannot be told, which is never a pass.
    Unknown(Box<Diagnostic>),
    /// There is nothing to ask: another rule speaks of what is missing.
    NotAsked,
}

/// Asks one rule of one model.
pub fn run(c: &Context<'_>) -> Outcome {
    match &c.rule.check {
        Check::Present { refuses } => present::run(c, refuses),
        _ if !c.evidence.judgeable() => Outcome::NotAsked,
        Check::Fact { needs, forbids, least } => fact::run(c, needs, forbids, *least),
        Check::Due { .. } => due::run(c, &c.rule.check),
        Check::Committer { person, within_days } => committer::run(c, person, within_days.as_ref()),
        Check::Fresh { commits, days, .. } => fresh::run(c, commits, days),
        Check::Paths { facts } => paths::run(c, facts),
        Check::Schedule { promised, wired, command } => schedule::run(c, promised, wired, command),
        Check::Agree(check) => agree::run(c, check),
        // Judged once for all models, by the gate.
        Check::Waiver { .. }
        | Check::Policy
        | Check::Commits(_)
        | Check::Blobs(_)
        | Check::Approval(_)
        | Check::Files(_)
        | Check::Reach(_) => Outcome::NotAsked,
    }
}

/// The day on which a rule about dates wants something done, where that can be told.
pub fn due_day(c: &Context<'_>) -> Option<NaiveDate> {
    match &c.rule.check {
        check @ Check::Due { .. } if c.evidence.judgeable() => due::day(c, check),
        _ => None,
    }
}

/// What a rule wants to know of the history for one model's evidence.
#[derive(Default)]
pub struct Questions<'a> {
    /// When these last changed.
    pub touched: Vec<RepoPath>,
    /// How far the code moved on since these last changed.
    pub moved: Vec<Moved>,
    /// Who is looked for among those who committed.
    pub people: Vec<Sought<'a>>,
}

/// True for checks that may have a question to the history.
pub fn asks_history(check: &Check) -> bool {
    matches!(check, Check::Committer { .. } | Check::Fresh { .. } | Check::Due { .. })
}

/// Collects the questions of one rule.
pub fn questions<'a>(
    rule: &'a Rule,
    artifact: &'a Artifact,
    model: &Model,
    evidence: &'a Evidence,
    snapshot: &Snapshot<'_>,
) -> Questions<'a> {
    let mut out = Questions::default();
    if !evidence.judgeable() {
        return out;
    }
    match &rule.check {
        Check::Committer { person, within_days } => {
            out.people.extend(committer::sought(facts(artifact, evidence, person), within_days.as_ref()));
        }
        Check::Fresh { code, except, .. } => out.moved = fresh::moved(model, evidence, code, except),
        Check::Due { changed, .. } => {
            out.touched = due::changed_paths(changed, artifact, model, evidence, snapshot)
        }
        Check::Present { .. }
        | Check::Fact { .. }
        | Check::Paths { .. }
        | Check::Schedule { .. }
        | Check::Waiver { .. }
        | Check::Policy
        | Check::Commits(_)
        | Check::Blobs(_)
        | Check::Approval(_)
        | Check::Files(_)
        | Check::Reach(_)
        | Check::Agree(_) => {}
    }
    out
}

fn facts<'a>(
    artifact: &'a Artifact,
    evidence: &'a Evidence,
    names: &'a [At<String>],
) -> impl Iterator<Item = &'a Fact> {
    names
        .iter()
        .filter_map(move |name| artifact.facts.iter().position(|f| f.name.value == name.value))
        .flat_map(move |index| evidence.facts.of(index))
}

impl<'a> Context<'a> {
    /// The readings of facts by name, best first.
    fn facts(&self, names: &'a [At<String>]) -> impl Iterator<Item = &'a Fact> {
        facts(self.artifact, self.evidence, names)
    }

    /// "docs/runbook.md", or the artifact's title when there is no file.
    fn file(&self) -> String {
        self.evidence.best().map_or_else(|| self.artifact.title.clone(), |c| c.path.to_string())
    }

    /// A place in the best candidate to point at when no line is wrong: its first line.
    fn anchor(&self) -> Location {
        match self.evidence.best() {
            Some(best) => match best.source {
                Some(source) => Location::Text(first_line(source, &self.sources.get(source).text)),
                None => Location::Path(best.path.clone()),
            },
            None => Location::Nowhere,
        }
    }

    fn unknown(&self, message: impl Into<String>, help: &str) -> Outcome {
        unknown(self.rule, message, help)
    }

    /// A shallow clone cannot answer.
    fn shallow(&self, what: &str) -> Outcome {
        self.unknown(
            format!("cannot tell {what}: this clone is shallow, its history is cut off"),
            "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in the checkout step",
        )
    }
}

/// The first line that is not blank.
fn first_line(source: SourceId, text: &str) -> Span {
    let lead = text.len() - text.trim_start().len();
    let end = text[lead..].find(['\n', '\r']).map_or(text.len(), |n| lead + n);
    Span::new(source, lead..end)
}
