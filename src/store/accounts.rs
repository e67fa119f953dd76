//! The accounts of support's people. What is done to one stands in the journal.

use super::Store;
use super::audit::audit;
use super::db::{Text, Tx};
use super::error::{Result, StoreError};
use super::rows::word;
use crate::domain::account::{Account, AccountId, By, Roles};
use crate::domain::audit::{Deed, Entry};
use chrono::{DateTime, Utc};

/// An account about to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Typed at the login, lower case.
    pub name: String,
    /// Shown to the others.
    pub display: String,
    /// What they may do.
    pub roles: Roles,
    /// Argon2id as a PHC string; `None`: only the identity provider knows them.
    pub password: Option<String>,
    /// Issuer and subject at the identity provider.
    pub subject: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(super) struct AccountRow {
    id: i64,
    name: String,
    display: String,
    roles: String,
    shortcuts: bool,
    disabled_at: Option<DateTime<Utc>>,
    password: Option<String>,
}

impl AccountRow {
    pub(super) fn account(self) -> Result<Account> {
        Ok(Account {
            id: AccountId(self.id),
            roles: word("accounts", "roles", self.id, Roles::parse(&self.roles))?,
            name: self.name,
            display: self.display,
            shortcuts: self.shortcuts,
            is_disabled: self.disabled_at.is_some(),
            has_password: self.password.is_some(),
        })
    }
}

impl Store {
    /// Makes an account; false where the name is taken.
    ///
    /// # Errors
    /// The database's.
    pub async fn add_account(&self, new: &NewAccount, by: &By) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let made = tx
            .query(
                "INSERT INTO accounts (name, display, roles, password, subject, shortcuts, created_at)
                 VALUES ($1, $2, $3, $4, $5, TRUE, $6) ON CONFLICT DO NOTHING",
            )
            .text(&new.name)
            .text(&new.display)
            .text(&new.roles.to_string())
            .bind(new.password.as_ref().map(Text::from))
            .bind(new.subject.as_ref().map(Text::from))
            .bind(by.at)
            .execute()
            .await?;
        if made == 0 {
            return Ok(false);
        }
        let entry = Entry::new(by, Deed::AccountAdded).target(&new.name);
        audit(&mut tx, &entry.change(&(), &new.roles.to_string())).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// The database's.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows: Vec<AccountRow> = self
            .db
            .read(
                "SELECT id, name, display, roles, shortcuts, disabled_at, password
                 FROM accounts ORDER BY name",
            )
            .fetch_all()
            .await?;
        rows.into_iter().map(AccountRow::account).collect()
    }

    /// An account by its name, with its password's hash.
    ///
    /// # Errors
    /// The database's.
    pub async fn account(&self, name: &str) -> Result<Option<(Account, Option<String>)>> {
        let row: Option<AccountRow> = self
            .db
            .read(
                "SELECT id, name, display, roles, shortcuts, disabled_at, password
                 FROM accounts WHERE name = $1",
            )
            .text(name)
            .fetch_optional()
            .await?;
        row.map(|mut row| {
            let password = row.password.clone();
            // Kept in the account as a fact only.
            row.password = row.password.map(|_| String::new());
            Ok((row.account()?, password))
        })
        .transpose()
    }

    /// Gives an account another password, and ends its sessions. False where there is none of that
    /// name.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_password(&self, name: &str, password: &str, by: &By) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let row: Option<(i64,)> = tx
            .query("UPDATE accounts SET password = $2 WHERE name = $1 RETURNING id")
            .text(name)
            .text(password)
            .fetch_optional()
            .await?;
        let Some((id,)) = row else { return Ok(false) };
        end_sessions(&mut tx, AccountId(id)).await?;
        let entry = Entry::new(by, Deed::PasswordReset).target(name);
        audit(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes the use of an account away, and ends its sessions; its deeds stay. False where it has
    /// none of that name, or was disabled before.
    ///
    /// # Errors
    /// The database's.
    pub async fn disable_account(&self, name: &str, by: &By) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let row: Option<(i64,)> = tx
            .query(
                "UPDATE accounts SET disabled_at = $2
                 WHERE name = $1 AND disabled_at IS NULL RETURNING id",
            )
            .text(name)
            .bind(by.at)
            .fetch_optional()
            .await?;
        let Some((id,)) = row else { return Ok(false) };
        end_sessions(&mut tx, AccountId(id)).await?;
        let entry = Entry::new(by, Deed::AccountDisabled).target(name);
        audit(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Gives an account other roles, and its use back where it had been taken away. False where
    /// there is none of that name.
    ///
    /// # Errors
    /// The database's; a conflict where it changed meanwhile.
    pub async fn set_roles(&self, name: &str, roles: Roles, by: &By) -> Result<bool> {
        let Some((before, _)) = self.account(name).await? else {
            return Ok(false);
        };
        let mut tx = self.db.begin().await?;
        let changed = tx
            .query(
                "UPDATE accounts SET roles = $2, disabled_at = NULL
                 WHERE name = $1 AND roles = $3",
            )
            .text(name)
            .text(&roles.to_string())
            .text(&before.roles.to_string())
            .execute()
            .await?;
        if changed == 0 {
            return Err(StoreError::Conflict("the account"));
        }
        let entry = Entry::new(by, Deed::AccountChanged).target(name);
        let entry = entry.change(&before.roles.to_string(), &roles.to_string());
        audit(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether single letters act as keys for this person from now on.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_shortcuts(&self, id: AccountId, on: bool) -> Result<()> {
        self.db
            .write("UPDATE accounts SET shortcuts = $2 WHERE id = $1")
            .bind(id.0)
            .bind(on)
            .execute()
            .await?;
        Ok(())
    }
}

/// Ends every session of an account.
async fn end_sessions(tx: &mut Tx, id: AccountId) -> Result<()> {
    tx.query("DELETE FROM sessions WHERE account_id = $1")
        .bind(id.0)
        .execute()
        .await?;
    Ok(())
}
