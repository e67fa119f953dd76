//! `/metrics`: figures for Prometheus, under the names of experience.md 4.3. No address, name or
//! reference: every label is of a closed set.

use super::auth::is_from_here;
use super::health::invariants;
use super::page::Console;
use crate::desk::health::Report;
use crate::domain::health::Subject;
use crate::metrics::{Exposition, Type};
use crate::store::Tally;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::timeout;

/// How long the database may take over its numbers; without them the others are told.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn show(State(console): State<Console>, headers: HeaderMap) -> Response {
    // Figures are this machine's affair: nobody asks for them by the public name.
    if !is_from_here(&headers) {
        return console.error(StatusCode::NOT_FOUND);
    }
    let report = console.health().look_at(console.now()).await;
    let tallies = match timeout(PATIENCE, console.store().tallies()).await {
        Ok(Ok(tallies)) => tallies,
        Ok(Err(_)) | Err(_) => Vec::new(),
    };
    let mut text = Exposition::default();
    text.labelled(
        ("vigie_build_info", "version"),
        Type::Gauge,
        "The program.",
        [(env!("CARGO_PKG_VERSION"), 1)],
    );
    loops(&mut text, &console, &report);
    stored(&mut text, &report, &tallies);
    health(&mut text, &report);
    measured(&mut text, &console);
    text.process(report.started);
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text.finish()).into_response()
}

/// What the loops of this process count.
fn loops(text: &mut Exposition, console: &Console, report: &Report) {
    let health = console.health();
    text.labelled(
        ("vigie_mailbox_polls_total", "outcome"),
        Type::Counter,
        "Rounds of fetching, by how they ended.",
        health.mailbox.polls(),
    );
    text.known(
        "vigie_mailbox_last_success_timestamp_seconds",
        Type::Gauge,
        "When the mailbox was last read, by whichever instance.",
        report.mailbox_read().map(|at| at.timestamp()),
    );
    let is_compared = report.mailbox.last_success.is_some();
    text.labelled(
        ("vigie_mailbox_messages", "where"),
        Type::Gauge,
        "Messages in the folder at the last comparison, and those of them that are stored.",
        is_compared
            .then_some([
                ("server", report.mailbox.uids_server),
                ("stored", report.mailbox.uids_accounted),
            ])
            .into_iter()
            .flatten(),
    );
    text.labelled(
        ("vigie_webhook_deliveries_total", "outcome"),
        Type::Counter,
        "Calls of the alarm's webhook.",
        [
            ("ok", health.alarms.delivered.load(Ordering::Relaxed)),
            ("failed", health.alarms.failed.load(Ordering::Relaxed)),
        ],
    );
}

/// How long, how large, how many: what the loops and the console of this process measure.
fn measured(text: &mut Exposition, console: &Console) {
    let health = console.health();
    text.histogram(
        "vigie_mailbox_poll_duration_seconds",
        "How long a round of fetching took.",
        &health.mailbox.measured.rounds,
    );
    text.histogram(
        "vigie_message_bytes",
        "The size of new messages.",
        &health.mailbox.measured.bytes,
    );
    text.histogram(
        "vigie_parse_duration_seconds",
        "How long reading a message took.",
        &health.reading.seconds,
    );
    text.labelled(
        ("vigie_parse_failures_total", "reason"),
        Type::Counter,
        "Tries to read a message that failed.",
        health.reading.failures(),
    );
    text.histogram(
        "vigie_request_items",
        "Questions of the requests that were prepared.",
        &health.reading.items,
    );
    text.histogram(
        "vigie_first_answer_seconds",
        "From a ticket's first message to the first mail about it.",
        &health.sending.first_answer.0,
    );
    text.histogram(
        "vigie_completion_seconds",
        "From a ticket's first message until we said that nothing is missing.",
        &health.sending.completion.0,
    );
    text.requests(console.requests());
}

/// What the database holds, the same at each instance.
fn stored(text: &mut Exposition, report: &Report, tallies: &[Tally]) {
    let of = |what: &'static str| {
        let tallies = tallies.iter().filter(move |tally| tally.what == what);
        tallies.map(|tally| (tally.word.clone(), tally.count))
    };
    text.labelled(
        ("vigie_messages_received_total", "kind"),
        Type::Counter,
        "Messages that were read, by what they are.",
        of("message"),
    );
    text.labelled(
        ("vigie_requests_sent_total", "trigger"),
        Type::Counter,
        "Requests that left, by who let them.",
        of("request"),
    );
    text.labelled(
        ("vigie_tickets", "state"),
        Type::Gauge,
        "Tickets.",
        of("ticket"),
    );
    let Some(vitals) = &report.vitals else {
        return;
    };
    text.labelled(
        ("vigie_outbox_messages", "state"),
        Type::Gauge,
        "Mails that have not left.",
        [
            ("held", vitals.held),
            ("queued", vitals.queued),
            ("failed", vitals.failed),
            ("in_doubt", vitals.in_doubt),
        ],
    );
    text.known(
        "vigie_outbox_oldest_timestamp_seconds",
        Type::Gauge,
        "Since when the oldest mail waits that was tried in vain or is overdue.",
        vitals.unsent_since.map(|at| at.timestamp()),
    );
    text.labelled(
        ("vigie_messages_waiting", "state"),
        Type::Gauge,
        "Messages that are not read yet, that wait for more than a minute, that can't be read.",
        [
            ("unread", vitals.unread),
            ("stuck", vitals.stuck),
            ("quarantined", vitals.quarantined),
        ],
    );
    text.plain(
        "vigie_database_bytes",
        Type::Gauge,
        "What the database takes.",
        vitals.bytes,
    );
}

fn health(text: &mut Exposition, report: &Report) {
    text.plain(
        "vigie_database_up",
        Type::Gauge,
        "1 while the database takes what it is given.",
        u8::from(report.is_ready()),
    );
    text.labelled(
        ("vigie_alarm_active", "subject"),
        Type::Gauge,
        "1 while something is wrong there that the operator is called for.",
        Subject::ALL.into_iter().map(|subject| {
            let is_red = report
                .trouble(subject)
                .is_some_and(|trouble| trouble.is_red);
            (subject.as_str(), u8::from(is_red))
        }),
    );
    text.labelled(
        ("vigie_invariant_holds", "invariant"),
        Type::Gauge,
        "1 where an invariant of the service holds, 0 where it is broken, absent where not known.",
        invariants(report)
            .into_iter()
            .filter_map(|invariant| Some((invariant.name, u8::from(invariant.holds?)))),
    );
}
