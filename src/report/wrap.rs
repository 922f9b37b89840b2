//! Text in columns: widths, wrapping, cutting, and lines that no log takes for a command.

use memchr::memmem;
use textwrap::{WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

use crate::diag::escape;
use crate::text::has_cjk;

/// No sentence is longer than this many characters; what is behind is left out.
const LONGEST: usize = 2_000;

/// Columns that `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// `text` escaped on one line, cut when it is longer than any sentence should be.
pub(super) fn sentence(text: &str, ellipsis: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}{ellipsis}", escape::line(&text[..end])),
        None => escape::line(text).into_owned(),
    }
}

/// Escaped lines of at most `columns` (but at least 20), broken at spaces only, so that a path or an
/// address can be copied; text in scripts without spaces is broken anywhere. A line break in `text`
/// is escaped like any control character: it may come from the repository.
pub(super) fn lines(text: &str, columns: usize, ellipsis: &str) -> Vec<String> {
    let plain = sentence(text, ellipsis);
    let options = textwrap::Options::new(columns.max(20))
        .break_words(has_cjk(&plain))
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(&plain, options).into_iter().map(|line| line.trim_end().to_string()).collect()
}

/// [`lines`] of each line of `text`: for help, which policies write over several lines.
pub(super) fn paragraphs(text: &str, columns: usize, ellipsis: &str) -> Vec<String> {
    text.trim().lines().flat_map(|line| lines(line, columns, ellipsis)).collect()
}

/// [`lines`] with `first` before the first and as many spaces before the others, `columns` in all.
pub(super) fn hanging(first: &str, text: &str, columns: usize, ellipsis: &str) -> String {
    let indent = width(first);
    let wrapped = lines(text, columns.saturating_sub(indent), ellipsis);
    let mut out = String::new();
    for (n, line) in wrapped.iter().enumerate() {
        if n == 0 {
            out.push_str(first);
        } else {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// `text` cut to `columns`, the ellipsis included.
pub(super) fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_string();
    }
    let room = columns.saturating_sub(width(ellipsis));
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if width(&out) > room {
            out.pop();
            break;
        }
    }
    out + ellipsis
}

/// `text` filled with spaces to `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let fill = columns.saturating_sub(width(text));
    let mut out = text.to_string();
    out.extend(std::iter::repeat_n(' ', fill));
    out
}

/// `n` things: `1 model`, `2 models`.
pub(super) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// Continuous integration reads its log: `::name::` at the start of a line (GitHub), `##[name]` or
/// `##name[…]` anywhere (GitHub, Azure, TeamCity) are commands. Their first character is replaced by
/// its escape, so that a text from the repository gives no orders.
pub(super) fn disarm(report: &str) -> String {
    let (named, marked) = (memmem::Finder::new("::"), memmem::Finder::new("##"));
    let mut out = String::with_capacity(report.len());
    for line in report.split_inclusive('\n') {
        // Hardly a line has either.
        if named.find(line.as_bytes()).is_none() && marked.find(line.as_bytes()).is_none() {
            out.push_str(line);
            continue;
        }
        let start = visible_start(line);
        let (head, mut rest) = line.split_at(start);
        out.push_str(head);
        if let Some(behind) = rest.strip_prefix("::").filter(|behind| behind.contains("::")) {
            out.push_str("\\u{3a}:");
            rest = behind;
        }
        while let Some(at) = rest.find("##") {
            let behind = &rest[at + 2..];
            let order = behind.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('[');
            out.push_str(&rest[..at]);
            out.push_str(if order { "\\u{23}" } else { "#" });
            rest = &rest[at + 1..];
        }
        out.push_str(rest);
    }
    out
}

/// Where a line's text starts, behind white space and our own styles.
fn visible_start(line: &str) -> usize {
    let mut rest = line;
    loop {
        let before = rest.len();
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix("\u{1b}[") {
            rest = behind.find('m').map_or(rest, |end| &behind[end + 1..]);
        }
        if rest.len() == before {
            return line.len() - rest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_to_a_log_are_disarmed_and_prose_is_not() {
        assert_eq!(disarm("  ::error::x\n"), "  \\u{3a}:error::x\n");
        assert_eq!(disarm("\u{1b}[1m ::set-output name=a::b"), "\u{1b}[1m \\u{3a}:set-output name=a::b");
        assert_eq!(
            disarm("a ##[error]b ##vso[task] ###[x]"),
            "a \\u{23}#[error]b \\u{23}#vso[task] #\\u{23}#[x]"
        );
        for prose in ["std::vec::Vec\n", "## Heading [1]\n", "  ::: docs/a.md:1:1\n", "1 | ::error::x"] {
            assert_eq!(disarm(prose), prose);
        }
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(cut("数据处理目的", 7, "…"), "数据处…");
        assert_eq!(pad("数据", 6), "数据  ");
        assert_eq!(lines(&"数".repeat(30), 20, "…").len(), 3);
    }

    #[test]
    fn paths_are_never_broken() {
        let path = "models/churn-prediction/docs/data-sharing-policy.md";
        assert_eq!(lines(&format!("see {path} please"), 20, "..."), ["see", path, "please"]);
    }

    #[test]
    fn a_megabyte_is_cut() {
        assert!(sentence(&"x".repeat(1 << 20), "…").len() < 3_000);
    }
}
