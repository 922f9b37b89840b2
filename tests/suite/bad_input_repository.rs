//! What cannot be judged for the sake of the repository: one clear sentence, exit code 2, no panic, no
//! hang, nothing written.

use std::path::PathBuf;

use crate::common::{Scratch, git, recipe, roadworthy};
use crate::trial::{cannot_judge, check, flat, says, trial};

/// The repository in which all is well.
fn ready() -> Scratch {
    recipe("core/ready.toml")
}

/// A ready repository whose newest commit changed `OWNER.toml`, so that its objects are loose files.
fn loose() -> Scratch {
    let scratch = ready();
    let owner = std::fs::read_to_string(scratch.path().join("OWNER.toml")).unwrap();
    scratch.write("OWNER.toml", format!("# the people behind the model\n{owner}"));
    scratch.commit("2026-10-25T09:00:00Z", "Say what the file is");
    scratch
}

/// The file of a loose object, made writable, and its id.
fn object(scratch: &Scratch, revision: &str) -> (PathBuf, String) {
    let id = git(&scratch.path(), &["rev-parse", revision]).trim().to_owned();
    let path = scratch.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let bytes = std::fs::read(&path).unwrap();
    // Objects are read-only; a new file in its place is not.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, bytes).unwrap();
    (path, id)
}

#[test]
fn a_folder_that_is_no_repository() {
    let scratch = Scratch::new();
    for command in ["check", "facts", "init"] {
        let output = trial(&scratch.path(), &[command]);
        cannot_judge(&output, "is not inside a Git repository");
        assert!(flat(&output).contains("help: run this inside a repository, or make one with `git init`"));
        assert_eq!(output.stdout, "");
    }
    cannot_judge(&trial(&scratch.path(), &["policy", "check"]), "is not inside a Git repository");
}

#[test]
fn a_folder_that_does_not_exist() {
    let scratch = Scratch::repository();
    for command in [&["check"][..], &["facts"], &["init"], &["policy", "check"]] {
        let arguments = [command, &["no/such/folder"]].concat();
        let output = trial(&scratch.path(), &arguments);
        cannot_judge(&output, "there is no file or folder `no/such/folder`");
    }
}

#[test]
fn a_repository_with_nothing_in_it_is_judged_and_blocked() {
    let scratch = Scratch::repository();
    for arguments in [&[][..], &["--staged"]] {
        let output = check(&scratch, arguments);
        says(&output, 1, "block[owner-missing]: there is no owner file");
        says(&output, 1, "block[runbook-missing]: there is no runbook");
        says(&output, 1, "`roadworthy init` writes a starter file to fill in: OWNER.toml");
        says(&output, 1, "(branch production)");
    }
    scratch.commit("2026-05-01T09:00:00Z", "Nothing yet");
    says(&check(&scratch, &["--rev", "HEAD"]), 1, "there is no owner file");
}

#[test]
fn a_branch_without_a_commit_has_no_revision() {
    let output = check(&Scratch::repository(), &["--rev", "HEAD"]);
    cannot_judge(&output, "there is no commit yet on the current branch");
}

#[test]
fn files_of_an_unborn_branch_are_judged_without_history() {
    let (scratch, from) = (Scratch::repository(), ready());
    for file in ["OWNER.toml", "docs/runbook.md", "docs/DPIA.md", "docs/data-contract.md"] {
        scratch.write(file, std::fs::read(from.path().join(file)).unwrap());
    }
    let output = check(&scratch, &[]);
    says(&output, 1, "there is no retraining plan");
    assert!(!flat(&output).contains("there is no owner file"), "{}", output.stdout);
}

#[test]
fn revisions_that_do_not_exist() {
    let scratch = ready();
    let unknown = "0123456789012345678901234567890123456789";
    for revision in ["nope", "HEAD~5000", "HEAD^7", "", unknown, "HEAD:nope", "refs/heads/", "@{", "v1..v2"] {
        let output = check(&scratch, &["--rev", revision]);
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{revision}: {output:?}");
        assert!(output.stderr.contains(&format!("`{revision}`")), "{revision}: {}", output.stderr);
    }
    cannot_judge(&check(&scratch, &["--rev", "nope"]), "there is no revision `nope`");
}

#[test]
fn revisions_that_are_no_commit() {
    let scratch = ready();
    git(&scratch.path(), &["tag", "a-tree", "HEAD^{tree}"]);
    for (revision, kind) in [("HEAD^{tree}", "a tree"), ("a-tree", "a tree"), ("HEAD:OWNER.toml", "a blob")] {
        let sentence = format!("`{revision}` is not a commit: it names {kind}");
        cannot_judge(&check(&scratch, &["--rev", revision]), &sentence);
    }
}

#[test]
fn a_revision_with_escapes_in_its_name() {
    let output = check(&ready(), &["--rev", "\u{1b}[31m\u{202e}x\n::error::y"]);
    cannot_judge(&output, r"there is no revision `\u{1b}[31m\u{202e}x\n::error::y`");
}

