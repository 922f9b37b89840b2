//! Checks about a model's files: `[rule.check.files]`, `[rule.check.reach]`.

use std::sync::Arc;

use super::fields::Fields;
use super::globs::Globs;
use super::load_check::{list, some};
use super::load_reader;
use super::mistakes::{At, Mistakes};
use super::regexes::Pattern;
use super::rule::Check;
use super::rule_code::{Enough, Extract, FilesCheck, Language, ReachCheck};

pub(super) fn files(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let of = Globs::new(some(f, "of", mistakes));
    let holding = patterns(f, "holding", mistakes);
    let except = Globs::new(list(f, "except", mistakes));
    let wants = f.required("wants", mistakes);
    let tables = tables(f, "any", mistakes);
    let any = tables.into_iter().filter_map(|table| enough(table, mistakes)).collect();
    Some(Check::Files(Box::new(FilesCheck { of, holding, except, wants: wants?.value, any })))
}

fn enough(mut f: Fields<'_>, mistakes: &mut Mistakes) -> Option<Enough> {
    let (files, above) = (list(&mut f, "files", mistakes), list(&mut f, "above", mistakes));
    if files.is_empty() && above.is_empty() {
        let message = "no file could be enough";
        mistakes.add("missing-key", f.span(), message, "add `files = [\"…\"]` or `above = [\"…\"]`");
    }
    let (holds, lacks) = (patterns(&mut f, "holds", mistakes), patterns(&mut f, "lacks", mistakes));
    let lines = pattern(&mut f, "lines", mistakes);
    let each = patterns(&mut f, "each", mistakes);
    if lines.is_some() == each.is_empty() {
        let message = "`lines` and `each` mean something together only";
        let at = f.key_span("lines").or(f.key_span("each")).unwrap_or(f.span());
        mistakes.add("unused-key", at, message, "write both, or none");
    }
    let names = patterns(&mut f, "names", mistakes);
    let flaw = f.string("flaw", mistakes).map(|text| text.value);
    f.finish(mistakes);
    let (files, above) = (Globs::new(files), Globs::new(above));
    Some(Enough { files, above, holds, lacks, lines, each, names, flaw })
}

pub(super) fn reach(f: &mut Fields<'_>, mistakes: &mut Mistakes) -> Option<Check> {
    let declared = some(f, "declared", mistakes);
    facts_of_one(&declared, mistakes);
    let files = Globs::new(some(f, "files", mistakes));
    let except = Globs::new(list(f, "except", mistakes));
    let ignore = patterns(f, "ignore", mistakes);
    let unless_after = patterns(f, "unless_after", mistakes);
    let denials = load_reader::terms(f, "denials", mistakes);
    let code = f.tables("code", mistakes);
    let code = code.into_iter().map(|table| language(table, mistakes)).collect();
    let extract = tables(f, "extract", mistakes);
    let extract = extract.into_iter().filter_map(|table| one_extract(table, mistakes)).collect();
    Some(Check::Reach(Arc::new(ReachCheck {
        declared,
        files,
        except,
        code,
        extract,
        ignore,
        unless_after,
        denials,
    })))
}

/// Facts are written as `artifact.fact`, and one document declares.
pub(super) fn facts_of_one(declared: &[At<String>], mistakes: &mut Mistakes) {
    let mut first: Option<&str> = None;
    for name in declared {
        let Some((artifact, _)) = name.value.split_once('.') else {
            let message = format!("`{}` is not a fact of an artifact", name.value);
            mistakes.add("bad-id", name.span, message, "write it as `data-sharing.sources`");
            continue;
        };
        if first.is_some_and(|first| first != artifact) {
            let message = "these facts belong to one artifact";
            mistakes.add("bad-id", name.span, message, "write a second rule");
        }
        first = first.or(Some(artifact));
    }
}

fn language(mut f: Fields<'_>, mistakes: &mut Mistakes) -> Language {
    let files = Globs::new(some(&mut f, "files", mistakes));
    let comments = marks(list(&mut f, "comments", mistakes), mistakes);
    let pairs = f.groups("blocks", mistakes).unwrap_or_default();
    let mut blocks = Vec::new();
    for pair in pairs {
        match pair.as_slice() {
            [open, close] if !open.value.is_empty() && !close.value.is_empty() => {
                blocks.push((open.value.clone(), close.value.clone()));
            }
            _ => {
                let at = f.key_span("blocks").unwrap_or(f.span());
                let label = "write `[[\"/*\", \"*/\"]]`";
                mistakes.add("wrong-type", at, "a block comment has a beginning and an end", label);
            }
        }
    }
    let mut quotes = marks(list(&mut f, "quotes", mistakes), mistakes);
    quotes.sort_by_key(|quote| usize::MAX - quote.len());
    let docstrings = f.boolean("docstrings", mistakes).unwrap_or(false);
    let dead = patterns(&mut f, "dead", mistakes);
    f.finish(mistakes);
    Language { files, comments, blocks, quotes, docstrings, dead }
}

