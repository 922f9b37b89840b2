//! All packs, the configuration and the vocabulary together, checked against each other.

use std::collections::{BTreeMap, BTreeSet};

use super::config::{Config, Mode};
use super::mistakes::{At, Mistakes};
use super::names;
use super::pack::{Artifact, How, Pack, Terms};
use super::patterns::{Patterns, Scanner};
use super::rule::{Check, Rule};
use super::rule_commits::ApprovalCheck;
use super::severity::{Severities, Severity, Tier};
use super::{load_agree, load_commits};
use crate::diag::SourceId;
use crate::words::{TermList, Words};

/// The policy that judges.
#[derive(Debug)]
pub struct PolicySet {
    /// All artifacts, by pack and order of the file.
    pub artifacts: Vec<Artifact>,
    /// All rules, by pack and order of the file.
    pub rules: Vec<Rule>,
    /// What the repository says.
    pub config: Config,
    /// The vocabulary.
    pub words: Words,
    /// The packs' ids, in order.
    pub packs: Vec<String>,
    /// Their titles, in the same order.
    pub pack_titles: Vec<String>,
    /// The texts that the packs were read from, in the same order.
    pub pack_sources: Vec<SourceId>,
    patterns: Patterns,
    /// For each pattern: artifact, source.
    owners: Vec<(usize, usize)>,
    overrides: BTreeMap<String, Severities>,
}

impl PolicySet {
    /// Puts packs and configuration together. With mistakes the result must not be used to judge.
    pub fn assemble(packs: Vec<Pack>, config: Config, words: Words, mistakes: &mut Mistakes) -> PolicySet {
        let ids = packs.iter().map(|p| p.id.value.clone()).collect();
        let pack_titles = packs.iter().map(|p| p.title.clone()).collect();
        let pack_sources = packs.iter().map(|p| p.id.span.source).collect();
        let (mut artifacts, mut rules) = (Vec::new(), Vec::new());
        for pack in packs {
            artifacts.extend(pack.artifacts);
            rules.extend(pack.rules);
        }
        across("artifact", artifacts.iter().map(|a: &Artifact| &a.id), mistakes);
        across("rule", rules.iter().map(|r: &Rule| &r.id), mistakes);
        check_rules(&rules, &artifacts, mistakes);
        check_terms(&artifacts, &rules, &words, mistakes);
        check_config(&config, &rules, mistakes);
        let (patterns, owners) = patterns(&artifacts);
        let overrides = config.severity.iter().map(|o| (o.rule.value.clone(), o.severity)).collect();
        PolicySet {
            artifacts,
            rules,
            config,
            words,
            packs: ids,
            pack_titles,
            pack_sources,
            patterns,
            owners,
            overrides,
        }
    }

    /// How serious a rule is here: the pack's word, or the repository's.
    pub fn severities(&self, rule: &Rule) -> Severities {
        self.overrides.get(&rule.id.value).copied().unwrap_or(rule.severity)
    }

    /// How serious a rule is for a model of this tier and mode; off when it does not ask such models.
    pub fn severity(&self, rule: &Rule, tier: Tier, mode: Option<Mode>) -> Severity {
        if rule.asks(mode) { self.severities(rule).of(tier) } else { Severity::Off }
    }

    /// Tells which sources paths may be evidence for.
    pub fn sources(&self) -> Sourcing<'_> {
        Sourcing { scanner: self.patterns.scanner(), owners: &self.owners }
    }

    /// The terms meant: a list of the vocabulary, or terms in place.
    pub fn terms<'a>(&'a self, terms: &'a Terms) -> &'a TermList {
        match terms {
            Terms::Own(list) => list,
            Terms::List(name) => self.list(&name.value),
        }
    }

    /// A list of the vocabulary; an empty one when there is none, which assembly reported.
    pub fn list(&self, name: &str) -> &TermList {
        self.words.list(name).unwrap_or_else(|| TermList::none())
    }

    /// The groups of facts without which an artifact is of no use: those that a blocking rule
    /// needs for a model of the usual tier, as indexes into the artifact's facts. Where no rule about
    /// the artifact blocks such a model, those that block a critical one.
    pub fn essential(&self, artifact: usize) -> Vec<Vec<usize>> {
        let artifact = &self.artifacts[artifact];
        let blocking = |tier: Tier| {
            let of = self.rules.iter().filter(|r| r.is_about(artifact));
            of.filter(|r| r.modes.is_empty() && r.severity.of(tier) == Severity::Block).collect::<Vec<_>>()
        };
        let usual = blocking(Tier::Standard);
        let rules = if usual.is_empty() { blocking(Tier::Critical) } else { usual };
        let index = |name: &At<String>| artifact.facts.iter().position(|f| f.name.value == name.value);
        rules
            .into_iter()
            .filter_map(|rule| match &rule.check {
                Check::Fact { needs, .. } => Some(needs),
                _ => None,
            })
            .flatten()
            .map(|group| group.iter().filter_map(index).collect())
            .collect()
    }

    /// The artifact of this id.
    pub fn artifact(&self, id: &str) -> Option<(usize, &Artifact)> {
        self.artifacts.iter().enumerate().find(|(_, a)| a.id.value == id)
    }
}

