//! Ranges: the commits and their changes are those that Git lists, whatever clocks, authors and encodings say.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::support::Sandbox;
use crate::support::generated::with_history;
use roadworthy::git::{Author, CommitId, ErrorKind, Limits, Mailmap, RangeCommit, Repo};

fn id(hex: &str) -> CommitId {
    CommitId::parse(hex).unwrap()
}

fn range(repo: &Repo, exclude: &[&str], head: &str) -> Vec<RangeCommit> {
    let exclude: Vec<CommitId> = exclude.iter().map(|hex| id(hex)).collect();
    repo.range(&exclude, id(head), &Mailmap::default()).unwrap()
}

fn ids(commits: &[RangeCommit]) -> BTreeSet<String> {
    commits.iter().map(|commit| commit.id.to_string()).collect()
}

/// All that can be reached from a commit: such a walk of Git's needs no clock.
fn reachable(sandbox: &Sandbox, tip: &str) -> BTreeSet<String> {
    sandbox.git(&["rev-list", tip]).lines().map(str::to_string).collect()
}

/// The commit of this message on this tree, made by hand.
fn raw(sandbox: &Sandbox, headers: &str, message: &[u8]) -> String {
    let bytes = [headers.as_bytes(), b"\n", message].concat();
    sandbox.git_with(&["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], &bytes)
}

#[test]
fn ranges_equal_git_rev_list_whatever_the_clocks_say() {
    let mut compared = 0;
    for seed in 1..=14 {
        let sandbox = with_history(seed * 104_729, 90, seed % 3 != 0);
        let repo = sandbox.open();
        let all: Vec<String> = sandbox.git(&["rev-list", "--all"]).lines().map(str::to_string).collect();
        for step in 0..40_usize {
            let pick = |n: usize| all[(step * 37 + n * 53 + seed as usize) % all.len()].as_str();
            let (head, exclude) = (pick(0), [pick(1), pick(2)]);
            let exclude = &exclude[..step % 3];
            let found = range(&repo, exclude, head);
            let mut expected = reachable(&sandbox, head);
            for tip in exclude {
                let old = reachable(&sandbox, tip);
                expected.retain(|commit| !old.contains(commit));
            }
            assert_eq!(ids(&found), expected, "seed {seed}: {head} without {exclude:?}");
            assert_eq!(found.len(), expected.len());
            compared += found.len();
        }
    }
    assert!(compared > 5000, "only {compared} commits were compared");
}

/// Without skew, the order is Git's too.
#[test]
fn newest_commits_come_first() {
    let sandbox = with_history(77, 60, false);
    let tip = sandbox.git(&["rev-parse", "main"]);
    let expected: Vec<String> = sandbox.git(&["rev-list", &tip]).lines().map(str::to_string).collect();
    let found: Vec<String> =
        range(&sandbox.open(), &[], &tip).iter().map(|commit| commit.id.to_string()).collect();
    assert_eq!(found, expected);
}

/// A commit of 1970 between production and what it shares with the change hides the shared past from a
/// walk that trusts clocks.
#[test]
fn a_clock_that_stood_still_hides_no_shared_past() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "1");
    let mut shared = Vec::new();
    for n in 0..20 {
        shared.push(sandbox.commit(&format!("shared {n}")));
    }
    let tip = shared.last().unwrap().clone();
    let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let who = "A <a@corp.example> 0 +0000";
    let old = raw(&sandbox, &format!("tree {tree}\nparent {tip}\nauthor {who}\ncommitter {who}\n"), b"old\n");
    let who = "A <a@corp.example> 1900000000 +0000";
    let production =
        raw(&sandbox, &format!("tree {tree}\nparent {old}\nauthor {who}\ncommitter {who}\n"), b"new\n");
    let head = sandbox.commit("the change");
    assert_eq!(ids(&range(&sandbox.open(), &[&production], &head)), BTreeSet::from([head]));
}

