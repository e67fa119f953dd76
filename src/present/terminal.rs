//! What was understood of one message, for a person at a terminal.

use super::json::{instant, plain, precision_word, source_word};
use crate::domain::declaration::{Declaration, Role};
use crate::domain::field::{Field, Reading, Value};
use crate::domain::form::Ask;

/// Renders a message; `paint` puts words into a colour (an SGR parameter) where colour is wanted.
pub fn render(
    file: &str,
    declaration: &Declaration,
    asks: &[Ask],
    paint: impl Fn(&str, &str) -> String,
) -> String {
    use crate::domain::field::FieldName;
    let mut text = String::new();
    let entity = match &declaration.fields[FieldName::Entity].reading {
        Reading::Present(Value::Entity { name, id }) => {
            let id = id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
            format!("   {name}{id}")
        }
        _ => String::new(),
    };
    let major = if declaration.major_suspected {
        paint("1;31", "yes")
    } else {
        "no".to_owned()
    };
    let kind = paint("1", declaration.kind.as_str());
    text.push_str(&format!(
        "{file}   {kind}{entity}   major suspected: {major}\n"
    ));
    text.push_str(&paint("2", &format!("  {}\n", declaration.reason)));
    if !declaration.kind.is_answered() {
        return text;
    }
    text.push('\n');
    for (index, (name, field)) in declaration.fields.iter().enumerate() {
        let (value, note, colour) = columns(field);
        let value = if value.chars().count() > 42 {
            value.chars().take(41).chain(['…']).collect()
        } else {
            value
        };
        // Padded before painted: the escapes have no width.
        let padded = format!("{value:<42}");
        text.push_str(&format!(
            "  {:>2} {:<22} {} {note}\n",
            index + 1,
            name.as_str(),
            paint(colour, &padded)
        ));
    }
    for attachment in &declaration.attachments {
        let role = match attachment.role {
            Role::Screenshot => "screenshot",
            Role::Logo => "logo",
            Role::Document => "document",
        };
        text.push_str(&format!("     {role:<22} {}\n", attachment.filename));
    }
    let asked: Vec<&str> = asks.iter().map(|ask| ask.item.as_str()).collect();
    if asked.is_empty() {
        text.push_str("\nNothing to ask.\n");
    } else {
        text.push_str(&format!("\nTo ask: {}\n", paint("33", &asked.join(", "))));
    }
    text.push_str(&format!("See the answer: vigie reply {file}\n"));
    text
}

/// The value, the note beside it, and the colour of the value.
fn columns(field: &Field) -> (String, String, &'static str) {
    let place = field
        .evidence
        .as_ref()
        .map_or_else(String::new, |evidence| {
            let raw = evidence
                .raw
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let raw = if raw.is_empty() || raw.chars().count() > 48 {
                String::new()
            } else {
                format!("  « {raw} »")
            };
            format!(
                "{:.2}  {}{raw}",
                evidence.confidence,
                source_word(evidence.source)
            )
        });
    match &field.reading {
        Reading::Present(value) => {
            let shown = match value {
                Value::Instant { at, precision } => {
                    format!("{} ({})", instant(at), precision_word(*precision))
                }
                Value::Count(count) => match (count.min, count.max) {
                    (Some(min), Some(max)) if min == max => {
                        format!("{min}{}", if count.all { " (all)" } else { "" })
                    }
                    (Some(min), Some(max)) => {
                        format!("{min} to {max}{}", if count.all { " (all)" } else { "" })
                    }
                    _ => "all".to_owned(),
                },
                other => match plain(other) {
                    serde_json::Value::String(text) => {
                        text.split_whitespace().collect::<Vec<_>>().join(" ")
                    }
                    other => other.to_string(),
                },
            };
            (shown, place, "0")
        }
        Reading::Unclear(reason) => ("unclear".to_owned(), reason.french(), "33"),
        Reading::Unknown => ("unknown".to_owned(), place, "2"),
        Reading::Missing => ("missing".to_owned(), String::new(), "2"),
    }
}
