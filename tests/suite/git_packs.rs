//! Packs of every make: what they hold is what `git` says, and damage is never another content.

use std::path::{Path, PathBuf};

use crate::support::{Sandbox, head, listed};
use roadworthy::diag::RepoPath;
use roadworthy::git::{Content, Limits, Query, Repo, Target, Touch};

/// A history whose files are long and alike, so that packs hold them as deltas on deltas.
fn history() -> Sandbox {
    let sandbox = Sandbox::new();
    let mut lines: Vec<String> =
        (0..400).map(|n| format!("row {n}: {:x}\n", (n as u64 + 1) * 0x9e37_79b9_7f4a)).collect();
    for nth in 0..60 {
        lines[nth * 6 % 400] = format!("changed at {nth}\n");
        lines.insert(nth * 11 % 400, format!("added at {nth}\n"));
        sandbox.write(format!("data/table_{}.txt", nth % 7), lines.concat());
        sandbox.write(format!("docs/{}/note.md", nth % 13), format!("note {nth}\n{}", lines[..30].concat()));
        sandbox.commit(&format!("change {nth}"));
    }
    sandbox.write("empty.txt", "");
    sandbox.write("large.txt", "0123456789abcdef".repeat(1 << 15));
    sandbox.commit("an empty file, and one that is compressed to nearly nothing");
    sandbox
}

fn packs(sandbox: &Sandbox) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(sandbox.root().join(".git/objects/pack")).unwrap();
    let all = folder.map(|item| item.unwrap().path());
    all.filter(|path| path.extension().is_some_and(|e| e == "pack")).collect()
}

/// Holds every file of every fifth commit, and the last change of each path, to what `git` says.
fn assert_equal(sandbox: &Sandbox, repo: &Repo, make: &str) {
    for commit in sandbox.git(&["rev-list", "HEAD"]).lines().step_by(5) {
        let target = Target::Commit(repo.resolve_commit(commit).unwrap());
        let snapshot = repo.snapshot(&target, &Limits::default()).unwrap();
        let expected = sandbox.git(&["ls-tree", "-r", "--name-only", commit]);
        assert_eq!(listed(repo, target).join("\n"), expected, "{make}");
        for path in expected.lines() {
            let Content::Text(text) = snapshot.read(path.as_bytes()).unwrap() else { panic!("{path}") };
            let shown = sandbox.git(&["show", &format!("{commit}:{path}")]);
            assert_eq!(text.trim_end_matches('\n'), shown, "{make}, {commit}:{path}");
        }
    }
    let files = sandbox.git(&["ls-files"]);
    let touched = files.lines().map(|file| RepoPath::from_git(file.as_bytes())).collect();
    let tip = repo.resolve_commit("HEAD").unwrap();
    let answers = repo.history(Some(tip), &Query { touched, ..Query::default() }).unwrap();
    for file in files.lines() {
        let expected = sandbox.git(&["log", "-1", "--format=%H", "--", file]);
        let Touch::At { commit, .. } = answers.touched[&RepoPath::from_git(file.as_bytes())] else {
            panic!("{file}")
        };
        assert_eq!(commit.to_string(), expected, "{make}, {file}");
    }
}

#[test]
fn packs_of_every_make_hold_what_git_says() {
    let sandbox = history();
    let makes: [(&str, &[&str]); 6] = [
        ("deltas by place", &["repack", "-adfq", "--depth=50", "--window=50"]),
        ("deltas by name", &["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--depth=50"]),
        ("no deltas", &["repack", "-adfq", "--depth=0", "--window=0"]),
        ("not compressed", &["-c", "pack.compression=0", "repack", "-adFq"]),
        ("an index of the first version", &["-c", "pack.indexVersion=1", "repack", "-adfq"]),
        ("several packs", &["repack", "-adfq", "--max-pack-size=1m", "--depth=0", "--window=0"]),
    ];
    for (make, arguments) in makes {
        sandbox.git(arguments);
        assert_eq!(sandbox.git(&["count-objects"]), "0 objects, 0 kilobytes", "{make}");
        assert_equal(&sandbox, &sandbox.open(), make);
    }
    let deltas = sandbox.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    assert_eq!(deltas, "");
    let shown = packs(&sandbox);
    let [pack] = &shown[..] else { panic!("{shown:?}") };
    let depth = sandbox.git(&["verify-pack", "-v", &pack.display().to_string()]);
    assert!(depth.contains("chain length = 20"), "{depth}");
    std::fs::remove_file(pack.with_extension("idx")).unwrap();
    sandbox.git(&["index-pack", "--index-version=2,0x1000", &pack.display().to_string()]);
    assert_equal(&sandbox, &sandbox.open(), "an index that keeps all places as large ones");
    let clone = sandbox.beside("borrowing");
    sandbox.git(&["clone", "-q", "--shared", ".", &clone.display().to_string()]);
    assert_equal(&sandbox, &sandbox.open_at(&clone), "a clone that borrows objects");
}

