//! Text, folded for comparison. Knows no format and no language.

mod starts;

pub use starts::{Start, any_start, first_folded_start, first_start, may_fold_to};

use std::cell::OnceCell;

use starts::Starts;
use unicode_normalization::UnicodeNormalization;

/// A text folded for matching: compatibility-normalised, lower-case, `-`, `_`, `/` and white space
/// as single spaces, with the way back to the original offsets.
#[derive(Clone, Debug)]
pub struct Folded {
    text: String,
    /// For each byte of the text, where it comes from; `None` when that is where it stands.
    at: Option<Vec<u32>>,
    end: u32,
    starts: OnceCell<Vec<Start>>,
}

/// What an ASCII character is folded to.
const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut byte = 0;
    while byte < table.len() {
        let plain = byte as u8;
        let space = matches!(plain, b'\t'..=b'\r' | b' ' | b'-' | b'_' | b'/');
        table[byte] = if space { b' ' } else { plain.to_ascii_lowercase() };
        byte += 1;
    }
    table
};

/// Folds ASCII text, of which each byte gives one, or none where spaces meet.
fn fold_ascii(original: &str) -> String {
    let mut text: Vec<u8> = original.bytes().map(|byte| ASCII[usize::from(byte & 0x7f)]).collect();
    let behind = text.get(1..).unwrap_or_default();
    if text.iter().zip(behind).any(|(one, next)| *one == b' ' && *next == b' ') {
        text.dedup_by(|next, one| *one == b' ' && *next == b' ');
    }
    String::from_utf8(text).expect("the table holds ASCII alone")
}

/// As [`fold_ascii`], with where each byte comes from.
fn fold_spaced(original: &str) -> (String, Vec<u32>) {
    let (mut text, mut at) = (Vec::with_capacity(original.len()), Vec::with_capacity(original.len()));
    let mut last = 0;
    for (offset, byte) in (0..=u32::MAX).zip(original.bytes()) {
        let folded = ASCII[usize::from(byte & 0x7f)];
        if folded != b' ' || last != b' ' {
            text.push(folded);
            at.push(offset);
        }
        last = folded;
    }
    (String::from_utf8(text).expect("the table holds ASCII alone"), at)
}

impl Folded {
    /// Folds `original`.
    pub fn new(original: &str) -> Folded {
        let end = u32::try_from(original.len()).unwrap_or(u32::MAX);
        if original.is_ascii() {
            let text = fold_ascii(original);
            if text.len() == original.len() {
                return Folded { text, at: None, end, starts: OnceCell::new() };
            }
        }
        if original.is_ascii() {
            let (text, at) = fold_spaced(original);
            return Folded { text, at: Some(at), end, starts: OnceCell::new() };
        }
        let mut text = String::with_capacity(original.len());
        let mut at = Vec::with_capacity(original.len());
        let mut put = |c: char, offset: u32| {
            if c != ' ' || !text.ends_with(' ') {
                text.push(c);
                at.extend(std::iter::repeat_n(offset, c.len_utf8()));
            }
        };
        for (offset, c) in original.char_indices() {
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            match ASCII.get(c as usize) {
                Some(plain) => put(char::from(*plain), offset),
                None => folded(c).for_each(|c| put(c, offset)),
            }
        }
        Folded { text, at: Some(at), end, starts: OnceCell::new() }
    }

    /// Where words begin, and characters that belong to none, in order; spaces are left out.
    pub fn starts(&self) -> &[Start] {
        self.starts.get_or_init(|| {
            let mut starts = Vec::with_capacity(self.text.len() / 4 + 1);
            Starts::of(&self.text, std::iter::once, |start| {
                starts.push(start);
                false
            });
            starts
        })
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The byte range in the original of a byte range in the folded text. A character that was
    /// folded into several is covered whole, so a range that is not empty stays so.
    pub fn original(&self, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let Some(places) = &self.at else {
            let (start, end) = (range.start.min(self.text.len()), range.end.min(self.text.len()));
            return start..end.max(start);
        };
        let start = places.get(range.start).copied().unwrap_or(self.end);
        let last = range.end.checked_sub(1).filter(|_| range.end > range.start);
        let last = last.and_then(|last| places.get(last));
        let behind = places.get(range.end..).unwrap_or_default();
        let end = behind.iter().find(|at| Some(*at) != last).copied().unwrap_or(self.end);
        start as usize..end.max(start) as usize
    }
}

/// What a character that is not ASCII is folded to; spaces as they meet.
fn folded(c: char) -> impl Iterator<Item = char> {
    let space = |c: char| c.is_whitespace() || matches!(c, '-' | '_' | '/' | '\u{2010}' | '\u{2011}');
    let plain = move |c: char| match c {
        '\u{2019}' => '\'',
        c if space(c) => ' ',
        c => c,
    };
    std::iter::once(c).nfkc().flat_map(char::to_lowercase).map(plain)
}

/// True for a character that belongs to a word of a script that separates words. Chinese, Japanese
/// and Korean characters are boundaries.
pub fn is_word_char(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() && !is_cjk(c) }
}

