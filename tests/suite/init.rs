//! `init`: what it writes is refused until a person has filled it in, and accepted then.

use std::collections::BTreeMap;

use crate::common::{Scratch, git, recipe, roadworthy};
use crate::trial::{cannot_judge, check, files, says, trial};
use roadworthy::diag::Sources;
use roadworthy::gate::policy;
use serde_json::Value;

/// What `init` writes into an empty repository.
const WRITTEN: [&str; 6] = [
    "roadworthy.toml",
    "OWNER.toml",
    "docs/data-contract.md",
    "docs/DPIA.md",
    "docs/runbook.md",
    "retraining.toml",
];

/// The lines of `init` that name a file.
fn said(output: &str) -> Vec<&str> {
    output.lines().filter_map(|line| line.strip_prefix("  ")).collect()
}

fn initialised() -> Scratch {
    let scratch = Scratch::repository();
    roadworthy(&scratch.path(), &["init"]).expect_success();
    scratch
}

/// The findings that block, as artifact and message.
fn blocking(scratch: &Scratch) -> BTreeMap<String, Vec<String>> {
    let output = check(scratch, &["--format", "json"]);
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "block") {
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        found.entry(text("artifact")).or_default().push(text("message"));
    }
    assert_eq!(output.code, Some(i32::from(!found.is_empty())), "{}", output.stdout);
    found
}

