//! How far code moved on since a file was last touched.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use git2::ObjectType;

use super::commit_graph::Probes;
use super::error::Error;
use super::graph::{Graph, Node};
use super::history::{self, Code, Drift, Moved};
use super::id::{CommitId, IdMap, ObjectId};
use super::known;
use super::object::{self, Mode, TreeEntry};
use super::paths::Paths;
use super::store::{Object, Store};
use super::trees::{self, Slot};

/// Trees that are kept before all are forgotten, in bytes.
const TREES_MAX: usize = 64 << 20;
/// Folders nested more deeply than this are an error, as in Git.
const DEPTH_MAX: usize = 2048;

/// Compares folders file by file, and remembers what it read and what it found.
struct Comparer<'s> {
    store: &'s Store<'s>,
    trees: IdMap<Rc<Object<'s>>>,
    size: usize,
    /// By [`Watched::key`].
    pieces: Vec<Piece>,
}

/// What is known of a piece of code.
#[derive(Default)]
struct Piece {
    /// For two states of its folder: whether it differs.
    states: HashMap<(Slot, Slot), bool>,
    /// By [`Node::index`].
    commits: Vec<Compared>,
    /// What to look for in filters of changed paths.
    probes: Option<Probes>,
}

/// From which of its parents a commit differs; a bit for each of the first 64.
#[derive(Clone, Copy, Default)]
struct Compared {
    asked: u64,
    differs: u64,
}

/// A piece of code to watch, and where its folder stands among the paths of the walk.
struct Watched<'q> {
    code: &'q Code,
    /// The same for equal pieces of code.
    key: usize,
    position: u32,
}

impl<'s> Comparer<'s> {
    fn new(store: &'s Store<'s>) -> Comparer<'s> {
        Comparer { store, trees: IdMap::default(), size: 0, pieces: Vec::new() }
    }

    /// True when a file that belongs to the code differs between a commit and its `nth` parent, or was
    /// there in a commit without any.
    fn changed(
        &mut self,
        graph: &Graph<'_>,
        paths: &mut Paths<'_>,
        watched: &Watched<'_>,
        node: Node,
        (nth, parent): (usize, Option<Node>),
    ) -> Result<bool, Error> {
        let bit = u32::try_from(nth).ok().and_then(|nth| 1_u64.checked_shl(nth)).unwrap_or(0);
        let piece = self.piece(watched);
        if piece.commits.len() < graph.len() {
            piece.commits.resize(graph.len(), Compared::default());
        }
        let known = piece.commits[node.index()];
        if known.asked & bit != 0 {
            return Ok(known.differs & bit != 0);
        }
        let untouched = nth == 0 && parent.is_some() && piece.leaves_alone(graph, paths, watched, node);
        let differs = !untouched && {
            let here = paths.look_up(graph.tree(node), watched.position)?;
            let there = match parent {
                Some(parent) => paths.look_up(graph.tree(parent), watched.position)?,
                None => None,
            };
            self.differs(watched, here, there)?
        };
        let known = &mut self.piece(watched).commits[node.index()];
        known.asked |= bit;
        known.differs |= if differs { bit } else { 0 };
        Ok(differs)
    }

    fn piece(&mut self, watched: &Watched<'_>) -> &mut Piece {
        if self.pieces.len() <= watched.key {
            self.pieces.resize_with(watched.key + 1, Piece::default);
        }
        &mut self.pieces[watched.key]
    }

    /// True when a file that belongs to the code differs between two states of its folder.
    fn differs(&mut self, watched: &Watched<'_>, a: Slot, b: Slot) -> Result<bool, Error> {
        if a == b {
            return Ok(false);
        }
        if let Some(&known) = self.piece(watched).states.get(&(a, b)) {
            return Ok(known);
        }
        let differs = self.compare(watched.code, a, b)?;
        self.piece(watched).states.insert((a, b), differs);
        Ok(differs)
    }

    fn compare(&mut self, code: &Code, a: Slot, b: Slot) -> Result<bool, Error> {
        let is_file = |slot: Slot| slot.is_some_and(|(mode, _)| mode != Mode::Directory);
        let is_folder = |slot: Slot| slot.is_some_and(|(mode, _)| mode == Mode::Directory);
        if (is_file(a) || is_file(b)) && code.matches(b"") {
            return Ok(true);
        }
        let mut stack = vec![(Vec::new(), a, b)];
        while let Some((path, a, b)) = stack.pop() {
            if path.iter().filter(|&&b| b == b'/').count() >= DEPTH_MAX {
                let id = a.or(b).map_or(ObjectId([0; 20]), |(_, id)| id);
                return Err(Error::malformed("tree", id, "folders are nested too deeply"));
            }
            let (a, b) = (self.tree(a)?, self.tree(b)?);
            let mut found = false;
            let [left, right] = [&a, &b].map(|tree| tree.as_ref().map_or(&[][..], |tree| tree.data()));
            for_each_difference(left, right, |name, a, b| {
                let path = trees::join(&path, name);
                // Files are asked at once, so that often no folder has to be read.
                if is_file(a) || is_file(b) {
                    found |= !found && code.matches(&path);
                }
                if is_folder(a) || is_folder(b) {
                    stack.push((path, a, b));
                }
            })
            .ok_or_else(|| Error::new(super::ErrorKind::Malformed, "a tree has an entry that is cut off"))?;
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The bytes of a folder; `None` for what is none.
    fn tree(&mut self, slot: Slot) -> Result<Option<Rc<Object<'s>>>, Error> {
        let Some(id) = trees::folder(slot) else { return Ok(None) };
        if let Some(tree) = self.trees.get(&id) {
            return Ok(Some(Rc::clone(tree)));
        }
        let tree = Rc::new(self.store.read(id, ObjectType::Tree)?);
        if self.size > TREES_MAX {
            self.trees.clear();
            self.size = 0;
        }
        self.size += tree.data().len();
        self.trees.insert(id, Rc::clone(&tree));
        Ok(Some(tree))
    }
}

