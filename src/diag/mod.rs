//! Places in text and what is said about them.
//!
//! The bottom of the crate: everything may use it, it uses nothing of the crate.
//! [`RepoPath`] names a place in a repository, [`Span`] a piece of a text, [`Sources`] owns the
//! texts, [`Diagnostic`] is a sentence about a span, ready to be rendered.

mod diagnostic;
pub mod escape;
mod path;
mod source;

pub use diagnostic::{Diagnostic, Level, Note, Paste};
pub use path::RepoPath;
pub use source::{LineColumn, Origin, SourceFile, SourceId, Sources, Span, Text};
