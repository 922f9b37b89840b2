//! The policy that judges: built-in packs, the configuration, own policy files.

use std::collections::{BTreeMap, HashSet};

use crate::diag::{Diagnostic, Level, Origin, SourceId, Sources, Span, Text};
use crate::git::Snapshot;
use crate::policy::{Config, Mistakes, Pack, PolicySet, builtin, load_config, load_pack};
use crate::words::Words;

use super::Extra;
use super::side::{self, Side};

/// The pack with the rules about the policy itself: always loaded, never listed.
const ALWAYS: [&str; 1] = ["gate"];

/// The id of the pack that holds the vocabulary, which is always there.
const VOCABULARY: &str = "words";

/// Ids of the built-in packs that a configuration may list.
pub fn pack_names() -> Vec<&'static str> {
    builtin::files()
        .iter()
        .filter_map(|f| f.path.strip_suffix(".toml"))
        .filter(|name| !name.contains('/') && !ALWAYS.contains(name) && *name != VOCABULARY)
        .collect()
}

fn built_in(name: &str, sources: &mut Sources, mistakes: &mut Mistakes) -> Option<Pack> {
    let source = add(name, sources)?;
    load_pack(sources, source, mistakes)
}

fn add(name: &str, sources: &mut Sources) -> Option<SourceId> {
    let path = format!("{name}.toml");
    let file = builtin::file(&path)?;
    Some(sources.add(Origin::BuiltIn(path), Text::Shipped(file.text())))
}

/// The vocabulary that comes with the program and that of some packs together. A pack that is the
/// vocabulary, as when that file is checked, takes its place.
///
/// # Errors
/// Terms that do not compile are mistakes.
pub fn words(packs: &[Pack], mistakes: &mut Mistakes) -> Words {
    let own = packs.iter().any(|pack| pack.id.value == VOCABULARY);
    let mut words = if own { Words::default() } else { Words::shipped(builtin::vocabulary()) };
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, terms) in packs.iter().flat_map(|p| &p.words) {
        let list = lists.entry(name.clone()).or_default();
        let known: HashSet<String> = list.iter().cloned().collect();
        list.extend(terms.iter().map(|term| &term.value).filter(|term| !known.contains(*term)).cloned());
    }
    for error in words.extend(lists).err().unwrap_or_default() {
        let message = format!("the term `{}` of list `{}` cannot be used", error.term, error.list);
        let mut mistake = Diagnostic::new(Level::Error, "bad-term", message);
        if let Some(span) = place(packs, &error.list, &error.term) {
            mistake = mistake.at(span, error.message);
        }
        mistakes.push(mistake);
    }
    words
}

/// Where a term was written last.
fn place(packs: &[Pack], list: &str, term: &str) -> Option<Span> {
    let lists = packs.iter().rev().filter_map(|pack| pack.words.get(list));
    lists.flatten().find(|written| written.value == term).map(|written| written.span)
}

/// Built-in packs, with the configuration's defaults: for `rules`, `explain` and tests.
///
/// # Errors
/// Never for the packs of a release: a test holds them right.
pub fn defaults(sources: &mut Sources) -> Result<PolicySet, Vec<Diagnostic>> {
    let mut mistakes = Mistakes::default();
    let packs = all_built_in(sources, &mut mistakes);
    let words = words(&packs, &mut mistakes);
    let config = Config::defaults(nowhere(sources));
    let set = PolicySet::assemble(packs, config, words, &mut mistakes);
    if mistakes.is_empty() { Ok(set) } else { Err(mistakes.into_vec()) }
}

/// All built-in packs, loaded.
fn all_built_in(sources: &mut Sources, mistakes: &mut Mistakes) -> Vec<Pack> {
    ALWAYS.into_iter().chain(pack_names()).filter_map(|name| built_in(name, sources, mistakes)).collect()
}

/// A configuration outside of a tree, with the built-in packs: own policy files are not looked at.
pub fn with_config(origin: Origin, text: &str, sources: &mut Sources, mistakes: &mut Mistakes) -> PolicySet {
    let packs = all_built_in(sources, mistakes);
    let words = words(&packs, mistakes);
    let source = sources.add(origin, text);
    let config = load_config(sources, source, &words, mistakes);
    for name in config.packs.iter().filter(|name| !pack_names().contains(&name.value.as_str())) {
        mistakes.unknown("unknown-pack", "pack", name, pack_names());
    }
    PolicySet::assemble(packs, config, words, mistakes)
}

/// A policy file beside the built-in packs; in place of one when it has its id.
pub fn with_pack(origin: Origin, text: &str, sources: &mut Sources, mistakes: &mut Mistakes) -> PolicySet {
    let mut packs = all_built_in(sources, mistakes);
    let source = sources.add(origin, text);
    if let Some(pack) = load_pack(sources, source, mistakes) {
        put(&mut packs, pack);
    }
    let words = words(&packs, mistakes);
    PolicySet::assemble(packs, Config::defaults(nowhere(sources)), words, mistakes)
}

