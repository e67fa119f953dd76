//! Real Dovecot and Postfix, started on loopback: what is sent by SMTP is polled over IMAP by the real binary, becomes an
//! incident, and the request comes back to the declarant's own mailbox. Nothing is lost or doubled by SIGKILL.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use mail_parser::{HeaderValue, Message, MessageParser};
use sha2::{Digest, Sha256};

use super::support::daemon::{free_ports, peak};
use super::support::dovecot::{Dovecot, MAIL_ID, PASSWORD};
use super::support::fill::Inbox;
use super::support::imap_client::served;
use super::support::postfix::Postfix;
use super::support::postgres::new_database;
use super::support::service::Service;
use super::support::smtp_client::submit;

pub(super) const SUPPORT: &str = "support@si-samu.example";
pub(super) const DECLARANT: &str = "claire.lebreton@chu-nantes.example";
/// Whom mail to strangers is delivered to.
pub(super) const ANYBODY: &str = "anybody@elsewhere.example";

/// A hang guard: long enough for the 2,000 messages of the long run.
const LIMIT: Duration = Duration::from_secs(900);

/// What Dovecot says it can do, but for IDLE and MOVE.
const WITHOUT_IDLE: &str = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE LITERAL+ UIDPLUS";

#[test]
fn a_declaration_sent_by_smtp_is_answered_in_the_declarants_own_mailbox() {
    answered_by_idle(|folder| format!("sqlite:{}/vigie.db", folder.display()));
}

#[test]
fn on_postgresql_the_same_declaration_is_answered_alike() {
    let database = new_database();
    answered_by_idle(|_| database);
}

fn answered_by_idle(database: impl FnOnce(&Path) -> String) {
    let (dovecot, postfix) = servers(None);
    // With so long an interval, only IDLE can tell of the message in time.
    let mut service = Service::new(|folder| {
        let database = database(folder);
        let ways = Ways {
            poll: "5m",
            imap: "imaps",
            smtp: "smtp+starttls",
            database: &database,
        };
        configuration(folder, &dovecot, &postfix, &ways)
    });
    service.start();
    // The first round may find this one; what comes after it, only IDLE can tell of.
    submit(postfix.smtp, ANYBODY, SUPPORT, THANKS.as_bytes());
    until("the first message is stored", || {
        service.export("messages").len() == 1
    });
    submit(postfix.smtp, DECLARANT, SUPPORT, declaration().as_bytes());
    until("the request arrives", || {
        !dovecot.messages(DECLARANT, "").is_empty()
    });
    assert_request(&dovecot.messages(DECLARANT, "")[0]);
    until("the declaration is moved", || {
        dovecot.messages(SUPPORT, ".Trait&AOk-s").len() == 2
    });
    assert!(
        dovecot.messages(SUPPORT, "").is_empty(),
        "the inbox still holds one"
    );
    let status = service.stop();
    assert!(status.success(), "SIGTERM ends the service with {status}");
    assert_one_incident(&service);
    assert_eq!(
        dovecot.messages(DECLARANT, "").len(),
        1,
        "one request, once"
    );
}

#[test]
fn without_idle_and_move_the_interval_and_copies_serve() {
    let (dovecot, postfix) = servers(Some(WITHOUT_IDLE));
    let mut service = Service::new(|folder| {
        let database = format!("sqlite:{}/vigie.db", folder.display());
        let ways = Ways {
            poll: "1s",
            imap: "imap+starttls",
            smtp: "smtps",
            database: &database,
        };
        configuration(folder, &dovecot, &postfix, &ways)
    });
    service.start();
    submit(postfix.smtp, DECLARANT, SUPPORT, declaration().as_bytes());
    until("the request arrives", || {
        !dovecot.messages(DECLARANT, "").is_empty()
    });
    assert_request(&dovecot.messages(DECLARANT, "")[0]);
    until("the declaration is moved", || {
        dovecot.messages(SUPPORT, "").is_empty()
    });
    assert_eq!(dovecot.messages(SUPPORT, ".Trait&AOk-s").len(), 1);
    let status = service.stop();
    assert!(status.success(), "SIGTERM ends the service with {status}");
    assert_one_incident(&service);
}

