//! Code of models, searched on other threads while evidence is judged and the history is walked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use super::declared::Declared;
use super::filter::{Filter, Scratch};
use super::finder::{Finder, Found};
use super::tree::{Text, text_in};
use crate::git::{Elsewhere, Error, Snapshot};
use crate::parallel::{self, Job, Worker};
use crate::policy::{Folded, ReachCheck};

/// More code than this belongs to no model.
const MAX_FILES: usize = 50_000;
/// So much code is worth opening the repository again for another thread.
const WORTH_A_THREAD: usize = 100;
/// A further thread takes its share of so many files.
const SHARE: usize = 800;
/// So many files are taken at once.
const BATCH: usize = 32;

/// A rule's question to the code of one model.
#[derive(Debug)]
pub(super) struct Search {
    /// The model, by its place among all.
    pub(super) model: usize,
    /// The rule.
    pub(super) rule: String,
    check: Arc<ReachCheck>,
    /// The code, by its places in the snapshot.
    files: Vec<usize>,
    filter: Arc<Filter>,
    /// Whether there may be papers, which is known before they are read.
    ahead: bool,
    /// What the papers declare, once they are read; `None` when there are none that could.
    declared: OnceLock<Option<Declared>>,
}

impl Search {
    pub(super) fn new(
        (model, rule): (usize, &str),
        check: &Arc<ReachCheck>,
        filter: &Arc<Filter>,
        files: Vec<usize>,
        ahead: bool,
    ) -> Search {
        let (check, filter, declared) = (Arc::clone(check), Arc::clone(filter), OnceLock::new());
        Search { model, rule: rule.to_string(), check, files, filter, ahead, declared }
    }

    /// How many files there are when they are more than can be read.
    pub(super) fn too_many(&self) -> Option<usize> {
        Some(self.files.len()).filter(|count| *count > MAX_FILES)
    }

    /// True for code that names nothing, as most code does.
    fn is_dull(&self, path: &[u8], code: &str, scratch: &mut Scratch) -> bool {
        self.filter.of(&self.check, &Folded::new(path), code, scratch).is_empty()
    }

    /// What some texts name that is not declared; nothing, as long as that is not known.
    fn find<'t>(
        &self,
        texts: impl IntoIterator<Item = (&'t [u8], &'t Arc<Text>)>,
        scratch: &mut Scratch,
    ) -> Found {
        let Some(Some(declared)) = self.declared.get() else { return Found::default() };
        let mut finder = Finder::new(&self.check, declared, &self.filter, scratch);
        texts.into_iter().for_each(|(path, text)| finder.one_file(path, text));
        finder.found
    }

    /// The files to read.
    fn files(&self) -> &[usize] {
        if self.too_many().is_some() { &[] } else { &self.files }
    }
}

/// What a model's code names, and the files that were not read for it.
#[derive(Default, Debug)]
struct Part {
    found: Found,
    left: Vec<usize>,
}

impl Part {
    fn add(&mut self, other: Part) {
        self.found.add(other.found);
        self.left.extend(other.left);
    }
}

/// A text that names something, of one of the searches.
#[derive(Debug)]
struct Telling {
    search: usize,
    place: usize,
    text: Arc<Text>,
}

/// Searches, and how far they are.
#[derive(Debug)]
struct Work {
    searches: Vec<Search>,
    /// What is to be read: searches by their place, and files. Whoever is free takes the next ones.
    units: Vec<(usize, usize)>,
    next: AtomicUsize,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default, Debug)]
struct State {
    /// What was found, by the places of searches.
    parts: Vec<(usize, Part)>,
    /// Texts of searches for which it was not known yet what is declared.
    waiting: Vec<Telling>,
    running: usize,
    /// Nobody need begin any longer.
    closed: bool,
    /// A thread did not end well, and took what it found with it.
    lost: bool,
}

impl Work {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next units.
    fn take(&self) -> Option<&[(usize, usize)]> {
        let start = self.next.fetch_add(BATCH, Ordering::Relaxed);
        let end = self.units.len().min(start.saturating_add(BATCH));
        self.units.get(start..end).filter(|batch| !batch.is_empty())
    }

