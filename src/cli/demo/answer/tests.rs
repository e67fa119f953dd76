//! The round trip: a request of ours by the real chain, an answer as a client writes it, and what is
//! read there.

use super::{Reply, Request, Style, Values, answer};
use crate::config::{Config, Sources, Typed};
use crate::desk::answer::{Answering, Incoming, answer as answer_desk};
use crate::domain::asked::Asked;
use crate::domain::decision::{Sent, Ticket};
use crate::domain::declaration::Declaration;
use crate::domain::field::{Field, FieldName, Reading, Value};
use crate::domain::form::{Ask, Form, Item};
use crate::extract::{Context, answer as answer_to, extract};
use crate::mail::Email;
use crate::secret::Key;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::OnceLock;

const KEY: [u8; 32] = [7; 32];

const HEAD: &str = "From: <c.lebreton@chu-nantes.example>\r\nTo: <support@si-samu.example>\r\n\
    Subject: pb carto\r\nMessage-ID: <1@chu-nantes.example>\r\n\
    Date: Mon, 23 Nov 2026 09:12:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\
    \r\nDECLARATION D'INCIDENT\r\n";

/// A form with everything, a line an item.
const LINES: [(FieldName, &str); 13] = [
    (
        FieldName::Entity,
        "Entité concernée (Samu de Nantes, ARS PDL, ...) : SAMU de Nantes",
    ),
    (
        FieldName::AffectedUser,
        "Utilisateur concerné : Paul Martin",
    ),
    (
        FieldName::Phone,
        "Coordonnées téléphoniques : 02 61 91 12 47",
    ),
    (
        FieldName::StartedAt,
        "Date et heure de l'incident : 22/11/2026 à 14h30",
    ),
    (
        FieldName::Environment,
        "Environnement concerné : formation, production ? production",
    ),
    (
        FieldName::Feature,
        "Fonctionnalité concernée par l'incident : cartographie",
    ),
    (
        FieldName::AffectedCount,
        "Nombre d'utilisateurs impactés : 12",
    ),
    (
        FieldName::Description,
        "Description détaillée de l'incident : la carte reste figée.",
    ),
    (
        FieldName::PrerequisitesChecked,
        "Prérequis du poste de travail vérifiés : oui",
    ),
    (
        FieldName::Reproducible,
        "Reproductibilité de l'incident : toujours",
    ),
    (FieldName::DeclarantName, "Nom et prénom : Claire Lebreton"),
    (FieldName::DeclarantRole, "Fonction : ARM"),
    (
        FieldName::Email,
        "Adresse mail du déclarant : c.lebreton@chu-nantes.example",
    ),
];

/// The thirteen fields and the screenshot.
fn items() -> Vec<Item> {
    FieldName::ALL
        .into_iter()
        .map(Item::Field)
        .chain([Item::Screenshot])
        .collect()
}

fn config() -> Config {
    let set = |key, value: &str| ("test", key, value.to_owned());
    let flags = vec![
        set("service.name", "Support SI-Samu"),
        set("service.phone", "0 809 100 809"),
        set("mailbox.url", "maildir:nowhere"),
        set("mailbox.address", "support@si-samu.example"),
        set("smtp.url", "dir:nowhere"),
        set("smtp.from", "Support SI-Samu <support@si-samu.example>"),
    ];
    let sources = Sources {
        file: None,
        environment: Vec::new(),
        flags,
    };
    Typed::read(&sources).unwrap().check().unwrap().config
}

/// Made once: its templates are tried each time.
fn answering() -> &'static Answering {
    static ANSWERING: OnceLock<Answering> = OnceLock::new();
    ANSWERING
        .get_or_init(|| Answering::new(&config(), &Key::from_bytes(KEY), Form::si_samu()).unwrap())
}

fn now() -> DateTime<Utc> {
    "2026-11-23T08:14:00Z".parse().unwrap()
}

fn context() -> Context<'static> {
    static OWN: OnceLock<[String; 1]> = OnceLock::new();
    Context {
        received_at: now(),
        own_addresses: OWN.get_or_init(|| ["support@si-samu.example".to_owned()]),
        mark: "INC",
        key: Some(&KEY),
    }
}

fn read(raw: &[u8]) -> Declaration {
    extract(&Email::parse(raw), Form::si_samu(), &context())
}

/// Our request for these items: the chain's mail about a form that lacks them.
fn request(missing: &[Item]) -> Vec<u8> {
    let mut raw = HEAD.to_owned();
    for (name, line) in LINES {
        if !missing.contains(&Item::Field(name)) {
            raw.push_str(line);
            raw.push_str("\r\n");
        }
    }
    let form = Form::si_samu();
    let asks: Vec<Ask> = missing
        .iter()
        .map(|item| Ask {
            item: *item,
            reason: None,
        })
        .collect();
    let declaration = read(raw.as_bytes());
    let incoming = Incoming {
        fields: &declaration.fields,
        brought: None,
        email: &Email::parse(raw.as_bytes()),
        declaration: &declaration,
        asks: &asks,
        answerable: true,
        reference: "INC-26-00042",
        sequence: 1,
        ticket: Ticket::default(),
        sent: Sent::default(),
    };
    let (decision, mail) = answer_desk(&incoming, form, answering(), now()).unwrap();
    mail.unwrap_or_else(|| panic!("{missing:?}: {decision:?}"))
        .mime
}

