//! One message of an incident, read again for its pane: the raw bytes are what lasts.

use super::page::{Console, Moment};
use super::refusal::PageError;
use crate::domain::declaration::Kind;
use crate::domain::field::{FieldName, Fields};
use crate::domain::form::Form;
use crate::domain::message::{MessageId, MessageState};
use crate::domain::why::Why;
use crate::mail::Email;
use crate::present::french;
use crate::present::page::{Pane, Proof};
use crate::store::{MessageLine, Raw};
use serde::Serialize;
use std::collections::BTreeMap;

/// Why a message is not shown whose bytes are not those that came (STO-07).
const ALTERED: &str = "message altéré\u{a0}: les octets gardés ne sont plus ceux reçus";

/// And one whose bytes are gone.
const MISSING: &str = "message manquant\u{a0}: ses octets ne sont plus dans la base";

/// A message with its pane.
#[derive(Debug, Serialize)]
pub(super) struct Message {
    kind: &'static str,
    received: Moment,
    size: String,
    /// It is what the incident is about, whenever it came.
    is_origin: bool,
    pub(super) pane: Pane,
    #[serde(skip)]
    id: MessageId,
    #[serde(skip)]
    names: Names,
}

/// What a message is called, and which it answers.
#[derive(Debug, Default)]
struct Names {
    own: Option<String>,
    answered: Vec<String>,
}

impl Names {
    fn of(email: &Email<'_>) -> Self {
        Self {
            own: email.message_id.clone(),
            answered: [email.in_reply_to.as_slice(), &email.references].concat(),
        }
    }

    fn answers(&self, other: &Self) -> bool {
        other
            .own
            .as_ref()
            .is_some_and(|id| self.answered.contains(id))
    }
}

/// Marks the message that the others are about: what opened the incident, or what that answers, since
/// an answer may have come first.
pub(super) fn mark_origin(messages: &mut [Message], opened: Option<MessageId>) {
    let first = messages.iter().position(|one| Some(one.id) == opened);
    let mut origin = first.unwrap_or_default();
    // Messages may name each other in a circle: so many steps lead to the end of any line.
    for _ in 0..messages.len() {
        let answered = messages.get(origin).and_then(|one| {
            let mut others = messages.iter();
            others.position(|other| one.names.answers(&other.names))
        });
        match answered {
            Some(other) => origin = other,
            None => break,
        }
    }
    if let Some(origin) = messages.get_mut(origin) {
        origin.is_origin = true;
    }
}

/// Reads one message of an incident again, with the proofs of the fields that came from it.
pub(super) async fn read(
    console: &Console,
    line: MessageLine,
    fields: &Fields,
    field_messages: &BTreeMap<FieldName, MessageId>,
) -> Result<Message, PageError> {
    let found = console.store().raw_checked(line.id).await?;
    let proofs = proofs(console.form(), line.id, fields, field_messages);
    let received = console.moment(line.internal_date);
    // What failed three times is not tried again at each look.
    let is_by_hand = line.kind_reason == Why::ByHand.as_str();
    // What is not what came is not shown as if it were (STO-07).
    let (raw, damage) = match found {
        Raw::Whole(raw) if !is_by_hand => (raw, None),
        Raw::Whole(_) => (Vec::new(), None),
        Raw::Altered => (Vec::new(), Some(ALTERED)),
        Raw::Missing => (Vec::new(), Some(MISSING)),
    };
    // Reading a message takes time, and whatever it does to us stays in its own task.
    let reading = tokio::task::spawn_blocking(move || {
        let email = Email::parse(&raw);
        (Pane::new(&email, &proofs), Names::of(&email))
    });
    let (mut pane, names) = reading.await.unwrap_or_else(|_| {
        let mut empty = Pane::default();
        empty.unread = Some("l’analyse a échoué, le message est gardé tel quel");
        (empty, Names::default())
    });
    if is_by_hand || line.state == MessageState::Quarantined {
        pane.unread = Some("l’analyse a échoué trois fois, le message est gardé tel quel");
    }
    if damage.is_some() {
        pane.unread = damage;
    }
    Ok(Message {
        id: line.id,
        kind: Kind::parse(&line.kind).map_or("pas encore lu", french::kind),
        received,
        size: french::size(line.size),
        is_origin: false,
        pane,
        names,
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
