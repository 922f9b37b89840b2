//! The sources that code names, found on other threads while the history is walked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Scope, ScopedJoinHandle};

use regex_automata::util::captures::Captures;

use super::code::{self, Code};
use super::declared::Declared;
use super::filter::{Filter, Scratch};
use super::tree::{Text, text_in};
use crate::git::{Error, Snapshot};
use crate::policy::{Extract, Folded, ReachCheck};

/// More code than this belongs to no model.
const MAX_FILES: usize = 50_000;
/// The most names that are taken from a file.
const MAX_NAMES: usize = 2_000;
/// So many bytes before a name may say that nothing is read from there.
const BEFORE: usize = 200;
/// So much code keeps a thread busy for longer than it takes to start, and to open the repository again.
const WORTH_A_THREAD: usize = 100;
/// A further thread takes its share of so many files.
const SHARE: usize = 800;

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
    fn add(&mut self, other: Found) {
        self.read.extend(other.read);
        self.written.extend(other.written);
    }
}

/// A model, by its place among all, and a rule.
type Key<'a> = (usize, &'a str);

/// A rule's question to the code of one model.
pub struct Search<'a> {
    /// The model, by its place among all, and the rule.
    pub(super) key: Key<'a>,
    check: &'a ReachCheck,
    declared: Declared,
    files: Vec<&'a [u8]>,
    filter: Arc<Filter>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        key: Key<'a>,
        check: &'a ReachCheck,
        declared: Declared,
        files: Vec<&'a [u8]>,
        filter: Arc<Filter>,
    ) -> Search<'a> {
        Search { key, check, declared, files, filter }
    }

    /// How many files there are when they are more than can be read.
    pub(super) fn too_many(&self) -> Option<usize> {
        Some(self.files.len()).filter(|count| *count > MAX_FILES)
    }

    /// The files to read.
    fn files(&self) -> &[&'a [u8]] {
        if self.too_many().is_some() { &[] } else { &self.files }
    }

    fn finder(&self, scratch: Scratch) -> Finder<'_> {
        let (check, declared, filter) = (self.check, &self.declared, &*self.filter);
        Finder { check, declared, filter, scratch, known: BTreeMap::new(), found: Found::default() }
    }
}

/// What was found, and the files that the thread could not read.
#[derive(Default, Debug)]
struct Part<'a> {
    found: Found,
    left: Vec<&'a [u8]>,
}

impl<'a> Part<'a> {
    fn add(&mut self, other: Part<'a>) {
        self.found.add(other.found);
        self.left.extend(other.left);
    }
}

/// What threads found, by the keys of searches.
type Parts<'a> = BTreeMap<Key<'a>, Part<'a>>;

/// Searches that threads are busy with.
pub struct Ahead<'scope, 'a> {
    threads: Vec<ScopedJoinHandle<'scope, Parts<'a>>>,
    units: Arc<Units<'a>>,
}

/// What is to be read: searches by their place, and files. Whoever is free takes the next ones.
struct Units<'a> {
    all: Vec<(usize, &'a [u8])>,
    next: AtomicUsize,
}

impl<'a> Units<'a> {
    /// So many files are taken at once.
    const BATCH: usize = 32;

    /// The next ones, those of one search behind the other.
    fn take(&self) -> Option<&[(usize, &'a [u8])]> {
        let start = self.next.fetch_add(Units::BATCH, Ordering::Relaxed);
        let end = self.all.len().min(start.saturating_add(Units::BATCH));
        self.all.get(start..end).filter(|batch| !batch.is_empty())
    }
}

/// What was found in the code of models before their rules are asked.
#[derive(Default)]
pub struct Searched<'a> {
    parts: Parts<'a>,
}

