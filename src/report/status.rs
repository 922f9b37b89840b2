//! A model's readiness on one page: what is on file, who answers for it, what is due. What one puts on the
//! table when somebody asks why the pilot is still a pilot.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Style, wrap};
use crate::diag::escape;
use crate::verdict::{Cell, Finding, ModelRow, Severity, Verdict};

/// One demand of a model.
#[derive(Serialize)]
pub(super) struct Demand<'a> {
    pub(super) artifact: &'a str,
    pub(super) title: &'a str,
    pub(super) state: &'static str,
    pub(super) evidence: Option<String>,
    pub(super) why: Option<String>,
}

/// What is told of one model.
#[derive(Serialize)]
pub(super) struct Model<'a> {
    pub(super) id: &'a str,
    pub(super) path: String,
    pub(super) tier: &'a str,
    pub(super) mode: Option<&'a str>,
    pub(super) ready: bool,
    pub(super) demands: Vec<Demand<'a>>,
    pub(super) stated: Vec<Line<'a>>,
    pub(super) due: Vec<Line<'a>>,
}

#[derive(Serialize)]
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

impl Demand<'_> {
    /// The file with the evidence, unless the reason names it already.
    pub(super) fn file_unsaid(&self) -> Option<&str> {
        let said = |file: &&str| self.why.as_ref().is_some_and(|why| why.contains(*file));
        self.evidence.as_deref().filter(|file| !said(file))
    }
}

impl Model<'_> {
    /// How many demands are met, or waived.
    pub(super) fn met(&self) -> usize {
        self.demands.iter().filter(|d| matches!(d.state, "met" | "waived")).count()
    }
}

/// A model's readiness. The verdict must be settled.
pub(super) fn model<'a>(verdict: &'a Verdict, row: &'a ModelRow) -> Model<'a> {
    let findings = verdict.findings_of(Some(&row.id));
    let of = |artifact: &str| {
        findings
            .iter()
            .filter(|f| f.artifact.as_deref() == Some(artifact) && f.severity != Severity::Advice)
            .min_by_key(|f| (f.waived.is_some(), f.severity))
    };
    let demands = verdict.titles.iter().filter_map(|(id, title)| {
        let cell = row.cells.iter().find(|(artifact, _)| artifact == id).map(|(_, cell)| *cell)?;
        let file = row.evidence.iter().find(|(artifact, _)| artifact == id);
        Some(Demand {
            artifact: id,
            title,
            state: cell.name(),
            evidence: file.map(|(_, path)| path.to_text().into_owned()),
            why: of(id).filter(|_| cell != Cell::Met).map(why),
        })
    });
    let title =
        |id: &str| verdict.titles.iter().find(|(other, _)| other == id).map(|(_, title)| title.as_str());
    Model {
        id: &row.id,
        path: if row.path.is_root() { ".".to_string() } else { row.path.to_text().into_owned() },
        tier: &row.tier,
        mode: row.mode.as_deref(),
        ready: !findings.iter().any(Finding::blocks),
        demands: demands.collect(),
        stated: row.stated.iter().map(|(name, value)| Line { name, value }).collect(),
        due: row.due.iter().map(|(id, day)| Line { name: title(id).unwrap_or("it"), value: day }).collect(),
    }
}

fn why(finding: &Finding) -> String {
    match &finding.waived {
        Some(waived) => {
            format!("waived until {} by {}: {}", waived.expires, waived.approved_by, waived.reason)
        }
        None => finding.message.clone(),
    }
}