/// Tells which sources paths may be evidence for, one path after the other.
#[derive(Debug)]
pub struct Sourcing<'s> {
    scanner: Scanner<'s>,
    owners: &'s [(usize, usize)],
}

impl Sourcing<'_> {
    /// Artifact and source, in order, without doubles.
    pub fn of(&mut self, path: &[u8]) -> Vec<(usize, usize)> {
        // Patterns are numbered by artifact and source, so this is in order.
        let mut found: Vec<(usize, usize)> =
            self.scanner.matching(path).iter().map(|i| self.owners[*i]).collect();
        found.dedup();
        found
    }
}

fn across<'n>(what: &str, ids: impl Iterator<Item = &'n At<String>>, mistakes: &mut Mistakes) {
    let mut seen: BTreeMap<&str, &At<String>> = BTreeMap::new();
    for id in ids {
        match seen.get(id.value.as_str()) {
            // Two in one file were reported when the file was read.
            Some(first) if first.span.source != id.span.source => {
                let first = first.span;
                let mistake = mistakes.add(
                    "duplicate-id",
                    id.span,
                    format!("the {what} `{}` exists already", id.value),
                    "second",
                );
                mistake.related.push(crate::diag::Note { span: first, text: "first".to_string() });
                mistake.help.push(format!("to change how serious a rule is, use `[policy.severity]`; to add a rule or an artifact, give the {what} an id of its own"));
            }
            Some(_) => {}
            None => {
                seen.insert(&id.value, id);
            }
        }
    }
}

fn check_rules(rules: &[Rule], artifacts: &[Artifact], mistakes: &mut Mistakes) {
    for rule in rules {
        if let Check::Approval(check) = &rule.check {
            check_approval(check, artifacts, mistakes);
        }
        if let Check::Reach(check) = &rule.check {
            check_facts(&check.declared, artifacts, mistakes);
        }
        if let Check::Commits(check) = &rule.check {
            check_facts(&check.stated, artifacts, mistakes);
        }
        if let Check::Agree(check) = &rule.check {
            load_agree::check_names(rule, check, artifacts, mistakes);
        }
        let Some(name) = &rule.artifact else { continue };
        let Some(artifact) = artifacts.iter().find(|a| a.id.value == name.value) else {
            mistakes.unknown(
                "unknown-artifact",
                "artifact",
                name,
                artifacts.iter().map(|a| a.id.value.as_str()),
            );
            continue;
        };
        for fact in facts_of(&rule.check) {
            if artifact.fact(&fact.value).is_none() {
                let known = artifact.facts.iter().map(|f| f.name.value.as_str());
                mistakes.unknown("unknown-fact", &format!("fact of `{}`", artifact.id.value), fact, known);
            }
        }
    }
    uncovered(rules, artifacts, mistakes);
}

/// Evidence in a bad state must always be some rule's business: a state that no rule refuses would
/// pass in silence.
fn uncovered(rules: &[Rule], artifacts: &[Artifact], mistakes: &mut Mistakes) {
    for artifact in artifacts {
        let of: Vec<&Rule> = rules.iter().filter(|r| r.is_about(artifact)).collect();
        let refused: BTreeSet<_> = of
            .iter()
            .filter_map(|rule| match &rule.check {
                Check::Present { refuses } => Some(refuses.iter().map(|s| s.value)),
                _ => None,
            })
            .flatten()
            .collect();
        let open: Vec<&str> = super::severity::StateName::REFUSABLE
            .iter()
            .filter(|s| !refused.contains(s))
            .map(|s| s.name())
            .collect();
        if of.is_empty() {
            mistakes.add(
                "unused-artifact",
                artifact.id.span,
                format!("no rule asks for `{}`", artifact.id.value),
                "add a rule, or drop the artifact",
            );
        } else if !open.is_empty() {
            let message = format!(
                "no `present` rule of `{}` refuses evidence that is {}",
                artifact.id.value,
                open.join(", ")
            );
            mistakes.add(
                "state-not-covered",
                artifact.id.span,
                message,
                "add the states to a rule's `refuses`",
            );
        }
    }
}

