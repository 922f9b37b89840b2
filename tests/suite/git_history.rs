//! Histories: the answers equal those of `git log` and `git rev-list`.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::Sandbox;
use crate::support::generated::with_history;
use globset::{Glob, GlobSet};
use roadworthy::diag::RepoPath;
use roadworthy::git::{Answers, Code, CommitId, ErrorKind, Identity, Mailmap, Moved, Query, Repo, Touch};

fn path(text: &str) -> RepoPath {
    RepoPath::from_git(text.as_bytes())
}

fn touched(paths: &[&str]) -> Query {
    Query { touched: paths.iter().map(|p| path(p)).collect(), ..Query::default() }
}

fn ask(repo: &Repo, query: &Query) -> Answers {
    let tip = repo.resolve_commit("HEAD").unwrap();
    repo.history(Some(tip), query).unwrap()
}

fn code(under: &str, keep: &str) -> Arc<Code> {
    let set = |pattern: &str| GlobSet::builder().add(Glob::new(pattern).unwrap()).build().unwrap();
    Arc::new(Code { under: path(under), keep: set(keep), ignore: GlobSet::empty() })
}

fn moved(since: &str, under: &str, keep: &str) -> Query {
    Query { moved: vec![Moved { since: path(since), code: code(under, keep) }], ..Query::default() }
}

#[test]
fn last_touches_equal_git_log() {
    let mut checked = 0;
    for seed in 1..=12 {
        let sandbox = with_history(seed * 7919, 120, seed % 2 == 0);
        let repo = sandbox.open();
        let listed = sandbox.git(&["ls-tree", "-r", "-t", "--name-only", "HEAD"]);
        let files: Vec<&str> = listed.lines().chain([""]).collect();
        let answers = ask(&repo, &touched(&files));
        for file in files {
            let pathspec = if file.is_empty() { "." } else { file };
            let line = sandbox.git(&["log", "-1", "--format=%H %ct", "--", pathspec]);
            let (hash, time) = line.split_once(' ').unwrap();
            let expected = Touch::At { commit: CommitId::parse(hash).unwrap(), time: time.parse().unwrap() };
            assert_eq!(answers.touched[&path(file)], expected, "seed {seed}, `{file}`");
            checked += 1;
        }
    }
    assert!(checked > 200, "only {checked} paths were compared");
}

#[test]
fn drift_equals_git_rev_list() {
    let (mut checked, mut total, mut boundary, mut boundary_equal) = (0, 0, 0, 0);
    for seed in 1..=12 {
        // Where clocks go wrong, `git` is only right about what a range holds when it knows generations.
        let skewed = seed > 8;
        let sandbox = with_history(seed * 104_729, 120, skewed);
        if skewed {
            sandbox.git(&["commit-graph", "write", "--reachable"]);
        }
        let repo = sandbox.open();
        let listed = sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]);
        let cases: Vec<(&str, &str, &str)> = listed
            .lines()
            .flat_map(|file| {
                [(file, "", "**"), (file, "a", "**"), (file, "", "**/*.py"), (file, "a", "b/*.py")]
            })
            .collect();
        let query = Query {
            moved: cases
                .iter()
                .map(|(since, under, keep)| Moved { since: path(since), code: code(under, keep) })
                .collect(),
            ..Query::default()
        };
        let answers = ask(&repo, &query);
        for ((since, under, keep), drift) in cases.iter().zip(&answers.moved) {
            let touch = sandbox.git(&["log", "-1", "--format=%H", "--", since]);
            let top = if under.is_empty() { String::new() } else { format!("{under}/") };
            let range = format!("{touch}..HEAD");
            let all = sandbox.git(&["rev-list", "--parents", &range]);
            let pathspec = format!(":(glob){top}{keep}");
            let git = |extra: &[&str]| {
                let arguments = [&["rev-list"], extra, &[&range, "--", &pathspec]].concat();
                sandbox.git(&arguments)
            };
            // `git` asks whether a parent lies outside of the range before it knows for sure, so its
            // number depends on clocks where a merge has such a parent. Nowhere else may we differ.
            let range_commits: BTreeSet<&str> = all.lines().map(|line| &line[..40]).collect();
            let unsure = all.lines().map(|line| line.split(' ')).any(|mut line| {
                let parents: Vec<&str> = line.by_ref().skip(1).collect();
                parents.len() > 1 && parents.iter().any(|p| *p != touch && !range_commits.contains(p))
            });
            let count = git(&["--count"]);
            if unsure {
                boundary += 1;
                boundary_equal += usize::from(drift.commits.to_string() == count);
                continue;
            }
            assert_eq!(drift.commits.to_string(), count, "seed {seed}: {range} -- {pathspec}");
            let times = git(&["--timestamp"]);
            let newest = times.lines().filter_map(|line| line.split(' ').next()?.parse::<i64>().ok()).max();
            assert_eq!(drift.newest.map(|(_, time)| time), newest, "seed {seed}: {range}");
            assert!(drift.known);
            checked += 1;
            total += drift.commits;
        }
    }
    assert!(checked > 200 && total > 1000, "{checked} counts, {total} commits");
    assert!(boundary_equal * 4 > boundary * 3, "{boundary_equal} of {boundary} unsure counts agree");
}

