//! The last commit that touched each of many paths, in one walk.
//!
//! Git's default simplification makes the answer a function of one chain: at every commit a path
//! goes on to the first parent that holds the same, or, when no parent does, stops. So the state
//! of the walk is a few groups of paths, each at one commit; groups that meet are merged, and the
//! walk ends when every path has stopped. The order of commits only decides how often groups
//! meet, never an answer, so wrong clocks do no harm.
//!
//! What the commit-graph knows is not read: where a filter says that a commit changed none of the
//! paths, they go on to its first parent, and no tree is looked at. The commits that stop a path are
//! read, and must be what the commit-graph said.

use std::collections::BTreeMap;

use super::commit_graph::{self, CommitGraph, Entry, Place, Probes};
use super::error::Error;
use super::graph::{Graph, Node, Order};
use super::history::Touch;
use super::id::ObjectId;
use super::memo::{Kept, Memo};
use super::object::{self, Mode};
use super::paths::Paths;
use super::trees::Slot;

/// What became of each path, in the order of [`Paths::all`].
pub(super) struct Touches {
    /// With the commit's node.
    pub(super) answers: Vec<(Touch, Option<Node>)>,
    /// What `tip` holds, of the paths that were wanted: positions, sorted, and what stands there.
    pub(super) present: Vec<(u32, (Mode, ObjectId))>,
    /// How many commits were passed on the way.
    pub(super) passed: usize,
}

/// Answers `git log -1 -- PATH` for those of `wanted` (positions) that `tip` holds; for all other
/// paths the answer is [`Touch::Uncommitted`]. What `memo` knows of a commit on the way is not looked for.
pub(super) fn last_touches(
    graph: &mut Graph<'_>,
    paths: &mut Paths<'_>,
    wanted: impl IntoIterator<Item = u32>,
    tip: Node,
    memo: Option<&Memo>,
) -> Result<Touches, Error> {
    let mut present = Vec::new();
    for position in wanted {
        if let Some(slot) = paths.look_up(graph.tree(tip), position)? {
            present.push((position, slot));
        }
    }
    present.sort_unstable_by_key(|(position, _)| *position);
    present.dedup_by_key(|(position, _)| *position);
    let answers = vec![(Touch::Uncommitted, None); paths.all().len()];
    let mut touches = Touches { answers, present, passed: 0 };
    let mut walk = Walk::new(graph, memo);
    let start = graph.place(tip).map_or(Spot::Met(tip), Spot::Listed);
    walk.join(graph.order(tip), start, touches.present.iter().map(|(position, _)| *position).collect());
    while let Some((order, spot, wanted)) = walk.pop() {
        let wanted = walk.recall(graph, paths, spot, wanted, &mut touches)?;
        let Some((node, left)) = walk.pass_on(graph, paths, (order, spot), wanted)? else { continue };
        graph.confirm(node)?;
        for position in left {
            // A filter that lacks a path leads past the commit that changed it.
            if paths.look_up(graph.tree(node), position)? != touches.slot(position) {
                return Err(commit_graph::wrong());
            }
            touches.answer(graph, position, node);
        }
    }
    touches.passed = walk.passed;
    Ok(touches)
}

impl Touches {
    /// What `tip` holds at a path.
    fn slot(&self, position: u32) -> Slot {
        let at = self.present.binary_search_by_key(&position, |(position, _)| *position);
        at.ok().map(|at| self.present[at].1)
    }

    fn answer(&mut self, graph: &Graph<'_>, position: u32, node: Node) {
        let touch = if graph.is_boundary(node) {
            Touch::Shallow
        } else {
            Touch::At { commit: graph.id(node), time: graph.time(node) }
        };
        self.answers[position as usize] = (touch, Some(node));
    }
}

/// A commit on the way: each is only ever one of the two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Listed(Place),
    Met(Node),
}

struct Walk<'m> {
    /// Paths (sorted) that stand at a commit, the next commit last.
    groups: BTreeMap<(Order, Spot), Vec<u32>>,
    /// What was last looked for in filters.
    probes: Option<Probes>,
    memo: Option<&'m Memo>,
    /// The commits that the memo tells of and the commit-graph knows, sorted.
    remembered: Vec<Place>,
    passed: usize,
}

