//! Finding repositories, heads and revisions, and working inside of real hooks.

use std::path::Path;

use crate::support::{Sandbox, head, listed, read_text};
use roadworthy::diag::RepoPath;
use roadworthy::git::{Content, Environment, ErrorKind, Head, Limits, Repo, Target};

/// Where a hook lets [`probe`] write what it sees.
const PROBE: &str = "ROADWORTHY_TEST_PROBE";

/// Not a test of its own: hooks start this test binary with [`PROBE`] set, and so look at the
/// repository with the environment that git gives them.
#[test]
fn probe() {
    let Some(out) = std::env::var_os(PROBE) else { return };
    let repo = Repo::discover(Path::new(".")).unwrap();
    let rev = std::env::var("ROADWORTHY_TEST_REV").unwrap_or_default();
    let target = match &rev[..] {
        "" => Target::Index,
        rev => Target::Commit(repo.resolve_commit(rev).unwrap()),
    };
    let snapshot = repo.snapshot(&target, &Limits::default()).unwrap();
    let mut text = format!("top {}\n", repo.workdir().unwrap_or(Path::new("-")).display());
    for entry in snapshot.iter() {
        let Content::Text(content) = snapshot.read(entry.path).unwrap() else { panic!("not text") };
        text.push_str(&format!("{}={content}\n", String::from_utf8_lossy(entry.path)));
    }
    std::fs::write(out, text).unwrap();
}

/// Lets `hook` of the repository at `git_dir` write what it sees into the file that is returned.
fn install(sandbox: &Sandbox, git_dir: &Path, hook: &str, before: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let out = sandbox.beside("seen");
    let this = std::env::current_exe().unwrap();
    let script = format!(
        "#!/bin/sh\n{before}\n{PROBE}='{}' exec '{}' --exact git_repository::probe --test-threads=1 >&2\n",
        out.display(),
        this.display()
    );
    let file = git_dir.join("hooks").join(hook);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    out
}

fn seen(out: &Path) -> String {
    let text = std::fs::read_to_string(out).unwrap();
    std::fs::remove_file(out).unwrap();
    text
}

#[test]
fn a_hook_sees_the_index_that_will_be_committed() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "1");
    sandbox.write("b", "1");
    sandbox.commit("one");
    let out = install(&sandbox, &sandbox.root().join(".git"), "pre-commit", "");
    let top = format!("top {}/\n", sandbox.root().canonicalize().unwrap().display());
    let check = |arguments: &[&str], dir: &Path, files: &str| {
        sandbox.git_in(dir, arguments);
        assert_eq!(seen(&out), format!("{top}{files}"), "{arguments:?}");
    };
    let root = sandbox.root();
    sandbox.write("a", "2");
    check(&["commit", "-q", "-am", "all"], &root, "a=2\nb=1\n");
    sandbox.write("a", "3");
    sandbox.write("b", "3");
    sandbox.git(&["add", "b"]);
    check(&["commit", "-q", "-m", "only a", "a"], &root, "a=3\nb=1\n");
    sandbox.write("sub/c", "4");
    sandbox.git(&["add", "sub"]);
    check(&["commit", "-q", "-m", "from a folder"], &root.join("sub"), "a=3\nb=3\nsub/c=4\n");
    sandbox.write("a", "5");
    let (git_dir, work_tree) = ("--git-dir=../repo/.git", "--work-tree=../repo");
    check(&[git_dir, work_tree, "commit", "-q", "-am", "named"], &root, "a=5\nb=3\nsub/c=4\n");
}

#[test]
fn a_hook_in_a_linked_work_tree() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "1");
    sandbox.commit("one");
    let linked = sandbox.beside("linked");
    sandbox.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().unwrap()]);
    let out = install(&sandbox, &sandbox.root().join(".git"), "pre-commit", "");
    std::fs::write(linked.join("a"), "2").unwrap();
    sandbox.git_in(&linked, &["commit", "-q", "-am", "two"]);
    assert_eq!(seen(&out), format!("top {}/\na=2\n", linked.canonicalize().unwrap().display()));
    let repo = sandbox.open_at(&linked);
    assert!(matches!(repo.head().unwrap(), Head::Branch { name, .. } if name == "side"));
    assert_eq!(read_text(&head(&repo), "a"), "2");
    assert_eq!(
        repo.common_dir().canonicalize().unwrap(),
        sandbox.root().join(".git").canonicalize().unwrap()
    );
    std::fs::create_dir_all(sandbox.root().join(".git/info")).unwrap();
    std::fs::write(sandbox.root().join(".git/info/exclude"), "ignored\n").unwrap();
    std::fs::write(linked.join("ignored"), "x").unwrap();
    assert_eq!(listed(&repo, Target::WorkTree), ["a"]);
}

