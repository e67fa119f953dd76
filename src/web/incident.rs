//! `/d/INC-26-00042`: one incident whole — fields with their proofs, messages, attachments, our
//! mails and the history.

use super::incidents::{asks, flags, mail_detail, tone};
use super::message::{self, Message};
use super::page::{Console, Moment, PageError};
use crate::domain::declaration::Role;
use crate::domain::field::{Field, FieldName, Part, Reading, Value};
use crate::domain::form::Item;
use crate::domain::history::Event;
use crate::domain::incident::{Incident, KeptAttachment, Reference};
use crate::domain::outgoing::MailState;
use crate::present::{french, mails};
use crate::store::OutboxEntry;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use serde::Serialize;

/// Below this confidence a value is to be checked by a person.
const SURE: f32 = 0.85;

/// A value longer than this is folded behind its beginning.
const LONG: usize = 160;

/// How many messages of one incident are shown whole.
const MESSAGES: usize = 20;

#[derive(Serialize)]
struct Dossier {
    reference: String,
    entity: String,
    feature: String,
    status: &'static str,
    tone: &'static str,
    received: Moment,
    flags: Vec<&'static str>,
    summary: Vec<String>,
    concerns: Vec<&'static str>,
    fields: Vec<Row>,
    has_screenshot: bool,
    screenshots: String,
    attachments: Vec<Attached>,
    mails: Vec<Mail>,
    history: Vec<Happened>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Row {
    number: usize,
    name: &'static str,
    /// The beginning of a long value.
    start: String,
    value: String,
    id: String,
    state: &'static str,
    reason: String,
    doubt: bool,
    proof: Option<Proof>,
}

#[derive(Serialize)]
struct Proof {
    /// The words as written, where the value is not a copy of them.
    raw: String,
    source: &'static str,
    confidence: String,
    place: String,
    link: bool,
}

#[derive(Serialize)]
struct Attached {
    filename: String,
    content_type: String,
    size: String,
    role: &'static str,
}

#[derive(Serialize)]
struct Mail {
    name: &'static str,
    template: String,
    sequence: u32,
    to: String,
    subject: String,
    state: &'static str,
    tone: &'static str,
    detail: String,
    text: String,
}

#[derive(Serialize)]
struct Happened {
    at: Moment,
    text: String,
}

pub(super) async fn show(
    State(console): State<Console>,
    Path(reference): Path<String>,
) -> Response {
    console.answer(page(&console, &reference).await)
}

async fn page(console: &Console, reference: &str) -> Result<Html<String>, PageError> {
    let reference: Reference = reference.parse().map_err(|_| PageError::NotFound)?;
    let store = console.store();
    let incident = store
        .incident(&reference)
        .await?
        .ok_or(PageError::NotFound)?;
    let mut messages = Vec::new();
    for line in store
        .messages_of(&reference)
        .await?
        .into_iter()
        .take(MESSAGES)
    {
        let pane = message::read(console, line, &incident.fields, &incident.field_messages);
        messages.push(pane.await?);
    }
    let shown: Vec<usize> = messages
        .iter()
        .flat_map(|message| message.shown.iter().copied())
        .collect();
    let mails = store.mails_of(&reference).await?;
    let history = store.history(&reference).await?;
    let context = Dossier {
        entity: text_of(&incident, FieldName::Entity),
        feature: text_of(&incident, FieldName::Feature),
        status: incident.status.french(),
        tone: tone(incident.status),
        received: console.moment(incident.received_at),
        flags: flags(incident.major_suspected, incident.kind, &incident.concerns),
        summary: summary(&incident),
        concerns: incident
            .concerns
            .iter()
            .map(|concern| concern.french())
            .collect(),
        fields: rows(&incident, &shown),
        has_screenshot: !incident
            .to_ask
            .iter()
            .any(|ask| ask.item == Item::Screenshot),
        screenshots: screenshots(&incident.attachments),
        attachments: incident.attachments.iter().map(attached).collect(),
        mails: mails.iter().map(|mail| mail_row(console, mail)).collect(),
        history: history
            .iter()
            .map(|event| happened(console, event))
            .collect(),
        messages,
        reference: reference.to_string(),
    };
    console.render("dossier", "incident.html", context).await
}

/// « À préciser : téléphone. » « Manquent : … » in sentences.
fn summary(incident: &Incident) -> Vec<String> {
    let lines = asks(&incident.to_ask, usize::MAX);
    if lines.is_empty() {
        return vec!["Rien ne manque.".to_owned()];
    }
    lines
        .into_iter()
        .map(|line| {
            let mut letters = line.chars();
            let first: String = letters
                .next()
                .map(|first| first.to_uppercase().collect())
                .unwrap_or_default();
            format!("{first}{}.", letters.as_str())
        })
        .collect()
}

fn text_of(incident: &Incident, name: FieldName) -> String {
    match &incident.fields[name].reading {
        Reading::Present(value) => french::value(value),
        _ => String::new(),
    }
}

fn rows(incident: &Incident, shown: &[usize]) -> Vec<Row> {
    incident
        .fields
        .iter()
        .enumerate()
        .map(|(at, (name, field))| row(at + 1, name, field, shown.contains(&(at + 1))))
        .collect()
}

fn row(number: usize, name: FieldName, field: &Field, is_shown: bool) -> Row {
    let confidence = field
        .evidence
        .as_ref()
        .map_or(1.0, |evidence| evidence.confidence);
    let (value, state, reason, doubt) = match &field.reading {
        Reading::Present(value) if confidence < SURE => {
            (french::value(value), "à vérifier", String::new(), true)
        }
        Reading::Present(value) => (french::value(value), "", String::new(), false),
        Reading::Unclear(reason) => (String::new(), "à préciser", reason.french(), true),
        Reading::Unknown => (String::new(), "ne sait pas", String::new(), false),
        Reading::Missing => (String::new(), "manque", String::new(), true),
    };
    let id = match field.value() {
        Some(Value::Entity { id: Some(id), .. }) => id.clone(),
        _ => String::new(),
    };
    let is_long = value.chars().count() > LONG;
    Row {
        number,
        name: french::field(name),
        start: if is_long {
            value.chars().take(LONG - 20).collect()
        } else {
            String::new()
        },
        id,
        state,
        reason,
        doubt,
        proof: proof(field, &value, is_shown),
        value,
    }
}

fn proof(field: &Field, value: &str, is_shown: bool) -> Option<Proof> {
    let evidence = field.evidence.as_ref()?;
    let raw = evidence
        .raw
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let is_copy = raw == value.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Proof {
        raw: match (is_copy, raw.char_indices().nth(LONG)) {
            (true, _) => String::new(),
            (false, Some((end, _))) => format!("{}…", raw.get(..end).unwrap_or_default()),
            (false, None) => raw,
        },
        source: french::source(evidence.source),
        confidence: match field.reading {
            Reading::Present(_) => format!("{:.0}\u{a0}%", evidence.confidence * 100.0),
            _ => String::new(),
        },
        place: match (evidence.part, is_shown) {
            (None, _) => String::new(),
            (Some(Part::Attachment(number)), _) => format!("pièce jointe {number}"),
            (Some(Part::Subject), true) => "dans l’objet".to_owned(),
            (Some(Part::From), true) => "dans l’expéditeur".to_owned(),
            (Some(_), true) => "dans le message".to_owned(),
            (Some(part), false) => format!(
                "{part}, octets {} à {}",
                evidence.span.start, evidence.span.end
            ),
        },
        link: is_shown,
    })
}

