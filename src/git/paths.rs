use std::cmp::Ordering;
use std::ops::Range;
use std::rc::Rc;

use git2::ObjectType;

use super::error::Error;
use super::id::{IdMap, ObjectId};
use super::object::{self, Mode};
use super::store::Store;
use super::trees::{self, Slot};
use crate::diag::RepoPath;

/// A folder or file on the way to a path that somebody asks for.
struct Step {
    name: Vec<u8>,
    children: Vec<usize>,
    /// The paths that begin with this step, by their position in [`Paths::all`]; the paths are
    /// sorted so that these stand together.
    covers: Range<u32>,
    /// The first of `covers` ends here.
    ends: bool,
    /// A bit for each name of `children`; few other names have one of them.
    marks: [u64; 4],
}

impl Step {
    fn new(name: Vec<u8>, covers: Range<u32>) -> Step {
        Step { name, children: Vec::new(), covers, ends: false, marks: [0; 4] }
    }

    fn mark(&mut self, name: &[u8]) {
        let bit = mark(name);
        self.marks[bit / 64] |= 1 << (bit % 64);
    }

    fn may_lead_to(&self, name: &[u8]) -> bool {
        let bit = mark(name);
        self.marks[bit / 64] >> (bit % 64) & 1 == 1
    }
}

/// The bit of a name, from its length and its ends.
fn mark(name: &[u8]) -> usize {
    let [first, .., last] = name else { return name.first().copied().map_or(0, usize::from) };
    (usize::from(*first) + 31 * usize::from(*last) + 7 * name.len()) % 256
}

/// The paths that are asked for, as a tree of their components, and what trees hold at its steps.
///
/// Two commits are compared from the root down; where they hold the same object, everything below
/// is the same, and is not read.
pub(super) struct Paths<'s> {
    store: &'s Store<'s>,
    all: Vec<RepoPath>,
    steps: Vec<Step>,
    /// For each step and a tree: what the tree holds for each child of the step.
    views: Vec<IdMap<Rc<[Slot]>>>,
    /// How many views there are.
    kept: usize,
}

/// A folder or file that leads to a path.
pub(super) struct OnTheWay {
    /// From the top; empty for the top itself.
    pub(super) path: Vec<u8>,
    /// How many folders lie above it.
    pub(super) depth: usize,
    /// The path that ends here, by its position.
    pub(super) ends: Option<u32>,
}

/// Views that are kept before all are forgotten; about 100 bytes each.
const VIEWS_MAX: usize = 1 << 18;

