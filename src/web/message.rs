//! One message of an incident, read again for its pane: the raw bytes are what lasts.

use super::page::{Console, Moment, PageError};
use crate::domain::declaration::Kind;
use crate::domain::field::{FieldName, Fields};
use crate::domain::form::Form;
use crate::domain::message::{MessageId, MessageState};
use crate::domain::why::Why;
use crate::mail::Email;
use crate::present::french;
use crate::present::page::{Pane, Proof};
use crate::store::MessageLine;
use serde::Serialize;
use std::collections::BTreeMap;

/// A message with its pane.
#[derive(Debug, Serialize)]
pub(super) struct Message {
    kind: &'static str,
    received: Moment,
    size: String,
    pub(super) pane: Pane,
}

/// Reads one message of an incident again, with the proofs of the fields that came from it.
pub(super) async fn read(
    console: &Console,
    line: MessageLine,
    fields: &Fields,
    field_messages: &BTreeMap<FieldName, MessageId>,
) -> Result<Message, PageError> {
    let raw = console.store().raw(line.id).await?.unwrap_or_default();
    let proofs = proofs(console.form(), line.id, fields, field_messages);
    let received = console.moment(line.internal_date);
    // What failed three times is not tried again at each look.
    let is_by_hand = line.kind_reason == Why::ByHand.as_str();
    let raw = if is_by_hand { Vec::new() } else { raw };
    // Reading a message takes time, and whatever it does to us stays in its own task.
    let pane = tokio::task::spawn_blocking(move || Pane::new(&Email::parse(&raw), &proofs)).await;
    let mut pane = pane.unwrap_or_else(|_| {
        let mut empty = Pane::default();
        empty.unread = Some("l’analyse a échoué, le message est gardé tel quel");
        empty
    });
    if is_by_hand || line.state == MessageState::Quarantined {
        pane.unread = Some("l’analyse a échoué trois fois, le message est gardé tel quel");
    }
    Ok(Message {
        kind: Kind::parse(&line.kind).map_or("pas encore lu", french::kind),
        received,
        size: french::size(line.size),
        pane,
    })
}

fn proofs(
    form: &Form,
    message: MessageId,
    fields: &Fields,
    field_messages: &BTreeMap<FieldName, MessageId>,
) -> Vec<Proof> {
    form.fields
        .iter()
        .enumerate()
        .filter(|(_, field)| field_messages.get(&field.name) == Some(&message))
        .filter_map(|(at, field)| Proof::of(at + 1, &field.heading, &fields[field.name]))
        .collect()
}
