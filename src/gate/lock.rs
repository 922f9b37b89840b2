//! A locked policy: who approved that it becomes weaker.
//!
//! Anybody can write any trailer, and any name into a commit. What is asked here keeps one person from
//! doing it alone by accident or in passing: the approval is a commit of its own, made by the one who
//! approves, after the last change of the policy. Signatures and the forge's own rules have to prove
//! that the name is true.

use crate::artifact::types::{self, Reading, Value, ValueType};
use crate::diag::{Diagnostic, RepoPath};
use crate::git::{Author, CommitId, Error, Limits, Mailmap, RangeCommit, Repo};
use crate::policy::Config;
use crate::trailers;
use crate::words::Words;

use super::Change;
use super::side;
use super::trust::Trusted;

/// The trailer that approves.
const APPROVED: &str = "Approved-by";

/// Whether somebody who may has approved the change.
#[derive(Clone, Debug)]
pub(super) enum Approval {
    /// In words: by whom, in which commit.
    Given(String),
    /// Sentences that say what came close, and what to do.
    Missing(Vec<String>),
}

/// Looks for the approval in the commits of the change.
///
/// # Errors
/// When the range cannot be told, or a commit cannot be read.
pub(super) fn approval(repo: &Repo, change: &Change, trusted: &Trusted) -> Result<Approval, Box<Diagnostic>> {
    let git = |error: Error| Box::new(error.diagnostic());
    let config = &trusted.stated.set.config;
    let proposed = trusted.proposed.as_ref().map(|p| &p.set.config);
    let Some(head) = change.head else { return Ok(Approval::Missing(vec![how(config)])) };
    let mailmap = match change.production {
        Some(trusted) => repo.mailmap_of(trusted).map_err(git)?,
        None => Mailmap::default(),
    };
    let commits = repo.range(&change.exclude, head, &mailmap).map_err(git)?;
    let mut changes = repo.changes(&Limits::default()).map_err(git)?;
    let mut touching: Vec<&RangeCommit> = Vec::new();
    for commit in &commits {
        let paths: Vec<RepoPath> =
            changes.of(commit).map_err(git)?.into_iter().map(|change| change.path).collect();
        if side::touched(config, &paths) || proposed.is_some_and(|config| side::touched(config, &paths)) {
            touching.push(commit);
        }
    }
    let configs = [config].into_iter().chain(proposed).collect();
    let words = &trusted.stated.set.words;
    let search = Search { repo, config, words, mailmap: &mailmap, configs, touching };
    let mut near = Vec::new();
    for commit in &commits {
        match search.look(commit, head).map_err(git)? {
            Some(Ok(given)) => return Ok(Approval::Given(given)),
            Some(Err(why)) => near.push(why),
            None => {}
        }
    }
    near.truncate(3);
    near.push(how(config));
    Ok(Approval::Missing(near))
}

/// What to do.
fn how(config: &Config) -> String {
    let names: Vec<String> = config.owners.iter().map(|owner| shown(&owner.value)).collect();
    let first = names.first().cloned().unwrap_or_default();
    format!(
        "the policy is locked: {} approves on this branch, after the last change of the policy, with `git commit --allow-empty -m 'Approve the policy' --trailer '{APPROVED}: {first}'`",
        names.join(" or ")
    )
}

fn shown(owner: &Value) -> String {
    let Value::Person(person) = owner else { return String::new() };
    let name = person.name.clone().or_else(|| person.handle.clone()).unwrap_or_default();
    match &person.email {
        Some(email) if name.is_empty() => email.clone(),
        Some(email) => format!("{name} <{email}>"),
        None => name,
    }
}

struct Search<'a> {
    repo: &'a Repo,
    config: &'a Config,
    words: &'a Words,
    mailmap: &'a Mailmap,
    /// The configurations before and after the change.
    configs: Vec<&'a Config>,
    /// The commits of the change that touch policy files.
    touching: Vec<&'a RangeCommit>,
}

