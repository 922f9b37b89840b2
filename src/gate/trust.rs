//! Whose policy judges: that of the production side. A change cannot weaken what judges it; its own
//! policy is only compared.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::diag::{Diagnostic, Level, Origin, RepoPath, Sources, Span};
use crate::git::{CommitId, Content, Error, Limits, Repo, Snapshot, Target};
use crate::model::{self, Model};
use crate::policy::{Config, FILE, PolicySet, load_config};

use super::listed::{Left, Listing};
use super::policy::{of_side, outside};
use super::side::{self, Side};
use super::{Change, Extra, Request};

/// So many commits back, a policy that can be read is looked for when production's own cannot.
const FURTHEST: usize = 2000;
/// So many policies are tried on the way.
const MOST_TRIED: usize = 50;

/// A policy and the models that it states for the judged tree.
pub(super) struct Stated {
    pub(super) set: Arc<PolicySet>,
    pub(super) models: Vec<Model>,
}

/// The policy that judges, and what the change would make of it.
pub(super) struct Trusted {
    pub(super) stated: Stated,
    /// The change's own policy, where it differs.
    pub(super) proposed: Option<Stated>,
    /// The paths that the change touches; `None` when the whole tree is judged.
    pub(super) changed: Option<Vec<RepoPath>>,
    /// Production has no configuration: the change brings the first one.
    pub(super) adopted: bool,
    /// Models that leave the list with their folder and ship on.
    pub(super) left: Vec<Left>,
    /// What has to be said about all this.
    pub(super) remarks: Vec<String>,
}

pub(super) type Mistakes = Vec<Diagnostic>;

/// Finds the policy that judges.
///
/// # Errors
/// All mistakes in the policy that would judge, and in the one that the change would leave behind.
pub(super) fn establish(
    repo: &Repo,
    request: &Request,
    snapshot: &Snapshot<'_>,
    sources: &mut Sources,
) -> Result<Trusted, Mistakes> {
    let own = Side { snapshot, revision: None };
    let whole = |remarks, sources: &mut Sources| {
        let set = load(request, own, sources)?;
        let models = model::discover(&set.config, snapshot)?;
        let stated = Stated { set: Arc::new(set), models };
        Ok(Trusted { stated, proposed: None, changed: None, adopted: false, left: Vec::new(), remarks })
    };
    let Some(change) = &request.change else { return whole(Vec::new(), sources) };
    let Some(tip) = change.production else {
        let said =
            format!("`{}` is new, and nothing else is production yet: its own policy judges it", change.name);
        return whole(vec![said], sources);
    };
    let changed = changed(tip, snapshot)?;
    let scope = match change.since {
        Some(since) if since == tip => Some(changed.clone()),
        Some(since) => Some(self::changed(since, snapshot)?),
        None => None,
    };
    let policy_file = |path: &RepoPath| side::is_config(path.as_bytes());
    let mut judging = if changed.iter().any(policy_file) {
        Judging::differing(repo, request, change, tip, own, sources)?
    } else {
        // What the change leaves alone is production's.
        let name = Some(change.trusted_name()).filter(|name| !name.is_empty());
        match load(request, Side { snapshot, revision: name }, sources) {
            Ok(set) if !side::touched(&set.config, &changed) => Judging::of(set, Vec::new()),
            Ok(_) => Judging::differing(repo, request, change, tip, own, sources)?,
            Err(mistakes) => {
                return Err(with_way_out(repo, request, change, tip, mistakes, sources));
            }
        }
    };
    let proposed = match judging.proposed.take() {
        Some(set) => {
            let models = model::discover(&set.config, snapshot)?;
            Some(Stated { set: Arc::new(set), models })
        }
        None => None,
    };
    let listing = Listing { repo, tip, snapshot, changed: &changed };
    let (models, left) = listing.models(&mut judging, proposed.as_ref())?;
    Ok(Trusted {
        stated: Stated { set: Arc::new(judging.set), models },
        proposed,
        changed: scope,
        adopted: judging.adopted,
        left,
        remarks: judging.remarks,
    })
}

fn load(request: &Request, side: Side<'_>, sources: &mut Sources) -> Result<PolicySet, Mistakes> {
    match &request.policy {
        Some(files) => outside(files, side, &request.extra, sources),
        None => of_side(side, &request.extra, sources),
    }
}

fn changed(from: CommitId, snapshot: &Snapshot<'_>) -> Result<Vec<RepoPath>, Mistakes> {
    snapshot.changed_since(from).map_err(|error| vec![error.diagnostic()])
}

/// The policy that judges a change which touches policy files.
pub(super) struct Judging {
    pub(super) set: PolicySet,
    proposed: Option<PolicySet>,
    pub(super) adopted: bool,
    pub(super) remarks: Vec<String>,
}

impl Judging {
    fn of(set: PolicySet, remarks: Vec<String>) -> Judging {
        Judging { set, proposed: None, adopted: false, remarks }
    }

    fn differing(
        repo: &Repo,
        request: &Request,
        change: &Change,
        tip: CommitId,
        own: Side<'_>,
        sources: &mut Sources,
    ) -> Result<Judging, Mistakes> {
        let name = change.trusted_name();
        let snapshot = snapshot(repo, tip)?;
        let side = Side { snapshot: &snapshot, revision: Some(name) };
        let proposed = load(request, own, sources);
        if snapshot.get(FILE.as_bytes()).is_none() {
            let said = format!("`{name}` has no {FILE} yet: the change's own policy judges it");
            let before = load(request, side, sources)?;
            let judging = Judging::of(proposed?, vec![said]);
            return Ok(Judging { proposed: Some(before), adopted: true, ..judging });
        }
        match load(request, side, sources) {
            Ok(set) => {
                let proposed = proposed?;
                Ok(Judging { proposed: Some(proposed), ..Judging::of(set, Vec::new()) })
            }
            Err(_) => {
                let proposed = proposed
                    .map_err(|mistakes| with_way_out(repo, request, change, tip, mistakes, sources))?;
                Ok(repaired(repo, request, name, tip, proposed, sources))
            }
        }
    }
}

