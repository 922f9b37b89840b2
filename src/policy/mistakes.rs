//! Mistakes in policy files, collected with their places.

use crate::diag::{Diagnostic, Level, Span};

/// A value and the place it was written at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

/// So many mistakes are kept; the others are counted. Nobody reads more at once, and a hostile file
/// can hold a million.
const KEPT: usize = 200;

/// The mistakes found so far, in the order they were found.
#[derive(Default, Debug)]
pub struct Mistakes {
    kept: Vec<Diagnostic>,
    /// How many were not kept.
    more: usize,
    /// The last one that was not kept, for its finder to complete.
    last: Option<Diagnostic>,
}

impl Mistakes {
    /// Adds a mistake at a place.
    pub(crate) fn add(
        &mut self,
        code: &str,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> &mut Diagnostic {
        self.push(Diagnostic::new(Level::Error, code, message).at(span, label));
        self.last.as_mut().or(self.kept.last_mut()).expect("a mistake was just added")
    }

    /// Adds a finished diagnostic.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        if self.kept.len() < KEPT {
            self.kept.push(diagnostic);
        } else {
            self.more += 1;
            self.last = Some(diagnostic);
        }
    }

    /// Adds "there is no X named Y" with the closest existing name.
    pub(crate) fn unknown<'n>(
        &mut self,
        code: &str,
        what: &str,
        name: &At<String>,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let close = closest(&name.value, known.iter().copied());
        let message = format!("there is no {what} named `{}`", name.value);
        let label = close.map_or_else(|| format!("unknown {what}"), |k| format!("did you mean `{k}`?"));
        let entry = self.add(code, name.span, message, label);
        if close.is_none() && !known.is_empty() {
            entry.help.push(format!("known: {}", known.join(", ")));
        }
    }

    /// All mistakes; empty when the text is right. Of very many only the first, and how many more
    /// there are.
    pub fn into_vec(mut self) -> Vec<Diagnostic> {
        if self.more > 0 {
            let message = format!("there are {} more mistakes", self.more);
            let rest = Diagnostic::new(Level::Error, "more-mistakes", message);
            self.kept.push(rest.help("mend the first ones, and look again"));
        }
        self.kept
    }

    /// How many mistakes there are.
    pub fn len(&self) -> usize {
        self.kept.len() + self.more
    }

    /// True when nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

/// The known name that `name` was probably meant to be.
pub fn closest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(name, k), k))
        .filter(|(distance, k)| *distance <= limit || k.starts_with(name) && name.len() >= 3)
        .min()
        .map(|(_, k)| k)
}
