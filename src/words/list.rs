//! A list of terms, compiled when it is first used.

use super::Shipped;
use super::gate::Gate;
use super::spelling;
use super::term::{Term, check};
use crate::text::{Folded, Start, any_start, first_start, fold, is_word_char, may_fold_to};
use regex::{Regex, RegexBuilder};
use std::ops::Range;
use std::sync::OnceLock;

/// Compiled size of one `re:` term, bytes.
const PATTERN_LIMIT: usize = 1 << 20;

/// All terms of one list together, bytes.
const LIST_LIMIT: usize = 1 << 20;

/// Where a term was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Match {
    /// Bytes of the original text; never empty.
    pub range: Range<usize>,
    /// The term's position in its list.
    pub term: usize,
}

/// Terms of one meaning.
#[derive(Debug)]
pub struct TermList {
    terms: Vec<String>,
    /// Of a list that comes with the program, instead.
    shipped: Option<&'static Shipped>,
    patterns: OnceLock<Vec<(usize, Regex)>>,
    /// Apart, since most lists of a run are never asked.
    compiled: OnceLock<Box<Compiled>>,
}

/// Plain terms, sorted by their head, so that those which may start at a place of a text are found
/// by its first character. Building an automaton per list was measured to cost ten times as much,
/// more than a run ever wins back by searching with it.
#[derive(Debug)]
struct Compiled {
    /// Which words any of them may begin at.
    gate: Gate,
    plain: Vec<(usize, Term)>,
    /// The second byte of each of their heads, which tells most of them apart; zero for those of one byte, which
    /// come first of those that start alike.
    seconds: Vec<u8>,
    /// Where the terms of each ASCII character start in `plain`, and how many there are.
    ascii: [(u32, u32); 128],
    /// The same for all other characters, sorted.
    others: Vec<(char, (u32, u32))>,
}

impl Compiled {
    /// `plain` is sorted by head.
    fn new(plain: Vec<(usize, Term)>) -> Compiled {
        let second = |(_, term): &(usize, Term)| term.head().as_bytes().get(1).copied().unwrap_or(0);
        let seconds = plain.iter().map(second).collect();
        let gate = Gate::new(plain.iter().map(|(_, term)| term));
        let mut compiled = Compiled { gate, plain, seconds, ascii: [(0, 0); 128], others: Vec::new() };
        for (at, (_, term)) in (0..).zip(&compiled.plain) {
            let Some(first) = term.head().chars().next() else { continue };
            let slot = if first.is_ascii() {
                &mut compiled.ascii[first as usize]
            } else {
                if compiled.others.last().is_none_or(|(last, _)| *last != first) {
                    compiled.others.push((first, (at, 0)));
                }
                let (_, slot) = compiled.others.last_mut().expect("an entry was pushed just above");
                slot
            };
            if slot.1 == 0 {
                slot.0 = at;
            }
            slot.1 += 1;
        }
        compiled
    }

    /// Where the terms stand whose head starts with `first`.
    fn starting(&self, first: char) -> Range<usize> {
        let (start, count) = if first.is_ascii() {
            self.ascii[first as usize]
        } else {
            let found = self.others.binary_search_by_key(&first, |(other, _)| *other);
            found.map_or((0, 0), |at| self.others[at].1)
        };
        start as usize..(start + count) as usize
    }

    /// The terms whose head may stand at the beginning of `rest`, which starts with `first`.
    #[inline]
    fn possible(&self, first: char, rest: &str) -> impl Iterator<Item = &(usize, Term)> {
        self.beginning(first, rest.as_bytes().get(1).copied().unwrap_or(0))
    }

    /// The terms whose head may stand where `next` is the second byte.
    #[inline]
    fn beginning(&self, first: char, next: u8) -> impl Iterator<Item = &(usize, Term)> {
        let range = self.starting(first);
        let (terms, seconds) = (&self.plain[range.clone()], &self.seconds[range]);
        // Sorted by head, and so by second byte.
        let single = seconds.partition_point(|second| *second == 0);
        let from = seconds.partition_point(|second| *second < next).max(single);
        let near = terms[from..].iter().zip(&seconds[from..]).take_while(move |(_, second)| **second == next);
        terms[..single].iter().chain(near.map(|(term, _)| term))
    }
}

/// A verified match in the folded text.
#[derive(Clone, PartialEq, Eq)]
struct Hit {
    range: Range<usize>,
    term: usize,
}