#[test]
fn changes_equal_git_diff_tree() {
    let (mut compared, mut evil) = (0, 0);
    for seed in 1..=6 {
        let sandbox = with_history(seed * 15_485_863, 80, false);
        let repo = sandbox.open();
        let mut changes = repo.changes(&Limits::default()).unwrap();
        let tip = sandbox.git(&["rev-parse", "main"]);
        for commit in range(&repo, &[], &tip) {
            let hex = commit.id.to_string();
            let kind: &[&str] = if commit.is_merge() { &["-c"] } else { &["--root"] };
            let asked = [&["diff-tree", "-r", "--no-commit-id", "--name-only"], kind, &[&hex]].concat();
            let expected: Vec<String> = sandbox.git(&asked).lines().map(str::to_string).collect();
            let found: Vec<String> =
                changes.of(&commit).unwrap().iter().map(|change| change.path.to_string()).collect();
            assert_eq!(found, expected, "seed {seed}, {hex}, {} parents", commit.parents.len());
            compared += found.len();
            evil += usize::from(commit.is_merge() && !found.is_empty());
        }
    }
    assert!(compared > 300 && evil > 3, "{compared} paths, {evil} merges with changes of their own");
}

#[test]
fn an_octopus_has_changed_what_differs_from_all_parents() {
    let sandbox = Sandbox::new();
    sandbox.write("base", "0");
    let base = sandbox.commit("base");
    for name in ["one", "two", "three"] {
        sandbox.git(&["checkout", "-q", "-b", name, &base]);
        sandbox.write(name, name);
        sandbox.commit(name);
    }
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-ff", "-m", "octopus", "one", "two", "three"]);
    let repo = sandbox.open();
    let tip = sandbox.git(&["rev-parse", "HEAD"]);
    let found = range(&repo, &[&base], &tip);
    assert_eq!(found.len(), 4);
    let merge = found.iter().find(|commit| commit.is_merge()).unwrap();
    assert!(merge.parents.len() >= 3, "{:?}", merge.parents);
    let mut changes = repo.changes(&Limits::default()).unwrap();
    assert_eq!(changes.of(merge).unwrap(), []);
    sandbox.write("two", "changed by the merge itself");
    sandbox.git(&["commit", "-q", "-a", "--amend", "--no-edit"]);
    let tip = sandbox.git(&["rev-parse", "HEAD"]);
    let found = range(&sandbox.open(), &[&base], &tip);
    let own = changes.of(found.iter().find(|commit| commit.is_merge()).unwrap()).unwrap();
    assert_eq!(own.iter().map(|change| change.path.to_string()).collect::<Vec<_>>(), ["two"]);
}

#[test]
fn odd_commits_end_no_walk() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "1");
    let base = sandbox.commit("base");
    let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let mut parent = base.clone();
    let mut expected = Vec::new();
    for (author, more, message, name, email, text) in [
        ("A <a@b 1", "", &b"lost bracket\n"[..], "A", "a@b", "lost bracket\n"),
        ("<> 5 +0000", "", b"nobody\n", "", "", "nobody\n"),
        ("", "", b"empty author\n", "", "", "empty author\n"),
        ("J <j@x> soon", "encoding ISO-8859-1\n", b"gr\xfc\xdfe\n", "J", "j@x", "grüße\n"),
        ("J <j@x> 99999999999999999999 +0000", "encoding x-unknown\n", b"\xff\n", "J", "j@x", "\u{fffd}\n"),
        ("N <n@x> 1 +0000", "", b"seen\0unseen\n", "N", "n@x", "seen"),
        ("E <e@x> 1 +0000", "", b"", "E", "e@x", ""),
    ] {
        let headers =
            format!("tree {tree}\nparent {parent}\nauthor {author}\ncommitter C <c@x> 1 +0000\n{more}");
        parent = raw(&sandbox, &headers, message);
        expected.push((parent.clone(), name, email, text));
    }
    let found = range(&sandbox.open(), &[&base], &parent);
    assert_eq!(found.len(), expected.len());
    for (hex, name, email, text) in expected {
        let commit = found.iter().find(|commit| commit.id.to_string() == hex).unwrap();
        let said = (&commit.author.name[..], &commit.author.email[..], &*commit.message.text);
        assert_eq!(said, (name, email, text));
        assert_eq!(commit.message.nul, text == "seen");
    }
}

