use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use super::content::Content;
use super::error::{Error, ErrorKind};
use super::id::{CommitId, ObjectId};
use super::index::{self, CacheTree};
use super::listing::{Listing, Place};
use super::memory::Conflicts;
use super::repo::Repo;
use super::store::Store;
use super::{disk, files, tree, worktree};
use crate::diag::RepoPath;
use crate::parallel::Job;

/// What is judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// What a commit holds.
    Commit(CommitId),
    /// What the next commit would hold.
    Index,
    /// The files on disk: those that Git knows, and those that it does not ignore.
    WorkTree,
}

/// How much is read before reading gives up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Files larger than this many bytes are [`Content::TooLarge`].
    pub max_blob: u64,
    /// More paths than this are an error.
    pub max_entries: usize,
    /// More components in a path than this are an error.
    pub max_depth: usize,
}

impl Default for Limits {
    /// 4 MiB, two million paths, 2,048 components (which is also Git's own limit).
    fn default() -> Limits {
        Limits { max_blob: 4 << 20, max_entries: 2_000_000, max_depth: 2048 }
    }
}

/// What stands at a path. Folders are not entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EntryKind {
    /// A regular file.
    File {
        /// Whether it may be run.
        executable: bool,
    },
    /// A symbolic link, never followed.
    Symlink,
    /// A submodule, never entered.
    Gitlink,
}

/// One path of a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry<'a> {
    /// The path as Git stores it.
    pub path: &'a [u8],
    /// What stands there.
    pub kind: EntryKind,
}

/// The entries of a snapshot, sorted by the bytes of their paths: a view that threads can share.
#[derive(Clone, Copy)]
pub struct Entries<'a>(&'a Listing);

impl<'a> Entries<'a> {
    /// Those at some places, of which there are [`Snapshot::len`].
    ///
    /// # Panics
    /// The iterator panics at a place where there is none.
    pub fn range(self, places: std::ops::Range<usize>) -> impl ExactSizeIterator<Item = Entry<'a>> {
        places.map(move |at| Entry { path: self.0.path(at), kind: self.0.record(at).kind })
    }

    /// The path at a place.
    ///
    /// # Panics
    /// At a place where there is none.
    pub fn path(self, at: usize) -> &'a [u8] {
        self.0.path(at)
    }
}

/// The entries of a snapshot, for threads that may outlive it.
pub struct SharedEntries(Arc<Listing>);

impl SharedEntries {
    /// The entries.
    pub fn entries(&self) -> Entries<'_> {
        Entries(&self.0)
    }
}

/// All paths of a commit, of the index or of the work tree, and the way to their bytes.
pub struct Snapshot<'r> {
    pub(super) repo: &'r Repo,
    pub(super) store: Store<'r>,
    pub(super) target: Target,
    pub(super) listing: Arc<Listing>,
    /// The trees of an index.
    pub(super) written: Option<CacheTree>,
    pub(super) limits: Limits,
    pub(super) conflicts: Option<Arc<Conflicts>>,
}

impl Repo {
    /// Lists what `of` holds. Nothing but trees (or the index, or folders) is read yet.
    ///
    /// In a work tree with sparse checkout, the files that are not checked out count as they are
    /// in the index. Ignored files that Git does not track are absent, and so are nested
    /// repositories, pipes and devices; `.gitignore` files and `info/exclude` are read, a user's
    /// own `core.excludesFile` is not.
    ///
    /// # Errors
    /// [`ErrorKind::Bare`], [`ErrorKind::Conflicted`], [`ErrorKind::Unreadable`],
    /// [`ErrorKind::Malformed`] or [`ErrorKind::TooLarge`].
    pub fn snapshot(&self, of: &Target, limits: &Limits) -> Result<Snapshot<'_>, Error> {
        let (listing, written) = match of {
            Target::Commit(id) => (tree::list(self, *id, limits)?, None),
            Target::Index => index::list(self, limits)?,
            Target::WorkTree => (worktree::list(self, limits)?, None),
        };
        listing.check_order(*of == Target::Index)?;
        let conflicts = match of {
            Target::Commit(id) => self.memory.conflicts(*id),
            Target::Index | Target::WorkTree => None,
        };
        let (store, target, limits) = (self.store()?, *of, *limits);
        let listing = Arc::new(listing);
        Ok(Snapshot { repo: self, store, target, listing, written, limits, conflicts })
    }
}

