//! The processes that share one database: who lives, who reads which mailbox, and what becomes of
//! the leases of those that died.
//!
//! Each beats; who has seen another's beat stand still for long enough, by its own clock, buries it:
//! the row goes, and with it everything that the dead had in hand is free or settled. One that was
//! buried alive beats again and goes on: what it wrongly believes to hold is fenced where it counts,
//! in the transaction that records ([`Store::record_batch`]) or commits.
//!
//! On SQLite the lock beside the file proves that whoever joins is alone: all others are buried then.

use super::Store;
use super::backup;
use super::db::Tx;
use super::error::{Result, StoreError};
use super::settling::interrupted;
use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// Another instance as seen once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Peer {
    /// Its row.
    pub id: i64,
    /// Rises while it lives.
    pub beat: i64,
}

/// What the dead left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// Instances buried.
    pub instances: u64,
    /// Messages that are free to be claimed again.
    pub messages: u64,
    /// Mails that were being sent: nobody knows whether they left.
    pub in_doubt: u64,
}

/// Who reads a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// This instance.
    Me,
    /// That one.
    Other(i64),
}

impl Store {
    /// Becomes one of the instances that share this database; the store that is given back works in
    /// its name. On SQLite, opened by [`Store::open_to_serve`], what others left is settled at once.
    ///
    /// # Errors
    /// The database's.
    pub async fn join(&self, now: DateTime<Utc>) -> Result<Self> {
        let mut tx = self.db.begin().await?;
        if self.alone.is_some() {
            tx.query("DELETE FROM instances").execute().await?;
            settle(&mut tx, None, true, now).await?;
            backup::take_up(&mut tx, now).await?;
        }
        let (id,): (i64,) = tx
            .query(
                "INSERT INTO instances (started_at, beat, beat_at) VALUES ($1, 0, $1) RETURNING id",
            )
            .bind(now)
            .fetch_one()
            .await?;
        tx.commit().await?;
        Ok(Self {
            me: Some(id),
            joined: Some(Instant::now()),
            ..self.clone()
        })
    }

    /// The instance that this store works for.
    #[must_use]
    pub fn instance(&self) -> Option<i64> {
        self.me
    }

