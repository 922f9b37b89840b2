use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::sync::Arc;

use git2::RepositoryOpenFlags;

use super::error::Error;
use super::listing::Listing;
use super::memory::{Conflicts, Memory};
use super::pack::Packs;
use super::repo::{Repo, add_objects};
use super::snapshot::{Limits, Snapshot, Target};

/// What another thread needs to read a snapshot: libgit2's handles stay with the thread that opened them.
pub struct Elsewhere {
    dir: PathBuf,
    workdir: Option<PathBuf>,
    index_path: PathBuf,
    object_dirs: Vec<PathBuf>,
    target: Target,
    listing: Arc<Listing>,
    limits: Limits,
    conflicts: Option<Arc<Conflicts>>,
    packs: Arc<Packs>,
}

impl Snapshot<'_> {
    /// The same snapshot, for another thread.
    pub fn elsewhere(&self) -> Elsewhere {
        let repo = self.repo;
        Elsewhere {
            dir: repo.git.path().to_path_buf(),
            workdir: repo.workdir().map(PathBuf::from),
            index_path: repo.index_path().to_path_buf(),
            object_dirs: repo.object_dirs.clone(),
            target: self.target,
            listing: Arc::clone(&self.listing),
            limits: self.limits,
            conflicts: self.conflicts.clone(),
            packs: self.store.packs(),
        }
    }
}

impl Elsewhere {
    /// Opens the repository once more. Objects that are in the first one's memory alone are not in this one.
    ///
    /// # Errors
    /// When it cannot be opened any longer.
    pub fn repo(&self) -> Result<Repo, Error> {
        let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
        let git = git2::Repository::open_ext(&self.dir, flags, std::iter::empty::<&str>())
            .map_err(|e| Error::libgit2("open the repository again", &e))?;
        add_objects(&git, &self.object_dirs)?;
        Ok(Repo {
            git,
            workdir: self.workdir.clone(),
            index_path: self.index_path.clone(),
            object_dirs: self.object_dirs.clone(),
            memory: Memory::sharing(Arc::clone(&self.packs)),
            ahead: RefCell::default(),
            worker: OnceCell::default(),
            cache: Cell::default(),
        })
    }

    /// The snapshot, by a repository of [`Elsewhere::repo`].
    ///
    /// # Errors
    /// When the object database cannot be opened.
    pub fn snapshot<'r>(&self, repo: &'r Repo) -> Result<Snapshot<'r>, Error> {
        Ok(Snapshot {
            repo,
            store: repo.store()?,
            target: self.target,
            listing: Arc::clone(&self.listing),
            written: None,
            limits: self.limits,
            conflicts: self.conflicts.clone(),
        })
    }
}
