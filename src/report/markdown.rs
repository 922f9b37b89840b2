//! A summary of the job in Markdown: the verdict, what is on file, what to do next.

use std::collections::BTreeSet;

use super::cells;
use super::entries::{self, Entry};
use super::status::cell;
use super::{Part, Run, in_short, plain, wrap};
use crate::verdict::{Cell, Finding, ModelRow, Severity, Status};

/// GitHub drops what is behind 1 MiB of a step's summary; what else is in it needs some of that, too.
const MOST_BYTES: usize = 1_000_000;
/// So many models are in the table.
const MOST_MODELS: usize = 100;
/// So many models that the change does not touch are named.
const MOST_UNTOUCHED: usize = 10;

/// The summary. Ends with a line break. What does not fit is counted.
pub(super) fn markdown(run: &Run<'_>) -> String {
    let mut page = Page { text: String::new(), left_out: 0 };
    let parts: Vec<String> = run.parts.iter().map(head).collect();
    parts.iter().for_each(|head| page.add(head, 1));
    if run.parts.is_empty() {
        page.add("## Nothing to judge\n", 0);
    }
    for remark in &run.remarks {
        page.add(&format!("\n{}\n", cell(&plain(remark))), 0);
    }
    for part in &run.parts {
        let undecided = entries::undecided(part.verdict);
        for entry in entries::entries(part, &undecided, false) {
            let touched = entry.finding.is_none_or(|finding| finding.otherwise.is_none());
            if touched {
                page.add(&told(&entry), 1);
            }
        }
        part.verdict.findings.iter().filter_map(waived).for_each(|text| page.add(&text, 1));
        page.add(&untouched(part), 0);
    }
    if page.left_out > 0 {
        let what = wrap::count(page.left_out, "more finding");
        let said = format!("\n**{what} left out:** a summary has room for 1 MiB. The log has all of them.\n");
        page.text.push_str(&said);
    }
    wrap::disarm(&page.text)
}

struct Page {
    text: String,
    left_out: usize,
}

impl Page {
    /// Adds a piece as a whole, or counts what it would have told.
    fn add(&mut self, piece: &str, findings: usize) {
        if self.left_out == 0 && self.text.len() + piece.len() <= MOST_BYTES {
            self.text.push_str(piece);
        } else {
            self.left_out += findings;
        }
    }
}

/// The verdict, what was judged, and the table.
fn head(part: &Part<'_>) -> String {
    let verdict = part.verdict;
    let (sign, word) = match verdict.status() {
        Status::Pass => ("✅", "Roadworthy"),
        Status::Blocked => ("❌", "Not roadworthy"),
        Status::Undecided => ("⚠️", "Could not judge"),
    };
    let mut out = format!("## {sign} {word}\n\n");
    let short = in_short(part);
    // The verdict comes before the account, and is not repeated where the heading says as much.
    for line in short.lines().rev().filter(|line| !line.eq_ignore_ascii_case(word)) {
        out.push_str(&format!("{}  \n", cell(line)));
    }
    let subject = &verdict.subject;
    if !subject.what.is_empty() {
        let of = if subject.as_of.is_empty() { "" } else { ", as of " };
        let judged = plain(&format!("{}{of}{}", subject.what, subject.as_of));
        out.push_str(&format!("Judged: {}  \n", cell(&judged)));
    }
    for remark in &verdict.remarks {
        out.push_str(&format!("\n{}\n", cell(&plain(remark))));
    }
    out.push_str(&table(&verdict.rows));
    out
}

/// Models and artifacts. Of many models, those with something to report.
fn table(rows: &[ModelRow]) -> String {
    let mut shown: Vec<&ModelRow> = rows.iter().collect();
    if shown.len() > MOST_MODELS {
        shown.retain(|row| cells::troubled(row));
        shown.truncate(MOST_MODELS);
    }
    let artifacts = cells::columns(shown.iter().copied());
    if artifacts.is_empty() {
        return String::new();
    }
    let heads: Vec<String> = artifacts.iter().map(|id| cell(&plain(id))).collect();
    let mut out = format!("\n| model | {} |\n| --- |{}\n", heads.join(" | "), " :-: |".repeat(heads.len()));
    for row in &shown {
        let signs: Vec<&str> = artifacts.iter().map(|id| sign(cells::cell(row, id))).collect();
        out.push_str(&format!("| {} | {} |\n", cell(&plain(&row.id)), signs.join(" | ")));
    }
    let hidden = rows.len() - shown.len();
    if hidden > 0 {
        out.push_str(&format!("\nand {} that the table does not show\n", wrap::count(hidden, "model")));
    }
    let legend: Vec<String> =
        Cell::ALL.iter().map(|cell| format!("{} {}", sign(*cell), cells::word(*cell))).collect();
    out.push_str(&format!("\n{}\n", legend.join(", ")));
    out
}

fn sign(cell: Cell) -> &'static str {
    match cell {
        Cell::Met => "✅",
        Cell::Missing => "❌",
        Cell::Warned => "⚠️",
        Cell::Waived => "📝",
        Cell::Untouched => "○",
        Cell::Off => "·",
    }
}

/// A finding: what is wrong, where, what to do, what to paste.
fn told(entry: &Entry<'_>) -> String {
    let word = match entry.finding.map(|finding| finding.severity) {
        None => "could not be judged",
        Some(severity) => severity.name(),
    };
    let model = entry.model().map_or_else(String::new, |model| format!("{}: ", cell(&model)));
    let mut out = format!("\n### {model}{}\n\n", cell(&entry.message));
    let line = entry.spot.region.map_or_else(String::new, |region| format!(":{}", region.start.line));
    let place = match &entry.spot.really {
        Some(really) => format!(" at {}", cell(really)),
        None if entry.spot.stand_in => String::new(),
        None => format!(" at {}", cell(&format!("{}{line}", entry.spot.path))),
    };
    out.push_str(&format!("**{word}** {}{place}\n", cell(&plain(entry.code))));
    for help in &entry.help {
        out.push_str(&format!("\n- {}", cell(help)));
    }
    if !entry.help.is_empty() {
        out.push('\n');
    }
    if let Some((file, lines)) = entry.paste() {
        out.push_str(&format!("\nPaste into {}:\n\n{}", cell(&file), fenced(&lines)));
    }
    out
}

/// A block that its text cannot end.
fn fenced(lines: &[String]) -> String {
    let longest = lines.iter().flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}\n", lines.join("\n"))
}

fn waived(finding: &Finding) -> Option<String> {
    let waived = finding.waived.as_ref()?;
    let model = finding.model.as_deref().map_or_else(String::new, |model| format!("{model}: "));
    let said = plain(&format!(
        "{model}{}, until {} by {}: {}",
        finding.rule, waived.expires, waived.approved_by, waived.reason
    ));
    Some(format!("\n**waived** {}\n", cell(&said)))
}

/// Models that the change does not touch and that would be blocked.
fn untouched(part: &Part<'_>) -> String {
    let blocked = part.verdict.findings.iter().filter(|f| f.otherwise == Some(Severity::Block));
    let models: BTreeSet<&str> =
        blocked.filter(|f| f.waived.is_none()).filter_map(|f| f.model.as_deref()).collect();
    if models.is_empty() {
        return String::new();
    }
    let named: Vec<String> = models.iter().take(MOST_UNTOUCHED).map(|id| cell(&plain(id))).collect();
    let more = models.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("\nNot touched by this change, and blocked if they were: {}{more}\n", named.join(", "))
}
