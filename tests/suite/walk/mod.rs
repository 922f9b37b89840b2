//! Walks through a page as its reader would: writes the files that it shows, types its commands, and
//! compares what they say.

use std::path::PathBuf;
use std::process::Stdio;

use roadworthy::fixture;

use crate::common::{Scratch, git, recipe};
use crate::markdown::{self, Mark, blocks};

type Make = fn() -> Place;

/// What a page may start from, and what it is. `<!-- in NAME -->` starts in one, `<!-- go on -->` goes on there.
const PLACES: [(&str, Make); 8] = [
    ("a new folder", || Place::at(Scratch::new())),
    ("the first model", first_model),
    ("a repository in order", || Place::at(recipe("core/ready.toml"))),
    ("a clone", clone),
    ("a job", job),
    ("a server", server),
    ("the repository of policies", policies),
    ("a model beside the policies", model_beside_policies),
];

/// In front of every command: the program, judging as of the day for which the examples are written.
const PROGRAM: &str = r#"exec 2>&1
roadworthy() {
  case "$*" in
  *--as-of*) ;;
  check* | ci* | status*) set -- "$@" --as-of 2026-11-01 ;;
  esac
  "$ROADWORTHY" "$@"
}
"#;

/// A folder that a reader works in.
struct Place {
    scratch: Scratch,
    /// The current folder.
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
    /// The exit code of the last command.
    code: i32,
}

impl Place {
    fn at(scratch: Scratch) -> Place {
        let folder = scratch.path();
        Place { scratch, folder, variables: Vec::new(), code: 0 }
    }

    /// Runs one command, and gives what it said.
    fn command(&mut self, command: &str) -> String {
        let home = self.scratch.path().parent().unwrap().join("home");
        std::fs::create_dir_all(&home).unwrap();
        let at = home.join("folder");
        let text =
            format!("{PROGRAM}(exit {})\n{command}\ncode=$?\npwd >'{}'\nexit $code", self.code, at.display());
        let mut shell = fixture::scrubbed("sh", &self.folder, &home);
        shell.args(["-c", &text]).env("ROADWORTHY", env!("CARGO_BIN_EXE_roadworthy"));
        shell.env("NO_COLOR", "1").env("COLUMNS", "80").stdin(Stdio::null());
        // `git config --system` writes here and nowhere else.
        shell.env_remove("GIT_CONFIG_NOSYSTEM").env("GIT_CONFIG_SYSTEM", home.join("system"));
        shell.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let output = shell.output().unwrap();
        self.code = output.status.code().expect("no signal ends a command");
        self.folder = std::fs::read_to_string(at).unwrap().trim_end().into();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the commands of a block. Gives the differences.
    fn block(&mut self, text: &str, prompts: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut steps = steps(text, prompts).into_iter().peekable();
        while let Some((command, shown)) = steps.next() {
            let said = self.command(&command);
            let told = steps.peek().is_some_and(|(next, _)| next == "echo $?");
            if command != "echo $?" && !told && self.code != expected(&shown) {
                wrong.push(format!("`{command}` ended with {}:\n{said}", self.code));
            } else if !shown.is_empty() && !matches(&shown, &said) {
                wrong.push(format!("`{command}` says\n{said}\nand not\n{shown}"));
            }
        }
        wrong
    }
}

/// The commands of a block, each with what is shown below it.
fn steps(text: &str, prompts: bool) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), out.last_mut()) {
            (Some(command), _) if prompts => out.push((command.to_string(), String::new())),
            _ if !prompts => out.push((line.to_string(), String::new())),
            (_, Some((command, _))) if command.ends_with('\\') => {
                command.push('\n');
                command.push_str(line);
            }
            (_, Some((_, shown))) => {
                shown.push_str(line);
                shown.push('\n');
            }
            (_, None) => out.push((format!("no command stands above `{line}`; false"), String::new())),
        }
    }
    out
}

/// The exit code of a command that shows this, where `echo $?` does not ask for it.
fn expected(shown: &str) -> i32 {
    let any = |start: &str| shown.lines().any(|line| line.starts_with(start));
    match () {
        () if any("error[") => 2,
        () if any("block[") || any("not roadworthy") => 1,
        () => 0,
    }
}

/// Whether this was said. A line `…` stands for any lines, `…` within a line for any text.
fn matches(shown: &str, said: &str) -> bool {
    let (shown, said): (Vec<&str>, Vec<&str>) = (shown.lines().collect(), said.lines().collect());
    lines(&shown, &said)
}

fn lines(shown: &[&str], said: &[&str]) -> bool {
    match shown.split_first() {
        None => said.is_empty(),
        Some((&"…", rest)) => (0..=said.len()).any(|from| lines(rest, &said[from..])),
        Some((line, rest)) => {
            said.split_first().is_some_and(|(first, more)| alike(line, first) && lines(rest, more))
        }
    }
}

fn alike(shown: &str, said: &str) -> bool {
    let Some((start, rest)) = shown.split_once('…') else { return shown.trim_end() == said.trim_end() };
    let Some(mut left) = said.strip_prefix(start) else { return false };
    let pieces: Vec<&str> = rest.split('…').collect();
    let (last, between) = pieces.split_last().expect("a split gives at least one piece");
    for piece in between {
        let Some((_, after)) = left.split_once(piece) else { return false };
        left = after;
    }
    left.trim_end().ends_with(last.trim_end())
}

