//! Policy and configuration files made of anything: mistakes, never a panic, and every mistake
//! points into the text.

use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert, proptest};
use roadworthy::diag::{Origin, Sources};
use roadworthy::gate::policy;
use roadworthy::policy::{Mistakes, builtin, load_config, load_pack};
use roadworthy::words::Words;

const CONFIG: &str = "[production]\nbranches = [\"main\", \"release/*\"]\ntags = [\"v*\"]\n\n[policy]\npacks = [\"core\"]\nfiles = [\"governance/*.toml\"]\n[policy.severity]\n\"owner-inactive\" = { critical = \"block\" }\n\n[models]\ndiscover = [\"models/*\"]\nminimum = 1\n\n[[model]]\nid = \"churn\"\npath = \"models/churn\"\ntier = \"critical\"\nmode = \"realtime\"\n\n[[waiver]]\nrule = \"retraining-overdue\"\nmodel = \"churn\"\nreason = \"the label feed is down\"\napproved_by = \"Grace Hopper <grace@corp.example>\"\nexpires = 2026-12-31\n";

fn pack_text() -> &'static str {
    builtin::file("core.toml").unwrap().text()
}

/// A text with some of its lines dropped, doubled or replaced.
fn mangled(text: &'static str) -> impl Strategy<Value = String> {
    let lines: Vec<&str> = text.lines().collect();
    let count = lines.len();
    let piece = prop::sample::select(vec![
        "",
        "]",
        "[[rule]]",
        "[rule.check.fact]",
        "needs = 3",
        "id = []",
        "files = [\"[\"]",
        "regex = [\"(\"]",
        "x = 1",
        "\"\"\"",
        "severity = { a = 1 }",
    ]);
    prop::collection::vec((0..count, 0..3u8, piece, any::<char>()), 1..8).prop_map(move |edits| {
        let mut out: Vec<String> = lines.iter().map(|l| (*l).to_string()).collect();
        for (at, kind, piece, c) in edits {
            match kind {
                0 => out[at].clear(),
                1 => out[at] = piece.to_string(),
                _ => out[at].insert(0, c),
            }
        }
        out.join("\n")
    })
}

fn check(text: &str, config: bool) -> Result<(), proptest::test_runner::TestCaseError> {
    let mut sources = Sources::new();
    let source = sources.add(Origin::BuiltIn("test".to_string()), text);
    let mut mistakes = Mistakes::default();
    if config {
        load_config(&sources, source, &Words::default(), &mut mistakes);
    } else {
        load_pack(&sources, source, &mut mistakes);
    }
    for mistake in mistakes.into_vec() {
        prop_assert!(!mistake.message.is_empty());
        if let Some(place) = &mistake.primary {
            prop_assert!(text.get(place.span.range()).is_some(), "{mistake:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_text_as_policy(text in any::<String>()) {
        check(&text, false)?;
        check(&text, true)?;
    }

    #[test]
    fn a_mangled_configuration(text in mangled(CONFIG)) {
        check(&text, true)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_mangled_pack(text in mangled(pack_text())) {
        check(&text, false)?;
    }
}

/// What a file lacks as a whole is shown at its first character, however wide that is.
#[test]
fn a_text_that_starts_with_a_wide_character() {
    for text in ["\u{1f600}", "é = 1", ""] {
        check(text, false).unwrap();
        check(text, true).unwrap();
    }
}

/// A mistake anywhere is found; nothing that cannot be read is taken for a policy.
#[test]
fn all_mistakes_are_found_at_once() {
    let text = "[pack]\nid = \"house\"\ntitel = \"x\"\n\n[[artifact]]\nid = \"Bad Id\"\ntitle = \"x\"\n[[artifact.source]]\nfiles = [\"a[\"]\n\n[[rule]]\nid = \"r\"\nseverity = \"blok\"\n";
    let mut sources = Sources::new();
    let mut mistakes = Mistakes::default();
    policy::with_pack(Origin::BuiltIn("house.toml".to_string()), text, &mut sources, &mut mistakes);
    let codes: Vec<String> = mistakes.into_vec().into_iter().map(|m| m.code).collect();
    for code in ["unknown-key", "bad-id", "bad-glob", "unknown-severity", "missing-key"] {
        assert!(codes.iter().any(|c| c == code), "{code} is missing in {codes:?}");
    }
}
