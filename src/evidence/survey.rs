//! What the files that may be evidence are worth, for each artifact of each model.

use std::collections::HashMap;
use std::sync::Arc;

use super::facts::read_source;
use super::find::{Hit, Nearby, Placed};
use super::kept::Kept;
use super::prepared::{Aliases, Prepared};
use super::signs::Signs;
use super::state::{Subject, state};
use super::texts::{self, Loaded};
use super::{Candidate, Evidence, Facts, Places, State, Texts, candidate, canonical};
use crate::artifact::document::{Document, Format};
use crate::diag::{RepoPath, SourceId, Sources};
use crate::git::{EntryKind, Error, Snapshot};
use crate::model::Model;
use crate::parallel;
use crate::policy::{Artifact, How, PolicySet, StateName};
use crate::words::Names;

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
    /// For each artifact: whether what a file says depends on the model that it is asked for.
    by_model: Vec<bool>,
    nearby: Nearby<'a>,
    /// What was judged already; `None` for what is no evidence of the artifact after all.
    cache: HashMap<Asked, Option<Candidate>, Names>,
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
        let by_model = set.artifacts.iter().map(is_by_model).collect();
        let nearby = Nearby::new(set, places, models);
        let (cache, aliases, kept) = (HashMap::default(), Aliases::new(), Kept::new(set));
        Surveyor { set, snapshot, essential, by_model, nearby, cache, aliases, kept }
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
        let near = self.nearby.of(index, model);
        let mut candidates = Vec::with_capacity(near.len().min(MAX_CANDIDATES));
        for placed in near.into_iter().take(MAX_CANDIDATES) {
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
        let Placed { hit, source, .. } = placed;
        let key = self.asked(index, &hit.path, model);
        if let Some(found) = self.cache.get(&key) {
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
                    let judging = self.judging();
                    judging.judge(index, model, hit, &judging.prepared(&document, sources, &self.kept))
                }
            },
        };
        self.cache.insert(key, found.clone());
        Ok(found)
    }

    /// Judges everything that may be evidence of one of the models, on all processors.
    fn judge_ahead(
        &mut self,
        models: &[Model],
        texts: &mut Texts,
        sources: &mut Sources,
    ) -> Result<(), Error> {
        let jobs = self.jobs(models, texts, sources)?;
        let judging = self.judging();
        let sources = &*sources;
        let begin = || Kept::new(judging.set);
        let judge = |kept: &Kept<'_>, job: &Job<'_, '_>, document: &Document| -> Vec<_> {
            let doc = judging.prepared(document, sources, kept);
            job.asked.iter().map(|&(index, model)| judging.judge(index, model, job.hit, &doc)).collect()
        };
        let found = if jobs.len() < WORTH_THREADS {
            let kept = begin();
            let mut document = |job: &Job<'_, '_>| texts.document(sources, &job.hit.path, job.text);
            jobs.iter().map(|job| judge(&kept, job, &document(job))).collect()
        } else {
            // What was parsed takes several times the memory of its text: nobody keeps that of very many.
            let document = |job: &Job<'_, '_>| texts::document(sources, &job.hit.path, job.text);
            parallel::map_with(&jobs, begin, |kept, job| judge(kept, job, &document(job)))
        };
        self.cache.reserve(jobs.iter().map(|job| job.asked.len()).sum());
        for (job, found) in jobs.iter().zip(found) {
            for (&(index, model), found) in job.asked.iter().zip(found) {
                self.cache.insert(self.asked(index, &job.hit.path, model), found);
            }
        }
        Ok(())
    }

    /// The documents, and of which artifacts each may be evidence: once for all models, or once for each where
    /// what it says depends on the model.
    fn jobs<'m>(
        &self,
        models: &'m [Model],
        texts: &mut Texts,
        sources: &mut Sources,
    ) -> Result<Vec<Job<'a, 'm>>, Error> {
        let mut jobs: Vec<Job<'a, 'm>> = Vec::new();
        let mut known: HashMap<&RepoPath, usize, Names> = HashMap::default();
        for index in 0..self.set.artifacts.len() {
            let by_model = self.by_model[index];
            let near = |model| {
                let placed = self.nearby.of(index, model).into_iter().take(MAX_CANDIDATES);
                placed.map(move |placed| (placed.hit, model))
            };
            for (hit, model) in models.iter().flat_map(near) {
                if let Some(job) = known.get(&hit.path).map(|&at| &mut jobs[at]) {
                    if by_model || job.asked.last().is_none_or(|(last, _)| *last != index) {
                        job.asked.push((index, model));
                    }
                } else if matches!(hit.kind, EntryKind::File { .. })
                    && let Loaded::Text(source, format) = texts.load(self.snapshot, sources, &hit.path)?
                {
                    let text = (source, format);
                    known.insert(&hit.path, jobs.len());
                    jobs.push(Job { hit, text, asked: vec![(index, model)] });
                }
            }
        }
        Ok(jobs)
    }

    fn asked(&self, artifact: usize, path: &RepoPath, model: &Model) -> Asked {
        (artifact, path.clone(), self.by_model[artifact].then(|| model.id.clone()))
    }

    fn judging(&self) -> Judging<'_> {
        Judging { set: self.set, essential: &self.essential, aliases: &self.aliases }
    }
}

