//! `Email` → `Declaration`: finders give candidates with evidence, one place weighs them.

pub mod answer;
pub mod count;
pub mod cues;
pub mod entity;
pub mod excerpt;
pub mod label;
pub mod person;
pub mod phone;
pub mod token;
pub mod when;

#[cfg(test)]
mod wordings;

use chrono::{DateTime, Utc};

/// What the reader knows besides the message.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// When the message was delivered (INTERNALDATE): the last fallback for its date.
    pub received_at: DateTime<Utc>,
    /// The mailbox's own addresses, lower case.
    pub own_addresses: &'a [String],
    /// The prefix of our references: `INC`.
    pub mark: &'a str,
    /// The installation's key; without it, marks are recognised but not verified.
    pub key: Option<&'a [u8]>,
}
