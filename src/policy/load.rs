//! A policy file: TOML → [`Pack`], all mistakes at once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::builtin::{self, Embedded};
use super::config::Mode;
use super::fields::{Fields, File, first_character, parse};
use super::mistakes::{At, Mistakes};
use super::pack::{Artifact, FactSpec, How, Nature, Pack, SourceSpec, Starter};
use super::rule::Rule;
use super::severity::{Severities, Severity, Tier};
use super::{laid, waiver};
use super::{load_check, load_code, load_reader, names};
use crate::artifact::types::ValueType;
use crate::diag::{Origin, SourceId, Sources, Span};
use crate::words::TermList;

/// Reads a policy file. What is right is kept even when there are mistakes, so that later steps
/// can find more of them; a pack with mistakes must not be used to judge.
pub fn pack(sources: &Sources, source: SourceId, mistakes: &mut Mistakes) -> Option<Pack> {
    let text = sources.get(source).text.clone();
    let shipped = shipped(sources, source);
    let tree = shipped.and_then(Embedded::tree).map(Cow::Borrowed);
    let tree = tree.unwrap_or_else(|| Cow::Owned(parse(source, &text, mistakes)));
    let table = laid::read(&tree, &text);
    let range = first_character(&text);
    let file = File { source, shipped: shipped.is_some() };
    let mut top = Fields::new(file, "the policy file", &table, range);
    let Some(mut head) = top.table("pack", mistakes) else {
        if top.key_span("pack").is_none() {
            mistakes.add(
                "missing-key",
                top.span(),
                "the policy file has no `[pack]` table",
                "add `[pack]` with `id = …` and `title = …`",
            );
        }
        return None;
    };
    let id = head.required("id", mistakes);
    let title = head.string("title", mistakes).map_or_else(String::new, |t| t.value);
    head.finish(mistakes);
    let words = words(top.table("words", mistakes), mistakes);
    let artifacts: Vec<Artifact> =
        top.tables("artifact", mistakes).into_iter().filter_map(|f| artifact(f, mistakes)).collect();
    let rules: Vec<Rule> =
        top.tables("rule", mistakes).into_iter().filter_map(|f| rule(f, mistakes)).collect();
    top.finish(mistakes);
    if shipped.is_none() {
        artifacts.iter().flat_map(|a| &a.sources).for_each(|s| check_patterns(s, mistakes));
        rules.iter().for_each(|rule| load_code::check_patterns(&rule.check, mistakes));
    }
    let id = id?;
    names::check_id(&id, "pack", mistakes);
    duplicates("artifact", artifacts.iter().map(|a| &a.id), mistakes);
    duplicates("rule", rules.iter().map(|r| &r.id), mistakes);
    Some(Pack { id, title, artifacts, rules, words })
}

/// The policy that comes with the program, when this is one, word for word: the program was built with its tree,
/// and a test compiles its patterns.
fn shipped(sources: &Sources, source: SourceId) -> Option<&'static Embedded> {
    let given = sources.get(source);
    match &given.origin {
        Origin::BuiltIn(path) => builtin::file(path).filter(|file| file.text() == &*given.text),
        _ => None,
    }
}

fn check_patterns(source: &SourceSpec, mistakes: &mut Mistakes) {
    for file in &source.files {
        if let Err(error) = names::glob(&file.value) {
            names::bad_glob(file, error, mistakes);
        }
    }
    source.when.iter().for_each(|pattern| pattern.check(mistakes));
    for reader in source.facts.iter().flat_map(|(_, readers)| readers) {
        reader.given.iter().for_each(|pattern| pattern.check(mistakes));
        if let How::Regex(patterns) = &reader.how {
            patterns.iter().for_each(|pattern| pattern.check(mistakes));
        }
    }
}

fn duplicates<'n>(what: &str, ids: impl Iterator<Item = &'n At<String>>, mistakes: &mut Mistakes) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for id in ids {
        if let Some(first) = seen.get(id.value.as_str()) {
            let first = *first;
            let mistake = mistakes.add(
                "duplicate-id",
                id.span,
                format!("two {what}s have the id `{}`", id.value),
                "second",
            );
            mistake.related.push(crate::diag::Note { span: first, text: "first".to_string() });
        } else {
            seen.insert(&id.value, id.span);
        }
    }
}

fn words(table: Option<Fields<'_>>, mistakes: &mut Mistakes) -> BTreeMap<String, Vec<At<String>>> {
    let Some(mut table) = table else { return BTreeMap::new() };
    table.rest().into_iter().map(|(name, value)| (name.value, value.strings(mistakes))).collect()
}

