//! Typed arguments → a valid request.

mod change;

use std::io::IsTerminal as _;
use std::path::Path;

use chrono::NaiveDate;

use crate::cli::{Color, Tree};
use crate::diag::{Diagnostic, Level};
use crate::gate::Request;
use crate::git::{Cache, Error, Repo, Target};
use crate::report::Style;

pub use change::{of_check, of_scenario, policy_file, policy_files};

/// The width of a report that goes to a file or a pipe.
const FILE_WIDTH: usize = 100;

/// What is known of the place that the output goes to.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Colours, columns, characters.
    pub style: Style,
}

impl Terminal {
    /// As this process finds it.
    pub fn of_process(color: Color) -> Terminal {
        let terminal = std::io::stdout().is_terminal();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !set("NO_COLOR") && !dumb,
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
        let measured =
            terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| usize::from(width.0));
        let width = measured.or(columns).unwrap_or(FILE_WIDTH).clamp(40, 200);
        Terminal { style: Style { color, width, unicode: !terminal || !dumb && utf8() } }
    }
}

/// Whether the locale says that the terminal shows UTF-8. Only an explicit other locale says no.
fn utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8")
            || locale.contains("utf8")
            || !(locale == "c" || locale == "posix" || locale.contains('.'))
    })
}

/// A mistake in the arguments, or a failure of Git, to be shown.
pub type Refusal = Box<Diagnostic>;

/// A failure of Git, refused.
pub fn refused(error: &Error) -> Refusal {
    Box::new(error.diagnostic())
}

/// Finds the repository.
///
/// # Errors
/// When there is none, or it cannot be opened, with what to do.
pub fn repository(path: &Path) -> Result<Repo, Refusal> {
    // Git looks in the folders above too: a mistyped path would be answered for another folder.
    if !path.exists() {
        let message = format!("there is no file or folder `{}`", path.display());
        return Err(Box::new(
            Diagnostic::new(Level::Error, "no-such-path", message).help("correct the path"),
        ));
    }
    Repo::discover(path).map_err(|error| refused(&error))
}

/// Says what may be done with the answers of earlier runs: `usual`, unless the setting `roadworthy.cache` or
/// `--no-cache` says otherwise.
pub fn use_cache(repo: &Repo, usual: Cache, no_cache: bool) {
    let wanted = !no_cache && repo.own_switch("roadworthy.cache", usual != Cache::Off);
    repo.use_cache(match (wanted, usual) {
        (false, _) => Cache::Off,
        (true, Cache::Read) => Cache::Read,
        (true, Cache::Off | Cache::ReadAndWrite) => Cache::ReadAndWrite,
    });
}

/// What `check` and `facts` are asked to judge.
///
/// # Errors
/// A revision that names no commit, a date that is none.
pub fn request(repo: &Repo, tree: &Tree, as_of: Option<&str>) -> Result<Request, Refusal> {
    let target = match (&tree.rev, tree.staged) {
        (Some(rev), _) => Target::Commit(repo.resolve_commit(rev).map_err(|error| refused(&error))?),
        (None, true) => Target::Index,
        (None, false) => Target::WorkTree,
    };
    let mut request = Request::new(target, date(as_of)?);
    request.models.clone_from(&tree.model);
    Ok(request)
}

/// A date as typed, or today in UTC.
///
/// # Errors
/// A text that is no date.
pub fn date(text: Option<&str>) -> Result<NaiveDate, Refusal> {
    let Some(text) = text else { return Ok(today()) };
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10).ok_or_else(|| {
        let message = format!("`{text}` is not a date");
        Box::new(Diagnostic::new(Level::Error, "bad-date", message).help("write it as 2026-12-31"))
    })
}

/// Today in UTC.
pub fn today() -> NaiveDate {
    let seconds =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    chrono::DateTime::from_timestamp(seconds, 0).map_or(NaiveDate::MIN, |now| now.date_naive())
}
