//! Whose policy judges a change: production's, and nothing that a change says about itself weakens it.

use crate::common::{self, Scratch, git, recipe};
use crate::trial::{self, cannot_judge, check, flat, says};

const LISTED: &str = "[[model]]\nid = \"churn\"\npath = \".\"\n";

/// A repository in which all is well, with a configuration on production, and `feature` checked out.
fn adopted(config: &str) -> Scratch {
    let scratch = recipe("core/ready.toml");
    scratch.write("roadworthy.toml", config);
    scratch.commit("2026-10-20T09:00:00Z", "Say what is judged");
    git(&scratch.path(), &["checkout", "--quiet", "-b", "feature"]);
    scratch
}

fn into(scratch: &Scratch, more: &[&str]) -> common::Output {
    check(scratch, &[&["--into", "production"], more].concat())
}

/// What the change is said to weaken.
fn weakened(scratch: &Scratch) -> Vec<String> {
    let output = into(scratch, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(report["undecided"], serde_json::json!([]), "{}", output.stdout);
    let found = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "policy-weakened");
    found.map(|f| f["message"].as_str().unwrap().replace("this change would ", "")).collect()
}

#[test]
fn a_rule_that_a_change_switches_off_still_judges_it() {
    let scratch = adopted(LISTED);
    let off = format!("[policy.severity]\n\"runbook-missing\" = \"off\"\n\n{LISTED}");
    scratch.write("roadworthy.toml", off);
    git(&scratch.path(), &["rm", "--quiet", "docs/runbook.md"]);
    scratch.commit("2026-10-28T09:00:00Z", "No runbook any more");
    let output = into(&scratch, &[]);
    says(&output, 1, "block[runbook-missing]: there is no runbook");
    says(
        &output,
        1,
        "warn[policy-weakened]: this change would switch off `runbook-missing` for model `churn`",
    );
    says(&output, 1, "policy pack gate, pack core, production:roadworthy.toml");
    // The change's own tree, judged by itself, would pass.
    assert_eq!(check(&scratch, &[]).code, Some(0));
}

#[test]
fn a_waiver_counts_once_it_is_on_production() {
    let scratch = adopted(LISTED);
    let waived = format!(
        "{LISTED}\n[[waiver]]\nrule = \"runbook-missing\"\nmodel = \"churn\"\nreason = \"it is being merged with another\"\napproved_by = \"Grace Hopper <grace@corp.example>\"\nexpires = 2026-12-31\n"
    );
    scratch.write("roadworthy.toml", &waived);
    scratch.commit("2026-10-28T09:00:00Z", "An exception");
    assert_eq!(weakened(&scratch), ["waive `runbook-missing` for model `churn` until 2026-12-31"]);
    git(&scratch.path(), &["rm", "--quiet", "docs/runbook.md"]);
    scratch.commit("2026-10-28T10:00:00Z", "No runbook any more");
    says(&into(&scratch, &[]), 1, "block[runbook-missing]");
    // Landed by itself first, it holds.
    git(&scratch.path(), &["branch", "--quiet", "-f", "production", "feature~1"]);
    says(&into(&scratch, &[]), 0, "waived runbook-missing until 2026-12-31");
}