/// Folds a text as [`Folded::new`] does, without the way back.
pub fn fold(original: &str) -> String {
    if original.is_ascii() { fold_ascii(original) } else { Folded::new(original).text }
}

/// Chinese, Japanese or Korean: written without spaces, so words match as substrings.
pub fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

/// True when any character of `text` is Chinese, Japanese or Korean.
pub fn has_cjk(text: &str) -> bool {
    text.chars().any(is_cjk)
}

/// Words in `text`; two Chinese, Japanese or Korean characters count as one.
pub fn word_count(text: &str) -> usize {
    let (mut words, mut cjk, mut inside) = (0, 0, false);
    for c in text.chars() {
        if is_cjk(c) {
            cjk += 1;
            inside = false;
        } else if c.is_alphabetic() {
            words += usize::from(!inside);
            inside = true;
        } else if !(inside && (c.is_ascii_digit() || matches!(c, '\'' | '\u{2019}' | '-' | '_'))) {
            inside = false;
        }
    }
    words + cjk / 2
}

/// A name as it is compared: folded, without markup, numbering (`3.1`, `Step 2:`, `IV.`, `一、`),
/// leading symbols and trailing punctuation. `## 3.2 **Roll-back** plan:` gives `roll back plan`.
pub fn normalise_key(text: &str) -> String {
    if let Some(plain) = plain_key(text) {
        return plain;
    }
    let plain: String = text.chars().filter(|c| !matches!(c, '*' | '`')).collect();
    let folded = Folded::new(&plain);
    let mut rest = folded.as_str().trim();
    loop {
        let before = rest;
        rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | '[' | '<' | '@'));
        rest = strip_number(rest).trim_start();
        if rest == before {
            break;
        }
    }
    let rest = rest.trim_end_matches(|c: char| {
        matches!(c, ':' | '?' | '.' | '!' | '：' | '。' | '#') || c.is_whitespace()
    });
    if rest.is_empty() { folded.as_str().trim().to_string() } else { rest.to_string() }
}

/// The key of a text of a few plain words, as most keys are, in which there is nothing to take away.
fn plain_key(text: &str) -> Option<String> {
    let words = || text.split(' ');
    let plain = text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ');
    if !plain || words().any(str::is_empty) {
        return None;
    }
    let key = text.to_ascii_lowercase();
    (!STEP_WORDS.iter().any(|word| key.starts_with(word))).then_some(key)
}

const STEP_WORDS: [&str; 10] =
    ["step ", "section ", "part ", "schritt ", "abschnitt ", "phase ", "étape ", "etapa ", "passo ", "paso "];