fn one_extract(mut f: Fields<'_>, mistakes: &mut Mistakes) -> Option<Extract> {
    let what = f.required("what", mistakes);
    let files = f.strings("files", mistakes).map(Globs::new);
    let texts = some(&mut f, "find", mistakes);
    let find = load_reader::patterns(Some(texts));
    let aliases = load_reader::patterns(f.strings("aliases", mistakes));
    let strings = pattern(&mut f, "strings", mistakes);
    f.finish(mistakes);
    Some(Extract { what: what?.value, files, find, strings, aliases })
}

/// Tables of which there must be one.
fn tables<'t>(f: &mut Fields<'t>, key: &'static str, mistakes: &mut Mistakes) -> Vec<Fields<'t>> {
    let present = f.key_span(key).is_some();
    let tables = f.tables(key, mistakes);
    if !present {
        let message = format!("the check has no `{key}`");
        mistakes.add("missing-key", f.span(), message, format!("add a table `[[rule.check.….{key}]]`"));
    }
    tables
}

fn marks(marks: Vec<At<String>>, mistakes: &mut Mistakes) -> Vec<String> {
    for mark in marks.iter().filter(|mark| mark.value.trim().is_empty()) {
        mistakes.add("empty-value", mark.span, "a mark is empty", "write something here");
    }
    marks.into_iter().map(|mark| mark.value).collect()
}

fn patterns(f: &mut Fields<'_>, key: &'static str, mistakes: &mut Mistakes) -> Vec<Pattern> {
    load_reader::patterns(f.strings(key, mistakes))
}

fn pattern(f: &mut Fields<'_>, key: &'static str, mistakes: &mut Mistakes) -> Option<Pattern> {
    f.string(key, mistakes).map(Pattern::new)
}

/// Compiles all patterns of a check, for policies that do not come with the program.
pub(super) fn check_patterns(check: &Check, mistakes: &mut Mistakes) {
    globs(check).into_iter().for_each(|globs| globs.check(mistakes));
    let (mut plain, mut naming): (Vec<&Pattern>, Vec<&Pattern>) = (Vec::new(), Vec::new());
    match check {
        Check::Commits(check) => plain.extend(&check.references),
        Check::Files(check) => {
            plain.extend(&check.holding);
            for enough in &check.any {
                plain.extend(
                    enough.holds.iter().chain(&enough.lacks).chain(&enough.lines).chain(&enough.each),
                );
                naming.extend(&enough.names);
            }
        }
        Check::Reach(check) => {
            plain.extend(check.ignore.iter().chain(&check.unless_after));
            plain.extend(check.code.iter().flat_map(|language| &language.dead));
            plain.extend(check.extract.iter().filter_map(|extract| extract.strings.as_ref()));
            naming
                .extend(check.extract.iter().flat_map(|extract| extract.find.iter().chain(&extract.aliases)));
        }
        _ => {}
    }
    plain.iter().chain(&naming).for_each(|pattern| pattern.check(mistakes));
    naming.iter().for_each(|pattern| has_name(pattern, mistakes));
}

/// All sets of patterns over paths that a check has.
fn globs(check: &Check) -> Vec<&Globs> {
    match check {
        Check::Fresh { code, except, .. } => vec![code, except],
        Check::Commits(check) => vec![&check.code, &check.except],
        Check::Blobs(check) => vec![&check.files, &check.always, &check.except],
        Check::Files(check) => {
            let any = check.any.iter().flat_map(|enough| [&enough.files, &enough.above]);
            [&check.of, &check.except].into_iter().chain(any).collect()
        }
        Check::Reach(check) => {
            let code = check.code.iter().map(|language| &language.files);
            let extract = check.extract.iter().filter_map(|extract| extract.files.as_ref());
            [&check.files, &check.except].into_iter().chain(code).chain(extract).collect()
        }
        Check::Agree(check) => {
            check.claims.iter().flat_map(|claim| [&claim.facts.files, &claim.with.files]).flatten().collect()
        }
        _ => Vec::new(),
    }
}

/// A pattern that finds a name must say which part of the match it is.
fn has_name(pattern: &Pattern, mistakes: &mut Mistakes) {
    if pattern
        .regex()
        .is_some_and(|regex| !regex.group_info().all_names().any(|(_, _, name)| name == Some("name")))
    {
        let label = "write the name as `(?<name>…)`";
        mistakes.add("bad-regex", pattern.span(), "the pattern has no group `name`", label);
    }
}
