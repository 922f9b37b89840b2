//! TOML tables read field by field: spans kept on everything, every mistake collected.
//!
//! `serde` stops at the first mistake and loses spans in most enums; a policy author wants all
//! mistakes at once, each with its place.

use std::ops::Range;

use toml::de::DeTable;

use super::mistakes::{At, Mistakes, closest};
use super::tree::{self, Entry, Node, Toml};
use super::value::Value;
use crate::diag::{SourceId, Span};

/// Parses a text as TOML. A syntax error is a mistake, and what could be read is returned with it.
pub(crate) fn parse<'t>(source: SourceId, text: &'t str, mistakes: &mut Mistakes) -> Node<'t> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let sentence = error.message().lines().next().unwrap_or("not TOML").to_string();
        mistakes.add("not-toml", Span::new(source, range), format!("not valid TOML: {sentence}"), "here");
    }
    tree::of(table)
}

/// The place of what a file as a whole lacks.
pub(crate) fn first_character(text: &str) -> Range<usize> {
    0..text.chars().next().map_or(0, char::len_utf8)
}

/// A table whose fields are taken one after the other; what is left at the end is unknown.
pub(crate) struct Fields<'t> {
    source: SourceId,
    /// What the table is called in messages: `[[rule]]`, `roadworthy.toml`.
    name: String,
    span: Span,
    entries: &'t [Entry<'t>],
    /// Which of them were taken.
    taken: Vec<bool>,
    asked: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    /// Those of a table; of what is none, nothing.
    pub(crate) fn new(
        source: SourceId,
        name: impl Into<String>,
        table: &'t Node<'t>,
        range: Range<usize>,
    ) -> Fields<'t> {
        let entries: &[Entry<'_>] = if let Toml::Table(entries) = &table.value { entries } else { &[] };
        let (taken, span) = (vec![false; entries.len()], Span::new(source, range));
        Fields { source, name: name.into(), span, entries, taken, asked: Vec::new() }
    }

    /// Where the table stands.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// The place of a key, if the table has it.
    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        let entry = self.entries.iter().find(|e| e.key == key)?;
        Some(Span::new(self.source, entry.at.clone()))
    }

    fn take(&mut self, key: &'static str) -> Option<&'t Node<'t>> {
        self.asked.push(key);
        let at = self.entries.iter().position(|e| e.key == key)?;
        self.taken[at] = true;
        Some(&self.entries[at].node)
    }

    fn value_span(&self, value: &Node<'_>) -> Span {
        Span::new(self.source, value.range.clone())
    }

    fn wrong(&self, key: &str, value: &Node<'_>, wants: &str, mistakes: &mut Mistakes) {
        let is = match &value.value {
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
        let span = self.value_span(value);
        match &value.value {
            Toml::String(s) => Some(At { value: s.to_string(), span }),
            _ => {
                self.wrong(key, value, "a string", mistakes);
                None
            }
        }
    }

    /// A string that must be there and must not be blank.
    pub(crate) fn required(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<At<String>> {
        let present = self.entries.iter().any(|e| e.key == key);
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
        self.string_list(key, value, mistakes)
    }

    fn string_list(&self, key: &str, value: &Node<'_>, mistakes: &mut Mistakes) -> Option<Vec<At<String>>> {
        match &value.value {
            Toml::String(s) => Some(vec![At { value: s.to_string(), span: self.value_span(value) }]),
            Toml::Array(items) => {
                let mut out = Vec::with_capacity(items.len());
                for item in items.iter() {
                    match &item.value {
                        Toml::String(s) => out.push(At { value: s.to_string(), span: self.value_span(item) }),
                        _ => self.wrong(key, item, "a list of strings", mistakes),
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
        let Toml::Array(items) = &value.value else {
            self.wrong(key, value, "a list of any-of groups", mistakes);
            return None;
        };
        Some(items.iter().filter_map(|item| self.string_list(key, item, mistakes)).collect())
    }

    pub(crate) fn integer(
        &mut self,
        key: &'static str,
        range: Range<u64>,
        mistakes: &mut Mistakes,
    ) -> Option<At<u64>> {
        let value = self.take(key)?;
        let span = self.value_span(value);
        let number = match &value.value {
            Toml::Integer { digits, radix: 10 } => digits.replace('_', "").parse::<u64>().ok(),
            _ => None,
        };
        let wants = format!("a whole number from {} to {}", range.start, range.end - 1);
        match (number, &value.value) {
            (Some(n), _) if range.contains(&n) => return Some(At { value: n, span }),
            (_, Toml::Integer { digits, .. }) => {
                let message = format!("`{key}` in {} must be {wants}, not {digits}", self.name);
                mistakes.add("wrong-type", span, message, format!("expected {wants}"));
            }
            _ => self.wrong(key, value, &wants, mistakes),
        }
        None
    }

    pub(crate) fn boolean(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<bool> {
        let value = self.take(key)?;
        match &value.value {
            Toml::Boolean(b) => Some(*b),
            _ => {
                self.wrong(key, value, "true or false", mistakes);
                None
            }
        }
    }

    /// A TOML date, or a string, as text.
    pub(crate) fn date_text(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<At<String>> {
        let value = self.take(key)?;
        let span = self.value_span(value);
        match &value.value {
            Toml::Date(date) => Some(At { value: date.clone(), span }),
            Toml::String(s) => Some(At { value: s.to_string(), span }),
            _ => {
                self.wrong(key, value, "a date such as 2026-12-31", mistakes);
                None
            }
        }
    }

    pub(crate) fn table(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<Fields<'t>> {
        let name = format!("[{}{key}]", self.prefix());
        let value = self.take(key)?;
        match &value.value {
            Toml::Table(_) => Some(Fields::new(self.source, name, value, self.table_span(key, value))),
            _ => {
                self.wrong(key, value, "a table", mistakes);
                None
            }
        }
    }

    /// `[[key]]`, or a single `[key]` table.
    pub(crate) fn tables(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Vec<Fields<'t>> {
        let name = format!("[[{}{key}]]", self.prefix());
        let Some(value) = self.take(key) else { return Vec::new() };
        let one = |v: &'t Node<'t>| match &v.value {
            Toml::Table(_) => Some(Fields::new(self.source, name.clone(), v, v.range.clone())),
            _ => None,
        };
        let items: Vec<&'t Node<'t>> = match &value.value {
            Toml::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match one(item) {
                Some(fields) => out.push(fields),
                None => self.wrong(key, item, "a table", mistakes),
            }
        }
        out
    }

    /// A field of any type.
    pub(crate) fn any(&mut self, key: &'static str) -> Option<Value<'t>> {
        let name = format!("`{key}` in {}", self.name);
        let value = self.take(key)?;
        Some(Value { source: self.source, name, value })
    }

    /// All entries that are left, with their names: for tables whose keys are names.
    pub(crate) fn rest(&mut self) -> Vec<(At<String>, Value<'t>)> {
        let (source, name) = (self.source, &self.name);
        let left = self.entries.iter().zip(&mut self.taken).filter(|(_, taken)| !**taken);
        left.map(|(e, taken)| {
            *taken = true;
            let key = At { value: e.key.to_string(), span: Span::new(source, e.at.clone()) };
            (key, Value { source, name: format!("`{}` in {name}", e.key), value: &e.node })
        })
        .collect()
    }

    fn prefix(&self) -> String {
        let inner = self.name.trim_matches(['[', ']']);
        if self.name.starts_with('[') { format!("{inner}.") } else { String::new() }
    }

    fn table_span(&self, key: &str, value: &Node<'_>) -> Range<usize> {
        let at = value.range.clone();
        if at.is_empty() { self.key_span(key).map_or(at, Span::range) } else { at }
    }

    /// Reports every key that was not asked for.
    pub(crate) fn finish(self, mistakes: &mut Mistakes) {
        for (entry, _) in self.entries.iter().zip(&self.taken).filter(|(_, taken)| !**taken) {
            let close = closest(&entry.key, self.asked.iter().copied());
            let label = close
                .map_or_else(|| "not a key of this table".to_string(), |k| format!("did you mean `{k}`?"));
            let known = self.asked.join(", ");
            let span = Span::new(self.source, entry.at.clone());
            let message = format!("unknown key `{}` in {}", entry.key, self.name);
            let mistake = mistakes.add("unknown-key", span, message, label);
            if close.is_none() {
                mistake.help.push(format!("keys of {}: {known}", self.name));
            }
        }
    }
}
