//! The page: what it says, that texts of a repository stay texts, and that it loads nothing.

use crate::common::{self, recipe, roadworthy};
use crate::page::{Page, read};
use crate::report_support::{self, assert_clean, churn, file, hostile, many, opts};
use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
use roadworthy::diag::{Diagnostic, Level, Note, Paste, Sources, Span};
use roadworthy::report::{Format, Part, Run, Verbosity, html, human, render};
use roadworthy::verdict::{Finding, Location, Severity, Verdict};
use sha2::{Digest as _, Sha256};

/// The page, held to what holds for every page.
#[track_caller]
fn drawn(verdict: &Verdict, sources: &Sources) -> Page {
    let text = html(verdict, sources);
    assert_clean(&text, false);
    let page = read(&text);
    page.assert_linked();
    page
}

/// The text as one line of words.
fn flat(page: &Page) -> String {
    page.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(page: &Page, sentence: &str) {
    assert!(flat(page).contains(sentence), "nothing says `{sentence}`:\n{}", flat(page));
}

#[test]
fn the_page_tells_the_whole_verdict() {
    let (verdict, sources) = churn();
    let page = drawn(&verdict, &sources);
    for sentence in [
        "Not roadworthy 3 findings block churn judged commit 1f3a9c2 (branch production)",
        "as of 2026-11-22 policy core 0.1.0, roadworthy.toml of production",
        "there is no runbook for this model",
        "lines to paste",
        "models/churn/OWNER.toml:3:9 3 name = \"Data Science Team\" ╰ a team",
        "policy <built-in>/core.toml:7:1",
        "╰ core asks for a person",
        "Paste into models/churn/OWNER.toml: [owner] name = \"<first name> <last name>\"",
        "commit 4b825dc642cb \"wip\"",
        "waived until 2026-12-31, signed off by Grace Hopper <grace@corp.example>: label feed is down",
        "may not go to production: 1 of 4 demands are met",
        "deputy Grace Hopper",
        "privacy file due 2027-03-01",
        "judgements 15 waived 1 block 3 warn 1 advice 1",
        "The exit code is 1.",
    ] {
        says(&page, sentence);
    }
    assert_eq!((page.count("card"), page.count("paste")), (4, 2));
    // One row of the matrix: owner, privacy and runbook block; they lead to their findings.
    assert_eq!(page.values("class").iter().filter(|class| **class == "missing").count(), 3 + 1 + 3);
}

#[test]
fn a_run_of_several_landings_is_one_page() {
    let (churn, hostile) = (churn(), hostile());
    let parts = |all: &[&(Verdict, Sources)]| -> Page {
        let parts = all.iter().map(|(verdict, sources)| Part { verdict, sources }).collect();
        let run = Run { parts, remarks: vec!["`x` <b>is not production</b>".to_string()] };
        let text = render(Format::Html, &run, &opts(100, true, false, Verbosity::Normal));
        assert_clean(&text, false);
        let page = read(&text);
        page.assert_linked();
        page
    };
    // The same verdict twice has the same anchors twice, unless each part has its own.
    let page = parts(&[&churn, &churn, &hostile]);
    says(&page, "x <b>is not production</b>");
    assert_eq!(flat(&page).matches("3 findings block churn").count(), 2);
    assert_eq!(page.count("part"), 3);
    let nothing = parts(&[]);
    says(&nothing, "Nothing to judge nothing that lands is production x <b>is not production</b>");
    // One alone has the page for itself.
    assert_eq!(parts(&[&churn]).text, drawn(&churn.0, &churn.1).text);
}

#[test]
fn every_status_has_its_words() {
    let sources = Sources::new();
    says(
        &drawn(&Verdict::default(), &sources),
        "Could not judge nothing was judged, and that is never a pass",
    );
    let mut verdict = Verdict::default();
    verdict.account.judgements = 1;
    verdict.settle(&sources);
    says(&drawn(&verdict, &sources), "Roadworthy nothing blocks");
    verdict.undecided =
        vec![Diagnostic::new(Level::Error, "shallow", "the clone is shallow").help("fetch it")];
    let page = drawn(&verdict, &sources);
    says(&page, "Could not judge the clone is shallow");
    says(&page, "Mend what could not be judged first");
    says(&page, "What to do fetch it");
}

/// A browser obeys the policy, so what the page itself needs must be allowed by it, and nothing else.
#[test]
fn the_policy_allows_the_style_and_nothing_else() {
    let (verdict, sources) = churn();
    let page = drawn(&verdict, &sources);
    let policies: Vec<&str> =
        page.values("content").into_iter().filter(|content| content.contains("default-src")).collect();
    let hash = base64(&Sha256::digest(page.style.as_bytes()));
    let expected =
        format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    assert_eq!(policies, [expected.as_str()]);
    assert!(!page.style.contains("url(") && !page.style.contains("@import"));
    let metas: Vec<&str> = page.tags.iter().take(4).map(|tag| tag.name.as_str()).collect();
    assert_eq!(metas, ["html", "head", "meta", "meta"], "the policy stands before everything it is about");
}

fn base64(bytes: &[u8]) -> String {
    let digits: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |n| byte >> n & 1)).collect();
    let value = |six: &[u8]| six.iter().chain(&[0; 6]).take(6).fold(0, |n, bit| n * 2 + usize::from(*bit));
    let mut out: String = bits.chunks(6).map(|six| digits[value(six)]).collect();
    while !out.len().is_multiple_of(4) {
        out.push('=');
    }
    out
}