#[test]
fn an_empty_repository_gets_a_configuration_and_a_starter_for_every_artifact() {
    let scratch = Scratch::repository();
    let before = files(&scratch.path());
    let output = roadworthy(&scratch.path(), &["init"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    assert_eq!(said(&output.stdout), WRITTEN);
    for path in WRITTEN {
        let text = std::fs::read_to_string(scratch.path().join(path)).unwrap();
        assert!(!text.starts_with('\n') && text.ends_with('\n'), "{path}");
    }
    let after = files(&scratch.path());
    let new = after.iter().filter(|(path, state)| before.get(*path) != Some(state));
    assert_eq!(new.count(), WRITTEN.len() + 1, "the files, and the folder docs");
    let report: Value = serde_json::from_str(&check(&scratch, &["--format", "json"]).stdout).unwrap();
    let asked = report["models"][0]["artifacts"].as_array().unwrap();
    assert_eq!(asked.len() + 1, WRITTEN.len(), "a new artifact has a starter: name it here");
    assert_eq!(trial(&scratch.path(), &["policy", "check"]).code, Some(0));
}

#[test]
fn nothing_is_written_twice() {
    let scratch = initialised();
    let output = trial(&scratch.path(), &["init"]);
    says(&output, 0, "nothing to write");
}

#[test]
fn files_that_exist_stay_as_they_are() {
    let ready = recipe("core/ready.toml");
    let before = files(&ready.path());
    let output = roadworthy(&ready.path(), &["init"]);
    assert_eq!(said(&output.expect_success()), ["roadworthy.toml"]);
    let after = files(&ready.path());
    for (path, state) in &before {
        assert_eq!(after.get(path), Some(state), "{}", path.display());
    }

    let scratch = Scratch::repository();
    scratch.write("OWNER.toml", "not even TOML");
    scratch.write("docs/runbook.md", "");
    scratch.write("roadworthy.toml", "# ours\n");
    let output = roadworthy(&scratch.path(), &["init"]).expect_success();
    assert_eq!(said(&output), ["docs/data-contract.md", "docs/DPIA.md", "retraining.toml"]);
    let text = |path: &str| std::fs::read_to_string(scratch.path().join(path)).unwrap();
    assert_eq!((text("OWNER.toml"), text("docs/runbook.md")), ("not even TOML".into(), String::new()));
    assert_eq!(text("roadworthy.toml"), "# ours\n");
}

#[test]
fn a_file_that_stands_for_the_artifact_under_another_name_is_enough() {
    let scratch = Scratch::repository();
    scratch.write("CODEOWNERS", "* @ada-lovelace\n");
    let output = roadworthy(&scratch.path(), &["init"]).expect_success();
    assert!(!said(&output).contains(&"OWNER.toml"), "{output}");
}

#[test]
fn a_model_in_a_subfolder_gets_its_files_there() {
    let scratch = Scratch::repository();
    scratch.write("roadworthy.toml", "[models]\ndiscover = [\"models/*\"]\n");
    scratch.write("models/churn/train.py", "X = 1\n");
    scratch.write("models/fraud/train.py", "X = 1\n");
    let inside = scratch.path().join("models/fraud");
    let output = roadworthy(&inside, &["init"]).expect_success();
    let mut expected: Vec<String> = Vec::new();
    for model in ["churn", "fraud"] {
        expected.extend(WRITTEN[1..].iter().map(|file| format!("models/{model}/{file}")));
    }
    assert_eq!(said(&output), expected);
    let found = blocking(&scratch);
    assert_eq!(found.values().map(Vec::len).sum::<usize>(), 10, "{found:#?}");
}

#[test]
fn what_was_written_is_refused_until_it_is_filled_in() {
    let scratch = initialised();
    let found = blocking(&scratch);
    let artifacts: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(artifacts, ["data-sharing", "owner", "privacy", "retraining", "runbook"]);
    for (artifact, messages) in &found {
        let told = messages.iter().any(|m| m.contains("nobody filled in") || m.contains("leaves open"));
        assert!(told, "{artifact}: {messages:?}");
        let other = ["has the name of", "is not a", "is not finished", "speaks against"];
        assert!(!messages.iter().any(|m| other.iter().any(|o| m.contains(o))), "{artifact}: {messages:?}");
    }
    scratch.commit("2026-10-25T09:00:00Z", "Start");
    assert_eq!(check(&scratch, &["--rev", "HEAD", "--quiet"]).code, Some(1));
}

/// An answer to a question of a starter, by the words of the question.
fn answer(question: &str) -> &'static str {
    for (words, answer) in [
        ("what is measured: errors", "errors and empty inputs of a run"),
        ("the measure with its limit", "error rate > 1 %"),
        ("over which time", "15 minutes"),
        ("a measure of drift with its limit", "PSI > 0.2"),
        ("that answers", "#churn-oncall"),
        ("what whoever is alerted does first", "Count the rows of the month; see docs/runbook.md."),
        ("number or channel", "+44 113 496 0123"),
        ("such as 15 minutes", "15 minutes"),
        ("such as 1 hour", "1 hour"),
        ("first and last name of whoever is called next", "Grace Hopper"),
        ("a percentile and a time", "p95 < 200 ms"),
        ("a percentage with its window", "99.5 % over 30 days"),
        ("such as 30 days", "30 days"),
        ("what happens when the objective is missed", "No new version before the runs are on time again."),
        ("an amount with its currency", "500 EUR"),
        ("month, day, or", "month"),
        ("first and last name of whoever built it", "Ada Lovelace"),
        ("first and last name of whoever runs it", "Dorothy Vaughan"),
        ("code, jobs, access rights", "The scoring job, the retraining workflow and the service account."),
        ("what is not done yet", "The list is still sent by hand; Grace Hopper automates it until December."),
        ("batch, dashboard or realtime", "batch, every Monday"),
        ("people or systems that act on", "the retention desk in Leeds, every Monday"),
        ("by which office, or the reason", "every year, by internal audit"),
        ("what must hold before the pilot ends", "Four lists in a row were on time, and the desk used them."),
        ("the system or desk that uses", "the call list of the retention desk in CRM"),
        ("table, topic, file or API", "the table `crm.retention_calls`"),
        ("whoever answers for that system", "Mary Jackson"),
        ("what the users do on a day without", "the desk works on last week's list until the next morning"),
        ("the decision that the model supports", "which customers the retention desk calls this week"),
        ("whoever decides with it", "Mary Jackson"),
        (
            "the step that follows a high answer",
            "a call with an offer for the first names, nothing for others",
        ),
        ("the figure of the business", "cancelled contracts per month"),
        ("that figure before the model", "1.8 %"),
        ("number of the version in production", "2.3.0"),
        ("day on which it went live", "2026-10-20"),
        ("hash, snapshot or tag", "md5 3f1a9c0e52d74b8f"),
        ("features, data, parameters or code", "the weight of support calls"),
        ("the reason for the change", "the desk closed its second line in September"),
        ("time, version, inputs, answer", "time, version, the four features, the score and the caller"),
        ("the system that knows what really happened", "cancellations in `crm.contract_month`, by contract"),
        ("how long until the outcome is known", "60 days"),
        ("how often answers are compared", "monthly"),
        ("whoever looks at the comparison", "Grace Hopper"),
        ("the checks that data must pass", "no more than 2 % of tenures are empty"),
        ("number or date of the version", "2.3.0"),
        ("a measure with its value", "AUC 0.845 on September 2026"),
        (
            "which decision it supports",
            "The retention desk calls the customers who stand on top of the list.",
        ),
        ("for whom or when it is wrong", "Customers of less than three months have too little history."),
        ("how it comes to an answer", "Calls to support raise the score, a long tenure lowers it."),
        ("first and last name> <address", "Ada Lovelace <ada@corp.example>"),
        ("first and last name of whoever owns the data", "Mary Jackson"),
        ("first and last name", "Katherine Johnson"),
        (
            "what the data may be used for",
            "to estimate which contracts are about to be cancelled, so that the desk can call",
        ),
        ("what it must not be used for", "neither for pricing nor for rating employees"),
        ("tables, topics or buckets", "`crm.contract_month` in the warehouse, owned by Mary Jackson"),
        ("who or what receives", "the retention desk in Leeds sees the contract number and the score"),
        ("who may read it", "the service account of the model, granted by the warehouse desk"),
        ("how long it is kept", "13 months"),
        ("a person, address or channel", "Ada Lovelace <ada@corp.example>"),
        ("a person, number or channel", "Ada Lovelace, +44 113 496 0123"),
        ("does the model process personal data", "yes: contract data of consumers is scored every week"),
        ("which data about which people", "tenure, invoices and support calls of 1.4 million consumers"),
        ("consent, contract, legitimate", "legitimate interest, GDPR Art. 6(1)(f)"),
        ("what could go wrong for the people", "a customer who objected to calls is called anyway"),
        ("low, medium or high", "low"),
        ("what is done about it", "the objection list is joined in the warehouse"),
        ("accepted, rejected or", "accepted: the residual risk is low"),
        ("what remains", "low, a wrong call once in a while"),
        ("date of the next review", "2027-05-20"),
        ("date", "2026-10-20"),
        ("what one sees when it fails", "The desk has no new list on Monday at 08:00."),
        ("where to look first", "Count the rows of `crm.contract_month` for this month."),
        (
            "what to do, step by step",
            "1. Ask the warehouse desk to run the nightly load again.\n2. Run `python train.py` again.",
        ),
        ("how to go back", "Go back to the model of last month: `git revert HEAD`"),
        ("how often, such as", "every 30 days"),
        ("or an event with its limit", "PSI > 0.2"),
        ("the command that trains", "python train.py"),
        ("what a new model must reach", "AUC >= 0.80 on the month that is held out"),
        ("path of the model", "model.json"),
    ] {
        if question.contains(words) {
            return answer;
        }
    }
    panic!("the starter asks `{question}`, to which this test has no answer")
}

/// A starter with every question answered.
fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut comment = false;
    for line in text.lines() {
        comment |= line.starts_with("<!--");
        let code = line.starts_with('#') && !line.starts_with("# ") || !line.starts_with('#');
        match (line.find('<'), line.rfind('>')) {
            (Some(_), Some(_)) if !comment && code && line.starts_with('|') => {
                let cells: Vec<&str> = line.split('|').map(str::trim).collect();
                let cells: Vec<&str> =
                    cells.iter().map(|c| if c.starts_with('<') { answer(c) } else { c }).collect();
                out.push_str(&cells.join(" | "));
            }
            (Some(from), Some(to)) if !comment && code => {
                out.push_str(&line[..from]);
                out.push_str(answer(&line[from + 1..to]));
                out.push_str(&line[to + 1..]);
            }
            _ => out.push_str(line),
        }
        out.push('\n');
        comment &= !line.contains("-->");
    }
    out
}

