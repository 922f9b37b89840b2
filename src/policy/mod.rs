//! The policy: packs, configuration, vocabulary.
//!
//! Files are read in two steps, raw → valid, with a span kept on everything; all mistakes are
//! collected. Built-in packs are the very files under `policies/`.

pub mod builtin;
mod clauses;
mod config;
mod fields;
mod folded_paths;
mod globs;
mod laid;
mod literals;
mod load;
mod load_agree;
mod load_check;
mod load_code;
mod load_commits;
mod load_reader;
mod mistakes;
mod names;
mod needs;
mod pack;
mod patterns;
mod regexes;
mod rule;
mod rule_agree;
mod rule_code;
mod rule_commits;
mod set;
mod severity;
mod tree;
mod tree_write;
mod value;
mod waiver;

pub use config::{Config, FILE, Mode, ModelSpec, Override, Pin, load as load_config};
pub use folded_paths::FoldedPaths;
pub use globs::{Folded, Globs};
pub use load::pack as load_pack;
pub use mistakes::{At, Mistakes, closest};
pub use names::{fold_path, glob};
pub(crate) use needs::{Needs, has_strays};
pub use pack::{Artifact, FactSpec, How, Nature, Pack, Reader, SourceSpec, Starter, Terms};
pub use regexes::Pattern;
pub use rule::{Check, Rule, WaiverFault};
pub use rule_agree::{AgreeCheck, Claim, Relation, Side, fact_name};
pub use rule_code::{Enough, Extract, FilesCheck, Language, ReachCheck};
pub use rule_commits::{ApprovalAsk, ApprovalCheck, BlobsCheck, CommitAsk, CommitsCheck, Holds};
pub use set::{PolicySet, Sourcing, facts_of};
pub use severity::{Severities, Severity, StateName, Tier};
pub use waiver::Waiver;
