//! Who is read first when much waits at once (LOOP-10), in which order the messages of one incident
//! are read (N14), and who is suspected when a process dies.

use crate::pipeline::{Line, mail};
use crate::support::station::{SUPPORT, Station, until};
use crate::support::stores::{TestStore, at, fetched};
use chrono::TimeDelta;
use sqlx::{Connection as _, SqliteConnection};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::domain::history::EventKind;
use vigie::domain::incident::Reference;
use vigie::domain::message::{Fetched, MessageId, MessageState, Stored};
use vigie::store::{STEADY, Store};
use vigie::wake::Wake;
use vigie::worker::process::{self, Processing};

const BOX: &str = "imap:support@vigie.example/INBOX";
const LEASE: TimeDelta = TimeDelta::seconds(60);

async fn stores() -> [TestStore; 2] {
    [TestStore::sqlite().await, TestStore::postgres().await]
}

/// A message of this sender with this UID, and what else stands in its header.
fn from(sender: &str, uid: u32, header: &str) -> Fetched {
    let header = format!("From: {sender}@x.example\r\n{header}");
    fetched(uid, &mail(uid, &header, &format!("Message {uid}.\r\n")))
}

async fn record(store: &Store, batch: &[Fetched]) {
    store.record_batch(BOX, None, batch, at(0)).await.unwrap();
}

/// The UIDs of what a claim of at most so many brings.
async fn claim(store: &Store, limit: u32) -> Vec<u32> {
    uids(&store.claim_messages(at(1), LEASE, limit).await.unwrap())
}

fn uids(claimed: &[Stored]) -> Vec<u32> {
    let id = |stored: &Stored| {
        let text = String::from_utf8_lossy(&stored.bytes).into_owned();
        let (_, rest) = text.split_once("Message-ID: <").expect("it has one");
        let (number, _) = rest.split_once('@').expect("it has one");
        number.parse().expect("its UID")
    };
    claimed.iter().map(id).collect()
}

/// The UIDs of what a claim of at most so many brings beside these, which are in hand.
async fn claim_beside(store: &Store, in_hand: &[MessageId], limit: u32) -> Vec<u32> {
    let claimed = store.claim_more(in_hand, at(1), LEASE, limit).await;
    uids(&claimed.unwrap())
}

/// As after a death that was noticed: another instance buries this one.
async fn die(store: &Store, witness: &Store) {
    let me = store.instance().expect("it joined");
    let seen = witness.beat(at(2)).await.unwrap();
    let dead: Vec<_> = seen.into_iter().filter(|peer| peer.id == me).collect();
    assert_eq!(witness.bury(&dead, at(2)).await.unwrap().instances, 1);
}

/// An instance that joined now.
async fn young(test: &TestStore) -> Store {
    let store = test.store.join(at(0)).await.unwrap();
    store.first_start(BOX, at(0)).await.unwrap();
    store.take_mailbox(BOX).await.unwrap();
    store
}

/// Lets it live until it takes up what was alone at a death.
async fn settle_in(store: &Store) {
    assert!(!store.steady_in().is_zero());
    tokio::time::pause();
    tokio::time::advance(STEADY).await;
    tokio::time::resume();
    assert!(store.steady_in().is_zero());
}

#[tokio::test]
async fn loop_10_senders_take_turns_and_a_flood_of_one_waits_behind_the_others() {
    for test in stores().await {
        let store = &test.store;
        let flood: Vec<Fetched> = (1..=2_000).map(|uid| from("flood", uid, "")).collect();
        record(store, &flood).await;
        assert_eq!(claim(store, 128).await, (1..=128).collect::<Vec<u32>>());
        // Others come when the flood is there, with a message and with some of their own.
        record(store, &[from("paul", 2_001, "")]).await;
        let marie: Vec<Fetched> = (2_002..=2_004).map(|uid| from("marie", uid, "")).collect();
        record(store, &marie).await;
        record(store, &[from("flood", 2_005, ""), from("luc", 2_006, "")]).await;
        assert_eq!(claim(store, 2).await, [2_001, 2_002]);
        assert_eq!(claim(store, 2).await, [2_003, 2_006]);
        // Within a batch the mailbox's order holds, and in all of them each sender's own.
        let mut seen = claim(store, 128).await;
        assert!(seen.contains(&2_004), "{seen:?}");
        loop {
            let next = claim(store, 128).await;
            if next.is_empty() {
                break;
            }
            seen.extend(next);
        }
        seen.retain(|uid| *uid != 2_004);
        let rest: Vec<u32> = (129..=2_000).chain([2_005]).collect();
        assert_eq!(seen, rest);
        store.close().await;
    }
}

