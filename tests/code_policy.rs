//! Mistakes in the tables of checks about code: all are told, each at its place.
#![allow(missing_docs, reason = "a test")]

mod common;

use roadworthy::diag::{Origin, Sources};
use roadworthy::gate::policy;
use roadworthy::policy::Mistakes;

/// The mistakes of a pack with one rule are these.
#[track_caller]
fn told(check: &str, expected: &[&str]) {
    let head = "[pack]\nid = \"house\"\n[[rule]]\nid = \"house-rule\"\ntitle = \"t\"\nseverity = \"warn\"\nwhy = \"w\"\nhelp = \"h\"\nsource = \"s\"\nsince = \"1.0\"\n";
    let (mut sources, mut found) = (Sources::new(), Mistakes::default());
    policy::with_pack(
        Origin::Local("house.toml".into()),
        &format!("{head}{check}"),
        &mut sources,
        &mut found,
    );
    let found = common::list(&sources, &found.into_vec());
    assert_eq!(found.len(), expected.len(), "{check}\n{found:#?}");
    for part in expected {
        assert!(found.iter().any(|mistake| mistake.contains(part)), "nothing says {part}\n{found:#?}");
    }
}

const FILES: &str = "[rule.check.files]\nof = [\"*.py\"]\nwants = \"lock file\"\n";
const REACH: &str = "[rule.check.reach]\ndeclared = [\"data-sharing.sources\"]\nfiles = [\"*.py\"]\n";
const BUCKET: &str = "[[rule.check.reach.extract]]\nwhat = \"bucket\"\nfind = ['s3://(?<name>[a-z]+)']\n";

#[test]
fn right_tables_have_none() {
    told(&format!("{FILES}[[rule.check.files.any]]\nfiles = [\"uv.lock\"]\n"), &[]);
    told(&format!("{REACH}{BUCKET}"), &[]);
}

#[test]
fn files() {
    told("[rule.check.files]\n", &["`of`", "`wants`", "`any`"]);
    told(&format!("{FILES}[[rule.check.files.any]]\nflaw = \"x\"\n"), &["no file could be enough"]);
    told(
        &format!(
            "{FILES}[[rule.check.files.any]]\nfiles = [\"a{{\"]\nlines = '('\nholds = 3\nname = ['x']\n[[rule.check.files.any]]\nfiles = \"x\"\nnames = ['x']\neach = ['x']\n"
        ),
        &[
            "`a{`",
            "`holds`",
            "does not compile",
            "together only",
            "`name`",
            "together only",
            "no group `name`",
        ],
    );
}

#[test]
fn reach() {
    told("[rule.check.reach]\n", &["`declared`", "`files`", "`extract`"]);
    told(
        &format!(
            "[rule.check.reach]\ndeclared = [\"sources\", \"data-sharing.sorces\", \"owner.person\"]\nfiles = \"*.py\"\n{BUCKET}"
        ),
        &["`sources`", "sorces", "one artifact"],
    );
    told(
        &format!(
            "{REACH}denials = \"no_list\"\nignore = ['[']\n[[rule.check.reach.code]]\nfiles = [\"*.py\"]\ncomments = [\"\"]\nblocks = [[\"/*\"]]\ndead = ['(']\n[[rule.check.reach.extract]]\nwhat = \"\"\nfind = ['x']\n"
        ),
        &[
            "no_list",
            "does not compile",
            "a mark is empty",
            "a beginning and an end",
            "does not compile",
            "is empty",
        ],
    );
    told(
        &format!("{REACH}[[rule.check.reach.extract]]\nwhat = \"bucket\"\nfind = ['x']\naliases = ['y']\n"),
        &["no group `name`", "no group `name`"],
    );
}
