//! To which incident a message belongs, in whichever order messages arrive; what it changes there;
//! and which request leaves (pains 13 to 15, REPL-01, REPL-02, P6).

use crate::pipeline::{Line, declaration, mail};
use crate::support::stores::{TestStore, at, fetched};
use chrono::TimeDelta;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::domain::account::By;
use vigie::domain::field::{FieldName, Reading, Value, ValueOrigin};
use vigie::domain::history::EventKind;
use vigie::domain::incident::{Concern, Reference, Status};
use vigie::domain::mark::{self, Purpose};
use vigie::domain::outgoing::MailState;
use vigie::store::{OutboxEntry, Store, StoreError};
use vigie::wake::Wake;
use vigie::worker::process::{self, Processing};

const BOX: &str = "imap:support@vigie.example/INBOX";
const KEY: [u8; 32] = [7; 32];
const PAUL: &str = "From: Paul Martin <p.martin@chu-nantes.example>\r\n";
const MARC: &str = "From: Marc Autre <marc@autre.example>\r\n";
const TO_CLAIRE: &str = "Cc: c.lebreton@chu-nantes.example\r\n";
const PICTURE: &str = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n";

async fn lines() -> [Line; 2] {
    [
        Line::new().await,
        Line::with(TestStore::postgres().await, "").await,
    ]
}

fn reference(number: u32) -> Reference {
    Reference::new("INC", 2026, number)
}

async fn messages(line: &Line, number: u32) -> usize {
    let messages = line.store().messages_of(&reference(number)).await;
    messages.unwrap().len()
}

async fn events(line: &Line, number: u32, kind: EventKind) -> Vec<String> {
    let history = line.store().history(&reference(number)).await.unwrap();
    let events = history.into_iter().filter(|event| event.kind == kind);
    events.map(|event| event.detail).collect()
}

/// The mails that were not taken back.
async fn live(line: &Line) -> Vec<OutboxEntry> {
    let mut mails = line.mails().await;
    mails.retain(|mail| mail.state != MailState::Cancelled);
    mails
}

/// A text with a picture of a screen behind it.
fn with_picture(words: &str) -> String {
    let png = data_encoding::BASE64_MIME.encode(&crate::pictures::window_png(1));
    format!(
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n--b\r\n\
         Content-Type: image/png; name=\"Capture d'ecran 2026-11-24.png\"\r\n\
         Content-Disposition: attachment; filename=\"Capture d'ecran 2026-11-24.png\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{png}\r\n--b--\r\n"
    )
}

fn picture_mail(number: u32, headers: &str, words: &str) -> Vec<u8> {
    let plain = mail(number, &format!("{headers}{PICTURE}"), &with_picture(words));
    let text = String::from_utf8(plain).unwrap();
    // `mail` says text/plain last: only the first type may stand.
    text.replacen(
        "Content-Type: text/plain; charset=utf-8\r\n\r\n--b",
        "\r\n--b",
        1,
    )
    .into_bytes()
}

/// Claire's declaration, her own answer to it, and a colleague's.
fn conversation() -> [Vec<u8>; 3] {
    let answers = "In-Reply-To: <1@chu-nantes.example>\r\nSubject: Re: Cartographie grise\r\n";
    [
        declaration(1),
        mail(
            2,
            answers,
            "Je précise : vous pouvez me joindre au 02 61 91 00 12.\r\n",
        ),
        mail(
            3,
            &format!("{answers}{PAUL}{TO_CLAIRE}"),
            "Même chose chez moi, la carte reste grise.\r\n",
        ),
    ]
}

#[tokio::test]
async fn pain_13_six_orders_of_arrival_give_one_incident_three_messages_and_one_question() {
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        for together in [false, true] {
            for mut line in lines().await {
                let all = conversation();
                let arriving: Vec<Vec<u8>> = order.iter().map(|at| all[*at].clone()).collect();
                if together {
                    line.receive_all(arriving).await;
                    line.process(1).await;
                } else {
                    for (second, message) in (1..).zip(arriving) {
                        line.receive(&message).await;
                        line.process(second).await;
                    }
                }
                let what = format!("{order:?}, together: {together}");
                assert_eq!(line.incidents().await, 1, "{what}");
                assert_eq!(messages(&line, 1).await, 3, "{what}");
                let mails = live(&line).await;
                assert_eq!(mails.len(), 1, "{what}: {mails:?}");
                assert_eq!(mails[0].to, "c.lebreton@chu-nantes.example", "{what}");
                assert!(mails[0].due_at <= at(1 + 120), "{what}");
                line.store().close().await;
            }
        }
    }
}

