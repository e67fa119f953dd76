//! What is left to a person: messages that kill the reader, and what may be done with them.

use crate::pipeline::{Line, declaration, mail};
use crate::support::daemon::free_ports;
use crate::support::service::Service;
use crate::support::stores::{TestStore, at, fetched};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use sqlx::{Connection as _, SqliteConnection};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use vigie::desk::promote::promote;
use vigie::domain::account::By;
use vigie::domain::incident::{Concern, Status};
use vigie::domain::message::MessageId;
use vigie::store::{Retried, StoreError};

const BODY: &str = "Depuis ce matin 9h la cartographie reste grise en production.\r\n";

fn poison(number: u32) -> Vec<u8> {
    mail(number, "X-Failpoint: panic\r\n", BODY)
}

/// What `sql` changes behind the program's back.
async fn meddle(url: &str, sql: &'static str) {
    let mut raw = SqliteConnection::connect(url)
        .await
        .expect("the file opens");
    sqlx::query(sql)
        .execute(&mut raw)
        .await
        .expect("it is done");
}

/// The bytes of a message were changed on purpose: their hash follows, or it would count as altered.
async fn rehash(url: &str, message: i64, bytes: &[u8]) {
    let mut raw = SqliteConnection::connect(url)
        .await
        .expect("the file opens");
    sqlx::query("UPDATE messages SET sha256 = $2, stored_sha256 = $2 WHERE id = $1")
        .bind(message)
        .bind(HEXLOWER.encode(&Sha256::digest(bytes)))
        .execute(&mut raw)
        .await
        .expect("it is done");
}

#[tokio::test]
async fn pain_04_quarantine_lasts_and_what_is_retried_once_the_fault_is_gone_is_read() {
    let mut line = Line::new().await;
    for number in 1..=10 {
        line.receive(&poison(number)).await;
        line.receive(&declaration(100 + number)).await;
    }
    for restart in 0..3 {
        for poll in 0..30 {
            line.process(1 + restart * 30 + poll).await;
        }
        line.reopen().await;
    }
    let quarantined = line.store().list_quarantined(99).await.unwrap();
    assert_eq!(quarantined.len(), 10);
    assert_eq!(line.store().counts().await.unwrap().quarantined, 10);
    assert_eq!(line.incidents().await, 10, "the others were not held up");
    for message in &quarantined {
        assert_eq!(
            (message.attempts, message.last_error.as_str()),
            (3, "panicked")
        );
        let raw = line.store().raw(message.id).await.unwrap().unwrap();
        assert!(
            (1..=10).any(|number| raw == poison(number)),
            "kept as it came"
        );
    }
    // A new version reads them: here the fault itself goes.
    meddle(
        line.url(),
        "UPDATE message_chunks SET bytes =
            CAST(replace(CAST(bytes AS TEXT), 'X-Failpoint: panic', 'X-Failpoint: gone.') AS BLOB)",
    )
    .await;
    for message in &quarantined {
        let raw = line.store().raw(message.id).await.unwrap().unwrap();
        rehash(line.url(), message.id.0, &raw).await;
        let retried = line
            .store()
            .retry(message.id, &By::command(at(0)))
            .await
            .unwrap();
        assert_eq!(retried, Some(Retried::Read));
        assert_eq!(
            line.store()
                .retry(message.id, &By::command(at(0)))
                .await
                .unwrap(),
            None
        );
    }
    line.process(1_000).await;
    assert_eq!(line.store().counts().await.unwrap().quarantined, 0);
    assert_eq!(line.incidents().await, 20);
}

