//! The JSON Schemas and the readers know the same keys and words, accept the same files and refuse the same
//! mistakes; reports are as their schema says.

use crate::common;
use std::collections::BTreeSet;

use crate::report_support::{self, corpus};
use crate::schema_support::{Reader, UNKNOWN, complaints, of_toml, schema, to_json, validator, walk};
use roadworthy::fixture::{self, Outcome};
use roadworthy::gate;
use roadworthy::policy::builtin;
use roadworthy::report::json;
use roadworthy::request;
use roadworthy::schema::Schema;
use serde_json::{Value, json};

const PACK: &str = "[pack]\nid = \"x\"\n";
const ARTIFACT: &str = "[[artifact]]\nid = \"x\"\ntitle = \"x\"\n";
const SOURCE: &str = "[artifact.facts]\nx = { title = \"t\", is = \"any\", label = \"l\" }\n[[artifact.source]]\nfiles = [\"x\"]\n";
const RULE: &str = "[[rule]]\nid = \"x\"\n";

/// Where a closed table of the policy schema stands, and a file with an unknown key in it.
fn policy_tables() -> Vec<(String, String)> {
    let key = format!("{UNKNOWN} = 1\n");
    let mut out = vec![
        ("".to_string(), format!("{key}{PACK}")),
        ("/properties/pack".to_string(), format!("{PACK}{key}")),
        ("/$defs/artifact".to_string(), format!("{PACK}{ARTIFACT}{key}")),
        ("/$defs/fact".to_string(), format!("{PACK}{ARTIFACT}[artifact.facts.x]\n{key}")),
        ("/$defs/nature".to_string(), format!("{PACK}{ARTIFACT}[artifact.nature]\n{key}")),
        ("/$defs/starter".to_string(), format!("{PACK}{ARTIFACT}[artifact.starter]\n{key}")),
        ("/$defs/source".to_string(), format!("{PACK}{ARTIFACT}{SOURCE}{key}")),
        ("/$defs/reader".to_string(), format!("{PACK}{ARTIFACT}{SOURCE}[artifact.source.facts.x]\n{key}")),
        ("/$defs/rule".to_string(), format!("{PACK}{RULE}{key}")),
        ("/$defs/severities/anyOf/1".to_string(), format!("{PACK}{RULE}[rule.severity]\n{key}")),
        ("/$defs/check".to_string(), format!("{PACK}{RULE}[rule.check]\n{key}")),
        ("/$defs/enough".to_string(), format!("{PACK}{RULE}[[rule.check.files.any]]\n{key}")),
        ("/$defs/language".to_string(), format!("{PACK}{RULE}[[rule.check.reach.code]]\n{key}")),
        ("/$defs/extract".to_string(), format!("{PACK}{RULE}[[rule.check.reach.extract]]\n{key}")),
    ];
    for kind in roadworthy::policy::Check::KINDS {
        let text = format!("{PACK}{RULE}[rule.check.{kind}]\n{key}");
        // One claim, or a list of them.
        let claim = kind == "agree";
        let place =
            if claim { "/$defs/claim".to_string() } else { format!("/$defs/check/properties/{kind}") };
        out.push((place, text));
    }
    out
}

fn config_tables() -> Vec<(String, String)> {
    let key = format!("{UNKNOWN} = 1\n");
    let mut out = vec![("".to_string(), key.clone())];
    for table in ["production", "policy", "models", "limits"] {
        out.push((format!("/properties/{table}"), format!("[{table}]\n{key}")));
    }
    for table in ["model", "waiver"] {
        out.push((format!("/$defs/{table}"), format!("[[{table}]]\n{key}")));
    }
    out.push(("/$defs/severities/anyOf/1".to_string(), format!("[policy.severity.x]\n{key}")));
    out
}

