//! GitHub Actions.

use std::path::Path;

use super::event::Event;
use super::{
    Problem, Variables, fetch_branch, fetch_ref, fetched, git, merged, object, problem, remote_branch,
    some_object,
};
use crate::git::Repo;
use crate::landing::{Decision, Landing, short, spoken};

pub(super) fn decide(repo: &Repo, variables: &Variables<'_>) -> Result<Decision, Problem> {
    let name = variables.need("GITHUB_EVENT_NAME")?;
    let event = || Event::read(Path::new(&variables.need("GITHUB_EVENT_PATH")?));
    match name.as_str() {
        // A review runs with the payload and the checkout of its pull request.
        "pull_request" | "pull_request_review" => pull_request(repo, variables, &event()?),
        "pull_request_target" => pull_request_target(repo, &event()?),
        "merge_group" => merge_group(repo, &event()?),
        "push" => push(repo, variables, &event()?),
        "workflow_dispatch" | "schedule" | "repository_dispatch" | "release" => whole(repo, variables, &name),
        _ => Err(problem(
            "ci-event",
            format!("the event {name} does not say what lands where"),
            "run it on pull_request, merge_group or push, or name both: `roadworthy ci --base origin/main --head HEAD`",
        )),
    }
}

/// The run is about the merge that GitHub made. The event's own base goes stale: the merge says what it
/// was made from. A merge that only happens to be checked out says nothing: anybody can make one.
fn pull_request(repo: &Repo, variables: &Variables<'_>, event: &Event) -> Result<Decision, Problem> {
    let (number, head) = (event.number("pull_request.number")?, event.some_object("pull_request.head.sha")?);
    let into = event.text("pull_request.base.ref")?;
    let here = repo.resolve_commit("HEAD").map_err(|error| git(&error))?;
    let what = |tip: &str| {
        format!(
            "a merge of pull request {number}, at {}, into branch {into}, at {}",
            short(&head),
            short(tip)
        )
    };
    let made = some_object(&variables.need("GITHUB_SHA")?, "GITHUB_SHA")?;
    if here.to_string() == made
        && let Some(tip) = merged::other_parent(repo, here, &head)?
    {
        let why = what(&tip);
        let landing = Landing::Merge { into, tip, head };
        return Ok(Decision::one(landing, why)
            .because(format!("HEAD, {}, is that merge as GitHub made it", here.short())));
    }
    let tip = need_pull(repo, number, &head, &into)?;
    let why = what(&tip);
    let is = if here.to_string() == head {
        "HEAD is the head of the pull request and not its merge".to_string()
    } else {
        format!("HEAD, {}, is not the merge that GitHub made", here.short())
    };
    Ok(Decision::one(Landing::Merge { into, tip, head }, why)
        .because(format!("{is}: the merge is made here, into the branch as it was fetched")))
}

/// The checkout is the base branch, and says nothing of the pull request.
fn pull_request_target(repo: &Repo, event: &Event) -> Result<Decision, Problem> {
    let (number, head) = (event.number("pull_request.number")?, event.some_object("pull_request.head.sha")?);
    let into = event.text("pull_request.base.ref")?;
    let tip = need_pull(repo, number, &head, &into)?;
    let why = format!(
        "a merge of pull request {number}, at {}, into branch {into}, at {}",
        short(&head),
        short(&tip)
    );
    Ok(Decision::one(Landing::Merge { into, tip, head }, why)
        .because("on pull_request_target HEAD is not the pull request: it is not judged"))
}

/// Both sides of a pull request, fetched. Gives the tip of the branch that it goes into.
fn need_pull(repo: &Repo, number: u64, head: &str, into: &str) -> Result<String, Problem> {
    let fetch = fetch_ref(&format!("refs/pull/{number}/head"), &format!("refs/remotes/pull/{number}/head"));
    let missing = fetched(repo, head, &format!("the head of pull request {number}"), &fetch);
    match (missing, remote_branch(repo, into)) {
        (Ok(()), tip) => tip,
        (Err(mistake), Ok(_)) => Err(mistake),
        (Err(mistake), Err(_)) => {
            Err(Box::new(mistake.help(format!("and the branch: `{}`", fetch_branch(into)))))
        }
    }
}

fn merge_group(repo: &Repo, event: &Event) -> Result<Decision, Problem> {
    let (old, new) = (event.some_object("merge_group.base_sha")?, event.some_object("merge_group.head_sha")?);
    let ref_name = full(&event.text("merge_group.base_ref")?);
    let fetch = &fetch_ref("refs/heads/*", "refs/remotes/origin/*");
    fetched(repo, &new, "the head of the merge group", fetch)?;
    fetched(repo, &old, "the base of the merge group", fetch)?;
    let why = format!("the merge queue moves {} from {} to {}", spoken(&ref_name), short(&old), short(&new));
    Ok(Decision::one(Landing::Move { ref_name, old: Some(old), new }, why))
}

fn push(repo: &Repo, variables: &Variables<'_>, event: &Event) -> Result<Decision, Problem> {
    let ref_name = full(&event.text("ref")?);
    let (old, new) = (event.object("before")?, event.object("after")?);
    let name = spoken(&ref_name);
    let Some(mut new) = new else {
        let why = format!("{name} is deleted: nothing of it is judged");
        return Ok(Decision::one(Landing::Delete { ref_name, old }, why));
    };
    let mut notes = Vec::new();
    // A checkout of a tag fetches the commit, and leaves the annotated tag itself behind.
    let sha = variables.get("GITHUB_SHA").map(|sha| object(&sha, "GITHUB_SHA")).transpose()?.flatten();
    if let Some(sha) = sha.filter(|_| ref_name.starts_with("refs/tags/"))
        && !repo.has_commit(&new).map_err(|error| git(&error))?
        && repo.has_commit(&sha).map_err(|error| git(&error))?
    {
        notes.push(format!("the tag is annotated: it names commit {}", short(&sha)));
        new = sha;
    }
    fetched(repo, &new, &format!("the new tip of {name}"), &format!("git fetch origin {new}"))?;
    if let Some(old) = &old {
        let fetch = format!("git fetch origin {old}");
        fetched(repo, old, &format!("what {name} was before this push"), &fetch)?;
    }
    let why = match &old {
        Some(old) => format!("a push moves {name} from {} to {}", short(old), short(&new)),
        None => format!("a push creates {name} at {}", short(&new)),
    };
    let decision = Decision::one(Landing::Move { ref_name, old, new }, why);
    Ok(notes.into_iter().fold(decision, Decision::because))
}

/// Nothing lands: all models of the branch or tag that the run is about.
fn whole(repo: &Repo, variables: &Variables<'_>, event: &str) -> Result<Decision, Problem> {
    let ref_name = variables.need("GITHUB_REF")?;
    let head = repo.resolve_commit("HEAD").map_err(|error| git(&error))?;
    let sha = some_object(&variables.need("GITHUB_SHA")?, "GITHUB_SHA")?;
    let why = format!("all models of {}, at {}", spoken(&ref_name), head.short());
    let landing = Landing::Whole { ref_name: Some(ref_name), revision: head.to_string() };
    let decision = Decision::one(landing, why)
        .because(format!("on {event} nothing lands: HEAD is looked at as a whole"));
    if sha == head.to_string() {
        return Ok(decision);
    }
    Ok(decision.because(format!("HEAD is not the commit that the run is about, {}", short(&sha))))
}

/// The full name of a branch that is given in short.
fn full(name: &str) -> String {
    if name.starts_with("refs/") { name.to_string() } else { format!("refs/heads/{name}") }
}
