//! Which lines differ between two texts, as Git's histogram algorithm sees it.
//!
//! Several answers are right for most pairs of texts, and whether two changes touch depends on the
//! answer. So this follows Git's choices, also in how a change slides among equal lines.

use std::collections::HashMap;
use std::ops::Range;

/// Lines `old` of the first text became lines `new` of the second.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Change {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// A line that occurs more often than this cannot be what two texts are aligned by.
const OFTEN: usize = 64;

/// The changes between two texts, in order. Lines are numbers: equal lines have equal numbers.
/// `None` when the texts have lines in common, but only very frequent ones.
pub(super) fn changes(a: &[u32], b: &[u32]) -> Option<Vec<Change>> {
    let mut marks = (vec![false; a.len()], vec![false; b.len()]);
    let mut stack = vec![(0..a.len(), 0..b.len())];
    while let Some((left, right)) = stack.pop() {
        if left.is_empty() || right.is_empty() {
            marks.0[left].fill(true);
            marks.1[right].fill(true);
            continue;
        }
        let Some((in_a, in_b)) = longest(a, b, &left, &right)? else {
            marks.0[left].fill(true);
            marks.1[right].fill(true);
            continue;
        };
        stack.push((left.start..in_a.start, right.start..in_b.start));
        stack.push((in_a.end..left.end, in_b.end..right.end));
    }
    compact(a, &mut marks.0, &marks.1);
    compact(b, &mut marks.1, &marks.0);
    Some(script(&marks.0, &marks.1))
}

/// The common run of lines with the rarest line in it, and the longest of those; `None` inside
/// when no line is common, `None` when only frequent lines are.
fn longest(
    a: &[u32],
    b: &[u32],
    left: &Range<usize>,
    right: &Range<usize>,
) -> Option<Option<(Range<usize>, Range<usize>)>> {
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for at in left.clone() {
        places.entry(a[at]).or_default().push(at);
    }
    let count = |at: usize| places.get(&a[at]).map_or(0, Vec::len);
    let (mut found, mut rarest, mut common) = ((0..0, 0..0), OFTEN + 1, false);
    let mut at_b = right.start;
    while at_b < right.end {
        let mut next_b = at_b + 1;
        let Some(at_a) = places.get(&b[at_b]) else {
            at_b = next_b;
            continue;
        };
        common = true;
        if at_a.len() > rarest {
            at_b = next_b;
            continue;
        }
        let mut behind = 0;
        for &start in at_a {
            if start < behind {
                continue;
            }
            let (mut from, mut to, mut least) = ((start, at_b), (start + 1, at_b + 1), at_a.len());
            while from.0 > left.start && from.1 > right.start && a[from.0 - 1] == b[from.1 - 1] {
                from = (from.0 - 1, from.1 - 1);
                least = least.min(count(from.0));
            }
            while to.0 < left.end && to.1 < right.end && a[to.0] == b[to.1] {
                least = least.min(count(to.0));
                to = (to.0 + 1, to.1 + 1);
            }
            next_b = next_b.max(to.1);
            if found.0.len() < to.0 - from.0 || least < rarest {
                found = (from.0..to.0, from.1..to.1);
                rarest = least;
            }
            behind = to.0;
        }
        at_b = next_b;
    }
    if common && rarest > OFTEN {
        return None;
    }
    Some((!found.0.is_empty()).then_some(found))
}

/// A run of changed lines in one text; empty between two unchanged lines that follow each other.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
}

impl Group {
    fn first(marks: &[bool]) -> Group {
        Group { start: 0, end: run(marks, 0) }
    }

    fn next(&mut self, marks: &[bool]) -> bool {
        if self.end == marks.len() {
            return false;
        }
        self.start = self.end + 1;
        self.end = run(marks, self.start);
        true
    }

    fn previous(&mut self, marks: &[bool]) {
        if self.start == 0 {
            return;
        }
        self.end = self.start - 1;
        self.start = self.end;
        while self.start > 0 && marks[self.start - 1] {
            self.start -= 1;
        }
    }

    /// Moves one line up, and swallows the group that it meets.
    fn slide_up(&mut self, lines: &[u32], marks: &mut [bool]) -> bool {
        if self.start == 0 || lines[self.start - 1] != lines[self.end - 1] {
            return false;
        }
        (self.start, self.end) = (self.start - 1, self.end - 1);
        (marks[self.start], marks[self.end]) = (true, false);
        while self.start > 0 && marks[self.start - 1] {
            self.start -= 1;
        }
        true
    }

    /// Moves one line down, and swallows the group that it meets.
    fn slide_down(&mut self, lines: &[u32], marks: &mut [bool]) -> bool {
        if self.end == lines.len() || lines[self.start] != lines[self.end] {
            return false;
        }
        (marks[self.start], marks[self.end]) = (false, true);
        (self.start, self.end) = (self.start + 1, self.end + 1);
        self.end = run(marks, self.end);
        true
    }

    fn is_empty(self) -> bool {
        self.start == self.end
    }
}

fn run(marks: &[bool], from: usize) -> usize {
    from + marks[from..].iter().take_while(|marked| **marked).count()
}

/// Slides every group of changes: down as far as it goes, unless it can stand beside a change of
/// the other text.
fn compact(lines: &[u32], marks: &mut [bool], other: &[bool]) {
    let (mut group, mut beside) = (Group::first(marks), Group::first(other));
    loop {
        if !group.is_empty() {
            let (mut earliest, mut matching);
            loop {
                let size = group.end - group.start;
                while group.slide_up(lines, marks) {
                    beside.previous(other);
                }
                earliest = group.end;
                matching = !beside.is_empty();
                while group.slide_down(lines, marks) {
                    beside.next(other);
                    matching |= !beside.is_empty();
                }
                if size == group.end - group.start {
                    break;
                }
            }
            if group.end != earliest && matching {
                while beside.is_empty() && group.slide_up(lines, marks) {
                    beside.previous(other);
                }
            }
        }
        if !group.next(marks) {
            break;
        }
        beside.next(other);
    }
}

fn script(a: &[bool], b: &[bool]) -> Vec<Change> {
    let (mut at, mut out) = ((0, 0), Vec::new());
    while at.0 < a.len() || at.1 < b.len() {
        let end = (run(a, at.0), run(b, at.1));
        if end == at {
            at = (at.0 + 1, at.1 + 1);
            continue;
        }
        out.push(Change { old: at.0..end.0, new: at.1..end.1 });
        at = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unchanged_is_the_same_in_both() {
        let mut seed = 7_u32;
        let mut next = |bound: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % bound
        };
        for round in 0..3000 {
            let kinds = 1 + round % 9;
            let a: Vec<u32> = (0..next(20)).map(|_| next(kinds)).collect();
            let b: Vec<u32> = (0..next(20)).map(|_| next(kinds)).collect();
            let mut rebuilt = Vec::new();
            let mut at = 0;
            for change in changes(&a, &b).unwrap() {
                rebuilt.extend_from_slice(&a[at..change.old.start]);
                assert_eq!(rebuilt.len(), change.new.start, "{a:?} {b:?}");
                rebuilt.extend_from_slice(&b[change.new.clone()]);
                at = change.old.end;
            }
            rebuilt.extend_from_slice(&a[at..]);
            assert_eq!(rebuilt, b, "{a:?}");
        }
    }

    #[test]
    fn only_frequent_lines_in_common_are_no_answer() {
        assert_eq!(changes(&[1; 100], &[1; 90]), None);
        assert!(changes(&[1; 60], &[1; 90]).is_some());
    }
}
