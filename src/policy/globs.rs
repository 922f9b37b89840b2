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
    quick: OnceLock<Box<Quick>>,
}

/// A path as patterns see it, and what is asked of it over and over.
#[derive(Clone, Debug)]
pub struct Folded {
    pub(super) path: Vec<u8>,
    pub(super) ending: Option<Word>,
    /// The names of the folders that it lies in.
    pub(super) folders: Vec<Word>,
    pub(super) pairs: Pairs<4>,
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
        let (ending, pairs) = (ending(&path), Pairs::of(&path));
        let folder = path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
        let folders = folders(&path[..folder]);
        Folded { path, ending, folders, pairs }
    }
}

/// What stands behind the last dot of a folded path.
pub(super) fn ending(path: &[u8]) -> Option<Word> {
    path.iter().rposition(|&b| b == b'.').map(|dot| Word::of(&path[dot + 1..]))
}

/// The names of a folded path that ends in a slash.
pub(super) fn folders(path: &[u8]) -> Vec<Word> {
    let names = path.strip_suffix(b"/").map(|path| path.split(|&b| b == b'/').map(Word::of));
    names.into_iter().flatten().collect()
}

/// A piece of a path, to be compared with many others at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Word {
    /// At most eight bytes, none of which is zero.
    Short(u64),
    Long(Vec<u8>),
}

impl Word {
    fn of(text: &[u8]) -> Word {
        let mut bytes = [0; 8];
        match bytes.get_mut(..text.len()) {
            Some(own) if !text.contains(&0) => own.copy_from_slice(text),
            _ => return Word::Long(text.to_vec()),
        }
        Word::Short(u64::from_le_bytes(bytes))
    }
}

/// Pieces that a path may have.
#[derive(Default, Debug)]
struct Words {
    short: Vec<u64>,
    long: Vec<Vec<u8>>,
}

impl Words {
    fn add<T: AsRef<[u8]>>(&mut self, texts: &[T]) {
        for text in texts {
            match Word::of(text.as_ref()) {
                Word::Short(word) => self.short.push(word),
                Word::Long(word) => self.long.push(word),
            }
        }
    }

    fn hold(&self, word: &Word) -> bool {
        match word {
            Word::Short(word) => self.short.contains(word),
            Word::Long(word) => self.long.contains(word),
        }
    }
}

/// Patterns, with what the ending of a path says of them: that is enough for most.
#[derive(Debug)]
pub(super) struct Quick {
    /// The endings whose paths are all taken: those of patterns like `*.{py,sql}`.
    taken: Words,
    /// The folders below which all is taken: those of patterns like `{test,docs}/**`.
    folders: Words,
    /// The endings that a path must have to be taken by `others`; `None` when it may have any.
    possible: Option<Words>,
    /// All other patterns.
    others: Vec<Lazy>,
}

impl Quick {
    fn new(patterns: &[At<String>]) -> Quick {
        let (taken, folders, others) = (Words::default(), Words::default(), Vec::new());
        let mut quick = Quick { taken, folders, possible: Some(Words::default()), others };
        for text in patterns.iter().filter_map(|pattern| anchored(&pattern.value)) {
            if let Some(names) = folders_of(&text) {
                quick.folders.add(&names);
                continue;
            }
            match endings(&text) {
                Some(ends) if is_by_ending(&text, &ends) => {
                    quick.taken.add(&ends);
                    continue;
                }
                Some(ends) => quick.possible.iter_mut().for_each(|all| all.add(&ends)),
                None => quick.possible = None,
            }
            quick.others.push(Lazy::new(text));
        }
        quick
    }

    fn takes(&self, path: &Folded) -> bool {
        let ending = self.by_ending(path.ending.as_ref());
        ending == ByEnding::Taken
            || self.by_folders(&path.folders)
            || ending == ByEnding::Possible && self.takes_otherwise(&path.path, &path.pairs)
    }

