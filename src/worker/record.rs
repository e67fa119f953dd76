//! A fetched batch → the store: raw messages and cursor are durable in one transaction.

use std::panic::resume_unwind;

use crate::domain::message::{Cursor, Fetched};
use crate::failpoint;
use crate::mailbox::imap::Batch;
use crate::store::StoreError;

use super::fetch::{Fetching, Round};

/// A round tells its progress each so many messages (IMAP-38).
const PROGRESS: u64 = 1_000;

/// Records a batch in a task of its own, since it takes hashes of every byte: meanwhile the caller
/// takes the next one off the wire. Once begun it is not given up.
///
/// # Errors
/// As [`record`].
pub(super) async fn apart(
    fetching: &Fetching,
    batch: Batch,
    round: Round,
) -> Result<Round, StoreError> {
    let fetching = fetching.clone();
    let recorded =
        tokio::spawn(
            async move { record(&fetching, Some(batch.cursor), &batch.messages, round).await },
        );
    recorded.await.unwrap_or_else(|error| {
        match error.try_into_panic() {
            Ok(cause) => resume_unwind(cause),
            // Cancelled with the runtime itself.
            Err(_) => Err(StoreError::Interrupted),
        }
    })
}

/// Records a batch, tells of it, and counts it.
///
/// # Errors
/// The store's: nothing of it is stored then.
pub(super) async fn record(
    fetching: &Fetching,
    cursor: Option<Cursor>,
    messages: &[Fetched],
    mut round: Round,
) -> Result<Round, StoreError> {
    let now = fetching.clock.now();
    failpoint::hit("K01");
    let recorded = fetching
        .store
        .record_batch(&fetching.name, cursor, messages, now)
        .await?;
    failpoint::hit("K04");
    let new = recorded.iter().filter(|recorded| recorded.new).count() as u64;
    let before = round.fetched;
    round.fetched += messages.len() as u64;
    round.new += new;
    if !messages.is_empty() {
        fetching.health.progressed(now);
    }
    if before / PROGRESS != round.fetched / PROGRESS {
        tracing::info!(
            event = "mailbox.progress",
            fetched = round.fetched,
            new = round.new,
            "a long round goes on"
        );
    }
    if new > 0 {
        fetching.wake.wake();
    }
    for (recorded, message) in recorded.iter().zip(messages) {
        if recorded.new {
            fetching.health.measured.bytes.numbered(message.bytes.len());
        }
        tracing::info!(
            event = "message.received",
            msg = %recorded.message,
            new = recorded.new,
            bytes = message.bytes.len(),
            left_on_server = message.left_on_server,
            "message stored"
        );
    }
    Ok(round)
}
