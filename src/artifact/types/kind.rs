//! The value types by name.

use chrono::{Days, NaiveDate};

/// What a text must be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ValueType {
    /// Somebody: a name, a personal `@handle`, `user:name`, or an address that is no shared mailbox.
    Person,
    /// `@name`, of a person.
    Handle,
    /// An account's name with or without `@`, and nothing else.
    BareHandle,
    /// `user:name` or `user:namespace/name`, or a person's address.
    UserRef,
    /// A team: `@org/team`, `group:name`, or a name with a team's word in it.
    Team,
    /// A person's address.
    Email,
    /// A person, or an address, channel, telephone or pager where somebody answers.
    Reachable,
    /// An address, channel, telephone, handle, or a named kind of channel ("Slack").
    Address,
    /// As [`ValueType::Address`], but the thing itself: `#channel`, a number, a URL, a mailbox.
    HardAddress,
    /// A person beside a date.
    Signature,
    /// A date: day, month, quarter or half-year.
    Date,
    /// A span of time with its unit.
    Duration,
    /// A span of time, or "at once".
    Clock,
    /// How often: an interval, a word for one, or a cron expression.
    Cadence,
    /// A cron expression.
    Cron,
    /// A comparison with a number.
    Threshold,
    /// A comparison with a number, or a number with a unit or a fraction.
    Limit,
    /// A number with a fraction or a percent sign, or nothing but a number.
    Number,
    /// A percentage, or a share between 0 and 1.
    Ratio,
    /// A sum of money with its currency.
    Amount,
    /// A number of milliseconds, seconds or minutes.
    Latency,
    /// A decision that was taken.
    Decision,
    /// A lawful basis.
    Basis,
    /// A command for a shell or a database.
    Command,
    /// A command that trains a model.
    TrainingCommand,
    /// A name from code: with an underscore, or in backticks.
    Identifier,
    /// An `http` or `https` address.
    Url,
    /// A relative path of a file or folder.
    Path,
    /// A version.
    Version,
    /// At least so many words.
    Prose(u16),
    /// Anything but a placeholder.
    Any,
}

/// Words that prose needs when a policy does not say.
const PROSE_DEFAULT: u16 = 4;

/// Types without an argument: the name in policies, what it is in a sentence.
const SIMPLE: [(&str, ValueType, &str); 30] = [
    ("address", ValueType::Address, "an address, a channel or a telephone number"),
    ("amount", ValueType::Amount, "a sum of money with its currency"),
    ("any", ValueType::Any, "a value"),
    ("bare-handle", ValueType::BareHandle, "the name of a person's account"),
    ("basis", ValueType::Basis, "a lawful basis"),
    ("cadence", ValueType::Cadence, "an interval"),
    ("clock", ValueType::Clock, "a response time"),
    ("command", ValueType::Command, "a command"),
    ("cron", ValueType::Cron, "a cron expression"),
    ("date", ValueType::Date, "a date"),
    ("decision", ValueType::Decision, "a decision"),
    ("duration", ValueType::Duration, "a span of time with its unit"),
    ("email", ValueType::Email, "a person's e-mail address"),
    ("handle", ValueType::Handle, "a person's @handle"),
    ("hard-address", ValueType::HardAddress, "an address, #channel, telephone number or pager link"),
    ("identifier", ValueType::Identifier, "a name from code"),
    ("latency", ValueType::Latency, "a time in milliseconds or seconds"),
    ("limit", ValueType::Limit, "a limit with a number"),
    ("number", ValueType::Number, "a number"),
    ("path", ValueType::Path, "a path in the repository"),
    ("person", ValueType::Person, "a person by name, handle or address"),
    ("ratio", ValueType::Ratio, "a percentage"),
    ("reachable", ValueType::Reachable, "a person or a channel that can be reached"),
    ("signature", ValueType::Signature, "a person's name beside a date"),
    ("team", ValueType::Team, "a team"),
    ("threshold", ValueType::Threshold, "a comparison with a number"),
    ("training-command", ValueType::TrainingCommand, "a command that trains the model"),
    ("url", ValueType::Url, "a URL"),
    ("user-ref", ValueType::UserRef, "a reference to a user"),
    ("version", ValueType::Version, "a version"),
];

