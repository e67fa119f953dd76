//! Machines, loops and floods against the whole line: raw bytes in, mails out, under a stepped clock.

use crate::answers::answered;
use crate::pipeline::{Line, Setup, declaration, mail};
use crate::support::stores::{TestStore, at};
use vigie::desk::letter::Occasion;
use vigie::desk::ticket::{self, Act};
use vigie::domain::account::By;
use vigie::domain::act::Closing;
use vigie::domain::decision::{Decision, Suppressed};
use vigie::domain::history::EventKind;
use vigie::domain::incident::{Concern, Reference};
use vigie::domain::mark;
use vigie::domain::message::MessageState;
use vigie::domain::outgoing::{MailState, OutboxMail};

/// Rounds of a responder, over 24 hours.
const ROUNDS: u32 = 1_000;
/// Rounds between two looks at the mailbox.
const STEP: u32 = 40;
const DAY: i64 = 86_400;

/// A word of letters for each number: numbers don't count as other words.
fn word(number: u32) -> String {
    let letters = "abcdefghijklmnopqrst".as_bytes();
    number
        .to_string()
        .bytes()
        .flat_map(|digit| {
            let at = usize::from(digit - b'0');
            [char::from(letters[at]), char::from(letters[at + 10])]
        })
        .collect()
}

fn first() -> Reference {
    Reference::new("INC", 2026, 1)
}

/// A responder writes `ROUNDS` messages over a day, whatever it hears. Gives the mails that left, with
/// the second at which they did.
async fn responds(line: &mut Line, message: impl Fn(u32) -> Vec<u8>) -> Vec<(i64, OutboxMail)> {
    let mut left = Vec::new();
    for step in 0..ROUNDS / STEP {
        line.receive_all((step * STEP..(step + 1) * STEP).map(&message))
            .await;
        let now = i64::from(step) * DAY / i64::from(ROUNDS / STEP);
        line.process(now).await;
        // Long past the hold, and long before the next step.
        for mail in line.leave(now + 130).await {
            left.push((now, mail));
        }
    }
    left
}

async fn states(line: &Line) -> (usize, usize) {
    let mails = line.mails().await;
    let count = |state| mails.iter().filter(|mail| mail.state == state).count();
    (count(MailState::Sent), count(MailState::Review))
}

/// What one of our mails looks like where it arrives.
fn arrived(mail: &OutboxMail) -> Vec<u8> {
    let mut bytes = format!(
        "Return-Path: <{}>\r\nDelivered-To: {}\r\nReceived: by mx; Tue, 24 Nov 2026 10:02:00 +0100\r\n",
        mail.envelope_from, mail.to
    )
    .into_bytes();
    bytes.extend_from_slice(&mail.mime);
    bytes
}

#[tokio::test]
async fn loop_01_a_vacation_responder_hears_from_us_once() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let mut left = line.leave(121).await;
    assert_eq!(left.len(), 1);
    for round in 0..50 {
        let Some(ours) = left.pop() else {
            break;
        };
        let id = format!("In-Reply-To: {}\r\n", ours.message_id);
        let away = format!("{id}Auto-Submitted: auto-replied\r\nSubject: Absente\r\n");
        line.receive(&mail(100 + round, &away, "Je suis absente.\r\n"))
            .await;
        line.process(i64::from(round) + 200).await;
        left.extend(line.leave(i64::from(round) + 400).await);
    }
    assert_eq!(line.mails().await.len(), 1);
    assert_eq!(line.messages().await.len(), 2);
    assert_eq!(line.incidents().await, 1);
}

#[tokio::test]
async fn pain_16_responders_that_show_what_they_are_get_nothing_in_a_thousand_rounds() {
    for marked in [
        "Auto-Submitted: auto-replied\r\nSubject: Cartographie grise\r\n",
        "Subject: =?utf-8?Q?R=C3=A9ponse_automatique=C2=A0=3A_carto?=\r\n",
    ] {
        let mut line = Line::new().await;
        let left = responds(&mut line, |number| {
            let words = format!("La carte reste grise {}.\r\n", word(number));
            mail(number, marked, &words)
        })
        .await;
        assert!(left.is_empty(), "{marked}");
        assert!(line.mails().await.is_empty() && line.incidents().await == 0);
        assert_eq!(
            line.messages().await.len(),
            ROUNDS as usize,
            "none is dropped"
        );
    }
}