#[test]
fn everything_that_asks_less_is_a_weakening() {
    let base = "[production]\nbranches = [\"production\", \"release/*\"]\ntags = [\"v*\"]\n\n[policy]\npacks = [\"core\"]\nfiles = [\"governance/*.toml\"]\n\n[models]\ndiscover = [\"models/*\"]\nminimum = 1\n\n[[model]]\nid = \"churn\"\npath = \".\"\ntier = \"critical\"\n\n[[waiver]]\nrule = \"owner-inactive\"\nmodel = \"churn\"\nreason = \"parental leave until spring\"\napproved_by = \"Grace Hopper <grace@corp.example>\"\nexpires = 2026-11-15\n";
    let pack = "[pack]\nid = \"house\"\ntitle = \"house rules\"\n\n[[rule]]\nid = \"runbook-unreviewed\"\ntitle = \"no review date\"\nartifact = \"runbook\"\nseverity = \"warn\"\nwhy = \"because\"\nhelp = \"review it\"\nsource = \"handbook\"\nsince = \"1\"\n[rule.check.fact]\nneeds = [\"reviewed\"]\n\n[words]\nteam-words = [\"squad\"]\n";
    let scratch = adopted(base);
    scratch.write("governance/house.toml", pack);
    scratch.write("models/fraud/train.py", "X = 1\n");
    scratch.commit("2026-10-21T09:00:00Z", "House rules");
    git(&scratch.path(), &["branch", "--quiet", "-f", "production"]);
    for (path, from, to, expected) in [
        (
            "roadworthy.toml",
            "\"release/*\"",
            "\"hotfix/*\"",
            "take the branch pattern `release/*` out of production",
        ),
        ("roadworthy.toml", "tags = [\"v*\"]\n", "", "take the tag pattern `v*` out of production"),
        (
            "roadworthy.toml",
            "tier = \"critical\"\n",
            "",
            "lower the tier of model `churn` from critical to standard",
        ),
        (
            "roadworthy.toml",
            "discover = [\"models/*\"]\n",
            "",
            "take model `fraud` out of the list while its folder stays",
        ),
        (
            "roadworthy.toml",
            "2026-11-15",
            "2026-12-15",
            "extend the waiver of `owner-inactive` for model `churn` from 2026-11-15 to 2026-12-15",
        ),
        (
            "roadworthy.toml",
            "model = \"churn\"\n",
            "",
            "widen the waiver of `owner-inactive` to every model, until 2026-11-15",
        ),
        (
            "roadworthy.toml",
            "files = [\"governance/*.toml\"]\n",
            "",
            "drop the pack `house` with all its rules",
        ),
        (
            "governance/house.toml",
            "needs = [\"reviewed\"]",
            "needs = [\"contact\"]",
            "change what the rule `runbook-unreviewed` asks for",
        ),
        ("governance/house.toml", "\"squad\"", "\"squad\", \"ada\"", "change the list of words `team-words`"),
        (
            "governance/house.toml",
            "severity = \"warn\"",
            "severity = \"advice\"",
            "lower `runbook-unreviewed` from warn to advice for 2 models (churn, fraud)",
        ),
    ] {
        let text = if path == "roadworthy.toml" { base } else { pack };
        assert!(text.contains(from), "{from}");
        scratch.write(path, text.replace(from, to));
        scratch.commit("2026-10-28T09:00:00Z", "Ask less");
        let found = weakened(&scratch);
        assert!(found.iter().any(|what| what == expected), "{expected}: {found:?}");
        git(&scratch.path(), &["reset", "--quiet", "--hard", "production"]);
    }
    // A model that was found in a folder may go with it, and is missed aloud.
    git(&scratch.path(), &["rm", "--quiet", "-r", "models"]);
    scratch.commit("2026-10-28T09:00:00Z", "No fraud any more");
    says(&into(&scratch, &[]), 0, "note this change removes the model in models/fraud with its folder");
    git(&scratch.path(), &["reset", "--quiet", "--hard", "production"]);
    // The same in another layout, and asking more, are none.
    scratch.write("governance/house.toml", pack.replace("\n\n", "\n\n# more air\n\n"));
    let more = base.replace("[models]", "[policy.severity]\n\"owner-inactive\" = \"block\"\n\n[models]");
    scratch.write("roadworthy.toml", more.replace("2026-11-15", "2026-11-10"));
    scratch.commit("2026-10-28T09:00:00Z", "Ask more");
    assert_eq!(weakened(&scratch), [""; 0]);
    says(&into(&scratch, &[]), 0, "note once landed, this change raises `owner-inactive` to block");
    // And without the file at all, everything is.
    git(&scratch.path(), &["rm", "--quiet", "roadworthy.toml"]);
    scratch.commit("2026-10-28T10:00:00Z", "No file at all");
    assert!(weakened(&scratch).contains(&"remove roadworthy.toml".to_string()));
    says(&into(&scratch, &[]), 0, "production:roadworthy.toml");
}

