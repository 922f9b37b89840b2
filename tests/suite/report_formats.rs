//! Every format of a verdict, read back by a parser of its own: ordinary verdicts, hostile ones, too many
//! findings, and none.

use std::collections::BTreeSet;

use crate::report_support::{assert_clean, churn, corpus, list, one, parsed};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use roadworthy::diag::Sources;
use roadworthy::report::Format;
use roadworthy::verdict::{Status, Verdict};

#[test]
fn nothing_hidden_is_left_and_no_line_gives_orders() {
    for format in Format::ALL {
        for (name, text) in corpus::documents(format) {
            assert!(text.is_empty() && name == "none" || text.ends_with('\n'), "{name} {format:?}");
            let without: String = match format {
                Format::Github => text.split_inclusive('\n').filter(|line| !line.starts_with("::")).collect(),
                _ => text,
            };
            assert_clean(&without, false);
        }
    }
}

#[test]
fn every_format_says_what_could_not_be_judged() {
    let refused = corpus::refused();
    for format in Format::ALL {
        let text = one(format, &refused);
        assert!(text.contains("is not inside a Git repository"), "{format:?}\n{text}");
        let text = one(format, &(Verdict::default(), Sources::new()));
        let said = ["nothing was judged", "\"undecided\""].iter().any(|said| text.contains(said));
        assert!(said, "{format:?}\n{text}");
    }
}

mod github {
    use super::*;

    /// A name, properties and a message.
    type Command = (String, Vec<(String, String)>, String);

    /// What the runner makes of a line, if it is a command.
    fn command(line: &str) -> Option<Command> {
        let rest = line.trim_start().strip_prefix("::")?;
        let (head, message) = rest.split_once("::")?;
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        let property = |text: &str| {
            data(&text.replace("%3A", ":").replace("%2C", ",").replace("%0A", "\u{1}")).replace('\u{1}', "\n")
        };
        let properties = properties.split(',').filter_map(|one| one.split_once('='));
        let properties = properties.map(|(name, value)| (name.to_string(), property(value))).collect();
        Some((name.to_string(), properties, data(message)))
    }

    #[test]
    fn every_command_is_an_annotation_of_ours() {
        for (name, text) in corpus::documents(Format::Github) {
            let commands: Vec<_> = text.lines().filter_map(command).collect();
            assert!(commands.len() <= 10, "{name}");
            for (kind, properties, message) in commands {
                assert!(["error", "warning", "notice"].contains(&kind.as_str()), "{kind}");
                let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
                let known = ["file", "line", "endLine", "col", "endColumn", "title"];
                assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
                assert_eq!(names.last(), Some(&"title"));
                assert!(!message.is_empty() && message.chars().count() < 4096);
                assert!(
                    !message.chars().any(|c| c != '\n' && roadworthy::diag::escape::hidden(c)),
                    "{message}"
                );
            }
            assert!(!text.contains("##["), "{name}");
        }
    }

    #[test]
    fn the_worst_ten_are_shown_and_the_rest_is_counted() {
        let text = one(Format::Github, &corpus::flood(60));
        let kinds: Vec<String> = text.lines().filter_map(command).map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, ["error"; 10]);
        assert!(text.contains("and 55 more findings: GitHub shows 10 annotations in a step\n"), "{text}");
        let (_, properties, _) = text.lines().filter_map(command).nth(3).unwrap();
        assert!(
            properties.iter().any(|(name, value)| name == "file" && value == "models/churn/2.py"),
            "{properties:?}"
        );
        let text = one(Format::Github, &churn());
        let first = "::error file=models/churn/OWNER.toml,line=3,endLine=3,col=9,endColumn=26,title=owner-not-a-person (churn)::\"Data Science Team\" is a team, and a team cannot be asked%0A";
        assert!(text.starts_with(first), "{text}");
        assert!(text.ends_with("not roadworthy: 3 findings block churn\n"), "{text}");
        assert!(!text.contains("retraining-overdue"), "a waived finding needs no annotation");
    }
}