#[tokio::test]
async fn pain_16_a_responder_with_another_address_each_time_gets_three_mails_and_the_rest_is_shown()
{
    let mut line = Line::new().await;
    let left = responds(&mut line, |number| {
        let from = format!(
            "From: a{number}@chu-nantes.example\r\nSubject: Demande {}\r\n",
            word(number)
        );
        let words = format!("Bonjour, la carte reste grise depuis ce matin, dossier {number}.\r\n");
        mail(number, &from, &words)
    })
    .await;
    assert_eq!(left.len(), 3);
    assert_eq!(states(&line).await, (3, ROUNDS as usize - 3));
    assert_eq!(line.incidents().await, ROUNDS as usize, "each is shown");
    assert!(line.store().open_circuit().await.unwrap().is_none());
}

#[tokio::test]
async fn loop_02_an_address_gets_three_mails_an_hour_and_ten_a_day_in_a_thousand_rounds() {
    let mut line = Line::new().await;
    let left = responds(&mut line, |number| {
        let subject = format!("Subject: Demande {}\r\n", word(number));
        let words = format!(
            "La carte reste grise, {} {}.\r\n",
            word(number),
            word(number + 7)
        );
        mail(number, &subject, &words)
    })
    .await;
    assert!(!left.is_empty() && left.len() <= 10, "{}", left.len());
    for (from, _) in &left {
        let within = left
            .iter()
            .filter(|(at, _)| (*from..from + 3_600).contains(at))
            .count();
        assert!(within <= 3, "{within} within an hour");
    }
    assert_eq!(
        states(&line).await,
        (left.len(), ROUNDS as usize - left.len())
    );
}

#[tokio::test]
async fn loop_03_a_domain_gets_thirty_mails_and_a_stranger_is_still_answered() {
    let mut line = Line::new().await;
    let many = |number| {
        let from = format!("From: a{number}@chu-nantes.example\r\n");
        let words = format!("La carte reste grise, {}.\r\n", word(number));
        mail(number, &from, &words)
    };
    line.receive_all((0..100).map(many)).await;
    line.receive(&mail(
        999,
        "From: paul@ch-ailleurs.example\r\n",
        "La carte ne se charge plus.\r\n",
    ))
    .await;
    line.process(1).await;
    let left = line.leave(200).await;
    assert_eq!(left.len(), 31);
    assert!(
        left.iter()
            .any(|mail| mail.to == "paul@ch-ailleurs.example")
    );
}

#[tokio::test]
async fn loop_03_outage_words_from_ever_new_addresses_open_the_circuit_and_then_nothing_leaves() {
    let mut line = Line::new().await;
    let outage = |number: u32| {
        let from = format!("From: a{number}@chu-nantes.example\r\n");
        let words = format!(
            "Le portail SI-Samu est totalement inaccessible pour tout le monde au SAMU 31 : page \
             blanche sur tous les postes, plus aucune prise d'appel possible. {}\r\n",
            word(number)
        );
        mail(number, &from, &words)
    };
    line.receive_all((0..350).map(outage)).await;
    line.process(1).await;
    let mails = line.mails().await;
    assert!(mails.iter().all(|mail| mail.template == "E1c"));
    assert_eq!(mails[299].state, MailState::Queued);
    assert_eq!(mails[300].review, "all_limit");
    assert!(
        mails[301..]
            .iter()
            .all(|mail| mail.review == "circuit_open")
    );
    let circuit = line.store().open_circuit().await.unwrap().unwrap();
    assert_eq!(
        (circuit.reason.as_str(), circuit.opened_at),
        ("all_limit", at(1))
    );
    assert!(
        line.leave(200).await.is_empty(),
        "what waits for its hold waits on"
    );
    // A day later it is still a person who decides.
    line.receive(&mail(
        999,
        "From: paul@ch-ailleurs.example\r\n",
        "La carte reste grise.\r\n",
    ))
    .await;
    line.process(2 * DAY).await;
    assert_eq!(line.mails().await[350].review, "circuit_open");
    assert!(line.leave(2 * DAY).await.is_empty());
    line.store()
        .close_circuit(&By::command(at(2 * DAY)))
        .await
        .unwrap();
    assert_eq!(line.leave(2 * DAY).await.len(), 300);
}

