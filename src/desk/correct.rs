//! What a person decides about a field (experience, P2): another value, typed or taken from the words
//! of a message, that it is right as it stands, that it can't be used, that the declarant doesn't
//! know. A request that has not left yet is written anew where it asks for something else now.

use super::intake::{Parts, remaining};
use super::merger::anew;
use crate::domain::account::By;
use crate::domain::audit::Deed;
use crate::domain::field::{
    Evidence, Field, FieldName, Fields, Reading, Reason, Value, ValueOrigin,
};
use crate::domain::form::Form;
use crate::domain::incident::{Incident, Reference, Status};
use crate::domain::message::MessageId;
use crate::extract::{Context, fields};
use crate::mail::Email;
use crate::store::{Corrected, Store, StoreError};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Characters of what is typed for a field, and of the reason why it can't be used.
const LONGEST: usize = 4_000;
const LONGEST_REASON: usize = 60;

/// What is decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// This is its value.
    Value {
        /// As typed or selected.
        text: String,
        /// Where it stands in a message, where it was selected there.
        proof: Option<(MessageId, Evidence)>,
        /// It was said on the telephone.
        by_phone: bool,
    },
    /// It is right as it stands.
    Confirmed,
    /// What stands there can't be used, for this reason: it is asked for.
    Unusable(String),
    /// The declarant doesn't know: it is not asked for.
    Unknown,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum CorrectError {
    /// There is no such ticket.
    #[error("{0}: no such ticket")]
    NoTicket(Reference),
    /// It is part of another one: what is done is done there.
    #[error("{0} is part of {1}: act on that one, or split it first")]
    Merged(Reference, Reference),
    /// The form has no such field.
    #[error("the form has no field {0}")]
    NoField(FieldName),
    /// What was typed is no value of the field.
    #[error("{}", .0.as_ref().map_or("it can't be understood".to_owned(), Reason::french))]
    NotUnderstood(Option<Reason>),
    /// Nothing was typed, or far too much.
    #[error("between 1 and {LONGEST} characters")]
    Length,
    /// There is no value to confirm.
    #[error("there is no value to confirm")]
    Nothing,
    /// Somebody changed the field since it was looked at.
    #[error("the field has changed meanwhile")]
    Changed,
    /// The store's.
    #[error("it can't be kept")]
    Store(#[from] StoreError),
}

/// What stands for a field as it was looked at, so that nobody overwrites what they did not see.
#[must_use]
pub fn seen(field: &Field) -> String {
    let reading = match &field.reading {
        Reading::Present(value) => serde_json::to_string(value),
        Reading::Unclear(reason) => serde_json::to_string(reason),
        Reading::Unknown | Reading::Missing => Ok(String::new()),
    };
    let text = format!("{} {}", field.reading.state(), reading.unwrap_or_default());
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()));
    hash.get(..16).unwrap_or_default().to_owned()
}

/// Keeps a verdict about a field; `as_seen` is what [`seen`] gave when it was looked at. Gives the
/// ticket as it was.
///
/// # Errors
/// See [`CorrectError`]; where the ticket changed at this very moment, a conflict of the store.
pub async fn correct(
    store: &Store,
    parts: &Arc<Parts>,
    (reference, name): (&Reference, FieldName),
    (verdict, as_seen): (&Verdict, Option<&str>),
    by: &By,
) -> Result<Incident, CorrectError> {
    let incident = store.incident(reference).await?;
    let incident = incident.ok_or_else(|| CorrectError::NoTicket(reference.clone()))?;
    if let Some(merger) = &incident.merged {
        let into = merger.into.clone();
        return Err(CorrectError::Merged(reference.clone(), into));
    }
    if !parts.form.fields.iter().any(|field| field.name == name) {
        return Err(CorrectError::NoField(name));
    }
    let old = &incident.fields[name];
    if as_seen.is_some_and(|as_seen| as_seen != seen(old)) {
        return Err(CorrectError::Changed);
    }
    let (field, message) = decided(&parts.form, (name, old), verdict, by.at)?;
    let message = message.or_else(|| match verdict {
        // What stood there is still what a message says.
        Verdict::Confirmed => incident.field_messages.get(&name).copied(),
        _ => None,
    });
    let mut all = incident.fields.clone();
    all[name] = field;
    let roles = incident.attachments.iter().map(|kept| kept.attachment.role);
    let to_ask = remaining(&parts.form, &all, roles);
    let major = incident.major_suspected;
    let anew = anew(store, parts, &incident, (&all, &to_ask, major), by.at).await?;
    let waits = matches!(incident.status, Status::Waiting | Status::ToCall);
    let corrected = Corrected {
        incident: &incident,
        fields: &all,
        name,
        message,
        origin: match verdict {
            Verdict::Value { by_phone: true, .. } => ValueOrigin::Phone,
            _ => ValueOrigin::Agent,
        },
        deed: match verdict {
            Verdict::Value { .. } => Deed::FieldCorrected,
            Verdict::Confirmed => Deed::FieldConfirmed,
            Verdict::Unusable(_) => Deed::FieldUnusable,
            Verdict::Unknown => Deed::FieldUnknown,
        },
        to_ask: &to_ask,
        // Nothing is waited for any more: a person validates.
        status: (waits && to_ask.is_empty()).then_some(Status::ToReview),
        anew: anew.as_ref(),
        by,
    };
    store.correct(&corrected).await?;
    Ok(incident)
}

