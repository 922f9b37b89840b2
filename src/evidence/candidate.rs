//! Candidates that cannot be read, each with its own sentence.

use std::sync::Arc;

use super::{Candidate, State};
use crate::diag::RepoPath;
use crate::git::Content;
use crate::policy::StateName;

/// A candidate that states nothing.
pub(super) fn bare(path: &RepoPath, source: usize, name: StateName, reason: &str) -> Candidate {
    Candidate {
        path: path.clone(),
        source: None,
        format: None,
        state: State::new(name, reason, None),
        facts: Arc::default(),
        source_index: source,
        met: 0,
        distance: 0,
    }
}

/// A file that is no text to read, with what to do about it.
pub(super) fn not_text(path: &RepoPath, source: usize, content: &Content) -> Candidate {
    let (state, reason) = match content {
        Content::LfsPointer { size, .. } => (
            StateName::Pointer,
            format!(
                "it is a Git LFS pointer to {size} bytes that are not in the repository: store documents as plain files"
            ),
        ),
        Content::NotUtf8 { line } => {
            (StateName::Unreadable, format!("line {line} is not UTF-8: save it as UTF-8"))
        }
        Content::Utf16 => (StateName::Unreadable, "it is UTF-16: save it as UTF-8".to_string()),
        Content::Binary => {
            (StateName::Unreadable, "it is a binary file: write it as text, best as Markdown".to_string())
        }
        Content::TooLarge { size } => (
            StateName::Unreadable,
            format!("it has {size} bytes, more than `[limits] max_file_bytes` in roadworthy.toml allows"),
        ),
        Content::Symlink { .. } => {
            (StateName::Pointer, "it is a symbolic link, which is never followed".to_string())
        }
        Content::Gitlink => (StateName::Pointer, "it is a submodule".to_string()),
        Content::Text(_) => (StateName::Unreadable, "it could not be read".to_string()),
    };
    bare(path, source, state, &reason)
}