/// The facts that a check names.
pub fn facts_of(check: &Check) -> Vec<&At<String>> {
    match check {
        Check::Present { .. }
        | Check::Fresh { .. }
        | Check::Waiver { .. }
        | Check::Policy
        | Check::Commits(_)
        | Check::Blobs(_)
        | Check::Approval(_)
        | Check::Files(_)
        | Check::Reach(_)
        | Check::Agree(_) => Vec::new(),
        Check::Fact { needs, forbids, .. } => needs.iter().flatten().chain(forbids).collect(),
        Check::Due { by, since, changed, every, unless, of, .. } => {
            [by, since, changed, every, unless, of].into_iter().flatten().collect()
        }
        Check::Committer { person, .. } => person.iter().collect(),
        Check::Paths { facts } => facts.iter().collect(),
        Check::Schedule { promised, wired, command } => {
            [promised, wired, command].into_iter().flatten().collect()
        }
    }
}

/// What an approval names: artifacts, and facts of artifacts.
fn check_approval(check: &ApprovalCheck, artifacts: &[Artifact], mistakes: &mut Mistakes) {
    let ids = || artifacts.iter().map(|a| a.id.value.as_str());
    for name in &check.artifacts {
        if !ids().any(|id| id == name.value) {
            mistakes.unknown("unknown-artifact", "artifact", name, ids());
        }
    }
    check_facts(&check.owner, artifacts, mistakes);
}

/// Facts of artifacts, as `artifact.fact`; what is written otherwise was reported when it was read.
fn check_facts(names: &[At<String>], artifacts: &[Artifact], mistakes: &mut Mistakes) {
    let ids = || artifacts.iter().map(|a| a.id.value.as_str());
    for name in names {
        let Some((artifact, fact)) = name.value.split_once('.') else { continue };
        match artifacts.iter().find(|a| a.id.value == artifact) {
            None => mistakes.unknown("unknown-artifact", "artifact", name, ids()),
            Some(found) if found.fact(fact).is_none() => {
                let known = found.facts.iter().map(|f| f.name.value.as_str());
                mistakes.unknown("unknown-fact", &format!("fact of `{artifact}`"), name, known);
            }
            Some(_) => {}
        }
    }
}

fn check_terms(artifacts: &[Artifact], rules: &[Rule], words: &Words, mistakes: &mut Mistakes) {
    let known: Vec<&str> = words.names().collect();
    for terms in rules.iter().flat_map(|rule| load_commits::terms_of(&rule.check)) {
        if let Terms::List(name) = terms
            && !words.has(&name.value)
        {
            mistakes.unknown("unknown-list", "list of words", name, known.iter().copied());
        }
    }
    for reader in
        artifacts.iter().flat_map(|a| &a.sources).flat_map(|s| &s.facts).flat_map(|(_, readers)| readers)
    {
        let used = match &reader.how {
            How::Named { terms, within, not, .. } => vec![Some(terms), within.as_ref(), not.as_ref()],
            How::Code { not } => vec![not.as_ref()],
            How::Unticked(terms) => vec![Some(terms)],
            How::Mention { terms, within, not, .. } => vec![Some(terms), within.as_ref(), not.as_ref()],
            How::Path { .. } | How::Regex(_) | How::Owners { .. } | How::Roster | How::Channel => Vec::new(),
        };
        for terms in used.into_iter().flatten() {
            if let Terms::List(name) = terms
                && !words.has(&name.value)
            {
                mistakes.unknown("unknown-list", "list of words", name, known.iter().copied());
            }
        }
    }
}

fn check_config(config: &Config, rules: &[Rule], mistakes: &mut Mistakes) {
    let known = || rules.iter().map(|r| r.id.value.as_str());
    for rule in config.severity.iter().map(|o| &o.rule).chain(config.waivers.iter().map(|w| &w.rule)) {
        if !known().any(|id| id == rule.value) {
            mistakes.unknown("unknown-rule", "rule", rule, known());
        }
    }
}

fn patterns(artifacts: &[Artifact]) -> (Patterns, Vec<(usize, usize)>) {
    let (mut globs, mut owners) = (Vec::new(), Vec::new());
    for (a, artifact) in artifacts.iter().enumerate() {
        for (s, source) in artifact.sources.iter().enumerate() {
            for file in &source.files {
                // One that is too big, or does not compile, was reported when its file was read.
                if let Some(glob) = names::anchored(&file.value) {
                    globs.push(glob);
                    owners.push((a, s));
                }
            }
        }
    }
    (Patterns::new(globs), owners)
}
