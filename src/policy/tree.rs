//! A policy file as a tree of values, each with its place.
//!
//! The packs that come with the program are parsed when it is built: the build script reads this file too, and
//! lays their trees out as bytes, which [`read`] takes up again. All other files are parsed when they are read.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// A value, and the bytes of the file that it stands in.
#[derive(PartialEq, Debug)]
pub(crate) struct Node<'t> {
    pub(crate) range: Range<usize>,
    pub(crate) value: Toml<'t>,
}

/// What a value is.
#[derive(PartialEq, Debug)]
pub(crate) enum Toml<'t> {
    String(Cow<'t, str>),
    /// The digits, without the prefix that says which.
    Integer {
        digits: Cow<'t, str>,
        radix: u32,
    },
    /// No policy has a use for one.
    Float,
    Boolean(bool),
    Date(String),
    Array(Vec<Node<'t>>),
    /// In the order of the file.
    Table(Vec<Entry<'t>>),
}

/// A key with its value.
#[derive(PartialEq, Debug)]
pub(crate) struct Entry<'t> {
    pub(crate) key: Cow<'t, str>,
    /// Where the key stands.
    pub(crate) at: Range<usize>,
    pub(crate) node: Node<'t>,
}

/// The tree of a parsed file. The parser bounds how deep it is.
pub(crate) fn of(table: Spanned<DeTable<'_>>) -> Node<'_> {
    let range = table.span();
    Node { range, value: Toml::Table(entries(table.into_inner())) }
}

fn entries<'t>(table: DeTable<'t>) -> Vec<Entry<'t>> {
    let entry = |(key, value): (Spanned<DeString<'t>>, Spanned<DeValue<'t>>)| {
        let at = key.span();
        Entry { key: key.into_inner(), at, node: node(value) }
    };
    let mut all: Vec<Entry<'t>> = table.into_iter().map(entry).collect();
    all.sort_by_key(|entry| (entry.at.start, entry.at.end));
    all
}

fn node(value: Spanned<DeValue<'_>>) -> Node<'_> {
    let range = value.span();
    let value = match value.into_inner() {
        DeValue::String(text) => Toml::String(text),
        DeValue::Integer(number) => {
            Toml::Integer { digits: Cow::Owned(number.as_str().to_string()), radix: number.radix() }
        }
        DeValue::Float(_) => Toml::Float,
        DeValue::Boolean(value) => Toml::Boolean(value),
        DeValue::Datetime(date) => Toml::Date(date.to_string()),
        DeValue::Array(items) => Toml::Array(items.into_iter().map(node).collect()),
        DeValue::Table(table) => Toml::Table(entries(table)),
    };
    Node { range, value }
}

/// How values are told apart in a tree that is laid out.
pub(super) mod tag {
    pub(crate) const STRING: u8 = 0;
    pub(crate) const INTEGER: u8 = 1;
    pub(crate) const FLOAT: u8 = 2;
    pub(crate) const FALSE: u8 = 3;
    pub(crate) const TRUE: u8 = 4;
    pub(crate) const DATE: u8 = 5;
    pub(crate) const ARRAY: u8 = 6;
    pub(crate) const TABLE: u8 = 7;
}

/// The tree of a file that was laid out when the program was built, and of which `text` is the text.
pub(crate) fn read<'t>(bytes: &'t [u8], text: &'t str) -> Node<'t> {
    Reader { bytes, text }.node()
}

struct Reader<'t> {
    /// What is left.
    bytes: &'t [u8],
    text: &'t str,
}

const WHOLE: &str = "build.rs laid out whole trees, each for its own text";

impl<'t> Reader<'t> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().expect(WHOLE);
        self.bytes = rest;
        *first
    }

    /// A number: seven bits in a byte, the lowest first; the eighth says that more come.
    fn number(&mut self) -> usize {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
    }

    fn range(&mut self) -> Range<usize> {
        let start = self.number();
        start..start + self.number()
    }

    /// A string that belongs to a piece of the text, and mostly stands in it just so.
    fn string(&mut self, of: &Range<usize>) -> &'t str {
        let (at, length) = (self.number(), self.number());
        match at.checked_sub(1) {
            Some(at) => self.text.get(of.start + at..of.start + at + length).expect(WHOLE),
            None => {
                let (own, rest) = self.bytes.split_at_checked(length).expect(WHOLE);
                self.bytes = rest;
                std::str::from_utf8(own).expect(WHOLE)
            }
        }
    }

    fn node(&mut self) -> Node<'t> {
        let tag = self.byte();
        let range = self.range();
        let value = match tag {
            tag::STRING => Toml::String(Cow::Borrowed(self.string(&range))),
            tag::INTEGER => {
                let digits = Cow::Borrowed(self.string(&range));
                Toml::Integer { digits, radix: u32::from(self.byte()) }
            }
            tag::FALSE => Toml::Boolean(false),
            tag::TRUE => Toml::Boolean(true),
            tag::DATE => Toml::Date(self.string(&range).to_string()),
            tag::ARRAY => Toml::Array((0..self.number()).map(|_| self.node()).collect()),
            tag::TABLE => Toml::Table((0..self.number()).map(|_| self.entry()).collect()),
            tag::FLOAT => Toml::Float,
            other => unreachable!("{WHOLE}, but there is {other}"),
        };
        Node { range, value }
    }

    fn entry(&mut self) -> Entry<'t> {
        let at = self.range();
        Entry { key: Cow::Borrowed(self.string(&at)), node: self.node(), at }
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::super::tree_write::write;
    use super::*;

    #[test]
    fn what_is_laid_out_is_what_was_parsed() {
        let text = "a = \"x\\n\"\nb.c = [1, 0x1f, 2.5, true, false, 2026-12-31]\n\"ü\" = '''\nlong\n'''\n[[d]]\n\
                    e = { f = \"ä\", g = [] }\n[b.h]\n[[d]]\n";
        let tree = of(DeTable::parse(text).unwrap());
        assert_eq!(read(&write(&tree, text), text), tree);
        let Toml::Table(entries) = &tree.value else { panic!("{tree:?}") };
        assert_eq!(entries.iter().map(|entry| &*entry.key).collect::<Vec<_>>(), ["a", "b", "ü", "d"]);
    }
}
