//! The real program on trial: whatever it is given, it ends soon, leaves the disk alone, and says
//! nothing that a terminal would obey.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use roadworthy::{diag::escape, fixture};

use crate::common::{Output, Scratch};

/// The date of every judgement here: that of the repository in which all is well.
pub(crate) const DAY: &str = "2026-11-01";

/// How long a judgement may take, where the machine does nothing else.
const LIMIT: Duration = Duration::from_secs(10);
/// On a busy machine: so many times as long as an empty repository takes at the same time.
const TIMES: u32 = 40;

/// `check` as of [`DAY`], on trial.
#[track_caller]
pub(crate) fn check(scratch: &Scratch, arguments: &[&str]) -> Output {
    let all: Vec<&str> = ["check", "--as-of", DAY].iter().chain(arguments).copied().collect();
    trial(&scratch.path(), &all)
}

/// Runs the program in a folder and holds what must hold for any input: it ends in time, without a
/// panic, prints no control characters, and changes no file.
#[track_caller]
pub(crate) fn trial(folder: &Path, arguments: &[&str]) -> Output {
    let before = files(folder);
    let output = timed(folder, arguments);
    let after = files(folder);
    let differs = |path: &&PathBuf| before.get(*path) != after.get(*path);
    let changed: Vec<&PathBuf> = before.keys().chain(after.keys()).filter(differs).collect();
    assert!(changed.is_empty(), "{arguments:?} changed {changed:?}");
    tame(&output);
    output
}

/// Panics when the program panicked, or printed what a terminal obeys.
#[track_caller]
pub(crate) fn tame(output: &Output) {
    for text in [&output.stdout, &output.stderr] {
        assert!(!text.contains("panicked"), "{text}");
        if let Some(raw) = text.chars().find(|c| *c != '\n' && escape::hidden(*c)) {
            panic!("the output holds a raw {raw:?}:\n{}", text.escape_debug());
        }
    }
    assert!(output.code.is_some(), "ended by a signal: {output:?}");
}

/// The trial's sentence for the case that nothing could be judged.
#[track_caller]
pub(crate) fn cannot_judge(output: &Output, sentence: &str) {
    says(output, 2, sentence);
}

/// Asserts the exit code and a part of what was said, line breaks and frames aside.
#[track_caller]
pub(crate) fn says(output: &Output, code: i32, sentence: &str) {
    let said = flat(output);
    assert!(
        output.code == Some(code) && said.contains(sentence),
        "expected code {code} and `{sentence}`, got {:?}:\n{}\n{}",
        output.code,
        output.stdout,
        output.stderr
    );
}

/// Everything that was said as one line of words, so that wrapped sentences are found.
pub(crate) fn flat(output: &Output) -> String {
    let frame = |word: &&str| !matches!(*word, "│" | "╰" | "├");
    let both = format!("{} {}", output.stdout, output.stderr);
    both.split_whitespace().filter(frame).collect::<Vec<_>>().join(" ")
}

/// The program in an environment that holds nothing of the machine's.
pub(crate) fn program(folder: &Path, arguments: &[&str]) -> Command {
    let home = folder.ancestors().find(|above| above.ends_with("repository")).unwrap_or(folder);
    let home = home.parent().unwrap().join("home");
    std::fs::create_dir_all(&home).unwrap();
    let mut command = fixture::scrubbed(env!("CARGO_BIN_EXE_roadworthy"), folder, &home);
    command.env("NO_COLOR", "1").env("COLUMNS", "100").args(arguments).stdin(Stdio::null());
    command
}

#[track_caller]
fn timed(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = program(folder, arguments);
    let started = Instant::now();
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let Some(output) = wait(child, LIMIT.max(limit())) else {
        panic!("{arguments:?} did not end within {:?}", started.elapsed());
    };
    output
}

/// [`LIMIT`], longer on a busy machine.
fn limit() -> Duration {
    static ORDINARY: OnceLock<Duration> = OnceLock::new();
    TIMES
        * *ORDINARY.get_or_init(|| {
            let scratch = Scratch::repository();
            let started = Instant::now();
            program(&scratch.path(), &["check", "--quiet"]).output().unwrap();
            started.elapsed()
        })
}

/// What a child says until it ends; `None`, and the child is ended, when that takes too long.
fn wait(mut child: Child, limit: Duration) -> Option<Output> {
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        out.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let read_errors = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        err.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > limit {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
    Some(Output {
        stdout: text(read.join().unwrap()),
        stderr: text(read_errors.join().unwrap()),
        code: status.code(),
    })
}

/// Every file below a folder, Git's own included: kind, size and content, or for large ones their time
/// of change.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut out = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = std::fs::symlink_metadata(&path).unwrap();
            let state = if meta.is_dir() {
                open.push(path.clone());
                "folder".to_owned()
            } else if meta.is_file() && meta.len() < 1 << 20 {
                std::fs::read(&path)
                    .map_or_else(|e| e.to_string(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
            } else {
                format!("{:?} {} {:?}", meta.file_type(), meta.len(), meta.modified().unwrap())
            };
            out.insert(path, state);
        }
    }
    out
}