#[test]
fn a_model_leaves_with_its_folder_and_not_without() {
    let listed =
        "[[model]]\nid = \"churn\"\npath = \".\"\n\n[[model]]\nid = \"old\"\npath = \"models/old\"\n";
    let scratch = adopted(listed);
    scratch.write("models/old/train.py", "X = 1\n");
    scratch.commit("2026-10-21T09:00:00Z", "An old model");
    git(&scratch.path(), &["branch", "--quiet", "-f", "production"]);
    scratch.write("roadworthy.toml", LISTED);
    scratch.commit("2026-10-28T09:00:00Z", "Forget it");
    let output = into(&scratch, &[]);
    assert_eq!(weakened(&scratch), ["take model `old` out of the list while its folder stays"]);
    says(&output, 0, "2 models");
    git(&scratch.path(), &["rm", "--quiet", "-r", "models"]);
    scratch.commit("2026-10-28T10:00:00Z", "And delete it");
    let output = into(&scratch, &[]);
    says(&output, 0, "this change removes model `old` with its folder");
    says(&output, 0, "1 model,");
    assert_eq!(weakened(&scratch), [""; 0]);
    // Without the list, the table is left over.
    scratch.write("roadworthy.toml", listed);
    scratch.commit("2026-10-28T11:00:00Z", "Keep the table");
    cannot_judge(&into(&scratch, &[]), "model `old` lies in `models/old`, which is no folder");
}

#[test]
fn a_model_that_the_change_adds_is_judged() {
    let scratch = adopted(LISTED);
    scratch.write("models/fraud/train.py", "X = 1\n");
    scratch.write(
        "roadworthy.toml",
        format!("{LISTED}\n[[model]]\nid = \"fraud\"\npath = \"models/fraud\"\ntier = \"critical\"\n"),
    );
    git(&scratch.path(), &["rm", "--quiet", "docs/runbook.md"]);
    scratch.commit("2026-10-28T09:00:00Z", "A new model");
    let output = into(&scratch, &[]);
    says(&output, 1, "── fraud models/fraud · critical");
    says(&output, 1, "block[runbook-missing]");
    says(&output, 1, "2 models");
}

#[test]
fn the_first_configuration_judges_itself_and_says_so() {
    let scratch = recipe("core/ready.toml");
    git(&scratch.path(), &["checkout", "--quiet", "-b", "feature"]);
    scratch.write("roadworthy.toml", format!("[policy.severity]\n\"owner-left\" = \"off\"\n\n{LISTED}"));
    scratch.commit("2026-10-28T09:00:00Z", "Adopt it");
    let output = into(&scratch, &[]);
    says(&output, 0, "`production` has no roadworthy.toml yet: the change's own policy judges it");
    // It is compared with what judged so far.
    assert_eq!(weakened(&scratch), ["switch off `owner-left` for model `churn`"]);
}

#[test]
fn a_change_that_breaks_the_policy_cannot_land() {
    let scratch = adopted(LISTED);
    scratch.write("roadworthy.toml", "[policy]\npack = []\n");
    scratch.commit("2026-10-28T09:00:00Z", "Break it");
    let output = into(&scratch, &[]);
    cannot_judge(&output, "unknown key `pack` in [policy]");
    // Back to how it was.
    scratch.write("roadworthy.toml", LISTED);
    scratch.commit("2026-10-28T10:00:00Z", "Mend it");
    assert_eq!(into(&scratch, &[]).code, Some(0));
}

