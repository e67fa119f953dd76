//! `Email` → `Declaration`: finders give candidates with evidence, one place weighs them.
//!
//! A message holds voices (`voice.rs`): the writer's newest words, forwarded messages, the writer's
//! own earlier words. Of each, labels (`label/`) are read before sentences (`sentence.rs`); small
//! finders (`when`, `phone`, `count`, `entity`, `person`, `feature`, `answer`) read the words, and
//! `choose.rs` weighs what they found. `kind.rs` says what the message is.

pub mod answer;
pub mod answers;
pub mod choose;
pub mod conversation;
pub mod count;
pub mod cues;
pub mod description;
pub mod entity;
pub mod environment;
pub mod excerpt;
pub mod feature;
mod fields;
mod frame;
pub mod frequency;
pub mod kind;
pub mod label;
mod lexicon;
pub mod major;
mod numeral;
mod parted;
mod people;
pub mod person;
pub mod phone;
pub mod prose;
pub mod reference;
mod reporter;
pub mod sentence;
mod signs;
pub mod station;
pub mod token;
mod unpointed;
pub mod user;
pub mod voice;
pub mod when;
mod zone;

#[cfg(test)]
mod properties;
use crate::domain::declaration::{Attachment, Declaration};
use crate::domain::field::{Fields, Part};
use crate::domain::form::Form;
use crate::mail::{Body, Email, LineRole};
use chrono::{DateTime, FixedOffset, Utc};
pub use conversation::{Answer, answer, reread};
use cues::Group;
use excerpt::Excerpt;
use fields::Reader;
use voice::{Voice, Who};

/// What the reader knows besides the message.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// When the message was delivered (INTERNALDATE): the last fallback for its date.
    pub received_at: DateTime<Utc>,
    /// The mailbox's own addresses, lower case.
    pub own_addresses: &'a [String],
    /// The prefix of our references: `INC`.
    pub mark: &'a str,
    /// The installation's key; without it, marks are recognised but not verified.
    pub key: Option<&'a [u8]>,
}

/// Reads a message. Total: every message gives a declaration of some kind.
#[must_use]
pub fn extract(email: &Email<'_>, form: &Form, context: &Context<'_>) -> Declaration {
    let date = email
        .date
        .unwrap_or_else(|| context.received_at.fixed_offset());
    let voices = voices(email, form, date);
    let incident = reference::find(email, form, context);
    let (kind, reason) = kind::verdict(email, form, context, &voices, incident.as_deref());
    let mut declaration = Declaration {
        kind,
        reason: reason.as_str().to_owned(),
        incident,
        own_text: own_text(&email.body),
        major_suspected: false,
        fields: Fields::default(),
        attachments: email
            .attachments
            .iter()
            .map(|attachment| Attachment {
                filename: attachment.filename.clone(),
                content_type: attachment.content_type.clone(),
                size: attachment.contents.len() as u64,
                role: attachment.role,
            })
            .collect(),
    };
    if kind.is_answered() {
        let reader = Reader {
            email,
            form,
            kind,
            voices: &voices,
            subject: subject(email),
        };
        declaration.fields = reader.fields(date);
        declaration.major_suspected = reader.is_major();
    }
    declaration
}

/// The fields of a message that is a declaration whatever it says: what a person types for a field is
/// read so, behind the field's label.
#[must_use]
pub fn fields(email: &Email<'_>, form: &Form, context: &Context<'_>) -> Fields {
    let date = email
        .date
        .unwrap_or_else(|| context.received_at.fixed_offset());
    let reader = Reader {
        email,
        form,
        kind: crate::domain::declaration::Kind::Declaration,
        voices: &voices(email, form, date),
        subject: subject(email),
    };
    reader.fields(date)
}

/// Words of one voice that are read for what they say: some fifteen pages. The message itself is
/// kept and shown whole.
const LONGEST_READ: usize = 32 * 1024;

/// Quoted and forwarded messages that are looked at, from the top on.
const MOST_BLOCKS: usize = 40;

/// The voices of a message: the writer, forwarded messages from the outermost to the innermost,
/// the writer's own earlier words.
fn voices<'a>(email: &'a Email<'_>, form: &Form, date: DateTime<FixedOffset>) -> Vec<Voice<'a>> {
    let mut voices = vec![Voice::writer(form, &email.body, email.from.clone(), date)];
    for index in 0..email.body.blocks.len().min(MOST_BLOCKS) {
        voices.extend(Voice::block(form, &email.body, index, date));
    }
    // An attached message is read only where the outer one merely passes it on (ruling 17).
    let silent = !voices[0].cues.has(Group::Fault) && voices[0].labelled.fields < 3;
    if silent && voices.iter().all(|voice| voice.who != Who::Forwarded) {
        for attached in email.attached.iter().take(3) {
            let date = attached.date.unwrap_or(date);
            voices.push(Voice::attached(
                form,
                &attached.body,
                attached.from.clone(),
                date,
            ));
        }
    }
    voices
}

/// The sender's newest words, without quotes, signature and notices.
fn own_text(body: &Body) -> String {
    let mut text = String::new();
    for line in &body.lines {
        let kept = matches!(
            line.role,
            LineRole::Own | LineRole::Greeting | LineRole::Blank
        );
        if kept && line.block.is_none() {
            text.push_str(
                body.text
                    .get(line.span.clone())
                    .unwrap_or_default()
                    .trim_end(),
            );
            text.push('\n');
        }
    }
    let mut kept = String::with_capacity(text.len());
    for line in text.trim().lines() {
        // Runs of blank lines say nothing.
        if !(line.trim().is_empty() && kept.ends_with("\n\n")) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept.trim_end().to_owned()
}

fn subject(email: &Email<'_>) -> Option<Excerpt> {
    let range = description::of_subject(&email.subject)?;
    Some(Excerpt::of(Part::Subject, &email.subject, range))
}

#[cfg(test)]
mod tests;
