//! The paths of the index. Kinds of index that libgit2 cannot read are listed by `git` itself.

use std::collections::BTreeSet;
use std::process::Command;

use super::error::{Error, ErrorKind};
use super::id::ObjectId;
use super::object::Mode;
use super::repo::Repo;
use super::snapshot::{EntryKind, Limits, Listing, Place};
use crate::diag::RepoPath;

/// One entry, of any stage.
pub(super) struct IndexEntry {
    pub(super) path: Vec<u8>,
    pub(super) kind: EntryKind,
    pub(super) id: ObjectId,
    /// 0, or 1 to 3 for a side of a conflict.
    pub(super) stage: u8,
    /// `git add -N`: the next commit will not hold it.
    pub(super) intent_to_add: bool,
    /// Not checked out, because of sparse checkout.
    pub(super) skip_worktree: bool,
}

/// Lists what the next commit would hold.
pub(super) fn list(repo: &Repo, limits: &Limits) -> Result<Listing, Error> {
    require_workdir(repo)?;
    let mut listing = Listing::new(limits);
    for entry in entries(repo)? {
        if entry.stage != 0 {
            let message = format!("the index is in conflict at `{}`", RepoPath::from_git(&entry.path));
            return Err(Error::new(ErrorKind::Conflicted, message)
                .with_help("resolve the conflict and `git add` the file, then try again"));
        }
        if !entry.intent_to_add {
            listing.check_path(&entry.path)?;
            listing.push(&entry.path, entry.kind, Place::Object(entry.id))?;
        }
    }
    Ok(listing)
}

/// The work tree's top folder, or the error that says how to judge a bare repository.
pub(super) fn require_workdir(repo: &Repo) -> Result<&std::path::Path, Error> {
    repo.workdir().ok_or_else(|| {
        Error::new(ErrorKind::Bare, "this repository is bare: it has neither an index nor files on disk")
            .with_help("name the commit to judge with `--rev`, such as `--rev HEAD`")
    })
}

/// All entries in the order of the index.
pub(super) fn entries(repo: &Repo) -> Result<Vec<IndexEntry>, Error> {
    match read(repo) {
        Ok(entries) => Ok(entries),
        Err(cause) if cause.message().contains("unsupported mandatory extension") => ask_git(repo),
        Err(cause) => Err(Error::new(
            ErrorKind::Unreadable,
            format!("the index `{}` cannot be read: {}", repo.index_path().display(), cause.message()),
        )
        .with_help("`git reset` writes a new one from the last commit; staged changes are lost")),
    }
}

fn read(repo: &Repo) -> Result<Vec<IndexEntry>, git2::Error> {
    let mut index = git2::Index::open(repo.index_path())?;
    index.read(true)?;
    let entry = |entry: git2::IndexEntry| {
        let extended = git2::IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
        Some(IndexEntry {
            kind: entry_kind(entry.mode),
            id: ObjectId::from_git2(entry.id)?,
            stage: u8::try_from(entry.flags >> 12 & 3).unwrap_or(3),
            intent_to_add: extended.is_intent_to_add(),
            skip_worktree: extended.is_skip_worktree(),
            path: entry.path,
        })
    };
    Ok(index.iter().filter_map(entry).collect())
}

fn entry_kind(mode: u32) -> EntryKind {
    match Mode::from_bits(mode) {
        Mode::File { executable } => EntryKind::File { executable },
        Mode::Symlink => EntryKind::Symlink,
        Mode::Gitlink | Mode::Directory => EntryKind::Gitlink,
    }
}

const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const EMPTY_BLOB: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

fn ask_git(repo: &Repo) -> Result<Vec<IndexEntry>, Error> {
    let listed = run_git(repo, &["ls-files", "-s", "-t", "-z"])?;
    let mut entries = Vec::new();
    for line in listed.split(|&b| b == 0).filter(|line| !line.is_empty()) {
        let entry = ls_files_line(line).ok_or_else(|| {
            let line = String::from_utf8_lossy(line);
            Error::new(ErrorKind::Other, format!("`git ls-files` says `{line}`, which is not understood"))
        })?;
        entries.push(entry);
    }
    // An intent to add looks like an empty file; only a comparison with nothing at all leaves it out.
    let empty = ObjectId::from_hex(EMPTY_BLOB.as_bytes());
    if entries.iter().any(|entry| Some(entry.id) == empty) {
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
        for entry in &mut entries {
            entry.intent_to_add = Some(entry.id) == empty && !real.contains(&entry.path[..]);
        }
    }
    Ok(entries)
}

/// `TAG MODE OBJECT STAGE<tab>PATH`; the tag `S` marks a path that is not checked out.
fn ls_files_line(line: &[u8]) -> Option<IndexEntry> {
    let tab = line.iter().position(|&b| b == b'\t')?;
    let fields = std::str::from_utf8(&line[..tab]).ok()?;
    let mut fields = fields.split(' ');
    let tag = fields.next()?;
    let mode = u32::from_str_radix(fields.next()?, 8).ok()?;
    let id = ObjectId::from_hex(fields.next()?.as_bytes())?;
    let stage = fields.next()?.parse().ok()?;
    Some(IndexEntry {
        path: line[tab + 1..].to_vec(),
        kind: entry_kind(mode),
        id,
        stage,
        intent_to_add: false,
        skip_worktree: tag == "S",
    })
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

    #[test]
    fn lines_of_ls_files() {
        let hex = EMPTY_BLOB;
        let line = format!("S 100755 {hex} 0\ta\tb\n");
        let entry = ls_files_line(line.as_bytes()).unwrap();
        assert_eq!((&entry.path[..], entry.stage, entry.skip_worktree), (&b"a\tb\n"[..], 0, true));
        assert_eq!(entry.kind, EntryKind::File { executable: true });
        for bad in ["", "H 100644", "H 100644 00 0\ta", "H x 00 0\ta", &format!("100644 {hex} 0\ta")] {
            assert!(ls_files_line(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
