//! Single calls of the library, as programs that print what they are told: no command does so little. This
//! program starts itself anew as one of them.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use globset::{Glob, GlobSet};
use roadworthy::diag::RepoPath;
use roadworthy::git::{Cache, Code, Limits, Mailmap, MergeKind, Moved, Query, Repo, Touch};
use roadworthy::trailers;

/// The argument that makes this program one of those: a word, and what it wants.
pub(crate) const ARGUMENT: &str = "--library";

/// `messages BASE HEAD`: the commits of a range, with people and trailers.
pub(crate) const MESSAGES: &str = "messages";
/// `paths BASE HEAD`: the same, with the paths that each commit changed.
pub(crate) const PATHS: &str = "paths";
/// `merge-view`: merges `change` into `main` and reads what that changes.
pub(crate) const MERGE: &str = "merge-view";
/// `evidence PATH…`: reads files of a commit.
pub(crate) const EVIDENCE: &str = "evidence";
/// `touched PATH…`: the last change of each file.
pub(crate) const TOUCHED: &str = "touched";
/// `keep REV PATH…`: the last change of each file as of an earlier commit, kept for later runs.
pub(crate) const KEEP: &str = "keep";
/// `remembered PATH…`: as `touched`, with what was kept.
pub(crate) const REMEMBERED: &str = "remembered";
/// `since FOLDER PATH…`: how many commits changed the folder since each file was changed.
pub(crate) const SINCE: &str = "since";

/// What `git log` prints to say the same as [`MESSAGES`]: names, addresses, time, trailers and message.
pub(crate) const FORMAT: &str =
    "--format=%H %P%n%an <%ae>%n%aN <%aE>%n%cn <%ce> %ct%n%(trailers:only,unfold)%n%B";

/// Files of a merge that are read.
const READ: usize = 30;

/// Runs one of them in the repository of the current folder.
pub(crate) fn run(arguments: &[String], out: &mut impl Write) -> Result<(), String> {
    let [word, rest @ ..] = arguments else { return Err("a word is needed".to_string()) };
    let repo = Repo::discover(Path::new(".")).map_err(said)?;
    let mut out = BufWriter::new(out);
    match (word.as_str(), rest) {
        (MESSAGES, [base, head]) => range(&repo, false, base, head, &mut out),
        (PATHS, [base, head]) => range(&repo, true, base, head, &mut out),
        (MERGE, []) => view(&repo, &mut out),
        (EVIDENCE, paths) => evidence(&repo, paths, &mut out),
        (TOUCHED, paths) => history(&repo, "HEAD", None, paths, &mut out),
        (KEEP, [rev, paths @ ..]) => {
            repo.use_cache(Cache::ReadAndWrite);
            history(&repo, rev, None, paths, &mut out)
        }
        (REMEMBERED, paths) => {
            repo.use_cache(Cache::Read);
            history(&repo, "HEAD", None, paths, &mut out)
        }
        (SINCE, [folder, paths @ ..]) => history(&repo, "HEAD", Some(folder), paths, &mut out),
        _ => Err(format!("nothing is known of {arguments:?}")),
    }?;
    out.flush().map_err(|e| e.to_string())
}

fn said(error: roadworthy::git::Error) -> String {
    error.to_string()
}

fn range(repo: &Repo, paths: bool, base: &str, head: &str, out: &mut impl Write) -> Result<(), String> {
    let (base, head) = (repo.resolve_commit(base).map_err(said)?, repo.resolve_commit(head).map_err(said)?);
    let mailmap = repo.mailmap_of(head).unwrap_or_else(|_| Mailmap::default());
    let mut changes = repo.changes(&Limits::default()).map_err(said)?;
    for commit in repo.range(&[base], head, &mailmap).map_err(said)? {
        let mut write = || -> std::io::Result<()> {
            let (author, committer) = (&commit.author, &commit.committer);
            writeln!(out, "{} {:?}", commit.id, commit.parents)?;
            writeln!(
                out,
                "{} <{}>\n{} <{}>",
                author.name, author.email, author.mapped_name, author.mapped_email
            )?;
            writeln!(out, "{} <{}> {}", committer.name, committer.email, commit.time)?;
            for trailer in trailers::parse(&commit.message.text).0 {
                writeln!(out, "{}: {}", trailer.key, trailer.value)?;
            }
            writeln!(out, "{}", commit.message.text)
        };
        write().map_err(|e| e.to_string())?;
        if paths {
            for change in changes.of(&commit).map_err(said)? {
                writeln!(out, "{:?} {:?} {}", change.old, change.new, change.path)
                    .map_err(|e| e.to_string())?;
            }
        }
    }
    Ok(())
}

/// Merges `change` into `main`, finds what that changes there, and reads the first of those files.
fn view(repo: &Repo, out: &mut impl Write) -> Result<(), String> {
    let (main, change) =
        (repo.resolve_commit("main").map_err(said)?, repo.resolve_commit("change").map_err(said)?);
    let merge = repo.merge(main, change).map_err(said)?;
    if merge.kind != MergeKind::Merged || !merge.conflicts.is_empty() {
        return Err(format!("the merge went wrong: {merge:?}"));
    }
    let landed = repo.changed_paths(Some(main), merge.commit).map_err(said)?;
    for path in landed.iter().take(READ) {
        let max = Limits::default().max_blob;
        repo.read_file(merge.commit, path.as_bytes(), max).map_err(said)?.ok_or("a file is not there")?;
        writeln!(out, "{path}").map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn evidence(repo: &Repo, paths: &[String], out: &mut impl Write) -> Result<(), String> {
    let files = repo.files(repo.resolve_commit("HEAD").map_err(said)?).map_err(said)?;
    for path in paths {
        let content = files.read(path.as_bytes(), Limits::default().max_blob).map_err(said)?;
        content.ok_or_else(|| format!("{path} is not there"))?;
        writeln!(out, "{path}").map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn history(
    repo: &Repo,
    rev: &str,
    folder: Option<&str>,
    paths: &[String],
    out: &mut impl Write,
) -> Result<(), String> {
    let touched: Vec<RepoPath> = paths.iter().map(|path| RepoPath::from_git(path.as_bytes())).collect();
    let mut query = Query { touched: touched.clone(), ..Query::default() };
    if let Some(folder) = folder {
        let everything = Glob::new("**").and_then(|glob| GlobSet::builder().add(glob).build());
        let code = Arc::new(Code {
            under: RepoPath::from_git(folder.as_bytes()),
            keep: everything.map_err(|e| e.to_string())?,
            ignore: GlobSet::empty(),
        });
        query.moved =
            touched.iter().map(|path| Moved { since: path.clone(), code: Arc::clone(&code) }).collect();
    }
    let tip = repo.resolve_commit(rev).map_err(said)?;
    let answers = repo.history(Some(tip), &query).map_err(said)?;
    for (at, path) in touched.iter().enumerate() {
        let Some(Touch::At { commit, .. }) = answers.touched.get(path) else {
            return Err(format!("nobody knows when {path} was changed"));
        };
        let count = answers.moved.get(at).map_or_else(String::new, |drift| drift.commits.to_string());
        writeln!(out, "{commit} {count}").map_err(|e| e.to_string())?;
    }
    Ok(())
}