#[test]
fn snd_13_loop_04_a_bounce_and_our_own_mail_come_back_and_nothing_follows() {
    const GONE: &str = "gone.paul@chu-nantes.example";
    const ALIAS: &str = "alias@elsewhere.example";
    let (dovecot, postfix) = servers(None);
    let mut service = Service::new(|folder| {
        on_sqlite(folder, &dovecot, &postfix)
            .replace("answer_from", "plus_address = true\nanswer_from")
    });
    service.start();
    let declared = |from: &str, number: usize| {
        let text = declaration()
            .replace(DECLARANT, from)
            .replace("<essai.1@", &format!("<essai.{number}@"))
            // Two answers to one mail would be of one ticket.
            .replace("<essai.0@", &format!("<avant.{number}@"));
        submit(postfix.smtp, from, SUPPORT, text.as_bytes());
    };
    let kinds = || -> Vec<String> {
        service
            .export("messages")
            .iter()
            .filter_map(|row| Some(row["kind"].as_str()?.to_owned()))
            .collect()
    };
    declared(GONE, 1);
    until("the bounce is read", || {
        kinds().contains(&"bounce".to_owned())
    });
    let sent = &service.outbox()[0];
    assert_eq!(sent["state"], "sent", "{sent}");
    assert_eq!(sent["bounce_status"], "5.1.1", "{sent}");
    let bounce = service
        .export("messages")
        .into_iter()
        .find(|row| row["kind"] == "bounce")
        .expect("it is there");
    assert_eq!(bounce["reference"], sent["reference"]);
    // The question of the next declaration from there waits for a person.
    declared(GONE, 2);
    until("the second one is read", || service.outbox().len() == 2);
    let held = &service.outbox()[0];
    assert_eq!(held["state"], "review", "{held}");
    assert_eq!(held["review"], "undeliverable", "{held}");
    // An alias of ours declares: our question comes back to us.
    declared(ALIAS, 3);
    until("our own mail is read", || {
        kinds().contains(&"other".to_owned())
    });
    assert!(service.stop().success());
    assert_eq!(service.outbox().len(), 3, "nobody was answered again");
    assert_eq!(service.export("tickets").len(), 3);
    assert_eq!(service.export("messages").len(), 5);
}

