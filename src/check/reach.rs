//! Data sources that code names are those that the model's papers declare.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use globset::{Candidate, GlobSet};
use regex::Captures;

use super::declared::Declared;
use super::tree::Text;
use super::{FileContext, Outcome, Problem, code, range};
use crate::diag::{Note, RepoPath};
use crate::evidence::{Evidence, remedy_with};
use crate::git::Error;
use crate::policy::{Artifact, Extract, ReachCheck};

/// More code than this belongs to no model.
const MAX_FILES: usize = 50_000;
/// The most names that are taken from a file.
const MAX_NAMES: usize = 2_000;
/// So many bytes before a name may say that nothing is read from there.
const BEFORE: usize = 200;
/// The most further places of a finding.
const MAX_PLACES: usize = 3;

/// A place where code names a source.
struct Named {
    path: Vec<u8>,
    text: Arc<Text>,
    place: Range<usize>,
    what: String,
    name: String,
    /// The last part of a name with several.
    own: Option<String>,
    /// The name with what belongs to it, up to the next quote.
    literal: String,
}

/// What a model's code names.
#[derive(Default)]
struct Found {
    read: Vec<Named>,
    /// Literals that the code itself writes to.
    written: BTreeSet<String>,
}

pub(super) fn run(c: &mut FileContext<'_, '_, '_, '_>, check: &ReachCheck) -> Result<Outcome, Error> {
    let Some((name, _)) = check.declared_facts().next() else { return Ok(Outcome::NotAsked) };
    let set = c.set;
    let Some((at, artifact)) = set.artifact(name) else { return Ok(Outcome::NotAsked) };
    let evidence = &c.survey.evidence[at];
    if !evidence.judgeable() {
        return Ok(Outcome::NotAsked);
    }
    let files = c.tree.own(c.model, &check.files, &check.except);
    if files.is_empty() {
        return Ok(Outcome::NotAsked);
    }
    if files.len() > MAX_FILES {
        return Ok(c.unknown(
            format!("cannot tell which data the code reaches: there are {} files of code", files.len()),
            "split the model's folder, or leave generated code out with an `except` of your own rule",
        ));
    }
    let mut found = Found::default();
    for path in files {
        if let Some(text) = c.tree.text(path)? {
            one_file(check, path, &text, &mut found);
        }
    }
    let declared = Declared::of(c, check, evidence);
    let mut open: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for named in found.read.into_iter().filter(|named| !found.written.contains(&named.literal)) {
        let key = named.name.to_lowercase();
        if !open.contains_key(&key) {
            if is_local(c, &named.name) || declared.names(&named.name, named.own.as_deref()) {
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

fn takes(set: Option<&GlobSet>, path: &[u8]) -> bool {
    set.is_none_or(|set| set.is_match_candidate(&Candidate::from_bytes(path)))
}

fn one_file(check: &ReachCheck, path: &[u8], text: &Arc<Text>, found: &mut Found) {
    let mut names: Vec<(bool, Named)> = Vec::new();
    for part in &text.parts {
        let like = part.path(path);
        let language = check.code.iter().find(|language| takes(Some(&language.files), &like));
        let extracts: Vec<&Extract> =
            check.extract.iter().filter(|extract| takes(extract.files.as_ref(), &like)).collect();
        if extracts.is_empty() {
            continue;
        }
        let code = code::read(&part.code, language);
        for extract in extracts {
            let units = match &extract.strings {
                None => std::iter::once(0..code.text.len()).collect(),
                Some(_) => code.strings.clone(),
            };
            for unit in units {
                let Some(piece) = code.text.get(unit.clone()) else { continue };
                if extract.strings.as_ref().is_some_and(|pattern| !pattern.is_match(piece)) {
                    continue;
                }
                for (written, range, mut named) in in_unit(check, extract, &code.text, unit.start, piece) {
                    named.place = part.place(range);
                    named.path = path.to_vec();
                    named.text = Arc::clone(text);
                    names.push((written, named));
                }
                if names.len() > MAX_NAMES {
                    break;
                }
            }
        }
    }
    names.sort_by_key(|(_, named)| named.place.start);
    for (written, named) in names {
        if written {
            found.written.insert(named.literal);
        } else {
            found.read.push(named);
        }
    }
}

/// The sources named in a piece of code that begins at `base`: whether it is written to, and where.
fn in_unit(
    check: &ReachCheck,
    extract: &Extract,
    code: &str,
    base: usize,
    piece: &str,
) -> Vec<(bool, Range<usize>, Named)> {
    let mut out = Vec::new();
    let mut aliases: Option<BTreeSet<String>> = None;
    for caps in extract.find.iter().filter_map(|p| p.regex()).flat_map(|r| r.captures_iter(piece)) {
        let Some((name, own, range)) = name_of(&caps, piece) else { continue };
        if check.ignore.iter().any(|pattern| pattern.is_match(&name)) {
            continue;
        }
        let known = aliases.get_or_insert_with(|| names(extract, piece));
        if name.split('.').next().is_some_and(|space| own.is_some() && known.contains(&space.to_lowercase()))
        {
            continue;
        }
        let start = caps.get(0).map_or(range.start, |all| all.start());
        let before = before(code, base + range.start.max(start));
        let before_match = self::before(code, base + start);
        let written = check
            .unless_after
            .iter()
            .any(|pattern| pattern.is_match(before) || pattern.is_match(before_match));
        let rest = &piece[start.min(range.start)..];
        let end = rest[range.end - start.min(range.start)..]
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ')' | ',' | ';'));
        let end = end.map_or(rest.len(), |end| range.end - start.min(range.start) + end);
        let first = range.start - start.min(range.start);
        let named = Named {
            path: Vec::new(),
            text: Arc::new(Text { raw: Arc::from(""), parts: Vec::new() }),
            place: 0..0,
            what: extract.what.clone(),
            own,
            name,
            literal: rest[first..end].to_lowercase(),
        };
        out.push((written, base + range.start..base + range.end, named));
        if out.len() >= MAX_NAMES {
            break;
        }
    }
    out
}

/// The name that a match gives, its last part when it has several, and where it stands. `None` for one that
/// goes on with what only a run knows.
fn name_of(caps: &Captures<'_>, piece: &str) -> Option<(String, Option<String>, Range<usize>)> {
    let name = caps.name("name")?;
    let space = caps.name("space");
    let start = space.map_or(name.start(), |space| space.start().min(name.start()));
    let end = space.map_or(name.end(), |space| space.end().max(name.end()));
    let open = piece[end..].starts_with(['{', '$', '%', '<', '*']);
    let apart = space
        .filter(|space| space.end() < name.start() && !piece[space.end()..name.start()].starts_with('@'));
    let whole = apart.map(|space| format!("{}.{}", space.as_str(), name.as_str()));
    let whole = whole.as_deref().unwrap_or(&piece[start..end]);
    let shown = whole.trim_matches(['.', '/']).replace(['`', '"', '[', ']'], "");
    if open || shown.is_empty() || shown.ends_with(['-', '_', '.']) || shown.contains(['{', '$', '\n']) {
        return None;
    }
    let own = space.map(|_| name.as_str().replace(['`', '"', '[', ']'], ""));
    Some((shown, own, start..end))
}

/// Names that the text itself gives.
fn names(extract: &Extract, piece: &str) -> BTreeSet<String> {
    let regexes = extract.aliases.iter().filter_map(|p| p.regex());
    let found = regexes.flat_map(|regex| regex.captures_iter(piece));
    found.filter_map(|caps| Some(caps.name("name")?.as_str().to_lowercase())).collect()
}

/// The code just before a place.
fn before(code: &str, at: usize) -> &str {
    let mut from = at.saturating_sub(BEFORE);
    while !code.is_char_boundary(from) {
        from += 1;
    }
    code.get(from..at).unwrap_or("")
}
