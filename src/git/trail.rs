//! A whole history as a graph, with the commits whose messages hold certain trailers.

use std::cell::OnceCell;

use git2::ObjectType;

use super::error::Error;
use super::id::{CommitId, IdMap, ObjectId};
use super::mailmap::Mailmap;
use super::object;
use super::range::RangeCommit;
use super::repo::Repo;

/// All commits that can be reached from some tips, as a graph.
#[derive(Default, Debug)]
pub struct Trail {
    by_id: IdMap<usize>,
    /// Each commit that was met as a parent, and the one whose parent it is.
    links: Vec<(usize, usize)>,
    children: OnceCell<Children>,
    /// Their parents exist, but were cut off.
    boundaries: Vec<usize>,
    /// Those with a line that begins with one of the keys, newest first by the committer's clock.
    pub kept: Vec<RangeCommit>,
}

/// The children of all commits, those of one behind those of another.
#[derive(Debug)]
struct Children {
    all: Vec<usize>,
    /// Where those of each commit end; they begin where those of the one before end.
    ends: Vec<usize>,
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
        let mut trail = Trail::default();
        let mut stack = Vec::new();
        for tip in tips {
            trail.meet(tip.0, &mut stack);
        }
        stack.sort_unstable();
        while let Some((id, at)) = stack.pop() {
            let data = store.read(id, ObjectType::Commit)?;
            let malformed = |why| Error::malformed("commit", id, why);
            let commit = object::outline(data.data()).map_err(malformed)?;
            if object::lines(commit.message).any(|line| begins(line, keys)) {
                let commit = object::commit(data.data()).map_err(malformed)?;
                trail.kept.push(RangeCommit::read(id, &commit, mailmap));
            }
            if shallow.contains(&id) {
                trail.boundaries.push(at);
                continue;
            }
            for parent in commit.parents {
                let parent = trail.meet(parent, &mut stack);
                trail.links.push((parent, at));
            }
        }
        trail.kept.sort_by_key(|commit| (std::cmp::Reverse(commit.time), commit.id));
        Ok(trail)
    }
}

fn begins(line: &[u8], keys: &[&str]) -> bool {
    keys.iter()
        .any(|key| line.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key.as_bytes())))
}

impl Trail {
    /// The place of a commit; one that is new is still to be read.
    fn meet(&mut self, id: ObjectId, stack: &mut Vec<(ObjectId, usize)>) -> usize {
        if let Some(&known) = self.by_id.get(&id) {
            return known;
        }
        let next = self.by_id.len();
        self.by_id.insert(id, next);
        stack.push((id, next));
        next
    }

    /// The commits that come after `commit`: those that descend from it, itself not included.
    pub fn after(&self, commit: CommitId) -> After<'_> {
        let start = self.by_id.get(&commit.0).copied();
        let below = start.map_or_else(Vec::new, |start| self.below(start, false));
        After { trail: self, below }
    }

    /// For each commit whether it descends from one, which itself counts or not.
    fn below(&self, start: usize, itself: bool) -> Vec<bool> {
        let children = self.children.get_or_init(|| Children::new(self.by_id.len(), &self.links));
        let mut below = vec![false; self.by_id.len()];
        below[start] = itself;
        let mut stack = children.of(start).to_vec();
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut below[at], true) {
                stack.extend(children.of(at));
            }
        }
        below
    }

    /// True when the history is cut off somewhere.
    pub fn is_cut(&self) -> bool {
        !self.boundaries.is_empty()
    }

    /// True when commits that come after `commit` may have been cut off: where the history is cut off,
    /// it does not lead back to `commit`'s own past.
    pub fn may_lack_after(&self, commit: CommitId) -> bool {
        let Some(&target) = self.by_id.get(&commit.0) else { return self.is_cut() };
        self.boundaries.iter().any(|&boundary| !self.below(boundary, true)[target])
    }
}

impl Children {
    fn new(commits: usize, links: &[(usize, usize)]) -> Children {
        let mut ends = vec![0; commits];
        for (parent, _) in links {
            ends[*parent] += 1;
        }
        let mut end = 0;
        for own in &mut ends {
            // Where they begin, until they are put there.
            end += std::mem::replace(own, end);
        }
        let mut all = vec![0; links.len()];
        for (parent, child) in links {
            all[ends[*parent]] = *child;
            ends[*parent] += 1;
        }
        Children { all, ends }
    }

    fn of(&self, commit: usize) -> &[usize] {
        let start = commit.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[commit]]
    }
}

/// The commits that come after one.
#[derive(Debug)]
pub struct After<'t> {
    trail: &'t Trail,
    /// Empty when the history does not hold that one.
    below: Vec<bool>,
}

impl After<'_> {
    /// True for a commit that descends from the one that was asked about.
    pub fn contains(&self, commit: CommitId) -> bool {
        let at = self.trail.by_id.get(&commit.0);
        at.and_then(|&at| self.below.get(at)).is_some_and(|&below| below)
    }
}
