//! The pipeline: raw bytes in, an incident and a row of the outbox out, whatever fails in between.

use crate::support::cms;
use crate::support::stores::{TestStore, at, fetched};
use chrono::TimeDelta;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::config;
use vigie::desk::intake::Parts;
use vigie::domain::declaration::Kind;
use vigie::domain::field::FieldName;
use vigie::domain::form::Form;
use vigie::domain::history::EventKind;
use vigie::domain::incident::{Concern, Incident, Reference, Status};
use vigie::domain::message::{Cursor, Fetched, MessageState};
use vigie::domain::outgoing::{MailState, OutboxMail};
use vigie::domain::timer::Delays;
use vigie::secret::Key;
use vigie::store::{MessageLine, OutboxEntry, Store};
use vigie::wake::Wake;
use vigie::worker::process::{self, Processing, Round};
use vigie::worker::timers::{self, Timing};

const BOX: &str = "imap:support@vigie.example/INBOX";
const LEASE: TimeDelta = TimeDelta::seconds(60);

const DECLARATION: &str = "Bonjour,\r\n\r\n\
    Depuis ce matin 9h la cartographie reste grise en production, nous ne voyons plus les \
    ambulances.\r\n\r\nCordialement,\r\nClaire Lebreton\r\nARM, SAMU de Nantes\r\n";

/// What an installation has of its own.
pub struct Setup<'a> {
    /// Its address.
    pub address: &'a str,
    /// A byte of its key.
    pub key: u8,
    /// More lines of `[mailbox]`.
    pub mailbox: &'a str,
    /// More sections.
    pub more: &'a str,
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Self {
            address: "support@vigie.example",
            key: 7,
            mailbox: "",
            more: "",
        }
    }
}

/// An installation as a configuration file makes it.
pub fn parts(setup: &Setup<'_>) -> Arc<Parts> {
    let Setup {
        address,
        key,
        mailbox,
        more,
    } = setup;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vigie.toml");
    let text = format!(
        "[service]\nname = \"Support\"\nphone = \"0 800 00 00 00\"\n\
         [mailbox]\nurl = \"maildir:{0}\"\n{mailbox}\n\
         [smtp]\nurl = \"dir:{0}\"\nfrom = \"Support <{address}>\"\n{more}",
        folder.path().display()
    );
    std::fs::write(&file, text).unwrap();
    let config = config::load(&file, Vec::new()).unwrap().config;
    let key = Key::from_bytes([*key; 32]);
    Arc::new(Parts::new(&config, key, Form::si_samu().clone()).unwrap())
}

/// A store with its process loop, stepped by hand.
pub struct Line {
    pub test: TestStore,
    pub parts: Arc<Parts>,
    uid: u32,
}

impl Line {
    pub async fn new() -> Self {
        Self::with(TestStore::sqlite().await, "").await
    }

    pub async fn with(test: TestStore, more: &str) -> Self {
        let setup = Setup {
            more,
            ..Setup::default()
        };
        Self::set_up(test, &setup).await
    }

    pub async fn set_up(test: TestStore, setup: &Setup<'_>) -> Self {
        // Read for the first time a day before the first message.
        test.store.first_start(BOX, at(-86_400)).await.unwrap();
        Self {
            test,
            parts: parts(setup),
            uid: 0,
        }
    }

    pub fn store(&self) -> &Store {
        &self.test.store
    }

    /// The store, once the line has done its work.
    pub fn into_test(self) -> TestStore {
        self.test
    }

    /// Where the store can be opened beside the program.
    pub fn url(&self) -> &str {
        &self.test.url
    }

    /// A configuration file for the program beside this line.
    pub fn configuration(&self, folder: &Path) -> PathBuf {
        let file = folder.join("vigie.toml");
        let text = format!(
            "[service]\nname = \"Support\"\nphone = \"0 800 00 00 00\"\n\
             [mailbox]\nurl = \"maildir:{0}\"\n\
             [smtp]\nurl = \"dir:{0}\"\nfrom = \"Support <support@vigie.example>\"\n\
             [storage]\ndatabase = \"{1}\"\n",
            folder.display(),
            self.url()
        );
        std::fs::write(&file, text).unwrap();
        file
    }