#[tokio::test]
async fn n14_what_names_one_incident_is_read_in_the_mailboxs_order_whoever_sends_it() {
    for test in stores().await {
        let store = &test.store;
        let named = "In-Reply-To: <INC-26-00042.1.0123456789abcdef@vigie.example>\r\n";
        let subject = "Subject: Re: carto [INC-26-00042]\r\n";
        let mut batch: Vec<Fetched> = (1..=40).map(|uid| from("flood", uid, "")).collect();
        batch.push(from("flood", 41, named));
        batch.push(from("paul", 42, subject));
        batch.push(from("marie", 43, ""));
        record(store, &batch).await;
        // Marie's goes before the flood; Paul's must not go before what the flood says of the same.
        assert_eq!(claim(store, 2).await, [1, 43]);
        let mut seen = Vec::new();
        while !seen.contains(&41) {
            seen.extend(claim(store, 1).await);
        }
        assert_eq!(seen, (2..=41).collect::<Vec<u32>>());
        assert_eq!(
            claim(store, 9).await,
            [0; 0],
            "the flood's is still in hand"
        );
        let flood = store.list_messages(None, 99).await.unwrap();
        store.give_back(flood[2].id).await.unwrap();
        assert_eq!(claim(store, 9).await, [41, 42]);
        store.close().await;
    }
}

#[tokio::test]
async fn n14_what_names_an_incident_waits_while_another_instance_reads_of_it() {
    for test in stores().await {
        let (first, second) = (young(&test).await, test.store.join(at(0)).await.unwrap());
        let named = "Subject: [INC-26-00042]\r\n";
        let batch = [
            from("claire", 1, named),
            from("paul", 2, named),
            from("paul", 3, "Subject: [INC-26-00043]\r\n"),
            from("marie", 4, ""),
        ];
        record(&first, &batch).await;
        let claimed = first.claim_messages(at(1), LEASE, 1).await.unwrap();
        assert_eq!(uids(&claimed), [1]);
        assert_eq!(claim(&second, 9).await, [3, 4]);
        let theirs = second.claim_messages(at(1), LEASE, 9).await.unwrap();
        assert_eq!(uids(&theirs), [3, 4], "the other's is still in hand");
        first.give_back(claimed[0].id).await.unwrap();
        // It comes first again. What waited for it waits while the other reads of the same sender.
        assert_eq!(claim(&first, 9).await, [1]);
        for stored in &theirs {
            second.give_back(stored.id).await.unwrap();
        }
        assert_eq!(claim(&first, 9).await, [1, 2, 3, 4]);
        test.store.close().await;
    }
}

#[tokio::test]
async fn n14_more_is_claimed_beside_what_is_in_hand_but_what_names_its_incident() {
    for test in stores().await {
        let store = &young(&test).await;
        let named = "Subject: [INC-26-00042]\r\n";
        let batch = [
            from("claire", 1, named),
            from("paul", 2, ""),
            from("marie", 3, named),
            from("luc", 4, ""),
        ];
        record(store, &batch).await;
        let first = store.claim_messages(at(1), LEASE, 2).await.unwrap();
        assert_eq!(uids(&first), [1, 2]);
        let mut in_hand: Vec<MessageId> = first.iter().map(|stored| stored.id).collect();
        let next = store.claim_more(&in_hand, at(1), LEASE, 9).await.unwrap();
        assert_eq!(uids(&next), [4]);
        in_hand.extend(next.iter().map(|stored| stored.id));
        assert_eq!(claim_beside(store, &in_hand, 9).await, [0; 0]);
        // Even where nobody renewed it in time.
        let late = store.claim_more(&in_hand, at(999), LEASE, 9).await.unwrap();
        assert_eq!(uids(&late), [0; 0]);
        let tries = async || {
            let lines = store.list_messages(None, 9).await.unwrap();
            let tries = lines.iter().rev().map(|line| line.attempts);
            tries.collect::<Vec<u32>>()
        };
        assert_eq!(tries().await, [1, 1, 0, 1], "what is in hand stays claimed");
        // What is in hand no longer, and was not done, is free again, and what waited for it.
        assert_eq!(claim_beside(store, &in_hand[1..], 9).await, [1, 3]);
        assert_eq!(tries().await, [1, 1, 1, 1], "that try does not count");
        test.store.close().await;
    }
}

