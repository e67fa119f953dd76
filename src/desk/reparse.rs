//! Reading again: what the present reader makes of the stored messages of an incident, field by
//! field beside what is kept, and keeping it.
//!
//! Messages are replayed in order and merged as the intake merges them. What a person entered stays
//! and is merged around; a message that is now of a kind that declares nothing leaves the fields
//! that it gave; status and mails are never touched.

use super::asked::{asked, by_what_was_asked, mail_named};
use super::intake::{self, Parts, Read};
use super::join::in_thread;
use super::merge::fill;
use crate::domain::declaration::{Kind, Role};
use crate::domain::field::{Field, FieldName, Fields, Reading, Source};
use crate::domain::form::{Ask, Item};
use crate::domain::incident::{Incident, Reference};
use crate::domain::message::MessageId;
use crate::domain::why::Why;
use crate::store::{Kept, Reread, Store, StoreError};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Why an incident can't be read again.
#[derive(Debug, thiserror::Error)]
pub enum ReparseError {
    /// The store failed, or the incident changed meanwhile.
    #[error("the store did not answer")]
    Store(#[from] StoreError),
    /// A message made the reader fail; its incident is left as it is.
    #[error("message {0} can't be read")]
    Unread(MessageId),
}

/// One thing that reads otherwise now.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The message that says it, or said it.
    pub message: MessageId,
    /// What.
    pub change: Change,
}

/// What reads otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A field's state or value.
    Field(FieldName, Box<(Field, Field)>),
    /// What the message is.
    Kind(Kind, Kind),
    /// What its attachment of this number is for.
    Attachment(u16, Option<Role>, Option<Role>),
    /// Whether a whole service may be out of use.
    Major(bool, bool),
    /// What remains to be asked for.
    ToAsk(Vec<Item>, Vec<Item>),
}

/// What the present reader makes of an incident.
#[derive(Debug)]
pub struct Rereading {
    /// The incident.
    pub reference: Reference,
    /// What people would see change.
    pub differences: Vec<Difference>,
    /// Proofs that changed without a change of what they prove.
    pub moved: usize,
    version: i64,
    steps: Vec<Reread>,
}

/// Reads an incident's messages again and compares; nothing is written.
///
/// # Errors
/// The store's; a message that makes the reader fail.
pub async fn compare(
    store: &Store,
    parts: &Arc<Parts>,
    reference: &Reference,
) -> Result<Option<Rereading>, ReparseError> {
    let Some(incident) = store.incident(reference).await? else {
        return Ok(None);
    };
    let mut replay = Replay::new(&incident);
    for Kept {
        stored,
        kind,
        reason,
    } in store.kept_messages(incident.id).await?
    {
        let message = stored.id;
        // Reading it failed three times: it may end the process.
        if reason == Why::ByHand.as_str() {
            return Err(ReparseError::Unread(message));
        }
        let its_parts = Arc::clone(parts);
        let reading = tokio::task::spawn_blocking(move || intake::read(&stored, &its_parts));
        let mut read = reading.await.map_err(|_| ReparseError::Unread(message))?;
        let is_first = replay.messages.is_empty();
        let follows = incident.follows.is_some() && is_first;
        read.declaration.kind = in_thread(kind, read.declaration.kind, follows);
        let mut read = Arc::new(read);
        if read.declaration.kind == Kind::Reply && !is_first {
            let mail = mail_named(&read, incident.id, parts, store).await?;
            let asked = asked(&read, mail, &replay.fields, store).await?;
            read = by_what_was_asked(&read, parts, &Arc::new(asked)).await.0;
        }
        replay.add(Replayed { kind, reason, read });
    }
    Ok((!replay.messages.is_empty()).then(|| replay.rereading(parts)))
}

/// Keeps what was found, a transaction a message.
///
/// # Errors
/// The store's; a conflict where the incident changed since it was compared.
pub async fn apply(
    store: &Store,
    rereading: &Rereading,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut version = rereading.version;
    for step in &rereading.steps {
        version = store.commit_reread(step, version, now).await?;
    }
    Ok(())
}

