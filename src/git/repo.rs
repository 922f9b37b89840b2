use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Once;

use git2::{ErrorClass, ErrorCode, RepositoryOpenFlags};

use super::ahead::Ahead;
use super::commit_graph::CommitGraph;
use super::environment::Environment;
use super::error::{Error, ErrorKind};
use super::id::{CommitId, ObjectId};
use super::loose;
use super::memo::{Cache, Memo};
use super::memory::Memory;
use super::object;
use super::store::Store;
use crate::diag::RepoPath;
use crate::diag::escape::shell_word;
use crate::parallel::{Job, Worker};

/// What `HEAD` names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Head {
    /// A branch with at least one commit.
    Branch {
        /// The branch without `refs/heads/`; invalid UTF-8 is replaced.
        name: String,
        /// Its newest commit.
        tip: CommitId,
    },
    /// A commit, and no branch.
    Detached(CommitId),
    /// A branch without a commit yet.
    Unborn {
        /// The branch without `refs/heads/`.
        branch: String,
    },
}

/// A repository: bare, with a work tree, a linked work tree, or a submodule.
///
/// Replace refs (`git replace`) are ignored on purpose: what is judged is what was committed.
pub struct Repo {
    pub(super) git: git2::Repository,
    pub(super) workdir: Option<PathBuf>,
    pub(super) index_path: PathBuf,
    pub(super) object_dirs: Vec<PathBuf>,
    pub(super) memory: Memory,
    pub(super) ahead: RefCell<Option<Ahead>>,
    /// Behind what it works for, so that this is dropped first: libgit2 must not be in use when the program ends, and
    /// the worker waits for that.
    pub(super) worker: OnceCell<Option<Worker>>,
    pub(super) cache: Cell<Cache>,
}

impl Repo {
    /// Opens the repository that this process works in: the one that the environment of a Git
    /// hook names, otherwise the first one found in `from` or above.
    ///
    /// # Errors
    /// [`ErrorKind::NoRepository`], [`ErrorKind::Untrusted`] (the help holds the line that
    /// mends it), [`ErrorKind::Unsupported`], [`ErrorKind::Environment`].
    pub fn discover(from: &Path) -> Result<Repo, Error> {
        Repo::open(from, &Environment::of_process())
    }

    /// As [`Repo::discover`], with the variables given.
    ///
    /// # Errors
    /// As [`Repo::discover`].
    pub fn open(from: &Path, environment: &Environment) -> Result<Repo, Error> {
        set_switches();
        let from = std::path::absolute(from).unwrap_or_else(|_| from.to_path_buf());
        let git = match &environment.git_dir {
            Some(dir) => {
                let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
                git2::Repository::open_ext(dir, flags, &environment.ceilings)
            }
            None => git2::Repository::open_ext(&from, RepositoryOpenFlags::empty(), &environment.ceilings),
        }
        .map_err(|e| open_error(environment.git_dir.as_deref().unwrap_or(&from), &e))?;
        if let Some(dir) = &environment.work_tree {
            let dir = dir.canonicalize().map_err(|e| {
                let message = format!("GIT_WORK_TREE names `{}`: {e}", dir.display());
                Error::new(ErrorKind::Environment, message)
            })?;
            git.set_workdir(&dir, false).map_err(|e| Error::libgit2("use GIT_WORK_TREE", &e))?;
        }
        add_objects(&git, &environment.object_dirs)?;
        let workdir = git.workdir().map(Path::to_path_buf);
        let index_path = match environment.index_file(workdir.as_deref())? {
            Some(path) => path,
            None => git.path().join("index"),
        };
        let (object_dirs, memory) = (environment.object_dirs.clone(), Memory::default());
        let (ahead, worker, cache) = Default::default();
        Ok(Repo { git, workdir, index_path, object_dirs, memory, ahead, worker, cache })
    }

    /// True when there is no work tree.
    pub fn is_bare(&self) -> bool {
        self.workdir.is_none()
    }

    /// The top folder of the work tree.
    pub fn workdir(&self) -> Option<&Path> {
        self.workdir.as_deref()
    }

    /// The folder that holds refs and objects; linked work trees share it.
    pub fn common_dir(&self) -> &Path {
        self.git.commondir()
    }

    pub(super) fn index_path(&self) -> &Path {
        &self.index_path
    }

