//! `/d/INC-26-00042/capture/1`: one file of a ticket (`spec/experience.md`, P5). A copy of a screen is
//! presumed to show a patient: what is looked at whole is told in the journal, zones are painted black
//! for good, and what is deleted is gone.

mod picture;
mod plan;

pub(super) use picture::{image, thumbnail};

use self::plan::{Plan, Row, field, given, query, zones};
use super::acts::to;
use super::auth::Viewer;
use super::page::{Console, Moment};
use super::refusal::PageError;
use crate::desk::capture::{self, Capture, CaptureError, Done, find, held};
use crate::domain::account::Right;
use crate::domain::capture::{Motive, Zone};
use crate::domain::history::{Event, EventKind};
use crate::domain::incident::{Incident, Reference};
use crate::media::censor;
use crate::present::page::Attached;
use crate::present::{french, mails};
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Serialize;

/// How wide a picture is shown at most, in pixels: clicks are counted in these.
const WIDEST: u32 = 1_200;

#[derive(Serialize)]
struct Shown {
    reference: String,
    number: usize,
    here: String,
    filename: String,
    facts: Vec<String>,
    sender: String,
    received: Option<Moment>,
    /// SHA-256 of what is shown: an act on anything else is refused.
    seen: String,
    width: u32,
    height: u32,
    image: String,
    zones: Vec<Row>,
    corner: String,
    unreachable: &'static str,
    merged: String,
    same: Vec<Same>,
    past: Vec<String>,
    fault: String,
    kept_log: bool,
    is_shared: bool,
    may_act: bool,
    may_delete: bool,
}

/// The same bytes in another place of the ticket.
#[derive(Serialize)]
struct Same {
    link: String,
    number: usize,
}

/// The files of a ticket as its page lists them.
pub(super) fn listed(incident: &Incident) -> Vec<Attached> {
    let files = incident.attachments.iter().zip(1..);
    files
        .map(|(kept, number)| match kept.sha256.is_empty() {
            true => Attached::kept(kept),
            false => Attached::kept(kept).at(address(&incident.reference, number)),
        })
        .collect()
}

/// `GET /d/…/capture/1`, with the zones that are prepared.
pub(super) async fn show(
    State(console): State<Console>,
    viewer: Viewer,
    Path(path): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = given(query.unwrap_or_default().as_bytes());
    console.answer(page(&console, &viewer, &path, &query, "").await)
}

/// `POST /d/…/capture/1/masquer`.
pub(super) async fn mask(
    State(console): State<Console>,
    viewer: Viewer,
    Path(path): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let form = given(&body);
    let done = async {
        let capture = found(&console, &path).await?;
        let by = viewer.by(console.now());
        let zones: Vec<Zone> = zones(&form);
        let done = capture::mask(console.store(), &capture, seen(&form), &zones, &by);
        done.await.map(Some)
    };
    let done = done.await;
    answer(&console, &viewer, &path, &form, done).await
}

/// `POST /d/…/capture/1/supprimer`.
pub(super) async fn delete(
    State(console): State<Console>,
    viewer: Viewer,
    Path(path): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let form = given(&body);
    let Some(motive) = Motive::parse(field(&form, "motif"), field(&form, "texte")) else {
        let fault = "Rien n’est supprimé\u{a0}: choisissez un motif, et dites-le s’il est autre.";
        return refused(&console, &viewer, &path, &form, fault.to_owned()).await;
    };
    let asks_again = !field(&form, "prevenir").is_empty();
    let done = async {
        let capture = found(&console, &path).await?;
        let by = viewer.by(console.now());
        let how = (seen(&form), &motive, asks_again);
        let done = capture::delete(console.store(), console.intake(), &capture, how, &by);
        done.await.map(Some)
    };
    let done = done.await;
    answer(&console, &viewer, &path, &form, done).await
}

/// `POST /d/…/capture/1/bonne`.
pub(super) async fn accept(
    State(console): State<Console>,
    viewer: Viewer,
    Path(path): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let form = given(&body);
    let done = async {
        let capture = found(&console, &path).await?;
        let by = viewer.by(console.now());
        capture::accept(console.store(), &capture, seen(&form), &by).await?;
        Ok(None)
    };
    let done = done.await;
    answer(&console, &viewer, &path, &form, done).await
}

