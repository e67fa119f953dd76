//! The search: what is found by which words on both databases, what the page makes of it, what leaves
//! as a file.

use crate::pipeline::{Line, mail as declaration};
use crate::support::console::Desk;
use crate::support::mutate::parts;
use crate::support::stores::{TestStore, at, fetched, mail};
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;
use vigie::desk::merger;
use vigie::desk::searched::catch_up;
use vigie::domain::account::{By, Right};
use vigie::domain::audit::Deed;
use vigie::domain::declaration::{Attachment, Kind, Role};
use vigie::domain::field::{Environment, Field, FieldName, Fields, Reading, Value};
use vigie::domain::form::{Ask, Form, Item};
use vigie::domain::incident::Status;
use vigie::domain::query::Query;
use vigie::store::{
    Answer, Answering, Effect, Move, NewAttachment, NewIncident, Outcome, Store, Threading, Wanted,
};
use vigie::web::{self, Need};

/// What a ticket is made of.
struct New<'a> {
    from: &'a str,
    subject: &'a str,
    text: &'a str,
    values: Vec<(FieldName, Value)>,
    lacks: &'a [Item],
    is_major: bool,
    has_screenshot: bool,
    /// Days before the first.
    age: i64,
}

impl Default for New<'_> {
    fn default() -> Self {
        Self {
            from: "c.lebreton@chu.example",
            subject: "Carto",
            text: "Bonjour",
            values: Vec::new(),
            lacks: &[],
            is_major: false,
            has_screenshot: false,
            age: 0,
        }
    }
}

fn outcome(message: vigie::domain::message::MessageId, new: &New<'_>, effect: Effect) -> Outcome {
    let attachment = Attachment {
        filename: "a.png".into(),
        content_type: "image/png".into(),
        size: 9_000,
        role: Role::Screenshot,
    };
    let sha256 = "0".repeat(64);
    Outcome {
        message,
        kind: match effect {
            Effect::Opened(..) => Kind::Declaration,
            _ => Kind::Other,
        },
        reason: "question".into(),
        from_address: new.from.into(),
        subject: new.subject.into(),
        text: new.text.into(),
        attachments: match new.has_screenshot {
            true => vec![NewAttachment { attachment, sha256 }],
            false => Vec::new(),
        },
        effect,
    }
}

async fn claimed(store: &Store, uid: u32) -> vigie::domain::message::MessageId {
    let bytes = mail(&format!("{uid}@chu.example"), "x");
    let batch = [fetched(uid, &bytes)];
    store
        .record_batch("box", None, &batch, at(0))
        .await
        .unwrap();
    let lease = TimeDelta::seconds(60);
    store.claim_messages(at(1), lease, 1).await.unwrap()[0].id
}

/// Makes a ticket; gives its reference.
async fn open(store: &Store, uid: u32, new: New<'_>) -> String {
    let message = claimed(store, uid).await;
    let mut fields = Fields::default();
    for (name, value) in &new.values {
        fields[*name] = Field {
            reading: Reading::Present(value.clone()),
            evidence: None,
        };
    }
    let ask = |item: &Item| Ask {
        item: *item,
        reason: None,
    };
    let incident = NewIncident {
        prefix: "INC".into(),
        year: 2026,
        received_at: at(0) - TimeDelta::days(new.age),
        fields,
        to_ask: new.lacks.iter().map(ask).collect(),
        major_suspected: new.is_major,
        ..NewIncident::default()
    };
    let answering = Answering {
        address: new.from.into(),
        body_hash: String::new(),
        alike: None,
        decide: Box::new(|_| Answer::Silent("off".into())),
    };
    let effect = Effect::Opened(Box::new(incident), answering);
    let outcome = outcome(message, &new, effect);
    let committed = store.commit_outcome(&outcome, at(2)).await.unwrap();
    committed.reference.unwrap().to_string()
}

/// Keeps a message that belongs to no ticket.
async fn file(store: &Store, uid: u32, new: New<'_>) {
    let message = claimed(store, uid).await;
    let effect = Effect::Filed {
        notice: None,
        threading: Threading::default(),
    };
    let outcome = outcome(message, &new, effect);
    store.commit_outcome(&outcome, at(2)).await.unwrap();
}

fn query(text: &str) -> Query {
    let query = Query::parse(text, Form::si_samu(), at(600), chrono_tz::Europe::Paris);
    assert_eq!(query.faults, [], "{text}");
    query
}