#[test]
fn a_broken_policy_on_production_is_repaired_under_the_last_one_that_could_be_read() {
    let strict = format!("[policy.severity]\n\"owner-inactive\" = \"block\"\n\n{LISTED}");
    let scratch = adopted(&strict);
    let folder = scratch.path();
    git(&folder, &["checkout", "--quiet", "production"]);
    scratch.write("roadworthy.toml", "this is no TOML");
    scratch.commit("2026-10-22T09:00:00Z", "Somebody with the power to do it breaks it");
    git(&folder, &["checkout", "--quiet", "-B", "feature"]);
    scratch.write("README.md", "# Churn\n");
    scratch.commit("2026-10-23T09:00:00Z", "Something else");
    let output = into(&scratch, &[]);
    cannot_judge(
        &output,
        "the policy on `production` cannot be read, so nothing can land there but its repair",
    );
    cannot_judge(&output, "it is then judged by the last policy that could be read, that of commit");
    // A repair that asks less is seen for what it is.
    scratch.write("roadworthy.toml", LISTED);
    git(&folder, &["rm", "--quiet", "docs/runbook.md"]);
    scratch.commit("2026-10-24T09:00:00Z", "Mend it, and ask less");
    let output = into(&scratch, &[]);
    says(&output, 1, "this repair of it is judged by the last one that could");
    says(&output, 1, "this change would lower `owner-inactive` from block to warn for model `churn`");
    says(&output, 1, "block[runbook-missing]");
}

#[test]
fn only_the_models_that_a_change_touches_block() {
    let scratch = adopted(
        "[[model]]\nid = \"churn\"\npath = \"churn\"\n\n[[model]]\nid = \"fraud\"\npath = \"fraud\"\n",
    );
    let folder = scratch.path();
    scratch.write("churn/train.py", "X = 1\n");
    scratch.write("fraud/train.py", "X = 1\n");
    git(&folder, &["mv", "docs", "churn/docs"]);
    git(&folder, &["mv", "OWNER.toml", "churn/OWNER.toml"]);
    git(&folder, &["mv", "retraining.toml", "churn/retraining.toml"]);
    scratch.commit("2026-10-21T09:00:00Z", "Two models, one of them bare");
    git(&folder, &["branch", "--quiet", "-f", "production"]);
    scratch.write("churn/notes.md", "Nothing of weight.\n");
    scratch.commit("2026-10-28T09:00:00Z", "A note");
    let output = into(&scratch, &[]);
    says(&output, 0, "── not touched by this change");
    says(&output, 0, "fraud would be blocked by data-sharing-missing, owner-missing");
    says(&into(&scratch, &["--all"]), 1, "findings block fraud");
    // Evidence outside of its folder that goes away touches it, too.
    scratch.write("OWNER.toml", "owner = \"Ada Lovelace <ada@corp.example>\"\n");
    scratch.commit("2026-10-28T10:00:00Z", "An owner for all");
    says(&into(&scratch, &[]), 1, "findings block fraud");
    git(&folder, &["branch", "--quiet", "-f", "production"]);
    git(&folder, &["rm", "--quiet", "OWNER.toml"]);
    scratch.commit("2026-10-28T11:00:00Z", "And gone");
    says(&into(&scratch, &[]), 1, "findings block fraud");
    // What nobody's evidence is, and what no model holds, touches nothing.
    git(&folder, &["branch", "--quiet", "-f", "production"]);
    scratch.write("ci.sh", "true\n");
    scratch.commit("2026-10-28T12:00:00Z", "A script");
    assert_eq!(into(&scratch, &[]).code, Some(0));
}

const LOCKED: &str = "[policy]\nlocked = true\nowners = [\"Grace Hopper <grace@corp.example>\"]\n\n";

/// Commits as somebody.
fn as_who(scratch: &Scratch, who: (&str, &str), message: &str) {
    let folder = scratch.path();
    git(&folder, &["add", "--all"]);
    let (name, email) = (format!("user.name={}", who.0), format!("user.email={}", who.1));
    let author = format!("{} <{}>", who.0, who.1);
    git(
        &folder,
        &[
            "-c",
            &name,
            "-c",
            &email,
            "commit",
            "--quiet",
            "--allow-empty",
            "--author",
            &author,
            "-m",
            message,
        ],
    );
}

