//! The fetch loop between a scripted server, or a Maildir, and a real store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{Connection as _, SqliteConnection};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::domain::account::By;
use vigie::mailbox::imap::{Imap, Limits};
use vigie::mailbox::{Mailbox, Maildir};
use vigie::metrics::MailboxHealth;
use vigie::store::{MessageLine, Retried};
use vigie::wake::Wake;
use vigie::worker::fetch::{self, FetchError, Fetching, Round};

use crate::support::imap_script::{Act, Server, message};
use crate::support::stores::{TestStore, at};

const NAME: &str = "imap:box@vigie.example@127.0.0.1/INBOX";

/// A message of few bytes.
fn small(uid: u32) -> Vec<u8> {
    format!("Subject: {uid}\r\n\r\n").into_bytes()
}

struct Place {
    mailbox: Mailbox,
    fetching: Fetching,
    store: TestStore,
}

impl Place {
    async fn of(mailbox: Mailbox) -> Self {
        let store = TestStore::sqlite().await;
        let fetching = Fetching {
            name: NAME.to_owned(),
            store: store.store.clone(),
            clock: Clock::Fixed(at(0)),
            wake: Arc::new(Wake::new()),
            health: Arc::new(MailboxHealth::default()),
            poll: Duration::from_secs(60),
        };
        Self {
            mailbox,
            fetching,
            store,
        }
    }

    async fn at(server: &Server) -> Self {
        Self::of(Mailbox::Imap(server.client(Limits::default()).into())).await
    }

    async fn round(&mut self) -> Result<Round, FetchError> {
        fetch::round(&mut self.mailbox, &self.fetching, &CancellationToken::new()).await
    }

    async fn messages(&self) -> u64 {
        self.store
            .store
            .counts()
            .await
            .expect("the store counts")
            .messages
    }

    async fn quarantined(&self) -> Vec<MessageLine> {
        let store = &self.store.store;
        store.list_quarantined(99).await.expect("the store lists")
    }

    /// The ledger loses a row, as after a restored backup.
    async fn forget(&self, uid: u32) {
        let mut raw = SqliteConnection::connect(&self.store.url)
            .await
            .expect("the file opens");
        for sql in [
            "DELETE FROM messages WHERE id = (SELECT message_id FROM deliveries WHERE uid = $1)",
            "DELETE FROM deliveries WHERE uid = $1",
        ] {
            sqlx::query(sql)
                .bind(i64::from(uid))
                .execute(&mut raw)
                .await
                .expect("the row goes");
        }
    }

    /// Every stored message as raw bytes, in the order in which they were stored.
    async fn raw(&self) -> Vec<Vec<u8>> {
        let store = &self.store.store;
        let mut all = Vec::new();
        let mut lines = store
            .list_messages(None, 1_000)
            .await
            .expect("the store lists");
        lines.reverse();
        for line in lines {
            all.push(
                store
                    .raw(line.id)
                    .await
                    .expect("the store reads")
                    .expect("it is there"),
            );
        }
        all
    }
}

#[tokio::test]
async fn every_message_is_stored_once_as_served_then_moved() {
    let uids: Vec<u32> = (1..=130).collect();
    let server = Server::sound(&uids).await;
    let mut there = Place::at(&server).await;
    let round = there.round().await.expect("a sound server");
    assert_eq!((round.fetched, round.new, round.moved), (130, 130, 130));
    assert_eq!(
        there.raw().await,
        uids.iter().map(|uid| message(*uid)).collect::<Vec<_>>()
    );
    assert_eq!(server.folder().done, uids);
    let round = there.round().await.expect("a sound server");
    assert_eq!(round, Round::default());
    let log = server.log();
    let position = |word: &str| log.iter().position(|line| line.contains(word));
    assert!(position("UID MOVE") > log.iter().rposition(|line| line.contains("BODY.PEEK")));
    assert!(!log.iter().any(|line| line.contains("Seen")));
}

