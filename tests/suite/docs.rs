//! What a stranger reads is run: the report, the table of rules, every TOML block, every command and
//! every link. `ROADWORTHY_BLESS=1` writes the generated parts anew.

use std::collections::BTreeSet;

use crate::common::{Scratch, git, list, recipe, roadworthy};
use crate::markdown::{self, Block, blocks, files, generated, prose, read, section};
use clap::Parser as _;
use roadworthy::cli::Cli;
use roadworthy::diag::{Diagnostic, Origin, Sources};
use roadworthy::fixture;
use roadworthy::gate::policy;
use roadworthy::policy::Mistakes;

const AS_OF: &str = "2026-11-01";

/// A part of the real report: its head, the finding about the owner, and everything from the matrix on.
#[test]
fn the_report_in_the_readme_is_real() {
    let scratch = recipe("demo/pilot.toml");
    let as_of = scratch.scenario.as_ref().unwrap().as_of.to_string();
    let home = tempfile::tempdir().unwrap();
    let mut command = fixture::scrubbed(env!("CARGO_BIN_EXE_roadworthy"), &scratch.path(), home.path());
    command.env("COLUMNS", "80").args(["check", "--rev", fixture::BRANCH, "--as-of", &as_of]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report = String::from_utf8(output.stdout).unwrap();
    let (head, rest) = report.split_once("\nblock[").expect("the pilot is blocked");
    let finding = rest.split_once("owner-not-a-person]").expect("the owner is not a person").1;
    let finding = finding.split_once("\nblock[").expect("other findings follow").0;
    let others = report.matches("\nblock[").count() - 1;
    let tail = &report[report.find("── on file").expect("there is a matrix")..];
    let shown = format!(
        "```text\n$ roadworthy check --rev {}\n\n{head}\nblock[owner-not-a-person]{finding}\n    ⋮ and {others} more that block\n\n{tail}```\n",
        fixture::BRANCH
    );
    generated("README.md", "report", &shown);
}

#[test]
fn the_table_of_rules_in_the_readme_is_that_of_the_packs() {
    let mut sources = Sources::new();
    let set = policy::defaults(&mut sources).unwrap();
    generated("README.md", "rules", &roadworthy::commands::rules_markdown(&set));
}

/// The whole page is what `roadworthy rules --format markdown` prints.
#[test]
fn the_reference_of_rules_is_that_of_the_packs() {
    let mut sources = Sources::new();
    let set = policy::defaults(&mut sources).unwrap();
    markdown::generated_page("docs/rules.md", &roadworthy::commands::rules_reference(&set));
}

fn place(file: &str, block: &Block) -> String {
    format!("{file}:{}", block.line)
}

/// The mistakes of a TOML block, loaded as its mark says.
fn load(mark: &str, text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    let mut mistakes = Mistakes::default();
    let origin = || Origin::Local("block.toml".into());
    let parts = markdown::Mark::of(mark);
    if let Some(told) = parts.refused {
        let mistakes = load(parts.file().map_or(parts.what, |path| kind_of(path)), text);
        let said = mistakes.iter().any(|mistake| mistake.contains(told));
        return if said { Vec::new() } else { vec![format!("`{told}` is not what is said: {mistakes:#?}")] };
    }
    let mark = parts.file().map_or(parts.what, |path| kind_of(path));
    match mark.split_once(": ").unwrap_or((mark, "")) {
        ("roadworthy.toml", _) => drop(policy::with_config(origin(), text, &mut sources, &mut mistakes)),
        ("pack", _) => drop(policy::with_pack(origin(), text, &mut sources, &mut mistakes)),
        ("fragment of a pack", kind) => {
            drop(policy::with_pack(origin(), &whole(kind, text), &mut sources, &mut mistakes))
        }
        ("recipe", path) => return recipe_mistakes(path, text),
        ("fragment of a recipe", _) => {
            let text = format!("title = \"a fragment\"\nas_of = \"{AS_OF}\"\n{text}");
            return fixture::parse(&mut sources, origin(), &text)
                .err()
                .map_or_else(Vec::new, |m| list(&sources, &m));
        }
        ("OWNER.toml" | "evidence" | "tested recipe", _) => {
            return toml::from_str::<toml::Table>(text).err().map(|e| e.to_string()).into_iter().collect();
        }
        _ => return vec![format!("nobody knows what `{mark}` is")],
    }
    list(&sources, &mistakes.into_vec())
}

/// What a file is, by its path.
fn kind_of(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        "roadworthy.toml" => "roadworthy.toml",
        // Its page runs `policy test` on it.
        _ if name.starts_with("fail-") || name.starts_with("pass-") => "tested recipe",
        _ if path.starts_with("governance/") => "pack",
        _ => "evidence",
    }
}

