use super::*;

#[test]
fn persons() {
    table(
        ValueType::Person,
        &[
            ("Ada Lovelace", "Ada Lovelace"),
            ("Ada Lovelace <ada@corp.example>", "Ada Lovelace <ada@corp.example>"),
            ("ada@corp.example (Ada Lovelace)", "Ada Lovelace <ada@corp.example>"),
            ("Ada Lovelace (Data Science)", "Ada Lovelace"),
            ("Data Science – Ada Lovelace", "Ada Lovelace"),
            ("Data Owner (Ada Lovelace)", "Ada Lovelace"),
            ("Ada Lovelace, Head of Risk, ada@corp.example", "Ada Lovelace <ada@corp.example>"),
            ("Ada Lovelace @ada-l", "Ada Lovelace @ada-l"),
            ("LOVELACE, Ada", "Ada LOVELACE"),
            ("Lovelace, Julia", "Julia Lovelace"),
            ("MÜLLER Jörg", "MÜLLER Jörg"),
            ("J. R. Smith", "J. R. Smith"),
            ("Dr. Grace B. Hopper, PhD", "Grace B. Hopper"),
            ("Frau Dr. Marie Curie-Skłodowska", "Marie Curie-Skłodowska"),
            ("Dr. Noether", "Noether"),
            ("Conan O'Brien", "Conan O'Brien"),
            ("Jean d’Alembert", "Jean d’Alembert"),
            ("Ludwig van Beethoven", "Ludwig van Beethoven"),
            ("Ibn al-Haytham", "Ibn al-Haytham"),
            ("Muhammad ibn Musa", "Muhammad ibn Musa"),
            ("Nguyễn Thị Minh Khai", "Nguyễn Thị Minh Khai"),
            ("Maria da Conceição dos Santos", "Maria da Conceição dos Santos"),
            ("Aung San Suu Kyi", "Aung San Suu Kyi"),
            ("April Jones", "April Jones"),
            ("Софья Ковалевская", "Софья Ковалевская"),
            ("Ковалевская С. В.", "Ковалевская С. В."),
            ("张伟（数据负责人）", "张伟"),
            ("佐藤 花子さん", "佐藤 花子"),
            ("김민준", "김민준"),
            ("エイダ・ラブレス", "エイダ・ラブレス"),
            ("艾达·洛夫莱斯", "艾达·洛夫莱斯"),
            ("Priya", "Priya"),
            ("Lovelace @ada-l", "Lovelace @ada-l"),
            ("@ada-lovelace", "@ada-lovelace"),
            ("user:default/ada", "@ada"),
            ("approved by Ada Lovelace on behalf of the board", "Ada Lovelace"),
            ("The owner is Ada Lovelace.", "Ada Lovelace"),
            ("data team; Grace Hopper", "Grace Hopper"),
            ("Ada Lovelace and Grace Hopper", "Ada Lovelace"),
            ("ops@corp.example, ada@corp.example", "<ada@corp.example>"),
            ("Ada Lovelace <ada@example.com>", "Ada Lovelace"),
        ],
    );
}

