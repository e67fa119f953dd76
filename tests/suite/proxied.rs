//! IMAP and SMTP over a line that breaks, falls silent, crawls or crumbles (`spec/reliability.md`, 2.1 to 2.3): nothing is
//! lost, halved or taken twice, no mail that may have left is sent again, and what works again is used again.

use std::collections::BTreeMap;
use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use vigie::clock::Clock;
use vigie::config::{self, Secret, Security};
use vigie::domain::message::{Cursor, Place};
use vigie::domain::outgoing::{Claim, OutboxMail, Template};
use vigie::mailbox::Mailbox;
use vigie::mailbox::imap::{Imap, ImapError, Limits};
use vigie::metrics::MailboxHealth;
use vigie::transport::{Delivery, Smtp, Stage, Timeouts};
use vigie::wake::Wake;
use vigie::worker::fetch::{self, Fetching};

use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::fill::{Inbox, fixtures};
use crate::support::imap_client::served;
use crate::support::imap_script::{Server, message};
use crate::support::proxy::{Break, Mode, Proxy, Side};
use crate::support::smtp_script::{SmtpScript, opening, taken};
use crate::support::stores::{TestStore, at};

/// Where a session is broken off: at so many offsets of what the server says.
const OFFSETS: u64 = 64;
/// No message of these tests is larger.
const LARGEST: u64 = 16 * 1024 * 1024;
/// A hang guard over waits in real time.
const HANG: Duration = Duration::from_secs(300);

/// What a store would hold.
#[derive(Default)]
struct Taken {
    cursor: Option<Cursor>,
    messages: BTreeMap<u32, Vec<u8>>,
    count: usize,
}

impl Taken {
    /// One round; what came is kept also where it fails.
    async fn round(&mut self, imap: &mut Imap) -> Result<(), ImapError> {
        imap.begin(self.cursor).await?;
        while let Some(batch) = imap.next(at(0)).await? {
            for fetched in batch.messages {
                let Place::Imap { uid, .. } = fetched.place else {
                    panic!("IMAP messages have UIDs");
                };
                assert!(!fetched.left_on_server, "{uid} was not given whole");
                self.messages.insert(uid, fetched.bytes);
                self.count += 1;
            }
            self.cursor = Some(batch.cursor);
        }
        Ok(())
    }

    /// Rounds over a sound line until all is here.
    async fn finish(&mut self, imap: &mut Imap, server: &Server) {
        for _ in 0..3 {
            if self.round(imap).await.is_ok()
                && self.messages.len() == server.folder().messages.len()
            {
                break;
            }
        }
    }

    /// N1, N2, N8: everything is here as it lies there, taken once, and the cursor is not before it.
    #[track_caller]
    fn assert_whole(&self, server: &Server, told: &str) {
        assert!(
            self.messages == server.folder().messages,
            "{told}: lost or changed"
        );
        assert_eq!(self.count, self.messages.len(), "{told}: taken twice");
    }
}

fn client(server: &Server, proxy: &Proxy, limits: Limits) -> Imap {
    let config = config::Imap {
        port: proxy.port,
        ..server.config()
    };
    Imap::new(config, LARGEST, limits)
}

async fn behind_proxy(uids: &[u32]) -> (Server, Proxy) {
    let server = Server::sound(uids).await;
    let proxy = Proxy::start(server.port).await;
    (server, proxy)
}

/// What a round over a sound line makes the server say.
async fn length_of_a_session(uids: &[u32]) -> u64 {
    let (server, proxy) = behind_proxy(uids).await;
    let mut taken = Taken::default();
    let mut imap = client(&server, &proxy, Limits::default());
    taken.round(&mut imap).await.expect("a sound line");
    taken.assert_whole(&server, "a sound line");
    proxy.passed(Side::Server)
}

/// Breaks the first session off in each way at each offset; the next ones are sound.
async fn broken_off(how: Break) {
    let uids: Vec<u32> = (1..=20).collect();
    let length = length_of_a_session(&uids).await;
    for step in 0..OFFSETS {
        let offset = length * step / OFFSETS;
        let told = format!("{how:?} after {offset} of {length} bytes");
        let (server, proxy) = behind_proxy(&uids).await;
        proxy.set(Mode::After(Side::Server, offset, how)).await;
        let mut taken = Taken::default();
        let mut imap = client(&server, &proxy, Limits::default());
        let begun = Instant::now();
        let broken = taken.round(&mut imap).await;
        assert!(broken.is_err(), "{told}: taken for a sound end");
        // The greatest sum of limits that one step can run into, on tokio's clock.
        assert!(
            begun.elapsed() <= Duration::from_secs(60),
            "{told}: left after {:?}",
            begun.elapsed()
        );
        for (uid, bytes) in &taken.messages {
            assert!(
                *bytes == message(*uid),
                "{told}: message {uid} is not as it was served"
            );
        }
        proxy.set(Mode::Pass).await;
        taken.finish(&mut imap, &server).await;
        taken.assert_whole(&server, &told);
    }
}

