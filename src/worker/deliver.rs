//! The deliver loop: mails that are due → transport → outbox.
//!
//! A mail is claimed, and marked as being sent right before DATA, once the server has accepted its
//! recipient. A crash before that mark leaves nothing in doubt; one after it leaves a row that nobody
//! can tell, which is shown to a person and never sent again by itself (SND-07, SND-09).
//!
//! Several mails leave at once, those of one incident in order. A round begins with one, and sends
//! more at once as the server takes them: a closed way out costs one connection a round.
//!
//! A failure of the mail's own is met again after 2, 5, 10, 20, 40 min, then every hour; 3 days after
//! it was first due the mail is given up and shown. What the recipient's server refuses for good is
//! not tried again. Where the way out itself is closed the round ends, no try is counted, and the
//! loop waits ([`Pace`]): other mails would fail alike.

use super::pace::Pace;
use super::settle::{self, Settled, Unsettled};
use crate::clock::Clock;
use crate::domain::outgoing::OutboxMail;
use crate::domain::timer::Delays;
use crate::failpoint;
use crate::metrics::SendingHealth;
use crate::store::{Store, StoreError};
use crate::transport::{Delivery, Failure, Transport};
use crate::wake::Wake;
use chrono::TimeDelta;
use std::panic;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A lease outlasts the transport's own limits by so much: the store's part of a send.
const MARGIN: Duration = Duration::from_secs(300);

/// Mails sent at once: with the tenth of a second that each waits before its final dot, 50 a second.
pub const AT_ONCE: usize = 6;

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
    /// What falls due where a request has no answer.
    pub delays: Delays,
    /// How the way out fares, for those who show it.
    pub health: Arc<SendingHealth>,
    /// What servers answered and the store has not taken yet.
    pub unsettled: Unsettled,
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

/// Sends everything that is due; `token` ends it: what has no final dot yet goes back.
///
/// # Errors
/// The store failed: what servers have answered is kept and written by the next round.
pub async fn round(parts: &Delivering, token: &CancellationToken) -> Result<Round, StoreError> {
    let (store, clock) = (&parts.store, &parts.clock);
    let mut round = Round::default();
    for settled in settle::retry(parts).await? {
        count(parts, &mut round, settled);
    }
    let now = clock.now();
    round.in_doubt += store.settle_interrupted(now).await?;
    round.set_back = store.set_back_old(now - parts.max_age, now).await?;
    let lease = lease(parts);
    // Tasks of their own: one that holds the store's writer goes on while the next mail is claimed.
    let mut under_way = JoinSet::new();
    let (mut width, mut failed) = (1, None);
    loop {
        while under_way.len() < width
            && failed.is_none()
            && !round.is_blocked
            && !token.is_cancelled()
        {
            match store.claim_outbox(clock.now(), lease, 1).await {
                Ok(mut claimed) => match claimed.pop() {
                    Some(mail) => {
                        failpoint::hit("K09");
                        under_way.spawn(attempt(parts.clone(), mail, token.clone()));
                    }
                    None => break,
                },
                Err(error) => failed = Some(error),
            }
        }
        // What has begun is always waited for: dropped, it would be in doubt.
        let ended = match under_way.join_next().await {
            None => break,
            Some(Ok(ended)) => ended,
            Some(Err(error)) => match error.try_into_panic() {
                Ok(cause) => panic::resume_unwind(cause),
                // Cancelled with the runtime itself.
                Err(_) => continue,
            },
        };
        match ended {
            Ok(settled) => {
                if settled == Settled::Sent {
                    width = (width * 2).min(AT_ONCE);
                }
                count(parts, &mut round, settled);
            }
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => Ok(round),
    }
}

/// Runs rounds until `token` is cancelled. A store that fails for a while is waited for.
///
/// # Errors
/// The store failed in a way that time does not mend.
pub async fn run(parts: Delivering, token: CancellationToken) -> Result<(), StoreError> {
    let mut pace = Pace::default();
    while !token.is_cancelled() {
        let woken = parts.wake.listen();
        let done = round(&parts, &token).await;
        let next = match &done {
            Ok(_) => until_next(&parts).await,
            Err(_) => None,
        };
        let wait = pace.after(&done, next);
        match done {
            Ok(_) => (),
            Err(error) if error.is_transient() => tracing::warn!(
                event = "deliver.store",
                error = %error, "the outbox can't be read or written, trying again"
            ),
            Err(error) => return Err(error),
        }
        tokio::select! {
            () = token.cancelled() => (),
            () = woken, if !pace.is_closed() => (),
            () = tokio::time::sleep(wait) => (),
        }
    }
    parts.transport.close().await;
    settle::retry(&parts).await.map(drop)
}

/// How long until a mail is due or a lease ends.
async fn until_next(parts: &Delivering) -> Option<Duration> {
    let due = parts.store.next_due().await.ok()??;
    Some((due - parts.clock.now()).to_std().unwrap_or_default())
}

/// Longer than any send can take, so that no other instance takes a mail for abandoned.
fn lease(parts: &Delivering) -> TimeDelta {
    TimeDelta::from_std(parts.transport.longest() + MARGIN).unwrap_or(TimeDelta::MAX)
}

/// Sends one mail and writes down what became of it.
async fn attempt(
    parts: Delivering,
    mail: OutboxMail,
    token: CancellationToken,
) -> Result<Settled, StoreError> {
    let parts = &parts;
    let mut refused = None;
    let begin = async {
        let marked = parts
            .store
            .mark_sending(mail.claim, parts.clock.now(), lease(parts));
        match marked.await {
            // Where not, it was cancelled by a person or taken by another: it stays.
            Ok(is_ours) => is_ours && !token.is_cancelled(),
            Err(error) => {
                refused = Some(error);
                false
            }
        }
    };
    let delivery = parts.transport.send(&mail, begin, token.cancelled()).await;
    if matches!(delivery, Delivery::Accepted) {
        failpoint::hit("K14");
    }
    let settled = settle::settle(parts, &mail, &delivery).await;
    if matches!(settled, Ok(Settled::Sent)) {
        failpoint::hit("K15");
    }
    match refused {
        Some(error) => Err(error),
        None => settled,
    }
}

/// Counts one mail, and what it says about the way out.
fn count(parts: &Delivering, round: &mut Round, settled: Settled) {
    let now = parts.clock.now();
    let told = |failure: Failure| {
        if failure.is_service() {
            parts.health.failed(failure.stage.as_str(), now);
        } else {
            parts.health.is_open();
        }
        failure.is_service()
    };
    match settled {
        Settled::Sent => {
            parts.health.succeeded(now);
            round.sent += 1;
        }
        Settled::Postponed(failure) => {
            round.is_blocked |= told(failure);
            round.postponed += 1;
        }
        Settled::Failed(failure) => {
            round.is_blocked |= told(failure);
            round.failed += 1;
        }
        Settled::InDoubt => round.in_doubt += 1,
        Settled::Withdrawn | Settled::Elsewhere => (),
    }
}