mod junit {
    use super::*;
    use roxmltree::{Document, Node};

    fn number(node: Node<'_, '_>, key: &str) -> usize {
        node.attribute(key).unwrap().parse().unwrap()
    }

    fn count(node: Node<'_, '_>, name: &str) -> usize {
        node.descendants().filter(|child| child.has_tag_name(name)).count()
    }

    #[test]
    fn it_is_xml_and_its_numbers_are_true() {
        for (name, text) in corpus::documents(Format::Junit) {
            let document = Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let root = document.root_element();
            assert!(root.has_tag_name("testsuites"));
            assert_eq!(number(root, "tests"), count(root, "testcase"), "{name}");
            for node in root.descendants().filter(|node| node.has_tag_name("testsuite")) {
                assert_eq!(number(node, "tests"), count(node, "testcase"));
                assert_eq!(number(node, "failures"), count(node, "failure"));
                assert_eq!(number(node, "errors"), count(node, "error"));
                assert_eq!(number(node, "skipped"), count(node, "skipped"));
            }
        }
    }

    /// Red exactly where the exit code is not 0.
    #[test]
    fn suites_fail_as_the_verdict_does() {
        for (name, judged) in corpus::all() {
            let text = one(Format::Junit, &judged);
            let document = Document::parse(&text).unwrap();
            let root = document.root_element();
            let blocks = judged.0.findings.iter().any(roadworthy::verdict::Finding::blocks);
            assert_eq!(number(root, "failures") > 0, blocks, "{name}");
            assert_eq!(number(root, "errors") > 0, judged.0.status() == Status::Undecided, "{name}");
        }
    }

    #[test]
    fn each_rule_is_a_case_of_its_model() {
        let text = one(Format::Junit, &churn());
        let document = Document::parse(&text).unwrap();
        let case = |name: &str| {
            let mut cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
            let found = cases.find(|node| node.attribute("name") == Some(name)).unwrap();
            assert_eq!(found.attribute("classname"), Some("churn"));
            let tags =
                found.children().filter(Node::is_element).map(|node| node.tag_name().name().to_string());
            tags.collect::<Vec<_>>()
        };
        assert_eq!(case("data-sharing-missing"), [""; 0]);
        assert_eq!(case("runbook-missing"), ["failure"]);
        assert_eq!(case("retraining-overdue"), ["skipped"]);
        assert_eq!(case("commit-says-nothing"), ["system-out"]);
    }
}

mod gitlab {
    use super::*;

