//! Mistakes in recipes: each is found before anything is built, and shown at its place.

use crate::common;
use std::collections::BTreeMap;

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use roadworthy::diag::{Origin, Sources};
use roadworthy::fixture::{self, Loaded};

/// The mistakes of the first of some recipes.
fn mistakes(files: &[(&str, &str)]) -> Vec<String> {
    let by_path: BTreeMap<&str, &str> = files.iter().copied().collect();
    let load = |path: &str| {
        let text = by_path.get(path).ok_or("is no file of this folder")?;
        Ok(Loaded { origin: Origin::Local(path.into()), text: (*text).to_owned() })
    };
    let mut sources = Sources::new();
    match fixture::resolve(&mut sources, &load, files[0].0) {
        Ok(_) => Vec::new(),
        Err(mistakes) => common::list(&sources, &mistakes),
    }
}

/// The mistakes of one recipe; a title and a date are put before it on one line each.
fn of(text: &str) -> Vec<String> {
    mistakes(&[("r", &format!("title = \"t\"\nas_of = \"2026-11-01\"\n{text}"))])
}

#[test]
fn an_unknown_key_is_named_at_its_place() {
    assert_eq!(of("bass = \"x\""), ["recipe-unreadable r:3:1: unknown key `bass`"]);
    assert_eq!(of("[[commit]]\nfile = {}"), ["recipe-unreadable r:4:1: unknown key `file`"]);
    assert_eq!(of("[index]\nmessage = \"x\""), ["recipe-unreadable r:4:1: unknown key `message`"]);
}

#[test]
fn the_keys_that_there_are_come_with_an_unknown_one() {
    let mut sources = Sources::new();
    let wrong =
        fixture::parse(&mut sources, Origin::Local("r".into()), "title = \"t\"\nbass = 1").unwrap_err();
    assert!(
        wrong[0].help[0].starts_with("the keys here are `title`, `base`, `as_of`"),
        "{:?}",
        wrong[0].help
    );
}

#[test]
fn broken_toml_a_wrong_type_and_a_missing_title_are_shown() {
    assert!(of("[files")[0].starts_with("recipe-unreadable r:3:"), "{:?}", of("[files"));
    let wrong = of("judge = 3");
    assert_eq!(wrong, ["recipe-unreadable r:3:9: invalid type: integer `3`, expected a string"]);
    assert_eq!(mistakes(&[("r", "")]), ["recipe-unreadable r:1:1: the key `title` is missing"]);
}

