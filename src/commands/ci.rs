//! `roadworthy ci`: judges what a CI job is about.

use std::path::Path;

use super::Result;
use super::decide::{Show, decide};
use crate::ci::{self, Variables};
use crate::cli::Ci;
use crate::gate::landing::Place;
use crate::git::Cache;
use crate::request::{self, Terminal};

pub(super) fn run(args: &Ci, no_cache: bool, terminal: &Terminal) -> Result {
    let repo = request::repository(Path::new("."))?;
    request::use_cache(&repo, Cache::Off, no_cache);
    let as_of = request::date(args.as_of.as_deref())?;
    let decision = ci::decide(&repo, &Variables::of_process(), args.base.as_deref(), args.head.as_deref())?;
    let policy = args.policy.as_deref().map(request::policy_files).transpose()?;
    // A job checks out a commit; the branches that it fetched are those of `origin`.
    let fetched = repo.ref_names("refs/remotes/origin/").map_err(|error| request::refused(&error))?;
    let remote = (!fetched.is_empty()).then_some("origin");
    let place = Place { remote, policy: policy.as_deref(), author: None, as_of };
    let (style, reports) = (terminal.style, Some(&args.reports));
    decide(&repo, &decision, &Show { style, reports, place, brief: false, all: args.all })
}