    /// What the ending of a path says.
    pub(super) fn by_ending(&self, ending: Option<&Word>) -> ByEnding {
        let is_one_of = |words: &Words| ending.is_some_and(|ending| words.hold(ending));
        if is_one_of(&self.taken) {
            ByEnding::Taken
        } else if !self.others.is_empty() && self.possible.as_ref().is_none_or(is_one_of) {
            ByEnding::Possible
        } else {
            ByEnding::Other
        }
    }

    /// True when all that lies in these folders is taken.
    pub(super) fn by_folders(&self, folders: &[Word]) -> bool {
        folders.iter().any(|folder| self.folders.hold(folder))
    }

    /// True when a pattern takes a path of which neither its ending nor its folders say enough.
    pub(super) fn takes_otherwise(&self, path: &[u8], pairs: &Pairs<4>) -> bool {
        let mut candidate = None;
        let mut matches =
            |pattern: &Lazy| pattern.matches(candidate.get_or_insert_with(|| Candidate::from_bytes(path)));
        self.others.iter().any(|pattern| pattern.may_match(path, pairs) && matches(pattern))
    }
}

/// What the ending of a path says of some patterns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ByEnding {
    /// They take the path.
    Taken,
    /// One of them may take it.
    Possible,
    /// At most for its folders do they take it.
    Other,
}

/// The folders of a pattern that takes all that lies in a folder of one of these names, wherever that is.
fn folders_of(anchored: &str) -> Option<Vec<&str>> {
    let rest = anchored.strip_prefix("**/")?.strip_suffix("/**")?;
    let names: Vec<&str> = match rest.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}')?.split(',').collect(),
        None => vec![rest],
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    names.iter().all(|name| !name.is_empty() && name.bytes().all(plain)).then_some(names)
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
        self.quick().is_some_and(|quick| quick.takes(path))
    }

    /// `None` when there is no pattern.
    pub(super) fn quick(&self) -> Option<&Quick> {
        (!self.is_empty()).then(|| &**self.quick.get_or_init(|| Box::new(Quick::new(&self.patterns))))
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
pub(super) mod tests {
    use super::*;
    use crate::diag::{Origin, Sources, Span};
    use proptest::prelude::*;

    pub(in crate::policy) fn globs(patterns: &[String]) -> Globs {
        let span = Span::new(Sources::new().add(Origin::BuiltIn("test".to_string()), ""), 0..0);
        Globs::new(patterns.iter().map(|value| At { value: value.clone(), span }).collect())
    }

    #[test]
    fn patterns_of_endings_need_no_expression() {
        for (pattern, expected) in [
            ("*.py", true),
            ("*.{py,SQL}", true),
            ("/*.py", false),
            ("a*.py", false),
            ("*.{a*,b}", false),
            ("{a,.b-c}/**", true),
            ("a/*/**", false),
            ("/a/**", false),
        ] {
            let made = Quick::new(&globs(&[pattern.to_string()]).patterns);
            assert_eq!(made.others.is_empty(), expected, "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// What a plain set takes, for patterns of every kind.
        #[test]
        fn takes_what_a_plain_set_takes(
            patterns in prop::collection::vec("(/?)(\\{[ab.]{1,3}(,[ab]{1,2}){0,2}\\}/\\*\\*|[ab.]{1,3}/\\*\\*|\\*\\.([ab]|[ab]{7,10}|\\{[ab.,]{0,4}\\})|([ab.*?,/]|\\*\\*/|\\{[ab*.,]{0,4}\\}|\\[[ab.]\\]){0,6})", 0..4),
            paths in prop::collection::vec("([ab.]{1,3}/){0,2}[ab.]{1,5}(\\.[ab]{7,10})?", 1..20),
        ) {
            let globs = globs(&patterns);
            for path in paths.iter().filter(|path| path.rsplit('/').next() != Some("..")) {
                prop_assert_eq!(globs.takes(&Folded::new(path.as_bytes())), globs.set().is_match(path), "{}", path);
            }
        }
    }
}
