use super::*;
use crate::words::testing::builtin;
use proptest::prelude::*;

mod people_and_contacts;
mod things;
mod time;

/// A reading in short, for tables: `=value @text`, `-` unfilled, `!what`, `.` absent.
fn short(kind: ValueType, text: &str) -> String {
    match read(kind, text, builtin()) {
        Reading::Found(found) => {
            assert!(!text[found.range.clone()].is_empty(), "{text}");
            match found.value {
                Value::Text(value) => value,
                Value::Person(person) => person_text(&person),
                Value::Signature(person, date) => format!("{} {date}", person_text(&person)),
                Value::Date(date) => date.to_string(),
                Value::Days(days) => format!("{}d", (days * 1000.0).round() / 1000.0),
                Value::Cron(cron) => cron,
                Value::Number(number) => number.to_string(),
                Value::Ratio(share) => format!("{}%", (share * 100_000.0).round() / 1000.0),
                Value::Limit { comparator, number } => match comparator {
                    Some(Comparator::Above) => format!(">{number}"),
                    Some(Comparator::Below) => format!("<{number}"),
                    None => number.to_string(),
                },
                Value::Latency { millis, percentile } => match percentile {
                    Some(percentile) => format!("p{percentile} {millis}ms"),
                    None => format!("{millis}ms"),
                },
            }
        }
        Reading::Unfilled => "-".to_string(),
        Reading::Wrong(wrong) => {
            assert!(!text[wrong.range.clone()].is_empty(), "{text}");
            format!("!{:?}", wrong.what)
        }
        Reading::Absent => ".".to_string(),
    }
}