const ADA: (&str, &str) = ("Ada Lovelace", "ada@corp.example");
const GRACE: (&str, &str) = ("Grace Hopper", "grace@corp.example");
const APPROVAL: &str = "Approve the policy\n\nApproved-by: Grace Hopper <grace@corp.example>";

/// A locked policy, and a change of it by Ada.
fn locked() -> Scratch {
    let scratch = adopted(&format!("{LOCKED}{LISTED}"));
    scratch
        .write("roadworthy.toml", format!("{LOCKED}[policy.severity]\n\"owner-left\" = \"off\"\n\n{LISTED}"));
    as_who(&scratch, ADA, "Ask less");
    scratch
}

#[test]
fn a_locked_policy_blocks_until_an_owner_approves() {
    let scratch = locked();
    let output = into(&scratch, &[]);
    says(&output, 1, "block[policy-weakened]: this change would switch off `owner-left`");
    says(
        &output,
        1,
        "Grace Hopper <grace@corp.example> approves on this branch, after the last change of the policy",
    );
    // A claim by the author is none.
    as_who(&scratch, ADA, APPROVAL);
    says(
        &into(&scratch, &[]),
        1,
        "says that Grace Hopper <grace@corp.example> approves, but Ada Lovelace made it",
    );
    as_who(&scratch, GRACE, APPROVAL);
    let output = into(&scratch, &[]);
    says(&output, 0, "Grace Hopper <grace@corp.example> approves the weaker policy in commit");
    says(&output, 0, "warn[policy-weakened]");
    // A later change voids it.
    scratch.write(
        "roadworthy.toml",
        format!(
            "{LOCKED}[policy.severity]\n\"owner-left\" = \"off\"\n\"owner-missing\" = \"off\"\n\n{LISTED}"
        ),
    );
    as_who(&scratch, ADA, "Ask even less");
    says(&into(&scratch, &[]), 1, "which does not come after the change of the policy in commit");
}

#[test]
fn nobody_approves_alone_or_without_owning_the_policy() {
    let scratch = adopted(&format!("{LOCKED}{LISTED}"));
    scratch
        .write("roadworthy.toml", format!("{LOCKED}[policy.severity]\n\"owner-left\" = \"off\"\n\n{LISTED}"));
    as_who(&scratch, GRACE, "Ask less");
    as_who(&scratch, GRACE, APPROVAL);
    says(&into(&scratch, &[]), 1, "but changed the policy too, in commit");

    let scratch = locked();
    let eve = ("Eve Fox", "eve@corp.example");
    as_who(&scratch, eve, "Fine\n\nApproved-by: Eve Fox <eve@corp.example>");
    says(&into(&scratch, &[]), 1, "is approved by Eve Fox <eve@corp.example>, who does not own the policy");
    // The same name at another address is somebody else.
    as_who(&scratch, ("Grace Hopper", "eve@corp.example"), APPROVAL);
    says(&into(&scratch, &[]), 1, "says that Grace Hopper <grace@corp.example> approves, but");
    // Nor does it help to name oneself an owner in the change.
    let owned = LOCKED.replace("owners = [", "owners = [\"Eve Fox <eve@corp.example>\", ");
    scratch.write("roadworthy.toml", format!("{owned}{LISTED}"));
    as_who(&scratch, ADA, "A new owner");
    as_who(&scratch, eve, "Fine\n\nApproved-by: Eve Fox <eve@corp.example>");
    says(&into(&scratch, &[]), 1, "this change would change who may approve a weaker policy");
    // Nor to switch the rule itself off.
    scratch.write(
        "roadworthy.toml",
        format!(
            "{}[policy.severity]\n\"policy-weakened\" = \"off\"\n\n{LISTED}",
            LOCKED.replace("locked = true\n", "")
        ),
    );
    as_who(&scratch, ADA, "Unlock");
    says(&into(&scratch, &[]), 1, "this change would unlock the policy");
    says(&into(&scratch, &[]), 1, "this change would switch off `policy-weakened`");
}

