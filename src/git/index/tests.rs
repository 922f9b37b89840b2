//! Index files that are made here, whole and damaged. Those of `git` itself are in `tests/suite/git_index.rs`.

use proptest::prelude::*;
use sha1::{Digest, Sha1};

use super::file::{self, Parsed};
use super::*;

/// An index as a value: sorted paths, each once.
fn entries() -> impl Strategy<Value = Vec<(Vec<u8>, IndexEntry)>> {
    let name = prop_oneof![
        8 => proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'/'), Just(0xe9), 1_u8..=255], 1..12),
        1 => (4_090_usize..4_100).prop_map(|n| vec![b'x'; n]),
    ];
    let entry = (any::<[u8; 20]>(), any::<bool>(), any::<bool>(), any::<bool>(), 0_u8..3).prop_map(
        |(id, executable, intent_to_add, skip_worktree, stage)| IndexEntry {
            start: 0,
            len: 0,
            kind: EntryKind::File { executable },
            id: ObjectId(id),
            stage,
            intent_to_add,
            skip_worktree,
        },
    );
    proptest::collection::btree_map(name, entry, 0..20).prop_map(|map| map.into_iter().collect())
}

fn file(version: u32, entries: &[(Vec<u8>, IndexEntry)], extensions: &[u8], sum: bool) -> Vec<u8> {
    let mut bytes = b"DIRC".to_vec();
    bytes.extend(version.to_be_bytes());
    bytes.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
    let mut last: &[u8] = b"";
    for (path, entry) in entries {
        let start = bytes.len();
        bytes.extend([7; 24]);
        let EntryKind::File { executable } = entry.kind else { unreachable!("only files are made") };
        bytes.extend(if executable { 0o100_755_u32 } else { 0o100_644 }.to_be_bytes());
        bytes.extend([9; 12]);
        bytes.extend(entry.id.0);
        let extended = entry.intent_to_add || entry.skip_worktree;
        let len = u16::try_from(path.len().min(0xfff)).unwrap();
        let flags = u16::from(extended) << 14 | u16::from(entry.stage) << 12 | len;
        bytes.extend(flags.to_be_bytes());
        if extended {
            let more = u16::from(entry.skip_worktree) << 14 | u16::from(entry.intent_to_add) << 13;
            bytes.extend(more.to_be_bytes());
        }
        if version == 4 {
            let shared = last.iter().zip(path).take_while(|(a, b)| a == b).count();
            bytes.extend(varint(last.len() - shared));
            bytes.extend(&path[shared..]);
            bytes.push(0);
        } else {
            bytes.extend(path);
            bytes.push(0);
            while !(bytes.len() - start).is_multiple_of(8) {
                bytes.push(0);
            }
        }
        last = path;
    }
    bytes.extend(extensions);
    let end = if sum { Sha1::digest(&bytes).to_vec() } else { vec![0; 20] };
    bytes.extend(end);
    bytes
}

/// As Git writes numbers in version 4.
fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(value & 0x7f).unwrap()];
    while value > 0x7f {
        value = (value >> 7) - 1;
        bytes.insert(0, 0x80 | u8::try_from(value & 0x7f).unwrap());
    }
    bytes
}

fn parse(bytes: Vec<u8>) -> Result<Parsed, String> {
    file::parse(&bytes[..], bytes.len() as u64)
}

fn whole(bytes: &[u8]) -> Index {
    match parse(bytes.to_vec()) {
        Ok(Parsed::Whole(index)) => index,
        other => panic!("{other:?}"),
    }
}

fn trees() -> Vec<u8> {
    let data = [&b"\x002 1\n"[..], &[1; 20], b"a\x00-1 0\n"].concat();
    [b"TREE", &u32::try_from(data.len()).unwrap().to_be_bytes()[..], &data].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_written_is_read(entries in entries(), version in 2_u32..=4, sum: bool) {
        let extensions = [&b"ABCD\0\0\0\x03xyz"[..], &trees()].concat();
        let index = whole(&file(version, &entries, &extensions, sum));
        prop_assert_eq!(index.entries.len(), entries.len());
        for ((path, entry), (expected, made)) in index.iter().zip(&entries) {
            prop_assert_eq!(path, &expected[..]);
            prop_assert_eq!(IndexEntry { start: 0, len: 0, ..*entry }, *made);
        }
        prop_assert!(index.trees.is_some());
    }

    #[test]
    fn damage_is_noticed(
        entries in entries(), version in 2_u32..=4, at: prop::sample::Index, flip in 1_u8..=255, cut: bool,
    ) {
        let mut bytes = file(version, &entries, &trees(), true);
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] ^= flip }
        prop_assert!(parse(bytes.clone()).is_err());
    }

    /// Without a checksum not all damage can be seen, but none may end the program or put the entries
    /// out of order.
    #[test]
    fn damage_without_a_checksum(
        entries in entries(), version in 2_u32..=4,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = file(version, &entries, &trees(), false);
        let body = bytes.len() - 20;
        for (at, byte) in flips {
            bytes[at.index(body)] = byte;
        }
        if let Some(cut) = cut {
            bytes.drain(cut.index(body)..body);
        }
        if let Ok(Parsed::Whole(index)) = parse(bytes.clone()) {
            let sorted = index.entries.iter().map(|e| &index.names[e.range()]);
            prop_assert!(sorted.is_sorted());
        }
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let whole = [b"DIRC\0\0\0\x04\0\0\0\x01", &bytes[..], &[0; 20]].concat();
        let _ = (parse(bytes.clone()), parse(whole.clone()));
    }
}

