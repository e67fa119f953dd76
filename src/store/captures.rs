//! What people do with the files of messages: the stored message is rewritten, so that nothing of the
//! old bytes stays in the database (`spec/decisions.md`, 13).

use super::Store;
use super::audit::audit;
use super::db::Tx;
use super::error::{Result, StoreError};
use super::history::{Entry, note};
use super::outcome::{Committed, Letter, NewAttachment};
use super::record::CHUNK;
use super::rows::{size, to_json};
use super::searched::renew;
use super::tickets::tell_all;
use crate::domain::account::By;
use crate::domain::audit::{self, Deed};
use crate::domain::form::Ask;
use crate::domain::history::EventKind;
use crate::domain::incident::{Incident, IncidentId, KeptAttachment, Reference, Status};
use crate::domain::message::Identity;
use serde_json::json;
use std::time::Duration;

/// Tries to empty the write-ahead log, and the pause between two: a reader may hold it.
const TRIES: u32 = 240;
const PAUSE: Duration = Duration::from_millis(250);

/// How long whoever acts waits for that.
const WAITED: Duration = Duration::from_secs(5);

/// Another file in the stead of one.
#[derive(Debug)]
pub struct Replacing<'a> {
    /// The ticket in which it was done, as it was looked at; another version by now is a conflict.
    pub incident: &'a Incident,
    /// The file, as it was looked at.
    pub kept: &'a KeptAttachment,
    /// SHA-256 of the message's bytes that were rewritten, lower-case hexadecimal.
    pub was: &'a str,
    /// The message's bytes from now on.
    pub raw: &'a [u8],
    /// What the file is from now on.
    pub attachment: &'a NewAttachment,
    /// Files that were inside it, and are listed behind it: gone with it.
    pub inner: u16,
    /// Why it was deleted, a stable word and as people say it; `None` where it was masked.
    pub motive: Option<(&'a str, &'a str)>,
    /// What remains to be asked for in the tickets that this changes.
    pub to_ask: &'a [(IncidentId, Vec<Ask>)],
    /// The ticket's new status; `None` leaves it.
    pub status: Option<Status>,
    /// The mails that tell of it.
    pub letters: &'a [Letter],
    /// Who did it.
    pub by: &'a By,
}

impl Store {
    /// Replaces a file inside its stored message, in its row, in what its tickets ask for, with the
    /// event and the line that tell of it, in one transaction. Gives what became of the mails, and
    /// whether the old bytes are gone from the database's files by now: a long reading of SQLite's
    /// file may keep them in the write-ahead log until it ends; PostgreSQL frees the old rows'
    /// space at its next VACUUM.
    ///
    /// # Errors
    /// The database's; a conflict where the ticket, the message or the file changed since it was
    /// looked at.
    pub async fn replace_capture(
        &self,
        replacing: &Replacing<'_>,
    ) -> Result<(Vec<Committed>, bool)> {
        let (incident, kept, by) = (replacing.incident, replacing.kept, replacing.by);
        let mut tx = self.db.begin().await?;
        let touched = tx
            .query(
                "UPDATE incidents SET version = version + 1,
                    status_since = CASE WHEN $3 = status THEN status_since ELSE $4 END, status = $3
                 WHERE id = $1 AND version = $2",
            )
            .bind(incident.id.0)
            .bind(incident.version)
            .text(replacing.status.unwrap_or(incident.status).as_str())
            .bind(by.at)
            .execute()
            .await?;
        if touched == 0 {
            return Err(StoreError::Conflict("the incident"));
        }
        for (incident, to_ask) in replacing.to_ask {
            tx.query("UPDATE incidents SET to_ask = $2 WHERE id = $1")
                .bind(incident.0)
                .text(&to_json(to_ask))
                .execute()
                .await?;
        }
        rewrite(&mut tx, replacing).await?;
        let number = kept.number.to_string();
        let (kind, deed, detail) = match replacing.motive {
            Some((word, _)) => (
                EventKind::CaptureDeleted,
                Deed::CaptureDeleted,
                format!("{number} {word}"),
            ),
            None => (EventKind::CaptureMasked, Deed::CaptureMasked, number),
        };
        let entry = Entry::done(kept.incident, by).message(kept.message);
        note(&mut tx, kind, &entry.detail(&detail)).await?;
        // What the tickets lack by now is what they are found by.
        for one in [incident.id, kept.incident] {
            renew(&mut tx, one).await?;
        }
        if let Some(status) = replacing.status {
            let entry = Entry::done(incident.id, by).detail(status.as_str());
            note(&mut tx, EventKind::StatusChanged, &entry).await?;
        }
        let told = tell_all(&mut tx, replacing.letters, by.at).await?;
        let new = replacing.attachment;
        let line = line(&incident.reference, kept, deed, by).change(
            &json!({ "sha256": kept.sha256, "size": kept.attachment.size }),
            &json!({
                "sha256": new.sha256,
                "size": new.attachment.size,
                "why": replacing.motive.map(|(_, french)| french),
            }),
        );
        audit(&mut tx, &line).await?;
        tx.commit().await?;
        Ok((told, self.scrubbed().await))
    }

