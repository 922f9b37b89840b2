use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use git2::ObjectType;
use sha1::{Digest, Sha1};

/// The name of any object: 20 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ObjectId(pub(super) [u8; 20]);

/// What hexadecimal digits stand for; more than 15 for every other byte.
const DIGITS: [u8; 256] = {
    let mut table = [u8::MAX; 256];
    let mut digit = 0;
    while digit < 16 {
        table[b"0123456789abcdef"[digit as usize] as usize] = digit;
        table[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    table
};

impl ObjectId {
    /// Reads 40 hexadecimal digits, of either case.
    pub(super) fn from_hex(hex: &[u8]) -> Option<ObjectId> {
        let hex: &[u8; 40] = hex.try_into().ok()?;
        let (mut bytes, mut all) = ([0; 20], 0);
        for (byte, [high, low]) in bytes.iter_mut().zip(hex.as_chunks().0) {
            let (high, low) = (DIGITS[usize::from(*high)], DIGITS[usize::from(*low)]);
            all |= high | low;
            *byte = high << 4 | low;
        }
        (all <= 15).then_some(ObjectId(bytes))
    }

    /// Takes the first 20 bytes of `bytes`.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<ObjectId> {
        bytes.first_chunk::<20>().map(|&id| ObjectId(id))
    }

    /// The name of an object. Plain SHA-1, as processors compute it: libgit2's looks for collisions too and
    /// takes ten times as long, which matters where all code is read.
    pub(super) fn of(kind: ObjectType, bytes: &[u8]) -> ObjectId {
        let mut hash = Sha1::new();
        hash.update(format!("{kind} {}\0", bytes.len()));
        hash.update(bytes);
        ObjectId(hash.finalize().into())
    }

    pub(super) fn to_git2(self) -> git2::Oid {
        git2::Oid::from_bytes(&self.0).expect("20 bytes are an object name")
    }

    /// `None` for a name of another length than SHA-1's.
    pub(super) fn from_git2(id: git2::Oid) -> Option<ObjectId> {
        (id.as_bytes().len() == 20).then(|| ObjectId::from_slice(id.as_bytes())).flatten()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut hex = [0; 40];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
            pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
        }
        f.write_str(str::from_utf8(&hex).expect("digits are ASCII"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The name of a commit. Ordered by its bytes, which means nothing but is stable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub(super) ObjectId);

impl CommitId {
    /// Reads 40 hexadecimal digits. Whether such a commit exists is not asked.
    pub fn parse(hex: &str) -> Option<CommitId> {
        ObjectId::from_hex(hex.as_bytes()).map(CommitId)
    }

    /// The first ten digits, for people.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(10);
        text
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Objects by name. A name is a hash already, which needs no other.
pub(super) type IdMap<V> = HashMap<ObjectId, V, NameHashes>;

/// Makes [`NameHash`]es, with a secret of their own: whoever makes objects whose names begin alike does not
/// know which of them meet.
#[derive(Clone)]
pub(super) struct NameHashes(u64);

impl Default for NameHashes {
    fn default() -> NameHashes {
        NameHashes(RandomState::new().hash_one(0_u8))
    }
}

impl BuildHasher for NameHashes {
    type Hasher = NameHash;

    fn build_hasher(&self) -> NameHash {
        NameHash(self.0)
    }
}

/// Mixes the first bits of an object's name with a secret.
pub(super) struct NameHash(u64);

impl Hasher for NameHash {
    fn write(&mut self, bytes: &[u8]) {
        const ODD: u128 = 0x9e37_79b9_7f4a_7c15;
        let first = bytes.first_chunk::<8>().map_or(0, |first| u64::from_le_bytes(*first));
        let product = u128::from(self.0 ^ first) * ODD;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    /// The length, which comes first, is the same for all.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_both_ways() {
        let hex = "00ff1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b";
        let id = CommitId::parse(hex).unwrap();
        assert_eq!(id.to_string(), hex);
        assert_eq!(id.short(), "00ff1a2b3c");
        assert_eq!(CommitId::parse(&hex.to_uppercase()), Some(id));
        for bad in ["", "00ff", &hex[1..], &format!("{hex}0"), &hex.replace('a', "g")] {
            assert_eq!(CommitId::parse(bad), None, "{bad}");
        }
    }
}