#[tokio::test]
async fn a_quarantined_message_becomes_an_incident_by_hand_once_and_without_a_mail() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let mut line = Line::with(test, "").await;
        line.receive(&poison(1)).await;
        line.receive(&declaration(2)).await;
        line.process(1).await;
        let id = line.store().list_quarantined(9).await.unwrap()[0].id;
        let counted = line.store().conservation().await.unwrap();
        let expected = [("declaration".to_owned(), 1), ("quarantined".to_owned(), 1)];
        assert_eq!(counted, expected);
        let parts = line.parts.clone();
        let committed = promote(id, &parts, line.store(), &By::command(at(5)))
            .await
            .unwrap()
            .unwrap();
        assert!(committed.opened && committed.mail.is_none());
        let incident = line.incident(2).await;
        assert_eq!(incident.concerns, [Concern::Unreadable]);
        assert_eq!(incident.status, Status::ToReview);
        assert_eq!(incident.address, "c.lebreton@chu-nantes.example");
        assert_eq!(incident.subject, "Cartographie grise");
        assert_eq!(incident.to_ask.len(), parts.form.fields.len() + 1);
        assert_eq!(line.store().list_quarantined(9).await.unwrap(), []);
        // Neither it nor one that was read is promoted (again).
        let read = line.messages().await[1].id;
        for id in [id, read, MessageId(999)] {
            assert_eq!(
                promote(id, &parts, line.store(), &By::command(at(6)))
                    .await
                    .unwrap(),
                None
            );
            assert_eq!(
                line.store().retry(id, &By::command(at(0))).await.unwrap(),
                None
            );
        }
        assert_eq!(line.incidents().await, 2);
        line.store().close().await;
    }
}

#[tokio::test]
async fn imap_11_withheld_messages_are_kept_as_such_on_both_databases() {
    const BOX: &str = "imap:box";
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        let stand_in = |uid: u32| {
            let mut fetched = fetched(uid, b"Subject: (9 octets)\r\n\r\n");
            (fetched.withheld, fetched.left_on_server) = (true, true);
            fetched.told_size = Some(9);
            fetched
        };
        let batch = [stand_in(1), stand_in(2)];
        let recorded = store.record_batch(BOX, None, &batch, at(0)).await.unwrap();
        assert_eq!(
            (recorded[0].new, recorded[1].new),
            (true, false),
            "equal is one"
        );
        let id = recorded[0].message;
        let lease = chrono::TimeDelta::seconds(60);
        assert!(
            store
                .claim_messages(at(1), lease, 9)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(store.asked_again(BOX, 7).await.unwrap(), [0; 0]);
        assert_eq!(
            store.retry(id, &By::command(at(0))).await.unwrap(),
            Some(Retried::Asked)
        );
        assert_eq!(store.asked_again(BOX, 7).await.unwrap(), [1, 2]);
        assert_eq!(store.asked_again(BOX, 8).await.unwrap(), [0; 0]);
        // One comes, the other is still withheld.
        let came = fetched(1, b"Subject: a\r\n\r\nb");
        store.record_batch(BOX, None, &[came], at(2)).await.unwrap();
        store
            .record_batch(BOX, None, &[stand_in(2)], at(2))
            .await
            .unwrap();
        let left = store.quarantined(id).await.unwrap().unwrap();
        assert_eq!(left.last_error, "withheld");
        assert_eq!(
            store.known_uids(BOX, 7, &[1, 2]).await.unwrap()[&2],
            Some(9)
        );
        assert_eq!(store.ledger_size(BOX, 7).await.unwrap(), 2);
        store.retry(id, &By::command(at(0))).await.unwrap();
        store.are_gone(BOX, 7, &[1, 2]).await.unwrap();
        assert_eq!(
            store.quarantined(id).await.unwrap().unwrap().last_error,
            "gone"
        );
        // Then that one comes too: nothing stands for it any more.
        let came = fetched(2, b"Subject: c\r\n\r\nd");
        store.record_batch(BOX, None, &[came], at(3)).await.unwrap();
        assert_eq!(store.quarantined(id).await.unwrap(), None);
        assert_eq!(store.counts().await.unwrap().messages, 2);
        assert_eq!(store.ledger_size(BOX, 7).await.unwrap(), 2);
        store.mark_moved(BOX, 7, &[1], at(4)).await.unwrap();
        assert_eq!(store.ledger_size(BOX, 7).await.unwrap(), 1);
        store.close().await;
    }
}

