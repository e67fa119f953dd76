//! Several instances that share one database: by the store, and as real processes that are killed
//! under load.

use std::thread;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use vigie::domain::message::Fetched;
use vigie::store::{Holder, Store, StoreError};
use vigie::worker::deliver::AT_ONCE;

use super::support::postgres::new_database;
use super::support::service::Service;
use super::support::station::{Station, until};
use super::support::stores::{TestStore, at, fetched, mail};

const BOX: &str = "imap:support@mail.example/INBOX";
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Two instances on each database; on SQLite both through one open file, which no service does.
async fn pairs() -> Vec<(TestStore, Store, Store)> {
    let mut pairs = Vec::new();
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let first = test.store.join(at(0)).await.expect("it joins");
        let second = test.store.join(at(0)).await.expect("it joins");
        first.first_start(BOX, at(0)).await.expect("it writes");
        pairs.push((test, first, second));
    }
    pairs
}

fn batch(uids: std::ops::RangeInclusive<u32>) -> Vec<Fetched> {
    uids.map(|uid| fetched(uid, &mail(&format!("{uid}@x.example"), "x")))
        .collect()
}

#[tokio::test]
async fn imap_41_one_instance_holds_the_mailbox_and_the_other_is_told_which() {
    for (_test, first, second) in pairs().await {
        assert_eq!(first.take_mailbox(BOX).await.unwrap(), Holder::Me);
        assert_eq!(first.take_mailbox(BOX).await.unwrap(), Holder::Me);
        let holder = Holder::Other(first.instance().unwrap());
        assert_eq!(second.take_mailbox(BOX).await.unwrap(), holder);
        first.give_mailbox(BOX).await.unwrap();
        assert_eq!(second.take_mailbox(BOX).await.unwrap(), Holder::Me);
        let holder = Holder::Other(second.instance().unwrap());
        assert_eq!(first.take_mailbox(BOX).await.unwrap(), holder);
    }
}

#[tokio::test]
async fn imap_41_who_lost_the_mailbox_records_and_moves_nothing() {
    for (test, first, second) in pairs().await {
        first.take_mailbox(BOX).await.unwrap();
        first
            .record_batch(BOX, None, &batch(1..=2), at(1))
            .await
            .unwrap();
        // It was buried alive, and the other took over.
        let seen = second.beat(at(2)).await.unwrap();
        assert_eq!(second.bury(&seen, at(2)).await.unwrap().instances, 1);
        assert_eq!(second.take_mailbox(BOX).await.unwrap(), Holder::Me);
        let late = first.record_batch(BOX, None, &batch(3..=3), at(3)).await;
        assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
        let late = first.mark_moved(BOX, 7, &[1], at(3)).await;
        assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
        assert_eq!(test.store.counts().await.unwrap().messages, 2);
        second
            .record_batch(BOX, None, &batch(3..=3), at(4))
            .await
            .unwrap();
        second.mark_moved(BOX, 7, &[1], at(4)).await.unwrap();
        assert_eq!(second.to_move(BOX, 7, 9).await.unwrap(), [2, 3]);
        // It stands up again, and the other keeps the mailbox.
        assert_eq!(first.beat(at(5)).await.unwrap().len(), 1);
        assert_eq!(second.beat(at(5)).await.unwrap().len(), 1);
        let holder = Holder::Other(second.instance().unwrap());
        assert_eq!(first.take_mailbox(BOX).await.unwrap(), holder);
    }
}