/// `VIGIE_TEST_MESSAGES` and `VIGIE_TEST_KILLS` make it longer: 2000 and 5 are the figures of the specification.
#[test]
fn killed_in_the_middle_every_message_is_stored_once_and_answered_once() {
    let count = amount("VIGIE_TEST_MESSAGES", 300);
    let kills = amount("VIGIE_TEST_KILLS", 2);
    let (dovecot, postfix) = servers(None);
    let mut service = Service::new(|folder| {
        on_sqlite(folder, &dovecot, &postfix).replace("done_folder = \"Traités\"\n", "")
    });
    for kill in 0..kills {
        // Each portion is caught at another step: while it is fetched, while it is read, while its mails leave.
        let (from, to) = (count * kill / (kills + 1), count * (kill + 1) / (kills + 1));
        let enough = from + (to - from) / 3;
        fill(&dovecot, from..to);
        let left = mails_of_ours(&dovecot).len();
        service.start();
        match kill % 3 {
            0 => until("some are stored", || {
                service.export("messages").len() > enough
            }),
            1 => until("some are read", || {
                service
                    .export("messages")
                    .iter()
                    .filter(|row| row["state"] == "done")
                    .count()
                    > enough
            }),
            _ => until("some mails have left", || {
                mails_of_ours(&dovecot).len() > left + 3
            }),
        }
        service.kill();
    }
    service.start();
    fill(&dovecot, count * kills / (kills + 1)..count);
    until("every message is stored and read", || {
        let rows = service.export("messages");
        rows.len() >= count && rows.iter().all(|row| row["state"] == "done")
    });
    // A mail that was on its way when the process was killed may have left: it is never sent again by itself.
    until("nothing more is to leave", || {
        let outbox = service.outbox();
        let on_its_way = outbox
            .iter()
            .filter(|mail| mail["state"] == "sending")
            .count();
        on_its_way <= kills && outbox.iter().all(|mail| mail["state"] != "queued")
    });
    assert!(service.stop().success());

    let folder = served(dovecot.imap, SUPPORT, PASSWORD, "INBOX");
    assert_eq!(
        folder.messages.len(),
        count,
        "the server serves what was put"
    );
    let rows = service.export("messages");
    assert_eq!(rows.len(), count, "a row a message");
    let stored: BTreeMap<u64, String> = rows
        .iter()
        .map(|row| {
            assert_eq!(row["uidvalidity"], folder.uidvalidity);
            (
                row["uid"].as_u64().expect("a UID"),
                row["sha256"].as_str().expect("a digest").to_owned(),
            )
        })
        .collect();
    assert_eq!(stored.len(), count, "each UID once");
    for (uid, bytes) in &folder.messages {
        assert_eq!(
            stored[&u64::from(*uid)],
            hex(&Sha256::digest(bytes)),
            "UID {uid} is stored as it is served"
        );
    }
    let expected = service
        .outbox()
        .iter()
        .filter(|mail| mail["state"] == "sent")
        .count();
    until("what was sent is delivered", || {
        mails_of_ours(&dovecot).len() >= expected
    });
    let sent = mails_of_ours(&dovecot);
    let distinct: BTreeSet<&String> = sent.iter().collect();
    assert!(
        sent.len() > count / 4,
        "only {} mails left for {count} messages",
        sent.len()
    );
    assert_eq!(sent.len(), distinct.len(), "a mail was sent twice");
    println!(
        "{count} messages, {kills} kills: {count} rows, {} mails, none twice",
        sent.len()
    );
}

/// Vigie over Dovecot alone: what it would send goes to files.
fn over(dovecot: &Dovecot, done_folder: bool) -> Service {
    Service::new(|folder| {
        let secret = folder.join("password");
        fs::write(&secret, PASSWORD).expect("the folder is ours");
        fs::set_permissions(&secret, Permissions::from_mode(0o600)).expect("the folder is ours");
        fs::create_dir(folder.join("sent")).expect("the folder is ours");
        let done = if done_folder {
            "done_folder = \"Traités\""
        } else {
            ""
        };
        let [web] = free_ports();
        format!(
            r#"
[service]
name  = "Support SI-Samu"
phone = "0 809 100 809"

[mailbox]
url = "imaps://localhost:{imaps}"
user = "{SUPPORT}"
password_file = "{secret}"
ca_file = "{ca}"
{done}
poll = "1s"
answer_from = "2020-01-01"

[smtp]
url = "dir:{folder}/sent"
from = "Support SI-Samu <{SUPPORT}>"

[web]
listen = "127.0.0.1:{web}"

[storage]
database = "sqlite:{folder}/vigie.db"

[log]
format = "json"
level = "debug"
"#,
            imaps = dovecot.imaps,
            ca = dovecot.certificates.authority.display(),
            secret = secret.display(),
            folder = folder.display(),
        )
    })
}

/// The digests of all that is stored, by UIDVALIDITY and UID.
fn stored(service: &Service) -> BTreeMap<(u64, u64), String> {
    let number = |value: &serde_json::Value| value.as_u64().expect("a number");
    service
        .export("messages")
        .iter()
        .map(|row| {
            let sha256 = row["sha256"].as_str().expect("a digest").to_owned();
            ((number(&row["uidvalidity"]), number(&row["uid"])), sha256)
        })
        .collect()
}

/// Everything that another client is served is stored so (N1, N2).
#[track_caller]
fn assert_all_stored(service: &Service, dovecot: &Dovecot) {
    let folder = served(dovecot.imap, SUPPORT, PASSWORD, "INBOX");
    let stored = stored(service);
    for (uid, bytes) in &folder.messages {
        let place = (u64::from(folder.uidvalidity), u64::from(*uid));
        assert_eq!(
            stored.get(&place),
            Some(&hex(&Sha256::digest(bytes))),
            "UID {uid}"
        );
    }
}

