//! `policy test`: the fixtures of the built-in policies, and what the command says when one is wrong.

use crate::common::{Output, Scratch, roadworthy};
use roadworthy::fixture;
use roadworthy::policy::builtin;

/// A pack with one rule, and a recipe for each outcome.
fn house() -> Scratch {
    let scratch = Scratch::new();
    let rule = "id = \"owner-without-since\"\ntitle = \"nobody knows since when\"\nartifact = \"owner\"\nseverity = \"warn\"\nwhy = \"w\"\nhelp = \"say since when\"\nsource = \"s\"\nsince = \"1.0\"\n[rule.check.fact]\nneeds = [\"since\"]\n";
    scratch.write("house.toml", format!("[pack]\nid = \"house\"\n[[rule]]\n{rule}"));
    let recipe = |lines: &str| {
        let owner = format!(
            "owner = \"Ada Lovelace <ada@corp.example>\"\ndeputy = \"Grace Hopper <grace@corp.example>\"\n{lines}"
        );
        format!(
            "title = \"the owner\"\nbase = \"../../core/ready\"\nas_of = \"2026-11-01\"\n[[commit]]\n[commit.files]\n\"OWNER.toml\" = '''\n{owner}'''\n"
        )
    };
    scratch.write("house/owner-without-since/fail-undated.toml", recipe(""));
    scratch.write("house/owner-without-since/pass-dated.toml", recipe("since = 2026-05-04\n"));
    scratch
}

fn test(scratch: &Scratch, arguments: &[&str]) -> Output {
    roadworthy(&scratch.path(), &[&["policy", "test", "."], arguments].concat())
}

/// Every rule fails where it must, with the report on file, and passes where it must.
#[test]
fn the_built_in_policies_behave_as_their_fixtures_say() {
    let cases = fixture::list(builtin::files().iter().map(|file| file.path)).cases.len();
    let said = roadworthy(&Scratch::new().path(), &["policy", "test"]).expect_success();
    assert!(said.ends_with(&format!("\n{cases} passed, 0 failed\n")), "{said}");
}

#[test]
fn an_own_policy_is_tested_the_same_way() {
    let scratch = house();
    let unblessed = test(&scratch, &[]);
    assert_eq!(unblessed.code, Some(1), "{}{}", unblessed.stdout, unblessed.stderr);
    assert!(unblessed.stdout.contains("there is no report on file"), "{}", unblessed.stdout);
    test(&scratch, &["--bless"]).expect_success();
    let said = test(&scratch, &[]).expect_success();
    assert!(said.ends_with("\n2 passed, 0 failed\n"), "{said}");
}

#[test]
fn a_changed_report_a_wrong_outcome_and_a_stray_file_are_told() {
    let scratch = house();
    test(&scratch, &["--bless"]).expect_success();
    let report = scratch.path().join("house/owner-without-since/fail-undated.txt");
    let text = std::fs::read_to_string(&report).unwrap();
    std::fs::write(&report, text.replace("say since when", "say something else")).unwrap();
    let changed = test(&scratch, &["--only", "fail-undated"]);
    assert_eq!(changed.code, Some(1));
    assert!(
        changed.stdout.contains("the report differs") && changed.stdout.contains("0 passed, 1 failed"),
        "{}",
        changed.stdout
    );

    let recipe =
        std::fs::read_to_string(scratch.path().join("house/owner-without-since/pass-dated.toml")).unwrap();
    scratch.write("house/owner-without-since/pass-dated.toml", recipe.replace("since = 2026-05-04\n", ""));
    let wrong = test(&scratch, &["--only", "pass-dated"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stdout.contains("`owner-without-since` is found and not expected"), "{}", wrong.stdout);

    scratch.write("house/owner-without-since/notes.txt", "a report of nothing");
    let stray = test(&scratch, &[]);
    assert_eq!((stray.code, stray.stdout.as_str()), (Some(2), ""), "{}", stray.stdout);
    assert!(stray.stderr.contains("notes.txt"), "{}", stray.stderr);
}