/// The policy that a tree states.
///
/// # Errors
/// All mistakes in the configuration and in policy files.
pub fn of_tree(
    snapshot: &Snapshot<'_>,
    extra: &[Extra],
    sources: &mut Sources,
) -> Result<PolicySet, Vec<Diagnostic>> {
    of_side(Side { snapshot, revision: None }, extra, sources)
}

/// The policy that one side of a change states.
///
/// # Errors
/// All mistakes in the configuration and in policy files.
pub(super) fn of_side(
    side: Side<'_>,
    extra: &[Extra],
    sources: &mut Sources,
) -> Result<PolicySet, Vec<Diagnostic>> {
    let mut assembly = Assembly::new(sources);
    let config = side::config(side, sources, &assembly.vocabulary, &mut assembly.mistakes);
    assembly.listed(&config, sources);
    for file in &config.files {
        side::own(file, side, sources, &mut assembly.packs, &mut assembly.mistakes);
    }
    side::pinned(&config, &assembly.packs, sources, &mut assembly.mistakes);
    assembly.finish(config, extra, sources)
}

/// A policy from outside of the repository, with the models that one side states. Nothing else of the
/// repository's own configuration counts, so it cannot weaken what is asked.
///
/// # Errors
/// All mistakes in the configuration and in policy files.
pub(super) fn outside(
    files: &[Extra],
    side: Side<'_>,
    extra: &[Extra],
    sources: &mut Sources,
) -> Result<PolicySet, Vec<Diagnostic>> {
    let mut assembly = Assembly::new(sources);
    let own = side::config(side, sources, &assembly.vocabulary, &mut assembly.mistakes);
    let (configs, packs): (Vec<&Extra>, Vec<&Extra>) = files.iter().partition(|file| file.is_config());
    let mut config = match configs.first() {
        Some(file) => {
            let source = sources.add(file.origin.clone(), file.text.as_str());
            load_config(sources, source, &assembly.vocabulary, &mut assembly.mistakes)
        }
        None => Config::defaults(nowhere(sources)),
    };
    for pattern in &config.files {
        let message = "a policy outside of the repository has its packs beside it, and takes all of them";
        assembly.mistakes.add("outside-files", pattern.span, message, "leave `files` out");
    }
    if config.models.is_empty() && config.discover.is_empty() {
        config.minimum = config.minimum.max(own.minimum);
        (config.models, config.discover) = (own.models, own.discover);
    }
    assembly.listed(&config, sources);
    for file in packs {
        let source = sources.add(file.origin.clone(), file.text.as_str());
        let pack = load_pack(sources, source, &mut assembly.mistakes);
        let new = pack.filter(|pack| side::is_new(pack, &assembly.packs, &mut assembly.mistakes));
        assembly.packs.extend(new);
    }
    assembly.finish(config, extra, sources)
}

fn nowhere(sources: &mut Sources) -> Span {
    Span::new(sources.add(Origin::BuiltIn("defaults".to_string()), ""), 0..0)
}

/// Packs on their way to a [`PolicySet`].
struct Assembly {
    packs: Vec<Pack>,
    vocabulary: Words,
    mistakes: Mistakes,
}

impl Assembly {
    fn new(sources: &mut Sources) -> Assembly {
        let mut mistakes = Mistakes::default();
        let packs: Vec<Pack> =
            ALWAYS.iter().filter_map(|name| built_in(name, sources, &mut mistakes)).collect();
        let vocabulary = words(&packs, &mut mistakes);
        Assembly { packs, vocabulary, mistakes }
    }

    /// Takes the built-in packs that a configuration lists.
    fn listed(&mut self, config: &Config, sources: &mut Sources) {
        let mut added = Vec::new();
        for name in &config.packs {
            match pack_names().iter().find(|known| **known == name.value) {
                Some(known) => added.extend(add(known, sources)),
                None => self.mistakes.unknown("unknown-pack", "pack", name, pack_names()),
            }
        }
        for source in added {
            self.packs.extend(load_pack(sources, source, &mut self.mistakes));
        }
    }

    fn finish(
        mut self,
        config: Config,
        extra: &[Extra],
        sources: &mut Sources,
    ) -> Result<PolicySet, Vec<Diagnostic>> {
        for file in extra {
            let source = sources.add(file.origin.clone(), file.text.as_str());
            if let Some(pack) = load_pack(sources, source, &mut self.mistakes) {
                put(&mut self.packs, pack);
            }
        }
        let own = self.packs.iter().skip(ALWAYS.len()).any(|pack| !pack.words.is_empty());
        if own || !extra.is_empty() {
            self.vocabulary = words(&self.packs, &mut self.mistakes);
        }
        let set = PolicySet::assemble(self.packs, config, self.vocabulary, &mut self.mistakes);
        if self.mistakes.is_empty() { Ok(set) } else { Err(self.mistakes.into_vec()) }
    }
}

/// Adds a pack, in place of one of the same id.
fn put(packs: &mut Vec<Pack>, pack: Pack) {
    match packs.iter_mut().find(|p| p.id.value == pack.id.value) {
        Some(known) => *known = pack,
        None => packs.push(pack),
    }
}
