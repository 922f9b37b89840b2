//! The commit-graph makes questions to the history cheaper, and changes no answer, whatever it holds.

use std::path::PathBuf;
use std::sync::Arc;

use crate::support::Sandbox;
use crate::support::generated::{Random, Shape, with_shape};
use globset::{Glob, GlobSet};
use roadworthy::diag::RepoPath;
use roadworthy::git::{Answers, Code, CommitId, Environment, Moved, Query, Repo, Touch};

fn path(text: &str) -> RepoPath {
    RepoPath::from_git(text.as_bytes())
}

fn touched(paths: &[String]) -> Query {
    Query { touched: paths.iter().map(|p| path(p)).collect(), ..Query::default() }
}

fn ask(repo: &Repo, query: &Query) -> Answers {
    let tip = repo.resolve_commit("HEAD").unwrap();
    repo.history(Some(tip), query).unwrap()
}

/// Files and folders of `HEAD`, and the top.
fn listed(sandbox: &Sandbox) -> Vec<String> {
    let listed = sandbox.git(&["ls-tree", "-r", "-t", "-z", "--name-only", "HEAD"]);
    listed.split('\0').map(String::from).collect()
}

/// Where a single commit-graph is.
fn file(sandbox: &Sandbox) -> PathBuf {
    sandbox.root().join(".git/objects/info/commit-graph")
}

fn remove(sandbox: &Sandbox) {
    std::fs::remove_file(file(sandbox)).ok();
    std::fs::remove_dir_all(sandbox.root().join(".git/objects/info/commit-graphs")).ok();
}

/// What commit-graphs there are: settings, variables, arguments, and how many commits each file leaves out.
type Kind =
    (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)], &'static [usize]);

const KINDS: &[Kind] = &[
    ("single", &[], &[], &[0]),
    ("levels", &["-c", "commitGraph.generationVersion=1"], &[], &[0]),
    ("filters 1", &["-c", "commitGraph.changedPathsVersion=1"], &[], &[0]),
    ("filters 2", &["-c", "commitGraph.changedPathsVersion=2"], &[], &[0]),
    ("full filters", &[], &[("GIT_TEST_BLOOM_SETTINGS_MAX_CHANGED_PATHS", "2")], &[0]),
    ("small filters", &[], &[("GIT_TEST_BLOOM_SETTINGS_BITS_PER_ENTRY", "2")], &[0]),
    ("many hashes", &[], &[("GIT_TEST_BLOOM_SETTINGS_NUM_HASHES", "20")], &[0]),
    ("older", &["-c", "commitGraph.changedPathsVersion=2"], &[], &[25]),
    ("chain", &[], &[], &[90, 60, 20, 5]),
    ("chain of levels at the bottom", &["-c", "commitGraph.generationVersion=1"], &[], &[60, 0]),
    ("chain to the tip", &["-c", "commitGraph.changedPathsVersion=2"], &[], &[50, 0]),
];

fn write(sandbox: &Sandbox, (name, settings, variables, without): Kind) {
    remove(sandbox);
    let all = sandbox.git(&["rev-list", "--topo-order", "HEAD"]);
    for (nth, &skipped) in without.iter().enumerate() {
        // Levels at the bottom, and corrected dates above: the two do not compare.
        let settings = if nth > 0 && name.contains("bottom") { &[][..] } else { settings };
        let mut command = sandbox.command("git", &sandbox.root());
        command.args(settings).args(["commit-graph", "write", "--stdin-commits"]);
        command.args((without.len() > 1).then_some("--split=no-merge"));
        command.args((!matches!(name, "single" | "levels")).then_some("--changed-paths"));
        command.envs(variables.iter().copied()).stdin(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        let commit = all.lines().take(skipped + 1).last().unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), format!("{commit}\n").as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{name}");
    }
}

/// With `people` and counts, which [`Answers::commits_seen`] does not tell.
fn everything(sandbox: &Sandbox, paths: &[String]) -> Query {
    let set = |pattern: &str| GlobSet::builder().add(Glob::new(pattern).unwrap()).build().unwrap();
    let code = |under: &str, keep: &str| {
        Arc::new(Code { under: path(under), keep: set(keep), ignore: GlobSet::empty() })
    };
    let codes = [code("", "**/*.py"), code("a", "**"), code("models", "*/src/*")];
    let moved = paths
        .iter()
        .flat_map(|since| codes.iter().map(|code| Moved { since: path(since), code: Arc::clone(code) }));
    let mailmap = sandbox.open().mailmap_of(sandbox.open().resolve_commit("HEAD").unwrap()).unwrap();
    Query { moved: moved.collect(), people: true, mailmap, ..touched(paths) }
}