/// The numbers of the tickets that are found, then « m » for each message.
async fn found(store: &Store, text: &str) -> String {
    let found = store.search(&query(text), None, 50).await.unwrap();
    let tickets = found.tickets.iter();
    let tickets = tickets.map(|ticket| ticket.line.reference.number().to_string());
    let messages = found.messages.iter().map(|_| "m".to_owned());
    tickets.chain(messages).collect::<Vec<_>>().join(" ")
}

async fn both() -> [TestStore; 2] {
    [TestStore::sqlite().await, TestStore::postgres().await]
}

/// Three tickets and a message without one.
async fn fill(store: &Store) {
    let entity = |name: &str, id: &str| Value::Entity {
        name: name.into(),
        id: Some(id.into()),
    };
    let claire = New {
        subject: "Cartographie grisée",
        text: "La carte reste grise depuis l’été.\nCœur de réseau — écran 3",
        values: vec![
            (FieldName::Entity, entity("SAMU de Nantes", "samu-44")),
            (
                FieldName::Environment,
                Value::Environment(Environment::Production),
            ),
        ],
        lacks: &[Item::Field(FieldName::Phone), Item::Screenshot],
        age: 30,
        ..New::default()
    };
    open(store, 1, claire).await;
    let hugo = New {
        from: "h.garnier@autre.example",
        subject: "Téléphonie",
        text: "Le bandeau reste noir, la grise mine de l’équipe.",
        values: vec![
            (FieldName::Entity, entity("SAMU 85", "samu-85")),
            (
                FieldName::Environment,
                Value::Environment(Environment::Training),
            ),
            (FieldName::Phone, Value::Phone("+33261910012".into())),
        ],
        lacks: &[Item::Field(FieldName::Feature)],
        has_screenshot: true,
        age: 3,
        ..New::default()
    };
    open(store, 2, hugo).await;
    let nadia = New {
        from: "n.roux@tiers.example",
        subject: "Plus rien",
        text: "Plus personne ne peut se connecter.",
        is_major: true,
        ..New::default()
    };
    open(store, 3, nadia).await;
    let club = New {
        from: "club@tiers.example",
        subject: "Réunion",
        text: "Quand a lieu la réunion du club des utilisateurs ? Carte d’accès à prévoir.",
        ..New::default()
    };
    file(store, 4, club).await;
}

#[tokio::test]
async fn words_are_found_without_accents_phrases_as_they_stand_and_words_by_their_beginning() {
    for test in both().await {
        let store = &test.store;
        fill(store).await;
        for (text, expected) in [
            ("grise", "2 1"),
            ("GRISÉE", "1"),
            ("ete", "1"),
            ("coeur", "1"),
            ("reste", "2 1"),
            ("reste grise", "2 1"),
            ("\"reste grise\"", "1"),
            ("« carte reste »", "1"),
            ("\"reste carte\"", ""),
            ("\"grisee la carte\"", ""),
            ("cart", "1 m"),
            ("\"cart\"", ""),
            ("réunion", "m"),
            ("garnier", "2"),
            ("h.garnier@autre.example", "2"),
            ("0261910012", "2"),
            ("\"02 61 91\"", "2"),
            ("nantes", "1"),
            ("formation", "2"),
            ("nulle part", ""),
        ] {
            assert_eq!(found(store, text).await, expected, "{text}");
        }
    }
}

#[tokio::test]
async fn each_filter_finds_what_it_says_and_nothing_else() {
    for test in both().await {
        let store = &test.store;
        fill(store).await;
        let third = "INC-26-00003".parse().unwrap();
        let incident = store.incident(&third).await.unwrap().unwrap();
        let by = By::command(at(9));
        let act = Move {
            incident: &incident,
            to: Status::ToCall,
            letters: &[],
            by: &by,
        };
        store.move_ticket(&act).await.unwrap();
        for (text, expected) in [
            ("entite:samu-44", "1"),
            ("entite:nantes", "1"),
            ("entite:samu", "2 1"),
            ("etat:rappeler", "3"),
            ("etat:relire", "2 1"),
            ("etat:relire grise majeur:non", "2 1"),
            ("etat:clos", ""),
            ("manque:telephone", "1"),
            ("manque:fonctionnalite", "2"),
            ("manque:capture", "1"),
            ("champ:environnement=formation", "2"),
            ("champ:telephone=0261910012", "2"),
            ("champ:telephone", "2"),
            ("champ:entite=formation", ""),
            ("depuis:7j", "3 2"),
            ("depuis:7j grise", "2"),
            ("depuis:3mois reste", "2 1"),
            ("depuis:1h réunion", "m"),
            ("majeur:oui", "3"),
            ("majeur:non", "2 1"),
            ("majeur:oui etat:rappeler", "3"),
            ("de:autre.example", "2"),
            ("de:tiers.example", "3 m"),
            ("de:example", "3 2 1 m"),
            ("de:tiers.autre", ""),
            ("capture:oui", "2"),
            ("capture:non", "3 1"),
            ("capture:non réunion", ""),
            ("lacks phone", ""),
        ] {
            assert_eq!(found(store, text).await, expected, "{text}");
        }
    }
}

