//! Inline text with its markup removed, and the way back to the source.

use std::ops::Range;

/// A run of text that comes from one place.
struct Piece {
    /// Where it starts in the text.
    at: usize,
    src: Range<usize>,
    /// The text equals the source, so offsets inside can be carried over.
    verbatim: bool,
}

/// Text between the marks of emphasis, a link and the like, and the source with the marks.
struct Markup {
    text: Range<usize>,
    src: Range<usize>,
}

/// A line end inside a paragraph.
#[derive(Clone, Copy)]
pub(super) struct Break {
    /// Offset in the text, of the space that stands for it.
    pub(super) at: usize,
    /// Written as one: two spaces, a backslash, `<br>`.
    pub(super) hard: bool,
}

/// The inline content of a paragraph, item, cell or heading.
#[derive(Default)]
pub(super) struct Flow {
    pub(super) text: String,
    pieces: Vec<Piece>,
    /// Bold text, outermost only, in order.
    pub(super) bolds: Vec<Range<usize>>,
    pub(super) breaks: Vec<Break>,
    open: Vec<(usize, Range<usize>, bool)>,
    bold_depth: usize,
    /// Sorted by the end of the text.
    markup: Vec<Markup>,
    /// Indices into `markup`, sorted by the start of the text; made when it is first needed.
    by_start: Vec<usize>,
    /// Where the flow stands when it has no text.
    home: usize,
}

impl Flow {
    pub(super) fn new(home: usize) -> Flow {
        Flow { home, ..Flow::default() }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Adds text that stands at `src` of `source`.
    pub(super) fn push(&mut self, source: &str, text: &str, src: Range<usize>) {
        if text.is_empty() {
            return;
        }
        let verbatim = source.get(src.clone()) == Some(text);
        match self.pieces.last_mut() {
            Some(last) if verbatim && last.verbatim && last.src.end == src.start => last.src.end = src.end,
            _ => self.pieces.push(Piece { at: self.text.len(), src, verbatim }),
        }
        self.text.push_str(text);
    }

    /// Ends a line.
    pub(super) fn line_break(&mut self, source: &str, src: Range<usize>, hard: bool) {
        let at = self.text.len();
        self.push(source, " ", src);
        self.breaks.push(Break { at, hard });
    }

    /// Begins markup whose source is `src`.
    pub(super) fn begin(&mut self, src: Range<usize>, bold: bool) {
        self.bold_depth += usize::from(bold);
        self.open.push((self.text.len(), src, bold));
    }

    /// Ends the markup that was begun last. Gives its text.
    pub(super) fn end(&mut self) -> Range<usize> {
        let Some((start, src, bold)) = self.open.pop() else { return self.text.len()..self.text.len() };
        let text = start..self.text.len();
        if bold {
            self.bold_depth -= 1;
            if self.bold_depth == 0 && !self.text[text.clone()].trim().is_empty() {
                self.bolds.push(text.clone());
            }
        }
        if !text.is_empty() {
            self.markup.push(Markup { text: text.clone(), src });
        }
        text
    }

    /// To be called when all text is in.
    pub(super) fn finish(&mut self) {
        while !self.open.is_empty() {
            self.end();
        }
        self.by_start = (0..self.markup.len()).collect();
        self.by_start.sort_by_key(|&at| self.markup[at].text.start);
    }

    /// The source of a piece of the text, with the markup that stands around or inside of it.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        if range.start >= range.end {
            let at = self.point(range.start);
            return at..at;
        }
        let first = self.piece(range.start);
        let last = self.piece(range.end - 1);
        let (Some(first), Some(last)) = (first, last) else { return self.home..self.home };
        let mut start = first.src.start + if first.verbatim { range.start - first.at } else { 0 };
        let mut end = if last.verbatim { last.src.start + (range.end - last.at) } else { last.src.end };
        let from = self.by_start.partition_point(|&at| self.markup[at].text.start < range.start);
        for markup in self.by_start[from..].iter().map(|&at| &self.markup[at]) {
            if markup.text.start != range.start {
                break;
            }
            if markup.text.end <= range.end {
                start = start.min(markup.src.start);
            }
        }
        let to = self.markup.partition_point(|m| m.text.end <= range.end);
        for markup in self.markup[..to].iter().rev() {
            if markup.text.end != range.end {
                break;
            }
            if markup.text.start >= range.start {
                end = end.max(markup.src.end);
            }
        }
        start..end.max(start)
    }

    /// The source offset of an offset in the text.
    pub(super) fn point(&self, at: usize) -> usize {
        match self.piece(at) {
            Some(piece) if piece.verbatim => (piece.src.start + (at - piece.at)).min(piece.src.end),
            Some(piece) if at > piece.at => piece.src.end,
            Some(piece) => piece.src.start,
            None => self.home,
        }
    }

    fn piece(&self, at: usize) -> Option<&Piece> {
        let next = self.pieces.partition_point(|piece| piece.at <= at);
        self.pieces.get(next.checked_sub(1)?)
    }

    /// `range` without white space at its ends.
    pub(super) fn trim(&self, range: Range<usize>) -> Range<usize> {
        super::out::trim(&self.text, range)
    }
}
