//! The paths of the index: of a plain file, read here, or of one that only `git` can put together.
//!
//! Nothing of the file is believed that can be checked: bounds, order, and the checksum that Git itself
//! leaves to `git fsck`.

mod by_git;
mod cache_tree;
mod differing;
mod feed;
mod file;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::error::{Error, ErrorKind};
use super::id::ObjectId;
use super::listing::{Listing, Place, Record};
use super::object::Mode;
use super::repo::Repo;
use super::snapshot::{EntryKind, Limits};
use crate::diag::RepoPath;

pub(super) use cache_tree::CacheTree;
pub(super) use differing::differing;

/// All entries, in the order of the index.
#[derive(Default, Debug, PartialEq, Eq)]
pub(super) struct Index {
    /// What holds the paths.
    names: Vec<u8>,
    entries: Vec<IndexEntry>,
    /// The trees that the index was written as, where the file says so.
    trees: Option<CacheTree>,
}

/// One entry, of any stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IndexEntry {
    start: u32,
    len: u32,
    pub(super) kind: EntryKind,
    pub(super) id: ObjectId,
    /// 0, or 1 to 3 for a side of a conflict.
    pub(super) stage: u8,
    /// `git add -N`: the next commit will not hold it.
    pub(super) intent_to_add: bool,
    /// Not checked out, because of sparse checkout.
    pub(super) skip_worktree: bool,
}

impl IndexEntry {
    fn range(&self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

impl Index {
    /// The entries and their paths.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &IndexEntry)> {
        self.entries.iter().map(|entry| (&self.names[entry.range()], entry))
    }

    /// Adds an entry; `None` when the paths together are longer than 4 GiB.
    fn push(&mut self, path: &[u8], entry: IndexEntry) -> Option<()> {
        let start = u32::try_from(self.names.len()).ok()?;
        let len = u32::try_from(path.len()).ok()?;
        self.names.extend_from_slice(path);
        self.entries.push(IndexEntry { start, len, ..entry });
        Some(())
    }
}

/// Lists what the next commit would hold, and the trees that the index was written as. The components of the
/// paths are not checked.
pub(super) fn list(repo: &Repo, limits: &Limits) -> Result<(Listing, Option<CacheTree>), Error> {
    require_workdir(repo)?;
    let index = read(repo)?;
    let conflict = index.iter().find(|(_, entry)| entry.stage != 0);
    if let Some((path, _)) = conflict {
        let message = format!("the index is in conflict at `{}`", RepoPath::from_git(path));
        return Err(Error::new(ErrorKind::Conflicted, message)
            .with_help("resolve the conflict and `git add` the file, then try again"));
    }
    let Index { names, entries, trees } = index;
    let real = entries.into_iter().filter(|entry| !entry.intent_to_add);
    let records = real.map(|entry| Record {
        start: entry.start,
        len: entry.len,
        kind: entry.kind,
        place: Place::Object(entry.id),
    });
    Ok((Listing::of_names(limits, names, records.collect())?, trees))
}

/// The work tree's top folder, or the error that says how to judge a bare repository.
pub(super) fn require_workdir(repo: &Repo) -> Result<&std::path::Path, Error> {
    repo.workdir().ok_or_else(|| {
        Error::new(ErrorKind::Bare, "this repository is bare: it has neither an index nor files on disk")
            .with_help("name the commit to judge with `--rev`, such as `--rev HEAD`")
    })
}

/// Reads the index, which is empty when there is no file.
pub(super) fn read(repo: &Repo) -> Result<Index, Error> {
    let unreadable = |why: &str| {
        Error::new(
            ErrorKind::Unreadable,
            format!("the index `{}` cannot be read: {why}", repo.index_path().display()),
        )
        .with_help("`git reset` writes a new one from the last commit; staged changes are lost")
    };
    let opened = std::fs::File::open(repo.index_path()).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (size, file) = match opened {
        Ok(opened) => opened,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Index::default()),
        Err(e) => return Err(unreadable(&e.to_string())),
    };
    match file::parse(file, size) {
        Ok(file::Parsed::Whole(index)) => Ok(index),
        Ok(file::Parsed::Partial) => by_git::read(repo),
        Err(why) => Err(unreadable(&why)),
    }
}

fn entry_kind(mode: u32) -> EntryKind {
    match Mode::from_bits(mode) {
        Mode::File { executable } => EntryKind::File { executable },
        Mode::Symlink => EntryKind::Symlink,
        Mode::Gitlink | Mode::Directory => EntryKind::Gitlink,
    }
}
