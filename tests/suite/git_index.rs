//! The index as `git` writes it, in all its kinds, and what differs between it and a commit.

use std::collections::BTreeMap;

use crate::support::Sandbox;
use roadworthy::git::{Content, EntryKind, ErrorKind, Limits, Repo, Target};

/// What git was asked to stage: path, mode, object.
type Entries = BTreeMap<Vec<u8>, (String, String)>;

/// A sequence of numbers that look random.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Paths that sort in odd ways; all can stand beside each other.
fn pool() -> Vec<Vec<u8>> {
    let mut paths: Vec<Vec<u8>> =
        ["a.b/c", "a", "a0", "ab/c/d/e", "ab/c/d.e", "ab/c0", "dir-2/z", "dir/x y", "dir.txt", "z"]
            .iter()
            .map(|path| path.as_bytes().to_vec())
            .collect();
    paths.push(b"caf\xe9/li\nne".to_vec());
    paths.push([b"long/".to_vec(), vec![b'l'; 5_000]].concat());
    paths.push([b"long/".to_vec(), vec![b'l'; 4_090]].concat());
    for folder in ["m", "m/n", "m/n/o", "m.n", "dir"] {
        paths.extend((0..6).map(|nth| format!("{folder}/file_{nth}").into_bytes()));
    }
    paths
}

struct Made {
    sandbox: Sandbox,
    blobs: Vec<String>,
    numbers: Numbers,
}

impl Made {
    fn new(seed: u64) -> Made {
        let sandbox = Sandbox::new();
        let texts: Vec<String> = (0..8).map(|nth| format!("text {nth}\n")).collect();
        let blobs =
            texts.iter().map(|text| sandbox.git_with(&["hash-object", "-w", "--stdin"], text.as_bytes()));
        let blobs = blobs.collect();
        Made { sandbox, blobs, numbers: Numbers(seed) }
    }

    /// Stages, changes and removes some paths.
    fn stage(&mut self, count: usize) {
        let pool = pool();
        let mut input = Vec::new();
        for _ in 0..count {
            let path = &pool[self.numbers.below(pool.len())];
            let blob = &self.blobs[self.numbers.below(8)];
            let mode = ["100644", "100755", "120000", "0"][[0, 0, 0, 1, 2, 3][self.numbers.below(6)]];
            input.extend(format!("{mode} {blob}\t").bytes());
            input.extend(path);
            input.push(0);
        }
        self.sandbox.git_with(&["update-index", "-z", "--index-info"], &input);
    }

    /// `git ls-files -s -z`, as git says it.
    fn listed(&self) -> Entries {
        let output = self.raw(&["ls-files", "-s", "-z"]);
        let mut entries = Entries::new();
        for line in output.split(|&b| b == 0).filter(|line| !line.is_empty()) {
            let tab = line.iter().position(|&b| b == b'\t').unwrap();
            let fields: Vec<&str> = std::str::from_utf8(&line[..tab]).unwrap().split(' ').collect();
            entries.insert(line[tab + 1..].to_vec(), (fields[0].to_string(), fields[1].to_string()));
        }
        entries
    }

