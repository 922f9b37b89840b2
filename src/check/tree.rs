//! The files of each model, and their texts: each is read once, and only when a rule asks.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::notebook;
use crate::diag::{Origin, RepoPath, SourceId, Sources, Span};
use crate::git::{Content, Entries, EntryKind, Error, ErrorKind, Snapshot};
use crate::model::{Homes, Model};
use crate::policy::{Folded, FoldedPaths, Globs};
use crate::verdict::Location;

/// Larger files are generated, or data.
const MAX_BYTES: usize = 1 << 20;

/// A file's text as code.
#[derive(Debug)]
pub(super) struct Text {
    /// As it is stored.
    pub(super) raw: Arc<str>,
    /// The code in it: of a notebook its cells, by language.
    pub(super) parts: Vec<Part>,
}

/// Code of one language.
#[derive(Debug)]
pub(super) struct Part {
    /// The ending that a file of this language has, when it is not the file's own.
    pub(super) ending: Option<&'static str>,
    /// The code.
    pub(super) code: Arc<str>,
    /// Where its lines stand in the file, when it is not the file: the start of the line, and its place.
    pub(super) lines: Vec<(usize, Range<usize>)>,
}

impl Part {
    /// Where a piece of the code stands in the file.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        if self.ending.is_none() {
            return range;
        }
        let at = self.lines.partition_point(|(start, _)| *start <= range.start);
        at.checked_sub(1).map_or(0..0, |line| self.lines[line].1.clone())
    }

    /// The file's path as patterns see it.
    pub(super) fn path(&self, path: &[u8]) -> Folded {
        Folded::with_ending(path, self.ending.unwrap_or(""))
    }
}

/// Which model each file belongs to, by the files' places in their snapshot: to the one with the deepest folder that
/// holds it.
#[derive(Debug)]
pub struct Sorted {
    /// For each model its own files, in order; last what lies in no model's folder.
    own: Vec<Vec<usize>>,
    /// For each model what patterns see of these: paths below its folder.
    below: Vec<OnceCell<FoldedPaths>>,
}

impl Sorted {
    /// Sorts the files of a snapshot.
    pub fn new(snapshot: &Snapshot<'_>, models: &[Model]) -> Sorted {
        let homes = Homes::new(models);
        let mut own = vec![Vec::new(); models.len() + 1];
        let mut last: Option<(&[u8], usize)> = None;
        for (at, entry) in snapshot.iter().enumerate() {
            if !matches!(entry.kind, EntryKind::File { .. }) {
                continue;
            }
            let folder = parent(entry.path);
            let home = match last {
                Some((known, home)) if known == folder => home,
                _ => homes.of(folder).unwrap_or(models.len()),
            };
            last = Some((folder, home));
            own[home].push(at);
        }
        Sorted { own, below: models.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The places of a model's own files that patterns take, in order.
    pub(super) fn own<'a>(
        &'a self,
        entries: Entries<'_>,
        (at, model): (usize, &Model),
        takes: &'a Globs,
        except: &'a Globs,
    ) -> impl Iterator<Item = usize> + 'a {
        let (own, folder) = (&self.own[at], model.path.as_bytes());
        let all = || FoldedPaths::new(own.iter().map(|place| below(entries.path(*place), folder)));
        self.below[at].get_or_init(all).taken(takes, except).map(|at| own[at])
    }
}

/// The files of all models.
pub struct Tree<'a, 'r> {
    snapshot: &'a Snapshot<'r>,
    models: &'a [Model],
    homes: Homes<'a>,
    sorted: Sorted,
    texts: BTreeMap<Vec<u8>, Option<Arc<Text>>>,
    sources: BTreeMap<Vec<u8>, SourceId>,
}

impl<'a, 'r> Tree<'a, 'r> {
    /// `sorted` are the files of this snapshot by these models.
    pub fn new(snapshot: &'a Snapshot<'r>, models: &'a [Model], sorted: Sorted) -> Tree<'a, 'r> {
        let homes = Homes::new(models);
        Tree { snapshot, models, homes, sorted, texts: BTreeMap::new(), sources: BTreeMap::new() }
    }

