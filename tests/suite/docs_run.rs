//! Every fenced block of every page has somebody who runs it: commands are typed in a real repository, files
//! are written, jobs are read. What cannot be run here is listed, with the reason.

use crate::markdown::{self, Block, blocks, files, read};
use crate::walk;
use clap::Parser as _;
use roadworthy::artifact::document::Format;
use roadworthy::cli::Cli;
use roadworthy::diag::{Origin, Sources};

/// Blocks that are not run: the page, the first line, and why.
const NOT_RUN: [(&str, &str, &str); 6] = [
    (
        "README.md",
        "$ cargo run --release --locked -- demo",
        "builds the program; `.ci/run` runs both lines, and tests of `demo` the command",
    ),
    (
        "README.md",
        "$ cargo install --locked --path .",
        "builds and installs the program; action/build.sh does",
    ),
    ("CONTRIBUTING.md", "$ cargo test --locked", "is what runs this test"),
    (
        "docs/benchmarks.md",
        "cargo bench --locked --bench ratios                       # prints the table",
        "takes minutes and an idle machine",
    ),
    (
        "docs/benchmarks.md",
        "cargo bench --locked --profile dev --bench instructions -- --accept   # puts the numbers on file",
        "changes a file on file; `.ci/run` runs the same without the last word",
    ),
    (
        "docs/benchmarks.md",
        "CARGO_PROFILE_RELEASE_STRIP=false CARGO_PROFILE_RELEASE_DEBUG=line-tables-only cargo build --release --locked",
        "needs valgrind and a release build",
    ),
];

/// Blocks that a test of their own holds to the program: the page, the language, the test.
const ELSEWHERE: [(&str, &str, &str); 6] = [
    ("README.md", "text", "docs::the_report_in_the_readme_is_real"),
    ("docs/facts.md", "json", "docs::the_example_of_facts_is_real"),
    ("docs/json-report.md", "json", "report_json::the_documented_example_is_real"),
    ("docs/organisation.md", "text", "organisation::the_page_shows_the_files_of_the_example"),
    ("docs/platform.md", "json", "docs_run::the_ruleset_requires_the_job_of_the_example"),
    ("docs/formats.md", "text", "docs_run::the_line_for_editors_names_a_schema"),
];

fn excepted(file: &str, block: &Block) -> bool {
    let first = block.text.lines().next().unwrap_or_default();
    NOT_RUN.iter().any(|(page, line, _)| *page == file && *line == first)
}

/// Who runs a block; the mistake when nobody does.
fn runner(file: &str, block: &Block) -> Result<(), &'static str> {
    let mark = block.mark.as_deref().unwrap_or_default();
    let elsewhere =
        || ELSEWHERE.iter().any(|(page, language, _)| *page == file && *language == block.language);
    match block.language.as_str() {
        // tests/suite/docs.rs loads all of them.
        "toml" => Ok(()),
        "console" | "sh" if walk::is_place(mark) || excepted(file, block) => Ok(()),
        "console" | "sh" => Err("no comment says where these commands are typed"),
        "yaml" if job_commands(&block.text).is_ok_and(|commands| !commands.is_empty()) => Ok(()),
        _ if markdown::Mark::of(mark).file().is_some() || elsewhere() => Ok(()),
        _ => Err("nobody runs this block"),
    }
}

