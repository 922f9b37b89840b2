//! Annotations of GitHub Actions: a workflow command for each of the most serious findings, then the verdict.

use super::entries::{self, Entry};
use super::{Run, in_short, plain, wrap};
use crate::diag::{Level, escape};

/// GitHub shows ten annotations of each kind in a step, and forgets the rest without a word.
const MOST: usize = 10;

/// The commands, then a line about what they leave out, and the account and verdict of each part.
pub(super) fn github(run: &Run<'_>) -> String {
    let undecided: Vec<_> = run.parts.iter().map(|part| entries::undecided(part.verdict)).collect();
    let mut all: Vec<Entry<'_>> = run
        .parts
        .iter()
        .zip(&undecided)
        .flat_map(|(part, undecided)| entries::entries(part, undecided, false))
        .filter(|entry| entry.finding.is_none_or(|finding| finding.otherwise.is_none()))
        .collect();
    all.sort_by_key(|entry| (entry.level, entry.finding.is_some()));
    let mut out: String = all.iter().take(MOST).map(annotation).collect();
    let mut said = String::new();
    if let Some(more) = all.len().checked_sub(MOST).filter(|&more| more > 0) {
        let what = wrap::count(more, "more finding");
        said.push_str(&format!("and {what}: GitHub shows {MOST} annotations in a step\n"));
    }
    for remark in &run.remarks {
        said.push_str(&plain(remark));
        said.push('\n');
    }
    run.parts.iter().for_each(|part| said.push_str(&in_short(part)));
    out.push_str(&wrap::disarm(&said));
    out
}

fn annotation(entry: &Entry<'_>) -> String {
    let command = match entry.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let title = match (entry.finding, entry.model()) {
        (None, _) => format!("could not judge: {}", plain(entry.code)),
        (Some(_), Some(model)) => format!("{} ({model})", plain(entry.code)),
        (Some(_), None) => plain(entry.code),
    };
    let mut properties = Vec::new();
    let path = std::str::from_utf8(entry.spot.path.as_bytes()).ok();
    let path = path.filter(|path| !path.chars().any(escape::hidden));
    let mut lines = entry.told();
    match (path, entry.spot.region) {
        _ if entry.spot.stand_in => {}
        (Some(path), region) => {
            properties.push(("file", path.to_string()));
            if let Some(region) = region {
                let (start, end) = (region.start, region.end);
                properties.push(("line", start.line.to_string()));
                properties.push(("endLine", end.line.to_string()));
                // Columns of two lines are refused.
                if start.line == end.line {
                    properties.push(("col", start.column.to_string()));
                    properties.push(("endColumn", end.column.to_string()));
                }
            }
        }
        // No file name that a log could show.
        (None, _) => lines.insert(1, format!("in {}", entry.spot.path)),
    }
    properties.push(("title", title));
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{command} {}::{}\n", properties.join(","), data(&lines.join("\n")))
}

/// A message, as the runner reads it back. It also looks for its old commands, anywhere in a line.
fn data(text: &str) -> String {
    wrap::disarm(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value: it ends at a comma, or with the properties at a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What npm `@actions/core` 3.0.1 makes of the same texts.
    #[test]
    fn texts_are_escaped_as_the_toolkit_does() {
        assert_eq!(data("50%0A done\r\na:b,c"), "50%250A done%0D%0Aa:b,c");
        assert_eq!(property("a:b,c%\r\n"), "a%3Ab%2Cc%25%0D%0A");
        assert_eq!(data("x ##[error]y"), "x \\u{23}#[error]y");
    }
}
