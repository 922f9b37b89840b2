use std::fmt;

use super::id::ObjectId;
use crate::diag::{Diagnostic, Level, RepoPath};

/// Why Git could not be asked. None of these is a finding: each means that nothing was judged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ErrorKind {
    /// There is no repository here or above.
    NoRepository,
    /// The repository belongs to somebody else and is not listed as safe.
    Untrusted,
    /// A feature of Git that is not supported: SHA-256, reftable, an unknown extension, grafts.
    Unsupported,
    /// The hook environment (`GIT_INDEX_FILE`, `GIT_OBJECT_DIRECTORY` …) does not fit together.
    Environment,
    /// A revision that names nothing.
    NoSuchRevision,
    /// A revision that names a tree or a blob.
    NotACommit,
    /// The repository has no work tree, so no index and no files on disk either.
    Bare,
    /// The index holds unmerged paths, or a path cannot be merged without somebody's decision.
    Conflicted,
    /// Two histories that have no commit in common.
    Unrelated,
    /// The history is cut off (`--depth`) before the answer is certain.
    Shallow,
    /// A path that the snapshot does not hold.
    NoSuchPath,
    /// An object or a file that cannot be read, or is not what its name promises.
    Unreadable,
    /// A tree, commit or index that breaks Git's own rules.
    Malformed,
    /// More entries, or deeper folders, than the limits allow.
    TooLarge,
    /// Anything else that libgit2, `git` or the file system reports.
    Other,
}

/// What to do about a clone that is cut off.
pub(super) const UNSHALLOW: &str =
    "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in the checkout step";

/// A failure to read from Git, with what to do about it. Texts may hold raw text from the
/// repository: the renderer escapes them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    help: Option<String>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), help: None }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Error {
        self.help = Some(help.into());
        self
    }

    /// A failure of libgit2 while doing `what` (an infinitive: "read the index").
    pub(super) fn libgit2(what: &str, cause: &git2::Error) -> Error {
        Error::new(ErrorKind::Other, format!("cannot {what}: {}", cause.message()))
    }

    /// An object of kind `what` that breaks Git's rules in the way `why` says.
    pub(super) fn malformed(what: &str, id: ObjectId, why: &str) -> Error {
        Error::new(ErrorKind::Malformed, format!("{what} {id} is malformed: {why}"))
            .with_help("run `git fsck` to see what is wrong with the repository")
    }

    /// Adds the path that was being read.
    pub(super) fn at(mut self, path: &RepoPath) -> Error {
        self.message = format!("{path}: {}", self.message);
        self
    }

    /// What went wrong, as a closed set.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The failure as it is shown to people.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::new(Level::Error, "git", self.message.clone());
        match &self.help {
            Some(help) => diagnostic.help(help.clone()),
            None => diagnostic,
        }
    }

    /// What to do next, if something helps.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