/// Begins to read code on other threads, when there is enough of it.
pub fn ahead<'scope, 'env, 'a: 'env>(
    scope: &'scope Scope<'scope, 'env>,
    searches: &'env [Search<'a>],
    snapshot: &Snapshot<'_>,
) -> Ahead<'scope, 'a> {
    let units: Vec<(usize, &'a [u8])> = searches
        .iter()
        .enumerate()
        .flat_map(|(at, search)| search.files().iter().map(move |file| (at, *file)))
        .collect();
    let processors = crate::parallel::processors();
    let few = processors < 2 || units.len() < WORTH_A_THREAD;
    let count = if few { 0 } else { processors.min(units.len().div_ceil(SHARE)) };
    let units = Arc::new(Units { all: units, next: AtomicUsize::new(0) });
    let spawn = |_| {
        let (units, place) = (Arc::clone(&units), snapshot.elsewhere());
        scope.spawn(move || {
            let repo = place.repo();
            let snapshot = repo.as_ref().ok().and_then(|repo| place.snapshot(repo).ok());
            // Where there is none, the others do all.
            snapshot.map_or_else(Parts::new, |snapshot| read_units(searches, &units, &snapshot))
        })
    };
    Ahead { threads: (0..count).map(spawn).collect(), units }
}

impl<'a> Ahead<'_, 'a> {
    /// Takes part in what is left to do, and waits for the threads. What one did not do, because it did not end well,
    /// is done when it is asked for.
    pub fn finish(self, searches: &[Search<'a>], snapshot: &Snapshot<'_>) -> Searched<'a> {
        let mut parts = Parts::new();
        let mut whole = !self.threads.is_empty();
        if whole {
            parts = read_units(searches, &self.units, snapshot);
        }
        for thread in self.threads {
            match thread.join() {
                Ok(more) => more.into_iter().for_each(|(key, part)| parts.entry(key).or_default().add(part)),
                Err(_) => whole = false,
            }
        }
        if !whole {
            parts.clear();
        }
        for search in searches {
            let all = || Part { found: Found::default(), left: search.files().to_vec() };
            // In the order of the files, whoever took them.
            parts.entry(search.key).or_insert_with(all).left.sort_unstable();
        }
        Searched { parts }
    }
}

impl<'a> Searched<'a> {
    /// What one search found; `text` reads the files that are left.
    pub(super) fn take(
        &mut self,
        search: &Search<'a>,
        mut text: impl FnMut(&[u8]) -> Result<Option<Arc<Text>>, Error>,
    ) -> Result<Found, Error> {
        let part = self.parts.remove(&search.key).unwrap_or_default();
        let mut finder = search.finder(Scratch::default());
        finder.found = part.found;
        for path in part.left {
            if let Some(text) = text(path)? {
                finder.one_file(path, &text);
            }
        }
        let mut found = finder.found;
        found.read.sort_by(|a, b| (&a.path, a.place.start).cmp(&(&b.path, b.place.start)));
        Ok(found)
    }
}

/// The work of one thread.
fn read_units<'a>(searches: &[Search<'a>], units: &Units<'a>, snapshot: &Snapshot<'_>) -> Parts<'a> {
    let (mut parts, mut scratch) = (Parts::new(), Scratch::default());
    while let Some(batch) = units.take() {
        for same in batch.chunk_by(|a, b| a.0 == b.0) {
            let search = &searches[same[0].0];
            let (mut finder, mut left) = (search.finder(scratch), Vec::new());
            for (_, path) in same {
                let dull = |text: &str| finder.is_dull(path, text);
                // What is wrong with a file is said by whoever reads it next.
                match text_in(snapshot, path, dull) {
                    Ok(Some(text)) => finder.one_file(path, &text),
                    Ok(None) => {}
                    Err(_) => left.push(*path),
                }
            }
            scratch = finder.scratch;
            parts.entry(search.key).or_default().add(Part { found: finder.found, left });
        }
    }
    parts
}

/// Finds names, and asks once for each whether it is declared.
struct Finder<'a> {
    check: &'a ReachCheck,
    declared: &'a Declared,
    filter: &'a Filter,
    scratch: Scratch,
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
    /// True for code that names nothing, as most code does.
    fn is_dull(&mut self, path: &[u8], code: &str) -> bool {
        self.filter.of(self.check, &Folded::new(path), code, &mut self.scratch).is_empty()
    }

    fn one_file(&mut self, path: &[u8], text: &Arc<Text>) {
        let mut names: Vec<(bool, Named)> = Vec::new();
        for part in &text.parts {
            let like = part.path(path);
            // Code that names nothing is not taken apart.
            let extracts = self.filter.of(self.check, &like, &part.code, &mut self.scratch);
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
