//! The configuration and the policy files of a tree.

use crate::diag::{Diagnostic, Level, Note, Origin, RepoPath, SourceId, Sources, Span};
use crate::git::{Content, Snapshot};
use crate::policy::{At, Config, FILE, Mistakes, Pack, closest, fold_path, glob, load_config, load_pack};
use crate::words::Words;

/// A tree that policy is read from.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    /// The tree.
    pub(super) snapshot: &'a Snapshot<'a>,
    /// The name of its revision, when it is not the judged tree.
    pub(super) revision: Option<&'a str>,
}

/// The configuration of a side; the defaults when it has none.
pub(super) fn config(
    side: Side<'_>,
    sources: &mut Sources,
    words: &Words,
    mistakes: &mut Mistakes,
) -> Config {
    let snapshot = side.snapshot;
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
    match text(&path, side, sources) {
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
    for entry in snapshot.top_files() {
        let name = String::from_utf8_lossy(entry.path);
        if misnamed(&name) {
            let message = format!("the file `{name}` looks like the configuration, which is named `{FILE}`");
            mistakes.push(
                Diagnostic::new(Level::Error, "misnamed-config", message)
                    .help(format!("rename it: `git mv '{name}' {FILE}`")),
            );
        }
    }
}

/// True for a name that somebody takes for the configuration's.
fn misnamed(name: &str) -> bool {
    let folded = name.to_lowercase().replace(['_', '-'], "");
    let meant = closest(&folded, [FILE]).is_some()
        || ["roadworthy.yaml", "roadworthy.yml", ".roadworthy.toml"].contains(&folded.as_str());
    meant && name != FILE && folded.starts_with(['r', '.'])
}

/// A policy text of the tree. What is not a plain text there is a mistake.
fn text(path: &RepoPath, side: Side<'_>, sources: &mut Sources) -> Result<SourceId, Box<Diagnostic>> {
    let origin = match side.revision {
        None => Origin::Repository(path.clone()),
        Some(revision) => Origin::Revision { revision: revision.to_string(), path: path.clone() },
    };
    let wrong = |what: &str, help: &str| {
        let message = format!("{} {what}", origin.display());
        let mut diagnostic = Diagnostic::new(Level::Error, "unreadable-policy", message).help(help);
        diagnostic.path = Some(path.clone());
        Box::new(diagnostic)
    };
    match side.snapshot.read(path.as_bytes()) {
        Ok(Content::Text(text)) => Ok(sources.add(origin, text)),
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

/// Takes the policy files that a pattern matches.
pub(super) fn own(
    pattern: &At<String>,
    side: Side<'_>,
    sources: &mut Sources,
    packs: &mut Vec<Pack>,
    mistakes: &mut Mistakes,
) {
    let Some(matcher) = matcher(&pattern.value) else { return };
    let paths: Vec<RepoPath> = side
        .snapshot
        .iter()
        .filter(|e| matcher.is_match_candidate(&globset::Candidate::from_bytes(&fold_path(e.path))))
        .map(|e| RepoPath::from_git(e.path))
        .collect();
    if paths.is_empty() {
        let tree = side.revision.map_or_else(|| "the judged tree".to_string(), |name| format!("`{name}`"));
        mistakes.add(
            "no-such-policy",
            pattern.span,
            format!("no file of {tree} matches `{}`", pattern.value),
            "matches nothing",
        );
    }
    for path in paths {
        match text(&path, side, sources) {
            Ok(source) => {
                let pack = load_pack(sources, source, mistakes);
                packs.extend(pack.filter(|pack| is_new(pack, packs, mistakes)));
            }
            Err(diagnostic) => mistakes.push(*diagnostic),
        }
    }
}

/// A pinned file must be among the policy files, and hold what it is pinned to.
pub(super) fn pinned(config: &Config, packs: &[Pack], sources: &Sources, mistakes: &mut Mistakes) {
    for pin in &config.pins {
        let read =
            packs.iter().map(|pack| sources.get(pack.id.span.source)).find(|file| match &file.origin {
                Origin::Repository(path) | Origin::Revision { path, .. } => *path == pin.path.value,
                _ => false,
            });
        let Some(file) = read else {
            let message = format!("{} is pinned, and is none of the policy files that judge", pin.path.value);
            mistakes.add("bad-pin", pin.path.span, message, "name it in `files`, or drop the pin");
            continue;
        };
        let found = content_hash(&file.text);
        if found != pin.sha256.value {
            let message =
                format!("{} is not what it is pinned to: its content hash is sha256:{found}", pin.path.value);
            let help = "read what changed, then pin the new content";
            mistakes.add("pin-differs", pin.sha256.span, message, help);
        }
    }
}

/// The SHA-256 of a text, in hexadecimal.
pub(crate) fn content_hash(text: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a pattern of `files` matches; `None` for one that does not compile, which was reported.
fn matcher(pattern: &str) -> Option<globset::GlobMatcher> {
    let rooted = format!("/{}", pattern.trim_start_matches("./").trim_start_matches('/'));
    Some(glob(&rooted).ok()?.compile_matcher())
}

/// True for the configuration, what lies in a folder of its name, and what could be taken for it.
pub(super) fn is_config(path: &[u8]) -> bool {
    let top = path.split(|&b| b == b'/').next().unwrap_or(path);
    top == FILE.as_bytes() || !path.contains(&b'/') && misnamed(&String::from_utf8_lossy(path))
}

/// True when one of `paths` is the configuration, could be taken for it, or is a policy file of
/// `config`.
pub(super) fn touched(config: &Config, paths: &[RepoPath]) -> bool {
    let matchers: Vec<_> = config.files.iter().filter_map(|file| matcher(&file.value)).collect();
    paths.iter().any(|path| {
        let bytes = path.as_bytes();
        let folded = fold_path(bytes);
        is_config(bytes)
            || matchers.iter().any(|m| m.is_match_candidate(&globset::Candidate::from_bytes(&folded)))
    })
}

/// False, and a mistake, for a pack under the id of another one.
pub(super) fn is_new(pack: &Pack, packs: &[Pack], mistakes: &mut Mistakes) -> bool {
    let known = packs.iter().find(|known| known.id.value == pack.id.value);
    if let Some(known) = known {
        let message = format!("two packs have the id `{}`", pack.id.value);
        let mistake = mistakes.add("duplicate-id", pack.id.span, message, "second");
        mistake.related.push(Note { span: known.id.span, text: "first".to_string() });
    }
    known.is_none()
}