/// What the files of `HEAD` are read as: each the true content, or an error. Returns whether there was one.
fn assert_never_other(sandbox: &Sandbox, path: &Path, whole: &[(String, String)], at: usize) -> bool {
    let repo = sandbox.open();
    let Ok(commit) = repo.resolve_commit("HEAD") else { return true };
    let Ok(snapshot) = repo.snapshot(&Target::Commit(commit), &Limits::default()) else { return true };
    let mut noticed = false;
    for (name, text) in whole {
        match snapshot.read(name.as_bytes()) {
            Ok(Content::Text(found)) => assert_eq!(&*found, text, "{name}, {} at {at}", path.display()),
            Err(_) => noticed = true,
            Ok(other) => panic!("{name} is {other:?}, {} at {at}", path.display()),
        }
    }
    noticed
}

/// The files of `HEAD`.
fn files(sandbox: &Sandbox) -> Vec<(String, String)> {
    let repo = sandbox.open();
    let snapshot = head(&repo);
    let text = |path: &[u8]| match snapshot.read(path).unwrap() {
        Content::Text(text) => text.to_string(),
        other => panic!("{other:?}"),
    };
    let entry = |path: &[u8]| (String::from_utf8(path.to_vec()).unwrap(), text(path));
    snapshot.iter().map(|found| entry(found.path)).collect()
}

/// Makes a file writable.
fn writable(path: &Path) {
    let mut permissions = std::fs::metadata(path).unwrap().permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "the folder goes away with the test")]
    permissions.set_readonly(false);
    std::fs::set_permissions(path, permissions).unwrap();
}

#[test]
fn a_damaged_pack_never_shows_another_content() {
    let sandbox = history();
    sandbox.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    let whole = files(&sandbox);
    let mut noticed = 0;
    let pack = packs(&sandbox).remove(0);
    for path in [pack.clone(), pack.with_extension("idx")] {
        let good = std::fs::read(&path).unwrap();
        writable(&path);
        for at in (0..good.len()).step_by(good.len() / 150 + 1) {
            let mut bad = good.clone();
            bad[at] ^= 0x15;
            std::fs::write(&path, &bad).unwrap();
            noticed += usize::from(assert_never_other(&sandbox, &path, &whole, at));
        }
        for length in [0, 1, 12, good.len() / 2, good.len() - 20, good.len() - 1] {
            std::fs::write(&path, &good[..length]).unwrap();
            assert_never_other(&sandbox, &path, &whole, length);
        }
        std::fs::write(&path, &good).unwrap();
    }
    assert!(noticed > 40, "only {noticed} damages were noticed");
    assert_equal(&sandbox, &sandbox.open(), "mended");
}

#[test]
fn a_good_file_stands_in_for_a_damaged_pack() {
    let sandbox = history();
    let whole = files(&sandbox);
    sandbox.git(&["repack", "-aq"]);
    assert_ne!(sandbox.git(&["count-objects"]), "0 objects, 0 kilobytes");
    let pack = packs(&sandbox).remove(0);
    writable(&pack);
    let mut bytes = std::fs::read(&pack).unwrap();
    // Kinds that do not exist among them.
    let end = bytes.len() - 20;
    bytes[12..end].iter_mut().for_each(|byte| *byte ^= 0x55);
    std::fs::write(&pack, bytes).unwrap();
    assert_eq!(files(&sandbox), whole);
    // What stands nowhere else is an error then.
    let id = sandbox.git(&["hash-object", "docs/3/note.md"]);
    std::fs::remove_file(sandbox.loose(&id)).unwrap();
    let repo = sandbox.open();
    let error = head(&repo).read(b"docs/3/note.md").unwrap_err();
    assert!(error.to_string().contains(&id), "{error}");
}

#[test]
fn sizes_are_told_without_reading() {
    let sandbox = history();
    sandbox.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    let repo = sandbox.open();
    let files = repo.files(repo.resolve_commit("HEAD~3").unwrap()).unwrap();
    let mut larger = 0;
    for line in sandbox.git(&["ls-tree", "-r", "-l", "HEAD~3"]).lines() {
        let (facts, path) = line.split_once('\t').unwrap();
        let real: u64 = facts.split_whitespace().last().unwrap().parse().unwrap();
        match files.read(path.as_bytes(), 2000).unwrap().unwrap() {
            Content::TooLarge { size } => {
                assert_eq!((size, size > 2000), (real, true), "{path}");
                larger += 1;
            }
            Content::Text(text) => assert_eq!((text.len() as u64, real <= 2000), (real, true), "{path}"),
            other => panic!("{path} is {other:?}"),
        }
    }
    assert!((5..15).contains(&larger), "{larger} files are larger");
}

#[test]
fn what_was_read_ahead_from_a_pack_is_the_same() {
    let sandbox = history();
    let people = |repo: &Repo| {
        let query = Query { people: true, ..Query::default() };
        format!("{:?}", repo.history(Some(repo.resolve_commit("HEAD").unwrap()), &query).unwrap())
    };
    let loose = people(&sandbox.open());
    sandbox.git(&["repack", "-adfq"]);
    let repo = sandbox.open();
    repo.read_ahead(repo.resolve_commit("HEAD").unwrap());
    assert_eq!(people(&repo), loose);
    assert!(loose.contains("ann@corp.example"), "{loose}");
}
