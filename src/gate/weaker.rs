//! What a change would make weaker: its own policy against the one that judges.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::diag::{Origin, SourceId, Sources, Span};
use crate::model::Model;
use crate::policy::{At, Config, FILE, PolicySet, Rule, Severity, Tier, Waiver};

use super::listed::Left;
use super::trust::Stated;

/// One respect in which less would be asked.
#[derive(Debug)]
pub(super) struct Weakening {
    /// What the change would do, as the rest of "this change would …".
    pub(super) what: String,
    /// Where the change says so.
    pub(super) now: Option<Span>,
    /// Where the policy that judges says otherwise.
    pub(super) was: Option<Span>,
    /// The one model that it is about.
    pub(super) model: Option<String>,
}

impl Weakening {
    fn new(what: impl Into<String>, now: Option<Span>, was: Option<Span>) -> Weakening {
        Weakening { what: what.into(), now, was, model: None }
    }
}

/// Everything that `new` asks less than `old`, which judges.
pub(super) fn compare(old: &Stated, new: &Stated, sources: &Sources, today: NaiveDate) -> Vec<Weakening> {
    let mut found = rules_only(old, new, &old.models, sources);
    production(&old.set.config, &new.set.config, &mut found);
    models(old, new, &mut found);
    for waiver in &new.set.config.waivers {
        widened(waiver, old, new, today, &mut found);
    }
    guarded(&old.set.config, &new.set.config, sources, &mut found);
    found
}

/// As [`compare`], for rules and severities alone, and what they mean for these models.
pub(super) fn rules_only(old: &Stated, new: &Stated, models: &[Model], sources: &Sources) -> Vec<Weakening> {
    let mut found = Vec::new();
    let mut definitions = Definitions::new(sources);
    let gone = packs(old, new, &mut found);
    for rule in &old.set.rules {
        match new.set.rules.iter().find(|other| other.id.value == rule.id.value) {
            None if gone.contains(&definitions.pack(rule.id.span.source)) => {}
            None => {
                let what = format!("drop the rule `{}`", rule.id.value);
                found.push(Weakening::new(what, None, Some(rule.id.span)));
            }
            Some(other) => {
                lowered(rule, other, (old, new), models, &mut found);
                if !definitions.same("rule", &rule.id, &other.id) {
                    let what = format!("change what the rule `{}` asks for", rule.id.value);
                    found.push(Weakening::new(what, Some(other.check_span), Some(rule.check_span)));
                }
            }
        }
    }
    evidence(old, new, &mut definitions, &mut found);
    found
}

/// Packs that are dropped as a whole, reported once.
fn packs(old: &Stated, new: &Stated, found: &mut Vec<Weakening>) -> Vec<String> {
    let gone = old.set.packs.iter().filter(|pack| !new.set.packs.contains(pack));
    let gone: Vec<String> = gone.cloned().collect();
    for pack in &gone {
        let listed = old.set.config.packs.iter().find(|at| at.value == *pack).map(|at| at.span);
        let what = format!("drop the pack `{pack}` with all its rules");
        found.push(Weakening::new(what, None, listed.filter(|_| old.set.config.source.is_some())));
    }
    gone
}

fn lowered(
    rule: &Rule,
    other: &Rule,
    (old, new): (&Stated, &Stated),
    models: &[Model],
    found: &mut Vec<Weakening>,
) {
    let (was, now) = (old.set.severities(rule), new.set.severities(other));
    let mut changes: BTreeMap<Severity, (Severity, Vec<Tier>)> = BTreeMap::new();
    for tier in Tier::ALL {
        let (was, now) = (was.of(tier), now.of(tier));
        // The more serious severity is the smaller one.
        if now > was {
            let (worst, tiers) = changes.entry(now).or_insert((was, Vec::new()));
            *worst = was.min(*worst);
            tiers.push(tier);
        }
    }
    for (now, (was, tiers)) in changes {
        let concerned: Vec<&str> =
            models.iter().filter(|m| tiers.contains(&m.tier)).map(|m| m.id.as_str()).collect();
        let verb = match now {
            Severity::Off => format!("switch off `{}`", rule.id.value),
            _ => format!("lower `{}` from {} to {}", rule.id.value, was.name(), now.name()),
        };
        let what = format!("{verb} for {}", whom(&concerned, &tiers));
        found.push(Weakening::new(what, place(new, other), place(old, rule)));
    }
}

/// Where a rule's severity is said: by the configuration, or by the pack.
fn place(stated: &Stated, rule: &Rule) -> Option<Span> {
    let own = stated.set.config.severity.iter().find(|o| o.rule.value == rule.id.value);
    Some(own.map_or(rule.id.span, |own| own.rule.span))
}

