//! TOML tables read field by field: spans kept on everything, every mistake collected.
//!
//! `serde` stops at the first mistake and loses spans in most enums; a policy author wants all
//! mistakes at once, each with its place.

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

use toml::de::DeTable;

use super::laid::{Entry, Many, Node, Toml};
use super::mistakes::{At, Mistakes, closest};
use super::value::Value;
use super::{tree, tree_write};
use crate::diag::{SourceId, Span};

/// Parses a text as TOML, and lays out its tree. A syntax error is a mistake, and what could be read is returned
/// with it.
pub(crate) fn parse(source: SourceId, text: &str, mistakes: &mut Mistakes) -> Vec<u8> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let sentence = error.message().lines().next().unwrap_or("not TOML").to_string();
        mistakes.add("not-toml", Span::new(source, range), format!("not valid TOML: {sentence}"), "here");
    }
    tree_write::write(&tree::of(table), text)
}

/// The place of what a file as a whole lacks.
pub(crate) fn first_character(text: &str) -> Range<usize> {
    0..text.chars().next().map_or(0, char::len_utf8)
}

/// What a table or a value is called in messages. It is put together when there is one.
#[derive(Clone)]
pub(crate) enum Name<'t> {
    /// `roadworthy.toml`.
    File(&'static str),
    /// `[rule.check]`, in `[[rule]]`.
    Table(&'t str, Rc<Name<'t>>),
    /// `[[rule]]`.
    Tables(&'t str, Rc<Name<'t>>),
    /// "`when` in [[rule]]".
    In(&'t str, Rc<Name<'t>>),
}

impl Name<'_> {
    /// What the names of tables in this one begin with.
    fn prefix(&self) -> String {
        match self {
            Name::Table(key, of) | Name::Tables(key, of) => format!("{}{key}.", of.prefix()),
            Name::File(_) | Name::In(..) => String::new(),
        }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::File(name) => f.write_str(name),
            Name::Table(key, of) => write!(f, "[{}{key}]", of.prefix()),
            Name::Tables(key, of) => write!(f, "[[{}{key}]]", of.prefix()),
            Name::In(key, of) => write!(f, "`{key}` in {of}"),
        }
    }
}

/// The file that tables stand in.
#[derive(Clone, Copy)]
pub(crate) struct File {
    pub(crate) source: SourceId,
    /// It comes with the program: a test has seen that nothing is wrong with it.
    pub(crate) shipped: bool,
}

impl From<SourceId> for File {
    fn from(source: SourceId) -> File {
        File { source, shipped: false }
    }
}

/// A table whose fields are taken one after the other; what is left at the end is unknown.
pub(crate) struct Fields<'t> {
    file: File,
    name: Rc<Name<'t>>,
    span: Span,
    /// Each with whether it was taken.
    entries: Vec<(Entry<'t>, bool)>,
    asked: Vec<&'static str>,
}

/// So many keys are asked of most tables.
const ASKED: usize = 16;