#[tokio::test]
async fn what_is_no_longer_in_quarantine_is_not_promoted_behind_somebodys_back() {
    let mut line = Line::new().await;
    line.receive(&poison(1)).await;
    line.process(1).await;
    let id = line.store().list_quarantined(9).await.unwrap()[0].id;
    let parts = line.parts.clone();
    // Two people act at once: one of them is first.
    let by = By::command(at(5));
    let (first, second) = tokio::join!(
        promote(id, &parts, line.store(), &by),
        promote(id, &parts, line.store(), &by),
    );
    let opened = [&first, &second]
        .iter()
        .filter(|done| matches!(done, Ok(Some(_))))
        .count();
    assert_eq!(opened, 1, "{first:?} {second:?}");
    for done in [first, second] {
        let sound = matches!(done, Ok(_) | Err(StoreError::Conflict(_)));
        assert!(sound, "{done:?}");
    }
    assert_eq!(line.incidents().await, 1);
}

/// A service over a Maildir, with nothing but files.
fn service(port: u16) -> (Service, PathBuf) {
    let mut place = PathBuf::new();
    let service = Service::new(|folder| {
        place = folder.to_owned();
        for part in ["mail/new", "mail/cur", "mail/tmp", "sent"] {
            fs::create_dir_all(folder.join(part)).expect("the folder is ours");
        }
        let folder = folder.display();
        format!(
            "[service]\nname = \"Support\"\nphone = \"0 800 00 00 00\"\n\
             [mailbox]\nurl = \"maildir:{folder}/mail\"\nanswer_from = \"2020-01-01\"\n\
             [smtp]\nurl = \"dir:{folder}/sent\"\nfrom = \"Support <support@vigie.example>\"\n\
             [web]\nlisten = \"127.0.0.1:{port}\"\n[auth]\nmode = \"none\"\n\
             [storage]\ndatabase = \"sqlite:{folder}/vigie.db\"\n"
        )
    });
    (service, place)
}

fn deliver(place: &Path, number: u32, bytes: &[u8]) {
    let name = format!("1795510{number:03}.M{number}.host");
    fs::write(place.join("mail/tmp").join(&name), bytes).expect("the folder is ours");
    fs::rename(
        place.join("mail/tmp").join(&name),
        place.join("mail/new").join(&name),
    )
    .expect("the folder is ours");
}

