//! Names and patterns that policies and configurations write: ids, formats, globs.

use unicode_normalization::UnicodeNormalization as _;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::mistakes::{At, Mistakes};
use super::severity::Severity;
use crate::artifact::document::Format;

/// The longest pattern that is taken; a longer one is a mistake or an attack.
const MAX_GLOB: usize = 300;
/// So many characters of a wrong pattern are repeated.
const SHOWN_GLOB: usize = 60;
/// The most alternatives of a pattern.
const MAX_BRACES: usize = 60;

/// Ids are lower-case words joined with dashes.
pub(super) fn check_id(id: &At<String>, what: &str, mistakes: &mut Mistakes) {
    let good = !id.value.is_empty()
        && id.value.len() <= 64
        && id
            .value
            .split('-')
            .all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    if !good {
        mistakes.add(
            "bad-id",
            id.span,
            format!("`{}` cannot be the id of a {what}", id.value),
            "use lower-case words joined with `-`",
        );
    }
}

/// Facts are lower-case words joined with underscores.
pub(super) fn check_fact(name: &At<String>, mistakes: &mut Mistakes) {
    if name.value.is_empty()
        || !name.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    {
        mistakes.add(
            "bad-id",
            name.span,
            format!("`{}` cannot be the name of a fact", name.value),
            "use lower-case words joined with `_`",
        );
    }
}

/// A severity by its word, or a mistake.
pub(super) fn severity(word: &At<String>, mistakes: &mut Mistakes) -> Option<Severity> {
    let found = Severity::parse(&word.value);
    if found.is_none() {
        mistakes.unknown("unknown-severity", "severity", word, Severity::NAMES);
    }
    found
}

const FORMATS: [(&str, Format); 6] = [
    ("markdown", Format::Markdown),
    ("yaml", Format::Yaml),
    ("json", Format::Json),
    ("toml", Format::Toml),
    ("codeowners", Format::Codeowners),
    ("code", Format::Code),
];

/// A format by its word, or a mistake.
pub(super) fn format(word: &At<String>, mistakes: &mut Mistakes) -> Option<Format> {
    let found = FORMATS.iter().find(|(name, _)| *name == word.value).map(|(_, format)| *format);
    if found.is_none() {
        mistakes.unknown("unknown-format", "format", word, FORMATS.iter().map(|(name, _)| *name));
    }
    found
}

/// A path as patterns see it: lower-case, `_` as `-`.
///
/// Letters of all scripts are folded, and an accent is the same whether it is written with its letter or behind it, as
/// some file systems do. Of a path that is not UTF-8, ASCII letters alone.
pub fn fold_path(path: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(path.len());
    fold_onto(&mut folded, path);
    folded
}

/// An ASCII letter, and any byte that is none, as patterns see it.
pub(super) const fn fold_byte(byte: u8) -> u8 {
    if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() }
}

/// Adds a path, or the rest of one, as [`fold_path`] folds it.
pub(super) fn fold_onto(folded: &mut Vec<u8>, path: &[u8]) {
    let text = if path.is_ascii() { None } else { std::str::from_utf8(path).ok() };
    match text {
        Some(text) => folded.extend(fold_text(text).bytes()),
        None => folded.extend(path.iter().map(|b| fold_byte(*b))),
    }
}

/// Character by character, so that pieces are folded as the whole is.
fn fold_text(text: &str) -> String {
    if text.is_ascii() {
        return text.bytes().map(|byte| char::from(fold_byte(byte))).collect();
    }
    let fold = |c: char| if c == '_' { '-' } else { c };
    text.chars().flat_map(char::to_lowercase).nfc().map(fold).collect()
}

/// A pattern that does not compile, or is too big to be repeated whole.
pub(super) fn bad_glob(pattern: &At<String>, error: String, mistakes: &mut Mistakes) {
    let short: String = pattern.value.chars().take(SHOWN_GLOB).collect();
    let more = if short.len() < pattern.value.len() { "…" } else { "" };
    let message = format!("the pattern `{short}{more}` does not compile");
    mistakes.add("bad-glob", pattern.span, message, error);
}

/// Compiles a pattern over folded paths. A pattern with no leading `/` matches at any depth.
///
/// # Errors
/// A sentence when the pattern does not compile or is too big.
pub fn glob(pattern: &str) -> Result<Glob, String> {
    let anchored = anchored(pattern).ok_or("the pattern is too big")?;
    build(&anchored).map_err(|error| error.kind().to_string())
}

/// A pattern as it is compiled, by [`build`]; `None` for one that is too big.
pub(super) fn anchored(pattern: &str) -> Option<String> {
    if pattern.len() > MAX_GLOB || pattern.matches([',', '{']).count() > MAX_BRACES {
        return None;
    }
    let folded = fold_text(pattern);
    Some(match folded.strip_prefix('/') {
        Some(rest) => rest.to_string(),
        None => format!("**/{folded}"),
    })
}

/// Compiles an [`anchored`] pattern.
pub(super) fn build(anchored: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(anchored).literal_separator(true).build()
}

/// Compiles patterns into one set; patterns that do not compile are mistakes.
pub(super) fn glob_set(patterns: &[At<String>], mistakes: &mut Mistakes) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        match glob(&pattern.value) {
            Ok(glob) => {
                builder.add(glob);
            }
            Err(error) => {
                bad_glob(pattern, error, mistakes);
            }
        }
    }
    match builder.build() {
        Ok(set) => set,
        Err(error) => {
            if let Some(first) = patterns.first() {
                mistakes.add(
                    "bad-glob",
                    first.span,
                    "the patterns are too big together",
                    error.kind().to_string(),
                );
            }
            GlobSet::empty()
        }
    }
}
