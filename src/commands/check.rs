//! `roadworthy check`.

use super::{Output, Result};
use crate::cli::{Check, ReportFormat};
use crate::gate;
use crate::report::{Human, Verbosity, human, json};
use crate::request::{self, Terminal};

pub(super) fn run(args: &Check, terminal: &Terminal) -> Result {
    let repo = request::repository(&args.tree.path)?;
    let request = request::of_check(&repo, args)?;
    let judged = gate::judge(&repo, &request);
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    };
    let text = match args.format {
        ReportFormat::Human => {
            human(&judged.verdict, &judged.sources, &Human { style: terminal.style, verbosity })
        }
        ReportFormat::Json => json(&judged.verdict, &judged.sources),
    };
    Ok(Output::said(text, judged.verdict.status().into()))
}