#[tokio::test]
async fn what_a_dead_instance_had_claimed_is_free_at_once_and_read_one_by_one() {
    for (_test, first, second) in pairs().await {
        first
            .record_batch(BOX, None, &batch(1..=3), at(0))
            .await
            .unwrap_err();
        first.take_mailbox(BOX).await.unwrap();
        first
            .record_batch(BOX, None, &batch(1..=3), at(0))
            .await
            .unwrap();
        assert_eq!(
            first.claim_messages(at(1), LEASE, 9).await.unwrap().len(),
            3
        );
        assert_eq!(
            second.claim_messages(at(2), LEASE, 9).await.unwrap().len(),
            0
        );
        let seen = second.beat(at(2)).await.unwrap();
        // One that beats meanwhile is not buried.
        first.beat(at(2)).await.unwrap();
        assert_eq!(second.bury(&seen, at(2)).await.unwrap().instances, 0);
        assert_eq!(
            second.claim_messages(at(2), LEASE, 9).await.unwrap().len(),
            0
        );
        let seen = second.beat(at(2)).await.unwrap();
        let settled = second.bury(&seen, at(2)).await.unwrap();
        assert_eq!((settled.instances, settled.messages), (1, 3));
        // What came since must not overtake it.
        second.take_mailbox(BOX).await.unwrap();
        second
            .record_batch(BOX, None, &batch(4..=4), at(2))
            .await
            .unwrap();
        // In the mailbox's order, one by one: any of them may have been what killed it.
        for uid in 1..=3 {
            let one = second.claim_messages(at(2), LEASE, 9).await.unwrap();
            assert_eq!((one.len(), one[0].attempts), (1, 1));
            let words = format!("<{uid}@x.example>");
            assert!(String::from_utf8_lossy(&one[0].bytes).contains(&words));
            // What the dead one says of it no longer counts.
            first.give_back(one[0].id).await.unwrap();
            assert!(
                first
                    .fail_message(one[0].id, "panicked", at(2))
                    .await
                    .is_err()
            );
            for _ in 0..3 {
                second
                    .fail_message(one[0].id, "panicked", at(2))
                    .await
                    .unwrap();
                second.claim_messages(at(2), LEASE, 1).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn messages_that_a_failing_database_kept_from_being_given_back_are_never_quarantined_for_it()
{
    for (_test, first, _second) in pairs().await {
        first.take_mailbox(BOX).await.unwrap();
        first
            .record_batch(BOX, None, &batch(1..=3), at(0))
            .await
            .unwrap();
        for _ in 0..5 {
            // Each time the work on them fails, and so does giving them back.
            let claimed = first.claim_messages(at(1), LEASE, 9).await.unwrap();
            assert_eq!(claimed.len(), 3);
            assert!(claimed.iter().all(|stored| stored.attempts == 1));
        }
        assert_eq!(first.list_quarantined(9).await.unwrap().len(), 0);
    }
}

#[tokio::test]
async fn a_claim_that_is_renewed_outlasts_its_lease() {
    for (_test, first, second) in pairs().await {
        first.take_mailbox(BOX).await.unwrap();
        first
            .record_batch(BOX, None, &batch(1..=1), at(0))
            .await
            .unwrap();
        let id = first.claim_messages(at(0), LEASE, 9).await.unwrap()[0].id;
        first.renew(&[id], at(50), LEASE).await.unwrap();
        assert_eq!(
            second
                .claim_messages(at(100), LEASE, 9)
                .await
                .unwrap()
                .len(),
            0
        );
        assert_eq!(
            second
                .claim_messages(at(111), LEASE, 9)
                .await
                .unwrap()
                .len(),
            1
        );
    }
}

#[tokio::test]
async fn an_instance_that_leaves_gives_everything_back_and_its_tries_do_not_count() {
    for (_test, first, second) in pairs().await {
        first.take_mailbox(BOX).await.unwrap();
        first
            .record_batch(BOX, None, &batch(1..=3), at(0))
            .await
            .unwrap();
        assert_eq!(
            first.claim_messages(at(1), LEASE, 9).await.unwrap().len(),
            3
        );
        first.leave(at(2)).await.unwrap();
        assert_eq!(second.beat(at(2)).await.unwrap(), []);
        assert_eq!(second.take_mailbox(BOX).await.unwrap(), Holder::Me);
        let claimed = second.claim_messages(at(2), LEASE, 9).await.unwrap();
        assert_eq!(claimed.len(), 3);
        assert!(claimed.iter().all(|stored| stored.attempts == 1));
    }
}

#[tokio::test]
async fn on_sqlite_whoever_opens_to_serve_is_alone_and_settles_what_lay_there() {
    let test = TestStore::sqlite().await;
    let dead = test.store.join(at(0)).await.unwrap();
    dead.first_start(BOX, at(0)).await.unwrap();
    dead.take_mailbox(BOX).await.unwrap();
    dead.record_batch(BOX, None, &batch(1..=2), at(0))
        .await
        .unwrap();
    dead.claim_messages(at(1), LEASE, 9).await.unwrap();
    test.store.close().await;

    let opened = Store::open_to_serve(&test.url).await.unwrap();
    let store = opened.join(at(2)).await.unwrap();
    assert_eq!(store.take_mailbox(BOX).await.unwrap(), Holder::Me);
    let claimed = store.claim_messages(at(2), LEASE, 9).await.unwrap();
    assert_eq!((claimed.len(), claimed[0].attempts), (1, 1));
    // Another process is refused; other commands may look.
    let refused = Store::open_to_serve(&test.url).await.unwrap_err();
    assert!(
        refused.to_string().starts_with("another vigie (process "),
        "{refused}"
    );
    let other = Store::open(&test.url).await.unwrap();
    assert_eq!(other.counts().await.unwrap().messages, 2);
}

#[test]
fn on_sqlite_a_second_service_on_the_same_file_is_refused_with_words_and_code_5() {
    let station = Station::start(None);
    let mut service = station.service();
    service.start();
    until("the first serves", || {
        service.log().contains("service.started")
    });
    let [port] = super::support::daemon::free_ports();
    let second = service.run(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(5), "{said}");
    let pid = service.pid().expect("it runs");
    let words = format!("another vigie (process {pid}) serves this database");
    assert!(said.contains(&words), "{said}");
    let poll = service.run(&["poll"]);
    assert_eq!(poll.status.code(), Some(5));
    // The first did not notice.
    station.deliver(0..1);
    station.quiet(&service, 1);
    assert!(service.stop().success());
    assert_eq!(service.run(&["poll"]).status.code(), Some(0));
}

/// Whichever instance reads the mailbox: the only one that does not stand by.
fn holder(services: &[Service]) -> Option<usize> {
    let last = |service: &Service| {
        service.log().lines().rev().find_map(|line| {
            if line.contains("mailbox.held_elsewhere") {
                Some(false)
            } else if line.contains("mailbox.taken_over") {
                Some(true)
            } else if line.contains("service.started") {
                // Nothing was said since: it read the mailbox from the start.
                Some(true)
            } else {
                None
            }
        })
    };
    let running: Vec<usize> = (0..services.len())
        .filter(|index| services[*index].pid().is_some())
        .collect();
    let mut holding = running
        .into_iter()
        .filter(|index| last(&services[*index]) == Some(true));
    let first = holding.next()?;
    holding.next().is_none().then_some(first)
}

/// Waits until one of them, and one only, reads the mailbox.
fn the_holder(services: &[Service]) -> usize {
    let mut found = None;
    until("one holds the mailbox, the others stand by", || {
        found = holder(services);
        found.is_some()
    });
    found.expect("it was waited for")
}

#[test]
fn imap_41_of_three_instances_on_postgresql_any_may_be_killed_under_load() {
    let station = Station::start(None);
    let database = new_database();
    let mut services: Vec<Service> = (0..3).map(|_| station.service_on(&database)).collect();
    for service in &mut services {
        service.start();
    }
    let mut delivered = 0;
    let mut deliver = |count: usize| {
        station.deliver(delivered..delivered + count);
        delivered += count;
        delivered
    };
    deliver(40);
    let mut takeovers = Vec::new();
    for _ in 0..2 {
        let held = the_holder(&services);
        if takeovers.is_empty() {
            until("each of the others says that it stands by", || {
                told(&services, "mailbox.held_elsewhere") == 2
            });
            thread::sleep(Duration::from_secs(5));
            let said = told(&services, "mailbox.held_elsewhere");
            assert_eq!(said, 2, "and says so once");
        }
        deliver(40);
        // In the middle of it.
        thread::sleep(Duration::from_millis(300));
        let takeovers_before = told(&services, "mailbox.taken_over");
        services[held].kill();
        let begun = Instant::now();
        deliver(20);
        until("another takes the mailbox over", || {
            told(&services, "mailbox.taken_over") > takeovers_before
        });
        takeovers.push(begun.elapsed());
        services[held].start();
    }
    let count = deliver(20);
    station.quiet(&services[0], count);
    // One that is told to stop gives the mailbox back: nobody waits for its death.
    let held = the_holder(&services);
    let before = told(&services, "mailbox.taken_over");
    assert!(services[held].stop().success());
    let begun = Instant::now();
    until("another takes the mailbox over", || {
        told(&services, "mailbox.taken_over") > before
    });
    let given = begun.elapsed();
    let buried = told(&services, "instance.buried");
    assert!(buried >= 2, "each death was noticed: {buried}");
    let count = deliver(10);
    let other = (held + 1) % 3;
    station.quiet(&services[other], count);
    for (index, service) in services.iter_mut().enumerate() {
        if index != held {
            assert!(service.stop().success());
        }
    }
    let verdict = station.check(&services[0], count);
    assert_eq!(verdict.faults, [""; 0], "{verdict:?}");
    // Each of the two may have been at the final dot of all that it sends at once.
    assert!(verdict.in_doubt <= 2 * AT_ONCE, "{verdict:?}");
    assert_eq!(verdict.quarantined, 0, "{verdict:?}");
    println!(
        "3 instances, 2 killed: taken over after {takeovers:.1?}, when given back after {given:.1?}; \
         {count} messages, {} incidents, {} mails, {} in doubt, none lost, none doubled",
        verdict.incidents, verdict.sent, verdict.in_doubt
    );
}

/// How often any of them said so.
fn told(services: &[Service], event: &str) -> usize {
    services
        .iter()
        .map(|service| service.log().matches(event).count())
        .sum()
}