/// A message as it was taken and as it is read now.
struct Replayed {
    kind: Kind,
    reason: String,
    read: Arc<Read>,
}

/// The messages of an incident, merged again.
struct Replay<'a> {
    incident: &'a Incident,
    messages: Vec<Replayed>,
    fields: Fields,
    /// The message that each field now comes from.
    origins: BTreeMap<FieldName, MessageId>,
}

impl<'a> Replay<'a> {
    fn new(incident: &'a Incident) -> Self {
        let mut fields = Fields::default();
        for (name, field) in incident.fields.iter() {
            if is_touched(incident, name, field) {
                fields[name] = field.clone();
            }
        }
        Self {
            incident,
            messages: Vec::new(),
            fields,
            origins: BTreeMap::new(),
        }
    }

    /// The next message of the incident.
    fn add(&mut self, message: Replayed) {
        let mut brought = self.brought(&message);
        for (name, field) in self.incident.fields.iter() {
            if is_touched(self.incident, name, field) {
                brought[name] = Field::default();
            }
        }
        for name in fill(&mut self.fields, &brought) {
            self.origins.insert(name, message.read.message);
        }
        self.messages.push(message);
    }

    /// What the attachments of all messages so far are for.
    fn roles(&self) -> impl Iterator<Item = Role> {
        let read = self.messages.iter().flat_map(|one| &one.read.attachments);
        let roles = read.map(|new| new.attachment.role);
        roles.chain(self.incident.lent_roles())
    }

    fn brought(&self, message: &Replayed) -> Fields {
        let read = &message.read;
        if declares(read.declaration.kind) {
            return read.declaration.fields.clone();
        }
        let mut brought = Fields::default();
        if declares(message.kind) {
            let from = &self.incident.field_messages;
            for (name, field) in self.incident.fields.iter() {
                if from.get(&name) == Some(&read.message) {
                    brought[name] = field.clone();
                }
            }
        }
        brought
    }

    fn rereading(self, parts: &Parts) -> Rereading {
        let incident = self.incident;
        let mut differences = Vec::new();
        let mut moved = 0;
        let mut changed: BTreeMap<MessageId, Vec<FieldName>> = BTreeMap::new();
        let first = self.messages.first().map(|first| first.read.message);
        let names: BTreeSet<FieldName> = self
            .fields
            .iter()
            .chain(incident.fields.iter())
            .map(|(name, _)| name)
            .collect();
        for name in names {
            let (before, after) = (&incident.fields[name], &self.fields[name]);
            let (was, is) = (incident.field_messages.get(&name), self.origins.get(&name));
            if is_touched(incident, name, before) || (same(before, after) && was == is) {
                continue;
            }
            let Some(message) = is.or(was).copied().or(first) else {
                continue;
            };
            changed.entry(message).or_default().push(name);
            if before.reading == after.reading {
                moved += 1;
            } else {
                let pair = Box::new((before.clone(), after.clone()));
                differences.push(Difference {
                    message,
                    change: Change::Field(name, pair),
                });
            }
        }
        let mut steps = Vec::new();
        let mut fields = incident.fields.clone();
        let suspects = |one: &Replayed| {
            let declaration = &one.read.declaration;
            declares(declaration.kind) && declaration.major_suspected
        };
        let of_parts = incident.major_suspected && !incident.parts.is_empty();
        let major = of_parts || self.messages.iter().any(suspects);
        for (at, message) in self.messages.iter().enumerate() {
            let read = &message.read;
            let names = changed.remove(&read.message).unwrap_or_default();
            for name in &names {
                fields[*name] = self.fields[*name].clone();
            }
            let to_ask = intake::remaining(&parts.form, &fields, self.roles());
            let mut others = self.others(message, &mut differences, &mut moved);
            let is_last = at + 1 == self.messages.len();
            if is_last {
                others.extend(derived(
                    incident,
                    read.message,
                    &to_ask,
                    major,
                    &mut differences,
                ));
            }
            if names.is_empty() && others.is_empty() {
                continue;
            }
            let words = names.iter().map(FieldName::as_str);
            let detail: Vec<&str> = words.chain(others.iter().copied()).collect();
            steps.push(Reread {
                message: read.message,
                incident: incident.id,
                kind: read.declaration.kind,
                reason: read.declaration.reason.clone(),
                opened: at == 0,
                fields: fields.clone(),
                detail: detail.join(" "),
                changed: names.clone(),
                attachments: others
                    .contains(&"attachments")
                    .then(|| read.attachments.clone()),
                to_ask,
                major_suspected: major,
                concerns: incident.concerns.clone(),
                subject: incident.subject.clone(),
            });
        }
        Rereading {
            reference: incident.reference.clone(),
            differences,
            moved,
            version: incident.version,
            steps,
        }
    }

