//! What rules ask of a model's files: that some are there, and which data sources its code names.

use super::globs::Globs;
use super::mistakes::At;
use super::pack::Terms;
use super::regexes::Pattern;

/// A rule about files that a model must have.
#[derive(Debug)]
pub struct FilesCheck {
    /// The rule is asked of models that have such files.
    pub of: Globs,
    /// And of those, only such that hold a match of one of these.
    pub holding: Vec<Pattern>,
    /// Files that count neither as `of` nor as enough.
    pub except: Globs,
    /// What must be there, for sentences.
    pub wants: String,
    /// One file that is enough by one of these will do.
    pub any: Vec<Enough>,
}

/// When a file is enough.
#[derive(Debug)]
pub struct Enough {
    /// Files below the model's folder.
    pub files: Globs,
    /// Files in the folders above it, relative to each, that lie in no model's folder.
    pub above: Globs,
    /// One of these matches its text; all texts will do when there is none.
    pub holds: Vec<Pattern>,
    /// None of these matches its text.
    pub lacks: Vec<Pattern>,
    /// Each line that this matches must match one of `each`, and there is such a line.
    pub lines: Option<Pattern>,
    /// See `lines`.
    pub each: Vec<Pattern>,
    /// The group `name` of one of these names a file that the rule is about, or its folder.
    pub names: Vec<Pattern>,
    /// What is said of a file that has what `holds` asks for, and is still not enough.
    pub flaw: Option<String>,
}

/// A rule about the data sources that a model's code names.
#[derive(Debug)]
pub struct ReachCheck {
    /// The facts that declare sources, as `artifact.fact`, all of one artifact.
    pub declared: Vec<At<String>>,
    /// The code.
    pub files: Globs,
    /// Files that do not count.
    pub except: Globs,
    /// How code is read.
    pub code: Vec<Language>,
    /// How sources are found in it.
    pub extract: Vec<Extract>,
    /// Names of sources that are none: whole names.
    pub ignore: Vec<Pattern>,
    /// What stands before a name on its line when nothing is read from there.
    pub unless_after: Vec<Pattern>,
    /// What a line of the artifact says that declares nothing.
    pub denials: Option<Terms>,
}

impl ReachCheck {
    /// The facts that declare sources: artifact and fact.
    pub fn declared_facts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.declared.iter().filter_map(|name| name.value.split_once('.'))
    }
}

/// How code of some files is read.
#[derive(Debug)]
pub struct Language {
    /// The files.
    pub files: Globs,
    /// What begins a comment that ends with its line.
    pub comments: Vec<String>,
    /// What begins and ends a comment of several lines.
    pub blocks: Vec<(String, String)>,
    /// What begins and ends a string, longest first.
    pub quotes: Vec<String>,
    /// True when a string that is a statement of its own is a comment.
    pub docstrings: bool,
    /// Lines whose block never runs.
    pub dead: Vec<Pattern>,
}

/// How sources of one kind are found.
#[derive(Debug)]
pub struct Extract {
    /// What such a source is, for sentences: `bucket`.
    pub what: String,
    /// The files to look in; all when left out.
    pub files: Option<Globs>,
    /// The group `name` is the source, and `space`, if there is one, what it lies in.
    pub find: Vec<Pattern>,
    /// Looks only into strings, of which together this must match.
    pub strings: Option<Pattern>,
    /// The group `name` is a name that the text itself gives: one that begins with it is no source.
    pub aliases: Vec<Pattern>,
}
