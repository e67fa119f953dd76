//! The deliver loop: mails that are due → transport → outbox.
//!
//! A mail is claimed for a short while, then marked as being sent right before the transport
//! begins. A crash before that mark leaves nothing in doubt; one after it leaves a row that nobody
//! can tell, which is shown to a person once its lease is over and never sent again by itself.
//!
//! Back-off after a temporary failure: 2, 5, 10, 20, 40 min, then every hour; 3 days after it was
//! first due the mail is given up and shown. What the recipient's server refuses for good is not
//! tried again. Where our own server is out of reach, the round ends: other mails would fail alike.

use crate::clock::Clock;
use crate::domain::outgoing::OutboxMail;
use crate::failpoint;
use crate::store::{Store, StoreError};
use crate::transport::{Delivery, Failure, Transport};
use crate::wake::Wake;
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a claim holds before sending begins.
const CLAIM: TimeDelta = TimeDelta::minutes(2);

/// How long a send may take: more than all limits of the transport together.
const SENDING: TimeDelta = TimeDelta::minutes(45);

/// When a mail that can't leave is given up.
const GIVE_UP: TimeDelta = TimeDelta::days(3);

/// How often the outbox is looked at without being woken.
const NET: Duration = Duration::from_secs(30);

/// What the deliver loop works with.
#[derive(Debug, Clone)]
pub struct Delivering {
    /// Where mails wait.
    pub store: Store,
    /// Where they leave.
    pub transport: Arc<Transport>,
    /// The time of day.
    pub clock: Clock,
    /// Wakes the loop when a mail was made or released.
    pub wake: Arc<Wake>,
    /// Mails that no person released and that are older wait for one.
    pub max_age: TimeDelta,
}

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Mails that the server took.
    pub sent: u32,
    /// Mails that are tried again later.
    pub postponed: u32,
    /// Mails refused for good or given up.
    pub failed: u32,
    /// Mails of which nobody knows, those of an interrupted run included.
    pub in_doubt: u64,
    /// Mails that grew too old and wait for a person.
    pub set_back: u64,
    /// The way out is closed: the round ended early.
    pub is_blocked: bool,
}

/// Sends everything that is due, one mail after the other; `token` ends it between two mails.
///
/// # Errors
/// The store failed: what was sent is marked as sending and will be in doubt.
pub async fn round(parts: &Delivering, token: &CancellationToken) -> Result<Round, StoreError> {
    let (store, clock) = (&parts.store, &parts.clock);
    let now = clock.now();
    let mut round = Round {
        in_doubt: store.settle_interrupted(now).await?,
        set_back: store.set_back_old(now - parts.max_age, now).await?,
        ..Round::default()
    };
    while !token.is_cancelled() && !round.is_blocked {
        let Some(mail) = store.claim_outbox(clock.now(), CLAIM, 1).await?.pop() else {
            break;
        };
        failpoint::hit("K09");
        // Cancelled by a person since it was claimed: it stays.
        if !store.mark_sending(mail.id, clock.now(), SENDING).await? {
            continue;
        }
        let delivery = parts.transport.send(&mail).await;
        settle(parts, &mail, &delivery, &mut round).await?;
    }
    Ok(round)
}

/// Runs rounds until `token` is cancelled. A store that fails for a while is waited for.
///
/// # Errors
/// The store failed in a way that time does not mend.
pub async fn run(parts: Delivering, token: CancellationToken) -> Result<(), StoreError> {
    let mut failures: u32 = 0;
    while !token.is_cancelled() {
        let woken = parts.wake.listen();
        let wait = match round(&parts, &token).await {
            Ok(_) => {
                failures = 0;
                until_next(&parts).await.unwrap_or(NET)
            }
            Err(error) if error.is_transient() => {
                failures += 1;
                tracing::warn!(
                    event = "deliver.store", failures,
                    error = %error, "the outbox can't be read, trying again"
                );
                Duration::from_secs(1 << failures.min(5))
            }
            Err(error) => return Err(error),
        };
        tokio::select! {
            () = token.cancelled() => (),
            () = woken => (),
            () = tokio::time::sleep(wait) => (),
        }
    }
    parts.transport.close().await;
    Ok(())
}

