//! Programs of the same trade, from the registries, on the same input. `benches/peers` holds what each is asked,
//! and the same question in our words.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::AS_OF;
use crate::measure::Pair;
use crate::programs::Programs;
use crate::repositories::staged::small_change;
use crate::repositories::{clone, git};
use crate::table::{Bound, Comparison};
use crate::usual::pair;
use crate::usual_repositories::{self, Repositories};

/// Rounds: interpreters take their time.
const ROUNDS: usize = 7;
/// The range that `gitlint` reads, which starts `git` several times for each commit.
const SHORT: &str = "HEAD~100..HEAD";
/// The range that `committed` reads.
const LONG: &str = "HEAD~1000..HEAD";

pub(crate) fn comparisons(programs: &Programs, root: &Path) -> Result<Vec<Comparison>, String> {
    let repositories = usual_repositories::all(root)?;
    let peers = Peers {
        programs,
        tools: install()?,
        asked: Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers"),
        places: places(programs, root, &repositories)?,
    };
    Ok([peers.of_files()?, peers.of_commits()?, peers.of_hooks(root)?].into_iter().flatten().collect())
}

/// Installs the programs, and says where they are.
fn install() -> Result<BTreeMap<String, PathBuf>, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/install");
    let output = Command::new("bash").arg(&script).output().map_err(|e| format!("bash: {e}"))?;
    if !output.status.success() {
        return Err(format!("{}: {}", script.display(), String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let tools = text.lines().filter_map(|line| line.split_once(' '));
    Ok(tools.map(|(name, place)| (name.to_string(), PathBuf::from(place))).collect())
}

/// Work trees with files on disk.
struct Places {
    /// That of `history`.
    history: PathBuf,
    /// That of `models`.
    models: PathBuf,
    /// 10,000 files beside one another's folders.
    files: PathBuf,
    /// That of `history` with five files staged.
    staged: PathBuf,
}

fn places(programs: &Programs, root: &Path, repositories: &Repositories) -> Result<Places, String> {
    let home = &programs.home;
    let places = Places {
        history: root.join("peers-history"),
        models: root.join("peers-models"),
        files: root.join("peers-files"),
        staged: root.join("peers-staged"),
    };
    clone(&repositories.history, &places.history, home, "--no-local")?;
    clone(&repositories.models, &places.models, home, "--no-local")?;
    clone(&repositories.usual, &places.files, home, "--no-local")?;
    small_change(&repositories.history, &places.staged, home)?;
    git(&places.staged, home, &["checkout-index", "--all", "--force"])?;
    Ok(places)
}

struct Peers<'a> {
    programs: &'a Programs,
    tools: BTreeMap<String, PathBuf>,
    asked: PathBuf,
    places: Places,
}

impl Peers<'_> {
    fn tool(&self, name: &str, folder: &Path, arguments: &[&str]) -> Result<Command, String> {
        let place = self.tools.get(name).ok_or_else(|| format!("{name} was not installed"))?;
        Ok(self.programs.any(place, folder, arguments))
    }

    /// A file below `benches/peers`.
    fn asked(&self, name: &str) -> String {
        self.asked.join(name).to_string_lossy().into_owned()
    }

    fn ours(&self, folder: &Path, policy: &str, more: &[&str]) -> Command {
        let policy = self.asked(policy);
        let check = ["check", "--as-of", AS_OF, "--policy", &policy];
        self.programs.roadworthy(folder, &[&check[..], more].concat())
    }

    fn of_files(&self) -> Result<Vec<Comparison>, String> {
        let Places { history, models, files, .. } = &self.places;
        let rules = self.asked("repolinter.json");
        let repolinter = || self.tool("repolinter", history, &["lint", "--rulesetFile", &rules, "."]);
        let owners: Vec<String> = (0..500).map(|nth| format!("models/churn{nth:03}/OWNER.toml")).collect();
        let schema = self.asked("owner.schema.json");
        let validate: Vec<&str> =
            ["--schemafile", &schema].into_iter().chain(owners.iter().map(String::as_str)).collect();
        let row = |name, ours, theirs, bounds, pair| Comparison {
            name,
            ours,
            theirs,
            bounds,
            rounds: ROUNDS,
            pair,
        };
        Ok(vec![
            row(
                "repolinter",
                "check of a work tree of 600 files: five required files, each by any of a few names; and Git is asked which files count, and for models",
                "repolinter lint with the same names as five rules file-existence",
                &[Bound::Times(0.02)],
                pair(self.ours(history, "required", &[]), repolinter()?),
            ),
            row(
                "repolinter-rev",
                "check --rev HEAD with the same rules: the same 600 files, as Git holds them",
                "repolinter lint of the files on disk, as above",
                &[],
                pair(self.ours(history, "required", &["--rev", "HEAD"]), repolinter()?),
            ),
            row(
                "ls-lint",
                "check of a work tree of 10,000 files: the same five rules; every name is matched with patterns, and Git is asked which files count",
                "ls-lint of the same files: every name matched with what its ending asks; it knows nothing of Git",
                &[],
                pair(
                    self.ours(files, "required", &[]),
                    self.tool("ls-lint", files, &["--config", &self.asked("ls-lint.yml")])?,
                ),
            ),
            row(
                "check-jsonschema",
                "check of a work tree with 500 models, 6,500 files: each has an OWNER.toml that names a person and an address",
                "check-jsonschema of the 500 files OWNER.toml, named one by one: a schema that wants both; no other file is looked at",
                &[],
                pair(self.ours(models, "owner", &[]), self.tool("check-jsonschema", models, &validate)?),
            ),
        ])
    }

    fn of_commits(&self) -> Result<Vec<Comparison>, String> {
        let history = &self.places.history;
        let (gitlint, committed) = (self.asked("gitlint.ini"), self.asked("committed.toml"));
        let row =
            |name, ours, theirs, pair| Comparison { name, ours, theirs, bounds: &[], rounds: ROUNDS, pair };
        Ok(vec![
            row(
                "gitlint",
                "check --range of 100 commits and more: each that changes code says why in its body, so the changes of each are read too, and the range is merged in memory first",
                "gitlint of the same range: each has a body of twenty characters; what a commit changes is listed, not read",
                pair(
                    self.ours(history, "context", &["--range", SHORT]),
                    self.tool("gitlint", history, &["-C", &gitlint, "--commits", SHORT])?,
                ),
            ),
            row(
                "committed",
                "check --range of 1,000 commits and more: as above",
                "committed of the same range: length and form of subjects and bodies; what a commit changes is not looked at",
                pair(
                    self.ours(history, "context", &["--range", LONG]),
                    self.tool("committed", history, &["--config", &committed, LONG])?,
                ),
            ),
        ])
    }

    fn of_hooks(&self, root: &Path) -> Result<Vec<Comparison>, String> {
        let staged = &self.places.staged;
        let (ours, nothing) = (self.asked("pre-commit-ours.yaml"), self.asked("pre-commit-nothing.yaml"));
        let managed = |config: &str| -> Result<Command, String> {
            let mut command = self.tool("pre-commit", staged, &["run", "--config", config])?;
            // Where the hook's program is found.
            let own =
                Path::new(env!("CARGO_BIN_EXE_roadworthy")).parent().ok_or("the program has no folder")?;
            let path = std::env::var_os("PATH").unwrap_or_default();
            let all = std::iter::once(own.to_path_buf()).chain(std::env::split_paths(&path));
            command.env("PATH", std::env::join_paths(all).map_err(|e| e.to_string())?);
            command.env("PRE_COMMIT_HOME", root.join("peers-pre-commit"));
            Ok(command)
        };
        let row = |name, ours, theirs, pair: Pair| Comparison {
            name,
            ours,
            theirs,
            bounds: &[],
            rounds: ROUNDS,
            pair,
        };
        Ok(vec![
            row(
                "under-pre-commit",
                "pre-commit run with our hook: 600 files, five of them staged, five artifacts on file, all rules",
                "pre-commit run with a hook that does nothing (`true`)",
                pair(managed(&ours)?, managed(&nothing)?),
            ),
            row(
                "pre-commit",
                "hook pre-commit on its own: the same judgement",
                "pre-commit run with a hook that does nothing: what it costs itself",
                pair(self.programs.roadworthy(staged, &["hook", "pre-commit"]), managed(&nothing)?),
            ),
        ])
    }
}