    /// Writes into the journal that a file was looked at whole.
    ///
    /// # Errors
    /// The database's.
    pub async fn capture_seen(
        &self,
        reference: &Reference,
        kept: &KeptAttachment,
        by: &By,
    ) -> Result<()> {
        self.note_deed(&line(reference, kept, Deed::CaptureSeen, by))
            .await
    }

    /// A person found that a file holds nothing that must be hidden.
    ///
    /// # Errors
    /// The database's.
    pub async fn capture_accepted(
        &self,
        reference: &Reference,
        kept: &KeptAttachment,
        by: &By,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let entry = Entry::done(kept.incident, by).message(kept.message);
        let entry = entry.detail(&kept.number.to_string());
        note(&mut tx, EventKind::CaptureAccepted, &entry).await?;
        audit(&mut tx, &line(reference, kept, Deed::CaptureAccepted, by)).await?;
        tx.commit().await
    }

    /// Whether the write-ahead log, in which what was overwritten stands still, was written back and
    /// emptied; where a reader holds it for longer than anybody waits here, that goes on by itself.
    async fn scrubbed(&self) -> bool {
        if self.is_shared() {
            return true;
        }
        let store = self.clone();
        let scrubbing = tokio::spawn(async move {
            for _ in 0..TRIES {
                if store.scrub().await.unwrap_or(false) {
                    return true;
                }
                tokio::time::sleep(PAUSE).await;
            }
            tracing::warn!(event = "capture.log_kept");
            false
        });
        let done = tokio::time::timeout(WAITED, scrubbing).await;
        done.is_ok_and(|done| done.unwrap_or(false))
    }

    /// One try. The writer is not to stand still for as long as somebody reads.
    async fn scrub(&self) -> Result<bool> {
        let patience = |sql: &'static str| self.db.write(sql).execute();
        patience("PRAGMA busy_timeout = 200").await?;
        let done: Result<(i64, i64, i64)> = self
            .db
            .write("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one()
            .await;
        patience("PRAGMA busy_timeout = 30000").await?;
        done.map(|(is_busy, ..)| is_busy == 0)
    }
}

/// A line of the journal about one file.
fn line(reference: &Reference, kept: &KeptAttachment, deed: Deed, by: &By) -> audit::Entry {
    audit::Entry::new(by, deed)
        .on(reference)
        .target(format!("{}/{}", kept.message, kept.number))
}

/// The message's bytes and the file's row.
async fn rewrite(tx: &mut Tx, replacing: &Replacing<'_>) -> Result<()> {
    let message = replacing.kept.message.0;
    let rewritten = tx
        .query("UPDATE messages SET stored_sha256 = $3 WHERE id = $1 AND stored_sha256 = $2")
        .bind(message)
        .text(replacing.was)
        .text(&Identity::of(replacing.raw).sha256)
        .execute()
        .await?;
    if rewritten == 0 {
        return Err(StoreError::Conflict("the message"));
    }
    tx.query("DELETE FROM message_chunks WHERE message_id = $1")
        .bind(message)
        .execute()
        .await?;
    for (sequence, bytes) in replacing.raw.chunks(CHUNK).enumerate() {
        tx.query("INSERT INTO message_chunks (message_id, sequence, bytes) VALUES ($1, $2, $3)")
            .bind(message)
            .bind(size(sequence))
            .bind(bytes.to_vec())
            .execute()
            .await?;
    }
    let NewAttachment { attachment, sha256 } = replacing.attachment;
    let replaced = tx
        .query(
            "UPDATE attachments SET filename = $4, content_type = $5, size = $6, sha256 = $7,
                role = $8
             WHERE message_id = $1 AND number = $2 AND sha256 = $3",
        )
        .bind(message)
        .bind(i64::from(replacing.kept.number))
        .text(&replacing.kept.sha256)
        .text(&attachment.filename)
        .text(&attachment.content_type)
        .bind(i64::try_from(attachment.size).unwrap_or(i64::MAX))
        .text(sha256)
        .text(attachment.role.as_str())
        .execute()
        .await?;
    if replaced == 0 {
        return Err(StoreError::Conflict("the attachment"));
    }
    if replacing.inner == 0 {
        return Ok(());
    }
    let (number, inner) = (i64::from(replacing.kept.number), i64::from(replacing.inner));
    tx.query("DELETE FROM attachments WHERE message_id = $1 AND number > $2 AND number <= $3")
        .bind(message)
        .bind(number)
        .bind(number + inner)
        .execute()
        .await?;
    // By way of numbers that nothing has: no two may be the same even for a moment.
    tx.query("UPDATE attachments SET number = $3 - number WHERE message_id = $1 AND number > $2")
        .bind(message)
        .bind(number)
        .bind(inner)
        .execute()
        .await?;
    tx.query("UPDATE attachments SET number = -number WHERE message_id = $1 AND number < 0")
        .bind(message)
        .execute()
        .await?;
    Ok(())
}
