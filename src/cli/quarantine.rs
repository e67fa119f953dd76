//! `vigie quarantine`: messages left to a person; try them again, or make incidents of them.

use super::{Exit, Global, Output, parts};
use crate::clock::Clock;
use crate::config::Config;
use crate::desk::{intake, promote};
use crate::domain::account::By;
use crate::domain::message::MessageId;
use crate::store::{MessageLine, Retried, Store, StoreError};
use anyhow::bail;
use serde_json::json;

pub(super) const EXAMPLE: &str = "Example: vigie quarantine list\n";

/// Rows listed at most.
const ROWS: u32 = 10_000;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// List messages that could not be read or that the mail server withholds
    #[command(before_help = "Example: vigie quarantine list --json\n")]
    List {
        /// Print JSON: one object a message
        #[arg(long)]
        json: bool,
    },
    /// Try messages again, as if for the first time
    #[command(before_help = "Example: vigie quarantine retry m-12 m-13\n")]
    Retry {
        /// Messages as `vigie quarantine list` shows them
        #[arg(required = true, value_parser = message)]
        messages: Vec<MessageId>,
    },
    /// Make incidents of messages, for a person to complete
    #[command(before_help = "Example: vigie quarantine promote m-12\n")]
    Promote {
        /// Messages as `vigie quarantine list` shows them
        #[arg(required = true, value_parser = message)]
        messages: Vec<MessageId>,
    },
}

/// `m-12`, or `12`.
fn message(text: &str) -> Result<MessageId, String> {
    let number = text.strip_prefix("m-").unwrap_or(text);
    match number.parse::<i64>() {
        Ok(number) if number > 0 => Ok(MessageId(number)),
        _ => Err("a message is m-12 or 12".to_owned()),
    }
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    super::block_on(async {
        let store = parts::open_store(&config).await?;
        let done = match &args.act {
            Act::List { json } => list(&store, *json, output).await,
            Act::Retry { messages } => retry(&store, messages, output).await,
            Act::Promote { messages } => promote(&config, &store, messages, output).await,
        };
        store.close().await;
        done
    })
}

async fn list(store: &Store, json: bool, output: &mut Output) -> anyhow::Result<Exit> {
    let lines = store.list_quarantined(ROWS).await?;
    for line in &lines {
        print(line, json, output)?;
    }
    if lines.is_empty() && !json {
        output.say("nothing is in quarantine");
    }
    Ok(Exit::Done)
}

fn print(line: &MessageLine, json: bool, output: &mut Output) -> anyhow::Result<()> {
    if json {
        let object = json!({
            "message": line.id.to_string(),
            "size": line.size,
            "attempts": line.attempts,
            "reason": line.last_error,
            "received_at": line.received_at,
            "internal_date": line.internal_date,
        });
        return output.line(&object.to_string());
    }
    let reason = output.paint("31", &format!("{:<11}", line.last_error));
    output.line(&format!(
        "{:>8}  {reason}  {} tries  {:>10} bytes  {}",
        line.id.to_string(),
        line.attempts,
        line.size,
        line.internal_date.format("%F %TZ")
    ))
}

async fn retry(store: &Store, messages: &[MessageId], output: &mut Output) -> anyhow::Result<Exit> {
    let mut refused = Vec::new();
    for id in messages {
        match store.retry(*id, &By::command(Clock::System.now())).await? {
            Some(Retried::Read) => output.say(&format!("{id}: is read again")),
            Some(Retried::Asked) => output.say(&format!("{id}: the mail server is asked again")),
            None => refused.push(id.to_string()),
        }
    }
    end(&refused)
}

async fn promote(
    config: &Config,
    store: &Store,
    messages: &[MessageId],
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let key = parts::key(config, store).await?;
    let parts = intake::Parts::new(config, key, parts::form(config)?)?;
    let mut refused = Vec::new();
    for id in messages {
        match promote::promote(*id, &parts, store, &By::command(Clock::System.now())).await {
            Ok(Some(committed)) => {
                let reference = committed.reference.map(|reference| reference.to_string());
                output.say(&format!("{id}: {}", reference.unwrap_or_default()));
            }
            Ok(None) | Err(StoreError::Conflict(_)) => refused.push(id.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    end(&refused)
}

fn end(refused: &[String]) -> anyhow::Result<Exit> {
    if !refused.is_empty() {
        bail!(
            "not in quarantine: {}; see vigie quarantine list",
            refused.join(", ")
        );
    }
    Ok(Exit::Done)
}
