use super::spelling::{self, spellings};
use super::term::{Term, check};
use super::testing::{TEXT, builtin, lists};
use super::*;
use crate::text::Folded;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

fn read(term: &str) -> Option<Term> {
    spellings(std::iter::once(term)).first()?.term().map(|(_, term)| term)
}

#[test]
fn a_spelling_is_read_back_from_its_line() {
    let mut count = 0;
    for (name, terms) in lists() {
        for spelling in spellings(terms.iter().map(String::as_str)) {
            let line: &'static str = spelling.line().leak();
            assert_eq!(spelling::read(line), spelling.term(), "{name}: {line}");
            count += 1;
        }
    }
    assert!(count > 1000, "{count}");
}

fn words(terms: &[&str]) -> Words {
    let terms = terms.iter().map(ToString::to_string).collect();
    Words::from_lists(BTreeMap::from([("list".to_string(), terms)])).unwrap()
}

fn found<'t>(terms: &[&str], text: &'t str) -> Option<&'t str> {
    words(terms).list("list").unwrap().find(&Folded::new(text)).map(|m| &text[m.range])
}

#[test]
fn terms_match_as_documented() {
    for (term, text, expected) in [
        ("roll back", "How to Roll-back_ now", Some("Roll-back")),
        ("roll back", "rollback", None),
        ("roll back", "troll backs", None),
        ("retrain*", "Retraining, monthly", Some("Retraining")),
        ("retrain*", "pretrain", None),
        ("правов* основан*", "Правовое основание обработки", Some("Правовое основание")),
        ("not * production", "this is not yet ready for production.", Some("not yet ready for production")),
        ("not * production", "not production", Some("not production")),
        ("not * production", "not one two three four five production", None),
        ("not * production", "it is not. For production, see", None),
        ("=name", " Name ", Some("Name")),
        ("=name", "name of the owner", None),
        ("=first * name", "first and last name", Some("first and last name")),
        ("回滚", "如何回滚模型", Some("回滚")),
        ("slo目标", "我们的SLO目标", Some("SLO目标")),
        ("slo", "SLO目标", Some("SLO")),
        ("état", "l’état", Some("état")),
        ("e mail", "E-Mail", Some("E-Mail")),
        ("n/a", "N/A", Some("N/A")),
        ("re:p\\d+", "the P95 latency", Some("P95")),
    ] {
        assert_eq!(found(&[term], text), expected, "{term} in {text}");
    }
}

#[test]
fn the_first_and_longest_match_wins() {
    assert_eq!(found(&["data", "data owner", "owner"], "the data owner"), Some("data owner"));
    let list = words(&["a b", "b", "c*"]);
    let text = Folded::new("a b, b and cc");
    let all: Vec<_> =
        list.list("list").unwrap().find_all(&text).into_iter().map(|m| (m.range, m.term)).collect();
    assert_eq!(all, [(0..3, 0), (5..6, 1), (11..13, 2)]);
}

#[test]
fn whole_texts_and_words() {
    let list = words(&["tbd", "to be *  decided", "engineer*", "on call"]);
    let list = list.list("list").unwrap();
    assert!(list.is_whole(" TBD ") && list.is_whole("to be finally decided") && !list.is_whole("tbd soon"));
    assert!(list.has_word("tbd") && list.has_word("engineers") && list.has_word("on call"));
    assert!(!list.has_word("tb") && !list.has_word("on"));
}

#[test]
fn mistakes_are_all_reported() {
    let terms = ["", "*", "* a", "a *", "a*b", "a * b * c * d", "re:(", "re:(?:\\w{500}){500}", "fine"];
    let lists = BTreeMap::from([("l".to_string(), terms.iter().map(ToString::to_string).collect())]);
    let errors = Words::from_lists(lists).unwrap_err();
    assert_eq!(errors.iter().map(|e| e.term.as_str()).collect::<Vec<_>>(), terms[..8]);
    assert!(errors[7].message.contains("too large"), "{}", errors[7].message);
}

#[test]
fn organisations_append() {
    let mut words = words(&["squad"]);
    let more = BTreeMap::from([("list".to_string(), vec!["tribe".to_string()])]);
    words.extend(more).unwrap();
    assert!(words.holds("list", "squad") && words.holds("list", "tribe"));
    let wrong = BTreeMap::from([("list".to_string(), vec!["re:[".to_string()])]);
    assert!(words.extend(wrong).is_err());
    assert!(words.holds("list", "tribe"));
}

#[test]
fn the_vocabulary_is_in_order() {
    for (name, terms) in lists() {
        assert!(!terms.is_empty(), "{name} is empty");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{name}");
        let mut seen = BTreeSet::new();
        for term in &terms {
            let key = Folded::new(term).as_str().trim().to_string();
            assert!(seen.insert(key), "{name} has {term:?} twice");
            if !term.starts_with("re:") {
                assert!(read(term).is_some(), "{name}: {term:?}");
            }
        }
    }
    assert!(builtin().names().count() > 80);
}

#[test]
fn every_list_is_found_by_its_own_terms() {
    for name in builtin().names() {
        let list = builtin().list(name).unwrap();
        for term in list.terms().filter(|term| !term.starts_with("re:")) {
            let text = term.trim_start_matches('=').replace(" * ", " ").replace('*', "");
            assert!(list.is_match(&text), "{name}: {term:?} does not match {text:?}");
        }
    }
}

#[test]
fn groups_of_the_vocabulary_are_sorted() {
    let mut group: Vec<&str> = Vec::new();
    for line in TEXT.lines() {
        if line.starts_with("# ---") {
            group.clear();
        } else if let Some((name, _)) = line.split_once(" = [") {
            assert!(group.last().is_none_or(|last| natural(last) < natural(name)), "{name} after {group:?}");
            group.push(name);
        }
    }
}

/// `month_2` comes before `month_10`.
fn natural(name: &str) -> (&str, u32) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (stem, name[stem.len()..].parse().unwrap_or(0))
}

#[test]
fn the_vocabulary_starts_fast() {
    let lists = lists();
    let start = Instant::now();
    let words = Words::from_lists(lists).unwrap();
    let folded = Folded::new("The data owner rolls back within 15 minutes, every week; 回滚 и откат");
    for name in words.names() {
        let _ = words.list(name).unwrap().find(&folded);
    }
    let limit = if cfg!(debug_assertions) { 1000 } else { 20 };
    assert!(start.elapsed() < Duration::from_millis(limit), "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn whatever_passes_the_check_is_read(written in "[a-zäß回*=_/ -]{0,12}") {
        prop_assert!(check(&written).is_err() || read(&written).is_some());
    }

    #[test]
    fn matches_are_ranges_of_the_text(text in any::<String>()) {
        let folded = Folded::new(&text);
        for name in ["veto_phrase", "team_tokens", "cjk_not_names", "rollback_words"] {
            for m in builtin().list(name).unwrap().find_all(&folded) {
                prop_assert!(!text[m.range].is_empty());
            }
        }
    }
}