#[tokio::test]
async fn loop_04_pain_18_our_own_question_sent_back_is_filed_and_reopens_nothing() {
    let mut line = Line::set_up(
        TestStore::sqlite().await,
        &Setup {
            mailbox: "aliases = [\"aide@vigie.example\"]",
            ..Setup::default()
        },
    )
    .await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let ours = line.leave(121).await.remove(0);
    let before = line.incident(1).await;
    let text = line.mails().await[0].text.replace('\n', "\r\n");
    let head = "-----Message d'origine-----\r\nDe : Support <support@vigie.example>\r\n\
        Envoyé : mardi 24 novembre 2026 10:02\r\n\
        À : Claire Lebreton <c.lebreton@chu-nantes.example>\r\n\
        Objet : Re: Cartographie grise [INC-26-00001]\r\n\r\n";
    let forward = "Subject: TR: Re: Cartographie grise [INC-26-00001]\r\n";
    let attached = format!(
        "From: Claire Lebreton <c.lebreton@chu-nantes.example>\r\nTo: support@vigie.example\r\n\
         Subject: TR: Re: Cartographie grise [INC-26-00001]\r\nMessage-ID: <4@x.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\
         Content-Type: text/plain\r\n\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{}\r\n--b--\r\n",
        String::from_utf8(ours.mime.clone()).unwrap()
    );
    for (what, bytes) in [
        ("by an alias", arrived(&ours)),
        (
            "by a rule, as a new message",
            mail(2, forward, &format!("{head}{text}")),
        ),
        ("by a rule, attached", attached.into_bytes()),
        (
            "from an alias of ours",
            mail(
                5,
                "From: Aide@vigie.example\r\n",
                "La carte reste grise.\r\n",
            ),
        ),
        (
            "with our mark of loops",
            mail(
                6,
                "X-Loop: support@vigie.example\r\n",
                "La carte reste grise.\r\n",
            ),
        ),
    ] {
        line.receive(&bytes).await;
        let round = line.process(500).await;
        assert_eq!(
            (round.done, round.incidents, round.mails),
            (1, 0, 0),
            "{what}"
        );
        let last = line.messages().await.pop().unwrap();
        assert_eq!(
            (last.kind.as_str(), last.reference),
            ("other", None),
            "{what}"
        );
    }
    assert_eq!(line.incident(1).await, before);
}

#[tokio::test]
async fn loop_05_e_15_two_of_us_that_write_to_each_other_for_an_hour_end_after_one_mail_each() {
    let set_up = async |address, key| {
        let setup = Setup {
            address,
            key,
            ..Setup::default()
        };
        Line::set_up(TestStore::sqlite().await, &setup).await
    };
    let names = ["support@one.example", "support@two.example"];
    let mut lines = [set_up(names[0], 1).await, set_up(names[1], 2).await];
    // Somebody writes to each in the other's name.
    for (line, name) in lines.iter_mut().zip([names[1], names[0]]) {
        let from = format!("From: {name}\r\n");
        line.receive(&mail(1, &from, "La carte reste grise.\r\n"))
            .await;
    }
    let mut exchanged = 0;
    for minute in 0..60 {
        for from in 0..2 {
            lines[from].process(minute * 60).await;
            for ours in lines[from].leave(minute * 60 + 1).await {
                exchanged += 1;
                // A relay between them may even lose what RFC 3834 wants.
                let text = String::from_utf8(arrived(&ours)).unwrap();
                let bare = text.replace("Auto-Submitted: auto-replied\r\n", "");
                assert_ne!(text, bare);
                lines[1 - from].receive(bare.as_bytes()).await;
            }
        }
    }
    assert_eq!(exchanged, 2);
    for line in &lines {
        assert_eq!(line.mails().await.len(), 1);
        assert_eq!(line.messages().await[1].kind, "other");
    }
}

