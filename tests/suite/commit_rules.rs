//! Rules about commits on repositories made by real Git: the odd commits that recipes cannot write.

use crate::change::{AS_OF, GRACE, WHY, changed_tree, found, judge, raw, ready, request, rev, rules, shown};
use crate::common::{self, git};
use roadworthy::gate::{self, Change, Request};
use roadworthy::git::{CommitId, ErrorKind, Mailmap, Repo, Target};
use roadworthy::report::json;
use roadworthy::verdict::{Location, Status};

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
    let repo = Repo::discover(&scratch.path()).unwrap();
    let id = |name: &str| CommitId::parse(name).unwrap();
    let error = repo.merge(id(&production), id(&head)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Shallow);
    assert!(error.help().unwrap().contains("git fetch --unshallow"), "{error:?}");
    let error = repo.range(&[id(&production)], id(&head), &Mailmap::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Shallow);
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