fn has_all(service: &Service, dovecot: &Dovecot) -> bool {
    let folder = served(dovecot.imap, SUPPORT, PASSWORD, "INBOX");
    let stored = stored(service);
    folder
        .messages
        .keys()
        .all(|uid| stored.contains_key(&(u64::from(folder.uidvalidity), u64::from(*uid))))
}

fn is_read(service: &Service) -> bool {
    let rows = service.export("messages");
    rows.iter().all(|row| row["state"] == "done")
}

#[test]
fn imap_10_24_sessions_that_are_kicked_and_messages_that_others_expunge_lose_nothing_else() {
    let dovecot = Dovecot::start(&[SUPPORT], None);
    fill(&dovecot, 0..200);
    let mut service = over(&dovecot, false);
    service.start();
    // Each of these ends whatever is going on; another client deletes some that are not stored yet.
    for turn in 0..12 {
        dovecot.try_doveadm(&["kick", SUPPORT]);
        let uid = (200 - turn * 7).to_string();
        dovecot.doveadm(&["expunge", "-u", SUPPORT, "mailbox", "INBOX", "uid", &uid]);
        thread::sleep(Duration::from_millis(120));
    }
    fill(&dovecot, 200..240);
    until("every message that stayed is stored", || {
        has_all(&service, &dovecot)
    });
    until("and read", || is_read(&service));
    assert_all_stored(&service, &dovecot);
    let places = stored(&service);
    assert_eq!(places.len(), service.export("messages").len(), "none twice");
    assert!(service.stop().success());
}

#[test]
fn imap_18_19_a_uidvalidity_changed_while_we_wait_doubles_no_incident_and_no_mail() {
    let dovecot = Dovecot::start(&[SUPPORT], None);
    fill(&dovecot, 0..20);
    let mut service = over(&dovecot, false);
    service.start();
    until("all is stored", || service.export("messages").len() == 20);
    until("and read", || is_read(&service));
    let (tickets, mails) = (service.export("tickets"), service.outbox().len());
    for validity in ["1795510900", "1795511000"] {
        dovecot.doveadm(&[
            "mailbox",
            "update",
            "--uid-validity",
            validity,
            "-u",
            SUPPORT,
            "INBOX",
        ]);
        until("all is known under the new numbers", || {
            let validity: u64 = validity.parse().expect("a number");
            let known = stored(&service);
            known.keys().filter(|place| place.0 == validity).count() == 20
        });
    }
    assert_all_stored(&service, &dovecot);
    until("all is read", || is_read(&service));
    assert_eq!(service.export("tickets"), tickets);
    assert_eq!(service.outbox().len(), mails);
    assert!(service.stop().success());
}

/// `VIGIE_TEST_LARGE` makes it larger, in MiB: 400 is the figure of the specification.
#[test]
fn parse_05_a_message_far_above_the_limit_is_taken_up_within_the_same_memory() {
    let large = amount("VIGIE_TEST_LARGE", 80);
    let dovecot = Dovecot::start(&[SUPPORT], None);
    let mut service = over(&dovecot, false);
    let mut inbox = Inbox::of(&dovecot.mail(), SUPPORT);
    let line = "QUJD".repeat(19) + "\r\n";
    let attached = line.repeat((large << 20) / line.len());
    let message = format!(
        "From: Claire Lebreton <{DECLARANT}>\r\nTo: {SUPPORT}\r\nSubject: carte grise\r\n\
         Message-ID: <grand@chu-nantes.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=limite\r\n\r\n\
         --limite\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         La carte reste grise depuis 8h.\r\n\
         --limite\r\nContent-Type: video/mp4; name=film.mp4\r\n\
         Content-Disposition: attachment; filename=film.mp4\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{attached}--limite--\r\n"
    );
    inbox.deliver(message.as_bytes());
    service.start();
    until("it is stored and read", || {
        service.export("tickets").len() == 1 && is_read(&service)
    });
    let peak = service.pid().and_then(peak).expect("it runs");
    println!("{large} MiB: a peak of {} MiB", peak / 1024);
    assert!(
        peak / 1024 < 70,
        "{large} MiB took {} MiB of memory",
        peak / 1024
    );
    // Its headers and text; the film stays on the server.
    let kept = service.export("messages")[0]["size"].as_u64();
    assert!(kept.is_some_and(|size| size < 2_000), "{kept:?}");
    assert!(service.stop().success());
}