impl<'m> Walk<'m> {
    fn new(graph: &Graph<'_>, memo: Option<&'m Memo>) -> Walk<'m> {
        let commits = memo.map_or(&[][..], Memo::commits).iter();
        let listed = graph.listed();
        let mut remembered: Vec<Place> =
            commits.filter_map(|id| listed.and_then(|listed| listed.find(*id))).collect();
        remembered.sort_unstable();
        Walk { groups: BTreeMap::new(), probes: None, memo, remembered, passed: 0 }
    }

    fn join(&mut self, order: Order, spot: Spot, mut paths: Vec<u32>) {
        if paths.is_empty() {
            return;
        }
        let group = self.groups.entry((order, spot)).or_default();
        group.append(&mut paths);
        group.sort_unstable();
    }

    fn pop(&mut self) -> Option<(Order, Spot, Vec<u32>)> {
        self.groups.pop_last().map(|((order, spot), wanted)| (order, spot, wanted))
    }

    /// Answers what an earlier run kept for a commit, and returns the other paths. What was kept must still
    /// be so: the commit that it names holds the same, and none of its parents does; where there is a filter
    /// of the paths that it changed, that is asked about its parents.
    fn recall(
        &self,
        graph: &mut Graph<'_>,
        paths: &mut Paths<'_>,
        spot: Spot,
        mut wanted: Vec<u32>,
        touches: &mut Touches,
    ) -> Result<Vec<u32>, Error> {
        let Some(memo) = self.memo else { return Ok(wanted) };
        let id = match spot {
            Spot::Met(node) => graph.id(node).0,
            Spot::Listed(place) if self.remembered.binary_search(&place).is_ok() => {
                let node = graph.load_listed(place)?;
                graph.id(node).0
            }
            Spot::Listed(_) => return Ok(wanted),
        };
        let page = memo.page(id);
        if page.is_empty() {
            return Ok(wanted);
        }
        wanted.retain(|&position| {
            let kept = page.get(paths.all()[position as usize].as_bytes());
            let kept = kept.filter(|kept| touches.slot(position) == Some(kept.slot));
            // What cannot be read is missed on the long way, if it is needed there.
            let listed = graph.listed();
            let kept = kept.filter(|kept| is_verified(listed, paths, position, kept).unwrap_or(false));
            let node = kept.and_then(|kept| graph.load_apart(kept.commit).ok());
            if let Some(node) = node {
                touches.answer(graph, position, node);
            }
            node.is_none()
        });
        Ok(wanted)
    }

    /// Sends every path to the first parent that holds the same. Returns the paths that have none, if
    /// any, and the commit where they stop.
    fn pass_on(
        &mut self,
        graph: &mut Graph<'_>,
        paths: &mut Paths<'_>,
        (order, spot): (Order, Spot),
        mut wanted: Vec<u32>,
    ) -> Result<Option<(Node, Vec<u32>)>, Error> {
        if wanted.is_empty() {
            return Ok(None);
        }
        self.passed += 1;
        let node = match (spot, graph.listed()) {
            (Spot::Listed(place), Some(listed)) => {
                let here = (order, place, listed.entry(place)?);
                let (place, left) = self.pass_by(listed, paths, here, wanted)?;
                wanted = left;
                if wanted.is_empty() {
                    return Ok(None);
                }
                graph.load_listed(place)?
            }
            (Spot::Listed(_), None) => return Err(commit_graph::wrong()),
            (Spot::Met(node), _) => node,
        };
        for &parent in &*graph.parents(node)? {
            if wanted.is_empty() {
                break;
            }
            let changed = paths.differing(Some(graph.tree(node)), Some(graph.tree(parent)), &wanted)?;
            if changed.len() < wanted.len() {
                wanted.retain(|position| changed.binary_search(position).is_err());
                let spot = graph.place(parent).map_or(Spot::Met(parent), Spot::Listed);
                self.join(graph.order(parent), spot, wanted);
            }
            wanted = changed;
        }
        Ok((!wanted.is_empty()).then_some((node, wanted)))
    }

    /// Goes on as long as filters say that nothing changed, and no other group is next. Returns the place
    /// that was reached, and the paths that may have changed there.
    fn pass_by(
        &mut self,
        listed: &CommitGraph,
        paths: &Paths<'_>,
        (mut order, mut place, mut entry): (Order, Place, Entry),
        wanted: Vec<u32>,
    ) -> Result<(Place, Vec<u32>), Error> {
        let next = self.groups.last_key_value().map(|(key, _)| *key);
        loop {
            if next.is_some_and(|next| (order, Spot::Listed(place)) <= next) {
                self.join(order, Spot::Listed(place), wanted);
                return Ok((place, Vec::new()));
            }
            let (Some(first), Some(filter)) = (entry.first, listed.filter(place)) else {
                return Ok((place, wanted));
            };
            let probes = filter.probes(&mut self.probes, paths, &wanted);
            let parent = listed.entry(first)?;
            if parent.generation >= entry.generation {
                return Err(commit_graph::wrong());
            }
            let parent_order = (parent.generation, parent.time);
            if filter.any(probes) {
                let changed = filter.all(probes);
                let rest = wanted.iter().copied().filter(|position| changed.binary_search(position).is_err());
                self.join(parent_order, Spot::Listed(first), rest.collect());
                return Ok((place, changed));
            }
            self.passed += 1;
            if self.remembered.binary_search(&first).is_ok() {
                self.join(parent_order, Spot::Listed(first), wanted);
                return Ok((first, Vec::new()));
            }
            (order, place, entry) = (parent_order, first, parent);
        }
    }
}

/// Whether the commit that was kept for a path did what is said of it.
fn is_verified(
    listed: Option<&CommitGraph>,
    paths: &mut Paths<'_>,
    position: u32,
    kept: &Kept,
) -> Result<bool, Error> {
    let store = paths.store();
    let read = |id: ObjectId| {
        let data = store.read_at_once(id)?;
        let commit = object::outline(data.data()).map_err(|why| Error::malformed("commit", id, why))?;
        Ok::<_, Error>((commit.tree, commit.parents))
    };
    let (tree, parents) = read(kept.commit)?;
    if paths.look_up(tree, position)? != Some(kept.slot) {
        return Ok(false);
    }
    let place = listed.and_then(|listed| listed.find(kept.commit));
    if let Some(filter) = listed.zip(place).and_then(|(listed, place)| listed.filter(place)) {
        return Ok(filter.any(filter.probes(&mut None, paths, &[position])));
    }
    for parent in parents {
        if paths.look_up(read(parent)?.0, position)? == Some(kept.slot) {
            return Ok(false);
        }
    }
    Ok(true)
}
