//! Changes at every place of files that hold every key: a schema refuses what the reader of such files refuses, and
//! nothing else.

use std::collections::BTreeSet;

use crate::schema_support::{Reader, UNKNOWN, complaints, of_toml, schema, to_json, validator, walk};
use roadworthy::schema::Schema;
use serde_json::Value;

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