impl Snapshot<'_> {
    /// What this is a snapshot of.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Has something done on another thread, which may read the snapshot as [`Snapshot::elsewhere`] tells; dropped when
    /// there is no other thread. It should end soon once nobody wants it: the repository waits for it when it is dropped.
    pub(crate) fn in_background(&self, job: Job) {
        self.repo.in_background(job);
    }

    /// Changes [`Limits::max_blob`] for the reads to come: the judged tree itself may say it.
    pub fn set_max_blob(&mut self, bytes: u64) {
        self.limits.max_blob = bytes;
    }

    /// How many paths there are.
    pub fn len(&self) -> usize {
        self.listing.len()
    }

    /// True when the path holds just this content. Of files on disk, which have no name, false.
    pub fn is_blob(&self, path: &[u8], blob: super::BlobId) -> bool {
        let found = self.listing.find(path).ok().map(|at| self.listing.record(at).place);
        matches!(found, Some(Place::Object(id)) if id == blob.0)
    }

    /// True when there is no path at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries, sorted by the bytes of their paths.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Entry<'_>> {
        (0..self.len()).map(|at| self.entry(at))
    }

    /// The files at the root, sorted. Folders are stepped over.
    pub fn top_files(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < self.len() {
                let entry = self.entry(at);
                match entry.path.iter().position(|&b| b == b'/') {
                    None => {
                        at += 1;
                        return Some(entry);
                    }
                    Some(slash) => at = self.listing.below(&entry.path[..slash]).end.max(at + 1),
                }
            }
            None
        })
    }

    /// The entries alone.
    pub fn entries(&self) -> Entries<'_> {
        Entries(&self.listing)
    }

    /// The entries, for threads that may outlive the snapshot.
    pub fn shared(&self) -> SharedEntries {
        SharedEntries(Arc::clone(&self.listing))
    }

    /// The entry at exactly this path.
    pub fn get(&self, path: &[u8]) -> Option<Entry<'_>> {
        self.listing.find(path).ok().map(|at| self.entry(at))
    }

    /// The object at a path; `None` where nothing stands, or a file on disk.
    pub(super) fn object_at(&self, path: &[u8]) -> Option<ObjectId> {
        self.listing.object(self.listing.find(path).ok()?).map(|(_, id)| id)
    }

    /// The entries below a folder, sorted; all entries for the root.
    pub fn under(&self, dir: &RepoPath) -> impl ExactSizeIterator<Item = Entry<'_>> + use<'_> {
        self.listing.below(dir.as_bytes()).map(|at| self.entry(at))
    }

    /// The paths at which this differs from a commit, sorted. A file on disk always does. Of commits and
    /// of the index, only the folders that differ are compared.
    ///
    /// # Errors
    /// As [`Repo::changed_paths`].
    pub fn changed_since(&self, commit: CommitId) -> Result<Vec<RepoPath>, Error> {
        match self.target {
            Target::Commit(own) => self.repo.changed_paths(Some(commit), own),
            Target::Index => index::differing(&self.store, commit, &self.listing, self.written.as_ref()),
            Target::WorkTree => {
                let before = self.repo.snapshot(&Target::Commit(commit), &Limits::default())?;
                Ok(self.changed_from(&before))
            }
        }
    }

    /// A path at which this holds a file of a folder of `before` that `before` has nowhere else: where
    /// something that left the folder lives on, unchanged. Empty files say nothing.
    pub fn moved_from(&self, before: &Snapshot<'_>, folder: &RepoPath) -> Option<RepoPath> {
        let empty = ObjectId::from_hex(b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        let (mut inside, mut outside) = (HashSet::new(), HashSet::new());
        for at in 0..before.len() {
            let Some((_, id)) = before.listing.object(at) else { continue };
            if folder.contains(before.listing.path(at)) {
                inside.insert(id)
            } else {
                outside.insert(id)
            };
        }
        let moved = |id: &ObjectId| inside.contains(id) && !outside.contains(id) && Some(*id) != empty;
        (0..self.len())
            .find(|&at| self.listing.object(at).is_some_and(|(_, id)| moved(&id)))
            .map(|at| RepoPath::from_git(self.listing.path(at)))
    }

    /// The paths at which this differs from another snapshot, sorted. A file on disk always does.
    fn changed_from(&self, other: &Snapshot<'_>) -> Vec<RepoPath> {
        let (ours, theirs) = (&self.listing, &other.listing);
        let (mut a, mut b) = (0, 0);
        let mut changed = Vec::new();
        while a < ours.len() || b < theirs.len() {
            let order = match (a < ours.len(), b < theirs.len()) {
                (true, true) => ours.path(a).cmp(theirs.path(b)),
                (true, false) => Ordering::Less,
                _ => Ordering::Greater,
            };
            let same = order.is_eq() && ours.record(a).is_object_of(theirs.record(b));
            if !same {
                let path = if order.is_gt() { theirs.path(b) } else { ours.path(a) };
                changed.push(RepoPath::from_git(path));
            }
            a += usize::from(order.is_le());
            b += usize::from(order.is_ge());
        }
        changed
    }

    /// True when something lies below `path`. The root is always a folder.
    pub fn has_dir(&self, path: &[u8]) -> bool {
        path.is_empty() || !self.listing.below(path).is_empty()
    }

    /// Reads what stands at `path`. A blob's bytes are checked against its name.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPath`] when the snapshot has no such path, [`ErrorKind::Unreadable`]
    /// when the object is missing, damaged or tampered with, or a file went away meanwhile;
    /// [`ErrorKind::Conflicted`] when this is the result of [`Repo::merge`] and the path cannot be
    /// merged.
    pub fn read(&self, path: &[u8]) -> Result<Content, Error> {
        let sorted = self.read_unless(path, |_| false)?;
        Ok(sorted.expect("a text is taken up unless somebody says that it is dull"))
    }

    /// As [`Snapshot::read`], but `None` for a text that is `dull`: it is not copied.
    ///
    /// # Errors
    /// As [`Snapshot::read`].
    pub fn read_unless(
        &self,
        path: &[u8],
        dull: impl FnOnce(&str) -> bool,
    ) -> Result<Option<Content>, Error> {
        let sorted = |bytes: &[u8]| match Content::unless_text(bytes) {
            Ok(content) => Some(content),
            Err(text) if dull(text) => None,
            Err(text) => Some(Content::Text(Arc::from(text))),
        };
        let Ok(at) = self.listing.find(path) else {
            let message = format!("there is no file `{}`", RepoPath::from_git(path));
            return Err(Error::new(ErrorKind::NoSuchPath, message));
        };
        files::refuse_conflict(self.conflicts.as_deref(), path)?;
        let record = self.listing.record(at);
        let bytes = match (record.kind, record.place) {
            (EntryKind::Gitlink, _) => return Ok(Some(Content::Gitlink)),
            (kind, Place::Object(id)) => {
                let blob = self.store.blob(id, self.limits.max_blob);
                return Ok(match blob.map_err(|e| e.at(&RepoPath::from_git(path)))? {
                    Err(size) => Some(Content::TooLarge { size }),
                    Ok(object) if kind == EntryKind::Symlink => {
                        Some(Content::Symlink { target: object.data().to_vec() })
                    }
                    Ok(object) => sorted(object.data()),
                });
            }
            (kind, Place::Disk) => {
                let top = self.repo.workdir().expect("only a work tree has entries on disk");
                match kind {
                    EntryKind::Symlink => Ok(disk::read_link(top, path)?),
                    _ => disk::read_file(top, path, self.limits.max_blob)?,
                }
            }
        };
        Ok(match (record.kind, bytes) {
            (_, Err(size)) => Some(Content::TooLarge { size }),
            (EntryKind::Symlink, Ok(target)) => Some(Content::Symlink { target }),
            (_, Ok(bytes)) => sorted(&bytes),
        })
    }

    fn entry(&self, at: usize) -> Entry<'_> {
        Entry { path: self.listing.path(at), kind: self.listing.record(at).kind }
    }
}
