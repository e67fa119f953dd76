//! Sample and extreme data with which every template is rendered once, before any mail depends on
//! it.

use super::letter::Letter;
use super::{Answered, Settings, render};
use crate::domain::declaration::{Attachment, Declaration, Kind};
use crate::domain::field::{
    Count, Environment, Evidence, FieldName, Fields, Frequency, Part, Precision, Reading, Reason,
    Source, Value,
};
use crate::domain::form::{Ask, Form, Item};
use crate::domain::outgoing::Template;
use crate::template::{TemplateError, Templates};
use chrono::DateTime;

/// What the rendering of all templates showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Mails rendered.
    pub mails: usize,
    /// Columns of the widest line of their text parts.
    pub columns: usize,
}

/// Renders every template with a common and with an extreme declaration.
///
/// # Errors
/// The first template that names something that it may not.
pub fn check(
    templates: &Templates,
    settings: &Settings,
    form: &Form,
) -> Result<Checked, TemplateError> {
    let mut checked = Checked {
        mails: 0,
        columns: 0,
    };
    for template in Template::ALL {
        for (declaration, asks) in samples(form) {
            let answered = answered(&declaration);
            let letter = Letter::new(template, &asks, &answered, settings, form);
            let (text, _html) = render(template, &letter, templates)?;
            let widest = text.lines().map(|line| line.chars().count()).max();
            checked.mails += 1;
            checked.columns = checked.columns.max(widest.unwrap_or_default());
        }
    }
    Ok(checked)
}

/// Declarations with what is asked of each: nothing missing, one thing, two, everything.
pub(super) fn samples(form: &Form) -> Vec<(Declaration, Vec<Ask>)> {
    let long = "Ségolène-Marguerite de La Rochefoucauld-Kerguelen du Plessis";
    let ask = |name: FieldName, reason: Option<Reason>| Ask {
        item: Item::Field(name),
        reason,
    };
    let screenshot = Ask {
        item: Item::Screenshot,
        reason: None,
    };
    let digits = Reason::PhoneDigits {
        read: "02 61 91 00 4".to_owned(),
        digits: 9,
        expected: 10,
    };
    let endless = |read: &str| read.repeat(30);
    let everything: Vec<Ask> = form
        .fields
        .iter()
        .map(|field| {
            let read = endless("02 61 91 ");
            let reason = match field.name {
                FieldName::Phone => Some(Reason::PhoneNotCallable { read }),
                FieldName::StartedAt => Some(Reason::DateInFuture { read }),
                FieldName::AffectedCount => Some(Reason::VagueCount { read }),
                FieldName::Email => Some(Reason::IncompleteAddress { read }),
                FieldName::Entity => Some(Reason::WhichEntity { read }),
                _ => None,
            };
            ask(field.name, reason)
        })
        .chain([screenshot.clone()])
        .collect();
    vec![
        (usual(), vec![]),
        (declaration("", ""), vec![screenshot.clone()]),
        (
            usual(),
            vec![ask(FieldName::Phone, Some(digits)), screenshot],
        ),
        (declaration(long, &endless("mot ")), everything.clone()),
        (declaration(long, &endless("mot<b>")), everything),
    ]
}

/// The message of a sample.
pub(super) fn answered(declaration: &Declaration) -> Answered<'_> {
    Answered {
        declaration,
        subject: "pb carto ce matin",
        message_id: Some("1@samu.example"),
        references: &[],
        from_name: "Claire Lebreton",
        from_address: "claire.lebreton@samu.example",
        sender_is_verified: true,
        date: DateTime::parse_from_rfc3339("2026-11-23T09:12:00+01:00").ok(),
        reference: "INC-26-00042",
        sequence: 1,
        body_hash: "",
    }
}

/// A usual declaration.
fn usual() -> Declaration {
    let mut usual = declaration("Claire Lebreton", "module cartographie");
    let set = |fields: &mut Fields, name: FieldName, value: Value| {
        fields[name].reading = Reading::Present(value);
    };
    let fields = &mut usual.fields;
    let text = |text: &str| Value::Text(text.to_owned());
    set(fields, FieldName::AffectedUser, text("Paul Martin"));
    set(
        fields,
        FieldName::Description,
        text("reste figé sur l’écran de chargement."),
    );
    set(
        fields,
        FieldName::Environment,
        Value::Environment(Environment::Production),
    );
    set(
        fields,
        FieldName::Reproducible,
        Value::Frequency(Frequency::Intermittent),
    );
    set(
        fields,
        FieldName::Phone,
        Value::Phone("+33261910042".to_owned()),
    );
    let ten = Count {
        min: Some(10),
        max: Some(10),
        all: false,
    };
    set(fields, FieldName::AffectedCount, Value::Count(ten));
    let entity = Value::Entity {
        name: "SAMU de Nantes".to_owned(),
        id: None,
    };
    set(fields, FieldName::Entity, entity);
    if let Ok(at) = DateTime::parse_from_rfc3339("2026-11-23T09:00:00+01:00") {
        let precision = Precision::Hour;
        set(
            fields,
            FieldName::StartedAt,
            Value::Instant { at, precision },
        );
    }
    usual.own_text = "Ce matin vers 9h le module cartographie de la prod reste figé\n".to_owned();
    usual
}

/// A declaration whose texts are those given; an empty one stays missing.
fn declaration(name: &str, words: &str) -> Declaration {
    let mut fields = Fields::default();
    let texts = [
        (FieldName::DeclarantName, name),
        (FieldName::AffectedUser, name),
        (FieldName::Feature, words),
        (FieldName::Description, words),
    ];
    for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        fields[field].reading = Reading::Present(Value::Text(text.to_owned()));
        fields[field].evidence = Some(Evidence {
            source: Source::Label,
            part: Some(Part::Text),
            span: 0..0,
            raw: text.to_owned(),
            confidence: 1.0,
        });
    }
    if !words.is_empty() {
        let name = format!("SAMU de {words}");
        fields[FieldName::Entity].reading = Reading::Present(Value::Entity { name, id: None });
    }
    Declaration {
        kind: Kind::Declaration,
        reason: String::new(),
        incident: None,
        own_text: format!("Bonjour,\n{words}\n").repeat(9),
        major_suspected: false,
        fields,
        attachments: Vec::<Attachment>::new(),
    }
}
