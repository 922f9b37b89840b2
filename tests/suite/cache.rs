//! Answers of earlier runs are used where they are right, kept only where that was promised, and never believed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use roadworthy::diag::RepoPath;
use roadworthy::git::{Answers, Cache, Mailmap, Query, Repo};
use sha1::{Digest, Sha1};

use crate::common::{Scratch, git, roadworthy};
use crate::hooked::{attempt_with, beside, hook, ready, server, tip};
use crate::support::Sandbox;
use crate::support::generated::{Shape, with_shape};

const FOLDER: &str = "roadworthy/history-1";

fn path(text: &str) -> RepoPath {
    RepoPath::from_git(text.as_bytes())
}

/// About everything that `HEAD` holds.
fn query(sandbox: &Sandbox) -> Query {
    let listed = sandbox.git(&["ls-tree", "-r", "-t", "-z", "--name-only", "HEAD"]);
    Query { touched: listed.split('\0').map(path).collect(), ..Query::default() }
}

fn ask(repo: &Repo, cache: Cache, revision: &str, query: &Query) -> Answers {
    repo.use_cache(cache);
    repo.history(Some(repo.resolve_commit(revision).unwrap()), query).unwrap()
}

/// The files that are kept, in the folder of Git.
fn kept(git: &Path) -> Vec<PathBuf> {
    let items = std::fs::read_dir(git.join(FOLDER)).into_iter().flatten();
    items.map(|item| item.unwrap().path()).collect()
}

/// A history in which nothing happens at the end.
fn long(seed: u64) -> Sandbox {
    let sandbox = with_shape(seed, 150, Shape { skewed: seed.is_multiple_of(2), wide: true });
    idle(&sandbox, 130);
    sandbox
}

/// Commits that change nothing.
fn idle(sandbox: &Sandbox, count: usize) {
    let stream = stream(&sandbox.git(&["rev-parse", "main"]), "main", count);
    sandbox.git_with(&["fast-import", "--quiet"], stream.as_bytes());
}

fn stream(from: &str, branch: &str, count: usize) -> String {
    let mut stream = String::new();
    for nth in 0..count {
        let time = 1_650_000_000 + nth;
        write!(stream, "commit refs/heads/{branch}\ncommitter Ida Idle <ida@corp.example> {time} +0000\n")
            .unwrap();
        let from = if nth == 0 { format!("from {from}\n") } else { String::new() };
        write!(stream, "data 1\nx\n{from}\n").unwrap();
    }
    stream
}

#[test]
fn kept_answers_are_those_of_a_whole_walk() {
    for seed in [3, 4, 5] {
        let sandbox = long(seed);
        let commit_graph = seed == 5;
        if commit_graph {
            sandbox.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
        }
        let query = query(&sandbox);
        for revision in ["HEAD~140", "HEAD~100", "HEAD~10", "HEAD"] {
            let plain = ask(&sandbox.open(), Cache::Off, revision, &query);
            let first = ask(&sandbox.open(), Cache::ReadAndWrite, revision, &query);
            assert_eq!(first.touched, plain.touched, "seed {seed}, {revision}");
            let again = ask(&sandbox.open(), Cache::Read, revision, &query);
            assert_eq!(again.touched, plain.touched, "seed {seed}, {revision}, again");
        }
        assert!(!kept(&sandbox.root().join(".git")).is_empty());
        let again = ask(&sandbox.open(), Cache::Read, "HEAD", &query).commits_seen;
        let plain = ask(&sandbox.open(), Cache::Off, "HEAD", &query).commits_seen;
        assert!(commit_graph || again + 50 < plain, "seed {seed}: {again} commits were read, and {plain}");
        // What happened since is found out, and only that.
        sandbox.git(&["checkout", "-q", "main"]);
        sandbox.write("a/new.py", "1");
        sandbox.commit("new");
        let plain = ask(&sandbox.open(), Cache::Off, "HEAD", &self::query(&sandbox));
        let next = ask(&sandbox.open(), Cache::ReadAndWrite, "HEAD", &self::query(&sandbox));
        assert_eq!(next.touched, plain.touched, "seed {seed}");
    }
}

