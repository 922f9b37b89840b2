//! Raw commits and trees, parsed by hand: a malformed author or an odd encoding must not end a
//! walk, and names are bytes.

use std::cmp::Ordering;

use super::id::ObjectId;

/// What a walk needs of a commit, and where the rest of it begins.
pub(super) struct Commit<'a> {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    /// Seconds since 1970, of the committer; 0 when the line cannot be read, as in Git.
    pub(super) time: i64,
    /// The author line without its keyword; empty when there is none.
    pub(super) author: &'a [u8],
    /// The committer line without its keyword; empty when there is none.
    pub(super) committer: &'a [u8],
    /// The value of the `encoding` header; empty when there is none.
    pub(super) encoding: &'a [u8],
    pub(super) message: &'a [u8],
}

/// Where a commit stands in the history, and what it says.
pub(super) struct Outline<'a> {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    /// The lines between parents and message.
    header: &'a [u8],
    pub(super) message: &'a [u8],
}

/// Reads no more of a commit than that. `Err` says what is missing.
pub(super) fn outline(data: &[u8]) -> Result<Outline<'_>, &'static str> {
    // The first empty line ends the header.
    let end = memchr::memmem::find(data, b"\n\n");
    let (mut header, message) = end.map_or((data, &data[..0]), |end| (&data[..=end], &data[end + 2..]));
    let tree = first_line(&mut header)
        .and_then(|line| line.strip_prefix(b"tree "))
        .and_then(ObjectId::from_hex)
        .ok_or("it does not begin with a tree")?;
    let mut parents = Vec::new();
    while header.starts_with(b"parent ") {
        let id = first_line(&mut header).and_then(|line| ObjectId::from_hex(&line[7..]));
        parents.push(id.ok_or("a parent is no object name")?);
    }
    Ok(Outline { tree, parents, header, message })
}

/// Takes a line off; `None` at the end.
fn first_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let all = *rest;
    if all.is_empty() {
        return None;
    }
    let end = memchr::memchr(b'\n', all);
    *rest = end.map_or(&all[..0], |end| &all[end + 1..]);
    Some(&all[..end.unwrap_or(all.len())])
}

/// Reads a commit. `Err` says what is missing; only tree and parents are required.
pub(super) fn commit(data: &[u8]) -> Result<Commit<'_>, &'static str> {
    let Outline { tree, parents, mut header, message } = outline(data)?;
    let mut commit = Commit { tree, parents, time: 0, author: b"", committer: b"", encoding: b"", message };
    while let Some(line) = first_line(&mut header) {
        if let Some(rest) = line.strip_prefix(b"author ")
            && commit.author.is_empty()
        {
            commit.author = rest;
        } else if let Some(rest) = line.strip_prefix(b"committer ") {
            commit.time = seconds(rest).unwrap_or(0);
            commit.committer = rest;
        } else if let Some(rest) = line.strip_prefix(b"encoding ") {
            commit.encoding = rest;
        }
    }
    Ok(commit)
}

/// The seconds of a `Name <mail> seconds zone` line. Numbers too large are clamped.
pub(super) fn seconds(line: &[u8]) -> Option<i64> {
    let tail = match line.iter().rposition(|&b| b == b'>') {
        Some(end) => &line[end + 1..],
        None => line,
    };
    let mut words = tail.split(|b| b.is_ascii_whitespace()).filter(|word| !word.is_empty());
    let word = if tail.len() == line.len() { words.rev().nth(1)? } else { words.next()? };
    let (negative, digits) = match word.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, word),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits
        .iter()
        .fold(0_i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(if negative { -value } else { value })
}

/// What an annotated tag points at.
pub(super) fn tag_target(data: &[u8]) -> Option<ObjectId> {
    let line = data.split(|&b| b == b'\n').next()?;
    ObjectId::from_hex(line.strip_prefix(b"object ")?)
}

/// What a tree entry or an index entry is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Mode {
    File { executable: bool },
    Symlink,
    Gitlink,
    Directory,
}

impl Mode {
    /// As Git writes modes.
    pub(super) fn bits(self) -> u32 {
        match self {
            Mode::File { executable: false } => 0o100_644,
            Mode::File { executable: true } => 0o100_755,
            Mode::Symlink => 0o120_000,
            Mode::Gitlink => 0o160_000,
            Mode::Directory => 0o040_000,
        }
    }

