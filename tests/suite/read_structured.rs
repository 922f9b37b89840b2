//! YAML, JSON and TOML: leaves, their paths and places, comments, and what a mistake leaves.

use roadworthy::artifact::document::{Document, Format, Scalar, UnitKind};
use roadworthy::artifact::read::read;
use roadworthy::diag::{Origin, Sources};

fn document(text: &str, format: Format) -> Document {
    let mut sources = Sources::new();
    let id = sources.add(Origin::BuiltIn("test".into()), text);
    read(id, text, format)
}

/// Leaves as `path=value`.
fn leaves(text: &str, format: Format) -> Vec<String> {
    document(text, format).nodes.iter().map(|node| format!("{}={}", node.path, node.value)).collect()
}

#[test]
fn yaml_leaves_stand_where_their_spans_say() {
    let text = "größe: ü\nowner: {name: 'Ada Ü', \"mail\": \"a@corp.example\"} # wer\nnote: \"it's \\\"so\\\"\" # drei\nits: 'it''s' # vier\non: push\nlist:\n- x: 1\n- y\nnichts:\nblock: |\n  eins\n  zwei\n";
    let doc = document(text, Format::Yaml);
    assert!(doc.error.is_none());
    let shown: Vec<_> = doc
        .nodes
        .iter()
        .map(|n| (n.path.as_str(), &text[n.span.range()], &text[n.key_span.range()]))
        .collect();
    assert_eq!(
        shown,
        [
            ("größe", "ü", "größe"),
            ("owner.name", "Ada Ü", "name"),
            ("owner.mail", "a@corp.example", "\"mail\""),
            ("note", "it's \\\"so\\\"", "note"),
            ("its", "it''s", "its"),
            ("on", "push", "on"),
            ("list[].x", "1", "x"),
            ("list[]", "y", "list"),
            ("nichts", "", "nichts"),
            ("block", "eins\n  zwei", "block"),
        ]
    );
    assert_eq!(doc.nodes[6].place, [0, 0]);
    assert_eq!(doc.nodes[7].place, [0, 1]);
    assert_eq!(doc.nodes[8].scalar, Scalar::Null);
    assert_eq!(&text[..doc.nodes[8].span.start as usize].lines().last().unwrap(), &"nichts:");
    assert_eq!(doc.nodes[9].value, "eins\nzwei");
}

#[test]
fn yaml_documents_start_again_at_the_root() {
    let doc = document("kind: A\n---\nkind: B\nname: Dienst\n", Format::Yaml);
    let shown: Vec<_> = doc.nodes.iter().map(|n| (n.path.as_str(), n.value.as_str(), n.place[0])).collect();
    assert_eq!(shown, [("kind", "A", 0), ("kind", "B", 1), ("name", "Dienst", 1)]);
    assert_eq!(doc.title.unwrap().text, "Dienst");
}

#[test]
fn yaml_aliases_and_merge_keys_are_expanded_and_own_keys_win() {
    let text = "base: &b\n  owner: Ada\n  tier: low\njob:\n  <<: *b\n  tier: high\nsame: *b\nboth:\n  <<: [*b, {extra: 1}]\n";
    assert_eq!(
        leaves(text, Format::Yaml),
        [
            "base.owner=Ada",
            "base.tier=low",
            "job.tier=high",
            "job.owner=Ada",
            "same.owner=Ada",
            "same.tier=low",
            "both.owner=Ada",
            "both.tier=low",
            "both.extra=1"
        ]
    );
}

#[test]
fn yaml_keeps_both_of_two_equal_keys_and_empty_collections() {
    assert_eq!(leaves("a: 1\na: 2\nb: []\nc: {}\n", Format::Yaml), ["a=1", "a=2", "b=", "c="]);
    let doc = document("b: []\n", Format::Yaml);
    assert_eq!(doc.nodes[0].scalar, Scalar::Empty);
}

#[test]
fn comments_of_yaml_and_toml_are_units_outside_of_strings() {
    let units = |text, format| -> Vec<String> {
        let doc = document(text, format);
        doc.units.iter().filter(|u| u.kind == UnitKind::Comment).map(|u| u.text.clone()).collect()
    };
    let text = "## Kopf ä\n# zwei\na: \"x # y\" # drei\nb: |\n  # kein\nc: d#e\n";
    assert_eq!(units(text, Format::Yaml), ["Kopf ä", "zwei", "drei"]);
    let text = "# Kopf\na = \"x # y\" # drei\nb = '''\n# kein\n'''\nc = [\n 1, # vier\n]\n";
    assert_eq!(units(text, Format::Toml), ["Kopf", "drei", "vier"]);
}

