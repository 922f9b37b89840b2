//! Data sources that code names are those that the model's papers declare.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::declared::Declared;
use super::filter::Filter;
use super::search::{Named, Search};
use super::tree::Tree;
use super::{FileContext, Outcome, Problem, range};
use crate::diag::{Note, RepoPath, Sources};
use crate::evidence::{Evidence, Survey, remedy_with};
use crate::git::Error;
use crate::model::Model;
use crate::policy::{Artifact, Check, PolicySet, ReachCheck, Severity};

/// The most further places of a finding.
const MAX_PLACES: usize = 3;

/// The questions that all rules have to the code of models; for each model its place among all of the tree, and
/// its evidence.
pub fn searches<'a>(
    set: &'a PolicySet,
    tree: &Tree<'a, '_>,
    models: &[(usize, &Model, &Survey)],
    sources: &Sources,
) -> Vec<Search<'a>> {
    let mut out = Vec::new();
    for rule in &set.rules {
        let Check::Reach(check) = &rule.check else { continue };
        let filter = Arc::new(Filter::default());
        let declared = check.declared_facts().next().and_then(|(artifact, _)| set.artifact(artifact));
        let Some((at, _)) = declared else { continue };
        for (place, model, survey) in models {
            let evidence = &survey.evidence[at];
            if set.severity(rule, model.tier, model.mode) == Severity::Off || !evidence.judgeable() {
                continue;
            }
            let files = tree.own(*place, &check.files, &check.except);
            if !files.is_empty() {
                let declared = Declared::of(set, sources, check, evidence);
                let key = (*place, rule.id.value.as_str());
                out.push(Search::new(key, check, declared, files, Arc::clone(&filter)));
            }
        }
    }
    out
}

pub(super) fn run(c: &mut FileContext<'_, '_, '_, '_>, check: &ReachCheck) -> Result<Outcome, Error> {
    let Some((name, _)) = check.declared_facts().next() else { return Ok(Outcome::NotAsked) };
    let set = c.set;
    let Some((at, artifact)) = set.artifact(name) else { return Ok(Outcome::NotAsked) };
    let evidence = &c.survey.evidence[at];
    let key = (c.model, c.rule.id.value.as_str());
    let Some(search) = c.searches.iter().find(|search| search.key == key) else {
        return Ok(Outcome::NotAsked);
    };
    if let Some(count) = search.too_many() {
        return Ok(c.unknown(
            format!("cannot tell which data the code reaches: there are {count} files of code"),
            "split the model's folder, or leave generated code out with an `except` of your own rule",
        ));
    }
    let found = c.searched.take(search, |path| c.tree.text(path))?;
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
