//! `hook install` and `hook uninstall`: where hooks are written, and what is left alone.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{Output, Scratch, git, roadworthy};
use crate::hooked::{attempt, bare, beside, fed, passed, ready, refused, script, scrubbed, server};
use crate::trial::{cannot_judge, files, flat, says, tame};

const CLONE: [&str; 3] = ["pre-commit", "pre-merge-commit", "pre-push"];

fn install(folder: &Path, arguments: &[&str]) -> Output {
    let output = roadworthy(folder, &[&["hook", "install"], arguments].concat());
    tame(&output);
    output
}

fn uninstall(folder: &Path, arguments: &[&str]) -> Output {
    let output = roadworthy(folder, &[&["hook", "uninstall"], arguments].concat());
    tame(&output);
    output
}

/// The names in a folder of hooks, sorted.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Asserts that a refusal changed nothing at all.
#[track_caller]
fn untouched(scratch: &Scratch, arguments: &[&str], sentence: &str) -> Output {
    let top = scratch.path().parent().unwrap().to_path_buf();
    fs::create_dir_all(top.join("home")).unwrap();
    let before = files(&top);
    let output = install(&scratch.path(), arguments);
    cannot_judge(&output, sentence);
    assert!(before == files(&top), "something was written");
    output
}

#[test]
fn default_hooks_of_a_clone_and_of_a_server() {
    let scratch = ready();
    let hooks = scratch.path().join(".git/hooks");
    let first = install(&scratch.path(), &[]);
    says(&first, 0, "wrote .git/hooks/pre-commit");
    says(&first, 0, "`roadworthy hook uninstall` removes them");
    says(&first, 0, "`--no-verify` passes them by");
    assert_eq!(names(&hooks), CLONE);
    for name in CLONE {
        let mode = fs::metadata(hooks.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{name}: {mode:o}");
    }
    let before = files(&hooks);
    says(&install(&scratch.path(), &[]), 0, "kept .git/hooks/pre-push: it is there already");
    assert!(before == files(&hooks));
    let server = server(&scratch);
    let said = install(&server, &[]);
    assert_eq!(names(&server.join("hooks")), ["pre-receive"]);
    assert!(!said.stdout.contains("--no-verify"), "{}", said.stdout);
    cannot_judge(&install(&server, &["--type", "pre-push"]), "a bare repository never runs a pre-push hook");
}

#[test]
fn types_are_chosen() {
    let scratch = ready();
    let hooks = scratch.path().join(".git/hooks");
    passed(&install(&scratch.path().join("docs"), &["--type", "commit-msg", "--type", "update"]));
    assert_eq!(names(&hooks), ["commit-msg", "update"]);
    says(&install(&scratch.path(), &["--type", "post-commit"]), 2, "invalid value 'post-commit'");
    says(&uninstall(&scratch.path(), &["--type", "update"]), 0, "removed .git/hooks/update");
    assert_eq!(names(&hooks), ["commit-msg"]);
    passed(&uninstall(&scratch.path(), &[]));
    assert_eq!(names(&hooks), [""; 0]);
    says(&uninstall(&scratch.path(), &[]), 0, "nothing to remove");
}

#[test]
fn an_older_hook_of_ours_is_renewed() {
    let scratch = ready();
    let hook = scratch.path().join(".git/hooks/pre-commit");
    script(&hook, "#!/bin/sh\n# roadworthy-hook: pre-commit\nexit 0\n");
    says(&install(&scratch.path(), &[]), 0, "wrote .git/hooks/pre-commit");
    assert!(fs::read_to_string(&hook).unwrap().contains("exec"));
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    says(&install(&scratch.path(), &[]), 0, "wrote .git/hooks/pre-commit");
    assert_eq!(fs::metadata(&hook).unwrap().permissions().mode() & 0o111, 0o111);
}

#[test]
fn hooks_path_is_honoured_in_every_form() {
    let scratch = ready();
    let folder = scratch.path();
    let set = |value: &str| git(&folder, &["config", "core.hooksPath", value]);
    set("tools/hooks");
    says(&install(&folder.join("docs"), &[]), 0, "commit the hooks");
    assert_eq!(names(&folder.join("tools/hooks")), CLONE);
    assert!(!fs::read_to_string(folder.join("tools/hooks/pre-commit")).unwrap().contains("program=/"));
    passed(&uninstall(&folder, &[]));
    set(folder.join(".git/more").to_str().unwrap());
    passed(&install(&folder, &[]));
    assert_eq!(names(&folder.join(".git/more")), CLONE);
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    refused(&attempt(&folder, &["commit", "-m", "Nobody owns it"]), "block[owner-missing]");
    set("~/of-mine");
    untouched(&scratch, &[], "lies outside of this repository");
    passed(&install(&folder, &["--force"]));
    assert_eq!(names(&beside(&scratch, "home/of-mine")), CLONE);
    refused(&attempt(&folder, &["commit", "-m", "Nobody owns it"]), "block[owner-missing]");
    passed(&uninstall(&folder, &[]));
    assert_eq!(names(&beside(&scratch, "home/of-mine")), [""; 0]);
    set("/dev/null");
    untouched(&scratch, &["--force"], "hooks are switched off: core.hooksPath is `/dev/null`");
}

#[test]
fn a_relative_hooks_path_starts_at_the_top_of_each_work_tree() {
    let scratch = ready();
    let linked = beside(&scratch, "linked");
    git(&scratch.path(), &["worktree", "add", "--quiet", "-b", "side", linked.to_str().unwrap()]);
    passed(&install(&linked, &[]));
    assert_eq!(names(&scratch.path().join(".git/hooks")), CLONE);
    git(&scratch.path(), &["config", "core.hooksPath", "hooks"]);
    passed(&install(&linked, &[]));
    assert_eq!(names(&linked.join("hooks")), CLONE);
    assert!(!scratch.path().join("hooks").exists());
    let server = beside(&scratch, "server.git");
    bare(&scratch.path(), &server);
    git(&server, &["config", "core.hooksPath", "gate"]);
    passed(&install(&server, &[]));
    assert_eq!(names(&server.join("gate")), ["pre-receive"]);
    git(&linked, &["rm", "--quiet", "OWNER.toml"]);
    git(&linked, &["commit", "--quiet", "--no-verify", "-m", "Nobody owns it"]);
    let push =
        attempt(&linked, &["push", "--no-verify", server.to_str().unwrap(), "HEAD:refs/heads/release/x"]);
    refused(&push, "block[owner-missing]");
}

#[test]
fn settings_of_one_work_tree_and_of_an_included_file() {
    let scratch = ready();
    let folder = scratch.path();
    fs::write(folder.join(".git/more"), "[core]\n\thooksPath = .git/included\n").unwrap();
    git(&folder, &["config", "include.path", "more"]);
    passed(&install(&folder, &[]));
    assert_eq!(names(&folder.join(".git/included")), CLONE);
    git(&folder, &["config", "extensions.worktreeConfig", "true"]);
    git(&folder, &["config", "--worktree", "core.hooksPath", ".git/own"]);
    passed(&install(&folder, &[]));
    assert_eq!(names(&folder.join(".git/own")), CLONE);
}

#[test]
fn hooks_that_all_repositories_share_need_force() {
    let scratch = ready();
    let (settings, shared) = (beside(&scratch, "settings"), beside(&scratch, "shared"));
    fs::write(&settings, format!("[core]\n\thooksPath = {}\n", shared.display())).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = scrubbed(env!("CARGO_BIN_EXE_roadworthy"), &scratch.path());
        command.env("NO_COLOR", "1").env("GIT_CONFIG_GLOBAL", &settings).args(["hook", "install"]);
        command.args(arguments);
        fed(command, b"")
    };
    let refusal = run(&[]);
    cannot_judge(&refusal, "other repositories may run these hooks too");
    says(&refusal, 2, "git config core.hooksPath");
    assert!(!shared.exists() && names(&scratch.path().join(".git/hooks")).is_empty());
    says(&run(&["--force"]), 0, "other repositories may run these hooks too");
    assert_eq!(names(&shared), CLONE);
    // A relative folder is another one in each repository.
    fs::write(&settings, "[core]\n\thooksPath = .hooks\n").unwrap();
    says(&run(&[]), 0, "commit the hooks");
    // A setting of this one command is none of the repository's.
    let mut command = scrubbed(env!("CARGO_BIN_EXE_roadworthy"), &scratch.path());
    command.args(["hook", "install"]).env("GIT_CONFIG_COUNT", "1");
    command.env("GIT_CONFIG_KEY_0", "core.hooksPath").env("GIT_CONFIG_VALUE_0", "x");
    cannot_judge(&fed(command, b""), "set for this one command only");
}

