//! What a commit says, and who wrote it, as text.

use std::sync::Arc;

use super::mailmap::Mailmap;
use super::people;

/// Longer messages are cut: nobody reads them, and a hostile one must not fill the memory.
const MAX_MESSAGE: usize = 64 * 1024;

/// A commit's message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// The text that Git shows, decoded as the commit's `encoding` says; at most 64 KiB of it.
    pub text: Arc<str>,
    /// True when a NUL stands in it. Git shows nothing of what stands behind, and neither does
    /// [`Message::text`].
    pub nul: bool,
}

/// Reads the message of a commit.
pub(super) fn read(bytes: &[u8], encoding: &[u8]) -> Message {
    let end = bytes.iter().position(|&b| b == 0);
    let shown = cut(&bytes[..end.unwrap_or(bytes.len())]);
    let decoded = people::decode(shown, encoding);
    let whole = decoded.len().min(MAX_MESSAGE);
    let last = (0..=whole).rev().find(|&at| decoded.is_char_boundary(at)).unwrap_or(0);
    Message { text: Arc::from(&decoded[..last]), nul: end.is_some() }
}

/// At most so many bytes; UTF-8 that was whole stays so.
fn cut(bytes: &[u8]) -> &[u8] {
    if bytes.len() <= MAX_MESSAGE {
        return bytes;
    }
    let inside = |at: &usize| bytes[*at] & 0xc0 == 0x80;
    let end = (MAX_MESSAGE - 3..=MAX_MESSAGE).rev().find(|at| !inside(at)).unwrap_or(MAX_MESSAGE);
    &bytes[..end]
}

/// Who wrote or committed something.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Author {
    /// The name as it stands in the commit; may be empty.
    pub name: String,
    /// The address as it stands in the commit; may be empty.
    pub email: String,
    /// The name by the mailmap.
    pub mapped_name: String,
    /// The address by the mailmap.
    pub mapped_email: String,
}

impl Author {
    /// Reads `Name <address> …`; of a line that lost a bracket, what can be told.
    pub(super) fn read(line: &[u8], encoding: &[u8], mailmap: &Mailmap) -> Author {
        let line = people::decode(people::person_part(line), encoding);
        let (name, email) = people::split(&line);
        Author::new(name, email, mailmap)
    }

    /// Somebody of a name and an address, and who that is by the mailmap.
    pub fn new(name: &str, email: &str, mailmap: &Mailmap) -> Author {
        let (mapped_name, mapped_email) = mailmap.map(name, email);
        Author { name: name.to_string(), email: email.to_string(), mapped_name, mapped_email }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_nul_is_not_shown() {
        let read = read(b"title\n\nApproved-by: \0 hidden", b"");
        assert_eq!((&*read.text, read.nul), ("title\n\nApproved-by: ", true));
    }

    #[test]
    fn messages_are_decoded_and_cut() {
        assert_eq!(&*read(b"gr\xfc\xdfe", b"ISO-8859-1").text, "grüße");
        let long = "模".repeat(MAX_MESSAGE);
        let cut = read(long.as_bytes(), b"").text;
        assert!(cut.len() <= MAX_MESSAGE && cut.chars().all(|c| c == '模'), "{}", cut.len());
        assert!(read(&vec![0xfc; 2 * MAX_MESSAGE], b"latin1").text.len() <= MAX_MESSAGE);
    }
}
