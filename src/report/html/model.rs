//! A model's part of the page: its readiness, what is stated about it, its findings.

use super::write::Html;
use super::{finding, matrix};
use crate::diag::Sources;
use crate::report::cells;
use crate::report::status::{self, Demand, Model};
use crate::verdict::{Finding, ModelRow, Severity, Status, Verdict};

/// So many findings are shown in full on a page; the others get a line each.
const MOST_IN_FULL: usize = 400;

/// Findings that were shown in full so far.
#[derive(Default, Debug)]
pub(super) struct Shown(usize);

/// The findings about the repository and its policy.
pub(super) fn repository(html: &mut Html, v: &Verdict, sources: &Sources, shown: &mut Shown) {
    let own = v.findings_of(None);
    if own.is_empty() {
        return;
    }
    html.raw("<section class=\"model\" aria-labelledby=\"r\">\n<h2 id=\"r\">The repository</h2>\n");
    findings(html, own, sources, shown);
    html.raw("</section>\n");
}

/// Findings about a model that has no row of its own, such as a waiver for one that is gone.
pub(super) fn strangers(html: &mut Html, v: &Verdict, sources: &Sources, shown: &mut Shown) {
    for (n, group) in v.findings.chunk_by(|a, b| a.model == b.model).enumerate() {
        let Some(model) = group.first().and_then(|f| f.model.as_deref()) else { continue };
        if v.rows.binary_search_by(|row| row.id.as_str().cmp(model)).is_ok() {
            continue;
        }
        html.raw("<section class=\"model\" aria-labelledby=\"s-").number(n).raw("\">\n<h2 id=\"s-").number(n);
        html.raw("\">").text(model).raw(" <span class=\"path\">no model of this repository</span></h2>\n");
        findings(html, group, sources, shown);
        html.raw("</section>\n");
    }
}

/// The section of the row with this index. One with nothing to report is folded up.
pub(super) fn section(html: &mut Html, v: &Verdict, sources: &Sources, n: usize, shown: &mut Shown) {
    let row = &v.rows[n];
    let own = v.findings_of(Some(&row.id));
    let model = status::model(v, row);
    let open = v.rows.len() == 1 || own.iter().any(|f| f.severity != Severity::Advice && f.waived.is_none());
    html.raw(if open { "<details class=\"model\" open id=\"m-" } else { "<details class=\"model\" id=\"m-" });
    html.number(n).raw("\">\n<summary><h2>").text(&row.id).raw("</h2> ");
    if !row.path.is_root() && model.path != row.id {
        html.raw("<span class=\"path\">").text(&model.path).raw("</span> ");
    }
    html.raw("<span class=\"tag\">").text(&row.tier).raw("</span>");
    if let Some(mode) = &row.mode {
        html.raw(" <span class=\"tag\">").text(mode).raw("</span>");
    }
    html.raw("\n");
    ready(html, v, row, &model);
    html.raw("</summary>\n");
    readiness(html, row, &model);
    findings(html, own, sources, shown);
    html.raw("</details>\n");
}

fn ready(html: &mut Html, v: &Verdict, row: &ModelRow, model: &Model<'_>) {
    let (open, words) = match (v.status(), model.ready) {
        (Status::Undecided, _) => ("<span class=\"ready unknown\">", "not judged in full"),
        (_, false) => ("<span class=\"ready no\">", "may not go to production"),
        (_, true) if !row.in_scope => ("<span class=\"ready unknown\">", "not touched by this change"),
        (_, true) => ("<span class=\"ready yes\">", "may go to production"),
    };
    html.raw(open).raw(words);
    if !model.demands.is_empty() {
        html.raw(": ").number(model.met()).raw(" of ").number(model.demands.len()).raw(" demands are met");
    }
    html.raw("</span>");
}

/// What is on file, what is open, what is stated and due.
fn readiness(html: &mut Html, row: &ModelRow, model: &Model<'_>) {
    if !model.demands.is_empty() {
        html.raw("<table class=\"demands\">\n<thead><tr><th scope=\"col\">demand</th>");
        html.raw("<th scope=\"col\">state</th><th scope=\"col\">evidence and what is open</th></tr></thead>\n<tbody>\n");
        for demand in &model.demands {
            line(html, row, demand);
        }
        html.raw("</tbody></table>\n");
    }
    if model.stated.is_empty() && model.due.is_empty() {
        return;
    }
    html.raw("<dl class=\"stated\">\n");
    for line in &model.stated {
        html.raw("<div><dt>").text(line.name).raw("</dt><dd>").text(line.value).raw("</dd></div>\n");
    }
    for line in &model.due {
        html.raw("<div><dt>").text(line.name).raw(" due</dt><dd>").text(line.value).raw("</dd></div>\n");
    }
    html.raw("</dl>\n");
}

fn line(html: &mut Html, row: &ModelRow, demand: &Demand<'_>) {
    let cell = cells::cell(row, demand.artifact);
    html.raw("<tr><th scope=\"row\">").text(demand.title).raw("</th><td class=\"").raw(cell.name());
    html.raw("\">");
    matrix::sign(html, cell);
    html.raw(" ").raw(cells::word(cell)).raw("</td><td>");
    let file = demand.file_unsaid();
    if let Some(file) = file {
        html.raw("<code>").text(file).raw("</code>");
    }
    if let Some(why) = &demand.why {
        html.raw(if file.is_some() { "<br>" } else { "" }).prose(why);
    }
    html.raw("</td></tr>\n");
}

/// The open ones in full; advice, waived ones and those of an untouched model in folded lists.
fn findings(html: &mut Html, findings: &[Finding], sources: &Sources, shown: &mut Shown) {
    let mut late = Vec::new();
    for open in findings.iter().filter(|f| f.waived.is_none() && f.severity != Severity::Advice) {
        if shown.0 < MOST_IN_FULL {
            shown.0 += 1;
            finding::finding(html, open, sources);
        } else {
            late.push(open);
        }
    }
    let advice = |f: &&Finding| f.severity == Severity::Advice && f.waived.is_none();
    list(html, "and more that are open", &late, sources, true);
    let other: Vec<&Finding> = findings.iter().filter(advice).filter(|f| f.otherwise.is_some()).collect();
    list(html, "not touched by this change", &other, sources, false);
    let own: Vec<&Finding> = findings.iter().filter(advice).filter(|f| f.otherwise.is_none()).collect();
    list(html, "advice", &own, sources, false);
    let waived: Vec<&Finding> = findings.iter().filter(|f| f.waived.is_some()).collect();
    list(html, "waived", &waived, sources, false);
}

fn list(html: &mut Html, what: &'static str, findings: &[&Finding], sources: &Sources, open: bool) {
    if findings.is_empty() {
        return;
    }
    html.raw(if open { "<details class=\"list\" open>" } else { "<details class=\"list\">" });
    html.raw("<summary>").raw(what).raw(" (").number(findings.len()).raw(")</summary><ul>\n");
    for one in findings {
        finding::brief(html, one, sources);
    }
    html.raw("</ul></details>\n");
}
