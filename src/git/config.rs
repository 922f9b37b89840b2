//! Settings that libgit2 reads otherwise than Git does: asked of `git` itself, which starts nothing
//! that they name.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use super::error::{Error, ErrorKind};
use super::repo::Repo;

/// Where a setting comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// The settings of the machine or of the user: they hold for all repositories.
    Everywhere,
    /// The repository's own settings, or those of one of its work trees.
    Repository,
    /// This one command: `git -c`, or variables of the environment.
    Command,
}

impl Repo {
    /// The path that a setting of the machine, the user or the repository names, read without a process:
    /// variables of the environment and `git -c` do not count.
    ///
    /// # Errors
    /// [`ErrorKind::Other`] when the configuration cannot be read.
    pub fn own_path(&self, key: &str) -> Result<Option<PathBuf>, Error> {
        let config = self.git.config().and_then(|mut config| config.snapshot());
        match config.and_then(|config| config.get_path(key)) {
            Ok(path) => Ok(Some(path)),
            Err(e) if e.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(e) => Err(Error::libgit2(&format!("read the setting {key}"), &e)),
        }
    }

    /// As [`Repo::own_path`], for a setting that is true or false; `usual` where it is neither.
    pub fn own_switch(&self, key: &str, usual: bool) -> bool {
        self.git.config().and_then(|config| config.get_bool(key)).unwrap_or(usual)
    }

    /// The path that a setting names, with `~` replaced as Git does it. Relative ones stay relative.
    ///
    /// # Errors
    /// [`ErrorKind::Other`] when `git` cannot be run or refuses its configuration.
    pub fn setting_path(&self, key: &str) -> Result<Option<(PathBuf, Scope)>, Error> {
        Ok(self.ask(key, true)?.map(|(value, scope)| (PathBuf::from(value), scope)))
    }

    /// The value of a setting.
    ///
    /// # Errors
    /// As [`Repo::setting_path`].
    pub fn setting(&self, key: &str) -> Result<Option<String>, Error> {
        Ok(self.ask(key, false)?.map(|(value, _)| value.to_string_lossy().into_owned()))
    }

    fn ask(&self, key: &str, path: bool) -> Result<Option<(OsString, Scope)>, Error> {
        let failed = |why: &str| {
            Error::new(ErrorKind::Other, format!("cannot read the setting {key}: {}", why.trim()))
                .with_help(format!("`git config --show-origin --get {key}` says where it is set"))
        };
        let output = Command::new("git")
            .args(["config", "--includes", "--show-scope", "-z"])
            .args(path.then_some("--type=path"))
            .args(["--get", key])
            .current_dir(self.common_dir())
            .env("GIT_DIR", self.git.path())
            .env_remove("GIT_WORK_TREE")
            .env("LC_ALL", "C")
            .output()
            .map_err(|e| failed(&e.to_string()))?;
        match output.status.code() {
            Some(0) => {}
            Some(1) => return Ok(None),
            _ => return Err(failed(&String::from_utf8_lossy(&output.stderr))),
        }
        let mut parts = output.stdout.splitn(3, |&b| b == 0);
        let (Some(scope), Some(value)) = (parts.next(), parts.next()) else {
            return Err(failed("git said something unexpected"));
        };
        let scope = match scope {
            b"local" | b"worktree" => Scope::Repository,
            b"command" => Scope::Command,
            _ => Scope::Everywhere,
        };
        Ok(Some((os_string(value), scope)))
    }
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    OsString::from(String::from_utf8_lossy(bytes).into_owned())
}