/// The field as it stands from now on, and the message that says it.
fn decided(
    form: &Form,
    (name, old): (FieldName, &Field),
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> Result<(Field, Option<MessageId>), CorrectError> {
    let field = match verdict {
        Verdict::Value { text, proof, .. } => {
            let value = typed(form, name, text, now)?;
            let (message, evidence) = proof.clone().unzip();
            let field = Field {
                reading: Reading::Present(value),
                evidence: evidence.map(|evidence| Evidence {
                    confidence: 1.0,
                    ..evidence
                }),
            };
            return Ok((field, message));
        }
        Verdict::Confirmed => {
            if old.value().is_none() {
                return Err(CorrectError::Nothing);
            }
            let evidence = old.evidence.clone();
            Field {
                reading: old.reading.clone(),
                evidence: evidence.map(|evidence| Evidence {
                    confidence: 1.0,
                    ..evidence
                }),
            }
        }
        Verdict::Unusable(words) => {
            let words = one_line(words);
            if words.is_empty() || words.chars().count() > LONGEST_REASON {
                return Err(CorrectError::Length);
            }
            Field {
                reading: Reading::Unclear(Reason::Judged { words }),
                evidence: None,
            }
        }
        Verdict::Unknown => Field {
            reading: Reading::Unknown,
            evidence: None,
        },
    };
    Ok((field, None))
}

/// What is typed for a field, normalised as the parser does it behind the field's label; names, roles
/// and descriptions stay as typed.
///
/// # Errors
/// It is no value of the field, empty, or far too long.
pub fn typed(
    form: &Form,
    name: FieldName,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Value, CorrectError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(CorrectError::Length);
    }
    match name {
        FieldName::Description => return Ok(Value::Text(text.to_owned())),
        FieldName::DeclarantName
        | FieldName::DeclarantRole
        | FieldName::AffectedUser
        | FieldName::Feature => return Ok(Value::Text(one_line(text))),
        _ => (),
    }
    let read = behind_its_label(form, name, &one_line(text), now);
    match (&read[name].reading, name) {
        (Reading::Present(value), _) => Ok(value.clone()),
        // No entity of the table: it stands as typed.
        (_, FieldName::Entity) => Ok(Value::Entity {
            name: one_line(text),
            id: None,
        }),
        (Reading::Unclear(reason), _) => Err(CorrectError::NotUnderstood(Some(reason.clone()))),
        (Reading::Missing | Reading::Unknown, _) => Err(CorrectError::NotUnderstood(None)),
    }
}

/// A message that says this one thing, as the form has it.
fn behind_its_label(form: &Form, name: FieldName, text: &str, now: DateTime<Utc>) -> Fields {
    let mut all = form.fields.iter();
    let label = all.find(|field| field.name == name);
    let label = label.map_or("", |field| field.label.as_str());
    let raw = format!(
        "Date: {}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{label} : {text}\r\n",
        now.to_rfc2822()
    );
    let context = Context {
        received_at: now,
        own_addresses: &[],
        mark: "",
        key: None,
    };
    fields(&Email::parse(raw.as_bytes()), form, &context)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::present::french;

    fn now() -> DateTime<Utc> {
        "2026-11-24T08:14:00Z".parse().unwrap()
    }

    #[test]
    fn what_is_typed_is_read_as_behind_its_label() {
        let form = Form::si_samu();
        for (name, text, expected) in [
            (FieldName::Phone, "0261911240", "02 61 91 12 40"),
            (FieldName::Phone, " 02.61.91.12.40 ", "02 61 91 12 40"),
            (
                FieldName::StartedAt,
                "hier 14h30",
                "lun. 23 nov. 2026, 14:30",
            ),
            (
                FieldName::StartedAt,
                "20/11/2026 09:00",
                "ven. 20 nov. 2026, vers 9 h",
            ),
            (FieldName::Environment, "prod", "production"),
            (FieldName::Environment, "formation", "formation"),
            (FieldName::AffectedCount, "3", "3"),
            (FieldName::PrerequisitesChecked, "oui", "oui"),
            (FieldName::Reproducible, "parfois", "parfois"),
            (FieldName::Reproducible, "oui, toujours", "oui, toujours"),
            (FieldName::Reproducible, "non", "non"),
            (FieldName::Entity, "samu 44", "samu 44"),
            (
                FieldName::Entity,
                "Clinique des Lilas",
                "Clinique des Lilas",
            ),
            (
                FieldName::Email,
                "Claire@Samu.example",
                "claire@samu.example",
            ),
            (
                FieldName::DeclarantName,
                "  Claire\n Lebreton ",
                "Claire Lebreton",
            ),
            (
                FieldName::Feature,
                "carto : les moyens",
                "carto : les moyens",
            ),
        ] {
            let value = typed(form, name, text, now()).map(|value| french::value(&value));
            let value = value.map(|text| text.replace('\u{a0}', " "));
            assert_eq!(value.ok().as_deref(), Some(expected), "{name} {text}");
        }
        let entity = typed(form, FieldName::Entity, "SAMU 44", now()).unwrap();
        assert!(matches!(entity, Value::Entity { id: Some(id), .. } if id == "samu-44"));
    }

    #[test]
    fn what_is_no_value_of_its_field_says_why() {
        let form = Form::si_samu();
        let fault = |name, text: &str| typed(form, name, text, now()).unwrap_err().to_string();
        assert!(fault(FieldName::Phone, "02 61 91 12 4").contains("il manque un chiffre"));
        for (name, text) in [
            (FieldName::Phone, "rien"),
            (FieldName::StartedAt, "un jour"),
            (FieldName::AffectedCount, "bleu"),
            (FieldName::Email, "claire"),
        ] {
            let read = typed(form, name, text, now());
            assert!(
                matches!(read, Err(CorrectError::NotUnderstood(_))),
                "{name} {text}: {read:?}"
            );
        }
        let long = "a".repeat(4_001);
        for text in ["", "  ", &long] {
            let read = typed(form, FieldName::Feature, text, now());
            assert!(matches!(read, Err(CorrectError::Length)), "{read:?}");
        }
    }
}
