//! The matrix of models and artifacts, as a table.

use std::collections::BTreeSet;

use super::write::Html;
use crate::report::cells::{cell, columns, word};
use crate::verdict::{Cell, Finding, Severity, Verdict};

/// The table, or nothing when there is no artifact or no model. `anchor` gives the number of a row's
/// section.
pub(super) fn matrix(html: &mut Html, v: &Verdict) {
    let artifacts = columns(&v.rows);
    if artifacts.is_empty() {
        return;
    }
    html.raw("<section aria-labelledby=\"on-file\">\n<h2 id=\"on-file\">On file</h2>\n");
    html.raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"models and what each has on file\">");
    html.raw("<table class=\"matrix\">\n<thead><tr><th scope=\"col\">model</th>");
    for artifact in &artifacts {
        html.raw("<th scope=\"col\">").text(artifact).raw("</th>");
    }
    html.raw("</tr></thead>\n<tbody>\n");
    for (n, row) in v.rows.iter().enumerate() {
        let findings = v.findings_of(Some(&row.id));
        html.raw("<tr><th scope=\"row\"><a href=\"#m-").number(n).raw("\">").text(&row.id).raw("</a></th>");
        for artifact in &artifacts {
            entry(html, cell(row, artifact), worst(findings, artifact));
        }
        html.raw("</tr>\n");
    }
    html.raw("</tbody></table></div>\n");
    legend(html, v);
    html.raw("</section>\n");
}

/// The finding that a cell leads to.
fn worst<'f>(findings: &'f [Finding], artifact: &str) -> Option<&'f Finding> {
    let about = findings.iter().filter(|f| f.artifact.as_deref() == Some(artifact));
    about.filter(|f| f.severity != Severity::Advice || f.otherwise.is_some()).min_by_key(|f| f.severity)
}

fn entry(html: &mut Html, cell: Cell, finding: Option<&Finding>) {
    html.raw("<td class=\"").raw(cell.name()).raw("\">");
    let link = finding.filter(|_| !matches!(cell, Cell::Met | Cell::Off));
    if let Some(finding) = link {
        html.raw("<a href=\"#f-").text(&finding.fingerprint).raw("\">");
    }
    sign(html, cell);
    html.raw("<span class=\"spoken\">").raw(word(cell)).raw("</span>");
    if link.is_some() {
        html.raw("</a>");
    }
    html.raw("</td>");
}

/// Only the signs that are used.
fn legend(html: &mut Html, v: &Verdict) {
    let used: BTreeSet<Cell> =
        v.rows.iter().flat_map(|row| row.cells.iter().map(|(_, cell)| *cell)).collect();
    html.raw("<p class=\"legend\" aria-hidden=\"true\">");
    for cell in used {
        html.raw("<span class=\"").raw(cell.name()).raw("\">");
        sign(html, cell);
        html.raw(" ").raw(word(cell)).raw("</span>\n");
    }
    html.raw("</p>\n");
}

/// A sign for the eye; the word beside it is for everybody.
pub(super) fn sign(html: &mut Html, cell: Cell) {
    html.raw("<span class=\"sign\" aria-hidden=\"true\">").raw(match cell {
        Cell::Met => "✓",
        Cell::Missing => "✗",
        Cell::Warned => "!",
        Cell::Waived => "~",
        Cell::Untouched => "○",
        Cell::Off => "·",
    });
    html.raw("</span>");
}
