//! The console by requests: what it shows, what it escapes, whom it answers, with which headers.

use crate::pipeline::{self, Line};
use crate::support::stores::{TestStore, at, fetched, mail};
use chrono::TimeDelta;
use sqlx::{Connection as _, SqliteConnection};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::desk::health::{Health, Settings};
use vigie::domain::account::By;
use vigie::domain::alike::{Candidate, Likeness, Sign};
use vigie::domain::decision::Review;
use vigie::domain::declaration::{Attachment, Kind, Role};
use vigie::domain::field::{
    Evidence, Field, FieldName, Fields, Part, Reading, Reason, Source, Value,
};
use vigie::domain::form::{Ask, Item};
use vigie::domain::incident::{Concern, Reference};
use vigie::domain::message::{Fetched, Place};
use vigie::domain::outgoing::{Outgoing, Template};
use vigie::store::{
    About, Answer, Answering, Effect, Merging, NewAttachment, NewIncident, Notice, Outcome, Store,
};
use vigie::web;

/// Words that would act in a page, a header or a path, were they not escaped.
const HOSTILE: &str = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>{{ 7*7 }}";

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub struct Console {
    address: SocketAddr,
    health: Arc<Health>,
    stop: CancellationToken,
    test: TestStore,
}

pub struct Answered {
    status: u16,
    head: String,
    body: String,
}

impl Console {
    async fn start() -> Self {
        Self::over(TestStore::sqlite().await).await
    }

    /// What stands in this store.
    pub async fn over(test: TestStore) -> Self {
        let clock = Clock::Fixed(at(600));
        let settings = Settings {
            mailbox: "imap:test".to_owned(),
            poll: Duration::from_secs(30),
            sends: true,
        };
        let health = Arc::new(Health::new(test.store.clone(), clock, settings));
        let site = web::site(web::Parts {
            store: test.store.clone(),
            clock,
            zone: chrono_tz::Europe::Paris,
            service: "Support <SI-Samu>".to_owned(),
            mailbox: "support@si-samu.example (INBOX)".to_owned(),
            health: health.clone(),
            demo: false,
            access: web::Access::Open,
            reach: web::Reach::default(),
            intake: crate::support::mutate::parts(),
            wake: Arc::new(vigie::wake::Wake::new()),
        })
        .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(web::serve(listener, site.router, stop.clone()));
        Self {
            address,
            health,
            stop,
            test,
        }
    }

