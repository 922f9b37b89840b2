//! Snapshots of commits, of the index and of the work tree.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use crate::support::{Sandbox, head, listed, paths, read_text};
use roadworthy::diag::RepoPath;
use roadworthy::git::{Content, EntryKind, ErrorKind, Limits, Repo, Target};

const FILE: EntryKind = EntryKind::File { executable: false };

fn error(repo: &Repo, target: Target) -> roadworthy::git::Error {
    repo.snapshot(&target, &Limits::default()).err().expect("there is no such snapshot")
}

#[test]
fn a_commit_lists_what_ls_tree_lists() {
    let sandbox = Sandbox::new();
    for file in ["a", "a.b/c", "a0", "ab/c/d/e", "b", "dir/x y", "dir/ü", "dir-2/z", "dir.txt"] {
        sandbox.write(file, file);
    }
    sandbox.write(std::ffi::OsStr::from_bytes(b"caf\xe9/li\nne"), "latin");
    sandbox.commit("one");
    let repo = sandbox.open();
    let snapshot = head(&repo);
    let expected = sandbox.git(&["ls-tree", "-r", "-z", "--name-only", "HEAD"]);
    assert_eq!(paths(&snapshot), expected.split_terminator('\0').collect::<Vec<_>>());
    assert_eq!(snapshot.len(), 10);
    assert!(snapshot.has_dir(b"ab/c") && snapshot.has_dir(b"") && snapshot.has_dir(b"caf\xe9"));
    assert!(!snapshot.has_dir(b"a") && !snapshot.has_dir(b"di") && !snapshot.has_dir(b"dir/x y"));
    let under = |dir: &str| snapshot.under(&RepoPath::parse(dir).unwrap()).count();
    assert_eq!((under("dir"), under("ab"), under("."), under("a"), under("none")), (2, 1, 10, 0, 0));
    assert_eq!(snapshot.get(b"caf\xe9/li\nne").unwrap().kind, FILE);
    assert!(snapshot.get(b"dir").is_none() && snapshot.get(b"A").is_none());
    assert_eq!(read_text(&snapshot, "ab/c/d/e"), "ab/c/d/e");
    assert_eq!(snapshot.read(b"none").unwrap_err().kind(), ErrorKind::NoSuchPath);
    assert_eq!(listed(&repo, Target::Index), paths(&snapshot));
    assert_eq!(listed(&repo, Target::WorkTree), paths(&snapshot));
}

#[test]
fn every_kind_of_content_in_all_three_targets() {
    let sandbox = Sandbox::new();
    let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n");
    let big = vec![b'x'; 5000];
    let text = |s: &str| Content::Text(s.into());
    let files: BTreeMap<&str, (&[u8], Content)> = BTreeMap::from([
        ("crlf", (&b"a\r\nb\r\n"[..], text("a\r\nb\r\n"))),
        ("bom", (b"\xef\xbb\xbfx", text("x"))),
        ("empty", (b"", text(""))),
        ("latin", (b"one\ncaf\xe9\n", Content::NotUtf8 { line: 2 })),
        ("utf16", (b"\xff\xfea\0", Content::Utf16)),
        ("binary", (b"\x89PNG\0", Content::Binary)),
        ("lfs", (pointer.as_bytes(), Content::LfsPointer { oid: oid.into(), size: 12345 })),
        ("big", (&big[..], Content::TooLarge { size: 5000 })),
    ]);
    for (name, (bytes, _)) in &files {
        sandbox.write(name, bytes);
    }
    symlink("/etc/passwd", sandbox.root().join("link")).unwrap();
    sandbox.commit("one");
    let repo = sandbox.open();
    let limits = Limits { max_blob: 4999, ..Limits::default() };
    let tip = repo.resolve_commit("HEAD").unwrap();
    for target in [Target::Commit(tip), Target::Index, Target::WorkTree] {
        let snapshot = repo.snapshot(&target, &limits).unwrap();
        for (name, (_, expected)) in &files {
            assert_eq!(&snapshot.read(name.as_bytes()).unwrap(), expected, "{name} in {target:?}");
        }
        assert_eq!(snapshot.get(b"link").unwrap().kind, EntryKind::Symlink);
        assert_eq!(snapshot.read(b"link").unwrap(), Content::Symlink { target: b"/etc/passwd".to_vec() });
    }
}

