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

/// What one thread needs for that, over and over.
#[derive(Default)]
pub(super) struct Scratch {
    /// The code, in lower case.
    lower: Vec<u8>,
    pairs: Pairs,
    /// Which literals it holds, as far as that was asked.
    known: Vec<Cell<Option<bool>>>,
}

/// Slots for pairs of bytes.
const SLOTS: usize = 1 << 12;

/// Which pairs of bytes stand at even places of a text, as far as their slots tell them apart: wherever a literal stands,
/// either its own pairs at even places stand there, or those at odd ones. Most literals are told by that to be
/// missing, and need not be looked for. For paths there is such a table of bits, which is emptied sooner; code is
/// long, and one byte stored for each second one of its own is filled sooner.
struct Pairs([bool; SLOTS]);

impl Default for Pairs {
    fn default() -> Pairs {
        Pairs([false; SLOTS])
    }
}

/// Four pairs side by side, each with its slot in it: a mix of its bits, and the bits of a slot.
const MIXED: u64 = 0x07ff_07ff_07ff_07ff;
const SLOT: u64 = 0x0fff_0fff_0fff_0fff;

impl Pairs {
    fn fill(&mut self, text: &[u8]) {
        self.0.fill(false);
        let (eights, rest) = text.as_chunks::<8>();
        for eight in eights {
            let pairs = u64::from_le_bytes(*eight);
            let slots = (pairs ^ pairs >> 5 & MIXED) & SLOT;
            for at in [0, 16, 32, 48] {
                self.0[(slots >> at) as usize % SLOTS] = true;
            }
        }
        for &pair in rest.as_chunks().0 {
            self.0[Pairs::slot(pair)] = true;
        }
    }

    fn slot(pair: [u8; 2]) -> usize {
        let pair = usize::from(u16::from_le_bytes(pair));
        (pair ^ pair >> 5) % SLOTS
    }

    fn may_hold(&self, literal: &[u8]) -> bool {
        let holds = |from: usize| {
            let pairs = literal.get(from..).unwrap_or_default().as_chunks().0;
            pairs.iter().all(|&pair| self.0[Pairs::slot(pair)])
        };
        holds(0) || holds(1)
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
    pub(super) fn of<'c>(
        &self,
        check: &'c ReachCheck,
        path: &Folded,
        code: &str,
        scratch: &mut Scratch,
    ) -> Vec<&'c Extract> {
        let looks = |extract: &Extract| extract.files.as_ref().is_none_or(|files| files.takes(path));
        if has_strays(code) {
            return check.extract.iter().filter(|extract| looks(extract)).collect();
        }
        let literals = self.compiled.get_or_init(|| Literals::of(check));
        let Scratch { lower, pairs, known } = scratch;
        lower.clear();
        lower.extend(code.as_bytes());
        lower.make_ascii_lowercase();
        pairs.fill(lower);
        known.clear();
        known.resize(literals.finders.len(), Cell::new(None));
        // Each literal is looked for once, and only when it matters.
        let holds = |number: &usize| {
            let finder = &literals.finders[*number];
            let found = || pairs.may_hold(finder.needle()) && finder.find(lower).is_some();
            let held = known[*number].get().unwrap_or_else(found);
            known[*number].set(Some(held));
            held
        };
        let may = |(extract, needs): &(&Extract, &Needs<usize>)| looks(extract) && needs.may_be(&holds);
        check.extract.iter().zip(&literals.needs).filter(may).map(|(extract, _)| extract).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// A literal that is there is never ruled out, wherever it stands.
        #[test]
        fn a_literal_is_never_missed(before in "[a-d\u{e4}]{0,20}", literal in "[a-d:/]{2,9}", after in "[a-d]{0,20}") {
            let mut pairs = Pairs::default();
            pairs.fill("zzz".as_bytes());
            pairs.fill(format!("{before}{literal}{after}").as_bytes());
            prop_assert!(pairs.may_hold(literal.as_bytes()));
            prop_assert!(!pairs.may_hold(b"zzz"));
        }
    }
}
