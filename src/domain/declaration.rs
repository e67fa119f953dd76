//! What one message says: its kind, its fields, its attachments.

use super::field::Fields;
use serde::{Deserialize, Serialize};

/// What a message is. Where several fit, the first of `Other` for our own mail, `Bounce`,
/// `AutoReply`, `Escalation`, `Reply`, `Declaration`, `Other` wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person reports something that does not work.
    Declaration,
    /// An answer to a message of ours.
    Reply,
    /// A complaint that an earlier declaration got no answer in time, or a demand for escalation.
    Escalation,
    /// Out-of-office and other automatic answers.
    AutoReply,
    /// A delivery status notification, RFC 3464 or prose.
    Bounce,
    /// Newsletters, thanks, questions, spam, invitations, our own mail looping back.
    Other,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Declaration,
        Self::Reply,
        Self::Escalation,
        Self::AutoReply,
        Self::Bounce,
        Self::Other,
    ];

    /// The stable word used in JSON, in the store and in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declaration => "declaration",
            Self::Reply => "reply",
            Self::Escalation => "escalation",
            Self::AutoReply => "auto_reply",
            Self::Bounce => "bounce",
            Self::Other => "other",
        }
    }

    /// The kind with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether messages of this kind may be answered at all.
    #[must_use]
    pub fn is_answered(self) -> bool {
        matches!(self, Self::Declaration | Self::Reply | Self::Escalation)
    }
}

/// What an attachment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// An image or photo of a screen, or a document that holds one.
    Screenshot,
    /// Signature images, trackers, social-network icons.
    Logo,
    /// Anything else.
    Document,
}

impl Role {
    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Screenshot => "screenshot",
            Self::Logo => "logo",
            Self::Document => "document",
        }
    }

    /// The role with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Screenshot, Self::Logo, Self::Document]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}

/// One attachment, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// As the sender named it, control characters removed; empty where it has no name.
    pub filename: String,
    /// Lower case, `type/subtype`.
    pub content_type: String,
    /// Decoded size in bytes.
    pub size: u64,
    /// What it is for.
    pub role: Role,
}

/// What one message says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declaration {
    /// What the message is.
    pub kind: Kind,
    /// Why this kind: the stable words of a [`Why`](super::why::Why).
    pub reason: String,
    /// Our reference, where the message names one.
    pub incident: Option<String>,
    /// The sender's newest words: no quoted thread, signature or notice.
    pub own_text: String,
    /// The words report that a whole service is out of use. A flag for support, no more.
    pub major_suspected: bool,
    /// The thirteen fields.
    pub fields: Fields,
    /// Attachments with their roles, those inside attached messages included.
    pub attachments: Vec<Attachment>,
}

impl Declaration {
    /// Whether one of the attachments is a screenshot.
    #[must_use]
    pub fn has_screenshot(&self) -> bool {
        self.attachments
            .iter()
            .any(|attachment| attachment.role == Role::Screenshot)
    }
}
