//! Changed-path filters, as `gitformat-commit-graph` describes them: each says of a path that a commit did
//! not change it, compared with its first parent, or that it may have.

use super::super::paths::Paths;

/// How the filters of a layer are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Settings {
    /// Bytes above 127 are hashed as they are, and not as negative numbers.
    pub(super) unsigned: bool,
    /// How many bits stand for a path.
    pub(super) hashes: u32,
}

/// More bits than this for a path are not used: each costs time, and nobody writes them.
const HASHES_MAX: u32 = 64;

impl Settings {
    /// Reads the start of a `BDAT` chunk; `None` for filters of another kind.
    pub(super) fn read(version: u32, hashes: u32) -> Option<Settings> {
        let usable = (1..=2).contains(&version) && (1..=HASHES_MAX).contains(&hashes);
        usable.then_some(Settings { unsigned: version == 2, hashes })
    }
}

/// The bits that stand for a path.
struct Key {
    hashes: Box<[u32]>,
    /// In filters of version 1: as a program whose bytes have no sign wrote them.
    other: Option<Box<[u32]>>,
}

impl Key {
    fn new(path: &[u8], settings: Settings) -> Key {
        let hashes = |unsigned: bool| {
            let (first, step) = (murmur3(0x293a_e76f, path, unsigned), murmur3(0x7e64_6e2c, path, unsigned));
            (0..settings.hashes).map(|nth| first.wrapping_add(nth.wrapping_mul(step))).collect()
        };
        let other = (!settings.unsigned && !path.is_ascii()).then(|| hashes(true));
        Key { hashes: hashes(settings.unsigned), other }
    }

    fn may_be_in(&self, filter: &[u8], bits: u64) -> bool {
        let all = |hashes: &[u32]| {
            hashes.iter().all(|&hash| {
                let bit = u64::from(hash) % bits;
                filter[(bit / 8) as usize] >> (bit % 8) & 1 == 1
            })
        };
        all(&self.hashes) || self.other.as_deref().is_some_and(all)
    }
}

/// A folder or file on the way to paths that are asked for.
struct Probe {
    key: Key,
    /// The next probe that does not lie below.
    skip: usize,
    /// The path that ends here.
    ends: Option<u32>,
}

/// Some of the paths of a walk, to be looked for in filters.
pub(in super::super) struct Probes {
    settings: Settings,
    wanted: Vec<u32>,
    probes: Vec<Probe>,
    /// One of the paths is the top, of which filters say nothing.
    top: Option<u32>,
}

impl Probes {
    /// `wanted` are positions, sorted.
    pub(super) fn new(paths: &Paths<'_>, wanted: &[u32], settings: Settings) -> Probes {
        let mut probes: Vec<Probe> = Vec::new();
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut top = None;
        for step in paths.on_the_way(wanted) {
            while open.last().is_some_and(|&(depth, _)| depth >= step.depth) {
                let (_, at) = open.pop().expect("there is a last one");
                probes[at].skip = probes.len();
            }
            if step.path.is_empty() {
                top = step.ends;
                continue;
            }
            open.push((step.depth, probes.len()));
            probes.push(Probe { key: Key::new(&step.path, settings), skip: 0, ends: step.ends });
        }
        for (_, at) in open {
            probes[at].skip = probes.len();
        }
        Probes { settings, wanted: wanted.to_vec(), probes, top }
    }

    pub(super) fn are_for(&self, wanted: &[u32], settings: Settings) -> bool {
        self.settings == settings && self.wanted == wanted
    }

    /// Whether a commit may have changed any of the paths.
    pub(super) fn any(&self, filter: &[u8]) -> bool {
        let mut found = self.top.is_some();
        if !found {
            self.visit(filter, |_| {
                found = true;
                false
            });
        }
        found
    }

    /// The paths that a commit may have changed, sorted.
    pub(super) fn all(&self, filter: &[u8]) -> Vec<u32> {
        let mut found: Vec<u32> = self.top.into_iter().collect();
        self.visit(filter, |position| {
            found.push(position);
            true
        });
        found.sort_unstable();
        found
    }

