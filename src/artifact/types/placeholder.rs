//! Text that waits to be filled.

use std::cell::OnceCell;
use std::ops::Range;

use super::scan::is_short;
use crate::text::Folded;
use crate::words::{Family, TermList, Words};

/// Longer texts hold a placeholder, but are none.
const LONGEST: usize = 40;

/// `* * * * *` is no placeholder.
const CRON_FIELDS: usize = 5;

/// True when `text` is empty or only stands for a value: `TBD`, `[Your Name]`, `<date>`,
/// `{{ owner }}`, `YYYY-MM-DD`, `n/a`. "N/A because …" is an answer; lower-case "todo" is Spanish.
pub fn is_placeholder(text: &str, words: &Words) -> bool {
    is(&Subject::of(text), words)
}

/// The lists of which a term anywhere in a text may show that it waits to be filled.
const ANYWHERE: [&str; 3] = ["placeholder_marks", "placeholder_phrases", "placeholder_tokens"];

/// A text, and what is worked out of it at most once.
struct Subject<'t> {
    text: &'t str,
    /// `None` when no word in it begins like a term of [`ANYWHERE`], as it is with nearly all texts.
    folded: OnceCell<Option<Folded>>,
}

impl Subject<'_> {
    fn of(text: &str) -> Subject<'_> {
        Subject { text, folded: OnceCell::new() }
    }

    /// The list of [`ANYWHERE`], and the text to look for its terms in; `None` when there are none.
    fn list<'w>(&self, name: &str, words: &'w Words) -> Option<(&'w TermList, &Folded)> {
        let fold =
            || words.may_occur(Family::Placeholders, &ANYWHERE, self.text).then(|| Folded::new(self.text));
        let folded = self.folded.get_or_init(fold).as_ref()?;
        Some((words.list(name)?, folded))
    }
}

fn is(subject: &Subject<'_>, words: &Words) -> bool {
    let text = subject.text;
    if is_angled(text) {
        return true;
    }
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '@' | '#'));
    if bare.trim_matches(['@', '#', '.']).is_empty() {
        return text.split_whitespace().count() < CRON_FIELDS;
    }
    let bare = bare.trim_end_matches(['.', ':', '。', '：']);
    let covers = |text: &str| words.covers("placeholder_whole", text);
    if (covers(bare) || bare.len() < text.len() && covers(text)) && !text.contains(['@', '#'])
        || is_mask(bare)
    {
        return true;
    }
    if !is_short(text, LONGEST) {
        return false;
    }
    let noise = |c: char| !c.is_alphanumeric() && !matches!(c, '[' | '<' | '{' | '@' | '#' | '/' | '$');
    let core = || text.trim_matches(|c: char| noise(c) && !matches!(c, ']' | '>' | '}' | '%' | '）' | ')'));
    has_mark(subject, words)
        || has_braces(text)
        || is_short(text, LONGEST / 2) && has_phrase(subject, words)
        || has_token(subject, words)
        || has_open(text) && has_bracket(core(), words)
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
        || has_braces(text)
        || has_token(&subject, words)
        || has_open(text) && (has_bracket(text, words) || has_angled(text))
}

/// False when no bracket opens in `text` that [`has_bracket`] or [`has_angled`] may ask about.
fn has_open(text: &str) -> bool {
    memchr::memchr2(b'<', b'[', text.as_bytes()).is_some()
}

/// `{{ owner }}`; `${{ … }}` is an expression of a workflow.
fn has_braces(text: &str) -> bool {
    memchr::memchr(b'{', text.as_bytes()).is_some()
        && text.contains("{{")
        && text.contains("}}")
        && !text.contains("${{")
}

/// "to be decided", in a few words.
fn has_phrase(subject: &Subject<'_>, words: &Words) -> bool {
    subject.list("placeholder_phrases", words).is_some_and(|(list, folded)| list.is_match_folded(folded))
}

/// `XXX`, `____`, `YYYY`.
fn is_mask(text: &str) -> bool {
    let mut chars = text.chars().filter(|c| !matches!(c, '-' | '/' | '.' | ' '));
    let Some(first) = chars.next() else { return false };
    matches!(first, 'X' | 'Y' | 'x') && text.len() >= 3 && chars.all(|c| c == first)
}

/// `TODO` as a whole word in capitals.
fn has_mark(subject: &Subject<'_>, words: &Words) -> bool {
    let Some((list, folded)) = subject.list("placeholder_marks", words) else { return false };
    let written = |range: Range<usize>| &subject.text[range];
    list.find_all(folded).into_iter().any(|found| !written(found.range).contains(char::is_lowercase))
}

/// `your-org` anywhere, `your org` in a few words.
fn has_token(subject: &Subject<'_>, words: &Words) -> bool {
    let Some((list, folded)) = subject.list("placeholder_tokens", words) else { return false };
    let found = list.find_all(folded);
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
