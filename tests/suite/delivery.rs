//! The deliver loop over a real store: what leaves, when, how often, and what never leaves twice.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::support::smtp_script::{SmtpScript, Step, envelope, opening, say, taken};
use crate::support::stores::{TestStore, at, fetched, mail};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::config::{self, Security};
use vigie::domain::decision::Review;
use vigie::domain::declaration::Kind;
use vigie::domain::field::Fields;
use vigie::domain::outgoing::{MailState, Outgoing, Template};
use vigie::store::{Answer, Answering, Effect, NewIncident, Outcome, Store};
use vigie::transport::{Smtp, Timeouts, Transport};
use vigie::wake::Wake;
use vigie::worker::deliver::{Delivering, Round, round, run};
use vigie::worker::lifecycle::{Lifecycle, LifecycleError, Stopped};

const BOX: &str = "imap:support@mail.example/INBOX";
const DAY: i64 = 24 * 3600;

/// An incident with one mail that is held until `hold`, and its row.
async fn queued(store: &Store, uid: u32, hold: i64, review: Option<Review>) -> i64 {
    let bytes = mail(&format!("{uid}@chu.example"), "La carte reste grise.");
    let batch = [fetched(uid, &bytes)];
    store.record_batch(BOX, None, &batch, at(0)).await.unwrap();
    let claimed = store
        .claim_messages(at(1), TimeDelta::minutes(1), 1)
        .await
        .unwrap();
    let new = NewIncident {
        prefix: "INC".into(),
        year: 2026,
        received_at: at(0),
        addresses: Vec::new(),
        fields: Fields::default(),
        to_ask: Vec::new(),
        major_suspected: false,
        concerns: Vec::new(),
    };
    let answering = Answering {
        address: "claire@samu.example".into(),
        body_hash: "hash".into(),
        decide: Box::new(move |facts| {
            let reference = facts.reference.to_string();
            Answer::Mail(Box::new(Outgoing {
                template: Template::E1,
                sequence: facts.sequence,
                to: "claire@samu.example".into(),
                subject: format!("Re: Carto grise [{reference}]"),
                message_id: format!("<{reference}.1.ff@vigie.example>"),
                envelope_from: "support@vigie.example".into(),
                mime: format!("Subject: {reference}\r\n\r\nBonjour\r\n").into_bytes(),
                text: "Bonjour".into(),
                body_hash: "hash".into(),
                numbers: Vec::new(),
                hold_until: at(hold),
                review,
                reference,
            }))
        }),
    };
    let outcome = Outcome {
        message: claimed[0].id,
        kind: Kind::Declaration,
        reason: String::new(),
        from_address: "claire@samu.example".into(),
        subject: "Carto grise".into(),
        attachments: Vec::new(),
        effect: Effect::Opened(Box::new(new), answering),
    };
    store
        .commit_outcome(&outcome, at(2))
        .await
        .unwrap()
        .mail
        .unwrap()
}

fn parts(store: &Store, transport: Transport) -> Delivering {
    Delivering {
        store: store.clone(),
        transport: Arc::new(transport),
        clock: Clock::Fixed(at(0)),
        wake: Arc::new(Wake::new()),
        max_age: TimeDelta::days(1),
    }
}

fn folder(store: &Store, path: &Path) -> Delivering {
    let path = path.to_path_buf();
    parts(store, Transport::new(&config::Transport::Folder { path }))
}

fn smtp(store: &Store, script: &SmtpScript) -> Delivering {
    let limit = Duration::from_secs(10);
    let server = config::Smtp {
        security: Security::Plain,
        host: "127.0.0.1".to_owned(),
        port: script.port,
        login: None,
        ca_file: None,
    };
    let timeouts = Timeouts {
        connect: limit,
        command: limit,
        data: limit,
    };
    parts(
        store,
        Transport::Smtp(Box::new(Smtp::new(server, timeouts))),
    )
}

/// One round at that second.
async fn step(parts: &Delivering, seconds: i64) -> Round {
    let parts = Delivering {
        clock: Clock::Fixed(at(seconds)),
        ..parts.clone()
    };
    round(&parts, &CancellationToken::new()).await.unwrap()
}

async fn state(store: &Store, id: i64) -> (MailState, String, DateTime<Utc>) {
    let entry = store.outbox_entry(id).await.unwrap().unwrap();
    (entry.state, entry.last_error, entry.due_at)
}

#[tokio::test]
async fn a_mail_leaves_once_and_not_before_its_hold_is_over() {
    let test = TestStore::sqlite().await;
    let sent = tempfile::tempdir().unwrap();
    let id = queued(&test.store, 1, 122, None).await;
    let parts = folder(&test.store, sent.path());
    assert_eq!(step(&parts, 121).await, Round::default());
    assert_eq!(
        step(&parts, 122).await,
        Round {
            sent: 1,
            ..Round::default()
        }
    );
    assert_eq!(step(&parts, 9_999).await, Round::default());
    assert_eq!(state(&test.store, id).await.0, MailState::Sent);
    let file = sent.path().join("INC-26-00001.1.eml");
    assert_eq!(
        std::fs::read(file).unwrap(),
        b"Subject: INC-26-00001\r\n\r\nBonjour\r\n"
    );
}

