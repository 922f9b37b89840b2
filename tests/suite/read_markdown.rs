//! Markdown as people write it, in several languages.

use roadworthy::artifact::document::{Document, Form, Format, UnitKind};
use roadworthy::artifact::read::read;
use roadworthy::diag::{Origin, Sources};

fn document(text: &str) -> Document {
    let mut sources = Sources::new();
    let id = sources.add(Origin::BuiltIn("test".into()), text);
    read(id, text, Format::Markdown)
}

/// Labels as `key=value`, each checked to stand where its span says.
fn labels(text: &str) -> Vec<String> {
    let doc = document(text);
    let labels = doc.pairs.iter().filter(|pair| pair.form == Form::Label);
    labels.map(|pair| format!("{}={}", pair.key, pair.value)).collect()
}

fn values_stand_where_they_say(text: &str) {
    for pair in document(text).pairs {
        assert_eq!(&text[pair.span.range()], pair.value, "{}", pair.key);
    }
}

#[test]
fn labels_come_in_many_forms() {
    for (text, expected) in [
        ("Owner: Ada Lovelace", "owner=Ada Lovelace"),
        ("**Owner:** Ada Lovelace", "owner=Ada Lovelace"),
        ("**Owner**: Ada Lovelace", "owner=Ada Lovelace"),
        ("__Owner__ (primary): Ada Lovelace", "owner=Ada Lovelace"),
        ("*Owner:* Ada Lovelace", "owner=Ada Lovelace"),
        ("- **Owner** — Ada Lovelace", "owner=Ada Lovelace"),
        ("- **Owner.** Ada Lovelace", "owner=Ada Lovelace"),
        ("- **Owner** Ada Lovelace", "owner=Ada Lovelace"),
        ("1. Owner: Ada Lovelace", "owner=Ada Lovelace"),
        ("* [x] Owner: Ada Lovelace", "owner=Ada Lovelace"),
        ("> Owner: Ada Lovelace", "owner=Ada Lovelace"),
        ("负责人：张三", "负责人=张三"),
        ("负责人:张三", "负责人=张三"),
        ("**Zuständig:** Jörg Müller", "zuständig=Jörg Müller"),
        ("Responsável: João Silva", "responsável=João Silva"),
        ("Owner\n: Ada Lovelace", "owner=Ada Lovelace"),
        (":Owner: Ada Lovelace", "owner=Ada Lovelace"),
        ("owner:: Ada Lovelace", "owner=Ada Lovelace"),
        ("p95: 200 ms", "p95=200 ms"),
        ("**Approved by:**", ""),
        ("- **Approved by:**", "approved by="),
        ("- Approved by:", "approved by="),
        ("<b>Owner:</b> Ada", "owner=Ada"),
        ("## Status: approved", "status=approved"),
    ] {
        assert_eq!(labels(text).join(" "), expected, "{text}");
    }
}

#[test]
fn several_labels_may_share_a_line() {
    assert_eq!(labels("Owner: Ada · Deputy: Bob"), ["owner=Ada", "deputy=Bob"]);
    assert_eq!(
        labels("**Owner:** Ada · **Deputy:** Bob | Since: 2026"),
        ["owner=Ada", "deputy=Bob", "since=2026"]
    );
    assert_eq!(labels("**Owner:** Ada **Deputy:** Bob"), ["owner=Ada", "deputy=Bob"]);
    assert_eq!(labels("Note: a · b"), ["note=a · b"]);
}

