//! A repository names many programs: hooks, filters, drivers, monitors, pagers. None of them is run when it is
//! judged, whichever tree is asked about.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;

use crate::common::{Scratch, git, recipe};
use crate::trial::{DAY, trial};

/// Settings that name a program.
const PROGRAMS: [&str; 13] = [
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "core.gitProxy",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "diff.external",
    "diff.evil.textconv",
    "merge.evil.driver",
    "credential.helper",
    "uploadpack.packObjectsHook",
];

const HOOKS: [&str; 6] = [
    "pre-commit",
    "post-index-change",
    "post-checkout",
    "reference-transaction",
    "pre-receive",
    "fsmonitor-watchman",
];

/// A repository in order that names `evil` wherever a program can be named, and a change in it.
fn armed() -> Scratch {
    let scratch = recipe("core/ready.toml");
    let folder = scratch.path();
    git(&folder, &["checkout", "--quiet", "-b", "feature"]);
    scratch.write(".gitattributes", "* filter=evil diff=evil merge=evil\n");
    scratch.write("notes.md", "# Notes\n");
    scratch.commit("2026-10-28T09:00:00Z", "Notes");
    let evil = folder.parent().unwrap().join("evil");
    let mark = folder.parent().unwrap().join("it-ran");
    let script = format!("#!/bin/sh\necho \"$0 $*\" >>'{}'\ncat\n", mark.display());
    let executable = |path: &std::path::Path| {
        std::fs::write(path, &script).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    executable(&evil);
    std::fs::create_dir_all(folder.join(".git/hooks")).unwrap();
    for hook in HOOKS {
        executable(&folder.join(".git/hooks").join(hook));
    }
    for name in PROGRAMS {
        git(&folder, &["config", name, evil.to_str().unwrap()]);
    }
    // Git itself is only asked from here on, by the program that is tried.
    let _ = std::fs::remove_file(mark);
    scratch
}

#[test]
fn nothing_that_a_repository_names_is_run() {
    for kind in ["plain", "split"] {
        let scratch = armed();
        let folder = scratch.path();
        let mark = folder.parent().unwrap().join("it-ran");
        if kind == "split" {
            git(
                &folder,
                &[
                    "-c",
                    "core.fsmonitor=false",
                    "-c",
                    "core.hooksPath=/dev/null",
                    "update-index",
                    "--split-index",
                ],
            );
            let _ = std::fs::remove_file(&mark);
            let shared = std::fs::read_dir(folder.join(".git")).unwrap().filter_map(Result::ok);
            let is_shared = |name: std::ffi::OsString| name.to_string_lossy().starts_with("sharedindex.");
            assert!(shared.map(|entry| entry.file_name()).any(is_shared), "the index is split");
        }
        for arguments in [
            &["check"][..],
            &["check", "--staged"],
            &["check", "--rev", "HEAD"],
            &["check", "--into", "production"],
            &["status"],
            &["facts"],
            &["policy", "check"],
        ] {
            let mut words = arguments.to_vec();
            if matches!(arguments[0], "check" | "status") {
                words.extend(["--as-of", DAY]);
            }
            let output = trial(&folder, &words);
            assert_eq!(output.code, Some(0), "{kind} {arguments:?}\n{}\n{}", output.stdout, output.stderr);
            let ran = std::fs::read_to_string(&mark).unwrap_or_default();
            assert!(ran.is_empty(), "{kind} {arguments:?} ran {ran}");
        }
        // The trap is one: Git falls into it.
        scratch.write("notes.md", "# Notes of today\n");
        git(&folder, &["add", "--all"]);
        assert!(mark.exists(), "{kind}: nothing was armed");
    }
}