/// Whether a mark says where the commands of a block are typed.
pub(crate) fn is_place(mark: &str) -> bool {
    let mark = Mark::of(mark);
    match mark.place {
        Some(place) => PLACES.iter().any(|(known, _)| *known == place),
        None => mark.what == "go on",
    }
}

/// Walks through a page. Gives what differs, each with its line, and the number of blocks that were run.
pub(crate) fn through(file: &str) -> (Vec<String>, usize) {
    let (mut wrong, mut run) = (Vec::new(), 0);
    let mut place: Option<Place> = None;
    for block in blocks(&markdown::read(file)) {
        let Some(mark) = &block.mark else { continue };
        let parts = Mark::of(mark);
        if let Some(name) = parts.place {
            let made = PLACES.iter().find(|(known, _)| *known == name);
            place = Some(made.unwrap_or_else(|| panic!("{file}:{}: no place `{name}`", block.line)).1());
        }
        let Some(place) = &mut place else { continue };
        if let Some(path) = parts.file() {
            let path = place.folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &block.text).unwrap();
        } else if is_place(mark) {
            run += 1;
            let prompts = block.language == "console";
            wrong.extend(
                place.block(&block.text, prompts).into_iter().map(|w| format!("{file}:{}: {w}", block.line)),
            );
        }
    }
    (wrong, run)
}

/// What a data scientist has on the first day: a script, and one commit.
fn first_model() -> Place {
    let scratch = Scratch::repository();
    scratch.write("src/train.py", "import pandas as pd\n\ndata = pd.read_parquet('features.parquet')\n");
    scratch.write("README.md", "# Churn\n");
    scratch.commit("2026-10-05T09:00:00Z", "Train a churn model");
    Place::at(scratch)
}

/// A clone of a server with a production branch `main` that has a policy, a pull request, and a change that
/// is checked out.
fn clone() -> Place {
    let scratch = recipe("core/ready.toml");
    let folder = scratch.path();
    git(&folder, &["branch", "--quiet", "-m", "main"]);
    scratch.write("roadworthy.toml", "[policy]\npacks = [\"core\"]\n");
    scratch.commit("2026-10-25T09:00:00Z", "Say what is asked");
    let upstream = folder.parent().unwrap().join("upstream.git");
    let upstream = upstream.to_str().unwrap();
    git(&folder, &["clone", "--quiet", "--bare", "--template=", ".", upstream]);
    git(&folder, &["--git-dir", upstream, "update-ref", "refs/pull/7/head", "main"]);
    git(&folder, &["remote", "add", "origin", upstream]);
    git(&folder, &["fetch", "--quiet", "origin"]);
    git(&folder, &["checkout", "--quiet", "-b", "feature"]);
    scratch.write("notes.md", "# Notes\n");
    scratch.commit("2026-10-28T09:00:00Z", "Notes");
    Place::at(scratch)
}

/// The same as a job of a forge sees it after a push.
fn job() -> Place {
    let mut place = clone();
    let folder = place.folder.clone();
    let tip = |rev: &str| git(&folder, &["rev-parse", rev]).trim().to_string();
    let (before, after) = (tip("origin/main"), tip("HEAD"));
    let event = folder.parent().unwrap().join("event.json");
    let payload = serde_json::json!({ "ref": "refs/heads/main", "before": before, "after": after });
    std::fs::write(&event, payload.to_string()).unwrap();
    place.variables = vec![
        ("GITHUB_ACTIONS", "true".into()),
        ("GITHUB_EVENT_NAME", "push".into()),
        ("GITHUB_EVENT_PATH", event.to_str().unwrap().into()),
        ("GITHUB_SHA", after),
    ];
    place
}

/// A bare repository.
fn server() -> Place {
    let mut place = clone();
    place.folder = place.folder.parent().unwrap().join("upstream.git");
    place
}

/// A model's repository in order, and beside it the repository of policies of the example.
fn model_beside_policies() -> Place {
    let place = Place::at(recipe("core/ready.toml"));
    let policies = place.folder.parent().unwrap().join("model-policies");
    crate::common::copy(&markdown::path("examples/organisation/policies"), &policies.join("policies"));
    place
}

/// The repository of policies of the example.
fn policies() -> Place {
    let mut place = model_beside_policies();
    place.folder = place.folder.parent().unwrap().join("model-policies");
    place
}

#[test]
fn differences_are_noticed() {
    let mut place = Place::at(Scratch::new());
    let block = |place: &mut Place, text: &str| place.block(text, true).len();
    assert_eq!(block(&mut place, "$ echo one\none\n$ (exit 3)\n$ echo $?\n3\n"), 0);
    assert_eq!(block(&mut place, "$ printf 'a\\nb\\nc d e\\n'\n…\nc …e\n"), 0);
    for wrong in
        ["$ echo one\ntwo\n", "$ false\n", "$ (exit 3)\n$ echo $?\n1\n", "$ printf 'a\\nb\\n'\na\n", "one\n"]
    {
        assert_eq!(block(&mut place, wrong), 1, "{wrong}");
    }
    assert_eq!(block(&mut place, "$ mkdir sub && cd sub\n$ basename \"$PWD\"\nsub\n"), 0);
}
