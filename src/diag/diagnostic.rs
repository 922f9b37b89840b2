use super::{RepoPath, Span};

/// How loud a diagnostic is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Blocks, or stops the judgement.
    Error,
    /// Does not block.
    Warning,
    /// For information.
    Note,
}

/// A span with a short text beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What it points at.
    pub span: Span,
    /// What is said about it; lower-case, no final dot; may hold text from the repository.
    pub text: String,
}

/// A sentence about a place in a text, ready to be rendered. Findings and mistakes in policy files
/// are both shown as diagnostics. All strings may hold raw text from a repository: the renderer
/// escapes them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// How loud.
    pub level: Level,
    /// The rule's id, or a stable code of the mistake such as `unknown-key`.
    pub code: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The place that is wrong, if there is one.
    pub primary: Option<Note>,
    /// Other places that belong to it: the policy line that asks, the second side of a contradiction.
    pub related: Vec<Note>,
    /// Where a missing file was looked for, in order.
    pub looked: Vec<String>,
    /// A path without a text to show (a symbolic link, a binary file).
    pub path: Option<RepoPath>,
    /// What to do next; may hold several paragraphs.
    pub help: Vec<String>,
    /// Lines to paste, verbatim, and the file that they belong in.
    pub paste: Option<Paste>,
}

/// Lines that mend a finding, ready to paste.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paste {
    /// The file to put them in, as a repository path.
    pub file: String,
    /// One or more lines.
    pub text: String,
}

impl Diagnostic {
    /// A diagnostic with a level, a code and a sentence, and nothing else yet.
    pub fn new(level: Level, code: impl Into<String>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            level,
            code: code.into(),
            message: message.into(),
            primary: None,
            related: Vec::new(),
            looked: Vec::new(),
            path: None,
            help: Vec::new(),
            paste: None,
        }
    }

    /// Points at `span`, with a label.
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.primary = Some(Note { span, text: label.into() });
        self
    }

    /// Adds another place.
    pub fn and(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.related.push(Note { span, text: label.into() });
        self
    }

    /// Adds a paragraph of help.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }
}
