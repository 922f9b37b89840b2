//! `--format` and `--report` of the program: the same exit code in every format, a document in every format when
//! nothing can be judged, and several reports of one run.

use crate::common::{Output, Scratch, git, recipe, roadworthy};
use roadworthy::report::Format;
use serde_json::Value;

/// A repository in which the owner is missing.
fn blocked() -> Scratch {
    let scratch = recipe("core/ready.toml");
    std::fs::remove_file(scratch.path().join("OWNER.toml")).unwrap();
    scratch.commit("2026-10-30T09:00:00Z", "Nobody owns it");
    scratch
}

fn check(scratch: &Scratch, arguments: &[&str]) -> Output {
    roadworthy(&scratch.path(), &[&["check", "--as-of", "2026-11-01"], arguments].concat())
}

/// Panics unless the text is what the format says, and says that something could not be judged.
#[track_caller]
fn assert_undecided(format: Format, text: &str, said: &str) {
    match format {
        Format::Human => assert_eq!(text, "", "people are told on standard error"),
        Format::Junit => {
            let document = roxmltree::Document::parse(text).unwrap();
            assert_eq!(document.root_element().attribute("errors"), Some("1"), "{text}");
        }
        Format::Github => assert!(text.starts_with("::error title=could not judge%3A "), "{text}"),
        Format::Markdown => assert!(text.starts_with("## ⚠️ Could not judge\n"), "{text}"),
        Format::Html => {
            assert!(text.starts_with("<!DOCTYPE html>") && text.contains("<h1>Could not judge</h1>"))
        }
        Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjson => {
            let value: Value = serde_json::from_str(text).unwrap();
            if format == Format::Sarif {
                assert_eq!(value["runs"][0]["invocations"][0]["executionSuccessful"], false);
                assert_eq!(value["runs"][0]["invocations"][0]["exitCode"], 2);
            }
        }
    }
    // On the page, what stands between backticks is an element.
    let (text, said) = match format {
        Format::Html => (text.replace("<code>", "").replace("</code>", ""), said.replace('`', "")),
        _ => (text.to_string(), said.to_string()),
    };
    assert!(format == Format::Human || text.contains(&said), "{format:?}\n{text}");
}

#[test]
fn the_exit_code_is_the_same_in_every_format() {
    let (ready, blocked) = (recipe("core/ready.toml"), blocked());
    let broken = recipe("core/ready.toml");
    broken.write("roadworthy.toml", "[production]\nbranchs = 1\n");
    for format in Format::ALL {
        for (scratch, code) in [(&ready, 0), (&blocked, 1), (&broken, 2)] {
            let output = check(scratch, &["--format", format.name()]);
            assert_eq!(output.code, Some(code), "{format:?}\n{}{}", output.stdout, output.stderr);
            assert!(!output.stdout.is_empty() && output.stderr.is_empty(), "{format:?}\n{}", output.stderr);
        }
    }
}

/// No repository, no such revision, no such date, nothing that says what a job is about.
#[test]
fn what_cannot_be_begun_is_a_document_too() {
    let (nothing, ready) = (Scratch::new(), recipe("core/ready.toml"));
    for format in Format::ALL {
        for (scratch, arguments, said) in [
            (&nothing, ["check", ".", "--all"].as_slice(), "is not inside a Git repository"),
            (&ready, &["check", "--rev", "no-such-branch"], "no-such-branch"),
            (&ready, &["check", "--as-of", "yesterday"], "is not a date"),
            (&nothing, &["ci"], "is not inside a Git repository"),
            (&ready, &["ci"], "this is no CI service that roadworthy knows"),
            (&ready, &["ci", "--base", "no-such-branch"], "no-such-branch"),
        ] {
            let output = roadworthy(&scratch.path(), &[arguments, &["--format", format.name()]].concat());
            let told = format!("{arguments:?} {format:?}\n{}\n{}", output.stdout, output.stderr);
            assert_eq!(output.code, Some(2), "{told}");
            // Lines are broken for people.
            let sentence = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(sentence.starts_with("error[") && sentence.contains(said), "{told}");
            assert_undecided(format, &output.stdout, said);
        }
    }
}

#[test]
fn one_run_writes_several_reports() {
    let scratch = blocked();
    let output = check(
        &scratch,
        &[
            "--report",
            "sarif=out.sarif",
            "--report",
            "junit=../junit.xml",
            "--report",
            "human=out.txt",
            "--report",
            "github=-",
        ],
    );
    assert_eq!((output.code, output.stderr.as_str()), (Some(1), ""));
    let (human, github) = output.stdout.split_at(output.stdout.find("\n::error ").unwrap() + 1);
    assert!(human.ends_with("not roadworthy: 1 finding blocks root\n"), "{human}");
    assert!(github.starts_with("::error title=owner-missing (root)::there is no owner file"), "{github}");
    let read = |path: &str| std::fs::read_to_string(scratch.path().join(path)).unwrap();
    assert_eq!(read("out.sarif"), check(&scratch, &["--format", "sarif"]).stdout);
    assert_eq!(read("../junit.xml"), check(&scratch, &["--format", "junit"]).stdout);
    assert_eq!(read("out.txt"), human);
    // Nothing is left beside the reports.
    let mut names: Vec<String> = std::fs::read_dir(scratch.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| name.starts_with("out.") || name.starts_with(".roadworthy"));
    names.sort();
    assert_eq!(names, ["out.sarif", "out.txt"]);
}

