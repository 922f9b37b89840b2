use std::collections::HashSet;

use git2::{ErrorCode, ObjectType};

use super::error::{Error, ErrorKind};
use super::id::{CommitId, ObjectId};
use super::object;
use super::repo::{Head, Repo};
use super::store::Store;

/// A step from one commit to another, written behind a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// `~N`: N times the first parent.
    Up(u32),
    /// `^N`: the Nth parent; `^0` is the commit itself.
    Parent(u32),
    /// `^{}` or `^{commit}`.
    Peel,
}

impl Repo {
    /// The commit that `revision` names: a branch, a tag (annotated ones are followed), an object
    /// name or its beginning, `HEAD~2`, `main@{1}` …
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchRevision`] or [`ErrorKind::NotACommit`]; [`ErrorKind::Unreadable`] for
    /// a damaged repository.
    pub fn resolve_commit(&self, revision: &str) -> Result<CommitId, Error> {
        let (name, steps) = split_steps(revision);
        let Some(start) = self.find_name(name)? else { return Err(self.no_such(revision)) };
        let mut commit = self.peel_to_commit(start, name)?;
        let (store, shallow) = (self.store()?, self.shallow_commits()?);
        for step in steps {
            commit = match step {
                Step::Peel | Step::Parent(0) => Some(commit),
                Step::Parent(n) => parent(&store, &shallow, commit, n - 1)?,
                Step::Up(n) => {
                    let mut at = Some(commit);
                    for _ in 0..n {
                        let Some(here) = at else { break };
                        at = parent(&store, &shallow, here, 0)?;
                    }
                    at
                }
            }
            .ok_or_else(|| self.no_such(revision))?;
        }
        Ok(commit)
    }

    /// The parents that a commit names, also those that a shallow clone has cut off: their objects
    /// may be missing.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] when there is no such commit.
    pub fn raw_parents(&self, id: CommitId) -> Result<Vec<CommitId>, Error> {
        let store = self.store()?;
        let data = store.read(id.0, ObjectType::Commit)?;
        let commit = object::outline(data.data()).map_err(|why| Error::malformed("commit", id.0, why))?;
        Ok(commit.parents.into_iter().map(CommitId).collect())
    }

    /// True when `name` is the full name of a commit, or of a tag of one, and the object is here.
    ///
    /// # Errors
    /// An object that is here and cannot be read.
    pub fn has_commit(&self, name: &str) -> Result<bool, Error> {
        let Some(id) = ObjectId::from_hex(name.as_bytes()) else { return Ok(false) };
        Ok(matches!(self.store()?.peel(id)?, Some((_, ObjectType::Commit))))
    }

    /// Follows tags from `id`, which `name` stands for, to a commit.
    pub(super) fn peel_to_commit(&self, id: ObjectId, name: &str) -> Result<CommitId, Error> {
        match self.store()?.peel(id)? {
            Some((id, ObjectType::Commit)) => Ok(CommitId(id)),
            Some((_, kind)) => {
                let message = format!("`{name}` is not a commit: it names a {kind}");
                Err(Error::new(ErrorKind::NotACommit, message).with_help("name a branch, a tag or a commit"))
            }
            None => {
                let message = format!("`{name}` names object {id}, which is missing");
                Err(Error::new(ErrorKind::Unreadable, message).with_help("fetch it, or run `git fsck`"))
            }
        }
    }

    fn find_name(&self, name: &str) -> Result<Option<ObjectId>, Error> {
        let name = if name == "@" { "HEAD" } else { name };
        if name.is_empty() || name.contains('\0') {
            return Ok(None);
        }
        if let Some(id) = ObjectId::from_hex(name.as_bytes()) {
            return Ok(self.store()?.kind(id)?.map(|_| id));
        }
        if let Ok(reference) = self.git.resolve_reference_from_short_name(name)
            && let Ok(end) = reference.resolve()
        {
            return Ok(end.target().and_then(ObjectId::from_git2));
        }
        match self.git.revparse_single(name) {
            Ok(object) => Ok(ObjectId::from_git2(object.id())),
            Err(e) if e.code() == ErrorCode::Ambiguous => {
                let message = format!("`{name}` is ambiguous: several objects begin like this");
                Err(Error::new(ErrorKind::NoSuchRevision, message).with_help("write more digits"))
            }
            Err(e)
                if matches!(
                    e.code(),
                    ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::UnbornBranch
                ) =>
            {
                Ok(None)
            }
            Err(e) => Err(Error::libgit2(&format!("find `{name}`"), &e)),
        }
    }

    /// The first parent of a commit; `None` for a root, or where the history was cut off.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] or [`ErrorKind::Malformed`].
    pub fn first_parent(&self, commit: CommitId) -> Result<Option<CommitId>, Error> {
        parent(&self.store()?, &self.shallow_commits()?, commit, 0)
    }

    fn no_such(&self, revision: &str) -> Error {
        let unborn = matches!(self.head(), Ok(Head::Unborn { .. }));
        if unborn && split_steps(revision).0 == "HEAD" {
            let message = "there is no commit yet on the current branch";
            return Error::new(ErrorKind::NoSuchRevision, message)
                .with_help("commit first, or judge the files as they are: leave out `--rev`");
        }
        let error = Error::new(ErrorKind::NoSuchRevision, format!("there is no revision `{revision}`"));
        error.with_help(if self.is_shallow() {
            "this clone is shallow: fetch the whole history with `git fetch --unshallow` (in CI: fetch-depth: 0)"
        } else {
            "`git branch --all` and `git tag` list the names; a branch of the server may need `git fetch` first"
        })
    }
}

/// The parent at `position`, counted from 0; `None` when there is none, or it is cut off.
fn parent(
    store: &Store<'_>,
    shallow: &HashSet<ObjectId>,
    id: CommitId,
    position: u32,
) -> Result<Option<CommitId>, Error> {
    if shallow.contains(&id.0) {
        return Ok(None);
    }
    let data = store.read(id.0, ObjectType::Commit)?;
    let commit = object::outline(data.data()).map_err(|why| Error::malformed("commit", id.0, why))?;
    Ok(commit.parents.get(position as usize).map(|&parent| CommitId(parent)))
}

/// Splits `HEAD~2^{commit}` into the name and the steps. What is no such step stays with the name.
fn split_steps(revision: &str) -> (&str, Vec<Step>) {
    let mut name = revision;
    let mut steps = Vec::new();
    if revision.contains(":/") || revision.contains("^{/") {
        return (name, steps);
    }
    loop {
        if let Some(rest) = name.strip_suffix("^{}").or_else(|| name.strip_suffix("^{commit}")) {
            steps.push(Step::Peel);
            name = rest;
            continue;
        }
        let rest = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &name[rest.len()..];
        let count = if digits.is_empty() { Ok(1) } else { digits.parse::<u32>() };
        match (rest.chars().next_back(), count) {
            (Some('~'), Ok(n)) => steps.push(Step::Up(n)),
            (Some('^'), Ok(n)) => steps.push(Step::Parent(n)),
            _ => break,
        }
        name = &rest[..rest.len() - 1];
    }
    steps.reverse();
    (name, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_split_off_the_name() {
        for (revision, name, steps) in [
            ("HEAD", "HEAD", vec![]),
            ("HEAD~", "HEAD", vec![Step::Up(1)]),
            ("v1~2^{}", "v1", vec![Step::Up(2), Step::Peel]),
            ("a^^2~10", "a", vec![Step::Parent(1), Step::Parent(2), Step::Up(10)]),
            ("v1.2", "v1.2", vec![]),
            ("main@{1}", "main@{1}", vec![]),
            ("x^{tree}", "x^{tree}", vec![]),
            (":/fix~2", ":/fix~2", vec![]),
            ("~", "", vec![Step::Up(1)]),
            ("a~99999999999", "a~99999999999", vec![]),
        ] {
            assert_eq!(split_steps(revision), (name, steps), "{revision}");
        }
    }
}
