//! Decides, from Git objects alone, whether the models in a repository may go to production.
//!
//! The flow is one way: arguments → request → trusted policy → snapshot → models → artifacts and
//! facts → history → rules → findings → settled verdict → report.

pub mod artifact;
pub mod check;
pub mod ci;
pub mod cli;
pub mod commands;
pub mod diag;
pub mod evidence;
pub mod exit;
pub mod fixture;
pub mod gate;
pub mod git;
pub mod hook;
pub mod landing;
pub mod model;
mod parallel;
pub mod policy;
pub mod report;
pub mod request;
pub mod schema;
pub mod text;
pub mod trailers;
pub mod verdict;
pub mod words;

pub use parallel::get_ready;