#[tokio::test]
async fn imap_18_20_after_a_new_uidvalidity_no_message_is_stored_twice() {
    let server = Server::start(&[1, 2, 3], |_, folder| {
        folder.capabilities = "IMAP4rev1".to_owned();
        Act::Answer
    })
    .await;
    let mut there = Place::at(&server).await;
    there.round().await.expect("read");
    server.folder().uidvalidity = Some(8);
    server.folder().messages.insert(4, message(4));
    there.mailbox.close().await;
    let round = there.round().await.expect("read");
    assert_eq!((round.fetched, round.new), (4, 1));
    assert_eq!(there.messages().await, 4);
    // IMAP-20: one that is smaller than before is a new one too.
    server.folder().uidvalidity = Some(3);
    there.mailbox.close().await;
    let round = there.round().await.expect("read");
    assert_eq!((round.fetched, round.new), (4, 0));
}

#[tokio::test]
async fn imap_20_21_another_message_under_a_known_uid_is_stored_too() {
    let server = Server::start(&[1, 2, 9], |_, folder| {
        folder.capabilities = "IMAP4rev1".to_owned();
        Act::Answer
    })
    .await;
    let mut there = Place::at(&server).await;
    there.round().await.expect("read");
    // The folder is made anew under its old UIDVALIDITY: UIDNEXT falls.
    server.folder().messages = [(1, message(1)), (2, message(50))].into();
    there.mailbox.close().await;
    let round = there.round().await.expect("read");
    assert_eq!((round.fetched, round.new), (2, 1));
    assert_eq!(there.raw().await.last(), Some(&message(50)));
    assert_eq!(there.messages().await, 4);
    let again = there.round().await.expect("read");
    assert_eq!(again.fetched, 0);
}

#[tokio::test]
async fn imap_11_messages_that_are_never_given_are_shown_one_by_one_and_stay() {
    let server = Server::start(&[1, 2, 3], |asked, _| {
        if asked.command.contains("FETCH 2") || asked.command.contains("FETCH 3") {
            Act::say("{tag} OK nothing\r\n")
        } else {
            Act::Without("UID 2 BODY")
        }
    })
    .await;
    server.folder().messages.remove(&3);
    let mut there = Place::at(&server).await;
    for _ in 0..7 {
        there.round().await.expect("the others");
    }
    assert_eq!(there.messages().await, 2);
    let raw = there.raw().await;
    let told = format!("({} octets, 2026-11-23T08:00:00Z)", message(2).len());
    assert!(String::from_utf8_lossy(&raw[1]).contains(&told));
    assert_eq!(
        server.folder().messages.keys().copied().collect::<Vec<_>>(),
        [2]
    );
    let quarantined = there.quarantined().await;
    assert_eq!(quarantined.len(), 1);
    assert_eq!(quarantined[0].last_error, "withheld");
}

#[tokio::test]
async fn imap_11_a_withheld_message_that_a_person_wants_asked_for_again_comes_in_its_place() {
    let gives = Arc::new(AtomicBool::new(false));
    let willing = Arc::clone(&gives);
    let server = Server::start(&[1, 2], move |asked, folder| {
        folder.capabilities = "IMAP4rev1".to_owned();
        if willing.load(Ordering::Relaxed) || !asked.command.contains("FETCH") {
            Act::Answer
        } else {
            Act::Without("UID 2 BODY")
        }
    })
    .await;
    let mut there = Place::at(&server).await;
    for _ in 0..6 {
        there.round().await.expect("the other");
    }
    let withheld = there.quarantined().await[0].id;
    let store = there.store.store.clone();
    assert_eq!(
        store
            .retry(withheld, &By::command(at(0)))
            .await
            .expect("kept"),
        Some(Retried::Asked)
    );
    assert_eq!(there.quarantined().await[0].last_error, "asked_again");
    // Still not given: five tries later it is as it was.
    for _ in 0..6 {
        there.round().await.expect("the other");
    }
    assert_eq!(there.quarantined().await[0].last_error, "withheld");
    gives.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        there.round().await.expect("a sound server");
    }
    assert_eq!(there.quarantined().await.len(), 1, "nobody wanted it yet");
    store
        .retry(withheld, &By::command(at(0)))
        .await
        .expect("kept");
    let round = there.round().await.expect("a sound server");
    assert_eq!((round.fetched, round.new), (1, 1));
    assert_eq!(there.quarantined().await, []);
    assert_eq!(there.raw().await, [message(1), message(2)]);
}

