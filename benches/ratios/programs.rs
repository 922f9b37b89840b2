//! The programs that are compared, in one environment that holds nothing of the user's.

use std::path::{Path, PathBuf};
use std::process::Command;

use roadworthy::fixture;

use crate::library;

/// Starts them.
pub(crate) struct Programs {
    /// What they take for the user's folder.
    pub(crate) home: PathBuf,
    own: PathBuf,
}

impl Programs {
    pub(crate) fn new(home: PathBuf) -> Result<Programs, String> {
        let own = std::env::current_exe().map_err(|e| e.to_string())?;
        Ok(Programs { home, own })
    }

    pub(crate) fn roadworthy(&self, folder: &Path, arguments: &[&str]) -> Command {
        self.any(env!("CARGO_BIN_EXE_roadworthy"), folder, arguments)
    }

    pub(crate) fn git(&self, folder: &Path, arguments: &[&str]) -> Command {
        self.any("git", folder, arguments)
    }

    /// This program, started once more as one that does nothing but one call of the library.
    pub(crate) fn library(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = fixture::scrubbed(&self.own, folder, &self.home);
        command.arg(library::ARGUMENT).args(arguments);
        command
    }

    pub(crate) fn any(
        &self,
        program: impl AsRef<std::ffi::OsStr>,
        folder: &Path,
        arguments: &[&str],
    ) -> Command {
        let mut command = fixture::scrubbed(program, folder, &self.home);
        command.args(arguments);
        command
    }
}
