//! Hands one run of the program out: a format on standard output, others in files.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{Output, init, refused};
use crate::cli::Reports;
use crate::diag::{Diagnostic, Level, Sources};
use crate::exit::ExitStatus;
use crate::report::{Format, Human, Run, Style, Verbosity, render};
use crate::request::Terminal;

/// The width of a report for people in a file.
const FILE_WIDTH: usize = 100;

/// True when something else is asked for than text for people on standard output.
pub(super) fn documents(reports: &Reports) -> bool {
    reports.format != Format::Human || !reports.files.is_empty()
}

/// A run, and how it is drawn for people.
pub(super) struct Delivery<'a> {
    pub(super) reports: &'a Reports,
    pub(super) run: &'a Run<'a>,
    pub(super) style: Style,
    pub(super) human: &'a dyn Fn(Style) -> String,
}

impl Delivery<'_> {
    fn drawn(&self, format: Format, style: Style) -> String {
        match format {
            Format::Human => (self.human)(style),
            other => render(other, self.run, &Human { style, verbosity: Verbosity::Normal }),
        }
    }

    /// The format of standard output.
    pub(super) fn printed(&self) -> String {
        self.drawn(self.reports.format, self.style)
    }

    /// Writes the other reports. One that cannot be written is a mistake on standard error, and the exit code
    /// 2: whoever reads the file would take it for another run's.
    pub(super) fn files(&self, output: &mut Output) {
        let mut written: BTreeSet<PathBuf> = BTreeSet::new();
        for report in &self.reports.files {
            if report.path == Path::new("-") {
                output.stdout.push_str(&self.drawn(report.format, self.style));
                continue;
            }
            let plain = Style { color: false, width: FILE_WIDTH, unicode: true };
            let result = if written.insert(report.path.clone()) {
                write(&report.path, &self.drawn(report.format, plain))
            } else {
                Err("two reports have the same file".to_string())
            };
            if let Err(why) = result {
                let path = report.path.display();
                let mistake = Diagnostic::new(
                    Level::Error,
                    "not-written",
                    format!("the report {path} could not be written: {why}"),
                );
                let said = refused(&[mistake], &Sources::new(), &Terminal { style: self.style });
                output.stderr.push_str(&said.stderr);
                output.status = ExitStatus::CannotJudge;
            }
        }
    }
}

/// Written beside and moved into place, so that nobody reads half a report. What is no ordinary file, such as
/// a pipe, is written to as it is. A link may have come with the judged repository: it is replaced, and no
/// folder behind one is written into.
fn write(path: &Path, text: &str) -> std::result::Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let before = std::fs::metadata(path).ok();
    if before.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return Err("it is a folder".to_string());
    }
    if let Some(link) = linked_folder(path) {
        return Err(format!("{} is a link, and links are not followed", link.display()));
    }
    if before.as_ref().is_some_and(|meta| !meta.is_file()) {
        let mut file = std::fs::OpenOptions::new().append(true).open(path).map_err(said)?;
        return file.write_all(text.as_bytes()).map_err(said);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut draft = init::drafts().tempfile_in(folder).map_err(said)?;
    draft.write_all(text.as_bytes()).map_err(said)?;
    if let Some(before) = before.filter(|_| !path.is_symlink()) {
        draft.as_file().set_permissions(before.permissions()).map_err(said)?;
    }
    draft.persist(path).map(drop).map_err(|error| said(error.error))
}

/// The first folder on the way from the current one to the file that is a link.
fn linked_folder(path: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().ok();
    let below = here.as_ref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    let above = below.parent().filter(|_| below.is_relative())?;
    let mut folders: Vec<&Path> = above.ancestors().filter(|folder| !folder.as_os_str().is_empty()).collect();
    folders.reverse();
    folders.into_iter().find(|folder| folder.is_symlink()).map(Path::to_path_buf)
}
