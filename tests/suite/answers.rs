//! From raw bytes to the mail that would leave: who is answered, with what, over whole corpora.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::Value;
use vigie::config::{Config, Sources, Typed};
use vigie::desk::answer::{Answering, Incoming, answer, letter_of_act};
use vigie::domain::act::{Act, Closing};
use vigie::domain::decision::{Decision, Review, Sent, Ticket};
use vigie::domain::form::{Form, Item};
use vigie::domain::outgoing::{Outgoing, Template};
use vigie::extract::{Context, extract};
use vigie::mail::Email;
use vigie::secret::Key;

const REFERENCE: &str = "INC-26-00042";

fn config() -> Config {
    let set = |key, value: &str| ("test", key, value.to_owned());
    let flags = vec![
        set("service.name", "Support SI-Samu"),
        set("service.phone", "0 809 100 809"),
        set("mailbox.url", "maildir:/nowhere"),
        set("mailbox.address", "support@vigie.example"),
        set("mailbox.aliases", "aide@vigie.example"),
        set("mailbox.authserv_id", "mx"),
        set("smtp.url", "dir:/nowhere"),
        set("smtp.from", "Support SI-Samu <support@vigie.example>"),
    ];
    let sources = Sources {
        file: None,
        environment: Vec::new(),
        flags,
    };
    Typed::read(&sources).unwrap().check().unwrap().config
}

fn now() -> DateTime<Utc> {
    "2026-11-23T08:14:00Z".parse().unwrap()
}

/// The decision and the mail about one message.
pub(crate) fn answered(raw: &[u8]) -> (Decision, Option<Outgoing>) {
    of_message(raw, |incoming, form, answering| {
        answer(incoming, form, answering, now()).unwrap()
    })
}

/// Reads a message that opens a ticket, and hands it on.
fn of_message<R>(raw: &[u8], act: impl FnOnce(&Incoming<'_>, &Form, &Answering) -> R) -> R {
    let (form, config, key) = (Form::si_samu(), config(), Key::from_bytes([7; 32]));
    let answering = Answering::new(&config, &key, form).unwrap();
    let email = Email::parse(raw);
    let own_addresses = config.own_addresses();
    let context = Context {
        received_at: now(),
        own_addresses: &own_addresses,
        mark: "INC",
        key: Some(key.as_bytes()),
    };
    let declaration = extract(&email, form, &context);
    let asks = form.ask(&declaration);
    let incoming = Incoming {
        email: &email,
        declaration: &declaration,
        fields: &declaration.fields,
        asks: &asks,
        brought: None,
        answerable: true,
        reference: REFERENCE,
        sequence: 1,
        ticket: Ticket::default(),
        sent: Sent::default(),
    };
    act(&incoming, form, &answering)
}

/// Every message of a folder with its gold.
fn corpus(folder: &str) -> Vec<(PathBuf, Vec<u8>, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(folder);
    let mut messages = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let gold = path.with_extension("gold.json");
        if path.extension().is_some_and(|ending| ending == "eml") && gold.exists() {
            let gold = serde_json::from_slice(&std::fs::read(gold).unwrap()).unwrap();
            messages.push((path.clone(), std::fs::read(path).unwrap(), gold));
        }
    }
    assert!(messages.len() > 20, "{} holds no corpus", folder.display());
    messages
}

/// Header lines of a mail, unfolded.
fn headers(mime: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(mime).unwrap().replace("\r\n ", " ");
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    head.split("\r\n").map(str::to_owned).collect()
}

fn declared(head: &str) -> Vec<u8> {
    format!(
        "{head}\r\nDate: Mon, 23 Nov 2026 09:12:00 +0100\r\n\r\nBonjour,\r\n\r\nCe matin vers 9h le \
         module cartographie de la production reste figé sur l'écran de chargement, pour 10 \
         utilisateurs du SAMU de Nantes.\r\n"
    )
    .into_bytes()
}

#[test]
fn machines_are_never_answered_and_people_nearly_always_are() {
    let (mut people, mut told) = (0, 0);
    for (path, raw, gold) in corpus("mail") {
        let (_, mail) = answered(&raw);
        match gold["kind"].as_str().unwrap() {
            "declaration" => {
                people += 1;
                told += u32::from(mail.is_some());
            }
            _ => assert!(mail.is_none(), "{} is answered", path.display()),
        }
    }
    assert!(told * 100 >= people * 95, "{told} of {people}");
}

#[test]
fn requests_rarely_ask_for_what_was_said() {
    let (mut asked, mut given) = (0, 0);
    for (_, raw, gold) in corpus("mail") {
        let (Decision::Reply { asks, .. }, _) = answered(&raw) else {
            continue;
        };
        for ask in asks {
            let Item::Field(name) = ask.item else {
                continue;
            };
            asked += 1;
            let state = &gold["fields"][name.as_str()]["state"];
            given += u32::from(state == "present" || state == "unknown");
        }
    }
    assert!(
        given * 10 <= asked,
        "{given} of {asked} questions ask for what was given"
    );
}

