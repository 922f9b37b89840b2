//! The report for people, on synthetic verdicts.

use crate::report_support::{assert_clean, churn, golden, hostile, many, opts, row};
use roadworthy::diag::{Diagnostic, Level, Sources};
use roadworthy::report::{Verbosity, human};
use roadworthy::verdict::{Cell, Finding, Severity, Status, Verdict};

#[test]
fn a_blocked_model_reads_well() {
    let (verdict, sources) = churn();
    for (name, width, unicode, color, verbosity) in [
        ("churn-80.txt", 80, true, false, Verbosity::Normal),
        ("churn-120.txt", 120, true, false, Verbosity::Normal),
        ("churn-80-ascii.txt", 80, false, false, Verbosity::Normal),
        ("churn-80-color.txt", 80, true, true, Verbosity::Normal),
        ("churn-80-verbose.txt", 80, true, false, Verbosity::Verbose),
        ("churn-quiet.txt", 80, true, false, Verbosity::Quiet),
    ] {
        let text = human(&verdict, &sources, &opts(width, unicode, color, verbosity));
        assert_clean(&text, color);
        golden(name, &text);
        assert!(unicode || text.is_ascii(), "{name} is not ASCII");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let (verdict, sources) = churn();
    for columns in [72, 80, 120] {
        let text = human(&verdict, &sources, &opts(columns, true, false, Verbosity::Verbose));
        for line in text.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn a_pass_is_short() {
    let sources = Sources::new();
    let mut verdict = Verdict { rows: vec![row("churn", &[("owner", Cell::Met)])], ..Verdict::default() };
    verdict.subject.what = "work tree of churn".to_string();
    verdict.account.rules = 18;
    verdict.account.judgements = 18;
    verdict.settle(&sources);
    golden("pass.txt", &human(&verdict, &sources, &opts(80, true, false, Verbosity::Normal)));
}

#[test]
fn nothing_judged_is_said_loudly() {
    let text = human(&Verdict::default(), &Sources::new(), &opts(80, true, false, Verbosity::Normal));
    golden("nothing.txt", &text);
}

#[test]
fn what_could_not_be_judged_comes_first() {
    let (mut verdict, sources) = churn();
    let broken =
        Diagnostic::new(Level::Error, "shallow-boundary", "the history ends before the last training")
            .help("fetch the whole history: `git fetch --unshallow`");
    verdict.undecided.push(broken);
    let text = human(&verdict, &sources, &opts(80, true, false, Verbosity::Normal));
    golden("undecided.txt", &text);
    assert!(text.find("shallow-boundary") < text.find("owner-not-a-person"));
    assert_eq!(verdict.status(), Status::Undecided);
}

#[test]
fn hostile_text_is_harmless() {
    let (verdict, sources) = hostile();
    for color in [false, true] {
        for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
            assert_clean(&human(&verdict, &sources, &opts(80, true, color, verbosity)), color);
        }
    }
    golden("hostile.txt", &human(&verdict, &sources, &opts(80, true, false, Verbosity::Verbose)));
}

#[test]
fn five_hundred_models_stay_readable() {
    let (verdict, sources) = many(500);
    let text = human(&verdict, &sources, &opts(80, true, false, Verbosity::Normal));
    assert!(text.contains("and 450 models with nothing to report"), "{text}");
    assert!(!text.contains("model-004"), "a model without findings is listed");
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    golden("many.txt", &text);
}

/// They are drawn on several threads.
#[test]
fn very_many_findings_stand_under_their_own_models() {
    let (mut verdict, sources) = many(6000);
    for (at, finding) in verdict.findings.iter_mut().enumerate() {
        finding.message = format!("nobody waits for {}", finding.model.as_deref().unwrap());
        finding.severity = if at % 3 == 0 { Severity::Advice } else { Severity::Warn };
    }
    let text = human(&verdict, &sources, &opts(80, true, false, Verbosity::Normal));
    let text = format!("\n{text}");
    let told: Vec<&str> = text.split("\n── model-").skip(1).collect();
    assert_eq!(told.len(), 600);
    for part in told {
        let id = part.split(' ').next().unwrap();
        assert_eq!(part.matches(&format!("nobody waits for model-{id}\n")).count(), 1, "{part}");
        assert_eq!(part.matches("nobody waits").count(), 1, "{part}");
    }
}

#[test]
fn of_several_models_the_nearest_to_green_is_named() {
    let (mut verdict, sources) = churn();
    let mut fraud = Finding::new("owner-missing", Severity::Block, "nobody owns this model");
    fraud.model = Some("fraud".to_string());
    verdict.findings.push(fraud);
    verdict.rows.push(row("fraud", &[("owner", Cell::Missing)]));
    verdict.settle(&sources);
    let text = human(&verdict, &sources, &opts(120, false, false, Verbosity::Normal));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("fraud is the nearest to green, with 1 finding to mend"), "{text}");
    assert!(text.ends_with("2 models, 18 rules, 15 judgements, 1 waived: 4 block, 1 warn, 1 advice\nnot roadworthy: 4 findings block 2 models\n"), "{text}");
    assert!(text.contains("  fraud    x         .           ."), "{text}");
}

#[test]
fn the_account_and_the_verdict_end_every_report() {
    let (verdict, sources) = churn();
    let quiet = human(&verdict, &sources, &opts(80, true, false, Verbosity::Quiet));
    assert_eq!(quiet.lines().count(), 2);
    for verbosity in [Verbosity::Normal, Verbosity::Verbose] {
        assert!(human(&verdict, &sources, &opts(80, true, false, verbosity)).ends_with(&quiet));
    }
}
