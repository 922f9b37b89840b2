//! Rules about code, asked of repositories with odd files.

use crate::common::{Scratch, git, recipe, roadworthy};
use serde_json::Value;

const AS_OF: &str = "2026-11-01";
const READS: &str = "import pandas as pd\n\nx = pd.read_parquet(\"s3://corp-secret/x\")\n";

fn ready() -> Scratch {
    recipe("reach/ready.toml")
}

/// The report about what lies on disk, and the exit code.
#[track_caller]
fn judged(scratch: &Scratch) -> (Value, Option<i32>) {
    let output = roadworthy(&scratch.path(), &["check", "--as-of", AS_OF, "--format", "json"]);
    let report = serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}{}", output.stdout, output.stderr));
    (report, output.code)
}

/// The rules that find something, and where.
#[track_caller]
fn found(scratch: &Scratch) -> Vec<String> {
    let (report, _) = judged(scratch);
    let findings = report["findings"].as_array().unwrap();
    let line = |finding: &Value| {
        let at = &finding["at"];
        let place = at["path"].as_str().unwrap_or("");
        let line = at["line"].as_u64().or(at["start"]["line"].as_u64()).unwrap_or(0);
        format!("{} {place}:{line}", finding["rule"].as_str().unwrap())
    };
    findings.iter().map(line).collect()
}

