//! Where the readers put what they find, with limits that hold for every format.

use std::ops::Range;

use crate::artifact::document::{
    CodeLine, Document, Form, Format, Node, Pair, Piece, Scalar, Task, Unit, UnitKind,
};
use crate::diag::Span;
use crate::text::{normalise_key, word_count};

/// The most pieces (units, pairs, nodes, lines) that are kept of one text.
pub(super) const MOST_PIECES: usize = 100_000;
/// The most bytes that the pieces of one text may take together: a long key above many leaves is
/// copied into each of their paths.
const MOST_BYTES: usize = 64 << 20;

/// A document in the making. All ranges are byte ranges of `text`.
pub(super) struct Out<'a> {
    pub(super) text: &'a str,
    pub(super) doc: Document,
    pieces: usize,
    bytes: usize,
}

impl<'a> Out<'a> {
    pub(super) fn new(text: &'a str, doc: Document) -> Out<'a> {
        Out { text, doc, pieces: 0, bytes: 0 }
    }

    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.doc.source, range.clone())
    }

    pub(super) fn piece(&self, range: Range<usize>) -> Piece {
        Piece { text: self.text[range.clone()].to_string(), span: self.span(&range) }
    }

    /// Notes that the text cannot be read from here on; the first such note is kept.
    pub(super) fn fail(&mut self, range: Range<usize>, message: impl Into<String>) {
        if self.doc.error.is_none() {
            self.doc.error = Some(Piece { text: message.into(), span: self.span(&range) });
        }
    }

    /// True when there is room for one more piece with `bytes` of text; notes the failure if not.
    pub(super) fn room(&mut self, range: &Range<usize>, bytes: usize) -> bool {
        self.pieces += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        let fits = self.pieces <= MOST_PIECES && self.bytes <= MOST_BYTES;
        if !fits {
            self.fail(range.clone(), "the text has too many entries; what follows is not read");
        }
        fits
    }

    /// True once a limit was hit, so that readers can stop early.
    pub(super) fn full(&self) -> bool {
        self.pieces > MOST_PIECES || self.bytes > MOST_BYTES
    }

    /// The nearest heading above the place that is being read.
    pub(super) fn heading(&self) -> Option<usize> {
        self.doc.headings.len().checked_sub(1)
    }

    pub(super) fn unit(&mut self, kind: UnitKind, text: &str, range: Range<usize>) {
        let text = text.trim();
        if text.is_empty() || !self.room(&range, text.len()) {
            return;
        }
        let unit = Unit { kind, text: text.to_string(), span: self.span(&range), heading: self.heading() };
        self.doc.units.push(unit);
    }

    /// A named value; `key` is as written. Gives its index, or `None` when the key has no name in it.
    pub(super) fn pair(&mut self, key: Named<'_>, value: &str, range: Range<usize>) -> Option<usize> {
        let name = match key.normal {
            true => key.text.to_string(),
            false => normalise_key(key.text),
        };
        if name.is_empty() || !self.room(&range, name.len() + value.len()) {
            return None;
        }
        let pair = Pair {
            key: name,
            key_span: self.span(&key.range),
            value: value.trim().to_string(),
            span: self.span(&range),
            form: key.form,
            heading: self.heading(),
            row: key.row,
        };
        self.doc.pairs.push(pair);
        Some(self.doc.pairs.len() - 1)
    }

    pub(super) fn task(&mut self, done: bool, text: &str, range: Range<usize>) {
        if self.room(&range, text.len()) {
            let task = Task {
                done,
                text: text.trim().to_string(),
                span: self.span(&range),
                heading: self.heading(),
            };
            self.doc.tasks.push(task);
        }
    }

    pub(super) fn code(&mut self, language: &str, text: &str, range: Range<usize>, inline: bool) {
        if self.room(&range, text.len() + language.len()) {
            let line = CodeLine {
                language: language.to_string(),
                text: text.to_string(),
                span: self.span(&range),
                inline,
                heading: self.heading(),
            };
            self.doc.code.push(line);
        }
    }

    /// A leaf; outside of front matter, one of at least three words is a unit as well.
    pub(super) fn node(&mut self, at: Place<'_>, value: String, scalar: Scalar, range: Range<usize>) {
        if !self.room(&range, at.path.len() + value.len() + 4 * at.place.len()) {
            return;
        }
        let structured = self.doc.format != Format::Markdown;
        if structured && scalar == Scalar::String && word_count(&value) >= 3 {
            self.unit(UnitKind::Value, &value, range.clone());
        }
        let node = Node {
            path: at.path.to_string(),
            place: at.place.to_vec(),
            value,
            scalar,
            span: self.span(&range),
            key_span: self.span(&at.key),
        };
        self.doc.nodes.push(node);
    }

    /// The title of a structured text.
    pub(super) fn title_from_nodes(&mut self) {
        let named = |node: &&Node| {
            let path = node.path.to_ascii_lowercase();
            matches!(path.as_str(), "title" | "name" | "info.title" | "metadata.name")
                && !node.value.trim().is_empty()
        };
        if self.doc.title.is_none()
            && let Some(node) = self.doc.nodes.iter().find(named)
        {
            self.doc.title = Some(Piece { text: node.value.trim().to_string(), span: node.span });
        }
    }
}

