//! Mistakes in the configuration and in policy files: each is a clear sentence at its place, exit code
//! 2, no panic, no hang, nothing written.

use crate::common::{self, Scratch, recipe};
use crate::trial::{cannot_judge, check, flat, says, trial};

/// What `check` says of the ready repository with this `roadworthy.toml`.
#[track_caller]
fn configured(text: impl AsRef<[u8]>) -> common::Output {
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", text);
    let output = check(&scratch, &[]);
    if output.code == Some(2) {
        let validated = trial(&scratch.path(), &["policy", "check"]);
        assert!(matches!(validated.code, Some(0 | 2)), "{validated:?}");
    }
    output
}

/// What `check` says of an own policy file.
#[track_caller]
fn own(text: &str) -> common::Output {
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", "[policy]\nfiles = [\"gov/*.toml\"]\n");
    scratch.write("gov/own.toml", text);
    let output = check(&scratch, &[]);
    let alone = trial(&scratch.path(), &["policy", "check", "gov/own.toml"]);
    assert_eq!(output.code == Some(2), alone.code == Some(2), "{alone:?}");
    output
}

/// A pack with one artifact; `source` and what follows is the case's.
fn pack(rest: &str) -> String {
    format!(
        "[pack]\nid = \"own\"\ntitle = \"ours\"\n\n[[artifact]]\nid = \"card\"\ntitle = \"card\"\n\
         [artifact.facts]\nversion = {{ title = \"the version\", is = \"prose(1)\", label = \"Version\" }}\n{rest}"
    )
}

const RULE: &str = "[[rule]]\nid = \"card-missing\"\ntitle = \"no card\"\nartifact = \"card\"\nseverity = \"warn\"\n\
    why = \"w\"\nhelp = \"h\"\nsource = \"s\"\nsince = \"0.1.0\"\n[rule.check.present]\nrefuses = [\"missing\", \"misplaced\", \
    \"pointer\", \"unreadable\", \"template\", \"stub\", \"wrong-kind\", \"vetoed\", \"draft\"]\n";

#[test]
fn an_unknown_key_is_told_with_the_right_one() {
    for (text, told) in [
        ("[polcy]\n", "unknown key `polcy` in roadworthy.toml ╭▸ roadworthy.toml:1:2"),
        ("[policy]\npack = [\"core\"]\n", "did you mean `packs`?"),
        ("[[model]]\nid = \"a\"\npath = \".\"\nteir = \"critical\"\n", "did you mean `tier`?"),
        ("[models]\ndiscovr = [\"*\"]\n", "did you mean `discover`?"),
        ("[limits]\nmax_bytes = 5000\n", "unknown key `max_bytes` in [limits]"),
        ("colour = \"green\"\n", "unknown key `colour`"),
    ] {
        cannot_judge(&configured(text), told);
    }
}

#[test]
fn a_value_of_the_wrong_type_is_told_with_the_right_one() {
    for text in [
        "policy = 3\n",
        "[policy]\npacks = 3\n",
        "[policy]\npacks = [3]\n",
        "[policy]\nfiles = { a = 1 }\n",
        "[models]\nminimum = \"two\"\n",
        "[models]\nminimum = 0\n",
        "[models]\nminimum = -1\n",
        "[models]\ndiscover = true\n",
        "[[model]]\nid = 3\npath = \".\"\n",
        "model = \"churn\"\n",
        "waiver = [3]\n",
        "[limits]\nmax_file_bytes = 99999999999999999999\n",
        "[limits]\nwaiver_notice_days = 1.5\n",
        "[policy.severity]\nowner-missing = 3\n",
        "[policy.severity]\nowner-missing = { critical = 1 }\n",
        "[production]\nbranches = \"\"\n",
    ] {
        let output = configured(text);
        assert_eq!(output.code, Some(2), "{text}{}", output.stdout);
        assert!(output.stdout.contains("╭▸ roadworthy.toml:"), "{text}{}", output.stdout);
    }
    cannot_judge(&configured("[models]\nminimum = \"two\"\n"), "`minimum` in [models] must be");
}

