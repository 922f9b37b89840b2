//! Text from a repository, made safe to print.

use std::borrow::Cow;

/// `text` on one line: control characters, line breaks, bidirectional marks and other invisible
/// characters become visible escapes such as `\n`, `\u{202e}`.
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, false)
}

/// As [`line`], but keeps line breaks and tabs: for source excerpts.
pub fn block(text: &str) -> Cow<'_, str> {
    escape(text, true)
}

fn escape(text: &str, keep_breaks: bool) -> Cow<'_, str> {
    let safe = |c: char| (keep_breaks && matches!(c, '\n' | '\t')) || !hidden(c);
    if text.chars().all(safe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if safe(c) {
            out.push(c);
        } else {
            out.extend(c.escape_default());
        }
    }
    Cow::Owned(out)
}

/// Characters that move the cursor, reorder or hide text.
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
