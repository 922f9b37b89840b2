//! The commits of a change: those that can be reached from its head and from none of what is there
//! already.
//!
//! Commits are walked newest first by the committer's clock, but no answer rests on a clock. The walk
//! ends when a single commit is left that everything met so far descends from: what lies below it
//! cannot lead back. Where histories never narrow to one commit, or begin more than once, it goes on
//! to the very first commits.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::ops::ControlFlow;

use git2::ObjectType;

use super::error::{Error, ErrorKind};
use super::id::{CommitId, IdMap, ObjectId};
use super::mailmap::Mailmap;
use super::message::{self, Author, Message};
use super::object;
use super::people;
use super::repo::Repo;
use super::store::Store;

/// A commit of a range.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RangeCommit {
    /// Its name.
    pub id: CommitId,
    /// Its parents, in order; more than one for a merge.
    pub parents: Vec<CommitId>,
    /// Who wrote it.
    pub author: Author,
    /// Who committed it.
    pub committer: Author,
    /// When it was committed, in seconds since 1970. Nothing keeps a committer from lying.
    pub time: i64,
    /// What it says.
    pub message: Message,
    pub(super) tree: ObjectId,
}

impl RangeCommit {
    pub(super) fn read(id: ObjectId, commit: &object::Commit<'_>, mailmap: &Mailmap) -> RangeCommit {
        RangeCommit {
            id: CommitId(id),
            parents: commit.parents.iter().map(|&parent| CommitId(parent)).collect(),
            author: Author::read(commit.author, commit.encoding, mailmap),
            committer: Author::read(commit.committer, commit.encoding, mailmap),
            time: commit.time,
            message: message::read(commit.message, commit.encoding),
            tree: commit.tree,
        }
    }

    /// True for a commit of several parents.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

impl Repo {
    /// One commit.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`], [`ErrorKind::Malformed`].
    pub fn commit(&self, id: CommitId, mailmap: &Mailmap) -> Result<RangeCommit, Error> {
        let store = self.store()?;
        let data = store.read(id.0, ObjectType::Commit)?;
        let commit = object::commit(data.data()).map_err(|why| Error::malformed("commit", id.0, why))?;
        Ok(RangeCommit::read(id.0, &commit, mailmap))
    }

    /// The commits that can be reached from `head` and from none of `exclude`, newest first: those of
    /// `git rev-list HEAD ^EXCLUDE…`, and never fewer.
    ///
    /// # Errors
    /// [`ErrorKind::Shallow`] when the history is cut off before it is certain which these are;
    /// [`ErrorKind::Unreadable`] or [`ErrorKind::Malformed`] for a commit on the way;
    /// [`ErrorKind::Unsupported`] when `info/grafts` rewrites the history.
    pub fn range(
        &self,
        exclude: &[CommitId],
        head: CommitId,
        mailmap: &Mailmap,
    ) -> Result<Vec<RangeCommit>, Error> {
        self.refuse_grafts()?;
        let store = self.store()?;
        let mut walk = Walk::new(&store, self.shallow_commits()?, mailmap);
        walk.meet(head.0, false)?;
        for commit in exclude {
            walk.meet(commit.0, true)?;
        }
        walk.run()?;
        walk.finish()
    }

    /// Shows `see` the authors and co-authors of all commits that can be reached from `tips`, newest
    /// commit first, until it breaks off. Nobody is shown twice with the same name and address.
    /// Returns true when the history is cut off somewhere, so that somebody may be missing.
    ///
    /// # Errors
    /// As [`Repo::range`], without [`ErrorKind::Shallow`].
    pub fn authors(
        &self,
        tips: &[CommitId],
        mailmap: &Mailmap,
        see: &mut dyn FnMut(&Author) -> ControlFlow<()>,
    ) -> Result<bool, Error> {
        self.refuse_grafts()?;
        let store = self.store()?;
        let shallow = self.shallow_commits()?;
        let (mut met, mut shown, mut cut) = (HashSet::new(), HashSet::new(), false);
        let mut queue: BinaryHeap<(i64, ObjectId)> = tips.iter().map(|tip| (i64::MAX, tip.0)).collect();
        while let Some((_, id)) = queue.pop() {
            if !met.insert(id) {
                continue;
            }
            let data = store.read(id, ObjectType::Commit)?;
            let commit = object::commit(data.data()).map_err(|why| Error::malformed("commit", id, why))?;
            for line in [commit.author].into_iter().chain(people::co_authors(commit.message)) {
                let line = people::person_part(line);
                if shown.insert(line.to_vec())
                    && see(&Author::read(line, commit.encoding, mailmap)).is_break()
                {
                    return Ok(cut);
                }
            }
            if shallow.contains(&id) {
                cut = true;
            } else {
                queue.extend(commit.parents.iter().map(|&parent| (commit.time, parent)));
            }
        }
        Ok(cut)
    }
}

/// A commit that was met.
struct Met {
    parents: Vec<ObjectId>,
    excluded: bool,
    /// Its parents were met too.
    walked: bool,
    /// Its parents exist, but were cut off.
    boundary: bool,
    /// What it says, as long as it may belong to the range.
    found: Option<Box<RangeCommit>>,
}

struct Walk<'s> {
    store: &'s Store<'s>,
    shallow: HashSet<ObjectId>,
    mailmap: &'s Mailmap,
    all: Vec<Met>,
    by_id: IdMap<usize>,
    /// What is still to be walked: newest first, then in the order in which they were met.
    queue: BinaryHeap<(i64, Reverse<usize>)>,
    /// Those of the range, so far.
    candidates: usize,
    /// Those of them that are still to be walked.
    open: usize,
    /// A commit without parents was walked.
    ended: bool,
    order: Vec<usize>,
}

