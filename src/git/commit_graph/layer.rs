//! One file of a commit-graph, as `gitformat-commit-graph` describes it.

use std::borrow::Cow;
use std::path::Path;

use super::bloom::Settings;
use super::{Entry, More, Place};
use crate::git::id::ObjectId;
use crate::git::paged::{Paged, Room};

/// So much is read at once, in bytes.
const PAGE: usize = 32 << 10;
/// Larger files are not used, in bytes: the list of their pages alone would be large.
const SIZE_MAX: u64 = 8 << 30;
/// Signature, versions, number of chunks, number of files that this one builds on.
const HEADER: u64 = 8;
/// An entry of the list of chunks: a name and where it begins.
const CHUNK: u64 = 12;
/// The hash of all that comes before it ends the file; the names of objects have its length too.
const HASH: u64 = 20;
/// A commit's tree, its first two parents, and its level with its time.
const DATA: u64 = 36;
/// In place of a parent: there is none.
const NO_PARENT: u32 = 0x7000_0000;
/// In place of a second parent: all but the first are listed elsewhere. In such a list: the last one. In
/// place of a difference of dates: it is kept elsewhere.
const FLAG: u32 = 0x8000_0000;
/// What stands before the filters: their version and how they are made.
const FILTERS_HEADER: u64 = 12;

/// Where a chunk begins and how many bytes it has.
#[derive(Clone, Copy)]
struct Chunk {
    at: u64,
    size: u64,
}

impl Chunk {
    /// Where its `nth` item of `size` bytes is.
    fn item(self, nth: u32, size: u64) -> Option<u64> {
        let start = u64::from(nth).checked_mul(size)?;
        (start.checked_add(size)? <= self.size).then_some(self.at + start)
    }
}

/// The chunks that are understood.
#[derive(Default)]
struct Chunks {
    fanout: Option<Chunk>,
    ids: Option<Chunk>,
    data: Option<Chunk>,
    edges: Option<Chunk>,
    dates: Option<Chunk>,
    far_dates: Option<Chunk>,
    bases: Option<Chunk>,
    filter_ends: Option<Chunk>,
    filters: Option<Chunk>,
}

impl Chunks {
    fn named(&mut self, name: [u8; 4]) -> Option<&mut Option<Chunk>> {
        Some(match &name {
            b"OIDF" => &mut self.fanout,
            b"OIDL" => &mut self.ids,
            b"CDAT" => &mut self.data,
            b"EDGE" => &mut self.edges,
            b"GDA2" => &mut self.dates,
            b"GDO2" => &mut self.far_dates,
            b"BASE" => &mut self.bases,
            b"BIDX" => &mut self.filter_ends,
            b"BDAT" => &mut self.filters,
            _ => return None,
        })
    }
}

/// Filters of changed paths.
#[derive(Clone, Copy)]
struct Filters {
    ends: Chunk,
    bytes: Chunk,
    settings: Settings,
}

/// A file of a commit-graph.
pub(super) struct Layer {
    file: Paged,
    /// How many commits have a name whose first byte is no higher.
    fanout: Box<[u32; 256]>,
    ids: Chunk,
    data: Chunk,
    edges: Option<Chunk>,
    dates: Option<Chunk>,
    far_dates: Option<Chunk>,
    filters: Option<Filters>,
    /// What the file calls itself.
    pub(super) name: ObjectId,
    /// The files that this one builds on, lowest first.
    pub(super) bases: Vec<ObjectId>,
    /// How many commits these have.
    pub(super) below: u32,
    pub(super) count: u32,
}

impl Layer {
    /// Opens a file that builds on `below` commits; `None` when its parts do not fit together.
    pub(super) fn open(path: &Path, below: u32) -> Option<Layer> {
        let file = Paged::open(path, PAGE, SIZE_MAX, &Room::new(usize::MAX))?;
        let [b'C', b'G', b'P', b'H', version, hash, chunks, bases] = file.array(0)? else { return None };
        if (version, hash) != (1, 1) {
            return None;
        }
        let chunks = read_chunks(&file, chunks)?;
        let fanout = read_fanout(&file, chunks.fanout?)?;
        let count = fanout[255];
        let items = |chunk: Chunk, size: u64| chunk.size == u64::from(count) * size;
        let (ids, data) = (chunks.ids?, chunks.data?);
        let dates = chunks.dates;
        let fits = items(ids, HASH) && items(data, DATA) && dates.is_none_or(|dates| items(dates, 4));
        if !fits || count >= NO_PARENT.checked_sub(below)? {
            return None;
        }
        let name = ObjectId(file.array(file.len() as u64 - HASH)?);
        let bases = read_bases(&file, chunks.bases, bases)?;
        let filters = chunks.filter_ends.filter(|&ends| items(ends, 4)).zip(chunks.filters);
        let filters = filters.and_then(|(ends, bytes)| read_filters(&file, ends, bytes));
        let (edges, far_dates) = (chunks.edges, chunks.far_dates);
        Some(Layer { file, fanout, ids, data, edges, dates, far_dates, filters, name, bases, below, count })
    }

    /// Whether it knows corrected dates.
    pub(super) fn has_dates(&self) -> bool {
        self.dates.is_some()
    }

    /// Forgets the corrected dates: other files of the chain have none, and the two do not compare.
    pub(super) fn drop_dates(&mut self) {
        self.dates = None;
    }

