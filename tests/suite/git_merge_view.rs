//! The result of a merge is seen by every reader, and by nothing outside of the process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::support::{self, Sandbox, paths, read_text};
use roadworthy::diag::RepoPath;
use roadworthy::git::{
    CommitId, ErrorKind, Limits, Mailmap, Merge, MergeKind, Query, Repo, Snapshot, Target, Touch,
};

fn id(hex: &str) -> CommitId {
    CommitId::parse(hex).unwrap()
}

fn remove(sandbox: &Sandbox, path: &str) {
    std::fs::remove_file(sandbox.root().join(path)).unwrap();
}

/// Starts `main` with some files, then lets both branches do something.
fn two_sides(start: &[(&str, &str)], ours: impl Fn(&Sandbox), theirs: impl Fn(&Sandbox)) -> Sandbox {
    let sandbox = Sandbox::new();
    for (path, text) in start {
        sandbox.write(path, text);
    }
    sandbox.commit("start");
    sandbox.git(&["branch", "change"]);
    ours(&sandbox);
    sandbox.commit("ours");
    sandbox.git(&["checkout", "-q", "change"]);
    theirs(&sandbox);
    sandbox.commit("theirs");
    sandbox
}

fn merge(repo: &Repo) -> Merge {
    repo.merge(repo.resolve_commit("main").unwrap(), repo.resolve_commit("change").unwrap()).unwrap()
}

fn snapshot<'r>(repo: &'r Repo, merge: &Merge) -> Snapshot<'r> {
    repo.snapshot(&Target::Commit(merge.commit), &Limits::default()).unwrap()
}

const LONG: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

fn sample() -> Sandbox {
    two_sides(
        &[("card.md", LONG), ("old/code.py", LONG), ("gone.md", "x\n"), ("docs/keep.md", "k\n")],
        |sandbox| {
            sandbox.write("card.md", LONG.replace("one", "ONE"));
            remove(sandbox, "gone.md");
            sandbox.git(&["mv", "old/code.py", "moved.py"]);
        },
        |sandbox| {
            sandbox.write("card.md", LONG.replace("ten", "TEN"));
            sandbox.write("old/code.py", LONG.replace("ten", "TEN"));
            sandbox.write("docs/new.md", "new\n");
        },
    )
}

#[test]
fn snapshots_see_both_sides() {
    let sandbox = sample();
    let repo = sandbox.open();
    let merge = merge(&repo);
    assert_eq!((merge.kind, merge.conflicts.len()), (MergeKind::Merged, 0));
    let snapshot = snapshot(&repo, &merge);
    assert_eq!(paths(&snapshot), ["card.md", "docs/keep.md", "docs/new.md", "moved.py"]);
    assert_eq!(read_text(&snapshot, "card.md"), LONG.replace("one", "ONE").replace("ten", "TEN"));
    assert_eq!(read_text(&snapshot, "moved.py"), LONG.replace("ten", "TEN"));
    for path in paths(&snapshot) {
        let alone = repo.read_file(merge.commit, path.as_bytes(), 1 << 20).unwrap();
        assert_eq!(alone, Some(snapshot.read(path.as_bytes()).unwrap()), "{path}");
    }
    assert_eq!(repo.read_file(merge.commit, b"gone.md", 1 << 20).unwrap(), None);
    assert_eq!(repo.read_file(merge.commit, b"docs", 1 << 20).unwrap(), None);
}

#[test]
fn revisions_and_times_are_those_of_a_merge() {
    let sandbox = sample();
    let repo = sandbox.open();
    let merge = merge(&repo);
    let name = merge.commit.to_string();
    assert_eq!(repo.resolve_commit(&name).unwrap(), merge.commit);
    let newest = repo.commit_time(repo.resolve_commit("change").unwrap()).unwrap();
    assert_eq!(repo.commit_time(merge.commit).unwrap(), newest);
    for (step, branch) in [("^1", "main"), ("^2", "change")] {
        let parent = repo.resolve_commit(&format!("{name}{step}")).unwrap();
        assert_eq!(parent, repo.resolve_commit(branch).unwrap());
    }
    assert!(repo.is_ancestor(repo.resolve_commit("main").unwrap(), merge.commit).unwrap());
    // Another one who opens the repository does not know it.
    assert_eq!(sandbox.open().resolve_commit(&name).unwrap_err().kind(), ErrorKind::NoSuchRevision);
}

