//! How much of a file is found again in another one, counted as Git counts it.

use std::collections::HashMap;

use super::text;

/// The similarity of equal files.
pub(super) const WHOLE: u64 = 60_000;

/// A file, as the bytes that stand in equal lines, or equal pieces of 64 bytes.
pub(super) struct Sketch {
    size: u64,
    pieces: HashMap<u32, u64>,
}

impl Sketch {
    pub(super) fn of(bytes: &[u8]) -> Sketch {
        const PIECE: u64 = 64;
        const BASE: u32 = 107_927;
        let is_text = !text::is_binary(bytes);
        let mut pieces: HashMap<u32, u64> = HashMap::new();
        let (mut count, mut low, mut high) = (0, 0_u32, 0_u32);
        let mut end = |count: &mut u64, low: &mut u32, high: &mut u32| {
            let hash = low.wrapping_add(high.wrapping_mul(0x61)) % BASE;
            *pieces.entry(hash).or_default() += *count;
            (*count, *low, *high) = (0, 0, 0);
        };
        for (at, &byte) in bytes.iter().enumerate() {
            if is_text && byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            let old = low;
            low = (low << 7) ^ (high >> 25);
            high = (high << 7) ^ (old >> 25);
            low = low.wrapping_add(u32::from(byte));
            count += 1;
            if count == PIECE || byte == b'\n' {
                end(&mut count, &mut low, &mut high);
            }
        }
        if count > 0 {
            end(&mut count, &mut low, &mut high);
        }
        Sketch { size: bytes.len() as u64, pieces }
    }

    /// From 0 to [`WHOLE`].
    pub(super) fn similarity(&self, other: &Sketch, least: u64) -> u64 {
        let (large, small) = (self.size.max(other.size), self.size.min(other.size));
        if large == 0 || large * (WHOLE - least) < (large - small) * WHOLE {
            return 0;
        }
        let kept = |(hash, count): (&u32, &u64)| other.pieces.get(hash).map_or(0, |there| *there.min(count));
        self.pieces.iter().map(kept).sum::<u64>() * WHOLE / large
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_files_are_wholly_similar_and_others_are_not() {
        let text = "one line\nanother line\nand no end".repeat(9);
        let (a, b) = (Sketch::of(text.as_bytes()), Sketch::of(b"something else altogether\n"));
        assert_eq!(a.similarity(&a, WHOLE / 2), WHOLE);
        assert_eq!(a.similarity(&b, WHOLE / 2), 0);
        let half = Sketch::of(b"aaaaaaa\nbbbbbbb\n");
        assert_eq!(half.similarity(&Sketch::of(b"aaaaaaa\nccccccc\n"), WHOLE / 2), WHOLE / 2);
    }
}
