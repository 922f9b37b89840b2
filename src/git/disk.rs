//! Reading the work tree without ever following a symbolic link.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::error::{Error, ErrorKind};
use super::snapshot::EntryKind;
use crate::diag::RepoPath;

/// A file name as Git stores it; `None` when the system cannot say (outside of Unix: not UTF-8).
#[cfg(unix)]
pub(super) fn name_bytes(name: &OsStr) -> Option<&[u8]> {
    use std::os::unix::ffi::OsStrExt;
    Some(name.as_bytes())
}

/// A file name as Git stores it; `None` when the system cannot say (outside of Unix: not UTF-8).
#[cfg(not(unix))]
pub(super) fn name_bytes(name: &OsStr) -> Option<&[u8]> {
    name.to_str().map(str::as_bytes)
}

/// A name or path from Git as the system writes it; `None` when it cannot.
#[cfg(unix)]
pub(super) fn os_name(name: &[u8]) -> Option<&OsStr> {
    use std::os::unix::ffi::OsStrExt;
    Some(OsStr::from_bytes(name))
}

/// A name or path from Git as the system writes it; `None` when it cannot.
#[cfg(not(unix))]
pub(super) fn os_name(name: &[u8]) -> Option<&OsStr> {
    let name = std::str::from_utf8(name).ok()?;
    (!name.contains(['\\', ':'])).then_some(OsStr::new(name))
}

#[cfg(unix)]
fn executable(meta: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn executable(_: &Metadata) -> bool {
    false
}

#[cfg(unix)]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    a.len() == b.len()
}

/// What a file on disk is for Git; `None` for folders, pipes, sockets and devices.
pub(super) fn kind(meta: &Metadata) -> Option<EntryKind> {
    if meta.file_type().is_symlink() {
        Some(EntryKind::Symlink)
    } else if meta.is_file() {
        Some(EntryKind::File { executable: executable(meta) })
    } else {
        None
    }
}

/// Looks at many paths in sorted order, and at each folder on the way only once.
pub(super) struct Prober<'a> {
    top: &'a Path,
    /// The folders of the last path that are known to be real ones.
    real: Vec<u8>,
}

impl<'a> Prober<'a> {
    pub(super) fn new(top: &'a Path) -> Prober<'a> {
        Prober { top, real: Vec::new() }
    }

    /// The file's own data, or `None` when it is absent, or lies behind a symbolic link.
    pub(super) fn probe(&mut self, path: &[u8]) -> Result<Option<Metadata>, Error> {
        let Some(name) = os_name(path) else { return Ok(None) };
        let parent = path.iter().rposition(|&b| b == b'/').unwrap_or(0);
        if !self.folders_are_real(&path[..parent])? {
            return Ok(None);
        }
        absent_is_none(fs::symlink_metadata(self.top.join(name))).map_err(|e| unreadable(path, &e))
    }

    fn folders_are_real(&mut self, folders: &[u8]) -> Result<bool, Error> {
        let mut from = 0;
        while from < folders.len() {
            let end = folders[from..].iter().position(|&b| b == b'/').map_or(folders.len(), |at| from + at);
            let folder = &folders[..end];
            from = end + 1;
            let known =
                self.real.strip_prefix(folder).is_some_and(|rest| rest.first().is_none_or(|&b| b == b'/'));
            if known {
                continue;
            }
            let Some(name) = os_name(folder) else { return Ok(false) };
            let meta = absent_is_none(fs::symlink_metadata(self.top.join(name)));
            if !meta.map_err(|e| unreadable(folder, &e))?.is_some_and(|meta| meta.is_dir()) {
                return Ok(false);
            }
            self.real = folder.to_vec();
        }
        Ok(true)
    }
}

/// A file's bytes, or its size when there are more than `max`.
pub(super) fn read_file(top: &Path, path: &[u8], max: u64) -> Result<Result<Vec<u8>, u64>, Error> {
    let gone = || io::Error::new(io::ErrorKind::NotFound, "it was listed, but is gone or has been replaced");
    let before = Prober::new(top).probe(path)?.filter(Metadata::is_file);
    let before = before.ok_or_else(|| unreadable(path, &gone()))?;
    let file = File::open(full(top, path)?).map_err(|e| unreadable(path, &e))?;
    let meta = file.metadata().map_err(|e| unreadable(path, &e))?;
    if !meta.is_file() || !same_file(&before, &meta) {
        return Err(unreadable(path, &gone()));
    }
    if meta.len() > max {
        return Ok(Err(meta.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
    file.take(max.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(if size > max { Err(size) } else { Ok(bytes) })
}

/// Where a symbolic link points, as written in it.
pub(super) fn read_link(top: &Path, path: &[u8]) -> Result<Vec<u8>, Error> {
    let meta = Prober::new(top).probe(path)?;
    if !meta.is_some_and(|meta| meta.file_type().is_symlink()) {
        return Err(unreadable(
            path,
            &io::Error::other("it was listed as a link, but is gone or has been replaced"),
        ));
    }
    let target = fs::read_link(full(top, path)?).map_err(|e| unreadable(path, &e))?;
    Ok(name_bytes(target.as_os_str()).unwrap_or_default().to_vec())
}

fn full(top: &Path, path: &[u8]) -> Result<PathBuf, Error> {
    let name = os_name(path)
        .ok_or_else(|| unreadable(path, &io::Error::other("this system cannot hold such a name")))?;
    Ok(top.join(name))
}

fn absent_is_none(meta: io::Result<Metadata>) -> io::Result<Option<Metadata>> {
    match meta {
        Ok(meta) => Ok(Some(meta)),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(e),
    }
}

pub(super) fn unreadable(path: &[u8], cause: &io::Error) -> Error {
    let message = format!("{}: cannot be read: {cause}", RepoPath::from_git(path));
    Error::new(ErrorKind::Unreadable, message)
}