#[test]
fn histories_go_through_the_merge() {
    let sandbox = sample();
    let repo = sandbox.open();
    let merge = merge(&repo);
    let path = |text: &str| RepoPath::from_git(text.as_bytes());
    let query = Query {
        touched: vec![path("card.md"), path("docs/keep.md"), path("docs/new.md"), path("gone.md")],
        people: true,
        mailmap: Mailmap::default(),
        ..Query::default()
    };
    let answers = repo.history(Some(merge.commit), &query).unwrap();
    let touch = |revision: &str| {
        let commit = repo.resolve_commit(revision).unwrap();
        Touch::At { commit, time: repo.commit_time(commit).unwrap() }
    };
    assert_eq!(answers.touched[&path("card.md")], touch(&merge.commit.to_string()));
    assert_eq!(answers.touched[&path("docs/keep.md")], touch("main~1"));
    assert_eq!(answers.touched[&path("docs/new.md")], touch("change"));
    assert_eq!(answers.touched[&path("gone.md")], Touch::Uncommitted);
    // Nobody made the merge.
    assert!(answers.people.iter().all(|person| !format!("{person:?}").contains("localhost")));
    assert!(!answers.people.is_empty());
}

#[test]
fn a_conflict_is_seen_and_not_read() {
    let sandbox = two_sides(
        &[("card.md", LONG), ("owner.md", "a\n"), ("data.md", LONG)],
        |sandbox| {
            sandbox.write("card.md", LONG.replace("one", "1"));
            remove(sandbox, "data.md");
        },
        |sandbox| {
            sandbox.write("card.md", LONG.replace("one", "I"));
            sandbox.write("data.md", LONG.replace("one", "I"));
        },
    );
    let repo = sandbox.open();
    let merge = merge(&repo);
    let expected = ["card.md", "data.md"].map(|path| RepoPath::from_git(path.as_bytes()));
    assert_eq!(merge.conflicts, expected);
    let snapshot = snapshot(&repo, &merge);
    assert_eq!(paths(&snapshot), ["card.md", "data.md", "owner.md"]);
    assert_eq!(read_text(&snapshot, "owner.md"), "a\n");
    for path in ["card.md", "data.md"] {
        let error = snapshot.read(path.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflicted);
        let alone = repo.read_file(merge.commit, path.as_bytes(), 1 << 20).unwrap_err();
        assert_eq!(alone, error);
        let [main, change] = ["main", "change"].map(|name| repo.resolve_commit(name).unwrap().short());
        assert!(error.to_string().starts_with(&format!("{path}: conflicts between `{main}` and `{change}`")));
        assert!(error.help().unwrap().starts_with(&format!("merge or rebase onto `{main}` first")));
    }
    // The two sides themselves are read as ever.
    assert!(support::head(&repo).read(b"card.md").is_ok());
}

#[test]
fn a_file_added_to_a_renamed_folder_is_a_conflict() {
    let sandbox = two_sides(
        &[("old/a.md", LONG), ("old/b.md", "b\nb\n")],
        |sandbox| drop(sandbox.git(&["mv", "old", "new"])),
        |sandbox| sandbox.write("old/card.md", "added\n"),
    );
    let repo = sandbox.open();
    let merge = merge(&repo);
    assert_eq!(merge.conflicts, [RepoPath::from_git(b"old/card.md")]);
    let snapshot = snapshot(&repo, &merge);
    assert_eq!(paths(&snapshot), ["new/a.md", "new/b.md", "old/card.md"]);
    assert_eq!(snapshot.read(b"old/card.md").unwrap_err().kind(), ErrorKind::Conflicted);
}

