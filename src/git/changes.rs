//! What commits changed.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use git2::ObjectType;

use super::content::Content;
use super::error::{Error, ErrorKind};
use super::id::{CommitId, ObjectId};
use super::object::{self, Mode};
use super::range::RangeCommit;
use super::repo::Repo;
use super::snapshot::{EntryKind, Limits};
use super::store::Store;
use crate::diag::RepoPath;

/// Names the content of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BlobId(pub(super) ObjectId);

/// A path that a commit changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The path: of a file, a link or a submodule.
    pub path: RepoPath,
    /// What the first parent holds there.
    pub old: Option<(EntryKind, BlobId)>,
    /// What the other parents of a merge hold there, in order.
    pub others: Vec<Option<(EntryKind, BlobId)>>,
    /// What the commit holds there; `None` when it removed it.
    pub new: Option<(EntryKind, BlobId)>,
}

/// Larger texts of merges are not compared, and count as changed by the merge itself.
const LARGEST_TEXT: u64 = 4 << 20;
/// Trees that are kept before all are forgotten.
const TREES_MAX: usize = 4096;

/// Tells what commits changed. Where two trees are the same nothing below is read, and no tree is read
/// before somebody asks.
pub struct Changes<'r> {
    store: Store<'r>,
    limits: Limits,
    roots: HashMap<CommitId, ObjectId>,
    trees: HashMap<ObjectId, Rc<Tree>>,
    left: usize,
}

/// The entries of a tree, sorted by name.
#[derive(Default)]
struct Tree {
    names: Vec<u8>,
    entries: Vec<(Range<usize>, (Mode, ObjectId))>,
}

impl Tree {
    fn name(&self, at: usize) -> Option<&[u8]> {
        self.entries.get(at).map(|(range, _)| &self.names[range.clone()])
    }

    fn find(&self, name: &[u8]) -> Slot {
        let found = self.entries.binary_search_by(|(range, _)| self.names[range.clone()].cmp(name));
        found.ok().map(|at| self.entries[at].1)
    }
}

type Slot = Option<(Mode, ObjectId)>;

/// A path that differs, or is still to be looked into: what the commit holds, and what its parents
/// hold.
struct Frame {
    path: Vec<u8>,
    depth: usize,
    here: Slot,
    there: Vec<Slot>,
}

impl Repo {
    /// The way to the changes of commits. At most `limits.max_entries` changed paths are listed
    /// altogether.
    ///
    /// # Errors
    /// When the objects cannot be opened.
    pub fn changes(&self, limits: &Limits) -> Result<Changes<'_>, Error> {
        let (roots, trees) = (HashMap::new(), HashMap::new());
        Ok(Changes { store: self.store()?, limits: *limits, roots, trees, left: limits.max_entries })
    }
}