#[tokio::test]
async fn a_cancelled_mail_never_leaves_and_a_released_one_does() {
    let test = TestStore::sqlite().await;
    let sent = tempfile::tempdir().unwrap();
    let (one, two) = (
        queued(&test.store, 1, 122, None).await,
        queued(&test.store, 2, 2, Some(Review::SameBody)).await,
    );
    let parts = folder(&test.store, sent.path());
    assert!(test.store.cancel(one, at(121)).await.unwrap());
    assert_eq!(step(&parts, 200).await, Round::default());
    // However late a person releases it, it leaves.
    assert!(test.store.release(two, at(9 * DAY)).await.unwrap());
    assert_eq!(
        step(&parts, 9 * DAY).await,
        Round {
            sent: 1,
            ..Round::default()
        }
    );
    assert_eq!(state(&test.store, one).await.0, MailState::Cancelled);
    assert_eq!(state(&test.store, two).await.0, MailState::Sent);
}

#[tokio::test]
async fn a_mail_that_waited_a_day_waits_for_a_person() {
    let test = TestStore::sqlite().await;
    let sent = tempfile::tempdir().unwrap();
    let id = queued(&test.store, 1, 122, None).await;
    let parts = folder(&test.store, sent.path());
    let after = step(&parts, DAY + 10).await;
    assert_eq!(
        after,
        Round {
            set_back: 1,
            ..Round::default()
        }
    );
    assert_eq!(state(&test.store, id).await.0, MailState::Review);
    assert_eq!(std::fs::read_dir(sent.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_greylisted_mail_is_tried_again_after_minutes_and_leaves_once() {
    let test = TestStore::sqlite().await;
    let later = vec![
        Step::Hear("MAIL"),
        say("250 ok"),
        Step::Hear("RCPT"),
        say("451 4.7.1 later"),
        Step::Hear("QUIT"),
    ];
    let script = SmtpScript::start(vec![
        [opening(), later].concat(),
        [opening(), taken()].concat(),
    ])
    .await;
    let id = queued(&test.store, 1, 2, None).await;
    let parts = smtp(&test.store, &script);
    assert_eq!(
        step(&parts, 10).await,
        Round {
            postponed: 1,
            ..Round::default()
        }
    );
    let (waiting, error, due) = state(&test.store, id).await;
    assert_eq!(
        (waiting, error.as_str(), due),
        (MailState::Queued, "rcpt 451", at(130))
    );
    assert_eq!(step(&parts, 129).await, Round::default());
    assert_eq!(
        step(&parts, 130).await,
        Round {
            sent: 1,
            ..Round::default()
        }
    );
    assert_eq!(script.mails().len(), 1);
    script.finished().await;
}

#[tokio::test]
async fn a_mail_that_never_leaves_is_given_up_after_three_days() {
    let test = TestStore::sqlite().await;
    let script = SmtpScript::start(vec![]).await;
    let id = queued(&test.store, 1, 2, None).await;
    // A person released it, so that its age does not stop it first.
    test.store.release(id, at(2)).await.unwrap();
    let parts = smtp(&test.store, &script);
    let (mut tries, mut last_due) = (0, at(2));
    loop {
        let (state, error, due) = state(&test.store, id).await;
        if state == MailState::Failed {
            assert_eq!(error, "given up: connect refused");
            break;
        }
        assert!(due >= last_due && tries < 100, "{tries}");
        last_due = due;
        step(&parts, (due - at(0)).num_seconds()).await;
        tries += 1;
    }
    assert!((60..90).contains(&tries), "{tries}");
    assert!(last_due > at(3 * DAY - 3 * 3600) && last_due < at(3 * DAY + 60));
}

#[tokio::test]
async fn a_closed_way_out_ends_the_round() {
    let test = TestStore::sqlite().await;
    let script = SmtpScript::start(vec![]).await;
    for uid in 1..=3 {
        queued(&test.store, uid, 2, None).await;
    }
    let after = step(&smtp(&test.store, &script), 10).await;
    assert_eq!(
        after,
        Round {
            postponed: 1,
            is_blocked: true,
            ..Round::default()
        }
    );
}

#[tokio::test]
async fn a_refused_mail_is_shown_and_the_next_one_leaves() {
    let test = TestStore::sqlite().await;
    let refused = vec![
        Step::Hear("MAIL"),
        say("250 ok"),
        Step::Hear("RCPT"),
        say("550 5.1.1 no such user"),
        Step::Hear("QUIT"),
    ];
    let script = SmtpScript::start(vec![
        [opening(), refused].concat(),
        [opening(), taken()].concat(),
    ])
    .await;
    let (one, two) = (
        queued(&test.store, 1, 2, None).await,
        queued(&test.store, 2, 2, None).await,
    );
    let after = step(&smtp(&test.store, &script), 10).await;
    assert_eq!(
        after,
        Round {
            failed: 1,
            sent: 1,
            ..Round::default()
        }
    );
    let states = [state(&test.store, one).await, state(&test.store, two).await];
    assert!(
        states
            .iter()
            .any(|(state, error, _)| *state == MailState::Failed && error == "rcpt 550")
    );
    assert!(states.iter().any(|(state, ..)| *state == MailState::Sent));
    script.finished().await;
}

#[tokio::test]
async fn a_mail_in_doubt_is_not_sent_again_by_itself() {
    let test = TestStore::sqlite().await;
    let cut = [opening(), envelope(), vec![Step::Mail]].concat();
    let script = SmtpScript::start(vec![cut]).await;
    let id = queued(&test.store, 1, 2, None).await;
    let parts = smtp(&test.store, &script);
    assert_eq!(
        step(&parts, 10).await,
        Round {
            in_doubt: 1,
            ..Round::default()
        }
    );
    for seconds in [1_000, DAY, 5 * DAY] {
        assert_eq!(step(&parts, seconds).await, Round::default());
    }
    assert_eq!(state(&test.store, id).await.0, MailState::InDoubt);
    assert_eq!(script.mails().len(), 1);
}

#[tokio::test]
async fn a_crash_while_sending_leaves_a_mail_in_doubt_and_one_before_it_does_not() {
    let mut test = TestStore::sqlite().await;
    let sent = tempfile::tempdir().unwrap();
    let (one, two) = (
        queued(&test.store, 1, 2, None).await,
        queued(&test.store, 2, 2, None).await,
    );
    let lease = TimeDelta::minutes(45);
    let claimed = test
        .store
        .claim_outbox(at(10), TimeDelta::minutes(2), 2)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 2);
    assert!(test.store.mark_sending(one, at(11), lease).await.unwrap());
    test.reopen().await;
    let parts = folder(&test.store, sent.path());
    assert_eq!(step(&parts, 100).await, Round::default());
    assert_eq!(
        step(&parts, 200).await,
        Round {
            sent: 1,
            ..Round::default()
        }
    );
    assert_eq!(
        step(&parts, 46 * 60).await,
        Round {
            in_doubt: 1,
            ..Round::default()
        }
    );
    assert_eq!(state(&test.store, one).await.0, MailState::InDoubt);
    assert_eq!(state(&test.store, two).await.0, MailState::Sent);
}

#[tokio::test]
async fn a_stop_between_two_mails_leaves_the_second_for_the_next_start() {
    let test = TestStore::sqlite().await;
    let sent = tempfile::tempdir().unwrap();
    queued(&test.store, 1, 2, None).await;
    let parts = Delivering {
        clock: Clock::Fixed(at(10)),
        ..folder(&test.store, sent.path())
    };
    let token = CancellationToken::new();
    token.cancel();
    assert_eq!(round(&parts, &token).await.unwrap(), Round::default());
    assert_eq!(
        step(&parts, 11).await,
        Round {
            sent: 1,
            ..Round::default()
        }
    );
}

/// A service whose only loop delivers, with a server that took the mail and has not answered yet:
/// the service was told to stop when the server got the final dot.
struct Stopping {
    test: TestStore,
    id: i64,
    script: SmtpScript,
    answer: Arc<Notify>,
    service: JoinHandle<Result<Stopped, LifecycleError>>,
}

async fn stopped_after_the_dot() -> Stopping {
    let test = TestStore::sqlite().await;
    let answer = Arc::new(Notify::new());
    let slow = vec![
        Step::Mail,
        Step::Wait(Arc::clone(&answer)),
        say("250 2.0.0 queued"),
        Step::Hear("QUIT"),
    ];
    let script = SmtpScript::start(vec![[opening(), envelope(), slow].concat()]).await;
    let id = queued(&test.store, 1, 2, None).await;
    let parts = Delivering {
        clock: Clock::Fixed(at(10)),
        ..smtp(&test.store, &script)
    };
    let transport = Arc::clone(&parts.transport);
    let mut life = Lifecycle::new(CancellationToken::new());
    let token = life.token();
    let owing = Arc::clone(&transport);
    life.hold_while(move || owing.is_owed_an_answer());
    life.start("deliver", run(parts, token.clone()));
    let service = tokio::spawn(life.run());
    while script.mails().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(transport.is_owed_an_answer());
    token.cancel();
    Stopping {
        test,
        id,
        script,
        answer,
        service,
    }
}

#[tokio::test]
async fn a_stop_waits_for_the_answer_that_a_server_still_owes() {
    let stopping = stopped_after_the_dot().await;
    assert!(!stopping.service.is_finished());
    stopping.answer.notify_one();
    let ended = stopping.service.await.unwrap();
    assert_eq!(ended.unwrap(), Stopped::Finished);
    assert_eq!(
        state(&stopping.test.store, stopping.id).await.0,
        MailState::Sent
    );
    stopping.script.finished().await;
}
