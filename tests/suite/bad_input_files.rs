//! Files that are hostile, damaged or merely odd: they are no evidence, and nothing else happens. Exit
//! code 1 with a sentence that says what is wrong with the file.

use std::fmt::Write as _;

use crate::common::{self, Scratch, recipe};
use crate::trial::{check, flat, says, trial};

/// The ready repository without some of its files.
fn without(files: &[&str]) -> Scratch {
    let scratch = recipe("core/ready.toml");
    for file in files {
        std::fs::remove_file(scratch.path().join(file)).unwrap();
    }
    scratch
}

/// What is said of an owner file of this name, on disk and committed.
#[track_caller]
fn owner(name: &str, bytes: impl AsRef<[u8]>, told: &str) {
    let scratch = without(&["OWNER.toml"]);
    scratch.write(name, bytes);
    says(&check(&scratch, &[]), 1, told);
    scratch.commit("2026-10-25T09:00:00Z", "Another owner file");
    says(&check(&scratch, &["--rev", "HEAD"]), 1, told);
    assert_eq!(trial(&scratch.path(), &["facts", "--format", "json"]).code, Some(0));
}

fn nested(open: &str, close: &str) -> String {
    format!("{}{}", open.repeat(10_000), close.repeat(10_000))
}

#[test]
fn ten_thousand_levels_are_refused_in_every_format() {
    owner(
        "OWNER.toml",
        format!("owner = {}", nested("[", "]")),
        "OWNER.toml cannot be read as an owner file",
    );
    owner("OWNER.toml", format!("[{}x]", "a.".repeat(10_000)), "OWNER.toml cannot be read as an owner file");
    owner("OWNER.json", nested("[", "]"), "OWNER.json cannot be read as an owner file: nested deeper than");
    owner("OWNER.json", nested("{\"owner\":", "}"), "OWNER.json cannot be read as an owner file");
    owner("OWNER.yaml", nested("[", "]"), "OWNER.yaml cannot be read as an owner file");
    owner("OWNER.yaml", nested("{a: ", "}"), "OWNER.yaml cannot be read as an owner file");
    owner("OWNER.yaml", "- ".repeat(10_000), "OWNER.yaml");
    let stairs: String = (0..2000).fold(String::new(), |mut text, level| {
        let _ = writeln!(text, "{}a:", " ".repeat(level));
        text
    });
    owner("OWNER.yaml", stairs, "OWNER.yaml cannot be read as an owner file");
}

#[test]
fn ten_thousand_levels_of_markdown_are_no_runbook() {
    let many = |mark: &str| mark.repeat(10_000);
    let stairs: String = (0..1500).fold(String::new(), |mut text, level| {
        let _ = writeln!(text, "{}- a", "  ".repeat(level));
        text
    });
    for text in [
        format!("{}x\n", many("> ")),
        format!("{}x\n", many("- ")),
        format!("{}\n", many("[")),
        format!("{}x{}\n", many("*"), many("*")),
        format!("{}\n", many("![](")),
        format!("{}\n", many("`a ")),
        format!("|{}\n|{}\n", many("a|"), many("-|")),
        format!("{}\n", many("<div>")),
        stairs,
    ] {
        let scratch = recipe("core/ready.toml");
        scratch.write("docs/runbook.md", text);
        says(&check(&scratch, &[]), 1, "docs/runbook.md");
    }
}

#[test]
fn aliases_that_explode_are_not_followed() {
    let mut bomb =
        "a: &a [\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\",\"lol\"]\n".to_owned();
    for (name, of) in "bcdefghijklmnop".chars().zip("abcdefghijklmno".chars()) {
        let items = vec![format!("*{of}"); 9].join(",");
        let _ = writeln!(bomb, "{name}: &{name} [{items}]");
    }
    owner("OWNER.yaml", format!("{bomb}owner: *p\n"), "OWNER.yaml");
    owner("OWNER.yaml", "owner: &a [*a, *a]\n", "OWNER.yaml");
    let merge = "x: &x {a: 1}\ny: &y {<<: *x, b: *x}\nz: {<<: [*y, *y, *y]}\nowner: *nowhere\n";
    owner("OWNER.yaml", merge, "OWNER.yaml");
}

