//! Who wrote a commit, and who approved it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::range::{self, RangeContext};
use super::{Outcome, Problem, committer, context, words};
use crate::git::{Author, Mailmap};
use crate::policy::{CommitsCheck, PolicySet, Terms};

/// Which authors of a change production knows.
#[derive(Default)]
pub struct Known {
    /// Those that nobody has vouched for yet.
    open: BTreeSet<Author>,
    /// False when there is no production side, so that nobody can be known.
    asked: bool,
    /// The history of production is cut off.
    cut: bool,
}

impl Known {
    /// The authors of a change; those whom production's mailmap names are known already.
    pub fn of<'c>(authors: impl Iterator<Item = &'c Author>, mailmap: &Mailmap) -> Known {
        let named =
            |a: &Author| mailmap.names(&a.name, &a.email) || mailmap.names(&a.mapped_name, &a.mapped_email);
        let open = authors.filter(|author| !named(author)).cloned().collect();
        Known { open, asked: true, cut: false }
    }

    /// Learns of an author of production; breaks off once all are known.
    pub fn see(&mut self, author: &Author) -> ControlFlow<()> {
        self.open.retain(|open| !same(open, author));
        if self.open.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Notes that production's history is cut off.
    pub fn cut_off(&mut self, cut: bool) {
        self.cut = cut;
    }

    /// True when somebody is still to be looked for.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }
}

/// True when two authors share an address or a name, as written or by the mailmap.
pub(super) fn same(a: &Author, b: &Author) -> bool {
    let emails = |x: &Author| [x.email.to_lowercase(), x.mapped_email.to_lowercase()];
    let (left, right) = (emails(a), emails(b));
    left.iter().any(|email| !email.is_empty() && right.contains(email))
        || [&a.name, &a.mapped_name]
            .into_iter()
            .any(|name| [&b.name, &b.mapped_name].into_iter().any(|other| committer::same_name(name, other)))
}

/// True for a program, by its name or the local part of its address.
pub(super) fn is_bot(set: &PolicySet, bots: Option<&Terms>, author: &Author) -> bool {
    let Some(bots) = bots.map(|terms| set.terms(terms)) else { return false };
    let local = author.email.split('@').next().unwrap_or("");
    bots.is_match(&author.name) || bots.is_match(local)
}

/// True for a name or an address that stands for anybody.
fn is_placeholder(set: &PolicySet, check: &CommitsCheck, author: &Author) -> bool {
    if author.name.is_empty() && author.email.is_empty() {
        return true;
    }
    let (local, host) = author.mapped_email.split_once('@').unwrap_or((&author.mapped_email, ""));
    let whole = |text: &str| check.placeholders.as_ref().is_some_and(|t| set.terms(t).is_whole(text));
    let holds = |text: &str| check.hosts.as_ref().is_some_and(|t| set.terms(t).is_match(text));
    whole(&author.mapped_name) || whole(local) || holds(host)
}

/// `Ada Lovelace <ada@corp.example>`.
fn shown(author: &Author) -> String {
    match (author.name.as_str(), author.email.as_str()) {
        ("", "") => "nobody".to_string(),
        (name, "") => name.to_string(),
        ("", email) => format!("<{email}>"),
        (name, email) => format!("{name} <{email}>"),
    }
}

pub(super) fn run(c: &mut RangeContext<'_, '_, '_>, check: &CommitsCheck) -> Outcome {
    if !c.known.asked {
        return Outcome::NotAsked;
    }
    let mut strangers = BTreeMap::new();
    let mut asked = false;
    for (seen, changes) in c.touching_by_own() {
        if context::logic(c, check, &changes).is_empty() {
            continue;
        }
        asked = true;
        let author = &seen.commit.author;
        let nobody = is_placeholder(c.set, check, author);
        if is_bot(c.set, check.bots.as_ref(), author) || !nobody && !c.known.open.contains(author) {
            continue;
        }
        if !nobody && c.known.cut {
            let message = format!(
                "cannot tell whether {} ever committed to {}: this clone is shallow",
                shown(author),
                c.range.onto
            );
            return c.unknown(
                message,
                "fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` in the checkout step",
            );
        }
        let key = (author.mapped_email.to_lowercase(), author.mapped_name.to_lowercase());
        strangers.entry(key).or_insert_with(|| (author, nobody, Vec::new())).2.push(seen);
    }
    let mut problems = Vec::new();
    for (author, nobody, commits) in strangers.into_values() {
        let Some(newest) = commits.first() else { continue };
        let (short, who) = (newest.commit.id.short(), shown(author));
        let more = match commits.len() - 1 {
            0 => String::new(),
            n => format!(" and {}", words::count(n as u64, "more commit")),
        };
        let (message, help) = if nobody {
            (format!("commit {short}{more} is by {who}, which can be anybody"), who_are_you(c))
        } else {
            let said = format!("nobody on {} knows {who}, the author of commit {short}{more}", c.range.onto);
            (said, vouch(c, author))
        };
        let at = c.texts.at(&newest.commit, range::subject(&newest.commit.message.text));
        problems.push(Problem::new(message, at).label(format!("written by {who}")).help(help));
    }
    if asked { range::few(problems, "author") } else { Outcome::NotAsked }
}

