//! Outputs in a notebook, and its code.

use std::ops::Range;

use serde_json::Value;

use super::tree::Part;

/// After so many lines that are not found as they are written, no more are looked for.
const MAX_MISSES: usize = 20;

/// What a notebook holds beside its code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Notebook {
    /// Nothing.
    Clean,
    /// Outputs, or counts of runs; where the first of them stands.
    Outputs(Range<usize>),
    /// It is no JSON.
    Unreadable,
}

/// Looks for outputs in the text of a notebook, of format 4 or 3.
pub(super) fn outputs(text: &str) -> Notebook {
    if text.trim().is_empty() {
        return Notebook::Clean;
    }
    let Ok(notebook) = serde_json::from_str::<Value>(text) else { return Notebook::Unreadable };
    for cell in cells(&notebook) {
        let full = cell["outputs"].as_array().is_some_and(|outputs| !outputs.is_empty());
        let counted = ["execution_count", "prompt_number"].iter().any(|key| cell[*key].is_number());
        if full || counted {
            return Notebook::Outputs(place(text));
        }
    }
    Notebook::Clean
}

/// The cells of format 4 or 3.
fn cells(notebook: &Value) -> impl Iterator<Item = &Value> {
    let sheets = notebook["worksheets"].as_array().into_iter().flatten().map(|sheet| &sheet["cells"]);
    [&notebook["cells"]].into_iter().chain(sheets).filter_map(Value::as_array).flatten()
}

/// The cells of one language: its ending, their code, and where each line stands.
type Cells = (&'static str, String, Vec<(usize, Range<usize>)>);

/// The code of a notebook's cells, by language; `None` when it is no notebook.
pub(super) fn code(text: &str) -> Option<Vec<Part>> {
    let notebook = serde_json::from_str::<Value>(text).ok()?;
    let own = ending(&notebook);
    let mut parts: Vec<Cells> = Vec::new();
    let (mut cursor, mut misses) = (0, 0);
    for cell in cells(&notebook).filter(|cell| cell["cell_type"] == "code") {
        let source = ["source", "input"].iter().find_map(|key| lines(&cell[*key])).unwrap_or_default();
        let magic = source.first().map_or("", |line| line.trim());
        let ending = match magic.strip_prefix("%%") {
            Some(name) if name.contains("sql") || name.starts_with("bigquery") => ".sql",
            Some(name) if name.starts_with(['R', 'r']) && name.len() == 1 => ".r",
            Some(name)
                if ["script", "html", "markdown", "latex", "javascript", "js", "svg", "writefile"]
                    .iter()
                    .any(|word| name.starts_with(word)) =>
            {
                continue;
            }
            _ => own,
        };
        let at = parts.iter().position(|(known, _, _)| *known == ending).unwrap_or_else(|| {
            parts.push((ending, String::new(), Vec::new()));
            parts.len() - 1
        });
        let (_, code, map) = &mut parts[at];
        for line in source {
            let place = if misses < MAX_MISSES { encoded(text, cursor, &line) } else { cursor..cursor };
            misses += usize::from(place.is_empty() && !line.trim().is_empty());
            cursor = place.end;
            map.push((code.len(), place));
            // Commands of the notebook are no code of the language.
            code.push_str(if line.trim_start().starts_with(['%', '!']) { "" } else { &line });
            code.push('\n');
        }
        code.push('\n');
    }
    let part =
        |(ending, code, lines): (_, String, _)| Part { ending: Some(ending), code: code.into(), lines };
    Some(parts.into_iter().map(part).collect())
}

/// The ending of files in the notebook's language.
fn ending(notebook: &Value) -> &'static str {
    let metadata = &notebook["metadata"];
    let name = metadata["kernelspec"]["language"].as_str().or(metadata["language_info"]["name"].as_str());
    match name.unwrap_or("python").to_lowercase().as_str() {
        "r" => ".r",
        "scala" => ".scala",
        "sql" => ".sql",
        "julia" => ".jl",
        _ => ".py",
    }
}

fn lines(source: &Value) -> Option<Vec<String>> {
    let joined = match source {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    Some(joined.lines().map(str::to_string).collect())
}

/// Where a line of code stands in the notebook's text, from `from` on; nothing there when its characters
/// are written in another way.
fn encoded(text: &str, from: usize, line: &str) -> Range<usize> {
    let json = Value::String(line.trim().to_string()).to_string();
    let inner = &json[1..json.len() - 1];
    match text.get(from..).and_then(|rest| rest.find(inner)).filter(|_| !inner.is_empty()) {
        Some(at) => from + at..from + at + inner.len(),
        None => from..from,
    }
}

/// The first line with an output or a count.
fn place(text: &str) -> Range<usize> {
    let keys = [("\"outputs\"", true), ("\"execution_count\"", false), ("\"prompt_number\"", false)];
    let first = keys.iter().filter_map(|(key, list)| find(text, key, *list)).min();
    let at = first.unwrap_or(0);
    let end = text[at..].find(['\n', '\r']).map_or(text.len(), |n| at + n);
    // A notebook on one line is not shown whole.
    at..end.min(at + text[at..end].char_indices().nth(60).map_or(end - at, |(n, _)| n))
}

/// The first place of a key whose value is a list that is not empty, or a number.
fn find(text: &str, key: &str, list: bool) -> Option<usize> {
    text.match_indices(key)
        .find(|(at, _)| {
            // A key inside of a string has its quotes escaped.
            let own = !text[..*at].ends_with('\\');
            let value = text[at + key.len()..].trim_start().strip_prefix(':').map(str::trim_start);
            let full = |value: &str| match value.strip_prefix('[') {
                Some(rest) => list && !rest.trim_start().starts_with(']'),
                None => !list && value.starts_with(|c: char| c.is_ascii_digit()),
            };
            own && value.is_some_and(full)
        })
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<&str> {
        match outputs(text) {
            Notebook::Outputs(range) => Some(&text[range]),
            _ => None,
        }
    }

    #[test]
    fn outputs_and_counts_are_found_where_they_stand() {
        let clean = r#"{"cells": [{"cell_type": "code", "execution_count": null, "outputs": [], "source": ["\"outputs\": [1]"]}]}"#;
        assert_eq!(outputs(clean), Notebook::Clean);
        let text = "{\"cells\": [\n {\"outputs\": [],\n  \"execution_count\": 7\n}]}";
        assert_eq!(said(text), Some("\"execution_count\": 7"));
        let text = "{\"cells\": [\n {\"execution_count\": null, \"outputs\": [ {\n}]}]}";
        assert_eq!(said(text), Some("\"outputs\": [ {"));
        let old = r#"{"worksheets": [{"cells": [{"prompt_number": 3, "outputs": []}]}]}"#;
        assert!(said(old).is_some_and(|said| said.starts_with("\"prompt_number\": 3")));
        assert_eq!(outputs("<<<<<<< HEAD\n{}"), Notebook::Unreadable);
        assert_eq!(outputs(&"[".repeat(10_000)), Notebook::Unreadable);
        for clean in ["", "{}", "[]", "null", r#"{"cells": 3}"#] {
            assert_eq!(outputs(clean), Notebook::Clean, "{clean}");
        }
    }
}
