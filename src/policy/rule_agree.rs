//! What rules ask of two pieces of evidence together.

use super::globs::Globs;
use super::mistakes::At;
use super::pack::Terms;
use crate::diag::Span;

/// A rule about facts that must fit together.
#[derive(Debug)]
pub struct AgreeCheck {
    /// Each of them must hold.
    pub claims: Vec<Claim>,
}

/// One claim: values of one side, and how they relate to those of the other.
#[derive(Debug)]
pub struct Claim {
    /// The side that is wrong when the claim does not hold.
    pub facts: Side,
    /// The other side. Without names: the same facts, in other files.
    pub with: Side,
    /// How they relate.
    pub relation: Relation,
    /// Values mean what the one of these says whose words they have; all others say nothing.
    pub kinds: Vec<(At<String>, Terms)>,
    /// Values that say nothing.
    pub ignore: Option<Terms>,
    /// Words of a value that need not be mentioned.
    pub fillers: Option<Terms>,
    /// Facts that excuse a value of the same list element, or of the same file where there is no list.
    pub unless: Vec<At<String>>,
    /// Where it is written.
    pub span: Span,
}

/// One side of a claim.
#[derive(Debug)]
pub struct Side {
    /// Facts: of the rule's own artifact by their name, of others as `artifact.fact`. Where texts are searched,
    /// artifacts.
    pub names: Vec<At<String>>,
    /// Only what stands in these files; everywhere when `None`.
    pub files: Option<Globs>,
}

/// How the values of two sides relate when they agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// They are the same.
    Equal,
    /// One of the one side is among those of the other.
    Shared,
    /// It is the newest of the other side.
    Newest,
    /// It is no more than any of the other side.
    AtMost,
    /// The other side's documents mention it.
    Mentioned,
}

impl Relation {
    /// The words in a policy.
    pub const NAMES: [&'static str; 5] = ["equal", "shared", "newest", "at-most", "mentioned"];

    const ALL: [Relation; 5] =
        [Relation::Equal, Relation::Shared, Relation::Newest, Relation::AtMost, Relation::Mentioned];

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<Relation> {
        Relation::NAMES.iter().position(|name| *name == text).map(|at| Relation::ALL[at])
    }
}

/// Artifact and fact of a name, in a rule about `artifact`.
pub fn fact_name<'n>(artifact: &'n str, name: &'n str) -> (&'n str, &'n str) {
    name.split_once('.').unwrap_or((artifact, name))
}
