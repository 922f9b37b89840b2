//! Excerpts of texts, with what is said about them: the place of a finding, and the line of the policy.

use std::collections::BTreeSet;
use std::ops::Range;

use super::write::Html;
use crate::diag::{Note, Sources};
use crate::report::excerpt::{self, Excerpt, Mark};
use crate::report::wrap;

/// Columns of a line, before it is cut around its marks.
const COLUMNS: usize = 160;
/// A label stands below its mark when it ends before this column, and at the margin otherwise.
const ALIGNED: usize = 90;

/// What a mark is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Role {
    /// The place of the finding.
    Primary,
    /// The line of the policy that asks.
    Policy,
    /// Another place that belongs to it.
    Related,
}

impl Role {
    /// The start of a mark.
    fn open(self) -> &'static str {
        match self {
            Role::Primary => "<mark class=\"primary\">",
            Role::Policy => "<mark class=\"policy\">",
            Role::Related => "<mark class=\"related\">",
        }
    }

    /// The start of a label.
    fn label(self) -> &'static str {
        match self {
            Role::Primary => "<span class=\"label primary\">",
            Role::Policy => "<span class=\"label policy\">",
            Role::Related => "<span class=\"label related\">",
        }
    }
}

/// A note and what it is about.
pub(super) type Spot<'a> = (Role, &'a Note);

/// The excerpts around the spots, one figure each: the place first, the policy last; texts in the order in which
/// they are first pointed at.
pub(super) fn excerpts(html: &mut Html, spots: &[Spot<'_>], sources: &Sources) {
    let mut figures = Vec::new();
    for source in excerpt::texts(spots.iter().map(|(_, note)| note.span)) {
        let inside: Vec<&Spot<'_>> = spots.iter().filter(|(_, note)| note.span.source == source).collect();
        let spans: Vec<Range<usize>> = inside.iter().map(|(_, note)| note.span.range()).collect();
        for cut in excerpt::cut(&sources.get(source).text, &spans, COLUMNS, "…") {
            let rank = |mark: &Mark| match inside[mark.index].0 {
                Role::Primary => 0,
                Role::Related => 1,
                Role::Policy => 2,
            };
            figures.push((cut.marks.iter().map(rank).min().unwrap_or(1), source, inside.clone(), cut));
        }
    }
    figures.sort_by_key(|(rank, ..)| *rank);
    for (_, source, inside, cut) in &figures {
        figure(html, &sources.get(*source).origin.display(), inside, cut);
    }
}

fn figure(html: &mut Html, origin: &str, spots: &[&Spot<'_>], cut: &Excerpt) {
    let named = cut.marks.iter().min_by_key(|mark| spots[mark.index].0);
    html.raw("<figure><figcaption>");
    html.raw(match named.map(|mark| spots[mark.index].0) {
        Some(Role::Policy) => "<span class=\"what\">policy</span> ",
        _ => "",
    });
    html.raw("<code><bdi>").text(origin).raw("</bdi>");
    if let Some(mark) = named {
        html.raw(":").number(mark.line).raw(":").number(mark.column);
    }
    html.raw("</code></figcaption>\n<pre>");
    let mut start = 0;
    for (n, line) in cut.text.split('\n').enumerate() {
        let range = start..start + line.len();
        html.raw("<span class=\"row\"><span class=\"line\" aria-hidden=\"true\">")
            .number(cut.first_line + n)
            .raw("</span><span>");
        row(html, &cut.text, range.clone(), spots, &cut.marks);
        html.raw("</span></span>\n");
        for mark in cut.marks.iter().filter(|mark| (range.start..=range.end).contains(&mark.range.end)) {
            label(html, &cut.text[range.start..mark.range.start.max(range.start)], spots[mark.index]);
        }
        start = range.end + 1;
    }
    html.raw("</pre></figure>\n");
}

/// A line, cut at the edges of its marks; where marks overlap, the one that matters most shows.
fn row(html: &mut Html, text: &str, line: Range<usize>, spots: &[&Spot<'_>], marks: &[Mark]) {
    let edges = marks.iter().flat_map(|mark| [mark.range.start, mark.range.end]);
    let mut edges: BTreeSet<usize> = edges.map(|at| at.clamp(line.start, line.end)).collect();
    edges.extend([line.start, line.end]);
    let mut from = line.start;
    for at in edges {
        let over = marks.iter().filter(|mark| mark.range.start <= from && mark.range.end >= at && at > from);
        piece(html, over.map(|mark| spots[mark.index].0).min(), &text[from..at]);
        let points = marks.iter().filter(|mark| mark.range == (at..at)).map(|mark| spots[mark.index].0);
        // A place without extent, such as the end of a file, is shown as a mark all the same.
        if let Some(role) = points.min() {
            html.raw(role.open()).raw(" </mark>");
        }
        from = at;
    }
}

fn piece(html: &mut Html, role: Option<Role>, text: &str) {
    match role {
        _ if text.is_empty() => {}
        Some(role) => _ = html.raw(role.open()).text(text).raw("</mark>"),
        None => _ = html.text(text),
    }
}

/// What is said about a mark, below it.
fn label(html: &mut Html, before: &str, (role, note): &Spot<'_>) {
    if note.text.is_empty() {
        return;
    }
    let column = wrap::width(before);
    html.raw("<span class=\"row\"><span class=\"line\"></span>").raw(role.label());
    if column + wrap::width(&note.text) <= ALIGNED {
        html.raw("<span class=\"indent\">").text(&" ".repeat(column)).raw("</span>");
    }
    html.raw("<span aria-hidden=\"true\">╰ </span>").prose(&note.text).raw("</span></span>\n");
}
