//! `vigie demo`: everything on this machine, with samples; nothing else is touched.

mod folder;
mod samples;
mod summary;

use super::exit::Coded;
use super::service::Service;
use super::{Exit, Global, Output, log, parts};
use crate::config::{Config, Level, LogFormat, Sources, Typed};
use crate::domain::mark;
use crate::worker::lifecycle::{Lifecycle, Stopped};
use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use folder::Folder;
use samples::Start;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Instant;
use summary::Summary;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(super) const EXAMPLE: &str = "Example: vigie demo --now 2026-11-23T09:33:00+01:00 --keep\n";

/// How many ports above a taken one are tried.
const PORTS: u16 = 50;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The console's port; a taken one gives way to the next
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where everything is kept
    #[arg(long, value_name = "DIR", default_value = "vigie-demo")]
    dir: PathBuf,
    /// Stop the clock there, and date the samples accordingly
    #[arg(long, value_name = "RFC3339")]
    now: Option<DateTime<FixedOffset>>,
    /// Leave the folder when stopping
    #[arg(long)]
    keep: bool,
    /// Begin without the samples
    #[arg(long)]
    empty: bool,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let level = match &global.log_level {
        Some(word) => Level::parse(word).context(Coded::new(
            Exit::Usage,
            "--log-level: error, warn, info, debug or trace",
        ))?,
        None => Level::Warn,
    };
    log::start(log::Stream::Stderr, Some(LogFormat::Text), level);
    let folder = Folder::make(&args.dir)?;
    let ended = super::block_on(async {
        tokio::select! {
            ended = demonstrate(args, &folder, output) => ended,
            // Before the loops run, nobody else listens to Ctrl-C.
            _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
        }
    });
    if !args.keep {
        folder
            .remove()
            .with_context(|| format!("cannot remove {}", folder.root().display()))?;
    }
    ended
}

async fn demonstrate(args: &Args, folder: &Folder, output: &mut Output) -> anyhow::Result<Exit> {
    let clock = parts::clock(args.now);
    let config = config(folder, clock.now())?;
    let service = Service::open(config.clone(), clock).await?;
    if !args.empty && !folder.is_kept {
        let start = Start {
            now: clock.now(),
            zone: config.service.timezone,
            key: service.key(),
            mark: &config.service.mark,
            domain: config.smtp.from.domain(),
        };
        folder.deliver(&samples::all(&start))?;
    }
    let token = CancellationToken::new();
    let begun = Instant::now();
    service.round(&token).await?;
    let took = begun.elapsed();
    let listener = listen(args.port, output).await?;
    let summary = Summary::read(&service.store, took).await?;
    output.data(&summary.text(listener.local_addr()?, folder, args.keep))?;
    output.flush()?;
    let mut life = Lifecycle::new(token);
    service.start(&mut life, listener, true, true)?;
    let stopped = life.run().await;
    service.store.close().await;
    Ok(match stopped? {
        Stopped::Finished => Exit::Done,
        Stopped::Dropped => Exit::Interrupted,
    })
}

/// The demonstration's configuration, through the same checks as any other.
fn config(folder: &Folder, now: DateTime<Utc>) -> anyhow::Result<Config> {
    let place = |scheme: &str, path: PathBuf| format!("{scheme}:{}", path.display());
    let set = |key, value: &str| ("vigie demo", key, value.to_owned());
    let flags = vec![
        set("service.name", "Support SI-Samu"),
        set("service.phone", "0 809 100 809"),
        set("mailbox.url", &place("maildir", folder.mailbox())),
        set("mailbox.poll", "1s"),
        // The samples are older than the start, and are to be answered.
        set(
            "mailbox.answer_from",
            &(now - TimeDelta::days(1)).to_rfc3339(),
        ),
        set("smtp.url", &place("dir", folder.sent())),
        set("smtp.from", "Support SI-Samu <support@si-samu.example>"),
        set("replies.hold", "5s"),
        set("storage.database", &place("sqlite", folder.database())),
    ];
    let typed = Typed::read(&Sources {
        file: None,
        environment: Vec::new(),
        flags,
    })?;
    Ok(typed.check()?.config)
}

/// The wanted port of this machine, or the first free one above it.
async fn listen(port: u16, output: &mut Output) -> anyhow::Result<TcpListener> {
    let mut taken = None;
    for port in port..=port.saturating_add(PORTS) {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        match TcpListener::bind(address).await {
            Ok(listener) => {
                if let Some(taken) = taken {
                    output.say(&format!("{taken} is taken, using {port}"));
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                taken = taken.or(Some(port));
            }
            Err(error) => return Err(error).context(format!("cannot listen on {address}")),
        }
    }
    anyhow::bail!("no port is free from {port} on: choose another with --port")
}