    /// Does to the database what no code of ours would.
    pub async fn alter(&self, sql: &'static str) {
        self.test.alter(sql).await;
    }

    /// The timers that a ticket has, the earlier first.
    pub async fn timers(&self, reference: &Reference) -> Vec<String> {
        let sql = "SELECT t.kind FROM timers t JOIN incidents i ON i.id = t.incident_id
                   WHERE i.reference = $1 ORDER BY t.due_at, t.kind";
        self.test.texts(sql, &reference.to_string()).await
    }

    /// As after a restart.
    pub async fn reopen(&mut self) {
        self.test.reopen().await;
    }

    /// A message arrives and is stored.
    pub async fn receive(&mut self, bytes: &[u8]) {
        self.uid += 1;
        let batch = [fetched(self.uid, bytes)];
        self.store()
            .record_batch(BOX, None, &batch, at(0))
            .await
            .unwrap();
    }

    /// Messages arrive and are stored together.
    pub async fn receive_all(&mut self, messages: impl IntoIterator<Item = Vec<u8>>) {
        let batch: Vec<Fetched> = messages
            .into_iter()
            .map(|bytes| {
                self.uid += 1;
                fetched(self.uid, &bytes)
            })
            .collect();
        self.store()
            .record_batch(BOX, None, &batch, at(0))
            .await
            .unwrap();
    }

    pub async fn process(&self, seconds: i64) -> Round {
        let processing = Processing {
            store: self.store().clone(),
            parts: Arc::clone(&self.parts),
            clock: Clock::Fixed(at(seconds)),
            wake: Arc::new(Wake::new()),
            measured: Arc::default(),
        };
        process::round(&processing, &CancellationToken::new())
            .await
            .unwrap()
    }

    /// What leaves by then: all that is due is claimed, and the server takes it.
    pub async fn leave(&self, seconds: i64) -> Vec<OutboxMail> {
        let store = self.store();
        let due = store.claim_outbox(at(seconds), LEASE, 9999).await.unwrap();
        for mail in &due {
            assert!(
                store
                    .mark_sending(mail.claim, at(seconds), LEASE)
                    .await
                    .unwrap()
            );
            let falls_due = Delays::default().of_request(at(seconds));
            store
                .mark_sent(mail.claim, &falls_due, at(seconds))
                .await
                .unwrap();
        }
        due
    }

    /// What falls due by then is served.
    pub async fn look(&self, seconds: i64) -> timers::Round {
        let timing = Timing {
            store: self.store().clone(),
            parts: Arc::clone(&self.parts),
            clock: Clock::Fixed(at(seconds)),
            wake: Arc::new(Wake::new()),
        };
        timers::round(&timing, &CancellationToken::new())
            .await
            .unwrap()
    }

    /// All mails of ours, oldest first.
    pub async fn mails(&self) -> Vec<OutboxEntry> {
        let mut mails = self.store().list_outbox(None, None, 9999).await.unwrap();
        mails.reverse();
        mails
    }

    /// All messages, oldest first.
    pub async fn messages(&self) -> Vec<MessageLine> {
        let mut messages = self.store().list_messages(None, 9999).await.unwrap();
        messages.reverse();
        messages
    }

    pub async fn incident(&self, number: u32) -> Incident {
        let reference = Reference::new("INC", 2026, number);
        self.store().incident(&reference).await.unwrap().unwrap()
    }

    pub async fn incidents(&self) -> usize {
        self.store().list_incidents(None, 9999).await.unwrap().len()
    }

    /// The Message-ID of the first mail of ours.
    pub async fn our_message_id(&self) -> String {
        let id = self.mails().await[0].id;
        let mime = self.store().outbox_mime(id).await.unwrap().unwrap();
        let mime = String::from_utf8(mime).unwrap().replace("\r\n ", " ");
        let line = mime
            .lines()
            .find(|line| line.starts_with("Message-ID:"))
            .unwrap();
        line["Message-ID:".len()..].trim().to_owned()
    }
}