    /// Where `from` lies inside the work tree; `None` when it does not, or does not exist.
    pub fn prefix(&self, from: &Path) -> Option<RepoPath> {
        let top = self.workdir.as_ref()?.canonicalize().ok()?;
        let from = from.canonicalize().ok()?;
        let inside = from.strip_prefix(&top).ok()?;
        let parts: Option<Vec<&[u8]>> =
            inside.components().map(|part| super::disk::name_bytes(part.as_os_str())).collect();
        let parts = parts?;
        (parts.first() != Some(&&b".git"[..])).then(|| RepoPath::from_git(&parts.join(&b'/')))
    }

    /// What `HEAD` names.
    ///
    /// # Errors
    /// When `HEAD` or the branch it names cannot be read.
    pub fn head(&self) -> Result<Head, Error> {
        let wrong = |e: git2::Error| Error::libgit2("read HEAD", &e);
        let head = self.git.find_reference("HEAD").map_err(wrong)?;
        let short = |name: &[u8]| {
            let name = name.strip_prefix(b"refs/heads/").unwrap_or(name);
            String::from_utf8_lossy(name).into_owned()
        };
        let Some(branch) = head.symbolic_target_bytes().map(<[u8]>::to_vec) else {
            let id = head.target().and_then(ObjectId::from_git2);
            let id = id.ok_or_else(|| Error::new(ErrorKind::Malformed, "HEAD names nothing"))?;
            return Ok(Head::Detached(self.peel_to_commit(id, "HEAD")?));
        };
        match head.resolve() {
            Ok(end) => {
                let id = end.target().and_then(ObjectId::from_git2);
                let id = id.ok_or_else(|| Error::new(ErrorKind::Malformed, "HEAD names nothing"))?;
                Ok(Head::Branch { name: short(&branch), tip: self.peel_to_commit(id, "HEAD")? })
            }
            Err(e) if e.code() == ErrorCode::NotFound => Ok(Head::Unborn { branch: short(&branch) }),
            Err(e) => Err(wrong(e)),
        }
    }

    /// True when the history is cut off (`--depth`), so that old questions have no answer.
    pub fn is_shallow(&self) -> bool {
        self.git.is_shallow()
    }

    /// True when `info/grafts` rewrites the history.
    pub fn has_grafts(&self) -> bool {
        self.common_dir().join("info/grafts").exists()
    }

    /// Fails when `info/grafts` rewrites the history.
    pub(super) fn refuse_grafts(&self) -> Result<(), Error> {
        if !self.has_grafts() {
            return Ok(());
        }
        let message = "the history is rewritten by `info/grafts`, so it cannot be trusted";
        Err(Error::new(ErrorKind::Unsupported, message)
            .with_help("remove the file, or make the change real with `git filter-repo`"))
    }

    /// When `id` was committed: seconds since 1970, of the committer. Nothing keeps a committer
    /// from lying.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] when there is no such commit.
    pub fn commit_time(&self, id: CommitId) -> Result<i64, Error> {
        let store = self.store()?;
        let data = store.read(id.0, git2::ObjectType::Commit)?;
        let commit = object::commit(data.data()).map_err(|why| Error::malformed("commit", id.0, why))?;
        Ok(commit.time)
    }

