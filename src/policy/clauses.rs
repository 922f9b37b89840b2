//! What the text of a pattern says of the paths that match it, without compiling it.

/// What every path that matches the pattern holds: of each clause at least one literal, none of which
/// is empty. `None` for patterns that are not looked into.
pub(super) fn clauses(pattern: &str) -> Option<Vec<Vec<&str>>> {
    if pattern.contains('\\') {
        return None;
    }
    let mut found: Vec<Vec<&str>> = Vec::new();
    // `**` may stand for nothing together with the slashes around it.
    fn literal(text: &str) -> Option<Vec<&str>> {
        let text = text.trim_matches('/');
        (!text.is_empty()).then(|| vec![text])
    }
    let mut rest = pattern;
    while let Some(at) = rest.find(['*', '?', '{', '}', '[', ']']) {
        found.extend(literal(&rest[..at]));
        let end = match rest.as_bytes()[at] {
            b'{' => {
                let end = at + group_end(&rest[at..])?;
                if rest[at..end].contains(['[', ']']) {
                    return None;
                }
                // A clause of the group: for each alternative, one of its clauses.
                let parts = alternatives(&rest[at + 1..end - 1]).into_iter();
                let all: Option<Vec<Vec<&str>>> =
                    parts.map(|part| clauses(part)?.into_iter().next()).collect();
                found.extend(all.map(|all| all.concat()));
                end
            }
            b'[' => at + class_end(&rest[at..])?,
            b'}' | b']' => return None,
            _ => at + 1,
        };
        rest = &rest[end..];
    }
    found.extend(literal(rest));
    Some(found)
}

/// What follows the last dot of every path that matches the pattern; `None` when that can be anything.
pub(super) fn endings(pattern: &str) -> Option<Vec<String>> {
    const WILD: [char; 7] = ['*', '?', '{', '}', '[', ']', '\\'];
    let (start, last) = match pattern.strip_suffix('}') {
        Some(open) => open.rsplit_once('{')?,
        None => ("", pattern),
    };
    let in_group = pattern.ends_with('}');
    let ends =
        if in_group { alternatives(last) } else { vec![&last[last.rfind(WILD).map_or(0, |at| at + 1)..]] };
    if ends.iter().any(|end| end.contains(WILD)) || start.contains(['[', '\\']) {
        return None;
    }
    let dotted = in_group && start.ends_with('.');
    let ending = |end: &str| match end.rsplit_once('.') {
        Some((_, ending)) => Some(ending.to_string()),
        None => dotted.then(|| end.to_string()),
    };
    ends.into_iter().map(ending).collect()
}

/// Where the group that `text` begins with ends, its closing brace included.
fn group_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Where the class of characters that `text` begins with ends, its closing bracket included. A bracket
/// that comes first is one of the characters.
fn class_end(text: &str) -> Option<usize> {
    let inside = text.get(1..)?;
    let inside = inside.strip_prefix(['!', '^']).unwrap_or(inside);
    let mut after = inside.chars();
    after.next()?;
    let end = after.as_str().find(']')?;
    Some(text.len() - after.as_str().len() + end + 1)
}

/// The parts between the commas that are not inside of a group.
fn alternatives(body: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&body[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&body[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::super::names::glob;
    use super::*;

    #[test]
    fn endings_are_what_follows_the_last_dot() {
        for (pattern, expected) in [
            ("*.md", Some(vec!["md"])),
            ("a.b.c", Some(vec!["c"])),
            ("*.odcs.{yaml,yml}", Some(vec!["yaml", "yml"])),
            ("*{.tar.gz,.zip}", Some(vec!["gz", "zip"])),
            ("x.{a*,b}", None),
            ("x{.a,b}", None),
            ("{a,{b.,c}}", None),
            ("*.{md,}", Some(vec!["md", ""])),
            ("OWNERS", None),
            ("runbook*", None),
            ("[ab].md", Some(vec!["md"])),
            ("\\{a,b}", None),
        ] {
            let expected = expected.map(|all| all.into_iter().map(String::from).collect::<Vec<_>>());
            assert_eq!(
                endings(glob(pattern).map_or(pattern.to_string(), |g| g.glob().to_string()).as_str()),
                expected,
                "{pattern}"
            );
        }
    }
}
