//! Text from a repository, made safe to print.

use std::borrow::Cow;

/// `text` on one line: control characters, line breaks, bidirectional marks and other invisible
/// characters become visible escapes such as `\n`, `\u{202e}`.
pub fn line(text: &str) -> Cow<'_, str> {
    escape(text, false)
}

/// As [`line()`], but keeps line breaks and tabs: for source excerpts.
pub fn block(text: &str) -> Cow<'_, str> {
    escape(text, true)
}

fn escape(text: &str, keep_breaks: bool) -> Cow<'_, str> {
    // Printable ASCII hides nothing.
    let plain = |byte: u8| matches!(byte, b' '..=b'~') || keep_breaks && matches!(byte, b'\n' | b'\t');
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let safe = |c: char| (keep_breaks && matches!(c, '\n' | '\t')) || !hidden(c);
    if text.chars().all(safe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if safe(c) {
            out.push(c);
        } else {
            push(&mut out, c);
        }
    }
    Cow::Owned(out)
}

/// `text` as one word of a shell, for commands that people copy: unchanged where it is plain.
pub fn shell_word(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "/._-+@%:,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

/// Appends `c` to `out`, as a visible escape when it is [`hidden`].
pub fn push(out: &mut String, c: char) {
    if hidden(c) {
        out.extend(c.escape_default());
    } else {
        out.push(c);
    }
}

/// Characters that move the cursor, reorder or hide text, or that look different in every font:
/// controls, formats, fillers, tags, private use, and characters that are none. Variation selectors
/// of emoji and combining marks are left alone: they are part of honest writing.
pub fn hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_command_runs_nothing_else() {
        assert_eq!(shell_word("+refs/heads/a:refs/heads/b"), "+refs/heads/a:refs/heads/b");
        assert_eq!(shell_word("x$(touch y)'z"), r"'x$(touch y)'\''z'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn hostile_text_becomes_visible() {
        assert_eq!(line("a\u{1b}[31m\r\n\0\u{202e}b"), "a\\u{1b}[31m\\r\\n\\u{0}\\u{202e}b");
        assert_eq!(block("a\r\n\tb"), "a\\r\n\tb");
        assert_eq!(line("\u{9b}2J\u{e0041}\u{f8ff}"), "\\u{9b}2J\\u{e0041}\\u{f8ff}");
    }

    #[test]
    fn honest_text_is_borrowed() {
        for text in ["Zuständig: Jörg", "所有者：山田", "مالك", "⚠️ 100 %", "e\u{301}"] {
            assert!(matches!(line(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn nothing_hidden_is_left() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            assert!(!line(&c.to_string()).chars().any(hidden), "{:x}", u32::from(c));
        }
    }
}
