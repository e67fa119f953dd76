//! Health: no login, no version, one line.

use super::page::Console;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// 200 as soon as HTTP answers.
pub(super) async fn live() -> Response {
    plain(StatusCode::OK, "ok\n".to_owned())
}

/// 200 when the database accepts a write and is migrated; `?verbose` lists what was looked at.
pub(super) async fn ready(State(console): State<Console>, RawQuery(query): RawQuery) -> Response {
    let verbose = query.is_some_and(|query| query == "verbose" || query.starts_with("verbose="));
    let database = console.store().ping().await;
    if let Err(error) = &database {
        tracing::warn!(
            event = "web.not_ready",
            error = error as &dyn std::error::Error
        );
    }
    let counts = match (&database, verbose) {
        (Ok(()), true) => console.store().counts().await.ok(),
        _ => None,
    };
    let (status, first) = match database {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not accept a write",
        ),
    };
    let mut text = format!("{first}\n");
    if verbose {
        let word = if status == StatusCode::OK {
            "ok"
        } else {
            "failed"
        };
        text.push_str(&format!("database {word}\n"));
        if let Some(counts) = counts {
            text.push_str(&format!(
                "unread {} (informational)\nquarantined {} (informational)\nto send {} (informational)\nwaiting for a person {} (informational)\n",
                counts.waiting, counts.quarantined, counts.queued, counts.for_person
            ));
        }
    }
    plain(status, text)
}

fn plain(status: StatusCode, text: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, kind, text).into_response()
}
