//! The invariants N1–N8 and N13 of `spec/reliability.md`, held against a service that has come to
//! rest: what the mail server serves, what the service exports, and what left.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::imap_client::Served;
use super::service::Service;
use super::smtp_sink::Taken;

/// What was found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Different messages that the mail server serves: a COPY that is done twice leaves two.
    pub served: usize,
    /// Messages stored.
    pub stored: usize,
    /// Incidents.
    pub incidents: usize,
    /// Mails that left, by the sink.
    pub sent: usize,
    /// Mails or incidents that are there twice.
    pub doubled: usize,
    /// Messages that are served and not stored.
    pub lost: usize,
    /// Mails of which nobody knows.
    pub in_doubt: usize,
    /// Messages quarantined.
    pub quarantined: usize,
    /// What must not be, one line each, by the invariant's id.
    pub faults: Vec<String>,
}

/// Holds everything against everything. `is_machine` says to whom no mail may go.
pub fn check(
    service: &Service,
    folders: &[Served],
    taken: &[Taken],
    is_machine: impl Fn(&str) -> bool,
) -> Verdict {
    let mut verdict = Verdict::default();
    let rows = service.export("messages");
    intake(&mut verdict, &rows, folders);
    incidents(&mut verdict, &rows, &service.export("tickets"));
    sending(&mut verdict, &rows, &service.outbox(), taken);
    for mail in taken {
        for address in mail.to.iter().filter(|address| is_machine(address)) {
            verdict.faults.push(format!("N7: a mail went to {address}"));
        }
    }
    let deep = service.run(&["check", "--deep", "--offline"]);
    if !deep.status.success() {
        let told = String::from_utf8_lossy(&deep.stdout);
        verdict.faults.push(format!("N13: check --deep: {told}"));
    }
    verdict
}

/// N1, N2, N3, N8.
fn intake(verdict: &mut Verdict, rows: &[Value], folders: &[Served]) {
    let stored: BTreeSet<&str> = rows.iter().map(|row| text(row, "sha256")).collect();
    let by_place: BTreeMap<(u64, u64), &str> = rows
        .iter()
        .filter_map(|row| {
            let place = (row["uidvalidity"].as_u64()?, row["uid"].as_u64()?);
            Some((place, text(row, "sha256")))
        })
        .collect();
    verdict.stored = stored.len();
    let mut served = BTreeSet::new();
    for folder in folders {
        for (uid, bytes) in &folder.messages {
            let hash = hex(&Sha256::digest(bytes));
            if !stored.contains(hash.as_str()) && !served.contains(&hash) {
                verdict.lost += 1;
                verdict
                    .faults
                    .push(format!("N1: UID {uid} is served and not stored as served"));
            }
            let place = (u64::from(folder.uidvalidity), u64::from(*uid));
            if by_place.get(&place).is_some_and(|known| *known != hash) {
                verdict
                    .faults
                    .push(format!("N2: UID {uid} is stored otherwise"));
            }
            served.insert(hash);
        }
    }
    verdict.served = served.len();
    for row in rows {
        match text(row, "state") {
            "done" => (),
            "quarantined" => verdict.quarantined += 1,
            other => verdict.faults.push(format!("N3: a message is {other}")),
        }
    }
}

/// N4.
fn incidents(verdict: &mut Verdict, rows: &[Value], tickets: &[Value]) {
    verdict.incidents = tickets.len();
    let mut of_message: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        let names = of_message.entry(text(row, "message_id")).or_default();
        if let Some(reference) = row["reference"].as_str() {
            names.insert(reference);
        }
    }
    for (message, names) in of_message {
        if names.len() > 1 {
            verdict.doubled += 1;
            verdict.faults.push(format!("N4: {message} made {names:?}"));
        }
    }
    let named: BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row["reference"].as_str())
        .collect();
    for ticket in tickets {
        let reference = text(ticket, "reference");
        if !named.contains(reference) {
            verdict
                .faults
                .push(format!("N4: {reference} belongs to no message"));
        }
    }
}

/// N5, N6.
fn sending(verdict: &mut Verdict, rows: &[Value], outbox: &[Value], taken: &[Taken]) {
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for mail in taken {
        *left.entry(mail.message_id()).or_default() += 1;
    }
    verdict.sent = left.len();
    for (id, count) in &left {
        if *count > 1 {
            verdict.doubled += 1;
            verdict.faults.push(format!("N5: {id} left {count} times"));
        }
    }
    let mut of_ticket: BTreeMap<&str, usize> = BTreeMap::new();
    for mail in outbox {
        let reference = text(mail, "reference");
        *of_ticket.entry(reference).or_default() += 1;
        let start = format!("{reference}.{}.", mail["sequence"]);
        let has_left = left.keys().any(|id| id.starts_with(&start));
        match (text(mail, "state"), has_left) {
            ("sent", false) => verdict.faults.push(format!("N6: {start} never came")),
            ("sent" | "review" | "failed" | "cancelled", _) => (),
            ("in_doubt", _) => verdict.in_doubt += 1,
            (state, _) => verdict.faults.push(format!("N6: {start} is {state}")),
        }
    }
    for (reference, count) in &of_ticket {
        let messages = rows
            .iter()
            .filter(|row| row["reference"].as_str() == Some(reference))
            .count();
        if *count > messages {
            verdict.doubled += 1;
            verdict.faults.push(format!(
                "N5: {reference} has {count} mails for {messages} messages"
            ));
        }
    }
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