#[test]
fn loop_06_no_machine_of_mail_is_ever_answered() {
    let silent = |raw: &str| matches!(answered(raw.as_bytes()).0, Decision::Silent { .. });
    let body = "La carte ne fonctionne plus au SAMU 44. Your message could not be delivered.\r\n";
    for from in [
        "MAILER-DAEMON@chu.example",
        "mailer-daemon@chu.example",
        "Mailer-Daemon@chu.example",
        "\"Mail Delivery Subsystem\" <MAILER-DAEMON@chu.example>",
        "Mail Delivery System <Mailer_Daemon@chu.example>",
        "MAILER-DAEMON@chu.example (Mail Delivery System)",
        "mailer.daemon@chu.example",
        "<MAILERDAEMON@chu.example>",
        "mailer-daemon-2@chu.example",
        "MDaemon@chu.example",
        "maildaemon@chu.example",
        "Postmaster <POSTMASTER@chu.example>",
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@chu.example>",
    ] {
        for subject in ["Undelivered Mail Returned to Sender", "carto"] {
            let raw = format!("From: {from}\r\nSubject: {subject}\r\n\r\n{body}");
            assert!(silent(&raw), "{from} {subject}");
        }
    }
    let person = format!("From: claire@chu.example\r\nSubject: carto\r\n\r\n{body}");
    assert!(!silent(&person));
    assert!(silent(&format!("Return-Path: <>\r\n{person}")));
    for (report, part) in [
        (
            "delivery-status",
            "message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n",
        ),
        (
            "delivery-status",
            "message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: relayed\r\nStatus: 2.1.9\r\n",
        ),
        (
            "feedback-report",
            "message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n",
        ),
        (
            "disposition-notification",
            "message/disposition-notification\r\n\r\nDisposition: automatic-action; deleted\r\n",
        ),
    ] {
        let raw = format!(
            "From: claire@chu.example\r\nSubject: carto\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type={report}; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\n{body}\r\n--b\r\nContent-Type: {part}\r\n--b--\r\n"
        );
        assert!(silent(&raw), "{report}");
    }
}

#[test]
fn loop_07_lists_letters_and_invitations_are_not_answered() {
    let of = |head: &str, body: &str| {
        let raw = format!("From: claire@chu.example\r\nSubject: carto\r\n{head}\r\n\r\n{body}\r\n");
        match answered(raw.as_bytes()).0 {
            Decision::Silent { reason } => Some(reason),
            Decision::Reply { .. } => None,
        }
    };
    let fault = "La carte ne fonctionne plus au SAMU 44.";
    for head in [
        "Precedence: bulk",
        "Precedence: junk",
        "List-Unsubscribe: <mailto:x@y.example>",
        "X-Loop: support@vigie.example",
    ] {
        assert_eq!(of(head, fault), Some(Suppressed::Other), "{head}");
    }
    let invitation = "Content-Type: text/calendar; method=REQUEST";
    let calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR";
    assert_eq!(of(invitation, calendar), Some(Suppressed::Other));
    // People's clients write it too (pain 19).
    assert_eq!(of("X-Auto-Response-Suppress: OOF", fault), None);
}

#[tokio::test]
async fn loop_08_what_runs_in_circles_is_set_aside_and_not_answered() {
    let mut line = Line::new().await;
    let hops = |count| "Received: by mx; Tue, 24 Nov 2026 10:02:00 +0100\r\n".repeat(count);
    line.receive(&mail(1, &hops(50), "La carte reste grise.\r\n"))
        .await;
    line.receive(&mail(2, &hops(51), "La carte reste grise, encore.\r\n"))
        .await;
    let bulk = format!("{}Precedence: bulk\r\n", hops(51));
    line.receive(&mail(3, &bulk, "La lettre du mois.\r\n"))
        .await;
    let round = line.process(1).await;
    assert_eq!((round.incidents, round.mails, round.quarantined), (1, 1, 1));
    let states: Vec<MessageState> = line.messages().await.iter().map(|row| row.state).collect();
    assert_eq!(
        states,
        [
            MessageState::Done,
            MessageState::Quarantined,
            MessageState::Done
        ]
    );
}

