//! Tables: rows and columns as named values.

use std::ops::Range;

use super::flow::Flow;
use super::out::{Named, Out};
use crate::artifact::document::{Form, UnitKind};

/// A table that is being read.
#[derive(Default)]
pub(super) struct Table {
    head: Vec<Cell>,
    row: Vec<Cell>,
    rows: usize,
}

struct Cell {
    text: String,
    /// Normalised; for cells of the header.
    key: String,
    range: Range<usize>,
}

impl Table {
    /// Takes in a finished cell of the row that is being read.
    pub(super) fn cell(&mut self, flow: &Flow) {
        let inner = flow.trim(0..flow.text.len());
        let cell = Cell {
            text: flow.text[inner.clone()].to_string(),
            key: String::new(),
            range: flow.source(inner),
        };
        self.row.push(cell);
    }

    /// Ends the header row.
    pub(super) fn end_head(&mut self) {
        self.head = std::mem::take(&mut self.row);
        for cell in &mut self.head {
            cell.key = match cell.text.trim().is_empty() {
                true => String::new(),
                false => crate::text::normalise_key(&cell.text),
            };
        }
    }

    /// Ends a row; `row` is its number in the text.
    pub(super) fn end_row(&mut self, out: &mut Out<'_>, row: u32) {
        self.rows += 1;
        let cells = std::mem::take(&mut self.row);
        for (at, cell) in cells.iter().enumerate() {
            out.unit(UnitKind::Cell, &cell.text, cell.range.clone());
            let Some(head) = self.head.get(at).filter(|head| !head.key.is_empty()) else { continue };
            let key = Named {
                text: &head.key,
                normal: true,
                range: head.range.clone(),
                form: Form::Column,
                row: Some(row),
            };
            out.pair(key, &cell.text, cell.range.clone());
        }
        row_pair(out, &cells, row);
    }

    /// Ends the table. In a table of two columns, the header may be the first pair.
    pub(super) fn end(self, out: &mut Out<'_>, row: u32) {
        if self.head.len() == 2 && self.rows > 0 && !self.head[1].text.is_empty() {
            row_pair(out, &self.head, row);
        }
    }
}

/// The first cell names the others.
fn row_pair(out: &mut Out<'_>, cells: &[Cell], row: u32) {
    let Some((first, rest)) = cells.split_first() else { return };
    if rest.is_empty() || first.text.is_empty() || first.text.contains('`') {
        return;
    }
    let filled = rest.iter().any(|cell| !cell.text.is_empty());
    let value = match filled {
        true => rest.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" | "),
        false => String::new(),
    };
    let start = if filled { rest[0].range.start } else { first.range.end };
    let end = rest.iter().rev().find(|cell| !cell.text.is_empty()).map_or(start, |cell| cell.range.end);
    let key = Named {
        text: &first.text,
        normal: false,
        range: first.range.clone(),
        form: Form::Row,
        row: Some(row),
    };
    out.pair(key, &value, start..end.max(start));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{read, shown};
    use crate::artifact::document::{Form, Format};

    #[test]
    fn rows_and_columns_are_named_values() {
        let text = "\
| Rolle | Name | Erreichbar |
|:--|--|--|
| **Eigentümerin** | [Ada](mailto:ada@corp.example) | #modell |
| Vertretung | | |
";
        let doc = read(text, Format::Markdown);
        let find = |form, key: &str| -> Vec<_> {
            doc.pairs.iter().filter(|p| p.form == form && p.key == key).collect()
        };
        let names: Vec<_> = find(Form::Column, "name").iter().map(|p| p.value.clone()).collect();
        assert_eq!(names, ["Ada <ada@corp.example>", ""]);
        let owner = find(Form::Row, "eigentümerin")[0];
        assert_eq!(owner.value, "Ada <ada@corp.example> | #modell");
        assert_eq!(shown(text, owner.span), "[Ada](mailto:ada@corp.example) | #modell");
        assert_eq!(shown(text, owner.key_span), "**Eigentümerin**");
        let same_row: Vec<_> =
            doc.pairs.iter().filter(|p| p.row == owner.row).map(|p| p.key.as_str()).collect();
        assert_eq!(same_row, ["rolle", "name", "erreichbar", "eigentümerin"]);
        let deputy = find(Form::Row, "vertretung")[0];
        assert_eq!((deputy.value.as_str(), deputy.span.start == deputy.span.end), ("", true));
    }

    #[test]
    fn the_header_of_a_two_column_table_is_its_first_pair() {
        let doc = read("| Status | approved |\n|---|---|\n| Owner | Ada<br>Bob |\n", Format::Markdown);
        let rows: Vec<_> = doc
            .pairs
            .iter()
            .filter(|p| p.form == Form::Row)
            .map(|p| (p.key.as_str(), p.value.as_str()))
            .collect();
        assert_eq!(rows, [("owner", "Ada Bob"), ("status", "approved")]);
        assert_ne!(doc.pairs[0].row, doc.pairs.last().unwrap().row);
    }

    #[test]
    fn a_row_that_starts_with_code_has_no_name() {
        let doc = read("| a | b | c |\n|-|-|-|\n| `x` | 1 | 2 |\n", Format::Markdown);
        assert!(doc.pairs.iter().all(|p| p.form == Form::Column));
    }
}
