use std::collections::{BinaryHeap, HashSet};
use std::ops::Range;

use git2::ObjectType;

use super::error::Error;
use super::id::{CommitId, IdMap, ObjectId};
use super::object;
use super::people::{Collector, Identity};
use super::store::Store;

/// A commit that has been read: an index into [`Graph`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Node(u32);

impl Node {
    /// The commit that was read at this place.
    pub(super) fn at(place: u32) -> Node {
        Node(place)
    }

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

/// So many commits are read before it is asked a second time whether that is enough.
const FIRST_ASK: usize = 64;

/// Two histories, read newest first.
#[derive(Default)]
struct Search {
    queue: BinaryHeap<(i64, Node)>,
    states: Vec<State>,
    /// How many commits wait that may not be old.
    unsure: usize,
    /// A commit was met that is older than its parent.
    skewed: bool,
}

#[derive(Clone, Copy, Default)]
struct State {
    reached: bool,
    old: bool,
    waits: bool,
}

impl Search {
    /// Takes note of a commit; one that turns out to be old is looked at again.
    fn reach(&mut self, graph: &Graph<'_>, node: Node, old: bool) {
        self.states.resize(graph.len().max(self.states.len()), State::default());
        let state = &mut self.states[node.index()];
        if state.reached && (state.old || !old) {
            return;
        }
        let unsure = state.waits && !state.old;
        let waited = state.waits;
        *state = State { reached: true, old, waits: true };
        match (unsure, old) {
            (true, true) => self.unsure -= 1,
            (false, false) => self.unsure += 1,
            _ => {}
        }
        if !waited {
            self.queue.push((graph.time(node), node));
        }
    }

    fn next(&mut self) -> Option<Node> {
        let (_, node) = self.queue.pop()?;
        let state = &mut self.states[node.index()];
        state.waits = false;
        self.unsure -= usize::from(!state.old);
        Some(node)
    }
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

    /// Reads all commits that can be reached from `tip`, newest first, until `enough` says so of the people
    /// that were seen; it is asked each time that twice as many commits were read.
    pub(super) fn load_until(
        &mut self,
        tip: Node,
        enough: &dyn Fn(&[Identity]) -> bool,
    ) -> Result<(), Error> {
        let mut next_ask = 1;
        let mut seen = vec![false; self.len()];
        let mut queue = BinaryHeap::from([(self.time(tip), tip)]);
        while let Some((_, node)) = queue.pop() {
            if self.len() >= next_ask {
                if self.people.as_ref().is_some_and(|people| enough(people.people())) {
                    return Ok(());
                }
                next_ask = self.len().saturating_mul(2).max(FIRST_ASK);
            }
            for parent in self.parents(node)? {
                seen.resize(self.len().max(seen.len()), false);
                if !std::mem::replace(&mut seen[parent.index()], true) {
                    queue.push((self.time(parent), parent));
                }
            }
        }
        Ok(())
    }

    /// Marks what can be reached from `since`, itself included, by [`Node::index`]; of that, surely all that
    /// can also be reached from `tip` through commits that cannot be reached from `since`.
    ///
    /// Both histories are read newest first, until only the old one goes on, as `git rev-list` does. Where a
    /// commit is older than its parent, clocks prove nothing, and the old one is read to its end.
    pub(super) fn known_before(&mut self, since: Node, tip: Node) -> Result<Vec<bool>, Error> {
        let mut search = Search::default();
        search.reach(self, tip, false);
        search.reach(self, since, true);
        while search.unsure > 0 || search.skewed {
            let Some(node) = search.next() else { break };
            let old = search.states[node.index()].old;
            for parent in self.parents(node)? {
                search.skewed |= self.time(parent) > self.time(node);
                search.reach(self, parent, old);
            }
        }
        Ok(search.states.iter().map(|state| state.old).collect())
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
