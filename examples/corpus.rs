//! Judges labelled texts, each alone in a small repository, and prints how often the gate agrees
//! with the reader who labelled them.
//!
//! `cargo run --release --locked --example corpus -- DIR [--verbose] [--kind KIND] [--only TEXT] [--skip TEXT]`
//!
//! `DIR` holds `labels.toml` and the texts. A `[[file]]` has `id`, `kind`, `path`, `source_path`,
//! `state`, `alt`, `missing` and `[[file.fact]]` tables with `key`, `value`, `line`.

#![expect(clippy::print_stdout, reason = "an example prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use roadworthy::artifact::document::Format;
use roadworthy::diag::{Sources, Span};
use roadworthy::evidence::Candidate;
use roadworthy::fixture::scrubbed;
use roadworthy::gate::{self, Request, Stage};
use roadworthy::git::{Repo, Target};
use roadworthy::verdict::Verdict;
use serde::Deserialize;

/// The kinds of the labels, and the artifacts that they are judged as.
const KINDS: [(&str, &str); 10] = [
    ("owner", "owner"),
    ("data", "data-sharing"),
    ("privacy", "privacy"),
    ("runbook", "runbook"),
    ("retrain", "retraining"),
    ("card", "model-card"),
    ("handover", "handover"),
    ("monitoring", "monitoring"),
    ("slo", "slo"),
    ("escalation", "escalation"),
];

/// Packs that are not used by default, by the kinds that they judge.
const PACKS: [(&str, &str); 5] = [
    ("card", "trust"),
    ("handover", "delivery"),
    ("monitoring", "operations"),
    ("slo", "operations"),
    ("escalation", "operations"),
];

/// Keys of the labels that have another name in the policy; an empty name is not read.
const KEYS: [(&str, &[&str]); 29] = [
    ("owner.person", &["person"]),
    ("owner.email", &["person"]),
    ("owner.handle", &["person"]),
    ("owner.deputy", &["deputy"]),
    ("owner.team", &["team"]),
    ("data.reviewed", &["approved"]),
    ("data.source", &["sources"]),
    ("privacy.scope", &["data_categories", "screening"]),
    ("privacy.risk", &["risks"]),
    ("privacy.reviewed", &["approved"]),
    ("privacy.next_review", &["review_by", "review_every"]),
    ("privacy.lawful_basis", &["lawful_basis"]),
    ("data.retention", &["retention"]),
    ("runbook.command", &["command"]),
    ("runbook.contact", &["contact"]),
    ("runbook.reviewed", &["reviewed"]),
    ("retrain.cadence", &["cadence", "cron"]),
    ("retrain.cron", &["cron", "cadence"]),
    ("retrain.command", &["command"]),
    ("retrain.trigger", &["trigger"]),
    ("retrain.gate", &["gate"]),
    ("card.limits", &["limitations"]),
    ("handover.acceptance", &["accepted_by"]),
    ("handover.open_items", &["open_gaps"]),
    ("slo.error_rate", &["availability"]),
    ("slo.budget_policy", &["budget"]),
    ("escalation.contact", &["people"]),
    ("escalation.levels", &["people"]),
    ("monitoring.receiver.person", &["receiver"]),
];

#[derive(Deserialize)]
struct Labels {
    file: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    id: String,
    kind: String,
    path: String,
    repo: String,
    source_path: String,
    state: String,
    #[serde(default)]
    alt: Vec<String>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    fact: Vec<LabelledFact>,
}

#[derive(Deserialize)]
struct LabelledFact {
    key: String,
    value: String,
    line: u32,
}