    /// The commits whose parents were cut off.
    pub(super) fn shallow_commits(&self) -> Result<HashSet<ObjectId>, Error> {
        let path = self.common_dir().join("shallow");
        match std::fs::read(&path) {
            Ok(text) => Ok(text.split(|&b| b == b'\n').filter_map(ObjectId::from_hex).collect()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(e) => {
                let message = format!("`{}` cannot be read: {e}", path.display());
                Err(Error::new(ErrorKind::Unreadable, message))
            }
        }
    }

    /// The thread that works for whoever needs this repository.
    pub(super) fn worker(&self) -> Option<&Worker> {
        self.worker.get_or_init(Worker::any).as_ref()
    }

    /// Has something done on another thread, behind what was given to it before; dropped when there is none.
    pub(super) fn in_background(&self, job: Job) {
        if let Some(worker) = self.worker() {
            worker.give(job);
        }
    }

    /// Says that the history will be walked more than once: commits are then read once, as far as memory
    /// allows.
    pub fn expect_walks(&self) {
        self.memory.keep_commits();
    }

    /// Asks the history with what the commit-graph knows, where there is one; and if anything is wrong
    /// with what comes of it, without: a damaged commit-graph changes no answer and no error.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when `info/grafts` rewrites the history, and those of `ask`.
    pub(super) fn with_commit_graph<T>(
        &self,
        ask: &dyn Fn(Option<&CommitGraph>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.refuse_grafts()?;
        if let Some(listed) = self.commit_graph() {
            match ask(Some(listed)) {
                Ok(answer) => return Ok(answer),
                Err(_) => listed.distrust(),
            }
        }
        ask(None)
    }

    /// Says what may be done with the answers of earlier runs, which are kept in the repository's folder.
    /// Without this they are neither read nor written.
    pub fn use_cache(&self, cache: Cache) {
        self.cache.set(cache);
    }

    /// The answers of earlier runs, if they may be used. Where the history is cut off, that may change
    /// what they should be.
    pub(super) fn memo(&self) -> Option<Memo> {
        (self.cache.get() != Cache::Off && !self.is_shallow()).then(|| Memo::open(self.common_dir()))
    }

    /// The commit-graph, unless Git would not use it either: where a history is cut off or replaced, or
    /// `core.commitGraph` says so. It is looked for in the repository's own folder and in those it borrows
    /// from, and never among what a push brought along.
    pub(super) fn commit_graph(&self) -> Option<&CommitGraph> {
        let open = || {
            let refused = self.is_shallow() || self.has_grafts() || self.has_replacements();
            if refused || !self.own_switch("core.commitGraph", true) {
                return None;
            }
            CommitGraph::open(&loose::folders(&self.common_dir().join("objects"), &[]))
        };
        self.memory.listed(open).filter(|listed| listed.is_trusted())
    }

    /// True when `git replace` was used, as far as a look at the refs can tell.
    fn has_replacements(&self) -> bool {
        let loose = std::fs::read_dir(self.common_dir().join("refs/replace"));
        loose.is_ok_and(|mut items| items.next().is_some())
            || std::fs::read(self.common_dir().join("packed-refs"))
                .is_ok_and(|refs| object::find(&refs, b" refs/replace/").is_some())
    }

    pub(super) fn store(&self) -> Result<Store<'_>, Error> {
        Store::new(&self.git, &self.object_dirs, &self.memory)
    }
}

/// Hashing every tree and commit costs more than reading them; evidence is hashed by
/// [`Store::blob`] instead. libgit2's cache only costs: each object is read once.
fn set_switches() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        git2::opts::strict_hash_verification(false);
        git2::opts::enable_caching(false);
    });
}

pub(super) fn add_objects(git: &git2::Repository, dirs: &[PathBuf]) -> Result<(), Error> {
    if dirs.is_empty() {
        return Ok(());
    }
    let odb = git.odb().map_err(|e| Error::libgit2("open the object database", &e))?;
    for dir in dirs {
        let wrong = |why: &str| {
            let message = format!("cannot read objects from `{}`: {why}", dir.display());
            Error::new(ErrorKind::Environment, message)
        };
        let path = dir.to_str().ok_or_else(|| wrong("the path is not UTF-8"))?;
        odb.add_disk_alternate(path).map_err(|e| wrong(e.message()))?;
    }
    Ok(())
}

fn open_error(place: &Path, cause: &git2::Error) -> Error {
    let message = cause.message();
    match cause.code() {
        ErrorCode::NotFound => Error::new(
            ErrorKind::NoRepository,
            format!("`{}` is not inside a Git repository", place.display()),
        )
        .with_help("run this inside a repository, or make one with `git init`"),
        ErrorCode::Owner => {
            let path = message.split('\'').nth(1).unwrap_or("").trim_end_matches('/');
            Error::new(ErrorKind::Untrusted, format!("the repository `{path}` belongs to another user"))
                .with_help(format!(
                    "if you trust it, run `git config --global --add safe.directory {}`",
                    shell_word(path)
                ))
        }
        _ if message.contains("sha256") || message.contains("object format") => unsupported(
            "the repository names its objects by SHA-256, which is not supported yet",
            "judge a SHA-1 repository",
        ),
        _ if message.contains("extensions.refstorage") => unsupported(
            "the repository keeps its branches as reftable, which is not supported yet",
            "run `git refs migrate --ref-format=files`",
        ),
        _ if message.contains("extensions.partialclone") => unsupported(
            "the repository is an old kind of partial clone, which is not supported yet",
            "clone it without `--filter`",
        ),
        _ if message.contains("unsupported extension") => unsupported(
            &format!("cannot open the repository: {message}"),
            "clone it anew without that extension",
        ),
        _ if cause.class() == ErrorClass::Os => {
            Error::new(ErrorKind::Other, format!("cannot open `{}`: {message}", place.display()))
        }
        _ => Error::libgit2("open the repository", cause),
    }
}

fn unsupported(message: &str, help: &str) -> Error {
    Error::new(ErrorKind::Unsupported, message).with_help(help)
}
