//! CODEOWNERS: who owns the model's folder. The last matching line wins, as forges do it.

use ignore::gitignore::GitignoreBuilder;

use super::facts::Ask;
use crate::artifact::document::OwnersLine;
use crate::diag::RepoPath;

/// Reads the owners of the lines that count.
pub(super) fn read(one: &mut Ask<'_>, all: bool) {
    let lines = &one.doc.document.owners;
    let covering = covering(lines, one.model);
    let chosen: Vec<&OwnersLine> = if all { lines.iter().collect() } else { covering };
    for line in chosen {
        for owner in &line.owners {
            // An owner that is a team beside a person is no flaw of the person.
            one.value(&owner.text, owner.span, true);
        }
    }
}

/// The last line that covers the model. When no line covers it as a whole, all lines speak for a
/// part of it each.
fn covering<'l>(lines: &'l [OwnersLine], model: &RepoPath) -> Vec<&'l OwnersLine> {
    let probe = model.join(b"\xef\xbf\xbdany/file.of.the.model");
    let probe = probe.to_text().into_owned();
    if let Some(line) = lines.iter().rev().find(|line| covers(&line.pattern.text, &probe)) {
        return vec![line];
    }
    if model.is_root() { lines.iter().filter(|l| !l.owners.is_empty()).collect() } else { Vec::new() }
}

/// True when a CODEOWNERS pattern matches a file. Its syntax is gitignore's without `!` and `[ ]`.
fn covers(pattern: &str, file: &str) -> bool {
    if pattern.starts_with('!') || pattern.contains(['[', ']']) || pattern.len() > 1000 {
        return false;
    }
    // `docs/*` matches files directly in the folder only; gitignore would take folders with all they hold.
    if pattern.ends_with("/*") {
        let folder = pattern.trim_start_matches('/').trim_end_matches("/*");
        return file.rsplit_once('/').is_some_and(|(parent, _)| parent == folder);
    }
    let mut builder = GitignoreBuilder::new("");
    if builder.add_line(None, pattern).is_err() {
        return false;
    }
    builder.build().is_ok_and(|set| set.matched_path_or_any_parents(file, false).is_ignore())
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn patterns_cover_what_forges_say_they_cover() {
        for (pattern, file, expected) in [
            ("*", "models/churn/x", true),
            ("/models/", "models/churn/x", true),
            ("models/churn", "models/churn/x", true),
            ("churn/", "models/churn/x", true),
            ("/churn/", "models/churn/x", false),
            ("*.py", "models/churn/x", false),
            ("models/*", "models/churn/x", false),
            ("/models/**", "models/churn/x", true),
            ("/docs/", "models/churn/x", false),
            ("![a", "models/churn/x", false),
        ] {
            assert_eq!(covers(pattern, file), expected, "{pattern}");
        }
    }
}
