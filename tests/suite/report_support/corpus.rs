//! Verdicts for every format: ordinary ones, and one with hostile text in every place that a repository
//! controls.

use roadworthy::diag::{Diagnostic, Level, Note, Origin, Paste, RepoPath, Sources, Span};
use roadworthy::report::{Format, Part, Run, Verbosity, render};
use roadworthy::verdict::{Cell, Finding, Location, RuleText, Severity, Verdict, Waived};

use super::{churn, file, hostile, row};

/// Texts that end, open or steer something in one of the formats.
pub(crate) const NASTY: [&str; 14] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}\0\u{9b}1m\u{8}",
    "line\r\n::error file=x::pwned\n::stop-commands::x\n##[error]y",
    "100%0A::set-output name=a::b%0D%25",
    "]]></failure></testcase><testcase name=\"x\"/><![CDATA[",
    "<script>alert(1)</script><!-- & &amp; \" ' -->",
    "a | b | c\n| --- | --- |\n\\| end",
    "``` `code` ``` ~~~\n````\n# heading\n- item",
    "[link](https://evil.example) ![image](x) <https://evil.example> www.evil.example",
    "\u{202e}txt.exe\u{202c} \u{2066}x\u{2069} \u{200b}\u{feff}\u{e0041}",
    "\u{fffe}\u{ffff}\u{1ffff}\u{fdd0}\u{2028}\u{2029}",
    "\"}],\"runs\":[{\\u0000 {0} {{1}}",
    "*bold* _it_ ~~gone~~ $x$ :smile: @everyone #1 <br>",
    "title=x,file=y:z;col=1::",
    "=cmd|' /C calc'!A0",
];

/// Paths that are no ordinary text.
const PATHS: [&[u8]; 8] = [
    b"models/\xff\xfe/OWNER.toml",
    b"a\n::error::b.md",
    b"\x1b[31mred.md",
    b"100%25 #?&.md",
    b"-::x,y=z:1.md",
    "\u{202e}dm.rennwo".as_bytes(),
    b"]]>\"'<&>.md",
    b"a b/`c|d`/[e](f).md",
];

/// Every [`NASTY`] text in every field, every path, every kind of place, long lines, and what could not be
/// judged.
pub(crate) fn corpus() -> (Verdict, Sources) {
    let (mut verdict, mut sources) = hostile();
    verdict.rows.push(row("churn", &[("owner", Cell::Missing), ("slo", Cell::Warned)]));
    for (n, nasty) in NASTY.into_iter().enumerate() {
        let path = PATHS[n % PATHS.len()];
        let long = format!("{}{nasty}{}", "x".repeat(100_000), "Ä".repeat(50_000));
        let text = format!("first\r\n{nasty}\n\t{long}\n{nasty}");
        let source = file(&mut sources, path, &text);
        let at = text.rfind(nasty).expect("it was just written");
        let place = match n % 4 {
            0 => Location::Text(Span::new(source, at..at + nasty.len())),
            1 => Location::Path(RepoPath::from_git(path)),
            2 => Location::Commit {
                id: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".into(),
                subject: nasty.into(),
            },
            _ => Location::Nowhere,
        };
        let said = if n % 3 == 0 { long.clone() } else { nasty.to_string() };
        let severity = [Severity::Block, Severity::Warn, Severity::Advice][n % 3];
        let note = |range| Note { span: Span::new(source, range), text: nasty.to_string() };
        verdict.findings.push(Finding {
            title: nasty.to_string(),
            otherwise: (n % 5 == 4).then_some(Severity::Block),
            model: [Some("churn"), Some(nasty), None][n % 3].map(str::to_string),
            artifact: Some(nasty.to_string()),
            at: place,
            label: nasty.to_string(),
            related: vec![note(0..text.len()), note(7..8), note(900_000..900_001)],
            because: Some(note(0..5)),
            looked: vec![nasty.to_string()],
            help: vec![said.clone(), format!("{nasty}\n{nasty}")],
            paste: Some(Paste { file: nasty.to_string(), text: format!("{nasty}\n{said}\n```\n") }),
            waived: (n % 6 == 5).then(|| Waived {
                reason: nasty.to_string(),
                approved_by: nasty.to_string(),
                expires: nasty.to_string(),
                at: Some(Span::new(source, 0..5)),
            }),
            ..Finding::new(if n % 2 == 0 { nasty } else { "owner-missing" }, severity, said.clone())
        });
        verdict.rules.push(RuleText {
            id: nasty.to_string(),
            title: nasty.to_string(),
            why: said.clone(),
            help: said.clone(),
            source: nasty.to_string(),
        });
        verdict.undecided.push(
            Diagnostic::new(Level::Error, nasty, said)
                .at(Span::new(source, at..at + nasty.len()), nasty)
                .help(nasty),
        );
        verdict.remarks.push(nasty.to_string());
    }
    verdict.settle(&sources);
    (verdict, sources)
}