    /// Whether other instances may share the database.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.db.is_shared()
    }

    /// Says that this instance lives, and who else is there.
    ///
    /// # Errors
    /// The database's.
    pub async fn beat(&self, now: DateTime<Utc>) -> Result<Vec<Peer>> {
        // One that was buried alive stands up again.
        self.db
            .write(
                "INSERT INTO instances (id, started_at, beat, beat_at) VALUES ($1, $2, 1, $2)
                 ON CONFLICT (id) DO UPDATE
                    SET beat = instances.beat + 1, beat_at = excluded.beat_at",
            )
            .bind(self.me)
            .bind(now)
            .execute()
            .await?;
        self.db
            .write("SELECT id, beat FROM instances WHERE id <> $1 ORDER BY id")
            .bind(self.me)
            .fetch_all()
            .await
    }

    /// Settles what these instances had in hand, where they have not beaten since they were seen so:
    /// their messages are free, their mailboxes can be taken, what they were sending is in doubt.
    ///
    /// # Errors
    /// The database's; nothing is settled then.
    pub async fn bury(&self, dead: &[Peer], now: DateTime<Utc>) -> Result<Settled> {
        let mut tx = self.db.begin().await?;
        let mut settled = Settled::default();
        for peer in dead {
            let buried = tx
                .query("DELETE FROM instances WHERE id = $1 AND beat = $2")
                .bind(peer.id)
                .bind(peer.beat)
                .execute()
                .await?;
            if buried > 0 {
                let of_one = settle(&mut tx, Some(peer.id), true, now).await?;
                settled.instances += 1;
                settled.messages += of_one.messages;
                settled.in_doubt += of_one.in_doubt;
            }
        }
        tx.commit().await?;
        Ok(settled)
    }

    /// Ends this instance: what it still has in hand is given back, its tries not counted.
    ///
    /// # Errors
    /// The database's; others bury it then.
    pub async fn leave(&self, now: DateTime<Utc>) -> Result<()> {
        let Some(me) = self.me else { return Ok(()) };
        let mut tx = self.db.begin().await?;
        tx.query("DELETE FROM instances WHERE id = $1")
            .bind(me)
            .execute()
            .await?;
        settle(&mut tx, Some(me), false, now).await?;
        tx.commit().await
    }

    /// Takes a mailbox for this instance, where nobody alive holds it. A store that has not joined
    /// asks nobody. The mailbox must have been named before ([`Store::first_start`]).
    ///
    /// # Errors
    /// The database's.
    pub async fn take_mailbox(&self, mailbox: &str) -> Result<Holder> {
        let Some(me) = self.me else {
            return Ok(Holder::Me);
        };
        let taken = self
            .db
            .write(
                "UPDATE mailboxes SET holder = $2
                 WHERE name = $1 AND (holder IS NULL OR holder = $2
                    OR NOT EXISTS (SELECT 1 FROM instances i WHERE i.id = mailboxes.holder))",
            )
            .text(mailbox)
            .bind(me)
            .execute()
            .await?;
        if taken > 0 {
            return Ok(Holder::Me);
        }
        let holder: Option<(Option<i64>,)> = self
            .db
            .read("SELECT holder FROM mailboxes WHERE name = $1")
            .text(mailbox)
            .fetch_optional()
            .await?;
        match holder {
            Some((Some(holder),)) => Ok(Holder::Other(holder)),
            // Given back since: the next try takes it.
            _ => Err(StoreError::Conflict(MAILBOX)),
        }
    }

    /// Gives a mailbox back, so that another need not wait for this instance's death.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_mailbox(&self, mailbox: &str) -> Result<()> {
        self.db
            .write("UPDATE mailboxes SET holder = NULL WHERE name = $1 AND holder = $2")
            .text(mailbox)
            .bind(self.me)
            .execute()
            .await?;
        Ok(())
    }
}

/// What a [`StoreError::Conflict`] names where another instance has the mailbox.
pub(super) const MAILBOX: &str = "who reads the mailbox";

/// Settles what one instance had in hand, or all of them had.
async fn settle(
    tx: &mut Tx,
    instance: Option<i64>,
    is_counted: bool,
    now: DateTime<Utc>,
) -> Result<Settled> {
    // What the dead were reading may have killed them. Each of what they read together is read alone
    // from now on; only a try of one alone counts against it.
    let messages = tx
        .query(
            "UPDATE messages SET leased_until = NULL, owner = NULL,
                attempts = CASE WHEN $2 AND (suspect OR attempts > 1) THEN attempts
                    ELSE attempts - 1 END,
                suspect = suspect OR $2
             WHERE state = 'new' AND attempts > 0 AND leased_until IS NOT NULL
               AND ($1 IS NULL OR owner = $1)",
        )
        .bind(instance)
        .bind(is_counted)
        .execute()
        .await?;
    tx.query(
        "UPDATE outbox SET leased_until = NULL, owner = NULL, attempts = attempts - 1
         WHERE state = 'queued' AND leased_until IS NOT NULL AND ($1 IS NULL OR owner = $1)",
    )
    .bind(instance)
    .execute()
    .await?;
    let sending: Vec<(i64, i64)> = tx
        .query(
            "UPDATE outbox SET state = 'in_doubt', last_error = 'interrupted', leased_until = NULL
             WHERE state = 'sending' AND ($1 IS NULL OR owner = $1)
             RETURNING id, incident_id",
        )
        .bind(instance)
        .fetch_all()
        .await?;
    interrupted(tx, &sending, now).await?;
    tx.query(
        "UPDATE mailboxes SET holder = NULL
         WHERE holder IS NOT NULL AND ($1 IS NULL OR holder = $1)",
    )
    .bind(instance)
    .execute()
    .await?;
    Ok(Settled {
        instances: 0,
        messages,
        in_doubt: sending.len() as u64,
    })
}
