//! A TOML value of any type, to be looked at.

use super::fields::Fields;
use super::mistakes::{At, Mistakes};
use super::tree::{Node, Toml};
use crate::diag::{SourceId, Span};

/// A value of any type, to be looked at.
pub(crate) struct Value<'t> {
    pub(super) source: SourceId,
    pub(super) name: String,
    pub(super) value: &'t Node<'t>,
}

impl<'t> Value<'t> {
    pub(crate) fn span(&self) -> Span {
        Span::new(self.source, self.value.range.clone())
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Toml::String(text) = &self.value.value { Some(text) } else { None }
    }

    /// The value as a table, or a list of tables, or a mistake.
    pub(crate) fn tables(&self, mistakes: &mut Mistakes) -> Vec<Fields<'t>> {
        let items: Vec<&'t Node<'t>> = match &self.value.value {
            Toml::Array(items) => items.iter().collect(),
            _ => vec![self.value],
        };
        let mut out = Vec::new();
        for item in items {
            match &item.value {
                Toml::Table(_) => {
                    out.push(Fields::new(self.source, self.name.clone(), item, item.range.clone()))
                }
                _ => {
                    mistakes.add(
                        "wrong-type",
                        Span::new(self.source, item.range.clone()),
                        format!("{} must be a table or a list of tables", self.name),
                        "expected a table",
                    );
                }
            }
        }
        out
    }

    /// The value as a table, if it is one.
    pub(crate) fn as_table(&self) -> Option<Fields<'t>> {
        match &self.value.value {
            Toml::Table(_) => {
                Some(Fields::new(self.source, self.name.clone(), self.value, self.value.range.clone()))
            }
            _ => None,
        }
    }

    /// The value as a list of strings, or a mistake.
    pub(crate) fn strings(&self, mistakes: &mut Mistakes) -> Vec<At<String>> {
        let wrong = |v: &Node<'_>, mistakes: &mut Mistakes| {
            mistakes.add(
                "wrong-type",
                Span::new(self.source, v.range.clone()),
                format!("{} must be a list of strings", self.name),
                "expected a string",
            );
        };
        match &self.value.value {
            Toml::Array(items) => items
                .iter()
                .filter_map(|item| match &item.value {
                    Toml::String(s) => {
                        Some(At { value: s.to_string(), span: Span::new(self.source, item.range.clone()) })
                    }
                    _ => {
                        wrong(item, mistakes);
                        None
                    }
                })
                .collect(),
            _ => {
                wrong(self.value, mistakes);
                Vec::new()
            }
        }
    }
}
