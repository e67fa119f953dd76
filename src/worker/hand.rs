//! What the process loop has in hand: messages that it claimed, those that are being read, and those
//! that were read and are being kept. Before the last one is read, more are claimed, so that the cores
//! never wait for a commit, nor the only writer for the cores.

use super::keep::Turn;
use super::process::Processing;
use super::readers::{Done, Readers};
use crate::domain::message::{MessageId, Stored};
use crate::store::StoreError;
use chrono::TimeDelta;
use std::collections::HashSet;
use std::future::pending;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, Interval, interval_at};
use tokio_util::sync::CancellationToken;

/// How long a claim holds without being renewed. What a dead instance had claimed is free as soon as
/// it is buried: this is only the net below that.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How often the claims of what is in hand are renewed.
const RENEWED: Duration = Duration::from_secs(20);

/// Messages claimed at once, fewer where they are large.
const BATCH: u32 = 64;

/// Messages in one commit.
const TOGETHER: usize = 64;

/// More are claimed when so many are left to be read.
const FEW: usize = 32;

/// Where less than this is in hand nothing waits behind it, or it is to be alone: it is kept before
/// more is claimed, so that no claim holds up its commit.
const MANY: usize = 16;

type Claim<'a> = Pin<Box<dyn Future<Output = Result<Vec<Stored>, StoreError>> + Send + 'a>>;

/// The messages in hand.
pub(super) struct Hand<'a> {
    processing: &'a Processing,
    token: &'a CancellationToken,
    turn: &'a Turn,
    readers: Readers,
    ids: HashSet<MessageId>,
    renewal: Interval,
}

impl<'a> Hand<'a> {
    /// An empty one; nothing is claimed any more once `token` is cancelled.
    pub(super) fn new(
        processing: &'a Processing,
        token: &'a CancellationToken,
        turn: &'a Turn,
    ) -> Self {
        Self {
            processing,
            token,
            turn,
            readers: Readers::new(&processing.parts, &processing.measured),
            ids: HashSet::new(),
            renewal: interval_at(Instant::now() + RENEWED, RENEWED),
        }
    }

    /// All that was claimed and not put down.
    pub(super) fn ids(&self) -> &HashSet<MessageId> {
        &self.ids
    }

    /// These are kept, or noted as failed.
    pub(super) fn put_down(&mut self, kept: &[MessageId]) {
        for id in kept {
            self.ids.remove(id);
        }
    }

    /// The next messages and what became of them, as many as go into one commit, in order; none
    /// where nothing can be claimed.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn next_group(&mut self) -> Result<Vec<(MessageId, Done)>, StoreError> {
        let mut group = Vec::with_capacity(TOGETHER);
        let mut more = !self.token.is_cancelled();
        let mut claim = None;
        // A claim that was begun is always brought to its end here: it may hold the only writer.
        while group.len() < TOGETHER || claim.is_some() {
            if claim.is_none() {
                let is_due = self.ids.is_empty() || self.ids.len() >= MANY;
                if more && is_due && self.readers.left() <= FEW {
                    claim = Some(self.claim());
                } else if self.readers.left() == 0 {
                    break;
                }
            }
            tokio::select! {
                Some(read) = self.readers.next(), if group.len() < TOGETHER => group.push(read),
                batch = finished(&mut claim) => {
                    claim = None;
                    let batch = batch?;
                    more = !batch.is_empty() && !self.token.is_cancelled();
                    self.ids.extend(batch.iter().map(|stored| stored.id));
                    self.readers.read(batch);
                }
                _ = self.renewal.tick(), if claim.is_none() => self.renew().await?,
            }
        }
        Ok(group)
    }

    /// Claims more beside what is in hand.
    fn claim(&self) -> Claim<'a> {
        let in_hand: Vec<MessageId> = self.ids.iter().copied().collect();
        let (processing, turn) = (self.processing, self.turn);
        Box::pin(async move {
            let _turn = turn.lock().await;
            let (store, now) = (&processing.store, processing.clock.now());
            store.claim_more(&in_hand, now, LEASE, BATCH).await
        })
    }

    /// What is in hand stays claimed.
    async fn renew(&self) -> Result<(), StoreError> {
        let ids: Vec<MessageId> = self.ids.iter().copied().collect();
        let now = self.processing.clock.now();
        self.processing.store.renew(&ids, now, LEASE).await
    }
}

/// The claim's end, where one was begun.
async fn finished(claim: &mut Option<Claim<'_>>) -> Result<Vec<Stored>, StoreError> {
    match claim {
        Some(claim) => claim.await,
        None => pending().await,
    }
}
