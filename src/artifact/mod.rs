//! Artifacts and their facts: files are found, read by one reader per format into a
//! [`document::Document`], and facts with typed values are taken from it.

pub mod document;
pub mod read;
pub mod types;
