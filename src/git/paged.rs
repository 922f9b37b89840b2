use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// How many bytes of some files may still be kept.
#[derive(Clone, Debug)]
pub(super) struct Room(Arc<AtomicUsize>);

impl Room {
    pub(super) fn new(bytes: usize) -> Room {
        Room(Arc::new(AtomicUsize::new(bytes)))
    }

    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }
}

/// A file of which only the pieces are read that are asked for, each once as long as there is room to keep it, by
/// whatever thread. Git replaces such files as a whole, so what is open stays as it is.
#[derive(Debug)]
pub(super) struct Paged {
    file: File,
    length: usize,
    /// So many bytes are read at once.
    page: usize,
    /// Empty for one that cannot be read.
    pages: Box<[OnceLock<Box<[u8]>>]>,
    room: Room,
}

impl Paged {
    /// Opens a regular file of at most `most` bytes, to be read in pieces of `page` bytes; `None` for anything else.
    pub(super) fn open(path: &Path, page: usize, most: u64, room: &Room) -> Option<Paged> {
        Paged::open_as(path, |_| page, most, room)
    }

    /// As [`Paged::open`], where it depends on how long the file is what a piece is.
    pub(super) fn open_as(
        path: &Path,
        page: impl FnOnce(usize) -> usize,
        most: u64,
        room: &Room,
    ) -> Option<Paged> {
        // Opening a pipe would wait.
        if !std::fs::metadata(path).ok()?.is_file() {
            return None;
        }
        let file = File::open(path).ok()?;
        let length = file.metadata().ok()?.len();
        let length = usize::try_from(length).ok().filter(|_| length <= most)?;
        let page = page(length);
        let pages = (0..length.div_ceil(page)).map(|_| OnceLock::new()).collect();
        Some(Paged { file, length, page, pages, room: room.clone() })
    }

    /// In bytes, when it was opened.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Some bytes from `at` on, at least one; `None` behind the end, and when they cannot be read.
    pub(super) fn from(&self, at: usize) -> Option<Cow<'_, [u8]>> {
        match self.kept(at)? {
            Some(bytes) => Some(Cow::Borrowed(bytes)),
            None => self.read(at, self.page).filter(|bytes| !bytes.is_empty()).map(Cow::Owned),
        }
    }

    /// As [`Paged::from`], unless there is no room to keep them: `Some(None)` then.
    fn kept(&self, at: usize) -> Option<Option<&[u8]>> {
        let start = at - at % self.page;
        let page = self.pages.get(at / self.page)?;
        if page.get().is_none() && !self.room.take(self.page) {
            return Some(None);
        }
        let page = page.get_or_init(|| self.read(start, self.page).unwrap_or_default().into());
        page.get(at - start..).filter(|bytes| !bytes.is_empty()).map(Some)
    }

    /// `size` bytes from `at` on; `None` when the file does not hold them.
    pub(super) fn get(&self, at: impl TryInto<usize>, size: usize) -> Option<Cow<'_, [u8]>> {
        let at = at.try_into().ok()?;
        if at.checked_add(size)? > self.length {
            return None;
        }
        let mut bytes = Vec::new();
        while bytes.len() < size {
            let left = size - bytes.len();
            match self.kept(at + bytes.len())? {
                Some(piece) if bytes.is_empty() && piece.len() >= size => {
                    return Some(Cow::Borrowed(&piece[..size]));
                }
                Some(piece) => bytes.extend_from_slice(&piece[..left.min(piece.len())]),
                None => bytes.append(&mut self.read(at + bytes.len(), left)?),
            }
        }
        Some(Cow::Owned(bytes))
    }

    /// As [`Paged::get`], for a size that is known beforehand.
    pub(super) fn array<const N: usize>(&self, at: impl TryInto<usize>) -> Option<[u8; N]> {
        let at = at.try_into().ok()?;
        // Nearly all lie within one piece.
        if let Some(array) = self.kept(at)?.and_then(|bytes| bytes.first_chunk()) {
            return Some(*array);
        }
        let mut array = [0; N];
        let mut filled = 0;
        while filled < N {
            let from = at.checked_add(filled)?;
            let Some(bytes) = self.kept(from)? else {
                read_at(&self.file, &mut array[filled..], u64::try_from(from).ok()?).ok()?;
                break;
            };
            let count = bytes.len().min(N - filled);
            array[filled..filled + count].copy_from_slice(&bytes[..count]);
            filled += count;
        }
        Some(array)
    }

    /// A number of four bytes.
    pub(super) fn u32(&self, at: impl TryInto<usize>) -> Option<u32> {
        self.array(at).map(u32::from_be_bytes)
    }

    /// A number of eight bytes.
    pub(super) fn u64(&self, at: impl TryInto<usize>) -> Option<u64> {
        self.array(at).map(u64::from_be_bytes)
    }

    /// So many bytes, less at the end.
    fn read(&self, at: usize, size: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; size.min(self.length.checked_sub(at)?)];
        read_at(&self.file, &mut bytes, u64::try_from(at).ok()?).ok()?;
        Some(bytes)
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                bytes = &mut bytes[count..];
                at += count as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 64;

    #[test]
    fn pieces_across_pages_and_behind_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let bytes: Vec<u8> = (0..3 * PAGE + 5).map(|n| (n * 7 % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        // With room for all pages, for one, and for none.
        for room in [usize::MAX, PAGE, 0] {
            let paged = Paged::open(&path, PAGE, 1 << 20, &Room::new(room)).unwrap();
            assert_eq!(paged.len(), bytes.len());
            for (at, size) in
                [(0, 0), (0, 8), (PAGE - 3, 8), (PAGE - 1, 2 * PAGE), (3 * PAGE, 5), (1, bytes.len() - 1)]
            {
                assert_eq!(&*paged.get(at, size).unwrap(), &bytes[at..at + size], "{at} {size}");
            }
            for (at, size) in
                [(3 * PAGE, 6), (3 * PAGE + 5, 1), (4 * PAGE, 0), (usize::MAX, 1), (0, usize::MAX)]
            {
                assert!(paged.get(at, size).is_none(), "{at} {size}");
            }
            assert_eq!(paged.array::<4>(PAGE as u64 - 2).unwrap(), bytes[PAGE - 2..PAGE + 2]);
            assert_eq!(paged.array::<8>(3 * PAGE), None);
            assert_eq!(paged.u32(u64::MAX), None);
        }
    }

    #[test]
    fn only_files_that_are_not_too_large() {
        let dir = tempfile::tempdir().unwrap();
        let (file, room) = (dir.path().join("file"), Room::new(0));
        std::fs::write(&file, "12345").unwrap();
        assert!(Paged::open(&file, PAGE, 5, &room).is_some() && Paged::open(&file, PAGE, 4, &room).is_none());
        for path in [dir.path(), &dir.path().join("none")] {
            assert!(Paged::open(path, PAGE, 5, &room).is_none());
        }
    }
}
