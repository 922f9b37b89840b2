//! A commit says why.

use std::collections::BTreeSet;

use super::range::{self, RangeContext, Seen};
use super::{Outcome, Problem, author, words};
use crate::artifact::types;
use crate::git::Change;
use crate::policy::CommitsCheck;
use crate::text::{Folded, has_cjk, word_count};

/// Fewer digits name no commit.
const SHORTEST_ID: usize = 7;

pub(super) fn run(c: &mut RangeContext<'_, '_, '_>, check: &CommitsCheck) -> Outcome {
    let (mut problems, mut asked) = (Vec::new(), false);
    for (seen, changes) in c.touching_by_own() {
        let logic = logic(c, check, &changes);
        let Some(first) = logic.first() else { continue };
        asked = true;
        let Some(lack) = lack(c, check, seen) else { continue };
        let more = match logic.len() - 1 {
            0 => String::new(),
            n => format!(" and {}", words::count(n as u64, "more file")),
        };
        let short = seen.commit.id.short();
        let message = if seen.commit.message.nul {
            format!(
                "the message of commit {short} holds a NUL, and Git shows nothing of what stands behind it"
            )
        } else {
            format!("commit {short} changes {}{more} and does not say why", first.path)
        };
        let at = c.texts.at(&seen.commit, range::subject(&seen.commit.message.text));
        problems.push(Problem::new(message, at).label(lack).help(help(c, check, seen)));
    }
    if asked { range::few(problems, "commit") } else { Outcome::NotAsked }
}

/// The changes that touch the model's logic.
pub(super) fn logic<'s>(
    c: &RangeContext<'_, '_, '_>,
    check: &CommitsCheck,
    changes: &[&'s Change],
) -> Vec<&'s Change> {
    let is = |change: &Change| c.takes(&check.code, &change.path) && !c.takes(&check.except, &change.path);
    changes.iter().copied().filter(|change| is(change)).collect()
}

/// What a message lacks; `None` when it says why.
fn lack(c: &RangeContext<'_, '_, '_>, check: &CommitsCheck, seen: &Seen) -> Option<String> {
    let message = &seen.commit.message;
    if message.nul {
        return Some("shown only up to the NUL".to_string());
    }
    let text: &str = &message.text;
    let subject = range::subject(text);
    let body = &text[subject.end.min(seen.block)..seen.block];
    let told = |terms: &Option<crate::policy::Terms>, text: &str| {
        terms.as_ref().is_some_and(|terms| c.set.terms(terms).is_match(text))
    };
    let bump = told(&check.bumps, &text[subject.clone()])
        && author::is_bot(c.set, check.bots.as_ref(), &seen.commit.author);
    let reverts = told(&check.reverts, body) && names_a_commit(body);
    let given = seen.trailers.iter().any(|trailer| {
        check.trailers.iter().any(|name| trailer.is(&name.value))
            && !types::is_placeholder(&trailer.value, &c.set.words)
    });
    // A link that stands alone at the end reads as a trailer `https`.
    let lines: Vec<&str> = text.lines().filter(|line| !is_generated(line.trim_end())).collect();
    let referable = lines.join("\n");
    let referred = check.references.iter().any(|pattern| pattern.is_match(&referable));
    if bump || reverts || given || referred {
        return None;
    }
    let own = own_words(c, &text[subject.clone()], body);
    if own.words >= check.words {
        return None;
    }
    let before = |text: &str| text.trim().is_empty();
    Some(match () {
        () if before(text) => "the message is empty".to_string(),
        () if before(body) && seen.trailers.is_empty() => "a subject, and nothing else".to_string(),
        () if before(body) => "a subject, and no trailer that gives a reason".to_string(),
        () if own.repeated && own.words == 0 => "the body repeats the subject".to_string(),
        () if own.unfilled && own.words == 0 => "the body is a template that nobody filled in".to_string(),
        () if own.words == 0 => "the body holds no words of its own".to_string(),
        () => format!("the body has {} of its own", words::count(own.words, "word")),
    })
}

struct Own {
    words: u64,
    repeated: bool,
    unfilled: bool,
}

