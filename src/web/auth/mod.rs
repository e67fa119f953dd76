//! Who uses the console, and what they may do: sessions, forms that only our pages can send, logins.
//!
//! Every route declares what it asks of its user ([`routes::Table`]); a request reaches its handler
//! only through [`allow`].

mod form;
mod login;
mod password;
mod reach;
pub(super) mod routes;
mod session;

pub(super) use login::{enter, leave, show};
pub(super) use reach::{Peer, is_answered, is_from_here};
pub(super) use session::Viewer;

pub use reach::Reach;

pub use password::{PasswordError, hash as hash_password};
pub use routes::{Need, Route};

use super::page::Console;
use super::refusal::PageError;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

/// How people come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nobody is asked who they are, and all may do everything: the demonstration, or a console that
    /// only this machine reaches.
    Open,
    /// By an account kept here.
    Accounts,
}

/// Lets a request through to its handler, which finds the [`Viewer`] in its extensions, or answers in
/// its stead.
pub(super) async fn allow(
    State((console, need)): State<(Console, Need)>,
    mut request: Request,
    next: Next,
) -> Response {
    let Need::Right(right) = need else {
        return next.run(request).await;
    };
    let viewer = match session::viewer(&console, request.headers()).await {
        Ok(Some(viewer)) => viewer,
        Ok(None) => return login::ask(&console, request).await,
        Err(error) => return console.answer(Err(PageError::Store(error))),
    };
    if !viewer.may(right) {
        return console.error(StatusCode::FORBIDDEN);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        request = match form::checked(&console, &viewer, request).await {
            Ok(request) => request,
            Err(status) => return console.error(status),
        };
    }
    request.extensions_mut().insert(viewer);
    next.run(request).await
}
