//! The files on disk, as Git sees them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::disk::{self, Prober};
use super::error::{Error, ErrorKind};
use super::index::{self, IndexEntry};
use super::listing::{Listing, Place};
use super::repo::Repo;
use super::snapshot::{EntryKind, Limits};
use crate::diag::RepoPath;

/// Lists the tracked files that are on disk, and the untracked ones that are not ignored.
pub(super) fn list(repo: &Repo, limits: &Limits) -> Result<Listing, Error> {
    let top = index::require_workdir(repo)?;
    let mut listing = Listing::new(limits);
    let mut submodules = HashSet::new();
    let mut prober = Prober::new(top);
    let tracked = index::read(repo)?;
    let mut last: Option<&[u8]> = None;
    for (path, entry) in tracked.iter() {
        // The sides of a conflict are one file on disk.
        if last == Some(path) {
            continue;
        }
        last = Some(path);
        listing.check_path(path)?;
        if entry.kind == EntryKind::Gitlink {
            submodules.insert(path);
        }
        if let Some((kind, place)) = on_disk(&mut prober, path, entry)? {
            listing.push(path, kind, place)?;
        }
    }
    let known = listing.len();
    Untracked { repo, top, submodules, known }.walk(&mut listing)?;
    if listing.len() > known {
        listing.sort();
    }
    Ok(listing)
}

fn on_disk(
    prober: &mut Prober<'_>,
    path: &[u8],
    entry: &IndexEntry,
) -> Result<Option<(EntryKind, Place)>, Error> {
    if entry.skip_worktree {
        return Ok(Some((entry.kind, Place::Object(entry.id))));
    }
    let Some(meta) = prober.probe(path)? else { return Ok(None) };
    if entry.kind == EntryKind::Gitlink && meta.is_dir() {
        return Ok(Some((EntryKind::Gitlink, Place::Object(entry.id))));
    }
    let kind = match (disk::kind(&meta), entry.kind) {
        // A system that has no such permission leaves it as it is in the index.
        (Some(EntryKind::File { .. }), EntryKind::File { executable }) if !cfg!(unix) => {
            Some(EntryKind::File { executable })
        }
        (kind, _) => kind,
    };
    Ok(kind.map(|kind| (kind, Place::Disk)))
}

/// The search for files that Git does not know.
struct Untracked<'a> {
    repo: &'a Repo,
    top: &'a Path,
    submodules: HashSet<&'a [u8]>,
    /// How many entries of the listing, from the start, are tracked and sorted.
    known: usize,
}

/// A folder to look into, and the rules that hold in it: its own are read when it is entered.
struct Folder {
    path: Vec<u8>,
    disk: PathBuf,
    rules: Option<Arc<Rules>>,
}

/// The `.gitignore` of one folder, and those of the folders above.
struct Rules {
    own: Gitignore,
    above: Option<Arc<Rules>>,
}

impl Rules {
    fn ignore(&self, path: &Path, folder: bool) -> bool {
        let mut rules = Some(self);
        while let Some(here) = rules {
            match here.own.matched(path, folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => rules = here.above.as_deref(),
            }
        }
        false
    }
}

impl Untracked<'_> {
    fn walk(&self, listing: &mut Listing) -> Result<(), Error> {
        let exclude = fs::read(self.repo.common_dir().join("info/exclude")).unwrap_or_default();
        let rules = add_rules(None, self.top, &exclude);
        let mut stack = vec![Folder { path: Vec::new(), disk: self.top.to_path_buf(), rules }];
        while let Some(folder) = stack.pop() {
            self.enter(folder, listing, &mut stack)?;
        }
        Ok(())
    }

    fn enter(&self, folder: Folder, listing: &mut Listing, stack: &mut Vec<Folder>) -> Result<(), Error> {
        let failed = |e: &std::io::Error| disk::unreadable(&folder.path, e);
        let rules = match own_rules(&folder.disk).map_err(|e| failed(&e))? {
            Some(text) => add_rules(folder.rules.clone(), &folder.disk, &text),
            None => folder.rules.clone(),
        };
        for item in fs::read_dir(&folder.disk).map_err(|e| failed(&e))? {
            let item = item.map_err(|e| failed(&e))?;
            let name = item.file_name();
            let Some(bytes) = disk::name_bytes(&name) else {
                let message = format!("the name `{}` is not UTF-8", item.path().display());
                return Err(Error::new(ErrorKind::Unreadable, message));
            };
            if bytes.eq_ignore_ascii_case(b".git") {
                continue;
            }
            let path = RepoPath::from_git(&folder.path).join(bytes);
            let path = path.as_bytes();
            let disk = item.path();
            let meta = match fs::symlink_metadata(&disk) {
                Ok(meta) => meta,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => return Err(disk::unreadable(path, &e)),
            };
            let ignored = rules.as_ref().is_some_and(|rules| rules.ignore(&disk, meta.is_dir()));
            if meta.is_dir() {
                let nested =
                    self.submodules.contains(path) || fs::symlink_metadata(disk.join(".git")).is_ok();
                if !ignored && !nested {
                    listing.check_depth(path.iter().filter(|&&b| b == b'/').count() + 2, path)?;
                    stack.push(Folder { path: path.to_vec(), disk, rules: rules.clone() });
                }
            } else if let Some(kind) = disk::kind(&meta)
                && !ignored
                && !listing.contains_first(self.known, path)
            {
                listing.push(path, kind, Place::Disk)?;
            }
        }
        Ok(())
    }
}

/// A `.gitignore` that is a link is not followed, as in Git.
fn own_rules(folder: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let path = folder.join(".gitignore");
    match fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_file() => fs::read(&path).map(Some),
        Ok(_) => Ok(None),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

fn add_rules(above: Option<Arc<Rules>>, root: &Path, text: &[u8]) -> Option<Arc<Rules>> {
    let text = String::from_utf8_lossy(text);
    let mut builder = GitignoreBuilder::new(root);
    for line in text.trim_start_matches('\u{feff}').lines() {
        // A pattern that cannot be understood matches nothing, as in Git.
        let _ = builder.add_line(None, line);
    }
    match builder.build() {
        Ok(own) if !own.is_empty() => Some(Arc::new(Rules { own, above })),
        _ => above,
    }
}