fn artifact(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<Artifact> {
    let id = fields.required("id", mistakes);
    let title = fields.required("title", mistakes);
    let usual = fields.strings("usual", mistakes).unwrap_or_default().into_iter().map(|u| u.value).collect();
    let combine = fields.boolean("combine", mistakes).unwrap_or(false);
    let facts = fact_specs(fields.table("facts", mistakes), mistakes);
    let nature = nature(fields.table("nature", mistakes), mistakes);
    let starter = fields.table("starter", mistakes).and_then(|f| starter(f, mistakes));
    let by_name: BTreeMap<&str, usize> =
        facts.iter().enumerate().map(|(i, f)| (f.name.value.as_str(), i)).collect();
    let sources: Vec<SourceSpec> = fields
        .tables("source", mistakes)
        .into_iter()
        .filter_map(|f| source_spec(f, &by_name, mistakes))
        .collect();
    let span = fields.span();
    fields.finish(mistakes);
    let (id, title) = (id?, title?);
    names::check_id(&id, "artifact", mistakes);
    if sources.is_empty() {
        mistakes.add(
            "missing-key",
            span,
            format!("artifact `{}` has no `[[artifact.source]]`", id.value),
            "say where its evidence may live",
        );
    }
    Some(Artifact { id, title: title.value, facts, sources, nature, usual, combine, starter })
}

fn fact_specs(table: Option<Fields<'_>>, mistakes: &mut Mistakes) -> Vec<FactSpec> {
    let Some(mut table) = table else { return Vec::new() };
    let mut specs = Vec::new();
    for (name, value) in table.rest() {
        let Some(mut fields) = value.as_table() else {
            mistakes.add(
                "wrong-type",
                value.span(),
                format!("fact `{}` must be a table", name.value),
                "expected `{ title = …, is = … }`",
            );
            continue;
        };
        names::check_fact(&name, mistakes);
        let title = fields.required("title", mistakes);
        let is = fields.required("is", mistakes).and_then(|t| value_type(&t, mistakes));
        let label = fields.required("label", mistakes);
        let key = fields.string("key", mistakes).map_or_else(|| name.value.clone(), |k| k.value);
        let wanted = fields.string("wanted", mistakes).map(|w| w.value);
        let example = fields.string("example", mistakes).map(|e| e.value);
        fields.finish(mistakes);
        if let (Some(title), Some(is), Some(label)) = (title, is, label) {
            let (title, label, names) = (title.value, label.value, OnceLock::new());
            specs.push(FactSpec { name, title, is, label, key, wanted, example, names });
        }
    }
    specs
}

/// A value type by its name, or a mistake with the closest one.
pub(super) fn value_type(name: &At<String>, mistakes: &mut Mistakes) -> Option<ValueType> {
    let found = ValueType::parse(&name.value);
    if found.is_none() {
        mistakes.unknown("unknown-type", "value type", name, ValueType::NAMES.iter().copied());
    }
    found
}

fn nature(table: Option<Fields<'_>>, mistakes: &mut Mistakes) -> Nature {
    let Some(mut table) = table else { return Nature::default() };
    let file = table.file();
    let mut list = |key, mistakes: &mut Mistakes| {
        table.strings(key, mistakes).and_then(|terms| term_list(file, terms, mistakes))
    };
    let (not_title, not_headings, not_text) =
        (list("not_title", mistakes), list("not_headings", mistakes), list("not_text", mistakes));
    let names = |key, table: &mut Fields<'_>, mistakes: &mut Mistakes| -> Vec<String> {
        table.strings(key, mistakes).unwrap_or_default().into_iter().map(|a| a.value).collect()
    };
    let nature = Nature {
        not_title,
        not_headings,
        not_text,
        not_text_min: table.integer("not_text_min", 1..1000, mistakes).map_or(4, |n| n.value),
        own: names("own", &mut table, mistakes),
        exclusions: names("exclusions", &mut table, mistakes),
        conduct: table.boolean("conduct", mistakes).unwrap_or(false),
        in_place: table.boolean("in_place", mistakes).unwrap_or(false),
        min_words: table.integer("min_words", 0..10_000, mistakes).map_or(0, |n| n.value),
    };
    table.finish(mistakes);
    nature
}

/// Terms written in place, compiled; mistakes name the term.
pub(super) fn term_list(file: File, terms: Vec<At<String>>, mistakes: &mut Mistakes) -> Option<TermList> {
    if file.shipped {
        return Some(TermList::trusted(terms.into_iter().map(|term| term.value).collect()));
    }
    let plain: Vec<String> = terms.iter().map(|t| t.value.clone()).collect();
    match TermList::new(plain) {
        Ok(list) => Some(list),
        Err(errors) => {
            for (bad, message) in errors {
                let Some(term) = terms.iter().find(|t| t.value == bad).or(terms.first()) else { continue };
                mistakes.add("bad-term", term.span, format!("the term `{bad}` cannot be used"), message);
            }
            None
        }
    }
}