/// After an act one is on the file's page again; what could not be done is said there.
async fn answer(
    console: &Console,
    viewer: &Viewer,
    path: &(String, String),
    form: &plan::Given,
    done: Result<Option<Done>, CaptureError>,
) -> Response {
    let error = match done {
        Ok(done) => {
            let log = match done {
                Some(Done { is_gone: false, .. }) => "?journal=plein",
                _ => "",
            };
            // The mail that tells of it may leave.
            console.wake();
            let Ok((reference, number)) = asked(path) else {
                return console.error(StatusCode::NOT_FOUND);
            };
            let path = format!("{}{log}", address(&reference, number));
            return to(&path);
        }
        Err(error) => error,
    };
    match refusal(&error) {
        Some(fault) => refused(console, viewer, path, form, fault).await,
        None => console.answer(Err(error.into())),
    }
}

/// The page once more, with why nothing was done.
async fn refused(
    console: &Console,
    viewer: &Viewer,
    path: &(String, String),
    form: &plan::Given,
    fault: String,
) -> Response {
    match page(console, viewer, path, form, &fault).await {
        Ok(page) => (StatusCode::UNPROCESSABLE_ENTITY, page).into_response(),
        Err(error) => console.answer(Err(error)),
    }
}

/// Why an act was refused, as people read it; `None` for what is no matter of theirs.
fn refusal(error: &CaptureError) -> Option<String> {
    Some(match error {
        CaptureError::Unknown | CaptureError::Store(_) => return None,
        CaptureError::Merged(_, into) => {
            format!("Rien n’est changé\u{a0}: ce dossier est rattaché au {into}, agissez là.")
        }
        CaptureError::Absent => {
            "Rien n’est changé\u{a0}: les octets de cette pièce ne sont pas ici tels que reçus."
                .into()
        }
        CaptureError::Inside => format!("Rien n’est changé. {INSIDE}"),
        CaptureError::NotAlone => {
            "Rien n’est changé\u{a0}: sans cette pièce, le reste du message ne \
            se lirait plus comme avant."
                .into()
        }
        CaptureError::NoPicture => {
            "Rien n’est changé\u{a0}: cette image est illisible ou trop grande pour être masquée."
                .into()
        }
        CaptureError::Zones => "Rien n’est changé\u{a0}: posez d’abord une zone.".into(),
        CaptureError::Changed => "Rien n’est changé\u{a0}: la pièce ou le dossier a changé depuis \
            l’affichage. Regardez de nouveau."
            .into(),
    })
}

/// Why a file can't be rewritten.
const INSIDE: &str = "Cette pièce est à l’intérieur d’un autre fichier, du texte HTML ou d’un message \
    encodé\u{a0}: elle ne peut pas en être retirée exactement. Supprimez le fichier qui la contient, \
    s’il est dans la liste.";

impl From<CaptureError> for PageError {
    fn from(error: CaptureError) -> Self {
        match error {
            CaptureError::Store(error) => Self::Store(error),
            _ => Self::NotFound,
        }
    }
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    path: &(String, String),
    given: &plan::Given,
    fault: &str,
) -> Result<Html<String>, PageError> {
    let (reference, number) = asked(path)?;
    let capture = find(console.store(), &reference, number).await?;
    let Capture { incident, kept } = &capture;
    let held = match held(console.store(), kept).await {
        Ok(held) => Some(held),
        Err(CaptureError::Absent) => None,
        Err(error) => return Err(error.into()),
    };
    let contents = held.as_ref().map(|held| held.contents.as_slice());
    let picture = contents.filter(|bytes| censor::shown_as(bytes).is_some());
    let size = picture.and_then(censor::shown_size);
    let (width, height) = size.map(fitted).unwrap_or_default();
    let plan = Plan::read(given, size.map(fitted));
    let here = address(&reference, number);
    let image = picture.map(|_| match size {
        Some(_) => format!("{here}/image{}", query(&plan.zones)),
        // What is too large to be worked on can be looked at all the same.
        None => format!("{here}/image"),
    });
    let history = console.store().history(&reference).await?;
    let messages = console.store().messages_of(&reference).await?;
    let message = messages.into_iter().find(|one| one.id == kept.message);
    let context = Shown {
        number,
        filename: kept.attachment.filename.clone(),
        facts: facts(&capture, size),
        received: message
            .as_ref()
            .map(|one| console.moment(one.internal_date)),
        sender: message.map(|one| one.from_address).unwrap_or_default(),
        seen: kept.sha256.clone(),
        width,
        height,
        image: image.unwrap_or_default(),
        zones: plan.rows(),
        corner: plan
            .corner
            .map(|corner| corner.to_string())
            .unwrap_or_default(),
        unreachable: match &held {
            None => "Les octets de cette pièce ne sont pas ici tels que reçus.",
            Some(held) if !held.is_reachable() => INSIDE,
            Some(_) => "",
        },
        merged: incident
            .merged
            .as_ref()
            .map(|merger| merger.into.to_string())
            .unwrap_or_default(),
        same: same(&capture, number),
        past: past(&capture, &history),
        fault: match fault.is_empty() {
            true => plan.fault.to_owned(),
            false => fault.to_owned(),
        },
        kept_log: given.iter().any(|(name, _)| name == "journal"),
        is_shared: console.store().is_shared(),
        may_act: viewer.may(Right::Act),
        may_delete: viewer.may(Right::Lead),
        reference: reference.to_string(),
        here,
    };
    console
        .render(viewer, "dossier", "capture.html", context)
        .await
}

