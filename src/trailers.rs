//! The trailers of a commit's message, as `git interpret-trailers --parse --no-divider` reads them: the
//! lines `Key: value` of the last paragraph.
//!
//! libgit2 reads them otherwise in three ways (it keeps a carriage return, takes the next line for an
//! empty value, and stops at a line `---`), so they are read here. Knows no word of any policy.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// A trailer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trailer {
    /// `Approved-by`, as written.
    pub key: String,
    /// The value on one line: what continues on further lines is joined with a space.
    pub value: String,
    /// Where its first line stands, without the line break.
    pub range: Range<usize>,
}

impl Trailer {
    /// True when the key is `name`; case does not matter.
    pub fn is(&self, name: &str) -> bool {
        self.key.eq_ignore_ascii_case(name)
    }
}

/// The trailers of a message, and where their paragraph begins; its end, and none, when there is no such
/// paragraph.
pub fn parse(message: &str) -> (Vec<Trailer>, usize) {
    let end = end_of_message(message);
    let start = block_start(message, end);
    let mut trailers: Vec<Trailer> = Vec::new();
    // The last line was a trailer, so that an indented one continues it.
    let mut open = false;
    for (at, line) in lines(&message[start..end]) {
        if line.starts_with(is_space) {
            if let Some(trailer) = trailers.last_mut().filter(|_| open) {
                trailer.value.push_str(line);
            }
            continue;
        }
        let colon = separator(line).filter(|&at| at >= 1);
        open = colon.is_some();
        if let Some(colon) = colon {
            let range = start + at..start + at + line.trim_end_matches(is_space).len();
            let key = line[..colon].trim_matches(is_space).to_string();
            trailers.push(Trailer { key, value: line[colon + 1..].to_string(), range });
        }
    }
    for trailer in &mut trailers {
        trailer.value = unfold(trailer.value.trim_matches(is_space));
    }
    (trailers, start)
}

const COMMENT: char = '#';

/// The line behind which `git commit --verbose` puts what is not part of the message, and the end of the one before.
const SCISSORS: &str = "\n# ------------------------ >8 ------------------------\n";

/// Lines that Git itself writes. With one of them in the paragraph, a quarter of trailers is enough.
const GENERATED: [&str; 2] = ["Signed-off-by: ", "(cherry picked from commit "];

/// The white space that Git knows.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Lines with their line breaks, and where they begin.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    })
}

fn is_blank(line: &str) -> bool {
    line.split('\n').next().is_none_or(|line| line.chars().all(is_space))
}

/// The place of the colon of `Key:` or `Key :`; keys are letters, digits and dashes.
fn separator(line: &str) -> Option<usize> {
    let mut spaced = false;
    for (at, c) in line.char_indices() {
        match c {
            ':' => return Some(at),
            _ if !spaced && (c.is_ascii_alphanumeric() || c == '-') => {}
            ' ' | '\t' if at > 0 => spaced = true,
            _ => return None,
        }
    }
    None
}

/// Where the message ends: before comments, empty lines and a list of conflicts at its end.
fn end_of_message(text: &str) -> usize {
    static SEARCH: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(SCISSORS));
    let cutoff = match SEARCH.find(text.as_bytes()) {
        _ if text.starts_with(&SCISSORS[1..]) => 0,
        Some(at) => at + 1,
        None => text.len(),
    };
    let (mut ignored, mut conflicts) = (None, false);
    for (at, line) in lines(text) {
        if at >= cutoff {
            break;
        }
        if line.starts_with(COMMENT) || line == "\n" {
            ignored.get_or_insert(at);
        } else if line == "Conflicts:\n" {
            conflicts = true;
            ignored.get_or_insert(at);
        } else if !(conflicts && line.starts_with('\t')) && ignored.is_some() {
            (ignored, conflicts) = (None, false);
        }
    }
    ignored.unwrap_or(cutoff)
}

/// Where the paragraph of trailers begins; `end` when there is none.
fn block_start(text: &str, end: usize) -> usize {
    let title = lines(text)
        .take_while(|(at, _)| *at < end)
        .find(|(_, line)| !line.starts_with(COMMENT) && is_blank(line))
        .map_or(end, |(at, _)| at);
    let starts: Vec<usize> = lines(&text[..end]).map(|(at, _)| at).collect();
    let mut seen = Seen::default();
    for &at in starts.iter().rev().take_while(|at| **at >= title) {
        let line = &text[at..end];
        if line.starts_with(COMMENT) {
            seen.others += std::mem::take(&mut seen.indented);
            continue;
        }
        if is_blank(line) {
            if seen.only_spaces() {
                continue;
            }
            seen.others += seen.indented;
            let generated = seen.generated && seen.trailers * 3 >= seen.others;
            let clean = seen.trailers > 0 && seen.others == 0;
            let next = line.find('\n').map_or(end, |n| at + n + 1);
            return if generated || clean { next } else { end };
        }
        seen.add(line);
    }
    end
}

/// What the lines of a paragraph are, from the last one up.
#[derive(Default)]
struct Seen {
    lines: usize,
    generated: bool,
    trailers: usize,
    others: usize,
    /// Indented lines above which no line stood yet: they continue a trailer, or are none.
    indented: usize,
}

impl Seen {
    fn only_spaces(&self) -> bool {
        self.lines == 0
    }

    fn add(&mut self, line: &str) {
        self.lines += 1;
        let generated = GENERATED.iter().any(|prefix| line.starts_with(prefix));
        if generated || separator(line).is_some_and(|at| at >= 1) {
            self.trailers += 1;
            self.indented = 0;
            self.generated |= generated;
        } else if line.starts_with(is_space) {
            self.indented += 1;
        } else {
            self.others += 1 + std::mem::take(&mut self.indented);
        }
    }
}

/// Each line break, and the white space behind it, as one space.
fn unfold(value: &str) -> String {
    let mut parts = value.split('\n');
    let mut out = parts.next().unwrap_or_default().to_string();
    let mut gap = false;
    for part in parts {
        let part = part.trim_start_matches(is_space);
        if part.is_empty() {
            // White space behind a line break is one with it.
            gap = true;
            continue;
        }
        out.push(' ');
        out.push_str(part);
        gap = false;
    }
    if gap {
        out.push(' ');
    }
    out.trim_matches(is_space).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Vec<(String, String)> {
        parse(message).0.into_iter().map(|t| (t.key, t.value)).collect()
    }

    #[test]
    fn trailers_stand_in_the_last_paragraph() {
        let message = "Title\n\nBody: not one\nof them.\n\nWhy: drift\nRefs: #12\n  and #13\n";
        assert_eq!(read(message), [("Why".into(), "drift".into()), ("Refs".into(), "#12 and #13".into())]);
        assert_eq!(read("Why: a title is none"), []);
        assert_eq!(read(""), []);
    }

    #[test]
    fn a_range_is_the_first_line() {
        let message = "T\n\nApproved-by: Ada\r\n  Lovelace\r\n";
        let (trailers, start) = parse(message);
        assert_eq!((&message[trailers[0].range.clone()], start), ("Approved-by: Ada", 3));
        // As Git: only the line feed is folded.
        assert_eq!(trailers[0].value, "Ada\r Lovelace");
    }
}
