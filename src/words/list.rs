//! A list of terms, compiled when it is first used.

use super::term::{Term, check};
use crate::text::Folded;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::{Regex, RegexBuilder};
use std::collections::BTreeSet;
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
    patterns: Vec<(usize, Regex)>,
    compiled: OnceLock<Compiled>,
}

/// Plain terms, ready to be searched. `automaton` finds the head of each term; what follows the
/// head is verified by hand.
#[derive(Debug)]
struct Compiled {
    automaton: Option<AhoCorasick>,
    plain: Vec<(usize, Term)>,
    exact: BTreeSet<String>,
    stems: Vec<String>,
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
        NONE.get_or_init(|| TermList { terms: Vec::new(), patterns: Vec::new(), compiled: OnceLock::new() })
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
        if errors.is_empty() {
            Ok(TermList { terms, patterns, compiled: OnceLock::new() })
        } else {
            Err(errors)
        }
    }

    /// The terms, as written, in order.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// The first match, the longest of those that start there.
    pub fn find(&self, text: &Folded) -> Option<Match> {
        let mut best: Option<Hit> = None;
        self.each_hit(text.as_str(), |hit| {
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
        self.each_hit(text.as_str(), |hit| {
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
        self.is_match_folded(&Folded::new(text))
    }

    /// True when any term occurs in `text`.
    pub fn is_match_folded(&self, text: &Folded) -> bool {
        let mut found = false;
        self.each_hit(text.as_str(), |_| {
            found = true;
            false
        });
        found
    }

    /// True when one term covers the whole of `text`, white space at its ends aside.
    pub fn is_whole(&self, text: &str) -> bool {
        let folded = Folded::new(text.trim());
        let text = folded.as_str().trim();
        if text.is_empty() {
            return false;
        }
        let mut found = false;
        self.each_hit(text, |hit| {
            found = hit.range == (0..text.len());
            !found
        });
        found
    }

    /// True when the list holds `lower_word` (lower case; several words with single spaces between
    /// them), literally or as a stem with an ending. Cheap; patterns and gaps are not asked.
    pub fn has_word(&self, lower_word: &str) -> bool {
        let compiled = self.compiled();
        compiled.exact.contains(lower_word)
            || compiled.stems.iter().any(|stem| {
                lower_word
                    .strip_prefix(stem.as_str())
                    .is_some_and(|tail| tail.chars().all(super::is_word_char))
            })
    }

    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            let plain: Vec<(usize, Term)> = self
                .terms
                .iter()
                .enumerate()
                .filter(|(_, term)| !term.starts_with("re:"))
                .filter_map(|(index, term)| Some((index, Term::read(term)?)))
                .collect();
            let automaton = (!plain.is_empty()).then(|| {
                AhoCorasick::builder()
                    .match_kind(MatchKind::Standard)
                    .kind(Some(AhoCorasickKind::NoncontiguousNFA))
                    .build(plain.iter().map(|(_, term)| term.head()))
                    .expect("a list of at most one mebibyte fits an automaton")
            });
            let exact = plain.iter().filter_map(|(_, term)| term.exact().map(str::to_string)).collect();
            let stems = plain.iter().filter_map(|(_, term)| term.stem().map(str::to_string)).collect();
            Compiled { automaton, plain, exact, stems }
        })
    }

    /// Calls `visit` with every verified match in no particular order, until it returns false.
    fn each_hit(&self, text: &str, mut visit: impl FnMut(Hit) -> bool) {
        let compiled = self.compiled();
        let trimmed = text.len() - text.trim_start().len()..text.trim_end().len();
        if let Some(automaton) = &compiled.automaton {
            for found in automaton.find_overlapping_iter(text) {
                let (index, term) = &compiled.plain[found.pattern().as_usize()];
                if term.whole && found.start() != trimmed.start {
                    continue;
                }
                let Some(end) = term.end_at(text, found.start()) else { continue };
                if term.whole && end != trimmed.end {
                    continue;
                }
                if !visit(Hit { range: found.start()..end, term: *index }) {
                    return;
                }
            }
        }
        for (index, regex) in &self.patterns {
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
