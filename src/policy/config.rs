//! `roadworthy.toml`: what the repository says about itself.

use chrono::NaiveDate;

use super::fields::{Fields, first_character, parse};
use super::load::severity_value;
use super::mistakes::{At, Mistakes};
use super::names;
use super::severity::{Severities, Tier};
use crate::artifact::types::{self, Reading, ValueType};
use crate::diag::{RepoPath, SourceId, Sources, Span};
use crate::words::Words;

/// The name of the file, at the repository's root.
pub const FILE: &str = "roadworthy.toml";

/// Branches that are production when nothing says otherwise.
const BRANCHES: [&str; 5] = ["main", "master", "production", "prod", "release/*"];
/// Packs that apply when nothing says otherwise.
const PACKS: [&str; 1] = ["core"];
/// The largest file that is read, in bytes, when nothing says otherwise.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// How a model is used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Mode {
    /// Scores in runs.
    Batch,
    /// Feeds something that people look at.
    Dashboard,
    /// Answers while somebody or something waits.
    Realtime,
}

impl Mode {
    /// The words that a configuration may write.
    pub const NAMES: [&'static str; 3] = ["batch", "dashboard", "realtime"];

    fn parse(text: &str) -> Option<Mode> {
        match text {
            "batch" => Some(Mode::Batch),
            "dashboard" => Some(Mode::Dashboard),
            "realtime" => Some(Mode::Realtime),
            _ => None,
        }
    }

    /// The word in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Batch => "batch",
            Mode::Dashboard => "dashboard",
            Mode::Realtime => "realtime",
        }
    }
}

/// A `[[model]]` table.
#[derive(Clone, Debug)]
pub struct ModelSpec {
    /// `churn`.
    pub id: At<String>,
    /// Its folder.
    pub path: At<RepoPath>,
    /// How much depends on it.
    pub tier: Tier,
    /// How it is used, if stated.
    pub mode: Option<Mode>,
}

/// A `[[waiver]]` table.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule that is waived.
    pub rule: At<String>,
    /// The model it is waived for; `None` means every model.
    pub model: Option<At<String>>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub approved_by: String,
    /// The last day on which it holds.
    pub expires: At<NaiveDate>,
    /// The whole table.
    pub span: Span,
}

/// A changed severity.
#[derive(Clone, Debug)]
pub struct Override {
    /// The rule.
    pub rule: At<String>,
    /// What it is now.
    pub severity: Severities,
}

/// A valid `roadworthy.toml`, or the defaults when there is none.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file; `None` for the defaults.
    pub source: Option<SourceId>,
    /// Patterns of production branches.
    pub branches: Vec<String>,
    /// Patterns of production tags.
    pub tags: Vec<String>,
    /// Built-in packs.
    pub packs: Vec<At<String>>,
    /// Patterns of own policy files.
    pub files: Vec<At<String>>,
    /// Changed severities.
    pub severity: Vec<Override>,
    /// Patterns of model folders.
    pub discover: Vec<At<String>>,
    /// Fewer models than this cannot be judged.
    pub minimum: u64,
    /// Models that are listed.
    pub models: Vec<ModelSpec>,
    /// Exceptions.
    pub waivers: Vec<Waiver>,
    /// Days before a waiver's end from which it is reported.
    pub waiver_notice_days: u64,
    /// The largest file that is read, in bytes.
    pub max_file_bytes: u64,
}

impl Config {
    /// What applies to a repository without a `roadworthy.toml`. The span of the default pack's
    /// name points at nothing and is never shown: built-in packs exist.
    pub fn defaults(nowhere: Span) -> Config {
        Config {
            source: None,
            branches: BRANCHES.map(String::from).to_vec(),
            tags: Vec::new(),
            packs: PACKS.map(|p| At { value: p.to_string(), span: nowhere }).to_vec(),
            files: Vec::new(),
            severity: Vec::new(),
            discover: Vec::new(),
            minimum: 1,
            models: Vec::new(),
            waivers: Vec::new(),
            waiver_notice_days: 14,
            max_file_bytes: MAX_FILE_BYTES,
        }
    }
}