impl Piece {
    /// True when a commit's filter says that it changed nothing below the folder, compared with its first
    /// parent.
    fn leaves_alone(
        &mut self,
        graph: &Graph<'_>,
        paths: &Paths<'_>,
        watched: &Watched<'_>,
        node: Node,
    ) -> bool {
        let filter = graph.listed().zip(graph.place(node)).and_then(|(listed, place)| listed.filter(place));
        filter.is_some_and(|filter| !filter.any(filter.probes(&mut self.probes, paths, &[watched.position])))
    }
}

/// Calls `report` for each name that two trees hold differently; `None` when one is cut off.
fn for_each_difference(mut a: &[u8], mut b: &[u8], mut report: impl FnMut(&[u8], Slot, Slot)) -> Option<()> {
    let slot = |entry: &TreeEntry<'_>| Some((entry.mode, entry.id));
    let common = object::common_entries(a, b);
    (a, b) = (&a[common..], &b[common..]);
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
                let common = object::common_entries(rest_a, rest_b);
                (a, b) = (&rest_a[common..], &rest_b[common..]);
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

/// Answers each of `moved`, whose describing file was last touched by the commit of the same place in
/// `since`; nothing moved where there is none.
pub(super) fn all_since(
    graph: &mut Graph<'_>,
    paths: &mut Paths<'_>,
    moved: &[Moved],
    since: &[Option<Node>],
    tip: Node,
) -> Result<Vec<Drift>, Error> {
    let mut drifts = vec![Drift { commits: 0, newest: None, known: true }; moved.len()];
    let mut starts: Vec<Node> = since.iter().flatten().copied().collect();
    starts.sort_unstable();
    starts.dedup();
    let mut comparer = Comparer::new(paths.store());
    // Where a history is cut off, how far it was read for one answer would show in another.
    let at_once = if graph.is_cut() { 1 } else { known::AT_ONCE };
    for starts in starts.chunks(at_once) {
        let marks = graph.known_before(starts, tip)?;
        for (at, moved_one) in moved.iter().enumerate() {
            let Some(start) = since[at] else { continue };
            let Ok(bit) = starts.binary_search(&start) else { continue };
            let code = &moved_one.code;
            let watched = Watched {
                code,
                key: moved.iter().position(|other| Arc::ptr_eq(&other.code, code)).unwrap_or(at),
                position: history::position(paths, &code.under),
            };
            let old = Old { marks: &marks, bit: 1 << bit };
            drifts[at] = since_one(graph, paths, &mut comparer, &watched, start, tip, &old)?;
        }
    }
    Ok(drifts)
}

/// Counts the commits that can be reached from `tip`, but not from `since`, and that change the
/// code: what `git rev-list --count SINCE..TIP -- CODE` counts.
///
/// As there, a merge that holds the same as one of its parents is not counted, and only that
/// parent is followed; a merge that differs from all parents counts as one commit. Parents that can
/// be reached from `since` do not decide, unless there are no others. What can be reached is known
/// before: `git` finds out on the way, in the order of clocks, so at such merges its number may be
/// another one.
fn since_one(
    graph: &mut Graph<'_>,
    paths: &mut Paths<'_>,
    comparer: &mut Comparer<'_>,
    watched: &Watched<'_>,
    since: Node,
    tip: Node,
    old: &Old<'_>,
) -> Result<Drift, Error> {
    let is_old = |node: Node| old.contains(node);
    let mut drift = Drift { commits: 0, newest: None, known: !graph.is_boundary(since) };
    let mut oldest = i64::MAX;
    let mut newest: Option<((i64, CommitId), Node)> = None;
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
                stack.extend(&*parents);
                if changed {
                    drift.commits = drift.commits.saturating_add(1);
                    let this = (graph.time(node), graph.id(node));
                    if newest.is_none_or(|(newest, _)| newest < this) {
                        newest = Some((this, node));
                    }
                }
            }
        }
    }
    // What was cut off below `since` could lead back to a commit that was counted; but only to
    // one that is older than the cut.
    drift.known &= !graph.has_boundary_since(is_old, oldest);
    if let Some((_, newest)) = newest {
        graph.confirm(newest)?;
        drift.newest = Some((graph.id(newest), graph.time(newest)));
    }
    Ok(drift)
}

/// What can be reached from a commit: a bit of what [`Graph::known_before`] marked.
struct Old<'m> {
    marks: &'m [u64],
    bit: u64,
}

impl Old<'_> {
    fn contains(&self, node: Node) -> bool {
        self.marks.get(node.index()).is_some_and(|mark| mark & self.bit != 0)
    }
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
    if parents.is_empty() {
        return comparer.changed(graph, paths, watched, node, (0, None)).map(Verdict::Changed);
    }
    let (mut any_relevant, mut relevant_change, mut other_change) = (false, false, false);
    for (nth, &parent) in parents.iter().enumerate() {
        let differs = comparer.changed(graph, paths, watched, node, (nth, Some(parent)))?;
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