#[test]
fn a_server_sees_what_is_in_quarantine() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "1");
    sandbox.commit("one");
    // A colon makes git quote the path of the objects that the quarantine builds on.
    let server = sandbox.beside("ser:ver.git");
    let url = format!("file://{}", server.display());
    sandbox.git(&["clone", "-q", "--bare", ".", server.to_str().unwrap()]);
    let before = "read old new ref; export ROADWORTHY_TEST_REV=$new";
    let out = install(&sandbox, &server, "pre-receive", before);
    sandbox.write("b", "2");
    let pushed = sandbox.commit("two");
    sandbox.git(&["push", "-q", &url, "main"]);
    assert_eq!(seen(&out), "top -\na=1\nb=2\n");
    let repo = sandbox.open_at(&server);
    assert!(repo.is_bare() && repo.workdir().is_none());
    assert_eq!(repo.resolve_commit("main").unwrap().to_string(), pushed);
    for target in [Target::Index, Target::WorkTree] {
        let error = repo.snapshot(&target, &Limits::default()).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Bare);
        assert!(error.help().unwrap().contains("--rev"));
    }
}

fn with_variables(sandbox: &Sandbox, variables: &[(&str, &str)]) -> Result<Repo, roadworthy::git::Error> {
    let environment = Environment::new(&sandbox.root(), |name| {
        variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
    });
    Repo::open(&sandbox.root(), &environment)
}

#[test]
fn an_index_file_that_is_not_there_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("sub/a", "1");
    sandbox.commit("one");
    let error = with_variables(&sandbox, &[("GIT_INDEX_FILE", ".git/none")]).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Environment);
    assert!(error.to_string().contains(".git/none"), "{error}");
    let index = [("GIT_INDEX_FILE", ".git/index")];
    assert_eq!(listed(&with_variables(&sandbox, &index).unwrap(), Target::Index), ["sub/a"]);
    // A relative name starts at the top of the work tree, wherever the program stands.
    let environment = Environment::new(&sandbox.root().join("sub"), |name| {
        (name == "GIT_INDEX_FILE").then(|| ".git/index".into())
    });
    let repo = Repo::open(&sandbox.root().join("sub"), &environment).unwrap();
    assert_eq!(listed(&repo, Target::Index), ["sub/a"]);
}

#[test]
fn a_relative_work_tree_starts_at_the_current_folder() {
    let sandbox = Sandbox::new();
    let repo = with_variables(&sandbox, &[("GIT_DIR", ".git"), ("GIT_WORK_TREE", ".")]).unwrap();
    let expected = sandbox.root().canonicalize().unwrap();
    assert_eq!(repo.workdir().unwrap().canonicalize().unwrap(), expected);
}

#[test]
fn unborn_branches_and_empty_repositories() {
    let sandbox = Sandbox::new();
    let repo = sandbox.open();
    assert_eq!(repo.head().unwrap(), Head::Unborn { branch: "main".into() });
    assert_eq!(repo.resolve_commit("HEAD").unwrap_err().kind(), ErrorKind::NoSuchRevision);
    assert_eq!(listed(&repo, Target::Index), [""; 0]);
    sandbox.write("a", "1");
    assert_eq!(listed(&repo, Target::WorkTree), ["a"]);
    let commit = sandbox.commit("one");
    let tip = repo.resolve_commit(&commit).unwrap();
    assert_eq!(repo.head().unwrap(), Head::Branch { name: "main".into(), tip });
    sandbox.git(&["checkout", "-q", "--detach"]);
    assert_eq!(repo.head().unwrap(), Head::Detached(tip));
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "none"]);
    sandbox.git(&["rm", "-q", "a"]);
    sandbox.commit("nothing left");
    assert!(head(&repo).is_empty());
}

#[test]
fn no_repository_and_prefixes() {
    let outside = Sandbox::empty();
    let environment = Environment::new(outside.beside("").as_path(), |name| {
        (name == "GIT_CEILING_DIRECTORIES").then(|| outside.beside("..").into())
    });
    let error = Repo::open(&outside.beside(""), &environment).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NoRepository);
    let sandbox = Sandbox::new();
    sandbox.write("models/churn/card", "1");
    let repo = sandbox.open_at(&sandbox.root().join("models/churn"));
    let prefix = |path: &str| repo.prefix(&sandbox.root().join(path));
    assert_eq!(prefix("models/churn"), RepoPath::parse("models/churn"));
    assert_eq!(prefix(""), Some(RepoPath::root()));
    assert_eq!(prefix(".git"), None);
    assert_eq!(prefix("none"), None);
    assert_eq!(repo.prefix(&sandbox.beside("")), None);
}

