//! The spellings of a list's terms, folded and sorted: worked out when the program is built for the
//! lists that come with it (the build script reads this file too), and when it runs for all others.

use std::borrow::Cow;

use super::plain::without_accents;
use super::term::Term;
use crate::text::fold;

/// One way to write a term.
pub(super) struct Spelling {
    /// The term's position in its list.
    index: usize,
    whole: bool,
    folded: String,
}

/// All spellings of the terms that are no patterns, sorted by what their matches start with.
pub(super) fn spellings<'t>(terms: impl Iterator<Item = &'t str>) -> Vec<Spelling> {
    let plain = terms.enumerate().filter(|(_, term)| !term.starts_with("re:"));
    let written = plain.flat_map(|(index, term)| {
        let spelling = move |term: &str| {
            let body = term.strip_prefix('=');
            Spelling { index, whole: body.is_some(), folded: fold(body.unwrap_or(term)) }
        };
        [Some(spelling(term)), without_accents(term).as_deref().map(spelling)].into_iter().flatten()
    });
    let mut all: Vec<(String, Spelling)> =
        written.filter_map(|s| Some((s.term()?.1.head().to_string(), s))).collect();
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all.into_iter().map(|(_, spelling)| spelling).collect()
}

impl Spelling {
    /// The term, and its position in its list; `None` for one that no check has passed.
    pub(super) fn term(&self) -> Option<(usize, Term)> {
        Some((self.index, Term::read_folded(self.whole, Cow::Owned(self.folded.clone()))?))
    }

    /// One line, which [`read`] understands.
    #[cfg_attr(not(test), allow(dead_code, reason = "the build script writes them"))]
    pub(super) fn line(&self) -> String {
        format!("{}{}{}", self.index, if self.whole { '=' } else { ' ' }, self.folded)
    }
}

/// Reads a line; borrows from it.
#[allow(dead_code, reason = "the build script only writes them")]
pub(super) fn read(line: &'static str) -> Option<(usize, Term)> {
    let (index, folded) = line.split_at(line.find([' ', '='])?);
    Some((index.parse().ok()?, Term::read_folded(folded.starts_with('='), Cow::Borrowed(&folded[1..]))?))
}
