//! Lays the tree of a policy file out as bytes.

use std::ops::Range;

use super::tree::{Node, Toml, tag};

/// The tree of a file whose text is `text`, for [`super::laid::read`].
pub(crate) fn write(tree: &Node<'_>, text: &str) -> Vec<u8> {
    let mut writer = Writer { bytes: Vec::new(), text };
    writer.node(tree);
    writer.bytes
}

struct Writer<'t> {
    bytes: Vec<u8>,
    text: &'t str,
}

impl Writer<'_> {
    fn number(&mut self, mut number: usize) {
        while number >= 0x80 {
            self.bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn range(&mut self, range: &Range<usize>) {
        self.number(range.start);
        self.number(range.len());
    }

    fn string(&mut self, string: &str, of: &Range<usize>) {
        match self.text.get(of.clone()).and_then(|piece| piece.find(string)) {
            Some(at) => {
                self.number(at + 1);
                self.number(string.len());
            }
            None => {
                self.number(0);
                self.number(string.len());
                self.bytes.extend(string.as_bytes());
            }
        }
    }

    fn node(&mut self, node: &Node<'_>) {
        self.bytes.push(match &node.value {
            Toml::String(_) => tag::STRING,
            Toml::Integer { .. } => tag::INTEGER,
            Toml::Float => tag::FLOAT,
            Toml::Boolean(false) => tag::FALSE,
            Toml::Boolean(true) => tag::TRUE,
            Toml::Date(_) => tag::DATE,
            Toml::Array(_) => tag::ARRAY,
            Toml::Table(_) => tag::TABLE,
        });
        self.range(&node.range);
        match &node.value {
            Toml::String(text) => self.string(text, &node.range),
            Toml::Integer { digits, radix } => {
                self.string(digits, &node.range);
                self.bytes.push(*radix as u8);
            }
            Toml::Float | Toml::Boolean(_) => {}
            Toml::Date(text) => self.string(text, &node.range),
            Toml::Array(items) => {
                self.number(items.len());
                self.sized(|writer| items.iter().for_each(|item| writer.node(item)));
            }
            Toml::Table(entries) => {
                self.number(entries.len());
                self.sized(|writer| {
                    for entry in entries {
                        writer.range(&entry.at);
                        writer.string(&entry.key, &entry.at);
                        writer.node(&entry.node);
                    }
                });
            }
        }
    }

    /// What `write` writes, behind how many bytes that is: a reader need not look at it.
    fn sized(&mut self, write: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.bytes);
        write(self);
        let own = std::mem::replace(&mut self.bytes, before);
        self.number(own.len());
        self.bytes.extend(own);
    }
}
