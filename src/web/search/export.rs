//! The tickets of a search as a file. Each export is a line of the journal: personal data leaves the
//! console by it.

use super::super::auth::Viewer;
use super::super::page::Console;
use super::super::refusal::PageError;
use super::{Asked, page_of};
use crate::domain::account::By;
use crate::domain::audit::{Deed, Entry};
use crate::present::csv::Dialect;
use crate::present::tickets::Format;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

/// Tickets of one file.
const MOST: usize = 5_000;

/// Tickets read at once.
const PAGE: u32 = 500;

pub(in crate::web) async fn csv(
    State(console): State<Console>,
    viewer: Viewer,
    RawQuery(raw): RawQuery,
) -> Response {
    answer(&console, &viewer, raw, Format::Csv(Dialect::Standard)).await
}

pub(in crate::web) async fn csv_fr(
    State(console): State<Console>,
    viewer: Viewer,
    RawQuery(raw): RawQuery,
) -> Response {
    answer(&console, &viewer, raw, Format::Csv(Dialect::French)).await
}

pub(in crate::web) async fn ndjson(
    State(console): State<Console>,
    viewer: Viewer,
    RawQuery(raw): RawQuery,
) -> Response {
    answer(&console, &viewer, raw, Format::Ndjson).await
}

async fn answer(
    console: &Console,
    viewer: &Viewer,
    raw: Option<String>,
    format: Format,
) -> Response {
    let asked = Asked::read(raw.as_deref());
    let query = asked.query(console);
    if query.parts.is_empty() || !query.faults.is_empty() {
        // The page says what is wrong.
        let page = [(header::LOCATION, page_of(&asked.text))];
        return (StatusCode::SEE_OTHER, page).into_response();
    }
    match written(console, viewer, &query, format).await {
        Ok(body) => {
            let day = console.now().with_timezone(&console.timezone());
            let (kind, ending) = match format {
                Format::Csv(_) => ("text/csv; charset=utf-8", "csv"),
                Format::Ndjson => ("application/x-ndjson", "ndjson"),
            };
            let name = format!("dossiers-{}.{ending}", day.format("%Y-%m-%d"));
            let headers = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!("attachment; filename=\"{name}\""),
                ),
            ];
            (headers, body).into_response()
        }
        Err(error) => console.answer(Err(error)),
    }
}

async fn written(
    console: &Console,
    viewer: &Viewer,
    query: &crate::domain::query::Query,
    format: Format,
) -> Result<String, PageError> {
    let (store, form) = (console.store(), console.form());
    let mut body = format.head(form);
    let (mut count, mut before) = (0, None);
    while count < MOST {
        let page = store.search_tickets(query, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.0);
        for ticket in store.exported(&page).await? {
            body.push_str(&format.ticket(&ticket, form)?);
            count += 1;
        }
    }
    let by = By::person(&viewer.account, console.now());
    let mut line = Entry::new(&by, Deed::Exported).target(format.as_str());
    line.after = Some(json!({ "query": query.text(), "tickets": count }).to_string());
    store.note_deed(&line).await?;
    Ok(body)
}
