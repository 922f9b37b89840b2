//! Who gave an approval: not the owner of what is approved.

use super::approval::{Approval, ApprovalContext, names, record};
use super::{Outcome, Problem, committer, range};
use crate::diag::Note;
use crate::evidence::{Candidate, Evidence, Fact};
use crate::git::Identity;

/// No approval that counts is the owner's own.
pub(super) fn independent(
    c: &mut ApprovalContext<'_, '_, '_>,
    best: &Candidate,
    found: &[Approval<'_>],
) -> Outcome {
    let owners = owners(c);
    let counting: Vec<&Approval<'_>> = found.iter().filter(|a| a.current && a.flaw.is_none()).collect();
    if owners.is_empty() || counting.is_empty() {
        return Outcome::NotAsked;
    }
    let mut problems = Vec::new();
    for approval in counting {
        let identity = identity(approval);
        let Some(owner) = owners.iter().find(|fact| committer::is(&fact.value, &identity)) else { continue };
        let roles = names(c, &approval.roles);
        let message = format!(
            "{} owns {} and approved {} for {roles} in commit {}",
            approval.who.name,
            c.model.id,
            best.path,
            approval.commit.id.short()
        );
        let at = c.texts.at(approval.commit, approval.trailer.range.clone());
        let mut problem = Problem::new(message, at).label("the owner").help(record(c, best, &approval.roles));
        problem.related.extend(c.texts.note(approval.commit, "the approval"));
        problem.related.push(Note { span: owner.span, text: "named as the owner here".to_string() });
        problems.push(problem);
    }
    range::few(problems, "approval")
}

fn owners<'a>(c: &ApprovalContext<'a, '_, '_>) -> Vec<&'a Fact> {
    let mut out = Vec::new();
    for (artifact, fact) in c.check.owner_facts() {
        let Some((at, artifact)) = c.set.artifact(artifact) else { continue };
        let Some(index) = artifact.facts.iter().position(|f| f.name.value == fact) else { continue };
        let evidence: &'a Evidence = &c.survey.evidence[at];
        out.extend(evidence.facts.of(index));
    }
    out
}

/// The approver as the check of committers sees people.
fn identity(approval: &Approval<'_>) -> Identity {
    let (who, commit) = (&approval.who, approval.commit);
    let set = |texts: [String; 2]| texts.into_iter().filter(|text| !text.is_empty()).collect();
    Identity {
        name: who.mapped_name.clone(),
        email: who.mapped_email.to_lowercase(),
        all_names: set([who.name.clone(), who.mapped_name.clone()]),
        all_emails: set([who.email.to_lowercase(), who.mapped_email.to_lowercase()]),
        last_time: commit.time,
        last_commit: commit.id,
        commits: 1,
    }
}
