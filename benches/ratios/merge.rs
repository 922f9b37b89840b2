//! A merge in memory, as a program: this one, started once more.

use std::path::Path;
use std::process::Command;

use roadworthy::fixture;
use roadworthy::git::{Environment, Limits, MergeKind, Repo};

/// The argument that asks for it.
pub(crate) const WORD: &str = "merge-view";
/// Files that are read.
const READ: usize = 30;

/// The command that runs [`view`] in a process of its own.
pub(crate) fn command(folder: &Path, home: &Path) -> Result<Command, String> {
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut command = fixture::scrubbed(program, folder, home);
    command.arg(WORD).arg(folder);
    Ok(command)
}

/// Merges `change` into `main`, finds what that changes there, and reads the first of those files.
pub(crate) fn view(folder: &Path) -> Result<(), String> {
    let wrong = |e: roadworthy::git::Error| e.to_string();
    let repo = Repo::open(folder, &Environment::none()).map_err(wrong)?;
    let (main, change) =
        (repo.resolve_commit("main").map_err(wrong)?, repo.resolve_commit("change").map_err(wrong)?);
    let merge = repo.merge(main, change).map_err(wrong)?;
    if merge.kind != MergeKind::Merged || !merge.conflicts.is_empty() {
        return Err(format!("the merge went wrong: {merge:?}"));
    }
    let landed = repo.changed_paths(Some(main), merge.commit).map_err(wrong)?;
    for path in landed.iter().take(READ) {
        let max = Limits::default().max_blob;
        repo.read_file(merge.commit, path.as_bytes(), max).map_err(wrong)?.ok_or("a file is not there")?;
    }
    Ok(())
}