/// A fragment with what it needs around it.
fn whole(kind: &str, text: &str) -> String {
    let head = "[pack]\nid = \"fragment\"\n";
    let rule = "id = \"fragment\"\ntitle = \"t\"\nseverity = \"warn\"\nwhy = \"w\"\nhelp = \"h\"\nsource = \"s\"\nsince = \"1.0\"\n";
    match kind.split_once(" of ") {
        Some(("check", artifact)) => format!("{head}[[rule]]\n{rule}artifact = \"{artifact}\"\n{text}"),
        _ if kind == "check" => format!("{head}[[rule]]\n{rule}{text}"),
        _ if kind == "readers" => {
            let facts: toml::Table = toml::from_str(text).unwrap();
            let specs: String = facts
                .keys()
                .map(|name| format!("{name} = {{ title = \"t\", is = \"any\", label = \"{name}\" }}\n"))
                .collect();
            let refuses = "[rule.check.present]\nrefuses = [\"missing\", \"misplaced\", \"pointer\", \"unreadable\", \"template\", \"stub\", \"wrong-kind\", \"vetoed\", \"draft\"]\n";
            format!(
                "{head}[[artifact]]\nid = \"fragment\"\ntitle = \"t\"\n[artifact.facts]\n{specs}[[artifact.source]]\nfiles = [\"x.md\"]\n[artifact.source.facts]\n{text}\n[[rule]]\n{rule}artifact = \"fragment\"\n{refuses}"
            )
        }
        _ => format!("{head}{text}"),
    }
}

/// A recipe under a path of `policies/`, with the embedded recipes and those of the example as its bases.
fn recipe_mistakes(path: &str, text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    let loader = |wanted: &str| {
        if wanted == path {
            return Ok(fixture::Loaded { origin: Origin::Local(path.into()), text: text.to_string() });
        }
        let example = format!("examples/organisation/policies/{wanted}");
        match std::fs::read_to_string(markdown::path(&example)) {
            Ok(text) => Ok(fixture::Loaded { origin: Origin::Local(example.into()), text }),
            Err(_) => fixture::load_embedded(wanted),
        }
    };
    let resolved: Result<_, Vec<Diagnostic>> = fixture::resolve(&mut sources, &loader, path);
    resolved.err().map_or_else(Vec::new, |mistakes| list(&sources, &mistakes))
}

#[test]
fn every_toml_block_is_marked_and_loads() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for file in &files() {
        for block in blocks(&read(file)).iter().filter(|b| b.language == "toml") {
            seen += 1;
            match &block.mark {
                Some(mark) => wrong.extend(
                    load(mark, &block.text).into_iter().map(|m| format!("{}: {m}", place(file, block))),
                ),
                None => wrong.push(format!("{}: no comment says what this block is", place(file, block))),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 15, "only {seen} blocks were found");
}

#[test]
fn a_block_with_a_mistake_is_noticed() {
    assert!(!load("pack", "[pack]\nid = \"x\"\nwords = 1\n").is_empty());
    assert!(!load("roadworthy.toml", "[policy]\npack = [\"core\"]\n").is_empty());
    assert!(
        !load("fragment of a pack: check of runbook", "[rule.check.fact]\nneeds = [\"nothing\"]\n")
            .is_empty()
    );
    assert!(!load("fragment of a pack: readers", "x = { named = \"no_such_list\" }\n").is_empty());
    assert!(!load("fragment of a recipe", "[[commit]]\nauthors = \"x\"\n").is_empty());
    assert!(!load("something", "").is_empty());
    assert!(!load("pack, refused: something else", "[pack]\nid = \"x\"\nwords = 1\n").is_empty());
    assert!(!load("pack, refused: anything", "[pack]\nid = \"x\"\n").is_empty());
    assert!(!load("file governance/x.toml", "[pack]\nid = 1\n").is_empty());
}

/// Every line `$ roadworthy …`, and every `roadworthy …` in backticks.
fn commands(file: &str) -> BTreeSet<String> {
    let text = read(file);
    let mut out = BTreeSet::new();
    for block in blocks(&text) {
        let lines = block
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("$ ").or_else(|| line.strip_prefix("  - run: ")));
        out.extend(lines.filter(|line| line.starts_with("roadworthy ")).map(str::to_string));
    }
    let prose = prose(&text);
    out.extend(
        prose
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|code| code.starts_with("roadworthy "))
            .map(str::to_string),
    );
    out
}

/// Placeholders of the documentation: `roadworthy explain RULE`. What a shell takes for itself is left out.
fn filled(command: &str) -> Vec<String> {
    let place = |word: &str| match word {
        "RULE" => "owner-missing".to_string(),
        "SHELL" => "fish".to_string(),
        other => other.to_string(),
    };
    let words = command.split_whitespace().take_while(|word| !matches!(*word, ">" | "|" | "||" | "&&"));
    words.map(place).collect()
}

#[test]
fn every_command_that_is_shown_is_understood() {
    let mut seen = 0;
    for file in &files() {
        for command in commands(file) {
            seen += 1;
            let parsed = Cli::try_parse_from(filled(&command));
            assert!(parsed.is_ok(), "{file}: `{command}`: {}", parsed.unwrap_err());
        }
    }
    assert!(seen >= 20, "only {seen} commands were found");
}

