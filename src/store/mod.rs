//! The store: the only user of `sqlx`.

use crate::domain::decision::Sent;
use crate::domain::incident::{Event, Incident, IncidentLine, Reference};
use crate::domain::message::{Cursor, Fetched, MessageId, MessageState, Recorded, Stored};
use crate::domain::outgoing::{MailState, OutboxMail};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashSet;

/// What failed, and whether it may go better later.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer as it should.
    #[error("database")]
    Database(#[source] sqlx::Error),
    /// The row is not in the state that this act needs: somebody was faster.
    #[error("{0} has changed meanwhile")]
    Conflict(&'static str),
}

impl StoreError {
    /// Whether the same call may succeed later without anyone mending anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        todo!()
    }
}

/// Short form of the room.
pub type Result<T> = std::result::Result<T, StoreError>;

/// One database, SQLite or PostgreSQL. Cloning shares its connections.
#[derive(Debug, Clone)]
pub struct Store {}

/// A line of the outbox as a person reads it; the bytes come with [`Store::outbox_mime`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// The row.
    pub id: i64,
    /// The incident that it is about.
    pub reference: Reference,
    /// `E1`, `E1b`, `E1c`, `E2`.
    pub template: String,
    /// Its number within the incident, from 1.
    pub sequence: u32,
    /// The one recipient.
    pub to: String,
    /// The decoded subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// Where it stands.
    pub state: MailState,
    /// Why a person must release it: a token of `decision::Review`; empty where none.
    pub review: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// It does not leave before; later than now: it is held.
    pub due_at: DateTime<Utc>,
    /// Tries so far.
    pub attempts: u32,
    /// Why the last try failed: a token or an SMTP code.
    pub last_error: String,
    /// When the server took it.
    pub sent_at: Option<DateTime<Utc>>,
}

/// One stored message as lists and exports show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageLine {
    /// Its row.
    pub id: MessageId,
    /// How far the work on it is.
    pub state: MessageState,
    /// The kind's stable word; empty while it is not known.
    pub kind: String,
    /// Why this kind, in a few words.
    pub kind_reason: String,
    /// The incident that it belongs to.
    pub reference: Option<Reference>,
    /// Address of From, lower case; empty where it has none.
    pub from_address: String,
    /// Decoded subject.
    pub subject: String,
    /// Bytes as served.
    pub size: u64,
    /// When the mailbox received it.
    pub internal_date: DateTime<Utc>,
    /// When we stored it.
    pub received_at: DateTime<Utc>,
    /// Tries to read it.
    pub attempts: u32,
    /// Why the last try failed: a token.
    pub last_error: String,
}

/// One delivery, for `vigie export messages`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ExportedMessage {
    /// Where a following page begins.
    #[serde(skip)]
    pub delivery: i64,
    /// The incident, where the message belongs to one.
    pub reference: Option<String>,
    /// The kind's stable word; absent while it is not known.
    pub kind: Option<String>,
    /// `new`, `done` or `quarantined`.
    pub state: String,
    /// The name of the mailbox.
    pub mailbox: String,
    /// Null for a Maildir.
    pub uidvalidity: Option<u32>,
    /// Null for a Maildir.
    pub uid: Option<u32>,
    /// The unique file name in a Maildir.
    pub name: Option<String>,
    /// Without angle brackets.
    pub message_id: Option<String>,
    /// Of the bytes as served in this delivery.
    pub sha256: String,
    /// Bytes as served.
    pub size: u64,
}

