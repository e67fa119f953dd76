//! The time of day. Only this file asks the system's clock.

use chrono::{DateTime, SubsecRound, Utc};

/// The system's clock, or a fixed one for tests and `vigie demo --now`.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The system's.
    System,
    /// Always the same instant.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The present instant, to the microsecond: what both databases can keep.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Fixed(instant) => instant.trunc_subsecs(6),
        }
    }
}
