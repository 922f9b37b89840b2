//! What holds for every text: no panic, spans inside the text and on character boundaries, values
//! that stand where their spans say.

use proptest::prelude::*;

use roadworthy::artifact::document::{Document, Format};
use roadworthy::artifact::read::{format_of, read};
use roadworthy::diag::{Origin, Sources, Span};

const FORMATS: [Format; 6] =
    [Format::Markdown, Format::Yaml, Format::Json, Format::Toml, Format::Codeowners, Format::Code];

const MARKDOWN: &str = "---\ntitle: Größe\nowner: {name: Ada, mail: [a@corp.example]}\n---\n# Betrieb 运行\n\n**Owner:** [Ada](mailto:ada@corp.example) · **Deputy**: `bob`\nDate: 2026-11-22\\\nStatus： 已批准\n\n**Bold alone**\n\n> - [x] Freigabe: *ja*\n>   - nested — `x`\n\n| Rolle | Name |\n|--|:-:|\n| Ärztin | é \\| ü |\n| leer | |\n\nRecipients:\n\n1. Ops &amp; more\n2. <your name>\n\n```Python\nprint('ü')\n```\n\n<details><summary>Rück</summary>\nText<br>mehr <!-- nie -->\n</details>\n\nTerm\n: value\n\nSetext\n---\n![bild](x.png) ~~alt~~ 10:30 https://corp.example/a:b\n";
const YAML: &str = "# Kopf ä\nname: Größe  # Ende\nsteam: &t\n  lead: 'Ada Ü'\n  on: [push, \"a # b\"]\nmerge:\n  <<: *t\n  text: |\n    eins # kein\n    zwei: drei\n  fold: >-\n    a\n\n    b\nlist:\n- x: 1\n  y: ~\n- {a: {{ tmpl }}}\nempty: []\n---\n? [a, b]\n: 2026-11-22\n";
const JSON: &str = "{\"name\": \"Grö\\u00dfe\", // note ä\n \"list\": [1, -2.5e3, {\"a.b\": null}, [], {}], \"t\": true, \"s\": \"drei Wörter hier\"}";
const TOML: &str = "# Kopf\ntitle = \"Größe\"\n[owner.\"a.b\"]\nname = 'Ada' # wer\nwhen = 2026-11-22\nlist = [1, 2.5, {x = \"#\"}]\n[[step]]\ntext = \"\"\"\nmehr\nals eine\"\"\"\n[[step]]\nn = {}\n";
const OWNERS: &str =
    "# Ada Lövelace   ML lead\n*.py @ada grace@corp.example # note\n/a\\ b/ @corp/ml\n[Sec][2] @x\n/c\n";
const CODE: &str = "#!/bin/sh\n\"\"\"Doc ü\nmore\n\"\"\"\nx = 1  # weekly\n/* a\n * b */\n-- sql\n// c\n";

fn document(text: &str, format: Format) -> (Sources, Document) {
    let mut sources = Sources::new();
    let id = sources.add(Origin::BuiltIn("test".into()), text);
    let doc = read(id, text, format);
    (sources, doc)
}

fn inside(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} of {} bytes in {text:?}", text.len());
}

fn check_spans(text: &str, doc: &Document) {
    doc.title.iter().chain(&doc.error).for_each(|piece| inside(text, piece.span));
    for unit in &doc.units {
        inside(text, unit.span);
        assert!(!unit.text.is_empty() && unit.heading.is_none_or(|h| h < doc.headings.len()));
    }
    for pair in &doc.pairs {
        inside(text, pair.span);
        inside(text, pair.key_span);
        assert!(!pair.key.is_empty());
    }
    for (at, heading) in doc.headings.iter().enumerate() {
        inside(text, heading.span);
        inside(text, heading.body);
        assert!(heading.parent.is_none_or(|p| p < at && doc.headings[p].level < heading.level));
    }
    doc.code.iter().for_each(|line| inside(text, line.span));
    doc.tasks.iter().for_each(|task| inside(text, task.span));
    for node in &doc.nodes {
        inside(text, node.span);
        inside(text, node.key_span);
    }
    for line in &doc.owners {
        inside(text, line.pattern.span);
        line.owners.iter().for_each(|owner| inside(text, owner.span));
    }
}

