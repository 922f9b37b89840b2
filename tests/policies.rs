//! The fixtures of the built-in policies: every failing recipe fails with the report on file, every
//! repaired one passes.

#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

use std::collections::BTreeSet;

use roadworthy::commands::policy_test::Suite;
use roadworthy::diag::Sources;
use roadworthy::fixture::{Outcome, ReportDiff, compare_report};
use roadworthy::gate::policy;

#[test]
fn every_fixture_behaves_as_written() {
    let suite = Suite::built_in();
    let listing = suite.cases();
    assert!(listing.mistakes.is_empty(), "{:#?}", listing.mistakes);
    assert!(!listing.cases.is_empty());
    let cases: Vec<_> = listing.cases.iter().collect();
    let mut wrong = Vec::new();
    for (case, ran) in cases.iter().zip(suite.run_all(&cases)) {
        wrong.extend(ran.wrong.iter().map(|w| format!("{}: {w}", case.path)));
        if case.outcome == Outcome::Fail {
            match compare_report(suite.report(case), &ran.report) {
                ReportDiff::Same => {}
                ReportDiff::Missing => wrong.push(format!("{}: no report on file", case.path)),
                ReportDiff::Different(diff) => {
                    wrong.push(format!("{}: the report differs\n{diff}", case.path))
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n(`cargo run -- policy test policies --bless` writes the reports)",
        wrong.join("\n")
    );
}

#[test]
fn every_rule_has_a_failing_and_a_repaired_recipe() {
    let mut sources = Sources::new();
    let set = policy::defaults(&mut sources).unwrap();
    let listing = Suite::built_in().cases();
    for outcome in [Outcome::Fail, Outcome::Pass] {
        let tested: BTreeSet<&str> =
            listing.cases.iter().filter(|c| c.outcome == outcome).map(|c| c.rule.as_str()).collect();
        let rules: BTreeSet<&str> = set.rules.iter().map(|r| r.id.value.as_str()).collect();
        assert_eq!(tested, rules, "{outcome:?}");
    }
}
