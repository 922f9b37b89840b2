use std::borrow::Borrow;
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

/// A tree, checked. Its entries are sorted by the bytes of their names alone.
#[derive(Default)]
pub(super) struct Tree {
    bytes: Rc<Vec<u8>>,
    items: Vec<Item>,
}

/// An entry of a tree: where its name begins and ends. Its object follows, behind a NUL.
struct Item {
    start: u32,
    end: u32,
    mode: Mode,
}

impl Tree {
    /// Reads and checks a tree. `Err` says what is wrong.
    fn parse(bytes: Rc<Vec<u8>>) -> Result<Tree, &'static str> {
        let (mut data, mut items, mut last) = (&bytes[..], Vec::new(), None::<TreeEntry<'_>>);
        let mut sorted = true;
        let place = |left: &[u8]| u32::try_from(bytes.len() - left.len()).map_err(|_| "it is too large");
        while !data.is_empty() {
            let (entry, rest) = object::tree_entry(data).ok_or("an entry is cut off")?;
            object::check_name(entry.name)?;
            if let Some(last) = last {
                let rising = last.name < entry.name;
                sorted &= rising;
                // Only what begins with the other's name may stand elsewhere than its bytes say.
                let plain = rising && !entry.name.starts_with(last.name);
                if !plain && object::tree_order(&last, &entry).is_ge() {
                    return Err("its entries are out of order, or a name stands twice");
                }
            }
            let behind = place(rest)?;
            let end = behind - 21;
            let length = u32::try_from(entry.name.len()).map_err(|_| "it is too large")?;
            items.push(Item { start: end - length, end, mode: entry.mode });
            (data, last) = (rest, Some(entry));
        }
        let mut tree = Tree { items: Vec::new(), bytes };
        if !sorted {
            items.sort_by(|a, b| tree.name(a).cmp(tree.name(b)));
            if items.windows(2).any(|pair| tree.name(&pair[0]) == tree.name(&pair[1])) {
                return Err("a name is both a file and a folder");
            }
        }
        tree.items = items;
        Ok(tree)
    }

    fn name(&self, item: &Item) -> &[u8] {
        &self.bytes[item.start as usize..item.end as usize]
    }

    fn entry(&self, item: &Item) -> TreeEntry<'_> {
        let id = ObjectId::from_slice(&self.bytes[item.end as usize + 1..]);
        TreeEntry { mode: item.mode, name: self.name(item), id: id.expect("a tree was parsed to its end") }
    }

    /// Its entries, sorted by the bytes of their names alone.
    pub(super) fn iter(&self) -> impl Iterator<Item = TreeEntry<'_>> {
        self.items.iter().map(|item| self.entry(item))
    }

    fn find(&self, name: &[u8]) -> Slot {
        let at = self.items.binary_search_by(|item| self.name(item).cmp(name)).ok()?;
        let entry = self.entry(&self.items[at]);
        Some((entry.mode, entry.id))
    }
}

/// Trees that were read, for as long as there is room.
#[derive(Default)]
pub(super) struct KnownTrees {
    trees: IdMap<Rc<Tree>>,
    /// Bytes of all of them, about.
    size: usize,
}

impl KnownTrees {
    /// When there are more bytes, all are given up.
    const ROOM: usize = 16 << 20;

    fn keep(&mut self, id: ObjectId, tree: &Rc<Tree>) {
        if self.size > KnownTrees::ROOM {
            *self = KnownTrees::default();
        }
        self.size += tree.bytes.len() + tree.items.len() * size_of::<Item>() + size_of::<Tree>();
        self.trees.insert(id, Rc::clone(tree));
    }
}

/// Trees, read and checked once each as far as memory allows, whoever asks.
pub(super) struct Trees<S> {
    store: S,
}

impl<'r, S: Borrow<Store<'r>>> Trees<S> {
    pub(super) fn new(store: S) -> Trees<S> {
        Trees { store }
    }

    /// Where the trees are read from.
    pub(super) fn store(&self) -> &Store<'r> {
        self.store.borrow()
    }

    /// A tree; an empty one for none.
    pub(super) fn read(&self, id: Option<ObjectId>) -> Result<Rc<Tree>, Error> {
        let Some(id) = id else { return Ok(Rc::default()) };
        let known = self.store().known_trees();
        if let Some(tree) = known.borrow().trees.get(&id) {
            return Ok(Rc::clone(tree));
        }
        let bytes = self.store().read(id, ObjectType::Tree)?.into_data();
        let tree = Rc::new(Tree::parse(bytes).map_err(|why| Error::malformed("tree", id, why))?);
        known.borrow_mut().keep(id, &tree);
        Ok(tree)
    }

    /// What stands at a path below the tree `root`.
    pub(super) fn look_up(&self, root: ObjectId, path: &[u8]) -> Result<Slot, Error> {
        let mut slot = Some((Mode::Directory, root));
        for name in path.split(|&b| b == b'/').filter(|name| !name.is_empty()) {
            let Some(tree) = folder(slot) else { return Ok(None) };
            slot = self.read(Some(tree))?.find(name);
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
pub(super) fn together<const N: usize>(trees: &[Rc<Tree>; N]) -> Vec<(&[u8], [Slot; N])> {
    let mut left: [_; N] = std::array::from_fn(|n| trees[n].iter().peekable());
    let mut out = Vec::with_capacity(trees.iter().map(|tree| tree.items.len()).max().unwrap_or(0));
    loop {
        let names = left.iter_mut().filter_map(|entries| entries.peek().map(|entry| entry.name));
        let Some(name) = names.min() else { return out };
        let slot = |entries: &mut std::iter::Peekable<_>| {
            let entry: Option<TreeEntry<'_>> = entries.next_if(|entry: &TreeEntry<'_>| entry.name == name);
            entry.map(|entry| (entry.mode, entry.id))
        };
        out.push((name, left.each_mut().map(slot)));
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
