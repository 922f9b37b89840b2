//! Decides, from Git objects alone, whether the models in a repository may go to production.
//!
//! The flow is one way: arguments → request → trusted policy → snapshot → models → artifacts and
//! facts → history → rules → findings → settled verdict → report.

pub mod artifact;
pub mod diag;
pub mod git;
pub mod text;
pub mod verdict;
