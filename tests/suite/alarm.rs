//! The alarm: what goes wrong is told once, by mail and by webhook, and clears by itself.

use std::cell::RefCell;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use sqlx::{Connection as _, SqliteConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::config::{self, AlarmMail, Security};
use vigie::desk::alarm::Caller;
use vigie::desk::health::{Health, Settings};
use vigie::domain::health::Subject;
use vigie::mailbox::Mailbox;
use vigie::mailbox::imap::Limits;
use vigie::store::{Deadlines, Store};
use vigie::wake::Wake;
use vigie::worker::fetch::{self, Fetching};
use vigie::worker::watch::{self, Round, Watching};

use crate::support::imap_script::{Act, Server};
use crate::support::service::Service;
use crate::support::smtp_script::{SmtpScript, Step, opening, say};
use crate::support::stores::{TestStore, at, fetched, mail};

const NAME: &str = "imap:box@vigie.example@127.0.0.1/INBOX";
const KEY: &[u8] = b"a key of thirty-two bytes, so so";

/// How often the mailbox is looked at, in seconds: the alarm looks twice as often.
const POLL: i64 = 30;

/// A receiver of webhooks that writes down what came.
struct Receiver {
    port: u16,
    hits: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// It answers with these statuses, the last one again and again.
    async fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let hits: Arc<Mutex<Vec<String>>> = Arc::default();
        let there = hits.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"}}") {
                    if stream.read_buf(&mut request).await.unwrap() == 0 {
                        break;
                    }
                }
                let status = {
                    let mut hits = there.lock().unwrap();
                    hits.push(String::from_utf8(request).unwrap());
                    statuses[(hits.len() - 1).min(statuses.len() - 1)]
                };
                let answer = format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { port, hits }
    }

    fn hits(&self) -> Vec<String> {
        self.hits.lock().unwrap().clone()
    }

    fn config(&self) -> config::Webhook {
        config::Webhook {
            tls: false,
            host: "127.0.0.1".to_owned(),
            port: self.port,
            target: "/alarme?de=vigie".to_owned(),
            key: KEY.to_vec(),
            ca_file: None,
            private: vec!["127.0.0.1".to_owned()],
        }
    }
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let mut lines = request.lines();
    lines
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap()
}

/// One mail to the operator, taken.
fn operator() -> Vec<Step> {
    let mail = vec![
        Step::Hear("MAIL FROM:<support@vigie.example>"),
        say("250 ok"),
        Step::Hear("RCPT TO:<ops@vigie.example>"),
        say("250 ok"),
        Step::Hear("DATA"),
        say("354 go on"),
        Step::Mail,
        say("250 2.0.0 queued"),
        Step::Hear("QUIT"),
        say("221 bye"),
    ];
    [opening(), mail].concat()
}

fn mail_by(script: &SmtpScript) -> AlarmMail {
    AlarmMail {
        to: "ops@vigie.example".to_owned(),
        smtp: config::Smtp {
            security: Security::Plain,
            host: "127.0.0.1".to_owned(),
            port: script.port,
            login: None,
            ca_file: None,
        },
    }
}

fn health(store: &Store) -> Arc<Health> {
    let settings = Settings {
        mailbox: NAME.to_owned(),
        poll: Duration::from_secs(POLL as u64),
        sends: true,
    };
    Arc::new(Health::new(store.clone(), Clock::Fixed(at(0)), settings))
}

fn watching(health: &Arc<Health>, alarm: &config::Alarm) -> Watching {
    let caller = Caller {
        name: "Support SI-Samu".to_owned(),
        address: "support@vigie.example".to_owned(),
        zone: chrono_tz::Europe::Paris,
    };
    Watching::new(health.clone(), Clock::Fixed(at(0)), caller, alarm)
}

/// One look at that second.
async fn look(watching: Watching, second: i64) -> (Watching, Round) {
    let mut watching = watching.at(Clock::Fixed(at(second)));
    let round = watching.round().await;
    (watching, round)
}

