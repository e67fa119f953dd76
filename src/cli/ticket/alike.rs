//! `vigie ticket alike`: which tickets look like one, and why.

use crate::cli::exit::Coded;
use crate::cli::{Exit, Global, Output, block_on, parts};
use crate::clock::Clock;
use crate::desk::alike;
use crate::domain::incident::Reference;
use anyhow::Context as _;
use chrono::TimeDelta;

pub(super) const EXAMPLE: &str = "Example: vigie ticket alike INC-26-00042\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The ticket: INC-26-00042
    #[arg(value_name = "REF")]
    reference: Reference,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    let reference = &args.reference;
    let within = TimeDelta::from_std(config.replies.duplicate_within)?;
    block_on(async {
        let store = parts::open_store(&config).await?;
        // Looked for again: its fields may have changed since it was opened.
        let these = std::slice::from_ref(reference);
        let found = alike::find(&store, these, within, Clock::System.now()).await?;
        found
            .first()
            .with_context(|| Coded::new(Exit::Failed, format!("there is no {reference}")))?;
        let candidates = store.candidates(reference).await?;
        store.close().await;
        for candidate in &candidates {
            output.data(&format!(
                "{}  {}  {}\n",
                candidate.other,
                candidate.likeness.french(),
                candidate.reasons()
            ))?;
        }
        if candidates.is_empty() {
            output.say("nothing looks like it");
        }
        Ok(Exit::Done)
    })
}
