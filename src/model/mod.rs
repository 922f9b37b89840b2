//! The units that ship: listed in the configuration, discovered by pattern, or the whole
//! repository.

mod homes;

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobSet, GlobSetBuilder};

use crate::diag::{Diagnostic, Level, RepoPath, Span};
use crate::git::Snapshot;
use crate::policy::{Config, Mode, Tier, fold_path, glob};

pub use homes::Homes;

/// The id of the model that is the whole repository, when nothing names it.
pub const ROOT_ID: &str = "root";

/// A unit that ships.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its id.
    pub id: String,
    /// Its folder.
    pub path: RepoPath,
    /// How much depends on it.
    pub tier: Tier,
    /// How it is used, if stated.
    pub mode: Option<Mode>,
    /// Where it is listed.
    pub listed: Option<Span>,
    /// Where its tier is stated; `None` for the tier that all have.
    pub tier_at: Option<Span>,
    /// Where its mode is stated.
    pub mode_at: Option<Span>,
}

impl Model {
    /// A model that no configuration describes.
    fn plain(id: String, path: RepoPath) -> Model {
        let tier = Tier::Standard;
        Model { id, path, tier, mode: None, listed: None, tier_at: None, mode_at: None }
    }
}

/// The place of a model among some that are sorted by id.
pub fn place(models: &[Model], id: &str) -> Option<usize> {
    models.binary_search_by(|model| model.id.as_str().cmp(id)).ok()
}

/// All models of the tree, sorted by id.
///
/// # Errors
/// What makes it impossible to say which models there are: a listed folder that does not exist, two
/// discovered folders of one name, fewer models than the minimum.
pub fn discover(config: &Config, snapshot: &Snapshot<'_>) -> Result<Vec<Model>, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut models: BTreeMap<String, Model> = BTreeMap::new();
    for spec in &config.models {
        if !spec.path.value.is_root() && !snapshot.has_dir(spec.path.value.as_bytes()) {
            let message = format!(
                "model `{}` lies in `{}`, which is no folder of the judged tree",
                spec.id.value, spec.path.value
            );
            problems.push(
                Diagnostic::new(Level::Error, "model-path-missing", message)
                    .at(spec.path.span, "no such folder")
                    .help("correct the path, or drop the table when the model is gone"),
            );
        }
        let model = Model {
            id: spec.id.value.clone(),
            path: spec.path.value.clone(),
            tier: spec.tier,
            mode: spec.mode,
            listed: Some(spec.id.span),
            tier_at: spec.tier_at,
            mode_at: spec.mode_at,
        };
        models.insert(model.id.clone(), model);
    }
    found(config, snapshot, &mut models, &mut problems);
    if config.models.is_empty() && config.discover.is_empty() {
        models.insert(ROOT_ID.to_string(), Model::plain(ROOT_ID.to_string(), RepoPath::root()));
    }
    let count = models.len() as u64;
    if problems.is_empty() && count < config.minimum {
        problems.push(too_few(config, count));
    }
    if problems.is_empty() { Ok(models.into_values().collect()) } else { Err(problems) }
}

fn too_few(config: &Config, count: u64) -> Diagnostic {
    let said = match count {
        0 => "no model was found: there is nothing to vouch for".to_string(),
        1 => format!("1 model was found, and `minimum` asks for {}", config.minimum),
        n => format!("{n} models were found, and `minimum` asks for {}", config.minimum),
    };
    let mut problem = Diagnostic::new(Level::Error, "no-model", said);
    if let Some(pattern) = config.discover.first() {
        problem = problem.at(pattern.span, "too few folders match");
    }
    problem.help("list the models as [[model]] tables in roadworthy.toml, or mend `discover` in [models]")
}

/// The folders of discovered models that some paths lie in, and that the tree does not have any more.
pub fn gone(config: &Config, paths: &[RepoPath], snapshot: &Snapshot<'_>) -> BTreeSet<RepoPath> {
    let mut gone = BTreeSet::new();
    let Some(set) = patterns(config) else { return gone };
    for path in paths.iter().map(RepoPath::as_bytes).filter(|path| snapshot.get(path).is_none()) {
        for (at, _) in path.iter().enumerate().filter(|(_, b)| **b == b'/') {
            let folder = &path[..at];
            if !snapshot.has_dir(folder) && matches(&set, folder) {
                gone.insert(RepoPath::from_git(folder));
            }
        }
    }
    gone
}

/// The patterns of folders that are models; `None` without any.
fn patterns(config: &Config) -> Option<GlobSet> {
    let mut builder = GlobSetBuilder::new();
    for pattern in &config.discover {
        // One that does not compile was reported with the configuration.
        if let Ok(glob) = glob(&format!("/{}", pattern.value.trim_matches('/'))) {
            builder.add(glob);
        }
    }
    builder.build().ok().filter(|_| !config.discover.is_empty())
}

fn matches(set: &GlobSet, folder: &[u8]) -> bool {
    set.is_match_candidate(&globset::Candidate::from_bytes(&fold_path(folder)))
}

fn found(
    config: &Config,
    snapshot: &Snapshot<'_>,
    models: &mut BTreeMap<String, Model>,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(set) = patterns(config) else { return };
    let listed: BTreeSet<Vec<u8>> = models.values().map(|model| model.path.as_bytes().to_vec()).collect();
    let mut last: &[u8] = &[];
    for entry in snapshot.iter() {
        for (at, _) in entry.path.iter().enumerate().filter(|(_, b)| **b == b'/') {
            // All that lies in a folder stands side by side.
            if last.starts_with(&entry.path[..=at]) {
                continue;
            }
            let folder = &entry.path[..at];
            if matches(&set, folder) && !listed.contains(folder) {
                add(RepoPath::from_git(folder), models, problems);
            }
        }
        last = entry.path;
    }
}

fn add(path: RepoPath, models: &mut BTreeMap<String, Model>, problems: &mut Vec<Diagnostic>) {
    let id = String::from_utf8_lossy(path.file_name()).into_owned();
    if let Some(other) = models.get(&id) {
        let message = format!("two folders would both be model `{id}`: `{}` and `{path}`", other.path);
        problems.push(
            Diagnostic::new(Level::Error, "duplicate-model", message)
                .help("give one of them an id of its own in a [[model]] table of roadworthy.toml"),
        );
        return;
    }
    models.insert(id.clone(), Model::plain(id, path));
}
