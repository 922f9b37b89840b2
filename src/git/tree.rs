//! The paths of a commit.

use std::ops::Range;

use git2::ObjectType;

use super::error::Error;
use super::id::{CommitId, ObjectId};
use super::listing::{Listing, Place};
use super::object::{self, Mode, TreeEntry};
use super::repo::Repo;
use super::snapshot::{EntryKind, Limits};
use super::store::{Object, Store};
use crate::diag::RepoPath;

/// A tree that is being listed.
struct Frame<'s> {
    id: ObjectId,
    object: Object<'s>,
    /// Where the next entry begins.
    at: usize,
    /// Name and kind of the last entry; its successor must sort behind it.
    last: Option<(Range<usize>, Mode)>,
    /// How long the path of this folder is, with its slash.
    prefix: usize,
}

/// Lists a commit's files. The order of a valid tree, walked depth first, is the order of bytes.
pub(super) fn list(repo: &Repo, commit: CommitId, limits: &Limits) -> Result<Listing, Error> {
    let store = repo.store()?;
    let root = store.tree_of(commit)?;
    let mut listing = Listing::new(limits);
    let mut path = Vec::new();
    let mut stack = vec![open(&store, root, &path)?];
    while let Some(frame) = stack.last_mut() {
        path.truncate(frame.prefix);
        let Some(entry) = next(frame)? else {
            stack.pop();
            continue;
        };
        path.extend_from_slice(entry.name);
        let kind = match entry.mode {
            Mode::File { executable } => EntryKind::File { executable },
            Mode::Symlink => EntryKind::Symlink,
            Mode::Gitlink => EntryKind::Gitlink,
            Mode::Directory => {
                let id = entry.id;
                path.push(b'/');
                listing.check_depth(stack.len() + 1, &path)?;
                stack.push(open(&store, id, &path)?);
                continue;
            }
        };
        listing.push(&path, kind, Place::Object(entry.id))?;
    }
    Ok(listing)
}

fn open<'s>(store: &'s Store<'_>, id: ObjectId, path: &[u8]) -> Result<Frame<'s>, Error> {
    let folder = RepoPath::from_git(path.strip_suffix(b"/").unwrap_or(path));
    let object = store.read(id, ObjectType::Tree).map_err(|e| e.at(&folder))?;
    Ok(Frame { id, object, at: 0, last: None, prefix: path.len() })
}

/// The next entry, checked against Git's rules for trees.
fn next<'f>(frame: &'f mut Frame<'_>) -> Result<Option<TreeEntry<'f>>, Error> {
    let data = frame.object.data();
    if frame.at >= data.len() {
        return Ok(None);
    }
    let wrong = |why: &str| Error::malformed("tree", frame.id, why);
    let (entry, rest) = object::tree_entry(&data[frame.at..]).ok_or_else(|| wrong("an entry is cut off"))?;
    object::check_name(entry.name).map_err(wrong)?;
    if let Some((name, mode)) = frame.last.take()
        && object::tree_order(&TreeEntry { mode, name: &data[name], id: entry.id }, &entry).is_ge()
    {
        return Err(wrong("its entries are out of order, or a name stands twice"));
    }
    // Behind the name stand a zero and the id.
    let end = data.len() - rest.len() - 21;
    frame.last = Some((end - entry.name.len()..end, entry.mode));
    frame.at = data.len() - rest.len();
    Ok(Some(entry))
}
