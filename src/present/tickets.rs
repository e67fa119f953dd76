//! Tickets as exports give them: an object a line, or a table whose columns are the form's fields.

use super::csv::Dialect;
use super::json::{self, InOrder};
use crate::domain::export::ExportedTicket;
use crate::domain::form::Form;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// A table.
    Csv(Dialect),
}

impl Format {
    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv(Dialect::Standard) => "csv",
            Self::Csv(Dialect::French) => "csv-fr",
        }
    }

    /// What stands before the first ticket.
    #[must_use]
    pub fn head(self, form: &Form) -> String {
        let Self::Csv(dialect) = self else {
            return String::new();
        };
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
        dialect.mark().to_owned() + &dialect.line(head.iter().map(String::as_str))
    }

    /// One ticket.
    ///
    /// # Errors
    /// None that our values can cause: what serde says of them.
    pub fn ticket(self, ticket: &ExportedTicket, form: &Form) -> serde_json::Result<String> {
        Ok(match self {
            Self::Ndjson => serde_json::to_string(&Ticket::of(ticket, form))? + "\n",
            Self::Csv(dialect) => dialect.line(cells(ticket, form).iter().map(String::as_str)),
        })
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

fn cells(row: &ExportedTicket, form: &Form) -> Vec<String> {
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
    cells
}

/// A text as it is, nothing as nothing, anything else as JSON.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