/// Reads a `roadworthy.toml`. With mistakes the result must not be used to judge.
pub fn load(sources: &Sources, source: SourceId, words: &Words, mistakes: &mut Mistakes) -> Config {
    let text = sources.get(source).text.clone();
    let table = parse(source, &text, mistakes);
    let start = Span::new(source, first_character(&text));
    let mut top = Fields::new(source, FILE, table.get_ref(), start.range());
    let mut config = Config::defaults(start);
    config.source = Some(source);
    if let Some(table) = top.table("production", mistakes) {
        production(table, &mut config, mistakes);
    }
    if let Some(table) = top.table("policy", mistakes) {
        policy(table, &mut config, mistakes);
    }
    if let Some(table) = top.table("models", mistakes) {
        models(table, &mut config, mistakes);
    }
    if let Some(mut table) = top.table("limits", mistakes) {
        if let Some(n) = table.integer("max_file_bytes", 1024..(1 << 30), mistakes) {
            config.max_file_bytes = n.value;
        }
        if let Some(n) = table.integer("waiver_notice_days", 0..366, mistakes) {
            config.waiver_notice_days = n.value;
        }
        table.finish(mistakes);
    }
    config.models = top.tables("model", mistakes).into_iter().filter_map(|f| model(f, mistakes)).collect();
    unique_models(&config.models, mistakes);
    config.waivers =
        top.tables("waiver", mistakes).into_iter().filter_map(|f| waiver(f, words, mistakes)).collect();
    top.finish(mistakes);
    config
}

fn production(mut table: Fields<'_>, config: &mut Config, mistakes: &mut Mistakes) {
    let mut patterns = |key, mistakes: &mut Mistakes| {
        let span = table.key_span(key);
        let found = table.strings(key, mistakes)?;
        names::glob_set(&found, mistakes);
        if found.iter().all(|pattern| pattern.value.trim().is_empty())
            && key == "branches"
            && let Some(span) = span
        {
            mistakes.add(
                "empty-value",
                span,
                "no branch is production: nothing would ever be judged",
                "name at least one branch",
            );
        }
        Some(found.into_iter().map(|at| at.value).collect::<Vec<_>>())
    };
    if let Some(found) = patterns("branches", mistakes) {
        config.branches = found;
    }
    if let Some(found) = patterns("tags", mistakes) {
        config.tags = found;
    }
    table.finish(mistakes);
}

fn policy(mut table: Fields<'_>, config: &mut Config, mistakes: &mut Mistakes) {
    if let Some(packs) = table.strings("packs", mistakes) {
        config.packs = packs;
    }
    config.files = table.strings("files", mistakes).unwrap_or_default();
    for file in &config.files {
        if let Err(error) = names::glob(&file.value) {
            names::bad_glob(file, error, mistakes);
        }
    }
    if let Some(mut severities) = table.table("severity", mistakes) {
        for (rule, value) in severities.rest() {
            if let Some(severity) = severity_value(&value, mistakes) {
                config.severity.push(Override { rule, severity });
            }
        }
    }
    table.finish(mistakes);
}

fn models(mut table: Fields<'_>, config: &mut Config, mistakes: &mut Mistakes) {
    config.discover = table.strings("discover", mistakes).unwrap_or_default();
    names::glob_set(&config.discover, mistakes);
    if let Some(minimum) = table.integer("minimum", 1..100_000, mistakes) {
        config.minimum = minimum.value;
    }
    table.finish(mistakes);
}

