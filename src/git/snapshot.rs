use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use super::content::Content;
use super::error::{Error, ErrorKind};
use super::id::{CommitId, ObjectId};
use super::memory::Conflicts;
use super::object::{self, Mode};
use super::repo::Repo;
use super::store::Store;
use super::trees::{self, Trees};
use super::{disk, index, tree, worktree};
use crate::diag::RepoPath;

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

/// Where the bytes of an entry are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Object(ObjectId),
    Disk,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    start: u32,
    len: u32,
    kind: EntryKind,
    place: Place,
}

impl Record {
    /// True when both are the same object, used in the same way.
    fn is_object_of(&self, other: &Record) -> bool {
        self.kind == other.kind && self.place == other.place && self.place != Place::Disk
    }
}

/// Paths and where their bytes are, sorted by the paths' bytes: one buffer and one small record
/// for each path.
#[derive(Debug)]
pub(super) struct Listing {
    names: Vec<u8>,
    records: Vec<Record>,
    limits: Limits,
}

impl Listing {
    pub(super) fn new(limits: &Limits) -> Listing {
        Listing { names: Vec::new(), records: Vec::new(), limits: *limits }
    }

    /// Adds an entry. The path's components must have been checked.
    pub(super) fn push(&mut self, path: &[u8], kind: EntryKind, place: Place) -> Result<(), Error> {
        if self.records.len() >= self.limits.max_entries {
            let message = format!("there are more than {} files", self.limits.max_entries);
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let start = u32::try_from(self.names.len());
        let (Ok(start), Ok(len)) = (start, u32::try_from(path.len())) else {
            return Err(Error::new(ErrorKind::TooLarge, "the paths together are longer than 4 GiB"));
        };
        self.names.extend_from_slice(path);
        self.records.push(Record { start, len, kind, place });
        Ok(())
    }

    /// Fails on a path that could lead out of the repository, or is nested too deeply.
    pub(super) fn check_path(&self, path: &[u8]) -> Result<(), Error> {
        let mut depth = 0;
        for name in path.split(|&b| b == b'/') {
            depth += 1;
            object::check_name(name).map_err(|why| malformed(path, why))?;
        }
        self.check_depth(depth, path)
    }

    pub(super) fn check_depth(&self, depth: usize, path: &[u8]) -> Result<(), Error> {
        if depth <= self.limits.max_depth {
            return Ok(());
        }
        let shown = RepoPath::from_git(&path[..path.len().min(60)]);
        let message = format!("`{shown}…` is nested more than {} folders deep", self.limits.max_depth);
        Err(Error::new(ErrorKind::TooLarge, message))
    }

    /// Sorts, for sources that are not sorted already.
    pub(super) fn sort(&mut self) {
        let names = std::mem::take(&mut self.names);
        let path = |r: &Record| &names[r.start as usize..][..r.len as usize];
        self.records.sort_by(|a, b| path(a).cmp(path(b)));
        self.records.dedup_by(|a, b| path(a) == path(b));
        self.names = names;
    }

    /// Fails unless every path stands once, in order, and no file is also a folder.
    pub(super) fn check_order(&self) -> Result<(), Error> {
        let mut files: Vec<&[u8]> = Vec::new();
        for at in 0..self.records.len() {
            let path = self.path(at);
            if at > 0 && self.path(at - 1) >= path {
                return Err(malformed(path, "it is listed twice, or out of order"));
            }
            while files.last().is_some_and(|file| !path.starts_with(file)) {
                files.pop();
            }
            if files.iter().any(|file| path.get(file.len()) == Some(&b'/')) {
                return Err(malformed(path, "its folder is also a file"));
            }
            files.push(path);
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn path(&self, at: usize) -> &[u8] {
        let record = &self.records[at];
        &self.names[record.start as usize..][..record.len as usize]
    }

    fn find(&self, path: &[u8]) -> Result<usize, usize> {
        self.find_in(0..self.records.len(), path)
    }

    /// Searches a part of the records that is sorted.
    fn find_in(&self, mut range: Range<usize>, path: &[u8]) -> Result<usize, usize> {
        while !range.is_empty() {
            let middle = range.start + range.len() / 2;
            match self.path(middle).cmp(path) {
                Ordering::Less => range.start = middle + 1,
                Ordering::Greater => range.end = middle,
                Ordering::Equal => return Ok(middle),
            }
        }
        Err(range.start)
    }

    /// True when `path` is among the first `sorted` entries.
    pub(super) fn contains_first(&self, sorted: usize, path: &[u8]) -> bool {
        self.find_in(0..sorted, path).is_ok()
    }

    /// The entries below a folder.
    fn below(&self, dir: &[u8]) -> Range<usize> {
        if dir.is_empty() {
            return 0..self.records.len();
        }
        let bound = |last: u8| {
            let key = [dir, &[last]].concat();
            self.find(&key).unwrap_or_else(|at| at)
        };
        // Everything below `dir/` sorts from `dir/` on, and before `dir0`.
        bound(b'/')..bound(b'/' + 1)
    }
}

fn malformed(path: &[u8], why: &str) -> Error {
    let path = RepoPath::from_git(path);
    Error::new(ErrorKind::Malformed, format!("`{path}` cannot be a path of a repository: {why}"))
        .with_help("run `git fsck`; servers refuse such trees with `receive.fsckObjects`")
}

/// All paths of a commit, of the index or of the work tree, and the way to their bytes.
pub struct Snapshot<'r> {
    repo: &'r Repo,
    store: Store<'r>,
    target: Target,
    listing: Listing,
    limits: Limits,
    conflicts: Option<Arc<Conflicts>>,
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
        let listing = match of {
            Target::Commit(id) => tree::list(self, *id, limits)?,
            Target::Index => index::list(self, limits)?,
            Target::WorkTree => worktree::list(self, limits)?,
        };
        listing.check_order()?;
        let conflicts = match of {
            Target::Commit(id) => self.memory.conflicts(*id),
            Target::Index | Target::WorkTree => None,
        };
        Ok(Snapshot { repo: self, store: self.store()?, target: *of, listing, limits: *limits, conflicts })
    }
}

impl Repo {
    /// Reads one file of a commit without listing the others; `None` when nothing stands at `path`,
    /// or a folder does. Files of more than `max` bytes are [`Content::TooLarge`].
    ///
    /// # Errors
    /// As [`Snapshot::read`].
    pub fn read_file(&self, of: CommitId, path: &[u8], max: u64) -> Result<Option<Content>, Error> {
        let store = self.store()?;
        let slot = Trees::new(&store).look_up(store.tree_of(of)?, path)?;
        let Some((mode, id)) = trees::file(slot) else { return Ok(None) };
        refuse_conflict(self.memory.conflicts(of).as_deref(), path)?;
        if mode == Mode::Gitlink {
            return Ok(Some(Content::Gitlink));
        }
        let blob = store.blob(id, max).map_err(|e| e.at(&RepoPath::from_git(path)))?;
        Ok(Some(match blob {
            Err(size) => Content::TooLarge { size },
            Ok(object) if mode == Mode::Symlink => Content::Symlink { target: object.data().to_vec() },
            Ok(object) => Content::of_file(object.data()),
        }))
    }
}

/// Fails for a path that a merge could not settle.
fn refuse_conflict(conflicts: Option<&Conflicts>, path: &[u8]) -> Result<(), Error> {
    let Some(conflicts) = conflicts.filter(|all| all.paths.contains(path)) else { return Ok(()) };
    let (into, head) = (conflicts.into.short(), conflicts.head.short());
    let path = RepoPath::from_git(path);
    let message =
        format!("{path}: conflicts between `{into}` and `{head}`, so nobody knows what it will say");
    let help = format!("merge or rebase onto `{into}` first, resolve the conflict there, and try again");
    Err(Error::new(ErrorKind::Conflicted, message).with_help(help))
}

impl Snapshot<'_> {
    /// What this is a snapshot of.
    pub fn target(&self) -> &Target {
        &self.target
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
        let found = self.listing.find(path).ok().map(|at| self.listing.records[at].place);
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

    /// The entry at exactly this path.
    pub fn get(&self, path: &[u8]) -> Option<Entry<'_>> {
        self.listing.find(path).ok().map(|at| self.entry(at))
    }

