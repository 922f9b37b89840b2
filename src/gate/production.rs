//! What is production: patterns of branches and tags, and where a repository is looked at for them.

use globset::GlobSet;

use crate::diag::{Diagnostic, Origin, Sources, Span};
use crate::git::{CommitId, Error, Repo};
use crate::policy::{At, Config, glob};

use super::landing::Place;

/// Refused, with what to do.
pub(super) type Refusal = Box<Diagnostic>;

pub(super) fn git(error: Error) -> Refusal {
    Box::new(error.diagnostic())
}

/// The branch that the repository shows first.
pub(super) fn shown(repo: &Repo, place: &Place<'_>) -> Result<Option<(String, CommitId)>, Refusal> {
    let prefix = place.prefix();
    let head = place.remote.map_or("HEAD".to_string(), |_| format!("{prefix}HEAD"));
    if let Some(full) = repo.symbolic(&head).map_err(git)?
        && let Some(name) = full.strip_prefix(&prefix)
    {
        return Ok(repo.ref_commit(&full).map_err(git)?.map(|tip| (name.to_string(), tip)));
    }
    Ok(None)
}

/// The branches that are there, by their short names; [`MOST_BRANCHES`] of those that `keep` takes.
pub(super) fn branches(
    repo: &Repo,
    place: &Place<'_>,
    keep: &dyn Fn(&str) -> bool,
) -> Result<Vec<(String, CommitId)>, Refusal> {
    let prefix = place.prefix();
    let mut found = Vec::new();
    for full in repo.ref_names(&prefix).map_err(git)? {
        let name = full.strip_prefix(&prefix).unwrap_or(&full);
        if name != "HEAD"
            && keep(name)
            && let Ok(Some(tip)) = repo.ref_commit(&full)
        {
            found.push((name.to_string(), tip));
        }
        if found.len() == MOST_BRANCHES {
            break;
        }
    }
    Ok(found)
}

/// So many production branches are asked what production is.
const MOST_BRANCHES: usize = 50;

/// What a configuration says of production.
pub(super) struct Patterns {
    branches: GlobSet,
    tags: GlobSet,
}

impl Patterns {
    pub(super) fn of(config: &Config) -> Patterns {
        Patterns { branches: names(&config.branches), tags: names(&config.tags) }
    }

    pub(super) fn default_ones() -> Patterns {
        let mut sources = Sources::new();
        let nowhere = sources.add(Origin::BuiltIn("defaults".to_string()), "");
        Patterns::of(&Config::defaults(Span::new(nowhere, 0..0)))
    }

    pub(super) fn branch(&self, name: &str) -> bool {
        self.branches.is_match(folded(name))
    }

    pub(super) fn tag(&self, name: &str) -> bool {
        self.tags.is_match(folded(name))
    }
}

/// Patterns of branch and tag names: `*` stays between slashes, as in paths, and case counts for nothing.
fn names(patterns: &[At<String>]) -> GlobSet {
    let mut builder = globset::GlobSetBuilder::new();
    for pattern in patterns {
        // One that does not compile is a mistake of the configuration, which is reported with it.
        if let Ok(glob) = glob(&format!("/{}", pattern.value.trim_start_matches('/'))) {
            builder.add(glob);
        }
    }
    builder.build().unwrap_or_default()
}

fn folded(name: &str) -> std::path::PathBuf {
    let bytes = crate::policy::fold_path(name.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned().into()
}
