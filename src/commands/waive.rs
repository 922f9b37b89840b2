//! `roadworthy waive` and `roadworthy baseline`: exceptions written into roadworthy.toml, where people
//! review them. Appends only; what stands there already stays as it is.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::{Output, Result, refused};
use crate::cli::{Baseline, Exception, Waive};
use crate::diag::{Diagnostic, Level, Origin, RepoPath, Sources};
use crate::gate::{self, Request, Stage, policy, stage};
use crate::git::{Repo, Target};
use crate::policy::{FILE, Mistakes, closest, load_config};
use crate::request::{self, Refusal, Terminal};

/// A rule and a model that are waived; every model without one.
type Waived = (String, Option<String>);

pub(super) fn one(args: &Waive, terminal: &Terminal) -> Result {
    let (repo, top) = work_tree(&args.exception.path)?;
    let mut sources = Sources::new();
    let mut request = Request::new(Target::WorkTree, request::today());
    // A model that does not exist is a mistake already.
    request.models.extend(args.model.clone());
    let stage = match stage(&repo, &request, &mut sources) {
        Ok(stage) => stage,
        Err(problems) => return Ok(refused(&problems, &sources, terminal)),
    };
    known_rule(&stage, &args.rule)?;
    let until = until(&args.exception)?;
    let same = |w: &&crate::policy::Waiver| {
        w.rule.value == args.rule && w.model.as_ref().map(|m| &m.value) == args.model.as_ref()
    };
    if let Some(known) = stage.set.config.waivers.iter().find(same) {
        let message = format!("`{}` has a waiver already", args.rule);
        return Err(Box::new(
            Diagnostic::new(Level::Error, "waived-already", message)
                .help(format!("change its `expires` in {FILE}; it says {} now", known.expires.value)),
        ));
    }
    let waived = [(args.rule.clone(), args.model.clone())];
    write(&repo, &top, &waived, &args.exception, until)?;
    let whom = args.model.as_ref().map_or("every model".to_string(), |model| format!("model {model}"));
    Ok(Output::done(format!(
        "wrote a waiver of {} for {whom}, until {until}, into {FILE}\n\n{REVIEW}",
        args.rule
    )))
}

/// What is said below everything that was written.
const REVIEW: &str = "It counts once it is on the production branch: commit it and have it reviewed.\n";

pub(super) fn all(args: &Baseline, terminal: &Terminal) -> Result {
    let (repo, top) = work_tree(&args.exception.path)?;
    let until = until(&args.exception)?;
    let judged = gate::judge(&repo, &Request::new(Target::WorkTree, request::today()));
    if !judged.verdict.undecided.is_empty() {
        return Ok(refused(&judged.verdict.undecided, &judged.sources, terminal));
    }
    let failing: BTreeSet<Waived> = judged
        .verdict
        .findings
        .iter()
        .filter(|finding| finding.blocks())
        .map(|finding| (finding.rule.clone(), finding.model.clone()))
        .collect();
    if failing.is_empty() {
        return Ok(Output::done("nothing blocks today: there is nothing to waive\n".to_string()));
    }
    let failing: Vec<Waived> = failing.into_iter().collect();
    write(&repo, &top, &failing, &args.exception, until)?;
    let mut said = format!("wrote {} waivers, until {until}, into {FILE}\n\n", failing.len());
    for (rule, model) in &failing {
        let _ = writeln!(said, "  {}  {rule}", model.as_deref().unwrap_or("the repository"));
    }
    let _ = write!(said, "\nFrom now on only new gaps block. {REVIEW}");
    Ok(Output::done(said))
}

fn work_tree(path: &Path) -> std::result::Result<(Repo, PathBuf), Refusal> {
    let repo = request::repository(path)?;
    let top = repo.workdir().map(Path::to_path_buf);
    top.map(|top| (repo, top)).ok_or_else(|| {
        Box::new(
            Diagnostic::new(Level::Error, "bare", "a bare repository has no files to write")
                .help("run this in a clone with a work tree"),
        )
    })
}

