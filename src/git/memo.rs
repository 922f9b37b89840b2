//! Answers of earlier runs: which commits last changed some paths, as seen from a commit. That never
//! changes, so nothing kept is ever out of date; and nothing kept is believed without another look at the
//! commit that it names.
//!
//! `<repository>/roadworthy/history-1/` holds a file for each commit that was asked about, named for it:
//! a line that says what it is, records that end with a NUL (a commit, the mode and the object that stand at
//! the path, the path), and a hash of the name and all that. Whatever is not so is ignored. A file is
//! replaced as a whole, so runs at the same time do not disturb each other; the oldest go.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha1::{Digest, Sha1};

use super::disk;
use super::id::ObjectId;
use super::object::Mode;

/// The number is that of the algorithm: another one would give other answers.
const FOLDER: &str = "roadworthy/history-1";
const HEAD: &[u8] = b"roadworthy history 1\n";
/// So many commits have a file, and no more.
const FILES_MAX: usize = 32;
/// Larger files are neither written nor read, in bytes.
const SIZE_MAX: u64 = 4 << 20;
/// After so long nobody is writing a file any longer.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);
const HASH: usize = 20;

/// What a run may do with answers of earlier runs.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Cache {
    /// They are neither read nor written.
    #[default]
    Off,
    /// They are read, and nothing is written.
    Read,
    /// They are read, and new ones are written.
    ReadAndWrite,
}

/// An answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kept {
    /// The commit that last changed the path.
    pub(super) commit: ObjectId,
    /// What stands there since.
    pub(super) slot: (Mode, ObjectId),
}

/// Answers for one commit, by path.
pub(super) type Page = BTreeMap<Vec<u8>, Kept>;

/// The folder, and what is in it.
pub(super) struct Memo {
    folder: PathBuf,
    /// Commits that have a file, sorted.
    commits: Vec<ObjectId>,
}

impl Memo {
    /// Looks what is kept in a repository; nothing where that cannot be told.
    pub(super) fn open(common: &Path) -> Memo {
        let folder = common.join(FOLDER);
        let items = fs::read_dir(&folder).into_iter().flatten().take(4 * FILES_MAX).flatten();
        let name = |item: fs::DirEntry| ObjectId::from_hex(disk::name_bytes(&item.file_name())?);
        let mut commits: Vec<ObjectId> = items.filter_map(name).collect();
        commits.sort_unstable();
        Memo { folder, commits }
    }

    /// The commits that have a file, sorted.
    pub(super) fn commits(&self) -> &[ObjectId] {
        &self.commits
    }

    /// What is kept for a commit; nothing when the file is not as it was written.
    pub(super) fn page(&self, commit: ObjectId) -> Page {
        if self.commits.binary_search(&commit).is_err() {
            return Page::new();
        }
        let read = || {
            let path = self.folder.join(commit.to_string());
            let size = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
            if size > SIZE_MAX {
                return None;
            }
            let mut bytes = Vec::new();
            fs::File::open(path).ok()?.take(SIZE_MAX).read_to_end(&mut bytes).ok()?;
            parse(commit, &bytes)
        };
        read().unwrap_or_default()
    }

    /// Keeps a page. Where it cannot be written there is none, and nobody is told.
    pub(super) fn keep(&self, commit: ObjectId, page: &Page) {
        let bytes = render(commit, page);
        if bytes.len() as u64 > SIZE_MAX || fs::create_dir_all(&self.folder).is_err() {
            return;
        }
        self.clean();
        let write = || -> std::io::Result<()> {
            let mut draft = tempfile::Builder::new().prefix("draft-").tempfile_in(&self.folder)?;
            draft.write_all(&bytes)?;
            draft.persist(self.folder.join(commit.to_string()))?;
            Ok(())
        };
        // As with a repository that cannot be written to.
        write().ok();
    }