#[tokio::test]
async fn loop_09_forged_senders_get_nothing_where_the_server_says_so() {
    let setup = Setup {
        mailbox: "authserv_id = \"mx\"",
        ..Setup::default()
    };
    let mut line = Line::set_up(TestStore::sqlite().await, &setup).await;
    let forged = |number: u32| {
        let (path, result) = match number % 2 {
            0 => (format!("a{number}@innocent{number}.example"), "dmarc=fail"),
            _ => ("spam@evil.example".to_owned(), "spf=none"),
        };
        let head = format!(
            "Return-Path: <{path}>\r\nAuthentication-Results: mx; {result}\r\n\
             Received: by mx; Tue, 24 Nov 2026 10:02:00 +0100\r\n\
             From: a{number}@innocent{number}.example\r\n"
        );
        let words = format!(
            "Panne générale, plus rien ne fonctionne, {}.\r\n",
            word(number)
        );
        mail(number, &head, &words)
    };
    line.receive_all((0..ROUNDS).map(forged)).await;
    line.process(1).await;
    assert!(line.leave(DAY).await.is_empty());
    let mails = line.mails().await;
    assert_eq!(mails.len(), ROUNDS as usize);
    assert!(mails.iter().all(|mail| mail.review == "forged"));
}

#[tokio::test]
async fn loop_10_a_flood_of_one_sender_does_not_keep_the_others_from_their_answer() {
    let mut line = Line::new().await;
    let flood = |number| {
        let words = format!("La carte reste grise, {}.\r\n", word(number));
        mail(number, "From: flood@chu-nantes.example\r\n", &words)
    };
    line.receive_all((0..500).map(flood)).await;
    line.receive(&mail(
        999,
        "From: paul@ch-ailleurs.example\r\n",
        "La carte ne charge plus.\r\n",
    ))
    .await;
    line.process(1).await;
    let to: Vec<String> = line
        .leave(121)
        .await
        .into_iter()
        .map(|mail| mail.to)
        .collect();
    assert_eq!(to.iter().filter(|to| to.starts_with("flood@")).count(), 3);
    assert!(to.contains(&"paul@ch-ailleurs.example".to_owned()));
    assert_eq!(line.incidents().await, 501, "nothing is dropped");
    // His was among the first to be read, though it came last.
    let paul = line.messages().await.pop().expect("it is the last");
    assert!(paul.from_address.starts_with("paul@"));
    let reference = paul.reference.expect("he has an incident").to_string();
    assert!(
        reference.as_str() <= "INC-26-00128",
        "{reference} is behind the first batch"
    );
}

#[tokio::test]
async fn loop_11_the_same_declaration_twice_is_linked_and_answered_once() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = Line::with(test, "[replies]\nmax_same_body = 100\n").await;
        let words = "Bonjour,\r\n\r\nPoste 12 : la carte reste grise.\r\n";
        line.receive(&mail(1, "", words)).await;
        line.receive(&mail(2, "", words)).await;
        // Another workstation is another declaration, and so is another sender's.
        line.receive(&mail(3, "", &words.replace("12", "14"))).await;
        line.receive(&mail(4, "From: paul@chu-nantes.example\r\n", words))
            .await;
        // The same message by Cc and by an alias: one message (decisions, 14).
        let copy = [
            b"Delivered-To: aide@vigie.example\r\n".as_slice(),
            &mail(1, "", words),
        ]
        .concat();
        line.receive(&copy).await;
        line.process(1).await;
        assert_eq!(line.messages().await.len(), 4);
        let reviews: Vec<String> = line
            .mails()
            .await
            .into_iter()
            .map(|mail| mail.review)
            .collect();
        assert_eq!(reviews, ["", "likely_duplicate", "", ""]);
        assert_eq!(line.incident(2).await.concerns, [Concern::LikelyDuplicate]);
        let second = Reference::new("INC", 2026, 2);
        let history = line.store().history(&second).await.unwrap();
        let link = history
            .iter()
            .find(|event| event.kind == EventKind::LikelyDuplicate);
        assert_eq!(link.unwrap().detail, "INC-26-00001");
        // A day later it is said anew.
        line.receive(&mail(5, "", words)).await;
        line.process(DAY + 10).await;
        assert_eq!(line.mails().await[4].review, "");
        line.store().close().await;
    }
}

