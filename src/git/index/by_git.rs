//! The kinds of index that are spread over several places: `git` itself lists them.

use std::collections::BTreeSet;
use std::process::Command;

use super::{Index, IndexEntry, entry_kind, require_workdir};
use crate::git::error::{Error, ErrorKind};
use crate::git::id::ObjectId;
use crate::git::repo::Repo;

const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const EMPTY_BLOB: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/// Lists a sparse or split index.
pub(super) fn read(repo: &Repo) -> Result<Index, Error> {
    let listed = run_git(repo, &["ls-files", "-s", "-t", "-z"])?;
    let mut index = Index::default();
    for line in listed.split(|&b| b == 0).filter(|line| !line.is_empty()) {
        let added = ls_files_line(line).and_then(|(path, entry)| index.push(path, entry));
        added.ok_or_else(|| {
            let line = String::from_utf8_lossy(line);
            Error::new(ErrorKind::Other, format!("`git ls-files` says `{line}`, which is not understood"))
        })?;
    }
    // An intent to add looks like an empty file; only a comparison with nothing at all leaves it out.
    let empty = ObjectId::from_hex(EMPTY_BLOB.as_bytes());
    if index.entries.iter().any(|entry| Some(entry.id) == empty) {
        let arguments = [
            "diff-index",
            "--cached",
            "--ita-invisible-in-index",
            "--name-only",
            "--no-renames",
            "-z",
            EMPTY_TREE,
        ];
        let real = run_git(repo, &arguments)?;
        let real: BTreeSet<&[u8]> = real.split(|&b| b == 0).collect();
        for entry in &mut index.entries {
            let path = &index.names[entry.range()];
            entry.intent_to_add = Some(entry.id) == empty && !real.contains(path);
        }
    }
    Ok(index)
}

/// `TAG MODE OBJECT STAGE<tab>PATH`; the tag `S` marks a path that is not checked out.
fn ls_files_line(line: &[u8]) -> Option<(&[u8], IndexEntry)> {
    let tab = line.iter().position(|&b| b == b'\t')?;
    let fields = std::str::from_utf8(&line[..tab]).ok()?;
    let mut fields = fields.split(' ');
    let tag = fields.next()?;
    let mode = u32::from_str_radix(fields.next()?, 8).ok()?;
    let id = ObjectId::from_hex(fields.next()?.as_bytes())?;
    let stage = fields.next()?.parse().ok()?;
    let entry = IndexEntry {
        start: 0,
        len: 0,
        kind: entry_kind(mode),
        id,
        stage,
        intent_to_add: false,
        skip_worktree: tag == "S",
    };
    Some((&line[tab + 1..], entry))
}

/// Runs `git` so that it starts nothing that the repository's configuration names, and fetches
/// nothing.
fn run_git(repo: &Repo, arguments: &[&str]) -> Result<Vec<u8>, Error> {
    let workdir = require_workdir(repo)?;
    let failed = |why: &str| {
        let message =
            format!("this kind of index (sparse or split) is read through `git`, which failed: {why}");
        Error::new(ErrorKind::Unreadable, message).with_help(
            "install git 2.35 or later, or write a plain index: `git sparse-checkout reapply --no-sparse-index`, or `git update-index --no-split-index`",
        )
    };
    let output = Command::new("git")
        .args(["-c", "core.fsmonitor=false"])
        .args(arguments)
        .current_dir(workdir)
        .env("GIT_DIR", repo.git.path())
        .env("GIT_WORK_TREE", workdir)
        .env("GIT_INDEX_FILE", repo.index_path())
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env_remove("GIT_PREFIX")
        .env("LC_ALL", "C")
        .output()
        .map_err(|e| failed(&e.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::EntryKind;

    #[test]
    fn lines_of_ls_files() {
        let hex = EMPTY_BLOB;
        let line = format!("S 100755 {hex} 0\ta\tb\n");
        let (path, entry) = ls_files_line(line.as_bytes()).unwrap();
        assert_eq!((path, entry.stage, entry.skip_worktree), (&b"a\tb\n"[..], 0, true));
        assert_eq!(entry.kind, EntryKind::File { executable: true });
        for bad in ["", "H 100644", "H 100644 00 0\ta", "H x 00 0\ta", &format!("100644 {hex} 0\ta")] {
            assert!(ls_files_line(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
