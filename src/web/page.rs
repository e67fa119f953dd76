//! What all pages share: the console's parts, the frame around a page, errors without internals.

use super::auth::{Access, Reach, Viewer};
use super::guard;
use super::strips::{Strip, strips};
use crate::clock::Clock;
use crate::desk::health::{Health, Report};
use crate::domain::account::Right;
use crate::domain::form::Form;
use crate::metrics::Requests;
use crate::present::french;
use crate::present::page::EVIDENCE;
use crate::secret::Key;
use crate::store::{Counts, Store, StoreError};
use crate::template::{Source, TemplateError, Templates};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The pages' templates.
const TEMPLATES: &[Source] = &[
    EVIDENCE,
    ("base.html", include_str!("templates/base.html")),
    ("incidents.html", include_str!("templates/incidents.html")),
    ("incident.html", include_str!("templates/incident.html")),
    ("quarantine.html", include_str!("templates/quarantine.html")),
    ("messages.html", include_str!("templates/messages.html")),
    ("sante.html", include_str!("templates/sante.html")),
    ("error.html", include_str!("templates/error.html")),
    ("login.html", include_str!("templates/login.html")),
    ("resumed.html", include_str!("templates/resumed.html")),
];

/// What the console is made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Where everything is read.
    pub store: Store,
    /// The form, whose fields are shown in its order and by its names.
    pub form: Form,
    /// What time it is.
    pub clock: Clock,
    /// Where times are shown.
    pub zone: Tz,
    /// The desk's name, at the top of each page.
    pub service: String,
    /// How the mailbox is called where it is empty.
    pub mailbox: String,
    /// How the service fares.
    pub health: Arc<Health>,
    /// Whether nothing is really sent, which each page then says.
    pub demo: bool,
    /// How people come in.
    pub access: Access,
    /// Under which names it is reached, and through whom.
    pub reach: Reach,
    /// The installation's key, for the tokens of forms.
    pub key: Key,
}

/// The console's state: its parts and its parsed templates. Cloning shares them.
#[derive(Debug, Clone)]
pub(super) struct Console(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parts: Parts,
    templates: Templates,
    at_once: Semaphore,
    requests: Requests,
}

/// Why a page can't be shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    /// There is no such thing.
    #[error("no such page")]
    NotFound,
    /// The store failed.
    #[error("the store did not answer")]
    Store(#[from] StoreError),
    /// A template failed.
    #[error("the page could not be rendered")]
    Template(#[from] TemplateError),
}

/// An instant as a page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Moment {
    iso: String,
    text: String,
    age: String,
}

impl Moment {
    /// The time alone.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// The frame around a page.
#[derive(Debug, Serialize)]
struct Frame<'a> {
    here: &'static str,
    style: &'static str,
    service: &'a str,
    demo: bool,
    polled: String,
    strips: Vec<Strip>,
    incidents: u64,
    messages: u64,
    zone: String,
    viewer: &'a str,
    token: &'a str,
    can_leave: bool,
    reads: bool,
    now: String,
    now_iso: String,
}

impl Console {
    pub(super) fn new(parts: Parts) -> Result<Self, TemplateError> {
        Ok(Self(Arc::new(Inner {
            templates: Templates::load(TEMPLATES, None)?,
            parts,
            at_once: Semaphore::new(guard::MOST_AT_ONCE),
            requests: Requests::default(),
        })))
    }

    /// What was asked of it so far.
    pub(super) fn requests(&self) -> &Requests {
        &self.0.requests
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.parts.store
    }

    pub(super) fn form(&self) -> &Form {
        &self.0.parts.form
    }

    pub(super) fn health(&self) -> &Health {
        &self.0.parts.health
    }

    pub(super) fn access(&self) -> Access {
        self.0.parts.access
    }

    pub(super) fn reach(&self) -> &Reach {
        &self.0.parts.reach
    }

    pub(super) fn key(&self) -> &Key {
        &self.0.parts.key
    }

    /// Where times are shown.
    pub(super) fn timezone(&self) -> Tz {
        self.0.parts.zone
    }

    /// The zone's last word, where times are shown.
    pub(super) fn zone(&self) -> String {
        zone_name(self.0.parts.zone)
    }

    pub(super) fn mailbox(&self) -> &str {
        &self.0.parts.mailbox
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.0.parts.clock.now()
    }

    pub(super) fn at_once(&self) -> &Semaphore {
        &self.0.at_once
    }

    /// « lun. 23 nov. 09:12 », with its age.
    pub(super) fn moment(&self, at: DateTime<Utc>) -> Moment {
        let now = self.now();
        Moment {
            iso: iso(at),
            text: french::instant(at, self.0.parts.zone, now),
            age: french::age(at, now),
        }
    }

    /// Renders one page in its frame.
    pub(super) async fn render<C: Serialize>(
        &self,
        viewer: &Viewer,
        here: &'static str,
        template: &str,
        context: C,
    ) -> Result<Html<String>, PageError> {
        let report = self.health().look_at(self.now()).await;
        self.render_with(viewer, (here, template), &report, context)
            .await
    }

