//! Which code can name a source at all: told by the literals that every match holds.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use memchr::memmem::Finder;

use crate::policy::{Extract, Folded, Needs, ReachCheck, has_strays};

/// Tells by literals which extracts may find something in a piece of code.
#[derive(Default, Debug)]
pub(super) struct Filter {
    compiled: OnceLock<Literals>,
}

/// Slots for pairs of bytes.
const SLOTS: usize = 1 << 12;

/// Which pairs of bytes stand side by side in a text, as far as their slots tell them apart. Most literals are
/// told by that to be missing, and need not be looked for. For paths there is such a table of bits, which is
/// emptied sooner; code is long, and one byte stored for each of its own is filled sooner.
struct Pairs([bool; SLOTS]);

impl Pairs {
    fn of(text: &[u8]) -> Pairs {
        let mut pairs = Pairs([false; SLOTS]);
        let mut before = 0;
        for &byte in text {
            pairs.0[Pairs::slot(before, byte)] = true;
            before = byte;
        }
        pairs
    }

    fn slot(first: u8, second: u8) -> usize {
        (usize::from(first) << 5 ^ usize::from(second)) % SLOTS
    }

    fn may_hold(&self, literal: &[u8]) -> bool {
        literal.windows(2).all(|pair| self.0[Pairs::slot(pair[0], pair[1])])
    }
}

#[derive(Debug)]
struct Literals {
    finders: Vec<Finder<'static>>,
    /// For each extract, by the numbers of literals.
    needs: Vec<Needs<usize>>,
}

impl Literals {
    fn of(check: &ReachCheck) -> Literals {
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut number = |literal: &String| {
            let next = numbers.len();
            *numbers.entry(literal.clone()).or_insert(next)
        };
        let one = |extract: &Extract| {
            let find = Needs::any(extract.find.iter().map(|find| find.needs().clone().brief()).collect());
            let strings = extract.strings.as_ref().map(|strings| strings.needs().clone().brief());
            Needs::all(strings.into_iter().chain([find]).collect()).named(&mut number)
        };
        let needs = check.extract.iter().map(one).collect();
        let mut literals: Vec<(&String, &usize)> = numbers.iter().collect();
        literals.sort_by_key(|(_, number)| **number);
        let finders = literals.iter().map(|(text, _)| Finder::new(text.as_bytes()).into_owned()).collect();
        Literals { finders, needs }
    }
}

impl Filter {
    /// The extracts that look into files like this one, and may find something in it.
    pub(super) fn of<'c>(&self, check: &'c ReachCheck, path: &Folded, code: &str) -> Vec<&'c Extract> {
        let looks = |extract: &Extract| extract.files.as_ref().is_none_or(|files| files.takes(path));
        if has_strays(code) {
            return check.extract.iter().filter(|extract| looks(extract)).collect();
        }
        let literals = self.compiled.get_or_init(|| Literals::of(check));
        let code = code.to_ascii_lowercase();
        let pairs = Pairs::of(code.as_bytes());
        // Each literal is looked for once, and only when it matters.
        let known: Vec<Cell<Option<bool>>> = vec![Cell::new(None); literals.finders.len()];
        let holds = |number: &usize| {
            let finder = &literals.finders[*number];
            let found = || pairs.may_hold(finder.needle()) && finder.find(code.as_bytes()).is_some();
            let held = known[*number].get().unwrap_or_else(found);
            known[*number].set(Some(held));
            held
        };
        let may = |(extract, needs): &(&Extract, &Needs<usize>)| looks(extract) && needs.may_be(&holds);
        check.extract.iter().zip(&literals.needs).filter(may).map(|(extract, _)| extract).collect()
    }
}