#[test]
fn hostile_text_stays_text() {
    let (verdict, sources) = hostile();
    let page = drawn(&verdict, &sources);
    says(&page, "\\u{1b}[2J\\u{1b}]0;owned\\u{7}\\n::error::pwned\\r\\u{202e}txt\\u{0}\\u{200b}");
}

#[test]
fn markup_of_a_repository_is_shown() {
    for attack in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</style><style>*{display:none}</style>",
        "</title><meta http-equiv=refresh content=0>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&lt;b&gt;",
        "&#x3c;script>",
        "javascript:alert(1)",
        "`<script>`",
        "{{7*7}}${7*7}<%= 7 %>",
    ] {
        let page = attacked(attack);
        let shown = page.text.matches(attack.trim_matches('`')).count();
        assert!(shown >= 20, "{attack} is shown {shown} times");
        assert_eq!(page.tags.iter().filter(|tag| tag.name == "meta").count(), 5);
    }
}

/// A page in which the text stands in every place that a repository controls.
fn attacked(text: &str) -> Page {
    let mut sources = Sources::new();
    let source = file(&mut sources, text.as_bytes(), &format!("a {text}\nb {text} c\n"));
    let note = |at: usize| Note { span: Span::new(source, at..at + 3), text: text.to_string() };
    let finding = |model: Option<&str>, severity, at| Finding {
        title: text.to_string(),
        model: model.map(str::to_string),
        artifact: Some(text.to_string()),
        at,
        label: text.to_string(),
        related: vec![note(0), note(4)],
        looked: vec![text.to_string()],
        because: Some(note(9)),
        help: vec![text.to_string()],
        paste: Some(Paste { file: text.to_string(), text: text.to_string() }),
        ..Finding::new(text, severity, text)
    };
    let commit = Location::Commit { id: text.to_string(), subject: text.to_string() };
    let mut verdict = hostile().0;
    verdict.rows[0] = report_support::row(text, &[(text, roadworthy::verdict::Cell::Missing)]);
    verdict.rows[0].tier = text.to_string();
    verdict.rows[0].mode = Some(text.to_string());
    verdict.rows[0].stated = vec![(text.to_string(), text.to_string())];
    verdict.titles = vec![(text.to_string(), text.to_string())];
    verdict.remarks = vec![text.to_string()];
    verdict.subject.what = text.to_string();
    verdict.undecided = vec![Diagnostic::new(Level::Warning, text, text).help(text)];
    verdict.findings = vec![
        finding(None, Severity::Block, commit),
        finding(Some(text), Severity::Warn, Location::Text(Span::new(source, 1..4))),
        finding(Some(text), Severity::Advice, Location::Nowhere),
        finding(Some("gone"), Severity::Block, Location::Nowhere),
    ];
    verdict.settle(&sources);
    drawn(&verdict, &sources)
}

