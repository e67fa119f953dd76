//! Looking through everything that is stored: whether bytes are what they were, whether rows belong
//! to rows, and whether what was promised of incidents and mails holds (N2, N4–N7, N13, N14 of
//! `spec/reliability.md`, section 4).

use super::Store;
use super::db::Sql;
use super::error::Result;
use sha2::{Digest as _, Sha256};

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The invariant that it breaks: `N2`.
    pub invariant: &'static str,
    /// Which row, and what is wrong with it, in English.
    pub text: String,
}

/// What was looked through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deep {
    /// Messages whose bytes were hashed.
    pub messages: u64,
    /// What was found.
    pub faults: Vec<Fault>,
}

/// A question whose every answer is a fault: its invariant, the words around the row's id, the SQL.
type Question = (&'static str, &'static str, &'static str);

/// Each gives ids. Times and texts are compared by equality only, which both databases share.
const QUESTIONS: [Question; 13] = [
    (
        "N2",
        "message {} is not what any of its deliveries was",
        "SELECT m.id FROM messages m WHERE NOT EXISTS
            (SELECT 1 FROM deliveries d WHERE d.message_id = m.id AND d.sha256 = m.sha256)",
    ),
    (
        "N4",
        "message {} opened more than one incident",
        "SELECT message_id FROM history WHERE kind = 'opened' AND message_id IS NOT NULL
         GROUP BY message_id HAVING COUNT(*) > 1",
    ),
    (
        "N4",
        "incident {} was opened by no message",
        "SELECT i.id FROM incidents i WHERE NOT EXISTS
            (SELECT 1 FROM history h WHERE h.incident_id = i.id AND h.kind = 'opened')",
    ),
    (
        "N5",
        "message {} has more than one request",
        "SELECT answers FROM outbox WHERE is_request AND answers IS NOT NULL
            AND template NOT IN ('E1d', 'E4')
            AND state IN ('queued', 'sending', 'sent', 'in_doubt')
         GROUP BY answers HAVING COUNT(*) > 1",
    ),
    (
        "N5",
        "mail {} was sent more than once",
        "SELECT outbox_id FROM history WHERE kind = 'mail_sent' AND outbox_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM history r
                WHERE r.outbox_id = history.outbox_id AND r.kind = 'mail_resent')
         GROUP BY outbox_id HAVING COUNT(*) > 1",
    ),
    (
        "N6",
        "message {} has neither an answer nor a reason for none",
        "SELECT m.id FROM messages m
         WHERE m.state = 'done' AND m.incident_id IS NOT NULL
            AND m.kind IN ('declaration', 'reply', 'escalation')
            AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.answers = m.id)
            AND NOT EXISTS (SELECT 1 FROM history h
                WHERE h.message_id = m.id AND h.kind = 'mail_suppressed')",
    ),
    (
        "N7",
        "mail {} answers a machine",
        "SELECT o.id FROM outbox o JOIN messages m ON m.id = o.answers
         WHERE m.kind IN ('auto_reply', 'bounce', 'other') OR m.state = 'quarantined'",
    ),
    (
        "N13",
        "a row of message_chunks belongs to no message: {}",
        "SELECT c.message_id FROM message_chunks c
         WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = c.message_id)",
    ),
    (
        "N13",
        "delivery {} belongs to no message or no mailbox",
        "SELECT d.id FROM deliveries d
         WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = d.message_id)
            OR NOT EXISTS (SELECT 1 FROM mailboxes b WHERE b.id = d.mailbox_id)",
    ),
    (
        "N13",
        "message {} belongs to an incident that is not there",
        "SELECT m.id FROM messages m WHERE m.incident_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.id = m.incident_id)",
    ),
    (
        "N13",
        "mail {} belongs to an incident that is not there",
        "SELECT o.id FROM outbox o
         WHERE NOT EXISTS (SELECT 1 FROM incidents i WHERE i.id = o.incident_id)",
    ),
    (
        "N13",
        "a field belongs to an incident that is not there: {}",
        "SELECT f.incident_id FROM incident_fields f
         WHERE NOT EXISTS (SELECT 1 FROM incidents i WHERE i.id = f.incident_id)",
    ),
    (
        "N14",
        "message {} joined its incident before one that reached the mailbox earlier",
        "SELECT DISTINCT later.id FROM messages earlier
         JOIN messages later ON later.incident_id = earlier.incident_id
            AND later.id < earlier.id
         JOIN deliveries a ON a.message_id = earlier.id
         JOIN deliveries b ON b.message_id = later.id
            AND b.mailbox_id = a.mailbox_id AND b.uidvalidity = a.uidvalidity AND b.uid > a.uid
         WHERE NOT EXISTS (SELECT 1 FROM deliveries c
            WHERE c.message_id = later.id AND c.mailbox_id = a.mailbox_id
               AND c.uidvalidity = a.uidvalidity AND c.uid < a.uid)",
    ),
];

