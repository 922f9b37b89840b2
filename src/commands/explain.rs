//! `roadworthy explain`: a rule, with the fixtures that test it as its examples.

use std::fmt::Write as _;

use super::{Output, Result, refused};
use crate::diag::{Diagnostic, Level, Sources};
use crate::fixture::{Case, Outcome, list};
use crate::gate::policy;
use crate::policy::{Rule, Tier, builtin, closest};
use crate::request::Terminal;

pub(super) fn run(id: &str, terminal: &Terminal) -> Result {
    let mut sources = Sources::new();
    let set = match policy::defaults(&mut sources) {
        Ok(set) => set,
        Err(mistakes) => return Ok(refused(&mistakes, &sources, terminal)),
    };
    let Some(rule) = set.rules.iter().find(|rule| rule.id.value == id) else {
        let known = closest(id, set.rules.iter().map(|r| r.id.value.as_str()));
        let help = known.map_or_else(
            || "`roadworthy rules` lists all rules".to_string(),
            |k| format!("did you mean `{k}`?"),
        );
        return Err(Box::new(
            Diagnostic::new(Level::Error, "unknown-rule", format!("there is no rule named `{id}`"))
                .help(help),
        ));
    };
    let mut out = head(rule, terminal.style.width);
    let listing = list(builtin::files().iter().map(|f| f.path));
    for (outcome, title) in [(Outcome::Fail, "Fails"), (Outcome::Pass, "Passes")] {
        for case in listing.cases.iter().filter(|c| c.rule == id && c.outcome == outcome) {
            example(&mut out, title, case);
        }
    }
    Ok(Output::done(out))
}

fn head(rule: &Rule, width: usize) -> String {
    let of = |tier| rule.severity.of(tier).name();
    let severity = format!(
        "{} for critical, {} for standard, {} for experimental models",
        of(Tier::Critical),
        of(Tier::Standard),
        of(Tier::Experimental)
    );
    let mut out = format!("{}: {}\n", rule.id.value, rule.title);
    for (name, text) in [
        ("why", rule.why.as_str()),
        ("fix", &rule.help),
        ("severity", &severity),
        ("source", &rule.source),
        ("since", &rule.since),
    ] {
        let options = textwrap::Options::new(width.min(100)).subsequent_indent("          ");
        let _ = write!(out, "\n{}", textwrap::fill(&format!("{name:<10}{text}"), options));
    }
    out.push('\n');
    out
}

/// The recipe as it is written, and the report that it gives.
fn example(out: &mut String, title: &str, case: &Case) {
    let indented = |text: &str| {
        text.lines()
            .map(|l| if l.is_empty() { String::new() } else { format!("    {l}") })
            .collect::<Vec<_>>()
            .join("\n")
    };
    if let Some(recipe) = builtin::file(&case.path) {
        let _ = write!(out, "\n{title}: {}\n\n{}\n", case.path, indented(recipe.text()));
    }
    if let Some(report) = case.report_path().and_then(|path| builtin::file(&path)) {
        let _ = write!(out, "\n  and the report says:\n\n{}\n", indented(report.text()));
    }
}
