//! From a definition in TOML to a checked [`Form`].

use super::choice::Choice;
use super::definition::{RawField, RawForm, RawType};
use super::label_table::Builder;
use super::{Form, FormField, FormerMark};
use crate::domain::field::{FieldName, OwnName};
use regex::Regex;

/// A form definition that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// Not TOML, an unknown key, a wrong type; the source names line and column.
    #[error("the form definition cannot be read")]
    Syntax(#[source] Box<toml::de::Error>),
    /// `name` is none of the fields.
    #[error("the form defines a field that does not exist: {0} (one of its own has a type)")]
    UnknownField(String),
    /// The same field twice.
    #[error("the form defines the field {0} twice")]
    Twice(FieldName),
    /// A field of the form's own with a name that is no stable word.
    #[error("{0} cannot name a field: small letters, digits and underscores, at most 32")]
    Name(String),
    /// One of the thirteen with a type or choices.
    #[error("the field {0} has a type of its own: the form cannot give it one")]
    Typed(FieldName),
    /// A choice between less than two answers, or a text with some.
    #[error("the field {0} needs two choices or more if it is a choice, and none if it is a text")]
    Choices(FieldName),
    /// A pattern of `former_marks` is no regular expression or has no group for the reference.
    #[error("the former mark {0} is no pattern with one group")]
    Mark(String),
}

impl Form {
    /// Reads and checks a definition. Unknown keys, unknown fields and doubles are refused.
    ///
    /// # Errors
    /// As [`FormError`] says.
    pub fn parse(definition: &str) -> Result<Self, FormError> {
        let raw: RawForm =
            toml::from_str(definition).map_err(|e| FormError::Syntax(Box::new(e)))?;
        let mut form = Self::empty();
        let mut labels = Builder::new(&raw.label_tails, &raw.other_labels, &raw.placeholders);
        for field in raw.field {
            let name = name(&field)?;
            if form.field(name).is_some() {
                return Err(FormError::Twice(name));
            }
            labels.add_field(name, &field);
            form.fields.push(FormField {
                name,
                mandatory: field.mandatory,
                line: field.line,
                ask: field.ask,
                label: field.label,
                short: field.short.unwrap_or_else(|| field.question.clone()),
                question: field.question,
                alone: field.alone,
                purpose: field.purpose,
                heading: field.heading.unwrap_or_else(|| field.summary.clone()),
                summary: field.summary,
                choices: field
                    .choice
                    .iter()
                    .map(|choice| Choice::new(&choice.value, &choice.words))
                    .collect(),
            });
        }
        form.labels = labels.build();
        for mark in raw.former_marks {
            form.former_marks.push(FormerMark {
                subject: mark.subject.as_deref().map(pattern).transpose()?,
                message_id: mark.message_id.as_deref().map(pattern).transpose()?,
                address: mark.address.as_deref().map(pattern).transpose()?,
            });
        }
        form.name = raw.name;
        form.title = raw.title;
        form.screenshot_mandatory = raw.screenshot.mandatory;
        form.screenshot_question = raw.screenshot.question;
        form.screenshot_purpose = raw.screenshot.purpose;
        Ok(form)
    }
}

/// One of the thirteen, or a name of the form's own where the definition gives a type.
fn name(field: &RawField) -> Result<FieldName, FormError> {
    let known = FieldName::ALL
        .into_iter()
        .find(|name| name.as_str() == field.name);
    let name = match (known, field.kind) {
        (Some(name), None) if field.choice.is_empty() => return Ok(name),
        (Some(name), _) => return Err(FormError::Typed(name)),
        (None, None) => return Err(FormError::UnknownField(field.name.clone())),
        (None, Some(_)) => OwnName::new(&field.name)
            .filter(|_| field.name != "screenshot")
            .map(FieldName::Own)
            .ok_or_else(|| FormError::Name(field.name.clone()))?,
    };
    let fits = match field.kind {
        Some(RawType::Choice) => field.choice.len() >= 2,
        Some(RawType::Text) | None => field.choice.is_empty(),
    };
    if fits {
        Ok(name)
    } else {
        Err(FormError::Choices(name))
    }
}

fn pattern(text: &str) -> Result<Regex, FormError> {
    Regex::new(text)
        .ok()
        .filter(|pattern| pattern.captures_len() == 2)
        .ok_or_else(|| FormError::Mark(text.to_owned()))
}
