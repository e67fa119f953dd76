//! `vigie ticket`: what a person does with tickets, where no console is at hand.

mod alike;
mod capture;
mod fields;
mod merge;
mod proposals;

use self::fields::Decided;
use self::proposals::{Choice, Which};
use super::{Exit, Global, Output, parts};
use crate::clock::Clock;
use crate::desk::letter::Occasion;
use crate::desk::ticket::{self, Act};
use crate::domain::account::By;
use crate::domain::act::Closing;
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
    /// It is over: say to the declarant what holds now, or why it ends
    #[command(
        before_help = "Example: vigie ticket close INC-26-00042 --now \"la carte s'affiche\"\n"
    )]
    Close(Ending),
    /// It is no incident
    #[command(before_help = "Example: vigie ticket set-aside INC-26-00042\n")]
    SetAside(References),
    /// Let the value that a later message gives take the place of a field's
    #[command(before_help = "Example: vigie ticket accept INC-26-00042 phone\n")]
    Accept(Which),
    /// Leave a field as it is; what a later message gives is no longer shown
    #[command(before_help = "Example: vigie ticket refuse INC-26-00042 phone\n")]
    Refuse(Which),
    /// Say what a field's value is
    #[command(before_help = "Example: vigie ticket set INC-26-00042 phone 0261911240\n")]
    Set(fields::Set),
    /// A field's value is right as it stands
    #[command(before_help = "Example: vigie ticket confirm INC-26-00042 phone\n")]
    Confirm(fields::Which),
    /// A field's value can't be used: it is asked for, with the reason
    #[command(
        before_help = "Example: vigie ticket unusable INC-26-00042 phone \"numéro du standard\"\n"
    )]
    Unusable(fields::Unusable),
    /// The declarant doesn't know: it is not asked for
    #[command(before_help = "Example: vigie ticket unknown INC-26-00042 affected_count\n")]
    Unknown(fields::Which),
    /// Paint zones of an attached picture black for good, or delete a file
    #[command(before_help = capture::EXAMPLE)]
    Capture(capture::Args),
    /// List the tickets that look like one: sent twice, or the same outage
    #[command(before_help = alike::EXAMPLE)]
    Alike(alike::Args),
    /// Make it part of another ticket: the same fault, told twice
    #[command(before_help = merge::EXAMPLE)]
    Merge(merge::Merge),
    /// Make it a ticket of its own again
    #[command(before_help = "Example: vigie ticket split INC-26-00058\n")]
    Split(merge::Split),
    /// They are no duplicates: don't propose it again
    #[command(before_help = "Example: vigie ticket distinct INC-26-00058 INC-26-00055\n")]
    Distinct(merge::Distinct),
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

#[derive(Debug, clap::Args)]
#[group(id = "ending", required = true, multiple = false, args = ["now", "unreached", "silent"])]
struct Ending {
    #[command(flatten)]
    of: References,
    /// What holds now, in French: « Nous fermons le dossier : … »
    #[arg(long, value_name = "TEXT")]
    now: Option<String>,
    /// What happened
    #[arg(long, value_name = "TEXT", requires = "now")]
    cause: Option<String>,
    /// What was done about it
    #[arg(long, value_name = "TEXT", requires = "now")]
    done: Option<String>,
    /// Nobody could be reached
    #[arg(long)]
    unreached: bool,
    /// Write nothing to the declarant
    #[arg(long)]
    silent: bool,
}

impl Ending {
    fn occasion(&self) -> Option<Occasion> {
        match &self.now {
            Some(now) => Some(Occasion::Closing(Closing {
                now: now.clone(),
                cause: self.cause.clone(),
                done: self.done.clone(),
            })),
            None => self.unreached.then_some(Occasion::Unreached),
        }
    }
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    let (act, references) = match &args.act {
        Command::Set(set) => return fields::run(&Decided::Set(set), global, output),
        Command::Confirm(which) => return fields::run(&Decided::Confirm(which), global, output),
        Command::Unusable(given) => return fields::run(&Decided::Unusable(given), global, output),
        Command::Unknown(which) => return fields::run(&Decided::Unknown(which), global, output),
        Command::Alike(args) => return alike::run(args, global, output),
        Command::Capture(args) => return capture::run(args, global, output),
        Command::Merge(args) => return merge::merge(args, global, output),
        Command::Split(args) => return merge::split(args, global, output),
        Command::Distinct(args) => return merge::distinct(args, global, output),
        Command::Accept(which) => return proposals::run(Choice::Accept, which, global, output),
        Command::Refuse(which) => return proposals::run(Choice::Refuse, which, global, output),
        Command::Validate(given) => (Act::Validate, &given.references),
        Command::Close(given) => (Act::Close(given.occasion()), &given.of.references),
        Command::SetAside(given) => (Act::SetAside, &given.references),
        Command::Reopen(given) => (Act::Reopen, &given.references),
    };
    super::block_on(async {
        let store = parts::open_store(&config).await?;
        let intake = parts::intake(&config, &store, parts::form(&config)?).await?;
        let now = Clock::System.now();
        let mut refused = Vec::new();
        for reference in references {
            match ticket::act(&store, &intake, reference, act.clone(), &By::command(now)).await {
                Ok((status, told)) => {
                    let silent = told.into_iter().filter_map(|told| told.silent);
                    let why: String = silent.map(|why| format!(", no mail: {why}")).collect();
                    output.say(&format!("{reference}: {}{why}", status.as_str()));
                }
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