#[test]
fn every_commit_graph_gives_the_answers_of_git() {
    let mut compared = 0;
    for seed in 1..=6 {
        let sandbox = with_shape(seed * 7_907, 130, Shape { skewed: seed % 2 == 0, wide: true });
        let paths = listed(&sandbox);
        let expected: Vec<Touch> = paths
            .iter()
            .map(|file| {
                let pathspec = if file.is_empty() { "." } else { file };
                let line = sandbox.git(&["log", "-1", "--format=%H %ct", "--", pathspec]);
                let (hash, time) = line.split_once(' ').unwrap();
                Touch::At { commit: CommitId::parse(hash).unwrap(), time: time.parse().unwrap() }
            })
            .collect();
        let query = everything(&sandbox, &paths);
        let plain = ask(&sandbox.open(), &query);
        for &kind in KINDS {
            write(&sandbox, kind);
            let answers = ask(&sandbox.open(), &query);
            for (file, expected) in paths.iter().zip(&expected) {
                assert_eq!(answers.touched[&path(file)], *expected, "seed {seed}, {}: `{file}`", kind.0);
                compared += 1;
            }
            let commits_seen = plain.commits_seen;
            assert_eq!(Answers { commits_seen, ..answers }, plain, "seed {seed}, {}", kind.0);
            // Where all commits are listed, only those are read that are an answer.
            let read = ask(&sandbox.open(), &touched(&paths)).commits_seen;
            let newest = kind.3.last().unwrap();
            assert!(*newest > 0 || read <= paths.len(), "seed {seed}, {}: {read} commits were read", kind.0);
        }
    }
    assert!(compared > 500, "only {compared} paths were compared");
}

#[test]
fn ancestry_and_merges_are_the_same_with_every_commit_graph() {
    let mut bases = 0;
    for seed in 1..=4 {
        let sandbox = with_shape(seed * 5_003, 130, Shape { skewed: seed % 2 == 0, wide: true });
        let all = sandbox.git(&["rev-list", "HEAD"]);
        let all: Vec<CommitId> = all.lines().map(|line| CommitId::parse(line).unwrap()).collect();
        let mut random = Random::new(seed);
        let pairs: Vec<(CommitId, CommitId)> = (0..40)
            .map(|_| [0; 2].map(|_| all[random.below(all.len() as u64) as usize]))
            .map(|[a, b]| (a, b))
            .collect();
        let answers = || {
            let repo = sandbox.open();
            let said = |(a, b): &(CommitId, CommitId)| {
                let merged = repo.merge(*a, *b).map(|merge| (merge.commit, merge.conflicts));
                (repo.merge_bases(*a, *b).unwrap(), repo.is_ancestor(*a, *b).unwrap(), merged)
            };
            pairs.iter().map(said).collect::<Vec<_>>()
        };
        let plain = answers();
        bases += plain.iter().filter(|(bases, ..)| bases.len() > 1).count();
        for &kind in KINDS {
            write(&sandbox, kind);
            assert_eq!(answers(), plain, "seed {seed}, {}", kind.0);
        }
    }
    assert!(bases > 0, "no two commits have several bases");
}

/// Where the chunks of a file begin, by their names.
fn chunks(bytes: &[u8]) -> Vec<(String, usize)> {
    let list = bytes[8..].chunks(12).take(usize::from(bytes[6]) + 1);
    let at = |chunk: &[u8]| u64::from_be_bytes(chunk[4..].try_into().unwrap()) as usize;
    list.map(|chunk| (String::from_utf8_lossy(&chunk[..4]).into_owned(), at(chunk))).collect()
}

fn start(bytes: &[u8], name: &str) -> usize {
    chunks(bytes).into_iter().find(|(chunk, _)| chunk == name).unwrap().1
}

/// A history with a commit-graph, the whole of its file, and what is asked of it.
fn to_be_damaged() -> (Sandbox, Vec<u8>, Query, Answers) {
    let sandbox = with_shape(77, 60, Shape { skewed: false, wide: true });
    let query = touched(&listed(&sandbox));
    let plain = ask(&sandbox.open(), &query);
    write(&sandbox, KINDS[2]);
    let whole = std::fs::read(file(&sandbox)).unwrap();
    std::fs::remove_file(file(&sandbox)).unwrap();
    (sandbox, whole, query, plain)
}

