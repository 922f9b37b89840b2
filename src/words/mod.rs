//! Vocabulary: named lists of terms, in many languages, and how they are matched.
//!
//! The lists are data (`policies/words.toml`, and tables of the same shape in an organisation's own
//! policies); this module knows no language. It reads no file and may be called from everywhere.
//!
//! A term is one of
//! - `roll back`: these words, at word boundaries; case, `-`, `_`, `/` and white space do not matter;
//! - `retrain*`: a word with any ending;
//! - `not * production`: up to [`MAX_GAP`] further words of the same sentence in between;
//! - `=name`: the whole text and nothing else;
//! - `回滚`: Chinese, Japanese and Korean match anywhere, since they are written without spaces;
//! - `re:…`: a regular expression over the folded text (lower case; `-`, `_`, `/` are spaces).

mod gate;
mod list;
mod names;
mod plain;
mod spelling;
mod term;

pub use crate::text::is_word_char;
pub use list::{Match, TermList};
pub(crate) use names::Names;
pub use term::MAX_GAP;

use crate::text::{Start, any_start, first_start};
use gate::Gate;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// Named lists of terms.
#[derive(Debug, Default)]
pub struct Words {
    /// Asked for by name more often than anything else.
    lists: HashMap<String, List, Names>,
    families: [OnceLock<Beginnings>; 3],
    /// What the words of each family begin with; nothing when it has patterns.
    gates: [OnceLock<Option<Gate>>; 3],
}

/// Lists that are asked together, one after the other.
#[derive(Clone, Copy, Debug)]
pub enum Family {
    /// Number words.
    Counts,
    /// Units of time.
    Units,
    /// What stands in texts that wait to be filled.
    Placeholders,
}

/// For the first two bytes of words, which lists of a family hold such words, as bits; sorted.
type Beginnings = Vec<([u8; 2], u32)>;

/// A list that was checked, or one that comes with the program and is read when it is first used.
#[derive(Debug)]
enum List {
    Checked(TermList),
    Shipped { list: &'static Shipped, read: OnceLock<TermList> },
}

/// A word in lower case that several lists are asked for.
#[derive(Debug)]
pub struct Word {
    text: String,
    start: Option<Start>,
}

impl Word {
    /// The word, to be asked for.
    pub fn new(lower: String) -> Word {
        Word { start: first_start(&lower), text: lower }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn is_in(&self, list: &TermList) -> bool {
        self.start.is_some_and(|start| list.has_word_from(&self.text, start))
    }
}

/// A list that comes with the program.
#[derive(Debug)]
pub struct Shipped {
    /// Its name.
    pub name: &'static str,
    /// Its terms, one in a line.
    pub terms: &'static str,
    /// Their spellings, one in a line, as the build script works them out.
    pub spellings: &'static str,
    /// How many spellings.
    pub count: usize,
}

impl List {
    fn get(&self) -> &TermList {
        match self {
            List::Checked(list) => list,
            List::Shipped { list, read } => read.get_or_init(|| TermList::shipped(list)),
        }
    }
}

/// A term that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TermError {
    /// The list's name.
    pub list: String,
    /// The term, as written.
    pub term: String,
    /// What is wrong with it, in a person's words.
    pub message: String,
}

impl Words {
    /// The vocabulary that comes with the program.
    pub fn shipped(lists: &'static [Shipped]) -> Words {
        let list = |list| List::Shipped { list, read: OnceLock::new() };
        let lists = lists.iter().map(|shipped| (shipped.name.to_string(), list(shipped))).collect();
        Words { lists, ..Words::default() }
    }

    /// Takes over `lists`. Terms are checked here and patterns compiled; everything else is compiled
    /// when a list is first used, so that a run pays only for the lists it needs.
    ///
    /// # Errors
    /// All unusable terms at once.
    pub fn from_lists(lists: BTreeMap<String, Vec<String>>) -> Result<Words, Vec<TermError>> {
        let mut words = Words::default();
        words.extend(lists)?;
        Ok(words)
    }