/// A file as it is written: the hash is right, whatever is said.
fn forged(at: &str, records: &[(&str, &str, &str)], sandbox: &Sandbox) -> Vec<u8> {
    let mut body = b"roadworthy history 1\n".to_vec();
    for (commit, path, of) in records {
        let blob = sandbox.git(&["rev-parse", &format!("{of}:{path}")]);
        body.extend_from_slice(format!("{commit} 100644 {blob} {path}\0").as_bytes());
    }
    let name: Vec<u8> = (0..40).step_by(2).map(|n| u8::from_str_radix(&at[n..n + 2], 16).unwrap()).collect();
    let hash = Sha1::new().chain_update(name).chain_update(&body).finalize();
    [&body[..], &hash].concat()
}

#[test]
fn an_edited_answer_is_not_believed() {
    let sandbox = Sandbox::new();
    sandbox.write("card", "1");
    sandbox.commit("one");
    sandbox.write("card", "2");
    let changed = sandbox.commit("two");
    sandbox.write("other", "1");
    let later = sandbox.commit("three");
    idle(&sandbox, 3);
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    // Made by a stranger, and no part of the history.
    let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let stray = sandbox.git(&["commit-tree", "-m", "stray", "-p", &format!("{changed}~1"), &tree]);
    let query =
        Query { touched: vec![path("card")], people: true, mailmap: Mailmap::default(), ..Query::default() };
    let plain = ask(&sandbox.open(), Cache::Off, "HEAD", &query);
    let folder = sandbox.root().join(".git").join(FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    let nobody = "1".repeat(40);
    let cases = [
        (&nobody, "HEAD", "there is no such commit"),
        (&later, "HEAD", "it holds the same, but changed nothing"),
        (&head, "HEAD", "the tip itself"),
        (&tree, "HEAD", "no commit at all"),
        (&changed, "HEAD~5", "it held something else then"),
    ];
    for (commit, of, why) in cases {
        std::fs::write(folder.join(&head), forged(&head, &[(commit, "card", of)], &sandbox)).unwrap();
        let answers = ask(&sandbox.open(), Cache::Read, "HEAD", &query);
        assert_eq!(answers.touched, plain.touched, "{why}");
        assert_eq!(answers.people, plain.people, "{why}");
    }
    // Whoever can write there may name another commit that made the same change, and no more than that.
    std::fs::write(folder.join(&head), forged(&head, &[(&stray, "card", "HEAD")], &sandbox)).unwrap();
    let answers = ask(&sandbox.open(), Cache::Read, "HEAD", &query);
    assert_eq!(answers.people, plain.people, "a stranger does not become one of the team");
    for junk in [&b""[..], b"junk", &[0; 100]] {
        std::fs::write(folder.join(&head), junk).unwrap();
        assert_eq!(ask(&sandbox.open(), Cache::Read, "HEAD", &query), plain);
    }
}

#[test]
fn a_cut_history_keeps_nothing() {
    let sandbox = long(7);
    let query = query(&sandbox);
    ask(&sandbox.open(), Cache::ReadAndWrite, "HEAD", &query);
    let git = sandbox.root().join(".git");
    assert_eq!(kept(&git).len(), 1);
    let cut = sandbox.git(&["rev-parse", "HEAD~120"]);
    std::fs::write(git.join("shallow"), format!("{cut}\n")).unwrap();
    let plain = ask(&sandbox.open(), Cache::Off, "HEAD", &query);
    assert_eq!(ask(&sandbox.open(), Cache::ReadAndWrite, "HEAD", &query), plain);
    assert!(plain.shallow && kept(&git).len() == 1);
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let sandbox = long(9);
    let query = query(&sandbox);
    let plain = ask(&sandbox.open(), Cache::Off, "HEAD", &query);
    let root = sandbox.root();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for back in 0..6 {
                    let repo = Repo::open(&root, &roadworthy::git::Environment::none()).unwrap();
                    ask(&repo, Cache::ReadAndWrite, &format!("HEAD~{back}"), &query);
                    assert_eq!(ask(&repo, Cache::ReadAndWrite, "HEAD", &query).touched, plain.touched);
                }
            });
        }
    });
    let names = kept(&root.join(".git"));
    assert!(names.iter().all(|name| name.file_name().unwrap().len() == 40), "{names:?}");
}

