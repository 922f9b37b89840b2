//! What a policy says, valid: artifacts, their facts and sources, and rules.

use std::collections::BTreeMap;

use globset::GlobSet;
use regex::Regex;

use super::fields::At;
use crate::artifact::document::{Form, Format, UnitKind};
use crate::artifact::types::ValueType;
use crate::diag::Span;
use crate::words::TermList;

/// How serious a rule's finding is for the models of one tier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The model may not go to production.
    Block,
    /// Reported; does not block.
    Warn,
    /// A remark.
    Advice,
    /// The rule is not asked.
    Off,
}

impl Severity {
    /// The words that a policy may write, most serious first.
    pub const NAMES: [&'static str; 4] = ["block", "warn", "advice", "off"];

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<Severity> {
        match text {
            "block" => Some(Severity::Block),
            "warn" => Some(Severity::Warn),
            "advice" => Some(Severity::Advice),
            "off" => Some(Severity::Off),
            _ => None,
        }
    }

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Block => "block",
            Severity::Warn => "warn",
            Severity::Advice => "advice",
            Severity::Off => "off",
        }
    }
}

/// How much depends on a model.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tier {
    /// A wrong answer hurts people or the business.
    Critical,
    /// The usual.
    Standard,
    /// Nobody depends on it yet.
    Experimental,
}

impl Tier {
    /// The words that a configuration may write.
    pub const NAMES: [&'static str; 3] = ["critical", "standard", "experimental"];
    /// All tiers, most serious first.
    pub const ALL: [Tier; 3] = [Tier::Critical, Tier::Standard, Tier::Experimental];

    /// From the word in a configuration.
    pub fn parse(text: &str) -> Option<Tier> {
        Tier::ALL.into_iter().find(|tier| tier.name() == text)
    }

    /// The word in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Critical => "critical",
            Tier::Standard => "standard",
            Tier::Experimental => "experimental",
        }
    }
}

/// A severity for each tier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Severities {
    /// For [`Tier::Critical`].
    pub critical: Severity,
    /// For [`Tier::Standard`].
    pub standard: Severity,
    /// For [`Tier::Experimental`].
    pub experimental: Severity,
}

impl Severities {
    /// The same for every tier.
    pub fn all(severity: Severity) -> Severities {
        Severities { critical: severity, standard: severity, experimental: severity }
    }

    /// The severity for one tier.
    pub fn of(&self, tier: Tier) -> Severity {
        match tier {
            Tier::Critical => self.critical,
            Tier::Standard => self.standard,
            Tier::Experimental => self.experimental,
        }
    }
}

/// What became of the evidence for an artifact. Only [`StateName::Real`] counts as present.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StateName {
    /// Evidence that can be judged by its facts.
    Real,
    /// Says of itself that it is not finished or not in force.
    Draft,
    /// Says of itself that the model must not be used in production.
    Vetoed,
    /// A template that nobody filled in.
    Template,
    /// Headings or cells with nothing under them.
    Stub,
    /// A document of another kind under the right name.
    WrongKind,
    /// Cannot be read: broken syntax, not text, too large.
    Unreadable,
    /// Only points at content elsewhere.
    Pointer,
    /// Belongs to another model.
    Misplaced,
    /// No file at all.
    Missing,
}

impl StateName {
    /// All states but `Real`, as a policy writes them.
    pub const REFUSABLE: [StateName; 9] = [
        StateName::Missing,
        StateName::Misplaced,
        StateName::Pointer,
        StateName::Unreadable,
        StateName::Template,
        StateName::Stub,
        StateName::WrongKind,
        StateName::Vetoed,
        StateName::Draft,
    ];

    /// The word in a policy and in reports.
    pub fn name(self) -> &'static str {
        match self {
            StateName::Real => "real",
            StateName::Draft => "draft",
            StateName::Vetoed => "vetoed",
            StateName::Template => "template",
            StateName::Stub => "stub",
            StateName::WrongKind => "wrong-kind",
            StateName::Unreadable => "unreadable",
            StateName::Pointer => "pointer",
            StateName::Misplaced => "misplaced",
            StateName::Missing => "missing",
        }
    }

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<StateName> {
        StateName::REFUSABLE.into_iter().find(|state| state.name() == text)
    }
}

/// A policy file's content.
#[derive(Debug)]
pub struct Pack {
    /// `core`.
    pub id: At<String>,
    /// One line for people.
    pub title: String,
    /// Artifacts, in the order of the file.
    pub artifacts: Vec<Artifact>,
    /// Rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// Vocabulary that this file adds: list name → terms.
    pub words: BTreeMap<String, Vec<At<String>>>,
}