/// For a person at a terminal. The verdict must be settled.
pub fn human(verdict: &Verdict, style: &Style) -> String {
    let mut out = String::new();
    for row in &verdict.rows {
        let m = model(verdict, row);
        let head = if m.ready { "may go to production" } else { "may not go to production" };
        let about = [m.path.as_str(), m.tier].into_iter().chain(m.mode).collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "{}", escape::line(&format!("{}  ({about})", m.id)));
        let _ = writeln!(out, "{head}: {} of {} demands are met\n", m.met(), m.demands.len());
        let widest = m.demands.iter().map(|d| wrap::width(d.title)).max().unwrap_or(0).clamp(5, 40);
        for demand in &m.demands {
            let sign = sign(demand.state, style);
            let told: Vec<&str> = demand.file_unsaid().into_iter().chain(demand.why.as_deref()).collect();
            let told = told.join(": ");
            let first = format!("  {sign} {}  ", wrap::pad(&escape::line(demand.title), widest));
            out.push_str(&wrap::hanging(&first, &told, style.columns(), style.ellipsis()));
        }
        let lines: Vec<(String, &str)> = m
            .stated
            .iter()
            .map(|line| (line.name.to_string(), line.value))
            .chain(m.due.iter().map(|line| (format!("{} due", line.name), line.value)))
            .collect();
        let widest = lines.iter().map(|(name, _)| wrap::width(name)).max().unwrap_or(0).clamp(5, 40);
        if !lines.is_empty() {
            out.push('\n');
        }
        for (name, value) in lines {
            let first = format!("  {}  ", wrap::pad(&escape::line(&name), widest));
            out.push_str(&wrap::hanging(&first, value, style.columns(), style.ellipsis()));
        }
        out.push('\n');
    }
    wrap::disarm(out.trim_end_matches('\n')) + "\n"
}

fn sign(state: &str, style: &Style) -> &'static str {
    match (state, style.unicode) {
        ("met", true) => "✔",
        ("met", false) => "+",
        ("missing", true) => "✘",
        ("missing", false) => "x",
        ("waived", _) => "~",
        _ => "!",
    }
}

/// A Markdown page for each model. The verdict must be settled.
pub fn markdown(verdict: &Verdict) -> String {
    let mut out = String::new();
    for row in &verdict.rows {
        let m = model(verdict, row);
        let head = if m.ready { "May go to production." } else { "May not go to production." };
        let _ = writeln!(out, "## {}\n\n{head} Judged as of {}.\n", cell(m.id), cell(&verdict.subject.as_of));
        out.push_str("| demand | state | evidence | what is open |\n| --- | --- | --- | --- |\n");
        for d in &m.demands {
            let (file, why) = (d.evidence.as_deref().unwrap_or(""), d.why.as_deref().unwrap_or(""));
            let _ = writeln!(out, "| {} | {} | {} | {} |", cell(d.title), d.state, cell(file), cell(why));
        }
        if !(m.stated.is_empty() && m.due.is_empty()) {
            out.push('\n');
        }
        for line in &m.stated {
            let _ = writeln!(out, "- {}: {}", cell(line.name), cell(line.value));
        }
        for line in &m.due {
            let _ = writeln!(out, "- {} due: {}", cell(line.name), cell(line.value));
        }
        out.push('\n');
    }
    wrap::disarm(out.trim_end_matches('\n')) + "\n"
}

/// A text that stays text in Markdown: no link, no HTML, no cell of its own.
pub(super) fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in escape::line(text).chars() {
        if c.is_ascii_punctuation()
            && !matches!(c, '.' | ',' | ':' | ';' | '/' | '-' | '(' | ')' | '%' | '\'' | '"')
        {
            out.push('\\');
        }
        out.push(c);
    }
    // Some readers make links of bare addresses.
    out.replace("://", "\\://").replace("www.", "www\\.")
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    as_of: &'a str,
    models: Vec<Model<'a>>,
}

/// For machines. The verdict must be settled.
pub fn json(verdict: &Verdict) -> String {
    let models = verdict.rows.iter().map(|row| model(verdict, row)).collect();
    let report = Report { schema_version: 1, as_of: &verdict.subject.as_of, models };
    let text = serde_json::to_string_pretty(&report)
        .expect("a page has string keys only and is written to memory, so nothing can fail");
    super::json::harmless(&text)
}
