//! What holds for every request: who may ask, how much, how long, and the headers of the answer.

use super::auth::is_answered;
use super::page::Console;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::Instant;

/// Bytes of a request's body.
pub(super) const MOST_BODY: usize = 1024 * 1024;

/// Bytes of a request's headers and path.
const MOST_HEADER: usize = 16 * 1024;

/// Requests answered at once; the next ones wait within the same time limit.
pub(super) const MOST_AT_ONCE: usize = 64;

/// No answer takes longer.
const LONGEST: Duration = Duration::from_secs(30);

/// Nothing inline, nothing from elsewhere, no frames around us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Browsers that came by TLS come by nothing else for a year (RFC 6797).
const FOR_A_YEAR: &str = "max-age=31536000";

/// Runs one request within its limits and dresses the answer.
pub(super) async fn guard(
    State(console): State<Console>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    };
    let mut response = match refused(&console, &request) {
        Some(status) => console.error(status),
        None => answer(&console, request, next).await,
    };
    let class = match response.status().as_u16() {
        ..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    };
    console
        .requests()
        .answered(pattern(route.as_ref()), method, class, begun.elapsed());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        // A file of a declarant's asks for more.
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if console.reach().is_secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(FOR_A_YEAR),
        );
    }
    // Pages hold personal data: only what says otherwise may be kept.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The router's pattern of a request, as figures name it; what is asked in vain has none, and the
/// stylesheet's changes with its content.
fn pattern(route: Option<&MatchedPath>) -> &str {
    match route.map(MatchedPath::as_str) {
        Some(route) if route.starts_with("/style-") => "/style.css",
        Some(route) if route.starts_with("/vigie-") => "/vigie.js",
        Some(route) => route,
        None => "other",
    }
}

async fn answer(console: &Console, request: Request, next: Next) -> Response {
    let work = async {
        let _permit = console.at_once().acquire().await;
        next.run(request).await
    };
    match tokio::time::timeout(LONGEST, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => console.error(StatusCode::INTERNAL_SERVER_ERROR),
        Err(_) => console.error(StatusCode::SERVICE_UNAVAILABLE),
    }
}

fn refused(console: &Console, request: &Request) -> Option<StatusCode> {
    let size: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if size + request.uri().path().len() > MOST_HEADER {
        return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    (!is_answered(console.reach(), request.headers())).then_some(StatusCode::MISDIRECTED_REQUEST)
}
