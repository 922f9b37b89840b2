//! Mistakes in the tables of checks about code: all are told, each at its place.

use crate::common;

#[track_caller]
fn told(check: &str, expected: &[&str]) {
    common::told(&common::pack_of_check(check), expected);
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
            "`holds`",
            "together only",
            "`name`",
            "together only",
            "`a{`",
            "does not compile",
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
        &["`sources`", "one artifact", "sorces"],
    );
    told(
        &format!(
            "{REACH}denials = \"no_list\"\nignore = ['[']\n[[rule.check.reach.code]]\nfiles = [\"*.py\"]\ncomments = [\"\"]\nblocks = [[\"/*\"]]\ndead = ['(']\n[[rule.check.reach.extract]]\nwhat = \"\"\nfind = ['x']\n"
        ),
        &[
            "a mark is empty",
            "a beginning and an end",
            "`what` in [[rule.check.reach.extract]] is empty",
            "does not compile",
            "does not compile",
            "no_list",
        ],
    );
    told(
        &format!("{REACH}[[rule.check.reach.extract]]\nwhat = \"bucket\"\nfind = ['x']\naliases = ['y']\n"),
        &["no group `name`", "no group `name`"],
    );
}
