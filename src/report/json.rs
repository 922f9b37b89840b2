//! The report for machines. Its fields are described in `docs/json-report.md`.

use std::fmt::Write;

use serde::Serialize;

use crate::diag::{Diagnostic, Level, Note, Origin, RepoPath, Sources, Span, escape};
use crate::verdict::{Finding, Location, ModelRow, Severity, Verdict, Waived};

/// Raised when a field changes its meaning or goes away; new fields do not raise it.
const SCHEMA_VERSION: u32 = 1;

/// The report. `v` must be settled. Texts are as they stand in the repository; characters that could
/// harm a terminal are written as `\uXXXX`. Ends with a line break.
pub fn json(v: &Verdict, sources: &Sources) -> String {
    let status = v.status();
    let report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        status: status.name(),
        exit_code: status.exit_code(),
        subject: Subject {
            what: &v.subject.what,
            commit: v.subject.commit.as_deref(),
            as_of: &v.subject.as_of,
            policy: &v.subject.policy,
        },
        account: Account {
            models: v.account.models,
            rules: v.account.rules,
            judgements: v.account.judgements,
            waived: v.account.waived,
            block: v.account.blocking,
            warn: v.account.warnings,
            advice: v.account.advice,
        },
        undecided: v.undecided.iter().map(|d| Undecided::new(d, sources)).collect(),
        findings: v.findings.iter().map(|finding| Found::new(finding, sources)).collect(),
        models: v.rows.iter().map(Model::new).collect(),
        remarks: &v.remarks,
    };
    let text = serde_json::to_string_pretty(&report)
        .expect("a report has string keys only and is written to memory, so nothing can fail");
    harmless(&text)
}

/// The report when nothing that was announced lands in production, so that nothing was judged.
pub(super) fn not_judged(remarks: &[String]) -> String {
    let (verdict, sources) = (Verdict::default(), Sources::new());
    let mut report: serde_json::Value =
        serde_json::from_str(&json(&verdict, &sources)).expect("a report that was just written can be read");
    report["status"] = "not-judged".into();
    report["exit_code"] = 0.into();
    report["remarks"] = remarks.into();
    let text = serde_json::to_string_pretty(&report)
        .expect("a report has string keys only and is written to memory, so nothing can fail");
    harmless(&text)
}

/// `text` with hidden characters as JSON escapes, and the second of two `#`, because some logs take
/// `##[name]` for a command. They only occur inside of strings, where the escape means the same; line
/// breaks of the layout stay.
pub(super) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut before = '\n';
    for c in text.chars() {
        let order = c == '#' && before == '#';
        before = c;
        if order || c != '\n' && escape::hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("a string can always grow");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    tool: Tool,
    status: &'static str,
    exit_code: u8,
    subject: Subject<'a>,
    account: Account,
    undecided: Vec<Undecided<'a>>,
    findings: Vec<Found<'a>>,
    models: Vec<Model<'a>>,
    remarks: &'a [String],
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Subject<'a> {
    what: &'a str,
    commit: Option<&'a str>,
    as_of: &'a str,
    policy: &'a [String],
}

#[derive(Serialize)]
struct Account {
    models: usize,
    rules: usize,
    judgements: usize,
    waived: usize,
    block: usize,
    warn: usize,
    advice: usize,
}

#[derive(Serialize)]
struct Undecided<'a> {
    code: &'a str,
    level: &'static str,
    message: &'a str,
    at: Place<'a>,
    label: &'a str,
    related: Vec<Spot<'a>>,
    looked: &'a [String],
    help: &'a [String],
    paste: Option<Paste<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    fingerprint: &'a str,
    rule: &'a str,
    title: &'a str,
    severity: &'static str,
    blocks: bool,
    otherwise: Option<&'static str>,
    model: Option<&'a str>,
    artifact: Option<&'a str>,
    message: &'a str,
    at: Place<'a>,
    label: &'a str,
    related: Vec<Spot<'a>>,
    because: Option<Spot<'a>>,
    looked: &'a [String],
    help: &'a [String],
    paste: Option<Paste<'a>>,
    waiver: Option<Waiver<'a>>,
}

#[derive(Serialize)]
struct Spot<'a> {
    text: &'a str,
    at: Place<'a>,
}

/// A place; `kind` says which of the fields are there.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Place<'a> {
    Text {
        origin: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        revision: Option<&'a str>,
        path: String,
        path_bytes: Option<String>,
        start: Point,
        end: Point,
    },
    Message {
        id: &'a str,
        subject: &'a str,
        start: Point,
        end: Point,
    },
    Path {
        origin: &'static str,
        path: String,
        path_bytes: Option<String>,
    },
    Commit {
        id: &'a str,
        subject: &'a str,
    },
    Nowhere,
}

#[derive(Serialize)]
struct Point {
    byte: usize,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Paste<'a> {
    file: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Waiver<'a> {
    reason: &'a str,
    approved_by: &'a str,
    expires: &'a str,
    at: Option<Place<'a>>,
}

#[derive(Serialize)]
struct Model<'a> {
    id: &'a str,
    path: String,
    path_bytes: Option<String>,
    tier: &'a str,
    mode: Option<&'a str>,
    in_scope: bool,
    artifacts: Vec<Artifact<'a>>,
    evidence: Vec<Evidence<'a>>,
    met: &'a [String],
    due: Vec<Due<'a>>,
}

#[derive(Serialize)]
struct Due<'a> {
    artifact: &'a str,
    day: &'a str,
}

