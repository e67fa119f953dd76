//! The bytes of a file: whole, which the journal tells of, or as a thumbnail too small to be read.
//!
//! A browser gets only what is a plain picture by its own first bytes, whatever its label says
//! (ATT-02); anything else is saved, never shown, under a name of ours.

use super::{asked, plan};
use crate::desk::capture::{Capture, drawn, find, held};
use crate::domain::capture::Zone;
use crate::media::censor;
use crate::web::auth::Viewer;
use crate::web::page::Console;
use crate::web::refusal::PageError;
use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

/// Nothing of what is inside may run or load, should a browser take it for a page after all.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// Ends of names that a file is saved under.
const KNOWN: [&str; 22] = [
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "pdf", "docx", "xlsx",
    "pptx", "odt", "ods", "odp", "txt", "log", "csv", "eml", "msg", "zip",
];

/// `GET /d/…/capture/1/image`: the file as it stands, with the zones of the address painted in.
pub(in crate::web) async fn image(
    State(console): State<Console>,
    viewer: Viewer,
    Path(path): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let whole = whole(&console, &viewer, &path, query.unwrap_or_default()).await;
    whole.unwrap_or_else(|error| console.answer(Err(error)))
}

async fn whole(
    console: &Console,
    viewer: &Viewer,
    path: &(String, String),
    query: String,
) -> Result<Response, PageError> {
    let (reference, number) = asked(path)?;
    let capture = find(console.store(), &reference, number).await?;
    let contents = held(console.store(), &capture.kept).await?.contents;
    // Told before it is seen.
    let by = viewer.by(console.now());
    let incident = &capture.incident.reference;
    console
        .store()
        .capture_seen(incident, &capture.kept, &by)
        .await?;
    let zones = plan::zones(&plan::given(query.as_bytes()));
    let Some(kind) = censor::shown_as(&contents) else {
        return Ok(saved(&capture, number, contents));
    };
    if zones.is_empty() {
        return Ok(shown(kind, contents));
    }
    let zones: Vec<[u16; 4]> = zones.into_iter().map(Zone::parts).collect();
    let painted = drawn(move || censor::masked(&contents, &zones)).await;
    Ok(shown("image/png", painted.ok_or(PageError::NotFound)?))
}

/// `GET /d/…/capture/1/vignette`: a thumbnail, made anew each time; nothing of it is kept.
pub(in crate::web) async fn thumbnail(
    State(console): State<Console>,
    Path(path): Path<(String, String)>,
) -> Response {
    let small = small(&console, &path).await;
    small.unwrap_or_else(|error| console.answer(Err(error)))
}

async fn small(console: &Console, path: &(String, String)) -> Result<Response, PageError> {
    let (reference, number) = asked(path)?;
    let capture = find(console.store(), &reference, number).await?;
    let contents = held(console.store(), &capture.kept).await?.contents;
    let small = drawn(move || censor::thumbnail(&contents)).await;
    Ok(shown("image/png", small.ok_or(PageError::NotFound)?))
}

fn shown(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, SANDBOX),
        (header::CONTENT_DISPOSITION, "inline"),
    ];
    (headers, bytes).into_response()
}

fn saved(capture: &Capture, number: usize, bytes: Vec<u8>) -> Response {
    let name = &capture.kept.attachment.filename;
    let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase());
    let end = KNOWN
        .into_iter()
        .find(|known| end.as_deref() == Some(known));
    let name = format!(
        "{}-piece-{number}.{}",
        capture.incident.reference,
        end.unwrap_or("bin")
    );
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_SECURITY_POLICY, SANDBOX.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, bytes).into_response()
}