#[test]
fn every_block_has_somebody_who_runs_it() {
    let mut wrong = Vec::new();
    for file in files() {
        for block in blocks(&read(&file)) {
            if let Err(why) = runner(&file, &block) {
                wrong.push(format!("{file}:{}: {why}", block.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_exception_is_needed_and_every_other_test_exists() {
    for (page, line, why) in NOT_RUN {
        let all = blocks(&read(page));
        assert!(all.iter().any(|block| block.text.lines().next() == Some(line)), "{page}: {line}: {why}");
    }
    for (page, language, test) in ELSEWHERE {
        assert!(blocks(&read(page)).iter().any(|block| block.language == language), "{page}: {language}");
        assert!(markdown::is_test(test), "{test}");
    }
}

/// Commands behind `cargo run --` in blocks that are not run are understood all the same.
#[test]
fn commands_that_are_not_run_are_understood() {
    for (page, line, _) in NOT_RUN {
        let Some((_, arguments)) = line.split_once("cargo run").and_then(|(_, rest)| rest.split_once(" -- "))
        else {
            continue;
        };
        let words = ["roadworthy"].into_iter().chain(arguments.split_whitespace());
        assert!(Cli::try_parse_from(words).is_ok(), "{page}: {line}");
    }
}

#[test]
fn every_page_can_be_walked_through() {
    let mut run = 0;
    let mut wrong = Vec::new();
    for file in files() {
        let (differs, blocks) = walk::through(&file);
        wrong.extend(differs);
        run += blocks;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(run >= 20, "only {run} blocks were run");
}

/// The commands of a job, or of a hook manager: lines of `run`, `entry` and `script`, and the actions that it
/// uses.
fn job_commands(text: &str) -> Result<Vec<String>, String> {
    let mut sources = Sources::new();
    let source = sources.add(Origin::Local("block.yml".into()), text);
    let document = roadworthy::artifact::read::read(source, text, Format::Yaml);
    if let Some(error) = document.error {
        return Err(error.text);
    }
    let is_command = |path: &str| {
        let last = path.rsplit('.').next().unwrap_or_default().trim_end_matches("[]");
        matches!(last, "run" | "entry" | "script" | "uses" | "id")
    };
    let commands = document.nodes.iter().filter(|node| is_command(&node.path));
    Ok(commands.flat_map(|node| node.value.lines().map(str::to_string).collect::<Vec<_>>()).collect())
}

#[test]
fn jobs_call_the_program_as_it_is() {
    let mut seen = 0;
    for file in files() {
        for block in blocks(&read(&file)).iter().filter(|block| block.language == "yaml") {
            let commands = job_commands(&block.text).unwrap_or_else(|e| panic!("{file}:{}: {e}", block.line));
            for command in commands.iter().filter(|command| command.starts_with("roadworthy ")) {
                seen += 1;
                // What the hook manager puts in: the remote and its address.
                let words = command.replace("{1}", "origin").replace("{2}", "url");
                let parsed = Cli::try_parse_from(words.split_whitespace());
                assert!(parsed.is_ok(), "{file}:{}: {command}: {}", block.line, parsed.unwrap_err());
            }
        }
    }
    assert!(seen >= 6, "only {seen} commands were found");
}

/// The schema that the line names is one that the page says how to print.
#[test]
fn the_line_for_editors_names_a_schema() {
    let page = read("docs/formats.md");
    let line = blocks(&page).into_iter().find(|block| block.language == "text").expect("there is a line");
    let name = line.text.trim().strip_prefix("#:schema ./").expect("it names a file beside it").to_string();
    assert!(page.contains(&format!("> {name}")), "the page does not say how {name} is made");
}

#[test]
fn pages_prove_what_they_say_by_tests_that_exist() {
    let mut seen = 0;
    for file in files() {
        let page = markdown::prose(&read(&file));
        for name in page.split('`').skip(1).step_by(2).filter(|code| markdown::looks_like_test(code)) {
            seen += 1;
            assert!(markdown::is_test(name), "{file}: there is no test {name}");
        }
    }
    assert!(seen >= 20, "only {seen} tests are named");
}

/// The ruleset requires the job of the example by its name, and forbids what CI cannot see in time.
#[test]
fn the_ruleset_requires_the_job_of_the_example() {
    let page = read("docs/platform.md");
    let block = blocks(&page).into_iter().find(|block| block.mark.as_deref() == Some("ruleset"));
    let ruleset: serde_json::Value =
        serde_json::from_str(&block.expect("there is a ruleset").text).expect("it is JSON");
    let rules = ruleset["rules"].as_array().expect("it has rules");
    let kinds: Vec<&str> = rules.iter().filter_map(|rule| rule["type"].as_str()).collect();
    assert_eq!(kinds, ["deletion", "non_fast_forward", "pull_request", "required_status_checks"]);
    assert_eq!(ruleset["bypass_actors"], serde_json::json!([]));
    let context = rules[3]["parameters"]["required_status_checks"][0]["context"].as_str().expect("a name");
    let workflow = read("examples/workflows/pull-request.yml");
    assert!(workflow.contains(&format!("    name: {context}\n")), "no job is named {context}");
}

/// A message that a guide explains is one that a report of some recipe has.
#[test]
fn messages_that_are_explained_are_said() {
    fn collect(folder: &std::path::Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, out);
            } else if path.extension().is_some_and(|end| end == "txt") {
                let text = std::fs::read_to_string(&path).expect("a report can be read");
                out.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
    }
    let mut said = String::new();
    collect(&markdown::path("policies"), &mut said);
    let page = read("docs/getting-started.md");
    let rows =
        markdown::section(&page, "## What the messages want").lines().filter(|line| line.starts_with("| `"));
    let mut seen = 0;
    for row in rows {
        let cell = row.split('|').nth(1).unwrap_or_default();
        for piece in cell.split('`').skip(1).step_by(2).filter(|piece| *piece != "could not be judged") {
            seen += 1;
            assert!(said.contains(piece), "no report says `{piece}`");
        }
    }
    assert!(seen >= 8, "only {seen} messages are explained");
}