/// Something a model must have on file.
#[derive(Debug)]
pub struct Artifact {
    /// `runbook`.
    pub id: At<String>,
    /// "runbook", for sentences: "no runbook for model `churn`".
    pub title: String,
    /// What it states, in the order of the file.
    pub facts: Vec<FactSpec>,
    /// Where evidence may live, best first.
    pub sources: Vec<SourceSpec>,
    /// How to tell a document of this kind from others.
    pub nature: Nature,
    /// The usual names of its files, to show when there is none.
    pub usual: Vec<String>,
    /// True when several files may state the facts together; false when one file must state all.
    pub combine: bool,
    /// What `init` writes.
    pub starter: Option<Starter>,
}

impl Artifact {
    /// The fact of this name.
    pub fn fact(&self, name: &str) -> Option<&FactSpec> {
        self.facts.iter().find(|fact| fact.name.value == name)
    }
}

/// A fact that an artifact states.
#[derive(Debug)]
pub struct FactSpec {
    /// `approver`; the canonical name is `privacy.approver`.
    pub name: At<String>,
    /// "who approved it", for sentences.
    pub title: String,
    /// The type of its value.
    pub is: ValueType,
    /// The label that is always read in prose: `Approved by`.
    pub label: String,
    /// The key that is always read in structured files and front matter: `approved_by`.
    pub key: String,
    /// What to write, for the remedy, when the type's own noun says too little.
    pub wanted: Option<String>,
    /// A valid value, when the type's own example does not fit.
    pub example: Option<String>,
}

impl FactSpec {
    /// What to write, for the remedy: the policy's own words or the type's noun.
    pub fn wanted(&self) -> String {
        self.wanted.clone().unwrap_or_else(|| self.is.noun().to_string())
    }
}

/// Files of one shape, and how their facts are read.
#[derive(Debug)]
pub struct SourceSpec {
    /// Patterns, as written.
    pub files: Vec<At<String>>,
    /// True for formats with a schema of their own, where an unknown key would be a mistake: facts
    /// of ours go into comments.
    pub foreign: bool,
    /// A file at the root whose `aliases` map says whom a name in these files stands for.
    pub aliases: Option<String>,
    /// Formats this source applies to; empty for all.
    pub formats: Vec<Format>,
    /// The text must match all of these.
    pub when: Vec<Regex>,
    /// How facts are read, in the order of the file: index into [`Artifact::facts`], readers.
    pub facts: Vec<(usize, Vec<Reader>)>,
}

/// What shows that a document is of another kind, whatever its name.
#[derive(Debug, Default)]
pub struct Nature {
    /// Terms that a title or first sentence of this kind never has.
    pub not_title: Option<TermList>,
    /// Headings of other kinds.
    pub not_headings: Option<TermList>,
    /// Phrases of other kinds.
    pub not_text: Option<TermList>,
    /// So many matches of `not_text` show another kind.
    pub not_text_min: u64,
    /// Lists of terms that headings of this kind have.
    pub own: Vec<String>,
    /// True for documents about conduct: a list of fields or routes is another kind.
    pub conduct: bool,
    /// A shorter Markdown text with a fact missing is a stub.
    pub min_words: u64,
}

/// The file that `init` writes for an artifact.
#[derive(Debug)]
pub struct Starter {
    /// Path below the model's folder.
    pub file: At<String>,
    /// Its content.
    pub text: String,
}

/// Terms to look for: a list of the vocabulary by name, or terms written in place.
#[derive(Debug)]
pub enum Terms {
    /// The name of a list.
    List(At<String>),
    /// Terms in place.
    Own(TermList),
}

/// One way to read a fact.
#[derive(Debug)]
pub struct Reader {
    /// How.
    pub how: How,
    /// The value's type when it is not the fact's own.
    pub is: Option<ValueType>,
    /// The text must match this for the reader to apply.
    pub given: Option<Regex>,
    /// Where the reader is written.
    pub span: Span,
}