    /// The next text whose time has come.
    fn take_waiting(&self) -> Option<Telling> {
        let mut state = self.state();
        let ready = |telling: &Telling| self.searches[telling.search].declared.get().is_some();
        let at = state.waiting.iter().rposition(ready)?;
        Some(state.waiting.swap_remove(at))
    }

    /// Takes what is to be done until there is nothing.
    fn read(&self, snapshot: &Snapshot<'_>) -> Vec<(usize, Part)> {
        let (mut parts, mut scratch) = (Vec::new(), Scratch::default());
        while let Some(batch) = self.take() {
            for same in batch.chunk_by(|a, b| a.0 == b.0) {
                parts.push((same[0].0, self.read_files(same, snapshot, &mut scratch)));
            }
        }
        while let Some(Telling { search, place, text }) = self.take_waiting() {
            let found = self.searches[search].find([(snapshot.entries().path(place), &text)], &mut scratch);
            parts.push((search, Part { found, left: Vec::new() }));
        }
        parts
    }

    /// Reads files of one search.
    fn read_files(&self, same: &[(usize, usize)], snapshot: &Snapshot<'_>, scratch: &mut Scratch) -> Part {
        let (number, entries) = (same[0].0, snapshot.entries());
        let search = &self.searches[number];
        let (mut left, mut telling) = (Vec::new(), Vec::new());
        for (_, place) in same {
            let path = entries.path(*place);
            match text_in(snapshot, path, |text| search.is_dull(path, text, scratch)) {
                Ok(Some(text)) => telling.push(Telling { search: number, place: *place, text }),
                Ok(None) => {}
                // What is wrong with it is said by whoever reads it next.
                Err(_) => left.push(*place),
            }
        }
        if search.declared.get().is_none() {
            self.state().waiting.append(&mut telling);
        }
        let texts = telling.iter().map(|telling| (entries.path(telling.place), &telling.text));
        Part { found: search.find(texts, scratch), left }
    }

    /// What another thread does.
    fn take_part(&self, place: &Elsewhere) {
        let Some(mut running) = Running::begin(self) else { return };
        {
            let repo = place.repo();
            // Where there is none, the others do all.
            if let Some(snapshot) = repo.as_ref().ok().and_then(|repo| place.snapshot(repo).ok()) {
                running.found = self.read(&snapshot);
            }
        }
        running.well = true;
    }
}

/// A thread that takes part. However it ends, others learn of it.
struct Running<'w> {
    work: &'w Work,
    found: Vec<(usize, Part)>,
    well: bool,
}

impl<'w> Running<'w> {
    fn begin(work: &'w Work) -> Option<Running<'w>> {
        let mut state = work.state();
        if state.closed {
            return None;
        }
        state.running += 1;
        Some(Running { work, found: Vec::new(), well: false })
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut state = self.work.state();
        state.parts.append(&mut self.found);
        state.lost |= !self.well;
        state.running -= 1;
        self.work.ended.notify_all();
    }
}

/// Searches that threads may be busy with. Dropped, it has them end, and waits for that.
#[derive(Debug)]
pub struct Searching {
    work: Arc<Work>,
    /// False when everything is left to whoever asks.
    begun: bool,
    /// Those who take part besides the one that works for the repository.
    _others: Vec<Worker>,
}

impl Searching {
    /// Begins to read code on other threads, when there is enough of it.
    pub(super) fn begin(searches: Vec<Search>, snapshot: &Snapshot<'_>) -> Searching {
        let ahead = searches.iter().enumerate().filter(|(_, search)| search.ahead);
        let units: Vec<(usize, usize)> =
            ahead.flat_map(|(at, search)| search.files().iter().map(move |file| (at, *file))).collect();
        let processors = parallel::processors();
        let begun = processors > 1 && units.len() >= WORTH_A_THREAD;
        // One processor is busy with all else meanwhile.
        let threads = if begun { (processors - 1).min(units.len().div_ceil(SHARE)) } else { 0 };
        let (next, state, ended) = Default::default();
        let work = Arc::new(Work { searches, units, next, state, ended });
        let job = || -> Job {
            let (work, place) = (Arc::clone(&work), snapshot.elsewhere());
            Box::new(move || work.take_part(&place))
        };
        if begun {
            snapshot.in_background(job());
        }
        // One that the system does not give is missed by nobody: the others do all.
        let others: Vec<Worker> = (1..threads).map_while(|_| Worker::any()).collect();
        others.iter().for_each(|worker| worker.give(job()));
        Searching { work, begun, _others: others }
    }

