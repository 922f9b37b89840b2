//! The folder that Git takes hooks from: the repository's own, or the one that `core.hooksPath` names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Level, escape};
use crate::git::{Repo, Scope};
use crate::request::{Refusal, refused};

/// Where hooks lie.
#[derive(Debug)]
pub(super) struct Folder {
    /// The folder; it need not exist.
    pub(super) path: PathBuf,
    /// Why other repositories run these hooks too, if they may.
    pub(super) shared: Option<String>,
    /// It is part of the work tree: whoever clones the repository gets its files.
    pub(super) tracked: bool,
    top: Option<PathBuf>,
}

impl Folder {
    /// Finds it as Git does.
    pub(super) fn of(repo: &Repo) -> Result<Folder, Refusal> {
        let own = repo.common_dir().join("hooks");
        let top = repo.workdir().map(Path::to_path_buf);
        let set = repo.setting_path("core.hooksPath").map_err(|error| refused(&error))?;
        let Some((named, scope)) = set else { return Folder::new(repo, own, top, None) };
        if scope == Scope::Command {
            return Err(wrong(
                "core.hooksPath is set for this one command only".to_string(),
                "run `roadworthy hook install` without `git -c` and without GIT_CONFIG_COUNT",
            ));
        }
        // Hooks run in the top folder of the work tree, or in a bare repository.
        let path = top.as_deref().unwrap_or(repo.common_dir()).join(&named);
        // A relative one names another folder in each repository.
        let global = (scope == Scope::Everywhere && named.is_absolute()).then(|| {
            format!("core.hooksPath is `{}` in the settings of the user or of the machine", named.display())
        });
        Folder::new(repo, path, top, global)
    }

    fn new(
        repo: &Repo,
        path: PathBuf,
        top: Option<PathBuf>,
        global: Option<String>,
    ) -> Result<Folder, Refusal> {
        if path.exists() && !path.is_dir() {
            return Err(wrong(
                format!("hooks are switched off: core.hooksPath is `{}`, which is no folder", path.display()),
                "run `git config --show-origin core.hooksPath` to see where, and unset it",
            ));
        }
        let real = real(&path);
        let inside = |folder: &Path| folder.canonicalize().is_ok_and(|folder| real.starts_with(folder));
        let (in_git, in_tree) = (inside(repo.common_dir()), top.as_deref().is_some_and(inside));
        let outside =
            (!in_git && !in_tree).then(|| format!("`{}` lies outside of this repository", real.display()));
        Ok(Folder { path, shared: global.or(outside), tracked: in_tree && !in_git, top })
    }

    /// A file in it, as people name it.
    pub(super) fn shown(&self, name: &str) -> String {
        let path = self.path.join(name);
        let short = self.top.as_ref().and_then(|top| path.strip_prefix(top).ok()).unwrap_or(&path);
        escape::line(&short.display().to_string()).into_owned()
    }
}

/// The folder that a path leads to, also when its end does not exist yet.
fn real(path: &Path) -> PathBuf {
    for above in path.ancestors() {
        // Nothing is there, not even a link that leads nowhere.
        if fs::symlink_metadata(above).is_err() {
            continue;
        }
        let rest = path.strip_prefix(above).unwrap_or(Path::new(""));
        return above.canonicalize().map_or_else(|_| PathBuf::new(), |above| above.join(rest));
    }
    PathBuf::new()
}

fn wrong(message: String, help: &str) -> Refusal {
    Box::new(Diagnostic::new(Level::Error, "hooks-folder", message).help(help))
}
