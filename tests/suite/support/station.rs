//! A whole installation around the program: a real Dovecot with one mailbox, an SMTP sink, and mails
//! that are delivered while everything runs.

use std::fs::{self, Permissions};
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::checker::{Verdict, check};
use super::daemon::{free_ports, is_root};
use super::dovecot::{Dovecot, MAIL_ID, PASSWORD};
use super::imap_client::served;
use super::service::Service;
use super::smtp_sink::Sink;

/// The mailbox.
pub const SUPPORT: &str = "support@si-samu.example";

/// Where messages go once they are stored.
pub const DONE: &str = "Done";

/// What Dovecot says it can do, but for IDLE and MOVE.
pub const WITHOUT_MOVE: &str = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE LITERAL+ UIDPLUS";

/// How long anything here may take: a hang guard.
const LIMIT: Duration = Duration::from_secs(600);

/// Of so many messages one is a machine's.
const MACHINES: usize = 5;

/// The servers.
pub struct Station {
    /// The mailbox's server.
    pub dovecot: Dovecot,
    /// The way out.
    pub sink: Sink,
}

impl Station {
    /// Starts both; `capability` replaces what Dovecot says it can do.
    pub fn start(capability: Option<&str>) -> Self {
        Self {
            dovecot: Dovecot::start(&[SUPPORT], capability),
            sink: Sink::start(),
        }
    }

    /// A configuration with this database, its console on a port of its own.
    pub fn configuration(&self, folder: &Path, database: &str) -> String {
        let secret = folder.join("password");
        fs::write(&secret, PASSWORD).expect("the folder is ours");
        fs::set_permissions(&secret, Permissions::from_mode(0o600)).expect("the folder is ours");
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
done_folder = "{DONE}"
poll = "1s"
answer_from = "2020-01-01"

[smtp]
url = "smtp://127.0.0.1:{smtp}"
from = "Support SI-Samu <{SUPPORT}>"

[replies]
hold = "0s"
max_per_address_hour = 100000
max_per_address = 100000
max_same_body = 100000
max_per_domain = 100000
max_total = 100000

[web]
listen = "127.0.0.1:{web}"

[storage]
database = "{database}"

[log]
format = "json"
level = "info"
"#,
            imaps = self.dovecot.imaps,
            smtp = self.sink.port,
            ca = self.dovecot.certificates.authority.display(),
            secret = secret.display(),
        )
    }

    /// A service on a SQLite file in its own folder.
    pub fn service(&self) -> Service {
        Service::new(|folder| {
            let database = format!("sqlite:{}/vigie.db", folder.display());
            self.configuration(folder, &database)
        })
    }

    /// A service on this PostgreSQL database.
    pub fn service_on(&self, database: &str) -> Service {
        Service::new(|folder| self.configuration(folder, database))
    }

    /// Delivers messages, numbered: declarations of one person each, and now and then a machine's.
    pub fn deliver(&self, numbers: Range<usize>) {
        for number in numbers {
            self.deliver_as(number, &message(number));
        }
    }

    /// Delivers one message with this number and these bytes.
    pub fn deliver_as(&self, number: usize, bytes: &str) {
        let maildir = self.dovecot.mail().join(SUPPORT).join("Maildir");
        for part in ["", "tmp", "new", "cur"] {
            let folder = maildir.join(part);
            if !folder.is_dir() {
                fs::create_dir_all(&folder).expect("the folder is ours");
                owned(&folder);
            }
            owned(&maildir.join(".."));
        }
        let name = format!("1700{number:06}.M1P1.essai");
        let file = maildir.join("tmp").join(&name);
        fs::write(&file, bytes).expect("the folder is ours");
        owned(&file);
        fs::rename(&file, maildir.join("new").join(&name)).expect("the folder is ours");
    }

    /// Waits until `count` messages are stored, read and moved, and no mail is about to leave.
    pub fn quiet(&self, service: &Service, count: usize) {
        until("all is stored, read and answered", || {
            let rows = service.export("messages");
            let outbox = service.outbox();
            rows.len() >= count
                && rows.iter().all(|row| row["state"] != "new")
                && outbox
                    .iter()
                    .all(|mail| mail["state"] != "queued" && mail["state"] != "sending")
                && self.dovecot.messages(SUPPORT, "").is_empty()
        });
    }

    /// Holds everything that was delivered against what the service stored and the sink took.
    pub fn check(&self, service: &Service, count: usize) -> Verdict {
        let folders =
            ["INBOX", DONE].map(|folder| served(self.dovecot.imap, SUPPORT, PASSWORD, folder));
        let verdict = check(service, &folders, &self.sink.taken(), is_machine);
        assert_eq!(
            verdict.served, count,
            "the server serves what was delivered"
        );
        verdict
    }
}

/// Waits until something is so.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < LIMIT,
            "in {LIMIT:?} it did not come to be that {what}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn owned(path: &PathBuf) {
    if is_root_once() {
        std::os::unix::fs::chown(path, Some(MAIL_ID), Some(MAIL_ID)).expect("root gives away");
    }
}

fn is_root_once() -> bool {
    static ROOT: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *ROOT.get_or_init(is_root)
}

/// Whether a mail to this address would be one to a machine.
fn is_machine(address: &str) -> bool {
    address.starts_with("robot")
}

fn message(number: usize) -> String {
    if number % MACHINES == MACHINES - 1 {
        return format!(
            "Return-Path: <>\nFrom: <robot.{number}@machine.example>\nTo: <{SUPPORT}>\n\
             Subject: Out of office\nMessage-ID: <essai.{number}@machine.example>\n\
             Date: Mon, 23 Nov 2026 10:00:00 +0100\nAuto-Submitted: auto-replied\n\n\
             Je suis absent jusqu'au 30 novembre.\n"
        );
    }
    format!(
        "From: \"LEBRETON Claire\" <claire.{number}@chu-{number}.example>\nTo: <{SUPPORT}>\n\
         Subject: pb carto {number}\nMessage-ID: <essai.{number}@chu.example>\n\
         Date: Mon, 23 Nov 2026 10:00:00 +0100\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\
         DECLARATION D'INCIDENT\n\
         Déclarant (nom, prénom et fonction) : LEBRETON Claire, ARM\n\
         Entité concernée (Samu de Nantes, ARS PDL, ...) : SAMU de Nantes\n\
         Environnement concerné : formation, production ? production\n\
         Fonctionnalité concernée par l'incident : cartographie\n\
         Description détaillée de l'incident : la carte numéro {number} reste figée.\n"
    )
}
