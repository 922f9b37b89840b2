//! The report for a person: findings model by model, what is on file, what to do next, the account.

use std::collections::{BTreeMap, BTreeSet};

use anstyle::{AnsiColor, Effects};

use super::picture::{self, Frame};
use super::{Style, matrix, wrap};
use crate::diag::{Diagnostic, Level, Sources, escape};
use crate::parallel;
use crate::verdict::{Finding, Location, ModelRow, Severity, Status, Verdict};

/// How much is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verbosity {
    /// The account and the verdict.
    Quiet,
    /// Findings, matrix, next step; advice and waived findings in a line or two each.
    Normal,
    /// Also where the evidence is, which rules hold, and advice in full.
    Verbose,
}

/// How the report is drawn and how much it tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Human {
    /// Colours, columns, characters.
    pub style: Style,
    /// How much is told.
    pub verbosity: Verbosity,
}

const BOLD: anstyle::Style = anstyle::Style::new().effects(Effects::BOLD);
const DIM: anstyle::Style = anstyle::Style::new().effects(Effects::DIMMED);

/// The report. `v` must be settled. Ends with the account and the verdict, one line each, and a line
/// break.
pub fn human(v: &Verdict, sources: &Sources, opts: &Human) -> String {
    let page = Page { v, sources, style: &opts.style, verbose: opts.verbosity == Verbosity::Verbose };
    let mut parts = Vec::new();
    if opts.verbosity > Verbosity::Quiet {
        parts.push(page.subject());
        parts.extend(page.undecided());
        parts.extend(page.findings());
        parts.push(page.on_file());
        parts.push(page.next());
    }
    parts.push(page.account());
    parts.retain(|part| !part.is_empty());
    wrap::disarm(&parts.join("\n"))
}

/// To draw so many findings takes longer than to start a thread.
const WORTH_THREADS: usize = 200;

/// So many models that a change does not touch are named.
const MOST_UNTOUCHED: usize = 10;

struct Page<'a> {
    v: &'a Verdict,
    sources: &'a Sources,
    style: &'a Style,
    verbose: bool,
}

