//! JUnit's XML: a suite for each model, a case for each rule that was asked of it.

use std::collections::BTreeMap;

use super::entries::{self, Entry};
use super::{Part, Run, plain, wrap};
use crate::diag::escape;
use crate::verdict::{Finding, Severity};

/// The report. Ends with a line break.
pub(super) fn junit(run: &Run<'_>) -> String {
    let many = run.parts.len() > 1;
    let mut suites: Vec<Suite> = Vec::new();
    for part in &run.parts {
        let before = if many { format!("{}: ", plain(&part.verdict.subject.what)) } else { String::new() };
        suites.extend(whole(part, &before));
        let ids = part.verdict.rows.iter().map(|row| row.id.as_str());
        suites.extend(ids.map(|id| of_model(part, id, &before)));
    }
    let count = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    attribute(&mut out, "name", env!("CARGO_PKG_NAME"));
    attribute(&mut out, "tests", &count(|suite| suite.cases.len()).to_string());
    attribute(&mut out, "failures", &count(Suite::failures).to_string());
    attribute(&mut out, "errors", &count(Suite::errors).to_string());
    out.push_str(">\n");
    suites.iter().for_each(|suite| suite.write(&mut out));
    // Remarks have no case of their own: they are what the run says.
    if !run.remarks.is_empty() {
        let said = Suite { name: "not judged".to_string(), cases: Vec::new(), said: run.remarks.clone() };
        said.write(&mut out);
    }
    out.push_str("</testsuites>\n");
    wrap::disarm(&out)
}

/// Findings about no model, and what could not be judged.
fn whole(part: &Part<'_>, before: &str) -> Option<Suite> {
    let undecided = entries::undecided(part.verdict);
    let known = |finding: &Finding| {
        finding.model.as_ref().is_some_and(|model| part.verdict.rows.iter().any(|row| row.id == *model))
    };
    let mut cases: Vec<Case> = entries::of_undecided(part, &undecided)
        .iter()
        .map(|entry| Case { name: plain(entry.code), outcome: Outcome::Error(tell(entry)), notes: vec![] })
        .collect();
    let mut found: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
    for finding in part.verdict.findings.iter().filter(|finding| !known(finding)) {
        found.entry(&finding.rule).or_default().push(entries::of_finding(finding, part));
    }
    cases.extend(found.into_iter().map(|(rule, entries)| case(rule, &entries)));
    let said = part.verdict.remarks.clone();
    let suite = Suite { name: format!("{before}the repository"), cases, said };
    (!suite.cases.is_empty() || !suite.said.is_empty()).then_some(suite)
}

fn of_model(part: &Part<'_>, id: &str, before: &str) -> Suite {
    let mut rules: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
    for rule in part.verdict.rows.iter().filter(|row| row.id == id).flat_map(|row| &row.met) {
        rules.entry(rule).or_default();
    }
    for finding in part.verdict.findings.iter().filter(|finding| finding.model.as_deref() == Some(id)) {
        rules.entry(&finding.rule).or_default().push(entries::of_finding(finding, part));
    }
    let cases = rules.into_iter().map(|(rule, entries)| case(rule, &entries)).collect();
    Suite { name: format!("{before}{}", plain(id)), cases, said: Vec::new() }
}

/// A rule: what blocks is a failure, what is waived was skipped, what warns or advises is said.
fn case(rule: &str, entries: &[Entry<'_>]) -> Case {
    let of = |wanted: fn(&Finding) -> bool| {
        let some: Vec<&Entry<'_>> =
            entries.iter().filter(|entry| entry.finding.is_some_and(wanted)).collect();
        (!some.is_empty()).then_some(some)
    };
    let outcome = if let Some(blocking) = of(Finding::blocks) {
        Outcome::Failure(blocking.into_iter().flat_map(tell).collect())
    } else if let Some(waived) = of(|finding| finding.waived.is_some()) {
        let by = waived.iter().filter_map(|entry| entry.finding?.waived.as_ref());
        let said = by.map(|waived| {
            let (until, by) = (plain(&waived.expires), plain(&waived.approved_by));
            format!("waived until {until} by {by}: {}", plain(&waived.reason))
        });
        Outcome::Skipped(said.collect())
    } else {
        Outcome::Passed
    };
    let open = of(|finding| finding.severity != Severity::Block && finding.waived.is_none());
    let notes = open.into_iter().flatten().flat_map(|entry| {
        let word = entry.finding.map_or("", |finding| finding.severity.name());
        let mut lines = tell(entry);
        if let Some(first) = lines.first_mut() {
            *first = format!("{word}: {first}");
        }
        lines
    });
    Case { name: plain(rule), outcome, notes: notes.collect() }
}

/// What is said, its place behind the first line.
fn tell(entry: &Entry<'_>) -> Vec<String> {
    let mut lines = entry.told();
    if entry.spot.stand_in {
        return lines;
    }
    let line = entry.spot.region.map_or_else(String::new, |region| format!(":{}", region.start.line));
    lines.insert(1, format!("at {}{line}", entry.spot.path));
    lines
}

struct Suite {
    name: String,
    cases: Vec<Case>,
    /// Raw sentences about the whole.
    said: Vec<String>,
}

struct Case {
    name: String,
    outcome: Outcome,
    notes: Vec<String>,
}

enum Outcome {
    Passed,
    Skipped(Vec<String>),
    Failure(Vec<String>),
    Error(Vec<String>),
}

impl Suite {
    fn failures(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Failure(_))).count()
    }

    fn errors(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Error(_))).count()
    }

    fn write(&self, out: &mut String) {
        let skipped = self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Skipped(_))).count();
        out.push_str("  <testsuite");
        attribute(out, "name", &self.name);
        attribute(out, "tests", &self.cases.len().to_string());
        attribute(out, "failures", &self.failures().to_string());
        attribute(out, "errors", &self.errors().to_string());
        attribute(out, "skipped", &skipped.to_string());
        out.push_str(">\n");
        self.cases.iter().for_each(|case| case.write(&self.name, out));
        let said: Vec<String> = self.said.iter().map(|said| plain(said)).collect();
        element(out, "system-out", None, &said, "    ");
        out.push_str("  </testsuite>\n");
    }
}

impl Case {
    fn write(&self, suite: &str, out: &mut String) {
        out.push_str("    <testcase");
        attribute(out, "classname", suite);
        attribute(out, "name", &self.name);
        out.push_str(">\n");
        let (name, lines) = match &self.outcome {
            Outcome::Passed => ("", &Vec::new()),
            Outcome::Skipped(lines) => ("skipped", lines),
            Outcome::Failure(lines) => ("failure", lines),
            Outcome::Error(lines) => ("error", lines),
        };
        element(out, name, Some(&self.name), lines, "      ");
        element(out, "system-out", None, &self.notes, "      ");
        out.push_str("    </testcase>\n");
    }
}

/// An element with lines of text; with a kind, also with the first line as its message. Nothing for no lines.
fn element(out: &mut String, name: &str, kind: Option<&str>, lines: &[String], indent: &str) {
    let Some(first) = lines.first() else { return };
    out.push_str(&format!("{indent}<{name}"));
    if let Some(kind) = kind {
        attribute(out, "message", first);
        attribute(out, "type", kind);
    }
    out.push('>');
    let text: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    out.push_str(&text.join("\n"));
    out.push_str(&format!("</{name}>\n"));
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push_str(&format!(" {name}=\"{}\"", escaped(value)));
}

/// Text for an element or an attribute. XML has no way to write most control characters: they are escaped
/// visibly, as everywhere.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => escape::push(&mut out, c),
        }
    }
    out
}
