//! Repositories as a commit hook finds them: an index in which some files are staged.

use std::io::{self, Write};
use std::path::Path;

use crate::evidence::Evidence;
use crate::repositories::{SMALL, git, listed, write_one};
use crate::stream::Stream;

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
