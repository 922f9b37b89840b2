//! The event file of GitHub Actions: the webhook's payload, of which little is needed.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use super::{Problem, problem};

/// The largest event file that is read, in bytes. GitHub's own limit for a payload is 25 MB.
const MAX_EVENT: u64 = 32 << 20;

/// A payload. Unknown fields are left alone, a needed one that is missing is a mistake.
#[derive(Debug)]
pub(super) struct Event(Value);

impl Event {
    pub(super) fn read(path: &Path) -> Result<Event, Problem> {
        let failed = |why: &str| {
            let message = format!("the event file `{}` cannot be read: {why}", path.display());
            problem("ci-event", message, "GITHUB_EVENT_PATH must name the file that the runner wrote")
        };
        let file = File::open(path).map_err(|error| failed(&error.to_string()))?;
        let mut bytes = Vec::new();
        file.take(MAX_EVENT + 1).read_to_end(&mut bytes).map_err(|error| failed(&error.to_string()))?;
        if bytes.len() as u64 > MAX_EVENT {
            return Err(failed(&format!("it holds more than {} MiB", MAX_EVENT >> 20)));
        }
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(value) if value.is_object() => Ok(Event(value)),
            Ok(_) => Err(failed("it is no JSON object")),
            Err(error) => Err(failed(&error.to_string())),
        }
    }

    /// The text at a path such as `pull_request.head.sha`.
    pub(super) fn text(&self, path: &str) -> Result<String, Problem> {
        match self.at(path) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            Some(Value::String(_)) => Err(lacks(path, "is empty")),
            Some(Value::Null) | None => Err(lacks(path, "is missing")),
            Some(_) => Err(lacks(path, "is no text")),
        }
    }

    /// The number at a path.
    pub(super) fn number(&self, path: &str) -> Result<u64, Problem> {
        match self.at(path) {
            Some(Value::Null) | None => Err(lacks(path, "is missing")),
            Some(value) => value.as_u64().ok_or_else(|| lacks(path, "is no number")),
        }
    }

    /// The object name at a path.
    pub(super) fn object(&self, path: &str) -> Result<Option<String>, Problem> {
        super::object(&self.text(path)?, &place(path))
    }

    /// The object name at a path that must name one.
    pub(super) fn some_object(&self, path: &str) -> Result<String, Problem> {
        super::some_object(&self.text(path)?, &place(path))
    }

    fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.0, |value, key| value.get(key))
    }
}

fn place(path: &str) -> String {
    format!("`{path}` in the event file")
}

fn lacks(path: &str, how: &str) -> Problem {
    let message = format!("`{path}` {how} in the event file");
    problem("ci-event", message, "GITHUB_EVENT_NAME and the event file must belong to the same event")
}
