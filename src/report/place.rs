//! Where things stand, for formats that know nothing but files and lines.

use crate::diag::{Diagnostic, Origin, RepoPath, Sources, Span};
use crate::policy::FILE;
use crate::verdict::{Finding, Location};

use super::{Part, plain};

/// A file of the repository, and a piece of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Spot {
    /// The file, never the root.
    pub(super) path: RepoPath,
    /// The piece; the file as a whole when there is none.
    pub(super) region: Option<Region>,
    /// The true place, escaped, when the file only stands in for it.
    pub(super) really: Option<String>,
    /// True when the file says nothing about the finding: it is there because something must be.
    pub(super) stand_in: bool,
}

/// A piece of a text, from its first character to behind its last one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Region {
    pub(super) start: Point,
    pub(super) end: Point,
}

/// A place in a text; everything is counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Point {
    pub(super) line: u32,
    /// In characters.
    pub(super) column: u32,
    /// In bytes.
    pub(super) byte: u32,
}

/// Where a finding stands. What stands nowhere is shown on a file of its model, otherwise on the file that
/// stands for the whole repository.
pub(super) fn of_finding(finding: &Finding, part: &Part<'_>) -> Spot {
    let stand_in =
        |really| Spot { path: anchor(part, finding.model.as_deref()), region: None, really, stand_in: true };
    match &finding.at {
        Location::Text(span) => of_span(*span, part.sources).unwrap_or_else(|really| stand_in(Some(really))),
        Location::Path(path) if path.is_root() => stand_in(Some(".".to_string())),
        Location::Path(path) => Spot { path: path.clone(), region: None, really: None, stand_in: false },
        Location::Commit { id, subject } => stand_in(Some(commit(id, subject))),
        Location::Nowhere => stand_in(None),
    }
}

/// Where a mistake stands.
pub(super) fn of_diagnostic(d: &Diagnostic, part: &Part<'_>) -> Spot {
    let stand_in = |really| Spot { path: anchor(part, None), region: None, really, stand_in: true };
    match (&d.primary, &d.path) {
        (Some(note), _) => of_span(note.span, part.sources).unwrap_or_else(|really| stand_in(Some(really))),
        (None, Some(path)) if !path.is_root() => {
            Spot { path: path.clone(), region: None, really: None, stand_in: false }
        }
        (None, _) => stand_in(None),
    }
}

/// The place of a piece of a text, or its name when that is no file of the repository.
pub(super) fn of_span(span: Span, sources: &Sources) -> Result<Spot, String> {
    let line = || sources.position(span).line;
    match &sources.get(span.source).origin {
        Origin::Repository(path) if !path.is_root() => Ok(Spot {
            path: path.clone(),
            region: Some(region(span, sources)),
            really: None,
            stand_in: false,
        }),
        // The judged tree may hold another text, or nothing, at this place.
        origin @ Origin::Revision { path, .. } if !path.is_root() => Ok(Spot {
            path: path.clone(),
            region: None,
            really: Some(plain(&format!("{}:{}", origin.display(), line()))),
            stand_in: false,
        }),
        Origin::Commit { id, subject } => Err(commit(id, subject)),
        origin => Err(plain(&format!("{}:{}", origin.display(), line()))),
    }
}

fn commit(id: &str, subject: &str) -> String {
    let short: String = id.chars().take(12).collect();
    plain(&format!("commit {short} \"{subject}\""))
}

fn region(span: Span, sources: &Sources) -> Region {
    let text = &sources.get(span.source).text;
    let point = |offset: usize| {
        let mut at = offset.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let shown = sources.position(Span::new(span.source, at..at));
        let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
        let byte = u32::try_from(at - start + 1).unwrap_or(u32::MAX);
        Point { line: shown.line, column: shown.column, byte }
    };
    let range = span.range();
    let start = point(range.start);
    Region { start, end: point(range.end).max(start) }
}

/// The file on which something is shown that has no place of its own.
fn anchor(part: &Part<'_>, model: Option<&str>) -> RepoPath {
    let row = part.verdict.rows.iter().find(|row| Some(row.id.as_str()) == model);
    let own = row.filter(|row| !row.path.is_root()).and_then(|row| {
        let mut files = row.evidence.iter().map(|(_, path)| path);
        files.find(|path| !path.is_root() && row.path.contains(path.as_bytes()))
    });
    let whole = part.verdict.anchor.as_ref().filter(|path| !path.is_root());
    own.or(whole).cloned().unwrap_or_else(|| RepoPath::from_git(FILE.as_bytes()))
}

/// The path as a relative URI reference: everything but the plainest characters percent-encoded, byte by byte.
pub(super) fn uri(path: &RepoPath) -> String {
    let mut out = String::new();
    for &byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_count_from_one_and_stay_inside_of_their_text() {
        let mut sources = Sources::new();
        let path = RepoPath::from_git(b"a.md");
        let source = sources.add(Origin::Repository(path.clone()), "a\nÄÖx\n");
        let at = |range: std::ops::Range<usize>| {
            let spot = of_span(Span::new(source, range), &sources).unwrap();
            let region = spot.region.unwrap();
            let tell = |p: Point| (p.line, p.column, p.byte);
            (tell(region.start), tell(region.end))
        };
        assert_eq!(at(4..6), ((2, 2, 3), (2, 3, 5)));
        assert_eq!(at(5..900), ((2, 2, 3), (3, 1, 1)), "inside of a character, and beyond the text");
        assert_eq!(at(0..0), ((1, 1, 1), (1, 1, 1)));
    }

    #[test]
    fn uris_hold_any_path() {
        let of = |path: &[u8]| uri(&RepoPath::from_git(path));
        assert_eq!(of(b"models/a b/100%#?.md"), "models/a%20b/100%25%23%3F.md");
        assert_eq!(of("Übergabe.md".as_bytes()), "%C3%9Cbergabe.md");
        assert_eq!(of(b"a\xff\n:b"), "a%FF%0A%3Ab");
    }
}
