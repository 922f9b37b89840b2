//! The program: arguments in, text and an exit code out.

use std::process::ExitCode;

use clap::Parser as _;
use roadworthy::cli::Cli;
use roadworthy::commands::{self, Output};
use roadworthy::request::Terminal;

/// Memory is asked for and given back very often, in small pieces: the system's own way to do that took a
/// tenth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Not for the version, and what else is no work.
    if std::env::args_os().nth(1).is_some_and(|first| !first.as_encoded_bytes().starts_with(b"-")) {
        roadworthy::get_ready();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version are no mistakes; wrong arguments cannot be judged, and 2 says so too.
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return error.print().map_or(ExitCode::from(2), |()| ExitCode::from(code));
        }
    };
    let terminal = Terminal::of_process(cli.color);
    let Output { stdout, stderr, status } = commands::run(&cli, &terminal);
    // A reader that went away (`| head`) changes nothing about the verdict; one that cannot be
    // written to for another reason must not look like a pass.
    let wrote = write(std::io::stdout(), &stdout).and_then(|()| write(std::io::stderr(), &stderr));
    match wrote {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::from(2),
        _ => ExitCode::from(status.code()),
    }
}

fn write(mut to: impl std::io::Write, text: &str) -> std::io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}
