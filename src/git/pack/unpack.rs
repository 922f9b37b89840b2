use std::rc::Rc;

use git2::ObjectType;
use libdeflater::Decompressor;
use zlib_rs::{Inflate, InflateFlush, Status};

use super::super::id::ObjectId;
use super::super::paged::Paged;
use super::{Packs, delta};

/// Larger objects, and those made of larger ones, are left to libgit2.
const LARGEST: usize = 32 << 20;
/// Longer chains too: Git makes them of fifty.
const DEEPEST: usize = 1000;
/// The decompressor is quick as long as it has so many bytes of room.
const SLACK: usize = 320;
/// What compression adds at most, where there is nothing to compress.
const SPARE: usize = 64;
/// A header, with the name of a base, is no longer than this.
const HEAD: usize = 32;

/// What one thread needs to unpack.
pub(in super::super) struct Unpacker {
    /// Twice as quick as the other one, for what is at hand as a whole.
    whole: Decompressor,
    inflate: Inflate,
    bases: Bases,
}

/// What stands in a pack.
pub(in super::super) enum Found {
    Object(ObjectType, Rc<Vec<u8>>),
    /// It has so many bytes, which are more than were asked for.
    Larger(usize),
    /// It is there, but not whole.
    Damaged,
    /// It is very large, or made of what is.
    Beyond,
}

/// An object as it is stored.
struct Stored {
    is: Kind,
    /// Uncompressed, of what is stored.
    size: usize,
    /// Where that begins.
    data: usize,
}

enum Kind {
    Whole(ObjectType),
    /// A delta on what stands at a place of the same pack.
    Delta(usize),
}

/// Places of objects: the pack, by its own place, and where in it.
type Place = (usize, usize);

/// An object that others are made of.
type Base = (ObjectType, Rc<Vec<u8>>);

/// Such objects: each place has its slot, and loses it to the next one that falls there.
struct Bases {
    slots: Vec<Option<(Place, Base)>>,
    /// Bytes of all of them.
    size: usize,
}

impl Bases {
    const SLOTS: usize = 1 << 11;
    /// When there are more bytes, all are given up.
    const ROOM: usize = 16 << 20;

    fn slot((pack, at): Place) -> usize {
        (pack.wrapping_mul(31) ^ at ^ at >> 11 ^ at >> 22) % Bases::SLOTS
    }

    fn get(&self, place: Place) -> Option<Base> {
        let (of, base) = self.slots.get(Bases::slot(place))?.as_ref()?;
        (*of == place).then(|| base.clone())
    }

    fn put(&mut self, place: Place, kind: ObjectType, bytes: &Rc<Vec<u8>>) {
        if self.size + bytes.len() > Bases::ROOM {
            self.slots.clear();
            self.size = 0;
        }
        self.slots.resize(Bases::SLOTS, None);
        let old = self.slots[Bases::slot(place)].replace((place, (kind, Rc::clone(bytes))));
        self.size = (self.size + bytes.len()).saturating_sub(old.map_or(0, |(_, (_, old))| old.len()));
    }
}

impl Default for Unpacker {
    fn default() -> Unpacker {
        Unpacker {
            whole: Decompressor::new(),
            inflate: Inflate::new(true, 15),
            bases: Bases { slots: Vec::new(), size: 0 },
        }
    }
}

impl Unpacker {
    /// An object of at most `max` bytes; `None` when no pack holds it. Where several do, one that is whole.
    pub(in super::super) fn read(&mut self, packs: &Packs, id: ObjectId, max: usize) -> Option<Found> {
        let mut damaged = None;
        for place in packs.find(id) {
            match self.read_at(packs, place, max) {
                None => damaged = Some(Found::Damaged),
                found => return found,
            }
        }
        damaged
    }

