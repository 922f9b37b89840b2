use std::fmt;
use std::sync::Arc;

/// A path inside a repository: bytes, `/` between components, relative to the repository's root,
/// without `.`, `..` or empty components. The root itself is the empty path.
///
/// Paths come from Git objects and need not be UTF-8. [`fmt::Display`] is for people: it is lossy
/// and escapes everything that could move a cursor or reorder text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<[u8]>);

impl RepoPath {
    /// The repository's root.
    pub fn root() -> RepoPath {
        RepoPath(Arc::from(&b""[..]))
    }

    /// A path as Git stores it in a tree or an index.
    pub fn from_git(bytes: &[u8]) -> RepoPath {
        RepoPath(Arc::from(bytes))
    }

    /// A path as a person writes it (`./models/churn/`), or `None` when it leaves the repository
    /// (an absolute path, a `..`) or holds a NUL.
    pub fn parse(text: &str) -> Option<RepoPath> {
        if text.starts_with('/') || text.contains('\0') {
            return None;
        }
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return None,
                other => parts.push(other),
            }
        }
        Some(RepoPath::from_git(parts.join("/").as_bytes()))
    }

    /// The bytes, as Git stores them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// True for the repository's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The last component; empty for the root.
    pub fn file_name(&self) -> &[u8] {
        match self.0.iter().rposition(|&b| b == b'/') {
            Some(at) => &self.0[at + 1..],
            None => &self.0,
        }
    }

    /// The folder that holds this path; `None` for the root.
    pub fn parent(&self) -> Option<RepoPath> {
        if self.is_root() {
            return None;
        }
        let end = self.0.iter().rposition(|&b| b == b'/').unwrap_or(0);
        Some(RepoPath::from_git(&self.0[..end]))
    }

    /// True when `path` is this folder or lies below it.
    pub fn contains(&self, path: &[u8]) -> bool {
        self.is_root()
            || path.strip_prefix(self.as_bytes()).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
    }

    /// This folder's path followed by `rest`.
    pub fn join(&self, rest: &[u8]) -> RepoPath {
        if self.is_root() {
            return RepoPath::from_git(rest);
        }
        let mut bytes = self.0.to_vec();
        bytes.push(b'/');
        bytes.extend_from_slice(rest);
        RepoPath(bytes.into())
    }

    /// The path as text, with invalid UTF-8 replaced. Not escaped: for comparisons, never for a
    /// terminal.
    pub fn to_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        f.write_str(&super::escape::line(&self.to_text()))
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
