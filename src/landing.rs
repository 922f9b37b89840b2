//! What would land, and where: the answer of a Git hook or a CI event to "what is to be judged?".
//!
//! Pure data. [`crate::hook`] and [`crate::ci`] make it, the commands have it judged. Whether the
//! branch or tag is a production one is not asked here.

/// One thing that would land, or has landed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Landing {
    /// The staged files, which would be committed on the current branch.
    Index {
        /// The message of that commit, where it is known already, without Git's comments.
        message: Option<Vec<u8>>,
    },
    /// A merge of `head` into a branch.
    Merge {
        /// The branch, for people and for patterns: `production`, without `refs/heads/`.
        into: String,
        /// The revision that the branch stands at.
        tip: String,
        /// The revision that is merged.
        head: String,
    },
    /// A branch or tag that moves, or is created.
    Move {
        /// Its full name: `refs/heads/production`, `refs/tags/v1`. Bytes that are not UTF-8 are replaced.
        ref_name: String,
        /// The object that it names before; `None` when it is created.
        old: Option<String>,
        /// The object that it names afterwards.
        new: String,
    },
    /// A branch or tag that is deleted.
    Delete {
        /// Its full name.
        ref_name: String,
        /// The object that it names before, where that is known.
        old: Option<String>,
    },
    /// A branch or tag as it stands, with all of its models: nothing lands, the whole is looked at again.
    Whole {
        /// Its full name, where that is known.
        ref_name: Option<String>,
        /// The revision.
        revision: String,
    },
}

/// What is to be judged, and why.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Decision {
    /// Everything that would land, in the order given. Empty when nothing does: `why` says so.
    pub landings: Vec<Landing>,
    /// What was decided and why: sentences, lower-case, no final dot. May hold raw text from outside.
    pub why: Vec<String>,
}

impl Decision {
    /// One landing and its reason.
    pub fn one(landing: Landing, why: impl Into<String>) -> Decision {
        Decision { landings: vec![landing], why: vec![why.into()] }
    }

    /// Nothing to judge, and why not.
    pub fn nothing(why: impl Into<String>) -> Decision {
        Decision { landings: Vec::new(), why: vec![why.into()] }
    }

    /// Adds a sentence.
    pub fn because(mut self, why: impl Into<String>) -> Decision {
        self.why.push(why.into());
        self
    }
}

/// The first ten digits of an object name, for people; anything else as it is.
pub fn short(revision: &str) -> &str {
    let name = revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit());
    if name { &revision[..10] } else { revision }
}

/// A full ref name as people say it: `branch production`, `tag v1`.
pub fn spoken(ref_name: &str) -> String {
    match (ref_name.strip_prefix("refs/heads/"), ref_name.strip_prefix("refs/tags/")) {
        (Some(branch), _) => format!("branch {branch}"),
        (_, Some(tag)) => format!("tag {tag}"),
        _ => ref_name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_say_them() {
        assert_eq!(spoken("refs/heads/release/2"), "branch release/2");
        assert_eq!(spoken("refs/tags/v1"), "tag v1");
        assert_eq!(spoken("refs/notes/commits"), "refs/notes/commits");
        assert_eq!(short(&"a".repeat(40)), "aaaaaaaaaa");
        assert_eq!(
            short("refs/remotes/origin/a-branch-whose-name-has-40-chars"),
            "refs/remotes/origin/a-branch-whose-name-has-40-chars"
        );
        assert_eq!(short(&"é".repeat(20)), "é".repeat(20), "40 bytes, and no object name");
    }
}
