//! The merged trees, in memory.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use git2::ObjectType;

use crate::git::error::Error;
use crate::git::id::ObjectId;
use crate::git::memory::Memory;
use crate::git::object::{self, Mode, TreeEntry};
use crate::git::store::Store;
use crate::git::trees::{self, Slot, Trees};

/// What is to stand at paths, or at names in a folder.
type Changes = BTreeMap<Vec<u8>, Slot>;

/// The tree `root` with other things at some paths. Where a folder gets a new entry, or loses one,
/// it is written anew; a folder without an entry goes away.
pub(in crate::git) fn apply(
    trees: &Trees<&Store<'_>>,
    memory: &Memory,
    root: ObjectId,
    changes: Changes,
) -> Result<ObjectId, Error> {
    // The deepest folders come first, the root last.
    let mut folders: BTreeMap<(Reverse<usize>, Vec<u8>), Changes> = BTreeMap::new();
    let key = |dir: &[u8]| {
        let depth = if dir.is_empty() { 0 } else { 1 + dir.iter().filter(|&&b| b == b'/').count() };
        (Reverse(depth), dir.to_vec())
    };
    for (path, slot) in changes {
        let (dir, name) = trees::split(&path);
        folders.entry(key(dir)).or_default().insert(name.to_vec(), slot);
    }
    folders.entry(key(b"")).or_default();
    while let Some(((_, dir), changes)) = folders.pop_first() {
        let before = trees.read(trees::folder(trees.look_up(root, &dir)?))?;
        let mut after: BTreeMap<&[u8], (Mode, ObjectId)> =
            before.iter().map(|entry| (entry.name, (entry.mode, entry.id))).collect();
        for (name, slot) in &changes {
            match slot {
                Some(entry) => after.insert(name, *entry),
                None => after.remove(&name[..]),
            };
        }
        if dir.is_empty() {
            return Ok(memory.put(ObjectType::Tree, encode(&after)));
        }
        let (above, name) = trees::split(&dir);
        let above = folders.entry(key(above)).or_default();
        if !after.is_empty() {
            let id = memory.put(ObjectType::Tree, encode(&after));
            above.insert(name.to_vec(), Some((Mode::Directory, id)));
        } else if before.iter().next().is_some() {
            // Unless something else stands there now.
            above.entry(name.to_vec()).or_insert(None);
        }
    }
    Ok(root)
}

fn encode(entries: &BTreeMap<&[u8], (Mode, ObjectId)>) -> Vec<u8> {
    let mut sorted: Vec<TreeEntry<'_>> =
        entries.iter().map(|(&name, &(mode, id))| TreeEntry { mode, name, id }).collect();
    sorted.sort_by(object::tree_order);
    let mut out = Vec::new();
    for entry in sorted {
        let mode: &[u8] = match entry.mode {
            Mode::File { executable: false } => b"100644 ",
            Mode::File { executable: true } => b"100755 ",
            Mode::Symlink => b"120000 ",
            Mode::Gitlink => b"160000 ",
            Mode::Directory => b"40000 ",
        };
        out.extend_from_slice(mode);
        out.extend_from_slice(entry.name);
        out.push(0);
        out.extend_from_slice(&entry.id.0);
    }
    out
}