    /// As Git reads modes: unknown ones are gitlinks.
    pub(super) fn from_bits(bits: u32) -> Mode {
        match bits & 0o170_000 {
            0o100_000 => Mode::File { executable: bits & 0o100 != 0 },
            0o120_000 => Mode::Symlink,
            0o040_000 => Mode::Directory,
            _ => Mode::Gitlink,
        }
    }
}

/// One entry of a tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TreeEntry<'a> {
    pub(super) mode: Mode,
    pub(super) name: &'a [u8],
    pub(super) id: ObjectId,
}

impl TreeEntry<'_> {
    pub(super) fn is_directory(&self) -> bool {
        self.mode == Mode::Directory
    }
}

/// The entry at the start of `data`, and the rest; `None` when it is cut off or has no mode.
#[inline]
pub(super) fn tree_entry(data: &[u8]) -> Option<(TreeEntry<'_>, &[u8])> {
    let (bits, rest) = mode(data)?;
    let end = memchr::memchr(0, rest)?;
    let id = ObjectId::from_slice(&rest[end + 1..])?;
    Some((TreeEntry { mode: Mode::from_bits(bits), name: &rest[..end], id }, &rest[end + 21..]))
}

/// The mode that an entry begins with, and what comes behind the space.
#[inline]
fn mode(data: &[u8]) -> Option<(u32, &[u8])> {
    let digits = digits(data)?;
    let bits = data[..digits].iter().fold(0, |bits, digit| bits << 3 | u32::from(digit & 7));
    Some((bits, &data[digits + 1..]))
}

/// How many digits stand before the space.
#[inline]
fn digits(data: &[u8]) -> Option<usize> {
    // Five for folders and six for all else, as Git writes them: all at once, the first in the lowest bits.
    if let Some(first) = data.first_chunk() {
        let first = u64::from_le_bytes(*first);
        if (first ^ 0x0020_3030_3030_3030) & 0x00ff_f8f8_f8f8_f8f8 == 0 {
            return Some(6);
        }
        if (first ^ 0x0000_2030_3030_3030) & 0x0000_fff8_f8f8_f8f8 == 0 {
            return Some(5);
        }
    }
    let space = data.iter().take(8).position(|&b| b == b' ').filter(|&space| space > 0)?;
    data[..space].iter().all(|digit| (b'0'..=b'7').contains(digit)).then_some(space)
}

/// How many bytes two trees have in common at their start, in whole entries.
pub(super) fn common_entries(a: &[u8], b: &[u8]) -> usize {
    let same = common_bytes(a, b);
    let mut at = 0;
    loop {
        let Some(name) = digits(&a[at..]).map(|digits| at + digits + 1) else { return at };
        let Some(end) = memchr::memchr(0, &a[name..]).map(|end| name + end + 21) else { return at };
        if end > same {
            return at;
        }
        at = end;
    }
}

fn common_bytes(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 64;
    let (blocks, _) = a.as_chunks::<BLOCK>();
    let equal = blocks.iter().zip(b.as_chunks::<BLOCK>().0).take_while(|(a, b)| a == b).count() * BLOCK;
    equal + a[equal..].iter().zip(&b[equal..]).take_while(|(a, b)| a == b).count()
}

/// Git's order inside a tree: by bytes, a directory's name as if it ended with `/`.
pub(super) fn tree_order(a: &TreeEntry<'_>, b: &TreeEntry<'_>) -> Ordering {
    let shared = a.name.len().min(b.name.len());
    let tail = |entry: &TreeEntry<'_>| match entry.name.get(shared) {
        Some(&byte) => byte,
        None if entry.is_directory() => b'/',
        None => 0,
    };
    a.name[..shared].cmp(&b.name[..shared]).then_with(|| tail(a).cmp(&tail(b)))
}

/// Whether a path component can be checked out safely; if not, why.
pub(super) fn check_name(name: &[u8]) -> Result<(), &'static str> {
    if name.contains(&b'/') { Err("a name holds a `/`") } else { check_component(name) }
}

/// As [`check_name`], for what stands between the slashes of a path.
pub(super) fn check_component(name: &[u8]) -> Result<(), &'static str> {
    match name {
        b"" => Err("a name is empty"),
        b"." | b".." => Err("a name is `.` or `..`"),
        _ if name.eq_ignore_ascii_case(b".git") => Err("a name is `.git`"),
        _ => Ok(()),
    }
}

/// The first place of `needle` in `data`.
pub(super) fn find(data: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(data, needle)
}