    /// Renders a page that has no frame: nobody has come in yet.
    pub(super) fn render_alone<C: Serialize>(
        &self,
        template: &str,
        context: C,
    ) -> Result<Html<String>, TemplateError> {
        #[derive(Serialize)]
        struct Alone<'a, C> {
            style: &'static str,
            service: &'a str,
            #[serde(flatten)]
            context: C,
        }
        let alone = Alone {
            style: super::assets::style_path(),
            service: &self.0.parts.service,
            context,
        };
        self.0.templates.render(template, &alone).map(Html)
    }

    /// The same where it is known how the service fares.
    pub(super) async fn render_with<C: Serialize>(
        &self,
        viewer: &Viewer,
        (here, template): (&'static str, &str),
        report: &Report,
        context: C,
    ) -> Result<Html<String>, PageError> {
        #[derive(Serialize)]
        struct Framed<'a, C> {
            frame: Frame<'a>,
            #[serde(flatten)]
            context: C,
        }
        let frame = self.frame(viewer, here, self.store().counts().await?, report);
        let page = self
            .0
            .templates
            .render(template, &Framed { frame, context })?;
        Ok(Html(page))
    }

    fn frame<'a>(
        &'a self,
        viewer: &'a Viewer,
        here: &'static str,
        counts: Counts,
        report: &Report,
    ) -> Frame<'a> {
        let parts = &self.0.parts;
        let now = self.now();
        let polled = report
            .mailbox_read()
            .map(|at| format!("Boîte relevée {}.", french::age(at, now)));
        Frame {
            here,
            style: super::assets::style_path(),
            service: &parts.service,
            demo: parts.demo,
            polled: polled.unwrap_or_default(),
            strips: strips(self, report, counts.for_person),
            incidents: counts.incidents,
            messages: counts.messages,
            zone: zone_name(parts.zone),
            viewer: &viewer.account.display,
            token: &viewer.token,
            can_leave: viewer.has_session(),
            reads: viewer.may(Right::Read),
            now: french::instant(now, parts.zone, now),
            now_iso: iso(now),
        }
    }

    /// Turns a page's failure into an answer; what went wrong is logged once, here.
    pub(super) fn answer(&self, result: Result<Html<String>, PageError>) -> Response {
        result.map_or_else(
            |error| {
                let status = match &error {
                    PageError::NotFound => StatusCode::NOT_FOUND,
                    PageError::Store(cause) if cause.is_transient() => {
                        StatusCode::SERVICE_UNAVAILABLE
                    }
                    PageError::Store(_) | PageError::Template(_) => {
                        StatusCode::INTERNAL_SERVER_ERROR
                    }
                };
                if status != StatusCode::NOT_FOUND {
                    tracing::error!(
                        event = "web.failed",
                        error = &error as &dyn std::error::Error
                    );
                }
                self.error(status)
            },
            axum::response::IntoResponse::into_response,
        )
    }

    /// A page that says what happened and nothing of how.
    pub(super) fn error(&self, status: StatusCode) -> Response {
        #[derive(Serialize)]
        struct Context {
            title: &'static str,
            text: &'static str,
            style: &'static str,
        }
        let (title, text) = match status {
            StatusCode::NOT_FOUND => (
                "Page introuvable",
                "Il n’y a rien à cette adresse. Le numéro d’un dossier s’écrit INC-26-00042.",
            ),
            StatusCode::SERVICE_UNAVAILABLE => (
                "Momentanément indisponible",
                "La base ou la machine est trop occupée. Rechargez dans un instant.",
            ),
            StatusCode::MISDIRECTED_REQUEST => {
                ("Adresse refusée", "La console ne répond pas sous ce nom.")
            }
            StatusCode::FORBIDDEN => (
                "Action refusée",
                "Votre compte ne permet pas cette action, ou le formulaire ne vient pas d’une page récente \
                 de la console. Revenez à la page, rechargez-la et recommencez.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => {
                ("Demande trop longue", "Ce qui est envoyé dépasse 1 Mo.")
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                ("Action inconnue", "Cette page se lit, rien ne s’y envoie.")
            }
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (
                "Demande trop longue",
                "Les en-têtes de la demande dépassent 16 ko.",
            ),
            _ => (
                "Erreur du service",
                "La page n’a pas pu être préparée. L’erreur est inscrite au journal.",
            ),
        };
        let context = Context {
            title,
            text,
            style: super::assets::style_path(),
        };
        // Should even this fail, the bare words remain.
        let body = self
            .0
            .templates
            .render("error.html", &context)
            .unwrap_or_else(|_| format!("<!doctype html><title>{title}</title><p>{text}"));
        let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        (status, kind, body).into_response()
    }
}

pub(super) async fn not_found(State(console): State<Console>) -> Response {
    console.error(StatusCode::NOT_FOUND)
}

pub(super) async fn not_allowed(State(console): State<Console>) -> Response {
    console.error(StatusCode::METHOD_NOT_ALLOWED)
}

/// « 1 message », « 2 messages »: the number and the words that fit it.
pub(super) fn plural(number: u64, one: &str, many: &str) -> String {
    let words = if number < 2 { one } else { many };
    format!("{number}\u{a0}{words}")
}

fn iso(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `Europe/Paris` as « Paris ».
fn zone_name(zone: Tz) -> String {
    zone.name()
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .replace('_', " ")
}