/// A sparse file takes no room on disk: only its size may be looked at.
#[test]
fn two_hundred_megabytes_are_not_read() {
    for name in ["OWNER.yaml", "OWNER.toml", "CODEOWNERS", "OWNER.md"] {
        let scratch = without(&["OWNER.toml"]);
        scratch.write(name, "owner: Ada Lovelace\n");
        let file = std::fs::File::options().write(true).open(scratch.path().join(name)).unwrap();
        file.set_len(200 << 20).unwrap();
        let output = check(&scratch, &[]);
        let told = format!(
            "{name} cannot be read as an owner file: it has 209715200 bytes, more than `[limits] max_file_bytes`"
        );
        says(&output, 1, &told);
    }
}

#[test]
fn the_limit_of_a_file_can_be_lowered() {
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", "[limits]\nmax_file_bytes = 1024\n");
    scratch.write("OWNER.toml", format!("owner = \"Ada Lovelace\"\n#{}\n", "x".repeat(1100)));
    says(&check(&scratch, &[]), 1, "OWNER.toml cannot be read as an owner file: it has 1125 bytes");
}

#[test]
fn texts_that_are_not_utf8_are_told_with_the_line() {
    owner("OWNER.toml", b"# who\nowner = \"Ad\xffa\"\n", "line 2 is not UTF-8: save it as UTF-8");
    owner("OWNER.toml", b"owner = \"J\xf6rg\"\n", "line 1 is not UTF-8");
    owner("OWNER.toml", b"owner = \"Ada\0\"\n", "it is a binary file: write it as text");
    owner("OWNER.yaml", b"\0\0\0\0", "it is a binary file");
    let text = "owner = \"Ada Lovelace\"\n";
    let little: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    owner("OWNER.toml", little, "it is UTF-16: save it as UTF-8");
    owner("OWNER.toml", big, "it is UTF-16: save it as UTF-8");
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    let scratch = recipe("core/ready.toml");
    for (mark, end) in [("\u{feff}", "\n"), ("", "\r\n"), ("\u{feff}", "\r\n")] {
        for name in
            ["OWNER.toml", "retraining.toml", "docs/runbook.md", "docs/DPIA.md", "docs/data-contract.md"]
        {
            let text = std::fs::read_to_string(scratch.path().join(name)).unwrap();
            let plain = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
            scratch.write(name, format!("{mark}{}", plain.replace('\n', end)));
        }
        says(&check(&scratch, &[]), 0, "roadworthy");
    }
}

#[test]
fn files_that_are_empty_or_blank() {
    for bytes in [&b""[..], b"\n\n\n", b"\xef\xbb\xbf", b"   \t "] {
        owner("OWNER.toml", bytes, "owner");
        let scratch = recipe("core/ready.toml");
        scratch.write("docs/runbook.md", bytes);
        says(&check(&scratch, &[]), 1, "docs/runbook.md");
    }
}

/// What must never come out raw is held by [`trial`] for every run.
#[cfg(unix)]
#[test]
fn names_with_line_breaks_escapes_and_marks_are_shown_escaped() {
    use std::os::unix::ffi::OsStrExt as _;
    let hostile: [(&[u8], &str); 6] = [
        (b"docs/runbook\n::error::x.md", r"docs/runbook\n::error::x.md"),
        (b"docs/runbook\x1b[31m.md", r"docs/runbook\u{1b}[31m.md"),
        (b"docs/runbook\r.md", r"docs/runbook\r.md"),
        ("docs/runbook\u{202e}dm.md".as_bytes(), r"docs/runbook\u{202e}dm.md"),
        ("docs/runbook\u{200f}.md".as_bytes(), r"docs/runbook\u{200f}.md"),
        (b"docs/runbook\xff.md", "docs/runbook\u{fffd}.md"),
    ];
    let scratch = without(&["docs/runbook.md"]);
    let all = without(&["docs/runbook.md"]);
    for (name, shown) in hostile {
        let path = |at: &Scratch| at.path().join(std::ffi::OsStr::from_bytes(name));
        std::fs::write(path(&scratch), "# Runbook\n").unwrap();
        std::fs::write(path(&all), "# Runbook\n").unwrap();
        let output = check(&scratch, &[]);
        says(&output, 1, shown);
        assert!(!output.stdout.lines().any(|line| line.starts_with("::")), "{}", output.stdout);
        assert_eq!(trial(&scratch.path(), &["facts"]).code, Some(0));
        std::fs::remove_file(path(&scratch)).unwrap();
    }
    // Named beside each other, as "also looked at", and after a commit.
    for arguments in [&[][..], &["--verbose"], &["--rev", "HEAD"]] {
        if arguments.contains(&"--rev") {
            all.commit("2026-10-25T09:00:00Z", "Odd names");
        }
        let output = check(&all, arguments);
        says(&output, 1, "also looked at:");
        assert!(!output.stdout.lines().any(|l| l.trim_start_matches([' ', '│']).starts_with("::")));
    }
}