    #[test]
    fn problems_have_what_gitlab_needs() {
        for (name, text) in corpus::documents(Format::Gitlab) {
            let report = parsed(&text);
            let mut names = BTreeSet::new();
            for problem in list(&report) {
                assert!(names.insert(problem["fingerprint"].as_str().unwrap().to_string()), "{name}: twins");
                assert!(
                    ["info", "minor", "major", "critical", "blocker"]
                        .contains(&problem["severity"].as_str().unwrap())
                );
                for text in [&problem["description"], &problem["check_name"], &problem["location"]["path"]] {
                    assert!(!text.as_str().unwrap().is_empty());
                }
                assert!(problem["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
                assert!(!problem["location"]["path"].as_str().unwrap().starts_with(['.', '/']));
            }
        }
        let report = parsed(&one(Format::Gitlab, &churn()));
        let severities: Vec<&str> =
            list(&report).iter().map(|one| one["severity"].as_str().unwrap()).collect();
        assert_eq!(severities, ["blocker", "blocker", "blocker", "major", "info"]);
    }
}

mod rdjson {
    use super::*;

    #[test]
    fn diagnostics_have_what_reviewdog_needs() {
        for (_, text) in corpus::documents(Format::Rdjson) {
            let report = parsed(&text);
            assert_eq!(report["source"]["name"], "roadworthy");
            for one in list(&report["diagnostics"]) {
                assert!(["ERROR", "WARNING", "INFO"].contains(&one["severity"].as_str().unwrap()));
                assert!(!one["location"]["path"].as_str().unwrap().is_empty());
                let at = |end: &str, key: &str| one["location"]["range"][end][key].as_u64();
                if at("start", "line").is_some() {
                    let (start, end) = (
                        (at("start", "line"), at("start", "column")),
                        (at("end", "line"), at("end", "column")),
                    );
                    assert!(start <= end && start.1 >= Some(1), "{one}");
                }
            }
        }
        let report = parsed(&one(Format::Rdjson, &churn()));
        let team =
            list(&report["diagnostics"]).iter().find(|one| one["code"]["value"] == "owner-not-a-person");
        let range = &team.unwrap()["location"]["range"];
        assert_eq!(
            range,
            &serde_json::json!({"start": {"line": 3, "column": 9}, "end": {"line": 3, "column": 26}})
        );
    }
}

mod markdown {
    use super::*;

    const LIMIT: usize = 1 << 20;

    /// No text becomes a link, an image, HTML or a table that is not ours.
    #[test]
    fn no_text_is_markup() {
        for (name, text) in corpus::documents(Format::Markdown) {
            assert!(text.len() <= LIMIT, "{name}: {}", text.len());
            let (mut tables, mut cells) = (0, 0);
            for event in Parser::new_ext(&text, Options::all()) {
                match event {
                    Event::Start(Tag::Table(columns)) => {
                        tables += 1;
                        cells = columns.len();
                    }
                    Event::Start(Tag::TableRow | Tag::TableHead) => cells = 0,
                    Event::End(TagEnd::TableCell) => cells += 1,
                    Event::End(TagEnd::TableRow | TagEnd::TableHead) => assert!(cells >= 2, "{name}"),
                    Event::Html(_) | Event::InlineHtml(_) | Event::Code(_) | Event::FootnoteReference(_) => {
                        panic!("{name}: {event:?}")
                    }
                    Event::Start(
                        Tag::Link { .. }
                        | Tag::Image { .. }
                        | Tag::Emphasis
                        | Tag::Strikethrough
                        | Tag::HtmlBlock
                        | Tag::BlockQuote(_)
                        | Tag::MetadataBlock(_)
                        | Tag::FootnoteDefinition(_),
                    ) => panic!("{name}: {event:?}"),
                    _ => {}
                }
            }
            assert!(tables <= 7, "{name}: {tables} tables");
        }
    }

    #[test]
    fn a_summary_is_cut_between_findings_and_says_so() {
        let flood = corpus::flood(30_000);
        let text = one(Format::Markdown, &flood);
        assert!(text.len() > LIMIT / 2 && text.len() <= LIMIT, "{}", text.len());
        let (told, last) = text.trim_end().rsplit_once('\n').unwrap();
        let left = last.strip_prefix("**").and_then(|rest| rest.split_once(' ')).unwrap().0;
        let shown = told.matches("\n### ").count() + told.matches("\n**waived** ").count();
        assert_eq!(shown + left.parse::<usize>().unwrap(), flood.0.findings.len(), "{last}");
    }

    #[test]
    fn it_says_the_verdict_the_matrix_and_what_to_do_next() {
        let text = one(Format::Markdown, &churn());
        for part in [
            "## ❌ Not roadworthy\n\nnot roadworthy: 3 findings block churn  \n",
            "| model | owner | data-sharing | privacy | runbook | retraining | handover |\n",
            "| churn | ❌ | ✅ | ❌ | ❌ | 📝 | ⚠️ |\n",
            "### churn: \"Data Science Team\" is a team, and a team cannot be asked\n\n**block** owner-not-a-person at models/churn/OWNER.toml:3\n",
            "Paste into models/churn/OWNER.toml:\n\n```\n[owner]\nname = \"<first name> <last name>\"\n",
            "**waived** churn: retraining-overdue, until 2026-12-31 by Grace Hopper \\<grace\\@corp.example\\>: label",
        ] {
            assert!(text.contains(part), "{part}\n---\n{text}");
        }
    }
}
