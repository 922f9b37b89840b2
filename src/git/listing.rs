//! Sorted paths, and where their bytes are.

use std::cmp::Ordering;
use std::ops::Range;

use super::error::{Error, ErrorKind};
use super::id::ObjectId;
use super::object;
use super::snapshot::{EntryKind, Limits};
use crate::diag::RepoPath;

/// Where the bytes of an entry are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Object(ObjectId),
    Disk,
}

/// One path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) start: u32,
    pub(super) len: u32,
    pub(super) kind: EntryKind,
    pub(super) place: Place,
}

impl Record {
    /// The path of `len` bytes that stands at `start` among the names.
    fn new(start: usize, len: usize, kind: EntryKind, place: Place) -> Result<Record, Error> {
        let (Ok(start), Ok(len)) = (u32::try_from(start), u32::try_from(len)) else {
            return Err(Error::new(ErrorKind::TooLarge, "the paths together are longer than 4 GiB"));
        };
        Ok(Record { start, len, kind, place })
    }

    /// True when both are the same object, used in the same way.
    pub(super) fn is_object_of(&self, other: &Record) -> bool {
        self.kind == other.kind && self.place == other.place && self.place != Place::Disk
    }
}

/// Paths and where their bytes are, sorted by the paths' bytes: one buffer and one small record
/// for each path.
#[derive(Debug)]
pub(super) struct Listing {
    names: Vec<u8>,
    records: Vec<Record>,
    limits: Limits,
}

impl Listing {
    pub(super) fn new(limits: &Limits) -> Listing {
        Listing { names: Vec::new(), records: Vec::new(), limits: *limits }
    }

    /// Adds an entry. The path's components must have been checked.
    pub(super) fn push(&mut self, path: &[u8], kind: EntryKind, place: Place) -> Result<(), Error> {
        self.check_len(self.records.len() + 1)?;
        let record = Record::new(self.names.len(), path.len(), kind, place)?;
        self.names.extend_from_slice(path);
        self.records.push(record);
        Ok(())
    }

    /// A listing of names that stand one behind the other. Those that nobody checked are for
    /// [`Listing::check_order`] to check.
    pub(super) fn of_names(limits: &Limits, names: Vec<u8>, records: Vec<Record>) -> Result<Listing, Error> {
        let listing = Listing { names, records, limits: *limits };
        listing.check_len(listing.len())?;
        Ok(listing)
    }

    fn check_len(&self, len: usize) -> Result<(), Error> {
        if len <= self.limits.max_entries {
            return Ok(());
        }
        let message = format!("there are more than {} files", self.limits.max_entries);
        Err(Error::new(ErrorKind::TooLarge, message))
    }

    /// Fails on a path that could lead out of the repository, or is nested too deeply.
    pub(super) fn check_path(&self, path: &[u8]) -> Result<(), Error> {
        let mut depth = 0;
        for name in path.split(|&b| b == b'/') {
            depth += 1;
            object::check_component(name).map_err(|why| malformed(path, why))?;
        }
        self.check_depth(depth, path)
    }

    pub(super) fn check_depth(&self, depth: usize, path: &[u8]) -> Result<(), Error> {
        if depth <= self.limits.max_depth {
            return Ok(());
        }
        let shown = RepoPath::from_git(&path[..path.len().min(60)]);
        let message = format!("`{shown}…` is nested more than {} folders deep", self.limits.max_depth);
        Err(Error::new(ErrorKind::TooLarge, message))
    }

    /// Sorts, for sources that are not sorted already.
    pub(super) fn sort(&mut self) {
        let names = std::mem::take(&mut self.names);
        let path = |r: &Record| &names[r.start as usize..][..r.len as usize];
        self.records.sort_by(|a, b| path(a).cmp(path(b)));
        self.records.dedup_by(|a, b| path(a) == path(b));
        self.names = names;
    }