/// One incident, for `vigie export tickets`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ExportedTicket {
    /// Where a following page begins.
    #[serde(skip)]
    pub incident: i64,
    /// Its name.
    pub reference: String,
    /// Its status's stable word.
    pub status: String,
    /// Its first message's kind.
    pub kind: String,
    /// When its first message reached the mailbox.
    pub received_at: DateTime<Utc>,
    /// A whole service may be out of use.
    pub major_suspected: bool,
    /// Why a person must look.
    pub concerns: Vec<String>,
    /// What remains to be asked for.
    pub to_ask: Vec<String>,
    /// The thirteen fields as `vigie parse` writes them.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// Numbers for health, metrics and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All stored messages.
    pub messages: u64,
    /// Those not yet read.
    pub waiting: u64,
    /// Those whose reading failed three times.
    pub quarantined: u64,
    /// All incidents.
    pub incidents: u64,
    /// Mails that will leave by themselves.
    pub queued: u64,
    /// Mails that wait for a person, refused and doubtful ones included.
    pub for_person: u64,
    /// Mails that left.
    pub sent: u64,
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…`, creating and migrating as needed.
    ///
    /// # Errors
    /// One clear error each for what is no database, a newer version, read-only, unreachable.
    pub async fn open(_url: &str) -> Result<Self> {
        todo!()
    }
    /// Whether the database accepts a write and is migrated.
    pub async fn ping(&self) -> Result<()> {
        todo!()
    }
    /// Closes all connections.
    pub async fn close(&self) {
        todo!()
    }
    /// A small value kept under a name (the installation's key): the stored one if there is one,
    /// else `value` is stored and given back. Two instances that start together agree.
    pub async fn keep(&self, _name: &str, _value: &[u8]) -> Result<Vec<u8>> {
        todo!()
    }

    // Mailboxes.

    /// When this mailbox was first read: kept at the first call.
    pub async fn first_start(&self, _mailbox: &str, _now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        todo!()
    }
    /// How far the folder was read.
    pub async fn cursor(&self, _mailbox: &str) -> Result<Option<Cursor>> {
        todo!()
    }
    /// Notes how far the folder was read without storing anything.
    pub async fn set_cursor(
        &self,
        _mailbox: &str,
        _cursor: Cursor,
        _now: DateTime<Utc>,
    ) -> Result<()> {
        todo!()
    }
    /// Which of these Maildir names are stored.
    pub async fn known_names(&self, _mailbox: &str, _names: &[String]) -> Result<HashSet<String>> {
        todo!()
    }
    /// Which of these UIDs are stored.
    pub async fn known_uids(
        &self,
        _mailbox: &str,
        _uidvalidity: u32,
        _uids: &[u32],
    ) -> Result<HashSet<u32>> {
        todo!()
    }
    /// Stores raw messages, their deliveries and the cursor in one transaction; one `Recorded` per
    /// fetched message, in order.
    pub async fn record_batch(
        &self,
        _mailbox: &str,
        _cursor: Option<Cursor>,
        _batch: &[Fetched],
        _now: DateTime<Utc>,
    ) -> Result<Vec<Recorded>> {
        todo!()
    }
    /// Stored UIDs that were not yet moved to the done folder, lowest first; messages left on the
    /// server are not among them.
    pub async fn to_move(
        &self,
        _mailbox: &str,
        _uidvalidity: u32,
        _limit: u32,
    ) -> Result<Vec<u32>> {
        todo!()
    }
    /// These UIDs were moved (or are gone).
    pub async fn mark_moved(
        &self,
        _mailbox: &str,
        _uidvalidity: u32,
        _uids: &[u32],
        _now: DateTime<Utc>,
    ) -> Result<()> {
        todo!()
    }

    // Messages.

    /// Claims unread messages, oldest first, counting the attempt before any work on them.
    pub async fn claim_messages(
        &self,
        _now: DateTime<Utc>,
        _lease: TimeDelta,
        _limit: u32,
    ) -> Result<Vec<Stored>> {
        todo!()
    }
    /// Notes that reading failed; the third time the message is quarantined. `error` is a token.
    pub async fn fail_message(
        &self,
        _id: MessageId,
        _error: &str,
        _now: DateTime<Utc>,
    ) -> Result<MessageState> {
        todo!()
    }
    /// The raw message as stored.
    pub async fn raw(&self, _id: MessageId) -> Result<Option<Vec<u8>>> {
        todo!()
    }
    /// Newest first, before `before`.
    pub async fn list_messages(
        &self,
        _before: Option<MessageId>,
        _limit: u32,
    ) -> Result<Vec<MessageLine>> {
        todo!()
    }

    // Incidents.

    /// Newest first, those below `before` in that order.
    pub async fn list_incidents(
        &self,
        _before: Option<&Reference>,
        _limit: u32,
    ) -> Result<Vec<IncidentLine>> {
        todo!()
    }
    /// One incident, whole.
    pub async fn incident(&self, _reference: &Reference) -> Result<Option<Incident>> {
        todo!()
    }
    /// Its messages, oldest first.
    pub async fn messages_of(&self, _reference: &Reference) -> Result<Vec<MessageLine>> {
        todo!()
    }
    /// Its history, oldest first.
    pub async fn history(&self, _reference: &Reference) -> Result<Vec<Event>> {
        todo!()
    }
    /// Its mails, oldest first.
    pub async fn mails_of(&self, _reference: &Reference) -> Result<Vec<OutboxEntry>> {
        todo!()
    }

    // Outbox.

    /// Claims mails that are due, oldest due first. A claimed mail stays `queued` under its lease;
    /// [`Store::mark_sending`] must be called right before the transport is, so that a crash before
    /// it leaves nothing in doubt and a crash after it is known to be in doubt.
    pub async fn claim_outbox(
        &self,
        _now: DateTime<Utc>,
        _lease: TimeDelta,
        _limit: u32,
    ) -> Result<Vec<OutboxMail>> {
        todo!()
    }
    /// The transport begins now. False where the mail was cancelled or claimed by another
    /// meanwhile: it must not be sent.
    pub async fn mark_sending(
        &self,
        _id: i64,
        _now: DateTime<Utc>,
        _lease: TimeDelta,
    ) -> Result<bool> {
        todo!()
    }
    /// The server took it.
    pub async fn mark_sent(&self, _id: i64, _now: DateTime<Utc>) -> Result<()> {
        todo!()
    }
    /// It did not leave; tried again at `next_due`. `error` is a token or an SMTP code.
    pub async fn mark_temporary(
        &self,
        _id: i64,
        _error: &str,
        _next_due: DateTime<Utc>,
        _now: DateTime<Utc>,
    ) -> Result<()> {
        todo!()
    }
    /// Refused for good, or given up.
    pub async fn mark_permanent(&self, _id: i64, _error: &str, _now: DateTime<Utc>) -> Result<()> {
        todo!()
    }
    /// It may have left.
    pub async fn mark_in_doubt(&self, _id: i64, _error: &str, _now: DateTime<Utc>) -> Result<()> {
        todo!()
    }
    /// Mails that a crash left in `sending` are in doubt once their lease is over. How many.
    pub async fn settle_interrupted(&self, _now: DateTime<Utc>) -> Result<u64> {
        todo!()
    }
    /// Mails that no person released and that were made before `made_before` wait for a person.
    /// How many.
    pub async fn set_back_old(
        &self,
        _made_before: DateTime<Utc>,
        _now: DateTime<Utc>,
    ) -> Result<u64> {
        todo!()
    }
    /// When the next mail is due, of those not claimed.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        todo!()
    }
    /// A person lets it leave now. False where it can't be released in its state.
    pub async fn release(&self, _id: i64, _now: DateTime<Utc>) -> Result<bool> {
        todo!()
    }
    /// A person takes it back. False where it left, is leaving or was cancelled before.
    pub async fn cancel(&self, _id: i64, _now: DateTime<Utc>) -> Result<bool> {
        todo!()
    }
    /// Newest first; all states where `state` is `None`.
    pub async fn list_outbox(
        &self,
        _state: Option<MailState>,
        _before: Option<i64>,
        _limit: u32,
    ) -> Result<Vec<OutboxEntry>> {
        todo!()
    }
    /// The whole mail, CRLF.
    pub async fn outbox_mime(&self, _id: i64) -> Result<Option<Vec<u8>>> {
        todo!()
    }
    /// Our mails that count against the limits.
    pub async fn limits(
        &self,
        _address: &str,
        _body_hash: &str,
        _now: DateTime<Utc>,
    ) -> Result<Sent> {
        todo!()
    }

    // Exports and numbers.

    /// Deliveries in the order in which they were stored, after `after`.
    pub async fn export_messages(&self, _after: i64, _limit: u32) -> Result<Vec<ExportedMessage>> {
        todo!()
    }
    /// Incidents in the order of their making, after `after`.
    pub async fn export_tickets(&self, _after: i64, _limit: u32) -> Result<Vec<ExportedTicket>> {
        todo!()
    }
    /// Numbers.
    pub async fn counts(&self) -> Result<Counts> {
        todo!()
    }
}
