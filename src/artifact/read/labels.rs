//! Labels: names in front of their values inside a line of prose.

use std::ops::Range;

use super::flow::Flow;
use crate::text::{has_cjk, is_cjk};

/// Longest key, in characters and in words.
const KEY_CHARS: usize = 60;
const KEY_WORDS: usize = 12;
/// Longest key without emphasis that is taken for one, in words.
const PLAIN_WORDS: usize = 8;
/// The same with nothing behind it: a sentence that introduces a list is longer.
const EMPTY_WORDS: usize = 5;
/// A line of a paragraph with such a short key starts a value of its own.
const LINE_WORDS: usize = 5;
const LINE_CHARS: usize = 40;

/// A name and its value, as ranges of the flow's text, trimmed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Label {
    pub(super) key: Range<usize>,
    /// May be empty.
    pub(super) value: Range<usize>,
}

/// The labels of one line or one unwrapped paragraph of a flow, in order.
pub(super) fn labels(flow: &Flow, part: Range<usize>) -> Vec<Label> {
    let mut found = Vec::new();
    for piece in pieces(flow, part) {
        let before = found.len();
        bold_labels(flow, piece.clone(), &mut found);
        if found.len() == before {
            found.extend(plain_label(flow, piece));
        }
    }
    found.retain(|label| !label.key.is_empty());
    found
}

/// True when a line of a paragraph is a label of its own rather than the continuation of the line
/// before. `strict` asks for a sign that a sentence does not start its continuation lines with.
pub(super) fn starts_label(flow: &Flow, line: Range<usize>, strict: bool) -> bool {
    let line = flow.trim(line);
    if let Some(bold) = bold_at(flow, line.start) {
        return !matches!(bold_kind(flow, bold, line.clone()), Bold::Text | Bold::Lead);
    }
    let Some((key, value)) = split(&flow.text[line.clone()]) else { return false };
    let name = &flow.text[line.start + key.start..line.start + key.end];
    let short = words(name) <= LINE_WORDS && name.chars().count() < LINE_CHARS;
    let capital = name.starts_with(|c: char| !c.is_lowercase());
    let valued = !flow.text[line.start + value..line.end].trim().is_empty();
    short && (!strict || capital && valued)
}

/// True when a line is one piece of bold text and nothing else but a colon. Gives the bold text.
pub(super) fn bold_alone(flow: &Flow, line: Range<usize>) -> Option<Range<usize>> {
    let line = flow.trim(line);
    let bold = bold_at(flow, line.start)?;
    let rest = flow.text[bold.end.min(line.end)..line.end].trim();
    let fits = bold.end <= line.end && matches!(rest, "" | ":" | "：");
    let name = flow.text[bold.clone()].trim();
    (fits && name.chars().count() <= 80 && words(name) <= KEY_WORDS).then_some(bold)
}

/// The piece of a text that is the name and where the value starts: `Key: value`, `Key：value`,
/// `Key:: value`, `:Key: value`. The name is trimmed; the value may be empty.
pub(super) fn split(text: &str) -> Option<(Range<usize>, usize)> {
    // Most lines have no colon; the wide one begins with this byte.
    memchr::memchr2(b':', 0xef, text.as_bytes())?;
    let lead = text.len() - text.trim_start().len();
    let field = text[lead..].starts_with(':') && !text[lead + 1..].starts_with([' ', ':']);
    let from = lead + usize::from(field);
    let mut chars = 0usize;
    for (at, c) in text[from..].char_indices().map(|(at, c)| (from + at, c)) {
        chars += 1;
        if chars > KEY_CHARS + 4 || matches!(c, '`' | '|' | '\n') {
            return None;
        }
        if c == '：' || c == ':' {
            let key = super::out::trim(text, from..at);
            let (name, rest) = (&text[key.clone()], &text[at + c.len_utf8()..]);
            let value = at + c.len_utf8() + usize::from(c == ':' && rest.starts_with(':'));
            return (is_name(name) && (c == '：' || separates(name, rest))).then_some((key, value));
        }
    }
    None
}