#[test]
fn arguments_that_exclude_each_other_or_are_none() {
    let scratch = ready();
    for arguments in [
        &["check", "--staged", "--rev", "HEAD"][..],
        &["check", "--all", "--model", "root"],
        &["check", "--quiet", "--verbose"],
        &["check", "--format", "xml"],
        &["check", "--no-such-flag"],
        &["judge"],
        &[],
    ] {
        let output = trial(&scratch.path(), arguments);
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    for date in ["2026-02-30", "yesterday", "", "2026-1-1", "2026-12-31T00:00:00Z"] {
        let output = trial(&scratch.path(), &["check", "--as-of", date]);
        cannot_judge(&output, &format!("`{date}` is not a date"));
    }
}

#[test]
fn a_blob_that_is_missing_garbage_cut_off_or_tampered_with() {
    let scratch = loose();
    let (path, id) = object(&scratch, "HEAD:OWNER.toml");
    let whole = std::fs::read(&path).unwrap();
    let spoil = |bytes: Option<&[u8]>| match bytes {
        Some(bytes) => std::fs::write(&path, bytes).unwrap(),
        None => std::fs::remove_file(&path).unwrap(),
    };
    // Another object under this one's name.
    let (other, _) = object(&scratch, "HEAD");
    let other = std::fs::read(other).unwrap();
    for (bytes, told) in [
        (None, format!("OWNER.toml: blob {id} is missing")),
        (Some(&b""[..]), format!("OWNER.toml: blob {id} cannot be read")),
        (Some(b"garbage"), format!("OWNER.toml: blob {id} cannot be read")),
        (Some(&whole[..20]), format!("OWNER.toml: blob {id} cannot be read")),
        (Some(&other[..]), format!("OWNER.toml: object {id} should be a blob, but is a commit")),
    ] {
        spoil(bytes);
        for arguments in [&["--rev", "HEAD"][..], &["--staged"]] {
            let output = check(&scratch, arguments);
            cannot_judge(&output, &told);
            says(&output, 2, "the repository is damaged: run `git fsck`, then fetch or clone it again");
            assert_eq!(roadworthy(&scratch.path(), &["facts", "--rev", "HEAD"]).code, Some(2));
        }
        // What lies on disk does not need the object.
        assert_eq!(check(&scratch, &["--quiet"]).code, Some(0));
    }
}

#[test]
fn a_tree_or_a_commit_that_is_missing() {
    let scratch = loose();
    for (revision, told) in [("HEAD^{tree}", "is missing"), ("HEAD", "which is missing")] {
        let (path, id) = object(&scratch, revision);
        std::fs::remove_file(path).unwrap();
        let output = check(&scratch, &["--rev", "HEAD"]);
        cannot_judge(&output, &id);
        cannot_judge(&output, told);
        cannot_judge(&check(&scratch, &[]), told);
    }
}

#[test]
fn an_old_commit_that_is_missing_leaves_the_history_open() {
    let scratch = loose();
    // Two loose commits: the older one's absence is found on the way.
    let (path, id) = object(&scratch, "HEAD");
    scratch.write("src/more.py", "X = 1\n");
    scratch.commit("2026-10-26T09:00:00Z", "More");
    std::fs::remove_file(path).unwrap();
    cannot_judge(&check(&scratch, &["--rev", "HEAD"]), &id);
}

#[test]
fn a_shallow_clone_is_not_judged_by_a_history_it_does_not_have() {
    let (origin, scratch) = (ready(), Scratch::new());
    let url = format!("file://{}", origin.path().display());
    git(&scratch.path(), &["clone", "--quiet", "--depth", "1", "--template=", &url, "."]);
    let output = check(&scratch, &[]);
    cannot_judge(&output, "this clone is shallow, its history is cut off");
    says(&output, 2, "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0`");
}

#[test]
fn an_index_a_head_and_settings_that_are_garbage() {
    for (file, told) in [
        ("index", "cannot be read"),
        ("HEAD", "cannot read HEAD"),
        ("config", "cannot open the repository: failed to parse config file"),
    ] {
        let scratch = ready();
        scratch.write(&format!(".git/{file}"), "[garbage");
        cannot_judge(&check(&scratch, &[]), told);
    }
    let scratch = ready();
    scratch.write(".git/index", "[garbage");
    cannot_judge(&check(&scratch, &["--staged"]), "cannot be read");
    assert_eq!(check(&scratch, &["--rev", "HEAD", "--quiet"]).code, Some(0), "a commit needs no index");
}

#[test]
fn a_bare_repository_has_neither_files_nor_an_index() {
    let (origin, scratch) = (ready(), Scratch::new());
    let source = origin.path().display().to_string();
    git(&scratch.path(), &["clone", "--quiet", "--bare", "--template=", &source, "."]);
    for arguments in [&[][..], &["--staged"]] {
        let output = check(&scratch, arguments);
        cannot_judge(&output, "bare");
        says(&output, 2, "--rev");
    }
    let output = trial(&scratch.path(), &["init"]);
    cannot_judge(&output, "a bare repository has no files to write");
}

#[test]
fn a_merge_conflict_is_judged_as_the_files_on_disk() {
    let scratch = ready();
    let folder = scratch.path();
    git(&folder, &["checkout", "--quiet", "-b", "other"]);
    scratch.write("OWNER.toml", "owner = \"Grace Hopper <grace@corp.example>\"\n");
    scratch.commit("2026-10-25T09:00:00Z", "Grace owns it");
    git(&folder, &["checkout", "--quiet", "production"]);
    scratch.write("OWNER.toml", "owner = \"Alan Turing <alan@corp.example>\"\n");
    scratch.commit("2026-10-25T10:00:00Z", "Alan owns it");
    let mut merge = roadworthy::fixture::scrubbed("git", &folder, &folder.join("../home"));
    assert!(!merge.args(["merge", "--quiet", "other"]).output().unwrap().status.success());
    says(&check(&scratch, &[]), 1, "OWNER.toml cannot be read");
    let staged = check(&scratch, &["--staged"]);
    assert_ne!(staged.code, Some(0), "{}", staged.stdout);
}
