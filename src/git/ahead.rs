//! Commits read before anybody asks for them, on another thread, while the evidence is judged.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use git2::ObjectType;

use super::id::{CommitId, NameHashes, ObjectId};
use super::memory::Memory;
use super::object;
use super::pack::Packs;
use super::repo::Repo;
use super::store::Store;
use crate::parallel::{self, Busy, Worker};

/// So much is read ahead and no more, in bytes of commits.
const BYTES_MAX: usize = 32 << 20;
/// So many commits are handed over at once.
const BATCH: usize = 64;

/// Commits and their bytes.
pub(super) type Commits = Vec<(ObjectId, Arc<[u8]>)>;

/// Commits that another thread reads, newest first, until this is dropped.
#[derive(Debug)]
pub(super) struct Ahead {
    /// Whose history it is.
    tip: CommitId,
    shared: Arc<Shared>,
}

/// What the thread and its reader share.
#[derive(Default, Debug)]
struct Shared {
    stop: AtomicBool,
    ready: Mutex<Ready>,
    changed: Condvar,
}

#[derive(Default, Debug)]
struct Ready {
    commits: Commits,
    /// Nothing more comes.
    done: bool,
}

impl Shared {
    fn give(&self, commits: &mut Commits, done: bool) {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        ready.commits.append(commits);
        ready.done |= done;
        self.changed.notify_one();
    }
}

/// Says that nothing more comes, however the thread ends.
struct Giver(Arc<Shared>);

impl Drop for Giver {
    fn drop(&mut self) {
        self.0.give(&mut Commits::new(), true);
    }
}

impl Ahead {
    /// Starts to read `from` and what leads to them, except what is behind `cut`.
    fn start(
        worker: &Worker,
        tip: CommitId,
        (objects, more, packs): (PathBuf, Vec<PathBuf>, Arc<Packs>),
        from: Vec<ObjectId>,
        cut: HashSet<ObjectId>,
    ) -> Ahead {
        let shared = Arc::new(Shared::default());
        let giver = Giver(Arc::clone(&shared));
        let busy = Busy::new();
        worker.give(Box::new(move || {
            let memory = Memory::sharing(packs);
            let _busy = busy;
            if let Some(store) = Store::on_disk(&objects, &more, &memory) {
                collect(&store, from, &cut, &giver.0);
            }
        }));
        Ahead { tip, shared }
    }

    /// What was read since the last call, after waiting for it; `None` when nothing more comes.
    pub(super) fn next(&self) -> Option<Commits> {
        let mut ready = self.shared.ready.lock().unwrap_or_else(PoisonError::into_inner);
        while ready.commits.is_empty() && !ready.done {
            ready = self.shared.changed.wait(ready).unwrap_or_else(PoisonError::into_inner);
        }
        Some(std::mem::take(&mut ready.commits)).filter(|commits| !commits.is_empty())
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

/// Whatever cannot be read is left to whoever asks for it, and says so.
fn collect(store: &Store<'_>, from: Vec<ObjectId>, cut: &HashSet<ObjectId>, shared: &Shared) {
    let (mut batch, mut size) = (Commits::new(), 0);
    let mut seen: HashSet<ObjectId, NameHashes> = from.iter().copied().collect();
    let mut next: VecDeque<ObjectId> = from.into();
    while let Some(id) = next.pop_front() {
        if shared.stop.load(Ordering::Relaxed) || size > BYTES_MAX {
            break;
        }
        let Ok(data) = store.read(id, ObjectType::Commit) else { continue };
        let Ok(commit) = object::outline(data.data()) else { continue };
        if !cut.contains(&id) {
            next.extend(commit.parents.into_iter().filter(|parent| seen.insert(*parent)));
        }
        size += data.data().len();
        batch.push((id, data.data().into()));
        if batch.len() == BATCH {
            shared.give(&mut batch, false);
        }
    }
    shared.give(&mut batch, true);
}

impl Repo {
    /// Begins to read the history that ends at `tip`, for [`Repo::history`] to find it read. Where
    /// there is one processor, or anything is not as usual, nothing is read ahead; nor where the commit-graph
    /// knows the history, until it is clear that commits are asked for what they say.
    pub fn read_ahead(&self, tip: CommitId) {
        let known = |id: &ObjectId| self.commit_graph().is_some_and(|listed| listed.find(*id).is_some());
        if !self.where_to_begin(tip).iter().any(known) {
            self.read_messages_ahead(tip);
        }
    }

    /// As [`Repo::read_ahead`], for what only the commits themselves say.
    pub(super) fn read_messages_ahead(&self, tip: CommitId) {
        if self.ahead.borrow().as_ref().is_some_and(|ahead| ahead.tip == tip) {
            return;
        }
        if parallel::processors() < 2 || self.has_grafts() {
            return;
        }
        let Some(worker) = self.worker() else { return };
        let from = self.where_to_begin(tip);
        let Ok(cut) = self.shallow_commits() else { return };
        let Ok(packs) = self.store().map(|store| store.packs()) else { return };
        let objects = self.common_dir().join("objects");
        let places = (objects, self.object_dirs.clone(), packs);
        *self.ahead.borrow_mut() = Some(Ahead::start(worker, tip, places, from, cut));
    }

    /// The commit itself, or what a merge in memory was made of.
    fn where_to_begin(&self, tip: CommitId) -> Vec<ObjectId> {
        match self.memory.get(tip.0) {
            None => vec![tip.0],
            Some((_, bytes)) => object::outline(&bytes).map(|commit| commit.parents).unwrap_or_default(),
        }
    }

    /// Ends what [`Repo::read_ahead`] began: nobody is going to ask.
    pub fn stop_reading_ahead(&self) {
        self.ahead.take();
    }

    /// What [`Repo::read_ahead`] began for this history; anything else ends.
    pub(super) fn take_ahead(&self, tip: CommitId) -> Option<Ahead> {
        self.ahead.take().filter(|ahead| ahead.tip == tip)
    }

    /// Lets it go on for the walk that is to come, if there is one; otherwise it ends.
    pub(super) fn give_back(&self, ahead: Option<Ahead>) {
        if self.memory.keeps_commits() {
            *self.ahead.borrow_mut() = ahead;
        }
    }
}