#[test]
fn unknown_rules_packs_models_tiers_and_severities_are_told_with_the_right_ones() {
    for (text, told) in [
        ("[policy.severity]\nowner-missin = \"warn\"\n", "there is no rule named `owner-missin`"),
        ("[policy.severity]\nowner-missin = \"warn\"\n", "did you mean `owner-missing`?"),
        ("[policy.severity]\nowner-missing = \"wran\"\n", "there is no severity named `wran`"),
        ("[policy]\npacks = [\"cor\"]\n", "there is no pack named `cor`"),
        ("[policy]\npacks = [\"cor\"]\n", "did you mean `core`?"),
        ("[[model]]\nid = \"a\"\npath = \".\"\ntier = \"vital\"\n", "there is no tier named `vital`"),
        ("[[model]]\nid = \"a\"\npath = \".\"\nmode = \"batsh\"\n", "did you mean `batch`?"),
    ] {
        cannot_judge(&configured(text), told);
    }
}

#[test]
fn a_model_that_does_not_exist() {
    let scratch = recipe("core/ready.toml");
    cannot_judge(&check(&scratch, &["--model", "rot"]), "there is no model named `rot`");
    says(&check(&scratch, &["--model", "rot"]), 2, "did you mean `root`?");
    says(&check(&scratch, &["--model", "churn"]), 2, "models of this repository: root");
    let hostile = check(&scratch, &["--model", "\u{1b}[2J\u{202e}"]);
    cannot_judge(&hostile, r"there is no model named `\u{1b}[2J\u{202e}`");
}

#[test]
fn a_model_whose_folder_does_not_exist_or_lies_outside() {
    let at = |path: &str| configured(format!("[[model]]\nid = \"a\"\npath = \"{path}\"\n"));
    cannot_judge(&at("nope"), "model `a` lies in `nope`, which is no folder of the judged tree");
    cannot_judge(&at("OWNER.toml"), "which is no folder of the judged tree");
    for path in ["../x", "/etc", "models/../../x"] {
        cannot_judge(&at(path), &format!("`{path}` is not a folder of this repository"));
    }
}

#[test]
fn models_are_told_apart() {
    let two = |a: &str, b: &str| configured(format!("[[model]]\n{a}\n[[model]]\n{b}\n"));
    let twice = two("id = \"a\"\npath = \"src\"", "id = \"a\"\npath = \"docs\"");
    cannot_judge(&twice, "two models have the id `a`");
    let twice = two("id = \"a\"\npath = \"src\"", "id = \"b\"\npath = \"./src/\"");
    cannot_judge(&twice, "two models lie in `src`");
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", "[models]\ndiscover = [\"*/churn\"]\n");
    scratch.write("a/churn/train.py", "X = 1\n");
    scratch.write("b/churn/train.py", "X = 1\n");
    cannot_judge(&check(&scratch, &[]), "two folders would both be model `churn`: `a/churn` and `b/churn`");
}

#[test]
fn too_few_models_are_never_a_pass() {
    let none = configured("[models]\ndiscover = [\"deployed/*\"]\n");
    cannot_judge(&none, "no model was found: there is nothing to vouch for");
    says(&none, 2, "too few folders match");
    let one = configured("[models]\nminimum = 3\n");
    cannot_judge(&one, "1 model was found, and `minimum` asks for 3");
}

#[test]
fn patterns_that_do_not_compile_or_are_too_big() {
    for (text, told) in [
        ("[models]\ndiscover = [\"models/[\"]\n", "the pattern `models/[` does not compile"),
        ("[production]\nbranches = [\"{a,b\"]\n", "the pattern `{a,b` does not compile"),
        ("[policy]\nfiles = [\"[z-a]\"]\n", "the pattern `[z-a]` does not compile"),
    ] {
        cannot_judge(&configured(text), told);
    }
    for pattern in
        ["{a,b}".repeat(3000), format!("{}a{}", "{".repeat(3000), "}".repeat(3000)), "*".repeat(9999)]
    {
        for key in ["[models]\ndiscover", "[policy]\nfiles", "[production]\nbranches"] {
            let output = configured(format!("{key} = [\"{pattern}\"]\n"));
            cannot_judge(&output, "the pattern is too big");
            assert!(output.stdout.len() < 3000, "{}", output.stdout);
        }
    }
}