impl<'s> Walk<'s> {
    fn new(store: &'s Store<'s>, shallow: HashSet<ObjectId>, mailmap: &'s Mailmap) -> Walk<'s> {
        Walk {
            store,
            shallow,
            mailmap,
            all: Vec::new(),
            by_id: IdMap::default(),
            queue: BinaryHeap::new(),
            candidates: 0,
            open: 0,
            ended: false,
            order: Vec::new(),
        }
    }

    /// Notes a commit, reading it when it is new.
    fn meet(&mut self, id: ObjectId, excluded: bool) -> Result<(), Error> {
        if let Some(&at) = self.by_id.get(&id) {
            if excluded {
                self.exclude(at);
            }
            return Ok(());
        }
        let data = self.store.read(id, ObjectType::Commit)?;
        let commit = object::commit(data.data()).map_err(|why| Error::malformed("commit", id, why))?;
        let boundary = self.shallow.contains(&id);
        let found = (!excluded).then(|| Box::new(RangeCommit::read(id, &commit, self.mailmap)));
        let at = self.all.len();
        self.candidates += usize::from(!excluded);
        self.open += usize::from(!excluded);
        let parents = if boundary { Vec::new() } else { commit.parents };
        self.all.push(Met { parents, excluded, walked: false, boundary, found });
        self.by_id.insert(id, at);
        self.queue.push((commit.time, Reverse(at)));
        Ok(())
    }

    /// Takes a commit and everything below it that was met out of the range.
    fn exclude(&mut self, at: usize) {
        let mut stack = vec![at];
        while let Some(at) = stack.pop() {
            let met = &mut self.all[at];
            if std::mem::replace(&mut met.excluded, true) {
                continue;
            }
            met.found = None;
            self.candidates -= 1;
            self.open -= usize::from(!met.walked);
            if met.walked {
                stack.extend(met.parents.iter().filter_map(|parent| self.by_id.get(parent)));
            }
        }
    }

    fn run(&mut self) -> Result<(), Error> {
        while self.candidates > 0 && !self.is_certain() {
            let Some((_, Reverse(at))) = self.queue.pop() else { break };
            let met = &mut self.all[at];
            met.walked = true;
            let excluded = met.excluded;
            if !excluded {
                self.open -= 1;
                self.order.push(at);
            }
            self.ended |= met.parents.is_empty();
            for parent in met.parents.clone() {
                self.meet(parent, excluded)?;
            }
        }
        Ok(())
    }

    /// True when nothing that is still to be walked can lead to a commit of the range. One excluded
    /// commit is left, and no commit without parents was met: then every chain of parents leads to
    /// that one, which makes it an ancestor of all, and no commit is its own ancestor.
    fn is_certain(&self) -> bool {
        self.open == 0 && self.queue.len() == 1 && !self.ended
    }

    fn finish(mut self) -> Result<Vec<RangeCommit>, Error> {
        if self.all.iter().any(|met| met.found.is_some() && met.boundary) || self.is_hidden() {
            let message = "cannot tell which commits belong to the change: this clone is shallow, its history is cut off";
            return Err(Error::new(ErrorKind::Shallow, message).with_help(super::error::UNSHALLOW));
        }
        let order = std::mem::take(&mut self.order);
        Ok(order.into_iter().filter_map(|at| self.all[at].found.take()).map(|found| *found).collect())
    }

    /// True when an excluded commit lost its parents, and a commit of the range does not descend from
    /// it: that one may be among those that were cut off.
    fn is_hidden(&self) -> bool {
        let cut = (0..self.all.len()).filter(|&at| self.all[at].boundary && self.all[at].excluded);
        let mut children: Option<Vec<Vec<usize>>> = None;
        for boundary in cut {
            let children = children.get_or_insert_with(|| self.children());
            let mut below = vec![false; self.all.len()];
            let mut stack = vec![boundary];
            while let Some(at) = stack.pop() {
                if !std::mem::replace(&mut below[at], true) {
                    stack.extend(&children[at]);
                }
            }
            if self.all.iter().zip(below).any(|(met, descends)| met.found.is_some() && !descends) {
                return true;
            }
        }
        false
    }

    fn children(&self) -> Vec<Vec<usize>> {
        let mut children = vec![Vec::new(); self.all.len()];
        for (at, met) in self.all.iter().enumerate() {
            for parent in met.parents.iter().filter_map(|parent| self.by_id.get(parent)) {
                children[*parent].push(at);
            }
        }
        children
    }
}
