//! Trailers are read as `git interpret-trailers` reads them.

use crate::support::Sandbox;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use roadworthy::trailers;

/// What `git interpret-trailers --parse --no-divider` prints for many messages, by one process each: Git
/// reads several files, but prints their trailers without a mark in between.
fn expected(sandbox: &Sandbox, message: &str) -> Vec<String> {
    let said = sandbox.git_with(&["interpret-trailers", "--parse", "--no-divider"], message.as_bytes());
    said.split('\n').filter(|line| !line.is_empty()).map(|line| line.trim_end().to_string()).collect()
}

fn read(message: &str) -> Vec<String> {
    // Git completes the last line of what it is given.
    let whole = if message.ends_with('\n') { message.to_string() } else { format!("{message}\n") };
    let (found, start) = trailers::parse(&whole);
    for trailer in &found {
        let line = &whole[trailer.range.clone()];
        assert!(
            trailer.range.start >= start && !line.contains('\n') && line.starts_with(&trailer.key),
            "{line:?}"
        );
    }
    found.iter().map(|t| format!("{}: {}", t.key, t.value).trim_end().to_string()).collect()
}

#[track_caller]
fn same(sandbox: &Sandbox, message: &str) {
    assert_eq!(read(message), expected(sandbox, message), "{message:?}");
}

#[test]
fn the_cases_that_parsers_get_wrong() {
    let sandbox = Sandbox::new();
    for message in [
        "",
        "\n",
        "Title",
        "Why: a title is no trailer",
        "Why: a title\nRefs: still the title\n",
        "T\n\nWhy: x",
        "T\n\nWhy: x\n\n\n",
        "T\n\nBody.\n\nWhy: x\nRefs: y\n",
        "T\n\nBody.\nWhy: x\n",
        "T\n\nApproved-by:\n(cherry picked from commit 0123456789012345678901234567890123456789)\n",
        "T\n\nApproved-By:   \nWhy: x\n",
        "T\r\n\r\nBody.\r\n\r\nWhy: x\r\nRefs: y\r\n",
        "T\n\nWhy: one\n  two\n\tthree\n",
        "T\n\n  Why: indented\n",
        "T\n\nWhy: x\n\n  indented below\n",
        "T\n\none\ntwo\nthree\nSigned-off-by: A <a@x>\n",
        "T\n\none\ntwo\nthree\nfour\nSigned-off-by: A <a@x>\n",
        "T\n\none\ntwo\n(cherry picked from commit 01234)\n",
        "T\n\none\nsigned-off-by: A <a@x>\n",
        "T\n\none\nAcked-by: A <a@x>\n",
        "T\n\nWhy: x\n---\nRefs: y\n",
        "T\n\nWhy: x\n\n---\n\nRefs: y\n",
        "T\n\n---\n file | 2 +-\n\nWhy: x\n",
        "T\n\nWhy: x\n# a comment\nRefs: y\n",
        "T\n\nWhy: x\n\n# a comment\n# another\n",
        "# a comment\nT\n\nWhy: x\n",
        "# only\n\nWhy: x\n",
        "T\n\nWhy: x\n\n# ------------------------ >8 ------------------------\ndiff --git a b\n\nRefs: y\n",
        "# ------------------------ >8 ------------------------\nT\n\nWhy: x\n",
        "T\n\nWhy: x\n\nConflicts:\n\ta.txt\n\tb.txt\n",
        "T\n\nWhy: x\nConflicts:\n\ta.txt\n",
        "T\n\nWhy : spaced\nRefs\t: tab\nA b: two words\nÄ: umlaut\n-: dash\n: none\n",
        "T\n\nÜberprüft-von: Jörg\n",
        "T\n\nWhy: Ünïcode ✓ 模型\n",
        "Squash (#12)\n\n* first\n\nWhy: inner\n\n* second\n\nCo-authored-by: A <a@x>\n",
        "T\n\nWhy: x\n \t \nRefs: y\n",
        "T\n\nWhy: x\n\u{b}\nRefs: y\n",
        "T\n\nhttps://example.com\n",
        "T\n\nhttps://example.com\nWhy: x\n",
    ] {
        same(&sandbox, message);
    }
}

/// Lines that messages are made of, the odd ones among them.
const LINES: [&str; 34] = [
    "",
    "",
    "",
    "Title",
    "a line of prose",
    "a line: with a colon",
    "Why: drift",
    "Refs: #12",
    "Refs:",
    "Refs:  ",
    "Approved-by: Ada <ada@x> (legal)",
    "Signed-off-by: A <a@x>",
    "signed-off-by: a",
    "Signed-off-by:A",
    "(cherry picked from commit 0123456)",
    "  continued",
    "\tcontinued: with",
    " ",
    "\t",
    "---",
    "--- a/file",
    "# comment",
    "#",
    "#: odd",
    "Conflicts:",
    "\tconflicting.txt",
    "Key : spaced",
    "Ké: y",
    "模型: 好",
    "- item: x",
    "This reverts commit 0123456.",
    "* bullet",
    "::",
    "# ------------------------ >8 ------------------------",
];

#[test]
fn generated_messages() {
    let sandbox = Sandbox::new();
    let line = (0..LINES.len(), prop::sample::select(vec!["\n", "\n", "\n", "\r\n"]))
        .prop_map(|(at, end)| format!("{}{end}", LINES[at]));
    let message = (any::<bool>(), prop::collection::vec(line, 0..14)).prop_map(|(titled, lines)| {
        let head = if titled { "Title\n\n" } else { "" };
        format!("{head}{}", lines.concat())
    });
    let config = Config { cases: 1500, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&message, |message| {
            prop_assert_eq!(read(&message), expected(&sandbox, &message), "{:?}", message);
            Ok(())
        })
        .unwrap();
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]
    #[test]
    fn no_message_breaks_the_parser(message in "(?s).{0,200}") {
        let (found, start) = trailers::parse(&message);
        prop_assert!(start <= message.len());
        for trailer in found {
            prop_assert!(message.get(trailer.range.clone()).is_some());
        }
    }
}