/// Counts the different words of a body that somebody wrote for this commit: not those of templates,
/// of lines that name people, of headings and boxes, nor the subject once more.
fn own_words(c: &RangeContext<'_, '_, '_>, subject: &str, body: &str) -> Own {
    let title = Folded::new(subject);
    let mut own = Own { words: 0, repeated: false, unfilled: false };
    let (mut kept, mut hidden) = (String::new(), false);
    for line in body.lines() {
        let line = without_notes(line, &mut hidden, &mut own.unfilled);
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if Folded::new(line.trim_start_matches(['*', '-', ' '])).as_str().trim() == title.as_str().trim() {
            own.repeated = true;
        } else if is_generated(line) {
            continue;
        } else if types::has_placeholder(line, &c.set.words) || is_form(line) {
            own.unfilled = true;
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    let folded = Folded::new(&kept);
    let distinct: BTreeSet<&str> = folded
        .as_str()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect();
    let count = if has_cjk(&kept) { word_count(&kept) } else { distinct.len() };
    own.words = count as u64;
    own
}

/// A line without `<!-- … -->`, which may go on over several lines.
fn without_notes(line: &str, hidden: &mut bool, unfilled: &mut bool) -> String {
    let (mut out, mut rest) = (String::new(), line);
    loop {
        let mark = if *hidden { "-->" } else { "<!--" };
        let Some((before, after)) = rest.split_once(mark) else {
            if !*hidden {
                out.push_str(rest);
            }
            return out;
        };
        if *hidden {
            *unfilled = true;
        } else {
            out.push_str(before);
        }
        *hidden = !*hidden;
        rest = after;
    }
}

/// Headings and boxes to tick belong to a form.
fn is_form(line: &str) -> bool {
    let item = line.trim_start_matches(['-', '*', ' ']);
    line.starts_with('#') || ["[ ]", "[x]", "[X]"].iter().any(|mark| item.starts_with(mark))
}

/// Lines that Git writes, or that only name somebody: `Signed-off-by: …`.
fn is_generated(line: &str) -> bool {
    let person = line.split_once(':').is_some_and(|(key, value)| {
        !key.contains(' ') && value.contains('@') && value.trim_end().ends_with('>')
    });
    person || line.starts_with("(cherry picked from commit ") || line == "---"
}

fn names_a_commit(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| word.len() >= SHORTEST_ID && word.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn help(c: &RangeContext<'_, '_, '_>, check: &CommitsCheck, seen: &Seen) -> String {
    let text = &seen.commit.message.text;
    let subject = &text[range::subject(text)];
    let unfinished = check.unfinished.as_ref().is_some_and(|terms| c.set.terms(terms).is_match(subject));
    if unfinished {
        return format!(
            "the commit looks unfinished: squash it into the one it belongs to with `git rebase -i --autosquash {}`",
            c.range.onto
        );
    }
    let how = if seen.commit.id == c.range.head {
        "`git commit --amend` opens its message".to_string()
    } else {
        format!("`git rebase -r -i {}^` and `reword` open its message", seen.commit.id.short())
    };
    match check.trailers.first() {
        Some(name) => format!("{how}: add a sentence with the reason, or a last line `{}: …`", name.value),
        None => format!("{how}: add a sentence with the reason"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_may_go_on_over_lines() {
        let (mut hidden, mut unfilled) = (false, false);
        let lines = ["a <!-- b --> c <!-- d", "e", "f --> g"];
        let kept: Vec<String> =
            lines.iter().map(|line| without_notes(line, &mut hidden, &mut unfilled)).collect();
        assert_eq!(kept, ["a  c ", "", " g"]);
        assert!(unfilled && !hidden);
    }

    #[test]
    fn forms_and_generated_lines() {
        for line in ["## Why", "- [ ] tests", "* [x] docs"] {
            assert!(is_form(line), "{line}");
        }
        for line in ["Signed-off-by: A <a@x>", "(cherry picked from commit 01234567)", "---"] {
            assert!(is_generated(line), "{line}");
        }
        assert!(!is_generated("Drift: the view is empty") && !is_form("- a point"));
        assert!(names_a_commit("commit 0123abc.") && !names_a_commit("commit deadxyz 0123"));
    }
}