fn whom(models: &[&str], tiers: &[Tier]) -> String {
    match models {
        [] => {
            let names: Vec<&str> = tiers.iter().map(|tier| tier.name()).collect();
            format!("models of tier {}, of which there is none now", names.join(" and "))
        }
        [one] => format!("model `{one}`"),
        [..] if models.len() <= 3 => format!("{} models ({})", models.len(), models.join(", ")),
        [..] => format!("{} models ({} …)", models.len(), models[..3].join(", ")),
    }
}

/// Artifacts and words of own packs that read otherwise: whether they ask less cannot be told, so they
/// count.
fn evidence(old: &Stated, new: &Stated, definitions: &mut Definitions<'_>, found: &mut Vec<Weakening>) {
    for artifact in &old.set.artifacts {
        let Some(other) = new.set.artifacts.iter().find(|a| a.id.value == artifact.id.value) else {
            continue;
        };
        if !definitions.same("artifact", &artifact.id, &other.id) {
            let what = format!("change what counts as `{}`", artifact.id.value);
            found.push(Weakening::new(what, Some(other.id.span), Some(artifact.id.span)));
        }
    }
    let (before, after) = (definitions.words(&old.set), definitions.words(&new.set));
    for list in before.keys().chain(after.keys().filter(|list| !before.contains_key(*list))) {
        if before.get(list) != after.get(list) {
            found.push(Weakening::new(format!("change the list of words `{list}`"), None, None));
        }
    }
}

fn production(old: &Config, new: &Config, found: &mut Vec<Weakening>) {
    for (what, old, new) in [("branch", &old.branches, &new.branches), ("tag", &old.tags, &new.tags)] {
        for pattern in old.iter().filter(|p| !new.iter().any(|other| other.value == p.value)) {
            let what = format!("take the {what} pattern `{}` out of production", pattern.value);
            found.push(Weakening::new(what, new.first().map(|at| at.span), Some(pattern.span)));
        }
    }
}

/// As [`compare`], for the list of models alone.
pub(super) fn models_only(old: &Stated, new: &Stated) -> Vec<Weakening> {
    let mut found = Vec::new();
    models(old, new, &mut found);
    found
}

impl From<&Left> for Weakening {
    fn from(left: &Left) -> Weakening {
        Weakening { model: Some(left.id.clone()), ..Weakening::new(left.what.clone(), left.now, left.was) }
    }
}

fn models(old: &Stated, new: &Stated, found: &mut Vec<Weakening>) {
    for model in &old.models {
        let mut weakening = match new.models.iter().find(|other| other.path == model.path) {
            None => {
                let what = format!("take model `{}` out of the list while its folder stays", model.id);
                Weakening::new(what, None, model.listed)
            }
            Some(other) if other.tier > model.tier => Weakening::new(
                format!(
                    "lower the tier of model `{}` from {} to {}",
                    model.id,
                    model.tier.name(),
                    other.tier.name()
                ),
                other.listed,
                model.listed,
            ),
            Some(other) if asks_less(&old.set, model, other) => Weakening::new(
                format!(
                    "change the mode of model `{}` from {} to {}, of which fewer rules ask",
                    model.id,
                    mode(model),
                    mode(other)
                ),
                other.listed,
                model.listed,
            ),
            Some(_) => continue,
        };
        weakening.model = Some(model.id.clone());
        found.push(weakening);
    }
    let (was, now) = (&old.set.config, &new.set.config);
    if now.minimum < was.minimum {
        let what = format!("lower the least number of models from {} to {}", was.minimum, now.minimum);
        found.push(Weakening::new(what, None, None));
    }
    for pattern in was.discover.iter().filter(|p| !now.discover.iter().any(|o| o.value == p.value)) {
        let what = format!("no longer look for models in `{}`", pattern.value);
        found.push(Weakening::new(what, now.discover.first().map(|at| at.span), Some(pattern.span)));
    }
}

/// True when a rule asks models of the old mode, and none of the new one.
fn asks_less(set: &PolicySet, old: &Model, new: &Model) -> bool {
    let off = |rule: &Rule, mode| set.severity(rule, old.tier, mode) == Severity::Off;
    set.rules.iter().any(|rule| !off(rule, old.mode) && off(rule, new.mode))
}

fn mode(model: &Model) -> &'static str {
    model.mode.map_or("none", |mode| mode.name())
}

