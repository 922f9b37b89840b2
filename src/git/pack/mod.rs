//! Objects in packs, read without libgit2, which asks for each object three times what its bytes are worth: a lock,
//! a window, and a decompressor made anew.
//!
//! What is not found here, because no pack has it, because its pack does not fit its index, or because the index is of
//! an old kind, is left to libgit2, and so are very large objects. What is found and damaged is not: git2 gives up
//! the whole program over an object of a kind that does not exist.

mod delta;
mod unpack;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::id::ObjectId;
use super::paged::{Paged, Room};

pub(super) use unpack::{Found, Unpacker};

/// A repository with more packs has not been looked after; libgit2 knows which of them to ask first.
const MOST: usize = 64;

/// The packs of some folders of objects, for all threads.
#[derive(Debug)]
pub(super) struct Packs {
    packs: Vec<Pack>,
    /// How many bytes of all of them may still be kept.
    room: Room,
}

/// So many bytes of packs are kept in memory; all others are read again when they are asked for again.
const ROOM: usize = 192 << 20;

impl Packs {
    /// The packs below some `objects` folders. Nothing but the folders is read yet.
    pub(super) fn of(dirs: &[PathBuf]) -> Packs {
        let mut packs: Vec<Pack> = dirs.iter().flat_map(|dir| listed(&dir.join("pack"))).collect();
        if packs.len() > MOST {
            packs.clear();
        }
        Packs { packs, room: Room::new(ROOM) }
    }

    /// The packs that hold an object, by their places, and where it stands there.
    fn find(&self, id: ObjectId) -> impl Iterator<Item = (usize, usize)> {
        let held = move |(at, pack): (usize, &Pack)| Some((at, pack.files(&self.room)?.find(id)?));
        self.packs.iter().enumerate().filter_map(held)
    }
}

/// A pack, opened when it is first asked.
#[derive(Debug)]
struct Pack {
    index: PathBuf,
    files: OnceLock<Option<Files>>,
}

/// The packs of a folder whose index is there.
fn listed(folder: &Path) -> Vec<Pack> {
    let Ok(items) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = items.flatten().map(|item| item.path());
    let mut indexes: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "idx")).collect();
    indexes.sort();
    indexes.into_iter().map(|index| Pack { index, files: OnceLock::new() }).collect()
}

impl Pack {
    fn files(&self, room: &Room) -> Option<&Files> {
        self.files.get_or_init(|| Files::open(&self.index, room)).as_ref()
    }
}

/// An index and its pack, which belong together.
#[derive(Debug)]
struct Files {
    index: Paged,
    pack: Paged,
    count: usize,
}

/// So much of an index is read at once, in bytes: whoever looks for a name asks here and there, and soon has asked
/// everywhere where there is little.
const INDEX_PAGE: usize = 1 << 12;
const SMALL_INDEX_PAGE: usize = 1 << 14;
/// What is little, in bytes.
const SMALL_INDEX: usize = 4 << 20;
/// So often it is guessed where a name stands, before what is left is halved.
const GUESSES: usize = 4;
/// So much of a pack: what is asked for next often stands close by. In bytes.
const PACK_PAGE: usize = 1 << 13;
/// What an index of the second version begins with.
const MAGIC: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
/// Behind it: for each first byte, how many names begin with it or a smaller one.
const FANOUT: usize = 8;
const NAMES: usize = FANOUT + 256 * 4;
/// Two checksums end an index, the pack's first; the pack's own ends the pack.
const SUM: usize = 20;

impl Files {
    fn open(path: &Path, room: &Room) -> Option<Files> {
        let page = |length| if length <= SMALL_INDEX { SMALL_INDEX_PAGE } else { INDEX_PAGE };
        let index = Paged::open_as(path, page, u64::MAX, room)?;
        let pack = Paged::open(&path.with_extension("pack"), PACK_PAGE, u64::MAX, room)?;
        let count = number(index.array(NAMES - 4)?);
        let whole = NAMES + count.checked_mul(28)? + 2 * SUM;
        // Offsets beyond 2 GiB take eight bytes more.
        let right = index.array(0)? == MAGIC && index.len() >= whole && pack.len() >= 12 + SUM;
        let head: [u8; 12] = pack.array(0)?;
        let good = head[..4] == *b"PACK" && matches!(number(*head[4..].first_chunk()?), 2 | 3);
        let same = number(*head[8..].first_chunk()?) == count
            && index.array::<SUM>(index.len().checked_sub(2 * SUM)?)?
                == pack.array::<SUM>(pack.len().checked_sub(SUM)?)?;
        (right && good && same).then_some(Files { index, pack, count })
    }

