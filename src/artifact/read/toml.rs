//! TOML: leaves with their paths, comments, a title.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::out::{Out, Point, Trail, hash_comments, trim};
use crate::artifact::document::Scalar;

/// Reads a whole text.
pub(super) fn read(out: &mut Out<'_>) {
    let range = 0..out.text.len();
    let skip = nodes(out, range.clone());
    hash_comments(out, range, &skip, false);
    out.doc.units.sort_by_key(|unit| (unit.span.start, unit.span.end));
    out.title_from_nodes();
}

/// Reads the leaves of `range`, also behind a mistake. Gives the ranges of strings and keys, sorted.
pub(super) fn nodes(out: &mut Out<'_>, range: Range<usize>) -> Vec<Range<usize>> {
    let (table, errors) = DeTable::parse_recoverable(&out.text[range.clone()]);
    if let Some(error) = errors.first() {
        let at = error.span().unwrap_or(0..0);
        let at = range.start + at.start..range.start + at.end.max(at.start);
        let at = if out.text.get(at.clone()).is_some() { at } else { range.start..range.start };
        out.fail(at, format!("this is not valid TOML: {}", error.message()));
    }
    let first = out.doc.nodes.len();
    let mut walk = Walk { base: range.start, trail: Trail::default(), frames: Vec::new(), taken: Vec::new() };
    walk.trail.place.push(0);
    walk.all(out, table.into_inner());
    out.doc.nodes[first..].sort_by_key(|node| (node.span.start, node.span.end));
    let mut taken = walk.taken;
    taken.sort_by_key(|range| (range.start, range.end));
    taken
}

enum Rest<'a> {
    Table(Box<dyn Iterator<Item = (Spanned<DeString<'a>>, Spanned<DeValue<'a>>)> + 'a>),
    Array(std::iter::Enumerate<std::vec::IntoIter<Spanned<DeValue<'a>>>>),
}

struct Frame<'a> {
    rest: Rest<'a>,
    point: Point,
    key: Range<usize>,
}

/// Takes the tree apart while it walks: dotted keys inside inline tables nest so deep that
/// dropping the tree as a whole could exhaust the stack.
struct Walk<'a> {
    base: usize,
    trail: Trail,
    frames: Vec<Frame<'a>>,
    taken: Vec<Range<usize>>,
}

impl<'a> Walk<'a> {
    fn all(&mut self, out: &mut Out<'_>, table: DeTable<'a>) {
        self.push_table(table, 0..0);
        while let Some(frame) = self.frames.last_mut() {
            self.trail.back(frame.point);
            match &mut frame.rest {
                Rest::Table(entries) => {
                    let Some((key, value)) = entries.next() else {
                        self.frames.pop();
                        continue;
                    };
                    let span = self.base + key.span().start..self.base + key.span().end;
                    self.trail.key(key.get_ref());
                    self.taken.push(span.clone());
                    self.visit(out, value, unquoted(out.text, span));
                }
                Rest::Array(elements) => {
                    let Some((index, value)) = elements.next() else {
                        self.frames.pop();
                        continue;
                    };
                    let key = frame.key.clone();
                    self.trail.element(index);
                    self.visit(out, value, key);
                }
            }
        }
    }

    fn push_table(&mut self, table: DeTable<'a>, key: Range<usize>) {
        let rest = Rest::Table(Box::new(table.into_iter()));
        self.frames.push(Frame { rest, point: self.trail.point(), key });
    }

    fn visit(&mut self, out: &mut Out<'_>, value: Spanned<DeValue<'a>>, key: Range<usize>) {
        let range = self.base + value.span().start..self.base + value.span().end;
        let (text, kind) = match value.into_inner() {
            DeValue::Table(table) if !table.is_empty() => return self.push_table(table, key),
            DeValue::Array(array) if !array.is_empty() => {
                let elements: Vec<_> = array.into_iter().collect();
                let rest = Rest::Array(elements.into_iter().enumerate());
                self.frames.push(Frame { rest, point: self.trail.point(), key });
                return;
            }
            DeValue::Table(_) | DeValue::Array(_) => (String::new(), Scalar::Empty),
            DeValue::String(text) => (text.into_owned(), Scalar::String),
            DeValue::Integer(number) => (number.to_string(), Scalar::Integer),
            DeValue::Float(number) => (number.to_string(), Scalar::Float),
            DeValue::Boolean(value) => (value.to_string(), Scalar::Boolean),
            DeValue::Datetime(date) => (date.to_string(), Scalar::Date),
        };
        let range = if out.text.get(range.clone()).is_some() { range } else { key.clone() };
        if kind == Scalar::String {
            self.taken.push(range.clone());
        }
        let range = if kind == Scalar::String { unquoted(out.text, range) } else { range };
        out.node(self.trail.at(key), text, kind, range);
    }
}

/// The range without its quotes, one or three of a kind.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let slice = &text[range.clone()];
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if slice.len() >= 2 * quote.len() && slice.starts_with(quote) && slice.ends_with(quote) {
            return trim(text, range.start + quote.len()..range.end - quote.len());
        }
    }
    range
}