#[test]
fn a_path_that_the_tip_does_not_hold_is_uncommitted() {
    let sandbox = Sandbox::new();
    sandbox.write("gone", "1");
    sandbox.write("dir/file", "1");
    sandbox.commit("one");
    std::fs::remove_file(sandbox.root().join("gone")).unwrap();
    sandbox.commit("two");
    let answers = ask(&sandbox.open(), &touched(&["gone", "never", "dir/file/below", "dir"]));
    for absent in ["gone", "never", "dir/file/below"] {
        assert_eq!(answers.touched[&path(absent)], Touch::Uncommitted, "{absent}");
    }
    assert!(matches!(answers.touched[&path("dir")], Touch::At { .. }));
    let none = sandbox.open().history(None, &touched(&["gone"])).unwrap();
    assert_eq!((none.touched[&path("gone")], none.commits_seen), (Touch::Uncommitted, 0));
}

#[test]
fn changes_of_mode_and_of_links_are_touches() {
    let sandbox = Sandbox::new();
    sandbox.write("run", "x");
    std::os::unix::fs::symlink("run", sandbox.root().join("link")).unwrap();
    sandbox.commit("one");
    sandbox.git(&["update-index", "--chmod=+x", "run"]);
    sandbox.git(&["commit", "-q", "-m", "mode"]);
    let mode = sandbox.git(&["rev-parse", "HEAD"]);
    let answers = ask(&sandbox.open(), &touched(&["run", "link"]));
    let at = |file: &str| match answers.touched[&path(file)] {
        Touch::At { commit, .. } => commit.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(at("run"), mode);
    assert_ne!(at("link"), mode);
}

#[test]
fn the_walk_ends_as_soon_as_all_is_answered() {
    let sandbox = with_history(99, 200, false);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("new", "1");
    sandbox.commit("last");
    let answers = ask(&sandbox.open(), &touched(&["new"]));
    assert!(answers.commits_seen <= 2, "{} commits were read", answers.commits_seen);
}

#[test]
fn people_are_looked_for_until_all_are_found() {
    let sandbox = with_history(7, 400, false);
    raw_commit(
        &sandbox,
        "author Ada Last <ada@corp.example> 1900000000 +0000\ncommitter C <c@x> 1900000000 +0000",
        "x",
    );
    let repo = sandbox.open();
    let query = Query { people: true, ..Query::default() };
    let tip = Some(repo.resolve_commit("HEAD").unwrap());
    let all = repo.history(tip, &query).unwrap();
    let has = |email: &'static str| move |people: &[Identity]| people.iter().any(|p| p.email == email);
    let soon = repo.history_until(tip, &query, &has("ada@corp.example")).unwrap();
    assert!(
        soon.commits_seen < 10 && all.commits_seen > 300,
        "{} of {}",
        soon.commits_seen,
        all.commits_seen
    );
    assert!(soon.people.iter().all(|p| all.people.iter().any(|other| other.email == p.email)));
    let never = repo.history_until(tip, &query, &has("nobody@corp.example")).unwrap();
    assert_eq!((never.commits_seen, never.people), (all.commits_seen, all.people));
}

#[test]
fn reading_ahead_changes_no_answer() {
    for seed in 1..=4 {
        let sandbox = with_history(seed * 7919, 200, false);
        let listed = sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]);
        let paths: Vec<&str> = listed.lines().collect();
        let query = Query { people: true, ..touched(&paths) };
        let tip = sandbox.open().resolve_commit("HEAD").unwrap();
        let plain = sandbox.open().history(Some(tip), &query).unwrap();
        let repo = sandbox.open();
        repo.read_ahead(tip);
        assert_eq!(repo.history(Some(tip), &query).unwrap(), plain);
        // Of another history, and stopped: read as if nobody had begun.
        let other = repo.resolve_commit("HEAD~1").unwrap();
        repo.read_ahead(other);
        assert_eq!(repo.history(Some(tip), &query).unwrap(), plain);
        repo.read_ahead(tip);
        repo.stop_reading_ahead();
        assert_eq!(repo.history(Some(tip), &query).unwrap(), plain);
    }
}

