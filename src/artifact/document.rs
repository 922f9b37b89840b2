//! What a reader makes of one text: units, named values, headings, nodes, all with spans.
//!
//! Readers know formats and nothing of artifacts; facts are read from documents.

use crate::diag::{SourceId, Span};

/// The syntax a text is written in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Format {
    /// Markdown with optional YAML front matter; also plain text, reStructuredText and AsciiDoc,
    /// as far as their lists, labels and headings look alike.
    Markdown,
    /// YAML, any number of documents.
    Yaml,
    /// JSON, comments allowed.
    Json,
    /// TOML.
    Toml,
    /// CODEOWNERS, and MAINTAINERS or OWNERS files with the same syntax.
    Codeowners,
    /// A program: Python, R, shell, SQL, Scala, Makefile. Comments and docstrings become units,
    /// the text itself is for patterns.
    Code,
}

/// One text, read.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text.
    pub source: SourceId,
    /// How it was read.
    pub format: Format,
    /// The first heading, the front matter's `title`, or a structured file's `name`/`title`.
    pub title: Option<Piece>,
    /// Prose in the order of the text; code, comments of Markdown and front matter are set aside.
    pub units: Vec<Unit>,
    /// Named values of labels, table rows, table columns and front matter.
    pub pairs: Vec<Pair>,
    /// Headings in the order of the text. A bold line alone is a heading below all others (level 7).
    pub headings: Vec<Heading>,
    /// Lines of fenced or indented code, and inline code.
    pub code: Vec<CodeLine>,
    /// Task list items.
    pub tasks: Vec<Task>,
    /// Leaves of structured formats and of front matter.
    pub nodes: Vec<Node>,
    /// Lines of CODEOWNERS that name a pattern.
    pub owners: Vec<OwnersLine>,
    /// The first place where the text is not valid in its format, with a sentence. What was read
    /// before it is kept.
    pub error: Option<Piece>,
}

/// A piece of text and where it stands. `text` has its markup removed, so it may be shorter than
/// the span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Plain text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// What kind of prose a unit is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnitKind {
    /// A paragraph.
    Paragraph,
    /// A list item, without its nested items (they are units of their own).
    Item,
    /// A table cell below the header row.
    Cell,
    /// A comment of a structured format or a program. HTML comments of Markdown are not units.
    Comment,
    /// A scalar of a structured format with at least three words.
    Value,
}

/// A unit of prose.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// Plain text: emphasis, link targets and escapes removed, soft line breaks as spaces. Inline
    /// code keeps its backticks.
    pub text: String,
    /// Where it stands, markup included.
    pub span: Span,
    /// The nearest heading above, as an index into [`Document::headings`].
    pub heading: Option<usize>,
}

/// Where a named value got its name from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Form {
    /// `Key: value` in a paragraph or list item, also `**Key:** value` and `**Key** value`.
    Label,
    /// The first cell of a table row; the value is the rest of the row, cells joined with ` | `.
    Row,
    /// The header of a table column; the value is one cell.
    Column,
    /// A key of the front matter, dotted when nested.
    Front,
    /// A heading; the value is what stands below it. Not in [`Document::pairs`]: see
    /// [`Document::section`].
    Section,
}

/// A named value.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The name, normalised with [`normalise_key`](crate::text::normalise_key).
    pub key: String,
    /// Where the name stands.
    pub key_span: Span,
    /// The value's plain text; may be empty.
    pub value: String,
    /// Where the value stands; empty and just behind the name when there is none.
    pub span: Span,
    /// Where the name is from.
    pub form: Form,
    /// The nearest heading above.
    pub heading: Option<usize>,
    /// For rows and columns: identifies the row, so that cells of one row can be put side by side.
    pub row: Option<u32>,
}

/// A heading.
#[derive(Clone, Debug)]
pub struct Heading {
    /// Plain text, as written.
    pub text: String,
    /// The text, normalised with [`normalise_key`](crate::text::normalise_key).
    pub key: String,
    /// 1 to 6, or 7 for a bold line alone.
    pub level: u8,
    /// The heading's own line or lines.
    pub span: Span,
    /// From the end of the heading to the next heading of the same or a higher level.
    pub body: Span,
    /// The heading that this one stands under.
    pub parent: Option<usize>,
}

/// A line of code.
#[derive(Clone, Debug)]
pub struct CodeLine {
    /// The fence's language, lower-case; empty when none is named.
    pub language: String,
    /// The line, without its end.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// True for `inline` code.
    pub inline: bool,
    /// The nearest heading above.
    pub heading: Option<usize>,
}

/// A task list item.
#[derive(Clone, Debug)]
pub struct Task {
    /// `[x]`.
    pub done: bool,
    /// The item's text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// The nearest heading above.
    pub heading: Option<usize>,
}

/// The type of a leaf in a structured format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scalar {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Float,
    /// `true` or `false`.
    Boolean,
    /// A date or time of TOML, or an unquoted YAML scalar that looks like one.
    Date,
    /// `null`, `~`, or a key with no value.
    Null,
    /// An empty list or map.
    Empty,
}

/// A leaf of a structured format.
#[derive(Clone, Debug)]
pub struct Node {
    /// Keys joined with dots, `[]` for a list element: `team.members[].name`. A second YAML
    /// document starts again at the root.
    pub path: String,
    /// The positions in the lists on the way, outermost first, the YAML document's number before
    /// all: leaves with a common prefix belong to the same list element.
    pub place: Vec<u32>,
    /// The value as text, quotes and escapes resolved.
    pub value: String,
    /// Its type.
    pub scalar: Scalar,
    /// Where the value stands.
    pub span: Span,
    /// Where its key stands; for a list element, the key of the list.
    pub key_span: Span,
}

/// A CODEOWNERS line with a pattern.
#[derive(Clone, Debug)]
pub struct OwnersLine {
    /// The pattern, as written.
    pub pattern: Piece,
    /// The owners, as written; empty when the line clears ownership.
    pub owners: Vec<Piece>,
}

impl Document {
    /// A document with nothing in it.
    pub fn empty(source: SourceId, format: Format) -> Document {
        Document {
            source,
            format,
            title: None,
            units: Vec::new(),
            pairs: Vec::new(),
            headings: Vec::new(),
            code: Vec::new(),
            tasks: Vec::new(),
            nodes: Vec::new(),
            owners: Vec::new(),
            error: None,
        }
    }

    /// The headings above `heading`, nearest first, itself included.
    pub fn ancestors(&self, heading: Option<usize>) -> impl Iterator<Item = &Heading> {
        let mut at = heading;
        std::iter::from_fn(move || {
            let found = self.headings.get(at?)?;
            at = found.parent;
            Some(found)
        })
    }

    /// The units below a heading, those of its sub-headings included.
    pub fn section(&self, heading: usize) -> impl Iterator<Item = &Unit> {
        self.section_units(heading).map(|at| &self.units[at])
    }

    /// The same units, by their places in [`Document::units`].
    pub fn section_units(&self, heading: usize) -> impl Iterator<Item = usize> {
        let body = self.headings[heading].body;
        let inside = move |unit: &Unit| unit.span.start >= body.start && unit.span.end <= body.end;
        (0..).zip(&self.units).filter(move |(_, unit)| inside(unit)).map(|(at, _)| at)
    }
}
