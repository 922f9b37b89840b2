//! How serious a rule is, for models of which tier, and the states of evidence that rules name.

/// How serious a rule's finding is for the models of one tier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The model may not go to production.
    Block,
    /// Reported; does not block.
    Warn,
    /// A remark.
    Advice,
    /// The rule is not asked.
    Off,
}

impl Severity {
    /// The words that a policy may write, most serious first.
    pub const NAMES: [&'static str; 4] = ["block", "warn", "advice", "off"];

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<Severity> {
        match text {
            "block" => Some(Severity::Block),
            "warn" => Some(Severity::Warn),
            "advice" => Some(Severity::Advice),
            "off" => Some(Severity::Off),
            _ => None,
        }
    }

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Block => "block",
            Severity::Warn => "warn",
            Severity::Advice => "advice",
            Severity::Off => "off",
        }
    }
}

/// How much depends on a model.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tier {
    /// A wrong answer hurts people or the business.
    Critical,
    /// The usual.
    Standard,
    /// Nobody depends on it yet.
    Experimental,
}

impl Tier {
    /// The words that a configuration may write.
    pub const NAMES: [&'static str; 3] = ["critical", "standard", "experimental"];
    /// All tiers, most serious first.
    pub const ALL: [Tier; 3] = [Tier::Critical, Tier::Standard, Tier::Experimental];

    /// From the word in a configuration.
    pub fn parse(text: &str) -> Option<Tier> {
        Tier::ALL.into_iter().find(|tier| tier.name() == text)
    }

    /// The word in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Critical => "critical",
            Tier::Standard => "standard",
            Tier::Experimental => "experimental",
        }
    }
}

/// A severity for each tier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Severities {
    /// For [`Tier::Critical`].
    pub critical: Severity,
    /// For [`Tier::Standard`].
    pub standard: Severity,
    /// For [`Tier::Experimental`].
    pub experimental: Severity,
}

impl Severities {
    /// The same for every tier.
    pub fn all(severity: Severity) -> Severities {
        Severities { critical: severity, standard: severity, experimental: severity }
    }

    /// The severity for one tier.
    pub fn of(&self, tier: Tier) -> Severity {
        match tier {
            Tier::Critical => self.critical,
            Tier::Standard => self.standard,
            Tier::Experimental => self.experimental,
        }
    }
}

/// What became of the evidence for an artifact. Only [`StateName::Real`] counts as present.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StateName {
    /// Evidence that can be judged by its facts.
    Real,
    /// Says of itself that it is not finished or not in force.
    Draft,
    /// Says of itself that the model must not be used in production.
    Vetoed,
    /// A template that nobody filled in.
    Template,
    /// Headings or cells with nothing under them.
    Stub,
    /// A document of another kind under the right name.
    WrongKind,
    /// Cannot be read: broken syntax, not text, too large.
    Unreadable,
    /// Only points at content elsewhere.
    Pointer,
    /// Belongs to another model.
    Misplaced,
    /// No file at all.
    Missing,
}

impl StateName {
    /// All states but `Real`, as a policy writes them.
    pub const REFUSABLE: [StateName; 9] = [
        StateName::Missing,
        StateName::Misplaced,
        StateName::Pointer,
        StateName::Unreadable,
        StateName::Template,
        StateName::Stub,
        StateName::WrongKind,
        StateName::Vetoed,
        StateName::Draft,
    ];

    /// The word in a policy and in reports.
    pub fn name(self) -> &'static str {
        match self {
            StateName::Real => "real",
            StateName::Draft => "draft",
            StateName::Vetoed => "vetoed",
            StateName::Template => "template",
            StateName::Stub => "stub",
            StateName::WrongKind => "wrong-kind",
            StateName::Unreadable => "unreadable",
            StateName::Pointer => "pointer",
            StateName::Misplaced => "misplaced",
            StateName::Missing => "missing",
        }
    }

    /// From the word in a policy.
    pub fn parse(text: &str) -> Option<StateName> {
        StateName::REFUSABLE.into_iter().find(|state| state.name() == text)
    }
}
