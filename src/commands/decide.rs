//! Has what a hook or a CI event announces judged, one landing after the other.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::NaiveDate;

use super::{Output, Result};
use crate::cli::ReportFormat;
use crate::diag::escape;
use crate::exit::ExitStatus;
use crate::gate::{self, Request};
use crate::git::{Repo, Target};
use crate::landing::{Decision, Landing, spoken};
use crate::report::{Human, Style, Verbosity, human, json};
use crate::request::{Refusal, refused};

/// How the answer is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Show {
    pub(super) style: Style,
    pub(super) format: ReportFormat,
    pub(super) as_of: NaiveDate,
}

/// Judges every landing. The exit code is the worst of all.
pub(super) fn decide(repo: &Repo, decision: &Decision, show: &Show) -> Result {
    let mut output = Output::done(String::new());
    let why = reasons(decision, show.style.width);
    match show.format {
        ReportFormat::Human => output.stdout.push_str(&why),
        ReportFormat::Json => output.stderr.push_str(&why),
    }
    // Many refs of one push often name one commit.
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    for landing in &decision.landings {
        let Some(request) = request(repo, landing, show.as_of)? else { continue };
        if seen.insert(format!("{:?}", request.target), ()).is_some() {
            continue;
        }
        let judged = gate::judge(repo, &request);
        if show.format == ReportFormat::Human {
            output.stdout.push('\n');
        }
        output.stdout.push_str(&match show.format {
            ReportFormat::Human => human(
                &judged.verdict,
                &judged.sources,
                &Human { style: show.style, verbosity: Verbosity::Normal },
            ),
            ReportFormat::Json => json(&judged.verdict, &judged.sources),
        });
        output.status = output.status.max(ExitStatus::from(judged.verdict.status()));
    }
    Ok(output)
}

/// The sentences, one to a paragraph of `decided …`.
fn reasons(decision: &Decision, width: usize) -> String {
    let mut out = String::new();
    for why in &decision.why {
        // A runner obeys `##[command]` anywhere in a line.
        let why = escape::line(why).replace("##[", "#\\u{23}[");
        let options =
            textwrap::Options::new(width).initial_indent("decided  ").subsequent_indent("         ");
        let _ = writeln!(out, "{}", textwrap::fill(&why, options.break_words(false)));
    }
    out
}

/// What to ask the gate; `None` when nothing lands.
fn request(
    repo: &Repo,
    landing: &Landing,
    as_of: NaiveDate,
) -> std::result::Result<Option<Request>, Refusal> {
    let commit = |revision: &str| repo.resolve_commit(revision).map_err(|error| refused(&error));
    Ok(match landing {
        Landing::Index { .. } => Some(Request::new(Target::Index, as_of)),
        Landing::Merge { into, tip, head } => {
            let merged = Request::merge(repo, into, commit(tip)?, commit(head)?, as_of);
            Some(merged.map_err(|error| refused(&error))?)
        }
        Landing::Move { ref_name, old: Some(old), new } => {
            let moved = Request::merge(repo, &spoken(ref_name), commit(old)?, commit(new)?, as_of);
            Some(moved.map_err(|error| refused(&error))?)
        }
        Landing::Move { new: revision, .. } | Landing::Whole { revision, .. } => {
            Some(Request::new(Target::Commit(commit(revision)?), as_of))
        }
        Landing::Delete { .. } => None,
    })
}
