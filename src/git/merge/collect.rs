//! Three trees are walked at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::git::error::Error;
use crate::git::id::ObjectId;
use crate::git::store::Store;
use crate::git::trees::{self, Slot, Trees, file, folder};

/// A file, link or submodule in the base, on our side and on theirs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stages {
    pub(super) base: Slot,
    /// Ours at 0, theirs at 1.
    pub(super) sides: [Slot; 2],
    /// It lies in a folder that only one side changed. Git looks at those last, which decides
    /// between renames that fit equally well.
    pub(super) late: bool,
}

/// What the walk found.
#[derive(Default)]
pub(super) struct Found {
    /// Where the sides are not trivially merged.
    pub(super) entries: BTreeMap<Vec<u8>, Stages>,
    /// What only their side changed, as it stands there; only filled by [`quick`].
    pub(super) taken: BTreeMap<Vec<u8>, Slot>,
    /// Folders of the base that our side (at 0) or theirs (at 1) does not have.
    pub(super) removed: [BTreeSet<Vec<u8>>; 2],
    /// Whether renames could matter.
    pub(super) renames: bool,
}

/// A folder that is to be compared.
struct Frame {
    path: Vec<u8>,
    depth: usize,
    trees: [Option<ObjectId>; 3],
    /// It lies in a folder that one of the sides removed.
    removed: [bool; 2],
    late: bool,
}

/// Finds where both sides changed something. Below a folder that only one side changed nothing is
/// read, so [`Found::renames`] is true when this is not enough: when a file that one side removed
/// was touched by the other (it may have been renamed), when a file was added to a folder that the
/// other side removed (likewise), or when a file meets a folder.
pub(super) fn quick(trees: &Trees<&Store<'_>>, roots: [ObjectId; 3]) -> Result<Found, Error> {
    walk(trees, roots, true)
}

/// Finds every difference between the three trees.
pub(super) fn full(trees: &Trees<&Store<'_>>, roots: [ObjectId; 3]) -> Result<Found, Error> {
    walk(trees, roots, false)
}

fn walk(trees: &Trees<&Store<'_>>, roots: [ObjectId; 3], quick: bool) -> Result<Found, Error> {
    let mut found = Found::default();
    let roots = roots.map(Some);
    let mut stack =
        vec![Frame { path: Vec::new(), depth: 1, trees: roots, removed: [false; 2], late: false }];
    while let Some(frame) = stack.pop() {
        trees::check_depth(frame.depth, &frame.path)?;
        let [base, ours, theirs] = frame.trees;
        let read = [trees.read(base)?, trees.read(ours)?, trees.read(theirs)?];
        for (name, slots) in trees::together(&read) {
            let [base, ours, theirs] = slots;
            if base == ours && base == theirs {
                continue;
            }
            let path = trees::join(&frame.path, name);
            if quick && one_sided(&mut found, &frame, &path, slots) {
                continue;
            }
            let gone = [ours, theirs].map(|side| folder(base).is_some() && folder(side).is_none());
            for side in [0, 1] {
                if gone[side] {
                    found.removed[side].insert(path.clone());
                }
            }
            let files = slots.map(file);
            if files.iter().any(Option::is_some) {
                let clash = slots[1..].iter().any(|slot| folder(*slot).is_some())
                    && files[1..].iter().any(Option::is_some);
                found.renames |= clash || may_be_renamed(files);
                let stages = Stages { base: files[0], sides: [files[1], files[2]], late: frame.late };
                found.entries.insert(path.clone(), stages);
            }
            let below = slots.map(folder);
            if below.iter().any(Option::is_some) {
                let removed = [frame.removed[0] || gone[0], frame.removed[1] || gone[1]];
                let late = frame.late || base == ours || base == theirs;
                stack.push(Frame { path, depth: frame.depth + 1, trees: below, removed, late });
            }
        }
    }
    Ok(found)
}

/// Settles what at most one side changed. True when nothing else is to be done.
fn one_sided(found: &mut Found, frame: &Frame, path: &[u8], [base, ours, theirs]: [Slot; 3]) -> bool {
    if base == ours {
        found.renames |= base.is_none() && frame.removed[0];
        found.taken.insert(path.to_vec(), theirs);
        return true;
    }
    if base == theirs {
        found.renames |= base.is_none() && frame.removed[1];
        return true;
    }
    // Equal folders may both lack a file of the base, which each side may have renamed.
    ours == theirs && (folder(base).is_none() || folder(ours).is_none()) && {
        found.renames |= base.is_some() && (file(base).is_none() || file(ours).is_none());
        true
    }
}

/// True when a file of the base is gone on one side, and the other side touched it.
fn may_be_renamed([base, ours, theirs]: [Slot; 3]) -> bool {
    base.is_some() && (ours.is_none() || theirs.is_none()) && ours != base && theirs != base
}
