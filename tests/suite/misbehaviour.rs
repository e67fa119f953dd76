//! IMAP servers that misbehave, each fault by its number in the fault catalogue of the specification: nothing is lost,
//! changed or taken twice, and no fault holds up what is sound.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use vigie::config::Security;
use vigie::domain::message::{Cursor, Place};
use vigie::mailbox::imap::{Imap, ImapError, Limits, Step};

use crate::support::imap_script::{Act, Asked, Folder, Server, message};

/// What a store would hold.
#[derive(Default)]
struct Ledger {
    cursor: Option<Cursor>,
    /// Bytes by UIDVALIDITY and UID; none where the server did not give them.
    stored: BTreeMap<(u32, u32), Option<Vec<u8>>>,
    taken: usize,
}

impl Ledger {
    /// One round. What came is kept also where the round fails, as a store would.
    async fn round(&mut self, imap: &mut Imap) -> Result<(), ImapError> {
        let now: DateTime<Utc> = "2026-11-24T08:00:00Z".parse().expect("a date");
        imap.begin(self.cursor).await?;
        while let Some(batch) = imap.next(now).await? {
            for fetched in batch.messages {
                let Place::Imap { uidvalidity, uid } = fetched.place else {
                    panic!("IMAP messages have UIDs");
                };
                let bytes = (!fetched.left_on_server).then_some(fetched.bytes);
                self.stored.insert((uidvalidity, uid), bytes);
                self.taken += 1;
            }
            self.cursor = Some(batch.cursor);
        }
        Ok(())
    }

    /// Rounds until all is taken, at most `most`; gives the errors met.
    async fn rounds(&mut self, imap: &mut Imap, server: &Server, most: usize) -> Vec<ImapError> {
        let mut errors = Vec::new();
        for _ in 0..most {
            if let Err(error) = self.round(imap).await {
                errors.push(error);
            }
            self.assert_cursor_behind(&server.folder());
            if self.has_all(&server.folder()) {
                break;
            }
        }
        errors
    }

    fn has_all(&self, folder: &Folder) -> bool {
        let validity = folder.uidvalidity.unwrap_or(0);
        folder
            .messages
            .keys()
            .all(|uid| self.stored.contains_key(&(validity, *uid)))
    }

    /// No UID below the cursor is in the folder and not here.
    fn assert_cursor_behind(&self, folder: &Folder) {
        let Some(cursor) = self.cursor else { return };
        if folder.uidvalidity.unwrap_or(0) != cursor.uidvalidity {
            return;
        }
        for uid in folder.messages.keys().filter(|uid| **uid < cursor.uidnext) {
            assert!(
                self.stored.contains_key(&(cursor.uidvalidity, *uid)),
                "the cursor went over {uid}, which is not stored"
            );
        }
    }

    /// Everything in the folder is here as served, taken once.
    fn assert_whole(&self, folder: &Folder) {
        let validity = folder.uidvalidity.unwrap_or(0);
        for (uid, bytes) in &folder.messages {
            let stored = self.stored.get(&(validity, *uid));
            assert_eq!(stored, Some(&Some(bytes.clone())), "message {uid}");
        }
        assert_eq!(self.taken, self.stored.len(), "a message was taken twice");
    }
}

/// Limits for servers that fall silent.
fn short() -> Limits {
    Limits {
        silence: Duration::from_secs(2),
        farewell: Duration::from_secs(1),
        ..Limits::default()
    }
}

/// Nothing is said that could change the folder.
fn assert_untouched(log: &[String]) {
    for line in log {
        let command = line.splitn(3, ' ').nth(2).unwrap_or_default();
        let sound = [
            "UID SEARCH ",
            "LOGIN ",
            "CAPABILITY",
            "SELECT ",
            "NOOP",
            "LOGOUT",
            "IDLE",
        ]
        .iter()
        .any(|word| command.starts_with(word))
            || (command.starts_with("UID FETCH ")
                && (command.contains("BODY.PEEK[]") || command.contains("RFC822.SIZE")))
            || line.ends_with("DONE");
        assert!(sound, "the server was told {line:?}");
    }
}

#[tokio::test]
async fn a_sound_server_is_read_whole_and_left_untouched() {
    let uids: Vec<u32> = (1..=120).collect();
    let server = Server::sound(&uids).await;
    let (mut imap, mut ledger) = (server.client(Limits::default()), Ledger::default());
    ledger.round(&mut imap).await.expect("a sound server");
    ledger.assert_whole(&server.folder());
    server.deliver(121);
    // IMAP-23: `122:*` names the last old message again.
    for _ in 0..3 {
        ledger.round(&mut imap).await.expect("a sound server");
    }
    ledger.assert_whole(&server.folder());
    assert_eq!(ledger.cursor.map(|at| at.uidnext), Some(122));
    imap.close().await;
    assert_untouched(&server.log());
}