#[test]
fn reports_are_written_even_when_nothing_can_be_judged() {
    let scratch = Scratch::new();
    let output = roadworthy(
        &scratch.path(),
        &["check", "--report", "json=r.json", "--report", "markdown=-", "--report", "human=r.txt"],
    );
    assert_eq!(output.code, Some(2));
    assert!(output.stdout.starts_with("## ⚠️ Could not judge\n"), "{}", output.stdout);
    let report: Value =
        serde_json::from_slice(&std::fs::read(scratch.path().join("r.json")).unwrap()).unwrap();
    assert_eq!((&report["status"], &report["exit_code"]), (&"undecided".into(), &2.into()));
    let text = std::fs::read_to_string(scratch.path().join("r.txt")).unwrap();
    assert!(output.stderr.starts_with(text.trim_end()), "{text}");
}

/// A report of an earlier run must not be taken for this one's.
#[test]
fn a_report_that_cannot_be_written_is_no_pass() {
    let scratch = recipe("core/ready.toml");
    std::fs::create_dir(scratch.path().join("folder")).unwrap();
    for (arguments, why) in [
        (["--report", "sarif=no/such/folder.sarif"].as_slice(), "No such file or directory"),
        (&["--report", "sarif=folder"], "it is a folder"),
        (&["--report", "sarif=a.json", "--report", "json=a.json"], "two reports have the same file"),
    ] {
        let output = check(&scratch, arguments);
        assert_eq!(output.code, Some(2), "{arguments:?}");
        assert!(output.stdout.ends_with("\nroadworthy\n"), "{}", output.stdout);
        assert!(
            output.stderr.contains("could not be written") && output.stderr.contains(why),
            "{}",
            output.stderr
        );
    }
    for wrong in ["sarif", "sarif=", "xml=a.xml", "=a"] {
        let output = check(&scratch, &["--report", wrong]);
        assert_eq!(output.code, Some(2), "{wrong}");
        assert!(output.stderr.contains("--report"), "{}", output.stderr);
    }
}

/// An existing file is replaced as a whole, and keeps its permissions.
#[cfg(unix)]
#[test]
fn files_are_replaced_as_a_whole() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = recipe("core/ready.toml");
    let old = scratch.path().join("old.json");
    std::fs::write(&old, "x".repeat(1 << 20)).unwrap();
    std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o640)).unwrap();
    let output = check(&scratch, &["--report", "json=old.json", "--report", "gitlab=new.json"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let report: Value = serde_json::from_slice(&std::fs::read(&old).unwrap()).unwrap();
    assert_eq!(report["status"], "pass");
    let mode = std::fs::metadata(&old).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640, "those of the file that was there: {mode:o}");
    let mode = std::fs::metadata(scratch.path().join("new.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o444, 0o444, "others may read it: {mode:o}");
    assert_eq!(check(&scratch, &["--quiet", "--report", "junit=/dev/stderr"]).code, Some(0));
}

/// A pull request brings a link in the place of the report, or of its folder.
#[cfg(unix)]
#[test]
fn a_report_is_not_written_through_a_link_of_the_repository() {
    use std::os::unix::fs::symlink;
    let scratch = recipe("core/ready.toml");
    let folder = scratch.path();
    let outside = folder.join("../outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("mine"), "mine").unwrap();
    symlink("../outside/mine", folder.join("link.json")).unwrap();
    symlink("../outside", folder.join("out")).unwrap();
    assert_eq!(check(&scratch, &["--report", "json=link.json"]).code, Some(0));
    assert!(!folder.join("link.json").is_symlink(), "the link is replaced");
    let absolute = format!("json={}", folder.join("out/report.json").display());
    for report in ["json=out/report.json", "json=./out/mine", &absolute] {
        let output = check(&scratch, &["--report", report]);
        assert_eq!(output.code, Some(2), "{report}");
        let said = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("out is a link, and links are not followed"), "{said}");
    }
    assert_eq!(std::fs::read_to_string(outside.join("mine")).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
}

/// What lands on no production branch: a document that says so, and exit code 0.
#[test]
fn a_job_about_nothing_has_documents_too() {
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", "[production]\nbranches = [\"production\"]\n");
    let head = scratch.commit("2026-10-30T09:00:00Z", "Start");
    git(&scratch.path(), &["branch", "feature"]);
    let event = scratch.path().join("../event.json");
    let null = "0".repeat(40);
    std::fs::write(
        &event,
        format!("{{\"ref\":\"refs/heads/feature\",\"before\":\"{null}\",\"after\":\"{head}\"}}"),
    )
    .unwrap();
    for format in Format::ALL {
        let mut command = roadworthy::fixture::scrubbed(
            env!("CARGO_BIN_EXE_roadworthy"),
            &scratch.path(),
            scratch.path().parent().unwrap(),
        );
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_EVENT_NAME", "push")
            .env("GITHUB_EVENT_PATH", &event);
        command.env("GITHUB_REF", "refs/heads/feature").env("GITHUB_SHA", &head);
        let output = command.args(["ci", "--format", format.name()]).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{format:?}\n{out}\n{err}");
        match format {
            Format::Json => {
                let report: Value = serde_json::from_str(&out).unwrap();
                assert_eq!((&report["status"], &report["exit_code"]), (&"not-judged".into(), &0.into()));
            }
            Format::Gitlab => assert_eq!(out, "[]\n"),
            Format::Rdjson => assert!(out.contains("\"diagnostics\": []")),
            _ => assert!(out.contains("is not production"), "{format:?}\n{out}"),
        }
    }
}
