//! A range of commits, read by the library and printed: what `git log` is compared with. No command
//! prints a range, so this program starts itself anew as that command.

use std::io::Write;
use std::path::Path;

use roadworthy::git::{Limits, Mailmap, Repo};
use roadworthy::trailers;

/// The argument that makes this program print a range: the repository, a flag, the base and the head.
pub(crate) const ARGUMENT: &str = "--print-range";
/// The flag for a range with the paths that each commit changed.
pub(crate) const PATHS: &str = "paths";
/// The flag for a range without them.
pub(crate) const MESSAGES: &str = "messages";

/// What `git log` prints to say the same: names, addresses, time, trailers and message.
pub(crate) const FORMAT: &str =
    "--format=%H %P%n%an <%ae>%n%aN <%aE>%n%cn <%ce> %ct%n%(trailers:only,unfold)%n%B";

/// Prints a range.
pub(crate) fn print(arguments: &[String], out: &mut impl Write) -> Result<(), String> {
    let [place, flag, base, head] = arguments else { return Err("four arguments are needed".to_string()) };
    let said = |e: roadworthy::git::Error| e.to_string();
    let repo = Repo::discover(Path::new(place)).map_err(said)?;
    let (base, head) = (repo.resolve_commit(base).map_err(said)?, repo.resolve_commit(head).map_err(said)?);
    let mailmap = repo.mailmap_of(head).unwrap_or_else(|_| Mailmap::default());
    let mut changes = repo.changes(&Limits::default()).map_err(said)?;
    let mut out = std::io::BufWriter::new(out);
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
        if flag == PATHS {
            for change in changes.of(&commit).map_err(said)? {
                writeln!(out, "{:?} {:?} {}", change.old, change.new, change.path)
                    .map_err(|e| e.to_string())?;
            }
        }
    }
    out.flush().map_err(|e| e.to_string())
}
