//! The sources that a file of code names.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use regex_automata::util::captures::Captures;

use super::code::{self, Code};
use super::declared::Declared;
use super::filter::{Filter, Scratch};
use super::tree::Text;
use crate::policy::{Extract, ReachCheck};

/// The most names that are taken from a file.
const MAX_NAMES: usize = 2_000;
/// So many bytes before a name may say that nothing is read from there.
const BEFORE: usize = 200;

/// A place where code names a source.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) path: Vec<u8>,
    pub(super) text: Arc<Text>,
    pub(super) place: Range<usize>,
    pub(super) what: String,
    pub(super) name: String,
    /// The name with what belongs to it, up to the next quote.
    pub(super) literal: String,
}

/// What a model's code names.
#[derive(Default, Debug)]
pub(super) struct Found {
    pub(super) read: Vec<Named>,
    /// Literals that the code itself writes to.
    pub(super) written: BTreeSet<String>,
}

impl Found {
    pub(super) fn add(&mut self, other: Found) {
        self.read.extend(other.read);
        self.written.extend(other.written);
    }
}

/// Finds names, and asks once for each whether it is declared.
pub(super) struct Finder<'a> {
    check: &'a ReachCheck,
    declared: &'a Declared,
    filter: &'a Filter,
    scratch: &'a mut Scratch,
    known: BTreeMap<String, bool>,
    pub(super) found: Found,
}

/// A piece of code that is looked at as a whole.
struct Unit<'t> {
    code: &'t str,
    range: Range<usize>,
    aliases: Option<BTreeSet<String>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(
        check: &'a ReachCheck,
        declared: &'a Declared,
        filter: &'a Filter,
        scratch: &'a mut Scratch,
    ) -> Finder<'a> {
        Finder { check, declared, filter, scratch, known: BTreeMap::new(), found: Found::default() }
    }

    pub(super) fn one_file(&mut self, path: &[u8], text: &Arc<Text>) {
        let mut names: Vec<(bool, Named)> = Vec::new();
        for part in &text.parts {
            let like = part.path(path);
            // Code that names nothing is not taken apart.
            let extracts = self.filter.of(self.check, &like, &part.code, self.scratch);
            if extracts.is_empty() {
                continue;
            }
            let language = self.check.code.iter().find(|language| language.files.takes(&like));
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
            for caps in extract.find.iter().filter_map(|p| p.over(piece)).flat_map(|r| r.captures_iter(piece))
            {
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
        caps: &Captures,
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
        let start = caps.get_group(0).map_or(range.start, |all| all.start);
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
fn name_of(caps: &Captures, piece: &str) -> Option<(String, Option<String>, Range<usize>)> {
    let name = caps.get_group_by_name("name")?;
    let space = caps.get_group_by_name("space");
    let start = space.map_or(name.start, |space| space.start.min(name.start));
    let end = space.map_or(name.end, |space| space.end.max(name.end));
    let open = piece[end..].starts_with(['{', '$', '%', '<', '*']);
    let apart =
        space.filter(|space| space.end < name.start && !piece[space.end..name.start].starts_with('@'));
    let whole = apart.map(|space| format!("{}.{}", &piece[space], &piece[name]));
    let whole = whole.as_deref().unwrap_or(&piece[start..end]);
    let shown = whole.trim_matches(['.', '/']).replace(['`', '"', '[', ']'], "");
    if open || shown.is_empty() || shown.ends_with(['-', '_', '.']) || shown.contains(['{', '$', '\n']) {
        return None;
    }
    let own = space.map(|_| piece[name].replace(['`', '"', '[', ']'], ""));
    Some((shown, own, start..end))
}

/// Names that the text itself gives.
fn names(extract: &Extract, piece: &str) -> BTreeSet<String> {
    let regexes = extract.aliases.iter().filter_map(|p| p.over(piece));
    let found = regexes.flat_map(|regex| regex.captures_iter(piece));
    found.filter_map(|caps| Some(piece[caps.get_group_by_name("name")?].to_lowercase())).collect()
}

/// The code just before a place.
fn before(code: &str, at: usize) -> &str {
    let mut from = at.saturating_sub(BEFORE);
    while !code.is_char_boundary(from) {
        from += 1;
    }
    code.get(from..at).unwrap_or("")
}
