//! Holds the guides and the code together: every key, type, state, kind of check and exit code that exists
//! is documented, and nothing else is.

use std::collections::BTreeSet;

use crate::markdown::{self, first_column, read, section};
use roadworthy::artifact::types::ValueType;
use roadworthy::diag::{Origin, Sources};
use roadworthy::exit::ExitStatus;
use roadworthy::gate::policy;
use roadworthy::policy::{Check, Mistakes, Severity, StateName, Tier};
use roadworthy::report::Format;
use roadworthy::schema::Schema;

/// A key that no table has.
const UNKNOWN: &str = "zzzzzzzzzz";

/// The keys of the table in which the unknown key stands, as its mistake lists them.
#[track_caller]
fn keys(pack: bool, text: &str) -> BTreeSet<String> {
    let mut sources = Sources::new();
    let mut mistakes = Mistakes::default();
    let origin = Origin::Local("test.toml".into());
    if pack {
        policy::with_pack(origin, text, &mut sources, &mut mistakes);
    } else {
        policy::with_config(origin, text, &mut sources, &mut mistakes);
    }
    let mistakes = mistakes.into_vec();
    let about = mistakes.iter().find(|m| m.code == "unknown-key" && m.message.contains(UNKNOWN));
    let help = &about.unwrap_or_else(|| panic!("{UNKNOWN} was taken\n{text}\n{mistakes:#?}")).help[0];
    let listed = help.rsplit_once(": ").expect("the help lists the keys").1;
    listed.split(", ").map(str::to_string).collect()
}

fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_string).collect()
}

#[test]
fn every_key_of_policy_files_is_documented() {
    let guide = read("docs/policies.md");
    let unknown = format!("{UNKNOWN} = 1\n");
    let artifact = "[pack]\nid = \"x\"\n[[artifact]]\nid = \"x\"\ntitle = \"x\"\n";
    let fact = format!(
        "{artifact}[artifact.facts]\nx = {{ title = \"t\", is = \"any\", label = \"l\", {UNKNOWN} = 1 }}\n"
    );
    let reader = format!(
        "{artifact}[artifact.facts]\nx = {{ title = \"t\", is = \"any\", label = \"l\" }}\n[[artifact.source]]\nfiles = [\"x\"]\n[artifact.source.facts]\nx = {{ code = true, {UNKNOWN} = 1 }}\n"
    );
    let tables = [
        ("## `[pack]`", format!("[pack]\nid = \"x\"\n{unknown}"), vec![]),
        ("## `[[artifact]]`", format!("{artifact}{unknown}"), vec!["facts", "nature", "starter", "source"]),
        ("### `[artifact.facts]`", fact, vec![]),
        ("### `[artifact.nature]`", format!("{artifact}[artifact.nature]\n{unknown}"), vec![]),
        (
            "### `[[artifact.source]]`",
            format!("{artifact}[[artifact.source]]\nfiles = [\"x\"]\n{unknown}"),
            vec!["facts"],
        ),
        ("### `[artifact.source.facts]`", reader, vec![]),
        ("## `[[rule]]`", format!("[pack]\nid = \"x\"\n[[rule]]\nid = \"x\"\n{unknown}"), vec![]),
    ];
    for (heading, text, elsewhere) in tables {
        let mut documented = first_column(section(&guide, heading));
        documented.extend(names(elsewhere));
        assert_eq!(documented, keys(true, &text), "{heading}");
    }
    let starter = keys(true, &format!("{artifact}[artifact.starter]\n{unknown}"));
    let said = section(&guide, "### `[artifact.starter]`");
    assert!(starter.iter().all(|key| said.contains(&format!("`{key}`"))), "{starter:?}");
}

#[test]
fn every_kind_of_check_is_documented_with_every_field() {
    let guide = read("docs/policies.md");
    for kind in Check::KINDS {
        let text = format!("[pack]\nid = \"x\"\n[[rule]]\nid = \"x\"\n[rule.check.{kind}]\n{UNKNOWN} = 1\n");
        let said = section(&guide, &format!("### `{kind}`: "));
        assert_eq!(first_column(said), keys(true, &text), "{kind}");
        assert!(said.contains(&format!("[rule.check.{kind}]")), "`{kind}` has no example");
    }
    let described = guide
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.split_once("`: "))
        .map(|(kind, _)| kind.to_string());
    assert_eq!(described.collect::<BTreeSet<_>>(), names(Check::KINDS));
}