#[tokio::test]
async fn parse_02_what_is_to_be_alone_is_claimed_beside_nothing_and_nothing_beside_it() {
    for test in stores().await {
        let store = &young(&test).await;
        let senders = ["claire", "paul", "marie"].into_iter().zip(1..);
        let batch: Vec<Fetched> = senders.map(|(name, uid)| from(name, uid, "")).collect();
        record(store, &batch).await;
        let first = store.claim_messages(at(1), LEASE, 1).await.unwrap()[0].id;
        let beside = store.claim_more(&[first], at(1), LEASE, 1).await.unwrap();
        assert_eq!(uids(&beside), [2]);
        let beside = beside[0].id;
        // Begun once without an end: it is read alone from now on, once nothing else is in hand.
        store.fail_message(first, "panicked", at(1)).await.unwrap();
        assert_eq!(claim_beside(store, &[first, beside], 9).await, [0; 0]);
        assert_eq!(claim_beside(store, &[beside], 9).await, [0; 0]);
        store.give_back(beside).await.unwrap();
        assert_eq!(claim_beside(store, &[], 9).await, [1]);
        assert_eq!(claim_beside(store, &[first], 9).await, [0; 0]);
        store.fail_message(first, "panicked", at(1)).await.unwrap();
        store.claim_messages(at(1), LEASE, 9).await.unwrap();
        store.fail_message(first, "panicked", at(1)).await.unwrap();
        assert_eq!(claim_beside(store, &[first], 9).await, [2, 3]);
        test.store.close().await;
    }
}

/// More than three batches, each claimed while the one before is read or kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n14_a_conversation_keeps_its_order_across_batches_in_hand() {
    const WRITERS: u32 = 150;
    for test in stores().await {
        let mut line = Line::with(test, "").await;
        let writer = |number: u32| format!("From: claire{number}@chu-{number}.example\r\n");
        let declared = (1..=WRITERS).map(|number| {
            let words = format!("La carte reste grise, poste {number}.\r\n");
            mail(number, &writer(number), &words)
        });
        // Each names a message that is kept while it is claimed and read, and no incident.
        let followed = (1..=WRITERS).map(|number| {
            let header = format!(
                "{}Subject: Re: Carto\r\nIn-Reply-To: <{number}@chu-nantes.example>\r\n",
                writer(number)
            );
            mail(WRITERS + number, &header, "Le poste 7 aussi.\r\n")
        });
        let all: Vec<Vec<u8>> = declared.chain(followed).collect();
        line.receive_all(all).await;
        let round = line.process(1).await;
        assert_eq!(round.done, u64::from(2 * WRITERS));
        assert_eq!(round.incidents, u64::from(WRITERS));
        // Those that name two incidents, among many that name none.
        let more = (1..=WRITERS).map(|number| {
            let incident = 1 + number % 2;
            let header = match number % 5 {
                0 => format!("From: luc{number}@chu-nantes.example\r\n"),
                _ => format!(
                    "{}Subject: Re: Carto [INC-26-0000{incident}]\r\n",
                    writer(incident)
                ),
            };
            let words = format!("Le poste {number} aussi.\r\n");
            mail(2 * WRITERS + number, &header, &words)
        });
        let more: Vec<Vec<u8>> = more.collect();
        line.receive_all(more).await;
        assert_eq!(line.process(2).await.done, u64::from(WRITERS));
        let messages = line.messages().await;
        assert!(
            messages.iter().all(|row| row.attempts == 1),
            "none was freed"
        );
        let mut attached = 0;
        for number in 1..=WRITERS {
            let reference = Reference::new("INC", 2026, number);
            let history = line.store().history(&reference).await.unwrap();
            let order: Vec<MessageId> = history
                .iter()
                .filter(|event| event.kind == EventKind::MessageAttached)
                .filter_map(|event| event.message)
                .collect();
            assert!(order.is_sorted(), "{reference}: {order:?}");
            attached += order.len();
        }
        assert_eq!(attached, 150 + 120);
        line.store().close().await;
    }
}

