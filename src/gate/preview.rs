//! What a change's own policy would ask beyond the one that judges it, for people.

use crate::policy::{PolicySet, Tier};

use super::trust::Stated;

/// So many things are named.
const MOST_NAMED: usize = 6;

/// A sentence about what the change adds to the policy; `None` when it adds nothing.
pub(super) fn stricter(old: &Stated, new: &Stated) -> Option<String> {
    let mut added = Vec::new();
    let packs: Vec<&String> = new.set.packs.iter().filter(|pack| !old.set.packs.contains(pack)).collect();
    added.extend(packs.iter().map(|pack| format!("takes in the pack `{pack}`")));
    if packs.is_empty() {
        let known = |id: &str| old.set.rules.iter().any(|rule| rule.id.value == id);
        let rules = new.set.rules.iter().filter(|rule| !known(&rule.id.value));
        added.extend(rules.map(|rule| format!("adds the rule `{}`", rule.id.value)));
    }
    added.extend(raised(&old.set, &new.set));
    for model in &new.models {
        match old.models.iter().find(|other| other.path == model.path) {
            None => added.push(format!("lists model `{}`", model.id)),
            Some(other) if model.tier < other.tier => {
                added.push(format!("raises model `{}` to tier {}", model.id, model.tier.name()));
            }
            Some(_) => {}
        }
    }
    if old.set.config.locked.is_none() && new.set.config.locked.is_some() {
        added.push("locks the policy".to_string());
    }
    let more = added.len().saturating_sub(MOST_NAMED);
    added.truncate(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!added.is_empty()).then(|| format!("once landed, this change {}{more}", added.join(", ")))
}

/// Rules that both know and that the change takes more seriously.
fn raised(old: &PolicySet, new: &PolicySet) -> Vec<String> {
    let mut found = Vec::new();
    for rule in &old.rules {
        let Some(other) = new.rules.iter().find(|other| other.id.value == rule.id.value) else { continue };
        let (was, now) = (old.severities(rule), new.severities(other));
        // The more serious severity is the smaller one.
        if let Some(tier) = Tier::ALL.into_iter().find(|tier| now.of(*tier) < was.of(*tier)) {
            found.push(format!("raises `{}` to {}", rule.id.value, now.of(tier).name()));
        }
    }
    found
}
