//! `roadworthy policy test`: the fixtures of a policy, each built into a real repository and
//! judged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::{Output, Result, refused};
use crate::diag::{Diagnostic, Level, Origin, Sources, escape};
use crate::exit::ExitStatus;
use crate::fixture::{
    self, Case, Loaded, Outcome, ReportDiff, Scenario, compare_report, list, load_embedded, resolve,
};
use crate::gate::{self, Extra, Judged, Request};
use crate::parallel;
use crate::policy::builtin;
use crate::report::{Human, Style, Verbosity, human, picture};
use crate::request::{self, Refusal, Terminal};
use crate::verdict::{Severity, Verdict};

/// How reports on file are drawn.
const STYLE: Style = Style { color: false, width: 80, unicode: true };
/// The deepest folder that is looked into.
const MAX_DEPTH: usize = 6;
/// The largest file of a policies folder, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// A policies folder: the embedded one, or one on disk.
#[derive(Debug)]
pub struct Suite {
    root: Option<PathBuf>,
    files: BTreeMap<String, String>,
}

impl Suite {
    /// The built-in policies.
    pub fn built_in() -> Suite {
        Suite {
            root: None,
            files: builtin::files().iter().map(|f| (f.path.to_string(), f.text().to_string())).collect(),
        }
    }

    /// A folder on disk. Links are not followed.
    ///
    /// # Errors
    /// A folder or file that cannot be read.
    pub fn on_disk(root: &Path) -> std::result::Result<Suite, Refusal> {
        let mut files = BTreeMap::new();
        read_folder(root, "", 0, &mut files)?;
        Ok(Suite { root: Some(root.to_path_buf()), files })
    }

    /// All cases, and what is wrong with the folder.
    pub fn cases(&self) -> fixture::Listing {
        list(self.files.keys().map(String::as_str))
    }

    fn load(&self, path: &str) -> std::result::Result<Loaded, String> {
        match (self.files.get(path), &self.root) {
            (Some(text), Some(root)) => {
                Ok(Loaded { origin: Origin::Local(root.join(path)), text: text.clone() })
            }
            // An organisation's recipes may build on the built-in ones.
            (_, _) => load_embedded(path),
        }
    }

    fn extra(&self, pack: &str) -> Vec<Extra> {
        let path = format!("{pack}.toml");
        // Reports name a pack in the same way wherever its folder lies.
        let known = builtin::file(&path).is_some();
        let origin = if known { Origin::BuiltIn(path.clone()) } else { Origin::Local(PathBuf::from(&path)) };
        self.files.get(&path).map(|text| Extra { origin, text: text.clone() }).into_iter().collect()
    }

    /// The report that a case gives, and all that is not as the case says.
    pub fn run(&self, case: &Case) -> Ran {
        let mut sources = Sources::new();
        let scenario = match resolve(&mut sources, &|path| self.load(path), &case.path) {
            Ok(scenario) => scenario,
            Err(mistakes) => {
                let shown = mistakes.iter().map(|m| picture::render(&sources, m, &STYLE)).collect();
                return Ran { report: String::new(), wrong: shown };
            }
        };
        match judge(&scenario, self.extra(&case.pack)) {
            Ok(judged) => {
                let report = human(
                    &judged.verdict,
                    &judged.sources,
                    &Human { style: STYLE, verbosity: Verbosity::Normal },
                );
                let wrong = unexpected(case, &scenario, &judged.verdict);
                Ran { report, wrong }
            }
            Err(refusal) => Ran { report: String::new(), wrong: vec![refusal.message] },
        }
    }

    /// Runs cases on all processors; the results are in the order given.
    pub fn run_all(&self, cases: &[&Case]) -> Vec<Ran> {
        // A case that ends in a panic fails; the others are run all the same.
        let run = |case: &&Case| catch_unwind(AssertUnwindSafe(|| self.run(case)));
        let left =
            |_| Ran { report: String::new(), wrong: vec!["the case was not run to its end".to_string()] };
        parallel::map(cases, run).into_iter().map(|ran| ran.unwrap_or_else(left)).collect()
    }

    /// The report on file.
    pub fn report(&self, case: &Case) -> Option<&str> {
        self.files.get(&case.report_path()?).map(String::as_str)
    }
}

/// What became of a case.
#[derive(Debug)]
pub struct Ran {
    /// The report.
    pub report: String,
    /// What is not as the case says.
    pub wrong: Vec<String>,
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut BTreeMap<String, String>,
) -> std::result::Result<(), Refusal> {
    let failed = |path: &Path, error: &std::io::Error| {
        Box::new(Diagnostic::new(
            Level::Error,
            "unreadable",
            format!("{} cannot be read: {error}", path.display()),
        ))
    };
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let (path, kind) = (entry.path(), entry.file_type().map_err(|error| failed(folder, &error))?);
        let relative = format!("{prefix}{name}");
        if kind.is_dir() && depth < MAX_DEPTH && !name.starts_with('.') {
            read_folder(&path, &format!("{relative}/"), depth + 1, files)?;
        } else if kind.is_file() && (name.ends_with(".toml") || name.ends_with(".txt")) {
            let size = entry.metadata().map_err(|error| failed(&path, &error))?.len();
            if size <= MAX_FILE {
                files.insert(relative, fs::read_to_string(&path).map_err(|error| failed(&path, &error))?);
            }
        }
    }
    Ok(())
}

