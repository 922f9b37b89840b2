//! The policy: packs, configuration, vocabulary.
//!
//! Files are read in two steps, raw → valid, with a span kept on everything; all mistakes are
//! collected. Built-in packs are the very files under `policies/`.

pub mod builtin;
mod config;
mod fields;
mod load;
mod load_check;
mod load_reader;
mod names;
mod pack;
mod set;

pub use config::{Config, FILE, Mode, ModelSpec, Override, Waiver, load as load_config};
pub use fields::{At, Mistakes, closest};
pub use load::pack as load_pack;
pub use names::{fold_path, glob};
pub use pack::{
    Artifact, Check, FactSpec, How, Nature, Pack, Reader, Rule, Severities, Severity, SourceSpec, Starter,
    StateName, Terms, Tier, WaiverFault,
};
pub use set::{PolicySet, facts_of};
