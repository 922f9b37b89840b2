//! `roadworthy.toml`: what the repository says about itself.

use super::fields::{Fields, first_character, parse};
use super::load::severity_value;
use super::mistakes::{At, Mistakes};
use super::severity::{Severities, Tier};
use super::waiver::{self, Waiver};
use super::{laid, names};
use crate::artifact::types::Value;
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

    /// From the word in a policy or configuration.
    pub fn parse(text: &str) -> Option<Mode> {
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
    /// Where its tier is stated.
    pub tier_at: Option<Span>,
    /// Where its mode is stated.
    pub mode_at: Option<Span>,
}

/// A policy file whose content is fixed.
#[derive(Clone, Debug)]
pub struct Pin {
    /// Its path, from the root.
    pub path: At<RepoPath>,
    /// The SHA-256 of its content: 64 lower-case hexadecimal digits.
    pub sha256: At<String>,
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
    pub branches: Vec<At<String>>,
    /// Patterns of production tags.
    pub tags: Vec<At<String>>,
    /// Built-in packs.
    pub packs: Vec<At<String>>,
    /// Patterns of own policy files.
    pub files: Vec<At<String>>,
    /// Policy files whose content is fixed.
    pub pins: Vec<Pin>,
    /// Changed severities.
    pub severity: Vec<Override>,
    /// A change that weakens this policy blocks until one of the owners approves it.
    pub locked: Option<Span>,
    /// Who may approve a weaker policy.
    pub owners: Vec<At<Value>>,
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
    /// What applies to a repository without a `roadworthy.toml`. Spans of defaults point at nothing.
    pub fn defaults(nowhere: Span) -> Config {
        Config {
            source: None,
            branches: BRANCHES.map(|b| At { value: b.to_string(), span: nowhere }).to_vec(),
            tags: Vec::new(),
            packs: PACKS.map(|p| At { value: p.to_string(), span: nowhere }).to_vec(),
            files: Vec::new(),
            pins: Vec::new(),
            severity: Vec::new(),
            locked: None,
            owners: Vec::new(),
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
    let tree = parse(source, &text, mistakes);
    let table = laid::read(&tree, &text);
    let start = Span::new(source, first_character(&text));
    let mut top = Fields::new(source, FILE, &table, start.range());
    let mut config = Config::defaults(start);
    config.source = Some(source);
    if let Some(table) = top.table("production", mistakes) {
        production(table, &mut config, mistakes);
    }
    if let Some(table) = top.table("policy", mistakes) {
        policy(table, &mut config, words, mistakes);
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
        top.tables("waiver", mistakes).into_iter().filter_map(|f| waiver::read(f, words, mistakes)).collect();
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
        Some(found)
    };
    if let Some(found) = patterns("branches", mistakes) {
        config.branches = found;
    }
    if let Some(found) = patterns("tags", mistakes) {
        config.tags = found;
    }
    table.finish(mistakes);
}

fn policy(mut table: Fields<'_>, config: &mut Config, words: &Words, mistakes: &mut Mistakes) {
    if let Some(packs) = table.strings("packs", mistakes) {
        config.packs = packs;
    }
    config.files = table.strings("files", mistakes).unwrap_or_default();
    for file in &config.files {
        if let Err(error) = names::glob(&file.value) {
            names::bad_glob(file, error, mistakes);
        }
    }
    let locked = table.boolean("locked", mistakes) == Some(true);
    config.locked = table.key_span("locked").filter(|_| locked);
    let owners = table.strings("owners", mistakes).unwrap_or_default();
    let help = "the owner of a policy is a person, such as `Grace Hopper <grace@corp.example>`";
    config.owners.extend(owners.iter().filter_map(|owner| waiver::person(owner, words, help, mistakes)));
    if let Some(span) = config.locked.filter(|_| owners.is_empty()) {
        let message = "the policy is locked, and nobody could ever approve a change of it";
        mistakes.add("missing-key", span, message, "name its `owners`");
    }
    if let Some(mut pins) = table.table("pins", mistakes) {
        for (path, value) in pins.rest() {
            config.pins.extend(pin(path, &value, mistakes));
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

fn pin(path: At<String>, value: &super::value::Value<'_>, mistakes: &mut Mistakes) -> Option<Pin> {
    let hash = value.as_str().and_then(|text| text.strip_prefix("sha256:")).unwrap_or_default();
    if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        let message = format!("{} is pinned to something that is no content hash", path.value);
        let help = "write `sha256:` and 64 digits; `roadworthy policy check FILE` prints it";
        mistakes.add("bad-pin", value.span(), message, help);
        return None;
    }
    let Some(file) = RepoPath::parse(&path.value).filter(|file| !file.is_root()) else {
        let message = format!("`{}` is not a file of this repository", path.value);
        mistakes.add(
            "bad-path",
            path.span,
            message,
            "write a path from the root, such as `governance/house.toml`",
        );
        return None;
    };
    let sha256 = At { value: hash.to_ascii_lowercase(), span: value.span() };
    Some(Pin { path: At { value: file, span: path.span }, sha256 })
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
        Some((tier?, word.span))
    });
    let mode = fields.string("mode", mistakes).and_then(|word| {
        let mode = Mode::parse(&word.value);
        if mode.is_none() {
            mistakes.unknown("unknown-mode", "mode", &word, Mode::NAMES);
        }
        Some((mode?, word.span))
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
        tier: tier.map_or(Tier::Standard, |(tier, _)| tier),
        mode: mode.map(|(mode, _)| mode),
        tier_at: tier.map(|(_, at)| at),
        mode_at: mode.map(|(_, at)| at),
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
