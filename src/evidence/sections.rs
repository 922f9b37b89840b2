//! Facts that a section states under a heading of the right name.

use super::FlawKind;
use super::facts::Ask;
use super::kept::Listed;
use crate::artifact::document::UnitKind;
use crate::artifact::types::{self, Reading, ValueType};
use crate::diag::Span;

/// The list of words with which a text speaks of itself.
const SELF_REFERENCE: &str = "self_reference";
/// So much of a section's start is looked at for them, in characters.
const SELF_REFERENCE_WINDOW: usize = 90;

/// Which headings to read.
pub(super) struct Wanted<'a> {
    pub(super) terms: Listed<'a>,
    pub(super) within: Option<Listed<'a>>,
    pub(super) not: Option<Listed<'a>>,
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
        let key = doc.heading(index);
        let skip = index == 0 && only_title && !wanted.title;
        let long = key.spaced() > wanted.max_words;
        if skip || long || !wanted.terms.is_match(key) {
            continue;
        }
        let barred = wanted.not.is_some_and(|n| n.is_match(key));
        if barred || wanted.within.is_some_and(|w| !doc.within(heading.parent, w)) {
            continue;
        }
        let units: Vec<usize> = doc.document.section_units(index).collect();
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

fn small_values(one: &mut Ask<'_>, wanted: &Wanted<'_>, units: &[usize], heading: Span) {
    let mut found = false;
    let mut filled = 0;
    let everywhere = wanted.kinds.is_empty();
    let all = &one.doc.document.units;
    let kind = |unit: usize| everywhere || wanted.kinds.contains(&all[unit].kind);
    for unit in units.iter().copied().filter(|&unit| kind(unit)) {
        if one.doc.is_open(unit) || answers_something_else(one, wanted, unit) {
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
        let unit = &all[*unit];
        // A section of one line answers the heading with that line.
        let reading = one.doc.read(one.is, &unit.text);
        if let Reading::Wrong(wrong) = reading {
            one.flaw(FlawKind::Wrong(wrong.what), unit.span);
        }
    }
}

/// True when the unit carries a label that `not` excludes: `Next review: …` among the signatures.
fn answers_something_else(one: &Ask<'_>, wanted: &Wanted<'_>, unit: usize) -> bool {
    let Some(not) = wanted.not else { return false };
    let pairs = one.doc.document.pairs.iter().enumerate();
    let unit = &one.doc.document.units[unit];
    let inside = |span: Span| span.start >= unit.span.start && span.end <= unit.span.end;
    pairs.filter(|(_, p)| inside(p.key_span)).any(|(index, _)| not.is_match(one.doc.key(index)))
}

fn whole(one: &mut Ask<'_>, wanted: &Wanted<'_>, heading: usize, units: &[usize]) {
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
    let all = &doc.document.units;
    let filled: Vec<usize> = units.iter().copied().filter(|&u| !doc.is_open(u)).collect();
    let mut text = filled.iter().map(|&u| all[u].text.as_str()).collect::<Vec<_>>().join("\n");
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
        [unit] if code.is_empty() => doc.read_unit(one.is, *unit),
        _ => doc.read(one.is, &text),
    };
    match reading {
        Reading::Found(found) => {
            let (shown, span) = match filled.first().map(|&unit| &all[unit]) {
                Some(unit)
                    if !wanted.heading || doc.kept.is_whole(wanted.terms.terms, doc.heading(heading)) =>
                {
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
    one.doc.list(one.set.list(SELF_REFERENCE)).is_match(&one.doc.kept.text(&start))
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
