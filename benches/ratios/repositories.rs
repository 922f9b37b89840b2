//! The repositories that are judged: generated once, the same on every machine, kept for the next run.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use roadworthy::fixture;

use crate::code::{code, telling_code};
use crate::evidence::{self, Evidence};
use crate::staged::{change, stage, staged};
use crate::stream::{Author, Commit, EPOCH, Numbers, Stream};

/// Counted up whenever the generators change, so that repositories of older ones are left alone.
const VERSION: u32 = 4;

/// Files of the history repository.
const HISTORY_FILES: usize = 600;
/// Commits of the history repository, over eighteen months.
const HISTORY_COMMITS: usize = 2_000;
/// Files of the code repository.
const CODE_FILES: usize = 3_000;
/// Seconds from one commit to the next.
const STEP: i64 = 23_673;
/// Where in the history the README was changed last.
const README_AT: usize = 1_000;
/// Files of the listing repository.
const LISTING_FILES: usize = 100_000;
/// Files that the change of the merge repository touches.
const CHANGED_FILES: usize = 36;
/// Commits of `main` that the change does not have.
const BEHIND: usize = 800;
/// Files of the repository with a hook of a usual size.
const USUAL_FILES: usize = 10_000;
/// Files that are staged, or pushed.
pub(crate) const SMALL: usize = 5;
/// Models of the models repository.
const MODELS: usize = 500;

/// Where the repositories are. All are repacked, and have no commit-graph, as after a clone. All but one
/// are bare.
pub(crate) struct Repositories {
    /// 600 files, 2,000 commits, the evidence of one model.
    pub(crate) history: PathBuf,
    /// 3,000 files of code, 2,000 commits, the evidence of one model.
    pub(crate) code: PathBuf,
    /// 100,000 files, one commit, no evidence.
    pub(crate) listing: PathBuf,
    /// 500 models, each with its evidence.
    pub(crate) models: PathBuf,
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
    let files = evidence::files()?;
    let place = Place { root, key: key(&files) };
    Ok(Repositories {
        history: place.ensure("history", |stream| history(stream, &files, HISTORY_FILES, code))?,
        code: place.ensure("code", |stream| history(stream, &files, CODE_FILES, telling_code))?,
        listing: place.ensure("listing", listing)?,
        models: place.ensure("models", |stream| models(stream, &files))?,
        merge: place.ensure("merge", merge)?,
        single: place.ensure("single", single)?,
        staged: place.staged("staged", &files, LISTING_FILES, |at, home| stage(at, home, LISTING_FILES))?,
        usual: place.staged("usual", &files, USUAL_FILES, |at, home| stage(at, home, USUAL_FILES))?,
    })
}

fn key(files: &[Evidence]) -> u64 {
    let mut hasher = DefaultHasher::new();
    VERSION.hash(&mut hasher);
    for file in files {
        (&file.path, &file.text, &file.author, file.time).hash(&mut hasher);
    }
    hasher.finish()
}

/// What is done in a repository before it is used, given the user's folder too.
type Finish = fn(&Path, &Path) -> Result<(), String>;

struct Place<'a> {
    root: &'a Path,
    key: u64,
}

impl Place<'_> {
    fn ensure(
        &self,
        name: &str,
        write: impl FnOnce(&mut Stream<&mut dyn Write>) -> io::Result<()>,
    ) -> Result<PathBuf, String> {
        self.ensure_with(name, write, None)
    }

    fn staged(&self, name: &str, files: &[Evidence], count: usize, stage: Finish) -> Result<PathBuf, String> {
        self.ensure_with(name, |stream| staged(stream, files, count), Some(stage))
    }

    /// As [`Place::ensure`]; with something to be done in it, a repository that has a work tree.
    fn ensure_with(
        &self,
        name: &str,
        write: impl FnOnce(&mut Stream<&mut dyn Write>) -> io::Result<()>,
        finish: Option<Finish>,
    ) -> Result<PathBuf, String> {
        let done = self.root.join(format!("{name}-{:016x}.git", self.key));
        if done.exists() {
            return Ok(done);
        }
        let part = done.with_extension("part");
        if part.exists() {
            std::fs::remove_dir_all(&part).map_err(|e| format!("{}: {e}", part.display()))?;
        }
        std::fs::create_dir_all(&part).map_err(|e| format!("{}: {e}", part.display()))?;
        let home = self.root.join("home");
        let kind = if finish.is_some() { "--quiet" } else { "--bare" };
        git(&part, &home, &["init", "--quiet", kind, "--template=", "-b", "main", "."])?;
        import(&part, &home, write)?;
        git(&part, &home, &["repack", "-a", "-d", "-f", "-q"])?;
        if let Some(finish) = finish {
            finish(&part, &home)?;
        }
        std::fs::rename(&part, &done).map_err(|e| format!("{}: {e}", done.display()))?;
        Ok(done)
    }
}

