//! `roadworthy demo`: the essay's pilot, judged and repaired. Built from the same recipes as the
//! tests.

use std::fmt::Write as _;
use std::path::Path;

use super::{Output, Result, refused};
use crate::diag::{Diagnostic, Level, Sources, escape};
use crate::exit::ExitStatus;
use crate::fixture::{self, load_embedded, resolve};
use crate::gate::{self, Request};
use crate::git::Target;
use crate::report::{Human, Verbosity, human};
use crate::request::{self, Refusal, Terminal};
use crate::verdict::Status;

const PILOT: &str = "demo/pilot.toml";
const REPAIRED: &str = "demo/repaired.toml";

pub(super) fn run(into: Option<&Path>, terminal: &Terminal) -> Result {
    let folder = match into {
        Some(folder) => folder.to_path_buf(),
        None => {
            let made = tempfile::Builder::new().prefix("roadworthy-demo-").tempdir();
            made.map_err(|error| failed(&error.to_string()))?.keep()
        }
    };
    let (before, blocked) = match one(PILOT, &folder.join("pilot"), terminal)? {
        Ok(found) => found,
        Err(output) => return Ok(output),
    };
    let (after, passed) = match one(REPAIRED, &folder.join("repaired"), terminal)? {
        Ok(found) => found,
        Err(output) => return Ok(output),
    };
    let show = |path: &str| escape::line(&folder.join(path).to_string_lossy()).into_owned();
    let mut out =
        String::from("A telco's churn model worked flawlessly in the pilot. May it go to production?\n\n");
    let command = format!("$ roadworthy check --rev {}", fixture::BRANCH);
    let _ = write!(out, "{command}\n\n{before}\n");
    let _ = write!(out, "The team writes down what is missing, and asks again.\n\n{command}\n\n{after}\n");
    let _ = writeln!(
        out,
        "Both repositories are real; look at them:\n  before  {}\n  after   {}",
        show("pilot"),
        show("repaired")
    );
    let as_told = blocked == Status::Blocked && passed == Status::Pass;
    Ok(Output::said(out, if as_told { ExitStatus::Success } else { ExitStatus::CannotJudge }))
}

type Shown = std::result::Result<(String, Status), Output>;

fn one(recipe: &str, folder: &Path, terminal: &Terminal) -> std::result::Result<Shown, Refusal> {
    let mut sources = Sources::new();
    let scenario = match resolve(&mut sources, &load_embedded, recipe) {
        Ok(scenario) => scenario,
        Err(mistakes) => return Ok(Err(refused(&mistakes, &sources, terminal))),
    };
    let built = fixture::build(&scenario, folder).map_err(|error| failed(&error.to_string()))?;
    let repo = request::repository(&built.path)?;
    let tip = repo.resolve_commit(fixture::BRANCH).map_err(|error| request::refused(&error))?;
    let judged = gate::judge(&repo, &Request::new(Target::Commit(tip), scenario.as_of));
    let text = human(
        &judged.verdict,
        &judged.sources,
        &Human { style: terminal.style, verbosity: Verbosity::Normal },
    );
    Ok(Ok((text, judged.verdict.status())))
}

fn failed(why: &str) -> Refusal {
    Box::new(Diagnostic::new(Level::Error, "demo", format!("the demonstration could not be built: {why}")))
}
