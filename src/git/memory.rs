use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::ObjectType;

use super::ahead::Commits;
use super::commit_graph::CommitGraph;
use super::id::{CommitId, IdMap, ObjectId};
use super::loose::Loose;
use super::pack::{Found, Packs, Unpacker};
use super::trees::KnownTrees;

type Kept = (ObjectType, Arc<[u8]>);

/// Objects that exist nowhere but here, for as long as the repository is open. Every reader sees
/// them; nothing is written to disk, not even the time at which an object was last wanted.
#[derive(Default)]
pub(super) struct Memory {
    /// Which objects stand in files of their own, as far as anybody asked.
    loose: OnceCell<Loose>,
    /// What knows commits without reading them, once that was looked for.
    listed: OnceCell<Option<CommitGraph>>,
    /// The objects in packs, for all threads, and what this one reads them with.
    packs: OnceCell<Arc<Packs>>,
    unpacker: RefCell<Unpacker>,
    objects: RefCell<IdMap<Kept>>,
    conflicts: RefCell<HashMap<CommitId, Arc<Conflicts>>>,
    /// Commits as they are on disk, for walks to come, and how many bytes more may be kept.
    commits: RefCell<IdMap<Arc<[u8]>>>,
    room: Room,
    trees: RefCell<KnownTrees>,
}

/// Commits of so many bytes together are kept for a second walk: about 200,000.
const ROOM: usize = 64 << 20;
/// Where nobody said that there will be one: some thousand.
const SOME_ROOM: usize = 2 << 20;

/// How many bytes of commits may still be kept.
struct Room(Cell<usize>);

impl Default for Room {
    fn default() -> Room {
        Room(Cell::new(SOME_ROOM))
    }
}

/// What could not be merged.
pub(super) struct Conflicts {
    pub(super) into: CommitId,
    pub(super) head: CommitId,
    pub(super) paths: BTreeSet<Vec<u8>>,
}

impl Memory {
    /// Keeps an object and returns its name.
    pub(super) fn put(&self, kind: ObjectType, bytes: Vec<u8>) -> ObjectId {
        let id = ObjectId::of(kind, &bytes);
        self.objects.borrow_mut().insert(id, (kind, bytes.into()));
        id
    }

    /// The objects in files of their own, which all readers share.
    pub(super) fn loose(&self, own: &Path, more: &[PathBuf]) -> &Loose {
        self.loose.get_or_init(|| Loose::new(own, more))
    }

    /// The commit-graph, which is opened once.
    pub(super) fn listed(&self, open: impl FnOnce() -> Option<CommitGraph>) -> Option<&CommitGraph> {
        self.listed.get_or_init(open).as_ref()
    }

    /// A memory that shares the packs of another thread, for one that reads each commit once.
    pub(super) fn sharing(packs: Arc<Packs>) -> Memory {
        Memory { packs: OnceCell::from(packs), room: Room(Cell::new(0)), ..Memory::default() }
    }

    /// The packs of the same folders.
    pub(super) fn packs(&self, loose: &Loose) -> &Arc<Packs> {
        self.packs.get_or_init(|| Arc::new(Packs::of(loose.dirs())))
    }

    /// An object of at most `max` bytes in a pack; `None` when none holds it.
    pub(super) fn unpack(&self, loose: &Loose, id: ObjectId, max: usize) -> Option<Found> {
        self.unpacker.borrow_mut().read(self.packs(loose), id, max)
    }

    /// The trees that anybody read.
    pub(super) fn known_trees(&self) -> &RefCell<KnownTrees> {
        &self.trees
    }

    pub(super) fn get(&self, id: ObjectId) -> Option<Kept> {
        self.objects.borrow().get(&id).cloned()
    }

    /// From now on commits are kept when they are read: more than one walk is to come.
    pub(super) fn keep_commits(&self) {
        self.room.0.set(ROOM);
    }

    /// True when another walk is to come, and there is room for it.
    pub(super) fn keeps_commits(&self) -> bool {
        self.room.0.get() > SOME_ROOM
    }

    pub(super) fn known_commit(&self, id: ObjectId) -> Option<Arc<[u8]>> {
        self.commits.borrow().get(&id).cloned()
    }

    /// Keeps commits that were read ahead.
    pub(super) fn add_commits(&self, commits: Commits) {
        self.commits.borrow_mut().extend(commits);
    }

    /// Keeps a commit, as long as there is room.
    pub(super) fn keep_commit(&self, id: ObjectId, bytes: &[u8]) {
        if let Some(left) = self.room.0.get().checked_sub(bytes.len()).filter(|left| *left > 0) {
            self.room.0.set(left);
            self.commits.borrow_mut().insert(id, bytes.into());
        }
    }

    pub(super) fn set_conflicts(&self, commit: CommitId, conflicts: Conflicts) {
        self.conflicts.borrow_mut().insert(commit, Arc::new(conflicts));
    }

    pub(super) fn conflicts(&self, commit: CommitId) -> Option<Arc<Conflicts>> {
        self.conflicts.borrow().get(&commit).cloned()
    }
}