impl<'t> Fields<'t> {
    /// Those of a file's table; of what is none, nothing.
    pub(crate) fn new(
        file: impl Into<File>,
        name: &'static str,
        table: &Node<'t>,
        range: Range<usize>,
    ) -> Fields<'t> {
        let (file, name) = (file.into(), Rc::new(Name::File(name)));
        match table.value {
            Toml::Table(entries) => Fields::named(file, name, entries, range),
            _ => {
                let span = Span::new(file.source, range);
                Fields { file, name, span, entries: Vec::new(), asked: Vec::new() }
            }
        }
    }

    /// Those of a table.
    pub(super) fn named(
        file: File,
        name: Rc<Name<'t>>,
        entries: Many<'t>,
        range: Range<usize>,
    ) -> Fields<'t> {
        let entries = entries.entries().map(|entry| (entry, false)).collect();
        Fields { file, name, span: Span::new(file.source, range), entries, asked: Vec::with_capacity(ASKED) }
    }

    /// The file that it stands in.
    pub(super) fn file(&self) -> File {
        self.file
    }

    /// Where the table stands.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// The place of a key, if the table has it.
    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        let (entry, _) = self.entries.iter().find(|(entry, _)| entry.key == key)?;
        Some(Span::new(self.file.source, entry.at.clone()))
    }

    fn take(&mut self, key: &'static str) -> Option<Node<'t>> {
        self.asked.push(key);
        let (entry, taken) = self.entries.iter_mut().find(|(entry, _)| entry.key == key)?;
        *taken = true;
        Some(entry.node.clone())
    }

    fn value_span(&self, value: &Node<'_>) -> Span {
        Span::new(self.file.source, value.range.clone())
    }

    fn wrong(&self, key: &str, value: &Node<'_>, wants: &str, mistakes: &mut Mistakes) {
        let is = match value.value {
            Toml::String(_) => "a string",
            Toml::Integer { .. } => "an integer",
            Toml::Float => "a float",
            Toml::Boolean(_) => "a boolean",
            Toml::Date(_) => "a date",
            Toml::Array(_) => "an array",
            Toml::Table(_) => "a table",
        };
        mistakes.add(
            "wrong-type",
            self.value_span(value),
            format!("`{key}` in {} must be {wants}, not {is}", self.name),
            format!("expected {wants}"),
        );
    }

    pub(crate) fn string(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<At<String>> {
        let value = self.take(key)?;
        let span = self.value_span(&value);
        match value.value {
            Toml::String(s) => Some(At { value: s.to_string(), span }),
            _ => {
                self.wrong(key, &value, "a string", mistakes);
                None
            }
        }
    }

    /// A string that must be there and must not be blank.
    pub(crate) fn required(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<At<String>> {
        let present = self.entries.iter().any(|(entry, _)| entry.key == key);
        let found = self.string(key, mistakes);
        match found {
            Some(text) if text.value.trim().is_empty() => {
                mistakes.add(
                    "empty-value",
                    text.span,
                    format!("`{key}` in {} is empty", self.name),
                    "write something here",
                );
                None
            }
            None if !present => {
                mistakes.add(
                    "missing-key",
                    self.span,
                    format!("{} has no `{key}`", self.name),
                    format!("add `{key} = …`"),
                );
                None
            }
            other => other,
        }
    }

    /// A string or an array of strings.
    pub(crate) fn strings(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<Vec<At<String>>> {
        let value = self.take(key)?;
        self.string_list(key, &value, mistakes)
    }

    fn string_list(&self, key: &str, value: &Node<'_>, mistakes: &mut Mistakes) -> Option<Vec<At<String>>> {
        match value.value {
            Toml::String(s) => Some(vec![At { value: s.to_string(), span: self.value_span(value) }]),
            Toml::Array(items) => {
                let mut out = Vec::with_capacity(items.len());
                for item in items.items() {
                    match item.value {
                        Toml::String(s) => {
                            out.push(At { value: s.to_string(), span: self.value_span(&item) })
                        }
                        _ => self.wrong(key, &item, "a list of strings", mistakes),
                    }
                }
                Some(out)
            }
            _ => {
                self.wrong(key, value, "a string or a list of strings", mistakes);
                None
            }
        }
    }

    /// A list whose elements are strings or lists of strings: `["a", ["b", "c"]]`.
    pub(crate) fn groups(
        &mut self,
        key: &'static str,
        mistakes: &mut Mistakes,
    ) -> Option<Vec<Vec<At<String>>>> {
        let value = self.take(key)?;
        let Toml::Array(items) = value.value else {
            self.wrong(key, &value, "a list of any-of groups", mistakes);
            return None;
        };
        Some(items.items().filter_map(|item| self.string_list(key, &item, mistakes)).collect())
    }

    pub(crate) fn integer(
        &mut self,
        key: &'static str,
        range: Range<u64>,
        mistakes: &mut Mistakes,
    ) -> Option<At<u64>> {
        let value = self.take(key)?;
        let span = self.value_span(&value);
        let number = match value.value {
            Toml::Integer { digits, radix: 10 } => digits.replace('_', "").parse::<u64>().ok(),
            _ => None,
        };
        let wants = format!("a whole number from {} to {}", range.start, range.end - 1);
        match (number, value.value) {
            (Some(n), _) if range.contains(&n) => return Some(At { value: n, span }),
            (_, Toml::Integer { digits, .. }) => {
                let message = format!("`{key}` in {} must be {wants}, not {digits}", self.name);
                mistakes.add("wrong-type", span, message, format!("expected {wants}"));
            }
            _ => self.wrong(key, &value, &wants, mistakes),
        }
        None
    }

    pub(crate) fn boolean(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<bool> {
        let value = self.take(key)?;
        match value.value {
            Toml::Boolean(b) => Some(b),
            _ => {
                self.wrong(key, &value, "true or false", mistakes);
                None
            }
        }
    }

    /// A TOML date, or a string, as text.
    pub(crate) fn date_text(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<At<String>> {
        let value = self.take(key)?;
        let span = self.value_span(&value);
        match value.value {
            Toml::Date(date) => Some(At { value: date.to_string(), span }),
            Toml::String(s) => Some(At { value: s.to_string(), span }),
            _ => {
                self.wrong(key, &value, "a date such as 2026-12-31", mistakes);
                None
            }
        }
    }

    pub(crate) fn table(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<Fields<'t>> {
        let value = self.take(key)?;
        match value.value {
            Toml::Table(entries) => {
                let name = Rc::new(Name::Table(key, Rc::clone(&self.name)));
                Some(Fields::named(self.file, name, entries, self.table_span(key, &value)))
            }
            _ => {
                self.wrong(key, &value, "a table", mistakes);
                None
            }
        }
    }

    /// `[[key]]`, or a single `[key]` table.
    pub(crate) fn tables(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Vec<Fields<'t>> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let name = Rc::new(Name::Tables(key, Rc::clone(&self.name)));
        let mut one = |item: &Node<'t>| match item.value {
            Toml::Table(entries) => {
                Some(Fields::named(self.file, Rc::clone(&name), entries, item.range.clone()))
            }
            _ => {
                self.wrong(key, item, "a table", mistakes);
                None
            }
        };
        match value.value {
            Toml::Array(items) => items.items().filter_map(|item| one(&item)).collect(),
            _ => one(&value).into_iter().collect(),
        }
    }

    /// A field of any type.
    pub(crate) fn any(&mut self, key: &'static str) -> Option<Value<'t>> {
        let value = self.take(key)?;
        Some(Value { file: self.file, name: Name::In(key, Rc::clone(&self.name)), value })
    }

    /// All entries that are left, with their names: for tables whose keys are names.
    pub(crate) fn rest(&mut self) -> Vec<(At<String>, Value<'t>)> {
        let (file, of) = (self.file, &self.name);
        let left = self.entries.iter_mut().filter(|(_, taken)| !*taken);
        left.map(|(e, taken)| {
            *taken = true;
            let key = At { value: e.key.to_string(), span: Span::new(file.source, e.at.clone()) };
            (key, Value { file, name: Name::In(e.key, Rc::clone(of)), value: e.node.clone() })
        })
        .collect()
    }

    fn table_span(&self, key: &str, value: &Node<'_>) -> Range<usize> {
        let at = value.range.clone();
        if at.is_empty() { self.key_span(key).map_or(at, Span::range) } else { at }
    }

    /// Reports every key that was not asked for.
    pub(crate) fn finish(self, mistakes: &mut Mistakes) {
        for (entry, _) in self.entries.iter().filter(|(_, taken)| !taken) {
            let close = closest(entry.key, self.asked.iter().copied());
            let label = close
                .map_or_else(|| "not a key of this table".to_string(), |k| format!("did you mean `{k}`?"));
            let known = self.asked.join(", ");
            let span = Span::new(self.file.source, entry.at.clone());
            let message = format!("unknown key `{}` in {}", entry.key, self.name);
            let mistake = mistakes.add("unknown-key", span, message, label);
            if close.is_none() {
                mistake.help.push(format!("keys of {}: {known}", self.name));
            }
        }
    }
}
