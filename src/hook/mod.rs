//! What Git tells a hook, read strictly: arguments, standard input, and the variables of hook managers
//! that keep both to themselves.
//!
//! Pure: nothing of a repository is read here but the names that Git hands over. What cannot be read
//! is an error, never skipped: a line that is left out would be a change that nobody judged.

mod line;
mod message;
mod push;
mod receive;
mod variables;

use std::fmt;

pub use line::Problem;
pub use message::without_comments;
pub use push::{Push, pushed};
pub use receive::{received, updated};
pub use variables::managed_push;

/// The most that is read from standard input, in bytes: 10,000 refs with long names fit many times.
pub const MAX_INPUT: usize = 16 << 20;

/// The hooks of Git that roadworthy answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HookType {
    /// Before a commit is made.
    PreCommit,
    /// After its message was written.
    CommitMsg,
    /// Before a merge that needed no help is committed.
    PreMergeCommit,
    /// Before anything is sent to a remote.
    PrePush,
    /// On a server, before any ref is changed.
    PreReceive,
    /// On a server, before one ref is changed.
    Update,
}

impl HookType {
    /// All of them.
    pub const ALL: [HookType; 6] = [
        HookType::PreCommit,
        HookType::CommitMsg,
        HookType::PreMergeCommit,
        HookType::PrePush,
        HookType::PreReceive,
        HookType::Update,
    ];
    /// Those that guard a clone that people work in.
    pub const OF_A_CLONE: [HookType; 3] = [HookType::PreCommit, HookType::PreMergeCommit, HookType::PrePush];
    /// Those that guard a server.
    pub const OF_A_SERVER: [HookType; 1] = [HookType::PreReceive];

    /// The name of the file.
    pub fn name(self) -> &'static str {
        match self {
            HookType::PreCommit => "pre-commit",
            HookType::CommitMsg => "commit-msg",
            HookType::PreMergeCommit => "pre-merge-commit",
            HookType::PrePush => "pre-push",
            HookType::PreReceive => "pre-receive",
            HookType::Update => "update",
        }
    }

    /// True when Git writes lines to its standard input.
    pub fn reads_lines(self) -> bool {
        matches!(self, HookType::PrePush | HookType::PreReceive)
    }

    /// True when Git runs it where a push arrives, and never where people commit.
    pub fn is_of_a_server(self) -> bool {
        matches!(self, HookType::PreReceive | HookType::Update)
    }
}

impl fmt::Display for HookType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