#[test]
fn a_submodule_is_a_gitlink_and_is_not_entered() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "1");
    let first = sandbox.commit("one");
    sandbox.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{first},sub")]);
    sandbox.git(&["commit", "-q", "-m", "sub"]);
    sandbox.write("sub/inside", "never seen");
    let repo = sandbox.open();
    assert_eq!(head(&repo).read(b"sub").unwrap(), Content::Gitlink);
    for target in [Target::Index, Target::WorkTree] {
        assert_eq!(listed(&repo, target), ["file", "sub"]);
    }
    std::fs::remove_dir_all(sandbox.root().join("sub")).unwrap();
    assert_eq!(listed(&repo, Target::WorkTree), ["file"]);
}

#[test]
fn deep_paths_and_the_limits() {
    let sandbox = Sandbox::new();
    let deep = format!("{}f", "d/".repeat(1500));
    let stream = format!(
        "commit refs/heads/main\ncommitter C <c@x> 1 +0000\ndata 0\nM 100644 inline {deep}\ndata 1\nx\nM 100644 inline g\ndata 1\nx\n\n"
    );
    sandbox.git_with(&["fast-import", "--quiet"], stream.as_bytes());
    let repo = sandbox.open();
    assert_eq!(paths(&head(&repo)), [&deep[..], "g"]);
    let target = Target::Commit(repo.resolve_commit("main").unwrap());
    let limited = |limits: Limits| repo.snapshot(&target, &limits).err().map(|e| e.kind());
    let limits = Limits::default();
    assert_eq!(limited(Limits { max_depth: 1500, ..limits }), Some(ErrorKind::TooLarge));
    assert_eq!(limited(Limits { max_depth: 1501, ..limits }), None);
    assert_eq!(limited(Limits { max_entries: 1, ..limits }), Some(ErrorKind::TooLarge));
    assert_eq!(limited(Limits { max_entries: 2, ..limits }), None);
}

