//! `roadworthy check`.

use super::deliver::Delivery;
use super::{Output, Result};
use crate::cli::Check;
use crate::gate;
use crate::git::Cache;
use crate::report::{Format, Human, Part, Run, Verbosity, render};
use crate::request::{self, Terminal};

pub(super) fn run(args: &Check, no_cache: bool, terminal: &Terminal) -> Result {
    let repo = request::repository(&args.tree.path)?;
    let request = request::of_check(&repo, args)?;
    // What would land is judged without a trace.
    let usual = if request.change.is_some() { Cache::Read } else { Cache::ReadAndWrite };
    request::use_cache(&repo, usual, no_cache);
    let judged = gate::judge(&repo, &request);
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    };
    let part = Part { verdict: &judged.verdict, sources: &judged.sources };
    let run = Run { parts: vec![part], remarks: Vec::new() };
    let human = |style| render(Format::Human, &run, &Human { style, verbosity });
    let delivery = Delivery { reports: &args.reports, run: &run, style: terminal.style, human: &human };
    let mut output = Output::said(delivery.printed(), judged.verdict.status().into());
    delivery.files(&mut output);
    Ok(output)
}
