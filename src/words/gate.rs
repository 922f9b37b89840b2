//! Which words a list may hold terms for: a table of bits that nearly all other words fail at.

use super::term::Term;
use crate::text::{Start, first_folded_start};

/// Places for each term: nearly all words that no term begins with meet an empty one.
const SPARSE: usize = 8;

/// What the words begin with that a list of terms may match.
#[derive(Debug)]
pub(super) struct Gate {
    /// Each key at the first free place from its own on; 0 is a free place. A power of two.
    keys: Box<[u32]>,
    shift: u32,
    /// Some terms are known by their first two words.
    pairs: bool,
    /// For stems of one, two and three bytes, whether there are any: words that begin with them are longer.
    short: Option<[bool; 3]>,
}

impl Gate {
    /// A table for these terms.
    pub(super) fn new<'t>(terms: impl ExactSizeIterator<Item = &'t Term>) -> Gate {
        let size = (terms.len().max(1) * SPARSE).next_power_of_two();
        let keys = vec![0; size].into_boxed_slice();
        let mut gate = Gate { keys, shift: u32::BITS - size.trailing_zeros(), pairs: false, short: None };
        terms.for_each(|term| gate.put(term));
        gate
    }

    fn put(&mut self, term: &Term) {
        let Some(mut start) = first_folded_start(term.head()) else { return };
        if term.open() {
            let head = term.head();
            // How much of the head's last word is known, which may go on.
            let last = head.len() - head.rfind(' ').map_or(0, |space| space + 1);
            if let 1..=3 = last {
                if start.next == 0 {
                    self.short.get_or_insert_default()[last - 1] = true;
                }
                start.next = 0;
            }
        }
        self.pairs |= start.next != 0;
        let key = pair(start).max(1);
        let mut place = self.place(key);
        while self.keys[place] != 0 && self.keys[place] != key {
            place = (place + 1) & (self.keys.len() - 1);
        }
        self.keys[place] = key;
    }

    #[inline]
    fn place(&self, key: u32) -> usize {
        (key.wrapping_mul(0x9e37_79b1) >> self.shift) as usize
    }

    #[inline]
    fn holds(&self, key: u32) -> bool {
        let key = key.max(1);
        let mut place = self.place(key);
        // Most places are free, so this ends.
        loop {
            match self.keys[place] {
                0 => return false,
                met if met == key => return true,
                _ => place = (place + 1) & (self.keys.len() - 1),
            }
        }
    }

    /// False when no term can match where a text goes on like this.
    #[inline]
    pub(super) fn lets(&self, start: Start) -> bool {
        self.holds(start.key)
            || self.pairs && start.next != 0 && self.holds(pair(start))
            || self.short.is_some_and(|short| self.lets_short(short, start.key))
    }

    fn lets_short(&self, [one, two, three]: [bool; 3], key: u32) -> bool {
        three && self.holds(key & 0xff_ffff)
            || two && self.holds(key & 0xffff)
            || one && self.holds(key & 0xff)
    }
}

/// One key of two.
#[inline]
fn pair(start: Start) -> u32 {
    start.key ^ start.next.wrapping_mul(0x85eb_ca6b).rotate_left(13)
}