impl ValueType {
    /// Names for suggestions, sorted; `prose` also takes a least number of words: `prose(5)`.
    pub const NAMES: [&'static str; 31] = {
        let mut names = [""; 31];
        let mut at = 0;
        let mut from = 0;
        while at < 31 {
            // `prose` stands behind `person` and `path`, before `ratio`.
            if at == 21 {
                names[at] = "prose";
            } else {
                names[at] = SIMPLE[from].0;
                from += 1;
            }
            at += 1;
        }
        names
    };

    /// Reads a type's name as policies write it.
    pub fn parse(text: &str) -> Option<ValueType> {
        let text = text.trim();
        if let Some((_, kind, _)) = SIMPLE.iter().find(|(name, _, _)| *name == text) {
            return Some(*kind);
        }
        let argument = text.strip_prefix("prose")?;
        if argument.is_empty() {
            return Some(ValueType::Prose(PROSE_DEFAULT));
        }
        let digits = argument.strip_prefix('(')?.strip_suffix(')')?;
        digits.trim().parse().ok().filter(|least| *least > 0).map(ValueType::Prose)
    }

    /// The name as policies write it.
    pub fn name(self) -> String {
        match self {
            ValueType::Prose(least) => format!("prose({least})"),
            simple => simple.row().map_or_else(String::new, |(name, _, _)| (*name).to_string()),
        }
    }

    /// What it is, with an article, for a sentence: "a date".
    pub fn noun(self) -> &'static str {
        self.row().map_or("a sentence or more", |(_, _, noun)| noun)
    }

    fn row(self) -> Option<&'static (&'static str, ValueType, &'static str)> {
        SIMPLE.iter().find(|(_, kind, _)| *kind == self)
    }

    /// A valid value, for a line that can be pasted; `today` is the date of the judgement.
    pub fn example(self, today: NaiveDate) -> String {
        let text = match self {
            ValueType::Person => "Ada Lovelace <ada@corp.example>",
            ValueType::Handle => "@ada-lovelace",
            ValueType::BareHandle => "ada-lovelace",
            ValueType::UserRef => "user:default/ada.lovelace",
            ValueType::Team => "@corp/churn-team",
            ValueType::Email => "ada@corp.example",
            ValueType::Reachable => "Ada Lovelace <ada@corp.example>, #churn-oncall",
            ValueType::Address | ValueType::HardAddress => "#churn-oncall",
            ValueType::Signature => return format!("Ada Lovelace, {today}"),
            ValueType::Date => return today.to_string(),
            ValueType::Duration => "90 days",
            ValueType::Clock => "15 minutes",
            ValueType::Cadence => "every 30 days",
            ValueType::Cron => "0 3 * * 1",
            ValueType::Threshold => "PSI > 0.2",
            ValueType::Limit => "AUC >= 0.80",
            ValueType::Number => "0.87",
            ValueType::Ratio => "99.5 %",
            ValueType::Amount => "500 EUR per month",
            ValueType::Latency => "p95 < 200 ms",
            ValueType::Decision => "approved: the residual risk is low",
            ValueType::Basis => "legitimate interest, GDPR Art. 6(1)(f)",
            ValueType::Command => "kubectl rollout undo deployment/churn",
            ValueType::TrainingCommand => "python train.py --config retrain.yaml",
            ValueType::Identifier => "churn_score_psi",
            ValueType::Url => "https://git.corp.example/churn",
            ValueType::Path => "src/train.py",
            ValueType::Version => "1.4.0",
            ValueType::Prose(least) => return prose(usize::from(least)),
            ValueType::Any => {
                let next = today.checked_add_days(Days::new(365)).unwrap_or(today);
                return format!("reviewed {today}, next review {next}");
            }
        };
        text.to_string()
    }
}

/// A text of at least `least` words.
fn prose(least: usize) -> String {
    const SENTENCE: &str = "Scores decide which customers a colleague calls before their contract ends. ";
    let per_sentence = SENTENCE.split_whitespace().count();
    SENTENCE.repeat(least.div_ceil(per_sentence).max(1)).trim_end().to_string()
}