/// A mail from Claire, or whom `headers` name instead.
pub fn mail(number: u32, headers: &str, body: &str) -> Vec<u8> {
    let from = if headers.contains("From:") {
        ""
    } else {
        "From: Claire Lebreton <c.lebreton@chu-nantes.example>\r\n"
    };
    let subject = if headers.contains("Subject:") {
        ""
    } else {
        "Subject: Cartographie grise\r\n"
    };
    format!(
        "{headers}{from}To: support@vigie.example\r\n{subject}\
         Date: Tue, 24 Nov 2026 09:55:00 +0100\r\nMessage-ID: <{number}@chu-nantes.example>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    )
    .into_bytes()
}

pub fn declaration(number: u32) -> Vec<u8> {
    mail(
        number,
        "",
        &format!("{DECLARATION}\r\nDossier {number}\r\n"),
    )
}

#[tokio::test]
async fn a_declaration_becomes_an_incident_and_one_request_that_waits_for_its_hold() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = Line::with(test, "").await;
        line.receive(&declaration(1)).await;
        let round = line.process(1).await;
        assert_eq!((round.done, round.incidents, round.mails), (1, 1, 1));
        let incident = line.incident(1).await;
        assert_eq!(incident.kind, Kind::Declaration);
        assert_eq!(incident.address, "c.lebreton@chu-nantes.example");
        assert!(incident.fields[FieldName::Description].value().is_some());
        assert!(!incident.to_ask.is_empty());
        let mails = line.mails().await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].state, MailState::Queued);
        assert_eq!(mails[0].due_at, at(1 + 120));
        assert_eq!(mails[0].to, "c.lebreton@chu-nantes.example");
        assert!(
            mails[0].subject.ends_with("[INC-26-00001]"),
            "{}",
            mails[0].subject
        );
        let claimed = line.store().claim_outbox(at(121), LEASE, 9).await.unwrap();
        let text = String::from_utf8(claimed[0].mime.clone()).unwrap();
        assert!(
            text.contains("In-Reply-To: <1@chu-nantes.example>"),
            "{text}"
        );
        line.test.store.close().await;
    }
}

#[tokio::test]
async fn a_crash_between_any_two_steps_changes_nothing() {
    // What the mailbox serves is the same each time; so must be what comes out.
    let story = async |crashes: &[bool; 5]| {
        let mut line = Line::new().await;
        let batch = [fetched(1, &declaration(1))];
        let cursor = Cursor {
            uidvalidity: 7,
            uidnext: 2,
        };
        let store = line.test.store.clone();
        if crashes[0] {
            // Dropped at its first step: nothing is stored, the cursor stands.
            drop(store.record_batch(BOX, Some(cursor), &batch, at(0)));
            line.test.reopen().await;
            assert_eq!(line.store().cursor(BOX).await.unwrap(), None);
        }
        line.store()
            .record_batch(BOX, Some(cursor), &batch, at(0))
            .await
            .unwrap();
        if crashes[1] {
            // Stored, but the server was not told: it serves the message again.
            line.test.reopen().await;
            line.store()
                .record_batch(BOX, Some(cursor), &batch, at(1))
                .await
                .unwrap();
        }
        if crashes[2] {
            // Claimed, in the parser.
            line.store().claim_messages(at(1), LEASE, 9).await.unwrap();
            line.test.reopen().await;
            assert_eq!(line.process(2).await.done, 0, "leased");
        }
        line.process(100).await;
        if crashes[3] {
            line.test.reopen().await;
            assert_eq!(line.process(200).await.done, 0);
        }
        if crashes[4] {
            // Claimed for sending, not begun.
            assert_eq!(
                line.store()
                    .claim_outbox(at(300), LEASE, 9)
                    .await
                    .unwrap()
                    .len(),
                1
            );
            line.test.reopen().await;
        }
        let mails = line.store().claim_outbox(at(400), LEASE, 9).await.unwrap();
        assert_eq!(mails.len(), 1);
        assert_eq!(line.incidents().await, 1);
        assert_eq!(line.messages().await.len(), 1);
        (
            mails[0].reference.clone(),
            mails[0].message_id.clone(),
            mails[0].mime.clone(),
        )
    };
    let undisturbed = story(&[false; 5]).await;
    for crash in 0..5 {
        let mut crashes = [false; 5];
        crashes[crash] = true;
        assert_eq!(story(&crashes).await, undisturbed, "crash {crash}");
    }
    assert_eq!(story(&[true; 5]).await, undisturbed);
}

