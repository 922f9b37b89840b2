//! The repositories of the usual rows.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::repositories::code::{code, telling_code};
use crate::repositories::evidence::{self, ALL, CORE, Evidence};
use crate::repositories::history::{author, history, write_one};
use crate::repositories::staged::{listed, stage};
use crate::repositories::stream::{Commit, EPOCH, Numbers, Stream};
use crate::repositories::{Place, key};

/// Files of the history repository.
const HISTORY_FILES: usize = 600;
/// Files of the code repository.
const CODE_FILES: usize = 3_000;
/// Files of the listing repository.
const LISTING_FILES: usize = 100_000;
/// Files that the change of the merge repository touches.
const CHANGED_FILES: usize = 36;
/// Commits of `main` that the change does not have.
const BEHIND: usize = 800;
/// Files of the repository with a hook of a usual size.
const USUAL_FILES: usize = 10_000;
/// Models of the repositories with many.
const MODELS: usize = 500;

/// Where the repositories are. All are repacked, and have no commit-graph, as after a clone. All but two
/// are bare.
pub(crate) struct Repositories {
    /// 600 files, 2,000 commits, the evidence of one model.
    pub(crate) history: PathBuf,
    /// 3,000 files of code, 2,000 commits, the evidence of one model.
    pub(crate) code: PathBuf,
    /// 100,000 files, one commit, no evidence.
    pub(crate) listing: PathBuf,
    /// 500 models, each with five artifacts.
    pub(crate) models: PathBuf,
    /// 500 models, each with the artifacts of all packs.
    pub(crate) full: PathBuf,
    /// 100,000 files; `change` has one commit on 36 of them, `main` 800 since it left.
    pub(crate) merge: PathBuf,
    /// One file, one commit.
    pub(crate) single: PathBuf,
    /// 100,000 files and the evidence of one model in the index of a work tree, five files changed since
    /// the commit below. No file is on disk.
    pub(crate) staged: PathBuf,
    /// The same with 10,000 files.
    pub(crate) usual: PathBuf,
}

/// Finds the repositories below `root`, and generates those that are not there.
pub(crate) fn all(root: &Path) -> Result<Repositories, String> {
    let (files, full) = (evidence::files(&CORE)?, evidence::files(&ALL)?);
    let place = Place { root, key: key(&full) };
    let config = "[models]\ndiscover = [\"models/*\"]\n";
    let all_packs = format!("[policy]\npacks = {}\n{config}", crate::usual::PACKS);
    Ok(Repositories {
        history: place.ensure("history", |stream| history(stream, &files, HISTORY_FILES, code))?,
        code: place.ensure("code", |stream| history(stream, &files, CODE_FILES, telling_code))?,
        listing: place.ensure("listing", listing)?,
        models: place.ensure("models", |stream| models(stream, &files, config))?,
        full: place.ensure("full", |stream| models(stream, &full, &all_packs))?,
        merge: place.ensure("merge", merge)?,
        single: place.ensure("single", single)?,
        staged: place.staged("staged", &files, LISTING_FILES, |at, home| stage(at, home, LISTING_FILES))?,
        usual: place.staged("usual", &files, USUAL_FILES, |at, home| stage(at, home, USUAL_FILES))?,
    })
}

fn listing(stream: &mut Stream<&mut dyn Write>) -> io::Result<()> {
    let files: Vec<(String, String)> = (0..LISTING_FILES)
        .map(listed)
        .map(|(nth, path)| {
            let text = format!("{path}\n{nth}\n");
            (path, text)
        })
        .collect();
    write_one(stream, &files)
}

/// A text that both sides can change without touching each other.
fn shared(path: &str, first: usize, last: usize) -> String {
    let middle: String = (0..20).map(|line| format!("line {line} of {path}\n")).collect();
    format!("first {first}\n{middle}last {last}\n")
}

/// `main` moves on while `change` touches [`CHANGED_FILES`] files, every ninth of which `main` changes too.
fn merge(stream: &mut Stream<&mut dyn Write>) -> io::Result<()> {
    let path = |nth: usize| listed(nth % LISTING_FILES).1;
    let touched = |nth: usize| path(nth * 2_777);
    let files: Vec<(String, String)> =
        (0..LISTING_FILES).map(|nth| (path(nth), shared(&path(nth), 0, nth))).collect();
    let who = author(0);
    let mut commit = |branch, nth: usize, parents: &[u32], files: &[(String, String)]| {
        let time = EPOCH + 60 * nth as i64;
        stream.commit(&Commit { branch, author: &who, time, message: "Change\n", parents, files })
    };
    let base = commit("main", 0, &[], &files)?;
    let change: Vec<(String, String)> =
        (0..CHANGED_FILES).map(|nth| (touched(nth), shared(&touched(nth), 0, 1_000_000 + nth))).collect();
    commit("change", BEHIND, &[base], &change)?;
    let mut numbers = Numbers(11);
    let mut head = base;
    for nth in 0..BEHIND {
        let which = numbers.below(LISTING_FILES);
        let both = (nth % (BEHIND / 4) == 0).then(|| touched(9 * (nth / (BEHIND / 4))));
        let (path, last) = match both {
            Some(path) => (path, 9 * (nth / (BEHIND / 4)) * 2_777),
            None => (path(which), which),
        };
        let text = shared(&path, nth + 1, last % LISTING_FILES);
        head = commit("main", nth + 1, &[head], &[(path, text)])?;
    }
    Ok(())
}

fn models(stream: &mut Stream<&mut dyn Write>, files: &[Evidence], config: &str) -> io::Result<()> {
    let mut all = vec![("roadworthy.toml".to_string(), config.to_string())];
    for nth in 0..MODELS {
        // No two models hold the same bytes.
        let name = format!("churn{nth:03}");
        let own = |text: &str| text.replace("churn", &name);
        all.extend(files.iter().map(|file| (format!("models/{name}/{}", own(&file.path)), own(&file.text))));
    }
    write_one(stream, &all)
}

fn single(stream: &mut Stream<&mut dyn Write>) -> io::Result<()> {
    write_one(stream, &[("README.md".to_string(), "# Churn model\n".to_string())])
}