impl Changes<'_> {
    /// The paths that a commit changed, sorted: those that differ from its first parent, or, for a
    /// merge, those that differ from every parent, which is what the merge itself did. All paths of a
    /// commit without parents.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`], [`ErrorKind::Malformed`], [`ErrorKind::TooLarge`].
    pub fn of(&mut self, commit: &RangeCommit) -> Result<Vec<Change>, Error> {
        self.roots.insert(commit.id, commit.tree);
        let mut there = Vec::new();
        for &parent in &commit.parents {
            there.push(Some((Mode::Directory, self.root(parent)?)));
        }
        if there.is_empty() {
            there.push(None);
        }
        let mut out = Vec::new();
        let here = Some((Mode::Directory, commit.tree));
        let mut stack = vec![Frame { path: Vec::new(), depth: 0, here, there }];
        while let Some(frame) = stack.pop() {
            if frame.there.contains(&frame.here) {
                continue;
            }
            if let Some(change) = leaf(&frame) {
                out.push(change);
            }
            let folder = |slot: &Slot| matches!(slot, Some((Mode::Directory, _)));
            if folder(&frame.here) || frame.there.iter().any(folder) {
                self.open(&frame, &mut stack)?;
            }
            if out.len() > self.left {
                let message = format!("the change touches more than {} paths", self.limits.max_entries);
                return Err(Error::new(ErrorKind::TooLarge, message));
            }
        }
        self.left -= out.len();
        out.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(out)
    }

    /// False when a change of a merge only puts together what its parents did: the text has no line
    /// that no parent has, and none that all parents have is gone. Changes of other commits are their own.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`].
    pub fn is_own(&self, change: &Change) -> Result<bool, Error> {
        if change.others.is_empty() {
            return Ok(true);
        }
        let lines = |side: Option<(EntryKind, BlobId)>| match side {
            Some((EntryKind::File { .. }, blob)) => match self.content(blob, LARGEST_TEXT)? {
                Content::Text(text) => Ok(Some(text.lines().map(str::to_string).collect::<HashSet<_>>())),
                _ => Ok(None),
            },
            _ => Ok(None),
        };
        let Some(here) = lines(change.new)? else { return Ok(true) };
        let mut parents = Vec::new();
        for side in std::iter::once(change.old).chain(change.others.iter().copied()) {
            let Some(there) = lines(side)? else { return Ok(true) };
            parents.push(there);
        }
        let brought = here.iter().any(|line| parents.iter().all(|there| !there.contains(line)));
        let dropped = parents[0]
            .iter()
            .any(|line| !here.contains(line) && parents.iter().all(|there| there.contains(line)));
        Ok(brought || dropped)
    }

    /// The content that a commit holds at a path, when that is a file.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`], [`ErrorKind::Malformed`].
    pub fn blob_at(&mut self, commit: CommitId, path: &RepoPath) -> Result<Option<BlobId>, Error> {
        let mut slot = Some((Mode::Directory, self.root(commit)?));
        for name in path.as_bytes().split(|&b| b == b'/') {
            slot = self.tree(slot)?.find(name);
        }
        Ok(match slot {
            Some((Mode::File { .. }, id)) => Some(BlobId(id)),
            _ => None,
        })
    }

    /// The size of a file's content, in bytes; nothing is read.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`].
    pub fn size(&self, blob: BlobId) -> Result<u64, Error> {
        Ok(match self.store.blob(blob.0, 0)? {
            Ok(_) => 0,
            Err(size) => size,
        })
    }

    /// The content of a file, up to `max` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`].
    pub fn content(&self, blob: BlobId, max: u64) -> Result<Content, Error> {
        Ok(match self.store.blob(blob.0, max)? {
            Ok(bytes) => Content::of_file(bytes.data()),
            Err(size) => Content::TooLarge { size },
        })
    }

    fn root(&mut self, commit: CommitId) -> Result<ObjectId, Error> {
        if let Some(&tree) = self.roots.get(&commit) {
            return Ok(tree);
        }
        let data = self.store.read(commit.0, ObjectType::Commit)?;
        let read = object::outline(data.data()).map_err(|why| Error::malformed("commit", commit.0, why))?;
        self.roots.insert(commit, read.tree);
        Ok(read.tree)
    }

    /// Puts the names that a folder holds, on either side, on the stack.
    fn open(&mut self, frame: &Frame, stack: &mut Vec<Frame>) -> Result<(), Error> {
        if frame.depth >= self.limits.max_depth {
            let shown = RepoPath::from_git(&frame.path[..frame.path.len().min(60)]);
            let message = format!("`{shown}…` is nested more than {} folders deep", self.limits.max_depth);
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let mut trees = vec![self.tree(frame.here)?];
        for slot in &frame.there {
            trees.push(self.tree(*slot)?);
        }
        let mut at = vec![0; trees.len()];
        let mut slots: Vec<Slot> = vec![None; trees.len()];
        loop {
            let next = trees.iter().zip(&at).filter_map(|(tree, &at)| tree.name(at));
            let Some(name) = next.min() else { return Ok(()) };
            for ((tree, at), slot) in trees.iter().zip(&mut at).zip(&mut slots) {
                *slot = (tree.name(*at) == Some(name)).then(|| tree.entries[*at].1);
                *at += usize::from(slot.is_some());
            }
            let (here, there) = (slots[0], &slots[1..]);
            if !there.contains(&here) {
                let mut path = Vec::with_capacity(frame.path.len() + 1 + name.len());
                path.extend_from_slice(&frame.path);
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(name);
                stack.push(Frame { path, depth: frame.depth + 1, here, there: there.to_vec() });
            }
        }
    }

    /// A folder's entries; none for what is no folder.
    fn tree(&mut self, slot: Slot) -> Result<Rc<Tree>, Error> {
        let Some((Mode::Directory, id)) = slot else { return Ok(Rc::default()) };
        if let Some(known) = self.trees.get(&id) {
            return Ok(Rc::clone(known));
        }
        let object = self.store.read(id, ObjectType::Tree)?;
        let wrong = |why: &str| Error::malformed("tree", id, why);
        let (mut tree, mut data) = (Tree::default(), object.data());
        tree.names.reserve(data.len());
        while !data.is_empty() {
            let (entry, rest) = object::tree_entry(data).ok_or_else(|| wrong("an entry is cut off"))?;
            object::check_name(entry.name).map_err(wrong)?;
            let start = tree.names.len();
            tree.names.extend_from_slice(entry.name);
            tree.entries.push((start..tree.names.len(), (entry.mode, entry.id)));
            data = rest;
        }
        // Git sorts folders as if their names ended with `/`.
        let names = &tree.names;
        tree.entries.sort_by(|(a, _), (b, _)| names[a.clone()].cmp(&names[b.clone()]));
        if tree.entries.windows(2).any(|pair| names[pair[0].0.clone()] == names[pair[1].0.clone()]) {
            return Err(wrong("a name stands twice"));
        }
        let tree = Rc::new(tree);
        if self.trees.len() >= TREES_MAX {
            self.trees.clear();
        }
        self.trees.insert(id, Rc::clone(&tree));
        Ok(tree)
    }
}

/// The change at a path itself, when something that is no folder stands on either side.
fn leaf(frame: &Frame) -> Option<Change> {
    let file = |slot: Slot| match slot? {
        (Mode::File { executable }, id) => Some((EntryKind::File { executable }, BlobId(id))),
        (Mode::Symlink, id) => Some((EntryKind::Symlink, BlobId(id))),
        (Mode::Gitlink, id) => Some((EntryKind::Gitlink, BlobId(id))),
        (Mode::Directory, _) => None,
    };
    let (new, old) = (file(frame.here), frame.there.first().copied().and_then(file));
    let others: Vec<_> = frame.there.iter().skip(1).map(|slot| file(*slot)).collect();
    let any = old.is_some() || new.is_some() || others.iter().any(Option::is_some);
    any.then(|| Change { path: RepoPath::from_git(&frame.path), old, others, new })
}
