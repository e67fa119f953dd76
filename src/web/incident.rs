//! `/d/INC-26-00042`: one incident whole — fields with their proofs, messages, attachments, our
//! mails and the history.

use super::auth::Viewer;
use super::incidents::{asks, flags, tone};
use super::message::{self, Message, mark_origin};
use super::page::{Console, Moment};
use super::queue;
use super::refusal::PageError;
use super::said::{Asked, Said, said};
use super::sendings::{Mail, mail_row};
use super::shown::{Acts, Shown, acts, rows};
use super::verdict::{Edit, Open};
use crate::domain::account::Right;
use crate::domain::alike;
use crate::domain::declaration::Role;
use crate::domain::field::{FieldName, Reading};
use crate::domain::form::{Form, Item};
use crate::domain::history::{Event, EventKind};
use crate::domain::incident::{Concern, Incident, KeptAttachment, Reference, Status, is_unsure};
use crate::present::page::Attached;
use crate::present::{french, mails};
use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use serde::Serialize;

/// How many messages of one incident are shown whole.
const MESSAGES: usize = 20;

#[derive(Serialize)]
struct Dossier {
    said: Said,
    acts: Acts,
    /// The row that is open.
    edit: Option<Edit>,
    reference: String,
    entity: String,
    feature: String,
    status: &'static str,
    tone: &'static str,
    received: Moment,
    flags: Vec<&'static str>,
    summary: Vec<String>,
    concerns: Vec<&'static str>,
    attach: String,
    proposals: Vec<Proposed>,
    links: Vec<Linked>,
    unreachable: String,
    alike: Vec<Alike>,
    fields: Vec<Shown>,
    has_screenshot: bool,
    screenshots: String,
    attachments: Vec<Attached>,
    mails: Vec<Mail>,
    history: Vec<Happened>,
    messages: Vec<Message>,
}

/// « INC-26-00055, même entité, 25 min avant (doublon ?) »
#[derive(Serialize)]
struct Alike {
    reference: String,
    reasons: String,
    likeness: &'static str,
}

/// Another value that waits for a person.
#[derive(Serialize)]
struct Proposed {
    field: String,
    old: String,
    new: String,
    raw: String,
    message: String,
    token: String,
}

/// An incident before or after this one.
#[derive(Serialize)]
struct Linked {
    words: &'static str,
    reference: String,
    note: String,
}

#[derive(Serialize)]
struct Happened {
    at: Moment,
    text: String,
    who: String,
}

pub(super) async fn show(
    State(console): State<Console>,
    viewer: Viewer,
    Path(reference): Path<String>,
    Query(open): Query<Open>,
    Query(asked): Query<Asked>,
) -> Response {
    let work = async {
        let reference: Reference = reference.parse().map_err(|_| PageError::NotFound)?;
        page(&console, &viewer, &reference, Opened::By(&open), &asked).await
    };
    console.answer(work.await)
}

/// Which row is open: one that the address names, or one whose form could not be kept.
pub(super) enum Opened<'a> {
    By(&'a Open),
    With(Box<Edit>),
}

