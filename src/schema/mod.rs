//! JSON Schemas (2020-12) of what people and programs write for roadworthy and read from it, for editors and
//! validators. `tests/suite/schema.rs` holds them to the reader of policy files and to real reports: whatever key or
//! word one of them knows, the other knows too.

/// What has a schema.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Schema {
    /// `roadworthy.toml`.
    Config,
    /// Policy files.
    Policy,
    /// The JSON report.
    Report,
}

impl Schema {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Schema; 3] = [Schema::Config, Schema::Policy, Schema::Report];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Schema::Config => "config",
            Schema::Policy => "policy",
            Schema::Report => "report",
        }
    }

    /// What it describes, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Schema::Config => "roadworthy.toml",
            Schema::Policy => "policy files",
            Schema::Report => "what `--format json` of check and ci prints",
        }
    }

    /// The schema, as JSON with a line break at its end.
    pub fn text(self) -> &'static str {
        match self {
            Schema::Config => include_str!("config.json"),
            Schema::Policy => include_str!("policy.json"),
            Schema::Report => include_str!("report.json"),
        }
    }
}
