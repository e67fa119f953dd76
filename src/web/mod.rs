//! The console: lists and incidents, read-only, on this machine.
//!
//! Every page is whole without a script. Mail is hostile: all of it reaches a page through the
//! templates' escaping, and the Content-Security-Policy lets nothing inline run or load.

mod assets;
mod guard;
mod health;
mod incident;
mod incidents;
mod message;
mod messages;
mod page;

pub use page::Parts;

use crate::template::TemplateError;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use page::Console;
use std::future::IntoFuture as _;
use std::io;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// All routes in one table. Everyone on this machine may use them: there are no accounts yet, and
/// `config` accepts loopback addresses only.
///
/// # Errors
/// A page's template can't be used.
pub fn router(parts: Parts) -> Result<Router, TemplateError> {
    let console = Console::new(parts)?;
    Ok(Router::new()
        .route("/", get(incidents::list))
        .route("/d/{reference}", get(incident::show))
        .route("/messages", get(messages::list))
        .route("/healthz", get(health::live))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route(assets::style_path(), get(assets::style))
        .fallback(page::not_found)
        .method_not_allowed_fallback(page::not_allowed)
        .layer(DefaultBodyLimit::max(guard::MOST_BODY))
        .layer(axum::middleware::from_fn_with_state(
            console.clone(),
            guard::guard,
        ))
        .with_state(console))
}

/// Answers on `listener` until `stop`; answers begun are finished.
///
/// # Errors
/// The socket fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(event = "web.listening", at = %address);
    let server = axum::serve(listener, router)
        .with_graceful_shutdown(async move { stop.cancelled_owned().await });
    server.into_future().await
}
