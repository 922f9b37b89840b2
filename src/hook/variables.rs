//! The variables through which pre-commit and prek pass on what `pre-push` was told. They read the
//! lines of standard input themselves, and run their hooks once, for the first ref that needs it.

use super::line::{Problem, object, ref_name};
use super::push::Push;

/// The push that the variables describe, and the remote's name; `None` when there are none.
///
/// # Errors
/// Values that Git would not give.
pub fn managed_push(read: impl Fn(&str) -> Option<String>) -> Result<Option<(Push, String)>, Problem> {
    let get = |name: &str| read(name).filter(|value| !value.is_empty());
    let (to, branch) = (get("PRE_COMMIT_TO_REF"), get("PRE_COMMIT_REMOTE_BRANCH"));
    let (new, remote) = match (to, branch) {
        (None, None) => return Ok(None),
        (Some(to), Some(branch)) => (to, branch),
        (None, Some(_)) => return Err(lacks("PRE_COMMIT_TO_REF")),
        (Some(_), None) => return Err(lacks("PRE_COMMIT_REMOTE_BRANCH")),
    };
    // Without it the whole history is sent to a place that has none of it.
    let old = get("PRE_COMMIT_FROM_REF").map(|old| object(old.as_bytes())).transpose()?.flatten();
    let push = Push {
        local: get("PRE_COMMIT_LOCAL_BRANCH").unwrap_or_else(|| new.clone()),
        new: object(new.as_bytes())?,
        remote: ref_name(remote.as_bytes())?,
        old,
    };
    Ok(Some((push, get("PRE_COMMIT_REMOTE_NAME").unwrap_or_else(|| "origin".to_string()))))
}

fn lacks(name: &str) -> Problem {
    Problem::new(
        format!("the hook manager does not set {name}"),
        "run the hook in the stage pre-push, or pass Git's standard input on to it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn read(pairs: &[(&str, &str)]) -> Result<Option<(Push, String)>, Problem> {
        managed_push(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string()))
    }

    #[test]
    fn a_push_through_a_hook_manager() {
        let all = [
            ("PRE_COMMIT_FROM_REF", A),
            ("PRE_COMMIT_TO_REF", B),
            ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/topic"),
            ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/production"),
            ("PRE_COMMIT_REMOTE_NAME", "upstream"),
        ];
        let (push, remote) = read(&all).unwrap().unwrap();
        assert_eq!(
            (push.old.as_deref(), push.new.as_deref(), remote.as_str()),
            (Some(A), Some(B), "upstream")
        );
        assert_eq!(
            (push.local.as_str(), push.remote.as_str()),
            ("refs/heads/topic", "refs/heads/production")
        );
        let (push, _) = read(&all[1..]).unwrap().unwrap();
        assert_eq!(push.old, None, "the first push of a whole history names no beginning");
    }

    #[test]
    fn half_of_the_variables_is_a_mistake() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("PRE_COMMIT_TO_REF", ""), ("PRE_COMMIT_REMOTE_BRANCH", "")]), Ok(None));
        assert!(read(&[("PRE_COMMIT_TO_REF", B)]).unwrap_err().to_string().contains("REMOTE_BRANCH"));
        let branch = ("PRE_COMMIT_REMOTE_BRANCH", "refs/heads/x");
        assert!(read(&[branch]).unwrap_err().to_string().contains("TO_REF"));
        assert!(read(&[branch, ("PRE_COMMIT_TO_REF", "HEAD")]).is_err());
    }
}
