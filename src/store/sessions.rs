//! Sessions of people who logged in, and logins that failed. Of a session's token only the SHA-256 is
//! kept.

use super::Store;
use super::accounts::AccountRow;
use super::audit::audit;
use super::error::Result;
use crate::domain::account::{Account, By};
use crate::domain::audit::{Deed, Entry};
use chrono::{DateTime, TimeDelta, Utc};

/// A session is over so long after it was last used.
pub const IDLE: TimeDelta = TimeDelta::minutes(30);

/// And so long after it began, however much it is used.
pub const LONGEST: TimeDelta = TimeDelta::hours(12);

/// Failures are forgotten after so long without another.
pub const FORGOTTEN: TimeDelta = TimeDelta::hours(1);

/// When it was last used is written at most so often.
const NOTED: TimeDelta = TimeDelta::minutes(1);

#[derive(sqlx::FromRow)]
struct SessionRow {
    began_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl Store {
    /// Begins a session under the SHA-256 of its token, ends the one that it follows, and clears what
    /// has run out.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_session(
        &self,
        token: &str,
        account: &Account,
        follows: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        tx.query("DELETE FROM sessions WHERE token = $1 OR seen_at <= $2 OR began_at <= $3")
            .text(follows.unwrap_or_default())
            .bind(now - IDLE)
            .bind(now - LONGEST)
            .execute()
            .await?;
        tx.query(
            "INSERT INTO sessions (token, account_id, began_at, seen_at) VALUES ($1, $2, $3, $3)",
        )
        .text(token)
        .bind(account.id.0)
        .bind(now)
        .execute()
        .await?;
        let entry = Entry::new(&By::person(account, now), Deed::LoggedIn);
        audit(&mut tx, &entry.target(&account.name)).await?;
        tx.commit().await
    }

    /// Whose session it is; `None` where it is over, or its account may no longer be used.
    ///
    /// # Errors
    /// The database's.
    pub async fn session(&self, token: &str, now: DateTime<Utc>) -> Result<Option<Account>> {
        let row: Option<SessionRow> = self
            .db
            .read(
                "SELECT s.began_at, s.seen_at, a.id, a.name, a.display, a.roles, a.shortcuts,
                    a.disabled_at, a.password
                 FROM sessions s JOIN accounts a ON a.id = s.account_id
                 WHERE s.token = $1 AND a.disabled_at IS NULL",
            )
            .text(token)
            .fetch_optional()
            .await?;
        let Some(row) = row else { return Ok(None) };
        if now - row.seen_at >= IDLE || now - row.began_at >= LONGEST {
            return Ok(None);
        }
        if now - row.seen_at >= NOTED {
            self.db
                .write("UPDATE sessions SET seen_at = $2 WHERE token = $1")
                .text(token)
                .bind(now)
                .execute()
                .await?;
        }
        row.account.account().map(Some)
    }

    /// Ends a session. False where it was over.
    ///
    /// # Errors
    /// The database's.
    pub async fn end_session(
        &self,
        token: &str,
        account: &Account,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let ended = tx
            .query("DELETE FROM sessions WHERE token = $1 AND account_id = $2")
            .text(token)
            .bind(account.id.0)
            .execute()
            .await?;
        if ended == 0 {
            return Ok(false);
        }
        let entry = Entry::new(&By::person(account, now), Deed::LoggedOut);
        audit(&mut tx, &entry.target(&account.name)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// How often logins failed in a row under this keyed hash, and when they last did; `None` where
    /// none failed lately.
    ///
    /// # Errors
    /// The database's.
    pub async fn failed_logins(
        &self,
        tried: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<(u32, DateTime<Utc>)>> {
        let row: Option<(i64, DateTime<Utc>)> = self
            .db
            .read("SELECT failures, last_at FROM login_failures WHERE tried = $1 AND last_at > $2")
            .text(tried)
            .bind(now - FORGOTTEN)
            .fetch_optional()
            .await?;
        Ok(row.map(|(failures, at)| (u32::try_from(failures).unwrap_or(u32::MAX), at)))
    }

    /// A login failed; what failed long ago is forgotten.
    ///
    /// # Errors
    /// The database's.
    pub async fn login_failed(&self, tried: &[&str], now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.db.begin().await?;
        tx.query("DELETE FROM login_failures WHERE last_at <= $1")
            .bind(now - FORGOTTEN)
            .execute()
            .await?;
        for tried in tried {
            tx.query(
                "INSERT INTO login_failures (tried, failures, last_at) VALUES ($1, 1, $2)
                 ON CONFLICT (tried) DO UPDATE
                    SET failures = login_failures.failures + 1, last_at = excluded.last_at",
            )
            .text(tried)
            .bind(now)
            .execute()
            .await?;
        }
        tx.commit().await
    }

    /// A login succeeded: what failed before it in the same way no longer counts.
    ///
    /// # Errors
    /// The database's.
    pub async fn login_succeeded(&self, tried: &str) -> Result<()> {
        self.db
            .write("DELETE FROM login_failures WHERE tried = $1")
            .text(tried)
            .execute()
            .await?;
        Ok(())
    }

    /// How many accounts may be used: none before the first was made.
    ///
    /// # Errors
    /// The database's.
    pub async fn count_accounts(&self) -> Result<u64> {
        let (count,): (i64,) = self
            .db
            .read("SELECT COUNT(*) FROM accounts WHERE disabled_at IS NULL")
            .fetch_one()
            .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}