/// How long to wait until a mail is due; never longer than the net, never a busy loop.
async fn until_next(parts: &Delivering) -> Option<Duration> {
    let due = parts.store.next_due().await.ok()??;
    let wait = (due - parts.clock.now()).to_std().unwrap_or_default();
    Some(wait.clamp(Duration::from_millis(200), NET))
}

/// Writes down what became of a mail.
async fn settle(
    parts: &Delivering,
    mail: &OutboxMail,
    delivery: &Delivery,
    round: &mut Round,
) -> Result<(), StoreError> {
    let (store, now) = (&parts.store, parts.clock.now());
    let (id, reference, attempts) = (mail.id, mail.reference.as_str(), mail.attempts);
    match delivery {
        Delivery::Accepted => {
            failpoint::hit("K14");
            mark_sent(parts, id).await?;
            failpoint::hit("K15");
            round.sent += 1;
            tracing::info!(
                event = "mail.sent",
                mail = id,
                reference,
                attempts,
                "mail sent"
            );
        }
        Delivery::Temporary(failure) => {
            round.is_blocked = failure.is_service();
            postpone(parts, mail, *failure, round).await?;
        }
        Delivery::Permanent(failure) => {
            let error = failure.token();
            store.mark_permanent(id, &error, now).await?;
            round.failed += 1;
            tracing::warn!(
                event = "mail.refused",
                mail = id,
                reference,
                error,
                "mail refused for good, shown to support"
            );
        }
        Delivery::InDoubt(failure) => {
            let error = failure.token();
            store.mark_in_doubt(id, &error, now).await?;
            round.in_doubt += 1;
            tracing::warn!(
                event = "mail.in_doubt",
                mail = id,
                reference,
                error,
                "the server may have taken the mail: a person decides"
            );
        }
    }
    Ok(())
}

/// Writes down that a mail left. A store that is busy for a moment must not put in doubt what the
/// server has just taken.
async fn mark_sent(parts: &Delivering, id: i64) -> Result<(), StoreError> {
    for pause in [100, 300, 1_000, 3_000] {
        match parts.store.mark_sent(id, parts.clock.now()).await {
            Err(error) if error.is_transient() => {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            done => return done,
        }
    }
    parts.store.mark_sent(id, parts.clock.now()).await
}

async fn postpone(
    parts: &Delivering,
    mail: &OutboxMail,
    failure: Failure,
    round: &mut Round,
) -> Result<(), StoreError> {
    let now = parts.clock.now();
    let (id, reference, attempts) = (mail.id, mail.reference.as_str(), mail.attempts);
    let error = failure.token();
    let next = now + back_off(attempts);
    if next - mail.first_due > GIVE_UP {
        parts
            .store
            .mark_permanent(id, &format!("given up: {error}"), now)
            .await?;
        round.failed += 1;
        tracing::warn!(
            event = "mail.given_up",
            mail = id,
            reference,
            attempts,
            error,
            "mail given up after three days, shown to support"
        );
        return Ok(());
    }
    parts.store.mark_temporary(id, &error, next, now).await?;
    round.postponed += 1;
    tracing::warn!(
        event = "mail.postponed", mail = id, reference, attempts, error,
        next_try = %next, "mail could not leave, trying again"
    );
    Ok(())
}

/// How long to wait after the `attempts`-th try: see the head of this file.
fn back_off(attempts: u32) -> TimeDelta {
    const MINUTES: [i64; 6] = [2, 5, 10, 20, 40, 60];
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    TimeDelta::minutes(MINUTES[index.min(MINUTES.len() - 1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_apart_and_end() {
        let minutes: Vec<i64> = (0..9).map(|n| back_off(n).num_minutes()).collect();
        assert_eq!(minutes, [2, 2, 5, 10, 20, 40, 60, 60, 60]);
        assert_eq!(back_off(u32::MAX).num_minutes(), 60);
    }
}