#[tokio::test(start_paused = true)]
async fn imap_07_08_a_session_cut_anywhere_loses_and_halves_nothing() {
    broken_off(Break::Cut).await;
}

#[tokio::test(start_paused = true)]
async fn imap_08_a_session_reset_anywhere_loses_and_halves_nothing() {
    broken_off(Break::Reset).await;
}

#[tokio::test(start_paused = true)]
async fn imap_03_silence_anywhere_even_inside_a_literal_is_left_within_a_minute() {
    broken_off(Break::Silence).await;
}

#[tokio::test(start_paused = true)]
async fn imap_07_a_server_that_only_stops_talking_has_ended_the_session() {
    broken_off(Break::HalfClose).await;
}

#[tokio::test(start_paused = true)]
async fn imap_07_a_server_that_only_stops_listening_loses_nothing() {
    let uids: Vec<u32> = (1..=20).collect();
    for offset in [0, 5, 20, 60, 100, 150, 200, 250] {
        let told = format!("half-closed after {offset} bytes of ours");
        let (server, proxy) = behind_proxy(&uids).await;
        proxy
            .set(Mode::After(Side::Client, offset, Break::HalfClose))
            .await;
        let mut taken = Taken::default();
        let mut imap = client(&server, &proxy, Limits::default());
        // Where all was asked before, the round may go through.
        let _ = taken.round(&mut imap).await;
        proxy.set(Mode::Pass).await;
        taken.finish(&mut imap, &server).await;
        taken.assert_whole(&server, &told);
    }
}

#[tokio::test(start_paused = true)]
async fn imap_04_an_idle_that_died_silently_is_left_at_its_renewal_and_the_mail_taken() {
    let (server, proxy) = behind_proxy(&[1, 2]).await;
    let limits = Limits {
        idle: Duration::from_secs(10),
        ..Limits::default()
    };
    let mut taken = Taken::default();
    let mut imap = client(&server, &proxy, limits);
    taken.round(&mut imap).await.expect("a sound line");
    let begun = Instant::now();
    let forgotten = async {
        while !server.log().iter().any(|line| line.ends_with("IDLE")) {
            sleep(Duration::from_millis(1)).await;
        }
        proxy.set(Mode::Silence).await;
        server.deliver(3);
    };
    let (waited, ()) = tokio::join!(imap.wait(Duration::from_secs(600)), forgotten);
    assert!(waited.is_err(), "a dead IDLE was taken for a quiet one");
    assert!(
        begun.elapsed() <= Duration::from_secs(70),
        "{:?}",
        begun.elapsed()
    );
    proxy.set(Mode::Pass).await;
    taken.round(&mut imap).await.expect("a new connection");
    taken.assert_whole(&server, "after a silent IDLE");
}