#[derive(Serialize)]
struct Artifact<'a> {
    id: &'a str,
    state: &'static str,
}

#[derive(Serialize)]
struct Evidence<'a> {
    artifact: &'a str,
    path: String,
    path_bytes: Option<String>,
}

impl<'a> Undecided<'a> {
    fn new(d: &'a Diagnostic, sources: &'a Sources) -> Undecided<'a> {
        let at = match (&d.primary, &d.path) {
            (Some(note), _) => Place::text(note.span, sources),
            (None, Some(path)) => Place::path(path),
            (None, None) => Place::Nowhere,
        };
        Undecided {
            code: &d.code,
            level: match d.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "note",
            },
            message: &d.message,
            at,
            label: d.primary.as_ref().map_or("", |note| &note.text),
            related: d.related.iter().map(|note| Spot::new(note, sources)).collect(),
            looked: &d.looked,
            help: &d.help,
            paste: d.paste.as_ref().map(|paste| Paste { file: &paste.file, text: &paste.text }),
        }
    }
}

impl<'a> Found<'a> {
    fn new(finding: &'a Finding, sources: &'a Sources) -> Found<'a> {
        let at = match &finding.at {
            Location::Text(span) => Place::text(*span, sources),
            Location::Path(path) => Place::path(path),
            Location::Commit { id, subject } => Place::Commit { id, subject },
            Location::Nowhere => Place::Nowhere,
        };
        Found {
            fingerprint: &finding.fingerprint,
            rule: &finding.rule,
            title: &finding.title,
            severity: finding.severity.name(),
            blocks: finding.blocks(),
            otherwise: finding.otherwise.map(Severity::name),
            model: finding.model.as_deref(),
            artifact: finding.artifact.as_deref(),
            message: &finding.message,
            at,
            label: &finding.label,
            related: finding.related.iter().map(|note| Spot::new(note, sources)).collect(),
            because: finding.because.as_ref().map(|note| Spot::new(note, sources)),
            looked: &finding.looked,
            help: &finding.help,
            paste: finding.paste.as_ref().map(|paste| Paste { file: &paste.file, text: &paste.text }),
            waiver: finding.waived.as_ref().map(|waived| Waiver::new(waived, sources)),
        }
    }
}

impl<'a> Waiver<'a> {
    fn new(waived: &'a Waived, sources: &'a Sources) -> Waiver<'a> {
        Waiver {
            reason: &waived.reason,
            approved_by: &waived.approved_by,
            expires: &waived.expires,
            at: waived.at.map(|span| Place::text(span, sources)),
        }
    }
}

impl<'a> Spot<'a> {
    fn new(note: &'a Note, sources: &'a Sources) -> Spot<'a> {
        Spot { text: &note.text, at: Place::text(note.span, sources) }
    }
}

impl<'a> Place<'a> {
    fn path(path: &RepoPath) -> Self {
        Place::Path { origin: "repository", path: readable(path), path_bytes: bytes(path) }
    }

    fn text(span: Span, sources: &'a Sources) -> Self {
        let file = sources.get(span.source);
        let length = file.text.len();
        let point = |byte: usize| {
            let byte = byte.min(length);
            let at = sources.position(Span::new(span.source, byte..byte));
            Point { byte, line: at.line, column: at.column }
        };
        let range = span.range();
        let (start, end) = (point(range.start), point(range.end));
        let text = |origin, revision, path, path_bytes| (origin, revision, path, path_bytes);
        let (origin, revision, path, path_bytes) = match &file.origin {
            Origin::Commit { id, subject } => return Place::Message { id, subject, start, end },
            Origin::BuiltIn(name) => text("built-in", None, name.clone(), None),
            Origin::Repository(path) => text("repository", None, readable(path), bytes(path)),
            Origin::Revision { revision, path } => {
                text("revision", Some(revision.as_str()), readable(path), bytes(path))
            }
            Origin::Local(path) => text("local", None, path.to_string_lossy().into_owned(), None),
        };
        Place::Text { origin, revision, path, path_bytes, start, end }
    }
}

impl<'a> Model<'a> {
    fn new(row: &'a ModelRow) -> Model<'a> {
        let artifacts = row.cells.iter().map(|(id, cell)| Artifact { id, state: cell.name() });
        let evidence = row.evidence.iter().map(|(artifact, path)| Evidence {
            artifact,
            path: readable(path),
            path_bytes: bytes(path),
        });
        Model {
            id: &row.id,
            path: readable(&row.path),
            path_bytes: bytes(&row.path),
            tier: &row.tier,
            mode: row.mode.as_deref(),
            in_scope: row.in_scope,
            artifacts: artifacts.collect(),
            evidence: evidence.collect(),
            met: &row.met,
            due: row.due.iter().map(|(artifact, day)| Due { artifact, day }).collect(),
        }
    }
}

/// A path as text, the root as `.`; what is not UTF-8 is replaced.
fn readable(path: &RepoPath) -> String {
    if path.is_root() { ".".to_string() } else { path.to_text().into_owned() }
}

/// The path's bytes in hexadecimal, when its text does not say them all.
fn bytes(path: &RepoPath) -> Option<String> {
    std::str::from_utf8(path.as_bytes()).is_err().then(|| {
        let hex = |mut out: String, byte: &u8| {
            write!(out, "{byte:02x}").expect("a string can always grow");
            out
        };
        path.as_bytes().iter().fold(String::new(), hex)
    })
}