/// Pieces between line breaks, the last one too.
pub(super) fn lines(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut left = Some(data);
    std::iter::from_fn(move || {
        let all = left?;
        let end = memchr::memchr(b'\n', all);
        left = end.map(|end| &all[end + 1..]);
        Some(&all[..end.unwrap_or(all.len())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "00112233445566778899aabbccddeeff00112233";

    #[test]
    fn seconds_of_odd_lines() {
        for (line, expected) in [
            ("A <a@b> 12 +0000", Some(12)),
            ("A <a@b> -5 +0000", Some(-5)),
            ("A <a@b> 99999999999999999999999 +0000", Some(i64::MAX)),
            ("A <a@b>12 +0000", Some(12)),
            ("A <a@b 7 +0000", Some(7)),
            ("A > B <a@b> 9 +0000", Some(9)),
            ("A <a@b>", None),
            ("A <a@b> soon", None),
            ("", None),
        ] {
            assert_eq!(seconds(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn commits_need_a_tree_and_nothing_else() {
        let whole = format!(
            "tree {HEX}\nparent {HEX}\nauthor A <a@b> 1 +0000\ncommitter C <c@d> 2 +0000\nencoding X\n\nhi\n\nthere"
        );
        let read = commit(whole.as_bytes()).unwrap();
        assert_eq!((read.parents.len(), read.time, read.encoding), (1, 2, &b"X"[..]));
        assert_eq!((read.author, read.message), (&b"A <a@b> 1 +0000"[..], &b"hi\n\nthere"[..]));
        assert_eq!(commit(format!("tree {HEX}").as_bytes()).unwrap().time, 0);
        assert!(commit(b"").is_err());
        assert!(commit(b"tree 00").is_err());
        assert!(commit(format!("tree {HEX}\nparent x\n").as_bytes()).is_err());
    }

    #[test]
    fn a_message_cannot_pose_as_a_header() {
        let text = format!("tree {HEX}\n\nauthor Evil <e@e> 1 +0000\ncommitter Evil <e@e> 99 +0000\n");
        let read = commit(text.as_bytes()).unwrap();
        assert_eq!((read.time, read.author), (0, &b""[..]));
    }

    #[test]
    fn cut_off_trees_are_noticed() {
        let mut tree = b"100644 a\0".to_vec();
        tree.extend([7; 20]);
        let (entry, rest) = tree_entry(&tree).unwrap();
        assert_eq!((entry.name, entry.mode, rest.len()), (&b"a"[..], Mode::File { executable: false }, 0));
        for cut in 0..tree.len() {
            assert!(tree_entry(&tree[..cut]).is_none(), "{cut}");
        }
        for odd in [
            &b"10x644 a\0aaaaaaaaaaaaaaaaaaaaaaa"[..],
            b" a\0aaaaaaaaaaaaaaaaaaaaaaa",
            b"1000000000 a\0aaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(tree_entry(odd).is_none());
        }
        let (entry, _) = tree_entry(b"7 a b c\0aaaaaaaaaaaaaaaaaaaaaaa").unwrap();
        assert_eq!((entry.name, entry.mode), (&b"a b c"[..], Mode::Gitlink));
    }

    #[test]
    fn entries_in_common_are_whole() {
        let entry = |name: &str, id: u8| [format!("100644 {name}\0").as_bytes(), &[id; 20]].concat();
        let (one, two, other) = (entry("a", 1), entry("b", 2), entry("b", 3));
        let both = [&one[..], &two].concat();
        assert_eq!(common_entries(&both, &both), both.len());
        assert_eq!(common_entries(&both, &[&one[..], &other].concat()), one.len());
        assert_eq!(common_entries(&both, &one), one.len());
        assert_eq!(common_entries(&both[..both.len() - 1], &both), one.len(), "a tree that is cut off");
        assert_eq!(common_entries(&[], &both), 0);
    }

    #[test]
    fn directories_sort_as_if_they_ended_with_a_slash() {
        let entry = |name, mode| TreeEntry { mode, name, id: ObjectId([0; 20]) };
        let file = entry(&b"a"[..], Mode::Symlink);
        let dotted = entry(&b"a.b"[..], Mode::Symlink);
        let folder = entry(&b"a"[..], Mode::Directory);
        assert_eq!(tree_order(&file, &dotted), Ordering::Less);
        assert_eq!(tree_order(&dotted, &folder), Ordering::Less);
        assert_eq!(tree_order(&folder, &folder), Ordering::Equal);
    }
}
