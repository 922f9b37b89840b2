//! The commit that `git commit` would make now, in memory: what a hook is asked about before there is one.

use std::collections::BTreeMap;

use git2::ObjectType;

use super::error::{Error, ErrorKind};
use super::id::{CommitId, ObjectId};
use super::merge::write;
use super::object::Mode;
use super::repo::{Head, Repo};
use super::snapshot::{EntryKind, Limits, Target};
use super::trees::{Slot, Trees};

impl Repo {
    /// The commit of the index with this message, on top of `HEAD` and of what is being merged. Only this
    /// `Repo` knows it. `author` is `Name <address>`; its time is that of the newest parent.
    ///
    /// # Errors
    /// As [`Repo::snapshot`] of the index, and when `HEAD` or `MERGE_HEAD` cannot be read.
    pub fn pending_commit(&self, author: &str, message: &[u8]) -> Result<CommitId, Error> {
        let parents = self.pending_parents()?;
        let index = self.snapshot(&Target::Index, &Limits::default())?;
        let store = self.store()?;
        let (changed, root) = match parents.first() {
            Some(&parent) => (index.changed_since(parent)?, store.tree_of(parent)?),
            None => {
                let all = index.iter().map(|entry| crate::diag::RepoPath::from_git(entry.path)).collect();
                (all, self.memory.put(ObjectType::Tree, Vec::new()))
            }
        };
        let slot = |path: &[u8]| -> Slot {
            let entry = index.get(path)?;
            let mode = match entry.kind {
                EntryKind::File { executable } => Mode::File { executable },
                EntryKind::Symlink => Mode::Symlink,
                EntryKind::Gitlink => Mode::Gitlink,
            };
            index.object_at(path).map(|id| (mode, id))
        };
        let changes: BTreeMap<Vec<u8>, Slot> =
            changed.iter().map(|path| (path.as_bytes().to_vec(), slot(path.as_bytes()))).collect();
        let tree = write::apply(&Trees::new(&store), &self.memory, root, changes)?;
        let mut time = 0;
        let mut text = format!("tree {tree}\n");
        for parent in &parents {
            time = time.max(self.commit_time(*parent)?);
            text.push_str(&format!("parent {parent}\n"));
        }
        let author = author.replace(['\n', '\0'], " ");
        text.push_str(&format!("author {author} {time} +0000\ncommitter {author} {time} +0000\n\n"));
        let bytes = [text.as_bytes(), message].concat();
        Ok(CommitId(self.memory.put(ObjectType::Commit, bytes)))
    }

    fn pending_parents(&self) -> Result<Vec<CommitId>, Error> {
        let mut parents = match self.head()? {
            Head::Branch { tip, .. } | Head::Detached(tip) => vec![tip],
            Head::Unborn { .. } => Vec::new(),
        };
        let path = self.git.path().join("MERGE_HEAD");
        match std::fs::read(&path) {
            Ok(text) => {
                let lines = text.split(|&b| b == b'\n').filter(|line| !line.is_empty());
                for line in lines {
                    let id = ObjectId::from_hex(line).ok_or_else(|| {
                        Error::new(ErrorKind::Malformed, "MERGE_HEAD holds something that is no object name")
                    })?;
                    parents.push(CommitId(id));
                }
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => {
                let message = format!("`{}` cannot be read: {e}", path.display());
                return Err(Error::new(ErrorKind::Unreadable, message));
            }
        }
        Ok(parents)
    }
}
