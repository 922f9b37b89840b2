//! A promised cadence is kept by a schedule that runs a command that exists.

use super::{Context, Outcome, Problem, due, words};
use crate::diag::{Note, RepoPath};
use crate::evidence::Fact;
use crate::policy::At;
use crate::verdict::Location;

/// A schedule may be so much slower than promised: months have 28 to 31 days.
const SLACK: f64 = 1.15;

/// Programs that run the script that is named next.
const RUNNERS: [&str; 11] =
    ["python", "python3", "bash", "sh", "zsh", "rscript", "julia", "node", "source", "ruby", "papermill"];

pub(super) fn run<'a>(
    c: &Context<'a>,
    promised: &'a [At<String>],
    wired: &'a [At<String>],
    command: &'a [At<String>],
) -> Outcome {
    let mut problems = Vec::new();
    let commands: Vec<&Fact> = c.facts(command).collect();
    let lost: Vec<(&Fact, String)> =
        commands.iter().filter_map(|fact| Some((*fact, missing_script(c, &fact.text)?))).collect();
    // One command that exists is enough: documents also name commands of other places.
    if lost.len() == commands.len()
        && let Some((fact, script)) = lost.first()
    {
        let message = format!("the retraining command runs {script}, which does not exist in the repository");
        problems.push(Problem::new(message, Location::Text(fact.span)).label("no such file"));
    }
    problems.extend(kept(c, promised, wired));
    if problems.is_empty() { Outcome::Holds } else { Outcome::Fails(problems) }
}

/// The promise against the fastest schedule that is wired.
fn kept<'a>(c: &Context<'a>, promised: &'a [At<String>], wired: &'a [At<String>]) -> Option<Problem> {
    let (promise, said) = c
        .facts(promised)
        .filter_map(|f| Some((due::days(&f.value)?, f)))
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    let fastest =
        c.facts(wired).filter_map(|f| Some((due::days(&f.value)?, f))).min_by(|a, b| a.0.total_cmp(&b.0));
    let every = words::interval(promise);
    let (message, label, related) = match fastest {
        None => (
            format!(
                "{} promises retraining every {every}, and no schedule in the repository runs it",
                c.file()
            ),
            "promised, never run".to_string(),
            Vec::new(),
        ),
        Some((days, fact)) if days > promise * SLACK => (
            format!(
                "retraining is promised every {every}; the schedule that runs leaves up to {} between runs",
                words::interval(days)
            ),
            "promised here".to_string(),
            vec![Note { span: fact.span, text: format!("runs at most every {}", words::interval(days)) }],
        ),
        Some(_) => return None,
    };
    let mut problem = Problem::new(message, Location::Text(said.span)).label(label);
    problem.related = related;
    Some(problem)
}

/// The script that a command runs, when it is surely a file of this repository and is not there.
fn missing_script(c: &Context<'_>, command: &str) -> Option<String> {
    let words: Vec<&str> =
        command.split_whitespace().map(|w| w.trim_matches(['"', '\'', '`', '$'])).collect();
    let program = words.iter().position(|w| {
        !w.contains('=')
            && !matches!(*w, "sudo" | "time" | "nohup" | "exec" | "run:" | "uv" | "poetry" | "pipenv" | "run")
    })?;
    let name = words[program].rsplit('/').next().unwrap_or("").to_lowercase();
    let script = if RUNNERS.contains(&name.as_str()) {
        words[program + 1..]
            .iter()
            .find(|w| !w.starts_with('-'))
            .copied()
            .filter(|_| words.get(program + 1) != Some(&"-m") && words.get(program + 1) != Some(&"-c"))?
    } else if words[program].starts_with("./") {
        words[program]
    } else {
        return None;
    };
    let script = script.trim_start_matches("./");
    let plain = !script.is_empty()
        && script.contains('.')
        && !script.contains(['$', '{', '}', '*', '<', '>', '(', ')', '\\', ':'])
        && !script.starts_with(['/', '~']);
    let path = RepoPath::parse(script).filter(|_| plain)?;
    if due::in_tree(script, c.model, c.snapshot).is_some() {
        return None;
    }
    // A step may change its folder first: a file of that path anywhere will do.
    let tail = [b"/", path.as_bytes()].concat();
    let anywhere = c.snapshot.iter().any(|entry| entry.path.ends_with(&tail));
    (!anywhere).then(|| script.to_string())
}
