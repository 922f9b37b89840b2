//! How lists, paths and texts are found by their names, hundreds of thousands of times in a run.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Makes [`Name`]s, with a secret of their own: whoever writes them does not know which of them meet.
#[derive(Clone, Debug)]
pub(crate) struct Names(u64);

impl Default for Names {
    fn default() -> Names {
        Names(RandomState::new().hash_one(0_u8))
    }
}

impl BuildHasher for Names {
    type Hasher = Name;

    fn build_hasher(&self) -> Name {
        Name(self.0)
    }
}

/// Mixes a name into a secret, eight bytes at a time.
#[derive(Debug)]
pub(crate) struct Name(u64);

impl Name {
    fn mix(&mut self, piece: u64) {
        const ODD: u128 = 0x9e37_79b9_7f4a_7c15;
        let product = u128::from(self.0 ^ piece) * ODD;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}

impl Hasher for Name {
    fn write(&mut self, bytes: &[u8]) {
        let (whole, rest) = bytes.as_chunks::<8>();
        whole.iter().for_each(|piece| self.mix(u64::from_le_bytes(*piece)));
        if !rest.is_empty() {
            let mut last = [0; 8];
            last[..rest.len()].copy_from_slice(rest);
            self.mix(u64::from_le_bytes(last));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
