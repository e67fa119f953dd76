//! `vigie serve`: the service, until it is told to stop.

use super::service::{self, Service};
use super::{Exit, Global, Output, log};
use crate::clock::Clock;
use crate::worker::lifecycle::{Lifecycle, Stopped};
use std::net::SocketAddr;
use tokio_util::sync::CancellationToken;

pub(super) const EXAMPLE: &str = "Example: vigie serve --config /etc/vigie/vigie.toml --no-send\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where the console listens, instead of `web.listen`
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Read and prepare everything, send nothing: all stays in the outbox
    #[arg(long)]
    no_send: bool,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let flags = args
        .listen
        .map(|listen| ("--listen", "web.listen", listen.to_string()));
    let config = global.load(flags.into_iter().collect(), output)?.config;
    log::start(log::Stream::Stdout, config.log.format, config.log.level);
    super::block_on(async {
        let mut life = Lifecycle::new(CancellationToken::new())?;
        let listener = service::listen(config.web.listen).await?;
        let service = Service::open(config, Clock::System).await?;
        // Said before what the loops say: signals are heard already.
        tracing::info!(
            event = "service.started",
            version = env!("CARGO_PKG_VERSION"),
            instance = service.store.instance(),
            send = !args.no_send
        );
        service.start(&mut life, listener, !args.no_send, false)?;
        let stopped = life.run().await;
        service.close().await;
        Ok(match stopped? {
            Stopped::Finished => Exit::Done,
            Stopped::Dropped => Exit::Interrupted,
        })
    })
}
