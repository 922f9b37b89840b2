use std::collections::HashSet;
use std::ops::Range;

use git2::ObjectType;

use super::error::Error;
use super::id::{CommitId, IdMap, ObjectId};
use super::object;
use super::people::Collector;
use super::store::Store;

/// A commit that has been read: an index into [`Graph`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Node(u32);

impl Node {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

struct Record {
    id: ObjectId,
    tree: ObjectId,
    time: i64,
    parents: Range<usize>,
    /// Its parents exist, but were cut off.
    boundary: bool,
}

/// The commits that were read so far, each exactly once, whichever question asked for it first.
pub(super) struct Graph<'s> {
    store: &'s Store<'s>,
    shallow: HashSet<ObjectId>,
    records: Vec<Record>,
    /// Each with its node, once it has been read.
    parents: Vec<(ObjectId, Option<Node>)>,
    nodes: IdMap<Node>,
    people: Option<Collector<'s>>,
}

impl<'s> Graph<'s> {
    /// An empty table. `people` is shown every commit when it is read.
    pub(super) fn new(
        store: &'s Store<'s>,
        shallow: HashSet<ObjectId>,
        people: Option<Collector<'s>>,
    ) -> Graph<'s> {
        let (records, parents, nodes) = (Vec::new(), Vec::new(), IdMap::default());
        Graph { store, shallow, records, parents, nodes, people }
    }

    /// Reads a commit, unless it has been read.
    pub(super) fn load(&mut self, id: ObjectId) -> Result<Node, Error> {
        if let Some(&node) = self.nodes.get(&id) {
            return Ok(node);
        }
        let data = self.store.read(id, ObjectType::Commit)?;
        let commit = object::commit(data.data()).map_err(|why| Error::malformed("commit", id, why))?;
        // A merge in memory was made by nobody.
        if let Some(people) = &mut self.people
            && !data.is_in_memory()
        {
            people.see(CommitId(id), &commit);
        }
        let boundary = self.shallow.contains(&id);
        let start = self.parents.len();
        if !boundary {
            self.parents.extend(commit.parents.iter().map(|&parent| (parent, None)));
        }
        let node = Node(u32::try_from(self.records.len()).expect("fewer than 2^32 commits fit in memory"));
        let parents = start..self.parents.len();
        self.records.push(Record { id, tree: commit.tree, time: commit.time, parents, boundary });
        self.nodes.insert(id, node);
        Ok(node)
    }

    /// The parents, read; none for a commit whose parents were cut off.
    pub(super) fn parents(&mut self, node: Node) -> Result<Vec<Node>, Error> {
        let mut nodes = Vec::new();
        for at in self.records[node.index()].parents.clone() {
            let parent = match self.parents[at] {
                (_, Some(known)) => known,
                (id, None) => self.load(id)?,
            };
            self.parents[at].1 = Some(parent);
            nodes.push(parent);
        }
        Ok(nodes)
    }

    /// Reads all commits that can be reached from `tip`.
    pub(super) fn load_all(&mut self, tip: Node) -> Result<(), Error> {
        self.reachable(tip).map(drop)
    }

    /// Marks what can be reached from `from`, itself included, by [`Node::index`].
    pub(super) fn reachable(&mut self, from: Node) -> Result<Vec<bool>, Error> {
        let mut seen = vec![false; self.len()];
        let mut stack = vec![from];
        while let Some(node) = stack.pop() {
            if seen.len() < self.len() {
                seen.resize(self.len(), false);
            }
            if !std::mem::replace(&mut seen[node.index()], true) {
                stack.extend(self.parents(node)?);
            }
        }
        seen.resize(self.len(), false);
        Ok(seen)
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn id(&self, node: Node) -> CommitId {
        CommitId(self.records[node.index()].id)
    }

    pub(super) fn tree(&self, node: Node) -> ObjectId {
        self.records[node.index()].tree
    }

    pub(super) fn time(&self, node: Node) -> i64 {
        self.records[node.index()].time
    }

    pub(super) fn is_boundary(&self, node: Node) -> bool {
        self.records[node.index()].boundary
    }

    /// True when any commit read so far had its parents cut off.
    pub(super) fn met_boundary(&self) -> bool {
        self.records.iter().any(|record| record.boundary)
    }

    /// True when the parents of one of `among` were cut off, and it is no older than `time`.
    pub(super) fn has_boundary_since(&self, among: &[bool], time: i64) -> bool {
        let mut chosen = self.records.iter().zip(among).filter(|(_, chosen)| **chosen);
        chosen.any(|(record, _)| record.boundary && record.time >= time)
    }

    pub(super) fn take_people(&mut self) -> Option<Collector<'s>> {
        self.people.take()
    }
}