fn starter(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<Starter> {
    let file = fields.required("file", mistakes);
    let text = fields.required("text", mistakes);
    fields.finish(mistakes);
    let (file, text) = (file?, text?);
    let inside = crate::diag::RepoPath::parse(&file.value).is_some_and(|p| !p.is_root());
    if !inside {
        mistakes.add(
            "bad-path",
            file.span,
            "a starter file must lie below the model's folder",
            "not a relative path",
        );
        return None;
    }
    Some(Starter { file, text: text.value })
}

fn source_spec(
    mut fields: Fields<'_>,
    by_name: &BTreeMap<&str, usize>,
    mistakes: &mut Mistakes,
) -> Option<SourceSpec> {
    let span = fields.span();
    let files = fields.strings("files", mistakes);
    if files.as_ref().is_none_or(Vec::is_empty) {
        mistakes.add("missing-key", span, "a source has no `files`", "add `files = [\"…\"]`");
    }
    let files = files.unwrap_or_default();
    let formats = fields.strings("format", mistakes).unwrap_or_default();
    let formats = formats.iter().filter_map(|f| names::format(f, mistakes)).collect();
    let aliases = fields.string("aliases", mistakes).map(|a| a.value);
    let foreign = fields.boolean("foreign", mistakes).unwrap_or(false);
    let when = load_reader::patterns(fields.strings("when", mistakes));
    let mut facts = Vec::new();
    if let Some(mut table) = fields.table("facts", mistakes) {
        for (name, value) in table.rest() {
            let readers =
                value.tables(mistakes).into_iter().filter_map(|f| load_reader::reader(f, mistakes)).collect();
            match by_name.get(name.value.as_str()) {
                Some(&index) => facts.push((index, readers)),
                None => {
                    mistakes.unknown("unknown-fact", "fact of this artifact", &name, by_name.keys().copied())
                }
            }
        }
    }
    fields.finish(mistakes);
    Some(SourceSpec { files, foreign, aliases, formats, when, facts })
}

fn rule(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<Rule> {
    let id = fields.required("id", mistakes);
    let title = fields.required("title", mistakes);
    let artifact = fields.string("artifact", mistakes);
    let severity = severities(&mut fields, mistakes);
    let modes = modes(&mut fields, mistakes);
    let why = fields.required("why", mistakes);
    let help = fields.required("help", mistakes);
    let source = fields.required("source", mistakes);
    let since = fields.required("since", mistakes);
    let effective_from = waiver::date(&mut fields, "effective_from", mistakes);
    let check_span = fields.key_span("check");
    let rule_span = fields.span();
    let check = match fields.table("check", mistakes) {
        Some(table) => load_check::check(table, mistakes),
        None => {
            if check_span.is_none() {
                mistakes.add(
                    "missing-key",
                    rule_span,
                    "the rule has no `[rule.check.…]` table",
                    "add one of the check kinds",
                );
            }
            None
        }
    };
    fields.finish(mistakes);
    let id = id?;
    names::check_id(&id, "rule", mistakes);
    let (check, span) = check?;
    if artifact.is_none() && !check.stands_alone() {
        mistakes.add(
            "missing-key",
            rule_span,
            format!("rule `{}` has no `artifact`", id.value),
            "say which artifact it is about",
        );
        return None;
    }
    Some(Rule {
        id,
        title: title?.value,
        artifact,
        severity: severity?,
        modes,
        why: why?.value,
        help: help?.value,
        source: source?.value,
        since: since?.value,
        effective_from: effective_from.map(|at| at.value),
        check,
        check_span: span,
    })
}

/// `modes = ["realtime"]`; none when all models are asked.
fn modes(fields: &mut Fields<'_>, mistakes: &mut Mistakes) -> Vec<Mode> {
    let span = fields.key_span("modes");
    let words = fields.strings("modes", mistakes);
    if words.as_ref().is_some_and(Vec::is_empty)
        && let Some(span) = span
    {
        mistakes.add(
            "empty-value",
            span,
            "a rule for no mode asks nothing",
            "leave `modes` out to ask all models",
        );
    }
    let mut found = Vec::new();
    for word in words.unwrap_or_default() {
        match Mode::parse(&word.value) {
            Some(mode) => found.push(mode),
            None => mistakes.unknown("unknown-mode", "mode", &word, Mode::NAMES),
        }
    }
    found
}

/// `severity = "warn"` or `severity = { critical = "block", standard = "warn" }`; a tier that is
/// left out is off.
pub(super) fn severities(fields: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Severities> {
    let span = fields.span();
    let Some(value) = fields.any("severity") else {
        mistakes.add("missing-key", span, "the rule has no `severity`", "add `severity = \"block\"`");
        return None;
    };
    severity_value(&value, mistakes)
}

/// A severity for all tiers, or a table of tiers.
pub(super) fn severity_value(value: &super::value::Value<'_>, mistakes: &mut Mistakes) -> Option<Severities> {
    if let Some(word) = value.as_str() {
        let word = At { value: word.to_string(), span: value.span() };
        return names::severity(&word, mistakes).map(Severities::all);
    }
    let Some(mut table) = value.as_table() else {
        mistakes.add(
            "wrong-type",
            value.span(),
            "a severity is a word, or a table of tiers",
            "expected \"block\", \"warn\", \"advice\" or \"off\"",
        );
        return None;
    };
    let mut out = Severities::all(Severity::Off);
    for (tier, slot) in [
        (Tier::Critical, &mut out.critical),
        (Tier::Standard, &mut out.standard),
        (Tier::Experimental, &mut out.experimental),
    ] {
        if let Some(word) = table.string(tier.name(), mistakes)
            && let Some(severity) = names::severity(&word, mistakes)
        {
            *slot = severity;
        }
    }
    table.finish(mistakes);
    Some(out)
}