#[test]
fn a_lock_without_owners_is_a_mistake() {
    let scratch = adopted(LISTED);
    scratch.write("roadworthy.toml", format!("[policy]\nlocked = true\n\n{LISTED}"));
    cannot_judge(&check(&scratch, &[]), "the policy is locked, and nobody could ever approve a change of it");
    scratch.write("roadworthy.toml", format!("[policy]\nowners = [\"platform team\"]\n\n{LISTED}"));
    cannot_judge(&check(&scratch, &[]), "`platform team` is not a person");
}

#[test]
fn a_policy_from_outside_overrides_what_the_repository_says() {
    let off = format!("[policy]\npacks = []\n[policy.severity]\n\"waiver-unused\" = \"off\"\n\n{LISTED}");
    let scratch = adopted(&off);
    git(&scratch.path(), &["rm", "--quiet", "docs/runbook.md"]);
    scratch.commit("2026-10-21T09:00:00Z", "No runbook");
    git(&scratch.path(), &["branch", "--quiet", "-f", "production"]);
    let outside = scratch.path().parent().unwrap().join("policy");
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("roadworthy.toml"), "[policy.severity]\n\"owner-inactive\" = \"advice\"\n")
        .unwrap();
    let path = outside.display().to_string();
    let output = check(&scratch, &["--policy", &path]);
    says(&output, 1, "block[runbook-missing]");
    says(&output, 1, "── churn . · standard");
    // A pack beside it judges too, and alone it comes with the defaults.
    let pack = "[pack]\nid = \"house\"\ntitle = \"house rules\"\n\n[[rule]]\nid = \"runbook-unreviewed\"\ntitle = \"no review date\"\nartifact = \"owner\"\nseverity = \"block\"\nwhy = \"because\"\nhelp = \"review it\"\nsource = \"handbook\"\nsince = \"1\"\n[rule.check.fact]\nneeds = [\"until\"]\n";
    std::fs::write(outside.join("house.toml"), pack).unwrap();
    says(&check(&scratch, &["--policy", &path]), 1, "block[runbook-unreviewed]");
    let alone = outside.join("house.toml").display().to_string();
    says(&check(&scratch, &["--policy", &alone]), 1, "block[runbook-unreviewed]");
    says(&check(&scratch, &["--policy", &alone]), 1, "block[runbook-missing]");
    says(&check(&scratch, &["--into", "production", "--policy", &alone]), 0, "pack house");
    // Its mistakes, and its absence, are no pass.
    std::fs::write(outside.join("roadworthy.toml"), "[policy]\nfiles = [\"x.toml\"]\n").unwrap();
    cannot_judge(&check(&scratch, &["--policy", &path]), "has its packs beside it");
    cannot_judge(&check(&scratch, &["--policy", "/no/such/file"]), "/no/such/file cannot be read");
    let empty = outside.join("empty");
    std::fs::create_dir(&empty).unwrap();
    cannot_judge(
        &check(&scratch, &["--policy", &empty.display().to_string()]),
        "there is no policy file in it",
    );
}

#[test]
fn evidence_in_conflict_cannot_be_judged_and_other_conflicts_are_said() {
    let scratch = adopted(LISTED);
    let folder = scratch.path();
    scratch.write("README.md", "# One way\n");
    scratch.commit("2026-10-28T09:00:00Z", "One way");
    git(&folder, &["checkout", "--quiet", "production"]);
    scratch.write("README.md", "# Another way\n");
    scratch.commit("2026-10-28T10:00:00Z", "Another way");
    git(&folder, &["checkout", "--quiet", "feature"]);
    says(&into(&scratch, &[]), 0, "the merge is in conflict at README.md: somebody has to resolve it");
    let owner = |deputy: &str| {
        format!(
            "[owner]\nname = \"Ada Lovelace\"\nemail = \"ada@corp.example\"\n\n[deputy]\nname = \"{deputy}\"\n"
        )
    };
    scratch.write("OWNER.toml", owner("Grace Hopper"));
    scratch.commit("2026-10-28T11:00:00Z", "A deputy");
    git(&folder, &["checkout", "--quiet", "production"]);
    scratch.write("OWNER.toml", owner("Mary Jackson"));
    scratch.commit("2026-10-28T12:00:00Z", "Another deputy");
    git(&folder, &["checkout", "--quiet", "feature"]);
    let output = into(&scratch, &[]);
    assert_eq!(output.code, Some(2), "{}", flat(&output));
    assert!(flat(&output).contains("OWNER.toml"), "{}", flat(&output));
}

