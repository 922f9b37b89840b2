//! The command line, as typed by people and machines. Turned into a [`crate::request`] before
//! anything is done.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::hook::HookType;
use crate::schema::Schema;

mod reports;

pub use reports::{ReportTo, Reports};

/// Decides, from Git objects alone, whether the models in a repository may go to production.
#[derive(Parser, Debug)]
#[command(name = "roadworthy", version, about, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 roadworthy, 1 findings block, 2 could not judge.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use colours; `NO_COLOR` is honoured.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Neither use nor keep answers about the history of earlier runs (`roadworthy/` in Git's folder).
    #[arg(long, global = true)]
    pub no_cache: bool,
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Judge the models of a repository.
    Check(Check),
    /// Judge what a CI job is about: a pull request, a merge group, a push.
    Ci(Ci),
    /// Install Git hooks, or be one.
    #[command(subcommand)]
    Hook(Hook),
    /// Show why a rule exists, how to satisfy it, and an example that fails and one that passes.
    Explain {
        /// The rule's id; `roadworthy rules` lists them.
        rule: String,
    },
    /// List all rules with their severity per tier.
    Rules {
        /// How to print them.
        #[arg(long, value_enum, default_value_t = TableFormat::Human)]
        format: TableFormat,
    },
    /// Show a model's readiness on one page: what is on file, who answers for it, what is due.
    Status(Status),
    /// List every fact that was read, with its file and line.
    Facts(Facts),
    /// Write roadworthy.toml and a starter file for every artifact that is missing.
    Init {
        /// The repository, or a folder in it.
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Test or validate policy files.
    #[command(subcommand)]
    Policy(Policy),
    /// Write an exception for one rule into roadworthy.toml.
    Waive(Waive),
    /// Write exceptions for everything that blocks today, so that only new gaps block.
    Baseline(Baseline),
    /// Build a small repository, judge it, repair it, and judge it again.
    Demo {
        /// Where to build; a new temporary folder when left out.
        #[arg(long, value_name = "FOLDER")]
        into: Option<PathBuf>,
    },
    /// Print the JSON Schema of a file, for editors and validators.
    Schema {
        /// Of what.
        #[arg(value_enum)]
        of: Schema,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Which tree, and which models of it.
#[derive(Args, Debug)]
pub struct Tree {
    /// The repository, or a folder in it.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Judge what is staged for the next commit.
    #[arg(long, conflicts_with = "rev")]
    pub staged: bool,
    /// Judge a commit: a branch, a tag, an id, HEAD~2.
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    /// Only this model; may be given more than once.
    #[arg(long, value_name = "ID")]
    pub model: Vec<String>,
}

/// What would land, and where. Without any of these the tree is judged as it is, by its own policy.
#[derive(Args, Debug)]
pub struct Onto {
    /// Judge what merging HEAD into this branch would land there, by that branch's policy.
    #[arg(long, value_name = "BRANCH", conflicts_with_all = ["base", "range", "tag", "staged", "rev"])]
    pub into: Option<String>,
    /// As --into, for any revision as the production side.
    #[arg(long, value_name = "REV", conflicts_with_all = ["range", "tag", "staged", "rev"])]
    pub base: Option<String>,
    /// What would be merged, in place of HEAD.
    #[arg(long, value_name = "REV", conflicts_with_all = ["range", "staged", "rev"])]
    pub head: Option<String>,
    /// Both at once: BASE..HEAD.
    #[arg(long, value_name = "BASE..HEAD", conflicts_with_all = ["tag", "staged", "rev"])]
    pub range: Option<String>,
    /// Judge a release tag: what it ships since the release before it. --head says where a tag will be
    /// that does not exist yet.
    #[arg(long, value_name = "TAG", conflicts_with_all = ["staged", "rev"])]
    pub tag: Option<String>,
    /// Every model blocks, not only those that the change touches (the default for a tree).
    #[arg(long, conflicts_with = "model")]
    pub all: bool,
    /// Policy files that judge in place of the repository's own: a file, or a folder of them. Only the
    /// list of models is then taken from the repository.
    #[arg(long, value_name = "PATH")]
    pub policy: Option<PathBuf>,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct Check {
    /// Which tree, and which models of it.
    #[command(flatten)]
    pub tree: Tree,
    /// What would land, and where.
    #[command(flatten)]
    pub onto: Onto,
    /// The date of the judgement, as 2026-12-31; today in UTC when left out.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// In which formats, and where to.
    #[command(flatten)]
    pub reports: Reports,
    /// Only the account and the verdict.
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Also the evidence, the rules that hold, and all advice.
    #[arg(long, short)]
    pub verbose: bool,
}

/// Arguments of `facts`.
#[derive(Args, Debug)]
pub struct Facts {
    /// Which tree, and which models of it.
    #[command(flatten)]
    pub tree: Tree,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = FactsFormat::Human)]
    pub format: FactsFormat,
}

/// Arguments of `ci`.
#[derive(Args, Debug)]
pub struct Ci {
    /// The revision that is merged into, where the environment does not say it.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// The revision that is merged; HEAD when left out.
    #[arg(long, value_name = "REV", requires = "base")]
    pub head: Option<String>,
    /// Every model blocks, not only those that the change touches.
    #[arg(long)]
    pub all: bool,
    /// Policy files that judge in place of the repository's own: a file, or a folder of them.
    #[arg(long, value_name = "PATH")]
    pub policy: Option<PathBuf>,
    /// The date of the judgement, as 2026-12-31; today in UTC when left out.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// In which formats, and where to.
    #[command(flatten)]
    pub reports: Reports,
}

/// Commands about Git hooks.
#[derive(Subcommand, Debug)]
pub enum Hook {
    /// Write hooks that call roadworthy. An existing hook is never overwritten.
    Install {
        /// The repository, or a folder in it.
        #[arg(default_value = ".")]
        path: PathBuf,
        /// Which hooks: pre-commit, pre-merge-commit and pre-push in a clone, pre-receive in a bare
        /// repository, when left out. May be given more than once.
        #[arg(long = "type", value_name = "TYPE")]
        types: Vec<HookType>,
        /// Keep an existing hook as `<hook>.local` and run it first; write into a folder of hooks that
        /// other repositories share.
        #[arg(long)]
        force: bool,
    },
    /// Remove the hooks that `install` wrote, and put back the ones that it kept.
    Uninstall {
        /// The repository, or a folder in it.
        #[arg(default_value = ".")]
        path: PathBuf,
        /// Which hooks; all when left out. May be given more than once.
        #[arg(long = "type", value_name = "TYPE")]
        types: Vec<HookType>,
    },
    /// Judge the staged files.
    PreCommit {
        /// File names that a hook manager adds; all staged files are judged anyway.
        #[arg(hide = true)]
        ignored: Vec<OsString>,
    },
    /// Judge the staged files and the message.
    CommitMsg {
        /// The file that holds the message.
        file: PathBuf,
    },
    /// Judge the result of a merge.
    PreMergeCommit {
        /// File names that a hook manager adds; all staged files are judged anyway.
        #[arg(hide = true)]
        ignored: Vec<OsString>,
    },
    /// Judge what is about to be pushed: lines on standard input.
    PrePush {
        /// The remote's name.
        remote: Option<OsString>,
        /// The remote's address.
        url: Option<OsString>,
    },
    /// Judge what a push would change on this server: lines on standard input.
    PreReceive,
    /// Judge what a push would change on this server: one ref.
    Update {
        /// The full name of the ref.
        ref_name: OsString,
        /// The object that it names.
        old: OsString,
        /// The object that it would name.
        new: OsString,
    },
}

impl ValueEnum for HookType {
    fn value_variants<'a>() -> &'a [Self] {
        &HookType::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

/// Arguments of `status`.
#[derive(Args, Debug)]
pub struct Status {
    /// Which tree, and which models of it.
    #[command(flatten)]
    pub tree: Tree,
    /// The date of the judgement, as 2026-12-31; today in UTC when left out.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = TableFormat::Human)]
    pub format: TableFormat,
}

/// Why, until when, and who signs it off.
#[derive(Args, Debug)]
pub struct Exception {
    /// The repository, or a folder in it.
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Why, in a sentence.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The last day on which it holds, as 2026-12-31.
    #[arg(long, value_name = "DATE")]
    pub until: String,
    /// Who signs it off, as `First Last <address>`; whoever commits here when left out.
    #[arg(long, value_name = "PERSON")]
    pub approved_by: Option<String>,
}

/// Arguments of `waive`.
#[derive(Args, Debug)]
pub struct Waive {
    /// The rule's id; `roadworthy rules` lists them.
    pub rule: String,
    /// The model's id; every model when left out.
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// Why, until when, and who signs it off.
    #[command(flatten)]
    pub exception: Exception,
}

/// Arguments of `baseline`.
#[derive(Args, Debug)]
pub struct Baseline {
    /// Why, until when, and who signs it off.
    #[command(flatten)]
    pub exception: Exception,
}

/// How facts are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum FactsFormat {
    /// For people.
    Human,
    /// For machines; docs/facts.md describes it.
    Json,
}

/// How a table is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum TableFormat {
    /// For people.
    Human,
    /// Markdown: a table, or the reference of all rules.
    Markdown,
    /// For machines.
    Json,
}

/// Commands about policy files.
#[derive(Subcommand, Debug)]
pub enum Policy {
    /// Run the fixtures of a policy: each failing recipe must fail with its report, each repaired
    /// one must pass.
    Test {
        /// A folder with `PACK.toml` and `PACK/RULE/{fail,pass}-*.toml`; the built-in policies
        /// when left out.
        path: Option<PathBuf>,
        /// Write the reports instead of comparing them.
        #[arg(long, requires = "path")]
        bless: bool,
        /// Only cases whose path contains this.
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
    },
    /// Validate roadworthy.toml and policy files; all mistakes at once.
    Check {
        /// A policy file, a roadworthy.toml, or a repository.
        #[arg(default_value = ".")]
        path: PathBuf,
    },
}
