//! Which code can name a source at all: told by the literals that every match holds, in one pass over it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::Anchored;
use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;

use crate::policy::{Extract, Needs, ReachCheck, has_strays};

/// Tells by literals which extracts may find something in a piece of code.
#[derive(Default, Debug)]
pub(super) struct Filter {
    compiled: OnceLock<Literals>,
}

#[derive(Debug)]
struct Literals {
    /// `None` when it is too big.
    automaton: Option<DFA>,
    count: usize,
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
            let find = Needs::any(extract.find.iter().map(|find| find.needs().clone()).collect());
            let strings = extract.strings.as_ref().map(|strings| strings.needs().clone());
            Needs::all(strings.into_iter().chain([find]).collect()).named(&mut number)
        };
        let needs = check.extract.iter().map(one).collect();
        let mut literals: Vec<(String, usize)> = numbers.into_iter().collect();
        literals.sort_by_key(|(_, number)| *number);
        let mut builder = DFA::builder();
        let automaton = builder.ascii_case_insensitive(true).build(literals.iter().map(|(text, _)| text));
        Literals { automaton: automaton.ok(), count: literals.len(), needs }
    }

    /// Which literals stand in a text, by their numbers. All, when that cannot be told.
    fn held(&self, text: &str) -> Vec<bool> {
        let sure = self.automaton.as_ref().filter(|_| !has_strays(text));
        let start = sure.and_then(|automaton| Some((automaton, automaton.start_state(Anchored::No).ok()?)));
        let Some((automaton, mut state)) = start else { return vec![true; self.count] };
        let mut held = vec![false; self.count];
        for byte in text.bytes() {
            state = automaton.next_state(Anchored::No, state, byte);
            if automaton.is_special(state) && automaton.is_match(state) {
                for nth in 0..automaton.match_len(state) {
                    held[automaton.match_pattern(state, nth).as_usize()] = true;
                }
            }
        }
        held
    }
}

impl Filter {
    /// The extracts that may find something.
    pub(super) fn of<'c>(&self, check: &'c ReachCheck, code: &str) -> Vec<&'c Extract> {
        let literals = self.compiled.get_or_init(|| Literals::of(check));
        let held = literals.held(code);
        let may = |(_, needs): &(&Extract, &Needs<usize>)| needs.may_be(&|number| held[*number]);
        check.extract.iter().zip(&literals.needs).filter(may).map(|(extract, _)| extract).collect()
    }
}