fn model(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Option<ModelSpec> {
    let id = fields.required("id", mistakes);
    let path = fields.required("path", mistakes);
    let tier = fields.string("tier", mistakes).and_then(|word| {
        let tier = Tier::parse(&word.value);
        if tier.is_none() {
            mistakes.unknown("unknown-tier", "tier", &word, Tier::NAMES);
        }
        tier
    });
    let mode = fields.string("mode", mistakes).and_then(|word| {
        let mode = Mode::parse(&word.value);
        if mode.is_none() {
            mistakes.unknown("unknown-mode", "mode", &word, Mode::NAMES);
        }
        mode
    });
    fields.finish(mistakes);
    let (id, path) = (id?, path?);
    let Some(folder) = RepoPath::parse(&path.value) else {
        mistakes.add(
            "bad-path",
            path.span,
            format!("`{}` is not a folder of this repository", path.value),
            "write a relative path such as `models/churn`",
        );
        return None;
    };
    Some(ModelSpec {
        id,
        path: At { value: folder, span: path.span },
        tier: tier.unwrap_or(Tier::Standard),
        mode,
    })
}

fn unique_models(models: &[ModelSpec], mistakes: &mut Mistakes) {
    for (index, model) in models.iter().enumerate() {
        if let Some(first) = models[..index].iter().find(|m| m.id.value == model.id.value) {
            let mistake = mistakes.add(
                "duplicate-id",
                model.id.span,
                format!("two models have the id `{}`", model.id.value),
                "second",
            );
            mistake.related.push(crate::diag::Note { span: first.id.span, text: "first".to_string() });
        } else if let Some(first) = models[..index].iter().find(|m| m.path.value == model.path.value) {
            let mistake = mistakes.add(
                "duplicate-path",
                model.path.span,
                format!("two models lie in `{}`", model.path.value),
                "second",
            );
            mistake.related.push(crate::diag::Note { span: first.path.span, text: "first".to_string() });
        }
    }
}

fn waiver(mut fields: Fields<'_>, words: &Words, mistakes: &mut Mistakes) -> Option<Waiver> {
    let span = fields.span();
    let rule = fields.required("rule", mistakes);
    let model = fields.string("model", mistakes);
    let reason = fields.required("reason", mistakes);
    let approved_by = fields.required("approved_by", mistakes);
    let dated = fields.key_span("expires").is_some();
    let expires = fields.date_text("expires", mistakes);
    if !dated {
        mistakes.add(
            "missing-key",
            span,
            "[[waiver]] has no `expires`",
            "a waiver ends: add `expires = 2026-12-31`",
        );
    }
    fields.finish(mistakes);
    let expires = expires.and_then(|text| {
        match NaiveDate::parse_from_str(text.value.get(..10).unwrap_or(&text.value), "%Y-%m-%d") {
            Ok(date) if text.value.len() == 10 => Some(At { value: date, span: text.span }),
            // What TOML takes for a date and is none comes without a value, and was reported.
            _ if text.value.is_empty() && text.span.end - text.span.start > 2 => None,
            _ => {
                let message = format!("`{}` is not a date", text.value);
                mistakes.add("bad-date", text.span, message, "write it as 2026-12-31");
                None
            }
        }
    });
    let reason = reason.filter(|reason| is_reason(reason, words, mistakes));
    let approved_by = approved_by.filter(|person| is_person(person, words, mistakes));
    Some(Waiver {
        rule: rule?,
        model,
        reason: reason?.value,
        approved_by: approved_by?.value,
        expires: expires?,
        span,
    })
}

/// False, and a mistake, for a reason that nobody wrote.
fn is_reason(reason: &At<String>, words: &Words, mistakes: &mut Mistakes) -> bool {
    let text = reason.value.trim();
    let open = types::is_placeholder(text, words) || text.starts_with('<') && text.ends_with('>');
    if open {
        let message = "the waiver's reason is still a placeholder";
        mistakes.add("empty-value", reason.span, message, "say why in a sentence");
    }
    !open
}

/// False, and a mistake, for an approver who is no person.
fn is_person(approver: &At<String>, words: &Words, mistakes: &mut Mistakes) -> bool {
    let person = matches!(types::read(ValueType::Person, &approver.value, words), Reading::Found(_));
    if !person {
        mistakes.add(
            "not-a-person",
            approver.span,
            format!("`{}` is not a person", approver.value),
            "a waiver is approved by a person, such as `Grace Hopper <grace@corp.example>`",
        );
    }
    person
}
