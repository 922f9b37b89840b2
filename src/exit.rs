//! What the program tells its caller.

use crate::verdict::Status;

/// The exit codes. The same in every format.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ExitStatus {
    /// 0: roadworthy, or the command did what it was asked for.
    Success,
    /// 1: findings block, or a fixture does not behave as written.
    Blocked,
    /// 2: it could not be judged: a mistake in policy, arguments or repository.
    CannotJudge,
}

impl ExitStatus {
    /// The number for the operating system.
    pub fn code(self) -> u8 {
        match self {
            ExitStatus::Success => 0,
            ExitStatus::Blocked => 1,
            ExitStatus::CannotJudge => 2,
        }
    }
}

impl From<Status> for ExitStatus {
    fn from(status: Status) -> ExitStatus {
        match status.exit_code() {
            0 => ExitStatus::Success,
            1 => ExitStatus::Blocked,
            _ => ExitStatus::CannotJudge,
        }
    }
}
