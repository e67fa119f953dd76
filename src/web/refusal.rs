//! Pages that say that something is not there, not allowed, not possible now or broken, and nothing of
//! how; what went wrong is logged.

use super::page::Console;
use crate::store::StoreError;
use crate::template::TemplateError;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Serialize;

/// Why a page can't be shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    /// There is no such thing.
    #[error("no such page")]
    NotFound,
    /// An act can't be done as things stand; the sentence tells people why.
    #[error("the act can't be done now")]
    Refused(&'static str),
    /// The store failed.
    #[error("the store did not answer")]
    Store(#[from] StoreError),
    /// A template failed.
    #[error("the page could not be rendered")]
    Template(#[from] TemplateError),
    /// A row of an export could not be written.
    #[error("the export could not be written")]
    Export(#[from] serde_json::Error),
}

impl Console {
    /// Turns a page's failure into an answer; what went wrong is logged once, here.
    pub(super) fn answer(&self, result: Result<Html<String>, PageError>) -> Response {
        result.map_or_else(
            |error| {
                let status = match &error {
                    PageError::NotFound => StatusCode::NOT_FOUND,
                    PageError::Refused(why) => return self.refusal(why),
                    PageError::Store(cause) if cause.is_transient() => {
                        StatusCode::SERVICE_UNAVAILABLE
                    }
                    PageError::Store(_) | PageError::Template(_) | PageError::Export(_) => {
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

    /// A page that says why an act was not done.
    fn refusal(&self, why: &'static str) -> Response {
        self.told(StatusCode::CONFLICT, "Rien n’a été fait", why)
    }

    /// A page that says what happened and nothing of how.
    pub(super) fn error(&self, status: StatusCode) -> Response {
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
        self.told(status, title, text)
    }

    fn told(&self, status: StatusCode, title: &'static str, text: &'static str) -> Response {
        #[derive(Serialize)]
        struct Context {
            title: &'static str,
            text: &'static str,
            style: &'static str,
        }
        let context = Context {
            title,
            text,
            style: super::assets::style_path(),
        };
        // Should even this fail, the bare words remain.
        let body = self
            .bare("error.html", &context)
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
