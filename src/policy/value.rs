//! A TOML value of any type, to be looked at.

use toml::Spanned;
use toml::de::DeValue;

use super::fields::Fields;
use super::mistakes::{At, Mistakes};
use crate::diag::{SourceId, Span};

/// A value of any type, to be looked at.
pub(crate) struct Value<'t> {
    pub(super) source: SourceId,
    pub(super) name: String,
    pub(super) value: &'t Spanned<DeValue<'t>>,
}

impl<'t> Value<'t> {
    pub(crate) fn span(&self) -> Span {
        Span::new(self.source, self.value.span())
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        self.value.get_ref().as_str()
    }

    /// The value as a table, or a list of tables, or a mistake.
    pub(crate) fn tables(&self, mistakes: &mut Mistakes) -> Vec<Fields<'t>> {
        let items: Vec<&'t Spanned<DeValue<'t>>> = match self.value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![self.value],
        };
        let mut out = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(table) => {
                    out.push(Fields::new(self.source, self.name.clone(), table, item.span()))
                }
                _ => {
                    mistakes.add(
                        "wrong-type",
                        Span::new(self.source, item.span()),
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
        match self.value.get_ref() {
            DeValue::Table(table) => {
                Some(Fields::new(self.source, self.name.clone(), table, self.value.span()))
            }
            _ => None,
        }
    }

    /// The value as a list of strings, or a mistake.
    pub(crate) fn strings(&self, mistakes: &mut Mistakes) -> Vec<At<String>> {
        let wrong = |v: &Spanned<DeValue<'_>>, mistakes: &mut Mistakes| {
            mistakes.add(
                "wrong-type",
                Span::new(self.source, v.span()),
                format!("{} must be a list of strings", self.name),
                "expected a string",
            );
        };
        match self.value.get_ref() {
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| match item.get_ref() {
                    DeValue::String(s) => {
                        Some(At { value: s.to_string(), span: Span::new(self.source, item.span()) })
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
