//! `vigie demo`: everything on this machine, with samples; nothing else is touched.

pub mod answer;
mod folder;
mod reply;
mod samples;
mod summary;
#[cfg(test)]
mod tests;

use super::exit::Coded;
use super::service::Service;
use super::{Exit, Global, Output, log, parts};
use crate::clock::Clock;
use crate::config::{Config, Level, LogFormat};
use crate::worker::lifecycle::{Lifecycle, Stopped};
use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use folder::Folder;
use samples::{References, Start};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Instant;
use summary::Summary;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(super) const EXAMPLE: &str = "Example: vigie demo --now 2026-11-23T09:33:00+01:00 --keep\n";

/// The folder where none is named.
const FOLDER: &str = "vigie-demo";

/// The domain of the sample that suspects an outage.
const OUTAGE_DOMAIN: &str = "chu-toulouse.example";

/// How many ports above a taken one are tried.
const PORTS: u16 = 50;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(subcommand)]
    act: Option<Act>,
    /// The console's port; a taken one gives way to the next
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where everything is kept
    #[arg(long, value_name = "DIR", default_value = FOLDER)]
    dir: PathBuf,
    /// Stop the clock there, and date the samples accordingly; mails then leave at once
    #[arg(long, value_name = "RFC3339")]
    now: Option<DateTime<FixedOffset>>,
    /// Leave the folder when stopping
    #[arg(long)]
    keep: bool,
    /// Begin without the samples
    #[arg(long)]
    empty: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Answer the last request about a ticket, as a declarant would
    #[command(before_help = reply::EXAMPLE, help_template = super::HELP)]
    Reply(reply::Args),
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
    if let Some(Act::Reply(args)) = &args.act {
        return reply::run(args, output);
    }
    let folder = Folder::make(&args.dir)?;
    let ended = super::block_on(async {
        let prepared = tokio::select! {
            prepared = prepare(args, &folder, output) => prepared?,
            // Before the loops run, nobody else listens to Ctrl-C.
            _ = tokio::signal::ctrl_c() => return Ok(Exit::Interrupted),
        };
        demonstrate(prepared).await
    });
    if !args.keep {
        folder
            .remove()
            .with_context(|| format!("cannot remove {}", folder.root().display()))?;
    }
    ended
}

/// What runs until Ctrl-C.
struct Prepared {
    life: Lifecycle,
    service: Service,
    listener: TcpListener,
}

/// Fills the folder, reads everything, opens the port and says so.
async fn prepare(args: &Args, folder: &Folder, output: &mut Output) -> anyhow::Result<Prepared> {
    let life = Lifecycle::new(CancellationToken::new())?;
    let clock = parts::clock(args.now);
    let config = config(folder, clock.now())?;
    let service = Service::open(config.clone(), clock).await?;
    let begun = Instant::now();
    if !args.empty && !folder.is_kept {
        live_through(&service, folder, &config, clock.now()).await?;
    }
    let took = begun.elapsed();
    let listener = listen(args.port, output).await?;
    let summary = Summary::read(&service.store, took).await?;
    output.data(&summary.text(listener.local_addr()?, folder, args.keep))?;
    output.flush()?;
    Ok(Prepared {
        life,
        service,
        listener,
    })
}

async fn demonstrate(prepared: Prepared) -> anyhow::Result<Exit> {
    let Prepared {
        mut life,
        service,
        listener,
    } = prepared;
    service.start(&mut life, listener, true, true)?;
    let stopped = life.run().await;
    service.close().await;
    Ok(match stopped? {
        Stopped::Finished => Exit::Done,
        Stopped::Dropped => Exit::Interrupted,
    })
}

/// Lives through the samples' hours in a moment: each is delivered, read and answered at its own
/// time, so that holds, limits and the history are those of a real morning.
async fn live_through(
    service: &Service,
    folder: &Folder,
    config: &Config,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let token = &CancellationToken::new();
    let hold = TimeDelta::from_std(config.replies.hold)?;
    let start = Start {
        now,
        zone: config.service.timezone,
        key: service.key(),
        domain: config.smtp.from.domain(),
    };
    let mut references = References::new();
    for sample in samples::all(now) {
        folder.deliver(&sample, &sample.bytes(&start, &references))?;
        let at = sample.delivered;
        service.round(Clock::Fixed(at), token).await?;
        service.deliver(Clock::Fixed(at + hold), token).await?;
        let newest = service.store.list_messages(None, 1).await?.pop();
        if let Some(reference) = newest.and_then(|line| line.reference) {
            references.insert(sample.number, reference);
        }
    }
    Ok(())
}

/// The demonstration's configuration, through the same checks as any other.
fn config(folder: &Folder, now: DateTime<Utc>) -> anyhow::Result<Config> {
    let place = |scheme: &str, path: PathBuf| format!("{scheme}:{}", path.display());
    let set = |key, value: &str| (key, value.to_owned());
    let values = vec![
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
        // Who declares the suspected outage is told the second number.
        set("major.known_domains", OUTAGE_DOMAIN),
        set("storage.database", &place("sqlite", folder.database())),
    ];
    parts::published("vigie demo", Vec::new(), values)
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