#[tokio::test]
async fn imap_11_what_is_asked_for_again_and_gone_is_asked_for_once() {
    let server = Server::start(&[1, 2], move |asked, folder| {
        folder.capabilities = "IMAP4rev1".to_owned();
        if asked.command.contains("FETCH") {
            Act::Without("UID 2 BODY")
        } else {
            Act::Answer
        }
    })
    .await;
    let mut there = Place::at(&server).await;
    for _ in 0..6 {
        there.round().await.expect("the other");
    }
    server.folder().messages.remove(&2);
    let store = there.store.store.clone();
    store
        .retry(there.quarantined().await[0].id, &By::command(at(0)))
        .await
        .expect("kept");
    there.round().await.expect("a sound server");
    assert_eq!(there.quarantined().await[0].last_error, "gone");
    let asked = |server: &Server| {
        let log = server.log();
        log.iter().filter(|line| line.contains("FETCH")).count()
    };
    let before = asked(&server);
    there.round().await.expect("a sound server");
    assert_eq!(asked(&server), before);
}

/// Mail stays where it is.
async fn staying(uids: &[u32]) -> Server {
    Server::start(uids, |_, folder| {
        folder.capabilities = "IMAP4rev1".to_owned();
        Act::Answer
    })
    .await
}

fn searches(server: &Server) -> usize {
    let log = server.log();
    log.iter().filter(|line| line.contains("SEARCH")).count()
}

#[tokio::test]
async fn pain_07_a_row_lost_from_the_ledger_is_told_and_fetched_again_without_a_double() {
    let server = staying(&[1, 2, 3, 4, 5]).await;
    let mut there = Place::at(&server).await;
    there.round().await.expect("read");
    there.forget(3).await;
    let round = there.round().await.expect("read");
    assert_eq!((round.fetched, round.new), (1, 1));
    assert_eq!(there.messages().await, 5);
    let state = there.fetching.health.state();
    assert_eq!((state.uids_server, state.uids_accounted), (5, 5));
    assert_eq!(state.gap_since, None);
    assert_eq!(there.round().await.expect("read"), Round::default());
}

#[tokio::test]
async fn pain_07_a_message_that_one_search_left_out_is_found_at_the_next_round() {
    let mut searched = 0;
    let server = Server::start(&[1, 2, 3], move |asked, folder| {
        folder.capabilities = "IMAP4rev1".to_owned();
        if asked.is("UID SEARCH") {
            searched += 1;
            if searched <= 2 {
                return Act::say("* SEARCH 1 3\r\n{tag} OK done\r\n");
            }
        }
        Act::Answer
    })
    .await;
    let mut there = Place::at(&server).await;
    there.round().await.expect("read");
    assert_eq!(there.messages().await, 2);
    let state = there.fetching.health.state();
    assert_eq!(
        (state.uids_server, state.uids_accounted),
        (3, 2),
        "EXISTS says so"
    );
    assert_eq!(state.gap_since, Some(at(0)));
    let round = there.round().await.expect("read");
    assert_eq!((round.fetched, round.new), (1, 1));
    let state = there.fetching.health.state();
    assert_eq!((state.uids_server, state.uids_accounted), (3, 3));
    assert_eq!(state.gap_since, None);
}

#[tokio::test]
async fn pain_07_many_messages_are_compared_in_windows() {
    let uids: Vec<u32> = (1..=12_000).chain([90_000, 4_294_967_290]).collect();
    let server = staying(&[]).await;
    server.folder().messages = uids.iter().map(|uid| (*uid, small(*uid))).collect();
    let mut there = Place::at(&server).await;
    there.round().await.expect("read");
    for uid in [1, 10_000, 10_001, 90_000, 4_294_967_290] {
        there.forget(uid).await;
    }
    let round = there.round().await.expect("read");
    assert_eq!((round.fetched, round.new), (5, 5));
    let state = there.fetching.health.state();
    assert_eq!((state.uids_server, state.uids_accounted), (12_002, 12_002));
}

