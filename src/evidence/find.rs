//! Which files may be evidence for which artifact of which model, and what each is worth.

use std::collections::BTreeMap;

use super::facts::read_source;
use super::prepared::{Aliases, Prepared};
use super::state::{Subject, state};
use super::texts::Loaded;
use super::{Candidate, Evidence, Facts, State, Texts, candidate, canonical};
use crate::artifact::document::Document;
use crate::diag::{RepoPath, Sources, Span};
use crate::git::{Entry, EntryKind, Error, Snapshot};
use crate::model::Model;
use crate::policy::{Artifact, How, PolicySet, StateName};

/// Folders at the root whose files speak for every model.
const SHARED: [&str; 9] =
    ["docs", "doc", ".github", ".gitlab", "ops", "governance", "runbooks", "dags", "compliance"];
/// So many paths keep a thread busy for longer than it takes to start.
const WORTH_A_THREAD: usize = 10_000;
/// The most files that are read for one artifact of one model, best placed first.
const MAX_CANDIDATES: usize = 200;

/// The files that match any artifact's patterns: one pass over the tree.
#[derive(Debug)]
pub struct Places {
    hits: Vec<Hit>,
}

#[derive(Debug)]
struct Hit {
    path: RepoPath,
    kind: EntryKind,
    /// Artifact, source.
    sources: Vec<(usize, usize)>,
}

impl Places {
    /// Matches every path of the snapshot once; very many of them on all processors.
    pub fn find(set: &PolicySet, snapshot: &Snapshot<'_>) -> Places {
        let (entries, count) = (snapshot.entries(), snapshot.len());
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(count / WORTH_A_THREAD);
        if workers < 2 {
            return Places { hits: matching(set, entries.range(0..count)) };
        }
        let size = count.div_ceil(workers);
        let part = |nth: usize| entries.range((nth * size).min(count)..((nth + 1) * size).min(count));
        let found: Vec<Vec<Hit>> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (1..workers).map(|nth| (nth, scope.spawn(move || matching(set, part(nth))))).collect();
            let first = matching(set, part(0));
            // A thread that did not end well has its part matched here: no path is ever left out.
            let others = threads
                .into_iter()
                .map(|(nth, thread)| thread.join().unwrap_or_else(|_| matching(set, part(nth))));
            std::iter::once(first).chain(others).collect()
        });
        Places { hits: found.into_iter().flatten().collect() }
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

/// The evidence of all artifacts of one model, by artifact.
#[derive(Debug)]
pub struct Survey {
    /// One for each artifact of the set, in its order.
    pub evidence: Vec<Evidence>,
}

/// What one survey needs, and what several models share.
pub struct Surveyor<'a, 'r> {
    /// The policy.
    pub set: &'a PolicySet,
    /// The tree.
    pub snapshot: &'a Snapshot<'r>,
    /// Files that match.
    pub places: &'a Places,
    /// All models.
    pub models: &'a [Model],
    /// For each artifact: groups of essential facts, as indexes into its facts.
    pub essential: Vec<Vec<Vec<usize>>>,
    /// For each hit of [`Places`], the model that it belongs to.
    homes: Vec<Option<&'a Model>>,
    cache: BTreeMap<(usize, RepoPath), Candidate>,
    aliases: Aliases,
}

impl<'a, 'r> Surveyor<'a, 'r> {
    /// A surveyor with nothing read yet.
    pub fn new(
        set: &'a PolicySet,
        snapshot: &'a Snapshot<'r>,
        places: &'a Places,
        models: &'a [Model],
    ) -> Surveyor<'a, 'r> {
        let essential = (0..set.artifacts.len()).map(|a| set.essential(a)).collect();
        let homes = places.hits.iter().map(|hit| home(models, &hit.path)).collect();
        Surveyor {
            set,
            snapshot,
            places,
            models,
            essential,
            homes,
            cache: BTreeMap::new(),
            aliases: Aliases::new(),
        }
    }

