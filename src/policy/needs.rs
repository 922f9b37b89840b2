//! What a text must hold for a regular expression to match: most texts are told apart by that, without the
//! expression.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A shorter piece stands in nearly every text.
const SHORTEST: usize = 2;
/// Letters of other scripts that count as ASCII letters where case does not matter: `ſ` and the sign for Kelvin.
const STRAY: [&str; 2] = ["\u{17f}", "\u{212a}"];

/// What a text must hold. Literals are lower case, as far as ASCII goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Needs<L = String> {
    /// Nothing is known.
    Nothing,
    /// This literal.
    Literal(L),
    /// All of these.
    All(Vec<Needs<L>>),
    /// One of these.
    Any(Vec<Needs<L>>),
}

impl Needs {
    /// What a regular expression needs, over lines and without regard to case. White space is never part of
    /// a literal. `Nothing` for what does not parse.
    pub(crate) fn of(pattern: &str) -> Needs {
        let mut builder = ParserBuilder::new();
        let parsed = builder.multi_line(true).case_insensitive(true).build().parse(pattern);
        parsed.map_or(Needs::Nothing, |hir| Reader::read(&hir))
    }

    /// One line, which [`Needs::read`] understands.
    #[cfg_attr(not(test), allow(dead_code, reason = "the build script writes them"))]
    pub(crate) fn line(&self) -> String {
        let all = |parts: &[Needs]| parts.iter().map(Needs::line).collect::<String>();
        match self {
            Needs::Nothing => "?".to_string(),
            // No literal holds white space.
            Needs::Literal(text) => format!("={text} "),
            Needs::All(parts) => format!("&{})", all(parts)),
            Needs::Any(parts) => format!("|{})", all(parts)),
        }
    }

    /// Reads what the line begins with; the rest stays there.
    #[allow(dead_code, reason = "the build script only writes them")]
    pub(crate) fn read(line: &mut &str) -> Option<Needs> {
        let list = |line: &mut &str| {
            let mut parts = Vec::new();
            while !line.starts_with(')') {
                parts.push(Needs::read(line)?);
            }
            *line = &line[1..];
            Some(parts)
        };
        let (kind, rest) = line.split_at_checked(1)?;
        *line = rest;
        match kind {
            "?" => Some(Needs::Nothing),
            "=" => {
                let (text, rest) = line.split_once(' ')?;
                *line = rest;
                Some(Needs::Literal(text.to_string()))
            }
            "&" => list(line).map(Needs::All),
            "|" => list(line).map(Needs::Any),
            _ => None,
        }
    }

    /// All of several.
    pub(crate) fn all(parts: Vec<Needs>) -> Needs {
        let mut parts: Vec<Needs> = parts.into_iter().filter(|part| *part != Needs::Nothing).collect();
        match parts.len() {
            0 => Needs::Nothing,
            1 => parts.remove(0),
            _ => Needs::All(parts),
        }
    }

    /// Fewer questions that rule out nearly as much: where a literal is needed, the choices beside it are not
    /// asked.
    pub(crate) fn brief(self) -> Needs {
        match self {
            Needs::All(parts) => {
                let telling = |part: &Needs| matches!(part, Needs::Literal(text) if text.len() > SHORTEST);
                let has_literal = parts.iter().any(telling);
                let parts = parts.into_iter().filter(|part| !has_literal || telling(part));
                Needs::all(parts.map(Needs::brief).collect())
            }
            Needs::Any(parts) => Needs::any(parts.into_iter().map(Needs::brief).collect()),
            other => other,
        }
    }

    /// One of several.
    pub(crate) fn any(mut parts: Vec<Needs>) -> Needs {
        match parts.len() {
            _ if parts.contains(&Needs::Nothing) => Needs::Nothing,
            1 => parts.remove(0),
            _ => Needs::Any(parts),
        }
    }
}

impl<L> Needs<L> {
    /// False when a text that `holds` tells of cannot match.
    pub(crate) fn may_be(&self, holds: &impl Fn(&L) -> bool) -> bool {
        match self {
            Needs::Nothing => true,
            Needs::Literal(literal) => holds(literal),
            Needs::All(parts) => parts.iter().all(|part| part.may_be(holds)),
            Needs::Any(parts) => parts.iter().any(|part| part.may_be(holds)),
        }
    }

    /// The same with other names for the literals.
    pub(crate) fn named<T>(&self, name: &mut impl FnMut(&L) -> T) -> Needs<T> {
        match self {
            Needs::Nothing => Needs::Nothing,
            Needs::Literal(literal) => Needs::Literal(name(literal)),
            Needs::All(parts) => Needs::All(parts.iter().map(|part| part.named(name)).collect()),
            Needs::Any(parts) => Needs::Any(parts.iter().map(|part| part.named(name)).collect()),
        }
    }
}

/// True for a text in which letters stand for ASCII letters that are not there.
pub(crate) fn has_strays(text: &str) -> bool {
    !text.is_ascii() && STRAY.iter().any(|stray| text.contains(stray))
}

/// Reads an expression from left to right.
#[derive(Default)]
struct Reader {
    parts: Vec<Needs>,
    /// The literal that goes on.
    run: String,
}

