//! `roadworthy rules`: all rules with their severity per tier.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Output, Result, refused};
use crate::cli::TableFormat;
use crate::diag::Sources;
use crate::gate::policy;
use crate::policy::{PolicySet, Rule, Tier};
use crate::request::Terminal;

pub(super) fn run(format: TableFormat, terminal: &Terminal) -> Result {
    let mut sources = Sources::new();
    let set = match policy::defaults(&mut sources) {
        Ok(set) => set,
        Err(mistakes) => return Ok(refused(&mistakes, &sources, terminal)),
    };
    Ok(Output::done(match format {
        TableFormat::Human => human(&set),
        TableFormat::Markdown => markdown(&set),
        TableFormat::Json => json(&set),
    }))
}

fn severity(set: &PolicySet, rule: &Rule, tier: Tier) -> &'static str {
    set.severities(rule).of(tier).name()
}

fn human(set: &PolicySet) -> String {
    let id = set.rules.iter().map(|r| r.id.value.len()).max().unwrap_or(0);
    let mut out = format!(
        "{:<id$}  {:<8}  {:<8}  {:<12}  what is wrong when it fails\n",
        "rule", "critical", "standard", "experimental"
    );
    for rule in &set.rules {
        let of = |tier| severity(set, rule, tier);
        let _ = writeln!(
            out,
            "{:<id$}  {:<8}  {:<8}  {:<12}  {}",
            rule.id.value,
            of(Tier::Critical),
            of(Tier::Standard),
            of(Tier::Experimental),
            rule.title
        );
    }
    out.push_str("\n`roadworthy explain RULE` shows why a rule exists and how to satisfy it\n");
    out
}

/// The table of rules in the README.
pub fn markdown(set: &PolicySet) -> String {
    let mut out = String::from(
        "| rule | what is wrong when it fails | critical | standard | experimental |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in &set.rules {
        let of = |tier| severity(set, rule, tier);
        let (critical, standard, experimental) =
            (of(Tier::Critical), of(Tier::Standard), of(Tier::Experimental));
        let _ = writeln!(
            out,
            "| `{}` | {} | {critical} | {standard} | {experimental} |",
            rule.id.value, rule.title
        );
    }
    out
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    title: &'a str,
    artifact: Option<&'a str>,
    check: &'static str,
    severity: Tiers,
    why: &'a str,
    help: &'a str,
    source: &'a str,
    since: &'a str,
}

#[derive(Serialize)]
struct Tiers {
    critical: &'static str,
    standard: &'static str,
    experimental: &'static str,
}

fn json(set: &PolicySet) -> String {
    let lines: Vec<Line<'_>> = set
        .rules
        .iter()
        .map(|rule| Line {
            id: &rule.id.value,
            title: &rule.title,
            artifact: rule.artifact.as_ref().map(|a| a.value.as_str()),
            check: rule.check.kind(),
            severity: Tiers {
                critical: severity(set, rule, Tier::Critical),
                standard: severity(set, rule, Tier::Standard),
                experimental: severity(set, rule, Tier::Experimental),
            },
            why: &rule.why,
            help: &rule.help,
            source: &rule.source,
            since: &rule.since,
        })
        .collect();
    serde_json::to_string_pretty(&lines).expect("strings always serialise") + "\n"
}
