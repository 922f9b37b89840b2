//! Writes HTML. Markup is only ever a literal of this program; everything else is escaped.

use crate::diag::escape;

/// No sentence is longer than this many characters; what is behind is left out.
const LONGEST: usize = 2_000;

/// HTML under construction.
#[derive(Default, Debug)]
pub(super) struct Html {
    out: String,
    /// Which part of a page of several is written, from 1: its anchors are its own.
    part: Option<usize>,
}

/// What names an anchor, or leads to one.
const ANCHORS: [&str; 3] = [" id=\"", " href=\"#", " aria-labelledby=\""];

impl Html {
    /// Markup. A literal, so that no text of a repository can be taken for it.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Html {
        match self.part {
            None => self.out.push_str(markup),
            Some(part) => {
                let own = |text: String, anchor: &str| text.replace(anchor, &format!("{anchor}p{part}-"));
                self.out.push_str(&ANCHORS.into_iter().fold(markup.to_string(), own));
            }
        }
        self
    }

    /// What follows belongs to a part of the page.
    pub(super) fn part(&mut self, part: Option<usize>) {
        self.part = part;
    }

    /// A sentence or a name, on one line, for the inside of an element or of a quoted attribute.
    pub(super) fn text(&mut self, text: &str) -> &mut Html {
        for (n, c) in text.chars().enumerate() {
            if n == LONGEST {
                self.out.push('…');
                break;
            }
            self.push(c);
        }
        self
    }

    /// As [`Html::text`], with what stands between backticks as code.
    pub(super) fn prose(&mut self, text: &str) -> &mut Html {
        let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
        let mut rest = &text[..end];
        while let Some((before, code, behind)) = quoted(rest) {
            self.text(before).raw("<code>").text(code).raw("</code>");
            rest = behind;
        }
        self.text(rest);
        if end < text.len() {
            self.out.push('…');
        }
        self
    }

    /// Lines that are there to be copied: breaks and tabs stay, nothing is cut.
    pub(super) fn lines(&mut self, text: &str) -> &mut Html {
        for c in text.chars() {
            match c {
                '\n' => self.out.push('\n'),
                '\t' => self.out.push_str("&#9;"),
                other => self.push(other),
            }
        }
        self
    }

    /// A number.
    pub(super) fn number(&mut self, n: usize) -> &mut Html {
        self.out.push_str(&n.to_string());
        self
    }

    /// All that was written.
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// One character, shown as it is meant to be seen. The second of two `#` or `:` is written as a number:
    /// a page that is printed into the log of a CI job must not hold `##[command]` or `::command::`.
    fn push(&mut self, c: char) {
        match c {
            '&' => self.out.push_str("&amp;"),
            '<' => self.out.push_str("&lt;"),
            '>' => self.out.push_str("&gt;"),
            '"' => self.out.push_str("&quot;"),
            '\'' => self.out.push_str("&#39;"),
            '#' if self.out.ends_with('#') => self.out.push_str("&#35;"),
            ':' if self.out.ends_with(':') => self.out.push_str("&#58;"),
            _ => escape::push(&mut self.out, c),
        }
    }
}

/// What stands before, in and behind the first pair of backticks that encloses something.
fn quoted(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, behind) = rest.split_once('`').filter(|(code, _)| !code.is_empty())?;
    Some((before, code, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Html)) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.finish()
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(
            written(|h| _ = h.text("<a href='x' b=\"y\">&amp;\n\u{202e}\u{0}")),
            "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;amp;\\n\\u{202e}\\u{0}"
        );
        assert_eq!(written(|h| _ = h.text("::error::x ##[y] ###")), ":&#58;error:&#58;x #&#35;[y] #&#35;#");
        assert_eq!(written(|h| _ = h.text(":").text(":")), ":&#58;");
    }

    #[test]
    fn backticks_are_code_and_odd_ones_are_not() {
        assert_eq!(written(|h| _ = h.prose("say `a<b` or `c")), "say <code>a&lt;b</code> or `c");
        assert_eq!(written(|h| _ = h.prose("```sh")), "```sh");
    }

    #[test]
    fn lines_to_copy_are_verbatim() {
        assert_eq!(written(|h| _ = h.lines("all:\n\tmake\r\n")), "all:\n&#9;make\\r\n");
    }

    #[test]
    fn a_megabyte_is_cut() {
        for cut in
            [written(|h| _ = h.text(&"<".repeat(1 << 20))), written(|h| _ = h.prose(&"`".repeat(1 << 20)))]
        {
            assert!(cut.len() < 10_000);
        }
    }
}
