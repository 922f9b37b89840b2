//! `roadworthy init`: a configuration and starter files for what is missing. Writes only new
//! files, only below the work tree, through no link.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::{Output, Result, refused};
use crate::diag::{Diagnostic, Level, RepoPath, Sources, escape};
use crate::gate::{Request, stage};
use crate::git::Target;
use crate::policy::{FILE, StateName};
use crate::request::{self, Refusal, Terminal};

/// What a new configuration says.
const CONFIG: &str = include_str!("../../policies/starter/roadworthy.toml");

pub(super) fn run(path: &Path, terminal: &Terminal) -> Result {
    let repo = request::repository(path)?;
    let Some(top) = repo.workdir().map(Path::to_path_buf) else {
        return Err(Box::new(
            Diagnostic::new(Level::Error, "bare", "a bare repository has no files to write")
                .help("run `roadworthy init` in a clone with a work tree"),
        ));
    };
    let request = Request::new(Target::WorkTree, request::today());
    let mut sources = Sources::new();
    let stage = match stage(&repo, &request, &mut sources) {
        Ok(stage) => stage,
        Err(problems) => return Ok(refused(&problems, &sources, terminal)),
    };
    let mut written: Vec<String> = Vec::new();
    if stage.set.config.source.is_none() && write_new(&top, &RepoPath::from_git(FILE.as_bytes()), CONFIG)? {
        written.push(FILE.to_string());
    }
    for (model, survey) in stage.models.iter().zip(&stage.surveys) {
        for (artifact, evidence) in stage.set.artifacts.iter().zip(&survey.evidence) {
            let absent = matches!(evidence.state(), StateName::Missing | StateName::Misplaced);
            let Some(starter) = artifact.starter.as_ref().filter(|_| absent) else { continue };
            let path = model.path.join(starter.file.value.as_bytes());
            if write_new(&top, &path, &starter.text)? {
                written.push(path.to_string());
            }
        }
    }
    Ok(Output::done(said(&written)))
}

fn said(written: &[String]) -> String {
    if written.is_empty() {
        return "nothing to write: the configuration and a file for every artifact exist\n`roadworthy check` says what they lack\n".to_string();
    }
    let mut out = String::from("wrote\n");
    for path in written {
        let _ = writeln!(out, "  {path}");
    }
    out.push_str("\nFill in what stands in < >, together with the people it names: until then the gate stays closed.\n");
    out.push_str("`roadworthy check` says what is still open.\n");
    out
}

/// Writes a file that does not exist yet; false when something stands there already.
fn write_new(top: &Path, path: &RepoPath, text: &str) -> std::result::Result<bool, Refusal> {
    let failed = |what: &str| {
        Box::new(Diagnostic::new(Level::Error, "not-written", format!("{path} could not be written: {what}")))
    };
    let mut at = top.to_path_buf();
    let name = path.to_text();
    let parts: Vec<&str> = name.split('/').collect();
    let Some((file, folders)) = parts.split_last() else { return Ok(false) };
    for folder in folders {
        at.push(folder);
        match fs::symlink_metadata(&at) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => return Err(failed(&format!("{} is no folder", escape::line(folder)))),
            Err(_) => fs::create_dir(&at).map_err(|error| failed(&error.to_string()))?,
        }
    }
    let folder = at.clone();
    at.push(file);
    if fs::symlink_metadata(&at).is_ok() {
        return Ok(false);
    }
    // Written beside and moved into place: never half a file, never over one that appeared meanwhile.
    let mut draft = drafts().tempfile_in(&folder).map_err(|error| failed(&error.to_string()))?;
    draft.write_all(text.trim_start_matches('\n').as_bytes()).map_err(|error| failed(&error.to_string()))?;
    match draft.persist_noclobber(&at) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(&error.error.to_string())),
    }
}

/// Temporary files with the permissions of ordinary ones: what the umask leaves of `rw-rw-rw-`.
pub(super) fn drafts() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".roadworthy-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}
