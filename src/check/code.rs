//! Code without what never runs: comments, docstrings and disabled blocks become blanks, so that places stay
//! as they are.

use std::ops::Range;

use crate::policy::Language;

/// Code, and where its strings stand.
#[derive(Debug)]
pub(super) struct Code {
    /// As long as the code that it was made from.
    pub(super) text: String,
    /// Strings; those that stand side by side, or are added up, are one.
    pub(super) strings: Vec<Range<usize>>,
}

struct Lexer<'a> {
    language: &'a Language,
    code: &'a str,
    out: Vec<u8>,
    strings: Vec<Range<usize>>,
    /// Open brackets.
    depth: usize,
}

/// Reads code as the language says; without one, nothing in it is a comment or a string.
pub(super) fn read(code: &str, language: Option<&Language>) -> Code {
    let Some(language) = language else { return Code { text: code.to_string(), strings: Vec::new() } };
    let mut lexer = Lexer { language, code, out: code.as_bytes().to_vec(), strings: Vec::new(), depth: 0 };
    lexer.run();
    let mut text = string(lexer.out);
    if let Some(dead) = dead(&text, language) {
        text = dead;
    }
    let text = spaced(text, &lexer.strings);
    let strings = joined(&text, lexer.strings);
    Code { text, strings }
}

impl Lexer<'_> {
    fn run(&mut self) {
        let bytes = self.code.as_bytes();
        let marks = marks(self.language);
        let mut at = 0;
        while let Some(next) = bytes[at.min(bytes.len())..].iter().position(|&b| marks[usize::from(b)]) {
            at += next;
            at = match self.comment(at) {
                Some(end) => {
                    self.blank(at..end);
                    end
                }
                None => match self.string(at) {
                    Some(end) => end,
                    None => {
                        match bytes[at] {
                            b'(' | b'[' | b'{' => self.depth += 1,
                            b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                            _ => {}
                        }
                        at + 1
                    }
                },
            };
        }
    }

    /// Where the comment that begins here ends.
    fn comment(&self, at: usize) -> Option<usize> {
        let rest = &self.code.as_bytes()[at..];
        for (open, close) in &self.language.blocks {
            if rest.starts_with(open.as_bytes()) {
                let inner = at + open.len();
                let end = self.code.get(inner..).and_then(|rest| rest.find(close.as_str()));
                return Some(end.map_or(self.code.len(), |end| inner + end + close.len()));
            }
        }
        let starts = |mark: &String| {
            let bare = mark.trim_start();
            let apart = at == 0 || self.code.as_bytes()[at - 1].is_ascii_whitespace();
            rest.starts_with(bare.as_bytes()) && (apart || bare.len() == mark.len())
        };
        let is = self.language.comments.iter().any(starts);
        is.then(|| rest.iter().position(|&b| b == b'\n').map_or(self.code.len(), |end| at + end))
    }

    /// Where the string that begins here ends.
    fn string(&mut self, at: usize) -> Option<usize> {
        let rest = &self.code.as_bytes()[at..];
        let language = self.language;
        let quote = language.quotes.iter().find(|quote| rest.starts_with(quote.as_bytes()))?;
        let lines = quote.len() > 1 || !language.quotes.iter().any(|quote| quote.len() > 1);
        let inner = at + quote.len();
        let Some(end) = self.closing(inner, quote.as_bytes(), lines) else { return Some(inner) };
        if language.docstrings && self.depth == 0 && self.is_statement(at, end + quote.len()) {
            self.blank(at..end + quote.len());
        } else {
            self.strings.push(inner..end);
        }
        Some(end + quote.len())
    }

    fn closing(&self, from: usize, quote: &[u8], lines: bool) -> Option<usize> {
        let bytes = self.code.as_bytes();
        let mut at = from;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 2,
                b'\n' if !lines => return None,
                _ if bytes[at..].starts_with(quote) => return Some(at),
                _ => at += 1,
            }
        }
        None
    }

    /// True when nothing else stands on the lines of a string but its prefix.
    fn is_statement(&self, start: usize, end: usize) -> bool {
        let bytes = self.code.as_bytes();
        let line = bytes[..start].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let before = self.code[line..start].trim();
        let after = bytes[end..].iter().find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
        let continued = self.code[..line].trim_end_matches(['\n', '\r']).ends_with('\\');
        before.len() <= 2
            && before.bytes().all(|b| b.is_ascii_alphabetic())
            && matches!(after, None | Some(b'\n' | b'#' | b';'))
            && !continued
    }

    fn blank(&mut self, range: Range<usize>) {
        blank(&mut self.out, range);
    }
}