#[test]
fn what_only_looks_like_a_label_is_none() {
    for text in [
        "See https://corp.example/runbook for more",
        "At 10:30 the job starts",
        "`a: b` is a pair",
        "Run `x` and: wait",
        "std::vec is a module",
        "user:ada is a reference",
        "This sentence goes on for more words than any name would ever have in it: yes",
    ] {
        assert_eq!(labels(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn lines_that_look_like_labels_are_units_of_their_own() {
    let text = "**Owner:** Ada\n**Deputy:** Bob\nDate: 2026-11-22\nStatus: live  \nmore";
    assert_eq!(labels(text), ["owner=Ada", "deputy=Bob", "date=2026-11-22", "status=live"]);
    assert_eq!(document(text).units.len(), 5);
    values_stand_where_they_say(text);
    let prose = "The team has one duty,\nnamely this: to keep it alive\nand well.";
    assert_eq!(document(prose).units.len(), 1);
}

#[test]
fn a_value_goes_on_in_the_next_line() {
    assert_eq!(
        labels("**Purpose:** score leads\nfor the sales team\n"),
        ["purpose=score leads for the sales team"]
    );
}

#[test]
fn a_list_or_code_below_a_label_is_its_value() {
    let text = "Recipients:\n\n- Marketing\n- Finance\n  - Audit\n\nText.\n\n- Command:\n  ```\n  make train\n  ```\n- Owner:\n- Deputy:\n\n  Bob\n";
    assert_eq!(
        labels(text),
        ["recipients=Marketing; Finance; Audit", "command=`make train`", "owner=", "deputy=Bob"]
    );
    let doc = document(text);
    assert_eq!(&text[doc.pairs[0].span.range()], "Marketing\n- Finance\n  - Audit");
}

#[test]
fn mail_addresses_survive_and_other_targets_go() {
    let text =
        "Contact: [Ada](mailto:ada@corp.example?subject=x), <bob@corp.example>, [wiki](https://corp.example)";
    let doc = document(text);
    assert_eq!(doc.pairs[0].value, "Ada <ada@corp.example>, bob@corp.example, wiki");
    assert_eq!(&text[doc.pairs[0].span.range()], &text[9..]);
    assert_eq!(document("[ada@corp.example](mailto:ada@corp.example)").units[0].text, "ada@corp.example");
    assert_eq!(
        document("<https://corp.example/x> and https://corp.example/y").units[0].text,
        "https://corp.example/x and https://corp.example/y"
    );
}

#[test]
fn headings_form_a_tree_with_bodies() {
    let text = "# Betrieb\nA\n\n## Schritte\nB\n\n**Rückfall:**\n\nC\n\nEnde\n----\nD\n\n<h2 align=\"center\">运行</h2>\n\nE\n";
    let doc = document(text);
    let shown: Vec<_> = doc.headings.iter().map(|h| (h.key.as_str(), h.level, h.parent)).collect();
    assert_eq!(
        shown,
        [
            ("betrieb", 1, None),
            ("schritte", 2, Some(0)),
            ("rückfall", 7, Some(1)),
            ("ende", 2, Some(0)),
            ("运行", 2, Some(0))
        ]
    );
    let section = |at: usize| doc.section(at).map(|u| u.text.as_str()).collect::<Vec<_>>();
    assert_eq!(section(0), ["A", "B", "C", "D", "E"]);
    assert_eq!(section(1), ["B", "C"]);
    assert_eq!(section(2), ["C"]);
    assert_eq!(section(4), ["E"]);
    assert_eq!(&text[doc.headings[2].span.range()], "**Rückfall:**");
    assert_eq!(doc.title.as_ref().unwrap().text, "Betrieb");
}

#[test]
fn a_bold_line_at_the_start_of_a_paragraph_is_a_heading_and_a_bold_sentence_is_none() {
    let doc = document("**Rollback**\nCall Ada.\n");
    assert_eq!((doc.headings.len(), doc.units[0].text.as_str()), (1, "Call Ada."));
    let doc = document("**This must not go to production.**\n");
    assert_eq!((doc.headings.len(), doc.units.len()), (0, 1));
}

#[test]
fn lines_above_a_rule_are_no_heading() {
    let doc = document("Owner: Ada\nStatus: draft\n---\nText\n");
    assert!(doc.headings.is_empty());
    assert_eq!(doc.pairs.len(), 2);
}

#[test]
fn code_and_comments_are_set_aside() {
    let text = "Text `x y` here.\n<!-- Owner: nobody -->\n\n```Bash title=\"a\"\nmake ä\n\nmake b\n```\n\n    indented\n\n> ```\n> quoted\n> ```\n";
    let doc = document(text);
    assert_eq!(doc.units.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["Text `x y` here."]);
    let code: Vec<_> = doc.code.iter().map(|c| (c.language.as_str(), c.text.as_str(), c.inline)).collect();
    assert_eq!(
        code,
        [
            ("", "x y", true),
            ("bash", "make ä", false),
            ("bash", "", false),
            ("bash", "make b", false),
            ("", "indented", false),
            ("", "quoted", false)
        ]
    );
    for line in &doc.code {
        assert_eq!(&text[line.span.range()], line.text);
    }
    assert!(doc.pairs.is_empty());
}

#[test]
fn tasks_and_items_without_their_nested_items() {
    let text = "- [x] Gate passed\n- [ ] Signed by Ada\n  - a detail\n- [ ]\n";
    let doc = document(text);
    let tasks: Vec<_> = doc.tasks.iter().map(|t| (t.done, t.text.as_str())).collect();
    assert_eq!(tasks[..2], [(true, "Gate passed"), (false, "Signed by Ada")]);
    assert!(doc.units.iter().take(3).all(|u| u.kind == UnitKind::Item));
    assert_eq!(doc.units[1].text, "Signed by Ada");
}

#[test]
fn placeholders_that_look_like_tags_stay() {
    assert_eq!(labels("Owner: <your name>"), ["owner=<your name>"]);
    assert_eq!(labels("Date: <YYYY-MM-DD>"), ["date=<YYYY-MM-DD>"]);
}

#[test]
fn html_blocks_give_text_and_headings() {
    let doc =
        document("<details>\n<summary>Rollback</summary>\n<p>Owner: Ada<br>Deputy: Bob</p>\n</details>\n");
    assert_eq!(doc.headings[0].key, "rollback");
    let labels: Vec<_> = doc.pairs.iter().map(|p| format!("{}={}", p.key, p.value)).collect();
    assert_eq!(labels, ["owner=Ada", "deputy=Bob"]);
}

#[test]
fn windows_line_ends_change_nothing_but_offsets() {
    let text = "# Titel\r\n\r\nOwner: Ada\r\nDeputy: Jörg\r\n\r\n| a | b |\r\n|---|---|\r\n| c | d |\r\n";
    let unix = document(&text.replace("\r\n", "\n"));
    let doc = document(text);
    let keys =
        |doc: &Document| doc.pairs.iter().map(|p| (p.key.clone(), p.value.clone())).collect::<Vec<_>>();
    assert_eq!(keys(&doc), keys(&unix));
    values_stand_where_they_say(text);
}
