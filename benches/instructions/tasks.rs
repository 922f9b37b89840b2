//! What the program is given to do.

use std::path::{Path, PathBuf};

use crate::repositories::code::telling_code;
use crate::repositories::evidence::{self, CORE};
use crate::repositories::history::history;
use crate::repositories::staged::{small_change, stage};
use crate::repositories::{Place, clone, git, key};

/// The date of every judgement that can be given one.
const AS_OF: &str = "2026-11-01";
/// Files of the repositories with a history.
const FILES: usize = 600;
/// Files of the repository with something staged.
const STAGED: usize = 10_000;
/// All packs that a repository can list.
const PACKS: &str = r#"["core", "operations", "delivery", "trust", "commits", "reach"]"#;

/// One run of a program.
pub(crate) struct Task<'a> {
    pub(crate) name: &'static str,
    pub(crate) program: &'a Path,
    pub(crate) folder: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) variables: Vec<(&'static str, &'static str)>,
    /// Standard input.
    pub(crate) input: String,
    /// Counted the second time, when what the first one kept is there.
    pub(crate) again: bool,
    /// The exit code, lest giving up counts as being fast.
    pub(crate) ends_with: i32,
}

/// All tasks, sorted by name; generates their repositories where they are not there.
pub(crate) fn all<'a>(root: &Path, program: &'a Path) -> Result<Vec<Task<'a>>, String> {
    let home = root.join("home");
    std::fs::create_dir_all(&home).map_err(|e| format!("{}: {e}", home.display()))?;
    let files = evidence::files(&CORE)?;
    let place = Place { root, key: key(&files) };
    let code = place.ensure("code", |stream| history(stream, &files, FILES, telling_code))?;
    let staged = place.staged("staged", &files, STAGED, |at, home| stage(at, home, STAGED))?;
    let (server, pushed) = server(root, &code, &home)?;
    let policy = policy(root)?;
    // What an earlier run kept of a history would be there the second time, and not the first.
    let check = ["check", "--rev", "HEAD", "--as-of", AS_OF, "--no-cache"];
    let task = |name, folder: &Path, arguments: &[&str]| Task {
        name,
        program,
        folder: folder.to_path_buf(),
        arguments: arguments.iter().map(|a| a.to_string()).collect(),
        variables: Vec::new(),
        input: String::new(),
        again: false,
        ends_with: 0,
    };
    let last_change = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions/last-change");
    let last_change = last_change.to_string_lossy();
    Ok(vec![
        task("check", &code, &check),
        task("check-all-packs", &code, &[&check[..], &["--policy", &policy]].concat()),
        Task { again: true, ..task("check-again", &code, &check[..5]) },
        task("last-change", &code, &[&check[..], &["--policy", &last_change]].concat()),
        task("pre-commit", &staged, &["hook", "pre-commit", "--no-cache"]),
        Task {
            variables: vec![("GIT_DIR", ".")],
            input: pushed,
            ..task("pre-receive", &server, &["hook", "pre-receive", "--no-cache"])
        },
        task("version", &code, &["--version"]),
    ])
}

/// A server that has received a commit and not accepted it yet, and what `git` tells the hook of it.
fn server(root: &Path, of: &Path, home: &Path) -> Result<(PathBuf, String), String> {
    let (client, server) = (root.join("client"), root.join("server.git"));
    small_change(of, &client, home)?;
    clone(&client, &server, home, "--bare")?;
    let id = |name: &str| git(&client, home, &["rev-parse", name]);
    let (old, new) = (id("main")?, id("next")?);
    git(&server, home, &["update-ref", "-d", "refs/heads/next"])?;
    Ok((server, format!("{} {} refs/heads/main\n", old.trim(), new.trim())))
}

fn policy(root: &Path) -> Result<String, String> {
    let folder = root.join("policy");
    let file = folder.join("roadworthy.toml");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&file, format!("[policy]\npacks = {PACKS}\n")))
        .map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(file.to_string_lossy().into_owned())
}
