//! What a gate decided, as plain data: the one thing that every report is a function of.
//!
//! The gate fills a [`Verdict`] in any order and calls [`Verdict::settle`] once; reports only read.
//! Strings may hold raw text from the judged repository: each report escapes them for its format.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Note, Paste, RepoPath, Sources, Span};

mod fingerprint;

pub use fingerprint::fingerprint;

/// What a finding does to the verdict. The worst is the smallest, so that it sorts first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The model may not ship.
    Block,
    /// Should be mended; does not stop anything.
    Warn,
    /// Worth knowing.
    Advice,
}

impl Severity {
    /// The word used in policy files and in every report.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Block => "block",
            Severity::Warn => "warn",
            Severity::Advice => "advice",
        }
    }
}

/// What a finding points at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Location {
    /// A piece of a text.
    Text(Span),
    /// A path with no text to show: missing, a folder, a link, a binary file.
    Path(RepoPath),
    /// A commit.
    Commit {
        /// The full object id in hexadecimal.
        id: String,
        /// The first line of its message.
        subject: String,
    },
    /// Nothing in particular: the repository as a whole.
    Nowhere,
}

/// A signed-off exception that covers a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waived {
    /// Why, in the words of the one who asked.
    pub reason: String,
    /// Who answers for it.
    pub approved_by: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: String,
    /// Where the waiver is written.
    pub at: Option<Span>,
}

/// A rule that does not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// The rule's title: what is wrong in general.
    pub title: String,
    /// What it does to the verdict, after scope and overrides; a waiver does not change it.
    pub severity: Severity,
    /// For a model that the judged change does not touch, so that it only advises: what it would do if
    /// the change did.
    pub otherwise: Option<Severity>,
    /// The model's id; `None` when it is about the repository or its policy.
    pub model: Option<String>,
    /// The artifact's id, when the rule is about one.
    pub artifact: Option<String>,
    /// What is wrong here, in one sentence.
    pub message: String,
    /// Where.
    pub at: Location,
    /// What is said below the span of [`Location::Text`]; may be empty.
    pub label: String,
    /// Other places that belong to it, such as the second side of a contradiction.
    pub related: Vec<Note>,
    /// Where evidence was looked for, best first.
    pub looked: Vec<String>,
    /// The policy line that asks for it.
    pub because: Option<Note>,
    /// What to do next, one paragraph each.
    pub help: Vec<String>,
    /// Lines that mend it.
    pub paste: Option<Paste>,
    /// The waiver that covers it.
    pub waived: Option<Waived>,
    /// Its stable name, see [`fingerprint`]. [`Verdict::settle`] fills it in.
    pub fingerprint: String,
}

impl Finding {
    /// A finding about nothing in particular, with only what every finding has.
    pub fn new(rule: impl Into<String>, severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            rule: rule.into(),
            title: String::new(),
            severity,
            otherwise: None,
            model: None,
            artifact: None,
            message: message.into(),
            at: Location::Nowhere,
            label: String::new(),
            related: Vec::new(),
            looked: Vec::new(),
            because: None,
            help: Vec::new(),
            paste: None,
            waived: None,
            fingerprint: String::new(),
        }
    }

    /// True when it stops the model: severity `block` and no waiver.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Block && self.waived.is_none()
    }

    /// Its place: a path or a commit's id, as printed, and a byte range; empty and 0 when it
    /// points at nothing.
    fn place(&self, sources: &Sources) -> (String, u32, u32) {
        match &self.at {
            Location::Text(span) => (sources.get(span.source).origin.display(), span.start, span.end),
            Location::Path(path) => (path.to_string(), 0, 0),
            Location::Commit { id, .. } => (id.clone(), 0, 0),
            Location::Nowhere => (String::new(), 0, 0),
        }
    }

    /// The text it points at.
    fn subject<'a>(&'a self, sources: &'a Sources) -> &'a str {
        match &self.at {
            Location::Text(span) => sources.text(*span),
            Location::Path(_) | Location::Commit { .. } | Location::Nowhere => "",
        }
    }
}

/// How an artifact of a model stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cell {
    /// On file, and every rule about it holds.
    Met,
    /// A finding blocks.
    Missing,
    /// A finding warns.
    Warned,
    /// A waiver covers what would block or warn.
    Waived,
    /// A finding would block or warn, but the judged change does not touch the model.
    Untouched,
    /// Not asked of this model.
    Off,
}

impl Cell {
    /// All of them, in their order.
    pub const ALL: [Cell; 6] =
        [Cell::Met, Cell::Missing, Cell::Warned, Cell::Waived, Cell::Untouched, Cell::Off];

    /// The word used in reports for machines.
    pub fn name(self) -> &'static str {
        match self {
            Cell::Met => "met",
            Cell::Missing => "missing",
            Cell::Warned => "warned",
            Cell::Waived => "waived",
            Cell::Untouched => "untouched",
            Cell::Off => "off",
        }
    }
}

/// One model and how each artifact of it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelRow {
    /// The model's id.
    pub id: String,
    /// Its folder.
    pub path: RepoPath,
    /// `critical`, `standard` or `experimental`.
    pub tier: String,
    /// `batch`, `dashboard` or `realtime`, if it is known.
    pub mode: Option<String>,
    /// Artifact id and state, in the order of the policy. Artifacts that a row does not name are
    /// not asked of it.
    pub cells: Vec<(String, Cell)>,
    /// Artifact id and the file that is its evidence.
    pub evidence: Vec<(String, RepoPath)>,
    /// Ids of the rules that hold.
    pub met: Vec<String>,
    /// Artifact id and the day on which something is due for it, `YYYY-MM-DD`, in the order of the policy.
    pub due: Vec<(String, String)>,
    /// A label and what the evidence states under it: `owner`, `Ada Lovelace`.
    pub stated: Vec<(String, String)>,
    /// False for a model that the judged change does not touch: it does not block.
    pub in_scope: bool,
}

