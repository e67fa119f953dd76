//! The fetch loop between a scripted server, or a Maildir, and a real store.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::mailbox::imap::Limits;
use vigie::mailbox::{Mailbox, Maildir};
use vigie::metrics::MailboxHealth;
use vigie::wake::Wake;
use vigie::worker::fetch::{self, FetchError, Fetching, Round};

use crate::support::imap_script::{Act, Server, message};
use crate::support::stores::{TestStore, at};

const NAME: &str = "imap:box@vigie.example@127.0.0.1/INBOX";

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
async fn imap_18_after_a_new_uidvalidity_no_message_is_stored_twice() {
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
    assert!(String::from_utf8_lossy(&raw[1]).contains("(UID 2, UIDVALIDITY 7)"));
    assert_eq!(
        server.folder().messages.keys().copied().collect::<Vec<_>>(),
        [2]
    );
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
