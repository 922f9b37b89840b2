use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file that is read in pages, each once as long as there is room to keep it.
#[derive(Debug)]
pub(super) struct Pages {
    file: File,
    length: usize,
    /// So many bytes are read at once.
    page: usize,
    /// Empty for one that cannot be read.
    pages: Box<[OnceLock<Box<[u8]>>]>,
}

impl Pages {
    /// Opens a regular file, to be read in pieces of `page` bytes.
    pub(super) fn open(path: &Path, page: usize) -> Option<Pages> {
        let file = File::open(path).ok()?;
        let meta = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let length = usize::try_from(meta.len()).ok()?;
        let mut pages = Vec::new();
        pages.resize_with(length.div_ceil(page), OnceLock::new);
        Some(Pages { file, length, page, pages: pages.into() })
    }

    /// In bytes, when it was opened.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Some bytes from `at` on, at least one; `None` behind the end, and when they cannot be read. `room` is how
    /// many bytes may still be kept.
    pub(super) fn from(&self, at: usize, room: &AtomicUsize) -> Option<Cow<'_, [u8]>> {
        let start = at - at % self.page;
        let page = self.pages.get(at / self.page)?;
        if page.get().is_none() {
            let taken =
                room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(self.page));
            if taken.is_err() {
                return self
                    .read(at)
                    .filter(|bytes| !bytes.is_empty())
                    .map(|bytes| Cow::Owned(bytes.into_vec()));
            }
        }
        let page = page.get_or_init(|| self.read(start).unwrap_or_default());
        page.get(at - start..).filter(|bytes| !bytes.is_empty()).map(Cow::Borrowed)
    }

    /// Just so many bytes.
    pub(super) fn array<const N: usize>(&self, at: usize, room: &AtomicUsize) -> Option<[u8; N]> {
        let mut array = [0; N];
        let mut filled = 0;
        while filled < N {
            let bytes = self.from(at.checked_add(filled)?, room)?;
            let count = bytes.len().min(N - filled);
            array[filled..filled + count].copy_from_slice(&bytes[..count]);
            filled += count;
        }
        Some(array)
    }

    /// A page's worth of bytes, less at the end.
    fn read(&self, at: usize) -> Option<Box<[u8]>> {
        let mut bytes = vec![0; self.page.min(self.length.checked_sub(at)?)];
        read_at(&self.file, &mut bytes, u64::try_from(at).ok()?).ok()?;
        Some(bytes.into())
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