#[tokio::test]
async fn pain_07_a_quiet_folder_is_compared_now_and_then_only() {
    let server = staying(&[1, 2, 3]).await;
    let mut there = Place::at(&server).await;
    there.round().await.expect("read");
    let first = searches(&server);
    for _ in 0..10 {
        there.round().await.expect("read");
    }
    assert_eq!(searches(&server) - first, 10, "one for news in each round");
    // Somebody deletes one: that is no fault, and looked at once.
    server.folder().messages.remove(&2);
    there.mailbox.close().await;
    there.round().await.expect("read");
    let after = searches(&server);
    there.round().await.expect("read");
    assert_eq!(searches(&server) - after, 1);
    assert_eq!(there.fetching.health.state().gap_since, None);
    assert_eq!(there.messages().await, 3);
}

#[tokio::test]
async fn imap_20_a_folder_made_anew_whose_uidnext_did_not_fall_shows_by_its_sizes() {
    let server = staying(&[1, 2, 3]).await;
    let mut there = Place::at(&server).await;
    there.round().await.expect("read");
    let anew = [(1, message(41)), (2, message(2)), (3, message(43))];
    server.folder().messages = anew.into();
    there.mailbox.close().await;
    let round = there.round().await.expect("read");
    assert_eq!(round.new, 1 + 1);
    assert_eq!(there.messages().await, 5);
    let again = there.round().await.expect("read");
    assert_eq!(again, Round::default());
}

#[tokio::test]
async fn pain_10_of_a_message_over_the_limit_headers_and_texts_are_kept_wherever_they_stand() {
    let film = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n".repeat(150_000);
    let large = format!(
        "From: a@samu.example\r\nSubject: film\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: video/mp4; name=\"film.mp4\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{film}\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nla carte reste grise\r\n--b--\r\n"
    )
    .into_bytes();
    let server = Server::sound(&[1, 3]).await;
    server.folder().messages.insert(2, large);
    let mut there = Place::at(&server).await;
    let round = there.round().await.expect("read");
    assert_eq!((round.fetched, round.moved), (3, 2), "the large one stays");
    let raw = there.raw().await;
    let kept = raw
        .iter()
        .find(|bytes| bytes.len() < 1_000 && bytes.starts_with(b"From: a@"));
    let kept = String::from_utf8_lossy(kept.expect("an excerpt")).into_owned();
    assert!(
        kept.contains("film.mp4") && !kept.contains("QUJD"),
        "{kept}"
    );
    assert!(
        kept.contains("\r\n\r\nla carte reste grise\r\n--b--"),
        "{kept}"
    );
    // Its size as told stands in the ledger: it is not fetched again.
    assert_eq!(there.round().await.expect("read"), Round::default());
}

