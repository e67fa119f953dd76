//! A session: a cookie whose value nobody but the browser has; the store keeps its SHA-256.

use super::Access;
use crate::domain::account::{Account, AccountId, Actor, By, Right, Roles};
use crate::store::StoreError;
use crate::web::page::Console;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use chrono::{DateTime, Utc};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest as _, Sha256};

/// The cookie's name where browsers come by TLS (RFC 6265bis, 4.1.3.2), and where they don't.
const SECURE_COOKIE: &str = "__Host-vigie";
const PLAIN_COOKIE: &str = "vigie";

/// Who looks at a page, and what lets their forms through.
#[derive(Debug, Clone)]
pub(in crate::web) struct Viewer {
    /// Their account; where nobody is asked, one that stands for all.
    pub(in crate::web) account: Account,
    /// The token of their forms.
    pub(in crate::web) token: String,
    /// The SHA-256 of their session; `None` where nobody is asked who they are.
    pub(super) session: Option<String>,
}

impl Viewer {
    /// Whether they have this right.
    pub(in crate::web) fn may(&self, right: Right) -> bool {
        self.account.roles.may(right)
    }

    /// Whether they came in by a login.
    pub(in crate::web) fn has_session(&self) -> bool {
        self.session.is_some()
    }

    /// Who does something at this time.
    pub(in crate::web) fn by(&self, at: DateTime<Utc>) -> By {
        match self.session {
            Some(_) => By::person(&self.account, at),
            None => By {
                actor: Actor {
                    account: None,
                    name: self.account.display.clone(),
                },
                at,
            },
        }
    }

    /// Whether a form's token is theirs. Both are hashed first, so that the time taken tells
    /// nothing.
    pub(super) fn has_token(&self, token: &str) -> bool {
        Sha256::digest(token.as_bytes()) == Sha256::digest(self.token.as_bytes())
    }
}

impl<S: Sync> FromRequestParts<S> for Viewer {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        // The table of routes puts it there; without, no handler runs.
        let viewer = parts.extensions.get::<Self>().cloned();
        viewer.ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// Who sends a request; `None` where they must log in.
pub(super) async fn viewer(
    console: &Console,
    headers: &HeaderMap,
) -> Result<Option<Viewer>, StoreError> {
    if console.access() == Access::Open {
        return Ok(Some(everyone(console)));
    }
    let Some(session) = session(console, headers) else {
        return Ok(None);
    };
    let account = console.store().session(&session, console.now()).await?;
    Ok(account.map(|account| Viewer {
        account,
        token: console.key().token("form", &session),
        session: Some(session),
    }))
}

/// The one account of a console that asks nobody.
fn everyone(console: &Console) -> Viewer {
    Viewer {
        account: Account {
            id: AccountId(0),
            name: "ici".to_owned(),
            display: "Ce poste".to_owned(),
            roles: Roles::all(),
            shortcuts: true,
            is_disabled: false,
            has_password: false,
        },
        token: console.key().token("form", ""),
        session: None,
    }
}

/// The SHA-256 of the session that a request's cookie names.
pub(super) fn session(console: &Console, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(console);
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut cookies = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = cookies.find(|(given, _)| *given == name)?;
    Some(hashed(value))
}

/// A new session's cookie value, 256 bits of chance, and its SHA-256.
pub(super) fn new_token() -> Result<(String, String), getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    let value = BASE64URL_NOPAD.encode(&bytes);
    let hash = hashed(&value);
    Ok((value, hash))
}

/// The header that gives a browser its session, or takes it: an empty value.
pub(super) fn set_cookie(console: &Console, value: &str) -> String {
    let name = cookie_name(console);
    let secure = match console.reach().is_secure() {
        true => "; Secure",
        false => "",
    };
    let ends = match value.is_empty() {
        true => "; Max-Age=0",
        false => "",
    };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{ends}")
}

fn cookie_name(console: &Console) -> &'static str {
    match console.reach().is_secure() {
        true => SECURE_COOKIE,
        false => PLAIN_COOKIE,
    }
}

fn hashed(value: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(value.as_bytes()))
}