#[test]
fn no_persons() {
    table(
        ValueType::Person,
        &[
            ("data team", "!Team"),
            ("@corp/churn-team", "!Team"),
            ("group:default/data", "!Team"),
            ("@mlops", "!Team"),
            ("Compliance", "!Team"),
            ("команда данных", "!Team"),
            ("équipe données", "!Team"),
            ("CTO", "!Role"),
            ("Head of Data Science", "!Team"),
            ("Datenschutzbeauftragte", "!Role"),
            ("Lead Data Scientist", "!Role"),
            ("数据负责人", "!Role"),
            ("담당자", "!Role"),
            ("ml-team@corp.example", "!SharedMailbox"),
            ("support@corp.example", "!SharedMailbox"),
            ("datascience@corp.example", "!SharedMailbox"),
            ("noreply@corp.example", "!SharedMailbox"),
            ("dependabot[bot]", "!NotAName"),
            ("@dependabot[bot]", "!Bot"),
            ("@github-actions", "!Bot"),
            ("Example Analytics GmbH", "!Team"),
            ("Lovelace Industries Ltd.", "!Organisation"),
            ("Universität Musterstadt", "!Organisation"),
            ("Jane Doe", "!Placeholder"),
            ("Erika Mustermann <erika@corp.example>", "<erika@corp.example>"),
            ("Jane Doe <jane.doe@corp.example>", "!Placeholder"),
            ("张三", "!Placeholder"),
            ("jane@example.com", "!FakeAddress"),
            ("ada@your-company.com", "-"),
            ("ada@mycompany.com", "!FakeAddress"),
            ("Sicherheit", "!NotAName"),
            ("Lovelace", "!SingleWord"),
            ("Wiki", "!NotAName"),
            ("Monitoring", "!NotAName"),
            ("Churn Prediction", "!NotAName"),
            ("Kafka Connect", "!NotAName"),
            ("see the wiki", "!NotAName"),
            ("https://wiki.corp.example/owners", "!Link"),
            ("@here", "!Broadcast"),
            ("ada lovelace", "!NotAName"),
            ("GitHub Actions", "!Organisation"),
            ("[Name]", "-"),
            ("TBD", "-"),
            ("n/a", "-"),
            (
                "Feature stores hold the values that the model reads when it scores a customer each night.",
                ".",
            ),
        ],
    );
}

#[test]
fn several_people_are_split() {
    let all = |text: &str| -> Vec<String> {
        people(text, builtin())
            .into_iter()
            .map(|found| match found.value {
                Value::Person(person) => person_text(&person),
                other => format!("{other:?}"),
            })
            .collect()
    };
    assert_eq!(
        all("1. Ada Lovelace @ada, 2. Grace Hopper <grace@corp.example>"),
        ["Ada Lovelace @ada", "Grace Hopper <grace@corp.example>"]
    );
    assert_eq!(
        all("Ada Lovelace / Grace Hopper & Emmy Noether"),
        ["Ada Lovelace", "Grace Hopper", "Emmy Noether"]
    );
    assert_eq!(all("Priya, Jonas"), ["Priya", "Jonas"]);
    assert_eq!(all("@ada @grace"), ["@ada", "@grace"]);
    assert_eq!(all("李雷、韩梅梅"), ["李雷", "韩梅梅"]);
    assert!(all("the platform team").is_empty());
}

#[test]
fn the_range_covers_name_and_address() {
    let text = "Owner is Ada Lovelace <ada@corp.example>!";
    let found = people(text, builtin());
    assert_eq!(&text[found[0].range.clone()], "Ada Lovelace <ada@corp.example>");
}

#[test]
fn accounts() {
    table(
        ValueType::Handle,
        &[
            ("@ada", "@ada"),
            ("ask @ada-l.", "@ada-l"),
            ("@corp/team", "!Team"),
            ("ada", "."),
            ("a@corp.example", "."),
            ("@sre", "!Team"),
        ],
    );
    table(
        ValueType::BareHandle,
        &[
            ("ada", "@ada"),
            ("@ada", "@ada"),
            ("sig-node-leads", "!Team"),
            ("approvers", "!Team"),
            ("ci-bot", "!Bot"),
            ("two words here", "."),
        ],
    );
    table(
        ValueType::UserRef,
        &[
            ("user:ada", "@ada"),
            ("user:default/ada.l", "@ada.l"),
            ("ada", "!Team"),
            ("group:ml", "!Team"),
            ("ada@corp.example", "<ada@corp.example>"),
        ],
    );
    table(
        ValueType::Email,
        &[
            ("mail ada@corp.example.", "<ada@corp.example>"),
            ("info@corp.example", "!SharedMailbox"),
            ("x@y", "."),
            ("jörg@bücher.de", "<jörg@bücher.de>"),
        ],
    );
    table(
        ValueType::Team,
        &[
            ("@corp/churn", "corp/churn"),
            ("data science team", "data science team"),
            ("group:default/ml", "default/ml"),
            ("Ada Lovelace", "."),
            ("churn-squad", "churn-squad"),
        ],
    );
}

