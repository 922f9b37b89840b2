//! Sets of patterns over paths, compiled when a path is first held against them: to compile those of all
//! packs takes longer than to judge a small repository.

use std::sync::OnceLock;

use globset::{Candidate, GlobSet, GlobSetBuilder};

use super::clauses::endings;
use super::literals::Pairs;
use super::mistakes::{At, Mistakes};
use super::names::{anchored, bad_glob, glob};
use super::patterns::Lazy;

/// Patterns as a policy writes them, over folded paths.
#[derive(Debug)]
pub struct Globs {
    patterns: Vec<At<String>>,
    set: OnceLock<GlobSet>,
    quick: OnceLock<Quick>,
}

/// Patterns, with what the ending of a path says of them: that is enough for most.
#[derive(Debug)]
struct Quick {
    /// The endings whose paths are all taken: those of patterns like `*.{py,sql}`.
    taken: Vec<String>,
    /// The endings that a path must have to be taken by `others`; `None` when it may have any.
    possible: Option<Vec<String>>,
    /// All other patterns.
    others: Vec<Lazy>,
}

impl Quick {
    fn new(patterns: &[At<String>]) -> Quick {
        let (mut taken, mut possible, mut others) = (Vec::new(), Some(Vec::new()), Vec::new());
        for text in patterns.iter().filter_map(|pattern| anchored(&pattern.value)) {
            let ends = endings(&text);
            if let Some(ends) = ends.clone().filter(|ends| is_by_ending(&text, ends)) {
                taken.extend(ends);
                continue;
            }
            possible = possible.zip(ends).map(|(known, ends)| [known, ends].concat());
            others.push(Lazy::new(text));
        }
        Quick { taken, possible, others }
    }

    fn takes(&self, path: &[u8]) -> bool {
        let ending = path.iter().rposition(|&b| b == b'.').map(|dot| &path[dot + 1..]);
        let is_in = |ends: &[String]| ending.is_some_and(|own| ends.iter().any(|end| end.as_bytes() == own));
        is_in(&self.taken)
            || self.possible.as_ref().is_none_or(|ends| is_in(ends)) && self.takes_otherwise(path)
    }

    fn takes_otherwise(&self, path: &[u8]) -> bool {
        let (pairs, mut candidate) = (Pairs::of(path), None);
        let mut matches =
            |pattern: &Lazy| pattern.matches(candidate.get_or_insert_with(|| Candidate::from_bytes(path)));
        self.others.iter().any(|pattern| pattern.may_match(path, &pairs) && matches(pattern))
    }
}

/// True when a pattern takes every path with one of its endings, in whatever folder.
fn is_by_ending(anchored: &str, ends: &[String]) -> bool {
    let plain = |end: &String| !end.is_empty() && end.bytes().all(|b| b.is_ascii_alphanumeric());
    let Some(rest) = anchored.strip_prefix("**/*.") else { return false };
    let list = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest);
    ends.iter().all(plain) && list.split(',').eq(ends.iter().map(String::as_str))
}

impl Globs {
    /// Patterns that nobody has looked at yet.
    pub(super) fn new(patterns: Vec<At<String>>) -> Globs {
        Globs { patterns, set: OnceLock::new(), quick: OnceLock::new() }
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
    pub fn takes(&self, path: &[u8]) -> bool {
        !self.is_empty() && self.quick.get_or_init(|| Quick::new(&self.patterns)).takes(path)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Origin, Sources, Span};
    use proptest::prelude::*;

    fn globs(patterns: &[String]) -> Globs {
        let span = Span::new(Sources::new().add(Origin::BuiltIn("test".to_string()), ""), 0..0);
        Globs::new(patterns.iter().map(|value| At { value: value.clone(), span }).collect())
    }

    #[test]
    fn patterns_of_endings_need_no_expression() {
        for (pattern, expected) in
            [("*.py", true), ("*.{py,SQL}", true), ("/*.py", false), ("a*.py", false), ("*.{a*,b}", false)]
        {
            let made = Quick::new(&globs(&[pattern.to_string()]).patterns);
            assert_eq!(made.others.is_empty(), expected, "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// What a plain set takes, for patterns of every kind.
        #[test]
        fn takes_what_a_plain_set_takes(
            patterns in prop::collection::vec("(/?)(\\*\\.([ab]|\\{[ab.,]{0,4}\\})|([ab.*?,/]|\\*\\*/|\\{[ab*.,]{0,4}\\}|\\[[ab.]\\]){0,6})", 0..4),
            paths in prop::collection::vec("([ab.]{1,3}/){0,2}[ab.]{1,5}", 1..20),
        ) {
            let globs = globs(&patterns);
            for path in paths.iter().filter(|path| path.rsplit('/').next() != Some("..")) {
                prop_assert_eq!(globs.takes(path.as_bytes()), globs.set().is_match(path), "{}", path);
            }
        }
    }
}
