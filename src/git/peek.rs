//! Single files of a commit, without a listing of all its paths.

use git2::ObjectType;

use super::content::Content;
use super::error::Error;
use super::id::{CommitId, ObjectId};
use super::object::{self, Mode};
use super::repo::Repo;
use super::store::Store;
use crate::diag::RepoPath;

impl Repo {
    /// What a commit holds at a path, as [`super::Snapshot::read`] would say it; `None` for nothing.
    /// A folder is nothing too.
    ///
    /// # Errors
    /// [`super::ErrorKind::Unreadable`] or [`super::ErrorKind::Malformed`] for an object on the way.
    pub fn file_at(&self, commit: CommitId, path: &RepoPath, max: u64) -> Result<Option<Content>, Error> {
        let store = self.store()?;
        let Some((mode, id)) = find(&store, commit, path)? else { return Ok(None) };
        let bytes = match mode {
            Mode::Directory => return Ok(None),
            Mode::Gitlink => return Ok(Some(Content::Gitlink)),
            Mode::File { .. } | Mode::Symlink => store.blob(id, max).map_err(|e| e.at(path))?,
        };
        Ok(Some(match (mode, bytes) {
            (_, Err(size)) => Content::TooLarge { size },
            (Mode::Symlink, Ok(target)) => Content::Symlink { target: target.data().to_vec() },
            (_, Ok(bytes)) => Content::of_file(bytes.data()),
        }))
    }

    /// The first parent of a commit; `None` for a root, or where the history was cut off.
    ///
    /// # Errors
    /// As [`Repo::file_at`].
    pub fn first_parent(&self, commit: CommitId) -> Result<Option<CommitId>, Error> {
        self.parent(commit, 0)
    }
}

fn find(store: &Store<'_>, commit: CommitId, path: &RepoPath) -> Result<Option<(Mode, ObjectId)>, Error> {
    let root = {
        let data = store.read(commit.0, ObjectType::Commit)?;
        object::commit(data.data()).map_err(|why| Error::malformed("commit", commit.0, why))?.tree
    };
    let mut at = (Mode::Directory, root);
    for name in path.as_bytes().split(|&b| b == b'/').filter(|name| !name.is_empty()) {
        if at.0 != Mode::Directory {
            return Ok(None);
        }
        let tree = store.read(at.1, ObjectType::Tree)?;
        let mut rest = tree.data();
        let mut found = None;
        while !rest.is_empty() {
            let (entry, after) = object::tree_entry(rest)
                .ok_or_else(|| Error::malformed("tree", at.1, "an entry is cut off"))?;
            // A second entry of the name would be the one that another reader sees.
            if entry.name == name && found.replace((entry.mode, entry.id)).is_some() {
                return Err(Error::malformed("tree", at.1, "a name stands twice"));
            }
            rest = after;
        }
        match found {
            Some(next) => at = next,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}