    /// Makes room for one more file.
    fn clean(&self) {
        let mut kept: Vec<(SystemTime, PathBuf)> = Vec::new();
        for item in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let Some(time) = item.metadata().ok().and_then(|meta| meta.modified().ok()) else { continue };
            if disk::name_bytes(&item.file_name()).and_then(ObjectId::from_hex).is_some() {
                kept.push((time, item.path()));
            } else if time.elapsed().is_ok_and(|age| age > ABANDONED) {
                fs::remove_file(item.path()).ok();
            }
        }
        kept.sort_unstable();
        for (_, path) in kept.iter().take((kept.len() + 1).saturating_sub(FILES_MAX)) {
            fs::remove_file(path).ok();
        }
    }
}

fn hash(commit: ObjectId, body: &[u8]) -> [u8; HASH] {
    Sha1::new().chain_update(commit.0).chain_update(body).finalize().into()
}

fn render(commit: ObjectId, page: &Page) -> Vec<u8> {
    let mut bytes = HEAD.to_vec();
    for (path, Kept { commit, slot: (mode, id) }) in page {
        bytes.extend_from_slice(format!("{commit} {:06o} {id} ", mode.bits()).as_bytes());
        bytes.extend_from_slice(path);
        bytes.push(0);
    }
    let hash = hash(commit, &bytes);
    bytes.extend_from_slice(&hash);
    bytes
}

fn parse(commit: ObjectId, bytes: &[u8]) -> Option<Page> {
    let (body, found) = bytes.split_last_chunk::<HASH>()?;
    if hash(commit, body) != *found {
        return None;
    }
    let mut page = Page::new();
    let mut rest = body.strip_prefix(HEAD)?;
    while !rest.is_empty() {
        let (record, after) = rest.split_at(memchr::memchr(0, rest)?);
        rest = &after[1..];
        let mut parts = record.splitn(4, |&b| b == b' ');
        let commit = ObjectId::from_hex(parts.next()?)?;
        let mode = u32::from_str_radix(std::str::from_utf8(parts.next()?).ok()?, 8).ok()?;
        let id = ObjectId::from_hex(parts.next()?)?;
        page.insert(parts.next()?.to_vec(), Kept { commit, slot: (Mode::from_bits(mode), id) });
    }
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> ObjectId {
        ObjectId([byte; 20])
    }

    fn page() -> Page {
        let modes = [
            Mode::File { executable: false },
            Mode::File { executable: true },
            Mode::Symlink,
            Mode::Gitlink,
            Mode::Directory,
        ];
        let kept =
            |(nth, mode)| (vec![b'a', 0xff, b'\n', nth], Kept { commit: id(nth), slot: (mode, id(9)) });
        (1..).zip(modes).map(kept).collect()
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let memo = Memo::open(dir.path());
        assert!(memo.commits().is_empty() && memo.page(id(1)).is_empty());
        memo.keep(id(1), &page());
        memo.keep(id(2), &Page::new());
        let memo = Memo::open(dir.path());
        assert_eq!((memo.commits(), memo.page(id(1))), (&[id(1), id(2)][..], page()));
        assert!(memo.page(id(2)).is_empty() && memo.page(id(3)).is_empty());
    }

    #[test]
    fn a_file_that_was_changed_is_none() {
        let whole = render(id(1), &page());
        assert_eq!(parse(id(1), &whole), Some(page()));
        assert_eq!(parse(id(2), &whole), None, "renamed");
        for at in 0..whole.len() {
            assert_eq!(parse(id(1), &whole[..at]), None, "cut at {at}");
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert_eq!(parse(id(1), &bytes), None, "changed at {at}");
        }
    }

    #[test]
    fn the_oldest_go() {
        let dir = tempfile::tempdir().unwrap();
        for nth in 0..FILES_MAX as u8 + 9 {
            let memo = Memo::open(dir.path());
            memo.keep(id(nth), &page());
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + u64::from(nth));
            let path = dir.path().join(FOLDER).join(id(nth).to_string());
            fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        }
        let commits = Memo::open(dir.path()).commits;
        assert_eq!((commits.len(), commits[0]), (FILES_MAX, id(9)));
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("roadworthy"), "a file").unwrap();
        Memo::open(dir.path()).keep(id(1), &page());
        assert!(Memo::open(dir.path()).commits().is_empty());
    }
}
