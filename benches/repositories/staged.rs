//! Repositories as hooks find them: an index in which some files are staged, a commit that is pushed.

use std::io::{self, Write};
use std::path::Path;

use super::evidence::Evidence;
use super::history::write_one;
use super::stream::Stream;
use super::{clone, git};

/// Files that are staged, or pushed.
const SMALL: usize = 5;

/// So many files and the evidence of one model, in one commit.
pub(crate) fn staged(
    stream: &mut Stream<&mut dyn Write>,
    evidence: &[Evidence],
    count: usize,
) -> io::Result<()> {
    let files = (0..count).map(|nth| listed(nth).1).map(|path| (path.clone(), path + "\n"));
    let evidence = evidence.iter().map(|file| (file.path.clone(), file.text.clone()));
    write_one(stream, &evidence.chain(files).collect::<Vec<_>>())
}

/// Stages a few files. `git commit` writes their trees before it runs the hook.
pub(crate) fn stage(folder: &Path, home: &Path, count: usize) -> Result<(), String> {
    git(folder, home, &["read-tree", "HEAD"])?;
    let paths: Vec<String> = (0..SMALL).map(|nth| listed(nth * count / SMALL).1).collect();
    change(folder, home, &paths)?;
    git(folder, home, &["write-tree"]).map(drop)
}

/// Puts another text at each path in the index.
pub(crate) fn change(folder: &Path, home: &Path, paths: &[String]) -> Result<(), String> {
    for path in paths {
        let text = folder.join("text");
        std::fs::write(&text, format!("{path}, changed\n")).map_err(|e| e.to_string())?;
        let blob = git(folder, home, &["hash-object", "-w", "--no-filters", "text"])?;
        std::fs::remove_file(&text).map_err(|e| e.to_string())?;
        let entry = format!("100644,{},{path}", blob.trim());
        git(folder, home, &["update-index", "--add", "--cacheinfo", &entry])?;
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