#[tokio::test]
async fn sqli_01_what_means_something_to_a_database_is_stored_and_found_as_text() {
    let hostile =
        "'; DROP TABLE incidents;-- 100% a_b c\\d NUL\0suite \"NEAR(x y)\" col:x* ^y § words:z";
    for test in both().await {
        let store = &test.store;
        let new = New {
            subject: hostile,
            text: hostile,
            from: "o'neil%_\\@chu.example",
            values: vec![
                (FieldName::Description, Value::Text(hostile.into())),
                (
                    FieldName::Entity,
                    Value::Entity {
                        name: hostile.into(),
                        id: None,
                    },
                ),
            ],
            ..New::default()
        };
        open(store, 1, new).await;
        for text in [
            "'; DROP TABLE incidents;--",
            "100%",
            "a_b",
            "c\\d",
            "NUL\0suite",
            "\"nul suite\"",
            "NEAR(x y)",
            "\"NEAR(x\" OR",
            "x* ^y §",
            "'z'",
            "entite:\"'; DROP\"",
            "champ:description=100%",
            "de:o'neil%_\\@chu",
        ] {
            let expected = if text.contains("OR") { "" } else { "1" };
            assert_eq!(found(store, text).await, expected, "{text:?}");
        }
        assert_eq!(store.counts().await.unwrap().incidents, 1);
    }
}