    /// Fails unless every path stands once, in order, and no file is also a folder. `unknown`: the components
    /// of the paths were not checked yet.
    pub(super) fn check_order(&self, unknown: bool) -> Result<(), Error> {
        let mut before: &[u8] = b"";
        let mut folder: &[u8] = b"";
        for at in 0..self.records.len() {
            let path = self.path(at);
            // What comes next is most often in the same folder, whose name is no file's.
            let name = path.strip_prefix(folder).filter(|name| memchr::memchr(b'/', name).is_none());
            let checked = match name {
                _ if !unknown => Ok(()),
                Some(name) => object::check_component(name).map_err(|why| malformed(path, why)),
                None => self.check_path(path),
            };
            checked?;
            if at > 0 && before >= path {
                return Err(malformed(path, "it is listed twice, or out of order"));
            }
            before = path;
            if name.is_some() {
                continue;
            }
            for slash in (0..path.len()).filter(|&at| path[at] == b'/') {
                if !folder.starts_with(&path[..=slash]) && self.find(&path[..slash]).is_ok() {
                    return Err(malformed(path, "its folder is also a file"));
                }
            }
            folder = &path[..memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1)];
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The object at an entry, and what it is; `None` for a file on disk.
    pub(super) fn object(&self, at: usize) -> Option<(EntryKind, ObjectId)> {
        let record = &self.records[at];
        match record.place {
            Place::Object(id) => Some((record.kind, id)),
            Place::Disk => None,
        }
    }

    pub(super) fn record(&self, at: usize) -> &Record {
        &self.records[at]
    }

    pub(super) fn path(&self, at: usize) -> &[u8] {
        let record = &self.records[at];
        &self.names[record.start as usize..][..record.len as usize]
    }

    pub(super) fn find(&self, path: &[u8]) -> Result<usize, usize> {
        self.find_in(0..self.records.len(), path)
    }

    /// Searches a part of the records that is sorted.
    fn find_in(&self, mut range: Range<usize>, path: &[u8]) -> Result<usize, usize> {
        while !range.is_empty() {
            let middle = range.start + range.len() / 2;
            match self.path(middle).cmp(path) {
                Ordering::Less => range.start = middle + 1,
                Ordering::Greater => range.end = middle,
                Ordering::Equal => return Ok(middle),
            }
        }
        Err(range.start)
    }

    /// True when `path` is among the first `sorted` entries.
    pub(super) fn contains_first(&self, sorted: usize, path: &[u8]) -> bool {
        self.find_in(0..sorted, path).is_ok()
    }

    /// The entries below a folder.
    pub(super) fn below(&self, dir: &[u8]) -> Range<usize> {
        self.below_in(0..self.records.len(), dir)
    }

    /// The entries below a folder, among some that hold them all.
    pub(super) fn below_in(&self, range: Range<usize>, dir: &[u8]) -> Range<usize> {
        if dir.is_empty() {
            return range;
        }
        let bound = |last: u8| {
            let key = [dir, &[last]].concat();
            self.find_in(range.clone(), &key).unwrap_or_else(|at| at)
        };
        // Everything below `dir/` sorts from `dir/` on, and before `dir0`.
        bound(b'/')..bound(b'/' + 1)
    }
}

fn malformed(path: &[u8], why: &str) -> Error {
    let path = RepoPath::from_git(path);
    Error::new(ErrorKind::Malformed, format!("`{path}` cannot be a path of a repository: {why}"))
        .with_help("run `git fsck`; servers refuse such trees with `receive.fsckObjects`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(paths: &[&str]) -> Listing {
        let mut listing = Listing::new(&Limits::default());
        for path in paths {
            listing.push(path.as_bytes(), EntryKind::File { executable: false }, Place::Disk).unwrap();
        }
        listing
    }

    #[test]
    fn components_that_nobody_checked_are_checked() {
        assert!(listing(&["a", "b/c/d", "b/c/e", "b/f", "c.git"]).check_order(true).is_ok());
        for bad in [
            &["a/../b"][..],
            &["a/b", "a/.."],
            &["a/.GIT", "a/b"],
            &["a/.git/config"],
            &["a//b"],
            &["/a"],
            &["a/"],
            &["."],
            &["a/b", "a/b/"],
        ] {
            assert!(listing(bad).check_order(true).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn paths_are_in_order_and_no_file_is_a_folder() {
        for bad in [&["b", "a"][..], &["a", "a"], &["a", "a-b", "a/b"], &["x/a", "x/a.b", "x/a/c/d"]] {
            assert!(listing(bad).check_order(false).is_err(), "{bad:?}");
        }
        assert!(listing(&["a", "a-b", "ab/c", "b/a", "b/a.b", "b/ab/c"]).check_order(false).is_ok());
    }
}
