//! What merging two commits would produce, in memory.
//!
//! The answers are meant to be those of `git merge-tree --write-tree`, which hosting services use
//! as well: [`collect`] walks three trees at once and finds what both sides touched, [`renames`]
//! finds where it went, [`resolve`] settles every path, [`text`] merges lines, and [`write`] makes
//! the trees. Nothing is written to disk and nothing of the repository is run.

mod collect;
mod histogram;
mod renames;
mod resolve;
mod similarity;
mod text;
pub(super) mod write;

use std::collections::BTreeSet;

use git2::ObjectType;

use super::ancestry;
use super::commit_graph::CommitGraph;
use super::error::{Error, ErrorKind};
use super::graph::{Graph, Node};
use super::id::{CommitId, ObjectId};
use super::memory::{Conflicts, Memory};
use super::repo::Repo;
use super::store::Store;
use super::trees::Trees;
use crate::diag::RepoPath;
use resolve::Resolver;

/// Histories that cross more often, one crossing below the other, are not followed.
const NESTED_MAX: usize = 100;

/// What merging would produce.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merge {
    /// The commit that holds the result: an existing one, or for [`MergeKind::Merged`] one that
    /// only the [`Repo`] that merged knows, and knows as long as it is open.
    pub commit: CommitId,
    /// How it came about.
    pub kind: MergeKind,
    /// The paths that need a person's decision, sorted. The commit holds one version of them, so
    /// that they are seen, but [`Snapshot::read`](super::Snapshot::read) refuses to read them. A
    /// path that no version of has a place is in the list, but not in the commit.
    pub conflicts: Vec<RepoPath>,
}

/// How a merge comes about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MergeKind {
    /// The head is already part of it.
    Nothing,
    /// It is part of the head, and would move on to it.
    FastForward,
    /// Both have commits that the other one lacks.
    Merged,
}

impl Repo {
    /// Merges `head` into `into` as `git merge` would, in memory: nothing is written to disk. The
    /// result is seen by everything else of this `Repo`: snapshots, histories, revisions.
    ///
    /// Renames are followed. Merge drivers and the `merge` attribute are ignored, `union` and
    /// `binary` among them: every file without a NUL is merged line by line. A submodule that both
    /// sides moved is a conflict. So is a file that was added to a folder which the other side
    /// renamed, as it is for Git unless `merge.directoryRenames` says otherwise, and a file of more
    /// than 64 MiB that both sides changed.
    ///
    /// # Errors
    /// [`ErrorKind::Unrelated`] when there is no common ancestor, [`ErrorKind::Shallow`] when the
    /// history is cut off before one is certain, [`ErrorKind::Unsupported`] when `info/grafts`
    /// rewrites the history, [`ErrorKind::Unreadable`], [`ErrorKind::Malformed`] or
    /// [`ErrorKind::TooLarge`] for objects on the way.
    pub fn merge(&self, into: CommitId, head: CommitId) -> Result<Merge, Error> {
        self.with_commit_graph(&|listed| self.merge_with(into, head, listed))
    }

    fn merge_with(
        &self,
        into: CommitId,
        head: CommitId,
        listed: Option<&CommitGraph>,
    ) -> Result<Merge, Error> {
        let store = self.store()?;
        let mut graph = Graph::new(&store, self.shallow_commits()?, listed, None);
        let (ours, theirs) = (graph.load(into.0)?, graph.load(head.0)?);
        graph.confirm(ours)?;
        graph.confirm(theirs)?;
        let bases = ancestry::best(&mut graph, &[ours], &[theirs])?;
        let without = |commit, kind| Ok(Merge { commit, kind, conflicts: Vec::new() });
        if bases.is_empty() {
            return Err(unrelated(into, head));
        }
        if bases == [theirs] {
            return without(into, MergeKind::Nothing);
        }
        if bases == [ours] {
            return without(head, MergeKind::FastForward);
        }
        let time = graph.time(ours).max(graph.time(theirs));
        let mut merger = Merger { store: &store, memory: &self.memory, trees: Trees::new(&store), graph };
        let base = merger.base(&bases, 0)?;
        let roots = [base, merger.graph.tree(ours), merger.graph.tree(theirs)];
        let (tree, paths) = merger.trees(roots, 0, [into.short(), head.short()])?;
        let who = "roadworthy <roadworthy@localhost>";
        let text = format!(
            "tree {tree}\nparent {into}\nparent {head}\nauthor {who} {time} +0000\ncommitter {who} {time} +0000\n\n\
             Merge {head} into {into}\n"
        );
        let commit = CommitId(self.memory.put(ObjectType::Commit, text.into_bytes()));
        let conflicts = paths.iter().map(|path| RepoPath::from_git(path)).collect();
        self.memory.set_conflicts(commit, Conflicts { into, head, paths });
        Ok(Merge { commit, kind: MergeKind::Merged, conflicts })
    }
}

struct Merger<'s> {
    store: &'s Store<'s>,
    memory: &'s Memory,
    trees: Trees<&'s Store<'s>>,
    graph: Graph<'s>,
}

impl Merger<'_> {
    /// The tree of a base; several bases are merged into one, the oldest first, as Git does.
    fn base(&mut self, bases: &[Node], depth: usize) -> Result<ObjectId, Error> {
        if depth > NESTED_MAX {
            let message = format!("the histories cross more than {NESTED_MAX} times");
            return Err(Error::new(ErrorKind::TooLarge, message)
                .with_help("merge or rebase onto the production branch first, and try again"));
        }
        let mut rest = bases.iter().rev().copied();
        let Some(first) = rest.next() else { return Ok(self.memory.put(ObjectType::Tree, Vec::new())) };
        let (mut tree, mut merged) = (self.graph.tree(first), vec![first]);
        for next in rest {
            let below = ancestry::best(&mut self.graph, &merged, &[next])?;
            let base = self.base(&below, depth + 1)?;
            let roots = [base, tree, self.graph.tree(next)];
            let names = [1, 2].map(|n| format!("Temporary merge branch {n}"));
            tree = self.trees(roots, depth + 1, names)?.0;
            merged.push(next);
        }
        Ok(tree)
    }

    /// Merges two trees on top of a third one. Returns the conflicts too.
    fn trees(
        &self,
        roots: [ObjectId; 3],
        depth: usize,
        names: [String; 2],
    ) -> Result<(ObjectId, BTreeSet<Vec<u8>>), Error> {
        let mut found = collect::quick(&self.trees, roots)?;
        if found.renames {
            found = collect::full(&self.trees, roots)?;
            found.renames = true;
        }
        let resolver = Resolver { store: self.store, memory: self.memory, depth, names };
        let mut settled = resolver.settle(&found)?;
        let conflicts = std::mem::take(&mut settled.conflicts);
        let changes = resolve::changes(found, settled);
        let tree = write::apply(&self.trees, self.memory, roots[1], changes)?;
        Ok((tree, conflicts))
    }
}

fn unrelated(a: CommitId, b: CommitId) -> Error {
    let message = format!("`{}` and `{}` have no commit in common", a.short(), b.short());
    Error::new(ErrorKind::Unrelated, message)
        .with_help("start the change from a commit of the branch that it is to be merged into")
}
