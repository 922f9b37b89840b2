//! Synthetic verdicts and golden files for the report tests.
pub(crate) mod corpus;

use std::path::PathBuf;

use roadworthy::diag::{Diagnostic, Level, Note, Origin, Paste, RepoPath, SourceId, Sources, Span, escape};
use roadworthy::report::{Format, Human, Part, Run, Style, Verbosity, render};
use roadworthy::verdict::{Cell, Finding, Location, ModelRow, Severity, Subject, Verdict, Waived};
use serde_json::Value;

pub(crate) const OWNER: &str =
    "# who answers for churn\r\n[owner]\r\nname = \"Data Science Team\"\r\nemail = \"ds@corp.example\"\r\n";
pub(crate) const PRIVACY: &str =
    "# Privacy scope\n\n| Field | Value |\n|---|---|\n| Approved by | 2026-03-01 |\n";
pub(crate) const CORE: &str = "[pack]\nid = \"core\"\n\n[rule.check.fact]\nartifact = \"owner\"\nfact = \"person\"\nis = \"person\"\n\n[rule.check.present]\nartifact = \"runbook\"\n";
pub(crate) const CONFIG: &str = "[[waiver]]\nrule = \"retraining-overdue\"\nmodel = \"churn\"\n";

/// A repository's text.
pub(crate) fn file(sources: &mut Sources, path: &[u8], text: &str) -> SourceId {
    sources.add(Origin::Repository(RepoPath::from_git(path)), text)
}

/// The first place of `needle` in a source.
pub(crate) fn span(sources: &Sources, source: SourceId, needle: &str) -> Span {
    let at = sources.get(source).text.find(needle).expect("the needle is in the text");
    Span::new(source, at..at + needle.len())
}

pub(crate) fn row(id: &str, cells: &[(&str, Cell)]) -> ModelRow {
    ModelRow {
        id: id.to_string(),
        path: RepoPath::from_git(format!("models/{id}").as_bytes()),
        tier: "critical".to_string(),
        mode: Some("realtime".to_string()),
        cells: cells.iter().map(|(artifact, cell)| ((*artifact).to_string(), *cell)).collect(),
        evidence: Vec::new(),
        met: Vec::new(),
        due: Vec::new(),
        stated: Vec::new(),
        in_scope: true,
    }
}

fn finding(rule: &str, severity: Severity, artifact: &str, message: &str) -> Finding {
    Finding {
        model: Some("churn".to_string()),
        artifact: Some(artifact.to_string()),
        title: rule.replace('-', " "),
        ..Finding::new(rule, severity, message)
    }
}