#[test]
fn policy_files_with_patterns_that_do_not_compile_or_are_too_big() {
    let source = |files: &str, reader: &str| {
        let source =
            format!("[[artifact.source]]\nfiles = [{files}]\n[artifact.source.facts]\nversion = {reader}\n");
        own(&(pack(&source) + RULE))
    };
    cannot_judge(&source("\"{a,b\"", "{ named = [\"version\"] }"), "the pattern `{a,b` does not compile");
    let broken = source("\"a.md\"", "{ regex = ['('] }");
    cannot_judge(&broken, "error[bad-regex]: the pattern does not compile");
    says(&broken, 2, "unclosed group");
    says(&source("\"a.md\"", r"{ regex = ['(\w{1000}){1000}'] }"), 2, "it is too big");
    says(&source("\"a.md\"", r"{ regex = ['(?<=a)b'] }"), 2, "error[bad-regex]");
    let nested = format!("{{ regex = ['{}{}'] }}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(source("\"a.md\"", &nested).code, Some(2));
}

#[test]
fn policy_files_with_mistakes_tell_them_all() {
    let source = "[[artifact.source]]\nfiles = \"a.md\"\nfils = []\n[artifact.source.facts]\n\
        version = { named = 3 }\nverson = { named = \"x\" }\n";
    let output = own(&(pack(source) + RULE));
    for told in ["unknown key `fils`", "must be a list of strings", "did you mean `version`?"] {
        cannot_judge(&output, told);
    }
    cannot_judge(&own("x = 1\n"), "the policy file has no `[pack]` table");
    cannot_judge(&own(""), "the policy file has no `[pack]` table");
    let output = own(&pack(&RULE.replace("present", "presence")));
    cannot_judge(&output, "presence");
    let output = own(&(pack("") + RULE));
    cannot_judge(&output, "artifact `card` has no `[[artifact.source]]`");
}

#[test]
fn ids_of_policy_files_are_unique_within_and_across() {
    let source = "[[artifact.source]]\nfiles = [\"a.md\"]\n[artifact.source.facts]\nversion = { named = [\"version\"] }\n";
    let good = pack(source) + RULE;
    assert_eq!(own(&good).code, Some(0), "{:?}", own(&good));
    cannot_judge(&own(&(good.clone() + RULE)), "`card-missing`");
    cannot_judge(&own(&good.replace("card-missing", "owner-missing")), "`owner-missing`");
    cannot_judge(&own(&good.replace("\"card\"", "\"owner\"")), "`owner`");
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", "[policy]\nfiles = [\"gov/*.toml\"]\n");
    scratch.write("gov/own.toml", good.replace("\"own\"", "\"core\""));
    cannot_judge(&check(&scratch, &[]), "two packs have the id `core`");
    scratch.write("gov/own.toml", &good);
    scratch.write("gov/twin.toml", &good);
    cannot_judge(&check(&scratch, &[]), "two packs have the id `own`");
}

#[test]
fn policy_files_that_are_not_there_or_no_text() {
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", "[policy]\nfiles = [\"gov/*.toml\"]\n");
    cannot_judge(&check(&scratch, &[]), "no file of the judged tree matches `gov/*.toml`");
    scratch.write("gov/own.toml", b"[pack]\nid = \"\xff\"\n");
    cannot_judge(&check(&scratch, &[]), "gov/own.toml is not UTF-8 in line 2");
    let alone = trial(&scratch.path(), &["policy", "check", "gov/own.toml"]);
    cannot_judge(&alone, "gov/own.toml cannot be read: it is not UTF-8");
    for place in ["../outside.toml", "/etc/passwd"] {
        scratch.write("roadworthy.toml", format!("[policy]\nfiles = [\"{place}\"]\n"));
        cannot_judge(&check(&scratch, &[]), &format!("no file of the judged tree matches `{place}`"));
    }
}

