//! Prints which commit last changed each of some paths: what `git log -1 -- PATH` says of each.
//!
//! `cargo run --release --locked --example last_change -- [--moved FOLDER] [--cache] PATH…`
//!
//! With `--moved`, how many commits changed something below `FOLDER` since: what
//! `git rev-list --count COMMIT..HEAD -- FOLDER` says of each. With `--cache`, answers of earlier runs are
//! used, and new ones are kept.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use globset::{Glob, GlobSet};
use roadworthy::diag::RepoPath;
use roadworthy::git::{Cache, Code, Moved, Query, Repo, Touch};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut code, mut cache) = (None, Cache::Off);
    let mut query = Query::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--moved" => {
                let folder = arguments.next().ok_or("--moved wants a folder")?;
                code = Some(Arc::new(whole(&folder)?));
            }
            "--cache" => cache = Cache::ReadAndWrite,
            path => query.touched.push(RepoPath::from_git(path.as_bytes())),
        }
    }
    if let Some(code) = &code {
        let moved = |since: &RepoPath| Moved { since: since.clone(), code: Arc::clone(code) };
        query.moved = query.touched.iter().map(moved).collect();
    }
    let repo = Repo::discover(Path::new("."))?;
    repo.use_cache(cache);
    let tip = repo.resolve_commit("HEAD")?;
    let answers = repo.history(Some(tip), &query)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (at, path) in query.touched.iter().enumerate() {
        match answers.touched.get(path) {
            Some(Touch::At { commit, .. }) => write!(out, "{path} {commit}")?,
            Some(Touch::Shallow) => write!(out, "{path} cut off")?,
            Some(Touch::Uncommitted) | None => write!(out, "{path} not there")?,
        }
        match answers.moved.get(at) {
            Some(drift) if drift.known => writeln!(out, " {}", drift.commits)?,
            Some(_) => writeln!(out, " unknown")?,
            None => writeln!(out)?,
        }
    }
    out.flush()?;
    Ok(())
}

/// All files below a folder; `.` stands for the top.
fn whole(folder: &str) -> Result<Code, globset::Error> {
    let keep = GlobSet::builder().add(Glob::new("**")?).build()?;
    let under = RepoPath::from_git(if folder == "." { b"" } else { folder.as_bytes() });
    Ok(Code { under, keep, ignore: GlobSet::empty() })
}
