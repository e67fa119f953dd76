//! Health: no login, no version, one line; every look is bounded and shared.

use super::page::Console;
use crate::desk::health::Report;
use crate::domain::health::Subject;
use crate::metrics::Process;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use std::fmt::Write as _;

/// The most memory that invariant N10 allows.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;

/// One of the invariants N1–N14 (reliability.md, section 2), as far as the service knows it.
pub(super) struct Invariant {
    pub(super) name: &'static str,
    /// `None`: not known here.
    pub(super) holds: Option<bool>,
    pub(super) detail: String,
}

/// 200 as soon as HTTP answers.
pub(super) async fn live() -> Response {
    plain(StatusCode::OK, "ok\n".to_owned())
}

/// 200 when the database takes a write, is migrated, and takes what was fetched; `?verbose` lists
/// what was looked at.
pub(super) async fn ready(State(console): State<Console>, RawQuery(query): RawQuery) -> Response {
    let is_verbose = query.is_some_and(|query| query == "verbose" || query.starts_with("verbose="));
    let report = console.health().look_at(console.now()).await;
    let (status, first) = match report.trouble(Subject::Database) {
        None => (StatusCode::OK, "ok"),
        Some(trouble) if trouble.cause == "not_stored" => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not take what was fetched",
        ),
        Some(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not accept a write",
        ),
    };
    let mut text = format!("{first}\n");
    if is_verbose {
        text.push_str(&verbose(&report));
    }
    plain(status, text)
}

fn verbose(report: &Report) -> String {
    let mut text = String::new();
    let mut line = |words: std::fmt::Arguments<'_>| {
        // A String takes whatever is written to it.
        let _ = writeln!(text, "{words}");
    };
    let database = if report.is_ready() { "ok" } else { "failed" };
    line(format_args!("database {database}"));
    if let Some(vitals) = &report.vitals {
        line(format_args!("unread {} (informational)", vitals.unread));
        line(format_args!(
            "quarantined {} (informational)",
            vitals.quarantined
        ));
        line(format_args!("to send {} (informational)", vitals.queued));
        line(format_args!(
            "waiting for a person {} (informational)",
            vitals.held + vitals.failed + vitals.in_doubt
        ));
        line(format_args!(
            "instances {} (informational)",
            vitals.instances
        ));
    }
    for subject in Subject::ALL {
        let name = subject.as_str();
        match report.trouble(subject) {
            Some(trouble) => line(format_args!(
                "{name} {} {} since {} count={} tries={} (informational)",
                if trouble.is_red { "red" } else { "failing" },
                trouble.cause,
                stamp(trouble.since),
                trouble.count,
                trouble.tries
            )),
            None if subject == Subject::Database => (),
            None if report.well.contains(&subject) => {
                line(format_args!("{name} ok (informational)"));
            }
            None => line(format_args!("{name} not known yet (informational)")),
        }
    }
    for invariant in invariants(report) {
        let holds = match invariant.holds {
            Some(true) => "holds",
            Some(false) => "broken",
            None => "not known here",
        };
        line(format_args!(
            "{} {holds}: {} (informational)",
            invariant.name, invariant.detail
        ));
    }
    text
}

/// N1–N14, in their order.
pub(super) fn invariants(report: &Report) -> Vec<Invariant> {
    let is_known = |subject| match report.trouble(subject) {
        Some(_) => Some(false),
        None => report.well.contains(&subject).then_some(true),
    };
    let ledger = is_known(Subject::Ledger);
    let state = &report.mailbox;
    let vitals = report.vitals.as_ref();
    let process = Process::look();
    let deep = |name| Invariant {
        name,
        holds: None,
        detail: "vigie check --deep looks".to_owned(),
    };
    let by_tests = |name| Invariant {
        name,
        holds: None,
        detail: "shown by the tests".to_owned(),
    };
    let told = |name, holds, detail| Invariant {
        name,
        holds,
        detail,
    };
    let accounted = format!(
        "{} messages in the folder, {} of them stored",
        state.uids_server, state.uids_accounted
    );
    vec![
        told("N1", ledger, accounted.clone()),
        deep("N2"),
        told(
            "N3",
            is_known(Subject::Stuck),
            vitals.map_or_else(String::new, |vitals| {
                format!(
                    "{} unread, {} of them too long",
                    vitals.unread, vitals.stuck
                )
            }),
        ),
        deep("N4"),
        deep("N5"),
        told(
            "N6",
            vitals.map(|vitals| vitals.overdue == 0),
            vitals.map_or_else(String::new, |vitals| {
                format!(
                    "{} overdue, {} to leave, {} held, {} in doubt, {} refused",
                    vitals.overdue, vitals.queued, vitals.held, vitals.in_doubt, vitals.failed
                )
            }),
        ),
        deep("N7"),
        told("N8", ledger, accounted),
        told(
            "N9",
            Some(report.is_ready()),
            format!("up since {}", stamp(report.started)),
        ),
        told(
            "N10",
            process.peak.map(|peak| peak <= MOST_MEMORY),
            format!(
                "{} bytes of memory at most, {} descriptors",
                process.peak.unwrap_or_default(),
                process.descriptors.unwrap_or_default()
            ),
        ),
        by_tests("N11"),
        by_tests("N12"),
        deep("N13"),
        deep("N14"),
    ]
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn plain(status: StatusCode, text: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, kind, text).into_response()
}
