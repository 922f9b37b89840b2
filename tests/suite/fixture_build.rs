//! Recipes become real repositories: what `git` itself says about what was built.

use std::path::Path;

use crate::common::{self, Scratch, git};
use roadworthy::diag::{Origin, Sources};
use roadworthy::fixture::{self, Built, Error, Judge, Loaded, Scenario};

fn scenario(text: &str) -> Scenario {
    let text = format!("title = \"t\"\nas_of = \"2026-11-01\"\n{text}");
    let load = |path: &str| Ok(Loaded { origin: Origin::Local(path.into()), text: text.clone() });
    let mut sources = Sources::new();
    fixture::resolve(&mut sources, &load, "r.toml")
        .unwrap_or_else(|mistakes| panic!("{:#?}", common::list(&sources, &mistakes)))
}

fn build(text: &str) -> (Scratch, Built) {
    let scratch = Scratch::new();
    let built = fixture::build(&scenario(text), &scratch.path()).expect("the recipe can be built");
    git(&scratch.path(), &["fsck", "--strict", "--no-dangling"]);
    (scratch, built)
}

fn show(scratch: &Scratch, object: &str) -> String {
    git(&scratch.path(), &["show", object])
}

#[test]
fn the_same_recipe_gives_the_same_ids_everywhere() {
    let text = "[files]\n\"a.txt\" = \"one\\n\"\n[[commit]]\nmessage = \"two\"\nfiles = { \"b.txt\" = \"two\\n\" }\ntag = \"v1\"";
    let (_first, one) = build(text);
    let (_second, two) = build(text);
    assert_eq!(one.head, two.head);
    // Worked out by hand with `git commit` and the dates and names of the format's description.
    let by_hand = Scratch::repository();
    by_hand.write("a.txt", "one\n");
    by_hand.commit("2026-01-05T09:00:00Z", "Update the model");
    by_hand.write("b.txt", "two\n");
    assert_eq!(one.head, Some(by_hand.commit("2026-01-05T10:00:00Z", "two")));
}

#[test]
fn authors_dates_with_their_zones_and_messages_are_kept() {
    let (scratch, _) = build(
        "[[commit]]
author = \"Grüße O'Neil <o.neil@corp.example>\"
date = \"2026-05-01T23:30:00+05:30\"
message = \"\"\"subject

body with \"quotes\"
done
Approved-by: Ada\"\"\"
[[commit]]
message = \"\"
",
    );
    let said =
        git(&scratch.path(), &["log", "--format=%an|%ae|%ad|%cn|%cd|%B", "--date=iso-strict", "HEAD~1"]);
    let date = "2026-05-01T23:30:00+05:30";
    assert_eq!(
        said,
        format!(
            "Grüße O'Neil|o.neil@corp.example|{date}|Grüße O'Neil|{date}|subject\n\nbody with \"quotes\"\ndone\nApproved-by: Ada\n\n"
        )
    );
    let second = git(&scratch.path(), &["log", "-1", "--format=%an <%ae>|%ad|%B|", "--date=iso-strict"]);
    assert_eq!(second, "Ada Lovelace <ada@corp.example>|2026-05-02T00:30:00+05:30||\n");
}

#[test]
fn the_branch_is_checked_out_and_clean() {
    let (scratch, built) = build("[files]\n\"docs/a.md\" = \"x\"");
    let folder = scratch.path();
    assert_eq!(git(&folder, &["symbolic-ref", "HEAD"]), "refs/heads/production\n");
    assert_eq!(git(&folder, &["rev-parse", "HEAD"]).trim(), built.head.unwrap());
    assert_eq!(git(&folder, &["status", "--porcelain", "--ignored"]), "");
    assert_eq!(std::fs::read_to_string(folder.join("docs/a.md")).unwrap(), "x");
    assert!(!folder.join(".git/hooks").exists());
}

#[test]
fn unusual_file_names_and_bytes_survive() {
    let (scratch, _) = build(
        "[[commit]]
[commit.files]
\"größe/日本.md\" = \"x\"
\"line\\nD OWNER.toml\" = \"x\"
\"say \\\"hi\\\" \\\\n\" = \"x\"
\" -x \" = \"x\"
[commit.base64]
\"model.bin\" = \"AAEC//4K\"
",
    );
    let listed = git(&scratch.path(), &["ls-tree", "-r", "-z", "--name-only", "HEAD"]);
    let mut names: Vec<&str> = listed.split_terminator('\0').collect();
    names.sort_unstable();
    assert_eq!(names, [" -x ", "größe/日本.md", "line\nD OWNER.toml", "model.bin", "say \"hi\" \\n"]);
    assert_eq!(std::fs::read(scratch.path().join("model.bin")).unwrap(), [0, 1, 2, 255, 254, 10]);
    assert_eq!(git(&scratch.path(), &["status", "--porcelain"]), "");
}

