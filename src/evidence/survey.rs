//! What the files that may be evidence are worth, for each artifact of each model.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::facts::read_source;
use super::find::{Hit, Nearby, Placed};
use super::kept::Kept;
use super::prepared::{Aliases, Prepared};
use super::state::{Subject, state};
use super::texts::{self, Loaded};
use super::{Candidate, Evidence, Facts, Places, State, Texts, candidate, canonical};
use crate::artifact::document::{Document, Format};
use crate::diag::{RepoPath, SourceId, Sources, Span};
use crate::git::{EntryKind, Error, Snapshot};
use crate::model::Model;
use crate::parallel;
use crate::policy::{Artifact, How, PolicySet, StateName};

/// So many documents keep a thread busy for longer than it takes to start.
const WORTH_THREADS: usize = 64;

/// The most files that are read for one artifact of one model, best placed first.
const MAX_CANDIDATES: usize = 200;

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
    /// For each artifact: groups of essential facts, as indexes into its facts.
    pub essential: Vec<Vec<Vec<usize>>>,
    nearby: Nearby<'a>,
    /// What was judged already; `None` for what is no evidence of the artifact after all.
    cache: BTreeMap<(usize, RepoPath), Option<Candidate>>,
    aliases: Aliases,
    kept: Kept<'a>,
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
        let nearby = Nearby::new(set, places, models);
        let (cache, aliases, kept) = (BTreeMap::new(), Aliases::new(), Kept::new(set));
        Surveyor { set, snapshot, essential, nearby, cache, aliases, kept }
    }

    /// Looks at all evidence of some models.
    ///
    /// # Errors
    /// As [`Surveyor::survey`].
    pub fn survey_all(
        &mut self,
        models: &[Model],
        texts: &mut Texts,
        sources: &mut Sources,
    ) -> Result<Vec<Survey>, Error> {
        self.find_aliases(texts, sources)?;
        self.judge_ahead(models, texts, sources)?;
        models.iter().map(|model| self.survey(model, texts, sources)).collect()
    }

    fn find_aliases(&mut self, texts: &mut Texts, sources: &mut Sources) -> Result<(), Error> {
        if self.aliases.is_empty() {
            self.aliases = aliases(self.set, self.snapshot, texts, sources)?;
        }
        Ok(())
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
        self.find_aliases(texts, sources)?;
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
        let mut candidates = Vec::new();
        for placed in self.nearby.of(index, model).into_iter().take(MAX_CANDIDATES) {
            if let Some(mut candidate) = self.candidate(index, placed, model, texts, sources)? {
                candidate.distance = placed.distance;
                candidates.push(candidate);
            }
        }
        if candidates.is_empty() {
            let others = self.nearby.elsewhere(index, model).into_iter();
            candidates.extend(others.map(|(hit, other)| misplaced(hit, other, index)));
        }
        candidates.sort_by_key(|c| (c.state.name, usize::MAX - c.met, c.distance, c.source_index));
        let facts = combined(artifact, &candidates);
        Ok(Evidence { candidates, facts })
    }

    fn candidate(
        &mut self,
        index: usize,
        placed: Placed<'a>,
        model: &Model,
        texts: &mut Texts,
        sources: &mut Sources,
    ) -> Result<Option<Candidate>, Error> {
        let by_model = is_by_model(&self.set.artifacts[index]);
        let Placed { hit, source, .. } = placed;
        let key = (index, hit.path.clone());
        if !by_model && let Some(found) = self.cache.get(&key) {
            return Ok(found.clone());
        }
        let found = match hit.kind {
            EntryKind::Symlink => Some(candidate::bare(
                &hit.path,
                source,
                StateName::Pointer,
                "it is a symbolic link, which is never followed: put the file itself here",
            )),
            EntryKind::Gitlink => None,
            EntryKind::File { .. } => match texts.load(self.snapshot, sources, &hit.path)? {
                Loaded::Other(content) => Some(candidate::not_text(&hit.path, source, &content)),
                Loaded::Plain(_) => Some(candidate::bare(
                    &hit.path,
                    source,
                    StateName::Unreadable,
                    "its format is not one that roadworthy reads",
                )),
                Loaded::Text(source, format) => {
                    let document = texts.document(sources, &hit.path, (source, format));
                    let judging = self.judging(model);
                    judging.judge(index, hit, &judging.prepared(&document, sources, &self.kept))
                }
            },
        };
        self.cache.insert(key, found.clone());
        Ok(found)
    }

    /// Judges everything that may be evidence of one of the models, and that does not depend on which,
    /// on all processors.
    fn judge_ahead(
        &mut self,
        models: &[Model],
        texts: &mut Texts,
        sources: &mut Sources,
    ) -> Result<(), Error> {
        let Some(first) = models.first() else { return Ok(()) };
        let mut jobs: BTreeMap<&RepoPath, Job<'a>> = BTreeMap::new();
        for index in (0..self.set.artifacts.len()).filter(|&a| !is_by_model(&self.set.artifacts[a])) {
            for placed in
                models.iter().flat_map(|m| self.nearby.of(index, m).into_iter().take(MAX_CANDIDATES))
            {
                let hit = placed.hit;
                if let Some(job) = jobs.get_mut(&hit.path) {
                    if job.artifacts.last() != Some(&index) {
                        job.artifacts.push(index);
                    }
                } else if matches!(hit.kind, EntryKind::File { .. })
                    && let Loaded::Text(source, format) = texts.load(self.snapshot, sources, &hit.path)?
                {
                    let text = (source, format);
                    jobs.insert(&hit.path, Job { hit, text, artifacts: vec![index] });
                }
            }
        }
        let jobs: Vec<Job<'_>> = jobs.into_values().collect();
        let judging = self.judging(first);
        let sources = &*sources;
        let begin = || Kept::new(judging.set);
        let judge = |kept: &Kept<'_>, job: &Job<'_>, document: &Document| -> Vec<_> {
            let doc = judging.prepared(document, sources, kept);
            job.artifacts.iter().map(|&index| judging.judge(index, job.hit, &doc)).collect()
        };
        let found = if jobs.len() < WORTH_THREADS {
            let kept = begin();
            let mut document = |job: &Job<'_>| texts.document(sources, &job.hit.path, job.text);
            jobs.iter().map(|job| judge(&kept, job, &document(job))).collect()
        } else {
            // What was parsed takes several times the memory of its text: nobody keeps that of very many.
            let document = |job: &Job<'_>| texts::document(sources, &job.hit.path, job.text);
            parallel::map_with(&jobs, begin, |kept, job| judge(kept, job, &document(job)))
        };
        for (job, found) in jobs.iter().zip(found) {
            let keys = job.artifacts.iter().map(|&index| (index, job.hit.path.clone()));
            self.cache.extend(keys.zip(found));
        }
        Ok(())
    }

    fn judging<'s>(&'s self, model: &'s Model) -> Judging<'s> {
        Judging { set: self.set, essential: &self.essential, aliases: &self.aliases, model }
    }
}