#[test]
fn ranges_bases_and_heads_say_the_same() {
    let scratch = adopted(LISTED);
    git(&scratch.path(), &["rm", "--quiet", "docs/runbook.md"]);
    let head = scratch.commit("2026-10-28T09:00:00Z", "No runbook any more");
    git(&scratch.path(), &["checkout", "--quiet", "production"]);
    for arguments in [
        &["--into", "production", "--head", "feature"][..],
        &["--base", "production", "--head", "feature"],
        &["--range", "production..feature"],
        &["--range", "..feature"],
        &["--into", "production", "--head", head.as_str()],
    ] {
        says(&check(&scratch, arguments), 1, "block[runbook-missing]");
    }
    says(&check(&scratch, &["--into", "production"]), 0, "which holds it already");
    for (arguments, told) in [
        (&["--head", "feature"][..], "does not say into what"),
        (&["--range", "production"], "`production` is not a range"),
        (&["--range", "production...feature"], "`production...feature` is not a range"),
        (&["--into", "nope"], "there is no revision `nope`"),
        (&["--into", "production", "--head", "nope"], "there is no revision `nope`"),
        (&["--tag", "v1"], "there is nothing to judge: tag v1 is not production"),
    ] {
        cannot_judge(&check(&scratch, arguments), told);
    }
    git(&scratch.path(), &["checkout", "--quiet", "--orphan", "other"]);
    scratch.commit("2026-10-29T09:00:00Z", "Another history");
    cannot_judge(&into(&scratch, &[]), "have no commit in common");
}

#[test]
fn a_release_tag_is_judged_since_the_one_before_it() {
    let scratch = adopted(&format!("[production]\nbranches = [\"production\"]\ntags = [\"v*\"]\n\n{LISTED}"));
    let folder = scratch.path();
    git(&folder, &["checkout", "--quiet", "production"]);
    git(&folder, &["tag", "-a", "v1", "-m", "The first"]);
    git(&folder, &["tag", "nightly"]);
    says(&check(&scratch, &["--tag", "v1"]), 0, "judged tag v1 (");
    git(&folder, &["rm", "--quiet", "docs/runbook.md"]);
    scratch.commit("2026-10-28T09:00:00Z", "No runbook any more");
    let output = check(&scratch, &["--tag", "v2", "--head", "HEAD"]);
    says(&output, 1, "since tag v1");
    says(&output, 1, "block[runbook-missing]");
    git(&folder, &["tag", "v2"]);
    says(&check(&scratch, &["--tag", "refs/tags/v2"]), 1, "block[runbook-missing]");
    cannot_judge(&check(&scratch, &["--tag", "nightly"]), "tag nightly is not production");
}

#[test]
fn a_rule_warns_before_the_day_from_which_it_blocks() {
    let scratch = adopted(&format!("[policy]\nfiles = [\"governance/*.toml\"]\n\n{LISTED}"));
    let pack = "[pack]\nid = \"house\"\ntitle = \"house rules\"\n\n[[rule]]\nid = \"owner-without-end\"\ntitle = \"no end date\"\nartifact = \"owner\"\nseverity = \"block\"\neffective_from = 2026-12-01\nwhy = \"because\"\nhelp = \"say until when\"\nsource = \"handbook\"\nsince = \"1\"\n[rule.check.fact]\nneeds = [\"until\"]\n";
    scratch.write("governance/house.toml", pack);
    let output = check(&scratch, &[]);
    says(&output, 0, "warn[owner-without-end]");
    says(&output, 0, "this warns until 2026-12-01, and blocks from that day on");
    let later = trial::trial(&scratch.path(), &["check", "--as-of", "2026-12-01"]);
    says(&later, 1, "block[owner-without-end]");
    scratch.write("governance/house.toml", pack.replace("2026-12-01", "\"soon\""));
    cannot_judge(&check(&scratch, &[]), "`soon` is not a date");
}