/// An instance's process loop over the store.
fn processing(line: &Line, store: &Store) -> Processing {
    Processing {
        store: store.clone(),
        parts: Arc::clone(&line.parts),
        clock: Clock::Fixed(at(9)),
        wake: Arc::new(Wake::new()),
        measured: Arc::default(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pain_13_two_instances_that_read_a_message_and_its_answer_at_once_make_one_incident() {
    for round in 0..12 {
        let line = Line::with(TestStore::postgres().await, "").await;
        let (one, two) = (
            line.store().join(at(0)).await.unwrap(),
            line.store().join(at(0)).await.unwrap(),
        );
        let mut batch = Vec::new();
        // Of two writers: the second message of one is not read before the first is done.
        let [first, _, colleague] = conversation();
        let mut pair = vec![first, colleague];
        if round % 2 == 1 {
            pair.reverse();
        }
        for (uid, bytes) in (1..).zip(&pair) {
            batch.push(fetched(uid, bytes));
        }
        line.store()
            .record_batch(BOX, None, &batch, at(0))
            .await
            .unwrap();
        // Each claims one of the two, looks it up, and only then do both keep what they made.
        let lease = TimeDelta::seconds(60);
        let first = one.claim_messages(at(1), lease, 1).await.unwrap();
        let second = two.claim_messages(at(1), lease, 1).await.unwrap();
        assert_eq!((first.len(), second.len()), (1, 1));
        for (store, stored) in [(&one, &first[0]), (&two, &second[0])] {
            store.give_back(stored.id).await.unwrap();
        }
        let token = CancellationToken::new();
        let (left, right) = (processing(&line, &one), processing(&line, &two));
        let (a, b) = tokio::join!(
            process::round(&left, &token),
            process::round(&right, &token)
        );
        assert_eq!(a.unwrap().failed + b.unwrap().failed, 0);
        assert_eq!(line.incidents().await, 1, "round {round}");
        assert_eq!(messages(&line, 1).await, 2, "round {round}");
        line.store().close().await;
    }
}

const FORGOTTEN: &str = "J’ai oublié la pièce jointe, la voici.\r\n";

/// Two instances that at one moment read a mail and what was forgotten in it, which no header ties
/// to it, made two tickets.
#[tokio::test]
async fn the_forgotten_attachment_that_was_looked_up_too_early_is_a_conflict_and_then_joins() {
    for words in [FORGOTTEN, "Capture.\r\n"] {
        for mut line in lines().await {
            let forgotten = picture_mail(2, "Subject: RE : Cartographie grise\r\n", words);
            line.receive_all([declaration(1), forgotten]).await;
            let lease = TimeDelta::seconds(60);
            let claimed = line.store().claim_messages(at(1), lease, 9).await.unwrap();
            let reads: Vec<Arc<_>> = claimed
                .iter()
                .map(|stored| Arc::new(vigie::desk::intake::read(stored, &line.parts)))
                .collect();
            let outcome = async |number: usize| {
                let read = &reads[number];
                vigie::desk::intake::outcome(read, &line.parts, line.store(), at(1))
                    .await
                    .unwrap()
            };
            // Both are looked up, and only then kept.
            let (first, second) = (outcome(0).await, outcome(1).await);
            line.store().commit_outcome(&first, at(2)).await.unwrap();
            let early = line.store().commit_outcome(&second, at(2)).await;
            assert!(matches!(early, Err(StoreError::Conflict(_))), "{early:?}");
            let again = outcome(1).await;
            line.store().commit_outcome(&again, at(2)).await.unwrap();
            assert_eq!((line.incidents().await, messages(&line, 1).await), (1, 2));
            assert_eq!(live(&line).await.len(), 1);
            line.store().close().await;
        }
    }
}

/// And the other way round: it was read, and made a ticket, while the mail was still in hand.
#[tokio::test]
async fn the_forgotten_attachment_waits_while_another_instance_reads_the_mail() {
    for mut line in lines().await {
        let (one, two) = (
            line.store().join(at(0)).await.unwrap(),
            line.store().join(at(0)).await.unwrap(),
        );
        let forgotten = picture_mail(2, "Subject: Capture\r\n", FORGOTTEN);
        let luc = "From: Luc Petit <l.petit@chu-brest.example>\r\nSubject: Bandeau muet\r\n";
        let other = mail(3, luc, "Le bandeau ne sonne plus en production.\r\n");
        line.receive_all([declaration(1), forgotten, other]).await;
        let lease = TimeDelta::seconds(60);
        let first = one.claim_messages(at(1), lease, 1).await.unwrap();
        // Nobody else's waits for it.
        let token = CancellationToken::new();
        let (left, right) = (processing(&line, &one), processing(&line, &two));
        assert_eq!(process::round(&right, &token).await.unwrap().done, 1);
        assert_eq!(process::round(&right, &token).await.unwrap().done, 0);
        one.give_back(first[0].id).await.unwrap();
        assert_eq!(process::round(&left, &token).await.unwrap().done, 2);
        assert_eq!((line.incidents().await, messages(&line, 2).await), (2, 2));
        line.store().close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_instances_that_run_at_once_make_one_ticket_of_a_mail_and_what_was_forgotten_in_it() {
    for round in 0..8 {
        let mut line = Line::with(TestStore::postgres().await, "").await;
        let (one, two) = (
            line.store().join(at(0)).await.unwrap(),
            line.store().join(at(0)).await.unwrap(),
        );
        let token = CancellationToken::new();
        let (left, right) = (processing(&line, &one), processing(&line, &two));
        line.receive(&declaration(1)).await;
        let started = process::round(&left, &token);
        let more = async {
            line.receive(&picture_mail(2, "Subject: Capture\r\n", FORGOTTEN))
                .await;
            process::round(&right, &token).await
        };
        let (a, b) = tokio::join!(started, more);
        assert_eq!(a.unwrap().failed + b.unwrap().failed, 0);
        // What waited for the other is read by whoever looks next.
        process::round(&processing(&line, &two), &token)
            .await
            .unwrap();
        let kept = (line.incidents().await, messages(&line, 1).await);
        assert_eq!(kept, (1, 2), "round {round}");
        line.store().close().await;
    }
}

#[tokio::test]
async fn pain_13_an_outcome_that_was_looked_up_too_early_is_a_conflict() {
    for mut line in lines().await {
        let [first, answer, _] = conversation();
        line.receive_all([first, answer]).await;
        let claimed = line
            .store()
            .claim_messages(at(1), TimeDelta::seconds(60), 9)
            .await
            .unwrap();
        let mut outcomes = Vec::new();
        for stored in &claimed {
            let read = Arc::new(vigie::desk::intake::read(stored, &line.parts));
            let outcome = vigie::desk::intake::outcome(&read, &line.parts, line.store(), at(1));
            outcomes.push(outcome.await.unwrap());
        }
        for outcomes in [&outcomes[..], &[]] {
            for (at_, outcome) in outcomes.iter().enumerate() {
                let kept = line.store().commit_outcome(outcome, at(2)).await;
                assert_eq!(kept.is_ok(), at_ == 0, "{kept:?}");
            }
        }
        assert_eq!(line.incidents().await, 1);
        line.store().close().await;
    }
}

/// Claire's incident and Luc's, whose requests have left.
async fn two_open(line: &mut Line) {
    line.receive(&declaration(1)).await;
    let luc = "From: Luc Petit <l.petit@chu-brest.example>\r\nSubject: Bandeau muet\r\n";
    let words = "Le bandeau téléphonique ne sonne plus en production.\r\n";
    line.receive(&mail(2, luc, words)).await;
    line.process(1).await;
    assert_eq!(line.leave(300).await.len(), 2);
}

#[tokio::test]
async fn pain_14_forty_traps_attach_nowhere() {
    let mut line = Line::new().await;
    two_open(&mut line).await;
    line.alter("UPDATE incidents SET received_at = '2026-11-02T09:00:00+00:00'")
        .await;
    let ours = line.our_message_id().await;
    let domain = ours
        .rsplit_once('@')
        .unwrap()
        .1
        .trim_end_matches('>')
        .to_owned();
    let id = |key: &[u8], name: &str, number| mark::message_id(key, name, number, &domain);
    let hash = |id: &str| {
        let left = id.rsplit_once('@').unwrap().0.to_owned();
        left.rsplit_once('.').unwrap().1.to_owned()
    };
    let (one, two) = ("INC-26-00001", "INC-26-00002");
    let to = |tag: &str| format!("{MARC}Cc: support+{tag}@vigie.example\r\n");
    let answers = |id: &str| format!("{MARC}In-Reply-To: {id}\r\nSubject: Re: carte\r\n");
    let subject = |text: &str| format!("{MARC}Subject: {text}\r\n");
    let claire = |more: &str| more.to_owned();
    let word = "La page des lits ne s’ouvre plus depuis 9h, écran blanc.\r\n";
    let quoted = |words: &str| format!("{word}\r\n> {words}\r\n");
    let swapped = format!("<{one}.1.{}@{domain}>", hash(&id(&KEY, two, 1)));
    let renumbered = format!("<{one}.2.{}@{domain}>", hash(&id(&KEY, one, 1)));
    let token = |purpose, name| mark::token(&KEY, purpose, name);
    let traps: Vec<(&str, String, String)> = vec![
        (
            "another helpdesk's number",
            subject("Re: [#1234] carte"),
            word.into(),
        ),
        (
            "another helpdesk's number",
            subject("[GLPI #0000001] carte"),
            word.into(),
        ),
        (
            "another helpdesk's number",
            subject("[Ticket#2026112400001]"),
            word.into(),
        ),
        (
            "another helpdesk's number",
            subject("RE: [RT #26-00001] carte"),
            word.into(),
        ),
        (
            "a reference without its brackets",
            subject("INC-26-00001 carte"),
            word.into(),
        ),
        (
            "a reference in round brackets",
            subject("(INC-26-00001)"),
            word.into(),
        ),
        (
            "the mark, from a stranger",
            subject("[INC-26-00001] carte"),
            word.into(),
        ),
        (
            "the mark, from a stranger",
            subject("RE: carte [inc-26-00001]"),
            word.into(),
        ),
        (
            "the mark, from a stranger",
            subject("=?utf-8?Q?=5BINC-26-00001=5D?="),
            word.into(),
        ),
        (
            "two marks, from a stranger",
            subject("[INC-26-00001] [INC-26-00002]"),
            word.into(),
        ),
        (
            "an unknown mark and ours, from a stranger",
            subject("[INC-26-99999] [INC-26-00001]"),
            word.into(),
        ),
        (
            "an unknown mark, from the declarant",
            claire("Subject: [INC-26-99999]\r\n"),
            word.into(),
        ),
        (
            "the mark of another's incident, from a declarant",
            claire("Subject: [INC-26-00002]\r\n"),
            word.into(),
        ),
        (
            "four digits of the year",
            claire("Subject: [INC-2026-00001]\r\n"),
            word.into(),
        ),
        (
            "four digits of the number",
            claire("Subject: [INC-26-0001]\r\n"),
            word.into(),
        ),
        (
            "a longer number that begins alike",
            claire("Subject: [INC-26-000012]\r\n"),
            word.into(),
        ),
        (
            "another prefix",
            claire("Subject: [ABC-26-00001]\r\n"),
            word.into(),
        ),
        (
            "a former tool's mark",
            claire("Subject: [SI-SAMU #2026-000001]\r\n"),
            word.into(),
        ),
        (
            "a mark inside the quote only",
            subject("carte"),
            quoted("Objet : carte [INC-26-00001]"),
        ),
        (
            "our Message-ID inside the quote only",
            subject("carte"),
            quoted(&ours),
        ),
        (
            "our address inside the quote only",
            subject("carte"),
            quoted(&format!(
                "support+{one}.{}@vigie.example",
                token(Purpose::Reply, one)
            )),
        ),
        (
            "a forged hash",
            answers(&format!("<{one}.1.deadbeef@{domain}>")),
            word.into(),
        ),
        (
            "a forged hash as long as ours",
            answers(&format!("<{one}.1.0123456789abcdef@{domain}>")),
            word.into(),
        ),
        (
            "the hash of another reference",
            answers(&swapped),
            word.into(),
        ),
        (
            "the hash of another number",
            answers(&renumbered),
            word.into(),
        ),
        (
            "no hash",
            answers(&format!("<{one}.1.@{domain}>")),
            word.into(),
        ),
        (
            "no number",
            answers(&format!("<{one}@{domain}>")),
            word.into(),
        ),
        (
            "the key of another installation",
            answers(&id(&[9; 32], one, 1)),
            word.into(),
        ),
        (
            "a forged hash in References",
            format!("{MARC}References: <a@b.example> {swapped}\r\n"),
            word.into(),
        ),
        (
            "a forged token",
            to(&format!("{one}.aaaaaaaaaaaaa")),
            word.into(),
        ),
        (
            "the token of another reference",
            to(&format!("{one}.{}", token(Purpose::Reply, two))),
            word.into(),
        ),
        (
            "the token for bounces",
            to(&format!("{one}.{}", token(Purpose::Bounce, one))),
            word.into(),
        ),
        ("no token", to(one), word.into()),
        (
            "half a token",
            to(&format!("{one}.{}", &token(Purpose::Reply, one)[..6])),
            word.into(),
        ),
        (
            "a Thread-Index twin",
            format!("{MARC}Thread-Index: AdxQ1w==\r\nThread-Topic: Cartographie grise\r\n"),
            word.into(),
        ),
        (
            "the same subject from another",
            format!("{MARC}Subject: Re: Cartographie grise\r\n"),
            word.into(),
        ),
        (
            "the same subject from a colleague",
            format!("{PAUL}Subject: Re: Cartographie grise\r\n"),
            word.into(),
        ),
        (
            "a Message-ID that is nobody's",
            answers("<unknown@autre.example>"),
            word.into(),
        ),
        (
            "a Message-ID but for its case",
            answers("<1@CHU-Nantes.example>"),
            word.into(),
        ),
        (
            "a Message-ID that only begins alike",
            answers("<1@chu-nantes.example.evil.example>"),
            word.into(),
        ),
        (
            "the declarant's own Message-ID as one's own",
            format!("{MARC}X-Note: 1\r\n"),
            word.into(),
        ),
        (
            "an old thread with a new fault",
            format!("In-Reply-To: {ours}\r\nSubject: Re: Cartographie grise\r\n"),
            "Bonjour,\r\nDepuis ce matin 9h10 la messagerie ne s’ouvre plus en production pour \
             trois agents : écran blanc. Mon numéro : 02 61 91 00 12.\r\nCordialement\r\n"
                .into(),
        ),
    ];
    assert!(traps.len() >= 40);
    for (number, (trap, headers, words)) in (100..).zip(&traps) {
        let mut bytes = mail(number, headers, words);
        if trap.contains("as one's own") {
            let text = String::from_utf8(bytes).unwrap();
            bytes = text.replace(&format!("<{number}@"), "<1@").into_bytes();
        }
        let before = line.incidents().await;
        line.receive(&bytes).await;
        assert_eq!(
            line.process(400 + i64::from(number)).await.failed,
            0,
            "{trap}"
        );
        assert_eq!(messages(&line, 1).await, 1, "{trap}: {headers}");
        assert_eq!(messages(&line, 2).await, 1, "{trap}: {headers}");
        assert_eq!(line.incidents().await, before + 1, "{trap}: {headers}");
        let last = u32::try_from(before + 1).unwrap();
        let incident = line.incident(last).await;
        let proposes = events(&line, last, EventKind::AttachProposed).await;
        let is_unproven = incident.concerns.contains(&Concern::UnprovenReference);
        assert_eq!(is_unproven, !proposes.is_empty(), "{trap}");
        if trap.contains("the mark") || trap.contains("hash") || trap.contains("token") {
            assert_eq!(proposes.len(), 1, "{trap}");
        }
        // What belongs to another is in no mail of ours.
        let mails = line.store().mails_of(&reference(last)).await.unwrap();
        assert!(
            mails.iter().all(|mail| !mail.text.contains("cartographie")),
            "{trap}"
        );
    }
    let last = line
        .incident(u32::try_from(line.incidents().await).unwrap())
        .await;
    assert_eq!(last.follows, Some(reference(1)));
    assert_eq!(
        line.incident(1).await.followed_by,
        [reference(u32::try_from(line.incidents().await).unwrap())]
    );
    assert_eq!(
        live(&line).await.last().unwrap().reference,
        last.reference,
        "it is asked about"
    );
}

#[tokio::test]
async fn pain_14_two_strangers_who_answer_a_letter_to_all_have_an_incident_each() {
    let mut line = Line::new().await;
    for (number, from) in [(1, PAUL), (2, MARC)] {
        let headers = format!("{from}In-Reply-To: <letter@dsi.example>\r\nCc: dsi@chu.example\r\n");
        let words = "Depuis votre mise à jour la carte reste grise.\r\n";
        line.receive(&mail(number, &headers, words)).await;
        line.process(1).await;
    }
    assert_eq!(line.incidents().await, 2);
}

#[tokio::test]
async fn pain_15_each_of_the_seven_subsets_of_our_three_marks_is_enough() {
    for mut line in lines().await {
        two_open(&mut line).await;
        let ours = line.our_message_id().await;
        let address = mark::reply_address(&KEY, "support@vigie.example", "INC-26-00001").unwrap();
        for subset in 0_u32..8 {
            let has = |bit: u32| subset & bit != 0;
            let id = if has(1) {
                ours.as_str()
            } else {
                "<rewritten@relay.example>"
            };
            let to = if has(2) {
                format!("Cc: {address}\r\n")
            } else {
                String::new()
            };
            let mark = if has(4) { " [INC-26-00001]" } else { "" };
            // Each comes from the declarant, whose words and subject are all new.
            let headers =
                format!("References: {id}\r\n{to}Subject: SV: autre objet {subset}{mark}\r\n");
            let (joined, all) = (messages(&line, 1).await, line.incidents().await);
            let words = format!("Le poste {subset} ne montre plus la carte non plus.\r\n");
            line.receive(&mail(10 + subset, &headers, &words)).await;
            line.process(400 + i64::from(subset) * 100).await;
            let attached = usize::from(subset > 0);
            assert_eq!(
                messages(&line, 1).await,
                joined + attached,
                "subset {subset}"
            );
            assert_eq!(
                line.incidents().await,
                all + 1 - attached,
                "subset {subset}"
            );
        }
        line.store().close().await;
    }
}

#[tokio::test]
async fn the_nearest_of_several_references_wins_and_the_others_are_noted() {
    let mut line = Line::new().await;
    two_open(&mut line).await;
    let ours = line.our_message_id().await;
    let domain = ours
        .rsplit_once('@')
        .unwrap()
        .1
        .trim_end_matches('>')
        .to_owned();
    let second = mark::message_id(&KEY, "INC-26-00002", 1, &domain);
    let headers = format!("{MARC}In-Reply-To: {second}\r\nReferences: {ours} {second}\r\n");
    line.receive(&mail(9, &headers, "Rappelez-moi au 02 61 91 00 12.\r\n"))
        .await;
    line.process(400).await;
    assert_eq!((messages(&line, 1).await, messages(&line, 2).await), (1, 2));
    let noted = events(&line, 2, EventKind::AlsoNames).await;
    assert_eq!(noted, ["INC-26-00001"]);
}

#[tokio::test]
async fn repl_01_who_joins_by_the_declarants_own_message_id_is_told_nothing_and_not_believed() {
    let mut line = Line::new().await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    assert_eq!(line.leave(300).await.len(), 1);
    let headers = format!("{MARC}In-Reply-To: <1@chu-nantes.example>\r\n");
    let words = "Envoyez-moi ce que vous avez. La carte est grise ici aussi.\r\n";
    line.receive(&mail(2, &headers, words)).await;
    line.process(400).await;
    assert_eq!(messages(&line, 1).await, 2);
    let to: Vec<String> = line.mails().await.into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, ["c.lebreton@chu-nantes.example"]);
    let incident = line.incident(1).await;
    let believed = line
        .store()
        .is_known_address(incident.id, "marc@autre.example");
    assert!(!believed.await.unwrap());
    // So his mark alone proves nothing.
    let headers = format!("{MARC}Subject: [INC-26-00001]\r\n");
    line.receive(&mail(3, &headers, "Et alors, la carte ?\r\n"))
        .await;
    line.process(500).await;
    assert_eq!(messages(&line, 1).await, 2);
}

#[tokio::test]
async fn a_second_message_within_the_hold_is_answered_with_the_first_and_no_later() {
    for mut line in lines().await {
        line.receive(&declaration(1)).await;
        line.process(1).await;
        let first = line.mails().await.remove(0);
        assert!(first.text.contains("cinq réponses"), "{}", first.text);
        let headers = "In-Reply-To: <1@chu-nantes.example>\r\n";
        let words = "J’ai oublié : vous pouvez me joindre au 02 61 91 00 12.\r\n";
        line.receive(&mail(2, headers, words)).await;
        line.process(60).await;
        let mails = line.mails().await;
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].state, MailState::Cancelled);
        assert_eq!(
            (mails[1].state, mails[1].due_at),
            (MailState::Queued, first.due_at)
        );
        assert_eq!(mails[1].review, "", "the first counts against no limit");
        assert!(
            mails[1].text.contains("quatre réponses"),
            "{}",
            mails[1].text
        );
        let incident = line.incident(1).await;
        assert!(incident.fields[FieldName::Phone].value().is_some());
        assert_eq!(incident.origins[&FieldName::Phone], ValueOrigin::Reply);
        assert_eq!(events(&line, 1, EventKind::MailSuperseded).await.len(), 1);
        // Thanks change nothing of what waits.
        line.receive(&mail(3, headers, "Merci d’avance.\r\n")).await;
        line.process(70).await;
        assert_eq!(live(&line).await.len(), 1);
        assert_eq!(line.leave(121).await.len(), 1);
        assert_eq!(messages(&line, 1).await, 3);
        line.store().close().await;
    }
}

#[tokio::test]
async fn a_mail_about_to_leave_is_not_taken_back() {
    for mut line in lines().await {
        line.receive(&declaration(1)).await;
        line.process(1).await;
        let lease = TimeDelta::seconds(60);
        let claimed = line.store().claim_outbox(at(200), lease, 9).await.unwrap();
        assert_eq!(claimed.len(), 1);
        let headers = "In-Reply-To: <1@chu-nantes.example>\r\n";
        let words = "Vous pouvez me joindre au 02 61 91 00 12.\r\n";
        line.receive(&mail(2, headers, words)).await;
        line.process(201).await;
        let mails = line.mails().await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert_eq!(mails[0].state, MailState::Queued);
        line.store().close().await;
    }
}

#[tokio::test]
async fn a_request_that_waits_for_a_person_is_made_anew_too() {
    let more = "[replies]\nmode = \"review\"\n";
    let mut line = Line::with(TestStore::sqlite().await, more).await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let headers = "In-Reply-To: <1@chu-nantes.example>\r\n";
    let words = "Vous pouvez me joindre au 02 61 91 00 12.\r\n";
    line.receive(&mail(2, headers, words)).await;
    line.process(900).await;
    let mails = line.mails().await;
    assert_eq!(mails[0].state, MailState::Cancelled);
    assert_eq!(
        (mails[1].state, mails[1].due_at),
        (MailState::Review, at(900))
    );
}

#[tokio::test]
async fn the_forgotten_attachment_joins_without_any_mark_within_the_hold_only() {
    let said = FORGOTTEN;
    for (subject, seconds, who, joins) in [
        ("Subject: Capture\r\n", 60, "", true),
        ("Subject: RE : Cartographie grise\r\n", 60, "", true),
        ("Subject: Capture\r\n", 60, PAUL, false),
        ("Subject: Capture\r\n", 400, "", false),
    ] {
        for mut line in lines().await {
            line.receive(&declaration(1)).await;
            line.process(1).await;
            if seconds > 120 {
                assert_eq!(line.leave(300).await.len(), 1);
            }
            let headers = format!("{subject}{who}");
            line.receive(&picture_mail(2, &headers, said)).await;
            line.process(seconds).await;
            let what = format!("{subject} {seconds} {who}");
            assert_eq!(messages(&line, 1).await, 1 + usize::from(joins), "{what}");
            if joins {
                let mails = live(&line).await;
                assert_eq!(mails.len(), 1, "{what}: {mails:?}");
                assert!(
                    !mails[0].text.contains("copie d’écran"),
                    "{}",
                    mails[0].text
                );
            }
            line.store().close().await;
        }
    }
}

#[tokio::test]
async fn what_was_forgotten_joins_none_of_two_that_wait_and_one_read_with_it() {
    let said = FORGOTTEN;
    let mut line = Line::new().await;
    let other = mail(
        3,
        "Subject: Bandeau\r\n",
        "Le bandeau ne sonne plus depuis 9h.\r\n",
    );
    line.receive_all([declaration(1), other]).await;
    line.process(1).await;
    line.receive(&picture_mail(2, "Subject: Capture\r\n", said))
        .await;
    line.process(2).await;
    assert_eq!((messages(&line, 1).await, messages(&line, 2).await), (1, 1));
    let mut line = Line::new().await;
    let forgotten = picture_mail(2, "Subject: Capture\r\n", said);
    line.receive_all([declaration(1), forgotten]).await;
    line.process(1).await;
    assert_eq!((line.incidents().await, messages(&line, 1).await), (1, 2));
    assert_eq!(live(&line).await.len(), 1);
}

#[tokio::test]
async fn an_answer_reopens_what_was_closed_for_fifteen_days_and_then_follows_it() {
    for (closed, reopens) in [
        (
            "UPDATE incidents SET status = 'closed', closed_at = '2026-11-10T09:00:00+00:00'",
            true,
        ),
        (
            "UPDATE incidents SET status = 'closed', closed_at = '2026-11-08T09:00:00+00:00'",
            false,
        ),
    ] {
        for mut line in lines().await {
            line.receive(&declaration(1)).await;
            line.process(1).await;
            assert_eq!(line.leave(300).await.len(), 1);
            line.alter(closed).await;
            let headers = format!("In-Reply-To: {}\r\n", line.our_message_id().await);
            line.receive(&mail(2, &headers, "Merci beaucoup.\r\n"))
                .await;
            line.process(400).await;
            assert_eq!(
                line.incident(1).await.status,
                Status::Closed,
                "thanks are filed"
            );
            let words = "La carte est de nouveau grise.\r\n";
            line.receive(&mail(3, &headers, words)).await;
            line.process(500).await;
            let old = line.incident(1).await;
            if reopens {
                assert_eq!((old.status, old.closed_at), (Status::ToReview, None));
                assert_eq!((line.incidents().await, messages(&line, 1).await), (1, 3));
            } else {
                assert_eq!(old.status, Status::Closed);
                assert_eq!((line.incidents().await, messages(&line, 1).await), (2, 2));
                assert_eq!(line.incident(2).await.follows, Some(reference(1)));
                assert_eq!(old.followed_by, [reference(2)]);
                assert_eq!(
                    events(&line, 1, EventKind::FollowedBy).await,
                    ["INC-26-00002"]
                );
                assert_eq!(events(&line, 2, EventKind::Follows).await, ["INC-26-00001"]);
            }
            line.store().close().await;
        }
    }
}

#[tokio::test]
async fn an_answer_to_a_merged_incident_goes_to_the_one_that_it_is_part_of() {
    for mut line in lines().await {
        two_open(&mut line).await;
        line.alter(
            "UPDATE incidents SET status = 'merged',
                merged_into = (SELECT id FROM incidents WHERE reference = 'INC-26-00002')
             WHERE reference = 'INC-26-00001'",
        )
        .await;
        let headers = format!("In-Reply-To: {}\r\n", line.our_message_id().await);
        let words = "Rappelez-moi au 02 61 91 00 12.\r\n";
        line.receive(&mail(3, &headers, words)).await;
        // The mark alone, from who is in the merged one only.
        let headers = "Subject: Re: [INC-26-00001]\r\n";
        line.receive(&mail(4, headers, "Toujours grise.\r\n")).await;
        line.process(400).await;
        assert_eq!((messages(&line, 1).await, messages(&line, 2).await), (1, 3));
        assert_eq!(line.incident(1).await.status, Status::Merged);
        line.store().close().await;
    }
}

#[tokio::test]
async fn p_06_another_value_waits_beside_the_old_one_until_a_person_decides() {
    for accepts in [true, false] {
        for mut line in lines().await {
            line.receive(&declaration(1)).await;
            line.process(1).await;
            assert_eq!(line.leave(300).await.len(), 1);
            let ours = line.our_message_id().await;
            let headers = format!("In-Reply-To: {ours}\r\n");
            let number = |number| format!("Vous pouvez me joindre au 02 61 91 00 {number}.\r\n");
            line.receive(&mail(2, &headers, &number(12))).await;
            line.process(400).await;
            let phone = |line: &Line| {
                let store = line.store().clone();
                async move {
                    let incident = store.incident(&reference(1)).await.unwrap().unwrap();
                    (incident.fields[FieldName::Phone].reading.clone(), incident)
                }
            };
            let of = |number: &str| Reading::Present(Value::Phone(format!("+3326191{number}")));
            assert_eq!(phone(&line).await.0, of("0012"));
            // The same said again is no other value; another one is, and once however often.
            for (id, said) in [(3, 12), (4, 99), (5, 99)] {
                line.receive(&mail(id, &headers, &number(said))).await;
                line.process(400 + i64::from(id)).await;
            }
            let (old, incident) = phone(&line).await;
            assert_eq!(old, of("0012"));
            assert_eq!(incident.proposals.len(), 1, "{:?}", incident.proposals);
            let proposal = &incident.proposals[0];
            assert_eq!(Reading::Present(proposal.value.clone()), of("0099"));
            let messages = line.store().messages_of(&reference(1)).await.unwrap();
            assert_eq!(proposal.message, Some(messages[3].id));
            assert!(proposal.evidence.as_ref().unwrap().raw.contains("99"));
            assert!(incident.concerns.contains(&Concern::ProposedChange));
            assert_eq!(events(&line, 1, EventKind::ValueProposed).await, ["phone"]);
            let (store, name) = (line.store(), FieldName::Phone);
            let decided = if accepts {
                store
                    .accept_proposal(&reference(1), name, &By::command(at(500)))
                    .await
            } else {
                store
                    .refuse_proposal(&reference(1), name, &By::command(at(500)))
                    .await
            };
            assert!(decided.unwrap());
            assert!(
                !store
                    .accept_proposal(&reference(1), name, &By::command(at(501)))
                    .await
                    .unwrap()
            );
            let (now, incident) = phone(&line).await;
            assert_eq!(now, of(if accepts { "0099" } else { "0012" }));
            assert!(incident.proposals.is_empty());
            assert!(!incident.concerns.contains(&Concern::ProposedChange));
            let (kind, origin) = if accepts {
                (EventKind::ValueAccepted, ValueOrigin::Agent)
            } else {
                (EventKind::ValueRefused, ValueOrigin::Reply)
            };
            assert_eq!(events(&line, 1, kind).await, ["phone"]);
            assert_eq!(incident.origins[&name], origin);
            line.store().close().await;
        }
    }
}

#[tokio::test]
async fn what_messages_name_is_found_from_both_sides_and_only_in_incidents() {
    use vigie::store::Link;
    for mut line in lines().await {
        let [first, answer, colleague] = conversation();
        line.receive(&answer).await;
        line.process(1).await;
        line.receive_all([first, colleague]).await;
        let ids: Vec<_> = line.messages().await.iter().map(|one| one.id).collect();
        let named = ["1@chu-nantes.example".to_owned()];
        let links = async |message, named: &[String], since| {
            let of = [(message, named, since)];
            let found = line.store().related(&of).await.unwrap().remove(0);
            let found = found.into_iter().map(|one| (one.link, one.message));
            found.collect::<Vec<_>>()
        };
        let early = at(-86_400);
        if line.incidents().await == 1 {
            assert_eq!(links(ids[1], &[], early).await, [(Link::Child, ids[0])]);
            assert_eq!(
                links(ids[2], &named, early).await,
                [(Link::Sibling, ids[0])]
            );
            assert_eq!(links(ids[2], &named, at(9)).await, []);
        }
        assert_eq!(
            links(ids[0], &named, early).await,
            [],
            "the first is not read"
        );
        line.process(2).await;
        assert_eq!(links(ids[0], &named, at(9)).await, [(Link::Parent, ids[1])]);
        line.store().close().await;
    }
}

#[tokio::test]
async fn repl_01_a_mark_is_not_believed_from_a_sender_that_the_server_found_forged() {
    let more = "authserv_id = \"mx.vigie.example\"\n";
    let setup = crate::pipeline::Setup {
        mailbox: more,
        ..crate::pipeline::Setup::default()
    };
    let mut line = Line::set_up(TestStore::sqlite().await, &setup).await;
    line.receive(&declaration(1)).await;
    line.process(1).await;
    for (number, verdict, messages_) in [(2, "fail", 1), (3, "pass", 2)] {
        let headers = format!(
            "Authentication-Results: mx.vigie.example; dmarc={verdict} \
             header.from=chu-nantes.example\r\nSubject: [INC-26-00001]\r\n"
        );
        line.receive(&mail(number, &headers, "La carte est grise encore.\r\n"))
            .await;
        line.process(i64::from(number) * 100).await;
        assert_eq!(messages(&line, 1).await, messages_, "{verdict}");
    }
}