    /// What changed of a message beside its fields, in stable words.
    fn others(
        &self,
        replayed: &Replayed,
        differences: &mut Vec<Difference>,
        moved: &mut usize,
    ) -> Vec<&'static str> {
        let mut words = Vec::new();
        let read = &replayed.read;
        let message = read.message;
        let (before, after) = (replayed.kind, read.declaration.kind);
        if before != after {
            words.push("kind");
            let change = Change::Kind(before, after);
            differences.push(Difference { message, change });
        } else if replayed.reason != read.declaration.reason {
            words.push("reason");
            *moved += 1;
        }
        let of_message = self.incident.attachments.iter();
        let before: Vec<_> = of_message.filter(|one| one.message == message).collect();
        let same = before.len() == read.attachments.len()
            && before.iter().zip(&read.attachments).all(|(before, after)| {
                before.attachment == after.attachment && before.sha256 == after.sha256
            });
        if !same {
            words.push("attachments");
            *moved += 1;
            for at in 0..before.len().max(read.attachments.len()) {
                let was = before.get(at).map(|one| one.attachment.role);
                let is = read.attachments.get(at).map(|one| one.attachment.role);
                if was != is {
                    let number = u16::try_from(at + 1).unwrap_or(u16::MAX);
                    let change = Change::Attachment(number, was, is);
                    differences.push(Difference { message, change });
                }
            }
        }
        words
    }
}

/// What follows for the incident as a whole, in stable words.
fn derived(
    incident: &Incident,
    message: MessageId,
    to_ask: &[Ask],
    major: bool,
    differences: &mut Vec<Difference>,
) -> Vec<&'static str> {
    let mut words = Vec::new();
    if incident.to_ask != to_ask {
        words.push("to_ask");
        let (before, after) = (items(&incident.to_ask), items(to_ask));
        if before != after {
            let change = Change::ToAsk(before, after);
            differences.push(Difference { message, change });
        }
    }
    if incident.major_suspected != major {
        words.push("major_suspected");
        let change = Change::Major(incident.major_suspected, major);
        differences.push(Difference { message, change });
    }
    words
}

fn items(asks: &[Ask]) -> Vec<Item> {
    asks.iter().map(|ask| ask.item).collect()
}

/// Whether messages of this kind fill an incident: as the intake has it.
fn declares(kind: Kind) -> bool {
    !matches!(kind, Kind::Bounce | Kind::AutoReply | Kind::Other)
}

/// Whether a person entered the field, chose what stands there, or had it taken of another ticket.
fn is_touched(incident: &Incident, name: FieldName, field: &Field) -> bool {
    let source = field.evidence.as_ref().map(|evidence| evidence.source);
    let origin = incident.origins.get(&name);
    matches!(source, Some(Source::Agent | Source::Phone))
        || origin.is_some_and(|origin| origin.is_a_persons())
        || incident.lent.contains(&name)
}

/// The same reading with the same evidence, as the store keeps it: text holds no U+0000 there, and
/// a missing field is not kept at all.
fn same(before: &Field, after: &Field) -> bool {
    if before.reading == Reading::Missing && after.reading == Reading::Missing {
        return true;
    }
    let kept = |field: &Field| {
        let mut evidence = field.evidence.clone();
        if let Some(evidence) = &mut evidence {
            evidence.raw.retain(|c| c != '\0');
        }
        evidence
    };
    before.reading == after.reading && kept(before) == kept(after)
}
