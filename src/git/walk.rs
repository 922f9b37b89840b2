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
use super::paths::Paths;
use super::trees::Slot;

/// Answers `git log -1 -- PATH` for those of `wanted` (positions) that `tip` holds; for all other
/// paths the answer is [`Touch::Uncommitted`]. Returned in the order of [`Paths::all`], with the
/// commit's node.
pub(super) fn last_touches(
    graph: &mut Graph<'_>,
    paths: &mut Paths<'_>,
    wanted: impl IntoIterator<Item = u32>,
    tip: Node,
) -> Result<Vec<(Touch, Option<Node>)>, Error> {
    let mut answers = vec![(Touch::Uncommitted, None); paths.all().len()];
    let mut present: Vec<(u32, Slot)> = Vec::new();
    for position in wanted {
        let slot = paths.look_up(graph.tree(tip), position)?;
        if slot.is_some() {
            present.push((position, slot));
        }
    }
    present.sort_unstable_by_key(|(position, _)| *position);
    present.dedup_by_key(|(position, _)| *position);
    let mut walk = Walk { groups: BTreeMap::new(), probes: None };
    let start = graph.place(tip).map_or(Spot::Met(tip), Spot::Listed);
    walk.join(graph.order(tip), start, present.iter().map(|(position, _)| *position).collect());
    while let Some((order, spot, wanted)) = walk.pop() {
        let Some((node, left)) = walk.pass_on(graph, paths, (order, spot), wanted)? else { continue };
        graph.confirm(node)?;
        let touch = if graph.is_boundary(node) {
            Touch::Shallow
        } else {
            Touch::At { commit: graph.id(node), time: graph.time(node) }
        };
        for position in left {
            answers[position as usize] = (touch, Some(node));
            // A filter that lacks a path leads past the commit that changed it.
            let at = present.binary_search_by_key(&position, |(position, _)| *position);
            let slot = at.ok().and_then(|at| present[at].1);
            if paths.look_up(graph.tree(node), position)? != slot {
                return Err(commit_graph::wrong());
            }
        }
    }
    Ok(answers)
}

/// A commit on the way: each is only ever one of the two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Listed(Place),
    Met(Node),
}

struct Walk {
    /// Paths (sorted) that stand at a commit, the next commit last.
    groups: BTreeMap<(Order, Spot), Vec<u32>>,
    /// What was last looked for in filters.
    probes: Option<Probes>,
}

impl Walk {
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

    /// Sends every path to the first parent that holds the same. Returns the paths that have none, if
    /// any, and the commit where they stop.
    fn pass_on(
        &mut self,
        graph: &mut Graph<'_>,
        paths: &mut Paths<'_>,
        (order, spot): (Order, Spot),
        mut wanted: Vec<u32>,
    ) -> Result<Option<(Node, Vec<u32>)>, Error> {
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
            (order, place, entry) = (parent_order, first, parent);
        }
    }
}
