//! Whether the database takes a write, and what it knows of how the service fares.

use super::Store;
use super::db::Sql;
use super::error::Result;
use super::rows::unsigned;
use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

/// A write that was tried is believed for so long.
const FRESH: Duration = Duration::from_secs(2);

/// How long who asks is kept waiting.
const PATIENCE: Duration = Duration::from_millis(500);

/// A write that takes longer is a failure: a lock that is held, a disk that hangs.
const SLOW: Duration = Duration::from_secs(5);

/// Asks the database for a write, now and then: whoever wants to know shares one answer. At most
/// one write is under way, so that probes never queue in front of the work (SQLite has one writer).
#[derive(Debug, Clone)]
pub struct Probe {
    store: Store,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    looked: Mutex<Looked>,
    done: Notify,
}

#[derive(Debug)]
struct Looked {
    takes_writes: bool,
    ended: Option<Instant>,
    begun: Option<Instant>,
}

impl Probe {
    /// A database that was just opened, and so took writes.
    #[must_use]
    pub fn new(store: Store) -> Self {
        let looked = Looked {
            takes_writes: true,
            ended: None,
            begun: None,
        };
        Self {
            store,
            shared: Arc::new(Shared {
                looked: Mutex::new(looked),
                done: Notify::new(),
            }),
        }
    }

    /// Whether the database takes a write. Answers within half a second: a write that is still
    /// under way then counts as a failure only once it has taken five seconds.
    pub async fn takes_writes(&self) -> bool {
        // Asked for before the look, so that an end in between is not missed.
        let done = self.shared.done.notified();
        if let Some(answer) = self.begin() {
            return answer;
        }
        // Whether it came in time is told by what stands there now.
        let _ = timeout(PATIENCE, done).await;
        let looked = self.looked();
        let is_slow = looked.begun.is_some_and(|begun| begun.elapsed() >= SLOW);
        looked.takes_writes && !is_slow
    }

    /// The last answer where it is fresh; else a write is under way when this returns.
    fn begin(&self) -> Option<bool> {
        let mut looked = self.looked();
        if looked.begun.is_some() {
            return None;
        }
        if looked.ended.is_some_and(|ended| ended.elapsed() < FRESH) {
            return Some(looked.takes_writes);
        }
        looked.begun = Some(Instant::now());
        let probe = self.clone();
        // In a task of its own: dropped half-way, it would go on at the database unseen.
        tokio::spawn(async move {
            let result = probe.store.ping().await;
            let mut looked = probe.looked();
            if let Err(error) = &result
                && looked.takes_writes
            {
                tracing::warn!(
                    event = "database.no_write",
                    error = error as &dyn std::error::Error
                );
            }
            looked.takes_writes = result.is_ok();
            looked.ended = Some(Instant::now());
            looked.begun = None;
            drop(looked);
            probe.shared.done.notify_waiters();
        });
        None
    }

    fn looked(&self) -> std::sync::MutexGuard<'_, Looked> {
        self.shared
            .looked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// From when on what waits has waited too long.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Messages received before this should have been read.
    pub read: DateTime<Utc>,
    /// Mails due before this should have left.
    pub sent: DateTime<Utc>,
}

/// What the database knows of how the service fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vitals {
    /// Messages that are not read yet.
    pub unread: u64,
    /// Those of them that nobody has in hand though they should have been read.
    pub stuck: u64,
    /// When the oldest that nobody has in hand was received.
    pub oldest_unread: Option<DateTime<Utc>>,
    /// Messages that could not be read.
    pub quarantined: u64,
    /// Those of them whose bytes are not those that came (STO-07).
    pub altered: u64,
    /// When the first of them was received.
    pub quarantined_since: Option<DateTime<Utc>>,
    /// When a message was last received.
    pub last_message: Option<DateTime<Utc>>,
    /// Mails that wait for a person to release them.
    pub held: u64,
    /// Mails that leave by themselves.
    pub queued: u64,
    /// Those of them that nobody has in hand though they should have left.
    pub overdue: u64,
    /// Those of them that were tried in vain, or are overdue.
    pub unsent: u64,
    /// Since when the oldest of these waits.
    pub unsent_since: Option<DateTime<Utc>>,
    /// Mails refused for good or given up.
    pub failed: u64,
    /// Mails of which nobody knows whether they left.
    pub in_doubt: u64,
    /// When the mail made last of those that left did.
    pub last_sent: Option<DateTime<Utc>>,
    /// Why the circuit of the limits is open, and since when.
    pub circuit: Option<(String, DateTime<Utc>)>,
    /// When an instance last read the mailbox.
    pub mailbox_read: Option<DateTime<Utc>>,
    /// The instances that are registered.
    pub instances: u64,
    /// What the database takes on its disk.
    pub bytes: u64,
}