#[test]
fn contacts() {
    table(
        ValueType::Reachable,
        &[
            ("Ada Lovelace", "Ada Lovelace"),
            ("#churn-oncall on Slack", "#churn-oncall"),
            ("ml-ops@corp.example", "ml-ops@corp.example"),
            ("+49 30 1234 5678", "+49 30 1234 5678"),
            ("https://corp.pagerduty.com/schedules/P1", "https://corp.pagerduty.com/schedules/P1"),
            ("https://corp.atlassian.net/wiki/x", "!Link"),
            ("https://wiki.corp.example/runbook", "!Link"),
            ("devnull@corp.example", "!SharedMailbox"),
            ("team@example.com", "!FakeAddress"),
            ("data team", "!Team"),
            ("issue #123 or colour #ffcc00", "!NotAName"),
            ("TBD", "-"),
        ],
    );
    table(
        ValueType::Address,
        &[
            ("Slack", "Slack"),
            ("钉钉群", "钉钉"),
            ("Ada Lovelace", "."),
            ("ada@corp.example", "ada@corp.example"),
            ("@ada", "@ada"),
        ],
    );
    table(
        ValueType::HardAddress,
        &[
            ("Slack", "."),
            ("Rufbereitschaft: 0049 30 123456789", "0049 30 123456789"),
            ("page #ml-alerts", "#ml-alerts"),
            ("## heading", "."),
        ],
    );
    table(
        ValueType::Signature,
        &[
            ("Ada Lovelace, 2026-11-22", "Ada Lovelace 2026-11-22"),
            ("Approved by: Ada Lovelace (22 November 2026)", "Ada Lovelace 2026-11-22"),
            ("gez. Dr. Emmy Noether, Göttingen, den 3. März 2026", "Emmy Noether 2026-03-03"),
            ("Fait à Lyon, le 3 mars 2026, Sophie Germain", "Sophie Germain 2026-03-03"),
            ("批准人：张伟 2026年3月1日", "张伟 2026-03-01"),
            ("承認者: 佐藤花子 2026/03/01", "佐藤花子 2026-03-01"),
            ("Утверждено: Софья Ковалевская, 01.03.2026", "Софья Ковалевская 2026-03-01"),
            ("Signed on 2026-11-22", "!Unsigned"),
            ("Ada Lovelace", "!Undated"),
            ("Data team, 2026-11-22", "!Team"),
            ("Ada Lovelace, 2026-02-31", "!ImpossibleDate"),
            ("[Name], 2026-11-22", "-"),
        ],
    );
}

#[test]
fn a_given_name_alone_is_somebody_where_a_label_asks() {
    let name = |text| lone_name(text, builtin()).map(|found| text[found.range].to_string());
    for text in ["Ana", "Rameez (data controller)", "**Jörg**", "Ngozi, model owner", "Софья"] {
        assert!(name(text).is_some(), "{text}");
    }
    let none = "Platform, Fraud, Payments, Recht, Pending, March, Checkout (Payments team), ana, ANA, Al, \
        Data Science, Marketing, Technik, Extern, Team, DPO, Legal, Vertrieb, Operaciones, Slack, \
        Anyone, [Name], Name, Owner, Engineering, Microsoft, Controller, Praxis, Ventas, Jurídico, \
        Finanzas, Diretoria, Qualität, Produktion, Signed, Yes, Internal, Operations, Support, \
        Analytics, Compliance, Security, Management, Vorstand, Direction, Comité, Juridique, Sistemas, \
        Gerencia, Presidencia, Tecnologia, Governança, Backend, Frontend, Infrastructure, Research, \
        Everyone, Community, Maintainers, Approved, Rejected, Betreiber, Geschäftsleitung, Datenschutz, \
        Informatique, Exploitation, Mairie, Client, Kunde, Vendor, Supplier, Organization, Consultant, \
        Auditor, Regulator, Ministry, University, Hospital, Bank, Insurer, Startup, Founder, \
        Freelancer, Volunteer, Student";
    let wrong: Vec<_> = none.split(", ").filter(|text| name(text).is_some()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