fn page(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the console");
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn parse_02_a_message_that_kills_the_process_is_met_alone_three_times_and_the_rest_go_on() {
    let [port] = free_ports();
    let (mut service, place) = service(port);
    for number in 1..=5 {
        deliver(&place, number, &declaration(number));
    }
    deliver(&place, 6, &mail(6, "X-Failpoint: abort\r\n", BODY));
    for number in 7..=10 {
        deliver(&place, number, &declaration(number));
    }
    let mut deaths = 0;
    let begun = Instant::now();
    loop {
        service.start();
        let survives = until_dead_or(&mut service, || {
            let rows = exported(&place);
            rows.len() == 10 && rows.iter().all(|state| state != "new")
        });
        if survives {
            break;
        }
        deaths += 1;
        assert!(begun.elapsed() < Duration::from_secs(600) && deaths < 6);
    }
    assert_eq!(deaths, 4, "once with others, then three times alone");
    let rows = service.export("messages");
    let states: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["state"].as_str())
        .collect();
    assert_eq!(states.iter().filter(|state| **state == "done").count(), 9);
    let listed = service.run(&["quarantine", "list", "--json"]);
    let text = String::from_utf8(listed.stdout).expect("UTF-8");
    let listed: serde_json::Value = serde_json::from_str(&text).expect("one object");
    assert_eq!(listed["reason"], "unfinished");
    assert_eq!(listed["attempts"], 3);
    let id = listed["message"].as_str().expect("an id");
    // The page says why, and gives the message as it came.
    let shown = page(port, "/quarantine");
    assert!(
        shown.contains("le service s’est arrêté pendant l’analyse (3\u{a0}essais)"),
        "{shown}"
    );
    assert!(
        shown.contains(&format!("vigie quarantine retry {id}")),
        "{shown}"
    );
    assert!(
        shown.contains("déclaration\u{a0}: 9, quarantaine\u{a0}: 1."),
        "{shown}"
    );
    assert!(page(port, "/").contains("Voir pourquoi</a>"));
    let number = &id[2..];
    let saved = page(port, &format!("/quarantine/{number}/message.eml"));
    assert!(saved.contains("application/octet-stream") && saved.contains("attachment;"));
    assert!(saved.ends_with(BODY), "{saved}");
    // Promoted, its incident is shown without reading it.
    let done = service.run(&["quarantine", "promote", id]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(page(port, "/d/INC-26-00010").contains("ouvert à la main"));
    assert_eq!(service.export("tickets").len(), 10);
    let again = service.run(&["quarantine", "retry", id, "999"]);
    assert!(!again.status.success());
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(told.contains(id) && told.contains("m-999"), "{told}");
    assert!(service.stop().success());
}

#[test]
fn pain_03_a_message_whose_reading_never_ends_holds_up_neither_the_rest_nor_a_stop() {
    let [port] = free_ports();
    let (mut service, place) = service(port);
    deliver(&place, 1, &mail(1, "X-Failpoint: hang\r\n", BODY));
    service.start();
    // It is begun: its attempt is counted before the work.
    let begun = "SELECT CASE WHEN attempts > 0 THEN 'begun' ELSE state END FROM messages";
    assert!(until_dead_or(&mut service, || words(&place, begun) == ["begun"]));
    // The service's own grace is over by then; what counts is that the process ends.
    let status = service.stop();
    assert!(status.code().is_some(), "{status}");
    assert!(service.log().contains("service.dropped"));
}

#[test]
fn pain_03_a_message_that_is_read_too_slowly_is_set_aside_and_the_rest_go_on() {
    // Its thread can't be stopped: the runtime leaves it behind.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut line = Line::new().await;
        line.receive(&mail(1, "X-Failpoint: hang\r\n", BODY)).await;
        for number in 2..=50 {
            line.receive(&declaration(number)).await;
        }
        tokio::time::pause();
        let round = tokio::select! {
            round = line.process(1) => round,
            () = hurry() => unreachable!("time goes on for ever"),
        };
        tokio::time::resume();
        assert_eq!((round.done, round.failed, round.quarantined), (49, 3, 1));
        let set_aside = line.store().list_quarantined(9).await.unwrap();
        assert_eq!(set_aside[0].last_error, "too_slow");
        assert_eq!(line.incidents().await, 49);
    });
    runtime.shutdown_background();
}

/// Lets a second pass each time that nothing else is to be done for a moment.
async fn hurry() {
    loop {
        tokio::task::spawn_blocking(|| thread::sleep(Duration::from_millis(20)))
            .await
            .expect("it sleeps");
        tokio::time::advance(Duration::from_secs(1)).await;
    }
}

/// The state of every stored message, read beside the service.
fn exported(place: &Path) -> Vec<String> {
    words(place, "SELECT state FROM messages")
}

/// The words that a query gives, read beside the service.
fn words(place: &Path, sql: &'static str) -> Vec<String> {
    let url = format!("sqlite:{}?mode=ro", place.join("vigie.db").display());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let Ok(mut raw) = SqliteConnection::connect(&url).await else {
            return Vec::new();
        };
        let rows: Vec<(String,)> = sqlx::query_as(sql)
            .fetch_all(&mut raw)
            .await
            .unwrap_or_default();
        rows.into_iter().map(|(state,)| state).collect()
    })
}

/// Whether something came to be so before the service died.
fn until_dead_or(service: &mut Service, mut is_so: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if service.ended().is_some() {
            return false;
        }
        if is_so() {
            return true;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(300),
            "neither dead nor done"
        );
        thread::sleep(Duration::from_millis(50));
    }
}
