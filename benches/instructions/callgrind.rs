//! Counting, by valgrind's tool callgrind.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use roadworthy::fixture;

use crate::tasks::Task;

/// Keeps this process, and all that it starts, to one processor: with more, the program shares its work out,
/// and how that goes is another story each time.
#[cfg(target_os = "linux")]
pub(crate) fn settle() -> Result<(), String> {
    use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
    use nix::unistd::Pid;
    let own = Pid::from_raw(0);
    let allowed = sched_getaffinity(own).map_err(|e| e.to_string())?;
    let first = (0..CpuSet::count()).find(|&nth| allowed.is_set(nth) == Ok(true));
    let mut one = CpuSet::new();
    one.set(first.ok_or("there is no processor to run on")?).map_err(|e| e.to_string())?;
    sched_setaffinity(own, &one).map_err(|e| e.to_string())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn settle() -> Result<(), String> {
    Err("instructions are counted on Linux, where valgrind is at home".to_string())
}

/// The instructions that a task needs.
pub(crate) fn count(task: &Task<'_>, root: &Path) -> Result<u64, String> {
    let log = root.join("callgrind.log");
    let home = root.join("home");
    if task.again {
        let mut first = fixture::scrubbed(task.program, &task.folder, &home);
        first.args(&task.arguments).envs(task.variables.iter().copied());
        first.output().map_err(|e| format!("{first:?}: {e}"))?;
    }
    let mut command = fixture::scrubbed("valgrind", &task.folder, &home);
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(format!("--log-file={}", log.display()));
    command.arg(task.program).args(&task.arguments).envs(task.variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| missing(&e))?;
    let mut input = child.stdin.take().ok_or("standard input is not there")?;
    let written = input.write_all(task.input.as_bytes());
    drop(input);
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    if output.status.code() != Some(task.ends_with) {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} ended with {}: {said}", task.name, output.status));
    }
    written.map_err(|e| format!("{}: {e}", task.name))?;
    let text = std::fs::read_to_string(&log).map_err(|e| format!("{}: {e}", log.display()))?;
    let count = text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    count.ok_or_else(|| format!("callgrind counted nothing:\n{text}"))
}

fn missing(error: &std::io::Error) -> String {
    format!("valgrind does not start: {error}; install it (Debian, Ubuntu: `apt-get install valgrind`)")
}

/// Which valgrind it is.
pub(crate) fn version() -> Result<String, String> {
    let output = Command::new("valgrind").arg("--version").output().map_err(|e| missing(&e))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().trim_start_matches("valgrind-").to_string())
}
