//! Every path that both sides touched is settled, or becomes a conflict.

use std::collections::{BTreeMap, BTreeSet};

use git2::ObjectType;

use super::collect::{Found, Stages};
use super::renames::{self, Renames, Sketches};
use super::text;
use crate::git::error::Error;
use crate::git::id::ObjectId;
use crate::git::memory::Memory;
use crate::git::object::Mode;
use crate::git::store::Store;
use crate::git::trees::{self, Slot};

/// What stands at the paths that were looked at.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) paths: BTreeMap<Vec<u8>, Slot>,
    pub(super) conflicts: BTreeSet<Vec<u8>>,
    /// New names of files that the other side deleted, or made something else of.
    lost: BTreeSet<Vec<u8>>,
}

pub(super) struct Resolver<'s> {
    pub(super) store: &'s Store<'s>,
    pub(super) memory: &'s Memory,
    /// How many merges this one is nested in: 0 for the one that was asked for, more for those
    /// that make a base out of several.
    pub(super) depth: usize,
    /// What a file is called, behind a `~`, when a folder of the other side has its name.
    pub(super) names: [String; 2],
}

/// Whether something could be merged, and what it became.
struct Outcome {
    slot: Slot,
    clean: bool,
}

impl Resolver<'_> {
    /// Settles all entries, following renames when they can matter.
    pub(super) fn settle(&self, found: &Found) -> Result<Settled, Error> {
        let mut settled = Settled::default();
        let mut entries = found.entries.clone();
        if found.renames {
            let mut sketches = Sketches::new(self.store);
            let both = [renames::find(found, 0, &mut sketches)?, renames::find(found, 1, &mut sketches)?];
            self.follow(&both, &mut entries, &mut settled)?;
            if self.depth == 0 {
                settled.conflicts.extend(renames::misplaced(found, 0, &both[1]));
                settled.conflicts.extend(renames::misplaced(found, 1, &both[0]));
            }
        }
        for (path, stages) in &entries {
            let outcome = if settled.lost.contains(path) { self.lost(stages) } else { self.entry(stages)? };
            if !outcome.clean {
                settled.conflicts.insert(path.clone());
            }
            settled.paths.insert(path.clone(), outcome.slot);
        }
        if found.renames {
            self.part_files_from_folders(&entries, &mut settled);
        }
        Ok(settled)
    }

    /// Brings what the sides did to renamed files together at the new names.
    fn follow(
        &self,
        renames: &[Renames; 2],
        entries: &mut BTreeMap<Vec<u8>, Stages>,
        settled: &mut Settled,
    ) -> Result<(), Error> {
        let all: BTreeSet<&Vec<u8>> = renames.iter().flat_map(BTreeMap::keys).collect();
        for old in all {
            match (renames[0].get(old), renames[1].get(old)) {
                (Some(ours), Some(theirs)) if ours == theirs => {
                    let Some(was) = vacate(entries, old) else { continue };
                    if let Some(new) = entries.get_mut(ours) {
                        new.base = was.base;
                    }
                }
                (Some(ours), Some(theirs)) => {
                    self.renamed_twice(old, [ours, theirs], entries, settled)?;
                }
                (Some(new), None) => self.renamed(old, new, 0, entries, settled)?,
                (None, Some(new)) => self.renamed(old, new, 1, entries, settled)?,
                (None, None) => {}
            }
        }
        Ok(())
    }

    /// Both sides renamed a file, each to another name: always a conflict.
    fn renamed_twice(
        &self,
        old: &[u8],
        new: [&Vec<u8>; 2],
        entries: &mut BTreeMap<Vec<u8>, Stages>,
        settled: &mut Settled,
    ) -> Result<(), Error> {
        let Some(was) = vacate(entries, old) else { return Ok(()) };
        let side = |n: usize| entries.get(new[n]).and_then(|stages| stages.sides[n]);
        let merged = self.content(was.base, [side(0), side(1)])?;
        for n in [0, 1] {
            if let Some(stages) = entries.get_mut(new[n]) {
                stages.sides[n] = merged.slot;
            }
            settled.conflicts.insert(new[n].clone());
        }
        settled.conflicts.insert(old.to_vec());
        Ok(())
    }

    /// One side renamed a file; the other one changed or deleted it.
    fn renamed(
        &self,
        old: &[u8],
        new: &[u8],
        side: usize,
        entries: &mut BTreeMap<Vec<u8>, Stages>,
        settled: &mut Settled,
    ) -> Result<(), Error> {
        let (Some(was), Some(mut is)) = (entries.get(old).copied(), entries.get(new).copied()) else {
            return Ok(());
        };
        let other = was.sides[1 - side];
        let collides = is.sides[1 - side].is_some();
        let kind = |slot: Slot| slot.map(|(mode, _)| std::mem::discriminant(&mode));
        let retyped = other.is_some() && kind(other) != kind(is.sides[side]);
        if retyped && !collides {
            // What stands at the old name is something else now, and stays.
            if let Some(was) = entries.get_mut(old) {
                was.base = None;
            }
        } else {
            vacate(entries, old);
        }
        if retyped || other.is_none() {
            settled.conflicts.insert(new.to_vec());
        }
        if !collides && (retyped || other.is_none()) {
            is.base = was.base;
            settled.lost.insert(new.to_vec());
        } else if !collides {
            is.base = was.base;
            is.sides[1 - side] = other;
        } else if other.is_some() && !retyped {
            let mut sides = [other; 2];
            sides[side] = is.sides[side];
            let merged = self.content(was.base, sides)?;
            if !merged.clean {
                settled.conflicts.insert(new.to_vec());
            }
            is.sides[side] = merged.slot;
        }
        entries.insert(new.to_vec(), is);
        Ok(())
    }

    /// Settles one path.
    fn entry(&self, stages: &Stages) -> Result<Outcome, Error> {
        let Stages { base, sides: [ours, theirs], .. } = *stages;
        if ours == theirs || base == theirs {
            return Ok(Outcome { slot: ours, clean: true });
        }
        if base == ours {
            return Ok(Outcome { slot: theirs, clean: true });
        }
        if ours.is_some() && theirs.is_some() {
            return self.content(base, [ours, theirs]);
        }
        Ok(self.lost(stages))
    }

    /// One side changed, or renamed, what the other one deleted.
    fn lost(&self, stages: &Stages) -> Outcome {
        let [ours, theirs] = stages.sides;
        Outcome { slot: if self.depth > 0 { stages.base } else { ours.or(theirs) }, clean: false }
    }

    /// Merges two versions of something. In a conflict our version stands for it; in a merge of
    /// bases, the base, or a text with conflict markers.
    fn content(&self, base: Slot, [ours, theirs]: [Slot; 2]) -> Result<Outcome, Error> {
        let conflict = Outcome { slot: if self.depth > 0 { base } else { ours }, clean: false };
        let (Some((our_mode, our_id)), Some((their_mode, their_id))) = (ours, theirs) else {
            return Ok(conflict);
        };
        if std::mem::discriminant(&our_mode) != std::mem::discriminant(&their_mode) {
            return Ok(conflict);
        }
        let base_mode = base.map(|(mode, _)| mode);
        let (mode, mode_clean) = if our_mode == their_mode || Some(our_mode) == base_mode {
            (their_mode, true)
        } else {
            (our_mode, Some(their_mode) == base_mode)
        };
        let base_id = base.map(|(_, id)| id);
        if our_id == their_id || Some(our_id) == base_id {
            return Ok(Outcome { slot: Some((mode, their_id)), clean: mode_clean });
        }
        if Some(their_id) == base_id {
            return Ok(Outcome { slot: Some((mode, our_id)), clean: mode_clean });
        }
        if !matches!(mode, Mode::File { .. }) {
            return Ok(conflict);
        }
        // A base of another kind has no lines to compare with.
        let base_id = base_id.filter(|_| matches!(base_mode, Some(Mode::File { .. })));
        let Some((id, clean)) = self.lines(base_id, our_id, their_id)? else { return Ok(conflict) };
        Ok(Outcome { slot: Some((mode, id)), clean: clean && mode_clean })
    }

    /// Merges two versions of a file line by line. `None` when that is impossible.
    fn lines(
        &self,
        base: Option<ObjectId>,
        ours: ObjectId,
        theirs: ObjectId,
    ) -> Result<Option<(ObjectId, bool)>, Error> {
        let mut texts = Vec::new();
        for id in [base, Some(ours), Some(theirs)] {
            let Some(id) = id else {
                texts.push(Vec::new());
                continue;
            };
            match self.store.blob(id, text::MAX)? {
                Ok(object) if !text::is_binary(object.data()) => texts.push(object.data().to_vec()),
                _ => return Ok(None),
            }
        }
        // Git makes the markers longer in nested merges.
        let Some(merged) = text::merge(&texts[0], &texts[1], &texts[2], 7 + 2 * self.depth) else {
            return Ok(None);
        };
        if !merged.clean && self.depth == 0 {
            return Ok(Some((ours, false)));
        }
        Ok(Some((self.memory.put(ObjectType::Blob, merged.bytes), merged.clean)))
    }

    /// A file whose name is a folder in the result gets another name.
    fn part_files_from_folders(&self, entries: &BTreeMap<Vec<u8>, Stages>, settled: &mut Settled) {
        let present = |settled: &Settled| -> BTreeSet<Vec<u8>> {
            settled.paths.iter().filter(|(_, slot)| slot.is_some()).map(|(path, _)| path.clone()).collect()
        };
        let taken = present(settled);
        let folders: BTreeSet<&[u8]> = taken.iter().flat_map(|path| renames::folders_of(path)).collect();
        for path in taken.iter().filter(|path| folders.contains(&path[..])) {
            let slot = settled.paths.insert(path.clone(), None).flatten();
            settled.conflicts.insert(path.clone());
            let ours = entries.get(path).is_some_and(|stages| stages.sides[0].is_some());
            let mut other = [&path[..], b"~", self.names[usize::from(!ours)].as_bytes()].concat();
            while settled.paths.contains_key(&other) {
                other.push(b'_');
            }
            settled.conflicts.insert(other.clone());
            settled.paths.insert(other, slot);
        }
    }
}

/// Nothing stands at a path any more. Returns what stood there.
fn vacate(entries: &mut BTreeMap<Vec<u8>, Stages>, path: &[u8]) -> Option<Stages> {
    let stages = entries.get_mut(path)?;
    let late = stages.late;
    Some(std::mem::replace(stages, Stages { base: None, sides: [None; 2], late }))
}

/// What the settled paths change in our side's tree.
pub(super) fn changes(found: Found, settled: Settled) -> BTreeMap<Vec<u8>, Slot> {
    let mut changes = found.taken;
    for (path, slot) in settled.paths {
        let ours = found.entries.get(&path).and_then(|stages| stages.sides[0]);
        if trees::file(slot) != ours {
            changes.insert(path, slot);
        }
    }
    changes
}