    /// Where an object stands in the pack.
    fn find(&self, id: ObjectId) -> Option<usize> {
        let first = usize::from(id.0[0]);
        let below = |at: usize| Some(number(self.index.array(FANOUT + 4 * at)?));
        let mut from = if first == 0 { 0 } else { below(first - 1)? };
        let mut to = below(first)?.min(self.count);
        // Names are spread evenly, so that they tell where to look; unless somebody chose them.
        let rank = |name: &[u8; 20]| u64::from(u32::from_be_bytes([name[1], name[2], name[3], name[4]]));
        let (wanted, mut low, mut high) = (rank(&id.0), 0, 1 << 32);
        let mut guesses = GUESSES;
        while from < to {
            let middle = if guesses > 0 && (low..high).contains(&wanted) {
                guesses -= 1;
                from + usize::try_from((to - from) as u64 * (wanted - low) / (high - low)).ok()?
            } else {
                from + (to - from) / 2
            };
            let name = self.index.array::<20>(NAMES + 20 * middle)?;
            match name.cmp(&id.0) {
                std::cmp::Ordering::Less => (from, low) = (middle + 1, rank(&name)),
                std::cmp::Ordering::Greater => (to, high) = (middle, rank(&name) + 1),
                std::cmp::Ordering::Equal => return self.offset(middle),
            }
        }
        None
    }

    fn offset(&self, at: usize) -> Option<usize> {
        let offsets = NAMES + 24 * self.count;
        let offset = number(self.index.array(offsets + 4 * at)?);
        let Some(large) = offset.checked_sub(1 << 31) else { return Some(offset) };
        let offset = self.index.array(offsets + 4 * self.count + 8 * large)?;
        usize::try_from(u64::from_be_bytes(offset)).ok()
    }
}

fn number(bytes: [u8; 4]) -> usize {
    u32::from_be_bytes(bytes) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::scrubbed;
    use std::path::Path;

    fn git(dir: &Path, arguments: &[&str]) -> Vec<u8> {
        let output = scrubbed("git", dir, dir).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Nothing of a usual pack is left to libgit2.
    #[test]
    fn every_object_of_a_usual_pack_is_read_here() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path();
        git(dir, &["init", "-q"]);
        for nth in 0..30 {
            let rows = (0..300).map(|row| format!("row {row}, {}\n", if row % 30 == nth { nth } else { 0 }));
            std::fs::write(dir.join("table.csv"), rows.collect::<String>()).unwrap();
            git(dir, &["add", "-A"]);
            git(dir, &["commit", "-q", "-m", "a change"]);
        }
        git(dir, &["tag", "-a", "-m", "a tag", "v1"]);
        // What takes more room in the pack than outside, the more the larger it is.
        let noise: Vec<u8> =
            std::iter::successors(Some(1_u32), |n| Some(n.wrapping_mul(1_664_525).wrapping_add(1_013)))
                .map(|n| (n >> 24) as u8)
                .take(1_500_000)
                .collect();
        std::fs::write(dir.join("noise"), &noise).unwrap();
        git(dir, &["add", "-A"]);
        git(dir, &["commit", "-q", "-m", "noise"]);
        for style in
            ["repack.useDeltaBaseOffset=true", "repack.useDeltaBaseOffset=false", "pack.compression=0"]
        {
            git(dir, &["-c", style, "repack", "-adfq"]);
            let packs = Packs::of(&[dir.join(".git/objects")]);
            let mut unpacker = Unpacker::default();
            let all = git(dir, &["cat-file", "--batch-all-objects", "--batch-check"]);
            let all = String::from_utf8(all).unwrap();
            assert!(all.lines().count() > 90, "{all}");
            for line in all.lines() {
                let [id, kind, _] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
                let expected = git(dir, &["cat-file", kind, id]);
                let id = ObjectId::from_hex(id.as_bytes()).unwrap();
                match unpacker.read(&packs, id, usize::MAX) {
                    Some(Found::Object(found, bytes)) => {
                        assert_eq!((found.str(), &bytes[..]), (kind, &expected[..]), "{line}");
                    }
                    _ => panic!("{line} is left to libgit2"),
                }
                let Some(Found::Larger(size)) = unpacker.read(&packs, id, 10) else { panic!("{line}") };
                assert_eq!(size, expected.len(), "{line}");
            }
        }
    }
}