fn strip_number(text: &str) -> &str {
    let body = STEP_WORDS.iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    let stepped = body.len() < text.len();
    let label =
        body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).map_or(body, |end| &body[..end]);
    let after = body[label.len()..].trim_start();
    let dotted = label.ends_with('.');
    let core = label.trim_end_matches('.');
    let numeric = !core.is_empty()
        && core
            .split('.')
            .all(|part| !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit()));
    let roman = !core.is_empty() && core.len() <= 4 && core.bytes().all(|b| matches!(b, b'i' | b'v' | b'x'));
    let letter = core.len() == 1 && core.bytes().all(|b| b.is_ascii_lowercase());
    let closed = dotted || after.starts_with([')', ':', '–', '—']);
    let rest = after.trim_start_matches([')', ':', '–', '—']);
    if !rest.trim().is_empty()
        && (numeric && (closed || stepped || !after.is_empty())
            || (roman || letter) && (closed || stepped && after.len() < body.len()))
    {
        return rest;
    }
    let mut chars = text.chars();
    if let Some(end) = text.find(['、', '．', '.']) {
        let head = &text[..end];
        if !head.is_empty() && head.chars().all(|c| "一二三四五六七八九十百".contains(c)) {
            return text[end..].trim_start_matches(['、', '．', '.']);
        }
    }
    if chars.next() == Some('第')
        && let Some(end) = text.find(['章', '节', '節', '条', '條', '部'])
        && text[..end].chars().count() <= 4
    {
        let rest = text[end..].trim_start_matches(['章', '节', '節', '条', '條', '部']);
        if !rest.trim().is_empty() {
            return rest;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_ways_to_fold_agree(text in "[A-Za-z _/\\-\\s\u{1c}é’ß*=.]{0,20}") {
            let folded = Folded::new(&text);
            prop_assert_eq!(fold(&text), folded.as_str());
        }
    }

    proptest! {
        #[test]
        fn starts_are_the_same_before_and_after_folding(text in "[A-Za-z _/\\-\\s\u{1c}é’ß—①回㍿Ａ½*=.]{0,20}|\\PC{0,20}") {
            let folded = Folded::new(&text);
            let mut seen = Vec::new();
            let any = any_start(&text, |start| {
                seen.push((start.key, start.next));
                false
            });
            prop_assert!(!any);
            let keys: Vec<(u32, u32)> = folded.starts().iter().map(|start| (start.key, start.next)).collect();
            prop_assert_eq!(&seen, &keys);
            for start in folded.starts().iter().filter(|_| text.is_ascii()) {
                let from = folded.original(start.at..start.at + 1).start;
                for end in start.at..=folded.as_str().len() {
                    prop_assert!(may_fold_to(&text[from..], &folded.as_str()[start.at..end]));
                }
                // No text here holds this one.
                let other = char::from(0x7f).to_string();
                prop_assert!(!may_fold_to(&text[from..], &other));
            }
            for (start, other) in folded.starts().iter().zip(&seen) {
                let rest = &folded.as_str()[start.at..];
                let first = first_start(rest).unwrap();
                prop_assert_eq!((first.key, first.next), *other);
                for (end, _) in rest.char_indices() {
                    prop_assert_eq!(first_folded_start(&rest[..end]), first_start(&rest[..end]), "{}", rest);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn plain_keys_are_as_all_others(text in "(step|part|I|x|Vi|[A-Za-z]{0,6}| |a b){0,5}") {
            if let Some(plain) = plain_key(&text) {
                // A mark that is taken away has it go the long way.
                prop_assert_eq!(plain, normalise_key(&format!("*{text}")));
            }
        }
    }

    #[test]
    fn a_text_starts_where_words_and_marks_do() {
        let folded = Folded::new("To be_defined: 回 (état)");
        let text = |start: &Start| {
            let bytes = |key: u32| String::from_utf8_lossy(&key.to_le_bytes()).trim_matches('\0').to_string();
            (start.at, bytes(start.key), bytes(start.next))
        };
        let starts: Vec<_> = folded.starts().iter().map(text).collect();
        let expected = [
            (0, "to", "be"),
            (3, "be", "defi"),
            (6, "defi", ""),
            (13, ":", "回"),
            (15, "回", "("),
            (19, "(", ""),
            (20, "éta", ""),
            (25, ")", ""),
        ];
        assert_eq!(starts, expected.map(|(at, key, next)| (at, key.to_string(), next.to_string())));
    }

    #[test]
    fn keys_lose_numbering_and_markup() {
        for (from, to) in [
            ("3.2 **Roll-back** plan:", "roll back plan"),
            ("Step 2: Sign-off", "sign off"),
            ("IV. Risks", "risks"),
            ("a) scope", "scope"),
            ("一、风险", "风险"),
            ("第三章 目的", "目的"),
            ("🚨 Escalation", "escalation"),
            ("p95 latency", "p95 latency"),
            ("Data", "data"),
            ("I", "i"),
            ("3.", "3"),
            ("Approved by：", "approved by"),
        ] {
            assert_eq!(normalise_key(from), to, "{from}");
        }
    }

    #[test]
    fn folding_keeps_the_way_back() {
        let original = "Zuständig:  Jörg—ＡＢ";
        let folded = Folded::new(original);
        let at = folded.as_str().find("jörg").unwrap();
        assert_eq!(&original[folded.original(at..at + "jörg".len())], "Jörg");
        let at = folded.as_str().find("ab").unwrap();
        assert_eq!(&original[folded.original(at..at + 2)], "ＡＢ");
    }

    #[test]
    fn part_of_an_expanded_character_is_the_whole_of_it() {
        let original = "a㍿b";
        let folded = Folded::new(original);
        let at = folded.as_str().find("式会").unwrap();
        assert_eq!(&original[folded.original(at..at + "式会".len())], "㍿");
    }

    #[test]
    fn words_are_counted_in_every_script() {
        assert_eq!(word_count("Two words"), 2);
        assert_eq!(word_count("l'état p95 don't"), 3);
        assert_eq!(word_count("数据处理目的"), 3);
    }
}
