//! The index file, versions 2 to 4, as `gitformat-index` describes it.

use std::io::Read;

use super::cache_tree::CacheTree;
use super::feed::Feed;
use super::{Index, IndexEntry, entry_kind};
use crate::git::id::ObjectId;

/// Signature, version, number of entries.
const HEADER: usize = 12;
/// What stands before the name of an entry: times and numbers of the file on disk, mode, object, flags.
const FIXED: usize = 62;
/// Where the mode stands in an entry, and the object.
const MODE_AT: usize = 24;
const ID_AT: usize = 40;
const FLAGS_AT: usize = 60;
/// Two more bytes of flags follow.
const EXTENDED: u16 = 0x4000;
/// The length of a name is in the flags too, up to this.
const LONG_NAME: usize = 0xfff;
const INTENT_TO_ADD: u16 = 0x2000;
const SKIP_WORKTREE: u16 = 0x4000;

pub(super) const CUT: &str = "it is cut off";

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// Everything.
    Whole(Index),
    /// Only a part: the rest is in another file, or in trees.
    Partial,
}

pub(super) type Result<T> = std::result::Result<T, String>;

/// Reads an index file of `size` bytes. `Err` says what is wrong with it.
pub(super) fn parse(file: impl Read, size: u64) -> Result<Parsed> {
    let mut feed = Feed::new(file, size)?;
    let parsed = read(&mut feed);
    // What is wrong with a file that was cut off or changed is just that.
    feed.finish()?;
    parsed
}

fn read(feed: &mut Feed<impl Read>) -> Result<Parsed> {
    while feed.bytes().len() < HEADER && feed.more()? {}
    let header = feed.bytes();
    if !header.starts_with(b"DIRC") {
        return Err("it does not begin as an index does".to_string());
    }
    let version = number(header, 4).ok_or(CUT)?;
    let count = number(header, 8).ok_or(CUT)?;
    if !(2..=4).contains(&version) {
        return Err("its version is unknown".to_string());
    }
    feed.used(HEADER);
    // Each entry takes more than its fixed part.
    if count > feed.left() / FIXED {
        return Err("it holds fewer entries than it says".to_string());
    }
    let mut entries = Entries { packed: version == 4, index: Index::default() };
    entries.index.entries.reserve_exact(count);
    entries.index.names.reserve(feed.left() - count * FIXED);
    // A part of an index may hold what a whole one may not, so what is wrong is said at the end.
    let mut disorder = None;
    for _ in 0..count {
        let used = loop {
            match entries.read_one(feed.bytes())? {
                Some(used) => break used,
                None if feed.more()? => {}
                None => return Err("an entry is cut off".to_string()),
            }
        };
        feed.used(used);
        disorder = disorder.or(entries.disorder());
    }
    while feed.more()? {}
    let mut index = entries.index;
    let partial = extensions(feed.bytes(), &mut index)?;
    match disorder {
        _ if partial => Ok(Parsed::Partial),
        Some(why) => Err(why.to_string()),
        None => Ok(Parsed::Whole(index)),
    }
}

/// The entries that were read.
struct Entries {
    /// Names are written as what differs from the one before.
    packed: bool,
    index: Index,
}

impl Entries {
    /// Reads an entry, and says how many bytes it took; `None` when it goes on behind `bytes`.
    fn read_one(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        let Some((fixed, more)) = bytes.split_first_chunk::<FIXED>() else { return Ok(None) };
        let mode = number(fixed, MODE_AT).and_then(|mode| u32::try_from(mode).ok()).ok_or(CUT)?;
        let id = ObjectId::from_slice(&fixed[ID_AT..]).ok_or(CUT)?;
        let flags = short(fixed, FLAGS_AT).ok_or(CUT)?;
        let (extra, name_at) = match (flags & EXTENDED, short(more, 0)) {
            (0, _) => (0, FIXED),
            (_, Some(extra)) => (extra, FIXED + 2),
            (_, None) => return Ok(None),
        };
        if extra & !(INTENT_TO_ADD | SKIP_WORKTREE) != 0 {
            return Err("an entry has flags that are unknown".to_string());
        }
        let said = usize::from(flags) & LONG_NAME;
        let last = self.index.entries.last().map_or(0..0, IndexEntry::range);
        let (shared, own_at) = if self.packed {
            let Some((dropped, read)) = varint(&bytes[name_at..]) else { return Ok(None) };
            let shared = last.len().checked_sub(dropped);
            (shared.ok_or("a name begins with more than the one before")?, name_at + read)
        } else {
            (0, name_at)
        };
        let Some(own) = memchr::memchr(0, &bytes[own_at..]) else { return Ok(None) };
        let len = shared + own;
        if said != len.min(LONG_NAME) {
            return Err("the length of a name is wrong".to_string());
        }
        // Behind the name stands a zero; unpacked entries are filled up with zeros to a multiple of eight.
        let used = if self.packed { own_at + own + 1 } else { (name_at + len + 8) & !7 };
        if used > bytes.len() {
            return Ok(None);
        }
        const LONG: &str = "the paths together are longer than 4 GiB";
        let names = &mut self.index.names;
        let start = u32::try_from(names.len()).map_err(|_| LONG)?;
        names.extend_from_within(last.start..last.start + shared);
        names.extend_from_slice(&bytes[own_at..own_at + own]);
        self.index.entries.push(IndexEntry {
            start,
            len: u32::try_from(len).map_err(|_| LONG)?,
            kind: entry_kind(mode),
            id,
            stage: u8::try_from(flags >> 12 & 3).unwrap_or(3),
            intent_to_add: extra & INTENT_TO_ADD != 0,
            skip_worktree: extra & SKIP_WORKTREE != 0,
        });
        Ok(Some(used))
    }

    /// What is wrong with the last entry next to the one before.
    fn disorder(&self) -> Option<&'static str> {
        let names = &self.index.names;
        let (last, earlier) = self.index.entries.split_last()?;
        let path = &names[last.range()];
        if path.is_empty() {
            return Some("a name is empty");
        }
        let before = earlier.last()?;
        let fine = match names[before.range()].cmp(path) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Equal => before.stage != 0 && before.stage <= last.stage,
            std::cmp::Ordering::Greater => false,
        };
        (!fine).then_some("its entries are out of order, or a name stands twice")
    }
}

/// Reads what follows the entries. True when the index is only a part of one.
fn extensions(mut rest: &[u8], index: &mut Index) -> Result<bool> {
    let mut partial = false;
    while !rest.is_empty() {
        let size = number(rest, 4).ok_or("an extension is cut off")?;
        let data = rest.get(8..).and_then(|data| data.get(..size)).ok_or("an extension is cut off")?;
        match &rest[..4] {
            b"TREE" => index.trees = Some(CacheTree::parse(data).ok_or("its trees are malformed")?),
            // One that a reader must know begins with a small letter.
            [b'A'..=b'Z', ..] => {}
            [b'a'..=b'z', ..] => partial = true,
            _ => return Err("an extension has no name".to_string()),
        }
        rest = &rest[8 + size..];
    }
    Ok(partial)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_be_bytes(*four)).ok()
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk::<2>().map(|two| u16::from_be_bytes(*two))
}

/// A number of seven bits a byte, the highest first; each further byte counts one more than it says.
/// Also how many bytes were read.
fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (at, &byte) in bytes.iter().enumerate() {
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
        value = value.checked_add(1)?;
    }
    None
}