#[test]
fn imap_22_uids_that_jump_near_the_end_are_stored() {
    let dovecot = Dovecot::start(&[SUPPORT], None);
    fill(&dovecot, 0..5);
    let mut service = over(&dovecot, false);
    service.start();
    until("all is stored", || service.export("messages").len() == 5);
    dovecot.doveadm(&[
        "mailbox",
        "update",
        "--min-next-uid",
        "4294967280",
        "-u",
        SUPPORT,
        "INBOX",
    ]);
    fill(&dovecot, 5..12);
    until("those behind the jump too", || {
        service.export("messages").len() == 12
    });
    assert_all_stored(&service, &dovecot);
    let last = stored(&service).keys().map(|place| place.1).max();
    assert_eq!(last, Some(4_294_967_286));
    assert!(service.stop().success());
}

#[test]
fn imap_27_without_move_and_uidplus_mail_stays_and_no_deleted_mark_of_others_goes() {
    let dovecot = Dovecot::start(&[SUPPORT], Some("IMAP4rev1 SASL-IR LITERAL+ IDLE"));
    fill(&dovecot, 0..6);
    dovecot.doveadm(&[
        "flags",
        "add",
        "-u",
        SUPPORT,
        "\\Deleted",
        "mailbox",
        "INBOX",
        "uid",
        "2",
    ]);
    let mut service = over(&dovecot, true);
    service.start();
    until("all is stored", || service.export("messages").len() == 6);
    until("and read", || is_read(&service));
    until("the refusal is told", || {
        service.log().contains("mailbox.not_filed")
    });
    thread::sleep(Duration::from_secs(3));
    assert!(service.stop().success());
    assert_eq!(service.log().matches("mailbox.not_filed").count(), 1);
    let folder = served(dovecot.imap, SUPPORT, PASSWORD, "INBOX");
    assert_eq!(folder.messages.len(), 6);
    let flags = dovecot.doveadm(&["fetch", "-u", SUPPORT, "flags", "mailbox", "INBOX"]);
    assert_eq!(flags.matches("\\Deleted").count(), 1, "{flags}");
    assert_eq!(flags.matches("\\Seen").count(), 0, "{flags}");
}

#[test]
fn imap_28_a_done_folder_over_quota_or_closed_leaves_mail_where_it_is_and_incidents_go_on() {
    let quota = "mail_plugins = quota\nplugin {\n  quota = maildir:all\n  \
                 quota_rule = *:messages=3\n}";
    for (capability, more) in [(Some(WITHOUT_IDLE), quota), (None, "")] {
        let dovecot = Dovecot::start_with(&[SUPPORT], capability, more);
        fill(&dovecot, 0..6);
        let done = dovecot.mail().join(SUPPORT).join("Maildir/.Trait&AOk-s");
        if more.is_empty() {
            // The mail account may not write there.
            fs::create_dir(&done).expect("the folder is ours");
            fs::set_permissions(&done, Permissions::from_mode(0o555)).expect("ours");
        }
        let mut service = over(&dovecot, true);
        service.start();
        until("all is stored", || service.export("messages").len() == 6);
        until("and read", || is_read(&service));
        until("the refusal is told", || {
            service.log().contains("mailbox.not_filed")
        });
        thread::sleep(Duration::from_secs(2));
        assert_eq!(service.log().matches("mailbox.not_filed").count(), 1);
        assert_all_stored(&service, &dovecot);
        let folder = served(dovecot.imap, SUPPORT, PASSWORD, "INBOX");
        assert_eq!(folder.messages.len(), 6, "{more}");
        assert!(!service.export("tickets").is_empty());
        assert!(service.stop().success());
    }
}

