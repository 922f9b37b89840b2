//! What of a history was there before.

use std::collections::BinaryHeap;

use super::error::Error;
use super::graph::{Graph, Node, Order, UNLISTED};

/// So many commits are asked about at once.
pub(super) const AT_ONCE: usize = 64;

/// Several histories, read newest first.
#[derive(Default)]
struct Search {
    queue: BinaryHeap<(Order, Node)>,
    states: Vec<State>,
    /// How many commits wait that may not be old.
    unsure: usize,
    /// A commit was met that is older than its parent, by their clocks.
    skewed: bool,
}

/// A bit stands for each commit that is asked about.
#[derive(Clone, Copy, Default)]
struct State {
    /// It can be reached from the tip through commits that are not known to be old.
    fresh: u64,
    old: u64,
    waits: bool,
}

impl State {
    fn is_unsure(self) -> bool {
        self.fresh & !self.old != 0
    }
}

impl Search {
    /// Takes note of a commit; one that turns out to be more than was known is looked at again.
    fn reach(&mut self, graph: &Graph<'_>, node: Node, fresh: u64, old: u64) {
        self.states.resize(graph.len().max(self.states.len()), State::default());
        let state = &mut self.states[node.index()];
        let before = *state;
        state.fresh |= fresh;
        state.old |= old;
        let is_new = state.old != before.old || state.fresh & !state.old & !before.fresh != 0;
        if !is_new {
            return;
        }
        state.waits = true;
        self.unsure += usize::from(state.is_unsure());
        self.unsure -= usize::from(before.waits && before.is_unsure());
        if !before.waits {
            self.queue.push((graph.order(node), node));
        }
    }

    fn next(&mut self) -> Option<Node> {
        let (_, node) = self.queue.pop()?;
        let state = &mut self.states[node.index()];
        state.waits = false;
        self.unsure -= usize::from(state.is_unsure());
        Some(node)
    }

    /// Whether what is known may still change.
    fn goes_on(&self) -> bool {
        // Once the commit-graph knows all that is left, no clock decides any longer.
        let clocks = || self.queue.peek().is_some_and(|(order, _)| order.0 == UNLISTED);
        self.unsure > 0 || self.skewed && clocks()
    }
}

impl Graph<'_> {
    /// Marks what can be reached from each of `since` (at most [`AT_ONCE`]), itself included, with a bit
    /// each, by [`Node::index`]; of that, surely all that can also be reached from `tip` through commits
    /// that cannot be reached from it.
    ///
    /// The histories are read newest first, until only old ones go on, as `git rev-list` does. Where a
    /// commit is older than its parent, clocks prove nothing, and what they decide is read to its end.
    pub(super) fn known_before(&mut self, since: &[Node], tip: Node) -> Result<Vec<u64>, Error> {
        let mut search = Search::default();
        let all = since.iter().enumerate().fold(0, |all, (nth, _)| all | 1 << nth);
        search.reach(self, tip, all, 0);
        for (nth, &node) in since.iter().enumerate() {
            search.reach(self, node, 0, 1 << nth);
        }
        while search.goes_on() {
            let Some(node) = search.next() else { break };
            let State { fresh, old, .. } = search.states[node.index()];
            for &parent in &*self.parents(node)? {
                search.skewed |= self.order(parent) > self.order(node);
                search.reach(self, parent, fresh & !old, old);
            }
        }
        Ok(search.states.iter().map(|state| state.old).collect())
    }
}