#[test]
fn counting_reads_no_more_than_the_range() {
    let sandbox = with_history(99, 300, false);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("describes", "1");
    sandbox.commit("describes");
    for n in 0..5 {
        sandbox.write("code/x.py", n.to_string());
        sandbox.commit("code");
    }
    let answers = ask(&sandbox.open(), &moved("describes", "code", "**"));
    assert_eq!(answers.moved[0].commits, 5);
    assert!(answers.commits_seen <= 10, "{} commits were read", answers.commits_seen);
}

#[test]
fn a_shallow_boundary_is_never_an_answer() {
    let sandbox = Sandbox::new();
    sandbox.write("old", "1");
    sandbox.write("code/x.py", "1");
    sandbox.commit("one");
    for n in 2..6 {
        sandbox.write("code/x.py", n.to_string());
        sandbox.write("new", n.to_string());
        sandbox.commit("more");
    }
    let clone = sandbox.beside("clone");
    let url = format!("file://{}", sandbox.root().display());
    sandbox.git_in(&sandbox.beside(""), &["clone", "-q", "--depth=2", &url, "clone"]);
    let repo = sandbox.open_at(&clone);
    assert!(repo.is_shallow());
    let query = Query { people: true, ..touched(&["old", "new", "code"]) };
    let answers = ask(&repo, &query);
    assert_eq!(answers.touched[&path("old")], Touch::Shallow);
    assert!(matches!(answers.touched[&path("new")], Touch::At { .. }));
    assert!(answers.shallow);
    assert_eq!(answers.commits_seen, 2);
    let drift = ask(&repo, &moved("old", "code", "**")).moved[0];
    assert!(!drift.known, "{drift:?}");
    let drift = ask(&repo, &moved("new", "code", "**")).moved[0];
    assert!(drift.known && drift.commits == 0, "{drift:?}");
    let wrong = repo.resolve_commit("HEAD~2").unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::NoSuchRevision);
    assert!(wrong.help().unwrap().contains("--unshallow"));
    let full = ask(&sandbox.open(), &moved("old", "code", "**")).moved[0];
    assert_eq!((full.commits, full.known), (4, true));
}

#[test]
fn a_depth_of_one_knows_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("card", "1");
    sandbox.commit("one");
    sandbox.commit("two");
    let url = format!("file://{}", sandbox.root().display());
    sandbox.git_in(&sandbox.beside(""), &["clone", "-q", "--depth=1", &url, "clone"]);
    let repo = sandbox.open_at(&sandbox.beside("clone"));
    let answers = ask(&repo, &touched(&["card", ""]));
    assert_eq!(answers.touched[&path("card")], Touch::Shallow);
    assert_eq!(answers.touched[&path("")], Touch::Shallow);
}

#[test]
fn a_missing_or_damaged_object_is_no_end() {
    let sandbox = Sandbox::new();
    sandbox.write("dir/old", "1");
    let first = sandbox.commit("one");
    sandbox.write("new", "2");
    sandbox.commit("two");
    let tree = sandbox.git(&["rev-parse", &format!("{first}^{{tree}}")]);
    let repo = sandbox.open();
    let tip = repo.resolve_commit("HEAD").unwrap();
    let wrong = |ahead: bool| {
        let repo = sandbox.open();
        if ahead {
            repo.read_ahead(tip);
        }
        repo.history(Some(tip), &touched(&["dir/old"])).unwrap_err()
    };
    for (object, ahead) in [(&tree, false), (&first, false), (&first, true)] {
        let kept = std::fs::read(sandbox.loose(object)).unwrap();
        std::fs::remove_file(sandbox.loose(object)).unwrap();
        let missing = wrong(ahead);
        assert_eq!(missing.kind(), ErrorKind::Unreadable, "{missing}");
        assert!(missing.to_string().contains(object.as_str()), "{missing}");
        std::fs::write(sandbox.loose(object), b"not zlib at all").unwrap();
        let damaged = wrong(ahead);
        assert_eq!(damaged.kind(), ErrorKind::Unreadable, "{damaged}");
        std::fs::write(sandbox.loose(object), kept).unwrap();
    }
    assert!(sandbox.open().history(Some(tip), &touched(&["dir/old"])).is_ok());
}