impl Page<'_> {
    fn hanging(&self, first: &str, text: &str) -> String {
        wrap::hanging(first, text, self.style.columns(), self.style.ellipsis())
    }

    fn safe(&self, text: &str) -> String {
        wrap::sentence(text, self.style.ellipsis())
    }

    /// What was judged, by which policy, as of when.
    fn subject(&self) -> String {
        let subject = &self.v.subject;
        let mut out = String::new();
        if !subject.what.is_empty() {
            let of = if subject.as_of.is_empty() { "" } else { ", as of " };
            out.push_str(&self.hanging("judged  ", &format!("{}{of}{}", subject.what, subject.as_of)));
        }
        if !subject.policy.is_empty() {
            out.push_str(&self.hanging("policy  ", &subject.policy.join(", ")));
        }
        for remark in &self.v.remarks {
            out.push_str(&self.hanging("note    ", remark));
        }
        out
    }

    /// What could not be judged, before everything else.
    fn undecided(&self) -> Vec<String> {
        if self.v.undecided.is_empty() {
            return Vec::new();
        }
        let loud = AnsiColor::Red.on_default().effects(Effects::BOLD);
        let mut parts = vec![self.rule("could not be judged", "", loud)];
        let drawn = self.v.undecided.iter().map(|d| picture::render(self.sources, d, self.style));
        parts.extend(drawn);
        parts
    }

    /// The findings, under a line for each model; the repository's own first.
    fn findings(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let mut drawn = self.drawn().into_iter();
        for group in self.v.findings.chunk_by(|a, b| a.model == b.model) {
            let group: Vec<&Finding> =
                group.iter().filter(|f| f.otherwise.is_none() || self.verbose).collect();
            let Some(first) = group.first() else { continue };
            let row = self.v.rows.iter().find(|row| Some(&row.id) == first.model.as_ref());
            let name = first.model.as_deref().unwrap_or("the repository");
            parts.push(self.rule(
                &self.safe(name),
                &row.map(|row| self.about(row)).unwrap_or_default(),
                BOLD,
            ));
            let (waived, open): (Vec<_>, Vec<_>) = group.into_iter().partition(|f| f.waived.is_some());
            let (full, brief): (Vec<_>, Vec<_>) = open.into_iter().partition(|f| self.in_full(f));
            parts.extend(drawn.by_ref().take(full.len()));
            parts.push(brief.into_iter().map(|finding| self.brief(finding)).collect());
            parts.push(waived.into_iter().map(|finding| self.waived(finding)).collect());
        }
        parts.push(self.untouched());
        parts
    }

    /// True for a finding that gets a picture.
    fn in_full(&self, finding: &Finding) -> bool {
        let told = finding.otherwise.is_none() && finding.severity != Severity::Advice;
        finding.waived.is_none() && (told || self.verbose)
    }

    /// The pictures of the findings that get one, in their order.
    fn drawn(&self) -> Vec<String> {
        let full: Vec<&Finding> = self.v.findings.iter().filter(|f| self.in_full(f)).collect();
        if full.len() < WORTH_THREADS {
            return full.into_iter().map(|finding| self.picture(finding)).collect();
        }
        parallel::map(&full, |finding| self.picture(finding))
    }

    /// Models that the change does not touch and that would be blocked, in a line each.
    fn untouched(&self) -> String {
        let mut open: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let blocking = |f: &&Finding| f.otherwise == Some(Severity::Block) && f.waived.is_none();
        for finding in self.v.findings.iter().filter(blocking) {
            open.entry(finding.model.as_deref().unwrap_or_default()).or_default().insert(&finding.rule);
        }
        if open.is_empty() {
            return String::new();
        }
        let mut out = self.rule("not touched by this change", "", BOLD);
        for (model, rules) in open.iter().take(MOST_UNTOUCHED) {
            let named: Vec<&str> = rules.iter().take(4).copied().collect();
            let more = rules.len() - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let text = format!("{model} would be blocked by {}{more}", named.join(", "));
            out.push_str(&self.colored("advice  ", &text, AnsiColor::BrightBlue.on_default()));
        }
        if open.len() > MOST_UNTOUCHED {
            let more = wrap::count(open.len() - MOST_UNTOUCHED, "more model");
            out.push_str(&self.hanging("        ", &format!("and {more}; `--all` judges them all")));
        }
        out
    }

    fn about(&self, row: &ModelRow) -> String {
        let mut words = vec![row.path.to_string(), self.safe(&row.tier)];
        words.extend(row.mode.as_deref().map(|mode| self.safe(mode)));
        words.retain(|word| !word.is_empty() && *word != row.id);
        words.join(if self.style.unicode { " · " } else { ", " })
    }

    /// A heading with a line to the right margin.
    fn rule(&self, name: &str, about: &str, look: anstyle::Style) -> String {
        let dash = if self.style.unicode { "─" } else { "-" };
        let name = wrap::cut(name, self.style.columns() - 8, self.style.ellipsis());
        let room = self.style.columns().saturating_sub(wrap::width(&name) + 4);
        let about = wrap::cut(about, room.saturating_sub(4), self.style.ellipsis());
        let gap = if about.is_empty() { "" } else { "  " };
        let rest = room.saturating_sub(wrap::width(&about) + gap.len()).max(1);
        format!(
            "{} {}{gap}{} {}\n",
            self.style.paint(DIM, &dash.repeat(2)),
            self.style.paint(look, &name),
            self.style.paint(DIM, &about),
            self.style.paint(DIM, &dash.repeat(rest)),
        )
    }

    fn picture(&self, finding: &Finding) -> String {
        let level = match finding.severity {
            Severity::Block => Level::Error,
            Severity::Warn => Level::Warning,
            Severity::Advice => Level::Note,
        };
        let mut d = Diagnostic::new(level, finding.rule.as_str(), finding.message.as_str());
        let mut frame =
            Frame { word: Some(finding.severity.name()), place: None, because: finding.because.clone() };
        match &finding.at {
            Location::Text(span) => d = d.at(*span, finding.label.as_str()),
            Location::Path(path) => d.path = Some(path.clone()),
            Location::Commit { id, subject } => frame.place = Some(commit(id, subject)),
            Location::Nowhere => {}
        }
        d.related = finding.related.clone();
        d.looked = finding.looked.clone();
        d.help = finding.help.clone();
        d.paste = finding.paste.clone();
        picture::framed(self.sources, &d, &frame, self.style)
    }

    /// A finding in a line or two.
    fn brief(&self, finding: &Finding) -> String {
        let place = match &finding.at {
            Location::Text(span) => {
                let at = self.sources.position(*span);
                format!("{}:{}", self.sources.get(span.source).origin.display(), at.line)
            }
            Location::Path(path) => path.to_string(),
            Location::Commit { id, subject } => commit(id, subject),
            Location::Nowhere => String::new(),
        };
        let place = if place.is_empty() { place } else { format!(" ({place})") };
        let text = format!("{}: {}{place}", finding.rule, finding.message);
        self.colored(&format!("{}  ", finding.severity.name()), &text, AnsiColor::BrightBlue.on_default())
    }

    fn waived(&self, finding: &Finding) -> String {
        let Some(waiver) = &finding.waived else { return String::new() };
        let text = format!(
            "{} until {}, signed off by {}: {}",
            finding.rule, waiver.expires, waiver.approved_by, waiver.reason
        );
        self.colored("waived  ", &text, AnsiColor::Blue.on_default())
    }

    fn colored(&self, first: &str, text: &str, look: anstyle::Style) -> String {
        let plain = self.hanging(first, text);
        match plain.strip_prefix(first) {
            Some(rest) => format!("{}{rest}", self.style.paint(look, first)),
            None => plain,
        }
    }

    /// The matrix; with where the evidence is and which rules hold when verbose.
    fn on_file(&self) -> String {
        let table = matrix::matrix(&self.v.rows, self.style);
        let mut out = String::new();
        if !table.is_empty() {
            out.push_str(&self.rule("on file", "", BOLD));
            out.push('\n');
            out.push_str(&table);
        }
        if !self.verbose {
            return out;
        }
        for row in &self.v.rows {
            let mut told = String::new();
            let names: Vec<String> = row.evidence.iter().map(|(artifact, _)| self.safe(artifact)).collect();
            let widest = names.iter().map(|name| wrap::width(name)).max().unwrap_or(0).clamp(5, 32);
            for (name, (_, path)) in names.iter().zip(&row.evidence) {
                told.push_str(&self.hanging(&format!("  {}  ", wrap::pad(name, widest)), &path.to_text()));
            }
            if !row.met.is_empty() {
                told.push_str(
                    &self.hanging(&format!("  {}  ", wrap::pad("holds", widest)), &row.met.join(", ")),
                );
            }
            if !told.is_empty() {
                out.push_str(&format!("\n{}\n{told}", self.style.paint(BOLD, &self.safe(&row.id))));
            }
        }
        out
    }

    /// The shortest path to green, in one or two sentences.
    fn next(&self) -> String {
        let text = match self.v.status() {
            Status::Undecided => self.next_undecided(),
            Status::Blocked => self.next_blocked(),
            Status::Pass if self.v.account.warnings > 0 => {
                let warnings = wrap::count(self.v.account.warnings, "warning");
                format!("nothing blocks; {warnings} above can wait, but not for ever")
            }
            Status::Pass => return String::new(),
        };
        let first = "next    ";
        let plain = self.hanging(first, &text);
        plain.replacen(first, &self.style.paint(BOLD, first), 1)
    }

    fn next_undecided(&self) -> String {
        if self.v.undecided.is_empty() {
            return "no rule was judged: check that `roadworthy.toml` names your models and that a policy \
                    pack applies to them"
                .to_string();
        }
        "mend what could not be judged first; what else is said here may be incomplete until then".to_string()
    }

    fn next_blocked(&self) -> String {
        let blocking: Vec<&Finding> = self.v.findings.iter().filter(|finding| finding.blocks()).collect();
        let pasted: Vec<&Finding> = blocking.iter().copied().filter(|f| f.paste.is_some()).collect();
        let ready = match (pasted.len(), blocking.len()) {
            (0, 1) => "mend the finding marked `block`".to_string(),
            (0, n) => format!("mend the {n} findings marked `block`"),
            (1, 1) => "fill in the lines above, paste them and commit".to_string(),
            (p, n) if p == n => format!("all {n} have their lines above: fill them in, paste and commit"),
            (p, n) => {
                let have = if p == 1 { "has its" } else { "have their" };
                let rest = self.rest(&blocking);
                format!("{p} of the {n} that block {have} lines to paste above; that leaves {rest}")
            }
        };
        let nearest = self.nearest().map(|near| format!("; {near}")).unwrap_or_default();
        format!("{ready}{nearest}")
    }

    /// The rules without lines to paste, the first three by name.
    fn rest(&self, blocking: &[&Finding]) -> String {
        let bare = blocking.iter().filter(|finding| finding.paste.is_none());
        let rules: BTreeSet<&str> = bare.map(|finding| finding.rule.as_str()).collect();
        let named: Vec<String> = rules.iter().take(3).map(|rule| self.safe(rule)).collect();
        let more = rules.len() - named.len();
        let more = if more > 0 { format!(" and {}", wrap::count(more, "more rule")) } else { String::new() };
        format!("{}{more}", named.join(", "))
    }

    /// Of several blocked models, the one with the least to mend; the first of equals.
    fn nearest(&self) -> Option<String> {
        let mut open: BTreeMap<&str, usize> = BTreeMap::new();
        for model in self.v.findings.iter().filter(|f| f.blocks()).filter_map(|f| f.model.as_deref()) {
            *open.entry(model).or_default() += 1;
        }
        let (model, n) = open.iter().min_by_key(|&(_, n)| *n).filter(|_| open.len() > 1)?;
        Some(format!(
            "{} is the nearest to green, with {} to mend",
            self.safe(model),
            wrap::count(*n, "finding")
        ))
    }

    /// `1 model, 18 rules, 15 judgements, 0 waived: 3 block, 2 warn`, then the verdict.
    fn account(&self) -> String {
        let a = &self.v.account;
        let mut found = vec![(a.blocking, "block"), (a.warnings, "warn"), (a.advice, "advice")];
        found.retain(|&(n, _)| n > 0);
        let found: Vec<String> = found.into_iter().map(|(n, word)| format!("{n} {word}")).collect();
        let found = if found.is_empty() { "nothing found".to_string() } else { found.join(", ") };
        format!(
            "{}, {}, {}, {} waived: {found}\n{}\n",
            wrap::count(a.models, "model"),
            wrap::count(a.rules, "rule"),
            wrap::count(a.judgements, "judgement"),
            a.waived,
            self.verdict()
        )
    }

    fn verdict(&self) -> String {
        let (look, word, rest) = match self.v.status() {
            Status::Pass => (AnsiColor::Green, "roadworthy", String::new()),
            Status::Blocked => (AnsiColor::Red, "not roadworthy", self.blocked_by()),
            Status::Undecided if self.v.undecided.is_empty() => (
                AnsiColor::Red,
                "could not judge",
                ": nothing was judged, and that is never a pass".to_string(),
            ),
            Status::Undecided => {
                let first = self.v.undecided.first().map(|d| self.safe(&d.message)).unwrap_or_default();
                let more = self.v.undecided.len() - 1;
                let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
                (AnsiColor::Red, "could not judge", format!(": {first}{more}"))
            }
        };
        format!("{}{rest}", self.style.paint(look.on_default().effects(Effects::BOLD), word))
    }

    fn blocked_by(&self) -> String {
        let blocking = self.v.findings.iter().filter(|finding| finding.blocks());
        let models: BTreeSet<Option<&str>> = blocking.clone().map(|f| f.model.as_deref()).collect();
        let (n, verb) = (blocking.count(), "block");
        let verb = if n == 1 { "blocks" } else { verb };
        let whom = match models.first() {
            Some(Some(model)) if models.len() == 1 => self.safe(model),
            Some(None) if models.len() == 1 => "the repository".to_string(),
            _ => wrap::count(models.iter().flatten().count(), "model"),
        };
        format!(": {} {verb} {whom}", wrap::count(n, "finding"))
    }
}

fn commit(id: &str, subject: &str) -> String {
    let short: String = id.chars().take(12).collect();
    escape::line(&format!("commit {short} \"{subject}\"")).into_owned()
}