/// A waiver for `owner-missing` with one line changed; lines without a value are left out.
fn waiver(lines: [&str; 4]) -> common::Output {
    let mut text = "[[waiver]]\nrule = \"owner-missing\"\nmodel = \"root\"\n".to_owned();
    for (name, value) in ["reason", "approved_by", "expires", "rule_of_nobody"].iter().zip(lines) {
        if !value.is_empty() {
            text.push_str(&format!("{name} = {value}\n"));
        }
    }
    configured(text)
}

const REASON: &str = "\"the label feed is down until the warehouse has moved\"";
const GRACE: &str = "\"Grace Hopper <grace@corp.example>\"";

#[test]
fn a_waiver_has_a_reason_an_approver_and_an_end() {
    let whole = waiver([REASON, GRACE, "2026-12-31", ""]);
    assert_eq!(whole.code, Some(0), "{}", whole.stdout);
    cannot_judge(&waiver(["", GRACE, "2026-12-31", ""]), "[[waiver]] has no `reason`");
    cannot_judge(&waiver([REASON, "", "2026-12-31", ""]), "[[waiver]] has no `approved_by`");
    cannot_judge(&waiver([REASON, GRACE, "", ""]), "[[waiver]] has no `expires`");
    cannot_judge(&waiver([REASON, GRACE, "2026-12-31", "1"]), "unknown key `rule_of_nobody`");
    let empty = waiver(["", "", "", ""]);
    for told in ["no `reason`", "no `approved_by`", "no `expires`"] {
        cannot_judge(&empty, told);
    }
}

#[test]
fn a_waiver_is_approved_by_a_person() {
    for nobody in ["data science team", "Head of Data", "team@corp.example", "@org/data", "TBD", "<name>"] {
        let told = format!("`{nobody}` is not a person");
        cannot_judge(&waiver([REASON, &format!("\"{nobody}\""), "2026-12-31", ""]), &told);
    }
}

#[test]
fn a_waivers_reason_is_written_by_somebody() {
    for nothing in ["TODO", "TBD", "<why>", "n/a", "…", "???"] {
        let output = waiver([&format!("\"{nothing}\""), GRACE, "2026-12-31", ""]);
        cannot_judge(&output, "the waiver's reason is still a placeholder");
    }
    for empty in ["\"\"", "\"  \""] {
        let output = waiver([empty, GRACE, "2026-12-31", ""]);
        assert_eq!(output.code, Some(2), "{}", output.stdout);
        assert!(flat(&output).contains("reason"), "{}", output.stdout);
    }
}

#[test]
fn a_waivers_end_is_a_date_of_the_calendar() {
    for date in ["2026-02-30", "2026-13-01", "next year", "31.12.2026", "", "2026-12-31T10:00:00"] {
        let output = waiver([REASON, GRACE, &format!("\"{date}\""), ""]);
        cannot_judge(&output, &format!("`{date}` is not a date"));
        says(&output, 2, "write it as 2026-12-31");
    }
    let output = waiver([REASON, GRACE, "2026-12-31T00:00:00Z", ""]);
    cannot_judge(&output, "`2026-12-31T00:00:00Z` is not a date");
    cannot_judge(&waiver([REASON, GRACE, "20261231", ""]), "must be a date such as 2026-12-31");
    let output = waiver([REASON, GRACE, "2026-02-31", ""]);
    cannot_judge(&output, "not valid TOML: invalid date");
    assert!(!flat(&output).contains("`` is not a date"), "told twice: {}", output.stdout);
}

#[test]
fn a_waiver_with_several_mistakes_tells_them_all() {
    let output = waiver(["\"TODO\"", "\"data team\"", "\"soon\"", ""]);
    for told in ["still a placeholder", "`data team` is not a person", "`soon` is not a date"] {
        cannot_judge(&output, told);
    }
}

