//! The commits of a change, and what all checks about them share.

use std::collections::BTreeMap;

use super::author::Known;
use super::{Outcome, Problem, author, blobs, bump, context};
use crate::diag::{Diagnostic, Level, Note, Origin, RepoPath, SourceId, Sources, Span};
use crate::evidence::Survey;
use crate::git::{Change, Changes, CommitId, Mailmap, RangeCommit, Snapshot};
use crate::model::{Homes, Model};
use crate::policy::{Check, CommitAsk, Folded, Globs, PolicySet, Rule};
use crate::trailers::{self, Trailer};
use crate::verdict::Location;

/// The most findings of one rule for one model; the last one counts the rest.
pub(super) const MAX_FINDINGS: usize = 10;

/// A commit of a change.
pub struct Seen {
    /// The commit.
    pub commit: RangeCommit,
    /// What it changed.
    pub changes: Vec<Change>,
    /// For each change whether the commit made it; a merge may only have put others' together.
    own: Vec<bool>,
    /// For each change the model that the path belongs to: an index into all models.
    homes: Vec<Option<usize>>,
    /// Its trailers.
    pub trailers: Vec<Trailer>,
    /// Where the paragraph of trailers begins.
    pub block: usize,
}

/// The commits of a change, newest first.
pub struct Range {
    /// The commits.
    pub commits: Vec<Seen>,
    /// The production branch, for people.
    pub onto: String,
    /// The newest commit of the change.
    pub head: CommitId,
    /// Who is who, by production.
    pub mailmap: Mailmap,
    /// The commits that touch a model's folder; `None` for what lies in no model's folder.
    by_home: BTreeMap<Option<usize>, Vec<usize>>,
}

impl Range {
    /// Puts a change together.
    pub fn new(
        onto: String,
        head: CommitId,
        mailmap: Mailmap,
        commits: Vec<(RangeCommit, Vec<(bool, Change)>)>,
        models: &[Model],
    ) -> Range {
        let mut by_home: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        let mut seen = Vec::with_capacity(commits.len());
        let whose = Homes::new(models);
        for (at, (commit, changes)) in commits.into_iter().enumerate() {
            let (own, changes): (Vec<bool>, Vec<Change>) = changes.into_iter().unzip();
            let homes: Vec<Option<usize>> = changes.iter().map(|c| whose.of(c.path.as_bytes())).collect();
            let mut distinct = homes.clone();
            distinct.sort_unstable();
            distinct.dedup();
            for home in distinct {
                by_home.entry(home).or_default().push(at);
            }
            let (trailers, block) = trailers::parse(&commit.message.text);
            seen.push(Seen { commit, changes, own, homes, trailers, block });
        }
        Range { commits: seen, onto, head, mailmap, by_home }
    }

    /// True when a commit touches the model's folder, or what lies in no model's folder.
    pub fn touches(&self, home: Option<usize>) -> bool {
        self.by_home.contains_key(&home)
    }
}

/// All that a check about a change may look at, for one rule and one model.
pub struct RangeContext<'a, 'r, 's> {
    /// The policy.
    pub set: &'a PolicySet,
    /// The rule.
    pub rule: &'a Rule,
    /// The change.
    pub range: &'a Range,
    /// All models.
    pub models: &'a [Model],
    /// The model, by its place among all; `None` for what lies in no model's folder.
    pub home: Option<usize>,
    /// The model's evidence; `None` for what lies in no model's folder.
    pub survey: Option<&'a Survey>,
    /// Who of the change's authors is known.
    pub known: &'a Known,
    /// The way to contents.
    pub changes: &'a Changes<'r>,
    /// The judged tree.
    pub snapshot: &'a Snapshot<'r>,
    /// All texts, and those of messages.
    pub texts: &'a mut Messages<'s>,
}

/// The texts, and which of them are messages.
pub struct Messages<'a> {
    /// All texts.
    pub sources: &'a mut Sources,
    known: BTreeMap<CommitId, SourceId>,
}

