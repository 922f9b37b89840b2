//! From what would land to what is judged: whether it lands on production, whose policy judges it, and
//! what it is compared with.

use chrono::NaiveDate;
use globset::GlobSet;

use crate::diag::{Diagnostic, Level};
use crate::git::{CommitId, Error, Head, Repo, Target};
use crate::landing::{Landing, short, spoken};
use crate::policy::{At, glob};

use super::{Change, Extra, Request, named, trust};

/// What becomes of something that would land.
#[derive(Clone, Debug)]
pub enum Asked {
    /// It is judged.
    Judge(Box<Request>),
    /// It does not concern production; said in a sentence.
    Free(String),
}

/// Where production is looked up, and the policy that judges in place of the repository's.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The remote whose branches are meant, in a clone that pushes to it.
    pub remote: Option<&'a str>,
    /// Policy files from outside of the repository.
    pub policy: Option<&'a [Extra]>,
    /// The date of the judgement.
    pub as_of: NaiveDate,
}

/// Refused, with what to do.
type Refusal = Box<Diagnostic>;

/// Decides what is judged for something that would land.
///
/// # Errors
/// Whatever makes it impossible to say, and the deletion of a production branch.
pub fn ask(repo: &Repo, landing: &Landing, place: &Place<'_>) -> Result<Asked, Refusal> {
    let git = |error: Error| Box::new(error.diagnostic());
    let asked = match landing {
        Landing::Index { .. } => index(repo, place)?,
        Landing::Merge { into, tip, head } => {
            let tip = repo.resolve_commit(tip).map_err(git)?;
            let commit = repo.resolve_commit(head).map_err(git)?;
            let head = if short(head) == head.as_str() { head.as_str() } else { "" };
            Asked::Judge(Box::new(
                Request::merge(repo, (into, tip), (head, commit), place.as_of).map_err(git)?,
            ))
        }
        Landing::Move { ref_name, old, new } => moved(repo, ref_name, old.as_deref(), new, place)?,
        Landing::Delete { ref_name, old } => deleted(repo, ref_name, old.as_deref(), place)?,
        Landing::Whole { ref_name, revision } => {
            let commit = repo.resolve_commit(revision).map_err(git)?;
            let name = ref_name.as_deref().map_or("", plain);
            let request = Request::new(Target::Commit(commit), place.as_of);
            let change =
                Change { what: format!("the whole of {}", named(name, commit)), ..Change::to(name, commit) };
            Asked::Judge(Box::new(Request { change: Some(change), ..request }))
        }
    };
    Ok(match asked {
        Asked::Judge(request) => {
            Asked::Judge(Box::new(Request { policy: place.policy.map(<[Extra]>::to_vec), ..*request }))
        }
        free => free,
    })
}

impl Change {
    /// The whole of a commit, judged by its own policy.
    fn to(name: &str, commit: CommitId) -> Change {
        Change {
            what: String::new(),
            name: name.to_string(),
            production: Some(commit),
            trusted: None,
            since: None,
            head: None,
            exclude: Vec::new(),
            conflicts: Vec::new(),
        }
    }
}

/// A full ref name without what Git puts before it.
fn plain(ref_name: &str) -> &str {
    ref_name.strip_prefix("refs/heads/").or_else(|| ref_name.strip_prefix("refs/tags/")).unwrap_or(ref_name)
}

/// What would be committed on the current branch.
fn index(repo: &Repo, place: &Place<'_>) -> Result<Asked, Refusal> {
    let head = repo.head().map_err(|error| Box::new(error.diagnostic()))?;
    let (branch, tip) = match head {
        Head::Branch { name, tip } => (name, Some(tip)),
        Head::Unborn { branch } => (branch, None),
        Head::Detached(tip) => (String::new(), Some(tip)),
    };
    let request = Request::new(Target::Index, place.as_of);
    let what = match branch.as_str() {
        "" => "staged files".to_string(),
        name => format!("staged files, for {name}"),
    };
    let change = Change {
        what,
        name: branch,
        production: tip,
        since: tip,
        head: None,
        exclude: Vec::new(),
        conflicts: Vec::new(),
        trusted: None,
    };
    Ok(Asked::Judge(Box::new(Request { change: Some(change), ..request })))
}

/// Whether a branch is production by what the repository itself says where it stands.
///
/// # Errors
/// As [`ask`].
pub fn is_production(repo: &Repo, branch: &str, place: &Place<'_>) -> Result<bool, Refusal> {
    let own = tip_of(repo, branch, place)?;
    let patterns = Patterns::of(repo, own, place, None)?;
    Ok(patterns.branch(branch))
}