#[tokio::test]
async fn the_mode_says_whether_a_request_leaves_waits_or_is_not_made() {
    for (more, expected) in [
        (
            "[replies]\nmode = \"auto\"\n",
            Some((MailState::Queued, 121)),
        ),
        ("[replies]\nhold = \"0s\"\n", Some((MailState::Queued, 1))),
        (
            "[replies]\nmode = \"review\"\n",
            Some((MailState::Review, 121)),
        ),
        ("[replies]\nmode = \"off\"\n", None),
    ] {
        let mut line = Line::with(TestStore::sqlite().await, more).await;
        line.receive(&declaration(1)).await;
        line.process(1).await;
        // Whatever is answered, the incident is there with what it lacks.
        assert!(!line.incident(1).await.to_ask.is_empty(), "{more}");
        let mails = line.mails().await;
        let found = mails.first().map(|mail| (mail.state, mail.due_at));
        let expected = expected.map(|(state, due)| (state, at(due)));
        assert_eq!(found, expected, "{more}");
        let due = line.store().claim_outbox(at(121), LEASE, 9).await.unwrap();
        let leaves = matches!(expected, Some((MailState::Queued, _)));
        assert_eq!(due.len(), usize::from(leaves), "{more}");
    }
}

#[tokio::test]
async fn a_message_that_panics_is_set_aside_and_the_rest_go_on() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.receive(&mail(2, "X-Failpoint: panic\r\n", DECLARATION))
        .await;
    line.receive(&declaration(3)).await;
    let round = line.process(1).await;
    assert_eq!((round.done, round.failed, round.quarantined), (2, 3, 1));
    let messages = line.messages().await;
    let states: Vec<MessageState> = messages.iter().map(|message| message.state).collect();
    assert_eq!(
        states,
        [
            MessageState::Done,
            MessageState::Quarantined,
            MessageState::Done
        ]
    );
    assert_eq!(messages[1].last_error, "panicked");
    assert!(line.store().raw(messages[1].id).await.unwrap().is_some());
    assert_eq!(line.store().list_quarantined(9).await.unwrap().len(), 1);
    assert_eq!(line.incidents().await, 2);
}

#[tokio::test]
async fn a_message_that_arrives_twice_is_answered_once() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let mut copy = b"Received: from elsewhere\r\nDelivered-To: alias@vigie.example\r\n".to_vec();
    copy.extend_from_slice(&declaration(1));
    line.receive(&copy).await;
    line.receive(&declaration(1)).await;
    assert_eq!(line.process(2).await, Round::default());
    assert_eq!((line.incidents().await, line.mails().await.len()), (1, 1));
    assert_eq!(line.store().export_messages(0, 9).await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_answer_to_our_mail_fills_what_was_missing_and_leaves_what_was_said() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let before = line.incident(1).await;
    assert!(before.fields[FieldName::Phone].value().is_none());
    assert_eq!(line.leave(200).await.len(), 1);
    let ours = line.our_message_id().await;
    let headers = format!(
        "In-Reply-To: {ours}\r\nSubject: Re: autre chose\r\n\
         From: Paul Martin <p.martin@chu-nantes.example>\r\n"
    );
    let body = "Bonjour,\r\nVous pouvez me joindre au 02 61 91 00 12.\r\n";
    line.receive(&mail(2, &headers, body)).await;
    let round = line.process(300).await;
    assert_eq!((round.done, round.incidents, round.mails), (1, 0, 1));
    let after = line.incident(1).await;
    assert!(after.fields[FieldName::Phone].value().is_some());
    assert_eq!(
        after.fields[FieldName::Description],
        before.fields[FieldName::Description]
    );
    assert!(after.to_ask.len() < before.to_ask.len());
    let messages = line.store().messages_of(&after.reference).await.unwrap();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[1].kind, "reply");
    assert_eq!(
        after.field_messages.get(&FieldName::Phone).copied(),
        Some(messages[1].id)
    );
    // He proved it once: his mark is believed from now on.
    assert!(
        line.store()
            .is_known_address(after.id, "p.martin@chu-nantes.example")
            .await
            .unwrap()
    );
    let history = line.store().history(&after.reference).await.unwrap();
    assert!(
        history
            .iter()
            .any(|event| event.kind == EventKind::MessageAttached)
    );
}