#[test]
fn a_mailmap_says_who_wrote_a_commit() {
    let sandbox = Sandbox::new();
    sandbox.write(".mailmap", "Ann Proper <ann@proper.example> <ANN@corp.example>\n");
    let tip = sandbox.commit("with a mailmap");
    let repo = sandbox.open();
    let mailmap = repo.mailmap_of(id(&tip)).unwrap();
    let found = repo.range(&[], id(&tip), &mailmap).unwrap();
    let author = &found[0].author;
    assert_eq!((&author.mapped_name[..], &author.mapped_email[..]), ("Ann Proper", "ann@proper.example"));
    assert_eq!(author.email, "ann@corp.example");
    assert!(mailmap.names("nobody", "ann@corp.example") && mailmap.names("ann PROPER", "x@y"));
    assert!(!mailmap.names("", "") && !mailmap.names("Ann", "other@corp.example"));
}

#[test]
fn authors_are_shown_until_somebody_breaks_off() {
    let sandbox = with_history(5, 40, true);
    let tip = id(&sandbox.git(&["rev-parse", "main"]));
    let repo = sandbox.open();
    let mut seen: Vec<Author> = Vec::new();
    let cut = repo.authors(&[tip], &Mailmap::default(), &mut |author| {
        seen.push(author.clone());
        ControlFlow::Continue(())
    });
    assert!(!cut.unwrap());
    assert_eq!(seen.iter().map(|a| a.email.as_str()).collect::<Vec<_>>(), ["c@corp.example"]);
}

#[test]
fn a_cut_history_is_never_taken_for_the_whole() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "0");
    let mut commits = Vec::new();
    for n in 0..6 {
        sandbox.write("a", n.to_string());
        commits.push(sandbox.commit(&format!("c{n}")));
    }
    sandbox.git(&["checkout", "-q", "-b", "change", &commits[4]]);
    sandbox.write("b", "1");
    let change = sandbox.commit("the change");
    let shallow = |depth: &str, name: &str| {
        let place = sandbox.beside(name);
        let url = format!("file://{}", sandbox.root().display());
        sandbox.git_in(
            sandbox.beside("").as_path(),
            &["clone", "-q", "--no-single-branch", "--depth", depth, &url, place.to_str().unwrap()],
        );
        sandbox.open_at(&place)
    };
    let ask = |repo: &Repo, exclude: &str| repo.range(&[id(exclude)], id(&change), &Mailmap::default());
    // The change itself is a boundary.
    let error = ask(&shallow("1", "one"), &commits[5]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Shallow);
    assert!(error.help().unwrap().contains("git fetch --unshallow"), "{:?}", error.help());
    // Both sides reach the commit where they part.
    let found = ask(&shallow("3", "three"), &commits[5]).unwrap();
    assert_eq!(ids(&found), BTreeSet::from([change.clone()]));
}

/// Production is cut off above the place where the change began, so old commits look new.
#[test]
fn a_boundary_of_production_may_hide_that_a_commit_is_old() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "0");
    let first = sandbox.commit("first");
    let second = sandbox.commit("second");
    let production = sandbox.commit("production");
    sandbox.git(&["checkout", "-q", "-b", "change", &first]);
    let change = sandbox.commit("change");
    let shallow = sandbox.root().join(".git/shallow");
    std::fs::write(&shallow, format!("{production}\n")).unwrap();
    let repo = sandbox.open();
    let error = repo.range(&[id(&production)], id(&change), &Mailmap::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Shallow);
    // Cut off below the place where both parted, nothing can be hidden.
    std::fs::write(&shallow, format!("{first}\n")).unwrap();
    let found = sandbox.open().range(&[id(&second)], id(&change), &Mailmap::default()).unwrap();
    assert_eq!(ids(&found), BTreeSet::from([change]));
}

#[test]
fn grafts_and_missing_commits_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("a", "0");
    let tip = sandbox.commit("tip");
    let absent = id("0123456789012345678901234567890123456789");
    let error = sandbox.open().range(&[absent], id(&tip), &Mailmap::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreadable);
    std::fs::create_dir_all(sandbox.root().join(".git/info")).unwrap();
    std::fs::write(sandbox.root().join(".git/info/grafts"), "").unwrap();
    let error = sandbox.open().range(&[], id(&tip), &Mailmap::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
