//! Mistakes in the tables of checks about commits: all are told, each at its place.
#![allow(missing_docs, reason = "a test")]

mod common;

use roadworthy::diag::{Origin, Sources};
use roadworthy::gate::policy;
use roadworthy::policy::Mistakes;

/// The mistakes of a pack with one rule, as `code line: message`.
fn mistakes(check: &str) -> Vec<String> {
    let head = "[pack]\nid = \"house\"\n[[rule]]\nid = \"house-rule\"\ntitle = \"t\"\nseverity = \"warn\"\nwhy = \"w\"\nhelp = \"h\"\nsource = \"s\"\nsince = \"1.0\"\n";
    let (mut sources, mut found) = (Sources::new(), Mistakes::default());
    policy::with_pack(
        Origin::Local("house.toml".into()),
        &format!("{head}{check}"),
        &mut sources,
        &mut found,
    );
    common::list(&sources, &found.into_vec())
}

#[track_caller]
fn told(check: &str, expected: &[&str]) {
    let found = mistakes(check);
    assert_eq!(found.len(), expected.len(), "{check}\n{found:#?}");
    for (mistake, part) in found.iter().zip(expected) {
        assert!(mistake.contains(part), "{mistake}\nlacks {part}");
    }
}

#[test]
fn right_tables_have_none() {
    told("[rule.check.commits]\nasks = \"context\"\ncode = [\"*.py\"]\n", &[]);
    told(
        "[rule.check.commits]\nasks = \"author\"\ncode = \"*.py\"\nbots = [\"robot\"]\nhosts = \"nobody_hosts\"\n",
        &[],
    );
    told("[rule.check.blobs]\nfiles = [\"*.pt\"]\n", &[]);
    told(
        "[rule.check.approval]\nasks = \"given\"\nartifacts = [\"privacy\"]\ntrailers = [\"Approved-by\"]\nroles = { legal = [\"legal\"] }\n",
        &[],
    );
}

#[test]
fn commits() {
    told("[rule.check.commits]\n", &["`code`", "`asks`"]);
    told("[rule.check.commits]\nasks = \"contxt\"\ncode = []\n", &["`code` is empty", "contxt"]);
    told("[rule.check.commits]\nasks = \"self-approval\"\ncode = [\"*\"]\n", &["`trailers`"]);
    told(
        "[rule.check.commits]\nasks = \"author\"\ncode = [\"*\"]\nwords = 3\ntrailers = [\"Why\"]\n",
        &["`words` means nothing", "`trailers` means nothing"],
    );
    let version = |keys: &str| format!("[rule.check.commits]\nasks = \"version\"\ncode = [\"*\"]\n{keys}");
    told(&version(""), &["the check has no `stated`"]);
    told(&version("stated = [\"version\"]\n"), &["`version` is not a fact of an artifact"]);
    told(&version("stated = [\"version.vershun\"]\n"), &["there is no fact of `version` named"]);
    told(&version("stated = [\"version.what\", \"owner.person\"]\n"), &["belong to one artifact"]);
    told(
        &version("stated = [\"version.what\"]\nwords = 3\nbots = [\"x\"]\n"),
        &["`words` means", "`bots` means"],
    );
    told(
        "[rule.check.commits]\nasks = \"author\"\ncode = [\"*\"]\nstated = [\"version.what\"]\n",
        &["`stated` means"],
    );
    told(
        "[rule.check.commits]\nasks = \"context\"\ncode = [\"a{\"]\ntrailers = [\"Why not\", \"\"]\nreferences = [\"(\"]\nbots = \"no_such_list\"\nwords = 0\n",
        &["`Why not`", "``", "words", "`a{` does not compile", "does not compile", "no_such_list"],
    );
}

#[test]
fn blobs() {
    told("[rule.check.blobs]\n", &["`files`"]);
    told(
        "[rule.check.blobs]\nfiles = [\"*.pt\"]\nlarger_than = -1\nholds = \"secrets\"\nsmaller = 1\n",
        &["larger_than", "secrets", "smaller"],
    );
}

#[test]
fn approvals() {
    told("[rule.check.approval]\n", &["`asks`", "`artifacts`", "`trailers`", "no role"]);
    told(
        "[rule.check.approval]\nasks = \"given\"\nartifacts = [\"privcy\"]\ntrailers = [\"A\"]\nroles = {}\nowner = [\"owner.person\"]\n",
        &["no role", "`owner` means nothing", "privcy"],
    );
    told(
        "[rule.check.approval]\nasks = \"independent\"\nartifacts = [\"privacy\"]\ntrailers = [\"A\"]\nroles = { legal = \"no_list\" }\nowner = [\"person\", \"owner.persn\", \"ownr.person\"]\n",
        &["`person`", "owner.persn", "ownr.person", "no_list"],
    );
}
