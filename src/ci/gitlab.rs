//! GitLab CI.

use super::{
    Problem, Variables, fetch_branch, fetch_ref, fetched, merged, object, problem, remote_branch, some_object,
};
use crate::git::{CommitId, Repo};
use crate::landing::{Decision, Landing, short, spoken};

pub(super) fn decide(repo: &Repo, variables: &Variables<'_>) -> Result<Decision, Problem> {
    let commit = some_object(&variables.need("CI_COMMIT_SHA")?, "CI_COMMIT_SHA")?;
    fetched(repo, &commit, "the commit of this pipeline", &format!("git fetch origin {commit}"))?;
    if variables.get("CI_MERGE_REQUEST_IID").is_some() {
        return merge_request(repo, variables, &commit);
    }
    let before = variables.get("CI_COMMIT_BEFORE_SHA");
    let before = before.map(|name| object(&name, "CI_COMMIT_BEFORE_SHA")).transpose()?.flatten();
    let source = variables.get("CI_PIPELINE_SOURCE").unwrap_or_else(|| "unknown".to_string());
    let ref_name = match (variables.get("CI_COMMIT_TAG"), variables.get("CI_COMMIT_BRANCH")) {
        (Some(tag), _) => format!("refs/tags/{tag}"),
        (None, Some(branch)) => format!("refs/heads/{branch}"),
        (None, None) => {
            return Err(problem(
                "ci-incomplete",
                "this pipeline is for no merge request, no branch and no tag",
                "name what is merged into what: `roadworthy ci --base origin/main --head HEAD`",
            ));
        }
    };
    let name = spoken(&ref_name);
    if source != "push" {
        let why = format!("all models of {name}, at {}", short(&commit));
        let landing = Landing::Whole { ref_name: Some(ref_name), revision: commit };
        return Ok(Decision::one(landing, why).because(format!(
            "in a pipeline started by {source} nothing lands: the commit is looked at as a whole"
        )));
    }
    if let Some(old) = &before {
        fetched(repo, old, &format!("what {name} was before this push"), &format!("git fetch origin {old}"))?;
    }
    let why = match &before {
        Some(old) => format!("a push moves {name} from {} to {}", short(old), short(&commit)),
        None => format!("a push creates {name} at {}", short(&commit)),
    };
    Ok(Decision::one(Landing::Move { ref_name, old: before, new: commit }, why))
}

fn merge_request(repo: &Repo, variables: &Variables<'_>, commit: &str) -> Result<Decision, Problem> {
    let number = variables.need("CI_MERGE_REQUEST_IID")?;
    let into = variables.need("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")?;
    let what = |head: &str, tip: &str| {
        format!(
            "a merge of merge request {number}, at {}, into branch {into}, at {}",
            short(head),
            short(tip)
        )
    };
    let source = variables.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA");
    let source =
        source.map(|name| object(&name, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")).transpose()?.flatten();
    // Set only where GitLab made the merge: the commit of the pipeline is it.
    let Some(head) = source else {
        let tip = remote_branch(repo, &into).map_err(|mistake| {
            Box::new(mistake.help("in .gitlab-ci.yml that line goes under `before_script:` of the job"))
        })?;
        let why = what(commit, &tip);
        let landing = Landing::Merge { into: into.clone(), tip, head: commit.to_string() };
        return Ok(Decision::one(landing, why).because(
            "this pipeline runs on the source branch: the merge is made here, into the branch as it was fetched",
        ));
    };
    let made = CommitId::parse(commit).map(|id| merged::other_parent(repo, id, &head)).transpose()?.flatten();
    let (tip, because) = match made {
        Some(tip) => (tip, format!("commit {} is that merge as GitLab made it", short(commit))),
        None => {
            let name = "CI_MERGE_REQUEST_TARGET_BRANCH_SHA";
            (some_object(&variables.need(name)?, name)?, format!("{name} says what is merged into"))
        }
    };
    // What a shallow clone lacks is asked for as such.
    if !repo.is_shallow() {
        let fetch = fetch_ref(
            &format!("refs/merge-requests/{number}/head"),
            &format!("refs/remotes/origin/merge-requests/{number}"),
        );
        fetched(repo, &head, &format!("the head of merge request {number}"), &fetch)?;
        fetched(repo, &tip, &format!("the tip of branch {into}"), &fetch_branch(&into))?;
    }
    let why = what(&head, &tip);
    Ok(Decision::one(Landing::Merge { into: into.clone(), tip, head }, why).because(because))
}