#[tokio::test]
async fn an_answer_finds_the_incident_that_was_made_a_moment_before_it() {
    let mut first = Line::new().await;
    first.receive(&declaration(1)).await;
    first.process(1).await;
    let ours = first.our_message_id().await;
    // The same key gives the same Message-ID, so both can lie in the mailbox at the first start.
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    for number in 2..=3 {
        let body = format!("Joignable au 02 61 91 00 1{number}.\r\n");
        line.receive(&mail(number, &format!("In-Reply-To: {ours}\r\n"), &body))
            .await;
    }
    let round = line.process(1).await;
    assert_eq!((round.done, round.incidents, round.failed), (3, 1, 0));
    let incident = line.incident(1).await;
    assert!(incident.fields[FieldName::Phone].value().is_some());
    let messages = line.store().messages_of(&incident.reference).await.unwrap();
    assert_eq!(messages.len(), 3);
}

#[tokio::test]
async fn an_encrypted_mail_is_an_incident_and_only_a_plain_copy_is_asked_for() {
    let mut line = Line::new().await;
    let object = data_encoding::BASE64_MIME.encode(&cms::encrypted(400));
    let enveloped = "MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\
                     Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n";
    line.receive(&mail(1, enveloped, &object)).await;
    line.process(0).await;
    let incident = line.incident(1).await;
    assert_eq!(incident.concerns, [Concern::Unreadable]);
    let mails = line.mails().await;
    assert_eq!((mails.len(), mails[0].review.as_str()), (1, ""));
    let text = &mails[0].text;
    assert!(
        text.contains("message chiffré, à renvoyer en clair"),
        "{text}"
    );
    assert!(text.contains("  1) ") && !text.contains("  2) "), "{text}");
    assert!(!text.contains("copie d’écran"), "{text}");
}

#[tokio::test]
async fn thanks_alone_are_filed_and_change_nothing() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let mail_id = line.mails().await[0].id;
    let claimed = line.store().claim_outbox(at(200), LEASE, 9).await.unwrap();
    let claim = claimed[0].claim;
    assert_eq!(claim.mail, mail_id);
    assert!(
        line.store()
            .mark_sending(claim, at(200), LEASE)
            .await
            .unwrap()
    );
    line.store().mark_sent(claim, &[], at(201)).await.unwrap();
    let before = line.incident(1).await;
    let headers = format!("In-Reply-To: {}\r\n", line.our_message_id().await);
    line.receive(&mail(2, &headers, "Merci beaucoup, bonne journée.\r\n"))
        .await;
    line.process(202).await;
    let after = line.incident(1).await;
    assert_eq!(
        (after.status, &after.fields),
        (before.status, &before.fields)
    );
    assert_eq!(after.to_ask, before.to_ask);
    assert_eq!(line.mails().await.len(), 1);
}

#[tokio::test]
async fn a_mark_is_believed_from_the_declarant_and_from_nobody_else() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let marked = "Subject: Re: [INC-26-00001] Cartographie grise\r\n";
    let body = "Mon numéro : 02 61 91 00 12\r\n";
    line.receive(&mail(2, marked, body)).await;
    line.process(2).await;
    assert_eq!(line.incidents().await, 1);
    assert!(
        line.incident(1).await.fields[FieldName::Phone]
            .value()
            .is_some()
    );
    let stranger = format!("{marked}From: X <x@ailleurs.example>\r\n");
    line.receive(&mail(3, &stranger, body)).await;
    line.receive(&mail(4, "Subject: Re: [INC-26-00099] x\r\n", body))
        .await;
    let ours = line.our_message_id().await;
    let (head, _) = ours.rsplit_once('.').unwrap();
    let (head, _) = head.rsplit_once('.').unwrap();
    let forged = format!(
        "In-Reply-To: {head}.0123456789abcdef@vigie.example>\r\nFrom: X <x@ailleurs.example>\r\n"
    );
    line.receive(&mail(5, &forged, body)).await;
    let round = line.process(3).await;
    assert_eq!((round.incidents, round.mails), (3, 0));
    assert_eq!(
        line.incident(2).await.concerns,
        [Concern::UnprovenReference]
    );
    assert_eq!(line.incident(3).await.concerns, [Concern::UnknownReference]);
    assert_eq!(
        line.incident(4).await.concerns,
        [Concern::UnprovenReference]
    );
    assert!(!line.incident(2).await.to_ask.is_empty());
    let of_first = line
        .store()
        .messages_of(&Reference::new("INC", 2026, 1))
        .await
        .unwrap();
    assert_eq!(of_first.len(), 2);
}