#[tokio::test(start_paused = true)]
async fn imap_40_at_1_kb_a_second_a_5_mb_mail_arrives_and_starves_nobody() {
    let (server, proxy) = behind_proxy(&[1, 3]).await;
    let large = [message(2), vec![b'x'; 5 * 1024 * 1024]].concat();
    server.folder().messages.insert(2, large);
    proxy.set(Mode::Slow(1024)).await;
    let mut taken = Taken::default();
    let mut imap = client(&server, &proxy, Limits::default());
    let begun = Instant::now();
    while !(taken.messages.contains_key(&1) && taken.messages.contains_key(&3)) {
        // A round that fails goes on where it stopped.
        let _ = taken.round(&mut imap).await;
        assert!(
            begun.elapsed() <= Duration::from_secs(600),
            "the others starve"
        );
    }
    server.deliver(4);
    let came = begun.elapsed();
    while !taken.messages.contains_key(&4) {
        let _ = taken.round(&mut imap).await;
        assert!(
            begun.elapsed() - came <= Duration::from_secs(600),
            "what comes later starves"
        );
    }
    while !taken.messages.contains_key(&2) {
        let _ = taken.round(&mut imap).await;
        assert!(
            begun.elapsed() <= Duration::from_secs(3 * 5 * 1024),
            "the large one never arrives"
        );
    }
    taken.assert_whole(&server, "1 kB a second");
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_that_gives_a_byte_a_second_is_left_within_a_minute_and_read_when_it_is_well() {
    let (server, proxy) = behind_proxy(&[1, 2, 3]).await;
    proxy.set(Mode::Slow(1)).await;
    let mut taken = Taken::default();
    let mut imap = client(&server, &proxy, Limits::default());
    let begun = Instant::now();
    let crawled = taken.round(&mut imap).await;
    assert!(crawled.is_err(), "{:?} for a session", begun.elapsed());
    assert!(
        begun.elapsed() <= Duration::from_secs(120),
        "{:?}",
        begun.elapsed()
    );
    proxy.set(Mode::Pass).await;
    taken.finish(&mut imap, &server).await;
    taken.assert_whole(&server, "a byte a second, then all");
}

#[tokio::test]
async fn a_mailbox_whose_every_byte_comes_alone_is_read_as_it_is() {
    let uids: Vec<u32> = (1..=60).collect();
    let (server, proxy) = behind_proxy(&uids).await;
    proxy.set(Mode::Segments).await;
    let mut taken = Taken::default();
    let mut imap = client(&server, &proxy, Limits::default());
    taken.round(&mut imap).await.expect("a sound line");
    taken.assert_whole(&server, "byte by byte");
    assert_eq!(proxy.connections(), 1);
}

/// The fetch loop over a proxy, into a store of its own.
fn fetching(store: &TestStore) -> Fetching {
    Fetching {
        name: "imap:box@vigie.example@127.0.0.1/INBOX".to_owned(),
        store: store.store.clone(),
        clock: Clock::Fixed(at(0)),
        wake: Arc::new(Wake::new()),
        health: Arc::new(MailboxHealth::default()),
        poll: Duration::from_secs(1),
    }
}

#[tokio::test]
async fn imap_01_a_mailbox_that_is_not_there_at_first_is_read_once_it_is() {
    let (server, proxy) = behind_proxy(&[1, 2, 3]).await;
    proxy.set(Mode::Refuse).await;
    let store = TestStore::sqlite().await;
    let fetching = fetching(&store);
    let health = Arc::clone(&fetching.health);
    let token = CancellationToken::new();
    let mailbox = Mailbox::Imap(Box::new(client(&server, &proxy, Limits::default())));
    let running = tokio::spawn(fetch::run(mailbox, fetching, token.clone()));
    let story = async {
        while health
            .state()
            .failure
            .is_none_or(|failure| failure.tries < 2)
        {
            sleep(Duration::from_millis(10)).await;
        }
        let failure = health.state().failure.expect("it fails");
        assert_eq!(failure.error, "network");
        proxy.set(Mode::Pass).await;
        while store.store.counts().await.expect("it counts").messages < 3 {
            sleep(Duration::from_millis(10)).await;
        }
        while health.state().failure.is_some() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(HANG, story).await.expect("it is read in time");
    token.cancel();
    running.await.expect("no panic").expect("told to end");
    assert_eq!(proxy.connections(), 1, "one connection was enough");
}

#[tokio::test]
async fn imap_08_29_dovecot_behind_a_line_that_breaks_again_and_again_is_read_and_filed_once() {
    const USER: &str = "box@vigie.example";
    let dovecot = tokio::task::spawn_blocking(|| {
        let dovecot = Dovecot::start(&[USER], None);
        let mut inbox = Inbox::of(&dovecot.mail(), USER);
        for (number, (_, bytes)) in fixtures().iter().take(60).enumerate() {
            // Each another than the others.
            let head = format!("Comments: essai {number}\n");
            inbox.deliver(&[head.as_bytes(), bytes].concat());
        }
        dovecot
    })
    .await
    .expect("Dovecot starts");
    let there = served(dovecot.imap, USER, PASSWORD, "INBOX").messages;
    assert_eq!(there.len(), 60);
    let proxy = Proxy::start(dovecot.imap).await;
    let server = config::Imap {
        security: Security::Plain,
        host: "127.0.0.1".to_owned(),
        port: proxy.port,
        user: USER.to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        ca_file: None,
        folder: "INBOX".to_owned(),
        done_folder: Some("Traités".to_owned()),
    };
    let store = TestStore::sqlite().await;
    let fetching = fetching(&store);
    let mut mailbox = Mailbox::Imap(Box::new(Imap::new(server, LARGEST, Limits::default())));
    let token = CancellationToken::new();
    let (mut broken, mut offset) = (0, 200);
    for how in [Break::Cut, Break::Reset].into_iter().cycle() {
        proxy.set(Mode::After(Side::Server, offset, how)).await;
        let round = timeout(HANG, fetch::round(&mut mailbox, &fetching, &token));
        if round.await.expect("no round hangs").is_ok() {
            break;
        }
        broken += 1;
        offset += offset / 4;
    }
    assert!(broken > 10, "the line broke {broken} times only");
    // What was moved by a command whose answer was cut off is in the folder no more; a round says so.
    proxy.set(Mode::Pass).await;
    fetch::round(&mut mailbox, &fetching, &token)
        .await
        .expect("a sound line");
    mailbox.close().await;
    let lines = store
        .store
        .list_messages(None, 1_000)
        .await
        .expect("the store lists");
    let mut stored = Vec::new();
    for line in &lines {
        stored.push(
            store
                .store
                .raw(line.id)
                .await
                .expect("the store reads")
                .expect("it is there"),
        );
    }
    let mut expected: Vec<Vec<u8>> = there.into_values().collect();
    for list in [&mut stored, &mut expected] {
        list.sort();
    }
    assert!(
        stored == expected,
        "stored {} of {}",
        stored.len(),
        expected.len()
    );
    let inbox = served(dovecot.imap, USER, PASSWORD, "INBOX").messages;
    assert!(inbox.is_empty(), "{} were not moved", inbox.len());
    let done = served(dovecot.imap, USER, PASSWORD, "Trait&AOk-s").messages;
    assert_eq!(done.len(), expected.len(), "each was moved once");
}

fn mail(mime: &[u8]) -> OutboxMail {
    OutboxMail {
        id: 1,
        claim: Claim { mail: 1, number: 1 },
        reference: "INC-26-00042".to_owned(),
        sequence: 1,
        template: Template::E1,
        message_id: "<INC-26-00042.1.ff@vigie.example>".to_owned(),
        envelope_from: "support@vigie.example".to_owned(),
        to: "claire@samu.example".to_owned(),
        mime: mime.to_vec(),
        attempts: 1,
        created_at: DateTime::UNIX_EPOCH,
        first_due: DateTime::UNIX_EPOCH,
        released: false,
    }
}

async fn sent(smtp: &Smtp, mail: &OutboxMail) -> Delivery {
    smtp.send(mail, ready(true), pending()).await
}

const MIME: &[u8] =
    b"Subject: x\r\nMessage-ID: <INC-26-00042.1.ff@vigie.example>\r\n\r\n.deux\r\n..\r\nfin\r\n";

/// A server that would take one mail, behind a proxy, and our client of it.
async fn submission(timeouts: Timeouts) -> (SmtpScript, Proxy, Smtp) {
    let script = SmtpScript::start(vec![[opening(), taken()].concat()]).await;
    let proxy = Proxy::start(script.port).await;
    let server = config::Smtp {
        security: Security::Plain,
        host: "127.0.0.1".to_owned(),
        port: proxy.port,
        login: None,
        ca_file: None,
    };
    let smtp = Smtp::new(server, timeouts);
    (script, proxy, smtp)
}

/// Breaks the line after so many bytes of each side, and compares what we believe with what the server took.
async fn mail_broken_off(how: Break) {
    let (script, proxy, smtp) = submission(Timeouts::default()).await;
    assert_eq!(sent(&smtp, &mail(MIME)).await, Delivery::Accepted);
    assert_eq!(script.mails(), [MIME]);
    let (ours, theirs) = (proxy.passed(Side::Client), proxy.passed(Side::Server));
    let (mut again, mut doubtful) = (0, 0);
    for (side, length) in [(Side::Client, ours), (Side::Server, theirs)] {
        for offset in 0..length {
            let told = format!("{how:?} after {offset} of {length} bytes of {side:?}");
            let (script, proxy, smtp) = submission(Timeouts::default()).await;
            proxy.set(Mode::After(side, offset, how)).await;
            match sent(&smtp, &mail(MIME)).await {
                Delivery::Accepted => panic!("{told}: the server's 250 did not come"),
                Delivery::Permanent(failure) => panic!("{told}: given up, {failure:?}"),
                Delivery::Withdrawn => panic!("{told}: nobody stopped it"),
                Delivery::Temporary(failure) => {
                    assert!(
                        script.mails().is_empty(),
                        "{told}: it would be sent twice, {failure:?}"
                    );
                    again += 1;
                }
                Delivery::InDoubt(failure) => {
                    assert_eq!(failure.stage, Stage::Dot, "{told}");
                    doubtful += 1;
                }
            }
        }
    }
    assert!(
        again > 100 && doubtful > 10,
        "{again} to send again, {doubtful} in doubt"
    );
}

#[tokio::test(start_paused = true)]
async fn snd_06_07_a_cut_at_any_byte_is_sent_again_only_where_it_cannot_have_arrived() {
    mail_broken_off(Break::Cut).await;
}

#[tokio::test(start_paused = true)]
async fn snd_06_07_a_reset_at_any_byte_is_sent_again_only_where_it_cannot_have_arrived() {
    mail_broken_off(Break::Reset).await;
}

#[tokio::test(start_paused = true)]
async fn snd_08_silence_at_any_byte_is_sent_again_only_where_it_cannot_have_arrived() {
    mail_broken_off(Break::Silence).await;
}

#[tokio::test]
async fn snd_06_a_large_mail_cut_before_its_final_dot_is_sent_again() {
    let (script, proxy, smtp) = submission(Timeouts::default()).await;
    proxy
        .set(Mode::After(Side::Client, 1024 * 1024, Break::Cut))
        .await;
    // More than two sockets hold: the dot is not written when the line breaks.
    let mime = [
        MIME,
        b"ligne d'une longue piece jointe\r\n"
            .repeat(1 << 20)
            .as_slice(),
    ]
    .concat();
    let delivery = timeout(HANG, sent(&smtp, &mail(&mime)))
        .await
        .expect("no hang");
    assert!(matches!(delivery, Delivery::Temporary(_)), "{delivery:?}");
    assert!(script.mails().is_empty());
}

#[tokio::test]
async fn snd_01_a_server_that_refuses_the_connection_is_tried_again_and_then_takes_the_mail() {
    let (script, proxy, smtp) = submission(Timeouts::default()).await;
    proxy.set(Mode::Refuse).await;
    let delivery = sent(&smtp, &mail(MIME)).await;
    assert!(matches!(delivery, Delivery::Temporary(failure) if failure.stage == Stage::Connect));
    proxy.set(Mode::Pass).await;
    assert_eq!(sent(&smtp, &mail(MIME)).await, Delivery::Accepted);
    assert_eq!(script.mails(), [MIME]);
}

#[tokio::test(start_paused = true)]
async fn snd_05_a_server_that_accepts_and_says_nothing_is_left_and_the_mail_tried_again() {
    let (script, proxy, smtp) = submission(Timeouts::default()).await;
    proxy.set(Mode::Silence).await;
    let begun = Instant::now();
    let delivery = sent(&smtp, &mail(MIME)).await;
    assert!(matches!(delivery, Delivery::Temporary(failure) if failure.stage == Stage::Greeting));
    // RFC 5321 section 4.5.3.2.1: five minutes for the greeting.
    assert!(
        begun.elapsed() <= Duration::from_secs(310),
        "{:?}",
        begun.elapsed()
    );
    assert!(script.mails().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_submission_server_at_a_byte_a_second_takes_the_mail_once() {
    let (script, proxy, smtp) = submission(Timeouts::default()).await;
    proxy.set(Mode::Slow(1)).await;
    assert_eq!(sent(&smtp, &mail(MIME)).await, Delivery::Accepted);
    assert_eq!(script.mails(), [MIME]);
}

#[tokio::test]
async fn a_mail_whose_every_byte_travels_alone_arrives_as_it_is() {
    let (script, proxy, smtp) = submission(Timeouts::default()).await;
    proxy.set(Mode::Segments).await;
    assert_eq!(sent(&smtp, &mail(MIME)).await, Delivery::Accepted);
    assert_eq!(script.mails(), [MIME]);
}

#[tokio::test(start_paused = true)]
async fn snd_07_a_server_that_closes_its_side_after_the_final_dot_leaves_the_mail_in_doubt() {
    let (_script, proxy, smtp) = submission(Timeouts::default()).await;
    assert_eq!(sent(&smtp, &mail(MIME)).await, Delivery::Accepted);
    // One byte of the answer to the dot comes; before it the client may not have written the dot yet.
    let before = proxy.passed(Side::Server) - "50 2.0.0 queued\r\n".len() as u64;
    let (script, proxy, smtp) = submission(Timeouts::default()).await;
    proxy
        .set(Mode::After(Side::Server, before, Break::HalfClose))
        .await;
    let delivery = sent(&smtp, &mail(MIME)).await;
    assert!(matches!(delivery, Delivery::InDoubt(_)), "{delivery:?}");
    assert_eq!(script.mails(), [MIME]);
}
