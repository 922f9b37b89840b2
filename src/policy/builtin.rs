//! The files of `policies/`, embedded into the program when it was built.

use std::sync::OnceLock;

use miniz_oxide::inflate::decompress_to_vec_zlib;

use super::needs::Needs;
use crate::words::Shipped;

/// A file of `policies/`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Embedded {
    /// Its path relative to `policies/`, with `/` between the parts: `core/ready.toml`.
    pub path: &'static str,
    body: Body,
}

/// Where a text stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Body {
    /// In the program, for what every run reads: the text, and its tree, laid out.
    Plain { text: &'static str, tree: &'static [u8] },
    /// In the archive: from this byte to before that one, once it is inflated.
    Packed { start: usize, end: usize },
}

impl Embedded {
    /// Its whole text. The first text from the archive inflates all of it, which takes some milliseconds; packs
    /// are not in there.
    pub fn text(&self) -> &'static str {
        match self.body {
            Body::Plain { text, .. } => text,
            Body::Packed { start, end } => {
                archive().get(start..end).expect("build.rs wrote the places with the archive")
            }
        }
    }

    /// What parsing its text gives, laid out, where that was done when the program was built.
    pub(super) fn tree(&self) -> Option<&'static [u8]> {
        match self.body {
            Body::Plain { tree, .. } => Some(tree),
            Body::Packed { .. } => None,
        }
    }
}

/// The texts that few commands ask for, one behind the other.
fn archive() -> &'static str {
    static TEXTS: OnceLock<String> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let packed = include_bytes!(concat!(env!("OUT_DIR"), "/archive.bin"));
        let texts = decompress_to_vec_zlib(packed).expect("build.rs wrote a whole archive");
        String::from_utf8(texts).expect("build.rs took only texts into the archive")
    })
}

/// Sorted by path (as bytes), each path once. Written by `build.rs`.
static FILES: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// All embedded files, sorted by path.
pub fn files() -> &'static [Embedded] {
    FILES
}

/// The file at `path`, relative to `policies/`.
pub fn file(path: &str) -> Option<&'static Embedded> {
    let at = FILES.binary_search_by(|file| file.path.cmp(path)).ok()?;
    FILES.get(at)
}

/// The lists of `words.toml`. Written by `build.rs`.
static VOCABULARY: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/vocabulary.rs"));

/// The vocabulary, laid out so that a run reads only the lists that it uses.
pub fn vocabulary() -> &'static [Shipped] {
    VOCABULARY
}

/// The patterns of packs, sorted, and what texts must hold to match them, in one line. Written by `build.rs`.
static NEEDS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/needs.rs"));

/// What a text must hold to match a pattern that comes with the program; `None` for all others.
pub(super) fn needs(pattern: &str) -> Option<Needs> {
    let at = NEEDS.binary_search_by(|(known, _)| known.cmp(&pattern)).ok()?;
    let mut line = NEEDS.get(at)?.1;
    Needs::read(&mut line)
}

/// The files of a folder, at every depth, sorted by path. `folder` is given without a final `/`;
/// the empty folder is the whole of `policies/`.
pub fn under(folder: &str) -> impl Iterator<Item = &'static Embedded> {
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    FILES.iter().filter(move |file| file.path.starts_with(&prefix))
}

#[cfg(test)]
mod tests {
    use super::super::{tree, tree_write};
    use super::*;

    #[test]
    fn the_vocabulary_is_that_of_its_file() {
        let written = crate::words::testing::lists();
        let shipped: std::collections::BTreeMap<String, Vec<String>> = vocabulary()
            .iter()
            .map(|list| (list.name.to_string(), list.terms.lines().map(str::to_string).collect()))
            .collect();
        assert_eq!(shipped, written);
        let words = crate::words::Words::shipped(vocabulary());
        let right = |list: &Shipped| {
            crate::words::testing::spellings(list.terms) == list.spellings.lines().collect::<Vec<_>>()
        };
        assert!(vocabulary().iter().all(right));
        assert!(written.iter().all(|(name, terms)| words.list(name).unwrap().terms().eq(terms)));
    }

    #[test]
    fn packs_are_parsed_as_their_texts_are() {
        let mut count = 0;
        for file in files() {
            let Body::Plain { text, tree } = file.body else { continue };
            let parsed = tree::of(toml::de::DeTable::parse(text).unwrap());
            assert!(tree_write::write(&parsed, text) == tree, "{}", file.path);
            count += 1;
        }
        assert!(count >= 7, "{count}");
    }

    #[test]
    fn needs_are_those_of_the_patterns() {
        assert!(NEEDS.len() > 100 && NEEDS.is_sorted(), "{}", NEEDS.len());
        for (pattern, _) in NEEDS {
            assert_eq!(needs(pattern), Some(Needs::of(pattern)), "{pattern}");
        }
        let core = file("core.toml").unwrap().text();
        let line = core.lines().find_map(|line| line.strip_prefix("when = ['")).unwrap();
        assert!(needs(line.split('\'').next().unwrap()).is_some(), "{line}");
    }

    #[test]
    fn the_table_is_sorted_and_without_duplicates() {
        assert!(!files().is_empty());
        for pair in files().windows(2) {
            assert!(pair[0].path < pair[1].path, "{} before {}", pair[0].path, pair[1].path);
        }
    }

    #[test]
    fn the_table_holds_what_lies_in_the_folder() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
        for file in files() {
            assert_eq!(std::fs::read_to_string(root.join(file.path)).unwrap(), file.text(), "{}", file.path);
        }
        let mut folders = vec![root.clone()];
        let mut on_disk = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    on_disk += 1;
                }
            }
        }
        assert_eq!(on_disk, files().len());
    }

    #[test]
    fn what_every_run_reads_is_not_packed() {
        let packed = |path| matches!(file(path).unwrap().body, Body::Packed { .. });
        assert!(!packed("core.toml") && !packed("gate.toml"));
        assert!(packed("core/ready.toml") && packed("words.toml"));
    }

    #[test]
    fn a_file_is_found_by_its_whole_path_only() {
        assert_eq!(file("core/ready.toml").map(|file| file.path), Some("core/ready.toml"));
        assert_eq!(file("ready.toml"), None);
        assert_eq!(file(""), None);
    }

    #[test]
    fn a_folder_holds_its_own_files_and_not_those_of_a_longer_name() {
        assert!(under("demo").count() >= 2);
        assert!(under("demo").all(|file| file.path.starts_with("demo/")));
        assert_eq!(under("dem").count(), 0);
        assert_eq!(under("").count(), files().len());
    }
}
