//! `vigie ticket accept|refuse`: what a person decides of another value that a message gives.

use crate::cli::{Exit, Global, Output, block_on, parts};
use crate::clock::Clock;
use crate::domain::account::By;
use crate::domain::field::FieldName;
use crate::domain::incident::Reference;
use crate::store::Store;
use anyhow::bail;

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Accept,
    Refuse,
}

#[derive(Debug, clap::Args)]
pub(super) struct Which {
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

pub(super) fn run(
    choice: Choice,
    which: &Which,
    global: &Global,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    block_on(async {
        let store = parts::open_store(&config).await?;
        let done = decide(choice, which, &store, output).await;
        store.close().await;
        done
    })
}

async fn decide(
    choice: Choice,
    which: &Which,
    store: &Store,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let now = Clock::System.now();
    let (field, reference) = (which.field, &which.reference);
    let (done, word) = match choice {
        Choice::Accept => {
            let done = store
                .accept_proposal(reference, field, &By::command(now))
                .await?;
            (done, "accepted")
        }
        Choice::Refuse => {
            let done = store
                .refuse_proposal(reference, field, &By::command(now))
                .await?;
            (done, "refused")
        }
    };
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
