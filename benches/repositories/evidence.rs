//! The evidence of the generated repositories: the files of the recipes that every rule accepts.

use std::collections::BTreeMap;
use std::path::Path;

use roadworthy::diag::Sources;
use roadworthy::fixture;

use super::git;
use super::stream::Author;

/// The recipe with five artifacts, by its path under `policies/`.
pub(crate) const CORE: [&str; 1] = ["core/ready.toml"];
/// The recipes that have the artifacts of all packs together: five, four, four and four.
pub(crate) const ALL: [&str; 4] =
    ["core/ready.toml", "operations/ready.toml", "delivery/ready.toml", "trust/ready.toml"];
/// What a recipe says of itself is no evidence.
const SETTINGS: &str = "roadworthy.toml";

/// A file of a recipe's last commit, and who changed it last.
pub(crate) struct Evidence {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) author: Author,
    /// Seconds since 1970.
    pub(crate) time: i64,
}

/// All files of the recipes, code included, sorted by path.
pub(crate) fn files(recipes: &[&str]) -> Result<Vec<Evidence>, String> {
    let mut all = BTreeMap::new();
    for recipe in recipes {
        for file in of_recipe(recipe)? {
            all.entry(file.path.clone()).or_insert(file);
        }
    }
    all.remove(SETTINGS);
    Ok(all.into_values().collect())
}

fn of_recipe(recipe: &str) -> Result<Vec<Evidence>, String> {
    let mut sources = Sources::new();
    let scenario = fixture::resolve(&mut sources, &fixture::load_embedded, recipe)
        .map_err(|mistakes| format!("{recipe} has {} mistakes; `cargo test` shows them", mistakes.len()))?;
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let (home, place) = (folder.path().join("home"), folder.path().join("repository"));
    std::fs::create_dir(&home).map_err(|e| e.to_string())?;
    fixture::build(&scenario, &place).map_err(|e| e.to_string())?;
    let list = git(&place, &home, &["ls-tree", "-r", "--name-only", "HEAD"])?;
    list.lines().map(|path| file(&place, &home, path)).collect()
}

fn file(place: &Path, home: &Path, path: &str) -> Result<Evidence, String> {
    let text = std::fs::read_to_string(place.join(path)).map_err(|e| format!("{path}: {e}"))?;
    let said = git(place, home, &["log", "-1", "--format=%an <%ae>|%at", "--", path])?;
    let wrong = || format!("git log says `{said}` of {path}");
    let (author, time) = said.trim().split_once('|').ok_or_else(wrong)?;
    Ok(Evidence {
        path: path.to_string(),
        text,
        author: author.to_string(),
        time: time.parse().map_err(|_| wrong())?,
    })
}
