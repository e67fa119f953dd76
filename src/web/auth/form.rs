//! Forms that only our own pages can send (CSRF-01): each holds a token that depends on the session,
//! and what a browser tells of where a form comes from must fit.

use super::session::Viewer;
use crate::web::guard::MOST_BODY;
use crate::web::page::Console;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};

/// The field of a form that holds the token.
pub(in crate::web) const TOKEN: &str = "jeton";

/// Lets a form through whose token is right; its body is whole again.
pub(super) async fn checked(
    console: &Console,
    viewer: &Viewer,
    request: Request,
) -> Result<Request, StatusCode> {
    if !is_ours(console, request.headers()) || !is_form(request.headers()) {
        return Err(StatusCode::FORBIDDEN);
    }
    let (parts, body) = request.into_parts();
    let body = read(body).await?;
    let given = fields(&body).find(|(name, _)| name == TOKEN);
    if !given.is_some_and(|(_, token)| viewer.has_token(&token)) {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// The whole body of a form.
pub(super) async fn read(body: Body) -> Result<Bytes, StatusCode> {
    let read = to_bytes(body, MOST_BODY).await;
    read.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)
}

/// The fields of a form, decoded.
pub(super) fn fields(body: &[u8]) -> impl Iterator<Item = (String, String)> + '_ {
    url::form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Whether what the browser tells of the form's origin is this console's. A client that tells
/// nothing is no browser, and is held to the token alone.
pub(super) fn is_ours(console: &Console, headers: &HeaderMap) -> bool {
    // Under our own `Referrer-Policy: no-referrer` browsers send `Origin: null` with our forms, too
    // (Fetch, 4.2.1): what they say of the site goes before it, and no page can set that.
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let (Ok(origin), Some(host)) = (origin.to_str(), host) else {
        return false;
    };
    match console.reach().public_origin() {
        Some(public) if origin == public => true,
        _ => {
            let rest = origin.strip_prefix("http://");
            rest.is_some_and(|rest| rest == host) && console.reach().is_plain()
        }
    }
}
