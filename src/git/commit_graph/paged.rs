use std::borrow::Cow;
use std::cell::OnceCell;
use std::fs::File;
use std::io;
use std::path::Path;

/// So much is read at once, in bytes.
const PAGE: usize = 32 << 10;
/// Larger files are not used, in bytes: the list of their pages alone would be large.
const SIZE_MAX: u64 = 8 << 30;

/// A file of which only the pieces are read that are asked for, each once. It is replaced as a whole when
/// it is written anew, so what is open stays as it is.
pub(super) struct Paged {
    file: File,
    size: u64,
    pages: Box<[OnceCell<Box<[u8]>>]>,
}

impl Paged {
    /// Opens a regular file; `None` for anything else.
    pub(super) fn open(path: &Path) -> Option<Paged> {
        // Opening a pipe would wait.
        if !std::fs::metadata(path).ok()?.is_file() {
            return None;
        }
        let file = File::open(path).ok()?;
        let size = file.metadata().ok()?.len();
        if size > SIZE_MAX {
            return None;
        }
        let count = usize::try_from(size).ok()?.div_ceil(PAGE);
        Some(Paged { file, size, pages: (0..count).map(|_| OnceCell::new()).collect() })
    }

    /// In bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// `size` bytes from `at` on; `None` when the file does not hold them.
    pub(super) fn get(&self, at: u64, size: usize) -> Option<Cow<'_, [u8]>> {
        let at = usize::try_from(at).ok()?;
        let end = at.checked_add(size)?;
        let page = self.page(at / PAGE)?;
        let from = at % PAGE;
        if from + size <= page.len() {
            return Some(Cow::Borrowed(&page[from..from + size]));
        }
        if u64::try_from(end).ok()? > self.size {
            return None;
        }
        let mut bytes = Vec::with_capacity(size);
        bytes.extend_from_slice(page.get(from..)?);
        for nth in at / PAGE + 1.. {
            let left = size - bytes.len();
            if left == 0 {
                break;
            }
            let page = self.page(nth)?;
            bytes.extend_from_slice(&page[..left.min(page.len())]);
        }
        Some(Cow::Owned(bytes))
    }

    /// As [`Paged::get`], for a size that is known beforehand.
    pub(super) fn array<const N: usize>(&self, at: u64) -> Option<[u8; N]> {
        let place = usize::try_from(at).ok()?;
        let page = self.page(place / PAGE)?;
        if let Some(bytes) = page.get(place % PAGE..).and_then(<[u8]>::first_chunk) {
            return Some(*bytes);
        }
        <[u8; N]>::try_from(&*self.get(at, N)?).ok()
    }

    /// A number of four bytes.
    pub(super) fn u32(&self, at: u64) -> Option<u32> {
        self.array(at).map(u32::from_be_bytes)
    }

    /// A number of eight bytes.
    pub(super) fn u64(&self, at: u64) -> Option<u64> {
        self.array(at).map(u64::from_be_bytes)
    }

    fn page(&self, nth: usize) -> Option<&[u8]> {
        let page = self.pages.get(nth)?;
        if let Some(bytes) = page.get() {
            return Some(bytes);
        }
        let start = u64::try_from(nth * PAGE).ok()?;
        let size = usize::try_from((self.size - start).min(PAGE as u64)).ok()?;
        let mut bytes = vec![0; size].into_boxed_slice();
        read_at(&self.file, &mut bytes, start).ok()?;
        Some(page.get_or_init(|| bytes))
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_across_pages_and_behind_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let bytes: Vec<u8> = (0..3 * PAGE + 5).map(|n| (n * 7 % 251) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let paged = Paged::open(&path).unwrap();
        for (at, size) in
            [(0, 0), (0, 8), (PAGE - 3, 8), (PAGE - 1, 2 * PAGE), (3 * PAGE, 5), (1, bytes.len() - 1)]
        {
            assert_eq!(&*paged.get(at as u64, size).unwrap(), &bytes[at..at + size], "{at} {size}");
        }
        for (at, size) in [(3 * PAGE, 6), (3 * PAGE + 5, 1), (4 * PAGE, 0), (usize::MAX, 1), (0, usize::MAX)]
        {
            assert!(paged.get(at as u64, size).is_none(), "{at} {size}");
        }
        assert_eq!(paged.array::<4>(PAGE as u64 - 2).unwrap(), bytes[PAGE - 2..PAGE + 2]);
        assert_eq!(paged.array::<8>(3 * PAGE as u64), None);
        assert!(Paged::open(dir.path()).is_none() && Paged::open(&dir.path().join("none")).is_none());
    }
}
