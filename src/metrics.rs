//! Figures of the running service that the store does not hold: how the mailbox fares.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

/// How the mailbox fares, written by the fetch loop, read by pages and health.
#[derive(Debug, Default)]
pub struct MailboxHealth(Mutex<MailboxState>);

/// One look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MailboxState {
    /// When a round last went through: « Relevé il y a … ».
    pub last_success: Option<DateTime<Utc>>,
    /// Set while rounds fail.
    pub failure: Option<MailboxFailure>,
}

/// Rounds that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailboxFailure {
    /// When the first of them failed.
    pub since: DateTime<Utc>,
    /// `auth`, `tls`, `network`, `protocol`, `folder`, `store`.
    pub error: &'static str,
    /// How many failed in a row.
    pub tries: u32,
    /// When the next one begins.
    pub next_try: DateTime<Utc>,
}

impl MailboxHealth {
    /// The present state.
    #[must_use]
    pub fn state(&self) -> MailboxState {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A round went through. The failure that it ends, if any.
    pub fn succeeded(&self, now: DateTime<Utc>) -> Option<MailboxFailure> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.last_success = Some(now);
        state.failure.take()
    }

    /// A round failed, for the `tries`th time in a row.
    pub fn failed(
        &self,
        error: &'static str,
        tries: u32,
        next_try: DateTime<Utc>,
        now: DateTime<Utc>,
    ) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = state.failure.map_or(now, |failure| failure.since);
        state.failure = Some(MailboxFailure {
            since,
            error,
            tries,
            next_try,
        });
    }
}