/// Decisions, 2: the same body three times in 24 hours. What an agent told of the closing took the
/// places of people who had just declared.
#[tokio::test]
async fn the_same_words_from_many_are_answered_three_times_a_day_and_then_held() {
    let words =
        "Bonjour,\r\n\r\nPoste 12 : la carte reste grise depuis ce matin, rien ne s’affiche.\r\n";
    let from = |number: u32| format!("From: <p{number}@chu-{number}.example>\r\n");
    // As people and responders vary them: neither digits nor case nor accents tell them apart.
    let said = |number: u32| {
        let words = words.replace("12", &number.to_string());
        match number % 2 {
            0 => words.to_uppercase().replace('É', "E"),
            _ => words,
        }
    };
    for together in [true, false] {
        for test in [TestStore::sqlite().await, TestStore::postgres().await] {
            let mut line = Line::with(test, "").await;
            for number in 1..=4 {
                line.receive(&mail(number, &from(number), &said(number)))
                    .await;
                let second = i64::from(number) * 300;
                if !together {
                    line.process(second).await;
                    line.leave(second + 150).await;
                }
                if !together && number < 4 {
                    let name = Reference::new("INC", 2026, number);
                    let closing = Act::Close(Some(Occasion::Closing(Closing {
                        now: "la carte s’affiche de nouveau".to_owned(),
                        ..Closing::default()
                    })));
                    ticket::act(
                        line.store(),
                        &line.parts,
                        &name,
                        closing,
                        &By::command(at(second + 160)),
                    )
                    .await
                    .unwrap();
                }
            }
            line.process(1_500).await;
            let requests = async |line: &Line| -> Vec<(String, String)> {
                let mails = line.mails().await.into_iter();
                mails
                    .filter(|mail| mail.template.starts_with("E1"))
                    .map(|mail| (mail.to, mail.review))
                    .collect()
            };
            let reviews: Vec<String> = requests(&line)
                .await
                .into_iter()
                .map(|mail| mail.1)
                .collect();
            assert_eq!(reviews, ["", "", "", "same_body"], "together: {together}");
            assert_eq!(line.incidents().await, 4, "nothing is dropped");
            // Other words are other words.
            let other = "Bonjour,\r\n\r\nLe bandeau téléphonique ne sonne plus, plus un appel.\r\n";
            line.receive(&mail(5, &from(5), other)).await;
            line.process(1_501).await;
            // A day later they are answered anew.
            line.receive(&mail(6, &from(6), &said(6))).await;
            line.process(DAY + 1_502).await;
            let later = requests(&line).await;
            assert_eq!(
                later[4..],
                [
                    ("p5@chu-5.example".to_owned(), String::new()),
                    ("p6@chu-6.example".to_owned(), String::new()),
                ]
            );
            line.store().close().await;
        }
    }
}

#[tokio::test]
async fn loop_12_identity_is_the_bytes_whatever_the_message_id() {
    let mut line = Line::new().await;
    let raw = |id: &str, words: &str| {
        format!(
            "From: Claire <c.lebreton@chu-nantes.example>\r\nTo: support@vigie.example\r\n\
             Subject: Carto\r\nDate: Tue, 24 Nov 2026 09:55:00 +0100\r\n{id}\r\n\
             La carte reste grise, {words}.\r\n"
        )
    };
    let long = format!("Message-ID: <{}@x.example>\r\n", "a".repeat(1_000));
    let inputs = [
        raw("", "sans"),
        raw("Message-ID:\r\n", "vide"),
        raw("Message-ID: <>\r\n", "creux"),
        raw(&long, "long"),
        raw("Message-ID: <same@x.example>\r\n", "un"),
        raw("Message-ID: <same@x.example>\r\n", "deux"),
    ];
    for input in &inputs {
        line.receive(input.as_bytes()).await;
    }
    let round = line.process(1).await;
    assert_eq!((round.done, round.incidents), (6, 6));
    assert!(line.incident(5).await.concerns.is_empty());
    assert_eq!(line.incident(6).await.concerns, [Concern::SameMessageId]);
}