    /// Says what papers declare, for each search; `None` for papers that say nothing that counts.
    pub(super) fn declare(
        &self,
        declared: impl Fn(usize, &str) -> Option<Declared>,
        snapshot: &Snapshot<'_>,
    ) {
        for search in &self.work.searches {
            // Nobody else says it.
            let _ = search.declared.set(declared(search.model, &search.rule));
        }
        if !self.work.state().waiting.is_empty() {
            let (work, place) = (Arc::clone(&self.work), snapshot.elsewhere());
            snapshot.in_background(Box::new(move || work.take_part(&place)));
        }
    }

    /// Takes part in what is left to do, and waits for the others. What they did not do, because they did not end well,
    /// is done when it is asked for.
    pub fn finish(self, snapshot: &Snapshot<'_>) -> Searched {
        let mut own = if self.begun { self.work.read(snapshot) } else { Vec::new() };
        drop(self.close());
        // What others put aside at the very end.
        own.extend(self.begun.then(|| self.work.read(snapshot)).into_iter().flatten());
        let mut state = self.work.state();
        let others = std::mem::take(&mut state.parts);
        let whole = self.begun && !state.lost;
        drop(state);
        let searches = self.work.searches.iter();
        let none = |search: &Search| if whole && search.ahead { Vec::new() } else { search.files().to_vec() };
        let mut parts: Vec<Part> =
            searches.map(|search| Part { found: Found::default(), left: none(search) }).collect();
        for (at, part) in own.into_iter().chain(others).filter(|_| whole) {
            parts[at].add(part);
        }
        for part in &mut parts {
            // In the order of the files, whoever took them.
            part.left.sort_unstable();
        }
        Searched { work: Arc::clone(&self.work), parts }
    }

    /// Nobody begins any longer; those who have are waited for.
    fn close(&self) -> MutexGuard<'_, State> {
        // Nor do they take more.
        self.work.next.fetch_max(self.work.units.len(), Ordering::Relaxed);
        let mut state = self.work.state();
        state.closed = true;
        while state.running > 0 {
            state = self.work.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }
}

impl Drop for Searching {
    fn drop(&mut self) {
        drop(self.close());
    }
}

/// What was found in the code of models before their rules are asked.
#[derive(Debug)]
pub struct Searched {
    work: Arc<Work>,
    /// One for each search.
    parts: Vec<Part>,
}

impl Searched {
    /// The search of a rule in the code of a model, by its place; `None` where there is no code, or nothing is declared.
    pub(super) fn place(&self, model: usize, rule: &str) -> Option<usize> {
        let asked = |search: &Search| search.model == model && search.rule == rule;
        let at = self.work.searches.iter().position(asked)?;
        self.work.searches[at].declared.get().and_then(Option::as_ref).map(|_| at)
    }

    /// How many files of code there are when they are more than can be read.
    pub(super) fn too_many(&self, at: usize) -> Option<usize> {
        self.work.searches[at].too_many()
    }

    /// What a search found that is not declared; `text` reads the files that are left.
    pub(super) fn take<'p>(
        &mut self,
        at: usize,
        mut text: impl FnMut(usize) -> Result<(&'p [u8], Option<Arc<Text>>), Error>,
    ) -> Result<Found, Error> {
        let Part { mut found, left } = std::mem::take(&mut self.parts[at]);
        let (search, mut scratch) = (&self.work.searches[at], Scratch::default());
        for place in left {
            if let (path, Some(text)) = text(place)? {
                found.add(search.find([(path, &text)], &mut scratch));
            }
        }
        found.read.sort_by(|a, b| (&a.path, a.place.start).cmp(&(&b.path, b.place.start)));
        Ok(found)
    }
}
