//! The report for machines, and its documentation.

use std::collections::BTreeSet;

use crate::report_support::{OWNER, assert_clean, churn, hostile, many};
use roadworthy::diag::Sources;
use roadworthy::report::json;
use roadworthy::verdict::Verdict;
use serde_json::Value;

fn parsed(verdict: &Verdict, sources: &Sources) -> Value {
    let text = json(verdict, sources);
    assert!(text.ends_with("}\n"));
    assert_clean(&text, false);
    serde_json::from_str(&text).expect("the report is JSON")
}

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json-report.md");
    std::fs::read_to_string(path).expect("the documentation is there")
}

/// The example in the documentation is the report on the synthetic verdict; ROADWORTHY_BLESS=1
/// writes it anew.
#[test]
fn the_documented_example_is_real() {
    let (mut verdict, sources) = churn();
    verdict.findings.retain(|f| ["owner-not-a-person", "retraining-overdue"].contains(&f.rule.as_str()));
    verdict.settle(&sources);
    let example = json(&verdict, &sources);
    let document = document();
    let (before, rest) = document.split_once("```json\n").expect("there is an example");
    let (written, after) = rest.split_once("```\n").expect("the example ends");
    if std::env::var_os("ROADWORTHY_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json-report.md");
        std::fs::write(path, format!("{before}```json\n{example}```\n{after}")).expect("writable");
        return;
    }
    assert_eq!(written, example);
}

/// Every field of a report has a row in the documentation.
#[test]
fn every_field_is_documented() {
    fn fields(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                into.insert(key.clone());
                fields(value, into);
            }),
            Value::Array(list) => list.iter().for_each(|value| fields(value, into)),
            _ => {}
        }
    }
    let mut all = BTreeSet::new();
    for (verdict, sources) in [churn(), hostile()] {
        fields(&parsed(&verdict, &sources), &mut all);
    }
    let document = document();
    let missing: Vec<_> = all.iter().filter(|field| !document.contains(&format!("`{field}`"))).collect();
    assert!(missing.is_empty(), "not in docs/json-report.md: {missing:?}");
}

#[test]
fn positions_point_into_the_file() {
    let (verdict, sources) = churn();
    let report = parsed(&verdict, &sources);
    let at = &report["findings"][0]["at"];
    let byte = |end: &str| usize::try_from(at[end]["byte"].as_u64().unwrap()).unwrap();
    assert_eq!(&OWNER[byte("start")..byte("end")], "Data Science Team");
    assert_eq!((at["start"]["line"].as_u64(), at["start"]["column"].as_u64()), (Some(3), Some(9)));
    assert_eq!((at["end"]["line"].as_u64(), at["end"]["column"].as_u64()), (Some(3), Some(26)));
    assert_eq!(report["findings"][0]["because"]["at"]["origin"], "built-in");
}

#[test]
fn the_status_is_that_of_the_verdict() {
    let (verdict, sources) = churn();
    let report = parsed(&verdict, &sources);
    assert_eq!((report["status"].as_str(), report["exit_code"].as_u64()), (Some("blocked"), Some(1)));
    let report = parsed(&Verdict::default(), &sources);
    assert_eq!((report["status"].as_str(), report["exit_code"].as_u64()), (Some("undecided"), Some(2)));
    let (verdict, sources) = many(500);
    let report = parsed(&verdict, &sources);
    assert_eq!((report["status"].as_str(), report["exit_code"].as_u64()), (Some("pass"), Some(0)));
    assert_eq!(report["models"].as_array().map(Vec::len), Some(500));
}

#[test]
fn hostile_text_arrives_unchanged_but_harmless() {
    let (verdict, sources) = hostile();
    let report = parsed(&verdict, &sources);
    assert_eq!(report["subject"]["what"].as_str(), Some(verdict.subject.what.as_str()));
    let at = &report["undecided"][0]["at"];
    assert!(at["path_bytes"].as_str().is_some_and(|bytes| bytes.contains("78ff2f")), "{at}");
}

#[test]
fn fingerprints_are_unique_and_the_report_is_the_same_in_any_order() {
    let (mut verdict, sources) = churn();
    let first = json(&verdict, &sources);
    let names: BTreeSet<_> = verdict.findings.iter().map(|finding| finding.fingerprint.clone()).collect();
    assert_eq!(names.len(), verdict.findings.len());
    verdict.findings.reverse();
    verdict.settle(&sources);
    assert_eq!(first, json(&verdict, &sources));
}
