use std::collections::{BinaryHeap, HashSet};
use std::rc::Rc;

use git2::ObjectType;

use super::commit_graph::{self, CommitGraph, Place};
use super::error::Error;
use super::id::{CommitId, IdMap, ObjectId};
use super::object;
use super::people::{Collector, Identity};
use super::store::{Object, Store};

/// A commit that has been met: an index into [`Graph`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Node(u32);

impl Node {
    /// The commit that was met as this one.
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
    /// Higher than that of each parent, as far as the commit-graph knows; [`UNLISTED`] for what it does not.
    generation: u64,
    parents: Parents,
    /// Its parents exist, but were cut off.
    boundary: bool,
    /// Where it stands in the commit-graph, if it does.
    place: Option<Place>,
    /// It was read.
    read: bool,
}

/// The parents of a commit.
enum Parents {
    Unknown(Vec<ObjectId>),
    Listed(Vec<Place>),
    Known(Rc<[Node]>),
}

/// No commit that the commit-graph knows has a parent that it does not know.
pub(super) const UNLISTED: u64 = u64::MAX;

/// In which order commits are looked at: the highest first. A commit that the commit-graph knows never
/// comes before one that descends from it; elsewhere clocks decide, which may be wrong.
pub(super) type Order = (u64, i64);

/// The commits that were met so far, each exactly once, whichever question asked for it first.
pub(super) struct Graph<'s> {
    store: &'s Store<'s>,
    shallow: HashSet<ObjectId>,
    listed: Option<&'s CommitGraph>,
    records: Vec<Record>,
    nodes: IdMap<Node>,
    /// By [`Place::index`], the node's number plus one; 0 for a commit that was not met.
    places: Vec<u32>,
    people: Option<Collector<'s>>,
    /// How many commits were read.
    read: usize,
}

/// Room is made for so many commits at once, where the commit-graph knows as many.
const RECORDS: usize = 1 << 18;

/// So many commits are read before it is asked a second time whether that is enough.
const FIRST_ASK: usize = 64;

