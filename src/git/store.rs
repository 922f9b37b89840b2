use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use git2::{ObjectType, Odb, OdbObject};

use super::ahead::Ahead;
use super::error::{Error, ErrorKind};
use super::id::{CommitId, ObjectId};
use super::loose::Loose;
use super::memory::Memory;
use super::object;
use super::pack::{Found, Packs};
use super::trees::KnownTrees;

/// The bytes of an object.
pub(super) enum Object<'s> {
    Packed(OdbObject<'s>),
    Unpacked(Rc<Vec<u8>>),
    Loose(Vec<u8>),
    /// A commit that was read before.
    Known(Arc<[u8]>),
    Memory(Arc<[u8]>),
}

impl Object<'_> {
    pub(super) fn data(&self) -> &[u8] {
        match self {
            Object::Packed(object) => object.data(),
            Object::Unpacked(bytes) => bytes,
            Object::Loose(bytes) => bytes,
            Object::Known(bytes) | Object::Memory(bytes) => bytes,
        }
    }

    /// The bytes, to keep.
    pub(super) fn into_data(self) -> Rc<Vec<u8>> {
        match self {
            Object::Unpacked(bytes) => bytes,
            Object::Loose(bytes) => Rc::new(bytes),
            other => Rc::new(other.data().to_vec()),
        }
    }

    /// True for an object that no disk holds.
    pub(super) fn is_in_memory(&self) -> bool {
        matches!(self, Object::Memory(_))
    }
}

/// The object database and the objects in memory, read raw.
pub(super) struct Store<'r> {
    memory: &'r Memory,
    odb: Odb<'r>,
    loose: &'r Loose,
    /// Who reads commits ahead, and is waited for.
    ahead: Option<&'r Ahead>,
    /// Nobody is told what is wrong where there is none.
    repo: Option<&'r git2::Repository>,
}