/// The page of one ticket.
pub(super) async fn page(
    console: &Console,
    viewer: &Viewer,
    reference: &Reference,
    opened: Opened<'_>,
    asked: &Asked,
) -> Result<Html<String>, PageError> {
    let store = console.store();
    let incident = store
        .incident(reference)
        .await?
        .ok_or(PageError::NotFound)?;
    let mut messages = Vec::new();
    for line in store
        .messages_of(reference)
        .await?
        .into_iter()
        .take(MESSAGES)
    {
        let pane = message::read(console, line, &incident.fields, &incident.field_messages);
        messages.push(pane.await?);
    }
    let history = store.history(reference).await?;
    let mut begun = history
        .iter()
        .filter(|event| event.kind == EventKind::Opened);
    mark_origin(&mut messages, begun.find_map(|event| event.message));
    let shown: Vec<usize> = messages
        .iter()
        .flat_map(|message| message.pane.shown.iter().copied())
        .collect();
    let mails = store.mails_of(reference).await?;
    let unreachable = store.undeliverable_addresses(reference).await?;
    let unreached = unreached(console, &incident).await?;
    let candidates = store.candidates(reference).await?;
    let edit = match opened {
        Opened::By(open) => Edit::open(console, &incident, open),
        Opened::With(edit) => Some(*edit),
    };
    let edit = edit.filter(|_| viewer.may(Right::Act));
    let next = match incident.status {
        Status::ToReview => queue::after(console, reference).await?,
        _ => None,
    };
    let form = console.form();
    let mut names = form.fields.iter();
    let unsure = names.position(|field| is_unsure(&incident.fields[field.name]));
    let first = unsure.filter(|_| edit.is_none());
    let context = Dossier {
        said: said(console, asked, Some(reference)).await?,
        acts: Acts {
            focus: edit.is_none() && unsure.is_none(),
            unsure: unsure.is_some(),
            next: next.map(|next| next.to_string()).unwrap_or_default(),
            ..acts(viewer, &incident)
        },
        edit,
        entity: text_of(&incident, FieldName::Entity),
        feature: text_of(&incident, FieldName::Feature),
        status: incident.status.french(),
        tone: tone(incident.status),
        received: console.moment(incident.received_at),
        flags: flags(incident.major_suspected, incident.kind, &incident.concerns),
        summary: summary(console.form(), &incident),
        concerns: incident
            .concerns
            .iter()
            .map(|concern| concern.french())
            .collect(),
        attach: to_attach(&incident, &history),
        proposals: proposals(console.form(), &incident),
        links: links(console, &incident, unreached),
        unreachable: call(&incident, &unreachable),
        alike: candidates
            .iter()
            .take(alike::MOST)
            .map(|candidate| Alike {
                reference: candidate.other.to_string(),
                reasons: candidate.reasons(),
                likeness: candidate.likeness.french(),
            })
            .collect(),
        fields: rows(form, &incident, (&shown, first)),
        has_screenshot: !incident
            .to_ask
            .iter()
            .any(|ask| ask.item == Item::Screenshot),
        screenshots: screenshots(&incident.attachments),
        attachments: super::capture::listed(&incident),
        mails: mails.iter().map(|mail| mail_row(console, mail)).collect(),
        history: history
            .iter()
            .map(|event| happened(console, event))
            .collect(),
        messages,
        reference: reference.to_string(),
    };
    console
        .render(viewer, "dossier", "incident.html", context)
        .await
}

/// « À préciser : téléphone. » « Manquent : … » in sentences.
fn summary(form: &Form, incident: &Incident) -> Vec<String> {
    if incident.merged.is_some() {
        return Vec::new();
    }
    let lines = asks(form, &incident.to_ask, usize::MAX);
    if lines.is_empty() {
        return vec!["Rien ne manque.".to_owned()];
    }
    lines
        .into_iter()
        .map(|line| format!("{}.", french::capital(&line)))
        .collect()
}

/// « non joignable par courriel (…) : appeler 02 61 91 12 40 »; empty where mail arrives.
fn call(incident: &Incident, unreachable: &[String]) -> String {
    if unreachable.is_empty() {
        return String::new();
    }
    let phone = text_of(incident, FieldName::Phone);
    let whom = unreachable.join(", ");
    if phone.is_empty() {
        format!("non joignable par courriel ({whom}), et sans numéro de téléphone connu")
    } else {
        format!("non joignable par courriel ({whom})\u{a0}: appeler {phone}")
    }
}