#[tokio::test]
async fn what_comes_later_is_found_in_its_ticket_and_so_is_what_came_before_there_was_a_search() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = Line::with(test, "").await;
        let body = "Bonjour,\r\n\r\nÉtablissement : SAMU de Nantes\r\nEnvironnement : production\r\n\
            Description : la carte reste grise, on ne voit plus les moyens engagés.\r\n\r\n\
            -- \r\nClaire Lebreton\r\n";
        line.receive(&declaration(1, "", body)).await;
        line.process(1).await;
        let store = line.store().clone();
        assert_eq!(found(&store, "\"carte reste grise\"").await, "1");
        assert_eq!(found(&store, "manque:telephone entite:samu-44").await, "1");
        let answer = "Téléphone : 02 61 91 00 12\r\n\r\nLe zinzolin est parti.\r\n";
        let headers = "In-Reply-To: <1@chu-nantes.example>\r\n";
        line.receive(&declaration(2, headers, answer)).await;
        line.process(2).await;
        for (text, expected) in [
            ("zinzolin grise", "1"),
            ("champ:telephone=0261910012", "1"),
            ("manque:telephone", ""),
        ] {
            assert_eq!(found(&store, text).await, expected, "{text}");
        }
        // What is not searched yet is found once that is made up for.
        line.test.alter("DELETE FROM search_texts").await;
        assert_eq!(found(&store, "grise").await, "");
        let token = CancellationToken::new();
        assert_eq!(catch_up(&store, &token).await.unwrap(), 2);
        assert_eq!(found(&store, "zinzolin grise").await, "1");
        assert_eq!(found(&store, "champ:telephone=0261910012").await, "1");
        assert_eq!(catch_up(&store, &token).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn nothing_of_a_deleted_message_or_ticket_is_found() {
    for test in both().await {
        let store = &test.store;
        fill(store).await;
        assert_eq!(found(store, "réunion").await, "m");
        test.alter("DELETE FROM messages WHERE subject = 'Réunion'")
            .await;
        assert_eq!(found(store, "réunion").await, "");
        test.alter("DELETE FROM incidents WHERE reference = 'INC-26-00001'")
            .await;
        assert_eq!(found(store, "grisee").await, "");
        assert_eq!(found(store, "entite:nantes").await, "");
        test.alter("DELETE FROM messages WHERE subject = 'Téléphonie'")
            .await;
        assert_eq!(found(store, "bandeau").await, "");
        let token = CancellationToken::new();
        catch_up(store, &token).await.unwrap();
        assert_eq!(found(store, "bandeau").await, "");
        assert_eq!(
            found(store, "entite:samu-85").await,
            "2",
            "the ticket is there"
        );
        test.alter("DELETE FROM messages").await;
        assert_eq!(found(store, "connecter").await, "");
        assert_eq!(found(store, "majeur:oui").await, "3");
    }
}

#[tokio::test]
async fn a_ticket_is_found_by_what_a_merger_gave_it_until_it_is_undone() {
    for test in both().await {
        let mut line = Line::with(test, "").await;
        let form = |more: &str| {
            format!(
                "Bonjour,\r\n\r\nÉtablissement : SAMU de Nantes\r\nEnvironnement : production\r\n\
                 {more}Description : la carte reste grise, on ne voit plus les moyens.\r\n"
            )
        };
        line.receive(&declaration(1, "", &form(""))).await;
        line.process(1).await;
        let hugo = "From: Hugo Garnier <h.garnier@autre.example>\r\n";
        let phone = form("Téléphone : 02 61 91 00 12\r\n");
        line.receive(&declaration(2, hugo, &phone)).await;
        line.process(2).await;
        let store = line.store().clone();
        assert_eq!(found(&store, "champ:telephone=0261910012").await, "2");
        let (one, two) = (
            "INC-26-00001".parse().unwrap(),
            "INC-26-00002".parse().unwrap(),
        );
        let plan = merger::plan(&store, &line.parts, (&two, &one), false, at(30))
            .await
            .unwrap();
        let by = By::command(at(30));
        merger::merge(&store, &line.parts, &plan, &by)
            .await
            .unwrap();
        assert_eq!(found(&store, "champ:telephone=0261910012").await, "2 1");
        assert_eq!(found(&store, "etat:fusionne grise").await, "2");
        assert_eq!(found(&store, "manque:telephone").await, "");
        let by = By::command(at(60));
        merger::split(&store, &line.parts, &two, &by).await.unwrap();
        assert_eq!(found(&store, "champ:telephone=0261910012").await, "2");
        assert_eq!(found(&store, "manque:telephone").await, "1");
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_tickets_first() {
    for test in both().await {
        let store = &test.store;
        for uid in 1..=5 {
            open(store, uid, New::default()).await;
        }
        for uid in 6..=9 {
            file(store, uid, New::default()).await;
        }
        let query = query("bonjour");
        for limit in 1..=10 {
            let (mut after, mut seen) = (None, Vec::new());
            loop {
                let found = store.search(&query, after, limit).await.unwrap();
                let rows = found.tickets.len() + found.messages.len();
                assert!(rows <= limit as usize);
                for ticket in &found.tickets {
                    seen.push(i64::from(ticket.line.reference.number()));
                }
                seen.extend(found.messages.iter().map(|message| -message.line.id.0));
                after = found.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, [5, 4, 3, 2, 1, -9, -8, -7, -6], "by {limit}");
        }
        let few = store.search_tickets(&query, None, 2).await.unwrap();
        let exported = store.exported(&few).await.unwrap();
        let names: Vec<&str> = exported.iter().map(|one| one.reference.as_str()).collect();
        assert_eq!(names, ["INC-26-00005", "INC-26-00004"]);
        let short = |text: &str| Query::reference(text).unwrap();
        let named = store.named_shortly(&short("26-4")).await.unwrap();
        assert_eq!(named.unwrap().to_string(), "INC-26-00004");
        assert!(store.named_shortly(&short("25-4")).await.unwrap().is_none());
        assert!(store.named_shortly(&short("6")).await.unwrap().is_none());
    }
}

/// A console with its store.
struct Console {
    desk: Desk,
    test: TestStore,
}

struct Answered {
    status: u16,
    leads: String,
    body: String,
}

impl Console {
    async fn over(test: TestStore) -> Self {
        let who = (web::Access::Open, web::Reach::default());
        let desk = Desk::open(&test.store, parts(), 600, who).await;
        Self { desk, test }
    }

    async fn get(&self, path: &str) -> Answered {
        let answered = self.desk.get(path).await;
        Answered {
            status: answered.status,
            leads: answered.location().to_owned(),
            // The templates write each slash so.
            body: answered.body.replace("&#x2f;", "/"),
        }
    }

    async fn search(&self, text: &str) -> Answered {
        self.get(&path("/recherche", text)).await
    }
}

fn path(page: &str, text: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    format!("{page}?q={encoded}")
}

#[tokio::test]
async fn the_page_shows_the_words_around_the_hit_and_leads_on_without_a_script() {
    let console = Console::over(TestStore::sqlite().await).await;
    fill(&console.test.store).await;
    let page = console.search("grise etat:relire").await;
    assert_eq!(page.status, 200);
    for words in [
        "La carte reste <mark>grise</mark> depuis l’été. Cœur",
        "la <mark>grise</mark> mine",
        "<a href=\"/recherche?q=grise\"><span>etat:relire</span>",
        "<a href=\"/recherche?q=etat%3Arelire\"><span>grise</span>",
        "<input id=\"q\" name=\"q\" type=\"search\"",
        "value=\"grise etat:relire\"",
        "2\u{a0}dossiers.",
        "href=\"/recherche.csv?q=grise+etat%3Arelire\"",
        "href=\"/d/INC-26-00001\" data-row>",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert_eq!(page.body.matches("<script").count(), 1, "keys only");
    let club = console.search("réunion").await;
    assert!(club.body.contains("Messages sans dossier"));
    assert!(club.body.contains("<mark>Réunion</mark>"), "{}", club.body);

    let none = console.search("grise etat:clos").await;
    assert!(none.body.contains("Rien ne répond"));
    assert!(
        none.body.contains("Sans <strong>etat:clos</strong>")
            && none.body.contains("href=\"/recherche?q=grise\">grise</a>"),
        "{}",
        none.body
    );
    let wrong = console.search("etta:attente grise").await;
    for words in [
        "Filtre inconnu\u{a0}: etta.",
        "Vouliez-vous dire <a href=\"/recherche?q=etat%3Aattente+grise\">etat</a>\u{a0}?",
    ] {
        assert!(wrong.body.contains(words), "{words}: {}", wrong.body);
    }
    for text in ["42", "2", "26-2", "INC-26-00002", "inc-26-2"] {
        let answered = console.search(text).await;
        let leads = match text {
            "42" => (200, ""),
            _ => (303, "/d/INC-26-00002"),
        };
        assert_eq!((answered.status, answered.leads.as_str()), leads, "{text}");
    }
    for other in ["/", "/messages", "/sante"] {
        assert!(
            console.get(other).await.body.contains("id=\"q\""),
            "{other}"
        );
    }
}

#[tokio::test]
async fn any_text_gives_results_or_a_message() {
    let console = Console::over(TestStore::sqlite().await).await;
    fill(&console.test.store).await;
    let long = "x".repeat(2_000);
    let many = "a ".repeat(99);
    for text in [
        "",
        " ",
        "%",
        "\0",
        "\"",
        "'",
        "\\",
        "_",
        "*",
        "^",
        "((",
        "AND",
        "NEAR/3",
        "a:b",
        ":::",
        "etat:",
        "etat::",
        "champ:=",
        "champ:telephone=",
        "depuis:-1j",
        "é\u{301}\u{202e}",
        "-1",
        "🙂",
        "-",
        "--",
        &long,
        &many,
    ] {
        let page = console.search(text).await;
        assert_eq!(page.status, 200, "{text:?}");
        let is_told = [
            "Rien à chercher",
            "Rien ne répond",
            "Tapez des mots",
            "inconnu",
            "trop longue",
            "mark>",
            "INC-26-",
        ];
        assert!(
            is_told.iter().any(|told| page.body.contains(told)),
            "{text:?}"
        );
    }
    for raw in [
        "?q=%ff%00",
        "?q=a&q=b",
        "?suite=x&q=grise",
        "?suite=-5&q=carte",
        "?=",
        "?q",
    ] {
        assert_eq!(
            console.get(&format!("/recherche{raw}")).await.status,
            200,
            "{raw}"
        );
    }
}

const SCRIPT: &str =
    "<img src=x onerror=alert(1)>\"><svg onload=a> {{7*7}} ${7*7} </script><script>b";

#[tokio::test]
async fn html_01_hostile_text_is_shown_as_typed_and_runs_nowhere() {
    let console = Console::over(TestStore::sqlite().await).await;
    let hostile = || New {
        subject: SCRIPT,
        text: SCRIPT,
        from: "\"><script>c</script>@chu.example",
        values: vec![
            (
                FieldName::Entity,
                Value::Entity {
                    name: SCRIPT.into(),
                    id: None,
                },
            ),
            (FieldName::Description, Value::Text(SCRIPT.into())),
        ],
        ..New::default()
    };
    open(&console.test.store, 1, hostile()).await;
    file(&console.test.store, 2, hostile()).await;
    for text in [
        "onerror",
        SCRIPT,
        "\"><script>alert(1)</script>",
        "<b>:x",
        "x<b>:y",
    ] {
        let page = console.search(text).await;
        assert_eq!(page.status, 200);
        for bad in ["<img", "<svg", "<script>", ">49<", "onerror=\"", "<b>"] {
            assert!(!page.body.contains(bad), "{text}: {bad}");
        }
    }
    let page = console.search("onerror").await;
    assert!(
        page.body
            .contains("&lt;img src&#x3d;x <mark>onerror</mark>")
            || page.body.contains("&lt;img src=x <mark>onerror</mark>"),
        "{}",
        page.body
    );
    assert!(page.body.contains("Messages sans dossier"));
}

#[tokio::test]
async fn csv_01_o_15_what_is_found_leaves_as_a_file_without_formulas_and_the_journal_tells_it() {
    let console = Console::over(TestStore::sqlite().await).await;
    let store = &console.test.store;
    let cells = [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "\tx",
        "＝1",
        "a;\"b\"\nc",
    ];
    for (uid, cell) in (1..).zip(cells) {
        let new = New {
            text: "formule",
            values: vec![(FieldName::Description, Value::Text(cell.into()))],
            ..New::default()
        };
        open(store, uid, new).await;
    }
    let query = "formule etat:relire";
    let csv = console.desk.get(&path("/recherche.csv", query)).await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        csv.header("content-disposition"),
        Some("attachment; filename=\"dossiers-2026-11-24.csv\"")
    );
    let french = console.desk.get(&path("/recherche-fr.csv", query)).await;
    assert!(
        french.body.starts_with("\u{feff}reference;status;"),
        "{}",
        french.body
    );
    for (body, comma) in [(&csv.body, ','), (&french.body, ';')] {
        let rows = read(body.trim_start_matches('\u{feff}'), comma);
        assert_eq!(rows.len(), 1 + cells.len());
        let column = rows[0]
            .iter()
            .position(|name| name == "description")
            .unwrap();
        let descriptions: Vec<&str> = rows[1..]
            .iter()
            .rev()
            .map(|row| row[column].strip_prefix('\'').unwrap_or(&row[column]))
            .collect();
        assert_eq!(descriptions, cells);
        for cell in rows.iter().flatten() {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']),
                "{cell:?}"
            );
        }
    }
    let ndjson = console.desk.get(&path("/recherche.ndjson", query)).await;
    let first: serde_json::Value =
        serde_json::from_str(ndjson.body.lines().next().unwrap()).unwrap();
    assert_eq!(first["reference"], "INC-26-00007");
    assert_eq!(ndjson.body.lines().count(), cells.len());

    let wanted = Wanted {
        deed: Some(Deed::Exported),
        ..Wanted::default()
    };
    let lines = store.journal(&wanted, 9).await.unwrap();
    let told: Vec<&str> = lines
        .iter()
        .map(|line| line.entry.target.as_str())
        .collect();
    assert_eq!(told, ["ndjson", "csv-fr", "csv"]);
    let after: serde_json::Value =
        serde_json::from_str(lines[0].entry.after.as_deref().unwrap()).unwrap();
    assert_eq!(after["query"], query);
    assert_eq!(after["tickets"], 7);

    let nothing = console.get("/recherche.csv?q=etta:x").await;
    assert_eq!(nothing.status, 303, "the page says what is wrong");
    assert_eq!(nothing.leads, "/recherche?q=etta%3Ax");
    assert_eq!(store.journal(&wanted, 9).await.unwrap().len(), 3);
    let routes = console.desk.routes.iter();
    let ours: Vec<Need> = routes
        .filter(|route| route.path.starts_with("/recherche"))
        .map(|route| route.need)
        .collect();
    assert_eq!(ours, [Need::Right(Right::Read); 4]);
}

/// Reads CSV back, as RFC 4180 says.
fn read(text: &str, comma: char) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                cell.push('"');
                letters.next();
            }
            '"' => quoted = !quoted,
            '\r' if !quoted => (),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other if other == comma && !quoted => row.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    rows
}
