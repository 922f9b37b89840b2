//! Which files were renamed between the base and a side, found as Git's merges find it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::collect::{Found, Stages};
use super::similarity::{Sketch, WHOLE};
use super::text;
use crate::git::error::Error;
use crate::git::id::ObjectId;
use crate::git::object::Mode;
use crate::git::store::Store;
use crate::git::trees;

/// From the old path to the new one.
pub(super) type Renames = BTreeMap<Vec<u8>, Vec<u8>>;

/// A file may have been renamed when at least so much of it is found again.
const LEAST: u64 = WHOLE / 2;
/// … and, when it kept its name, in another folder, without a look at other files.
const LEAST_SAME_NAME: u64 = WHOLE * 3 / 4;
/// Git compares no more pairs of files than the square of this.
const LIMIT: usize = 7000;
/// Of the files that one may come from, Git keeps so many.
const CANDIDATES: usize = 4;

/// A file that may be an end of a rename.
struct End<'e> {
    path: &'e [u8],
    mode: Mode,
    id: ObjectId,
    used: bool,
}

impl End<'_> {
    fn name(&self) -> &[u8] {
        trees::split(self.path).1
    }

    fn is_file(&self) -> bool {
        matches!(self.mode, Mode::File { .. })
    }
}

/// Reads files once.
pub(super) struct Sketches<'s> {
    store: &'s Store<'s>,
    known: HashMap<ObjectId, Option<Rc<Sketch>>>,
}

impl<'s> Sketches<'s> {
    pub(super) fn new(store: &'s Store<'s>) -> Sketches<'s> {
        Sketches { store, known: HashMap::new() }
    }

    /// `None` for a file that is too large to be compared.
    fn of(&mut self, id: ObjectId) -> Result<Option<Rc<Sketch>>, Error> {
        if let Some(sketch) = self.known.get(&id) {
            return Ok(sketch.clone());
        }
        let blob = self.store.blob(id, text::MAX)?;
        let sketch = blob.ok().map(|object| Rc::new(Sketch::of(object.data())));
        self.known.insert(id, sketch.clone());
        Ok(sketch)
    }

    fn similarity(&mut self, a: &End<'_>, b: &End<'_>, least: u64) -> Result<u64, Error> {
        if !a.is_file() || !b.is_file() {
            return Ok(0);
        }
        let (Some(a), Some(b)) = (self.of(a.id)?, self.of(b.id)?) else { return Ok(0) };
        Ok(a.similarity(&b, least))
    }
}

/// Finds the renames of a side (0 or 1) that can matter for the merge.
pub(super) fn find(found: &Found, side: usize, sketches: &mut Sketches<'_>) -> Result<Renames, Error> {
    // Git does not take empty files for renamed ones.
    let empty = git2::Oid::hash_object(git2::ObjectType::Blob, &[])
        .map_err(|e| Error::libgit2("hash an empty file", &e))?;
    let ends = |from: fn(&Stages, usize) -> trees::Slot| -> Vec<End<'_>> {
        let mut entries: Vec<_> = found.entries.iter().collect();
        entries.sort_by_key(|(_, stages)| stages.late);
        let ends = entries.into_iter().filter_map(|(path, stages)| {
            let (mode, id) = from(stages, side)?;
            (id.to_git2() != empty).then_some(End { path, mode, id, used: false })
        });
        ends.collect()
    };
    let mut old = ends(|stages, side| stages.base.filter(|_| stages.sides[side].is_none()));
    let mut new = ends(|stages, side| stages.sides[side].filter(|_| stages.base.is_none()));
    let mut renames = Renames::new();
    if old.is_empty() || new.is_empty() {
        return Ok(renames);
    }
    exact(&mut old, &mut new, &mut renames);
    let near = added_to(found, 1 - side);
    old.retain(|end| !end.used && (touched(found, end.path, side) || is_below(end.path, &near)));
    new.retain(|end| !end.used);
    same_name(&mut old, &mut new, &mut renames, sketches)?;
    old.retain(|end| !end.used);
    new.retain(|end| !end.used);
    if old.len().saturating_mul(new.len()) <= LIMIT * LIMIT {
        inexact(&mut old, &mut new, &mut renames, sketches)?;
    }
    Ok(renames)
}

/// Whether the other side touched a file that this side does not have any more.
fn touched(found: &Found, path: &[u8], side: usize) -> bool {
    found.entries.get(path).is_some_and(|stages| stages.sides[1 - side] != stages.base)
}

/// The folders that the other side removed and to which `side` added files, not only folders.
fn added_to(found: &Found, side: usize) -> BTreeSet<Vec<u8>> {
    let removed = &found.removed[1 - side];
    let added = found.entries.iter().filter(|(_, stages)| stages.base.is_none());
    let added = added.filter(|(_, stages)| stages.sides[side].is_some());
    let folders = added.map(|(path, _)| trees::split(path).0);
    folders.filter(|dir| removed.contains(*dir)).map(<[u8]>::to_vec).collect()
}