/// The name of a value.
pub(super) struct Named<'t> {
    /// As written, or normalised already.
    pub(super) text: &'t str,
    /// Whether `text` is normalised.
    pub(super) normal: bool,
    pub(super) range: Range<usize>,
    pub(super) form: Form,
    pub(super) row: Option<u32>,
}

/// Where a leaf stands in its structure.
pub(super) struct Place<'t> {
    pub(super) path: &'t str,
    pub(super) place: &'t [u32],
    pub(super) key: Range<usize>,
}

/// The path from the root to the value that is being read.
#[derive(Default)]
pub(super) struct Trail {
    pub(super) path: String,
    pub(super) place: Vec<u32>,
}

/// A point of a [`Trail`] to come back to.
#[derive(Clone, Copy)]
pub(super) struct Point {
    path: usize,
    place: usize,
}

impl Trail {
    pub(super) fn point(&self) -> Point {
        Point { path: self.path.len(), place: self.place.len() }
    }

    pub(super) fn back(&mut self, point: Point) {
        self.path.truncate(point.path);
        self.place.truncate(point.place);
    }

    /// Goes down to a key. A key with dots in it is written as it is.
    pub(super) fn key(&mut self, key: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(key);
    }

    /// Goes down to a list element.
    pub(super) fn element(&mut self, index: usize) {
        self.path.push_str("[]");
        self.place.push(u32::try_from(index).unwrap_or(u32::MAX));
    }

    pub(super) fn at(&self, key: Range<usize>) -> Place<'_> {
        Place { path: &self.path, place: &self.place, key }
    }
}

/// `range` without white space at its ends.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    let start = range.start + (slice.len() - slice.trim_start().len());
    let end = range.start + slice.trim_end().len();
    start..end.max(start)
}

/// The lines of `text[range]` without their ends, as ranges of `text`.
pub(super) fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    text[range].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..start + line.trim_end_matches(['\n', '\r']).len()
    })
}

/// Comments from `#` to the end of the line, outside of `skip` (sorted, non-overlapping ranges).
/// With `spaced`, a `#` starts a comment only at the start of a line or behind white space.
pub(super) fn hash_comments(out: &mut Out<'_>, range: Range<usize>, skip: &[Range<usize>], spaced: bool) {
    let (text, bytes) = (out.text, out.text.as_bytes());
    let mut next = 0;
    let mut at = range.start;
    while let Some(found) = text[at..range.end].find('#') {
        let hash = at + found;
        while skip.get(next).is_some_and(|s| s.end <= hash) {
            next += 1;
        }
        if let Some(inside) = skip.get(next).filter(|s| s.start <= hash) {
            at = inside.end.min(range.end);
            continue;
        }
        if spaced && hash > range.start && !bytes[hash - 1].is_ascii_whitespace() {
            at = hash + 1;
            continue;
        }
        let end = text[hash..range.end].find('\n').map_or(range.end, |n| hash + n);
        let line = trim(text, hash..end);
        let body = text[line.clone()].trim_start_matches('#');
        out.unit(UnitKind::Comment, body, line);
        if out.full() {
            return;
        }
        at = end;
    }
}