/// Commits a tree made of raw entries.
fn raw_tree(sandbox: &Sandbox, entries: &[(&str, &str, &str)]) -> String {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend(format!("{mode} {name}\0").bytes());
        bytes.extend((0..20).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap()));
    }
    let tree = sandbox.git_with(&["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], &bytes);
    let text = format!("tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n");
    sandbox.git_with(&["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], text.as_bytes())
}

#[test]
fn malformed_trees_are_errors() {
    let sandbox = Sandbox::new();
    let blob = sandbox.git_with(&["hash-object", "-w", "--stdin"], b"x");
    let mut inner = b"100644 y\0".to_vec();
    inner.extend((0..20).map(|at| u8::from_str_radix(&blob[2 * at..2 * at + 2], 16).unwrap()));
    let dir = sandbox.git_with(&["hash-object", "-t", "tree", "-w", "--stdin"], &inner);
    let repo = sandbox.open();
    let kind = |entries: &[(&str, &str, &str)]| {
        let commit = raw_tree(&sandbox, entries);
        let target = Target::Commit(repo.resolve_commit(&commit).unwrap());
        repo.snapshot(&target, &Limits::default()).err().map(|e| e.kind())
    };
    assert_eq!(kind(&[("100644", "a", &blob), ("100644", "b", &blob)]), None);
    let malformed = Some(ErrorKind::Malformed);
    assert_eq!(kind(&[("100644", "b", &blob), ("100644", "a", &blob)]), malformed, "unsorted");
    assert_eq!(kind(&[("100644", "a", &blob), ("100644", "a", &blob)]), malformed, "twice");
    let apart = [("100644", "a", &blob[..]), ("100644", "a.b", &blob), ("40000", "a", &dir)];
    assert_eq!(kind(&apart), malformed, "a file and a folder, not side by side");
    for name in ["..", ".", ".git", ".GIT", "a/b", ""] {
        assert_eq!(kind(&[("100644", name, &blob)]), malformed, "{name}");
    }
    assert_eq!(kind(&[("40000", "a", &blob)]), malformed, "a folder that is a blob");
}

#[test]
fn damaged_missing_and_tampered_blobs_are_errors() {
    let sandbox = Sandbox::new();
    sandbox.write("dir/file", "the truth, and nothing else");
    sandbox.commit("one");
    let id = sandbox.git(&["rev-parse", "HEAD:dir/file"]);
    let loose = sandbox.loose(&id);
    let kept = std::fs::read(&loose).unwrap();
    let replace = |bytes: &[u8]| {
        std::fs::remove_file(&loose).ok();
        std::fs::write(&loose, bytes).unwrap();
    };
    let fails = || {
        let repo = sandbox.open();
        let error = head(&repo).read(b"dir/file").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreadable, "{error}");
        let message = error.to_string();
        assert!(message.contains("dir/file") && message.contains(&id), "{message}");
        message
    };
    replace(&kept[..kept.len() / 2]);
    fails();
    std::fs::remove_file(&loose).unwrap();
    assert!(fails().contains("missing"));
    let other = sandbox.git_with(&["hash-object", "-w", "--stdin"], b"a lie of the same kind here");
    replace(&std::fs::read(sandbox.loose(&other)).unwrap());
    assert!(fails().contains("tampered"));
    replace(&kept);
    let repo = sandbox.open();
    assert_eq!(read_text(&head(&repo), "dir/file"), "the truth, and nothing else");
    let tree = sandbox.git(&["rev-parse", "HEAD:dir"]);
    let tip = repo.resolve_commit("HEAD").unwrap();
    std::fs::remove_file(sandbox.loose(&tree)).unwrap();
    let missing = error(&sandbox.open(), Target::Commit(tip));
    assert_eq!(missing.kind(), ErrorKind::Unreadable);
    assert!(missing.to_string().starts_with("dir:"), "{missing}");
}

#[test]
fn a_partial_clone_says_how_to_fetch() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    sandbox.write("card", "1");
    sandbox.commit("one");
    let url = format!("file://{}", sandbox.root().display());
    let arguments = ["clone", "-q", "--no-checkout", "--filter=blob:none", &url, "clone"];
    sandbox.git_in(&sandbox.beside(""), &arguments);
    let repo = sandbox.open_at(&sandbox.beside("clone"));
    let error = head(&repo).read(b"card").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
    let help = error.help().unwrap();
    assert!(help.contains("partial clone"), "{help}");
    let command = help.split('`').nth(1).unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    sandbox.git_in(&sandbox.beside("clone"), &words[1..]);
    assert_eq!(read_text(&head(&repo), "card"), "1");
}

#[test]
fn the_index_is_what_the_next_commit_holds() {
    let sandbox = Sandbox::new();
    let repo = sandbox.open();
    assert_eq!(listed(&repo, Target::Index), [""; 0]);
    sandbox.write("staged", "old");
    sandbox.git(&["add", "staged"]);
    sandbox.write("staged", "new");
    sandbox.write("intended", "x");
    sandbox.git(&["add", "-N", "intended"]);
    let repo = sandbox.open();
    assert_eq!(listed(&repo, Target::Index), ["staged"]);
    assert_eq!(listed(&repo, Target::WorkTree), ["intended", "staged"]);
    let read = |target| read_text(&repo.snapshot(&target, &Limits::default()).unwrap(), "staged");
    assert_eq!((read(Target::Index), read(Target::WorkTree)), ("old".into(), "new".into()));
}

#[test]
fn a_conflicted_index_names_the_path() {
    let sandbox = Sandbox::new();
    sandbox.write("dir/card", "1");
    sandbox.commit("one");
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.write("dir/card", "2");
    sandbox.commit("two");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("dir/card", "3");
    sandbox.commit("three");
    let mut merge = sandbox.command("git", &sandbox.root());
    assert!(!merge.args(["merge", "-q", "side"]).output().unwrap().status.success());
    let repo = sandbox.open();
    let error = error(&repo, Target::Index);
    assert_eq!(error.kind(), ErrorKind::Conflicted);
    assert!(error.to_string().contains("dir/card"));
    assert_eq!(listed(&repo, Target::WorkTree), ["dir/card"]);
}

#[test]
fn sparse_and_split_indexes() {
    let sandbox = Sandbox::new();
    for file in ["in/a", "out/b", "out/deep/c", "top"] {
        sandbox.write(file, file);
    }
    sandbox.write("in/empty", "");
    sandbox.write("out/empty", "");
    sandbox.commit("one");
    let all = ["in/a", "in/empty", "out/b", "out/deep/c", "out/empty", "top"];
    for mode in [&["--no-sparse-index"][..], &["--sparse-index"]] {
        sandbox.git(&[&["sparse-checkout", "set", "--cone"], mode, &["in"]].concat());
        assert!(!sandbox.root().join("out").exists());
        sandbox.write("in/intended", "x");
        sandbox.git(&["add", "-N", "in/intended"]);
        sandbox.write("in/new", "x");
        let repo = sandbox.open();
        assert_eq!(listed(&repo, Target::Index), all, "{mode:?}");
        let mut on_disk = all.to_vec();
        on_disk.splice(2..2, ["in/intended", "in/new"]);
        assert_eq!(listed(&repo, Target::WorkTree), on_disk, "{mode:?}");
        let snapshot = repo.snapshot(&Target::WorkTree, &Limits::default()).unwrap();
        assert_eq!(read_text(&snapshot, "out/deep/c"), "out/deep/c");
        sandbox.git(&["rm", "-q", "--cached", "in/intended"]);
        std::fs::remove_file(sandbox.root().join("in/intended")).unwrap();
        std::fs::remove_file(sandbox.root().join("in/new")).unwrap();
    }
    sandbox.git(&["sparse-checkout", "disable"]);
    sandbox.git(&["update-index", "--split-index"]);
    sandbox.write("in/later", "x");
    sandbox.git(&["add", "in/later"]);
    let mut more = all.to_vec();
    more.insert(2, "in/later");
    assert_eq!(listed(&sandbox.open(), Target::Index), more);
}

#[test]
fn the_work_tree_is_what_git_status_would_add() {
    let sandbox = Sandbox::new();
    sandbox.write(".gitignore", "*.log\n!keep.log\n/build/\nnested/*.tmp\n");
    sandbox.write("tracked", "1");
    sandbox.write("deleted", "1");
    sandbox.write("forced.log", "1");
    sandbox.git(&["add", "-f", "forced.log"]);
    sandbox.commit("one");
    std::fs::remove_file(sandbox.root().join("deleted")).unwrap();
    for file in ["a.log", "keep.log", "build/x", "sub/build/x", "nested/x.tmp", "nested/.hidden", "excluded"]
    {
        sandbox.write(file, "x");
    }
    sandbox.write("nested/.gitignore", "!again.log\n");
    sandbox.write("nested/again.log", "x");
    sandbox.write(".ignore", "tracked\nsub\n");
    sandbox.write(".git/info/exclude", "excluded\n");
    sandbox.write("repo2/file", "x");
    sandbox.git_in(&sandbox.root().join("repo2"), &["init", "-q"]);
    sandbox.command("mkfifo", &sandbox.root()).arg("pipe").status().unwrap();
    symlink("sub", sandbox.root().join("folder-link")).unwrap();
    symlink("missing", sandbox.root().join("dangling")).unwrap();
    let repo = sandbox.open();
    let mut expected: Vec<String> = sandbox
        .git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .split_terminator('\0')
        .filter(|file| !["deleted", "repo2/"].contains(file))
        .map(String::from)
        .collect();
    expected.sort();
    assert_eq!(listed(&repo, Target::WorkTree), expected);
    assert!(expected.contains(&"nested/again.log".to_string()) && expected.contains(&"keep.log".to_string()));
    let snapshot = repo.snapshot(&Target::WorkTree, &Limits::default()).unwrap();
    assert_eq!(snapshot.read(b"dangling").unwrap(), Content::Symlink { target: b"missing".to_vec() });
}

#[test]
fn nothing_is_read_through_a_linked_folder() {
    let sandbox = Sandbox::new();
    sandbox.write("docs/card", "inside");
    sandbox.write("docs-2/card", "inside");
    sandbox.commit("one");
    let repo = sandbox.open();
    let before = repo.snapshot(&Target::WorkTree, &Limits::default()).unwrap();
    std::fs::rename(sandbox.root().join("docs"), sandbox.beside("outside")).unwrap();
    symlink(sandbox.beside("outside"), sandbox.root().join("docs")).unwrap();
    assert_eq!(before.read(b"docs/card").unwrap_err().kind(), ErrorKind::Unreadable);
    assert_eq!(listed(&repo, Target::WorkTree), ["docs", "docs-2/card"]);
    let after = repo.snapshot(&Target::WorkTree, &Limits::default()).unwrap();
    assert!(matches!(after.read(b"docs").unwrap(), Content::Symlink { .. }));
}

#[test]
fn a_file_that_vanishes_or_turns_into_a_pipe_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "x");
    sandbox.write("pipe", "x");
    let repo = sandbox.open();
    let snapshot = repo.snapshot(&Target::WorkTree, &Limits::default()).unwrap();
    assert_eq!(paths(&snapshot), ["file", "pipe"], "on an unborn branch, untracked");
    for file in ["file", "pipe"] {
        std::fs::remove_file(sandbox.root().join(file)).unwrap();
    }
    sandbox.command("mkfifo", &sandbox.root()).arg("pipe").status().unwrap();
    for file in [&b"file"[..], b"pipe"] {
        assert_eq!(snapshot.read(file).unwrap_err().kind(), ErrorKind::Unreadable);
    }
}