/// The answer in a style with invented values, and the values.
fn answered(missing: &[Item], style: Style) -> (Vec<u8>, Values) {
    let request = Request::read(&request(missing), Form::si_samu()).unwrap();
    let values = Values::invent(&request, style);
    let reply = Reply {
        style,
        said: &values.said,
        picture: values.picture,
        at: request.date + TimeDelta::minutes(12),
    };
    (answer(&request, &reply), values)
}

/// What a plain form with these values says: the answers' gold.
fn told(values: &Values) -> Declaration {
    let mut raw = HEAD.to_owned();
    for (name, line) in LINES {
        let said = values
            .said
            .iter()
            .find(|(item, _)| *item == Item::Field(name));
        if let Some((_, said)) = said {
            let label = line.split(" : ").next().unwrap();
            raw.push_str(&format!("{label} : {said}\r\n"));
        }
    }
    read(raw.as_bytes())
}

/// The answer as the intake reads it: by what the request asked.
fn read_answer(mail: &[u8], missing: &[Item]) -> Declaration {
    let request = Email::parse(&request(missing)).into_owned();
    let asked = Asked::of_text(&request.body.text, Form::si_samu());
    let email = Email::parse(mail);
    answer_to(&email, Form::si_samu(), &context(), &asked).declaration
}

/// What is asked for and not read in an answer as it is in a form, as « style item ».
fn unread(missing: &[Item], style: Style) -> Vec<String> {
    let (mail, values) = answered(missing, style);
    let (read, told) = (read_answer(&mail, missing), told(&values));
    let is_read = |item: &Item| match item {
        Item::Screenshot => read.has_screenshot() == style.knows(),
        Item::Field(name) => {
            let (field, gold) = (&read.fields[*name], &told.fields[*name]);
            let is_right = match style.knows() {
                // Words that lead to it may stand before a description.
                true if *name == FieldName::Description => holds(field, gold),
                true => field.value().is_some() && field.reading == gold.reading,
                false => field.reading == Reading::Unknown,
            };
            is_right && field.evidence.is_some()
        }
    };
    missing
        .iter()
        .filter(|item| !is_read(item))
        .map(|item| format!("{style:?} {}", item.as_str()))
        .collect()
}

fn holds(field: &Field, gold: &Field) -> bool {
    let (Some(Value::Text(read)), Some(Value::Text(told))) = (field.value(), gold.value()) else {
        return false;
    };
    read.replace('\n', " ").contains(told.as_str())
}

#[test]
fn a_request_is_read_back_with_its_numbers() {
    let asked = [
        Item::Field(FieldName::DeclarantName),
        Item::Field(FieldName::DeclarantRole),
        Item::Field(FieldName::Phone),
        Item::Field(FieldName::StartedAt),
        Item::Screenshot,
    ];
    let request = Request::read(&request(&asked), Form::si_samu()).unwrap();
    let numbers: Vec<(usize, Vec<&str>)> = request
        .questions
        .iter()
        .map(|asked| {
            let items = asked.items.iter().map(Item::as_str).collect();
            (asked.number, items)
        })
        .collect();
    assert_eq!(
        numbers,
        [
            (1, vec!["phone"]),
            (2, vec!["started_at"]),
            (3, vec!["declarant_name", "declarant_role"]),
        ]
    );
    assert!(request.screenshot);
    let questions = request.blocks.iter().filter_map(|block| block.question);
    assert_eq!(questions.collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_mail_that_asks_for_nothing_is_no_request() {
    assert!(Request::read(b"Subject: x\r\n\r\nx", Form::si_samu()).is_none());
}

#[test]
fn the_same_answer_is_written_twice_byte_for_byte_with_sound_lines() {
    for style in Style::ALL {
        let (mail, values) = answered(&items(), style);
        assert_eq!(mail, answered(&items(), style).0);
        assert_eq!(values.picture.is_some(), style.knows(), "{style:?}");
        for line in mail.split(|byte| *byte == b'\n') {
            assert!(line.is_empty() || line.ends_with(b"\r"), "{style:?}");
            assert!(line.len() < 998, "{style:?}");
        }
    }
}

#[test]
fn e_07_to_e_14_each_answer_alone_lands_in_its_field_in_every_style() {
    let mut lost = Vec::new();
    for style in Style::ALL {
        for item in items() {
            lost.extend(unread(&[item], style));
        }
    }
    assert_eq!(lost, [""; 0]);
}

#[test]
fn e_07_to_e_14_all_fourteen_answers_at_once_land_in_their_fields_in_every_style() {
    let mut lost = Vec::new();
    for style in Style::ALL {
        lost.extend(unread(&items(), style));
    }
    assert_eq!(lost, [""; 0]);
}
