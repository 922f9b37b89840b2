//! What rules ask of commits: of their messages, their authors, what they add, and who approved.

use super::globs::Globs;
use super::mistakes::At;
use super::pack::Terms;
use super::regexes::Pattern;

/// A rule about the commits of a change that touch a model's logic.
#[derive(Debug)]
pub struct CommitsCheck {
    /// The model's logic: patterns of paths below its folder.
    pub code: Globs,
    /// Not logic, whatever `code` says.
    pub except: Globs,
    /// What is asked of each commit.
    pub asks: CommitAsk,
    /// Trailers that say why, or that approve.
    pub trailers: Vec<At<String>>,
    /// So many words of its own make a body.
    pub words: u64,
    /// References to where the reason is written: issues, requests, documents.
    pub references: Vec<Pattern>,
    /// What the message of a revert says.
    pub reverts: Option<Terms>,
    /// Subjects of version bumps.
    pub bumps: Option<Terms>,
    /// Names of programs that commit.
    pub bots: Option<Terms>,
    /// Subjects of commits that were to be squashed.
    pub unfinished: Option<Terms>,
    /// Names and local parts of addresses that stand for anybody.
    pub placeholders: Option<Terms>,
    /// Hosts of addresses that nobody has.
    pub hosts: Option<Terms>,
    /// The facts of which one must be new, as `artifact.fact`, all of one artifact.
    pub stated: Vec<At<String>>,
}

impl CommitsCheck {
    /// The facts of which one must be new: artifact and fact.
    pub fn stated_facts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.stated.iter().filter_map(|name| name.value.split_once('.'))
    }
}

/// What is asked of a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitAsk {
    /// It says why.
    Context,
    /// Its author is known to production.
    Author,
    /// Nobody approves what they wrote themselves.
    SelfApproval,
    /// A version, or what is said about it, is new.
    Version,
}

impl CommitAsk {
    /// The words in a policy.
    pub const NAMES: [&'static str; 4] = ["context", "author", "self-approval", "version"];

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<CommitAsk> {
        let all = [CommitAsk::Context, CommitAsk::Author, CommitAsk::SelfApproval, CommitAsk::Version];
        CommitAsk::NAMES.iter().position(|name| *name == text).map(|at| all[at])
    }
}

/// A rule about the files that a change adds to the history.
#[derive(Debug)]
pub struct BlobsCheck {
    /// The files it is about.
    pub files: Globs,
    /// Those whose size does not matter.
    pub always: Globs,
    /// Those it is not about, whatever `files` says.
    pub except: Globs,
    /// Smaller files, and those of just this size, may be there.
    pub larger_than: u64,
    /// Only files that hold this count.
    pub holds: Option<Holds>,
}

/// What a file may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// A notebook's outputs.
    Outputs,
}

impl Holds {
    /// The words in a policy.
    pub const NAMES: [&'static str; 1] = ["outputs"];

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<Holds> {
        (text == "outputs").then_some(Holds::Outputs)
    }
}

/// A rule about approvals that commits carry.
#[derive(Debug)]
pub struct ApprovalCheck {
    /// What is asked of the approvals.
    pub asks: ApprovalAsk,
    /// The artifacts that need them.
    pub artifacts: Vec<At<String>>,
    /// The trailers that approve.
    pub trailers: Vec<At<String>>,
    /// The roles that must approve, in the order of the file, and how people write them.
    pub roles: Vec<(At<String>, Terms)>,
    /// The facts that name the owner, as `artifact.fact`.
    pub owner: Vec<At<String>>,
}

impl ApprovalCheck {
    /// The facts that name the owner: artifact and fact.
    pub fn owner_facts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.owner.iter().filter_map(|name| name.value.split_once('.'))
    }
}

/// What is asked of approvals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApprovalAsk {
    /// Each role has approved at some time.
    Given,
    /// What was approved has not changed since.
    Current,
    /// The owner is none of the approvers.
    Independent,
}

impl ApprovalAsk {
    /// The words in a policy.
    pub const NAMES: [&'static str; 3] = ["given", "current", "independent"];

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<ApprovalAsk> {
        let all = [ApprovalAsk::Given, ApprovalAsk::Current, ApprovalAsk::Independent];
        ApprovalAsk::NAMES.iter().position(|name| *name == text).map(|at| all[at])
    }
}
