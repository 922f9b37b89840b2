//! What a text can be instead of the value that was asked for.

/// What a text is instead.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NotA {
    /// A team or unit.
    Team,
    /// A role, title or function.
    Role,
    /// An account of a program.
    Bot,
    /// An address that several people read, or nobody.
    SharedMailbox,
    /// A company or institution.
    Organisation,
    /// A made-up identity: Jane Doe.
    Placeholder,
    /// One word, which may be a first name or anything else.
    SingleWord,
    /// No name of a person.
    NotAName,
    /// A domain that stands for another: `example.com`.
    FakeAddress,
    /// An address everybody on a channel hears.
    Broadcast,
    /// No date.
    NotADate,
    /// A day that no calendar has.
    ImpossibleDate,
    /// A number with no unit.
    BareNumber,
    /// "Regularly", "as needed".
    Vague,
    /// A cron expression that cannot be read or never fires.
    BrokenCron,
    /// A date with no name.
    Unsigned,
    /// A name with no date.
    Undated,
    /// A decision that is still to be taken.
    Undecided,
    /// Fewer words than asked for.
    TooShort,
    /// A link where the thing itself is asked for.
    Link,
    /// Something else.
    Other,
}

impl NotA {
    /// The predicate of a sentence about the text: "is a team".
    pub fn sentence(self) -> &'static str {
        match self {
            NotA::Team => "is a team",
            NotA::Role => "is a role, not a name",
            NotA::Bot => "is a bot",
            NotA::SharedMailbox => "is a shared mailbox",
            NotA::Organisation => "is an organisation",
            NotA::Placeholder => "is a made-up name",
            NotA::SingleWord => "is a single word: give the full name, a handle or an address",
            NotA::NotAName => "is not the name of a person",
            NotA::FakeAddress => "is on a domain that is only an example",
            NotA::Broadcast => "addresses everybody",
            NotA::NotADate => "is not a date",
            NotA::ImpossibleDate => "is a day that does not exist",
            NotA::BareNumber => "is a number with no unit",
            NotA::Vague => "names no interval",
            NotA::BrokenCron => "is not a schedule that ever fires",
            NotA::Unsigned => "has a date and no name",
            NotA::Undated => "has a name and no date",
            NotA::Undecided => "is not decided yet",
            NotA::TooShort => "says too little",
            NotA::Link => "is a link",
            NotA::Other => "is something else",
        }
    }
}
