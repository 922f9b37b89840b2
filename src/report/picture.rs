//! Draws one diagnostic: the place and the line of the policy that asks, with labels, notes, help
//! and lines to paste.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use anstyle::AnsiColor;

use super::excerpt::{self, Excerpt};
use super::{Style, wrap};
use crate::diag::{self, Diagnostic, Note, Paste, SourceId, Sources, escape};

/// Other places than these many are counted, not drawn.
const MOST_RELATED: usize = 8;
/// Of the paths that were looked for, this many are named.
const MOST_LOOKED: usize = 12;
/// Columns that a rule's id or a mistake's code may take.
const LONGEST_CODE: usize = 48;
/// Wider than any line that is drawn: lines are cut here, where their text is known, and the
/// renderer must not cut them again.
const NEVER_CUT: usize = 1 << 20;

/// What a picture shows beside its diagnostic.
#[derive(Clone, Default, Debug)]
pub(super) struct Frame {
    /// The word before the code, in place of `error`, `warning`, `note`.
    pub(super) word: Option<&'static str>,
    /// A place that is neither a text nor a path, such as a commit; raw text.
    pub(super) place: Option<String>,
    /// The policy line that asks; always drawn, last.
    pub(super) because: Option<Note>,
}

/// Draws `d`. Ends with a line break. Texts are cut to a few lines around each span; spans beyond
/// their text point at its end.
pub fn render(sources: &Sources, d: &Diagnostic, style: &Style) -> String {
    framed(sources, d, &Frame::default(), style)
}

/// [`render`] in a frame.
pub(super) fn framed(sources: &Sources, d: &Diagnostic, frame: &Frame, style: &Style) -> String {
    let spots = Spots::new(d, frame);
    let scenes = scenes(sources, &spots, style);
    let digits = scenes.iter().map(|scene| scene.excerpt.last_line().to_string().len()).max().unwrap_or(0);
    let told = Told { style, digits };

    let (level, word) = level(d.level, frame.word);
    let code = wrap::cut(&escape::line(&d.code), LONGEST_CODE, style.ellipsis());
    let head = word.len() + wrap::width(&code) + 4;
    let title = wrap::lines(&d.message, style.columns().saturating_sub(head), style.ellipsis()).join("\n");
    let mut group = Group::with_title(level.with_name(word).primary_title(title).id(code));
    let mut notes = Vec::new();
    let bare = d.path.as_ref().map(ToString::to_string).or_else(|| frame.place.clone());
    if let Some(place) = bare.filter(|_| d.primary.is_none()) {
        group = group.element(Origin::path(wrap::sentence(&place, style.ellipsis())));
    }
    for (n, scene) in scenes.iter().enumerate() {
        group = group.element(scene.snippet(n, &spots, digits, style, &mut notes));
    }
    if let Some(more) = d.related.len().checked_sub(MOST_RELATED).filter(|&more| more > 0) {
        notes.push(format!("and {} more of the same kind", wrap::count(more, "place")));
    }
    notes.extend(looked(&d.looked));
    let mut messages: Vec<_> = notes.iter().map(|note| told.message(Level::NOTE, "note", note)).collect();
    messages.extend(d.help.iter().map(|help| told.message(Level::HELP, "help", help)));
    if let Some(paste) = &d.paste {
        messages.push(told.message(
            Level::HELP,
            "help",
            &format!("paste into {}:", escape::line(&paste.file)),
        ));
    }
    let drawn = renderer(style).render(&[group.elements(messages)]);
    let mut out = named(&drawn, &scenes, sources);
    out.push('\n');
    if let Some(paste) = &d.paste {
        out.push_str(&pasted(paste, style));
    }
    wrap::disarm(&out)
}

/// The spans of a diagnostic, the primary one first.
struct Spots<'a> {
    notes: Vec<&'a Note>,
    primary: bool,
}

impl<'a> Spots<'a> {
    fn new(d: &'a Diagnostic, frame: &'a Frame) -> Spots<'a> {
        let related = d.related.iter().take(MOST_RELATED);
        let notes = d.primary.iter().chain(related).chain(&frame.because).collect();
        Spots { notes, primary: d.primary.is_some() }
    }

    fn kind(&self, index: usize) -> AnnotationKind {
        if self.primary && index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context }
    }
}

/// An excerpt of a text; the indices of its marks are those of [`Spots::notes`].
struct Scene {
    source: SourceId,
    excerpt: Excerpt,
}

/// The excerpts to draw: texts in the order in which they are first pointed at, the excerpt with the
/// primary span before all.
fn scenes(sources: &Sources, spots: &Spots<'_>, style: &Style) -> Vec<Scene> {
    let mut scenes = Vec::new();
    for source in excerpt::texts(spots.notes.iter().map(|note| note.span)) {
        let inside: Vec<usize> =
            (0..spots.notes.len()).filter(|&at| spots.notes[at].span.source == source).collect();
        let spans: Vec<_> = inside.iter().map(|&at| spots.notes[at].span.range()).collect();
        let columns = style.columns().saturating_sub(8);
        for mut excerpt in excerpt::cut(&sources.get(source).text, &spans, columns, style.ellipsis()) {
            for mark in &mut excerpt.marks {
                mark.index = inside[mark.index];
            }
            scenes.push(Scene { source, excerpt });
        }
    }
    scenes.sort_by_key(|scene| !scene.excerpt.marks.iter().any(|mark| spots.primary && mark.index == 0));
    scenes
}