/// The process loop of one instance.
fn processing(line: &Line, store: &Store) -> Processing {
    Processing {
        store: store.clone(),
        parts: line.parts.clone(),
        clock: Clock::Fixed(at(9)),
        wake: Arc::new(Wake::new()),
        measured: Arc::default(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn n14_two_instances_at_work_keep_the_events_of_each_incident_in_the_mailboxs_order() {
    const INCIDENTS: u32 = 4;
    const ANSWERS: u32 = 120;
    let mut line = Line::with(TestStore::postgres().await, "").await;
    for number in 1..=INCIDENTS {
        let header = format!("From: claire{number}@chu-nantes.example\r\n");
        line.receive(&mail(number, &header, "La carte reste grise.\r\n"))
            .await;
    }
    line.process(1).await;
    let token = CancellationToken::new();
    let mut loops = Vec::new();
    for _ in 0..2 {
        let store = line.store().join(at(0)).await.unwrap();
        let (parts, token) = (processing(&line, &store), token.clone());
        loops.push(tokio::spawn(async move {
            while !token.is_cancelled() {
                process::round(&parts, &token).await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }));
    }
    for number in 1..=ANSWERS {
        let incident = 1 + number % INCIDENTS;
        let header = format!(
            "From: claire{incident}@chu-nantes.example\r\n\
             Subject: Re: Carto [INC-26-0000{incident}]\r\n"
        );
        let words = format!("Le poste {number} aussi.\r\n");
        line.receive(&mail(100 + number, &header, &words)).await;
    }
    let begun = Instant::now();
    while line
        .messages()
        .await
        .iter()
        .any(|row| row.state != MessageState::Done)
    {
        assert!(begun.elapsed() < Duration::from_secs(300), "all is read");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    token.cancel();
    for work in loops {
        work.await.unwrap();
    }
    let mut attached = 0;
    for number in 1..=INCIDENTS {
        let reference = Reference::new("INC", 2026, number);
        let history = line.store().history(&reference).await.unwrap();
        let order: Vec<MessageId> = history
            .iter()
            .filter(|event| event.kind == EventKind::MessageAttached)
            .filter_map(|event| event.message)
            .collect();
        assert!(order.is_sorted(), "{reference}: {order:?}");
        attached += order.len();
    }
    assert_eq!(attached, ANSWERS as usize);
}

#[tokio::test]
async fn parse_02_what_is_read_with_others_at_a_death_is_read_alone_and_not_yet_accused() {
    for test in stores().await {
        let witness = test.store.join(at(0)).await.unwrap();
        let first = young(&test).await;
        let batch: Vec<Fetched> = (1..=5).map(|uid| from("claire", uid, "")).collect();
        record(&first, &batch).await;
        // However often the process dies while it reads them together.
        for round in 0..5 {
            let instance = if round == 0 {
                first.clone()
            } else {
                young(&test).await
            };
            let claimed = instance.claim_messages(at(1), LEASE, 9).await.unwrap();
            let together = if round == 0 { 5 } else { 1 };
            assert_eq!(claimed.len(), together);
            assert!(claimed.iter().all(|stored| stored.attempts == 1));
            if round > 0 {
                // The database failed, and the try of one alone does not count.
                instance.give_back(claimed[0].id).await.unwrap();
            }
            die(&instance, &witness).await;
        }
        assert_eq!(witness.list_quarantined(9).await.unwrap().len(), 0);
        test.store.close().await;
    }
}

#[tokio::test]
async fn parse_02_under_quick_kills_no_innocent_message_is_quarantined() {
    for test in stores().await {
        let witness = test.store.join(at(0)).await.unwrap();
        let first = young(&test).await;
        let batch = [
            from("claire", 1, ""),
            from("claire", 2, ""),
            from("paul", 3, ""),
        ];
        record(&first, &batch).await;
        assert_eq!(claim(&first, 9).await, [1, 2, 3]);
        die(&first, &witness).await;
        // Each time one that was just taken up is in hand when the process is killed.
        let mut met = Vec::new();
        for _ in 0..9 {
            let instance = young(&test).await;
            met.extend(claim(&instance, 9).await);
            die(&instance, &witness).await;
        }
        // Claire's second waits behind her first; Paul's was tried.
        assert_eq!(met, [1, 3], "each alone once, then only by one that lives");
        assert_eq!(witness.list_quarantined(9).await.unwrap().len(), 0);
        let last = young(&test).await;
        assert!(last.has_suspects().await.unwrap());
        assert_eq!(claim(&last, 9).await, [0; 0]);
        settle_in(&last).await;
        for uid in [1, 3, 2] {
            let claimed = last.claim_messages(at(1), LEASE, 9).await.unwrap();
            assert_eq!(uids(&claimed), [uid]);
            last.fail_message(claimed[0].id, "too_slow", at(3))
                .await
                .unwrap();
            test.alter("UPDATE messages SET state = 'done' WHERE last_error = 'too_slow'")
                .await;
        }
        test.store.close().await;
    }
}

#[tokio::test]
async fn parse_02_what_kills_each_time_it_is_read_alone_is_quarantined_and_the_rest_go_on() {
    for test in stores().await {
        let witness = test.store.join(at(0)).await.unwrap();
        let first = young(&test).await;
        record(&first, &[from("claire", 1, ""), from("claire", 2, "")]).await;
        assert_eq!(claim(&first, 9).await, [1, 2]);
        die(&first, &witness).await;
        for alone in 1..=3 {
            let instance = young(&test).await;
            if alone > 1 {
                settle_in(&instance).await;
            }
            let claimed = instance.claim_messages(at(1), LEASE, 9).await.unwrap();
            assert_eq!((uids(&claimed), claimed[0].attempts), (vec![1], alone));
            die(&instance, &witness).await;
        }
        let last = young(&test).await;
        assert_eq!(claim(&last, 9).await, [2]);
        let quarantined = last.list_quarantined(9).await.unwrap();
        assert_eq!(quarantined.len(), 1);
        assert_eq!(
            (quarantined[0].attempts, quarantined[0].last_error.as_str()),
            (3, "unfinished")
        );
        test.store.close().await;
    }
}

/// Enough that the flood is far from being read when the newcomer's answer is there.
const FLOOD: usize = 1_500;

#[test]
fn loop_10_behind_a_flood_in_the_mailbox_a_newcomer_gets_an_answer_before_most_of_it_is_read() {
    let station = Station::start(None);
    let mut service = station.service();
    for number in 0..FLOOD {
        let words = format!(
            "From: <flood@chu-nantes.example>\nTo: <{SUPPORT}>\nSubject: pb {number}\n\
             Message-ID: <flood.{number}@chu.example>\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n\n\
             La carte reste grise, poste {number}.\n"
        );
        station.deliver_as(number, &words);
    }
    station.deliver(FLOOD..FLOOD + 1);
    let begun = Instant::now();
    service.start();
    let newcomer = format!("claire.{FLOOD}@chu-{FLOOD}.example");
    let url = format!("sqlite:{}/vigie.db", service.folder().display());
    let mut unread = 0;
    until("the newcomer's answer is prepared", || {
        let (answered, waiting) = prepared(&url, &newcomer);
        unread = waiting;
        answered
    });
    println!(
        "a newcomer behind {FLOOD} messages of one sender: answered after {:.1?}, {unread} unread",
        begun.elapsed()
    );
    assert!(
        unread > FLOOD / 2,
        "{unread} of the flood were still unread"
    );
    service.kill();
}

/// Whether a mail to this address is prepared, and how many messages are stored and not read; asked
/// beside the service, as lightly as can be.
fn prepared(url: &str, address: &str) -> (bool, usize) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let asked = async {
            let mut file = SqliteConnection::connect(url).await?;
            let (mails,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM outbox WHERE address = $1")
                .bind(address)
                .fetch_one(&mut file)
                .await?;
            let (unread,): (i64,) =
                sqlx::query_as("SELECT COUNT(*) FROM messages WHERE state = 'new'")
                    .fetch_one(&mut file)
                    .await?;
            Ok::<_, sqlx::Error>((mails > 0, usize::try_from(unread).unwrap_or_default()))
        };
        // Before the service has made it there is nothing to ask.
        asked.await.unwrap_or_default()
    })
}
