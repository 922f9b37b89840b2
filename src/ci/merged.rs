//! Merge commits that a forge makes to try out a merge.

use super::{Problem, git};
use crate::git::{CommitId, Repo};

/// When `merge` is a merge of `head` and one other commit: that other one, which is what was merged
/// into. Read from the raw commit, so that a shallow clone has it too.
pub(super) fn other_parent(repo: &Repo, merge: CommitId, head: &str) -> Result<Option<String>, Problem> {
    let parents = repo.raw_parents(merge).map_err(|error| git(&error))?;
    let names: Vec<String> = parents.iter().map(ToString::to_string).collect();
    Ok(match &names[..] {
        [base, merged] if merged == head && base != head => Some(base.clone()),
        [merged, base] if merged == head && base != head => Some(base.clone()),
        _ => None,
    })
}