fn same(sandbox: &Sandbox, bytes: &[u8], query: &Query, plain: &Answers, what: &str) {
    std::fs::write(file(sandbox), bytes).unwrap();
    let answers = ask(&sandbox.open(), query);
    assert_eq!(answers.touched, plain.touched, "{what}");
}

#[test]
fn a_file_that_is_cut_off_or_changed_is_as_good_as_none() {
    let (sandbox, whole, query, plain) = to_be_damaged();
    for size in (0..whole.len()).step_by(61).chain([whole.len() - 1, 8, 20]) {
        std::fs::write(file(&sandbox), &whole[..size]).unwrap();
        assert_eq!(ask(&sandbox.open(), &query), plain, "cut at {size}");
    }
    let names = start(&whole, "OIDL");
    for at in 0..names {
        for bits in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= bits;
            same(&sandbox, &bytes, &query, &plain, &format!("byte {at} ^ {bits}"));
        }
    }
    // Parents are believed where they fit: Git believes them too.
    let data = start(&whole, "CDAT");
    let is_parent =
        |at: usize| at >= data && at < start(&whole, "GDA2") && (20..28).contains(&((at - data) % 36));
    for at in (names..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        if is_parent(at) {
            std::fs::write(file(&sandbox), &bytes).unwrap();
            ask(&sandbox.open(), &query);
        } else {
            same(&sandbox, &bytes, &query, &plain, &format!("byte {at}"));
        }
    }
}

#[test]
fn files_that_lie_are_found_out() {
    let (sandbox, whole, query, plain) = to_be_damaged();
    let write_at = |at: usize, with: &[u8]| {
        let mut bytes = whole.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        bytes
    };
    let data = start(&whole, "CDAT");
    let count = (start(&whole, "GDA2") - data) / 36;
    let mut itself = whole.clone();
    let mut ring = whole.clone();
    for nth in 0..count {
        let at = data + 36 * nth + 20;
        itself[at..at + 4].copy_from_slice(&(nth as u32).to_be_bytes());
        ring[at..at + 4].copy_from_slice(&((nth as u32 + 1) % count as u32).to_be_bytes());
    }
    same(&sandbox, &itself, &query, &plain, "every commit is its own parent");
    same(&sandbox, &ring, &query, &plain, "every commit descends from every other");
    let filters = start(&whole, "BDAT") + 12;
    let nothing = write_at(filters, &vec![0; whole.len() - 20 - filters]);
    same(&sandbox, &nothing, &query, &plain, "no commit changed anything");
    same(&sandbox, &write_at(5, &[2]), &query, &plain, "names of SHA-256");
    let hashes = write_at(filters - 8, &u32::MAX.to_be_bytes());
    same(&sandbox, &hashes, &query, &plain, "four billion hashes");
    let fanout = start(&whole, "OIDF");
    let many = write_at(fanout + 255 * 4, &0x6fff_ffff_u32.to_be_bytes());
    same(&sandbox, &many, &query, &plain, "two billion commits");
    std::fs::write(file(&sandbox), [&whole[..], &[0; 4096]].concat()).unwrap();
    assert_eq!(ask(&sandbox.open(), &query), plain, "longer than it says");
}

#[test]
fn a_chain_is_used_as_far_as_it_is_whole() {
    let sandbox = with_shape(78, 130, Shape { skewed: false, wide: true });
    let paths = listed(&sandbox);
    let plain = ask(&sandbox.open(), &everything(&sandbox, &paths));
    let folder = sandbox.root().join(".git/objects/info/commit-graphs");
    let list = folder.join("commit-graph-chain");
    let check = |what: &str| {
        let answers = ask(&sandbox.open(), &everything(&sandbox, &paths));
        assert_eq!(Answers { commits_seen: plain.commits_seen, ..answers }, plain, "{what}");
    };
    for damage in 0..6 {
        write(&sandbox, KINDS[8]);
        let text = std::fs::read_to_string(&list).unwrap();
        let names: Vec<&str> = text.lines().collect();
        let nth = |nth: usize| folder.join(format!("graph-{}.graph", names[nth]));
        match damage {
            0 => std::fs::remove_file(nth(2)).unwrap(),
            1 => std::fs::remove_file(nth(0)).unwrap(),
            2 => std::fs::write(&list, format!("{}\n{}\n", names[1], names[0])).unwrap(),
            3 => std::fs::write(&list, format!("{}\n{}\n", names[0], names[0])).unwrap(),
            4 => {
                std::fs::remove_file(nth(1)).unwrap();
                std::fs::copy(nth(2), nth(1)).unwrap();
            }
            _ => std::fs::write(&list, "../../../../etc/passwd\n\n\u{0}").unwrap(),
        }
        check(&format!("damage {damage}"));
    }
}