fn known_rule(stage: &Stage<'_>, rule: &str) -> std::result::Result<(), Refusal> {
    let ids = || stage.set.rules.iter().map(|r| r.id.value.as_str());
    if ids().any(|id| id == rule) {
        return Ok(());
    }
    let help = match closest(rule, ids()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => "`roadworthy rules` lists all rules; a rule of a pack needs the pack in `packs`".to_string(),
    };
    let message = format!("there is no rule named `{rule}` in this repository's policy");
    Err(Box::new(Diagnostic::new(Level::Error, "unknown-rule", message).help(help)))
}

fn until(exception: &Exception) -> std::result::Result<NaiveDate, Refusal> {
    let date = request::date(Some(&exception.until))?;
    if date >= request::today() {
        return Ok(date);
    }
    let message = format!("{date} has passed: the waiver would waive nothing");
    Err(Box::new(Diagnostic::new(Level::Error, "bad-date", message).help("name a day that is still to come")))
}

/// Who signs it off: the one named, or whoever commits here.
fn approver(repo: &Repo, exception: &Exception) -> std::result::Result<String, Refusal> {
    if let Some(named) = &exception.approved_by {
        return Ok(named.clone());
    }
    let setting = |key| repo.setting(key).map_err(|error| request::refused(&error));
    match (setting("user.name")?, setting("user.email")?) {
        (Some(name), Some(email)) => Ok(format!("{name} <{email}>")),
        _ => Err(Box::new(
            Diagnostic::new(Level::Error, "no-approver", "nobody is named who signs the waiver off")
                .help("add `--approved-by 'First Last <address>'`"),
        )),
    }
}

fn write(
    repo: &Repo,
    top: &Path,
    waived: &[Waived],
    exception: &Exception,
    until: NaiveDate,
) -> std::result::Result<(), Refusal> {
    let place = top.join(FILE);
    let failed = |why: &str| {
        Box::new(Diagnostic::new(Level::Error, "not-written", format!("{FILE} could not be written: {why}")))
    };
    let before = match std::fs::symlink_metadata(&place) {
        Ok(meta) if meta.is_file() => {
            std::fs::read_to_string(&place).map_err(|error| failed(&error.to_string()))?
        }
        Ok(_) => return Err(failed("it is no ordinary file")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(&error.to_string())),
    };
    let approver = approver(repo, exception)?;
    let mut text = before;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for waiver in waived {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = write!(text, "{gap}{}", table(waiver, &exception.reason, &approver, until));
    }
    valid(&text)?;
    let mut draft = super::init::drafts().tempfile_in(top).map_err(|error| failed(&error.to_string()))?;
    draft.write_all(text.as_bytes()).map_err(|error| failed(&error.to_string()))?;
    draft.persist(&place).map(drop).map_err(|error| failed(&error.error.to_string()))
}

fn table((rule, model): &Waived, reason: &str, approver: &str, until: NaiveDate) -> String {
    let text = |text: &str| toml::Value::String(text.to_string()).to_string();
    let mut out = format!("[[waiver]]\nrule = {}\n", text(rule));
    if let Some(model) = model {
        let _ = writeln!(out, "model = {}", text(model));
    }
    let _ = writeln!(out, "reason = {}\napproved_by = {}\nexpires = {until}", text(reason), text(approver));
    out
}

/// Nothing is written that the gate would not read: a reason that is none, an approver who is no person.
fn valid(text: &str) -> std::result::Result<(), Refusal> {
    let (mut sources, mut mistakes) = (Sources::new(), Mistakes::default());
    let words = policy::words(&[], &mut mistakes);
    let path = RepoPath::from_git(FILE.as_bytes());
    let source = sources.add(Origin::Repository(path), text);
    load_config(&sources, source, &words, &mut mistakes);
    match mistakes.into_vec().into_iter().next() {
        None => Ok(()),
        Some(mistake) => {
            let label = mistake.primary.map(|note| note.text).filter(|text| !text.is_empty());
            let plain = Diagnostic::new(Level::Error, mistake.code, mistake.message);
            Err(Box::new(label.into_iter().chain(mistake.help).fold(plain, Diagnostic::help)))
        }
    }
}
