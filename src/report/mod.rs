//! Reports: one format, one file, one pure function over the same settled verdict.
//!
//! [`human()`] is for a person at a terminal, [`html()`] for a browser, [`json()`] for machines, [`status`] for
//! one model's page; [`render`] draws any [`Format`] of a whole run. [`picture`] draws one diagnostic and is also
//! used for mistakes in policy files. Knows verdicts, texts and spans; nothing of Git, of arguments or of how
//! policy files are read. Everything from the judged repository is escaped here: no function returns a control
//! character other than `\n` and, when colour is on, its own styles.

mod cells;
mod entries;
mod excerpt;
mod github;
mod gitlab;
pub mod html;
pub mod human;
pub mod json;
mod junit;
mod markdown;
mod matrix;
pub mod picture;
mod place;
mod rdjson;
mod sarif;
pub mod status;
mod wrap;

use crate::diag::Sources;
use crate::verdict::Verdict;

pub use html::html;
pub use human::{Human, Verbosity, human};
pub use json::json;

/// The formats of a verdict. docs/formats.md describes them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Format {
    /// For people.
    Human,
    /// Our own, for machines.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions: workflow commands.
    Github,
    /// JUnit's XML, for pages of test results.
    Junit,
    /// GitLab's code quality report.
    Gitlab,
    /// reviewdog's diagnostics.
    Rdjson,
    /// Markdown, for summaries of jobs.
    Markdown,
    /// A page for a browser.
    Html,
}

impl Format {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Format; 9] = [
        Format::Human,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Junit,
        Format::Gitlab,
        Format::Rdjson,
        Format::Markdown,
        Format::Html,
    ];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Junit => "junit",
            Format::Gitlab => "gitlab",
            Format::Rdjson => "rdjson",
            Format::Markdown => "markdown",
            Format::Html => "html",
        }
    }

    /// What it is for, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Format::Human => "for people",
            Format::Json => "for machines; docs/json-report.md describes it",
            Format::Sarif => "SARIF 2.1.0, for code scanning",
            Format::Github => "annotations of GitHub Actions",
            Format::Junit => "JUnit's XML, for pages of test results",
            Format::Gitlab => "GitLab's code quality report",
            Format::Rdjson => "diagnostics for reviewdog",
            Format::Markdown => "a summary of the job, in Markdown",
            Format::Html => "a page for a browser, in one file",
        }
    }
}

/// A settled verdict and the texts that it points into.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The verdict.
    pub verdict: &'a Verdict,
    /// The texts.
    pub sources: &'a Sources,
}

/// What one run of the program came to.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// What was judged, or could not be. Empty when nothing that was announced lands in production.
    pub parts: Vec<Part<'a>>,
    /// Sentences about the run as a whole: what was not judged and why. May hold raw text.
    pub remarks: Vec<String>,
}

/// The run in a format. Every format but [`Format::Human`] and [`Format::Github`] is one document; a run of
/// several parts is several JSON values, one behind the other, in [`Format::Json`].
pub fn render(format: Format, run: &Run<'_>, opts: &Human) -> String {
    match format {
        Format::Human => run
            .parts
            .iter()
            .map(|part| human(part.verdict, part.sources, opts))
            .collect::<Vec<_>>()
            .join("\n"),
        Format::Json if run.parts.is_empty() => json::not_judged(&run.remarks),
        Format::Json => run.parts.iter().map(|part| json(part.verdict, part.sources)).collect(),
        Format::Sarif => sarif::sarif(run),
        Format::Github => github::github(run),
        Format::Junit => junit::junit(run),
        Format::Gitlab => gitlab::gitlab(run),
        Format::Rdjson => rdjson::rdjson(run),
        Format::Markdown => markdown::markdown(run),
        Format::Html => html::run(run),
    }
}

/// `text` on one line, escaped, not longer than any sentence should be.
fn plain(text: &str) -> String {
    wrap::sentence(text, "…")
}

/// The account and the verdict in a line each, without colours.
fn in_short(part: &Part<'_>) -> String {
    let style = Style { color: false, width: usize::MAX, unicode: true };
    human(part.verdict, part.sources, &Human { style, verbosity: Verbosity::Quiet })
}

/// How a report for people is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether ANSI colours may be used. The caller knows the terminal.
    pub color: bool,
    /// Columns of the terminal; less than 40 is taken as 40.
    pub width: usize,
    /// Whether the terminal shows more than ASCII.
    pub unicode: bool,
}

impl Style {
    /// The columns to fill.
    fn columns(&self) -> usize {
        self.width.clamp(40, 400)
    }

    /// `text` in `look`, when colour is on.
    fn paint(&self, look: anstyle::Style, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{look}{text}{look:#}") } else { text.to_string() }
    }

    /// The sign for left-out text.
    fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}
