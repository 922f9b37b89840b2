//! Cuts the few lines around spans out of a text of any size, escaped, with the spans mapped onto
//! the escaped lines.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::diag::{SourceId, Span, escape};

/// A span shows at most this many lines.
const MOST_LINES: usize = 4;
/// Spans that are at most this many lines apart share an excerpt.
const NEAR: usize = 6;
/// A tab takes this many columns, wherever it stands.
const TAB: &str = "    ";

/// Lines of a text, ready to be drawn.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// The number of the first line, counted from 1.
    pub(super) first_line: usize,
    /// The lines, escaped, tabs as spaces, long lines cut around the marks.
    pub(super) text: String,
    /// The marks, in the order of the text.
    pub(super) marks: Vec<Mark>,
}

/// A span inside an [`Excerpt`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mark {
    /// Which of the given spans it is.
    pub(super) index: usize,
    /// Where it stands in [`Excerpt::text`].
    pub(super) range: Range<usize>,
    /// Its true line, counted from 1.
    pub(super) line: usize,
    /// Its true column in characters, counted from 1.
    pub(super) column: usize,
}

impl Excerpt {
    /// The number of the last line.
    pub(super) fn last_line(&self) -> usize {
        self.first_line + newlines(&self.text)
    }
}

/// The texts that some spans point into, in the order in which they are first pointed at.
pub(super) fn texts(spans: impl Iterator<Item = Span>) -> Vec<SourceId> {
    let mut texts = Vec::new();
    for span in spans {
        if !texts.contains(&span.source) {
            texts.push(span.source);
        }
    }
    texts
}

/// Cuts `text` around `spans` (any byte ranges, also beyond the text or inside a character). Lines
/// take at most `columns`. Excerpts come in the order of the text.
pub(super) fn cut(text: &str, spans: &[Range<usize>], columns: usize, ellipsis: &str) -> Vec<Excerpt> {
    let mut tidy: Vec<(usize, Range<usize>)> = spans.iter().map(|span| fit(text, span)).enumerate().collect();
    tidy.sort_by_key(|(_, range)| (range.start, range.end));
    let (mut line, mut line_start) = (1, 0);
    let mut clusters: Vec<Cluster> = Vec::new();
    for (index, range) in tidy {
        let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        if start > line_start {
            line += newlines(&text[line_start..start]);
            line_start = start;
        }
        let spot = Spot { index, line, column: text[start..range.start].chars().count() + 1, range };
        match clusters.last_mut() {
            Some(cluster) if line <= cluster.last_line + NEAR => cluster.take(text, spot),
            _ => clusters.push(Cluster::new(text, spot, start)),
        }
    }
    clusters.into_iter().map(|cluster| cluster.draw(text, columns.max(20), ellipsis)).collect()
}

