//! A form of another desk, written in TOML alone: its fields in its order and by its names, texts and
//! choices of its own, read, asked for, kept and shown. `fixtures/forms` holds the example.

use crate::support::stores::{TestStore, at, fetched};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use vigie::cli::score::Score;
use vigie::clock::Clock;
use vigie::config;
use vigie::desk::intake::Parts;
use vigie::domain::field::{FieldName, OwnName, Reading, Value};
use vigie::domain::form::{Form, FormError};
use vigie::domain::incident::Reference;
use vigie::extract::{Context, extract};
use vigie::mail::Email;
use vigie::present::page;
use vigie::secret::Key;
use vigie::wake::Wake;
use vigie::worker::process::{self, Processing};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/forms")
}

fn definition() -> String {
    std::fs::read_to_string(folder().join("mairie.toml")).unwrap()
}

fn town() -> Form {
    Form::parse(&definition()).unwrap()
}

fn own(name: &str) -> FieldName {
    FieldName::Own(OwnName::new(name).unwrap())
}

fn message(name: &str) -> Vec<u8> {
    std::fs::read(folder().join("mairie").join(name)).unwrap()
}

fn context() -> Context<'static> {
    Context {
        received_at: chrono::DateTime::UNIX_EPOCH,
        own_addresses: &[],
        mark: "INC",
        key: None,
    }
}

fn parsed(form: &Form, name: &str) -> serde_json::Value {
    super::corpus::read(form, name, &message(name))
}

#[test]
fn the_messages_of_the_example_are_read_as_they_are_labelled() {
    let form = town();
    let mut score = Score::new(&form);
    let mut names: Vec<String> = std::fs::read_dir(folder().join("mairie"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".eml"))
        .collect();
    names.sort();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        let gold = name.replace(".eml", ".gold.json");
        let gold = serde_json::from_slice(&message(&gold)).unwrap();
        score.add(&name, &gold, Some(&parsed(&form, &name)));
    }
    assert!(score.errors.is_empty(), "{:#?}", score.errors);
}

#[test]
fn the_output_has_the_fields_of_the_form_in_its_order_and_no_other() {
    let form = town();
    let text = parsed(&form, "01-formulaire-rempli.eml")["fields"].to_string();
    for name in form.names() {
        assert!(text.contains(&format!("\"{name}\"")), "{name}: {text}");
    }
    for absent in ["environment", "affected_user", "email"] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
    let first: Vec<String> = form.names().take(4).map(|name| name.to_string()).collect();
    assert_eq!(
        first,
        ["description", "feature", "inventory_number", "system"]
    );
}

#[test]
fn a_missing_text_and_an_unclear_choice_are_asked_for_in_the_order_of_use() {
    let form = town();
    let raw = message("03-formulaire-a-moitie-vide.eml");
    let email = Email::parse(&raw);
    let declaration = extract(&email, &form, &context());
    let questions = form.questions(&form.ask(&declaration));
    let texts: Vec<&str> = questions
        .iter()
        .map(|question| question.text.as_str())
        .collect();
    assert_eq!(
        texts,
        [
            "Numéro d’inventaire (étiquette jaune sous l’appareil)",
            "Téléphone où vous joindre",
            "Type de poste (Windows, Mac, tablette)",
        ]
    );
    let unclear = parsed(&form, "04-deux-choix-et-inconnu.eml");
    assert_eq!(unclear["fields"]["system"]["state"], "unclear");
    assert_eq!(unclear["to_ask"], serde_json::json!(["system"]));
}

#[test]
fn a_page_calls_the_fields_as_the_form_does() {
    let form = town();
    let raw = message("01-formulaire-rempli.eml");
    let email = Email::parse(&raw);
    let declaration = extract(&email, &form, &context());
    let html = page::render("x.eml", &email, &declaration, &form).unwrap();
    for words in [
        "N° d’inventaire",
        "Type de poste",
        "Personnes gênées",
        "id=\"ev-3\"",
    ] {
        assert!(html.contains(words), "« {words} » is not in:\n{html}");
    }
    assert!(!html.contains("Environnement"), "{html}");
}

