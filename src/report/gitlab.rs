//! GitLab's code quality report: a list of problems, each in a line of a file.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::entries::{self, Entry};
use super::{Run, json::harmless, plain};
use crate::diag::Level;

/// The report. Waived findings are left out: the format has no word for them.
pub(super) fn gitlab(run: &Run<'_>) -> String {
    let mut problems: Vec<Value> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for part in &run.parts {
        let undecided = entries::undecided(part.verdict);
        for entry in entries::entries(part, &undecided, false) {
            let name = name(&entry);
            // GitLab keeps one of several with the same fingerprint.
            let twins = seen.entry(name.clone()).or_insert(0);
            let fingerprint = if *twins == 0 { name } else { format!("{name}-{twins}") };
            *twins += 1;
            problems.push(problem(&entry, &fingerprint));
        }
    }
    let text = serde_json::to_string_pretty(&problems)
        .expect("a report has string keys only and is written to memory, so nothing can fail");
    harmless(&text)
}

fn problem(entry: &Entry<'_>, fingerprint: &str) -> Value {
    let severity = match (entry.finding, entry.level) {
        (None, _) | (_, Level::Error) => "blocker",
        (_, Level::Warning) => "major",
        (_, Level::Note) => "info",
    };
    let line = entry.spot.region.map_or(1, |region| region.start.line);
    let end = entry.spot.region.map_or(1, |region| region.end.line);
    let model = entry.model().map_or_else(String::new, |model| format!("{model}: "));
    json!({
        "description": format!("{model}{}", entry.said().join("; ")),
        "check_name": plain(entry.code),
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {
            "path": entry.spot.path.to_text(),
            "lines": { "begin": line, "end": end },
        },
    })
}

/// A finding's fingerprint, or one made of what is said.
fn name(entry: &Entry<'_>) -> String {
    match entry.finding {
        Some(finding) => finding.fingerprint.clone(),
        None => {
            let hash = Sha256::digest(format!("{}\0{}", entry.code, entry.message));
            hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
        }
    }
}
