//! The input of `git fast-import`.

use std::io::{self, Write};

/// The first commit of a generated history: 2025-05-01.
pub(crate) const EPOCH: i64 = 1_746_057_600;

/// Somebody who commits, as `Name <address>`.
pub(crate) type Author = String;

/// A commit to be written.
pub(crate) struct Commit<'a> {
    pub(crate) branch: &'a str,
    pub(crate) author: &'a Author,
    /// Seconds since 1970.
    pub(crate) time: i64,
    pub(crate) message: &'a str,
    /// Marks, the first parent first.
    pub(crate) parents: &'a [u32],
    /// Paths of plain characters, and what they hold from now on.
    pub(crate) files: &'a [(String, String)],
}

/// Writes commits, and hands out their marks.
pub(crate) struct Stream<W> {
    out: W,
    marks: u32,
}

impl<W: Write> Stream<W> {
    pub(crate) fn new(out: W) -> Stream<W> {
        Stream { out, marks: 0 }
    }

    /// Writes a commit and returns its mark.
    pub(crate) fn commit(&mut self, commit: &Commit<'_>) -> io::Result<u32> {
        self.marks += 1;
        let out = &mut self.out;
        writeln!(out, "commit refs/heads/{}\nmark :{}", commit.branch, self.marks)?;
        for role in ["author", "committer"] {
            writeln!(out, "{role} {} {} +0000", commit.author, commit.time)?;
        }
        data(out, commit.message)?;
        for (nth, parent) in commit.parents.iter().enumerate() {
            writeln!(out, "{} :{parent}", if nth == 0 { "from" } else { "merge" })?;
        }
        for (path, text) in commit.files {
            writeln!(out, "M 100644 inline {path}")?;
            data(out, text)?;
        }
        Ok(self.marks)
    }

    /// Ends the stream. Without this `git` takes it for cut off.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.out.write_all(b"done\n")?;
        self.out.flush()
    }
}

fn data(out: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(out, "data {}\n{text}", text.len())
}

/// A sequence of numbers that look random and are the same on every machine (`SplitMix64`).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is smaller than a usize")
    }
}
