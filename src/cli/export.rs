//! `vigie export`: everything that was stored, for other programs and for checking.

use super::{Exit, Global, Output, parts};
use crate::domain::form::Form;
use crate::failpoint;
use crate::present::csv::Dialect;
use crate::present::tickets;
use crate::store::{ExportedMessage, Store};
use anyhow::Context as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

pub(super) const EXAMPLE: &str =
    "Example: vigie export tickets --format csv --output tickets.csv\n";

/// Rows read at once.
const PAGE: u32 = 500;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to export
    what: What,
    /// As one JSON object a line, or as a table
    #[arg(long, value_name = "FORMAT", default_value = "ndjson")]
    format: Format,
    /// Write to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum What {
    /// Every delivery: mailbox, UID, Message-ID, SHA-256, what became of it
    Messages,
    /// Every incident: fields, what remains to be asked for, status
    Tickets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Ndjson,
    Csv,
    /// By semicolons and with a UTF-8 mark, as a French spreadsheet opens it
    CsvFr,
}

impl From<Format> for tickets::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Ndjson => Self::Ndjson,
            Format::Csv => Self::Csv(Dialect::Standard),
            Format::CsvFr => Self::Csv(Dialect::French),
        }
    }
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    super::block_on(async {
        let store = parts::open_store(&config).await?;
        let form = parts::form(&config)?;
        let written = match &args.output {
            None => write(args, &store, &form, output.writer()).await,
            Some(path) => {
                let file = File::create(path)
                    .with_context(|| format!("cannot write {}", path.display()))?;
                let mut file = BufWriter::new(file);
                let written = write(args, &store, &form, &mut file).await;
                file.flush()
                    .with_context(|| format!("cannot write {}", path.display()))?;
                written
            }
        };
        store.close().await;
        written.map(|()| Exit::Done)
    })
}

async fn write(
    args: &Args,
    store: &Store,
    form: &Form,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    match args.what {
        What::Messages => messages(args.format.into(), store, out).await,
        What::Tickets => tickets(args.format.into(), store, form, out).await,
    }
}

async fn messages(
    format: tickets::Format,
    store: &Store,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if let tickets::Format::Csv(dialect) = format {
        let head = [
            "reference",
            "kind",
            "state",
            "mailbox",
            "uidvalidity",
            "uid",
            "name",
            "message_id",
            "sha256",
            "size",
        ];
        out.write_all(dialect.mark().as_bytes())?;
        out.write_all(dialect.line(head).as_bytes())?;
    }
    let mut after = 0;
    loop {
        let page = store.export_messages(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.delivery;
        failpoint::hit("K20");
        for row in &page {
            let line = match format {
                tickets::Format::Ndjson => serde_json::to_string(row)? + "\n",
                tickets::Format::Csv(dialect) => message_line(dialect, row),
            };
            out.write_all(line.as_bytes())?;
        }
    }
}

fn message_line(dialect: Dialect, row: &ExportedMessage) -> String {
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    dialect.line([
        row.reference.as_deref().unwrap_or_default(),
        row.kind.as_deref().unwrap_or_default(),
        &row.state,
        &row.mailbox,
        &number(row.uidvalidity),
        &number(row.uid),
        row.name.as_deref().unwrap_or_default(),
        row.message_id.as_deref().unwrap_or_default(),
        &row.sha256,
        &row.size.to_string(),
    ])
}

async fn tickets(
    format: tickets::Format,
    store: &Store,
    form: &Form,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    out.write_all(format.head(form).as_bytes())?;
    let mut after = 0;
    loop {
        let page = store.export_tickets(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.incident;
        failpoint::hit("K20");
        for row in &page {
            out.write_all(format.ticket(row, form)?.as_bytes())?;
        }
    }
}