#[test]
fn imap_33_while_others_hold_all_connections_we_wait_and_go_on_by_ourselves() {
    let one = "mail_max_userip_connections = 1";
    let dovecot = Dovecot::start_with(&[SUPPORT], None, one);
    fill(&dovecot, 0..3);
    let held = hold(dovecot.imap);
    let mut service = over(&dovecot, false);
    service.start();
    until("the outage is told", || {
        service.log().contains("mailbox.unreachable")
    });
    assert!(
        service.log().contains("\"kind\":\"network\""),
        "{}",
        service.log()
    );
    drop(held);
    until("all is stored", || service.export("messages").len() == 3);
    assert!(service.log().contains("mailbox.reachable"));
    assert!(service.stop().success());
}

/// Another client that is logged in and stays so.
fn hold(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the server listens");
    let password = PASSWORD.replace('"', "\\\"");
    let login = format!("a LOGIN \"{SUPPORT}\" \"{password}\"\r\n");
    stream
        .write_all(login.as_bytes())
        .expect("the server reads");
    let mut lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
    let in_it = lines.any(|line| line.is_ok_and(|line| line.starts_with("a OK")));
    assert!(in_it, "the other client is not let in");
    stream
}

/// The Message-IDs of the mails of ours that have arrived, whoever they were for.
fn mails_of_ours(dovecot: &Dovecot) -> Vec<String> {
    [SUPPORT, DECLARANT, ANYBODY]
        .iter()
        .flat_map(|user| dovecot.messages(user, ""))
        .filter_map(|bytes| {
            MessageParser::new()
                .parse_headers(&bytes)
                .and_then(|mail| mail.message_id().map(str::to_owned))
        })
        .filter(|id| id.starts_with("INC-"))
        .collect()
}

/// How the program reaches the servers, and its database.
struct Ways<'a> {
    database: &'a str,
    poll: &'static str,
    imap: &'static str,
    smtp: &'static str,
}

pub(super) fn servers(capability: Option<&str>) -> (Dovecot, Postfix) {
    let users = [SUPPORT, DECLARANT, ANYBODY];
    let dovecot = Dovecot::start(&users, capability);
    let postfix = Postfix::start(&dovecot, &users);
    (dovecot, postfix)
}

/// With a database of its own, polling each second, over TLS both ways.
pub(super) fn on_sqlite(folder: &Path, dovecot: &Dovecot, postfix: &Postfix) -> String {
    let database = format!("sqlite:{}/vigie.db", folder.display());
    let ways = Ways {
        poll: "1s",
        imap: "imaps",
        smtp: "smtp+starttls",
        database: &database,
    };
    configuration(folder, dovecot, postfix, &ways)
}

fn configuration(folder: &Path, dovecot: &Dovecot, postfix: &Postfix, ways: &Ways<'_>) -> String {
    let secret = folder.join("password");
    fs::write(&secret, PASSWORD).expect("the folder is ours");
    fs::set_permissions(&secret, Permissions::from_mode(0o600)).expect("the folder is ours");
    let imap = if ways.imap == "imaps" {
        dovecot.imaps
    } else {
        dovecot.imap
    };
    let smtp = if ways.smtp == "smtps" {
        postfix.smtps
    } else {
        postfix.smtp
    };
    let [web] = free_ports();
    format!(
        r#"
[service]
name  = "Support SI-Samu"
phone = "0 809 100 809"

[mailbox]
url = "{imap_way}://localhost:{imap}"
user = "{SUPPORT}"
password_file = "{secret}"
ca_file = "{ca}"
done_folder = "Traités"
poll = "{poll}"
answer_from = "2020-01-01"

[smtp]
url = "{smtp_way}://localhost:{smtp}"
user = "{SUPPORT}"
password_file = "{secret}"
ca_file = "{ca}"
from = "Support SI-Samu <{SUPPORT}>"

[replies]
hold = "0s"
max_per_address_hour = 100000
max_per_address = 100000
max_same_body = 100000
max_per_domain = 100000
max_total = 100000
duplicate_within = "0s"

[web]
listen = "127.0.0.1:{web}"

[storage]
database = "{database}"

[log]
format = "json"
level = "debug"
"#,
        imap_way = ways.imap,
        smtp_way = ways.smtp,
        poll = ways.poll,
        ca = dovecot.certificates.authority.display(),
        secret = secret.display(),
        database = ways.database,
    )
}

