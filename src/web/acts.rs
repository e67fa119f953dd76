//! What people do with a ticket from its page. Each act is a form sent by POST and answered by 303 to
//! a page that shows what came of it.

use super::auth::Viewer;
use super::page::Console;
use super::queue;
use super::refusal::PageError;
use super::said::Did;
use crate::desk::letter::Occasion;
use crate::desk::merger::{self, MergerError};
use crate::desk::ticket::{self, Act, ActError};
use crate::domain::account::By;
use crate::domain::act::Closing;
use crate::domain::field::FieldName;
use crate::domain::incident::{Incident, Reference, is_unsure};
use crate::store::StoreError;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

/// To a page, after an act (RFC 9110, 15.4.4).
pub(super) fn to(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

/// A reference in an address.
pub(super) fn reference(text: &str) -> Result<Reference, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// « valider et suivant »: a doubtful field is looked at first, unless one insists.
#[derive(Debug, Deserialize)]
pub(super) struct Validation {
    malgre: Option<String>,
}

pub(super) async fn validate(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
    Form(given): Form<Validation>,
) -> Response {
    let work = async {
        let reference = reference(&name)?;
        let incident = found(&console, &reference).await?;
        if given.malgre.is_none()
            && let Some(number) = first_doubt(&console, &incident)
        {
            return Ok(format!("/d/{reference}?{}#f-{number}", Did::Doubt.query()));
        }
        let next = queue::after(&console, &reference).await?;
        act(&console, &viewer, &reference, Act::Validate).await?;
        Ok(onward(next, &reference))
    };
    answered(&console, work.await)
}

/// The number of the first field whose value must be looked at.
fn first_doubt(console: &Console, incident: &Incident) -> Option<usize> {
    let mut fields = console.form().fields.iter();
    let at = fields.position(|field| is_unsure(&incident.fields[field.name]));
    at.map(|at| at + 1)
}

pub(super) async fn set_aside(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
) -> Response {
    let work = async {
        let reference = reference(&name)?;
        let next = queue::after(&console, &reference).await?;
        act(&console, &viewer, &reference, Act::SetAside).await?;
        Ok(onward(next, &reference))
    };
    answered(&console, work.await)
}

pub(super) async fn reopen(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
) -> Response {
    let work = async {
        let reference = reference(&name)?;
        act(&console, &viewer, &reference, Act::Reopen).await?;
        let did = Did::Moved(reference.clone());
        Ok(format!("/d/{reference}?{}", did.query()))
    };
    answered(&console, work.await)
}

/// How a ticket is closed: with what holds now (E9), as nobody could be reached (E9b), or in silence.
#[derive(Debug, Deserialize)]
pub(super) struct Ending {
    comment: String,
    #[serde(default)]
    maintenant: String,
    #[serde(default)]
    cause: String,
    #[serde(default)]
    fait: String,
}

pub(super) async fn close(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
    Form(given): Form<Ending>,
) -> Response {
    let work = async {
        let reference = reference(&name)?;
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let occasion = match given.comment.as_str() {
            "ecrire" => Some(Occasion::Closing(Closing {
                now: said(&given.maintenant).ok_or(PageError::Refused(
                    "Écrivez ce qui vaut maintenant\u{a0}: le déclarant le lira.",
                ))?,
                cause: said(&given.cause),
                done: said(&given.fait),
            })),
            "injoignable" => Some(Occasion::Unreached),
            _ => None,
        };
        act(&console, &viewer, &reference, Act::Close(occasion)).await?;
        let did = Did::Moved(reference.clone());
        Ok(format!("/d/{reference}?{}", did.query()))
    };
    answered(&console, work.await)
}

/// Another value that a later message gives.
pub(super) async fn accept(
    State(console): State<Console>,
    viewer: Viewer,
    Path((name, field)): Path<(String, String)>,
) -> Response {
    let work = settle(&console, &viewer, (&name, &field), true);
    answered(&console, work.await)
}

/// The value that stands there stays.
pub(super) async fn refuse(
    State(console): State<Console>,
    viewer: Viewer,
    Path((name, field)): Path<(String, String)>,
) -> Response {
    let work = settle(&console, &viewer, (&name, &field), false);
    answered(&console, work.await)
}

async fn settle(
    console: &Console,
    viewer: &Viewer,
    (name, field): (&str, &str),
    accepts: bool,
) -> Result<String, PageError> {
    let reference = reference(name)?;
    let field = FieldName::parse(field).ok_or(PageError::NotFound)?;
    let (store, by) = (console.store(), by(console, viewer));
    let done = match accepts {
        true => store.accept_proposal(&reference, field, &by).await?,
        false => store.refuse_proposal(&reference, field, &by).await?,
    };
    if !done {
        return Err(PageError::Refused("Cette valeur n’est plus proposée."));
    }
    Ok(format!("/d/{reference}?{}", Did::Settled(field).query()))
}

/// The other ticket.
#[derive(Debug, Deserialize)]
pub(super) struct Other {
    autre: String,
    prevenir: Option<String>,
}

/// It becomes part of the other one.
pub(super) async fn merge(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
    Form(given): Form<Other>,
) -> Response {
    let work = async {
        let (part, into) = (reference(&name)?, other(&given)?);
        let (store, parts) = (console.store(), console.intake());
        let by = by(&console, &viewer);
        let next = queue::after(&console, &part).await?;
        let is_silent = given.prevenir.is_none();
        let plan = merger::plan(store, parts, (&part, &into), is_silent, by.at).await;
        let plan = plan.map_err(unmerged)?;
        merger::merge(store, parts, &plan, &by)
            .await
            .map_err(unmerged)?;
        console.wake();
        Ok(onward(next, &part))
    };
    answered(&console, work.await)
}

/// It is a ticket of its own again.
pub(super) async fn split(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
) -> Response {
    let work = async {
        let reference = reference(&name)?;
        let (store, parts) = (console.store(), console.intake());
        let done = merger::split(store, parts, &reference, &by(&console, &viewer)).await;
        done.map_err(unmerged)?;
        console.wake();
        let did = Did::Moved(reference.clone());
        Ok(format!("/d/{reference}?{}", did.query()))
    };
    answered(&console, work.await)
}

/// The two are no duplicates.
pub(super) async fn tell_apart(
    State(console): State<Console>,
    viewer: Viewer,
    Path(name): Path<String>,
    Form(given): Form<Other>,
) -> Response {
    let work = async {
        let (one, other) = (reference(&name)?, other(&given)?);
        let done = merger::distinct(console.store(), (&one, &other), &by(&console, &viewer)).await;
        done.map_err(unmerged)?;
        Ok(format!("/d/{one}?{}", Did::ToldApart(other).query()))
    };
    answered(&console, work.await)
}

fn other(given: &Other) -> Result<Reference, PageError> {
    let refused = PageError::Refused("Un numéro de dossier s’écrit INC-26-00042.");
    given.autre.trim().parse().map_err(|_| refused)
}

/// A mail of ours: let it leave now, take it back, send it again.
pub(super) async fn mail(
    State(console): State<Console>,
    viewer: Viewer,
    Path((name, number, act)): Path<(String, u32, String)>,
) -> Response {
    let work = async {
        let reference = reference(&name)?;
        let (store, by) = (console.store(), by(&console, &viewer));
        let sent = store.mails_of(&reference).await?;
        let mail = sent.into_iter().find(|mail| mail.sequence == number);
        let mail = mail.ok_or(PageError::NotFound)?;
        let done = match act.as_str() {
            "liberer" => store.release(mail.id, &by).await?,
            "annuler" => store.cancel(mail.id, &by).await?,
            "renvoyer" => store.resend(mail.id, &by).await?,
            _ => return Err(PageError::NotFound),
        };
        if !done {
            return Err(PageError::Refused(
                "L’envoi n’est plus dans cet état\u{a0}: rechargez le dossier.",
            ));
        }
        console.wake();
        Ok(format!(
            "/d/{reference}?{}#envois",
            Did::Mail(number).query()
        ))
    };
    answered(&console, work.await)
}

/// Who acts, and when.
pub(super) fn by(console: &Console, viewer: &Viewer) -> By {
    viewer.by(console.now())
}

/// The page after an act: the next ticket of the list, or the list, with what was done.
fn onward(next: Option<Reference>, reference: &Reference) -> String {
    let did = Did::Moved(reference.clone());
    match next {
        Some(next) => format!("/d/{next}?{}", did.query()),
        None => format!("/?{}", did.query()),
    }
}

async fn found(console: &Console, reference: &Reference) -> Result<Incident, PageError> {
    let incident = console.store().incident(reference).await?;
    incident.ok_or(PageError::NotFound)
}

async fn act(
    console: &Console,
    viewer: &Viewer,
    reference: &Reference,
    act: Act,
) -> Result<(), PageError> {
    let (store, parts, by) = (console.store(), console.intake(), by(console, viewer));
    let done = ticket::act(store, parts, reference, act, &by).await;
    console.wake();
    done.map(drop).map_err(|error| match error {
        ActError::Unknown(_) => PageError::NotFound,
        ActError::NotAllowed { .. } => {
            PageError::Refused("Le dossier n’est plus dans un état qui le permet.")
        }
        ActError::Merged(..) => PageError::Refused("Le dossier est rattaché à un autre."),
        ActError::Store(error) => kept(error),
    })
}

fn unmerged(error: MergerError) -> PageError {
    match error {
        MergerError::Unknown(_) => PageError::NotFound,
        MergerError::Misfit(_) => {
            PageError::Refused("Ces deux dossiers ne peuvent pas être rattachés ainsi.")
        }
        MergerError::NotMerged(_) => PageError::Refused("Le dossier n’est rattaché à aucun autre."),
        MergerError::Deeper(..) => PageError::Refused(
            "Le dossier qui l’a reçu est lui-même rattaché à un autre\u{a0}: séparez d’abord celui-là.",
        ),
        MergerError::TooLate(_) => {
            PageError::Refused("Rattaché depuis plus de sept jours, il ne se sépare plus.")
        }
        MergerError::Store(error) => kept(error),
    }
}

/// Why an act was not kept.
pub(super) fn kept(error: StoreError) -> PageError {
    match error {
        StoreError::Conflict(_) => PageError::Refused(
            "Quelqu’un d’autre a changé ce dossier au même moment\u{a0}: rechargez-le, puis recommencez.",
        ),
        error => PageError::Store(error),
    }
}

/// The page after an act, or why it was not done.
pub(super) fn answered(console: &Console, done: Result<String, PageError>) -> Response {
    match done {
        Ok(path) => to(&path),
        Err(error) => console.answer(Err(error)),
    }
}
