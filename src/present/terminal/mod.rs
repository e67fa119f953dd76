//! What was understood of one message, for a person at a terminal: a table of the fields, then the
//! message's own words with the same numbers.

use super::json::{instant, plain, precision_word, source_word};
use crate::domain::declaration::{Declaration, Role};
use crate::domain::field::{Field, Reading, Value};
use crate::domain::form::Form;
use crate::mail::Email;
use words::{Proof, ink};

pub use words::visible;

mod words;

/// Puts words into a colour where colour is wanted.
#[derive(Debug, Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    /// `text` in a colour, an SGR parameter such as `32`.
    fn with(self, sgr: &str, text: &str) -> String {
        if self.colour && !sgr.is_empty() && !text.is_empty() {
            format!("\u{1b}[{sgr}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Renders a message, in colour if it is wanted; numbers say the same without.
#[must_use]
pub fn render(
    file: &str,
    email: &Email<'_>,
    declaration: &Declaration,
    form: &Form,
    colour: bool,
) -> String {
    use crate::domain::field::FieldName;
    let paint = Paint { colour };
    let mut text = String::new();
    let entity = match &declaration.fields[FieldName::Entity].reading {
        Reading::Present(Value::Entity { name, id }) => {
            let id = id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
            format!("   {}{id}", visible(name))
        }
        _ => String::new(),
    };
    let major = if declaration.major_suspected {
        paint.with("1;31", "yes")
    } else {
        "no".to_owned()
    };
    let kind = paint.with("1", declaration.kind.as_str());
    let file = visible(file);
    text.push_str(&format!(
        "{file}   {kind}{entity}   major suspected: {major}\n"
    ));
    text.push_str(&paint.with("2", &format!("  {}", declaration.reason)));
    text.push('\n');
    if !declaration.kind.is_answered() {
        return text;
    }
    text.push('\n');
    let mut proofs = Vec::new();
    for (index, name) in form.names().enumerate() {
        let number = index + 1;
        let field = &declaration.fields[name];
        let proof = field.evidence.as_ref().and_then(|evidence| {
            Some(Proof {
                number,
                part: evidence.part?,
                span: evidence.span.clone(),
            })
        });
        // Padded before painted: the escapes have no width.
        let shown = format!("{number:>2}");
        let shown = match &proof {
            Some(_) => paint.with(&format!("1;{}", ink(number)), &shown),
            None => shown,
        };
        proofs.extend(proof);
        text.push_str(&format!("  {shown} {}", line(name.as_str(), field, paint)));
    }
    for attachment in &declaration.attachments {
        let role = match attachment.role {
            Role::Screenshot => "screenshot",
            Role::Logo => "logo",
            Role::Document => "document",
        };
        text.push_str(&format!(
            "     {role:<22} {}\n",
            visible(&attachment.filename)
        ));
    }
    text.push('\n');
    text.push_str(&words::message(email, &proofs, paint));
    let asks = form.ask(declaration);
    let asked: Vec<&str> = asks.iter().map(|ask| ask.item.as_str()).collect();
    if asked.is_empty() {
        text.push_str("\nNothing to ask.\n");
    } else {
        let asked = paint.with("33", &asked.join(", "));
        text.push_str(&format!("\nTo ask: {asked}\n"));
    }
    text.push_str(&format!("See the answer: vigie reply {file}\n"));
    text
}

/// A field's line behind its number.
fn line(name: &str, field: &Field, paint: Paint) -> String {
    let (value, note, colour) = columns(field);
    let value = if value.chars().count() > 42 {
        value.chars().take(41).chain(['…']).collect()
    } else {
        value
    };
    let padded = format!("{:<42}", visible(&value));
    let line = format!(
        "{name:<22} {} {}",
        paint.with(colour, &padded),
        visible(&note)
    );
    format!("{}\n", line.trim_end())
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
            (shown, place, "")
        }
        Reading::Unclear(reason) => (unclear(field), reason.french(), "33"),
        Reading::Unknown => ("unknown".to_owned(), place, "2"),
        Reading::Missing => ("missing".to_owned(), String::new(), "2"),
    }
}

/// « unclear  « 02 40 08 77 0 » »: the words that could not be used.
fn unclear(field: &Field) -> String {
    let raw = field.evidence.as_ref().map(|evidence| {
        let words: Vec<&str> = evidence.raw.split_whitespace().collect();
        words.join(" ")
    });
    match raw {
        Some(raw) if !raw.is_empty() => format!("unclear  « {raw} »"),
        _ => "unclear".to_owned(),
    }
}

#[cfg(test)]
mod tests;