#[test]
fn approvals_of_a_model_that_is_not_touched_do_not_block() {
    let scratch = recipe("commits/ready.toml");
    let folder = scratch.path();
    let config = std::fs::read_to_string(folder.join("roadworthy.toml")).unwrap();
    scratch.write(
        "roadworthy.toml",
        format!("{config}\n[[model]]\nid = \"fraud\"\npath = \"fraud\"\ntier = \"critical\"\n"),
    );
    for file in ["OWNER.toml", "docs/DPIA.md", "docs/data-contract.md", "docs/runbook.md", "retraining.toml"]
    {
        let text = std::fs::read(folder.join(file)).unwrap();
        scratch.write(&format!("fraud/{file}"), text);
    }
    scratch.write("fraud/src/train.py", "X = 1\n");
    scratch.commit(
        "2026-10-28T09:00:00Z",
        "A second model\n\nIts papers are not approved yet, and it is not in use.",
    );
    git(&folder, &["checkout", "--quiet", "-b", "feature"]);
    scratch.write("src/score.py", "# a change\n");
    scratch.commit(
        "2026-10-29T09:00:00Z",
        "Score otherwise\n\nThe desk asked for it on Monday, see the minutes.",
    );
    let output = into(&scratch, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let of = |model: &str| {
        let all = report["findings"].as_array().unwrap();
        all.iter().filter(|f| f["model"] == model && f["blocks"] == true).count()
    };
    assert_eq!(of("fraud"), 0, "{}", output.stdout);
    assert!(
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|f| f["model"] == "fraud" && f["otherwise"] == "block")
    );
}

#[test]
fn a_pinned_policy_file_holds_what_it_is_pinned_to() {
    let pack = "[pack]\nid = \"house\"\ntitle = \"house rules\"\n\n[[rule]]\nid = \"owner-without-end\"\ntitle = \"no end date\"\nartifact = \"owner\"\nseverity = \"warn\"\nwhy = \"because\"\nhelp = \"say until when\"\nsource = \"handbook\"\nsince = \"1\"\n[rule.check.fact]\nneeds = [\"until\"]\n";
    let scratch = adopted(LISTED);
    scratch.write("governance/house.toml", pack);
    let said = trial::trial(&scratch.path(), &["policy", "check", "governance/house.toml"]).stdout;
    let hash = said.split("sha256:").nth(1).unwrap().trim();
    let pinned = |path: &str, hash: &str| {
        format!(
            "[policy]\nfiles = [\"governance/*.toml\"]\n\n[policy.pins]\n\"{path}\" = \"sha256:{hash}\"\n\n{LISTED}"
        )
    };
    scratch.write("roadworthy.toml", pinned("governance/house.toml", hash));
    says(&check(&scratch, &[]), 0, "warn[owner-without-end]");
    scratch.write("governance/house.toml", format!("{pack}\n"));
    cannot_judge(
        &check(&scratch, &[]),
        "governance/house.toml is not what it is pinned to: its content hash is sha256:",
    );
    scratch.write("roadworthy.toml", pinned("governance/other.toml", hash));
    cannot_judge(
        &check(&scratch, &[]),
        "governance/other.toml is pinned, and is none of the policy files that judge",
    );
    for (path, hash, told) in [
        ("governance/house.toml", "1234", "is pinned to something that is no content hash"),
        ("../house.toml", hash, "`../house.toml` is not a file of this repository"),
    ] {
        scratch.write("roadworthy.toml", pinned(path, hash));
        cannot_judge(&check(&scratch, &[]), told);
    }
}
