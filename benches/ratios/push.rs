//! Small pushes to two servers that differ only in their pre-receive hook.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::Pair;
use crate::programs::Programs;
use crate::repositories::staged::small_change;
use crate::repositories::{clone, git};
use crate::table::{ANY, Bound, Comparison};

/// Pushes one commit on top of a history, over and over.
pub(crate) fn comparison(programs: &Programs, root: &Path, history: &Path) -> Result<Comparison, String> {
    let client = root.join("client");
    small_change(history, &client, &programs.home)?;
    let (ours, theirs) =
        (server(programs, root, history, "judged")?, server(programs, root, history, "free")?);
    let install = programs
        .roadworthy(&ours, &["hook", "install", "--type", "pre-receive"])
        .output()
        .map_err(|e| e.to_string())?;
    if !install.status.success() {
        return Err(format!("hook install: {}", String::from_utf8_lossy(&install.stderr)));
    }
    empty_hook(&theirs)?;
    let old = git(history, &programs.home, &["rev-parse", "main"])?;
    let push = |server: &Path| -> Command {
        programs.git(&client, &["push", "--quiet", &server.to_string_lossy(), "next:main"])
    };
    let back = |server: &Path| programs.git(server, &["update-ref", "refs/heads/main", old.trim()]);
    let before = Some([back(&ours), back(&theirs)]);
    Ok(Comparison {
        name: "push",
        ours: "a push of one commit with five changed files to the repository of `history`, with the hook of hook install",
        theirs: "the same push to the same repository with a hook that only says yes",
        bounds: &[Bound::More(20.0)],
        rounds: ANY,
        pair: Pair { ours: vec![push(&ours)], theirs: vec![push(&theirs)], before },
    })
}

fn server(programs: &Programs, root: &Path, history: &Path, name: &str) -> Result<PathBuf, String> {
    let folder = root.join(format!("server-{name}.git"));
    clone(history, &folder, &programs.home, "--bare")?;
    Ok(folder)
}

fn empty_hook(server: &Path) -> Result<(), String> {
    let hook = server.join("hooks/pre-receive");
    let written = std::fs::create_dir_all(server.join("hooks"))
        .and_then(|()| std::fs::write(&hook, "#!/bin/sh\nexit 0\n"))
        .and_then(|()| executable(&hook));
    written.map_err(|e| format!("{}: {e}", hook.display()))
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
