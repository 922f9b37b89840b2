//! Histories that look random and are the same in every run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::Sandbox;

/// Whole numbers that look random and are the same in every run.
pub(crate) struct Random(u64);

impl Random {
    /// Other numbers for every seed but 0.
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

const FOLDERS: [&str; 6] = ["", "a/", "a/b/", "a.b/", "docs/", "models/churn/src/"];

/// What happens in a history.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shape {
    /// Clocks go wrong.
    pub(crate) skewed: bool,
    /// Merges of three branches, and names that are not ASCII.
    pub(crate) wide: bool,
}

/// A `git fast-import` stream: a few branches that edit, revert, delete, rename, merge (cleanly, as
/// `ours`, or with changes of the merge's own), with clocks that may be wrong.
fn stream(seed: u64, commits: usize, Shape { skewed, wide }: Shape) -> String {
    let mut random = Random(seed);
    let mut out = String::new();
    // For each commit: what it holds.
    let mut states: Vec<BTreeMap<String, String>> = Vec::new();
    let mut heads: Vec<usize> = Vec::new();
    for at in 0..commits {
        let from =
            if heads.is_empty() { None } else { Some(heads[random.below(heads.len() as u64) as usize]) };
        let other = (heads.len() > 1 && random.one_in(4))
            .then(|| heads[random.below(heads.len() as u64) as usize])
            .filter(|&other| Some(other) != from);
        let mut state = from.map(|from| states[from].clone()).unwrap_or_default();
        if let Some(other) = other {
            let theirs = states[other].clone();
            for file in state.keys().chain(theirs.keys()).cloned().collect::<BTreeSet<_>>() {
                if random.one_in(2) {
                    match theirs.get(&file) {
                        Some(content) => state.insert(file, content.clone()),
                        None => state.remove(&file),
                    };
                }
            }
        }
        if other.is_none() || random.one_in(4) {
            for _ in 0..random.below(4) {
                edit(&mut random, &mut state, wide);
            }
        }
        let time = 1_600_000_000
            + at as i64 * 100
            + if skewed && random.one_in(3) { random.below(200_000) as i64 - 100_000 } else { 0 };
        write!(out, "commit refs/heads/side{}\nmark :{}\n", at % 7, at + 1).unwrap();
        write!(out, "committer C <c@corp.example> {time} +0000\ndata 1\nx\n").unwrap();
        if let Some(from) = from {
            writeln!(out, "from :{}", from + 1).unwrap();
        }
        let third = (wide && other.is_some()).then(|| heads[random.below(heads.len() as u64) as usize]);
        let third = third.filter(|&third| Some(third) != other && Some(third) != from);
        for other in other.into_iter().chain(third) {
            writeln!(out, "merge :{}", other + 1).unwrap();
        }
        out.push_str("deleteall\n");
        for (file, content) in &state {
            write!(out, "M 100644 inline {file}\ndata {}\n{content}\n", content.len()).unwrap();
        }
        states.push(state);
        heads.retain(|&head| Some(head) != other);
        if heads.len() > 4 || !random.one_in(3) {
            heads.retain(|&head| Some(head) != from);
        }
        heads.push(at);
    }
    write!(out, "reset refs/heads/main\nfrom :{commits}\n\n").unwrap();
    out
}

fn edit(random: &mut Random, state: &mut BTreeMap<String, String>, wide: bool) {
    let folder = FOLDERS[random.below(6) as usize];
    let folder = if wide && random.one_in(3) { "models/größe/" } else { folder };
    let file = format!("{folder}f{}.py", random.below(3));
    match random.below(8) {
        0 => {
            state.remove(&file);
        }
        1 => {
            if let Some(content) = state.remove(&file) {
                state.insert(format!("{file}.txt"), content);
            }
        }
        // Few contents, so that reverts and equal changes on two branches happen.
        _ => {
            state.insert(file, format!("content {}", random.below(3)));
        }
    }
}

/// A repository with such a history, on `main`.
pub(crate) fn with_history(seed: u64, commits: usize, skewed: bool) -> Sandbox {
    with_shape(seed, commits, Shape { skewed, wide: false })
}

/// As [`with_history`].
pub(crate) fn with_shape(seed: u64, commits: usize, shape: Shape) -> Sandbox {
    let sandbox = Sandbox::new();
    // A branch is written by commits that do not follow from each other, so force.
    sandbox.git_with(&["fast-import", "--quiet", "--force"], stream(seed, commits, shape).as_bytes());
    sandbox
}
