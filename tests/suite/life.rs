//! The life of a ticket: what falls due by itself, and what people do with it.

use crate::pipeline::{Line, declaration, mail};
use crate::support::stores::TestStore;
use vigie::desk::letter::Occasion;
use vigie::desk::ticket::{self, Act, ActError};
use vigie::domain::account::By;
use vigie::domain::act::Closing;
use vigie::domain::history::EventKind;
use vigie::domain::incident::{Reference, Status};
use vigie::domain::outgoing::{MailState, Template};
use vigie::mail::Email;
use vigie::worker::timers::Round;

/// The first request leaves then: Tuesday 24 November 2026, 10:03:20 in Paris.
const LEFT: i64 = 200;

/// The same time on the days after.
const DAY: i64 = 86_400;

fn first() -> Reference {
    Reference::new("INC", 2026, 1)
}

/// A form without a doubt in it: its ticket waits for the answer once the request has left.
const FORM: &str = "Bonjour,\r\n\r\nNom et prénom : Claire Lebreton\r\nFonction : ARM\r\n\
    Établissement : SAMU de Nantes\r\n\
    Courriel : c.lebreton@chu-nantes.example\r\n\
    Date et heure de début : 24/11/2026 09:00\r\nEnvironnement : production\r\n\
    Fonctionnalité : cartographie\r\nNombre d'utilisateurs : 4\r\n\
    Description : la carte reste grise, on ne voit plus les moyens engagés.\r\n";

/// A ticket whose request has left.
async fn asked(test: TestStore) -> Line {
    let mut line = Line::with(test, "").await;
    line.receive(&mail(1, "", FORM)).await;
    line.process(1).await;
    assert_eq!(line.leave(LEFT).await.len(), 1);
    line
}

async fn kinds(line: &Line) -> Vec<String> {
    line.timers(&first()).await
}

async fn statuses(line: &Line) -> Vec<String> {
    let history = line.store().history(&first()).await.unwrap();
    history
        .into_iter()
        .filter(|event| event.kind == EventKind::StatusChanged)
        .map(|event| event.detail)
        .collect()
}

#[tokio::test]
async fn a_request_without_an_answer_is_telephoned_about_after_two_working_days() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let line = asked(test).await;
        assert_eq!(line.incident(1).await.status, Status::Waiting);
        assert_eq!(kinds(&line).await, ["reminder", "call"]);
        assert_eq!(line.look(LEFT + DAY - 1).await, Round::default());
        assert_eq!(line.look(LEFT + DAY).await.reminders, 1);
        assert_eq!(line.look(LEFT + DAY).await, Round::default());
        let left = line.leave(LEFT + DAY + 120).await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].template, Template::E4);
        // It leaves in support hours, asks for the same, and sets nothing anew.
        let mime = String::from_utf8_lossy(&left[0].mime).into_owned();
        assert!(mime.contains("Auto-Submitted: auto-generated"), "{mime}");
        assert!(
            mime.contains("In-Reply-To: <1@chu-nantes.example>"),
            "{mime}"
        );
        assert_eq!(kinds(&line).await, ["call"]);
        assert_eq!(line.look(LEFT + 2 * DAY - 1).await.calls, 0);
        assert_eq!(line.incident(1).await.status, Status::Waiting);
        assert_eq!(line.look(LEFT + 2 * DAY).await.calls, 1);
        assert_eq!(line.incident(1).await.status, Status::ToCall);
        assert!(kinds(&line).await.is_empty());
        assert_eq!(line.look(LEFT + 9 * DAY).await.calls, 0);
        assert_eq!(statuses(&line).await, ["waiting", "to_call"]);
        line.store().close().await;
    }
}

/// A ticket whose message is gone was looked at every half minute until its call fell due.
#[tokio::test]
async fn a_reminder_that_can_answer_nothing_is_settled_once_and_the_call_stays() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let line = asked(test).await;
        line.alter("DELETE FROM message_chunks").await;
        assert_eq!(line.look(LEFT + DAY).await, Round::default());
        assert_eq!(kinds(&line).await, ["call"]);
        assert_eq!(line.look(LEFT + DAY + 30).await, Round::default());
        let history = line.store().history(&first()).await.unwrap();
        let told: Vec<&str> = history
            .iter()
            .filter(|event| event.kind == EventKind::MailSuppressed)
            .map(|event| event.detail.as_str())
            .collect();
        assert_eq!(told, ["message_gone"]);
        assert_eq!(line.look(LEFT + 2 * DAY).await.calls, 1);
        assert_eq!(line.incident(1).await.status, Status::ToCall);
        line.store().close().await;
    }
}

