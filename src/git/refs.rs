//! Branches and tags by their full names.

use git2::ErrorCode;

use super::error::{Error, ErrorKind};
use super::id::{CommitId, ObjectId};
use super::repo::Repo;

impl Repo {
    /// The commit that a ref names by its full name, tags followed; `None` when there is no such ref.
    ///
    /// # Errors
    /// [`ErrorKind::NotACommit`] for a ref that names something else, [`ErrorKind::Unreadable`] for a
    /// damaged one.
    pub fn ref_commit(&self, full_name: &str) -> Result<Option<CommitId>, Error> {
        let found = match self.git.find_reference(full_name) {
            Ok(found) => found.resolve(),
            Err(e) if matches!(e.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec) => return Ok(None),
            Err(e) => Err(e),
        };
        let wrong = |e: &git2::Error| Error::libgit2(&format!("read `{full_name}`"), e);
        match found {
            Ok(end) => {
                let id = end.target().and_then(ObjectId::from_git2);
                let id = id.ok_or_else(|| {
                    Error::new(ErrorKind::Malformed, format!("`{full_name}` names nothing"))
                })?;
                self.peel_to_commit(id, full_name).map(Some)
            }
            // A symbolic ref to a branch that is not there yet.
            Err(e) if e.code() == ErrorCode::NotFound => Ok(None),
            Err(e) => Err(wrong(&e)),
        }
    }

    /// The full name that a symbolic ref points at: `refs/heads/main` for `HEAD`, also while there is
    /// no such branch yet.
    ///
    /// # Errors
    /// When the ref cannot be read.
    pub fn symbolic(&self, full_name: &str) -> Result<Option<String>, Error> {
        match self.git.find_reference(full_name) {
            Ok(found) => Ok(found.symbolic_target_bytes().map(|n| String::from_utf8_lossy(n).into_owned())),
            Err(e) if matches!(e.code(), ErrorCode::NotFound | ErrorCode::InvalidSpec) => Ok(None),
            Err(e) => Err(Error::libgit2(&format!("read `{full_name}`"), &e)),
        }
    }

    /// The full names of all refs below `prefix` (such as `refs/tags/`), sorted. Names that are not
    /// UTF-8 are left out: no pattern of a configuration can mean them.
    ///
    /// # Errors
    /// When the refs cannot be read.
    pub fn ref_names(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let wrong = |e: git2::Error| Error::libgit2("list the branches and tags", &e);
        let mut names = Vec::new();
        for reference in self.git.references_glob(&format!("{prefix}*")).map_err(wrong)? {
            let reference = reference.map_err(wrong)?;
            names.extend(std::str::from_utf8(reference.name_bytes()).ok().map(str::to_string));
        }
        names.sort();
        Ok(names)
    }
}
