//! Programs: comments and docstrings as prose, every line for patterns.

use std::ops::Range;

use super::out::{Out, lines, trim};
use crate::artifact::document::UnitKind;

/// How a language writes comments.
#[derive(Clone, Copy)]
struct Syntax {
    hash: bool,
    slashes: bool,
    dashes: bool,
    docstrings: bool,
}

fn syntax(language: &str) -> Syntax {
    let none = Syntax { hash: false, slashes: false, dashes: false, docstrings: false };
    match language {
        "py" | "pyi" | "bzl" => Syntax { hash: true, docstrings: true, ..none },
        "sql" | "hql" | "lua" => Syntax { dashes: true, ..none },
        "scala" | "java" | "kt" | "js" | "ts" | "go" | "rs" | "c" | "cpp" | "cc" | "h" | "cs" | "groovy"
        | "swift" | "sc" | "jenkinsfile" => Syntax { slashes: true, ..none },
        "tf" | "hcl" => Syntax { hash: true, slashes: true, ..none },
        "r" | "sh" | "bash" | "zsh" | "mk" | "rb" | "jl" | "ps1" | "cfg" | "ini" | "conf" | "env"
        | "makefile" | "dockerfile" => Syntax { hash: true, ..none },
        _ => Syntax { hash: true, slashes: true, dashes: true, docstrings: true },
    }
}

/// Reads a whole text. `language` is the file's extension, lower-case, or empty.
pub(super) fn read(out: &mut Out<'_>, language: &str) {
    let text = out.text;
    let language = if language.is_empty() { shebang(text) } else { language };
    let syntax = syntax(language);
    let mut inside: Option<&'static str> = None;
    for line in lines(text, 0..text.len()) {
        if out.full() {
            return;
        }
        let content = trim(text, line.clone());
        if content.is_empty() {
            continue;
        }
        out.code(language, &text[line.clone()], line, false);
        inside = match inside {
            Some(end) => continue_block(out, content, end),
            None => start(out, content, syntax),
        };
    }
    out.doc.units.sort_by_key(|unit| (unit.span.start, unit.span.end));
}

/// Reads a line outside of any block; gives the end mark of a block that stays open.
fn start(out: &mut Out<'_>, line: Range<usize>, syntax: Syntax) -> Option<&'static str> {
    let slice = &out.text[line.clone()];
    let quote = ["\"\"\"", "'''"].into_iter().filter(|_| syntax.docstrings).find_map(|mark| {
        let at = slice.find(mark)?;
        let prefix = slice[..at].trim_end_matches(|c: char| c.is_ascii_alphabetic());
        (!prefix.contains('#')).then_some((at, mark))
    });
    if let Some((at, mark)) = quote {
        return continue_block(out, line.start + at + mark.len()..line.end, mark);
    }
    if syntax.slashes && slice.starts_with("/*") {
        return continue_block(out, line.start + 2..line.end, "*/");
    }
    let marks = [("#", syntax.hash), ("//", syntax.slashes), ("--", syntax.dashes)];
    for (mark, _) in marks.into_iter().filter(|(_, used)| *used) {
        let at = match slice.starts_with(mark) {
            true => Some(0),
            false => slice.match_indices(mark).map(|(at, _)| at).find(|&at| {
                slice[..at].ends_with([' ', '\t']) && slice[at + mark.len()..].starts_with([' ', '\t'])
            }),
        };
        if let Some(at) = at.filter(|&at| !slice[at..].starts_with("#!")) {
            let range = line.start + at..line.end;
            let body = slice[at..].trim_start_matches(['#', '/', '-', '\'']);
            out.unit(UnitKind::Comment, body, range);
            return None;
        }
    }
    None
}

/// Reads a line inside a docstring or block comment, up to its end mark.
fn continue_block(out: &mut Out<'_>, line: Range<usize>, mark: &'static str) -> Option<&'static str> {
    let slice = &out.text[line.clone()];
    let end = slice.find(mark);
    let body = trim(out.text, line.start..line.start + end.unwrap_or(slice.len()));
    let text = &out.text[body.clone()];
    let text = if mark == "*/" { text.trim_start_matches('*') } else { text };
    out.unit(UnitKind::Comment, text, body);
    if end.is_some() { None } else { Some(mark) }
}

fn shebang(text: &str) -> &'static str {
    let first = text.lines().next().unwrap_or("");
    match first.strip_prefix("#!") {
        Some(program) if program.contains("python") => "py",
        Some(program) if program.contains("Rscript") => "r",
        Some(program) if program.ends_with("sh") || program.contains("bash") => "sh",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{read_path, shown};

    fn comments(path: &str, text: &str) -> Vec<String> {
        let doc = read_path(path, text);
        for unit in &doc.units {
            assert!(shown(text, unit.span).contains(unit.text.as_str()));
        }
        doc.units.into_iter().map(|u| u.text).collect()
    }

    #[test]
    fn python_has_comments_and_docstrings() {
        let text = "#!/usr/bin/env python\n\"\"\"Trains the model.\n\nEvery month.\n\"\"\"\nx = 1  # weekly\nurl = 'a#b'\n";
        assert_eq!(comments("train.py", text), ["Trains the model.", "Every month.", "weekly"]);
        let doc = read_path("train.py", text);
        assert_eq!(doc.code.len(), 6);
        assert!(doc.code.iter().all(|line| line.language == "py" && !line.inline));
    }

    #[test]
    fn each_language_has_its_own_comments() {
        assert_eq!(
            comments("q.sql", "-- purge old rows\nDELETE FROM t; -- daily\n"),
            ["purge old rows", "daily"]
        );
        assert_eq!(
            comments("A.scala", "// one\n/* two\n * three */\nval x = 1 // four\n"),
            ["one", "two", "three", "four"]
        );
        assert_eq!(comments("fit.R", "#' Fit\nfit <- 1 # ok\n"), ["Fit", "ok"]);
        assert_eq!(comments("Makefile", "train: # all\n\tpython train.py -- x\n"), ["all"]);
    }
}