/// What was asked of a file: which artifact it is evidence of, and for which model, by its identifier, where that
/// matters.
type Asked = (usize, RepoPath, Option<String>);

/// True when what a file says depends on the model that it is asked for.
fn is_by_model(artifact: &Artifact) -> bool {
    let mut readers = artifact.sources.iter().flat_map(|s| &s.facts).flat_map(|(_, readers)| readers);
    readers.any(|r| matches!(r.how, How::Owners { .. } | How::Path { of_model: true, .. }))
}

/// A document that may be evidence of some artifacts.
struct Job<'a, 'm> {
    hit: &'a Hit,
    text: (SourceId, Format),
    /// Of which, and for which model.
    asked: Vec<(usize, &'m Model)>,
}

/// All that a judgement of a document depends on besides it: what threads share.
struct Judging<'s> {
    set: &'s PolicySet,
    essential: &'s [Vec<Vec<usize>>],
    aliases: &'s Aliases,
}

impl Judging<'_> {
    /// Makes a document ready to be judged, for however many artifacts; and room for what shows of itself.
    fn prepared<'d>(
        &'d self,
        document: &'d Document,
        sources: &'d Sources,
        kept: &'d Kept<'d>,
    ) -> (Prepared<'d>, Signs) {
        let text = &sources.get(document.source).text;
        (Prepared::new(document, text, kept).with_aliases(self.aliases), Signs::default())
    }

    /// Reads and judges a document; `None` when its content shows that no source of the artifact
    /// speaks of it (a YAML file of another `kind`).
    fn judge(
        &self,
        index: usize,
        model: &Model,
        hit: &Hit,
        (doc, signs): &(Prepared<'_>, Signs),
    ) -> Option<Candidate> {
        let artifact = &self.set.artifacts[index];
        let (document, text) = (doc.document, doc.text);
        let applies = |s: usize| {
            let spec = &artifact.sources[s];
            (spec.formats.is_empty() || spec.formats.contains(&document.format))
                && spec.when.iter().all(|w| w.is_match(text))
        };
        let specs: Vec<usize> =
            hit.sources.iter().filter(|(a, s)| *a == index && applies(*s)).map(|(_, s)| *s).collect();
        let first = *specs.first()?;
        let facts = doc.kept.facts(|facts| {
            canonical::read(self.set, artifact, doc, &model.path, facts);
            for s in &specs {
                read_source(self.set, artifact, &artifact.sources[*s], doc, &model.path, facts);
            }
            facts.dedup();
        });
        let met = self.essential[index].iter().filter(|group| group.iter().any(|&f| facts.has(f))).count();
        let path = hit.path.to_text();
        let subject = Subject {
            set: self.set,
            artifact,
            doc,
            signs,
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

fn misplaced(hit: &Hit, other: &Model, artifact: usize) -> Candidate {
    let source = hit.sources.iter().find(|(a, _)| *a == artifact).map_or(0, |(_, s)| *s);
    candidate::bare(&hit.path, source, StateName::Misplaced, &format!("it belongs to model `{}`", other.id))
}

/// The facts that count.
fn combined(artifact: &Artifact, candidates: &[Candidate]) -> Arc<Facts> {
    let Some(best) = candidates.first() else { return Arc::default() };
    let is_real = |c: &&Candidate| c.state.name == StateName::Real;
    if !artifact.combine || !is_real(&best) || candidates[1..].iter().find(is_real).is_none() {
        return Arc::clone(&best.facts);
    }
    let real: Vec<&Facts> = candidates.iter().filter(is_real).map(|c| &*c.facts).collect();
    let mut all = Facts {
        found: Vec::with_capacity(real.iter().map(|facts| facts.found.len()).sum()),
        flaws: Vec::with_capacity(real.iter().map(|facts| facts.flaws.len()).sum()),
    };
    for facts in real {
        all.found.extend_from_slice(&facts.found);
        all.flaws.extend_from_slice(&facts.flaws);
    }
    Arc::new(all)
}