/// A model with three findings that block, one that warns, one advice, one waived.
pub(crate) fn churn() -> (Verdict, Sources) {
    let mut sources = Sources::new();
    let core = sources.add(Origin::BuiltIn("core.toml".to_string()), CORE);
    let owner = file(&mut sources, b"models/churn/OWNER.toml", OWNER);
    let privacy = file(&mut sources, b"models/churn/docs/privacy.md", PRIVACY);
    let config = file(&mut sources, b"roadworthy.toml", CONFIG);
    let because =
        |needle: &str, text: &str| Some(Note { span: span(&sources, core, needle), text: text.to_string() });

    let mut team = finding(
        "owner-not-a-person",
        Severity::Block,
        "owner",
        "\"Data Science Team\" is a team, and a team cannot be asked",
    );
    team.at = Location::Text(span(&sources, owner, "Data Science Team"));
    team.label = "a team".to_string();
    team.because = because("is = \"person\"", "core asks for a person");
    team.help = vec![
        "name the one person who answers for this model when it misbehaves on a Sunday; the team can stay as \
         `team`, but it cannot be the owner"
            .to_string(),
    ];
    team.paste = Some(Paste {
        file: "models/churn/OWNER.toml".to_string(),
        text: "[owner]\nname = \"<first name> <last name>\"\nemail = \"<their address>\"\n".to_string(),
    });

    let mut runbook =
        finding("runbook-missing", Severity::Block, "runbook", "there is no runbook for this model");
    runbook.at = Location::Path(RepoPath::from_git(b"models/churn"));
    runbook.because = because("artifact = \"runbook\"", "core asks for a runbook");
    runbook.looked =
        ["docs/runbook*.md", "RUNBOOK.md", "runbooks/**/*.md", "docs/*runbook*.md", "docs/*playbook*"]
            .iter()
            .flat_map(|path| [format!("models/churn/{path}"), (*path).to_string()])
            .collect();
    runbook.help =
        vec!["write down what fails, how one sees it, and the command that rolls it back".to_string()];

    let mut unsigned =
        finding("privacy-unsigned", Severity::Block, "privacy", "the privacy scope has a date but no name");
    unsigned.at = Location::Text(span(&sources, privacy, "2026-03-01"));
    unsigned.label = "a date, but who signed?".to_string();
    unsigned.related =
        vec![Note { span: span(&sources, privacy, "Approved by"), text: "asked for here".to_string() }];
    unsigned.paste = Some(Paste {
        file: "models/churn/docs/privacy.md".to_string(),
        text: "Approved by: <first name> <last name>, 2026-11-22".to_string(),
    });

    let mut subject =
        finding("commit-says-nothing", Severity::Warn, "commits", "\"wip\" does not say what changed");
    subject.at = Location::Commit {
        id: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_string(),
        subject: "wip".to_string(),
    };
    subject.help = vec!["say in one line what changed and why: `git commit --amend`".to_string()];

    let mut deputy =
        finding("owner-without-deputy", Severity::Advice, "owner", "nobody stands in for the owner");
    deputy.at = Location::Text(span(&sources, owner, "[owner]"));

    let mut overdue = finding(
        "retraining-overdue",
        Severity::Block,
        "retraining",
        "last trained 94 days ago, promised every 30",
    );
    overdue.at = Location::Path(RepoPath::from_git(b"models/churn/model.onnx"));
    overdue.waived = Some(Waived {
        reason: "label feed is down until the warehouse migration".to_string(),
        approved_by: "Grace Hopper <grace@corp.example>".to_string(),
        expires: "2026-12-31".to_string(),
        at: Some(span(&sources, config, "[[waiver]]")),
    });

    let mut model = row(
        "churn",
        &[
            ("owner", Cell::Missing),
            ("data-sharing", Cell::Met),
            ("privacy", Cell::Missing),
            ("runbook", Cell::Missing),
            ("retraining", Cell::Waived),
            ("handover", Cell::Warned),
            ("slo", Cell::Off),
        ],
    );
    model.evidence = vec![
        ("owner".to_string(), RepoPath::from_git(b"models/churn/OWNER.toml")),
        ("data-sharing".to_string(), RepoPath::from_git(b"models/churn/docs/data-contract.md")),
    ];
    model.stated = vec![("deputy".to_string(), "Grace Hopper".to_string())];
    model.due = vec![("privacy".to_string(), "2027-03-01".to_string())];
    model.met = vec!["data-sharing-missing".to_string(), "data-sharing-incomplete".to_string()];

    let mut verdict = Verdict {
        subject: Subject {
            what: "commit 1f3a9c2 (branch production)".to_string(),
            commit: Some("1f3a9c2d5b6e7f8091a2b3c4d5e6f708192a3b4c".to_string()),
            as_of: "2026-11-22".to_string(),
            policy: vec!["core 0.1.0".to_string(), "roadworthy.toml of production".to_string()],
        },
        findings: vec![deputy, overdue, subject, unsigned, runbook, team],
        rows: vec![model],
        ..Verdict::default()
    };
    verdict.account.rules = 18;
    verdict.account.judgements = 15;
    verdict.titles =
        ["owner", "data-sharing", "privacy", "runbook"].map(|id| (id.into(), format!("{id} file"))).into();
    verdict.settle(&sources);
    (verdict, sources)
}

