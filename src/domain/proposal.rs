//! What a later message says otherwise than the ticket: it stands beside the old value until a
//! person decides.

use super::field::{Evidence, FieldName, Value};
use super::message::MessageId;
use chrono::{DateTime, Utc};

/// Another value for a field that has one.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The field.
    pub name: FieldName,
    /// What would stand there.
    pub value: Value,
    /// Where it was read.
    pub evidence: Option<Evidence>,
    /// The message that says it; `None` once that is deleted.
    pub message: Option<MessageId>,
    /// When.
    pub proposed_at: DateTime<Utc>,
}
