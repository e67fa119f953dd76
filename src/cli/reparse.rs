//! `vigie reparse`: what the present reader makes of the stored messages, field by field beside what
//! is kept; with `--apply` it is kept. The list goes to stdout alone: it names people.

use super::exit::Coded;
use super::service::Service;
use super::{Exit, Global, Output};
use crate::clock::Clock;
use crate::desk::reparse::{self, Change, Difference, ReparseError, Rereading};
use crate::domain::declaration::Role;
use crate::domain::field::Field;
use crate::domain::form::Item;
use crate::domain::incident::Reference;
use crate::present::json::OneField;
use crate::present::terminal::visible;
use crate::store::StoreError;
use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

pub(super) const EXAMPLE: &str = "Example: vigie reparse --since 2026-11-01\n";

/// Incidents looked up at once.
const PAGE: u32 = 200;

/// An incident that changes while it is read again is read so often in all.
const TRIES: usize = 3;

/// A value is cut after so many characters.
const LONG: usize = 60;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Keep the new readings; nothing that a person entered is overwritten, nothing is
    /// mailed
    #[arg(long)]
    apply: bool,
    /// Only incidents with a message received from then on: a day, or RFC 3339
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Print JSON, one difference a line
    #[arg(long)]
    json: bool,
}

#[derive(Default)]
struct Sums {
    incidents: usize,
    differences: usize,
    moved: usize,
    failed: usize,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    let since = match &args.since {
        Some(text) => since(text, config.service.timezone)?,
        None => DateTime::UNIX_EPOCH,
    };
    super::block_on(async {
        let service = Service::open(config, Clock::System).await?;
        let done = all(&service, args, since, output).await;
        service.store.close().await;
        done
    })
}

async fn all(
    service: &Service,
    args: &Args,
    since: DateTime<Utc>,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let mut sums = Sums::default();
    let mut after = 0;
    loop {
        let page = service.store.incidents_since(since, after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (_, reference) in &page {
            match one(service, reference, args.apply).await {
                Ok(Some(rereading)) => {
                    sums.incidents += usize::from(!rereading.differences.is_empty());
                    sums.differences += rereading.differences.len();
                    sums.moved += rereading.moved;
                    for difference in &rereading.differences {
                        print(&rereading.reference, difference, args.json, output)?;
                    }
                }
                Ok(None) => {}
                Err(error @ ReparseError::Unread(_)) => {
                    sums.failed += 1;
                    output.error(&anyhow::Error::new(error).context(reference.to_string()));
                }
                Err(ReparseError::Store(error)) => return Err(error.into()),
            }
        }
    }
    output.say(&format!(
        "{} differences in {} incidents, {} proofs or reasons moved; {}",
        sums.differences,
        sums.incidents,
        sums.moved,
        match (args.apply, sums.differences + sums.moved) {
            (true, _) => "kept",
            (false, 0) => "nothing to keep",
            (false, _) => "nothing was written, --apply keeps them",
        }
    ));
    Ok(if sums.failed > 0 {
        Exit::Failed
    } else {
        Exit::Done
    })
}

/// Compares one incident and keeps what was found; the service may change it meanwhile.
async fn one(
    service: &Service,
    reference: &Reference,
    apply: bool,
) -> Result<Option<Rereading>, ReparseError> {
    let store = &service.store;
    let mut tries = 1;
    loop {
        let found = reparse::compare(store, service.intake(), reference).await?;
        let Some(rereading) = found.as_ref().filter(|_| apply) else {
            return Ok(found);
        };
        match reparse::apply(store, rereading, Clock::System.now()).await {
            Ok(()) => return Ok(found),
            Err(StoreError::Conflict(_)) if tries < TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

fn print(
    reference: &Reference,
    difference: &Difference,
    json: bool,
    output: &mut Output,
) -> anyhow::Result<()> {
    let reference = reference.to_string();
    let message = difference.message.to_string();
    let (name, before, after) = sides(&difference.change);
    if json {
        let object = json!({
            "incident": reference, "message": message, "field": name,
            "before": before, "after": after,
        });
        return output.line(&object.to_string());
    }
    let line = format!(
        "{reference}  {name:<22} {}  →  {}",
        shown(&before),
        shown(&after)
    );
    output.line(&line)
}

/// The name of what changed, and both sides as JSON.
fn sides(change: &Change) -> (String, Value, Value) {
    let field = |field: &Field| {
        let mut value = json!(OneField(field));
        if let Some(object) = value.as_object_mut() {
            // Where it stands is of no use without the message beside it.
            for key in ["part", "span"] {
                object.remove(key);
            }
        }
        value
    };
    let role = |role: Option<Role>| json!(role.map(Role::as_str));
    let items =
        |items: &[Item]| -> Value { items.iter().map(|item| json!(item.as_str())).collect() };
    match change {
        Change::Field(name, sides) => (name.to_string(), field(&sides.0), field(&sides.1)),
        Change::Kind(before, after) => (
            "kind".to_owned(),
            json!(before.as_str()),
            json!(after.as_str()),
        ),
        Change::Attachment(number, before, after) => {
            (format!("attachment {number}"), role(*before), role(*after))
        }
        Change::Major(before, after) => ("major_suspected".to_owned(), json!(before), json!(after)),
        Change::ToAsk(before, after) => ("to_ask".to_owned(), items(before), items(after)),
    }
}

/// One side for a person: the value, or the state where there is none.
fn shown(side: &Value) -> String {
    let text = match side {
        Value::Object(field) => match (&field["state"], field.get("value"), field.get("reason")) {
            (_, Some(Value::String(value)), _) => value.clone(),
            (_, Some(value), _) => value.to_string(),
            (state, None, Some(reason)) => {
                let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                format!("{} ({})", word(state), word(reason))
            }
            (state, None, None) => state.as_str().unwrap_or_default().to_owned(),
        },
        Value::Array(items) if items.is_empty() => "nothing".to_owned(),
        Value::Array(items) => {
            let words: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            words.join(", ")
        }
        Value::String(word) => word.clone(),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    };
    let line = visible(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// A day in the desk's own time, or an instant.
fn since(text: &str, zone: Tz) -> anyhow::Result<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    let wrong = || {
        Coded::new(
            Exit::Usage,
            format!("--since {text}: write 2026-11-01 or RFC 3339"),
        )
    };
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").with_context(wrong)?;
    let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(zone);
    let midnight = midnight.earliest().with_context(wrong)?;
    Ok(midnight.to_utc())
}
