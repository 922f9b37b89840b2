//! Writes the documents that the tests of formats read into a folder, hostile ones among them, for the programs
//! that `tests/clients/formats.sh` tries: `NAME.FORMAT` for every verdict and format.
//!
//! ```console
//! $ cargo run --example documents -- FOLDER
//! ```

#[path = "../tests/suite/report_support/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod report_support;

use std::path::PathBuf;
use std::process::ExitCode;

use roadworthy::report::Format;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return ExitCode::from(2);
    };
    for format in Format::ALL {
        for (name, text) in report_support::corpus::documents(format) {
            if std::fs::write(folder.join(format!("{name}.{}", format.name())), text).is_err() {
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}