fn tip_of(repo: &Repo, branch: &str, place: &Place<'_>) -> Result<Option<CommitId>, Refusal> {
    let name = match place.remote {
        Some(remote) => format!("refs/remotes/{remote}/{branch}"),
        None => format!("refs/heads/{branch}"),
    };
    repo.ref_commit(&name).map_err(|error| Box::new(error.diagnostic()))
}

fn moved(
    repo: &Repo,
    ref_name: &str,
    old: Option<&str>,
    new: &str,
    place: &Place<'_>,
) -> Result<Asked, Refusal> {
    let name = plain(ref_name);
    let tag = ref_name.starts_with("refs/tags/");
    if !tag && !ref_name.starts_with("refs/heads/") {
        return Ok(Asked::Free(format!("{} is neither a branch nor a tag", spoken(ref_name))));
    }
    let old = old.map(|old| before(repo, ref_name, old, place)).transpose()?;
    let patterns = Patterns::of(repo, old, place, Some(new))?;
    if !(if tag { patterns.tag(name) } else { patterns.branch(name) }) {
        return Ok(Asked::Free(format!("{} is not production", spoken(ref_name))));
    }
    let commit = repo.resolve_commit(new).map_err(|error| Box::new(error.diagnostic()))?;
    let request = Request::new(Target::Commit(commit), place.as_of);
    let change = match (tag, old) {
        (true, _) => tagged(repo, name, commit, &patterns)?,
        (false, Some(old)) => Change {
            what: format!("{name}, moved from {} to {}", old.short(), commit.short()),
            name: name.to_string(),
            production: Some(old),
            trusted: None,
            since: Some(old),
            head: Some(commit),
            exclude: vec![old],
            conflicts: Vec::new(),
        },
        (false, None) => Change {
            what: format!("new branch {}", named(name, commit)),
            name: name.to_string(),
            production: patterns.home.as_ref().map(|(_, tip)| *tip),
            trusted: patterns.home.as_ref().map(|(home, _)| home.clone()),
            since: None,
            head: Some(commit),
            exclude: patterns.home.iter().map(|(_, tip)| *tip).collect(),
            conflicts: Vec::new(),
        },
    };
    Ok(Asked::Judge(Box::new(Request { change: Some(change), ..request })))
}

/// The commit that a ref was at. In a clone, the server may be further on than what was fetched.
fn before(repo: &Repo, ref_name: &str, old: &str, place: &Place<'_>) -> Result<CommitId, Refusal> {
    let error = match repo.resolve_commit(old) {
        Ok(commit) => return Ok(commit),
        Err(error) => error,
    };
    let fetched = match place.remote.filter(|_| ref_name.starts_with("refs/heads/")) {
        Some(_) => tip_of(repo, plain(ref_name), place)?,
        None => None,
    };
    fetched.ok_or_else(|| {
        let help = match place.remote {
            Some(remote) => format!("`git fetch {remote}` first, then push again"),
            None => "run `git fsck`: the repository lacks what its own branch names".to_string(),
        };
        let message = format!("{} stands at {}, which is not here: {error}", spoken(ref_name), short(old));
        Box::new(Diagnostic::new(Level::Error, "unknown-base", message).help(help))
    })
}

fn deleted(repo: &Repo, ref_name: &str, old: Option<&str>, place: &Place<'_>) -> Result<Asked, Refusal> {
    let name = plain(ref_name);
    if !ref_name.starts_with("refs/heads/") {
        return Ok(Asked::Free(format!("{} is deleted, and is no branch", spoken(ref_name))));
    }
    let old = match old {
        Some(old) => repo.resolve_commit(old).ok(),
        None => tip_of(repo, name, place)?,
    };
    if !Patterns::of(repo, old, place, None)?.branch(name) {
        return Ok(Asked::Free(format!("{} is not production", spoken(ref_name))));
    }
    let message = format!("`{name}` is a production branch, and this would delete it");
    Err(Box::new(Diagnostic::new(Level::Error, "production-deleted", message).help(
        "first take it out of `branches` in [production] of roadworthy.toml, with a change that is judged like any other",
    )))
}