#[tokio::test]
async fn bounces_and_automatic_answers_are_linked_and_never_answered() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let ours = line.our_message_id().await;
    let bounce = format!(
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@chu-nantes.example>\r\n\
         To: support@vigie.example\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Date: Tue, 24 Nov 2026 10:10:00 +0100\r\nMessage-ID: <b@chu-nantes.example>\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nThe mail could not be delivered.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.chu-nantes.example\r\n\r\n\
         Final-Recipient: rfc822; c.lebreton@chu-nantes.example\r\nAction: failed\r\n\
         Status: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {ours}\r\n\
         Subject: x\r\n\r\n--b--\r\n"
    );
    line.receive(bounce.as_bytes()).await;
    let away = format!(
        "In-Reply-To: {ours}\r\nAuto-Submitted: auto-replied\r\n\
         Subject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_absente?=\r\n"
    );
    line.receive(&mail(
        3,
        &away,
        "Je suis absente jusqu'au 1er décembre.\r\n",
    ))
    .await;
    let round = line.process(2).await;
    assert_eq!((round.done, round.incidents, round.mails), (2, 0, 0));
    let messages = line.messages().await;
    assert_eq!(messages[1].kind, "bounce");
    assert_eq!(messages[2].kind, "auto_reply");
    let reference = Reference::new("INC", 2026, 1);
    assert_eq!(messages[1].reference.as_ref(), Some(&reference));
    assert_eq!(messages[2].reference.as_ref(), Some(&reference));
    assert_eq!(line.incident(1).await.concerns, [Concern::Bounced]);
}

#[tokio::test]
async fn what_came_before_the_first_start_is_recorded_and_not_answered() {
    let mut line = Line::new().await;
    let mut old = fetched(1, &declaration(1));
    old.internal_date = at(-86_402);
    line.store()
        .record_batch(BOX, None, &[old], at(0))
        .await
        .unwrap();
    line.uid = 1;
    line.receive(&declaration(2)).await;
    let round = line.process(1).await;
    assert_eq!((round.incidents, round.mails), (2, 1));
    let history = line
        .store()
        .history(&Reference::new("INC", 2026, 1))
        .await
        .unwrap();
    let suppressed = history
        .iter()
        .find(|event| event.kind == EventKind::MailSuppressed);
    assert_eq!(suppressed.unwrap().detail, "older");
}

#[tokio::test]
async fn the_year_of_a_reference_turns_at_midnight_in_paris() {
    let line = Line::new().await;
    for (uid, seconds) in [(1, 3_247_199), (2, 3_247_200)] {
        let mut late = fetched(uid, &declaration(uid));
        // 31 December 2026, 23:59:59 in Paris, and a second later.
        late.internal_date = at(seconds);
        line.store()
            .record_batch(BOX, None, &[late], at(seconds))
            .await
            .unwrap();
    }
    line.process(3_247_300).await;
    let references: Vec<String> = line
        .store()
        .list_incidents(None, 9)
        .await
        .unwrap()
        .into_iter()
        .map(|incident| incident.reference.to_string())
        .collect();
    assert_eq!(references, ["INC-27-00001", "INC-26-00001"]);
}

#[tokio::test]
async fn one_address_gets_three_mails_an_hour_and_the_fourth_waits_for_a_person() {
    let mut line = Line::new().await;
    for number in 1..=4 {
        let words = format!(
            "{DECLARATION}\r\nCela touche aussi {}.\r\n",
            "x".repeat(number)
        );
        let number = u32::try_from(number).unwrap();
        line.receive(&mail(number, "", &words)).await;
    }
    line.process(1).await;
    let states: Vec<MailState> = line.mails().await.iter().map(|mail| mail.state).collect();
    assert_eq!(
        states,
        [
            MailState::Queued,
            MailState::Queued,
            MailState::Queued,
            MailState::Review
        ]
    );
    assert_eq!(line.incidents().await, 4);
}

