//! How long the deliver loop waits after a round.
//!
//! A closed way out is met again at growing distances, however many mails wait and whoever makes
//! new ones: else each of them would knock at once (SND-01).

use super::deliver::Round;
use crate::store::StoreError;
use std::time::Duration;

/// How often the outbox is looked at without being woken.
const NET: Duration = Duration::from_secs(30);

/// Never a busy loop.
const SHORTEST: Duration = Duration::from_millis(200);

/// The first distance between two tries of a closed way out; each next one is twice as long.
const FIRST: Duration = Duration::from_secs(5);

/// The longest: what waits leaves within ten minutes of the way's opening.
const LONGEST: Duration = Duration::from_secs(300);

/// What the rounds so far say about the next one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    /// Rounds in a row that the store failed.
    failures: u32,
    /// Rounds that found the way out closed, since something last passed.
    closed: u32,
    is_closed: bool,
}

impl Pace {
    /// How long to wait after this round. `next` is when a mail falls due, from now.
    pub fn after(&mut self, round: &Result<Round, StoreError>, next: Option<Duration>) -> Duration {
        self.is_closed = false;
        let Ok(round) = round else {
            self.failures = self.failures.saturating_add(1);
            return Duration::from_secs(1 << self.failures.min(5));
        };
        self.failures = 0;
        if round.is_blocked {
            self.is_closed = true;
            let doubled = FIRST.saturating_mul(1 << self.closed.min(10));
            self.closed = self.closed.saturating_add(1);
            return doubled.min(LONGEST);
        }
        if round.sent + round.postponed + round.failed > 0 {
            self.closed = 0;
        }
        next.map_or(NET, |next| next.clamp(SHORTEST, NET))
    }

    /// Whether the way out was found closed: a new mail is no reason to try it sooner.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocked() -> Result<Round, StoreError> {
        Ok(Round {
            is_blocked: true,
            ..Round::default()
        })
    }

    #[test]
    fn snd_01_a_closed_way_out_is_tried_at_growing_distances() {
        let mut pace = Pace::default();
        let due = Some(Duration::ZERO);
        let waits: Vec<u64> = (0..8)
            .map(|_| pace.after(&blocked(), due).as_secs())
            .collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
        assert!(pace.is_closed());
        // A look that found nothing due says nothing about the way out.
        assert_eq!(pace.after(&Ok(Round::default()), None), NET);
        assert_eq!(pace.after(&blocked(), due).as_secs(), 300);
        let sent = Round {
            sent: 1,
            ..Round::default()
        };
        assert_eq!(pace.after(&Ok(sent), due), SHORTEST);
        assert!(!pace.is_closed());
        assert_eq!(pace.after(&blocked(), due).as_secs(), 5);
    }

    #[test]
    fn a_store_that_fails_is_waited_for() {
        let mut pace = Pace::default();
        let waits: Vec<u64> = (0..7)
            .map(|_| pace.after(&Err(StoreError::Interrupted), None).as_secs())
            .collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 32, 32]);
    }
}
