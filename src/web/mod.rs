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
mod metrics;
mod page;
mod quarantine;
mod sante;
mod strips;

pub use page::Parts;

use crate::template::TemplateError;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use futures_util::FutureExt as _;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use page::Console;
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long a client may take for a request's header, and leave a connection unused.
const HEADER: Duration = Duration::from_secs(15);

/// The pause after a connection that could not be taken.
const PAUSE: Duration = Duration::from_millis(200);

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
        .route("/sante", get(sante::show))
        .route("/metrics", get(metrics::show))
        .route("/quarantine", get(quarantine::list))
        .route("/quarantine/{number}/message.eml", get(quarantine::save))
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

/// Answers on `listener` until `stop`; answers begun are finished. A client that takes longer than
/// `HEADER` for a request's header is left.
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
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER);
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // Too many files are open, or the client has gone: neither ends the console.
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        // What fails on one connection is its client's affair.
        let answering = connections.watch(connection).map(drop);
        tokio::spawn(answering);
    }
    drop(listener);
    connections.shutdown().await;
    Ok(())
}
