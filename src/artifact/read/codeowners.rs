//! CODEOWNERS of GitHub and GitLab, and MAINTAINERS or OWNERS files written like one.

use std::ops::Range;

use super::out::{Named, Out, lines, trim};
use crate::artifact::document::{Form, OwnersLine, Piece, UnitKind};

/// Reads a whole text.
pub(super) fn read(out: &mut Out<'_>) {
    let text = out.text;
    let mut defaults: Vec<Range<usize>> = Vec::new();
    for line in lines(text, 0..text.len()) {
        if out.full() {
            return;
        }
        let content = trim(text, line);
        let slice = &text[content.clone()];
        if slice.starts_with('#') {
            comment(out, content);
        } else if let Some(end) = section(slice) {
            defaults = words(text, content.start + end..content.end)
                .filter(|w| is_owner(&text[w.clone()]))
                .collect();
        } else if !slice.is_empty() {
            let mut found = words(text, content.clone());
            let Some(pattern) = found.next() else { continue };
            let mut owners: Vec<_> =
                found.by_ref().take_while(|w| !text[w.clone()].starts_with('#')).collect();
            if let Some(at) = inline_comment(text, content.clone()) {
                comment(out, at);
            }
            if owners.is_empty() {
                owners.clone_from(&defaults);
            }
            let size = owners.iter().map(|o| o.len() + 64).sum::<usize>() + pattern.len();
            if out.room(&content, size) {
                let owners = owners.into_iter().map(|owner| out.piece(owner)).collect::<Vec<Piece>>();
                let line = OwnersLine { pattern: out.piece(pattern), owners };
                out.doc.owners.push(line);
            }
        }
    }
}

/// A comment is prose; one like `# Ada Lovelace   ML lead` also names somebody.
fn comment(out: &mut Out<'_>, line: Range<usize>) {
    let text = out.text;
    let hashes = text[line.clone()].bytes().take_while(|&b| b == b'#').count();
    let body = trim(text, line.start + hashes..line.end);
    out.unit(UnitKind::Comment, &text[body.clone()], line);
    if let Some(name) = roster_name(&text[body.clone()]) {
        let range = body.start..body.start + name;
        let key = Named { text: "roster", normal: true, range: range.clone(), form: Form::Row, row: None };
        out.pair(key, &text[range.clone()], range);
    }
}

/// The length of two to four words of letters, set apart from what follows by two spaces or a tab.
fn roster_name(body: &str) -> Option<usize> {
    let gap = body.find("  ").into_iter().chain(body.find('\t')).min()?;
    let name = &body[..gap];
    let parts = name.split(' ').count();
    let wordy = name.split(' ').all(|part| {
        part.starts_with(char::is_alphabetic)
            && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '\'' | '\u{2019}' | '-'))
    });
    let cjk = crate::text::has_cjk(name) && parts == 1;
    ((2..=4).contains(&parts) || cjk).then_some(gap).filter(|_| wordy)
}

/// The length of a GitLab section header: `[Name]`, `^[Name][2]`.
fn section(line: &str) -> Option<usize> {
    let body = line.strip_prefix('^').unwrap_or(line);
    let inside = body.strip_prefix('[')?;
    let mut end = line.len() - inside.len() + inside.find(']')? + 1;
    if let Some(count) = line[end..].strip_prefix('[')
        && let Some(close) = count.find(']')
    {
        end += close + 2;
    }
    let rest = &line[end..];
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(end)
}

fn is_owner(word: &str) -> bool {
    word.contains('@')
}

fn inline_comment(text: &str, line: Range<usize>) -> Option<Range<usize>> {
    let slice = &text[line.clone()];
    let at = slice.match_indices('#').map(|(at, _)| at).find(|&at| slice[..at].ends_with([' ', '\t']))?;
    Some(line.start + at..line.end)
}

/// Words, set apart by white space that is not escaped with a backslash.
fn words(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let rest = &text[at..range.end];
        let start = at + (rest.len() - rest.trim_start().len());
        let mut escaped = false;
        let end = text[start..range.end]
            .char_indices()
            .find(|&(_, c)| {
                let ends = c.is_whitespace() && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            })
            .map_or(range.end, |(n, _)| start + n);
        at = end;
        (start < end).then_some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{read, shown};
    use crate::artifact::document::{Format, UnitKind};

    const TEXT: &str = "\
# Ada Lovelace     ML lead
# 山田太郎\tモデル責任者
# See the wiki for   more
*                 @corp/platform
/models/churn/    @ada grace@corp.example  # since 2026
/docs/my\\ file.md @linus
/build/
[Data] @corp/data @bob
/data/
/data/raw/ @eve
^[Optional][2]
/x/
";

    #[test]
    fn patterns_have_owners_and_comments_are_cut_off() {
        let doc = read(TEXT, Format::Codeowners);
        let lines: Vec<String> = doc
            .owners
            .iter()
            .map(|l| {
                let owners: Vec<_> = l.owners.iter().map(|o| o.text.as_str()).collect();
                format!("{} {}", l.pattern.text, owners.join(" ")).trim().to_string()
            })
            .collect();
        assert_eq!(
            lines,
            [
                "* @corp/platform",
                "/models/churn/ @ada grace@corp.example",
                "/docs/my\\ file.md @linus",
                "/build/",
                "/data/ @corp/data @bob",
                "/data/raw/ @eve",
                "/x/",
            ]
        );
        for line in &doc.owners {
            assert_eq!(shown(TEXT, line.pattern.span), line.pattern.text);
            for owner in &line.owners {
                assert_eq!(shown(TEXT, owner.span), owner.text);
            }
        }
    }

    #[test]
    fn comments_are_units_and_rosters_are_named() {
        let doc = read(TEXT, Format::Codeowners);
        let roster: Vec<_> = doc.pairs.iter().map(|p| (p.key.as_str(), p.value.as_str())).collect();
        assert_eq!(roster[..2], [("roster", "Ada Lovelace"), ("roster", "山田太郎")]);
        let comments: Vec<_> = doc.units.iter().map(|u| u.text.as_str()).collect();
        assert!(comments.contains(&"since 2026"), "{comments:?}");
        assert!(doc.units.iter().all(|u| u.kind == UnitKind::Comment));
    }
}
