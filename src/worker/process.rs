//! The process loop: stored messages → incidents and mails of ours.
//!
//! Messages are claimed in batches, read on all cores where blocking is allowed (`hand`), and their
//! effects kept with one commit (`keep`). A message that panics or takes too long is noted as failed;
//! the third time it is quarantined: kept raw, shown, left alone; and so is one that was alone at three
//! deaths of the process. The rest go on.

use super::hand::Hand;
use super::keep::{Keeper, Turn, look_alike};
use crate::clock::Clock;
use crate::desk::intake::Parts;
use crate::domain::message::MessageId;
use crate::metrics::Reading;
use crate::store::{Store, StoreError};
use crate::wake::Wake;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often to look without being woken.
const NET: Duration = Duration::from_secs(15);

/// What the process loop works with.
#[derive(Clone)]
pub struct Processing {
    /// Where messages wait and their effects go.
    pub store: Store,
    /// What the intake needs.
    pub parts: Arc<Parts>,
    /// The time of day.
    pub clock: Clock,
    /// Wakes the loop for new messages; told of new mails.
    pub wake: Arc<Wake>,
    /// Told how long reading takes, and what comes of it.
    pub measured: Arc<Reading>,
}

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Messages whose effect is stored.
    pub done: u64,
    /// Incidents made.
    pub incidents: u64,
    /// Mails made.
    pub mails: u64,
    /// Tries that failed.
    pub failed: u64,
    /// Messages quarantined.
    pub quarantined: u64,
}

/// Reads everything that waits; once `token` is cancelled, only what is in hand.
///
/// # Errors
/// The store failed; what was not kept is claimed again later.
pub async fn round(
    processing: &Processing,
    token: &CancellationToken,
) -> Result<Round, StoreError> {
    let turn = Turn::default();
    let mut hand = Hand::new(processing, token, &turn);
    let mut keeper = Keeper::new(processing, &turn);
    let done = work(processing, &mut hand, &mut keeper, &turn).await;
    if done.is_err() {
        // The database failed, not the messages: their attempt doesn't count. Where that can't be
        // noted now, the next claim does it.
        for id in hand.ids() {
            let _ = processing.store.give_back(*id).await;
        }
    }
    look_alike(processing, &turn, &keeper.opened).await;
    done.map(|()| keeper.round)
}

/// Keeps the effects of what waits, in the mailbox's order: while those of some are committed, the
/// next are claimed and read on all cores, and it is found what the incidents of those before look
/// like.
async fn work(
    processing: &Processing,
    hand: &mut Hand<'_>,
    keeper: &mut Keeper<'_>,
    turn: &Turn,
) -> Result<(), StoreError> {
    let mut ready = hand.next_group().await?;
    while !ready.is_empty() {
        let opened = std::mem::take(&mut keeper.opened);
        let kept: Vec<MessageId> = ready.iter().map(|(id, _)| *id).collect();
        let (done, next, ()) = tokio::join!(
            keeper.keep_all(ready),
            hand.next_group(),
            look_alike(processing, turn, &opened)
        );
        done?;
        hand.put_down(&kept);
        processing.wake.wake();
        ready = next?;
        if ready.is_empty() {
            // What failed, and what had to wait for something in hand, can be claimed now.
            ready = hand.next_group().await?;
        }
    }
    Ok(())
}

/// The same, and waits for what is left to an instance that has lived for a while.
///
/// # Errors
/// As [`round`].
pub async fn whole(processing: &Processing, token: &CancellationToken) -> Result<(), StoreError> {
    round(processing, token).await?;
    if processing.store.has_suspects().await? {
        let left = tokio::time::sleep(processing.store.steady_in());
        token.run_until_cancelled(left).await;
        round(processing, token).await?;
    }
    Ok(())
}

/// Runs rounds until `token` is cancelled. A store that fails for a while is waited for.
///
/// # Errors
/// The store failed in a way that time does not mend.
pub async fn run(processing: Processing, token: CancellationToken) -> Result<(), StoreError> {
    let mut failures: u32 = 0;
    while !token.is_cancelled() {
        let woken = processing.wake.listen();
        let wait = match round(&processing, &token).await {
            Ok(_) => {
                failures = 0;
                match processing.store.steady_in() {
                    Duration::ZERO => NET,
                    // Something may wait for just that.
                    left => left,
                }
            }
            Err(error) if error.is_transient() => {
                failures += 1;
                tracing::warn!(
                    event = "process.store", failures,
                    error = %error, "messages can't be taken up, trying again"
                );
                Duration::from_secs(1 << failures.min(5))
            }
            Err(error) => return Err(error),
        };
        tokio::select! {
            () = token.cancelled() => (),
            // While the store fails, new work is no reason to hurry.
            () = woken, if failures == 0 => (),
            () = tokio::time::sleep(wait) => (),
        }
    }
    Ok(())
}