fn import(
    folder: &Path,
    home: &Path,
    write: impl FnOnce(&mut Stream<&mut dyn Write>) -> io::Result<()>,
) -> Result<(), String> {
    let mut command = fixture::scrubbed("git", folder, home);
    command.args(["fast-import", "--quiet", "--done"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| format!("git: {e}"))?;
    let mut input = BufWriter::new(child.stdin.take().expect("standard input is piped"));
    let mut stream = Stream::new(&mut input as &mut dyn Write);
    // What `git` says of a broken stream is worth more than that the pipe broke.
    let written = write(&mut stream).and_then(|()| stream.finish());
    drop(input);
    let output = child.wait_with_output().map_err(|e| format!("git: {e}"))?;
    if !output.status.success() {
        return Err(format!("git fast-import: {}", String::from_utf8_lossy(&output.stderr)));
    }
    written.map_err(|e| format!("git fast-import: {e}"))
}

/// Runs `git` and returns what it prints.
pub(crate) fn git(folder: &Path, home: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = fixture::scrubbed("git", folder, home)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("git: {e}"))?;
    if !output.status.success() {
        return Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Somebody of the team, the two who answer for the model among them.
fn author(nth: usize) -> Author {
    const TEAM: [&str; 6] =
        ["Ada Lovelace", "Grace Hopper", "Dorothy Vaughan", "Annie Easley", "Joan Clarke", "Ida Rhodes"];
    let name = TEAM[nth % TEAM.len()];
    let first = name.split(' ').next().unwrap_or(name).to_lowercase();
    format!("{name} <{first}@corp.example>")
}

fn history(
    stream: &mut Stream<&mut dyn Write>,
    files: &[Evidence],
    count: usize,
    code: fn(&str, usize) -> String,
) -> io::Result<()> {
    let mut final_at: BTreeMap<usize, Vec<&Evidence>> = BTreeMap::new();
    for file in files {
        let step = usize::try_from((file.time - EPOCH) / STEP).unwrap_or(0);
        let at = if file.path == "README.md" { README_AT } else { step.clamp(1, HISTORY_COMMITS - 1) };
        final_at.entry(at).or_default().push(file);
    }
    const FOLDERS: [&str; 8] = [
        "src/features",
        "src/warehouse",
        "src/scoring",
        "src/reports",
        "tests/features",
        "tests/scoring",
        "sql/views",
        "notebooks",
    ];
    let paths: Vec<String> = (0..count - files.len())
        .map(|nth| match FOLDERS[nth % FOLDERS.len()] {
            folder @ "sql/views" => format!("{folder}/view_{nth:03}.sql"),
            folder => format!("{folder}/part_{nth:03}.py"),
        })
        .collect();
    let mut first: Vec<(String, String)> = paths.iter().map(|path| (path.clone(), code(path, 0))).collect();
    first.extend(files.iter().map(|file| (file.path.clone(), draft(&file.text))));
    let mut numbers = Numbers(7);
    let mut head = 0;
    let mut side: Option<(u32, Vec<(String, String)>)> = None;
    for nth in 0..HISTORY_COMMITS {
        let mut changed: Vec<(String, String)> = match nth {
            0 => std::mem::take(&mut first),
            _ => (0..1 + numbers.below(3))
                .map(|_| &paths[numbers.below(paths.len())])
                .map(|path| (path.clone(), code(path, nth)))
                .collect(),
        };
        let mut by = author(numbers.below(6));
        if let Some(finals) = final_at.get(&nth) {
            changed.extend(finals.iter().map(|file| (file.path.clone(), file.text.clone())));
            by.clone_from(&finals[0].author);
        }
        let message = format!("Change number {nth}\n\nWhat was measured before, and what is better now.\n");
        let time = EPOCH + STEP * nth as i64;
        let mut commit = |parents: &[u32], files: &[(String, String)]| {
            stream.commit(&Commit { branch: "main", author: &by, time, message: &message, parents, files })
        };
        // A side branch of one commit now and then, merged two commits later.
        match (nth % 12, side.take()) {
            (3, _) => side = Some((commit(&[head], &changed)?, changed)),
            (5, Some((other, theirs))) => {
                changed.extend(theirs);
                head = commit(&[head, other], &changed)?;
            }
            (_, waiting) => {
                side = waiting;
                head = if nth == 0 { commit(&[], &changed)? } else { commit(&[head], &changed)? };
            }
        }
    }
    Ok(())
}

/// The upper half of a text, as somebody might begin it.
fn draft(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut draft = lines[..lines.len().div_ceil(2)].join("\n");
    draft.push('\n');
    draft
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

/// Names as they occur beside models. Some of their words are those that artifacts are found by, but
/// none of the names is one.
pub(crate) fn listed(nth: usize) -> (usize, String) {
    const AREAS: [&str; 10] = [
        "billing",
        "churn",
        "fraud",
        "logistics",
        "pricing",
        "retention",
        "search",
        "support",
        "warehouse",
        "web",
    ];
    const FOLDERS: [&str; 5] = ["src/core", "src/training", "tests", "sql", "docs/notes"];
    const WORDS: [&str; 10] = [
        "features",
        "constraints",
        "data_loader",
        "train_split",
        "contract_terms",
        "owner_fields",
        "impact",
        "rates",
        "score",
        "privately_held",
    ];
    const ENDINGS: [&str; 10] = ["py", "py", "py", "py", "py", "sql", "json", "csv", "ipynb", "html"];
    let (area, folder) = (AREAS[nth % 10], FOLDERS[nth / 10 % 5]);
    let (word, ending) = (WORDS[nth / 50 % 10], ENDINGS[nth / 500 % 10]);
    (nth, format!("{area}/team_{:02}/{folder}/{word}_{:03}.{ending}", nth / 5_000, nth / 50 % 100))
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

/// A clone of a repository with one more commit on `next`, which changes a few files of it.
pub(crate) fn small_change(of: &Path, folder: &Path, home: &Path) -> Result<(), String> {
    let paths: Vec<String> = (0..SMALL).map(|nth| format!("src/features/part_{:03}.py", 8 * nth)).collect();
    clone(of, folder, home, "--no-checkout")?;
    git(folder, home, &["read-tree", "HEAD"])?;
    change(folder, home, &paths)?;
    let tree = git(folder, home, &["write-tree"])?;
    let who = ["-c", "user.name=Ada Lovelace", "-c", "user.email=ada@corp.example"];
    let commit = ["commit-tree", "-p", "HEAD", "-m", "Change a few features", tree.trim()];
    let commit = git(folder, home, &[&who[..], &commit].concat())?;
    git(folder, home, &["update-ref", "refs/heads/next", commit.trim()]).map(drop)
}

/// Clones a repository anew.
pub(crate) fn clone(of: &Path, folder: &Path, home: &Path, how: &str) -> Result<(), String> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    git(of, home, &["clone", "--quiet", how, ".", &folder.to_string_lossy()]).map(drop)
}

fn models(stream: &mut Stream<&mut dyn Write>, files: &[Evidence]) -> io::Result<()> {
    let mut all = vec![("roadworthy.toml".to_string(), "[models]\ndiscover = [\"models/*\"]\n".to_string())];
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

/// One commit of Ada's, a week before the judgement, on top of an empty one of Grace's.
pub(crate) fn write_one(stream: &mut Stream<&mut dyn Write>, files: &[(String, String)]) -> io::Result<()> {
    let time = EPOCH + STEP * (HISTORY_COMMITS as i64 - 25);
    let mut commit = |nth: usize, parents: &[u32], files: &[(String, String)]| {
        let message = "Put everything on file\n";
        stream.commit(&Commit { branch: "main", author: &author(nth), time, message, parents, files })
    };
    let first = commit(1, &[], &[])?;
    commit(0, &[first], files).map(drop)
}
