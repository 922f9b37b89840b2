//! `roadworthy status`: a model's readiness on one page.

use super::{Output, Result, refused};
use crate::cli::{Status as Args, TableFormat};
use crate::gate;
use crate::git::Cache;
use crate::report::status;
use crate::request::{self, Terminal};

pub(super) fn run(args: &Args, no_cache: bool, terminal: &Terminal) -> Result {
    let repo = request::repository(&args.tree.path)?;
    let request = request::request(&repo, &args.tree, args.as_of.as_deref())?;
    request::use_cache(&repo, Cache::ReadAndWrite, no_cache);
    let judged = gate::judge(&repo, &request);
    if !judged.verdict.undecided.is_empty() {
        return Ok(refused(&judged.verdict.undecided, &judged.sources, terminal));
    }
    Ok(Output::done(match args.format {
        TableFormat::Human => status::human(&judged.verdict, &terminal.style),
        TableFormat::Markdown => status::markdown(&judged.verdict),
        TableFormat::Json => status::json(&judged.verdict),
    }))
}
