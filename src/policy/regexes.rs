//! Regular expressions of policies, compiled when a text first asks for them: to compile those of
//! all packs takes longer than to judge a small repository.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use memchr::memmem;
use regex_automata::meta::{BuildError, Builder, Config, Regex};
use regex_automata::util::syntax;

use super::builtin;
use super::mistakes::{At, Mistakes};
use super::needs::{Needs, has_strays};
use crate::diag::Span;

/// The most memory a compiled pattern may take.
const REGEX_LIMIT: usize = 1 << 20;
/// And what it finds out while it searches.
const CACHE_LIMIT: usize = 2 << 20;

/// A pattern that is asked about more text than this, in bytes, is compiled: to look for what it needs costs
/// as much by then.
const WORTH_COMPILING: usize = 1 << 18;
/// So many bytes more is what a text counts for, however short it is.
const EACH: usize = 64;

/// A regular expression as a policy writes it, over lines and without regard to case.
#[derive(Debug)]
pub struct Pattern {
    text: At<String>,
    /// `None` inside when it does not compile.
    compiled: OnceLock<Option<Regex>>,
    /// For texts of ASCII alone, where it means the same and takes a fourth of the time to compile. `None` inside
    /// where it names other letters in a way that needs to know of them.
    ascii: OnceLock<Option<Regex>>,
    needs: OnceLock<Needs>,
    /// How much text its needs ruled out, in bytes.
    ruled_out: AtomicUsize,
}

impl Pattern {
    /// A pattern that nobody has looked at yet.
    pub(super) fn new(text: At<String>) -> Pattern {
        let (compiled, ascii, needs) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Pattern { text, compiled, ascii, needs, ruled_out: AtomicUsize::new(0) }
    }

    /// Where it is written.
    pub(super) fn span(&self) -> Span {
        self.text.span
    }

    /// The compiled pattern, for all texts; `None` when it does not compile, which loading reports and
    /// which keeps a policy from judging.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| self.build(true)).as_ref()
    }

    /// The compiled pattern, for this text.
    pub fn over(&self, text: &str) -> Option<&Regex> {
        if self.compiled.get().is_none() && text.is_ascii() {
            let ascii = self.ascii.get_or_init(|| self.build(false)).as_ref();
            return ascii.or_else(|| self.regex());
        }
        self.regex()
    }

    /// True when it is compiled for texts like this.
    fn is_ready(&self, text: &str) -> bool {
        self.compiled.get().is_some() || self.ascii.get().is_some_and(Option::is_some) && text.is_ascii()
    }

    fn build(&self, unicode: bool) -> Option<Regex> {
        let text = &self.text.value;
        let much = self.ruled_out.load(Ordering::Relaxed) >= WORTH_COMPILING;
        build(text, unicode, much).or_else(|_| build(text, unicode, true)).ok()
    }

    /// What a text must hold to match.
    pub(crate) fn needs(&self) -> &Needs {
        let text = &self.text.value;
        self.needs.get_or_init(|| builtin::needs(text).unwrap_or_else(|| Needs::of(text)))
    }

    /// The compiled pattern; `None` also when this text cannot hold a match, so that a pattern is not
    /// compiled before a text comes that may.
    pub fn regex_for(&self, text: &str) -> Option<&Regex> {
        if !self.is_ready(text)
            && *self.needs() != Needs::Nothing
            && self.ruled_out.load(Ordering::Relaxed) < WORTH_COMPILING
            && !has_strays(text)
        {
            let lower = text.to_ascii_lowercase();
            let holds = |literal: &String| memmem::find(lower.as_bytes(), literal.as_bytes()).is_some();
            if !self.needs().may_be(&holds) {
                self.ruled_out.fetch_add(text.len() + EACH, Ordering::Relaxed);
                return None;
            }
        }
        self.over(text)
    }

    /// True when the text holds a match.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex_for(text).is_some_and(|regex| regex.is_match(text))
    }

    /// Compiles it; one that does not compile or is too big is a mistake.
    pub(super) fn check(&self, mistakes: &mut Mistakes) {
        if self.regex().is_some() {
            return;
        }
        let Err(error) = build(&self.text.value, true, true) else { return };
        let reason = if error.size_limit().is_some() {
            "it is too big".to_string()
        } else {
            let text = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
            text.lines().last().unwrap_or("syntax error").trim_start_matches("error: ").to_string()
        };
        mistakes.add("bad-regex", self.text.span, "the pattern does not compile", reason);
    }
}

