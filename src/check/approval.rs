//! Approvals that commits carry as trailers: `Approved-by: Name <mail> (role)`.
//!
//! An approval stands in a commit that descends from the last change of what it approves, so that no
//! later edit is covered by it. What a trailer says is what its commit's author says: whether Git or a
//! signature vouches for that author is not asked.

use std::collections::BTreeMap;

use super::range::{self, Messages};
use super::{Outcome, Problem, approver, author, words};
use crate::artifact::types::{self, Reading, ValueType};
use crate::diag::{Diagnostic, Level, Note, RepoPath, Span};
use crate::evidence::{Candidate, Evidence, Survey};
use crate::git::{Author, Changes, CommitId, Error, Mailmap, RangeCommit, Trail};
use crate::model::Model;
use crate::policy::{ApprovalAsk, ApprovalCheck, Artifact, PolicySet, Rule, StateName, Terms};
use crate::trailers::{self, Trailer};
use crate::verdict::Location;

/// What is known of a file's last change.
pub enum Last {
    /// The commit that made it.
    At(Box<RangeCommit>),
    /// It is not committed as it is judged.
    Uncommitted,
    /// The history is cut off before it.
    Shallow,
}

/// All that an approval rule may look at, for one model and one artifact.
pub struct ApprovalContext<'a, 'r, 's> {
    /// The policy.
    pub set: &'a PolicySet,
    /// The rule.
    pub rule: &'a Rule,
    /// What it asks.
    pub check: &'a ApprovalCheck,
    /// The artifact.
    pub artifact: &'a Artifact,
    /// The model.
    pub model: &'a Model,
    /// True when it is the only model: then an approval need not name it.
    pub alone: bool,
    /// The evidence of all artifacts of the model.
    pub survey: &'a Survey,
    /// The evidence for the artifact.
    pub evidence: &'a Evidence,
    /// When each file last changed.
    pub last: &'a BTreeMap<RepoPath, Last>,
    /// The history.
    pub trail: &'a Trail,
    /// Who is who, by production.
    pub mailmap: &'a Mailmap,
    /// The way to trees.
    pub changes: &'a mut Changes<'r>,
    /// All texts, and those of messages.
    pub texts: &'a mut Messages<'s>,
}

/// The files of an artifact that an approval covers.
pub fn files<'e>(artifact: &Artifact, evidence: &'e Evidence) -> Vec<&'e Candidate> {
    if !evidence.judgeable() {
        return Vec::new();
    }
    let real = evidence.candidates.iter().filter(|c| c.state.name == StateName::Real);
    let mut files: Vec<&Candidate> = if artifact.combine { real.collect() } else { Vec::new() };
    if files.is_empty() {
        files.extend(evidence.best());
    }
    files
}

/// An approval that some commit carries.
pub(super) struct Approval<'a> {
    pub(super) commit: &'a RangeCommit,
    pub(super) trailer: Trailer,
    pub(super) who: Author,
    /// Roles, by their place in the check.
    pub(super) roles: Vec<usize>,
    /// It comes after the last change.
    pub(super) current: bool,
    /// Why it does not count.
    pub(super) flaw: Option<String>,
}

/// Asks one rule of one artifact of one model.
pub fn judge(c: &mut ApprovalContext<'_, '_, '_>) -> Outcome {
    let files = files(c.artifact, c.evidence);
    let Some(best) = files.first().copied() else { return Outcome::NotAsked };
    let (mut changed, mut open) = (Vec::new(), false);
    for file in &files {
        match c.last.get(&file.path) {
            Some(Last::At(commit)) => changed.push(&**commit),
            Some(Last::Uncommitted) | None => open = true,
            Some(Last::Shallow) => return unknown(c, &format!("when {} last changed", file.path)),
        }
    }
    let found = match approvals(c, &files, &changed, open) {
        Ok(found) => found,
        Err(error) => return Outcome::Unknown(Box::new(error.diagnostic())),
    };
    if c.check.asks == ApprovalAsk::Independent {
        return approver::independent(c, best, &found);
    }
    let (mut missing, mut outdated) = (Vec::new(), Vec::new());
    for role in 0..c.check.roles.len() {
        let mut of = found.iter().filter(|a| a.roles.contains(&role) && a.flaw.is_none());
        if of.clone().any(|a| a.current) {
            continue;
        }
        match of.next() {
            Some(old) => outdated.push((role, old)),
            None => missing.push(role),
        }
    }
    let hidden = changed.iter().any(|commit| c.trail.may_lack_after(commit.id));
    if !(missing.is_empty() && outdated.is_empty()) && hidden {
        return unknown(c, &format!("who approved {} since it last changed", best.path));
    }
    match c.check.asks {
        ApprovalAsk::Given if missing.is_empty() => Outcome::Holds,
        ApprovalAsk::Given => {
            Outcome::Fails(vec![given(c, best, &missing, &found, changed.first().copied())])
        }
        _ if outdated.is_empty() => Outcome::Holds,
        _ => Outcome::Fails(outdated_ones(c, best, &outdated, &changed, open)),
    }
}