impl<'a> Messages<'a> {
    /// No message yet.
    pub fn new(sources: &'a mut Sources) -> Messages<'a> {
        Messages { sources, known: BTreeMap::new() }
    }

    /// A piece of a commit's message as a place.
    pub(super) fn at(&mut self, commit: &RangeCommit, range: std::ops::Range<usize>) -> Location {
        match self.span(commit, range) {
            Some(span) => Location::Text(span),
            None => Location::Commit { id: commit.id.to_string(), subject: String::new() },
        }
    }

    /// As [`Messages::at`]; `None` for an empty message.
    pub(super) fn span(&mut self, commit: &RangeCommit, range: std::ops::Range<usize>) -> Option<Span> {
        let text = &commit.message.text;
        if text.trim().is_empty() {
            return None;
        }
        let source = *self.known.entry(commit.id).or_insert_with(|| {
            let subject = text[subject(text)].to_string();
            self.sources.add(Origin::Commit { id: commit.id.to_string(), subject }, text.clone())
        });
        Some(Span::new(source, range))
    }

    /// The subject line of a commit as a further place.
    pub(super) fn note(&mut self, commit: &RangeCommit, text: impl Into<String>) -> Option<Note> {
        let span = self.span(commit, subject(&commit.message.text))?;
        Some(Note { span, text: text.into() })
    }
}

/// The first line of a message that is not blank.
pub(super) fn subject(text: &str) -> std::ops::Range<usize> {
    let start = text.len() - text.trim_start().len();
    let line = text[start..].lines().next().unwrap_or("").trim_end();
    start..start + line.len()
}

impl<'a> RangeContext<'a, '_, '_> {
    /// The commits that touch the model, each with the changes below its folder.
    pub(super) fn touching(&self) -> impl Iterator<Item = (&'a Seen, Vec<&'a Change>)> + use<'a> {
        self.with_changes(|_| true)
    }

    /// As [`RangeContext::touching`], with what the commits changed themselves.
    pub(super) fn touching_by_own(&self) -> impl Iterator<Item = (&'a Seen, Vec<&'a Change>)> + use<'a> {
        self.with_changes(|own| own)
    }

    fn with_changes(
        &self,
        keep: fn(bool) -> bool,
    ) -> impl Iterator<Item = (&'a Seen, Vec<&'a Change>)> + use<'a> {
        let (range, home) = (self.range, self.home);
        let of = range.by_home.get(&home).map(Vec::as_slice).unwrap_or_default();
        of.iter().map(move |&at| {
            let seen = &range.commits[at];
            let all = seen.changes.iter().zip(&seen.homes).zip(&seen.own);
            let kept = all.filter(|((_, h), own)| **h == home && keep(**own));
            (seen, kept.map(|((change, _), _)| change).collect())
        })
    }

    /// True when patterns take a path, relative to the model's folder.
    pub(super) fn takes(&self, patterns: &Globs, path: &RepoPath) -> bool {
        let folder = self.home.map_or(&b""[..], |at| self.models[at].path.as_bytes());
        let relative = path.as_bytes().strip_prefix(folder).unwrap_or(path.as_bytes());
        let relative = relative.strip_prefix(b"/").unwrap_or(relative);
        patterns.takes(&Folded::new(relative))
    }

    pub(super) fn unknown(&self, message: impl Into<String>, help: &str) -> Outcome {
        let diagnostic = Diagnostic::new(Level::Error, self.rule.id.value.clone(), message)
            .and(self.rule.check_span, "asked for by this rule")
            .help(help);
        Outcome::Unknown(Box::new(diagnostic))
    }
}

/// Asks one rule about the change, for one model or for what lies in no model's folder.
pub fn judge(c: &mut RangeContext<'_, '_, '_>) -> Outcome {
    match &c.rule.check {
        Check::Commits(check) => match check.asks {
            _ if c.home.is_none() => Outcome::NotAsked,
            CommitAsk::Context => context::run(c, check),
            CommitAsk::Author => author::run(c, check),
            CommitAsk::SelfApproval => author::self_approval(c, check),
            CommitAsk::Version => bump::run(c, check),
        },
        Check::Blobs(check) => blobs::run(c, check),
        _ => Outcome::NotAsked,
    }
}

/// The first few problems; the last of them says how many more there are.
pub(super) fn few(mut problems: Vec<Problem>, noun: &str) -> Outcome {
    if problems.is_empty() {
        return Outcome::Holds;
    }
    let more = problems.len().saturating_sub(MAX_FINDINGS);
    problems.truncate(MAX_FINDINGS);
    if more > 0
        && let Some(last) = problems.last_mut()
    {
        let more = super::words::count(more as u64, noun);
        last.help.insert(0, format!("the same holds for {more} beside those that are shown"));
    }
    Outcome::Fails(problems)
}
