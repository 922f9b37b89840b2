//! A TOML value of any type, to be looked at.

use std::rc::Rc;

use super::fields::{Fields, File, Name};
use super::laid::{Node, Toml};
use super::mistakes::{At, Mistakes};
use crate::diag::Span;

/// A value of any type, to be looked at.
pub(crate) struct Value<'t> {
    pub(super) file: File,
    pub(super) name: Name<'t>,
    pub(super) value: Node<'t>,
}

impl<'t> Value<'t> {
    pub(crate) fn span(&self) -> Span {
        Span::new(self.file.source, self.value.range.clone())
    }

    pub(crate) fn as_str(&self) -> Option<&'t str> {
        if let Toml::String(text) = self.value.value { Some(text) } else { None }
    }

    /// The value as a table, or a list of tables, or a mistake.
    pub(crate) fn tables(&self, mistakes: &mut Mistakes) -> Vec<Fields<'t>> {
        let name = Rc::new(self.name.clone());
        let mut one = |item: &Node<'t>| {
            if let Toml::Table(entries) = item.value {
                return Some(Fields::named(self.file, Rc::clone(&name), entries, item.range.clone()));
            }
            mistakes.add(
                "wrong-type",
                Span::new(self.file.source, item.range.clone()),
                format!("{} must be a table or a list of tables", self.name),
                "expected a table",
            );
            None
        };
        match self.value.value {
            Toml::Array(items) => items.items().filter_map(|item| one(&item)).collect(),
            _ => one(&self.value).into_iter().collect(),
        }
    }

    /// The value as a table, if it is one.
    pub(crate) fn as_table(&self) -> Option<Fields<'t>> {
        match self.value.value {
            Toml::Table(entries) => {
                let name = Rc::new(self.name.clone());
                Some(Fields::named(self.file, name, entries, self.value.range.clone()))
            }
            _ => None,
        }
    }

    /// The value as a list of strings, or a mistake.
    pub(crate) fn strings(&self, mistakes: &mut Mistakes) -> Vec<At<String>> {
        let wrong = |v: &Node<'_>, mistakes: &mut Mistakes| {
            mistakes.add(
                "wrong-type",
                Span::new(self.file.source, v.range.clone()),
                format!("{} must be a list of strings", self.name),
                "expected a string",
            );
        };
        match self.value.value {
            Toml::Array(items) => items
                .items()
                .filter_map(|item| match item.value {
                    Toml::String(s) => Some(At {
                        value: s.to_string(),
                        span: Span::new(self.file.source, item.range.clone()),
                    }),
                    _ => {
                        wrong(&item, mistakes);
                        None
                    }
                })
                .collect(),
            _ => {
                wrong(&self.value, mistakes);
                Vec::new()
            }
        }
    }
}
