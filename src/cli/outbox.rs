//! `vigie outbox`: what waits to leave; let it leave, send it again, or take it back.

use super::{Exit, Global, Output, parts};
use crate::clock::Clock;
use crate::domain::account::By;
use crate::domain::outgoing::MailState;
use crate::store::{OutboxEntry, Store};
use anyhow::bail;
use serde_json::json;

pub(super) const EXAMPLE: &str = "Example: vigie outbox list --state review\n";

/// Rows read at once.
const PAGE: u32 = 200;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// List mails, newest first; without --state those that have not left yet
    #[command(before_help = "Example: vigie outbox list --state sent\n")]
    List {
        /// Only this state
        #[arg(long, value_name = "STATE")]
        state: Option<Word>,
        /// Print JSON: one object a mail, with its text
        #[arg(long)]
        json: bool,
    },
    /// Let mails leave now
    #[command(before_help = "Example: vigie outbox release 12 13\n")]
    Release {
        /// Numbers as `vigie outbox list` shows them
        #[arg(required = true)]
        numbers: Vec<i64>,
    },
    /// Send mails again that were refused or are in doubt, as they were
    #[command(before_help = "Example: vigie outbox resend 12\n")]
    Resend {
        /// Numbers as `vigie outbox list` shows them
        #[arg(required = true)]
        numbers: Vec<i64>,
    },
    /// Take mails back: they never leave
    #[command(before_help = "Example: vigie outbox cancel 12\n")]
    Cancel {
        /// Numbers as `vigie outbox list` shows them
        #[arg(required = true)]
        numbers: Vec<i64>,
    },
    /// Let mails leave again after too many in a short time stopped them all
    #[command(before_help = "Example: vigie outbox resume\n")]
    Resume,
}

/// What is done with a mail.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Release,
    Resend,
    Cancel,
}

impl Deed {
    fn done(self) -> &'static str {
        match self {
            Self::Release => "released",
            Self::Resend => "sent again",
            Self::Cancel => "cancelled",
        }
    }
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Word {
    Review,
    Queued,
    Sending,
    Sent,
    InDoubt,
    Failed,
    Cancelled,
    All,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    super::block_on(async {
        let store = parts::open_store(&config).await?;
        let done = match &args.act {
            Act::List { state, json } => list(&store, *state, *json, output).await,
            Act::Release { numbers } => act(&store, numbers, Deed::Release, output).await,
            Act::Resend { numbers } => act(&store, numbers, Deed::Resend, output).await,
            Act::Cancel { numbers } => act(&store, numbers, Deed::Cancel, output).await,
            Act::Resume => resume(&store, output).await,
        };
        store.close().await;
        done
    })
}

async fn list(
    store: &Store,
    word: Option<Word>,
    json: bool,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let mut before = None;
    let mut shown = 0;
    loop {
        let page = store
            .list_outbox(word.and_then(state), before, PAGE)
            .await?;
        let Some(last) = page.last() else {
            break;
        };
        before = Some(last.id);
        for mail in &page {
            // Without --state: what still needs somebody or some time.
            let is_over = matches!(mail.state, MailState::Sent | MailState::Cancelled);
            if word.is_none() && is_over {
                continue;
            }
            shown += 1;
            print(mail, json, output)?;
        }
    }
    if shown == 0 && !json {
        output.say("nothing waits");
    }
    Ok(Exit::Done)
}

fn print(mail: &OutboxEntry, json: bool, output: &mut Output) -> anyhow::Result<()> {
    if json {
        let object = json!({
            "number": mail.id,
            "reference": mail.reference.to_string(),
            "template": mail.template,
            "sequence": mail.sequence,
            "to": mail.to,
            "subject": mail.subject,
            "state": mail.state.as_str(),
            "review": (!mail.review.is_empty()).then_some(&mail.review),
            "created_at": mail.created_at,
            "due_at": mail.due_at,
            "attempts": mail.attempts,
            "last_error": (!mail.last_error.is_empty()).then_some(&mail.last_error),
            "sending_since": mail.sending_since,
            "sent_at": mail.sent_at,
            "bounced_at": mail.bounced_at,
            "bounce_status": (!mail.bounce_status.is_empty()).then_some(&mail.bounce_status),
            "text": mail.text,
        });
        return output.line(&object.to_string());
    }
    let why = why(mail);
    let state = match mail.state {
        MailState::Failed | MailState::InDoubt | MailState::Review => {
            output.paint("31", &format!("{:<9}", mail.state.as_str()))
        }
        _ => format!("{:<9}", mail.state.as_str()),
    };
    let line = format!(
        "{:>6}  {}  {:<3}  {state}  {:<24}  {}",
        mail.id, mail.reference, mail.template, why, mail.to
    );
    output.line(line.trim_end())
}

/// What a person must know of it: since when or until when, why it waits, what failed last.
fn why(mail: &OutboxEntry) -> String {
    let due = || mail.due_at.format("due %F %TZ").to_string();
    let since = || {
        let since = mail.sending_since?;
        Some(since.format("sending since %F %TZ").to_string())
    };
    let first = match mail.state {
        MailState::Review => Some(mail.review.clone()),
        MailState::Queued => Some(due()),
        MailState::Sending | MailState::InDoubt => since(),
        MailState::Sent | MailState::Failed | MailState::Cancelled => None,
    };
    let words = [first.unwrap_or_default(), mail.last_error.clone()];
    let said: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !word.is_empty())
        .collect();
    said.join(", ")
}

async fn resume(store: &Store, output: &mut Output) -> anyhow::Result<Exit> {
    let circuit = store.open_circuit().await?;
    let closed = store
        .close_circuit(&By::command(Clock::System.now()))
        .await?;
    match circuit.filter(|_| closed) {
        Some(circuit) => output.say(&format!(
            "mails leave again; they were stopped since {} ({})",
            circuit.opened_at.format("%F %TZ"),
            circuit.reason
        )),
        None => output.say("mails were not stopped"),
    }
    Ok(Exit::Done)
}

async fn act(
    store: &Store,
    numbers: &[i64],
    deed: Deed,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let now = Clock::System.now();
    let mut refused = Vec::new();
    for number in numbers {
        let done = match deed {
            Deed::Release => store.release(*number, &By::command(now)).await?,
            Deed::Resend => store.resend(*number, &By::command(now)).await?,
            Deed::Cancel => store.cancel(*number, &By::command(now)).await?,
        };
        if done {
            output.say(&format!("{number}: {}", deed.done()));
        } else {
            refused.push(number.to_string());
        }
    }
    if !refused.is_empty() {
        bail!(
            "not in a state to be {}: {}; see vigie outbox list --state all",
            deed.done(),
            refused.join(", ")
        );
    }
    Ok(Exit::Done)
}

fn state(word: Word) -> Option<MailState> {
    match word {
        Word::Review => Some(MailState::Review),
        Word::Queued => Some(MailState::Queued),
        Word::Sending => Some(MailState::Sending),
        Word::Sent => Some(MailState::Sent),
        Word::InDoubt => Some(MailState::InDoubt),
        Word::Failed => Some(MailState::Failed),
        Word::Cancelled => Some(MailState::Cancelled),
        Word::All => None,
    }
}
