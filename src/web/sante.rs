//! `/sante`: how the service fares, one line a part, and what was wrong last.

use super::auth::Viewer;
use super::page::{Console, Moment, plural};
use super::refusal::PageError;
use super::strips::sentence;
use crate::desk::health::Report;
use crate::domain::health::Subject;
use crate::metrics::Process;
use crate::present::{french, health};
use crate::store::{Alarm, Vitals};
use axum::extract::State;
use axum::response::{Html, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    name: &'static str,
    state: &'static str,
    tone: &'static str,
    detail: String,
}

#[derive(Serialize)]
struct Past {
    title: String,
    since: Moment,
    told: Option<Moment>,
    cleared: Option<Moment>,
}

#[derive(Serialize)]
struct Sante {
    lines: Vec<Line>,
    alarms: Vec<Past>,
    version: &'static str,
    started: Moment,
}

pub(super) async fn show(State(console): State<Console>, viewer: Viewer) -> Response {
    console.answer(page(&console, &viewer).await)
}

async fn page(console: &Console, viewer: &Viewer) -> Result<Html<String>, PageError> {
    let report = console.health().look_at(console.now()).await;
    let alarms = console.store().list_alarms().await?;
    let context = Sante {
        lines: lines(console, &report),
        alarms: alarms
            .into_iter()
            .map(|alarm| past(console, alarm))
            .collect(),
        version: env!("CARGO_PKG_VERSION"),
        started: console.moment(report.started),
    };
    console
        .render_with(viewer, ("sante", "sante.html"), &report, context)
        .await
}

fn past(console: &Console, alarm: Alarm) -> Past {
    let subject = Subject::parse(&alarm.subject);
    Past {
        title: subject.map_or(alarm.subject, |subject| {
            health::title(subject, &alarm.cause, 0)
        }),
        since: console.moment(alarm.since),
        told: alarm.told_at.map(|at| console.moment(at)),
        cleared: alarm.cleared_at.map(|at| console.moment(at)),
    }
}

fn lines(console: &Console, report: &Report) -> Vec<Line> {
    let said = |at: Option<DateTime<Utc>>, never: &str| {
        at.map_or_else(|| never.to_owned(), |at| french::age(at, report.now))
    };
    let vitals = report.vitals.as_ref();
    let with = |words: &dyn Fn(&Vitals) -> String| vitals.map_or_else(String::new, words);
    let mailbox = &report.mailbox;
    let poll = console.health().poll().as_secs();
    vec![
        line(console, report, "Base", Subject::Database, {
            with(&|vitals| french::size(vitals.bytes))
        }),
        line(console, report, "Boîte", Subject::Mailbox, {
            let read = said(report.mailbox_read(), "pas encore");
            let last = vitals.and_then(|vitals| vitals.last_message);
            let last = said(last, "aucun");
            format!("relevé {read} (toutes les {poll}\u{a0}s) · dernier message {last}")
        }),
        line(console, report, "Registre", Subject::Ledger, {
            format!(
                "{} dans la boîte, {} enregistrés",
                plural(mailbox.uids_server, "message", "messages"),
                mailbox.uids_accounted
            )
        }),
        line(console, report, "Analyse", Subject::Stuck, {
            with(&|vitals| {
                plural(
                    vitals.unread,
                    "message attend d’être lu",
                    "messages attendent d’être lus",
                )
            })
        }),
        line(console, report, "Quarantaine", Subject::Quarantine, {
            with(&|vitals| {
                plural(
                    vitals.quarantined,
                    "message illisible",
                    "messages illisibles",
                )
            })
        }),
        line(console, report, "Envois", Subject::Sending, {
            with(&|vitals| {
                format!(
                    "file {} · à relire {} · refusés {} · incertains {} · dernier envoi {}",
                    vitals.queued,
                    vitals.held,
                    vitals.failed,
                    vitals.in_doubt,
                    said(vitals.last_sent, "aucun")
                )
            })
        }),
        line(console, report, "Boucles", Subject::Circuit, {
            "limites d’envoi".to_owned()
        }),
        kept(vitals),
        informational("Instances", with(&|vitals| vitals.instances.to_string())),
        informational("Horloge", format!("heure de {}", console.zone())),
        informational("Mémoire", memory()),
    ]
}

/// Whether the bytes of messages are what came: known of those that were read since, and of all by
/// a command (STO-07).
fn kept(vitals: Option<&Vitals>) -> Line {
    let altered = vitals.map_or(0, |vitals| vitals.altered);
    let check = "vigie check --deep relit tout";
    if altered == 0 {
        return informational(
            "Octets gardés",
            format!("comparés à chaque lecture · {check}"),
        );
    }
    let words = plural(altered, "message altéré", "messages altérés");
    Line {
        name: "Octets gardés",
        state: "altérés",
        tone: "bad",
        detail: format!("{words}, en quarantaine · {check}"),
    }
}

fn memory() -> String {
    let process = Process::look();
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "inconnue".to_owned(), french::size);
    format!(
        "{}, {} au plus · {} descripteurs ouverts",
        size(process.resident),
        size(process.peak),
        process.descriptors.unwrap_or_default()
    )
}

fn line(
    console: &Console,
    report: &Report,
    name: &'static str,
    subject: Subject,
    detail: String,
) -> Line {
    match report.trouble(subject) {
        Some(trouble) => Line {
            name,
            state: if trouble.is_red { "alerte" } else { "en panne" },
            tone: "bad",
            detail: sentence(console, trouble),
        },
        None if report.well.contains(&subject) => Line {
            name,
            state: "OK",
            tone: "good",
            detail,
        },
        None => Line {
            name,
            state: if subject == Subject::Sending && !console.health().sends() {
                "arrêtés"
            } else {
                "pas encore connu"
            },
            tone: "",
            detail,
        },
    }
}

fn informational(name: &'static str, detail: String) -> Line {
    Line {
        name,
        state: "",
        tone: "",
        detail,
    }
}