/// A tag is compared with the newest production tag below it.
fn tagged(repo: &Repo, name: &str, commit: CommitId, patterns: &Patterns) -> Result<Change, Refusal> {
    let git = |error: Error| Box::new(error.diagnostic());
    let mut previous: Option<(i64, String, CommitId)> = None;
    for full in repo.ref_names("refs/tags/").map_err(git)? {
        let other = plain(&full);
        if other == name || !patterns.tag(other) {
            continue;
        }
        let Ok(Some(tip)) = repo.ref_commit(&full) else { continue };
        let time = repo.commit_time(tip).map_err(git)?;
        let newer = previous.as_ref().is_none_or(|(best, ..)| time > *best);
        if newer && tip != commit && repo.is_ancestor(tip, commit).map_err(git)? {
            previous = Some((time, other.to_string(), tip));
        }
    }
    let home = patterns.home.as_ref();
    let since = previous.as_ref().map(|(.., tip)| *tip);
    let told = match &previous {
        Some((_, before, _)) => format!(", since tag {before}"),
        None => String::new(),
    };
    Ok(Change {
        what: format!("tag {}{told}", named(name, commit)),
        name: name.to_string(),
        production: home.map(|(_, tip)| *tip),
        trusted: home.map(|(home, _)| home.clone()),
        since,
        head: Some(commit),
        // Without an earlier tag, what is on the branch already was judged when it landed there.
        exclude: since.or(home.map(|(_, tip)| *tip)).into_iter().collect(),
        conflicts: Vec::new(),
    })
}

/// What is production here: by the branch that the repository shows first, and by the branch that is
/// concerned. Either is enough, so that neither can take a branch out by itself.
struct Patterns {
    branches: Vec<GlobSet>,
    tags: Vec<GlobSet>,
    /// The production branch whose policy judges what has no policy of its own yet.
    home: Option<(String, CommitId)>,
}

impl Patterns {
    /// `first` is asked when nothing else is there: the first push into an empty repository.
    fn of(
        repo: &Repo,
        own: Option<CommitId>,
        place: &Place<'_>,
        first: Option<&str>,
    ) -> Result<Patterns, Refusal> {
        let shown = shown(repo, place)?;
        let mut commits: Vec<CommitId> = shown.iter().map(|(_, tip)| *tip).chain(own).collect();
        commits.dedup();
        if commits.is_empty() {
            commits.extend(first.and_then(|first| repo.resolve_commit(first).ok()));
        }
        let mut patterns = Patterns { branches: Vec::new(), tags: Vec::new(), home: None };
        for commit in commits {
            let config = trust::config_of(repo, commit, place.policy, place.as_of)
                .map_err(|error| Box::new(error.diagnostic()))?;
            patterns.branches.push(names(&config.branches));
            patterns.tags.push(names(&config.tags));
        }
        patterns.home = patterns.production(repo, shown, place)?;
        Ok(patterns)
    }

    /// The shown branch when it is production, otherwise the first production branch there is.
    fn production(
        &self,
        repo: &Repo,
        shown: Option<(String, CommitId)>,
        place: &Place<'_>,
    ) -> Result<Option<(String, CommitId)>, Refusal> {
        if let Some(found) = shown.as_ref().filter(|(name, _)| self.branch(name)) {
            return Ok(Some(found.clone()));
        }
        let prefix = place.remote.map_or("refs/heads/".to_string(), |r| format!("refs/remotes/{r}/"));
        for full in repo.ref_names(&prefix).map_err(|error| Box::new(error.diagnostic()))? {
            let name = full.strip_prefix(&prefix).unwrap_or(&full);
            if name != "HEAD"
                && self.branch(name)
                && let Ok(Some(tip)) = repo.ref_commit(&full)
            {
                return Ok(Some((name.to_string(), tip)));
            }
        }
        Ok(shown)
    }

    fn branch(&self, name: &str) -> bool {
        self.branches.iter().any(|set| set.is_match(folded(name)))
    }

    fn tag(&self, name: &str) -> bool {
        self.tags.iter().any(|set| set.is_match(folded(name)))
    }
}

/// The branch that the repository shows first: the server's `HEAD`.
fn shown(repo: &Repo, place: &Place<'_>) -> Result<Option<(String, CommitId)>, Refusal> {
    let git = |error: Error| Box::new(error.diagnostic());
    let (head, prefix) = match place.remote {
        Some(remote) => (format!("refs/remotes/{remote}/HEAD"), format!("refs/remotes/{remote}/")),
        None => ("HEAD".to_string(), "refs/heads/".to_string()),
    };
    let Some(full) = repo.symbolic(&head).map_err(git)? else { return Ok(None) };
    let Some(name) = full.strip_prefix(&prefix) else { return Ok(None) };
    Ok(repo.ref_commit(&full).map_err(git)?.map(|tip| (name.to_string(), tip)))
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