fn unknown(c: &ApprovalContext<'_, '_, '_>, what: &str) -> Outcome {
    let message = format!("cannot tell {what}: this clone is shallow, its history is cut off");
    let diagnostic = Diagnostic::new(Level::Error, c.rule.id.value.clone(), message)
        .and(c.rule.check_span, "asked for by this rule")
        .help("fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in the checkout step");
    Outcome::Unknown(Box::new(diagnostic))
}

/// All approvals in the history that speak of this model and of a file that was there, newest first.
fn approvals<'a>(
    c: &mut ApprovalContext<'a, '_, '_>,
    files: &[&Candidate],
    changed: &[&RangeCommit],
    open: bool,
) -> Result<Vec<Approval<'a>>, Error> {
    let (Some(best), false) = (files.first(), c.trail.kept.is_empty()) else { return Ok(Vec::new()) };
    let after: Vec<_> = changed.iter().map(|commit| c.trail.after(commit.id)).collect();
    let trail: &'a Trail = c.trail;
    let mut found = Vec::new();
    for commit in &trail.kept {
        if c.changes.blob_at(commit.id, &best.path)?.is_none() {
            continue;
        }
        // A merge may bring an old content back without being a change of it: what was approved is
        // what the approving commit holds.
        let mut same = true;
        for file in files {
            if let Some(Last::At(change)) = c.last.get(&file.path) {
                let judged = c.changes.blob_at(change.id, &file.path)?;
                same &= c.changes.blob_at(commit.id, &file.path)? == judged;
            }
        }
        let current = !open && same && after.iter().all(|after| after.contains(commit.id));
        for trailer in trailers::parse(&commit.message.text).0 {
            if !c.check.trailers.iter().any(|name| trailer.is(&name.value)) {
                continue;
            }
            let who = author::person(&trailer.value, c.mailmap);
            let roles = roles(c, &trailer.value);
            let flaw = flaw(c, best, commit, &trailer, &who, &roles, changed);
            found.push(Approval { commit, trailer, who, roles, current, flaw });
        }
    }
    Ok(found)
}

/// The roles that the last pair of parentheses names.
fn roles(c: &ApprovalContext<'_, '_, '_>, value: &str) -> Vec<usize> {
    let Some(said) = role_of(value) else { return Vec::new() };
    let is = |terms: &Terms| c.set.terms(terms).is_match(said);
    let of = |(at, (name, terms)): (usize, &(crate::policy::At<String>, Terms))| {
        (is(terms) || name.value.eq_ignore_ascii_case(said)).then_some(at)
    };
    c.check.roles.iter().enumerate().filter_map(of).collect()
}

fn role_of(value: &str) -> Option<&str> {
    let inner = value.trim_end().strip_suffix([')', '）'])?;
    let start = inner.rfind(['(', '（'])?;
    let said = inner[start..].trim_start_matches(['(', '（']).trim();
    (!said.is_empty()).then_some(said)
}

/// Why an approval does not count, for a sentence "…: *reason*".
fn flaw(
    c: &ApprovalContext<'_, '_, '_>,
    best: &Candidate,
    commit: &RangeCommit,
    trailer: &Trailer,
    who: &Author,
    roles: &[usize],
    changed: &[&RangeCommit],
) -> Option<String> {
    let whole = &trailer.value;
    let name = whole
        .rfind(['(', '（'])
        .filter(|_| role_of(whole).is_some())
        .map_or(whole.as_str(), |at| &whole[..at]);
    if !matches!(types::read(ValueType::Person, name, &c.set.words), Reading::Found(_)) {
        return Some("names no person".to_string());
    }
    if roles.is_empty() {
        let names: Vec<&str> = c.check.roles.iter().map(|(name, _)| name.value.as_str()).collect();
        return Some(format!("says no role; write ({}) behind the name", names.join(") or (")));
    }
    if changed.iter().any(|change| change.id == commit.id) {
        return Some("stands in the very commit that changes the file".to_string());
    }
    if changed.iter().any(|change| author::same(who, &change.author)) {
        return Some("by the author of what would be approved".to_string());
    }
    let named = names_model(&commit.message.text, c.model, &best.path);
    (!c.alone && !named).then(|| format!("does not say that it is about {}", c.model.id))
}

/// True when a message names the model, its folder or the file.
fn names_model(text: &str, model: &Model, path: &RepoPath) -> bool {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let holds = |needle: &str| {
        !needle.is_empty()
            && text
                .match_indices(needle)
                .any(|(at, found)| !text[..at].ends_with(word) && !text[at + found.len()..].starts_with(word))
    };
    holds(&model.id) || holds(&model.path.to_text()) || holds(&path.to_text())
}

