//! What integration tests share: temporary repositories, and the real programs in an environment that
//! holds nothing of the machine's.

use std::path::{Path, PathBuf};

use roadworthy::diag::{Origin, Sources};
use roadworthy::fixture::{self, Scenario};
use roadworthy::gate::policy;
use roadworthy::policy::Mistakes;
use tempfile::TempDir;

/// The folder in a [`Scratch`] that is judged.
const REPOSITORY: &str = "repository";

/// A temporary folder, removed when dropped. What is judged lies in [`Scratch::path`], the programs'
/// home folder beside it.
pub(crate) struct Scratch {
    folder: TempDir,
    /// The recipe that the repository was built from, if it was.
    pub(crate) scenario: Option<Scenario>,
}

impl Scratch {
    /// An empty folder.
    pub(crate) fn new() -> Scratch {
        let scratch = Scratch { folder: tempfile::tempdir().unwrap(), scenario: None };
        std::fs::create_dir(scratch.path()).unwrap();
        scratch
    }

    /// An empty repository on the branch `production`.
    pub(crate) fn repository() -> Scratch {
        let scratch = Scratch::new();
        git(&scratch.path(), &["init", "--quiet", "--template=", "-b", fixture::BRANCH]);
        scratch
    }

    /// The folder to work in.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(REPOSITORY)
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let place = self.path().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, text).unwrap();
    }

    /// Stages everything and commits it at a date such as `2026-05-01T09:00:00Z`. Gives the commit's id.
    pub(crate) fn commit(&self, date: &str, message: &str) -> String {
        let folder = self.path();
        git(&folder, &["add", "--all"]);
        let mut command = fixture::scrubbed("git", &folder, &home(&folder));
        command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date);
        command.args(["commit", "--quiet", "--allow-empty", "-m", message]);
        run(command).expect_success();
        git(&folder, &["rev-parse", "HEAD"]).trim().to_owned()
    }
}

/// What a program gave back.
#[derive(Debug)]
pub(crate) struct Output {
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
    /// The exit code; `None` after a signal.
    pub(crate) code: Option<i32>,
}

impl Output {
    /// Panics with everything that was said, unless the exit code is 0.
    #[track_caller]
    pub(crate) fn expect_success(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }
}

/// `git` in a folder, with a fixed clock and identity. Gives its standard output; panics when it fails.
#[track_caller]
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = fixture::scrubbed("git", folder, &home(folder));
    command.args(arguments);
    run(command).expect_success()
}

/// The real program in a folder: no colours, 100 columns, nothing of the user's.
pub(crate) fn roadworthy(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = fixture::scrubbed(env!("CARGO_BIN_EXE_roadworthy"), folder, &home(folder));
    command.env("NO_COLOR", "1").env("COLUMNS", "100").args(arguments);
    run(command)
}

/// The repository of an embedded recipe, by its path under `policies/`: `core/ready.toml`. Panics with
/// all mistakes of the recipe.
#[track_caller]
pub(crate) fn recipe(path: &str) -> Scratch {
    let mut scratch = Scratch::new();
    let mut sources = Sources::new();
    let scenario = fixture::resolve(&mut sources, &fixture::load_embedded, path)
        .unwrap_or_else(|mistakes| panic!("{path}: {}", list(&sources, &mistakes).join("\n")));
    fixture::build(&scenario, &scratch.path()).unwrap();
    scratch.scenario = Some(scenario);
    scratch
}

/// Diagnostics as lines of `code place: message`.
pub(crate) fn list(sources: &Sources, mistakes: &[roadworthy::diag::Diagnostic]) -> Vec<String> {
    let line = |mistake: &roadworthy::diag::Diagnostic| match &mistake.primary {
        Some(note) => {
            let (origin, at) = (&sources.get(note.span.source).origin, sources.position(note.span));
            format!("{} {}:{}:{}: {}", mistake.code, origin.display(), at.line, at.column, mistake.message)
        }
        None => format!("{}: {}", mistake.code, mistake.message),
    };
    mistakes.iter().map(line).collect()
}

/// A folder beside the one that is worked in, so that a home never lies in the repository.
fn home(folder: &Path) -> PathBuf {
    let root = folder.ancestors().find(|above| above.ends_with(REPOSITORY)).unwrap_or(folder);
    let home = root.parent().unwrap_or(root).join("home");
    std::fs::create_dir_all(&home).unwrap();
    home
}

fn run(mut command: std::process::Command) -> Output {
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    Output {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code(),
    }
}

/// The mistakes of a pack, as [`list`] gives them.
pub(crate) fn mistakes(pack: &str) -> Vec<String> {
    let (mut sources, mut found) = (Sources::new(), Mistakes::default());
    policy::with_pack(Origin::Local("house.toml".into()), pack, &mut sources, &mut found);
    list(&sources, &found.into_vec())
}

/// A pack with one rule, whose check is given.
pub(crate) fn pack_of_check(check: &str) -> String {
    let head = "[pack]\nid = \"house\"\n[[rule]]\nid = \"house-rule\"\ntitle = \"t\"\nseverity = \"warn\"\nwhy = \"w\"\nhelp = \"h\"\nsource = \"s\"\nsince = \"1.0\"\n";
    format!("{head}{check}")
}

/// The mistakes of a pack are these, in this order, each told by a part of it.
#[track_caller]
pub(crate) fn told(pack: &str, expected: &[&str]) {
    let found = mistakes(pack);
    assert_eq!(found.len(), expected.len(), "{pack}\n{found:#?}");
    for (mistake, part) in found.iter().zip(expected) {
        assert!(mistake.contains(part), "{mistake}\nlacks {part}\n{found:#?}");
    }
}

/// Copies a folder and all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}