/// The kinds of readers.
#[derive(Debug)]
pub enum How {
    /// Leaves of a structured format: `spec.owner`, `team[].name`, `jobs.*.steps[].run`, `a.**.b`.
    Path {
        /// Patterns, lower-case.
        paths: Vec<String>,
        /// The sibling key that says what a step is about (a training step's name).
        context: bool,
    },
    /// A named value.
    Named {
        /// The name.
        terms: Terms,
        /// Where names may stand; empty means everywhere.
        forms: Vec<Form>,
        /// A heading above must match.
        within: Option<Terms>,
        /// Names that match this do not count.
        not: Option<Terms>,
        /// Longer names do not count.
        max_words: usize,
        /// Take the heading itself as the value once its section holds the type.
        heading: bool,
        /// Sections that speak of the document itself do not count.
        not_self: bool,
        /// The document's own title may be the name.
        title: bool,
    },
    /// A term and a value of the type in one sentence.
    Mention {
        /// The term.
        terms: Terms,
        /// Units to look at; empty for all.
        kinds: Vec<UnitKind>,
        /// A heading above, or the title, must match.
        within: Option<Terms>,
    },
    /// Code, fenced or inline.
    Code,
    /// A pattern over the text; the value is the first group, or the whole match.
    Regex(Vec<Regex>),
    /// CODEOWNERS: owners of the last line that covers the model.
    Owners {
        /// True to take the owners of all lines.
        all: bool,
    },
    /// Names in the comments of an owners file.
    Roster,
    /// A chat channel (`#team-alerts`) anywhere in prose.
    Channel,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// `privacy-unsigned`.
    pub id: At<String>,
    /// What is wrong when it does not hold, for tables.
    pub title: String,
    /// The artifact it is about; `None` for rules about the policy itself.
    pub artifact: Option<At<String>>,
    /// How serious it is.
    pub severity: Severities,
    /// Why anyone should care.
    pub why: String,
    /// What to do.
    pub help: String,
    /// The demand, law or standard behind it.
    pub source: String,
    /// The version that brought it.
    pub since: String,
    /// What must hold.
    pub check: Check,
    /// Where the check is written.
    pub check_span: Span,
}

impl Rule {
    /// True when the rule is about this artifact.
    pub fn is_about(&self, artifact: &Artifact) -> bool {
        self.artifact.as_ref().is_some_and(|id| id.value == artifact.id.value)
    }
}

/// What can be wrong with a waiver that is written correctly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaiverFault {
    /// Its last day has passed.
    Expired,
    /// Its last day is near.
    Expiring,
    /// It waives nothing.
    Unused,
}

impl WaiverFault {
    /// The words in a policy.
    pub const NAMES: [&'static str; 3] = ["expired", "expiring", "unused"];

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<WaiverFault> {
        match text {
            "expired" => Some(WaiverFault::Expired),
            "expiring" => Some(WaiverFault::Expiring),
            "unused" => Some(WaiverFault::Unused),
            _ => None,
        }
    }
}

/// The kinds of checks.
#[derive(Debug)]
pub enum Check {
    /// Evidence exists and is not in one of these states.
    Present {
        /// The states that this rule refuses.
        refuses: Vec<At<StateName>>,
    },
    /// Facts are stated with values of their types.
    Fact {
        /// All groups must hold; of a group, any fact.
        needs: Vec<Vec<At<String>>>,
        /// Facts that must not be found.
        forbids: Vec<At<String>>,
    },
    /// A date has not passed.
    Due {
        /// Facts that state the date itself.
        by: Vec<At<String>>,
        /// Facts that state where the interval starts.
        since: Vec<At<String>>,
        /// Facts that name files whose last commit starts the interval.
        changed: Vec<At<String>>,
        /// Facts that state the interval.
        every: Vec<At<String>>,
        /// The interval in days when none is stated; without it nothing is due.
        default_days: Option<At<u64>>,
        /// Days before the date from which the rule warns.
        ahead_days: u64,
        /// Facts that excuse a passed date.
        unless: Vec<At<String>>,
        /// Facts that name those whom `by` is about: while one of them has no passed date in the
        /// same list element, nothing is due.
        of: Vec<At<String>>,
    },
    /// A person is known to the history.
    Committer {
        /// Facts that name the person; all that are found belong to one person.
        person: Vec<At<String>>,
        /// The last commit is at most so many days old; without it, any commit will do.
        within_days: Option<At<u64>>,
    },
    /// The evidence kept up with the code that it describes.
    Fresh {
        /// The model's code.
        code: GlobSet,
        /// Not code, whatever `code` says.
        except: GlobSet,
        /// So many commits may pass.
        commits: At<u64>,
        /// So many days may pass.
        days: At<u64>,
    },
    /// Paths that the evidence names exist.
    Paths {
        /// Facts that hold paths or commands that name paths.
        facts: Vec<At<String>>,
    },
    /// A promised cadence is kept by a schedule that runs.
    Schedule {
        /// Facts that state the promise.
        promised: Vec<At<String>>,
        /// Facts that state a schedule that really runs.
        wired: Vec<At<String>>,
        /// Facts that state the command.
        command: Vec<At<String>>,
    },
    /// Waivers are in order.
    Waiver {
        /// What they must not be.
        is_not: WaiverFault,
    },
}

impl Check {
    /// The kinds, as tables under `[rule.check]`.
    pub const KINDS: [&'static str; 8] =
        ["present", "fact", "due", "committer", "fresh", "paths", "schedule", "waiver"];

    /// The kind's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Check::Present { .. } => "present",
            Check::Fact { .. } => "fact",
            Check::Due { .. } => "due",
            Check::Committer { .. } => "committer",
            Check::Fresh { .. } => "fresh",
            Check::Paths { .. } => "paths",
            Check::Schedule { .. } => "schedule",
            Check::Waiver { .. } => "waiver",
        }
    }
}