/// All is well in it, and has been for 130 commits.
fn settled() -> Scratch {
    let scratch = ready();
    let folder = scratch.path();
    let stream = stream(&tip(&folder, "HEAD"), "production", 130);
    attempt_with(&folder, &["fast-import", "--quiet"], stream.as_bytes(), &[]).expect_success();
    scratch
}

#[test]
fn only_what_was_promised_is_kept() {
    let scratch = settled();
    let folder = scratch.path();
    let git_folder = folder.join(".git");
    git(&folder, &["branch", "change"]);
    let nothing = |what: &str| assert_eq!(kept(&git_folder), [""; 0].map(PathBuf::from), "{what}");
    for arguments in [
        &["check", "--no-cache"][..],
        &["--no-cache", "status"],
        &["hook", "pre-commit", "--no-cache"],
        &["check", "--into", "production", "--head", "change", "--all"],
        &["check", "--range", "HEAD~129..HEAD", "--all"],
        &["facts"],
    ] {
        let said = roadworthy(&folder, arguments);
        assert_ne!(said.code, Some(2), "{arguments:?}: {}", said.stderr);
        nothing(&format!("{arguments:?}"));
    }
    git(&folder, &["config", "roadworthy.cache", "false"]);
    roadworthy(&folder, &["check"]);
    nothing("roadworthy.cache is false");
    git(&folder, &["config", "--unset", "roadworthy.cache"]);
    let plain = roadworthy(&folder, &["check", "--no-cache"]);
    for arguments in
        [&["check"][..], &["check", "--into", "production"], &["hook", "pre-commit"], &["status"]]
    {
        let before = roadworthy(&folder, &[arguments, &["--no-cache"]].concat());
        let after = roadworthy(&folder, arguments);
        assert_eq!((after.code, after.stdout), (before.code, before.stdout), "{arguments:?}");
    }
    let head = tip(&folder, "HEAD");
    assert_eq!(kept(&git_folder), [git_folder.join(FOLDER).join(head)]);
    assert_eq!(roadworthy(&folder, &["check"]).stdout, plain.stdout, "the second time");
}

#[test]
fn a_server_keeps_nothing_unless_it_is_told_to() {
    let scratch = settled();
    let server = server(&scratch);
    let head = tip(&server, "production");
    let push =
        format!("{}~1 {head} refs/heads/production\n", "").replace("~1", &tip(&server, "production~1"));
    let judge = || {
        let said = hook(&server, &["pre-receive"], push.as_bytes(), &[("GIT_DIR", ".")]);
        assert_ne!(said.code, Some(2), "{}", said.stderr);
        kept(&server).len()
    };
    assert_eq!(judge(), 0);
    git(&server, &["config", "roadworthy.cache", "true"]);
    assert_eq!(judge(), 1);
}

#[test]
fn a_folder_that_cannot_be_written_is_no_mistake() {
    let scratch = settled();
    let folder = scratch.path();
    let plain = roadworthy(&folder, &["check", "--no-cache"]);
    // Whoever runs the tests may be allowed to write anywhere, but not into a file.
    std::fs::write(folder.join(".git/roadworthy"), "not a folder").unwrap();
    let said = roadworthy(&folder, &["check"]);
    assert_eq!((said.code, said.stdout, said.stderr), (plain.code, plain.stdout, plain.stderr));
    assert!(!beside(&scratch, FOLDER).exists());
}