#[test]
fn it_is_used_where_git_uses_it() {
    let sandbox = with_shape(79, 130, Shape { skewed: false, wide: true });
    let paths = listed(&sandbox);
    let plain = ask(&sandbox.open(), &touched(&paths));
    write(&sandbox, KINDS[3]);
    let used = |repo: &Repo| {
        let answers = ask(repo, &touched(&paths));
        assert_eq!(answers.touched, plain.touched);
        answers.commits_seen < plain.commits_seen
    };
    assert!(used(&sandbox.open()));
    sandbox.git(&["config", "core.commitGraph", "false"]);
    assert!(!used(&sandbox.open()));
    sandbox.git(&["config", "--unset", "core.commitGraph"]);
    // By a borrower, from where it borrows.
    let url = sandbox.root();
    let clone = |name: &str, how: &str, url: &str| {
        sandbox.git_in(&sandbox.beside(""), &["clone", "-q", "--bare", how, url, name]);
        sandbox.open_at(&sandbox.beside(name))
    };
    assert!(used(&clone("borrower", "--shared", url.to_str().unwrap())));
    assert!(!used(&clone("copy", "--no-local", url.to_str().unwrap())));
    // What a push brings along is not asked for one.
    let quarantine = sandbox.beside("quarantine");
    std::fs::create_dir_all(quarantine.join("info")).unwrap();
    std::fs::copy(file(&sandbox), quarantine.join("info/commit-graph")).unwrap();
    let copy = sandbox.beside("copy");
    let environment = Environment::new(&copy, |name| match name {
        "GIT_DIR" => Some(copy.clone().into_os_string()),
        "GIT_OBJECT_DIRECTORY" => Some(quarantine.clone().into_os_string()),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES" => Some(copy.join("objects").into_os_string()),
        _ => None,
    });
    assert!(!used(&Repo::open(&copy, &environment).unwrap()));
    // Where commits are replaced, loosely or packed.
    sandbox.git(&["replace", "HEAD~1", "HEAD~2"]);
    assert!(!used(&sandbox.open()));
    sandbox.git(&["pack-refs", "--all"]);
    assert!(!used(&sandbox.open()));
}

#[test]
fn a_cut_history_is_cut_with_a_commit_graph_too() {
    let sandbox = Sandbox::new();
    sandbox.write("old", "1");
    sandbox.commit("one");
    for n in 0..4 {
        sandbox.write("new", n.to_string());
        sandbox.commit("more");
    }
    sandbox.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    let cut = sandbox.git(&["rev-parse", "HEAD~1"]);
    std::fs::write(sandbox.root().join(".git/shallow"), format!("{cut}\n")).unwrap();
    let answers = ask(&sandbox.open(), &touched(&["old".to_string(), "new".to_string()]));
    assert_eq!(answers.touched[&path("old")], Touch::Shallow);
    assert!(answers.shallow);
}

#[test]
fn an_object_that_is_needed_and_missing_is_missed_with_a_commit_graph_too() {
    let sandbox = Sandbox::new();
    sandbox.write("old", "1");
    let first = sandbox.commit("one");
    sandbox.write("new", "1");
    sandbox.commit("two");
    sandbox.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
    let query = touched(&["old".to_string()]);
    assert!(ask(&sandbox.open(), &query).commits_seen < 2);
    for object in [first, tree] {
        let kept = std::fs::read(sandbox.loose(&object)).unwrap();
        std::fs::remove_file(sandbox.loose(&object)).unwrap();
        let repo = sandbox.open();
        let wrong = repo.history(repo.resolve_commit("HEAD").ok(), &query).unwrap_err();
        assert!(wrong.to_string().contains(&object), "{wrong}");
        std::fs::write(sandbox.loose(&object), kept).unwrap();
    }
}
