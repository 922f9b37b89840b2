//! SARIF: what GitHub refuses a file for, levels and places, and too many results.

use std::collections::BTreeSet;

use crate::report_support::{churn, corpus, list, one, parsed};
use roadworthy::report::Format;
use roadworthy::verdict::Status;
use serde_json::Value;

fn check_place(location: &Value) {
    let place = &location["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
    assert!(!uri.is_empty() && !uri.starts_with('/') && uri.chars().all(plain), "{uri}");
    let at = |key: &str| place["region"][key].as_u64();
    assert!(at("startLine").unwrap() >= 1);
    if let Some(end) = at("endLine") {
        let (start, end) = ((at("startLine"), at("startColumn")), (Some(end), at("endColumn")));
        assert!(start <= end && start.1 >= Some(1), "{place}");
    }
}

/// What GitHub refuses a file for.
#[test]
fn results_have_rules_and_places() {
    for (name, text) in corpus::documents(Format::Sarif) {
        let log = parsed(&text);
        assert_eq!(log["version"], "2.1.0");
        assert!(list(&log["runs"]).len() <= 20 && !list(&log["runs"]).is_empty(), "{name}");
        let ids: BTreeSet<&str> =
            list(&log["runs"]).iter().map(|run| run["automationDetails"]["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), list(&log["runs"]).len(), "two runs of one category");
        for run in list(&log["runs"]) {
            let rules = list(&run["tool"]["driver"]["rules"]);
            for rule in rules {
                for key in ["shortDescription", "fullDescription", "help"] {
                    let text = rule[key]["text"].as_str().unwrap();
                    assert!(!text.is_empty() && text.chars().count() <= 2_100, "{rule}");
                }
                assert!(rule["help"]["markdown"].is_string() && rule.get("properties").is_none());
            }
            let mut names = BTreeSet::new();
            for result in list(&run["results"]) {
                let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(rules[index]["id"], result["ruleId"]);
                list(&result["locations"]).iter().for_each(check_place);
                result["relatedLocations"].as_array().into_iter().flatten().for_each(check_place);
                let print = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
                assert!(names.insert(print.to_string()), "{print}");
                assert!(!result["message"]["text"].as_str().unwrap().contains("]("));
            }
        }
    }
}

#[test]
fn invocations_tell_the_exit_code() {
    for (name, judged) in corpus::all() {
        let log = parsed(&one(Format::Sarif, &judged));
        let invocation = &log["runs"][0]["invocations"][0];
        let status = judged.0.status();
        assert_eq!(invocation["executionSuccessful"], status != Status::Undecided, "{name}");
        assert_eq!(invocation["exitCode"], status.exit_code(), "{name}");
        let errors = list(&invocation["toolExecutionNotifications"]);
        let errors = errors.iter().filter(|said| said["level"] == "error").count();
        assert_eq!(errors > 0, status == Status::Undecided, "{name}");
    }
}

#[test]
fn levels_places_and_exceptions_are_those_of_the_findings() {
    let log = parsed(&one(Format::Sarif, &churn()));
    let results = list(&log["runs"][0]["results"]);
    let of = |rule: &str| results.iter().find(|result| result["ruleId"] == rule).unwrap();
    assert_eq!(results.len(), 6);
    let team = of("owner-not-a-person");
    assert_eq!(team["level"], "error");
    let region = &team["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region, &serde_json::json!({"startLine": 3, "startColumn": 9, "endLine": 3, "endColumn": 26}));
    assert_eq!(team["locations"][0]["logicalLocations"][0]["name"], "churn");
    assert_eq!(team["suppressions"], serde_json::json!([]));
    assert_eq!(
        (&of("commit-says-nothing")["level"], &of("owner-without-deputy")["level"]),
        (&"warning".into(), &"note".into())
    );
    let waived = &of("retraining-overdue")["suppressions"][0];
    assert_eq!((&waived["kind"], &waived["status"]), (&"external".into(), &"accepted".into()));
    assert_eq!(of("retraining-overdue")["level"], "note", "it does not block");
    assert!(waived["justification"].as_str().unwrap().contains("Grace Hopper"));
    // The commit's message is no file: a file of the model stands in, and the message says so.
    let commit = of("commit-says-nothing");
    assert_eq!(
        commit["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "models/churn/OWNER.toml"
    );
    assert!(commit["message"]["text"].as_str().unwrap().contains("at commit 4b825dc642cb"));
}

#[test]
fn more_results_than_github_takes_are_counted() {
    let log = parsed(&one(Format::Sarif, &corpus::flood(25_010)));
    let run = &log["runs"][0];
    let results = list(&run["results"]);
    assert_eq!(results.len(), 25_000);
    assert!(results.iter().take(8_000).all(|result| result["level"] == "error"), "the worst come first");
    let said = &list(&run["invocations"][0]["toolExecutionNotifications"])[0];
    assert_eq!(said["message"]["text"], "16 more results are left out: a reader takes no more");
}
