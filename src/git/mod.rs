//! All access to Git: repositories, snapshots, histories and identities.
//!
//! Only this folder names git2 types, and none of its public items does. Paths are bytes, objects
//! are read raw and parsed here, so that odd authors, encodings and names neither end a walk nor
//! hide a file. Nothing of a repository is executed, no network is used, no link is followed.
//!
//! [`Repo`] finds the repository that a hook or a person works in, [`Snapshot`] lists and reads a
//! commit, the index or the work tree, [`Query`] asks the history everything in one walk,
//! [`Repo::range`] lists the commits of a change and [`Changes`] what they changed.

mod ahead;
mod ancestry;
mod changed;
mod changes;
mod commit_graph;
mod config;
mod content;
mod disk;
mod drift;
mod elsewhere;
mod environment;
mod error;
mod files;
mod graph;
mod history;
mod id;
mod index;
mod known;
mod listing;
mod loose;
mod mailmap;
mod memo;
mod memory;
mod merge;
mod message;
mod object;
mod pack;
mod paged;
mod paths;
mod pending;
mod people;
mod range;
mod refs;
mod repo;
mod revision;
mod snapshot;
mod store;
mod trail;
mod tree;
mod trees;
mod walk;
mod worktree;

pub use changes::{BlobId, Change, Changes};
pub use config::Scope;
pub use content::Content;
pub use elsewhere::Elsewhere;
pub use environment::Environment;
pub use error::{Error, ErrorKind};
pub use files::Files;
pub use history::{Answers, Code, Drift, Moved, Query, Touch};
pub use id::CommitId;
pub use mailmap::Mailmap;
pub use memo::Cache;
pub use merge::{Merge, MergeKind};
pub use message::{Author, Message};
pub use people::Identity;
pub use range::RangeCommit;
pub use repo::{Head, Repo};
pub use snapshot::{Entries, Entry, EntryKind, Limits, SharedEntries, Snapshot, Target};
pub use trail::{After, Trail};