/// Every closed table of the schema has the keys of the reader, and every key is explained.
#[test]
fn the_keys_are_those_of_the_reader() {
    let reader = Reader::new();
    for (of, tables) in [(Schema::Policy, policy_tables()), (Schema::Config, config_tables())] {
        let schema = schema(of);
        let mut closed = BTreeSet::new();
        walk(&schema, "", &mut |place, value| {
            if value.get("additionalProperties") == Some(&json!(false)) {
                closed.insert(place.to_string());
                for (key, about) in value["properties"].as_object().unwrap() {
                    let explained = about["description"].as_str().is_some_and(|text| !text.is_empty());
                    assert!(explained || place == "/$defs/check", "{place}: `{key}` is not explained");
                }
            }
        });
        let listed: BTreeSet<String> = tables.iter().map(|(place, _)| place.clone()).collect();
        assert_eq!(closed, listed, "{of:?}");
        for (place, text) in tables {
            let keys = schema.pointer(&format!("{place}/properties")).unwrap().as_object().unwrap();
            assert_eq!(
                keys.keys().cloned().collect::<BTreeSet<_>>(),
                reader.known(of, &text),
                "{of:?} {place}"
            );
        }
    }
}

/// Every closed list of words of the schema is the reader's.
#[test]
fn the_words_are_those_of_the_reader() {
    let reader = Reader::new();
    let word = |before: &str, key: &str| format!("{before}{key} = \"{UNKNOWN}\"\n");
    let check =
        |kind: &str, more: &str, key: &str| word(&format!("{PACK}{RULE}[rule.check.{kind}]\n{more}"), key);
    let lookup = format!("{PACK}{ARTIFACT}{SOURCE}[artifact.source.facts.x]\n");
    let kinds = "/$defs/check/properties";
    let policy = [
        ("/$defs/severity".to_string(), word(&format!("{PACK}{RULE}"), "severity")),
        ("/$defs/type/anyOf/0".to_string(), word(&format!("{PACK}{ARTIFACT}[artifact.facts.x]\n"), "is")),
        (
            "/$defs/source/properties/format/anyOf/0".to_string(),
            word(&format!("{PACK}{ARTIFACT}[[artifact.source]]\n"), "format"),
        ),
        ("/$defs/reader/properties/owners".to_string(), word(&lookup, "owners")),
        ("/$defs/reader/properties/forms/anyOf/0".to_string(), word(&lookup, "forms")),
        ("/$defs/reader/properties/in/anyOf/0".to_string(), word(&lookup, "in")),
        ("/$defs/rule/properties/modes/anyOf/0".to_string(), word(&format!("{PACK}{RULE}"), "modes")),
        (format!("{kinds}/present/properties/refuses/anyOf/0"), check("present", "", "refuses")),
        (format!("{kinds}/policy/properties/is_not"), check("policy", "", "is_not")),
        (format!("{kinds}/waiver/properties/is_not"), check("waiver", "", "is_not")),
        (format!("{kinds}/commits/properties/asks"), check("commits", "code = \"x\"\n", "asks")),
        ("/$defs/claim/properties/relation".to_string(), check("agree", "facts = \"x\"\n", "relation")),
        (format!("{kinds}/blobs/properties/holds"), check("blobs", "files = \"x\"\n", "holds")),
        (format!("{kinds}/approval/properties/asks"), check("approval", "", "asks")),
    ];
    let config = [
        ("/$defs/severity".to_string(), word("[policy.severity]\n", "x")),
        ("/$defs/model/properties/tier".to_string(), word("[[model]]\n", "tier")),
        ("/$defs/model/properties/mode".to_string(), word("[[model]]\n", "mode")),
    ];
    for (of, lists) in [(Schema::Policy, policy.to_vec()), (Schema::Config, config.to_vec())] {
        let schema = schema(of);
        let known = |place: &str| -> BTreeSet<String> {
            let words = schema.pointer(&format!("{place}/enum")).unwrap().as_array().unwrap();
            words.iter().map(|word| word.as_str().unwrap().to_string()).collect()
        };
        let mut listed = BTreeSet::new();
        for (place, text) in &lists {
            assert_eq!(known(place), reader.known(of, text), "{of:?} {place}");
            listed.insert(place.clone());
        }
        // The element of a list has the words of the one that stands alone.
        walk(&schema, "", &mut |place, value| {
            if value.get("enum").is_some() {
                let alone = place.replace("/anyOf/1/items", "/anyOf/0");
                assert!(listed.contains(&alone), "{of:?} {place}: no reader was asked");
                assert_eq!(known(place), known(&alone), "{of:?} {place}");
            }
        });
    }
}