/// Writes a commit of any form and makes it the tip of `main`.
fn raw_commit(sandbox: &Sandbox, author: &str, message: &str) -> String {
    let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let parent = sandbox.git(&["rev-parse", "HEAD"]);
    let text = format!("tree {tree}\nparent {parent}\n{author}\n\n{message}\n");
    let id =
        sandbox.git_with(&["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], text.as_bytes());
    sandbox.git(&["update-ref", "refs/heads/main", &id]);
    id
}

#[test]
fn malformed_authors_do_not_end_a_walk() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "1");
    let first = sandbox.commit("one");
    for author in [
        "author A <a@b 1",
        "author Zed <zed@corp.example> 99999999999999999999 +0000\ncommitter Z <z@x> 99999999999999999999 +0000",
        "author N <n@corp.example> -5 +0000\ncommitter N <n@x> -5 +0000",
        "author >< 1 x\ncommitter",
        "nothing of the kind",
    ] {
        raw_commit(&sandbox, author, "odd");
    }
    let repo = sandbox.open();
    assert!(repo.head().is_ok());
    assert!(repo.resolve_commit("HEAD~1").is_ok() && repo.resolve_commit("main^{commit}").is_ok());
    let answers = ask(&repo, &Query { people: true, ..touched(&["file"]) });
    assert_eq!(answers.commits_seen, 6);
    assert!(
        matches!(answers.touched[&path("file")], Touch::At { commit, .. } if commit.to_string() == first)
    );
    let zed = answers.people.iter().find(|person| person.email == "zed@corp.example").unwrap();
    assert_eq!(zed.last_time, i64::MAX);
    assert!(answers.people.iter().any(|person| person.email == "a@b"));
}

#[test]
fn people_are_mapped_and_counted_once_for_a_commit() {
    let sandbox = Sandbox::new();
    sandbox.commit("one");
    raw_commit(&sandbox, "author ann <ANN@home.example> 5 +0000\ncommitter C <c@x> 9 +0000", "two\n\nbody");
    let newest = raw_commit(
        &sandbox,
        "author Bob Ray <bob@corp.example> 1800000000 +0000\ncommitter C <c@x> 9 +0000",
        "three\n\nCo-authored-by: Ann Lee <ann@corp.example>\nco-authored-by: Bob <BOB@corp.example>",
    );
    let mailmap = Mailmap::parse("Ann Lee <ann@corp.example> <ann@home.example>\n");
    let answers = ask(&sandbox.open(), &Query { people: true, mailmap, ..Query::default() });
    let emails: Vec<&str> = answers.people.iter().map(|person| &person.email[..]).collect();
    assert_eq!(emails, ["ann@corp.example", "bob@corp.example"]);
    let ann = &answers.people[0];
    assert_eq!((&ann.name[..], ann.commits), ("Ann Lee", 3));
    assert_eq!((ann.last_time, ann.last_commit.to_string()), (1_800_000_000, newest));
    assert_eq!(ann.all_names.iter().collect::<Vec<_>>(), ["Ann Author", "Ann Lee", "ann"]);
    assert!(ann.all_emails.contains("ann@home.example"));
    assert_eq!(answers.people[1].commits, 1);
    assert!(!answers.shallow);
}

#[test]
fn grafts_are_refused_and_replacements_ignored() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "1");
    let first = sandbox.commit("one");
    sandbox.write("file", "2");
    let second = sandbox.commit("two");
    sandbox.git(&["replace", &second, &first]);
    let repo = sandbox.open();
    let answers = ask(&repo, &touched(&["file"]));
    assert!(
        matches!(answers.touched[&path("file")], Touch::At { commit, .. } if commit.to_string() == second)
    );
    std::fs::create_dir_all(sandbox.root().join(".git/info")).unwrap();
    std::fs::write(sandbox.root().join(".git/info/grafts"), format!("{second}\n")).unwrap();
    assert!(repo.has_grafts());
    let tip = CommitId::parse(&second).unwrap();
    assert_eq!(repo.history(Some(tip), &touched(&["file"])).unwrap_err().kind(), ErrorKind::Unsupported);
}
