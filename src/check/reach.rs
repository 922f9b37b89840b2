//! Data sources that code names are those that the model's papers declare.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use globset::{Candidate, GlobSet};
use regex::Captures;

use super::code::Code;
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
    let declared = Declared::of(c, check, evidence);
    let known = BTreeMap::new();
    let mut finder = Finder { check, declared: &declared, known, found: Found::default() };
    for path in files {
        if let Some(text) = c.tree.text(path)? {
            finder.one_file(path, &text);
        }
    }
    let found = finder.found;
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

fn takes(set: Option<&GlobSet>, path: &[u8]) -> bool {
    set.is_none_or(|set| set.is_match_candidate(&Candidate::from_bytes(path)))
}

/// Finds names, and asks once for each whether it is declared.
struct Finder<'a> {
    check: &'a ReachCheck,
    declared: &'a Declared,
    known: BTreeMap<String, bool>,
    found: Found,
}

/// A piece of code that is looked at as a whole.
struct Unit<'t> {
    code: &'t str,
    range: Range<usize>,
    aliases: Option<BTreeSet<String>>,
}

impl Finder<'_> {
    fn one_file(&mut self, path: &[u8], text: &Arc<Text>) {
        let mut names: Vec<(bool, Named)> = Vec::new();
        for part in &text.parts {
            let like = part.path(path);
            // Most code names nothing: then it is not taken apart.
            let says = |extract: &&Extract| {
                takes(extract.files.as_ref(), &like)
                    && extract.find.iter().any(|find| find.is_match(&part.code))
            };
            let extracts: Vec<&Extract> = self.check.extract.iter().filter(says).collect();
            if extracts.is_empty() {
                continue;
            }
            let language = self.check.code.iter().find(|language| takes(Some(&language.files), &like));
            let code = code::read(&part.code, language);
            for extract in extracts {
                for (written, range, mut named) in self.in_code(extract, &code) {
                    named.place = part.place(range);
                    named.path = path.to_vec();
                    named.text = Arc::clone(text);
                    names.push((written, named));
                }
            }
        }
        names.sort_by_key(|(_, named)| named.place.start);
        for (written, named) in names.into_iter().take(MAX_NAMES) {
            if written {
                self.found.written.insert(named.literal);
            } else {
                self.found.read.push(named);
            }
        }
    }

    /// The sources that code names: whether they are written to, and where.
    fn in_code(&mut self, extract: &Extract, code: &Code) -> Vec<(bool, Range<usize>, Named)> {
        let mut out = Vec::new();
        let whole: Vec<Range<usize>> = std::iter::once(0..code.text.len()).collect();
        let units = if extract.strings.is_some() { &code.strings } else { &whole };
        for range in units {
            let Some(piece) = code.text.get(range.clone()) else { continue };
            let mut unit = Unit { code: &code.text, range: range.clone(), aliases: None };
            let mut is_meant: Option<bool> = None;
            for caps in extract.find.iter().filter_map(|p| p.regex()).flat_map(|r| r.captures_iter(piece)) {
                let meant = || extract.strings.as_ref().is_none_or(|strings| strings.is_match(piece));
                if !*is_meant.get_or_insert_with(meant) {
                    break;
                }
                out.extend(self.one(extract, &mut unit, &caps));
                if out.len() >= MAX_NAMES {
                    return out;
                }
            }
        }
        out
    }

    fn one(
        &mut self,
        extract: &Extract,
        unit: &mut Unit<'_>,
        caps: &Captures<'_>,
    ) -> Option<(bool, Range<usize>, Named)> {
        let (check, declared, base) = (self.check, self.declared, unit.range.start);
        let piece = &unit.code[unit.range.clone()];
        let (name, own, range) = name_of(caps, piece)?;
        let key = name.to_lowercase();
        let said = || declared.names(&name, own.as_deref()) || check.ignore.iter().any(|p| p.is_match(&name));
        if *self.known.entry(key).or_insert_with(said) {
            return None;
        }
        let aliases = unit.aliases.get_or_insert_with(|| names(extract, piece));
        let first = name.split('.').next().unwrap_or("").to_lowercase();
        if own.is_some() && aliases.contains(&first) {
            return None;
        }
        let start = caps.get(0).map_or(range.start, |all| all.start());
        let ways = [before(unit.code, base + range.start), before(unit.code, base + start)];
        let written = check.unless_after.iter().any(|p| ways.iter().any(|before| p.is_match(before)));
        let quote = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ')' | ',' | ';');
        let end = piece[range.end..].find(quote).map_or(piece.len(), |at| range.end + at);
        let named = Named {
            path: Vec::new(),
            text: Arc::new(Text { raw: Arc::from(""), parts: Vec::new() }),
            place: 0..0,
            what: extract.what.clone(),
            name,
            literal: piece[range.start..end].to_lowercase(),
        };
        Some((written, base + range.start..base + range.end, named))
    }
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
