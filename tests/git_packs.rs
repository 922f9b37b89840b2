//! Objects in packs, of every kind that Git writes, whole and damaged.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::PathBuf;

use roadworthy::git::{CommitId, Content, Limits, Mailmap, Query, Repo};
use support::Sandbox;

/// Files that change a little with each of some commits, so that packs hold them as deltas; one is larger than
/// what is read of a pack at once, one is empty, one is binary.
fn history() -> (Sandbox, Vec<CommitId>) {
    let sandbox = Sandbox::new();
    let mut commits = Vec::new();
    for nth in 0..12 {
        let lines = |count: usize, what: &str| -> String {
            (0..count)
                .map(|line| format!("{what} {line} is {}\n", if line == 3 * nth { nth } else { line }))
                .collect()
        };
        sandbox.write("docs/runbook.md", lines(60, "step"));
        sandbox.write("src/deep/er/train.py", lines(400, "x"));
        let noise: String = (0_u64..9000)
            .map(|n| format!("{:x}\n", (n ^ u64::try_from(nth).unwrap()).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
            .collect();
        sandbox.write("src/noise.txt", noise);
        sandbox.write("empty", "");
        sandbox.write("binary", [0, 1, 2, u8::try_from(nth).unwrap()]);
        commits.push(CommitId::parse(sandbox.commit(&format!("commit {nth}\n\nwhy: {nth}")).trim()).unwrap());
    }
    (sandbox, commits)
}

const FILES: [&str; 5] = ["docs/runbook.md", "src/deep/er/train.py", "src/noise.txt", "empty", "binary"];

/// What every commit holds, as this program reads it; the first error otherwise.
fn read(repo: &Repo, commits: &[CommitId], max: u64) -> Result<Vec<Content>, roadworthy::git::Error> {
    let mut all = Vec::new();
    for commit in commits {
        let files = repo.files(*commit)?;
        for file in FILES {
            all.push(files.read(file.as_bytes(), max)?.unwrap());
        }
    }
    Ok(all)
}

fn packs(sandbox: &Sandbox, ending: &str) -> Vec<PathBuf> {
    let folder = sandbox.root().join(".git/objects/pack");
    let paths = fs::read_dir(folder).unwrap().map(|item| item.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|e| e == ending)).collect()
}

#[test]
fn whatever_way_objects_are_packed_they_are_the_same() {
    let (sandbox, commits) = history();
    let max = Limits::default().max_blob;
    let loose = read(&sandbox.open(), &commits, max).unwrap();
    assert!(loose.iter().any(|content| matches!(content, Content::Binary)));
    for settings in [
        &["-c", "repack.useDeltaBaseOffset=true"][..],
        &["-c", "repack.useDeltaBaseOffset=false"],
        &["-c", "pack.indexVersion=1"],
        &["-c", "pack.compression=0"],
        &["-c", "pack.depth=0"],
    ] {
        sandbox.git(&[settings, &["repack", "-q", "-a", "-d", "-f", "--window=50"]].concat());
        assert_eq!((packs(&sandbox, "pack").len(), packs(&sandbox, "idx").len()), (1, 1));
        sandbox.git(&["prune-packed"]);
        assert_eq!(read(&sandbox.open(), &commits, max).unwrap(), loose, "{settings:?}");
    }
}

#[test]
fn sizes_are_told_without_reading() {
    let (sandbox, commits) = history();
    sandbox.git(&["repack", "-q", "-a", "-d", "-f", "--window=50"]);
    let contents = read(&sandbox.open(), &commits, 1000).unwrap();
    let whole = read(&sandbox.open(), &commits, 1 << 20).unwrap();
    for (content, whole) in contents.iter().zip(&whole) {
        match (content, whole) {
            (Content::TooLarge { size }, Content::Text(text)) => assert_eq!(*size, text.len() as u64),
            (content, whole) => assert_eq!(content, whole),
        }
    }
    assert!(contents.iter().filter(|content| matches!(content, Content::TooLarge { .. })).count() >= 24);
}

/// Wherever a pack is damaged, what is read is right, or is an error: never something else.
#[test]
fn damage_is_never_read_as_something_else() {
    let (sandbox, commits) = history();
    sandbox.git(&["repack", "-q", "-a", "-d", "-f", "--window=50"]);
    let max = Limits::default().max_blob;
    let right = read(&sandbox.open(), &commits, max).unwrap();
    let mut errors = 0;
    for ending in ["pack", "idx"] {
        let path = packs(&sandbox, ending).pop().unwrap();
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let step = bytes.len() / 60;
        for at in (0..bytes.len()).step_by(step) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x20;
            fs::write(&path, damaged).unwrap();
            match read(&sandbox.open(), &commits, max) {
                Ok(contents) => assert_eq!(contents, right, "{ending}, byte {at}"),
                Err(_) => errors += 1,
            }
        }
        for cut in [0, 7, bytes.len() / 2, bytes.len() - 1] {
            fs::write(&path, &bytes[..cut]).unwrap();
            match read(&sandbox.open(), &commits, max) {
                Ok(contents) => assert_eq!(contents, right, "{ending}, cut at {cut}"),
                Err(_) => errors += 1,
            }
        }
        fs::write(&path, &bytes).unwrap();
        assert_eq!(read(&sandbox.open(), &commits, max).unwrap(), right);
    }
    assert!(errors > 20, "{errors}");
}

#[test]
fn walks_read_packs_too() {
    let (sandbox, commits) = history();
    let query =
        || Query { touched: Vec::new(), moved: Vec::new(), people: true, mailmap: Mailmap::default() };
    let people = |repo: &Repo| format!("{:?}", repo.history(commits.last().copied(), &query()).unwrap());
    let loose = people(&sandbox.open());
    sandbox.git(&["repack", "-q", "-a", "-d", "-f"]);
    let repo = sandbox.open();
    repo.read_ahead(*commits.last().unwrap());
    assert_eq!(people(&repo), loose);
}
