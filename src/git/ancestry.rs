//! What two histories have in common.

use std::collections::BinaryHeap;

use super::error::{Error, ErrorKind};
use super::graph::{Graph, Node, Order};
use super::id::CommitId;
use super::repo::Repo;

/// Reached from the first commit.
const LEFT: u8 = 1;
/// Reached from one of the others.
const RIGHT: u8 = 2;
const BOTH: u8 = LEFT | RIGHT;
/// Reached from a commit that both reach: no best common ancestor.
const STALE: u8 = 4;

impl Repo {
    /// All best common ancestors of two commits, sorted; none when their histories are unrelated.
    /// Wrong clocks do no harm.
    ///
    /// # Errors
    /// [`ErrorKind::Shallow`] when the history is cut off before the answer is certain,
    /// [`ErrorKind::Unsupported`] when `info/grafts` rewrites the history,
    /// [`ErrorKind::Unreadable`] or [`ErrorKind::Malformed`] for a commit on the way.
    pub fn merge_bases(&self, a: CommitId, b: CommitId) -> Result<Vec<CommitId>, Error> {
        self.with_commit_graph(&|listed| {
            let store = self.store()?;
            let mut graph = Graph::new(&store, self.shallow_commits()?, listed, None);
            let (a, b) = (graph.load(a.0)?, graph.load(b.0)?);
            let best = best(&mut graph, &[a], &[b])?;
            let mut bases: Vec<CommitId> = best.into_iter().map(|node| graph.id(node)).collect();
            bases.sort_unstable();
            Ok(bases)
        })
    }

    /// Whether `ancestor` is `of` itself, or in its history.
    ///
    /// # Errors
    /// As [`Repo::merge_bases`].
    pub fn is_ancestor(&self, ancestor: CommitId, of: CommitId) -> Result<bool, Error> {
        self.with_commit_graph(&|listed| {
            let store = self.store()?;
            let mut graph = Graph::new(&store, self.shallow_commits()?, listed, None);
            let (ancestor, of) = (graph.load(ancestor.0)?, graph.load(of.0)?);
            // No descendant of a commit has a lower generation.
            let lowest = listed.map_or(0, |_| graph.order(ancestor).0);
            let paint = Paint::over(&mut graph, &[ancestor], &[of], lowest)?;
            if paint.flags(ancestor) & RIGHT != 0 {
                return Ok(true);
            }
            if paint.seen(|flags| flags & BOTH == RIGHT).any(|node| graph.is_boundary(node)) {
                return Err(cut_off(&graph, ancestor, of));
            }
            Ok(false)
        })
    }
}

/// The best common ancestors of any of `left` with any of `right`, newest first.
pub(super) fn best(graph: &mut Graph<'_>, left: &[Node], right: &[Node]) -> Result<Vec<Node>, Error> {
    let paint = Paint::over(graph, left, right, 0)?;
    paint.refuse_cut(graph, left[0], right[0])?;
    let mut bases: Vec<Node> = paint.seen(|flags| flags & (BOTH | STALE) == BOTH).collect();
    bases.iter().try_for_each(|&base| graph.confirm(base))?;
    bases.sort_unstable_by_key(|&node| (std::cmp::Reverse(graph.time(node)), graph.id(node)));
    // With wrong clocks a commit can be taken for a base before it is seen that it is an ancestor
    // of another one.
    let mut at = 0;
    while at < bases.len() && bases.len() > 1 {
        let others: Vec<Node> = bases.iter().copied().filter(|&other| other != bases[at]).collect();
        let paint = Paint::over(graph, &[bases[at]], &others, 0)?;
        paint.refuse_cut(graph, left[0], right[0])?;
        if paint.flags(bases[at]) & RIGHT != 0 {
            bases.remove(at);
        } else {
            at += 1;
        }
    }
    Ok(bases)
}

/// Two histories, painted from their tips down until everything that is left lies below a common
/// ancestor.
///
/// A commit that is painted anew is visited again, and a way from a tip to a best common ancestor
/// is never stale, so the order of the visits only decides how much is read.
struct Paint {
    /// By [`Node::index`], and how often each commit stands in the queue.
    states: Vec<(u8, usize)>,
    queue: BinaryHeap<(Order, Node)>,
    /// Entries of the queue that are not stale.
    fresh: usize,
}

impl Paint {
    /// Commits of a generation lower than `lowest` are painted, but their parents are not.
    fn over(graph: &mut Graph<'_>, left: &[Node], right: &[Node], lowest: u64) -> Result<Paint, Error> {
        let mut paint = Paint { states: Vec::new(), queue: BinaryHeap::new(), fresh: 0 };
        for (nodes, flag) in [(left, LEFT), (right, RIGHT)] {
            for &node in nodes {
                paint.add(graph, node, flag);
            }
        }
        while paint.fresh > 0 {
            let Some(node) = paint.pop() else { break };
            if graph.order(node).0 < lowest {
                continue;
            }
            let mut flags = paint.flags(node);
            if flags & BOTH == BOTH {
                flags |= STALE;
            }
            for &parent in &*graph.parents(node)? {
                paint.add(graph, parent, flags);
            }
        }
        Ok(paint)
    }

    fn flags(&self, node: Node) -> u8 {
        self.states.get(node.index()).map_or(0, |state| state.0)
    }

    fn add(&mut self, graph: &Graph<'_>, node: Node, flags: u8) {
        self.states.resize(self.states.len().max(graph.len()), (0, 0));
        let (state, queued) = &mut self.states[node.index()];
        let old = *state;
        let new = old | flags;
        if new == old {
            return;
        }
        *state = new;
        if old & STALE == 0 {
            if new & STALE == 0 {
                self.fresh += 1;
            } else {
                self.fresh -= *queued;
            }
        }
        *queued += 1;
        self.queue.push((graph.order(node), node));
    }

    fn pop(&mut self) -> Option<Node> {
        let (_, node) = self.queue.pop()?;
        self.states[node.index()].1 -= 1;
        if self.flags(node) & STALE == 0 {
            self.fresh -= 1;
        }
        Some(node)
    }

    fn seen(&self, which: impl Fn(u8) -> bool) -> impl Iterator<Item = Node> {
        let seen = (0..).zip(&self.states).filter(move |(_, (flags, _))| *flags != 0 && which(*flags));
        seen.map(|(at, _)| Node::at(at))
    }

    /// What was cut off below a commit that only one side reaches may hold a better base.
    fn refuse_cut(&self, graph: &Graph<'_>, left: Node, right: Node) -> Result<(), Error> {
        let mut one_sided = self.seen(|flags| flags & BOTH != BOTH);
        if one_sided.any(|node| graph.is_boundary(node)) {
            return Err(cut_off(graph, left, right));
        }
        Ok(())
    }
}

fn cut_off(graph: &Graph<'_>, a: Node, b: Node) -> Error {
    let (a, b) = (graph.id(a).short(), graph.id(b).short());
    let message = format!("the history is cut off before it is certain what `{a}` and `{b}` have in common");
    Error::new(ErrorKind::Shallow, message).with_help(
        "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in the checkout step",
    )
}
