//! `pre-receive` and `update`: refs of a server that a push would change.

use super::line::{Problem, lines, malformed, object, ref_name};
use crate::landing::Landing;

/// What the standard input of `pre-receive` announces: lines `OLD NEW REF`.
///
/// # Errors
/// A line that is none; nothing at all.
pub fn received(input: &[u8]) -> Result<Vec<Landing>, Problem> {
    let lines = lines(input)?;
    if lines.is_empty() {
        return Err(Problem::new(
            "standard input is empty: Git announces every ref of a push there",
            "let Git run the hook, or pass its standard input on unchanged",
        ));
    }
    lines.into_iter().map(|(number, line)| one(line).map_err(|problem| problem.at(number))).collect()
}

fn one(line: &[u8]) -> Result<Landing, Problem> {
    let mut parts = line.splitn(3, |&b| b == b' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(old), Some(new), Some(name)) => landing(name, old, new),
        _ => Err(malformed(line, "OLD NEW REF")),
    }
}

/// What the arguments of `update` announce: `REF OLD NEW`.
///
/// # Errors
/// Names that are none.
pub fn updated(name: &[u8], old: &[u8], new: &[u8]) -> Result<Landing, Problem> {
    landing(name, old, new)
}

fn landing(name: &[u8], old: &[u8], new: &[u8]) -> Result<Landing, Problem> {
    let (ref_name, old, new) = (ref_name(name)?, object(old)?, object(new)?);
    Ok(match (old, new) {
        (old, Some(new)) => Landing::Move { ref_name, old, new },
        (old, None) => Landing::Delete { ref_name, old },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const Z: &str = "0000000000000000000000000000000000000000";

    fn moved(name: &str, old: Option<&str>, new: &str) -> Landing {
        Landing::Move { ref_name: name.into(), old: old.map(Into::into), new: new.into() }
    }

    #[test]
    fn moves_creations_and_deletions() {
        let input = format!("{A} {B} refs/heads/main\n{Z} {A} refs/tags/v1\n{B} {Z} refs/heads/old\n");
        let read = received(input.as_bytes()).unwrap();
        assert_eq!(read[0], moved("refs/heads/main", Some(A), B));
        assert_eq!(read[1], moved("refs/tags/v1", None, A));
        assert_eq!(read[2], Landing::Delete { ref_name: "refs/heads/old".into(), old: Some(B.into()) });
        // A deletion of what is not there: Git warns, and runs the hook.
        let gone = received(format!("{Z} {Z} refs/heads/gone\n").as_bytes()).unwrap();
        assert_eq!(gone[0], Landing::Delete { ref_name: "refs/heads/gone".into(), old: None });
        let same = updated(b"refs/heads/main", A.as_bytes(), B.as_bytes()).unwrap();
        assert_eq!(same, read[0]);
    }

    #[test]
    fn a_line_that_is_malformed_stops_the_push() {
        let good = format!("{A} {B} refs/heads/main\n");
        for (bad, says) in [
            (format!("{good}\n"), "line 2"),
            (format!("{good}{A} {B}\n"), "is not `OLD NEW REF`"),
            (format!("{A}  {B} refs/heads/x\n"), "not a full ref name"),
            (format!("{A} {B} refs/heads/x y\n"), "not a full ref name"),
            (format!("{A} {B} main\n"), "not a full ref name"),
            (format!("{A} {B} refs/heads/x\r\n"), "not a full ref name"),
            (format!("{A} {B} refs/heads/x"), "cut off"),
            (format!("{A}{} {B}{} refs/heads/x\n", &A[..24], &B[..24]), "SHA-256"),
            (format!("{A}\t{B}\trefs/heads/x\n"), "is not `OLD NEW REF`"),
            (String::new(), "standard input is empty"),
        ] {
            let problem = received(bad.as_bytes()).unwrap_err().to_string();
            assert!(problem.contains(says), "{bad:?}: {problem}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_ever_skipped(
            lines in proptest::collection::vec("([0a]{40} [0b]{40} refs/heads/x|[0a]{39,41} ?.{0,50})", 0..5),
            noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
        ) {
            for input in [lines.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes(), noise] {
                let ends = input.iter().filter(|&&b| b == b'\n').count();
                if let Ok(landings) = received(&input) {
                    proptest::prop_assert_eq!(landings.len(), ends);
                }
                if let Ok(pushes) = super::super::pushed(&input) {
                    proptest::prop_assert_eq!(pushes.len(), ends);
                }
            }
        }
    }

    #[test]
    fn ten_thousand_refs() {
        let input: String = (0..10_000).map(|n| format!("{Z} {A} refs/heads/topic/{n}\n")).collect();
        assert_eq!(received(input.as_bytes()).unwrap().len(), 10_000);
        assert!(input.len() < super::super::MAX_INPUT / 10);
    }
}