#[test]
fn lines_to_paste_are_verbatim() {
    let (mut verdict, sources) = churn();
    let lines = "all:\n\tmake <it> && echo \"done\" # `ok`";
    verdict.findings[0].paste = Some(Paste { file: "Makefile".to_string(), text: lines.to_string() });
    let text = html(&verdict, &sources);
    assert!(read(&text).text.contains(lines), "{text}");
}

#[test]
fn very_many_models_and_findings_make_a_page_all_the_same() {
    let (verdict, sources) = many(5_000);
    let page = drawn(&verdict, &sources);
    assert_eq!(page.count("card"), 400, "the others get a line each");
    assert_eq!(page.values("id").iter().filter(|id| id.starts_with("f-")).count(), 500);
}

/// The real program: the page is the verdict's, on standard output, with the verdict's exit code.
#[test]
fn the_program_prints_the_page() {
    let scratch = recipe("demo/pilot.toml");
    let arguments = ["check", "--rev", "production", "--as-of", "2026-11-01", "--format", "html"];
    let output = roadworthy(&scratch.path(), &arguments);
    assert_eq!((output.code, output.stderr.as_str()), (Some(1), ""));
    let page = read(&output.stdout);
    page.assert_linked();
    says(&page, "Not roadworthy 5 findings block root");
    says(&page, "* @corp-example/data-science ╰ this is a team");
    let nothing = common::Scratch::new();
    let output = roadworthy(&nothing.path(), &["check", "--format", "html"]);
    assert_eq!(output.code, Some(2));
    says(&read(&output.stdout), "Could not judge");
    assert!(!output.stderr.is_empty());
}

fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        8 => any::<char>().prop_map(String::from),
        4 => "[a-z |:#<>&\"'`]{1,30}",
        2 => proptest::sample::select(vec![
            "\n", "\r\n", "\t", "\u{202e}", "\u{1b}[31m", "\0", "数据", "e\u{301}", "::error::", "##[x]", "<!--", "</pre>",
        ]).prop_map(String::from),
    ];
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

/// In the order in which a finding points at them, whichever was read first; the place itself before all.
#[test]
fn texts_stand_in_the_order_of_their_notes() {
    let mut sources = Sources::new();
    let texts = ["a.md", "b.md", "c.md"].map(|name| file(&mut sources, name.as_bytes(), "one line\n"));
    let note = |text: usize| Note { span: Span::new(texts[text], 0..3), text: format!("said of {text}") };
    let mut finding = Finding::new("agree", Severity::Block, "they do not agree");
    finding.at = Location::Text(note(1).span);
    finding.related = vec![note(2), note(0)];
    let mut verdict = Verdict { findings: vec![finding], ..Verdict::default() };
    verdict.account.judgements = 1;
    verdict.settle(&sources);
    for text in [
        flat(&drawn(&verdict, &sources)),
        human(&verdict, &sources, &opts(80, false, false, Verbosity::Normal)),
    ] {
        let places: Vec<Option<usize>> =
            ["b.md:1:1", "c.md:1:1", "a.md:1:1"].map(|at| text.find(at)).to_vec();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}: {text}");
    }
}

proptest! {
    #[test]
    fn nothing_makes_the_page_panic_or_break(
        body in text(),
        label in text(),
        spans in prop::collection::vec((0_usize..200, 0_usize..200), 1..6),
    ) {
        let mut sources = Sources::new();
        let source = file(&mut sources, body.as_bytes(), &body);
        let mut notes = spans
            .iter()
            .map(|&(start, length)| Note { span: Span::new(source, start..start + length), text: label.clone() });
        let mut finding = Finding::new(&label, Severity::Block, &label);
        finding.because = notes.next();
        finding.at = notes.next().map_or(Location::Nowhere, |note| Location::Text(note.span));
        finding.related = notes.collect();
        finding.label.clone_from(&label);
        let mut verdict = Verdict { findings: vec![finding], ..Verdict::default() };
        verdict.account.judgements = 1;
        verdict.settle(&sources);
        drawn(&verdict, &sources);
    }
}
