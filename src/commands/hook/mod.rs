//! `roadworthy hook`: installs hooks, removes them, and is what they call.

mod folder;
mod install;
mod manager;
mod run;
mod script;
mod uninstall;

use super::Result;
use crate::cli::Hook;
use crate::request::Terminal;

pub(super) fn run(command: &Hook, no_cache: bool, terminal: &Terminal) -> Result {
    match command {
        Hook::Install { path, types, force } => install::run(path, types, *force, terminal),
        Hook::Uninstall { path, types } => uninstall::run(path, types, terminal),
        other => run::run(other, no_cache, terminal),
    }
}