#[test]
fn an_existing_hook_is_left_alone_and_the_advice_works() {
    let scratch = ready();
    let folder = scratch.path();
    let _server = server(&scratch);
    let (log, hook) = (beside(&scratch, "log"), folder.join(".git/hooks/pre-push"));
    let own = |line: &str| format!("#!/bin/sh\n{line}\ncat >>'{}'\n", log.display());
    script(&hook, &own(""));
    let refusal = untouched(&scratch, &[], ".git/hooks/pre-push exists and is not roadworthy's");
    says(&refusal, 2, "`roadworthy hook install --force --type pre-push`");
    // The lines that are printed, pasted in.
    let pasted = refusal.stderr.split_once("paste into .git/hooks/pre-push:").unwrap().1;
    let lines: Vec<&str> = pasted.lines().map(str::trim).skip_while(|line| line.is_empty()).collect();
    let end = lines.iter().rposition(|line| *line == "END").unwrap();
    script(&hook, &own(&lines[..=end].join("\n")));
    says(
        &install(&folder, &["--type", "pre-push"]),
        0,
        "kept .git/hooks/pre-push: it is your own, and calls roadworthy",
    );
    let path = std::env::join_paths(
        [Path::new(env!("CARGO_BIN_EXE_roadworthy")).parent().unwrap().to_path_buf()]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let push = |what: &str| {
        let mut command = scrubbed("git", &folder);
        command.env("PATH", path.as_ref().unwrap()).args(["push", "origin", what]);
        fed(command, b"")
    };
    passed(&push("HEAD:refs/heads/good"));
    passed(&push("HEAD:refs/heads/good"));
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    git(&folder, &["commit", "--quiet", "-m", "Nobody owns it"]);
    refused(&push("HEAD:refs/heads/release/bad"), "block[owner-missing]");
    let seen = fs::read_to_string(&log).unwrap();
    assert!(seen.contains("refs/heads/good") && !seen.contains("refs/heads/release/bad"), "{seen}");
}

#[test]
fn force_keeps_a_hook_and_uninstall_puts_it_back() {
    let scratch = ready();
    let folder = scratch.path();
    let hooks = folder.join(".git/hooks");
    let (log, before) = (beside(&scratch, "log"), "#!/bin/sh\necho ran >>LOG\n! grep -q STOP README.md\n");
    let own = before.replace("LOG", log.to_str().unwrap());
    script(&hooks.join("pre-commit"), &own);
    let arguments = ["--force", "--type", "pre-commit"];
    says(&install(&folder, &arguments), 0, "is now pre-commit.local and runs first");
    assert_eq!(names(&hooks), ["pre-commit", "pre-commit.local"]);
    says(&install(&folder, &arguments), 0, "kept .git/hooks/pre-commit");
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    refused(&attempt(&folder, &["commit", "-m", "x"]), "block[owner-missing]");
    assert_eq!(fs::read_to_string(&log).unwrap(), "ran\n");
    scratch.write("README.md", "STOP\n");
    let stopped = attempt(&folder, &["commit", "-am", "x"]);
    assert!(stopped.code != Some(0) && !flat(&stopped).contains("owner-missing"), "{stopped:?}");
    says(&uninstall(&folder, &[]), 0, "pre-commit.local is pre-commit again");
    assert_eq!(names(&hooks), ["pre-commit"]);
    assert_eq!(fs::read_to_string(hooks.join("pre-commit")).unwrap(), own);
    let other = uninstall(&folder, &["--type", "pre-commit"]);
    cannot_judge(&other, ".git/hooks/pre-commit is not roadworthy's: it is left alone");
    says(&uninstall(&folder, &[]), 0, "nothing to remove");
    script(&hooks.join("pre-commit.local"), "#!/bin/sh\n");
    untouched(&scratch, &arguments, "cannot be kept as pre-commit.local: there is such a file already");
}

#[test]
fn nothing_is_written_through_a_link() {
    let scratch = ready();
    let (hooks, target) = (scratch.path().join(".git/hooks"), beside(&scratch, "target"));
    fs::create_dir_all(&hooks).unwrap();
    script(&target, "#!/bin/sh\nexit 0\n");
    symlink(&target, hooks.join("pre-commit")).unwrap();
    symlink("nowhere", hooks.join("pre-push")).unwrap();
    untouched(&scratch, &["--type", "pre-commit"], "exists and is not roadworthy's");
    untouched(&scratch, &["--type", "pre-push"], "exists and is not roadworthy's");
    passed(&install(&scratch.path(), &["--force"]));
    assert_eq!(fs::read_to_string(&target).unwrap(), "#!/bin/sh\nexit 0\n");
    assert!(!hooks.join("nowhere").exists());
    passed(&attempt(&scratch.path(), &["commit", "--allow-empty", "-m", "x"]));
    passed(&uninstall(&scratch.path(), &[]));
    assert_eq!(fs::read_link(hooks.join("pre-commit")).unwrap(), target);

    // A folder of hooks that is a link itself leads to what others share.
    let shared = beside(&scratch, "shared");
    fs::create_dir(&shared).unwrap();
    fs::remove_dir_all(&hooks).unwrap();
    symlink(&shared, &hooks).unwrap();
    untouched(&scratch, &[], "lies outside of this repository");
    passed(&install(&scratch.path(), &["--force"]));
    assert_eq!(names(&shared), CLONE);
}

#[test]
fn a_folder_that_cannot_be_written_to() {
    let scratch = ready();
    let hooks = scratch.path().join(".git/hooks");
    fs::create_dir_all(hooks.join("pre-push")).unwrap();
    untouched(&scratch, &[], ".git/hooks/pre-push could not be written: a folder stands there");
    fs::remove_dir_all(&hooks).unwrap();
    fs::create_dir(&hooks).unwrap();
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(hooks.join("probe"), "").is_err() {
        untouched(&scratch, &[], "could not be written");
    } else if cfg!(target_os = "linux") {
        // Permissions do not hold for root; this folder's nature does.
        git(&scratch.path(), &["config", "core.hooksPath", "/proc/self"]);
        cannot_judge(&install(&scratch.path(), &["--force"]), "pre-commit could not be written");
    }
    fs::set_permissions(&hooks, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn hook_managers_keep_their_hooks() {
    for (text, name, advice) in [
        (
            "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n",
            "pre-commit",
            "entry: roadworthy hook pre-push",
        ),
        (
            "#!/bin/sh\n# File generated by prek: https://github.com/j178/prek\n",
            "prek",
            "`prek install --hook-type pre-push`",
        ),
        ("#!/bin/sh\ncall_lefthook run \"pre-push\" \"$@\"\n", "lefthook", "use_stdin: true"),
    ] {
        let scratch = ready();
        script(&scratch.path().join(".git/hooks/pre-push"), text);
        let sentence = format!(".git/hooks/pre-push belongs to {name}, which writes it anew");
        for arguments in [&[][..], &["--force"]] {
            says(&untouched(&scratch, arguments, &sentence), 2, advice);
        }
    }
    let scratch = ready();
    git(&scratch.path(), &["config", "core.hooksPath", ".husky/_"]);
    let refusal = untouched(&scratch, &["--force", "--type", "pre-commit"], "belongs to husky");
    says(&refusal, 2, "paste into .husky/pre-commit: roadworthy hook pre-commit \"$@\"");
}

#[test]
fn a_repository_that_cannot_be_judged_gets_no_hook() {
    let scratch = Scratch::new();
    git(&scratch.path(), &["init", "--quiet", "--template=", "--object-format=sha256"]);
    untouched(&scratch, &[], "names its objects by SHA-256, which is not supported yet");
    let nowhere = Scratch::new();
    untouched(&nowhere, &[], "is not inside a Git repository");
}

#[test]
fn scripts_are_plain_shell() {
    let scratch = ready();
    passed(&install(&scratch.path(), &["--type", "pre-push", "--type", "pre-commit"]));
    for name in ["pre-push", "pre-commit"] {
        let path = scratch.path().join(".git/hooks").join(name);
        for shell in ["sh", "dash", "bash"] {
            let check = Command::new(shell).arg("-n").arg(&path).stdout(Stdio::null()).status();
            assert!(check.map_or(shell != "sh", |status| status.success()), "{shell} {name}");
        }
    }
}
