//! How far code moved on since a file was last touched.

use std::collections::HashMap;
use std::sync::Arc;

use git2::ObjectType;

use super::error::Error;
use super::graph::{Graph, Node};
use super::history::{Code, Drift};
use super::id::{IdMap, ObjectId};
use super::object::{self, Mode, TreeEntry};
use super::paths::Paths;
use super::store::Store;
use super::trees::Slot;

/// Trees that are kept before all are forgotten, in bytes.
const TREES_MAX: usize = 64 << 20;
/// Folders nested more deeply than this are an error, as in Git.
const DEPTH_MAX: usize = 2048;

/// Compares folders file by file, and remembers what it read and what it found.
pub(super) struct Comparer<'s> {
    store: &'s Store<'s>,
    trees: IdMap<Arc<[u8]>>,
    size: usize,
    /// For a piece of code, by its position, and two states of its folder: whether it differs.
    known: HashMap<(usize, Slot, Slot), bool>,
}

/// A piece of code to watch, and where its folder stands among the paths of the walk.
pub(super) struct Watched<'q> {
    pub(super) code: &'q Code,
    /// The same for equal pieces of code.
    pub(super) key: usize,
    pub(super) position: u32,
}

impl<'s> Comparer<'s> {
    pub(super) fn new(store: &'s Store<'s>) -> Comparer<'s> {
        Comparer { store, trees: IdMap::default(), size: 0, known: HashMap::new() }
    }

    /// True when a file that belongs to the code differs between two states of its folder.
    fn differs(&mut self, watched: &Watched<'_>, a: Slot, b: Slot) -> Result<bool, Error> {
        if a == b {
            return Ok(false);
        }
        let key = (watched.key, a, b);
        if let Some(&known) = self.known.get(&key) {
            return Ok(known);
        }
        let differs = self.compare(watched.code, a, b)?;
        self.known.insert(key, differs);
        Ok(differs)
    }

    fn compare(&mut self, code: &Code, a: Slot, b: Slot) -> Result<bool, Error> {
        let mut stack = vec![(Vec::new(), a, b)];
        while let Some((path, a, b)) = stack.pop() {
            if a == b {
                continue;
            }
            let is_file = |slot: Slot| slot.is_some_and(|(mode, _)| mode != Mode::Directory);
            if (is_file(a) || is_file(b)) && code.matches(&path) {
                return Ok(true);
            }
            if path.iter().filter(|&&b| b == b'/').count() >= DEPTH_MAX {
                let id = a.or(b).map_or(ObjectId([0; 20]), |(_, id)| id);
                return Err(Error::malformed("tree", id, "folders are nested too deeply"));
            }
            let (a, b) = (self.tree(a)?, self.tree(b)?);
            for_each_difference(&a, &b, |name, a, b| {
                let mut path = path.clone();
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(name);
                stack.push((path, a, b));
            })
            .ok_or_else(|| Error::new(super::ErrorKind::Malformed, "a tree has an entry that is cut off"))?;
        }
        Ok(false)
    }

    /// The bytes of a folder; empty for what is none.
    fn tree(&mut self, slot: Slot) -> Result<Arc<[u8]>, Error> {
        let Some((Mode::Directory, id)) = slot else { return Ok(Arc::from([])) };
        if let Some(tree) = self.trees.get(&id) {
            return Ok(Arc::clone(tree));
        }
        let tree: Arc<[u8]> = Arc::from(self.store.read(id, ObjectType::Tree)?.data());
        if self.size > TREES_MAX {
            self.trees.clear();
            self.size = 0;
        }
        self.size += tree.len();
        self.trees.insert(id, Arc::clone(&tree));
        Ok(tree)
    }
}