/// Nothing to answer.
const THANKS: &str =
    "From: Paul <anybody@elsewhere.example>\nSubject: merci\n\nMerci beaucoup, bonne journée !\n";

/// A form whose phone lacks a digit, with one question unanswered and no screenshot.
fn declaration() -> String {
    format!(
        "From: \"LEBRETON Claire\" <{DECLARANT}>\nTo: <{SUPPORT}>\nSubject: pb carto ce matin\n\
         Message-ID: <essai.1@chu-nantes.example>\nReferences: <essai.0@chu-nantes.example>\n\
         Date: {date}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\
         Content-Transfer-Encoding: 8bit\n\n{FORM}",
        date = now(),
    )
}

const FORM: &str = "DECLARATION D'INCIDENT
Déclarant (nom, prénom et fonction) : LEBRETON Claire, ARM
Entité concernée (Samu de Nantes, ARS PDL, ...) : SAMU de Nantes
Utilisateur concerné : Paul Martin
Numéro de téléphone (auquel le déclarant peut être joint) : 02 61 91 12 4
Adresse mail du déclarant : claire.lebreton@chu-nantes.example
Date et heure de début d'incident : 23/11/2026 à 9h00
Environnement concerné : formation, production ? production
Fonctionnalité concernée par l'incident : cartographie
Nombre d'utilisateurs impactés : 10
Description détaillée de l'incident : la carte reste figée sur l'écran de chargement, on attend le fond de plan.
La vérification des pré-requis techniques a-t-elle réalisée sur le poste de travail ?
L'incident peut-il être reproduit ? oui
";

pub(super) fn now() -> String {
    let told = Command::new("date")
        .arg("-R")
        .env("LC_ALL", "C")
        .output()
        .expect("`date` runs");
    String::from_utf8_lossy(&told.stdout).trim().to_owned()
}

/// The request: threading, loop marks, and each thing asked for, with the value that was read.
#[track_caller]
fn assert_request(bytes: &[u8]) {
    let mail = MessageParser::new().parse(bytes).expect("a mail");
    let told = String::from_utf8_lossy(bytes);
    let header = |name: &str| text_of(&mail, name);
    let reference = header("Subject")
        .rsplit_once('[')
        .map(|(_, mark)| mark.trim_end_matches(']').to_owned());
    let reference = reference.unwrap_or_else(|| panic!("the subject has no mark:\n{told}"));
    let number = reference
        .strip_prefix("INC-")
        .and_then(|rest| rest.split_once('-'));
    assert_eq!(
        number.map(|(year, number)| (year.len(), number)),
        Some((2, "00001")),
        "{reference}"
    );
    assert_eq!(
        header("Subject"),
        format!("Re: pb carto ce matin [{reference}]")
    );
    assert_eq!(header("In-Reply-To"), "essai.1@chu-nantes.example");
    assert_eq!(
        header("References"),
        "essai.0@chu-nantes.example essai.1@chu-nantes.example"
    );
    assert_eq!(header("Auto-Submitted"), "auto-replied");
    assert_eq!(header("X-Auto-Response-Suppress"), "OOF, AutoReply");
    assert_eq!(header("Content-Language"), "fr");
    assert!(mail.header("Precedence").is_none());
    assert!(mail.message_id().is_some_and(
        |id| id.starts_with(&format!("{reference}.1.")) && id.ends_with("@si-samu.example")
    ));
    let address = |list: Option<&mail_parser::Address>| {
        list.and_then(|list| list.first()?.address.clone().map(String::from))
    };
    assert_eq!(address(mail.from()).as_deref(), Some(SUPPORT));
    assert_eq!(address(mail.to()).as_deref(), Some(DECLARANT));
    let text = mail.body_text(0).expect("a text part");
    let plain = text.replace(['\u{a0}', '\u{202f}'], " ").replace('’', "'");
    for line in [
        "Bonjour Claire Lebreton,",
        &format!("Votre déclaration est enregistrée sous le numéro {reference}."),
        "0 809 100 809",
        "À COMPLÉTER",
        "1) Téléphone (lu 02 61 91 12 4, il manque un chiffre) :",
        "2) Prérequis du poste vérifiés (oui, non) :",
        "copie d'écran",
        "Message préparé automatiquement.",
    ] {
        assert!(plain.contains(line), "no {line:?} in:\n{plain}");
    }
    assert!(
        !plain.contains("3)"),
        "something is asked twice or in vain:\n{plain}"
    );
    let html = mail.body_html(0).expect("an HTML part");
    assert!(
        html.contains(&reference) && !html.contains("<img"),
        "{html}"
    );
}

