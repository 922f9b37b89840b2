//! Looks at a tree that was laid out as bytes, without building it anew: what nobody asks for is stepped over.

use std::ops::Range;

use super::tree::tag;

/// A value, and the bytes of the file that it stands in.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Node<'t> {
    pub(crate) range: Range<usize>,
    pub(crate) value: Toml<'t>,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Toml<'t> {
    String(&'t str),
    /// The digits, without the prefix that says which.
    Integer {
        digits: &'t str,
        radix: u32,
    },
    Float,
    Boolean(bool),
    Date(&'t str),
    Array(Many<'t>),
    /// In the order of the file.
    Table(Many<'t>),
}

/// A key with its value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Entry<'t> {
    pub(crate) key: &'t str,
    /// Where the key stands.
    pub(crate) at: Range<usize>,
    pub(crate) node: Node<'t>,
}

/// The elements of an array, or the entries of a table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Many<'t> {
    count: usize,
    reader: Reader<'t>,
}

impl<'t> Many<'t> {
    /// How many there are.
    pub(crate) fn len(self) -> usize {
        self.count
    }

    /// The elements of an array.
    pub(crate) fn items(mut self) -> impl Iterator<Item = Node<'t>> {
        (0..self.count).map(move |_| self.reader.node())
    }

    /// The entries of a table.
    pub(crate) fn entries(mut self) -> impl Iterator<Item = Entry<'t>> {
        (0..self.count).map(move |_| self.reader.entry())
    }
}

/// The tree that [`super::tree_write::write`] laid out for a text.
pub(crate) fn read<'t>(bytes: &'t [u8], text: &'t str) -> Node<'t> {
    Reader { bytes, text }.node()
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Reader<'t> {
    /// What is left.
    bytes: &'t [u8],
    text: &'t str,
}

const WHOLE: &str = "whole trees are laid out, each for its own text";

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

    fn take(&mut self, length: usize) -> &'t [u8] {
        let (own, rest) = self.bytes.split_at_checked(length).expect(WHOLE);
        self.bytes = rest;
        own
    }

    /// A string that belongs to a piece of the text, and mostly stands in it just so.
    fn string(&mut self, of: &Range<usize>) -> &'t str {
        let (at, length) = (self.number(), self.number());
        match at.checked_sub(1) {
            Some(at) => self.text.get(of.start + at..of.start + at + length).expect(WHOLE),
            None => std::str::from_utf8(self.take(length)).expect(WHOLE),
        }
    }

    fn many(&mut self) -> Many<'t> {
        let (count, size) = (self.number(), self.number());
        Many { count, reader: Reader { bytes: self.take(size), text: self.text } }
    }

    fn node(&mut self) -> Node<'t> {
        let tag = self.byte();
        let range = self.range();
        let value = match tag {
            tag::STRING => Toml::String(self.string(&range)),
            tag::INTEGER => {
                let digits = self.string(&range);
                Toml::Integer { digits, radix: u32::from(self.byte()) }
            }
            tag::FALSE => Toml::Boolean(false),
            tag::TRUE => Toml::Boolean(true),
            tag::DATE => Toml::Date(self.string(&range)),
            tag::ARRAY => Toml::Array(self.many()),
            tag::TABLE => Toml::Table(self.many()),
            tag::FLOAT => Toml::Float,
            other => unreachable!("{WHOLE}, but there is {other}"),
        };
        Node { range, value }
    }

    fn entry(&mut self) -> Entry<'t> {
        let at = self.range();
        Entry { key: self.string(&at), node: self.node(), at }
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::super::tree::{self, of};
    use super::super::tree_write::write;
    use super::*;

    /// The same tree, built.
    fn built<'t>(node: &Node<'t>) -> tree::Node<'t> {
        let value = match node.value {
            Toml::String(text) => tree::Toml::String(text.into()),
            Toml::Integer { digits, radix } => tree::Toml::Integer { digits: digits.into(), radix },
            Toml::Float => tree::Toml::Float,
            Toml::Boolean(value) => tree::Toml::Boolean(value),
            Toml::Date(text) => tree::Toml::Date(text.to_string()),
            Toml::Array(items) => tree::Toml::Array(items.items().map(|item| built(&item)).collect()),
            Toml::Table(entries) => {
                let entry =
                    |e: Entry<'t>| tree::Entry { key: e.key.into(), at: e.at.clone(), node: built(&e.node) };
                tree::Toml::Table(entries.entries().map(entry).collect())
            }
        };
        tree::Node { range: node.range.clone(), value }
    }

    #[test]
    fn what_is_laid_out_is_what_was_parsed() {
        let text = "a = \"x\\n\"\nb.c = [1, 0x1f, 2.5, true, false, 2026-12-31]\n\"ü\" = '''\nlong\n'''\n[[d]]\n\
                    e = { f = \"ä\", g = [] }\n[b.h]\n[[d]]\n";
        let tree = of(DeTable::parse(text).unwrap());
        let bytes = write(&tree, text);
        let node = read(&bytes, text);
        assert_eq!(built(&node), tree);
        let Toml::Table(entries) = node.value else { panic!("{tree:?}") };
        assert_eq!(entries.entries().map(|entry| entry.key).collect::<Vec<_>>(), ["a", "b", "ü", "d"]);
    }
}