/// Text that would harm a terminal or a log, in every place that a repository controls.
pub(crate) fn hostile() -> (Verdict, Sources) {
    const NASTY: &str =
        "\u{1b}[2J\u{1b}]0;owned\u{7}\n::error::pwned\r\u{202e}txt\0\u{200b}\u{9b}1m ##[add-mask]x";
    let mut sources = Sources::new();
    let text = format!("name = \"{NASTY}\"\r\n\t所有者\t{NASTY}\r\n");
    let bad = file(&mut sources, b"models/\n::error::\x1b[31mx\xff/OWNER.toml", &text);
    let mut one = finding(NASTY, Severity::Block, NASTY, NASTY);
    one.model = Some(NASTY.to_string());
    one.at = Location::Text(span(&sources, bad, "所有者"));
    one.label = NASTY.to_string();
    one.related = vec![Note { span: Span::new(bad, 0..text.len()), text: NASTY.to_string() }];
    one.because = Some(Note { span: Span::new(bad, 9_999..99_999), text: NASTY.to_string() });
    one.looked = vec![NASTY.to_string()];
    one.help = vec![NASTY.to_string(), "::error::first".to_string()];
    one.paste = Some(Paste { file: NASTY.to_string(), text: format!("{NASTY}\n::warning::x\n\tindented\n") });
    let mut two = one.clone();
    two.at = Location::Commit { id: NASTY.to_string(), subject: NASTY.to_string() };
    two.severity = Severity::Advice;
    let mut three = one.clone();
    three.at = Location::Path(RepoPath::from_git(b"a\n::error::b"));
    three.waived =
        Some(Waived { reason: NASTY.into(), approved_by: NASTY.into(), expires: NASTY.into(), at: None });
    let mut model = row(NASTY, &[(NASTY, Cell::Missing)]);
    model.tier = NASTY.to_string();
    model.mode = Some(NASTY.to_string());
    model.evidence = vec![(NASTY.to_string(), RepoPath::from_git(NASTY.as_bytes()))];
    model.met = vec![NASTY.to_string()];
    model.stated = vec![(NASTY.to_string(), NASTY.to_string())];
    model.due = vec![(NASTY.to_string(), NASTY.to_string())];
    let mut verdict = Verdict {
        subject: Subject {
            what: NASTY.to_string(),
            commit: Some(NASTY.to_string()),
            as_of: NASTY.to_string(),
            policy: vec![NASTY.to_string()],
        },
        findings: vec![one, two, three],
        rows: vec![model],
        undecided: vec![
            Diagnostic::new(Level::Error, NASTY, NASTY).at(Span::new(bad, 3..9), NASTY).help(NASTY),
        ],
        remarks: vec![NASTY.to_string()],
        titles: vec![(NASTY.to_string(), NASTY.to_string())],
        ..Verdict::default()
    };
    verdict.account.judgements = 1;
    verdict.settle(&sources);
    (verdict, sources)
}

/// `n` models, of which every tenth has something to mend, with many artifacts.
pub(crate) fn many(n: usize) -> (Verdict, Sources) {
    let sources = Sources::new();
    let artifacts = [
        "owner",
        "data-sharing",
        "privacy",
        "runbook",
        "retraining",
        "handover",
        "production",
        "monitoring",
        "escalation",
        "slo",
        "cost",
        "lineage",
    ];
    let mut verdict = Verdict::default();
    for at in 0..n {
        let id = format!("model-{at:03}");
        let bad = at % 10 == 3;
        let state = |artifact: &str| if bad && artifact == "slo" { Cell::Warned } else { Cell::Met };
        let cells: Vec<_> = artifacts.iter().map(|artifact| (*artifact, state(artifact))).collect();
        verdict.rows.push(row(&id, &cells));
        if bad {
            let mut warn =
                finding("slo-missing", Severity::Warn, "slo", "nobody says how fast it must answer");
            warn.model = Some(id);
            verdict.findings.push(warn);
        }
    }
    verdict.account.rules = 20;
    verdict.account.judgements = n * 20;
    verdict.settle(&sources);
    (verdict, sources)
}

pub(crate) fn opts(width: usize, unicode: bool, color: bool, verbosity: Verbosity) -> Human {
    Human { style: Style { color, width, unicode }, verbosity }
}

/// Panics when `text` holds a control or hidden character that is not a line break or one of our
/// own colours.
pub(crate) fn assert_clean(text: &str, color: bool) {
    let mut rest = text;
    while let Some(at) = rest.find(|c| c != '\n' && escape::hidden(c)) {
        let style = rest[at..].strip_prefix("\u{1b}[").filter(|_| color);
        let end = style.and_then(|style| {
            style.find('m').filter(|end| style[..*end].bytes().all(|b| b.is_ascii_digit() || b == b';'))
        });
        assert!(end.is_some(), "hidden character in {:?}", rest[at..].chars().take(40).collect::<String>());
        rest = &rest[at + 2..];
    }
    let orders =
        |line: &str| line.trim_start().strip_prefix("::").is_some_and(|behind| behind.contains("::"));
    assert!(!text.lines().any(orders), "a line gives orders to a log");
    assert!(!text.contains("##["), "a line gives orders to a log");
}

/// Compares with `tests/suite/golden/report/<name>`; writes it when ROADWORTHY_BLESS is set.
pub(crate) fn golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/golden/report").join(name);
    let text = text.replace('\u{1b}', "␛");
    if std::env::var_os("ROADWORTHY_BLESS").is_some() {
        std::fs::write(&path, &text).expect("the golden file can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name} differs; look at it, then set ROADWORTHY_BLESS=1");
}

pub(crate) fn one(format: Format, (verdict, sources): &(Verdict, Sources)) -> String {
    let run = Run { parts: vec![Part { verdict, sources }], remarks: Vec::new() };
    render(format, &run, &opts(100, true, false, Verbosity::Normal))
}

pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(crate) fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}
