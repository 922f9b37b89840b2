//! SARIF 2.1.0, within what GitHub's code scanning takes: every result has a place in a file, rules say what
//! they are about, and nothing looks like a security alert.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::entries::{self, Entry};
use super::place::{self, Region, Spot};
use super::{Part, Run, json::harmless, plain, status};
use crate::diag::{Level, Note};
use crate::verdict::{RuleText, Status, Waived};

/// GitHub refuses a file with more results in a run.
const MOST_RESULTS: usize = 25_000;
/// GitHub refuses a file with more runs.
const MOST_RUNS: usize = 20;
/// GitHub cuts descriptions of rules at this many characters.
const LONGEST_DESCRIPTION: usize = 1_000;
/// Other places that are named beside a result.
const MOST_RELATED: usize = 8;
/// The name for the repository's root, which the reader of the report knows.
const ROOT: &str = "%SRCROOT%";

/// The report.
pub(super) fn sarif(run: &Run<'_>) -> String {
    let many = run.parts.len() > 1;
    let mut runs: Vec<Value> = Vec::new();
    for (n, part) in run.parts.iter().take(MOST_RUNS).enumerate() {
        let id = if many { format!("roadworthy/{}/", n + 1) } else { "roadworthy/".to_string() };
        let left_out = if n + 1 == MOST_RUNS { run.parts.len() - MOST_RUNS } else { 0 };
        runs.push(one(part, &id, &run.remarks, left_out));
    }
    if runs.is_empty() {
        runs.push(nothing(&run.remarks));
    }
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    let text = serde_json::to_string_pretty(&log)
        .expect("a report has string keys only and is written to memory, so nothing can fail");
    harmless(&text)
}

/// A run in which nothing had to be judged.
fn nothing(remarks: &[String]) -> Value {
    json!({
        "tool": { "driver": driver(Vec::new()) },
        "automationDetails": { "id": "roadworthy/" },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": bases(),
        "invocations": [{
            "executionSuccessful": true,
            "exitCode": 0,
            "toolExecutionNotifications": remarks.iter().map(|said| remark(said)).collect::<Vec<_>>(),
        }],
        "results": [],
    })
}

fn one(part: &Part<'_>, id: &str, remarks: &[String], runs_left_out: usize) -> Value {
    let verdict = part.verdict;
    let undecided = entries::undecided(verdict);
    let all = entries::findings(part, true);
    let rules = Rules::of(part, &all);
    let results: Vec<Value> =
        all.iter().take(MOST_RESULTS).map(|entry| result(entry, &rules, part)).collect();
    let mut notifications: Vec<Value> =
        entries::of_undecided(part, &undecided).iter().map(notification).collect();
    notifications.extend(remarks.iter().chain(&verdict.remarks).map(|said| remark(said)));
    for (left, what) in [(all.len().saturating_sub(MOST_RESULTS), "results"), (runs_left_out, "runs")] {
        if left > 0 {
            let said = format!("{left} more {what} are left out: a reader takes no more");
            notifications.push(remark(&said));
        }
    }
    let status = verdict.status();
    json!({
        "tool": { "driver": driver(rules.texts) },
        "automationDetails": { "id": id },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": bases(),
        "invocations": [{
            "executionSuccessful": status != Status::Undecided,
            "exitCode": status.exit_code(),
            "toolExecutionNotifications": notifications,
        }],
        "results": results,
        "properties": {
            "status": status.name(),
            "judged": plain(&verdict.subject.what),
            "asOf": plain(&verdict.subject.as_of),
            "models": verdict.account.models,
            "rules": verdict.account.rules,
            "judgements": verdict.account.judgements,
            "waived": verdict.account.waived,
        },
    })
}