#[tokio::test]
async fn an_answer_stops_what_would_fall_due() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = asked(test).await;
        let answers = format!("In-Reply-To: {}\r\n", line.our_message_id().await);
        let body = "Bonjour,\r\n\r\nCela se reproduit toujours.\r\n";
        line.receive(&mail(2, &answers, body)).await;
        line.process(LEFT + 60).await;
        assert!(kinds(&line).await.is_empty());
        assert_eq!(line.look(LEFT + 9 * DAY).await.calls, 0);
        assert_eq!(line.incident(1).await.status, Status::ToReview);
        line.store().close().await;
    }
}

/// Two looks at once, as of two instances: one calls.
#[tokio::test]
async fn a_timer_fires_once_however_many_look() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let line = asked(test).await;
        let due = LEFT + 2 * DAY;
        let (one, other) = tokio::join!(line.look(due), line.look(due));
        assert_eq!(one.calls + other.calls, 1);
        assert_eq!(statuses(&line).await, ["waiting", "to_call"]);
        line.store().close().await;
    }
}

#[tokio::test]
async fn a_partial_answer_is_followed_up_once_and_reminded_of_once() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = asked(test).await;
        let answers = format!("In-Reply-To: {}\r\n", line.our_message_id().await);
        let body = "Bonjour,\r\nVous pouvez me joindre au 02 61 91 00 12.\r\n";
        line.receive(&mail(2, &answers, body)).await;
        line.process(LEFT + 600).await;
        let left = line.leave(LEFT + 900).await;
        let templates: Vec<Template> = left.iter().map(|mail| mail.template).collect();
        assert_eq!(templates, [Template::E3]);
        assert_eq!(kinds(&line).await, ["reminder", "call"]);
        assert_eq!(line.look(LEFT + 900 + DAY).await.reminders, 1);
        assert_eq!(line.leave(LEFT + 1_100 + DAY).await.len(), 1);
        // A third answer that brings something else is told nothing more by the machine.
        let body = "Bonjour,\r\n\r\nPoste : prérequis vérifiés, oui.\r\n";
        line.receive(&mail(3, &answers, body)).await;
        line.process(LEFT + 1_200 + DAY).await;
        let requests = line.mails().await;
        let requests = requests.iter().filter(|mail| mail.template != "E2");
        assert_eq!(requests.count(), 3, "one request, one more, one reminder");
        assert_eq!(line.look(LEFT + 9 * DAY).await, Round::default());
        line.store().close().await;
    }
}

#[tokio::test]
async fn closing_tells_what_holds_now_under_the_declarants_last_words() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let line = asked(test).await;
        let now = crate::support::stores::at(LEFT + 600);
        let closing = Occasion::Closing(Closing {
            now: "la carte s’affiche de nouveau".to_owned(),
            cause: Some("un correctif du navigateur".to_owned()),
            done: None,
        });
        let act = Act::Close(Some(closing));
        ticket::act(line.store(), &line.parts, &first(), act, &By::command(now))
            .await
            .unwrap();
        let mails = line.mails().await;
        let closed = mails.last().unwrap();
        assert_eq!(closed.template, "E9");
        let words: Vec<&str> = closed.text.split_whitespace().collect();
        let said = words.join(" ");
        assert!(said.contains("la carte s’affiche de nouveau"), "{said}");
        assert!(said.contains("un correctif du navigateur"), "{said}");
        assert!(kinds(&line).await.is_empty());
        line.store().close().await;
    }
}

