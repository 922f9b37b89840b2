//! Pieces of text that are looked for in paths, many at a time.

/// Which pairs of bytes stand side by side in a path, as far as their slots tell them apart: 64 for each word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pairs<const WORDS: usize = 64>([u64; WORDS]);

impl<const WORDS: usize> Pairs<WORDS> {
    pub(super) fn of(path: &[u8]) -> Pairs<WORDS> {
        let mut pairs = Pairs([0; WORDS]);
        pairs.add(path);
        pairs
    }

    /// Those of a further piece of the path, which begins with the last byte of the one before.
    pub(super) fn add(&mut self, piece: &[u8]) {
        for pair in piece.windows(2) {
            let slot = Literals::slot(pair[0], pair[1]);
            self.0[slot / 64 % WORDS] |= 1 << (slot % 64);
        }
    }

    /// False for a literal that the path cannot hold.
    pub(super) fn may_hold(&self, literal: &[u8]) -> bool {
        literal.windows(2).all(|pair| {
            let slot = Literals::slot(pair[0], pair[1]);
            self.0[slot / 64 % WORDS] & 1 << (slot % 64) != 0
        })
    }
}

/// Literals, found by their first two bytes.
#[derive(Debug)]
pub(super) struct Literals {
    /// For each slot, the place of its bucket and one; zero for an empty slot, as nearly all are.
    slots: Box<[u16; Literals::SLOTS]>,
    buckets: Vec<Vec<(Vec<u8>, Vec<usize>)>>,
    /// Literals that may begin in a folder's name and end in a file's.
    across: Vec<Across>,
}

/// A literal with a slash.
#[derive(Debug)]
struct Across {
    /// Its last slash included.
    folder: Vec<u8>,
    name: Vec<u8>,
    pattern: usize,
}

impl Literals {
    const SLOTS: usize = 1 << 12;

    pub(super) fn new() -> Literals {
        Literals { slots: Box::new([0; Literals::SLOTS]), buckets: Vec::new(), across: Vec::new() }
    }

    #[inline]
    fn slot(first: u8, second: u8) -> usize {
        (usize::from(first) << 6 ^ usize::from(second)) & (Literals::SLOTS - 1)
    }

    /// Adds literals of at least two bytes, and a pattern that needs one of them.
    pub(super) fn add(&mut self, literals: &[String], pattern: usize) {
        literals.iter().for_each(|literal| self.add_one(literal, pattern));
    }

    fn add_one(&mut self, literal: &str, pattern: usize) {
        let bytes = literal.as_bytes();
        if let Some(slash) = bytes.iter().rposition(|&b| b == b'/') {
            let (folder, name) = bytes.split_at(slash + 1);
            self.across.push(Across { folder: folder.to_vec(), name: name.to_vec(), pattern });
        }
        let slot = &mut self.slots[Literals::slot(bytes[0], bytes[1])];
        if *slot == 0 {
            self.buckets.push(Vec::new());
            *slot = u16::try_from(self.buckets.len()).expect("there are no more buckets than slots");
        }
        let bucket = &mut self.buckets[usize::from(*slot) - 1];
        match bucket.iter_mut().find(|(known, _)| known == bytes) {
            Some((_, patterns)) => patterns.push(pattern),
            None => bucket.push((bytes.to_vec(), vec![pattern])),
        }
    }

    /// The patterns of literals that go on behind a folder, which ends in a slash, and what the name
    /// behind it begins with then.
    pub(super) fn going_on(&self, folder: &[u8]) -> Vec<(&[u8], usize)> {
        let on = self.across.iter().filter(|across| folder.ends_with(&across.folder));
        on.map(|across| (&across.name[..], across.pattern)).collect()
    }

    /// The patterns of all literals in a part of a path; some more than once.
    pub(super) fn find(&self, path: &[u8], found: &mut Vec<usize>) {
        let Some((&first, rest)) = path.split_first() else { return };
        let mut before = first;
        for (at, &byte) in rest.iter().enumerate() {
            let slot = self.slots[Literals::slot(before, byte)];
            before = byte;
            if slot != 0 {
                self.find_at(&path[at..], slot, found);
            }
        }
    }

    /// The patterns of the literals of a slot that a text begins with.
    #[cold]
    fn find_at(&self, text: &[u8], slot: u16, found: &mut Vec<usize>) {
        for (literal, patterns) in &self.buckets[usize::from(slot) - 1] {
            if text.starts_with(literal) {
                found.extend(patterns);
            }
        }
    }
}
