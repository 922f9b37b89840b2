//! What was found out about texts, kept for the next place where the same text stands.
//!
//! Documents of many models are often made from one template, and each is asked for several artifacts, so that
//! most of their texts are met again. An answer that is kept depends on nothing but the bytes of its text and on
//! the policy: never on the document, nor on where the text stands in it.

use std::borrow::Borrow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::rc::Rc;

use super::Facts;
use crate::artifact::types::{self, Reading, ValueType};
use crate::policy::PolicySet;
use crate::text::{Folded, word_count};
use crate::words::{Match, Names, TermList};

/// So many bytes of texts are kept before all are forgotten. What is worked out of one takes several times as much.
const ROOM: usize = 1 << 19;
/// What a text takes up at the least, in the same bytes.
const LEAST: usize = 64;
/// Longer texts are hardly ever met again.
const LONGEST: usize = 1 << 12;
/// Answers of lists in one word, of two bits each.
const ANSWERS: usize = 32;

/// Texts that one thread met, of documents that one policy judges.
pub(super) struct Kept<'p> {
    set: &'p PolicySet,
    texts: RefCell<HashSet<ByText, Names>>,
    room: Cell<usize>,
    /// A number for each list of the policy that was asked, by where it is, and by how.
    lists: RefCell<HashMap<(usize, bool), usize, Names>>,
    /// No answer, but room: what facts are read into, always empty in between.
    facts: Cell<Facts>,
}

/// A list of the policy, with the number that its answers are kept under.
#[derive(Clone, Copy)]
pub(super) struct Listed<'p> {
    pub(super) terms: &'p TermList,
    number: usize,
}

/// A text, and what was found out about it.
pub(super) struct Text {
    text: Box<str>,
    folded: OnceCell<Folded>,
    spaced: OnceCell<usize>,
    words: OnceCell<usize>,
    placeholder: OnceCell<bool>,
    has_placeholder: OnceCell<bool>,
    open: OnceCell<bool>,
    sentences: OnceCell<Vec<Part>>,
    /// For each list whether it was asked, and whether it matches.
    lists: RefCell<Vec<u64>>,
    readings: RefCell<Vec<(ValueType, bool, Reading)>>,
}

/// A sentence of a text.
pub(super) struct Part {
    /// Byte range in the text.
    pub(super) range: Range<usize>,
    /// True when it asks.
    pub(super) question: bool,
    /// `None` when it is the whole text.
    text: Option<Rc<Text>>,
}

/// A text that is found by its bytes.
struct ByText(Rc<Text>);

impl Borrow<str> for ByText {
    fn borrow(&self) -> &str {
        &self.0.text
    }
}

