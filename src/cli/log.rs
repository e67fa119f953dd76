//! The log: one line an event, JSON or text, identifiers only.
//!
//! An event of ours carries `event = "message.received"` and its fields; anything else that a
//! library says is kept out below errors, since it could hold an address or a text of a message.

use crate::config::{Level, LogFormat};
use serde_json::Value;
use std::fmt;
use std::io::{self, IsTerminal as _};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Where lines go: stdout where the log is what the command gives (`serve`), else stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// Starts the log of this process. A second start changes nothing.
pub(super) fn start(stream: Stream, format: Option<LogFormat>, level: Level) {
    let is_terminal = match stream {
        Stream::Stdout => io::stdout().is_terminal(),
        Stream::Stderr => io::stderr().is_terminal(),
    };
    let format = format.unwrap_or(if is_terminal {
        LogFormat::Text
    } else {
        LogFormat::Json
    });
    // Libraries speak of what they read; only their failures are worth that risk.
    let filter = EnvFilter::new(format!("error,vigie={}", level.as_str()));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .event_format(Lines { format });
    // Failing here means that a subscriber stands already, which is as good.
    let _ = match stream {
        Stream::Stdout => builder.with_writer(io::stdout).try_init(),
        Stream::Stderr => builder.with_writer(io::stderr).try_init(),
    };
}

/// A panic's message can hold a piece of a mail (« byte index 5 is not a char boundary of … »):
/// only its place is told.
pub(super) fn silence_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, ToString::to_string);
        tracing::error!(event = "panic", at = %place);
    }));
}

struct Lines {
    format: LogFormat,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let name = fields
            .take("event")
            .unwrap_or_else(|| Value::String(event.metadata().target().replace("::", ".")));
        let level = event.metadata().level().as_str().to_lowercase();
        let now = crate::clock::Clock::System
            .now()
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        match self.format {
            LogFormat::Json => {
                // By hand: the order in which a line reads well is kept.
                write!(
                    writer,
                    "{{\"ts\":\"{now}\",\"level\":\"{level}\",\"event\":{name}"
                )?;
                for (key, value) in &fields.0 {
                    write!(writer, ",{}:{value}", Value::String(key.clone()))?;
                }
                writeln!(writer, "}}")
            }
            LogFormat::Text => {
                write!(writer, "{now} {level:<5} {}", bare(&name))?;
                for (key, value) in &fields.0 {
                    write!(writer, " {key}={}", bare(value))?;
                }
                writeln!(writer)
            }
        }
    }
}

/// A value without JSON's quotes where it is one plain word.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text)
            if !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_ascii_graphic() && c != '"' && c != '=') =>
        {
            text.clone()
        }
        other => other.to_string(),
    }
}

/// An event's fields, in the order in which they were written.
#[derive(Default)]
struct Fields(Vec<(String, Value)>);

impl Fields {
    fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.push((field.name().to_owned(), value.into()));
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut source = value.source();
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        self.put(field, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}