#[derive(Default)]
struct Score {
    n: u32,
    strict: [u32; 3],
    lenient: [u32; 3],
    real: [u32; 2],
    not_real: [u32; 2],
    facts: [u32; 2],
    lines: u32,
    unread: u32,
    false_values: [u32; 2],
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut dir = None;
    let (mut verbose, mut kind, mut only, mut skip) = (false, None, None, None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--verbose" => verbose = true,
            "--kind" => kind = args.next(),
            "--only" => only = args.next(),
            "--skip" => skip = args.next(),
            _ => dir = Some(arg),
        }
    }
    let dir = dir.ok_or("usage: corpus DIR [--verbose] [--kind KIND] [--only TEXT] [--skip TEXT]")?;
    let dir = Path::new(&dir);
    let labels: Labels = toml::from_str(&std::fs::read_to_string(dir.join("labels.toml"))?)?;
    let listed = |list: &Option<String>, label: &Label| {
        list.as_ref().is_some_and(|l| l.split(',').any(|part| label.id == part || label.repo == part))
    };
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut all = Score::default();
    for label in &labels.file {
        let Some((name, artifact)) = KINDS.iter().find(|(name, _)| *name == label.kind) else { continue };
        if kind.as_ref().is_some_and(|k| *k != label.kind)
            || only.is_some() && !listed(&only, label)
            || listed(&skip, label)
        {
            continue;
        }
        let text = std::fs::read(dir.join(&label.path))?;
        let judged = judge(label, artifact, &text)?;
        for score in [scores.entry(name).or_default(), &mut all] {
            count(score, label, &judged);
        }
        if verbose {
            tell(label, &judged);
        }
    }
    println!(
        "{:<10} {:>3}  strict P    R   lenient P    R   real kept  others refused  facts read (on line)  false values",
        "kind", "n"
    );
    for (name, score) in &scores {
        println!("{}", line(name, score));
    }
    println!("{}", line("together", &all));
    Ok(())
}

/// What the gate made of a text.
struct Judged {
    accepted: bool,
    state: String,
    reasons: Vec<String>,
    /// Key, read at all, right value, right line.
    facts: Vec<(String, Option<(bool, bool)>)>,
    false_values: Vec<(String, Option<String>)>,
}

fn judge(label: &Label, artifact: &str, text: &[u8]) -> Result<Judged, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let home = tempfile::tempdir()?;
    let status = scrubbed("git", folder.path(), home.path())
        .args(["init", "--quiet", "--template=", "-b", "production", "."])
        .status()?;
    if !status.success() {
        return Err("`git init` failed".into());
    }
    let file = folder.path().join(&label.source_path);
    std::fs::create_dir_all(file.parent().ok_or("a path without a folder")?)?;
    std::fs::write(&file, text)?;
    if let Some((_, pack)) = PACKS.iter().find(|(kind, _)| *kind == label.kind) {
        let model = "[[model]]\nid = \"model\"\npath = \".\"\ntier = \"critical\"\n";
        let config = format!("[policy]\npacks = [\"{pack}\"]\n{model}");
        std::fs::write(folder.path().join("roadworthy.toml"), config)?;
    }
    let repo = Repo::discover(folder.path())?;
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).ok_or("no such date")?;
    let request = Request { history: false, ..Request::new(Target::WorkTree, today) };
    let verdict = gate::judge(&repo, &request).verdict;
    let mut sources = Sources::new();
    let stage = gate::stage(&repo, &request, &mut sources).map_err(|problems| problems[0].message.clone())?;
    Ok(read(label, artifact, &verdict, &stage, &sources))
}

fn read(label: &Label, artifact: &str, verdict: &Verdict, stage: &Stage<'_>, sources: &Sources) -> Judged {
    let blocking: Vec<String> = verdict
        .findings
        .iter()
        .filter(|f| f.blocks() && f.artifact.as_deref() == Some(artifact))
        .map(|f| format!("{}: {}", f.rule, f.message))
        .chain(verdict.undecided.iter().map(|d| d.message.clone()))
        .collect();
    let index = stage.set.artifacts.iter().position(|a| a.id.value == artifact).unwrap_or(0);
    let best =
        stage.surveys[0].evidence[index].candidates.iter().find(|c| c.path.to_text() == label.source_path);
    let names = |key: &str| -> Vec<usize> {
        let own = key.split_once('.').map_or("", |(_, name)| name);
        let names: &[&str] = KEYS.iter().find(|(k, _)| *k == key).map_or(&[], |(_, names)| names);
        let of_artifact = &stage.set.artifacts[index];
        let known = |name: &str| of_artifact.facts.iter().position(|f| f.name.value == name);
        if names.is_empty() {
            known(own).into_iter().collect()
        } else {
            names.iter().filter_map(|n| known(n)).collect()
        }
    };
    let facts = label
        .fact
        .iter()
        .map(|fact| {
            let wanted = names(&fact.key);
            let readable = !wanted.is_empty() && best.is_some();
            (
                format!("{} = {} @{}", fact.key, fact.value, fact.line),
                readable.then(|| hit(best, &wanted, fact, sources)),
            )
        })
        .collect();
    let false_values = label
        .missing
        .iter()
        .filter(|key| !names(key).is_empty())
        .map(|key| {
            let wanted = names(key);
            let value = best.and_then(|b| b.facts.found.iter().find(|f| wanted.contains(&f.fact)));
            (
                key.clone(),
                value.map(|f| {
                    format!(
                        "{} ({}, line {})",
                        f.text.chars().take(60).collect::<String>(),
                        f.how,
                        sources.position(f.span).line
                    )
                }),
            )
        })
        .collect();
    let state = best.map_or_else(
        || "missing".to_string(),
        |b| format!("{} {:?} {}", b.state.name.name(), b.format.unwrap_or(Format::Code), b.state.reason),
    );
    Judged { accepted: blocking.is_empty(), state, reasons: blocking, facts, false_values }
}

fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '*' | '`' | '_' | '>'))
        .collect::<String>()
        .to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether the value was read, and on its line.
fn hit(best: Option<&Candidate>, wanted: &[usize], fact: &LabelledFact, sources: &Sources) -> (bool, bool) {
    let value = folded(&fact.value);
    let mut found = (false, false);
    for read in best.into_iter().flat_map(|b| &b.facts.found).filter(|f| wanted.contains(&f.fact)) {
        let text = folded(&read.text);
        let same = !text.is_empty() && (text.contains(&value) || value.contains(&text));
        let first = sources.position(read.span).line;
        let last = sources.position(Span { start: read.span.end, ..read.span }).line;
        let on = first <= fact.line && fact.line <= last.max(first);
        found = (found.0 || same || on, found.1 || on);
    }
    found
}

fn count(score: &mut Score, label: &Label, judged: &Judged) {
    let lenient = label.state == "real" || label.alt.iter().any(|s| s == "real");
    let undisputed = label.alt.iter().all(|s| (s == "real") == (label.state == "real"));
    score.n += 1;
    tally(&mut score.strict, judged.accepted, label.state == "real", label.state == "real");
    tally(&mut score.lenient, judged.accepted, lenient, label.state == "real" && undisputed);
    if undisputed && label.state == "real" {
        score.real[1] += 1;
        score.real[0] += u32::from(judged.accepted);
    }
    if undisputed && label.state != "real" {
        score.not_real[1] += 1;
        score.not_real[0] += u32::from(!judged.accepted);
    }
    for (_, hit) in &judged.facts {
        match hit {
            None => score.unread += 1,
            Some((value, line)) => {
                score.facts[1] += 1;
                score.facts[0] += u32::from(*value);
                score.lines += u32::from(*line);
            }
        }
    }
    for (_, value) in &judged.false_values {
        score.false_values[1] += 1;
        score.false_values[0] += u32::from(value.is_some());
    }
}

/// True positives, false positives, false negatives.
fn tally(counts: &mut [u32; 3], accepted: bool, right: bool, required: bool) {
    counts[0] += u32::from(accepted && right);
    counts[1] += u32::from(accepted && !right);
    counts[2] += u32::from(!accepted && required);
}

fn line(name: &str, s: &Score) -> String {
    let ratio = |a: u32, b: u32| {
        if b == 0 { "  – ".to_string() } else { format!("{:.2}", f64::from(a) / f64::from(b)) }
    };
    let pr = |c: &[u32; 3]| format!("{}  {}", ratio(c[0], c[0] + c[1]), ratio(c[0], c[0] + c[2]));
    format!(
        "{name:<10} {:>3}  {:>13}  {:>14}   {:>4} of {:<3} {:>5} of {:<3}   {} ({}) of {:<4} {:>6} of {}",
        s.n,
        pr(&s.strict),
        pr(&s.lenient),
        s.real[0],
        s.real[1],
        s.not_real[0],
        s.not_real[1],
        ratio(s.facts[0], s.facts[1]),
        ratio(s.lines, s.facts[1]),
        s.facts[1],
        s.false_values[0],
        s.false_values[1],
    )
}

fn tell(label: &Label, judged: &Judged) {
    let lenient = label.state == "real" || label.alt.iter().any(|s| s == "real");
    let agrees = judged.accepted == (label.state == "real") || judged.accepted == lenient;
    println!(
        "{} {} {}: label {} {:?}, {}",
        if agrees { "   " } else { "!! " },
        label.id,
        label.source_path,
        label.state,
        label.alt,
        judged.state
    );
    for reason in &judged.reasons {
        println!("        {reason}");
    }
    for (fact, _) in judged.facts.iter().filter(|(_, hit)| hit.is_some_and(|(value, _)| !value)) {
        println!("        not read: {fact}");
    }
    for (key, value) in &judged.false_values {
        if let Some(value) = value {
            println!("        false: {key} <- {value}");
        }
    }
}
