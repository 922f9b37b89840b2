//! `roadworthy ci`: judges what a CI job is about.

use std::path::Path;

use super::Result;
use super::decide::{Show, decide, place};
use crate::ci::{self, Variables};
use crate::cli::Ci;
use crate::request::{self, Terminal};

pub(super) fn run(args: &Ci, terminal: &Terminal) -> Result {
    let repo = request::repository(Path::new("."))?;
    let as_of = request::date(args.as_of.as_deref())?;
    let decision = ci::decide(&repo, &Variables::of_process(), args.base.as_deref(), args.head.as_deref())?;
    let policy = args.policy.as_deref().map(request::policy_files).transpose()?;
    let place = place(None, policy.as_deref(), as_of);
    let (style, format) = (terminal.style, args.format);
    decide(&repo, &decision, &Show { style, format, place, brief: false, all: args.all })
}
