//! Evidence: the files that speak for an artifact of a model, the facts they state, and the state
//! they are in.
//!
//! Uses policy (what to look for) and artifact (documents, value types); knows nothing of rules'
//! outcomes.

mod candidate;
mod canonical;
mod facts;
mod find;
mod kept;
mod owners;
mod prepared;
mod sections;
mod signs;
mod state;
mod survey;
mod texts;

pub use canonical::{remedy, remedy_with};
pub(crate) use facts::MAX_READINGS;
pub(crate) use find::looked;
pub use find::{Places, speaks_for};
pub use survey::{Survey, Surveyor};
pub use texts::Texts;

use std::collections::HashSet;
use std::sync::Arc;

use crate::artifact::document::Format;
use crate::artifact::types::{NotA, Value};
use crate::diag::{RepoPath, SourceId, Span};
use crate::policy::StateName;
use crate::words::Names;

/// A fact, read.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Index into the artifact's facts.
    pub fact: usize,
    /// The typed value.
    pub value: Value,
    /// The value as it stands in the text, markup removed.
    pub text: String,
    /// Where the value stands.
    pub span: Span,
    /// The reader that found it: `label`, `path`, `owners`…
    pub how: &'static str,
    /// The list element it belongs to, for facts of structured formats.
    pub place: Box<[u32]>,
}

/// Why a value that stands at a fact's place is not the fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FlawKind {
    /// A placeholder, or nothing.
    Unfilled,
    /// A value of another type.
    Wrong(NotA),
}

/// A place where a fact should stand and does not.
#[derive(Clone, Debug)]
pub struct Flaw {
    /// Index into the artifact's facts.
    pub fact: usize,
    /// What stands there instead.
    pub kind: FlawKind,
    /// Where.
    pub span: Span,
}

/// What one file, or several, state.
#[derive(Clone, Default, Debug)]
pub struct Facts {
    /// Facts, best reader first.
    pub found: Vec<Fact>,
    /// Failed places, best reader first.
    pub flaws: Vec<Flaw>,
}

impl Facts {
    /// Leaves of what was read at one place only the first reading.
    fn dedup(&mut self) {
        const FEW: usize = 16;
        // Nearly always there are so few that it is not worth hashing them.
        let mut few: Vec<(usize, Span)> = Vec::with_capacity(self.found.len().min(FEW));
        let mut more: HashSet<(usize, Span), Names> = HashSet::default();
        self.found.retain(|f| {
            let place = (f.fact, f.span);
            if few.contains(&place) {
                return false;
            }
            if few.len() < FEW {
                few.push(place);
                return true;
            }
            more.insert(place)
        });
        self.flaws.retain(|f| !few.contains(&(f.fact, f.span)) && !more.contains(&(f.fact, f.span)));
    }

    /// The readings of one fact, best first.
    pub fn of(&self, fact: usize) -> impl Iterator<Item = &Fact> {
        self.found.iter().filter(move |f| f.fact == fact)
    }

    /// True when the fact is stated.
    pub fn has(&self, fact: usize) -> bool {
        self.of(fact).next().is_some()
    }

    /// The first place where the fact should stand and does not.
    pub fn flaw(&self, fact: usize) -> Option<&Flaw> {
        let of = |kind: bool| {
            self.flaws.iter().find(move |f| f.fact == fact && (f.kind == FlawKind::Unfilled) == kind)
        };
        of(false).or_else(|| of(true))
    }
}

/// The state of a candidate, with its reason.
#[derive(Clone, Debug)]
pub struct State {
    /// Which.
    pub name: StateName,
    /// Why, for a sentence "… : *reason*"; empty for [`StateName::Real`].
    pub reason: String,
    /// What shows it.
    pub span: Option<Span>,
}

impl State {
    pub(crate) fn new(name: StateName, reason: impl Into<String>, span: Option<Span>) -> State {
        State { name, reason: reason.into(), span }
    }
}

/// A file that may be evidence.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its path.
    pub path: RepoPath,
    /// Its text, if it has one.
    pub source: Option<SourceId>,
    /// How it was read.
    pub format: Option<Format>,
    /// What became of it.
    pub state: State,
    /// What it states.
    pub facts: Arc<Facts>,
    /// The first source of the artifact that it matches.
    pub source_index: usize,
    /// How many of the artifact's essential groups of facts it states.
    pub met: usize,
    /// How far from the model's folder it lies: 0 inside.
    pub distance: usize,
}

/// All that speaks for one artifact of one model.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// All candidates, best first.
    pub candidates: Vec<Candidate>,
    /// The facts that count: of the best candidate, or of all real ones when the artifact combines.
    pub facts: Arc<Facts>,
}

impl Evidence {
    /// The best candidate.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.first()
    }

    /// The state of the best candidate; missing when there is none.
    pub fn state(&self) -> StateName {
        self.best().map_or(StateName::Missing, |c| c.state.name)
    }

    /// True when facts can be judged: the evidence is of the right kind and readable.
    pub fn judgeable(&self) -> bool {
        matches!(self.state(), StateName::Real | StateName::Draft | StateName::Vetoed)
    }

    /// The candidate whose text a span points into.
    pub fn candidate_of(&self, source: SourceId) -> Option<&Candidate> {
        self.candidates.iter().find(|c| c.source == Some(source))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::diag::{Origin, Sources};

    #[test]
    fn of_what_was_read_at_one_place_the_first_reading_stays() {
        let mut sources = Sources::new();
        let source = sources.add(Origin::BuiltIn("x".to_string()), "x".repeat(100));
        let span = |at: usize| Span::new(source, at..at + 1);
        let fact = |(fact, at): (usize, usize), text: &str| Fact {
            fact,
            value: Value::Text(text.to_string()),
            text: text.to_string(),
            span: span(at),
            how: "named",
            place: [].into(),
        };
        for places in [1, 7, 16, 17, 40] {
            let all: Vec<(usize, usize)> = (0..places).map(|at| (at % 3, at)).collect();
            let read = |text: &'static str| all.iter().map(move |place| fact(*place, text));
            let last = places - 1;
            let flaws = [(0, 0), (1, 0), (last % 3, last), (places % 3, places)];
            let flaws = flaws.map(|(fact, at)| Flaw { fact, kind: FlawKind::Unfilled, span: span(at) });
            let mut facts =
                Facts { found: read("first").chain(read("second")).collect(), flaws: flaws.to_vec() };
            facts.dedup();
            assert!(facts.found.iter().all(|fact| fact.text == "first"), "{places}");
            let left: BTreeSet<(usize, Span)> = facts.found.iter().map(|f| (f.fact, f.span)).collect();
            assert_eq!((left.len(), facts.found.len()), (places, places));
            let flaws: Vec<(usize, Span)> = facts.flaws.iter().map(|f| (f.fact, f.span)).collect();
            assert_eq!(flaws, [(1, span(0)), (places % 3, span(places))]);
        }
    }
}