    /// What stands at a place; `None` when it is damaged.
    fn read_at(&mut self, packs: &Packs, place: Place, max: usize) -> Option<Found> {
        let mut above: Vec<Place> = Vec::new();
        let mut next = place;
        let mut top: Option<Vec<u8>> = None;
        let (kind, mut bytes) = loop {
            if let Some(base) = self.bases.get(next) {
                break base;
            }
            let stored = packs.stored(next)?;
            match stored.is {
                Kind::Whole(_) if stored.size > max && above.is_empty() => {
                    return Some(Found::Larger(stored.size));
                }
                _ if stored.size > LARGEST || above.len() >= DEEPEST => return Some(Found::Beyond),
                Kind::Whole(kind) => {
                    let bytes = Rc::new(self.inflated(packs, next.0, &stored)?);
                    if kind == ObjectType::Tree || !above.is_empty() {
                        self.bases.put(next, kind, &bytes);
                    }
                    break (kind, bytes);
                }
                Kind::Delta(base) => {
                    if above.is_empty() {
                        let delta = self.inflated(packs, next.0, &stored)?;
                        let (_, size) = delta::sizes(&delta)?;
                        if size > max {
                            return Some(Found::Larger(size));
                        }
                        top = Some(delta);
                    }
                    above.push(next);
                    next.1 = base;
                }
            }
        };
        while let Some(place) = above.pop() {
            let delta = match top.take_if(|_| above.is_empty()) {
                Some(delta) => delta,
                None => self.inflated(packs, place.0, &packs.stored(place)?)?,
            };
            if delta::sizes(&delta)?.1 > LARGEST {
                return Some(Found::Beyond);
            }
            bytes = Rc::new(delta::apply(&bytes, &delta)?);
            if kind == ObjectType::Tree || !above.is_empty() {
                self.bases.put(place, kind, &bytes);
            }
        }
        Some(if bytes.len() > max { Found::Larger(bytes.len()) } else { Found::Object(kind, bytes) })
    }

    /// The bytes that are stored, if they are whole and took no more room than is usual.
    fn inflated_whole(&mut self, pages: &Paged, stored: &Stored) -> Option<Vec<u8>> {
        let left = pages.len().checked_sub(stored.data)?;
        let input = pages.get(stored.data, left.min(stored.size + SPARE))?;
        let mut out = vec![0; stored.size];
        let size = self.whole.zlib_decompress(&input, &mut out).ok()?;
        (size == stored.size).then_some(out)
    }

    /// The bytes that are stored; `None` unless they are whole, and as many as the pack says.
    fn inflated(&mut self, packs: &Packs, pack: usize, stored: &Stored) -> Option<Vec<u8>> {
        let pages = &packs.packs.get(pack)?.files(&packs.room)?.pack;
        if let Some(out) = self.inflated_whole(pages, stored) {
            return Some(out);
        }
        let mut out = vec![0; stored.size + SLACK];
        let (mut at, mut filled) = (stored.data, 0);
        self.inflate.reset(true);
        loop {
            let input = pages.from(at)?;
            let before = self.inflate.total_in();
            let status = self.inflate.decompress(&input, &mut out[filled..], InflateFlush::NoFlush).ok()?;
            let taken = usize::try_from(self.inflate.total_in() - before).ok()?;
            let given = usize::try_from(self.inflate.total_out()).ok()? - filled;
            (at, filled) = (at + taken, filled + given);
            match status {
                Status::StreamEnd if filled == stored.size => break,
                Status::StreamEnd => return None,
                Status::Ok | Status::BufError if taken == 0 && given == 0 => return None,
                Status::Ok | Status::BufError => {}
            }
        }
        out.truncate(filled);
        Some(out)
    }
}

impl Packs {
    /// Reads the header of what stands at a place.
    fn stored(&self, (pack, at): Place) -> Option<Stored> {
        let pages = &self.packs.get(pack)?.files(&self.room)?.pack;
        let head = pages.get(at, pages.len().checked_sub(at)?.min(HEAD))?;
        let mut rest = &head[..];
        let mut byte = || {
            let (first, after) = rest.split_first()?;
            rest = after;
            Some(usize::from(*first))
        };
        let first = byte()?;
        let (mut size, mut shift, mut more) = (first & 0x0f, 4_u32, first & 0x80 != 0);
        while more {
            let next = byte()?;
            size |= (next & 0x7f).checked_shl(shift).filter(|bits| bits >> shift == next & 0x7f)?;
            (shift, more) = (shift + 7, next & 0x80 != 0);
        }
        let is = match first >> 4 & 7 {
            1 => Kind::Whole(ObjectType::Commit),
            2 => Kind::Whole(ObjectType::Tree),
            3 => Kind::Whole(ObjectType::Blob),
            4 => Kind::Whole(ObjectType::Tag),
            6 => {
                // So far before this one, in bytes of seven bits, of which all but the last count one more.
                let mut next = byte()?;
                let mut back = next & 0x7f;
                while next & 0x80 != 0 {
                    next = byte()?;
                    back = back.checked_add(1)?.checked_mul(128)? | next & 0x7f;
                }
                Kind::Delta(at.checked_sub(back).filter(|_| back > 0)?)
            }
            7 => {
                let id = ObjectId::from_slice(rest)?;
                rest = &rest[20..];
                Kind::Delta(self.packs[pack].files(&self.room)?.find(id)?)
            }
            _ => return None,
        };
        Some(Stored { is, size, data: at + head.len() - rest.len() })
    }
}
