//! Has what a hook or a CI event announces judged, one landing after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Output, Result, refused};
use crate::cli::ReportFormat;
use crate::diag::{Diagnostic, Sources, escape};
use crate::exit::ExitStatus;
use crate::gate::landing::{Asked, Desk, Place};
use crate::gate::{self, Judged, Request};
use crate::git::Repo;
use crate::landing::{Decision, Landing};
use crate::report::{Human, Style, Verbosity, human, json};
use crate::request::Terminal;
use crate::verdict::Status;

/// How the answer is shown, and what is asked for beside the landings.
#[derive(Clone, Debug)]
pub(super) struct Show<'a> {
    pub(super) style: Style,
    pub(super) format: ReportFormat,
    pub(super) place: Place<'a>,
    /// Tell little when nothing blocks: a hook is run very often.
    pub(super) brief: bool,
    /// Every model blocks, not only those that are touched.
    pub(super) all: bool,
}

/// Of several things that were judged, so many are named at the end.
const MOST_RESULTS: usize = 10;
/// Landings that are not judged are named up to this many.
const MOST_NAMED: usize = 3;

/// Judges every landing. The exit code is the worst of all.
pub(super) fn decide(repo: &Repo, decision: &Decision, show: &Show<'_>) -> Result {
    let mut output = Output::done(String::new());
    let mut desk = Desk::new(repo, show.place)?;
    let mut free = Vec::new();
    // Many refs of one push often name one commit.
    let mut parts = Vec::new();
    let mut results: Vec<(String, ExitStatus)> = Vec::new();
    let mut known: BTreeMap<String, ExitStatus> = BTreeMap::new();
    for landing in &decision.landings {
        match desk.ask(landing) {
            Ok(Asked::Free(said)) => free.push(said),
            Ok(Asked::Judge(request)) => {
                let request = in_full(*request, show.all);
                let name = request.change.as_ref().map(|change| change.name.clone()).unwrap_or_default();
                let key = key(&request);
                let status = match known.get(&key) {
                    Some(status) => *status,
                    None => {
                        let judged = gate::judge(repo, &request);
                        parts.push(shown(&judged, show));
                        ExitStatus::from(judged.verdict.status())
                    }
                };
                known.insert(key, status);
                output.status = output.status.max(status);
                results.push((name, status));
            }
            Ok(Asked::Advise(request, why)) => {
                let judged = gate::judge(repo, &in_full(*request, show.all));
                let staged = matches!(landing, Landing::Index { message: None });
                parts.push(advice(&judged, &why, staged, show));
            }
            Ok(Asked::Refused(refusal)) => {
                output.status = output.status.max(ExitStatus::Blocked);
                output.stderr.push_str(&mistake(*refusal, show));
            }
            Err(refusal) => {
                output.status = ExitStatus::CannotJudge;
                output.stderr.push_str(&mistake(*refusal, show));
            }
        }
    }
    let why = decision.why.iter().cloned().chain(not_judged(&free));
    let why = reasons(why, show.style.width);
    match show.format {
        ReportFormat::Human => output.stdout.push_str(&why),
        ReportFormat::Json => output.stderr.push_str(&why),
    }
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if show.format == ReportFormat::Human && !output.stdout.is_empty() {
            output.stdout.push('\n');
        }
        output.stdout.push_str(part);
    }
    if show.format == ReportFormat::Human {
        output.stdout.push_str(&in_all(&results, show.style.width));
    }
    Ok(output)
}

/// What became of each of several things, the worst first.
fn in_all(results: &[(String, ExitStatus)], width: usize) -> String {
    if results.len() < 2 {
        return String::new();
    }
    let mut sorted: Vec<&(String, ExitStatus)> = results.iter().collect();
    sorted.sort_by_key(|(_, status)| std::cmp::Reverse(*status));
    let named: Vec<String> = sorted
        .iter()
        .take(MOST_RESULTS)
        .map(|(name, status)| {
            let word = match status {
                ExitStatus::Success => "may pass",
                ExitStatus::Blocked => "is blocked",
                ExitStatus::CannotJudge => "could not be judged",
            };
            format!("{name} {word}")
        })
        .collect();
    let more = sorted.len().saturating_sub(MOST_RESULTS);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let mut out = String::from("\n");
    out.push_str(&sentence("in all   ", &format!("{}{more}", named.join("; ")), width));
    out
}

fn in_full(mut request: Request, all: bool) -> Request {
    if let Some(change) = request.change.as_mut().filter(|_| all) {
        change.since = None;
    }
    request
}

/// What makes two requests have the same answer.
fn key(request: &Request) -> String {
    let change = request.change.as_ref();
    let of = change.map(|c| (c.production, c.since, c.head, c.exclude.clone()));
    format!("{:?} {of:?}", request.target)
}

fn shown(judged: &Judged, show: &Show<'_>) -> String {
    let verdict = &judged.verdict;
    let quiet = show.brief && verdict.status() == Status::Pass && verdict.account.warnings == 0;
    let verbosity = if quiet { Verbosity::Quiet } else { Verbosity::Normal };
    match show.format {
        ReportFormat::Human => human(verdict, &judged.sources, &Human { style: show.style, verbosity }),
        ReportFormat::Json => json(verdict, &judged.sources),
    }
}

/// A verdict that stops nothing, in a sentence; nothing at all when all is well.
fn advice(judged: &Judged, why: &str, staged: bool, show: &Show<'_>) -> String {
    let verdict = &judged.verdict;
    let rules: BTreeSet<&str> =
        verdict.findings.iter().filter(|f| f.blocks()).map(|f| f.rule.as_str()).collect();
    let said = match (verdict.status(), verdict.undecided.first()) {
        (Status::Pass, _) => return String::new(),
        (Status::Undecided, Some(problem)) => {
            format!("production could not judge this: {}", problem.message)
        }
        (Status::Undecided, None) => "production could not judge this: no rule was asked".to_string(),
        (Status::Blocked, _) => {
            let named: Vec<&str> = rules.iter().take(MOST_NAMED).copied().collect();
            let more = rules.len() - named.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("on its way to production this would be blocked by {}{more}", named.join(", "))
        }
    };
    let how = if staged { "; `roadworthy check --staged` shows why" } else { "" };
    sentence("advice   ", &format!("{said}; {why}, so nothing stops here{how}"), show.style.width)
}

fn mistake(refusal: Diagnostic, show: &Show<'_>) -> String {
    refused(&[refusal], &Sources::new(), &Terminal { style: show.style }).stderr
}

fn not_judged(free: &[String]) -> Option<String> {
    let named = free.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join("; ");
    match free.len().saturating_sub(MOST_NAMED) {
        _ if free.is_empty() => None,
        0 => Some(format!("not judged: {named}")),
        more => Some(format!("not judged: {named}; and {more} more")),
    }
}

/// The sentences, one to a paragraph of `decided …`.
fn reasons(why: impl Iterator<Item = String>, width: usize) -> String {
    why.map(|why| sentence("decided  ", &why, width)).collect()
}

fn sentence(first: &str, text: &str, width: usize) -> String {
    // A runner obeys `##[command]` anywhere in a line.
    let text = escape::line(text).replace("##[", "#\\u{23}[");
    let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent("         ");
    let mut out = String::new();
    let _ = writeln!(out, "{}", textwrap::fill(&text, options.break_words(false)));
    out
}