fn person_text(person: &Person) -> String {
    let parts = [
        person.name.clone(),
        person.email.as_ref().map(|email| format!("<{email}>")),
        person.handle.as_ref().map(|handle| format!("@{handle}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Checks a table and reports all rows that fail.
fn table(kind: ValueType, rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(text, expected)| (text, expected, short(kind, text)))
        .filter(|(_, expected, got)| **expected != *got)
        .map(|(text, expected, got)| format!("{text:?}: expected {expected:?}, got {got:?}"))
        .collect();
    assert!(wrong.is_empty(), "{kind:?}\n{}", wrong.join("\n"));
}

fn all_kinds() -> Vec<ValueType> {
    let prose = [ValueType::Prose(1), ValueType::Prose(5), ValueType::Prose(40)];
    ValueType::NAMES.iter().filter_map(|name| ValueType::parse(name)).chain(prose).collect()
}

#[test]
fn names_are_sorted_and_read_back() {
    assert!(ValueType::NAMES.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", ValueType::NAMES);
    for kind in all_kinds() {
        assert_eq!(ValueType::parse(&kind.name()), Some(kind));
        assert!(kind.noun().contains(' '));
    }
    assert_eq!(ValueType::parse("prose"), Some(ValueType::Prose(4)));
    for wrong in ["prose(0)", "prose(x)", "prose(5", "proseword", "", "Person"] {
        assert_eq!(ValueType::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn every_example_is_found() {
    for today in ["2026-11-22", "2024-02-29", "2026-03-04"] {
        let today = today.parse().unwrap();
        for kind in all_kinds() {
            let example = kind.example(today);
            assert!(
                matches!(read(kind, &example, builtin()), Reading::Found(_)),
                "{kind:?}: {example:?} reads as {:?}",
                read(kind, &example, builtin())
            );
        }
    }
}

#[test]
fn placeholders() {
    for text in [
        "",
        " ",
        "—",
        "...",
        "?",
        "TBD",
        "tbd.",
        "[TBD]",
        "(TBD)",
        "N/A",
        "n/a",
        "k.A.",
        "[Your Name]",
        "<name>",
        "<your-team>",
        "{{ owner }}",
        "YYYY-MM-DD",
        "@your-org/your-team",
        "[NAME], [DATE]",
        "TODO: ask legal",
        "owner to be confirmed",
        "À compléter",
        "noch festzulegen",
        "por definir",
        "a definir",
        "待填写",
        "未定",
        "미정",
        "xxx",
        "____",
        "[Name]",
        "[Date of approval]",
        "more information needed",
        "**",
        "Name: TBD",
        "заполнить",
        "da completare",
        "<insert date>",
    ] {
        assert!(is_placeholder(text, builtin()), "{text:?}");
    }
}

#[test]
fn answers_are_no_placeholders() {
    for text in [
        "N/A because no personal data is used",
        "método todos los días",
        "Ada Lovelace",
        "<ada@corp.example>",
        "see [1]",
        "dependabot[bot]",
        "${{ secrets.TOKEN }}",
        "0 3 * * 1",
        "* * * * *",
        "[owner file](OWNER.toml)",
        "none of the above apply here",
        "p95 < 200 ms and > 3 rps",
        "todo el equipo",
        "#churn",
        "C++",
        "The open data portal",
        "x > 3",
        "99.9 %",
    ] {
        assert!(!is_placeholder(text, builtin()), "{text:?}");
    }
}

#[test]
fn an_empty_vocabulary_is_survived() {
    let words = Words::default();
    for kind in all_kinds() {
        let _ = read(kind, "Ada Lovelace <ada@corp.example>, 2026-11-22, every 3 days > 5", &words);
    }
}

#[test]
fn long_hostile_texts_are_read_in_time() {
    let seeds = [
        "@",
        "a@",
        "1 ",
        "1.",
        "* ",
        "not ",
        "[",
        "<name",
        "every a ",
        "://",
        "+1",
        "P1",
        "年1",
        "May 1 ",
        "above ",
        "per week ",
        "twice ",
        "a",
        "Ada ",
        "user:",
        "#",
        "&lt;",
        "1 % ",
        "`",
        "a_",
    ];
    for seed in seeds {
        let text = seed.repeat(6_000 / seed.len());
        for kind in all_kinds() {
            let start = std::time::Instant::now();
            let _ = read(kind, &text, builtin());
            assert!(start.elapsed().as_millis() < 2_000, "{kind:?} on {seed:?}: {:?}", start.elapsed());
        }
    }
}

fn ranges_hold(text: &str) {
    for kind in all_kinds() {
        let range = match read(kind, text, builtin()) {
            Reading::Found(found) => found.range,
            Reading::Wrong(wrong) => wrong.range,
            Reading::Unfilled | Reading::Absent => continue,
        };
        let piece = text.get(range.clone());
        assert!(piece.is_some_and(|piece| !piece.is_empty()), "{kind:?} on {text:?}: {range:?}");
    }
    for found in people(text, builtin()) {
        assert!(text.get(found.range).is_some_and(|piece| !piece.is_empty()), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        ranges_hold(&text);
    }

    #[test]
    fn likely_texts_are_read_without_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "Ada", "Müller", "@", "corp.example", "<", ">", "(", ")", "2026", "-", "02", "31", "/", ".", " ", "every", "3",
                "недели", "每", "个月", "年", "月", "日", "Q3", "p95", "ms", "%", "*", "P1Y", "TODO", "[", "]", "#", "+49", "user:",
                "://", "https", "`", "_", "\n", "é", "İ", "ǅ", "ﬁ", "㍿", "\u{301}", "a", "per", "twice", "≥", "&lt;", "€", "5",
                "cron(", "timedelta(days=", "Dr.", ",", "and", "김", "佐藤", "·", ";", "$", "python", "train.py", "&&",
            ]),
            0..14,
        ),
    ) {
        ranges_hold(&parts.concat());
        ranges_hold(&parts.join(" "));
    }

    #[test]
    fn any_cron_is_judged_without_panic(text in "[0-9*/,LW#? -]{0,20}") {
        let _ = cron_max_gap_days(&text);
    }
}
