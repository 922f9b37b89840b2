//! Outputs in a notebook.

use std::ops::Range;

use serde_json::Value;

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
    let sheets = notebook["worksheets"].as_array().into_iter().flatten().map(|sheet| &sheet["cells"]);
    let cells = [&notebook["cells"]].into_iter().chain(sheets).filter_map(Value::as_array).flatten();
    for cell in cells {
        let full = cell["outputs"].as_array().is_some_and(|outputs| !outputs.is_empty());
        let counted = ["execution_count", "prompt_number"].iter().any(|key| cell[*key].is_number());
        if full || counted {
            return Notebook::Outputs(place(text));
        }
    }
    Notebook::Clean
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
