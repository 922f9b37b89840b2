//! What every text that a regular expression matches holds: told without compiling it, which costs a
//! hundred times as much as to look a word up.

use regex_syntax::hir::{Hir, HirKind};

/// More alternatives are not worth looking for.
const MOST: usize = 64;
/// One letter stands in every text.
const SHORTEST: usize = 2;

/// Literals, in small letters, one of which every match holds.
#[derive(Debug)]
pub(super) struct Needed(Vec<String>);

impl Needed {
    /// `None` when nothing is known of what matches hold.
    pub(super) fn of(pattern: &str) -> Option<Needed> {
        // Read with regard to case: every letter then stands for itself, and is compared without.
        let mut parser = regex_syntax::ParserBuilder::new().multi_line(true).utf8(false).build();
        needed(&parser.parse(pattern).ok()?).map(Needed)
    }

    /// False for a text that holds no match, whatever the case of its letters.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        // Two letters beyond ASCII have `k` and `s` for their small ones.
        if text.contains(['\u{212a}', '\u{17f}']) {
            return true;
        }
        let text = text.to_ascii_lowercase();
        self.0.iter().any(|literal| text.contains(literal.as_str()))
    }
}

fn needed(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let runs = literal.0.split(|byte| !byte.is_ascii());
            let longest = runs.max_by_key(|run| run.len()).filter(|run| run.len() >= SHORTEST)?;
            Some(vec![std::str::from_utf8(longest).ok()?.to_ascii_lowercase()])
        }
        HirKind::Concat(parts) => {
            let shortest = |all: &Vec<String>| all.iter().map(String::len).min().unwrap_or(0);
            parts.iter().filter_map(needed).max_by_key(shortest)
        }
        HirKind::Alternation(parts) => {
            let all: Option<Vec<Vec<String>>> = parts.iter().map(needed).collect();
            all.map(|all| all.concat()).filter(|all| all.len() <= MOST)
        }
        HirKind::Capture(capture) => needed(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub),
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::regexes;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_longest_certain_literal_is_chosen() {
        for (pattern, expected) in [
            (r"^\s*(suspend:\s*true)(?-u:\b)", Some(vec!["suspend:"])),
            (r"(?:Sure|perhaps)?\s*x+yes", Some(vec!["yes"])),
            (r"a|bc", None),
            (r"(?:ab|cd)\d", Some(vec!["ab", "cd"])),
            (r"(?i)yes", None),
            (r"风险等级", None),
            (r"niveau élevé", Some(vec!["niveau "])),
            (r"[ab]\w*", None),
            (r"(", None),
        ] {
            let expected = expected.map(|all| all.into_iter().map(String::from).collect::<Vec<_>>());
            assert_eq!(Needed::of(pattern).map(|needed| needed.0), expected, "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn a_text_with_a_match_is_never_ruled_out(
            pattern in "([abks]|k\\+|s\\?|\\.|\\(ab\\|sk\\)|\\(a\\|b\\)\\*|\\[ab\\]|\\(\\?:ks\\)\\{0,2\\}|\\^|é){1,8}",
            text in "[abksABKS\u{212a}\u{17f}éÉ\n]{0,12}",
        ) {
            let Ok(regex) = regexes::build(&pattern) else { return Ok(()) };
            if let Some(needed) = Needed::of(&pattern) {
                prop_assert!(needed.may_be_in(&text) || !regex.is_match(&text), "{:?}", needed);
            }
        }
    }
}