#[test]
fn what_was_written_is_accepted_once_it_is_filled_in() {
    let scratch = initialised();
    for path in &WRITTEN[1..] {
        let text = std::fs::read_to_string(scratch.path().join(path)).unwrap();
        scratch.write(path, filled(&text));
    }
    scratch.write("train.py", "import model\n\nmodel.fit().save(\"model.json\")\n");
    scratch.write("model.json", "{\"auc\": 0.84}\n");
    scratch.commit("2026-10-25T09:00:00Z", "Fill in what was asked");
    assert_eq!(blocking(&scratch), BTreeMap::new());
    assert_eq!(check(&scratch, &["--rev", "HEAD", "--quiet"]).code, Some(0));
}

/// Packs beyond the default ask for more, and write more: a starter for every artifact there is.
#[test]
fn what_all_packs_ask_for_is_refused_until_it_is_filled_in_and_accepted_then() {
    let scratch = Scratch::repository();
    let packs = ["core", "operations", "delivery", "trust"];
    let model = "[[model]]\nid = \"model\"\npath = \".\"\ntier = \"critical\"\n";
    scratch.write("roadworthy.toml", format!("[policy]\npacks = [\"{}\"]\n{model}", packs.join("\", \"")));
    roadworthy(&scratch.path(), &["init"]).expect_success();
    let set = policy::defaults(&mut Sources::new()).unwrap();
    let found = blocking(&scratch);
    assert!(set.artifacts.len() >= 17, "all packs are on: {}", set.artifacts.len());
    for artifact in &set.artifacts {
        assert!(found.contains_key(&artifact.id.value), "{} is open: {found:#?}", artifact.id.value);
        let path = artifact.starter.as_ref().unwrap().file.value.as_str();
        let text = std::fs::read_to_string(scratch.path().join(path)).unwrap();
        scratch.write(path, filled(&text));
    }
    scratch.write("train.py", "import model\n\nmodel.fit().save(\"model.json\")\n");
    scratch.write("model.json", "{\"auc\": 0.84}\n");
    scratch.write(
        "OWNER.toml",
        "owner = \"Ada Lovelace <ada@corp.example>\"\ndeputy = \"Grace Hopper <grace@corp.example>\"\n",
    );
    let plan = std::fs::read_to_string(scratch.path().join("retraining.toml")).unwrap();
    scratch.write("retraining.toml", format!("cron = \"0 4 20 * *\"\n{plan}"));
    scratch.commit("2026-10-25T09:00:00Z", "Fill in what was asked");
    let mut left = blocking(&scratch);
    left.retain(|artifact, _| artifact != "owner" && artifact != "retraining");
    assert_eq!(left, BTreeMap::new());
}

