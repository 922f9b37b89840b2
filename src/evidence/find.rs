//! Which files may be evidence for which artifact of which model.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::RepoPath;
use crate::git::{Entry, EntryKind, Snapshot};
use crate::model::{Homes, Model};
use crate::parallel;
use crate::policy::{Artifact, PolicySet};

/// Folders at the root whose files speak for every model.
pub(super) const SHARED: [&str; 9] =
    ["docs", "doc", ".github", ".gitlab", "ops", "governance", "runbooks", "dags", "compliance"];
/// So many paths keep a thread busy for longer than it takes to start.
const WORTH_A_THREAD: usize = 10_000;
/// So many files that belong to another model are named.
const NAMED_ELSEWHERE: usize = 3;

/// The files that match any artifact's patterns: one pass over the tree.
#[derive(Debug)]
pub struct Places {
    hits: Vec<Hit>,
}

/// A file that matches.
#[derive(Debug)]
pub(super) struct Hit {
    pub(super) path: RepoPath,
    pub(super) kind: EntryKind,
    /// Artifact, source.
    pub(super) sources: Vec<(usize, usize)>,
}

impl Places {
    /// Matches every path of the snapshot once; very many of them on all processors.
    pub fn find(set: &Arc<PolicySet>, snapshot: &Snapshot<'_>) -> Places {
        let count = snapshot.len();
        let parts = parallel::processors().min(count / WORTH_A_THREAD).max(1);
        if parts == 1 {
            return Places { hits: matching(set, snapshot.iter()) };
        }
        let (set, shared, size) = (Arc::clone(set), snapshot.shared(), count.div_ceil(parts));
        let range = move |part: usize| part * size..((part + 1) * size).min(count);
        let found = parallel::parts(parts, move |part| matching(&set, shared.entries().range(range(part))));
        Places { hits: found.into_iter().flatten().collect() }
    }

    /// True when no file matches.
    pub fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// True when a file matches that may be evidence of an artifact, by its place, for whatever model.
    pub fn any_of(&self, artifact: usize) -> bool {
        self.hits.iter().flat_map(|hit| &hit.sources).any(|(of, _)| *of == artifact)
    }
}

fn matching<'e>(set: &PolicySet, entries: impl Iterator<Item = Entry<'e>>) -> Vec<Hit> {
    let mut sourcing = set.sources();
    let hit = |entry: Entry<'_>| {
        let sources = sourcing.of(entry.path);
        (!sources.is_empty()).then(|| Hit { path: RepoPath::from_git(entry.path), kind: entry.kind, sources })
    };
    entries.filter_map(hit).collect()
}

/// The files that may be evidence, by artifact and by the model that they belong to.
pub(super) struct Nearby<'a> {
    artifacts: Vec<OfArtifact<'a>>,
}

#[derive(Default)]
struct OfArtifact<'a> {
    /// The files of each model, by its id.
    own: BTreeMap<&'a str, Vec<Placed<'a>>>,
    /// Those that belong to no model, or to the one at the root.
    shared: Vec<Placed<'a>>,
    /// All that belong to a model, in order.
    homed: Vec<(&'a Hit, &'a Model)>,
}

/// A file, and the first source of the artifact that names it.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) hit: &'a Hit,
    pub(super) source: usize,
    /// How far from the model it lies.
    pub(super) distance: usize,
    home: Option<&'a Model>,
}

impl<'a> Nearby<'a> {
    pub(super) fn new(set: &PolicySet, places: &'a Places, models: &'a [Model]) -> Nearby<'a> {
        let mut artifacts: Vec<OfArtifact<'a>> = Vec::new();
        artifacts.resize_with(set.artifacts.len(), OfArtifact::default);
        let homes = Homes::new(models);
        for hit in &places.hits {
            let home = homes.of(hit.path.as_bytes()).map(|at| &models[at]);
            // In order of artifacts and sources: the first source of each counts.
            let mut last = None;
            for &(artifact, source) in &hit.sources {
                if last.replace(artifact) == Some(artifact) {
                    continue;
                }
                let of = &mut artifacts[artifact];
                let placed = Placed { hit, source, distance: 0, home };
                match home {
                    Some(model) if !model.path.is_root() => of.own.entry(&model.id).or_default().push(placed),
                    _ => of.shared.push(placed),
                }
                of.homed.extend(home.map(|model| (hit, model)));
            }
        }
        Nearby { artifacts }
    }

    /// What may be evidence of an artifact of a model, best placed first.
    pub(super) fn of(&self, artifact: usize, model: &Model) -> Vec<Placed<'a>> {
        let of = &self.artifacts[artifact];
        let all = of.own.get(model.id.as_str()).into_iter().flatten().chain(&of.shared);
        let placed = |p: &Placed<'a>| Some(Placed { distance: distance(&p.hit.path, p.home, model)?, ..*p });
        let mut near: Vec<Placed<'a>> = all.filter_map(placed).collect();
        near.sort_by_key(|p| (p.distance, p.source, &p.hit.path));
        near
    }

    /// Some that would be, but belong to another model.
    pub(super) fn elsewhere(&self, artifact: usize, model: &Model) -> Vec<(&'a Hit, &'a Model)> {
        let homed = self.artifacts[artifact].homed.iter().copied();
        let other = homed
            .filter(|(hit, home)| home.id != model.id && distance(&hit.path, Some(home), model).is_none());
        other.take(NAMED_ELSEWHERE).collect()
    }
}

/// True when a file that belongs to `home` may be evidence for the model.
pub fn speaks_for(path: &RepoPath, home: Option<&Model>, model: &Model) -> bool {
    distance(path, home, model).is_some()
}

/// How far a file that belongs to `home` lies from the model, `None` when it does not speak for it.
fn distance(path: &RepoPath, home: Option<&Model>, model: &Model) -> Option<usize> {
    let depth = |rest: &[u8]| rest.iter().filter(|&&b| b == b'/').count();
    match home {
        Some(home) if home.id == model.id => {
            Some(depth(&path.as_bytes()[home.path.as_bytes().len()..]).min(90))
        }
        Some(home) if !home.path.is_root() => None,
        _ => {
            let text = path.to_text();
            match text.split_once('/') {
                None => Some(100),
                Some((first, _)) if SHARED.iter().any(|s| first.eq_ignore_ascii_case(s)) => {
                    Some(101 + depth(path.as_bytes()).min(90))
                }
                Some(_) => None,
            }
        }
    }
}

/// Where an artifact is looked for, for people: the usual names, and the folders.
pub(crate) fn looked(artifact: &Artifact, model: &Model) -> Vec<String> {
    let mut out = artifact.usual.clone();
    let files = artifact.sources.iter().map(|s| s.files.len()).sum::<usize>();
    if files > out.len() {
        out.push(format!("{} other names in many languages", files - out.len()));
    }
    if model.path.is_root() {
        out.push("in every folder".to_string());
    } else {
        out.push(format!("in {} and below, then at the root and in {}", model.path, SHARED.join(", ")));
    }
    out
}