#[test]
fn the_demo_shows_each_kind_of_answer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
    for (name, template) in [
        ("05-telephone-trop-court", Some(Template::E1)),
        ("08-html-seul-outlook", Some(Template::E1)),
        ("17-ca-marche-pas", Some(Template::E1b)),
        ("18-panne-generale", Some(Template::E1c)),
        ("19-escalade-sans-numero", None),
        ("24-absence-du-bureau", None),
        ("25-avis-de-non-remise", None),
        ("26-lettre-d-information", None),
    ] {
        let raw = std::fs::read(folder.join(name).with_extension("eml")).unwrap();
        assert_eq!(
            answered(&raw).1.map(|mail| mail.template),
            template,
            "{name}"
        );
    }
}

#[test]
fn every_mail_to_the_corpus_has_one_recipient_and_these_headers() {
    for (path, raw, _) in corpus("mail") {
        let (_, Some(mail)) = answered(&raw) else {
            continue;
        };
        let headers = headers(&mail.mime);
        let expected = [
            "From",
            "To",
            "Subject",
            "Message-ID",
            "In-Reply-To",
            "References",
            "Date",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "Content-Language",
            "MIME-Version",
            "Content-Type",
        ];
        for header in &headers {
            let name = header.split(':').next().unwrap();
            assert!(expected.contains(&name), "{}: {header}", path.display());
        }
        let is = |start: &str| {
            headers
                .iter()
                .filter(|line| line.starts_with(start))
                .count()
        };
        assert_eq!(
            (is("To:"), is("Subject:"), is("From:")),
            (1, 1, 1),
            "{}",
            path.display()
        );
        assert!(
            headers.contains(&format!("To: <{}>", mail.to)),
            "{}",
            path.display()
        );
        assert!(
            mail.mime
                .split(|byte| *byte == b'\n')
                .all(|line| line.len() <= 998)
        );
        assert!(mail.mime.is_ascii());
    }
}

#[test]
fn a_hostile_header_makes_no_second_header_and_no_second_recipient() {
    for head in [
        "From: Claire <c@samu.example>\r\nSubject: =?utf-8?Q?x=0D=0ABcc:_evil@x.example?=",
        "From: Claire <c@samu.example>\r\nSubject: x\u{85}Bcc: evil@x.example\u{2028}y\0z",
        "From: =?utf-8?Q?a=0D=0ABcc:_evil@x.example?= <c@samu.example>\r\nSubject: x",
        "From: c@samu.example\r\nSubject: x\r\nMessage-ID: <a\u{85}b@x>\r\nReferences: <a@b>\u{2028}<c@d>",
        "From: c@samu.example\r\nSubject: x\r\nMessage-ID: <a@b>, evil: x\r\nReferences: <=?utf-8?Q?=0D=0A?=@x>",
    ] {
        let (_, mail) = answered(&declared(head));
        let mail = mail.unwrap_or_else(|| panic!("no mail for {head:?}"));
        assert_eq!(mail.to, "c@samu.example");
        let headers = headers(&mail.mime);
        assert!(
            headers
                .iter()
                .all(|line| !line.to_lowercase().starts_with("bcc")),
            "{headers:?}"
        );
        assert_eq!(
            headers
                .iter()
                .filter(|line| line.starts_with("Subject:"))
                .count(),
            1
        );
    }
}

#[test]
fn endless_references_are_cut() {
    let many: String = (0..40_000)
        .map(|n| format!("<m{n}@samu.example>\r\n "))
        .collect();
    let head = format!(
        "From: c@samu.example\r\nSubject: x\r\nMessage-ID: <a@b>\r\nReferences: {many}<z@b>"
    );
    let (_, mail) = answered(&declared(&head));
    let headers = headers(&mail.unwrap().mime);
    let references = headers
        .iter()
        .find(|line| line.starts_with("References:"))
        .unwrap();
    assert!(references.matches('<').count() <= 20);
    assert!(references.ends_with("<a@b>"), "{references}");
}

