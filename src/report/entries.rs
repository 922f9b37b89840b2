//! What a list of findings is made of, the most serious first.

use crate::diag::{Diagnostic, Level, Paste};
use crate::verdict::{Finding, Severity, Status, Verdict};

use super::place::{self, Spot};
use super::{Part, plain};

/// No more text than this is said about one finding, in characters before any escaping.
const LONGEST: usize = 3_000;

/// One thing to report.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The rule's id, or the code of what could not be judged.
    pub(super) code: &'a str,
    /// How loud.
    pub(super) level: Level,
    /// What is wrong, escaped, on one line.
    pub(super) message: String,
    /// What to do next, escaped, one line each.
    pub(super) help: Vec<String>,
    /// Where it stands.
    pub(super) spot: Spot,
    /// The finding; `None` for what could not be judged.
    pub(super) finding: Option<&'a Finding>,
    paste: Option<&'a Paste>,
}

impl Entry<'_> {
    /// The model's id, escaped.
    pub(super) fn model(&self) -> Option<String> {
        self.finding.and_then(|finding| finding.model.as_deref()).map(plain)
    }

    /// Lines that mend it: the file, escaped, and each line, escaped.
    pub(super) fn paste(&self) -> Option<(String, Vec<String>)> {
        let paste = self.paste?;
        Some((plain(&paste.file), paste.text.lines().map(plain).collect()))
    }

    /// What is wrong, where it really is, and what to do, in lines without anything hidden.
    pub(super) fn said(&self) -> Vec<String> {
        let mut lines = vec![self.message.clone()];
        lines.extend(self.spot.really.iter().map(|really| format!("at {really}")));
        lines.extend(self.help.iter().cloned());
        cut(lines)
    }

    /// [`Entry::said`], and what to paste.
    pub(super) fn told(&self) -> Vec<String> {
        let mut lines = self.said();
        if let Some((file, text)) = self.paste() {
            lines.push(format!("paste into {file}:"));
            lines.extend(text.into_iter().map(|line| format!("    {line}")));
        }
        cut(lines)
    }
}

/// The first lines that have room together.
fn cut(lines: Vec<String>) -> Vec<String> {
    let mut room = LONGEST;
    let mut out = Vec::new();
    for line in lines {
        let Some(left) = room.checked_sub(line.chars().count() + 1) else {
            out.push("…".to_string());
            break;
        };
        room = left;
        out.push(line);
    }
    out
}

/// What could not be judged, then the findings, as [`of_undecided`] and [`findings`] give them.
pub(super) fn entries<'a>(part: &Part<'a>, undecided: &'a [Diagnostic], waived: bool) -> Vec<Entry<'a>> {
    let mut out = of_undecided(part, undecided);
    out.extend(findings(part, waived));
    out
}

/// What could not be judged.
pub(super) fn of_undecided<'a>(part: &Part<'_>, undecided: &'a [Diagnostic]) -> Vec<Entry<'a>> {
    let entry = |d: &'a Diagnostic| Entry {
        code: &d.code,
        level: Level::Error,
        message: plain(&d.message),
        help: d.help.iter().map(|text| plain(text)).collect(),
        spot: place::of_diagnostic(d, part),
        finding: None,
        paste: d.paste.as_ref(),
    };
    undecided.iter().map(entry).collect()
}

/// The findings: those that block, warn, advise, and last those of models that the change does not touch.
/// Waived ones only when they are asked for, behind the others.
pub(super) fn findings<'a>(part: &Part<'a>, waived: bool) -> Vec<Entry<'a>> {
    let mut findings: Vec<&'a Finding> =
        part.verdict.findings.iter().filter(|finding| waived || finding.waived.is_none()).collect();
    findings.sort_by_key(|f| (f.waived.is_some(), f.severity, f.otherwise.is_some()));
    findings.into_iter().map(|finding| of_finding(finding, part)).collect()
}

/// One finding.
pub(super) fn of_finding<'a>(finding: &'a Finding, part: &Part<'_>) -> Entry<'a> {
    Entry {
        code: &finding.rule,
        level: level(finding.severity),
        message: plain(&finding.message),
        help: finding.help.iter().flat_map(|text| text.trim().lines()).map(plain).collect(),
        spot: place::of_finding(finding, part),
        finding: Some(finding),
        paste: finding.paste.as_ref(),
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Block => Level::Error,
        Severity::Warn => Level::Warning,
        Severity::Advice => Level::Note,
    }
}

/// What could not be judged; that nothing was, when nothing else says so.
pub(super) fn undecided(verdict: &Verdict) -> Vec<Diagnostic> {
    if verdict.undecided.is_empty() && verdict.status() == Status::Undecided {
        let said = "nothing was judged, and that is never a pass";
        return vec![
            Diagnostic::new(Level::Error, "nothing-judged", said).help(
                "check that `roadworthy.toml` names your models and that a policy pack applies to them",
            ),
        ];
    }
    verdict.undecided.clone()
}