    pub async fn get(&self, path: &str) -> Answered {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        ))
        .await
    }

    async fn ask(&self, request: &str) -> Answered {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).await.unwrap();
        let text = String::from_utf8(raw).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answered {
            status: head.get(9..12).unwrap().parse().unwrap(),
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Answered {
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub fn shows(&self, words: &str) {
        let text = self.body.replace('\u{a0}', " ").replace("&#x2f;", "/");
        assert!(text.contains(words), "« {words} » is not in:\n{text}");
    }

    fn hides(&self, words: &str) {
        assert!(
            !self.body.contains(words),
            "« {words} » is in:\n{}",
            self.body
        );
    }
}

const TEXT: &str = "Bonjour,\n\nLa carte reste grise <b>partout</b>.\n\n-- \nLEBRETON Claire, ARM\n02 61 91 00 1\n";

fn evidence(words: &str, source: Source, confidence: f32) -> Option<Evidence> {
    let start = TEXT.find(words).unwrap();
    Some(Evidence {
        source,
        part: Some(Part::Text),
        span: start..start + words.len(),
        raw: words.to_owned(),
        confidence,
    })
}

fn text(value: &str) -> Reading {
    Reading::Present(Value::Text(value.to_owned()))
}

fn fields(entity: &str) -> Fields {
    let mut fields = Fields::default();
    fields[FieldName::DeclarantName] = Field {
        reading: text("Claire Lebreton"),
        evidence: evidence("LEBRETON Claire, ARM", Source::Signature, 0.97),
    };
    fields[FieldName::DeclarantRole] = Field {
        reading: text("ARM"),
        evidence: evidence("ARM", Source::Signature, 0.71),
    };
    fields[FieldName::Entity].reading = Reading::Present(Value::Entity {
        name: entity.to_owned(),
        id: Some("samu-44".to_owned()),
    });
    fields[FieldName::Phone] = Field {
        reading: Reading::Unclear(Reason::PhoneDigits {
            read: "02 61 91 00 1".to_owned(),
            digits: 9,
            expected: 10,
        }),
        evidence: evidence("02 61 91 00 1", Source::Signature, 0.9),
    };
    fields[FieldName::AffectedUser].reading = Reading::Unknown;
    fields[FieldName::Description] = Field {
        reading: text("La carte reste grise <b>partout</b>."),
        evidence: evidence("La carte reste grise <b>partout</b>.", Source::Prose, 0.93),
    };
    fields
}

/// Opens one incident whose every text is `subject`, answered by a mail that waits for a person.
async fn open(store: &Store, uid: u32, subject: &str) -> String {
    open_with(store, uid, subject, Review::OddAddress).await
}

async fn open_with(store: &Store, uid: u32, subject: &str, review: Review) -> String {
    let bytes = format!(
        "From: \"{}\" <c.lebreton@chu.example>\r\nSubject: {subject}\r\nMessage-ID: <{uid}@chu.example>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{}",
        subject.replace(['"', '\\'], ""),
        TEXT.replace('\n', "\r\n")
    );
    let fetched = Fetched {
        place: Place::Imap {
            uidvalidity: 1,
            uid,
        },
        internal_date: at(0),
        bytes: bytes.into_bytes(),
        left_on_server: false,
        told_size: None,
        withheld: false,
    };
    store
        .record_batch("imap:test", None, &[fetched], at(0))
        .await
        .unwrap();
    let lease = TimeDelta::seconds(60);
    let claimed = store.claim_messages(at(1), lease, 1).await.unwrap();
    let words = subject.to_owned();
    let new = NewIncident {
        prefix: "INC".to_owned(),
        year: 2026,
        received_at: at(0),
        addresses: vec!["c.lebreton@chu.example".to_owned()],
        fields: fields(subject),
        to_ask: vec![
            Ask {
                item: Item::Field(FieldName::Phone),
                reason: Some(Reason::PhoneDigits {
                    read: "02 61 91 00 1".to_owned(),
                    digits: 9,
                    expected: 10,
                }),
            },
            Ask {
                item: Item::Screenshot,
                reason: None,
            },
        ],
        major_suspected: true,
        concerns: vec![Concern::UnknownReference],
        ..NewIncident::default()
    };
    let answering = Answering {
        address: "c.lebreton@chu.example".to_owned(),
        body_hash: String::new(),
        alike: None,
        decide: Box::new(move |facts| {
            Answer::Mail(Box::new(Outgoing {
                template: Template::E1,
                reference: facts.reference.to_string(),
                sequence: facts.sequence,
                to: "c.lebreton@chu.example".to_owned(),
                subject: words.clone(),
                message_id: format!("<{}.1.00@si-samu.example>", facts.reference),
                envelope_from: "support@si-samu.example".to_owned(),
                mime: b"x".to_vec(),
                text: words.clone(),
                body_hash: String::new(),
                numbers: Vec::new(),
                hold_until: at(120),
                review: Some(review),
            }))
        }),
    };
    let outcome = Outcome {
        message: claimed[0].id,
        kind: Kind::Declaration,
        reason: subject.to_owned(),
        from_address: "c.lebreton@chu.example".to_owned(),
        subject: subject.to_owned(),
        text: format!("Bonjour, {subject}"),
        attachments: vec![NewAttachment {
            attachment: Attachment {
                filename: subject.to_owned(),
                content_type: "image/png".to_owned(),
                size: 48_211,
                role: Role::Screenshot,
            },
            sha256: "0".repeat(64),
        }],
        effect: Effect::Opened(Box::new(new), answering),
    };
    let committed = store.commit_outcome(&outcome, at(2)).await.unwrap();
    committed.reference.unwrap().to_string()
}

#[tokio::test]
async fn an_attachment_left_on_the_server_is_said_to_be() {
    let console = Console::start().await;
    let reference = open(&console.test.store, 1, "capture.png").await;
    let path = format!("/d/{reference}");
    assert!(
        !console
            .get(&path)
            .await
            .body
            .contains("restée sur le serveur")
    );
    let mut raw = SqliteConnection::connect(&console.test.url).await.unwrap();
    sqlx::query("UPDATE attachments SET sha256 = '', size = 0")
        .execute(&mut raw)
        .await
        .unwrap();
    let shown = console.get(&path).await.body;
    assert!(
        shown.contains("trop volumineuse, restée sur le serveur"),
        "{shown}"
    );
    console.stop.cancel();
}

#[tokio::test]
async fn a_dossier_shows_other_values_and_the_dossiers_that_belong_to_it() {
    let console = Console::start().await;
    let store = &console.test.store;
    let (first, second) = (
        open(store, 1, "capture.png").await,
        open(store, 2, "carte").await,
    );
    for change in [
        "UPDATE incidents SET follows = 1, concerns = '[\"unproven_reference\"]' WHERE id = 2",
        "INSERT INTO history (incident_id, at, kind, detail)
         VALUES (2, '2026-11-24T09:00:00+00:00', 'attach_proposed', 'INC-26-00001'),
            (2, '2026-11-24T09:00:00+00:00', 'value_proposed', 'phone')",
        "INSERT INTO proposals (incident_id, message_id, name, value, source, part, raw, proposed_at)
         VALUES (2, 2, 'phone', '{\"type\":\"phone\",\"value\":\"+33261910099\"}', 'prose',
            'text', '02 61 91 00 99 <b>', '2026-11-24T09:00:00+00:00')",
    ] {
        console.test.alter(change).await;
    }
    let earlier = console.get(&format!("/d/{first}")).await.body;
    assert!(
        earlier.contains("Repris par le dossier <a href=\"/d/INC-26-00002\">"),
        "{earlier}"
    );
    let shown = console.get(&format!("/d/{second}")).await.body;
    let shown = shown.replace("&#x2f;", "/");
    for part in [
        "Fait suite au dossier <a href=\"/d/INC-26-00001\">",
        "<strong>À rattacher ?</strong> Le message cite <a href=\"/d/INC-26-00001\">",
        "→ <strong>02\u{a0}61\u{a0}91\u{a0}00\u{a0}99</strong>",
        "<q>02 61 91 00 99 &lt;b&gt;</q>, message m-2",
        "INC-26-00002/champ/phone/accepter\"",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("proposée\u{a0}: phone"), "{shown}");
}

/// The lowest number was called the first message, though it answered one that came later.
#[tokio::test]
async fn the_declaration_is_the_original_message_though_an_answer_came_first() {
    let answer = "From: Paul Martin <p.martin@chu-nantes.example>\r\n\
        Cc: c.lebreton@chu-nantes.example\r\nIn-Reply-To: <1@chu-nantes.example>\r\n\
        Subject: Re: Cartographie grise\r\n";
    let answer = pipeline::mail(2, answer, "Même chose chez moi, la carte reste grise.\r\n");
    let declared = pipeline::declaration(1);
    for (first, second, origin) in [(&answer, &declared, 2), (&declared, &answer, 1)] {
        let mut line = Line::new().await;
        for (seconds, bytes) in [(1, first), (2, second)] {
            line.receive(bytes).await;
            line.process(seconds).await;
        }
        assert_eq!(line.incidents().await, 1);
        let console = Console::over(line.into_test()).await;
        let page = console.get("/d/INC-26-00001").await;
        page.shows(&format!(
            "<h2 id=\"m-{origin}\" tabindex=\"-1\">Message d’origine"
        ));
        let other = 3 - origin;
        page.shows(&format!(
            "<h2 id=\"m-{other}\" tabindex=\"-1\">Message {other}"
        ));
    }
}

/// Only the fields' quotes had their no-break spaces, not those of other values.
#[tokio::test]
async fn what_is_quoted_stands_in_guillemets_that_no_line_breaks_at_on_every_part_of_a_page() {
    let console = Console::start().await;
    let page = console.get("/").await.body.replace("&#x2f;", "/");
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let style = console.get(rest.split('"').next().unwrap()).await.body;
    let rules: Vec<&str> = style
        .lines()
        .filter(|line| line.contains("quotes:"))
        .collect();
    assert_eq!(rules, ["q { quotes: \"«\\a0\" \"\\a0»\"; }"]);
}

#[tokio::test]
async fn every_answer_carries_the_same_strict_headers() {
    let console = Console::start().await;
    let reference = open(&console.test.store, 1, "pb carto").await;
    for path in [
        "/",
        "/messages",
        "/healthz",
        "/readyz",
        "/metrics",
        "/sante",
        "/nowhere",
        "/d/INC-26-99999",
        &format!("/d/{reference}"),
    ] {
        let answered = console.get(path).await;
        assert_eq!(
            answered.header("content-security-policy"),
            Some(POLICY.to_lowercase().as_str()),
            "{path}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answered.header(name), Some(value), "{path} {name}");
        }
        assert_eq!(answered.header("server"), None);
        assert_eq!(answered.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn the_list_says_what_is_wrong_and_what_is_missing() {
    let console = Console::start().await;
    let reference = open(&console.test.store, 1, "SAMU de Nantes").await;
    let list = console.get("/").await;
    assert_eq!(list.status, 200);
    for words in [
        reference.as_str(),
        "SAMU de Nantes",
        "La carte reste grise",
        "majeur ?",
        "à relire",
        "manque 1 : capture",
        "à préciser : téléphone",
        "demande retenue : l’adresse est inhabituelle",
        "1 envoi attend une personne.",
        "il y a 10 min",
    ] {
        list.shows(words);
    }
}

#[tokio::test]
async fn a_dossier_shows_each_field_with_its_state_and_its_proof() {
    let console = Console::start().await;
    let reference = open(&console.test.store, 1, "pb carto").await;
    let page = console.get(&format!("/d/{reference}")).await;
    assert_eq!(page.status, 200);
    for words in [
        "Claire Lebreton",
        "sûr à 97 %",
        "<strong class=\"state bad\">à vérifier</strong>",
        "<strong class=\"state bad\">à préciser</strong> : lu 02 61 91 00 1, il manque un chiffre",
        "<strong class=\"state\">ne sait pas</strong>",
        "<strong class=\"state bad\">manque</strong>",
        "samu-44",
        "image/png · 48 ko",
        "cite une référence que nous ne connaissons pas",
        "dossier ouvert",
        "<mark id=\"ev-5\" data-f=\"5\">02 61 91 00 1</mark><a class=\"back\" href=\"#f-5\"",
        // The name's proof holds the role's: cut where the second begins, numbered where each ends.
        "<mark id=\"ev-1\" data-f=\"1\">LEBRETON Claire, </mark><mark id=\"ev-2\" data-f=\"1 2\">ARM</mark>",
        "href=\"#ev-1\"",
        "data-role=\"signature\"",
        "<mark id=\"ev-11\" data-f=\"11\">La carte reste grise &lt;b&gt;partout&lt;/b&gt;.</mark>",
    ] {
        page.shows(words);
    }
}

#[tokio::test]
async fn nothing_that_a_message_says_acts_in_a_page() {
    let console = Console::start().await;
    let reference = open(&console.test.store, 1, HOSTILE).await;
    for path in ["/", "/messages", &format!("/d/{reference}")] {
        let page = console.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        page.shows("&lt;script&gt;alert(1)");
        // Ours is the only one, from a file.
        assert_eq!(page.body.matches("<script").count(), 1, "{path}");
        page.shows("<script src=\"/vigie-");
        page.shows("{{ 7*7 }}");
        for act in [
            "<script>",
            "<img src=x",
            "onerror=\"",
            "<b>partout",
            "style=\"",
            "Support <SI",
        ] {
            // Names of our own files, in the head, hold any digits.
            let (_, body) = page.body.split_once("</head>").unwrap();
            assert!(!body.contains(act), "{path}: « {act} » is in:\n{body}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_without_internals() {
    let console = Console::start().await;
    for path in [
        "/nowhere",
        "/d/INC-26-99999",
        "/d/..%2f..%2fetc",
        "/d/%3Cscript%3E",
        "/dossiers?avant=x",
        "/d/INC-26-00001/journal",
    ] {
        let answered = console.get(path).await;
        assert_eq!(answered.status, 404, "{path}");
        answered.shows("Page introuvable");
        for internal in ["store", "sqlx", "src/", "panicked", "script"] {
            answered.hides(internal);
        }
    }
    let post = console
        .ask(&format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            console.address
        ))
        .await;
    assert_eq!(post.status, 405);
    post.shows("Action inconnue");
}

#[tokio::test]
async fn only_this_machines_names_are_answered() {
    let console = Console::start().await;
    for (host, status) in [
        ("localhost", 200),
        ("127.0.0.1:80", 200),
        ("[::1]:80", 200),
        ("vigie.example", 421),
        ("127.0.0.1.vigie.example", 421),
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(console.ask(&request).await.status, status, "{host}");
    }
    let none = console.ask("GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(none.status, 421);
}

#[tokio::test]
async fn headers_beyond_measure_are_refused() {
    let console = Console::start().await;
    let long = "x".repeat(20_000);
    let request =
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\nConnection: close\r\n\r\n");
    assert_eq!(console.ask(&request).await.status, 431);
}

#[tokio::test]
async fn the_stylesheet_is_cached_for_ever_under_a_name_of_its_content() {
    let console = Console::start().await;
    let page = console.get("/").await.body.replace("&#x2f;", "/");
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let (path, _) = rest.split_once('"').unwrap();
    let style = console.get(path).await;
    assert_eq!(style.status, 200);
    assert_eq!(
        style.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert_eq!(
        style.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    style.hides("url(");
}

#[tokio::test]
async fn health_answers_in_one_line_and_readiness_asks_the_database() {
    let console = Console::start().await;
    for path in ["/healthz", "/livez", "/readyz"] {
        let answered = console.get(path).await;
        assert_eq!(
            (answered.status, answered.body.as_str()),
            (200, "ok\n"),
            "{path}"
        );
    }
    console
        .get("/readyz?verbose")
        .await
        .shows("database ok\nunread 0");
    console.test.store.close().await;
    // An answer is believed for two seconds.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3)).await;
    tokio::time::resume();
    let down = console.get("/readyz").await;
    assert_eq!(down.status, 503);
    assert_eq!(down.body, "the database does not accept a write\n");
    assert_eq!(console.get("/healthz").await.status, 200);
    let page = console.get("/").await;
    assert!(page.status >= 500);
    page.hides("sqlx");
    page.hides("pool");
}

#[tokio::test]
async fn what_looks_like_an_incident_is_named_on_its_page_with_the_reasons() {
    let console = Console::start().await;
    let store = &console.test.store;
    let first: Reference = open(store, 1, "pb carto").await.parse().unwrap();
    let second: Reference = open(store, 2, "carto").await.parse().unwrap();
    let path = format!("/d/{second}");
    console.get(&path).await.hides("Proches");
    let incident = store.incident_id(&second).await.unwrap().unwrap();
    let candidate = Candidate {
        other: first.clone(),
        likeness: Likeness::SameDeclaration,
        signs: vec![Sign::Entity, Sign::Before(25)],
        score: 60,
    };
    let kept = store
        .keep_candidates(&[(incident, vec![candidate])], at(4))
        .await;
    kept.unwrap();
    let page = console.get(&path).await;
    page.shows(&format!("<a href=\"/d/{first}\">{first}</a>"));
    page.shows("même entité, 25 min avant (doublon ?)");
    let other = console.get(&format!("/d/{first}")).await;
    other.shows("même entité, 25 min après (doublon ?)");
}

#[tokio::test]
async fn a_merged_dossier_says_where_it_went_and_the_kept_one_what_belongs_to_it() {
    let console = Console::start().await;
    let store = &console.test.store;
    let first: Reference = open(store, 1, "pb carto").await.parse().unwrap();
    let second: Reference = open(store, 2, "carto").await.parse().unwrap();
    let into = store.incident(&first).await.unwrap().unwrap();
    let part = store.incident(&second).await.unwrap().unwrap();
    let merging = Merging {
        incident: &part,
        into: &into,
        fields: &into.fields,
        filled: &[],
        to_ask: &into.to_ask,
        status: None,
        concerns: &into.concerns,
        why: "same_declaration entity before:25",
        letters: &[],
        anew: None,
        by: &By::command(at(4)),
    };
    store.merge(&merging).await.unwrap();
    let stub = console.get(&format!("/d/{second}")).await;
    stub.shows(&format!(
        "Rattaché au dossier <a href=\"/d/{first}\">{first}</a>."
    ));
    stub.shows(&format!(
        "Annulable jusqu’au mar. 1er déc. 10:00 : vigie ticket split {second}"
    ));
    stub.shows("fusionné");
    stub.shows(&format!(
        "rattaché par une personne au dossier : {first} (doublon : même entité, 25 min avant)"
    ));
    stub.hides("manque 1");
    let kept = console.get(&format!("/d/{first}")).await;
    kept.shows(&format!(
        "Lui est rattaché le dossier <a href=\"/d/{second}\">{second}</a>."
    ));
}

#[tokio::test]
async fn pain_17_who_is_not_reachable_by_mail_is_shown_with_the_number_to_call() {
    let console = Console::start().await;
    let store = &console.test.store;
    let reference = open(store, 1, "pb carto").await;
    let mail = store.list_outbox(None, None, 1).await.unwrap()[0].id;
    store.release(mail, &By::command(at(3))).await.unwrap();
    let lease = TimeDelta::minutes(1);
    let claim = store.claim_outbox(at(3), lease, 1).await.unwrap()[0].claim;
    assert!(store.mark_sending(claim, at(3), lease).await.unwrap());
    store.mark_sent(claim, &[], at(3)).await.unwrap();
    let page = console.get(&format!("/d/{reference}")).await;
    page.hides("non joignable");
    let incident = store
        .incident_id(&reference.parse().unwrap())
        .await
        .unwrap();
    let fetched = Fetched {
        place: Place::Imap {
            uidvalidity: 7,
            uid: 2,
        },
        internal_date: at(4),
        bytes: b"bounce".to_vec(),
        left_on_server: false,
        told_size: None,
        withheld: false,
    };
    store
        .record_batch("box", None, &[fetched], at(4))
        .await
        .unwrap();
    let message = store.claim_messages(at(4), lease, 1).await.unwrap()[0].id;
    let bounce = Outcome {
        message,
        kind: Kind::Bounce,
        reason: String::new(),
        from_address: String::new(),
        subject: String::new(),
        text: String::new(),
        attachments: Vec::new(),
        effect: Effect::Filed {
            notice: Some(Notice {
                incident: incident.unwrap(),
                mail: Some(1),
                about: About::Failed {
                    status: "5.1.1".to_owned(),
                    recipient: None,
                },
            }),
            threading: vigie::store::Threading::default(),
        },
    };
    store.commit_outcome(&bounce, at(5)).await.unwrap();
    let page = console.get(&format!("/d/{reference}")).await;
    for words in [
        "non joignable par courriel (c.lebreton@chu.example)",
        "notre message n’a pas été remis",
        "avis de non-remise mar. 24 nov. 10:00 : 5.1.1",
        "retour d’erreur : notre message n’a pas été remis",
    ] {
        page.shows(words);
    }
}

#[tokio::test]
async fn loop_03_an_open_circuit_is_said_on_every_page_until_it_is_closed() {
    let console = Console::start().await;
    let store = &console.test.store;
    console
        .get("/")
        .await
        .hides("Envois automatiques suspendus");
    open_with(store, 1, "pb carto", Review::AllLimit).await;
    for path in ["/", "/messages"] {
        let page = console.get(path).await;
        page.shows("Envois automatiques suspendus depuis");
        page.shows("une limite d’envoi est dépassée");
        page.shows("vigie outbox resume");
    }
    assert!(store.close_circuit(&By::command(at(9))).await.unwrap());
    console
        .get("/")
        .await
        .hides("Envois automatiques suspendus");
}

#[tokio::test]
async fn a_mailbox_out_of_reach_is_said_on_every_page() {
    let console = Console::start().await;
    console.get("/").await.hides("Boîte injoignable");
    let health = &console.health.mailbox;
    health.failed("auth", 3, at(700), at(300));
    for path in ["/", "/messages", "/sante"] {
        let page = console.get(path).await;
        page.shows("Boîte injoignable depuis mar. 24 nov. 10:05 (3 essais) : le serveur refuse");
        page.shows("vigie check");
    }
    health.succeeded(at(590));
    let page = console.get("/").await;
    page.shows("Boîte relevée à l’instant.");
    page.hides("class=\"strip\"");
}

#[tokio::test]
async fn b8_each_kind_of_failure_is_said_in_its_own_words() {
    let console = Console::start().await;
    for (kind, words) in [
        ("tls", "Boîte injoignable depuis"),
        ("tls", "pas de connexion protégée"),
        ("network", "le serveur ne répond pas"),
        ("store", "La base n’enregistre plus rien depuis"),
        ("store", "rien n’est perdu"),
    ] {
        console.health.mailbox.failed(kind, 1, at(700), at(300));
        console.get("/").await.shows(words);
    }
    console.get("/").await.hides("Boîte injoignable");
}

#[tokio::test]
async fn b7_readiness_is_red_while_what_was_fetched_is_not_stored() {
    let console = Console::start().await;
    let health = &console.health.mailbox;
    health.failed("store", 1, at(700), at(590));
    let red = console.get("/readyz").await;
    assert_eq!(red.status, 503);
    assert_eq!(red.body, "the database does not take what was fetched\n");
    health.succeeded(at(595));
    assert_eq!(console.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn readiness_tells_what_is_known_of_each_invariant() {
    let console = Console::start().await;
    open(&console.test.store, 1, "pb carto").await;
    let health = &console.health.mailbox;
    health.succeeded(at(600));
    health.reconciled(5, 4, at(300));
    let told = console.get("/readyz?verbose").await;
    assert_eq!(
        told.status, 200,
        "a gap is told, and readiness is the database's"
    );
    for words in [
        "ok\ndatabase ok\nunread 0 (informational)",
        "waiting for a person 1 (informational)",
        "mailbox ok (informational)",
        "sending ok (informational)",
        "ledger red gap since 2026-11-24T09:05:00Z count=1",
        "N1 broken: 5 messages in the folder, 4 of them stored",
        "N3 holds: 0 unread, 0 of them too long",
        "N6 holds: 0 overdue, 0 to leave, 1 held, 0 in doubt, 0 refused",
        "N8 broken",
        "N9 holds",
        "N10 ",
        "N11 not known here",
    ] {
        told.shows(words);
    }
    for number in 1..=14 {
        told.shows(&format!("\nN{number} "));
    }
    told.hides(env!("CARGO_PKG_VERSION"));
    told.hides("chu.example");
}

#[tokio::test]
async fn what_is_wrong_and_what_is_well_stand_on_the_health_page() {
    let console = Console::start().await;
    let store = &console.test.store;
    open(store, 1, "pb carto").await;
    console.health.mailbox.succeeded(at(595));
    console.health.mailbox.reconciled(3, 1, at(590));
    store
        .raise_alarm("sending", "connect", at(100), at(0))
        .await
        .unwrap();
    store.alarm_told("sending", at(110)).await.unwrap();
    store.clear_alarm("sending", at(200)).await.unwrap();
    let page = console.get("/sante").await;
    assert_eq!(page.status, 200);
    for words in [
        "relevé à l’instant (toutes les 30 s)",
        "2 messages de la boîte ne sont pas enregistrés depuis mar. 24 nov. 10:09",
        "file 0 · à relire 1 · refusés 0 · incertains 0 · dernier envoi aucun",
        "Messages attendent d’être envoyés",
        "heure de Paris",
        env!("CARGO_PKG_VERSION"),
        "aria-current=\"page\">Santé",
    ] {
        page.shows(words);
    }
    page.hides("en cours");
}

#[tokio::test]
async fn mails_that_do_not_leave_are_said_with_the_reason_until_none_waits() {
    let console = Console::start().await;
    let store = &console.test.store;
    open(store, 1, "pb carto").await;
    console.get("/").await.hides("attend d’être envoyé");
    let mail = store.list_outbox(None, None, 9).await.unwrap()[0].id;
    assert!(store.release(mail, &By::command(at(3))).await.unwrap());
    let page = console.get("/").await;
    page.shows("1 message attend d’être envoyé depuis mar. 24 nov. 10:00 : leur heure est passée.");
    page.shows("vigie outbox list");
    console.health.sending.failed("login", at(590));
    let page = console.get("/sante").await;
    page.shows("le serveur d’envoi refuse le compte ou le mot de passe");
    page.shows("alerte");
    let told = console.get("/readyz?verbose").await;
    told.shows("sending red login since 2026-11-24T09:09:50Z count=1");
    told.shows("N6 broken: 1 overdue, 1 to leave");
    let figures = console.get("/metrics").await;
    figures.shows("vigie_alarm_active{subject=\"sending\"} 1");
    assert!(store.cancel(mail, &By::command(at(599))).await.unwrap());
    console.get("/").await.hides("attend d’être envoyé");
    let figures = console.get("/metrics").await;
    figures.shows("vigie_alarm_active{subject=\"sending\"} 0");
}

/// A closed way out costs a mail no attempt (SND-01), and moves it to its next try: it waits all the
/// same, or one mail alone would never turn sending red.
#[tokio::test]
async fn snd_04_a_mail_that_a_closed_way_out_puts_off_is_said_to_wait() {
    let console = Console::start().await;
    let store = &console.test.store;
    let reference = open(store, 1, "pb carto").await;
    let mail = store.list_outbox(None, None, 9).await.unwrap()[0].id;
    assert!(store.release(mail, &By::command(at(3))).await.unwrap());
    let lease = TimeDelta::minutes(1);
    let claim = store.claim_outbox(at(500), lease, 1).await.unwrap()[0].claim;
    store
        .mark_temporary(claim, "connect refused", at(900), false)
        .await
        .unwrap();
    console.health.sending.failed("connect", at(500));
    let page = console.get("/").await;
    page.shows("1 message attend d’être envoyé depuis");
    page.shows("le serveur d’envoi ne répond pas");
    let page = console.get(&format!("/d/{reference}")).await;
    page.shows("nouvel essai");
    page.shows("connect refused");
    let figures = console.get("/metrics").await;
    figures.shows("vigie_alarm_active{subject=\"sending\"} 1");
}

#[tokio::test]
async fn figures_are_told_under_their_names_with_labels_of_closed_sets() {
    let console = Console::start().await;
    open(&console.test.store, 1, HOSTILE).await;
    let health = &console.health.mailbox;
    health.failed("auth", 1, at(700), at(590));
    health.measured.bytes.numbered(2_500);
    health.measured.rounds.took(Duration::from_secs(3));
    let reading = &console.health.reading;
    reading.seconds.took(Duration::from_millis(7));
    reading.failed("panicked");
    reading.items.numbered(4);
    let answered = &console.health.sending.first_answer.0;
    answered.took(Duration::from_secs(130));
    let completed = &console.health.sending.completion.0;
    completed.took(Duration::from_secs(7_200));
    console.get("/d/INC-26-99999").await;
    let host = console.address;
    console
        .ask(&format!(
            "BREW /pot HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ))
        .await;
    let told = console.get("/metrics").await;
    assert_eq!(
        told.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    for line in [
        "# TYPE vigie_mailbox_polls_total counter",
        "vigie_mailbox_polls_total{outcome=\"auth\"} 1",
        "vigie_mailbox_polls_total{outcome=\"ok\"} 0",
        "vigie_messages_received_total{kind=\"declaration\"} 1",
        "vigie_outbox_messages{state=\"held\"} 1",
        "vigie_tickets{state=\"to_review\"} 1",
        "vigie_alarm_active{subject=\"mailbox\"} 1",
        "vigie_alarm_active{subject=\"database\"} 0",
        "vigie_invariant_holds{invariant=\"N3\"} 1",
        "vigie_database_up 1",
        "# TYPE vigie_message_bytes histogram",
        "vigie_message_bytes_bucket{le=\"10000\"} 1",
        "vigie_message_bytes_bucket{le=\"+Inf\"} 1",
        "vigie_message_bytes_sum 2500",
        "vigie_message_bytes_count 1",
        "vigie_mailbox_poll_duration_seconds_count 1",
        "vigie_parse_duration_seconds_bucket{le=\"0.02\"} 1",
        "vigie_parse_failures_total{reason=\"panicked\"} 1",
        "vigie_request_items_bucket{le=\"4\"} 1",
        "vigie_first_answer_seconds_bucket{le=\"150\"} 1",
        "vigie_completion_seconds_bucket{le=\"14400\"} 1",
        "vigie_http_requests_total{route=\"/d/{reference}\",method=\"GET\",status=\"4xx\"} 1",
        "vigie_http_request_duration_seconds_count{route=\"other\",method=\"other\",status=\"4xx\"} 1",
        "process_resident_memory_bytes ",
    ] {
        told.shows(line);
    }
    for line in told.body.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        let is_ours = name.starts_with("vigie_") || name.starts_with("process_");
        assert!(is_ours && value.parse::<f64>().is_ok(), "{line}");
    }
    told.hides("chu.example");
    told.hides("INC-26");
}

#[tokio::test]
async fn long_lists_are_cut_into_pages_that_lead_on() {
    let console = Console::start().await;
    for uid in 1..=52 {
        open(&console.test.store, uid, "pb carto").await;
    }
    let first = console.get("/dossiers").await;
    first.shows("INC-26-00052");
    first.hides("INC-26-00002");
    first.shows("/dossiers?avant=INC-26-00003");
    let second = console.get("/dossiers?avant=INC-26-00003").await;
    second.shows("INC-26-00001");
    second.hides("rel=\"next\"");
}

#[tokio::test]
async fn a_client_that_never_ends_its_header_is_left() {
    let console = Console::start().await;
    for begun in ["", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "] {
        let mut stream = TcpStream::connect(console.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        // Time then goes by as fast as nobody has anything to do.
        tokio::time::pause();
        let mut answer = Vec::new();
        let left = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut answer));
        assert!(left.await.is_ok(), "{begun:?} was waited for");
        tokio::time::resume();
        assert!(!answer.starts_with(b"HTTP/1.1 200"));
    }
    assert_eq!(console.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn sto_07_bytes_that_are_missing_or_altered_are_said_to_be_and_never_an_error() {
    let console = Console::start().await;
    let store = &console.test.store;
    let reference = open(store, 1, "pb carto").await;
    let dossier = format!("/d/{reference}");
    console
        .get("/sante")
        .await
        .shows("comparés à chaque lecture");
    console
        .test
        .alter("UPDATE message_chunks SET bytes = X'2020'")
        .await;
    let page = console.get(&dossier).await;
    assert_eq!(page.status, 200);
    page.shows("message altéré : les octets gardés ne sont plus ceux reçus");
    console.test.alter("DELETE FROM message_chunks").await;
    let page = console.get(&dossier).await;
    assert_eq!(page.status, 200);
    page.shows("message manquant : ses octets ne sont plus dans la base");
    // One that is not read yet is found when it is.
    let waiting = [fetched(2, &mail("2@x.example", "x"))];
    store
        .record_batch("imap:test", None, &waiting, at(0))
        .await
        .unwrap();
    let lease = TimeDelta::seconds(60);
    for _ in 0..3 {
        let claimed = store.claim_messages(at(1), lease, 1).await.unwrap();
        store
            .fail_message(claimed[0].id, "altered", at(1))
            .await
            .unwrap();
    }
    let page = console.get("/sante").await;
    page.shows("1 message altéré, en quarantaine · vigie check --deep relit tout");
    let page = console.get("/quarantine").await;
    page.shows("altéré : ses octets ne sont plus ceux reçus");
}

#[tokio::test]
async fn every_figure_that_the_alert_rules_name_is_exported() {
    let console = Console::start().await;
    let store = &console.test.store;
    open(store, 1, "pb carto").await;
    console.health.mailbox.succeeded(at(595));
    let mail = store.list_outbox(None, None, 9).await.unwrap()[0].id;
    assert!(store.release(mail, &By::command(at(3))).await.unwrap());
    let told = console.get("/metrics").await;
    let exported: Vec<&str> = told
        .body
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let rules = include_str!("../../packaging/alerts.yml");
    let mut named = 0;
    for expression in rules.lines().filter(|line| line.contains("expr:")) {
        let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with("vigie_") || word.starts_with("process_"))
        {
            assert!(exported.contains(&word), "{word} is not exported");
            named += 1;
        }
    }
    assert!(named >= rules.matches("- alert:").count(), "each names one");
}
