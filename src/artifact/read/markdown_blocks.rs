//! What becomes of a finished paragraph, item or heading of Markdown.

use std::ops::Range;

use super::flow::Flow;
use super::labels::{Label, bold_alone, labels, split, starts_label};
use super::out::{Named, Out};
use crate::artifact::document::{Form, Heading, Piece, UnitKind};
use crate::diag::Span;
use crate::text::normalise_key;

/// The level of a bold line alone.
const BOLD_LEVEL: u8 = 7;

/// Takes in a paragraph or the text of an item. Gives the pair at its end that has no value yet.
pub(super) fn prose(out: &mut Out<'_>, flow: &Flow, kind: UnitKind) -> Option<usize> {
    let lines = lines(flow);
    let bold_first = kind == UnitKind::Paragraph && is_bold_heading(flow, lines[0].0.clone());
    let all = lines.len() > 1 && lines.iter().all(|(line, _)| starts_label(flow, line.clone(), false));
    let mut open = None;
    let mut chunk: Option<Range<usize>> = None;
    for (line, hard) in lines {
        if out.full() {
            return None;
        }
        if bold_first && is_bold_heading(flow, line.clone()) {
            if let Some(chunk) = chunk.take() {
                text(out, flow, chunk, kind);
            }
            bold_heading(out, flow, line);
            open = None;
            continue;
        }
        let starts = chunk.is_none() || hard || starts_label(flow, line.clone(), !all);
        if starts && let Some(done) = chunk.take() {
            text(out, flow, done, kind);
        }
        let start = chunk.map_or(line.start, |chunk| chunk.start);
        chunk = Some(start..line.end);
    }
    if let Some(chunk) = chunk {
        open = text(out, flow, chunk, kind);
    }
    open
}

/// The lines of a flow, and whether the break in front of each is a hard one.
fn lines(flow: &Flow) -> Vec<(Range<usize>, bool)> {
    let mut lines = Vec::with_capacity(flow.breaks.len() + 1);
    let (mut start, mut hard) = (0, false);
    for end in &flow.breaks {
        if !flow.text[start..end.at].trim().is_empty() || lines.is_empty() {
            lines.push((start..end.at, hard));
            hard = false;
        }
        start = (end.at + 1).min(flow.text.len());
        hard |= end.hard;
    }
    lines.push((start..flow.text.len(), hard));
    lines
}

/// Takes in one unit and its labels.
fn text(out: &mut Out<'_>, flow: &Flow, chunk: Range<usize>, kind: UnitKind) -> Option<usize> {
    let inner = flow.trim(chunk);
    if inner.is_empty() {
        return None;
    }
    out.unit(kind, &flow.text[inner.clone()], flow.source(inner.clone()));
    let mut last = None;
    for label in labels(flow, inner) {
        last = pair(out, flow, &label).filter(|_| label.value.is_empty());
    }
    last
}

fn pair(out: &mut Out<'_>, flow: &Flow, label: &Label) -> Option<usize> {
    let key = Named {
        text: &flow.text[label.key.clone()],
        normal: false,
        range: flow.source(label.key.clone()),
        form: Form::Label,
        row: None,
    };
    out.pair(key, &flow.text[label.value.clone()], flow.source(label.value.clone()))
}

/// A bold line alone, unless it is a sentence.
fn is_bold_heading(flow: &Flow, line: Range<usize>) -> bool {
    bold_alone(flow, line).is_some_and(|bold| {
        let name = flow.text[bold].trim();
        let sentence = name.ends_with(['.', '!', '。', '！']) && name.split_whitespace().count() >= 4;
        !sentence
    })
}

fn bold_heading(out: &mut Out<'_>, flow: &Flow, line: Range<usize>) {
    let inner = flow.trim(line);
    let name = flow.text[inner.clone()].trim_end_matches([':', '：']).trim_end();
    heading(out, name, BOLD_LEVEL, flow.source(inner.clone()));
    named_heading(out, flow, inner);
}

/// Takes in a heading of the levels 1 to 6. With several lines it is a paragraph above a rule that
/// was meant as one; false is given then and nothing is taken in.
pub(super) fn plain_heading(out: &mut Out<'_>, flow: &Flow, level: u8, range: Range<usize>) -> bool {
    let underlined = !out.text[range.clone()].trim_start().starts_with('#');
    if underlined && !flow.breaks.is_empty() {
        return false;
    }
    let inner = flow.trim(0..flow.text.len());
    heading(out, &flow.text[inner.clone()], level, range);
    named_heading(out, flow, inner);
    true
}

/// `## Status: approved` is a heading and a named value.
fn named_heading(out: &mut Out<'_>, flow: &Flow, inner: Range<usize>) {
    if split(&flow.text[inner.clone()]).is_some() {
        for label in labels(flow, inner).iter().filter(|label| !label.value.is_empty()) {
            pair(out, flow, label);
        }
    }
}

pub(super) fn heading(out: &mut Out<'_>, text: &str, level: u8, range: Range<usize>) {
    let text = text.trim();
    if text.is_empty() || !out.room(&range, 2 * text.len()) {
        return;
    }
    let span = out.span(&range);
    let key = normalise_key(text);
    let body = Span::new(span.source, range.end..range.end);
    out.doc.headings.push(Heading { text: text.to_string(), key, level, span, body, parent: None });
}

/// Ends all headings: their bodies and parents.
pub(super) fn close_headings(out: &mut Out<'_>) {
    let end = out.text.len();
    let mut open: Vec<usize> = Vec::new();
    let headings = &mut out.doc.headings;
    for at in 0..headings.len() {
        let (level, start) = (headings[at].level, headings[at].span.start);
        while let Some(&above) = open.last() {
            if headings[above].level < level {
                break;
            }
            headings[above].body.end = start.max(headings[above].body.start);
            open.pop();
        }
        headings[at].parent = open.last().copied();
        open.push(at);
    }
    for at in open {
        let body = headings[at].body;
        headings[at].body = Span::new(body.source, body.start as usize..end);
    }
}

/// The first heading of level 1, or the front matter's title, or the first heading, or a short
/// first line where there are none.
pub(super) fn title(out: &mut Out<'_>) {
    let headings = &out.doc.headings;
    let heading = |most: u8| headings.iter().find(|heading| heading.level <= most);
    let piece = |heading: &Heading| Piece { text: heading.text.clone(), span: heading.span };
    let front = || {
        let node = out.doc.nodes.iter().find(|node| node.path.eq_ignore_ascii_case("title"))?;
        (!node.value.trim().is_empty())
            .then(|| Piece { text: node.value.trim().to_string(), span: node.span })
    };
    let first = || {
        let unit =
            out.doc.units.first().filter(|unit| unit.kind == UnitKind::Paragraph && unit.text.len() < 80)?;
        Some(Piece { text: unit.text.clone(), span: unit.span })
    };
    let found = heading(1)
        .map(piece)
        .or_else(front)
        .or_else(|| heading(6).map(piece))
        .or_else(|| heading(BOLD_LEVEL).map(piece))
        .or_else(first);
    out.doc.title = found;
}
