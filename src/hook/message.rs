//! The file that `commit-msg` is given.

/// The line below which Git throws everything away (`git commit --verbose`).
const SCISSORS: &[u8] = b"------------------------ >8 ------------------------";

/// A message without the lines that Git takes out of it: comments, and what stands below the scissors.
/// `comment` is what a comment begins with: `#`, unless `core.commentChar` says otherwise.
pub fn without_comments(message: &[u8], comment: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len());
    for line in message.split_inclusive(|&b| b == b'\n') {
        match line.strip_prefix(comment) {
            Some(rest) if !comment.is_empty() => {
                if rest.trim_ascii() == SCISSORS {
                    break;
                }
            }
            _ => out.extend_from_slice(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_what_is_below_the_scissors_are_left_out() {
        let text = b"Add it\n\nBecause # of it\n# On branch x\n# ------------------------ >8 ------------------------\n+diff\n";
        assert_eq!(without_comments(text, b"#"), b"Add it\n\nBecause # of it\n");
        assert_eq!(without_comments(b"# a heading\n; no\n", b";"), b"# a heading\n");
        assert_eq!(without_comments(b"\xff no end", b"#"), b"\xff no end");
        assert_eq!(without_comments(b"a\n", b""), b"a\n");
    }
}
