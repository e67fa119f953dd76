//! What an export says of an incident.

use super::field::Fields;
use chrono::{DateTime, Utc};

/// One incident as exports give it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportedTicket {
    /// Where the next page begins.
    pub incident: i64,
    /// Its name.
    pub reference: String,
    /// Its status's stable word.
    pub status: String,
    /// Its first message's kind.
    pub kind: String,
    /// When its first message reached the mailbox.
    pub received_at: DateTime<Utc>,
    /// A whole service may be out of use.
    pub major_suspected: bool,
    /// Why a person must look.
    pub concerns: Vec<String>,
    /// What remains to be asked for.
    pub to_ask: Vec<String>,
    /// The reference of the incident that it is part of.
    pub merged_into: Option<String>,
    /// Its fields so far.
    pub fields: Fields,
}