#[test]
fn revisions_of_every_kind() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "1");
    let first = sandbox.commit("one");
    sandbox.git(&["tag", "-a", "-m", "x", "v1"]);
    sandbox.git(&["tag", "-a", "-m", "x", "again", "v1"]);
    let second = sandbox.commit("two");
    sandbox.git(&["tag", "-a", "-m", "x", "tree", "HEAD^{tree}"]);
    let repo = sandbox.open();
    let name = |revision: &str| repo.resolve_commit(revision).map(|id| id.to_string());
    for revision in [
        "v1",
        "again",
        "refs/tags/v1",
        "HEAD~",
        "HEAD^1",
        "main~1",
        "v1^{}",
        "v1^0",
        "@~1",
        &first,
        &first[..9],
    ] {
        assert_eq!(name(revision).as_ref(), Ok(&first), "{revision}");
    }
    assert_eq!(name("heads/main"), Ok(second.clone()));
    let blob = sandbox.git(&["rev-parse", "HEAD:a"]);
    for revision in ["tree", "HEAD^{tree}", "HEAD:a", &blob] {
        let error = name(revision).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotACommit, "{error}");
        assert!(error.to_string().contains("not a commit"), "{error}");
    }
    for revision in ["none", "", "HEAD~9", "main^2", "-x", "a\0b", &"0".repeat(40), &"1".repeat(40)] {
        let error = name(revision).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoSuchRevision, "{revision:?}: {error}");
    }
    let id = repo.resolve_commit(&second).unwrap();
    let time = sandbox.git(&["log", "-1", "--format=%ct"]);
    assert_eq!(repo.commit_time(id).unwrap().to_string(), time);
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let sandbox = Sandbox::new();
    sandbox.write("inner", "1");
    sandbox.commit("one");
    let outer = sandbox.beside("outer");
    sandbox.git(&["init", "-q", outer.to_str().unwrap()]);
    let url = sandbox.root();
    let arguments =
        ["-c", "protocol.file.allow=always", "submodule", "add", "-q", url.to_str().unwrap(), "sub"];
    sandbox.git_in(&outer, &arguments);
    assert_eq!(listed(&sandbox.open_at(&outer.join("sub")), Target::WorkTree), ["inner"]);
    assert_eq!(listed(&sandbox.open_at(&outer), Target::WorkTree), [".gitmodules", "sub"]);
}

#[test]
fn kinds_of_repository_that_are_not_supported() {
    for (arguments, word) in
        [(&["--object-format=sha256"][..], "SHA-256"), (&["--ref-format=reftable"], "reftable")]
    {
        let sandbox = Sandbox::new();
        let other = sandbox.beside("other");
        sandbox.git(&[&["init", "-q"], arguments, &[other.to_str().unwrap()]].concat());
        let error = Repo::open(&other, &Environment::none()).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "core.repositoryformatversion", "1"]);
    sandbox.git(&["config", "extensions.surprise", "true"]);
    let error = Repo::open(&sandbox.root(), &Environment::none()).err().unwrap();
    assert!(error.to_string().contains("surprise"), "{error}");
}

/// Only root can give a folder away, so elsewhere there is nothing to see.
#[test]
fn a_foreign_repository_prints_the_line_that_trusts_it() {
    let sandbox = Sandbox::new();
    if std::os::unix::fs::chown(sandbox.root(), Some(12345), None).is_err() {
        return;
    }
    std::os::unix::fs::chown(sandbox.root().join(".git"), Some(12345), None).unwrap();
    let error = Repo::open(&sandbox.root(), &Environment::none()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Untrusted, "{error}");
    let help = error.help().unwrap();
    let line = format!("git config --global --add safe.directory {}`", sandbox.root().display());
    assert!(help.contains(&line), "{help}");
}

#[test]
fn parents_that_a_shallow_clone_cut_off_are_still_named() {
    let sandbox = Sandbox::new();
    let first = sandbox.commit("one");
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    let side = sandbox.commit("two");
    sandbox.git(&["checkout", "-q", "main"]);
    let main = sandbox.commit("three");
    sandbox.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    sandbox.git(&["tag", "-a", "v1", "-m", "tag"]);
    let merge = sandbox.git(&["rev-parse", "HEAD"]);
    let (shallow, url) = (sandbox.beside("shallow"), format!("file://{}", sandbox.root().display()));
    sandbox.git(&["clone", "-q", "--depth=1", &url, shallow.to_str().unwrap()]);
    let repo = sandbox.open_at(&shallow);
    let head = repo.resolve_commit("HEAD").unwrap();
    assert_eq!(head.to_string(), merge);
    let parents: Vec<String> = repo.raw_parents(head).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(parents, [main.clone(), side]);
    let here = |name: &str| repo.has_commit(name).unwrap();
    assert!(here(&merge) && !here(&main) && !here(&first) && !here("HEAD") && !here(&merge[..10]));
    let whole = sandbox.open();
    let has = |name: &str| whole.has_commit(&sandbox.git(&["rev-parse", name])).unwrap();
    assert!(has("v1") && has("side") && !has("HEAD^{tree}"));
}
