//! The index file, versions 2 to 4, as `gitformat-index` describes it.

use sha1::{Digest, Sha1};

use super::cache_tree::CacheTree;
use super::{Index, IndexEntry, entry_kind};
use crate::git::id::ObjectId;

/// Signature, version, number of entries.
const HEADER: usize = 12;
/// The checksum at the end.
const FOOTER: usize = 20;
/// What stands before the name of an entry: times and numbers of the file on disk, mode, object, flags.
const FIXED: usize = 62;
/// Where the mode stands in an entry, and the object.
const MODE_AT: usize = 24;
const ID_AT: usize = 40;
const FLAGS_AT: usize = 60;
/// Two more bytes of flags follow.
const EXTENDED: u16 = 0x4000;
/// The longest name whose length is in the flags; of longer ones, only the end says how long they are.
const LONG_NAME: usize = 0xfff;
const INTENT_TO_ADD: u16 = 0x2000;
const SKIP_WORKTREE: u16 = 0x4000;
/// Larger files are hashed while they are read.
const WORTH_A_THREAD: usize = 1 << 20;

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// Everything.
    Whole(Index),
    /// Only a part: the rest is in another file, or in trees.
    Partial,
}

type Result<T> = std::result::Result<T, &'static str>;

/// Reads an index file. `Err` says what is wrong with it.
pub(super) fn parse(bytes: &[u8]) -> Result<Parsed> {
    let end = bytes.len().checked_sub(FOOTER).filter(|&end| end >= HEADER).ok_or("it is cut off")?;
    let (body, sum) = bytes.split_at(end);
    // `index.skipHash` writes zeros.
    if sum == [0; FOOTER] {
        return parse_body(body);
    }
    let right = || Sha1::digest(body)[..] == *sum;
    let (parsed, right) = if body.len() < WORTH_A_THREAD {
        (parse_body(body), right())
    } else {
        std::thread::scope(|scope| {
            let hashed = scope.spawn(right);
            (parse_body(body), hashed.join().unwrap_or(false))
        })
    };
    if right { parsed } else { parsed.and(Err("its checksum is wrong: it was cut off or changed")) }
}

fn parse_body(body: &[u8]) -> Result<Parsed> {
    if &body[..4] != b"DIRC" {
        return Err("it does not begin as an index does");
    }
    let version = number(body, 4).ok_or("it is cut off")?;
    let count = number(body, 8).ok_or("it is cut off")?;
    if !(2..=4).contains(&version) {
        return Err("its version is unknown");
    }
    let mut rest = &body[HEADER..];
    // Each entry takes more than its fixed part.
    if count > rest.len() / FIXED {
        return Err("it holds fewer entries than it says");
    }
    let mut index = Index::default();
    index.entries.reserve_exact(count);
    index.names.reserve(rest.len().saturating_sub(count * FIXED));
    // A part of an index may hold what a whole one may not, so what is wrong is said at the end.
    let mut disorder = None;
    for _ in 0..count {
        rest = entry(rest, version == 4, &mut index)?;
        disorder = disorder.or(out_of_order(&index));
    }
    let partial = extensions(rest, &mut index)?;
    match disorder {
        _ if partial => Ok(Parsed::Partial),
        Some(why) => Err(why),
        None => Ok(Parsed::Whole(index)),
    }
}

/// Reads one entry, and returns what follows it.
fn entry<'b>(bytes: &'b [u8], packed: bool, index: &mut Index) -> Result<&'b [u8]> {
    const CUT: &str = "an entry is cut off";
    let mode = number(bytes, MODE_AT).and_then(|mode| u32::try_from(mode).ok()).ok_or(CUT)?;
    let id = bytes.get(ID_AT..).and_then(ObjectId::from_slice).ok_or(CUT)?;
    let flags = short(bytes, FLAGS_AT).ok_or(CUT)?;
    let (more, name_at) =
        if flags & EXTENDED == 0 { (0, FIXED) } else { (short(bytes, FIXED).ok_or(CUT)?, FIXED + 2) };
    if more & !(INTENT_TO_ADD | SKIP_WORKTREE) != 0 {
        return Err("an entry has flags that are unknown");
    }
    let mut rest = bytes.get(name_at..).ok_or(CUT)?;
    let start = index.names.len();
    if packed {
        let dropped;
        (dropped, rest) = varint(rest).ok_or(CUT)?;
        let last = index.entries.last().map_or(0..0, IndexEntry::range);
        let kept = last.len().checked_sub(dropped).ok_or("a name begins with more than the one before")?;
        index.names.extend_from_within(last.start..last.start + kept);
    }
    let said = usize::from(flags) & LONG_NAME;
    let shared = index.names.len() - start;
    let own = match said.checked_sub(shared) {
        Some(own) if said < LONG_NAME && rest.get(own) == Some(&0) => own,
        _ => rest.iter().position(|&b| b == 0).ok_or(CUT)?,
    };
    index.names.extend_from_slice(&rest[..own]);
    let len = shared + own;
    if said != len.min(LONG_NAME) || index.names[start + shared..].contains(&0) {
        return Err("the length of a name is wrong");
    }
    const LONG: &str = "the paths together are longer than 4 GiB";
    index.entries.push(IndexEntry {
        start: u32::try_from(start).map_err(|_| LONG)?,
        len: u32::try_from(len).map_err(|_| LONG)?,
        kind: entry_kind(mode),
        id,
        stage: u8::try_from(flags >> 12 & 3).unwrap_or(3),
        intent_to_add: more & INTENT_TO_ADD != 0,
        skip_worktree: more & SKIP_WORKTREE != 0,
    });
    // Behind the name stands a zero; unpacked entries are filled up with zeros to a multiple of eight.
    let used = if packed { bytes.len() - rest.len() + own + 1 } else { (name_at + own + 8) & !7 };
    bytes.get(used..).ok_or(CUT)
}

/// What is wrong with the last entry next to the one before.
fn out_of_order(index: &Index) -> Option<&'static str> {
    let last = index.entries.len().checked_sub(1)?;
    let path = index.path(last);
    if path.is_empty() {
        return Some("a name is empty");
    }
    let before = last.checked_sub(1)?;
    let stages = (index.entries[before].stage, index.entries[last].stage);
    let fine = match index.path(before).cmp(path) {
        std::cmp::Ordering::Less => true,
        std::cmp::Ordering::Equal => stages.0 != 0 && stages.0 <= stages.1,
        std::cmp::Ordering::Greater => false,
    };
    (!fine).then_some("its entries are out of order, or a name stands twice")
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
            _ => return Err("an extension has no name"),
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
fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (at, &byte) in bytes.iter().enumerate() {
        value = value.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
        value = value.checked_add(1)?;
    }
    None
}