pub(super) fn names(c: &ApprovalContext<'_, '_, '_>, roles: &[usize]) -> String {
    let names: Vec<&str> = roles.iter().map(|&at| c.check.roles[at].0.value.as_str()).collect();
    words::and(&names)
}

/// The first line of a file, or the file.
fn anchor(c: &ApprovalContext<'_, '_, '_>, best: &Candidate) -> Location {
    let Some(source) = best.source else { return Location::Path(best.path.clone()) };
    let range = range::subject(&c.texts.sources.get(source).text);
    Location::Text(Span::new(source, range))
}

/// The command that records an approval.
pub(super) fn record(c: &ApprovalContext<'_, '_, '_>, best: &Candidate, roles: &[usize]) -> String {
    let key = c.check.trailers.first().map_or("Approved-by", |name| name.value.as_str());
    let of = if c.alone { String::new() } else { format!(" of {}", c.model.id) };
    let first = names(c, &roles[..roles.len().min(1)]);
    let more = match roles.get(1..).unwrap_or_default() {
        [] => String::new(),
        rest => format!(", and likewise for {}", names(c, rest)),
    };
    format!(
        "once somebody has read it, record that in a commit of its own: `git commit --allow-empty -m 'Approve {}{of}' --trailer '{key}: First Last <address> ({first})'`{more}",
        best.path
    )
}

fn given(
    c: &mut ApprovalContext<'_, '_, '_>,
    best: &Candidate,
    missing: &[usize],
    found: &[Approval<'_>],
    changed: Option<&RangeCommit>,
) -> Problem {
    let who = names(c, missing);
    let verb = if missing.len() == 1 { "has" } else { "have" };
    let message = format!("{who} {verb} not approved {}", best.path);
    let label = match changed {
        Some(commit) => {
            let day = words::date(commit.time);
            format!("last changed on {day}, by commit {}", commit.id.short())
        }
        None => "not committed as it is".to_string(),
    };
    let mut problem = Problem::new(message, anchor(c, best)).label(label).help(record(c, best, missing));
    for approval in found.iter().filter(|a| counts_for(a, missing)).take(3) {
        let Some(flaw) = &approval.flaw else { continue };
        if let Some(span) = c.texts.span(approval.commit, approval.trailer.range.clone()) {
            problem.related.push(Note { span, text: format!("does not count: {flaw}") });
        }
    }
    problem
}

/// True for an approval that was meant for one of the roles, or for any.
fn counts_for(approval: &Approval<'_>, roles: &[usize]) -> bool {
    approval.roles.is_empty() || approval.roles.iter().any(|role| roles.contains(role))
}

fn outdated_ones(
    c: &mut ApprovalContext<'_, '_, '_>,
    best: &Candidate,
    outdated: &[(usize, &Approval<'_>)],
    changed: &[&RangeCommit],
    open: bool,
) -> Vec<Problem> {
    let mut by_commit: BTreeMap<CommitId, Vec<(usize, &Approval<'_>)>> = BTreeMap::new();
    for (role, old) in outdated {
        by_commit.entry(old.commit.id).or_default().push((*role, old));
    }
    let newest = changed.iter().copied().max_by_key(|commit| commit.time).filter(|_| !open);
    let mut problems = Vec::new();
    for olds in by_commit.into_values() {
        let roles: Vec<usize> = olds.iter().map(|(role, _)| *role).collect();
        let (who, commit) = (names(c, &roles), olds[0].1.commit);
        let how = match newest {
            Some(change) => {
                format!("commit {} changed it on {}", change.id.short(), words::date(change.time))
            }
            None => "it has changed since and is not committed yet".to_string(),
        };
        let message = format!("{who} approved {} in commit {}, and {how}", best.path, commit.id.short());
        let at = c.texts.at(commit, olds[0].1.trailer.range.clone());
        let mut problem = Problem::new(message, at).label("outdated").help(record(c, best, &roles));
        let further = olds[1..].iter().filter(|(_, old)| old.trailer != olds[0].1.trailer);
        for (_, old) in further {
            if let Some(span) = c.texts.span(commit, old.trailer.range.clone()) {
                problem.related.push(Note { span, text: "outdated".to_string() });
            }
        }
        problem.related.extend(c.texts.note(commit, "the approval"));
        problem.related.extend(newest.and_then(|change| c.texts.note(change, "the later change")));
        problems.push(problem);
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_stands_in_the_last_parentheses() {
        for (value, role) in [
            ("Ada <a@x> (legal)", Some("legal")),
            ("Ada (London) <a@x> (IT security)", Some("IT security")),
            ("Ada <a@x>", None),
            ("Ada <a@x> ()", None),
            ("Ada（法务）", Some("法务")),
            ("(", None),
        ] {
            assert_eq!(role_of(value), role, "{value}");
        }
    }
}