fn text_of(incident: &Incident, name: FieldName) -> String {
    match &incident.fields[name].reading {
        Reading::Present(value) => french::value(value),
        _ => String::new(),
    }
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

fn happened(console: &Console, event: &Event) -> Happened {
    let text = match event.kind {
        EventKind::MessageAttached
        | EventKind::ValueProposed
        | EventKind::ValueAccepted
        | EventKind::ValueRefused
        | EventKind::FieldCorrected
        | EventKind::FieldConfirmed
        | EventKind::FieldUnusable
        | EventKind::FieldUnknown
        | EventKind::FieldsTaken
        | EventKind::FieldsReturned => {
            let names = event.detail.split_whitespace();
            let names = names.map(|name| heading(console.form(), name));
            let detail = names.collect::<Vec<_>>().join(", ");
            mails::event(&Event {
                detail,
                ..event.clone()
            })
        }
        _ => mails::event(event),
    };
    Happened {
        at: console.moment(event.at),
        who: event.who.clone(),
        text: match event.message {
            Some(message) if event.kind != EventKind::Opened => format!("{text} ({message})"),
            _ => text,
        },
    }
}

/// A field as the form calls it; its token where the form has it no more.
fn heading(form: &Form, token: &str) -> String {
    let name = FieldName::parse(token);
    let mut fields = form.fields.iter();
    fields
        .find(|field| Some(field.name) == name)
        .map_or_else(|| token.to_owned(), |field| field.heading.clone())
}

/// The other values that wait, each with the one that stands there.
fn proposals(form: &Form, incident: &Incident) -> Vec<Proposed> {
    let waiting = incident.proposals.iter();
    waiting
        .map(|one| Proposed {
            field: heading(form, one.name.as_str()),
            old: match &incident.fields[one.name].reading {
                Reading::Present(value) => french::value(value),
                Reading::Unknown => "ne sait pas".to_owned(),
                Reading::Unclear(_) | Reading::Missing => "non précisé".to_owned(),
            },
            new: french::value(&one.value),
            raw: one
                .evidence
                .as_ref()
                .map(|evidence| evidence.raw.clone())
                .unwrap_or_default(),
            message: one.message.map(|id| id.to_string()).unwrap_or_default(),
            token: one.name.to_string(),
        })
        .collect()
}

/// The incident that this one's message names without proof; empty where none.
fn to_attach(incident: &Incident, history: &[Event]) -> String {
    if !incident.concerns.contains(&Concern::UnprovenReference) {
        return String::new();
    }
    let mut events = history.iter();
    events
        .find(|event| event.kind == EventKind::AttachProposed)
        .map(|event| event.detail.clone())
        .unwrap_or_default()
}

/// The parts of an incident, each with whom to call where its declarant is not reached by mail.
async fn unreached(
    console: &Console,
    incident: &Incident,
) -> Result<Vec<(Reference, String)>, PageError> {
    let store = console.store();
    let mut parts = Vec::with_capacity(incident.parts.len());
    for part in &incident.parts {
        let addresses = store.undeliverable_addresses(part).await?;
        let whom = match store
            .incident(part)
            .await?
            .filter(|_| !addresses.is_empty())
        {
            Some(part) => format!("{}.", french::capital(&call(&part, &addresses))),
            None => String::new(),
        };
        parts.push((part.clone(), whom));
    }
    Ok(parts)
}

/// What this incident takes up or is part of, and what takes it up again or is part of it.
fn links(console: &Console, incident: &Incident, parts: Vec<(Reference, String)>) -> Vec<Linked> {
    let linked = |words, reference: &Reference| Linked {
        words,
        reference: reference.to_string(),
        note: String::new(),
    };
    let before = incident.follows.iter();
    let before = before.map(|one| linked("Fait suite au dossier", one));
    let after = incident.followed_by.iter();
    let after = after.map(|one| linked("Repris par le dossier", one));
    let whole = incident.merged.iter().map(|merger| {
        let until = merger.until();
        let undo = (console.now() <= until).then(|| {
            let (until, reference) = (console.moment(until), &incident.reference);
            let until = until.text();
            format!("Annulable jusqu’au {until}\u{a0}: vigie ticket split {reference}")
        });
        Linked {
            note: undo.unwrap_or_default(),
            ..linked("Rattaché au dossier", &merger.into)
        }
    });
    let parts = parts.into_iter().map(|(part, whom)| Linked {
        note: whom,
        ..linked("Lui est rattaché le dossier", &part)
    });
    whole.chain(before).chain(after).chain(parts).collect()
}