/// A waiver that none of the old ones covers.
fn widened(waiver: &Waiver, old: &Stated, new: &Stated, today: NaiveDate, found: &mut Vec<Weakening>) {
    let end = waiver.expires.value;
    if end < today {
        return;
    }
    // Ids may change hands; what is waived is a folder.
    let folder = |stated: &Stated, w: &Waiver| {
        let id = w.model.as_ref()?;
        stated.models.iter().find(|model| model.id == id.value).map(|model| model.path.clone())
    };
    let of_rule = || old.set.config.waivers.iter().filter(|known| known.rule.value == waiver.rule.value);
    let model = |w: &Waiver| w.model.as_ref().map(|m| m.value.clone());
    let covers = |known: &Waiver| {
        known.model.is_none() || waiver.model.is_some() && folder(old, known) == folder(new, waiver)
    };
    if of_rule().any(|known| covers(known) && known.expires.value >= end) {
        return;
    }
    let rule = &waiver.rule.value;
    let whom = model(waiver).map_or("every model".to_string(), |id| format!("model `{id}`"));
    let (what, was) = match (of_rule().find(|known| covers(known)), of_rule().next()) {
        (Some(known), _) => (
            format!("extend the waiver of `{rule}` for {whom} from {} to {end}", known.expires.value),
            Some(known.expires.span),
        ),
        (None, Some(known)) if waiver.model.is_none() => {
            (format!("widen the waiver of `{rule}` to every model, until {end}"), Some(known.span))
        }
        (None, _) => (format!("waive `{rule}` for {whom} until {end}"), None),
    };
    found.push(Weakening { what, now: Some(waiver.rule.span), was, model: model(waiver) });
}

/// The lock itself.
fn guarded(old: &Config, new: &Config, sources: &Sources, found: &mut Vec<Weakening>) {
    if old.source.is_some() && new.source.is_none() {
        found.push(Weakening::new(format!("remove {FILE}"), None, None));
    }
    let Some(lock) = old.locked else { return };
    if new.locked.is_none() {
        found.push(Weakening::new("unlock the policy", None, Some(lock)));
    }
    let named = |config: &Config| {
        let mut names: Vec<String> =
            config.owners.iter().map(|owner| sources.text(owner.span).to_string()).collect();
        names.sort();
        names
    };
    if named(old) != named(new) {
        let first = |config: &Config| config.owners.first().map(|owner| owner.span);
        found.push(Weakening::new("change who may approve a weaker policy", first(new), first(old)));
    }
}

/// What policy files say, as data: the same table in another layout is the same.
struct Definitions<'s> {
    sources: &'s Sources,
    tables: BTreeMap<SourceId, toml::Table>,
}

impl<'s> Definitions<'s> {
    fn new(sources: &'s Sources) -> Definitions<'s> {
        Definitions { sources, tables: BTreeMap::new() }
    }

    fn table(&mut self, source: SourceId) -> &toml::Table {
        let sources = self.sources;
        self.tables.entry(source).or_insert_with(|| sources.get(source).text.parse().unwrap_or_default())
    }

    fn is_built_in(&self, source: SourceId) -> bool {
        matches!(self.sources.get(source).origin, Origin::BuiltIn(_))
    }

    /// The id of the pack that a source holds.
    fn pack(&mut self, source: SourceId) -> String {
        if let Origin::BuiltIn(name) = &self.sources.get(source).origin {
            return name.trim_end_matches(".toml").to_string();
        }
        let pack = self.table(source).get("pack").and_then(|pack| pack.get("id"));
        pack.and_then(toml::Value::as_str).unwrap_or_default().to_string()
    }

    /// The `[[rule]]` or `[[artifact]]` table of an id, without what is only for people.
    fn entry(&mut self, array: &str, id: &At<String>) -> Option<toml::Table> {
        let entries = self.table(id.span.source).get(array)?.as_array()?;
        let is_it = |entry: &&toml::Value| entry.get("id").and_then(toml::Value::as_str) == Some(&id.value);
        let mut entry = entries.iter().find(is_it)?.as_table()?.clone();
        // Of a rule these are for people; an artifact's `source` is where its evidence may live.
        let told: &[&str] = match array {
            "rule" => &["title", "why", "help", "source", "since", "severity"],
            _ => &["title"],
        };
        for key in told {
            entry.remove(*key);
        }
        Some(entry)
    }

    fn same(&mut self, array: &str, one: &At<String>, other: &At<String>) -> bool {
        self.is_built_in(one.span.source) && self.is_built_in(other.span.source)
            || self.entry(array, one) == self.entry(array, other)
    }

    /// All lists of words of a policy's own packs.
    fn words(&mut self, set: &PolicySet) -> BTreeMap<String, toml::Value> {
        let own: Vec<SourceId> =
            set.pack_sources.iter().copied().filter(|id| !self.is_built_in(*id)).collect();
        let mut words = BTreeMap::new();
        for source in own {
            let lists = self.table(source).get("words").and_then(toml::Value::as_table);
            words.extend(lists.into_iter().flatten().map(|(list, terms)| (list.clone(), terms.clone())));
        }
        words
    }
}