impl Reader {
    /// The parser bounds how deep an expression goes.
    fn read(hir: &Hir) -> Needs {
        let mut reader = Reader::default();
        reader.take(hir);
        reader.cut();
        Needs::all(reader.parts)
    }

    fn take(&mut self, hir: &Hir) {
        match hir.kind() {
            // These take no room, so that what stands around them stands side by side.
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => text.chars().for_each(|c| self.push(Some(c))),
                Err(_) => self.cut(),
            },
            HirKind::Class(class) => self.push(one(class)),
            HirKind::Capture(capture) => self.take(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.take(part)),
            HirKind::Alternation(parts) => {
                self.cut();
                self.parts.push(Needs::any(parts.iter().map(Reader::read).collect()));
            }
            HirKind::Repetition(repetition) => {
                self.cut();
                if repetition.min > 0 {
                    self.parts.push(Reader::read(&repetition.sub));
                }
            }
        }
    }

    /// Takes a character; without one, something that can be many.
    fn push(&mut self, c: Option<char>) {
        match c.filter(|c| !c.is_whitespace()) {
            Some(c) => self.run.push(c.to_ascii_lowercase()),
            None => self.cut(),
        }
    }

    fn cut(&mut self) {
        let run = std::mem::take(&mut self.run);
        if run.len() >= SHORTEST {
            self.parts.push(Needs::Literal(run));
        }
    }
}

/// The ASCII letter whose cases a class holds, and nothing else.
fn one(class: &Class) -> Option<char> {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    let chars: Vec<char> = match class {
        Class::Unicode(class) if class.ranges().len() <= 3 => class
            .iter()
            .filter(|range| range.start() == range.end())
            .map(|range| fold(range.start()))
            .collect(),
        Class::Bytes(class) if class.ranges().len() <= 2 => class
            .iter()
            .filter(|range| range.start() == range.end())
            .map(|range| fold(char::from(range.start())))
            .collect(),
        _ => return None,
    };
    let ranges = match class {
        Class::Unicode(class) => class.ranges().len(),
        Class::Bytes(class) => class.ranges().len(),
    };
    let first = *chars.first()?;
    let same = chars.len() == ranges && chars.iter().all(|c| *c == first);
    (same && first.is_ascii()).then_some(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::RegexBuilder;

    use super::*;

    fn shown(needs: &Needs) -> String {
        let list = |parts: &[Needs], by: &str| parts.iter().map(shown).collect::<Vec<_>>().join(by);
        match needs {
            Needs::Nothing => "?".to_string(),
            Needs::Literal(text) => text.clone(),
            Needs::All(parts) => format!("({})", list(parts, " ")),
            Needs::Any(parts) => format!("({})", list(parts, "|")),
        }
    }

    #[test]
    fn literals_are_what_every_match_holds() {
        for (pattern, expected) in [
            (r"^kind:\s*DataContract", "(kind: datacontract)"),
            (r"\bSELECT\b.*\bfrom", "(select from)"),
            (r"(?:ab|cd)+://(?<name>[a-z]+)", "((ab|cd) ://)"),
            (r"load_?dataset", "(load dataset)"),
            ("ab?cd*", "?"),
            ("a b c", "?"),
            ("回滚|rollback", "(回滚|rollback)"),
            ("über", "ber"),
            (".*", "?"),
            ("(", "?"),
            (r"(?x) from \s+ a b", "(from ab)"),
        ] {
            assert_eq!(shown(&Needs::of(pattern)), expected, "{pattern}");
        }
    }

    #[test]
    fn needs_are_read_back_from_their_line() {
        for pattern in [r"\bSELECT\b.*\bfrom", r"(?:ab|cd)+://(?:x|==)y\)", ".*", "回滚|roll", "a b"] {
            let needs = Needs::of(pattern);
            let line = needs.line();
            assert_eq!(Needs::read(&mut &*line), Some(needs), "{line}");
        }
        assert_eq!(Needs::read(&mut "&=ab "), None);
    }

    #[test]
    fn the_choices_beside_a_literal_are_not_asked() {
        for (pattern, expected) in [
            (r"\b(?:s3|gs)://x", "://x"),
            (r"(?:select\s+from|insert\s+into)", "((select from)|(insert into))"),
            (r"(?:ab|cd)\s+(?:ef|gh)", "((ab|cd) (ef|gh))"),
        ] {
            assert_eq!(shown(&Needs::of(pattern).brief()), expected, "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// A text that matches is never ruled out.
        #[test]
        fn a_match_is_never_missed(
            pattern in r"(a|b|sk|k |\(s\||\)|\?|\*|\[as\]|[ä回]|\\b|\^|\.|ab){1,8}",
            text in "[abskABSKſKäÄ回 .\n]{0,16}",
        ) {
            let mut builder = RegexBuilder::new(&pattern);
            let regex = builder.multi_line(true).case_insensitive(true).build();
            if regex.is_ok_and(|regex| regex.is_match(&text)) {
                let lower = text.to_ascii_lowercase();
                let may = Needs::of(&pattern).may_be(&|literal| lower.contains(literal.as_str()));
                let brief = Needs::of(&pattern).brief().may_be(&|literal| lower.contains(literal.as_str()));
                prop_assert!(may && brief || has_strays(&text), "{:?} in {:?}", pattern, text);
            }
        }
    }
}