#[test]
fn who_is_held_and_who_gets_nothing() {
    let of = |head: &str| match answered(&declared(head)).0 {
        Decision::Reply { review, .. } => Some(review),
        Decision::Silent { .. } => None,
    };
    for (head, expected) in [
        ("From: c@samu.example\r\nSubject: x", Some(None)),
        (
            "From: c@samu.example\r\nSubject: x\r\nPrecedence: bulk",
            None,
        ),
        (
            "From: c@samu.example\r\nReply-To: c@webmail.example\r\nSubject: x",
            Some(Some(Review::ReplyToElsewhere)),
        ),
        (
            "From: c@samu.example, d@samu.example\r\nSubject: x",
            Some(Some(Review::SeveralAuthors)),
        ),
        (
            "From: -rf@samu.example\r\nSubject: x",
            Some(Some(Review::OddAddress)),
        ),
        (
            "Return-Path: <>\r\nFrom: c@samu.example\r\nSubject: x",
            None,
        ),
        ("Subject: x", None),
        ("From: ne-pas-repondre@samu.example\r\nSubject: x", None),
        ("From: support@vigie.example\r\nSubject: x", None),
        ("From: Aide@Vigie.example\r\nSubject: x", None),
        // Through a hospital's list: to the person, once somebody has looked (pain 19).
        (
            "From: c@samu.example\r\nReply-To: liste@samu.example\r\nList-Id: <liste.samu.example>\r\nPrecedence: list\r\nSubject: x",
            Some(Some(Review::ThroughList)),
        ),
        (
            "From: c@samu.example\r\nAuto-Submitted: no (x)\r\nX-Auto-Response-Suppress: OOF\r\nSubject: x",
            Some(None),
        ),
        (
            "Authentication-Results: mx; dmarc=fail\r\nReceived: by mx; Mon, 23 Nov 2026 09:12:00 +0100\r\nFrom: c@samu.example\r\nSubject: x",
            Some(Some(Review::Forged)),
        ),
    ] {
        assert_eq!(of(head), expected, "{head:?}");
    }
}

#[test]
fn pain_19_who_writes_through_a_list_is_answered_and_the_list_is_not() {
    let (decision, mail) = answered(&declared(
        "From: c@samu.example\r\nReply-To: liste@samu.example\r\nPrecedence: list\r\nSubject: x",
    ));
    assert!(matches!(decision, Decision::Reply { .. }));
    assert_eq!(mail.unwrap().to, "c@samu.example");
}

#[test]
fn loop_09_what_the_server_did_not_prove_and_another_domain_sent_is_held() {
    let of = |head: String| match answered(&declared(&head)).0 {
        Decision::Reply { review, .. } => review,
        Decision::Silent { reason } => panic!("{reason:?}"),
    };
    let received = "Received: by mx; Mon, 23 Nov 2026 09:12:00 +0100";
    let stamped = |path: &str, result: &str| {
        format!(
            "Return-Path: <{path}>\r\n{received}\r\nAuthentication-Results: mx; {result}\r\nFrom: c@samu.example\r\nSubject: x"
        )
    };
    for (path, result, expected) in [
        ("spam@evil.example", "spf=none", Some(Review::Forged)),
        ("spam@evil.example", "dmarc=pass", None),
        ("bounce@mail.samu.example", "spf=none", None),
        ("c@samu.example", "spf=none", None),
        ("c@samu.example", "dmarc=fail", Some(Review::Forged)),
        (
            "x@forwarder.example",
            "spf=fail smtp.mailfrom=x@forwarder.example; dkim=pass header.d=samu.example",
            None,
        ),
    ] {
        assert_eq!(of(stamped(path, result)), expected, "{path} {result}");
    }
}

#[test]
fn a_proved_sender_has_their_words_quoted() {
    let proof = "Authentication-Results: mx; dmarc=pass\r\nReceived: by mx; Mon, 23 Nov 2026 09:12:00 +0100\r\n";
    let head = "From: c@samu.example\r\nSubject: x";
    let text = |raw: Vec<u8>| answered(&raw).1.unwrap();
    let proved = text(declared(&format!("{proof}{head}")));
    assert_eq!(proved.template, Template::E1);
    assert!(
        proved.text.contains("\n> Ce matin vers 9h"),
        "{}",
        proved.text
    );
    assert!(!text(declared(head)).text.contains("\n> "));
}

#[test]
fn what_the_clock_and_people_say_goes_under_the_declarants_message() {
    let raw =
        declared("From: Claire <c@samu.example>\r\nMessage-ID: <1@samu.example>\r\nSubject: x");
    let closing = Closing {
        now: "la carte s’affiche".to_owned(),
        ..Closing::default()
    };
    for (act, said) in [
        (
            Act::Remind {
                to: "c@samu.example",
            },
            "attend toujours",
        ),
        (Act::DeletedScreenshot, "Nous l’avons supprimée"),
        (Act::Close(&closing), "la carte s’affiche."),
        (Act::CloseUnreached, "faute d’avoir pu vous"),
        (Act::Attach { to: "INC-26-00055" }, "INC-26-00055"),
    ] {
        let (_, mail) = of_message(&raw, |first, form, answering| {
            let second = Incoming {
                sequence: 2,
                ..*first
            };
            letter_of_act(act, &second, form, answering, now()).unwrap()
        });
        let mail = mail.unwrap();
        assert_eq!(mail.template, act.template());
        assert_eq!((mail.to.as_str(), mail.sequence), ("c@samu.example", 2));
        assert!(mail.text.contains(said), "{}", mail.text);
        let raw = String::from_utf8(mail.mime).unwrap();
        assert!(raw.contains("\r\nIn-Reply-To: <1@samu.example>\r\n"));
    }
}