    fn raw(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.sandbox.command("git", &self.sandbox.root()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn index(&self) -> Vec<u8> {
        std::fs::read(self.sandbox.root().join(".git/index")).unwrap()
    }

    /// Compares listing, contents and changes with what git says.
    fn compare(&self, intended: &[&[u8]]) {
        let repo = self.sandbox.open();
        let snapshot = repo.snapshot(&Target::Index, &Limits::default()).unwrap();
        let mut expected = self.listed();
        for path in intended {
            assert!(expected.remove(*path).is_some());
        }
        let paths: Vec<&[u8]> = snapshot.iter().map(|entry| entry.path).collect();
        assert_eq!(paths, expected.keys().map(|path| &path[..]).collect::<Vec<_>>());
        for (entry, (mode, object)) in snapshot.iter().zip(expected.values()) {
            let kind = match &mode[..] {
                "100644" => EntryKind::File { executable: false },
                "100755" => EntryKind::File { executable: true },
                _ => EntryKind::Symlink,
            };
            assert_eq!(entry.kind, kind);
            let nth = self.blobs.iter().position(|blob| blob == object).unwrap();
            let text = format!("text {nth}\n");
            let content = match kind {
                EntryKind::Symlink => Content::Symlink { target: text.into_bytes() },
                _ => Content::Text(text.into()),
            };
            assert_eq!(snapshot.read(entry.path).unwrap(), content);
        }
        let arguments = [
            "diff-index",
            "--cached",
            "--ita-invisible-in-index",
            "--name-only",
            "--no-renames",
            "-z",
            "HEAD",
        ];
        let changed = self.raw(&arguments);
        let changed: Vec<&[u8]> = changed.split(|&b| b == 0).filter(|path| !path.is_empty()).collect();
        let head = repo.resolve_commit("HEAD").unwrap();
        let found = snapshot.changed_since(head).unwrap();
        assert_eq!(found.iter().map(|path| path.as_bytes()).collect::<Vec<_>>(), changed);
    }
}

#[test]
fn every_kind_of_index_is_read_as_git_does() {
    for seed in 0..12 {
        let mut made = Made::new(seed);
        let version = ["2", "3", "4"][usize::try_from(seed).unwrap() % 3];
        if seed % 4 == 3 {
            made.sandbox.git(&["config", "index.skipHash", "true"]);
        }
        made.stage(40);
        made.sandbox.git(&["commit", "-q", "--allow-empty", "-m", "one"]);
        made.compare(&[]);
        for step in 0..4 {
            made.sandbox.git(&["update-index", "--index-version", version]);
            let count = made.numbers.below(4);
            made.stage(count);
            if step % 2 == 1 {
                // Writes what changed as trees, and their names into the index.
                made.sandbox.git(&["write-tree"]);
            }
            made.compare(&[]);
        }
        let all = made.listed();
        let skipped = all.keys().filter(|path| std::str::from_utf8(path).is_ok()).take(3);
        for path in skipped {
            let path = std::str::from_utf8(path).unwrap();
            made.sandbox.git(&["update-index", "--skip-worktree", path]);
        }
        made.compare(&[]);
        for path in ["m/intended", "m/n/intended", "intended"] {
            made.sandbox.write(path, "x");
            made.sandbox.git(&["add", "-N", path]);
        }
        made.compare(&[b"m/intended", b"m/n/intended", b"intended"]);
        made.sandbox.git(&["write-tree"]);
        made.compare(&[b"m/intended", b"m/n/intended", b"intended"]);
    }
}

#[test]
fn files_that_become_folders_and_back() {
    let mut made = Made::new(99);
    made.stage(40);
    let blob = made.blobs[0].clone();
    let put = |made: &Made, remove: &str, add: &str| {
        let input = format!("0 {blob}\t{remove}\n100644 {blob}\t{add}\n");
        made.sandbox.git_with(&["update-index", "--index-info"], input.as_bytes());
    };
    put(&made, "none", "turn");
    put(&made, "none", "back/to/file");
    made.sandbox.git(&["commit", "-q", "-m", "one"]);
    put(&made, "turn", "turn/inside");
    put(&made, "back/to/file", "back");
    made.compare(&[]);
    made.sandbox.git(&["write-tree"]);
    made.compare(&[]);
    made.sandbox.git(&["rm", "-r", "-q", "--cached", "."]);
    made.compare(&[]);
}

#[test]
fn split_and_sparse_indexes_differ_as_git_says() {
    let mut made = Made::new(7);
    made.stage(60);
    made.sandbox.git(&["commit", "-q", "-m", "one"]);
    made.sandbox.git(&["update-index", "--split-index"]);
    made.stage(3);
    assert!(made.index().windows(4).any(|four| four == b"link"));
    made.compare(&[]);
    made.sandbox.git(&["update-index", "--no-split-index"]);
    // Names of 5,000 bytes cannot stand on disk.
    made.sandbox.git(&["rm", "-r", "-q", "--cached", "--ignore-unmatch", "long"]);
    made.sandbox.git(&["commit", "-q", "-m", "two"]);
    made.sandbox.git(&["reset", "-q", "--hard"]);
    made.sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "m"]);
    assert!(made.index().windows(4).any(|four| four == b"sdir"));
    made.compare(&[]);
    let blob = &made.blobs[1];
    made.sandbox.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},m/n/added")]);
    made.compare(&[]);
}

#[test]
fn a_damaged_index_is_an_error() {
    let mut made = Made::new(3);
    made.stage(30);
    made.sandbox.git(&["write-tree"]);
    let path = made.sandbox.root().join(".git/index");
    let kept = std::fs::read(&path).unwrap();
    let refused = |repo: &Repo| {
        let error = repo.snapshot(&Target::Index, &Limits::default()).err().expect("it is damaged");
        assert_eq!(error.kind(), ErrorKind::Unreadable);
        assert!(error.to_string().contains("cannot be read"), "{error}");
        assert!(error.help().is_some_and(|help| help.contains("git reset")));
    };
    let repo = made.sandbox.open();
    for at in (0..kept.len()).step_by(kept.len() / 50) {
        std::fs::write(&path, &kept[..at]).unwrap();
        refused(&repo);
        let mut flipped = kept.clone();
        flipped[at] ^= 1;
        std::fs::write(&path, flipped).unwrap();
        refused(&repo);
    }
    std::fs::write(&path, &kept).unwrap();
    assert!(repo.snapshot(&Target::Index, &Limits::default()).is_ok());
    std::fs::remove_file(&path).unwrap();
    assert!(
        repo.snapshot(&Target::Index, &Limits::default()).unwrap().is_empty(),
        "as before the first `git add`"
    );
}
