use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use git2::ObjectType;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use super::disk;
use super::id::ObjectId;

/// Objects that stand in a file of their own.
///
/// libgit2 1.9.7 never returns from a loose object that is cut off: it waits for input that does
/// not come. So these are inflated here; packs it reads well.
pub(super) struct Loose {
    /// `objects` folders: the repository's own, those it borrows from, a push's quarantine.
    dirs: Vec<PathBuf>,
    /// The first bytes that any object has, once one was asked for: packed repositories have few.
    firsts: OnceCell<Box<[bool; 256]>>,
    /// For each first byte that was asked for: the objects that begin with it, and where they are.
    /// Listing a folder once is cheaper than asking for each object of a packed repository.
    known: RefCell<HashMap<u8, HashMap<ObjectId, usize>>>,
}

/// Repositories borrow from each other no more deeply than this, as in Git.
const BORROW_DEPTH: usize = 5;
/// The longest header: a kind, a size, and a NUL.
const HEADER_MAX: usize = 64;
/// So many bytes of a file are inflated to more than a header.
const START: u64 = 512;

impl Loose {
    pub(super) fn new(own: &Path, more: &[PathBuf]) -> Loose {
        Loose { dirs: folders(own, more), firsts: OnceCell::new(), known: RefCell::default() }
    }

    /// The `objects` folders.
    pub(super) fn dirs(&self) -> &[PathBuf] {
        &self.dirs
    }

    /// What an object is, and how many bytes it has. `None` when it is not loose; inside, what is wrong with the
    /// file.
    pub(super) fn header(&self, id: ObjectId) -> Option<Result<(ObjectType, usize), String>> {
        let mut start = Vec::new();
        let file = fs::File::open(self.path(id)?).ok()?;
        file.take(START).read_to_end(&mut start).ok()?;
        Some(inflated(&start, HEADER_MAX, true).and_then(|bytes| header(&bytes).map(|(found, _)| found)))
    }

    /// The body of an object of `size` bytes. `None` when it is not loose; inside, what is wrong with the file.
    pub(super) fn read(&self, id: ObjectId, size: usize) -> Option<Result<Vec<u8>, String>> {
        let bytes = fs::read(self.path(id)?).ok()?;
        Some(inflated(&bytes, size.saturating_add(HEADER_MAX), false).and_then(body))
    }

    /// Whether an object is loose, as far as is known: what was written later is not.
    pub(super) fn contains(&self, id: ObjectId) -> bool {
        self.path(id).is_some()
    }

    fn path(&self, id: ObjectId) -> Option<PathBuf> {
        let first = id.0[0];
        if !self.firsts.get_or_init(|| firsts(&self.dirs))[usize::from(first)] {
            return None;
        }
        let mut known = self.known.borrow_mut();
        let objects = known.entry(first).or_insert_with(|| list(&self.dirs, first));
        let dir = &self.dirs[*objects.get(&id)?];
        let hex = id.to_string();
        Some(dir.join(&hex[..2]).join(&hex[2..]))
    }
}

/// Some `objects` folders, and those that they borrow from.
pub(super) fn folders(own: &Path, more: &[PathBuf]) -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    let mut seen = HashSet::new();
    let mut next = vec![own.to_path_buf()];
    next.extend_from_slice(more);
    for _ in 0..=BORROW_DEPTH {
        let mut borrowed = Vec::new();
        for dir in std::mem::take(&mut next) {
            if seen.insert(dir.clone()) {
                borrowed.extend(alternates(&dir));
                dirs.push(dir);
            }
        }
        next = borrowed;
    }
    dirs
}

/// At most `most` bytes of what `bytes` are inflated to; all of it, unless `part` says that its start is enough.
fn inflated(bytes: &[u8], most: usize, part: bool) -> Result<Vec<u8>, String> {
    // Long ago Git also wrote objects with a header outside of the compressed part.
    let zlib = bytes.first_chunk().is_some_and(|start: &[u8; 2]| {
        start[0] & 0x8f == 0x08 && u16::from_be_bytes(*start).is_multiple_of(31)
    });
    if !zlib {
        return Err("it is not compressed".to_string());
    }
    match decompress_to_vec_zlib_with_limit(bytes, most) {
        Err(more) if part && more.status == TINFLStatus::HasMoreOutput => Ok(more.output),
        inflated => inflated.map_err(|e| format!("it cannot be inflated ({:?})", e.status)),
    }
}

/// Reads a header: the kind of the object and its size, and where its body begins.
fn header(bytes: &[u8]) -> Result<((ObjectType, usize), usize), String> {
    let end = bytes.iter().take(HEADER_MAX).position(|&b| b == 0).ok_or("it has no header")?;
    let text = std::str::from_utf8(&bytes[..end]).map_err(|_| "its header is no text")?;
    let (kind, size) = text.split_once(' ').ok_or("its header has no size")?;
    let kind = ObjectType::from_str(kind).ok_or("its kind is unknown")?;
    Ok(((kind, size.parse().map_err(|_| "its header has no size")?), end + 1))
}

/// Takes the header off, and checks the size that it promises.
fn body(mut bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let ((_, size), start) = header(&bytes)?;
    bytes.drain(..start);
    if bytes.len() == size {
        return Ok(bytes);
    }
    Err(format!("it should be {size} bytes long, but is {}", bytes.len()))
}

/// The first bytes that a folder stands for.
fn firsts(dirs: &[PathBuf]) -> Box<[bool; 256]> {
    let mut firsts = Box::new([false; 256]);
    for name in dirs.iter().filter_map(|dir| fs::read_dir(dir).ok()).flatten().flatten() {
        let name = name.file_name();
        let hex = name.to_str().filter(|name| name.len() == 2);
        if let Some(first) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            firsts[usize::from(first)] = true;
        }
    }
    firsts
}

fn list(dirs: &[PathBuf], first: u8) -> HashMap<ObjectId, usize> {
    let mut objects = HashMap::new();
    let prefix = format!("{first:02x}");
    for (at, dir) in dirs.iter().enumerate() {
        let Ok(items) = fs::read_dir(dir.join(&prefix)) else { continue };
        for name in items.flatten().map(|item| item.file_name()) {
            let hex = [prefix.as_bytes(), disk::name_bytes(&name).unwrap_or_default()].concat();
            if let Some(id) = ObjectId::from_hex(&hex) {
                objects.entry(id).or_insert(at);
            }
        }
    }
    objects
}

/// The folders that `info/alternates` names.
fn alternates(objects: &Path) -> Vec<PathBuf> {
    let text = fs::read(objects.join("info/alternates")).unwrap_or_default();
    let lines = text.split(|&b| b == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    lines.filter_map(disk::os_name).map(|line| objects.join(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_must_keep_their_promise() {
        assert_eq!(body(b"blob 3\0abc".to_vec()), Ok(b"abc".to_vec()));
        for bad in [
            &b""[..],
            b"blob 3",
            b"blob\0abc",
            b"blob x\0abc",
            b"blob 4\0abc",
            b"blob 2\0abc",
            b"bolb 3\0abc",
            b"\xff 3\0abc",
        ] {
            assert!(body(bad.to_vec()).is_err(), "{bad:?}");
        }
    }
}
