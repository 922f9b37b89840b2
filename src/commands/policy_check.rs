//! `roadworthy policy check`: configuration and policy files, all mistakes at once.

use std::path::Path;

use super::{Output, Result, refused};
use crate::diag::{Diagnostic, Origin, Sources};
use crate::gate::policy;
use crate::git::{Head, Limits, Target};
use crate::policy::{Mistakes, PolicySet};
use crate::request::{self, Terminal};

pub(super) fn run(path: &Path, terminal: &Terminal) -> Result {
    let mut sources = Sources::new();
    let checked = if path.is_file() { file(path, &mut sources)? } else { repository(path, &mut sources)? };
    Ok(match checked {
        Ok(said) => Output::done(said),
        Err(mistakes) => {
            let count = mistakes.len();
            let mut output = refused(&mistakes, &sources, terminal);
            output.stderr.push_str(&format!("{count} mistake{}\n", if count == 1 { "" } else { "s" }));
            output
        }
    })
}

type Checked = std::result::Result<String, Vec<Diagnostic>>;

fn account(set: &PolicySet) -> String {
    format!(
        "valid: {} artifacts, {} rules, packs {}\n",
        set.artifacts.len(),
        set.rules.len(),
        set.packs.join(", ")
    )
}

fn repository(path: &Path, sources: &mut Sources) -> std::result::Result<Checked, request::Refusal> {
    let repo = request::repository(path)?;
    let head = repo.head().map_err(|error| request::refused(&error))?;
    let target = match (repo.is_bare(), head) {
        (true, Head::Branch { tip, .. } | Head::Detached(tip)) => Target::Commit(tip),
        (_, _) => Target::WorkTree,
    };
    let snapshot = repo.snapshot(&target, &Limits::default()).map_err(|error| request::refused(&error))?;
    Ok(policy::of_tree(&snapshot, &[], sources).map(|set| account(&set)))
}

/// A single file: a configuration when that is its name, a policy file otherwise.
fn file(path: &Path, sources: &mut Sources) -> std::result::Result<Checked, request::Refusal> {
    let text = request::policy_file(path)?.text;
    let mut mistakes = Mistakes::default();
    let origin = Origin::Local(path.to_path_buf());
    if path.file_name().is_some_and(|name| name == crate::policy::FILE) {
        let set = policy::with_config(origin, &text, sources, &mut mistakes);
        return Ok(if mistakes.is_empty() { Ok(account(&set)) } else { Err(mistakes.into_vec()) });
    }
    let set = policy::with_pack(origin, &text, sources, &mut mistakes);
    if !mistakes.is_empty() {
        return Ok(Err(mistakes.into_vec()));
    }
    let hash = crate::gate::content_hash(&text);
    Ok(Ok(format!("{}content hash, to pin it: sha256:{hash}\n", account(&set))))
}
