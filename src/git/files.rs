//! Single files of a commit, read without listing the others.

use std::sync::Arc;

use super::content::Content;
use super::error::{Error, ErrorKind};
use super::id::{CommitId, ObjectId};
use super::memory::Conflicts;
use super::object::Mode;
use super::repo::Repo;
use super::store::Store;
use super::trees::{self, Trees};
use crate::diag::RepoPath;

/// The files of a commit. Only the folders on the way to those that are asked for are read, each once.
pub struct Files<'r> {
    trees: Trees<Store<'r>>,
    root: ObjectId,
    conflicts: Option<Arc<Conflicts>>,
}

impl Repo {
    /// The way to the files of a commit.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] or [`ErrorKind::Malformed`], when the commit cannot be read.
    pub fn files(&self, of: CommitId) -> Result<Files<'_>, Error> {
        let store = self.store()?;
        let root = store.tree_of(of)?;
        Ok(Files { trees: Trees::new(store), root, conflicts: self.memory.conflicts(of) })
    }

    /// As [`Files::read`], for one file alone.
    ///
    /// # Errors
    /// As [`Files::read`].
    pub fn read_file(&self, of: CommitId, path: &[u8], max: u64) -> Result<Option<Content>, Error> {
        self.files(of)?.read(path, max)
    }
}

impl Files<'_> {
    /// Reads a file; `None` when nothing stands at `path`, or a folder does. Files of more than `max`
    /// bytes are [`Content::TooLarge`].
    ///
    /// # Errors
    /// As [`Snapshot::read`](super::Snapshot::read).
    pub fn read(&self, path: &[u8], max: u64) -> Result<Option<Content>, Error> {
        let slot = self.trees.look_up(self.root, path)?;
        let Some((mode, id)) = trees::file(slot) else { return Ok(None) };
        refuse_conflict(self.conflicts.as_deref(), path)?;
        if mode == Mode::Gitlink {
            return Ok(Some(Content::Gitlink));
        }
        let blob = self.trees.store().blob(id, max).map_err(|e| e.at(&RepoPath::from_git(path)))?;
        Ok(Some(match blob {
            Err(size) => Content::TooLarge { size },
            Ok(object) if mode == Mode::Symlink => Content::Symlink { target: object.data().to_vec() },
            Ok(object) => Content::of_file(object.data()),
        }))
    }
}

/// Fails for a path that a merge could not settle.
pub(super) fn refuse_conflict(conflicts: Option<&Conflicts>, path: &[u8]) -> Result<(), Error> {
    let Some(conflicts) = conflicts.filter(|all| all.paths.contains(path)) else { return Ok(()) };
    let (into, head) = (conflicts.into.short(), conflicts.head.short());
    let path = RepoPath::from_git(path);
    let message =
        format!("{path}: conflicts between `{into}` and `{head}`, so nobody knows what it will say");
    let help = format!("merge or rebase onto `{into}` first, resolve the conflict there, and try again");
    Err(Error::new(ErrorKind::Conflicted, message).with_help(help))
}
