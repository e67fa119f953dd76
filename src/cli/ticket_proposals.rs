//! `vigie ticket accept|refuse`: what a person decides of another value that a message gives.

use super::{Exit, Global, Output, parts};
use crate::clock::Clock;
use crate::domain::field::FieldName;
use crate::domain::incident::Reference;
use crate::store::Store;
use anyhow::bail;

pub(super) const EXAMPLE: &str = "Example: vigie ticket accept INC-26-00042 phone\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Let the value that a later message gives take the place of a field's
    #[command(before_help = "Example: vigie ticket accept INC-26-00042 phone\n")]
    Accept(Which),
    /// Leave a field as it is; what a later message gives is no longer shown
    #[command(before_help = "Example: vigie ticket refuse INC-26-00042 phone\n")]
    Refuse(Which),
}

#[derive(Debug, clap::Args)]
struct Which {
    /// The ticket
    #[arg(value_name = "REF")]
    reference: Reference,
    /// The field: phone, started_at, affected_count…
    #[arg(value_name = "FIELD", value_parser = field)]
    field: FieldName,
}

fn field(text: &str) -> Result<FieldName, String> {
    FieldName::parse(text).ok_or_else(|| format!("no such field: {text}"))
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    super::block_on(async {
        let store = parts::open_store(&config).await?;
        let done = decide(&args.act, &store, output).await;
        store.close().await;
        done
    })
}

async fn decide(act: &Act, store: &Store, output: &mut Output) -> anyhow::Result<Exit> {
    let now = Clock::System.now();
    let (which, done, word) = match act {
        Act::Accept(which) => {
            let done = store.accept_proposal(&which.reference, which.field, now);
            (which, done.await?, "accepted")
        }
        Act::Refuse(which) => {
            let done = store.refuse_proposal(&which.reference, which.field, now);
            (which, done.await?, "refused")
        }
    };
    let Which { reference, field } = which;
    if !done {
        match store.incident(reference).await? {
            None => bail!("there is no ticket {reference}"),
            Some(incident) => {
                let names = incident.proposals.iter().map(|one| one.name.to_string());
                let names: Vec<String> = names.collect();
                bail!(
                    "no other value waits for {field} in {reference}; those that do: {}",
                    if names.is_empty() {
                        "none".to_owned()
                    } else {
                        names.join(", ")
                    }
                );
            }
        }
    }
    output.say(&format!("{reference}: {field} {word}"));
    Ok(Exit::Done)
}
