//! Sample and extreme data with which every template is rendered once, before any mail depends on
//! it.

use super::letter::{Letter, Writing};
use super::{Answered, Settings, render, reply};
use crate::domain::act::{Act, Closing};
use crate::domain::decision::Decision;
use crate::domain::declaration::{Attachment, Declaration, Kind};
use crate::domain::escalation::{Contact, Escalation};
use crate::domain::field::{
    Count, Environment, Evidence, FieldName, Fields, Frequency, Part, Precision, Reading, Reason,
    Source, Value,
};
use crate::domain::form::{Ask, Form, Item};
use crate::domain::hours::Worked;
use crate::domain::outgoing::{Outgoing, Template};
use crate::template::{TemplateError, Templates};
use chrono::{DateTime, Utc};

/// What the rendering of all templates showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Mails rendered.
    pub mails: usize,
    /// Columns of the widest line of their text parts.
    pub columns: usize,
}

/// The writer of the samples, without the domain.
const WRITER: &str = "claire.lebreton";

/// Renders every template with common and with extreme data: as this desk is set up, and as one
/// that names who is behind it and when it writes next.
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
    for settings in [settings, &full(settings)] {
        for (_, text, _) in all(templates, settings, form)? {
            let widest = text.lines().map(|line| line.chars().count()).max();
            checked.mails += 1;
            checked.columns = checked.columns.max(widest.unwrap_or_default());
        }
    }
    Ok(checked)
}

/// Every template with every sample that it is made for: text and HTML.
pub(super) fn all(
    templates: &Templates,
    settings: &Settings,
    form: &Form,
) -> Result<Vec<(Template, String, String)>, TemplateError> {
    let to = to(settings);
    let mut all = Vec::new();
    for template in Template::ALL {
        for (number, (declaration, asks)) in samples(form).into_iter().enumerate() {
            // A form without a line is never sent.
            if template.has_form() && asks.is_empty() {
                continue;
            }
            let closing = closing(number);
            let answered = Answered {
                act: act(template, &to, &closing),
                ..answered(&declaration)
            };
            let writing = Writing {
                template,
                to: &to,
                asks: &asks,
                now: now(),
                leaves_at: now(),
            };
            let letter = Letter::new(&writing, &answered, settings, form);
            let (text, html) = render(template, &letter, templates)?;
            all.push((template, text, html));
        }
    }
    Ok(all)
}

/// One mail as this desk would send it about a usual declaration, for whoever words its templates.
///
/// # Errors
/// The template names something that it may not.
pub fn preview(
    template: Template,
    settings: &Settings,
    form: &Form,
    templates: &Templates,
    now: DateTime<Utc>,
) -> Result<Option<Outgoing>, TemplateError> {
    let (declaration, asks) = match template {
        Template::E1b => (declaration("", ""), everything(form, false)),
        _ => (usual(), some(form)),
    };
    let to = to(settings);
    let closing = closing(0);
    let answered = Answered {
        act: act(template, &to, &closing),
        ..answered(&declaration)
    };
    let decision = Decision::Reply {
        template,
        to: to.clone(),
        asks,
        hold_until: now,
        review: None,
    };
    reply(&decision, &answered, settings, form, templates, now)
}

/// Somebody who is told all that this desk tells.
fn to(settings: &Settings) -> String {
    let known = settings.known_domains.first();
    format!("{WRITER}@{}", known.map_or("samu.example", String::as_str))
}

/// A desk that says all that can be said.
pub(super) fn full(settings: &Settings) -> Settings {
    let contact = |phone: &str, address: &str| Contact {
        phone: phone.to_owned(),
        email: address.to_owned(),
    };
    Settings {
        escalation: Some(Escalation {
            open: contact("01 99 00 00 03", "support-n3@desk.example"),
            closed: contact("06 39 98 00 01", "astreinte@desk.example"),
        }),
        known_domains: vec!["samu.example".to_owned()],
        next_news: Some(Worked::Hours(4)),
        ..settings.clone()
    }
}

/// Monday, 23 November 2026, 9:14 in Paris: in support hours.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_421_640, 0).unwrap_or_default()
}

/// What makes the mail, where no message does.
pub(super) fn act<'a>(template: Template, to: &'a str, closing: &'a Closing) -> Option<Act<'a>> {
    match template {
        Template::E1 | Template::E1b | Template::E1c | Template::E2 | Template::E3 => None,
        Template::E1d => Some(Act::DeletedScreenshot),
        Template::E4 => Some(Act::Remind { to }),
        Template::E9 => Some(Act::Close(closing)),
        Template::E9b => Some(Act::CloseUnreached),
        Template::E10 => Some(Act::Attach { to: "INC-26-00055" }),
    }
}

/// What an agent says of the end of the sample with that number: all of it, the least, too much.
pub(super) fn closing(number: usize) -> Closing {
    let held = "le module cartographie se charge normalement depuis ce matin, 11 h 05";
    match number {
        0 | 2 => Closing {
            now: held.to_owned(),
            cause: Some("un correctif du navigateur bloquait l’affichage des cartes".to_owned()),
            done: Some("réglage modifié côté portail, rien à faire sur vos postes.".to_owned()),
        },
        1 => Closing {
            now: held.to_owned(),
            cause: Some(" ".to_owned()),
            done: None,
        },
        _ => {
            let endless = "tout est\r\nrétabli<b>. ".repeat(99);
            Closing {
                now: endless.clone(),
                cause: Some(endless.clone()),
                done: Some("é".repeat(999)),
            }
        }
    }
}

/// Declarations with what is asked of each: nothing missing, one thing, two, everything.
pub(super) fn samples(form: &Form) -> Vec<(Declaration, Vec<Ask>)> {
    let long = "Ségolène-Marguerite de La Rochefoucauld-Kerguelen du Plessis";
    let screenshot = Ask {
        item: Item::Screenshot,
        reason: None,
    };
    let digits = Reason::PhoneDigits {
        read: "02 61 91 00 4".to_owned(),
        digits: 9,
        expected: 10,
    };
    let phone = Ask {
        item: Item::Field(FieldName::Phone),
        reason: Some(digits),
    };
    vec![
        (usual(), vec![]),
        (declaration("", ""), vec![screenshot.clone()]),
        (usual(), vec![phone, screenshot]),
        (
            declaration(long, &"mot ".repeat(30)),
            everything(form, true),
        ),
        (
            declaration(long, &"mot<b>".repeat(30)),
            everything(form, true),
        ),
    ]
}

/// Two questions of the form.
fn some(form: &Form) -> Vec<Ask> {
    let asked = [FieldName::Phone, FieldName::PrerequisitesChecked];
    form.fields
        .iter()
        .filter(|field| asked.contains(&field.name))
        .map(|field| Ask {
            item: Item::Field(field.name),
            reason: None,
        })
        .collect()
}

/// All that the form asks, for reasons that quote the declarant at length or for none.
pub(super) fn everything(form: &Form, reasons: bool) -> Vec<Ask> {
    let endless = |read: &str| read.repeat(30);
    form.fields
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
            Ask {
                item: Item::Field(field.name),
                reason: reason.filter(|_| reasons),
            }
        })
        .chain([Ask {
            item: Item::Screenshot,
            reason: None,
        }])
        .collect()
}

/// The message of a sample.
pub(super) fn answered(declaration: &Declaration) -> Answered<'_> {
    Answered {
        declaration,
        fields: &declaration.fields,
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
        domain_is_known: false,
        act: None,
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
