//! Rules about commits on repositories made by real Git: the odd commits that recipes cannot write.
#![allow(missing_docs, reason = "a test")]
#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

mod common;

use std::io::Write as _;
use std::process::Stdio;

use chrono::NaiveDate;
use common::{Scratch, git, recipe};
use roadworthy::fixture;
use roadworthy::gate::{self, Change, Judged, Request};
use roadworthy::git::{CommitId, Repo, Target};
use roadworthy::report::{Human, Style, Verbosity, human, json};
use roadworthy::verdict::{Location, Status};

const AS_OF: &str = "2026-11-01";

/// The repository in which all rules of the pack hold.
fn ready() -> Scratch {
    recipe("commits/ready.toml")
}

fn rev(scratch: &Scratch, name: &str) -> String {
    git(&scratch.path(), &["rev-parse", name]).trim().to_string()
}

/// A commit made of bytes, so that Git has no say in what it holds.
fn raw(scratch: &Scratch, tree: &str, parents: &[&str], author: &str, more: &str, message: &[u8]) -> String {
    let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
    let headers = format!(
        "tree {tree}\n{parents}author {author}\ncommitter Grace Hopper <grace@corp.example> 1793200000 +0000\n{more}\n"
    );
    let mut command = fixture::scrubbed("git", &scratch.path(), &scratch.path());
    command.args(["hash-object", "-t", "commit", "-w", "--literally", "--stdin"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&[headers.as_bytes(), message].concat()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}

/// The tree of production with a shorter window in the training.
fn changed_tree(scratch: &Scratch) -> String {
    let place = scratch.path().join("src/train.py");
    let text = std::fs::read_to_string(&place).unwrap();
    std::fs::write(&place, text.replace("interval '24 months'", "interval '12 months'")).unwrap();
    git(&scratch.path(), &["add", "--all"]);
    let tree = git(&scratch.path(), &["write-tree"]).trim().to_string();
    git(&scratch.path(), &["reset", "--quiet", "--hard"]);
    tree
}

fn request(scratch: &Scratch, head: &str) -> (Repo, Request) {
    let repo = Repo::discover(&scratch.path()).unwrap();
    let date = NaiveDate::parse_from_str(AS_OF, "%Y-%m-%d").unwrap();
    let into = CommitId::parse(&rev(scratch, "production")).unwrap();
    let request =
        Request::merge(&repo, ("production", into), ("", CommitId::parse(head).unwrap()), date).unwrap();
    (repo, request)
}

fn judge(scratch: &Scratch, head: &str) -> Judged {
    let (repo, request) = request(scratch, head);
    gate::judge(&repo, &request)
}

/// Rules with findings, and their messages.
fn found(judged: &Judged) -> Vec<(String, String)> {
    judged.verdict.findings.iter().map(|f| (f.rule.clone(), f.message.clone())).collect()
}

fn rules(judged: &Judged) -> Vec<String> {
    let mut rules: Vec<String> = found(judged).into_iter().map(|(rule, _)| rule).collect();
    rules.dedup();
    rules
}

fn shown(judged: &Judged) -> String {
    let style = Style { color: false, width: 100, unicode: true };
    human(&judged.verdict, &judged.sources, &Human { style, verbosity: Verbosity::Normal })
}

const GRACE: &str = "Grace Hopper <grace@corp.example> 1793200000 +0000";
const WHY: &[u8] = b"Shorten the window\n\nTariffs changed in autumn 2025.\n";

#[test]
fn production_itself_is_in_order() {
    let scratch = ready();
    let production = rev(&scratch, "production");
    assert_eq!(found(&judge(&scratch, &production)), []);
    let tree = changed_tree(&scratch);
    let head = raw(&scratch, &tree, &[&production], GRACE, "", WHY);
    let judged = judge(&scratch, &head);
    assert_eq!((found(&judged), judged.verdict.status()), (vec![], Status::Pass), "{}", shown(&judged));
}

#[test]
fn a_nul_hides_neither_a_reason_nor_an_approval() {
    let scratch = ready();
    let (production, tree) = (rev(&scratch, "production"), changed_tree(&scratch));
    let message = b"Shorten the window\n\nTariffs changed in autumn 2025.\0\n\nReviewed-by: Grace Hopper <grace@corp.example>\n";
    let head = raw(&scratch, &tree, &[&production], GRACE, "", message);
    let judged = judge(&scratch, &head);
    assert_eq!(rules(&judged), ["commit-without-context"]);
    let text = shown(&judged);
    assert!(text.contains("holds a NUL") && !text.contains('\0') && !text.contains("Reviewed-by"), "{text}");
}

#[test]
fn odd_messages_have_no_reason() {
    let scratch = ready();
    let (production, tree) = (rev(&scratch, "production"), changed_tree(&scratch));
    for (message, label) in [
        (&b""[..], ""),
        (b"\n\n\n", ""),
        (b"Title", "a subject, and nothing else"),
        (b"Title\n\nWhy:\nRefs:   \n", "a subject, and no trailer that gives a reason"),
        (b"Title\n\nWhy: TBD\n", "a subject, and no trailer that gives a reason"),
        (b"Title\n\n---\n", "the body holds no words of its own"),
        (b"Title\r\n\r\nTitle\r\n", "the body repeats the subject"),
        (b"Title\n\nmisc changes\n", "the body has 2 words of its own"),
        (b"Title\n\nfix fix fix fix\n", "the body has 1 word of its own"),
        (b"Use UTF-8 and SHA-256", "a subject, and nothing else"),
        (
            b"Title\n\nCo-authored-by: Ada Lovelace <https://ada.example/x@y>\n",
            "a subject, and no trailer that gives a reason",
        ),
    ] {
        let head = raw(&scratch, &tree, &[&production], GRACE, "", message);
        let judged = judge(&scratch, &head);
        assert_eq!(rules(&judged), ["commit-without-context"], "{message:?}\n{}", shown(&judged));
        let finding = &judged.verdict.findings[0];
        let empty = message.trim_ascii().is_empty();
        assert_eq!(matches!(finding.at, Location::Commit { .. }), empty, "{message:?}");
        assert!(empty || finding.label == label, "{message:?}: {}", finding.label);
    }
}

#[test]
fn reasons_come_in_many_forms() {
    let scratch = ready();
    let (production, tree) = (rev(&scratch, "production"), changed_tree(&scratch));
    for message in [
        &b"Title\n\nThe old tariffs are gone.\n"[..],
        b"Title\r\n\r\nBody.\r\n\r\nwhy: the old tariffs\r\n  are gone\r\n",
        b"Title (#142)\n",
        b"Title\n\nFixes #142\n",
        b"Title\n\nRefs: CHURN-142\nSigned-off-by: G <g@x>\n",
        b"[CHURN-142] Title\n",
        b"Title\n\nhttps://tracker.example/churn/142\n",
        b"Title\n\n---\n\nThe old tariffs are gone.\n",
        "Fenster kürzen\n\nDie Tarife von früher sind weg.\n".as_bytes(),
        "缩短窗口\n\n旧的资费已经取消了。\n".as_bytes(),
        b"Revert \"Title\"\n\nThis reverts commit 0123456789012345678901234567890123456789.\n",
    ] {
        let head = raw(&scratch, &tree, &[&production], GRACE, "", message);
        let judged = judge(&scratch, &head);
        assert_eq!(found(&judged), [], "{}", String::from_utf8_lossy(message));
    }
}

#[test]
fn latin_1_is_read_as_the_commit_says() {
    let scratch = ready();
    let (production, tree) = (rev(&scratch, "production"), changed_tree(&scratch));
    let message = b"Fenster k\xfcrzen";
    let head = raw(&scratch, &tree, &[&production], GRACE, "encoding ISO-8859-1\n", message);
    let judged = judge(&scratch, &head);
    assert_eq!(rules(&judged), ["commit-without-context"]);
    assert!(shown(&judged).contains("Fenster kürzen"), "{}", shown(&judged));
    let report: serde_json::Value = serde_json::from_str(&json(&judged.verdict, &judged.sources)).unwrap();
    let at = &report["findings"][0]["at"];
    assert_eq!((at["kind"].as_str(), at["id"].as_str()), (Some("message"), Some(head.as_str())));
    assert_eq!(at["subject"], "Fenster kürzen");
    assert_eq!((at["start"]["line"].as_u64(), at["end"]["column"].as_u64()), (Some(1), Some(15)));
}

#[test]
fn malformed_authors_are_nobody_and_end_nothing() {
    let scratch = ready();
    let (production, tree) = (rev(&scratch, "production"), changed_tree(&scratch));
    for (author, known) in [
        ("", false),
        ("<> 1793200000 +0000", false),
        ("root <root@localhost> 1793200000 +0000", false),
        ("Your Name <you@example.com> 1793200000 +0000", false),
        ("Ada Lovelace <ada@ip-10-0-0-1.ec2.compute.internal> 1793200000 +0000", false),
        ("jovyan <jovyan@jupyter> 1793200000 +0000", false),
        ("Eve <eve@elsewhere.example> soon", false),
        ("Grace Hopper <grace@corp.example 1793200000", true),
        ("grace hopper <GRACE@CORP.EXAMPLE> 1793200000 +0000", true),
        ("Hopper, Grace <g@laptop.local> 1793200000 +0000", true),
        ("gh <Grace@corp.example> 99999999999999999999 +0000", true),
    ] {
        let head = raw(&scratch, &tree, &[&production], author, "", WHY);
        let judged = judge(&scratch, &head);
        let expected: &[&str] = if known { &[] } else { &["commit-by-unknown-author"] };
        assert_eq!(rules(&judged), expected, "{author}\n{}", shown(&judged));
    }
}

/// A change cannot vouch for its own author: neither by its mailmap, nor by an earlier commit of its own.
#[test]
fn only_production_says_who_is_known() {
    let scratch = ready();
    let production = rev(&scratch, "production");
    let eve = "Eve Fox <eve@elsewhere.example> 1793200000 +0000";
    git(&scratch.path(), &["checkout", "--quiet", "-b", "change"]);
    scratch.write(".mailmap", "Grace Hopper <grace@corp.example> <eve@elsewhere.example>\n");
    let first = scratch.commit("2026-10-28T09:00:00Z", "Map Eve\n\nShe asked for it herself.");
    git(&scratch.path(), &["checkout", "--quiet", &first]);
    let tree = changed_tree(&scratch);
    let head = raw(&scratch, &tree, &[&first], eve, "", WHY);
    assert_eq!(rules(&judge(&scratch, &head)), ["commit-by-unknown-author"]);
    // A merge of production into the change makes nobody known either.
    let merge = raw(&scratch, &tree, &[&head, &production], GRACE, "", b"Merge branch 'production'\n");
    assert_eq!(rules(&judge(&scratch, &merge)), ["commit-by-unknown-author"]);
}

#[test]
fn a_shallow_clone_cannot_judge_a_change() {
    let scratch = ready();
    let (production, tree) = (rev(&scratch, "production"), changed_tree(&scratch));
    let head = raw(&scratch, &tree, &[&production], GRACE, "", WHY);
    std::fs::write(scratch.path().join(".git/shallow"), format!("{head}\n")).unwrap();
    let judged = judge(&scratch, &head);
    assert_eq!(judged.verdict.status(), Status::Undecided);
    let said = shown(&judged);
    assert!(said.contains("git fetch --unshallow"), "{said}");
    // The change is whole, but whether a stranger ever committed to production cannot be told.
    let eve = raw(&scratch, &tree, &[&production], "Eve <eve@elsewhere.example> 1 +0000", "", WHY);
    std::fs::write(scratch.path().join(".git/shallow"), format!("{production}\n")).unwrap();
    let judged = judge(&scratch, &eve);
    assert_eq!(judged.verdict.status(), Status::Undecided);
    assert!(shown(&judged).contains("cannot tell whether Eve"), "{}", shown(&judged));
}

#[test]
fn an_octopus_says_why_only_for_what_it_did_itself() {
    let scratch = ready();
    let (production, tree) = (rev(&scratch, "production"), changed_tree(&scratch));
    let base = rev(&scratch, "production^{tree}");
    let sides: Vec<String> = (0..3)
        .map(|n| raw(&scratch, &base, &[&production], GRACE, "", format!("side {n}\n").as_bytes()))
        .collect();
    let parents: Vec<&str> = sides.iter().map(String::as_str).collect();
    let message = b"Merge three branches\n";
    let clean = raw(&scratch, &base, &parents, GRACE, "", message);
    assert_eq!(found(&judge(&scratch, &clean)), []);
    let evil = raw(&scratch, &tree, &parents, GRACE, "", message);
    assert_eq!(rules(&judge(&scratch, &evil)), ["commit-without-context"]);
}

/// Another tip than the one that is asked about: rules about a change are not asked by `check`.
#[test]
fn without_a_change_its_rules_are_not_asked() {
    let scratch = ready();
    let (production, tree) = (rev(&scratch, "production"), changed_tree(&scratch));
    let head = raw(&scratch, &tree, &[&production], "root <root@localhost> 1 +0000", "", b"x\n");
    let (repo, asked) = request(&scratch, &head);
    let with = gate::judge(&repo, &asked).verdict.account;
    let date = asked.as_of;
    let plain = Request::new(Target::Commit(CommitId::parse(&head).unwrap()), date);
    let without = gate::judge(&repo, &plain);
    assert_eq!(found(&without), []);
    assert!(with.judgements > without.verdict.account.judgements);
    // Nor when only files changed, and no commit.
    let change = Change { head: None, ..asked.change.clone().unwrap() };
    let staged = Request { target: Target::Index, change: Some(change), ..asked };
    assert_eq!(found(&gate::judge(&repo, &staged)), []);
}

#[test]
fn an_approval_covers_only_what_it_descends_from() {
    let scratch = ready();
    let old = rev(&scratch, "production");
    let place = scratch.path().join("docs/DPIA.md");
    let text = std::fs::read_to_string(&place).unwrap();
    std::fs::write(&place, text.replace("after 24 months", "after 60 months")).unwrap();
    let changed = scratch.commit("2026-10-28T09:00:00Z", "Keep scores longer\n\nThe warehouse keeps them.");
    let tree = rev(&scratch, "HEAD^{tree}");
    let approve = b"Approve docs/DPIA.md\n\nApproved-by: Katherine Johnson <katherine@corp.example> (legal)\nApproved-by: Dorothy Vaughan <dorothy@corp.example> (IT)\nApproved-by: Mary Jackson <mary@corp.example> (business)\n";
    // On a branch that never saw the change: an approval with a late date, merged with it.
    let beside = raw(&scratch, &rev(&scratch, &format!("{old}^{{tree}}")), &[&old], GRACE, "", approve);
    let merged = raw(&scratch, &tree, &[&changed, &beside], GRACE, "", b"Merge the approval\n");
    let judged = judge(&scratch, &merged);
    assert_eq!(rules(&judged), ["approval-outdated"], "{}", shown(&judged));
    assert!(shown(&judged).contains(&changed[..10]), "{}", shown(&judged));
    // Behind the change it counts, and behind a merge as well.
    let behind = raw(&scratch, &tree, &[&changed], GRACE, "", approve);
    assert_eq!(found(&judge(&scratch, &behind)), []);
    let merge =
        raw(&scratch, &tree, &[&changed, &beside], GRACE, "", &[b"Merge\n\n", &approve[22..]].concat());
    assert_eq!(found(&judge(&scratch, &merge)), []);
    // Hidden behind a NUL, or in a paragraph that is not the last, it is none.
    for message in
        [[&approve[..22], b"\0", &approve[22..]].concat(), [approve, &b"\nThank you all.\n"[..]].concat()]
    {
        let none = raw(&scratch, &tree, &[&changed], GRACE, "", &message);
        assert!(rules(&judge(&scratch, &none)).contains(&"approval-outdated".to_string()));
    }
}

/// `git merge -s ours` brings the old text back without changing it: what was approved is the other one.
#[test]
fn a_merge_that_keeps_the_old_text_is_not_covered_by_the_approval_of_the_new_one() {
    let scratch = ready();
    let old = rev(&scratch, "production");
    let old_tree = rev(&scratch, "production^{tree}");
    let place = scratch.path().join("docs/DPIA.md");
    let text = std::fs::read_to_string(&place).unwrap();
    // Nobody has approved the old text: its last change is behind all approvals.
    std::fs::write(&place, text.replace("after 24 months", "after 60 months")).unwrap();
    let sixty = scratch.commit("2026-10-28T09:00:00Z", "Keep scores longer\n\nThe warehouse keeps them.");
    let sixty_tree = rev(&scratch, "HEAD^{tree}");
    std::fs::write(&place, text.replace("after 24 months", "after 6 months")).unwrap();
    let six = scratch.commit("2026-10-28T10:00:00Z", "Keep scores shorter\n\nLegal asked for it.");
    let approve = b"Approve docs/DPIA.md\n\nApproved-by: Katherine Johnson <katherine@corp.example> (legal)\nApproved-by: Dorothy Vaughan <dorothy@corp.example> (IT)\nApproved-by: Mary Jackson <mary@corp.example> (business)\n";
    let approved = raw(&scratch, &rev(&scratch, "HEAD^{tree}"), &[&six], GRACE, "", approve);
    assert_eq!(found(&judge(&scratch, &approved)), []);
    let ours = raw(&scratch, &sixty_tree, &[&sixty, &approved], GRACE, "", b"Merge what was approved\n");
    assert_eq!(rules(&judge(&scratch, &ours)), ["approval-outdated"]);
    assert!(old != six && old_tree != sixty_tree);
}

/// A branch that began before the approvals were written down is not asked for them again.
#[test]
fn approvals_that_production_holds_count_for_an_older_branch() {
    let scratch = ready();
    let before = rev(&scratch, "production^");
    let tree = rev(&scratch, "production^{tree}");
    let head = raw(&scratch, &tree, &[&before], GRACE, "", b"Say nothing\n");
    assert_eq!(found(&judge(&scratch, &head)), []);
}

/// Both sides changed other lines of one file: the merge differs from both, and did nothing itself.
#[test]
fn a_clean_merge_of_one_file_needs_no_reason() {
    let scratch = ready();
    let place = scratch.path().join("src/train.py");
    let text = std::fs::read_to_string(&place).unwrap();
    git(&scratch.path(), &["checkout", "--quiet", "-b", "change"]);
    std::fs::write(&place, text.replace("interval '24 months'", "interval '12 months'")).unwrap();
    scratch.commit("2026-10-28T09:00:00Z", "Shorten the window\n\nTariffs changed in autumn 2025.");
    git(&scratch.path(), &["checkout", "--quiet", "production"]);
    std::fs::write(&place, text.replace("sys.exit(main())", "raise SystemExit(main())")).unwrap();
    scratch.commit("2026-10-28T10:00:00Z", "Leave in the usual way\n\nThe linter asks for it.");
    git(&scratch.path(), &["checkout", "--quiet", "change"]);
    git(&scratch.path(), &["merge", "--quiet", "--no-edit", "production"]);
    let merge = rev(&scratch, "HEAD");
    assert_eq!(found(&judge(&scratch, &merge)), []);
    // With a line of its own it did.
    let merged = std::fs::read_to_string(&place).unwrap();
    std::fs::write(&place, merged.replace("max_iter=500", "max_iter=5")).unwrap();
    git(&scratch.path(), &["commit", "--quiet", "--all", "--amend", "--no-edit"]);
    assert_eq!(rules(&judge(&scratch, &rev(&scratch, "HEAD"))), ["commit-without-context"]);
}

#[test]
fn an_uncommitted_edit_voids_approvals() {
    let scratch = ready();
    let place = scratch.path().join("docs/DPIA.md");
    let text = std::fs::read_to_string(&place).unwrap();
    std::fs::write(&place, text.replace("after 24 months", "after 60 months")).unwrap();
    let said = common::roadworthy(&scratch.path(), &["check", "--as-of", AS_OF]);
    assert_eq!(said.code, Some(1), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("not committed yet"), "{}", said.stdout);
}

#[test]
fn of_several_models_an_approval_names_its_own() {
    let scratch = ready();
    scratch.write(
        "roadworthy.toml",
        "[policy]\npacks = [\"core\", \"commits\"]\n[[model]]\nid = \"churn\"\npath = \".\"\n[[model]]\nid = \"price\"\npath = \"models/price\"\ntier = \"experimental\"\n",
    );
    scratch.write("models/price/fit.py", "print(1)\n");
    scratch.commit("2026-10-28T09:00:00Z", "Add a second model\n\nPrices are modelled from now on.");
    let count = |scratch: &Scratch| {
        let output = common::roadworthy(&scratch.path(), &["check", "--as-of", AS_OF, "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        let of = |f: &&serde_json::Value| f["rule"] == "approval-missing" && f["model"] == "churn";
        report["findings"].as_array().unwrap().iter().filter(of).count()
    };
    assert_eq!(count(&scratch), 2);
    let message = "Approve churn\n\nApproved-by: Katherine Johnson <katherine@corp.example> (legal)\nApproved-by: Dorothy Vaughan <dorothy@corp.example> (IT)\nApproved-by: Mary Jackson <mary@corp.example> (business)";
    scratch.commit("2026-10-28T10:00:00Z", message);
    assert_eq!(count(&scratch), 0);
}

/// Weights in no model's folder belong to nobody, and count all the same.
#[test]
fn what_lies_in_no_model_s_folder_is_judged_for_the_repository() {
    let scratch = ready();
    let config = "[policy]\npacks = [\"core\", \"commits\"]\n[policy.severity]\n\"weights-outside-lfs\" = \"block\"\n[[model]]\nid = \"price\"\npath = \"models/price\"\n";
    scratch.write("roadworthy.toml", config);
    scratch.write("models/price/fit.py", "print(1)\n");
    scratch.commit("2026-10-28T09:00:00Z", "Another model\n\nPrices are modelled from now on.");
    git(&scratch.path(), &["checkout", "--quiet", "-b", "change"]);
    scratch.write("attic/old.pt", vec![7; 200_000]);
    scratch.write("models/price/new.pt", vec![8; 200_000]);
    let head = scratch.commit("2026-10-28T10:00:00Z", "Two fits\n\nFor comparison with the new one.");
    let judged = judge(&scratch, &head);
    let weights: Vec<(Option<&str>, &Location)> = judged
        .verdict
        .findings
        .iter()
        .filter(|f| f.rule == "weights-outside-lfs")
        .map(|f| (f.model.as_deref(), &f.at))
        .collect();
    assert_eq!(weights.iter().map(|(model, _)| *model).collect::<Vec<_>>(), [None, Some("price")]);
    assert!(weights.iter().all(|(_, at)| matches!(at, Location::Path(_))));
}

#[test]
fn many_commits_without_context_are_counted_and_not_all_drawn() {
    let scratch = ready();
    let trees = [changed_tree(&scratch), rev(&scratch, "production^{tree}")];
    let mut head = rev(&scratch, "production");
    for n in 0..25 {
        head = raw(&scratch, &trees[n % 2], &[&head], GRACE, "", b"wip\n");
    }
    let judged = judge(&scratch, &head);
    assert_eq!(judged.verdict.findings.len(), 10);
    assert!(shown(&judged).contains("the same holds for 15 commits"), "{}", shown(&judged));
    assert!(shown(&judged).contains("--autosquash"));
}

/// A waiver of a rule about changes is not called useless when no change is judged.
#[test]
fn waivers_of_such_rules_are_kept() {
    let scratch = ready();
    let config = std::fs::read_to_string(scratch.path().join("roadworthy.toml")).unwrap();
    let waiver = "\n[[waiver]]\nrule = \"commit-without-context\"\nreason = \"import of the pilot\"\napproved_by = \"Ada Lovelace <ada@corp.example>\"\nexpires = 2026-12-31\n";
    scratch.write("roadworthy.toml", config + waiver);
    scratch.commit("2026-10-28T09:00:00Z", "Import the pilot\n\nIts commits have no messages.");
    let said = common::roadworthy(&scratch.path(), &["check", "--as-of", AS_OF]);
    assert!(!said.stdout.contains("waiver-unused"), "{}", said.stdout);
    let tree = changed_tree(&scratch);
    let head = raw(&scratch, &tree, &[&rev(&scratch, "production")], GRACE, "", b"x\n");
    let judged = judge(&scratch, &head);
    assert_eq!((rules(&judged).len(), judged.verdict.account.waived), (1, 1));
    assert_eq!(judged.verdict.status(), Status::Pass);
}
