//! `vigie ticket merge|split|distinct`: a ticket becomes part of another one, is one of its own
//! again, or is told from it for good.

use crate::cli::exit::Coded;
use crate::cli::{Exit, Global, Output, block_on, parts};
use crate::clock::Clock;
use crate::desk::intake::Parts;
use crate::desk::merger::{self, Plan};
use crate::domain::account::By;
use crate::domain::form::Item;
use crate::domain::incident::Reference;
use crate::present::{french, mails};
use anyhow::bail;
use chrono::{DateTime, Utc};

pub(super) const EXAMPLE: &str = "Example: vigie ticket merge INC-26-00058 --into INC-26-00055\n";

#[derive(Debug, clap::Args)]
pub(super) struct Merge {
    /// The ticket that becomes part of the other
    #[arg(value_name = "REF")]
    reference: Reference,
    /// The one that is kept
    #[arg(long, value_name = "REF")]
    into: Reference,
    /// Write nothing to the declarants
    #[arg(long)]
    silent: bool,
    /// Do it; without, only say what would be done
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Split {
    /// The ticket that was merged, at most seven days ago
    #[arg(value_name = "REF")]
    reference: Reference,
}

#[derive(Debug, clap::Args)]
pub(super) struct Distinct {
    /// One ticket
    #[arg(value_name = "REF")]
    reference: Reference,
    /// The other one
    #[arg(value_name = "REF")]
    other: Reference,
}

pub(super) fn merge(args: &Merge, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    block_on(async {
        let store = parts::open_store(&config).await?;
        let intake = parts::intake(&config, &store, parts::form(&config)?).await?;
        let now = Clock::System.now();
        let pair = (&args.reference, &args.into);
        let plan = merger::plan(&store, &intake, pair, args.silent, now).await?;
        output.data(&effects(&plan, &intake, now))?;
        if !args.yes {
            bail!(Coded::new(Exit::Usage, "nothing was done: --yes does it"));
        }
        let told = merger::merge(&store, &intake, &plan, &By::command(now)).await?;
        store.close().await;
        for (reference, why) in told
            .iter()
            .filter_map(|told| told.reference.as_ref().zip(told.silent.as_ref()))
        {
            let why = mails::suppressed(why);
            output.say(&format!("{reference}\u{a0}: déclarant non prévenu, {why}"));
        }
        Ok(Exit::Done)
    })
}

pub(super) fn split(args: &Split, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    block_on(async {
        let store = parts::open_store(&config).await?;
        let intake = parts::intake(&config, &store, parts::form(&config)?).await?;
        let reference = &args.reference;
        let now = Clock::System.now();
        let (into, back, undone) =
            merger::split(&store, &intake, reference, &By::command(now)).await?;
        store.close().await;
        output.line(&format!(
            "{reference} est de nouveau un dossier à part\u{a0}: {}",
            undone.status.french()
        ))?;
        if !back.is_empty() {
            let names = back.iter().map(|name| Item::Field(*name));
            let names = joined(&intake, names);
            output.line(&format!("  rendus par le {into}\u{a0}: {names}"))?;
        }
        if undone.stay > 0 {
            output.line(&format!(
                "  messages arrivés depuis, qui restent au {into}\u{a0}: {}",
                undone.stay
            ))?;
        }
        Ok(Exit::Done)
    })
}

pub(super) fn distinct(
    args: &Distinct,
    global: &Global,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    let (one, other) = (&args.reference, &args.other);
    block_on(async {
        let store = parts::open_store(&config).await?;
        merger::distinct(&store, (one, other), &By::command(Clock::System.now())).await?;
        store.close().await;
        output.say(&format!("{one}: no duplicate of {other}"));
        Ok(Exit::Done)
    })
}

/// What merging does, as page P4 says it.
fn effects(plan: &Plan, intake: &Parts, now: DateTime<Utc>) -> String {
    let (part, into) = (&plan.incident.reference, &plan.into.reference);
    let told = match plan.letters.len() {
        0 => "personne n’est prévenu".to_owned(),
        1 => "le déclarant est prévenu".to_owned(),
        more => format!("{more} déclarants sont prévenus"),
    };
    let names = plan.filled.iter().map(|name| Item::Field(*name));
    let completed = match plan.filled.is_empty() {
        true => format!("rien du {into} n’est à compléter"),
        false => format!("le {into} est complété\u{a0}: {}", joined(intake, names)),
    };
    let taken_back = match plan.taken_back {
        0 => String::new(),
        1 => "  un envoi en attente est retiré\n".to_owned(),
        more => format!("  {more} envois en attente sont retirés\n"),
    };
    let until = french::instant(plan.until, intake.timezone, now);
    format!(
        "{part} est rattaché au {into}\u{a0}:\n  {told}\n  {completed}\n{taken_back}  \
         les réponses au {part} iront au {into}\n  \
         annulable jusqu’au {until}\u{a0}: vigie ticket split {part}\n"
    )
}

/// Names of fields as the form has them.
fn joined(intake: &Parts, items: impl Iterator<Item = Item>) -> String {
    let names: Vec<String> = items.map(|item| french::item(&intake.form, item)).collect();
    names.join(", ")
}
