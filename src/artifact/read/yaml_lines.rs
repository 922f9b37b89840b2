//! YAML that no parser takes, because it is a template or broken: `key: value` line by line, with
//! indentation as the only structure.

use std::ops::Range;

use super::out::{Out, Trail, lines, trim};
use super::scalar;
use crate::artifact::document::Scalar;

/// Deeper levels are left out.
const DEEPEST: usize = 200;

enum Step {
    Key { name: Range<usize> },
    Element { index: usize },
}

/// Levels that are open, with their indentation.
#[derive(Default)]
struct Levels {
    open: Vec<(usize, Step)>,
    document: u32,
}

impl Levels {
    /// Closes what a line with this indentation ends. A `-` may stand right below its key.
    fn close(&mut self, indent: usize, dash: bool) {
        while self.open.last().is_some_and(|(at, _)| *at > indent || *at == indent && !dash) {
            self.open.pop();
        }
    }

    /// Goes to the next element of the list at this indentation, or opens one.
    fn element(&mut self, indent: usize) {
        match self.open.last_mut() {
            Some((at, Step::Element { index })) if *at == indent => *index += 1,
            _ => self.open.push((indent, Step::Element { index: 0 })),
        }
    }

    fn emit(&self, out: &mut Out<'_>, value: Range<usize>, kind: Option<Scalar>) {
        let mut trail = Trail::default();
        trail.place.push(self.document);
        let mut key = value.start..value.start;
        for (_, step) in &self.open {
            match step {
                Step::Key { name } => {
                    trail.key(&out.text[name.clone()]);
                    key = name.clone();
                }
                Step::Element { index } => trail.element(*index),
            }
        }
        let text = out.text[value.clone()].to_string();
        let kind = kind.unwrap_or_else(|| scalar::plain(&text));
        out.node(trail.at(key), text, kind, value);
    }
}

/// Reads the leaves of `range` that start at or behind `from`.
pub(super) fn nodes(out: &mut Out<'_>, range: Range<usize>, from: usize) {
    let text = out.text;
    let mut levels = Levels::default();
    let mut rest = lines(text, range).peekable();
    while let Some(line) = rest.next() {
        if out.full() {
            return;
        }
        let content = trim(text, line.clone());
        let mut at = content.start;
        if content.is_empty() || text[content.clone()].starts_with('#') {
            continue;
        }
        if text[line.clone()].starts_with("---") {
            levels =
                Levels { open: Vec::new(), document: levels.document + u32::from(!levels.open.is_empty()) };
            continue;
        }
        while text[at..content.end].starts_with("- ") || &text[at..content.end] == "-" {
            levels.close(at - line.start, true);
            levels.element(at - line.start);
            at = trim(text, at + 1..content.end).start;
        }
        if levels.open.len() > DEEPEST {
            continue;
        }
        let indent = at - line.start;
        let Some((name, value)) = key_value(text, at..content.end) else {
            let element = matches!(levels.open.last(), Some((_, Step::Element { .. })));
            if at > content.start && element && at >= from && at < content.end {
                let (value, kind) = unquote(text, at..content.end);
                levels.emit(out, value, kind);
            }
            continue;
        };
        levels.close(indent, false);
        levels.open.push((indent, Step::Key { name: name.clone() }));
        let (mut value, mut kind) = unquote(text, value);
        if text[value.clone()].starts_with(['|', '>']) && kind.is_none() {
            let mut block = value.end..value.end;
            while let Some(next) = rest.next_if(|next| {
                let body = trim(text, next.clone());
                body.is_empty() || body.start - next.start > indent
            }) {
                block.end = next.end;
            }
            value = trim(text, block);
            kind = Some(Scalar::String);
        }
        if !value.is_empty() && name.start >= from {
            levels.emit(out, value, kind);
        }
    }
}

/// `key: value` or `key:` as ranges.
fn key_value(text: &str, range: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let line = &text[range.clone()];
    let colon = line.match_indices(':').map(|(at, _)| at).find(|at| {
        let behind = line[at + 1..].chars().next();
        behind.is_none_or(char::is_whitespace)
    })?;
    let (name, _) = unquote(text, trim(text, range.start..range.start + colon));
    let wordy = text[name.clone()].chars().all(|c| c.is_alphanumeric() || "._-$/ ".contains(c));
    if name.is_empty() || !wordy || name.len() > 120 {
        return None;
    }
    let mut value = trim(text, range.start + colon + 1..range.end);
    if !text[value.clone()].starts_with(['"', '\''])
        && let Some(comment) = text[value.clone()].find(" #")
    {
        value = trim(text, value.start..value.start + comment);
    }
    Some((name, value))
}

/// The range without quotes, and that it is text if it had some.
fn unquote(text: &str, range: Range<usize>) -> (Range<usize>, Option<Scalar>) {
    let slice = &text[range.clone()];
    for quote in ['"', '\''] {
        if slice.len() >= 2
            && slice.starts_with(quote)
            && let Some(end) = slice[1..].find(quote)
        {
            return (range.start + 1..range.start + 1 + end, Some(Scalar::String));
        }
    }
    (range, None)
}