/// Looks twice in each poll interval, and what came of all of them.
async fn looks(mut watching: Watching, from: i64, polls: i64) -> (Watching, Round) {
    let mut all = Round::default();
    for number in 0..polls * 2 {
        let round;
        (watching, round) = look(watching, from + number * POLL / 2).await;
        all.raised += round.raised;
        all.told += round.told;
        all.cleared += round.cleared;
    }
    (watching, all)
}

/// The fetch loop against `server` at that second, until it has failed so often.
async fn fetch_until_it_has_failed(
    server: &Server,
    store: &Store,
    health: &Arc<Health>,
    second: i64,
    tries: u32,
) {
    let fetching = Fetching {
        name: NAME.to_owned(),
        store: store.clone(),
        clock: Clock::Fixed(at(second)),
        wake: Arc::new(Wake::new()),
        health: health.mailbox.clone(),
        poll: Duration::from_secs(POLL as u64),
    };
    let mailbox = Mailbox::Imap(server.client(Limits::default()).into());
    let token = CancellationToken::new();
    let work = tokio::spawn(fetch::run(mailbox, fetching, token.clone()));
    let failed = || {
        health
            .mailbox
            .state()
            .failure
            .map_or(0, |failure| failure.tries)
    };
    while failed() < tries {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    token.cancel();
    work.await.unwrap().unwrap();
}

async fn on_both<F: Future<Output = ()>>(story: impl Fn(Store) -> F) {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        story(test.store.clone()).await;
        test.store.close().await;
    }
}