/// The desk's own fields go the whole way: into the store, the request, and out of the answer.
#[tokio::test]
async fn texts_and_choices_are_kept_asked_for_and_filled_by_the_answer() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let parts = installed();
        let mailbox = "imap:informatique@valbrume.example/INBOX";
        test.store.first_start(mailbox, at(-86_400)).await.unwrap();
        let declared = message("03-formulaire-a-moitie-vide.eml");
        let receive = async |uid: u32, raw: &[u8]| {
            let batch = [fetched(uid, raw)];
            let stored = test.store.record_batch(mailbox, None, &batch, at(0)).await;
            stored.unwrap();
            let processing = Processing {
                store: test.store.clone(),
                parts: Arc::clone(&parts),
                clock: Clock::Fixed(at(i64::from(uid))),
                wake: Arc::new(Wake::new()),
                measured: Arc::default(),
            };
            let stop = CancellationToken::new();
            process::round(&processing, &stop).await.unwrap();
        };
        receive(1, &declared).await;
        let reference = Reference::new("INC", 2026, 1);
        let incident = test.store.incident(&reference).await.unwrap().unwrap();
        assert_eq!(incident.fields[own("system")].reading, Reading::Missing);
        let mails = test.store.list_outbox(None, None, 9).await.unwrap();
        let request = &mails[0].text;
        for words in [
            "1) Numéro d’inventaire",
            "3) Type de poste (Windows, Mac, tablette)",
        ] {
            assert!(request.contains(words), "{request}");
        }

        let mime = test.store.outbox_mime(mails[0].id).await.unwrap().unwrap();
        let mime = String::from_utf8(mime).unwrap().replace("\r\n ", " ");
        let id = mime
            .lines()
            .find_map(|line| line.strip_prefix("Message-ID:"));
        let quoted: String = request
            .lines()
            .map(|line| format!("> {line}\r\n"))
            .collect();
        let answer = format!(
            "In-Reply-To: {}\r\nFrom: c.desmarets@valbrume.example\r\nSubject: Re: x\r\n\
             Date: Tue, 24 Nov 2026 10:05:00 +0100\r\nMessage-ID: <2@valbrume.example>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n\
             1) VB-02210\r\n2) 02 61 91 40 77\r\n3) un MacBook\r\n\r\n\
             Le mar. 24 nov. 2026 à 10:00, Support a écrit :\r\n{quoted}",
            id.unwrap().trim()
        );
        receive(2, answer.as_bytes()).await;
        let incident = test.store.incident(&reference).await.unwrap().unwrap();
        let value = |text: &str| Some(Value::Text(text.to_owned()));
        assert_eq!(
            incident.fields[own("inventory_number")].value(),
            value("VB-02210").as_ref()
        );
        assert_eq!(
            incident.fields[own("system")].value(),
            value("Mac").as_ref()
        );
        assert_eq!(incident.to_ask, Vec::new());
        let messages = test.store.messages_of(&reference).await.unwrap();
        assert_eq!(
            incident.field_messages.get(&own("system")),
            Some(&messages[1].id)
        );
        let ticket = &test.store.export_tickets(0, 9).await.unwrap()[0];
        assert_eq!(ticket.fields[own("system")].value(), value("Mac").as_ref());
        let found = vigie::desk::reparse::compare(&test.store, &parts, &reference).await;
        assert_eq!(found.unwrap().unwrap().differences, Vec::new());
    }
}

fn installed() -> Arc<Parts> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vigie.toml");
    let text = format!(
        "[service]\nname = \"Support informatique\"\nphone = \"02 61 91 40 00\"\n\
         [mailbox]\nurl = \"maildir:{0}\"\n\
         [smtp]\nurl = \"dir:{0}\"\nfrom = \"Support <informatique@valbrume.example>\"\n",
        folder.path().display()
    );
    std::fs::write(&file, text).unwrap();
    let config = config::load(&file, Vec::new()).unwrap().config;
    Arc::new(Parts::new(&config, Key::from_bytes([7; 32]), town()).unwrap())
}

#[test]
fn a_field_of_the_desks_own_needs_a_name_a_type_and_choices_that_fit() {
    let with = |from: &str, to: &str| Form::parse(&definition().replacen(from, to, 1));
    type Fault = fn(&FormError) -> bool;
    let cases: [(&str, &str, Fault); 6] = [
        ("type = \"text\"\n", "", |e| {
            matches!(e, FormError::UnknownField(_))
        }),
        ("\"inventory_number\"", "\"N° inventaire\"", |e| {
            matches!(e, FormError::Name(_))
        }),
        ("\"inventory_number\"", "\"screenshot\"", |e| {
            matches!(e, FormError::Name(_))
        }),
        ("type = \"choice\"", "type = \"text\"", |e| {
            matches!(e, FormError::Choices(_))
        }),
        ("type = \"text\"", "type = \"choice\"", |e| {
            matches!(e, FormError::Choices(_))
        }),
        (
            "name = \"phone\"",
            "name = \"phone\"\ntype = \"text\"",
            |e| matches!(e, FormError::Typed(FieldName::Phone)),
        ),
    ];
    for (from, to, is_fault) in cases {
        let error = with(from, to).expect_err(to);
        assert!(is_fault(&error), "{to}: {error}");
    }
}