#[derive(sqlx::FromRow)]
struct VitalsRow {
    unread: i64,
    stuck: i64,
    oldest_unread: Option<DateTime<Utc>>,
    quarantined: i64,
    altered: i64,
    quarantined_since: Option<DateTime<Utc>>,
    last_message: Option<DateTime<Utc>>,
    held: i64,
    queued: i64,
    overdue: i64,
    unsent: i64,
    unsent_since: Option<DateTime<Utc>>,
    failed: i64,
    in_doubt: i64,
    last_sent: Option<DateTime<Utc>>,
    circuit: Option<String>,
    circuit_since: Option<DateTime<Utc>>,
    mailbox_read: Option<DateTime<Utc>>,
    instances: i64,
}

/// One number of [`Store::tallies`].
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Tally {
    /// `ticket`, `message`, `outbox` or `request`.
    pub what: String,
    /// A status, a kind, a state; `auto` or `agent` of requests.
    pub word: String,
    /// How many.
    pub count: i64,
}

impl Store {
    /// What the database knows of how the service fares, for the mailbox of that name.
    ///
    /// # Errors
    /// The database's.
    pub async fn vitals(&self, mailbox: &str, deadlines: Deadlines) -> Result<Vitals> {
        let row: VitalsRow = self
            .db
            .read(
                "SELECT
                    (SELECT COUNT(*) FROM messages WHERE state = 'new') AS unread,
                    (SELECT COUNT(*) FROM messages
                        WHERE state = 'new' AND received_at <= $2
                          AND (leased_until IS NULL OR leased_until <= $1)) AS stuck,
                    (SELECT MIN(received_at) FROM messages
                        WHERE state = 'new'
                          AND (leased_until IS NULL OR leased_until <= $1)) AS oldest_unread,
                    (SELECT COUNT(*) FROM messages WHERE state = 'quarantined') AS quarantined,
                    (SELECT COUNT(*) FROM messages
                        WHERE state = 'quarantined' AND last_error = 'altered') AS altered,
                    (SELECT MIN(received_at) FROM messages
                        WHERE state = 'quarantined') AS quarantined_since,
                    (SELECT received_at FROM messages ORDER BY id DESC LIMIT 1) AS last_message,
                    (SELECT COUNT(*) FROM outbox WHERE state = 'review') AS held,
                    (SELECT COUNT(*) FROM outbox WHERE state IN ('queued', 'sending')) AS queued,
                    (SELECT COUNT(*) FROM outbox
                        WHERE state = 'queued' AND due_at <= $3
                          AND (leased_until IS NULL OR leased_until <= $1)) AS overdue,
                    (SELECT COUNT(*) FROM outbox
                        WHERE state = 'queued' AND (last_error <> '' OR due_at <= $3)) AS unsent,
                    (SELECT MIN(first_due) FROM outbox
                        WHERE state = 'queued' AND (last_error <> '' OR due_at <= $3)) AS unsent_since,
                    (SELECT COUNT(*) FROM outbox WHERE state = 'failed') AS failed,
                    (SELECT COUNT(*) FROM outbox WHERE state = 'in_doubt') AS in_doubt,
                    (SELECT sent_at FROM outbox
                        WHERE state = 'sent' ORDER BY id DESC LIMIT 1) AS last_sent,
                    (SELECT reason FROM circuit
                        WHERE closed_at IS NULL ORDER BY id LIMIT 1) AS circuit,
                    (SELECT opened_at FROM circuit
                        WHERE closed_at IS NULL ORDER BY id LIMIT 1) AS circuit_since,
                    (SELECT last_success FROM mailboxes WHERE name = $4) AS mailbox_read,
                    (SELECT COUNT(*) FROM instances) AS instances",
            )
            .bind(deadlines.now)
            .bind(deadlines.read)
            .bind(deadlines.sent)
            .text(mailbox)
            .fetch_one()
            .await?;
        let (bytes,): (i64,) = self
            .db
            // What a database takes is asked in each one's own way.
            .read(Sql {
                sqlite: "SELECT page_count * page_size
                         FROM pragma_page_count(), pragma_page_size()",
                postgres: "SELECT pg_database_size(current_database())",
            })
            .fetch_one()
            .await?;
        let number = |column, value| unsigned("vitals", column, 0, value);
        Ok(Vitals {
            unread: number("unread", row.unread)?,
            stuck: number("stuck", row.stuck)?,
            oldest_unread: row.oldest_unread,
            quarantined: number("quarantined", row.quarantined)?,
            altered: number("altered", row.altered)?,
            quarantined_since: row.quarantined_since,
            last_message: row.last_message,
            held: number("held", row.held)?,
            queued: number("queued", row.queued)?,
            overdue: number("overdue", row.overdue)?,
            unsent: number("unsent", row.unsent)?,
            unsent_since: row.unsent_since,
            failed: number("failed", row.failed)?,
            in_doubt: number("in_doubt", row.in_doubt)?,
            last_sent: row.last_sent,
            circuit: row.circuit.zip(row.circuit_since),
            mailbox_read: row.mailbox_read,
            instances: number("instances", row.instances)?,
            bytes: number("bytes", bytes)?,
        })
    }

