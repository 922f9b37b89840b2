//! What is judged.

use chrono::NaiveDate;

use crate::diag::{Origin, RepoPath};
use crate::git::{CommitId, Error, MergeKind, Repo, Target};
use crate::policy::FILE;

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
    /// Paths that need a person's decision before anything can land.
    pub conflicts: Vec<RepoPath>,
}

impl Change {
    /// The name of the side whose policy judges.
    pub(super) fn trusted_name(&self) -> &str {
        self.trusted.as_deref().unwrap_or(&self.name)
    }
}

impl Request {
    /// What merging `head` into the production branch `name`, now at `into`, would land there.
    ///
    /// # Errors
    /// Histories that have no commit in common, or are cut off.
    pub fn merge(
        repo: &Repo,
        (name, into): (&str, CommitId),
        (head_name, head): (&str, CommitId),
        as_of: NaiveDate,
    ) -> Result<Request, Error> {
        let merge = repo.merge(into, head)?;
        let how = match merge.kind {
            MergeKind::Nothing => ", which holds it already",
            MergeKind::FastForward | MergeKind::Merged => "",
        };
        let change = Change {
            what: format!("merge of {} into {}{how}", named(head_name, head), named(name, into)),
            name: name.to_string(),
            production: Some(into),
            trusted: None,
            since: Some(into),
            head: Some(head),
            exclude: vec![into],
            conflicts: merge.conflicts,
        };
        Ok(Request { change: Some(change), ..Request::new(Target::Commit(merge.commit), as_of) })
    }

    /// The whole of a commit, as it stands on a branch or tag, by its own policy.
    pub fn whole(name: &str, commit: CommitId, as_of: NaiveDate) -> Request {
        let change = Change {
            what: format!("the whole of {}", named(name, commit)),
            name: name.to_string(),
            production: Some(commit),
            trusted: None,
            since: None,
            head: None,
            exclude: Vec::new(),
            conflicts: Vec::new(),
        };
        Request { change: Some(change), ..Request::new(Target::Commit(commit), as_of) }
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
pub(super) fn named(name: &str, commit: CommitId) -> String {
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
    pub(super) fn is_config(&self) -> bool {
        match &self.origin {
            Origin::Local(path) => path.file_name().is_some_and(|name| name == FILE),
            _ => false,
        }
    }
}