#[test]
fn scalars_of_three_words_are_units() {
    let doc = document("why: it scores leads\nshort: two words\n", Format::Yaml);
    assert_eq!(doc.units.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["it scores leads"]);
}

#[test]
fn yaml_templates_are_read() {
    let doc = document("owner: {{ values.owner }}\nname: ${{ inputs.name }}\n", Format::Yaml);
    let shown: Vec<_> = doc.nodes.iter().map(|n| (n.path.as_str(), n.value.as_str())).collect();
    assert_eq!(shown, [("owner", "{{ values.owner }}"), ("name", "${{ inputs.name }}")]);
    let text = "a: 1\n{% if x %}\nowner:\n  name: Ada # wer\n{% endif %}\nsteps:\n- run: |\n    echo a: b\n- uses: \"x\"\n";
    let doc = document(text, Format::Yaml);
    assert!(doc.error.is_some());
    let shown: Vec<_> = doc.nodes.iter().map(|n| (n.path.as_str(), &text[n.span.range()])).collect();
    assert_eq!(
        shown,
        [("a", "1"), ("owner.name", "Ada"), ("steps[].run", "echo a: b"), ("steps[].uses", "x")]
    );
}

#[test]
fn broken_yaml_says_where_and_keeps_the_rest() {
    let text = "owner: Ada\nnote: \"unclosed\nstatus: draft\nlist:\n- a: 1\n";
    let doc = document(text, Format::Yaml);
    assert!(doc.error.as_ref().unwrap().text.starts_with("this is not valid YAML"));
    let leaves = leaves(text, Format::Yaml);
    for leaf in ["owner=Ada", "status=draft", "list[].a=1"] {
        assert!(leaves.contains(&leaf.to_string()), "{leaves:?}");
    }
    assert_eq!(leaves.iter().filter(|l| l.starts_with("owner")).count(), 1);
}

#[test]
fn json_leaves_comments_and_mistakes() {
    let text = "{\"name\": \"Grö\\u00dfe\", // drei\n \"list\": [1, -2.5, {\"a.b\": null}], \"e\": {}, \"t\": true,}";
    let doc = document(text, Format::Json);
    let shown: Vec<_> =
        doc.nodes.iter().map(|n| (n.path.as_str(), n.value.as_str(), &text[n.span.range()])).collect();
    assert_eq!(
        shown,
        [
            ("name", "Größe", "Grö\\u00dfe"),
            ("list[]", "1", "1"),
            ("list[]", "-2.5", "-2.5"),
            ("list[].a.b", "null", "null"),
            ("e", "", "{}"),
            ("t", "true", "true")
        ]
    );
    assert_eq!(doc.nodes[3].place, [0, 2]);
    assert_eq!((doc.error.is_none(), doc.title.unwrap().text.as_str()), (true, "Größe"));
    assert_eq!(doc.units[0].text, "drei");

    let doc = document("{\"a\": 1, \"b\": ]", Format::Json);
    assert_eq!(doc.nodes.len(), 1);
    assert!(doc.error.unwrap().text.contains("a value is expected"));
    assert!(document("{\"a\": 1", Format::Json).error.is_some());
    assert!(document("{\"a\" 1}", Format::Json).error.is_some());
}

#[test]
fn toml_leaves_and_mistakes() {
    let text = "title = \"Größe\"\n[owner.\"a.b\"]\nname = 'Ada'\nwhen = 2026-11-22\n[[step]]\nn = 1\n[[step]]\nlist = [1.5, {x = true}]\nnone = []\n";
    let doc = document(text, Format::Toml);
    let shown: Vec<_> =
        doc.nodes.iter().map(|n| (n.path.as_str(), &text[n.span.range()], n.scalar)).collect();
    assert_eq!(
        shown,
        [
            ("title", "Größe", Scalar::String),
            ("owner.a.b.name", "Ada", Scalar::String),
            ("owner.a.b.when", "2026-11-22", Scalar::Date),
            ("step[].n", "1", Scalar::Integer),
            ("step[].list[]", "1.5", Scalar::Float),
            ("step[].list[].x", "true", Scalar::Boolean),
            ("step[].none", "[]", Scalar::Empty),
        ]
    );
    assert_eq!(doc.nodes[5].place, [0, 1, 1]);
    let doc = document("a = 1\nb = \nc = \"x\"\n", Format::Toml);
    assert!(doc.error.unwrap().text.starts_with("this is not valid TOML"));
    assert!(doc.nodes.iter().any(|n| n.path == "c"));
}