#[test]
fn attributes_and_drivers_are_ignored() {
    let sandbox = two_sides(
        &[(".gitattributes", "*.md merge=union\n*.txt merge=evil\n"), ("a.md", "a\n"), ("b.txt", "b\n")],
        |sandbox| {
            sandbox.write("a.md", "ours\n");
            sandbox.write("b.txt", "ours\n");
        },
        |sandbox| {
            sandbox.write("a.md", "theirs\n");
            sandbox.write("b.txt", "theirs\n");
        },
    );
    sandbox.git(&["config", "merge.evil.driver", "touch evil; true"]);
    let repo = sandbox.open();
    assert_eq!(merge(&repo).conflicts.len(), 2);
    assert!(!sandbox.root().join("evil").exists());
}

/// Every file and folder below, with its size and the time when it was last changed.
fn state(dir: &Path) -> BTreeMap<PathBuf, (u64, SystemTime)> {
    let mut found = BTreeMap::new();
    let mut stack = vec![dir.to_path_buf()];
    while let Some(path) = stack.pop() {
        let meta = std::fs::symlink_metadata(&path).unwrap();
        if meta.is_dir() {
            stack.extend(std::fs::read_dir(&path).unwrap().map(|item| item.unwrap().path()));
        }
        found.insert(path, (meta.len(), meta.modified().unwrap()));
    }
    found
}

/// Sets the times of all objects back, so that a fresh one is noticed.
fn age(dir: &Path) {
    let old = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for path in state(dir).keys().filter(|path| path.is_file()) {
        let mut permissions = std::fs::metadata(path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
        std::fs::set_permissions(path, permissions).unwrap();
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }
}

fn use_it(repo: &Repo) {
    let merge = merge(repo);
    let snapshot = snapshot(repo, &merge);
    for path in paths(&snapshot) {
        snapshot.read(path.as_bytes()).ok();
    }
    let query = Query { touched: vec![RepoPath::root()], people: true, ..Query::default() };
    repo.history(Some(merge.commit), &query).unwrap();
    repo.changed_paths(None, merge.commit).unwrap();
}

#[test]
fn nothing_is_written() {
    // Both sides make the same change, one of them more: the merged file exists already.
    let same = two_sides(
        &[("card.md", LONG)],
        |sandbox| sandbox.write("card.md", LONG.replace("one", "ONE")),
        |sandbox| sandbox.write("card.md", LONG.replace("one", "ONE").replace("ten", "TEN")),
    );
    for sandbox in [sample(), same] {
        for packed in [false, true] {
            if packed {
                sandbox.git(&["repack", "-a", "-d", "-q"]);
            }
            let git = sandbox.root().join(".git");
            age(&git.join("objects"));
            let before = state(&git);
            use_it(&sandbox.open());
            assert_eq!(state(&git), before, "packed: {packed}");
        }
    }
}

#[test]
fn a_store_that_cannot_be_written_is_enough() {
    let sandbox = sample();
    let objects = sandbox.root().join(".git/objects");
    let folders: Vec<PathBuf> = state(&objects).into_keys().filter(|path| path.is_dir()).collect();
    let set = |mode: u32| {
        for path in &folders {
            let mut permissions = std::fs::metadata(path).unwrap().permissions();
            std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, mode);
            std::fs::set_permissions(path, permissions).unwrap();
        }
    };
    set(0o555);
    use_it(&sandbox.open());
    set(0o755);
}

#[test]
fn a_damaged_object_is_an_error() {
    let sandbox = sample();
    let blob = sandbox.git(&["rev-parse", "change:card.md"]);
    std::fs::remove_file(sandbox.loose(&blob)).unwrap();
    let repo = sandbox.open();
    let error =
        repo.merge(repo.resolve_commit("main").unwrap(), repo.resolve_commit("change").unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable, "{error}");
    let missing = repo.merge(repo.resolve_commit("main").unwrap(), id(&"1".repeat(40))).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Unreadable);
}
