//! Text inside the blocks of Markdown: flows, code, HTML.

use std::ops::Range;

use super::flow::Flow;
use super::html::{Html, Part};
use super::markdown::Walker;
use super::markdown_blocks as blocks;
use super::out::Out;
use crate::artifact::document::UnitKind;
use crate::diag::Span;

/// A list that is the value of a label is kept up to this length.
const LIST_VALUE: usize = 4_096;

/// A fenced or indented block of code.
pub(super) struct Code {
    language: String,
    line: String,
    range: Option<Range<usize>>,
    /// The pair whose value it is.
    pair: Option<usize>,
}

impl Code {
    pub(super) fn new(language: String, pair: Option<usize>) -> Code {
        Code { language, line: String::new(), range: None, pair }
    }

    /// Ends a line of the block.
    fn flush(&mut self, out: &mut Out<'_>) {
        let line = std::mem::take(&mut self.line);
        let Some(range) = self.range.take() else { return };
        if let Some(pair) = self.pair
            && !line.trim().is_empty()
        {
            extend(out, pair, &format!("`{}`", line.trim()), range.clone());
        }
        out.code(&self.language, &line, range, false);
    }
}

impl Walker<'_, '_> {
    /// The flow that inline text belongs to; in a tight item, it begins here.
    pub(super) fn flow(&mut self, at: usize) -> &mut Flow {
        self.flow.get_or_insert_with(|| Flow::new(at))
    }

    pub(super) fn begin(&mut self, range: Range<usize>, bold: bool) {
        self.flow(range.start).begin(range, bold);
    }

    pub(super) fn inline(&mut self, text: &str, range: Range<usize>) {
        if self.images == 0 {
            let source = self.text;
            self.flow(range.start).push(source, text, range);
        }
    }

    pub(super) fn line_break(&mut self, range: Range<usize>, hard: bool) {
        let source = self.text;
        self.flow(range.start).line_break(source, range, hard);
    }

    /// Inline code keeps its backticks in the text and is a line of code of its own.
    pub(super) fn inline_code(&mut self, code: &str, range: Range<usize>) {
        if self.images > 0 {
            return;
        }
        let source = self.text;
        let slice = &source[range.clone()];
        let ticks = slice.bytes().take_while(|&b| b == b'`').count();
        let inner = match slice[ticks..].find(code) {
            Some(at) if !code.is_empty() => range.start + ticks + at..range.start + ticks + at + code.len(),
            _ => range.clone(),
        };
        let flow = self.flow(range.start);
        flow.begin(range.clone(), false);
        flow.push(source, "`", range.start..(range.start + ticks).min(inner.start.max(range.start)));
        flow.push(source, code, inner.clone());
        flow.push(source, "`", inner.end.min(range.end)..range.end);
        flow.end();
        self.out.code("", code, inner, true);
    }

    /// A mail link keeps its address in the text, unless the text shows it.
    pub(super) fn end_link(&mut self, range: Range<usize>) {
        let address = self.links.pop().flatten();
        let source = self.text;
        let flow = self.flow(range.start);
        let shown = flow.end();
        if let Some(address) = address.filter(|to| !to.is_empty() && !flow.text[shown].contains(to.as_str()))
        {
            flow.begin(range.clone(), false);
            flow.push(source, &format!(" <{address}>"), range);
            flow.end();
        }
    }

    pub(super) fn end_heading(&mut self, level: u8, range: Range<usize>) {
        let Some(mut flow) = self.flow.take() else { return };
        flow.finish();
        let range = super::out::trim(self.text, range);
        if !blocks::plain_heading(self.out, &flow, level, range) {
            self.open_label = blocks::prose(self.out, &flow, UnitKind::Paragraph);
        }
    }

