//! What two histories have in common, and what changed between them: the answers equal those of
//! `git merge-base` and `git diff-tree`.

use std::collections::BTreeSet;

use crate::support::Sandbox;
use crate::support::generated::{Random, with_history};
use crate::support::merges::generate;
use roadworthy::diag::RepoPath;
use roadworthy::git::{CommitId, ErrorKind, MergeKind, Repo};

fn id(hex: &str) -> CommitId {
    CommitId::parse(hex).unwrap()
}

fn git_bases(sandbox: &Sandbox, a: &str, b: &str) -> BTreeSet<CommitId> {
    let output =
        sandbox.command("git", &sandbox.root()).args(["merge-base", "--all", a, b]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(id).collect()
}

fn git_is_ancestor(sandbox: &Sandbox, a: &str, b: &str) -> bool {
    let arguments = ["merge-base", "--is-ancestor", a, b];
    sandbox.command("git", &sandbox.root()).args(arguments).status().unwrap().success()
}

#[test]
fn common_ancestors_equal_those_of_git() {
    let (mut several, mut ancestors) = (0, 0);
    for seed in 1..=6 {
        let sandbox = with_history(seed * 6151, 90, seed % 2 == 0);
        let repo = sandbox.open();
        let list = sandbox.git(&["rev-list", "--all"]);
        let commits: Vec<&str> = list.lines().collect();
        let mut random = Random::new(seed);
        for _ in 0..60 {
            let mut pick = || commits[usize::try_from(random.below(commits.len() as u64)).unwrap()];
            let (a, b) = (pick(), pick());
            let expected = git_bases(&sandbox, a, b);
            let bases = repo.merge_bases(id(a), id(b)).unwrap();
            assert_eq!(bases, expected.iter().copied().collect::<Vec<_>>(), "seed {seed}: {a} {b}");
            several += usize::from(bases.len() > 1);
            let is = repo.is_ancestor(id(a), id(b)).unwrap();
            assert_eq!(is, git_is_ancestor(&sandbox, a, b), "seed {seed}: {a} {b}");
            ancestors += usize::from(is);
        }
    }
    assert!(
        several > 5 && ancestors > 20,
        "{several} pairs have several bases, {ancestors} one above the other"
    );
}

#[test]
fn a_commit_is_its_own_ancestor_and_base() {
    let sandbox = Sandbox::new();
    let commit = id(&sandbox.commit("one"));
    let repo = sandbox.open();
    assert!(repo.is_ancestor(commit, commit).unwrap());
    assert_eq!(repo.merge_bases(commit, commit).unwrap(), [commit]);
    let merge = repo.merge(commit, commit).unwrap();
    assert_eq!((merge.commit, merge.kind), (commit, MergeKind::Nothing));
}

#[test]
fn a_wrong_clock_makes_no_base_of_an_ancestor() {
    let sandbox = Sandbox::new();
    let at = |message: &str, time: &str| {
        let mut command = sandbox.command("git", &sandbox.root());
        command.args(["commit", "-q", "--allow-empty", "-m", message]).env("GIT_COMMITTER_DATE", time);
        assert!(command.status().unwrap().success());
        sandbox.git(&["rev-parse", "HEAD"])
    };
    // `old` has the newest date, and is reached from both sides without its descendant `base` too.
    let old = at("old", "2000000000 +0000");
    sandbox.git(&["checkout", "-q", "-b", "other"]);
    at("other", "1900000000 +0000");
    sandbox.git(&["checkout", "-q", "main"]);
    let base = at("base", "1000000000 +0000");
    let mut tips = Vec::new();
    for name in ["left", "right"] {
        sandbox.git(&["checkout", "-q", "-b", name, "main"]);
        sandbox.git(&["merge", "-q", "--no-ff", "-m", "x", "other"]);
        tips.push(at(name, "1500000000 +0000"));
    }
    let repo = sandbox.open();
    let bases = repo.merge_bases(id(&tips[0]), id(&tips[1])).unwrap();
    assert_eq!(bases.iter().copied().collect::<BTreeSet<_>>(), git_bases(&sandbox, &tips[0], &tips[1]));
    assert!(bases.contains(&id(&base)) && !bases.contains(&id(&old)));
}

fn diff_tree(sandbox: &Sandbox, from: Option<&str>, to: &str) -> Vec<RepoPath> {
    let mut command = sandbox.command("git", &sandbox.root());
    match from {
        Some(from) => command.args(["diff-tree", "-r", "--name-only", "-z", "--no-renames", from, to]),
        None => command.args(["ls-tree", "-r", "--name-only", "-z", to]),
    };
    let output = command.output().unwrap();
    assert!(output.status.success());
    let paths = output.stdout.split(|&b| b == 0).filter(|path| !path.is_empty());
    let mut paths: Vec<RepoPath> = paths.map(RepoPath::from_git).collect();
    paths.sort_unstable();
    paths
}

#[test]
fn changed_paths_equal_git_diff_tree() {
    let (sandbox, cases, names) = generate(31, 60);
    let repo = sandbox.open();
    let mut total = 0;
    for case in cases {
        let (a, b) = (&names[case.ours], &names[case.theirs]);
        let changed = repo.changed_paths(Some(id(a)), id(b)).unwrap();
        assert_eq!(changed, diff_tree(&sandbox, Some(a), b), "{a} {b}");
        assert_eq!(repo.changed_paths(None, id(b)).unwrap(), diff_tree(&sandbox, None, b), "{b}");
        total += changed.len();
    }
    assert!(total > 200, "only {total} paths changed");
}

#[test]
fn unrelated_histories_have_no_base_and_do_not_merge() {
    let sandbox = Sandbox::new();
    let one = sandbox.commit("one");
    sandbox.git(&["checkout", "-q", "--orphan", "other"]);
    sandbox.write("file", "1");
    let two = sandbox.commit("two");
    let repo = sandbox.open();
    assert_eq!(repo.merge_bases(id(&one), id(&two)).unwrap(), []);
    assert!(!repo.is_ancestor(id(&one), id(&two)).unwrap());
    let error = repo.merge(id(&one), id(&two)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unrelated);
    assert_eq!(error.to_string(), format!("`{}` and `{}` have no commit in common", &one[..10], &two[..10]));
    assert!(error.help().is_some());
}

/// `main` and `change`, which left it two commits ago and has three of its own; a clone of both.
fn cloned(depth: &str) -> (Sandbox, Repo, [CommitId; 3]) {
    let sandbox = Sandbox::new();
    for n in 0..4 {
        sandbox.write("main", format!("{n}"));
        sandbox.commit("main");
    }
    sandbox.git(&["checkout", "-q", "-b", "change", "HEAD~2"]);
    for n in 0..3 {
        sandbox.write("change", format!("{n}"));
        sandbox.commit("change");
    }
    let names = ["main", "change", "main~2"].map(|name| id(&sandbox.git(&["rev-parse", name])));
    let url = format!("file://{}", sandbox.root().display());
    let clone = sandbox.beside("clone");
    let place = clone.display().to_string();
    let arguments = ["clone", "-q", "--no-single-branch", "--depth", depth, &url, &place];
    sandbox.git_in(&sandbox.root(), &arguments);
    let repo = sandbox.open_at(&clone);
    (sandbox, repo, names)
}

#[test]
fn a_history_that_is_cut_off_is_no_answer() {
    for depth in ["1", "2", "3"] {
        let (_sandbox, repo, [main, change, _]) = cloned(depth);
        let error = repo.merge(main, change).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Shallow, "depth {depth}: {error}");
        assert!(error.help().unwrap().contains("git fetch --unshallow"));
        assert_eq!(repo.merge_bases(main, change).unwrap_err().kind(), ErrorKind::Shallow);
        assert_eq!(repo.is_ancestor(main, change).unwrap_err().kind(), ErrorKind::Shallow);
    }
}

