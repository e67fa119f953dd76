//! A mail of ours: what leaves, and the states of its row in the outbox.

use super::decision::Review;
use super::form::Item;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Which mail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Template {
    /// The request for what is missing.
    E1,
    /// The request where nearly everything is missing.
    #[serde(rename = "E1b")]
    E1b,
    /// A general outage is possible: call us.
    #[serde(rename = "E1c")]
    E1c,
    /// A screenshot showed somebody's data: another one, please.
    #[serde(rename = "E1d")]
    E1d,
    /// The ticket is complete.
    E2,
    /// An answer came, something is left.
    E3,
    /// The one reminder.
    E4,
    /// The ticket is closed.
    E9,
    /// The ticket is closed, since nobody could be reached.
    #[serde(rename = "E9b")]
    E9b,
    /// The ticket is part of another one.
    E10,
}

impl Template {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::E1,
        Self::E1b,
        Self::E1c,
        Self::E1d,
        Self::E2,
        Self::E3,
        Self::E4,
        Self::E9,
        Self::E9b,
        Self::E10,
    ];

    /// The stable word in the store, in exports and in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::E1 => "E1",
            Self::E1b => "E1b",
            Self::E1c => "E1c",
            Self::E1d => "E1d",
            Self::E2 => "E2",
            Self::E3 => "E3",
            Self::E4 => "E4",
            Self::E9 => "E9",
            Self::E9b => "E9b",
            Self::E10 => "E10",
        }
    }

    /// The template with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|template| template.as_str() == word)
    }

    /// Whether it asks for something and so counts against the limit per ticket.
    #[must_use]
    pub fn is_request(self) -> bool {
        match self {
            Self::E1 | Self::E1b | Self::E1c | Self::E1d | Self::E3 | Self::E4 => true,
            Self::E2 | Self::E9 | Self::E9b | Self::E10 => false,
        }
    }

    /// Whether it has numbered lines to fill in.
    #[must_use]
    pub fn has_form(self) -> bool {
        matches!(self, Self::E1 | Self::E1b | Self::E3 | Self::E4)
    }

    /// What it says in Auto-Submitted (RFC 3834, section 5); nothing where a person's act made it
    /// (experience, 3.1).
    #[must_use]
    pub fn auto_submitted(self) -> Option<&'static str> {
        match self {
            Self::E1 | Self::E1b | Self::E1c | Self::E1d | Self::E2 | Self::E3 => {
                Some("auto-replied")
            }
            Self::E4 => Some("auto-generated"),
            Self::E9 | Self::E9b | Self::E10 => None,
        }
    }
}

/// A mail as it will leave: made once, kept as a row, sent as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Which mail it is.
    pub template: Template,
    /// The ticket's reference: `INC-26-00042`.
    pub reference: String,
    /// The number of this mail within its ticket, from 1.
    pub sequence: u32,
    /// The one recipient, `local@domain`.
    pub to: String,
    /// The decoded subject.
    pub subject: String,
    /// With angle brackets; the same on a re-send.
    pub message_id: String,
    /// The envelope sender, `local@domain`.
    pub envelope_from: String,
    /// The whole mail, CRLF line ends, ASCII only.
    pub mime: Vec<u8>,
    /// The text part, LF line ends.
    pub text: String,
    /// The hash of the words that it answers ([`super::decision::body_hash`]): limits count it.
    pub body_hash: String,
    /// The questions in the order of their numbers: number 1 is the first. Name and role share
    /// one number, so an entry may hold two items. A screenshot has no number.
    pub numbers: Vec<Vec<Item>>,
    /// It does not leave before.
    pub hold_until: DateTime<Utc>,
    /// Why a person must release it; `None` where it leaves by itself.
    pub review: Option<Review>,
}

/// The state of a mail in the outbox.
///
/// ```text
/// review ──release──► queued ──DATA──► sending ──250──► sent
///    │                │ │ ▲               │ ├── 5xx ──► failed
///    └────cancel──────┤ │ └──── 4xx ──────┘ └── cut after the final dot, process died ──► in_doubt
///                     │ └── 5xx before DATA ──► failed
///                     ▼
///                 cancelled            in_doubt, failed ──resend by a person──► queued
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// Waits for a person to release it.
    Review,
    /// Leaves when its due time has come.
    Queued,
    /// Its recipient was accepted and the mail itself is on its way, until its lease ends.
    Sending,
    /// The server took it.
    Sent,
    /// Nobody knows whether the server took it: a person decides.
    InDoubt,
    /// Refused for good, or given up.
    Failed,
    /// A person took it back.
    Cancelled,
}

impl MailState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Review,
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::InDoubt,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::InDoubt => "in_doubt",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// One claim of a row of the outbox. Who settles a mail names the claim that it settles: what a
/// slow server says at last must not undo what another claim has done since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The row.
    pub mail: i64,
    /// Rises by one each time that the row is claimed.
    pub number: i64,
}

/// A row of the outbox, claimed for sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMail {
    /// The row.
    pub id: i64,
    /// The claim that it was given out under.
    pub claim: Claim,
    /// The ticket's reference.
    pub reference: String,
    /// The number of this mail within its ticket, from 1.
    pub sequence: u32,
    /// Which mail it is.
    pub template: Template,
    /// With angle brackets.
    pub message_id: String,
    /// The envelope sender.
    pub envelope_from: String,
    /// The one recipient.
    pub to: String,
    /// The whole mail, CRLF line ends.
    pub mime: Vec<u8>,
    /// Tries so far, this one counted.
    pub attempts: u32,
    /// When it was made; older than `[replies] max_age` it waits for a person.
    pub created_at: DateTime<Utc>,
    /// When it was first due (after its hold, or at its release by a person): tries end 3 days
    /// later.
    pub first_due: DateTime<Utc>,
    /// A person released it: `max_age` no longer counts.
    pub released: bool,
}