    /// The object at a path; `None` where nothing stands, or a file on disk.
    pub(super) fn object_at(&self, path: &[u8]) -> Option<ObjectId> {
        match self.listing.records[self.listing.find(path).ok()?].place {
            Place::Object(id) => Some(id),
            Place::Disk => None,
        }
    }

    /// The entries below a folder, sorted; all entries for the root.
    pub fn under(&self, dir: &RepoPath) -> impl ExactSizeIterator<Item = Entry<'_>> + use<'_> {
        self.listing.below(dir.as_bytes()).map(|at| self.entry(at))
    }

    /// The paths at which this differs from another snapshot, sorted. A file on disk always does.
    pub fn changed_from(&self, other: &Snapshot<'_>) -> Vec<RepoPath> {
        let (ours, theirs) = (&self.listing, &other.listing);
        let (mut a, mut b) = (0, 0);
        let mut changed = Vec::new();
        while a < ours.len() || b < theirs.len() {
            let order = match (a < ours.len(), b < theirs.len()) {
                (true, true) => ours.path(a).cmp(theirs.path(b)),
                (true, false) => Ordering::Less,
                _ => Ordering::Greater,
            };
            let same = order.is_eq() && ours.records[a].is_object_of(&theirs.records[b]);
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
        let Ok(at) = self.listing.find(path) else {
            let message = format!("there is no file `{}`", RepoPath::from_git(path));
            return Err(Error::new(ErrorKind::NoSuchPath, message));
        };
        refuse_conflict(self.conflicts.as_deref(), path)?;
        let record = &self.listing.records[at];
        let bytes = match (record.kind, record.place) {
            (EntryKind::Gitlink, _) => return Ok(Content::Gitlink),
            (_, Place::Object(id)) => self.blob(id).map_err(|e| e.at(&RepoPath::from_git(path)))?,
            (kind, Place::Disk) => {
                let top = self.repo.workdir().expect("only a work tree has entries on disk");
                match kind {
                    EntryKind::Symlink => Ok(disk::read_link(top, path)?),
                    _ => disk::read_file(top, path, self.limits.max_blob)?,
                }
            }
        };
        Ok(match (record.kind, bytes) {
            (_, Err(size)) => Content::TooLarge { size },
            (EntryKind::Symlink, Ok(target)) => Content::Symlink { target },
            (_, Ok(bytes)) => Content::of_file(&bytes),
        })
    }

    fn blob(&self, id: ObjectId) -> Result<Result<Vec<u8>, u64>, Error> {
        let blob = self.store.blob(id, self.limits.max_blob)?;
        Ok(blob.map(|object| object.data().to_vec()))
    }

    fn entry(&self, at: usize) -> Entry<'_> {
        Entry { path: self.listing.path(at), kind: self.listing.records[at].kind }
    }
}
