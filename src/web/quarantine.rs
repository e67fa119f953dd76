//! `/quarantine`: messages left to a person, with the reason, what to type, and the message itself to
//! save. Nothing of their content is read here: that is what failed.

use super::auth::Viewer;
use super::page::{Console, Moment, plural};
use super::refusal::PageError;
use crate::domain::declaration::Kind;
use crate::domain::message::{MessageId, MessageState};
use crate::metrics::MailboxState;
use crate::present::french;
use crate::store::MessageLine;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Serialize;

/// Rows shown; the command lists them all.
const ROWS: u32 = 200;

#[derive(Serialize)]
struct Row {
    id: String,
    number: i64,
    received: Moment,
    size: String,
    reason: String,
    whole: bool,
}

#[derive(Serialize)]
struct Quarantine {
    rows: Vec<Row>,
    conservation: String,
}

pub(super) async fn list(State(console): State<Console>, viewer: Viewer) -> Response {
    console.answer(page(&console, &viewer).await)
}

async fn page(console: &Console, viewer: &Viewer) -> Result<Html<String>, PageError> {
    let lines = console.store().list_quarantined(ROWS).await?;
    let kinds = console.store().conservation().await?;
    let mailbox = console.health().look_at(console.now()).await.mailbox;
    let context = Quarantine {
        rows: lines.iter().map(|line| row(console, line)).collect(),
        conservation: conservation(mailbox, &kinds),
    };
    console
        .render(viewer, "quarantine", "quarantine.html", context)
        .await
}

fn row(console: &Console, line: &MessageLine) -> Row {
    Row {
        id: line.id.to_string(),
        number: line.id.0,
        received: console.moment(line.internal_date),
        size: french::size(line.size),
        reason: reason(line),
        whole: !is_withheld(line),
    }
}

fn is_withheld(line: &MessageLine) -> bool {
    matches!(
        line.last_error.as_str(),
        "withheld" | "asked_again" | "gone"
    )
}

/// Why a message is left to a person.
pub(super) fn reason(line: &MessageLine) -> String {
    let tries = plural(line.attempts.into(), "essai", "essais");
    match line.last_error.as_str() {
        "too_slow" => format!("l’analyse n’en finissait pas ({tries})"),
        "unfinished" => format!("le service s’est arrêté pendant l’analyse ({tries})"),
        "conflict" => format!("son dossier changeait sans cesse ({tries})"),
        "not_kept" => format!("le résultat de l’analyse n’a pas pu être enregistré ({tries})"),
        "altered" => "altéré\u{a0}: ses octets ne sont plus ceux reçus".to_owned(),
        "withheld" => "le serveur de messagerie ne le donne pas".to_owned(),
        "asked_again" => "redemandé au serveur de messagerie".to_owned(),
        "gone" => "il n’est plus dans la boîte".to_owned(),
        _ => format!("l’analyse a échoué ({tries})"),
    }
}

/// « 12 messages enregistrés : 8 déclarations, … »: each is counted once, so that none is missing.
fn conservation(state: MailboxState, kinds: &[(String, u64)]) -> String {
    let all: u64 = kinds.iter().map(|(_, count)| count).sum();
    let parts: Vec<String> = kinds
        .iter()
        .map(|(word, count)| format!("{}\u{a0}: {count}", outcome(word)))
        .collect();
    let mut text = plural(all, "message enregistré", "messages enregistrés");
    if !parts.is_empty() {
        text.push_str(&format!("\u{a0}: {}", parts.join(", ")));
    }
    text.push('.');
    if state.last_success.is_some() && state.uids_server > 0 {
        text.push_str(&format!(
            " Dans la boîte\u{a0}: {}, dont {} au registre.",
            plural(state.uids_server, "message", "messages"),
            state.uids_accounted
        ));
    }
    text
}

/// What became of messages: a kind, or a state.
fn outcome(word: &str) -> &'static str {
    match (Kind::parse(word), MessageState::parse(word)) {
        (Some(kind), _) => french::kind(kind),
        (None, Some(MessageState::Quarantined)) => "quarantaine",
        (None, _) => "pas encore lu",
    }
}

/// The message as it came, to be saved.
pub(super) async fn save(State(console): State<Console>, Path(number): Path<i64>) -> Response {
    match raw(&console, MessageId(number)).await {
        Ok(bytes) => (
            [
                (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"m-{number}.eml\""),
                ),
            ],
            bytes,
        )
            .into_response(),
        Err(error) => console.answer(Err(error)),
    }
}

async fn raw(console: &Console, id: MessageId) -> Result<Vec<u8>, PageError> {
    let store = console.store();
    let line = store.quarantined(id).await?;
    let is_whole = line.is_some_and(|line| !is_withheld(&line));
    let bytes = store.raw(id).await?;
    bytes.filter(|_| is_whole).ok_or(PageError::NotFound)
}
