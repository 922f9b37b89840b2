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
    triples: Triples,
    /// Which literals it holds, as far as that was asked.
    known: Vec<Cell<Option<bool>>>,
}

/// Slots for triples of bytes.
const SLOTS: usize = 1 << 14;

/// Which three bytes stand side by side from even places of a text on, as far as their slots tell them apart: wherever a
/// literal stands, either its own triples from even places on stand there, or those from odd ones on. Most literals
/// are told by that to be missing, and need not be looked for.
#[derive(Default)]
struct Triples(Vec<u8>);

impl Triples {
    fn fill(&mut self, text: &[u8]) {
        self.0.resize(SLOTS, 0);
        let slots: &mut [u8; SLOTS] = self.0.first_chunk_mut().expect("it was made as long just above");
        slots.fill(0);
        let mut rest = text;
        while let Some(eight) = rest.first_chunk() {
            let bytes = u64::from_le_bytes(*eight);
            for shift in [0, 16, 32] {
                slots[Triples::slot((bytes >> shift) as u32)] = 1;
            }
            rest = &rest[6..];
        }
        while let Some(&[a, b, c]) = rest.first_chunk() {
            slots[Triples::slot(u32::from_le_bytes([a, b, c, 0]))] = 1;
            rest = &rest[2..];
        }
    }

    /// Of the three low bytes.
    fn slot(triple: u32) -> usize {
        ((triple << 8).wrapping_mul(0x9e37_79b1) >> 18) as usize % SLOTS
    }

    fn may_hold(&self, literal: &[u8]) -> bool {
        let holds = |from: usize| {
            let mut triples = literal.windows(3).skip(from).step_by(2);
            triples.all(|of| self.0[Triples::slot(u32::from_le_bytes([of[0], of[1], of[2], 0]))] == 1)
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
        let Scratch { lower, triples, known } = scratch;
        lower.clear();
        lower.extend(code.as_bytes());
        lower.make_ascii_lowercase();
        triples.fill(lower);
        known.clear();
        known.resize(literals.finders.len(), Cell::new(None));
        // Each literal is looked for once, and only when it matters.
        let holds = |number: &usize| {
            let finder = &literals.finders[*number];
            let found = || triples.may_hold(finder.needle()) && finder.find(lower).is_some();
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
            let mut triples = Triples::default();
            triples.fill(b"zzzzz");
            triples.fill(format!("{before}{literal}{after}").as_bytes());
            prop_assert!(triples.may_hold(literal.as_bytes()));
            prop_assert!(!triples.may_hold(b"zzzzz"));
        }
    }
}
