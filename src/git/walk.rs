//! The last commit that touched each of many paths, in one walk.
//!
//! Git's default simplification makes the answer a function of one chain: at every commit a path
//! goes on to the first parent that holds the same, or, when no parent does, stops. So the state
//! of the walk is a few groups of paths, each at one commit; groups that meet are merged, and the
//! walk ends when every path has stopped. The order of commits only decides how often groups
//! meet, never an answer, so wrong clocks do no harm.

use std::collections::BTreeMap;

use super::error::Error;
use super::graph::{Graph, Node};
use super::history::Touch;
use super::paths::Paths;

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
    let mut present = Vec::new();
    for position in wanted {
        if paths.look_up(graph.tree(tip), position)?.is_some() {
            present.push(position);
        }
    }
    present.sort_unstable();
    present.dedup();
    let mut groups = BTreeMap::new();
    join(&mut groups, graph, tip, present);
    while let Some(((_, node), wanted)) = groups.pop_last() {
        let left = pass_on(graph, paths, &mut groups, node, wanted)?;
        let touch = if graph.is_boundary(node) {
            Touch::Shallow
        } else {
            Touch::At { commit: graph.id(node), time: graph.time(node) }
        };
        for position in left {
            answers[position as usize] = (touch, Some(node));
        }
    }
    Ok(answers)
}

/// Paths (sorted) that stand at a commit, newest commit last.
type Groups = BTreeMap<(i64, Node), Vec<u32>>;

/// Sends every path to the first parent that holds the same. Returns the paths that have none.
fn pass_on(
    graph: &mut Graph<'_>,
    paths: &mut Paths<'_>,
    groups: &mut Groups,
    node: Node,
    mut wanted: Vec<u32>,
) -> Result<Vec<u32>, Error> {
    for parent in graph.parents(node)? {
        if wanted.is_empty() {
            break;
        }
        let changed = paths.differing(Some(graph.tree(node)), Some(graph.tree(parent)), &wanted)?;
        if changed.len() < wanted.len() {
            wanted.retain(|position| changed.binary_search(position).is_err());
            join(groups, graph, parent, wanted);
        }
        wanted = changed;
    }
    Ok(wanted)
}

fn join(groups: &mut Groups, graph: &Graph<'_>, node: Node, mut paths: Vec<u32>) {
    if paths.is_empty() {
        return;
    }
    let group = groups.entry((graph.time(node), node)).or_default();
    group.append(&mut paths);
    group.sort_unstable();
}
