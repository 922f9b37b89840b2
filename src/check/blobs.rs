//! What a change adds to the history: weights, raw data, outputs of notebooks.

use std::collections::BTreeMap;

use super::notebook::{self, Notebook};
use super::range::{self, RangeContext, Seen};
use super::{Outcome, Problem, words};
use crate::diag::{Origin, RepoPath, Span};
use crate::git::{BlobId, Content, EntryKind, Error};
use crate::policy::{BlobsCheck, Holds};
use crate::verdict::Location;

/// Pointers of Git LFS are smaller than this.
const POINTER: u64 = 1024;
/// Larger notebooks are not looked into: nothing but outputs makes one so large.
const LARGEST: u64 = 20 << 20;
/// So many contents are read for one rule of one model.
const MAX_READS: usize = 1000;

/// A content of a file that should not be in the history.
struct Bad {
    size: u64,
    /// For a notebook: the text, and the first output in it.
    line: Option<(std::sync::Arc<str>, std::ops::Range<usize>)>,
    label: &'static str,
}

/// The versions of a file that a change brings, newest first.
type Versions<'a> = BTreeMap<&'a RepoPath, Vec<(&'a Seen, BlobId)>>;

pub(super) fn run(c: &mut RangeContext<'_, '_, '_>, check: &BlobsCheck) -> Outcome {
    let versions = versions(c, check);
    if versions.is_empty() {
        return if c.range.touches(c.home) { Outcome::Holds } else { Outcome::NotAsked };
    }
    let (mut problems, mut reads) = (Vec::new(), 0);
    for (path, versions) in versions {
        for (seen, blob) in versions {
            reads += 1;
            if reads > MAX_READS {
                return c.unknown(
                    format!("the change brings more than {MAX_READS} files to look into"),
                    "merge it in smaller steps",
                );
            }
            match bad(c, check, path, blob) {
                Ok(None) => {}
                Ok(Some(bad)) => {
                    problems.push(problem(c, path, seen, blob, bad));
                    break;
                }
                Err(error) => return Outcome::Unknown(Box::new(error.diagnostic())),
            }
        }
    }
    range::few(problems, "file")
}

fn versions<'a>(c: &RangeContext<'a, '_, '_>, check: &BlobsCheck) -> Versions<'a> {
    let mut versions: Versions<'a> = BTreeMap::new();
    for (seen, changes) in c.touching() {
        for change in changes {
            let Some((EntryKind::File { .. }, blob)) = change.new else { continue };
            // A file that only moved brings nothing new.
            let moved = seen.changes.iter().any(|other| other.old.is_some_and(|(_, old)| old == blob));
            if !moved && c.takes(&check.files, &change.path) && !c.takes(&check.except, &change.path) {
                versions.entry(&change.path).or_default().push((seen, blob));
            }
        }
    }
    versions
}

fn bad(
    c: &RangeContext<'_, '_, '_>,
    check: &BlobsCheck,
    path: &RepoPath,
    blob: BlobId,
) -> Result<Option<Bad>, Error> {
    let size = c.changes.size(blob)?;
    if size <= check.larger_than && !c.takes(&check.always, path) {
        return Ok(None);
    }
    let found = |line, label| Ok(Some(Bad { size, line, label }));
    match check.holds {
        None if size < POINTER => match c.changes.content(blob, POINTER)? {
            Content::LfsPointer { .. } => Ok(None),
            _ => found(None, ""),
        },
        None => found(None, ""),
        Some(Holds::Outputs) => match c.changes.content(blob, LARGEST)? {
            Content::Text(text) => match notebook::outputs(&text) {
                Notebook::Clean => Ok(None),
                Notebook::Outputs(at) => found(Some((text, at)), "an output, or the count of a run"),
                Notebook::Unreadable => found(Some((text, 0..0)), "not a notebook that can be read"),
            },
            Content::LfsPointer { .. } => Ok(None),
            _ => found(None, ""),
        },
    }
}

fn problem(
    c: &mut RangeContext<'_, '_, '_>,
    path: &RepoPath,
    seen: &Seen,
    blob: BlobId,
    bad: Bad,
) -> Problem {
    let (title, short, size) = (&c.rule.title, seen.commit.id.short(), size(bad.size));
    if !c.snapshot.is_blob(path.as_bytes(), blob) {
        let now = match c.snapshot.get(path.as_bytes()) {
            Some(_) => "is another file since",
            None => "is gone since",
        };
        let message = format!(
            "{path} ({size}) came in with commit {short} and {now}, but the history keeps it: {title}"
        );
        let at = c.texts.at(&seen.commit, range::subject(&seen.commit.message.text));
        let help = format!(
            "a later commit does not take it out of the history: squash the commits with `git rebase -i {}` and `fixup`, or squash when you merge",
            c.range.onto
        );
        return Problem::new(message, at).label(format!("brings {path}")).help(help);
    }
    let message = format!("{path} ({size}) came in with commit {short}: {title}");
    let at = match bad.line {
        Some((text, line)) => {
            let line = if line.is_empty() { 0..first_line(&text) } else { line };
            let source = c.texts.sources.add(Origin::Repository(path.clone()), text);
            Location::Text(Span::new(source, line))
        }
        None => Location::Path(path.clone()),
    };
    let mut problem = Problem::new(message, at).label(bad.label);
    problem.related.extend(c.texts.note(&seen.commit, "came in here"));
    problem
}

fn first_line(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// "812 bytes", "1.4 MB".
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / *unit as f64),
        None => words::count(bytes, "byte"),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_for_people() {
        for (bytes, said) in [(1, "1 byte"), (999, "999 bytes"), (1_400, "1.4 kB"), (12_345_678, "12.3 MB")] {
            assert_eq!(size(bytes), said);
        }
    }
}
