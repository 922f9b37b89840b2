//! The bytes of an index file, a piece at a time, and their checksum, which another thread works out.

use std::io::Read;
use std::ops::Range;
use std::sync::mpsc::{self, Receiver, SyncSender};

use sha1::{Digest, Sha1};

use super::file::{CUT, Result};
use crate::parallel::Worker;

/// The checksum at the end.
const FOOTER: usize = 20;
/// So much is read at once: what was read is still near when it is looked at and hashed.
const PIECE: usize = 1 << 18;
/// Pieces that wait to be hashed.
const WAITING: usize = 4;
/// Larger files are hashed while they are read.
const WORTH_A_THREAD: usize = 1 << 20;

/// A file that ends with the checksum of all before.
pub(super) struct Feed<R> {
    file: R,
    /// How many bytes before the checksum were not read yet.
    unread: usize,
    buffer: Vec<u8>,
    /// Where in the buffer the bytes begin that were not used yet, and those that were not hashed.
    at: usize,
    fresh: usize,
    sum: Sum,
}

impl<R: Read> Feed<R> {
    /// A file of `size` bytes.
    pub(super) fn new(file: R, size: u64) -> Result<Feed<R>> {
        let size = usize::try_from(size).map_err(|_| "it is too large")?;
        let unread = size.checked_sub(FOOTER).ok_or(CUT)?;
        let sum = if unread < WORTH_A_THREAD { Sum::here() } else { Sum::elsewhere() };
        Ok(Feed { file, unread, buffer: Vec::new(), at: 0, fresh: 0, sum })
    }

    /// What was read and not used yet.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    pub(super) fn used(&mut self, count: usize) {
        self.at += count;
    }

    /// How many bytes are left to use, read or not.
    pub(super) fn left(&self) -> usize {
        self.unread + self.bytes().len()
    }

    /// Reads on; false at the end.
    pub(super) fn more(&mut self) -> Result<bool> {
        if self.unread == 0 {
            return Ok(false);
        }
        let mut next = self.sum.buffer();
        next.extend_from_slice(&self.buffer[self.at..]);
        let kept = next.len();
        let wanted = PIECE.max(kept).min(self.unread);
        next.reserve(wanted);
        take(&mut self.file, &mut next, wanted)?;
        self.unread -= wanted;
        let done = std::mem::replace(&mut self.buffer, next);
        self.sum.add(done, self.fresh);
        (self.at, self.fresh) = (0, kept);
        Ok(true)
    }

    /// Fails when the checksum is wrong.
    pub(super) fn finish(mut self) -> Result<()> {
        self.at = self.buffer.len();
        while self.more()? {
            self.at = self.buffer.len();
        }
        let mut sum = Vec::new();
        take(&mut self.file, &mut sum, FOOTER)?;
        let found = self.sum.finish(self.buffer, self.fresh);
        // `index.skipHash` writes zeros.
        if sum == [0; FOOTER] || found.is_some_and(|found| found[..] == sum) {
            return Ok(());
        }
        Err("its checksum is wrong: it was cut off or changed".to_string())
    }
}

fn take(file: &mut impl Read, to: &mut Vec<u8>, count: usize) -> Result<()> {
    let limit = u64::try_from(count).map_err(|_| CUT)?;
    let read = file.take(limit).read_to_end(to).map_err(|error| error.to_string())?;
    if read == count { Ok(()) } else { Err(CUT.to_string()) }
}

/// The checksum of what was read, worked out here or on another thread.
enum Sum {
    Here(Box<Sha1>),
    Elsewhere {
        to: SyncSender<(Vec<u8>, Range<usize>)>,
        back: Receiver<Vec<u8>>,
        sum: Receiver<[u8; FOOTER]>,
        /// Behind what it works with, so that there is an end to its work when it is waited for.
        _worker: Worker,
    },
}

impl Sum {
    fn here() -> Sum {
        Sum::Here(Box::default())
    }

    fn elsewhere() -> Sum {
        let Some(worker) = Worker::any() else { return Sum::here() };
        let (to, pieces) = mpsc::sync_channel::<(Vec<u8>, Range<usize>)>(WAITING);
        let ((give, back), (say, said)) = (mpsc::channel(), mpsc::channel());
        worker.give(Box::new(move || {
            let mut sum = Sha1::new();
            for (piece, range) in pieces {
                sum.update(&piece[range]);
                // Whoever reads may have all that it needs.
                let _ = give.send(piece);
            }
            let _ = say.send(sum.finalize().into());
        }));
        Sum::Elsewhere { to, back, sum: said, _worker: worker }
    }

    /// An empty buffer.
    fn buffer(&self) -> Vec<u8> {
        let mut buffer = match self {
            Sum::Here(_) => Vec::new(),
            Sum::Elsewhere { back, .. } => back.try_recv().unwrap_or_default(),
        };
        buffer.clear();
        buffer
    }

    /// Adds a piece, from `fresh` on.
    fn add(&mut self, piece: Vec<u8>, fresh: usize) {
        match self {
            Sum::Here(sum) => sum.update(&piece[fresh..]),
            Sum::Elsewhere { to, .. } => {
                let range = fresh..piece.len();
                // A thread that ended is noticed when its sum is asked for.
                let _ = to.send((piece, range));
            }
        }
    }

    /// The checksum; `None` when it could not be worked out.
    fn finish(mut self, piece: Vec<u8>, fresh: usize) -> Option<[u8; FOOTER]> {
        self.add(piece, fresh);
        match self {
            Sum::Here(sum) => Some(sum.finalize().into()),
            Sum::Elsewhere { to, sum, .. } => {
                drop(to);
                sum.recv().ok()
            }
        }
    }
}
