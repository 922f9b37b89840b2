//! What a policy says, valid: artifacts, their facts and sources, and rules.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::mistakes::At;
use super::regexes::Pattern;
use super::rule::Rule;
use crate::artifact::document::{Form, Format, UnitKind};
use crate::artifact::types::ValueType;
use crate::diag::Span;
use crate::text::normalise_key;
use crate::words::TermList;

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
    /// See [`FactSpec::names`].
    pub(super) names: OnceLock<(String, String)>,
}

impl FactSpec {
    /// The label and the key, as names in documents are compared.
    pub fn names(&self) -> (&str, &str) {
        let made = || (normalise_key(&self.label), normalise_key(&self.key));
        let (label, key) = self.names.get_or_init(made);
        (label, key)
    }

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
    pub when: Vec<Pattern>,
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
    /// Lists of terms that headings have under which this kind excludes single uses: only words that exclude
    /// every use are a veto there.
    pub exclusions: Vec<String>,
    /// True for documents about conduct: a list of fields or routes is another kind.
    pub conduct: bool,
    /// True for documents about what is in place: a list of boxes that nobody ticked is a draft.
    pub in_place: bool,
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
    Own(Box<TermList>),
}

/// One way to read a fact.
#[derive(Debug)]
pub struct Reader {
    /// How.
    pub how: How,
    /// The value's type when it is not the fact's own.
    pub is: Option<ValueType>,
    /// The text must match this for the reader to apply.
    pub given: Option<Pattern>,
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
        /// Only leaves of tables whose `path` is the model's folder.
        of_model: bool,
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
        /// Units of a section to look at for a value that one unit holds; empty for all.
        kinds: Vec<UnitKind>,
    },
    /// A term and a value of the type in one sentence.
    Mention {
        /// The term.
        terms: Terms,
        /// Units to look at; empty for all.
        kinds: Vec<UnitKind>,
        /// A heading above, or the title, must match.
        within: Option<Terms>,
        /// Sentences that match do not count.
        not: Option<Terms>,
    },
    /// Code, fenced or inline.
    Code {
        /// Code does not count when the heading above or the text just before it matches.
        not: Option<Terms>,
    },
    /// A box that nobody ticked; the value is the item's text.
    Unticked(Terms),
    /// A pattern over the text; the value is the first group, or the whole match.
    Regex(Vec<Pattern>),
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