#[test]
fn a_waiver_of_nothing_that_exists() {
    let of = |rule: &str, model: &str| {
        configured(format!(
            "[[waiver]]\nrule = \"{rule}\"\nmodel = \"{model}\"\nreason = {REASON}\napproved_by = {GRACE}\nexpires = 2026-12-31\n"
        ))
    };
    cannot_judge(&of("owner-missng", "root"), "did you mean `owner-missing`?");
    cannot_judge(&of("owner-missing", "chrun"), "there is no model named `chrun`");
}

#[test]
fn a_configuration_that_is_no_toml() {
    for text in ["x = [[[[", "= 1", "[policy", "\"", "a = 1\na = 2\n", "\u{0}", "]\u{1b}[31m"] {
        let output = configured(text);
        assert_eq!(output.code, Some(2), "{text:?}: {}", output.stdout);
    }
    let deep = format!("x = {}{}", "[".repeat(10_000), "]".repeat(10_000));
    cannot_judge(&configured(deep), "not valid TOML");
    let deep = format!("[{}x]\n", "a.".repeat(10_000));
    assert_eq!(configured(deep).code, Some(2));
    let many: String = (0..20_000).map(|n| format!("k{n} = 1\n")).collect();
    let output = configured(many);
    cannot_judge(&output, "there are 19800 more mistakes");
}

#[test]
fn a_configuration_in_other_encodings() {
    let good = "[policy]\npacks = [\"core\"]\n";
    assert_eq!(configured(format!("\u{feff}{}", good.replace('\n', "\r\n"))).code, Some(0));
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(good.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    cannot_judge(&configured(utf16), "roadworthy.toml is UTF-16");
    cannot_judge(&configured(b"[policy]\n# \xff\n"), "roadworthy.toml is not UTF-8 in line 2");
    cannot_judge(&configured(b"[policy]\n\0"), "roadworthy.toml is a binary file");
}

#[test]
fn a_configuration_under_another_name_is_not_ignored() {
    for name in ["Roadworthy.toml", "roadworthy.yaml", "roadworthy.yml", ".roadworthy.toml", "roadworty.toml"]
    {
        let scratch: Scratch = recipe("core/ready.toml");
        scratch.write(name, "[policy]\n");
        let told =
            format!("the file `{name}` looks like the configuration, which is named `roadworthy.toml`");
        cannot_judge(&check(&scratch, &[]), &told);
        says(&check(&scratch, &[]), 2, &format!("rename it: `git mv '{name}' roadworthy.toml`"));
    }
}

#[test]
fn a_configuration_that_is_a_folder_a_link_or_too_large() {
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml/part.toml", "[policy]\n");
    cannot_judge(&check(&scratch, &[]), "roadworthy.toml is a folder, and has to be a file");

    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", "");
    let file = std::fs::File::options().write(true).open(scratch.path().join("roadworthy.toml")).unwrap();
    file.set_len(200 << 20).unwrap();
    cannot_judge(&check(&scratch, &[]), "roadworthy.toml is too large for a policy: it has 209715200 bytes");
    let alone = trial(&scratch.path(), &["policy", "check", "roadworthy.toml"]);
    cannot_judge(&alone, "it has 209715200 bytes, more than");
}

#[cfg(unix)]
#[test]
fn a_configuration_behind_a_link_is_not_read() {
    let scratch = recipe("core/ready.toml");
    std::fs::write(scratch.path().join("../outside.toml"), "[[[secret").unwrap();
    for target in ["../outside.toml", "OWNER.toml", "nowhere", "roadworthy.toml"] {
        std::os::unix::fs::symlink(target, scratch.path().join("roadworthy.toml")).unwrap();
        let output = check(&scratch, &[]);
        cannot_judge(&output, "roadworthy.toml is a link, and links are never followed");
        assert!(!flat(&output).contains("secret"), "{}", output.stdout);
        std::fs::remove_file(scratch.path().join("roadworthy.toml")).unwrap();
    }
}