/// Policy files and configurations that are valid: what ships, what the documentation shows, what recipes hold.
fn valid() -> Vec<(Schema, String, String)> {
    let mut out = Vec::new();
    for file in builtin::files().iter().filter(|file| file.path.ends_with(".toml")) {
        if !file.path.contains('/') {
            out.push((Schema::Policy, file.path.to_string(), file.text().to_string()));
        } else if file.path.ends_with("roadworthy.toml") {
            out.push((Schema::Config, file.path.to_string(), file.text().to_string()));
        } else {
            let recipe = of_toml(file.text());
            configurations(&recipe, &mut |text| {
                out.push((Schema::Config, file.path.to_string(), text.to_string()));
            });
        }
    }
    out
}

/// The texts of `roadworthy.toml` in a recipe.
fn configurations(value: &toml::Value, found: &mut dyn FnMut(&str)) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                match value.as_str().filter(|_| key == "roadworthy.toml") {
                    Some(text) => found(text),
                    None => configurations(value, found),
                }
            }
        }
        toml::Value::Array(items) => items.iter().for_each(|item| configurations(item, found)),
        _ => {}
    }
}

#[test]
fn what_the_reader_takes_the_schema_takes_too() {
    let reader = Reader::new();
    let (policy, config) = (validator(Schema::Policy), validator(Schema::Config));
    let (mut packs, mut configs) = (0, 0);
    for (of, place, text) in valid() {
        // Some recipes show what is done about a configuration that is no TOML, or has mistakes.
        if !reader.mistakes(of, &text).is_empty() {
            continue;
        }
        let instance = to_json(of_toml(&text));
        let (validator, count) =
            if of == Schema::Policy { (&policy, &mut packs) } else { (&config, &mut configs) };
        *count += 1;
        let complaints = complaints(validator, &instance);
        assert!(complaints.is_empty(), "{place}: {complaints:#?}\n{text}");
    }
    assert!(packs >= 8 && configs >= 15, "{packs} packs and {configs} configurations");
}

/// The fields of every object of the report schema that stands at `value`.
fn check_fields(schema: &Value, part: &Value, value: &Value, seen: &mut BTreeSet<String>, place: &str) {
    if let Some(name) = part["$ref"].as_str() {
        let at = name.trim_start_matches('#');
        return check_fields(schema, schema.pointer(at).unwrap(), value, seen, at);
    }
    for choice in ["anyOf", "oneOf"] {
        for (n, part) in part[choice].as_array().into_iter().flatten().enumerate() {
            let fits = part["properties"]["kind"]["const"].as_str().is_none_or(|kind| value["kind"] == kind);
            if fits && part["type"] != "null" {
                check_fields(schema, part, value, seen, &format!("{place}/{choice}/{n}"));
            }
        }
    }
    match value {
        Value::Array(items) => {
            items
                .iter()
                .for_each(|item| check_fields(schema, &part["items"], item, seen, &format!("{place}/items")));
        }
        Value::Object(map) if part.get("properties").is_some() => {
            for (key, value) in map {
                let field = part["properties"].get(key);
                let field = field.unwrap_or_else(|| panic!("{place}: `{key}` is not in the schema"));
                seen.insert(format!("{place}/properties/{key}"));
                check_fields(schema, field, value, seen, &format!("{place}/properties/{key}"));
            }
        }
        _ => {}
    }
}

