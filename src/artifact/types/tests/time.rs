use super::*;

#[test]
fn dates() {
    table(
        ValueType::Date,
        &[
            ("2026-11-22", "2026-11-22"),
            ("2026-11-22T10:00:00Z", "2026-11-22"),
            ("reviewed 2026/3/1 by two people", "2026-03-01"),
            ("2026.03.01", "2026-03-01"),
            ("22.11.2026", "2026-11-22"),
            ("1.3.2026", "2026-03-01"),
            ("01.03.26", "2026-03-01"),
            ("22-11-2026", "2026-11-22"),
            ("22/11/2026", "2026-11-22"),
            ("11/22/2026", "2026-11-22"),
            ("03/04/2026", "2026-03-04"),
            ("20260301", "2026-03-01"),
            ("2026-03", "2026-03-01"),
            ("03/2026", "2026-03-01"),
            ("Q3 2026", "2026-07-01"),
            ("2026-Q3", "2026-07-01"),
            ("Q1/2027", "2027-01-01"),
            ("H2 2026", "2026-07-01"),
            ("2026-W10", "2026-03-02"),
            ("22 November 2026", "2026-11-22"),
            ("November 22nd, 2026", "2026-11-22"),
            ("Nov 22, 2026", "2026-11-22"),
            ("22-Nov-2026", "2026-11-22"),
            ("November 2026", "2026-11-01"),
            ("3. März 2026", "2026-03-03"),
            ("1er août 2026", "2026-08-01"),
            ("3 de marzo de 2026", "2026-03-03"),
            ("3 de março de 2026", "2026-03-03"),
            ("1º de maio de 2026", "2026-05-01"),
            ("3 luglio 2026", "2026-07-03"),
            ("3 maart 2026", "2026-03-03"),
            ("3 марта 2026 г.", "2026-03-03"),
            ("2026年3月1日", "2026-03-01"),
            ("2026 年 3 月", "2026-03-01"),
            ("2026년 3월 1일", "2026-03-01"),
            ("2026-02-31", "!ImpossibleDate"),
            ("31 February 2026", "!ImpossibleDate"),
            ("2026-13-01", "!ImpossibleDate"),
            ("2026-02-31, corrected 2026-02-28", "2026-02-28"),
            ("next spring", "!NotADate"),
            ("March", "!NotADate"),
            ("v1.2.2026-rc", "!NotADate"),
            ("10.0.0.1", "!NotADate"),
            ("YYYY-MM-DD", "-"),
            ("we may change 3 of the 2026 rows that the model reads every day without notice", "."),
        ],
    );
}

#[test]
fn durations() {
    table(
        ValueType::Duration,
        &[
            ("90 days", "90d"),
            ("kept for 12 months", "366d"),
            ("30d", "30d"),
            ("24h", "1d"),
            ("2-3 weeks", "21d"),
            ("30–90 days", "90d"),
            ("two weeks", "14d"),
            ("zwei Jahre", "732d"),
            ("3 Monate", "92d"),
            ("6 mois", "184d"),
            ("5 jours ouvrés", "5d"),
            ("5 años", "1830d"),
            ("5 anos", "1830d"),
            ("30 giorni", "30d"),
            ("6 maanden", "184d"),
            ("3 года", "1098d"),
            ("三年", "1098d"),
            ("6个月", "184d"),
            ("3か月", "92d"),
            ("30일", "30d"),
            ("P30D", "30d"),
            ("P1Y", "366d"),
            ("PT36H", "1.5d"),
            ("timedelta(days=7)", "7d"),
            ("1.5 years", "549d"),
            ("30", "!BareNumber"),
            ("as long as necessary", "!Other"),
            ("€ 5 M", "!Other"),
            ("P", "!Other"),
        ],
    );
    table(
        ValueType::Clock,
        &[
            ("15 min", "0.01d"),
            ("immediately", "0d"),
            ("sofort", "0d"),
            ("立即", "0d"),
            ("next business day", "1d"),
            ("soon", "!Other"),
        ],
    );
}