/// Letters and digits only. Markup inside of a word may add some to the source, so that a word is
/// looked for as a subsequence.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn check_values(text: &str, doc: &Document) {
    for pair in &doc.pairs {
        let there = bare(&text[pair.span.range()]);
        let word = bare(pair.value.split_whitespace().next().unwrap_or(""));
        let mut rest = there.chars();
        let found = word.chars().all(|c| rest.any(|r| r == c));
        assert!(found, "{word:?} of {pair:?} is not in {there:?}");
    }
}

fn sample(format: Format) -> &'static str {
    match format {
        Format::Markdown => MARKDOWN,
        Format::Yaml => YAML,
        Format::Json => JSON,
        Format::Toml => TOML,
        Format::Codeowners => OWNERS,
        Format::Code => CODE,
    }
}

#[test]
fn the_samples_are_read_without_error() {
    for format in FORMATS {
        let (_, doc) = document(sample(format), format);
        assert!(doc.error.is_none(), "{format:?} {:?}", doc.error);
        check_spans(sample(format), &doc);
        check_values(sample(format), &doc);
    }
}

#[test]
fn a_block_scalar_may_start_with_a_quote() {
    for text in ["|\n  \"：", "a: |\n  'x\n"] {
        let (_, doc) = document(text, Format::Yaml);
        check_spans(text, &doc);
        assert!(text[doc.nodes[0].span.range()].starts_with(['"', '\'']));
    }
}

#[test]
fn every_prefix_and_suffix_of_the_samples_is_read() {
    for format in FORMATS {
        let text = sample(format);
        for (at, _) in text.char_indices() {
            for part in [&text[..at], &text[at..]] {
                let (_, doc) = document(part, format);
                check_spans(part, &doc);
                check_values(part, &doc);
            }
        }
    }
}

fn any_format() -> impl Strategy<Value = Format> {
    prop::sample::select(FORMATS.to_vec())
}

const MARKS: &[&str] = &[
    "*",
    "**",
    "_",
    "`",
    "```",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "|",
    "|-|",
    "#",
    "# ",
    "-",
    "- ",
    "---",
    "+++",
    ":",
    ": ",
    "：",
    "·",
    " ",
    "   ",
    "    ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "\\",
    "\"",
    "'",
    "\"\"\"",
    "{",
    "}",
    ",",
    "=",
    "@",
    "@a",
    "!",
    "&a",
    "*a",
    "<<",
    "&amp;",
    "&nbsp;",
    "<br>",
    "<h2>",
    "</h2>",
    "<!--",
    "-->",
    "a",
    "Key",
    "wert",
    "ü",
    "運",
    "🚨",
    "\u{a0}",
    "\u{2028}",
    "1.",
    "[ ] ",
    "[x] ",
    "mailto:",
    "[a](mailto:b@c.d)",
    "~",
    "%",
    "?",
    "? ",
    "...",
    "|\n  ",
    ">-\n  ",
    "//",
    "/*",
    "*/",
    "\u{85}",
    "\u{feff}",
];

/// Characters that mean something to some format, and some that take several bytes.
fn marks() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(MARKS);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>(), format in any_format()) {
        let (_, doc) = document(&text, format);
        check_spans(&text, &doc);
        let _ = format_of(text.as_bytes(), &text);
    }

    #[test]
    fn texts_full_of_marks_are_read(text in marks(), format in any_format()) {
        let (_, doc) = document(&text, format);
        check_spans(&text, &doc);
        check_values(&text, &doc);
    }

    #[test]
    fn mutated_documents_are_read(
        format in any_format(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, marks()), 1..4),
    ) {
        let mut text = sample(format).to_string();
        for (at, length, insert) in cuts {
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let start = at.index(ends.len());
            let end = (start + length).min(ends.len() - 1);
            text.replace_range(ends[start]..ends[end], &insert);
        }
        let (_, doc) = document(&text, format);
        check_spans(&text, &doc);
        check_values(&text, &doc);
    }
}