#[test]
fn every_key_of_tables_in_checks_is_documented() {
    let guide = read("docs/policies.md");
    for table in ["files.any", "reach.code", "reach.extract"] {
        let text =
            format!("[pack]\nid = \"x\"\n[[rule]]\nid = \"x\"\n[[rule.check.{table}]]\n{UNKNOWN} = 1\n");
        let said = section(&guide, &format!("#### `[[rule.check.{table}]]`"));
        assert_eq!(first_column(said), keys(true, &text), "{table}");
    }
}

#[test]
fn every_key_of_the_configuration_is_documented() {
    let guide = read("docs/configuration.md");
    let unknown = format!("{UNKNOWN} = 1\n");
    for (heading, table) in [
        ("## `[production]`", "[production]"),
        ("## `[policy]`", "[policy]"),
        ("## `[limits]`", "[limits]"),
        ("## `[[waiver]]`", "[[waiver]]"),
    ] {
        assert_eq!(
            first_column(section(&guide, heading)),
            keys(false, &format!("{table}\n{unknown}")),
            "{heading}"
        );
    }
    let mut models = keys(false, &format!("[models]\n{unknown}"));
    models.extend(keys(false, &format!("[[model]]\n{unknown}")));
    assert_eq!(first_column(section(&guide, "## `[models]` and `[[model]]`")), models);
    for table in keys(false, &unknown) {
        assert!(guide.contains(&format!("[{table}]")), "[{table}] is not documented");
    }
}

#[test]
fn every_value_type_is_documented() {
    let documented = first_column(section(&read("docs/policies.md"), "## Value types"));
    assert_eq!(documented, names(ValueType::NAMES));
    for name in &documented {
        assert!(ValueType::parse(name).is_some(), "{name}");
    }
}

#[test]
fn every_state_tier_and_severity_is_documented() {
    let guide = read("docs/policies.md");
    let states = StateName::REFUSABLE.iter().map(|state| state.name()).chain([StateName::Real.name()]);
    assert_eq!(first_column(section(&guide, "## States of evidence")), names(states));
    let rule = section(&guide, "## `[[rule]]`");
    for word in Severity::NAMES.into_iter().chain(Tier::NAMES) {
        assert!(rule.contains(word), "{word}");
    }
}

#[test]
fn every_exit_code_is_documented() {
    let readme = read("README.md");
    let table = section(&readme, "## Exit codes");
    for status in [ExitStatus::Success, ExitStatus::Blocked, ExitStatus::CannotJudge] {
        assert!(table.contains(&format!("| {} | ", status.code())), "{status:?}");
    }
    use clap::CommandFactory as _;
    let guide = read("docs/exit-codes.md");
    for command in roadworthy::cli::Cli::command().get_subcommands().filter(|c| c.get_name() != "policy") {
        assert!(guide.contains(&format!("`{}`", command.get_name())), "{}", command.get_name());
    }
}

#[test]
fn every_format_and_schema_is_documented() {
    let guide = read("docs/formats.md");
    let table = first_column(guide.split_once("\n## ").expect("there are sections").0);
    assert_eq!(table, names(Format::ALL.map(Format::name)));
    let undecided = section(&guide, "## When nothing can be judged");
    let machines = Format::ALL.into_iter().filter(|format| *format != Format::Human);
    assert_eq!(first_column(undecided), names(machines.map(Format::name)));
    for schema in Schema::ALL {
        assert!(guide.contains(&format!("roadworthy schema {}", schema.name())), "{schema:?}");
    }
}

/// The fields that the program prints are those of docs/facts.md, and the other way round.
#[test]
fn every_field_of_facts_is_documented() {
    fn fields(value: &serde_json::Value, into: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(map) => map.iter().for_each(|(key, value)| {
                into.insert(key.clone());
                fields(value, into);
            }),
            serde_json::Value::Array(list) => list.iter().for_each(|value| fields(value, into)),
            _ => {}
        }
    }
    let guide = read("docs/facts.md");
    let example = markdown::blocks(&guide).into_iter().find(|block| block.language == "json").unwrap();
    let mut printed = BTreeSet::new();
    fields(&serde_json::from_str(&example.text).unwrap(), &mut printed);
    for field in printed {
        assert!(markdown::prose(&guide).contains(&format!("`{field}`")), "{field}");
    }
}
