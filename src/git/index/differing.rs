//! At which paths an index differs from a commit.

use std::collections::HashMap;
use std::ops::Range;

use super::cache_tree::{CacheTree, NodeId};
use crate::diag::RepoPath;
use crate::git::error::Error;
use crate::git::id::{CommitId, ObjectId};
use crate::git::listing::Listing;
use crate::git::object::Mode;
use crate::git::snapshot::EntryKind;
use crate::git::store::Store;
use crate::git::trees::{self, Trees};

/// A folder that may differ.
struct Folder {
    path: Vec<u8>,
    depth: usize,
    /// Its entries in the index.
    staged: Range<usize>,
    /// What the index says of the tree that it was written as.
    node: Option<NodeId>,
    /// The commit's folder.
    tree: Option<ObjectId>,
}

/// What the index holds under a name.
enum Staged {
    File(usize),
    Folder(Range<usize>),
}

/// The paths of an index that differ from a commit's, those that only one of them has included, sorted.
/// A folder that was written as the commit's own tree is not looked into, as in Git.
pub(in crate::git) fn differing<'s>(
    store: &'s Store<'s>,
    commit: CommitId,
    listing: &Listing,
    written: Option<&CacheTree>,
) -> Result<Vec<RepoPath>, Error> {
    let search = Search { listing, written, trees: Trees::new(store) };
    let tree = Some(store.tree_of(commit)?);
    let node = written.map(|_| CacheTree::ROOT);
    let mut stack = vec![Folder { path: Vec::new(), depth: 1, staged: 0..listing.len(), node, tree }];
    let mut out = Vec::new();
    while let Some(folder) = stack.pop() {
        if !search.is_same(&folder) {
            trees::check_depth(folder.depth, &folder.path)?;
            search.enter(&folder, &mut stack, &mut out)?;
        }
    }
    out.sort_unstable();
    Ok(out)
}

struct Search<'a> {
    listing: &'a Listing,
    written: Option<&'a CacheTree>,
    trees: Trees<&'a Store<'a>>,
}

impl Search<'_> {
    /// True when the index was written as just this tree, and what it says of that fits its entries.
    fn is_same(&self, folder: &Folder) -> bool {
        let Some(written) = folder.node.and_then(|node| self.written?.written(node)) else { return false };
        Some(written.1) == folder.tree && written.0 == folder.staged.len()
    }

    fn enter(&self, folder: &Folder, stack: &mut Vec<Folder>, out: &mut Vec<RepoPath>) -> Result<(), Error> {
        let items = self.trees.read(folder.tree)?;
        let nodes: HashMap<&[u8], NodeId> = match (self.written, folder.node) {
            (Some(written), Some(node)) => written.below(node).collect(),
            _ => HashMap::new(),
        };
        let mut staged = self.staged(folder, &nodes).into_iter().peekable();
        let mut items = items.iter().peekable();
        loop {
            let name: &[u8] = match (staged.peek(), items.peek()) {
                (Some((name, _)), Some(item)) => (*name).min(item.name),
                (Some((name, _)), None) => name,
                (None, Some(item)) => item.name,
                (None, None) => return Ok(()),
            };
            let there = items.next_if(|item| item.name == name).map(|item| (item.mode, item.id));
            let (file, below) = match staged.next_if(|(staged, _)| *staged == name) {
                Some((_, Staged::File(at))) => (self.listing.object(at), 0..0),
                Some((_, Staged::Folder(range))) => (None, range),
                None => (None, 0..0),
            };
            let (path, tree) = (trees::join(&folder.path, name), trees::folder(there));
            if file != there.and_then(object) {
                out.push(RepoPath::from_git(&path));
            }
            if tree.is_some() || !below.is_empty() {
                let (depth, node) = (folder.depth + 1, nodes.get(name).copied());
                stack.push(Folder { path, depth, staged: below, node, tree });
            }
        }
    }

    /// The names in a folder of the index, sorted by their bytes alone, as those of a tree are here.
    fn staged(&self, folder: &Folder, nodes: &HashMap<&[u8], NodeId>) -> Vec<(&[u8], Staged)> {
        let Folder { path, staged: Range { start, end }, .. } = folder;
        let skip = if path.is_empty() { 0 } else { path.len() + 1 };
        let mut names = Vec::new();
        let mut at = *start;
        while at < *end {
            let rest = &self.listing.path(at)[skip..];
            let Some(slash) = rest.iter().position(|&b| b == b'/') else {
                names.push((rest, Staged::File(at)));
                at += 1;
                continue;
            };
            let (name, dir) = (&rest[..slash], &self.listing.path(at)[..skip + slash]);
            let count = nodes.get(name).and_then(|node| self.written?.written(*node)).map(|(count, _)| count);
            let below = self.below(at..*end, dir, count);
            at = below.end;
            names.push((name, Staged::Folder(below)));
        }
        names.sort_unstable_by_key(|(name, _)| *name);
        names
    }

    /// The entries below a folder that begins where `range` does. How many there are may be known.
    fn below(&self, range: Range<usize>, dir: &[u8], count: Option<usize>) -> Range<usize> {
        let inside = |at: usize| {
            let path = self.listing.path(at);
            path.starts_with(dir) && path.get(dir.len()) == Some(&b'/')
        };
        match count.and_then(|count| range.start.checked_add(count)) {
            Some(end)
                if range.start < end
                    && end <= range.end
                    && inside(end - 1)
                    && (end == range.end || !inside(end)) =>
            {
                range.start..end
            }
            _ => self.listing.below_in(range, dir),
        }
    }
}

/// What a tree holds, unless that is a folder.
fn object((mode, id): (Mode, ObjectId)) -> Option<(EntryKind, ObjectId)> {
    match mode {
        Mode::File { executable } => Some((EntryKind::File { executable }, id)),
        Mode::Symlink => Some((EntryKind::Symlink, id)),
        Mode::Gitlink => Some((EntryKind::Gitlink, id)),
        Mode::Directory => None,
    }
}