#[test]
fn what_makes_an_index_malformed() {
    let entry = |path: &[u8], stage| {
        let kind = EntryKind::File { executable: false };
        let (intent_to_add, skip_worktree) = (false, false);
        let entry =
            IndexEntry { start: 0, len: 0, kind, id: ObjectId([3; 20]), stage, intent_to_add, skip_worktree };
        (path.to_vec(), entry)
    };
    let two = |a, b| [entry(a, 0), entry(b, 0)];
    for version in 2..=4 {
        let refused = |entries: &[_], extensions: &[u8]| {
            parse(file(version, entries, extensions, true)).expect_err("it is malformed")
        };
        assert!(refused(&two(b"b", b"a"), b"").contains("out of order"));
        assert!(refused(&two(b"a", b"a"), b"").contains("twice"));
        assert!(refused(&[entry(b"a", 2), entry(b"a", 1)], b"").contains("twice"));
        assert!(refused(&two(b"", b"a"), b"").contains("empty"));
        assert!(refused(&[], b"TREE\0\0\0\x02\x00x").contains("trees"));
        assert!(refused(&[], b"TREE\0\0\0\x09\x00x").contains("extension"));
        assert!(refused(&[], b"TRE").contains("extension"));
        assert!(refused(&[], b"1234\0\0\0\0").contains("extension"));
        let conflict = [entry(b"a", 1), entry(b"a", 2), entry(b"a", 3)];
        assert_eq!(whole(&file(version, &conflict, b"", true)).entries.len(), 3);
        let split = file(version, &two(b"", b""), b"link\0\0\0\0", true);
        assert_eq!(parse(split), Ok(Parsed::Partial), "names of a split index may be empty");
    }
    for version in [0, 1, 5] {
        assert!(parse(file(version, &[], b"", true)).is_err(), "{version}");
    }
    let mut more = file(2, &two(b"a", b"b"), b"", false);
    more[11] = 3;
    assert!(parse(more.clone()).is_err());
    more[8..12].fill(0xff);
    assert!(parse(more.clone()).is_err(), "nothing is reserved for entries that cannot be there");
}

#[test]
fn a_large_file_is_read_in_pieces_and_its_damage_noticed() {
    let entry = |n: u32| IndexEntry {
        start: 0,
        len: 0,
        kind: EntryKind::File { executable: false },
        id: ObjectId([u8::try_from(n % 251).unwrap(); 20]),
        stage: 0,
        intent_to_add: false,
        skip_worktree: n.is_multiple_of(7),
    };
    let long = "x".repeat(300_000);
    let mut entries: Vec<(Vec<u8>, IndexEntry)> =
        (0..20_000).map(|n| (format!("folder/{:03}/file_{n:06}", n / 100).into_bytes(), entry(n))).collect();
    entries.push((long.into_bytes(), entry(1)));
    for version in 2..=4 {
        let bytes = file(version, &entries, &trees(), true);
        assert!(bytes.len() > 1 << 20, "{}", bytes.len());
        let index = whole(&bytes);
        assert!(index.iter().zip(&entries).all(|((path, _), (expected, _))| path == expected));
        assert_eq!((index.entries.len(), index.trees.is_some()), (entries.len(), true));
        for at in [0, 30, bytes.len() / 2, bytes.len() - 21, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 4;
            assert!(parse(damaged).is_err(), "{version} {at}");
            assert!(parse(bytes[..at].to_vec()).is_err(), "{version} {at}");
        }
        let without = file(version, &entries, &trees(), false);
        assert_eq!(whole(&without).entries, index.entries);
    }
}