fn driver(rules: Vec<Value>) -> Value {
    json!({
        "name": env!("CARGO_PKG_NAME"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "shortDescription": { "text": "Decides whether the models of a repository may go to production." },
        "rules": rules,
    })
}

fn bases() -> Value {
    json!({ ROOT: { "description": { "text": "The root of the repository." } } })
}

fn remark(said: &str) -> Value {
    json!({ "descriptor": { "id": "remark" }, "level": "note", "message": { "text": text(&plain(said)) } })
}

fn notification(entry: &Entry<'_>) -> Value {
    json!({
        "descriptor": { "id": plain(entry.code) },
        "level": word(entry.level),
        "message": { "text": text(&entry.told().join("\n")) },
        "locations": [{ "physicalLocation": physical(&entry.spot) }],
    })
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// `[a](b)` would be a link, to a place or into the web.
fn text(plain: &str) -> String {
    plain.replace("](", "] (")
}

/// The rules that results refer to by their index.
struct Rules {
    texts: Vec<Value>,
    index: BTreeMap<String, usize>,
}

impl Rules {
    /// The rules that were asked, and what else was found.
    fn of(part: &Part<'_>, all: &[Entry<'_>]) -> Rules {
        let mut rules = Rules { texts: Vec::new(), index: BTreeMap::new() };
        for rule in &part.verdict.rules {
            rules.add(&rule.id, || described(rule));
        }
        for finding in all.iter().filter_map(|entry| entry.finding) {
            rules.add(&finding.rule, || {
                described(&RuleText {
                    id: finding.rule.clone(),
                    title: if finding.title.is_empty() {
                        finding.rule.clone()
                    } else {
                        finding.title.clone()
                    },
                    why: String::new(),
                    help: finding.help.last().cloned().unwrap_or_default(),
                    source: String::new(),
                })
            });
        }
        rules
    }

    fn add(&mut self, id: &str, text: impl FnOnce() -> Value) {
        if !self.index.contains_key(id) {
            self.index.insert(id.to_string(), self.texts.len());
            self.texts.push(text());
        }
    }
}

fn described(rule: &RuleText) -> Value {
    let short = |text: &str| text.chars().take(LONGEST_DESCRIPTION).collect::<String>();
    let (title, why, help) = (plain(&rule.title), plain(&rule.why), plain(&rule.help));
    let or_title = |text: &str| if text.is_empty() { title.clone() } else { text.to_string() };
    let mut markdown = Vec::new();
    for (head, said) in [("", &why), ("What to do: ", &help), ("Source: ", &plain(&rule.source))] {
        if !said.is_empty() {
            markdown.push(format!("{head}{}", status::cell(said)));
        }
    }
    if markdown.is_empty() {
        markdown.push(status::cell(&title));
    }
    json!({
        "id": plain(&rule.id),
        "name": camel(&rule.id),
        "shortDescription": { "text": sentence(&short(&title)) },
        "fullDescription": { "text": sentence(&short(&or_title(&why))) },
        "help": { "text": sentence(&or_title(&help)), "markdown": markdown.join("\n\n") },
    })
}

/// With a dot at its end, which readers of SARIF ask for.
fn sentence(said: &str) -> String {
    let said = text(said);
    if said.ends_with(['.', '!', '?']) { said } else { format!("{said}.") }
}

/// `owner-missing` as `OwnerMissing`.
fn camel(id: &str) -> String {
    let mut out = String::new();
    for word in plain(id).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut rest = word.chars();
        out.extend(rest.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(rest.as_str());
    }
    out
}

fn result(entry: &Entry<'_>, rules: &Rules, part: &Part<'_>) -> Value {
    let mut out = json!({
        "ruleId": plain(entry.code),
        "level": word(level(entry)),
        "message": { "text": sentence(&entry.told().join("\n")) },
        "locations": [{ "physicalLocation": physical(&entry.spot) }],
    });
    let Some(index) = rules.index.get(entry.code) else { return out };
    out["ruleIndex"] = json!(index);
    let Some(finding) = entry.finding else { return out };
    if let Some(model) = entry.model() {
        out["locations"][0]["logicalLocations"] = json!([{ "name": model, "kind": "module" }]);
    }
    // The only one that GitHub looks at; it wants a number behind a colon.
    out["partialFingerprints"] = json!({ "primaryLocationLineHash": format!("{}:1", finding.fingerprint) });
    out["properties"] = json!({
        "severity": finding.severity.name(),
        "otherwise": finding.otherwise.map(|severity| severity.name()),
        "model": entry.model(),
        "artifact": finding.artifact.as_deref().map(plain),
    });
    let notes = finding.related.iter().chain(&finding.because);
    let related: Vec<Value> =
        notes.filter_map(|note| related(note, part)).take(MOST_RELATED).enumerate().map(numbered).collect();
    if !related.is_empty() {
        out["relatedLocations"] = json!(related);
    }
    // An empty list says that it was looked for exceptions, and none was found.
    out["suppressions"] = json!(finding.waived.iter().map(|w| suppression(w, part)).collect::<Vec<_>>());
    out
}

/// A waiver is a suppression, and not every reader heeds those: what is waived must not look open there.
fn level(entry: &Entry<'_>) -> Level {
    let waived = entry.finding.is_some_and(|finding| finding.waived.is_some());
    if waived { Level::Note } else { entry.level }
}

fn numbered((n, mut location): (usize, Value)) -> Value {
    location["id"] = json!(n + 1);
    location
}

/// Places outside of the repository, such as the built-in policy, are none for SARIF.
fn related(note: &Note, part: &Part<'_>) -> Option<Value> {
    let spot = place::of_span(note.span, part.sources).ok()?;
    let said = spot.really.as_ref().map_or_else(String::new, |really| format!(" (at {really})"));
    let said = format!("{}{said}", plain(&note.text));
    Some(json!({ "message": { "text": sentence(&said) }, "physicalLocation": physical(&spot) }))
}

fn suppression(waived: &Waived, part: &Part<'_>) -> Value {
    let said = format!(
        "waived until {} by {}: {}",
        plain(&waived.expires),
        plain(&waived.approved_by),
        plain(&waived.reason)
    );
    let mut out = json!({ "kind": "external", "status": "accepted", "justification": said });
    if let Some(spot) = waived.at.and_then(|span| place::of_span(span, part.sources).ok()) {
        out["location"] = json!({ "physicalLocation": physical(&spot) });
    }
    out
}

fn physical(spot: &Spot) -> Value {
    let mut out = json!({ "artifactLocation": { "uri": place::uri(&spot.path), "uriBaseId": ROOT } });
    // GitHub shows nothing without a line.
    out["region"] = match spot.region {
        Some(Region { start, end }) => json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        }),
        None => json!({ "startLine": 1 }),
    };
    out
}