/// `span` inside `text`, on character boundaries, without the white space at its end, over no more
/// lines than are shown. Behind the final line break means: at the end of the last line.
fn fit(text: &str, span: &Range<usize>) -> Range<usize> {
    let floor = |offset: usize| (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    let mut start = floor(span.start).unwrap_or(0);
    let mut end = floor(span.end).unwrap_or(0).max(start);
    if start == text.len() {
        let body = text.strip_suffix('\n').map_or(text, |body| body.strip_suffix('\r').unwrap_or(body));
        (start, end) = (body.len(), body.len());
    }
    if let Some((at, _)) = text[start..end].match_indices('\n').nth(MOST_LINES - 1) {
        end = start + at;
    }
    let filled = text[start..end].trim_end().len();
    let first_line = text[start..end].find(['\r', '\n']).unwrap_or(end - start);
    start..start + if filled > 0 { filled } else { first_line }
}

fn newlines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

struct Spot {
    index: usize,
    line: usize,
    column: usize,
    range: Range<usize>,
}

/// Spots that are near to each other.
struct Cluster {
    start: usize,
    end: usize,
    first_line: usize,
    last_line: usize,
    spots: Vec<Spot>,
}

impl Cluster {
    fn new(text: &str, spot: Spot, start: usize) -> Cluster {
        let (end, first_line) = (spot.range.end, spot.line);
        let last_line = first_line + newlines(&text[spot.range.clone()]);
        Cluster { start, end, first_line, last_line, spots: vec![spot] }
    }

    fn take(&mut self, text: &str, spot: Spot) {
        self.end = self.end.max(spot.range.end);
        self.last_line = self.last_line.max(spot.line + newlines(&text[spot.range.clone()]));
        self.spots.push(spot);
    }

    fn draw(self, text: &str, columns: usize, ellipsis: &str) -> Excerpt {
        let mut drawn = Drawn { text: String::new(), map: Vec::new() };
        let mut start = self.start;
        loop {
            let next = text[start..].find('\n').map_or(text.len(), |at| start + at);
            let end = start + text[start..next].strip_suffix('\r').unwrap_or(&text[start..next]).len();
            let touching = self.spots.iter().filter(|s| s.range.start <= next && s.range.end >= start);
            let focus = touching.map(|spot| spot.range.start.clamp(start, end)).min().unwrap_or(start);
            drawn.line(text, start..end, focus, columns, ellipsis);
            if next >= self.end || next >= text.len() {
                break;
            }
            drawn.text.push('\n');
            start = next + 1;
        }
        let marks = self.spots.into_iter().map(|spot| Mark {
            index: spot.index,
            range: drawn.offset(spot.range.start)..drawn.offset(spot.range.end),
            line: spot.line,
            column: spot.column,
        });
        let marks = marks.collect();
        Excerpt { first_line: self.first_line, text: drawn.text, marks }
    }
}

/// Lines drawn so far, with the way from the original's offsets to the drawn ones.
struct Drawn {
    text: String,
    map: Vec<(usize, usize)>,
}

impl Drawn {
    /// Draws the line `range` of `text`; when it is too long, the part around `focus`.
    fn line(&mut self, text: &str, range: Range<usize>, focus: usize, columns: usize, ellipsis: &str) {
        let mut from = range.start;
        let mut room = columns;
        if !fits(&text[range.clone()], columns) {
            from = before(text, range.start..focus, columns / 4);
            if from > range.start {
                self.text.push_str(ellipsis);
                room -= ellipsis.chars().count();
            }
        }
        let whole = fits(&text[from..range.end], room);
        let mut room = if whole { room } else { room - ellipsis.chars().count() };
        for (at, c) in text[from..range.end].char_indices() {
            let Some(left) = room.checked_sub(cost(c)) else {
                self.text.push_str(ellipsis);
                break;
            };
            room = left;
            self.map.push((from + at, self.text.len()));
            if c == '\t' {
                self.text.push_str(TAB);
            } else {
                escape::push(&mut self.text, c);
            }
        }
        self.map.push((range.end, self.text.len()));
    }

    fn offset(&self, original: usize) -> usize {
        let at = self.map.partition_point(|&(from, _)| from < original);
        self.map.get(at).map_or(self.text.len(), |&(_, to)| to)
    }
}

/// Columns that a character takes once drawn; never 0, so that a line of combining marks ends.
fn cost(c: char) -> usize {
    if c == '\t' {
        TAB.len()
    } else if escape::hidden(c) {
        c.escape_default().len()
    } else {
        c.width().unwrap_or(1).max(1)
    }
}

fn fits(line: &str, columns: usize) -> bool {
    line.chars().try_fold(columns, |room, c| room.checked_sub(cost(c))).is_some()
}

/// The start of the text that takes at most `columns` before the end of `range`.
fn before(text: &str, range: Range<usize>, columns: usize) -> usize {
    let (mut from, mut room) = (range.end, columns);
    for (at, c) in text[range.clone()].char_indices().rev() {
        let Some(left) = room.checked_sub(cost(c)) else { break };
        room = left;
        from = range.start + at;
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str, range: Range<usize>) -> (Excerpt, String) {
        let mut cut = cut(text, &[range], 40, "…");
        assert_eq!(cut.len(), 1);
        let excerpt = cut.remove(0);
        let marked = excerpt.text[excerpt.marks[0].range.clone()].to_string();
        (excerpt, marked)
    }

    #[test]
    fn a_line_in_the_middle_of_a_windows_file() {
        let (excerpt, marked) = one("a\r\nb\tname\r\nc\r\n", 5..9);
        assert_eq!((excerpt.first_line, excerpt.text.as_str(), marked.as_str()), (2, "b    name", "name"));
        assert_eq!((excerpt.marks[0].line, excerpt.marks[0].column), (2, 3));
    }

    #[test]
    fn hidden_characters_are_shown_and_columns_stay_true() {
        let (excerpt, marked) = one("\u{202e}x\u{1b}[0m = y", 5..8);
        assert_eq!(excerpt.text, "\\u{202e}x\\u{1b}[0m = y");
        assert_eq!((marked.as_str(), excerpt.marks[0].column), ("[0m", 4));
    }

    #[test]
    fn a_megabyte_line_is_cut_around_the_span() {
        let text = format!("{}here{}", "x".repeat(1 << 20), "y".repeat(1 << 20));
        let (excerpt, marked) = one(&text, (1 << 20)..(1 << 20) + 4);
        assert_eq!((marked.as_str(), excerpt.text.chars().count()), ("here", 40));
        assert!(excerpt.text.starts_with("…xxx") && excerpt.text.ends_with("y…"));
        assert_eq!(excerpt.marks[0].column, (1 << 20) + 1);
    }

    #[test]
    fn behind_the_text_is_the_end_of_its_last_line() {
        let (excerpt, _) = one("a\nbc\n", 900..901);
        assert_eq!((excerpt.first_line, excerpt.text.as_str()), (2, "bc"));
        assert_eq!(excerpt.marks[0].range, 2..2);
        let (excerpt, _) = one("", 0..0);
        assert_eq!((excerpt.first_line, excerpt.text.as_str()), (1, ""));
    }

    #[test]
    fn near_spans_share_lines_and_far_ones_do_not() {
        let text = "l\n".repeat(100);
        let cut = cut(&text, &[180..181, 0..1, 4..5], 40, "…");
        assert_eq!(cut.iter().map(|e| (e.first_line, e.last_line())).collect::<Vec<_>>(), [(1, 3), (91, 91)]);
        assert_eq!(cut[0].marks.iter().map(|mark| mark.index).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_long_span_shows_its_first_lines() {
        let text = "line\n".repeat(1000);
        let (excerpt, marked) = one(&text, 0..text.len());
        assert_eq!(marked, "line\nline\nline\nline");
        assert_eq!(excerpt.last_line(), 4);
    }

    #[test]
    fn a_span_of_nothing_but_line_breaks_stays_on_its_line() {
        let (excerpt, marked) = one("ab\r\n\r\n\r\nc", 2..8);
        assert_eq!((excerpt.text.as_str(), marked.as_str()), ("ab", ""));
    }
}