/// Reports of every kind of verdict: each is as the schema says, holds nothing else, and together they hold
/// everything.
#[test]
fn reports_are_as_their_schema_says() {
    let (schema, validator) = (schema(Schema::Report), validator(Schema::Report));
    let mut seen = BTreeSet::new();
    let mut reports: Vec<(String, String)> = corpus::all()
        .iter()
        .map(|(name, (verdict, sources))| (name.to_string(), json(verdict, sources)))
        .collect();
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json-report.md")).unwrap();
    let example = guide.split_once("```json\n").unwrap().1.split_once("```\n").unwrap().0;
    reports.push(("docs/json-report.md".to_string(), example.to_string()));
    for (name, report) in reports {
        let report: Value = serde_json::from_str(&report).unwrap();
        let complaints = complaints(&validator, &report);
        assert!(complaints.is_empty(), "{name}: {complaints:#?}");
        check_fields(&schema, &schema, &report, &mut seen, "");
    }
    // A file of the production side is in no synthetic report.
    let mut missing = BTreeSet::new();
    walk(&schema, "", &mut |place, value| {
        for key in value.get("properties").and_then(Value::as_object).into_iter().flat_map(|map| map.keys()) {
            missing.insert(format!("{place}/properties/{key}"));
        }
    });
    missing.retain(|field| !seen.contains(field) && !field.ends_with("/revision"));
    assert!(missing.is_empty(), "no report has {missing:#?}");
}

/// The reports of real repositories: of one failing recipe of each rule, or of all recipes when
/// ROADWORTHY_ALL_RECIPES is set.
#[test]
fn reports_of_recipes_are_as_their_schema_says() {
    let every = std::env::var_os("ROADWORTHY_ALL_RECIPES").is_some();
    let (schema, validator) = (schema(Schema::Report), validator(Schema::Report));
    let mut rules = BTreeSet::new();
    let mut cases = fixture::list(builtin::files().iter().map(|file| file.path)).cases;
    cases.retain(|case| every || case.outcome == Outcome::Fail && rules.insert(case.rule.clone()));
    assert!(cases.len() > 80, "{}", cases.len());
    for case in cases {
        let scratch = common::recipe(&case.path);
        let repo = request::repository(&scratch.path()).unwrap();
        let request = request::of_scenario(&repo, scratch.scenario.as_ref().unwrap()).unwrap();
        let judged = gate::judge(&repo, &request);
        let report: Value = serde_json::from_str(&json(&judged.verdict, &judged.sources)).unwrap();
        let complaints = complaints(&validator, &report);
        assert!(complaints.is_empty(), "{}: {complaints:#?}", case.path);
        check_fields(&schema, &schema, &report, &mut BTreeSet::new(), "");
    }
}

/// What `init` writes is valid too.
#[test]
fn a_configuration_of_ours_is_as_its_schema_says() {
    let scratch = common::Scratch::repository();
    common::roadworthy(&scratch.path(), &["init"]).expect_success();
    let text = std::fs::read_to_string(scratch.path().join("roadworthy.toml")).unwrap();
    let complaints = complaints(&validator(Schema::Config), &to_json(of_toml(&text)));
    assert!(complaints.is_empty(), "{complaints:#?}\n{text}");
}

/// A report that is wrong is refused: the schema is not empty.
#[test]
fn a_report_of_another_shape_is_refused() {
    let (verdict, sources) = report_support::churn();
    let report: Value = serde_json::from_str(&json(&verdict, &sources)).unwrap();
    let validator = validator(Schema::Report);
    for (place, value) in [
        ("/schema_version", json!(2)),
        ("/status", json!("fine")),
        ("/findings/0/severity", json!("error")),
        ("/findings/0/at/kind", json!("line")),
        ("/findings/0/at/start/line", json!(0)),
        ("/findings/0/fingerprint", json!("x")),
        ("/models/0/artifacts/0/state", json!(null)),
        ("/account", json!([])),
    ] {
        let mut wrong = report.clone();
        *wrong.pointer_mut(place).unwrap() = value;
        assert!(!validator.is_valid(&wrong), "{place}");
    }
}

#[test]
fn schemas_are_printed_and_are_schemas() {
    let scratch = common::Scratch::new();
    for of in Schema::ALL {
        let printed = common::roadworthy(&scratch.path(), &["schema", of.name()]).expect_success();
        assert_eq!(printed, of.text());
        let schema: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(jsonschema::meta::is_valid(&schema), "{of:?}");
    }
}