#[test]
fn cadences() {
    table(
        ValueType::Cadence,
        &[
            ("every 30 days", "30d"),
            ("90 days", "90d"),
            ("weekly", "7d"),
            ("Retrained weekly, on Sundays", "7d"),
            ("every other week", "14d"),
            ("every two weeks", "14d"),
            ("bi-weekly", "14d"),
            ("once per quarter", "92d"),
            ("quarterly", "92d"),
            ("twice a year", "184d"),
            ("2x per month", "15.5d"),
            ("per week", "7d"),
            ("semi-annually", "184d"),
            ("alle zwei Wochen", "14d"),
            ("einmal pro Quartal", "92d"),
            ("zweimal im Jahr", "183d"),
            ("vierteljährlich", "92d"),
            ("jeden Monat", "31d"),
            ("tous les 15 jours", "15d"),
            ("une fois par an", "366d"),
            ("trimestrielle", "92d"),
            ("cada 3 meses", "92d"),
            ("dos veces al año", "183d"),
            ("a cada 6 meses", "184d"),
            ("uma vez por semana", "7d"),
            ("quinzenal", "14d"),
            ("ogni 2 settimane", "14d"),
            ("mensile", "31d"),
            ("om de 2 weken", "14d"),
            ("elke maand", "31d"),
            ("раз в две недели", "14d"),
            ("каждые 3 месяца", "92d"),
            ("ежемесячно", "31d"),
            ("每月", "31d"),
            ("每3个月", "92d"),
            ("每两周一次", "14d"),
            ("毎週日曜日", "7d"),
            ("3か月ごと", "92d"),
            ("매주", "7d"),
            ("3개월마다", "92d"),
            ("timedelta(days=7)", "7d"),
            ("rate(7 days)", "7d"),
            ("0 3 * * 1", "0 3 * * 1"),
            ("cron(0 3 ? * MON *)", "0 3 ? * MON"),
            ("@daily", "@daily"),
            ("0 0 31 2 *", "!BrokenCron"),
            ("as needed", "!Vague"),
            ("regelmäßig", "!Vague"),
            ("按需", "!Vague"),
            ("30", "!BareNumber"),
            ("TBD", "-"),
            ("5000 requests per day are answered by the model without any help from people", "."),
        ],
    );
}

#[test]
fn largest_gaps_of_schedules() {
    for (cron, days) in [
        ("* * * * *", 1.0 / 1440.0),
        ("0 * * * *", 1.0 / 24.0),
        ("0 3 * * *", 1.0),
        ("@daily", 1.0),
        ("0 3 * * 1", 7.0),
        ("0 3 * * 1-5", 3.0),
        ("*/5 9-17 * * 1-5", 2.0 + 15.0 / 24.0 + 5.0 / 1440.0),
        ("0 0 1 * *", 31.0),
        ("0 0 1 */3 *", 92.0),
        ("0 0 1,15 * *", 17.0),
        ("0 0 1 1 *", 366.0),
        ("0 0 29 2 *", 1461.0),
        ("0 0 * 1-11 *", 32.0),
        ("* * * * 1", 6.0 + 1.0 / 1440.0),
        ("30 0 3 * * *", 1.0),
    ] {
        let gap = cron_max_gap_days(cron).unwrap();
        assert!((gap - days).abs() < 1e-6, "{cron}: {gap}, expected {days}");
    }
    for wrong in ["", "0 0 31 2 *", "61 * * * *", "every day", "* * *", "0 0 0 0 0"] {
        assert!(cron_max_gap_days(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn cron_expressions_in_text() {
    table(
        ValueType::Cron,
        &[
            ("runs at `0 3 * * 1` UTC", "0 3 * * 1"),
            ("schedule: '0 2 1 * *'", "0 2 1 * *"),
            ("0 4 1 1 0", "0 4 1 1 0"),
            ("weekly", "!Other"),
            ("the scores 1 2 3 4 5 are the five classes that the model may give", "."),
            ("@weekly", "@weekly"),
        ],
    );
}