#[tokio::test]
async fn imap_01_a_server_that_is_not_there_yet_is_read_as_soon_as_it_is() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let mut config = Server::sound(&[]).await.config();
    config.port = address.port();
    let mailbox = Mailbox::Imap(Imap::new(config, 1 << 20, Limits::default()).into());
    let there = Place::of(mailbox).await;
    let (token, fetching) = (CancellationToken::new(), there.fetching.clone());
    let woken = fetching.wake.listen();
    let work = tokio::spawn(fetch::run(there.mailbox, there.fetching, token.clone()));
    let failure = loop {
        if let Some(failure) = fetching.health.state().failure {
            break failure;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!((failure.error, failure.tries), ("network", 1));
    let listener = TcpListener::bind(address).await.expect("the port is free");
    let server = Server::on(listener, &[1], |_, _| Act::Answer);
    // A hang guard: the second try comes a second after the first.
    tokio::time::timeout(Duration::from_secs(300), woken)
        .await
        .expect("the message is stored");
    assert_eq!(
        there.store.store.counts().await.expect("counts").messages,
        1
    );
    assert_eq!(
        server
            .folder()
            .log
            .iter()
            .filter(|line| line.contains("LOGIN"))
            .count(),
        1
    );
    token.cancel();
    work.await.expect("no panic").expect("no error");
}

#[tokio::test]
async fn imap_38_39_pain_06_however_many_wait_all_are_stored_oldest_first_and_progress_shows() {
    const WAITING: u32 = 5_000;
    let mut bodies = 0;
    let server = Server::start(&[], move |asked, folder| {
        folder.capabilities = "IMAP4rev1".to_owned();
        bodies += usize::from(asked.bodies());
        // The last but one command for bodies finds the connection broken.
        if bodies == 99 && asked.session == 1 {
            Act::Items(0, "* BYE going\r\n")
        } else {
            Act::Answer
        }
    })
    .await;
    server.folder().messages = (1..=WAITING).map(|uid| (uid, small(uid))).collect();
    let mut there = Place::at(&server).await;
    assert!(there.round().await.is_err());
    let stored = there.messages().await;
    assert_eq!(stored, 98 * 50);
    assert_eq!(
        there.fetching.health.state().last_success,
        Some(at(0)),
        "a long round is no silence"
    );
    while there.messages().await < u64::from(WAITING) {
        there.round().await.expect("a new session");
    }
    let lines = there
        .store
        .store
        .export_messages(0, 9_999)
        .await
        .expect("exports");
    let uids: Vec<Option<u32>> = lines.iter().map(|line| line.uid).collect();
    assert!(uids[..98 * 50].is_sorted(), "oldest first");
    assert_eq!(uids.len(), WAITING as usize);
    let distinct: std::collections::BTreeSet<_> = uids.iter().collect();
    assert_eq!(distinct.len(), WAITING as usize);
}

#[tokio::test]
async fn pain_07_a_row_lost_is_found_missing_in_a_maildir_too() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["new", "cur", "tmp"] {
        std::fs::create_dir(folder.path().join(name)).expect("the folder is ours");
    }
    for uid in 1..=3 {
        let path = folder
            .path()
            .join(format!("new/1795510{uid:03}.M{uid}.host"));
        std::fs::write(path, message(uid)).expect("the folder is ours");
    }
    let maildir = Maildir::new(folder.path().to_owned(), 1 << 20);
    let mut there = Place::of(Mailbox::Maildir(maildir)).await;
    there.round().await.expect("a Maildir");
    let mut raw = SqliteConnection::connect(&there.store.url)
        .await
        .expect("opens");
    for sql in [
        "DELETE FROM deliveries WHERE name LIKE '%M2.host'",
        "DELETE FROM messages WHERE id NOT IN (SELECT message_id FROM deliveries)",
    ] {
        sqlx::query(sql)
            .execute(&mut raw)
            .await
            .expect("the row goes");
    }
    let mut new = 0;
    for _ in 0..30 {
        new += there.round().await.expect("a Maildir").new;
    }
    assert_eq!(new, 1);
    assert_eq!(there.messages().await, 3);
    let state = there.fetching.health.state();
    assert_eq!((state.uids_server, state.uids_accounted), (3, 3));
}

#[tokio::test]
async fn imap_26_a_message_dragged_back_is_known_and_moved_again() {
    let server = Server::sound(&[1, 2]).await;
    let mut there = Place::at(&server).await;
    there.round().await.expect("read");
    server.folder().messages.insert(9, message(1));
    let round = there.round().await.expect("read");
    assert_eq!((round.fetched, round.new, round.moved), (1, 0, 1));
    assert_eq!(there.messages().await, 2);
}

#[tokio::test]
async fn imap_29_a_break_while_moving_loses_and_doubles_nothing() {
    for word in ["UID COPY", "UID STORE", "UID EXPUNGE"] {
        let server = Server::start(&[1, 2], move |asked, folder| {
            folder.capabilities = "IMAP4rev1 UIDPLUS".to_owned();
            if asked.session == 1 && asked.is(word) {
                Act::Items(0, "* BYE going\r\n")
            } else {
                Act::Answer
            }
        })
        .await;
        let mut there = Place::at(&server).await;
        assert!(there.round().await.is_err(), "{word}");
        assert_eq!(
            there.messages().await,
            2,
            "{word}: stored before anything moves"
        );
        let round = there.round().await.expect("a new session");
        assert_eq!((round.new, round.moved), (0, 2), "{word}");
        assert!(server.folder().messages.is_empty(), "{word}");
        let done = server.folder().done.clone();
        assert!(
            [1, 2].iter().all(|uid| done.contains(uid)),
            "{word}: {done:?}"
        );
    }
}

