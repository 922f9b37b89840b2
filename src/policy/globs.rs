//! Sets of patterns over paths, compiled when a path is first held against them: to compile those of all
//! packs takes longer than to judge a small repository.

use std::sync::OnceLock;

use globset::{Candidate, GlobSet, GlobSetBuilder};

use super::clauses::endings;
use super::literals::Pairs;
use super::mistakes::{At, Mistakes};
use super::names::{anchored, bad_glob, fold_path, glob};
use super::patterns::Lazy;

/// Patterns as a policy writes them, over folded paths.
#[derive(Debug)]
pub struct Globs {
    patterns: Vec<At<String>>,
    set: OnceLock<GlobSet>,
    quick: OnceLock<Quick>,
}

/// A path as patterns see it, and what is asked of it over and over.
#[derive(Clone, Debug)]
pub struct Folded {
    path: Vec<u8>,
    ending: Ending,
    pairs: Pairs<4>,
}

impl Folded {
    /// A path, as it is written.
    pub fn new(path: &[u8]) -> Folded {
        Folded::with_ending(path, "")
    }

    /// A path, as if it had one more ending.
    pub fn with_ending(path: &[u8], more: &str) -> Folded {
        let mut path = fold_path(path);
        path.extend(more.bytes());
        let (ending, pairs) = (Ending::of(&path), Pairs::of(&path));
        Folded { path, ending, pairs }
    }
}

/// What follows the last dot of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    /// There is no dot.
    None,
    /// At most eight bytes, none of which is zero.
    Short(u64),
    /// It stands in the path.
    Long,
}

impl Ending {
    fn of(path: &[u8]) -> Ending {
        let dot = path.iter().rposition(|&b| b == b'.');
        dot.map_or(Ending::None, |dot| Ending::named(&path[dot + 1..]))
    }

    fn named(ending: &[u8]) -> Ending {
        let mut bytes = [0; 8];
        match bytes.get_mut(..ending.len()) {
            Some(own) if !ending.contains(&0) => own.copy_from_slice(ending),
            _ => return Ending::Long,
        }
        Ending::Short(u64::from_le_bytes(bytes))
    }
}

/// Endings that a path may have.
#[derive(Default, Debug)]
struct Endings {
    short: Vec<u64>,
    long: Vec<String>,
}

impl Endings {
    fn add(&mut self, endings: Vec<String>) {
        for ending in endings {
            match Ending::named(ending.as_bytes()) {
                Ending::Short(ending) => self.short.push(ending),
                _ => self.long.push(ending),
            }
        }
    }

    fn hold(&self, path: &Folded) -> bool {
        match path.ending {
            Ending::None => false,
            Ending::Short(ending) => self.short.contains(&ending),
            Ending::Long => {
                let own = path.path.rsplit(|&b| b == b'.').next().unwrap_or_default();
                self.long.iter().any(|end| end.as_bytes() == own)
            }
        }
    }
}

/// Patterns, with what the ending of a path says of them: that is enough for most.
#[derive(Debug)]
struct Quick {
    /// The endings whose paths are all taken: those of patterns like `*.{py,sql}`.
    taken: Endings,
    /// The endings that a path must have to be taken by `others`; `None` when it may have any.
    possible: Option<Endings>,
    /// All other patterns.
    others: Vec<Lazy>,
}

impl Quick {
    fn new(patterns: &[At<String>]) -> Quick {
        let mut quick =
            Quick { taken: Endings::default(), possible: Some(Endings::default()), others: Vec::new() };
        for text in patterns.iter().filter_map(|pattern| anchored(&pattern.value)) {
            match endings(&text) {
                Some(ends) if is_by_ending(&text, &ends) => {
                    quick.taken.add(ends);
                    continue;
                }
                Some(ends) => quick.possible.iter_mut().for_each(|all| all.add(ends.clone())),
                None => quick.possible = None,
            }
            quick.others.push(Lazy::new(text));
        }
        quick
    }

    fn takes(&self, path: &Folded) -> bool {
        self.taken.hold(path)
            || self.possible.as_ref().is_none_or(|ends| ends.hold(path)) && self.takes_otherwise(path)
    }

    fn takes_otherwise(&self, Folded { path, pairs, .. }: &Folded) -> bool {
        let mut candidate = None;
        let mut matches =
            |pattern: &Lazy| pattern.matches(candidate.get_or_insert_with(|| Candidate::from_bytes(path)));
        self.others.iter().any(|pattern| pattern.may_match(path, pairs) && matches(pattern))
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

    /// True when a pattern takes the path.
    pub fn takes(&self, path: &Folded) -> bool {
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
            patterns in prop::collection::vec("(/?)(\\*\\.([ab]|[ab]{7,10}|\\{[ab.,]{0,4}\\})|([ab.*?,/]|\\*\\*/|\\{[ab*.,]{0,4}\\}|\\[[ab.]\\]){0,6})", 0..4),
            paths in prop::collection::vec("([ab.]{1,3}/){0,2}[ab.]{1,5}(\\.[ab]{7,10})?", 1..20),
        ) {
            let globs = globs(&patterns);
            for path in paths.iter().filter(|path| path.rsplit('/').next() != Some("..")) {
                prop_assert_eq!(globs.takes(&Folded::new(path.as_bytes())), globs.set().is_match(path), "{}", path);
            }
        }
    }
}