/// How much was judged, and how it came out.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Account {
    /// Models judged. [`Verdict::settle`] counts the rows.
    pub models: usize,
    /// Rules that apply to at least one model or to the repository.
    pub rules: usize,
    /// Pairs of a rule and a model that came to a yes or no.
    pub judgements: usize,
    /// Findings that a waiver covers.
    pub waived: usize,
    /// Findings that block.
    pub blocking: usize,
    /// Findings that warn.
    pub warnings: usize,
    /// Findings that advise.
    pub advice: usize,
}

/// A rule as people read it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleText {
    /// Its id.
    pub id: String,
    /// What is wrong when it does not hold.
    pub title: String,
    /// Why anyone should care.
    pub why: String,
    /// What to do.
    pub help: String,
    /// The demand, law or standard behind it.
    pub source: String,
}

/// What was judged.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Subject {
    /// In words: `work tree of churn`, `commit 1f3a9c2 (branch production)`.
    pub what: String,
    /// The full object id in hexadecimal, when a commit was judged.
    pub commit: Option<String>,
    /// The date that rules about time were judged by: `YYYY-MM-DD`.
    pub as_of: String,
    /// Packs and policy files that asked, in words.
    pub policy: Vec<String>,
}

/// How it came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Every rule that blocks holds or is waived.
    Pass,
    /// At least one finding blocks.
    Blocked,
    /// Something could not be judged, or nothing was.
    Undecided,
}

impl Status {
    /// The word used in reports for machines.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Blocked => "blocked",
            Status::Undecided => "undecided",
        }
    }

    /// The exit status of the process.
    pub fn exit_code(self) -> u8 {
        match self {
            Status::Pass => 0,
            Status::Blocked => 1,
            Status::Undecided => 2,
        }
    }
}

/// What a gate decided.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Verdict {
    /// What was judged.
    pub subject: Subject,
    /// Rules that do not hold, waived ones included.
    pub findings: Vec<Finding>,
    /// Every model that was judged.
    pub rows: Vec<ModelRow>,
    /// How much was judged. The gate fills in `rules` and `judgements`.
    pub account: Account,
    /// What could not be judged, and why. One is enough for exit status 2.
    pub undecided: Vec<Diagnostic>,
    /// Sentences about the judgement as a whole: the production branch has no policy yet, a change
    /// would weaken a rule.
    pub remarks: Vec<String>,
    /// The rules that were asked, in the order of the policy, for formats that explain them.
    pub rules: Vec<RuleText>,
    /// A file of the judged tree on which a finding is shown that stands nowhere, for formats in which
    /// every finding must stand somewhere.
    pub anchor: Option<RepoPath>,
    /// Artifact id and title, in the order of the policy.
    pub titles: Vec<(String, String)>,
}

impl Verdict {
    /// Puts findings in order (model, severity, rule, path, position; the repository before any
    /// model), sorts the rows by id, gives every finding its fingerprint, and counts. Idempotent.
    pub fn settle(&mut self, sources: &Sources) {
        self.findings.sort_by_cached_key(|finding| {
            let place = finding.place(sources);
            let key = (finding.model.clone(), finding.severity, finding.rule.clone(), place);
            (key, finding.artifact.clone(), finding.message.clone())
        });
        self.rows.sort_by(|a, b| (&a.id, &a.path).cmp(&(&b.id, &b.path)));
        self.name_findings(sources);
        self.count();
    }

    /// The findings about a model, or about the repository. The verdict must be settled.
    pub fn findings_of(&self, model: Option<&str>) -> &[Finding] {
        let from = self.findings.partition_point(|finding| finding.model.as_deref() < model);
        let to = self.findings.partition_point(|finding| finding.model.as_deref() <= model);
        &self.findings[from..to]
    }

    /// Undecided before blocked: a verdict that is not complete is none.
    pub fn status(&self) -> Status {
        if !self.undecided.is_empty() || self.account.judgements == 0 {
            Status::Undecided
        } else if self.findings.iter().any(Finding::blocks) {
            Status::Blocked
        } else {
            Status::Pass
        }
    }

    fn name_findings(&mut self, sources: &Sources) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for finding in &mut self.findings {
            let (path, ..) = finding.place(sources);
            let model = finding.model.as_deref();
            let artifact = finding.artifact.as_deref();
            let text = finding.subject(sources);
            let name = |n| fingerprint(&finding.rule, model, artifact, &path, text, n);
            let occurrence = seen.entry(name(0)).or_insert(0);
            let named = name(*occurrence);
            *occurrence += 1;
            finding.fingerprint = named;
        }
    }

    fn count(&mut self) {
        let open = |severity| {
            let counted = |f: &&Finding| f.severity == severity && f.waived.is_none();
            self.findings.iter().filter(counted).count()
        };
        self.account = Account {
            models: self.rows.len(),
            waived: self.findings.iter().filter(|finding| finding.waived.is_some()).count(),
            blocking: open(Severity::Block),
            warnings: open(Severity::Warn),
            advice: open(Severity::Advice),
            ..self.account
        };
    }
}

#[cfg(test)]
mod tests;
