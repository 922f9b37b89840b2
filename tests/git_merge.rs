//! Merges in memory: the answers equal those of `git merge-tree`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use roadworthy::diag::RepoPath;
use roadworthy::git::{CommitId, ErrorKind, Limits, MergeKind, Target};
use support::Sandbox;
use support::merges::generate;

fn id(hex: &str) -> CommitId {
    CommitId::parse(hex).unwrap()
}

/// What `git merge-tree` says.
struct Said {
    clean: bool,
    tree: String,
    conflicted: BTreeSet<Vec<u8>>,
    /// The kinds of its messages.
    kinds: BTreeSet<String>,
}

fn merge_tree(sandbox: &Sandbox, ours: &str, theirs: &str) -> Said {
    let mut command = sandbox.command("git", &sandbox.root());
    command.args(["merge-tree", "--write-tree", "--name-only", "-z", "--messages", ours, theirs]);
    let output = command.output().unwrap();
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let mut parts = output.stdout.split(|&b| b == 0);
    let tree = String::from_utf8(parts.next().unwrap().to_vec()).unwrap();
    let conflicted = parts.by_ref().take_while(|part| !part.is_empty()).map(<[u8]>::to_vec).collect();
    let mut kinds = BTreeSet::new();
    while let Some(count) =
        parts.next().and_then(|part| std::str::from_utf8(part).ok()?.parse::<usize>().ok())
    {
        let kind = parts.by_ref().nth(count).unwrap();
        kinds.insert(String::from_utf8_lossy(kind).into_owned());
        parts.next();
    }
    Said { clean: code == Some(0), tree, conflicted, kinds }
}

/// Commits for trees, all at once.
fn commits_of(sandbox: &Sandbox, trees: &[String]) -> Vec<CommitId> {
    trees.iter().map(|tree| id(&sandbox.git(&["commit-tree", "-m", "x", tree]))).collect()
}

fn compare(seed: u64, count: usize) -> BTreeMap<String, usize> {
    let (sandbox, cases, names) = generate(seed, count);
    let repo = sandbox.open();
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    let said: Vec<Said> =
        cases.iter().map(|case| merge_tree(&sandbox, &names[case.ours], &names[case.theirs])).collect();
    let trees: Vec<String> = said.iter().map(|said| said.tree.clone()).collect();
    let expected = commits_of(&sandbox, &trees);
    let mut wrong = Vec::new();
    for ((case, said), expected) in cases.iter().zip(&said).zip(expected) {
        let (ours, theirs) = (&names[case.ours], &names[case.theirs]);
        let what = format!("seed {seed}, {}: git merge-tree {ours} {theirs} ({:?})", case.shape, said.kinds);
        let merge = repo.merge(id(ours), id(theirs)).unwrap();
        *met.entry(case.shape.to_string()).or_default() += 1;
        for kind in &said.kinds {
            *met.entry(kind.clone()).or_default() += 1;
        }
        *met.entry(if said.clean { "clean" } else { "conflict" }.to_string()).or_default() += 1;
        match case.shape {
            "fast forward" => assert_eq!((merge.kind, merge.commit), (MergeKind::FastForward, id(theirs))),
            "nothing" => assert_eq!((merge.kind, merge.commit), (MergeKind::Nothing, id(ours))),
            _ => assert_eq!(merge.kind, MergeKind::Merged, "{what}"),
        }
        let ours: BTreeSet<&[u8]> = merge.conflicts.iter().map(RepoPath::as_bytes).collect();
        if said.clean {
            if !ours.is_empty() {
                wrong.push(format!("{what}: conflicts {:?}", merge.conflicts));
                continue;
            }
            let different = repo.changed_paths(Some(expected), merge.commit).unwrap();
            if !different.is_empty() {
                wrong.push(format!("{what}: {different:?} differ"));
            }
            continue;
        }
        if ours.is_empty() {
            wrong.push(format!("{what}: no conflict in {:?}", said.conflicted));
            continue;
        }
        let snapshot = repo.snapshot(&Target::Commit(merge.commit), &Limits::default()).unwrap();
        for path in &said.conflicted {
            let shown = RepoPath::from_git(path);
            let readable = snapshot.get(path).is_some() && snapshot.read(path).is_ok();
            if readable {
                wrong.push(format!("{what}: {shown} can be read; conflicts are {:?}", merge.conflicts));
            }
        }
        for path in ours {
            if let Err(error) = snapshot.read(path) {
                assert!(matches!(error.kind(), ErrorKind::Conflicted | ErrorKind::NoSuchPath), "{error}");
            } else {
                wrong.push(format!("{what}: {} conflicts and can be read", RepoPath::from_git(path)));
            }
        }
    }
    if !wrong.is_empty() {
        eprintln!("KEEP {}", sandbox.root().display());
        eprintln!("{}", wrong.join("\n"));
        std::mem::forget(sandbox);
        return met;
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    met
}

#[test]
fn merges_equal_those_of_git() {
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 1..=30 {
        for (kind, count) in compare(seed * 7919, 150) {
            *met.entry(kind).or_default() += count;
        }
    }
    let list: Vec<String> = met.iter().map(|(kind, count)| format!("{count:5} {kind}")).collect();
    eprintln!("{}", list.join("\n"));
}