/// The bytes that a comment, a string or a bracket may begin with.
fn marks(language: &Language) -> [bool; 256] {
    let mut marks = [false; 256];
    let opens = language.blocks.iter().map(|(open, _)| open.as_str());
    let texts = language.comments.iter().chain(&language.quotes).map(|mark| mark.trim_start());
    for text in opens.chain(texts).chain(["(", ")", "[", "]", "{", "}"]) {
        if let Some(first) = text.as_bytes().first() {
            marks[usize::from(*first)] = true;
        }
    }
    marks
}

/// Blanks take whole characters, so that nothing is lossy.
fn string(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn blank(bytes: &mut [u8], range: Range<usize>) {
    for byte in &mut bytes[range] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// The text with spaces for line breaks and tabs that its strings write as `\n` and `\t`.
fn spaced(text: String, strings: &[Range<usize>]) -> String {
    let mut bytes = text.into_bytes();
    for string in strings {
        let mut at = string.start;
        while at + 1 < string.end {
            if bytes[at] == b'\\' {
                if matches!(bytes[at + 1], b'n' | b't' | b'r') {
                    bytes[at..at + 2].fill(b' ');
                }
                at += 1;
            }
            at += 1;
        }
    }
    string(bytes)
}

/// The text without blocks that never run; `None` when there is none.
fn dead(text: &str, language: &Language) -> Option<String> {
    let mut out: Option<Vec<u8>> = None;
    for found in language.dead.iter().filter_map(|pattern| pattern.over(text)).flat_map(|r| r.find_iter(text))
    {
        let end = block_end(text, found.range());
        let bytes = out.get_or_insert_with(|| text.as_bytes().to_vec());
        blank(bytes, found.start()..end.max(found.end()));
    }
    out.map(string)
}

/// Where the block under a line ends: at its brace, or where the next line is indented no more.
fn block_end(text: &str, head: Range<usize>) -> usize {
    let start = text[..head.start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[head.end..].find('\n').map_or(text.len(), |at| head.end + at);
    let line = &text[start..line_end];
    if line.trim_end().ends_with('{') {
        let mut depth = 0_usize;
        for (at, byte) in text.bytes().enumerate().skip(start) {
            match byte {
                b'{' => depth += 1,
                b'}' if depth <= 1 => return at + 1,
                b'}' => depth -= 1,
                _ => {}
            }
        }
        return text.len();
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(line);
    let mut end = line_end;
    for next in text[line_end..].split_inclusive('\n').skip(1) {
        if !next.trim().is_empty() && indent(next) <= own {
            break;
        }
        end += next.len();
    }
    end.min(text.len())
}

/// Strings with nothing between them but white space, `+`, and letters before the quote.
fn joined(text: &str, strings: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for string in strings {
        let gap = out.last().and_then(|last| text.get(last.end..string.start));
        let together = gap.is_some_and(|gap| {
            let gap = gap.trim_matches(['"', '\'']);
            let gap = gap.trim_end_matches(|c: char| matches!(c.to_ascii_lowercase(), 'f' | 'r' | 'b' | 'u'));
            gap.chars().all(|c| c.is_whitespace() || matches!(c, '+' | '\\'))
        });
        match out.last_mut() {
            Some(last) if together => last.end = string.end,
            _ => out.push(string),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::Globs;

    fn python() -> Language {
        let marks = |marks: &[&str]| marks.iter().map(ToString::to_string).collect();
        Language {
            files: Globs::none(),
            comments: marks(&["#"]),
            blocks: vec![("/*".to_string(), "*/".to_string())],
            quotes: marks(&["\"\"\"", "'''", "\"", "'"]),
            docstrings: true,
            dead: Vec::new(),
        }
    }

    fn strings(code: &str) -> Vec<String> {
        let read = read(code, Some(&python()));
        read.strings.iter().map(|range| read.text[range.clone()].to_string()).collect()
    }

    #[test]
    fn strings_side_by_side_are_one() {
        assert_eq!(strings("x = ('a ' \n  f'b' + \"c\")"), ["a ' \n  f'b' + \"c"]);
        assert_eq!(strings("f('a', 'b')"), ["a", "b"]);
        assert_eq!(strings("x = 'a\\nb' # 'c'"), ["a  b"]);
        assert_eq!(strings("'''doc'''\nf('''no doc''')\nx = 'it\\'s'"), ["no doc", "it\\'s"]);
    }

    proptest! {
        /// Nothing moves, whatever the code is.
        #[test]
        fn places_stay_as_they_are(code in "([a-z (){}#\\\\\n'\"/*é=]|'''|\"\"\"|/\\*){0,60}") {
            let read = read(&code, Some(&python()));
            prop_assert_eq!(read.text.len(), code.len());
            prop_assert_eq!(read.text.matches('\n').count(), code.matches('\n').count());
            for range in read.strings {
                prop_assert!(read.text.get(range).is_some());
            }
        }
    }
}