    /// The model's own files that patterns take, in order.
    pub(super) fn own(&self, model: usize, takes: &Globs, except: &Globs) -> Vec<&'a [u8]> {
        self.own_of(model, takes, except).collect()
    }

    /// The first of [`Tree::own`].
    pub(super) fn first(&self, model: usize, takes: &Globs, except: &Globs) -> Option<&'a [u8]> {
        self.own_of(model, takes, except).next()
    }

    fn own_of<'s>(
        &'s self,
        model: usize,
        takes: &'s Globs,
        except: &'s Globs,
    ) -> impl Iterator<Item = &'a [u8]> + 's {
        let entries = self.snapshot.entries();
        let own = self.sorted.own(entries, (model, &self.models[model]), takes, except);
        own.map(move |place| entries.path(place))
    }

    /// The path of a file by its place in the snapshot.
    pub(super) fn path(&self, place: usize) -> &'a [u8] {
        self.snapshot.entries().path(place)
    }

    /// The files in the folders above the model that patterns take relative to one of these, and that belong
    /// to no other model; the nearest first.
    pub(super) fn above(&self, model: usize, takes: &Globs, except: &Globs) -> Vec<&'a [u8]> {
        let path = &self.models[model].path;
        let mut out = Vec::new();
        let mut folder = path.clone();
        let holding = self.homes.holding(path.as_bytes());
        while !takes.is_empty() && !folder.is_root() {
            let Some(up) = folder.parent() else { break };
            let others = holding.iter().copied().filter(|at| *at != model);
            for home in others.chain([self.models.len()]) {
                let files = self.sorted.own[home].iter().map(|place| self.path(*place));
                let inside: Vec<_> = files.filter(|file| up.contains(file)).collect();
                out.extend(matching(&inside, up.as_bytes(), takes, except));
            }
            folder = up;
        }
        let mut seen = std::collections::BTreeSet::new();
        out.retain(|file| seen.insert(*file));
        out
    }

    /// True when a file or folder of this name lies in the repository.
    pub(super) fn holds(&self, path: &[u8]) -> bool {
        self.snapshot.get(path).is_some() || self.snapshot.has_dir(path)
    }

    /// A file's text; `None` for what is no text, or too large to be written by people.
    pub(super) fn text(&mut self, path: &[u8]) -> Result<Option<Arc<Text>>, Error> {
        if let Some(known) = self.texts.get(path) {
            return Ok(known.clone());
        }
        let text = text_in(self.snapshot, path, |_| false)?;
        self.texts.insert(path.to_vec(), text.clone());
        Ok(text)
    }

    /// A piece of a text that was read as a place to show.
    pub(super) fn at(
        &mut self,
        sources: &mut Sources,
        path: &[u8],
        text: &Text,
        range: Range<usize>,
    ) -> Location {
        Location::Text(self.span(sources, path, text, range))
    }

    pub(super) fn span(
        &mut self,
        sources: &mut Sources,
        path: &[u8],
        text: &Text,
        range: Range<usize>,
    ) -> Span {
        let add = || sources.add(Origin::Repository(RepoPath::from_git(path)), text.raw.clone());
        let source = *self.sources.entry(path.to_vec()).or_insert_with(add);
        Span::new(source, range)
    }
}

/// As [`Tree::text`], read anew; `None` also for code of one language that is `dull`.
pub(super) fn text_in(
    snapshot: &Snapshot<'_>,
    path: &[u8],
    dull: impl FnOnce(&str) -> bool,
) -> Result<Option<Arc<Text>>, Error> {
    let dull = |text: &str| !is_notebook(path) && (text.len() > MAX_BYTES || dull(text));
    match snapshot.read_unless(path, dull) {
        Ok(Some(Content::Text(text))) => Ok(read(path, text).map(Arc::new)),
        Ok(_) => Ok(None),
        // That the merge is in conflict is said elsewhere.
        Err(error) if error.kind() == ErrorKind::Conflicted => Ok(None),
        Err(error) => Err(error),
    }
}

/// The folder of a path, without its slash.
pub(super) fn parent(path: &[u8]) -> &[u8] {
    path.iter().rposition(|&b| b == b'/').map_or(&[], |at| &path[..at])
}

/// What patterns see of a path below a folder.
fn below<'p>(path: &'p [u8], folder: &[u8]) -> &'p [u8] {
    let rest = path.strip_prefix(folder).unwrap_or(path);
    rest.strip_prefix(b"/").unwrap_or(rest)
}

fn matching<'a>(files: &[&'a [u8]], folder: &[u8], takes: &Globs, except: &Globs) -> Vec<&'a [u8]> {
    let good = |path: &&'a [u8]| {
        let path = Folded::new(below(path, folder));
        takes.takes(&path) && !except.takes(&path)
    };
    files.iter().copied().filter(good).collect()
}

fn is_notebook(path: &[u8]) -> bool {
    path.to_ascii_lowercase().ends_with(b".ipynb")
}

fn read(path: &[u8], raw: Arc<str>) -> Option<Text> {
    let is_notebook = is_notebook(path);
    // Outputs make notebooks large; their code is not.
    if raw.len() > MAX_BYTES * if is_notebook { 4 } else { 1 } {
        return None;
    }
    let parts = if is_notebook {
        notebook::code(&raw)?
    } else {
        vec![Part { ending: None, code: raw.clone(), lines: Vec::new() }]
    };
    Some(Text { raw, parts })
}
