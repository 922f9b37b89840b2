//! Repositories with roadworthy's hooks in them, and `git` commands that hooks may refuse.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use roadworthy::fixture;

use crate::common::{Output, Scratch, git, recipe, roadworthy};
use crate::trial::{flat, says, tame};

/// A commit that does not exist anywhere.
pub(crate) const NOWHERE: &str = "1234567890123456789012345678901234567890";
/// The name of no object.
pub(crate) const ZERO: &str = "0000000000000000000000000000000000000000";

/// A repository in which all is well, now and later.
pub(crate) fn ready() -> Scratch {
    recipe("core/ready.toml")
}

/// The same with the hooks of a clone.
pub(crate) fn guarded() -> Scratch {
    let scratch = ready();
    roadworthy(&scratch.path(), &["hook", "install"]).expect_success();
    scratch
}

/// A bare clone beside the repository, which its `origin` names.
pub(crate) fn server(scratch: &Scratch) -> PathBuf {
    let folder = beside(scratch, "server.git");
    bare(&scratch.path(), &folder);
    git(&scratch.path(), &["remote", "add", "origin", &format!("file://{}", folder.display())]);
    git(&scratch.path(), &["fetch", "--quiet", "origin"]);
    folder
}

/// The same with `pre-receive`.
pub(crate) fn guarded_server(scratch: &Scratch) -> PathBuf {
    let folder = server(scratch);
    roadworthy(&folder, &["hook", "install"]).expect_success();
    folder
}

/// Clones `from` into the bare repository `into`.
pub(crate) fn bare(from: &Path, into: &Path) {
    let into = into.to_str().unwrap();
    git(from, &["clone", "--quiet", "--bare", "--template=", ".", into]);
    git(Path::new(into), &["remote", "remove", "origin"]);
}

/// A path in the temporary folder, outside of the repository.
pub(crate) fn beside(scratch: &Scratch, name: &str) -> PathBuf {
    scratch.path().parent().unwrap().join(name)
}

/// `git` that may fail: what it said.
pub(crate) fn attempt(folder: &Path, arguments: &[&str]) -> Output {
    attempt_with(folder, arguments, b"", &[])
}

/// The same with standard input, and with variables.
pub(crate) fn attempt_with(
    folder: &Path,
    arguments: &[&str],
    input: &[u8],
    variables: &[(&str, &str)],
) -> Output {
    let mut command = scrubbed("git", folder);
    command.args(arguments).envs(variables.iter().copied());
    fed(command, input)
}

/// roadworthy as a hook, with standard input and variables.
pub(crate) fn hook(folder: &Path, arguments: &[&str], input: &[u8], variables: &[(&str, &str)]) -> Output {
    let mut command = scrubbed(env!("CARGO_BIN_EXE_roadworthy"), folder);
    command.env("NO_COLOR", "1").arg("hook").args(arguments).envs(variables.iter().copied());
    let output = fed(command, input);
    tame(&output);
    output
}

/// A program in the environment of [`git`].
pub(crate) fn scrubbed(program: &str, folder: &Path) -> Command {
    let top = folder.ancestors().find(|above| above.ends_with("repository")).unwrap_or(folder);
    let home = top.parent().unwrap().join("home");
    std::fs::create_dir_all(&home).unwrap();
    fixture::scrubbed(program, folder, &home)
}

/// Runs a command on standard input. A reader that goes away early is no mistake.
pub(crate) fn fed(mut command: Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut pipe, input) = (child.stdin.take().unwrap(), input.to_vec());
    let writer = std::thread::spawn(move || drop(pipe.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Output {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code(),
    }
}

/// Asserts that roadworthy refused, for a reason.
#[track_caller]
pub(crate) fn refused(output: &Output, sentence: &str) {
    assert_ne!(output.code, Some(0), "{}\n{}", output.stdout, output.stderr);
    let said = flat(output).replace("remote: ", "");
    assert!(said.contains(sentence), "no `{sentence}` in:\n{}\n{}", output.stdout, output.stderr);
}

/// Asserts that it went through.
#[track_caller]
pub(crate) fn passed(output: &Output) {
    says(output, 0, "");
}

/// What a branch names.
pub(crate) fn tip(folder: &Path, name: &str) -> String {
    git(folder, &["rev-parse", name]).trim().to_owned()
}

/// Makes a file executable.
pub(crate) fn script(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}
