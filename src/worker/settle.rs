//! Writing down what became of a mail. What a server has answered is known to us alone until the
//! store has it: it is kept and written before anything else is sent, or a mail that left would be
//! in doubt by our own doing.

use super::deliver::Delivering;
use crate::domain::outgoing::{OutboxMail, Template};
use crate::store::StoreError;
use crate::transport::{Delivery, Failure};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// When a mail that can't leave is given up.
const GIVE_UP: TimeDelta = TimeDelta::days(3);

/// A store that is busy for a moment is asked again so soon; after that the loop backs off.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
];

/// What became of a mail, as written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// The server took it.
    Sent,
    /// It is tried again later; with the failure.
    Postponed(Failure),
    /// Refused for good or given up; with the failure.
    Failed(Failure),
    /// Nobody knows.
    InDoubt,
    /// It was not begun, and is due as before.
    Withdrawn,
    /// Somebody else has settled it: a person, another instance, or an earlier try of this very
    /// write whose answer was lost.
    Elsewhere,
}

/// Answers that the store could not take yet.
#[derive(Debug, Clone, Default)]
pub struct Unsettled(Arc<Mutex<Vec<(OutboxMail, Delivery)>>>);

impl Unsettled {
    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn push(&self, mail: &OutboxMail, delivery: &Delivery) {
        let mut mail = mail.clone();
        mail.mime = Vec::new();
        self.lock().push((mail, delivery.clone()));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(OutboxMail, Delivery)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes down what the store could not take before. What came of each.
///
/// # Errors
/// The store's: what is left is kept.
pub(super) async fn retry(parts: &Delivering) -> Result<Vec<Settled>, StoreError> {
    let mut settled = Vec::new();
    loop {
        let first = parts.unsettled.lock().first().cloned();
        let Some((mail, delivery)) = first else {
            return Ok(settled);
        };
        settled.push(write(parts, &mail, &delivery).await?);
        parts.unsettled.lock().remove(0);
    }
}

/// Writes down what became of a mail.
///
/// # Errors
/// The store's; what waiting may mend is kept for [`retry`].
pub(super) async fn settle(
    parts: &Delivering,
    mail: &OutboxMail,
    delivery: &Delivery,
) -> Result<Settled, StoreError> {
    for pause in PAUSES {
        match write(parts, mail, delivery).await {
            Err(error) if error.is_transient() => tokio::time::sleep(pause).await,
            done => return done,
        }
    }
    let done = write(parts, mail, delivery).await;
    if matches!(&done, Err(error) if error.is_transient()) {
        parts.unsettled.push(mail, delivery);
    }
    done
}

async fn write(
    parts: &Delivering,
    mail: &OutboxMail,
    delivery: &Delivery,
) -> Result<Settled, StoreError> {
    match try_writing(parts, mail, delivery).await {
        Err(StoreError::Conflict(_)) => {
            tracing::info!(
                event = "mail.settled_elsewhere",
                mail = mail.id,
                reference = mail.reference,
                "somebody else has settled the mail meanwhile"
            );
            Ok(Settled::Elsewhere)
        }
        done => done,
    }
}

async fn try_writing(
    parts: &Delivering,
    mail: &OutboxMail,
    delivery: &Delivery,
) -> Result<Settled, StoreError> {
    let (store, now) = (&parts.store, parts.clock.now());
    let (id, reference, attempts) = (mail.id, mail.reference.as_str(), mail.attempts);
    match delivery {
        Delivery::Accepted => {
            let due = parts.delays.of_request(now);
            store.mark_sent(mail.claim, &due, now).await?;
            measure(parts, mail, now).await;
            tracing::info!(
                event = "mail.sent",
                mail = id,
                reference,
                attempts,
                "mail sent"
            );
            Ok(Settled::Sent)
        }
        Delivery::Temporary(failure) => postpone(parts, mail, *failure).await,
        Delivery::Permanent(failure) => {
            let error = failure.token();
            store.mark_permanent(mail.claim, &error, now).await?;
            tracing::warn!(
                event = "mail.refused",
                mail = id,
                reference,
                error,
                "mail refused for good, shown to support"
            );
            Ok(Settled::Failed(*failure))
        }
        Delivery::InDoubt(failure) => {
            let error = failure.token();
            store.mark_in_doubt(mail.claim, &error, now).await?;
            tracing::warn!(
                event = "mail.in_doubt",
                mail = id,
                reference,
                error,
                "the server may have taken the mail: a person decides"
            );
            Ok(Settled::InDoubt)
        }
        Delivery::Withdrawn => {
            store.give_back_mail(mail.claim).await?;
            Ok(Settled::Withdrawn)
        }
    }
}

/// Figures only: where they can't be had, the mail has left all the same.
async fn measure(parts: &Delivering, mail: &OutboxMail, now: DateTime<Utc>) {
    let (is_first, completes) = (mail.sequence == 1, mail.template == Template::E2);
    if (is_first || completes)
        && let Ok(Some(received)) = parts.store.ticket_received(mail.id).await
        && let Ok(waited) = (now - received).to_std()
    {
        if is_first {
            parts.health.first_answer.0.took(waited);
        }
        if completes {
            parts.health.completion.0.took(waited);
        }
    }
}

async fn postpone(
    parts: &Delivering,
    mail: &OutboxMail,
    failure: Failure,
) -> Result<Settled, StoreError> {
    let (store, now) = (&parts.store, parts.clock.now());
    let (id, reference, attempts) = (mail.id, mail.reference.as_str(), mail.attempts);
    let error = failure.token();
    // Where the way out is closed the loop paces the tries, and the mail that met it goes behind
    // the others that are due.
    let counts = !failure.is_before_the_recipient() || !failure.is_service();
    let next = if counts {
        now + back_off(attempts)
    } else {
        now
    };
    if next - mail.first_due > GIVE_UP {
        let given_up = format!("given up: {error}");
        store.mark_permanent(mail.claim, &given_up, now).await?;
        tracing::warn!(
            event = "mail.given_up",
            mail = id,
            reference,
            attempts,
            error,
            "mail given up after three days, shown to support"
        );
        return Ok(Settled::Failed(failure));
    }
    store
        .mark_temporary(mail.claim, &error, next, counts)
        .await?;
    tracing::warn!(
        event = "mail.postponed", mail = id, reference, attempts, error,
        next_try = %next, "mail could not leave, trying again"
    );
    Ok(Settled::Postponed(failure))
}

/// How long to wait after the `attempts`-th try: 2, 5, 10, 20, 40 min, then every hour.
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