impl<'r> Store<'r> {
    pub(super) fn new(
        repo: &'r git2::Repository,
        more: &[PathBuf],
        memory: &'r Memory,
    ) -> Result<Store<'r>, Error> {
        let odb = repo.odb().map_err(|e| Error::libgit2("open the object database", &e))?;
        let loose = memory.loose(&repo.commondir().join("objects"), more);
        Ok(Store { memory, odb, loose, ahead: None, repo: Some(repo) })
    }

    /// The objects of a folder, and of those it borrows from, whosever they are.
    pub(super) fn on_disk(objects: &Path, more: &[PathBuf], memory: &'r Memory) -> Option<Store<'r>> {
        let odb = Odb::new().ok()?;
        for folder in std::iter::once(objects).chain(more.iter().map(PathBuf::as_path)) {
            odb.add_disk_alternate(folder.to_str()?).ok()?;
        }
        Some(Store { memory, odb, loose: memory.loose(objects, more), ahead: None, repo: None })
    }

    /// The packs that this reads, for another thread.
    pub(super) fn packs(&self) -> Arc<Packs> {
        Arc::clone(self.memory.packs(self.loose))
    }

    /// The same, reading commits where `ahead` has read them, or is about to.
    pub(super) fn along(self, ahead: Option<&'r Ahead>) -> Store<'r> {
        Store { ahead, ..self }
    }

    /// The trees that anybody read.
    pub(super) fn known_trees(&self) -> &RefCell<KnownTrees> {
        self.memory.known_trees()
    }

    /// The bytes of a tree or a commit. Whether they hash to `id` is not asked: that would cost
    /// more than all the rest of a walk.
    pub(super) fn read(&self, id: ObjectId, kind: ObjectType) -> Result<Object<'_>, Error> {
        if kind != ObjectType::Commit {
            return self.read_anew(id, kind);
        }
        if let Some(bytes) = self.memory.known_commit(id) {
            return Ok(Object::Known(bytes));
        }
        let ahead = self.ahead.filter(|_| self.memory.get(id).is_none());
        while let Some(commits) = ahead.and_then(Ahead::next) {
            self.memory.add_commits(commits);
            if let Some(bytes) = self.memory.known_commit(id) {
                return Ok(Object::Known(bytes));
            }
        }
        let object = self.read_anew(id, kind)?;
        if !object.is_in_memory() {
            self.memory.keep_commit(id, object.data());
        }
        Ok(object)
    }

    /// As [`Store::read`] of a commit, without waiting for who reads ahead: it may come there late, or never.
    pub(super) fn read_at_once(&self, id: ObjectId) -> Result<Object<'_>, Error> {
        match self.memory.known_commit(id) {
            Some(bytes) => Ok(Object::Known(bytes)),
            None => self.read_anew(id, ObjectType::Commit),
        }
    }

    fn read_anew(&self, id: ObjectId, kind: ObjectType) -> Result<Object<'_>, Error> {
        let wrong = |found: ObjectType| {
            let message = format!("object {id} should be a {kind}, but is a {found}");
            Error::new(ErrorKind::Malformed, message).with_help(FSCK)
        };
        if let Some((found, bytes)) = self.memory.get(id) {
            return if found == kind { Ok(Object::Memory(bytes)) } else { Err(wrong(found)) };
        }
        // Packs first, as Git does: whether an object stands in a file of its own costs a look into a folder.
        match self.memory.unpack(self.loose, id, usize::MAX) {
            Some(Found::Object(found, bytes)) if found == kind => return Ok(Object::Unpacked(bytes)),
            Some(Found::Object(found, _)) => return Err(wrong(found)),
            Some(Found::Damaged) if !self.loose.contains(id) => return Err(damaged(id, kind)),
            Some(Found::Damaged | Found::Larger(_) | Found::Beyond) | None => {}
        }
        let spoilt = |why: String| {
            let message = format!("{kind} {id} cannot be read: {why}");
            Error::new(ErrorKind::Unreadable, message).with_help(FSCK)
        };
        // None: packed and pruned since it was listed.
        if let Some(header) = self.loose.header(id) {
            let (found, size) = header.map_err(spoilt)?;
            if found != kind {
                return Err(wrong(found));
            }
            if let Some(bytes) = self.loose.read(id, size) {
                return bytes.map(Object::Loose).map_err(spoilt);
            }
        }
        let object = self.odb.read(id.to_git2()).map_err(|e| self.unreadable(id, kind, &e))?;
        if object.kind() == kind { Ok(Object::Packed(object)) } else { Err(wrong(object.kind())) }
    }

    /// The bytes of a blob of at most `max` bytes, checked against its name; `Err(size)` inside
    /// for a larger one.
    pub(super) fn blob(&self, id: ObjectId, max: u64) -> Result<Result<Object<'_>, u64>, Error> {
        let kind = ObjectType::Blob;
        if self.memory.get(id).is_none() {
            let most = usize::try_from(max).unwrap_or(usize::MAX);
            match self.memory.unpack(self.loose, id, most) {
                Some(Found::Larger(size)) => return Ok(Err(u64::try_from(size).unwrap_or(u64::MAX))),
                Some(Found::Object(ObjectType::Blob, bytes)) if ObjectId::of(kind, &bytes) == id => {
                    return Ok(Ok(Object::Unpacked(bytes)));
                }
                Some(Found::Damaged) if !self.loose.contains(id) => return Err(damaged(id, kind)),
                // Read once more, to say what is wrong with it.
                _ => {}
            }
        }
        let size = match (self.memory.get(id), self.loose.header(id)) {
            (Some((_, bytes)), _) => bytes.len(),
            // What is wrong with it is said when it is read.
            (None, Some(header)) => header.map_or(0, |(_, size)| size),
            (None, None) => self.odb.read_header(id.to_git2()).map_err(|e| self.unreadable(id, kind, &e))?.0,
        };
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        if size > max {
            return Ok(Err(size));
        }
        let blob = self.read(id, kind)?;
        let hash = ObjectId::of(kind, blob.data());
        if hash != id {
            let message = format!("blob {id} has been tampered with: its content hashes to {hash}");
            return Err(Error::new(ErrorKind::Unreadable, message).with_help(FSCK));
        }
        Ok(Ok(blob))
    }

    /// True for an object that no disk holds.
    pub(super) fn is_in_memory(&self, id: ObjectId) -> bool {
        self.memory.get(id).is_some()
    }

    /// The kind of an object, or `None` when there is no such object.
    pub(super) fn kind(&self, id: ObjectId) -> Result<Option<ObjectType>, Error> {
        if let Some((kind, _)) = self.memory.get(id) {
            return Ok(Some(kind));
        }
        match self.memory.unpack(self.loose, id, usize::MAX) {
            Some(Found::Object(kind, _)) => return Ok(Some(kind)),
            Some(Found::Damaged) if !self.loose.contains(id) => return Err(damaged(id, ObjectType::Any)),
            Some(Found::Damaged | Found::Larger(_) | Found::Beyond) | None => {}
        }
        if let Some(header) = self.loose.header(id) {
            let unreadable =
                |why| Error::new(ErrorKind::Unreadable, format!("object {id} cannot be read: {why}"));
            return header.map(|(kind, _)| Some(kind)).map_err(|why| unreadable(why).with_help(FSCK));
        }
        match self.odb.read_header(id.to_git2()) {
            Ok((_, kind)) => Ok(Some(kind)),
            Err(e) if e.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(e) => Err(self.unreadable(id, ObjectType::Any, &e)),
        }
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&self, commit: CommitId) -> Result<ObjectId, Error> {
        let data = self.read(commit.0, ObjectType::Commit)?;
        Ok(object::outline(data.data()).map_err(|why| Error::malformed("commit", commit.0, why))?.tree)
    }

    /// Follows annotated tags from `id` to the first object that is no tag.
    pub(super) fn peel(&self, mut id: ObjectId) -> Result<Option<(ObjectId, ObjectType)>, Error> {
        // No sane tag points at more tags than this; a loop cannot be made, but a long chain can.
        for _ in 0..100 {
            let Some(kind) = self.kind(id)? else { return Ok(None) };
            if kind != ObjectType::Tag {
                return Ok(Some((id, kind)));
            }
            let tag = self.read(id, kind)?;
            id = object::tag_target(tag.data())
                .ok_or_else(|| Error::malformed("tag", id, "it does not say what it points at"))?;
        }
        Err(Error::malformed("tag", id, "too many tags point at tags"))
    }

    fn unreadable(&self, id: ObjectId, kind: ObjectType, cause: &git2::Error) -> Error {
        let what = if kind == ObjectType::Any { "object".to_string() } else { kind.to_string() };
        if cause.code() != git2::ErrorCode::NotFound {
            let message = format!("{what} {id} cannot be read: {}", cause.message());
            return Error::new(ErrorKind::Unreadable, message).with_help(FSCK);
        }
        let error = Error::new(ErrorKind::Unreadable, format!("{what} {id} is missing"));
        error.with_help(if self.repo.is_some_and(is_partial) {
            format!(
                "this is a partial clone; fetch the object with `git cat-file -e {id}`, or clone without `--filter`"
            )
        } else {
            FSCK.to_string()
        })
    }
}

fn damaged(id: ObjectId, kind: ObjectType) -> Error {
    let what = if kind == ObjectType::Any { "object".to_string() } else { kind.to_string() };
    let message = format!("{what} {id} cannot be read: it is damaged in its pack");
    Error::new(ErrorKind::Unreadable, message).with_help(FSCK)
}

const FSCK: &str = "the repository is damaged: run `git fsck`, then fetch or clone it again";

/// True for a partial clone: a remote promises the objects that are not here.
fn is_partial(repo: &git2::Repository) -> bool {
    let Ok(config) = repo.config() else { return false };
    let Ok(mut entries) = config.entries(Some(r"^remote\..*\.(promisor|partialclonefilter)$")) else {
        return false;
    };
    entries.next().is_some_and(|entry| entry.is_ok())
}
