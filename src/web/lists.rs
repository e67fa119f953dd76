//! The lists that support works through, and the small pages beside a dossier: duplicates, closing,
//! shortcuts.

use super::acts::to;
use super::auth::Viewer;
use super::incidents::{Row, row};
use super::page::{Console, plural};
use super::queue::MOST;
use super::refusal::PageError;
use super::said::{Asked, Said, said};
use crate::domain::alike;
use crate::domain::field::{FieldName, Value};
use crate::domain::incident::{Incident, Status};
use crate::domain::merger::REVERSIBLE;
use crate::present::french;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use serde::{Deserialize, Serialize};

/// How a list is called and what it says when nothing waits.
struct List {
    here: &'static str,
    path: &'static str,
    status: Status,
    title: &'static str,
    empty: &'static str,
}

#[derive(Serialize)]
struct Queue {
    title: &'static str,
    path: &'static str,
    rows: Vec<Row>,
    empty: &'static str,
    count: String,
    said: Said,
    first_start: bool,
    mailbox: String,
}

const TO_REVIEW: List = List {
    here: "relire",
    path: "/",
    status: Status::ToReview,
    title: "À relire",
    empty: "Rien à relire.",
};

const WAITING: List = List {
    here: "attente",
    path: "/attente",
    status: Status::Waiting,
    title: "En attente",
    empty: "Aucune réponse n’est attendue.",
};

const TO_CALL: List = List {
    here: "rappeler",
    path: "/rappeler",
    status: Status::ToCall,
    title: "À rappeler",
    empty: "Personne n’est à rappeler.",
};

pub(super) async fn to_review(
    State(console): State<Console>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Response {
    console.answer(queue(&console, &viewer, &TO_REVIEW, &asked).await)
}

pub(super) async fn waiting(
    State(console): State<Console>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Response {
    console.answer(queue(&console, &viewer, &WAITING, &asked).await)
}

pub(super) async fn to_call(
    State(console): State<Console>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Response {
    console.answer(queue(&console, &viewer, &TO_CALL, &asked).await)
}

async fn queue(
    console: &Console,
    viewer: &Viewer,
    list: &List,
    asked: &Asked,
) -> Result<Html<String>, PageError> {
    let store = console.store();
    let lines = store.queue(list.status, MOST).await?;
    let count = plural(lines.len() as u64, "dossier", "dossiers");
    let first_start = lines.is_empty() && store.list_incidents(None, 1).await?.is_empty();
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let sent = store.mails_of(&line.reference).await?;
        rows.push(row(console, line, &sent));
    }
    let context = Queue {
        title: list.title,
        path: list.path,
        rows,
        empty: list.empty,
        count,
        said: said(console, asked, None).await?,
        first_start,
        mailbox: console.mailbox().to_owned(),
    };
    console
        .render(viewer, list.here, "queue.html", context)
        .await
}

/// A ticket that may be the same.
#[derive(Serialize)]
struct Same {
    reference: String,
    reasons: String,
    likeness: &'static str,
    summary: String,
}

#[derive(Serialize)]
struct Duplicates {
    reference: String,
    summary: String,
    same: Vec<Same>,
    until: String,
}

/// P4: which ticket it may be part of, and what that would do.
pub(super) async fn duplicates(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
) -> Response {
    let work = async {
        let incident = found(&console, &name).await?;
        let store = console.store();
        let mut same = Vec::new();
        for candidate in store
            .candidates(&incident.reference)
            .await?
            .iter()
            .take(alike::MOST)
        {
            let Some(other) = store.incident(&candidate.other).await? else {
                continue;
            };
            same.push(Same {
                reference: candidate.other.to_string(),
                reasons: candidate.reasons(),
                likeness: candidate.likeness.french(),
                summary: summary(&other),
            });
        }
        let now = console.now();
        let context = Duplicates {
            reference: incident.reference.to_string(),
            summary: summary(&incident),
            same,
            until: french::instant(now + REVERSIBLE, console.timezone(), now),
        };
        console
            .render(&viewer, "dossier", "duplicates.html", context)
            .await
    };
    console.answer(work.await)
}

#[derive(Serialize)]
struct Ended {
    reference: String,
    summary: String,
}

/// How a ticket is closed.
pub(super) async fn ending(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
) -> Response {
    let work = async {
        let incident = found(&console, &name).await?;
        let context = Ended {
            reference: incident.reference.to_string(),
            summary: summary(&incident),
        };
        console
            .render(&viewer, "dossier", "ending.html", context)
            .await
    };
    console.answer(work.await)
}

async fn found(console: &Console, name: &str) -> Result<Incident, PageError> {
    let reference = super::acts::reference(name)?;
    let incident = console.store().incident(&reference).await?;
    incident.ok_or(PageError::NotFound)
}

/// What is wrong, in the declarant's words, cut.
fn summary(incident: &Incident) -> String {
    let said = match incident.fields[FieldName::Description].value() {
        Some(Value::Text(text)) => text.as_str(),
        _ => incident.subject.as_str(),
    };
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
        None => words,
    }
}

#[derive(Serialize)]
struct Shortcuts {
    can_switch: bool,
}

/// Every key, and the switch that turns them off (WCAG 2.1.4).
pub(super) async fn shortcuts(State(console): State<Console>, viewer: Viewer) -> Response {
    let context = Shortcuts {
        can_switch: viewer.has_session(),
    };
    console.answer(
        console
            .render(&viewer, "raccourcis", "shortcuts.html", context)
            .await,
    )
}

#[derive(Debug, Deserialize)]
pub(super) struct Switch {
    actifs: Option<String>,
}

pub(super) async fn set_shortcuts(
    State(console): State<Console>,
    viewer: Viewer,
    Form(given): Form<Switch>,
) -> Response {
    let on = given.actifs.is_some();
    if viewer.has_session()
        && let Err(error) = console.store().set_shortcuts(viewer.account.id, on).await
    {
        return console.answer(Err(PageError::Store(error)));
    }
    to("/raccourcis")
}
