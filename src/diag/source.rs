use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use super::RepoPath;

/// Names a text in [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(u32);

/// A piece of a text: byte offsets, start inclusive, end exclusive, on character boundaries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `range` of `source`.
    pub fn new(source: SourceId, range: std::ops::Range<usize>) -> Span {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span { source, start: clamp(range.start), end: clamp(range.end.max(range.start)) }
    }

    /// The byte range.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Where a text comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    /// A policy file that is embedded in the program, by its name under `policies/`.
    BuiltIn(String),
    /// A file of the judged repository.
    Repository(RepoPath),
    /// A file as another revision than the judged one has it.
    Revision {
        /// The branch, tag or commit.
        revision: String,
        /// Its path there.
        path: RepoPath,
    },
    /// The message of a commit.
    Commit {
        /// The full object id in hexadecimal.
        id: String,
        /// The first line of the message.
        subject: String,
    },
    /// A file outside of any judged tree, named by the person at the keyboard.
    Local(PathBuf),
}

impl Origin {
    /// The name to print, escaped.
    pub fn display(&self) -> String {
        match self {
            Origin::BuiltIn(name) => format!("<built-in>/{name}"),
            Origin::Repository(path) => path.to_string(),
            Origin::Revision { revision, path } => {
                format!("{}:{path}", super::escape::line(revision))
            }
            Origin::Commit { id, .. } => format!("commit {}", id.get(..10).unwrap_or(id)),
            Origin::Local(path) => super::escape::line(&path.to_string_lossy()).into_owned(),
        }
    }
}

/// A text and where it comes from.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it comes from.
    pub origin: Origin,
    /// The whole text, without a byte order mark.
    pub text: Text,
}

/// A text that many may hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// Of the program itself.
    Shipped(&'static str),
    /// Any other.
    Shared(Arc<str>),
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Shipped(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl<T: Into<Arc<str>>> From<T> for Text {
    fn from(text: T) -> Text {
        Text::Shared(text.into())
    }
}

/// A position for people and for reports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LineColumn {
    /// Counted from 1.
    pub line: u32,
    /// In characters, counted from 1.
    pub column: u32,
}

/// All the texts that spans may point into. Grows only; ids stay valid.
#[derive(Clone, Default, Debug)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// No texts.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Takes a text in. A byte order mark must have been removed.
    pub fn add(&mut self, origin: Origin, text: impl Into<Text>) -> SourceId {
        let id = u32::try_from(self.files.len()).expect("fewer than 2^32 texts are ever read");
        self.files.push(SourceFile { origin, text: text.into() });
        SourceId(id)
    }

    /// The text with this id. Ids come from [`Sources::add`] of the same value.
    pub fn get(&self, id: SourceId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The text of a span; empty when the span does not fit the text.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source).text.get(span.range()).unwrap_or("")
    }

    /// Line and column of a span's start.
    pub fn position(&self, span: Span) -> LineColumn {
        position(&self.get(span.source).text, span.start as usize)
    }
}

fn position(text: &str, offset: usize) -> LineColumn {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let column = before[start..].chars().count() + 1;
    LineColumn {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
    }
}