fn text_of(mail: &Message, name: &str) -> String {
    match mail.header(name) {
        Some(HeaderValue::Text(text)) => text.to_string(),
        Some(HeaderValue::TextList(list)) => list.join(" "),
        _ => String::new(),
    }
}

#[track_caller]
fn assert_one_incident(service: &Service) {
    let tickets = service.export("tickets");
    assert_eq!(tickets.len(), 1, "{tickets:?}");
    assert_eq!(tickets[0]["status"], "waiting", "{tickets:?}");
    let asked: Vec<&str> = tickets[0]["to_ask"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|ask| ask.as_str())
        .collect();
    assert_eq!(asked, ["phone", "prerequisites_checked", "screenshot"]);
    let messages = service.export("messages");
    let declared: Vec<_> = messages
        .iter()
        .filter(|row| row["kind"] == "declaration")
        .collect();
    assert_eq!(declared.len(), 1, "{messages:?}");
    assert_eq!(declared[0]["message_id"], "essai.1@chu-nantes.example");
    assert_eq!(declared[0]["reference"], tickets[0]["reference"]);
}

/// Puts varied messages into support's inbox: those of the corpus over and over, each with marks that make it another.
fn fill(dovecot: &Dovecot, numbers: Range<usize>) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let mut bases: Vec<_> = fs::read_dir(corpus)
        .expect("the corpus exists")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    bases.sort();
    let maildir = dovecot.mail().join(SUPPORT).join("Maildir");
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(maildir.join(part)).expect("the folder is ours");
    }
    for number in numbers.clone() {
        let base = fs::read(&bases[number % bases.len()]).expect("the corpus is readable");
        let mut message = format!("Comments: essai {number}\n").into_bytes();
        message.extend(renamed(&base, number));
        fs::write(maildir.join("tmp").join(name(number)), message).expect("the folder is ours");
    }
    let given = Command::new("chown")
        .arg("-R")
        .arg(format!("{MAIL_ID}:{MAIL_ID}"))
        .arg(dovecot.mail())
        .status();
    assert!(given.expect("`chown` runs").success());
    for number in numbers {
        fs::rename(
            maildir.join("tmp").join(name(number)),
            maildir.join("new").join(name(number)),
        )
        .expect("the folder is ours");
    }
}

fn name(number: usize) -> String {
    format!("1700{number:06}.M1P1.essai")
}

/// The message with a Message-ID of its own, where it has one at the start of a line of its header.
fn renamed(message: &[u8], number: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(&message[..message.len().min(4096)]).to_ascii_lowercase();
    match text.find("\nmessage-id:") {
        Some(at)
            if text.is_char_boundary(at) && String::from_utf8(message[..at].to_vec()).is_ok() =>
        {
            let mut renamed = message[..=at].to_vec();
            renamed.extend(
                format!("X-Essai: {number}\nMessage-ID: <essai.{number}@corpus.example>\nX-")
                    .into_bytes(),
            );
            renamed.extend_from_slice(&message[at + 1..]);
            renamed
        }
        _ => message.to_vec(),
    }
}

fn amount(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Waits until something is so.
#[track_caller]
pub(super) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < LIMIT,
            "in {LIMIT:?} it did not come to be that {what}"
        );
        thread::sleep(Duration::from_millis(100));
    }
}
