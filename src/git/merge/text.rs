//! Three versions of a text become one.

use std::collections::HashMap;
use std::ops::Range;

use super::histogram::{self, Change};

/// What became of two changed versions.
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    /// False when changes of both sides touch; the bytes hold conflict markers then.
    pub(super) clean: bool,
}

/// Conflicts that at most this many lines separate become one.
const CLOSE: usize = 3;
/// Larger files are not merged line by line.
pub(super) const MAX: u64 = 64 << 20;
/// Where a NUL makes a file binary, as in Git.
const BINARY: usize = 8000;

pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(BINARY)].contains(&0)
}

/// Where something happened: lines of our version and of theirs.
#[derive(Clone, Debug)]
struct Piece {
    ours: Range<usize>,
    theirs: Range<usize>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Ours,
    Theirs,
    /// Both sides did the same.
    Same,
    Conflict,
}

/// Merges line by line. `marker` is the length of conflict markers. `None` when it cannot be said
/// which lines changed, because all that the versions share are very frequent lines.
pub(super) fn merge(base: &[u8], ours: &[u8], theirs: &[u8], marker: usize) -> Option<Text> {
    let mut numbers = HashMap::new();
    let [base, ours, theirs] = [base, ours, theirs].map(|text| Lines::of(text, &mut numbers));
    let left = histogram::changes(&base.numbers, &ours.numbers)?;
    let right = histogram::changes(&base.numbers, &theirs.numbers)?;
    let mut pieces = Vec::new();
    for piece in combine(&left, &right, &ours, &theirs) {
        refine(piece, &ours, &theirs, &mut pieces)?;
    }
    let clean = pieces.iter().all(|piece| piece.kind != Kind::Conflict);
    Some(Text { bytes: render(&pieces, &ours, &theirs, marker), clean })
}

struct Lines<'t> {
    text: Vec<&'t [u8]>,
    numbers: Vec<u32>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t [u8], known: &mut HashMap<&'t [u8], u32>) -> Lines<'t> {
        let text: Vec<&[u8]> = text.split_inclusive(|&b| b == b'\n').collect();
        let mut number = |line: &'t [u8]| {
            let next = u32::try_from(known.len()).expect("a merged file has fewer than 2^32 lines");
            *known.entry(line).or_insert(next)
        };
        let numbers = text.iter().map(|&line| number(line)).collect();
        Lines { text, numbers }
    }
}

/// Lays the changes of both sides over each other. Changes that touch, without an unchanged line
/// between them, are a conflict, unless they are the same.
fn combine(left: &[Change], right: &[Change], ours: &Lines<'_>, theirs: &Lines<'_>) -> Vec<Piece> {
    let (mut pieces, mut l, mut r) = (Vec::new(), 0, 0);
    // Where lines of the base stand in a version, given its changes before them. When they overlap
    // with a conflict, only their end matters.
    let place = |changes: &[Change], done: usize, lines: &Range<usize>| {
        let end = match done.checked_sub(1) {
            Some(last) => changes[last].new.end + (lines.end - changes[last].old.end),
            None => lines.end,
        };
        end.saturating_sub(lines.len())..end
    };
    while l < left.len() || r < right.len() {
        let (next_l, next_r) = (left.get(l), right.get(r));
        let start = |change: Option<&Change>| change.map_or(usize::MAX, |change| change.old.start);
        match (next_l, next_r) {
            (Some(a), b) if a.old.end < start(b) => {
                let theirs = place(right, r, &a.old);
                append(&mut pieces, Piece { ours: a.new.clone(), theirs, kind: Kind::Ours });
                l += 1;
            }
            (a, Some(b)) if b.old.end < start(a) => {
                let ours = place(left, l, &b.old);
                append(&mut pieces, Piece { ours, theirs: b.new.clone(), kind: Kind::Theirs });
                r += 1;
            }
            (Some(a), Some(b)) => {
                let same = a.old == b.old && ours.numbers[a.new.clone()] == theirs.numbers[b.new.clone()];
                if !same {
                    append(&mut pieces, touching(a, b));
                }
                let ends = (a.old.end, b.old.end);
                l += usize::from(ends.0 <= ends.1);
                r += usize::from(ends.1 <= ends.0);
            }
            _ => break,
        }
    }
    pieces
}

/// The conflict of two changes: both are widened to what either of them covers.
fn touching(a: &Change, b: &Change) -> Piece {
    let start = a.old.start.min(b.old.start);
    let end = a.old.end.max(b.old.end);
    let widen = |change: &Change| {
        let before = change.old.start - start;
        change.new.start.saturating_sub(before)..change.new.end + (end - change.old.end)
    };
    Piece { ours: widen(a), theirs: widen(b), kind: Kind::Conflict }
}

fn append(pieces: &mut Vec<Piece>, piece: Piece) {
    if let Some(last) = pieces.last_mut()
        && (piece.ours.start <= last.ours.end || piece.theirs.start <= last.theirs.end)
    {
        if last.kind != piece.kind {
            last.kind = Kind::Conflict;
        }
        last.ours.end = piece.ours.end;
        last.theirs.end = piece.theirs.end;
        return;
    }
    pieces.push(piece);
}

