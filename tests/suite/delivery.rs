//! The deliver loop over a real store: what leaves, when, how often, and what never leaves twice.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::smtp_script::{SmtpScript, SmtpSink, Step, envelope, opening, say, taken};
use crate::support::still::Still;
use crate::support::stores::{TestStore, at, entry_of, fetched, mail};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::config::{self, Security};
use vigie::domain::account::By;
use vigie::domain::decision::Review;
use vigie::domain::declaration::Kind;
use vigie::domain::field::Fields;
use vigie::domain::history::EventKind;
use vigie::domain::incident::Concern;
use vigie::domain::outgoing::{Claim, MailState, Outgoing, Template};
use vigie::domain::timer::Delays;
use vigie::metrics::SendingHealth;
use vigie::store::{Answer, Answering, Deadlines, Effect, NewIncident, Outcome, Store};
use vigie::transport::{Smtp, Timeouts, Transport};
use vigie::wake::Wake;
use vigie::worker::deliver::{Delivering, Round, round, run};
use vigie::worker::lifecycle::{Lifecycle, LifecycleError, Stopped};
use vigie::worker::pace::Pace;
use vigie::worker::settle::Unsettled;

const BOX: &str = "imap:support@mail.example/INBOX";
const DAY: i64 = 24 * 3600;

fn mime(reference: &str) -> Vec<u8> {
    format!(
        "Subject: {reference}\r\nMessage-ID: <{reference}.1.ff@vigie.example>\r\n\r\nBonjour\r\n"
    )
    .into_bytes()
}

/// Both databases, empty.
async fn both() -> [TestStore; 2] {
    [TestStore::sqlite().await, TestStore::postgres().await]
}

/// An incident with one mail that is held until `hold`, and its row.
async fn queued(store: &Store, uid: u32, hold: i64, review: Option<Review>) -> i64 {
    queued_to("claire@samu.example", store, uid, hold, review).await
}