fn judge(scenario: &Scenario, extra: Vec<Extra>) -> std::result::Result<Judged, Refusal> {
    let failed = |why: String| Box::new(Diagnostic::new(Level::Error, "fixture", why));
    let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let built = fixture::build(scenario, &folder.path().join("repository"))
        .map_err(|error| failed(error.to_string()))?;
    let repo = request::repository(&built.path)?;
    let request = request::of_scenario(&repo, scenario)?;
    Ok(gate::judge(&repo, &Request { extra, ..request }))
}

/// Every difference between the findings and what the case states.
fn unexpected(case: &Case, scenario: &Scenario, verdict: &Verdict) -> Vec<String> {
    let mut wrong: Vec<String> =
        verdict.undecided.iter().map(|d| format!("could not be judged: {}", d.message)).collect();
    let own = |f: &&crate::verdict::Finding| f.rule == case.rule && f.waived.is_none();
    let found: BTreeSet<&str> = verdict
        .findings
        .iter()
        .filter(|f| f.waived.is_none() && (f.severity != Severity::Advice || f.rule == case.rule))
        .map(|f| f.rule.as_str())
        .collect();
    let stated = scenario.expect.also.iter().map(|s| s.value.as_str());
    let mut expected: BTreeSet<&str> = match &scenario.expect.only {
        Some(only) => only.iter().map(|s| s.value.as_str()).collect(),
        None => stated.collect(),
    };
    if case.outcome == Outcome::Fail && scenario.expect.only.is_none() {
        expected.insert(&case.rule);
    }
    wrong.extend(expected.difference(&found).map(|rule| format!("`{rule}` should be found and is not")));
    wrong.extend(found.difference(&expected).map(|rule| format!("`{rule}` is found and not expected")));
    if let Some(severity) = &scenario.expect.severity {
        let others: Vec<&str> = verdict
            .findings
            .iter()
            .filter(own)
            .map(|f| f.severity.name())
            .filter(|s| *s != severity.value)
            .collect();
        wrong.extend(
            others.iter().map(|s| format!("the finding should be `{}` and is `{s}`", severity.value)),
        );
    }
    if verdict.account.judgements == 0 {
        wrong.push("nothing was judged".to_string());
    }
    wrong
}

pub(super) fn run(path: Option<&Path>, bless: bool, only: Option<&str>, terminal: &Terminal) -> Result {
    let suite = match path {
        Some(path) => Suite::on_disk(path)?,
        None => Suite::built_in(),
    };
    let listing = suite.cases();
    if !listing.mistakes.is_empty() {
        return Ok(refused(&listing.mistakes, &Sources::new(), terminal));
    }
    let cases: Vec<&Case> =
        listing.cases.iter().filter(|c| only.is_none_or(|text| c.path.contains(text))).collect();
    if cases.is_empty() {
        let message = "there is no case to test".to_string();
        let help = "cases are files such as <pack>/<rule>/fail-<name>.toml; docs/fixtures.md describes them";
        return Err(Box::new(Diagnostic::new(Level::Error, "no-cases", message).help(help)));
    }
    let mut out = String::new();
    let mut failures = 0;
    for (case, ran) in cases.iter().zip(suite.run_all(&cases)) {
        let mut wrong = ran.wrong;
        if let (Some(report), Outcome::Fail) = (case.report_path(), case.outcome) {
            if let (true, Some(root)) = (bless, &suite.root) {
                write_report(&root.join(&report), &ran.report)?;
            } else {
                wrong.extend(differs(suite.report(case), &ran.report));
            }
        }
        failures += usize::from(!wrong.is_empty());
        let _ = writeln!(out, "{:<4}  {}", if wrong.is_empty() { "ok" } else { "FAIL" }, case.path);
        for line in wrong.iter().flat_map(|w| w.lines()) {
            let _ = writeln!(out, "      {}", escape::line(line));
        }
    }
    let _ = writeln!(out, "\n{} passed, {failures} failed", cases.len() - failures);
    Ok(Output::said(out, if failures == 0 { ExitStatus::Success } else { ExitStatus::Blocked }))
}

fn differs(expected: Option<&str>, actual: &str) -> Option<String> {
    match compare_report(expected, actual) {
        ReportDiff::Same => None,
        ReportDiff::Missing => Some("there is no report on file; `--bless` writes it".to_string()),
        ReportDiff::Different(diff) => {
            Some(format!("the report differs from the one on file (`--bless` writes it anew)\n{diff}"))
        }
    }
}

fn write_report(path: &Path, text: &str) -> std::result::Result<(), Refusal> {
    fs::write(path, text).map_err(|error| {
        Box::new(Diagnostic::new(
            Level::Error,
            "not-written",
            format!("{} could not be written: {error}", path.display()),
        ))
    })
}