/// A change that makes a broken policy readable again is judged by the last policy of production that
/// could be read, so that breaking a policy is no way to be rid of it.
fn repaired(
    repo: &Repo,
    request: &Request,
    name: &str,
    tip: CommitId,
    proposed: PolicySet,
    sources: &mut Sources,
) -> Judging {
    match last_readable(repo, request, tip, sources) {
        Some((commit, set)) => {
            let said = format!(
                "the policy on `{name}` cannot be read; this repair of it is judged by the last one that could, that of commit {}",
                commit.short()
            );
            Judging { proposed: Some(proposed), ..Judging::of(set, vec![said]) }
        }
        None => {
            let said = format!(
                "the policy on `{name}` cannot be read and never could: the change's own policy judges it"
            );
            Judging::of(proposed, vec![said])
        }
    }
}

/// Mistakes of a policy that the change leaves broken, with how a repair may land.
fn with_way_out(
    repo: &Repo,
    request: &Request,
    change: &Change,
    tip: CommitId,
    mut mistakes: Mistakes,
    sources: &mut Sources,
) -> Mistakes {
    let name = change.trusted_name();
    let broken = snapshot(repo, tip)
        .and_then(|snapshot| load(request, Side { snapshot: &snapshot, revision: Some(name) }, sources))
        .is_err();
    let (message, help) = match (broken, last_readable(repo, request, tip, sources).filter(|_| broken)) {
        (false, _) => (
            format!("this change would leave `{name}` with a policy that cannot be read"),
            "mend the mistakes above in this change; `roadworthy policy check` finds them all".to_string(),
        ),
        (true, Some((commit, _))) => (
            format!("the policy on `{name}` cannot be read, so nothing can land there but its repair"),
            format!(
                "mend the mistakes above in this change: it is then judged by the last policy that could be read, that of commit {}",
                commit.short()
            ),
        ),
        (true, None) => (
            format!("the policy on `{name}` cannot be read, so nothing can land there but its repair"),
            "mend the mistakes above in this change: it is then judged by its own policy".to_string(),
        ),
    };
    mistakes.push(Diagnostic::new(Level::Error, "policy-broken", message).help(help));
    mistakes
}

/// The configuration that counts where a commit stands: its own, or the last one before it that could be
/// read, or the defaults.
///
/// # Errors
/// When the file cannot be read out of Git.
pub(super) fn config_of(
    repo: &Repo,
    commit: CommitId,
    policy: Option<&[Extra]>,
    as_of: NaiveDate,
) -> Result<Config, Error> {
    let mut sources = Sources::new();
    let mut mistakes = crate::policy::Mistakes::default();
    let words = super::policy::words(&[], &mut mistakes);
    let outside = policy.into_iter().flatten().find(|file| file.is_config());
    let nowhere = Span::new(sources.add(Origin::BuiltIn("defaults".to_string()), ""), 0..0);
    if policy.is_some() && outside.is_none() {
        // Packs alone come with the defaults, whatever the repository says.
        return Ok(Config::defaults(nowhere));
    }
    let path = RepoPath::from_git(FILE.as_bytes());
    let text = match outside {
        Some(file) => Some(Content::Text(file.text.as_str().into())),
        None => repo.read_file(commit, FILE.as_bytes(), Limits::default().max_blob)?,
    };
    if let Some(Content::Text(text)) = &text {
        let source = sources.add(Origin::Repository(path), text.clone());
        let config = load_config(&sources, source, &words, &mut mistakes);
        if mistakes.is_empty() {
            return Ok(config);
        }
    }
    if text.is_none() {
        return Ok(Config::defaults(nowhere));
    }
    let request = Request::new(Target::Commit(commit), as_of);
    let readable = last_readable(repo, &request, commit, &mut sources);
    Ok(readable.map_or_else(|| Config::defaults(nowhere), |(_, set)| set.config))
}

/// The newest commit of production, along first parents, whose policy can be read.
fn last_readable(
    repo: &Repo,
    request: &Request,
    tip: CommitId,
    sources: &mut Sources,
) -> Option<(CommitId, PolicySet)> {
    let policy_at =
        |commit| repo.read_file(commit, FILE.as_bytes(), Limits::default().max_blob).ok().flatten();
    let mut failed: Option<Content> = None;
    let (mut at, mut tried) = (Some(tip), 0);
    for _ in 0..FURTHEST {
        let commit = at?;
        let content = policy_at(commit)?;
        // The same configuration fails again, unless the policy files that it names were the cause.
        let names_files = matches!(&content, Content::Text(text) if text.contains("files"));
        if failed.as_ref() != Some(&content) || names_files {
            tried += 1;
            let snapshot = snapshot(repo, commit).ok()?;
            let revision = commit.short();
            let side = Side { snapshot: &snapshot, revision: Some(&revision) };
            if let Ok(set) = load(request, side, sources) {
                return Some((commit, set));
            }
            failed = Some(content);
        }
        if tried >= MOST_TRIED {
            return None;
        }
        at = repo.first_parent(commit).ok().flatten();
    }
    None
}

pub(super) fn snapshot(repo: &Repo, commit: CommitId) -> Result<Snapshot<'_>, Mistakes> {
    repo.snapshot(&Target::Commit(commit), &Limits::default()).map_err(|error| vec![error.diagnostic()])
}
