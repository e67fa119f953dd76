//! `vigie ticket set|confirm|unusable|unknown`: what a person decides about a field.

use crate::cli::exit::Coded;
use crate::cli::{Exit, Global, Output, block_on, parts};
use crate::clock::Clock;
use crate::desk::correct::{Verdict, correct};
use crate::domain::account::By;
use crate::domain::field::FieldName;
use crate::domain::incident::Reference;

#[derive(Debug, clap::Args)]
pub(super) struct Set {
    #[command(flatten)]
    of: Which,
    /// Its value, as one would type it: 0261911240, "hier 14h30", production
    #[arg(value_name = "VALUE")]
    value: String,
    /// It was said on the telephone
    #[arg(long)]
    by_phone: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Unusable {
    #[command(flatten)]
    of: Which,
    /// Why, in French, as the declarant reads it behind the question: "il manque l'indicatif"
    #[arg(value_name = "REASON")]
    reason: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The ticket: INC-26-00042
    #[arg(value_name = "REF")]
    reference: Reference,
    /// The field: phone, started_at, …
    #[arg(value_name = "FIELD")]
    field: String,
}

/// One of the four.
#[derive(Debug)]
pub(super) enum Decided<'a> {
    /// This is its value.
    Set(&'a Set),
    /// It is right as it stands.
    Confirm(&'a Which),
    /// It can't be used.
    Unusable(&'a Unusable),
    /// The declarant doesn't know.
    Unknown(&'a Which),
}

pub(super) fn run(
    decided: &Decided<'_>,
    global: &Global,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    let (of, verdict) = match decided {
        Decided::Set(set) => (
            &set.of,
            Verdict::Value {
                text: set.value.clone(),
                proof: None,
                by_phone: set.by_phone,
            },
        ),
        Decided::Confirm(which) => (*which, Verdict::Confirmed),
        Decided::Unusable(unusable) => (&unusable.of, Verdict::Unusable(unusable.reason.clone())),
        Decided::Unknown(which) => (*which, Verdict::Unknown),
    };
    let name = FieldName::parse(&of.field)
        .ok_or_else(|| Coded::new(Exit::Usage, format!("there is no field {}", of.field)))?;
    block_on(async {
        let store = parts::open_store(&config).await?;
        let intake = parts::intake(&config, &store, parts::form(&config)?).await?;
        let by = By::command(Clock::System.now());
        let field = (&of.reference, name);
        correct(&store, &intake, field, (&verdict, None), &by).await?;
        store.close().await;
        output.say(&format!("{}: {name} is kept", of.reference));
        Ok(Exit::Done)
    })
}