impl<'s> Graph<'s> {
    /// An empty table. `people` is shown every commit when it is read. What `listed` knows is not read.
    pub(super) fn new(
        store: &'s Store<'s>,
        shallow: HashSet<ObjectId>,
        listed: Option<&'s CommitGraph>,
        people: Option<Collector<'s>>,
    ) -> Graph<'s> {
        let known = listed.map_or(0, CommitGraph::len);
        let (nodes, places) = (IdMap::default(), vec![0; known]);
        // Room that is not used costs nothing, and moving what is there would.
        let records = Vec::with_capacity(known.min(RECORDS));
        Graph { store, shallow, listed, records, nodes, places, people, read: 0 }
    }

    /// Takes a commit in, unless it has been met.
    pub(super) fn load(&mut self, id: ObjectId) -> Result<Node, Error> {
        self.load_as(id, true)
    }

    /// Takes in a commit of which it is not known whether the history holds it: `people` is not shown it.
    pub(super) fn load_apart(&mut self, id: ObjectId) -> Result<Node, Error> {
        self.load_as(id, false)
    }

    fn load_as(&mut self, id: ObjectId, show: bool) -> Result<Node, Error> {
        if let Some(&node) = self.nodes.get(&id) {
            return Ok(node);
        }
        if let Some(place) = self.listed.and_then(|listed| listed.find(id)) {
            return self.load_listed(place);
        }
        let data = if show { self.store.read(id, ObjectType::Commit) } else { self.store.read_at_once(id) }?;
        let commit = object::commit(data.data()).map_err(|why| Error::malformed("commit", id, why))?;
        self.read += 1;
        // A merge in memory was made by nobody.
        if let Some(people) = &mut self.people
            && show
            && !data.is_in_memory()
        {
            people.see(CommitId(id), &commit);
        }
        let boundary = self.shallow.contains(&id);
        let parents = Parents::Unknown(if boundary { Vec::new() } else { commit.parents });
        let (tree, time) = (commit.tree, commit.time);
        self.add(Record { id, tree, time, generation: UNLISTED, parents, boundary, place: None, read: show })
    }

    /// Takes in a commit that the commit-graph knows.
    pub(super) fn load_listed(&mut self, place: Place) -> Result<Node, Error> {
        let known = self.places.get(place.index()).copied().unwrap_or(0);
        let Some(listed) = self.listed else { return Err(commit_graph::wrong()) };
        if known > 0 {
            return Ok(Node(known - 1));
        }
        let (id, entry) = (listed.id(place)?, listed.entry(place)?);
        let parents = Parents::Listed(listed.parents(place, &entry)?);
        let (tree, time, generation) = (entry.tree, entry.time, entry.generation);
        let (boundary, place_of, read) = (false, Some(place), false);
        let record = Record { id, tree, time, generation, parents, boundary, place: place_of, read };
        let node = self.add(record)?;
        self.places[place.index()] = node.0 + 1;
        Ok(node)
    }

    fn add(&mut self, record: Record) -> Result<Node, Error> {
        let node = Node(u32::try_from(self.records.len()).expect("fewer than 2^32 commits fit in memory"));
        // One that stands in the commit-graph twice, or is not found where it stands.
        if self.nodes.insert(record.id, node).is_some() {
            return Err(commit_graph::wrong());
        }
        self.records.push(record);
        Ok(node)
    }

    /// The parents; none for a commit whose parents were cut off.
    pub(super) fn parents(&mut self, node: Node) -> Result<Rc<[Node]>, Error> {
        let parents: Vec<Node> = match &self.records[node.index()].parents {
            Parents::Known(parents) => return Ok(Rc::clone(parents)),
            Parents::Unknown(ids) => {
                let ids = ids.clone();
                ids.into_iter().map(|id| self.load(id)).collect::<Result<_, _>>()?
            }
            Parents::Listed(places) => {
                let places = places.clone();
                places.into_iter().map(|place| self.load_listed(place)).collect::<Result<_, _>>()?
            }
        };
        let generation = |node: Node| self.records[node.index()].generation;
        let own = generation(node);
        if own != UNLISTED && parents.iter().any(|&parent| generation(parent) >= own) {
            return Err(commit_graph::wrong());
        }
        let parents: Rc<[Node]> = Rc::from(parents);
        self.records[node.index()].parents = Parents::Known(Rc::clone(&parents));
        Ok(parents)
    }

    /// Reads a commit that was not read, and compares it with what the commit-graph told of it.
    pub(super) fn confirm(&mut self, node: Node) -> Result<(), Error> {
        self.confirm_by(node, |store, id| store.read_at_once(id))
    }

    fn confirm_by(
        &mut self,
        node: Node,
        read: impl FnOnce(&'s Store<'s>, ObjectId) -> Result<Object<'s>, Error>,
    ) -> Result<(), Error> {
        let Record { id, place, read: done, .. } = self.records[node.index()];
        if done {
            return Ok(());
        }
        let data = read(self.store, id)?;
        let commit = object::commit(data.data()).map_err(|why| Error::malformed("commit", id, why))?;
        if let (Some(place), Some(listed)) = (place, self.listed) {
            let entry = listed.entry(place)?;
            let parents = listed.parents(place, &entry)?;
            let parents: Vec<_> =
                parents.into_iter().map(|parent| listed.id(parent)).collect::<Result<_, _>>()?;
            if entry.tree != commit.tree || parents != commit.parents {
                return Err(commit_graph::wrong());
            }
        }
        let record = &mut self.records[node.index()];
        (record.read, record.time) = (true, commit.time);
        self.read += 1;
        if let Some(people) = &mut self.people {
            people.see(CommitId(id), &commit);
        }
        Ok(())
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
        let read = |store: &'s Store<'s>, id| store.read(id, ObjectType::Commit);
        self.confirm_by(tip, read)?;
        let mut queue = BinaryHeap::from([(self.time(tip), tip)]);
        while let Some((_, node)) = queue.pop() {
            if self.read >= next_ask {
                if self.people.as_ref().is_some_and(|people| enough(people.people())) {
                    return Ok(());
                }
                next_ask = self.read.saturating_mul(2).max(FIRST_ASK);
            }
            for &parent in &*self.parents(node)? {
                seen.resize(self.len().max(seen.len()), false);
                if !std::mem::replace(&mut seen[parent.index()], true) {
                    self.confirm_by(parent, read)?;
                    queue.push((self.time(parent), parent));
                }
            }
        }
        Ok(())
    }

    /// How many commits were met.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// How many of them were read.
    pub(super) fn read(&self) -> usize {
        self.read
    }

    pub(super) fn order(&self, node: Node) -> Order {
        let record = &self.records[node.index()];
        (record.generation, record.time)
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

    /// True for a commit that no disk holds.
    pub(super) fn is_in_memory(&self, node: Node) -> bool {
        let record = &self.records[node.index()];
        record.place.is_none() && self.store.is_in_memory(record.id)
    }

    /// Where it stands in the commit-graph, if it does.
    pub(super) fn place(&self, node: Node) -> Option<Place> {
        self.records[node.index()].place
    }

    /// What knows commits without reading them.
    pub(super) fn listed(&self) -> Option<&'s CommitGraph> {
        self.listed
    }

    pub(super) fn is_boundary(&self, node: Node) -> bool {
        self.records[node.index()].boundary
    }

    /// True when the parents of some commits were cut off.
    pub(super) fn is_cut(&self) -> bool {
        !self.shallow.is_empty()
    }

    /// True when any commit met so far had its parents cut off.
    pub(super) fn met_boundary(&self) -> bool {
        self.records.iter().any(|record| record.boundary)
    }

    /// True when the parents of a commit that is `among` them were cut off, and it is no older than `time`.
    pub(super) fn has_boundary_since(&self, among: impl Fn(Node) -> bool, time: i64) -> bool {
        let mut all = (0..).map(Node).zip(&self.records);
        all.any(|(node, record)| record.boundary && record.time >= time && among(node))
    }

    pub(super) fn take_people(&mut self) -> Option<Collector<'s>> {
        self.people.take()
    }
}