    /// Tickets by status, read messages by kind, mails by state, requests that left by who let them.
    ///
    /// # Errors
    /// The database's.
    pub async fn tallies(&self) -> Result<Vec<Tally>> {
        self.db
            .read(
                "SELECT 'ticket' AS what, status AS word, COUNT(*) AS count
                 FROM incidents GROUP BY status
                 UNION ALL SELECT 'message', kind, COUNT(*)
                 FROM messages WHERE kind <> '' GROUP BY kind
                 UNION ALL SELECT 'outbox', state, COUNT(*) FROM outbox GROUP BY state
                 UNION ALL SELECT 'request', CASE WHEN released THEN 'agent' ELSE 'auto' END,
                    COUNT(*)
                 FROM outbox WHERE state = 'sent' AND is_request GROUP BY released
                 ORDER BY 1, 2",
            )
            .fetch_all()
            .await
    }

    /// Notes when this instance read the mailbox, so that each other one can tell; what another one
    /// read later stays.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_mailbox_read(&self, mailbox: &str, at: DateTime<Utc>) -> Result<()> {
        self.db
            .write(
                "UPDATE mailboxes SET last_success = $2
                 WHERE name = $1 AND (last_success IS NULL OR last_success < $2)",
            )
            .text(mailbox)
            .bind(at)
            .execute()
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn b7_a_write_that_waits_for_a_lock_is_asked_for_once_and_answered_within_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let store = Store::open(&url).await.unwrap();
        let held = Store::open(&url).await.unwrap();
        let lock = held.db.begin().await.unwrap();
        let probe = Probe::new(store.clone());
        // The lock is held by a thread of SQLite's; only the waits here are ours to stop.
        tokio::time::pause();
        assert!(probe.takes_writes().await, "not yet slow");
        let asked = Instant::now();
        while asked.elapsed() < SLOW {
            probe.takes_writes().await;
        }
        let asked = Instant::now();
        assert!(!probe.takes_writes().await);
        assert!(asked.elapsed() <= PATIENCE + Duration::from_millis(1));
        tokio::time::resume();
        drop(lock);
        // The write that waited goes through, and the next answer says so.
        while !probe.takes_writes().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        store.close().await;
        held.close().await;
    }
}
