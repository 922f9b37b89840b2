//! Git's commit-graph: what the commits of a history are, without reading each, and which paths they did
//! not change. It is used as Git uses it, but nothing rests on it that cannot be taken back: what does not
//! fit together is an error, and whoever asked asks again without it ([`Repo::with_commit_graph`]).
//!
//! [`Repo::with_commit_graph`]: super::repo::Repo

mod bloom;
mod layer;

use std::borrow::Cow;
use std::cell::Cell;
use std::path::{Path, PathBuf};

pub(super) use bloom::Probes;
use bloom::Settings;
use layer::Layer;

use super::error::{Error, ErrorKind};
use super::id::ObjectId;
use super::paths::Paths;

/// Where a commit stands in a commit-graph.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Place(u32);

impl Place {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a commit-graph knows of a commit.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) tree: ObjectId,
    /// Seconds since 1970, of the committer; only the last 34 bits.
    pub(super) time: i64,
    /// Higher than that of each parent. Only compared with those of the same commit-graph.
    pub(super) generation: u64,
    pub(super) first: Option<Place>,
    pub(super) more: More,
}

/// The parents behind the first.
#[derive(Clone, Copy)]
pub(super) enum More {
    None,
    One(Place),
    /// In a list of their own, from this number on.
    Listed(u32),
}

/// A commit-graph: one file, or a chain of files.
pub(super) struct CommitGraph {
    /// The lowest first.
    layers: Vec<Layer>,
    count: usize,
    /// Something in it was found to be wrong.
    distrusted: Cell<bool>,
}

/// Chains of more files are not used.
const LAYERS_MAX: usize = 256;

impl CommitGraph {
    /// The commit-graph of the first of some `objects` folders that has one. `None` when there is none, or
    /// the file is damaged.
    pub(super) fn open(dirs: &[PathBuf]) -> Option<CommitGraph> {
        let layers = dirs.iter().find_map(|dir| {
            let single = Layer::open(&dir.join("info/commit-graph"), 0);
            match single.filter(|layer| layer.bases.is_empty()) {
                Some(layer) => Some(vec![layer]),
                None => Some(chain(dir, dirs)).filter(|layers| !layers.is_empty()),
            }
        })?;
        Some(CommitGraph::of(layers))
    }

    fn of(mut layers: Vec<Layer>) -> CommitGraph {
        if !layers.iter().all(Layer::has_dates) {
            layers.iter_mut().for_each(Layer::drop_dates);
        }
        let count = layers.last().map_or(0, |layer| layer.below + layer.count) as usize;
        CommitGraph { layers, count, distrusted: Cell::new(false) }
    }

    /// How many commits it knows.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// From now on it is not to be used.
    pub(super) fn distrust(&self) {
        self.distrusted.set(true);
    }

    pub(super) fn is_trusted(&self) -> bool {
        !self.distrusted.get()
    }

    /// Where a commit stands, if it is known.
    pub(super) fn find(&self, id: ObjectId) -> Option<Place> {
        self.layers.iter().rev().find_map(|layer| Some(Place(layer.below + layer.find(id)?)))
    }

    pub(super) fn id(&self, place: Place) -> Result<ObjectId, Error> {
        self.at(place).and_then(|(layer, nth)| layer.id(nth)).ok_or_else(wrong)
    }

    pub(super) fn entry(&self, place: Place) -> Result<Entry, Error> {
        self.at(place).and_then(|(layer, nth)| layer.entry(nth)).ok_or_else(wrong)
    }

    /// All parents of the commit at `place`, whose `entry` it is.
    pub(super) fn parents(&self, place: Place, entry: &Entry) -> Result<Vec<Place>, Error> {
        let mut parents: Vec<Place> = entry.first.into_iter().collect();
        match entry.more {
            More::None => {}
            More::One(second) => parents.push(second),
            More::Listed(from) => {
                let listed = self.at(place).and_then(|(layer, _)| layer.listed(from)).ok_or_else(wrong)?;
                parents.extend(listed);
            }
        }
        Ok(parents)
    }

    /// What a commit did not change, by its filter; `None` when it has none, or none that is usable.
    pub(super) fn filter(&self, place: Place) -> Option<Filter<'_>> {
        let (layer, nth) = self.at(place)?;
        layer.filter(nth).map(|(settings, bytes)| Filter { settings, bytes })
    }

    fn at(&self, place: Place) -> Option<(&Layer, u32)> {
        let layer = self.layers.iter().rev().find(|layer| layer.below <= place.0)?;
        Some((layer, place.0 - layer.below))
    }
}

/// Which paths a commit changed, compared with its first parent: some that it did not may be among them.
pub(super) struct Filter<'g> {
    settings: Settings,
    bytes: Cow<'g, [u8]>,
}

impl Filter<'_> {
    /// Whether any of the paths that `probes` are for may have changed.
    pub(super) fn any(&self, probes: &Probes) -> bool {
        probes.any(&self.bytes)
    }

    /// Those of the paths that may have changed.
    pub(super) fn all(&self, probes: &Probes) -> Vec<u32> {
        probes.all(&self.bytes)
    }

    /// What to look for: `known`, when that is for the same `wanted` (sorted positions).
    pub(super) fn probes<'p>(
        &self,
        known: &'p mut Option<Probes>,
        paths: &Paths<'_>,
        wanted: &[u32],
    ) -> &'p Probes {
        let kept = known.take().filter(|probes| probes.are_for(wanted, self.settings));
        known.insert(kept.unwrap_or_else(|| Probes::new(paths, wanted, self.settings)))
    }
}

/// The files of a chain, lowest first, as far as each is whole and builds on those before it.
fn chain(dir: &Path, dirs: &[PathBuf]) -> Vec<Layer> {
    let list = std::fs::read(dir.join("info/commit-graphs/commit-graph-chain")).unwrap_or_default();
    let mut layers: Vec<Layer> = Vec::new();
    for line in list.split(|&b| b == b'\n').take(LAYERS_MAX) {
        let Some(name) = ObjectId::from_hex(line) else { break };
        let below = layers.last().map_or(0, |layer| layer.below + layer.count);
        let file = format!("info/commit-graphs/graph-{name}.graph");
        // What a borrower builds on may be kept where it borrows from.
        let layer = dirs.iter().find_map(|dir| Layer::open(&dir.join(&file), below));
        let builds = |layer: &Layer| {
            layer.name == name && layer.bases.iter().eq(layers.iter().map(|layer| &layer.name))
        };
        let Some(layer) = layer.filter(builds) else { break };
        layers.push(layer);
    }
    layers
}

/// The file contradicts itself. Nobody is told: what it is about is asked of the commits themselves.
pub(super) fn wrong() -> Error {
    Error::new(ErrorKind::Malformed, "the commit-graph is damaged")
        .with_help("write it anew: `git commit-graph write --reachable`")
}