/// True when what a file says depends on the model that it is asked for.
fn is_by_model(artifact: &Artifact) -> bool {
    let mut readers = artifact.sources.iter().flat_map(|s| &s.facts).flat_map(|(_, readers)| readers);
    readers.any(|r| matches!(r.how, How::Owners { .. } | How::Path { of_model: true, .. }))
}

/// A document that may be evidence of some artifacts.
struct Job<'a> {
    hit: &'a Hit,
    text: (SourceId, Format),
    artifacts: Vec<usize>,
}

/// All that a judgement of a document depends on besides it: what threads share.
struct Judging<'s> {
    set: &'s PolicySet,
    essential: &'s [Vec<Vec<usize>>],
    aliases: &'s Aliases,
    model: &'s Model,
}

impl Judging<'_> {
    /// Makes a document ready to be judged, for however many artifacts.
    fn prepared<'d>(
        &'d self,
        document: &'d Document,
        sources: &'d Sources,
        kept: &'d Kept<'d>,
    ) -> Prepared<'d> {
        Prepared::new(document, &sources.get(document.source).text, kept).with_aliases(self.aliases)
    }

    /// Reads and judges a document; `None` when its content shows that no source of the artifact
    /// speaks of it (a YAML file of another `kind`).
    fn judge(&self, index: usize, hit: &Hit, doc: &Prepared<'_>) -> Option<Candidate> {
        let (artifact, model) = (&self.set.artifacts[index], self.model);
        let (document, text) = (doc.document, doc.text);
        let applies = |s: usize| {
            let spec = &artifact.sources[s];
            (spec.formats.is_empty() || spec.formats.contains(&document.format))
                && spec.when.iter().all(|w| w.is_match(text))
        };
        let specs: Vec<usize> =
            hit.sources.iter().filter(|(a, s)| *a == index && applies(*s)).map(|(_, s)| *s).collect();
        let first = *specs.first()?;
        let mut facts = Facts::default();
        canonical::read(self.set, artifact, doc, &model.path, &mut facts);
        for s in &specs {
            read_source(self.set, artifact, &artifact.sources[*s], doc, &model.path, &mut facts);
        }
        facts.dedup();
        let met = self.essential[index].iter().filter(|group| group.iter().any(|&f| facts.has(f))).count();
        let path = hit.path.to_text();
        let subject = Subject {
            set: self.set,
            artifact,
            doc,
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
            facts: Arc::new(facts),
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
        if let Loaded::Text(source, format) = texts.load(snapshot, sources, &path)? {
            for node in &texts.document(sources, &path, (source, format)).nodes {
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

fn misplaced(hit: &Hit, other: &Model, artifact: usize) -> Candidate {
    let source = hit.sources.iter().find(|(a, _)| *a == artifact).map_or(0, |(_, s)| *s);
    candidate::bare(&hit.path, source, StateName::Misplaced, &format!("it belongs to model `{}`", other.id))
}

/// The facts that count.
fn combined(artifact: &Artifact, candidates: &[Candidate]) -> Arc<Facts> {
    let Some(best) = candidates.first() else { return Arc::default() };
    let mut facts = Arc::clone(&best.facts);
    if artifact.combine && best.state.name == StateName::Real {
        for other in candidates[1..].iter().filter(|c| c.state.name == StateName::Real) {
            let all = Arc::make_mut(&mut facts);
            all.found.extend(other.facts.found.iter().cloned());
            all.flaws.extend(other.facts.flaws.iter().cloned());
        }
    }
    facts
}