/// The same to somebody else.
async fn queued_to(
    to: &'static str,
    store: &Store,
    uid: u32,
    hold: i64,
    review: Option<Review>,
) -> i64 {
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
        ..NewIncident::default()
    };
    let answering = Answering {
        address: to.into(),
        body_hash: "hash".into(),
        alike: None,
        decide: Box::new(move |facts| {
            let reference = facts.reference.to_string();
            Answer::Mail(Box::new(Outgoing {
                template: Template::E1,
                sequence: facts.sequence,
                to: to.into(),
                subject: format!("Re: Carto grise [{reference}]"),
                message_id: format!("<{reference}.1.ff@vigie.example>"),
                envelope_from: "support@vigie.example".into(),
                mime: mime(&reference),
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
        text: String::new(),
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
        delays: Delays::default(),
        health: Arc::new(SendingHealth::default()),
        unsettled: Unsettled::default(),
    }
}

fn folder(store: &Store, path: &Path) -> Delivering {
    let path = path.to_path_buf();
    parts(store, Transport::new(&config::Transport::Folder { path }))
}

fn smtp(store: &Store, script: &SmtpScript) -> Delivering {
    to_port(store, script.port)
}

fn to_port(store: &Store, port: u16) -> Delivering {
    let limit = Duration::from_secs(10);
    let server = config::Smtp {
        security: Security::Plain,
        host: "127.0.0.1".to_owned(),
        port,
        login: None,
        ca_file: None,
    };
    let timeouts = Timeouts {
        connect: limit,
        command: limit,
        data: limit,
        answer: limit,
    };
    parts(
        store,
        Transport::Smtp(Box::new(Smtp::new(server, timeouts))),
    )
}

/// The steps of a mail to its recipient, who is answered so.
fn to_recipient(line: &str) -> Vec<Step> {
    vec![
        Step::Hear("MAIL"),
        say("250 ok"),
        Step::Hear("RCPT"),
        say(line),
    ]
}

/// Waits until this is so; the suite's own hang guard ends it otherwise.
async fn until(mut so: impl AsyncFnMut() -> bool) {
    while !so().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Exactly one mail left.
fn one_sent() -> Round {
    Round {
        sent: 1,
        ..Round::default()
    }
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
    let entry = entry_of(store, id).await.unwrap();
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
    assert_eq!(std::fs::read(file).unwrap(), mime("INC-26-00001"));
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
    assert!(test.store.cancel(one, &By::command(at(121))).await.unwrap());
    assert_eq!(step(&parts, 200).await, Round::default());
    // However late a person releases it, it leaves.
    assert!(
        test.store
            .release(two, &By::command(at(9 * DAY)))
            .await
            .unwrap()
    );
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
async fn snd_02_a_greylisted_mail_is_tried_again_after_minutes_and_leaves_once() {
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
async fn snd_03_a_mail_put_off_for_five_days_is_given_up_after_three_and_its_incident_says_so() {
    for test in both().await {
        let sink = SmtpSink::start(true).await;
        sink.say_to_recipients("451 4.7.1 later");
        let (id, unreleased) = (
            queued(&test.store, 1, 2, None).await,
            queued(&test.store, 2, 2, None).await,
        );
        // A person released it, so that its age does not stop it first.
        test.store.release(id, &By::command(at(2))).await.unwrap();
        let parts = to_port(&test.store, sink.port);
        let (mut tries, mut last_due) = (0, at(2));
        loop {
            let (state, error, due) = state(&test.store, id).await;
            if state == MailState::Failed {
                assert_eq!(error, "given up: rcpt 451");
                break;
            }
            assert!(due >= last_due && tries < 100, "{tries}");
            last_due = due;
            step(&parts, (due - at(0)).num_seconds()).await;
            tries += 1;
        }
        assert!((60..90).contains(&tries), "{tries}");
        assert!(last_due > at(3 * DAY - 3 * 3600) && last_due < at(3 * DAY + 60));
        for second in [4 * DAY, 5 * DAY] {
            assert_eq!(step(&parts, second).await, Round::default());
        }
        // The other one waits for a person since its first day was over; nobody was told of either.
        assert_eq!(state(&test.store, unreleased).await.0, MailState::Review);
        for line in test.store.list_incidents(None, 9).await.unwrap() {
            assert_eq!(line.concerns, [Concern::NotTold]);
        }
        assert_eq!(test.store.counts().await.unwrap().for_person, 2);
        assert!(sink.mails().is_empty());
    }
}

#[tokio::test]
async fn snd_01_after_six_hours_of_a_closed_server_each_mail_leaves_once_within_ten_minutes() {
    for test in both().await {
        let sink = SmtpSink::start(false).await;
        for uid in 1..=3 {
            queued(&test.store, uid, 2, None).await;
        }
        let parts = to_port(&test.store, sink.port);
        let (mut pace, mut now, mut connects) = (Pace::default(), 10, Vec::new());
        let open = 6 * 3600;
        let mut is_open = false;
        // As the loop does it: a round, then the wait that follows from it.
        while sink.mails().len() < 3 {
            if now >= open && !is_open {
                sink.open();
                is_open = true;
            }
            let before = sink.connects();
            let done = Ok(step(&parts, now).await);
            if sink.connects() > before && !is_open {
                assert_eq!(sink.connects(), before + 1, "one connection a round");
                connects.push(now);
            }
            let due = test.store.next_due().await.unwrap();
            let next = due.map(|due| (due - at(now)).to_std().unwrap_or_default());
            let wait = pace.after(&done, next);
            now += i64::try_from(wait.as_secs()).unwrap().max(1);
            assert!(now < open + 600, "not caught up");
            // Whatever becomes of the mails, their incidents are there.
            assert_eq!(test.store.counts().await.unwrap().incidents, 3);
        }
        assert!((60..90).contains(&connects.len()), "{}", connects.len());
        let apart: Vec<i64> = connects.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(apart.is_sorted(), "{apart:?}");
        assert_eq!(*apart.last().unwrap(), 300);
        for mail in test.store.list_outbox(None, None, 9).await.unwrap() {
            // None of the tries was the mail's own fault.
            assert_eq!((mail.state, mail.attempts), (MailState::Sent, 1));
        }
        step(&parts, now + 10_000).await;
        assert_eq!(sink.mails().len(), 3);
    }
}

#[tokio::test]
async fn snd_01_a_closed_server_is_tried_once_in_five_seconds_however_many_mails_wait_or_come() {
    let test = TestStore::sqlite().await;
    let sink = SmtpSink::start(false).await;
    for uid in 1..=3 {
        queued(&test.store, uid, 2, None).await;
    }
    let parts = Delivering {
        clock: Clock::Fixed(at(10)),
        ..to_port(&test.store, sink.port)
    };
    let (health, wake) = (Arc::clone(&parts.health), Arc::clone(&parts.wake));
    let still = Still::begin();
    let token = CancellationToken::new();
    let running = tokio::spawn(run(parts, token.clone()));
    let tries = || health.state().failure.map_or(0, |failure| failure.tries);
    still.until(|| tries() == 1).await;
    for _ in 0..20 {
        wake.wake();
        std::thread::sleep(Duration::from_millis(2));
        still.advance(Duration::from_millis(100)).await;
    }
    assert_eq!((tries(), sink.connects()), (1, 1));
    still.advance(Duration::from_secs(4)).await;
    still.until(|| tries() == 2).await;
    assert_eq!(sink.connects(), 2);
    token.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn snd_01_a_closed_way_out_ends_the_round() {
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
async fn snd_10_one_refused_recipient_is_shown_and_keeps_no_other_from_the_mail() {
    for test in both().await {
        let refused = [
            to_recipient("550 5.1.1 no such user"),
            vec![Step::Hear("QUIT")],
        ]
        .concat();
        let script = SmtpScript::start(vec![
            [opening(), refused].concat(),
            [opening(), taken()].concat(),
        ])
        .await;
        let (one, two) = (
            queued_to("nobody@samu.example", &test.store, 1, 2, None).await,
            queued(&test.store, 2, 2, None).await,
        );
        let parts = smtp(&test.store, &script);
        let after = step(&parts, 10).await;
        assert_eq!(
            after,
            Round {
                failed: 1,
                sent: 1,
                ..Round::default()
            }
        );
        let (failed, error, _) = state(&test.store, one).await;
        assert_eq!((failed, error.as_str()), (MailState::Failed, "rcpt 550"));
        assert_eq!(state(&test.store, two).await.0, MailState::Sent);
        for second in [200, DAY] {
            assert_eq!(step(&parts, second).await, Round::default());
        }
        let concerns: Vec<_> = test
            .store
            .list_incidents(None, 9)
            .await
            .unwrap()
            .into_iter()
            .map(|line| (line.reference.to_string(), line.concerns))
            .collect();
        assert!(concerns.contains(&("INC-26-00001".into(), vec![Concern::Bounced])));
        assert!(concerns.contains(&("INC-26-00002".into(), vec![])));
        script.finished().await;
    }
}

#[tokio::test]
async fn snd_04_a_server_that_wants_a_login_turns_sending_red_until_it_takes_a_mail() {
    let test = TestStore::sqlite().await;
    let wants_login = [
        opening(),
        vec![
            Step::Hear("MAIL"),
            say("530 5.7.0 log in"),
            Step::Hear("QUIT"),
        ],
    ]
    .concat();
    let script = SmtpScript::start(vec![
        wants_login.clone(),
        wants_login,
        [opening(), taken(), taken()].concat(),
    ])
    .await;
    for uid in 1..=2 {
        queued(&test.store, uid, 2, None).await;
    }
    let parts = smtp(&test.store, &script);
    let waiting = async |second: i64| {
        let deadlines = Deadlines {
            now: at(second),
            read: at(second),
            sent: at(second),
        };
        let vitals = test.store.vitals(BOX, deadlines).await.unwrap();
        (vitals.unsent, vitals.unsent_since)
    };
    for (second, tries) in [(10, 1), (20, 2)] {
        // The second mail is not even tried.
        let blocked = Round {
            postponed: 1,
            is_blocked: true,
            ..Round::default()
        };
        assert_eq!(step(&parts, second).await, blocked);
        let state = parts.health.state();
        let failure = state.failure.unwrap();
        assert_eq!((failure.since, failure.tries), (at(10), tries));
        assert_eq!(failure.kind, "mail");
        assert_eq!(waiting(second).await, (2, Some(at(2))));
        assert_eq!(state.last_success, None);
    }
    // One connection here, so one mail a round.
    let first = test.store.list_outbox(None, None, 1).await.unwrap()[0].id;
    assert!(
        test.store
            .cancel(first, &By::command(at(21)))
            .await
            .unwrap()
    );
    assert_eq!(step(&parts, 30).await, one_sent());
    let state = parts.health.state();
    assert_eq!((state.failure, state.last_success), (None, Some(at(30))));
    assert_eq!(waiting(30).await, (0, None));
}

#[tokio::test]
async fn snd_06_a_mail_cut_before_its_final_dot_is_sent_again_and_arrives_once() {
    for test in both().await {
        let cut = [opening(), envelope(), vec![Step::Bytes(20)]].concat();
        let script = SmtpScript::start(vec![cut, [opening(), taken()].concat()]).await;
        let id = queued(&test.store, 1, 2, None).await;
        let parts = smtp(&test.store, &script);
        let postponed = Round {
            postponed: 1,
            ..Round::default()
        };
        assert_eq!(step(&parts, 10).await, postponed);
        assert_eq!(step(&parts, 130).await, one_sent());
        assert_eq!(state(&test.store, id).await.0, MailState::Sent);
        assert_eq!(script.mails(), [mime("INC-26-00001")]);
        script.finished().await;
    }
}

#[tokio::test]
async fn snd_07_a_person_sends_a_mail_in_doubt_again_under_the_same_message_id() {
    for test in both().await {
        let cut = [opening(), envelope(), vec![Step::Mail]].concat();
        let script = SmtpScript::start(vec![cut, [opening(), taken()].concat()]).await;
        let id = queued(&test.store, 1, 2, None).await;
        let parts = smtp(&test.store, &script);
        assert_eq!(step(&parts, 10).await.in_doubt, 1);
        let entry = entry_of(&test.store, id).await.unwrap();
        assert_eq!(entry.sending_since, Some(at(10)));
        // Nobody repeats it by the word « release ».
        assert!(!test.store.release(id, &By::command(at(20))).await.unwrap());
        assert!(
            test.store
                .resend(id, &By::command(at(9 * DAY)))
                .await
                .unwrap()
        );
        assert_eq!(step(&parts, 9 * DAY).await, one_sent());
        let mails = script.mails();
        assert_eq!(mails, [mime("INC-26-00001"), mime("INC-26-00001")]);
        let history = test.store.history(&entry.reference).await.unwrap();
        assert!(
            history
                .iter()
                .any(|event| event.kind == EventKind::MailResent && event.mail == Some(id))
        );
        script.finished().await;
    }
}

#[tokio::test]
async fn snd_07_a_mail_in_doubt_is_not_sent_again_by_itself() {
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
async fn snd_09_a_kill_while_sending_leaves_a_mail_in_doubt_and_one_before_it_does_not() {
    for mut test in both().await {
        let sent = tempfile::tempdir().unwrap();
        let (one, two) = (
            queued(&test.store, 1, 2, None).await,
            queued(&test.store, 2, 2, None).await,
        );
        let claimed = test
            .store
            .claim_outbox(at(10), TimeDelta::minutes(2), 2)
            .await
            .unwrap();
        assert_eq!(claimed.len(), 2);
        let begun = test
            .store
            .mark_sending(claimed[0].claim, at(11), TimeDelta::minutes(45));
        assert!(begun.await.unwrap());
        test.reopen().await;
        let parts = folder(&test.store, sent.path());
        assert_eq!(step(&parts, 100).await, Round::default());
        assert_eq!(step(&parts, 200).await, one_sent());
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
}

#[tokio::test]
async fn snd_09_where_one_process_serves_a_file_its_start_settles_what_the_last_one_left() {
    let test = TestStore::sqlite().await;
    let sent = tempfile::tempdir().unwrap();
    let (one, two) = (
        queued(&test.store, 1, 2, None).await,
        queued(&test.store, 2, 2, None).await,
    );
    let long = TimeDelta::hours(1);
    let claimed = test.store.claim_outbox(at(10), long, 2).await.unwrap();
    let begun = test.store.mark_sending(claimed[0].claim, at(11), long);
    assert!(begun.await.unwrap());
    test.store.close().await;
    let opened = Store::open_to_serve(&test.url).await.unwrap();
    let store = opened.join(at(12)).await.unwrap();
    let parts = Delivering {
        clock: Clock::Fixed(at(12)),
        ..folder(&store, sent.path())
    };
    let token = CancellationToken::new();
    let running = tokio::spawn(run(parts, token.clone()));
    until(async || state(&store, two).await.0 == MailState::Sent).await;
    let entry = entry_of(&store, one).await.unwrap();
    assert_eq!(entry.state, MailState::InDoubt);
    // The row says « sending since ».
    assert_eq!(entry.sending_since, Some(at(11)));
    token.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_before_the_final_dot_leaves_nothing_in_doubt() {
    for (steps, heard) in [(2, 2), (4, 3), (6, 4)] {
        for test in both().await {
            let mut session = [opening(), envelope()].concat();
            session.truncate(opening().len() + steps - 1);
            session.push(Step::Stall);
            let script = SmtpScript::start(vec![session]).await;
            let id = queued(&test.store, 1, 2, None).await;
            let parts = Delivering {
                clock: Clock::Fixed(at(10)),
                ..smtp(&test.store, &script)
            };
            let token = CancellationToken::new();
            let running = tokio::spawn(run(parts, token.clone()));
            until(async || script.heard().len() == heard).await;
            token.cancel();
            running.await.unwrap().unwrap();
            let entry = entry_of(&test.store, id).await.unwrap();
            assert_eq!((entry.state, entry.attempts), (MailState::Queued, 0));
            // The next start sends it at once.
            let due = test
                .store
                .claim_outbox(at(11), TimeDelta::minutes(2), 2)
                .await;
            assert_eq!(due.unwrap().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_mail_that_somebody_else_settled_meanwhile_does_not_stop_the_loop() {
    for test in both().await {
        let answer = Arc::new(Notify::new());
        let slow = vec![
            Step::Mail,
            Step::Wait(Arc::clone(&answer)),
            say("250 2.0.0 queued"),
        ];
        let script = SmtpScript::start(vec![[opening(), envelope(), slow, taken()].concat()]).await;
        let first = queued(&test.store, 1, 2, None).await;
        let parts = smtp(&test.store, &script);
        let sending = async {
            until(async || !script.mails().is_empty()).await;
            // As if our own COMMIT had landed and only its answer was lost.
            let claim = Claim {
                mail: first,
                number: 1,
            };
            test.store.mark_sent(claim, &[], at(11)).await.unwrap();
            answer.notify_one();
        };
        let (done, ()) = tokio::join!(step(&parts, 10), sending);
        assert_eq!(done, Round::default());
        queued(&test.store, 2, 2, None).await;
        assert_eq!(step(&parts, 20).await, one_sent());
        assert_eq!(state(&test.store, first).await.0, MailState::Sent);
        script.finished().await;
    }
}

#[tokio::test]
async fn what_a_server_answered_is_kept_until_the_store_takes_it() {
    let test = TestStore::postgres().await;
    let answer = Arc::new(Notify::new());
    let slow = vec![
        Step::Mail,
        Step::Wait(Arc::clone(&answer)),
        say("250 2.0.0 queued"),
    ];
    let script = SmtpScript::start(vec![[opening(), envelope(), slow].concat()]).await;
    let id = queued(&test.store, 1, 2, None).await;
    let parts = Delivering {
        clock: Clock::Fixed(at(10)),
        ..smtp(&test.store, &script)
    };
    let failing = async {
        until(async || !script.mails().is_empty()).await;
        // From now on its connections can't write.
        test.alter(READ_ONLY).await;
        answer.notify_one();
    };
    let token = CancellationToken::new();
    let (done, ()) = tokio::join!(round(&parts, &token), failing);
    assert!(done.unwrap_err().is_transient());
    assert!(!parts.unsettled.is_empty());
    // Nothing else leaves before it is written down.
    assert!(round(&parts, &token).await.unwrap_err().is_transient());
    test.alter(WRITABLE).await;
    until(async || match round(&parts, &token).await {
        Ok(done) => {
            assert_eq!(done, one_sent());
            true
        }
        Err(error) => {
            assert!(error.is_transient(), "{error:?}");
            false
        }
    })
    .await;
    assert!(parts.unsettled.is_empty());
    assert_eq!(state(&test.store, id).await.0, MailState::Sent);
    assert_eq!(script.mails().len(), 1);
}

/// A server that comes back read-only, as after a failover to a replica, and whole again.
const READ_ONLY: &str = "DO $$ BEGIN EXECUTE format(
        'ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'vigie' AND datname = current_database()";
const WRITABLE: &str = "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format(
        'ALTER DATABASE %I SET default_transaction_read_only = off', current_database()); END $$; COMMIT;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'vigie' AND datname = current_database()";

#[tokio::test]
async fn several_mails_leave_at_once_each_one_time() {
    for test in both().await {
        let sink = SmtpSink::start(true).await;
        for uid in 1..=24 {
            queued(&test.store, uid, 2, None).await;
        }
        let done = step(&to_port(&test.store, sink.port), 10).await;
        assert_eq!(
            done,
            Round {
                sent: 24,
                ..Round::default()
            }
        );
        let mut mails = sink.mails();
        mails.sort();
        let expected: Vec<_> = (1..=24).map(|n| mime(&format!("INC-26-{n:05}"))).collect();
        assert_eq!(mails, expected);
        assert!(
            (2..=6).contains(&sink.most_at_once()),
            "{}",
            sink.most_at_once()
        );
        assert!(sink.connects() <= 6, "{}", sink.connects());
    }
}

/// A clock that this test moves.
fn stepped(seconds: i64) -> (Clock, impl Fn(i64)) {
    let instant: &'static Mutex<DateTime<Utc>> = Box::leak(Box::new(Mutex::new(at(seconds))));
    let set = move |seconds| *instant.lock().unwrap() = at(seconds);
    (Clock::Stepped(instant), set)
}

#[tokio::test]
async fn snd_15_a_clock_that_jumps_a_day_while_a_mail_leaves_sends_none_twice() {
    for jump in [-DAY, DAY] {
        // Before the recipient is answered, and after the final dot.
        for steps in [3, 7] {
            for test in both().await {
                let answer = Arc::new(Notify::new());
                let mut session = [opening(), taken()].concat();
                session.insert(opening().len() + steps, Step::Wait(Arc::clone(&answer)));
                let script = SmtpScript::start(vec![session]).await;
                let id = queued(&test.store, 1, 2, None).await;
                let (clock, set) = stepped(10);
                let parts = Delivering {
                    clock,
                    ..smtp(&test.store, &script)
                };
                let jumping = async {
                    let lines = if steps == 3 { 3 } else { 4 };
                    until(async || script.heard().len() >= lines).await;
                    if steps == 7 {
                        until(async || !script.mails().is_empty()).await;
                    }
                    set(10 + jump);
                    answer.notify_one();
                };
                let token = CancellationToken::new();
                let (done, ()) = tokio::join!(round(&parts, &token), jumping);
                assert_eq!(done.unwrap(), one_sent(), "{jump} {steps}");
                // Right or wrong again, it stays sent.
                for seconds in [11, 10 + jump, 2 * DAY, 5 * DAY] {
                    set(seconds);
                    let done = round(&parts, &token).await.unwrap();
                    assert_eq!(done, Round::default(), "{jump} {steps} {seconds}");
                }
                assert_eq!(state(&test.store, id).await.0, MailState::Sent);
                assert_eq!(script.mails().len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn snd_15_two_instances_a_day_apart_send_a_mail_once() {
    // The one whose clock is a day ahead takes the other's lease for over.
    for steps in [3, 7] {
        let test = TestStore::postgres().await;
        let answer = Arc::new(Notify::new());
        let mut session = [opening(), taken()].concat();
        session.insert(opening().len() + steps, Step::Wait(Arc::clone(&answer)));
        if steps == 3 {
            session.truncate(opening().len() + 5);
            session.push(Step::Hear("QUIT"));
        }
        let script = SmtpScript::start(vec![session]).await;
        let sink = SmtpSink::start(true).await;
        let id = queued(&test.store, 1, 2, None).await;
        // A person released it: its age counts nowhere.
        assert!(test.store.release(id, &By::command(at(2))).await.unwrap());
        let (here, ahead) = (smtp(&test.store, &script), to_port(&test.store, sink.port));
        let meanwhile = async {
            let lines = if steps == 3 { 3 } else { 4 };
            until(async || script.heard().len() >= lines).await;
            if steps == 7 {
                until(async || !script.mails().is_empty()).await;
            }
            let done = step(&ahead, 10 + DAY).await;
            answer.notify_one();
            done
        };
        let (done, there) = tokio::join!(step(&here, 10), meanwhile);
        if steps == 3 {
            // Not begun here: it leaves there, and here it is withdrawn before DATA.
            assert_eq!((done, there), (Round::default(), one_sent()));
        } else {
            // Begun here: there it is in doubt, until its answer comes.
            assert_eq!((done, there.in_doubt), (one_sent(), 1));
        }
        assert_eq!(script.mails().len() + sink.mails().len(), 1);
        assert_eq!(state(&test.store, id).await.0, MailState::Sent);
        assert_eq!(step(&ahead, 10 + 2 * DAY).await, Round::default());
    }
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
    let mut life = Lifecycle::new(CancellationToken::new()).unwrap();
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
