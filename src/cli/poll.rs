//! `vigie poll`: one round of the mailbox, then exit.

use super::service::Service;
use super::{Exit, Global, Output, log};
use crate::clock::Clock;
use crate::mailbox::Mailbox;
use serde_json::json;
use tokio_util::sync::CancellationToken;

pub(super) const EXAMPLE: &str = "Example: vigie poll --dry-run\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Look only: how many messages are there; nothing is stored
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    log::start(log::Stream::Stderr, config.log.format, config.log.level);
    super::block_on(async {
        if args.dry_run {
            let trial = Mailbox::new(&config.mailbox).check().await?;
            let text = if args.json {
                json!({ "there": trial.messages }).to_string()
            } else {
                format!("{} messages are there; nothing was stored", trial.messages)
            };
            output.line(&text)?;
            return Ok(Exit::Done);
        }
        let service = Service::open(config, Clock::System).await?;
        let done = service
            .round(Clock::System, &CancellationToken::new())
            .await;
        let counts = service.store.counts().await;
        service.close().await;
        let (round, counts) = (done?, counts?);
        if let Some(instance) = round.held_elsewhere {
            output.say(&format!(
                "instance {instance} reads the mailbox: nothing was fetched here"
            ));
        }
        let text = if args.json {
            json!({
                "fetched": round.fetched,
                "new": round.new,
                "moved": round.moved,
                "messages": counts.messages,
                "incidents": counts.incidents,
                "quarantined": counts.quarantined,
            })
            .to_string()
        } else {
            format!(
                "{} fetched, {} new, {} moved; {} messages and {} incidents in all",
                round.fetched, round.new, round.moved, counts.messages, counts.incidents
            )
        };
        output.line(&text)?;
        Ok(Exit::Done)
    })
}
