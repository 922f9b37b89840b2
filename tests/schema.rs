//! The JSON Schemas and the readers know the same keys and words, accept the same files and refuse the same
//! mistakes; reports are as their schema says.
#![allow(missing_docs, reason = "a test")]
#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

mod common;
mod report_support;

use std::collections::BTreeSet;

use jsonschema::Validator;
use report_support::corpus;
use roadworthy::diag::{Diagnostic, Origin, Sources};
use roadworthy::fixture::{self, Outcome};
use roadworthy::gate::{self, policy};
use roadworthy::policy::{Mistakes, builtin, load_config, load_pack};
use roadworthy::report::json;
use roadworthy::request;
use roadworthy::schema::Schema;
use roadworthy::words::Words;
use serde_json::{Value, json};

/// A key, and a word, that nothing knows.
const UNKNOWN: &str = "zzzzzzzzzz";

fn schema(of: Schema) -> Value {
    serde_json::from_str(of.text()).unwrap()
}

fn validator(of: Schema) -> Validator {
    jsonschema::validator_for(&schema(of)).unwrap()
}

fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(items) => items.into_iter().map(to_json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, to_json(value))).collect())
        }
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
    }
}

#[track_caller]
fn of_toml(text: &str) -> toml::Value {
    toml::Value::Table(text.parse().unwrap_or_else(|error| panic!("{error}\n{text}")))
}