#[tokio::test]
async fn what_the_store_does_not_take_stays_in_the_mailbox_and_comes_again() {
    let server = Server::sound(&[1, 2, 3]).await;
    let mut there = Place::at(&server).await;
    there.store.store.close().await;
    let error = there.round().await.unwrap_err();
    assert_eq!(error.token(), "store");
    assert_eq!(server.folder().messages.len(), 3);
    there.store.reopen().await;
    there.fetching.store = there.store.store.clone();
    let round = there.round().await.expect("the store is back");
    assert_eq!((round.new, round.moved), (3, 3));
}

#[tokio::test]
async fn the_loop_takes_news_tells_them_and_ends_when_asked() {
    let server = Server::sound(&[1]).await;
    let there = Place::at(&server).await;
    let (token, fetching) = (CancellationToken::new(), there.fetching.clone());
    let woken = fetching.wake.listen();
    let work = tokio::spawn(fetch::run(there.mailbox, there.fetching, token.clone()));
    woken.await;
    let woken = fetching.wake.listen();
    while !server.log().iter().any(|line| line.ends_with("IDLE")) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.deliver(2);
    // A hang guard: the poll interval would find it after 60 s.
    tokio::time::timeout(Duration::from_secs(50), woken)
        .await
        .expect("IDLE told it");
    assert_eq!(fetching.health.state().failure, None);
    assert_eq!(fetching.health.state().last_success, Some(at(0)));
    token.cancel();
    tokio::time::timeout(Duration::from_secs(50), work)
        .await
        .expect("the loop ends")
        .expect("no panic")
        .expect("no error");
    assert!(server.log().iter().any(|line| line.contains("LOGOUT")));
}

#[tokio::test]
async fn imap_31_a_refused_password_is_tried_once_and_told() {
    let server = Server::start(&[1], |asked, _| {
        if asked.is("LOGIN") {
            Act::say("{tag} NO [AUTHENTICATIONFAILED] no\r\n")
        } else {
            Act::Answer
        }
    })
    .await;
    let there = Place::at(&server).await;
    let (token, health) = (CancellationToken::new(), there.fetching.health.clone());
    let work = tokio::spawn(fetch::run(there.mailbox, there.fetching, token.clone()));
    let failure = loop {
        if let Some(failure) = health.state().failure {
            break failure;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!((failure.error, failure.tries), ("auth", 1));
    assert!(failure.next_try - failure.since >= chrono::TimeDelta::seconds(60));
    token.cancel();
    work.await.expect("no panic").expect("no error");
    let logins = server
        .log()
        .iter()
        .filter(|line| line.contains("LOGIN"))
        .count();
    assert_eq!(logins, 1);
}

#[tokio::test]
async fn a_maildir_is_stored_once_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["new", "cur", "tmp"] {
        std::fs::create_dir(folder.path().join(name)).expect("the folder is ours");
    }
    for uid in 1..=120 {
        let path = folder
            .path()
            .join(format!("new/1795510{uid:03}.M{uid}.host"));
        std::fs::write(path, message(uid)).expect("the folder is ours");
    }
    let mut there = Place::of(Mailbox::Maildir(Maildir::new(
        folder.path().to_owned(),
        1 << 20,
    )))
    .await;
    assert_eq!(there.round().await.expect("a Maildir").new, 120);
    assert_eq!(there.round().await.expect("a Maildir"), Round::default());
    // Another start, and a mail reader that has marked one meanwhile.
    there.mailbox.reset();
    let read = folder.path().join("new/1795510001.M1.host");
    std::fs::rename(read, folder.path().join("cur/1795510001.M1.host:2,S")).expect("ours");
    assert_eq!(there.round().await.expect("a Maildir"), Round::default());
    assert_eq!(there.messages().await, 120);
    let files = std::fs::read_dir(folder.path().join("new"))
        .expect("it lists")
        .count();
    assert_eq!(files, 119);
}