#[test]
fn a_cut_below_the_base_does_no_harm() {
    // The base of both is the commit whose parents are cut off, or lies above it.
    let (_sandbox, repo, [main, change, base]) = cloned("4");
    assert!(repo.is_shallow());
    assert_eq!(repo.merge_bases(main, change).unwrap(), [base]);
    let merge = repo.merge(main, change).unwrap();
    assert_eq!((merge.kind, merge.conflicts.len()), (MergeKind::Merged, 0));
    assert!(repo.is_ancestor(base, change).unwrap());
}

#[test]
fn a_fast_forward_needs_no_more_than_its_own_commits() {
    let (_sandbox, repo, [_, change, _]) = cloned("2");
    let before = repo.resolve_commit(&format!("{change}~1")).unwrap();
    let merge = repo.merge(before, change).unwrap();
    assert_eq!((merge.kind, merge.commit), (MergeKind::FastForward, change));
    assert_eq!(repo.merge(change, before).unwrap().kind, MergeKind::Nothing);
}

#[test]
fn grafts_are_refused() {
    let sandbox = Sandbox::new();
    let one = sandbox.commit("one");
    let two = sandbox.commit("two");
    std::fs::create_dir_all(sandbox.root().join(".git/info")).unwrap();
    std::fs::write(sandbox.root().join(".git/info/grafts"), format!("{two}\n")).unwrap();
    let repo = sandbox.open();
    assert_eq!(repo.merge(id(&one), id(&two)).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(repo.merge_bases(id(&one), id(&two)).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(repo.is_ancestor(id(&one), id(&two)).unwrap_err().kind(), ErrorKind::Unsupported);
}