/// Whether an ASCII colon between these ends a name: not in times, addresses, paths or references.
fn separates(name: &str, rest: &str) -> bool {
    let Some(next) = rest.chars().next() else { return true };
    if next.is_whitespace() {
        return true;
    }
    if next == ':' {
        return rest[1..].chars().next().is_none_or(char::is_whitespace);
    }
    let number = name.ends_with(|c: char| c.is_ascii_digit()) && next.is_ascii_digit();
    let titled = name.starts_with(|c: char| c.is_uppercase() || is_cjk(c));
    let path = name.contains(['/', '@', '.', '\\']) || matches!(next, '/' | '\\');
    titled && !number && !path && (words(name) <= 3 || has_cjk(name))
}

fn is_name(name: &str) -> bool {
    let chars = name.chars().take(KEY_CHARS + 1).count();
    chars <= KEY_CHARS
        && (chars >= 2 || has_cjk(name))
        && name.chars().any(char::is_alphanumeric)
        && !name.contains('`')
        && words(name) <= KEY_WORDS
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Cuts a line at ` · `, ` • `, ` | ` and wide gaps where a new label starts.
fn pieces(flow: &Flow, part: Range<usize>) -> Vec<Range<usize>> {
    let text = &flow.text;
    let bytes = text[part.clone()].as_bytes();
    // The two dots begin with these bytes.
    if memchr::memchr3(b'|', 0xc2, 0xe2, bytes).is_none() && !bytes.windows(3).any(|gap| gap == b"   ") {
        return vec![part];
    }
    let mut cuts = Vec::new();
    let mut start = part.start;
    for (at, c) in text[part.clone()].char_indices().map(|(at, c)| (part.start + at, c)) {
        let rest = &text[at..part.end];
        let behind = match c {
            '·' | '•' | '|' if text[start..at].ends_with([' ', '\u{a0}']) => &rest[c.len_utf8()..],
            ' ' if rest.starts_with("   ") => &rest[3..],
            _ => continue,
        };
        if !behind.starts_with(char::is_whitespace) && c != ' ' || behind.starts_with(' ') && c == ' ' {
            continue;
        }
        let next = part.end - behind.trim_start().len();
        if next > start && starts_piece(flow, next..part.end) {
            cuts.push(start..at);
            start = next;
        }
    }
    cuts.push(start..part.end);
    cuts
}

fn starts_piece(flow: &Flow, part: Range<usize>) -> bool {
    match bold_at(flow, part.start) {
        Some(bold) => !matches!(bold_kind(flow, bold, part), Bold::Text | Bold::Lead | Bold::Sentence),
        None => split(&flow.text[part]).is_some(),
    }
}

fn plain_label(flow: &Flow, piece: Range<usize>) -> Option<Label> {
    let text = &flow.text[piece.clone()];
    let (key, value) = split(text)?;
    let value = trim_value(flow, piece.start + value..piece.end);
    let most = if value.is_empty() { EMPTY_WORDS } else { PLAIN_WORDS };
    let key = piece.start + key.start..piece.start + key.end;
    (words(&flow.text[key.clone()]) <= most).then_some(Label { key, value })
}

/// What a piece of bold text says about what follows it.
enum Bold {
    /// `**Key:** value`; the key ends here.
    ColonInside(usize),
    /// `**Key**: value`, `**Key** (note): value`; the value starts here.
    ColonBehind(usize),
    /// `**Key: value**`: the key, and where the value starts.
    Whole(Range<usize>, usize),
    /// `**Key.** value`
    Sentence,
    /// `**Key** value`, `**Key** — value`: a key only at the start.
    Lead,
    Text,
}

fn bold_kind(flow: &Flow, bold: Range<usize>, part: Range<usize>) -> Bold {
    let text = &flow.text;
    let inner = flow.trim(bold.start..bold.end.min(part.end));
    let name = &text[inner.clone()];
    let Some(end) = colon_behind(&text[bold.end.min(part.end)..part.end]) else {
        let bare = name.trim_end_matches([':', '：']).trim_end();
        if bare.len() < name.len() {
            return if is_name(bare) { Bold::ColonInside(inner.start + bare.len()) } else { Bold::Text };
        }
        if let Some((key, value)) = split(name).filter(|(_, value)| !name[*value..].trim().is_empty()) {
            return Bold::Whole(inner.start + key.start..inner.start + key.end, inner.start + value);
        }
        if !is_name(name) {
            return Bold::Text;
        }
        let sentence = name.ends_with(['.', '。']) && words(name) <= PLAIN_WORDS;
        return if sentence { Bold::Sentence } else { Bold::Lead };
    };
    if is_name(name) { Bold::ColonBehind(bold.end + end) } else { Bold::Text }
}

/// Where the value starts when a colon comes next, with at most a short note in front of it.
fn colon_behind(after: &str) -> Option<usize> {
    let mut rest = after.trim_start();
    if rest.starts_with('(') {
        let close = rest.char_indices().take(42).find(|&(_, c)| c == ')')?.0;
        rest = rest[close + 1..].trim_start();
    }
    let value = rest.strip_prefix(':').or_else(|| rest.strip_prefix('：'))?;
    Some(after.len() - value.len())
}

/// The bold text that starts at `at`.
fn bold_at(flow: &Flow, at: usize) -> Option<Range<usize>> {
    let found = flow.bolds.partition_point(|bold| bold.start < at);
    flow.bolds.get(found).filter(|bold| bold.start == at).cloned()
}

fn bold_labels(flow: &Flow, piece: Range<usize>, found: &mut Vec<Label>) {
    let first = flow.bolds.partition_point(|bold| bold.start < piece.start);
    let past = flow.bolds.partition_point(|bold| bold.start < piece.end);
    let bolds = &flow.bolds[first.min(past)..past];
    let mut open: Option<(Range<usize>, usize)> = None;
    for (number, bold) in bolds.iter().enumerate() {
        let lead = number == 0
            && flow.text[piece.start..bold.start]
                .trim_matches([' ', '>', '-', '+', '•', '·', ',', ';'])
                .is_empty();
        let (key, value) = match bold_kind(flow, bold.clone(), piece.clone()) {
            Bold::ColonInside(end) => (bold.start..end, bold.end),
            Bold::ColonBehind(value) => (bold.clone(), value),
            Bold::Whole(key, value) => {
                close(flow, &mut open, bold.start, found);
                found.push(Label { key, value: trim_value(flow, value..bold.end.min(piece.end)) });
                continue;
            }
            Bold::Sentence | Bold::Lead
                if lead && !flow.text[bold.end.min(piece.end)..piece.end].trim().is_empty() =>
            {
                (bold.clone(), bold.end)
            }
            _ => continue,
        };
        close(flow, &mut open, bold.start, found);
        open = Some((flow.trim(key), value));
    }
    close(flow, &mut open, piece.end, found);
}

fn close(flow: &Flow, open: &mut Option<(Range<usize>, usize)>, end: usize, found: &mut Vec<Label>) {
    if let Some((key, value)) = open.take() {
        let value = trim_value(flow, value.min(end)..end);
        found.push(Label { key, value });
    }
}

/// Without the separators that stand between a key and its value and between two labels.
fn trim_value(flow: &Flow, range: Range<usize>) -> Range<usize> {
    let text = &flow.text;
    let range = flow.trim(range);
    let slice = &text[range.clone()];
    let front = ["—", "–", "- ", "→ ", "= ", "| ", "· "].iter().find_map(|mark| slice.strip_prefix(mark));
    let slice = match front {
        Some(rest) if !rest.trim().is_empty() => rest.trim_start(),
        _ => slice,
    };
    let start = range.end - slice.len();
    let end = start + slice.trim_end_matches([' ', '·', '|', '•', '\u{a0}']).len();
    flow.trim(start..end.max(start))
}
