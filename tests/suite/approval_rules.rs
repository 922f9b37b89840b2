//! Approvals on repositories made by real Git: what they cover, and what voids them.

use crate::change::{AS_OF, GRACE, found, judge, raw, ready, rev, rules, shown};
use crate::common::{self, Scratch};

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

/// Who approved nothing is not asked: such a repository is judged without its history.
#[test]
fn the_history_is_read_when_there_is_something_to_approve() {
    let (ready, scratch) = (ready(), Scratch::repository());
    let copy = |file: &str| scratch.write(file, std::fs::read(ready.path().join(file)).unwrap());
    copy("roadworthy.toml");
    scratch.write("src/train.py", "import sklearn\n");
    let first = scratch.commit("2026-10-01T09:00:00Z", "Begin");
    scratch.write("src/train.py", "import sklearn\n\nX = 1\n");
    scratch.commit("2026-10-02T09:00:00Z", "Go on");
    std::fs::remove_file(scratch.path().join(".git/objects").join(&first[..2]).join(&first[2..])).unwrap();
    let check = || common::roadworthy(&scratch.path(), &["check", "--rev", "HEAD", "--as-of", AS_OF]);
    let said = check();
    assert_eq!(said.code, Some(1), "{}{}", said.stdout, said.stderr);
    copy("docs/DPIA.md");
    scratch.commit("2026-10-03T09:00:00Z", "Say what is at stake");
    let said = check();
    assert_eq!(said.code, Some(2), "{}{}", said.stdout, said.stderr);
    assert!(said.stderr.contains(&first) || said.stdout.contains(&first), "{}{}", said.stdout, said.stderr);
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
