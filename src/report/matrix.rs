//! The matrix of models and artifacts: what is on file, at a glance.

use std::collections::BTreeSet;

use anstyle::{AnsiColor, Effects};

use super::cells::{cell, columns, trouble, troubled, word};
use super::{Style, wrap};
use crate::diag::escape;
use crate::verdict::{Cell, ModelRow};

/// Up to this many models, all are shown; above, only those with something to report.
const SMALL: usize = 12;
/// Columns that a model's id may take.
const LONGEST_ID: usize = 32;

/// The table and its legend, or nothing when there is no artifact or no model. When the artifacts do
/// not fit beside each other, the table is continued below. Many models are cut down to the rows and
/// columns with something to report; what is left out is counted and named.
pub(super) fn matrix(rows: &[ModelRow], style: &Style) -> String {
    let asked = columns(rows);
    let all = rows.len() <= SMALL;
    let shown: Vec<&ModelRow> = rows.iter().filter(|row| all || troubled(row)).collect();
    let (artifacts, fine): (Vec<&str>, Vec<&str>) =
        asked.into_iter().partition(|artifact| all || shown.iter().any(|row| trouble(cell(row, artifact))));
    let ids: Vec<String> =
        shown.iter().map(|row| wrap::cut(&escape::line(&row.id), LONGEST_ID, style.ellipsis())).collect();
    let first = ids.iter().map(|id| wrap::width(id)).max().unwrap_or(0);
    let mut out = String::new();
    let mut rest = &artifacts[..];
    while !rest.is_empty() {
        let (part, behind) = rest.split_at(fitting(rest, style.columns().saturating_sub(first + 4)));
        out.push_str(&table(&shown, &ids, first, part, style));
        out.push('\n');
        rest = behind;
    }
    out.push_str(&left_out(rows.len() - shown.len(), !shown.is_empty(), &fine, style));
    if !artifacts.is_empty() {
        out.push_str(&legend(&shown, &artifacts, style));
    }
    out
}

/// Says what the table does not show.
fn left_out(hidden: usize, some: bool, fine: &[&str], style: &Style) -> String {
    if hidden == 0 {
        return String::new();
    }
    let models = wrap::count(hidden, "model");
    let mut out = match some {
        true => format!("  {} and {models} with nothing to report\n", style.ellipsis()),
        false => format!("  {models} with nothing to report\n"),
    };
    if !fine.is_empty() {
        let list = fine.join(", ");
        out.push_str(&wrap::hanging("  nothing to report on ", &list, style.columns(), style.ellipsis()));
    }
    if some {
        out.push('\n');
    }
    out
}

/// How many of `artifacts` fit into `room` columns, at least one.
fn fitting(artifacts: &[&str], room: usize) -> usize {
    let ends = artifacts.iter().scan(0, |end, artifact| {
        *end += wrap::width(&escape::line(artifact)) + 2;
        Some(*end)
    });
    ends.take_while(|&end| end <= room + 2).count().max(1)
}

fn table(shown: &[&ModelRow], ids: &[String], first: usize, artifacts: &[&str], style: &Style) -> String {
    let dim = anstyle::Style::new().effects(Effects::DIMMED);
    let names: Vec<String> = artifacts.iter().map(|name| escape::line(name).into_owned()).collect();
    let mut out = " ".repeat(first + 4);
    out.push_str(&style.paint(dim, &names.join("  ")));
    out.push('\n');
    for (row, id) in shown.iter().zip(ids) {
        let mut line = format!("  {}", wrap::pad(id, first));
        let mut gap = 2;
        for (artifact, name) in artifacts.iter().zip(&names) {
            let left = (wrap::width(name).max(1) - 1) / 2;
            line.extend(std::iter::repeat_n(' ', gap + left));
            line.push_str(&sign(cell(row, artifact), style));
            gap = 2 + wrap::width(name).max(1) - 1 - left;
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn sign(cell: Cell, style: &Style) -> String {
    let plain = anstyle::Style::new();
    let (unicode, ascii, look) = match cell {
        Cell::Met => ("✔", "+", AnsiColor::Green.on_default()),
        Cell::Missing => ("✘", "x", AnsiColor::Red.on_default().effects(Effects::BOLD)),
        Cell::Warned => ("!", "!", AnsiColor::Yellow.on_default().effects(Effects::BOLD)),
        Cell::Waived => ("~", "~", AnsiColor::Blue.on_default()),
        Cell::Untouched => ("○", "o", plain),
        Cell::Off => ("·", ".", plain.effects(Effects::DIMMED)),
    };
    style.paint(look, if style.unicode { unicode } else { ascii })
}

/// Only the signs that are used.
fn legend(shown: &[&ModelRow], artifacts: &[&str], style: &Style) -> String {
    let used: BTreeSet<Cell> =
        shown.iter().flat_map(|row| artifacts.iter().map(|artifact| cell(row, artifact))).collect();
    let words = used.into_iter().map(|cell| format!("{} {}", sign(cell, style), word(cell)));
    format!("  {}\n", words.collect::<Vec<_>>().join("   "))
}