fn who_are_you(c: &RangeContext<'_, '_, '_>) -> String {
    format!(
        "say who you are with `git config user.name` and `git config user.email`, then write the commits anew: `git rebase -r {} --exec 'git commit --amend --no-edit --reset-author'`",
        c.range.onto
    )
}

fn vouch(c: &RangeContext<'_, '_, '_>, author: &Author) -> String {
    format!(
        "for another address of a colleague, map it in .mailmap on {0}: `Proper Name <known@address> <{1}>`; for a new colleague, have somebody who is known add `{2}` there",
        c.range.onto,
        author.email,
        shown(author)
    )
}

pub(super) fn self_approval(c: &mut RangeContext<'_, '_, '_>, check: &CommitsCheck) -> Outcome {
    let (mut problems, mut asked) = (Vec::new(), false);
    for (seen, changes) in c.touching_by_own() {
        if context::logic(c, check, &changes).is_empty() {
            continue;
        }
        let approvals = seen.trailers.iter().filter(|t| check.trailers.iter().any(|n| t.is(&n.value)));
        for trailer in approvals {
            asked = true;
            let approver = person(&trailer.value, &c.range.mailmap);
            if !same(&approver, &seen.commit.author) {
                continue;
            }
            let message = format!(
                "commit {} is approved by {}, who wrote it",
                seen.commit.id.short(),
                shown(&seen.commit.author)
            );
            let at = c.texts.at(&seen.commit, trailer.range.clone());
            let mut problem = Problem::new(message, at).label("the author of the commit");
            problem.related.extend(c.texts.note(&seen.commit, "the commit"));
            problems.push(problem);
        }
    }
    if asked { range::few(problems, "trailer") } else { Outcome::NotAsked }
}

/// Who a trailer's value names: `Ada Lovelace <ada@corp.example> (legal)`.
pub(super) fn person(value: &str, mailmap: &Mailmap) -> Author {
    let (name, email) = match value.split_once('<') {
        Some((name, rest)) => (name, rest.split('>').next().unwrap_or("").trim()),
        None => (value.split(['(', '（']).next().unwrap_or(value), ""),
    };
    // An address that stands alone, without its brackets.
    let name = name.trim();
    match name.contains('@') && email.is_empty() {
        true => Author::new("", name.trim_start_matches('@'), mailmap),
        false => Author::new(name, email, mailmap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(name: &str, email: &str) -> Author {
        Author::new(name, email, &Mailmap::default())
    }

    #[test]
    fn people_of_trailers() {
        for (value, name, email) in [
            ("Ada Lovelace <ada@x.example> (legal)", "Ada Lovelace", "ada@x.example"),
            ("Ada Lovelace (legal)", "Ada Lovelace", ""),
            ("ada@x.example", "", "ada@x.example"),
            ("Ada <ada@x", "Ada", "ada@x"),
            ("", "", ""),
        ] {
            assert_eq!(person(value, &Mailmap::default()), who(name, email), "{value}");
        }
    }

    #[test]
    fn people_are_the_same_by_address_or_by_name() {
        assert!(same(&who("A", "Ada@X.example"), &who("B", "ada@x.example")));
        assert!(same(&who("LOVELACE, Ada", "a@x"), &who("Ada Lovelace", "b@y")));
        assert!(!same(&who("", ""), &who("", "")));
        assert!(!same(&who("Ada", ""), &who("Grace", "")));
        let mailmap = Mailmap::parse("Ada Lovelace <ada@x.example> <home@y.example>\n");
        assert!(same(&Author::new("al", "HOME@y.example", &mailmap), &who("Z", "ada@x.example")));
    }
}