impl Store {
    /// Looks through everything; reads only, and may run beside a service.
    ///
    /// # Errors
    /// The database's, where it can't even be read.
    pub async fn deep(&self) -> Result<Deep> {
        let mut deep = Deep::default();
        self.integrity(&mut deep.faults).await?;
        self.hashes(&mut deep).await?;
        for (invariant, words, question) in QUESTIONS {
            let found: Vec<(i64,)> = self.db.read(question).fetch_all().await?;
            deep.faults.extend(found.into_iter().map(|(id,)| Fault {
                invariant,
                text: words.replace("{}", &id.to_string()),
            }));
        }
        Ok(deep)
    }

    /// What the database says of itself: pages and indexes of a file, rows without their parents.
    /// PostgreSQL checks its references by itself at each write.
    async fn integrity(&self, faults: &mut Vec<Fault>) -> Result<()> {
        if self.is_shared() {
            return Ok(());
        }
        let told: Vec<(String,)> = self.db.read("PRAGMA integrity_check").fetch_all().await?;
        let orphans: Vec<(String,)> = self
            .db
            .read("SELECT \"table\" FROM pragma_foreign_key_check")
            .fetch_all()
            .await?;
        let told = told.into_iter().filter(|(line,)| line != "ok");
        faults.extend(told.map(|(text,)| Fault {
            invariant: "N13",
            text,
        }));
        faults.extend(orphans.into_iter().map(|(table,)| Fault {
            invariant: "N13",
            text: format!("a row of {table} points to nothing"),
        }));
        Ok(())
    }

    async fn hashes(&self, deep: &mut Deep) -> Result<()> {
        let mut after = 0;
        loop {
            let next: Option<(i64, String, i64)> = self
                .db
                .read(
                    "SELECT id, stored_sha256, size FROM messages WHERE id > $1 ORDER BY id LIMIT 1",
                )
                .bind(after)
                .fetch_optional()
                .await?;
            let Some((id, expected, size)) = next else {
                return Ok(());
            };
            after = id;
            deep.messages += 1;
            let (mut hash, mut sequence) = (Sha256::new(), 0);
            loop {
                let chunk: Option<(Vec<u8>,)> = self
                    .db
                    .read(Sql::from(
                        "SELECT bytes FROM message_chunks WHERE message_id = $1 AND sequence = $2",
                    ))
                    .bind(id)
                    .bind(sequence)
                    .fetch_optional()
                    .await?;
                let Some((bytes,)) = chunk else { break };
                hash.update(&bytes);
                sequence += 1;
            }
            let word = if sequence == 0 && size > 0 {
                "missing"
            } else if data_encoding::HEXLOWER.encode(&hash.finalize()) == expected {
                continue;
            } else {
                "altered"
            };
            deep.faults.push(Fault {
                invariant: "N2",
                text: format!("the bytes of message {id} are {word}"),
            });
        }
    }
}
