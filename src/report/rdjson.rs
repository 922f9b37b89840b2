//! reviewdog's diagnostics (rdjson).

use serde_json::{Value, json};

use super::entries::{self, Entry};
use super::place::{self, Region, Spot};
use super::{Part, Run, json::harmless, plain};
use crate::diag::Level;

/// The report. Waived findings are left out: the format has no word for them.
pub(super) fn rdjson(run: &Run<'_>) -> String {
    let mut diagnostics: Vec<Value> = Vec::new();
    for part in &run.parts {
        let undecided = entries::undecided(part.verdict);
        let all = entries::entries(part, &undecided, false);
        diagnostics.extend(all.iter().map(|entry| diagnostic(entry, part)));
    }
    let report = json!({
        "source": { "name": env!("CARGO_PKG_NAME") },
        "diagnostics": diagnostics,
    });
    let text = serde_json::to_string_pretty(&report)
        .expect("a report has string keys only and is written to memory, so nothing can fail");
    harmless(&text)
}

fn diagnostic(entry: &Entry<'_>, part: &Part<'_>) -> Value {
    let severity = match entry.level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Note => "INFO",
    };
    let model = entry.model().map_or_else(String::new, |model| format!("{model}: "));
    let mut out = json!({
        "message": format!("{model}{}", entry.told().join("\n")),
        "location": location(&entry.spot),
        "severity": severity,
        "code": { "value": plain(entry.code) },
    });
    let notes = entry.finding.map(|finding| &finding.related);
    let related: Vec<Value> = notes
        .into_iter()
        .flatten()
        .filter_map(|note| {
            let spot = place::of_span(note.span, part.sources).ok()?;
            Some(json!({ "message": plain(&note.text), "location": location(&spot) }))
        })
        .collect();
    if !related.is_empty() {
        out["related_locations"] = json!(related);
    }
    out
}

/// Columns are bytes, and the end is behind the last one.
fn location(spot: &Spot) -> Value {
    let mut out = json!({ "path": spot.path.to_text() });
    if let Some(Region { start, end }) = spot.region {
        out["range"] = json!({
            "start": { "line": start.line, "column": start.byte },
            "end": { "line": end.line, "column": end.byte },
        });
    }
    out
}
