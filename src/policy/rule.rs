//! A rule, and what it asks.

use std::sync::Arc;

use chrono::NaiveDate;

use super::config::Mode;
use super::globs::Globs;
use super::mistakes::At;
use super::pack::Artifact;
use super::rule_agree::AgreeCheck;
use super::rule_code::{FilesCheck, ReachCheck};
use super::rule_commits::{ApprovalCheck, BlobsCheck, CommitsCheck};
use super::severity::{Severities, StateName};
use crate::diag::Span;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// `privacy-unsigned`.
    pub id: At<String>,
    /// What is wrong when it does not hold, for tables.
    pub title: String,
    /// The artifact it is about; `None` for rules about the policy itself.
    pub artifact: Option<At<String>>,
    /// How serious it is.
    pub severity: Severities,
    /// Only models of these modes are asked; all when empty.
    pub modes: Vec<Mode>,
    /// Why anyone should care.
    pub why: String,
    /// What to do.
    pub help: String,
    /// The demand, law or standard behind it.
    pub source: String,
    /// The version that brought it.
    pub since: String,
    /// Before this day it warns where it would block.
    pub effective_from: Option<NaiveDate>,
    /// What must hold.
    pub check: Check,
    /// Where the check is written.
    pub check_span: Span,
}

impl Rule {
    /// True when the rule is about this artifact.
    pub fn is_about(&self, artifact: &Artifact) -> bool {
        self.artifact.as_ref().is_some_and(|id| id.value == artifact.id.value)
    }

    /// True when models of this mode are asked.
    pub fn asks(&self, mode: Option<Mode>) -> bool {
        self.modes.is_empty() || mode.is_some_and(|mode| self.modes.contains(&mode))
    }
}

/// What can be wrong with a waiver that is written correctly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaiverFault {
    /// Its last day has passed.
    Expired,
    /// Its last day is near.
    Expiring,
    /// It waives nothing.
    Unused,
}

impl WaiverFault {
    /// The words in a policy.
    pub const NAMES: [&'static str; 3] = ["expired", "expiring", "unused"];

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<WaiverFault> {
        match text {
            "expired" => Some(WaiverFault::Expired),
            "expiring" => Some(WaiverFault::Expiring),
            "unused" => Some(WaiverFault::Unused),
            _ => None,
        }
    }
}

/// The kinds of checks.
#[derive(Debug)]
pub enum Check {
    /// Evidence exists and is not in one of these states.
    Present {
        /// The states that this rule refuses.
        refuses: Vec<At<StateName>>,
    },
    /// Facts are stated with values of their types.
    Fact {
        /// All groups must hold; of a group, any fact.
        needs: Vec<Vec<At<String>>>,
        /// Facts that must not be found.
        forbids: Vec<At<String>>,
        /// So many different values of each group.
        least: u64,
    },
    /// A date has not passed.
    Due {
        /// Facts that state the date itself.
        by: Vec<At<String>>,
        /// Facts that state where the interval starts.
        since: Vec<At<String>>,
        /// Facts that name files whose last commit starts the interval.
        changed: Vec<At<String>>,
        /// Facts that state the interval.
        every: Vec<At<String>>,
        /// The interval in days when none is stated; without it nothing is due.
        default_days: Option<At<u64>>,
        /// Days before the date from which the rule warns.
        ahead_days: u64,
        /// Facts that excuse a passed date.
        unless: Vec<At<String>>,
        /// Facts that name those whom `by` is about: while one of them has no passed date in the
        /// same list element, nothing is due.
        of: Vec<At<String>>,
    },
    /// A person is known to the history.
    Committer {
        /// Facts that name the person; all that are found belong to one person.
        person: Vec<At<String>>,
        /// The last commit is at most so many days old; without it, any commit will do.
        within_days: Option<At<u64>>,
    },
    /// The evidence kept up with the code that it describes.
    Fresh {
        /// The model's code.
        code: Globs,
        /// Not code, whatever `code` says.
        except: Globs,
        /// So many commits may pass.
        commits: At<u64>,
        /// So many days may pass.
        days: At<u64>,
    },
    /// Paths that the evidence names exist.
    Paths {
        /// Facts that hold paths or commands that name paths.
        facts: Vec<At<String>>,
    },
    /// A promised cadence is kept by a schedule that runs.
    Schedule {
        /// Facts that state the promise.
        promised: Vec<At<String>>,
        /// Facts that state a schedule that really runs.
        wired: Vec<At<String>>,
        /// Facts that state the command.
        command: Vec<At<String>>,
    },
    /// Waivers are in order.
    Waiver {
        /// What they must not be.
        is_not: WaiverFault,
    },
    /// A change does not make the policy that judges it weaker.
    Policy,
    /// The commits of a change that touch a model's logic.
    Commits(Box<CommitsCheck>),
    /// The files that a change adds to the history.
    Blobs(Box<BlobsCheck>),
    /// Approvals that commits carry.
    Approval(Box<ApprovalCheck>),
    /// Files that the model must have.
    Files(Box<FilesCheck>),
    /// The data sources that the model's code names.
    Reach(Arc<ReachCheck>),
    /// Facts that must fit together.
    Agree(Box<AgreeCheck>),
}

impl Check {
    /// The kinds, as tables under `[rule.check]`.
    pub const KINDS: [&'static str; 15] = [
        "present",
        "fact",
        "due",
        "committer",
        "fresh",
        "paths",
        "policy",
        "schedule",
        "waiver",
        "commits",
        "blobs",
        "approval",
        "files",
        "reach",
        "agree",
    ];

    /// The kind's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Check::Present { .. } => "present",
            Check::Fact { .. } => "fact",
            Check::Due { .. } => "due",
            Check::Committer { .. } => "committer",
            Check::Fresh { .. } => "fresh",
            Check::Paths { .. } => "paths",
            Check::Schedule { .. } => "schedule",
            Check::Waiver { .. } => "waiver",
            Check::Policy => "policy",
            Check::Commits(_) => "commits",
            Check::Blobs(_) => "blobs",
            Check::Approval(_) => "approval",
            Check::Files(_) => "files",
            Check::Reach(_) => "reach",
            Check::Agree(_) => "agree",
        }
    }

    /// True for checks that are about no artifact: a rule with one needs none.
    pub fn stands_alone(&self) -> bool {
        matches!(
            self,
            Check::Waiver { .. } | Check::Policy | Check::Commits(_) | Check::Blobs(_) | Check::Approval(_)
        ) || self.is_about_files()
    }

    /// True for checks that look at all files of a model.
    pub fn is_about_files(&self) -> bool {
        matches!(self, Check::Files(_) | Check::Reach(_))
    }

    /// True for checks that look at the commits of a change, and are not asked without one.
    pub fn is_about_change(&self) -> bool {
        matches!(self, Check::Commits(_) | Check::Blobs(_))
    }
}
