//! Texts of hostile shape and size: every reader stays linear, and says where it stopped.

use std::time::{Duration, Instant};

use roadworthy::artifact::document::{Document, Format};
use roadworthy::artifact::read::read;
use roadworthy::diag::{Origin, Sources};

const SIZE: usize = 512 << 10;
/// Debug builds on a busy machine; quadratic shapes of this size take minutes.
const LIMIT: Duration = Duration::from_secs(5);

const FORMATS: [Format; 6] =
    [Format::Markdown, Format::Yaml, Format::Json, Format::Toml, Format::Codeowners, Format::Code];

fn timed(name: &str, text: String, format: Format) -> Document {
    let mut sources = Sources::new();
    let id = sources.add(Origin::BuiltIn("test".into()), text.clone());
    let start = Instant::now();
    let doc = read(id, &text, format);
    let spent = start.elapsed();
    assert!(spent < LIMIT, "{format:?} {name} took {spent:?}");
    doc
}

fn repeated(unit: &str) -> String {
    unit.repeat(SIZE / unit.len())
}

#[test]
fn repeated_marks_stay_linear_in_every_format() {
    for unit in
        ["*", "[", "[]", ">", "`", "a`b``c", "_a", "![", "<", "<!--", "&", "|", "- ", "a: ", "{", "\"", "#"]
    {
        for format in FORMATS {
            timed(unit, repeated(unit), format);
        }
    }
}

#[test]
fn repeated_lines_stay_linear_in_every_format() {
    for unit in [
        "\n",
        "a: b\n",
        "- a: b\n",
        "a\n",
        "**a:** b  \n",
        "**a**\n",
        "# a\n",
        "* @a\n",
        "a = 1\n",
        "|a|b|\n|-|-|\n",
        "|a|b|\n",
        "\"a\": 1,",
        "a:\n\n- b\n",
        "[a] @b\n",
        "\"\"\"\n",
        "<h1>\n",
        "- [ ] a\n",
        "---\n",
        "+++\n",
        "ä：ü · ",
    ] {
        for format in FORMATS {
            timed(unit, repeated(unit), format);
        }
    }
}

#[test]
fn pairs_side_by_side_stay_linear() {
    for unit in
        ["K: v · ", "**K:** v · ", "**K** ", "K: v    ", "a [b](mailto:c@d.e) ", "· ", "**a", "`a` ", "<a b>"]
    {
        timed(unit, repeated(unit), Format::Markdown);
    }
}

#[test]
fn deep_lists_and_quotes_end_early_or_stay_linear() {
    let deep = |mark: &str, levels: usize, tail: &str| mark.repeat(levels) + "a\n" + &tail.repeat(1 << 20);
    timed("lists in one line", deep("- ", 10_000, ""), Format::Markdown);
    timed("lists and empty lines", deep("- ", 2_000, "\n"), Format::Markdown);
    let doc = timed("quotes", deep(">", 2_000, "a\n"), Format::Markdown);
    assert!(doc.error.unwrap().text.contains("nested deeper"));
    let indented: String = (0..2_000).map(|level| format!("{}- k:\n", " ".repeat(2 * level))).collect();
    timed("indented lists", indented.clone(), Format::Markdown);
    let doc = timed("indented lists", indented, Format::Yaml);
    assert!(doc.error.unwrap().text.contains("nested deeper"));
}

#[test]
fn deep_and_long_collections_are_capped_with_a_sentence() {
    for (text, format) in [
        ("[".repeat(100_000), Format::Yaml),
        ("[".repeat(100_000), Format::Json),
        ("{\"a\":".repeat(100_000), Format::Json),
        (format!("a = {}", "[".repeat(100_000)), Format::Toml),
        (format!("{}a = 1", "a.".repeat(100_000)), Format::Toml),
        (format!("[{}", "a, ".repeat(1_000_000)), Format::Yaml),
        ("- a\n".repeat(1_000_000), Format::Yaml),
        (format!("[{}1]", "1,".repeat(1_000_000)), Format::Json),
        (format!("{}:\n{}", "k".repeat(1 << 20), "  - a\n".repeat(100_000)), Format::Yaml),
    ] {
        let doc = timed(&text[..5], text.clone(), format);
        let error = doc.error.expect("a capped text says so");
        assert!(!error.text.is_empty() && doc.nodes.len() <= 100_000);
    }
}

#[test]
fn aliases_do_not_multiply_without_end() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        text += &format!("a{level}: &a{level} [{before}]\n");
    }
    let doc = timed("billion laughs", text, Format::Yaml);
    assert!(doc.error.unwrap().text.contains("too many entries"));
    assert_eq!(doc.nodes[0].path, "a0[]");
    let doc = timed("self reference", "a: &a [*a, *a]\nb: &b\n  <<: *b\n  c: d\n".into(), Format::Yaml);
    assert!(doc.error.is_some());
}

#[test]
fn nested_inline_tables_do_not_exhaust_the_stack() {
    let dotted = "a.".repeat(70) + "a";
    let text = format!("[{dotted}]\n{}1{}\n", format!("{dotted} = {{ ").repeat(60), "}".repeat(60));
    timed("inline tables", text, Format::Toml);
}