    /// Looks at all evidence of one model.
    ///
    /// # Errors
    /// When a file cannot be read out of Git.
    pub fn survey(
        &mut self,
        model: &Model,
        texts: &mut Texts,
        sources: &mut Sources,
    ) -> Result<Survey, Error> {
        if self.aliases.is_empty() {
            self.aliases = aliases(self.set, self.snapshot, texts, sources)?;
        }
        let mut evidence = Vec::with_capacity(self.set.artifacts.len());
        for artifact in 0..self.set.artifacts.len() {
            evidence.push(self.one(artifact, model, texts, sources)?);
        }
        Ok(Survey { evidence })
    }

    fn one(
        &mut self,
        index: usize,
        model: &Model,
        texts: &mut Texts,
        sources: &mut Sources,
    ) -> Result<Evidence, Error> {
        let artifact = &self.set.artifacts[index];
        let mut near: Vec<(usize, usize, &Hit)> = Vec::new();
        let mut elsewhere: Vec<(&Hit, &Model)> = Vec::new();
        for (hit, home) in self.places.hits.iter().zip(&self.homes) {
            let Some(source) = hit.sources.iter().filter(|(a, _)| *a == index).map(|(_, s)| *s).min() else {
                continue;
            };
            match distance(&hit.path, *home, model) {
                Some(distance) => near.push((distance, source, hit)),
                None => {
                    if let Some(other) = home.filter(|m| m.id != model.id) {
                        elsewhere.push((hit, other));
                    }
                }
            }
        }
        near.sort_by_key(|(distance, source, hit)| (*distance, *source, hit.path.clone()));
        let mut candidates = Vec::new();
        for (distance, source, hit) in near.into_iter().take(MAX_CANDIDATES) {
            if let Some(mut candidate) = self.candidate(index, source, hit, model, texts, sources)? {
                candidate.distance = distance;
                candidates.push(candidate);
            }
        }
        if candidates.is_empty() {
            candidates.extend(elsewhere.into_iter().take(3).map(|(hit, other)| misplaced(hit, other, index)));
        }
        candidates.sort_by_key(|c| (c.state.name, usize::MAX - c.met, c.distance, c.source_index));
        let facts = combined(artifact, &candidates);
        Ok(Evidence { candidates, looked: looked(artifact, model), facts })
    }

    fn candidate(
        &mut self,
        index: usize,
        source: usize,
        hit: &Hit,
        model: &Model,
        texts: &mut Texts,
        sources: &mut Sources,
    ) -> Result<Option<Candidate>, Error> {
        let artifact = &self.set.artifacts[index];
        let by_model = artifact
            .sources
            .iter()
            .flat_map(|s| &s.facts)
            .flat_map(|(_, r)| r)
            .any(|r| matches!(r.how, How::Owners { .. } | How::Path { of_model: true, .. }));
        let key = (index, hit.path.clone());
        if !by_model && let Some(found) = self.cache.get(&key) {
            return Ok(Some(found.clone()));
        }
        let found = match hit.kind {
            EntryKind::Symlink => Some(candidate::bare(
                &hit.path,
                source,
                StateName::Pointer,
                "it is a symbolic link, which is never followed: put the file itself here",
            )),
            EntryKind::Gitlink => None,
            EntryKind::File { .. } => self.read(index, source, hit, model, texts, sources)?,
        };
        if let Some(candidate) = &found {
            self.cache.insert(key, candidate.clone());
        }
        Ok(found)
    }

    fn read(
        &self,
        index: usize,
        source: usize,
        hit: &Hit,
        model: &Model,
        texts: &mut Texts,
        sources: &mut Sources,
    ) -> Result<Option<Candidate>, Error> {
        Ok(match texts.load(self.snapshot, sources, &hit.path)? {
            Loaded::Other(content) => Some(candidate::not_text(&hit.path, source, &content)),
            Loaded::Plain(_) => Some(candidate::bare(
                &hit.path,
                source,
                StateName::Unreadable,
                "its format is not one that roadworthy reads",
            )),
            Loaded::Read(document) => {
                let text = sources.get(document.source).text.clone();
                self.judge(index, hit, &document, &text, model)
            }
        })
    }

