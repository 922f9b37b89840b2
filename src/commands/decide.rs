//! Has what a hook or a CI event announces judged, one landing after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::deliver::{self, Delivery};
use super::{Output, Result, refused};
use crate::cli::Reports;
use crate::diag::{Diagnostic, Sources, escape};
use crate::exit::ExitStatus;
use crate::gate::landing::{Asked, Desk, Place};
use crate::gate::{self, Judged, Request};
use crate::git::{CommitId, Repo};
use crate::landing::{Decision, Landing};
use crate::report::{Format, Human, Part, Run, Style, Verbosity, human};
use crate::request::Terminal;
use crate::verdict::{Account, Finding, Severity, Status, Verdict};

/// How the answer is shown, and what is asked for beside the landings.
#[derive(Clone, Debug)]
pub(super) struct Show<'a> {
    pub(super) style: Style,
    /// The formats; a hook has none, and speaks to people.
    pub(super) reports: Option<&'a Reports>,
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

/// What was said about a landing, and what it came to.
struct Piece {
    /// For people, in the style of the terminal.
    text: String,
    /// Kept only where another format is asked for: the texts of many verdicts take much memory.
    judged: Option<Judged>,
}

/// What all landings came to.
#[derive(Default)]
struct Told {
    pieces: Vec<Piece>,
    results: Vec<(String, ExitStatus)>,
    /// Sentences about what was not judged, or stops nothing.
    remarks: Vec<String>,
}

/// Judges every landing. The exit code is the worst of all.
pub(super) fn decide(repo: &Repo, decision: &Decision, show: &Show<'_>) -> Result {
    let mut output = Output::done(String::new());
    if let [Landing::Move { new, .. }] = &decision.landings[..]
        && let Some(id) = CommitId::parse(new)
    {
        repo.read_ahead(id);
    }
    let mut desk = Desk::new(repo, show.place)?;
    let mut free = Vec::new();
    // Many refs of one push often name one commit.
    let mut told = Told::default();
    let mut known: BTreeMap<String, ExitStatus> = BTreeMap::new();
    for landing in &decision.landings {
        match desk.ask(landing) {
            Ok(Asked::Free(said)) => free.push(said),
            Ok(Asked::Judge(request)) => {
                let request = in_full(*request, show.all);
                let name = request.change.as_ref().map(|change| change.name.clone()).unwrap_or_default();
                let status = *known.entry(key(&request)).or_insert_with(|| {
                    let judged = gate::judge(repo, &request);
                    let status = ExitStatus::from(judged.verdict.status());
                    let text = shown(&judged, show, show.style);
                    told.pieces.push(Piece { text, judged: Some(judged).filter(|_| show.documents()) });
                    status
                });
                output.status = output.status.max(status);
                told.results.push((name, status));
            }
            Ok(Asked::Advise(request, why)) => {
                let judged = gate::judge(repo, &in_full(*request, show.all));
                let staged = matches!(landing, Landing::Index { message: None });
                if let Some(said) = advice(&judged, &why, staged) {
                    let text = sentence("advice   ", &said, show.style.width);
                    told.pieces.push(Piece { text, judged: None });
                    told.remarks.push(said);
                }
            }
            Ok(Asked::Refused(refusal)) => {
                output.status = output.status.max(ExitStatus::Blocked);
                told.pieces.extend(refused_piece(forbidden(&refusal), show));
                output.stderr.push_str(&mistake(*refusal, show));
            }
            Err(refusal) => {
                output.status = ExitStatus::CannotJudge;
                let verdict = Verdict { undecided: vec![(*refusal).clone()], ..Verdict::default() };
                told.pieces.extend(refused_piece(verdict, show));
                output.stderr.push_str(&mistake(*refusal, show));
            }
        }
    }
    let why: Vec<String> = decision.why.iter().cloned().chain(not_judged(&free)).collect();
    hand_out(&why, told, show, &mut output);
    Ok(output)
}

impl Show<'_> {
    fn documents(&self) -> bool {
        self.reports.is_some_and(deliver::documents)
    }
}

/// A landing that no judgement is needed for, where a format needs a verdict.
fn refused_piece(mut verdict: Verdict, show: &Show<'_>) -> Option<Piece> {
    let sources = Sources::new();
    verdict.settle(&sources);
    show.documents().then(|| Piece { text: String::new(), judged: Some(Judged { verdict, sources }) })
}

/// What may never land, as the finding that it is.
fn forbidden(refusal: &Diagnostic) -> Verdict {
    let mut finding = Finding::new(refusal.code.as_str(), Severity::Block, refusal.message.as_str());
    finding.title = "this may never land".to_string();
    finding.help.clone_from(&refusal.help);
    let account = Account { rules: 1, judgements: 1, ..Account::default() };
    Verdict { findings: vec![finding], account, ..Verdict::default() }
}

/// Everything in its format to its place.
fn hand_out(why: &[String], told: Told, show: &Show<'_>, output: &mut Output) {
    let text = |style: Style, drawn: &dyn Fn(&Piece) -> String| {
        let mut out = reasons(why, style.width);
        for piece in told.pieces.iter().map(drawn).filter(|piece| !piece.is_empty()) {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&piece);
        }
        out.push_str(&in_all(&told.results, style.width));
        out
    };
    let Some(reports) = show.reports.filter(|_| show.documents()) else {
        output.stdout.push_str(&text(show.style, &|piece| piece.text.clone()));
        return;
    };
    let human = |style: Style| {
        text(style, &|piece| match &piece.judged {
            Some(judged) if !piece.text.is_empty() => shown(judged, show, style),
            _ => piece.text.clone(),
        })
    };
    let judged = told.pieces.iter().filter_map(|piece| piece.judged.as_ref());
    let parts = judged.map(|judged| Part { verdict: &judged.verdict, sources: &judged.sources }).collect();
    let run = Run { parts, remarks: why.iter().chain(&told.remarks).cloned().collect() };
    let delivery = Delivery { reports, run: &run, style: show.style, human: &human };
    if reports.format != Format::Human {
        output.stderr.push_str(&reasons(why, show.style.width));
    }
    output.stdout.push_str(&delivery.printed());
    delivery.files(output);
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

fn shown(judged: &Judged, show: &Show<'_>, style: Style) -> String {
    let verdict = &judged.verdict;
    let quiet = show.brief && verdict.status() == Status::Pass && verdict.account.warnings == 0;
    let verbosity = if quiet { Verbosity::Quiet } else { Verbosity::Normal };
    human(verdict, &judged.sources, &Human { style, verbosity })
}

/// A verdict that stops nothing, in a sentence; nothing at all when all is well.
fn advice(judged: &Judged, why: &str, staged: bool) -> Option<String> {
    let verdict = &judged.verdict;
    let rules: BTreeSet<&str> =
        verdict.findings.iter().filter(|f| f.blocks()).map(|f| f.rule.as_str()).collect();
    let said = match (verdict.status(), verdict.undecided.first()) {
        (Status::Pass, _) => return None,
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
    Some(format!("{said}; {why}, so nothing stops here{how}"))
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
fn reasons(why: &[String], width: usize) -> String {
    why.iter().map(|why| sentence("decided  ", why, width)).collect()
}

fn sentence(first: &str, text: &str, width: usize) -> String {
    // A runner obeys `##[command]` anywhere in a line.
    let text = escape::line(text).replace("##[", "#\\u{23}[");
    let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent("         ");
    let mut out = String::new();
    let _ = writeln!(out, "{}", textwrap::fill(&text, options.break_words(false)));
    out
}
