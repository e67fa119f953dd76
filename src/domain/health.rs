//! What can be wrong with the running service, and since when it is.

use chrono::{DateTime, Utc};

/// What an alarm is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The mailbox is not read.
    Mailbox,
    /// Mails do not leave.
    Sending,
    /// The database takes no writes.
    Database,
    /// The folder holds messages that are not stored.
    Ledger,
    /// Stored messages are not read.
    Stuck,
    /// A limit has stopped all automatic mail.
    Circuit,
    /// A message could not be read.
    Quarantine,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Mailbox,
        Self::Sending,
        Self::Database,
        Self::Ledger,
        Self::Stuck,
        Self::Circuit,
        Self::Quarantine,
    ];

    /// The stable word in the store, in figures, webhooks and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Sending => "sending",
            Self::Database => "database",
            Self::Ledger => "ledger",
            Self::Stuck => "stuck",
            Self::Circuit => "circuit",
            Self::Quarantine => "quarantine",
        }
    }

    /// The subject with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|subject| subject.as_str() == word)
    }
}

/// Something that is wrong now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What it is about.
    pub subject: Subject,
    /// Why: a token of the part that failed.
    pub cause: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How many messages or mails it concerns; 0 where that says nothing.
    pub count: u64,
    /// How often it was tried in vain; 0 where nothing is tried.
    pub tries: u32,
    /// Whether the operator is called. What may pass by itself is shown only.
    pub is_red: bool,
}
