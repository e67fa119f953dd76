//! What holds for every request: who may ask, how much, how long, and the headers of the answer.

use super::page::Console;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
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

/// Runs one request within its limits and dresses the answer.
pub(super) async fn guard(
    State(console): State<Console>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let route = route(request.uri().path());
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    };
    let mut response = match refused(&request) {
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
        .answered(route, method, class, begun.elapsed());
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
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages hold personal data: only what says otherwise may be kept.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The router's pattern for a path, as figures name it; what is asked in vain has none.
fn route(path: &str) -> &'static str {
    const ROUTES: [&str; 8] = [
        "/",
        "/messages",
        "/sante",
        "/metrics",
        "/quarantine",
        "/healthz",
        "/livez",
        "/readyz",
    ];
    match ROUTES.into_iter().find(|route| *route == path) {
        Some(route) => route,
        None if path.starts_with("/d/") => "/d/{reference}",
        None if path.starts_with("/quarantine/") => "/quarantine/{number}/message.eml",
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

fn refused(request: &Request) -> Option<StatusCode> {
    let size: usize = request
        .headers()
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if size + request.uri().path().len() > MOST_HEADER {
        return Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    (!is_this_machine(request.headers())).then_some(StatusCode::MISDIRECTED_REQUEST)
}

/// A page of another site could point its own name at 127.0.0.1 (DNS rebinding); its requests
/// still carry that name in Host.
fn is_this_machine(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let Ok(host) = host.to_str() else {
        return false;
    };
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) => (name, port.strip_prefix(':').or(Some(port))),
            None => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    let is_port = port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    is_port && (matches!(name, "127.0.0.1" | "::1") || name.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machines_names_are_answered() {
        let answered = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            is_this_machine(&headers)
        };
        for host in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "localhost:8080",
            "LOCALHOST",
            "[::1]:8080",
            "[::1]",
        ] {
            assert!(answered(host), "{host}");
        }
        for host in [
            "",
            "vigie.example",
            "127.0.0.1.vigie.example",
            "localhost.example:8080",
            "127.0.0.1:80@evil.example",
            "[::1",
            "0.0.0.0",
        ] {
            assert!(!answered(host), "{host}");
        }
        assert!(!is_this_machine(&HeaderMap::new()));
    }
}