#[tokio::test]
async fn our_own_mail_coming_back_is_filed_as_other() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let id = line.mails().await[0].id;
    let ours = line.store().outbox_mime(id).await.unwrap().unwrap();
    line.receive(&ours).await;
    let round = line.process(2).await;
    assert_eq!((round.done, round.incidents, round.mails), (1, 0, 0));
    assert_eq!(line.messages().await[1].kind, "other");
}

#[tokio::test]
async fn whatever_arrives_becomes_an_incident_or_is_filed_and_the_queue_goes_on() {
    let mut line = Line::new().await;
    let nested = |depth: usize| {
        let mut bytes = b"From: a@b.example\r\nSubject: x\r\n".to_vec();
        for level in 0..depth {
            bytes.extend_from_slice(
                format!("Content-Type: multipart/mixed; boundary=\"{level}\"\r\n\r\n--{level}\r\n")
                    .as_bytes(),
            );
        }
        bytes
    };
    let noise: Vec<u8> = (0..200_000_u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0])
        .collect();
    let mut long_header = b"From: a@b.example\r\nSubject: ".to_vec();
    long_header.extend(std::iter::repeat_n(b'x', 1 << 20));
    long_header.extend_from_slice(b"\r\n\r\nLa carte est grise.\r\n");
    let mut large = mail(90, "", DECLARATION);
    large.extend(std::iter::repeat_n(b'a', 50 << 20));
    let inputs: Vec<(&str, Vec<u8>)> =
        vec![
        ("an empty file", Vec::new()),
        ("one line end", b"\r\n".to_vec()),
        ("no headers", b"La carte est grise depuis ce matin.".to_vec()),
        ("noise", noise),
        ("nested parts", nested(10_000)),
        ("nested messages", b"Content-Type: message/rfc822\r\n\r\n".repeat(10_000)),
        ("a long header line", long_header),
        ("NUL bytes", mail(91, "Subject: a\0b\r\n", "La carte\0 est grise.\r\n")),
        ("only NUL bytes", vec![0; 1000]),
        (
            "a 0-byte part",
            b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
              Content-Type: image/png; name=\"x.png\"\r\n\r\n--b--\r\n"
                .to_vec(),
        ),
        (
            "a broken charset",
            b"From: a@b.example\r\nContent-Type: text/plain; charset=x-none\r\n\r\n\xe9\xff\xc3("
                .to_vec(),
        ),
        (
            "broken base64",
            b"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n=====!!QUJD=Z\r\n"
                .to_vec(),
        ),
        ("no subject, no date, no id", b"From: a@b.example\r\n\r\nLa carte est grise.".to_vec()),
        ("no sender", b"Subject: carte grise\r\n\r\nLa carte est grise.".to_vec()),
        ("two senders", mail(92, "From: a@b.example, c@d.example\r\n", DECLARATION)),
        ("50 MB", large),
    ];
    for (_, bytes) in &inputs {
        line.receive(bytes).await;
    }
    line.receive(&declaration(99)).await;
    let round = line.process(1).await;
    assert_eq!(round.done, inputs.len() as u64 + 1, "{round:?}");
    assert_eq!((round.failed, round.quarantined), (0, 0));
    for (message, (name, _)) in line.messages().await.iter().zip(&inputs) {
        assert_eq!(message.state, MessageState::Done, "{name}");
        let kind = Kind::parse(&message.kind).unwrap();
        assert!(
            message.reference.is_some() || kind == Kind::Other,
            "{name}: {kind:?} without an incident"
        );
    }
    assert!(line.messages().await.last().unwrap().reference.is_some());
}