/// Whoever knows a Message-ID of the declarant speaks up in the thread, and is told nothing of it.
#[tokio::test]
async fn a_closing_goes_to_whom_we_wrote_and_not_to_who_spoke_last() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = asked(test).await;
        let outsider = "From: Paul Martin <p.martin@autre.example>\r\n\
            In-Reply-To: <1@chu-nantes.example>\r\n";
        line.receive(&mail(2, outsider, "Bonjour,\r\n\r\nMerci.\r\n"))
            .await;
        line.process(LEFT + 60).await;
        let messages = line.store().messages_of(&first()).await.unwrap();
        assert_eq!(messages.len(), 2, "it joins");
        let now = crate::support::stores::at(LEFT + 600);
        let act = || Act::Close(Some(Occasion::Unreached));
        ticket::act(
            line.store(),
            &line.parts,
            &first(),
            act(),
            &By::command(now),
        )
        .await
        .unwrap();
        let closed = line.mails().await.pop().unwrap();
        assert_eq!(closed.template, "E9b");
        assert_eq!(closed.to, "c.lebreton@chu-nantes.example");
        // Nobody is told twice that it is closed.
        let again = ticket::act(
            line.store(),
            &line.parts,
            &first(),
            act(),
            &By::command(now),
        )
        .await;
        assert!(
            matches!(again, Err(ActError::NotAllowed { .. })),
            "{again:?}"
        );
        assert_eq!(line.mails().await.len(), 2);
        line.store().close().await;
    }
}

#[tokio::test]
async fn a_ticket_that_somebody_must_look_at_first_is_called_about_once_they_did() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = Line::with(test, "").await;
        // Read from prose: some of it is not sure enough.
        line.receive(&declaration(1)).await;
        line.process(1).await;
        assert_eq!(line.leave(LEFT).await.len(), 1);
        assert_eq!(line.incident(1).await.status, Status::ToReview);
        assert_eq!(line.look(LEFT + 3 * DAY).await.calls, 0);
        let now = crate::support::stores::at(LEFT + 3 * DAY);
        let (status, _) = ticket::act(
            line.store(),
            &line.parts,
            &first(),
            Act::Validate,
            &By::command(now),
        )
        .await
        .unwrap();
        assert_eq!(status, Status::Waiting);
        assert!(line.incident(1).await.concerns.is_empty());
        assert_eq!(line.look(LEFT + 3 * DAY).await.calls, 1);
        line.store().close().await;
    }
}

#[tokio::test]
async fn closing_takes_back_the_request_that_has_not_left() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = Line::with(test, "").await;
        line.receive(&declaration(1)).await;
        line.process(1).await;
        let now = crate::support::stores::at(30);
        ticket::act(
            line.store(),
            &line.parts,
            &first(),
            Act::Close(None),
            &By::command(now),
        )
        .await
        .unwrap();
        assert_eq!(line.incident(1).await.status, Status::Closed);
        assert_eq!(line.mails().await[0].state, MailState::Cancelled);
        assert!(line.leave(LEFT).await.is_empty());
        // What is closed is only taken up again.
        let refused = ticket::act(
            line.store(),
            &line.parts,
            &first(),
            Act::Validate,
            &By::command(now),
        )
        .await;
        assert!(
            matches!(
                &refused,
                Err(ActError::NotAllowed {
                    from: Status::Closed,
                    ..
                })
            ),
            "{refused:?}"
        );
        ticket::act(
            line.store(),
            &line.parts,
            &first(),
            Act::Reopen,
            &By::command(now),
        )
        .await
        .unwrap();
        assert_eq!(line.incident(1).await.status, Status::ToReview);
        line.store().close().await;
    }
}

#[tokio::test]
async fn validating_leads_where_the_ticket_stands() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        // Nothing is asked by the machine: somebody must telephone.
        let mut line = Line::with(test, "[replies]\nmode = \"off\"\n").await;
        line.receive(&declaration(1)).await;
        line.process(1).await;
        let now = crate::support::stores::at(30);
        let (status, _) = ticket::act(
            line.store(),
            &line.parts,
            &first(),
            Act::Validate,
            &By::command(now),
        )
        .await
        .unwrap();
        assert_eq!(status, Status::ToCall);
        let unknown = Reference::new("INC", 2026, 99);
        let refused = ticket::act(
            line.store(),
            &line.parts,
            &unknown,
            Act::Validate,
            &By::command(now),
        )
        .await;
        assert!(matches!(refused, Err(ActError::Unknown(_))), "{refused:?}");
        line.store().close().await;
    }
}

/// Everything that the form asks for, with a copy of the screen.
fn complete(number: u32, address: &str) -> Vec<u8> {
    let picture = data_encoding::BASE64_MIME.encode(&crate::pictures::window_png(7));
    format!(
        "From: Claire Lebreton <{address}>\r\nTo: support@vigie.example\r\nSubject: Cartographie grise\r\n\
         Date: Tue, 24 Nov 2026 09:55:00 +0100\r\nMessage-ID: <{number}@chu-nantes.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=xx\r\n\r\n\
         --xx\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{FORM}\
         Coordonnées téléphoniques : 02 61 91 00 12\r\nUtilisateur concerné : Claire Lebreton\r\n\
         Prérequis du poste vérifiés : oui\r\nL'incident peut-il être reproduit ? oui, toujours\r\n\
         --xx\r\nContent-Type: image/png; name=capture.png\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=capture.png\r\n\r\n{picture}\r\n--xx--\r\n"
    )
    .into_bytes()
}

