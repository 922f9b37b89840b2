//! A whole history as a graph, with the commits whose messages hold certain trailers.

use std::collections::HashSet;

use git2::ObjectType;

use super::error::Error;
use super::id::{CommitId, IdMap, NameHashes};
use super::mailmap::Mailmap;
use super::object;
use super::range::RangeCommit;
use super::repo::Repo;

/// All commits that can be reached from some tips, as a graph.
#[derive(Debug)]
pub struct Trail {
    by_id: IdMap<usize>,
    children: Vec<Vec<usize>>,
    /// Their parents exist, but were cut off.
    boundaries: Vec<usize>,
    /// Those with a line that begins with one of the keys, newest first by the committer's clock.
    pub kept: Vec<RangeCommit>,
}

impl Repo {
    /// Reads the history that ends at `tips`, and keeps the commits with a line that begins with one of
    /// `keys`; case does not matter.
    ///
    /// # Errors
    /// As [`Repo::authors`].
    pub fn trail(&self, tips: &[CommitId], keys: &[&str], mailmap: &Mailmap) -> Result<Trail, Error> {
        self.refuse_grafts()?;
        let ahead = tips.iter().find_map(|tip| self.take_ahead(*tip));
        let (store, shallow) = (self.store()?.along(ahead.as_ref()), self.shallow_commits()?);
        let (mut by_id, mut links) = (IdMap::default(), Vec::new());
        let (mut boundaries, mut kept) = (Vec::new(), Vec::new());
        let mut met: HashSet<_, NameHashes> = tips.iter().map(|tip| tip.0).collect();
        let mut stack: Vec<_> = met.iter().copied().collect();
        stack.sort_unstable();
        while let Some(id) = stack.pop() {
            let data = store.read(id, ObjectType::Commit)?;
            let malformed = |why| Error::malformed("commit", id, why);
            let commit = object::outline(data.data()).map_err(malformed)?;
            let at = by_id.len();
            by_id.insert(id, at);
            if object::lines(commit.message).any(|line| begins(line, keys)) {
                kept.push(RangeCommit::read(id, &object::commit(data.data()).map_err(malformed)?, mailmap));
            }
            if shallow.contains(&id) {
                boundaries.push(at);
                continue;
            }
            for parent in commit.parents {
                links.push((parent, at));
                if met.insert(parent) {
                    stack.push(parent);
                }
            }
        }
        kept.sort_by_key(|commit| (std::cmp::Reverse(commit.time), commit.id));
        let mut children = vec![Vec::new(); by_id.len()];
        for (parent, child) in links {
            children[by_id[&parent]].push(child);
        }
        Ok(Trail { by_id, children, boundaries, kept })
    }
}

fn begins(line: &[u8], keys: &[&str]) -> bool {
    keys.iter()
        .any(|key| line.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key.as_bytes())))
}

impl Trail {
    /// The commits that come after `commit`: those that descend from it, itself not included.
    pub fn after(&self, commit: CommitId) -> After<'_> {
        let mut below = vec![false; self.children.len()];
        let start = self.by_id.get(&commit.0).copied();
        let mut stack: Vec<usize> = start.map(|at| self.children[at].clone()).unwrap_or_default();
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut below[at], true) {
                stack.extend(&self.children[at]);
            }
        }
        After { trail: self, start, below }
    }

    /// True when the history is cut off somewhere.
    pub fn is_cut(&self) -> bool {
        !self.boundaries.is_empty()
    }

    /// True when commits that come after `commit` may have been cut off: where the history is cut off,
    /// it does not lead back to `commit`'s own past.
    pub fn may_lack_after(&self, commit: CommitId) -> bool {
        let Some(&target) = self.by_id.get(&commit.0) else { return self.is_cut() };
        self.boundaries.iter().any(|&boundary| {
            let mut below = vec![false; self.children.len()];
            let mut stack = vec![boundary];
            while let Some(at) = stack.pop() {
                if !std::mem::replace(&mut below[at], true) {
                    stack.extend(&self.children[at]);
                }
            }
            !below[target]
        })
    }
}

/// The commits that come after one.
#[derive(Debug)]
pub struct After<'t> {
    trail: &'t Trail,
    start: Option<usize>,
    below: Vec<bool>,
}

impl After<'_> {
    /// True for a commit that descends from the one that was asked about.
    pub fn contains(&self, commit: CommitId) -> bool {
        self.start.is_some() && self.trail.by_id.get(&commit.0).is_some_and(|&at| self.below[at])
    }
}
