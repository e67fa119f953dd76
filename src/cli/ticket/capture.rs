//! `vigie ticket capture`: zones of a file are painted black, or it is deleted, where no console is at
//! hand.

use crate::cli::{Exit, Global, Output, block_on, parts};
use crate::clock::Clock;
use crate::config::Config;
use crate::desk::capture::{self, Done};
use crate::domain::account::By;
use crate::domain::capture::{Motive, Zone};
use crate::domain::incident::Reference;
use crate::present::mails;

pub(super) const EXAMPLE: &str =
    "Example: vigie ticket capture INC-26-00042 1 --mask 12,30,40,8 --mask 0,92,100,8\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The ticket
    #[arg(value_name = "REF")]
    reference: Reference,
    /// The number of the file in the ticket's list, from 1
    #[arg(value_name = "NUMBER")]
    number: usize,
    #[command(flatten)]
    what: What,
    /// Tell the declarant, and ask for another capture
    #[arg(long, requires = "delete", conflicts_with = "mask")]
    ask_again: bool,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct What {
    /// A zone to paint black, in percent of the picture: left, top, width, height
    #[arg(long, value_name = "L,T,W,H", value_parser = zone)]
    mask: Vec<Zone>,
    /// Delete it: health, personal, or other words that say why
    #[arg(long, value_name = "REASON", value_parser = motive)]
    delete: Option<Motive>,
}

fn zone(text: &str) -> Result<Zone, String> {
    let zone = Zone::parse(text);
    zone.ok_or_else(|| "four numbers in percent, such as 12,30.5,40,8".to_owned())
}

fn motive(text: &str) -> Result<Motive, String> {
    let motive = Motive::parse(text, "").or_else(|| Motive::parse("other", text));
    motive.ok_or_else(|| "it needs a reason".to_owned())
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    let Done { told, is_gone } = block_on(done(args, &config))?;
    let what = match args.what.delete {
        Some(_) => "deleted",
        None => "masked",
    };
    output.say(&format!("{}, file {}: {what}", args.reference, args.number));
    for why in told.into_iter().filter_map(|told| told.silent) {
        let why = mails::suppressed(&why);
        output.say(&format!("  déclarant non prévenu\u{a0}: {why}"));
    }
    if !is_gone {
        output.say("  the old bytes leave the database's log once whoever reads it now has done");
    }
    Ok(Exit::Done)
}

async fn done(args: &Args, config: &Config) -> anyhow::Result<Done> {
    let store = parts::open_store(config).await?;
    let capture = capture::find(&store, &args.reference, args.number).await?;
    let seen = capture.kept.sha256.as_str();
    let by = By::command(Clock::System.now());
    let done = match &args.what.delete {
        Some(motive) => {
            let intake = parts::intake(config, &store, parts::form(config)?).await?;
            let how = (seen, motive, args.ask_again);
            capture::delete(&store, &intake, &capture, how, &by).await?
        }
        None => capture::mask(&store, &capture, seen, &args.what.mask, &by).await?,
    };
    store.close().await;
    Ok(done)
}