    /// Reads and judges a document; `None` when its content shows that no source of the artifact
    /// speaks of it (a YAML file of another `kind`).
    fn judge(
        &self,
        index: usize,
        hit: &Hit,
        document: &Document,
        text: &str,
        model: &Model,
    ) -> Option<Candidate> {
        let artifact = &self.set.artifacts[index];
        let doc = Prepared::new(document, text).with_aliases(&self.aliases);
        let applies = |s: usize| {
            let spec = &artifact.sources[s];
            (spec.formats.is_empty() || spec.formats.contains(&document.format))
                && spec.when.iter().all(|w| w.is_match(text))
        };
        let specs: Vec<usize> =
            hit.sources.iter().filter(|(a, s)| *a == index && applies(*s)).map(|(_, s)| *s).collect();
        let first = *specs.first()?;
        let mut facts = Facts::default();
        canonical::read(self.set, artifact, &doc, &model.path, &mut facts);
        for s in &specs {
            read_source(self.set, artifact, &artifact.sources[*s], &doc, &model.path, &mut facts);
        }
        facts.dedup();
        let met = self.essential[index].iter().filter(|group| group.iter().any(|&f| facts.has(f))).count();
        let path = hit.path.to_text();
        let subject = Subject {
            set: self.set,
            artifact,
            doc: &doc,
            facts: &facts,
            lacks: met < self.essential[index].len(),
            path: &path,
        };
        let state = match &document.error {
            Some(error) if met == 0 => {
                State::new(StateName::Unreadable, error.text.clone(), Some(error.span))
            }
            _ => state(&subject),
        };
        Some(Candidate {
            path: hit.path.clone(),
            source: Some(document.source),
            format: Some(document.format),
            state,
            facts,
            source_index: first,
            met,
            distance: 0,
        })
    }
}

/// The names that stand for others, from the files at the root that sources name.
fn aliases(
    set: &PolicySet,
    snapshot: &Snapshot<'_>,
    texts: &mut Texts,
    sources: &mut Sources,
) -> Result<Aliases, Error> {
    let mut out = Aliases::new();
    for name in set.artifacts.iter().flat_map(|a| &a.sources).filter_map(|s| s.aliases.as_ref()) {
        if !matches!(snapshot.get(name.as_bytes()).map(|e| e.kind), Some(EntryKind::File { .. })) {
            continue;
        }
        let path = RepoPath::from_git(name.as_bytes());
        if let Loaded::Read(document) = texts.load(snapshot, sources, &path)? {
            for node in &document.nodes {
                if let Some(alias) = node.path.strip_prefix("aliases.").and_then(|p| p.strip_suffix("[]")) {
                    out.entry(alias.to_lowercase()).or_default().push(node.value.clone());
                }
            }
        }
    }
    Ok(out)
}

impl Facts {
    fn dedup(&mut self) {
        let mut seen: std::collections::BTreeSet<(usize, Span)> = std::collections::BTreeSet::new();
        self.found.retain(|f| seen.insert((f.fact, f.span)));
        let found: std::collections::BTreeSet<(usize, Span)> = seen;
        self.flaws.retain(|f| !found.contains(&(f.fact, f.span)));
    }
}

/// The model that a path belongs to: the deepest folder that holds it.
pub fn home<'m>(models: &'m [Model], path: &RepoPath) -> Option<&'m Model> {
    let holding = models.iter().filter(|m| m.path.contains(path.as_bytes()));
    holding.max_by_key(|m| m.path.as_bytes().len())
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

fn misplaced(hit: &Hit, other: &Model, artifact: usize) -> Candidate {
    let source = hit.sources.iter().find(|(a, _)| *a == artifact).map_or(0, |(_, s)| *s);
    candidate::bare(&hit.path, source, StateName::Misplaced, &format!("it belongs to model `{}`", other.id))
}

/// The facts that count.
fn combined(artifact: &Artifact, candidates: &[Candidate]) -> Facts {
    let Some(best) = candidates.first() else { return Facts::default() };
    let mut facts = best.facts.clone();
    if artifact.combine && best.state.name == StateName::Real {
        for other in candidates[1..].iter().filter(|c| c.state.name == StateName::Real) {
            facts.found.extend(other.facts.found.iter().cloned());
            facts.flaws.extend(other.facts.flaws.iter().cloned());
        }
    }
    facts
}

/// Where an artifact is looked for, for people: the usual names, and the folders.
fn looked(artifact: &Artifact, model: &Model) -> Vec<String> {
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
