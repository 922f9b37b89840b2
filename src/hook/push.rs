//! `pre-push`: what is about to be sent, from where it is sent.

use super::line::{Problem, lines, malformed, object, ref_name};
use crate::landing::Landing;

/// One ref that is about to be sent to a remote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Push {
    /// What is sent, as it was typed; `(delete)` for a deletion.
    pub local: String,
    /// The object that is sent; `None` for a deletion.
    pub new: Option<String>,
    /// The full name of the ref there.
    pub remote: String,
    /// The object that it names there; `None` when it is created. It may be unknown here.
    pub old: Option<String>,
}

impl Push {
    /// What lands on the remote.
    pub fn landing(&self) -> Landing {
        let (ref_name, old) = (self.remote.clone(), self.old.clone());
        match &self.new {
            Some(new) => Landing::Move { ref_name, old, new: new.clone() },
            None => Landing::Delete { ref_name, old },
        }
    }
}

/// What the standard input of `pre-push` announces: lines `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID`.
/// Empty when Git has nothing to send, and when a hook manager keeps the lines to itself.
///
/// # Errors
/// A line that is none.
pub fn pushed(input: &[u8]) -> Result<Vec<Push>, Problem> {
    lines(input)?.into_iter().map(|(number, line)| one(line).map_err(|problem| problem.at(number))).collect()
}

fn one(line: &[u8]) -> Result<Push, Problem> {
    // From behind: the first field is what was typed, and `HEAD@{1 day ago}` holds blanks.
    let mut parts = line.rsplitn(4, |&b| b == b' ');
    let fields = (parts.next(), parts.next(), parts.next(), parts.next());
    let (Some(old), Some(remote), Some(new), Some(local)) = fields else {
        return Err(malformed(line, "LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID"));
    };
    Ok(Push {
        local: String::from_utf8_lossy(local).into_owned(),
        new: object(new)?,
        remote: ref_name(remote)?,
        old: object(old)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const Z: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn all_forms_of_a_push() {
        let input = format!(
            "refs/heads/main {A} refs/heads/production {B}\n\
             HEAD {A} refs/heads/new {Z}\n\
             (delete) {Z} refs/heads/old {B}\n\
             HEAD@{{1 day ago}} {A} refs/tags/v1 {Z}\n\
             {A} {A} refs/heads/by-id {Z}\n"
        );
        let read = pushed(input.as_bytes()).unwrap();
        let locals: Vec<&str> = read.iter().map(|push| push.local.as_str()).collect();
        assert_eq!(locals, ["refs/heads/main", "HEAD", "(delete)", "HEAD@{1 day ago}", A]);
        let moved = |name: &str, old: Option<&str>| Landing::Move {
            ref_name: name.into(),
            old: old.map(Into::into),
            new: A.into(),
        };
        let landings: Vec<Landing> = read.iter().map(Push::landing).collect();
        assert_eq!(landings[0], moved("refs/heads/production", Some(B)));
        assert_eq!(landings[1], moved("refs/heads/new", None));
        assert_eq!(landings[2], Landing::Delete { ref_name: "refs/heads/old".into(), old: Some(B.into()) });
        assert_eq!(landings[3], moved("refs/tags/v1", None));
        assert_eq!(landings[4], moved("refs/heads/by-id", None));
    }

    #[test]
    fn nothing_to_send_is_no_mistake_and_half_a_line_is_one() {
        assert_eq!(pushed(b""), Ok(vec![]));
        for (bad, says) in [
            ("\n".to_string(), "is not `LOCAL-REF"),
            (format!("{A} refs/heads/x {B}\n"), "is not `LOCAL-REF"),
            (format!("HEAD {A} refs/heads/x {B}"), "cut off"),
            (format!("HEAD {A} x {B}\n"), "not a full ref name"),
            (format!("HEAD HEAD refs/heads/x {B}\n"), "not an object name"),
            (format!("HEAD {A} refs/heads/x {B}{}\n", &B[..24]), "SHA-256"),
        ] {
            let problem = pushed(bad.as_bytes()).unwrap_err().to_string();
            assert!(problem.contains(says), "{bad:?}: {problem}");
        }
    }
}