#[tokio::test]
async fn a_refused_login_calls_the_operator_once_over_ten_polls_and_clears_by_itself() {
    let server = Server::start(&[1], |asked, _| {
        if asked.is("LOGIN") {
            Act::say("{tag} NO [AUTHENTICATIONFAILED] no\r\n")
        } else {
            Act::Answer
        }
    })
    .await;
    let receiver = Receiver::start(&[204]).await;
    let script = SmtpScript::start(vec![operator()]).await;
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    let alarm = config::Alarm {
        mail: Some(mail_by(&script)),
        webhook: Some(receiver.config()),
    };
    fetch_until_it_has_failed(&server, &test.store, &health, 5, 1).await;

    // Red at the first look after the refusal: within a poll interval.
    let (watching, first) = look(watching(&health, &alarm), 5 + POLL / 2).await;
    assert_eq!((first.raised, first.told), (1, 1));
    let (watching, more) = looks(watching, 5 + POLL, 10).await;
    assert_eq!(more, Round::default());

    let hits = receiver.hits();
    assert_eq!(hits.len(), 1);
    let hit = &hits[0];
    assert!(hit.starts_with("POST /alarme?de=vigie HTTP/1.1\r\n"));
    let (_, body) = hit.split_once("\r\n\r\n").unwrap();
    let told: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(told["type"], "alarm.raised");
    assert_eq!(told["data"]["subject"], "mailbox");
    assert_eq!(told["data"]["cause"], "auth");
    let (id, time) = (header(hit, "webhook-id"), header(hit, "webhook-timestamp"));
    assert_eq!(time, at(5 + POLL / 2).timestamp().to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(format!("{id}.{time}.{body}").as_bytes());
    let signature = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
    assert_eq!(header(hit, "webhook-signature"), signature);

    let mails = script.mails();
    assert_eq!(mails.len(), 1);
    script.finished().await;
    let mail = String::from_utf8(mails[0].clone()).unwrap();
    assert!(mail.contains("Auto-Submitted: auto-generated"));
    let (_, body) = mail.split_once("\r\n\r\n").unwrap();
    let body: String = body.split_whitespace().collect();
    let text = String::from_utf8(BASE64.decode(body.as_bytes()).unwrap()).unwrap();
    assert!(text.starts_with("Boîte injoignable depuis mar. 24 nov. 10:00."));
    assert!(text.contains("le serveur refuse le compte ou le mot de passe (auth)"));

    health.mailbox.succeeded(at(400));
    let (_, over) = look(watching, 400).await;
    assert_eq!(over.cleared, 1);
    let report = health.look_at(at(400)).await;
    assert!(report.trouble(Subject::Mailbox).is_none());
    let alarms = test.store.list_alarms().await.unwrap();
    assert_eq!(alarms[0].cleared_at, Some(at(400)));
    assert_eq!(receiver.hits().len(), 1);
}

#[tokio::test]
async fn the_service_calls_the_webhook_that_its_configuration_names() {
    let server = Server::start(&[1], |asked, _| {
        if asked.is("LOGIN") {
            Act::say("{tag} NO [AUTHENTICATIONFAILED] no\r\n")
        } else {
            Act::Answer
        }
    })
    .await;
    let receiver = Receiver::start(&[204]).await;
    let mut service = Service::new(|folder| {
        std::fs::write(folder.join("password"), "x").unwrap();
        let secret = format!("whsec_{}", BASE64.encode(KEY));
        std::fs::write(folder.join("secret"), secret).unwrap();
        format!(
            "[service]\nname = \"Aide\"\nphone = \"01 99 00 12 34\"\n\
             [mailbox]\nurl = \"imap://127.0.0.1:{}\"\nuser = \"box\"\n\
             password_file = \"password\"\npoll = \"1s\"\n\
             [smtp]\nurl = \"dir:sent\"\nfrom = \"support@vigie.example\"\n\
             [web]\nlisten = \"127.0.0.1:0\"\n\
             [storage]\ndatabase = \"sqlite:vigie.db\"\n\
             [alarm]\nwebhook = \"http://127.0.0.1:{}/alarme?de=vigie\"\n\
             webhook_secret_file = \"secret\"\nwebhook_private = [\"127.0.0.1\"]\n",
            server.port, receiver.port
        )
    });
    service.start();
    while receiver.hits().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let hits = receiver.hits();
    assert!(hits[0].starts_with("POST /alarme?de=vigie HTTP/1.1\r\n"));
    assert!(hits[0].contains("\"subject\":\"mailbox\",\"cause\":\"auth\""));
    let log = service.log();
    assert_eq!(log.matches("alarm.raised").count(), 1, "{log}");
    assert_eq!(log.matches("mailbox.unreachable").count(), 1, "{log}");
}

#[tokio::test]
async fn a_silent_mailbox_is_red_once_two_polls_and_a_minute_have_passed() {
    let receiver = Receiver::start(&[204]).await;
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    let alarm = config::Alarm {
        mail: None,
        webhook: Some(receiver.config()),
    };
    health.mailbox.succeeded(at(0));
    let (watching, quiet) = looks(watching(&health, &alarm), 0, 4).await;
    assert_eq!(quiet, Round::default());
    let (watching, red) = looks(watching, 2 * POLL + 61, 10).await;
    assert_eq!((red.raised, red.told, red.cleared), (1, 1, 0));
    health.mailbox.succeeded(at(800));
    let (_, over) = looks(watching, 800, 2).await;
    assert_eq!((over.raised, over.told, over.cleared), (0, 0, 1));
    assert_eq!(receiver.hits().len(), 1);
}

#[tokio::test]
async fn an_alarm_is_told_once_over_restarts_and_instances() {
    on_both(|store| async move {
        let receiver = Receiver::start(&[204]).await;
        let alarm = config::Alarm {
            mail: None,
            webhook: Some(receiver.config()),
        };
        let all: Vec<_> = (0..3).map(|_| health(&store)).collect();
        let mut rounds = Vec::new();
        for health in &all {
            health.mailbox.failed("tls", 1, at(900), at(1));
            rounds.push(looks(watching(health, &alarm), 10, 10));
        }
        let done = futures_util::future::join_all(rounds).await;
        assert_eq!(done.iter().map(|(_, round)| round.raised).sum::<u32>(), 1);
        assert_eq!(done.iter().map(|(_, round)| round.told).sum::<u32>(), 1);
        // Started again, it still fails.
        let again = health(&store);
        again.mailbox.failed("tls", 1, at(900), at(400));
        let (_, round) = looks(watching(&again, &alarm), 410, 3).await;
        assert_eq!(round, Round::default());
        assert_eq!(receiver.hits().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_alarm_that_reaches_nobody_is_tried_again_under_the_same_id() {
    let receiver = Receiver::start(&[500, 503, 200]).await;
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    let alarm = config::Alarm {
        mail: None,
        webhook: Some(receiver.config()),
    };
    health.mailbox.failed("auth", 1, at(9_000), at(0));
    let (watching, first) = look(watching(&health, &alarm), 0).await;
    assert_eq!((first.raised, first.told), (1, 0));
    let (watching, second) = look(watching, 4).await;
    assert_eq!(second, Round::default(), "not before five seconds");
    let (watching, _) = looks(watching, 15, 9).await;
    assert_eq!(receiver.hits().len(), 2);
    let (_, last) = looks(watching, 15 + 300, 10).await;
    assert_eq!(last.told, 1);
    let hits = receiver.hits();
    assert_eq!(hits.len(), 3);
    let ids: Vec<_> = hits.iter().map(|hit| header(hit, "webhook-id")).collect();
    assert_eq!(ids[0], ids[2]);
}

#[tokio::test]
async fn what_comes_back_within_a_quarter_of_an_hour_is_the_same_alarm() {
    let receiver = Receiver::start(&[204]).await;
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    let alarm = config::Alarm {
        mail: None,
        webhook: Some(receiver.config()),
    };
    let mut watching = watching(&health, &alarm);
    for (second, raised, hits) in [(0, 1, 1), (100, 1, 1), (200, 1, 1), (2_000, 1, 2)] {
        health.mailbox.failed("auth", 1, at(9_000), at(second));
        let round;
        (watching, round) = look(watching, second).await;
        assert_eq!(round.raised, raised, "{second}");
        assert_eq!(receiver.hits().len(), hits, "{second}");
        health.mailbox.succeeded(at(second + 50));
        let (now, over) = look(watching, second + 50).await;
        watching = now;
        assert_eq!(over.cleared, 1, "{second}");
    }
}

#[tokio::test]
async fn a_database_that_fails_calls_the_operator_once_without_the_database() {
    let receiver = Receiver::start(&[204]).await;
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    let alarm = config::Alarm {
        mail: None,
        webhook: Some(receiver.config()),
    };
    test.store.close().await;
    let (watching, first) = look(watching(&health, &alarm), 0).await;
    assert_eq!(first, Round::default(), "a moment may pass by itself");
    assert!(!health.look_at(at(1)).await.is_ready());
    let (watching, all) = looks(watching, POLL / 2, 10).await;
    assert_eq!((all.raised, all.told), (1, 1));
    assert_eq!(receiver.hits().len(), 1);
    assert!(receiver.hits()[0].contains("\"subject\":\"database\""));
    drop(watching);
}

#[tokio::test]
async fn a_batch_that_the_store_refuses_is_red_though_a_small_write_passes_and_clears() {
    let receiver = Receiver::start(&[204]).await;
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    let alarm = config::Alarm {
        mail: None,
        webhook: Some(receiver.config()),
    };
    health.mailbox.failed("store", 1, at(40), at(5));
    let (watching, all) = looks(watching(&health, &alarm), POLL, 10).await;
    assert_eq!((all.raised, all.told, all.cleared), (1, 1, 0));
    health.mailbox.succeeded(at(400));
    let (_, over) = look(watching, 400).await;
    assert_eq!(over.cleared, 1);
    assert!(health.look_at(at(400)).await.is_ready());
    assert_eq!(receiver.hits().len(), 1);
}

#[tokio::test]
async fn an_intake_that_is_behind_is_red_after_a_minute_and_not_while_somebody_reads() {
    on_both(|store| async move {
        let health = health(&store);
        let bytes = mail("1@chu.example", "Carto grise");
        store
            .record_batch(NAME, None, &[fetched(1, &bytes)], at(0))
            .await
            .unwrap();
        health.mailbox.succeeded(at(100));
        let stuck = async |second: i64| {
            let report = health.look_at(at(second)).await;
            report.trouble(Subject::Stuck).cloned()
        };
        assert_eq!(stuck(59).await, None);
        let found = stuck(60).await.unwrap();
        assert_eq!((found.count, found.since, found.is_red), (1, at(0), true));
        let lease = TimeDelta::seconds(60);
        let claimed = store.claim_messages(at(61), lease, 1).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(stuck(62).await, None);
        assert!(stuck(122).await.is_some(), "its lease is over");
    })
    .await;
}

#[tokio::test]
async fn a_gap_between_folder_and_ledger_is_red_once_it_has_lasted_for_two_polls() {
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    let alarm = config::Alarm::default();
    health.mailbox.succeeded(at(0));
    health.mailbox.reconciled(10, 8, at(0));
    let (watching, shown) = look(watching(&health, &alarm), 2 * POLL).await;
    assert_eq!(shown.raised, 0);
    let (watching, red) = look(watching, 2 * POLL + 1).await;
    assert_eq!(red.raised, 1);
    health.mailbox.reconciled(10, 10, at(90));
    let (_, over) = look(watching, 90).await;
    assert_eq!(over.cleared, 1);
}

#[tokio::test]
async fn an_open_circuit_and_a_message_in_quarantine_call_the_operator_once_each() {
    let receiver = Receiver::start(&[204]).await;
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    let alarm = config::Alarm {
        mail: None,
        webhook: Some(receiver.config()),
    };
    let bytes = mail("1@chu.example", "Carto grise");
    test.store
        .record_batch(NAME, None, &[fetched(1, &bytes)], at(0))
        .await
        .unwrap();
    health.mailbox.succeeded(at(0));
    let mut database = SqliteConnection::connect(&test.url).await.unwrap();
    for wrong in [
        "INSERT INTO circuit (reason, opened_at)
         VALUES ('max_total', '2026-11-24T09:00:00.000000+00:00')",
        "UPDATE messages SET state = 'quarantined'",
    ] {
        sqlx::query(wrong).execute(&mut database).await.unwrap();
    }
    let (watching, red) = looks(watching(&health, &alarm), 10, 1).await;
    assert_eq!((red.raised, red.told), (2, 2));
    let mut told: Vec<_> = receiver.hits();
    told.sort();
    assert!(
        told.iter()
            .any(|hit| hit.contains("\"subject\":\"circuit\",\"cause\":\"max_total\""))
    );
    assert!(
        told.iter()
            .any(|hit| hit.contains("\"subject\":\"quarantine\""))
    );
    for mended in [
        "UPDATE circuit SET closed_at = '2026-11-24T09:01:00.000000+00:00'",
        "UPDATE messages SET state = 'done'",
    ] {
        sqlx::query(mended).execute(&mut database).await.unwrap();
    }
    let (_, over) = looks(watching, 60, 1).await;
    assert_eq!((over.raised, over.told, over.cleared), (0, 0, 2));
    assert_eq!(receiver.hits().len(), 2);
}

thread_local! {
    /// What this thread has logged since somebody listens.
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes down what each thread logs, for it alone: a test runs in one.
struct Logged;

impl std::io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn b12_an_outage_is_one_line_of_the_fetch_loop_and_one_of_the_alarm() {
    // A subscriber of one thread alone would miss lines that another thread met first.
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(|| Logged)
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
    let server = Server::start(&[1], |_, _| Act::Cut(0)).await;
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    fetch_until_it_has_failed(&server, &test.store, &health, 0, 2).await;
    let (watching, _) = looks(watching(&health, &config::Alarm::default()), 150, 10).await;
    health.mailbox.succeeded(at(500));
    let (_, over) = look(watching, 500).await;
    assert_eq!(over.cleared, 1);
    let text = String::from_utf8(LOGGED.take()).unwrap();
    for event in ["mailbox.unreachable", "alarm.raised", "alarm.cleared"] {
        let told = text.lines().filter(|line| line.contains(event)).count();
        assert_eq!(told, 1, "{event}:\n{text}");
    }
}

#[tokio::test]
async fn the_store_knows_how_the_service_fares() {
    on_both(|store| async move {
        let deadlines = Deadlines {
            now: at(100),
            read: at(40),
            sent: at(0),
        };
        let empty = store.vitals(NAME, deadlines).await.unwrap();
        assert_eq!((empty.unread, empty.stuck, empty.queued), (0, 0, 0));
        assert_eq!((empty.mailbox_read, empty.circuit), (None, None));
        assert!(empty.bytes > 10_000);
        assert!(store.tallies().await.unwrap().is_empty());
        store.first_start(NAME, at(0)).await.unwrap();
        for (noted, kept) in [(10, 10), (5, 10), (20, 20)] {
            store.note_mailbox_read(NAME, at(noted)).await.unwrap();
            let vitals = store.vitals(NAME, deadlines).await.unwrap();
            assert_eq!(vitals.mailbox_read, Some(at(kept)));
        }
        let bytes = mail("1@chu.example", "Carto grise");
        store
            .record_batch(NAME, None, &[fetched(1, &bytes)], at(30))
            .await
            .unwrap();
        let vitals = store.vitals(NAME, deadlines).await.unwrap();
        assert_eq!((vitals.unread, vitals.stuck), (1, 1));
        assert_eq!(vitals.oldest_unread, Some(at(30)));
        assert_eq!(vitals.last_message, Some(at(30)));
    })
    .await;
}

#[tokio::test]
async fn alarms_are_raised_claimed_told_and_cleared_once() {
    on_both(|store| async move {
        let raise = async |since: i64| {
            let raised = store.raise_alarm("mailbox", "auth", at(since), at(since - 900));
            raised.await.unwrap()
        };
        assert!(raise(0).await);
        assert!(!raise(10).await);
        let claimed = store.claim_alarms(at(10), at(70)).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!((claimed[0].since, claimed[0].tries), (at(0), 1));
        assert!(store.claim_alarms(at(69), at(99)).await.unwrap().is_empty());
        // Whoever claimed it died.
        let claimed = store.claim_alarms(at(70), at(99)).await.unwrap();
        assert_eq!(claimed[0].tries, 2);
        store.postpone_alarm("mailbox", at(200)).await.unwrap();
        assert!(
            store
                .claim_alarms(at(199), at(300))
                .await
                .unwrap()
                .is_empty()
        );
        store.alarm_told("mailbox", at(200)).await.unwrap();
        assert!(
            store
                .claim_alarms(at(999), at(1_099))
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            store.clear_alarm("mailbox", at(300)).await.unwrap(),
            Some(at(0))
        );
        assert_eq!(store.clear_alarm("mailbox", at(301)).await.unwrap(), None);
        let kept = store.list_alarms().await.unwrap();
        assert_eq!(
            (kept[0].told_at, kept[0].cleared_at),
            (Some(at(200)), Some(at(300)))
        );
        // Much later it is another one.
        assert!(raise(5_000).await);
        let claimed = store.claim_alarms(at(5_000), at(5_060)).await.unwrap();
        assert_eq!((claimed[0].since, claimed[0].tries), (at(5_000), 1));
    })
    .await;
}

#[tokio::test]
async fn the_loop_looks_tells_and_ends_when_asked() {
    let receiver = Receiver::start(&[204]).await;
    let test = TestStore::sqlite().await;
    let health = health(&test.store);
    let alarm = config::Alarm {
        mail: None,
        webhook: Some(receiver.config()),
    };
    health.mailbox.failed("auth", 1, at(900), at(0));
    let token = CancellationToken::new();
    let work = tokio::spawn(watch::run(watching(&health, &alarm), token.clone()));
    while receiver.hits().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    token.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(100), work).await;
    ended.expect("the loop ends").unwrap().unwrap();
}

#[tokio::test]
async fn a_webhook_in_a_private_network_is_called_only_where_it_is_listed() {
    let receiver = Receiver::start(&[204]).await;
    let listed = receiver.config();
    let unlisted = config::Webhook {
        private: Vec::new(),
        ..listed.clone()
    };
    let call = async |config| {
        let webhook = vigie::transport::Webhook::new(config);
        webhook.call("alarm_1", at(0), b"{{}}").await
    };
    let refused = call(unlisted).await.unwrap_err();
    assert!(refused.to_string().contains("private"));
    assert!(receiver.hits().is_empty());
    call(listed).await.unwrap();
    assert_eq!(receiver.hits().len(), 1);
}
