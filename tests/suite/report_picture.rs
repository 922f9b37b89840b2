//! Pictures of single diagnostics: positions, odd texts, and that nothing makes them panic.

use crate::report_support::{assert_clean, file, golden, span};
use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
use roadworthy::diag::{Diagnostic, Level, Note, Paste, RepoPath, Sources, Span};
use roadworthy::report::{Style, picture};

const PLAIN: Style = Style { color: false, width: 80, unicode: true };

fn draw(text: &str, range: std::ops::Range<usize>, label: &str) -> String {
    let mut sources = Sources::new();
    let source = file(&mut sources, b"docs/runbook.md", text);
    let d =
        Diagnostic::new(Level::Error, "some-rule", "something is wrong").at(Span::new(source, range), label);
    picture::render(&sources, &d, &PLAIN)
}

#[test]
fn odd_texts_are_drawn() {
    let long = format!("{}: <who?> {}", "长".repeat(90_000), "tail ".repeat(200_000));
    let who = long.find("<who?>").unwrap();
    let mut out = String::new();
    for (name, text, range, label) in [
        ("empty file", "", 0..0, "nothing is written here"),
        ("end of file", "a: 1\r\nb: 2\r\n", 12..12, "and then it ends"),
        ("beyond the text", "a: 1\n", 70..90, "cut short"),
        ("tabs", "steps:\n\t\trun:\ttrain || true\n", 15..28, "failures are swallowed"),
        ("wide", "负责人：数据科学团队\n", 12..30, "a team"),
        ("wide, windows", "一\r\n二：待定\r\n", 11..17, "unfilled"),
        ("hidden", "owner: \u{202e}ada\u{202c}\u{1b}[8m\0\n", 7..17, "hidden characters"),
        ("inside a character", "é: é\n", 1..6, "odd offsets"),
        ("several lines", "a\nbb\nccc\ndddd\neeeee\nffffff\n", 2..20, "all of this"),
        ("long line", &long, who..who + 6, "unfilled"),
    ] {
        let drawn = draw(text, range, label);
        assert_clean(&drawn, false);
        assert!(drawn.len() < 4_000, "{name} is too long");
        out.push_str(&format!("# {name}\n{drawn}\n"));
    }
    golden("pictures.txt", &out);
}

#[test]
fn places_are_those_of_the_file_and_not_of_the_picture() {
    assert!(draw("a\n\u{1b}\u{1b}\t= x\n", 7..8, "").contains("docs/runbook.md:2:6\n"));
    let long = format!("\n{}here", "x".repeat(5_000));
    assert!(draw(&long, 5_001..5_005, "").contains("docs/runbook.md:2:5001\n"));
}

#[test]
fn a_long_label_moves_below() {
    let label =
        "this label is so long that it has no place beside the span and so it becomes a note below it";
    let drawn = draw("owner = \"a team\"\n", 9..15, label);
    assert!(drawn.contains("note: this label is so long"), "{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() <= 80), "{drawn}");
}

#[test]
fn two_places_far_apart_are_two_excerpts() {
    let text = format!("owner: ada\n{}owner: bob\n", "line\n".repeat(30_000));
    let mut sources = Sources::new();
    let source = file(&mut sources, b"a.md", &text);
    let d = Diagnostic::new(Level::Warning, "disagree", "two owners")
        .at(span(&sources, source, "bob"), "here")
        .and(span(&sources, source, "ada"), "and here");
    let drawn = picture::render(&sources, &d, &PLAIN);
    assert!(drawn.find("a.md:30002:8") < drawn.find("a.md:1:8"), "{drawn}");
    assert!(drawn.lines().count() < 16, "{drawn}");
}

#[test]
fn many_places_are_counted() {
    let text = "x\n".repeat(500);
    let mut sources = Sources::new();
    let source = file(&mut sources, b"a.md", &text);
    let mut d = Diagnostic::new(Level::Warning, "many", "many places");
    for at in 0..500 {
        d = d.and(Span::new(source, at * 2..at * 2 + 1), "x");
    }
    assert!(picture::render(&sources, &d, &PLAIN).contains("492 places more"));
}

#[test]
fn pasted_lines_are_verbatim_and_never_wrapped() {
    let long = format!("command = \"{}\"", "python -m train ".repeat(20));
    let mut d = Diagnostic::new(Level::Error, "r", "m");
    d.paste = Some(Paste { file: "a.toml".to_string(), text: format!("[t]\n\n{long}\n") });
    let drawn = picture::render(&Sources::new(), &d, &PLAIN);
    assert!(drawn.ends_with(&format!("a.toml:\n\n    [t]\n\n    {long}\n")), "{drawn}");
}

#[test]
fn help_over_several_lines_keeps_them() {
    let d = Diagnostic::new(Level::Error, "r", "m").help("first\nsecond\n");
    assert!(picture::render(&Sources::new(), &d, &PLAIN).contains("help: first\n         second\n"));
}

#[test]
fn a_path_without_text_is_named() {
    let mut d = Diagnostic::new(Level::Error, "pointer", "this is a link out of the repository");
    d.path = Some(RepoPath::from_git(b"docs/run\nbook.md"));
    assert!(picture::render(&Sources::new(), &d, &PLAIN).contains("docs/run\\nbook.md\n"));
}

fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        8 => any::<char>().prop_map(String::from),
        4 => "[a-z |:#]{1,30}",
        2 => proptest::sample::select(vec![
            "\n", "\r\n", "\r", "\t", "\u{202e}", "\u{1b}[31m", "\0", "数据", "e\u{301}", "👩\u{200d}💻", "\u{f8fe}0\u{f8ff}",
            "::error::", "##[x]", "                              ", "\u{3000}",
        ]).prop_map(String::from),
    ];
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_makes_a_picture_panic(
        body in text(),
        label in text(),
        spans in prop::collection::vec((0_usize..300, 0_usize..300), 1..6),
        width in 0_usize..140,
        unicode in any::<bool>(),
        color in any::<bool>(),
    ) {
        let mut sources = Sources::new();
        let source = file(&mut sources, body.as_bytes(), &body);
        let other = file(&mut sources, b"policy.toml", &label);
        let mut d = Diagnostic::new(Level::Error, &label, &body).help(&label);
        let mut notes = spans.iter().enumerate().map(|(n, &(start, length))| {
            let source = if n % 3 == 2 { other } else { source };
            Note { span: Span::new(source, start..start + length), text: label.clone() }
        });
        d.primary = notes.next();
        d.related = notes.collect();
        d.looked = vec![label.clone()];
        d.paste = Some(Paste { file: label.clone(), text: body.clone() });
        let style = Style { color, width, unicode };
        let drawn = picture::render(&sources, &d, &style);
        assert_clean(&drawn, color);
        assert!(drawn.ends_with('\n'));
    }
}