/// Compiles a pattern: for all texts, or for those of ASCII alone. To work out how to skip most of a text takes
/// longer than all the rest, and pays for `much` text alone.
fn build(text: &str, unicode: bool, much: bool) -> Result<Regex, Box<BuildError>> {
    let limits = Config::new().nfa_size_limit(Some(REGEX_LIMIT)).hybrid_cache_capacity(CACHE_LIMIT);
    let syntax = syntax::Config::new().multi_line(true).case_insensitive(true).unicode(unicode).utf8(unicode);
    Builder::new().configure(limits.auto_prefilter(much)).syntax(syntax).build(text).map_err(Box::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::util::captures::Captures;

    use super::super::{builtin, load_pack};
    use super::*;
    use crate::diag::{Origin, Sources};

    fn mistakes(text: &str) -> Vec<crate::diag::Diagnostic> {
        let (mut sources, mut mistakes) = (Sources::new(), Mistakes::default());
        // Under a name that does not ship, so that everything is checked.
        let source = sources.add(Origin::BuiltIn("copy".to_string()), text);
        load_pack(&sources, source, &mut mistakes);
        mistakes.into_vec()
    }

    #[test]
    fn all_patterns_that_ship_compile() {
        let packs = builtin::files().iter().filter(|f| f.path.ends_with(".toml") && !f.path.contains('/'));
        let mut count = 0;
        for file in packs {
            count += 1;
            assert!(mistakes(file.text()).is_empty(), "{}: {:?}", file.path, mistakes(file.text()));
        }
        assert!(count > 2, "{count}");
    }

    #[test]
    fn patterns_that_do_not_compile_are_mistakes() {
        let core = builtin::file("core.toml").unwrap().text();
        let good = core.lines().find(|line| line.starts_with("when = [")).unwrap();
        for (bad, reason) in [("(", "unclosed group"), ("(a{1000}){1000}", "it is too big")] {
            let found = mistakes(&core.replacen(good, &format!("when = [\"{bad}\"]"), 1));
            let labels: Vec<_> =
                found.iter().map(|m| (m.code.as_str(), m.primary.clone().unwrap().text)).collect();
            assert_eq!(labels, [("bad-regex", reason.to_string())], "{bad}");
        }
    }

    fn pattern(text: &str) -> Pattern {
        let span = Span::new(Sources::new().add(Origin::BuiltIn("test".to_string()), ""), 0..0);
        Pattern::new(At { value: text.to_string(), span })
    }

    #[test]
    fn texts_of_ascii_have_an_expression_of_their_own() {
        let both = pattern(r"\bna(i|ï)ve\b");
        assert!(both.is_match("so NAIVE") && both.ascii.get().is_some() && both.compiled.get().is_none());
        assert!(both.is_match("so NAÏVE") && both.compiled.get().is_some());
        let letters = pattern(r"^\p{Lu}\w+");
        assert!(letters.is_match("abc") && letters.ascii.get().is_some_and(Option::is_none));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        /// What is found in a text of ASCII, and where, is the same either way.
        #[test]
        fn texts_of_ascii_are_read_the_same(
            pattern in r"(a|k|S|\(\?<name>s|\(|\)|\||\?|\*\?|\+|\[\^?[a-k]\]|ä|\\b|\\s|\\W|\\d|\^|\$|\.|\\z|\(\?-i:k\)){1,9}",
            text in "[abkKsS_1 .\n\t\u{b}\u{1c}-]{0,16}",
        ) {
            if let (Ok(all), Ok(ascii)) = (super::build(&pattern, true, false), super::build(&pattern, false, false)) {
                let found = |regex: &Regex| -> Vec<_> {
                    let groups = |caps: Captures| (0..caps.group_len()).map(|at| caps.get_group(at)).collect();
                    regex.captures_iter(&text).map(groups).collect::<Vec<Vec<_>>>()
                };
                prop_assert_eq!(found(&all), found(&ascii), "{:?} in {:?}", pattern, text);
            }
        }
    }
}
