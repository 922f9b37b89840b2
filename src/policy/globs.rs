//! Sets of patterns over paths, compiled when a path is first held against them: to compile those of all
//! packs takes longer than to judge a small repository.

use std::sync::OnceLock;

use globset::{Candidate, GlobSet, GlobSetBuilder};

use super::mistakes::{At, Mistakes};
use super::names::{bad_glob, glob};

/// Patterns as a policy writes them, over folded paths.
#[derive(Debug)]
pub struct Globs {
    patterns: Vec<At<String>>,
    set: OnceLock<GlobSet>,
}

impl Globs {
    /// Patterns that nobody has looked at yet.
    pub(super) fn new(patterns: Vec<At<String>>) -> Globs {
        Globs { patterns, set: OnceLock::new() }
    }

    /// A set that takes nothing.
    #[cfg(test)]
    pub(crate) fn none() -> Globs {
        Globs::new(Vec::new())
    }

    /// True when there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// True when a pattern takes the path, which is [folded](super::fold_path).
    pub fn takes(&self, path: &Candidate<'_>) -> bool {
        !self.is_empty() && self.set().is_match_candidate(path)
    }

    /// The compiled set. Patterns that do not compile are left out: loading reports them, which keeps a
    /// policy from judging.
    pub fn set(&self) -> &GlobSet {
        self.set.get_or_init(|| {
            let mut builder = GlobSetBuilder::new();
            for glob in self.patterns.iter().filter_map(|pattern| glob(&pattern.value).ok()) {
                builder.add(glob);
            }
            builder.build().unwrap_or_else(|_| GlobSet::empty())
        })
    }

    /// Compiles the patterns; those that do not compile, or are too big together, are mistakes.
    pub(super) fn check(&self, mistakes: &mut Mistakes) {
        let mut builder = GlobSetBuilder::new();
        for pattern in &self.patterns {
            match glob(&pattern.value) {
                Ok(glob) => {
                    builder.add(glob);
                }
                Err(error) => bad_glob(pattern, error, mistakes),
            }
        }
        if let (Err(error), Some(first)) = (builder.build(), self.patterns.first()) {
            let reason = error.kind().to_string();
            mistakes.add("bad-glob", first.span, "the patterns are too big together", reason);
        }
    }
}
