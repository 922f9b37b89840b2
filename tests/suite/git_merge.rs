//! Merges in memory: the answers equal those of `git merge-tree`.

#![expect(clippy::print_stdout, reason = "says how often each kind of merge was met")]

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Sandbox;
use crate::support::merges::generate;
use roadworthy::diag::RepoPath;
use roadworthy::git::{CommitId, ErrorKind, Limits, Merge, MergeKind, Repo, Target};

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

/// What was met, and how often.
type Met = BTreeMap<String, usize>;

fn compare(seed: u64, count: usize, met: &mut Met) {
    let (sandbox, cases, names) = generate(seed, count);
    let repo = sandbox.open();
    let said: Vec<Said> =
        cases.iter().map(|case| merge_tree(&sandbox, &names[case.ours], &names[case.theirs])).collect();
    let mut wrong = Vec::new();
    for (case, said) in cases.iter().zip(&said) {
        let (ours, theirs) = (&names[case.ours], &names[case.theirs]);
        let verdict = if said.clean { "clean" } else { "conflict" }.to_string();
        for class in said.kinds.iter().cloned().chain([case.shape.to_string(), verdict]) {
            *met.entry(class).or_default() += 1;
        }
        let merge = repo.merge(id(ours), id(theirs)).unwrap();
        match case.shape {
            "fast forward" => assert_eq!((merge.kind, merge.commit), (MergeKind::FastForward, id(theirs))),
            "nothing" => assert_eq!((merge.kind, merge.commit), (MergeKind::Nothing, id(ours))),
            _ => assert_eq!(merge.kind, MergeKind::Merged),
        }
        let expected = id(&sandbox.git(&["commit-tree", "-m", "x", &said.tree]));
        if let Err(why) = judge(&repo, &merge, said, expected) {
            wrong.push(format!("seed {seed}, {}: git merge-tree {ours} {theirs}: {why}", case.shape));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} merges:\n{}", wrong.len(), wrong.join("\n"));
}

/// Compares a merge with what Git said, and with the commit of the tree that it wrote.
fn judge(repo: &Repo, merge: &Merge, said: &Said, expected: CommitId) -> Result<(), String> {
    let ours: BTreeSet<&[u8]> = merge.conflicts.iter().map(RepoPath::as_bytes).collect();
    if said.clean == ours.is_empty() {
        let different = repo.changed_paths(Some(expected), merge.commit).unwrap();
        let known =
            |path: &RepoPath| ours.contains(path.as_bytes()) || said.conflicted.contains(path.as_bytes());
        if let Some(path) = different.iter().find(|path| !known(path)) {
            return Err(format!("{path} differs"));
        }
    } else {
        return Err(format!("{:?} conflict, for Git {:?} do", merge.conflicts, said.kinds));
    }
    let snapshot = repo.snapshot(&Target::Commit(merge.commit), &Limits::default()).unwrap();
    for path in &said.conflicted {
        if snapshot.get(path).is_some() && snapshot.read(path).is_ok() {
            return Err(format!("{} can be read; {:?} conflict", RepoPath::from_git(path), merge.conflicts));
        }
    }
    for path in ours {
        let kind = snapshot.read(path).map_err(|error| error.kind());
        let present = snapshot.get(path).is_some();
        let right = if present { ErrorKind::Conflicted } else { ErrorKind::NoSuchPath };
        if kind != Err(right) {
            return Err(format!("{} reads as {kind:?}", RepoPath::from_git(path)));
        }
    }
    Ok(())
}

#[test]
fn merges_equal_those_of_git() {
    let mut met = Met::new();
    for seed in [7919, 104_729, 1_299_709] {
        compare(seed, 120, &mut met);
    }
    let list: Vec<String> = met.iter().map(|(class, count)| format!("{count:5} {class}")).collect();
    println!("{}", list.join("\n"));
    for class in [
        "clean",
        "conflict",
        "plain",
        "same path",
        "deleted",
        "criss-cross",
        "three bases",
        "octopus",
        "fast forward",
        "nothing",
        "Auto-merging",
        "CONFLICT (binary)",
        "CONFLICT (contents)",
        "CONFLICT (directory rename suggested)",
        "CONFLICT (distinct modes)",
        "CONFLICT (file/directory)",
        "CONFLICT (modify/delete)",
        "CONFLICT (rename/delete)",
        "CONFLICT (rename/rename)",
        "CONFLICT (submodule not initialized)",
    ] {
        assert!(met.contains_key(class), "{class} was not met");
    }
}
