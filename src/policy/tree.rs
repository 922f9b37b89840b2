//! A policy file as a tree of values, each with its place.
//!
//! A tree is laid out as bytes, of which a run looks at what it asks for ([`super::laid`]). The packs that come with the
//! program are parsed and laid out when it is built: the build script reads this file too. All other files are when
//! they are read.

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
