//! Commits read before anybody asks for them, on a thread of their own, while the evidence is judged.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use git2::ObjectType;

use super::id::{CommitId, IdMap, ObjectId};
use super::memory::Memory;
use super::object;
use super::repo::Repo;
use super::store::Store;
use crate::parallel;

/// So much is read ahead and no more, in bytes of commits.
const BYTES_MAX: usize = 32 << 20;

/// The bytes of commits.
pub(super) type Commits = IdMap<Arc<[u8]>>;

/// A thread that reads commits, newest first. It stops when it is dropped.
#[derive(Debug)]
pub(super) struct Ahead {
    /// Whose history it is.
    tip: CommitId,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Commits>>,
}

impl Ahead {
    /// Starts to read `from` and what leads to them, except what is behind `cut`.
    fn start(
        tip: CommitId,
        objects: PathBuf,
        more: Vec<PathBuf>,
        from: Vec<ObjectId>,
        cut: HashSet<ObjectId>,
    ) -> Option<Ahead> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let read = move || {
            let memory = Memory::default();
            match Store::on_disk(&objects, &more, &memory) {
                Some(store) => collect(&store, from, &cut, &stopped),
                None => Commits::default(),
            }
        };
        let thread = std::thread::Builder::new().spawn(read).ok()?;
        Some(Ahead { tip, stop, thread: Some(thread) })
    }

    /// What was read until now.
    pub(super) fn finish(mut self) -> Commits {
        self.end().unwrap_or_default()
    }

    fn end(&mut self) -> Option<Commits> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take()?.join().ok()
    }
}

impl Drop for Ahead {
    /// Waits: libgit2 must not be in use when the program ends.
    fn drop(&mut self) {
        self.end();
    }
}

/// Whatever cannot be read is left to whoever asks for it, and says so.
fn collect(store: &Store<'_>, from: Vec<ObjectId>, cut: &HashSet<ObjectId>, stop: &AtomicBool) -> Commits {
    let (mut commits, mut size) = (Commits::default(), 0);
    let mut next: VecDeque<ObjectId> = from.into();
    while let Some(id) = next.pop_front() {
        if stop.load(Ordering::Relaxed) || size > BYTES_MAX {
            break;
        }
        if commits.contains_key(&id) {
            continue;
        }
        let Ok(data) = store.read(id, ObjectType::Commit) else { continue };
        let Ok(commit) = object::commit(data.data()) else { continue };
        if !cut.contains(&id) {
            next.extend(commit.parents);
        }
        size += data.data().len();
        commits.insert(id, data.data().into());
    }
    commits
}

impl Repo {
    /// Begins to read the history that ends at `tip`, for [`Repo::history`] to find it read. Where
    /// there is one processor, or anything is not as usual, nothing is read ahead.
    pub fn read_ahead(&self, tip: CommitId) {
        if self.ahead.borrow().as_ref().is_some_and(|ahead| ahead.tip == tip) {
            return;
        }
        if parallel::processors() < 2 || self.has_grafts() {
            return;
        }
        let from = match self.memory.get(tip.0) {
            None => vec![tip.0],
            Some((_, bytes)) => object::commit(&bytes).map(|commit| commit.parents).unwrap_or_default(),
        };
        let Ok(cut) = self.shallow_commits() else { return };
        let objects = self.common_dir().join("objects");
        *self.ahead.borrow_mut() = Ahead::start(tip, objects, self.object_dirs.clone(), from, cut);
    }

    /// Ends what [`Repo::read_ahead`] began: nobody is going to ask.
    pub fn stop_reading_ahead(&self) {
        self.ahead.take();
    }
}