/// Each file alone decides over its own artifact.
#[test]
fn each_file_that_is_filled_in_opens_its_part_of_the_gate() {
    let scratch = initialised();
    scratch.write("train.py", "import model\n\nmodel.fit().save(\"model.json\")\n");
    scratch.write("model.json", "{\"auc\": 0.84}\n");
    let artifacts = ["owner", "data-sharing", "privacy", "runbook", "retraining"];
    for (n, (path, artifact)) in WRITTEN[1..].iter().zip(artifacts).enumerate() {
        let text = std::fs::read_to_string(scratch.path().join(path)).unwrap();
        scratch.write(path, filled(&text));
        let found = blocking(&scratch);
        assert!(!found.contains_key(artifact), "{path}: {found:#?}");
        assert_eq!(found.len(), 4 - n, "{path}: {found:#?}");
    }
}

#[test]
fn a_bare_repository_and_a_broken_configuration_are_refused() {
    let scratch = Scratch::new();
    git(&scratch.path(), &["init", "--quiet", "--bare", "--template=", "."]);
    cannot_judge(&trial(&scratch.path(), &["init"]), "a bare repository has no files to write");
    let scratch = Scratch::repository();
    scratch.write("roadworthy.toml", "[polcy]\n");
    cannot_judge(&trial(&scratch.path(), &["init"]), "unknown key `polcy`");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    use std::os::unix::fs::symlink;
    for target in ["../elsewhere", "src", "nowhere"] {
        let scratch = Scratch::repository();
        std::fs::create_dir(scratch.path().join("../elsewhere")).unwrap();
        std::fs::create_dir(scratch.path().join("src")).unwrap();
        symlink(target, scratch.path().join("docs")).unwrap();
        let output = roadworthy(&scratch.path(), &["init"]);
        cannot_judge(&output, "docs/data-contract.md could not be written: docs is no folder");
        for folder in ["../elsewhere", "src"] {
            assert!(std::fs::read_dir(scratch.path().join(folder)).unwrap().next().is_none(), "{target}");
        }
    }
    let scratch = Scratch::repository();
    symlink("../outside.toml", scratch.path().join("OWNER.toml")).unwrap();
    let output = roadworthy(&scratch.path(), &["init"]).expect_success();
    assert!(!said(&output).contains(&"OWNER.toml"), "{output}");
    assert!(!scratch.path().join("../outside.toml").exists());
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::repository();
    let lock = |mode| std::fs::set_permissions(scratch.path(), PermissionsExt::from_mode(mode)).unwrap();
    lock(0o555);
    // Whoever may write everywhere cannot run this test.
    let refused = std::fs::write(scratch.path().join("probe"), "").is_err();
    let output = roadworthy(&scratch.path(), &["init"]);
    lock(0o755);
    if refused {
        cannot_judge(&output, "could not be written");
    }
}