    /// Shows each path that may be in a filter, until `go_on` says no.
    fn visit(&self, filter: &[u8], mut go_on: impl FnMut(u32) -> bool) {
        let bits = filter.len() as u64 * 8;
        let mut at = 0;
        while let Some(probe) = self.probes.get(at) {
            if !probe.key.may_be_in(filter, bits) {
                at = probe.skip;
                continue;
            }
            if let Some(position) = probe.ends
                && !go_on(position)
            {
                return;
            }
            at += 1;
        }
    }
}

/// Murmur3 of 32 bits. Without `unsigned` each byte above 127 is taken for a negative number, as version 1
/// has it.
fn murmur3(seed: u32, data: &[u8], unsigned: bool) -> u32 {
    let byte = |byte: u8| if unsigned { u32::from(byte) } else { byte as i8 as u32 };
    let mix = |word: u32| word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let (words, rest) = data.as_chunks::<4>();
    let mut hash = seed;
    for &[a, b, c, d] in words {
        let word = byte(a) | byte(b) << 8 | byte(c) << 16 | byte(d) << 24;
        hash = (hash ^ mix(word)).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    if !rest.is_empty() {
        let word = rest.iter().rev().fold(0, |word, &last| word << 8 ^ byte(last));
        hash ^= mix(word);
    }
    hash ^= data.len() as u32;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Settings = Settings { unsigned: false, hashes: 7 };
    const NEW: Settings = Settings { unsigned: true, hashes: 7 };

    #[test]
    fn hashes_are_those_of_git() {
        assert_eq!(murmur3(0, b"", true), 0);
        assert_eq!(murmur3(0, b"Hello world!", true), 0x627b_0c2c);
        assert_eq!(murmur3(0, b"The quick brown fox jumps over the lazy dog", true), 0x2e4f_f723);
        let empty =
            [0x5615_800c, 0x5b96_6560, 0x6117_4ab4, 0x6698_3008, 0x6c19_155c, 0x7199_fab0, 0x771a_e004];
        assert_eq!(*Key::new(b"", OLD).hashes, empty);
        for text in [&b"abc"[..], b"\xc3\xa9", b"ab\xc3\xa9", b"abcde\xff"] {
            let same = murmur3(7, text, true) == murmur3(7, text, false);
            assert_eq!(same, text.is_ascii(), "{text:?}");
        }
    }

    #[test]
    fn a_key_is_in_a_filter_that_holds_it() {
        let put = |filter: &mut [u8], hashes: &[u32]| {
            let bits = filter.len() as u32 * 8;
            hashes.iter().for_each(|hash| filter[(hash % bits / 8) as usize] |= 1 << (hash % bits % 8));
        };
        for (settings, name) in [(OLD, &b"f"[..]), (NEW, b"f"), (OLD, b"\xc3\xa9"), (NEW, b"\xc3\xa9")] {
            let key = Key::new(name, settings);
            // Version 1 was also written where bytes have no sign.
            assert_eq!(key.other.is_some(), settings == OLD && !name.is_ascii());
            for hashes in [Some(&key.hashes), key.other.as_ref()].into_iter().flatten() {
                let mut filter = vec![0; 16];
                put(&mut filter, hashes);
                assert!(key.may_be_in(&filter, 128));
                filter.iter_mut().for_each(|byte| *byte = !*byte);
                assert!(!key.may_be_in(&filter, 128));
            }
            assert!(key.may_be_in(&[0xff], 8), "a commit that changed too much has all bits");
            assert!(!key.may_be_in(&[0], 8), "a commit that changed nothing has none");
        }
    }

    #[test]
    fn settings_that_nobody_writes_are_not_used() {
        assert_eq!((Settings::read(1, 7), Settings::read(2, 7)), (Some(OLD), Some(NEW)));
        for (version, hashes) in [(0, 7), (3, 7), (1, 0), (1, HASHES_MAX + 1), (2, u32::MAX)] {
            assert_eq!(Settings::read(version, hashes), None);
        }
    }
}