#[test]
fn all_wrong_values_are_reported_at_once() {
    let wrong = of("also = [\"Not An Id\"]
judge = \"--all\"
[[commit]]
author = \"Ada\"
date = \"yesterday\"
branch = \"a..b\"
[commit.base64]
\"model.bin\" = \"###\"
[commit.modes]
\"run.sh\" = \"rwx\"
");
    assert_eq!(wrong.len(), 7, "{wrong:#?}");
    assert!(wrong.iter().all(|line| line.starts_with("recipe-invalid ")), "{wrong:#?}");
    assert!(
        wrong.contains(&"recipe-invalid r:6:10: `Ada` is not of the form `Name <address>`".to_owned()),
        "{wrong:#?}"
    );
}

#[test]
fn a_title_is_one_line_and_a_date_is_somewhere_in_the_chain() {
    assert_eq!(
        mistakes(&[("r", "title = \"\"\nas_of = \"2026-02-30\"")]),
        [
            "recipe-invalid r:1:9: `` is no title: one line that says what is the case",
            "recipe-invalid r:2:9: `2026-02-30` is no date such as 2026-11-01"
        ]
    );
    assert_eq!(
        mistakes(&[("r", "title = \"t\"")]),
        ["recipe-invalid r:1:9: neither this recipe nor a base of it says `as_of`"]
    );
}

#[test]
fn what_only_lists_cannot_be_added_to() {
    let wrong = of("only = [\"a\"]\nalso = [\"b\"]");
    assert_eq!(
        wrong,
        ["recipe-invalid r:4:9: `also` stands beside `only`, which lists all findings already"]
    );
}

#[test]
fn hostile_paths_are_refused_wherever_a_path_may_stand() {
    for path in ["../out", "/etc/x", ".git/hooks/post-checkout", "a/.GIT/config", "git~1/config", "..\\\\out"]
    {
        for text in [
            format!("[files]\n\"{path}\" = \"x\""),
            format!("[worktree.files]\n\"{path}\" = \"x\""),
            format!("[index.links]\n\"{path}\" = \"x\""),
            format!("[[commit]]\nremove = [\"{path}\"]"),
            format!("[commit.base64]\n[[commit]]\n[commit.modes]\n\"{path}\" = \"plain\"").replacen(
                "[commit.base64]\n",
                "",
                1,
            ),
            format!("[[worktree.edit]]\nfile = \"{path}\"\nfrom = \"a\"\nto = \"b\""),
        ] {
            let wrong = of(&text);
            assert_eq!(wrong.len(), 1, "{text}: {wrong:#?}");
            assert!(wrong[0].starts_with("recipe-invalid "), "{wrong:#?}");
        }
    }
}

#[test]
fn nothing_is_written_through_a_link() {
    let wrong = of("[[commit]]\n[commit.links]\n\"docs\" = \"/tmp\"\n[worktree.files]\n\"docs/x\" = \"x\"");
    assert_eq!(wrong, ["recipe-misfit r:7:1: `docs/x` cannot be written: `docs` is there already"]);
    let wrong = of("[files]\n\"a/b\" = \"\"\n[index.links]\n\"a\" = \"/tmp\"");
    assert_eq!(wrong, ["recipe-misfit r:6:1: `a` cannot be written: `a/b` is there already"]);
}

#[test]
fn an_edit_must_fit_exactly_once() {
    let edit = |from: &str| {
        of(&format!(
            "[files]\na = \"one two two aaa\"\n[[commit]]\n[[commit.edit]]\nfile = \"a\"\nfrom = \"{from}\"\nto = \"x\""
        ))
    };
    assert_eq!(edit("one"), Vec::<String>::new());
    assert_eq!(edit("three"), ["recipe-misfit r:8:8: this text does not occur in `a`"]);
    assert_eq!(edit("two"), ["recipe-misfit r:8:8: this text occurs more than once in `a`"]);
    assert_eq!(edit("aa"), ["recipe-misfit r:8:8: this text occurs more than once in `a`"]);
    let gone = of("[[commit]]\n[[commit.edit]]\nfile = \"a\"\nfrom = \"b\"\nto = \"c\"");
    assert_eq!(gone, ["recipe-misfit r:5:8: there is no file `a` to edit"]);
}

#[test]
fn removing_or_changing_what_is_not_there_is_a_mistake() {
    assert_eq!(of("[[commit]]\nremove = [\"a\"]"), ["recipe-misfit r:4:11: there is no `a` to remove"]);
    assert_eq!(of("[commit2]").len(), 1);
    let wrong = of("[index.modes]\n\"a\" = \"executable\"");
    assert_eq!(wrong, ["recipe-misfit r:4:1: there is no `a` to give a mode to"]);
}

#[test]
fn a_path_is_written_once_per_step() {
    let wrong = of("[[commit]]\n[commit.files]\na = \"x\"\n[commit.links]\na = \"y\"");
    assert_eq!(wrong, ["recipe-invalid r:7:1: `a` is written twice in one step"]);
}

#[test]
fn merges_and_tags_that_do_not_fit_are_mistakes() {
    assert_eq!(
        of("[[commit]]\nmerge = [\"b\"]"),
        ["recipe-misfit r:4:10: there is no branch `b` to merge yet"]
    );
    assert_eq!(
        of("[[commit]]\ntag = \"v1\"\n[[commit]]\ntag = \"v1\""),
        ["recipe-misfit r:6:7: the tag `v1` is there already"]
    );
    let nested = of("[[commit]]\n[[commit]]\nbranch = \"production/x\"");
    assert_eq!(
        nested,
        ["recipe-misfit r:5:10: Git cannot hold the branch `production/x` beside the branch `production`"]
    );
    let conflict = "[files]\na = \"1\"\n[[commit]]\nbranch = \"b\"\nfiles = { a = \"2\" }\n[[commit]]\nfiles = { a = \"3\" }\n[[commit]]\nmerge = [\"b\"]\n";
    assert_eq!(of(conflict), ["recipe-misfit r:11:10: both branches changed `a`"]);
    assert_eq!(of(&format!("{conflict}files = {{ a = \"4\" }}")), Vec::<String>::new());
}

#[test]
fn bases_that_are_missing_circular_or_outside_are_mistakes() {
    let base = |base: &str| format!("title = \"t\"\nas_of = \"2026-11-01\"\nbase = \"{base}\"");
    assert_eq!(
        mistakes(&[("a/r.toml", &base("../b"))]),
        ["recipe-base a/r.toml:3:8: `b.toml` is no file of this folder"]
    );
    assert_eq!(
        mistakes(&[("a/r.toml", &base("../b")), ("b.toml", &base("a/r"))]),
        ["recipe-base b.toml:3:8: a recipe cannot be its own base: a/r.toml → b.toml → a/r.toml"]
    );
    assert_eq!(
        mistakes(&[("r.toml", &base("../../etc/passwd"))]),
        ["recipe-base r.toml:3:8: the base lies outside of the policies folder"]
    );
    assert_eq!(mistakes(&[("r.toml", &base("r"))]).len(), 1);
}

#[test]
fn a_chain_of_bases_without_end_is_given_up() {
    let load = |path: &str| {
        let text = format!("title = \"t\"\nbase = \"x{}\"", path.trim_end_matches(".toml"));
        Ok(Loaded { origin: Origin::Local(path.into()), text })
    };
    let mut sources = Sources::new();
    let wrong = fixture::resolve(&mut sources, &load, "r.toml").unwrap_err();
    assert_eq!(wrong[0].message, "more than 16 recipes build on each other");
}

#[test]
fn a_recipe_that_would_fill_the_memory_is_refused() {
    let files: String = (0..1000).map(|n| format!("f{n} = \"\"\n")).collect();
    let wrong = of(&format!("[files]\n{files}{}", "[[commit]]\n".repeat(1500)));
    assert_eq!(
        wrong,
        [
            "recipe-misfit r:1:9: the recipe is too large: more than 500000 files or 67108864 bytes in all commits together"
        ]
    );
    let wrong = of(&"[[commit]]\n".repeat(2001));
    assert_eq!(wrong, ["recipe-misfit r:1:9: the recipe has more than 2000 commits"]);
}

#[test]
fn versions_of_a_large_file_are_counted() {
    let step = |from: char, to: char| {
        format!("[[commit]]\n[[commit.edit]]\nfile = \"a\"\nfrom = \"{from}\"\nto = \"{to}\"\n")
    };
    let steps: String = [step('x', 'y'), step('y', 'x')].concat().repeat(200);
    let wrong = of(&format!("[files]\na = \"x{}\"\n{steps}", ".".repeat(500_000)));
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].contains("too large"), "{wrong:?}");
}