/// More findings than any reader takes.
pub(crate) fn flood(n: usize) -> (Verdict, Sources) {
    let (mut verdict, sources) = churn();
    for at in 0..n {
        let severity = [Severity::Advice, Severity::Warn, Severity::Block][at % 3];
        let mut finding = Finding::new("code-untested", severity, format!("file {at} has no test"));
        finding.model = Some("churn".to_string());
        finding.help = vec!["write one, or say in the runbook why there is none".to_string()];
        finding.at = Location::Path(RepoPath::from_git(format!("models/churn/{at}.py").as_bytes()));
        verdict.findings.push(finding);
    }
    verdict.settle(&sources);
    (verdict, sources)
}

/// A verdict that could not even be begun.
pub(crate) fn refused() -> (Verdict, Sources) {
    let problem = Diagnostic::new(Level::Error, "git", "`/tmp` is not inside a Git repository");
    let mut verdict =
        Verdict { undecided: vec![problem.help("run this inside a repository")], ..Verdict::default() };
    let sources = Sources::new();
    verdict.settle(&sources);
    (verdict, sources)
}

/// A name for each verdict.
pub(crate) fn all() -> Vec<(&'static str, (Verdict, Sources))> {
    let mut message = churn();
    let (id, subject) = ("4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_string(), "wip".to_string());
    let text = message.1.add(Origin::Commit { id, subject }, "wip\n\nno reason\n");
    message.0.findings[0].at = Location::Text(Span::new(text, 5..14));
    message.0.rows[0].due = vec![("retraining".to_string(), "2026-12-01".to_string())];
    message.0.settle(&message.1);
    let mut fine = churn();
    fine.0.findings.clear();
    fine.0.settle(&fine.1);
    vec![
        ("churn", churn()),
        ("message", message),
        ("fine", fine),
        ("hostile", hostile()),
        ("corpus", corpus()),
        ("many", super::many(240)),
        ("refused", refused()),
        ("nothing", (Verdict::default(), Sources::new())),
    ]
}

/// The documents of a format, by name: every verdict by itself, all of them at once, and none, with remarks.
pub(crate) fn documents(format: Format) -> Vec<(String, String)> {
    let drawn = |judged: &[&(Verdict, Sources)], remarks: &[&str]| {
        let parts = judged.iter().map(|(verdict, sources)| Part { verdict, sources }).collect();
        let run = Run { parts, remarks: remarks.iter().map(ToString::to_string).collect() };
        render(format, &run, &super::opts(100, true, false, Verbosity::Normal))
    };
    let all = all();
    let mut out: Vec<(String, String)> =
        all.iter().map(|(name, judged)| (name.to_string(), drawn(&[judged], &[]))).collect();
    let together: Vec<&(Verdict, Sources)> = all.iter().map(|(_, judged)| judged).collect();
    out.push(("all".to_string(), drawn(&together, &NASTY)));
    out.push(("none".to_string(), drawn(&[], &NASTY)));
    out
}
