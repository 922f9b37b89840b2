//! Markdown, walked event by event with offsets into the text.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::flow::Flow;
use super::front;
use super::html::Html;
use super::markdown_blocks as blocks;
use super::markdown_text::{Code, language};
use super::out::{Out, lines};
use super::tables::Table;

/// Deeper quotes cost time with every line below them.
const DEEPEST_QUOTE: usize = 50;
/// Lists that are values of labels, one inside the other.
const LISTS_OPEN: usize = 4;

/// Reads a whole text.
pub(super) fn read(out: &mut Out<'_>) {
    let base = front::read(out);
    let whole = out.text;
    let end = too_deep(whole, base).unwrap_or(whole.len());
    let text = &whole[..end];
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut walker = Walker::new(out, text);
    for (event, range) in Parser::new_ext(&text[base..], options).into_offset_iter() {
        walker.event(event, range.start + base..range.end + base);
        if walker.out.full() {
            break;
        }
    }
    walker.end_flow();
    if end < whole.len() {
        let message = format!("quotes nested deeper than {DEEPEST_QUOTE} levels; the rest is not read");
        out.fail(end..end, message);
    }
    blocks::close_headings(out);
    blocks::title(out);
}

/// The first line whose quotes nest deeper than [`DEEPEST_QUOTE`].
fn too_deep(text: &str, from: usize) -> Option<usize> {
    lines(text, from..text.len())
        .find(|line| {
            let marks = text[line.clone()].bytes().take_while(|b| b" \t>-+*.)0123456789".contains(b));
            marks.filter(|&b| b == b'>').count() > DEEPEST_QUOTE
        })
        .map(|line| line.start)
}

/// A label without a value, whose value is the list below it.
pub(super) struct Awaited {
    pub(super) pair: usize,
    /// How many lists were open when the label was read.
    depth: usize,
}

/// The state of the walk.
pub(super) struct Walker<'o, 'a> {
    pub(super) out: &'o mut Out<'a>,
    pub(super) text: &'a str,
    pub(super) flow: Option<Flow>,
    /// Open items, and whether each has had its text.
    pub(super) items: Vec<bool>,
    pub(super) task: Option<bool>,
    pub(super) lists: usize,
    /// The label that the last text ended with, until something else follows.
    pub(super) open_label: Option<usize>,
    pub(super) awaited: Vec<Awaited>,
    pub(super) table: Option<Table>,
    pub(super) rows: u32,
    pub(super) code: Option<Code>,
    pub(super) images: usize,
    pub(super) html: Html,
    pub(super) html_heading: Option<u8>,
    /// Addresses of open links, for those of mail.
    pub(super) links: Vec<Option<String>>,
}

impl<'o, 'a> Walker<'o, 'a> {
    fn new(out: &'o mut Out<'a>, text: &'a str) -> Walker<'o, 'a> {
        Walker {
            out,
            text,
            flow: None,
            items: Vec::new(),
            task: None,
            lists: 0,
            open_label: None,
            awaited: Vec::new(),
            table: None,
            rows: 0,
            code: None,
            images: 0,
            html: Html::default(),
            html_heading: None,
            links: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) if self.code.is_some() => self.code_text(&text, range),
            Event::Text(text) => {
                let text = if &*text == "\u{a0}" { " " } else { &text };
                self.inline(text, range);
            }
            Event::Code(text) => self.inline_code(&text, range),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.inline(&text, range);
            }
            Event::Html(text) => self.html(&text, range),
            Event::InlineHtml(text) => self.inline_html(&text, range),
            Event::SoftBreak => self.line_break(range, false),
            Event::HardBreak => self.line_break(range, true),
            Event::Rule => self.open_label = None,
            Event::TaskListMarker(done) => self.task = Some(done),
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Strong => self.begin(range, true),
            Tag::Emphasis | Tag::Strikethrough | Tag::Superscript | Tag::Subscript => {
                self.begin(range, false)
            }
            Tag::Link { dest_url, .. } => {
                let address =
                    dest_url.strip_prefix("mailto:").map(|to| to.split('?').next().unwrap_or(to).to_string());
                self.links.push(address);
                self.begin(range, false);
            }
            Tag::Image { .. } => self.images += 1,
            Tag::Paragraph => {
                self.end_flow();
                self.flow = Some(Flow::new(range.start));
            }
            Tag::Heading { .. } | Tag::TableCell => {
                self.end_flow();
                self.open_label = None;
                self.flow = Some(Flow::new(range.start));
            }
            Tag::List(_) => {
                self.end_flow();
                if let Some(pair) = self.open_label.take()
                    && self.awaited.len() < LISTS_OPEN
                {
                    self.awaited.push(Awaited { pair, depth: self.lists });
                }
                self.lists += 1;
            }
            Tag::Item => {
                self.end_flow();
                self.open_label = None;
                self.items.push(false);
            }
            Tag::CodeBlock(kind) => {
                self.end_flow();
                let pair = self.open_label.take();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => language(&info),
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(Code::new(language, pair));
            }
            Tag::Table(_) => {
                self.end_flow();
                self.open_label = None;
                self.table = Some(Table::default());
            }
            Tag::HtmlBlock => {
                self.end_flow();
                self.html = Html::default();
            }
            Tag::BlockQuote(_) => self.end_flow(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Strong
            | TagEnd::Emphasis
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript => {
                if let Some(flow) = &mut self.flow {
                    flow.end();
                }
            }
            TagEnd::Link => self.end_link(range),
            TagEnd::Image => self.images = self.images.saturating_sub(1),
            TagEnd::Paragraph => self.end_flow(),
            TagEnd::Heading(level) => self.end_heading(level as u8, range),
            TagEnd::TableCell => {
                if let (Some(mut flow), Some(table)) = (self.flow.take(), &mut self.table) {
                    flow.finish();
                    table.cell(&flow);
                }
            }
            TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.end_head();
                }
            }
            TagEnd::TableRow => {
                self.rows += 1;
                if let Some(table) = &mut self.table {
                    table.end_row(self.out, self.rows);
                }
            }
            TagEnd::Table => {
                self.rows += 1;
                if let Some(table) = self.table.take() {
                    table.end(self.out, self.rows);
                }
            }
            TagEnd::Item => {
                self.end_flow();
                self.items.pop();
                self.open_label = None;
                if let Some(done) = self.task.take() {
                    self.out.task(done, "", super::out::trim(self.text, range));
                }
            }
            TagEnd::List(_) => {
                self.lists = self.lists.saturating_sub(1);
                self.awaited.retain(|awaited| awaited.depth < self.lists);
                self.open_label = None;
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => self.end_html(),
            _ => {}
        }
    }
}
