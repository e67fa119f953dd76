//! `/journal` and `/d/INC-26-00042/journal`: who did what and when, what it was before and after. The
//! words of messages don't stand in it.

use super::auth::Viewer;
use super::page::{Console, Moment};
use super::refusal::PageError;
use crate::domain::audit::{Deed, Line};
use crate::domain::field::FieldName;
use crate::domain::incident::Reference;
use crate::store::Wanted;
use axum::extract::{Path, Query, State};
use axum::response::{Html, Response};
use serde::{Deserialize, Serialize};

/// Lines on one page.
const LINES: usize = 100;

/// What is asked for; empty parts ask for everything.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    qui: Option<String>,
    quoi: Option<String>,
    avant: Option<i64>,
}

#[derive(Serialize)]
struct Row {
    at: Moment,
    who: String,
    deed: &'static str,
    reference: String,
    target: String,
    before: String,
    after: String,
}

#[derive(Serialize)]
struct Choice {
    token: &'static str,
    name: &'static str,
    chosen: bool,
}

#[derive(Serialize)]
struct Journal {
    reference: String,
    path: String,
    who: String,
    deeds: Vec<Choice>,
    rows: Vec<Row>,
    next: Option<i64>,
    /// The line before which these were written; none on the first page.
    before: Option<i64>,
}

pub(super) async fn all(
    State(console): State<Console>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Response {
    console.answer(page(&console, &viewer, None, asked).await)
}

pub(super) async fn of_ticket(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let work = async {
        let reference = super::acts::reference(&name)?;
        let known = console.store().incident_id(&reference).await?;
        known.ok_or(PageError::NotFound)?;
        page(&console, &viewer, Some(reference), asked).await
    };
    console.answer(work.await)
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    reference: Option<Reference>,
    asked: Asked,
) -> Result<Html<String>, PageError> {
    let deed = asked.quoi.as_deref().and_then(Deed::parse);
    let wanted = Wanted {
        who: asked.qui.clone().filter(|who| !who.trim().is_empty()),
        deed,
        before: asked.avant,
        reference: reference.clone(),
    };
    let mut lines = console.store().journal(&wanted, LINES as u32 + 1).await?;
    let next = (lines.len() > LINES).then(|| lines.get(LINES - 1).map(|line| line.id));
    lines.truncate(LINES);
    let path = match &reference {
        Some(reference) => format!("/d/{reference}/journal"),
        None => "/journal".to_owned(),
    };
    let context = Journal {
        reference: reference.map(|one| one.to_string()).unwrap_or_default(),
        path,
        who: asked.qui.unwrap_or_default(),
        deeds: Deed::ALL
            .into_iter()
            .map(|one| Choice {
                token: one.as_str(),
                name: one.french(),
                chosen: deed == Some(one),
            })
            .collect(),
        rows: lines.into_iter().map(|line| row(console, line)).collect(),
        next: next.flatten(),
        before: asked.avant,
    };
    console
        .render(viewer, "journal", "journal.html", context)
        .await
}

fn row(console: &Console, line: Line) -> Row {
    let entry = line.entry;
    // A field is called as the form calls it.
    let field = FieldName::parse(&entry.target);
    let mut fields = console.form().fields.iter();
    let heading = fields.find(|form| Some(form.name) == field);
    Row {
        at: console.moment(entry.at),
        who: entry.by.name,
        deed: entry.deed.french(),
        reference: entry
            .reference
            .map(|one| one.to_string())
            .unwrap_or_default(),
        target: heading.map_or(entry.target, |form| form.heading.clone()),
        before: entry.before.unwrap_or_default(),
        after: entry.after.unwrap_or_default(),
    }
}