impl Search<'_> {
    /// What one commit approves: `None` when it does not speak of it, `Err` says why it does not count.
    fn look(&self, commit: &RangeCommit, head: CommitId) -> Result<Option<Result<String, String>>, Error> {
        if commit.message.nul {
            return Ok(None);
        }
        let (trailers, _) = trailers::parse(&commit.message.text);
        let mut said = None;
        for trailer in trailers.iter().filter(|trailer| trailer.is(APPROVED)) {
            let Reading::Found(found) = types::read(ValueType::Person, &trailer.value, self.words) else {
                continue;
            };
            let Some(owner) = self.config.owners.iter().find(|owner| same(&owner.value, &found.value)) else {
                let who = &trailer.value;
                said = Some(Err(format!(
                    "commit {} is approved by {who}, who does not own the policy",
                    commit.id.short()
                )));
                continue;
            };
            let verdict = self.counts(&owner.value, commit, head)?;
            if verdict.is_ok() {
                return Ok(Some(verdict));
            }
            said = Some(verdict);
        }
        Ok(said)
    }

    fn counts(
        &self,
        owner: &Value,
        commit: &RangeCommit,
        head: CommitId,
    ) -> Result<Result<String, String>, Error> {
        let (who, id) = (shown(owner), commit.id.short());
        if !is(owner, &commit.author, self.mailmap) {
            let author = &commit.author.mapped_name;
            return Ok(Err(format!(
                "commit {id} says that {who} approves, but {author} made it: an approval is a commit of the one who approves"
            )));
        }
        if let Some(own) = self.touching.iter().find(|c| is(owner, &c.author, self.mailmap)) {
            let changed = own.id.short();
            return Ok(Err(format!(
                "{who} approves in commit {id}, but changed the policy too, in commit {changed}: somebody else has to approve it"
            )));
        }
        for change in &self.touching {
            if change.id == commit.id || !self.repo.is_ancestor(change.id, commit.id)? {
                let changed = change.id.short();
                return Ok(Err(format!(
                    "{who} approves in commit {id}, which does not come after the change of the policy in commit {changed}: approve again"
                )));
            }
        }
        // No single commit shows the change: only an approval of the very end can have seen it.
        if self.touching.is_empty() && commit.id != head {
            return Ok(Err(format!(
                "{who} approves in commit {id}, and other commits follow it: approve again"
            )));
        }
        // A merge that takes one side as it is changes nothing that its parents did not have, and may undo
        // what was approved all the same.
        let after = self.repo.changed_paths(Some(commit.id), head)?;
        if self.configs.iter().any(|config| side::touched(config, &after)) {
            return Ok(Err(format!(
                "{who} approves in commit {id}, and the policy on this branch is not what it was then: approve again"
            )));
        }
        Ok(Ok(format!("{who} approves the weaker policy in commit {id}")))
    }
}

/// True when an owner and a name in a trailer are one person: by address, or by name where the owner is
/// listed without one.
fn same(owner: &Value, other: &Value) -> bool {
    let (Value::Person(owner), Value::Person(other)) = (owner, other) else { return false };
    let equal = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => a.to_lowercase() == b.to_lowercase(),
        _ => false,
    };
    match &owner.email {
        Some(_) => {
            equal(&owner.email, &other.email) || other.email.is_none() && equal(&owner.name, &other.name)
        }
        None => equal(&owner.name, &other.name) || equal(&owner.handle, &other.handle),
    }
}

/// True when an owner wrote a commit.
fn is(owner: &Value, author: &Author, mailmap: &Mailmap) -> bool {
    let Value::Person(person) = owner else { return false };
    match (&person.email, &person.name) {
        (Some(email), name) => {
            let (_, mapped) = mailmap.map(name.as_deref().unwrap_or_default(), email);
            [&author.email, &author.mapped_email]
                .into_iter()
                .any(|used| used.eq_ignore_ascii_case(email) || used.eq_ignore_ascii_case(&mapped))
        }
        (None, Some(name)) => [&author.name, &author.mapped_name]
            .into_iter()
            .any(|used| used.to_lowercase() == name.to_lowercase()),
        (None, None) => {
            let handle = person.handle.as_deref().unwrap_or_default().trim_start_matches('@').to_lowercase();
            let local = author.email.split('@').next().unwrap_or_default().to_lowercase();
            !handle.is_empty() && local.rsplit('+').next() == Some(handle.as_str())
        }
    }
}