    /// The commit's number in this file.
    pub(super) fn find(&self, id: ObjectId) -> Option<u32> {
        let first = usize::from(id.0[0]);
        let mut from = if first == 0 { 0 } else { self.fanout[first - 1] };
        let mut to = self.fanout[first];
        while from < to {
            let middle = from + (to - from) / 2;
            match self.id(middle)?.cmp(&id) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        None
    }

    pub(super) fn id(&self, nth: u32) -> Option<ObjectId> {
        self.file.array(self.ids.item(nth, HASH)?).map(ObjectId)
    }

    /// What is known of a commit.
    pub(super) fn entry(&self, nth: u32) -> Option<Entry> {
        let data: [u8; DATA as usize] = self.file.array(self.data.item(nth, DATA)?)?;
        let word = |at: usize| u32::from_be_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
        let time = u64::from(word(28) & 3) << 32 | u64::from(word(32));
        let generation = match self.dates {
            None => u64::from(word(28) >> 2),
            Some(dates) => time.checked_add(self.correction(dates, nth)?)?,
        };
        // The highest number is kept for commits that no commit-graph knows.
        let generation = Some(generation).filter(|generation| *generation < u64::MAX)?;
        let first = self.parent(word(20))?;
        let more = match (first, word(24)) {
            (_, NO_PARENT) => More::None,
            (None, _) => return None,
            (_, flagged) if flagged & FLAG != 0 => More::Listed(flagged & !FLAG),
            (_, second) => More::One(self.parent(second)??),
        };
        let tree = ObjectId::from_slice(&data)?;
        Some(Entry { tree, time: i64::try_from(time).ok()?, generation, first, more })
    }

    /// How much later than a commit's time its corrected date is.
    fn correction(&self, dates: Chunk, nth: u32) -> Option<u64> {
        let near = self.file.u32(dates.item(nth, 4)?)?;
        if near & FLAG == 0 {
            return Some(u64::from(near));
        }
        self.file.u64(self.far_dates?.item(near & !FLAG, 8)?)
    }

    /// A parent, which lies in this file or below; inside, `None` when there is none.
    fn parent(&self, number: u32) -> Option<Option<Place>> {
        if number == NO_PARENT {
            return Some(None);
        }
        (number < self.below + self.count).then_some(Some(Place(number)))
    }

    /// The parents behind the first, of a commit with more than two.
    pub(super) fn listed(&self, from: u32) -> Option<Vec<Place>> {
        let edges = self.edges?;
        let mut parents = Vec::new();
        for nth in from.. {
            let edge = self.file.u32(edges.item(nth, 4)?)?;
            parents.push(self.parent(edge & !FLAG)??);
            if edge & FLAG != 0 {
                break;
            }
        }
        Some(parents)
    }

    /// The filter of the paths that a commit changed, which is not empty; `None` when none was made.
    pub(super) fn filter(&self, nth: u32) -> Option<(Settings, Cow<'_, [u8]>)> {
        let filters = self.filters?;
        let end_of = |nth: u32| self.file.u32(filters.ends.item(nth, 4)?);
        let start = if nth == 0 { 0 } else { end_of(nth - 1)? };
        let size = end_of(nth)?.checked_sub(start).filter(|size| *size > 0)?;
        let start = FILTERS_HEADER + u64::from(start);
        if start + u64::from(size) > filters.bytes.size {
            return None;
        }
        let bytes = self.file.get(filters.bytes.at + start, size as usize)?;
        Some((filters.settings, bytes))
    }
}

/// Reads the list of chunks, which must follow each other up to the hash at the end of the file.
fn read_chunks(file: &Paged, count: u8) -> Option<Chunks> {
    let end = (file.len() as u64).checked_sub(HASH)?;
    let mut chunks = Chunks::default();
    let first = HEADER + CHUNK * (u64::from(count) + 1);
    let mut last: Option<([u8; 4], u64)> = None;
    for nth in 0..=u64::from(count) {
        let at = HEADER + CHUNK * nth;
        let (name, start): ([u8; 4], u64) = (file.array(at)?, file.u64(at + 4)?);
        if start < last.map_or(first, |(_, start)| start) || start > end {
            return None;
        }
        if let Some((name, from)) = last
            && let Some(slot) = chunks.named(name)
            && slot.replace(Chunk { at: from, size: start - from }).is_some()
        {
            return None;
        }
        last = Some((name, start));
    }
    (last == Some(([0; 4], end))).then_some(chunks)
}

fn read_fanout(file: &Paged, chunk: Chunk) -> Option<Box<[u32; 256]>> {
    if chunk.size != 4 * 256 {
        return None;
    }
    let bytes: [u8; 4 * 256] = file.array(chunk.at)?;
    let mut fanout = Box::new([0; 256]);
    for (count, bytes) in fanout.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *count = u32::from_be_bytes(*bytes);
    }
    fanout.is_sorted().then_some(fanout)
}

fn read_bases(file: &Paged, chunk: Option<Chunk>, count: u8) -> Option<Vec<ObjectId>> {
    let Some(chunk) = chunk else { return (count == 0).then(Vec::new) };
    if chunk.size != HASH * u64::from(count) {
        return None;
    }
    (0..u32::from(count)).map(|nth| file.array(chunk.item(nth, HASH)?).map(ObjectId)).collect()
}

fn read_filters(file: &Paged, ends: Chunk, bytes: Chunk) -> Option<Filters> {
    if bytes.size < FILTERS_HEADER {
        return None;
    }
    let settings = Settings::read(file.u32(bytes.at)?, file.u32(bytes.at + 4)?)?;
    Some(Filters { ends, bytes, settings })
}
