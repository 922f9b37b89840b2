//! Data sources that code names are those that the model's papers declare.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::declared::Declared;
use super::filter::Filter;
use super::finder::Named;
use super::search::{Search, Searching};
use super::tree::Sorted;
use super::{FileContext, Outcome, Problem, range};
use crate::diag::{Note, RepoPath, Sources};
use crate::evidence::{Evidence, Survey, remedy_with};
use crate::git::{Error, Snapshot};
use crate::model::Model;
use crate::policy::{Artifact, Check, PolicySet, ReachCheck, Severity};

/// The most further places of a finding.
const MAX_PLACES: usize = 3;

/// Begins to search the code of models, for the rules that ask for it; for each model its place among all of the tree.
/// `has_papers` says of an artifact, by its place, whether anything may be evidence of it: code that nothing declares
/// sources for is not searched, and what is begun too early is done for nothing at worst.
pub fn search(
    set: &PolicySet,
    sorted: &Sorted,
    models: &[(usize, &Model)],
    has_papers: impl Fn(usize) -> bool,
    snapshot: &Snapshot<'_>,
) -> Searching {
    let mut out = Vec::new();
    for rule in &set.rules {
        let Check::Reach(check) = &rule.check else { continue };
        let filter = Arc::new(Filter::default());
        let declared = check.declared_facts().next().and_then(|(artifact, _)| set.artifact(artifact));
        let Some((artifact, _)) = declared else { continue };
        let ahead = has_papers(artifact);
        for (place, model) in models {
            if set.severity(rule, model.tier, model.mode) == Severity::Off {
                continue;
            }
            let own = sorted.own(snapshot.entries(), (*place, model), &check.files, &check.except);
            let files: Vec<usize> = own.collect();
            if !files.is_empty() {
                let key = (*place, rule.id.value.as_str());
                out.push(Search::new(key, check, &filter, files, ahead));
            }
        }
    }
    Searching::begin(out, snapshot)
}

/// Says what papers declare, once they are read; for each model its place among all of the tree, and its evidence.
pub fn declare(
    set: &PolicySet,
    searching: &Searching,
    models: &[(usize, &Survey)],
    sources: &Sources,
    snapshot: &Snapshot<'_>,
) {
    let declared = |place: usize, rule: &str| {
        let (_, survey) = models.iter().find(|(at, _)| *at == place)?;
        let rule = set.rules.iter().find(|known| known.id.value == rule)?;
        let Check::Reach(check) = &rule.check else { return None };
        let (artifact, _) = check.declared_facts().next()?;
        let evidence = &survey.evidence[set.artifact(artifact)?.0];
        evidence.judgeable().then(|| Declared::of(set, sources, check, evidence))
    };
    searching.declare(declared, snapshot);
}

pub(super) fn run(c: &mut FileContext<'_, '_, '_, '_>, check: &ReachCheck) -> Result<Outcome, Error> {
    let Some((name, _)) = check.declared_facts().next() else { return Ok(Outcome::NotAsked) };
    let Some((at, artifact)) = c.set.artifact(name) else { return Ok(Outcome::NotAsked) };
    let evidence = &c.survey.evidence[at];
    let Some(search) = c.searched.place(c.model, &c.rule.id.value) else { return Ok(Outcome::NotAsked) };
    if let Some(count) = c.searched.too_many(search) {
        return Ok(c.unknown(
            format!("cannot tell which data the code reaches: there are {count} files of code"),
            "split the model's folder, or leave generated code out with an `except` of your own rule",
        ));
    }
    let tree = &mut *c.tree;
    let found = c.searched.take(search, |place| {
        let path = tree.path(place);
        Ok((path, tree.text(path)?))
    })?;
    let mut open: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for named in found.read.into_iter().filter(|named| !found.written.contains(&named.literal)) {
        let key = named.name.to_lowercase();
        if !open.contains_key(&key) {
            if is_local(c, &named.name) {
                continue;
            }
            order.push(key.clone());
        }
        open.entry(key).or_default().push(named);
    }
    let mut problems = Vec::new();
    for places in order.iter().filter_map(|key| open.get(key)) {
        problems.push(problem(c, artifact, evidence, places));
    }
    Ok(range::few(problems, "source"))
}

/// True for a path of the repository that looks like the name of a data set.
fn is_local(c: &FileContext<'_, '_, '_, '_>, name: &str) -> bool {
    let folder = &c.models[c.model].path;
    name.contains('/')
        && (c.tree.holds(name.as_bytes()) || c.tree.holds(folder.join(name.as_bytes()).as_bytes()))
}

fn problem(
    c: &mut FileContext<'_, '_, '_, '_>,
    artifact: &Artifact,
    evidence: &Evidence,
    places: &[Named],
) -> Problem {
    let first = &places[0];
    let file = RepoPath::from_git(&first.path);
    let best = evidence.best();
    let paper = best.map_or_else(|| artifact.title.clone(), |best| best.path.to_string());
    let message = format!("{file} reaches the {} `{}`, which {paper} does not name", first.what, first.name);
    let at = c.tree.at(c.sources, &first.path, &first.text, first.place.clone());
    let mut problem = Problem::new(message, at).label("not declared");
    let mut lines = BTreeSet::new();
    for place in &places[1..] {
        let span = c.tree.span(c.sources, &place.path, &place.text, place.place.clone());
        let line = c.sources.position(span).line;
        if problem.related.len() < MAX_PLACES && lines.insert((place.path.clone(), line)) {
            problem.related.push(Note { span, text: "and here".to_string() });
        }
    }
    let spec = artifact.facts.iter().find(|f| c.declares(&artifact.id.value, &f.name.value));
    let value = format!("{} ({})", first.name, first.what);
    problem.paste = spec.and_then(|spec| remedy_with(artifact, spec, &value, best, &c.models[c.model].path));
    problem
}
