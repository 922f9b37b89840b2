//! Commands, and commands that train.

use super::scan::{is_short, tokens, trimmed};
use super::{NotA, Reading, Value};
use crate::words::Words;
use std::ops::Range;

/// Up to so many words, a text without a command is blamed for it.
const LABEL: usize = 4;

/// Endings of files that are programs.
const SCRIPTS: [&str; 8] = [".sh", ".py", ".ps1", ".jl", ".rb", ".bat", ".cmd", ".pl"];

/// Endings of files that a training command may name.
const SOURCES: [&str; 7] = [".py", ".sh", ".R", ".r", ".ipynb", ".jl", ".scala"];

pub(super) fn read(text: &str, words: &Words) -> Reading {
    let found = lines(text).find(|range| is_command(&text[range.clone()], words));
    reading(text, found)
}

pub(super) fn read_training(text: &str, words: &Words) -> Reading {
    training_command(text, None, words)
}

/// Reads a command that trains: a program (no linter, installer or `echo`) and a word for training
/// among its arguments. `step_name` is the name of the step or job that runs it ("Retrain churn");
/// when it speaks of training, a script or launcher is enough.
pub fn training_command(text: &str, step_name: Option<&str>, words: &Words) -> Reading {
    let told = step_name.is_some_and(|name| words.occurs("train_words", name));
    let found = lines(text)
        .flat_map(|line| parts(text, line))
        .find(|range| trains(&text[range.clone()], told, words));
    reading(text, found)
}

fn reading(text: &str, found: Option<Range<usize>>) -> Reading {
    match found {
        Some(range) => Reading::found(Value::Text(text[range.clone()].to_string()), range),
        None if is_short(text, LABEL) => Reading::wrong(NotA::Other, trimmed(text)),
        None => Reading::Absent,
    }
}

/// Lines without their prompt, indent and surrounding backticks; comments and empty lines are left out.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let base = text.as_ptr() as usize;
    text.split('\n').filter_map(move |line| {
        let body = line.trim().trim_start_matches(['$', '>', '`']).trim_end_matches('`').trim();
        let start = body.as_ptr() as usize - base;
        (!body.is_empty() && !body.starts_with('#')).then(|| start..start + body.len())
    })
}

/// The parts of a line between `&&`, `||` and `;`.
fn parts(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let base = text.as_ptr() as usize;
    let body = &text[line];
    let split = body.split("&&").flat_map(|part| part.split("||")).flat_map(|part| part.split(';'));
    split
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let start = part.as_ptr() as usize - base;
            start..start + part.len()
        })
        .collect()
}

/// The words of a command behind `sudo`, `poetry run`, `FOO=1` and their like.
fn argv<'t>(line: &'t str, words: &Words) -> Vec<&'t str> {
    unwrapped(line, words).0
}

/// As [`argv`], and whether a launcher of an environment ("uv run") runs them: then the first word is
/// a program, whatever its name.
fn unwrapped<'t>(line: &'t str, words: &Words) -> (Vec<&'t str>, bool) {
    let mut argv: Vec<&str> = tokens(line).map(|range| &line[range]).take(200).collect();
    let mut launched = false;
    loop {
        let assigned = |word: &str| {
            word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty()
                    && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            })
        };
        let skip = match argv.as_slice() {
            [first, second, _, ..] if words.holds("command_prefixes", &format!("{first} {second}")) => {
                launched = true;
                2
            }
            [first, _, ..] if assigned(first) || words.holds("command_prefixes", first) => 1,
            _ => return (argv, launched),
        };
        argv.drain(..skip);
        if launched {
            drop_options(&mut argv, words);
        }
    }
}

/// Drops a launcher's own options: `-n ml` of `conda run -n ml python train.py`.
fn drop_options(argv: &mut Vec<&str>, words: &Words) {
    let program =
        |word: &str| words.holds("executables", &program(word).replace(['-', '_'], " ")) || is_script(word);
    while let [first, rest @ ..] = argv.as_slice()
        && first.starts_with('-')
        && let [next, more @ ..] = rest
    {
        let valued = !first.contains('=') && !program(next) && more.first().is_some_and(|word| program(word));
        argv.drain(..1 + usize::from(valued));
    }
}

/// The program's name without its folder, lower case.
fn program(word: &str) -> String {
    word.rsplit('/').next().unwrap_or_default().to_lowercase()
}

fn is_script(word: &str) -> bool {
    word.starts_with("./") && word.len() > 2
        || SCRIPTS.iter().any(|end| word.len() > end.len() && word.ends_with(end))
}

fn is_command(line: &str, words: &Words) -> bool {
    let argv = argv(line, words);
    let [first, rest @ ..] = argv.as_slice() else { return false };
    let name = program(first);
    let known = words.holds("executables", &name.replace(['-', '_'], " "));
    let statement = rest.len() >= 2 && words.holds("sql_verbs", &name);
    // English sentences start with "make sure", "find the …", "check …": a program's arguments differ.
    let prose = first.starts_with(char::is_uppercase) || reads_as_prose(rest, words);
    is_script(first) || (known && !rest.is_empty() && !prose) || statement && looks_sql(line)
}

/// Arguments that are words of a sentence: an article first, or at least four plain words.
fn reads_as_prose(arguments: &[&str], words: &Words) -> bool {
    let plain = |word: &&&str| word.chars().all(|c| c.is_alphabetic() || matches!(c, ',' | '\'' | '’'));
    let started = arguments.first().is_some_and(|first| words.holds("prose_words", first));
    started || arguments.len() >= 4 && arguments.iter().filter(plain).count() + 1 >= arguments.len()
}

fn looks_sql(line: &str) -> bool {
    let upper = line.to_ascii_uppercase();
    [" FROM ", " SET ", " INTO ", " TABLE ", " VALUES", " ON ", " AS ("]
        .iter()
        .any(|word| upper.contains(word))
}

fn trains(part: &str, told: bool, words: &Words) -> bool {
    let assigned = part.split_once("=\"").or_else(|| part.split_once("='"));
    let inner = assigned.filter(|(name, _)| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
    let part = inner.map_or(part, |(_, value)| value.trim_end_matches(['"', '\'']));
    if part.starts_with(['-', '#']) {
        return false;
    }
    let (argv, launched) = unwrapped(part, words);
    let [first, rest @ ..] = argv.as_slice() else { return false };
    let name = program(first);
    let speaks = words.occurs("train_words", part);
    if matches!(name.as_str(), "curl" | "gh" | "glab") {
        let sends =
            ["POST", "workflow run", "--data", " -d ", "pipeline run"].iter().any(|sign| part.contains(sign));
        return sends && speaks;
    }
    let plain = name.replace(['-', '_'], " ");
    let module = matches!(rest, ["-m", module, ..] if words.holds("not_training_exe", &program(module).replace(['-', '_'], " ")));
    if words.holds("not_training_exe", &plain) || module {
        return false;
    }
    let launched = launched && words.occurs("train_words", first);
    if !launched && !words.holds("executables", &plain) && !is_script(first) {
        return false;
    }
    let idle = rest.iter().take(2).any(|verb| {
        matches!(*verb, "--version" | "--help")
            || !verb.starts_with('-') && words.holds("not_training_verbs", &verb.to_lowercase())
    });
    let runs = is_script(first)
        || argv.iter().any(|word| {
            *word == "-m" || SOURCES.iter().any(|end| word.trim_end_matches(['"', '\'']).ends_with(end))
        })
        || words.occurs("training_launchers", part);
    !idle && (speaks || told && runs)
}