impl<'s> Paths<'s> {
    pub(super) fn new(store: &'s Store<'s>, paths: impl IntoIterator<Item = RepoPath>) -> Paths<'s> {
        let mut all: Vec<RepoPath> = paths.into_iter().collect();
        all.sort_by(by_components);
        all.dedup();
        let count = u32::try_from(all.len()).expect("fewer than 2^32 paths are asked for");
        let mut steps = vec![Step::new(Vec::new(), 0..count)];
        for (at, path) in (0..count).zip(&all) {
            let mut step = 0;
            for name in components(path) {
                let last = steps[step].children.last().copied();
                step = match last.filter(|&child| steps[child].name == name) {
                    Some(child) => child,
                    None => {
                        let child = steps.len();
                        steps.push(Step::new(name.to_vec(), at..at));
                        steps[step].children.push(child);
                        steps[step].mark(name);
                        child
                    }
                };
                steps[step].covers.end = at + 1;
            }
            steps[step].ends = true;
        }
        let views = vec![IdMap::default(); steps.len()];
        Paths { store, all, steps, views, kept: 0 }
    }

    /// Where the trees are read from.
    pub(super) fn store(&self) -> &'s Store<'s> {
        self.store
    }

    /// The paths, sorted by components, without duplicates.
    pub(super) fn all(&self) -> &[RepoPath] {
        &self.all
    }

    /// The position of a path that was given to [`Paths::new`].
    pub(super) fn position(&self, path: &RepoPath) -> Option<u32> {
        let at = self.all.binary_search_by(|other| by_components(other, path)).ok()?;
        u32::try_from(at).ok()
    }

    /// The folders and files that lead to `wanted` (sorted positions), each before what is below it.
    pub(super) fn on_the_way(&self, wanted: &[u32]) -> Vec<OnTheWay> {
        let mut out = Vec::new();
        let mut stack = vec![(0, 0, Vec::new())];
        while let Some((step, depth, path)) = stack.pop() {
            let Step { children, covers, ends, .. } = &self.steps[step];
            let from = wanted.partition_point(|at| *at < covers.start);
            if wanted.get(from).is_none_or(|at| *at >= covers.end) {
                continue;
            }
            let child_path = |child: usize| trees::join(&path, &self.steps[child].name);
            stack.extend(children.iter().rev().map(|&child| (child, depth + 1, child_path(child))));
            let ends = Some(covers.start).filter(|at| *ends && wanted[from] == *at);
            out.push(OnTheWay { path, depth, ends });
        }
        out
    }

    /// What the tree `root` holds at the path at `position`.
    pub(super) fn look_up(&mut self, root: ObjectId, position: u32) -> Result<Slot, Error> {
        let (mut step, mut slot) = (0, Some((Mode::Directory, root)));
        while !(self.steps[step].ends && self.steps[step].covers.start == position) {
            let Some((Mode::Directory, tree)) = slot else { return Ok(None) };
            let view = self.view(step, tree)?;
            let children = &self.steps[step].children;
            let Some(at) = children.iter().position(|&child| self.steps[child].covers.contains(&position))
            else {
                return Ok(None);
            };
            (step, slot) = (children[at], view[at]);
        }
        Ok(slot)
    }

    /// Which of `wanted` (sorted positions) differ between two trees; an absent tree is empty.
    pub(super) fn differing(
        &mut self,
        a: Option<ObjectId>,
        b: Option<ObjectId>,
        wanted: &[u32],
    ) -> Result<Vec<u32>, Error> {
        let mut out = Vec::new();
        let slot = |tree: Option<ObjectId>| tree.map(|tree| (Mode::Directory, tree));
        let mut stack = vec![(0, slot(a), slot(b))];
        while let Some((step, a, b)) = stack.pop() {
            if a == b {
                continue;
            }
            let covers = self.steps[step].covers.clone();
            if self.steps[step].ends && wanted.binary_search(&covers.start).is_ok() {
                out.push(covers.start);
            }
            let from = wanted.partition_point(|&at| at < covers.start);
            let rest = &wanted[from..wanted.partition_point(|&at| at < covers.end)];
            if rest.is_empty() || (self.steps[step].ends && rest == [covers.start]) {
                continue;
            }
            let (a, b) = (self.slots(step, a)?, self.slots(step, b)?);
            for (at, &child) in self.steps[step].children.iter().enumerate() {
                let slot = |view: &Option<Rc<[Slot]>>| view.as_ref().and_then(|view| view[at]);
                stack.push((child, slot(&a), slot(&b)));
            }
        }
        out.sort_unstable();
        Ok(out)
    }

    fn slots(&mut self, step: usize, slot: Slot) -> Result<Option<Rc<[Slot]>>, Error> {
        match slot {
            Some((Mode::Directory, tree)) => self.view(step, tree).map(Some),
            _ => Ok(None),
        }
    }

    fn view(&mut self, step: usize, tree: ObjectId) -> Result<Rc<[Slot]>, Error> {
        if let Some(view) = self.views[step].get(&tree) {
            return Ok(Rc::clone(view));
        }
        let here = &self.steps[step];
        let children = &here.children;
        let mut view: Vec<Slot> = vec![None; children.len()];
        let object = self.store.read(tree, ObjectType::Tree)?;
        let mut data = object.data();
        while !data.is_empty() {
            let (entry, rest) = object::tree_entry(data)
                .ok_or_else(|| Error::malformed("tree", tree, "an entry is cut off"))?;
            data = rest;
            if here.may_lead_to(entry.name)
                && let Ok(at) = children.binary_search_by(|&child| self.steps[child].name[..].cmp(entry.name))
            {
                view[at] = Some((entry.mode, entry.id));
            }
        }
        let view: Rc<[Slot]> = Rc::from(view);
        if self.kept >= VIEWS_MAX {
            self.views.iter_mut().for_each(IdMap::clear);
            self.kept = 0;
        }
        self.kept += 1;
        self.views[step].insert(tree, Rc::clone(&view));
        Ok(view)
    }
}

fn components(path: &RepoPath) -> impl Iterator<Item = &[u8]> {
    path.as_bytes().split(|&b| b == b'/').filter(|name| !name.is_empty())
}

fn by_components(a: &RepoPath, b: &RepoPath) -> Ordering {
    components(a).cmp(components(b))
}
