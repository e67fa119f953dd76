//! `vigie export`: everything that was stored, for other programs and for checking.

use super::{Exit, Global, Output, csv, parts};
use crate::domain::form::Form;
use crate::failpoint;
use crate::present::json::{self, InOrder};
use crate::store::{ExportedMessage, ExportedTicket, Store};
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use serde_json::Value;
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
        What::Messages => messages(args.format, store, out).await,
        What::Tickets => tickets(args.format, store, form, out).await,
    }
}

async fn messages(format: Format, store: &Store, out: &mut impl Write) -> anyhow::Result<()> {
    if format == Format::Csv {
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
        out.write_all(csv::line(head).as_bytes())?;
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
                Format::Ndjson => serde_json::to_string(row)? + "\n",
                Format::Csv => message_line(row),
            };
            out.write_all(line.as_bytes())?;
        }
    }
}

fn message_line(row: &ExportedMessage) -> String {
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    csv::line([
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
    format: Format,
    store: &Store,
    form: &Form,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if format == Format::Csv {
        let mut head: Vec<String> = [
            "reference",
            "status",
            "kind",
            "received_at",
            "major_suspected",
            "concerns",
            "to_ask",
            "merged_into",
        ]
        .map(str::to_owned)
        .into();
        for name in form.names() {
            head.extend([name.to_string(), format!("{name}_state")]);
        }
        let head = csv::line(head.iter().map(String::as_str));
        out.write_all(head.as_bytes())?;
    }
    let mut after = 0;
    loop {
        let page = store.export_tickets(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.incident;
        failpoint::hit("K20");
        for row in &page {
            let line = match format {
                Format::Ndjson => serde_json::to_string(&Ticket::of(row, form))? + "\n",
                Format::Csv => ticket_line(row, form),
            };
            out.write_all(line.as_bytes())?;
        }
    }
}

/// One incident as an object, its fields as `vigie parse` writes them.
#[derive(Debug, serde::Serialize)]
struct Ticket<'a> {
    reference: &'a str,
    status: &'a str,
    kind: &'a str,
    received_at: DateTime<Utc>,
    major_suspected: bool,
    concerns: &'a [String],
    to_ask: &'a [String],
    merged_into: Option<&'a str>,
    fields: InOrder<'a>,
}

impl<'a> Ticket<'a> {
    fn of(row: &'a ExportedTicket, form: &'a Form) -> Self {
        Self {
            reference: &row.reference,
            status: &row.status,
            kind: &row.kind,
            received_at: row.received_at,
            major_suspected: row.major_suspected,
            concerns: &row.concerns,
            to_ask: &row.to_ask,
            merged_into: row.merged_into.as_deref(),
            fields: InOrder(&row.fields, form),
        }
    }
}

fn ticket_line(row: &ExportedTicket, form: &Form) -> String {
    let mut cells = vec![
        row.reference.clone(),
        row.status.clone(),
        row.kind.clone(),
        row.received_at.to_rfc3339(),
        row.major_suspected.to_string(),
        row.concerns.join(" "),
        row.to_ask.join(" "),
        row.merged_into.clone().unwrap_or_default(),
    ];
    for name in form.names() {
        let field = &row.fields[name];
        cells.push(cell(field.value().map(json::plain).as_ref()));
        cells.push(field.reading.state().to_owned());
    }
    csv::line(cells.iter().map(String::as_str))
}

/// A text as it is, nothing as nothing, anything else as JSON.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
