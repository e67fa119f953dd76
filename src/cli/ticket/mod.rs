//! `vigie ticket`: what a person does with tickets, where no console is at hand.

use super::{Exit, Global, Output, parts};
use crate::clock::Clock;
use crate::desk::ticket::{self, Act};
use crate::domain::incident::Reference;
use anyhow::bail;

pub(super) const EXAMPLE: &str = "Example: vigie ticket validate INC-26-00042\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    act: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// All that is shown is right: complete, or waiting for what was asked
    #[command(before_help = "Example: vigie ticket validate INC-26-00042\n")]
    Validate(References),
    /// It is over
    #[command(before_help = "Example: vigie ticket close INC-26-00042\n")]
    Close(References),
    /// It is no incident
    #[command(before_help = "Example: vigie ticket set-aside INC-26-00042\n")]
    SetAside(References),
    /// Look at it again
    #[command(before_help = "Example: vigie ticket reopen INC-26-00042\n")]
    Reopen(References),
}

#[derive(Debug, clap::Args)]
struct References {
    /// References of tickets
    #[arg(required = true, value_name = "REF")]
    references: Vec<Reference>,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    let (act, references) = match &args.act {
        Command::Validate(given) => (Act::Validate, &given.references),
        Command::Close(given) => (Act::Close, &given.references),
        Command::SetAside(given) => (Act::SetAside, &given.references),
        Command::Reopen(given) => (Act::Reopen, &given.references),
    };
    super::block_on(async {
        let store = parts::open_store(&config).await?;
        let now = Clock::System.now();
        let mut refused = Vec::new();
        for reference in references {
            match ticket::act(&store, reference, act, now).await {
                Ok((status, _)) => output.say(&format!("{reference}: {}", status.as_str())),
                Err(error) => refused.push(error.to_string()),
            }
        }
        store.close().await;
        if !refused.is_empty() {
            bail!("{}", refused.join("; "));
        }
        Ok(Exit::Done)
    })
}
