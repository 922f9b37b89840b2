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
        TableFormat::Markdown => reference(&set),
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
    table(set, &set.rules.iter().collect::<Vec<_>>(), |id| format!("`{id}`"))
}

fn table(set: &PolicySet, rules: &[&Rule], name: impl Fn(&str) -> String) -> String {
    let mut out = String::from(
        "| rule | what is wrong when it fails | critical | standard | experimental |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in rules {
        let of = |tier| severity(set, rule, tier);
        let (critical, standard, experimental) =
            (of(Tier::Critical), of(Tier::Standard), of(Tier::Experimental));
        let name = name(&rule.id.value);
        let _ = writeln!(out, "| {name} | {} | {critical} | {standard} | {experimental} |", rule.title);
    }
    out
}

/// The reference of all rules, by pack: docs/rules.md.
pub fn reference(set: &PolicySet) -> String {
    let mut out = String::from(HEAD);
    for ((pack, title), source) in set.packs.iter().zip(&set.pack_titles).zip(&set.pack_sources) {
        let rules: Vec<&Rule> = set.rules.iter().filter(|rule| rule.id.span.source == *source).collect();
        let table = table(set, &rules, |id| format!("[`{id}`](#{id})"));
        let _ = write!(out, "\n## Pack `{pack}`\n\n{}: {title}.\n\n{table}", judges(pack));
        rules.iter().for_each(|rule| out.push_str(&entry(set, rule)));
    }
    out
}

const HEAD: &str = "# Rules

Every rule of the built-in packs, as `roadworthy rules --format markdown` prints it. `roadworthy explain RULE` shows a repository that fails the
rule, and one that passes.

- `block` gives exit code 1, `warn` is reported, `advice` is reported in a line, `off` is not asked.
- Critical, standard and experimental are the [tiers of models](configuration.md#models-and-model). A model is standard when nobody says otherwise.
- A repository changes severities under [`[policy.severity]`](configuration.md#policy).
- *Check* names the kind of check: [policies.md](policies.md#rule) describes each.
";

/// When a pack judges.
fn judges(pack: &str) -> String {
    match pack {
        "gate" => "Always judges".to_string(),
        "core" => "Judges where nothing else is said".to_string(),
        _ => format!("Judges where `packs` in `roadworthy.toml` names `{pack}`"),
    }
}

/// A rule, its heading first.
fn entry(set: &PolicySet, rule: &Rule) -> String {
    let Rule { title, why, help, source, since, .. } = rule;
    let of = |tier| severity(set, rule, tier);
    let severities = match (of(Tier::Critical), of(Tier::Standard), of(Tier::Experimental)) {
        (one, two, three) if one == two && two == three => format!("{one}, for every tier"),
        (one, two, three) => {
            format!("{one} for critical, {two} for standard, {three} for experimental models")
        }
    };
    let mut check = format!("`{}`", rule.check.kind());
    let known = |id: &str| set.artifacts.iter().find(|artifact| artifact.id.value == id);
    if let Some(artifact) = rule.artifact.as_ref().and_then(|id| known(&id.value)) {
        let _ = write!(check, ", about the {}", artifact.title);
    }
    let modes: Vec<&str> = rule.modes.iter().map(|mode| mode.name()).collect();
    if !modes.is_empty() {
        let _ = write!(check, "; only of models whose mode is {}", modes.join(" or "));
    }
    format!(
        "\n### `{}`\n\n- **Wrong:** {title}\n- **Why it matters:** {why}\n- **What to do:** {help}\n- **Severity:** {severities}\n- **Check:** {check}\n- **Source:** {source}\n- **Since:** {since}\n",
        rule.id.value
    )
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
