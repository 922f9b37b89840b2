//! YAML events as a tree in one vector, so that nothing about it recurses.

use std::borrow::Cow;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};

/// Deepest nesting that is read.
const DEEPEST: usize = 200;
/// The most nodes that are read; leaves are limited again when they are kept.
const MOST_NODES: usize = 250_000;
/// The most work that the scanner may spend on flow collections: it looks ahead to the end of one
/// and, for each token, at every level around it.
const FLOW_WORK: usize = 500_000;

/// A node; indices are into [`Tree::items`].
pub(super) enum Kind<'a> {
    Scalar {
        value: Cow<'a, str>,
        /// Not quoted, no block, no `!!str`: the text decides about the type.
        plain: bool,
        /// Its range has quotes at both ends.
        quoted: bool,
    },
    List(Vec<usize>),
    /// Keys and values in turn.
    Map(Vec<usize>),
    /// The number of the anchor.
    Alias(usize),
}

pub(super) struct Item<'a> {
    pub(super) kind: Kind<'a>,
    /// Byte range in the whole text, quotes included.
    pub(super) range: Range<usize>,
}

#[derive(Default)]
pub(super) struct Tree<'a> {
    pub(super) items: Vec<Item<'a>>,
    /// One per document.
    pub(super) roots: Vec<usize>,
    /// Anchors by number, as pairs of number and item, sorted.
    anchors: Vec<(usize, usize)>,
    /// Where and why reading stopped early.
    pub(super) error: Option<(usize, String)>,
}

impl<'a> Tree<'a> {
    /// Reads `text[range]`; offsets are those of `text`.
    pub(super) fn parse(text: &'a str, range: Range<usize>) -> Tree<'a> {
        let mut tree = Tree::default();
        let part = &text[range.clone()];
        if let Some(at) = heavy_flow(part) {
            tree.error =
                Some((range.start + at, "the flow collections nest too deep or are too long".into()));
            return tree;
        }
        let mut offsets = Offsets::new(part);
        let mut parser = Parser::new_from_str(part);
        let mut open = Vec::new();
        while let Some(event) = parser.next_event() {
            let done = match event {
                Ok((event, span)) => tree.take(text, event, offsets.range(span, range.start), &mut open),
                Err(error) => Err((range.start + offsets.at(*error.marker()), sentence(&error))),
            };
            if let Err(error) = done {
                tree.error = Some(error);
                break;
            }
        }
        tree
    }

    fn take(
        &mut self,
        text: &str,
        event: Event<'a>,
        mut range: Range<usize>,
        open: &mut Vec<usize>,
    ) -> Result<(), (usize, String)> {
        let start = range.start;
        let (kind, anchor) = match event {
            Event::Scalar(value, style, anchor, tag) => {
                let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                if quoted {
                    range.end = range.start + quoted_length(&text[range.clone()]);
                }
                let tagged = tag.is_some_and(|tag| tag.suffix == "str");
                (Kind::Scalar { value, plain: style == ScalarStyle::Plain && !tagged, quoted }, anchor)
            }
            Event::Alias(id) => (Kind::Alias(id), 0),
            Event::SequenceStart(anchor, _) => (Kind::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => (Kind::Map(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(at) = open.pop() {
                    let item = &mut self.items[at];
                    item.range.end = range.end.max(item.range.start);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        if self.items.len() >= MOST_NODES {
            return Err((start, "the text has too many entries; what follows is not read".into()));
        }
        if open.len() >= DEEPEST && matches!(kind, Kind::List(_) | Kind::Map(_)) {
            return Err((start, format!("nested deeper than {DEEPEST} levels")));
        }
        let at = self.items.len();
        if anchor > 0 {
            self.anchors.push((anchor, at));
        }
        match open.last().map(|&parent| &mut self.items[parent].kind) {
            Some(Kind::List(children) | Kind::Map(children)) => children.push(at),
            _ => self.roots.push(at),
        }
        if matches!(kind, Kind::List(_) | Kind::Map(_)) {
            open.push(at);
        }
        self.items.push(Item { kind, range });
        Ok(())
    }

    /// The item that an anchor names.
    pub(super) fn anchor(&self, id: usize) -> Option<usize> {
        let found = self.anchors.binary_search_by_key(&id, |&(number, _)| number).ok()?;
        Some(self.anchors[found].1)
    }
}

fn sentence(error: &ScanError) -> String {
    format!("this is not valid YAML: {}", error.info())
}

/// The length of a quoted scalar with its quotes. The parser's own range goes on over white space
/// and a comment behind it.
fn quoted_length(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate();
    let Some((_, quote)) = bytes.next() else { return 0 };
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' && quote == b'"'
            || byte == b'\'' && quote == byte && text[at + 1..].starts_with('\'')
        {
            bytes.next();
        } else if byte == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Where the flow collections get too heavy to be read. Brackets in plain text count too, which
/// can only make the answer more careful.
fn heavy_flow(text: &str) -> Option<usize> {
    let (mut depth, mut work) = (0usize, 0usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' | b':' | b'"' | b'\'' => {}
            _ => continue,
        }
        work += depth;
        if depth > DEEPEST || work > FLOW_WORK {
            return Some(at);
        }
    }
    None
}

/// Turns the parser's positions, counted in characters, into byte offsets.
struct Offsets<'a> {
    text: &'a str,
    /// The byte offset of every [`STEP`]th character; empty for ASCII.
    steps: Vec<usize>,
}

const STEP: usize = 64;

impl<'a> Offsets<'a> {
    fn new(text: &'a str) -> Offsets<'a> {
        let steps = match text.is_ascii() {
            true => Vec::new(),
            false => text.char_indices().step_by(STEP).map(|(at, _)| at).collect(),
        };
        Offsets { text, steps }
    }

    fn at(&mut self, mark: Marker) -> usize {
        let index = mark.index();
        if self.steps.is_empty() {
            return index.min(self.text.len());
        }
        let Some(&step) = self.steps.get(index / STEP) else { return self.text.len() };
        let rest = &self.text[step..];
        step + rest.char_indices().nth(index % STEP).map_or(rest.len(), |(at, _)| at)
    }

    fn range(&mut self, span: Span, base: usize) -> Range<usize> {
        let start = base + self.at(span.start);
        start..start.max(base + self.at(span.end))
    }
}
