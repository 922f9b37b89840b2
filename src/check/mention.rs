//! Whether a text speaks of a name, however it is written: `ChurnFeatureDrift`, "drift of a feature".

use std::collections::BTreeSet;

use crate::words::TermList;

/// Longer words may end otherwise: "drift", "drifted".
const STEM: usize = 4;

/// A name has no more words; a longer text is none, and not looked for.
const LONGEST: usize = 12;

/// A text, prepared for questions about names.
#[derive(Debug)]
pub(super) struct Spoken {
    /// The words of each line, and of it together with the one that it goes on in.
    lines: Vec<BTreeSet<String>>,
    /// Letters and digits alone.
    squeezed: String,
}

impl Spoken {
    /// Takes a text apart.
    pub(super) fn of(text: &str) -> Spoken {
        let own: Vec<(&str, BTreeSet<String>)> =
            text.lines().map(|line| (line.trim(), words(line).into_iter().collect())).collect();
        let begins = |line: &str| line.is_empty() || line.starts_with(['-', '*', '|', '#', '>', '+', '`']);
        let mut lines = Vec::with_capacity(own.len());
        for (at, (line, words)) in own.iter().enumerate() {
            let mut words = words.clone();
            if let Some((next, more)) = own.get(at + 1)
                && !begins(next)
                && !line.starts_with(['|', '#'])
            {
                words.extend(more.iter().cloned());
            }
            lines.push(words);
        }
        Spoken { lines, squeezed: squeezed(text) }
    }

    /// True when the name stands in the text, or all its words but `fillers` and those of `known` in one line.
    pub(super) fn mentions(&self, name: &str, fillers: &TermList, known: &BTreeSet<String>) -> bool {
        let own = words(name);
        let whole = squeezed(name);
        if own.len() > LONGEST || whole.is_empty() || self.squeezed.contains(&whole) {
            return true;
        }
        let telling: Vec<&String> =
            own.iter().filter(|word| !fillers.is_match(word) && !known.contains(*word)).collect();
        !telling.is_empty()
            && self.lines.iter().any(|line| telling.iter().all(|word| line.iter().any(|w| alike(w, word))))
    }
}

fn alike(a: &str, b: &str) -> bool {
    let common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let shorter = a.chars().count().min(b.chars().count());
    a == b || common >= STEM && common + 2 >= shorter
}

/// Letters and digits in lower case, nothing between them.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of a text in lower case; `HTTPErrors5xx` has three.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for piece in text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty()) {
        let chars: Vec<char> = piece.chars().collect();
        let mut word = String::new();
        for (at, c) in chars.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| chars[at]);
            let next = chars.get(at + 1);
            let begins = before.is_some_and(|before| {
                let hump = c.is_uppercase() && !before.is_uppercase();
                let last =
                    c.is_uppercase() && before.is_uppercase() && next.is_some_and(|n| n.is_lowercase());
                let digit = c.is_ascii_digit() && !before.is_ascii_digit();
                hump || last || digit
            });
            if begins && !word.is_empty() {
                out.push(std::mem::take(&mut word));
            }
            word.extend(c.to_lowercase());
        }
        out.push(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_code_are_words() {
        assert_eq!(words("HTTPErrors5xx"), ["http", "errors", "5xx"]);
        assert_eq!(words("churn_feature-drift High"), ["churn", "feature", "drift", "high"]);
    }

    #[test]
    fn a_name_is_mentioned_in_any_notation_and_in_one_place() {
        let text =
            Spoken::of("## Feature has drifted\n\nThe list is\nempty.\n\n- `churn_scores_late`\n- latency\n");
        let known = BTreeSet::from(["churn".to_string()]);
        let fillers = TermList::new(vec!["=high".to_string()]).unwrap();
        let mentions = |name: &str| text.mentions(name, &fillers, &known);
        for name in ["ChurnFeatureDrift", "FeatureDriftHigh", "ListEmpty", "ChurnScoresLate", "LATENCIES"] {
            assert!(mentions(name), "{name}");
        }
        for name in ["ChurnFeatureEmpty", "HighChurn", "ScoreStale", "DriftLatency"] {
            assert!(!mentions(name), "{name}");
        }
    }
}
