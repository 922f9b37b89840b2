//! Where terms may begin in a text, and with what: enough to tell that nearly none does.

use super::{ASCII, folded, is_word_char};

/// A place of a folded text where a term may begin: a word, or a character that belongs to none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Start {
    /// The byte where it stands.
    pub at: usize,
    /// The first four bytes of the word or of the character; less when it has less.
    pub key: u32,
    /// The same of what stands behind it, where nothing but a space is between; otherwise 0.
    pub next: u32,
}

/// What `Folded::starts` begins with once `text` is folded, which it need not be for that.
pub fn first_start(text: &str) -> Option<Start> {
    let mut first = None;
    any_start(text, |start| first.replace(start).is_none());
    first
}

/// As [`first_start`], for a text that is folded.
pub fn first_folded_start(text: &str) -> Option<Start> {
    // One or two plain words, as nearly all terms are, need no look at what else there may be.
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let (first, rest) = bytes.split_at(bytes.iter().take_while(|byte| plain(byte)).count());
    let second = match rest {
        [] => &[][..],
        [b' ', second @ ..] => &second[..second.iter().take_while(|byte| plain(byte)).count()],
        _ => return first_as_it_is(text),
    };
    let more = rest.get(1 + second.len());
    if first.is_empty() || second.is_empty() != rest.is_empty() || more.is_some_and(|byte| *byte != b' ') {
        return first_as_it_is(text);
    }
    let key = |word: &[u8]| word.iter().take(4).rev().fold(0, |key, byte| key << 8 | u32::from(*byte));
    Some(Start { at: 0, key: key(first), next: key(second) })
}

/// As [`first_start`], for a text that is folded, whatever it holds.
fn first_as_it_is(text: &str) -> Option<Start> {
    let mut first = None;
    Starts::of(text, std::iter::once, |start| first.replace(start).is_none());
    first
}

/// True when `visit` says so of any of the `Folded::starts` that `text` has once it is folded, which it need not
/// be for that. Their places are those of `text` as it is.
pub fn any_start(text: &str, visit: impl FnMut(Start) -> bool) -> bool {
    Starts::of(text, folded, visit)
}

/// False when `text`, once it is folded, surely does not begin with `head`, which is folded.
pub fn may_fold_to(text: &str, head: &str) -> bool {
    let (bytes, mut at) = (text.as_bytes(), 0);
    for wanted in head.bytes() {
        match bytes.get(at).map(|byte| ASCII.get(usize::from(*byte))) {
            Some(None) => return true,
            Some(Some(folded)) if *folded == wanted => at += 1,
            _ => return false,
        }
        let space = |byte: &u8| ASCII.get(usize::from(*byte)) == Some(&b' ');
        while wanted == b' ' && bytes.get(at).is_some_and(space) {
            at += 1;
        }
    }
    true
}

/// For each byte, what it is in a word of a folded text: 0 where it ends one, 255 where the character tells.
const WORD: [u8; 256] = {
    let mut table = [u8::MAX; 256];
    let mut byte = 0;
    while byte < ASCII.len() {
        table[byte] = if (byte as u8).is_ascii_alphanumeric() { ASCII[byte] } else { 0 };
        byte += 1;
    }
    table
};

/// Finds the starts of a text, one character after the other.
pub(super) struct Starts<F> {
    visit: F,
    /// The last one, which waits for what stands behind it.
    last: Option<Start>,
    /// A space stands behind the last one.
    apart: bool,
    /// The word that is being read, and how many bits of its key are known: none outside of words.
    word: Start,
    known: u32,
}

impl<F: FnMut(Start) -> bool> Starts<F> {
    pub(super) fn of<C: Iterator<Item = char>>(text: &str, fold: impl Fn(char) -> C, visit: F) -> bool {
        let bytes = text.as_bytes();
        let word = Start { at: 0, key: 0, next: 0 };
        let mut all = Starts { visit, last: None, apart: false, word, known: 0 };
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let letter = WORD[usize::from(byte)];
            if letter == u8::MAX {
                let Some(c) = text[at..].chars().next() else { break };
                if fold(c).any(|c| all.take(at, c)) {
                    return true;
                }
                at += c.len_utf8();
            } else if letter == 0 {
                if all.end_word() || all.mark(at, u32::from(ASCII[usize::from(byte)])) {
                    return true;
                }
                at += 1;
            } else {
                while let Some(&letter) = bytes.get(at).map(|byte| &WORD[usize::from(*byte)])
                    && letter != 0
                    && letter != u8::MAX
                {
                    all.letter(at, letter);
                    at += 1;
                }
            }
        }
        all.end_word() || all.last.is_some_and(|last| (all.visit)(last))
    }

    #[inline]
    fn letter(&mut self, at: usize, letter: u8) {
        if self.known == 0 {
            self.word = Start { at, key: 0, next: 0 };
        }
        if self.known < u32::BITS {
            self.word.key |= u32::from(letter) << self.known;
            self.known += 8;
        }
    }

    fn take(&mut self, at: usize, c: char) -> bool {
        let mut bytes = [0; 4];
        let length = c.encode_utf8(&mut bytes).len();
        if is_word_char(c) {
            bytes[..length].iter().for_each(|byte| self.letter(at, *byte));
            return false;
        }
        self.end_word() || self.mark(at, u32::from_le_bytes(bytes))
    }

    /// A character that belongs to no word.
    fn mark(&mut self, at: usize, key: u32) -> bool {
        if key == u32::from(b' ') {
            self.apart = true;
            return false;
        }
        self.start(Start { at, key, next: 0 })
    }

    fn end_word(&mut self) -> bool {
        std::mem::take(&mut self.known) > 0 && self.start(self.word)
    }

    /// Visits the last start, now that it is known what stands behind it.
    fn start(&mut self, start: Start) -> bool {
        let last = self.last.replace(start);
        let apart = std::mem::take(&mut self.apart);
        last.is_some_and(|last| (self.visit)(Start { next: if apart { start.key } else { 0 }, ..last }))
    }
}