#[tokio::test]
async fn imap_02_a_server_that_never_greets_is_left() {
    let server = Server::start(&[1], |asked, _| match asked.command {
        "" => Act::Silence,
        _ => Act::Answer,
    })
    .await;
    let error = server.client(short()).begin(None).await.unwrap_err();
    assert!(
        matches!(
            error,
            ImapError::Silent {
                step: Step::Greeting,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_transient());
}

#[tokio::test]
async fn imap_03_silence_at_any_command_ends_the_session_and_loses_nothing() {
    let silent = |word: &'static str| async move {
        let server = Server::start(&[1, 2], move |asked, _| {
            if asked.session == 1 && asked.command.contains(word) {
                Act::Silence
            } else {
                Act::Answer
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        let errors = ledger.rounds(&mut imap, &server, 2).await;
        assert!(
            matches!(errors[..], [ImapError::Silent { .. }]),
            "{word}: {errors:?}"
        );
        ledger.assert_whole(&server.folder());
    };
    tokio::join!(
        silent("LOGIN"),
        silent("SELECT"),
        silent("SEARCH"),
        silent("RFC822.SIZE"),
        silent("BODY.PEEK"),
    );
}

#[tokio::test]
async fn imap_03_silence_at_a_move_or_at_the_goodbye_holds_nothing_up() {
    let server = Server::start(&[1], |asked, _| {
        if asked.is("UID MOVE") || asked.is("LOGOUT") {
            Act::Silence
        } else {
            Act::Answer
        }
    })
    .await;
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    assert!(matches!(
        imap.file(&[1]).await,
        Err(ImapError::Silent {
            step: Step::Move,
            ..
        })
    ));
    ledger.round(&mut imap).await.expect("a new session");
    imap.close().await;
    assert_eq!(ledger.taken, 1);
}

#[tokio::test]
async fn imap_03_an_idle_that_never_begins_is_left_however_much_the_server_chats() {
    let server = Server::start(&[1], |asked, _| match asked.command {
        "IDLE" => Act::Chatter("* OK Still here\r\n"),
        _ => Act::Answer,
    })
    .await;
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    let waited = imap.wait(Duration::from_secs(3600)).await;
    let slow = matches!(
        waited,
        Err(ImapError::Slow {
            step: Step::Idle,
            ..
        })
    );
    assert!(slow, "{waited:?}");
    ledger.round(&mut imap).await.expect("a new session");
}

#[tokio::test]
async fn imap_05_news_that_are_never_told_are_found_by_looking() {
    let server = Server::start(&[1], |asked, _| match asked.command {
        "IDLE" => Act::say("+ idling\r\n* OK Still here\r\n* OK Still here\r\n"),
        _ => Act::Answer,
    })
    .await;
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    server.folder().messages.insert(2, message(2));
    // The script says nothing more, and takes DONE for a command that it does not know.
    let _ = imap.wait(Duration::from_millis(50)).await;
    ledger.rounds(&mut imap, &server, 2).await;
    ledger.assert_whole(&server.folder());
}

#[tokio::test(start_paused = true)]
async fn imap_04_news_told_beside_another_answer_are_not_waited_for() {
    let server = Server::start(&[1], |asked, folder| match asked.command {
        command if command.starts_with("UID SEARCH") && folder.messages.len() == 2 => {
            Act::Between("* 2 EXISTS\r\n")
        }
        _ => Act::Answer,
    })
    .await;
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    server.folder().messages.insert(2, message(2));
    imap.window(1).await.expect("compared");
    imap.wait(Duration::from_secs(300)).await.expect("at once");
    assert!(!server.log().iter().any(|line| line.ends_with("IDLE")));
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
}

#[tokio::test]
async fn imap_06_without_idle_the_server_is_asked_and_asked_for_idle_once_at_most() {
    for refused in [true, false] {
        let server = Server::start(&[1], move |asked, folder| {
            if !refused {
                folder.capabilities = "IMAP4rev1".to_owned();
            }
            match asked.command {
                "IDLE" => Act::say("{tag} BAD what\r\n"),
                _ => Act::Answer,
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        for uid in 2..5 {
            ledger.round(&mut imap).await.expect("read");
            imap.wait(Duration::from_millis(20)).await.expect("a pause");
            server.deliver(uid);
        }
        ledger.round(&mut imap).await.expect("read");
        ledger.assert_whole(&server.folder());
        let idles = server
            .log()
            .iter()
            .filter(|line| line.ends_with("IDLE"))
            .count();
        assert_eq!(idles, usize::from(refused));
    }
}

#[tokio::test]
async fn news_end_the_wait() {
    let server = Server::sound(&[1]).await;
    let (mut imap, mut ledger) = (server.client(Limits::default()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    let delivery = async {
        while !server.log().iter().any(|line| line.ends_with("IDLE")) {
            tokio::task::yield_now().await;
        }
        // The server listens for news a moment after it has written the `+`.
        tokio::time::sleep(Duration::from_millis(50)).await;
        server.deliver(2);
    };
    let (waited, ()) = tokio::join!(imap.wait(Duration::from_secs(120)), delivery);
    waited.expect("news");
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
}

#[tokio::test]
async fn imap_07_09_10_an_end_after_any_item_loses_nothing() {
    for last in [
        "",
        "{tag} NO sorry\r\n",
        "{tag} BAD what\r\n",
        "* BYE going\r\n",
    ] {
        for items in 0..=5 {
            let server = Server::start(&[1, 2, 3, 4, 5], move |asked, _| {
                if asked.session == 1 && asked.bodies() {
                    Act::Items(items, last)
                } else {
                    Act::Answer
                }
            })
            .await;
            let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
            let errors = ledger.rounds(&mut imap, &server, 3).await;
            ledger.assert_whole(&server.folder());
            if items < 5 {
                assert_eq!(errors.len(), 1, "{items} items, then {last:?}: {errors:?}");
            }
        }
    }
}

#[tokio::test]
async fn imap_10_a_goodbye_at_any_command_loses_nothing() {
    for word in [
        "",
        "CAPABILITY",
        "LOGIN",
        "SELECT",
        "SEARCH",
        "RFC822.SIZE",
        "BODY.PEEK",
    ] {
        let server = Server::start(&[1, 2], move |asked, _| {
            let meant = if word.is_empty() {
                asked.command.is_empty()
            } else {
                asked.command.contains(word)
            };
            if asked.session == 1 && meant {
                Act::Items(0, "* BYE going\r\n")
            } else {
                Act::Answer
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        let errors = ledger.rounds(&mut imap, &server, 2).await;
        assert_eq!(errors.len(), 1, "{word}: {errors:?}");
        ledger.assert_whole(&server.folder());
    }
}

#[tokio::test]
async fn imap_08_a_cut_at_any_byte_stores_no_half_message() {
    for cut in (0..64).map(|n| 1 + n * 23) {
        let server = Server::start(&[1, 2, 3, 4], move |asked, _| {
            if asked.session == 1 && asked.bodies() {
                Act::Cut(cut)
            } else {
                Act::Answer
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        ledger.rounds(&mut imap, &server, 3).await;
        ledger.assert_whole(&server.folder());
    }
}

#[tokio::test]
async fn imap_11_a_message_that_is_never_given_is_recorded_after_five_tries_and_blocks_none() {
    for omitted in ["UID 2 BODY", "UID 2 RFC822"] {
        let server = Server::start(&[1, 2, 3], move |asked, _| {
            if asked.command.contains("FETCH") {
                Act::Without(omitted)
            } else {
                Act::Answer
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        ledger.round(&mut imap).await.expect("the others");
        assert_eq!(ledger.stored.len(), 2);
        assert_eq!(
            ledger.cursor.map(|at| at.uidnext),
            Some(2),
            "the cursor waits"
        );
        server.deliver(4);
        for _ in 0..5 {
            ledger.round(&mut imap).await.expect("the others");
        }
        assert_eq!(
            ledger.stored.get(&(7, 2)),
            Some(&None),
            "recorded as left there"
        );
        assert_eq!(ledger.cursor.map(|at| at.uidnext), Some(5));
        assert_eq!(ledger.taken, 4);
        let tries = server
            .log()
            .iter()
            .filter(|line| line.contains("FETCH 2 ") || line.contains("FETCH 1:3 (UID BODY"))
            .count();
        assert!(tries <= 10, "{tries} tries");
    }
}

#[tokio::test]
async fn imap_12_a_literal_of_the_wrong_size_harms_only_its_message() {
    for literal in [
        "{99999999}",
        "{4294967295}",
        "{100000000000000000000}",
        "{-5}",
        "{3}",
        "{700}",
    ] {
        let server = Server::start(&[1, 2, 3], move |asked, _| {
            let asked_for_2 = asked.is("UID FETCH 2 ") || asked.is("UID FETCH 1:3");
            if asked_for_2 && asked.command.contains("BODY") {
                let first = String::from_utf8_lossy(&message(1)).into_owned();
                let first = format!(
                    "* 1 FETCH (UID 1 BODY[] {{{}}}\r\n{first})\r\n",
                    first.len()
                );
                let second = format!("* 2 FETCH (UID 2 BODY[]<0> {literal}\r\nSubject: x\r\n)\r\n");
                let items = if asked.is("UID FETCH 1:3") {
                    first
                } else {
                    String::new()
                };
                Act::Say(format!("{items}{second}{{tag}} OK done\r\n").into_bytes())
            } else {
                Act::Answer
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        assert!(ledger.round(&mut imap).await.is_err(), "{literal}");
        assert!(
            ledger.stored.contains_key(&(7, 1)),
            "{literal}: what came before is kept"
        );
        // The next session stores the others; the broken one comes last and alone.
        let _ = ledger.round(&mut imap).await;
        assert_eq!(
            ledger.stored.get(&(7, 3)),
            Some(&Some(message(3))),
            "{literal}"
        );
        for _ in 0..6 {
            let _ = ledger.round(&mut imap).await;
        }
        assert_eq!(ledger.stored.get(&(7, 2)), Some(&None), "{literal}");
        ledger.assert_cursor_behind(&server.folder());
    }
}

#[tokio::test]
async fn imap_13_odd_bodies_and_uids_are_neither_believed_nor_lost() {
    let whole = |uid: u32| {
        let text = String::from_utf8_lossy(&message(uid)).into_owned();
        format!(
            "* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n{text})\r\n",
            text.len()
        )
    };
    let answers = [
        format!("{}* 2 FETCH (UID 2 BODY[] NIL)\r\n", whole(1)),
        format!("{}* 2 FETCH (UID 2 BODY[] \"\")\r\n", whole(1)),
        format!("{}* 2 FETCH (BODY[] {{3}}\r\nabc)\r\n", whole(1)),
        format!(
            "{}* 9 FETCH (UID 9 BODY[] {{3}}\r\nabc)\r\n{}",
            whole(1),
            whole(2)
        ),
        format!("{}* 2 FETCH (UID 0 BODY[] {{3}}\r\nabc)\r\n", whole(1)),
        format!(
            "{}{}* 1 FETCH (UID 1 BODY[] {{3}}\r\nabc)\r\n",
            whole(1),
            whole(2)
        ),
        format!(
            "* 1 FETCH (FLAGS (\\Seen))\r\n{}* 2 FETCH (UID 2 FLAGS ())\r\n",
            whole(1)
        ),
    ];
    for answer in answers {
        let shown = answer.clone();
        let server = Server::start(&[1, 2], move |asked, _| {
            if asked.is("UID FETCH 1:2 (UID BODY") {
                Act::say(&format!("{answer}{{tag}} OK done\r\n"))
            } else {
                Act::Answer
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        ledger.rounds(&mut imap, &server, 3).await;
        ledger.assert_whole(&server.folder());
        assert_eq!(ledger.taken, 2, "{shown}");
    }
}

#[tokio::test]
async fn imap_14_unasked_answers_between_all_lines_disturb_nothing() {
    for line in [
        "* 9 EXISTS\r\n",
        "* 1 RECENT\r\n",
        "* 2 EXPUNGE\r\n",
        "* FLAGS (\\Seen)\r\n",
        "* 1 FETCH (FLAGS (\\Seen))\r\n",
        "* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (12))\r\n",
        "* OK [ALERT] the office closes at six\r\n",
        "* NO disk nearly full\r\n",
        "* STATUS INBOX (MESSAGES 3)\r\n",
    ] {
        let server = Server::start(&[1, 2, 3], move |asked, _| {
            if asked.command.is_empty() || asked.is("IDLE") {
                Act::Answer
            } else {
                Act::Between(line)
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        ledger.round(&mut imap).await.expect(line);
        ledger.assert_whole(&server.folder());
    }
}

#[tokio::test]
async fn imap_15_garbage_ends_the_session_soon_and_is_not_quoted() {
    let endless = [b"* 1 FETCH (UID 1 X ".to_vec(), vec![b'x'; 8 * 1024 * 1024]].concat();
    for garbage in [
        b"secret garbage\r\n".to_vec(),
        b"* \xff\xfe\x80 secret\r\n".to_vec(),
        "* OK [ALERT]é secret\r\n".as_bytes().to_vec(),
        b"* 1 FETCH (UID 1 BODY[] {5}\r\nab".to_vec(),
        [b"* 1 FETCH (BODYSTRUCTURE ".to_vec(), vec![b'('; 100_000]].concat(),
        endless,
    ] {
        let begun = Instant::now();
        let server = Server::start(&[1, 2], move |asked, _| {
            if asked.session == 1 && asked.bodies() {
                Act::Say(garbage.clone())
            } else {
                Act::Answer
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        let errors = ledger.rounds(&mut imap, &server, 3).await;
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(!format!("{errors:?} {}", errors[0]).contains("secret"));
        ledger.assert_whole(&server.folder());
        // A hang guard: the parser alone would take a minute for the endless line.
        assert!(begun.elapsed() < Duration::from_secs(50));
    }
}

#[tokio::test]
async fn imap_16_a_stale_answer_is_not_taken_for_ours() {
    for stale in [
        "A0001 NO stale\r\n",
        "V99 BAD stale\r\n",
        "L99 NO stale\r\n",
        "V1 OK stale\r\n",
    ] {
        let server = Server::start(&[1, 2], move |asked, _| {
            if asked.command.is_empty() || asked.is("SELECT") {
                Act::Answer
            } else {
                Act::Between(stale)
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        ledger.round(&mut imap).await.expect(stale);
        ledger.assert_whole(&server.folder());
    }
}

#[tokio::test]
async fn imap_17_odd_capabilities_do_not_stop_the_login() {
    let many: String = (0..300).map(|n| format!(" X-ODD{n}")).collect();
    for capabilities in [
        "imap4rev1 idle".to_owned(),
        String::new(),
        "IMAP4rev1 AUTH= AUTH=PLAIN {x} \"y\" ((".to_owned(),
        format!("IMAP4rev1{many}"),
    ] {
        let shown = capabilities.clone();
        let server = Server::start(&[1], move |_, folder| {
            folder.capabilities.clone_from(&capabilities);
            Act::Answer
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        ledger.round(&mut imap).await.expect(&shown);
        ledger.assert_whole(&server.folder());
    }
}

#[tokio::test]
async fn where_login_is_disabled_plain_is_used_or_the_cause_is_told() {
    for (capabilities, goes) in [
        ("IMAP4rev1 LOGINDISABLED AUTH=PLAIN", true),
        ("IMAP4rev1 LOGINDISABLED", false),
    ] {
        let server = Server::start(&[1], move |asked, folder| {
            folder.capabilities = capabilities.to_owned();
            if asked.is("AUTHENTICATE") {
                Act::say("+ \r\n{tag} OK in\r\n")
            } else {
                Act::Answer
            }
        })
        .await;
        let begun = server.client(short()).begin(None).await;
        assert_eq!(begun.is_ok(), goes);
        assert!(goes || matches!(begun, Err(ImapError::NoLogin)));
        assert!(!server.log().iter().any(|line| line.contains("LOGIN ")));
    }
}

#[tokio::test]
async fn imap_18_19_after_a_new_uidvalidity_everything_is_read_again() {
    let server = Server::sound(&[1, 2, 3]).await;
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    server.folder().uidvalidity = Some(8);
    server.folder().messages.insert(4, message(4));
    imap.close().await;
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
    assert_eq!(ledger.taken, 7);
    assert_eq!(
        ledger.cursor,
        Some(Cursor {
            uidvalidity: 8,
            uidnext: 5
        })
    );
}

#[tokio::test]
async fn imap_20_a_folder_made_anew_is_read_from_its_beginning() {
    // The same UIDVALIDITY, but UIDNEXT fell.
    let server = Server::sound(&[1, 2, 3, 40]).await;
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    server.folder().messages = [5, 6].map(|uid| (uid, message(uid))).into();
    imap.close().await;
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
    assert_eq!(ledger.cursor.map(|at| at.uidnext), Some(7));
    // Without a UIDVALIDITY no number holds from one session to the next.
    for uidvalidity in [None, Some(0)] {
        server.folder().uidvalidity = uidvalidity;
        imap.close().await;
        let mut ledger = Ledger::default();
        ledger.round(&mut imap).await.expect("read");
        assert_eq!(ledger.taken, 2);
        ledger.round(&mut imap).await.expect("read");
        assert_eq!(ledger.taken, 2, "nothing twice in one session");
        imap.close().await;
        ledger.round(&mut imap).await.expect("read");
        assert_eq!(ledger.taken, 4, "all again in the next");
    }
}

#[tokio::test]
async fn imap_22_uids_that_jump_to_the_end_of_their_range_are_taken() {
    let uids = [1, 2, 4_294_967_290, 4_294_967_294, u32::MAX];
    let server = Server::sound(&uids).await;
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
    ledger.round(&mut imap).await.expect("read");
    assert_eq!(ledger.taken, uids.len());
    let searches = server
        .log()
        .iter()
        .filter(|line| line.contains("SEARCH"))
        .count();
    assert!(searches < 60, "{searches} searches for five messages");
}

#[tokio::test]
async fn imap_38_many_messages_are_searched_for_in_windows() {
    let uids: Vec<u32> = (1..=25_000).collect();
    let server = Server::start(&[], move |asked, folder| {
        if folder.messages.is_empty() {
            folder.messages = uids
                .iter()
                .map(|uid| (*uid, b"x: y\r\n\r\n".to_vec()))
                .collect();
        }
        assert!(
            !asked.is("UID SEARCH UID 1:*"),
            "one line would name them all"
        );
        Act::Answer
    })
    .await;
    let (mut imap, mut ledger) = (server.client(Limits::default()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
}

#[tokio::test]
async fn imap_24_what_somebody_takes_away_meanwhile_is_no_error() {
    for sizes in [true, false] {
        let server = Server::start(&[1, 2, 3, 4], move |asked, folder| {
            if (sizes && asked.sizes()) || asked.bodies() {
                folder.messages.remove(&2);
                Act::Without("UID 2 ")
            } else {
                Act::Answer
            }
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        ledger.round(&mut imap).await.expect("the others");
        ledger.assert_whole(&server.folder());
        assert_eq!(ledger.cursor.map(|at| at.uidnext), Some(5));
    }
}

async fn filed(capabilities: &'static str, hook: fn(&Asked<'_>) -> Act) -> (bool, Server) {
    let server = Server::start(&[1, 2, 3], move |asked, folder| {
        folder.capabilities = capabilities.to_owned();
        hook(asked)
    })
    .await;
    server.folder().deleted.push(3);
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    assert_eq!(imap.files_under(), Some(7));
    let moved = imap.file(&[1, 2]).await.expect("the session holds");
    assert!(
        moved || imap.files_under().is_none(),
        "a refusal is not tried at every round"
    );
    (moved, server)
}

#[tokio::test]
async fn imap_27_messages_are_moved_as_the_server_can_and_no_other_is_removed() {
    let sound = |_: &Asked<'_>| Act::Answer;
    let (moved, server) = filed("IMAP4rev1 MOVE UIDPLUS", sound).await;
    assert!(moved && server.folder().done == [1, 2]);
    assert_eq!(
        server.folder().messages.keys().copied().collect::<Vec<_>>(),
        [3]
    );

    let (moved, server) = filed("IMAP4rev1 UIDPLUS", sound).await;
    assert!(moved && server.folder().done == [1, 2]);
    assert_eq!(
        server.folder().messages.keys().copied().collect::<Vec<_>>(),
        [3]
    );
    assert!(
        server
            .log()
            .iter()
            .any(|line| line.ends_with("UID EXPUNGE 1:2"))
    );

    let (moved, server) = filed("IMAP4rev1", sound).await;
    assert!(!moved && server.folder().done.is_empty());
    assert_untouched(&server.log());
    let commands = server.log();
    assert!(!commands.iter().any(|line| line.ends_with(" EXPUNGE")));
}

#[tokio::test]
async fn imap_28_a_missing_folder_is_made_and_a_refusal_leaves_all_in_place() {
    let (moved, server) = filed("IMAP4rev1 MOVE", |asked| {
        if asked.is("UID MOVE") {
            Act::say("{tag} NO [TRYCREATE] no such folder\r\n")
        } else {
            Act::Answer
        }
    })
    .await;
    assert!(!moved);
    let log = server.log();
    assert!(
        log.iter()
            .any(|line| line.ends_with("CREATE \"Trait&AOk-s\""))
    );
    assert_eq!(
        log.iter().filter(|line| line.contains("UID MOVE")).count(),
        2
    );
    assert_eq!(server.folder().messages.len(), 3);

    for capabilities in ["IMAP4rev1 MOVE", "IMAP4rev1 UIDPLUS"] {
        let (moved, server) = filed(capabilities, |asked| {
            if asked.is("UID MOVE") || asked.is("UID COPY") {
                Act::say("{tag} NO [OVERQUOTA] full\r\n")
            } else {
                Act::Answer
            }
        })
        .await;
        assert!(!moved);
        assert_eq!(server.folder().messages.len(), 3);
        assert!(
            !server
                .log()
                .iter()
                .any(|line| line.contains("STORE") || line.contains("EXPUNGE"))
        );
    }
}

#[tokio::test]
async fn imap_30_a_folder_that_is_read_only_is_read_and_nothing_is_moved() {
    let server = Server::start(&[1], |asked, _| {
        if asked.is("SELECT") {
            Act::say(
                "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 2] ok\r\n{tag} OK [READ-ONLY] done\r\n",
            )
        } else {
            Act::Answer
        }
    })
    .await;
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
    assert!(!imap.file(&[1]).await.expect("nothing is said"));
    assert_untouched(&server.log());
}

#[tokio::test]
async fn imap_30_a_folder_that_opens_only_by_examine_is_read_and_nothing_is_moved() {
    let server = Server::start(&[1, 2], |asked, _| {
        if asked.is("SELECT") {
            Act::say("{tag} NO [NOPERM] not for you\r\n")
        } else {
            Act::Answer
        }
    })
    .await;
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
    assert!(!imap.file(&[1]).await.expect("nothing is said"));
    let log = server.log();
    assert_eq!(
        log.iter().filter(|line| line.contains("EXAMINE")).count(),
        1
    );
    assert!(!log.iter().any(|line| line.contains("MOVE")));
}

#[tokio::test]
async fn imap_33_a_folder_in_use_is_waited_for_and_a_missing_one_is_somebodys_matter() {
    for (answer, token, transient) in [
        ("{tag} NO [INUSE] locked\r\n", "network", true),
        ("{tag} NO [UNAVAILABLE] later\r\n", "network", true),
        ("{tag} NO [SERVERBUG] oh\r\n", "network", true),
        ("{tag} NO [NONEXISTENT] what\r\n", "protocol", false),
        ("{tag} NO no\r\n", "protocol", false),
    ] {
        let server = Server::start(&[1], move |asked, _| {
            if asked.is("SELECT") || asked.is("EXAMINE") {
                Act::say(answer)
            } else {
                Act::Answer
            }
        })
        .await;
        let error = server.client(short()).begin(None).await.unwrap_err();
        assert_eq!(
            (error.token(), error.is_transient()),
            (token, transient),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn imap_04_an_idle_that_dies_silently_is_renewed_and_the_mail_found() {
    let mut forgotten = false;
    let server = Server::start(&[1], move |asked, _| {
        if asked.session == 1 && asked.command == "IDLE" {
            forgotten = true;
            return Act::say("+ idling\r\n");
        }
        // The network forgot the connection: nothing comes back any more, not even for DONE.
        if asked.session == 1 && forgotten {
            Act::Silence
        } else {
            Act::Answer
        }
    })
    .await;
    let limits = Limits {
        idle: Duration::from_millis(300),
        silence: Duration::from_millis(300),
        ..Limits::default()
    };
    let (mut imap, mut ledger) = (server.client(limits), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    server.folder().messages.insert(2, message(2));
    let waited = imap.wait(Duration::from_secs(3600)).await;
    assert!(
        matches!(
            waited,
            Err(ImapError::Silent {
                step: Step::Idle,
                ..
            })
        ),
        "{waited:?}"
    );
    ledger.round(&mut imap).await.expect("a new session");
    ledger.assert_whole(&server.folder());
}

#[tokio::test]
async fn imap_19_a_session_that_grew_old_is_opened_anew_and_shows_a_new_uidvalidity() {
    let server = Server::sound(&[1, 2]).await;
    let limits = Limits {
        session: Duration::from_millis(50),
        ..Limits::default()
    };
    let (mut imap, mut ledger) = (server.client(limits), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    // This server tells nothing of it to a session that is open.
    server.folder().uidvalidity = Some(8);
    tokio::time::sleep(Duration::from_millis(60)).await;
    ledger.round(&mut imap).await.expect("read");
    assert_eq!(ledger.cursor.map(|at| at.uidvalidity), Some(8));
    ledger.assert_whole(&server.folder());
    assert!(server.log().iter().any(|line| line.contains("LOGOUT")));
}

#[tokio::test]
async fn imap_25_pain_01_nothing_rests_on_flags_and_none_is_changed() {
    // 100 are seen already; 50 more are flagged between SEARCH and FETCH, and one is told so.
    let uids: Vec<u32> = (1..=200).collect();
    let server = Server::start(&uids, |asked, _| {
        if asked.sizes() {
            Act::Between("* 3 FETCH (FLAGS (\\Seen))\r\n")
        } else {
            Act::Answer
        }
    })
    .await;
    let (mut imap, mut ledger) = (server.client(Limits::default()), Ledger::default());
    for _ in 0..2 {
        ledger.round(&mut imap).await.expect("read");
    }
    ledger.assert_whole(&server.folder());
    imap.close().await;
    assert_untouched(&server.log());
}

#[tokio::test]
async fn pain_02_messages_that_go_meanwhile_shift_nothing() {
    for count in [2, 3, 4, 6, 50] {
        let uids: Vec<u32> = (10..10 + count).collect();
        let mut gone = 1;
        let server = Server::start(&uids, move |asked, folder| {
            // At each command one from before ours goes, so that all sequence numbers shift.
            if asked.is("UID") {
                gone += 1;
                folder.messages.remove(&gone);
                return Act::Between("* 1 EXPUNGE\r\n");
            }
            Act::Answer
        })
        .await;
        server
            .folder()
            .messages
            .extend((1..10).map(|uid| (uid, message(uid))));
        let (mut imap, mut ledger) = (server.client(Limits::default()), Ledger::default());
        for _ in 0..3 {
            ledger.round(&mut imap).await.expect("read");
        }
        for uid in uids {
            let stored = ledger.stored.get(&(7, uid));
            assert_eq!(stored, Some(&Some(message(uid))), "{uid} of {count}");
        }
        for line in server.log() {
            let command = line.splitn(3, ' ').nth(2).unwrap_or_default();
            let by_number = ["FETCH", "STORE", "COPY", "MOVE", "EXPUNGE"]
                .iter()
                .any(|word| command.starts_with(word));
            assert!(!by_number, "{line}");
        }
    }
}

#[tokio::test]
async fn imap_31_33_a_refused_login_is_told_from_a_server_that_is_busy() {
    for (answer, token, transient) in [
        ("{tag} NO [AUTHENTICATIONFAILED] no\r\n", "auth", false),
        ("{tag} NO no\r\n", "auth", false),
        ("{tag} BAD no\r\n", "auth", false),
        ("{tag} NO [UNAVAILABLE] later\r\n", "network", true),
        ("{tag} NO [LIMIT] too many connections\r\n", "network", true),
        ("* BYE too many connections\r\n", "network", true),
    ] {
        let server = Server::start(&[1], move |asked, _| {
            if asked.is("LOGIN") {
                Act::say(answer)
            } else {
                Act::Answer
            }
        })
        .await;
        let error = server.client(short()).begin(None).await.unwrap_err();
        assert_eq!(
            (error.token(), error.is_transient()),
            (token, transient),
            "{answer}"
        );
        assert!(!format!("{error:?} {error}").contains("passe"), "{error:?}");
    }
}

#[tokio::test]
async fn imap_35_without_starttls_no_password_leaves() {
    let injected = "{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n";
    for (capabilities, answer) in [
        ("IMAP4rev1 AUTH=PLAIN", "{tag} OK go\r\n"),
        ("IMAP4rev1 STARTTLS", "{tag} NO not now\r\n"),
        ("IMAP4rev1 STARTTLS", injected),
        (
            "IMAP4rev1 STARTTLS",
            "{tag} OK go\r\nthis is no TLS record at all\r\n",
        ),
    ] {
        let server = Server::start(&[1], move |asked, folder| {
            folder.capabilities = capabilities.to_owned();
            if asked.is("STARTTLS") {
                Act::say(answer)
            } else {
                Act::Answer
            }
        })
        .await;
        let mut config = server.config();
        config.security = Security::StartTls;
        config.host = "localhost".to_owned();
        let mut imap = Imap::new(config, 1024, short());
        let error = imap.begin(None).await.unwrap_err();
        assert_eq!(error.token(), "tls", "{answer}: {error:?}");
        assert!(answer != injected || matches!(error, ImapError::Injected));
        let log = server.log();
        assert!(
            !log.iter()
                .any(|line| line.contains("LOGIN") || line.contains("passe"))
        );
    }
}

#[tokio::test]
async fn a_large_message_comes_in_slices_and_one_over_the_limit_by_its_beginning() {
    let server = Server::sound(&[1, 2]).await;
    let large = [message(3), vec![b'x'; 3 * 1024 * 1024]].concat();
    let huge = [message(4), vec![b'y'; 5 * 1024 * 1024]].concat();
    server.folder().messages.insert(3, large.clone());
    server.folder().messages.insert(4, huge);
    let (mut imap, mut ledger) = (server.client(Limits::default()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    assert_eq!(ledger.stored.get(&(7, 3)), Some(&Some(large)));
    assert_eq!(
        ledger.stored.get(&(7, 4)),
        Some(&None),
        "left on the server"
    );
    let log = server.log();
    assert!(
        !log.iter()
            .any(|line| line.contains("FETCH 4 (UID BODY.PEEK[])"))
    );
    assert_untouched(&log);
}

#[tokio::test]
async fn imap_40_slices_shorter_than_asked_for_end_no_message() {
    let server = Server::start(&[1], |asked, folder| {
        let Some((_, range)) = asked.command.split_once("[]<") else {
            return Act::Answer;
        };
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let (from, rest) = range.split_once('.').expect("a slice");
        let count = number(rest.split('>').next().unwrap_or_default());
        let whole = &folder.messages[&2];
        let from = number(from).min(whole.len());
        let to = (from + count / 2).min(whole.len());
        let head = format!("* 1 FETCH (UID 2 BODY[]<{from}> {{{}}}\r\n", to - from);
        Act::Say([head.as_bytes(), &whole[from..to], b")\r\n{tag} OK done\r\n"].concat())
    })
    .await;
    let large = [message(2), vec![b'x'; 2 * 1024 * 1024]].concat();
    server.folder().messages.insert(2, large);
    let (mut imap, mut ledger) = (server.client(Limits::default()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
}

#[tokio::test]
async fn imap_40_a_slow_large_message_is_put_off_and_resumed_while_others_go_on() {
    let server = Server::sound(&[1, 3]).await;
    let large = [message(2), vec![b'x'; 2 * 1024 * 1024]].concat();
    server.folder().messages.insert(2, large.clone());
    let limits = Limits {
        turn: Duration::ZERO,
        ..Limits::default()
    };
    let (mut imap, mut ledger) = (server.client(limits), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    assert!(imap.is_midway());
    assert!(
        ledger.stored.contains_key(&(7, 3)),
        "the one behind it went on"
    );
    ledger.rounds(&mut imap, &server, 10).await;
    assert_eq!(ledger.stored.get(&(7, 2)), Some(&Some(large)));
    let first = server
        .log()
        .iter()
        .filter(|line| line.contains("<0."))
        .count();
    assert_eq!(first, 1, "it was resumed, not begun again");
}

#[tokio::test]
async fn a_large_message_taken_away_while_half_of_it_is_here_is_let_go() {
    let server = Server::sound(&[1]).await;
    let large = [message(2), vec![b'x'; 2 * 1024 * 1024]].concat();
    server.folder().messages.insert(2, large);
    let limits = Limits {
        turn: Duration::ZERO,
        ..Limits::default()
    };
    let (mut imap, mut ledger) = (server.client(limits), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    assert!(imap.is_midway());
    server.folder().messages.remove(&2);
    ledger.round(&mut imap).await.expect("read");
    assert!(!imap.is_midway(), "a round would follow a round for ever");
    assert_eq!(ledger.cursor.map(|at| at.uidnext), Some(3));
}

#[tokio::test]
async fn imap_42_sizes_that_are_wrong_change_nothing() {
    for size in [0_u64, 20, 3_000_000, 5_000_000_000] {
        let server = Server::start(&[1, 2], move |asked, folder| {
            if !asked.sizes() {
                return Act::Answer;
            }
            let set = asked.command.split(' ').nth(2).unwrap_or_default();
            let told: String = folder
                .among(set)
                .iter()
                .map(|uid| {
                    format!(
                        "* 1 FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE \"23-Nov-2026 09:00:00 +0100\")\r\n"
                    )
                })
                .collect();
            Act::say(&format!("{told}{{tag}} OK done\r\n"))
        })
        .await;
        let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
        ledger.round(&mut imap).await.expect("read");
        ledger.assert_whole(&server.folder());
    }
}

#[tokio::test]
async fn imap_42_bytes_that_no_mail_may_hold_are_stored_as_served() {
    let odd: [&[u8]; 5] = [
        b"Subject: a\r\n\r\nnul \0 here\r\n",
        b"Subject: b\n\nbare \n lines \r and\x80\xff\n",
        b"\r\n\r\n",
        b")\r\nV1 OK done\r\n",
        b"\0",
    ];
    let server = Server::sound(&[]).await;
    server.folder().messages = (1..).zip(odd.map(<[u8]>::to_vec)).collect();
    let (mut imap, mut ledger) = (server.client(short()), Ledger::default());
    ledger.round(&mut imap).await.expect("read");
    ledger.assert_whole(&server.folder());
    assert_eq!(ledger.taken, odd.len());
}

#[tokio::test]
async fn pain_09_silence_in_the_middle_of_a_message_ends_the_session_and_leaves_nothing_open() {
    let server = Server::start(&[1, 2, 3], |asked, _| {
        if asked.bodies() && asked.session <= 40 {
            Act::Stall(asked.session * 20)
        } else {
            Act::Answer
        }
    })
    .await;
    let limits = Limits {
        silence: Duration::from_millis(25),
        ..Limits::default()
    };
    let (mut imap, mut ledger) = (server.client(limits), Ledger::default());
    let mut errors = 0;
    while !ledger.has_all(&server.folder()) {
        errors += usize::from(ledger.round(&mut imap).await.is_err());
        assert!(
            connections_to(server.port) <= 1,
            "a stalled one was left open"
        );
        assert!(errors < 100, "no end");
    }
    assert!(errors > 3);
    // Whatever came whole was kept; the rest was given up as never given, or came later.
    ledger.assert_cursor_behind(&server.folder());
}

/// Connections of this machine to a port on loopback that are open at both ends.
fn connections_to(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux tells");
    let remote = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut words = line.split_ascii_whitespace().skip(2);
            Some((words.next()?, words.next()?))
        })
        .filter(|(address, state)| address.ends_with(&remote) && *state == "01")
        .count()
}

#[tokio::test]
async fn imap_34_an_old_tls_or_an_alert_ends_it_before_a_credential_leaves() {
    // A ServerHello of TLS 1.0 with an RC4 suite; a fatal alert; bytes that are neither.
    let hello = [
        &[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1][..],
        &[7; 32],
        &[0, 0, 5, 0][..],
    ]
    .concat();
    for answer in [
        hello,
        vec![21, 3, 1, 0, 2, 2, 70],
        b"* OK ready\r\n".to_vec(),
    ] {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
        let port = listener.local_addr().expect("an address").port();
        let served = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut first = [0; 4096];
            let read = stream.read(&mut first).await.expect("a ClientHello");
            stream.write_all(&answer).await.expect("it reads");
            let mut all = first[..read].to_vec();
            let _ = stream.read_to_end(&mut all).await;
            all
        });
        let mut config = Server::sound(&[]).await.config();
        (config.port, config.security) = (port, Security::Tls);
        config.host = "localhost".to_owned();
        let error = Imap::new(config, 1024, short())
            .begin(None)
            .await
            .unwrap_err();
        assert_eq!(error.token(), "tls", "{error:?}");
        let heard = served.await.expect("no panic");
        for secret in ["passe", "LOGIN", "box@"] {
            assert!(memchr::memmem::find(&heard, secret.as_bytes()).is_none());
        }
    }
}

#[tokio::test]
async fn a_check_opens_the_folder_and_changes_nothing() {
    let server = Server::sound(&[1, 2, 3]).await;
    let trial = server
        .client(short())
        .check()
        .await
        .expect("a sound server");
    assert!(trial.messages == 3 && trial.idle);
    assert!(!server.log().iter().any(|line| line.contains("SELECT")));
}