#[test]
fn a_mailmap_is_read_from_what_is_judged() {
    let sandbox = Sandbox::new();
    sandbox.commit("none");
    let repo = sandbox.open();
    assert_eq!(repo.mailmap(&head(&repo)).unwrap().map("a", "A@x").0, "a");
    sandbox.write(".mailmap", "Ann Lee <a@x>\n");
    sandbox.commit("one");
    sandbox.write(".mailmap", "Zoe <a@x>\n");
    let name = |target| {
        let snapshot = repo.snapshot(&target, &Limits::default()).unwrap();
        repo.mailmap(&snapshot).unwrap().map("a", "A@x").0
    };
    let tip = repo.resolve_commit("HEAD").unwrap();
    assert_eq!((name(Target::Commit(tip)), name(Target::WorkTree)), ("Ann Lee".into(), "Zoe".into()));
    std::fs::remove_file(sandbox.root().join(".mailmap")).unwrap();
    symlink("/etc/passwd", sandbox.root().join(".mailmap")).unwrap();
    assert_eq!(name(Target::WorkTree), "a");
    std::fs::remove_file(sandbox.root().join(".mailmap")).unwrap();
    sandbox.write(".mailmap", b"\0");
    let snapshot = repo.snapshot(&Target::WorkTree, &Limits::default()).unwrap();
    assert_eq!(repo.mailmap(&snapshot).unwrap_err().kind(), ErrorKind::Unreadable);
}
