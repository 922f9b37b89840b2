use std::borrow::Borrow;
use std::cell::RefCell;
use std::rc::Rc;

use git2::ObjectType;

use super::error::{Error, ErrorKind};
use super::id::{IdMap, ObjectId};
use super::object::{self, Mode, TreeEntry};
use super::store::Store;
use crate::diag::RepoPath;

/// What a tree holds under a name.
pub(super) type Slot = Option<(Mode, ObjectId)>;

/// Folders are not entered more deeply than this, as in Git.
const DEPTH_MAX: usize = 2048;
/// Trees that are kept before all are forgotten.
const TREES_MAX: usize = 1 << 16;

/// An entry of a tree.
pub(super) struct Item {
    pub(super) name: Box<[u8]>,
    pub(super) mode: Mode,
    pub(super) id: ObjectId,
}

/// Trees, read and checked once each. Their entries are sorted by the bytes of their names alone.
pub(super) struct Trees<S> {
    store: S,
    known: RefCell<IdMap<Rc<[Item]>>>,
}

impl<'r, S: Borrow<Store<'r>>> Trees<S> {
    pub(super) fn new(store: S) -> Trees<S> {
        Trees { store, known: RefCell::default() }
    }

    /// Where the trees are read from.
    pub(super) fn store(&self) -> &Store<'r> {
        self.store.borrow()
    }

    /// The entries of a tree; none for no tree.
    pub(super) fn read(&self, id: Option<ObjectId>) -> Result<Rc<[Item]>, Error> {
        let Some(id) = id else { return Ok(Rc::from([])) };
        if let Some(items) = self.known.borrow().get(&id) {
            return Ok(Rc::clone(items));
        }
        let items: Rc<[Item]> = Rc::from(self.parse(id)?);
        let mut known = self.known.borrow_mut();
        if known.len() >= TREES_MAX {
            known.clear();
        }
        known.insert(id, Rc::clone(&items));
        Ok(items)
    }

    fn parse(&self, id: ObjectId) -> Result<Vec<Item>, Error> {
        let object = self.store().read(id, ObjectType::Tree)?;
        let wrong = |why: &str| Error::malformed("tree", id, why);
        let (mut data, mut items, mut last) = (object.data(), Vec::new(), None::<TreeEntry<'_>>);
        while !data.is_empty() {
            let (entry, rest) = object::tree_entry(data).ok_or_else(|| wrong("an entry is cut off"))?;
            object::check_name(entry.name).map_err(wrong)?;
            if last.is_some_and(|last| object::tree_order(&last, &entry).is_ge()) {
                return Err(wrong("its entries are out of order, or a name stands twice"));
            }
            items.push(Item { name: entry.name.into(), mode: entry.mode, id: entry.id });
            (data, last) = (rest, Some(entry));
        }
        items.sort_by(|a, b| a.name.cmp(&b.name));
        if items.windows(2).any(|pair| pair[0].name == pair[1].name) {
            return Err(wrong("a name is both a file and a folder"));
        }
        Ok(items)
    }

    /// What stands at a path below the tree `root`.
    pub(super) fn look_up(&self, root: ObjectId, path: &[u8]) -> Result<Slot, Error> {
        let mut slot = Some((Mode::Directory, root));
        for name in path.split(|&b| b == b'/').filter(|name| !name.is_empty()) {
            let Some(tree) = folder(slot) else { return Ok(None) };
            let items = self.read(Some(tree))?;
            let at = items.binary_search_by(|item| item.name[..].cmp(name));
            slot = at.ok().map(|at| (items[at].mode, items[at].id));
        }
        Ok(slot)
    }
}

/// The tree that stands in a slot.
pub(super) fn folder(slot: Slot) -> Option<ObjectId> {
    slot.filter(|(mode, _)| *mode == Mode::Directory).map(|(_, id)| id)
}

/// What stands in a slot, unless that is a folder.
pub(super) fn file(slot: Slot) -> Slot {
    slot.filter(|(mode, _)| *mode != Mode::Directory)
}

/// The names of several trees together, each with what every tree holds under it, sorted.
pub(super) fn together<const N: usize>(trees: &[Rc<[Item]>; N]) -> Vec<(&[u8], [Slot; N])> {
    let mut at = [0; N];
    let mut out = Vec::new();
    loop {
        let next = |n: usize| trees[n].get(at[n]);
        let Some(name) = (0..N).filter_map(|n| next(n).map(|item| &item.name[..])).min() else { return out };
        let mut slots = [None; N];
        for n in 0..N {
            if let Some(item) = trees[n].get(at[n]).filter(|item| &item.name[..] == name) {
                slots[n] = Some((item.mode, item.id));
                at[n] += 1;
            }
        }
        out.push((name, slots));
    }
}

/// A folder's path followed by a name.
pub(super) fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    if dir.is_empty() { name.to_vec() } else { [dir, b"/", name].concat() }
}

/// Folder and name of a path.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&b| b == b'/') {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (&[], path),
    }
}

/// Fails for a folder that lies too deep.
pub(super) fn check_depth(depth: usize, path: &[u8]) -> Result<(), Error> {
    if depth <= DEPTH_MAX {
        return Ok(());
    }
    let shown = RepoPath::from_git(&path[..path.len().min(60)]);
    let message = format!("`{shown}…` is nested more than {DEPTH_MAX} folders deep");
    Err(Error::new(ErrorKind::TooLarge, message))
}