/// A whole service is out of use.
fn outage(number: u32, address: &str) -> Vec<u8> {
    let from = format!("From: <{address}>\r\nSubject: PLUS RIEN\r\n");
    mail(
        number,
        &from,
        "Plus aucun poste du SAMU 44 n'accède au portail depuis 9h30, toute la régulation est à l'arrêt, tous les ARM sont bloqués.\r\n",
    )
}

#[tokio::test]
async fn e_18_the_second_number_is_told_to_a_domain_of_which_a_ticket_was_validated() {
    const CONTACTS: &str = "[escalation.open]\nphone = \"01 99 00 00 03\"\nemail = \"n3@desk.example\"\n\
        [escalation.closed]\nphone = \"06 39 98 00 01\"\nemail = \"astreinte@desk.example\"\n";
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = Line::with(test, CONTACTS).await;
        let known = "d.roy@chu-nantes.example";
        line.receive(&outage(1, known)).await;
        line.receive(&complete(2, "c.lebreton@chu-nantes.example"))
            .await;
        line.receive(&complete(3, "c.lebreton@gmail.com")).await;
        line.process(1).await;
        for number in [2, 3] {
            let reference = Reference::new("INC", 2026, number);
            let now = crate::support::stores::at(30);
            let (status, _) = ticket::act(
                line.store(),
                &line.parts,
                &reference,
                Act::Validate,
                &By::command(now),
            )
            .await
            .unwrap();
            assert_eq!(status, Status::Complete, "{number}");
        }
        line.receive(&outage(4, "p.martin@chu-nantes.example"))
            .await;
        line.receive(&outage(5, "p.martin@chu-rennes.example"))
            .await;
        line.receive(&outage(6, "p.martin@gmail.com")).await;
        line.process(40).await;
        let mut told = Vec::new();
        for mail in line.mails().await {
            if mail.template == "E1c" {
                let mime = line.store().outbox_mime(mail.id).await.unwrap();
                let text = String::from_utf8(mime.unwrap()).unwrap();
                told.push((mail.to.clone(), text.contains("n3@desk.example")));
            }
        }
        told.sort();
        let expected = [
            (known, false),
            ("p.martin@chu-nantes.example", true),
            ("p.martin@chu-rennes.example", false),
            ("p.martin@gmail.com", false),
        ];
        assert_eq!(told, expected.map(|(to, is)| (to.to_owned(), is)));
        line.store().close().await;
    }
}

#[tokio::test]
async fn e_16_what_is_cancelled_within_its_hold_never_leaves_and_what_is_corrected_leaves_anew() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = Line::with(test, "").await;
        line.receive(&mail(1, "", FORM)).await;
        line.receive(&mail(2, "From: <d.roy@ch-ailleurs.example>\r\n", FORM))
            .await;
        line.process(0).await;
        let [first, second] = &line.mails().await[..] else {
            panic!("a mail for each");
        };
        let (cancelled, other) = (first.id, second.id);
        // What the declarant adds at the sixtieth second is not asked for.
        line.receive(&mail(
            3,
            "From: <d.roy@ch-ailleurs.example>\r\nIn-Reply-To: <2@chu-nantes.example>\r\n",
            "Mon téléphone : 02 61 91 00 12\r\n",
        ))
        .await;
        line.process(60).await;
        assert!(line.leave(119).await.is_empty());
        let now = crate::support::stores::at(119);
        assert!(
            line.store()
                .cancel(cancelled, &By::command(now))
                .await
                .unwrap()
        );
        let left = line.leave(400).await;
        let [rewritten] = &left[..] else {
            panic!("{} mails left", left.len());
        };
        assert_eq!(rewritten.to, "d.roy@ch-ailleurs.example");
        assert_ne!(rewritten.id, other, "the first one was taken back");
        let text = Email::parse(&rewritten.mime).body.text;
        assert!(!text.contains("où vous joindre"), "{text}");
        assert!(text.contains("Prérequis"), "{text}");
        line.store().close().await;
    }
}