impl Scene {
    /// Where it stands: the first mark's true line and column, the primary one's if it is here.
    fn place(&self, sources: &Sources) -> String {
        let origin = sources.get(self.source).origin.display();
        let first = self.excerpt.marks.iter().find(|mark| mark.index == 0).or(self.excerpt.marks.first());
        match first {
            Some(mark) => format!("{origin}:{}:{}", mark.line, mark.column),
            None => origin,
        }
    }

    /// The snippet. Its path is a [`token`]. A label that does not fit beside its mark is added to
    /// `notes`.
    fn snippet<'a>(
        &'a self,
        number: usize,
        spots: &Spots<'_>,
        digits: usize,
        style: &Style,
        notes: &mut Vec<String>,
    ) -> Snippet<'a, Annotation<'a>> {
        let excerpt = &self.excerpt;
        let mut snippet =
            Snippet::source(excerpt.text.as_str()).path(token(number)).line_start(excerpt.first_line);
        for mark in &excerpt.marks {
            let text = &spots.notes[mark.index].text;
            let mut annotation = spots.kind(mark.index).span(mark.range.clone());
            let line = excerpt.text[..mark.range.end].rfind('\n').map_or(0, |at| at + 1);
            let column = wrap::width(&excerpt.text[line..mark.range.end]).max(1);
            let label = wrap::sentence(text, style.ellipsis());
            if digits + 6 + column + wrap::width(&label) <= style.columns() {
                annotation = annotation.label(Some(label).filter(|label| !label.is_empty()));
            } else {
                notes.push(text.clone());
            }
            snippet = snippet.annotation(annotation);
        }
        snippet
    }
}

/// Stands for the place of an excerpt until the drawing is done, because the renderer would count
/// columns in the escaped and cut line. Private-use characters never survive escaping, so no text
/// can forge it.
fn token(number: usize) -> String {
    format!("\u{f8fe}{number}\u{f8ff}")
}

/// `drawn` with places in the place of tokens and of the line and column behind them.
fn named(drawn: &str, scenes: &[Scene], sources: &Sources) -> String {
    let mut out = String::with_capacity(drawn.len() + 256);
    let mut rest = drawn;
    while let Some((before, behind)) = rest.split_once('\u{f8fe}') {
        out.push_str(before);
        let (number, behind) = behind.split_once('\u{f8ff}').unwrap_or((behind, ""));
        let scene = number.parse().ok().and_then(|number: usize| scenes.get(number));
        out.push_str(&scene.map(|scene| scene.place(sources)).unwrap_or_default());
        rest = behind.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
    }
    out.push_str(rest);
    out
}

/// Writes messages below a picture.
struct Told<'a> {
    style: &'a Style,
    digits: usize,
}

impl Told<'_> {
    fn message(&self, level: Level<'static>, word: &str, text: &str) -> annotate_snippets::Message<'static> {
        let indent = self.digits + 3 + word.len() + 2;
        let columns = self.style.columns().saturating_sub(indent);
        let ellipsis = self.style.ellipsis();
        let lines = match word {
            "help" => wrap::paragraphs(text, columns, ellipsis),
            _ => wrap::lines(text, columns, ellipsis),
        };
        level.message(lines.join("\n"))
    }
}

fn looked(paths: &[String]) -> Option<String> {
    let (named, more) = paths.split_at(paths.len().min(MOST_LOOKED));
    let list = named.join(", ");
    match more.len() {
        _ if named.is_empty() => None,
        0 => Some(format!("looked for {list}")),
        n => Some(format!("looked for {list} and {n} more")),
    }
}

/// The lines to paste, each behind four spaces, never wrapped: they are there to be copied.
fn pasted(paste: &Paste, style: &Style) -> String {
    let look = AnsiColor::Green.on_default();
    let mut out = String::from("\n");
    for line in paste.text.trim_matches('\n').split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line).replace('\t', "    ");
        let line = escape::line(line.trim_end());
        if !line.is_empty() {
            out.push_str("    ");
            out.push_str(&style.paint(look, &line));
        }
        out.push('\n');
    }
    out
}

fn level(level: diag::Level, word: Option<&'static str>) -> (Level<'static>, &'static str) {
    let (level, usual) = match level {
        diag::Level::Error => (Level::ERROR, "error"),
        diag::Level::Warning => (Level::WARNING, "warning"),
        diag::Level::Note => (Level::INFO, "note"),
    };
    (level, word.unwrap_or(usual))
}

fn renderer(style: &Style) -> Renderer {
    let renderer = if style.color { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
    let decor = if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
    renderer.decor_style(decor).term_width(NEVER_CUT)
}
