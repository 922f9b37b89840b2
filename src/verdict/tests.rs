use super::*;
use crate::diag::Origin;

#[test]
fn worse_findings_come_first_and_the_repository_before_models() {
    let mut verdict = Verdict::default();
    for (model, severity, rule) in [
        (Some("b"), Severity::Block, "x"),
        (Some("a"), Severity::Advice, "a"),
        (Some("a"), Severity::Block, "z"),
        (None, Severity::Warn, "r"),
    ] {
        let mut finding = Finding::new(rule, severity, "m");
        finding.model = model.map(String::from);
        verdict.findings.push(finding);
    }
    verdict.settle(&Sources::new());
    let order: Vec<&str> = verdict.findings.iter().map(|f| f.rule.as_str()).collect();
    assert_eq!(order, ["r", "z", "a", "x"]);
    assert_eq!((verdict.account.blocking, verdict.account.warnings, verdict.account.advice), (2, 1, 1));
}

#[test]
fn nothing_judged_is_never_a_pass() {
    let mut verdict = Verdict::default();
    assert_eq!(verdict.status(), Status::Undecided);
    verdict.account.judgements = 1;
    assert_eq!(verdict.status(), Status::Pass);
    verdict.findings.push(Finding::new("r", Severity::Block, "m"));
    assert_eq!(verdict.status(), Status::Blocked);
    verdict.undecided.push(Diagnostic::new(crate::diag::Level::Error, "c", "m"));
    assert_eq!(verdict.status(), Status::Undecided);
}

#[test]
fn fingerprints_survive_moved_lines_and_tell_twins_apart() {
    let names = |text: &'static str| {
        let mut sources = Sources::new();
        let source = sources.add(Origin::Repository(RepoPath::from_git(b"OWNER.toml")), text);
        let mut verdict = Verdict::default();
        for (start, found) in text.match_indices("TBD") {
            let mut finding = Finding::new("r", Severity::Block, "m");
            finding.at = Location::Text(Span::new(source, start..start + found.len()));
            verdict.findings.push(finding);
        }
        verdict.settle(&sources);
        verdict.findings.iter().map(|f| f.fingerprint.clone()).collect::<Vec<_>>()
    };
    let one = names("a = TBD\nb = TBD\n");
    assert_eq!(one, names("# new first line\n\na =   TBD\nb = TBD\n"));
    assert_ne!(one[0], one[1]);
    assert!(one.iter().all(|name| name.len() == 32));
}
