//! The policy that judges: built-in packs, the configuration, own policy files.

use std::collections::{BTreeMap, HashSet};

use crate::diag::{Diagnostic, Level, Note, Origin, RepoPath, SourceId, Sources, Span};
use crate::git::{Content, Snapshot};
use crate::policy::{
    At, Config, FILE, Mistakes, Pack, PolicySet, builtin, closest, fold_path, glob, load_config, load_pack,
};
use crate::words::Words;

use super::Extra;

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
    let path = format!("{name}.toml");
    let file = builtin::file(&path)?;
    let source = sources.add(Origin::BuiltIn(path), file.text);
    load_pack(sources, source, mistakes)
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
    let nowhere = sources.add(Origin::BuiltIn("defaults".to_string()), "");
    let set = PolicySet::assemble(packs, Config::defaults(Span::new(nowhere, 0..0)), words, &mut mistakes);
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
    let nowhere = sources.add(Origin::BuiltIn("defaults".to_string()), "");
    PolicySet::assemble(packs, Config::defaults(Span::new(nowhere, 0..0)), words, mistakes)
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
    let mut mistakes = Mistakes::default();
    let mut packs: Vec<Pack> =
        ALWAYS.iter().filter_map(|name| built_in(name, sources, &mut mistakes)).collect();
    let vocabulary = words(&packs, &mut mistakes);
    let config = config(snapshot, sources, &vocabulary, &mut mistakes);
    for name in &config.packs {
        match pack_names().iter().find(|known| **known == name.value) {
            Some(known) => packs.extend(built_in(known, sources, &mut mistakes)),
            None => mistakes.unknown("unknown-pack", "pack", name, pack_names()),
        }
    }
    for file in &config.files {
        own(file, snapshot, sources, &mut packs, &mut mistakes);
    }
    for file in extra {
        let source = sources.add(file.origin.clone(), file.text.as_str());
        if let Some(pack) = load_pack(sources, source, &mut mistakes) {
            put(&mut packs, pack);
        }
    }
    let more = !extra.is_empty() || packs.iter().skip(ALWAYS.len()).any(|p| !p.words.is_empty());
    let vocabulary = if more { words(&packs, &mut mistakes) } else { vocabulary };
    let set = PolicySet::assemble(packs, config, vocabulary, &mut mistakes);
    if mistakes.is_empty() { Ok(set) } else { Err(mistakes.into_vec()) }
}

/// Adds a pack, in place of one of the same id.
fn put(packs: &mut Vec<Pack>, pack: Pack) {
    match packs.iter_mut().find(|p| p.id.value == pack.id.value) {
        Some(known) => *known = pack,
        None => packs.push(pack),
    }
}

fn config(snapshot: &Snapshot<'_>, sources: &mut Sources, words: &Words, mistakes: &mut Mistakes) -> Config {
    let path = RepoPath::from_git(FILE.as_bytes());
    if snapshot.get(path.as_bytes()).is_none() {
        if snapshot.has_dir(path.as_bytes()) {
            let message = format!("{FILE} is a folder, and has to be a file");
            let mut folder = Diagnostic::new(Level::Error, "unreadable-policy", message);
            folder.path = Some(path);
            mistakes.push(folder.help("remove the folder, or give it another name"));
        }
        near_miss(snapshot, mistakes);
        let nowhere = sources.add(Origin::BuiltIn("defaults".to_string()), "");
        return Config::defaults(Span::new(nowhere, 0..0));
    }
    match text(&path, snapshot, sources) {
        Ok(source) => load_config(sources, source, words, mistakes),
        Err(diagnostic) => {
            mistakes.push(*diagnostic);
            let nowhere = sources.add(Origin::BuiltIn("defaults".to_string()), "");
            Config::defaults(Span::new(nowhere, 0..0))
        }
    }
}