fn screenshots(attachments: &[KeptAttachment]) -> String {
    let names: Vec<&str> = attachments
        .iter()
        .map(|kept| &kept.attachment)
        .filter(|attachment| attachment.role == Role::Screenshot)
        .map(|attachment| attachment.filename.as_str())
        .collect();
    if names.is_empty() {
        "n’est pas demandée".to_owned()
    } else {
        names.join(", ")
    }
}

fn attached(kept: &KeptAttachment) -> Attached {
    Attached {
        filename: kept.attachment.filename.clone(),
        content_type: kept.attachment.content_type.clone(),
        size: french::size(kept.attachment.size),
        role: french::role(kept.attachment.role),
    }
}

fn mail_row(console: &Console, mail: &OutboxEntry) -> Mail {
    Mail {
        name: mails::template(&mail.template),
        template: mail.template.clone(),
        sequence: mail.sequence,
        to: mail.to.clone(),
        subject: mail.subject.clone(),
        state: mails::state(mail.state),
        tone: match mail.state {
            MailState::Sent => "good",
            MailState::Failed | MailState::InDoubt | MailState::Review => "bad",
            MailState::Queued | MailState::Sending | MailState::Cancelled => "",
        },
        detail: mail_detail(console, mail),
        text: mail.text.clone(),
    }
}

fn happened(console: &Console, event: &Event) -> Happened {
    Happened {
        at: console.moment(event.at),
        text: mails::event(event),
    }
}
