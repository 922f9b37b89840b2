//! The commands, one per file: each a function from arguments to text and an exit code.

mod check;
mod ci;
mod decide;
mod deliver;
mod demo;
mod explain;
mod facts;
mod hook;
mod init;
mod policy_check;
pub mod policy_test;
mod rules;
mod status;
mod waive;

use crate::cli::{Cli, Command, Policy, Reports};
use crate::diag::{Diagnostic, Sources};
use crate::exit::ExitStatus;
use crate::report::{Format, Part, Run, picture};
use crate::request::{Refusal, Terminal};
use crate::verdict::Verdict;
use deliver::Delivery;

pub use rules::{markdown as rules_markdown, reference as rules_reference};

/// What a command says.
#[derive(Debug)]
pub struct Output {
    /// For standard output.
    pub stdout: String,
    /// For standard error.
    pub stderr: String,
    /// For the caller.
    pub status: ExitStatus,
}

impl Output {
    fn said(stdout: String, status: ExitStatus) -> Output {
        Output { stdout, stderr: String::new(), status }
    }

    fn done(stdout: String) -> Output {
        Output::said(stdout, ExitStatus::Success)
    }
}

/// Runs the command that was typed.
pub fn run(cli: &Cli, terminal: &Terminal) -> Output {
    let result = match &cli.command {
        Command::Check(args) => check::run(args, cli.no_cache, terminal),
        Command::Ci(args) => ci::run(args, cli.no_cache, terminal),
        Command::Hook(command) => hook::run(command, cli.no_cache, terminal),
        Command::Explain { rule } => explain::run(rule, terminal),
        Command::Rules { format } => rules::run(*format, terminal),
        Command::Facts(args) => facts::run(args, terminal),
        Command::Init { path } => init::run(path, terminal),
        Command::Policy(Policy::Test { path, bless, only }) => {
            policy_test::run(path.as_deref(), *bless, only.as_deref(), terminal)
        }
        Command::Policy(Policy::Check { path }) => policy_check::run(path, terminal),
        Command::Status(args) => status::run(args, cli.no_cache, terminal),
        Command::Waive(args) => waive::one(args, terminal),
        Command::Baseline(args) => waive::all(args, terminal),
        Command::Demo { into } => demo::run(into.as_deref(), terminal),
        Command::Schema { of } => Ok(Output::done(of.text().to_string())),
        Command::Completions { shell } => Ok(completions(*shell)),
    };
    result.unwrap_or_else(|refusal| {
        let mut output = refused(&[(*refusal).clone()], &Sources::new(), terminal);
        if let Some(reports) = reports(&cli.command) {
            undecided(*refusal, reports, terminal, &mut output);
        }
        output
    })
}

/// The reports that a command owes, even where it cannot begin.
fn reports(command: &Command) -> Option<&Reports> {
    match command {
        Command::Check(args) => Some(&args.reports),
        Command::Ci(args) => Some(&args.reports),
        _ => None,
    }
}

/// What could not even be begun, in every format that was asked for. People have the sentence on standard
/// error.
fn undecided(refusal: Diagnostic, reports: &Reports, terminal: &Terminal, output: &mut Output) {
    let mut verdict = Verdict { undecided: vec![refusal.clone()], ..Verdict::default() };
    let sources = Sources::new();
    verdict.settle(&sources);
    let run = Run { parts: vec![Part { verdict: &verdict, sources: &sources }], remarks: Vec::new() };
    let human = |style| picture::render(&sources, &refusal, &style);
    let delivery = Delivery { reports, run: &run, style: terminal.style, human: &human };
    if reports.format != Format::Human {
        output.stdout = delivery.printed();
    }
    delivery.files(output);
}

/// Mistakes, rendered on standard error, and exit code 2.
fn refused(mistakes: &[Diagnostic], sources: &Sources, terminal: &Terminal) -> Output {
    let mut stderr = String::new();
    for mistake in mistakes {
        stderr.push_str(&picture::render(sources, mistake, &terminal.style));
        stderr.push('\n');
    }
    Output { stdout: String::new(), stderr, status: ExitStatus::CannotJudge }
}

type Result = std::result::Result<Output, Refusal>;

fn completions(shell: clap_complete::Shell) -> Output {
    use clap::CommandFactory as _;
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "roadworthy", &mut out);
    Output::done(String::from_utf8_lossy(&out).into_owned())
}