/// The size at which a picture is shown: never larger than it is.
fn fitted((width, height): (u32, u32)) -> (u32, u32) {
    if width <= WIDEST {
        return (width, height);
    }
    let height = u64::from(height) * u64::from(WIDEST) / u64::from(width);
    (WIDEST, u32::try_from(height).unwrap_or(u32::MAX).max(1))
}

/// « 1366×768 », « 48 ko », « capture ».
fn facts(capture: &Capture, size: Option<(u32, u32)>) -> Vec<String> {
    let attachment = &capture.kept.attachment;
    let pixels = size.map(|(width, height)| format!("{width}\u{a0}×\u{a0}{height}"));
    let mut facts = vec![attachment.content_type.clone()];
    facts.extend(pixels);
    facts.push(french::size(attachment.size));
    facts.push(french::role(attachment.role).to_owned());
    facts
}

/// The other files of the ticket with the same bytes: to hide one of them hides nothing.
fn same(capture: &Capture, number: usize) -> Vec<Same> {
    let Capture { incident, kept } = capture;
    let files = incident.attachments.iter().zip(1..);
    files
        .filter(|(other, at)| *at != number && other.sha256 == kept.sha256)
        .map(|(_, at)| Same {
            link: address(&incident.reference, at),
            number: at,
        })
        .collect()
}

/// What was done with this file, and whether the declarant is told.
fn past(capture: &Capture, history: &[Event]) -> Vec<String> {
    let kept = &capture.kept;
    let number = kept.number.to_string();
    let is_of_file = |event: &Event| {
        event.message == Some(kept.message) && event.detail.split(' ').next() == Some(&number)
    };
    let mut told = Vec::new();
    for event in history {
        let is_deleted = event.kind == EventKind::CaptureDeleted;
        let is_act = matches!(
            event.kind,
            EventKind::CaptureMasked | EventKind::CaptureAccepted
        );
        if !(is_act || is_deleted) || !is_of_file(event) {
            continue;
        }
        told.push(format!("{} ({})", mails::event(event), event.who));
        // What was decided of the mail stands beside it.
        let mut beside = history
            .iter()
            .filter(|other| other.at == event.at && is_deleted);
        let mail = beside.find(|other| {
            matches!(
                other.kind,
                EventKind::MailPrepared | EventKind::MailSuppressed
            )
        });
        told.extend(mail.map(mails::event));
    }
    told.into_iter()
        .map(|line| french::capital(&line))
        .collect()
}

/// What an address names; anything else is not there.
fn asked((reference, number): &(String, String)) -> Result<(Reference, usize), PageError> {
    let reference = reference.parse().map_err(|_| PageError::NotFound)?;
    let number = number.parse().map_err(|_| PageError::NotFound)?;
    Ok((reference, number))
}

async fn found(console: &Console, path: &(String, String)) -> Result<Capture, CaptureError> {
    let (reference, number) = asked(path).map_err(|_| CaptureError::Unknown)?;
    find(console.store(), &reference, number).await
}

fn address(reference: &Reference, number: usize) -> String {
    format!("/d/{reference}/capture/{number}")
}

/// What the form's page showed.
fn seen(form: &plan::Given) -> &str {
    field(form, "vu")
}