/// The reports that come back of a mail of ours to Claire.
fn reports(ours: &OutboxMail) -> Vec<(&'static str, Vec<u8>)> {
    let (id, to) = (&ours.message_id, &ours.envelope_from);
    let status = |from: &str, subject: &str, words: &str, inner: &str| {
        format!(
            "Return-Path: <>\r\nFrom: {from}\r\nTo: support@vigie.example\r\nSubject: {subject}\r\n\
             Date: Tue, 24 Nov 2026 10:10:00 +0100\r\nMessage-ID: <b@mx.example>\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.chu-nantes.example\r\n\r\n\
             Final-Recipient: rfc822; c.lebreton@chu-nantes.example\r\nAction: failed\r\n\
             Status: 5.1.1\r\n\r\n--b\r\n{inner}\r\n--b--\r\n"
        )
        .into_bytes()
    };
    let headers =
        format!("Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\nSubject: x\r\n");
    let prose = |to: &str, quoted: &str| {
        format!(
            "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {to}\r\n\
             Subject: Avis de non-remise\r\nMessage-ID: <c@mx.example>\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n\
             Votre message n'a pu être remis au(x) destinataire(s) ci-dessous.\r\n\r\n\
             <c.lebreton@chu-nantes.example>:\r\nDésolé, aucune boîte à ce nom ici. (#5.1.1)\r\n\r\n{quoted}"
        )
        .into_bytes()
    };
    let quoted = format!("--- Ci-dessous une copie du message.\r\n\r\nMessage-ID: {id}\r\n");
    vec![
        (
            "RFC 3464",
            status(
                "Mail Delivery System <MAILER-DAEMON@mx.example>",
                "Undelivered Mail Returned to Sender",
                "The mail could not be delivered.",
                &headers,
            ),
        ),
        (
            "a French Exchange",
            status(
                "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@chu-nantes.example>",
                "=?utf-8?Q?Non_remis=C2=A0=3A_Re=3A_Cartographie_grise_[INC-26-00001]?=",
                "Échec de la remise à ces destinataires : c.lebreton@chu-nantes.example. L'adresse que \
                 vous avez entrée est introuvable. RESOLVER.ADR.RecipientNotFound",
                &format!(
                    "Content-Type: message/rfc822\r\n\r\nMessage-ID: {id}\r\nSubject: x\r\n\r\nx"
                ),
            ),
        ),
        ("prose", prose("support@vigie.example", &quoted)),
        ("prose to our address for bounces alone", prose(to, "")),
    ]
}

#[tokio::test]
async fn snd_13_pain_17_whatever_bounce_marks_the_address_and_nothing_more_is_asked_there() {
    for late in [200, 7 * DAY] {
        for kind in 0..4 {
            let setup = Setup {
                mailbox: "plus_address = true",
                ..Setup::default()
            };
            let mut line = Line::set_up(TestStore::sqlite().await, &setup).await;
            line.receive(&declaration(1)).await;
            line.process(1).await;
            let ours = line.leave(121).await.remove(0);
            assert!(ours.envelope_from.starts_with("support+b.INC-26-00001."));
            let (what, bounce) = reports(&ours).remove(kind);
            line.receive(&bounce).await;
            let round = line.process(late).await;
            assert_eq!(
                (round.done, round.incidents, round.mails),
                (1, 0, 0),
                "{what}"
            );
            let row = line.messages().await.pop().unwrap();
            assert_eq!(row.kind, "bounce", "{what}");
            assert_eq!(row.reference, Some(first()), "{what}");
            let incident = line.incident(1).await;
            assert_eq!(incident.concerns, [Concern::Bounced], "{what}");
            let sent = &line.mails().await[0];
            assert_eq!(
                (sent.bounced_at, sent.bounce_status.as_str()),
                (Some(at(late)), "5.1.1"),
                "{what}"
            );
            let marked = line
                .store()
                .undeliverable_addresses(&first())
                .await
                .unwrap();
            assert_eq!(marked, ["c.lebreton@chu-nantes.example"], "{what}");
            // The next declaration from there is an incident, and its question waits.
            line.receive(&mail(7, "", "Le bandeau des appels reste vide.\r\n"))
                .await;
            line.process(late + DAY).await;
            assert!(line.leave(late + DAY + 200).await.is_empty(), "{what}");
            let held = line.mails().await.pop().unwrap();
            assert_eq!(
                (held.state, held.review.as_str()),
                (MailState::Review, "undeliverable")
            );
            // Until a person says otherwise.
            line.store()
                .release(held.id, &By::command(at(late + DAY + 300)))
                .await
                .unwrap();
            assert_eq!(line.leave(late + DAY + 300).await.len(), 1, "{what}");
            let marked = line
                .store()
                .undeliverable_addresses(&first())
                .await
                .unwrap();
            assert!(marked.is_empty(), "{what}");
        }
    }
}