impl TermList {
    /// A list that matches nothing.
    pub fn none() -> &'static TermList {
        static NONE: OnceLock<TermList> = OnceLock::new();
        NONE.get_or_init(|| TermList::trusted(Vec::new()))
    }

    /// Checks `terms` and compiles the patterns among them. Errors are (term, message).
    pub fn new(terms: Vec<String>) -> Result<TermList, Vec<(String, String)>> {
        let mut errors = Vec::new();
        let mut patterns = Vec::new();
        for (index, term) in terms.iter().enumerate() {
            let outcome = match term.strip_prefix("re:") {
                Some(pattern) => compile(pattern).map(|regex| patterns.push((index, regex))),
                None => check(term),
            };
            if let Err(message) = outcome {
                errors.push((term.clone(), message));
            }
        }
        if terms.iter().map(String::len).sum::<usize>() > LIST_LIMIT {
            errors.push((String::new(), format!("the list is larger than {LIST_LIMIT} bytes")));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(TermList { patterns: OnceLock::from(patterns), ..TermList::trusted(terms) })
    }

    /// Terms that come with the program, which nobody need check again.
    pub fn trusted(terms: Vec<String>) -> TermList {
        TermList { terms, shipped: None, patterns: OnceLock::new(), compiled: OnceLock::new() }
    }

    /// A list that comes with the program.
    pub(super) fn shipped(list: &'static Shipped) -> TermList {
        TermList { shipped: Some(list), ..TermList::trusted(Vec::new()) }
    }

    fn patterns(&self) -> &[(usize, Regex)] {
        let pattern = |term: &str| compile(term.strip_prefix("re:")?).ok();
        let all = || self.terms().enumerate().filter_map(|(at, term)| Some((at, pattern(term)?))).collect();
        self.patterns.get_or_init(all)
    }

    /// The terms, as written, in order.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        let shipped = self.shipped.into_iter().flat_map(|list| list.terms.lines());
        shipped.chain(self.terms.iter().map(String::as_str))
    }

    /// The first match, the longest of those that start there.
    pub fn find(&self, text: &Folded) -> Option<Match> {
        let mut best: Option<Hit> = None;
        self.each_hit(text, |hit| {
            let key = |h: &Hit| (h.range.start, std::cmp::Reverse(h.range.end), h.term);
            if best.as_ref().is_none_or(|old| key(&hit) < key(old)) {
                best = Some(hit);
            }
            true
        });
        best.map(|hit| Match { range: text.original(hit.range), term: hit.term })
    }

    /// All matches in the order of the text; where matches overlap, the first and longest.
    pub fn find_all(&self, text: &Folded) -> Vec<Match> {
        let mut hits = Vec::new();
        self.each_hit(text, |hit| {
            hits.push(hit);
            true
        });
        hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end), hit.term));
        let mut free = 0;
        hits.retain(|hit| {
            let keep = hit.range.start >= free;
            if keep {
                free = hit.range.end;
            }
            keep
        });
        hits.into_iter().map(|hit| Match { range: text.original(hit.range), term: hit.term }).collect()
    }

    /// True when any term occurs in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.may_occur(text) && self.is_match_folded(&Folded::new(text))
    }

    /// False when no term occurs in `text`, for less than folding it costs.
    pub fn may_occur(&self, text: &str) -> bool {
        !self.patterns().is_empty() || any_start(text, |start| self.may_start(text, start))
    }

    /// False when no term begins at this place of a text that is not folded yet.
    pub(super) fn may_start(&self, text: &str, start: Start) -> bool {
        let compiled = self.compiled();
        if !compiled.gate.lets(start) {
            return false;
        }
        let [first, second, ..] = start.key.to_le_bytes();
        let rest = text.get(start.at..).unwrap_or_default();
        // Without two letters it takes folding to tell.
        let plain = first.is_ascii() && second.is_ascii_alphanumeric();
        !plain
            || compiled.beginning(char::from(first), second).any(|(_, term)| may_fold_to(rest, term.head()))
    }

    /// True when any term occurs in `text`.
    pub fn is_match_folded(&self, text: &Folded) -> bool {
        let mut found = false;
        self.each_hit(text, |_| {
            found = true;
            false
        });
        found
    }

    /// True when one term covers the whole of `text`, white space at its ends aside.
    pub fn is_whole(&self, text: &str) -> bool {
        if self.patterns().is_empty() && !self.may_begin(text) {
            return false;
        }
        let folded = fold(text.trim());
        let text = folded.trim();
        let Some(first) = text.chars().next() else { return false };
        // What covers the whole begins where the text does.
        let mut plain = self.compiled().possible(first, text);
        let covers = |range: Range<usize>| range == (0..text.len());
        plain.any(|(_, term)| term.end_at(text, 0) == Some(text.len()))
            || self
                .patterns()
                .iter()
                .any(|(_, regex)| regex.find_iter(text).any(|found| covers(found.range())))
    }

    /// What all terms of some lists begin with; `None` when there are patterns, which may begin with anything.
    pub(super) fn gate(lists: &[&TermList]) -> Option<Gate> {
        let terms: Vec<&Term> =
            lists.iter().flat_map(|list| list.compiled().plain.iter().map(|(_, term)| term)).collect();
        lists.iter().all(|list| list.patterns().is_empty()).then(|| Gate::new(terms.into_iter()))
    }

    /// The first two bytes of all words that [`TermList::has_word`] may find; the second is zero where any will do.
    pub(super) fn beginnings(&self) -> impl Iterator<Item = [u8; 2]> {
        let of = |(_, term): &(usize, Term)| {
            let head = term.head().as_bytes();
            [head.first().copied().unwrap_or(0), head.get(1).copied().unwrap_or(0)]
        };
        self.compiled().plain.iter().map(of)
    }

    /// True when the list holds `lower_word` (lower case; several words with single spaces between
    /// them), literally or as a stem with an ending. Cheap; patterns and gaps are not asked.
    pub fn has_word(&self, lower_word: &str) -> bool {
        first_start(lower_word).is_some_and(|start| self.has_word_from(lower_word, start))
    }

    /// As [`TermList::has_word`], where it is known what the word begins with.
    pub(super) fn has_word_from(&self, lower_word: &str, start: Start) -> bool {
        let Some(first) = lower_word.chars().next() else { return false };
        if !self.compiled().gate.lets(start) {
            return false;
        }
        self.compiled().possible(first, lower_word).any(|(_, term)| {
            term.exact() == Some(lower_word)
                || term
                    .stem()
                    .and_then(|stem| lower_word.strip_prefix(stem))
                    .is_some_and(|tail| tail.chars().all(is_word_char))
        })
    }

    /// False when no term begins as the text does.
    fn may_begin(&self, text: &str) -> bool {
        first_start(text).is_some_and(|start| self.compiled().gate.lets(start))
    }

    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            Box::new(Compiled::new(match self.shipped {
                Some(list) => {
                    let mut all = Vec::with_capacity(list.count);
                    all.extend(list.spellings.lines().filter_map(spelling::read));
                    all
                }
                None => {
                    let all = spelling::spellings(self.terms.iter().map(String::as_str));
                    all.iter().filter_map(spelling::Spelling::term).collect()
                }
            }))
        })
    }

    /// Calls `visit` with every verified match in no particular order, until it returns false.
    fn each_hit(&self, folded: &Folded, mut visit: impl FnMut(Hit) -> bool) {
        let (compiled, text) = (self.compiled(), folded.as_str());
        for start in folded.starts().iter().filter(|start| compiled.gate.lets(**start)) {
            let place = start.at;
            let rest = &text[place..];
            let Some(first) = rest.chars().next() else { break };
            for (index, term) in compiled.possible(first, rest) {
                if term.whole && place != text.len() - text.trim_start().len() {
                    continue;
                }
                let Some(end) = term.end_at(text, place) else { continue };
                if term.whole && end != text.trim_end().len() {
                    continue;
                }
                if !visit(Hit { range: place..end, term: *index }) {
                    return;
                }
            }
        }
        for (index, regex) in self.patterns() {
            for found in regex.find_iter(text).filter(|found| !found.is_empty()) {
                if !visit(Hit { range: found.range(), term: *index }) {
                    return;
                }
            }
        }
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(PATTERN_LIMIT).build().map_err(|error| {
        match error {
            regex::Error::CompiledTooBig(limit) => {
                format!("the pattern is too large: compiled, it needs more than {limit} bytes")
            }
            other => format!("no valid pattern: {}", other.to_string().replace('\n', " ")),
        }
    })
}