#[tokio::test]
async fn imap_18_other_bytes_under_a_known_message_id_are_kept_and_not_answered_again() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    assert_eq!(line.mails().await.len(), 1);
    // The same mail from a mailbox that was restored through a gateway which adds a banner.
    let mut again = declaration(1);
    again.extend_from_slice(b"-- \r\nMessage externe\r\n");
    line.receive(&again).await;
    line.process(2).await;
    assert_eq!(line.incidents().await, 2, "shown to a person");
    assert_eq!(line.incident(2).await.concerns, [Concern::SameMessageId]);
    assert_eq!(line.mails().await.len(), 1);
    // One that only came again is the same one.
    line.receive(&declaration(1)).await;
    line.process(3).await;
    assert_eq!((line.incidents().await, line.mails().await.len()), (2, 1));
}

#[tokio::test]
async fn pain_12_no_header_is_required_and_what_lacks_an_id_is_known_again_by_its_bytes() {
    let id = "Message-ID: <1@chu.example>\r\n";
    let (from, subject) = ("From: a@chu.example\r\n", "Subject: panne\r\n");
    let date = "Date: Tue, 24 Nov 2026 09:55:00 +0100\r\n";
    let heads = [
        [from, subject, date].concat(),
        [id, subject, date].concat(),
        [id, from, date].concat(),
        [id, from, subject].concat(),
        [id, id, from, subject].concat(),
        [from, "From: b@chu.example\r\n", subject].concat(),
        [from, subject, subject, date].concat(),
        [from, date, "Date: hier\r\n"].concat(),
        ["Message-ID: <>\r\n", from, date].concat(),
        ["From: =?utf-8?q?=FF?= <\r\n", subject].concat(),
        ["Subject: =?x?y?z\r\n", date].concat(),
        String::new(),
    ];
    let mut line = Line::new().await;
    let mails: Vec<Vec<u8>> = heads
        .iter()
        .map(|head| format!("{head}\r\n{BODY_OF_12}").into_bytes())
        .collect();
    for run in 1..=2 {
        for mail in &mails {
            line.receive(mail).await;
        }
        let round = line.process(run).await;
        assert_eq!(round.failed, 0);
        let messages = line.messages().await;
        assert_eq!(messages.len(), 12, "run {run}");
        assert!(messages.iter().all(|line| line.state == MessageState::Done));
        assert_eq!(line.incidents().await, 12);
    }
}

const BODY_OF_12: &str = "Depuis ce matin la cartographie reste grise, rien ne s'affiche.\r\n";

#[tokio::test]
async fn a_message_too_large_to_fetch_is_a_persons_matter() {
    let mut line = Line::new().await;
    let mut large = fetched(1, &declaration(1));
    large.left_on_server = true;
    line.store()
        .record_batch(BOX, None, &[large], at(0))
        .await
        .unwrap();
    line.uid = 1;
    line.process(1).await;
    let incident = line.incident(1).await;
    assert_eq!(incident.concerns, [Concern::TooLarge]);
    assert_eq!(incident.status, Status::ToReview);
    assert!(line.mails().await.is_empty());
    // What is here says nothing: what is not may.
    let mut silent = fetched(2, &mail(2, "Subject: capture\r\n", "Ci-joint.\r\n"));
    silent.left_on_server = true;
    // Our own mail stays our own.
    let own = "From: Support <support@vigie.example>\r\n";
    let mut ours = fetched(3, &mail(3, own, "Ci-joint.\r\n"));
    ours.left_on_server = true;
    line.store()
        .record_batch(BOX, None, &[silent, ours], at(0))
        .await
        .unwrap();
    line.uid = 3;
    line.process(2).await;
    let incident = line.incident(2).await;
    assert_eq!(incident.concerns, [Concern::TooLarge]);
    assert_eq!(line.incidents().await, 2);
    assert!(line.mails().await.is_empty());
    // An attachment whose bytes are not here has no digest of them.
    let parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nLa carte est grise.\r\n\
                 --b\r\nContent-Type: video/mp4; name=\"film.mp4\"\r\n\r\n--b--\r\n";
    let mut film = fetched(
        4,
        format!("From: a@chu.example\r\nSubject: film\r\n{parts}").as_bytes(),
    );
    film.left_on_server = true;
    line.store()
        .record_batch(BOX, None, &[film], at(0))
        .await
        .unwrap();
    line.process(3).await;
    let kept = line.incident(3).await.attachments;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].attachment.filename, "film.mp4");
    assert_eq!(kept[0].sha256, "");
}
