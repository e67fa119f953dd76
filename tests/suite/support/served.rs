//! Messages served by a real Dovecot, read by the real program and by Python's imaplib, and compared: each stored as served,
//! each with one outcome, and none of a machine answered.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use vigie::domain::message::MessageState;
use vigie::store::Store;

use super::daemon::free_ports;
use super::dovecot::{Dovecot, PASSWORD};
use super::fill::Inbox;
use super::python::{faults_of_sqlite, served_to_imaplib};
use super::service::Service;

const USER: &str = "support@vigie.example";

/// A hang guard.
const LIMIT: Duration = Duration::from_secs(1800);

/// What came of it.
#[derive(Debug, Default)]
pub struct Compared {
    /// Messages that the server serves.
    pub served: usize,
    /// Deliveries stored with the bytes that imaplib read.
    pub equal: usize,
    /// Messages that are read, each with one kind, or quarantined.
    pub outcomes: usize,
    /// Of these, quarantined.
    pub quarantined: usize,
    /// Incidents made.
    pub incidents: usize,
    /// Mails made, held or sent.
    pub mails: usize,
    /// The numbers of machines' messages that are answered, from 0.
    pub machines_answered: Vec<usize>,
    /// What is otherwise than it must be, in words.
    pub faults: Vec<String>,
}

/// Serves `messages`, of which some come from machines, and compares.
pub fn compare(messages: &[Vec<u8>], is_machine: impl Fn(usize) -> bool) -> Compared {
    let dovecot = Dovecot::start(&[USER], None);
    let mut inbox = Inbox::of(&dovecot.mail(), USER);
    for message in messages {
        inbox.deliver(message);
    }
    let mut service = Service::new(|folder| configuration(folder, dovecot.imap));
    service.start();
    let begun = Instant::now();
    loop {
        let rows = service.export("messages");
        let read = rows.iter().filter(|row| row["state"] != "new").count();
        let leaving = || {
            let mails = service.outbox();
            mails
                .iter()
                .any(|mail| mail["state"] == "queued" || mail["state"] == "sending")
        };
        if read >= messages.len() && !leaving() {
            break;
        }
        assert!(
            begun.elapsed() < LIMIT,
            "{read} of {} messages are read",
            messages.len()
        );
        thread::sleep(Duration::from_millis(200));
    }
    let status = service.stop();
    let seen = served_to_imaplib(dovecot.imap, USER, PASSWORD, "INBOX");
    let mut found = Compared {
        served: seen.len(),
        ..Compared::default()
    };
    if !status.success() {
        found
            .faults
            .push(format!("the service ended with {status}"));
    }
    let rows = service.export("messages");
    let tickets = service.export("tickets");
    found.incidents = tickets.len();
    if seen.len() != messages.len() || rows.len() != messages.len() {
        let told = format!(
            "{} messages, {} served, {} deliveries",
            messages.len(),
            seen.len(),
            rows.len()
        );
        found.faults.push(told);
    }
    let mut kinds = BTreeMap::new();
    for row in &rows {
        let uid = row["uid"]
            .as_u64()
            .and_then(|uid| u32::try_from(uid).ok())
            .unwrap_or_default();
        match seen.get(&uid) {
            Some(seen) if row["sha256"] == seen.sha256.as_str() && row["size"] == seen.size => {
                found.equal += 1;
            }
            _ => found
                .faults
                .push(format!("UID {uid} is not stored as served")),
        }
        kinds.insert(uid, row);
    }
    let file = service.folder().join("vigie.db");
    found.faults.extend(faults_of_sqlite(&file));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(look_into(&file, &rows, &mut found, &|uid| {
        is_machine(uid as usize - 1)
    }));
    found
}

/// The rows behind the exports: the raw bytes of each message, and what each mail of ours answers.
async fn look_into(
    file: &Path,
    rows: &[Value],
    found: &mut Compared,
    is_machine: &dyn Fn(u64) -> bool,
) {
    let store = Store::open(&format!("sqlite:{}", file.display()))
        .await
        .expect("the store opens");
    let lines = store
        .list_messages(None, 100_000)
        .await
        .expect("the store lists");
    for line in &lines {
        let raw = store
            .raw(line.id)
            .await
            .expect("the store reads")
            .unwrap_or_default();
        let hash = hex(&Sha256::digest(&raw));
        if !rows.iter().any(|row| row["sha256"] == hash.as_str()) {
            found
                .faults
                .push(format!("{} holds bytes that nobody served", line.id));
        }
        match line.state {
            MessageState::Done if line.kind.is_empty() => {
                found.faults.push(format!("{} has no kind", line.id));
            }
            MessageState::New => found.faults.push(format!("{} is not read", line.id)),
            MessageState::Quarantined => {
                found.quarantined += 1;
                found.outcomes += 1;
            }
            MessageState::Done => found.outcomes += 1,
        }
    }
    let mails = store
        .list_outbox(None, None, 100_000)
        .await
        .expect("the store lists");
    found.mails = mails.len();
    for mail in mails {
        let mime = store
            .outbox_mime(mail.id)
            .await
            .expect("the store reads")
            .unwrap_or_default();
        let answers = in_reply_to(&String::from_utf8_lossy(&mime));
        let reference = mail.reference.to_string();
        let of_incident = rows
            .iter()
            .filter(|row| row["reference"] == reference.as_str());
        let mut causes: Vec<&Value> = of_incident
            .clone()
            .filter(|row| row["message_id"] == answers.as_str())
            .collect();
        if causes.is_empty() {
            causes = of_incident.collect();
        }
        let is_answered_kind = |row: &&Value| {
            let kind = row["kind"].as_str().unwrap_or_default();
            !matches!(kind, "bounce" | "auto_reply" | "other") && row["state"] == "done"
        };
        if !causes.iter().any(is_answered_kind) {
            found.faults.push(format!(
                "mail {} of {reference} answers none of the kinds that are answered",
                mail.id
            ));
        }
        let uids: Vec<u64> = causes
            .iter()
            .filter_map(|row| row["uid"].as_u64())
            .collect();
        if uids.iter().all(|uid| is_machine(*uid)) {
            found
                .machines_answered
                .extend(uids.iter().map(|uid| *uid as usize - 1));
        }
    }
    store.close().await;
}

/// The Message-ID that a mail of ours answers, without brackets.
fn in_reply_to(mime: &str) -> String {
    let unfolded = mime.replace("\r\n ", " ");
    unfolded
        .lines()
        .find_map(|line| line.strip_prefix("In-Reply-To:"))
        .unwrap_or_default()
        .trim()
        .trim_matches(['<', '>'])
        .to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn configuration(folder: &Path, imap: u16) -> String {
    let secret = folder.join("password");
    fs::write(&secret, PASSWORD).expect("the folder is ours");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("the folder is ours");
    let [web] = free_ports();
    format!(
        r#"
[service]
name  = "Support SI-Samu"
phone = "0 809 100 809"

[mailbox]
url = "imap://127.0.0.1:{imap}"
user = "{USER}"
password_file = "{secret}"
address = "{USER}"
poll = "1s"
answer_from = "1970-01-01"

[smtp]
url = "dir:{folder}/sent"
from = "Support SI-Samu <{USER}>"

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
database = "sqlite:{folder}/vigie.db"

[log]
format = "json"
level = "info"
"#,
        secret = secret.display(),
        folder = folder.display(),
    )
}