impl Hash for ByText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl PartialEq for ByText {
    fn eq(&self, other: &ByText) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for ByText {}

impl<'p> Kept<'p> {
    /// Nothing is known yet.
    pub(super) fn new(set: &'p PolicySet) -> Kept<'p> {
        let (texts, lists) = (RefCell::default(), RefCell::default());
        Kept { set, texts, room: Cell::new(ROOM), lists, facts: Cell::default() }
    }

    /// Reads facts into room that there is already, since they are read for each artifact anew. They stay to the
    /// end of the run, in no more memory than they need.
    pub(super) fn facts(&self, read: impl FnOnce(&mut Facts)) -> Facts {
        let mut facts = self.facts.take();
        read(&mut facts);
        let exact = Facts { found: facts.found.drain(..).collect(), flaws: facts.flaws.drain(..).collect() };
        self.facts.set(facts);
        exact
    }

    /// The text with these bytes.
    pub(super) fn text(&self, text: &str) -> Rc<Text> {
        if let Some(known) = self.texts.borrow().get(text) {
            return known.0.clone();
        }
        let new = Rc::new(Text::new(text));
        if text.len() <= LONGEST {
            let mut texts = self.texts.borrow_mut();
            let takes = text.len() + LEAST;
            if self.room.get() < takes {
                texts.clear();
                self.room.set(ROOM);
            }
            self.room.set(self.room.get() - takes);
            texts.insert(ByText(new.clone()));
        }
        new
    }

    /// A list of the policy, to ask whether its terms occur.
    pub(super) fn list(&self, terms: &'p TermList) -> Listed<'p> {
        Listed { terms, number: self.number(terms, false) }
    }

    /// Lists live as long as the policy, so that where one is tells it from all others.
    fn number(&self, terms: &'p TermList, whole: bool) -> usize {
        let mut lists = self.lists.borrow_mut();
        let next = lists.len();
        *lists.entry((std::ptr::from_ref(terms) as usize, whole)).or_insert(next)
    }

    /// Whether one term covers the whole of a text: [`TermList::is_whole`].
    pub(super) fn is_whole(&self, terms: &'p TermList, text: &Text) -> bool {
        text.answer(self.number(terms, true), || terms.is_whole(&text.text))
    }

    /// [`types::read`], or [`types::read_filled`] of a text that is no placeholder.
    pub(super) fn read(&self, is: ValueType, text: &Text, filled: bool) -> Reading {
        let known = |(kind, way, _): &&(ValueType, bool, Reading)| *kind == is && *way == filled;
        if let Some((.., reading)) = text.readings.borrow().iter().find(known) {
            return reading.clone();
        }
        let words = &self.set.words;
        let reading = if filled {
            types::read_filled(is, &text.text, words)
        } else {
            types::read_asking(is, &text.text, words, || self.is_placeholder(text))
        };
        text.readings.borrow_mut().push((is, filled, reading.clone()));
        reading
    }

    /// [`types::is_placeholder`].
    pub(super) fn is_placeholder(&self, text: &Text) -> bool {
        *text.placeholder.get_or_init(|| types::is_placeholder(&text.text, &self.set.words))
    }

    /// [`types::has_placeholder`].
    pub(super) fn has_placeholder(&self, text: &Text) -> bool {
        *text.has_placeholder.get_or_init(|| types::has_placeholder(&text.text, &self.set.words))
    }

    /// True for a unit that waits to be filled, with its label or without: `Decision: <accepted or not>`.
    pub(super) fn is_open(&self, text: &Text) -> bool {
        *text.open.get_or_init(|| {
            let value = text.text.split_once([':', '：']).map_or("", |(_, value)| value.trim());
            self.is_placeholder(text) || !value.is_empty() && types::is_placeholder(value, &self.set.words)
        })
    }

    /// The sentences of a text.
    pub(super) fn sentences<'t>(&self, text: &'t Text) -> &'t [Part] {
        text.sentences.get_or_init(|| {
            let part = |range: Range<usize>| {
                let piece = &text.text[range.clone()];
                let own = (piece.len() < text.text.len()).then(|| self.text(piece));
                Part { question: piece.trim_end().ends_with(['?', '？']), range, text: own }
            };
            super::prepared::split_sentences(&text.text).into_iter().map(part).collect()
        })
    }
}

impl Part {
    /// The sentence's own text; `of` is the text that it is a part of.
    pub(super) fn text<'t>(&'t self, of: &'t Text) -> &'t Text {
        self.text.as_deref().unwrap_or(of)
    }
}

impl Listed<'_> {
    /// [`TermList::find`].
    pub(super) fn find(self, text: &Text) -> Option<Match> {
        if self.is_match(text) { self.terms.find(text.folded()) } else { None }
    }

    /// True when any term occurs in the text.
    pub(super) fn is_match(self, text: &Text) -> bool {
        text.answer(self.number, || self.terms.is_match_folded(text.folded()))
    }
}

impl Text {
    fn new(text: &str) -> Text {
        Text {
            text: text.into(),
            folded: OnceCell::new(),
            spaced: OnceCell::new(),
            words: OnceCell::new(),
            placeholder: OnceCell::new(),
            has_placeholder: OnceCell::new(),
            open: OnceCell::new(),
            sentences: OnceCell::new(),
            lists: RefCell::default(),
            readings: RefCell::default(),
        }
    }

    /// The text, folded.
    pub(super) fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Folded::new(&self.text))
    }

    /// How many words there are between spaces.
    pub(super) fn spaced(&self) -> usize {
        *self.spaced.get_or_init(|| self.text.split_whitespace().count())
    }

    /// [`word_count`].
    pub(super) fn words(&self) -> usize {
        *self.words.get_or_init(|| word_count(&self.text))
    }

    /// What is kept under a number, or what `ask` says the first time.
    fn answer(&self, number: usize, ask: impl FnOnce() -> bool) -> bool {
        let (at, shift) = (number / ANSWERS, number % ANSWERS * 2);
        let known = self.lists.borrow().get(at).map_or(0, |word| *word >> shift & 3);
        if known != 0 {
            return known == 3;
        }
        let matches = ask();
        let mut lists = self.lists.borrow_mut();
        if lists.len() <= at {
            lists.resize(at + 1, 0);
        }
        lists[at] |= (1 | u64::from(matches) << 1) << shift;
        matches
    }
}
