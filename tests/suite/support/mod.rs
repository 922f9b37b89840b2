//! Real repositories in temporary folders, made by real `git` in a scrubbed environment.

pub(crate) mod generated;
pub(crate) mod merges;

use std::cell::Cell;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use roadworthy::git::{Content, Environment, Limits, Repo, Snapshot, Target};
use tempfile::TempDir;

/// A folder that goes away with the value, and a repository in it.
pub(crate) struct Sandbox {
    temp: TempDir,
    clock: Cell<u64>,
}

impl Sandbox {
    /// An empty folder.
    pub(crate) fn empty() -> Sandbox {
        Sandbox { temp: TempDir::new().unwrap(), clock: Cell::new(1_700_000_000) }
    }

    /// A repository without a commit, on the branch `main`.
    pub(crate) fn new() -> Sandbox {
        let sandbox = Sandbox::empty();
        std::fs::create_dir(sandbox.root()).unwrap();
        sandbox.git(&["init", "-q", "-b", "main", "."]);
        sandbox
    }

    /// The top of the work tree.
    pub(crate) fn root(&self) -> PathBuf {
        self.temp.path().join("repo")
    }

    /// A path beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// `program` with nothing of the surrounding environment; the clock moves on by a minute.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, dir: &Path) -> Command {
        self.clock.set(self.clock.get() + 60);
        let date = format!("{} +0000", self.clock.get());
        let mut command = Command::new(program);
        command.current_dir(dir).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", self.temp.path()).env("TZ", "UTC").env("LC_ALL", "C");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GIT_AUTHOR_NAME", "Ann Author").env("GIT_AUTHOR_EMAIL", "ann@corp.example");
        command.env("GIT_COMMITTER_NAME", "Carl Committer").env("GIT_COMMITTER_EMAIL", "carl@corp.example");
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        command
    }

    /// Runs git in the repository and returns its output without the last line break.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.root(), arguments)
    }

    /// Runs git in a folder.
    pub(crate) fn git_in(&self, dir: &Path, arguments: &[&str]) -> String {
        let output = self.command("git", dir).args(arguments).output().unwrap();
        text(&output, arguments)
    }

    /// Runs git with standard input.
    pub(crate) fn git_with(&self, arguments: &[&str], input: &[u8]) -> String {
        let mut command = self.command("git", &self.root());
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || pipe.write_all(&input));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        text(&output, arguments)
    }

    /// Writes a file and the folders on the way.
    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Commits everything in the work tree and returns the commit's name.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Opens the repository, whatever the environment of the tests says.
    pub(crate) fn open(&self) -> Repo {
        self.open_at(&self.root())
    }

    /// Opens the repository at a path.
    pub(crate) fn open_at(&self, path: &Path) -> Repo {
        Repo::open(path, &Environment::none()).unwrap()
    }

    /// Where the loose object `id` is kept.
    pub(crate) fn loose(&self, id: &str) -> PathBuf {
        self.root().join(".git/objects").join(&id[..2]).join(&id[2..])
    }
}

fn text(output: &Output, arguments: &[&str]) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_string()
}

/// All paths of a snapshot, lossy.
pub(crate) fn paths(snapshot: &Snapshot<'_>) -> Vec<String> {
    snapshot.iter().map(|entry| String::from_utf8_lossy(entry.path).into_owned()).collect()
}

/// The paths of a target of a repository.
pub(crate) fn listed(repo: &Repo, target: Target) -> Vec<String> {
    paths(&repo.snapshot(&target, &Limits::default()).unwrap())
}

/// What `HEAD` holds.
pub(crate) fn head(repo: &Repo) -> Snapshot<'_> {
    let commit = repo.resolve_commit("HEAD").unwrap();
    repo.snapshot(&Target::Commit(commit), &Limits::default()).unwrap()
}

/// The text at a path.
pub(crate) fn read_text(snapshot: &Snapshot<'_>, path: &str) -> String {
    match snapshot.read(path.as_bytes()).unwrap() {
        Content::Text(text) => text.to_string(),
        other => panic!("{path} is {other:?}"),
    }
}