/// The folders that a path lies in, the innermost first, without the root.
pub(super) fn folders_of(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(path), |path| Some(trees::split(path).0))
        .skip(1)
        .take_while(|dir| !dir.is_empty())
}

fn is_below(path: &[u8], folders: &BTreeSet<Vec<u8>>) -> bool {
    folders_of(path).any(|dir| folders.contains(dir))
}

fn record(renames: &mut Renames, old: &mut End<'_>, new: &mut End<'_>) {
    (old.used, new.used) = (true, true);
    renames.insert(old.path.to_vec(), new.path.to_vec());
}

/// Equal content: those that kept their name first.
fn exact(old: &mut [End<'_>], new: &mut [End<'_>], renames: &mut Renames) {
    let mut places: HashMap<ObjectId, Vec<usize>> = HashMap::new();
    for (at, end) in old.iter().enumerate() {
        places.entry(end.id).or_default().push(at);
    }
    for target in new {
        let Some(places) = places.get(&target.id) else { continue };
        let fits = |at: &&usize| {
            let source = &old[**at];
            !source.used && (source.mode == target.mode || (source.is_file() && target.is_file()))
        };
        let same = places.iter().filter(fits).find(|at| old[**at].name() == target.name());
        if let Some(&at) = same.or_else(|| places.iter().find(fits)) {
            record(renames, &mut old[at], target);
        }
    }
}

/// Similar content, and a name that is unique both among the old files and among the new ones.
fn same_name(
    old: &mut [End<'_>],
    new: &mut [End<'_>],
    renames: &mut Renames,
    sketches: &mut Sketches<'_>,
) -> Result<(), Error> {
    let mut names: HashMap<Vec<u8>, Option<usize>> = HashMap::new();
    for (at, end) in new.iter().enumerate() {
        names.entry(end.name().to_vec()).and_modify(|place| *place = None).or_insert(Some(at));
    }
    let mut sources: HashMap<Vec<u8>, usize> = HashMap::new();
    for end in &*old {
        *sources.entry(end.name().to_vec()).or_default() += 1;
    }
    for source in old {
        let unique = sources.get(source.name()) == Some(&1);
        let Some(&Some(at)) = names.get(source.name()).filter(|_| unique) else { continue };
        if sketches.similarity(source, &new[at], LEAST_SAME_NAME)? >= LEAST_SAME_NAME {
            record(renames, source, &mut new[at]);
        }
    }
    Ok(())
}

/// Similar content: the most similar pairs first.
fn inexact(
    old: &mut [End<'_>],
    new: &mut [End<'_>],
    renames: &mut Renames,
    sketches: &mut Sketches<'_>,
) -> Result<(), Error> {
    let mut pairs: Vec<(u64, bool, usize, usize)> = Vec::new();
    for (at_new, target) in new.iter().enumerate() {
        let mut best = Vec::new();
        for (at_old, source) in old.iter().enumerate() {
            let score = sketches.similarity(source, target, LEAST)?;
            if score >= LEAST {
                best.push((score, source.name() == target.name(), at_old, at_new));
            }
        }
        best.sort_by_key(|pair| std::cmp::Reverse((pair.0, pair.1)));
        pairs.extend(best.into_iter().take(CANDIDATES));
    }
    pairs.sort_by_key(|pair| std::cmp::Reverse((pair.0, pair.1)));
    for (_, _, at_old, at_new) in pairs {
        if !old[at_old].used && !new[at_new].used {
            record(renames, &mut old[at_old], &mut new[at_new]);
        }
    }
    Ok(())
}

/// The files of `side` that lie where the other side renamed a folder: Git asks a person whether
/// they should follow.
pub(super) fn misplaced(found: &Found, side: usize, renames: &Renames) -> Vec<Vec<u8>> {
    let (removed, wanted) = (&found.removed[1 - side], added_to(found, side));
    let mut moved: BTreeSet<&[u8]> = BTreeSet::new();
    for (old, new) in renames {
        let (mut old, mut new) = (trees::split(old), trees::split(new));
        while !old.0.is_empty() && removed.contains(old.0) && old.0 != new.0 {
            if wanted.contains(old.0) {
                moved.insert(old.0);
            }
            // A folder above moved along when the folders between kept their names.
            (old, new) = (trees::split(old.0), trees::split(new.0));
            if old.1 != new.1 {
                break;
            }
        }
    }
    let added = found.entries.iter().filter(|(_, stages)| stages.base.is_none());
    let added = added.filter(|(_, stages)| stages.sides[side].is_some());
    let lost = added.filter(|(path, _)| folders_of(path).any(|dir| moved.contains(dir)));
    lost.map(|(path, _)| path.clone()).collect()
}
