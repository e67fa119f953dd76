//! A message that opens an incident of its own.

use super::intake::{Parts, Read, remaining};
use super::respond::{Matter, answering};
use crate::domain::declaration::Kind;
use crate::domain::field::{FieldName, Value};
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, IncidentId, Reference};
use crate::store::{Effect, NewIncident, Threading};
use chrono::{DateTime, Datelike, Utc};
use std::sync::Arc;

/// How a message opens an incident.
pub(super) struct Opening {
    /// As what.
    pub(super) kind: Kind,
    /// What it names others by.
    pub(super) threading: Threading,
    /// Why a person must look, beside what the message itself gives cause for.
    pub(super) concern: Option<Concern>,
    /// The incident that it takes up again.
    pub(super) follows: Option<(IncidentId, Reference)>,
    /// Further events of its history, with their details.
    pub(super) noted: Vec<(EventKind, String)>,
    /// A person validated a ticket of the writer's very domain.
    pub(super) domain_is_known: bool,
}

impl Opening {
    /// A message that names nothing.
    pub(super) fn new(kind: Kind, threading: Threading) -> Self {
        Self {
            kind,
            threading,
            concern: None,
            follows: None,
            noted: Vec::new(),
            domain_is_known: false,
        }
    }
}

/// The incident and the answer, for the store.
pub(super) fn opened(
    read: &Arc<Read>,
    parts: &Arc<Parts>,
    opening: Opening,
    now: DateTime<Utc>,
) -> Effect {
    let declaration = &read.declaration;
    let mut addresses = vec![read.from_address()];
    if let Some(Value::Text(address)) = declaration.fields[FieldName::Email].value() {
        addresses.push(address.to_lowercase());
    }
    addresses.retain(|address| !address.is_empty());
    let mut concerns = read.concerns.clone();
    concerns.extend(opening.concern);
    let asks = if opening.kind == declaration.kind {
        read.asks.clone()
    } else {
        remaining(
            &parts.form,
            &declaration.fields,
            declaration.attachments.iter().map(|one| one.role),
        )
    };
    let new = NewIncident {
        prefix: parts.mark.clone(),
        year: read.received_at.with_timezone(&parts.timezone).year(),
        received_at: read.received_at,
        addresses,
        fields: declaration.fields.clone(),
        to_ask: asks.clone(),
        major_suspected: declaration.major_suspected,
        concerns,
        threading: opening.threading,
        follows: opening.follows,
        noted: opening.noted,
    };
    let matter = Matter {
        domain_is_known: opening.domain_is_known,
        ..Matter::alone(opening.kind, read, asks)
    };
    Effect::Opened(Box::new(new), answering(matter, parts, now))
}
