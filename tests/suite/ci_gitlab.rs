//! `roadworthy ci` with the variables of GitLab.

use crate::common::git;
use crate::forge::{Forge, ci, short};
use crate::hooked::{NOWHERE, ZERO};
use crate::trial::{cannot_judge, says};

/// Variables of a GitLab pipeline.
fn gitlab<'v>(more: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
    [&[("GITLAB_CI", "true")], more].concat()
}

#[test]
fn merge_requests_of_gitlab() {
    let forge = Forge::new();
    let folder = forge.whole("work", &forge.merge);
    let request = [
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "production"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", forge.stale.as_str()),
        ("CI_COMMIT_BEFORE_SHA", ZERO),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
    ];
    let merged = [
        &request[..],
        &[
            ("CI_COMMIT_SHA", forge.merge.as_str()),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", forge.head.as_str()),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", forge.base.as_str()),
        ],
    ]
    .concat();
    let output = ci(&folder, &[], &gitlab(&merged));
    let into = format!("into branch production, at {}", short(&forge.base));
    says(&output, 1, &into);
    says(&output, 1, "is that merge as GitLab made it");
    says(&output, 1, "block[owner-missing]");

    let detached =
        [&request[..], &[("CI_COMMIT_SHA", forge.head.as_str()), ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "")]]
            .concat();
    let output = ci(&folder, &[], &gitlab(&detached));
    says(&output, 1, &into);
    says(&output, 1, "this pipeline runs on the source branch");
    git(&folder, &["update-ref", "-d", "refs/remotes/origin/production"]);
    let output = ci(&folder, &[], &gitlab(&detached));
    cannot_judge(&output, "the branch production, which is merged into, is not in this clone");
    says(&output, 2, "under `before_script:` of the job");

    let shallow = forge.checkout("shallow", &["--depth", "20", "refs/heads/topic"], "FETCH_HEAD");
    let output = ci(&shallow, &[], &gitlab(&detached));
    // Twenty commits are all of them: it is the branch that is missing.
    cannot_judge(&output, "the branch production, which is merged into");
    git(&shallow, &["fetch", "--quiet", "--depth", "2", "origin", "refs/heads/topic"]);
    let output = ci(&shallow, &[], &gitlab(&detached));
    cannot_judge(&output, "add `GIT_DEPTH: 0` under `variables:` of the job");
    says(&output, 2, "+refs/heads/production:refs/remotes/origin/production");
}

#[test]
fn branches_and_tags_of_gitlab() {
    let forge = Forge::new();
    let folder = forge.whole("work", &forge.base);
    let run = |more: &[(&str, &str)]| {
        ci(&folder, &[], &gitlab(&[more, &[("CI_COMMIT_SHA", forge.base.as_str())]].concat()))
    };
    let (push, branch) = (("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "production"));
    let base = short(&forge.base);
    let moved = run(&[push, branch, ("CI_COMMIT_BEFORE_SHA", &forge.stale)]);
    says(&moved, 0, &format!("a push moves branch production from {} to {base}", short(&forge.stale)));
    says(&run(&[push, branch, ("CI_COMMIT_BEFORE_SHA", ZERO)]), 0, "a push creates branch production");
    says(&run(&[push, ("CI_COMMIT_TAG", "v1")]), 0, "a push creates tag v1");
    let scheduled = run(&[("CI_PIPELINE_SOURCE", "schedule"), branch]);
    says(&scheduled, 0, "all models of branch production");
    says(&scheduled, 0, "in a pipeline started by schedule nothing lands");
    cannot_judge(&run(&[push]), "for no merge request, no branch and no tag");
    cannot_judge(&run(&[push, branch, ("CI_COMMIT_BEFORE_SHA", NOWHERE)]), "is not in this clone");
    cannot_judge(&ci(&folder, &[], &gitlab(&[])), "the variable CI_COMMIT_SHA is not set");
}
