//! The journal: each line is written in the transaction of what it tells, and chained to the one
//! before it.

use super::Store;
use super::db::{Sql, Text, Tx};
use super::error::Result;
use super::rows::word;
use crate::domain::account::{AccountId, Actor};
use crate::domain::audit::{Deed, Entry, Line};
use crate::domain::field::{Field, FieldName, Reading, Value};
use crate::domain::incident::Reference;
use chrono::{DateTime, Utc};
use serde_json::json;

/// Lines that are checked at once.
const CHECKED: i64 = 1_000;

/// What the journal's page asks for; absent parts ask for everything.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Lines about this ticket.
    pub reference: Option<Reference>,
    /// Lines of this person, as the journal names them.
    pub who: Option<String>,
    /// Lines of this deed.
    pub deed: Option<Deed>,
    /// Lines before this one.
    pub before: Option<i64>,
}

/// What a look through the whole journal found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chained {
    /// So many lines, each chained to the one before.
    Whole(u64),
    /// The line with this number is not what was written, or one before it is gone.
    Broken(i64),
    /// The last lines are gone.
    Short,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    id: i64,
    at: DateTime<Utc>,
    account_id: Option<i64>,
    who: String,
    act: String,
    reference: Option<String>,
    target: String,
    before: Option<String>,
    after: Option<String>,
    chain: String,
}

impl LineRow {
    fn line(self) -> Result<Line> {
        let reference = self.reference.map(|text| text.parse().ok());
        let reference = reference.map(|parsed| word("audit", "reference", self.id, parsed));
        Ok(Line {
            id: self.id,
            entry: Entry {
                at: self.at,
                by: Actor {
                    account: self.account_id.map(AccountId),
                    name: self.who,
                },
                deed: word("audit", "act", self.id, Deed::parse(&self.act))?,
                reference: reference.transpose()?,
                target: self.target,
                before: self.before,
                after: self.after,
            },
            chain: self.chain,
        })
    }
}

/// Writes one line inside the transaction of what it tells, as its last statement: whoever writes
/// the next one waits for its end.
pub(super) async fn audit(tx: &mut Tx, entry: &Entry) -> Result<()> {
    tx.query(Sql {
        // BEGIN IMMEDIATE has taken the turn.
        sqlite: "SELECT 1",
        postgres: "SELECT pg_advisory_xact_lock(20260006)",
    })
    .execute()
    .await?;
    let last: Option<(Vec<u8>,)> = tx
        .query("SELECT value FROM meta WHERE name = 'audit_head'")
        .fetch_optional()
        .await?;
    let last = last.map(|(value,)| String::from_utf8_lossy(&value).into_owned());
    let entry = plain(entry);
    let chain = entry.chain(&last.unwrap_or_default());
    tx.query(
        "INSERT INTO audit (at, account_id, who, act, reference, target, before, after, chain)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(entry.at)
    .bind(entry.by.account.map(|account| account.0))
    .text(&entry.by.name)
    .text(entry.deed.as_str())
    .bind(
        entry
            .reference
            .as_ref()
            .map(|one| Text::from(&one.to_string())),
    )
    .text(&entry.target)
    .bind(entry.before.as_ref().map(Text::from))
    .bind(entry.after.as_ref().map(Text::from))
    .text(&chain)
    .execute()
    .await?;
    tx.query(
        "INSERT INTO meta (name, value) VALUES ('audit_head', $1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(chain.into_bytes())
    .execute()
    .await?;
    Ok(())
}

/// The line as both databases keep it, so that its hash is that of what stands there.
fn plain(entry: &Entry) -> Entry {
    let plain = |text: &str| text.replace('\0', "");
    Entry {
        by: Actor {
            account: entry.by.account,
            name: plain(&entry.by.name),
        },
        target: plain(&entry.target),
        before: entry.before.as_deref().map(plain),
        after: entry.after.as_deref().map(plain),
        ..entry.clone()
    }
}

/// A field as the journal keeps it: its state, its value, where it stood. A description is the
/// declarant's words: of it only the length is kept.
pub(super) fn told(name: FieldName, field: &Field) -> serde_json::Value {
    let value = match (&field.reading, name) {
        (Reading::Present(Value::Text(text)), FieldName::Description) => {
            json!({ "characters": text.chars().count() })
        }
        (Reading::Present(value), _) => json!(value),
        (Reading::Unclear(reason), _) => json!(reason),
        (Reading::Unknown | Reading::Missing, _) => serde_json::Value::Null,
    };
    let evidence = field.evidence.as_ref();
    json!({
        "state": field.reading.state(),
        "value": value,
        "source": evidence.map(|one| one.source),
        "part": evidence.and_then(|one| one.part.map(|part| part.to_string())),
        "span": evidence.map(|one| [one.span.start, one.span.end]),
    })
}

impl Store {
    /// Writes a line about something that changes no row: a login, a capture that was looked at, an
    /// export.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_deed(&self, entry: &Entry) -> Result<()> {
        let mut tx = self.db.begin().await?;
        audit(&mut tx, entry).await?;
        tx.commit().await
    }

    /// Lines of the journal, newest first, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    pub async fn journal(&self, wanted: &Wanted, limit: u32) -> Result<Vec<Line>> {
        let rows: Vec<LineRow> = self
            .db
            .read(
                "SELECT id, at, account_id, who, act, reference, target, before, after, chain
                 FROM audit
                 WHERE ($1 IS NULL OR reference = $1) AND ($2 IS NULL OR who = $2)
                    AND ($3 IS NULL OR act = $3) AND id < $4
                 ORDER BY id DESC LIMIT $5",
            )
            .bind(
                wanted
                    .reference
                    .as_ref()
                    .map(|one| Text::from(&one.to_string())),
            )
            .bind(wanted.who.as_ref().map(Text::from))
            .bind(wanted.deed.map(|deed| Text::from(deed.as_str())))
            .bind(wanted.before.unwrap_or(i64::MAX))
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter().map(LineRow::line).collect()
    }

    /// Looks through the whole journal: whether each line is what was written, and none is gone.
    /// The hash before the first line is kept when older lines are purged.
    ///
    /// # Errors
    /// The database's.
    pub async fn check_journal(&self) -> Result<Chained> {
        let mut previous = self.anchor("audit_anchor").await?;
        let mut after = 0;
        let mut lines = 0;
        loop {
            let rows: Vec<LineRow> = self
                .db
                .read(
                    "SELECT id, at, account_id, who, act, reference, target, before, after, chain
                     FROM audit WHERE id > $1 ORDER BY id LIMIT $2",
                )
                .bind(after)
                .bind(CHECKED)
                .fetch_all()
                .await?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            for row in rows {
                let id = row.id;
                // A word that means nothing any more was not written by us.
                let Ok(line) = row.line() else {
                    return Ok(Chained::Broken(id));
                };
                if line.entry.chain(&previous) != line.chain {
                    return Ok(Chained::Broken(id));
                }
                previous = line.chain;
                lines += 1;
            }
        }
        let head = self.anchor("audit_head").await?;
        Ok(match head == previous {
            true => Chained::Whole(lines),
            false => Chained::Short,
        })
    }

    /// A hash kept beside the journal; empty where none is.
    async fn anchor(&self, name: &'static str) -> Result<String> {
        let kept: Option<(Vec<u8>,)> = self
            .db
            .read("SELECT value FROM meta WHERE name = $1")
            .text(name)
            .fetch_optional()
            .await?;
        Ok(kept.map_or_else(String::new, |(value,)| {
            String::from_utf8_lossy(&value).into_owned()
        }))
    }
}