    /// Ends the text that is being read: a paragraph, the text of an item, HTML.
    pub(super) fn end_flow(&mut self) {
        let Some(mut flow) = self.flow.take() else { return };
        flow.finish();
        if flow.is_blank() {
            return;
        }
        let kind = match self.items.last_mut() {
            Some(used) if !*used => {
                *used = true;
                UnitKind::Item
            }
            _ => UnitKind::Paragraph,
        };
        let inner = flow.trim(0..flow.text.len());
        let range = flow.source(inner.clone());
        if let Some(done) = self.task.take() {
            self.out.task(done, &flow.text[inner.clone()], range.clone());
        }
        let within = self.open_label.take().filter(|_| !self.items.is_empty() && kind == UnitKind::Paragraph);
        for pair in self.awaited.iter().map(|awaited| awaited.pair).chain(within) {
            extend(self.out, pair, &flow.text[inner.clone()], range.clone());
        }
        self.open_label = blocks::prose(self.out, &flow, kind);
    }

    pub(super) fn code_text(&mut self, text: &str, range: Range<usize>) {
        let Some(code) = &mut self.code else { return };
        let verbatim = self.text.get(range.clone()) == Some(text);
        let mut at = range.start;
        for part in text.split_inclusive('\n') {
            let piece = if verbatim { at..at + part.len() } else { range.clone() };
            at += part.len();
            let line = part.trim_end_matches('\n');
            let end = if verbatim { piece.end - (part.len() - line.len()) } else { piece.end };
            code.line.push_str(line);
            let start = code.range.as_ref().map_or(piece.start, |r| r.start);
            code.range = Some(start..end);
            if part.ends_with('\n') {
                code.flush(self.out);
            }
        }
    }

    pub(super) fn end_code(&mut self) {
        if let Some(mut code) = self.code.take() {
            code.flush(self.out);
        }
    }

    /// A line of an HTML block.
    pub(super) fn html(&mut self, text: &str, range: Range<usize>) {
        let verbatim = self.text.get(range.clone()) == Some(text);
        let source = self.text;
        for part in self.html.feed(text) {
            match part {
                Part::Text(inner) => {
                    let at = match verbatim {
                        true => range.start + inner.start..range.start + inner.end,
                        false => range.clone(),
                    };
                    if self.flow.is_some() || !text[inner.clone()].trim().is_empty() {
                        self.flow(at.start).push(source, &text[inner], at);
                    }
                }
                Part::Break { hard } => {
                    if self.flow.is_some() {
                        self.line_break(range.end..range.end, hard);
                    }
                }
                Part::Block if self.html_heading.is_some() => {}
                Part::Block => self.end_flow(),
                Part::Heading(level) => {
                    self.end_html_heading();
                    self.end_flow();
                    self.html_heading = Some(level);
                }
                Part::HeadingEnd => self.end_html_heading(),
            }
        }
    }

    fn end_html_heading(&mut self) {
        let Some(level) = self.html_heading.take() else { return };
        let Some(mut flow) = self.flow.take() else { return };
        flow.finish();
        let inner = flow.trim(0..flow.text.len());
        self.open_label = None;
        blocks::heading(self.out, &flow.text[inner.clone()], level, flow.source(inner));
    }

    pub(super) fn end_html(&mut self) {
        self.end_html_heading();
        self.end_flow();
        self.html = Html::default();
    }

    /// A tag inside a line.
    pub(super) fn inline_html(&mut self, text: &str, range: Range<usize>) {
        for part in Html::default().feed(text) {
            match part {
                Part::Text(_) => self.inline(text, range.clone()),
                Part::Break { hard: true } => self.line_break(range.clone(), true),
                _ => {}
            }
        }
    }
}

/// Adds the text of a list or paragraph to the value of the label above it.
fn extend(out: &mut Out<'_>, pair: usize, text: &str, range: Range<usize>) {
    let Some(pair) = out.doc.pairs.get_mut(pair) else { return };
    if pair.value.len() + text.len() > LIST_VALUE {
        return;
    }
    let span = Span::new(pair.span.source, range);
    if pair.value.is_empty() {
        pair.span = span;
    } else {
        pair.value.push_str("; ");
        pair.span.end = span.end.max(pair.span.end);
    }
    pair.value.push_str(text);
}

/// The first word of a fence's info: `Python title="x"` and `{.python}` give `python`.
pub(super) fn language(info: &str) -> String {
    let word = info.trim_start_matches(['{', '.', ' ']);
    let end = word.find(|c: char| !(c.is_alphanumeric() || "+-_#".contains(c))).unwrap_or(word.len());
    word[..end].to_lowercase()
}
