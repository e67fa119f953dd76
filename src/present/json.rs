//! What `vigie parse` prints: one object per message (`spec/declaration.md`), keys in its order.

use crate::domain::declaration::{Declaration, Kind, Role};
use crate::domain::field::{
    Environment, Evidence, Field, Fields, Frequency, Precision, Reading, Source, Value,
};
use crate::domain::form::{Ask, Form, Item};
use crate::mail::Email;
use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;
use sha2::{Digest, Sha256};

/// One message as `vigie parse` prints it.
#[derive(Debug, serde::Serialize)]
pub struct Parsed<'a> {
    file: &'a str,
    message_id: Option<String>,
    subject: &'a str,
    from: Option<Sender<'a>>,
    date: Option<String>,
    kind: Kind,
    reason: &'a str,
    incident: Option<&'a str>,
    own_text: &'a str,
    major_suspected: bool,
    fields: InOrder<'a>,
    to_ask: Vec<Item>,
    attachments: Vec<Attached<'a>>,
    /// An answer to a mail of ours says whether the incident is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<bool>,
}

#[derive(Debug, serde::Serialize)]
struct Sender<'a> {
    name: &'a str,
    address: &'a str,
}

#[derive(Debug, serde::Serialize)]
struct Attached<'a> {
    filename: &'a str,
    content_type: &'a str,
    size: usize,
    sha256: String,
    role: Role,
}

impl<'a> Parsed<'a> {
    /// Puts together what was understood of one message; `file` is its name as given.
    #[must_use]
    pub fn new(
        file: &'a str,
        email: &'a Email<'_>,
        declaration: &'a Declaration,
        form: &'a Form,
        asks: &[Ask],
    ) -> Self {
        Self {
            file,
            message_id: email.message_id.as_ref().map(|id| format!("<{id}>")),
            subject: &email.subject,
            from: email.from.as_ref().map(|from| Sender {
                name: &from.name,
                address: &from.address,
            }),
            date: email.date.as_ref().map(instant),
            kind: declaration.kind,
            reason: &declaration.reason,
            incident: declaration.incident.as_deref(),
            own_text: &declaration.own_text,
            major_suspected: declaration.major_suspected,
            fields: InOrder(&declaration.fields, form),
            to_ask: asks.iter().map(|ask| ask.item).collect(),
            attachments: email
                .attachments
                .iter()
                .map(|attachment| Attached {
                    filename: &attachment.filename,
                    content_type: &attachment.content_type,
                    size: attachment.contents.len(),
                    sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(&attachment.contents)),
                    role: attachment.role,
                })
                .collect(),
            resolved: None,
        }
    }

    /// The same of an answer to a mail of ours, which may say that the incident is over.
    #[must_use]
    pub fn with_resolved(self, resolved: Option<bool>) -> Self {
        Self { resolved, ..self }
    }
}

/// The fields of a form as an object, in its order.
#[derive(Debug)]
pub struct InOrder<'a>(pub &'a Fields, pub &'a Form);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.1.fields.len()))?;
        for name in self.1.names() {
            map.serialize_entry(name.as_str(), &OneField(&self.0[name]))?;
        }
        map.end()
    }
}

/// One field: state, value, evidence.
#[derive(Debug)]
pub struct OneField<'a>(pub &'a Field);

impl Serialize for OneField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("state", self.0.reading.state())?;
        match &self.0.reading {
            Reading::Present(value) => {
                map.serialize_entry("value", &plain(value))?;
                match value {
                    Value::Entity { id, .. } => map.serialize_entry("id", id)?,
                    Value::Instant { precision, .. } => {
                        map.serialize_entry("precision", precision_word(*precision))?;
                    }
                    _ => {}
                }
            }
            Reading::Unclear(reason) => map.serialize_entry("reason", &reason.french())?,
            Reading::Unknown | Reading::Missing => {}
        }
        if let Some(evidence) = &self.0.evidence {
            self::evidence(&mut map, evidence)?;
        }
        map.end()
    }
}

fn evidence<M: SerializeMap>(map: &mut M, evidence: &Evidence) -> Result<(), M::Error> {
    map.serialize_entry("raw", &evidence.raw)?;
    map.serialize_entry("source", source_word(evidence.source))?;
    if let Some(part) = evidence.part {
        map.serialize_entry("part", &part.to_string())?;
        map.serialize_entry("span", &[evidence.span.start, evidence.span.end])?;
    }
    let confidence = (f64::from(evidence.confidence) * 100.0).round() / 100.0;
    map.serialize_entry("confidence", &confidence)
}

/// A value without its wrapping, as `spec/declaration.md` writes it.
#[must_use]
pub fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) | Value::Phone(text) => json!(text),
        Value::Entity { name, .. } => json!(name),
        Value::Instant { at, .. } => json!(instant(at)),
        Value::Environment(Environment::Production) => json!("production"),
        Value::Environment(Environment::Training) => json!("training"),
        Value::Count(count) => json!({"min": count.min, "max": count.max, "all": count.all}),
        Value::YesNo(yes) => json!(if *yes { "yes" } else { "no" }),
        Value::Frequency(Frequency::Yes) => json!("yes"),
        Value::Frequency(Frequency::No) => json!("no"),
        Value::Frequency(Frequency::Intermittent) => json!("intermittent"),
    }
}

/// RFC 3339 with its own offset, to the second.
#[must_use]
pub fn instant(at: &DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// The stable word of a precision.
#[must_use]
pub fn precision_word(precision: Precision) -> &'static str {
    match precision {
        Precision::Minute => "minute",
        Precision::Hour => "hour",
        Precision::Day => "day",
    }
}

/// The stable word of a source.
#[must_use]
pub fn source_word(source: Source) -> &'static str {
    match source {
        Source::Label => "label",
        Source::Prose => "prose",
        Source::Signature => "signature",
        Source::Header => "header",
        Source::Quoted => "quoted",
        Source::Agent => "agent",
        Source::Phone => "phone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::{Count, FieldName, Part, Reason};

    #[test]
    fn a_field_is_written_as_the_reference_says() {
        let field = Field {
            reading: Reading::Present(Value::Count(Count {
                min: Some(10),
                max: Some(12),
                all: false,
            })),
            evidence: Some(Evidence {
                source: Source::Label,
                part: Some(Part::Text),
                span: 3..10,
                raw: "10 à 12".to_owned(),
                confidence: 0.97,
            }),
        };
        assert_eq!(
            serde_json::to_string(&OneField(&field)).unwrap(),
            r#"{"state":"present","value":{"all":false,"max":12,"min":10},"raw":"10 à 12","source":"label","part":"text","span":[3,10],"confidence":0.97}"#
        );
        let unclear = Field {
            reading: Reading::Unclear(Reason::BothEnvironments),
            evidence: None,
        };
        assert_eq!(
            serde_json::to_string(&OneField(&unclear)).unwrap(),
            r#"{"state":"unclear","reason":"les deux sont cités"}"#
        );
    }

    #[test]
    fn the_thirteen_fields_keep_the_order_of_the_form() {
        let written = serde_json::to_string(&InOrder(&Fields::default(), Form::si_samu())).unwrap();
        let places: Vec<usize> = FieldName::ALL
            .iter()
            .map(|name| written.find(&format!("\"{name}\"")).unwrap())
            .collect();
        assert!(places.is_sorted());
    }
}
