//! Text that waits to be filled.

use std::cell::OnceCell;
use std::ops::Range;

use super::scan::is_short;
use crate::text::Folded;
use crate::words::Words;

/// Longer texts hold a placeholder, but are none.
const LONGEST: usize = 40;

/// `* * * * *` is no placeholder.
const CRON_FIELDS: usize = 5;

/// True when `text` is empty or only stands for a value: `TBD`, `[Your Name]`, `<date>`,
/// `{{ owner }}`, `YYYY-MM-DD`, `n/a`. "N/A because …" is an answer; lower-case "todo" is Spanish.
pub fn is_placeholder(text: &str, words: &Words) -> bool {
    is(&Subject::of(text), words)
}

/// A text, folded at most once.
struct Subject<'t> {
    text: &'t str,
    folded: OnceCell<Folded>,
}

impl Subject<'_> {
    fn of(text: &str) -> Subject<'_> {
        Subject { text, folded: OnceCell::new() }
    }

    fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Folded::new(self.text))
    }
}

fn is(subject: &Subject<'_>, words: &Words) -> bool {
    let text = subject.text;
    if is_angled(text) {
        return true;
    }
    let noise = |c: char| !c.is_alphanumeric() && !matches!(c, '[' | '<' | '{' | '@' | '#' | '/' | '$');
    let core = text.trim_matches(|c: char| noise(c) && !matches!(c, ']' | '>' | '}' | '%' | '）' | ')'));
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '@' | '#'));
    if bare.trim_matches(['@', '#', '.']).is_empty() {
        return text.split_whitespace().count() < CRON_FIELDS;
    }
    let bare = bare.trim_end_matches(['.', ':', '。', '：']);
    let covers = |text: &str| words.covers("placeholder_whole", text);
    if !text.contains(['@', '#']) && (covers(bare) || bare.len() < text.len() && covers(text))
        || is_mask(bare)
    {
        return true;
    }
    if !is_short(text, LONGEST) {
        return false;
    }
    let phrases = || words.list("placeholder_phrases");
    has_mark(subject, words)
        || text.contains("{{") && text.contains("}}") && !text.contains("${{")
        || is_short(text, LONGEST / 2) && phrases().is_some_and(|list| list.is_match_folded(subject.folded()))
        || has_token(subject, words)
        || has_bracket(core, words)
}

/// True for `<what to write here>`, the form that starter files and printed remedies use. An address
/// or a link in angle brackets is neither.
pub(super) fn is_angled(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '.' | ','));
    text.starts_with('<') && text.ends_with('>') && !text.contains(['@', '=']) && !text.contains("://")
}

/// True when `text` holds words in angle brackets.
fn has_angled(text: &str) -> bool {
    text.split('<').skip(1).filter_map(|rest| rest.split_once('>')).any(|(inside, _)| {
        inside.contains(' ') && !inside.contains(['@', '=', '/', '"']) && !inside.contains("://")
    })
}

/// True when something in `text` still waits to be filled, however long the text around it is.
pub fn has_placeholder(text: &str, words: &Words) -> bool {
    let subject = Subject::of(text);
    is(&subject, words)
        || has_mark(&subject, words)
        || text.contains("{{") && text.contains("}}") && !text.contains("${{")
        || has_token(&subject, words)
        || has_bracket(text, words)
        || has_angled(text)
}

/// `XXX`, `____`, `YYYY`.
fn is_mask(text: &str) -> bool {
    let mut chars = text.chars().filter(|c| !matches!(c, '-' | '/' | '.' | ' '));
    let Some(first) = chars.next() else { return false };
    matches!(first, 'X' | 'Y' | 'x') && text.len() >= 3 && chars.all(|c| c == first)
}

/// `TODO` as a whole word in capitals.
fn has_mark(subject: &Subject<'_>, words: &Words) -> bool {
    let Some(list) = words.list("placeholder_marks") else { return false };
    let written = |range: Range<usize>| &subject.text[range];
    list.find_all(subject.folded())
        .into_iter()
        .any(|found| !written(found.range).contains(char::is_lowercase))
}

/// `your-org` anywhere, `your org` in a few words.
fn has_token(subject: &Subject<'_>, words: &Words) -> bool {
    let Some(list) = words.list("placeholder_tokens") else { return false };
    let found = list.find_all(subject.folded());
    if found.is_empty() {
        return false;
    }
    let few = is_short(subject.text, 4);
    found.into_iter().any(|found| few || subject.text[found.range].contains(['-', '_']))
}

/// `<name>`, `[Your Name]`, `[NAME]`; and a text that is nothing but `[Some words]`.
fn has_bracket(text: &str, words: &Words) -> bool {
    for (open, close) in [('<', '>'), ('[', ']')] {
        let mut from = 0;
        while let Some(start) = text[from..].find(open).map(|at| from + at) {
            let inner = start + 1;
            let Some(end) = text[inner..].find(close).map(|at| inner + at) else { break };
            let linked = text[end + 1..].starts_with('(');
            if !linked && asks(&text[inner..end], open == '[', start == 0 && end + 1 == text.len(), words) {
                return true;
            }
            from = end + 1;
        }
    }
    false
}

fn asks(inner: &str, square: bool, whole: bool, words: &Words) -> bool {
    let plain =
        inner.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '/' | '\'' | '.' | ','));
    let letters = inner.chars().filter(|c| c.is_alphabetic()).count();
    if !plain || letters < 2 || !is_short(inner, 8) {
        return false;
    }
    let capitals = letters >= 3 && !inner.contains(char::is_lowercase) && inner.is_ascii();
    let digits = inner.contains(|c: char| c.is_ascii_digit());
    let word = words.list("placeholder_words").and_then(|list| list.find(&Folded::new(inner)));
    let asked = word.is_some_and(|found| {
        !square || whole || found.range.start == 0 || inner.starts_with(char::is_uppercase)
    });
    if asked || words.occurs("placeholder_marks", inner) {
        return true;
    }
    if square {
        capitals && !digits && letters >= 4 || whole && inner.starts_with(char::is_uppercase) && letters >= 3
    } else {
        capitals && !digits
    }
}