#[test]
fn what_cannot_be_read_is_no_finding() {
    let scratch = ready();
    scratch.write("src/latin1.py", b"x = 's3://corp-secret/\xe9'\n");
    scratch.write("src/binary.py", b"s3://corp-secret/\0");
    scratch.write("src/utf16.py", b"\xff\xfes\x003\x00");
    scratch.write("src/huge.py", format!("{READS}{}", "# padding\n".repeat(200_000)));
    scratch.write("notebooks/empty.ipynb", "");
    scratch.write("notebooks/list.ipynb", "[1, 2]");
    scratch.write("notebooks/conflict.ipynb", "<<<<<<< ours\n{\"cells\": []}\n");
    scratch.write("notebooks/deep.ipynb", "[".repeat(100_000));
    scratch.write("notebooks/binary.ipynb", b"\x89PNG\0\0");
    scratch.write(
        "notebooks/odd.ipynb",
        r#"{"cells": [3, {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}]}"#,
    );
    scratch.write("src/pointer.py", "version https://git-lfs.github.com/spec/v1\noid sha256:4665a5ea423c2713d436b5ee50593a9640e0018c1550b5a0002f74190d6caea8\nsize 12\n");
    assert_eq!(found(&scratch), [""; 0]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let scratch = ready();
    scratch.write("attic/reads.txt", READS);
    std::os::unix::fs::symlink("../attic/reads.txt", scratch.path().join("src/link.py")).unwrap();
    assert_eq!(found(&scratch), [""; 0]);
    // Nor does a link to a lock file pin anything; the file that it leads to may.
    std::fs::remove_file(scratch.path().join("requirements.txt")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", scratch.path().join("uv.lock")).unwrap();
    assert_eq!(found(&scratch), ["unpinned-environment notebooks/churn.ipynb:0"]);
}

#[test]
fn odd_code_is_read_as_far_as_it_goes() {
    let scratch = ready();
    for (name, text) in [
        ("quote", "x = 'never closed\ny = pd.read_csv(\"s3://corp-secret/1\")\n"),
        ("triple", "'''never closed s3://corp-secret/2\n"),
        ("brackets", ")))]}}\n'''s3://corp-secret/3'''\n"),
        ("backslash", "x = '\\"),
        ("umlaut", "ä = 'ö'  # s3://corp-secret/5 ü\n"),
        ("crlf", "# s3://corp-secret/6\r\nif False:\r\n    x = 's3://corp-secret/7'\r\n\r\n    y = 1\r\n"),
        ("nothing", ""),
        ("line", "\n\n\n"),
    ] {
        scratch.write(&format!("src/odd_{name}.py"), text);
    }
    scratch.write("src/odd.scala", "if (false) { // {\n  read(\"s3://corp-secret/8\")\n");
    scratch.write("src/long.py", format!("x = \"{}s3://corp-secret/9\"\n", "ü ".repeat(5_000)));
    assert_eq!(
        found(&scratch),
        ["data-reach-undeclared src/long.py:1"],
        "the first place, in the order of paths; the other one is in related places"
    );
}

/// Each finding speaks of one source; beyond ten the last one counts.
#[test]
fn many_files_and_many_sources_are_counted() {
    let scratch = ready();
    for at in 0..10_000 {
        scratch.write(
            &format!("src/gen/m{}/f{at}.py", at % 100),
            format!("import os\n\n\ndef f{at}():\n    return spark.table(\"crm{}.t{at}\")\n", at % 7),
        );
    }
    let start = std::time::Instant::now();
    let (report, code) = judged(&scratch);
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
    let findings = report["findings"].as_array().unwrap();
    assert_eq!((findings.len(), code), (10, Some(1)));
    let help = findings.iter().map(|f| f["help"].to_string()).collect::<String>();
    assert!(help.contains("9990 sources"), "{help}");
}

#[test]
fn the_line_to_paste_mends_the_finding() {
    let scratch = ready();
    scratch.write("src/secret.py", READS);
    let (report, _) = judged(&scratch);
    let paste = &report["findings"][0]["paste"];
    let (file, text) = (paste["file"].as_str().unwrap(), paste["text"].as_str().unwrap());
    assert_eq!((file, text), ("docs/data-contract.md", "- Sources: corp-secret (bucket)"));
    let old = std::fs::read_to_string(scratch.path().join(file)).unwrap();
    scratch.write(file, format!("{old}\n{text}\n"));
    assert_eq!(found(&scratch), [""; 0]);
    scratch.write(file, format!("{old}\n<!-- {text} -->\n"));
    assert_eq!(found(&scratch).len(), 1, "a comment declares nothing");
}

/// Two models: each answers for its own files, and what lies in a model's folder is not the root's.
#[test]
fn files_belong_to_the_deepest_model() {
    let scratch = ready();
    scratch.write("models/price/fit.py", READS);
    scratch.write(
        "roadworthy.toml",
        "[policy]\npacks = [\"core\", \"reach\"]\n[[model]]\nid = \"churn\"\npath = \".\"\n[[model]]\nid = \"price\"\npath = \"models/price\"\ntier = \"experimental\"\n",
    );
    let (report, _) = judged(&scratch);
    let reach = |report: &Value| {
        let all = report["findings"].as_array().unwrap().clone();
        all.iter()
            .filter(|f| f["rule"] == "data-reach-undeclared")
            .map(|f| (f["model"].as_str().unwrap().to_string(), f["severity"].as_str().unwrap().to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(reach(&report), [], "the rule is off for experiments");
    let config = std::fs::read_to_string(scratch.path().join("roadworthy.toml")).unwrap();
    scratch.write("roadworthy.toml", config.replace("experimental", "standard"));
    assert_eq!(reach(&judged(&scratch).0), [("price".to_string(), "warn".to_string())]);
}

#[test]
fn a_source_among_much_code_is_found() {
    let scratch = ready();
    for nth in 0..900 {
        let read =
            if nth % 300 == 150 { READS.replace("secret", &format!("secret{nth}")) } else { String::new() };
        scratch
            .write(&format!("src/many/part_{nth:03}.py"), format!("\"\"\"Part {nth}.\"\"\"\nx = 1\n{read}"));
    }
    let expected = ["150", "450", "750"].map(|nth| format!("data-reach-undeclared src/many/part_{nth}.py:5"));
    assert_eq!(found(&scratch), expected);
    // The same from Git, and where a file cannot be read there.
    scratch.commit("2026-10-30T09:00:00Z", "Many parts");
    let check = ["check", "--rev", "HEAD", "--as-of", AS_OF];
    let output = roadworthy(&scratch.path(), &check);
    assert_eq!(output.stdout.matches("reaches the bucket").count(), 3, "{}", output.stdout);
    let blob = git(&scratch.path(), &["rev-parse", "HEAD:src/many/part_450.py"]);
    let (folder, name) = blob.trim().split_at(2);
    std::fs::remove_file(scratch.path().join(".git/objects").join(folder).join(name)).unwrap();
    let output = roadworthy(&scratch.path(), &check);
    assert_eq!(output.code, Some(2), "{}", output.stdout);
    assert!(output.stdout.contains("part_450.py"), "{}", output.stdout);
}

/// Code is searched before the papers are read; what these say counts all the same.
#[test]
fn much_code_is_judged_by_what_papers_declare() {
    let scratch = ready();
    for nth in 0..400 {
        let read =
            if nth % 4 == 0 { READS.replace("secret", &format!("s{}", nth % 3)) } else { String::new() };
        scratch
            .write(&format!("src/many/part_{nth:03}.py"), format!("\"\"\"Part {nth}.\"\"\"\nx = 1\n{read}"));
    }
    let papers = "docs/data-contract.md";
    let old = std::fs::read_to_string(scratch.path().join(papers)).unwrap();
    let expected = ["000", "004", "008"].map(|nth| format!("data-reach-undeclared src/many/part_{nth}.py:5"));
    for (said, open) in [
        ("", &[0, 1, 2][..]),
        ("- Sources: corp-s1 (bucket)", &[0, 2]),
        ("- Sources: corp-s0, corp-s1 and corp-s2 (buckets)", &[]),
    ] {
        scratch.write(papers, format!("{old}\n{said}\n"));
        let wanted: Vec<&String> = open.iter().map(|bucket: &usize| &expected[*bucket]).collect();
        for _ in 0..5 {
            assert_eq!(found(&scratch).iter().collect::<Vec<_>>(), wanted, "{said}");
        }
    }
    // What is no evidence declares nothing, and then nobody asks.
    scratch.write(papers, "# Data contract\n\nTODO\n");
    assert!(found(&scratch).iter().all(|line| !line.starts_with("data-reach")));
    std::fs::remove_file(scratch.path().join(papers)).unwrap();
    assert!(found(&scratch).iter().all(|line| !line.starts_with("data-reach")));
}