/// The blocks of the README as files of a repository in which everything else is well.
fn example() -> Scratch {
    let scratch = recipe("core/ready.toml");
    let text = read("README.md");
    let pack = blocks(&text).into_iter().find(|b| b.mark.as_deref() == Some("pack")).unwrap();
    scratch.write("governance/house.toml", &pack.text);
    scratch.write("roadworthy.toml", "[policy]\nfiles = [\"governance/*.toml\"]\n");
    let rule = "governance/house/runbook-unreviewed";
    let head = format!("base = \"../../core/ready\"\njudge = \"HEAD\"\nas_of = \"{AS_OF}\"\n");
    let edit = "[[commit.edit]]\nfile = \"docs/runbook.md\"\n";
    let runbook = std::fs::read_to_string(scratch.path().join("docs/runbook.md")).unwrap();
    let line = runbook.lines().find(|line| line.to_lowercase().contains("reviewed")).unwrap_or_default();
    let title = runbook.lines().next().unwrap();
    if line.is_empty() {
        let from = format!("from = '''\n{title}\n'''\nto = '''\n{title}\n\nLast reviewed: 2026-10-20\n'''\n");
        scratch.write(
            &format!("{rule}/pass-dated.toml"),
            format!("title = \"somebody read it\"\n{head}[[commit]]\n{edit}{from}"),
        );
        scratch.write(&format!("{rule}/fail-undated.toml"), format!("title = \"no date\"\n{head}"));
    } else {
        let from = format!("from = '''\n{line}\n'''\nto = \"\"\n");
        scratch.write(
            &format!("{rule}/fail-undated.toml"),
            format!("title = \"no date\"\n{head}[[commit]]\n{edit}{from}"),
        );
        scratch.write(&format!("{rule}/pass-dated.toml"), format!("title = \"somebody read it\"\n{head}"));
    }
    scratch.commit("2026-10-30T09:00:00Z", "Adopt the handbook");
    git(&scratch.path(), &["tag", "v1.4.0"]);
    scratch
}

/// The policy of the README does what the README says, and every command in its table runs.
#[test]
fn the_policy_in_the_readme_works() {
    let scratch = example();
    let folder = scratch.path();
    let blessed = roadworthy(&folder, &["policy", "test", "governance", "--bless"]);
    assert_eq!(blessed.code, Some(0), "{}{}", blessed.stdout, blessed.stderr);
    assert!(blessed.stdout.contains("2 passed, 0 failed"), "{}", blessed.stdout);
    let report =
        std::fs::read_to_string(folder.join("governance/house/runbook-unreviewed/fail-undated.txt")).unwrap();
    assert!(report.contains("warn[runbook-unreviewed]") && report.contains("Last reviewed: <"), "{report}");
    git(&folder, &["add", "--all"]);
    let text = read("README.md");
    let table: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| `roadworthy ")?.split('`').next()).collect();
    assert!(table.len() >= 10, "{table:?}");
    for command in table {
        let mut words: Vec<&str> = command.split_whitespace().collect();
        if matches!(words[0], "check" | "ci") {
            words.extend(["--as-of", AS_OF]);
        }
        let output = roadworthy(&folder, &words);
        assert_eq!(output.code, Some(0), "{command}\n{}\n{}", output.stdout, output.stderr);
        assert!(!output.stdout.is_empty(), "{command}");
    }
}

/// The example of docs/facts.md is what the program prints for the file shown above it.
#[test]
fn the_example_of_facts_is_real() {
    let text = read("docs/facts.md");
    let blocks = blocks(&text);
    let owner = blocks.iter().find(|b| b.mark.as_deref() == Some("OWNER.toml")).unwrap();
    let shown = blocks.iter().find(|b| b.language == "json").unwrap();
    let scratch = Scratch::repository();
    scratch.write("OWNER.toml", &owner.text);
    let printed = roadworthy(&scratch.path(), &["facts", "--format", "json"]).expect_success();
    if std::env::var_os("ROADWORTHY_BLESS").is_some() {
        let fence = |text: &str| format!("```json\n{text}```");
        std::fs::write(markdown::path("docs/facts.md"), text.replace(&fence(&shown.text), &fence(&printed)))
            .unwrap();
        return;
    }
    assert_eq!(shown.text, printed);
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    for file in &files() {
        let text = prose(&read(file));
        for target in
            text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|t| !t.contains("://"))
        {
            seen += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = std::path::Path::new(file).parent().unwrap();
            let wanted = if path.is_empty() { file.into() } else { folder.join(path) };
            let wanted = wanted.to_str().unwrap();
            assert!(markdown::path(wanted).is_file(), "{file}: {target}");
            let known = anchor.is_empty() || markdown::anchors(&read(wanted)).contains(anchor);
            assert!(known, "{file}: {target}: no such heading");
        }
    }
    assert!(seen >= 25, "only {seen} links were found");
}

/// The README leads to every guide.
#[test]
fn no_guide_is_hidden() {
    let readme = read("README.md");
    let guides = section(&readme, "## Guides");
    for file in files().iter().filter(|file| file.starts_with("docs/")) {
        assert!(guides.contains(&format!("]({file})")), "{file} is not in the README's table of guides");
    }
}
