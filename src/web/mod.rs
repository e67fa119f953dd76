//! The console: what support reads and does all day.
//!
//! Every page is whole without a script. Mail is hostile: all of it reaches a page through the
//! templates' escaping, and the Content-Security-Policy lets nothing inline run or load.

mod acts;
mod assets;
mod auth;
mod capture;
mod guard;
mod health;
mod incident;
mod incidents;
mod journal;
mod lists;
mod message;
mod messages;
mod metrics;
mod page;
mod quarantine;
mod queue;
mod refusal;
mod said;
mod sante;
mod search;
mod sendings;
mod shown;
mod strips;
mod verdict;

pub use auth::{Access, Need, PasswordError, Reach, Route, hash_password};
pub use page::Parts;

use crate::template::TemplateError;
use auth::Peer;
use auth::routes::Table;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use futures_util::FutureExt as _;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
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

/// The console: its router, and the table of routes that it was made of.
#[derive(Debug)]
pub struct Site {
    /// What answers.
    pub router: Router,
    /// Each route with what it asks of its user.
    pub routes: Vec<Route>,
}

/// All routes in one table.
///
/// # Errors
/// A page's template can't be used.
pub fn site(parts: Parts) -> Result<Site, TemplateError> {
    use crate::domain::account::Right::{Act, Anyone, Lead, Read};
    let console = Console::new(parts)?;
    let table = Table::new(&console)
        .get("/", Read, lists::to_review)
        .get("/attente", Read, lists::waiting)
        .get("/rappeler", Read, lists::to_call)
        .get("/dossiers", Read, incidents::list)
        .get("/d/{reference}", Read, incident::show)
        .get("/d/{reference}/doublon", Act, lists::duplicates)
        .get("/d/{reference}/clore", Act, lists::ending)
        .post("/d/{reference}/valider", Act, acts::validate)
        .post("/d/{reference}/ecarter", Act, acts::set_aside)
        .post("/d/{reference}/rouvrir", Act, acts::reopen)
        .post("/d/{reference}/clore", Act, acts::close)
        .post("/d/{reference}/champ/{field}", Act, verdict::decide)
        .post("/d/{reference}/champ/{field}/accepter", Act, acts::accept)
        .post("/d/{reference}/champ/{field}/refuser", Act, acts::refuse)
        .post("/d/{reference}/rattacher", Act, acts::merge)
        .post("/d/{reference}/separer", Act, acts::split)
        .post("/d/{reference}/distinguer", Act, acts::tell_apart)
        .post("/d/{reference}/envois/{number}/{act}", Act, acts::mail)
        .get("/d/{reference}/capture/{number}", Read, capture::show)
        .get(
            "/d/{reference}/capture/{number}/image",
            Read,
            capture::image,
        )
        .get(
            "/d/{reference}/capture/{number}/vignette",
            Read,
            capture::thumbnail,
        )
        .post(
            "/d/{reference}/capture/{number}/masquer",
            Act,
            capture::mask,
        )
        .post(
            "/d/{reference}/capture/{number}/supprimer",
            Lead,
            capture::delete,
        )
        .post(
            "/d/{reference}/capture/{number}/bonne",
            Act,
            capture::accept,
        )
        .get("/messages", Read, messages::list)
        .get("/quarantine", Read, quarantine::list)
        .get("/quarantine/{number}/message.eml", Read, quarantine::save)
        .get("/recherche", Read, search::show)
        .get("/recherche.csv", Read, search::csv)
        .get("/recherche-fr.csv", Read, search::csv_fr)
        .get("/recherche.ndjson", Read, search::ndjson)
        .get("/journal", Anyone, journal::all)
        .get("/d/{reference}/journal", Read, journal::of_ticket)
        .get("/sante", Anyone, sante::show)
        .get("/connexion", Need::Nothing, auth::show)
        .post("/connexion", Need::Nothing, auth::enter)
        .post("/deconnexion", Anyone, auth::leave)
        .get("/metrics", Need::Nothing, metrics::show)
        .get("/healthz", Need::Nothing, health::live)
        .get("/livez", Need::Nothing, health::live)
        .get("/readyz", Need::Nothing, health::ready)
        .get("/raccourcis", Anyone, lists::shortcuts)
        .post("/raccourcis", Anyone, lists::set_shortcuts)
        .get(assets::style_path(), Need::Nothing, assets::style)
        .get(assets::script_path(), Need::Nothing, assets::script);
    let (routes, router) = table.done();
    let router = router
        .fallback(refusal::not_found)
        .method_not_allowed_fallback(refusal::not_allowed)
        .layer(DefaultBodyLimit::max(guard::MOST_BODY))
        .layer(axum::middleware::from_fn_with_state(
            console.clone(),
            guard::guard,
        ))
        .with_state(console);
    Ok(Site { router, routes })
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
        let Ok((stream, peer)) = accepted else {
            // Too many files are open, or the client has gone: neither ends the console.
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let router = router.clone();
        let service = service_fn(move |mut request| {
            request.extensions_mut().insert(Peer(peer.ip()));
            TowerToHyperService::new(router.clone()).call(request)
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        // What fails on one connection is its client's affair.
        let answering = connections.watch(connection).map(drop);
        tokio::spawn(answering);
    }
    drop(listener);
    connections.shutdown().await;
    Ok(())
}
