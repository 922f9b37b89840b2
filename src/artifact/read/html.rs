//! HTML inside Markdown, as far as it carries text: tags go, comments, scripts and styles go with
//! their content, headings and line breaks stay. What only looks like a tag (`<your name>`) is text.

/// What a piece of HTML means for the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// Text, as the offset and length in the piece that was fed.
    Text(std::ops::Range<usize>),
    /// `<br>`, or a new line of the source.
    Break { hard: bool },
    /// The start or end of a block: a paragraph ends here.
    Block,
    /// The start of a heading.
    Heading(u8),
    /// The end of a heading.
    HeadingEnd,
}

/// What is open between two pieces.
#[derive(Default)]
pub(super) struct Html {
    /// Inside of a comment, script, style or long tag, up to this.
    until: Option<&'static str>,
}

impl Html {
    /// Takes in a piece: a line of a block, or an inline tag.
    pub(super) fn feed(&mut self, text: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            if let Some(end) = self.until {
                let Some(found) = find_ignoring_case(rest, end) else { return parts };
                self.until = None;
                at += found + end.len();
                continue;
            }
            if rest.starts_with("<!--") {
                self.until = Some("-->");
                at += 4;
            } else if let Some(length) = tag_length(rest) {
                self.tag(&rest[..length], at, &mut parts);
                at += length;
            } else if rest.starts_with('\n') {
                parts.push(Part::Break { hard: false });
                at += 1;
            } else {
                let skip = rest.chars().next().map_or(1, char::len_utf8);
                let end = rest[skip..].find(['<', '\n']).map_or(rest.len(), |n| n + skip);
                parts.push(Part::Text(at..at + rest[..end].trim_end_matches('\r').len()));
                at += end;
            }
        }
        parts
    }

    fn tag(&mut self, tag: &str, at: usize, parts: &mut Vec<Part>) {
        let closing = tag.starts_with("</");
        let body = tag.trim_start_matches(['<', '/']);
        let name_end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(body.len());
        let name = body[..name_end].to_ascii_lowercase();
        match name.as_str() {
            "br" => parts.push(Part::Break { hard: true }),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" if !closing => {
                parts.push(Part::Heading(name.as_bytes()[1] - b'0'));
            }
            "summary" if !closing => parts.push(Part::Heading(7)),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary" => parts.push(Part::HeadingEnd),
            "script" if !closing => self.until = Some("</script>"),
            "style" if !closing => self.until = Some("</style>"),
            "p" | "div" | "li" | "ul" | "ol" | "table" | "tr" | "td" | "th" | "details" | "section"
            | "hr" | "blockquote" | "pre" | "center" => parts.push(Part::Block),
            "a" | "abbr" | "b" | "code" | "del" | "em" | "font" | "i" | "img" | "ins" | "kbd" | "mark"
            | "picture" | "s" | "small" | "span" | "strike" | "strong" | "sub" | "sup" | "tbody"
            | "thead" | "tt" | "u" | "video" | "article" | "header" | "footer" | "nav" | "caption" | "dl"
            | "dt" | "dd" => {}
            _ if closing || tag.contains('=') || tag.starts_with("<!") || tag.starts_with("<?") => {}
            _ => parts.push(Part::Text(at..at + tag.len())),
        }
    }
}

/// The length of a tag at the start of the text, or `None` when there is none.
fn tag_length(text: &str) -> Option<usize> {
    let body = text.strip_prefix('<')?;
    let body = body.strip_prefix('/').unwrap_or(body);
    if !body.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?')) {
        return None;
    }
    let end = text[1..].find(['<', '>', '\n'])? + 1;
    text[end..].starts_with('>').then_some(end + 1)
}

/// Where `what`, which is ASCII, first stands in the text.
fn find_ignoring_case(text: &str, what: &str) -> Option<usize> {
    text.as_bytes().windows(what.len()).position(|window| window.eq_ignore_ascii_case(what.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let parts = Html::default().feed(text);
        let show = |part: &Part| match part {
            Part::Text(range) => text[range.clone()].to_string(),
            Part::Break { hard } => if *hard { "\\" } else { "/" }.to_string(),
            Part::Block => "|".to_string(),
            Part::Heading(level) => format!("#{level} "),
            Part::HeadingEnd => "#".to_string(),
        };
        parts.iter().map(show).collect()
    }

    #[test]
    fn tags_go_and_text_stays() {
        assert_eq!(shown("<h2 align=\"center\">Title <b>x</b></h2>\n"), "#2 Title x#/");
        assert_eq!(shown("a<!-- b\nc -->d<br/>e"), "ad\\e");
        assert_eq!(shown("<script>x < 1</script>y<STYLE>z</Style>"), "y");
        assert_eq!(shown("Owner: <your name> and <Name> </x>1 < 2"), "Owner: <your name> and <Name> 1 < 2");
        assert_eq!(shown("<p>Größe</p>"), "|Größe|");
    }
}
