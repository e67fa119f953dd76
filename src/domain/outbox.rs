//! A mail of ours as a stored row: it waits, leaves, fails or stays in doubt.
//!
//! ```text
//!  held ──hold passed──► (claimed) ──► sending ──► sent | failed | in_doubt
//!    │  └─too old─► review ─released─► queued ──────┘ │
//!    └─cancelled       └─cancelled        ▲───temporary failure
//! ```

use super::incident::Reference;
use chrono::{DateTime, Utc};
use std::fmt;

/// An outbox row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutboxId(pub i64);

impl fmt::Display for OutboxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a mail of ours stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutboxStatus {
    /// Leaves by itself once its hold has passed.
    Held,
    /// Waits for a person.
    Review,
    /// Leaves when due: released by a person, or tried before.
    Queued,
    /// Handed to the transport; found so after a crash, it is in doubt.
    Sending,
    /// The server answers for it now.
    Sent,
    /// Refused for good.
    Failed,
    /// It may have left: never sent again by itself.
    InDoubt,
    /// A person took it back.
    Cancelled,
}

impl OutboxStatus {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Held,
        Self::Review,
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Failed,
        Self::InDoubt,
        Self::Cancelled,
    ];

    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Review => "review",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::InDoubt => "in_doubt",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether a person may let it leave.
    #[must_use]
    pub fn is_releasable(self) -> bool {
        matches!(
            self,
            Self::Held | Self::Review | Self::Failed | Self::InDoubt
        )
    }

    /// Whether a person may still take it back.
    #[must_use]
    pub fn is_cancellable(self) -> bool {
        matches!(
            self,
            Self::Held | Self::Review | Self::Queued | Self::Failed | Self::InDoubt
        )
    }
}

/// One mail of ours, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMail {
    /// Its row.
    pub id: OutboxId,
    /// The incident that it is about.
    pub reference: Reference,
    /// `E1`, `E1b`, `E1c`, `E2`.
    pub template: String,
    /// Its number among the incident's mails, from 1.
    pub sequence: u32,
    /// One address.
    pub recipient: String,
    /// RFC 5321 MAIL FROM.
    pub envelope_from: String,
    /// Decoded subject.
    pub subject: String,
    /// Without angle brackets.
    pub message_id: String,
    /// The whole mail as it leaves: RFC 5322, CRLF.
    pub mime: Vec<u8>,
    /// Its text part, as the declarant reads it.
    pub text: String,
    /// Where it stands.
    pub status: OutboxStatus,
    /// Why it waits for a person, or why the machine held it: a token; empty where it does not.
    pub review: String,
    /// When it was prepared.
    pub created_at: DateTime<Utc>,
    /// It does not leave before.
    pub hold_until: DateTime<Utc>,
    /// The next try.
    pub due_at: DateTime<Utc>,
    /// Tries so far.
    pub attempts: u32,
    /// The last failure: a token or an SMTP code, never a server's words about an address.
    pub last_error: Option<String>,
    /// When the server took it.
    pub sent_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_words_lead_back_to_their_status() {
        for status in OutboxStatus::ALL {
            assert_eq!(OutboxStatus::parse(status.as_str()), Some(status));
        }
    }

    #[test]
    fn a_mail_that_left_can_neither_be_released_nor_cancelled() {
        for gone in [
            OutboxStatus::Sent,
            OutboxStatus::Sending,
            OutboxStatus::Cancelled,
        ] {
            assert!(!gone.is_releasable());
            assert!(!gone.is_cancellable());
        }
    }
}
