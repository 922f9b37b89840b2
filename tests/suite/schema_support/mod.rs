//! What the tests of schemas share: the schemas, and the readers that they must agree with.
use std::collections::BTreeSet;

use jsonschema::Validator;
use roadworthy::diag::{Diagnostic, Origin, Sources};
use roadworthy::gate::policy;
use roadworthy::policy::{Mistakes, load_config, load_pack};
use roadworthy::schema::Schema;
use roadworthy::words::Words;
use serde_json::Value;

/// A key, and a word, that nothing knows.
pub(crate) const UNKNOWN: &str = "zzzzzzzzzz";

pub(crate) fn schema(of: Schema) -> Value {
    serde_json::from_str(of.text()).unwrap()
}

pub(crate) fn validator(of: Schema) -> Validator {
    jsonschema::validator_for(&schema(of)).unwrap()
}

pub(crate) fn to_json(value: toml::Value) -> Value {
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
pub(crate) fn of_toml(text: &str) -> toml::Value {
    toml::Value::Table(text.parse().unwrap_or_else(|error| panic!("{error}\n{text}")))
}

#[track_caller]
pub(crate) fn complaints(validator: &Validator, instance: &Value) -> Vec<String> {
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

pub(crate) struct Reader {
    words: Words,
}

impl Reader {
    pub(crate) fn new() -> Reader {
        let mut sources = Sources::new();
        Reader { words: policy::defaults(&mut sources).unwrap().words }
    }

    /// What the reader of such files says.
    pub(crate) fn mistakes(&self, of: Schema, text: &str) -> Vec<Diagnostic> {
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
    pub(crate) fn known(&self, of: Schema, text: &str) -> BTreeSet<String> {
        let mistakes = self.mistakes(of, text);
        let about = mistakes.iter().find(|mistake| mistake.message.contains(UNKNOWN));
        let about = about.unwrap_or_else(|| panic!("{UNKNOWN} was taken\n{text}\n{mistakes:#?}"));
        let listed = about.help.first().unwrap_or_else(|| panic!("{about:#?}")).rsplit_once(": ").unwrap().1;
        listed.split(", ").map(str::to_string).collect()
    }
}

/// Calls `visit` with every schema inside of a schema and its place.
pub(crate) fn walk(value: &Value, place: &str, visit: &mut dyn FnMut(&str, &Value)) {
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
