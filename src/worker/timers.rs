//! The timer loop: what falls due on tickets that wait, the reminder and then the call.
//!
//! Several instances may look at once: a timer is taken with what it does in one transaction. One
//! that can't be served now (the ticket has just changed) is met again at the next look.

use crate::clock::Clock;
use crate::desk::intake::Parts;
use crate::desk::remind::{self, Reminded};
use crate::domain::timer::TimerKind;
use crate::store::{Store, StoreError};
use crate::wake::Wake;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The longest time between two looks: timers are set in hours.
const LOOK: Duration = Duration::from_secs(30);

/// Timers taken up at one look.
const BATCH: u32 = 100;

/// What the timer loop works with.
#[derive(Clone)]
pub struct Timing {
    /// Where timers are.
    pub store: Store,
    /// What a reminder is made with.
    pub parts: Arc<Parts>,
    /// The time of day.
    pub clock: Clock,
    /// Told of reminders that were made.
    pub wake: Arc<Wake>,
}

/// What one look did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Round {
    /// Reminders made.
    pub reminders: u32,
    /// Tickets that a person must telephone about.
    pub calls: u32,
}

/// Serves everything that is due.
///
/// # Errors
/// The store failed.
pub async fn round(timing: &Timing, token: &CancellationToken) -> Result<Round, StoreError> {
    let (store, now) = (&timing.store, timing.clock.now());
    let mut round = Round::default();
    for timer in store.due_timers(now, BATCH).await? {
        if token.is_cancelled() {
            break;
        }
        let ticket = timer.reference.to_string();
        match timer.kind {
            TimerKind::Call => {
                if store.call_is_due(&timer, now).await? {
                    round.calls += 1;
                    tracing::info!(event = "ticket.to_call", ticket, "no answer: to be called");
                }
            }
            TimerKind::Reminder => match remind::remind(store, &timing.parts, &timer, now).await {
                Ok(Reminded::Made(mail)) => {
                    round.reminders += 1;
                    timing.wake.wake();
                    tracing::info!(event = "reminder.made", ticket, mail, "reminder made");
                }
                Ok(Reminded::Silent(reason)) => {
                    tracing::info!(event = "reminder.suppressed", ticket, reason, "no reminder");
                }
                Ok(Reminded::Elsewhere) | Err(StoreError::Conflict(_)) => (),
                Err(error) => return Err(error),
            },
        }
    }
    Ok(round)
}

/// Looks until `token` is cancelled. A store that fails for a while is waited for.
///
/// # Errors
/// The store failed in a way that time does not mend.
pub async fn run(timing: Timing, token: CancellationToken) -> Result<(), StoreError> {
    while !token.is_cancelled() {
        match round(&timing, &token).await {
            Ok(_) => (),
            Err(error) if error.is_transient() => tracing::warn!(
                event = "timers.store", error = %error, "timers can't be looked at, trying again"
            ),
            Err(error) => return Err(error),
        }
        token.run_until_cancelled(tokio::time::sleep(LOOK)).await;
    }
    Ok(())
}
