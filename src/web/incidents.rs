//! `/dossiers`: all incidents, newest first, each with what is wrong and what is still missing.

use super::auth::Viewer;
use super::page::{Console, Moment, plural};
use super::refusal::PageError;
use crate::domain::declaration::Kind;
use crate::domain::form::{Ask, Form};
use crate::domain::incident::{Concern, IncidentLine, Reference, Status};
use crate::domain::outgoing::MailState;
use crate::present::{french, mails};
use crate::store::OutboxEntry;
use axum::extract::{Query, State};
use axum::response::{Html, Response};
use serde::{Deserialize, Serialize};

/// Rows on one page.
const ROWS: usize = 50;

/// Names of missing fields in one row.
const MOST_NAMES: usize = 4;

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    avant: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Row {
    reference: String,
    received: Moment,
    entity: String,
    summary: String,
    flags: Vec<&'static str>,
    status: &'static str,
    tone: &'static str,
    todo: Vec<String>,
}

#[derive(Serialize)]
struct Incidents<'a> {
    rows: Vec<Row>,
    next: Option<String>,
    range: String,
    reload: String,
    first_start: bool,
    mailbox: &'a str,
}

pub(super) async fn list(
    State(console): State<Console>,
    viewer: Viewer,
    Query(paging): Query<Paging>,
) -> Response {
    console.answer(page(&console, &viewer, paging).await)
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    paging: Paging,
) -> Result<Html<String>, PageError> {
    let before: Option<Reference> = paging
        .avant
        .map(|text| text.parse().map_err(|_| PageError::NotFound))
        .transpose()?;
    let store = console.store();
    let mut lines = store
        .list_incidents(before.as_ref(), ROWS as u32 + 1)
        .await?;
    let has_more = lines.len() > ROWS;
    lines.truncate(ROWS);
    let next = lines
        .last()
        .filter(|_| has_more)
        .map(|line| line.reference.to_string());
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let sent = store.mails_of(&line.reference).await?;
        rows.push(row(console, line, &sent));
    }
    let context = Incidents {
        range: match &before {
            None => plural(rows.len() as u64, "dossier affiché.", "dossiers affichés."),
            Some(before) => format!("Avant {before}."),
        },
        reload: before.as_ref().map_or_else(
            || "/dossiers".to_owned(),
            |before| format!("/dossiers?avant={before}"),
        ),
        first_start: before.is_none(),
        mailbox: console.mailbox(),
        rows,
        next,
    };
    console
        .render(viewer, "dossiers", "incidents.html", context)
        .await
}

pub(super) fn row(console: &Console, line: IncidentLine, sent: &[OutboxEntry]) -> Row {
    // What is part of another one is looked at there.
    let is_part = line.status == Status::Merged;
    let mut todo = match is_part {
        true => Vec::new(),
        false => asks(console.form(), &line.to_ask, MOST_NAMES),
    };
    todo.extend(sent.last().map(|mail| mail_line(console, mail)));
    Row {
        reference: line.reference.to_string(),
        received: console.moment(line.received_at),
        entity: line.entity,
        summary: line.summary,
        flags: match is_part {
            true => Vec::new(),
            false => flags(line.major_suspected, line.kind, &line.concerns),
        },
        status: line.status.french(),
        tone: tone(line.status),
        todo,
    }
}

/// Words that must not be overlooked.
pub(super) fn flags(major: bool, kind: Kind, concerns: &[Concern]) -> Vec<&'static str> {
    let mut flags = Vec::new();
    if major {
        flags.push("majeur\u{a0}?");
    }
    if kind == Kind::Escalation {
        flags.push("escalade");
    }
    if !concerns.is_empty() {
        flags.push("à regarder");
    }
    flags
}

/// The class of a status.
pub(super) fn tone(status: Status) -> &'static str {
    match status {
        Status::ToReview | Status::ToCall => "bad",
        Status::Complete | Status::Closed => "good",
        Status::Waiting | Status::SetAside | Status::Merged => "",
    }
}

/// « manque 2 : téléphone, capture », « à préciser : début »; at most so many names in each.
pub(super) fn asks(form: &Form, asks: &[Ask], most: usize) -> Vec<String> {
    let names = |unclear: bool| -> Vec<String> {
        asks.iter()
            .filter(|ask| ask.reason.is_some() == unclear)
            .map(|ask| french::item(form, ask.item))
            .collect()
    };
    let joined = |names: &[String]| match names.get(most..) {
        // One more name is shorter than saying that there is one more.
        Some(rest) if rest.len() > 1 => format!(
            "{} et {} autres",
            names.get(..most).unwrap_or_default().join(", "),
            rest.len()
        ),
        _ => names.join(", "),
    };
    let missing = names(false);
    let unclear = names(true);
    let mut lines = Vec::new();
    if !missing.is_empty() {
        lines.push(format!(
            "manque {}\u{a0}: {}",
            missing.len(),
            joined(&missing)
        ));
    }
    if !unclear.is_empty() {
        lines.push(format!("à préciser\u{a0}: {}", joined(&unclear)));
    }
    lines
}

/// « demande envoyée lun. 23 nov. 09:14 ».
fn mail_line(console: &Console, mail: &OutboxEntry) -> String {
    let said = mails::said(&mail.template, mail.state);
    let detail = mail_detail(console, mail);
    match mail.state {
        _ if detail.is_empty() => said,
        MailState::Review | MailState::Failed | MailState::InDoubt => {
            format!("{said}\u{a0}: {detail}")
        }
        MailState::Sent => format!("{said} {detail}"),
        MailState::Queued | MailState::Sending | MailState::Cancelled => {
            format!("{said}, {detail}")
        }
    }
}

/// When it left, when it will, or why it does not.
pub(super) fn mail_detail(console: &Console, mail: &OutboxEntry) -> String {
    let time = |at| console.moment(at).text().to_owned();
    match mail.state {
        MailState::Review => mails::review(&mail.review),
        MailState::Queued if !mail.last_error.is_empty() => {
            format!("nouvel essai {} ({})", time(mail.due_at), mail.last_error)
        }
        MailState::Queued => format!("part {}", time(mail.due_at)),
        MailState::Sent if mail.bounced_at.is_some() => {
            let status = mail.bounce_status.as_str();
            let words = if status.is_empty() { "" } else { "\u{a0}: " };
            let sent = mail.sent_at.map(time).unwrap_or_default();
            let back = mail.bounced_at.map(time).unwrap_or_default();
            format!("{sent}, avis de non-remise {back}{words}{status}")
        }
        MailState::Sent => mail.sent_at.map(time).unwrap_or_default(),
        MailState::Failed | MailState::InDoubt => mail.last_error.clone(),
        MailState::Sending | MailState::Cancelled => String::new(),
    }
}