/// A configuration under a name that only looks right would be ignored in silence.
fn near_miss(snapshot: &Snapshot<'_>, mistakes: &mut Mistakes) {
    for entry in snapshot.iter().filter(|e| !e.path.contains(&b'/')) {
        let name = String::from_utf8_lossy(entry.path);
        let folded = name.to_lowercase().replace(['_', '-'], "");
        let meant = closest(&folded, [FILE]).is_some()
            || ["roadworthy.yaml", "roadworthy.yml", ".roadworthy.toml"].contains(&folded.as_str());
        if meant && folded.starts_with(['r', '.']) {
            let message = format!("the file `{name}` looks like the configuration, which is named `{FILE}`");
            mistakes.push(
                Diagnostic::new(Level::Error, "misnamed-config", message)
                    .help(format!("rename it: `git mv '{name}' {FILE}`")),
            );
        }
    }
}

/// A policy text of the tree. What is not a plain text there is a mistake.
fn text(
    path: &RepoPath,
    snapshot: &Snapshot<'_>,
    sources: &mut Sources,
) -> Result<SourceId, Box<Diagnostic>> {
    let wrong = |what: &str, help: &str| {
        let mut diagnostic =
            Diagnostic::new(Level::Error, "unreadable-policy", format!("{path} {what}")).help(help);
        diagnostic.path = Some(path.clone());
        Box::new(diagnostic)
    };
    match snapshot.read(path.as_bytes()) {
        Ok(Content::Text(text)) => Ok(sources.add(Origin::Repository(path.clone()), text)),
        Ok(Content::Symlink { .. } | Content::Gitlink) => {
            Err(wrong("is a link, and links are never followed", "put the file itself in its place"))
        }
        Ok(Content::TooLarge { size }) => {
            Err(wrong(&format!("is too large for a policy: it has {size} bytes"), "split it, or shorten it"))
        }
        Ok(Content::LfsPointer { .. }) => Err(wrong(
            "is a Git LFS pointer, and its text is not in the repository",
            "store it as a plain file",
        )),
        Ok(Content::NotUtf8 { line }) => {
            Err(wrong(&format!("is not UTF-8 in line {line}"), "save it as UTF-8"))
        }
        Ok(Content::Utf16) => Err(wrong("is UTF-16", "save it as UTF-8")),
        Ok(Content::Binary) => Err(wrong("is a binary file: it holds a NUL", "write it as text")),
        Err(error) => Err(Box::new(error.diagnostic())),
    }
}

fn own(
    pattern: &At<String>,
    snapshot: &Snapshot<'_>,
    sources: &mut Sources,
    packs: &mut Vec<Pack>,
    mistakes: &mut Mistakes,
) {
    let Ok(glob) = glob(&format!("/{}", pattern.value.trim_start_matches("./").trim_start_matches('/')))
    else {
        return;
    };
    let matcher = glob.compile_matcher();
    let paths: Vec<RepoPath> = snapshot
        .iter()
        .filter(|e| matcher.is_match_candidate(&globset::Candidate::from_bytes(&fold_path(e.path))))
        .map(|e| RepoPath::from_git(e.path))
        .collect();
    if paths.is_empty() {
        mistakes.add(
            "no-such-policy",
            pattern.span,
            format!("no file of the judged tree matches `{}`", pattern.value),
            "matches nothing",
        );
    }
    for path in paths {
        match text(&path, snapshot, sources) {
            Ok(source) => {
                let pack = load_pack(sources, source, mistakes);
                packs.extend(pack.filter(|pack| is_new(pack, packs, mistakes)));
            }
            Err(diagnostic) => mistakes.push(*diagnostic),
        }
    }
}

/// False, and a mistake, for a pack under the id of another one.
fn is_new(pack: &Pack, packs: &[Pack], mistakes: &mut Mistakes) -> bool {
    let known = packs.iter().find(|known| known.id.value == pack.id.value);
    if let Some(known) = known {
        let message = format!("two packs have the id `{}`", pack.id.value);
        let mistake = mistakes.add("duplicate-id", pack.id.span, message, "second");
        mistake.related.push(Note { span: known.id.span, text: "first".to_string() });
    }
    known.is_none()
}
