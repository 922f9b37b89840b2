//! Files that a model must have.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::tree::{Text, parent};
use super::{FileContext, LookContext, Outcome, Problem, words};
use crate::diag::{Note, RepoPath};
use crate::git::Error;
use crate::policy::{Enough, FilesCheck, Pattern, Rule};
use crate::verdict::Location;

/// The most further places of a finding.
const MAX_PLACES: usize = 4;
/// The most files that are looked at before it cannot be told.
const MAX_FILES: usize = 50_000;

/// What was found out about the files of one model, before it is said in words.
#[derive(Debug)]
pub enum Answer<'a> {
    /// There is nothing more to say.
    Clear(Outcome),
    /// There is the first file that the rule is about, and none that is enough.
    Lacks {
        /// That file.
        first: &'a [u8],
        /// The file that comes nearest.
        near: Option<Near<'a>>,
    },
}

/// A file that is not enough.
#[derive(Debug)]
pub struct Near<'a> {
    path: &'a [u8],
    text: Arc<Text>,
    flaw: &'a str,
    /// The lines that are wrong; none when the file as a whole is.
    lines: Vec<Range<usize>>,
}

/// Looks for the files of one model, without a word about them yet.
pub(super) fn look<'a>(c: &mut LookContext<'a, '_, '_>, check: &'a FilesCheck) -> Result<Answer<'a>, Error> {
    let all = !check.holding.is_empty() || check.any.iter().any(|enough| !enough.names.is_empty());
    let of = match all {
        true => c.tree.own(c.model, &check.of, &check.except),
        false => c.tree.first(c.model, &check.of, &check.except).into_iter().collect(),
    };
    let Some(first) = first_of(c, check, &of)? else { return Ok(Answer::Clear(Outcome::NotAsked)) };
    let (mut near, mut read): (Option<Near<'_>>, usize) = (None, 0);
    for enough in &check.any {
        let mut files = c.tree.own(c.model, &enough.files, &check.except);
        let names = if enough.names.is_empty() { BTreeSet::new() } else { names(&of, &files) };
        files.extend(c.tree.above(c.model, &enough.above, &check.except));
        if !enough.holds.is_empty() || !enough.names.is_empty() {
            // The nearest are asked first: most likely one of them is enough.
            files.sort_by_cached_key(|path| path.iter().filter(|b| **b == b'/').count());
        }
        let mut best: Option<(usize, Near<'_>)> = None;
        for at in by_turns(&files) {
            read += 1;
            if read > MAX_FILES {
                return Ok(Answer::Clear(too_many(c.rule, check)));
            }
            let Some(found) = one(c, enough, files[at], &names)? else {
                return Ok(Answer::Clear(Outcome::Holds));
            };
            let rank = |at: usize, near: &Near<'_>| (near.lines.is_empty(), at);
            let better = best.as_ref().is_none_or(|(known, near)| rank(at, &found) < rank(*known, near));
            if better && !found.flaw.is_empty() {
                best = Some((at, found));
            }
        }
        if let Some((_, found)) = best
            && near.as_ref().is_none_or(|near| near.lines.is_empty() && !found.lines.is_empty())
        {
            near = Some(found);
        }
    }
    Ok(Answer::Lacks { first, near })
}

/// Says what was found out.
pub(super) fn say(c: &mut FileContext<'_, '_, '_, '_>, check: &FilesCheck, answer: Answer<'_>) -> Outcome {
    match answer {
        Answer::Clear(outcome) => outcome,
        Answer::Lacks { first, near } => Outcome::Fails(vec![problem(c, check, first, near)]),
    }
}

/// The places of files, the first of each folder before the second of any: those of one folder are alike, and one
/// file that is enough will do.
fn by_turns(files: &[&[u8]]) -> Vec<usize> {
    let mut turns: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut order: Vec<(usize, usize)> = Vec::with_capacity(files.len());
    let mut at = 0;
    // Most often those of a folder stand side by side.
    for same in files.chunk_by(|a, b| parent(a) == parent(b)) {
        let first = turns.entry(parent(same[0])).or_default();
        order.extend((*first..).zip(at..at + same.len()));
        (*first, at) = (*first + same.len(), at + same.len());
    }
    order.sort_unstable();
    order.into_iter().map(|(_, at)| at).collect()
}

fn too_many(rule: &Rule, check: &FilesCheck) -> Outcome {
    let wants = words::a(&check.wants);
    let message = format!("cannot tell whether there is {wants}: more than {MAX_FILES} files may be one");
    super::unknown(rule, message, "split the model's folder, or narrow `files` in a rule of your own")
}

/// The first file that the rule is about.
fn first_of<'a>(
    c: &mut LookContext<'a, '_, '_>,
    check: &FilesCheck,
    of: &[&'a [u8]],
) -> Result<Option<&'a [u8]>, Error> {
    if check.holding.is_empty() {
        return Ok(of.first().copied());
    }
    for path in of {
        if let Some(text) = c.tree.text(path)?
            && text.parts.iter().any(|part| any(&check.holding, &part.code))
        {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

fn any(patterns: &[Pattern], text: &str) -> bool {
    patterns.iter().any(|pattern| pattern.is_match(text))
}

/// `None` when the file is enough.
fn one<'a>(
    c: &mut LookContext<'_, '_, '_>,
    enough: &'a Enough,
    path: &'a [u8],
    names: &BTreeSet<String>,
) -> Result<Option<Near<'a>>, Error> {
    let flaw = enough.flaw.as_deref().unwrap_or("");
    let asks = !(enough.holds.is_empty() && enough.lacks.is_empty() && enough.names.is_empty());
    if !asks && enough.lines.is_none() {
        return Ok(None);
    }
    let nothing = || Arc::new(Text { raw: Arc::from(""), parts: Vec::new() });
    let Some(text) = c.tree.text(path)? else {
        let flaw = if enough.lines.is_some() { "cannot be read: save it as UTF-8 text" } else { "" };
        return Ok(Some(Near { path, text: nothing(), flaw, lines: Vec::new() }));
    };
    let near = |flaw, lines| Ok(Some(Near { path, text: Arc::clone(&text), flaw, lines }));
    let holds = |patterns: &[Pattern]| text.parts.iter().any(|part| any(patterns, &part.code));
    if !enough.holds.is_empty() && !holds(&enough.holds) {
        return near("", Vec::new());
    }
    let named = enough.names.is_empty() || text.parts.iter().any(|part| mentions(enough, &part.code, names));
    if !named || holds(&enough.lacks) {
        // What is said of lines is not what is wrong then.
        return near(if enough.lines.is_some() { "" } else { flaw }, Vec::new());
    }
    match enough.lines.as_ref().map(|lines| wrong_lines(lines, &enough.each, &text.raw)) {
        Some((0, _)) => near("", Vec::new()),
        Some((_, wrong)) if !wrong.is_empty() => near(flaw, wrong),
        _ => Ok(None),
    }
}

/// How many lines count, and those that are wrong.
fn wrong_lines(lines: &Pattern, each: &[Pattern], text: &str) -> (usize, Vec<Range<usize>>) {
    let (mut count, mut wrong, mut at) = (0, Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if lines.is_match(bare) {
            count += 1;
            if !any(each, bare) {
                let lead = bare.len() - bare.trim_start().len();
                wrong.push(at + lead..at + bare.len());
            }
        }
        at += line.len();
    }
    (count, wrong)
}

/// Names of modules: files without their ending, and the folders that they lie in. Those that name others
/// are none.
fn names(of: &[&[u8]], naming: &[&[u8]]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut last: &[u8] = &[];
    for path in of.iter().filter(|path| naming.binary_search(path).is_err()) {
        let file = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
        let stem = file.iter().rposition(|&b| b == b'.').map_or(file, |at| &file[..at]);
        out.insert(String::from_utf8_lossy(stem).to_lowercase());
        let folder = parent(path);
        if folder != last {
            let parts = folder.split(|&b| b == b'/').filter(|part| !part.is_empty());
            out.extend(parts.map(|part| String::from_utf8_lossy(part).to_lowercase()));
            last = folder;
        }
    }
    out
}

fn mentions(enough: &Enough, text: &str, names: &BTreeSet<String>) -> bool {
    let regexes = enough.names.iter().filter_map(|pattern| pattern.over(text));
    let captures = regexes.flat_map(|regex| regex.captures_iter(text));
    captures.filter_map(|caps| caps.get_group_by_name("name")).any(|name| {
        let parts = text[name].split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'));
        parts.map(str::to_lowercase).any(|part| names.contains(&part))
    })
}

fn problem(
    c: &mut FileContext<'_, '_, '_, '_>,
    check: &FilesCheck,
    first: &[u8],
    near: Option<Near<'_>>,
) -> Problem {
    let lacks = format!("model `{}` has no {}", c.models[c.model].id, check.wants);
    let Some(near) = near else {
        return Problem::new(lacks, Location::Path(RepoPath::from_git(first)));
    };
    let file = RepoPath::from_git(near.path);
    let Some(line) = near.lines.first() else {
        return Problem::new(format!("{lacks}: {file} {}", near.flaw), Location::Path(file));
    };
    let said = words::count(near.lines.len() as u64, "line");
    let message = format!("{lacks}: {file} {} in {said}", near.flaw);
    let at = c.tree.at(c.sources, near.path, &near.text, line.clone());
    let mut problem = Problem::new(message, at).label("this one");
    for line in near.lines[1..].iter().take(MAX_PLACES) {
        let span = c.tree.span(c.sources, near.path, &near.text, line.clone());
        problem.related.push(Note { span, text: "and this one".to_string() });
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::by_turns;

    #[test]
    fn folders_take_turns() {
        let files: Vec<&[u8]> = vec![b"a/1", b"a/2", b"a/3", b"b/1", b"b/2", b"1", b"a/b/1"];
        assert_eq!(by_turns(&files), [0, 3, 5, 6, 1, 4, 2]);
        assert!(by_turns(&[]).is_empty());
    }
}