#[test]
fn bases_that_are_too_long_together_are_refused() {
    let filler = format!("# {}", "x".repeat(600_000));
    let wrong = mistakes(&[
        ("a.toml", &format!("title = \"t\"\nas_of = \"2026-11-01\"\nbase = \"b\"\n{filler}")),
        ("b.toml", &format!("title = \"t\"\n{filler}")),
    ]);
    assert_eq!(wrong, ["recipe-base a.toml:3:8: the recipe and its bases are longer than 1048576 bytes"]);
}

#[test]
fn many_removals_from_many_files_end_soon() {
    let files: String = (0..40_000).map(|n| format!("f{n} = \"\"\n")).collect();
    let removals: String = (0..100_000).map(|_| "'x',").collect();
    let wrong = of(&format!("[files]\n{files}[[commit]]\nremove = [{removals}]"));
    assert_eq!(wrong.len(), 51);
    assert_eq!(wrong[50], "recipe-invalid: 99950 further mistakes are not shown");
}

#[test]
fn a_file_that_one_branch_changed_and_the_other_removed_is_settled_by_the_merge() {
    let sides = "[files]\na = \"1\"\nb = \"\"\n[[commit]]\nbranch = \"b\"\nfiles = { a = \"2\" }\n[[commit]]\nremove = [\"a\"]\n[[commit]]\nmerge = [\"b\"]\n";
    assert_eq!(of(sides), ["recipe-misfit r:12:10: both branches changed `a`"]);
    assert_eq!(of(&format!("{sides}remove = [\"a\"]")), Vec::<String>::new());
    assert_eq!(of(&format!("{sides}files = {{ a = \"3\" }}")), Vec::<String>::new());
}

/// Lines that recipes are made of, whole and broken.
const LINES: [&str; 24] = [
    "title = \"t\"",
    "as_of = \"2026-11-01\"",
    "base = \"r\"",
    "judge = \"index\"",
    "[files]",
    "[[commit]]",
    "[commit.files]",
    "[commit.links]",
    "[commit.modes]",
    "[commit.base64]",
    "[[commit.edit]]",
    "[index.files]",
    "[worktree]",
    "a = \"x\"",
    "\"a/b\" = \"=\"",
    "\"../a\" = \"executable\"",
    "remove = [\"a\"]",
    "file = \"a\"",
    "from = \"x\"",
    "to = \"é\"",
    "merge = [\"b\"]",
    "branch = \"b\"",
    "date = \"2026-05-01T09:00:00Z\"",
    "x = [[[[",
];

fn never_panics(text: &str) {
    let load = |path: &str| Ok(Loaded { origin: Origin::Local(path.into()), text: text.to_owned() });
    let mut sources = Sources::new();
    match fixture::resolve(&mut sources, &load, "r.toml") {
        Ok(_) => {}
        Err(mistakes) => assert!(!common::list(&sources, &mistakes).is_empty()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        never_panics(&text);
    }

    #[test]
    fn any_mixture_of_lines_is_read_or_refused(lines in prop::collection::vec(prop::sample::select(&LINES[..]), 0..40)) {
        never_panics(&lines.join("\n"));
    }
}