/// Takes what both sides have in common out of a conflict.
fn refine(piece: Piece, ours: &Lines<'_>, theirs: &Lines<'_>, out: &mut Vec<Piece>) -> Option<()> {
    if piece.kind != Kind::Conflict || piece.ours.is_empty() || piece.theirs.is_empty() {
        out.push(piece);
        return Some(());
    }
    let (a, b) = (&ours.numbers[piece.ours.clone()], &theirs.numbers[piece.theirs.clone()]);
    let changes = histogram::changes(a, b)?;
    if changes.is_empty() {
        out.push(Piece { kind: Kind::Same, ..piece });
        return Some(());
    }
    let first = out.len();
    for change in changes {
        let ours = piece.ours.start + change.old.start..piece.ours.start + change.old.end;
        let theirs = piece.theirs.start + change.new.start..piece.theirs.start + change.new.end;
        match out[first..].last_mut() {
            Some(last) if ours.start - last.ours.end <= CLOSE => {
                (last.ours.end, last.theirs.end) = (ours.end, theirs.end);
            }
            _ => out.push(Piece { ours, theirs, kind: Kind::Conflict }),
        }
    }
    Some(())
}

fn render(pieces: &[Piece], ours: &Lines<'_>, theirs: &Lines<'_>, marker: usize) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    let mark = |out: &mut Vec<u8>, sign: u8, label: &str| {
        if out.last().is_some_and(|&b| b != b'\n') {
            out.push(b'\n');
        }
        out.extend(std::iter::repeat_n(sign, marker));
        out.extend_from_slice(label.as_bytes());
        out.push(b'\n');
    };
    for piece in pieces {
        out.extend(ours.text[at..piece.ours.start].concat());
        match piece.kind {
            Kind::Ours | Kind::Same => out.extend(ours.text[piece.ours.clone()].concat()),
            Kind::Theirs => out.extend(theirs.text[piece.theirs.clone()].concat()),
            Kind::Conflict => {
                mark(&mut out, b'<', " Temporary merge branch 1");
                out.extend(ours.text[piece.ours.clone()].concat());
                mark(&mut out, b'=', "");
                out.extend(theirs.text[piece.theirs.clone()].concat());
                mark(&mut out, b'>', " Temporary merge branch 2");
            }
        }
        at = piece.ours.end;
    }
    out.extend(ours.text[at..].concat());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, ours: &str, theirs: &str) -> (String, bool) {
        let text = merge(base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), 7).unwrap();
        (String::from_utf8(text.bytes).unwrap(), text.clean)
    }

    #[test]
    fn changes_apart_are_both_kept() {
        let (text, clean) = merged("a\nb\nc\nd\ne\n", "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE");
        assert_eq!((text.as_str(), clean), ("A\nb\nc\nd\nE", true));
        let (text, clean) = merged("a\nb\nc\n", "a\nb\nc\nd\n", "b\nc\n");
        assert_eq!((text.as_str(), clean), ("b\nc\nd\n", true));
    }

    #[test]
    fn the_same_change_is_made_once() {
        assert_eq!(merged("a\nb\nc\n", "a\nX\nc\nd\n", "a\nX\nc\n"), ("a\nX\nc\nd\n".to_string(), true));
    }

    #[test]
    fn changes_that_touch_are_a_conflict() {
        assert!(!merged("a\nb\nc\n", "a\nB\nc\n", "a\nb\nC\n").1);
        assert!(!merged("a\nb\n", "a\nb\nc\n", "a\nb\nd\n").1);
        let (text, clean) = merged("a\n", "b\n", "c");
        let expected = "<<<<<<< Temporary merge branch 1\nb\n=======\nc\n>>>>>>> Temporary merge branch 2\n";
        assert_eq!((text.as_str(), clean), (expected, false));
    }

    #[test]
    fn any_texts_can_be_merged() {
        let mut seed = 11_u32;
        let mut text = |kinds: u32, start: &str| {
            let mut next = |bound: u32| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 16) % bound
            };
            let mut lines: Vec<String> = start.split_inclusive('\n').map(str::to_string).collect();
            for _ in 0..next(6) {
                let at = next(u32::try_from(lines.len()).unwrap() + 1) as usize;
                let line = format!("{}{}", next(kinds), if next(20) == 0 { "" } else { "\n" });
                match next(3) {
                    0 if at < lines.len() => drop(lines.remove(at)),
                    1 if at < lines.len() => lines[at] = line,
                    _ => lines.insert(at, line),
                }
            }
            lines.concat()
        };
        for round in 0..5000 {
            let kinds = 2 + round % 7;
            let start = text(kinds, "0\n1\n0\n2\n1\n1\n3\n");
            let base = text(kinds, &start);
            let (ours, theirs) = (text(kinds, &base), text(kinds, &base));
            let (one, clean) = merged(&base, &ours, &theirs);
            let (other, clean_too) = merged(&base, &theirs, &ours);
            assert_eq!(clean, clean_too, "{base:?} {ours:?} {theirs:?}");
            assert!(!clean || one == other, "{base:?} {ours:?} {theirs:?}");
            assert_eq!(merged(&base, &base, &theirs), (theirs.clone(), true));
            assert_eq!(merged(&base, &ours, &ours), (ours, true));
        }
    }
}
