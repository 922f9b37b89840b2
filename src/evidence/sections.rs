//! Facts that a section states under a heading of the right name.

use super::FlawKind;
use super::facts::Ask;
use crate::artifact::document::{Unit, UnitKind};
use crate::artifact::types::{self, Reading, ValueType};
use crate::diag::Span;
use crate::text::Folded;
use crate::words::TermList;

/// The list of words with which a text speaks of itself.
const SELF_REFERENCE: &str = "self_reference";
/// So much of a section's start is looked at for them, in characters.
const SELF_REFERENCE_WINDOW: usize = 90;

/// Which headings to read.
pub(super) struct Wanted<'a> {
    pub(super) terms: &'a TermList,
    pub(super) within: Option<&'a TermList>,
    pub(super) not: Option<&'a TermList>,
    pub(super) max_words: usize,
    pub(super) not_self: bool,
    pub(super) title: bool,
    pub(super) heading: bool,
    pub(super) kinds: &'a [UnitKind],
}

/// Reads every section whose heading is wanted.
pub(super) fn read(one: &mut Ask<'_>, wanted: &Wanted<'_>) {
    let doc = one.doc;
    let only_title = only_title(doc.document.headings.iter().map(|h| h.level));
    for (index, heading) in doc.document.headings.iter().enumerate() {
        let folded = doc.heading(index);
        let skip = index == 0 && only_title && !wanted.title;
        let long = heading.key.split_whitespace().count() > wanted.max_words;
        if skip || long || !wanted.terms.is_match_folded(folded) {
            continue;
        }
        let barred = wanted.not.is_some_and(|n| n.is_match_folded(folded));
        if barred || wanted.within.is_some_and(|w| !doc.within(heading.parent, w)) {
            continue;
        }
        let units: Vec<&Unit> = doc.document.section(index).collect();
        if small(one.is) {
            small_values(one, wanted, &units, heading.span);
        } else {
            whole(one, wanted, index, &units);
        }
    }
}

/// True when the first heading is the only one of level 1: the document's title.
fn only_title(mut levels: impl Iterator<Item = u8>) -> bool {
    levels.next() == Some(1) && !levels.any(|level| level == 1)
}

/// Types of which one unit of the section holds the value.
fn small(is: ValueType) -> bool {
    !matches!(is, ValueType::Prose(_) | ValueType::Any | ValueType::Command | ValueType::TrainingCommand)
}

fn small_values(one: &mut Ask<'_>, wanted: &Wanted<'_>, units: &[&Unit], heading: Span) {
    let mut found = false;
    let mut filled = 0;
    let everywhere = wanted.kinds.is_empty();
    for unit in units.iter().filter(|unit| everywhere || wanted.kinds.contains(&unit.kind)) {
        if open(one, unit) || answers_something_else(one, wanted, unit) {
            continue;
        }
        filled += 1;
        found |= one.filled(unit);
    }
    if found || !everywhere && !units.is_empty() {
        return;
    }
    if filled == 0 {
        one.flaw(FlawKind::Unfilled, heading);
    } else if let [unit] = units {
        // A section of one line answers the heading with that line.
        let reading = types::read(one.is, &unit.text, &one.set.words);
        if let Reading::Wrong(wrong) = reading {
            one.flaw(FlawKind::Wrong(wrong.what), unit.span);
        }
    }
}

/// True for a unit that waits to be filled, with its label or without: `Decision: <accepted or not>`.
pub(super) fn open(one: &Ask<'_>, unit: &Unit) -> bool {
    one.doc.is_open(unit, || {
        let value = unit.text.split_once([':', '：']).map_or("", |(_, value)| value.trim());
        let waits = |text: &str| types::is_placeholder(text, &one.set.words);
        waits(&unit.text) || !value.is_empty() && waits(value)
    })
}

/// True when the unit carries a label that `not` excludes: `Next review: …` among the signatures.
fn answers_something_else(one: &Ask<'_>, wanted: &Wanted<'_>, unit: &Unit) -> bool {
    let Some(not) = wanted.not else { return false };
    let pairs = one.doc.document.pairs.iter().enumerate();
    let inside = |span: Span| span.start >= unit.span.start && span.end <= unit.span.end;
    pairs.filter(|(_, p)| inside(p.key_span)).any(|(index, _)| not.is_match_folded(one.doc.key(index)))
}

fn whole(one: &mut Ask<'_>, wanted: &Wanted<'_>, heading: usize, units: &[&Unit]) {
    let doc = one.doc;
    let head = &doc.document.headings[heading];
    let inside = |span: Span| span.start >= head.body.start && span.end <= head.body.end;
    let code: Vec<_> = doc.document.code.iter().filter(|c| !c.inline && inside(c.span)).collect();
    if matches!(one.is, ValueType::Command | ValueType::TrainingCommand) {
        for line in code {
            one.value(&line.text, line.span, false);
        }
        return;
    }
    let filled: Vec<&&Unit> = units.iter().filter(|u| !open(one, u)).collect();
    let mut text = filled.iter().map(|u| u.text.as_str()).collect::<Vec<_>>().join("\n");
    for line in &code {
        text.push('\n');
        text.push_str(&line.text);
    }
    if text.trim().is_empty() || question_like(&text) {
        one.flaw(FlawKind::Unfilled, head.span);
        return;
    }
    if wanted.not_self && speaks_of_itself(one, &text) {
        return;
    }
    let reading = match filled.as_slice() {
        [unit] if code.is_empty() => types::read_filled(one.is, &unit.text, &one.set.words),
        _ => types::read(one.is, &text, &one.set.words),
    };
    match reading {
        Reading::Found(found) => {
            let (shown, span) = match filled.first() {
                Some(unit) if !wanted.heading || wanted.terms.is_whole(&head.key) => {
                    (unit.text.clone(), doc.line_of(unit))
                }
                _ => (head.text.clone(), head.span),
            };
            let whole = types::Found { value: found.value, range: 0..shown.len() };
            one.found(whole, &shown, span, &[]);
        }
        Reading::Unfilled => one.flaw(FlawKind::Unfilled, head.span),
        Reading::Wrong(wrong) => one.flaw(FlawKind::Wrong(wrong.what), head.span),
        Reading::Absent => {}
    }
}

fn speaks_of_itself(one: &Ask<'_>, text: &str) -> bool {
    let start: String = text.chars().take(SELF_REFERENCE_WINDOW).collect();
    one.set.list(SELF_REFERENCE).is_match_folded(&Folded::new(&start))
}

/// True when a text asks and does not answer.
pub(super) fn question_like(text: &str) -> bool {
    // The wide form begins with this byte.
    if memchr::memchr2(b'?', 0xef, text.as_bytes()).is_none() {
        return false;
    }
    let mut questions = 0;
    let mut statements = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let ends = chars.peek().is_none_or(|n| n.is_whitespace());
        match c {
            '?' | '？' if ends || c == '？' => questions += 1,
            '.' | '!' | ';' if ends => statements += 1,
            '。' | '；' => statements += 1,
            _ => {}
        }
    }
    questions >= 1
        && (questions > statements + 1
            || questions == 1 && statements == 0 && text.trim_end().ends_with(['?', '？']))
}

#[cfg(test)]
mod tests {
    use super::question_like;

    #[test]
    fn a_question_alone_is_no_answer() {
        assert!(question_like("Who approves this?"));
        assert!(question_like("What data? Who sees it? How long?"));
        assert!(!question_like("Who approves? Ada does. Always."));
        assert!(!question_like("Churn scores for the call centre"));
        assert!(question_like("誰が承認しますか？"));
    }
}