#[track_caller]
fn complaints(validator: &Validator, instance: &Value) -> Vec<String> {
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

struct Reader {
    words: Words,
}

impl Reader {
    fn new() -> Reader {
        let mut sources = Sources::new();
        Reader { words: policy::defaults(&mut sources).unwrap().words }
    }

    /// What the reader of such files says.
    fn mistakes(&self, of: Schema, text: &str) -> Vec<Diagnostic> {
        let mut sources = Sources::new();
        let mut mistakes = Mistakes::default();
        let source = sources.add(Origin::Local("test.toml".into()), text);
        match of {
            Schema::Policy => drop(load_pack(&sources, source, &mut mistakes)),
            _ => drop(load_config(&sources, source, &self.words, &mut mistakes)),
        }
        mistakes.into_vec()
    }

    /// What the reader knows where [`UNKNOWN`] stands.
    #[track_caller]
    fn known(&self, of: Schema, text: &str) -> BTreeSet<String> {
        let mistakes = self.mistakes(of, text);
        let about = mistakes.iter().find(|mistake| mistake.message.contains(UNKNOWN));
        let about = about.unwrap_or_else(|| panic!("{UNKNOWN} was taken\n{text}\n{mistakes:#?}"));
        let listed = about.help.first().unwrap_or_else(|| panic!("{about:#?}")).rsplit_once(": ").unwrap().1;
        listed.split(", ").map(str::to_string).collect()
    }
}

/// Calls `visit` with every schema inside of a schema and its place.
fn walk(value: &Value, place: &str, visit: &mut dyn FnMut(&str, &Value)) {
    visit(place, value);
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| walk(value, &format!("{place}/{key}"), visit));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| walk(value, &format!("{place}/{n}"), visit));
        }
        _ => {}
    }
}

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
        out.push((format!("/$defs/check/properties/{kind}"), text));
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
            out.push((Schema::Policy, file.path.to_string(), file.text.to_string()));
        } else if file.path.ends_with("roadworthy.toml") {
            out.push((Schema::Config, file.path.to_string(), file.text.to_string()));
        } else {
            let recipe = of_toml(file.text);
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

/// Mistakes that are about what stands somewhere, not about its form: names that do not exist, patterns that do
/// not compile.
const MEANING: [&str; 10] = [
    "bad-glob",
    "bad-path",
    "bad-regex",
    "bad-term",
    "duplicate-id",
    "duplicate-path",
    "not-a-person",
    "unknown-fact",
    "unknown-list",
    "unused-key",
];

/// Replaces, removes and adds at every place of a file, and asks both.
#[test]
fn every_change_of_form_is_refused_by_both_or_by_none() {
    let reader = Reader::new();
    let (mut asked, mut differ) = (0, Vec::new());
    for (of, sample) in [(Schema::Policy, SAMPLE_PACK), (Schema::Config, SAMPLE_CONFIG)] {
        let (validator, whole) = (validator(of), of_toml(sample));
        assert_eq!(reader.mistakes(of, sample), [], "{of:?}");
        assert!(
            validator.is_valid(&to_json(whole.clone())),
            "{:#?}",
            complaints(&validator, &to_json(whole.clone()))
        );
        let mut places = Vec::new();
        paths(&whole, &mut Vec::new(), &mut places);
        for place in &places {
            for change in changes() {
                let (mut changed, at) = alone(&whole, place);
                apply(&mut changed, &at, &change);
                let text = toml::to_string(&changed).unwrap();
                let mistakes = reader.mistakes(of, &text);
                let form = mistakes.iter().filter(|mistake| !MEANING.contains(&mistake.code.as_str()));
                let form: Vec<String> = form.map(|m| format!("{}: {}", m.code, m.message)).collect();
                let instance = to_json(of_toml(&text));
                let valid = validator.is_valid(&instance);
                if !form.is_empty() && valid {
                    differ.push(format!("only the reader refuses {place:?} {change:?}: {form:#?}"));
                }
                if mistakes.is_empty() && !valid {
                    let complaints = complaints(&validator, &instance);
                    differ.push(format!("only the schema refuses {place:?} {change:?}: {complaints:#?}"));
                }
                asked += 1;
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert!(asked > 1_500, "{asked}");
}

#[derive(Clone, Debug)]
enum Change {
    Remove,
    Become(toml::Value),
    AddKey,
}

fn changes() -> Vec<Change> {
    let list = |item: toml::Value| toml::Value::Array(vec![item]);
    let text = toml::Value::String(UNKNOWN.to_string());
    vec![
        Change::Remove,
        Change::Become(toml::Value::Integer(-1)),
        Change::Become(toml::Value::Integer(1)),
        Change::Become(toml::Value::Integer(1 << 41)),
        Change::Become(toml::Value::Boolean(true)),
        Change::Become(toml::Value::Float(1.5)),
        Change::Become(text.clone()),
        Change::Become(toml::Value::String(" ".to_string())),
        Change::Become(toml::Value::String("No id".to_string())),
        Change::Become(list(text)),
        Change::Become(list(toml::Value::Integer(1))),
        Change::Become(toml::Value::Array(Vec::new())),
        Change::Become(toml::Value::Table(toml::Table::new())),
        Change::AddKey,
    ]
}

/// The file without the other elements of the list that holds the place: a pack is read much faster.
fn alone(whole: &toml::Value, place: &Place) -> (toml::Value, Place) {
    let (mut whole, mut place) = (whole.clone(), place.clone());
    let index = place.get(1).and_then(|at| at.parse::<usize>().ok());
    if let (Some(index), Some(toml::Value::Array(items))) = (index, child(&mut whole, &place[0])) {
        *items = vec![items.swap_remove(index)];
        place[1] = "0".to_string();
        let kept = &place[0];
        if let toml::Value::Table(table) = &mut whole {
            table.retain(|key, value| key == kept || !value.is_array());
        }
    }
    (whole, place)
}

/// A key or an index, one for each level.
type Place = Vec<String>;

fn paths(value: &toml::Value, at: &mut Place, out: &mut Vec<Place>) {
    let children: Vec<(String, &toml::Value)> = match value {
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), value)).collect(),
        toml::Value::Array(items) => {
            items.iter().enumerate().map(|(n, item)| (n.to_string(), item)).collect()
        }
        _ => return,
    };
    for (key, child) in children {
        at.push(key);
        out.push(at.clone());
        paths(child, at, out);
        at.pop();
    }
}

fn apply(value: &mut toml::Value, place: &[String], change: &Change) {
    let (key, rest) = place.split_first().unwrap();
    if let (false, Some(child)) = (rest.is_empty(), child(value, key)) {
        return apply(child, rest, change);
    }
    match (change, &mut *value) {
        (Change::Remove, toml::Value::Table(table)) => drop(table.remove(key)),
        (Change::Remove, toml::Value::Array(items)) => drop(items.remove(key.parse().unwrap())),
        (Change::Become(other), _) => *child(value, key).unwrap() = other.clone(),
        (Change::AddKey, _) => {
            if let Some(toml::Value::Table(table)) = child(value, key) {
                table.insert(UNKNOWN.to_string(), toml::Value::Integer(1));
            }
        }
        _ => {}
    }
}

fn child<'v>(value: &'v mut toml::Value, key: &str) -> Option<&'v mut toml::Value> {
    match value {
        toml::Value::Table(table) => table.get_mut(key),
        toml::Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
        _ => None,
    }
}

const SAMPLE_CONFIG: &str = include_str!("schema/config.toml");
const SAMPLE_PACK: &str = include_str!("schema/pack.toml");

/// The samples hold every key, so that every key is changed.
#[test]
fn the_samples_hold_every_key() {
    for (of, sample) in [(Schema::Policy, SAMPLE_PACK), (Schema::Config, SAMPLE_CONFIG)] {
        let mut held = BTreeSet::new();
        let mut places = Vec::new();
        paths(&of_toml(sample), &mut Vec::new(), &mut places);
        held.extend(places.into_iter().flatten());
        walk(&schema(of), "", &mut |place, value| {
            for key in
                value.get("properties").and_then(Value::as_object).into_iter().flat_map(|map| map.keys())
            {
                assert!(held.contains(key), "{of:?} {place}: `{key}`");
            }
        });
    }
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
