//! Coming in and going out. A name or a place from where many passwords were wrong is made to wait,
//! ever longer and never for good (BRUTE-01); what somebody had typed when their session ended is
//! given back to them after the login.

use super::form::{self, TOKEN};
use super::password;
use super::reach::{Peer, client};
use super::session::{self, Viewer};
use crate::present::french;
use crate::store::{FORGOTTEN, StoreError};
use crate::web::page::Console;
use crate::web::refusal::PageError;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use tokio::sync::Semaphore;

/// Passwords that are checked at once: each takes a core and 19 MiB.
static CHECKED: Semaphore = Semaphore::const_new(2);

/// Failures before somebody waits: of a name from one place, of a place, of a name from anywhere.
const FREE: [u32; 3] = [5, 20, 50];

/// The longest wait.
const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// Bytes of what was typed that are given back.
const MOST_TYPED: usize = 64 * 1024;

#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Asked {
    suite: Option<String>,
}

/// A field that somebody had typed.
#[derive(Debug, Serialize)]
struct Typed {
    name: String,
    value: String,
}

#[derive(Debug, Default, Serialize)]
struct Login<'a> {
    next: &'a str,
    typed: &'a str,
    name: &'a str,
    fault: String,
    first: bool,
    ended: bool,
}

#[derive(Debug, Serialize)]
struct Resumed<'a> {
    next: &'a str,
    typed: Vec<Typed>,
    token: &'a str,
}

/// `GET /connexion`.
pub(in crate::web) async fn show(
    State(console): State<Console>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let next = local(asked.suite.as_deref().unwrap_or("/"));
    match session::viewer(&console, &headers).await {
        Ok(Some(_)) => to(&next, None),
        Ok(None) => {
            page(
                &console,
                StatusCode::OK,
                Login {
                    next: &next,
                    ..Login::default()
                },
            )
            .await
        }
        Err(error) => console.answer(Err(PageError::Store(error))),
    }
}

/// Somebody without a session asks for something: they log in first. What they had typed goes with
/// them.
pub(super) async fn ask(console: &Console, request: Request) -> Response {
    let target = request.uri().path_and_query();
    let target = target.map_or("/", |target| target.as_str()).to_owned();
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let next = match target.as_str() {
            "/" => "/connexion".to_owned(),
            other => {
                let other: String =
                    url::form_urlencoded::byte_serialize(other.as_bytes()).collect();
                format!("/connexion?suite={other}")
            }
        };
        return to(&next, None);
    }
    // Only what our own page held: nobody else's form is put into their hands.
    let is_ours = form::is_ours(console, request.headers());
    let body = form::read(request.into_body()).await.unwrap_or_default();
    let typed = match is_ours && body.len() <= MOST_TYPED {
        true => String::from_utf8_lossy(&body).into_owned(),
        false => String::new(),
    };
    let login = Login {
        next: &local(&target),
        typed: &typed,
        ended: true,
        ..Login::default()
    };
    page(console, StatusCode::UNAUTHORIZED, login).await
}

/// `POST /connexion`.
pub(in crate::web) async fn enter(
    State(console): State<Console>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !form::is_ours(&console, &headers) {
        return console.error(StatusCode::FORBIDDEN);
    }
    let mut given = Given::default();
    for (name, value) in form::fields(&body) {
        match name.as_str() {
            "nom" => given.name = value.trim().to_lowercase(),
            "mot_de_passe" => given.password = value,
            "suite" => given.next = local(&value),
            "saisie" => given.typed = value,
            _ => (),
        }
    }
    let from = client(console.reach(), peer, &headers);
    match checked(&console, &given, from, &headers).await {
        Ok(response) => response,
        Err(error) => console.answer(Err(PageError::Store(error))),
    }
}

/// What a login form holds.
#[derive(Debug, Default)]
struct Given {
    name: String,
    password: String,
    next: String,
    typed: String,
}

