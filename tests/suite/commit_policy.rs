//! Mistakes in the tables of checks about commits: all are told, each at its place.

use crate::common;

#[track_caller]
fn told(check: &str, expected: &[&str]) {
    common::told(&common::pack_of_check(check), expected);
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
