//! The pieces of a line: object names, ref names, and what is wrong with them.

use std::fmt;

use crate::diag::{Diagnostic, Level};

/// Why the input of a hook cannot be read. Texts may hold raw bytes of it, made text: escape them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    message: String,
    help: &'static str,
}

/// What helps when a line is none that Git writes.
const AS_GIT: &str = "let Git run the hook, or pass its standard input on unchanged";
/// What helps with names that are twice as long.
const SHA1: &str = "judge a SHA-1 repository; SHA-256 is not supported yet";

impl Problem {
    pub(super) fn new(message: impl Into<String>, help: &'static str) -> Problem {
        Problem { message: message.into(), help }
    }

    pub(super) fn at(mut self, line: usize) -> Problem {
        self.message = format!("line {line} of standard input: {}", self.message);
        self
    }

    /// The problem as it is shown to people.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::new(Level::Error, "hook-input", self.message.clone()).help(self.help)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

/// The lines of standard input, counted from 1. A last line without its line break was cut off.
pub(super) fn lines(input: &[u8]) -> Result<Vec<(usize, &[u8])>, Problem> {
    let Some(body) = input.strip_suffix(b"\n") else {
        if input.is_empty() {
            return Ok(Vec::new());
        }
        return Err(Problem::new("standard input is cut off: its last line does not end", AS_GIT));
    };
    Ok(body.split(|&b| b == b'\n').enumerate().map(|(index, line)| (index + 1, line)).collect())
}

/// An object name, in lower case; `None` for the zeros that stand for no object.
pub(super) fn object(name: &[u8]) -> Result<Option<String>, Problem> {
    let hex = !name.is_empty() && name.iter().all(u8::is_ascii_hexdigit);
    match name.len() {
        40 if hex => {
            let text = String::from_utf8_lossy(name).to_ascii_lowercase();
            Ok(text.bytes().any(|b| b != b'0').then_some(text))
        }
        64 if hex => Err(Problem::new(
            format!("`{}` names an object by SHA-256", String::from_utf8_lossy(&name[..10])),
            SHA1,
        )),
        _ => Err(Problem::new(format!("`{}` is not an object name", text(name)), AS_GIT)),
    }
}

/// A full ref name, as text.
pub(super) fn ref_name(name: &[u8]) -> Result<String, Problem> {
    let odd = |b: &u8| *b <= b' ' || *b == 0x7f;
    if !name.starts_with(b"refs/") || name.len() == b"refs/".len() || name.iter().any(odd) {
        return Err(Problem::new(format!("`{}` is not a full ref name", text(name)), AS_GIT));
    }
    Ok(text(name))
}

pub(super) fn malformed(line: &[u8], form: &str) -> Problem {
    let shown = &line[..line.len().min(120)];
    Problem::new(format!("`{}` is not `{form}`", text(shown)), AS_GIT)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_names() {
        let id = "00ff1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b";
        assert_eq!(object(id.as_bytes()), Ok(Some(id.to_string())));
        assert_eq!(object(id.to_uppercase().as_bytes()), Ok(Some(id.to_string())));
        assert_eq!(object(&[b'0'; 40]), Ok(None));
        assert!(object(&[b'0'; 64]).unwrap_err().to_string().contains("SHA-256"));
        for bad in ["", "0", &id[1..], &format!("{id}0"), "HEAD", &"g".repeat(40)] {
            assert!(object(bad.as_bytes()).unwrap_err().to_string().contains("not an object name"), "{bad}");
        }
        assert!(object(&[0xff; 40]).is_err());
    }

    #[test]
    fn ref_names() {
        for good in ["refs/heads/main", "refs/heads/a\"b'$(c)`d`;e", "refs/tags/v1", "refs/heads/\u{202e}x"] {
            assert_eq!(ref_name(good.as_bytes()), Ok(good.to_string()));
        }
        assert_eq!(ref_name(b"refs/heads/\xe9t\xe9"), Ok("refs/heads/\u{fffd}t\u{fffd}".to_string()));
        for bad in ["", "refs/", "HEAD", "heads/main", "refs/heads/a b", "refs/heads/a\tb", "refs/heads/\x7f"]
        {
            assert!(ref_name(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_cut_off_line_is_noticed() {
        assert_eq!(lines(b""), Ok(vec![]));
        assert_eq!(lines(b"a\nb\n"), Ok(vec![(1, &b"a"[..]), (2, b"b")]));
        assert!(lines(b"a\nb").is_err());
        assert_eq!(lines(b"\n"), Ok(vec![(1, &b""[..])]), "an empty line is a line, and a malformed one");
    }
}
