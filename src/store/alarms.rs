//! What is wrong, told once however many instances see it and however often they start.

use super::Store;
use super::error::Result;
use super::rows::unsigned;
use chrono::{DateTime, Utc};

/// Something that is, or was, wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// What it is about: `mailbox`, `sending`, ….
    pub subject: String,
    /// Why: a token.
    pub cause: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How often somebody was called.
    pub tries: u32,
    /// When somebody was reached.
    pub told_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub cleared_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    subject: String,
    cause: String,
    since: DateTime<Utc>,
    tries: i64,
    told_at: Option<DateTime<Utc>>,
    cleared_at: Option<DateTime<Utc>>,
}

impl Row {
    fn alarm(self) -> Result<Alarm> {
        Ok(Alarm {
            tries: unsigned("alarms", "tries", 0, self.tries)?,
            subject: self.subject,
            cause: self.cause,
            since: self.since,
            told_at: self.told_at,
            cleared_at: self.cleared_at,
        })
    }
}

impl Store {
    /// Something is wrong. True for whoever says it first. What comes back that was over only after
    /// `quiet` is the same alarm still: who was called for it is not called again.
    ///
    /// # Errors
    /// The database's.
    pub async fn raise_alarm(
        &self,
        subject: &str,
        cause: &str,
        since: DateTime<Utc>,
        quiet: DateTime<Utc>,
    ) -> Result<bool> {
        let raised: Option<(String,)> = self
            .db
            .write(
                "INSERT INTO alarms (subject, cause, since) VALUES ($1, $2, $3)
                 ON CONFLICT (subject) DO UPDATE SET
                    cause = excluded.cause,
                    since = CASE WHEN alarms.cleared_at > $4
                        THEN alarms.since ELSE excluded.since END,
                    told_at = CASE WHEN alarms.cleared_at > $4 THEN alarms.told_at END,
                    tries = CASE WHEN alarms.cleared_at > $4 THEN alarms.tries ELSE 0 END,
                    leased_until = CASE WHEN alarms.cleared_at > $4 THEN alarms.leased_until END,
                    cleared_at = NULL
                 WHERE alarms.cleared_at IS NOT NULL
                 RETURNING subject",
            )
            .text(subject)
            .text(cause)
            .bind(since)
            .bind(quiet)
            .fetch_optional()
            .await?;
        Ok(raised.is_some())
    }

    /// The alarms that nobody was reached for: the caller calls, nobody else does before `until`.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_alarms(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Alarm>> {
        let rows: Vec<Row> = self
            .db
            .write(
                "UPDATE alarms SET tries = tries + 1, leased_until = $2
                 WHERE cleared_at IS NULL AND told_at IS NULL
                   AND (leased_until IS NULL OR leased_until <= $1)
                 RETURNING subject, cause, since, tries, told_at, cleared_at",
            )
            .bind(now)
            .bind(until)
            .fetch_all()
            .await?;
        rows.into_iter().map(Row::alarm).collect()
    }

    /// Somebody was reached for this alarm.
    ///
    /// # Errors
    /// The database's.
    pub async fn alarm_told(&self, subject: &str, now: DateTime<Utc>) -> Result<()> {
        self.db
            .write("UPDATE alarms SET told_at = $2, leased_until = NULL WHERE subject = $1")
            .text(subject)
            .bind(now)
            .execute()
            .await?;
        Ok(())
    }

    /// Nobody was reached for this alarm: it is tried again at `next`.
    ///
    /// # Errors
    /// The database's.
    pub async fn postpone_alarm(&self, subject: &str, next: DateTime<Utc>) -> Result<()> {
        self.db
            .write("UPDATE alarms SET leased_until = $2 WHERE subject = $1 AND told_at IS NULL")
            .text(subject)
            .bind(next)
            .execute()
            .await?;
        Ok(())
    }

    /// It is over: since when it was, for whoever says it first.
    ///
    /// # Errors
    /// The database's.
    pub async fn clear_alarm(
        &self,
        subject: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>> {
        let cleared: Option<(DateTime<Utc>,)> = self
            .db
            .write(
                "UPDATE alarms SET cleared_at = $2
                 WHERE subject = $1 AND cleared_at IS NULL RETURNING since",
            )
            .text(subject)
            .bind(now)
            .fetch_optional()
            .await?;
        Ok(cleared.map(|(since,)| since))
    }

    /// Each subject's last alarm, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_alarms(&self) -> Result<Vec<Alarm>> {
        let rows: Vec<Row> = self
            .db
            .read(
                "SELECT subject, cause, since, tries, told_at, cleared_at
                 FROM alarms ORDER BY since DESC, subject",
            )
            .fetch_all()
            .await?;
        rows.into_iter().map(Row::alarm).collect()
    }
}