async fn checked(
    console: &Console,
    given: &Given,
    from: IpAddr,
    headers: &HeaderMap,
) -> Result<Response, StoreError> {
    let (store, now) = (console.store(), console.now());
    let hash = |what: &str, text: &str| console.key().token(what, text);
    let tried = [
        hash("login", &format!("{from} {}", given.name)),
        hash("login-place", &from.to_string()),
        hash("login-name", &given.name),
    ];
    let mut until = None;
    for (tried, free) in tried.iter().zip(FREE) {
        let failed = store.failed_logins(tried, now).await?;
        until = until.max(failed.and_then(|(failures, at)| waits_until(failures, free, at)));
    }
    if let Some(until) = until.filter(|until| *until > now) {
        let until = french::instant(until, console.timezone(), now);
        let fault = format!("Trop d’essais. Réessayez à partir de {until}.");
        return Ok(again(console, StatusCode::TOO_MANY_REQUESTS, given, fault).await);
    }
    let found = store.account(&given.name).await?;
    let found = found.filter(|(account, _)| !account.is_disabled);
    let (account, hash) = found.map_or((None, None), |(account, hash)| (Some(account), hash));
    let password = given.password.clone();
    let is_right = {
        let _permit = CHECKED.acquire().await;
        let check = move || password::is_right(&password, hash.as_deref());
        tokio::task::spawn_blocking(check).await.unwrap_or(false)
    };
    let Some(account) = account.filter(|_| is_right) else {
        let tried: Vec<&str> = tried.iter().map(String::as_str).collect();
        store.login_failed(&tried, now).await?;
        tracing::warn!(event = "login.failed", from = %console.key().short_hash(&from.to_string()));
        let fault = "Nom ou mot de passe inconnu.".to_owned();
        return Ok(again(console, StatusCode::UNPROCESSABLE_ENTITY, given, fault).await);
    };
    store.login_succeeded(&tried[0]).await?;
    let Ok((value, token)) = session::new_token() else {
        return Ok(console.error(StatusCode::INTERNAL_SERVER_ERROR));
    };
    let follows = session::session(console, headers);
    store
        .begin_session(&token, &account, follows.as_deref(), now)
        .await?;
    tracing::info!(event = "login.done", account = account.id.0);
    let cookie = session::set_cookie(console, &value);
    if given.typed.is_empty() {
        return Ok(to(&given.next, Some(&cookie)));
    }
    Ok(resumed(
        console,
        given,
        &console.key().token("form", &token),
        &cookie,
    ))
}

/// Until when somebody waits who failed so often: twice as long after each failure.
fn waits_until(failures: u32, free: u32, last: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let beyond = failures.checked_sub(free)?;
    let wait = TimeDelta::seconds(1 << beyond.min(20))
        .min(LONGEST)
        .min(FORGOTTEN);
    Some(last + wait)
}

async fn again(console: &Console, status: StatusCode, given: &Given, fault: String) -> Response {
    let login = Login {
        next: &given.next,
        typed: &given.typed,
        name: &given.name,
        fault,
        ..Login::default()
    };
    page(console, status, login).await
}

async fn page(console: &Console, status: StatusCode, mut login: Login<'_>) -> Response {
    login.first = matches!(console.store().count_accounts().await, Ok(0));
    match console.render_alone("login.html", &login) {
        Ok(page) => (status, page).into_response(),
        Err(error) => console.answer(Err(PageError::Template(error))),
    }
}

/// After a login: what was typed before, ready to be sent.
fn resumed(console: &Console, given: &Given, token: &str, cookie: &str) -> Response {
    let typed = form::fields(given.typed.as_bytes())
        .filter(|(name, _)| name != TOKEN)
        .map(|(name, value)| Typed { name, value })
        .collect();
    let context = Resumed {
        next: &given.next,
        typed,
        token,
    };
    match console.render_alone("resumed.html", &context) {
        Ok(page) => ([(header::SET_COOKIE, cookie)], page).into_response(),
        Err(error) => console.answer(Err(PageError::Template(error))),
    }
}

/// `POST /deconnexion`.
pub(in crate::web) async fn leave(State(console): State<Console>, viewer: Viewer) -> Response {
    if let Some(session) = &viewer.session {
        let ended = console
            .store()
            .end_session(session, &viewer.account, console.now())
            .await;
        if let Err(error) = ended {
            return console.answer(Err(PageError::Store(error)));
        }
    }
    to("/connexion", Some(&session::set_cookie(&console, "")))
}

/// A path of this console, whatever was asked for (REDIR-01).
fn local(path: &str) -> String {
    let is_local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    match is_local && !path.starts_with("/connexion") && !path.starts_with("/deconnexion") {
        true => path.to_owned(),
        false => "/".to_owned(),
    }
}

fn to(path: &str, cookie: Option<&str>) -> Response {
    let location = [(header::LOCATION, path)];
    match cookie {
        Some(cookie) => (
            StatusCode::SEE_OTHER,
            location,
            [(header::SET_COOKIE, cookie)],
        )
            .into_response(),
        None => (StatusCode::SEE_OTHER, location).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redir_01_only_a_path_of_ours_is_gone_to() {
        for path in ["/", "/d/INC-26-00042", "/?tri=age&entite=samu-44"] {
            assert_eq!(local(path), path);
        }
        for path in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "https:evil.example",
            "/a\r\nSet-Cookie: x=y",
            "/connexion?suite=/connexion",
            "/deconnexion",
        ] {
            assert_eq!(local(path), "/", "{path}");
        }
    }

    #[test]
    fn brute_01_who_fails_often_waits_ever_longer_and_never_for_good() {
        let last = DateTime::UNIX_EPOCH;
        let wait =
            |failures: u32| waits_until(failures, 5, last).map(|at| (at - last).num_seconds());
        let waits: Vec<Option<i64>> = [0, 4, 5, 6, 7, 12, 15, 1_000].map(wait).to_vec();
        assert_eq!(
            waits,
            [
                None,
                None,
                Some(1),
                Some(2),
                Some(4),
                Some(128),
                Some(900),
                Some(900)
            ]
        );
    }
}
