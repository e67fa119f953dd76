//! The time of day. Only this file asks the system's clock.

use chrono::{DateTime, SubsecRound, Utc};
use std::sync::{Mutex, PoisonError};

/// The system's clock, or a fixed one for tests and `vigie demo --now`.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The system's.
    System,
    /// Always the same instant.
    Fixed(DateTime<Utc>),
    /// One that its owner moves while loops run, as an administrator or NTP moves the system's.
    Stepped(&'static Mutex<DateTime<Utc>>),
}

impl Clock {
    /// The present instant, to the microsecond: what both databases can keep.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Fixed(instant) => instant.trunc_subsecs(6),
            Self::Stepped(instant) => {
                let instant = instant.lock().unwrap_or_else(PoisonError::into_inner);
                instant.trunc_subsecs(6)
            }
        }
    }
}