#[tokio::test]
async fn snd_13_a_mail_that_is_late_and_then_arrives_is_no_failure() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let ours = line.leave(121).await.remove(0);
    let failed = String::from_utf8(reports(&ours).remove(0).1).unwrap();
    for (action, status) in [
        ("delayed", "4.4.1"),
        ("relayed", "2.1.9"),
        ("delivered", "2.0.0"),
    ] {
        let report = failed
            .replace("Action: failed", &format!("Action: {action}"))
            .replace("Status: 5.1.1", &format!("Status: {status}"));
        line.receive(report.as_bytes()).await;
    }
    line.process(300).await;
    let incident = line.incident(1).await;
    assert!(incident.concerns.is_empty());
    let history = line.store().history(&first()).await.unwrap();
    let told: Vec<&str> = history
        .iter()
        .filter(|event| event.kind == EventKind::NoticeReceived)
        .map(|event| event.detail.as_str())
        .collect();
    assert_eq!(told, ["delayed", "arrived", "arrived"]);
}

#[tokio::test]
async fn snd_13_a_bounce_without_our_mark_is_shown_and_marks_nothing() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let ours = line.leave(121).await.remove(0);
    let proven = String::from_utf8(reports(&ours).remove(0).1).unwrap();
    let cut = proven.replace(
        &format!("Message-ID: {}\r\nSubject: x", ours.message_id),
        "Subject: Re: Cartographie grise [INC-26-00001]",
    );
    assert_ne!(cut, proven);
    // A recipient who is not in the incident, then the declarant.
    let stranger = cut.replace("c.lebreton@chu-nantes.example", "paul@else.example");
    for (bytes, concerns) in [(stranger, vec![]), (cut, vec![Concern::UnprovenBounce])] {
        line.receive(bytes.as_bytes()).await;
        line.process(300).await;
        assert_eq!(line.incident(1).await.concerns, concerns);
    }
    assert_eq!(line.messages().await[2].reference, Some(first()));
    let marked = line
        .store()
        .undeliverable_addresses(&first())
        .await
        .unwrap();
    assert!(marked.is_empty());
}

#[tokio::test]
async fn a_responder_that_answers_the_envelope_is_linked_and_never_answered() {
    let setup = Setup {
        mailbox: "plus_address = true",
        ..Setup::default()
    };
    let mut line = Line::set_up(TestStore::sqlite().await, &setup).await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let ours = line.leave(121).await.remove(0);
    let key = [7; 32];
    let known = mark::in_address(&ours.envelope_from, "INC").unwrap();
    assert!(known.is_ours(&key));
    // No sign of a machine but the address, which only the envelope shows.
    let head = format!("Delivered-To: {}\r\n", ours.envelope_from);
    line.receive(&mail(
        2,
        &head,
        "La carte reste grise, votre demande est prise en compte.\r\n",
    ))
    .await;
    let round = line.process(200).await;
    assert_eq!((round.incidents, round.mails), (0, 0));
    let row = line.messages().await.pop().unwrap();
    assert_eq!(
        (row.kind.as_str(), row.reference),
        ("auto_reply", Some(first()))
    );
}