    /// Appends terms to lists; a list of a new name is added.
    ///
    /// # Errors
    /// All unusable terms at once; then nothing was appended.
    pub fn extend(&mut self, lists: BTreeMap<String, Vec<String>>) -> Result<(), Vec<TermError>> {
        let mut errors = Vec::new();
        let mut grown = Vec::new();
        for (name, terms) in lists {
            let old = self.list(&name).into_iter().flat_map(TermList::terms);
            let all = old.map(str::to_string).chain(terms).collect();
            match TermList::new(all) {
                Ok(list) => grown.push((name, List::Checked(list))),
                Err(wrong) => errors.extend(wrong.into_iter().map(|(term, message)| TermError {
                    list: name.clone(),
                    term,
                    message,
                })),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.lists.extend(grown);
        self.families = Default::default();
        self.gates = Default::default();
        Ok(())
    }

    /// The list of that name.
    pub fn list(&self, name: &str) -> Option<&TermList> {
        self.lists.get(name).map(List::get)
    }

    /// True when there is a list of that name.
    pub fn has(&self, name: &str) -> bool {
        self.lists.contains_key(name)
    }

    /// The names of all lists, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let mut names: Vec<&str> = self.lists.keys().map(String::as_str).collect();
        names.sort_unstable();
        names.into_iter()
    }

    /// The first list of a family, by its place among `names`, that holds the word `lower_word`. The names of a
    /// family are always the same, and no more than 32.
    pub fn which(&self, family: Family, names: &[&str], lower_word: &str) -> Option<usize> {
        let beginnings = self.families[family as usize].get_or_init(|| self.beginnings(names));
        let bytes = lower_word.as_bytes();
        let (first, second) = (*bytes.first()?, bytes.get(1).copied().unwrap_or(0));
        let lists = |pair: [u8; 2]| {
            beginnings.binary_search_by_key(&pair, |(known, _)| *known).map_or(0, |at| beginnings[at].1)
        };
        let mut open = lists([first, second]) | lists([first, 0]);
        while open != 0 {
            let at = open.trailing_zeros() as usize;
            if self.holds(names[at], lower_word) {
                return Some(at);
            }
            open &= open - 1;
        }
        None
    }

    /// False when no term of a family's lists occurs in `text`, for less than looking for each of them costs. The
    /// names of a family are always the same.
    pub fn may_occur(&self, family: Family, names: &[&str], text: &str) -> bool {
        let lists = || names.iter().filter_map(|name| self.list(name));
        let gate = self.gates[family as usize].get_or_init(|| TermList::gate(&lists().collect::<Vec<_>>()));
        let begins = |start| lists().any(|list| list.may_start(text, start));
        gate.as_ref().is_none_or(|gate| any_start(text, |start| gate.lets(start) && begins(start)))
    }

    fn beginnings(&self, names: &[&str]) -> Beginnings {
        let mut all: BTreeMap<[u8; 2], u32> = BTreeMap::new();
        for (at, list) in names.iter().enumerate().filter_map(|(at, name)| Some((at, self.list(name)?))) {
            list.beginnings().for_each(|pair| *all.entry(pair).or_default() |= 1 << at);
        }
        all.into_iter().collect()
    }

    /// True when a term of the list `name` occurs in `text`. No such list: false.
    pub fn occurs(&self, name: &str, text: &str) -> bool {
        self.list(name).is_some_and(|list| list.is_match(text))
    }

    /// True when one term of the list `name` covers the whole of `text`. No such list: false.
    pub fn covers(&self, name: &str, text: &str) -> bool {
        self.list(name).is_some_and(|list| list.is_whole(text))
    }

    /// True when the list `name` holds any of these words. No such list: false.
    pub fn holds_any<'w>(&self, name: &str, mut words: impl Iterator<Item = &'w Word>) -> bool {
        self.list(name).is_some_and(|list| words.any(|word| word.is_in(list)))
    }

    /// True when the list `name` holds the word `lower_word`. No such list: false.
    pub fn holds(&self, name: &str, lower_word: &str) -> bool {
        self.list(name).is_some_and(|list| list.has_word(lower_word))
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! The vocabulary that comes with the program, for tests.

    use super::Words;
    use std::collections::BTreeMap;
    use std::sync::LazyLock;

    #[derive(serde::Deserialize)]
    struct File {
        words: BTreeMap<String, Vec<String>>,
    }

    pub(crate) const TEXT: &str = include_str!("../../policies/words.toml");

    pub(crate) fn lists() -> BTreeMap<String, Vec<String>> {
        toml::from_str::<File>(TEXT).unwrap().words
    }

    /// What the build script should have worked out.
    pub(crate) fn spellings(terms: &str) -> Vec<String> {
        super::spelling::spellings(terms.lines()).iter().map(super::spelling::Spelling::line).collect()
    }

    pub(crate) fn builtin() -> &'static Words {
        static WORDS: LazyLock<Words> = LazyLock::new(|| Words::from_lists(lists()).unwrap());
        &WORDS
    }
}

#[cfg(test)]
mod tests;