#[test]
fn contents_with_escapes_and_marks_are_shown_escaped() {
    let text = "owner = \"data \u{202e}team\u{2066}\"\n";
    owner("OWNER.toml", text, r"data \u{202e}team\u{2066}");
    owner("OWNER.md", "# Owner\n\n- Owner: data \u{1b}[2J team\n", r"data \u{1b}[2J team");
    owner("OWNER.toml", "owner = \"data \\u001b]8;;http://x\\u0007 team\"\n", "owner");
    owner("OWNER.yaml", "owner: \"data\u{85}team\"\n", "owner");
}

#[test]
fn ids_of_models_are_shown_escaped() {
    let scratch = recipe("core/ready.toml");
    let id = "a\\u001b[31m\\u202eb";
    scratch.write("roadworthy.toml", format!("[[model]]\nid = \"{id}\"\npath = \"src\"\n"));
    for arguments in [&[][..], &["--verbose"]] {
        says(&check(&scratch, arguments), 0, r"a\u{1b}[31m\u{202e}b");
    }
    says(&trial(&scratch.path(), &["facts"]), 0, r"model a\u{1b}[31m\u{202e}b");
}

#[cfg(unix)]
#[test]
fn links_are_never_followed() {
    use std::os::unix::fs::symlink;
    let secret = "owner = \"Eve Secret <eve@corp.example>\"\n";
    for target in ["../outside.toml", "inside.toml", "/etc/hostname", "OWNER.toml", "nowhere"] {
        let scratch = without(&["OWNER.toml"]);
        std::fs::write(scratch.path().join("../outside.toml"), secret).unwrap();
        scratch.write("inside.toml", secret);
        symlink(target, scratch.path().join("OWNER.toml")).unwrap();
        let told = "OWNER.toml does not hold the owner file: it is a symbolic link, which is never followed";
        says(&check(&scratch, &[]), 1, told);
        scratch.commit("2026-10-25T09:00:00Z", "A link");
        for arguments in [&["--staged"][..], &["--rev", "HEAD"], &["--verbose"]] {
            let output = check(&scratch, arguments);
            says(&output, 1, told);
            assert!(!flat(&output).contains("Eve"), "{}", output.stdout);
        }
        assert!(!flat(&trial(&scratch.path(), &["facts"])).contains("Eve"));
    }
}

#[cfg(unix)]
#[test]
fn folders_behind_links_hold_no_evidence() {
    let scratch = recipe("core/ready.toml");
    let (docs, moved) = (scratch.path().join("docs"), scratch.path().join("../docs"));
    std::fs::rename(&docs, &moved).unwrap();
    std::os::unix::fs::symlink("../docs", &docs).unwrap();
    for arguments in [&[][..], &["--verbose"]] {
        says(&check(&scratch, arguments), 1, "block[runbook-missing]: there is no runbook");
    }
    scratch.commit("2026-10-25T09:00:00Z", "Move the documents out");
    says(&check(&scratch, &["--rev", "HEAD"]), 1, "block[privacy-missing]: there is no privacy assessment");
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_and_a_pipe_do_not_hang() {
    let scratch = without(&["OWNER.toml"]);
    std::os::unix::fs::symlink(".", scratch.path().join("loop")).unwrap();
    std::os::unix::fs::symlink("..", scratch.path().join("docs/up")).unwrap();
    let pipe = scratch.path().join("OWNER.toml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        says(&check(&scratch, &[]), 1, "block[owner-missing]: there is no owner file");
    }
}

#[test]
fn a_folder_and_a_submodule_in_place_of_a_file() {
    let scratch = without(&["OWNER.toml"]);
    scratch.write("OWNER.toml/note.txt", "x\n");
    says(&check(&scratch, &[]), 1, "block[owner-missing]: there is no owner file");

    let scratch = without(&["OWNER.toml"]);
    let id = common::git(&scratch.path(), &["rev-parse", "HEAD"]);
    let entry = format!("160000,{},OWNER.toml", id.trim());
    common::git(&scratch.path(), &["update-index", "--add", "--cacheinfo", &entry]);
    says(&check(&scratch, &["--staged"]), 1, "block[owner-missing]");
}

#[test]
fn a_pointer_to_large_file_storage_is_not_the_file() {
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", "4d7a".repeat(16));
    owner("OWNER.toml", pointer, "it is a Git LFS pointer to 12345 bytes that are not in the repository");
}