/// Calls `report` for each name that two trees hold differently; `None` when one is cut off.
fn for_each_difference(mut a: &[u8], mut b: &[u8], mut report: impl FnMut(&[u8], Slot, Slot)) -> Option<()> {
    let slot = |entry: &TreeEntry<'_>| Some((entry.mode, entry.id));
    while !a.is_empty() || !b.is_empty() {
        let left = if a.is_empty() { None } else { Some(object::tree_entry(a)?) };
        let right = if b.is_empty() { None } else { Some(object::tree_entry(b)?) };
        let order = match (&left, &right) {
            (Some((left, _)), Some((right, _))) => object::tree_order(left, right),
            (Some(_), None) => std::cmp::Ordering::Less,
            _ => std::cmp::Ordering::Greater,
        };
        match (left, right) {
            (Some((left, rest_a)), Some((right, rest_b))) if order.is_eq() => {
                if slot(&left) != slot(&right) {
                    report(left.name, slot(&left), slot(&right));
                }
                (a, b) = (rest_a, rest_b);
            }
            (Some((left, rest)), _) if order.is_lt() => {
                report(left.name, slot(&left), None);
                a = rest;
            }
            (_, Some((right, rest))) => {
                report(right.name, None, slot(&right));
                b = rest;
            }
            _ => return None,
        }
    }
    Some(())
}

/// Counts the commits that can be reached from `tip`, but not from `since`, and that change the
/// code: what `git rev-list --count SINCE..TIP -- CODE` counts.
///
/// As there, a merge that holds the same as one of its parents is not counted, and only that
/// parent is followed; a merge that differs from all parents counts as one commit. Parents that can
/// be reached from `since` do not decide, unless there are no others. What can be reached is known
/// before: `git` finds out on the way, in the order of clocks, so at such merges its number may be
/// another one.
pub(super) fn since(
    graph: &mut Graph<'_>,
    paths: &mut Paths<'_>,
    comparer: &mut Comparer<'_>,
    watched: &Watched<'_>,
    since: Node,
    tip: Node,
) -> Result<Drift, Error> {
    let old = graph.known_before(since, tip)?;
    let is_old = |node: Node| old.get(node.index()).copied().unwrap_or(false);
    let mut drift = Drift { commits: 0, newest: None, known: !graph.is_boundary(since) };
    let mut oldest = i64::MAX;
    let mut seen = vec![false; graph.len()];
    let mut stack = vec![tip];
    while let Some(node) = stack.pop() {
        if seen.len() <= node.index() {
            seen.resize(graph.len().max(node.index() + 1), false);
        }
        if is_old(node) || std::mem::replace(&mut seen[node.index()], true) {
            continue;
        }
        oldest = oldest.min(graph.time(node));
        drift.known &= !graph.is_boundary(node);
        let parents = graph.parents(node)?;
        let verdict = simplify(graph, paths, comparer, watched, node, &parents, |parent| {
            !is_old(parent) || parent == since
        })?;
        match verdict {
            Verdict::Same(parent) => stack.push(parent),
            Verdict::Changed(changed) => {
                stack.extend(parents);
                if changed {
                    drift.commits = drift.commits.saturating_add(1);
                    let this = (graph.time(node), graph.id(node));
                    if drift.newest.is_none_or(|(id, time)| (time, id) < this) {
                        drift.newest = Some((this.1, this.0));
                    }
                }
            }
        }
    }
    // What was cut off below `since` could lead back to a commit that was counted; but only to
    // one that is older than the cut.
    drift.known &= !graph.has_boundary_since(&old, oldest);
    Ok(drift)
}

enum Verdict {
    /// Holds the same as this parent, which alone is followed.
    Same(Node),
    /// All parents are followed; whether the commit counts.
    Changed(bool),
}

fn simplify(
    graph: &Graph<'_>,
    paths: &mut Paths<'_>,
    comparer: &mut Comparer<'_>,
    watched: &Watched<'_>,
    node: Node,
    parents: &[Node],
    relevant: impl Fn(Node) -> bool,
) -> Result<Verdict, Error> {
    let here = paths.look_up(graph.tree(node), watched.position)?;
    if parents.is_empty() {
        return Ok(Verdict::Changed(comparer.differs(watched, here, None)?));
    }
    let (mut any_relevant, mut relevant_change, mut other_change) = (false, false, false);
    for &parent in parents {
        let there = paths.look_up(graph.tree(parent), watched.position)?;
        let differs = comparer.differs(watched, here, there)?;
        if relevant(parent) {
            if !differs {
                return Ok(Verdict::Same(parent));
            }
            any_relevant = true;
            relevant_change = true;
        } else {
            other_change |= differs;
        }
    }
    Ok(Verdict::Changed(if any_relevant { relevant_change } else { other_change }))
}
