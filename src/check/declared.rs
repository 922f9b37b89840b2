//! What a document says that a model may reach.

use crate::diag::Sources;
use crate::evidence::{Candidate, Evidence};
use crate::policy::{PolicySet, ReachCheck, StateName};
use crate::words::TermList;

/// The text of documents, prepared for questions about names.
#[derive(Debug)]
pub(super) struct Declared {
    /// Lower case, as it stands.
    raw: String,
    /// Words with one space around each.
    words: String,
    /// As `words`, of the facts that declare sources.
    facts: String,
}

impl Declared {
    /// Reads all documents that count.
    pub(super) fn of(
        set: &PolicySet,
        sources: &Sources,
        check: &ReachCheck,
        evidence: &Evidence,
    ) -> Declared {
        let mut raw = String::new();
        let none = TermList::none();
        let denials = check.denials.as_ref().map_or(none, |terms| set.terms(terms));
        for source in evidence.candidates.iter().filter(|c| counts(c)).filter_map(|c| c.source) {
            let text = without_comments(&sources.get(source).text);
            for sentence in sentences(&text).into_iter().filter(|text| !denials.is_match(text)) {
                raw.push_str(&sentence.to_lowercase());
                raw.push('\n');
            }
        }
        let words = folded(&raw);
        let mut facts = String::new();
        for (artifact, fact) in check.declared_facts() {
            let Some((_, artifact)) = set.artifact(artifact) else { continue };
            let Some(index) = artifact.facts.iter().position(|f| f.name.value == fact) else { continue };
            for fact in evidence.candidates.iter().filter(|c| counts(c)).flat_map(|c| c.facts.of(index)) {
                facts.push_str(&fact.text);
                facts.push('\n');
            }
        }
        Declared { raw, words, facts: folded(&facts) }
    }

    /// True when a source is named, whatever the notation. `own` is the last part of a name that has several:
    /// it will do where sources are listed, or where it is written as a name.
    pub(super) fn names(&self, name: &str, own: Option<&str>) -> bool {
        let lower = name.to_lowercase();
        if self.has(&lower) {
            return true;
        }
        let Some(own) = own.map(str::to_lowercase) else { return false };
        let space = lower.strip_suffix(own.as_str()).unwrap_or("").trim_end_matches(['.', '/']);
        let near = space.rsplit(['.', '/']).next().unwrap_or("");
        if !near.is_empty() && (self.has(&format!("{near}.{own}")) || self.raw.contains(&format!("{near}.*")))
        {
            return true;
        }
        let compound = own.contains(['_', '-']);
        (compound && self.has(&own)) || holds(&self.facts, &own) || self.is_written_as_name(&own)
    }

    fn has(&self, name: &str) -> bool {
        holds(&self.words, name)
    }

    /// In quotes or backticks, or alone as a value or list item.
    fn is_written_as_name(&self, name: &str) -> bool {
        let quoted = ['`', '"', '\''].iter().any(|q| self.raw.contains(&format!("{q}{name}{q}")));
        let value = |line: &str| {
            let value = line.rsplit_once(": ").map_or(line, |(_, value)| value);
            value.trim().trim_start_matches("- ").trim_matches(['|', ' ', '*']) == name
        };
        quoted || self.raw.lines().any(value)
    }
}

/// True for a document that can be judged.
pub(super) fn counts(candidate: &Candidate) -> bool {
    matches!(candidate.state.name, StateName::Real | StateName::Draft | StateName::Vetoed)
}

/// True when folded text holds a name: as it is, as words, or joined. `contract` is not in `contract_month`.
fn holds(text: &str, name: &str) -> bool {
    let name = folded(name);
    let bare = name.trim();
    let spellings = [name.clone(), name.replace('_', " "), format!(" {} ", bare.replace(' ', "_"))];
    bare.len() > 1 && spellings.iter().any(|spelling| text.contains(spelling))
}

/// Lower-case words with one space around each; `_` and `-` join words.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    for word in text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-')) {
        let word = word.trim_matches(['_', '-']);
        if word.is_empty() {
            continue;
        }
        if word.is_ascii() && !word.contains('-') {
            let from = out.len();
            out.push_str(word);
            out[from..].make_ascii_lowercase();
        } else {
            out.push_str(&word.to_lowercase().replace('-', "_"));
        }
        out.push(' ');
    }
    out
}

/// The text without comments of HTML.
pub(super) fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    out + rest
}

/// Lines, with those that go on joined, cut where sentences end.
fn sentences(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.trim();
        let begins = line.starts_with(['-', '*', '|', '#', '>', '+']) || line.contains(": ");
        match blocks.last_mut() {
            Some(last) if open && !begins && !line.is_empty() => {
                last.push(' ');
                last.push_str(line);
            }
            _ => blocks.push(line.to_string()),
        }
        open = !line.is_empty() && !line.starts_with(['|', '#']);
    }
    let cut = |block: &String| block.split_inclusive(". ").map(str::to_string).collect::<Vec<_>>();
    blocks.iter().flat_map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(text: &str, facts: &str) -> Declared {
        Declared { raw: text.to_lowercase(), words: folded(text), facts: folded(facts) }
    }

    #[test]
    fn notation_does_not_matter() {
        let said =
            declared("Tables: crm / contract_month; the bucket corp-lake; `users`\nname: orders\n", "");
        for (name, own) in [
            ("crm.contract_month", Some("contract_month")),
            ("warehouse.CRM.contract_month", Some("contract_month")),
            ("other.contract_month", Some("contract_month")),
            ("corp-lake", None),
            ("public.users", Some("users")),
            ("shop.orders", Some("orders")),
        ] {
            assert!(said.names(name, own), "{name}");
        }
        for (name, own) in
            [("corp-lake-raw", None), ("crm.contract", Some("contract")), ("hr.pay", Some("pay"))]
        {
            assert!(!said.names(name, own), "{name}");
        }
        assert!(declared("all of crm.*", "").names("crm.anything", Some("anything")));
        assert!(declared("", "the customers of CRM").names("crm.customers", Some("customers")));
        for own in ["customers", "contract-month", "verträge"] {
            let said = declared("", "Customers, Contract-Month and VERTRÄGE");
            assert!(said.names(&format!("crm.{own}"), Some(own)), "{own}");
        }
    }

    #[test]
    fn sentences_end_with_dots_and_items() {
        assert_eq!(
            sentences("One goes\non. Two\n- three\n| a | b |\nfour"),
            ["One goes on. ", "Two", "- three", "| a | b |", "four"]
        );
        assert_eq!(without_comments("a <!-- b --> c <!-- d"), "a  c ");
    }
}