#[cfg(unix)]
#[test]
fn links_and_executable_bits_are_real() {
    use std::os::unix::fs::PermissionsExt;
    let (scratch, _) = build(
        "[[commit]]
files = { \"run.sh\" = \"a\", \"plain.sh\" = \"b\" }
links = { \"docs/runbook.md\" = \"../../elsewhere.md\" }
modes = { \"run.sh\" = \"executable\" }
[[commit]]
files = { \"run.sh\" = \"changed\" }
",
    );
    let listed = git(&scratch.path(), &["ls-tree", "-r", "--format=%(objectmode) %(path)", "HEAD"]);
    assert_eq!(listed, "120000 docs/runbook.md\n100644 plain.sh\n100755 run.sh\n");
    let target = std::fs::read_link(scratch.path().join("docs/runbook.md")).unwrap();
    assert_eq!(target, Path::new("../../elsewhere.md"));
    let mode = std::fs::metadata(scratch.path().join("run.sh")).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
}

#[test]
fn edits_and_removals_change_what_was_there() {
    let (scratch, _) = build(
        "[files]
\"OWNER.toml\" = \"name = 'Ada Lovelace'\\nteam = 'Ada team'\\n\"
\"docs/a.md\" = \"a\"
\"docs/deep/b.md\" = \"b\"
\"docsx\" = \"c\"
[[commit]]
remove = [\"docs\"]
files = { docs = \"a file now\" }
[[commit.edit]]
file = \"OWNER.toml\"
from = \"Ada Lovelace\"
to = \"data science team\"
",
    );
    assert_eq!(show(&scratch, "HEAD:OWNER.toml"), "name = 'data science team'\nteam = 'Ada team'\n");
    assert_eq!(git(&scratch.path(), &["ls-tree", "-r", "--name-only", "HEAD"]), "OWNER.toml\ndocs\ndocsx\n");
    assert_eq!(show(&scratch, "HEAD~1:docs/deep/b.md"), "b");
}

#[test]
fn branches_leave_production_and_merge_back_with_both_sides_files() {
    let (scratch, built) = build(
        "judge = \"feature\"
[files]
a = \"1\"
gone = \"x\"
[[commit]]
branch = \"feature\"
remove = [\"gone\"]
files = { b = \"2\" }
[[commit]]
files = { c = \"3\" }
[[commit]]
message = \"merge\"
merge = [\"feature\"]
tag = \"v1\"
[[commit]]
branch = \"feature\"
files = { d = \"4\" }
",
    );
    let folder = scratch.path();
    assert_eq!(git(&folder, &["ls-tree", "-r", "--name-only", "HEAD"]), "a\nb\nc\n");
    assert_eq!(git(&folder, &["rev-list", "--count", "--merges", "HEAD"]), "1\n");
    assert_eq!(git(&folder, &["rev-parse", "HEAD^2"]), git(&folder, &["rev-parse", "feature~1"]));
    assert_eq!(git(&folder, &["merge-base", "HEAD~1", "feature"]), git(&folder, &["rev-parse", "HEAD~2"]));
    assert_eq!(git(&folder, &["ls-tree", "-r", "--name-only", "feature"]), "a\nb\nd\n");
    assert_eq!(git(&folder, &["cat-file", "-t", "v1"]), "tag\n");
    assert_eq!(git(&folder, &["rev-parse", "v1^{commit}"]).trim(), built.head.unwrap());
}

#[test]
fn the_index_and_the_work_tree_can_differ_from_the_commit() {
    let (scratch, _) = build(
        "judge = \"index\"
[files]
\"a/keep\" = \"1\"
\"a/staged\" = \"1\"
\"b/gone\" = \"1\"
\".gitignore\" = \"*.log\\n\"
[index]
remove = [\"b/gone\"]
files = { \"a/staged\" = \"2\", \"new:(glob)*\" = \"n\", \"x.log\" = \"forced\" }
[worktree]
remove = [\"a/keep\"]
files = { \"a/staged\" = \"3\", \"untracked\" = \"u\" }
",
    );
    let folder = scratch.path();
    let status = git(&folder, &["status", "--porcelain"]);
    assert_eq!(status, " D a/keep\nMM a/staged\nD  b/gone\nA  new:(glob)*\nA  x.log\n?? untracked\n");
    assert_eq!(show(&scratch, ":a/staged"), "2");
    assert_eq!(std::fs::read_to_string(folder.join("a/staged")).unwrap(), "3");
    assert!(!folder.join("b").exists());
}

#[test]
fn a_folder_can_become_a_file_in_the_work_tree_and_a_file_a_folder() {
    let (scratch, _) = build(
        "[files]\n\"docs/a\" = \"1\"\nflat = \"1\"\n[worktree]\nremove = [\"docs\", \"flat\"]\nfiles = { docs = \"2\", \"flat/b\" = \"3\" }",
    );
    assert_eq!(std::fs::read_to_string(scratch.path().join("docs")).unwrap(), "2");
    assert_eq!(std::fs::read_to_string(scratch.path().join("flat/b")).unwrap(), "3");
}

#[test]
fn a_recipe_without_commits_gives_a_repository_without_head() {
    let (scratch, built) = build("[index.files]\na = \"1\"");
    assert_eq!(built.head, None);
    assert_eq!(git(&scratch.path(), &["status", "--porcelain"]), "A  a\n");
    let (scratch, built) = build("[[commit]]\nbranch = \"feature\"\nfiles = { a = \"1\" }");
    assert_eq!(built.head, None);
    assert_eq!(git(&scratch.path(), &["ls-tree", "--name-only", "feature"]), "a\n");
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let scratch = Scratch::new();
    scratch.write("mine.txt", "mine");
    let error = fixture::build(&scenario("[files]\na = \"1\""), &scratch.path()).unwrap_err();
    assert!(matches!(error, Error::NotEmpty(_)), "{error}");
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 1);
}

#[test]
fn attributes_and_filters_of_a_recipe_run_no_program() {
    let (scratch, _) = build(
        "[files]
\".gitattributes\" = \"*.bin filter=lfs diff=lfs merge=lfs -text\\n\"
\"m.bin\" = \"version https://git-lfs.github.com/spec/v1\\n\"
[worktree.files]
\"n.bin\" = \"raw\"
",
    );
    assert_eq!(show(&scratch, "HEAD:m.bin"), "version https://git-lfs.github.com/spec/v1\n");
}

#[test]
fn date_judge_and_changes_are_inherited_and_expectations_are_not() {
    let load = |path: &str| {
        let text = match path {
            "core/ready.toml" => {
                "title = \"base\"\nas_of = \"2026-10-01\"\njudge = \"index\"\nonly = [\"x\"]\n[files]\na = \"one\"\n[worktree.files]\nb = \"w\""
            }
            "core/r/fail-x.toml" => {
                "title = \"own\"\nbase = \"../ready\"\nalso = [\"y\"]\n[[commit]]\n[[commit.edit]]\nfile = \"a\"\nfrom = \"one\"\nto = \"two\""
            }
            _ => return Err("is no file of this folder".to_owned()),
        };
        Ok(Loaded { origin: Origin::BuiltIn(path.into()), text: text.into() })
    };
    let mut sources = Sources::new();
    let own = fixture::resolve(&mut sources, &load, "core/r/fail-x.toml").unwrap();
    assert_eq!(own.title, "own");
    assert_eq!(own.as_of.to_string(), "2026-10-01");
    assert_eq!(own.judge, Judge::Index);
    assert_eq!(own.expect.only, None);
    assert_eq!(own.expect.also[0].value, "y");
    assert_eq!(sources.text(own.expect.also[0].span), "\"y\"");
    let scratch = Scratch::new();
    fixture::build(&own, &scratch.path()).unwrap();
    assert_eq!(show(&scratch, "HEAD:a"), "two");
    assert_eq!(show(&scratch, "HEAD~1:a"), "one");
    assert_eq!(git(&scratch.path(), &["status", "--porcelain"]), "?? b\n");
}

#[test]
fn without_git_the_error_says_so() {
    // A program cannot safely change its own PATH: this test runs itself again with another one.
    const AGAIN: &str = "FIXTURE_TEST_WITHOUT_GIT";
    let scratch = Scratch::new();
    if std::env::var_os(AGAIN).is_some() {
        let error = fixture::build(&scenario("[files]\na = \"1\""), &scratch.path()).unwrap_err();
        assert!(matches!(error, Error::NoGit), "{error:?}");
        assert!(error.to_string().contains("install Git"), "{error}");
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "fixture_build::without_git_the_error_says_so"])
        .env(AGAIN, "1")
        .env("PATH", scratch.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn what_git_says_is_shown_without_control_characters() {
    let error = Error::Git { command: "add", said: "fatal: \u{1b}[31mred\n".into() };
    assert_eq!(error.to_string(), "`git add` failed: fatal: \\u{1b}[31mred");
}

#[test]
fn a_name_that_the_file_system_takes_for_a_link_is_not_written_through() {
    // On a file system that ignores case, `DOCS` is the link `docs`; on others, both stand side by side.
    let outside = Scratch::new();
    let target = outside.path().to_string_lossy().into_owned();
    let planned = scenario(&format!(
        "[[commit]]\n[commit.links]\ndocs = '{target}'\n[worktree.files]\n\"DOCS/x\" = \"x\""
    ));
    let scratch = Scratch::new();
    let result = fixture::build(&planned, &scratch.path());
    assert!(matches!(result, Ok(_) | Err(Error::InTheWay(_))), "{result:?}");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}
